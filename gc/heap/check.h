/* heap/check.h: what public calls check of their caller and of the objects that they are given. */
#ifndef TNI_CHECK_H
#define TNI_CHECK_H

#include "heap/mutator.h"

/* Between these a hook of the host's (on_error, log, policy) runs, with its name for reports: end with what begin
 * returned. */
tni_callback tni_hook_begin(tn_heap *heap, const char *name);
void tni_hook_end(tn_heap *heap, tni_callback outer);
/* Calls the host's `log`. */
void tni_call_log(tn_heap *heap, const char *line);
/* False, and reported as TN_BAD_STATE of `function`, in a callback: while a collection runs, in dispose, trace and
 * scanners, and in the host's hooks. For calls that take only the heap; heap/heap.h has tni_check_caller for others. */
bool tni_check_heap(tn_heap *heap, const char *function);
/* tni_check_caller (heap/heap.h) where there may be something to find. */
bool tni_check_caller_slow(tn_mutator *m, const char *function);
/* The same in on_out_of_memory, which may make all calls that neither allocate nor collect. */
bool tni_check_hook(tn_mutator *m, const char *function);
/* tni_check_caller; TN_WRONG_HEAP when the object is not this heap's; TN_BAD_ARGUMENT when it is a handle, or no object
 * begins at the address. NULL is all right. */
bool tni_check_owner(tn_mutator *m, const void *object, const char *function);

#endif
