"""Second walls around the engine's own tables (security.md S7, findings 1 and 5).

No frame locals, traceback or message of an exception stays on a task row; tasks and processes are never deleted.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("workflows", "0001_initial"), ("accounts", "0002_houses")]
    operations = [
        migrations.RunSQL(
            """
            create function scrub_task_exception() returns trigger language plpgsql as $$
            begin
                if new.data ? '_exception' then
                    new.data = jsonb_set(new.data, '{_exception}', '{"title": "failed"}');
                end if;
                return new;
            end $$;
            create trigger no_frame_locals before insert or update on viewflow_task
                for each row execute function scrub_task_exception();
            create trigger never_deleted before delete or truncate on viewflow_task
                for each statement execute function refuse_delete();
            create trigger never_deleted before delete or truncate on viewflow_process
                for each statement execute function refuse_delete();
            """,
            """
            drop trigger never_deleted on viewflow_process;
            drop trigger never_deleted on viewflow_task;
            drop trigger no_frame_locals on viewflow_task;
            drop function scrub_task_exception();
            """,
        )
    ]
