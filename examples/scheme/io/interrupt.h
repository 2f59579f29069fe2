/* io/interrupt.h: SIGINT, as a condition. */
#ifndef SCHEME_IO_INTERRUPT_H
#define SCHEME_IO_INTERRUPT_H

#include "base/object.h"

void interrupt_open(Vm *vm);
void interrupt_close(void);
bool interrupt_pending(void);
Value fail_interrupted(Vm *vm);

#endif
