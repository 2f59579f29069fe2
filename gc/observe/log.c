/* observe/log.c: see log.h. */
#include "observe/log.h"

#include <stdio.h>

#include "heap/heap.h"
#include "observe/text.h"

void tni_log_collection(tn_heap *heap, const tni_collection *c) {
    static const char *const kinds[] = {"minor", "major", "full"};
    char line[256];
    snprintf(line, sizeof line,
             "[gc %s] #%llu %s (%s): %s -> %s, external %s, survivors %.1f %%, promoted %s, pause %s", heap->host.name,
             (unsigned long long)c->number, kinds[c->kind], c->reason, tni_bytes_text(c->before).at,
             tni_bytes_text(c->after).at,
             tni_bytes_text(tni_external_bytes(heap)).at, tni_percent(c->survived, c->nursery),
             tni_bytes_text(c->survived).at,
             tni_time_text(c->pause_ns).at);
    tni_log(&heap->host, line);
}
