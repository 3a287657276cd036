#!/bin/bash
# The image reads its password file as the user postgres, but the files in secrets/ are readable by their owner only, and
# Compose mounts them as they are. So root, which the container starts as, copies them to where postgres can read them.
set -eu
from=${SECRETS_DIR:-/run/secrets}
to=${SECRETS_COPY:-/run/autorest}
install -d -m 700 -o postgres "$to"
install -m 400 -o postgres "$from"/*_password "$to"
exec docker-entrypoint.sh "$@"
