/* alloc: 200 million objects of 16 bytes, of which the last 1000 are kept in a ring. It shows
 * what allocation alone costs when nearly everything dies at once: the inline path, memory that is new to the cache,
 * and stores into an old object all the time.
 *
 * The bound bumps a pointer around a buffer that fits the second-level cache, and never reads what it overwrites. */
#include "shim.h"

enum { RING = 1000, WRAP = 64 << 10 };

typedef struct Item {
    uint64_t number, square;
} Item;
typedef struct Ring {
    uint64_t length;
    REF(Item) at[];
} Ring;
enum { Item_type = FIRST_TYPE, Ring_type };
TYPES(TN_DESC(Item, .flags = TN_LEAF), TN_DESC(Ring, TN_TAIL(8, 1, 0)))

#ifdef PEER_BOUND
static char *wrap_at, *wrap_end, *wrap_begin;
static void begin(void) {
    wrap_at = wrap_begin = harness_reserve(WRAP);
    wrap_end = wrap_begin + WRAP;
}
static inline Item *new_item(void) {
    if (__builtin_expect(wrap_at == wrap_end, 0)) wrap_at = wrap_begin;
    wrap_at += sizeof(Item);
    return (Item *)(void *)(wrap_at - sizeof(Item));
}
#define NEW_ITEM() new_item()
#undef FREE
#define FREE(p) ((void)(p))
#else
#define NEW_ITEM() NEW_LEAF(Item)
static void begin(void) {}
#endif

static uint64_t workload(MUTATOR_ONLY) {
    uint64_t count = argument("count", 200000000);
    REQUIRE(count >= RING);
    begin();
    SCOPE;
    VAR(Ring, ring, NEW_TAIL(Ring, REF(Item), RING));
    for (unsigned k = 0; k < RING; k++) INIT(V(ring), at[k], NULL);
    unsigned k = 0;
    for (uint64_t i = 0; i < count; i++) {
        TURN;
        TMP(Item, item, NEW_ITEM());
        P(item)->number = i;
        P(item)->square = i * i;
        FREE(READ(V(ring), at[k]));
        WRITE(V(ring), at[k], P(item));
        if (++k == RING) k = 0;
    }
    uint64_t check = 0;
    for (k = 0; k < RING; k++) {
        const Item *item = READ(V(ring), at[k]);
        REQUIRE(item->square == item->number * item->number && item->number % RING == k);
        check += item->number;
    }
    REQUIRE(check == RING * (count - RING) + (uint64_t)RING * (RING - 1) / 2);
    return check;
}
