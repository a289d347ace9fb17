"""Which rows of which table a transaction may see: every table has its line, or `manage.py check` fails (security.md S11).

A rule's `rows` is the SQL condition of the policy. It reads the context that `functions.sql` entered and nothing else:
`app_user()`, `app_person()`, `app_houses()`. Context functions stand in sub-selects, so that they are asked once a query.
Verbs: s select, i insert, u update, d delete.
"""

from dataclasses import dataclass

HOUSES = "any ((select app_houses())::bigint[])"
MINE = "(select app_user())"


@dataclass(frozen=True, kw_only=True)
class Verbs:
    """What each role may do in a table."""

    web: str = ""
    worker: str = ""
    report: str = ""
    sealer: str = ""
    verifier: str = ""


@dataclass(frozen=True)
class Rule(Verbs):
    """One table: whose rows (`rows`), and what may be written (`written`, default: what may be seen)."""

    rows: str
    written: str = ""


@dataclass(frozen=True)
class Open(Verbs):
    """A table without rows of a house or a person; `why` says what it holds."""

    why: str


@dataclass(frozen=True)
class Closed:
    """A table that only the owner touches."""

    why: str


OF_HOUSE = f"house_id = {HOUSES}"
ACCOUNT_LOOKUP = "(select app_account_lookup()) = 'account'"
OF_ACCOUNT = f"user_id = {MINE} or {ACCOUNT_LOOKUP}"
OF_CASE = "case_in_houses(case_id)"
OF_CASE_OR_FILER = "case_in_houses(case_id) or case_is_mine(case_id)"

RULES: dict[str, Rule | Open | Closed] = {
    "accounts_house": Open("the 43 houses: public", web="s", worker="s", report="s"),
    "accounts_person": Rule("id = (select app_person()) or person_in_houses(id)", web="s", worker="s"),
    "accounts_user": Rule(f"id = {MINE} or {ACCOUNT_LOOKUP} or account_in_houses(id)", web="siu", worker="s"),
    "accounts_membership": Rule(f"{OF_HOUSE} or user_id = {MINE}", web="siu", worker="s", written=OF_HOUSE),
    "account_emailaddress": Rule(OF_ACCOUNT, web="siud"),
    "account_emailconfirmation": Rule(ACCOUNT_LOOKUP, web="siud"),
    "mfa_authenticator": Rule(OF_ACCOUNT, web="siud"),
    "accounts_session": Rule(
        f"encode(key_hash, 'hex') = any ((select app_sessions())::text[]) or {OF_ACCOUNT}", web="siud"
    ),
    "throttle_count": Open("counters under keyed names", web="siud", worker="sd"),
    "audit_event": Rule(
        f"house = {HOUSES} or actor_user = {MINE} or event_is_mine(code, subject_type, subject_id)",
        web="s",
        sealer="s",
        verifier="s",
    ),
    "audit_link": Open("places and hashes of events", web="s", sealer="s", verifier="s"),
    "audit_checkpoint": Open("signed states of the whole log: public", web="s", sealer="si", verifier="s"),
    "audit_flood": Closed("counters of refusals, written by audit_refused"),
    "jobs_job": Rule(
        f"house = {HOUSES} or id = (select app_job()) or (kind = 'inspect' and inspection_in_reach(object_id))",
        web="su",
        worker="su",
    ),
    "notifications_document": Rule(f"{OF_HOUSE} or act_is_mine(about)", web="siu", worker="su"),
    "notifications_message": Rule(f"{OF_HOUSE} or recipient_id = {MINE}", web="siu", worker="siu", written=OF_HOUSE),
    "notifications_message_documents": Rule(
        "exists (select from notifications_message m where m.id = message_id)", web="si", worker="si"
    ),
    "enrolment_filing": Rule(
        f"(channel = 'online' and owner_id = {MINE}) or {OF_HOUSE} or filing_in_houses(id) or filing_of_job(id)",
        web="siu",
        worker="s",
        written=f"(channel = 'online' and owner_id = {MINE}) or {OF_HOUSE}",
    ),
    "enrolment_case": Rule(f"{OF_HOUSE} or filing_is_mine(filing_id)", web="siu", worker="su", report="s"),
    "enrolment_application": Rule(OF_CASE_OR_FILER, web="si", worker="s", written=OF_CASE),
    "enrolment_completionrequest": Rule(OF_CASE_OR_FILER, web="siu", worker="su", report="s", written=OF_CASE),
    "enrolment_party": Rule(OF_CASE, web="si", worker="s"),
    "enrolment_rulecheck": Rule(OF_CASE, web="si", worker="s"),
    "enrolment_decision": Rule(OF_CASE, web="si", worker="s", report="s"),
    "enrolment_enrolment": Rule(f"{OF_HOUSE} or case_is_mine(case_id)", web="siu", worker="siu", report="s"),
    "enrolment_licencekey": Rule(f"{OF_HOUSE} or enrolment_is_mine(enrolment_id)", web="su", worker="si"),
    "enrolment_registrycounter": Rule(OF_HOUSE, web="siu", worker="siu"),
    "enrolment_registryentry": Rule(
        f"{OF_HOUSE} or entry_is_related(id)", web="si", worker="si", report="s", written=OF_HOUSE
    ),
    "attachments_attachment": Rule("filing_in_reach(filing_id)", web="siu", worker="su"),
    "attachments_attachmentblob": Rule(
        "exists (select from attachments_attachment a where a.id = attachment_id)", web="sid", worker="si"
    ),
    "workflows_turn": Rule(OF_HOUSE, web="siu", worker="siu", report="s"),
    "viewflow_process": Rule(OF_HOUSE, web="siu", worker="siu"),
    "viewflow_task": Rule(OF_HOUSE, web="siu", worker="siu"),
    "viewflow_task_previous": Rule(
        "exists (select from viewflow_task t where t.id = from_task_id)", web="si", worker="si"
    ),
    "django_migrations": Closed("which migrations ran"),
    "django_content_type": Closed("names of models"),
    "auth_group": Closed("not used: roles are code"),
    "auth_group_permissions": Closed("not used: roles are code"),
    "auth_permission": Closed("not used: roles are code"),
}
