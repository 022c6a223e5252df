#!/usr/bin/env bash
# Takes each protection out by its switch and runs the tests concerned: at least one has to fail for each.
# Arguments name single switches; without any the whole table of eng/switches.json is run. apdu-spec/switches.md gets the rows that were run, and keeps the others.
# One build, in artifacts/switches; the ordinary build is left alone. Exit code 1 if a protection can be taken out unnoticed.
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
dotnet build tests/HierCash.Tests.csproj --configuration Release --nologo --verbosity quiet -clp:ErrorsOnly -p:Switches=true
exec python3 eng/switches.py "$@"
