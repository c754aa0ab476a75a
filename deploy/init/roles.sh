#!/bin/sh
# After Postgres: the database, and one role and one schema a service, which may do nothing outside it.
# Passwords follow the secrets. The text's order is Postgres' own, so that it is the same on every image.
set -eu
PGPASSWORD=$(cat /run/secrets/postgres)
export PGPASSWORD PGHOST=postgres PGUSER=postgres PGOPTIONS="-c client_min_messages=warning"
sql() { psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 "$@"; }

sql --dbname postgres <<'SQL'
SELECT $$CREATE DATABASE pictopy TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C' LOCALE_PROVIDER builtin
  BUILTIN_LOCALE 'C.UTF-8'$$ WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'pictopy') \gexec
SQL
sql --dbname pictopy <<'SQL'
REVOKE ALL ON DATABASE pictopy FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
SQL
for service in ingest cluster search memories exif; do
  password=$(cat "/run/secrets/$service")
  { printf '\\set role pictopy_%s\n\\set schema %s\n' "$service" "$service"
    printf "\\\\set password '%s'\n" "$password"
    cat <<'SQL'
SELECT format('CREATE ROLE %I LOGIN', :'role') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'role') \gexec
ALTER ROLE :"role" PASSWORD :'password';
GRANT CONNECT ON DATABASE pictopy TO :"role";
CREATE SCHEMA IF NOT EXISTS :"schema" AUTHORIZATION :"role";
ALTER ROLE :"role" IN DATABASE pictopy SET search_path = :"schema";
SQL
  } | sql --dbname pictopy
done
