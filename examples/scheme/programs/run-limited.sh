#!/bin/sh
# run-limited.sh: runs the example programs with hardly more memory than their data takes.
#
#     run-limited.sh INTERPRETER
#
# Each program runs at its full size twice. The first run makes a major collection after every 64 KiB of growth, and the
# collector's log says how much was alive at most. The second run has a hard limit of 1.4 times that, and 2 MiB: the
# program must finish, and print what it should. (The limit is one of all that is resident: also of the stack of the
# marker, the queue, and what the collector keeps back for itself and for the condition `out of memory`. Of what was
# there before a collection, half a MiB may have been the nursery's and garbage.)
#
# PROGRAM_TIMEOUT is the most seconds that a run may take (1200). Prints a line for each failure, then "N passed, N
# failed"; exits with 1 when anything failed.
set -u

arguments=INTERPRETER
. "$(dirname "$0")/../testing.sh"
seconds=${PROGRAM_TIMEOUT:-1200}

# run NAME SETTINGS...: its output is in $work/out, its errors and the log in $work/err.
run() {
    name=$1
    shift
    env "$@" timeout -k 5 "$seconds" "$interpreter" "$name.scm" <"$name.in" >"$work/out" 2>"$work/err"
}

# The most KiB alive, in the heap and outside of it, from lines like "[gc NAME] ... major (cause): 1.50 -> 1.21 MiB,
# ..., external 0.02; ...": after a collection, or before it, when something large has come since.
most_alive() {
    size='\([0-9.]*\)'
    sed -n "s/.* major (.*: $size -> $size MiB, .*, external $size;.*/\1 \2 \3/p" "$work/err" |
        awk '{ before = $1 * 1024 - 512; after = $2 * 1024
               alive = (before > after ? before : after) + $3 * 1024
               if (alive > most) most = alive }
             END { printf("%d", most) }'
}

passed=0
failed=0
for file in *.scm; do
    name=${file%.scm}
    grep -q '^;; env: .*TENURE_HEAP_MAX' "$file" && continue # has a limit of its own
    run "$name" TENURE_LOG=gc TENURE_POLICY=fixed TENURE_GROWTH_MIN=64K TENURE_NURSERY=256K TENURE_PRETENURE=off
    alive=$(most_alive)
    if [ "$alive" -eq 0 ]; then
        failed=$((failed + 1))
        echo "FAILED $name: no major collection in its log"
        continue
    fi
    run "$name" "TENURE_HEAP_MAX=$((alive * 14 / 10 + 2048))K"
    status=$?
    if [ $status -eq 0 ] && cmp -s "$work/out" "$name.out"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED $name: exit status $status with 1.4 times $alive KiB: $(head -n 1 "$work/err")"
    fi
done
echo "$passed passed, $failed failed"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
