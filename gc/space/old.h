/* space/old.h: blocks of one size class each, and the runs of free cells that objects are bumped into.
 *
 * A class c has at most one current block, and in it one current run [start, bump, limit): the cells from bump on are
 * free, those from start on were filled since the run was last flushed. Every other block is full, on the class's
 * partial list, or on its unswept list: there the used bits are older than the mark bits (collect/sweep.c).
 *
 *     O1  the used bits of a block are a subset of its class's start pattern
 *     O2  no cell of a current run's [start, limit) has its used bit set
 *     O3  a block is free in its region's free_blocks, or current, or full, or on exactly one list
 *
 *     O4  a leaf has a class of its own: a block holds leaves only, or none, so that marking need not look at them
 *
 * Knows nothing of tracing. Callers: collect/minor.c (the inline bump), collect/sweep.c, debug/verify.c. */
#ifndef TNI_OLD_H
#define TNI_OLD_H

#include "space/region.h"

/* Cells of 16 .. 128 bytes in steps of 8, then 8 sizes for each doubling up to 8 KiB, then one for 8 KiB and a
 * hash. For each there is a class of objects that may hold references, and behind all of these one of leaves. */
enum { TNI_SIZES = 64, TNI_CLASSES = 2 * TNI_SIZES, TNI_CELL_MAX = 8200 };

typedef struct tni_run {
    char *bump, *limit; /* addresses of cells, that is, of headers */
    uint32_t cell;      /* the class's cell size */
    uint32_t next;      /* the bit of the block's first free cell behind the limit, TNI_BLOCK_BITS if there is none */
    char *start;
    tni_block *block;
} tni_run;

typedef struct tni_class {
    tni_block *partial, *partial_end; /* a queue */
    tni_block *unswept;
    uint64_t starts[TNI_BLOCK_WORDS]; /* the bits of the objects of a full block; made on first use */
    bool ready;
} tni_class;

typedef struct tni_old {
    tni_run runs[TNI_CLASSES];
    tni_class classes[TNI_CLASSES];
    uint8_t size_of[TNI_CELL_MAX / 8 + 1]; /* by cell size / 8: which of the sizes */
    uint64_t filled;      /* bytes of cells that were ever bumped, up to the last flush */
    tni_regions *regions;
    bool zeroed;          /* [bump, limit) of each run is zero, and so will be that of runs to come */
    size_t free_blocks;   /* in open regions; the spare ones come on top */
    size_t used_blocks;
    size_t touched_blocks; /* used, or free and not given back: what the process pays for */
    size_t unswept_blocks;
} tni_old;

/* The class for cells of at most TNI_CELL_MAX bytes: computed, and looked up. */
unsigned tni_class_for(size_t cell, bool leaf);
TNI_INLINE unsigned tni_class_of(const tni_old *old, size_t cell, bool leaf) {
    return old->size_of[cell / 8] + (leaf ? (unsigned)TNI_SIZES : 0);
}
void tni_old_init(tni_old *old, tni_regions *regions);

/* The bump: a cell for an object of `cell` bytes, or NULL: the caller then takes tni_old_next_run or another
 * block. */
TNI_INLINE char *tni_old_bump(tni_run *run) {
    char *at = run->bump;
    if (TN_UNLIKELY((size_t)(run->limit - at) < run->cell)) return NULL;
    run->bump = at + run->cell;
    return at;
}

/* Sets the used bits of what was bumped since the last flush. */
void tni_old_flush(tni_old *old, unsigned class_);
void tni_old_flush_all(tni_old *old);
/* Puts a block at the end of its class's partial list; takes the first off one, NULL when it is empty. */
void tni_old_file_partial(tni_old *old, tni_block *block);
tni_block *tni_old_take_partial(tni_old *old, unsigned class_);
/* Flushes, and leaves the class without a current block; the block becomes partial or full. */
void tni_old_retire_all(tni_old *old);
/* The next free run of the current block; false when it is full (it is then no longer current). */
bool tni_old_next_run(tni_old *old, unsigned class_);
/* From now on cells are handed out zeroed, or as they are. */
void tni_old_zeroed(tni_old *old, bool zeroed);
/* Makes a block current, which is on no list, and sets its first run; false (and full) when it has no free cell. */
bool tni_old_use(tni_old *old, unsigned class_, tni_block *block);

/* Makes sure that `blocks` are mapped and free, spare regions included, and returns how many are: fewer when the
 * system has no more. */
size_t tni_old_provide(tni_old *old, size_t blocks);
/* Opens regions with huge pages until so many blocks are free, or the clock says so. Only what is certainly wanted,
 * and not in a pause that should be short: a huge page can take milliseconds. */
void tni_old_prepare(tni_old *old, size_t blocks, uint64_t until);
/* A free block for the class, mapped now if need be; NULL when the system has no more. It belongs to the caller. */
tni_block *tni_old_take(tni_old *old, unsigned class_);
/* Gives a block back to its region. */
void tni_old_give(tni_old *old, tni_block *block);
/* Gives whole free regions back to the system, but for `keep` free blocks; with `forget`, the pages of the other free
 * blocks too. */
void tni_old_trim(tni_old *old, size_t keep, bool forget);

/* The object whose bit is `bit` (in the block), and the other way round. */
char *tni_block_object(const tni_old *old, const tni_block *block, unsigned bit);

#endif
