#!/bin/sh
# Every public header compiles alone and when it is included twice, in C11 and in C++17, with gcc and clang, without a
# warning. Hosts in C++17 and C++20 can use what they offer, with all warnings, and whether or not the headers are
# those of the system (headers_use.cc for the macros of C, cpp/host.cc for tenure.hpp). In C++17 TN_DESC is an
# extension, so -Wpedantic's warning of that is off there.
# Usage: headers_test.sh PROJECT
set -eu
export LC_ALL=C
root=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0 checked=0
flags="-fsyntax-only -Wall -Wextra -Wshadow -Wconversion -Werror $(pkg-config --cflags atomic_ops)"

# compile COMPILER STANDARD FILE NAME
compile() {
    checked=$((checked + 1))
    # shellcheck disable=SC2086 # words are meant to be split
    if ! "$1" -std="$2" $flags -I"$root/include" "$3" 2>"$work/err"; then
        echo "FAILED: $4 with $1 -std=$2"
        cat "$work/err"
        failed=1
    fi
}

for header in "$root"/include/tenure.h "$root"/include/tenure.hpp "$root"/include/tenure/*.h; do
    name=${header#"$root"/include/}
    printf '#include "%s"\n#include "%s"\nint tenure_header_test;\n' "$name" "$name" >"$work/one.c"
    cp "$work/one.c" "$work/one.cc"
    for cxx in g++ clang++; do compile $cxx c++17 "$work/one.cc" "$name"; done
    case $name in *.hpp) continue ;; esac
    for cc in gcc clang; do compile $cc c11 "$work/one.c" "$name"; done
    for standard in gnu11 c17 gnu17; do compile gcc $standard "$work/one.c" "$name"; done
done
plain=$flags
strict="$plain -Wpedantic -Wold-style-cast"
for include in "" "-isystem $root/include"; do # the first of the two decides
    for standard in c++17 c++20; do
        flags="$include $strict"
        compile g++ $standard "$root/tests/cpp/host.cc" "cpp/host.cc $include"
        compile clang++ $standard "$root/tests/cpp/host.cc" "cpp/host.cc $include"
        case $standard in c++17) designators='-Wno-c++20-extensions -Wno-c++20-designator' ;; *) designators='' ;; esac
        flags="$include $strict $designators"
        compile g++ $standard "$root/tests/headers_use.cc" "headers_use.cc $include"
        flags="$flags -Wno-unknown-warning-option"
        compile clang++ $standard "$root/tests/headers_use.cc" "headers_use.cc $include"
    done
done
flags="$strict -fno-exceptions -fno-rtti"
for cxx in g++ clang++; do compile $cxx c++17 "$root/tests/cpp/host.cc" 'cpp/host.cc without exceptions'; done
flags=$plain
for cxx in g++ clang++; do
    checked=$((checked + 1))
    # shellcheck disable=SC2086
    if "$cxx" -std=c++17 $flags -I"$root/include" -DALIGN_TOO_LARGE "$root/tests/headers_use.cc" 2>"$work/err" ||
        ! grep -q 'error:.*aligns objects to 64 bytes at most' "$work/err"; then
        echo "FAILED: $cxx does not refuse TN_DESC of a struct that is aligned to 128 bytes"
        cat "$work/err"
        failed=1
    fi
done
flags="$flags -fsanitize=address"
for cxx in g++ clang++; do compile $cxx c++17 "$root/tests/headers_use.cc" 'headers_use.cc, AddressSanitizer'; done
for cc in gcc clang; do compile $cc c11 "$root/tests/fastpath.c" 'fastpath.c, AddressSanitizer'; done
[ $checked -ge 80 ] || { echo "FAILED: only $checked compilations"; exit 1; }
[ $failed = 0 ] && echo "$checked compilations without a warning"
exit $failed
