#!/bin/sh
# In the container only: `autorest up` sets the password itself. Runs after the *.sql files.
# The passwords are read by psql from the files, so that they appear in no argument list; :'password' quotes them.
set -eu
query() { psql -v ON_ERROR_STOP=1 --no-psqlrc --username "${POSTGRES_USER:-postgres}" --dbname "${POSTGRES_DB:-postgres}"; }

query <<SQL
\\set password \`cat "${AUTHENTICATOR_PASSWORD_FILE:-/run/secrets/authenticator_password}"\`
ALTER ROLE authenticator PASSWORD :'password';
SQL

# Who copies the cluster and follows its log, from other containers: the profile replica.
if [ -r "${REPLICATOR_PASSWORD_FILE:-}" ]; then
    query <<SQL
\\set password \`cat "$REPLICATOR_PASSWORD_FILE"\`
CREATE ROLE replicator LOGIN REPLICATION PASSWORD :'password';
SQL
    # "all" databases are not replication: that has to be allowed by name.
    echo "host replication replicator all scram-sha-256" >>"$PGDATA/pg_hba.conf"
fi

# Who reads statistics and nothing else: the profile monitoring.
if [ -r "${MONITOR_PASSWORD_FILE:-}" ]; then
    query <<SQL
\\set password \`cat "$MONITOR_PASSWORD_FILE"\`
CREATE ROLE monitor LOGIN IN ROLE pg_monitor PASSWORD :'password';
SELECT format('GRANT CONNECT ON DATABASE %I TO monitor', current_database()) \\gexec
SQL
fi
