#!/bin/sh
# Counts instructions under callgrind (valgrind), and fails if a path is over its budget, so that paths do not grow
# slowly. Unlike times, the counts are the same in every run. Usage: instructions.sh PROJECT
#
# Each path of instructions.c runs twice, with COUNT and with 3 * COUNT. The difference divided by 2 * COUNT is what one
# pass takes, with the two or three instructions of the loop around it. Budgets are some 10 % above what gcc 12 and
# clang 14 need at -O2 on x86-64. (Memory is cleared by a string instruction there; callgrind counts each of its bytes.)
set -eu
export LC_ALL=C
root=$1
case $(uname -m) in
x86_64) ;;
*) echo "skipped: the budgets are for x86-64, and this is $(uname -m)"; exit 77 ;;
esac
command -v valgrind >/dev/null || { echo "skipped: valgrind is not installed"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# path, count, budget, what one of it is
budgets='nothing      100000  3.5   a turn of the loop
allocate     100000  10.5  an allocation of 16 bytes in the nursery
allocate-old 100000  115   an allocation of 16 bytes while objects are born old, 24 bytes of it cleared
store-old    100000  10    a store of an old value through handles
store-young  100000  14.5  a store of a young value into a logged object
scope        100000  10    a scope with one handle
copy-pairs   100000  168   a survivor of 16 bytes with two references: allocated, and copied
copy-bytes   2097152 0.66  a byte of a survivor of 1 KiB: allocated, and copied
mark-tree    327670  98    an object with two references, of a tree: marked
mark-chain   200000  161   the same, of a list
scan-values  100000  10    an immediate in an array: looked at by a minor collection
mark-values  100000  9     the same, by marking'

count() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$work/program" "$1" "$2" 2>&1 |
        sed -n 's/.*Collected : //p'
}

failed=0
for cc in gcc clang; do
    echo "$cc -O2 ($($cc --version | head -n 1))"
    # shellcheck disable=SC2046 # words are meant to be split
    $cc -std=gnu11 -O2 -DNDEBUG -D_GNU_SOURCE $(pkg-config --cflags atomic_ops) -I"$root/include" -I"$root/gc" \
        -o "$work/program" "$root/bench/instructions.c" $(find "$root/gc" -name "*.c" ! -path "*/tools/*") -lm
    echo "$budgets" >"$work/budgets"
    while read -r path count budget what; do
        once=$(count "$path" "$count")
        thrice=$(count "$path" $((3 * count)))
        verdict=$(awk -v a="$once" -v b="$thrice" -v n="$count" -v budget="$budget" 'BEGIN {
            each = (b - a) / (2 * n)
            if (a == "" || b == "" || each <= 0) print "FAILED (no count)"
            else printf("%s %.2f of %s\n", (each > budget ? "FAILED" : "ok"), each, budget) }')
        printf '%-22s %-13s %s\n' "$verdict" "$path" "$what"
        case $verdict in ok*) ;; *) failed=1 ;; esac
    done <"$work/budgets"
done
exit $failed
