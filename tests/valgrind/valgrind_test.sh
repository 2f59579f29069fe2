#!/bin/sh
# valgrind_test.sh: in a build with -Dmemcheck=valgrind, Valgrind reports each use of a dead object or a dead handle at
# its line. For an object it says where it lay and which collection was the last one there; for a handle, which
# collection found it dead. It reports nothing for the mended twins.
#
#     valgrind_test.sh VALGRIND HOST
set -u
export LC_ALL=C
valgrind=$1 host=$2
source=$(dirname "$0")/host.c
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

fail() {
    echo "FAILED $1: $2"
    sed 's/^/    /' "$work/err"
    failed=1
}

# line TEXT: the number of the line of the host that ends in this comment.
line() { grep -n "/\* $1: \*/\$" "$source" | cut -d: -f1; }

run() { "$valgrind" -q --track-origins=yes --error-exitcode=99 "$host" "$@" >"$work/out" 2>"$work/err"; }

# must CASE REPORT PLACE: the report names the line of the use, PLACE, and that of the last collection, in this order.
must() {
    run "$1"
    [ $? = 99 ] || fail "$1" 'Valgrind has not found it'
    sed 's/^==[0-9]*== *//; s/ 0x[0-9A-Fa-f]*/ ADDRESS/; s/[0-9,]* bytes inside/N bytes inside/' "$work/err" |
        awk -v report="$2" -v use="(host.c:$(line "$1"))" -v place="$3" -v last="(host.c:$(line "after $1"))" '
            BEGIN { wanted[1] = report; wanted[2] = use; wanted[3] = place; wanted[4] = last; n = 1 }
            n <= 4 && index($0, wanted[n]) { n++ }
            END { exit n <= 4 }' || fail "$1" "no \"$2\" with \"$3\""
    if ! run "$1" mended || [ -s "$work/err" ]; then fail "$1" 'mended, it is reported'; fi
}

nursery="Address ADDRESS is N bytes inside a nursery of heap 'host', emptied by collection"
old="Address ADDRESS is N bytes inside a region of the old space of heap 'host', marked by collection"
undefined='Use of uninitialised value of size 8' origin='Uninitialised value was created by a client request'
must young 'Invalid read' "$nursery 4 (asked by the host), of size"
must young_array 'Invalid write' "$nursery 1 (asked by the host), of size"
must old 'Invalid read' "$old 2 (asked by the host), of size"
must large 'Invalid write' "$old 1 (asked by the host), of size"
for case in handle handle_of_a_value no_escape restored; do must $case "$undefined" "$origin"; done
[ $failed = 0 ] && echo "Valgrind names uses of dead objects and handles"
exit $failed
