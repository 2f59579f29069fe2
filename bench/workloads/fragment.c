/* fragment: objects of one size until 64 MiB are held, of which then nine in ten are dropped at random, and objects of
 * the next size: 40 times, through twelve sizes from 16 to 4000 bytes. What is left of each size lies scattered over
 * all the memory that the others want: the worst case of allocators that do not move. At the end of each filling, when
 * live bytes are at their peak, the resident set is compared with them. The bound: all is bumped, and what is left is
 * slid together, as if moving cost no more than the copying: its resident set is the live bytes. */
#include "shim.h"

typedef struct Piece {
    uint32_t bytes, number;
    unsigned char rest[];
} Piece;
typedef struct Table {
    uint64_t length;
    REF(Piece) at[];
} Table;
enum { Piece_type = FIRST_TYPE, Table_type };
TYPES(TN_DESC(Piece, .flags = TN_LEAF, TN_TAIL(1, 0, 0)), TN_DESC(Table, TN_TAIL(8, 1, 0)))

static const uint32_t sizes[] = {16, 256, 48, 2048, 24, 1024, 96, 4000, 32, 512, 128, 64};
enum { SIZES = sizeof sizes / sizeof *sizes, LEAST = 16 };

/* What is held: the first `count` slots of the table. */
typedef struct held {
    uint64_t count, bytes, sum;
    uint32_t next; /* number */
} held;

#ifdef PEER_BOUND
/* The table's order is that of the addresses, so nothing is overwritten that is still to be moved. */
static char *slide_begin;
static void slide_open(void) { bench_at = slide_begin; }
static Piece *keep(Piece *piece) {
    size_t bytes = piece->bytes;
    piece = memmove(bench_at, piece, bytes);
    bench_at += bytes;
    return piece;
}
static void begin(void) { slide_begin = bench_at; }
#undef FREE_SIZED
#define FREE_SIZED(p, size) ((void)(p))
#else
static void slide_open(void) {}
static Piece *keep(Piece *piece) { return piece; }
static void begin(void) {}
#endif

static RESULT(Table) new_table(MUTATOR uint64_t length) {
    SCOPE;
    TMP(Table, table, NEW_TAIL(Table, REF(Piece), length));
    P(table)->length = length;
    for (uint64_t k = 0; k < length; k++) INIT(P(table), at[k], NULL);
    RETURN(table);
}

static void fill(MUTATOR HELD(Table) table, held *h, uint32_t size, uint64_t bytes) {
    for (; h->bytes + size <= bytes; h->bytes += size) {
        TURN;
        TMP(Piece, piece, NEW_LEAF_TAIL(Piece, unsigned char, size - sizeof(Piece)));
        P(piece)->bytes = size;
        P(piece)->number = h->next;
        memset(P(piece)->rest, (unsigned char)h->next, size - sizeof(Piece));
        WRITE(V(table), at[h->count], P(piece));
        h->count++;
        h->sum += h->next++;
    }
}

static void drop_most(MUTATOR Table *table, held *h, random_state *random) {
    uint64_t kept = 0;
    slide_open();
    for (uint64_t k = 0; k < h->count; k++) {
        Piece *piece = READ(table, at[k]);
        REQUIRE(piece->rest[0] == (unsigned char)piece->number);
        if (random_below(random, 10) == 0) {
            WRITE(table, at[kept], keep(piece));
            kept++;
        } else {
            h->bytes -= piece->bytes;
            h->sum -= piece->number;
            FREE_SIZED(piece, piece->bytes);
        }
    }
    for (uint64_t k = kept; k < h->count; k++) WRITE(table, at[k], NULL);
    h->count = kept;
}

static void check_held(Table *table, const held *h) {
    uint64_t bytes = 0, sum = 0;
    for (uint64_t k = 0; k < h->count; k++) {
        const Piece *piece = READ(table, at[k]);
        unsigned char first = piece->rest[0], last = piece->rest[piece->bytes - sizeof(Piece) - 1];
        REQUIRE(first == (unsigned char)piece->number && last == first);
        bytes += piece->bytes;
        sum += piece->number;
    }
    REQUIRE(bytes == h->bytes && sum == h->sum);
}

static uint64_t workload(MUTATOR_ONLY) {
    uint64_t bytes = argument("mib", 64) << 20, phases = argument("phases", 40), slots = bytes / LEAST;
    REQUIRE(phases > 0);
    double most = 0, total = 0, last = 0, live = 0;
    random_state random = {1000003};
    held h = {0};
    SCOPE;
    VAR(Table, table, new_table(M slots));
    begin();
    for (uint64_t phase = 0; phase < phases; phase++) {
        if (phase) drop_most(M V(table), &h, &random);
        fill(M table, &h, sizes[phase % SIZES], bytes);
        live = (double)(h.bytes + slots * sizeof(void *));
        last = (double)harness_resident() / live;
        most = last > most ? last : most;
        total += last;
    }
    figure("footprint_over_live_max", most);
    figure("footprint_over_live_mean", total / (double)phases);
    figure("footprint_over_live_last", last);
    figure("live_mib", live / (1 << 20));
    check_held(V(table), &h);
    return h.sum;
}
