"""Whose rows enrolments, their keys and changes of data are: those of the house, and of whoever filed."""

from backoffice.isolation import roles
from backoffice.isolation.rules import OF_HOUSE, Rule, declare

OF_HOUSE_OR_FILER = f"{OF_HOUSE} or enrolment_is_mine(enrolment_id)"

declare(
    {
        "providers_enrolment": Rule(f"{OF_HOUSE} or case_is_mine(case_id)", web="siu", worker="siu", report="s"),
        "providers_enrolledphysician": Rule(OF_HOUSE_OR_FILER, web="siu", worker="siu", report="s", written=OF_HOUSE),
        "providers_licencekey": Rule(OF_HOUSE_OR_FILER, web="su", worker="siu"),
        "providers_datachange": Rule(OF_HOUSE_OR_FILER, web="s", worker="siu"),
    },
    execute={"approved_otherwise": (roles.WEB,), "enrolments_due": (roles.WORKER,)},
)
