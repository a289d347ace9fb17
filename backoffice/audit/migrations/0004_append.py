"""Events enter through `audit_append`, are chained when their act commits, and stay (security.md S8, docs/evidence.md).

The lock of a chain is taken by a deferred trigger, so it is the last lock of a transaction and is held for its commit
only; a transaction that writes to several chains takes them in one order. Two transactions cannot wait for each other.
"""

from django.db import migrations

FORWARD = r"""
-- 64 chains spread the work; the 65th holds what was refused. Anybody can redo the arithmetic.
create function audit_chain(code text, house bigint, subject bigint) returns int language sql immutable as $$
    select case when code like 'security.%' then 64 else mod(abs(coalesce(house, 0) * 7 + subject), 64)::int end
$$;

-- A field as its length in bytes and itself; what is null is a dash. No two different rows give the same text.
create function audit_field(value text) returns text language sql immutable as $$
    select coalesce(octet_length(value) || ':' || value || ',', '-,')
$$;
create function audit_canonical(l audit_link, e audit_event) returns text language sql stable as $$
    select audit_field('event 1') || audit_field(l.chain::text) || audit_field(l.seq::text)
        || audit_field(encode(l.prev, 'hex')) || audit_field(e.id::text)
        || audit_field((extract(epoch from e.at) * 1000000)::bigint::text) || audit_field(e.code)
        || audit_field(e.actor_user::text) || audit_field(e.actor_person::text) || audit_field(e.house::text)
        || audit_field(e.subject_type) || audit_field(e.subject_id::text) || audit_field(e.facts::text)
        || audit_field(e.request_id::text)
$$;

-- Whatever an insert says, the place and the hashes of a link are computed here: no row can fail to continue its chain.
create function audit_link_compute() returns trigger language plpgsql as $$
declare
    e audit_event;
begin
    select * into strict e from audit_event where id = new.event_id;
    new.chain := audit_chain(e.code, e.house, e.subject_id);
    perform pg_advisory_xact_lock('audit_link'::regclass::oid::int, new.chain);
    select seq + 1, hash into new.seq, new.prev from audit_link where chain = new.chain order by seq desc limit 1;
    if not found then
        new.seq := 1;
        new.prev := decode(repeat('00', 32), 'hex');
    end if;
    new.hash := sha256('\x00'::bytea || convert_to(audit_canonical(new, e), 'UTF8'));
    return new;
end $$;
create trigger computed before insert on audit_link for each row execute function audit_link_compute();
create trigger append_only before update or delete or truncate on audit_link
    for each statement execute function refuse_change();
create trigger append_only before update or delete or truncate on audit_checkpoint
    for each statement execute function refuse_change();

create function audit_link_event() returns trigger language plpgsql security definer
    set search_path = pg_catalog, public, pg_temp as $$
declare
    chains text := nullif(current_setting('audit.chains', true), '');
begin
    if chains is not null then
        perform pg_advisory_xact_lock('audit_link'::regclass::oid::int, chain)
            from (select distinct unnest(string_to_array(chains, ' '))::int as chain order by chain) as mine;
        perform set_config('audit.chains', '', true);
    end if;
    insert into audit_link (event_id) values (new.id);
    return null;
end $$;
create constraint trigger chained_at_commit after insert on audit_event deferrable initially deferred
    for each row execute function audit_link_event();

create function audit_append(code text, actor_user bigint, actor_person bigint, house bigint, subject_type text,
        subject_id bigint, facts jsonb, request_id uuid) returns void language plpgsql security definer
    set search_path = pg_catalog, public, pg_temp as $$
begin
    insert into audit_event (code, actor_user, actor_person, house, subject_type, subject_id, facts, request_id)
        values (code, actor_user, actor_person, house, subject_type, subject_id, facts, request_id);
    -- Only the order of locking rests on this setting: the links themselves do not read it.
    perform set_config('audit.chains',
        ltrim(coalesce(current_setting('audit.chains', true), '') || ' ' || audit_chain(code, house, subject_id)), true);
end $$;

-- The first five refusals of a group of senders in a minute are written, then the 8th, 16th, 32nd ...: a flood leaves
-- its measure in the log and does not fill the disk.
create function audit_refused(code text, actor_user bigint, actor_person bigint, source text, facts jsonb,
        request_id uuid) returns boolean language plpgsql security definer
    set search_path = pg_catalog, public, pg_temp as $$
declare
    this_minute bigint := extract(epoch from statement_timestamp())::bigint / 60;
    count int;
begin
    if code not like 'security.%' then
        raise exception using errcode = 'check_violation', message = 'refusals have codes of their own';
    end if;
    insert into audit_flood as f (bucket, minute, seen) values (abs(hashtext(source) % 64), this_minute, 1)
        on conflict (bucket) do update set minute = this_minute,
            seen = case when f.minute = this_minute then f.seen + 1 else 1 end
        returning seen into count;
    if count > 5 and count & (count - 1) <> 0 then
        return false;
    end if;
    perform audit_append(code, actor_user, actor_person, null, 'accounts.User', coalesce(actor_user, 0),
        facts || jsonb_build_object('source', source, 'seen', count), request_id);
    return true;
end $$;

-- What was written before is chained in the order in which it was written.
insert into audit_link (event_id) select id from audit_event order by id;
"""

BACKWARD = """
drop trigger chained_at_commit on audit_event;
drop trigger append_only on audit_checkpoint;
drop trigger append_only on audit_link;
drop trigger computed on audit_link;
drop function audit_refused(text, bigint, bigint, text, jsonb, uuid),
    audit_append(text, bigint, bigint, bigint, text, bigint, jsonb, uuid), audit_link_event(), audit_link_compute(),
    audit_canonical(audit_link, audit_event), audit_field(text), audit_chain(text, bigint, bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_evidence")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
