#!/bin/sh
# Seeded mistakes: runs the checker over the files of this directory and compares what it finds with their comments,
# `// expect: CHECK, CHECK`. A function with such a comment is a mistake; all others must be silent. At least 95 % of
# the mistakes must be found with all their lines, and nothing else.
#
#     tests/rootcheck/run.sh CHECKER SOURCE-ROOT
set -eu
export LC_ALL=C
checker=$(cd "$(dirname "$1")" && pwd)/$(basename "$1") root=$(cd "$2" && pwd)
cd "$root/tests/rootcheck"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# FILE:LINE:CHECK of all comments; and the same with the name of the function.
awk -v names="$work/names" '
    FNR == 1 || /^}/ { name = "" }
    /^[A-Za-z].*\) \{/ { name = $0; sub(/\(.*/, "", name); sub(/.*[ *]/, "", name) }
    /\/\/ expect: / {
        line = $0
        sub(/.*\/\/ expect: /, "", line)
        sub(/:.*/, "", line)
        n = split(line, checks, / *, */)
        for (i = 1; i <= n; i++) {
            sub(/[ \t]+$/, "", checks[i])
            print FILENAME ":" FNR ":" checks[i]
            print FILENAME ":" FNR ":" checks[i], FILENAME ":" name > names
        }
    }' ./*.c | sed 's,^\./,,' | sort > "$work/expected"
sed -i 's,\./,,g' "$work/names"

status=0
fail() { echo "FAILED: $*"; exit 1; }
"$checker" --sarif="$work/sarif" ./*.c -- -std=gnu11 -I"$root/include" > "$work/output" || status=$?
[ $status = 1 ] || fail "exit status $status, expected 1"
sed -n 's/^\([^:]*:[0-9]*\):[0-9]*: warning: .*\[\([a-z-]*\)\]$/\1:\2/p' "$work/output" | sort -u > "$work/found"

comm -13 "$work/expected" "$work/found" > "$work/wrong"
comm -23 "$work/expected" "$work/found" > "$work/missed"
total=$(cut -d' ' -f2 "$work/names" | sort -u | wc -l)
awk 'NR == FNR { missed[$1]; next } $1 in missed { print $2 }' "$work/missed" "$work/names" > "$work/incomplete"
incomplete=$(sort -u "$work/incomplete" | wc -l)
echo "$((total - incomplete)) of $total mistakes found, $(wc -l < "$work/expected") lines"
sed 's/^/missed: /' "$work/missed"
sed 's/^/false alarm: /' "$work/wrong"

# The same findings as SARIF, and those that are excused.
results=$(grep -c '"ruleId"' "$work/sarif") excused=$(grep -c '"suppressions"' "$work/sarif")
[ "$results" = $(($(grep -c ' warning: ' "$work/output") + excused)) ] || fail "$results results in SARIF"
[ "$excused" = 2 ] || fail "$excused findings are excused, expected 2"
if command -v python3 > /dev/null; then python3 -m json.tool "$work/sarif" > /dev/null || fail "SARIF is no JSON"; fi

# Names that are declared not to collect; files that cannot be read; a wrong usage.
printf '%s\n' 'unknown_*  # of structs.c' > "$work/quiet"
"$checker" --no-collect="$work/quiet" structs.c -- -std=gnu11 -I"$root/include" > "$work/output" || :
! grep -q "unknown_hook" "$work/output" || fail "--no-collect has no effect"
grep -q "'log_twice' may collect" "$work/output" || fail "log_twice was to collect without --no-collect"
echo log_twice > "$work/quiet"
"$checker" --no-collect="$work/quiet" structs.c -- -std=gnu11 -I"$root/include" > "$work/output" || :
! grep -q "'log_twice' may collect" "$work/output" || fail "--no-collect has no effect on a function with a body"
status=0
"$checker" no-such-file.c 2> /dev/null || status=$?
[ $status = 2 ] || fail "exit status $status for a missing file"
status=0
"$checker" roots.c 2> /dev/null > /dev/null || status=$?
[ $status = 2 ] || fail "exit status $status for a file with errors"
status=0
"$checker" --nonsense 2> /dev/null || status=$?
[ $status = 2 ] || fail "exit status $status for a wrong option"

[ ! -s "$work/wrong" ] && [ "$total" -ge 80 ] && [ $((incomplete * 20)) -le "$total" ]
