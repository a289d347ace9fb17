-- The inspection of a file sees the one filing it hangs on; an online filing has no house before it is submitted.
create or replace function filing_of_job(filing bigint) returns boolean language sql stable security definer
    set search_path = pg_catalog, public, pg_temp
    as $$ select exists (select from jobs_job j join attachments_attachment a on a.id = j.object_id
                         where j.id = app_job() and j.kind = 'inspect' and a.filing_id = filing) $$;
create or replace function inspection_in_reach(attachment bigint) returns boolean language sql stable security definer
    set search_path = pg_catalog, public, pg_temp
    as $$ select exists (select from attachments_attachment a where a.id = attachment and filing_in_reach(a.filing_id)) $$;
