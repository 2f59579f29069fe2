/* cursor.h: what the files that read libclang's cursors share: load.c, lower.c, operators.c, types.c. */
#ifndef ROOTCHECK_CURSOR_H
#define ROOTCHECK_CURSOR_H

#include <clang-c/CXCompilationDatabase.h>
#include <clang-c/Index.h>

#include "ir.h"

/* The children of a cursor, in order. */
typedef struct Cursors {
    CXCursor *at;
    unsigned count, room;
} Cursors;
Cursors children(CXCursor cursor); /* in the arena */
bool is_kind(CXCursor cursor, enum CXCursorKind kind);
const char *text_of(CXString string); /* in the arena */

/* Designates something that can be assigned to, and is not being read: reading is an implicit cast around it. */
bool is_bare_lvalue(CXCursor cursor);

/* operators.c: the operators of one function, which libclang does not tell. */
typedef struct Operators {
    CXCursor *binary; /* in the order of the text; what assigns is not in it */
    unsigned char *op;
    unsigned count, room;
    CXCursor *loop; /* for statements */
    unsigned char *parts; /* bits 0, 1, 2: it has an initialisation, a condition, a step */
    unsigned loops, loop_room;
    bool blind;
} Operators;
void operators_find(Operators *operators, CXCursor function);
enum operator operator_of(const Operators *operators, CXCursor binary);
unsigned loop_parts(const Operators *operators, CXCursor loop, unsigned kids);

/* types.c */
Type type_of(CXType type);
void types_meet(Type a, Type b); /* what is of one becomes the other without a cast; or pointers to them do */
const char *key_of(CXCursor declaration); /* different for the same name in different files */
void note_description(CXCursor list); /* an initialiser of a tn_type_desc: TN_DESC */

/* lower.c */
void lower_unit(CXTranslationUnit unit);
Spot spot_of(CXCursor cursor);

#endif
