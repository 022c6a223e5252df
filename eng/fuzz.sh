#!/usr/bin/env bash
# eng/fuzz.sh TARGET [SECONDS]: afl-fuzz on one of the targets tlv, link, runtime, wallet, from the corpus in bench/Fuzz/Corpus. Default: 3600 seconds.
# Needs afl++ (Debian; installed where it is missing) and NuGet's SharpFuzz.CommandLine (installed into a temporary folder). What it finds is
# left in fuzz-TARGET; exit code 0 only if nothing crashed and nothing hung.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${1:?"which target: tlv, link, runtime or wallet?"}
seconds=${2:-3600}
[ -d "bench/Fuzz/Corpus/$target" ] || { echo "There is no target '$target'; there are: $(ls bench/Fuzz/Corpus | xargs)." >&2; exit 2; }
if ! command -v afl-fuzz >/dev/null; then
    sudo=''
    [ "$(id -u)" -eq 0 ] || sudo=sudo
    $sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq afl++ >/dev/null
fi

work=$(mktemp -d -p "$PWD" .fuzz-XXXXXX)
trap 'rm -rf "$work"' EXIT
dotnet tool install SharpFuzz.CommandLine --version 2.3.0 --tool-path "$work/tools" >/dev/null
dotnet publish bench -c Release -o "$work/bin" --nologo -v quiet
for assembly in HierCash.Iso7816 HierCash.Protocol HierCash.Card.Runtime HierCash.Card.WalletApplet; do
    "$work/tools/sharpfuzz" "$work/bin/$assembly.dll"
done
rm -rf "fuzz-$target"
AFL_SKIP_BIN_CHECK=1 AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_UI=1 \
    afl-fuzz -i "bench/Fuzz/Corpus/$target" -o "fuzz-$target" -V "$seconds" -t 5000 -m none -- dotnet "$work/bin/HierCash.Bench.dll" fuzz "$target" >"$work/log" \
    || { tail -n 20 "$work/log" >&2; exit 1; }
value() { grep "^$1 " "fuzz-$target/default/fuzzer_stats" | sed 's/.*: //'; }
echo "$target: $(value execs_done) inputs in $(value run_time) s, $(value edges_found) edges, $(value saved_crashes) crashes, $(value saved_hangs) hangs"
[ "$(value saved_crashes)" = 0 ] && [ "$(value saved_hangs)" = 0 ]
