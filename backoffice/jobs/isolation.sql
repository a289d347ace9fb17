-- Work across houses: a worker claims any job, and sees the rows of its house as long as it holds the claim.
-- A job's transactions see the rows of its house, as long as the claim that holds the token lasts.
create or replace function enter_job(claimed bigint, claim_token uuid) returns boolean language plpgsql security definer
    set search_path = pg_catalog, public, pg_temp
    as $$
declare
    held jobs_job;
begin
    select * into held from jobs_job j where j.id = claimed and j.token = claim_token and j.state = 'running';
    perform set_config('app.user', '', true), set_config('app.person', '', true),
            set_config('app.job', coalesce(held.id::text, ''), true),
            set_config('app.houses', coalesce('{' || held.house || '}', ''), true);
    return held.id is not null;
end $$;
create or replace function job_enqueue(kind_ text, object_ bigint, house_ bigint, dedupe_ text, id_ uuid)
    returns setof jobs_job language plpgsql security definer set search_path = pg_catalog, public, pg_temp
    as $$
begin
    insert into jobs_job (public_id, kind, object_id, house, dedupe_key, state, attempts, last_code)
        values (id_, kind_, object_, house_, dedupe_, 'queued', 0, '') on conflict (dedupe_key) do nothing;
    return query select * from jobs_job j where j.dedupe_key = dedupe_;
end $$;
create or replace function job_claim(id_ uuid, lease double precision)
    returns setof jobs_job language sql security definer set search_path = pg_catalog, public, pg_temp
    as $$ update jobs_job j set state = 'running', token = gen_random_uuid(), attempts = j.attempts + 1,
                 due_at = statement_timestamp() + make_interval(secs => lease)
          where j.id = (select free.id from jobs_job free where free.public_id = id_
                        and free.state in ('queued', 'running') and free.due_at <= statement_timestamp()
                        for update skip locked) returning * $$;
create or replace function jobs_overdue(limit_ integer)
    returns setof jobs_job language sql stable security definer set search_path = pg_catalog, public, pg_temp
    as $$ select * from jobs_job j where j.state in ('queued', 'running') and j.due_at <= statement_timestamp()
          order by j.due_at limit limit_ $$;
