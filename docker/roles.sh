#!/bin/sh
# Run once by the postgres image on an empty volume: the owner (no superuser) and its database, and a password for each log-in.
# The migrations make nothing that is not here; what each role may do comes from backoffice/isolation.
set -eu
psql --username "$POSTGRES_USER" --set ON_ERROR_STOP=1 <<SQL
create role backoffice login nosuperuser createrole createdb password '$OWNER_PASSWORD';
create database backoffice owner backoffice;
\connect backoffice
create extension btree_gist;
create extension pg_trgm;
SQL
for role in web worker report sealer verifier; do
  password=$(eval "echo \${$(echo "$role" | tr '[:lower:]' '[:upper:]')_PASSWORD:-}")
  psql --username "$POSTGRES_USER" --set ON_ERROR_STOP=1 --command "create role backoffice_$role login nosuperuser nobypassrls password '$password'"
done
psql --username "$POSTGRES_USER" --set ON_ERROR_STOP=1 <<SQL
create role backoffice_definer nologin nosuperuser nobypassrls;
alter role backoffice_report set default_transaction_read_only = on;
alter role backoffice_verifier set default_transaction_read_only = on;
grant backoffice_web, backoffice_worker, backoffice_report, backoffice_sealer, backoffice_verifier, backoffice_definer to backoffice;
SQL
