/* debug/lowmark.h: a range holds below its low-water mark what it held when the last collection ended
 * (TENURE_DEBUG=barriers), and how a report names a slot of a range.
 *
 * A host lowers the mark for each slot that it writes, pushes or pops (tenure/root.h). `verify` sees that it did not
 * when a young object is below the mark. This check sees every change of a reference there, so it finds the mistake at
 * the first collection after it, whatever was stored. The same goes for the slots of a range that rests.
 *
 *     C4  while the mode `barriers` is active, `held` has what the slots of each marked or suspended range held when
 *         the last collection ended. In a row: the range, the number of slots, and their words */
#ifndef TNI_LOWMARK_H
#define TNI_LOWMARK_H

#include "heap/root.h"

/* "slot 12 of the range 0x..., made at f.c:3," */
void tni_lowmark_slot(const tn_heap *heap, const tni_slots *range, const void *slot, char *text, size_t size);
/* "the low-water mark is above it, at slot 20: ...", or that the range is suspended. */
void tni_lowmark_remedy(const tn_heap *heap, const tni_slots *range, char *text, size_t size);

/* A collection is over. Returns the number of slots; *done is false when memory is out. */
size_t tni_lowmark_note(tn_heap *heap, tni_vector *held, bool *done);
/* Fatal when such a slot has changed. */
void tni_lowmark_check(tn_heap *heap, const tni_vector *held);

#endif
