/* space/large.c: see large.h. A cell begins TNI_LEAD behind a page. */
#include "space/large.h"

#include <string.h>

#include "space/memcheck.h"
#include "space/os.h"

static size_t pages_of(size_t bytes) { return (bytes + TNI_PAGE - 1) / TNI_PAGE; }

static size_t span_pages(size_t cell) { return pages_of(TNI_LEAD + cell); }

static size_t huge_bytes(size_t cell) { return TNI_BLOCK + pages_of(TNI_LEAD + cell) * TNI_PAGE; }

size_t tni_large_cost(size_t cell) {
    return cell > TNI_SPAN_MAX ? huge_bytes(cell) : span_pages(cell) * TNI_PAGE;
}

static char *huge_alloc(tni_large *large, size_t cell) {
    tni_region *region = tni_region_new(large->regions, TNI_HUGE_REGION, huge_bytes(cell));
    if (!region) return NULL;
    large->used_bytes += region->bytes;
    large->touched_bytes += region->bytes;
    return tni_huge_object(region);
}

/* The bits of a word that stand for pages [page, end), where `page` lies in the word. */
static uint64_t in_word(unsigned page, unsigned end) {
    uint64_t from = ~UINT64_C(0) << page % 64;
    return end / 64 > page / 64 ? from : from & ((UINT64_C(1) << end % 64) - 1);
}

static void set_pages(uint64_t *map, unsigned page, unsigned end) {
    for (; page < end; page = (page / 64 + 1) * 64) map[page / 64] |= in_word(page, end);
}

static void clear_pages(uint64_t *map, unsigned page, unsigned end) {
    for (; page < end; page = (page / 64 + 1) * 64) map[page / 64] &= ~in_word(page, end);
}

/* ---- free spans ---- */

/* A free span knows its length at both ends; it is in the list of its length. */
static void file_span(tni_large *large, tni_region *region, unsigned page, unsigned count) {
    uintptr_t at = (uintptr_t)region + (uintptr_t)page * TNI_PAGE, next = large->free[count];
    region->spans[page] = (tni_span){.next = next, .pages = count};
    region->spans[page + count - 1].pages = count;
    if (next) tni_span_at(next)->prev = at;
    large->free[count] = at;
    tni_bit_set(large->lengths, count);
}

static void unfile_span(tni_large *large, tni_region *region, unsigned page) {
    tni_span *span = &region->spans[page];
    if (span->next) tni_span_at(span->next)->prev = span->prev;
    if (span->prev) tni_span_at(span->prev)->next = span->next;
    else large->free[span->pages] = span->next;
    if (!large->free[span->pages]) tni_bit_clear(large->lengths, span->pages);
}

/* The free span that fits best: the whole regions and the long ones remain for those that need them. A new region's
 * if need be; 0 when the system has no memory. */
static uintptr_t provide_span(tni_large *large, unsigned count) {
    unsigned length = tni_next_page(large->lengths, count, true);
    if (length < TNI_PAGES) return large->free[length];
    tni_region *region = tni_region_new(large->regions, TNI_PAGES_REGION, TNI_REGION);
    if (!region) return 0;
    region->free_pages = TNI_PAGES - TNI_FIRST_PAGE;
    file_span(large, region, TNI_FIRST_PAGE, region->free_pages);
    return large->free[region->free_pages];
}

/* What is not fresh from the system is touched from now on, and zeroed if that is asked for. */
static void touch_pages(tni_large *large, tni_region *region, unsigned page, unsigned end, bool zeroed) {
    while (page < end) {
        bool touched = tni_bit(region->touched_pages, page);
        unsigned to = tni_next_page(region->touched_pages, page, !touched);
        if (to > end) to = end;
        size_t bytes = (size_t)(to - page) * TNI_PAGE;
        if (!touched) set_pages(region->touched_pages, page, to), large->touched_bytes += bytes;
        else if (zeroed) memset((char *)region + (size_t)page * TNI_PAGE, 0, bytes);
        page = to;
    }
}

void tni_large_init(tni_large *large, tni_regions *regions) { large->regions = regions; }

static char *span_alloc(tni_large *large, size_t cell, bool zeroed) {
    unsigned count = (unsigned)span_pages(cell);
    uintptr_t at = provide_span(large, count);
    if (!at) return NULL;
    tni_region *region = tni_region_of((void *)at);
    unsigned page = (unsigned)(at % TNI_REGION / TNI_PAGE), rest = region->spans[page].pages - count;
    unfile_span(large, region, page);
    if (rest) file_span(large, region, page + count, rest);
    tni_allow((char *)at, (size_t)count * TNI_PAGE);
    touch_pages(large, region, page, page + count, zeroed);
    set_pages(region->used_pages, page, page + count);
    region->free_pages -= count;
    region->spans[page].pages = count;
    large->used_bytes += (size_t)count * TNI_PAGE;
    tni_bit_set(region->first_pages, page);
    return tni_page_object(region, page);
}

/* Where only leaves begin, marking need not look at them (O4). */
static void begin_object(tni_large *large, const char *object, bool leaf) {
    tni_block *block = tni_block_of(object);
    bool first = tni_block_region(block)->objects[block->number]++ == 0;
    if (first || !leaf) tni_region_set_leaves(large->regions, block, leaf);
}

char *tni_large_alloc(tni_large *large, size_t cell, bool zeroed, bool leaf) {
    char *object = cell > TNI_SPAN_MAX ? huge_alloc(large, cell) : span_alloc(large, cell, zeroed);
    if (!object) return NULL;
    large->filled += cell;
    begin_object(large, object, leaf);
    return object;
}

void tni_large_free(tni_large *large, char *object) {
    tni_region *region = tni_region_of(object);
    if (region->kind == TNI_HUGE_REGION) {
        large->used_bytes -= region->bytes;
        large->touched_bytes -= region->bytes;
        tni_region_delete(large->regions, region);
        return;
    }
    region->objects[tni_block_of(object)->number]--;
    unsigned page = (unsigned)((size_t)(object - (char *)region) / TNI_PAGE);
    tni_bit_clear(region->first_pages, page);
    unsigned count = region->spans[page].pages, end = page + count;
    clear_pages(region->used_pages, page, end);
    tni_forbid((char *)region + (size_t)page * TNI_PAGE, (size_t)count * TNI_PAGE);
    region->free_pages += count;
    large->used_bytes -= (size_t)count * TNI_PAGE;
    if (end < TNI_PAGES && !tni_bit(region->used_pages, end)) {
        unfile_span(large, region, end);
        end += region->spans[end].pages;
    }
    if (page > TNI_FIRST_PAGE && !tni_bit(region->used_pages, page - 1)) {
        page -= region->spans[page - 1].pages;
        unfile_span(large, region, page);
    }
    file_span(large, region, page, end - page);
}

/* Returns the bytes. */
static size_t forget_free_pages(tni_large *large, tni_region *region, size_t most) {
    size_t done = 0;
    for (unsigned page = TNI_FIRST_PAGE; page < TNI_PAGES && done < most; page++) {
        if (tni_bit(region->used_pages, page) || !tni_bit(region->touched_pages, page)) continue;
        tni_os_forget((char *)region + (size_t)page * TNI_PAGE, TNI_PAGE);
        tni_bit_clear(region->touched_pages, page);
        large->touched_bytes -= TNI_PAGE;
        done += TNI_PAGE;
    }
    return done;
}

static size_t touched_pages(const tni_region *region) {
    size_t n = 0;
    for (unsigned w = 0; w < TNI_PAGES / 64; w++) n += (size_t)__builtin_popcountll(region->touched_pages[w]);
    return n;
}

bool tni_large_trim(tni_large *large, size_t keep, size_t most) {
    for (size_t i = large->regions->all.count; most && i-- > 0 && large->used_bytes + keep < large->touched_bytes;) {
        tni_region *region = tni_region_at(large->regions, i);
        if (region->kind != TNI_PAGES_REGION || region->free_pages < TNI_PAGES - TNI_FIRST_PAGE) continue;
        large->touched_bytes -= touched_pages(region) * TNI_PAGE;
        unfile_span(large, region, TNI_FIRST_PAGE);
        tni_region_delete(large->regions, region);
        most--;
    }
    return !most;
}

void tni_large_forget(tni_large *large, size_t most) {
    size_t done = 0;
    for (size_t i = large->regions->all.count; i-- > 0 && done < most;) {
        tni_region *region = tni_region_at(large->regions, i);
        if (region->kind == TNI_PAGES_REGION) done += forget_free_pages(large, region, most - done);
    }
}
