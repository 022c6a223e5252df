#!/usr/bin/env bash
# Counts the product's C# lines (card, terminals, apdu-spec) of one or more commits; without a name, of HEAD.
#   eng/lines.sh f0e0f64 HEAD
# "code" leaves out blank lines, comments, using and namespace lines, and lines of lone punctuation. "bytes" are those of the code lines:
# they do not change when a line is wrapped. "at 140" counts a line of more than 140 columns, which commits before the rule have, as the lines
# that it takes at that width.
set -euo pipefail
cd "$(dirname "$0")/.."
printf '%-12s %6s %8s %8s %8s %10s\n' commit files lines 'at 140' code bytes
for commit in "${@:-HEAD}"; do
    git archive "$commit" card terminals apdu-spec | tar -x --to-stdout --wildcards '*.cs' | awk -v commit="$commit" \
        -v files="$(git ls-tree -r --name-only "$commit" card terminals apdu-spec | grep -c '\.cs$')" '
        { lines++; wrapped += length($0) > 140 ? int((length($0) + 139) / 140) : 1; sub(/^[ \t\r\xef\xbb\xbf]+/, ""); sub(/[ \t\r]+$/, "") }
        /^\/\// || /^(global )?using [^(]*;$/ || /^namespace / || !/[A-Za-z0-9_"]/ { next }
        { code++; bytes += length($0) }
        END { printf "%-12s %6d %8d %8d %8d %10d\n", commit, files, lines, wrapped, code, bytes }'
done
