/* strings: a table of 25,000 strings of 8 bytes to 1 MiB, half of them below 32 bytes, one in a hundred above 48 KiB,
 * about 70 MB together; four million times a random one is replaced. Objects without references of all sizes: what
 * large ones cost, and how soon memory of one size serves for another. Each is filled when it is made, and looked at
 * when it goes. The bound: pools, of large ones for each eighth of a power of two. */
#include "shim.h"

enum { LEAST = 8, MOST = 1 << 20, SAMPLE = 16 };

typedef struct Text {
    uint64_t length;
    unsigned char at[];
} Text;
typedef struct Table {
    uint64_t length;
    REF(Text) at[];
} Table;
enum { Text_type = FIRST_TYPE, Table_type };
TYPES(TN_DESC(Text, .flags = TN_LEAF | TN_UNZEROED, TN_TAIL(1, 0, 0)), TN_DESC(Table, TN_TAIL(8, 1, 0)))

/* A bounded Pareto distribution with the exponent 1/2, by inversion: no function that two libraries could compute
 * differently. */
static uint64_t draw_length(random_state *random) {
    double u = (double)(random_next(random) >> 11) / (double)(UINT64_C(1) << 53);
    double root = 1 - u * (1 - 1.0 / 362.03867196751236); /* the root of MOST / LEAST */
    uint64_t length = (uint64_t)(LEAST / (root * root));
    return length < MOST ? length : MOST;
}

static unsigned char content_of(uint64_t length) { return (unsigned char)(length * 167 >> 3 | 1); }

static void check_ends(const Text *text) {
    unsigned char content = content_of(text->length);
    REQUIRE(text->at[0] == content && text->at[text->length / 2] == content && text->at[text->length - 1] == content);
}

static void check_all(const Text *text) {
    unsigned char content = content_of(text->length);
    uint64_t wrong = 0;
    for (uint64_t i = 0; i < text->length; i++) wrong += text->at[i] != content;
    REQUIRE(!wrong);
}

static uint64_t put(MUTATOR HELD(Table) table, uint64_t k, uint64_t length) {
    TURN;
    TMP(Text, text, NEW_LEAF_TAIL(Text, unsigned char, length));
    P(text)->length = length;
    memset(P(text)->at, content_of(length), length);
    WRITE(V(table), at[k], P(text));
    return length;
}

static RESULT(Table) new_table(MUTATOR uint64_t length) {
    SCOPE;
    TMP(Table, table, NEW_TAIL(Table, REF(Text), length));
    P(table)->length = length;
    for (uint64_t k = 0; k < length; k++) INIT(P(table), at[k], NULL);
    RETURN(table);
}

static uint64_t workload(MUTATOR_ONLY) {
    uint64_t slots = argument("slots", 25000), rounds = argument("rounds", 4000000), live = 0, total = 0;
    random_state random = {2718281828};
    SCOPE;
    VAR(Table, table, new_table(M slots));
    for (uint64_t k = 0; k < slots; k++) live += put(M table, k, draw_length(&random));
    for (uint64_t i = 0; i < rounds; i++) {
        uint64_t k = random_below(&random, slots);
        Text *old = READ(V(table), at[k]);
        if (i % SAMPLE == 0) check_ends(old);
        live -= old->length;
        FREE_SIZED(old, sizeof(Text) + old->length);
        uint64_t length = put(M table, k, draw_length(&random));
        live += length, total += length;
    }
    figure("live_mib", (double)(live + slots * (sizeof(Text) + sizeof(void *))) / (1 << 20));
    for (uint64_t k = 0; k < slots; k++) {
        const Text *text = READ(V(table), at[k]);
        check_all(text);
        live -= text->length;
    }
    REQUIRE(live == 0);
    return total;
}
