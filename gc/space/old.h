/* space/old.h: blocks of cells of any size, and the holes between them that objects are bumped into.
 *
 * In a block lie cells and holes. Its bits stand 8 bytes behind where a cell begins, where the object does: a mark bit
 * for each object, a used bit for each object and hole there was when the block was swept, and for holes left since.
 * What begins at one of them ends at the next of either kind. So the ends of the cells that a marking left follow from
 * the bits alone, and no object is touched (collect/sweep.c).
 *
 * A lane serves cells of one doubling, and either leaves or the others. It has at most one current block, and in it one
 * hole [start, bump, end): what lies before the start is counted. Every other block is full, or partial, that is on the
 * list of the lane whose cells fit its holes best, or on an unswept list: there the used bits are older than the mark
 * bits. A lane looks for blocks of its own and of larger ones, and what it cannot use goes down to a smaller one.
 *
 *     O1  objects begin at mark bits and end before the next bit; a hole begins at a used bit that is not a mark bit
 *     O2  between a current hole's bump and its end there is no bit but perhaps the used one of the hole's begin
 *     O3  a block is free in its region's free_blocks, or current, or full, or on exactly one list
 *     O4  a leaf has lanes of its own: a block holds leaves only, or none, so that marking need not look at them
 *     O5  an object is aligned as its type asks for; what lies before it for that is a hole, or slack behind the cell before
 *
 * Knows nothing of tracing. Callers: collect/minor.c (the inline bump), collect/sweep.c, debug/verify/. */
#ifndef TNI_OLD_H
#define TNI_OLD_H

#include "space/region.h"

/* Cells of up to 32, 64, .. 8192 bytes, the last with room for a hash; behind these lanes, those of leaves. */
enum { TNI_SIZES = 9, TNI_LANES = 2 * TNI_SIZES, TNI_CELL_MAX = 8200 };

typedef struct tni_run {
    char *bump, *limit; /* addresses of cells, that is, of headers; up to the limit cells are given out as they are */
    char *start, *end;  /* of what is not counted, of the hole */
    tni_block *block;
    unsigned next;      /* the used bit of the block's next hole, TNI_BLOCK_BITS if there is none */
    unsigned passed, passed_bytes; /* the holes of the block that were too small */
} __attribute__((aligned(64))) tni_run;

typedef struct tni_lane {
    tni_block *partial, *partial_end; /* a queue */
} tni_lane;

typedef struct tni_old {
    tni_run runs[TNI_LANES];
    tni_lane lanes[TNI_LANES];
    tni_block *unswept[2]; /* blocks of others, of leaves */
    uint64_t filled;      /* bytes of cells that were ever bumped, up to the last count */
    tni_regions *regions;
    bool zeroed;          /* [bump, limit) of each run is zero, and so will be that of runs to come */
    size_t step;          /* so much of a hole is given out at a time, at least a cell */
    bool paged;           /* each cell begins TNI_LEAD behind a page, no other lies in its pages: [bump, limit) holds but one */
    size_t free_blocks;   /* in open regions; the spare ones come on top */
    size_t used_blocks;
    size_t touched_blocks; /* used, or free and not given back: what the process pays for */
    size_t unswept_blocks;
    size_t forget_at;      /* tni_old_forget_some goes on below this region; 0: it begins */
} tni_old;

/* The lane for cells of at most TNI_CELL_MAX bytes. */
TNI_INLINE unsigned tni_lane_of(size_t cell, bool leaf) {
    unsigned size = 63 - (unsigned)__builtin_clzll((cell - 1) >> 5 << 1 | 1);
    return (size < TNI_SIZES ? size : TNI_SIZES - 1) + (leaf ? (unsigned)TNI_SIZES : 0);
}
void tni_old_init(tni_old *old, tni_regions *regions);

/* The bump: a cell for an object of `cell` bytes. Where it does not fit, the caller takes tni_old_next_run or another
 * block before. */
TNI_INLINE bool tni_old_fits(const tni_run *run, size_t cell) { return (size_t)(run->limit - run->bump) >= cell; }
TNI_INLINE char *tni_old_bump(tni_run *run, size_t cell) {
    char *at = run->bump;
    run->bump = at + cell;
    tni_bit_set(tni_region_of(at)->marks, tni_bit_of(at + 8));
    return at;
}

/* The bit, in a block's first used word, of a hole at the block's start. */
TNI_INLINE uint64_t tni_old_first(const tni_old *old) {
    return UINT64_C(1) << ((old->paged ? TNI_LEAD : 0) + 8) / 8;
}

/* The room that a cell needs at most, with the padding that aligns its object. */
TNI_INLINE size_t tni_old_room(const tni_old *old, size_t cell, size_t align) {
    return old->paged ? cell : cell + align - 8;
}
/* The same bump of an object with an alignment, where there is that room. */
char *tni_old_bump_aligned(tni_old *old, tni_run *run, size_t cell, size_t align);

/* A cell that ended at `to` ends at `from` now. A hole begins there, even if it is too short for any cell: slack that lay
 * behind the cell becomes part of it. At the end of a block 8 bytes are slack; where cells have pages of their own, what
 * is no whole page. */
void tni_old_cut(const tni_old *old, char *from, const char *to);

/* Adds what was bumped since the last time to `filled`. */
void tni_old_count(tni_old *old);
/* The lane whose cells fit a block's holes best, when it has so many and they have so many bytes. */
unsigned tni_old_lane_for(unsigned holes, size_t bytes, bool leaf);
/* Puts a block at the end of its lane's partial list; takes one off that is for this lane or a larger one, NULL when
 * there is none. */
void tni_old_file_partial(tni_old *old, tni_block *block);
tni_block *tni_old_take_partial(tni_old *old, unsigned lane);
/* Leaves the lanes without current blocks; these become partial. */
void tni_old_retire_all(tni_old *old);
/* Makes room for a cell in the current block; false when it has none: it is then no longer current. */
bool tni_old_next_run(tni_old *old, unsigned lane, size_t cell);
/* From now on cells are handed out zeroed, or as they are. */
void tni_old_zeroed(tni_old *old, bool zeroed);
/* Makes a block current, which is on no list, and makes room for a cell in it; false when it has none. */
bool tni_old_use(tni_old *old, unsigned lane, tni_block *block, size_t cell);

/* Makes sure that `blocks` are mapped and free, spare regions included, and returns how many are: fewer when the
 * system has no more. */
size_t tni_old_provide(tni_old *old, size_t blocks);
/* Opens regions with huge pages until so many blocks are free, or the clock says so. Only what is certainly wanted,
 * and not in a pause that should be short: a huge page can take milliseconds. */
void tni_old_prepare(tni_old *old, size_t blocks, uint64_t until);
/* A free block for the lane, mapped now if need be; NULL when the system has no more. It belongs to the caller. */
tni_block *tni_old_take(tni_old *old, unsigned lane);
/* Gives a block back to its region. */
void tni_old_give(tni_old *old, tni_block *block);
/* Gives at most `most` whole free regions back to the system, but not the last `keep` free blocks; false when there are
 * no more. */
bool tni_old_trim(tni_old *old, size_t keep, size_t most);
/* Gives the pages of free blocks back, in regions that are not free, until no more than `keep` blocks are free and
 * touched. Looks at `most` regions, from the last on; false when that were all. */
bool tni_old_forget_some(tni_old *old, size_t keep, size_t most);
/* Gives the pages of free blocks back, at least `most` bytes if there are so many: of the last regions first, for blocks
 * are taken from the first ones. */
void tni_old_forget(tni_old *old, size_t most);

/* The object whose bit is `bit` (in the block). */
TNI_INLINE char *tni_block_object(const tni_block *block, unsigned bit) {
    return tni_block_start(block) + (size_t)bit * 8;
}
/* The first bit from `bit` on that is set in a and not in b, TNI_BLOCK_BITS if none. b may be NULL. */
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
/* The bit of the block's first hole at or behind `bit`, and of the hole's end: of what begins next, or would behind the
 * block. */
TNI_INLINE unsigned tni_hole_at(const tni_block *block, unsigned bit) {
    return tni_find_bit(tni_block_used(block), tni_block_marks(block), bit);
}
TNI_INLINE unsigned tni_hole_end(const tni_block *block, unsigned bit) {
    unsigned end = tni_find_bit(tni_block_used(block), NULL, bit + 1);
    return end < TNI_BLOCK_BITS ? end : TNI_BLOCK_BITS + 1;
}

#endif
