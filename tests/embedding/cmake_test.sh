#!/bin/sh
# Hosts that are built with CMake, in C and C++: find_package of an installation, add_subdirectory, FetchContent.
# Usage: cmake_test.sh PROJECT
. "$(dirname "$0")/common.sh"
needs cmake

# project NAME: a host; standard input says how it gets tenure::tenure.
project() {
    mkdir -p "$work/$1"
    cp "$root/examples/hello.c" "$work/$1/c.c"
    cp "$root/examples/hello.cc" "$work/$1/cxx.cc"
    {
        echo 'cmake_minimum_required(VERSION 3.20)'
        echo 'project(host C CXX)'
        cat
        echo 'add_executable(c c.c)'
        echo 'add_executable(cxx cxx.cc)'
        echo 'target_compile_features(cxx PRIVATE cxx_std_17)'
        echo 'foreach(host c cxx)'
        echo '  target_link_libraries(${host} PRIVATE tenure::tenure)'
        echo 'endforeach()'
    } >"$work/$1/CMakeLists.txt"
}
# build NAME CMAKE-ARGUMENTS...: configures, builds and runs it.
build() {
    name=$1
    shift
    quietly cmake -S "$work/$name" -B "$work/$name/build" "$@" || fail "configuring $name"
    quietly cmake --build "$work/$name/build" -j2 || fail "building $name"
    says "$work/$name/build/c" "$name"
    says "$work/$name/build/cxx" "$name, in C++"
}

copy_sources "$work/tenure"
project subdirectory <<END
add_subdirectory($work/tenure tenure)
END
build subdirectory
project fetched <<END
include(FetchContent)
FetchContent_Declare(tenure SOURCE_DIR $work/tenure)
FetchContent_MakeAvailable(tenure)
END
build fetched -DBUILD_SHARED_LIBS=ON

for shared in OFF ON; do
    quietly cmake -S "$work/tenure" -B "$work/build$shared" -DBUILD_SHARED_LIBS=$shared \
        -DCMAKE_INSTALL_PREFIX="$work/prefix$shared" || fail "configuring"
    quietly cmake --build "$work/build$shared" -j2 || fail "building"
    quietly cmake --install "$work/build$shared" || fail "installing"
    project "found$shared" <<END
find_package(Tenure 0.1 CONFIG REQUIRED)
END
    build "found$shared" -DCMAKE_PREFIX_PATH="$work/prefix$shared"
done

# An installation by meson is found as well.
if command -v meson >/dev/null; then
    quietly meson setup "$work/meson" "$work/tenure" --prefix="$work/prefix" || fail "configuring with meson"
    quietly meson install -C "$work/meson" || fail "installing with meson"
    project meson_found <<END
find_package(Tenure 0.1 CONFIG REQUIRED)
END
    build meson_found -DCMAKE_PREFIX_PATH="$work/prefix" -DCMAKE_LIBRARY_ARCHITECTURE="$(gcc -print-multiarch || :)"
fi

project other_version <<END
find_package(Tenure 0.2 CONFIG REQUIRED)
END
! quietly cmake -S "$work/other_version" -B "$work/other" -DCMAKE_PREFIX_PATH="$work/prefixON" ||
    fail "another version is found"
grep -q '0\.1\.0' "$work/log" || fail "another version is refused without naming this one"
echo "CMake: add_subdirectory, FetchContent and find_package, in C and C++"
