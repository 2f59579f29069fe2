/* facts.c: owns the tables of names: of the API's functions, and of other libraries' functions that do not collect. */
#include "facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct { const char *name; enum role role; } roles[] = {
    {"tn_alloc_sized", ROLE_OBJECT}, {"tn_alloc_tail_sized", ROLE_OBJECT}, {"tn_alloc_slow", ROLE_OBJECT},
    {"tn_alloc_at_", ROLE_OBJECT}, {"tn_alloc_tail_at_", ROLE_OBJECT}, {"tn_alloc_slow_at_", ROLE_OBJECT},
    {"tn_bump_", ROLE_OBJECT}, {"tn_bump_aligned_", ROLE_OBJECT}, {"tn_alloc_stable_sized", ROLE_OBJECT},
    {"tn_weak_read", ROLE_OBJECT},
    {"tn_stable_address_", ROLE_FIXED}, {"strdup", ROLE_FIXED}, {"malloc", ROLE_MEMORY}, {"calloc", ROLE_MEMORY},
    {"alloca", ROLE_MEMORY}, {"__builtin_alloca", ROLE_MEMORY},
    {"realloc", ROLE_MEMORY}, {"reallocarray", ROLE_MEMORY}, {"aligned_alloc", ROLE_MEMORY},
    {"strchr", ROLE_WITHIN}, {"strrchr", ROLE_WITHIN}, {"strstr", ROLE_WITHIN}, {"strpbrk", ROLE_WITHIN},
    {"strchrnul", ROLE_WITHIN}, {"memchr", ROLE_WITHIN}, {"memrchr", ROLE_WITHIN}, {"memmem", ROLE_WITHIN},
    {"tn_push_", ROLE_HANDLE}, {"tn_push_value_", ROLE_HANDLE}, {"tn_new_", ROLE_HANDLE}, {"tn_get_", ROLE_HANDLE},
    {"tn_get_value_", ROLE_HANDLE}, {"tn_weak_new_", ROLE_HANDLE}, {"tn_weak_array_new_", ROLE_HANDLE},
    {"tn_push_at_", ROLE_HANDLE}, {"tn_push_value_at_", ROLE_HANDLE}, {"tn_weak_get_", ROLE_HANDLE},
    {"tn_push_new_", ROLE_HANDLE}, {"tn_new_tail_", ROLE_HANDLE}, {"tn_new_stable_", ROLE_HANDLE},
    {"tn_escape_", ROLE_ESCAPE}, {"tn_escape_value_", ROLE_ESCAPE},
    {"tn_store", ROLE_STORE}, {"tn_store_value", ROLE_STORE}, {"tn_write_at_", ROLE_STORE},
    {"tn_write_value_at_", ROLE_STORE}, {"tn_init_", ROLE_STORE}, {"tn_init_value_", ROLE_STORE},
    {"tn_set_", ROLE_STORE}, {"tn_set_value_", ROLE_STORE}, {"tn_root_store", ROLE_STORE},
    {"tn_weak_array_write", ROLE_STORE},
    {"tn_reserve", ROLE_RESERVE},
    {"tn_root_create", ROLE_ROOT_ADD}, {"tn_range_create_", ROLE_RANGE_ADD}, {"tn_scanner_create", ROLE_SCANNER_ADD},
    {"tn_root_destroy", ROLE_ROOT_REMOVE}, {"tn_range_destroy", ROLE_RANGE_REMOVE},
    {"tn_scanner_destroy", ROLE_SCANNER_REMOVE},
    {"tn_visit", ROLE_VISIT}, {"tn_visit_value", ROLE_VISIT}, {"tn_visit_refs", ROLE_VISIT},
    {"tn_visit_values", ROLE_VISIT},
};

enum role role_of(const Function *function) {
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++)
        if (strcmp(roles[i].name, function->name) == 0) return roles[i].role;
    return ROLE_NONE;
}

/* A name that ends in * stands for all that begin so. setjmp is not here: it returns again after whatever was
 * called. */
static const char *const quiet[] = {
    /* compilers, libatomic_ops */
    "__builtin_*", "__atomic_*", "__sync_*", "__assert_fail", "AO_*",
    /* memory and text */
    "malloc", "calloc", "realloc", "free", "aligned_alloc", "posix_memalign", "mem*", "bcmp", "bzero", "str*", "stp*",
    "to*", "is*", "ato*", "wc*", "mb*", "ascii*", "__ctype_*", "iconv*",
    /* files */
    "printf", "fprintf", "sprintf", "snprintf", "vprintf", "vfprintf", "vsprintf", "vsnprintf", "asprintf", "vasprintf",
    "dprintf", "scanf", "sscanf", "fscanf", "__isoc99_*", "__isoc23_*", "fopen*", "fdopen", "freopen", "fmemopen",
    "fclose", "fflush", "fread*", "fwrite*", "fget*", "fput*", "fseek*", "ftell*", "feof*", "ferror*", "fileno*",
    "getc*", "putc*", "puts", "perror", "clearerr*", "ungetc", "rewind", "setvbuf", "setbuf", "getline", "getdelim",
    "popen", "pclose",
    "remove", "rename", "tmp*", "mkstemp*", "open", "openat", "close", "read", "write", "pread", "pwrite", "lseek*",
    "stat", "fstat", "lstat", "access", "unlink*", "rmdir", "mkdir*", "pipe*", "dup*", "fcntl*", "ioctl", "select",
    "poll", "isatty", "opendir", "readdir*", "closedir", "getcwd", "chdir", "realpath",
    /* the process and the system */
    "exit", "_exit", "_Exit", "abort", "atexit", "getenv", "setenv", "unsetenv", "getpid", "system", "signal", "sig*",
    "raise", "kill", "alarm", "sleep", "usleep", "nanosleep", "time", "clock*", "gettimeofday", "localtime*", "gmtime*",
    "mktime", "difftime", "get*id", "getrusage", "getrlimit*", "setrlimit*", "sysconf", "mmap*", "munmap", "mprotect",
    "madvise", "pthread_mutex_*", "pthread_self", "longjmp", "_longjmp", "siglongjmp", "__errno_location", "qsort*",
    "bsearch", "rand*", "srand*", "abs", "labs", "llabs", "div", "ldiv", "getopt*", "setlocale", "localeconv",
    /* mathematics */
    "fabs*", "floor*", "ceil*", "round*", "lround*", "llround*", "trunc*", "rint*", "lrint*", "nearbyint*", "sqrt*",
    "cbrt*", "exp*", "log*", "pow*", "sin*", "cos*", "tan*", "asin*", "acos*", "atan*", "hypot*", "fmod*", "remainder*",
    "modf*", "frexp*", "ldexp*", "scalb*", "copysign*", "nextafter*", "fmin*", "fmax*", "fma*", "lgamma*", "tgamma*",
    "creal*", "cimag*", "cabs*", "carg*", "conj*", "cproj*", "csqrt*", "cexp*", "clog*", "cpow*", "csin*", "ccos*",
    "ctan*", "casin*", "cacos*", "catan*", "erf*", "__fpclassify*", "__isnan*", "__isinf*", "__signbit*", "__finite*",
    /* GMP and MPFR */
    "mpz_*", "mpq_*", "mpf_*", "mpn_*", "mp_*", "gmp_*", "__gmp*", "mpfr_*",
};

static const char **added;
static size_t added_count;

static bool matches(const char *pattern, const char *name) {
    size_t length = strlen(pattern);
    if (pattern[length - 1] != '*') return strcmp(pattern, name) == 0;
    return strncmp(pattern, name, length - 1) == 0;
}

bool is_named_quiet(const char *name) {
    for (size_t i = 0; i < added_count; i++)
        if (matches(added[i], name)) return true;
    return false;
}

bool is_quiet_external(const char *name) {
    for (size_t i = 0; i < sizeof quiet / sizeof quiet[0]; i++)
        if (matches(quiet[i], name)) return true;
    return is_named_quiet(name);
}

bool quiet_externals_add(const char *path) {
    char line[256];
    FILE *file = fopen(path, "r");
    if (!file) return false;
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "# \t\r\n")] = 0;
        if (!*line) continue;
        const char **more = realloc(added, (added_count + 1) * sizeof *more);
        if (!more) exit(2);
        added = more;
        added[added_count++] = arena_text(line);
    }
    fclose(file);
    return true;
}
