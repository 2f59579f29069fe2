#!/bin/sh
# gdb_test.sh: the commands that gdb loads with the library, in a live process and in its core dump.
#
#     gdb_test.sh GDB HOST LIBRARY-DIRECTORY
#
# Each address is replaced by its number in the order of appearance. The file `expected` has the wanted output. Where
# gdb cannot call functions, the host's describe callbacks say nothing, and one line reports that: always in a core
# dump, and also in a live process with some versions of gdb on some processors (gdb 13 with AMX).
set -u
export LC_ALL=C DEBUGINFOD_URLS=
gdb=$1 host=$2 library=$3
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The output from the first command on, with addresses by name, without the parts that depend on gdb and on paths.
tidy() {
    sed -n '/^heap /,$p' "$1" | sed 's,allocated at .*/host\.c:,allocated at host.c:,
        s,^\(describe texts are not available\)..*,\1,
        /^Saved corefile/d' | awk '{
        while (match($0, /0x[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]+/)) {
            address = substr($0, RSTART, RLENGTH)
            if (!(address in name)) name[address] = "@" ++count
            $0 = substr($0, 1, RSTART - 1) name[address] substr($0, RSTART + RLENGTH)
        }
        print
    }'
}

session() { "$gdb" -q -nx -batch -iex "add-auto-load-safe-path $library" "$@" </dev/null; }

# compare FILE CALLS: the output of a session, in which gdb can call functions (yes), or not (no).
compare() {
    if [ "$2" = yes ]; then
        cat "$here/expected"
    else
        sed 's/: number [0-9]*//; /^roots /a\
describe texts are not available' "$here/expected"
    fi >"$work/wanted"
    tidy "$1" | diff -u "$work/wanted" - || failed=1
}

skip() {
    echo "skipped: $*"
    exit 77
}

session -ex 'python print("has " + "Python")' 2>&1 | grep -q '^has Python' || skip "this gdb has no Python"
session -ex 'break main' -ex run -ex 'print (int)getpid()' "$host" >"$work/first" 2>&1
grep -q '^Breakpoint 1, main' "$work/first" || skip "this gdb may not run a program here"
calls=no
! grep -q '^\$1 = ' "$work/first" || calls=yes

{ cat "$here/commands"; echo "generate-core-file $work/core"; } >"$work/commands"
session -x "$work/commands" "$host" >"$work/live" 2>"$work/errors"
! grep -q 'without debug information' "$work/errors" || skip "this library was built without debug information"
if ! grep -q '^heap ' "$work/live"; then
    cat "$work/live" "$work/errors"
    echo "FAILED: gdb did not run the commands"
    exit 1
fi
failed=0
compare "$work/live" $calls
shown='the process'
[ $calls = yes ] || shown="$shown (in which this gdb cannot call functions)"
if [ -s "$work/core" ]; then
    grep -v '^run$\|^break' "$here/commands" >"$work/commands"
    session -c "$work/core" -x "$work/commands" "$host" >"$work/dead" 2>"$work/errors"
    compare "$work/dead" no
    shown="$shown and of its core dump"
else
    shown="$shown (and not of a core dump, which it did not write: $(tail -n 1 "$work/errors"))"
fi
[ $failed = 0 ] && echo "gdb shows what it should, of $shown"
exit $failed
