/* space/region.h: the aligned cards of 2 MiB that the old space consists of.
 *
 * Every old object lies in a region, found by masking its address. A region begins with 64 KiB of bookkeeping: a mark
 * bit and a used bit for every 8 bytes; an object has those of its own address. The words whose bits would describe the
 * bookkeeping itself hold what else the region's kind needs. After the bookkeeping lie
 *
 *     TNI_BLOCKS_REGION  31 blocks of 64 KiB, with cells of many sizes                  (space/old.c)
 *     TNI_PAGES_REGION   1984 grains of 1 KiB, for large objects below ~1 MiB          (space/large.c)
 *     TNI_HUGE_REGION    one object; the region is as long as it needs                 (space/large.c)
 *
 * Regions of large objects lie in the heap's range (space/area.h) if there is room. A vector lists all regions, sorted
 * by address. */
#ifndef TNI_REGION_H
#define TNI_REGION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "space/object.h"
#include "base/vector.h"
#include "base/os.h"
#include "space/area.h"

#define TNI_REGION ((size_t)2 << 20)
#define TNI_BLOCK ((size_t)64 << 10)
enum {
    TNI_BLOCKS = 32,          /* of a region; number 0 is the bookkeeping */
    TNI_BLOCK_WORDS = 128,    /* of a bitmap, for one block */
    TNI_BLOCK_BITS = 8192,
    TNI_REGION_WORDS = TNI_BLOCKS * TNI_BLOCK_WORDS,
    TNI_PAGES = 512,          /* of a region; numbers 0 .. 15 are the bookkeeping */
    TNI_FIRST_PAGE = 16,
    TNI_CARDS = 1 << 17,     /* at most, in a region of large objects */
    TNI_GRAIN = 1024,         /* bytes: a span of a large object has a whole number of grains */
    TNI_GRAINS = 2048,        /* of a region; numbers 0 .. 63 are the bookkeeping */
    TNI_FIRST_GRAIN = 64,
    TNI_SPAN_LEAST = 8,       /* grains: a shorter span is too short for any object */
    TNI_OBJECT_OFFSET = 64    /* from the start of a span to its object, which is aligned to 64 bytes */
};

/* The distance from the start of a page to a cell that has pages of its own. It suits every alignment of an object. */
#define TNI_LEAD ((size_t)TN_ALIGN_MAX - 8)

typedef enum tni_region_kind { TNI_BLOCKS_REGION, TNI_PAGES_REGION, TNI_HUGE_REGION } tni_region_kind;

typedef enum tni_block_state {
    TNI_BLOCK_FREE,
    TNI_BLOCK_UNSWEPT,
    TNI_BLOCK_PARTIAL,
    TNI_BLOCK_CURRENT,
    TNI_BLOCK_FULL
} tni_block_state;

typedef struct tni_block {
    struct tni_block *next; /* in a list */
    uint8_t class;           /* of space/old.h */
    uint8_t state;          /* tni_block_state */
    uint8_t disposed;       /* may hold objects with dispose */
    uint8_t number;         /* in its region */
} tni_block;

/* The neighbours of a free span in the list of its length: their addresses, or 0. */
typedef struct tni_link {
    uintptr_t next, prev;
} tni_link;

typedef struct tni_region {
    union {
        uint64_t marks[TNI_REGION_WORDS]; /* set by marking, and for objects that are allocated later */
        struct {
            tni_block blocks[TNI_BLOCKS];
            uint32_t free_blocks;    /* a bit each, bit 0 never */
            uint32_t touched_blocks; /* a bit for each that was used since it was fresh from the system */
            uint64_t touched_pages[TNI_PAGES / 64]; /* a bit for each page that may hold anything */
            uint32_t free_grains;
            uint8_t objects[TNI_BLOCKS]; /* the number of large objects that begin in these 64 KiB */
            bool disposed;           /* its large objects may have dispose */
            uint8_t looks;           /* how often it was tested for huge pages */
            bool on_trial;           /* it has huge pages, and nobody knows yet whether it will be filled */
            tni_region_kind kind;
            unsigned name;           /* base/memcheck.h */
            size_t bytes;            /* of the region */
        };
    };
    union {
        uint64_t used[TNI_REGION_WORDS];   /* of blocks: see space/old.h */
        struct {                           /* of large objects */
            uint64_t first_grains[TNI_GRAINS / 64];
            uint64_t used_grains[TNI_GRAINS / 64];
            uint16_t spans[TNI_GRAINS];    /* the grains of the span that begins here, or that is free and ends here */
            tni_link links[TNI_GRAINS / TNI_SPAN_LEAST]; /* [i]: of the free span with grain TNI_SPAN_LEAST * i */
            bool carded;                   /* some bit of `cards` is set */
            uint64_t cards[TNI_CARDS / 64]; /* the dirty ones: see collect/barrier.h */
        };
    };
} tni_region;
_Static_assert(sizeof(tni_region) == TNI_BLOCK, "the bookkeeping is the first block");
_Static_assert(offsetof(tni_region, bytes) + sizeof(size_t) <= TNI_BLOCK_WORDS * sizeof(uint64_t),
               "what it holds beside the bitmaps fits where the bookkeeping's own bits would be");

/* Which blocks hold only leaves (O4), in a form that marking can read for every object. (For large objects: in which 64
 * KiB only leaves begin.) Each region has a word, found by its address; the words of a heap lie close together. Regions
 * that are a multiple of 8 GiB apart share a word. Then none of their blocks counts as one of leaves, which is slower
 * but not wrong. */
enum { TNI_LEAF_WORDS = 4096 };
typedef struct tni_leaves {
    uint32_t blocks[TNI_LEAF_WORDS];
    uint32_t regions[TNI_LEAF_WORDS]; /* how many share the word */
} tni_leaves;

typedef struct tni_regions {
    tni_vector all;
    tni_area area;       /* for large objects */
    tni_faults *faults;
    bool huge_pages;      /* the host allows them */
    tni_vector spare;     /* address space that is mapped for regions of blocks and not touched yet */
    tni_leaves leaves;
    size_t hint;          /* no region before this index has a free block */
    size_t heads;         /* the number of regions that are not huge; huge ones count their bookkeeping themselves */
    size_t mapped;        /* bytes of all regions */
} tni_regions;

TNI_INLINE tni_region *tni_region_of(const void *old) {
    return (tni_region *)((uintptr_t)old & ~(TNI_REGION - 1));
}
TNI_INLINE size_t tni_leaf_word(const void *old) { return (uintptr_t)old / TNI_REGION % TNI_LEAF_WORDS; }
TNI_INLINE bool tni_among_leaves(const tni_leaves *leaves, const void *old) {
    return leaves->blocks[tni_leaf_word(old)] >> (uintptr_t)old / TNI_BLOCK % TNI_BLOCKS & 1;
}
TNI_INLINE size_t tni_bit_of(const void *old) { return ((uintptr_t)old & (TNI_REGION - 1)) >> 3; }
TNI_INLINE bool tni_bit(const uint64_t *map, size_t bit) { return map[bit / 64] >> (bit % 64) & 1; }
TNI_INLINE void tni_bit_set(uint64_t *map, size_t bit) { map[bit / 64] |= UINT64_C(1) << (bit % 64); }
TNI_INLINE void tni_bit_clear(uint64_t *map, size_t bit) { map[bit / 64] &= ~(UINT64_C(1) << (bit % 64)); }
TNI_INLINE bool tni_marked(const void *old) { return tni_bit(tni_region_of(old)->marks, tni_bit_of(old)); }

/* The first bit at or after `bit` that is set (or, with `set` false, not set) in a map of `count` bits; `count` if
 * there is none. `count` is a multiple of 64. */
TNI_INLINE unsigned tni_next_bit(const uint64_t *map, unsigned count, unsigned bit, bool set) {
    for (; bit < count; bit = (bit / 64 + 1) * 64) {
        uint64_t word = (set ? map[bit / 64] : ~map[bit / 64]) >> bit % 64;
        if (word) return bit + (unsigned)__builtin_ctzll(word);
    }
    return count;
}
TNI_INLINE char *tni_span_object(const tni_region *region, unsigned grain) {
    return (char *)region + (size_t)grain * TNI_GRAIN + TNI_OBJECT_OFFSET;
}
/* The grain at which a large object's span begins. */
TNI_INLINE unsigned tni_grain_of(const void *object) {
    return (unsigned)(((uintptr_t)object & (TNI_REGION - 1)) / TNI_GRAIN);
}
TNI_INLINE unsigned tni_next_object(const tni_region *region, unsigned grain) {
    return tni_next_bit(region->first_grains, TNI_GRAINS, grain, true);
}
TNI_INLINE char *tni_huge_object(const tni_region *region) {
    return (char *)region + TNI_BLOCK + TNI_OBJECT_OFFSET;
}

/* Whether an old object begins at the address, which is a multiple of 8 in a region of blocks, or in any region. */
TNI_INLINE bool tni_begins_in_block(const void *old) { return tni_bit_of(old) >= TNI_BLOCK_BITS && tni_marked(old); }
TNI_INLINE bool tni_begins_old(const void *old) {
    const tni_region *region = tni_region_of(old); /* of a huge one only the first 2 MiB, where its object begins */
    if (region->kind == TNI_BLOCKS_REGION) return tni_begins_in_block(old);
    if (region->kind == TNI_HUGE_REGION) return old == tni_huge_object(region);
    unsigned grain = tni_grain_of(old);
    return old == tni_span_object(region, grain) && tni_bit(region->first_grains, grain);
}

TNI_INLINE tni_region *tni_block_region(const tni_block *block) { return tni_region_of(block); }
TNI_INLINE char *tni_block_start(const tni_block *block) {
    return (char *)tni_block_region(block) + block->number * TNI_BLOCK;
}
TNI_INLINE uint64_t *tni_block_used(const tni_block *block) {
    return tni_block_region(block)->used + block->number * TNI_BLOCK_WORDS;
}
TNI_INLINE uint64_t *tni_block_marks(const tni_block *block) {
    return tni_block_region(block)->marks + block->number * TNI_BLOCK_WORDS;
}
TNI_INLINE tni_block *tni_block_of(const void *old) {
    return &tni_region_of(old)->blocks[((uintptr_t)old & (TNI_REGION - 1)) / TNI_BLOCK];
}

/* The binary logarithm of the bytes of a card: a page, or more if the region would have too many cards. */
TNI_INLINE unsigned tni_card_shift(const tni_region *region) {
    unsigned bits = 64 - (unsigned)__builtin_clzll(region->bytes - 1);
    return bits > 12 + 17 ? bits - 17 : 12;
}
/* The card of the region in which this address lies. */
TNI_INLINE size_t tni_card_of(const tni_region *region, const void *at) {
    return (size_t)((const char *)at - (const char *)region) >> tni_card_shift(region);
}

/* Makes a region of large objects with this many bytes (TNI_REGION, unless it is huge) and adds it to the vector. Its
 * head is zero, except for the bits of pages that may hold anything. In a huge region, the range says which pages may.
 * `huge_pages`: they are asked for before the head is touched, or its page would keep the first one away. NULL if the
 * system has no memory. */
tni_region *tni_region_new(tni_regions *regions, tni_region_kind kind, size_t bytes, bool huge_pages);
/* The same in two steps, for regions of blocks. First the address space, which costs nothing until it is touched (NULL
 * if there is none, or no room in the vector); then the region in it, which cannot fail. */
void *tni_region_map(tni_regions *regions);
tni_region *tni_region_open(tni_regions *regions, void *space, tni_region_kind kind, size_t bytes);
/* Records, when a block is handed out, whether it is for leaves. */
void tni_region_set_leaves(tni_regions *regions, const tni_block *block, bool leaves);
/* Clears the mark bits. Large objects are few, so theirs are cleared one by one. */
void tni_region_clear_marks(tni_region *region);
/* Makes a huge region longer or shorter without moving it; false if it cannot grow. */
bool tni_region_resize(tni_regions *regions, tni_region *region, size_t bytes);
/* Takes the region out of the vector and gives it back to the range or to the system. */
void tni_region_delete(tni_regions *regions, tni_region *region);
/* The index of the first region at or after the address. */
size_t tni_region_place(const tni_regions *regions, uintptr_t address);
/* Whether the address lies in a region. */
bool tni_region_has(const tni_regions *regions, const void *address);
TNI_INLINE tni_region *tni_region_at(const tni_regions *regions, size_t index) {
    return (tni_region *)regions->all.at[index];
}

#endif
