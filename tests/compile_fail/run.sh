#!/bin/sh
# Programs that must not compile. Each is compiled twice, by gcc and by clang: with -DOK it is right and must pass without a
# warning; without, it makes one mistake, must fail, and the message must match the pattern of its "// expect:" line.
# Usage: run.sh PROJECT
set -eu
export LC_ALL=C
root=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
flags="-std=c11 -Wall -Wextra -Wshadow -Wconversion $(pkg-config --cflags atomic_ops) -I$root/include"
failed=0 checked=0

for file in "$root"/tests/compile_fail/*.c; do
    name=$(basename "$file")
    expect=$(sed -n 's|^// expect: ||p' "$file")
    [ -n "$expect" ] || { echo "$name: no // expect: line"; exit 1; }
    for cc in gcc clang; do
        checked=$((checked + 1))
        # shellcheck disable=SC2086 # words are meant to be split
        if ! $cc $flags -Werror -DOK -c -o "$work/ok.o" "$file" 2>"$work/err"; then
            echo "FAILED: $name, $cc: the right version does not compile"
            cat "$work/err"
            failed=1
        fi
        # Only the error that hosts are told to ask for: the rest must be errors by themselves.
        # shellcheck disable=SC2086
        if $cc $flags -Werror=incompatible-pointer-types -c -o "$work/bad.o" "$file" 2>"$work/err"; then
            echo "FAILED: $name, $cc: the wrong version compiles"
            failed=1
        elif ! grep 'error:' "$work/err" | grep -Eq "$expect"; then
            echo "FAILED: $name, $cc: no error matches '$expect'"
            cat "$work/err"
            failed=1
        fi
    done
done
[ $checked -ge 16 ] || { echo "FAILED: only $checked compilations"; exit 1; }
[ $failed = 0 ] && echo "$checked compilations: all wrong programs were refused, all right ones compiled"
exit $failed
