#!/bin/sh
# compare.sh: how fast the interpreter is, and how much of its time the collector takes.
#
#     compare.sh INTERPRETER [COMMAND]
#
# Runs every program at its full size on the interpreter and on another Scheme: COMMAND FILE (the default is Guile's
# interpreter: guile --r7rs --no-auto-compile -s). For each, the better of two runs: seconds, the share that collecting
# takes by the interpreter's --stats, and, where the other prints the same, the other's seconds and the ratio; at the
# end the geometric mean of the ratios. Exits with 1 if a program fails, if collecting takes 15 % or more of a program
# that runs for a tenth of a second, or if the mean is below 0.5, that is, if the other is twice as fast.
set -u

arguments='INTERPRETER [COMMAND]'
. "$(dirname "$0")/../testing.sh"
other=${2:-guile --r7rs --no-auto-compile -s}
if ! command -v "${other%% *}" >/dev/null; then
    echo "${other%% *} is not installed: only the interpreter is timed"
    other=''
fi

now() { date +%s%N; }

# timed COMMAND...: runs it twice on $name.in; the better time in ns, or nothing if it fails or prints something else.
timed() {
    best=
    for _ in 1 2; do
        begin=$(now)
        timeout 120 "$@" <"$name.in" >"$work/out" 2>"$work/err" || return
        end=$(now)
        cmp -s "$work/out" "$name.out" || return
        [ -n "$best" ] && [ $((end - begin)) -ge "$best" ] || best=$((end - begin))
    done
    echo "$best"
}

printf '%-16s %8s %8s %8s %8s\n' program seconds gc% other ratio
for file in *.scm; do
    name=${file%.scm}
    grep -q '^;; env:' "$file" && continue
    ours=$(timed "$interpreter" --stats "$file")
    share=$(sed -n 's/.* \([0-9.]*\) % of .*/\1/p' "$work/err" | head -n 1)
    # shellcheck disable=SC2086 # a command with its arguments
    theirs=$([ -z "$other" ] || timed $other "$file")
    echo "$name ${ours:-failed} ${share:-0} ${theirs:--}"
done >"$work/table"
awk '{
    if ($2 == "failed") { printf("%-16s FAILED\n", $1); bad = 1; next }
    printf("%-16s %8.3f %8.1f", $1, $2 / 1e9, $3)
    if ($3 >= 15 && $2 > 1e8) { high = high " " $1; bad = 1 }
    if ($4 == "-") { print "        -        -"; next }
    printf(" %8.3f %8.2f\n", $4 / 1e9, $4 / $2)
    logs += log($4 / $2); n++
} END {
    if (high != "") print "collecting takes 15 % or more:" high
    if (n) { mean = exp(logs / n); printf("the other takes %.2f times as long (geometric mean of %d)\n", mean, n) }
    exit bad || (n && mean < 0.5)
}' "$work/table"
