/* observe/log.c: see log.h. */
#include "observe/log.h"

#include <stdio.h>
#include <string.h>

#include "heap/heap.h"
#include "observe/text.h"
#include "tenure/stats.h"

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

void tni_log_summary(tn_heap *heap) {
    char text[2048], line[256];
    tn_stats_text(heap, text, sizeof text);
    for (char *at = text, *end; *at; at = end + 1) {
        end = strchr(at, '\n');
        if (end) *end = 0;
        snprintf(line, sizeof line, "[summary %s] %s", heap->host.name, at);
        tni_log(&heap->host, line);
        if (!end) return;
    }
}
