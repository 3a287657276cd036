#!/usr/bin/env bash
# Runs every test of the repository: ./test.sh [part of a project's name]...
# Reports are left in TestResults/. The last line is "N passed, N failed, N skipped" over all suites.
#
# CI=1                       what is not installed fails its tests instead of skipping them
# UPDATE_CASES=1             rewrites expected output kept in files, such as the recorded cases that do not pass yet
# AUTOREST_CASES=REGEX       only the recorded cases whose file/name matches
# AUTOREST_SERVER_COMMAND=…  another server instead of the one just built, such as the native executable
# AUTOREST_PG_BIN=FOLDER     the PostgreSQL programs to use
set -u
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 2

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
export DOTNET_CLI_HOME="${DOTNET_CLI_HOME:-${HOME:-${TMPDIR:-/tmp}}}"
configuration=Release
results=$PWD/TestResults
passed=0 failed=0 skipped=0

finish() {
  local p f s
  while read -r p f s; do
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
  done < <(cat "$results/totals" 2>/dev/null)
  # Once more at the end, where whoever sees only that finds them.
  if [ -s "$results/failed" ]; then
    echo "Failed:"
    head -n 60 "$results/failed"
    echo
  fi
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" -eq 0 ]
  exit
}

# suite NAME PASSED FAILED SKIPPED SECONDS: one line, and into the totals, which are a file because suites run beside each other.
suite() {
  printf '%-36s %5d passed, %d failed, %d skipped  (%d s)\n' "$1" "$2" "$3" "$4" "$5"
  echo "$2 $3 $4" >>"$results/totals"
}

# chosen NAME: whether the arguments select it; without arguments everything is.
chosen() {
  [ ${#filters[@]} -eq 0 ] && return 0
  local filter
  for filter in "${filters[@]}"; do
    case "$1" in *"$filter"*) return 0 ;; esac
  done
  return 1
}

# A build server that stays behind keeps the output open, and whoever reads it waiting.
build() {
  if [ -n "${CI:-}" ]; then
    dotnet build "$@" --disable-build-servers
  else
    dotnet build "$@"
  fi
}

run_dotnet() { # project file
  local project=$1 name log report totals code start=$SECONDS
  name=$(basename "$project" .csproj)
  log=$results/$name.log report=$results/$name.xml
  rm -f "$report"
  # xunit.v3 projects are programs: started directly they need no test host and no second build.
  timeout 1800 dotnet "$(dirname "$project")/bin/$configuration/net10.0/$name.dll" -noLogo -noColor -xml "$report" >"$log" 2>&1 </dev/null
  code=$?
  # The counts stand as attributes of the first element; "errors" are failures outside of a test, as in a clean-up.
  totals=$(grep -ao -m1 '<assembly [^>]*>' "$report" 2>/dev/null | head -n 1)
  count() { echo "$totals" | grep -o " $1=\"[0-9]*\"" | tr -dc '0-9'; }
  local ok bad out
  ok=$(count passed) bad=$(count failed) out=$(count skipped)
  ok=${ok:-0} bad=$((${bad:-0} + $(count errors || true) + 0)) out=${out:-0}
  if [ $((ok + bad + out)) -eq 0 ]; then
    echo "$name: no test ran (exit code $code)"
    bad=1
  elif [ "$code" -ne 0 ] && [ "$bad" -eq 0 ]; then
    echo "$name: ended with exit code $code though no test failed"
    bad=1
  fi
  if [ "$bad" -gt 0 ]; then
    # What failed, without the skipped tests and their reasons.
    awk '/ \[SKIP\]$/ { skip = 1; next } / \[FAIL\]$/ || /^[^ ]/ || /^  [^ ]/ { skip = 0 } !skip' "$log" | head -n "${TEST_LOG_LINES:-300}"
    echo "(all of it: TestResults/$name.log)"
    { echo "$name"; grep -A 8 ' \[FAIL\]$' "$log"; } | cut -c -300 >>"$results/failed"
  fi
  suite "$name" "$ok" "$bad" "$out" $((SECONDS - start))
}

# Suites of node's own test runner (node --test), behind "npm test".
run_npm() { # folder
  local folder=$1 name log code start=$SECONDS
  name=${folder#tests/}
  log=$results/npm-${name//\//-}.log
  if ! command -v npm >/dev/null; then
    if [ -n "${CI:-}" ]; then echo "$name: npm is not installed"; suite "$name" 0 1 0 0; else
      echo "$name: skipped, npm is not installed"; suite "$name" 0 0 1 0; fi
    return
  fi
  (cd "$folder" && { [ ! -f package-lock.json ] || npm ci --no-audit --no-fund; } && npm test) >"$log" 2>&1 </dev/null
  code=$?
  count() { sed -nE "s/^(#|ℹ) $1 ([0-9]+)\$/\\2/p" "$log" | awk '{ n += $1 } END { print n + 0 }'; }
  local ok bad out
  ok=$(count pass) bad=$(($(count fail) + $(count cancelled))) out=$(($(count skipped) + $(count todo)))
  if [ "$bad" -eq 0 ] && { [ "$code" -ne 0 ] || [ $((ok + out)) -eq 0 ]; }; then
    echo "$name: exit code $code, $((ok + out)) tests"
    bad=1
  fi
  [ "$bad" -eq 0 ] || { tail -n "${TEST_LOG_LINES:-300}" "$log"; echo "(all of it: ${log#"$PWD"/})"; { echo "$name"; grep -A 8 '^not ok\|✖' "$log"; } | cut -c -300 >>"$results/failed"; }
  suite "$name" "$ok" "$bad" "$out" $((SECONDS - start))
}

filters=("$@")
projects=() packages=()
for project in tests/*/*.Tests.csproj; do
  [ -f "$project" ] && chosen "$(basename "$project" .csproj)" && projects+=("$project")
done
for package in tests/clients/package.json tests/clients/*/package.json; do
  [ -f "$package" ] && chosen "$(dirname "${package#tests/}")" && packages+=("$(dirname "$package")")
done
if [ $((${#projects[@]} + ${#packages[@]})) -eq 0 ]; then
  echo "no test project matches: $*"
  failed=1
  finish
fi

mkdir -p "$results"
rm -f "$results"/recorded*.txt "$results/totals" "$results/failed"
# The whole solution only where everything is tested; a project brings what it needs.
targets=("${projects[@]}")
if [ ${#filters[@]} -eq 0 ]; then
  targets=(AutoRest.slnx)
  for project in "${projects[@]}"; do
    grep -q "$project" AutoRest.slnx || targets+=("$project")
  done
elif [ ${#packages[@]} -gt 0 ]; then
  targets+=(src/AutoRest.Server/AutoRest.Server.csproj src/AutoRest.Cli/AutoRest.Cli.csproj)
fi
for target in "${targets[@]}"; do
  if ! build "$target" -c "$configuration" -v quiet >"$results/build.log" 2>&1; then
    grep -E 'error|warning' "$results/build.log" | sort -u | head -n 40
    echo "$target does not build (TestResults/build.log)"
    failed=1
    finish
  fi
done

# The tool's tests, one after the other, mostly wait for servers: they run beside the rest.
beside=""
for project in ${projects[@]+"${projects[@]}"}; do
  case "$project" in
    *Cli.Tests.csproj)
      run_dotnet "$project" >"$results/beside.out" 2>&1 &
      beside=$! ;;
  esac
done
for project in ${projects[@]+"${projects[@]}"}; do
  case "$project" in *Cli.Tests.csproj) ;; *) run_dotnet "$project" ;; esac
done
for package in ${packages[@]+"${packages[@]}"}; do run_npm "$package"; done
if [ -n "$beside" ]; then
  wait "$beside"
  cat "$results/beside.out"
fi
if [ -f "$results/recorded.txt" ]; then
  echo
  cat "$results/recorded.txt"
  echo
fi
finish
