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
    case TN_WRONG_VERSION: return "compiled with other headers";
    }
    return "unknown status";
}

const char *tn_version(void) {
#define TNI_TEXT_(x) #x
#define TNI_TEXT(x) TNI_TEXT_(x)
    return TNI_TEXT(TN_VERSION_MAJOR) "." TNI_TEXT(TN_VERSION_MINOR) "." TNI_TEXT(TN_VERSION_PATCH);
}

uint32_t tn_version_number(void) { return TN_VERSION; }

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

static void log_error(tn_heap *heap, tn_status status, const char *text) {
    char line[sizeof heap->mutators->last_error + 128];
    snprintf(line, sizeof line, "[error %s] %s (%s)", heap->host.name, text, tn_status_text(status));
    tni_log(&heap->host, line);
}

static tn_status fail(tn_heap *heap, tni_mutator *m, tn_status status, const char *format, va_list args) {
    char text[sizeof m->last_error];
    if (m) m->last_status = status;
    if (heap->reporting) return status; /* a call of on_error or log */
    vsnprintf(text, sizeof text, format, args);
    if (m) memcpy(m->last_error, text, sizeof text);
    heap->reporting = true;
    if (heap->host.on_error) {
        tni_callback outer = tni_hook_begin(heap, "on_error");
        heap->host.on_error(status, text, heap->host.user);
        tni_hook_end(heap, outer);
    }
    if (heap->options.value.log & TNI_LOG_ERRORS) log_error(heap, status, text);
    heap->reporting = false;
    if (m) m->last_status = status; /* on_error may have made a call that failed */
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

void tni_fatal(tn_heap *heap, const char *format, ...) {
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    tni_report_fatal(&heap->host, text);
    abort();
}
