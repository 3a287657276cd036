#!/bin/sh
# The secrets are readable by root only: read here, handed over in the environment, and then root is left for good.
# Variables that are set already win, so the image also runs without secret files.
set -eu
from=${SECRETS_DIR:-/run/secrets}
if [ -z "${PGRST_JWT_SECRET:-}" ] && [ -r "$from/jwt_secret" ]; then
    PGRST_JWT_SECRET=$(cat "$from/jwt_secret")
    export PGRST_JWT_SECRET
fi
if [ -r "$from/authenticator_password" ]; then
    # Letters and digits only: nothing to percent-encode.
    password=$(cat "$from/authenticator_password")
    database=${AUTOREST_DATABASE:-autorest}
    if [ -z "${PGRST_DB_URI:-}" ]; then
        export PGRST_DB_URI="postgresql://authenticator:$password@${AUTOREST_POOLER:-pgbouncer:6432}/$database"
        # The pooler's statistics, for /metrics; set to nothing, they are not asked for.
        export AUTOREST_POOLER_STATS_URI="${AUTOREST_POOLER_STATS_URI-postgresql://authenticator:$password@${AUTOREST_POOLER:-pgbouncer:6432}/pgbouncer}"
    fi
    # LISTEN belongs to a session: never through the transaction pooler.
    if [ -z "${AUTOREST_DB_LISTEN_URI:-}" ]; then
        export AUTOREST_DB_LISTEN_URI="postgresql://authenticator:$password@${AUTOREST_POSTGRES:-postgres:5432}/$database"
    fi
fi
if [ "$(id -u)" -eq 0 ]; then
    # APP_UID: the unprivileged user of the base image.
    exec setpriv --reuid="${APP_UID:-1654}" --regid="${APP_UID:-1654}" --clear-groups --no-new-privs "$@"
fi
exec "$@"
