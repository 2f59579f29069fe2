/* space/large.c: see large.h. A span begins at a grain; its object begins TNI_OBJECT_OFFSET bytes later, with the
 * header in the word before it, as always. */
#include "space/large.h"

#include <string.h>

#include "space/object.h"
#include "base/memcheck.h"
#include "base/os.h"

enum {
    HEADROOM = TNI_OBJECT_OFFSET - 8,         /* bytes of a span before the cell */
    PAGE_GRAINS = TNI_PAGE / TNI_GRAIN,
    WHOLE = TNI_GRAINS - TNI_FIRST_GRAIN,     /* the length of the free span of an empty region */
    ON_TRIAL = 32 << 20, /* bytes at most */
    LOOKS = 3,    /* at an object, one in each major collection, to see whether it is filled */
    EMPTY = 64    /* of 512 pages that may be empty in a filled huge page: the first ones hold the region's head */
};

static unsigned grains_of(const tni_large *large, size_t cell) {
    size_t bytes = HEADROOM + cell;
    if (large->paged) bytes = tni_whole_pages(bytes);
    return (unsigned)((bytes + TNI_GRAIN - 1) / TNI_GRAIN);
}

static size_t huge_bytes(size_t cell) { return TNI_BLOCK + tni_whole_pages(HEADROOM + cell); }

size_t tni_large_cost(const tni_large *large, size_t cell) {
    return cell > TNI_SPAN_MAX ? huge_bytes(cell) : (size_t)grains_of(large, cell) * TNI_GRAIN;
}

void tni_large_init(tni_large *large, tni_regions *regions, bool paged) {
    large->regions = regions;
    large->paged = paged;
}

/* The bits for [bit, end) in the word in which `bit` lies. */
static uint64_t in_word(unsigned bit, unsigned end) {
    uint64_t from = ~UINT64_C(0) << bit % 64;
    return end / 64 > bit / 64 ? from : from & ((UINT64_C(1) << end % 64) - 1);
}

static void set_bits(uint64_t *map, unsigned bit, unsigned end) {
    for (; bit < end; bit = (bit / 64 + 1) * 64) map[bit / 64] |= in_word(bit, end);
}

static void clear_bits(uint64_t *map, unsigned bit, unsigned end) {
    for (; bit < end; bit = (bit / 64 + 1) * 64) map[bit / 64] &= ~in_word(bit, end);
}

/* ---- free spans ---- */

/* A free span has its length at both ends. A span that is too short for any object is in no list. */
static void file_span(tni_large *large, tni_region *region, unsigned grain, unsigned count) {
    region->spans[grain] = region->spans[grain + count - 1] = (uint16_t)count;
    if (count < TNI_SPAN_LEAST) return;
    uintptr_t at = (uintptr_t)region + (uintptr_t)grain * TNI_GRAIN, next = large->free[count];
    *tni_span_link(at) = (tni_link){.next = next};
    if (next) tni_span_link(next)->prev = at;
    large->free[count] = at;
    tni_bit_set(large->lengths, count);
    large->words |= UINT32_C(1) << count / 64;
}

static void unfile_span(tni_large *large, tni_region *region, unsigned grain) {
    unsigned count = region->spans[grain];
    if (count < TNI_SPAN_LEAST) return;
    const tni_link *link = tni_span_link((uintptr_t)region + (uintptr_t)grain * TNI_GRAIN);
    if (link->next) tni_span_link(link->next)->prev = link->prev;
    if (link->prev) tni_span_link(link->prev)->next = link->next;
    else large->free[count] = link->next;
    if (large->free[count]) return;
    tni_bit_clear(large->lengths, count);
    if (!large->lengths[count / 64]) large->words &= ~(UINT32_C(1) << count / 64);
}

/* Gives an empty region back: to the range, for whoever needs one, or to the system. */
static void release_region(tni_large *large, tni_region *region) {
    unsigned end = TNI_FIRST_PAGE;
    for (unsigned p = end; (p = tni_next_bit(region->touched_pages, TNI_PAGES, p, true)) < TNI_PAGES; p++) {
        large->touched_bytes -= TNI_PAGE;
        end = p + 1;
    }
    unfile_span(large, region, TNI_FIRST_GRAIN);
    tni_area *range = &large->regions->area;
    if (tni_area_has(range, region)) tni_area_touch(range, (char *)region, (size_t)end * TNI_PAGE);
    tni_region_delete(large->regions, region);
}

static tni_region *empty_region(const tni_large *large) {
    return large->free[WHOLE] ? tni_region_of((void *)large->free[WHOLE]) : NULL;
}

/* The least length of a free span that is at least `count`; TNI_GRAINS if there is none. */
static unsigned find_length(const tni_large *large, unsigned count) {
    unsigned word = count / 64;
    uint64_t here = large->lengths[word] >> count % 64;
    if (here) return count + (unsigned)__builtin_ctzll(here);
    uint32_t longer = large->words & ~UINT32_C(1) << word;
    if (!longer) return TNI_GRAINS;
    word = (unsigned)__builtin_ctz(longer);
    return word * 64 + (unsigned)__builtin_ctzll(large->lengths[word]);
}

/* The free span that fits best, so that long ones and whole regions remain for objects that need them. If there is
 * none, the span of a new region; 0 if the system has no memory. */
static uintptr_t provide_span(tni_large *large, unsigned count) {
    unsigned length = find_length(large, count);
    if (length < TNI_GRAINS) return large->free[length];
    tni_region *region = tni_region_new(large->regions, TNI_PAGES_REGION, TNI_REGION, false);
    if (!region) return 0;
    for (unsigned p = 0; (p = tni_next_bit(region->touched_pages, TNI_PAGES, p, true)) < TNI_PAGES; p++)
        large->touched_bytes += TNI_PAGE;
    region->free_grains = WHOLE;
    file_span(large, region, TNI_FIRST_GRAIN, WHOLE);
    return large->free[WHOLE];
}

/* Marks the pages of these grains as touched. Zeroes those that were touched before, if `zeroed`. */
static void touch_grains(tni_large *large, tni_region *region, unsigned grain, unsigned end, bool zeroed) {
    for (unsigned page = grain / PAGE_GRAINS; grain < end; page++) {
        unsigned next = (page + 1) * PAGE_GRAINS, to = next < end ? next : end;
        if (!tni_bit(region->touched_pages, page)) {
            tni_bit_set(region->touched_pages, page);
            large->touched_bytes += TNI_PAGE;
        } else if (zeroed) {
            memset((char *)region + (size_t)grain * TNI_GRAIN, 0, (size_t)(to - grain) * TNI_GRAIN);
        }
        grain = to;
    }
}

static char *span_alloc(tni_large *large, size_t cell, bool zeroed) {
    unsigned count = grains_of(large, cell);
    uintptr_t at = provide_span(large, count);
    if (!at) return NULL;
    tni_region *region = tni_region_of((void *)at);
    unsigned grain = tni_grain_of((void *)at), rest = region->spans[grain] - count;
    unfile_span(large, region, grain);
    if (rest) file_span(large, region, grain + count, rest);
    tni_allow((char *)at, (size_t)count * TNI_GRAIN);
    touch_grains(large, region, grain, grain + count, zeroed);
    set_bits(region->used_grains, grain, grain + count);
    region->free_grains -= count;
    region->spans[grain] = (uint16_t)count;
    large->used_bytes += (size_t)count * TNI_GRAIN;
    tni_bit_set(region->first_grains, grain);
    return tni_span_object(region, grain);
}

/* ---- huge ones ---- */

/* Gives empty regions back first: they may make a free run of the range that is long enough. */
static tni_region *huge_region(tni_large *large, size_t bytes, bool huge_pages) {
    const tni_area *range = &large->regions->area;
    for (tni_region *r; (r = empty_region(large)) && tni_area_has(range, r);) release_region(large, r);
    return tni_region_new(large->regions, TNI_HUGE_REGION, bytes, huge_pages);
}

/* Whether to ask for huge pages at once, for memory that the host will fill. A zeroed array may stay mostly zero, so
 * for zeroed objects this is done only for ON_TRIAL bytes; for others when they have been filled (tni_large_prepare).
 */
static bool wants_huge_pages(const tni_large *large, size_t bytes, bool zeroed) {
    if (!large->regions->huge_pages || bytes < TNI_HUGE_PAGE) return false;
    return !zeroed || large->on_trial + bytes <= ON_TRIAL;
}

static void note_huge_pages(tni_large *large, tni_region *region, bool zeroed) {
    region->looks = LOOKS; /* one cannot see whether a huge page is filled */
    region->on_trial = zeroed;
    large->on_trial += zeroed ? region->bytes : 0;
}

static char *huge_alloc(tni_large *large, size_t cell, bool zeroed) {
    size_t bytes = huge_bytes(cell);
    bool huge_pages = wants_huge_pages(large, bytes, zeroed);
    tni_region *region = huge_region(large, bytes, huge_pages);
    if (!region) return NULL;
    large->used_bytes += bytes;
    large->touched_bytes += bytes;
    if (huge_pages) note_huge_pages(large, region, zeroed);
    tni_area *range = &large->regions->area;
    if (tni_area_has(range, region)) {
        if (zeroed) tni_area_zero(range, tni_huge_object(region) - 8, cell);
        tni_area_touch(range, (char *)region, bytes);
    }
    return tni_huge_object(region);
}

static void huge_free(tni_large *large, tni_region *region) {
    large->used_bytes -= region->bytes;
    large->touched_bytes -= region->bytes;
    if (region->on_trial) large->on_trial -= region->bytes;
    tni_region_delete(large->regions, region);
}

/* ---- objects ---- */

/* If only leaves begin in these 64 KiB, marking need not read them (O4). */
static void begin_object(tni_large *large, const char *object, bool leaf) {
    tni_block *block = tni_block_of(object);
    bool first = tni_block_region(block)->objects[block->number]++ == 0;
    if (first || !leaf) tni_region_set_leaves(large->regions, block, leaf);
}

char *tni_large_alloc(tni_large *large, size_t cell, bool zeroed, bool leaf) {
    char *object = cell > TNI_SPAN_MAX ? huge_alloc(large, cell, zeroed) : span_alloc(large, cell, zeroed);
    if (!object) return NULL;
    large->allocated += cell;
    begin_object(large, object, leaf);
    return object;
}

bool tni_large_add_young(const tni_large *large, tni_young_large *young, char *object) {
    if (large->paged || !tni_area_has(&large->regions->area, object)) return false;
    if (young->at.count >= TNI_YOUNG_MAX) return false;
    if (!tni_vector_push(&young->at, large->regions->faults, (uintptr_t)object)) return false;
    young->bytes += tni_large_bytes(object);
    return true;
}

void tni_large_free(tni_large *large, char *object) {
    tni_region *region = tni_region_of(object);
    if (region->kind == TNI_HUGE_REGION) {
        huge_free(large, region);
        return;
    }
    region->objects[tni_block_of(object)->number]--;
    unsigned grain = tni_grain_of(object), count = region->spans[grain], end = grain + count;
    tni_bit_clear(region->first_grains, grain);
    clear_bits(region->used_grains, grain, end);
    tni_forbid(object - TNI_OBJECT_OFFSET, (size_t)count * TNI_GRAIN);
    region->free_grains += count;
    large->used_bytes -= (size_t)count * TNI_GRAIN;
    if (end < TNI_GRAINS && !tni_bit(region->used_grains, end)) {
        unfile_span(large, region, end);
        end += region->spans[end];
    }
    if (grain > TNI_FIRST_GRAIN && !tni_bit(region->used_grains, grain - 1)) {
        grain -= region->spans[grain - 1];
        unfile_span(large, region, grain);
    }
    file_span(large, region, grain, end - grain);
}

/* ---- huge pages ---- */

/* Whether most pages hold data, judged by one cache line of each. (Asking the system does not help: a page that was
 * only read counts as resident.) */
static bool is_filled(const char *huge_page) {
    unsigned empty = 0;
    for (size_t at = TNI_PAGE / 2; at < TNI_HUGE_PAGE && empty <= EMPTY; at += TNI_PAGE) {
        uint64_t line[8], any = 0;
        memcpy(line, huge_page + at, sizeof line);
        for (unsigned i = 0; i < 8; i++) any |= line[i];
        empty += !any;
    }
    return empty <= EMPTY;
}

/* An object that is still sparse after some major collections will stay so. */
static bool is_worth_a_look(tni_region *region) {
    return region->kind == TNI_HUGE_REGION && region->bytes >= TNI_HUGE_PAGE && region->looks < LOOKS;
}

void tni_large_prepare(tni_large *large, uint64_t until) {
    if (!large->regions->huge_pages) return;
    for (size_t i = 0; i < large->regions->all.count; i++) {
        tni_region *region = tni_region_at(large->regions, i);
        if (!is_worth_a_look(region)) continue;
        bool filled = true;
        for (size_t at = 0; at + TNI_HUGE_PAGE <= region->bytes; at += TNI_HUGE_PAGE) {
            if (tni_os_now() >= until) return;
            if (is_filled((char *)region + at)) tni_os_collapse((char *)region + at);
            else filled = false;
        }
        region->looks = filled ? LOOKS : (uint8_t)(region->looks + 1);
    }
}

/* ---- shorter and longer ---- */

/* Frees the end of a span that is in use, after its first `count` grains. */
static void cut_span(tni_large *large, tni_region *region, unsigned grain, unsigned count) {
    unsigned from = grain + count, end = grain + region->spans[grain];
    region->spans[grain] = (uint16_t)count;
    region->free_grains += end - from;
    large->used_bytes -= (size_t)(end - from) * TNI_GRAIN;
    clear_bits(region->used_grains, from, end);
    tni_forbid((char *)region + (size_t)from * TNI_GRAIN, (size_t)(end - from) * TNI_GRAIN);
    if (end < TNI_GRAINS && !tni_bit(region->used_grains, end)) {
        unfile_span(large, region, end);
        end += region->spans[end];
    }
    file_span(large, region, from, end - from);
}

/* Makes the free grains after a span part of it. */
static bool take_behind(tni_large *large, tni_region *region, unsigned grain, unsigned count, bool zeroed) {
    unsigned from = grain + region->spans[grain], end = grain + count;
    if (end > TNI_GRAINS || tni_bit(region->used_grains, from)) return false;
    unsigned have = region->spans[from];
    if (have < end - from) return false;
    unfile_span(large, region, from);
    if (have > end - from) file_span(large, region, end, have - (end - from));
    tni_allow((char *)region + (size_t)from * TNI_GRAIN, (size_t)(end - from) * TNI_GRAIN);
    touch_grains(large, region, from, end, zeroed);
    set_bits(region->used_grains, from, end);
    region->free_grains -= end - from;
    region->spans[grain] = (uint16_t)count;
    large->used_bytes += (size_t)(end - from) * TNI_GRAIN;
    return true;
}

static bool extend_span(tni_large *large, char *object, size_t from, size_t cell, bool zeroed) {
    tni_region *region = tni_region_of(object);
    unsigned grain = tni_grain_of(object), count = grains_of(large, cell);
    char *begin = object - 8, *end = object - TNI_OBJECT_OFFSET + tni_large_bytes(object);
    if (count > region->spans[grain] && !take_behind(large, region, grain, count, zeroed)) return false;
    if (begin + cell < end) end = begin + cell;
    if (zeroed && begin + from < end) memset(begin + from, 0, (size_t)(end - (begin + from)));
    return true;
}

static void set_huge_bytes(tni_large *large, tni_region *region, size_t bytes) {
    large->used_bytes += bytes - region->bytes;
    large->touched_bytes += bytes - region->bytes;
    if (region->on_trial) large->on_trial += bytes - region->bytes;
    region->bytes = bytes;
}

/* Zeroes [from, to) after a huge cell. Memory beyond the `had` bytes that the region had before is zero already. */
static void zero_huge(tni_large *large, const tni_region *region, char *from, char *to, size_t had) {
    tni_area *range = &large->regions->area;
    char *end = (char *)(uintptr_t)region + had;
    if (tni_area_has(range, region)) tni_area_zero(range, from, (size_t)(to - from));
    else memset(from, 0, (size_t)((to < end ? to : end) - from));
}

static bool extend_huge(tni_large *large, tni_region *region, char *from, char *to, bool zeroed) {
    size_t had = region->bytes, bytes = tni_whole_pages((size_t)(to - (char *)region));
    if (bytes > had) {
        if (!tni_region_resize(large->regions, region, bytes)) return false;
        set_huge_bytes(large, region, bytes);
    }
    if (zeroed) zero_huge(large, region, from, to, had);
    tni_area *range = &large->regions->area;
    if (tni_area_has(range, region)) tni_area_touch(range, (char *)region, region->bytes);
    return true;
}

void tni_large_cut(tni_large *large, tni_young_large *young, char *object, size_t cell) {
    tni_region *region = tni_region_of(object);
    size_t before = tni_large_bytes(object);
    if (region->kind == TNI_PAGES_REGION) {
        unsigned count = grains_of(large, cell), grain = tni_grain_of(object);
        if (count < region->spans[grain]) cut_span(large, region, grain, count);
    } else if (huge_bytes(cell) < region->bytes) {
        tni_region_resize(large->regions, region, huge_bytes(cell));
        set_huge_bytes(large, region, huge_bytes(cell));
    }
    if (tni_header(object) & TNI_YOUNG) young->bytes -= before - tni_large_bytes(object);
}

bool tni_large_extend(tni_large *large, tni_young_large *young, char *object, size_t from, size_t cell, bool zeroed) {
    tni_region *region = tni_region_of(object);
    char *begin = object - 8;
    size_t before = tni_large_bytes(object);
    bool huge = region->kind == TNI_HUGE_REGION;
    if (huge ? !extend_huge(large, region, begin + from, begin + cell, zeroed)
             : !extend_span(large, object, from, cell, zeroed))
        return false;
    large->allocated += cell - from;
    if (tni_header(object) & TNI_YOUNG) young->bytes += tni_large_bytes(object) - before;
    else large->filled += cell - from;
    return true;
}

/* ---- from one object to another ---- */

/* The unit changes its owner, if the system can do that; else its first `bytes` are copied. What `to` has after them
 * is zero, as it was. */
static void move_unit(tni_area *range, char *from, char *to, size_t bytes) {
    if (tni_area_move(range, from, to)) tni_area_zero(range, to + bytes, TNI_UNIT - bytes);
    else memcpy(to, from, bytes);
}

static bool is_huge_in_range(const tni_large *large, const char *object) {
    return tni_area_has(&large->regions->area, object) && tni_region_of(object)->kind == TNI_HUGE_REGION;
}

void tni_large_hand_over(tni_large *large, char *from, char *to, size_t bytes) {
    bool moves = bytes > TNI_KEPT && is_huge_in_range(large, from) && is_huge_in_range(large, to);
    size_t copied = moves ? TNI_KEPT : bytes;
    memcpy(to, from, copied);
    tni_area *range = &large->regions->area;
    for (size_t at = copied; at < bytes; at += TNI_UNIT)
        move_unit(range, from + at, to + at, bytes - at < TNI_UNIT ? bytes - at : TNI_UNIT);
    if (moves) tni_area_touch(range, (char *)tni_region_of(to), tni_region_of(to)->bytes);
}

/* ---- giving back ---- */

bool tni_large_trim(tni_large *large, size_t keep, size_t most) {
    tni_area *range = &large->regions->area;
    for (tni_region *r; (r = empty_region(large)) && most;) {
        if (keep && large->used_bytes + keep >= large->touched_bytes + range->kept_bytes) break;
        if (!tni_area_has(range, r)) most--;
        release_region(large, r);
    }
    size_t spare = large->touched_bytes - large->used_bytes; /* also in regions that have objects */
    return !(most - tni_area_trim(range, keep > spare ? keep - spare : 0, most));
}

/* Gives pages without a used grain back to the system. Returns their bytes. */
static size_t forget_free_pages(tni_large *large, tni_region *region, size_t most) {
    size_t done = 0;
    for (unsigned p = TNI_FIRST_PAGE; (p = tni_next_bit(region->touched_pages, TNI_PAGES, p, true)) < TNI_PAGES; p++) {
        unsigned grain = p * PAGE_GRAINS;
        if (done >= most) break;
        if (region->used_grains[grain / 64] & in_word(grain, grain + PAGE_GRAINS)) continue;
        tni_os_forget((char *)region + (size_t)p * TNI_PAGE, TNI_PAGE);
        tni_bit_clear(region->touched_pages, p);
        large->touched_bytes -= TNI_PAGE;
        done += TNI_PAGE;
    }
    return done;
}

void tni_large_forget(tni_large *large, size_t most) {
    size_t done = 0;
    for (size_t i = large->regions->all.count; i-- > 0 && done < most;) {
        tni_region *region = tni_region_at(large->regions, i);
        if (region->kind == TNI_PAGES_REGION) done += forget_free_pages(large, region, most - done);
    }
}
