/* space/large.c: see large.h. A cell begins at a page, its object 8 bytes behind. */
#include "space/large.h"

#include <string.h>

#include "space/os.h"

static size_t pages_of(size_t bytes) { return (bytes + TNI_PAGE - 1) / TNI_PAGE; }

static size_t huge_bytes(size_t cell) { return TNI_BLOCK + pages_of(cell) * TNI_PAGE; }

size_t tni_large_cost(size_t cell) {
    return cell > TNI_SPAN_MAX ? huge_bytes(cell) : pages_of(cell) * TNI_PAGE;
}

static char *huge_alloc(tni_large *large, size_t cell) {
    tni_region *region = tni_region_new(large->regions, TNI_HUGE_REGION, huge_bytes(cell));
    if (!region) return NULL;
    large->used_bytes += region->bytes;
    large->touched_bytes += region->bytes;
    char *object = (char *)region + TNI_BLOCK + 8;
    tni_bit_set(region->used, tni_bit_of(object));
    return object;
}

/* The first of `count` free pages in a row, 0 if there are none. */
static unsigned find_span(const tni_region *region, size_t count) {
    if (!region || region->kind != TNI_PAGES_REGION || region->free_pages < count) return 0;
    size_t row = 0;
    for (unsigned page = TNI_FIRST_PAGE; page < TNI_PAGES; page++) {
        row = tni_bit(region->used_pages, page) ? 0 : row + 1;
        if (row == count) return page - (unsigned)count + 1;
    }
    return 0;
}

/* Looks through all regions only if that may succeed: a heap can have thousands. */
static unsigned find_anywhere(tni_large *large, size_t count) {
    if (count >= large->too_many) return 0;
    for (size_t i = 0; i < large->regions->all.count; i++) {
        tni_region *region = tni_region_at(large->regions, i);
        unsigned page = find_span(region, count);
        if (!page) continue;
        large->current = region;
        return page;
    }
    large->too_many = count;
    return 0;
}

/* Sets large->current to a region with the span, a new one if need be; 0 when the system has no memory. */
static unsigned provide_span(tni_large *large, size_t count) {
    unsigned page = find_span(large->current, count);
    if (!page) page = find_anywhere(large, count);
    if (page) return page;
    large->current = tni_region_new(large->regions, TNI_PAGES_REGION, TNI_REGION);
    if (!large->current) return 0;
    large->current->free_pages = TNI_PAGES - TNI_FIRST_PAGE;
    return TNI_FIRST_PAGE;
}

void tni_large_init(tni_large *large, tni_regions *regions) {
    large->regions = regions;
    large->too_many = SIZE_MAX;
}

static char *span_alloc(tni_large *large, size_t cell) {
    size_t count = pages_of(cell);
    unsigned page = provide_span(large, count);
    if (!page) return NULL;
    tni_region *region = large->current;
    for (unsigned i = page; i < page + count; i++) {
        char *at = (char *)region + (size_t)i * TNI_PAGE;
        if (tni_bit(region->touched_pages, i)) memset(at, 0, TNI_PAGE);
        else large->touched_bytes += TNI_PAGE;
        tni_bit_set(region->used_pages, i);
        tni_bit_set(region->touched_pages, i);
    }
    region->free_pages -= (uint32_t)count;
    region->spans[page] = (uint16_t)count;
    large->used_bytes += count * TNI_PAGE;
    char *object = (char *)region + (size_t)page * TNI_PAGE + 8;
    tni_bit_set(region->used, tni_bit_of(object));
    return object;
}

char *tni_large_alloc(tni_large *large, size_t cell) {
    char *object = cell > TNI_SPAN_MAX ? huge_alloc(large, cell) : span_alloc(large, cell);
    if (object) large->filled += cell;
    return object;
}

void tni_large_free(tni_large *large, char *object) {
    tni_region *region = tni_region_of(object);
    large->too_many = SIZE_MAX;
    if (region->kind == TNI_HUGE_REGION) {
        large->used_bytes -= region->bytes;
        large->touched_bytes -= region->bytes;
        tni_region_delete(large->regions, region);
        return;
    }
    tni_bit_clear(region->used, tni_bit_of(object));
    unsigned page = (unsigned)((size_t)(object - (char *)region) / TNI_PAGE);
    unsigned count = region->spans[page];
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

void tni_large_trim(tni_large *large, bool forget) {
    for (size_t i = large->regions->all.count; i-- > 0;) {
        tni_region *region = tni_region_at(large->regions, i);
        if (region->kind != TNI_PAGES_REGION) continue;
        if (region->free_pages == TNI_PAGES - TNI_FIRST_PAGE) {
            large->touched_bytes -= touched_pages(region) * TNI_PAGE;
            if (large->current == region) large->current = NULL;
            tni_region_delete(large->regions, region);
        } else if (forget) {
            forget_free_pages(large, region);
        }
    }
}
