/* load.c: lets libclang read translation units, and hands each to lower.c before it is given back. */
#include "load.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cursor.h"

enum { ARGUMENTS_MAX = 512 };

/* The errors of a unit, which would hide from us what they are about. */
static int complain(CXTranslationUnit unit) {
    int errors = 0;
    for (unsigned i = 0; i < clang_getNumDiagnostics(unit); i++) {
        CXDiagnostic diagnostic = clang_getDiagnostic(unit, i);
        if (clang_getDiagnosticSeverity(diagnostic) >= CXDiagnostic_Error) {
            errors++;
            unsigned how = clang_defaultDiagnosticDisplayOptions();
            fprintf(stderr, "%s\n", text_of(clang_formatDiagnostic(diagnostic, how)));
        }
        clang_disposeDiagnostic(diagnostic);
    }
    return errors;
}

/* The command's arguments, the compiler first, and the file among them. */
static int read_unit(CXIndex index, const char *file, int count, const char *const *arguments) {
    CXTranslationUnit unit = NULL;
    enum CXErrorCode code = clang_parseTranslationUnit2FullArgv(index, NULL, arguments, count, NULL, 0,
                                                                CXTranslationUnit_None, &unit);
    if (code != CXError_Success) {
        fprintf(stderr, "tenure-rootcheck: libclang cannot read %s\n", file);
        return -1;
    }
    int errors = complain(unit);
    if (!errors) lower_unit(unit);
    clang_disposeTranslationUnit(unit);
    return errors ? -1 : 0;
}

/* ---- a compilation database ---- */

static bool is_wanted(const char *file, int count, char **under) {
    for (int i = 0; i < count; i++) {
        size_t length = strlen(under[i]);
        if (strncmp(file, under[i], length) == 0 && (file[length] == 0 || file[length] == '/')) return true;
    }
    return count == 0;
}

/* Full paths, because libclang changes the working directory. */
static bool make_full(int count, char **paths) {
    for (int i = 0; i < count; i++) {
        char *full = realpath(paths[i], NULL);
        if (!full) {
            perror(paths[i]);
            return false;
        }
        paths[i] = full;
    }
    return true;
}

/* A program may have other languages as well. */
static bool is_c(const char *file) {
    size_t length = strlen(file);
    return length > 2 && strcmp(file + length - 2, ".c") == 0;
}

static int read_command(CXIndex index, CXCompileCommand command, int count, char **under) {
    const char *directory = text_of(clang_CompileCommand_getDirectory(command));
    const char *name = text_of(clang_CompileCommand_getFilename(command));
    char joined[PATH_MAX], file[PATH_MAX];
    snprintf(joined, sizeof joined, "%s%s%s", *name == '/' ? "" : directory, *name == '/' ? "" : "/", name);
    if (!is_c(name) || !realpath(joined, file) || !is_wanted(file, count, under)) return 0;
    const char *argument[ARGUMENTS_MAX];
    int n = 0;
    unsigned total = clang_CompileCommand_getNumArgs(command);
    char *where = arena(strlen(directory) + sizeof "-working-directory=");
    for (unsigned i = 0; i < total && n < ARGUMENTS_MAX - 3; i++)
        argument[n++] = text_of(clang_CompileCommand_getArg(command, i));
    strcat(strcpy(where, "-working-directory="), directory);
    argument[n++] = where;
    argument[n++] = "-w";
    return read_unit(index, file, n, argument) < 0 ? -1 : 1;
}

int load_database(const char *build, int count, char **under) {
    CXCompilationDatabase_Error error;
    if (!make_full(count, under)) return -1;
    CXCompilationDatabase database = clang_CompilationDatabase_fromDirectory(build, &error);
    if (error != CXCompilationDatabase_NoError) {
        fprintf(stderr, "tenure-rootcheck: no compile_commands.json in %s\n", build);
        return -1;
    }
    CXIndex index = clang_createIndex(0, 0);
    CXCompileCommands commands = clang_CompilationDatabase_getAllCompileCommands(database);
    int units = 0;
    for (unsigned i = 0; i < clang_CompileCommands_getSize(commands) && units >= 0; i++) {
        int read = read_command(index, clang_CompileCommands_getCommand(commands, i), count, under);
        units = read < 0 ? -1 : units + read;
    }
    clang_CompileCommands_dispose(commands);
    clang_CompilationDatabase_dispose(database);
    clang_disposeIndex(index);
    if (units == 0) fprintf(stderr, "tenure-rootcheck: no file of %s is under what was named\n", build);
    return units > 0 ? units : -1;
}

int load_files(int count, char **files, int arguments, char **argument) {
    const char *all[ARGUMENTS_MAX] = {"clang", "-w"};
    int n = 2, bad = 0;
    if (!make_full(count, files)) return -1;
    CXIndex index = clang_createIndex(0, 0);
    for (int i = 0; i < arguments && n < ARGUMENTS_MAX - 2; i++) all[n++] = argument[i];
    for (int i = 0; i < count && !bad; i++) {
        all[n] = files[i];
        bad = read_unit(index, files[i], n + 1, all);
    }
    clang_disposeIndex(index);
    return bad ? -1 : count;
}
