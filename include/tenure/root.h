/* tenure/root.h: what the host holds outside of handles.
 *
 *     a global        a slot that the library owns            generational: an untouched one costs a minor collection
 *     nothing a root          a TN_FIELD in the host's memory         generational likewise
 *     a range         a VM's value stack                      a minor visits only what changed, by the low-water mark,
 *                                                             and nothing of one that is suspended
 *     a scanner       a function of the host                  called in every collection
 *     unprotected     an object, as a coroutine's stack       visited in every minor collection (field.h)
 *
 * A range is for the one stack of a program. Where each coroutine has a stack of its own, make it an object: its tail,
 * or what its trace callback finds, is visited while somebody refers to the coroutine, dies with it, and is unprotected
 * while it runs, so that stores into it need no barrier (TN_UNPROTECT). That keeps nothing alive, and is no root.
 *
 * All belong to the heap, are added and removed on a mutator's thread, each in O(1), and never collect, except where
 * said. A callback may add and remove none of them (TN_BAD_STATE). */
#ifndef TENURE_ROOT_H
#define TENURE_ROOT_H

#include "base.h"
#include "field.h"
#include "mutator.h"
#include "type.h"

TN_BEGIN_DECLS_

/* TN_GLOBAL_CREATE(m, h) makes a global that holds what handle h holds, and yields it as a read-only handle (T *const *),
 * valid until TN_GLOBAL_DESTROY. NULL when memory is out. TN_GLOBAL_SET stores another object of the same type. Setting
 * or freeing what is no global of this heap (any more) is TN_NOT_FOUND. */
#define TN_GLOBAL_CREATE(m, h) ((TN_TYPEOF_(*(h)) const *)(const void *)tn_global_create(TN_AT_(m), *(h)))
#define TN_GLOBAL_SET(m, g, h) tn_global_store((m), (g), *TN_SAME_HANDLE_(g, h))
#define TN_GLOBAL_DESTROY(m, g) tn_global_destroy((m), (g))
TN_API_ TN_NO_COLLECT void *const *tn_global_create(tn_mutator *m, const void *object);
TN_API_ TN_NO_COLLECT tn_status tn_global_store(tn_mutator *m, const void *global, const void *object);
TN_API_ TN_NO_COLLECT tn_status tn_global_destroy(tn_mutator *m, const void *global);

/* A root is a cell in the host's memory, declared with TN_FIELD so that '=' does not compile:
 *
 *     static TN_FIELD(Table) symbols;  ...  tn_root_create(m, &symbols);  TN_ROOT_SET(m, &symbols, h);
 *     tn_root_read(&symbols)
 *
 * It must not move or go away before tn_root_destroy. Adding it twice is TN_BAD_ARGUMENT, a store into or removing one
 * that is not registered TN_NOT_FOUND. tn_root_write stores a raw pointer. */
TN_API_ TN_NO_COLLECT tn_status tn_root_create(tn_mutator *m, void *cell);
#define tn_root_create(m, ...) tn_root_create(TN_AT_(m), __VA_ARGS__)
TN_API_ TN_NO_COLLECT tn_status tn_root_destroy(tn_mutator *m, void *cell);
TN_API_ TN_NO_COLLECT tn_status tn_root_store(tn_mutator *m, void *cell, const void *object);
#define TN_ROOT_SET(m, cell, h) tn_root_store((m), (cell), *TN_SAME_((cell)[0], h))
#define tn_root_write(m, cell, p) tn_root_store((m), (cell), TN_SAME_RAW_((cell)[0], p))
#define tn_root_read(cell) ((cell)->tn_ref_)

/* A range of slots that grows upwards, as a VM's stack. The collector reads *base, *top and *low at each collection,
 * so the host may move the stack (copy it, then change all three). `low` is the low-water mark: the host promises
 * that since the last collection nothing below *low was written. The collector raises it to *top, so the host lowers
 * it when it pops, `if (sp < low) low = sp`, and before it writes into a frame that a collection has seen, as to a
 * local variable of the running function: `if (frame < low) low = frame` after each call that may have collected.
 * Without `low` (NULL) the whole range is visited each time. */
typedef struct tn_range_desc {
    void *base;      /* address of the host's pointer to the first slot */
    void *top;       /* address of its pointer to the first slot that is not in use */
    void *low;       /* address of its low-water pointer, or NULL */
    int values;      /* 0: slots are references, 1: values */
} tn_range_desc;
typedef struct tn_range tn_range;
TN_API_ TN_NO_COLLECT tn_range *tn_range_create(tn_mutator *m, const tn_range_desc *desc);
#define tn_range_create(m, ...) tn_range_create(TN_AT_(m), __VA_ARGS__)
/* Takes the range out: O(1). The host's pointers are not read any more. What is no range of this heap (any more) is
 * TN_NOT_FOUND. */
TN_API_ TN_NO_COLLECT tn_status tn_range_destroy(tn_mutator *m, tn_range *range);

/* The stack of a coroutine that does not run: tn_range_suspend promises that its slots and the number of them stay as
 * they are until tn_range_resume. It is visited by the next minor collection, and from then on by major ones alone:
 * minor collections do not read it nor the pointers to it, so that any number of idle coroutines costs them nothing. A
 * suspended stack may still be moved. Resume a range before anything is written into it, pushed or popped; one with a
 * low-water mark is then visited from there, one without as a whole. A coroutine switch is a suspend of one range and a
 * resume of another, O(1) each. Doing either twice changes nothing; a suspended range may be removed. TN_NOT_FOUND as
 * above. A slot that was written all the same may be left with a reference to a dead object; TENURE_DEBUG=verify finds
 * it. */
TN_API_ TN_NO_COLLECT tn_status tn_range_suspend(tn_mutator *m, tn_range *range);
TN_API_ TN_NO_COLLECT tn_status tn_range_resume(tn_mutator *m, tn_range *range);

/* Calls scan(tracer, user) in every collection; it visits with tn_visit and its kin, under the rules of a trace
 * callback. */
typedef void (*tn_scan_fn)(tn_tracer *tracer, void *user);
TN_API_ TN_NO_COLLECT tn_status tn_scanner_create(tn_mutator *m, tn_scan_fn scan, void *user);
#define tn_scanner_create(m, ...) tn_scanner_create(TN_AT_(m), __VA_ARGS__)
TN_API_ TN_NO_COLLECT tn_status tn_scanner_destroy(tn_mutator *m, tn_scan_fn scan, void *user);

#ifdef __cplusplus
#define TN_SAME_HANDLE_(g, h) (static_cast<TN_TYPEOF_(*(g)) const *>(h))
#else
#define TN_SAME_HANDLE_(g, h) ((TN_TYPEOF_(*(g)) const *){(h)})
#endif

TN_END_DECLS_
#endif
