#!/bin/sh
# gdb_test.sh: the commands that gdb loads with the library, in a live process and in its core dump.
#
#     gdb_test.sh GDB HOST LIBRARY-DIRECTORY
#
# Addresses are replaced by the order in which they appear. What must come is in `expected`; of a core dump the same, but for
# what only the host's describe callbacks can say.
set -u
gdb=$1 host=$2 library=$3
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The output of the commands, from the first of them on, with addresses by name.
tidy() {
    sed -n '/^heap /,$p' "$1" | sed 's,[^ ]*/host\.c,host.c,' | awk '{
        while (match($0, /0x[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]+/)) {
            address = substr($0, RSTART, RLENGTH)
            if (!(address in name)) name[address] = "@" ++count
            $0 = substr($0, 1, RSTART - 1) name[address] substr($0, RSTART + RLENGTH)
        }
        print
    }'
}

session() { "$gdb" -q -nx -batch -iex "add-auto-load-safe-path $library" "$@" </dev/null; }

if ! session -ex 'break main' -ex run "$host" 2>&1 | grep -q '^Breakpoint 1, main'; then
    echo "skipped: this gdb may not run a program here"
    exit 77
fi
{ cat "$here/commands"; echo "generate-core-file $work/core"; } >"$work/commands"
session -x "$work/commands" "$host" >"$work/live" 2>"$work/errors"
if ! grep -q '^heap ' "$work/live"; then
    cat "$work/live" "$work/errors"
    echo "FAILED: gdb did not run the commands"
    exit 1
fi
tidy "$work/live" | grep -v '^Saved corefile' >"$work/out"
failed=0
diff -u "$here/expected" "$work/out" || failed=1
grep -v '^run$\|^break' "$here/commands" >"$work/commands"
session -c "$work/core" -x "$work/commands" "$host" >"$work/dead" 2>"$work/errors"
tidy "$work/dead" >"$work/out"
sed 's/: number [0-9]*//' "$here/expected" | diff -u - "$work/out" || failed=1
[ $failed = 0 ] && echo "gdb shows what it should, of the process and of its core dump"
exit $failed
