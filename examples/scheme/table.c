/* table.c: owns hash tables and the equivalences: eqv?, equal?. Called by builtins, environments and the reader.
 *
 * Objects move, so their addresses are no hash: tn_hash_of gives a number that stays. Symbols and whatever is compared
 * by content bring their own. Entries are three items (hash, key, value) in one vector, in the order of insertion;
 * `index` is an open-addressed array of entry numbers + 1. Invariants: count <= used <= room; a deleted entry keeps
 * its place in the index, with the key S_DELETED, until the next resize; the index has at least 4/3 as many slots
 * as there is room for entries. A weak table (by eq?) has its keys in a weak array, where those of dead objects
 * become 0; such an entry counts until it is purged. */
#include <string.h>

#include "scheme.h"

static uint64_t mix(uint64_t h) {
    h ^= h >> 32;
    h *= UINT64_C(0x9e3779b97f4a7c15);
    return h ^ h >> 29;
}

/* `budget` bounds the work: equal objects that differ only far inside may well collide. */
static uint64_t hash_content(Vm *vm, Value v, int *budget) {
    uint64_t h = 1;
    for (; IS(Pair, v) && *budget > 0; v = cdr(v)) {
        --*budget;
        h = mix(h + hash_content(vm, car(v), budget));
    }
    if (IS(Pair, v) || *budget <= 0) return h;
    --*budget;
    if (IS(String, v)) {
        const String *s = AS(String, v);
        for (size_t i = 0; i < s->length; i++) h = (h ^ s->ch[i]) * UINT64_C(0xff51afd7ed558ccd);
        return mix(h);
    }
    if (IS(Bytevector, v)) {
        const Bytevector *bytes = AS(Bytevector, v);
        for (size_t i = 0; i < bytes->length; i++) h = (h ^ bytes->byte[i]) * UINT64_C(0xff51afd7ed558ccd);
        return mix(h);
    }
    if (is_reference(v) && is_number(v)) return mix(h + mix(num_hash(v)));
    if (IS(Symbol, v)) return mix(h + AS(Symbol, v)->hash);
    if (IS(Vector, v)) {
        const Vector *vector = AS(Vector, v);
        for (size_t i = 0; i < vector->length && *budget > 0; i++)
            h = mix(h + hash_content(vm, tn_read_value(vector, item[i]), budget));
        return h;
    }
    return mix(h + (is_reference(v) ? tn_hash_of(vm->m, AS(void, v)) : v));
}

/* As a fixnum, for it is kept in the entry. */
static Value hash_of(Vm *vm, int kind, Value key) {
    uint64_t h;
    int budget = 64;
    if (!is_reference(key)) h = mix(key);
    else if (type_of(key) == Symbol_type) h = AS(Symbol, key)->hash;
    else if (kind == TABLE_EQUAL) h = hash_content(vm, key, &budget);
    else if (kind == TABLE_EQV && is_number(key)) h = mix(num_hash(key));
    else h = tn_hash_of(vm->m, AS(void, key));
    return fixnum((int64_t)(h >> 2));
}

static bool same_key(Vm *vm, int kind, Value a, Value b) {
    if (a == b) return true;
    if (kind == TABLE_EQ || kind == TABLE_WEAK || a == S_DELETED) return false;
    return kind == TABLE_EQV ? is_eqv(a, b) : is_equal(vm, a, b) == 1;
}

static Index *index_of(const Table *t) { return AS(Index, tn_read_value(t, index)); }
static Vector *entries_of(const Table *t) { return AS(Vector, tn_read_value(t, entries)); }
static tn_weak_array *keys_of(const Table *t) { return AS(tn_weak_array, tn_read_value(t, keys)); }
static size_t place(Value hash, size_t slots) { return (size_t)(hash >> 1) & (slots - 1); }

Value table_new(Vm *vm, int kind) {
    Table *table = tn_alloc(vm->m, Table);
    if (!table) return out_of_memory(vm);
    tn_init_value(table, entries, S_FALSE);
    tn_init_value(table, index, S_FALSE);
    tn_init_value(table, keys, S_FALSE);
    table->kind = kind;
    return value_of(table);
}

/* A key that has died reads as 0, which is no Scheme value. */
Value table_key(Vm *vm, Value table, size_t entry) {
    const Table *t = AS(Table, table);
    if (t->kind == TABLE_WEAK) return tn_weak_array_read(vm->m, keys_of(t), entry);
    return tn_read_value(entries_of(t), item[3 * entry + 1]);
}

static void write_key(Vm *vm, Table *t, size_t entry, Value key) {
    if (t->kind == TABLE_WEAK) tn_weak_array_write(vm->m, keys_of(t), entry, key);
    else tn_write_value(vm->m, entries_of(t), item[3 * entry + 1], key);
}

/* The number of the key's entry, or -1. Never collects. */
static int64_t find(Vm *vm, const Table *table, Value key, Value hash) {
    if (table->count == 0) return -1;
    const Index *index = index_of(table);
    const Vector *entries = entries_of(table);
    for (size_t i = place(hash, index->length); index->slot[i]; i = (i + 1) & (index->length - 1)) {
        size_t entry = index->slot[i] - 1;
        if (tn_read_value(entries, item[3 * entry]) == hash &&
            same_key(vm, table->kind, table_key(vm, value_of(table), entry), key))
            return (int64_t)entry;
    }
    return -1;
}

Value table_get(Vm *vm, Value table, Value key, Value missing) {
    const Table *t = AS(Table, table);
    if (t->count == 0) return missing;
    int64_t entry = find(vm, t, key, hash_of(vm, t->kind, key));
    return entry < 0 ? missing : tn_read_value(entries_of(t), item[3 * entry + 2]);
}

static void index_add(Index *index, Value hash, size_t entry) {
    size_t i = place(hash, index->length);
    while (index->slot[i]) i = (i + 1) & (index->length - 1);
    index->slot[i] = (uint32_t)entry + 1;
}

/* Forgets up to `steps` entries whose keys have died, going around from where the last call ended. */
static void purge(Vm *vm, Table *t, size_t steps) {
    for (; steps > 0 && t->used > 0; steps--) {
        if (t->swept >= t->used) t->swept = 0;
        size_t i = t->swept++;
        if (tn_weak_array_read(vm->m, keys_of(t), i)) continue;
        write_key(vm, t, i, S_DELETED);
        tn_write_value(vm->m, entries_of(t), item[3 * i + 2], S_FALSE);
        t->count--;
    }
}

void table_purge(Vm *vm, Value table) {
    Table *t = AS(Table, table);
    if (t->kind == TABLE_WEAK) purge(vm, t, t->used);
}

/* Makes room for one more entry: drops the deleted ones, and doubles unless many were. */
static bool resize(Vm *vm, const Value *table) {
    TN_SCOPE(vm->m);
    table_purge(vm, *table);
    size_t room = 8;
    while (room <= AS(Table, *table)->count * 4 / 3) room *= 2;
    Value *deleted = TN_HANDLE_VALUE(vm->m, S_DELETED);
    Value made = make_vector(vm, 3 * room, deleted);
    if (!made) return false;
    Value *entries = TN_HANDLE_VALUE(vm->m, made), *keys = TN_HANDLE_VALUE(vm->m, S_FALSE);
    if (AS(Table, *table)->kind == TABLE_WEAK) {
        tn_weak_array **array = TN_WEAK_ARRAY_NEW(vm->m, room);
        if (!array) return out_of_memory(vm);
        *keys = value_of(*array);
    }
    Index *index = tn_alloc_tail(vm->m, Index, uint32_t, 2 * room);
    if (!index) return out_of_memory(vm);
    index->length = 2 * room;

    /* Nothing allocates any more. The new vector may have been promoted by now, or be a large object: its stores
     * need the barrier. */
    Table *t = AS(Table, *table);
    size_t n = 0;
    for (size_t i = 0; i < t->used; i++) {
        const Vector *old = entries_of(t);
        Value hash = tn_read_value(old, item[3 * i]), key = table_key(vm, *table, i);
        if (!key || key == S_DELETED) continue;
        Vector *to = AS(Vector, *entries);
        tn_write_value(vm->m, to, item[3 * n], hash);
        tn_write_value(vm->m, to, item[3 * n + 2], tn_read_value(old, item[3 * i + 2]));
        if (*keys == S_FALSE) tn_write_value(vm->m, to, item[3 * n + 1], key);
        else tn_weak_array_write(vm->m, AS(tn_weak_array, *keys), n, key);
        index_add(index, hash, n++);
    }
    t->used = t->count = n;
    t->swept = 0;
    tn_write_value(vm->m, t, entries, *entries);
    tn_write_value(vm->m, t, keys, *keys);
    tn_write_value(vm->m, t, index, value_of(index));
    return true;
}

Value table_set(Vm *vm, const Value *table, const Value *key, const Value *value) {
    Table *t = AS(Table, *table);
    Value hash = hash_of(vm, t->kind, *key);
    int64_t entry = find(vm, t, *key, hash);
    if (entry >= 0) {
        tn_write_value(vm->m, entries_of(t), item[3 * entry + 2], *value);
        return *table;
    }
    if (t->kind == TABLE_WEAK) purge(vm, t, 2);
    if (!IS(Vector, tn_read_value(t, entries)) || t->used * 3 == entries_of(t)->length) {
        if (!resize(vm, table)) return 0;
        t = AS(Table, *table);
    }
    Vector *entries = entries_of(t);
    size_t n = t->used++;
    t->count++;
    tn_write_value(vm->m, entries, item[3 * n], hash);
    write_key(vm, t, n, *key);
    tn_write_value(vm->m, entries, item[3 * n + 2], *value);
    index_add(index_of(t), hash, n);
    return *table;
}

bool table_delete(Vm *vm, Value table, Value key) {
    Table *t = AS(Table, table);
    int64_t entry = find(vm, t, key, hash_of(vm, t->kind, key));
    if (entry < 0) return false;
    Vector *entries = entries_of(t);
    write_key(vm, t, (size_t)entry, S_DELETED);
    tn_write_value(vm->m, entries, item[3 * entry + 2], S_FALSE);
    t->count--;
    return true;
}

void table_clear(Vm *vm, Value table) {
    Table *t = AS(Table, table);
    tn_write_value(vm->m, t, entries, S_FALSE);
    tn_write_value(vm->m, t, index, S_FALSE);
    tn_write_value(vm->m, t, keys, S_FALSE);
    t->count = t->used = t->swept = 0;
}

bool is_eqv(Value a, Value b) {
    if (a == b) return true;
    return is_reference(a) && is_number(a) && num_eqv(a, b);
}

/* ---- equal? with a stack of its own, for structures of any depth and with cycles ---- */

typedef struct Two { Value a, b; } Two;

typedef struct Work {
    Two *todo;
    size_t n, room;
    Two *seen; /* pairs of objects that are being compared, once the work is long: a set, open addressing */
    size_t seen_n, seen_room;
} Work;

static bool push(Work *w, Value a, Value b) {
    if (w->n == w->room) {
        Two *more = grown(w->todo, &w->room, sizeof *more);
        if (!more) return false;
        w->todo = more;
    }
    w->todo[w->n++] = (Two){a, b};
    return true;
}

static Two *seen_slot(Two *seen, size_t room, Two t) {
    size_t i = (size_t)mix(t.a * 31 + t.b) & (room - 1);
    while (seen[i].a && (seen[i].a != t.a || seen[i].b != t.b)) i = (i + 1) & (room - 1);
    return &seen[i];
}

/* 1: new, 0: was there, -1: no memory. Addresses are good keys here: nothing collects. */
static int see(Work *w, Value a, Value b) {
    if (w->seen_n * 2 >= w->seen_room) {
        size_t room = w->seen_room ? w->seen_room * 2 : 1024;
        Two *more = calloc(room, sizeof *more);
        if (!more) return -1;
        for (size_t i = 0; i < w->seen_room; i++)
            if (w->seen[i].a) *seen_slot(more, room, w->seen[i]) = w->seen[i];
        free(w->seen);
        w->seen = more;
        w->seen_room = room;
    }
    Two *slot = seen_slot(w->seen, w->seen_room, (Two){a, b});
    if (slot->a) return 0;
    *slot = (Two){a, b};
    w->seen_n++;
    return 1;
}

/* Compares one pair of values, and pushes what is inside: 1 so far equal, 0 different, -1 no memory. */
static int step(Work *w, Value a, Value b) {
    if (is_eqv(a, b)) return 1;
    if (!is_reference(a) || !is_reference(b) || type_of(a) != type_of(b)) return 0;
    switch (type_of(a)) {
    case String_type: {
        const String *s = AS(String, a), *t = AS(String, b);
        return s->length == t->length && memcmp(s->ch, t->ch, s->length * sizeof s->ch[0]) == 0;
    }
    case Bytevector_type: {
        const Bytevector *s = AS(Bytevector, a), *t = AS(Bytevector, b);
        return s->length == t->length && memcmp(s->byte, t->byte, s->length) == 0;
    }
    case Pair_type:
        return push(w, cdr(a), cdr(b)) && push(w, car(a), car(b)) ? 1 : -1;
    case Vector_type: {
        const Vector *s = AS(Vector, a), *t = AS(Vector, b);
        if (s->length != t->length) return 0;
        for (size_t i = s->length; i-- > 0;)
            if (!push(w, tn_read_value(s, item[i]), tn_read_value(t, item[i]))) return -1;
        return 1;
    }
    default:
        return 0;
    }
}

int is_equal(Vm *vm, Value a, Value b) {
    if (is_eqv(a, b)) return 1;
    if (!is_reference(a) || !is_reference(b)) return 0;
    Work w = {0};
    int result = push(&w, a, b) ? 1 : -1;
    for (size_t steps = 0; result == 1 && w.n > 0; steps++) {
        Two t = w.todo[--w.n];
        if (steps > 10000 && is_reference(t.a) && is_reference(t.b)) { /* long: there may be a cycle */
            int new = see(&w, t.a, t.b);
            if (new <= 0) {
                if (new < 0) result = -1;
                continue;
            }
        }
        result = step(&w, t.a, t.b);
    }
    free(w.todo);
    free(w.seen);
    if (result < 0) out_of_memory(vm);
    return result;
}
