#!/usr/bin/env bash
# Compiles the built consoles ahead of time, in their own folders: tests start them two thousand times, and each start would compile them anew. A later build puts the ordinary files back.
# The compiler is a package that the tests' project downloads. Prints how many files it compiled.
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
ask() { dotnet msbuild tests/HierCash.Tests.csproj -nologo "-getProperty:$1"; }
compiler="$(ask CompilerAhead)"
framework=$(dotnet --list-runtimes | sed -n 's/^Microsoft\.NETCore\.App \(10\.[^ ]*\) \[\(.*\)\]$/\2\/\1/p' | tail -1)
web=$(dotnet --list-runtimes | sed -n 's/^Microsoft\.AspNetCore\.App \(10\.[^ ]*\) \[\(.*\)\]$/\2\/\1/p' | tail -1)
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
folders=(terminals/*/bin/Release/net10.0 card/Emulator/bin/Release/net10.0 tests/bin/Release/net10.0)
compile() {
    "$compiler" "$1" --out "$made/$(basename "$1")" --reference "$framework/*.dll" --reference "$web/*.dll" --reference "$(dirname "$1")/*.dll" --targetos linux --optimize > /dev/null
}
export -f compile
export compiler framework web made

# The same file lies in several folders, and is compiled once.
for folder in "${folders[@]}"; do printf '%s\n' "$folder"/*.dll; done | awk -F/ '!seen[$NF]++' \
    | grep -E '/(HierCash|hiercash|BouncyCastle|System\.CommandLine|Microsoft\.Data\.Sqlite|SQLitePCLRaw)[^/]*\.dll$' | grep -v '/HierCash\.Tests' \
    | xargs -P "$(nproc)" -I{} bash -c 'compile {}'
for file in "$made"/*.dll; do
    for folder in "${folders[@]}"; do
        [ ! -e "$folder/$(basename "$file")" ] || cp "$file" "$folder/"
    done
done
echo "$(find "$made" -name '*.dll' | wc -l) files were compiled ahead."
