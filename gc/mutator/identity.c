/* mutator/identity.c: the public calls for an object's identity: its hash, and a fixed address (tenure/weak.h). */
#include "heap/identity.h"

#include "collect/collect.h"
#include "heap/heap.h"
#include "mutator/alloc.h"

uint64_t (tn_hash_of)(tn_mutator *m, void *object) {
    if (!m) return 0;
    if (!object) return tni_fail(m, TN_BAD_ARGUMENT, "tn_hash_of: the object is NULL"), 0;
    if (!tni_check_owner(m, object, "tn_hash_of")) return 0;
    return tni_hash(m->heap, object);
}

void *tn_stable_address_(tn_mutator *m, const void *h) {
    if (!m) return NULL;
    if (!h || !*(void *const *)h) {
        tni_fail(m, TN_BAD_ARGUMENT, "TN_STABLE_ADDRESS: %s is NULL", h ? "the handle's object" : "the handle");
        return NULL;
    }
    if (!tni_check_owner(m, *(void *const *)h, "TN_STABLE_ADDRESS")) return NULL;
    if (tni_in_nursery(m->heap, *(void *const *)h)) {
        if (!tni_may_collect(m, "TN_STABLE_ADDRESS")) return NULL;
        tni_collect(m->heap, TN_MINOR, TNI_CAUSE_STABLE);
    }
    void *object = *(void *const *)h;
    if (tni_in_nursery(m->heap, object)) {
        tni_fail(m, TN_BAD_ARGUMENT, "TN_STABLE_ADDRESS: %p is no handle: its object was not moved", h);
        return NULL;
    }
    tni_set_header(object, tni_header(object) | TNI_STABLE);
    return object;
}
