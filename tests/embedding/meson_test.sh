#!/bin/sh
# Hosts that are built with meson: Tenure as a subproject, shared and static; installed, found and started; and builds
# that must be refused. Usage: meson_test.sh PROJECT
. "$(dirname "$0")/common.sh"
needs meson

# project NAME DEPENDENCY-ARGUMENTS: a host that has Tenure as a subproject.
project() {
    mkdir -p "$work/$1/subprojects"
    ln -s "$work/tenure" "$work/$1/subprojects/tenure"
    cp "$root/examples/hello.c" "$work/$1/host.c"
    cat >"$work/$1/meson.build" <<END
project('host', 'c', default_options: ['c_std=c11'])
tenure = dependency('tenure', fallback: 'tenure'$2)
executable('host', 'host.c', dependencies: tenure, install: true)
END
}
# build NAME MESON-ARGUMENTS...: configures, builds and installs it.
build() {
    name=$1
    shift
    quietly meson setup "$work/$name/build" "$work/$name" --prefix=/usr --force-fallback-for=tenure "$@" ||
        fail "configuring $name"
    quietly meson compile -C "$work/$name/build" || fail "building $name"
    quietly meson install -C "$work/$name/build" --destdir "$work/$name/root" || fail "installing $name"
}
files() { find "$work/$1/root" \( -type f -o -type l \) | wc -l; }

copy_sources "$work/tenure"
project plain ''
build plain
says "$work/plain/root/usr/bin/host" 'a host with a subproject'
[ "$(files plain)" = 1 ] || fail "a subproject installs files"

project static ', static: true'
build static
says "$work/static/root/usr/bin/host" 'a host that asks for the static library'

project whole ''
build whole -Ddefault_library=static
says "$work/whole/root/usr/bin/host" 'a host with default_library=static'

project asked ''
build asked -Dtenure:install=enabled
[ "$(files asked)" -gt 10 ] || fail "tenure:install=enabled installs nothing"
if "$work/asked/root/usr/bin/host" >/dev/null 2>&1; then fail "the shared library was not used"; fi
LD_LIBRARY_PATH=$(dirname "$(find "$work/asked/root" -name libtenure.so)")
export LD_LIBRARY_PATH
says "$work/asked/root/usr/bin/host" 'a host with an installed subproject'
unset LD_LIBRARY_PATH

# Installed, and found as a static library.
quietly meson setup "$work/build" "$work/tenure" --prefix="$work/prefix" -Ddefault_library=static -Dtests=disabled ||
    fail "configuring sources without tests, examples and bench"
quietly meson install -C "$work/build" || fail "installing a static library"
[ -z "$(find "$work/prefix" -name '*.so*' -not -name '*-gdb.py')" ] || fail "a shared library was installed as well"
PKG_CONFIG_PATH=$(dirname "$(find "$work/prefix" -name tenure.pc)")
export PKG_CONFIG_PATH
# shellcheck disable=SC2046 # words are meant to be split
quietly "${CC:-cc}" -std=c11 -o "$work/host" "$root/examples/hello.c" $(pkg-config --static --cflags --libs tenure) ||
    fail "compiling with the static library"
says "$work/host" 'a host with the installed static library'
script=$(find "$work/prefix/share/gdb/auto-load" -name '*-gdb.py')
[ "${script#"$work/prefix/share/gdb/auto-load$work/prefix/"}" != "$script" ] ||
    fail "gdb looks for its script in auto-load$work/prefix, and it is $script"

# What must be refused says why.
cat >"$work/cross" <<END
[binaries]
c = 'gcc'
pkgconfig = 'pkg-config'
[built-in options]
c_args = ['-m32']
[properties]
skip_sanity_check = true
[host_machine]
system = 'linux'
cpu_family = 'x86'
cpu = 'i686'
endian = 'little'
END
if command -v gcc >/dev/null && [ "$(uname -m)" = x86_64 ]; then
    ! quietly meson setup "$work/narrow" "$work/tenure" --cross-file "$work/cross" || fail "32 bits are not refused"
    grep -q 'Tenure runs on 64-bit machines only' "$work/log" || fail "32 bits are refused without a reason"
fi
! PKG_CONFIG_LIBDIR=$work quietly meson setup "$work/lacking" "$work/tenure" --wrap-mode=nofallback ||
    fail "a missing libatomic_ops is not refused"
grep -q 'Debian, Ubuntu: libatomic-ops-dev' "$work/log" || fail "no package is named"
# As the wrap unpacks it: the headers, and the build file of packagefiles.
headers=$(pkg-config --variable=includedir atomic_ops)
mkdir -p "$work/tenure/subprojects/atomic_ops/src"
cp "$root/subprojects/atomic_ops.wrap" "$work/tenure/subprojects"
cp "$root/subprojects/packagefiles/atomic_ops/meson.build" "$work/tenure/subprojects/atomic_ops"
cp -R "${headers:-/usr/include}"/atomic_ops* "$work/tenure/subprojects/atomic_ops/src"
PKG_CONFIG_LIBDIR=$work quietly meson setup "$work/wrapped" "$work/tenure" || fail "configuring with the wrap"
quietly meson compile -C "$work/wrapped" || fail "building with the wrap"
rm -r "$work/tenure/subprojects"

quietly meson setup "$work/warnings" "$work/tenure" || fail "configuring"
! grep -i deprecat "$work/log" || fail "meson warns of something deprecated"
echo "meson: subprojects, shared and static, installed and started; refusals"
