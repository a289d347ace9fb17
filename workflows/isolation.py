"""Whose rows filings and cases are: those of the house, and of whoever filed. The engine's tables too."""

from backoffice.isolation import roles
from backoffice.isolation.rules import MINE, OF_HOUSE, Rule, declare, extend

OF_CASE = "case_in_houses(case_id)"
OF_CASE_OR_FILER = "case_in_houses(case_id) or case_is_mine(case_id)"
OF_FILER_OR_HOUSE = f"(channel = 'online' and owner_id = {MINE}) or {OF_HOUSE}"

declare(
    {
        "workflows_filing": Rule(
            f"{OF_FILER_OR_HOUSE} or filing_in_houses(id) or filing_of_my_case(id)",
            web="siu",
            worker="s",
            written=OF_FILER_OR_HOUSE,
        ),
        "workflows_case": Rule(f"{OF_HOUSE} or case_is_mine(id)", web="siu", worker="su", report="s"),
        "workflows_version": Rule(OF_CASE_OR_FILER, web="si", worker="s", written=OF_CASE),
        "workflows_completionrequest": Rule(OF_CASE_OR_FILER, web="siu", worker="su", report="s", written=OF_CASE),
        "workflows_closure": Rule(
            f"{OF_CASE_OR_FILER} or mine_is_joined_to(case_id)", web="si", worker="s", report="s", written=OF_CASE
        ),
        "workflows_extension": Rule(OF_CASE_OR_FILER, web="si", worker="s", report="s", written=OF_CASE),
        "workflows_party": Rule(OF_CASE, web="si", worker="s"),
        "workflows_check": Rule(OF_CASE, web="si", worker="s"),
        "workflows_decision": Rule(OF_CASE, web="si", worker="s", report="s"),
        "workflows_registrycounter": Rule(OF_HOUSE, web="siu", worker="siu"),
        "workflows_registryentry": Rule(
            f"{OF_HOUSE} or entry_is_related(id)", web="si", worker="si", report="s", written=OF_HOUSE
        ),
        "workflows_assignment": Rule(OF_HOUSE, web="siu", worker="siu", report="s"),
        "workflows_delivery": Rule(f"{OF_HOUSE} or case_is_mine(case_id)", web="siu", worker="siu"),
        "workflows_communication": Rule(
            f"{OF_HOUSE} or document_is_mine(document_id)",
            web="si",
            worker="s",
            written=f"{OF_HOUSE} or (channel = 'online' and cancels_id is null and document_is_mine(document_id))",
        ),
        "viewflow_process": Rule(OF_HOUSE, web="siu", worker="siu"),
        "viewflow_task": Rule(OF_HOUSE, web="siu", worker="siu"),
        "viewflow_task_previous": Rule(
            "exists (select from viewflow_task t where t.id = from_task_id)", web="si", worker="si"
        ),
    },
    execute={"completions_due": (roles.WORKER,)},
)
extend("accounts_person", "person_of_a_case(id)")
extend("accounts_user", "account_filed(id)")
extend("audit_event", "event_is_mine(code, subject_type, subject_id)")
extend("notifications_document", "act_is_mine(about)")
