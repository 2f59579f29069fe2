#!/bin/sh
# Programs that must not compile, in C11 and in C++17. gcc and clang compile each twice. With -DOK it is right, and
# must compile without a warning. Without it, the program has one mistake: it must not compile, and the message must
# match the pattern in its "// expect:" line. Several programs are compiled at the same time.
# Usage: run.sh PROJECT
set -eu
export LC_ALL=C
root=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# check FILE OUTPUT: compiles one program; prints what is wrong, and in the last line the number of compilations.
check() {
    file=$1 out=$2 name=$(basename "$1") checked=0
    expect=$(sed -n 's|^// expect: ||p' "$file")
    [ -n "$expect" ] || { echo "FAILED: $name: no // expect: line"; return; }
    # Only the error that hosts in C are told to ask for: the rest must be errors by themselves.
    compilers='gcc clang' standard=c11 only=-c wanted=-Werror=incompatible-pointer-types
    case $name in *.cc) compilers='g++ clang++' standard=c++17 only=-fsyntax-only wanted='' ;; esac
    for cc in $compilers; do
        checked=$((checked + 1))
        if ! compile $cc -Werror -DOK; then
            echo "FAILED: $name, $cc: the right version does not compile"
            cat "$out.err"
        fi
        if compile $cc $wanted; then
            echo "FAILED: $name, $cc: the wrong version compiles"
        elif ! grep 'error:' "$out.err" | grep -Eq "$expect"; then
            echo "FAILED: $name, $cc: no error matches '$expect'"
            cat "$out.err"
        fi
    done
    echo "$checked compilations"
}

# compile COMPILER FLAGS...: compiles $file; the compiler's messages are in $out.err.
compile() {
    # shellcheck disable=SC2046 # words are meant to be split
    "$1" -std=$standard -Wall -Wextra -Wshadow -Wconversion $(pkg-config --cflags atomic_ops) -I"$root/include" \
        ${2:+"$2"} ${3:+"$3"} \
        $only -o "$out.o" "$file" 2>"$out.err"
}

set -- "$root"/tests/compile_fail/*.c "$root"/tests/compile_fail/*.cc
wanted=$((2 * $#))
jobs=$(nproc 2>/dev/null || echo 1)
while [ $# -gt 0 ]; do
    for _ in $(seq "$jobs"); do
        [ $# -gt 0 ] || break
        at=$work/$(basename "$1")
        check "$1" "$at" >"$at.out" 2>&1 &
        shift
    done
    wait
done
checked=$(cat "$work"/*.out | sed -n 's/^\([0-9]*\) compilations$/\1/p' | awk '{ n += $1 } END { print n + 0 }')
! grep -hv ' compilations$' "$work"/*.out || exit 1
[ "$checked" = $wanted ] && [ $wanted -ge 16 ] || { echo "FAILED: $checked compilations, of $wanted"; exit 1; }
echo "$checked compilations: all wrong programs were refused, all right ones compiled"
