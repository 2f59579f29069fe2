/* unload.c: a host that loads the library, uses a debug mode, and unloads it: its own handler of SIGSEGV is there
 * again, though a heap was left. Usage: unload LIBRARY */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>

#include "tenure.h"

static void mine(int number) { (void)number; }

static int is_mine(void) {
    struct sigaction now;
    return sigaction(SIGSEGV, NULL, &now) == 0 && !(now.sa_flags & SA_SIGINFO) && now.sa_handler == mine;
}

static int complain(const char *what) {
    fprintf(stderr, "FAILED: %s\n", what);
    return 1;
}

int main(int argc, char **argv) {
    void *library = argc == 2 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;
    if (!library) return complain(argc == 2 ? dlerror() : "usage: unload LIBRARY");
    tn_heap *(*create)(uint32_t, const tn_config *, tn_error *);
    *(void **)(void *)&create = dlsym(library, "tn_heap_create_");
    tn_config config = TN_CONFIG_INIT;
    config.options = "debug=stale";
    config.ignore_environment = true;
    signal(SIGSEGV, mine);
    if (!create || !create(TN_VERSION, &config, NULL)) return complain("no heap");
    if (is_mine()) return complain("the library has no handler");
    if (dlclose(library)) return complain(dlerror());
    return is_mine() ? 0 : complain("the handler of an unloaded library is left");
}
