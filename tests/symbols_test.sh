#!/bin/sh
# The shared library exports exactly the symbols in symbols.txt. Usage: symbols_test.sh LIBRARY SYMBOLS
set -eu
export LC_ALL=C
library=$1 list=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sed 's/#.*//; s/[[:space:]]*$//; /^$/d' "$list" | sort >"$work/wanted"
# Symbols that the linker itself makes are not listed.
nm -D --defined-only "$library" | awk '{ print $NF }' | grep -Ev '^(_init|_fini|_end|_edata|__bss_start)$' |
    sort >"$work/found"
[ -s "$work/wanted" ] || { echo "FAILED: $list lists nothing"; exit 1; }
if diff -u "$work/wanted" "$work/found"; then
    echo "$(wc -l <"$work/found") symbols, all of them documented"
else
    echo "FAILED: $library exports (+) what $list does not list, or lacks (-) what it does"
    exit 1
fi
