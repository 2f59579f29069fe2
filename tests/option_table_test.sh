#!/bin/sh
# The README's option table is the same as the library's. Usage: option_table_test.sh OPTION_TABLE README
# To renew it: paste what OPTION_TABLE prints between the markers.
set -eu
export LC_ALL=C
tool=$1 readme=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$tool" > "$work/wanted"
[ -s "$work/wanted" ] || { echo "option_table printed nothing"; exit 1; }
awk '/^<!-- \/options -->$/ { inside = 0 } inside && NF { print } /^<!-- options -->$/ { inside = 1 }' \
    "$readme" > "$work/found"
if diff -u "$work/found" "$work/wanted"; then
    echo "the README's option table is the library's"
else
    echo "FAILED: the option table of $readme differs from what $tool prints (+): paste that between the markers"
    exit 1
fi
