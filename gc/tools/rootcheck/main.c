/* main.c: tenure-rootcheck, from its arguments to its exit status. See README.md. */
#include <stdio.h>
#include <string.h>

#include "calls.h"
#include "cells.h"
#include "facts.h"
#include "flow.h"
#include "load.h"
#include "report.h"

static const char usage[] =
    "usage: tenure-rootcheck [OPTION ...] -p BUILD [FILE-OR-DIRECTORY ...]\n"
    "       tenure-rootcheck [OPTION ...] FILE ... [-- COMPILER-ARGUMENT ...]\n"
    "  -p BUILD            the directory of a compile_commands.json; of its files those that are named, or all\n"
    "  --no-collect=FILE   names of functions, one a line, that are known not to collect; may end in *\n"
    "  --sarif=FILE        writes the findings as SARIF 2.1.0 as well\n"
    "  --summary           counts findings and exceptions\n"
    "Exit status: 0 nothing found, 1 something found, 2 wrong use or a file that cannot be read.\n";

typedef struct Options {
    const char *build;
    FILE *sarif;
    bool summary;
    char **file, **argument;
    int files, arguments;
} Options;

/* False: the usage is wrong. */
static bool parse(Options *o, int argc, char **argv) {
    bool failed = false;
    int i = 1;
    o->file = argv + argc;
    for (; i < argc && argv[i][0] == '-' && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "-p") == 0 && i + 1 < argc) o->build = argv[++i];
        else if (strcmp(argv[i], "--summary") == 0) o->summary = true;
        else if (strncmp(argv[i], "--sarif=", 8) == 0) o->sarif = fopen(argv[i] + 8, "w"), failed |= !o->sarif;
        else if (strncmp(argv[i], "--no-collect=", 13) == 0) failed |= !quiet_externals_add(argv[i] + 13);
        else return false;
        if (failed) {
            perror(argv[i]);
            return false;
        }
    }
    o->file = argv + i;
    while (i < argc && strcmp(argv[i], "--") != 0) i++, o->files++;
    if (i < argc) {
        o->argument = argv + i + 1;
        o->arguments = argc - i - 1;
    }
    return o->build || o->files;
}

int main(int argc, char **argv) {
    Options o = {0};
    report_open();
    if (!parse(&o, argc, argv)) {
        fputs(usage, stderr);
        return 2;
    }
    int units = o.build ? load_database(o.build, o.files, o.file)
                        : load_files(o.files, o.file, o.arguments, o.argument);
    if (units < 0) return 2;
    types_settle();
    calls_infer();
    cells_check();
    flow_learn_all();
    unsigned found = report_print(stdout, o.summary);
    if (o.sarif && (!report_sarif(o.sarif) || fclose(o.sarif) != 0)) {
        perror("tenure-rootcheck: SARIF");
        return 2;
    }
    return found > 0;
}
