"""A sealed act stands for ever: number, text and bytes do not change (architecture.md 4.8)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_initial"), ("accounts", "0002_houses")]
    operations = [
        migrations.RunSQL(
            """
            create function document_guard() returns trigger language plpgsql as $$
            begin
                if row(new.code, new.about, new.kind, new.house_id, new.context, new.text_sha256, new.public_id)
                    is distinct from
                    row(old.code, old.about, old.kind, old.house_id, old.context, old.text_sha256, old.public_id)
                    or (old.number <> '' and row(new.number, new.day) is distinct from row(old.number, old.day))
                    or (old.sealed_at is not null and row(new.pdf, new.pdf_sha256, new.sealed_at)
                        is distinct from row(old.pdf, old.pdf_sha256, old.sealed_at)) then
                    raise exception using errcode = 'restrict_violation', constraint = 'append_only',
                        message = 'a frozen act does not change';
                end if;
                return new;
            end $$;
            create trigger act_stands before update on notifications_document
                for each row execute function document_guard();
            create trigger never_deleted before delete or truncate on notifications_document
                for each statement execute function refuse_delete();
            create trigger never_deleted before delete or truncate on notifications_message
                for each statement execute function refuse_delete();
            """,
            """
            drop trigger never_deleted on notifications_message;
            drop trigger never_deleted on notifications_document;
            drop trigger act_stands on notifications_document;
            drop function document_guard();
            """,
        )
    ]
