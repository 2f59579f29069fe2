#!/bin/sh
# Counts instructions under callgrind (valgrind) and fails when a path is over its budget: for what must not slowly grow. Unlike times,
# the counts are the same in every run on a machine of one kind. Usage: instructions.sh PROGRAM (bench/instructions.c, built)
#
# Each path is run twice, with COUNT and three times as many; the difference over 2 * COUNT is what one takes. The loop round a path,
# two or three instructions, is part of it. Budgets are some 10 % above what gcc 12 and clang 14 need at -O2 on x86-64.
set -eu
export LC_ALL=C
program=$1
case $(uname -m) in
x86_64) ;;
*) echo "skipped: the budgets are for x86-64, and this is $(uname -m)"; exit 77 ;;
esac
command -v valgrind >/dev/null || { echo "skipped: valgrind is not installed"; exit 77; }

# path, count, budget, what one of it is
budgets='nothing      100000  6     a turn of the loop
allocate     100000  16.0  an allocation of 16 bytes in the nursery, zeroed ahead
allocate-old 100000  60.0  an allocation of 16 bytes while objects are born old
store-old    100000  16.0  a store of an old value through handles
store-young  100000  16.0  a store of a young value into a logged object
scope        100000  16.0  a scope with one handle
copy-pairs   100000  100.0 a survivor of 16 bytes with two references: allocated, and copied
copy-bytes   2097152 0.60  a byte of a survivor of 1 KiB: allocated, and copied
mark         200000  60.0  an object with two references: marked'

count() { valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" "$1" "$2" 2>&1 | sed -n 's/.*Collected : //p'; }

failed=0
while read -r path count budget what; do
    once=$(count "$path" "$count")
    thrice=$(count "$path" $((3 * count)))
    verdict=$(awk -v a="$once" -v b="$thrice" -v n="$count" -v budget="$budget" 'BEGIN {
        each = (b - a) / (2 * n)
        if (a == "" || b == "" || each <= 0) print "FAILED (no count)"
        else printf("%s %.2f of %s\n", (each > budget ? "FAILED" : "ok"), each, budget) }')
    printf '%-26s %-13s %s\n' "$verdict" "$path" "$what"
    case $verdict in ok*) ;; *) failed=1 ;; esac
done <<END
$budgets
END
exit $failed
