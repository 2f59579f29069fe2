/* arrays: four arrays of a million references each, and 20 million stores of new small objects into random slots: each
 * replaces one that has lived for a while. The write barrier of large arrays: a collector that scans an array, or much
 * of it, because of one store pays most here. The bound: pools. */
#include "shim.h"

enum { ARRAYS = 4 };

typedef struct Item {
    uint64_t number;
} Item;
typedef struct Array {
    uint64_t length;
    REF(Item) at[];
} Array;
typedef struct Arrays {
    REF(Array) at[ARRAYS];
} Arrays;
enum { Item_type = FIRST_TYPE, Array_type, Arrays_type };
TYPES(TN_DESC(Item, .flags = TN_LEAF), TN_DESC(Array, TN_TAIL(8, 1, 0)),
      TN_DESC(Arrays, .refs = 15, .ref_names = "at[0], at[1], at[2], at[3]"))

/* Where the n-th store goes, 0 .. slots - 1: random, but without a state, so that the check can begin with the last
 * one. (The finaliser of SplitMix64; Steele, Lea, Flood, 2014.) */
static uint64_t place_of(uint64_t n, uint64_t slots) {
    uint64_t x = n * UINT64_C(0x9E3779B97F4A7C15);
    x = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
    return (uint64_t)(((unsigned __int128)(x ^ x >> 31) * slots) >> 64);
}

static RESULT(Array) new_array(MUTATOR uint64_t length) {
    SCOPE;
    TMP(Array, array, NEW_TAIL(Array, REF(Item), length));
    P(array)->length = length;
    for (uint64_t k = 0; k < length; k++) INIT(P(array), at[k], NULL);
    RETURN(array);
}

static RESULT(Arrays) new_arrays(MUTATOR uint64_t length) {
    SCOPE;
    VAR(Arrays, arrays, NEW(Arrays));
    for (unsigned a = 0; a < ARRAYS; a++) INIT(V(arrays), at[a], NULL);
    for (unsigned a = 0; a < ARRAYS; a++) {
        TURN;
        TMP(Array, array, new_array(M length));
        WRITE(V(arrays), at[a], P(array));
    }
    RETURN(VAR_RESULT(arrays));
}

static void store(MUTATOR HELD(Arrays) arrays, uint64_t place, uint64_t number) {
    TURN;
    TMP(Item, item, NEW_LEAF(Item));
    P(item)->number = number;
    Array *array = READ(V(arrays), at[place % ARRAYS]);
    Item *old = READ(array, at[place / ARRAYS]);
    if (POOLED && old) FREE(old);
    WRITE(array, at[place / ARRAYS], P(item));
}

/* Every slot holds what was stored there last, or nothing. Returns the sum of what they hold. */
static uint64_t check_arrays(Arrays *arrays, uint64_t slots, uint64_t stores) {
    uint64_t *seen = calloc(slots / 64 + 1, sizeof *seen), sum = 0, held = 0;
    if (!seen) harness_fail("no memory for the check");
    for (uint64_t n = stores; n-- > 0;) {
        uint64_t place = place_of(n, slots), bit = UINT64_C(1) << place % 64;
        if (seen[place / 64] & bit) continue;
        seen[place / 64] |= bit;
        const Item *item = READ(READ(arrays, at[place % ARRAYS]), at[place / ARRAYS]);
        REQUIRE(item && item->number == n);
        sum += n, held++;
    }
    free(seen);
    for (uint64_t place = 0; place < slots; place++)
        if (!READ(READ(arrays, at[place % ARRAYS]), at[place / ARRAYS])) held++;
    REQUIRE(held == slots);
    return sum;
}

static uint64_t workload(MUTATOR_ONLY) {
    uint64_t length = argument("length", 1000000), stores = argument("stores", 20000000);
    SCOPE;
    VAR(Arrays, arrays, new_arrays(M length));
    for (uint64_t n = 0; n < stores; n++) store(M arrays, place_of(n, ARRAYS * length), n);
    return check_arrays(V(arrays), ARRAYS * length, stores);
}
