#!/bin/sh
# run.sh: fuzzes the interpreter: its reader, and whole programs.
#
#     run.sh [SECONDS [BUILD]]
#
# Builds with clang, ASan and UBSan in BUILD (build-fuzz in the project's root), and runs each of the two programs for SECONDS
# (600). They begin with corpus/, the example programs and the conformance suite; what they find beside is kept in BUILD.
# Exits with 1 when an input fails: it is then in BUILD as crash-..., leak-... or timeout-....
set -u

seconds=${1:-600}
root=$(cd "$(dirname "$0")/../../.." && pwd)
build=${2:-$root/build-fuzz}
cd "$root" || exit 2
. tests/fuzz/build.sh

scheme=$root/examples/scheme
dictionary=$build/fuzz.dict
# Words of the language, from its standard libraries' export lists.
sed -n 's/^ *"\(.*\)".*/\1/p' "$scheme/standard.c" | tr ' ' '\n' | grep -E '^[a-z][a-z0-9!?>*/=<-]*$' | sort -u |
    sed 's/.*/"&"/' >"$dictionary"
failed=0
for name in reader program; do
    found=$build/found-$name
    mkdir -p "$found"
    (cd "$build" && "$build/examples/scheme/fuzz-$name" -max_total_time="$seconds" -timeout=30 -rss_limit_mb=4096 \
        -max_len=4096 -dict="$dictionary" -print_final_stats=1 "$found" "$scheme/fuzz/corpus" "$scheme/programs" \
        "$scheme/tests") >"$build/fuzz-$name.log" 2>&1 || failed=1
    grep -E '^(stat::|SUMMARY|not read|.*ERROR)' "$build/fuzz-$name.log" | sed "s/^/$name: /"
done
exit $failed
