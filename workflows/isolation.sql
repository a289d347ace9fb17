-- Lock the process of a case for this transaction, waiting a bounded time; its number, or none when it is not in sight.
create or replace function lock_process(process bigint, longest_wait text) returns bigint language plpgsql as $$
begin
    perform set_config('lock_timeout', longest_wait, true);
    perform from viewflow_process p where p.id = process for no key update;
    return case when found then process end;
end $$;
-- Questions of the policies: whose filing, case, document, number and event it is; and the clock over all houses.
create or replace function filing_is_mine(filing bigint) returns boolean language sql stable security definer
    set search_path = pg_catalog, public, pg_temp
    as $$ select exists (select from workflows_filing f
                         where f.id = filing and f.channel = 'online' and f.owner_id = app_user()) $$;
create or replace function filing_in_houses(filing bigint) returns boolean language sql stable security definer
    set search_path = pg_catalog, public, pg_temp
    as $$ select exists (select from workflows_case c where c.filing_id = filing and c.house_id = any (app_houses())) $$;
create or replace function filing_in_reach(filing bigint) returns boolean language sql stable security definer
    set search_path = pg_catalog, public, pg_temp
    as $$ select filing_is_mine(filing) or filing_in_houses(filing)
              or exists (select from workflows_filing f where f.id = filing and f.house_id = any (app_houses())) $$;
create or replace function case_in_houses(subject bigint) returns boolean language sql stable security definer
    set search_path = pg_catalog, public, pg_temp
    as $$ select exists (select from workflows_case c where c.id = subject and c.house_id = any (app_houses())) $$;
create or replace function case_is_mine(subject bigint) returns boolean language sql stable security definer
    set search_path = pg_catalog, public, pg_temp
    as $$ select exists (select from workflows_case c where c.id = subject
                         and (filing_is_mine(c.filing_id) or exists (
                             select from workflows_case a left join workflows_case b on b.id = a.about_id
                             where a.id = c.about_id
                               and (filing_is_mine(a.filing_id) or filing_is_mine(b.filing_id))))) $$;
create or replace function filing_of_my_case(filing bigint) returns boolean language sql stable security definer
    set search_path = pg_catalog, public, pg_temp
    as $$ select exists (select from workflows_case c where c.filing_id = filing and case_is_mine(c.id)) $$;
-- Who filed a request that was joined to this one reads how this one ended, if it ended without a decision.
create or replace function mine_is_joined_to(subject bigint) returns boolean language sql stable security definer
    set search_path = pg_catalog, public, pg_temp
    as $$ select exists (select from workflows_closure c where c.into_id = subject and case_is_mine(c.case_id)) $$;
create or replace function act_is_mine(subject uuid) returns boolean language sql stable security definer
    set search_path = pg_catalog, public, pg_temp
    as $$ select exists (select from workflows_case c where c.public_id = subject and case_is_mine(c.id)) $$;
create or replace function document_is_mine(document bigint) returns boolean language sql stable security definer
    set search_path = pg_catalog, public, pg_temp
    as $$ select exists (select from notifications_document d where d.id = document and act_is_mine(d.about)) $$;
-- An entry is seen by the filer of its case, and by the house to which a redirected request went on.
create or replace function entry_is_related(entry bigint) returns boolean language sql stable security definer
    set search_path = pg_catalog, public, pg_temp
    as $$ select exists (select from workflows_case c where c.entry_id = entry and case_is_mine(c.id))
              or exists (select from workflows_registryentry e left join workflows_case c on c.entry_id = e.id
                         where e.redirected_from_id = entry
                           and (e.house_id = any (app_houses()) or case_is_mine(c.id))) $$;
-- What happened to one's own request, as far as its proof tells it.
create or replace function event_is_mine(code text, subject_type text, subject bigint) returns boolean
    language sql stable security definer set search_path = pg_catalog, public, pg_temp
    as $$ select case
              when app_user() is null then false
              when code in ('case.registered', 'decision.sign') and subject_type = 'workflows.Case' then case_is_mine(subject)
              when code = 'document.sealed' and subject_type = 'notifications.Document'
                  then exists (select from notifications_document d where d.id = subject and act_is_mine(d.about))
              else false end $$;
-- What the clock of completions has to tell or to end, over all houses: ids and words of ours only.
create or replace function completions_due(zone text, day_ date, first_ date, second_ date, limit_ integer)
    returns table (request bigint, house bigint, occasion text) language sql stable security definer
    set search_path = pg_catalog, public, pg_temp
    as $$ select r.id, c.house_id, o.name
          from workflows_completionrequest r
          join workflows_case c on c.id = r.case_id
          cross join lateral (select (r.asked_at at time zone zone)::date as asked_on) a
          cross join lateral (values ('completion_reminder_5', r.due_on >= day_ and a.asked_on <= first_),
                                     ('completion_reminder_8', r.due_on >= day_ and a.asked_on <= second_),
                                     ('completion_lapse', r.due_on < day_)) o(name, is_due)
          where r.answered_at is null and r.lapsed_at is null and c.state = 'completion' and o.is_due
            and not exists (select from jobs_job j where j.dedupe_key = o.name || ':' || r.id)
          order by r.due_on, r.id, o.name limit limit_ $$;
-- A person is known to a house that has them as a party, or that decided through them.
create or replace function person_of_a_case(person bigint) returns boolean language sql stable security definer
    set search_path = pg_catalog, public, pg_temp
    as $$ select app_houses() <> '{}' and (
              exists (select from workflows_party p join workflows_case c on c.id = p.case_id
                      where p.person_id = person and c.house_id = any (app_houses()))
              or exists (select from workflows_decision d join workflows_case c on c.id = d.case_id
                         where d.person_id = person and c.house_id = any (app_houses()))) $$;
-- An account is known to a house where it filed.
create or replace function account_filed(account bigint) returns boolean language sql stable security definer
    set search_path = pg_catalog, public, pg_temp
    as $$ select app_houses() <> '{}' and exists (
              select from workflows_filing f join workflows_case c on c.filing_id = f.id
              where f.owner_id = account and c.house_id = any (app_houses())) $$;
-- For guards.
create or replace function filing_is_draft(filing bigint) returns boolean language sql stable security definer
    set search_path = pg_catalog, public, pg_temp
    as $$ select exists (select from workflows_filing f where f.id = filing and f.submitted_at is null) $$;
-- Every stage that an approval passes has approved the case in its present round, as the case itself says its stages.
create or replace function case_is_approved(subject bigint, of_procedure text) returns boolean
    language sql stable security definer set search_path = pg_catalog, public, pg_temp
    as $$ select exists (select from workflows_case c where c.id = subject and c.procedure = of_procedure)
          and not exists (
              select from workflows_case c, jsonb_array_elements(c.stages) as due(step)
              where c.id = subject and due.step ->> 'only_on' in ('', 'approve') and not exists (
                  select from workflows_decision d where d.case_id = c.id and d.round = c.round
                  and d.stage = due.step ->> 'code' and d.outcome = 'approve')) $$;
