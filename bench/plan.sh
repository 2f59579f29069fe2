# What ./bench/run.sh and ./bench/compare.sh share: which programs run with which arguments, and how one turn is taken.
# Source it in the project's root, after tests/setup.sh. To add a workload, see bench/README.md.
# shellcheck shell=sh

bench_peers='tenure tenure-handles bdwgc malloc mimalloc jemalloc bound'
bench_build=${BUILD:-build-bench}

# Each workload with its peers and its arguments for a full and a quick run ("-": the defaults of its source; "skip":
# not run). A line with a mark is another variant of the same program; the report lists it as PEER-MARK. "rounds" is the
# most that are run. bdwgc takes minutes for a gigabyte, and most of an hour and 22 GiB for eight.
bench_plan() {
    cat <<END
# workload   peers                             mark    rounds full             quick
alloc        all                               -       -      -                count=50000000
binary-trees all                               -       -      -                depth=17
gcbench      all                               -       -      -                depth=12
quads        all                               -       -      -                depth=9,rounds=20
splay        all                               -       -      -                live=8000,rounds=40000
lru          all                               -       -      -                live=300000,operations=2000000
lru-latency  all                               -       -      -                live=300000,operations=1000000
arrays       all                               -       -      -                length=300000,stores=5000000
strings      all                               -       -      -                slots=10000,rounds=200000
fragment     all                               -       -      -                mib=32,phases=25
deep         tenure,tenure-handles,bdwgc       -       -      -                live=100000,slots=300000,calls=100000
deep         tenure,tenure-handles             without -      slots=0          live=100000,slots=0,calls=100000
idle         tenure,tenure-handles,bdwgc       -       -      -                live=100000,idle=300000,lists=100000
idle         tenure,tenure-handles             without -      idle=0           live=100000,idle=0,lists=100000
scale        tenure,tenure-handles,bdwgc,bound -       -      mib=16,order=0   mib=16,order=0,majors=3,lists=5000
scale        tenure,tenure-handles,bdwgc,bound -       -      mib=16,order=1   mib=16,order=1,majors=3,lists=5000
scale        tenure,tenure-handles,bdwgc,bound -       -      mib=64,order=0   mib=64,order=0,majors=3,lists=5000
scale        tenure,tenure-handles,bdwgc,bound -       -      mib=64,order=1   mib=64,order=1,majors=3,lists=5000
scale        tenure,tenure-handles,bdwgc,bound -       -      mib=256,order=0  skip
scale        tenure,tenure-handles,bdwgc,bound -       -      mib=256,order=1  skip
scale        tenure,tenure-handles,bound       -       -      mib=1024,order=0 skip
scale        bdwgc                             -       1      mib=1024,order=0 skip
scale        tenure,tenure-handles,bound       -       -      mib=1024,order=1 skip
scale        bdwgc                             -       1      mib=1024,order=1 skip
scale        tenure,tenure-handles,bound       -       1      mib=8192,order=0 skip
scale        tenure,tenure-handles,bound       -       1      mib=8192,order=1 skip
END
}

bench_die() {
    setup_say "$*"
    exit 2
}

bench_workloads() { bench_plan | awk '!/^#/ && !seen[$1]++ { print $1 }'; }

# Reads the arguments of the scripts into only, peers, rounds, quick, pin. Other arguments are in $bench_other.
bench_options() {
    only='' peers='' rounds='' quick='' pin=last bench_other=''
    while [ $# -gt 0 ]; do
        case $1 in
        --quick) quick=yes ;;
        --only | --peers | --rounds | --pin)
            [ $# -gt 1 ] || bench_die "$1 needs a value"
            bench_set "$1" "$2"
            shift
            ;;
        -*) bench_die "$1 is not known" ;;
        *) bench_other="$bench_other $1" ;;
        esac
        shift
    done
    only=${only:-$(bench_workloads)} peers=${peers:-$bench_peers} rounds=${rounds:-$([ "$quick" ] && echo 2 || echo 5)}
    bench_known workload "$only" "$(bench_workloads)"
    bench_known peer "$peers" "$bench_peers"
}

bench_set() {
    case $1 in
    --only) only=$(echo "$2" | tr , ' ') ;;
    --peers) peers=$(echo "$2" | tr , ' ') ;;
    --pin) pin=$2 ;;
    --rounds)
        case $2 in '' | *[!0-9]* | 0) bench_die "--rounds needs a number" ;; esac
        rounds=$2
        ;;
    esac
}

# bench_known WHAT NAMES ALL
bench_known() {
    for name in $2; do
        case " $(echo "$3" | tr '\n' ' ') " in
        *" $name "*) ;;
        *) bench_die "there is no $1 $name; there are: $(echo "$3" | tr '\n' ' ')" ;;
        esac
    done
}

# How everything is compiled: as systems build their libraries. (A build type would say more, and the optimisation
# again.)
bench_flags='-Doptimization=2 -Ddebug=false -Db_ndebug=true -Dbench=enabled -Dtests=disabled -Dexamples=disabled'

# Builds $bench_build, with whatever peers are installed by now.
bench_compile() {
    options="$bench_flags -Dbench_peers=true"
    # shellcheck disable=SC2086 # words are meant to be split
    [ ! -f "$bench_build/build.ninja" ] || setup_quietly meson setup --reconfigure "$bench_build" $options
    # shellcheck disable=SC2086
    setup_build "$bench_build" "${CC:-cc}" $options
    programs=$(bench_programs)
}

# The programs in $bench_build, according to meson: there may be old files of peers that are not installed any more.
bench_programs() {
    meson introspect --targets "$bench_build" | tr , '\n' | sed -n 's/.*"name": "\([a-z-]*\)".*/\1/p' | tr '\n' ' '
}

# The memory that is available now, in MiB.
bench_memory() { awk '/^MemAvailable:/ { print int($2 / 1024); exit }' /proc/meminfo 2>/dev/null || echo 1e9; }

# What workload $1 runs: lines of PEER ROUNDS PROGRAM ARGUMENTS, of the programs in $programs. What the
# memory would not hold is left out: a graph of mib=N has headers, a table while it is built, and room to grow.
bench_entries() {
    bench_plan | awk -v workload="$1" -v quick="$quick" -v all="$bench_peers" \
        -v peers=" $peers " -v built=" $programs " -v memory="$(bench_memory)" '
        /^#/ || $1 != workload { next }
        { arguments = quick ? $6 : $5 }
        arguments == "skip" { next }
        match(arguments, /mib=[0-9]+/) && substr(arguments, RSTART + 4, RLENGTH - 4) * 2 > memory {
            print "LEFT OUT: " workload " " arguments ": there are " memory " MiB" >"/dev/stderr"
            next
        }
        {
            gsub(",", " ", arguments)
            sub(/^-$/, "", arguments)
            n = split($2 == "all" ? all : $2, peer, /[ ,]/)
            for (i = 1; i <= n; i++) {
                program = workload "-" peer[i]
                if (index(peers, " " peer[i] " ") && index(built, " " program " "))
                    print peer[i] ($3 == "-" ? "" : "-" $3), $4 == "-" ? 1e9 : $4, program, arguments
            }
        }'
}

# bench_turn NAME=VALUE... -- PROGRAM ARGUMENTS...: a line of JSON
bench_turn() {
    "$bench_build/bench/turn" --pin "$pin" --limit "$([ "$quick" ] && echo 60 || echo 1800)" "$@" </dev/null
}

# bench_failed STATUS TEXT: after a turn. 1 is the program's failure, and in its line; others are our own.
bench_failed() {
    setup_say "FAILED: $2"
    [ "$1" = 1 ] || exit "$1"
}
