#!/usr/bin/env bash
# Builds what Debian 12 lacks or has too old from the source packages of Debian 13, whose signatures apt checks:
#   pgvector   installed beside the PostgreSQL that is there (as root)
#   pgbouncer  1.24, which keeps prepared statements in transaction pooling, into artifacts/pgbouncer/
# Usage: tools/build-debian-sources.sh [pgvector] [pgbouncer]     (both without arguments). What is there already is left alone.
# Needs root, and apt for what the builds need.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
wanted=("$@")
[ ${#wanted[@]} -gt 0 ] || wanted=(pgvector pgbouncer)

config=$(command -v pg_config || true)
for folder in /usr/lib/postgresql/15/bin /usr/lib/postgresql/*/bin; do
  if [ -x "$folder/postgres" ]; then config=$folder/pg_config && break; fi
done
major=$(basename "$(dirname "$(dirname "${config:-/none/none/none}")")")

missing=() packages=(gcc make libc6-dev)
for name in "${wanted[@]}"; do
  case $name in
    pgvector)
      ls /usr/share/postgresql/"$major"/extension/vector.control >/dev/null 2>&1 && continue
      packages+=("postgresql-server-dev-$major") ;;
    pgbouncer)
      [ -x artifacts/pgbouncer/bin/pgbouncer ] && continue
      packages+=(libevent-dev libssl-dev pkg-config) ;;
    *) echo "unknown: $name" >&2; exit 2 ;;
  esac
  missing+=("$name")
done
if [ ${#missing[@]} -eq 0 ]; then exit 0; fi

log=$(mktemp)
work=$(mktemp -d)
trap 'rm -rf "$work" "$log"' EXIT
run() { "$@" >"$log" 2>&1 || { tail -n 40 "$log" >&2; echo "failed: $*" >&2; exit 1; }; }

echo "installing what building ${missing[*]} needs"
export DEBIAN_FRONTEND=noninteractive
run apt-get update -q
run apt-get install -y -q --no-install-recommends -o Dpkg::Options::=--force-confold "${packages[@]}"

# A list of packages of its own, so that the machine's stays what it is. The mirror is the machine's.
. /etc/os-release
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' "Codename: ${VERSION_CODENAME:-}" | head -n 1)
if [ -z "$mirror" ]; then echo "apt knows no mirror of Debian ${VERSION_CODENAME:-}" >&2; exit 1; fi
mkdir -p "$work/parts" "$work/lists/partial"
cat >"$work/parts/trixie.sources" <<SOURCES
Types: deb-src
URIs: $mirror
Suites: trixie
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
SOURCES
own=(-o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$work/parts" -o Dir::State::Lists="$work/lists" -o APT::Sandbox::User=root)
cd "$work"
run apt-get update -q "${own[@]}"
run apt-get source -q --download-only "${own[@]}" "${missing[@]}"

for name in "${missing[@]}"; do
  echo "building $name"
  mkdir "$name"
  tar -xzf "${name}"_*.orig.tar.gz -C "$name" --strip-components 1
  case $name in
    pgvector)
      # Not for this processor alone, and without bitcode, which would need a compiler of its own.
      run make -C pgvector -j"$(nproc)" PG_CONFIG="/usr/lib/postgresql/$major/bin/pg_config" OPTFLAGS="" with_llvm=no
      run make -C pgvector install PG_CONFIG="/usr/lib/postgresql/$major/bin/pg_config" OPTFLAGS="" with_llvm=no ;;
    pgbouncer)
      cd pgbouncer
      run ./configure --prefix="$root/artifacts/pgbouncer" --without-cares --disable-debug
      run make -j"$(nproc)" pgbouncer
      install -D -m 755 pgbouncer "$root/artifacts/pgbouncer/bin/pgbouncer"
      cd .. ;;
  esac
done
