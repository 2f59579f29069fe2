#!/bin/sh
# run.sh: fuzzes the interpreter: its reader, and whole programs.
#
#     run.sh [SECONDS [BUILD]]
#
# Builds with clang, ASan and UBSan in BUILD (build-fuzz in the project's root), and runs each of the two programs for
# SECONDS (600). They begin with corpus/, the example programs and the conformance suite; inputs that they find beyond
# those are kept in BUILD.
# Exits with 1 when an input fails: it is then in BUILD as crash-..., leak-... or timeout-....
set -u

seconds=${1:-600}
root=$(cd "$(dirname "$0")/../../.." && pwd)
build=${2:-$root/build-fuzz}
cd "$root" || exit 2
. tests/fuzz/fuzzing.sh

scheme=$root/examples/scheme
dictionary=$build/fuzz.dict
# Words of the language, from its standard libraries' export lists.
sed -n 's/^ *"\(.*\)".*/\1/p' "$scheme/libraries/standard.c" | tr ' ' '\n' |
    grep -E '^[a-z][a-z0-9!?>*/=<-]*$' | sort -u | sed 's/.*/"&"/' >"$dictionary"
failed=0
for kind in reader program; do
    fuzz $kind "examples/scheme/fuzz-$kind" 'not read' -timeout=30 -max_len=4096 -dict="$dictionary" \
        "$scheme/fuzz/corpus" "$scheme/programs" "$scheme/tests" || failed=1
done
exit $failed
