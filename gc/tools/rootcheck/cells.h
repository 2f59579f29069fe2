/* cells.h: root cells that are used, and that nobody has registered. */
#ifndef ROOTCHECK_CELLS_H
#define ROOTCHECK_CELLS_H

#include "ir.h"

/* An initialiser of a static variable: the addresses in it may be registered by a loop over the variable. */
void cells_note_initialiser(const Node *node);

/* Reports the cells, after calls_infer. */
void cells_check(void);

#endif
