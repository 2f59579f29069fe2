#!/bin/sh
# Builds the library and runs the tests. Installs what is missing, if it can (see setup.sh).
#
#     tests/run.sh           the quick suite, with clang optimised, and with gcc, ASan and UBSan; the Scheme programs
#                            with gcc -O2 and -O0
#     tests/run.sh --all     also the long suite; both suites with clang's ASan; the quick suite on release and LTO
#                            builds of gcc and clang, and under Valgrind; the fuzzers
#     tests/run.sh --fast    only the quick suite of the clang build, without its slow tests: for the edit loop
#
# On two idle processors the quick suite takes less than six minutes. --all has the tests that take longer and rarely
# find something that the quick suite does not. Time limits are in the meson.build files: a slow machine must not fail a
# test.
set -eu
cd "$(dirname "$0")/.."
. tests/setup.sh

mode=${1:-quick}
case $mode in
quick | --all | --fast) ;;
*)
    sed -n '2,11s/^# \{0,1\}//p' tests/run.sh
    [ "$mode" = --help ]
    exit
    ;;
esac

setup_tools TEST
started=$(date +%s)
failed=

# With these compilers the project promises to build without a warning.
strict_gcc=false strict_clang=false
[ "$(gcc -dumpversion | cut -d. -f1)" = 12 ] && strict_gcc=true
[ "$(clang -dumpversion | cut -d. -f1)" = 14 ] && strict_clang=true

# run_suites NAME DIRECTORY MESON-TEST-ARGUMENTS...
run_suites() {
    name=$1 directory=$2
    shift 2
    printf '\n== %s: %s\n' "$name" "$directory"
    # The tests must not see the TENURE_ variables of the caller.
    if env $(env | sed -n 's/^\(TENURE_[A-Za-z0-9_]*\)=.*/-u \1/p') \
        ASAN_OPTIONS=detect_leaks=1:halt_on_error=1:detect_stack_use_after_return=1 \
        UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 \
        meson test -C "$directory" --no-rebuild --print-errorlogs "$@"; then
        return
    fi
    failed="$failed $directory"
}

# Whether this compiler and the linker support link-time optimisation.
lto_works() {
    probe=$(mktemp)
    works=0
    echo "int main(void) { return 0; }" | "$1" -flto -x c -o "$probe" - 2>/dev/null || works=1
    rm -f "$probe"
    return $works
}

# build MODES NAME DIRECTORY COMPILER MESON-TEST-ARGUMENTS MESON-OPTIONS...: makes a build and runs its tests, if the
# mode is one of MODES.
build() {
    modes=$1 name=$2 directory=$3 compiler=$4 tests=$5
    shift 5
    case " $modes " in *" $mode "*) ;; *) return 0 ;; esac
    case " $* " in
    *' -Db_lto=true '*)
        if ! lto_works "$compiler"; then
            printf '\n== %s: skipped: %s -flto does not link here\n' "$name" "$compiler"
            return 0
        fi
        ;;
    esac
    if [ "$compiler" = gcc ]; then strict=$strict_gcc; else strict=$strict_clang; fi
    setup_build "$directory" "$compiler" -Dwerror=$strict -Dexamples=enabled "$@"
    # shellcheck disable=SC2086 # words are meant to be split
    run_suites "$name" "$directory" $tests
}

quick='--suite quick'
case $mode in
quick) suites=$quick brief="$quick --no-suite slow" ;;
--all) suites="$quick --suite long" brief=$quick ;;
--fast) suites="$quick --no-suite slow" brief=$suites ;;
esac
watch='-Db_sanitize=address,undefined'
watched='-fno-sanitize-recover=all -fno-omit-frame-pointer'
programs='-Dtests=disabled -Dbench=disabled' # only those of the examples

build 'quick --all --fast' 'clang, optimised' build-clang clang "$suites" --buildtype=debugoptimized -Dtests=enabled
build 'quick --all' 'gcc, ASan and UBSan' build-asan gcc "$quick" --buildtype=debug $watch -Dc_args="$watched" \
    -Dtests=enabled -Dbench=enabled
build 'quick --all' 'gcc -O2: the Scheme programs' build-gcc gcc "$quick" --buildtype=release -Doptimization=2 \
    -Db_ndebug=true $programs
build 'quick --all' 'gcc -O0: the Scheme programs' build-O0 gcc "$brief" --buildtype=debug $programs
build --all 'clang, optimised, ASan and UBSan' build-clang-asan clang "$suites" --buildtype=debugoptimized \
    -Db_lundef=false $watch -Dc_args="$watched" -Dtests=enabled -Dbench=enabled
for compiler in gcc clang; do # as users ship it
    build --all "$compiler, release" build-$compiler-release $compiler "$quick" --buildtype=release -Dtests=enabled
    build --all "$compiler, release, LTO" build-$compiler-lto $compiler "$quick" --buildtype=release -Db_lto=true \
        -Dtests=enabled -Drootcheck=disabled
done
build --all 'gcc, under Valgrind' build-valgrind gcc '--setup valgrind' --buildtype=debugoptimized -Dmemcheck=valgrind \
    -Dtests=enabled -Dbench=disabled -Drootcheck=disabled
if [ "$mode" = --all ]; then
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
