/* types.c: what a type means to the collector. Owns the records by name. A record is one of the heap when it is named
 * in a TN_DESC, or when an object of it is allocated or held by a handle (lower.c says so). */
#include <stdio.h>
#include <string.h>

#include "cursor.h"
#include "load.h"
#include "report.h"

static Record *records; /* all of them */

/* A struct that is declared in one header and defined in a source is two records, until all is read. */
void types_settle(void) {
    for (Record *r = records; r; r = r->next)
        for (const Record *other = records; other && !r->complete; other = other->next) {
            if (!other->heap || strcmp(other->name, r->name) != 0) continue;
            r->heap = true;
            r->fixed |= other->fixed;
        }
}

/* Two programs in one database may have structs of the same name: the file tells them apart. */
const char *key_of(CXCursor declaration) {
    const char *usr = text_of(clang_getCursorUSR(declaration));
    const char *file = file_path(spot_of(declaration).file);
    char *key = arena(strlen(usr) + strlen(file) + 2);
    return strcat(strcat(strcpy(key, usr), "@"), file);
}

static Record *record_of(CXCursor declaration) {
    static Table known_records;
    CXCursor definition = clang_getCursorDefinition(declaration);
    bool complete = !clang_Cursor_isNull(definition);
    Record **known = (Record **)table_at(&known_records, key_of(complete ? definition : declaration));
    if (!*known) {
        const char *name = text_of(clang_getCursorSpelling(declaration));
        bool heap = strcmp(name, "tn_weak") == 0 || strcmp(name, "tn_weak_array") == 0;
        *known = arena(sizeof **known);
        **known = (Record){.name = name, .heap = heap, .complete = complete, .next = records};
        records = *known;
    }
    return *known;
}

static enum CXVisitorResult first_field_name(CXCursor field, CXClientData name) {
    *(const char **)name = text_of(clang_getCursorSpelling(field));
    return CXVisit_Break;
}

static void classify_record(Type *type, CXType record) {
    CXCursor declaration = clang_getTypeDeclaration(record);
    const char *field = "";
    clang_Type_visitFields(record, first_field_name, &field);
    type->base = strcmp(field, "tn_ref_") == 0 || strcmp(field, "tn_word_") == 0 ? BASE_CELL : BASE_RECORD;
    type->record = record_of(declaration);
}

static bool is_word(CXType type) {
    return type.kind == CXType_ULong || type.kind == CXType_Long || type.kind == CXType_ULongLong ||
           type.kind == CXType_LongLong;
}

/* The names of integers that the C library gives mean nothing. */
static Alias *alias_of(CXCursor declaration) {
    static Table known_aliases;
    if (clang_Location_isInSystemHeader(clang_getCursorLocation(declaration))) return NULL;
    Alias **known = (Alias **)table_at(&known_aliases, key_of(declaration));
    if (!*known) {
        *known = arena(sizeof **known);
        **known = (Alias){0};
    }
    return *known;
}

/* What is of one type becomes the other without a cast: one that is a value makes the other one. */
void types_meet(Type a, Type b) {
    if (a.pointers != b.pointers) return;
    if (has_value_base(a) && b.alias) b.alias->value = true;
    if (has_value_base(b) && a.alias) a.alias->value = true;
}

/* Follows the typedefs, so that tn_value is seen. */
static void classify_base(Type *result, CXType type) {
    Alias *alias = NULL;
    while (type.kind == CXType_Typedef || type.kind == CXType_Elaborated) {
        CXCursor declaration = clang_getTypeDeclaration(type);
        if (type.kind == CXType_Elaborated) {
            type = clang_Type_getNamedType(type);
            continue;
        }
        if (strcmp(text_of(clang_getCursorSpelling(declaration)), "tn_value") == 0) {
            result->base = BASE_VALUE;
            return;
        }
        if (!alias) alias = alias_of(declaration);
        type = clang_getTypedefDeclUnderlyingType(declaration);
    }
    type = clang_getCanonicalType(type);
    if (type.kind == CXType_Record) classify_record(result, type);
    else if (type.kind == CXType_Void) result->base = BASE_VOID;
    else result->base = is_word(type) ? BASE_WORD : BASE_OTHER;
    if (result->base == BASE_WORD) result->alias = alias;
}

static bool is_array(CXType type) {
    return type.kind == CXType_ConstantArray || type.kind == CXType_IncompleteArray ||
           type.kind == CXType_VariableArray;
}

/* The type with what hides a pointer or an array taken off; one whose base is a typedef stays as it is. */
static CXType uncovered(CXType type) {
    CXType plain = clang_getCanonicalType(type);
    if (plain.kind != CXType_Pointer && !is_array(plain)) return type;
    for (;;) {
        if (type.kind == CXType_Typedef) type = clang_getTypedefDeclUnderlyingType(clang_getTypeDeclaration(type));
        else if (type.kind == CXType_Elaborated) type = clang_Type_getNamedType(type);
        else return type.kind == CXType_Pointer || is_array(type) ? type : plain;
    }
}

Type type_of(CXType type) {
    Type result = {0};
    for (type = uncovered(type); type.kind == CXType_Pointer || is_array(type); type = uncovered(type)) {
        bool array = is_array(type);
        if (result.pointers == 0) result.array = array;
        type = array ? clang_getArrayElementType(type) : clang_getPointeeType(type);
        if (result.pointers++ == 0) result.read_only = !array && clang_isConstQualifiedType(type);
    }
    classify_base(&result, type);
    return result;
}

/* ---- TN_DESC: {.number = T_type, .name = "T", .size = sizeof(T), ...} ---- */

/* A bitmap and those that are joined with it: the words that a description names. */
typedef struct Bitmap {
    uint64_t words;
    bool open; /* one cannot be read */
} Bitmap;

typedef struct Description {
    Record *record;
    CXType type; /* of the struct */
    bool born_old;
    bool traced; /* a callback visits what the bitmaps leave out */
    Bitmap fixed, tail; /* tail: of one element */
    Spot spot;
} Description;

static enum CXChildVisitResult look(CXCursor cursor, CXCursor parent, CXClientData data) {
    Description *description = data;
    (void)parent;
    if (is_kind(cursor, CXCursor_DeclRefExpr) && strcmp(text_of(clang_getCursorSpelling(cursor)), "TN_BORN_OLD") == 0)
        description->born_old = true;
    if (is_kind(cursor, CXCursor_UnaryExpr) && !description->record) { /* the first sizeof is that of the object */
        Cursors kids = children(cursor);
        if (kids.count == 1 && is_kind(kids.at[0], CXCursor_TypeRef)) {
            Type type = type_of(clang_getCursorType(kids.at[0]));
            if (type.base == BASE_RECORD && type.pointers == 0) {
                description->record = type.record;
                description->type = clang_getCanonicalType(clang_getCursorType(kids.at[0]));
            }
        }
    }
    return CXChildVisit_Recurse;
}

static void add_bitmap(Bitmap *bitmap, CXCursor expression) {
    CXEvalResult result = clang_Cursor_Evaluate(expression);
    if (result && clang_EvalResult_getKind(result) == CXEval_Int)
        bitmap->words |= clang_EvalResult_getAsUnsigned(result);
    else bitmap->open = true;
    clang_EvalResult_dispose(result);
}

/* One initialiser, `.refs = ...`. */
static enum CXChildVisitResult look_at_bitmap(CXCursor part, CXCursor parent, CXClientData data) {
    Description *description = data;
    Cursors kids = children(part);
    (void)parent;
    if (kids.count < 2 || !is_kind(kids.at[0], CXCursor_MemberRef)) return CXChildVisit_Continue;
    const char *name = text_of(clang_getCursorSpelling(clang_getCursorReferenced(kids.at[0])));
    CXCursor value = kids.at[kids.count - 1];
    if (strcmp(name, "trace") == 0) description->traced = true;
    if (strcmp(name, "refs") == 0 || strcmp(name, "values") == 0) add_bitmap(&description->fixed, value);
    if (strcmp(name, "tail_refs") == 0 || strcmp(name, "tail_values") == 0) add_bitmap(&description->tail, value);
    return CXChildVisit_Continue;
}

/* Where the fields of a struct are looked for: a struct within the object, or one element of its tail. */
typedef struct Part {
    const Description *description;
    const Bitmap *bitmap;
    long long from; /* words before it */
} Part;

static enum CXVisitorResult check_field(CXCursor field, CXClientData data);

static void report_field(const Part *part, CXCursor field) {
    char text[256];
    snprintf(text, sizeof text, "the description of '%s' leaves out '%s': the collector will not see what it holds",
             part->description->record->name, text_of(clang_getCursorSpelling(field)));
    report(CHECK_FIELD, part->description->spot, text, spot_of(field), "it is declared here", (Spot){0}, NULL);
}

/* `count` elements of the type, from a word on. */
static void check_row(const Part *part, CXCursor field, CXType element, long long word, long long count) {
    Type type = type_of(element);
    if (type.pointers || (type.base != BASE_CELL && type.base != BASE_RECORD)) return;
    long long words = clang_Type_getSizeOf(element) / 8;
    for (long long i = 0; i < count && word >= 0 && word < 64; i++, word += words) {
        Part inner = {part->description, part->bitmap, word};
        if (type.base == BASE_RECORD) clang_Type_visitFields(clang_getCanonicalType(element), check_field, &inner);
        else if (!(part->bitmap->words >> word & 1)) report_field(part, field);
    }
}

/* A flexible array member is the object's tail. A union is left alone: what it holds is for a trace callback. */
static enum CXVisitorResult check_field(CXCursor field, CXClientData data) {
    const Part *part = data;
    CXType type = clang_getCanonicalType(clang_getCursorType(field));
    long long word = part->from + clang_Cursor_getOffsetOfField(field) / 64, count = 1;
    if (is_kind(clang_getTypeDeclaration(type), CXCursor_UnionDecl)) return CXVisit_Continue;
    if (type.kind == CXType_IncompleteArray) {
        Part tail = {part->description, &part->description->tail, 0};
        if (!tail.bitmap->open) check_row(&tail, field, clang_getArrayElementType(type), 0, 1);
        return CXVisit_Continue;
    }
    for (; type.kind == CXType_ConstantArray; type = clang_getCanonicalType(clang_getArrayElementType(type)))
        count *= clang_getArraySize(type);
    if (!part->bitmap->open) check_row(part, field, type, word, count);
    return CXVisit_Continue;
}

void note_description(CXCursor list) {
    Description description = {0};
    clang_visitChildren(list, look, &description);
    if (!description.record) return;
    description.record->heap = true;
    description.spot = spot_of(list);
    clang_visitChildren(list, look_at_bitmap, &description);
    Part whole = {&description, &description.fixed, 0};
    if (!description.traced) clang_Type_visitFields(description.type, check_field, &whole);
    if (description.born_old) description.record->fixed = true;
}
