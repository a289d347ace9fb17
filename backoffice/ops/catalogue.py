"""The data catalogue: every field of every table, and how it is kept at rest (security.md S16; GDPR art. 30).

A field that is not here fails `tests/platform/test_catalogue.py`. `python -m backoffice.ops.catalogue` writes docs/data.md.
Personal data in clear says why: it must be found or compared by the database, or the law makes it public.
"""

from pathlib import Path

ENCRYPTED = {
    "accounts.Person": "cnp last_name first_name",
    "enrolment.Filing": "content",
    "enrolment.Application": "content",
    "enrolment.RuleCheck": "findings",
    "enrolment.CompletionRequest": "text",
    "enrolment.Decision": "text",
    "enrolment.LicenceKey": "envelope",
    "notifications.Document": "context pdf",
    "notifications.Message": "address context",
    "attachments.Attachment": "name",
    "attachments.AttachmentBlob": "content",
    "accounts.Session": "data",
    "mfa.Authenticator": "data",
}
KEYED = {
    "accounts.Person": "cnp_index",
    "accounts.User": "password",
    "accounts.Session": "key_hash",
    "enrolment.LicenceKey": "verifier",
}
# Personal or secret, and in clear: each with its reason.
CLEAR = {
    "accounts.User.email": "the log-in name: the account library finds it by comparison; shown only to its house's administrator",
    "account.EmailAddress.email": "the same address, in the account library's own table",
    "account.EmailConfirmation.key": "empty: confirmations are signed links and leave no row",
    "enrolment.Case.provider_name": "the registered name of a provider, public in the registers of companies and cabinets; searched by part",
    "enrolment.Case.search_key": "the same name, folded for the trigram index",
    "enrolment.Case.provider_uic": "fiscal code of a provider, public; one enrolment per code is a constraint. A CNP written in its place is kept as its keyed index",
    "enrolment.Enrolment.provider_name": "as in the case",
    "enrolment.Enrolment.provider_uic": "as in the case",
    "enrolment.LicenceKey.provider_uic": "as in the case",
    "enrolment.LicenceKey.mask": "five of seventeen characters: a person recognises their key by them",
    "enrolment.Filing.reference": "the number a house wrote on a paper; unique by constraint",
    "enrolment.Filing.content_sha256": "fingerprint of a whole form: not to be guessed without all of it",
    "enrolment.Application.sha256": "fingerprint of a whole form: not to be guessed without all of it",
    "notifications.Document.code": "128 random bits printed on the act; opens what the holder of the paper has",
}
# Not personal: ids, codes, days, states, words of the product.
OTHER = {
    "accounts.Person": "id public_id",
    "accounts.User": "id last_login person is_active date_joined language session_generation",
    "accounts.Session": "user generation created_at seen_at expires_at",
    "accounts.House": "id code county name seat kind sort_key",
    "accounts.Membership": "id user house role starts_on ends_on stands_in_for granted_by",
    "account.EmailAddress": "id user verified primary",
    "account.EmailConfirmation": "id email_address created sent",
    "mfa.Authenticator": "id user type created_at last_used_at",
    "auth.Permission": "id name content_type codename",
    "auth.Group": "id name",
    "auth.Group_permissions": "id group permission",
    "contenttypes.ContentType": "id app_label model",
    "viewflow.Process": "id flow_class status created finished data parent_task seed_content_type seed_object_id "
    "artifact_content_type artifact_object_id",
    "viewflow.Task": "id flow_task flow_task_type status created assigned started finished scheduled token "
    "external_task_id owner owner_permission owner_permission_content_type owner_permission_obj_pk process data "
    "seed_content_type seed_object_id artifact_content_type artifact_object_id",
    "viewflow.Task_previous": "id from_task to_task",
    "audit.Event": "id at code actor_user actor_person house subject_type subject_id facts request_id",
    "audit.Link": "event chain seq prev hash",
    "audit.Checkpoint": "number body signature",
    "audit.Flood": "bucket minute seen",
    "jobs.Job": "id public_id kind object_id house dedupe_key state attempts due_at token last_code created_at finished_at",
    "enrolment.Filing": "id public_id owner channel house as_written created_at saved_at submitted_at",
    "enrolment.RegistryCounter": "id house year last",
    "enrolment.RegistryEntry": "id house year number day kind answers redirected_from written_at",
    "enrolment.Case": "id public_id filing house entry state round version filed_on due_on created_at decided_at "
    "communicated_at",
    "enrolment.Application": "id case version submitted_at submitted_by",
    "enrolment.Party": "id case person capacity",
    "enrolment.RuleCheck": "id case version rules_version run_at",
    "enrolment.CompletionRequest": "id case reasons asked_at asked_by due_on answered_at lapsed_at",
    "enrolment.Decision": "id case round stage outcome person user membership reasons application_sha256 text_sha256 "
    "decided_at",
    "enrolment.Enrolment": "id case house state approved_at active_at",
    "enrolment.LicenceKey": "id public_id enrolment house issued_at opened_at opened_by blocked_at",
    "notifications.Document": "id public_id about kind house text_sha256 number day pdf_sha256 created_at sealed_at "
    "superseded_by read_at",
    "notifications.Message": "id public_id template about house recipient language dedupe_key state failure created_at "
    "sent_at",
    "notifications.Message_documents": "id message document",
    "attachments.Attachment": "id public_id filing kind media size sha256 state reason pages signatures uploaded_by "
    "uploaded_at inspected_at removed_at",
    "attachments.AttachmentBlob": "id attachment number",
    "workflows.Turn": "id case process house task step right holder since due_on",
}
# Tables without a model.
TABLES = {
    "throttle_count": "counters of attempts: names are keyed hashes (`backoffice.http.throttle`), values are numbers and times",
    "django_migrations": "names of migrations",
}
PAGE = Path(__file__).resolve().parents[2] / "docs" / "data.md"


def encrypted() -> set[str]:
    """`enrolment.Decision.text` and its like."""
    return _labels(ENCRYPTED)


def classified() -> list[str]:
    """Every field that has its place here, as often as it has one."""
    return [*_labels(ENCRYPTED), *_labels(KEYED), *CLEAR, *_labels(OTHER)]


def page() -> str:
    """docs/data.md."""
    lines = [
        "# What is kept, and how",
        "",
        "Written by `python -m backoffice.ops.catalogue`; a test compares it with the tables.",
        "",
    ]
    lines += ["| field | at rest |", "|---|---|"]
    lines += [
        f"| `{label}` | encrypted, bound to its row (`field_keyset.json`) |" for label in sorted(_labels(ENCRYPTED))
    ]
    lines += [f"| `{label}` | keyed or salted one-way value |" for label in sorted(_labels(KEYED))]
    lines += [f"| `{label}` | in clear: {why} |" for label, why in CLEAR.items()]
    lines += [f"| table `{table}` | {why} |" for table, why in TABLES.items()]
    lines += [
        "",
        f"The other {len(_labels(OTHER))} fields hold ids, codes, days and states, and no words of a person.",
        "",
    ]
    return "\n".join(lines)


def _labels(fields: dict[str, str]) -> set[str]:
    return {f"{model}.{name}" for model, names in fields.items() for name in names.split()}


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
