/* start/start.h: opens and closes a machine on a heap. */
#ifndef SCHEME_START_START_H
#define SCHEME_START_START_H

#include "base/machine.h"

/* On false, R_PENDING or tn_last_error says why. Close the machine in any case. */
bool vm_open(Vm *vm, tn_mutator *m, size_t max_slots);
void vm_close(Vm *vm);
bool types_add(tn_heap *heap);          /* types.c */
extern const char *const prelude_text[]; /* prelude.c; NULL at the end */

#endif
