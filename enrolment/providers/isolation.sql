-- Whose enrolment it is.
create or replace function enrolment_is_mine(enrolment bigint) returns boolean language sql stable security definer
    set search_path = pg_catalog, public, pg_temp
    as $$ select exists (select from providers_enrolment e where e.id = enrolment and case_is_mine(e.case_id)) $$;
