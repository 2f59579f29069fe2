// A C++17 host that uses every macro of the public headers. Compiled by headers_test.sh, never run.
#include "tenure.h"

struct Box {
    TN_FIELD(struct Box) next;
    tn_value_field value;
};
struct Pair {
    TN_FIELD(struct Pair) car;
    TN_FIELD(struct Pair) cdr;
    TN_FIELD(Box) box;
    long number;
};
struct alignas(32) Row {
    double at[4];
};
enum : tn_type { Pair_type = TN_FIRST_TYPE, Box_type, Row_type };
struct Slots {
    long number;
    TN_FIELD(struct Box) box[4];
    tn_value_field value[4];
};

Pair **list(tn_mutator *m, Pair *const *tail, int n);

Pair **list(tn_mutator *m, Pair *const *tail, int n) {
    TN_SCOPE(m);
    TN_LOCAL(m, Pair, head);
    *head = *tail;
    for (int i = 0; i < n; i++) {
        TN_SCOPE(m);
        Pair **p = TN_NEW(m, Pair);
        if (!p) return nullptr;
        TN_SET(m, p, cdr, head);
        TN_CLEAR(m, p, car);
        TN_PUT(m, p, number, (*tail)->number + i);
        *head = *p;
    }
    Pair **second = TN_GET(m, head, cdr);
    if (*second) *head = *second;
    return TN_ESCAPE(head);
}

tn_value *raw(tn_mutator *m);

tn_value *raw(tn_mutator *m) {
    TN_SCOPE(m);
    TN_LOCAL_VALUE(m, v);
    if (tn_reserve(m, 2 * tn_cell_bytes(sizeof(Pair)) + tn_cell_bytes(sizeof(Box))) == TN_OK) {
        TN_NO_GC(m);
        Pair *p = tn_alloc(m, Pair);
        Pair *q = tn_alloc_tail(m, Pair, long, 3);
        Box *b = tn_alloc(m, Box);
        tn_init(p, car, q);
        tn_write(m, p, cdr, tn_read(p, car));
        tn_init_value(b, value, 3);
        tn_write_value(m, b, value, tn_read_value(b, value) + 2);
        Box **h = TN_HANDLE(m, b);
        tn_value *w = TN_GET_VALUE(m, h, value);
        TN_SET_VALUE(m, h, value, w);
        *v = *w;
    }
    return TN_ESCAPE_VALUE(v);
}

bool rows(tn_mutator *m, Slots *const *a, Slots *const *b);

bool rows(tn_mutator *m, Slots *const *a, Slots *const *b) {
    return TN_MOVE(m, a, box, 1, 0, 3) == TN_OK && TN_COPY(m, a, b, box, 0, 2, 2) == TN_OK &&
           TN_MOVE_VALUES(m, a, value, 0, 1, 3) == TN_OK && TN_COPY_VALUES(m, b, a, value, 0, 0, 4) == TN_OK &&
           TN_UNPROTECT(m, a) == TN_OK && TN_PROTECT(m, a) == TN_OK;
}

static TN_FIELD(Pair) first;

void roots(tn_mutator *m, Pair *const *p);

void roots(tn_mutator *m, Pair *const *p) {
    Pair *const *g = TN_GLOBAL_CREATE(m, p);
    TN_GLOBAL_SET(m, g, p);
    TN_GLOBAL_DESTROY(m, g);
    tn_root_create(m, &first);
    TN_ROOT_SET(m, &first, p);
    tn_root_write(m, &first, tn_root_read(&first));
    Pair **fixed = TN_NEW_STABLE(m, Pair);
    if (fixed && TN_STABLE_ADDRESS(m, fixed) != *fixed) return;
    tn_weak **w = TN_WEAK_NEW(m, p);
    Pair **again = TN_WEAK_GET(m, Pair, w);
    if (*again && TN_HASH_OF(m, again) == 0) tn_poll(m);
    if (tn_hash_of(m, *p) != TN_HASH_OF(m, p) || tn_type_of(*p) != TN_TYPE_OF(p)) return;
    if (tn_length_of(*p) || TN_LENGTH_OF(p) || tn_is_young(m, *p) != TN_IS_YOUNG(m, p)) return;
    TN_REVISIT_OBJECT(m, p);
    if (tn_retaining_path(m, *p, NULL, NULL) != TN_RETAINING_PATH(m, p, NULL, NULL)) return;
    tn_revisit_object(m, *p);
    tn_checkpoint mark = tn_save(m);
    tn_restore(m, mark);
}

static tn_value_field number;

void values_outside(tn_mutator *m, const tn_value *v);

void values_outside(tn_mutator *m, const tn_value *v) {
    const tn_value *g = TN_GLOBAL_CREATE_VALUE(m, v);
    TN_GLOBAL_SET_VALUE(m, g, v);
    TN_GLOBAL_DESTROY(m, g);
    tn_root_create_value(m, &number);
    TN_ROOT_SET_VALUE(m, &number, v);
    tn_root_write_value(m, &number, tn_root_read_value(&number));
    tn_root_write_value(m, &number, 7);
}

static const tn_type_desc types[] = {
    TN_DESC(Pair, TN_REFS(Pair, car, cdr, box)),
    TN_DESC(Box, TN_REFS(Box, next), TN_VALUES(Box, value)),
    TN_DESC(Row, TN_TAIL(sizeof(Row), 0, 0), .flags = TN_LEAF),
};

Row **row(tn_mutator *m);

Row **row(tn_mutator *m) {
    TN_SCOPE(m);
    Row **r = TN_NEW(m, Row);
    if (!r) r = TN_NEW_TAIL(m, Row, Row, 3);
    return TN_ESCAPE(r);
}

#ifdef ALIGN_TOO_LARGE
struct alignas(128) Page {
    char bytes[4096];
};
constexpr tn_type Page_type = 100;
const tn_type_desc page = TN_DESC(Page, .flags = TN_LEAF);
#endif

tn_heap *create();

tn_heap *create() {
    tn_config config = TN_CONFIG_INIT;
    config.format = tn_format_low_tag(7, 0);
    tn_error error;
    tn_heap *heap = tn_heap_create(&config, &error);
    for (const tn_type_desc &desc : types) tn_type_create(heap, &desc);
    return heap;
}
