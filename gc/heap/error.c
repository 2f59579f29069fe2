/* heap/error.c: see error.h. */
#include "heap/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "heap/heap.h"

const char *tn_status_text(tn_status status) {
    switch (status) {
    case TN_OK: return "no error";
    case TN_OUT_OF_MEMORY: return "out of memory";
    case TN_BAD_ARGUMENT: return "bad argument";
    case TN_BAD_TYPE: return "bad type";
    case TN_BAD_SIZE: return "bad size";
    case TN_BAD_OPTION: return "bad option";
    case TN_BAD_STATE: return "not allowed now";
    case TN_WRONG_HEAP: return "belongs to another heap";
    case TN_NOT_FOUND: return "not registered";
    }
    return "unknown status";
}

const char *tn_version(void) {
#define TNI_TEXT_(x) #x
#define TNI_TEXT(x) TNI_TEXT_(x)
    return TNI_TEXT(TN_VERSION_MAJOR) "." TNI_TEXT(TN_VERSION_MINOR) "." TNI_TEXT(TN_VERSION_PATCH);
}

tn_status tn_last_status(const tn_mutator *m) {
    return m ? ((const tni_mutator *)m)->last_status : TN_BAD_ARGUMENT;
}

const char *tn_last_error(const tn_mutator *m) {
    return m ? ((const tni_mutator *)m)->last_error : "tn_last_error: the mutator is NULL";
}

void tn_clear_error(tn_mutator *m) {
    if (!m) return;
    tni_private(m)->last_status = TN_OK;
    tni_private(m)->last_error[0] = 0;
}

static tn_status fail(tn_heap *heap, tni_mutator *m, tn_status status, const char *format, va_list args) {
    char text[sizeof m->last_error];
    vsnprintf(text, sizeof text, format, args);
    if (m) {
        m->last_status = status;
        memcpy(m->last_error, text, sizeof text);
    }
    if (heap->host.on_error) heap->host.on_error(status, text, heap->host.user);
    return status;
}

tn_status tni_fail(tn_mutator *m, tn_status status, const char *format, ...) {
    if (!m) return status;
    va_list args;
    va_start(args, format);
    fail(m->heap, tni_private(m), status, format, args);
    va_end(args);
    return status;
}

tn_status tni_fail_heap(tn_heap *heap, tn_status status, const char *format, ...) {
    if (!heap) return status;
    va_list args;
    va_start(args, format);
    fail(heap, tni_mutator_of(heap), status, format, args);
    va_end(args);
    return status;
}

tn_status tni_fail_error(tn_error *error, tn_status status, const char *format, ...) {
    if (!error) return status;
    va_list args;
    va_start(args, format);
    error->status = status;
    vsnprintf(error->text, sizeof error->text, format, args);
    va_end(args);
    return status;
}

bool tni_check_caller_slow(tn_mutator *m, const char *function) {
    tn_heap *heap = m->heap;
    const tni_callback *c = &tni_private(m)->callback;
    if (heap->options.value.debug & TNI_DEBUG_THREADS && !pthread_equal(tni_private(m)->thread, pthread_self()))
        tni_fatal(heap, "%s: the mutator of heap '%s' is used by another thread than the one that attached it",
                  function, heap->host.name);
    if (!tni_private(m)->busy) return true;
    if (c->type)
        tni_fail(m, TN_BAD_STATE, "%s: called from the %s callback of type '%.60s'", function, c->name, c->type->name);
    else if (c->name) tni_fail(m, TN_BAD_STATE, "%s: called from the %s callback", function, c->name);
    else tni_fail(m, TN_BAD_STATE, "%s: called from a callback of a collection", function);
    return false;
}

bool tni_check_owner(tn_mutator *m, const void *object, const char *function) {
    if (!tni_check_caller(m, function)) return false;
    if (tni_owns(m->heap, object)) return true;
    const tn_heap *other = m->heap->answers.owner(m->heap, object);
    char dead[200];
    if (m->heap->answers.dead_handle(m->heap, object, dead, sizeof dead))
        tni_fail(m, TN_WRONG_HEAP, "%s: %s", function, dead);
    else if (other)
        tni_fail(m, TN_WRONG_HEAP, "%s: %p is no object of heap '%s', but one of heap '%s'", function, object,
                 m->heap->host.name, other->host.name);
    else tni_fail(m, TN_WRONG_HEAP, "%s: %p is no object of heap '%s'", function, object, m->heap->host.name);
    return false;
}

void tni_fatal(tn_heap *heap, const char *format, ...) {
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    tni_report_fatal(&heap->host, text);
    abort();
}
