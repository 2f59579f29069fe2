/* report.c: owns the findings. An exception is a comment with the words `tn-rootcheck-ok: REASON`, on the line of the
 * finding or on the one before. */
#include "report.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MARK "tn-rootcheck-ok:"

static const struct { const char *name, *about; } checks[CHECKS] = {
    [CHECK_STALE] = {"stale-pointer", "A raw pointer or value is used after a call that may collect."},
    [CHECK_INTERIOR] = {"interior-pointer", "A pointer into an object is used after a call that may collect."},
    [CHECK_TAIL] = {"tail-pointer", "The address of a reference in an object is used after a call that may collect."},
    [CHECK_UNSEQUENCED] = {"unsequenced", "A raw pointer is held while another part of the expression may collect."},
    [CHECK_STORE] = {"raw-store", "The object of a store is raw, and the stored expression may collect."},
    [CHECK_SLOT] = {"unrooted-slot", "A callee reads a local value by its address after it may have collected."},
    [CHECK_ESCAPE] = {"handle-escape", "A handle is used, returned or stored beyond its scope."},
    [CHECK_WINDOW] = {"raw-window", "A call that may collect is made within TN_NO_GC."},
    [CHECK_STACK_ROOT] = {"stack-root", "A local variable is still a root when its function returns."},
    [CHECK_MEMORY] = {"unrooted-memory", "A static variable or memory, which is no root, holds a raw pointer."},
    [CHECK_CELL] = {"unregistered-root", "A root cell is stored into, and nothing registers it."},
    [CHECK_FIELD] = {"undescribed-field", "The description of a type leaves out a reference or value of its struct."},
    [CHECK_EXCEPTION] = {"exception", "An exception gives no reason, or excuses nothing."},
};

typedef struct Note {
    Spot spot;
    const char *text;
} Note;

typedef struct Finding {
    enum check check;
    bool excused;
    Note is, notes[2];
} Finding;

static Finding *findings;
static unsigned count, room;

void report(enum check check, Spot spot, const char *text, Spot note_spot, const char *note, Spot also_spot,
            const char *also) {
    for (unsigned i = 0; i < count; i++) {
        const Spot *at = &findings[i].is.spot;
        if (findings[i].check == check && at->file == spot.file && at->line == spot.line && at->column == spot.column)
            return;
    }
    if (count == room) {
        room = room ? room * 2 : 64;
        findings = realloc(findings, room * sizeof *findings);
        if (!findings) exit(2);
    }
    Finding *f = &findings[count++];
    *f = (Finding){check, false, {spot, arena_text(text)}, {{note_spot, NULL}, {also_spot, NULL}}};
    if (note) f->notes[0].text = arena_text(note);
    if (also) f->notes[1].text = arena_text(also);
}

/* ---- exceptions ---- */

typedef struct Exception {
    Spot spot;
    bool used, reasoned;
} Exception;

static Exception *exceptions;
static unsigned exception_count, exceptions_used;
static size_t lines_read;

static void add_exception(int file, unsigned line, const char *text) {
    exceptions = realloc(exceptions, (exception_count + 1) * sizeof *exceptions);
    if (!exceptions) exit(2);
    const char *reason = strstr(text, MARK) + strlen(MARK);
    exceptions[exception_count++] = (Exception){{file, line, (unsigned)(strstr(text, MARK) - text) + 1}, false,
                                                strspn(reason, " */\n") < strlen(reason)};
}

static void read_source(int file) {
    char *text = NULL;
    size_t size = 0;
    FILE *source = fopen(file_path(file), "r");
    if (!source) return;
    for (unsigned line = 1; getline(&text, &size, source) >= 0; line++) {
        lines_read++;
        if (strstr(text, MARK)) add_exception(file, line, text);
    }
    free(text);
    fclose(source);
}

/* The files with functions in them, each once. */
static void read_sources(void) {
    char *seen = NULL;
    int last = -1;
    for (unsigned i = 0; i < program.functions; i++)
        if (program.function[i]->body && program.function[i]->spot.file > last) last = program.function[i]->spot.file;
    seen = calloc((size_t)last + 2, 1);
    if (!seen) exit(2);
    for (unsigned i = 0; i < program.functions; i++) {
        const Function *function = program.function[i];
        if (!function->body || seen[function->spot.file]++ != 0) continue;
        seen[function->spot.file] = 1;
        if (strncmp(function->name, "tn_", 3) != 0) read_source(function->spot.file);
    }
    free(seen);
}

static void excuse(void) {
    read_sources();
    for (unsigned i = 0; i < count; i++)
        for (unsigned e = 0; e < exception_count; e++) {
            const Spot *at = &findings[i].is.spot, *by = &exceptions[e].spot;
            if (at->file != by->file || (at->line != by->line && at->line != by->line + 1)) continue;
            findings[i].excused |= exceptions[e].reasoned;
            exceptions[e].used = true;
        }
    for (unsigned e = 0; e < exception_count; e++) {
        exceptions_used += exceptions[e].used;
        if (exceptions[e].used && exceptions[e].reasoned) continue;
        const char *what = exceptions[e].used ? "an exception needs a reason" : "this exception excuses nothing";
        report(CHECK_EXCEPTION, exceptions[e].spot, what, (Spot){0}, NULL, (Spot){0}, NULL);
    }
}

/* ---- as text ---- */

static char start[PATH_MAX]; /* where the process began: paths are printed relative to it */

void report_open(void) {
    if (!getcwd(start, sizeof start)) *start = 0;
}

static const char *shown_path(int file) {
    const char *path = file_path(file);
    size_t length = strlen(start);
    return length && strncmp(path, start, length) == 0 && path[length] == '/' ? path + length + 1 : path;
}

static int in_order(const void *a, const void *b) {
    const Finding *x = a, *y = b;
    int files = strcmp(file_path(x->is.spot.file), file_path(y->is.spot.file));
    if (files) return files;
    if (x->is.spot.line != y->is.spot.line) return x->is.spot.line < y->is.spot.line ? -1 : 1;
    if (x->is.spot.column != y->is.spot.column) return x->is.spot.column < y->is.spot.column ? -1 : 1;
    return (int)x->check - (int)y->check;
}

static void print_place(FILE *out, Spot spot) {
    fprintf(out, "%s:%u:%u: ", shown_path(spot.file), spot.line, spot.column);
}

unsigned report_print(FILE *out, bool summary) {
    unsigned shown = 0;
    excuse();
    if (count) qsort(findings, count, sizeof *findings, in_order);
    for (unsigned i = 0; i < count; i++) {
        const Finding *f = &findings[i];
        if (f->excused) continue;
        shown++;
        print_place(out, f->is.spot);
        fprintf(out, "warning: %s [%s]\n", f->is.text, checks[f->check].name);
        for (int n = 0; n < 2; n++) {
            if (!f->notes[n].text) continue;
            print_place(out, f->notes[n].spot);
            fprintf(out, "note: %s\n", f->notes[n].text);
        }
    }
    double rate = lines_read ? 1000.0 * exceptions_used / (double)lines_read : 0;
    if (summary) {
        fprintf(out, "%u findings, %u exceptions in %zu lines: %.2f per 1000\n", shown, exceptions_used, lines_read,
                rate);
        if (program.blind) fprintf(out, "%u functions of unknown operators: see operators.c\n", program.blind);
    }
    return shown;
}

/* ---- as SARIF 2.1.0 ---- */

static void json_text(FILE *out, const char *text) {
    fputc('"', out);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\') fputc('\\', out);
        if ((unsigned char)*text < 0x20) fprintf(out, "\\u%04x", *text);
        else fputc(*text, out);
    }
    fputc('"', out);
}

static void json_location(FILE *out, const Note *note, bool with_text) {
    fputs("{\"physicalLocation\": {\"artifactLocation\": {\"uri\": ", out);
    json_text(out, shown_path(note->spot.file));
    fprintf(out, "}, \"region\": {\"startLine\": %u, \"startColumn\": %u}}", note->spot.line, note->spot.column);
    if (with_text) {
        fputs(", \"message\": {\"text\": ", out);
        json_text(out, note->text);
        fputs("}", out);
    }
    fputs("}", out);
}

static void json_result(FILE *out, const Finding *f) {
    fprintf(out, "      {\"ruleId\": \"%s\", \"ruleIndex\": %d, \"level\": \"warning\", \"message\": {\"text\": ",
            checks[f->check].name, (int)f->check);
    json_text(out, f->is.text);
    fputs("},\n       \"locations\": [", out);
    json_location(out, &f->is, false);
    fputs("], \"relatedLocations\": [", out);
    for (int n = 0, before = 0; n < 2; n++) {
        if (!f->notes[n].text) continue;
        if (before++) fputs(", ", out);
        json_location(out, &f->notes[n], true);
    }
    fprintf(out, "]%s}", f->excused ? ", \"suppressions\": [{\"kind\": \"inSource\"}]" : "");
}

bool report_sarif(FILE *out) {
    fputs("{\"version\": \"2.1.0\", \"$schema\": \"https://json.schemastore.org/sarif-2.1.0.json\",\n"
          " \"runs\": [{\"tool\": {\"driver\": {\"name\": \"tenure-rootcheck\", \"rules\": [\n", out);
    for (int i = 0; i < CHECKS; i++)
        fprintf(out, "      {\"id\": \"%s\", \"shortDescription\": {\"text\": \"%s\"}}%s\n", checks[i].name,
                checks[i].about, i + 1 < CHECKS ? "," : "");
    fputs("    ]}},\n    \"columnKind\": \"unicodeCodePoints\", \"results\": [\n", out);
    for (unsigned i = 0; i < count; i++) {
        json_result(out, &findings[i]);
        fputs(i + 1 < count ? ",\n" : "\n", out);
    }
    fputs("    ]}]}\n", out);
    return fflush(out) == 0;
}
