#!/bin/sh
# The set-up that ./examples/run.sh, ./tests/run.sh and ./bench/run.sh share. Finds out what is missing, and installs it
# on Debian and Ubuntu; elsewhere prints what is missing and the command that installs it. Downloads nothing if nothing
# is missing.
#
# Usage: . tests/setup.sh; setup_tools [TEST|BENCH]     with TEST, also what the tests need; with BENCH, what the
#                                                       benchmarks need and can use

setup_say() { printf '%s\n' "$*" >&2; }
setup_has() { command -v "$1" >/dev/null 2>&1; }
setup_header() { echo "#include <$1>" | cc -E - >/dev/null 2>&1; }
setup_library() { setup_has pkg-config && pkg-config --exists "$1"; }
setup_libclang() {
    for header in /usr/lib/llvm-*/include/clang-c/Index.h; do [ ! -e "$header" ] || return 0; done
    setup_header clang-c/Index.h
}

# Prints what is missing, as names of the rows below.
setup_missing() {
    { setup_has cc && echo '#include <stdlib.h>' | cc -E - >/dev/null 2>&1; } || echo compiler
    setup_has meson || echo meson
    setup_has ninja || setup_has ninja-build || setup_has samu || echo ninja
    setup_has pkg-config || echo pkg-config
    setup_library atomic_ops || echo libatomic_ops
    [ "${1:-}" != BENCH ] || setup_has python3 || echo python3
    [ "${1:-}" = BENCH ] || setup_header gmp.h || echo gmp
    [ "${1:-}" = TEST ] || return 0
    setup_has gcc || echo compiler
    setup_has g++ || echo c++
    { setup_has clang && setup_has clang++; } || echo clang
    { setup_has nm && setup_has objdump; } || echo binutils
    setup_has diff || echo diffutils
    setup_library cmocka || echo cmocka
    { setup_has valgrind && setup_header valgrind/memcheck.h; } || echo valgrind
}

# Optional tools: for the tests a debugger and the static checker's library; for the benchmarks other collectors and
# allocators to compare with, and the program that draws the plots.
setup_wanted() {
    [ "${1:-}" != TEST ] || setup_has gdb || echo gdb
    [ "${1:-}" != TEST ] || setup_libclang || echo libclang
    [ "${1:-}" != TEST ] || setup_has cmake || echo cmake
    [ "${1:-}" != TEST ] || setup_has python3 || echo python3
    [ "${1:-}" = BENCH ] || return 0
    setup_library bdw-gc || echo bdwgc
    setup_header mimalloc.h || echo mimalloc
    setup_header jemalloc/jemalloc.h || echo jemalloc
    setup_has gnuplot || echo gnuplot
}

# The packages of one row: apt dnf pacman apk brew.
setup_packages() {
    case $1 in
    compiler)      echo 'gcc,libc6-dev gcc,glibc-devel,libasan,libubsan gcc gcc,musl-dev gcc' ;;
    c++)           echo 'g++ gcc-c++ gcc g++ gcc' ;;
    clang)         echo 'clang clang clang clang llvm' ;;
    binutils)      echo 'binutils binutils binutils binutils binutils' ;;
    diffutils)     echo 'diffutils diffutils diffutils diffutils diffutils' ;;
    meson)         echo 'meson meson meson meson meson' ;;
    ninja)         echo 'ninja-build ninja-build ninja ninja-build ninja' ;;
    pkg-config)    echo 'pkg-config pkgconf-pkg-config pkgconf pkgconf pkg-config' ;;
    libatomic_ops) echo 'libatomic-ops-dev libatomic_ops-devel libatomic_ops libatomic_ops-dev libatomic_ops' ;;
    gmp)           echo 'libgmp-dev gmp-devel gmp gmp-dev gmp' ;;
    cmocka)        echo 'libcmocka-dev libcmocka-devel cmocka cmocka-dev cmocka' ;;
    gdb)           echo 'gdb gdb gdb gdb gdb' ;;
    valgrind)      echo 'valgrind valgrind,valgrind-devel valgrind valgrind,valgrind-dev valgrind' ;;
    libclang)      echo 'libclang-dev clang-devel clang clang-dev llvm' ;;
    cmake)         echo 'cmake cmake cmake cmake cmake' ;;
    python3)       echo 'python3 python3 python python3 python3' ;;
    bdwgc)         echo 'libgc-dev gc-devel gc gc-dev bdw-gc' ;;
    mimalloc)      echo 'libmimalloc-dev mimalloc-devel mimalloc mimalloc-dev mimalloc' ;;
    jemalloc)      echo 'libjemalloc-dev jemalloc-devel jemalloc jemalloc-dev jemalloc' ;;
    gnuplot)       echo 'gnuplot-nox gnuplot gnuplot gnuplot gnuplot' ;;
    esac
}

# The packages of all rows of "$2", column $1 (1: apt).
setup_column() {
    for row in $2; do setup_packages "$row" | cut -d' ' -f"$1" | tr , '\n'; done | sort -u | tr '\n' ' ' | sed 's/ *$//'
}

setup_explain() {
    setup_say "Missing: $(echo "$1" | tr '\n' ' ')"
    setup_say "${2:-Install them, then run this again:}"
    setup_say "  Debian, Ubuntu   apt-get install $(setup_column 1 "$1")"
    setup_say "  Fedora           dnf install $(setup_column 2 "$1")"
    setup_say "  Arch             pacman -S $(setup_column 3 "$1")"
    setup_say "  Alpine           apk add $(setup_column 4 "$1")"
    setup_say "  macOS            brew install $(setup_column 5 "$1")"
}

setup_apt() {
    sudo=
    if [ "$(id -u)" != 0 ]; then
        setup_has sudo || return 1
        sudo=sudo
    fi
    setup_say "Installing $* (apt-get) ..."
    apt="$sudo env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3"
    log=$(mktemp)
    if { $apt update && $apt install --no-install-recommends "$@"; } >"$log" 2>&1; then
        rm -f "$log"
    else
        tail -n 20 "$log" >&2
        rm -f "$log"
        return 1
    fi
}

# Installs the rows "$1", if there is apt-get.
setup_install() {
    if [ -n "$1" ] && setup_has apt-get && [ -f /etc/debian_version ]; then
        # shellcheck disable=SC2046 # words are meant to be split
        setup_apt $(setup_column 1 "$1") || setup_say "apt-get failed."
    fi
}

setup_tools() {
    setup_install "$(setup_missing "${1:-}" | sort -u)"
    missing=$(setup_missing "${1:-}" | sort -u)
    if [ -n "$missing" ]; then
        setup_explain "$missing"
        exit 1
    fi
    # One at a time: a system that lacks one package may have the others.
    for row in $(setup_wanted "${1:-}"); do setup_install "$row"; done
    missing=$(setup_wanted "${1:-}")
    [ -z "$missing" ] || setup_explain "$missing" "It goes without them, and less is tested or compared. To have them:"
    case $(meson --version) in
    0.*)
        setup_say "meson 1.0 or newer is needed, and this is $(meson --version):" \
            "install a newer one, for instance with pipx install meson"
        exit 1
        ;;
    esac
}

# setup_build DIRECTORY COMPILER MESON-ARGUMENTS...: configures the build if it is not there yet, and builds.
setup_build() {
    build=$1 compiler=$2
    shift 2
    setup_say "Building $build ($compiler) ..."
    if [ ! -f "$build/build.ninja" ]; then
        rm -rf "$build"
        setup_quietly env CC="$compiler" CXX="$(setup_cxx "$compiler")" meson setup "$build" "$@"
    fi
    setup_quietly meson compile -C "$build"
}

# The C++ compiler that goes with a C compiler.
setup_cxx() {
    case $1 in
    *clang*) echo "$1" | sed 's/clang/clang++/' ;;
    *gcc*) echo "$1" | sed 's/gcc/g++/' ;;
    *) echo c++ ;;
    esac
}

# Runs a command; shows its output only if it fails.
setup_quietly() {
    log=$(mktemp)
    if "$@" >"$log" 2>&1; then
        rm -f "$log"
    else
        cat "$log" >&2
        rm -f "$log"
        setup_say "FAILED: $*"
        exit 1
    fi
}
