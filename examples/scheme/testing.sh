# testing.sh: what the scripts begin with that run programs on an interpreter. Sourced with the interpreter as $1, by
# `arguments='INTERPRETER ...'; . "$(dirname "$0")/../testing.sh"`: makes it an absolute path in $interpreter, makes a
# directory $work that goes at the end, and changes to the script's own. Exits with 2 where there is nothing to run.

interpreter=${1:-}
if [ -z "$interpreter" ]; then
    echo "usage: $(basename "$0") $arguments" >&2
    exit 2
fi
if [ ! -f "$interpreter" ] || [ ! -x "$interpreter" ]; then
    echo "$(basename "$0"): no interpreter at $interpreter" >&2
    exit 2
fi
interpreter=$(cd "$(dirname "$interpreter")" && pwd)/$(basename "$interpreter")
cd "$(dirname "$0")" || exit 2
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 2' HUP INT TERM

# ended STATUS SECONDS: says in words how a program ended that had so many.
ended() {
    case $1 in
        124 | 137) echo "no end after $2 s (or killed)" ;;
        *) if [ "$1" -gt 128 ]; then echo "signal $(($1 - 128))"; else echo "exit status $1"; fi ;;
    esac
}
