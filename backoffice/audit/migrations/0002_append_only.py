"""Events are written once: no update, no delete, no truncate (security.md S8)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [
        migrations.RunSQL(
            """
            create function refuse_change() returns trigger language plpgsql as $$
            begin
                raise exception using errcode = 'restrict_violation', constraint = 'append_only',
                    message = format('rows of %s are written once', tg_table_name);
            end $$;
            create trigger append_only before update or delete or truncate on audit_event
                for each statement execute function refuse_change();
            """,
            "drop trigger append_only on audit_event; drop function refuse_change();",
        )
    ]
