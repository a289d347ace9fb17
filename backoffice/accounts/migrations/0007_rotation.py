"""What is written once may be re-encrypted by its owner, and nothing but its ciphertext may change then (security.md S16)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_sealed_contract")]
    operations = [
        migrations.RunSQL(
            """
            -- Only who owns the table, and only in a transaction that says so: no process that serves pages can.
            create function rotation_runs(relation oid) returns boolean language sql stable as $$
                select coalesce(current_setting('app.rotating', true), '') = 'on' and pg_has_role(
                    current_user, (select relowner from pg_catalog.pg_class where oid = relation), 'usage')
            $$;
            create function refuse_change_but_rotation() returns trigger language plpgsql as $$
            begin
                if tg_op <> 'UPDATE' or not rotation_runs(tg_relid) then
                    raise exception using errcode = 'restrict_violation', constraint = 'append_only',
                        message = format('rows of %s are written once', tg_table_name);
                end if;
                return null;
            end $$;
            create function only_ciphertext_changes() returns trigger language plpgsql as $$
            begin
                if to_jsonb(new) - tg_argv::text[] is distinct from to_jsonb(old) - tg_argv::text[] then
                    raise exception using errcode = 'restrict_violation', constraint = 'append_only',
                        message = format('a rotation changes nothing but the ciphertext of %s', tg_table_name);
                end if;
                return new;
            end $$;
            """,
            """
            drop function only_ciphertext_changes();
            drop function refuse_change_but_rotation();
            drop function rotation_runs(oid);
            """,
        )
    ]
