#!/bin/sh
# Builds the library and runs the tests. Installs what is missing where it can (see setup.sh).
#
#     tests/run.sh           the quick suite: clang optimised, gcc with ASan and UBSan; and the Scheme programs under gcc -O2, -O0
#     tests/run.sh --all     the long suite as well, both under clang's ASan, the quick one under Valgrind, and the fuzzers
#     tests/run.sh --fast    the quick suite of the clang build only, less what takes long, for the edit loop
set -eu
cd "$(dirname "$0")/.."
. tests/setup.sh

mode=${1:-quick}
case $mode in
quick | --all | --fast) ;;
*)
    sed -n '2,6s/^# \{0,1\}//p' tests/run.sh
    [ "$mode" = --help ]
    exit
    ;;
esac

setup_tools TEST
started=$(date +%s)
failed=

# The compilers that the project promises to be clean under may find nothing to warn of.
strict_gcc=false strict_clang=false
[ "$(gcc -dumpversion | cut -d. -f1)" = 12 ] && strict_gcc=true
[ "$(clang -dumpversion | cut -d. -f1)" = 14 ] && strict_clang=true

# run_suites NAME DIRECTORY MESON-TEST-ARGUMENTS...
run_suites() {
    name=$1 directory=$2
    shift 2
    printf '\n== %s: %s\n' "$name" "$directory"
    # The variables of the caller's own Tenure sessions are not the tests' business.
    if env $(env | sed -n 's/^\(TENURE_[A-Za-z0-9_]*\)=.*/-u \1/p') \
        ASAN_OPTIONS=detect_leaks=1:halt_on_error=1:detect_stack_use_after_return=1 \
        UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 \
        meson test -C "$directory" --no-rebuild --print-errorlogs "$@"; then
        return
    fi
    failed="$failed $directory"
}

case $mode in
quick) suites='--suite quick' ;;
--all) suites='--suite quick --suite long' ;;
--fast) suites='--suite quick --no-suite slow' ;;
esac

setup_build build-clang clang --buildtype=debugoptimized -Dwerror=$strict_clang -Dtests=enabled -Dexamples=enabled
run_suites 'clang, optimised' build-clang $suites

if [ "$mode" != --fast ]; then
    setup_build build-asan gcc --buildtype=debug -Dwerror=$strict_gcc -Db_sanitize=address,undefined \
        -Dc_args='-fno-sanitize-recover=all -fno-omit-frame-pointer' -Dtests=enabled -Dexamples=enabled -Dbench=enabled
    run_suites 'gcc, ASan and UBSan' build-asan --suite quick

    setup_build build-gcc gcc --buildtype=release -Doptimization=2 -Db_ndebug=true -Dwerror=$strict_gcc \
        -Dtests=disabled -Dexamples=enabled -Dbench=disabled
    run_suites 'gcc -O2: the Scheme programs' build-gcc --suite quick

    setup_build build-O0 gcc --buildtype=debug -Dwerror=$strict_gcc -Dtests=disabled -Dexamples=enabled -Dbench=disabled
    run_suites 'gcc -O0: the Scheme programs' build-O0 --suite quick
fi

if [ "$mode" = --all ]; then
    setup_build build-clang-asan clang --buildtype=debugoptimized -Dwerror=$strict_clang -Db_lundef=false \
        -Db_sanitize=address,undefined -Dc_args='-fno-sanitize-recover=all -fno-omit-frame-pointer' -Dtests=enabled \
        -Dexamples=enabled -Dbench=enabled
    run_suites 'clang, optimised, ASan and UBSan' build-clang-asan $suites

    setup_build build-valgrind gcc --buildtype=debugoptimized -Dwerror=$strict_gcc -Dmemcheck=valgrind -Dtests=enabled \
        -Dexamples=enabled -Dbench=disabled -Drootcheck=disabled
    run_suites 'gcc, under Valgrind' build-valgrind --setup valgrind
    run_suites 'what Valgrind reports of mistakes' build-valgrind --suite valgrind

    printf '\n== clang, ASan, UBSan and libFuzzer: ten minutes each: build-fuzz\n'
    examples/scheme/fuzz/run.sh 600 "$PWD/build-fuzz" || failed="$failed build-fuzz"
    tests/fuzz/run.sh 600 "$PWD/build-fuzz" || failed="$failed build-fuzz"
fi

seconds=$(($(date +%s) - started))
if [ -n "$failed" ]; then
    printf '\nFAILED in:%s (%s s). The logs are in meson-logs/testlog.txt there.\n' "$failed" "$seconds"
    exit 1
fi
printf '\nPASSED: all tests (%s s).\n' "$seconds"
