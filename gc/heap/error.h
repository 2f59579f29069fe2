/* heap/error.h: the one way to say that something is wrong. Texts are one line and begin with the public function's
 * name. */
#ifndef TNI_ERROR_H
#define TNI_ERROR_H

#include <stdbool.h>

#include "base/host.h"

/* Leaves the line in the mutator, tells the host's on_error, and returns `status`. */
tn_status tni_fail(tn_mutator *m, tn_status status, const char *format, ...) TNI_PRINTF(3, 4);
/* The same where only the heap is known: in its mutator, if one is attached. */
tn_status tni_fail_heap(tn_heap *heap, tn_status status, const char *format, ...) TNI_PRINTF(3, 4);
/* The same where there is no heap yet: into *error, which may be NULL. */
tn_status tni_fail_error(tn_error *error, tn_status status, const char *format, ...) TNI_PRINTF(3, 4);
/* Hands the line to on_fatal, or to standard error, and aborts. For corrupt heaps and violated windows only. */
__attribute__((noreturn, cold)) void tni_fatal(tn_heap *heap, const char *format, ...) TNI_PRINTF(2, 3);

#endif
