#!/bin/sh
# Counts the instructions of the inline paths in a disassembly (x86-64, -O2, gcc and clang), and fails if one is over
# its budget. The code is compiled as a host is released, with NDEBUG. Usage: fastpath_test.sh PROJECT
#
# How it counts: fastpath.c has functions with a construct between two calls, and the same functions without it. In
# both, the script counts the instructions from the entry to the return, on the path without a slow call (and at a
# branch, on the one that falls through): enough memory, a value that is not young, room on the handle stack. The
# difference is the construct's count. So it includes its store and every move that it makes necessary. It leaves out
# what a function does once, however many constructs it has: push, pop and the moves of the stack pointer, which save
# registers and make the frame. The script also prints, without a budget, the length of a function that consists of the
# construct alone, without its `ret`: what a host pays if it calls such a function instead of inlining it.
set -eu
export LC_ALL=C
root=$1
case $(uname -m) in
x86_64) ;;
*)
    echo "skipped: the counts are for x86-64, and this is $(uname -m)"
    exit 77
    ;;
esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Instructions that a function executes once.
frame='^(push|pop|(sub|add) +\$0x[0-9a-f]+,%rsp$)'

# construct, its budget, and what it is
budgets='alloc 6 allocation of a fixed size, before the own stores of the host
write 5 store of a reference that is not young, barrier and store
write_value 5 store of a value that is not a young reference, barrier and store
scope 4 scope, open and close
local 6 TN_LOCAL
local_value 6 TN_LOCAL_VALUE'

# Prints the instructions of the fast path of function $2 in disassembly $1, one in each line.
fast_path() {
    awk -v wanted="$2" '
        /^[0-9a-f]+ <.*>:$/ { inside = $2 == "<" wanted ">:"; next }
        !inside || NF == 0 { next }
        / R_X86_64/ { leaves[n] = $NF; next }           # the jump or call before goes to another function
        {
            address = $1; sub(/:$/, "", address)
            text = $0; sub(/^[^:]*:[ \t]*/, "", text); sub(/[ \t]*#.*/, "", text)
            n++; at[address] = n; line[n] = text
        }
        # True when a path from instruction i returns without a slow call; its instructions are then in path[1..length].
        function walk(i, length_,    op, target, w) {
            for (;;) {
                if (i > n || i < 1 || length_ > 200) return 0
                split(line[i], w, /[ \t]+/); op = w[1]; target = w[2]
                if (op ~ /^(nop|data16|cs|xchg)/) { i++; continue } # padding between blocks
                path[++length_] = line[i]
                if (op ~ /^ret/) { total = length_; return 1 }
                if (op ~ /^call/) { if (leaves[i] ~ /slow|overflow/) return 0; i++; continue }
                if (op == "jmp") {
                    if (i in leaves) { if (leaves[i] ~ /slow|overflow|unlikely/) return 0; total = length_; return 1 }
                    i = at[target]; continue
                }
                if (op ~ /^j/) {
                    if (walk(i + 1, length_)) return 1
                    if (i in leaves) return 0
                    i = at[target]; continue
                }
                i++
            }
        }
        END {
            if (!n || !walk(1, 0)) exit 1
            for (i = 1; i <= total; i++) print path[i]
        }' "$1"
}

# counts COMPILER STANDARD FILE: the counts of all constructs, against their budgets.
counts() {
    cc=$1
    echo "$cc -O2 -DNDEBUG ($($cc --version | head -n 1)), ${3##*/}"
    # shellcheck disable=SC2046 # words are meant to be split
    $cc -std="$2" -O2 -DNDEBUG -fcf-protection=none -fno-stack-protector $(pkg-config --cflags atomic_ops) \
        -I"$root/include" -c -o "$work/fastpath.o" "$3"
    objdump -dr --no-show-raw-insn "$work/fastpath.o" >"$work/listing"
    echo "$budgets" >"$work/budgets"
    while read -r construct budget what; do
        for version in with without alone; do
            if ! fast_path "$work/listing" "${construct}_$version" >"$work/$version"; then
                echo "FAILED: no fast path found in ${construct}_$version"
                exit 1
            fi
        done
        count=$(($(grep -Evc "$frame" "$work/with") - $(grep -Evc "$frame" "$work/without")))
        verdict=ok
        # If a construct costs nothing, the compiler has removed it, and the measurement is broken.
        if [ "$count" -gt "$budget" ] || [ "$count" -lt 2 ]; then verdict=FAILED failed=1; fi
        alone=$(grep -cv '^ret' "$work/alone")
        printf '%-7s %s of %s   %s   (alone: %s)\n' "$verdict" "$count" "$budget" "$what" "$alone"
        echo "            alone:"
        sed 's/^/                /' "$work/alone"
        if [ $verdict = FAILED ]; then
            echo "            with:"
            sed 's/^/                /' "$work/with"
            echo "            without:"
            sed 's/^/                /' "$work/without"
        fi
    done <"$work/budgets"
}

failed=0
for cc in gcc clang; do counts $cc c11 "$root/tests/fastpath.c"; done
# The classes of tenure.hpp: the same counts as the macros, so the same budgets.
for cc in g++ clang++; do counts $cc c++17 "$root/tests/fastpath.cc"; done
exit $failed
