#!/bin/sh
# binary-trees on Tenure, plainly and with reserved bursts, and on bdwgc, in turns, optimised.
# Usage: bench/binary_trees.sh [DEPTH [RUNS]]
# Prints the least and the median wall time and the largest resident set of each, and how many times as fast as bdwgc. Exit
# status 1 if their outputs differ, or one is missing.
set -eu
cd "$(dirname "$0")/.."
depth=${1:-18} runs=${2:-5} build=${BUILD:-build-bench}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

[ -f "$build/build.ninja" ] || meson setup "$build" --buildtype=release -Dbench=enabled -Dtests=disabled -Dexamples=disabled >"$work/log" ||
    { cat "$work/log"; exit 1; }
meson compile -C "$build" >"$work/log" || { cat "$work/log"; exit 1; }
for version in tenure bdwgc; do
    [ -x "$build/bench/binary_trees_$version" ] || { echo "there is no $build/bench/binary_trees_$version: install bdwgc (Debian: libgc-dev), remove $build, and try again"; exit 1; }
done
case $(date +%N) in
[0-9]*) ;;
*) echo "this needs a date(1) that knows %N"; exit 1 ;;
esac

# turn NAME PROGRAM ARGUMENTS...
turn() {
    name=$1
    shift
    start=$(date +%s%N)
    "$@" >"$work/$name.out" 2>"$work/$name.err"
    end=$(date +%s%N)
    echo "$name $((end - start)) $(sed -n 's/^max RSS KiB: //p' "$work/$name.err")" >>"$work/times"
    cmp "$work/$name.out" "$work/tenure.out" || { echo "FAILED: the outputs differ"; exit 1; }
}

run=0
while [ $run -lt "$runs" ]; do
    turn tenure "$build/bench/binary_trees_tenure" "$depth"
    turn tenure-burst "$build/bench/binary_trees_tenure" "$depth" burst
    turn bdwgc "$build/bench/binary_trees_bdwgc" "$depth"
    run=$((run + 1))
done
[ "$(wc -l <"$work/tenure.out")" -gt 3 ] || { echo "FAILED: no output"; exit 1; }

echo "binary-trees, depth $depth, $runs runs in turns"
sort -k1,1 -k2,2n "$work/times" | awk '
    { n[$1]++; time[$1, n[$1]] = $2 / 1e9; if ($3 > rss[$1]) rss[$1] = $3 }
    function median(v,    k) { k = n[v]; return k % 2 ? time[v, (k + 1) / 2] : (time[v, k / 2] + time[v, k / 2 + 1]) / 2 }
    function show(v) {
        printf "%-13s min %7.3f s   median %7.3f s   max RSS %6.1f MiB   %5.2f times as fast as bdwgc (median %.2f)\n", v,
            time[v, 1], median(v), rss[v] / 1024, time["bdwgc", 1] / time[v, 1], median("bdwgc") / median(v)
    }
    END { show("tenure"); show("tenure-burst"); show("bdwgc") }'
