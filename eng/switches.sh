#!/usr/bin/env bash
# Takes each protection out by its switch and runs the tests concerned: at least one has to fail for each.
#   eng/switches.sh [NAME...]   throws single switches; without a name the whole table of eng/switches.json. apdu-spec/switches.md gets the
#                               rows that were run, and keeps the others. Exit code 1 if a protection can be taken out unnoticed.
#   eng/switches.sh --tree      only makes and builds artifacts/switches: this tree with the switches of eng/switches.diff put in
#   eng/switches.sh --save      what was changed in artifacts/switches by hand becomes eng/switches.diff
# Where one of these would lose somebody's changes it refuses; with --force it goes on.
# The product holds no switch. Where eng/switches.diff no longer fits it, --tree leaves a .rej file beside each file concerned: put the change
# in by hand in artifacts/switches, then say --save.
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
if [ "${1:-}" = --save ]; then
    exec python3 eng/switches.py "$@"
fi

python3 eng/switches.py --tree $([ "${2:-}" != --force ] || echo --force)
dotnet build artifacts/switches/tests/HierCash.Tests.csproj --configuration Release --nologo --verbosity quiet -clp:ErrorsOnly -p:RunAnalyzers=false
[ "${1:-}" = --tree ] || exec python3 eng/switches.py "$@"
