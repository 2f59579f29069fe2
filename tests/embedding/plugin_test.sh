#!/bin/sh
# A program with the shared library, and two plugins with static copies of their own: each calls its own copy, whatever
# was loaded first. Usage: plugin_test.sh PROJECT ARCHIVE SHARED-LIBRARY
. "$(dirname "$0")/common.sh"
archive=$2 shared=$3 cc=${CC:-cc}
flags="-std=c11 -O2 -D_GNU_SOURCE -I$root/include $(pkg-config --cflags atomic_ops) -Werror"

cat >"$work/host.c" <<'END'
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include "tenure.h"

int main(int argc, char **argv) {
    tn_heap *heap = tn_heap_create(NULL, NULL);
    for (int i = 1; i < argc; i++) {
        void *plugin = dlopen(argv[i], RTLD_NOW | RTLD_GLOBAL);
        if (!plugin) return fprintf(stderr, "%s\n", dlerror()), 1;
        const char *(*library)(void);
        long (*run)(void);
        *(void **)(void *)&library = dlsym(plugin, "plugin_library");
        *(void **)(void *)&run = dlsym(plugin, "plugin_run");
        if (strcmp(library(), argv[i]) != 0) return fprintf(stderr, "%s calls %s\n", argv[i], library()), 1;
        if (run() != 500050000) return fprintf(stderr, "%s computes %ld\n", argv[i], run()), 1;
    }
    return tn_heap_destroy(heap) == TN_OK ? 0 : 1;
}
END
# shellcheck disable=SC2086 # words are meant to be split
{
    for name in one two; do
        quietly "$cc" $flags -fPIC -shared -o "$work/$name.so" "$root/tests/embedding/plugin.c" "$archive" -lm ||
            fail "linking a plugin"
    done
    quietly "$cc" $flags -o "$work/host" "$work/host.c" "$shared" -ldl || fail "linking the program"
}
for name in one two; do
    nm -D --defined-only "$work/$name.so" >"$work/log"
    ! grep ' tn_' "$work/log" || fail "a plugin shows the functions of its copy"
done
rm "$work/log"
LD_LIBRARY_PATH=$(dirname "$shared") quietly "$work/host" "$work/one.so" "$work/two.so" || fail "running"
echo "two plugins with copies of their own, beside the shared library"
