#!/bin/sh
# faults.sh: runs the example programs on an interpreter whose heap's requests to the system fail, one a run.
#
#     faults.sh INTERPRETER [NAME ...]
#
# Each of programs/NAME.scm (all of them) runs at its small size with TENURE_DEBUG=fail=1, fail=2 and so on, until the
# log says of no request that it failed. Each run must end as it would without (exit status 0, and the output, but for
# lines in which hog.scm reports its memory: a refusal takes some), or with status 1 and a line that says that memory
# was out. FAULTS_DEBUG is what else TENURE_DEBUG says (verify),
# PROGRAM_TIMEOUT the most seconds that a run may take (60). Prints a line for each failure, then "N runs, N failed";
# exits with 1 when anything failed.
set -u

arguments='INTERPRETER [NAME ...]'
. "$(dirname "$0")/../testing.sh"
cd ../programs || exit 2
shift
[ $# -gt 0 ] || set -- $(ls *.scm | sed 's/\.scm$//')
seconds=${PROGRAM_TIMEOUT:-60} debug=${FAULTS_DEBUG:-verify}
runs=0
failed=0

# fail REASON: reports a failure of run $n of program $name, with what it said.
fail() {
    failed=$((failed + 1))
    echo "FAILED $name, fail=$n: $1: $(head -c 300 "$work/said")"
}

# same FILE: what the program has printed is what it should.
same() {
    of_memory='^measured: \|^memory went back: '
    grep -v "$of_memory" "$1" >"$work/wanted"
    grep -v "$of_memory" "$work/out" | cmp -s - "$work/wanted"
}

# run: of program $name with request $n failing; false when there was none.
run() {
    # shellcheck disable=SC2086 # the settings are words
    env $settings TENURE_DEBUG="$debug,fail=$n" timeout -k 5 "$seconds" "$interpreter" "$name.scm" \
        <"$name.small.in" >"$work/out" 2>"$work/err"
    status=$?
    grep -v '^\[fault\|^\[stress' "$work/err" >"$work/said"
    runs=$((runs + 1))
    if [ $status -eq 0 ]; then
        same "$name.small.out" || fail 'other output'
    elif [ $status -ne 1 ] || [ "$(wc -l <"$work/said")" -ne 1 ] ||
        ! grep -qE 'out of memory|no (memory|address space)' "$work/said"; then
        fail "$(ended $status "$seconds")"
    fi
    grep -q '^\[fault' "$work/err"
}

for name; do
    settings=$(sed -n '1,10s/^;; env: *//p' "$name.scm")
    n=1
    while run; do n=$((n + 1)); done
done
echo "$runs runs, $failed failed"
[ $failed -eq 0 ] && [ $runs -gt $# ]
