/* debug/mode.c: see mode.h.
 *
 * To add a debug mode, see its list of words in heap/option.h. The work is done in a file of this folder. Here is a row
 * for each moment that the mode listens to, in the order within the moment. */
#include "debug/mode.h"

#include <stdio.h>

#include "base/memcheck.h"
#include "collect/pacing/pacing.h"
#include "collect/stress.h"
#include "debug/barriers.h"
#include "debug/callback.h"
#include "debug/cleared.h"
#include "debug/dispose.h"
#include "debug/handle.h"
#include "debug/leaks.h"
#include "debug/poison.h"
#include "debug/quarantine.h"
#include "debug/segv.h"
#include "debug/site.h"
#include "debug/verify.h"
#include "heap/heap.h"

/* ---- what the modes do ---- */

static void verify_before(tn_heap *heap, const tni_event *event) {
    tni_pacer *p = heap->pacing;
    p->verify_ns = tni_verify_before_minor(heap, tni_pacing_verify_limit(heap, event->collection->kind));
}

static void note_disposed(tn_heap *heap, const tni_event *event) {
    tni_note_disposed(heap, event->layout, event->object);
}

static void barriers_born(tn_heap *heap, const tni_event *event) { tni_barriers_born(heap, event->object); }

static void cleared_stored(tn_heap *heap, const tni_event *event) {
    tni_cleared_stored(heap, event->object, event->values, event->value);
}

static void sites_move(tn_heap *heap, const tni_event *event) {
    tni_sites_after_minor(heap, event->collection->reason);
}

static void site_born(tn_heap *heap, const tni_event *event) {
    tni_site_record(&heap->mutators[0].pub, event->object, event->place);
}

static void site_added(tn_heap *heap, const tni_event *event) {
    tni_site_hold(&heap->mutators[0].pub, event->object, event->place);
}

static void site_freed(tn_heap *heap, const tni_event *event) { tni_site_forget(heap, event->object); }

static void poison_nursery(tn_heap *heap, const tni_event *event) {
    tni_poison_range(heap->nursery.start, event->collection->nursery);
}

static void poison_block(tn_heap *heap, const tni_event *event) { tni_poison_holes(&heap->old, event->object); }

static void poison_object(tn_heap *heap, const tni_event *event) {
    (void)heap;
    tni_poison_range(event->object, event->bytes);
}

/* Makes the old places of what has moved inaccessible, whether the survivors are old now or have stayed young. */
static void leave_nursery(tn_heap *heap) {
    bool seal = heap->options.value.debug & TNI_DEBUG_MOVE;
    if (heap->nursery.kept) tni_nursery_keep(&heap->nursery, heap->stress->to, seal);
    else if (seal) tni_nursery_seal(&heap->nursery);
}

static void quarantine_take(tn_heap *heap, const tni_event *event) {
    const tni_collection *c = event->collection;
    tni_quarantine_take(heap, c->reason, c->cause == TNI_CAUSE_MEMORY);
}

static void handles_attach(tn_heap *heap) {
    if (heap->mutators[0].attached) tni_handles_changed(&heap->mutators[0].pub);
}

static void handles_restore(tn_heap *heap, const tni_event *event) {
    tni_scopes_restored(&heap->mutators[0].pub, event->to, event->values, event->bytes);
}

static void leaks_before(tn_heap *heap) {
    if (heap->options.value.log & TNI_LOG_LEAKS) tni_leaks_before(heap);
}

static void leaks_after(tn_heap *heap) {
    if (heap->options.value.log & TNI_LOG_LEAKS) tni_leaks_after(heap);
}

/* For Valgrind: where the address of a dead object lies, and which collection was the last one there. */
static void name_spaces(tn_heap *heap, const tni_event *event) {
    const tni_collection *c = event->collection;
    char text[400];
    tni_nursery *n = &heap->nursery;
    snprintf(text, sizeof text, "nursery of heap '%.200s', emptied by collection %llu (%s),", heap->host.name,
             (unsigned long long)c->number, c->reason);
    tni_name(&n->name, n->base, n->committed, text);
    if (c->kind == TN_MINOR) return;
    snprintf(text, sizeof text, "region of the old space of heap '%.200s', marked by collection %llu (%s),",
             heap->host.name, (unsigned long long)c->number, c->reason);
    for (size_t i = 0; i < heap->regions.all.count; i++) {
        tni_region *region = tni_region_at(&heap->regions, i);
        tni_name(&region->name, region, region->bytes, text);
    }
}

/* ---- when they do it ---- */

/* What else a row may wait for. These bits lie above those of the debug modes. */
#define ALWAYS (UINT32_C(1) << 31)
#define QUARANTINE (UINT32_C(1) << 30)
#define STRESS (UINT32_C(1) << 29)
#define NAMED (UINT32_C(1) << 28)

static uint32_t what_is_on(const tn_heap *heap) {
    const tni_settings *o = &heap->options.value;
    return o->debug | ALWAYS | (heap->old.paged ? QUARANTINE : 0) | (o->stress ? STRESS : 0) | (TNI_NAMED ? NAMED : 0);
}

/* Either `run` or `hear` is called. */
typedef struct row {
    uint32_t modes; /* the row counts when one of these is on; 0: an empty row */
    void (*run)(tn_heap *heap);
    void (*hear)(tn_heap *heap, const tni_event *event);
} row;
enum { ROWS = 5 };

static const row rows[TNI_MOMENTS][ROWS] = {
    [TNI_OPTIONS_CHANGED] = {{ALWAYS, .run = tni_segv_changed},
                             {ALWAYS, .run = tni_barriers_changed},
                             {ALWAYS, .run = tni_cleared_changed},
                             {ALWAYS, .run = tni_sites_changed},
                             {ALWAYS, .run = handles_attach}},
    [TNI_MUTATOR_ATTACHED] = {{ALWAYS, .run = handles_attach}},
    [TNI_MUTATOR_DETACHED] = {{ALWAYS, .run = tni_handles_forget}},
    [TNI_STATE_RESTORED] = {{ALWAYS, .hear = handles_restore}},
    [TNI_ROOT_ADDED] = {{TNI_DEBUG_SITES, .hear = site_added}},
    [TNI_SAFEPOINT] = {{TNI_DEBUG_BARRIERS, .run = tni_barriers_safepoint}},
    [TNI_OBJECT_BORN] = {{TNI_DEBUG_SITES, .hear = site_born}, {TNI_DEBUG_BARRIERS, .hear = barriers_born}},
    [TNI_OBJECT_GROWN] = {{TNI_DEBUG_BARRIERS, .hear = barriers_born}},
    [TNI_OBJECT_UNZEROED] = {{TNI_DEBUG_POISON, .hear = poison_object}},
    [TNI_OBJECT_DISPOSED] = {{TNI_DEBUG_VERIFY, .hear = note_disposed}},
    [TNI_WEAK_STORED] = {{TNI_DEBUG_WEAK, .hear = cleared_stored}},
    [TNI_OBJECT_FREED] = {{ALWAYS, .hear = site_freed}},
    [TNI_EVACUATION_BEGINS] = {{TNI_DEBUG_BARRIERS, .run = tni_barriers_before},
                               {TNI_DEBUG_VERIFY, .hear = verify_before}},
    [TNI_EVACUATION_ENDS] = {{TNI_DEBUG_SITES, .hear = sites_move},
                             {TNI_DEBUG_BARRIERS, .run = tni_barriers_moved},
                             {TNI_DEBUG_WEAK, .run = tni_cleared_moved},
                             {TNI_DEBUG_POISON, .hear = poison_nursery},
                             {TNI_DEBUG_MOVE | STRESS, .run = leave_nursery}},
    [TNI_MARKING_ENDS] = {{TNI_DEBUG_VERIFY, .run = tni_verify_after_major},
                          {TNI_DEBUG_WEAK, .run = tni_cleared_marked},
                          {QUARANTINE, .hear = quarantine_take},
                          {TNI_DEBUG_SITES, .run = tni_sites_after_major},
                          {QUARANTINE, .run = tni_quarantine_seal}},
    [TNI_BLOCK_SWEPT] = {{TNI_DEBUG_POISON, .hear = poison_block}},
    [TNI_CYCLE_BEGINS] = {{ALWAYS, .run = tni_sites_begin_cycle}},
    [TNI_COLLECTION_ENDS] = {{TNI_DEBUG_BARRIERS, .run = tni_barriers_after},
                             {ALWAYS, .run = tni_handles_after},
                             {NAMED, .hear = name_spaces}},
    [TNI_HEAP_ENDS] = {{ALWAYS, .run = leaks_before}},
    [TNI_HEAP_DISPOSED] = {{ALWAYS, .run = leaks_after}, {ALWAYS, .run = tni_segv_forget}},
};

/* Pacing leaves out the time that modes take during a collection, so that they change no size. */
static void hear(tn_heap *heap, tni_moment moment, const tni_event *event) {
    bool apart = moment >= TNI_EVACUATION_BEGINS && moment <= TNI_BLOCK_SWEPT;
    uint64_t since = apart ? tni_pacing_now(heap) : 0;
    uint32_t on = what_is_on(heap);
    for (const row *r = rows[moment]; r < rows[moment] + ROWS; r++) {
        if (!(r->modes & on)) continue;
        if (r->run) r->run(heap);
        else r->hear(heap, event);
    }
    if (apart) tni_pacing_leave_out(heap, since);
}

static bool is_wanted(const tn_heap *heap, tni_moment moment) {
    uint32_t modes = 0;
    for (unsigned i = 0; i < ROWS; i++) modes |= rows[moment][i].modes;
    return modes & what_is_on(heap);
}

void tni_modes_listen(tn_heap *heap) {
    heap->answers.owner = tni_heap_of;
    heap->answers.dead_handle = tni_handle_text;
    heap->answers.dispose = heap->options.value.debug & TNI_DEBUG_DISPOSE ? tni_dispose_checked : NULL;
    heap->answers.withheld = heap->old.paged ? tni_quarantined : NULL;
    for (unsigned i = 0; i < TNI_MOMENTS; i++)
        if (is_wanted(heap, (tni_moment)i)) tni_listen(heap, (tni_moment)i, hear);
}
