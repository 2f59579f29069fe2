#!/bin/sh
# The rooms of the interpreter are floors: a file includes headers of its own room, and of rooms that the README's list
# `The floors` names before it. This test lists every include that goes up, and fails if one is not in `accepted`.
# Usage: floors_test.sh [DIRECTORY]
set -eu
cd "${1:-$(dirname "$0")}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "FAILED: $*"; exit 1; }

# At most three, each with its reason: FILE HEADER.
#   - A library is compiled while the program that imports it is expanded, so the special form `import` needs libraries,
#     and libraries need the compiler.
accepted='syntax/import.c libraries/library.h'

sed -n '/^## The floors$/,/^## /s/^[0-9]*\. `\([a-z]*\)\/`.*/\1/p' README.md >"$work/floors"
for room in */; do
    ls "$room" | grep -q '\.c$' || continue
    [ "$room" = fuzz/ ] || grep -qx "${room%/}" "$work/floors" || fail "$room is not one of the floors in README.md"
done
grep -n '^#include "' ./*/*.c ./*/*.h | sed 's,^\./,,' | grep -v '^fuzz/' >"$work/includes"
[ "$(wc -l <"$work/includes")" -gt 100 ] || fail "too few includes were found"

awk 'NR == FNR { floor[$1] = NR; next }
    {
        split($0, part, ":"); file = part[1]; header = $0
        sub(/^[^"]*"/, "", header); sub(/".*/, "", header)
        if (header == "tenure.h") next
        split(file, from, "/"); split(header, to, "/")
        if (!(to[1] in floor)) print file, header, "(which is in no room)"
        else if (floor[to[1]] > floor[from[1]]) print file, header
    }' "$work/floors" "$work/includes" | sort -u >"$work/up"
printf '%s\n' "$accepted" | sort >"$work/accepted"
[ "$(wc -l <"$work/accepted")" -le 3 ] || fail "more than three includes that go up"
diff -u "$work/accepted" "$work/up" || fail "includes that go up (+), or that no longer do (-)"
echo "$(wc -l <"$work/includes") includes, of which $(wc -l <"$work/up") goes up"
