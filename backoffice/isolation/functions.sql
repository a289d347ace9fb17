-- Every way through the walls, in one place (security.md S11). The first part reads the context, the second answers the
-- policies' questions, the third enters a context, the fourth does the few things that must cross houses.
-- Functions `security definer` belong to backoffice_definer, which sees all rows and as which nobody can log in.

-- 1. The context of this transaction; outside one, and before it is entered, nobody and no house. --------------------
create or replace function app_user() returns bigint language sql stable parallel safe
    as $$ select nullif(current_setting('app.user', true), '')::bigint $$;
create or replace function app_person() returns bigint language sql stable parallel safe
    as $$ select nullif(current_setting('app.person', true), '')::bigint $$;
create or replace function app_houses() returns bigint[] language sql stable parallel safe
    as $$ select coalesce(nullif(current_setting('app.houses', true), ''), '{}')::bigint[] $$;
create or replace function app_job() returns bigint language sql stable parallel safe
    as $$ select nullif(current_setting('app.job', true), '')::bigint $$;
create or replace function app_sessions() returns text[] language sql stable parallel safe
    as $$ select string_to_array(coalesce(current_setting('app.sessions', true), ''), ' ') $$;
create or replace function app_account_lookup() returns text language sql stable parallel safe
    as $$ select coalesce(current_setting('app.account_lookup', true), '') $$;

-- 2. Questions of the policies. --------------------------------------------------------------------------------------
create or replace function filing_is_mine(filing bigint) returns boolean language sql stable security definer
    set search_path = pg_catalog, public
    as $$ select exists (select from enrolment_filing f
                         where f.id = filing and f.channel = 'online' and f.owner_id = app_user()) $$;
create or replace function filing_in_houses(filing bigint) returns boolean language sql stable security definer
    set search_path = pg_catalog, public
    as $$ select exists (select from enrolment_case c where c.filing_id = filing and c.house_id = any (app_houses())) $$;
-- The inspection of a file sees the one filing it hangs on; an online filing has no house before it is submitted.
create or replace function filing_of_job(filing bigint) returns boolean language sql stable security definer
    set search_path = pg_catalog, public
    as $$ select exists (select from jobs_job j join attachments_attachment a on a.id = j.object_id
                         where j.id = app_job() and j.kind = 'inspect' and a.filing_id = filing) $$;
create or replace function filing_in_reach(filing bigint) returns boolean language sql stable security definer
    set search_path = pg_catalog, public
    as $$ select filing_is_mine(filing) or filing_in_houses(filing) or filing_of_job(filing)
              or exists (select from enrolment_filing f where f.id = filing and f.house_id = any (app_houses())) $$;
create or replace function inspection_in_reach(attachment bigint) returns boolean language sql stable security definer
    set search_path = pg_catalog, public
    as $$ select exists (select from attachments_attachment a where a.id = attachment and filing_in_reach(a.filing_id)) $$;
create or replace function case_in_houses(subject bigint) returns boolean language sql stable security definer
    set search_path = pg_catalog, public
    as $$ select exists (select from enrolment_case c where c.id = subject and c.house_id = any (app_houses())) $$;
create or replace function case_is_mine(subject bigint) returns boolean language sql stable security definer
    set search_path = pg_catalog, public
    as $$ select exists (select from enrolment_case c join enrolment_filing f on f.id = c.filing_id
                         where c.id = subject and f.channel = 'online' and f.owner_id = app_user()) $$;
create or replace function act_is_mine(subject uuid) returns boolean language sql stable security definer
    set search_path = pg_catalog, public
    as $$ select exists (select from enrolment_case c join enrolment_filing f on f.id = c.filing_id
                         where c.public_id = subject and f.channel = 'online' and f.owner_id = app_user()) $$;
create or replace function enrolment_is_mine(enrolment bigint) returns boolean language sql stable security definer
    set search_path = pg_catalog, public
    as $$ select exists (select from enrolment_enrolment e where e.id = enrolment and case_is_mine(e.case_id)) $$;
-- An entry is seen by the filer of its case, and by the house to which a redirected request went on.
create or replace function entry_is_related(entry bigint) returns boolean language sql stable security definer
    set search_path = pg_catalog, public
    as $$ select exists (select from enrolment_case c where c.entry_id = entry and filing_is_mine(c.filing_id))
              or exists (select from enrolment_registryentry e left join enrolment_case c on c.entry_id = e.id
                         where e.redirected_from_id = entry
                           and (e.house_id = any (app_houses()) or filing_is_mine(c.filing_id))) $$;
-- What happened to one's own request, as far as its proof tells it.
create or replace function event_is_mine(code text, subject_type text, subject bigint) returns boolean
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select case
              when app_user() is null then false
              when code in ('case.registered', 'decision.sign') and subject_type = 'enrolment.Case' then case_is_mine(subject)
              when code = 'document.sealed' and subject_type = 'notifications.Document'
                  then exists (select from notifications_document d where d.id = subject and act_is_mine(d.about))
              else false end $$;
-- A person is known to a house that employs them, has them as a party, or decided through them.
create or replace function person_in_houses(person bigint) returns boolean language sql stable security definer
    set search_path = pg_catalog, public
    as $$ select app_houses() <> '{}' and (
              exists (select from accounts_user u where u.person_id = person and account_in_houses(u.id))
              or exists (select from enrolment_party p join enrolment_case c on c.id = p.case_id
                         where p.person_id = person and c.house_id = any (app_houses()))
              or exists (select from enrolment_decision d join enrolment_case c on c.id = d.case_id
                         where d.person_id = person and c.house_id = any (app_houses()))) $$;
-- An account is known to a house in which it has or had a role, and to one where it filed.
create or replace function account_in_houses(account bigint) returns boolean language sql stable security definer
    set search_path = pg_catalog, public
    as $$ select app_houses() <> '{}' and (
              exists (select from accounts_membership m where m.user_id = account and m.house_id = any (app_houses()))
              or exists (select from enrolment_filing f join enrolment_case c on c.filing_id = f.id
                         where f.owner_id = account and c.house_id = any (app_houses()))) $$;

-- 3. Entering a context: from a row of ours, never from what a request or a message says. -----------------------------
create or replace function enter_account(account bigint) returns void language plpgsql security definer
    set search_path = pg_catalog, public
    as $$
declare
    holder accounts_user;
begin
    select * into holder from accounts_user u where u.id = account and u.is_active;
    perform set_config('app.user', coalesce(holder.id::text, ''), true),
            set_config('app.person', coalesce(holder.person_id::text, ''), true),
            set_config('app.houses', coalesce((
                select array_agg(distinct m.house_id)::text from accounts_membership m
                where m.user_id = holder.id
                  and (now() at time zone 'Europe/Bucharest')::date between m.starts_on and coalesce(m.ends_on, 'infinity')
            ), ''), true);
end $$;
-- A session lives while it is used, never longer than its limit, and under its account's present generation only.
create or replace function enter_session(hash_ bytea, idle double precision, seen_every double precision)
    returns table (user_id bigint, data bytea, long_unseen boolean) language plpgsql security definer
    set search_path = pg_catalog, public
    as $$
#variable_conflict use_column
begin
    return query select s.user_id, s.data, s.seen_at < statement_timestamp() - make_interval(secs => seen_every)
        from accounts_session s left join accounts_user u on u.id = s.user_id
        where s.key_hash = hash_ and s.expires_at > statement_timestamp()
          and s.seen_at > statement_timestamp() - make_interval(secs => idle)
          and (s.user_id is null or (u.is_active and u.session_generation = s.generation));
    if found then
        perform set_config('app.sessions', encode(hash_, 'hex'), true);
        perform enter_account((select s.user_id from accounts_session s where s.key_hash = hash_));
    end if;
end $$;
-- A job's transactions see the rows of its house, as long as the claim that holds the token lasts.
create or replace function enter_job(claimed bigint, claim_token uuid) returns boolean language plpgsql security definer
    set search_path = pg_catalog, public
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

-- 4. What must cross houses. -----------------------------------------------------------------------------------------
create or replace function job_enqueue(kind_ text, object_ bigint, house_ bigint, dedupe_ text, id_ uuid)
    returns setof jobs_job language plpgsql security definer set search_path = pg_catalog, public
    as $$
begin
    insert into jobs_job (public_id, kind, object_id, house, dedupe_key, state, attempts, last_code)
        values (id_, kind_, object_, house_, dedupe_, 'queued', 0, '') on conflict (dedupe_key) do nothing;
    return query select * from jobs_job j where j.dedupe_key = dedupe_;
end $$;
create or replace function job_claim(id_ uuid, lease double precision)
    returns setof jobs_job language sql security definer set search_path = pg_catalog, public
    as $$ update jobs_job j set state = 'running', token = gen_random_uuid(), attempts = j.attempts + 1,
                 due_at = statement_timestamp() + make_interval(secs => lease)
          where j.id = (select free.id from jobs_job free where free.public_id = id_
                        and free.state in ('queued', 'running') and free.due_at <= statement_timestamp()
                        for update skip locked) returning * $$;
create or replace function jobs_overdue(limit_ integer)
    returns setof jobs_job language sql stable security definer set search_path = pg_catalog, public
    as $$ select * from jobs_job j where j.state in ('queued', 'running') and j.due_at <= statement_timestamp()
          order by j.due_at limit limit_ $$;
-- What the clock of completions has to tell or to end, over all houses: ids and words of ours only.
create or replace function completions_due(zone text, day_ date, first_ date, second_ date, limit_ integer)
    returns table (request bigint, house bigint, occasion text) language sql stable security definer
    set search_path = pg_catalog, public
    as $$ select r.id, c.house_id, o.name
          from enrolment_completionrequest r
          join enrolment_case c on c.id = r.case_id
          cross join lateral (select (r.asked_at at time zone zone)::date as asked_on) a
          cross join lateral (values ('completion_reminder_5', r.due_on >= day_ and a.asked_on <= first_),
                                     ('completion_reminder_8', r.due_on >= day_ and a.asked_on <= second_),
                                     ('completion_lapse', r.due_on < day_)) o(name, is_due)
          where r.answered_at is null and r.lapsed_at is null and o.is_due
            and not exists (select from jobs_job j where j.dedupe_key = o.name || ':' || r.id)
          order by r.due_on, r.id, o.name limit limit_ $$;
-- One person per CNP in the whole country: found by keyed index, and whether an account declared it; all of it sealed.
create or replace function person_add(id_ uuid, index_ bytea, cnp_ bytea, last_ bytea, first_ bytea)
    returns void language sql security definer set search_path = pg_catalog, public
    as $$ insert into accounts_person (public_id, cnp_index, cnp, last_name, first_name)
          values (id_, index_, cnp_, last_, first_) on conflict (cnp_index) do nothing $$;
create or replace function person_known(indexes bytea[])
    returns table (id bigint, public_id uuid, cnp bytea, cnp_index bytea, last_name bytea, first_name bytea, has_account boolean)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select p.id, p.public_id, p.cnp, p.cnp_index, p.last_name, p.first_name,
                 exists (select from accounts_user u where u.person_id = p.id)
          from accounts_person p where p.cnp_index = any (indexes) order by p.id limit 1 $$;
-- The administrator of a house gives a role to an account that the house does not know yet.
create or replace function account_by_email(email_ text)
    returns table (id bigint, person_id bigint) language sql stable security definer set search_path = pg_catalog, public
    as $$ select u.id, u.person_id from accounts_user u where lower(u.email) = lower(email_) $$;
-- Anybody who holds an act may ask whether it is ours: by its code, its bytes' digest, or its own number.
create or replace function act_known(code_ text, digest_ text, id_ bigint)
    returns table (id bigint, public_id uuid, code varchar, about uuid, kind varchar, house_id bigint, context bytea,
                   text_sha256 varchar, number varchar, day date, sealed_at timestamptz, superseded_by_id bigint)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select d.id, d.public_id, d.code, d.about, d.kind, d.house_id, d.context,
                 d.text_sha256, d.number, d.day, d.sealed_at, d.superseded_by_id
          from notifications_document d
          where d.sealed_at is not null and (d.code = code_ or d.pdf_sha256 = digest_ or d.id = id_) $$;
-- Sessions that are over belong to nobody any more.
create or replace function sessions_clear(idle double precision) returns bigint language sql security definer
    set search_path = pg_catalog, public
    as $$ with gone as (delete from accounts_session where expires_at < statement_timestamp()
                        or seen_at < statement_timestamp() - make_interval(secs => idle) returning 1)
          select count(*) from gone $$;
