#!/bin/sh
# Runs the benchmarks, on this library and on its peers. Installs what is missing, if it can.
#
#     bench/run.sh [--quick] [--only WORKLOAD,...] [--peers PEER,...] [--rounds N] [--pin N|last|any]
#
# Each turn is a process of its own on one CPU. The peers of a workload take turns, and each round begins with another
# one. There are five rounds; with --quick two, of smaller sizes. Writes into bench/results/:
#
#     latest.jsonl   a line for each turn: what ran, seconds, rss_kib, and the program's own figures
#     report.md      tables, and a comparison with the project's targets
#     *.svg          plots, if gnuplot is installed
#
# Exit status 1 if a program fails, or peers disagree on a workload's result. bench/README.md explains the figures.
set -eu
cd "$(dirname "$0")/.."
. tests/setup.sh
. bench/plan.sh

case ${1:-} in --help | -h) sed -n '2,13s/^# \{0,1\}//p' bench/run.sh && exit ;; esac
bench_options "$@"
[ -z "$bench_other" ] || bench_die "$bench_other: not understood; --help tells what is"

setup_tools BENCH
bench_compile
results=bench/results
rm -rf "$results"
mkdir -p "$results"
list=$(mktemp)
trap 'rm -f "$list"' EXIT

version() { printf '#include <%s>\n%s\n' "$1" "$2" | ${CC:-cc} -E - 2>/dev/null | tail -n 1; }

# What the figures depend on: for the report.
describe() {
    echo "date: $(date -u +%Y-%m-%d)"
    echo "tenure: $(git describe --always --dirty 2>/dev/null || echo 'not from a repository')"
    echo "sizes: $([ "$quick" ] && echo quick || echo full), $rounds rounds, CPU: $pin"
    echo "processor: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo 2>/dev/null | sort -u | head -n 1)," \
        "$(getconf _NPROCESSORS_ONLN) CPUs"
    echo "system: $(uname -sr), $(getconf GNU_LIBC_VERSION 2>/dev/null || echo 'another libc')"
    echo "huge pages: $(sed -n 's/.*\[\(.*\)\].*/\1/p' /sys/kernel/mm/transparent_hugepage/enabled 2>/dev/null)"
    echo "compiler: $(${CC:-cc} --version | head -n 1), -O2"
    echo "bdwgc: $(pkg-config --modversion bdw-gc 2>/dev/null)"
    echo "mimalloc: $(version mimalloc.h MI_MALLOC_VERSION | sed -n 's/^\([0-9]*\)\(.\)\(.\)$/\1.\2.\3/p')"
    echo "jemalloc: $(version jemalloc/jemalloc.h JEMALLOC_VERSION | tr -d '"' | cut -d- -f1)"
}

# The peers that were asked for and are not built, each once.
missing() {
    for peer in $peers; do
        case " $programs " in *" alloc-$peer "*) continue ;; esac
        setup_say "LEFT OUT: $peer, which is not built; is it installed?"
    done
}

# run_round WORKLOAD ROUND: runs the lines of $list, beginning with another line each time.
run_round() {
    awk -v n="$2" '{ line[NR] = $0 } END { for (i = 0; i < NR; i++) print line[(i + n - 1) % NR + 1] }' "$list" |
        while read -r peer most program arguments; do
            [ "$2" -le "$most" ] || continue
            # shellcheck disable=SC2086 # words are meant to be split
            bench_turn workload="$1" peer="$peer" round="$2" -- "$bench_build/bench/$program" $arguments \
                >>"$results/latest.jsonl" || bench_failed $? "$1 on $peer: see below"
        done
}

describe >"$results/system.txt"
: >"$results/latest.jsonl"
missing
for workload in $only; do
    bench_entries "$workload" >"$list"
    began=$(date +%s) round=1
    while [ $round -le "$rounds" ]; do
        run_round "$workload" $round
        round=$((round + 1))
    done
    setup_say "$workload: $(cut -d' ' -f1 "$list" | sort -u | wc -l) peers, $(($(date +%s) - began)) s"
done

python3 bench/report.py "$results"
