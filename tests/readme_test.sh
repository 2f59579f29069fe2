#!/bin/sh
# What the README shows is true: its C program compiles as it stands against the public headers, runs, and prints the
# text block after it; it is the only C program there; the commands and files that the README names exist, and so do the
# functions that the Scheme's README points at. Usage: readme_test.sh PROJECT LIBRARY
set -eu
export LC_ALL=C
root=$1 library=$2
readme=$root/README.md
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "FAILED: $*"; exit 1; }

# block LANGUAGE FILE: the first block of the language.
block() { awk -v open="\`\`\`$1" '$0 == "```" && inside { exit } inside { print } $0 == open { inside = 1 }' "$2"; }

block c "$readme" >"$work/embed.c"
block text "$readme" >"$work/wanted"
[ -s "$work/embed.c" ] && [ -s "$work/wanted" ] || fail "no C block with its output in the README"
[ "$(grep -c '^```c$' "$readme")" = 1 ] || fail "the README is meant to have one C program"
[ "$(wc -l <"$work/embed.c")" -le 32 ] || fail "the embedding is meant to be 30 lines"
# shellcheck disable=SC2046 # words are meant to be split
${CC:-cc} -std=c11 -Wall -Wextra -Werror $(pkg-config --cflags atomic_ops) -I"$root/include" -o "$work/embed" \
    "$work/embed.c" "$library" $(pkg-config --libs atomic_ops) -Wl,-rpath,"$(dirname "$library")" ||
    fail "the README's embedding does not compile"
"$work/embed" >"$work/found" || fail "the README's embedding fails"
diff -u "$work/wanted" "$work/found" || fail "the README's embedding prints something else"

# Paths in the first code block (the two commands) and in the layout.
for path in $(grep -oE '`(\./)?(examples|tests|bench|gc|include)/[A-Za-z0-9_./-]*`' "$readme" | tr -d '`' | sort -u) \
    ./examples/run.sh ./tests/run.sh; do
    [ -e "$root/$path" ] || fail "the README names $path, which is not there"
done
[ "$(sed -n '/^```sh$/,/^```$/p' "$readme" | sed -n '2p;3p' | sed 's/ *#.*//')" = "./examples/run.sh
./tests/run.sh" ] || fail "the README does not open with the two commands"

# The Scheme's README points at functions: `file.c`, `function`.
scheme=$root/examples/scheme
grep -oE '`[a-z_/]+\.c`, `[A-Za-z_]+`' "$scheme/README.md" | tr -d '`,' >"$work/functions"
[ -s "$work/functions" ] || fail "examples/scheme/README.md points at no function"
while read -r file function; do
    grep -qw "$function" "$scheme/$file" ||
        fail "examples/scheme/README.md names $function of $file, which is not there"
done <"$work/functions"
echo "the README's program and paths are right"
