/* space/walk.h: going through the old space, region by region. Whatever looks at all blocks or all objects does it
 * here. */
#ifndef TNI_WALK_H
#define TNI_WALK_H

#include "space/old.h"

/* Either function may be NULL. `block` is called for each block that is not free, `large` for each object in a region
 * of large objects. `large` may free its object, whose region may then be gone, and no other. */
typedef struct tni_walk {
    void (*block)(tni_block *block, void *user);
    void (*large)(void *object, void *user);
    void *user;
} tni_walk;

void tni_walk_region(tni_region *region, const tni_walk *walk);
void tni_walk_all(tni_regions *regions, const tni_walk *walk);

/* Calls visit for what begins in the block where there is a bit of `bits & ~without` (`without` may be NULL). */
void tni_walk_block(const tni_block *block, const uint64_t *bits, const uint64_t *without,
                    void (*visit)(void *object, void *user), void *user);

#endif
