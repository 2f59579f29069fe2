/* calls.h: which functions may collect. */
#ifndef ROOTCHECK_CALLS_H
#define ROOTCHECK_CALLS_H

#include "ir.h"

/* Fills `collects` and `through` of every function, `collects` of every node, and `visited` of the variables and fields
 * that are handed to the collector. */
void calls_infer(void);

/* How the call itself may collect. */
unsigned call_collects(const Node *call);

/* The function that the call names, or NULL. */
Function *call_target(const Node *call);

/* "a, which calls b, which calls tn_alloc_slow": why the call may collect. */
void call_reason(const Node *call, char *text, size_t size);

#endif
