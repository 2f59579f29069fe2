/* tenure/root.h: what the host holds outside of handles.
 *
 *     a global        a slot that the library owns            generational: one that is not written costs a minor
 *                                                             collection nothing
 *     a root          a field in the host's memory            generational likewise
 *     a range         a VM's value stack                      a minor collection visits what changed, by the low-water
 *                                                             mark, and nothing of a range that is suspended
 *     a scanner       a function of the host                  called in every collection
 *     unprotected     an object, as a coroutine's stack       visited in every minor collection (field.h)
 *
 * A range is for the one stack of a program. Where each coroutine has a stack of its own, make it an object. Its tail,
 * or what its trace callback finds, is visited while somebody refers to the coroutine, dies with it, and is unprotected
 * while it runs, so that stores into it need no barrier (TN_UNPROTECT). That keeps nothing alive, and is no root.
 *
 * All belong to the heap, are created and destroyed on a mutator's thread, each in O(1), and never collect, except
 * where said. A callback may create and destroy none of them, nor store into them (TN_BAD_STATE). */
#ifndef TENURE_ROOT_H
#define TENURE_ROOT_H

#include "base.h"
#include "field.h"
#include "mutator.h"
#include "type.h"

TN_BEGIN_DECLS_

/* ---- globals ---- */

/* TN_GLOBAL_CREATE(m, h) makes a global that holds what handle h holds, and yields it as a read-only handle (T *const
 * *), valid until TN_GLOBAL_DESTROY. NULL when memory is out. TN_GLOBAL_SET stores another object of the same type.
 * With _VALUE, h is a handle of a value, and the global is one too (const tn_value *). Setting or destroying what is no
 * global of this heap (any more), or is a global of the other kind, is TN_NOT_FOUND. */
#define TN_GLOBAL_CREATE(m, h) \
    TN_CAST_(TN_TYPEOF_(*(h)) const *, (tn_global_create)(TN_AT_(m), *TN_TYPED_(h)))
#define TN_GLOBAL_SET(m, g, h) (tn_global_store)((m), (g), *TN_SAME_HANDLE_(g, h))
#define TN_GLOBAL_CREATE_VALUE(m, h) (tn_global_create_value)(TN_AT_(m), *TN_VALUE_HANDLE_(h))
#define TN_GLOBAL_SET_VALUE(m, g, h) (tn_global_store_value)((m), TN_VALUE_HANDLE_(g), *TN_VALUE_HANDLE_(h))
#define TN_GLOBAL_DESTROY(m, g) tn_global_destroy((m), (g))

/* The same with raw pointers and values. */
TN_API_ TN_NO_COLLECT void *const *tn_global_create(tn_mutator *m, const void *object);
TN_API_ TN_NO_COLLECT tn_status tn_global_store(tn_mutator *m, const void *global, const void *object);
TN_API_ TN_NO_COLLECT const tn_value *tn_global_create_value(tn_mutator *m, tn_value value);
TN_API_ TN_NO_COLLECT tn_status tn_global_store_value(tn_mutator *m, const tn_value *global, tn_value value);
TN_API_ TN_NO_COLLECT tn_status tn_global_destroy(tn_mutator *m, const void *global);
#define tn_global_create(m, object) tn_global_create(TN_AT_(m), TN_OBJECT_(object))
#define tn_global_store(m, global, object) tn_global_store((m), (global), TN_OBJECT_(object))
#define tn_global_create_value(m, value) tn_global_create_value(TN_AT_(m), TN_WORD_(value))
#define tn_global_store_value(m, global, value) tn_global_store_value((m), (global), TN_WORD_(value))

/* ---- roots ---- */

/* A root is a cell in the host's memory, declared with TN_FIELD or tn_value_field so that '=' does not compile:
 *
 *     static TN_FIELD(Table) symbols;  ...  tn_root_create(m, &symbols);  TN_ROOT_SET(m, &symbols, h);
 *     tn_root_read(&symbols)
 *
 * It must not move or go away before tn_root_destroy. Creating it twice is TN_BAD_ARGUMENT; a store into a cell, or
 * destroying one, that is not registered is TN_NOT_FOUND. tn_root_write stores a raw pointer. */
TN_API_ TN_NO_COLLECT tn_status tn_root_create(tn_mutator *m, void *cell);
TN_API_ TN_NO_COLLECT tn_status tn_root_create_value(tn_mutator *m, void *cell);
TN_API_ TN_NO_COLLECT tn_status tn_root_destroy(tn_mutator *m, void *cell);
TN_API_ TN_NO_COLLECT tn_status tn_root_store(tn_mutator *m, void *cell, const void *object);
TN_API_ TN_NO_COLLECT tn_status tn_root_store_value(tn_mutator *m, void *cell, tn_value value);
#define tn_root_create(m, cell) tn_root_create(TN_AT_(m), (cell))
#define tn_root_create_value(m, cell) tn_root_create_value(TN_AT_(m), (cell))
#define TN_ROOT_SET(m, cell, h) (tn_root_store)((m), (cell), *TN_SAME_((cell)[0], h))
#define TN_ROOT_SET_VALUE(m, cell, h) (tn_root_store_value)((m), TN_VALUE_CELL_(cell), *TN_VALUE_HANDLE_(h))
#define tn_root_write(m, cell, p) (tn_root_store)((m), (cell), TN_SAME_RAW_((cell)[0], p))
#define tn_root_write_value(m, cell, w) (tn_root_store_value)((m), TN_VALUE_CELL_(cell), TN_WORD_(w))
#define tn_root_read(cell) ((cell)->tn_ref_)
#define tn_root_read_value(cell) ((cell)->tn_word_)
#define tn_root_store(m, cell, object) tn_root_store((m), (cell), TN_OBJECT_(object))
#define tn_root_store_value(m, cell, value) tn_root_store_value((m), (cell), TN_WORD_(value))

/* ---- ranges ---- */

/* A range of slots that grows upwards, as a VM's stack. The collector reads *base, *top and *low at each collection, so
 * the host may move the stack (copy it, then change all three).
 *
 * Begin without a low-water mark (low = NULL): each collection visits the whole range. With a deep stack that takes
 * time in every minor collection, and then a mark pays. Its one invariant: at every safepoint, each slot in [*base,
 * *low) holds what it held when the last collection ended. Each collection sets *low = *top. So between two safepoints
 * the host must lower *low to the lowest slot that it has written, pushed or popped:
 *
 *     when it pops or returns                             if (sp < low) low = sp
 *     before it writes into a frame that was there at     if (frame < low) low = frame
 *     the last collection, as to a local variable of the
 *     running function after a call that may collect
 *     a store through a pointer into an older frame       if (slot < low) low = slot
 *
 * A mark that is too low costs time only; one that is too high loses objects. TENURE_DEBUG=verify,barriers
 * finds that. New members are added at the end. */
typedef struct tn_range_desc {
    void *base TN_ZERO_;      /* address of the host's pointer to the first slot */
    void *top TN_ZERO_;       /* address of its pointer to the first slot that is not in use */
    void *low TN_ZERO_;       /* address of its low-water pointer, or NULL */
    bool values TN_ZERO_;     /* false: slots are references; true: values */
} tn_range_desc;
typedef struct tn_range tn_range;
TN_API_ TN_NO_COLLECT tn_range *tn_range_create_(tn_mutator *m, const tn_range_desc *desc, size_t size);
#define tn_range_create(m, ...) tn_range_create_(TN_AT_(m), (__VA_ARGS__), sizeof(tn_range_desc))
/* Takes the range out. The host's pointers are not read any more. What is no range of this heap (any more) is
 * TN_NOT_FOUND. */
TN_API_ TN_NO_COLLECT tn_status tn_range_destroy(tn_mutator *m, tn_range *range);

/* The stack of a coroutine that does not run: tn_range_suspend promises that its slots and their number stay as they
 * are until tn_range_resume. The next minor collection visits it, and from then on only major ones do: minor
 * collections do not read it nor the pointers to it, so that any number of idle coroutines costs them nothing. A
 * suspended stack may still be moved. Resume a range before anything is written into it, pushed or popped; a range with
 * a low-water mark is then visited from there, one without as a whole. A coroutine switch suspends one range and
 * resumes another, O(1) each. Doing either twice changes nothing; a suspended range may be destroyed. TN_NOT_FOUND as
 * above. A slot that was written all the same may be left with a reference to a dead object; TENURE_DEBUG=verify finds
 * it. */
TN_API_ TN_NO_COLLECT tn_status tn_range_suspend(tn_mutator *m, tn_range *range);
TN_API_ TN_NO_COLLECT tn_status tn_range_resume(tn_mutator *m, tn_range *range);

/* ---- scanners ---- */

/* Calls scan(tracer, user) in every collection. It visits with tn_visit and its kin, under the rules of a trace
 * callback; tn_tracer_is_minor tells it whether this is a minor collection (type.h). The same function may be
 * registered several times with different `user`. */
typedef void (*tn_scan_fn)(tn_tracer *tracer, void *user);
TN_API_ TN_NO_COLLECT tn_status tn_scanner_create(tn_mutator *m, tn_scan_fn scan, void *user);
#define tn_scanner_create(m, ...) tn_scanner_create(TN_AT_(m), __VA_ARGS__)
TN_API_ TN_NO_COLLECT tn_status tn_scanner_destroy(tn_mutator *m, tn_scan_fn scan, void *user);

/* ---- inline parts ---- */

#ifdef __cplusplus
#define TN_SAME_HANDLE_(g, h) (tn_the_type_of_the_field_is_wanted_<TN_TYPEOF_(*(g)) const *>(h))
#define TN_VALUE_HANDLE_(h) (tn_the_type_of_the_field_is_wanted_<const tn_value *>(h))
#define TN_VALUE_CELL_(cell) (const_cast<tn_value *>(&(cell)->tn_word_))
#else
#define TN_SAME_HANDLE_(g, h) ((TN_TYPEOF_(*(g)) const *){(h)})
#define TN_VALUE_HANDLE_(h) ((const tn_value *){(h)})
#define TN_VALUE_CELL_(cell) ((void *)(uintptr_t)&(cell)->tn_word_)
#endif

TN_END_DECLS_
#endif
