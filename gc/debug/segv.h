/* debug/segv.h: uses of objects' old places, and of handles whose scopes have closed, are named (TENURE_DEBUG=stale,
 * handles, quarantine).
 *
 * With `stale` the memory of each evacuated cycle of the nursery stays inaccessible until the cycles have gone round in
 * the nursery's address range, and debug/site.h remembers what became of its objects. With `quarantine` so does what
 * has died in the old space, for a while (debug/quarantine.h). With `handles` the slots of closed scopes hold addresses
 * that nothing may touch (debug/handle.h).
 *
 * A handler of SIGSEGV reports which object the faulting address belonged to. Then it does what would have happened
 * without it: it calls the host's own handler, or lets the process die at the faulting instruction, where a debugger or
 * a core dump shows the place. The handler calls snprintf. It may, for the fault comes from an instruction of the host
 * and not from inside the C library; otherwise the report may be lost, and the process dies as well.
 *
 * The handler and the list of heaps that it looks at are the library's only process-wide state. They are there only
 * while a heap has such an option on. */
#ifndef TNI_SEGV_H
#define TNI_SEGV_H

#include <stdbool.h>
#include <stddef.h>

#include "tenure/base.h"

/* The heap other than `heap` that the address is in, among those with a debug option; or NULL. */
const tn_heap *tni_heap_of(const tn_heap *heap, const void *address);

/* The options may have been switched on or off. */
void tni_segv_changed(tn_heap *heap);
/* The heap is destroyed. */
void tni_segv_forget(tn_heap *heap);

/* "8 bytes into a 'Pair', allocated at f.c:12, which collection 17 (nursery full) has moved to 0x..."; false when
 * nothing is known of the address. */
bool tni_stale_text(tn_heap *heap, const void *address, char *text, size_t size);

#endif
