#!/bin/sh
# run.sh: fuzzes the library: strings of API operations beside the oracle's model, and the option parser.
#
#     run.sh [SECONDS [BUILD]]
#
# Builds with clang, ASan and UBSan in BUILD (build-fuzz in the project's root), and runs each of the two programs for
# SECONDS (600). They begin with corpus-NAME/; what they find beside is kept in BUILD. Exits with 1 when an input fails:
# it is then in BUILD as crash-..., leak-... or timeout-...; `BUILD/tests/fuzz/fuzz-NAME FILE` runs it again. What found a
# mistake belongs into the corpus; to renew the corpora: `fuzz-NAME -merge=1 -use_counters=0 NEW corpus-NAME FOUND`.
set -u

seconds=${1:-600}
root=$(cd "$(dirname "$0")/../.." && pwd)
build=${2:-$root/build-fuzz}
cd "$root" || exit 2
. tests/fuzz/build.sh

# Words of the option table, with their commas and units.
dictionary=$build/options.dict
sed -n '/^<!-- options -->$/,/^<!-- \/options -->$/p' README.md | grep -oE '[A-Za-z_]+|[0-9]+[A-Za-z%]*' | sort -u |
    sed 's/.*/"&"/' >"$dictionary"
failed=0
for name in api options; do
    found=$build/found-$name
    mkdir -p "$found"
    words= length=4096
    [ $name = api ] || words=-dict=$dictionary length=512
    # shellcheck disable=SC2086 # no words are no argument
    (cd "$build" && "$build/tests/fuzz/fuzz-$name" -max_total_time="$seconds" -timeout=60 -rss_limit_mb=4096 \
        -max_len=$length $words -print_final_stats=1 "$found" "$root/tests/fuzz/corpus-$name") \
        >"$build/fuzz-$name.log" 2>&1 || failed=1
    grep -E '^(stat::|SUMMARY|oracle:|options.c|.*ERROR)' "$build/fuzz-$name.log" | sed "s/^/$name: /"
done
exit $failed
