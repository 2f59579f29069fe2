# fuzzing.sh: builds the fuzzers with clang, ASan and UBSan, and runs them. Source it in the project's root, with the
# build directory in $build and the time for each fuzzer in $seconds. Exits with 2 if building fails.
[ -d "$build" ] || CC=clang meson setup "$build" -Dfuzz=true -Dexamples=enabled -Dtests=disabled -Dbench=disabled \
    --buildtype=debugoptimized -Db_sanitize=address,undefined -Db_lundef=false -Dc_args=-fno-sanitize-recover=all ||
    exit 2
ninja -C "$build" || exit 2

# fuzz NAME PROGRAM PATTERN ARGUMENT ...: runs the program, which begins with the inputs in the directories among the
# arguments. Keeps what it finds in $build, and prints the lines of its log that match. Fails if an input fails.
fuzz() {
    name=$1 program=$2 pattern=$3
    shift 3
    mkdir -p "$build/found-$name"
    status=0
    (cd "$build" && "$build/$program" -max_total_time="$seconds" -rss_limit_mb=4096 -print_final_stats=1 \
        "$build/found-$name" "$@") >"$build/fuzz-$name.log" 2>&1 || status=1
    grep -E "^(stat::|SUMMARY|.*ERROR|$pattern)" "$build/fuzz-$name.log" | sed "s/^/$name: /"
    return $status
}
