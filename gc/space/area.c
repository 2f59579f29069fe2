/* space/area.c: see area.h. */
#include "space/area.h"

#include <string.h>

#include "base/memcheck.h"

enum { UNIT_PAGES = (int)(TNI_UNIT / TNI_PAGE) };

static size_t units_for(size_t bytes) { return (bytes + TNI_UNIT - 1) / TNI_UNIT; }
static size_t count_of(const tni_area *r) { return r->bytes / TNI_UNIT; }
static size_t table_bytes(const tni_area *r) { return tni_whole_pages(count_of(r) * sizeof *r->units); }
static size_t number_of(const tni_area *r, const char *at) { return (size_t)(at - r->base) / TNI_UNIT; }
static char *address_of(const tni_area *r, size_t unit) { return r->base + unit * TNI_UNIT; }

void tni_area_init(tni_area *r, tni_faults *faults, char *base, size_t bytes) {
    *r = (tni_area){.base = base, .bytes = bytes, .faults = faults};
    if (!bytes) return;
    r->units = tni_os_map(faults, table_bytes(r), TNI_PAGE);
    if (r->units) return;
    tni_os_unmap(base, bytes);
    r->bytes = 0;
}

void tni_area_free(tni_area *r) {
    if (!r->bytes) return;
    tni_allow(r->base, r->top * TNI_UNIT); /* the next owner of these addresses may use them */
    tni_os_unmap(r->units, table_bytes(r));
    tni_os_unmap(r->base, r->bytes);
    r->bytes = 0;
}

/* ---- free runs ---- */

static size_t list_of(size_t length) { return length < TNI_RUNS ? length : 0; }

static void file_run(tni_area *r, size_t first, size_t length) {
    uint32_t *head = &r->runs[list_of(length)];
    tni_unit *unit = &r->units[first];
    unit->next = *head;
    unit->prev = 0;
    unit->run = r->units[first + length - 1].run = (uint32_t)length;
    if (*head) r->units[*head - 1].prev = (uint32_t)first + 1;
    *head = (uint32_t)first + 1;
}

static void unfile_run(tni_area *r, size_t first) {
    const tni_unit *unit = &r->units[first];
    if (unit->next) r->units[unit->next - 1].prev = unit->prev;
    if (unit->prev) r->units[unit->prev - 1].next = unit->next;
    else r->runs[list_of(unit->run)] = unit->next;
}

/* The first run in the list of the longest ones that is long enough. */
static size_t find_long(const tni_area *r, size_t length) {
    size_t at = r->runs[0];
    while (at && r->units[at - 1].run < length) at = r->units[at - 1].next;
    return at;
}

/* The free run that fits best, as number + 1; 0 if there is none. */
static size_t find_run(const tni_area *r, size_t length) {
    for (size_t list = length; list < TNI_RUNS; list++)
        if (r->runs[list]) return r->runs[list];
    return find_long(r, length);
}

/* Takes units that were never taken before, together with free ones just below the top. */
static bool raise_top(tni_area *r, size_t length, size_t *first) {
    size_t before = r->top && r->units[r->top - 1].free ? r->units[r->top - 1].run : 0;
    if (before >= length || count_of(r) - r->top < length - before) return false;
    *first = r->top - before;
    if (before) unfile_run(r, *first);
    r->top = *first + length;
    return true;
}

static bool make_usable(tni_area *r, size_t first, size_t length) {
    size_t from = 0, to = length;
    while (from < length && r->units[first + from].usable) from++;
    while (to > from && r->units[first + to - 1].usable) to--;
    if (from == to) return true;
    if (!tni_os_commit(r->faults, address_of(r, first + from), (to - from) * TNI_UNIT)) return false;
    for (size_t i = from; i < to; i++) r->units[first + i].usable = true;
    return true;
}

static void free_units(tni_area *r, size_t first, size_t length) {
    size_t end = first + length;
    for (size_t i = first; i < end; i++) {
        r->units[i].free = true;
        r->kept_bytes += (size_t)r->units[i].pages * TNI_PAGE;
    }
    if (end < r->top && r->units[end].free) {
        unfile_run(r, end);
        end += r->units[end].run;
    }
    if (first && r->units[first - 1].free) {
        first -= r->units[first - 1].run;
        unfile_run(r, first);
    }
    file_run(r, first, end - first);
}

static void use_units(tni_area *r, size_t first, size_t length) {
    for (size_t i = first; i < first + length; i++) {
        if (!r->units[i].free) continue; /* it was above the top */
        r->units[i].free = false;
        r->kept_bytes -= (size_t)r->units[i].pages * TNI_PAGE;
    }
}

void *tni_area_take(tni_area *r, size_t bytes) {
    size_t length = units_for(bytes), first, at = length <= count_of(r) ? find_run(r, length) : 0;
    if (at) {
        first = at - 1;
        size_t rest = r->units[first].run - length;
        unfile_run(r, first);
        if (rest) file_run(r, first + length, rest);
    } else if (length > count_of(r) || !raise_top(r, length, &first)) {
        return NULL;
    }
    use_units(r, first, length);
    if (!make_usable(r, first, length)) {
        free_units(r, first, length);
        return NULL;
    }
    tni_allow(address_of(r, first), length * TNI_UNIT);
    return address_of(r, first);
}

void tni_area_give(tni_area *r, char *run, size_t bytes) {
    size_t length = units_for(bytes);
    tni_forbid(run, length * TNI_UNIT);
    free_units(r, number_of(r, run), length);
}

/* Takes `length` free units from number `first` on; some may lie above the top. */
static bool take_units(tni_area *r, size_t first, size_t length) {
    bool top = first >= r->top;
    size_t have = top ? 0 : r->units[first].free ? r->units[first].run : 0, end = first + length;
    if (have < length && (first + have != r->top || end > count_of(r))) return false;
    if (have) unfile_run(r, first);
    if (have > length) file_run(r, end, have - length);
    if (end > r->top) r->top = end;
    use_units(r, first, length);
    if (make_usable(r, first, length)) return true;
    free_units(r, first, length);
    return false;
}

/* If the run's last unit is used in part, gives its other pages back to the system: no other run can use them. */
static void cut_unit(tni_area *r, char *run, size_t bytes) {
    size_t pages = bytes % TNI_UNIT / TNI_PAGE, unit = number_of(r, run + bytes);
    if (!pages || r->units[unit].pages <= pages) return;
    tni_os_forget(run + bytes, (r->units[unit].pages - pages) * TNI_PAGE);
    r->units[unit].pages = (uint16_t)pages;
}

bool tni_area_resize(tni_area *r, char *run, size_t from, size_t to) {
    size_t before = units_for(from), after = units_for(to), first = number_of(r, run);
    if (after > before && !take_units(r, first + before, after - before)) return false;
    if (after > before) tni_allow(run + before * TNI_UNIT, (after - before) * TNI_UNIT);
    if (after < before) tni_area_give(r, run + after * TNI_UNIT, (before - after) * TNI_UNIT);
    if (to < from) cut_unit(r, run, to);
    return true;
}

/* ---- what is zero ---- */

size_t tni_area_dirty(const tni_area *r, const void *unit) { return r->units[number_of(r, unit)].pages; }

void tni_area_zero(tni_area *r, char *at, size_t bytes) {
    char *end = at + bytes;
    for (size_t i = number_of(r, at); at < end; i++) {
        char *dirty = address_of(r, i) + (size_t)r->units[i].pages * TNI_PAGE, *next = address_of(r, i + 1);
        if (dirty > end) dirty = end;
        if (dirty > at) memset(at, 0, (size_t)(dirty - at));
        at = next;
    }
}

void tni_area_touch(tni_area *r, char *run, size_t bytes) {
    for (size_t i = number_of(r, run); bytes; i++) {
        size_t here = bytes < TNI_UNIT ? bytes : TNI_UNIT;
        uint16_t pages = (uint16_t)((here + TNI_PAGE - 1) / TNI_PAGE);
        if (pages > r->units[i].pages) r->units[i].pages = pages;
        bytes -= here;
    }
}

bool tni_area_move(tni_area *r, char *from, char *to) {
    if (!tni_os_move(r->faults, from, to, TNI_UNIT)) return false;
    tni_unit *source = &r->units[number_of(r, from)];
    r->units[number_of(r, to)].pages = source->pages;
    source->pages = 0;
    return true;
}

/* Maps the unit anew, so that it asks for huge pages no more. If the system refuses, it only loses its contents. */
static void return_unit(tni_area *r, size_t i) {
    r->kept_bytes -= (size_t)r->units[i].pages * TNI_PAGE;
    r->units[i].pages = 0;
    r->units[i].usable = !tni_os_renew(address_of(r, i), TNI_UNIT);
}

size_t tni_area_trim(tni_area *r, size_t keep, size_t most) {
    size_t done = 0;
    for (size_t i = r->top; i-- > 0 && done < most && (!keep || r->kept_bytes > keep);) {
        if (!r->units[i].free || !r->units[i].usable) continue;
        return_unit(r, i);
        done++;
    }
    return done;
}
