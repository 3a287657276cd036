#!/bin/sh
# In the container only: `autorest up` sets the password itself. Runs after the *.sql files.
# The password is read by psql from the file, so that it appears in no argument list; :'password' quotes it.
set -eu
psql -v ON_ERROR_STOP=1 --no-psqlrc --username "${POSTGRES_USER:-postgres}" --dbname "${POSTGRES_DB:-postgres}" <<SQL
\\set password \`cat "${AUTHENTICATOR_PASSWORD_FILE:-/run/secrets/authenticator_password}"\`
ALTER ROLE authenticator PASSWORD :'password';
SQL
