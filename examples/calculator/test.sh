#!/bin/sh
# The calculator prints what it should: a program from a file, and a conversation in which nearly every line is an
# error. The last line shows that it goes on after each of them. Usage: test.sh CALC
#
# NAMES=n: n times 100 names go through the table of symbols (75). With fewer than 45 no slot is used again.
set -eu
calc=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "FAILED: $*"; exit 1; }

"$calc" demo.calc >"$work/demo" || fail "demo.calc"
diff -u demo.out "$work/demo" || fail "demo.calc prints something else"

# A line of this conversation makes a string without end: the heap has a limit.
TENURE_HEAP_MAX=32M "$calc" <errors.calc >"$work/errors" 2>&1 || fail "the conversation"
diff -u errors.out "$work/errors" || fail "the conversation prints something else"

# Symbols: 7,500 names, of which a third are kept, in a table of 4,096 slots. Kept names are found after slots whose
# names have been dropped, and such slots are used again.
names=${NAMES:-75}
awk -v lines="$names" 'BEGIN {
    for (line = 0; line < lines; line++) {
        dropped = ""
        for (i = 0; i < 66; i++) dropped = dropped " d" line "x" i
        printf "(fn (%s) 0)\n", dropped
        for (i = 0; i < 34; i++) printf "(set k%dx%d %d)%s", line, i, line * 100 + i, i % 17 == 16 ? "\n" : " "
        if (line % 15 == 14) print "(symbols)"
    }
    for (line = 0; line < lines; line++) for (i = 0; i < 34; i++) printf "k%dx%d\n", line, i
}' >"$work/names.calc"
awk -v lines="$names" 'BEGIN {
    for (line = 0; line < lines; line++) for (i = 0; i < 34; i++) print line * 100 + i
}' >"$work/wanted"
"$calc" <"$work/names.calc" 2>&1 | tr -d '> ' >"$work/names" || fail "names"
tail -n $((34 * names)) "$work/names" | diff - "$work/wanted" >/dev/null || fail "names are not found again"

if "$calc" nosuch.calc 2>/dev/null; then fail "a file that is not there"; fi
if "$calc" errors.calc >/dev/null 2>&1; then fail "an error in a file is no failure"; fi
echo "$(wc -l <demo.out) results and $(grep -c error: errors.out) errors are right"
