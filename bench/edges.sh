#!/bin/sh
# Runs the programs of bench/edges: places where collectors fall off a cliff.
#
#     bench/edges.sh [--quick] [--only NAME,...] [REV]
#
# With REV, runs each program on the library of that revision as well: first REV, then at once the working tree. A
# program that uses what REV does not have runs on the tree alone. --quick uses small sizes. To add a program, see
# bench/README.md.
set -eu
cd "$(dirname "$0")/.."
. tests/setup.sh

# Program, its arguments, those of a quick run ("-": none).
edges_plan() {
    cat <<END
external  4400000,10000,0  440000,2000,0
external  4400000,10000,1  440000,2000,1
ranges    100000           2000
suspended 100000           2000
startup   200              5
freshbig  1024  64
moves     1000,1000000,0  1000,50000,0
moves     1000,1000000,1  1000,50000,1
moves     1000,1000000,2  1000,50000,2
vector    4000000,4000000,0  400000,400000,0
vector    4000000,4000000,1  400000,400000,1
frames    1000,200000,0  1000,20000,0
frames    1000,200000,1  1000,20000,1
frames    1000,200000,2  1000,20000,2
limit     200,0            20,0
limit     200,1            20,1
limit     200,2            20,2
limit     200,3            20,3
sawtooth  5000000,8        500000,4
peak      13000000,30      1000000,1
fixed     24000000         1000000
failing   1000000,1000     300000,200
window    50000000         2000000
cliff     8000000,2048,8184  800000,256,8184
cliff     8000000,2048,8192  800000,256,8192
cliff     8000000,2048,16384  800000,256,16384
cliff     8000000,2048,65536  800000,256,65536
cliff     8000000,2048,262144  800000,256,262144
cliff     8000000,2048,1048576  800000,256,1048576
cliff     8000000,2048,4194304  800000,256,4194304
cliff     8000000,2048,67108864  800000,256,67108864
bigloop   4096,1048568,1  1024,1048568,1
bigloop   4096,1048568  1024,1048568
bigloop   4096,1048576,1  1024,1048576,1
bigloop   4096,1048576  1024,1048576
bigloop   4096,1048584,1  1024,1048584,1
bigloop   4096,1048584  1024,1048584
bigloop   4096,4194296,1  1024,4194296,1
bigloop   4096,4194296  1024,4194296
bigloop   4096,4194304,1  1024,4194304,1
bigloop   4096,4194304  1024,4194304
bigloop   4096,4194312,1  1024,4194312,1
bigloop   4096,4194312  1024,4194312
bigloop   4096,16777208,1  1024,16777208,1
bigloop   4096,16777208  1024,16777208
bigloop   4096,16777216,1  1024,16777216,1
bigloop   4096,16777216  1024,16777216
bigloop   4096,16777224,1  1024,16777224,1
bigloop   4096,16777224  1024,16777224
bigloop   4096,67108856,1  1024,67108856,1
bigloop   4096,67108856  1024,67108856
bigloop   4096,67108864,1  1024,67108864,1
bigloop   4096,67108864  1024,67108864
bigloop   4096,67108872,1  1024,67108872,1
bigloop   4096,67108872  1024,67108872
sparse    1000,4096  100,4096
lists     14000000,5,0      200000,3,0
lists     14000000,5,1      200000,3,1
grow      10000000,20,0    1000000,5,0
grow      10000000,20,1    1000000,5,1
grow      10000000,20,2    1000000,5,2
grow      1000,200000,0    1000,5000,0
grow      1000,200000,2    1000,5000,2
END
}

edges_die() {
    setup_say "$*"
    exit 2
}

quick='' only='' rev=''
while [ $# -gt 0 ]; do
    case $1 in
    --help | -h) sed -n '2,7s/^# \{0,1\}//p' bench/edges.sh && exit ;;
    --quick) quick=yes ;;
    --only)
        [ $# -gt 1 ] || edges_die "--only needs names"
        only=$2
        shift
        ;;
    -*) edges_die "$1 is not known" ;;
    *) rev=$(git rev-parse --verify --quiet "$1^{commit}") || edges_die "$1 is no revision" ;;
    esac
    shift
done

setup_tools BENCH
work=$(mktemp -d)
clean() {
    git worktree remove --force "$work/source" 2>/dev/null || true
    rm -rf "$work"
}
trap clean EXIT
trap 'exit 130' INT TERM

flags='-Doptimization=2 -Ddebug=false -Db_ndebug=true -Dtests=disabled -Dexamples=disabled -Dbench=disabled'
sides=tree
# shellcheck disable=SC2086 # words are meant to be split
setup_build "$work/tree" "${CC:-cc}" $flags
if [ -n "$rev" ]; then
    git worktree add --quiet --detach "$work/source" "$rev"
    # shellcheck disable=SC2086
    (cd "$work/source" && setup_build "$work/rev" "${CC:-cc}" $flags)
    sides='rev tree'
fi

# edges_compile SIDE NAME: false when this side does not have what the program uses.
edges_compile() {
    include=$PWD/include
    [ "$1" = tree ] || include=$work/source/include
    # shellcheck disable=SC2046
    "${CC:-cc}" -O2 -std=gnu11 -DNDEBUG -I"$include" -o "$work/$2-$1" "bench/edges/$2.c" "$work/$1/libtenure.a" \
        $(pkg-config --cflags --libs atomic_ops) -lm -lpthread 2>"$work/$2-$1.log"
}

edges_plan | while read -r name full short; do
    case ",${only:-$name}," in *",$name,"*) ;; *) continue ;; esac
    arguments=$full
    [ -z "$quick" ] || arguments=$short
    arguments=$(echo "$arguments" | sed 's/^-$//; s/,/ /g')
    for side in $sides; do
        if [ ! -x "$work/$name-$side" ] && ! edges_compile "$side" "$name"; then
            [ "$side" = rev ] || { cat "$work/$name-$side.log" >&2; exit 1; }
            continue
        fi
        printf '%-5s' "$side"
        # shellcheck disable=SC2086
        "$work/$name-$side" $arguments
    done
done
