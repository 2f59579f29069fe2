#!/bin/sh
# A host can use an installed Tenure. Installs the build into a temporary directory; compiles examples/hello.c against
# it with the flags of pkg-config, shared and static, and runs it; then builds it in a project that has Tenure as a
# meson subproject. Each must print the same first two lines as the example of this build (statistics follow).
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
[ -f "$lib/libtenure.a" ] || fail "no static library"
[ -f "$lib/libtenure.so.0" ] || fail "no libtenure.so.0"
for header in "$root"/include/tenure.h "$root"/include/tenure/*.h; do
    installed=$(find "$work/root" -path "*/include/${header#"$root"/include/}")
    [ -n "$installed" ] || fail "$header is not installed"
    cmp -s "$header" "$installed" || fail "$installed differs from $header"
done
[ "$(find "$work/root" -path '*/include/*' -name '*.h' | wc -l)" = "$(find "$root/include" -name '*.h' | wc -l)" ] ||
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
{
    $cc -std=c11 -Wall -Wextra -Werror $(pkg-config --cflags tenure) $(pkg-config --variable=host_cflags tenure) \
        -o "$work/shared" "$work/hello.c" $(pkg-config --libs tenure) || fail "compiling with the shared library"
    $cc -std=c11 -Wall -Wextra -Werror $(pkg-config --cflags tenure) \
        -o "$work/static" "$work/hello.c" $(pkg-config --static --libs tenure | sed "s|-ltenure|$lib/libtenure.a|") ||
        fail "compiling with the static library"
}
LD_LIBRARY_PATH="$lib" "$work/shared" >"$work/found" || fail "running with the shared library"
same "with the shared library"
"$work/static" >"$work/found" || fail "running with the static library"
same "with the static library"
if "$work/shared" >/dev/null 2>&1; then fail "the shared version runs without the library: it was not tested"; fi

# As a subproject of a project that does not know how Tenure is built.
unset PKG_CONFIG_PATH PKG_CONFIG_SYSROOT_DIR
mkdir -p "$work/host/subprojects/tenure"
(cd "$root" && tar -cf - meson.build meson_options.txt include gc) | (cd "$work/host/subprojects/tenure" && tar -xf -)
chmod -R u+w "$work/host" # the sources may be read-only
cp "$root/examples/hello.c" "$work/host/host.c"
cat >"$work/host/meson.build" <<'END'
project('host', 'c', default_options: ['c_std=c11'])
tenure = dependency('tenure', fallback: ['tenure', 'tenure_dep'])
executable('host', 'host.c', dependencies: tenure)
END
meson setup "$work/host/build" "$work/host" --force-fallback-for=tenure >"$work/log" 2>&1 ||
    fail "configuring as a subproject"
meson compile -C "$work/host/build" >"$work/log" 2>&1 || fail "building as a subproject"
"$work/host/build/host" >"$work/found" || fail "running as a subproject"
same "as a subproject"
echo "installed, linked shared and static, and used as a subproject"
