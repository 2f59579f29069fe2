#!/bin/sh
# A host can use an installed Tenure. Installs the build into a temporary directory; compiles examples/hello.c against
# it with the flags of pkg-config, and runs it. It must print the same first two lines as the example of this build
# (statistics follow). tests/embedding has the other kinds of use.
# Usage: install_test.sh PROJECT BUILD
set -eu
export LC_ALL=C
root=$1 build=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "FAILED: $*"; [ ! -f "$work/log" ] || cat "$work/log"; exit 1; }
cc=${CC:-cc}

meson install -C "$build" --no-rebuild --destdir "$work/root" >"$work/log" 2>&1 || fail "meson install"
rm -f "$work/log"

pc=$(find "$work/root" -name tenure.pc)
[ -n "$pc" ] || fail "no tenure.pc installed"
export PKG_CONFIG_PATH="${pc%/*}"
export PKG_CONFIG_SYSROOT_DIR="$work/root"
lib=${pc%/pkgconfig/tenure.pc}
[ ! -f "$lib/libtenure.a" ] || fail "a static library, which nobody has asked for"
[ -f "$lib/libtenure.so.0.1" ] || fail "no libtenure.so.0.1"
for header in "$root"/include/tenure.h "$root"/include/tenure.hpp "$root"/include/tenure/*.h; do
    installed=$(find "$work/root" -path "*/include/${header#"$root"/include/}")
    [ -n "$installed" ] || fail "$header is not installed"
    cmp -s "$header" "$installed" || fail "$installed differs from $header"
done
[ "$(find "$work/root" -path '*/include/*' -name '*.h*' | wc -l)" = "$(find "$root/include" -name '*.h*' | wc -l)" ] ||
    fail "headers are installed that are not public"
pkg-config --print-requires tenure | grep -q '^atomic_ops' || fail "tenure.pc does not require atomic_ops"
[ "$(pkg-config --variable=host_cflags tenure)" = -Werror=incompatible-pointer-types ] ||
    fail "tenure.pc has no host_cflags"

cp "$root/examples/hello.c" "$work/hello.c"
[ -x "$build/examples/hello" ] || fail "this build is configured without the examples"
"$build/examples/hello" >"$work/wanted" || fail "examples/hello of this build"
[ "$(wc -l <"$work/wanted")" -gt 2 ] || fail "examples/hello prints too little"
# same WHAT: $work/found begins with the right lines
same() {
    [ "$(head -n 2 "$work/found")" = "$(head -n 2 "$work/wanted")" ] || { cat "$work/found"; fail "the output $1"; }
}

# shellcheck disable=SC2046 # words are meant to be split
$cc -std=c11 -Wall -Wextra -Werror $(pkg-config --cflags tenure) $(pkg-config --variable=host_cflags tenure) \
    -o "$work/shared" "$work/hello.c" $(pkg-config --libs tenure) || fail "compiling"
LD_LIBRARY_PATH="$lib" "$work/shared" >"$work/found" || fail "running"
same "with the shared library"
if "$work/shared" >/dev/null 2>&1; then fail "the program runs without the library: it was not tested"; fi
echo "installed, linked and run"
