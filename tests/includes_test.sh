#!/bin/sh
# The folders of gc/ are floors: a file includes headers of its own floor, of those below it, and of include/. Lists
# every include that goes up, and fails unless each one is written down here with its reason; three are the most.
#
#     tests/includes_test.sh SOURCE-ROOT
#
# To add a floor: its name in `floors`, from the bottom up. gc/tenure.c is the roof, which puts a heap together: it may
# include everything, and has no header.
set -eu
cd "$1"
floors='base space heap collect mutator observe debug'

# From, to, and why.
allowed='
gc/heap/type.c collect/pacing/pacing.h the first type with an alignment shortens the present cycle (P1)
'

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

level() {
    n=0
    for floor in $floors; do
        n=$((n + 1))
        [ "$floor" = "$1" ] && echo $n && return
    done
    echo "includes: no floor has the name '$1': say where it lies in tests/includes_test.sh" >&2
    exit 1
}

for file in $(find gc -name "*.[ch]" -path "gc/*/*" ! -path "gc/tools/*" | sort); do
    floor=${file#gc/}
    own=$(level "${floor%%/*}")
    sed -n 's/^#include "\([a-z]*\)\/.*"$/\1 &/p' "$file" | while read -r folder _ header; do
        [ "$folder" = tenure ] && continue
        other=$(level "$folder")
        [ "$other" -le "$own" ] || echo "$file ${header#\"}" | sed 's/"$//'
    done
done >"$work/up"
echo "$allowed" | sed -n 's/^\(gc[^ ]* [^ ]*\) .*/\1/p' >"$work/allowed"
if [ "$(wc -l <"$work/allowed")" -gt 3 ]; then
    echo "FAILED: more than three includes that go up are allowed"
    exit 1
fi
if ! diff "$work/allowed" "$work/up" >"$work/differences"; then
    echo "FAILED: these includes go up and have no reason (>), or are allowed and do not exist (<):"
    cat "$work/differences"
    exit 1
fi
echo "$(ls gc/*/*.[ch] | wc -l) files, $(wc -l <"$work/up") includes that go up; heap/heap.h is included by \
$(grep -l '"heap/heap.h"' gc/*/*.[ch] | wc -l)"
