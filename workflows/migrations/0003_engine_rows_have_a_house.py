"""The engine's rows belong to a house, so that row-level security can keep them apart (security.md S11)."""

from django.db import migrations

FORWARD = """
alter table viewflow_process add house_id bigint references accounts_house;
alter table viewflow_task add house_id bigint references accounts_house;
update viewflow_process p set house_id = t.house_id from workflows_turn t where t.process_id = p.id;
update viewflow_task t set house_id = p.house_id from viewflow_process p where p.id = t.process_id;

create function process_has_a_house() returns trigger language plpgsql as $$
begin
    new.house_id := nullif(current_setting('app.flow_house', true), '')::bigint;
    return new;
end $$;
create trigger has_a_house before insert on viewflow_process for each row execute function process_has_a_house();

create function task_has_the_process_house() returns trigger language plpgsql as $$
begin
    select p.house_id into new.house_id from viewflow_process p where p.id = new.process_id;
    return new;
end $$;
create trigger has_a_house before insert on viewflow_task for each row execute function task_has_the_process_house();
"""

BACKWARD = """
drop trigger has_a_house on viewflow_task;
drop trigger has_a_house on viewflow_process;
drop function task_has_the_process_house(), process_has_a_house();
alter table viewflow_task drop house_id;
alter table viewflow_process drop house_id;
"""


class Migration(migrations.Migration):
    dependencies = [("workflows", "0002_engine_guards"), ("viewflow", "0015_task_scheduled")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
