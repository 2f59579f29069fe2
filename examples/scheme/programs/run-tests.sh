#!/bin/sh
# run-tests.sh: runs the example programs on an interpreter and compares what they print with what they should.
#
#     run-tests.sh INTERPRETER [full|small]
#
# NAME.scm reads NAME.in (small: NAME.small.in), must print NAME.out (NAME.small.out), nothing to standard error, and
# exit with 0. The programs named in PROGRAMS_WITHOUT are left out: where a mode needs memory, those that limit
# theirs. A line ";; env: NAME=VALUE ..." among its first ten sets its environment. errors/NAME.scm must exit with 1
# and write exactly NAME.err to standard error. PROGRAM_TIMEOUT is the most seconds that a program may take (60;
# small, which is for slow builds and checks at every allocation, 120). Prints a line for each failure, then "N
# passed, N failed"; exits with 1 when anything failed, with 2 when there is nothing to test or to test with.

set -u

arguments='INTERPRETER [full|small]'
. "$(dirname "$0")/../testing.sh"
case ${2:-full} in
    full) suffix='' seconds=${PROGRAM_TIMEOUT:-60} ;;
    small) suffix=.small seconds=${PROGRAM_TIMEOUT:-120} ;;
    *) echo "usage: run-tests.sh $arguments" >&2 && exit 2 ;;
esac

passed=0
failed=0

# fail NAME REASON [FILE]: reports a failure, with the head of FILE.
fail() {
    failed=$((failed + 1))
    echo "FAILED $1: $2"
    [ $# -lt 3 ] || head -n 12 "$3" | sed 's/^/    /'
}

# same NAME EXPECTED GOT: compares, and reports the difference.
same() {
    if diff -u "$2" "$3" >"$work/diff" 2>&1; then
        passed=$((passed + 1))
    else
        sed 1,2d "$work/diff" >"$work/lines"
        fail "$1" "output differs (- expected, + got)" "$work/lines"
    fi
}

run_program() {
    name=$1
    settings=$(sed -n '1,10s/^;; env: *//p' "$name.scm")
    # shellcheck disable=SC2086 # the settings are words
    env $settings timeout -k 5 "$seconds" "$interpreter" "$name.scm" \
        <"$name$suffix.in" >"$work/out" 2>"$work/err"
    status=$?
    if [ $status -ne 0 ]; then
        tail -n 3 "$work/out" >"$work/tail"
        cat "$work/err" >>"$work/tail"
        fail "$name" "$(ended $status "$seconds")" "$work/tail"
    elif [ -s "$work/err" ]; then
        fail "$name" "it wrote to standard error" "$work/err"
    else
        same "$name" "$name$suffix.out" "$work/out"
    fi
}

run_error() {
    name=$1
    (cd errors && exec timeout -k 5 "$seconds" "$interpreter" "$name.scm") </dev/null >"$work/out" 2>"$work/err"
    status=$?
    if [ $status -ne 1 ]; then
        fail "errors/$name" "$(ended $status "$seconds"), not 1" "$work/err"
    else
        same "errors/$name" "errors/$name.err" "$work/err"
    fi
}

programs=0
for file in *.scm; do
    [ -f "$file" ] || continue
    programs=$((programs + 1))
    name=${file%.scm}
    case " ${PROGRAMS_WITHOUT-} " in *" $name "*) continue ;; esac
    if [ -f "$name$suffix.in" ] && [ -f "$name$suffix.out" ]; then
        run_program "$name"
    else
        fail "$name" "$name$suffix.in or $name$suffix.out is missing"
    fi
done
errors=0
for file in errors/*.scm; do
    [ -f "$file" ] || continue
    errors=$((errors + 1))
    name=$(basename "$file" .scm)
    if [ -f "errors/$name.err" ]; then
        run_error "$name"
    else
        fail "errors/$name" "errors/$name.err is missing"
    fi
done

if [ $programs -eq 0 ] || [ $errors -eq 0 ]; then
    echo "run-tests.sh: found $programs programs and $errors error programs: both must be there" >&2
    exit 2
fi
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
