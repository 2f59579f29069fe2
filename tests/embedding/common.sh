# What the scripts of this folder share. Each tries one kind of use of Tenure, as somebody outside would write it, in a
# temporary folder, and ends with one line. Source it with the project in $1.
# shellcheck shell=sh
set -eu
export LC_ALL=C
root=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "FAILED: $*"; [ ! -f "$work/log" ] || cat "$work/log"; exit 1; }
skip() { echo "skipped: $*"; exit 77; }
needs() { command -v "$1" >/dev/null 2>&1 || skip "there is no $1"; }

# quietly COMMAND ...: what it prints is in $work/log.
quietly() { "$@" >"$work/log" 2>&1; }
# says PROGRAM WHAT: it runs, and its first line is that of examples/hello.
says() {
    "$1" >"$work/found" 2>"$work/log" || fail "running $2"
    [ "$(head -n 1 "$work/found")" = 'sum: 500500, alive: yes' ] || { cat "$work/found"; fail "the output of $2"; }
}
# copy_sources FOLDER: those that a release of the sources may be cut down to.
copy_sources() {
    mkdir -p "$1"
    (cd "$root" && tar -cf - CMakeLists.txt meson.build meson_options.txt LICENSE README.md include gc) |
        (cd "$1" && tar -xf -)
    chmod -R u+w "$1" # the sources may be read-only
}
