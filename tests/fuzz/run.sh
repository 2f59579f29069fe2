#!/bin/sh
# run.sh: fuzzes the library: sequences of API operations, compared with the oracle's model; and the option parser.
#
#     run.sh [SECONDS [BUILD]]
#
# Builds with clang, ASan and UBSan in BUILD (build-fuzz in the project's root), and runs each of the two programs for
# SECONDS (600). They begin with the inputs in corpus-NAME/, and keep new ones in BUILD. Exits with 1 if an input fails:
# it is then in BUILD as crash-..., leak-... or timeout-..., and `BUILD/tests/fuzz/fuzz-NAME FILE` runs it again. Add to
# the corpus each input that found a mistake. To renew a corpus: `fuzz-NAME -merge=1 -use_counters=0 NEW corpus-NAME
# FOUND`.
set -u

seconds=${1:-600}
root=$(cd "$(dirname "$0")/../.." && pwd)
build=${2:-$root/build-fuzz}
cd "$root" || exit 2
. tests/fuzz/fuzzing.sh

# The fuzzer's dictionary: the words of the option table, with their commas and units.
dictionary=$build/options.dict
sed -n '/^<!-- options -->$/,/^<!-- \/options -->$/p' README.md | grep -oE '[A-Za-z_]+|[0-9]+[A-Za-z%]*' | sort -u |
    sed 's/.*/"&"/' >"$dictionary"
corpus=$root/tests/fuzz/corpus
failed=0
fuzz api tests/fuzz/fuzz-api oracle: -timeout=60 -max_len=4096 "$corpus-api" || failed=1
fuzz options tests/fuzz/fuzz-options options.c -timeout=60 -max_len=512 -dict="$dictionary" "$corpus-options" ||
    failed=1
exit $failed
