#!/bin/sh
# The secret is readable by root only: copied to where pgAdmin's user can read it, and then root is left for good.
set -eu
from=${SECRETS_DIR:-/run/secrets}
to=${SECRETS_COPY:-/run/autorest}
install -d -m 700 -o pgadmin "$to"
install -m 400 -o pgadmin "$from/pgadmin_password" "$to"
chown pgadmin /var/lib/pgadmin
exec su -s /bin/sh -c 'exec /entrypoint.sh' pgadmin
