#!/usr/bin/env bash
# Builds everything and runs all tests. Needs the .NET 10 SDK; NuGet packages are restored. What the tests run against is installed from
# Debian's packages where it is missing: pcscd, vpcd, pcsc-tools, opensc, python3-pyscard, python3-cryptography, tmux, iproute2, gcc with its libraries.
# The consoles are compiled ahead of time where they lie (eng/ahead.sh): tests start them thousands of times.
# Arguments go to the build and to the tests, as in ./test.sh -p:UsePcscSharp=true.
# Ends with the line "N passed, N failed"; exit code 0 only if all ran and none failed.
set -euo pipefail
cd "$(dirname "$0")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 CI="${CI:-true}"

if ! command -v dotnet >/dev/null; then
    echo "The .NET SDK 10 is not installed. Get it from your distribution or from Microsoft, then run this again." >&2
    echo "0 passed, 1 failed"
    exit 1
fi

missing=()
for package in pcscd vsmartcard-vpcd pcsc-tools opensc python3-pyscard python3-cryptography tmux iproute2 procps gcc libc6-dev zlib1g-dev; do
    dpkg-query --show --showformat='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
    sudo=''
    [ "$(id -u)" -eq 0 ] || sudo=sudo
    $sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq "${missing[@]}" >/dev/null
fi

results=$(mktemp -d)
# One compiler compiles all projects, and with it the analyzers have to be loaded once. It is this build's own, and ends with it.
compiler=hiercash-$$
stop_compiler() {
    local server
    server="$(dotnet msbuild tests/HierCash.Tests.csproj -nologo -getProperty:RoslynTargetsPath || true)/bincore/VBCSCompiler.dll"
    [ ! -e "$server" ] || dotnet "$server" -shutdown "-pipename:$compiler" > /dev/null || true
}
trap 'rm -rf "$results"; stop_compiler' EXIT
dotnet build HierCash.sln --configuration Release --nologo --verbosity quiet -clp:ErrorsOnly \
    -p:UseSharedCompilation=true "-p:SharedCompilationId=$compiler" "$@"
stop_compiler
trap 'rm -rf "$results"' EXIT
# Not of another build than the ordinary one: its consoles lie elsewhere.
[ $# -gt 0 ] || eng/ahead.sh
code=0
dotnet test tests/HierCash.Tests.csproj --configuration Release --no-build --nologo \
    --logger "trx;LogFileName=results.trx" --results-directory "$results" "$@" || code=$?

# The runner exits 0 when it found nothing to run, so the count is what counts.
counters=$(grep -o '<Counters [^>]*>' "$results/results.trx" || true)
number() { printf '%s' "$counters" | grep -o "$1=\"[0-9]*\"" | grep -o '[0-9]*' || echo 0; }
total=$(number total); passed=$(number passed)
failed=$((total - passed))
echo "$passed passed, $failed failed"
[ "$code" -eq 0 ] && [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
