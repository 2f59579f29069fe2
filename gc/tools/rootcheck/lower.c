/* lower.c: makes nodes (ir.h) of the functions of a translation unit. Each function is lowered once, also when many
 * units include it. On the way it notes which records are objects of the heap. */
#include <stdlib.h>
#include <string.h>

#include "cells.h"
#include "cursor.h"

/* The function that is being lowered. */
static struct {
    Operators operators;
    CXCursor *declaration; /* of its local variables, and */
    Variable **variable;   /* what they have become */
    unsigned count, room;
    Type result; /* of the function */
} now;

static Node *lower(CXCursor cursor);

/* ---- cursors ---- */

static enum CXChildVisitResult add_child(CXCursor cursor, CXCursor parent, CXClientData data) {
    Cursors *list = data;
    (void)parent;
    if (list->count == list->room) {
        list->room = list->room ? list->room * 2 : 4;
        CXCursor *more = arena(list->room * sizeof *more);
        if (list->count) memcpy(more, list->at, list->count * sizeof *more);
        list->at = more;
    }
    list->at[list->count++] = cursor;
    return CXChildVisit_Continue;
}

Cursors children(CXCursor cursor) {
    Cursors list = {0};
    clang_visitChildren(cursor, add_child, &list);
    return list;
}

bool is_kind(CXCursor cursor, enum CXCursorKind kind) { return clang_getCursorKind(cursor) == kind; }
static bool is_expression(CXCursor cursor) { return clang_isExpression(clang_getCursorKind(cursor)); }

const char *text_of(CXString string) {
    const char *text = clang_getCString(string);
    const char *copy = arena_text(text ? text : "");
    clang_disposeString(string);
    return copy;
}

static CXCursor last_child(CXCursor cursor) {
    Cursors kids = children(cursor);
    return kids.count ? kids.at[kids.count - 1] : clang_getNullCursor();
}

static CXCursor without_parentheses(CXCursor cursor) {
    while (is_kind(cursor, CXCursor_ParenExpr)) cursor = last_child(cursor);
    return cursor;
}

static bool same_type(CXType a, CXType b) {
    return clang_equalTypes(clang_getCanonicalType(a), clang_getCanonicalType(b));
}

/* *p, as against &p, !p and their like. */
static bool is_deref(CXCursor unary, CXCursor operand) {
    CXType pointer = clang_getCanonicalType(clang_getCursorType(operand));
    return pointer.kind == CXType_Pointer && same_type(clang_getPointeeType(pointer), clang_getCursorType(unary));
}

bool is_bare_lvalue(CXCursor cursor) {
    cursor = without_parentheses(cursor);
    CXCursor target = clang_getCursorReferenced(cursor);
    switch (clang_getCursorKind(cursor)) {
    case CXCursor_DeclRefExpr: return is_kind(target, CXCursor_VarDecl) || is_kind(target, CXCursor_ParmDecl);
    case CXCursor_MemberRefExpr: {
        CXCursor base = without_parentheses(last_child(cursor)); /* f().x is none, f()->x is one */
        return !is_kind(base, CXCursor_CallExpr) ||
               clang_getCanonicalType(clang_getCursorType(base)).kind == CXType_Pointer;
    }
    case CXCursor_ArraySubscriptExpr: return true;
    case CXCursor_UnaryOperator: return is_deref(cursor, last_child(cursor));
    default: return false;
    }
}

static CXFile last_file;

/* The number of a file. Neighbours are mostly of the same one. */
static int number_of_file(CXFile file) {
    static int number;
    if (!last_file || !clang_File_isEqual(file, last_file))
        number = file_number(text_of(clang_File_tryGetRealPathName(file)));
    last_file = file;
    return number;
}

Spot spot_of(CXCursor cursor) {
    CXFile file = NULL;
    Spot spot = {0};
    unsigned offset;
    clang_getFileLocation(clang_getCursorLocation(cursor), &file, &spot.line, &spot.column, &offset);
    if (file) spot.file = number_of_file(file);
    return spot;
}

/* The character at the cursor's place: the operator, if no macro has written it. */
static char first_character(CXCursor cursor) {
    CXFile file = NULL;
    unsigned line, column, offset;
    size_t size = 0;
    clang_getFileLocation(clang_getCursorLocation(cursor), &file, &line, &column, &offset);
    if (!file) return 0;
    const char *text = clang_getFileContents(clang_Cursor_getTranslationUnit(cursor), file, &size);
    return text && offset < size ? text[offset] : 0;
}

static bool is_annotated(CXCursor declaration, const char *with) {
    Cursors kids = children(declaration);
    for (unsigned i = 0; i < kids.count; i++)
        if (is_kind(kids.at[i], CXCursor_AnnotateAttr) &&
            strcmp(text_of(clang_getCursorSpelling(kids.at[i])), with) == 0)
            return true;
    CXType type = clang_getCursorType(declaration);
    while (type.kind == CXType_Elaborated) type = clang_Type_getNamedType(type);
    return type.kind == CXType_Typedef && !is_kind(declaration, CXCursor_TypedefDecl) &&
           is_annotated(clang_getTypeDeclaration(type), with);
}

/* ---- declarations ---- */

static void describe(Variable *variable, CXCursor declaration) {
    CXType type = clang_getCursorType(declaration);
    variable->name = text_of(clang_getCursorSpelling(declaration));
    variable->type = type_of(type);
    while (type.kind == CXType_ConstantArray || type.kind == CXType_IncompleteArray)
        type = clang_getArrayElementType(type);
    variable->constant = clang_isConstQualifiedType(type);
    variable->no_collect = is_annotated(declaration, "tn_no_collect");
    variable->parameter = -1;
}

static Field *field_of(CXCursor declaration) {
    static Table fields;
    Field **known = (Field **)table_at(&fields, key_of(declaration));
    if (!*known) {
        *known = arena(sizeof **known);
        describe(&(*known)->is, declaration);
    }
    return *known;
}

static Variable *global_of(CXCursor declaration) {
    static Table globals;
    Variable **known = (Variable **)table_at(&globals, text_of(clang_getCursorUSR(declaration)));
    if (!*known) {
        *known = arena(sizeof **known);
        describe(*known, declaration);
        (*known)->global = true;
    }
    return *known;
}

static Variable *local_of(CXCursor declaration) {
    for (unsigned i = now.count; i-- > 0;)
        if (clang_equalCursors(now.declaration[i], declaration)) return now.variable[i];
    if (now.count == now.room) {
        now.room = now.room ? now.room * 2 : 64;
        now.declaration = realloc(now.declaration, now.room * sizeof *now.declaration);
        now.variable = realloc(now.variable, now.room * sizeof *now.variable);
        if (!now.declaration || !now.variable) exit(2);
    }
    Variable *variable = arena(sizeof *variable);
    describe(variable, declaration);
    now.declaration[now.count] = declaration;
    return now.variable[now.count++] = variable;
}

static Variable *variable_of(CXCursor declaration) {
    bool parameter = is_kind(declaration, CXCursor_ParmDecl);
    bool global = !parameter && (clang_Cursor_getStorageClass(declaration) == CX_SC_Static ||
                                 clang_Cursor_getStorageClass(declaration) == CX_SC_Extern ||
                                 is_kind(clang_getCursorSemanticParent(declaration), CXCursor_TranslationUnit));
    return global ? global_of(declaration) : local_of(declaration);
}

/* _Noreturn is seen in the text of a declaration only, the attribute in its type only. */
static void note_attributes(Function *function, CXCursor declaration) {
    if (is_annotated(declaration, "tn_may_collect")) function->declared_collecting = true;
    if (is_annotated(declaration, "tn_no_collect")) function->declared_quiet = true;
    CXPrintingPolicy policy = clang_getCursorPrintingPolicy(declaration);
    clang_PrintingPolicy_setProperty(policy, CXPrintingPolicy_TerseOutput, 1);
    const char *text = text_of(clang_getCursorPrettyPrinted(declaration, policy));
    const char *type = text_of(clang_getTypeSpelling(clang_getCursorType(declaration)));
    if (strstr(type, "noreturn") || strstr(text, " _Noreturn")) function->noreturn = true;
    clang_PrintingPolicy_dispose(policy);
}

/* Static functions of the same name in different files are different. */
static Function *function_of(CXCursor declaration) {
    bool internal = clang_getCursorLinkage(declaration) == CXLinkage_Internal;
    const char *key = internal ? key_of(clang_getCanonicalCursor(declaration))
                               : text_of(clang_getCursorUSR(declaration));
    Function *function = function_named(key);
    if (function->name) return function;
    function->name = text_of(clang_getCursorSpelling(declaration));
    function->spot = spot_of(declaration);
    function->result = type_of(clang_getCursorResultType(declaration));
    note_attributes(function, declaration);
    return function;
}

/* ---- expressions ---- */

static Node *leaf(unsigned kind, CXCursor cursor) {
    Node *node = node_new(kind, spot_of(cursor), 0);
    node->type = type_of(clang_getCursorType(cursor));
    return node;
}

static Node *with_kids(unsigned kind, CXCursor cursor, const CXCursor *kids, unsigned count) {
    Node *node = leaf(kind, cursor);
    node->kid = count ? arena(count * sizeof *node->kid) : NULL;
    node->count = count;
    for (unsigned i = 0; i < count; i++) node->kid[i] = lower(kids[i]);
    return node;
}

static Node *lower_name(CXCursor cursor) {
    CXCursor target = clang_getCursorReferenced(cursor);
    Node *node = leaf(N_CONSTANT, cursor);
    if (is_kind(target, CXCursor_FunctionDecl)) {
        node->kind = N_FUNCTION;
        node->function = function_of(target);
    } else if (is_kind(target, CXCursor_VarDecl) || is_kind(target, CXCursor_ParmDecl)) {
        node->kind = N_NAME;
        node->variable = variable_of(target);
    }
    return node;
}

static Node *lower_field(CXCursor cursor, Cursors kids) {
    CXCursor target = clang_getCursorReferenced(cursor);
    Node *node = with_kids(N_FIELD, cursor, kids.at + kids.count - 1, kids.count ? 1 : 0);
    if (!kids.count) return leaf(N_OTHER, cursor);
    /* The type of the base's own node would be that before its implicit conversion. */
    CXType base = clang_getCanonicalType(clang_getCursorType(kids.at[kids.count - 1]));
    node->arrow = base.kind != CXType_Record;
    node->field = field_of(target);
    return node;
}

static bool is_named_call(const Node *node, const char *const *names) {
    if (node->kind != N_CALL || node->kid[0]->kind != N_FUNCTION) return false;
    for (; *names; names++)
        if (strcmp(node->kid[0]->function->name, *names) == 0) return true;
    return false;
}

/* (T *)tn_alloc_sized(...): an object of T. (T **)tn_push_(...), through a void *: a handle of one. */
static void note_heap_record(const Node *cast) {
    static const char *const allocate[] = {"tn_alloc_sized", "tn_alloc_tail_sized", "tn_alloc_at_", "tn_alloc_tail_at_",
                                           "tn_alloc_stable_sized", NULL};
    static const char *const push[] = {"tn_push_",     "tn_push_at_",  "tn_new_",
                                       "tn_push_new_", "tn_new_tail_", "tn_new_stable_", NULL};
    const Node *from = without_casts(cast);
    Record *record = cast->type.base == BASE_RECORD ? cast->type.record : NULL;
    if (!record) return;
    if (cast->type.pointers == 1 && is_named_call(from, allocate)) record->heap = true;
    if (cast->type.pointers == 2 && is_named_call(from, push)) record->heap = true;
}

static Node *lower_cast(CXCursor cursor, Cursors kids) {
    if (!kids.count) return leaf(N_CONSTANT, cursor);
    Node *node = with_kids(N_CAST, cursor, kids.at + kids.count - 1, 1);
    note_heap_record(node);
    if (node->type.pointers) types_meet(node->type, node->kid[0]->type);
    return node;
}

/* (T){...}; where its address is not taken, a scalar is as good as a cast. */
static Node *lower_literal(CXCursor cursor, bool has_address) {
    Cursors kids = children(cursor);
    Node *node = lower_cast(cursor, kids);
    bool scalar = !node->type.array && (node->type.base != BASE_RECORD || node->type.pointers);
    if (node->kind != N_CAST || (scalar && !has_address)) return node;
    node->kind = N_LITERAL;
    node->variable = arena(sizeof *node->variable);
    *node->variable = (Variable){.name = "a compound literal", .type = node->type, .parameter = -1};
    return node;
}

static Node *lower_address(CXCursor cursor, CXCursor operand) {
    CXCursor inner = without_parentheses(operand);
    if (!is_kind(inner, CXCursor_CompoundLiteralExpr)) return with_kids(N_ADDRESS, cursor, &operand, 1);
    Node *node = with_kids(N_ADDRESS, cursor, NULL, 0);
    node->kid = arena(sizeof *node->kid);
    node->kid[node->count++] = lower_literal(inner, true);
    return node;
}

static Node *lower_number(CXCursor cursor) {
    CXEvalResult result = clang_Cursor_Evaluate(cursor);
    Node *node = leaf(N_CONSTANT, cursor);
    unsigned long long value = result ? clang_EvalResult_getAsUnsigned(result) : 0;
    node->zero = result && value == 0;
    node->not_zero = result && !node->zero;
    if (result && (value == UINT32_MAX || value == UINT64_MAX)) node->ones = value == UINT32_MAX ? 32 : 64;
    clang_EvalResult_dispose(result);
    return node;
}

static Node *lower_unary(CXCursor cursor, Cursors kids) {
    if (kids.count == 1 && is_kind(without_parentheses(kids.at[0]), CXCursor_IntegerLiteral)) /* -1, ~0 */
        return lower_number(cursor);
    if (kids.count != 1) return with_kids(N_OTHER, cursor, kids.at, kids.count);
    CXCursor operand = kids.at[0];
    CXType type = clang_getCanonicalType(clang_getCursorType(cursor));
    CXType inner = clang_getCanonicalType(clang_getCursorType(operand));
    char sign = first_character(cursor);
    bool lvalue = is_bare_lvalue(operand) || is_kind(without_parentheses(operand), CXCursor_CompoundLiteralExpr);
    if (is_kind(without_parentheses(operand), CXCursor_StmtExpr)) return lower(operand); /* __extension__ */
    if (is_deref(cursor, operand) && sign != '!') return with_kids(N_DEREF, cursor, &operand, 1);
    if (type.kind == CXType_Pointer && (lvalue || inner.kind == CXType_FunctionProto) &&
        !clang_equalTypes(type, inner))
        return lower_address(cursor, operand);
    if (lvalue) return with_kids(N_UPDATE, cursor, &operand, 1);
    bool not = type.kind == CXType_Int && sign != '-' && sign != '~' && sign != '+';
    return with_kids(not ? N_NOT : N_ARITHMETIC, cursor, &operand, 1);
}

static Node *lower_binary(CXCursor cursor, Cursors kids) {
    if (is_bare_lvalue(kids.at[0])) {
        Node *store = with_kids(N_ASSIGN, cursor, kids.at, 2);
        types_meet(store->kid[0]->type, store->kid[1]->type);
        return store;
    }
    enum operator op = operator_of(&now.operators, cursor);
    static const unsigned char kind[] = {N_ARITHMETIC, N_LOGICAL, N_LOGICAL, N_COMMA, N_COMPARE, N_COMPARE,
                                         N_ARITHMETIC};
    Node *node = with_kids(kind[op], cursor, kids.at, kids.count);
    node->op = (unsigned char)op;
    return node;
}

static Node *lower_call(CXCursor cursor, Cursors kids) {
    static const Type words = {.base = BASE_WORD, .pointers = 1, .array = true};
    Node *node = with_kids(N_CALL, cursor, kids.at, kids.count);
    node->variable = arena(sizeof *node->variable);
    *node->variable = (Variable){.name = "memory from malloc", .type = words, .memory = true, .parameter = -1};
    CXCursor target = clang_getCursorReferenced(cursor);
    node->no_collect = !clang_Cursor_isNull(target) && is_annotated(target, "tn_no_collect");
    int parameters = is_kind(target, CXCursor_FunctionDecl) ? clang_Cursor_getNumArguments(target) : 0;
    for (unsigned i = 1; i < node->count && (int)i <= parameters; i++)
        types_meet(node->kid[i]->type, type_of(clang_getCursorType(clang_Cursor_getArgument(target, i - 1))));
    return node;
}

/* What libclang has no name for: implicit conversions, designated initialisers, offsetof and some builtins. */
static Node *lower_unexposed(CXCursor cursor, Cursors kids) {
    if (kids.count == 1 && clang_equalRanges(clang_getCursorExtent(cursor), clang_getCursorExtent(kids.at[0])))
        return lower(kids.at[0]);
    CXType type = clang_getCanonicalType(clang_getCursorType(cursor));
    unsigned first = 0;
    while (first < kids.count && !is_expression(kids.at[first])) first++;
    if (type.kind == CXType_Void && kids.count && is_kind(kids.at[0], CXCursor_MemberRef)) {
        Node *node = with_kids(N_DESIGNATED, cursor, kids.at + kids.count - 1, 1);
        node->field = field_of(clang_getCursorReferenced(kids.at[0]));
        return node;
    }
    for (unsigned i = 0; i < kids.count; i++) /* offsetof */
        if (is_kind(kids.at[i], CXCursor_MemberRef)) return leaf(N_CONSTANT, cursor);
    return with_kids(N_OTHER, cursor, kids.at + first, kids.count - first);
}

typedef struct Naming {
    Node *list;
    unsigned next;
} Naming;

static enum CXVisitorResult name_field(CXCursor declaration, CXClientData data) {
    Naming *naming = data;
    Node **kid = &naming->list->kid[naming->next++];
    if ((*kid)->kind == N_DESIGNATED) return CXVisit_Break;
    Node *node = node_new(N_DESIGNATED, (*kid)->spot, 1);
    node->kid[0] = *kid;
    node->field = field_of(declaration);
    *kid = node;
    return naming->next < naming->list->count ? CXVisit_Continue : CXVisit_Break;
}

/* Makes designated initialisers of those that are meant by their place. */
static void name_fields(Node *list, CXType record) {
    Naming naming = {list, 0};
    if (list->count) clang_Type_visitFields(clang_getCanonicalType(record), name_field, &naming);
}

static Node *lower_list(CXCursor cursor, Cursors kids) {
    Type type = type_of(clang_getCursorType(cursor));
    if (type.record && strcmp(type.record->name, "tn_type_desc") == 0 && !type.pointers) note_description(cursor);
    if (kids.count == 1 && !type.array && (type.base != BASE_RECORD || type.pointers)) return lower(kids.at[0]);
    Node *node = with_kids(N_LIST, cursor, kids.at, kids.count);
    if (!type.array && type.base == BASE_RECORD) name_fields(node, clang_getCursorType(cursor));
    return node;
}

/* The value of ({ ... }) is that of its last statement. */
static Node *lower_expression(CXCursor cursor) {
    Cursors kids = children(cursor);
    switch (clang_getCursorKind(cursor)) {
    case CXCursor_DeclRefExpr: return lower_name(cursor);
    case CXCursor_MemberRefExpr: return lower_field(cursor, kids);
    case CXCursor_CallExpr: return kids.count ? lower_call(cursor, kids) : leaf(N_OTHER, cursor);
    case CXCursor_ParenExpr: return lower(kids.at[kids.count - 1]);
    case CXCursor_CStyleCastExpr: return lower_cast(cursor, kids);
    case CXCursor_CompoundLiteralExpr: return lower_literal(cursor, false);
    case CXCursor_UnaryOperator: return lower_unary(cursor, kids);
    case CXCursor_BinaryOperator: return lower_binary(cursor, kids);
    case CXCursor_CompoundAssignOperator: return with_kids(N_UPDATE, cursor, kids.at, kids.count);
    case CXCursor_ConditionalOperator: return with_kids(N_CONDITIONAL, cursor, kids.at, kids.count);
    case CXCursor_ArraySubscriptExpr: return with_kids(N_INDEX, cursor, kids.at, kids.count);
    case CXCursor_InitListExpr: return lower_list(cursor, kids);
    case CXCursor_StmtExpr: return with_kids(N_BLOCK_VALUE, cursor, kids.at, 1);
    case CXCursor_UnexposedExpr: return lower_unexposed(cursor, kids);
    case CXCursor_GenericSelectionExpr: return with_kids(N_OTHER, cursor, kids.at, kids.count);
    case CXCursor_AddrLabelExpr: {
        Node *node = leaf(N_LABEL_ADDRESS, cursor);
        node->label = kids.count ? text_of(clang_getCursorSpelling(kids.at[0])) : "";
        return node;
    }
    case CXCursor_IntegerLiteral: return lower_number(cursor);
    default: return leaf(N_CONSTANT, cursor); /* other literals, sizeof */
    }
}

/* ---- statements ---- */

static Node *nothing(CXCursor cursor) { return node_new(N_NOTHING, spot_of(cursor), 0); }

static Node *lower_for(CXCursor cursor, Cursors kids) {
    unsigned parts = loop_parts(&now.operators, cursor, kids.count), next = 0;
    Node *node = node_new(N_FOR, spot_of(cursor), 4);
    for (unsigned i = 0; i < 3; i++)
        node->kid[i] = parts & 1u << i && next + 1 < kids.count ? lower(kids.at[next++]) : nothing(cursor);
    node->kid[3] = kids.count ? lower(kids.at[kids.count - 1]) : nothing(cursor);
    return node;
}

static Node *lower_declaration(CXCursor cursor) {
    if (!is_kind(cursor, CXCursor_VarDecl)) return nothing(cursor);
    Variable *variable = variable_of(cursor);
    CXCursor initial = clang_Cursor_getVarDeclInitializer(cursor);
    bool has = !clang_Cursor_isNull(initial) && !clang_isInvalid(clang_getCursorKind(initial));
    Node *node = with_kids(N_DECLARE, cursor, &initial, has ? 1 : 0);
    node->variable = variable;
    if (has) types_meet(variable->type, node->kid[0]->type);
    return node;
}

static Node *lower_return(CXCursor cursor, Cursors kids) {
    Node *node = with_kids(N_RETURN, cursor, kids.at, kids.count);
    if (node->count) types_meet(now.result, node->kid[0]->type);
    return node;
}

static Node *lower_declarations(CXCursor cursor, Cursors kids) {
    if (kids.count == 1) return lower_declaration(kids.at[0]);
    Node *node = node_new(N_COMMA, spot_of(cursor), kids.count);
    for (unsigned i = 0; i < kids.count; i++) node->kid[i] = lower_declaration(kids.at[i]);
    return node;
}

static Node *labelled(unsigned kind, CXCursor cursor, CXCursor statement, const char *label) {
    Node *node = with_kids(kind, cursor, &statement, clang_Cursor_isNull(statement) ? 0 : 1);
    node->label = label;
    return node;
}

static Node *lower_statement(CXCursor cursor) {
    Cursors kids = children(cursor);
    CXCursor last = kids.count ? kids.at[kids.count - 1] : clang_getNullCursor();
    switch (clang_getCursorKind(cursor)) {
    case CXCursor_CompoundStmt: return with_kids(N_BLOCK, cursor, kids.at, kids.count);
    case CXCursor_DeclStmt: return lower_declarations(cursor, kids);
    case CXCursor_IfStmt: return with_kids(N_IF, cursor, kids.at, kids.count);
    case CXCursor_WhileStmt: return with_kids(N_WHILE, cursor, kids.at, kids.count);
    case CXCursor_DoStmt: return with_kids(N_DO, cursor, kids.at, kids.count);
    case CXCursor_ForStmt: return lower_for(cursor, kids);
    case CXCursor_SwitchStmt: return with_kids(N_SWITCH, cursor, kids.at, kids.count);
    case CXCursor_CaseStmt: return labelled(N_CASE, cursor, last, NULL);
    case CXCursor_DefaultStmt: {
        Node *node = labelled(N_CASE, cursor, last, NULL);
        node->is_default = true;
        return node;
    }
    case CXCursor_LabelStmt: return labelled(N_LABEL, cursor, last, text_of(clang_getCursorSpelling(cursor)));
    case CXCursor_GotoStmt: {
        Node *node = node_new(N_GOTO, spot_of(cursor), 0);
        node->label = kids.count ? text_of(clang_getCursorSpelling(kids.at[0])) : "";
        return node;
    }
    case CXCursor_IndirectGotoStmt: return with_kids(N_GOTO_ANY, cursor, kids.at, kids.count);
    case CXCursor_BreakStmt: return leaf(N_BREAK, cursor);
    case CXCursor_ContinueStmt: return leaf(N_CONTINUE, cursor);
    case CXCursor_ReturnStmt: return lower_return(cursor, kids);
    case CXCursor_NullStmt: return nothing(cursor);
    default: return with_kids(N_OTHER, cursor, kids.at, kids.count);
    }
}

static Node *lower(CXCursor cursor) {
    if (clang_Cursor_isNull(cursor)) return node_new(N_NOTHING, (Spot){0}, 0);
    if (is_expression(cursor)) return lower_expression(cursor);
    if (clang_isStatement(clang_getCursorKind(cursor))) return lower_statement(cursor);
    return nothing(cursor);
}

/* ---- what is at the top level ---- */

static void lower_function(CXCursor cursor) {
    Function *function = function_of(cursor);
    if (!function->body) note_attributes(function, cursor);
    if (!clang_isCursorDefinition(cursor) || function->body) return;
    now.count = 0;
    operators_find(&now.operators, cursor);
    program.blind += now.operators.blind;
    function->spot = spot_of(cursor);
    int n = clang_Cursor_getNumArguments(cursor);
    function->parameters = n > 0 ? (unsigned)n : 0;
    function->parameter = arena(function->parameters * sizeof(Variable *) + 1);
    for (int i = 0; i < n; i++) {
        function->parameter[i] = local_of(clang_Cursor_getArgument(cursor, (unsigned)i));
        function->parameter[i]->parameter = i;
    }
    now.result = function->result;
    function->body = lower(last_child(cursor));
}

static enum CXChildVisitResult lower_top(CXCursor cursor, CXCursor parent, CXClientData data) {
    (void)parent, (void)data;
    if (clang_Location_isInSystemHeader(clang_getCursorLocation(cursor))) return CXChildVisit_Continue;
    if (is_kind(cursor, CXCursor_FunctionDecl)) lower_function(cursor);
    if (is_kind(cursor, CXCursor_VarDecl)) {
        CXCursor initial = clang_Cursor_getVarDeclInitializer(cursor);
        now.count = 0;
        now.operators = (Operators){.blind = true};
        if (!clang_Cursor_isNull(initial)) cells_note_initialiser(lower(initial)); /* and the descriptions in it */
    }
    return CXChildVisit_Continue;
}

void lower_unit(CXTranslationUnit unit) {
    last_file = NULL; /* of another unit */
    clang_visitChildren(clang_getTranslationUnitCursor(unit), lower_top, NULL);
}
