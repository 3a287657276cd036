#!/bin/sh
# Writes the user list from the secret, and starts PgBouncer, which changes to the user postgres by itself.
set -eu
from=${SECRETS_DIR:-/run/secrets}
ini=${PGBOUNCER_INI:-/etc/pgbouncer/autorest.ini}
run=${PGBOUNCER_RUN:-/run/pgbouncer}
umask 077
mkdir -p "$run"
# The secrets are letters and digits only: no quote to double.
printf '"%s" "%s"\n' authenticator "$(cat "$from/authenticator_password")" pgbouncer_admin "$(cat "$from/pgbouncer_admin_password")" >"$run/userlist.txt"
cp "$ini" "$run/pgbouncer.ini"
# "PgBouncer 1.24.1": prepared statements survive transaction pooling since 1.21, and the key is an error before.
version=$(pgbouncer --version | sed -n 's/^PgBouncer \([0-9]*\)\.\([0-9]*\).*/\1 \2/p')
if [ "${version% *}" -gt 1 ] || [ "${version#* }" -ge 21 ]; then
    sed -i 's/^;max_prepared_statements/max_prepared_statements/' "$run/pgbouncer.ini"
fi
chown -R postgres "$run"
exec pgbouncer -u postgres "$run/pgbouncer.ini"
