/* deep: a VM's stack with a million live slots, as deep recursion in an interpreted program leaves it, and on top of it
 * a function that calls itself eight frames deep and allocates what dies with its frame. Nothing below these frames
 * changes: what a collection spends on it is wasted. slots=0 is the same program with an empty stack; what the slots
 * refer to is in a table in either case. Not for malloc and the bound, which have no use for a stack. */
#include "shim.h"

enum { DEPTH = 8, FRAME = 4, LENGTH = 16 };

typedef struct Cell {
    uint64_t number;
    REF(struct Cell) next;
} Cell;
enum { Table_type = FIRST_TYPE, Cell_type, Item_type = FIRST_SPECIAL };
#include "items.h"
TYPES(TN_DESC(Cell, TN_REFS(Cell, next)), ITEM_TYPES)

/* ---- the VM's stack ---- */

static struct {
    void **base, **top, **low; /* low: nothing below it was written since the last collection */
} vm;

#ifdef PEER_BDWGC
static void open_stack(size_t slots) { vm.base = bench_checked(GC_MALLOC_UNCOLLECTABLE(slots * sizeof(void *))); }
static inline void about_to_write(void **frame) { (void)frame; }
#else
static void open_stack(tn_mutator *m, size_t slots) {
    vm.base = vm.top = bench_checked(m, calloc(slots, sizeof(void *)));
    if (!tn_range_create(m, &(tn_range_desc){&vm.base, &vm.top, &vm.low, 0})) harness_fail(tn_last_error(m));
}
static inline void about_to_write(void **frame) {
    if (frame < vm.low) vm.low = frame;
}
#endif

static inline void **enter(void) {
    void **frame = vm.top;
    for (unsigned k = 0; k < FRAME; k++) frame[k] = NULL;
    vm.top = frame + FRAME;
    return frame;
}

static inline void leave(void **frame) {
    vm.top = frame;
    about_to_write(frame);
}

/* ---- what runs on it ---- */

static inline void cons(MUTATOR void **frame, unsigned k, uint64_t number) {
    TURN;
    TMP(Cell, cell, NEW(Cell));
    P(cell)->number = number;
    INIT(P(cell), next, frame[k]);
    about_to_write(frame);
    frame[k] = P(cell);
}

static uint64_t call(MUTATOR unsigned depth, uint64_t number) {
    void **frame = enter();
    for (unsigned k = 0; k < FRAME; k++)
        for (unsigned i = 0; i < LENGTH; i++) cons(M frame, k, number + i);
    uint64_t sum = depth ? call(M depth - 1, number + 1) : 0;
    for (unsigned k = 0; k < FRAME; k++)
        for (const Cell *cell = frame[k]; cell; cell = READ(cell, next)) sum += cell->number;
    leave(frame);
    return sum;
}

static uint64_t sum_of_call(unsigned depth, uint64_t number) {
    return FRAME * (LENGTH * number + LENGTH * (LENGTH - 1) / 2) + (depth ? sum_of_call(depth - 1, number + 1) : 0);
}

static uint64_t workload(MUTATOR_ONLY) {
    uint64_t live = argument("live", 1000000), slots = argument("slots", 1000000), calls = argument("calls", 500000);
    REQUIRE(live > 0);
    SCOPE;
    VAR(Table, table, new_table(M live));
    open_stack(M slots + (DEPTH + 1) * FRAME);
    vm.top = vm.base + slots;
    for (uint64_t k = 0; k < slots; k++) vm.base[k] = READ(V(table), at[k % live]);
    FULL_COLLECTION();
    uint64_t begin = harness_now(), check = 0;
    for (uint64_t i = 0; i < calls; i++) {
        uint64_t sum = call(M DEPTH, i);
        REQUIRE(sum == sum_of_call(DEPTH, i));
        check += sum;
    }
    figure("churn_seconds", (double)(harness_now() - begin) / 1e9);
    for (uint64_t k = 0; k < slots; k++) {
        const Item *item = vm.base[k];
        REQUIRE(item == READ(V(table), at[k % live]) && item->number == k % live);
        check += item->number;
    }
    return check;
}
