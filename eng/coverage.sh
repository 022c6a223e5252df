#!/usr/bin/env bash
# Branch coverage of the card, by the tests that run it in process (those that start programs count for nothing here).
# The files that the runtime shares with apdu-spec count there. Prints one line for the runtime and one for the wallet applet; exit code 0 only if each is at least 95%.
set -euo pipefail
cd "$(dirname "$0")/.."
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
filter='FullyQualifiedName~Tests.Runtime|FullyQualifiedName~Tests.Instructions|FullyQualifiedName~Tests.Scenarios|FullyQualifiedName~Tests.Samples|FullyQualifiedName~Tests.Traces|FullyQualifiedName~Tests.Vectors'
dotnet test tests/HierCash.Tests.csproj --configuration Release --nologo --verbosity quiet --filter "$filter" --results-directory "$results" \
    --collect "XPlat Code Coverage" -- DataCollectionRunSettings.DataCollectors.DataCollector.Configuration.Include='[HierCash.Card.Runtime]*,[HierCash.Card.WalletApplet]*' \
    DataCollectionRunSettings.DataCollectors.DataCollector.Configuration.ExcludeByFile='**/apdu-spec/Files/*.cs'
report=$(find "$results" -name coverage.cobertura.xml | head -n 1)
awk '
    /<package / { match($0, /name="[^"]*"/); name = substr($0, RSTART + 6, RLENGTH - 7); match($0, /branch-rate="[^"]*"/); rate = substr($0, RSTART + 13, RLENGTH - 14) * 100
                  printf "%s: %.1f%% of branches\n", name, rate; if (rate < 95) low = 1; seen++ }
    /<class / { match($0, /name="[^"]*"/); class = substr($0, RSTART + 6, RLENGTH - 7); match($0, /branch-rate="[^"]*"/); rate = substr($0, RSTART + 13, RLENGTH - 14) * 100
                if (rate < 95) printf "  %5.1f%%  %s\n", rate, class }
    END { exit low || seen != 2 }
' "$report"
