"""What was attached stands: facts never change, a verdict falls once, bytes leave a draft only (security.md S15)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("attachments", "0001_initial"),
        ("accounts", "0002_houses"),
        ("audit", "0002_append_only"),
    ]
    operations = [
        migrations.RunSQL(
            """
            create function attachment_in_draft(filing bigint) returns boolean language sql stable as $$
                select exists (select from enrolment_filing f where f.id = filing and f.submitted_at is null)
            $$;
            create function attachment_guard() returns trigger language plpgsql as $$
            begin
                if row(new.public_id, new.filing_id, new.kind, new.name, new.media, new.size, new.sha256,
                        new.uploaded_by_id, new.uploaded_at)
                    is distinct from
                    row(old.public_id, old.filing_id, old.kind, old.name, old.media, old.size, old.sha256,
                        old.uploaded_by_id, old.uploaded_at)
                    or (old.state <> 'quarantine'
                        and row(new.state, new.reason, new.pages, new.signatures, new.inspected_at)
                        is distinct from row(old.state, old.reason, old.pages, old.signatures, old.inspected_at))
                    or (new.removed_at is distinct from old.removed_at
                        and (old.removed_at is not null or not attachment_in_draft(new.filing_id))) then
                    raise exception using errcode = 'restrict_violation', constraint = 'append_only',
                        message = 'what was attached stands';
                end if;
                return new;
            end $$;
            create trigger attachment_stands before update on attachments_attachment
                for each row execute function attachment_guard();
            create trigger never_deleted before delete or truncate on attachments_attachment
                for each statement execute function refuse_delete();

            create function attachment_blob_guard() returns trigger language plpgsql as $$
            begin
                if tg_op = 'INSERT' and exists (
                        select from attachments_attachment a where a.id = new.attachment_id
                        and a.state = 'quarantine' and a.removed_at is null) then
                    return new;
                elsif tg_op = 'DELETE' and exists (
                        select from attachments_attachment a where a.id = old.attachment_id
                        and a.removed_at is not null and attachment_in_draft(a.filing_id)) then
                    return old;
                end if;
                raise exception using errcode = 'restrict_violation', constraint = 'append_only',
                    message = 'the bytes of an attachment stand';
            end $$;
            create trigger bytes_stand before insert or delete on attachments_attachmentblob
                for each row execute function attachment_blob_guard();
            create trigger append_only before update or truncate on attachments_attachmentblob
                for each statement execute function refuse_change();
            """,
            """
            drop trigger append_only on attachments_attachmentblob;
            drop trigger bytes_stand on attachments_attachmentblob;
            drop function attachment_blob_guard();
            drop trigger never_deleted on attachments_attachment;
            drop trigger attachment_stands on attachments_attachment;
            drop function attachment_guard();
            drop function attachment_in_draft(bigint);
            """,
        )
    ]
