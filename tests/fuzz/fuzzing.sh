# build.sh: builds the fuzzers with clang, ASan and UBSan. Sourced in the project's root, with the directory to build in
# as $build; exits with 2 when that fails.
[ -d "$build" ] || CC=clang meson setup "$build" -Dfuzz=true -Dexamples=enabled -Dtests=disabled -Dbench=disabled \
    --buildtype=debugoptimized -Db_sanitize=address,undefined -Db_lundef=false -Dc_args=-fno-sanitize-recover=all || exit 2
ninja -C "$build" || exit 2
