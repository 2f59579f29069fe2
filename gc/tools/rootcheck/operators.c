/* operators.c: which operator a cursor stands for. libclang 14 does not tell, and where a macro has written it, it
 * cannot be read at the cursor's place either. But libclang prints a function with all its macros expanded. There the
 * binary operators, which alone have blanks on both sides, and the parts of `for` statements come in the same order as
 * in a walk over the cursors; so the two are matched by counting. If the counts differ the function is `blind`: its
 * operators all count as arithmetic, which has the least order of evaluation. */
#include <ctype.h>
#include <string.h>

#include "cursor.h"

static void *grow(void *old, unsigned count, unsigned *room, size_t size) {
    if (count < *room) return old;
    *room = *room ? *room * 2 : 32;
    void *more = arena(*room * size);
    if (count) memcpy(more, old, count * size);
    return more;
}

/* ---- the cursors ---- */

static void add_binary(Operators *o, CXCursor cursor) {
    o->binary = grow(o->binary, o->count, &o->room, sizeof *o->binary);
    o->binary[o->count++] = cursor;
}

static void add_loop(Operators *o, CXCursor cursor) {
    o->loop = grow(o->loop, o->loops, &o->loop_room, sizeof *o->loop);
    o->loop[o->loops++] = cursor;
}

static void collect(Operators *o, CXCursor cursor) {
    Cursors kids = children(cursor);
    enum CXCursorKind kind = clang_getCursorKind(cursor);
    bool infix = kind == CXCursor_BinaryOperator && kids.count == 2 && !is_bare_lvalue(kids.at[0]);
    bool fixed_array = kind == CXCursor_VarDecl && /* its size is printed as a number */
                       clang_getCanonicalType(clang_getCursorType(cursor)).kind == CXType_ConstantArray;
    CXCursor first = clang_getNullCursor();
    if (fixed_array) first = clang_Cursor_getVarDeclInitializer(cursor);
    if (kind == CXCursor_ForStmt) add_loop(o, cursor);
    for (unsigned i = 0; i < kids.count; i++) {
        if (fixed_array && !clang_equalCursors(kids.at[i], first)) continue;
        collect(o, kids.at[i]);
        if (infix && i == 0) add_binary(o, cursor);
    }
}

/* ---- the text ---- */

static const struct { const char *text; enum operator op; } infix[] = {
    {" && ", OP_AND},    {" || ", OP_OR},     {" , ", OP_COMMA},   {" == ", OP_EQUAL},  {" != ", OP_DIFFERENT},
    {" <= ", OP_OTHER},  {" >= ", OP_OTHER},  {" < ", OP_OTHER},   {" > ", OP_OTHER},   {" + ", OP_OTHER},
    {" - ", OP_OTHER},   {" * ", OP_OTHER},   {" / ", OP_OTHER},   {" % ", OP_OTHER},   {" & ", OP_OTHER},
    {" | ", OP_OTHER},   {" ^ ", OP_OTHER},   {" << ", OP_SHIFT},  {" >> ", OP_SHIFT},
};

/* Behind a string or character that begins at `text`. */
static const char *skip_quoted(const char *text) {
    char quote = *text++;
    for (; *text && *text != quote; text++)
        if (*text == '\\' && text[1]) text++;
    return *text ? text + 1 : text;
}

/* Which parts the header of a `for` has; `text` is behind its parenthesis. */
static unsigned char header_parts(const char *text) {
    unsigned part = 0, found = 0;
    for (int depth = 1; *text; text++) {
        if (*text == '"' || *text == '\'') text = skip_quoted(text) - 1;
        if (*text == '(' || *text == '{' || *text == '[') depth++;
        if ((*text == ')' || *text == '}' || *text == ']') && --depth == 0) break;
        if (*text == ';' && depth == 1) part++;
        else if (*text != ' ' && part < 3) found |= 1u << part;
    }
    return (unsigned char)found;
}

static bool is_in_word(char c) { return isalnum((unsigned char)c) || c == '_'; }

static void match_text(Operators *o, const char *text) {
    unsigned count = 0, loops = 0;
    for (const char *at = text; *at;) {
        if (*at == '"' || *at == '\'') {
            at = skip_quoted(at);
            continue;
        }
        if (strncmp(at, "for (", 5) == 0 && at > text && !is_in_word(at[-1])) {
            if (loops < o->loops) o->parts[loops] = header_parts(at + 5);
            loops++;
        }
        if (*at == ' ')
            for (size_t i = 0; i < sizeof infix / sizeof infix[0]; i++) {
                size_t length = strlen(infix[i].text);
                if (strncmp(at, infix[i].text, length) != 0) continue;
                if (count < o->count) o->op[count] = (unsigned char)infix[i].op;
                count++;
                at += length - 2;
                break;
            }
        at++;
    }
    o->blind = count != o->count || loops != o->loops;
}

void operators_find(Operators *o, CXCursor function) {
    *o = (Operators){0};
    Cursors kids = children(function);
    for (unsigned i = 0; i < kids.count; i++)
        if (is_kind(kids.at[i], CXCursor_CompoundStmt)) collect(o, kids.at[i]);
    o->op = arena(o->count + 1);
    o->parts = arena(o->loops + 1);
    CXPrintingPolicy policy = clang_getCursorPrintingPolicy(function);
    match_text(o, text_of(clang_getCursorPrettyPrinted(function, policy)));
    clang_PrintingPolicy_dispose(policy);
}

enum operator operator_of(const Operators *o, CXCursor binary) {
    for (unsigned i = 0; !o->blind && i < o->count; i++)
        if (clang_equalCursors(o->binary[i], binary)) return (enum operator)o->op[i];
    return OP_OTHER;
}

unsigned loop_parts(const Operators *o, CXCursor loop, unsigned kids) {
    for (unsigned i = 0; !o->blind && i < o->loops; i++)
        if (clang_equalCursors(o->loop[i], loop)) return o->parts[i];
    return kids == 4 ? 7 : kids == 3 ? 6 : kids == 2 ? 2 : 0;
}
