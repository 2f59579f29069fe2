/* debug/site.h: where objects come from (TENURE_DEBUG=sites), and what became of the young ones (stale).
 *
 * An allocation site is a place in the host's C source, and perhaps a line of the host's script (tn_site_set). The
 * macros hand the place to the slow path of allocation, which every allocation takes while the option is on. Each pair
 * of a place and a line is one tni_site, and has a number.
 *
 *     T1  `young` has the objects in the nursery that were allocated while the option was on, in the
 *         order of their addresses
 *     T2  `old` has the sites of old and of large objects, by their addresses; after a major collection only those of
 *         live ones; site 0: what was there is gone
 *     T3  `held` has the places of the calls that registered globals and the like; it may have some that are gone
 *     T4  with `stale`, `cycles` has every cycle whose memory is inaccessible, with what became of its objects
 *
 * An object that is not there has no site, and reports say nothing of its allocation. This happens when there is no
 * memory for an entry, too. */
#ifndef TNI_SITE_H
#define TNI_SITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/vector.h"
#include "tenure/mutator.h"

typedef struct tni_site {
    tn_place code, script; /* file NULL: none */
} tni_site;

/* From addresses to sites, by open addressing. No tni_table (base/table.h), for there may be millions of entries:
 * each would have to be allocated by itself, and a look-up would read one word more. */
typedef struct tni_site_map {
    struct tni_site_entry { uintptr_t at; uint32_t site; } *entry; /* at 0: free */
    size_t count, capacity;
} tni_site_map;

/* A young object, and after its collection where it is (0: it has died). */
typedef struct tni_birth {
    uintptr_t at, to;
    uint32_t site, type;
} tni_birth;

typedef struct tni_births {
    tni_birth *at;
    size_t count, capacity;
} tni_births;

/* A cycle of the nursery that has been evacuated. */
typedef struct tni_cycle {
    uintptr_t start, end;
    unsigned long long number; /* of the collection that ended it */
    const char *cause;
    tni_births births;
} tni_cycle;

typedef struct tni_sites {
    tni_faults *faults;
    tni_site *site; /* number 0 is never used */
    size_t count, capacity;
    uint32_t *index; /* open addressing over `site`; 2 * capacity places. No tni_table: its key functions know an entry
                      * only, and the key of a number is in `site` */
    tni_births young, stayed; /* `stayed`: of those that a collection has left young, until the next cycle begins */
    tni_site_map old, held; /* objects of the old space; globals, roots, ranges and scanners */
    tni_cycle *cycles;
    size_t cycle_count, cycle_capacity;
} tni_sites;

/* The object has just been allocated; `code` may be NULL. */
void tni_site_record(tn_mutator *m, void *object, const tn_place *code);
/* The host has registered what is at this address, at `here`, which may be NULL. */
void tni_site_hold(tn_mutator *m, const void *at, const tn_place *here);
uint32_t tni_site_held(const tn_heap *heap, const void *at);
/* An object that is not in the nursery is gone; no other may be there yet. */
void tni_site_forget(tn_heap *heap, const void *old);
uint32_t tni_site_number(const tn_heap *heap, const void *object);
/* After evacuation, before the nursery is used again: survivors take their sites along. */
void tni_sites_after_minor(tn_heap *heap, const char *cause);
/* After marking, before sweeping: forgets the dead. */
void tni_sites_after_major(tn_heap *heap);
/* A new cycle of the nursery has begun: the memory that it has is accessible again. */
void tni_sites_begin_cycle(tn_heap *heap);
/* The option may have been switched off: then it forgets all objects, for nobody would tell of their deaths. The sites
 * keep their numbers, which quarantine and reports may still have. */
void tni_sites_changed(tn_heap *heap);
void tni_sites_free(tni_sites *sites);

/* ", allocated at FILE:LINE for SCRIPT:LINE", or an empty text when nobody knows. `verb` says "allocated". */
void tni_site_of(tn_heap *heap, const void *object, char *text, size_t size);
void tni_site_text(const tni_sites *sites, uint32_t site, const char *verb, char *text, size_t size);

/* The cycle that the address belongs to, or NULL; and the object in it that the address is in, or NULL. */
const tni_cycle *tni_sites_cycle(const tni_sites *sites, uintptr_t address);
const tni_birth *tni_sites_birth(const tni_births *births, uintptr_t address);

#endif
