"""Whose rows attached files are: those of whoever sees the filing; and of the job that inspects one."""

from backoffice.isolation.rules import Rule, declare, extend

declare(
    {
        "attachments_attachment": Rule(
            "filing_in_reach(filing_id) or filing_of_job(filing_id)", web="siu", worker="su"
        ),
        "attachments_attachmentblob": Rule(
            "exists (select from attachments_attachment a where a.id = attachment_id)", web="sid", worker="si"
        ),
    }
)
extend("workflows_filing", "filing_of_job(id)")
extend("jobs_job", "(kind = 'inspect' and inspection_in_reach(object_id))")
