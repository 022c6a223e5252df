#!/usr/bin/env bash
# The bad day, at its full length: real processes in namespaces of their own, under kill -9, SIGSTOP, failing disks, wrong clocks, broken links, restored backups, and strangers.
# Arguments name single lines of the table; without any all of them are played, which takes hours. HIERCASH_FAULTS_SCALE=10 plays a tenth of the rounds.
# Needs root, for loop devices; what else it needs is what test.sh installs. Prints the table: rounds, money lost and doubled, the longest time until service went on by itself, and whether
# the line is mended. Exit code 1 if one is not, or was not played.
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
export HIERCASH_FAULTS="${*:-all}"
HIERCASH_FAULTS_ROWS=$(mktemp)
export HIERCASH_FAULTS_ROWS
log=$(mktemp)
trap 'rm -f "$HIERCASH_FAULTS_ROWS" "$log"' EXIT
[ -n "${HIERCASH_FAULTS_BUILT:-}" ] || dotnet build tests/HierCash.Tests.csproj --configuration Release --nologo --verbosity quiet -clp:ErrorsOnly
echo '| line | what was found | rounds | lost | doubled | went on after | now |'
echo '|---|---|---|---|---|---|---|'
code=0
dotnet test tests/HierCash.Tests.csproj --configuration Release --no-build --nologo --filter "FullyQualifiedName~FaultTests.TheLineIsMended" > "$log" 2>&1 &
test=$!
tail --pid=$test --sleep-interval=0.5 --lines=+1 --follow "$HIERCASH_FAULTS_ROWS" || true
wait $test || code=1
if [ ! -s "$HIERCASH_FAULTS_ROWS" ]; then
    cat "$log" >&2
    code=1
fi
exit $code
