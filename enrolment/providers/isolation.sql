-- Whose enrolment it is.
create or replace function enrolment_is_mine(enrolment bigint) returns boolean language sql stable security definer
    set search_path = pg_catalog, public, pg_temp
    as $$ select exists (select from providers_enrolment e where e.id = enrolment and case_is_mine(e.case_id)) $$;
-- For guards: is this the approval that ends what the decision of another case made, by withdrawing it or on request?
create or replace function decision_ends(ending bigint, ended bigint) returns boolean
    language sql stable security definer set search_path = pg_catalog, public, pg_temp
    as $$ select exists (select from workflows_case c where c.id = ending and c.about_id = ended
                         and (c.reviews or c.procedure = 'providers_withdrawal')
                         and case_is_approved(c.id, c.procedure)) $$;
-- For guards: was the decision of this case withdrawn by another one, signed?
create or replace function decision_is_reviewed(subject bigint) returns boolean
    language sql stable security definer set search_path = pg_catalog, public, pg_temp
    as $$ select exists (select from workflows_case c where c.about_id = subject and c.reviews
                         and case_is_approved(c.id, c.procedure)) $$;
-- The enrolments whose last day has passed over all houses: ids only, for the clock.
create or replace function enrolments_due(day_ date, limit_ integer)
    returns table (enrolment bigint, ending bigint, house bigint)
    language sql stable security definer set search_path = pg_catalog, public, pg_temp
    as $$ select e.id, e.ended_by_id, e.house_id from providers_enrolment e
          where e.ends_on <= day_ and e.ended_at is null
            and exists (select from workflows_case c where c.id = e.ended_by_id and c.state = 'approved')
            and not exists (select from jobs_job j where j.dedupe_key = 'enrolment_end:' || e.id || ':' || e.ended_by_id)
          order by e.ends_on, e.id limit limit_ $$;
