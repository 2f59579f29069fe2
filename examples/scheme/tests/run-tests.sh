#!/bin/sh
# run-tests.sh: runs the conformance suite on an interpreter and sums up.
#
#     run-tests.sh INTERPRETER
#
# Each NAME.scm but check.scm is a program of its own: it prints its failures and then "TITLE: N checks, M failed", and
# exits with 1 when any failed. Each exits/NAME.scm says in its first two lines with which status it must end and which
# line it must print ("status: N", "output: TEXT"; TEXT may be empty). A file that ends without its last line counts
# as one failure more. PROGRAM_TIMEOUT is the most seconds that a file may take (60); with SMALL_CHECKS set, long loops
# are shorter, for a collection at every allocation. Prints the failures, then
# "N checks in N files, N failed"; exits with 1 when anything failed, with 2 when there is nothing to test or to test
# with.

set -u

arguments=INTERPRETER
. "$(dirname "$0")/../testing.sh"
seconds=${PROGRAM_TIMEOUT:-60}

checks=0
failed=0

# run FILE: runs it; its output is in $work/out, what it wrote to standard error in $work/err, its status in $status.
run() {
    timeout -k 5 "$seconds" "$interpreter" "$1" </dev/null >"$work/out" 2>"$work/err"
    status=$?
}

# run_checks FILE: a file of the suite. The counts are in its last line.
run_checks() {
    run "$1"
    counts=$(sed -n '$s/^.*: \([0-9][0-9]*\) checks, \([0-9][0-9]*\) failed$/\1 \2/p' "$work/out")
    if [ -n "$counts" ]; then
        checks=$((checks + ${counts% *}))
        failed=$((failed + ${counts#* }))
    fi
    if [ -z "$counts" ] || { [ $status -ne 0 ] && [ "${counts#* }" -eq 0 ]; }; then
        checks=$((checks + 1))
        failed=$((failed + 1))
        echo "FAILED $1: $(ended $status "$seconds")"
        head -n 12 "$work/err" | sed 's/^/    /'
    fi
    sed -n "s|^FAILED |$1: FAILED |p" "$work/out"
}

# run_exit FILE: a program of exits/.
run_exit() {
    run "$1"
    expected=$(sed -n '1s/^;; status: //p' "$1")
    sed -n '2{s/^;; output: *//;/./p;}' "$1" >"$work/expected"
    checks=$((checks + 1))
    if [ "$status" != "$expected" ] || ! cmp -s "$work/expected" "$work/out"; then
        failed=$((failed + 1))
        echo "FAILED $1: $(ended $status "$seconds"), expected $expected; printed:"
        head -n 3 "$work/out" | sed 's/^/    /'
    fi
}

files=0
for file in *.scm exits/*.scm; do
    if [ ! -f "$file" ] || [ "$file" = check.scm ]; then continue; fi
    files=$((files + 1))
    case $file in
        exits/*) run_exit "$file" ;;
        *) run_checks "$file" ;;
    esac
done

if [ $files -eq 0 ] || [ $checks -eq 0 ]; then
    echo "run-tests.sh: nothing to test" >&2
    exit 2
fi
echo "$checks checks in $files files, $failed failed"
[ $failed -eq 0 ]
