-- The public check of a document sees any house's, without its bytes.
-- Anybody who holds an act may ask whether it is ours: by its code, its bytes' digest, or its own number.
create or replace function act_known(code_ text, digest_ text, id_ bigint)
    returns table (id bigint, public_id uuid, code varchar, about uuid, kind varchar, house_id bigint, context bytea,
                   text_sha256 varchar, number varchar, day date, sealed_at timestamptz, superseded_by_id bigint)
    language sql stable security definer set search_path = pg_catalog, public, pg_temp
    as $$ select d.id, d.public_id, d.code, d.about, d.kind, d.house_id, d.context,
                 d.text_sha256, d.number, d.day, d.sealed_at, d.superseded_by_id
          from notifications_document d
          where d.sealed_at is not null and (d.code = code_ or d.pdf_sha256 = digest_ or d.id = id_) $$;
