-- The context of this transaction; outside one, and before it is entered, nobody and no house.
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
