#!/bin/sh
# The shared library exports exactly the symbols in symbols.txt, and each of them has the library's version. The static
# one, as an archive of hidden functions, exports none. Usage: symbols_test.sh LIBRARY SYMBOLS ARCHIVE
set -eu
export LC_ALL=C
library=$1 list=$2 archive=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sed 's/#.*//; s/[[:space:]]*$//; /^$/d' "$list" | sort >"$work/wanted"
# Symbols that the linker itself makes are not listed.
nm -D --defined-only "$library" | awk '{ print $NF }' | grep -Ev '^(_init|_fini|_end|_edata|__bss_start)$' |
    sort >"$work/versioned"
version=$(sed -n 's/^\(TENURE_[0-9]*\.[0-9]*\)$/\1/p; s/^\(TENURE_[0-9.]*\)@@.*$/\1/p' "$work/versioned" | head -n 1)
[ -n "$version" ] || { echo "FAILED: $library has no version of its symbols"; exit 1; }
if grep -v "^$version" "$work/versioned" | grep -v "@@$version\$"; then
    echo "FAILED: these symbols have no version"
    exit 1
fi
grep -v "^$version" "$work/versioned" | sed 's/@@.*//' >"$work/found"
shown=$(readelf -sW "$archive" 2>/dev/null | awk '$5 == "GLOBAL" && $6 == "DEFAULT" && $7 != "UND" { print $8 }')
if [ -n "$shown" ]; then
    echo "FAILED: $archive shows these symbols to other parts of a process: $shown"
    exit 1
fi
[ -s "$work/wanted" ] || { echo "FAILED: $list lists nothing"; exit 1; }
if diff -u "$work/wanted" "$work/found"; then
    echo "$(wc -l <"$work/found") symbols, all of them documented"
else
    echo "FAILED: $library exports (+) what $list does not list, or lacks (-) what it does"
    exit 1
fi
