/* heap/error.h: the one way to report an error. Texts are one line, and begin with the name of the public function. */
#ifndef TNI_ERROR_H
#define TNI_ERROR_H

#include <stdbool.h>

#include "tenure/status.h"

#define TNI_PRINTF(text, first) __attribute__((format(printf, text, first)))

/* Keeps the line for tn_last_error, passes it to the host's on_error, and returns `status`. */
tn_status tni_fail(tn_mutator *m, tn_status status, const char *format, ...) TNI_PRINTF(3, 4);
/* The same if only the heap is known: the line is kept in its mutator, if one is attached. */
tn_status tni_fail_heap(tn_heap *heap, tn_status status, const char *format, ...) TNI_PRINTF(3, 4);
/* The same if there is no heap yet: fills *error, which may be NULL. */
tn_status tni_fail_error(tn_error *error, tn_status status, const char *format, ...) TNI_PRINTF(3, 4);
/* The slow path of tni_check_caller (heap/heap.h). */
bool tni_check_caller_slow(tn_mutator *m, const char *function);
/* tni_check_caller, and a check that the object belongs to this heap (else TN_WRONG_HEAP). NULL is accepted. */
bool tni_check_owner(tn_mutator *m, const void *object, const char *function);
/* Writes the parts to standard error with one system call. stdio is not used, because it takes a buffer of 8 KiB from
 * the stack for an unbuffered file. */
void tni_print(const char *const *parts, size_t count);
/* Passes the line to on_fatal, or writes it to standard error. */
void tni_tell_fatal(tn_heap *heap, const char *text);
/* The same, and then aborts. For corrupt heaps and violated raw windows only. */
__attribute__((noreturn, cold)) void tni_fatal(tn_heap *heap, const char *format, ...) TNI_PRINTF(2, 3);

#endif
