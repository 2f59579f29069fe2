#!/bin/sh
# Tenure as one file, compiled without any configuration: it exports what the library does, and hosts in C and C++, one
# without our headers, and the oracle run with it. Usage: onefile_test.sh PROJECT
. "$(dirname "$0")/common.sh"
needs python3
quietly python3 "$root/gc/tools/onefile.py" "$work/one" || fail "making the files"
sed 's/#.*//; s/[[:space:]]*$//; /^$/d' "$root/tests/symbols.txt" | sort >"$work/wanted"
lenient='-Wno-unknown-warning-option -Wno-missing-field-initializers -Wno-infinite-recursion'
flags="-O2 -Wall -Wextra -Werror $(pkg-config --cflags atomic_ops)"

# host NAME COMPILER SOURCES-AND-ARGUMENTS...
host() {
    name=$1 compiler=$2
    shift 2
    # shellcheck disable=SC2086 # words are meant to be split
    quietly $compiler $flags $lenient -I"$work/one" -o "$work/$name" "$@" "$work/tenure.o" -lm ||
        fail "compiling $name with $compiler"
}

for compilers in 'gcc g++' 'clang clang++'; do
    c=${compilers% *} cxx=${compilers#* }
    command -v "$c" >/dev/null && command -v "$cxx" >/dev/null || continue
    # shellcheck disable=SC2086 # words are meant to be split
    quietly $c $flags -fexceptions -c -o "$work/tenure.o" "$work/one/tenure.c" || fail "compiling tenure.c with $c"
    readelf -sW "$work/tenure.o" | awk '$5 == "GLOBAL" && $6 == "DEFAULT" && $7 != "UND" { print $8 }' | sort \
        >"$work/found"
    diff "$work/wanted" "$work/found" >"$work/log" || fail "tenure.o shows other symbols than the library"
    host hello $c "$root/examples/hello.c"
    says "$work/hello" "hello, with $c"
    host hello_cc "$cxx -std=c++17" "$root/examples/hello.cc"
    says "$work/hello_cc" "hello in C++, with $cxx"
    host cxx_host "$cxx -std=c++17" "$root/tests/cpp/host.cc"
    quietly "$work/cxx_host" || fail "running the host in C++"
    host plain $c "$root/tests/abi/plain.c"
    quietly "$work/plain" 3 20000 || fail "running the host without headers"
    host calc $c "$root/examples/calculator/calc.c"
    "$work/calc" "$root/examples/calculator/demo.calc" 2>&1 | cmp - "$root/examples/calculator/demo.out" >"$work/log" ||
        fail "the calculator"
    host oracle $c -I"$root/tests/support" "$root"/tests/stress/main.c "$root"/tests/stress/model.c \
        "$root"/tests/stress/objects.c "$root"/tests/stress/oracle.c "$root"/tests/stress/roots.c \
        "$root"/tests/stress/shapes.c "$root"/tests/stress/walk.c
    for debug in none all,quarantine=2,stress=20,seed=1; do
        TENURE_DEBUG=$debug quietly "$work/oracle" --seed 5 --steps 4000 || fail "the oracle, debug=$debug"
    done
done
echo "one file: the library's symbols, hosts in C and C++, the oracle"
