#!/bin/sh
# Seeded mistakes: runs the checker over the files of this directory and compares what it finds with their comments,
# `// expect: CHECK, CHECK`. A function with such a comment is a mistake; all others must be silent. At least 95 % of the
# mistakes must be found with all their lines, and nothing else.
#
#     tests/rootcheck/run.sh CHECKER SOURCE-ROOT
set -eu
checker=$1 root=$(cd "$2" && pwd)
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
"$checker" ./*.c -- -std=gnu11 -I"$root/include" > "$work/output" || status=$?
[ $status = 1 ] || { echo "exit status $status, expected 1" >&2; exit 1; }
sed -n 's/^\([^:]*:[0-9]*\):[0-9]*: warning: .*\[\([a-z-]*\)\]$/\1:\2/p' "$work/output" | sort -u > "$work/found"

comm -13 "$work/expected" "$work/found" > "$work/wrong"
comm -23 "$work/expected" "$work/found" > "$work/missed"
total=$(cut -d' ' -f2 "$work/names" | sort -u | wc -l)
incomplete=$(awk 'NR == FNR { missed[$1]; next } $1 in missed { print $2 }' "$work/missed" "$work/names" | sort -u | wc -l)
echo "$((total - incomplete)) of $total mistakes found, $(wc -l < "$work/expected") lines"
sed 's/^/missed: /' "$work/missed"
sed 's/^/false alarm: /' "$work/wrong"
[ ! -s "$work/wrong" ] && [ "$total" -ge 80 ] && [ $((incomplete * 20)) -le "$total" ]
