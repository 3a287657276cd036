#!/bin/sh
# Stops the stack and asks before it deletes data and secrets. --yes: does not ask. --keep-data: only stops.
set -eu
cd "$(dirname "$0")"
if [ "${1:-}" = "--docker" ]; then
    shift
    # A profile that is not named is left running.
    compose="docker compose --profile replica --profile monitoring"
    case "${1:-}" in
        --keep-data) exec $compose down ;;
        --yes) ;;
        *)
            printf 'Delete the volumes (database, replica, pgAdmin, Prometheus) as well? [y/N] '
            read -r answer || answer=
            [ "$answer" = y ] || exec $compose down
            ;;
    esac
    exec $compose down --volumes
fi
if [ ! -e artifacts/cli/autorest.dll ]; then
    command -v dotnet >/dev/null 2>&1 || { echo "teardown: the .NET 10 SDK is not installed, and without it nothing of ours can be running." >&2; exit 1; }
    dotnet publish src/AutoRest.Cli -c Release -o artifacts/cli --nologo -v quiet
fi
exec dotnet artifacts/cli/autorest.dll teardown "$@"
