/* space/old.h: blocks of cells of any size, and the holes between them, in which new cells are bumped.
 *
 * A block is full of cells and holes. Two bitmaps describe it. Bits are indexed by object address, which is 8 bytes
 * after the start of a cell. There is a mark bit for each object. There is a used bit for each object and hole that
 * there was when the block was swept, and for holes that were left since. What begins at such a bit ends at the next
 * bit of either kind. So the bits alone show where the cells that a marking left alive end, and a sweep touches no
 * object (collect/sweep.c).
 *
 * A size class serves the cells of one doubling, either leaves or others. It has at most one current block, and in it
 * one hole [start, bump, end); the bytes before `start` are counted in `filled`. Every other block is full, or on
 * exactly one list. It may be on the partial list of the size class whose cells fit its holes best, or on an unswept
 * list; there the used bits are older than the mark bits. A size class takes blocks of its own list and of those of
 * larger cells. A block whose remaining holes are too short is handed to a class of smaller cells.
 *
 *     O1  objects begin at mark bits and end before the next bit; a hole begins at a used bit that is not a mark bit
 *     O2  from a current hole's bump to its end no bit is set, except possibly the used bit at the hole's start
 *     O3  a block is free (in its region's free_blocks), or current, or full, or on exactly one list
 *     O4  leaves have size classes of their own: a block holds only leaves, or none, so marking need not read leaves
 *     O5  an old object is aligned as its type asks for; the padding before it is a hole, or slack after the cell
 *         before
 *
 * This file knows nothing of tracing. */
#ifndef TNI_OLD_H
#define TNI_OLD_H

#include "space/region.h"

/* The size classes: cells of up to 32, 64, .. 8192 bytes (the last with room for a hash); then the same for leaves. */
enum { TNI_SIZES = 9, TNI_CLASSES = 2 * TNI_SIZES, TNI_CELL_MAX = 8200 };

typedef struct tni_run {
    char *bump, *limit; /* the next cell begins at bump, if it ends at or before limit */
    char *start, *end;  /* start: cells from here on are not counted yet; end: of the hole */
    tni_block *block;
    unsigned next;      /* the used bit of the block's next hole, TNI_BLOCK_BITS if there is none */
    unsigned passed, passed_bytes; /* holes of the block that were too short, and their bytes */
} __attribute__((aligned(64))) tni_run;

/* For each size class, the hole that one thread fills: a mutator's own (heap/mutator.h). */
typedef struct tni_runs {
    tni_run of[TNI_CLASSES];
} tni_runs;

typedef struct tni_class {
    tni_block *partial, *partial_end; /* a queue */
} tni_class;

typedef struct tni_old {
    tni_class classes[TNI_CLASSES];
    tni_block *unswept[2]; /* lists: [0] not of leaves, [1] of leaves */
    uint64_t filled;      /* bytes of all cells ever bumped, up to the last tni_old_count */
    tni_regions *regions;
    bool zeroed;          /* [bump, limit) of each run is zero, and will be in later runs */
    size_t step;          /* the bytes of a hole that `limit` is raised by at a time; at least a cell */
    bool paged;           /* each cell has pages of its own and begins TNI_LEAD after a page: one fits [bump, limit) */
    size_t free_blocks;   /* in open regions, without the spare ones */
    size_t used_blocks;
    size_t touched_blocks; /* used, or free and still resident: the process pays for these */
    size_t unswept_blocks;
    size_t forget_at;      /* tni_old_forget_some goes on below this region; 0: it starts at the last */
} tni_old;

/* The size class of a cell of at most TNI_CELL_MAX bytes. */
TNI_INLINE unsigned tni_class_of(size_t cell, bool leaf) {
    unsigned size = 63 - (unsigned)__builtin_clzll((cell - 1) >> 5 << 1 | 1);
    return (size < TNI_SIZES ? size : TNI_SIZES - 1) + (leaf ? (unsigned)TNI_SIZES : 0);
}
void tni_old_init(tni_old *old, tni_regions *regions);

/* Bumps a cell of `cell` bytes. If it does not fit, the caller first calls tni_old_next_run or takes another block. */
TNI_INLINE bool tni_old_fits(const tni_run *run, size_t cell) { return (size_t)(run->limit - run->bump) >= cell; }
TNI_INLINE char *tni_old_bump(tni_run *run, size_t cell) {
    char *at = run->bump;
    run->bump = at + cell;
    tni_bit_set(tni_region_of(at)->marks, tni_bit_of(at + 8));
    return at;
}

/* The bit of a hole at the block's start, in the block's first word of used bits. */
TNI_INLINE uint64_t tni_old_first(const tni_old *old) {
    return UINT64_C(1) << ((old->paged ? TNI_LEAD : 0) + 8) / 8;
}

/* The most room that a cell can need, with the padding that aligns its object. */
TNI_INLINE size_t tni_old_room(const tni_old *old, size_t cell, size_t align) {
    return old->paged ? cell : cell + align - 8;
}
/* Bumps a cell for an object with an alignment. The run has that much room. */
char *tni_old_bump_aligned(tni_old *old, tni_run *run, size_t cell, size_t align);

/* Makes a cell that ended at `to` end at `from`. A hole begins there, even if it is too short for any cell; slack after
 * the cell becomes part of it. No hole begins in the last 8 bytes of a block; if cells have pages of their own, none
 * begins inside a page. */
void tni_old_cut(const tni_old *old, char *from, const char *to);

/* Adds the bytes that were bumped in these runs since the last call to `filled`. */
void tni_old_count(tni_old *old, tni_runs *runs);
/* The size class whose cells fit best in this number of holes with this number of bytes together. */
unsigned tni_old_class_for(unsigned holes, size_t bytes, bool leaf);
/* Puts a block at the end of the partial list of its size class; takes a block off the list of this size class or of a
 * larger one (NULL if there is none). */
void tni_old_file_partial(tni_old *old, tni_block *block);
tni_block *tni_old_take_partial(tni_old *old, unsigned class);
/* Makes the current blocks of all size classes partial. */
void tni_old_retire_all(tni_old *old, tni_runs *runs);
/* Makes room for a cell in the current block. False if it has none; then it is not current any more. */
bool tni_old_next_run(tni_old *old, tni_runs *runs, unsigned class, size_t cell);
/* Chooses whether cells are zeroed from now on. */
void tni_old_zeroed(tni_old *old, tni_runs *runs, bool zeroed);
/* Makes a block that is on no list current, and makes room for a cell in it; false if it has none. */
bool tni_old_use(tni_old *old, tni_runs *runs, unsigned class, tni_block *block, size_t cell);

/* Tries to have this many blocks mapped and free, spare regions included. Returns how many are: fewer if the system has
 * no more. */
size_t tni_old_provide(tni_old *old, size_t blocks);
/* Opens regions with huge pages until this many blocks are free, or until the time `until`. Only for memory that is
 * certainly wanted, and not in a pause that should be short: a huge page can take milliseconds. */
void tni_old_prepare(tni_old *old, size_t blocks, uint64_t until);
/* A free block for the size class, mapped now if need be; NULL if the system has no more. It belongs to the caller. */
tni_block *tni_old_take(tni_old *old, unsigned class);
/* Gives a block back to its region. */
void tni_old_give(tni_old *old, tni_block *block);
/* Gives at most `most` whole free regions back to the system, but keeps `keep` free blocks. False when there are no
 * more such regions. */
bool tni_old_trim(tni_old *old, size_t keep, size_t most);
/* Gives the pages of free blocks back, in regions that are in use, until at most `keep` blocks are free and touched.
 * Visits `most` regions, from the last one on; false when it has visited all. */
bool tni_old_forget_some(tni_old *old, size_t keep, size_t most);
/* Gives the pages of free blocks back: `most` bytes or a little more, if there are so many. Begins with the last
 * regions, because new blocks are taken from the first ones. */
void tni_old_forget(tni_old *old, size_t most);

/* The object whose bit in the block is `bit`. */
TNI_INLINE char *tni_block_object(const tni_block *block, unsigned bit) {
    return tni_block_start(block) + (size_t)bit * 8;
}
/* The first bit from `bit` on that is set in a and not in b; TNI_BLOCK_BITS if there is none. b may be NULL. */
TNI_INLINE unsigned tni_find_bit(const uint64_t *a, const uint64_t *b, unsigned bit) {
    if (bit >= TNI_BLOCK_BITS) return TNI_BLOCK_BITS;
    unsigned w = bit / 64;
    uint64_t word = a[w] & ~(b ? b[w] : 0) & ~UINT64_C(0) << bit % 64;
    while (!word) {
        if (++w == TNI_BLOCK_WORDS) return TNI_BLOCK_BITS;
        word = a[w] & ~(b ? b[w] : 0);
    }
    return w * 64 + (unsigned)__builtin_ctzll(word);
}
/* The bit of the block's first hole at or after `bit`. The bit of a hole's end: that of the next cell or hole, or of
 * the one that would follow the block. */
TNI_INLINE unsigned tni_hole_at(const tni_block *block, unsigned bit) {
    return tni_find_bit(tni_block_used(block), tni_block_marks(block), bit);
}
TNI_INLINE unsigned tni_hole_end(const tni_block *block, unsigned bit) {
    unsigned end = tni_find_bit(tni_block_used(block), NULL, bit + 1);
    return end < TNI_BLOCK_BITS ? end : TNI_BLOCK_BITS + 1;
}

/* Calls visit for each hole of the block. */
void tni_each_hole(const tni_block *block, void (*visit)(char *from, size_t bytes));

#endif
