/* space/large.c: see large.h. A cell begins at a page, its object 8 bytes behind. */
#include "space/large.h"

#include <string.h>

#include "space/os.h"

static size_t pages_of(size_t bytes) { return (bytes + TNI_PAGE - 1) / TNI_PAGE; }

static size_t huge_bytes(size_t cell) { return TNI_BLOCK + pages_of(cell) * TNI_PAGE; }

size_t tni_large_cost(size_t cell) {
    return cell > TNI_SPAN_MAX ? huge_bytes(cell) : pages_of(cell) * TNI_PAGE;
}

/* Anything may be found in this region now. */
static void search_from(tni_large *large, const tni_region *region) {
    for (unsigned k = 0; k < TNI_SPAN_KINDS; k++)
        if (large->from[k] > (uintptr_t)region) large->from[k] = (uintptr_t)region;
}

static char *huge_alloc(tni_large *large, size_t cell) {
    tni_region *region = tni_region_new(large->regions, TNI_HUGE_REGION, huge_bytes(cell));
    if (!region) return NULL;
    large->used_bytes += region->bytes;
    large->touched_bytes += region->bytes;
    return tni_huge_object(region);
}

/* The first of `count` free pages in a row, 0 if there are none. */
static unsigned find_span(const tni_region *region, size_t count) {
    if (region->kind != TNI_PAGES_REGION || region->free_pages < count) return 0;
    for (unsigned page = TNI_FIRST_PAGE, end; page + count <= TNI_PAGES; page = end) {
        page = tni_next_page(region->used_pages, page, false);
        end = tni_next_page(region->used_pages, page, true);
        if (page < TNI_PAGES && end - page >= count) return page;
    }
    return 0;
}

static unsigned kind_of(size_t pages) { return 63 - (unsigned)__builtin_clzll(pages); }

/* The first region that has the span, in the order of addresses: so that the last ones have a chance to become
 * empty. A heap can have thousands: those that cannot have one are passed over. */
static tni_region *find_region(tni_large *large, size_t count, unsigned *page) {
    uintptr_t *from = &large->from[kind_of(count)];
    bool certain = (count & (count - 1)) == 0; /* what has no room for this has none for the kind */
    for (size_t i = tni_region_place(large->regions, *from); i < large->regions->all.count; i++) {
        tni_region *region = tni_region_at(large->regions, i);
        *page = find_span(region, count);
        if (*page) return region;
        if (certain) *from = (uintptr_t)region + 1;
    }
    return NULL;
}

/* A region with the span, a new one if need be; NULL when the system has no memory. */
static tni_region *provide_span(tni_large *large, size_t count, unsigned *page) {
    tni_region *region = find_region(large, count, page);
    if (region) return region;
    region = tni_region_new(large->regions, TNI_PAGES_REGION, TNI_REGION);
    if (!region) return NULL;
    region->free_pages = TNI_PAGES - TNI_FIRST_PAGE;
    *page = TNI_FIRST_PAGE;
    search_from(large, region);
    return region;
}

void tni_large_init(tni_large *large, tni_regions *regions) { large->regions = regions; }

static char *span_alloc(tni_large *large, size_t cell, bool zeroed) {
    size_t count = pages_of(cell);
    unsigned page = 0;
    tni_region *region = provide_span(large, count, &page);
    if (!region) return NULL;
    for (unsigned i = page; i < page + count; i++) {
        char *at = (char *)region + (size_t)i * TNI_PAGE;
        if (!tni_bit(region->touched_pages, i)) large->touched_bytes += TNI_PAGE;
        else if (zeroed) memset(at, 0, TNI_PAGE);
        tni_bit_set(region->used_pages, i);
        tni_bit_set(region->touched_pages, i);
    }
    region->free_pages -= (uint32_t)count;
    region->spans[page] = (uint16_t)count;
    large->used_bytes += count * TNI_PAGE;
    tni_bit_set(region->first_pages, page);
    return tni_page_object(region, page);
}

char *tni_large_alloc(tni_large *large, size_t cell, bool zeroed) {
    char *object = cell > TNI_SPAN_MAX ? huge_alloc(large, cell) : span_alloc(large, cell, zeroed);
    if (object) large->filled += cell;
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
    search_from(large, region);
    unsigned page = (unsigned)((size_t)(object - (char *)region) / TNI_PAGE), count = region->spans[page];
    tni_bit_clear(region->first_pages, page);
    for (unsigned i = page; i < page + count; i++) tni_bit_clear(region->used_pages, i);
    region->free_pages += count;
    large->used_bytes -= (size_t)count * TNI_PAGE;
}

static void forget_free_pages(tni_large *large, tni_region *region) {
    for (unsigned page = TNI_FIRST_PAGE; page < TNI_PAGES; page++) {
        if (tni_bit(region->used_pages, page) || !tni_bit(region->touched_pages, page)) continue;
        tni_os_forget((char *)region + (size_t)page * TNI_PAGE, TNI_PAGE);
        tni_bit_clear(region->touched_pages, page);
        large->touched_bytes -= TNI_PAGE;
    }
}

static size_t touched_pages(const tni_region *region) {
    size_t n = 0;
    for (unsigned w = 0; w < TNI_PAGES / 64; w++) n += (size_t)__builtin_popcountll(region->touched_pages[w]);
    return n;
}

void tni_large_trim(tni_large *large, size_t keep, bool forget) {
    for (size_t i = large->regions->all.count; i-- > 0;) {
        tni_region *region = tni_region_at(large->regions, i);
        if (region->kind != TNI_PAGES_REGION) continue;
        bool empty = region->free_pages == TNI_PAGES - TNI_FIRST_PAGE;
        if (empty && large->used_bytes + keep < large->touched_bytes) {
            large->touched_bytes -= touched_pages(region) * TNI_PAGE;
            tni_region_delete(large->regions, region);
        } else if (forget) {
            forget_free_pages(large, region);
        }
    }
}
