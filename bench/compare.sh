#!/bin/sh
# Is the library of the working tree faster than that of REV?
#
#     bench/compare.sh REV [--quick] [--only WORKLOAD,...] [--peers PEER,...] [--rounds N] [--pin N|last|any]
#
# Peers: tenure, tenure-handles. Builds REV in a temporary worktree, with the workloads of the working tree instead of
# its own. So both libraries run the same programs, and only a change of the library shows. (REV must have the functions
# that the workloads use.) In each round both run right after each other, in changing order. Prints medians, and REV's
# figures divided by the tree's, round by round: above 1, the tree needs less.
set -eu
cd "$(dirname "$0")/.."
. tests/setup.sh
. bench/plan.sh

case ${1:-} in --help | -h) sed -n '2,9s/^# \{0,1\}//p' bench/compare.sh && exit ;; esac
bench_peers='tenure tenure-handles'
bench_options "$@"
rev=$(git rev-parse --verify --quiet "${bench_other# }^{commit}") ||
    bench_die "one revision of this repository is needed, not '${bench_other# }'"

setup_tools BENCH
work=$(mktemp -d)
clean() {
    git worktree remove --force "$work/source" 2>/dev/null || true
    rm -rf "$work"
}
trap clean EXIT
trap 'exit 130' INT TERM

# The programs of the source in folder $2, into $work/$1.
build() {
    # shellcheck disable=SC2086 # words are meant to be split
    (cd "$2" && setup_build "$work/$1-build" "${CC:-cc}" $bench_flags)
}

git worktree add --quiet --detach "$work/source" "$rev"
rm -rf "$work/source/bench"
cp -R bench meson_options.txt "$work/source/"
build rev "$work/source"
build tree .
bench_build=$work/tree-build # whose bench/turn is used
programs=$(bench_programs)

# compare_round WORKLOAD ROUND
compare_round() {
    sides='rev tree'
    [ $(($2 % 2)) = 1 ] || sides='tree rev'
    bench_entries "$1" | while read -r peer most program arguments; do
        [ "$2" -le "$most" ] || continue
        for side in $sides; do
            # shellcheck disable=SC2086 # words are meant to be split
            bench_turn workload="$1" peer="$peer" side="$side" round="$2" -- \
                "$work/$side-build/bench/$program" $arguments >>"$work/turns.jsonl" ||
                bench_failed $? "$1 on $peer, $side: see below"
        done
    done
}

for workload in $only; do
    round=1
    while [ $round -le "$rounds" ]; do
        compare_round "$workload" $round
        round=$((round + 1))
    done
done
echo "REV: $(git log -1 --format='%h %s' "$rev"); $rounds rounds. Ratios above 1: the tree needs less."
python3 bench/report.py --pairs "$work/turns.jsonl"
