#!/bin/bash
# A standby: the first time it copies the primary, with a replication slot of its own, so that the primary keeps the log it has not yet had.
set -eu
from=${SECRETS_DIR:-/run/secrets}
to=${SECRETS_COPY:-/run/autorest}
data=${PGDATA:-/var/lib/postgresql/data}
slot=${REPLICATION_SLOT:-replica}
if [ "$(id -u)" -eq 0 ]; then
    install -d -m 700 -o postgres "$to"
    # As libpq's password file: the password appears in no argument list.
    (umask 077; printf '*:*:*:replicator:%s\n' "$(cat "$from/replicator_password")" >"$to/pgpass")
    install -d -m 700 -o postgres "$data"
    chown postgres "$to/pgpass"
    exec "${AS_POSTGRES:-gosu}" postgres "$0" "$@"
fi
export PGPASSFILE="$to/pgpass"
if [ ! -s "$data/PG_VERSION" ]; then
    # What an interrupted copy left is of no use; the slot may be there from it.
    find "$data" -mindepth 1 -delete
    create=--create-slot
    if [ "$(psql -XAtq -h "${PRIMARY_HOST:-postgres}" -p "${PRIMARY_PORT:-5432}" -U replicator -d postgres -c "SELECT count(*) FROM pg_replication_slots WHERE slot_name = '$slot'")" = 1 ]; then
        create=
    fi
    # shellcheck disable=SC2086 # an option or nothing
    pg_basebackup -h "${PRIMARY_HOST:-postgres}" -p "${PRIMARY_PORT:-5432}" -U replicator -D "$data" -X stream -R -c fast $create --slot "$slot" --no-password
fi
exec "$@"
