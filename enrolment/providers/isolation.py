"""Whose rows enrolments, their keys and changes of data are: those of the house, and of whoever filed."""

from backoffice.isolation import roles
from backoffice.isolation.rules import OF_HOUSE, Rule, declare

declare(
    {
        "providers_enrolment": Rule(f"{OF_HOUSE} or case_is_mine(case_id)", web="siu", worker="siu", report="s"),
        "providers_licencekey": Rule(f"{OF_HOUSE} or enrolment_is_mine(enrolment_id)", web="su", worker="siu"),
        "providers_datachange": Rule(f"{OF_HOUSE} or enrolment_is_mine(enrolment_id)", web="s", worker="siu"),
    },
    execute={"enrolments_due": (roles.WORKER,)},
)
