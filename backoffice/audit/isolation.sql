-- Events enter through `audit_append` alone, and are chained when their act commits (docs/evidence.md).
-- 64 chains spread the work; the 65th holds what was refused. Anybody can redo the arithmetic.
create or replace function audit_chain(code text, house bigint, subject bigint) returns int language sql immutable as $$
    select case when code like 'security.%' then 64 else mod(abs(coalesce(house, 0) * 7 + subject), 64)::int end
$$;

-- A field as its length in bytes and itself; what is null is a dash. No two different rows give the same text.
create or replace function audit_field(value text) returns text language sql immutable as $$
    select coalesce(octet_length(value) || ':' || value || ',', '-,')
$$;
create or replace function audit_canonical(l audit_link, e audit_event) returns text language sql stable as $$
    select audit_field('event 1') || audit_field(l.chain::text) || audit_field(l.seq::text)
        || audit_field(encode(l.prev, 'hex')) || audit_field(e.id::text)
        || audit_field((extract(epoch from e.at) * 1000000)::bigint::text) || audit_field(e.code)
        || audit_field(e.actor_user::text) || audit_field(e.actor_person::text) || audit_field(e.house::text)
        || audit_field(e.subject_type) || audit_field(e.subject_id::text) || audit_field(e.facts::text)
        || audit_field(e.request_id::text)
$$;

create or replace function audit_append(code text, actor_user bigint, actor_person bigint, house bigint, subject_type text,
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
create or replace function audit_refused(code text, actor_user bigint, actor_person bigint, source text, facts jsonb,
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
