#!/usr/bin/env bash
# Publishes the server for machines like this one:
#   native         one executable, compiled ahead of time (PublishAot): starts at once, small, needs no .NET; needs clang (or gcc) and zlib's headers here
#   ready-to-run   the ordinary assemblies with machine code beside the intermediate language: starts faster, then compiles what is hot; needs .NET there
# Usage: tools/publish-server.sh native|ready-to-run [FOLDER]     (FOLDER: artifacts/KIND)
#
# native: .NET 10's ahead-of-time compiler needs a package that not every registry has (Microsoft.NETCore.App.Runtime.NativeAOT). Where it is missing, the
# same sources are compiled for .NET 9, whose compiler package is whole; the last line says which it was.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
kind=${1:-}
target=${2:-artifacts/$kind}
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 MSBUILDDISABLENODEREUSE=1

log=$(mktemp)
work=$PWD/artifacts/publish-$kind
trap 'rm -f "$log"' EXIT

# publish PROPERTY...: with intermediate files of its own, which those of the ordinary build do not get in the way of.
publish() {
  dotnet publish src/AutoRest.Server -c Release --use-current-runtime --artifacts-path "$work" -o "$target" -v quiet --disable-build-servers "$@" >"$log" 2>&1
}

case $kind in
  ready-to-run)
    publish --self-contained false -p:PublishReadyToRun=true || { cat "$log" >&2; exit 1; }
    echo "$target/autorest-server (.NET $(dotnet --version | cut -d. -f1-2) needed)" ;;
  native)
    if ! command -v clang >/dev/null && ! command -v gcc >/dev/null; then echo "needs clang or gcc, and zlib1g-dev: apt-get install clang zlib1g-dev" >&2; exit 1; fi
    compiler=()
    command -v clang >/dev/null || compiler=(-p:CppCompilerAndLinker=gcc)
    framework=net10.0
    if ! publish -p:PublishAot=true "${compiler[@]}"; then
      if ! grep -q 'NU110[12].*Runtime\.NativeAOT' "$log"; then cat "$log" >&2; exit 1; fi
      framework=net9.0
      rm -rf "$work"
      publish -p:PublishAot=true -p:NativeFramework="$framework" "${compiler[@]}" || { cat "$log" >&2; exit 1; }
    fi
    echo "$target/autorest-server (native, $framework)" ;;
  *)
    sed -n '2,5p' "$0" | cut -c 3- >&2
    exit 2 ;;
esac
