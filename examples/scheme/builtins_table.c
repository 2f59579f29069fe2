/* builtins_table.c: hash tables (by the names of R6RS, hashtable-, and of SRFI 69, hash-table-) and weak references.
 *
 * A weak table does not keep its keys alive; when one has died, its entry is gone. But the library has no ephemerons:
 * the table itself keeps the values. So a key that can be reached from its own value, or from another's, never dies
 * while the table lives; and the value of a dead key stays until the table is looked through: a few entries at each
 * insertion, all of them when it is asked for its size, keys or values. */
#include "scheme.h"

static bool check_table(Vm *vm, Value v) {
    return IS(Table, v) || fail_type(vm, WHO, "a hashtable", v);
}

static Value p_make_eq_table(Vm *vm, int argc, const Value *argv) { UNUSED; return table_new(vm, TABLE_EQ); }
static Value p_make_eqv_table(Vm *vm, int argc, const Value *argv) { UNUSED; return table_new(vm, TABLE_EQV); }
static Value p_make_equal_table(Vm *vm, int argc, const Value *argv) { UNUSED; return table_new(vm, TABLE_EQUAL); }
static Value p_make_weak_table(Vm *vm, int argc, const Value *argv) { UNUSED; return table_new(vm, TABLE_WEAK); }
static Value p_table_p(Vm *vm, int argc, const Value *argv) { UNUSED; return boolean(IS(Table, *argv)); }

static Value p_table_set(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    if (!check_table(vm, argv[0])) return 0;
    return table_set(vm, &argv[0], &argv[1], &argv[2]) ? (Value)S_UNSPECIFIED : 0;
}

static Value p_table_ref(Vm *vm, int argc, const Value *argv) {
    if (!check_table(vm, argv[0])) return 0;
    return table_get(vm, argv[0], argv[1], argc > 2 ? argv[2] : (Value)S_FALSE);
}

static Value p_table_contains(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    return check_table(vm, argv[0]) ? boolean(table_get(vm, argv[0], argv[1], S_DELETED) != S_DELETED) : 0;
}

static Value p_table_delete(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    if (!check_table(vm, argv[0])) return 0;
    table_delete(vm, argv[0], argv[1]);
    return S_UNSPECIFIED;
}

static Value p_table_clear(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    if (!check_table(vm, argv[0])) return 0;
    table_clear(vm, argv[0]);
    return S_UNSPECIFIED;
}

static Value p_table_size(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    if (!check_table(vm, argv[0])) return 0;
    table_purge(vm, argv[0]);
    return fixnum((int64_t)AS(Table, argv[0])->count);
}

static Value value_at(const Table *t, size_t entry) {
    return tn_read_value(AS(Vector, tn_read_value(t, entries)), item[3 * entry + 2]);
}

/* Entry number i is there: of a weak table it may be gone after the next collection. */
static bool is_live(Vm *vm, Value table, size_t i) {
    Value key = table_key(vm, table, i);
    return key && key != S_DELETED;
}

/* The keys or values as a vector, in the order of insertion. Keys that die while it is made leave it shorter. */
static Value table_items(Vm *vm, const Value *table, bool keys) {
    if (!check_table(vm, *table)) return 0;
    const Value none = S_FALSE;
    table_purge(vm, *table);
    size_t room = AS(Table, *table)->count;
    Value made = make_vector(vm, room, &none);
    if (!made) return 0;
    const Table *t = AS(Table, *table);
    size_t n = 0;
    for (size_t i = 0; i < t->used; i++)
        if (is_live(vm, *table, i)) {
            tn_init_value(AS(Vector, made), item[n], keys ? table_key(vm, *table, i) : value_at(t, i));
            n++;
        }
    if (n == room) return made;
    TN_SCOPE(vm->m);
    Value *longer = TN_HANDLE_VALUE(vm->m, made);
    if (!(made = make_vector(vm, n, &none))) return 0;
    for (size_t i = 0; i < n; i++)
        tn_init_value(AS(Vector, made), item[i], tn_read_value(AS(Vector, *longer), item[i]));
    return made;
}

static Value p_table_keys(Vm *vm, int argc, const Value *argv) { UNUSED; return table_items(vm, argv, true); }
static Value p_table_values(Vm *vm, int argc, const Value *argv) { UNUSED; return table_items(vm, argv, false); }

/* (%table-entries table): a list of (key . value), which a later change of the table leaves alone. */
static Value p_table_entries(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    if (!check_table(vm, *argv)) return 0;
    TN_SCOPE(vm->m);
    TN_LOCAL_VALUE(vm->m, key);
    TN_LOCAL_VALUE(vm->m, value);
    Value *list = TN_HANDLE_VALUE(vm->m, S_NIL);
    for (size_t i = AS(Table, *argv)->used; i-- > 0;) {
        if (!is_live(vm, *argv, i)) continue;
        *key = table_key(vm, *argv, i);
        *value = value_at(AS(Table, *argv), i);
        if (!(*key = cons(vm, key, value)) || !(*list = cons(vm, key, list))) return 0;
    }
    return *list;
}

/* (hash-table-copy table [mutable?]): every copy may be changed. */
static Value p_table_copy(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    if (!check_table(vm, *argv)) return 0;
    TN_SCOPE(vm->m);
    TN_LOCAL_VALUE(vm->m, key);
    TN_LOCAL_VALUE(vm->m, value);
    TN_LOCAL_VALUE(vm->m, copy);
    if (!(*copy = table_new(vm, AS(Table, *argv)->kind))) return 0;
    for (size_t i = 0; i < AS(Table, *argv)->used; i++) {
        if (!is_live(vm, *argv, i)) continue;
        *key = table_key(vm, *argv, i);
        *value = value_at(AS(Table, *argv), i);
        if (!table_set(vm, copy, key, value)) return 0;
    }
    return *copy;
}

/* A number that stays with an object wherever the collector moves it. */
static Value p_eq_hash(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    uint64_t h = is_reference(*argv) ? tn_hash_of(vm->m, AS(void, *argv)) : *argv;
    return fixnum((int64_t)(h >> 2));
}

/* ---- weak references ---- */

/* (weak-ref x): an immediate never dies. */
static Value p_weak_ref(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    TN_SCOPE(vm->m);
    Value *target = TN_HANDLE_VALUE(vm->m, *argv);
    if (is_reference(*argv)) {
        void **referent = TN_HANDLE(vm->m, AS(void, *argv));
        tn_weak **weak = TN_WEAK_NEW(vm->m, referent);
        if (!weak) return out_of_memory(vm);
        *target = value_of(*weak);
    }
    WeakRef *ref = tn_alloc(vm->m, WeakRef);
    if (!ref) return out_of_memory(vm);
    tn_init_value(ref, target, *target);
    return value_of(ref);
}

static Value p_weak_ref_p(Vm *vm, int argc, const Value *argv) { UNUSED; return boolean(IS(WeakRef, *argv)); }

/* (weak-ref-value ref [missing]): #f, or `missing`, when what it held has died. */
static Value p_weak_ref_value(Vm *vm, int argc, const Value *argv) {
    if (!IS(WeakRef, *argv)) return fail_type(vm, WHO, "a weak reference", *argv);
    Value target = tn_read_value(AS(WeakRef, *argv), target);
    if (!is_reference(target)) return target;
    void *referent = tn_weak_read(vm->m, AS(tn_weak, target));
    return referent ? value_of(referent) : argc > 1 ? argv[1] : (Value)S_FALSE;
}

const PrimitiveDesc builtins_table[] = {
    {"make-eq-hashtable", p_make_eq_table, 0, 1, 0, 0}, {"make-eqv-hashtable", p_make_eqv_table, 0, 1, 0, 0},
    {"make-equal-hashtable", p_make_equal_table, 0, 1, 0, 0},
    {"make-string-hashtable", p_make_equal_table, 0, 1, 0, 0},
    {"make-weak-eq-hashtable", p_make_weak_table, 0, 1, 0, 0},
    {"make-weak-hash-table", p_make_weak_table, 0, 1, 0, 0},
    {"hashtable?", p_table_p, 1, 1, 0, 0},         {"hash-table?", p_table_p, 1, 1, 0, 0},
    {"hashtable-set!", p_table_set, 3, 3, 0, 0},   {"hash-table-set!", p_table_set, 3, 3, 0, 0},
    {"hashtable-ref", p_table_ref, 2, 3, 0, 0},    {"hash-table-ref/default", p_table_ref, 3, 3, 0, 0},
    {"hashtable-contains?", p_table_contains, 2, 2, 0, 0}, {"hash-table-contains?", p_table_contains, 2, 2, 0, 0},
    {"hash-table-exists?", p_table_contains, 2, 2, 0, 0},
    {"hashtable-delete!", p_table_delete, 2, 2, 0, 0}, {"hash-table-delete!", p_table_delete, 2, 2, 0, 0},
    {"hashtable-clear!", p_table_clear, 1, 2, 0, 0}, {"hash-table-clear!", p_table_clear, 1, 1, 0, 0},
    {"hashtable-size", p_table_size, 1, 1, 0, 0},  {"hash-table-size", p_table_size, 1, 1, 0, 0},
    {"hash-table-count", p_table_size, 1, 1, 0, 0},
    {"hashtable-keys", p_table_keys, 1, 1, 0, 0},  {"hashtable-values", p_table_values, 1, 1, 0, 0},
    {"%table-entries", p_table_entries, 1, 1, 0, 0}, {"hash-table->alist", p_table_entries, 1, 1, 0, 0},
    {"hash-table-copy", p_table_copy, 1, 2, 0, 0}, {"hashtable-copy", p_table_copy, 1, 2, 0, 0},
    {"eq-hash", p_eq_hash, 1, 1, 0, 0},            {"weak-ref", p_weak_ref, 1, 1, 0, 0},
    {"weak-ref?", p_weak_ref_p, 1, 1, 0, 0},       {"weak-ref-value", p_weak_ref_value, 1, 2, 0, 0},
    {0},
};
