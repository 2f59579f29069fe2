/* observe/log.h: what the log says of collections. */
#ifndef TNI_LOG_H
#define TNI_LOG_H

#include "heap/moment.h"

/* One line through the config's log: heap, number, kind, cause, bytes in use before -> after, external bytes (of those
 * not disposed of), survivors, promoted, pause. */
void tni_log_collection(tn_heap *heap, const tni_collection *c);
/* What tn_stats_text says, with a line for each of its lines. */
void tni_log_summary(tn_heap *heap);

#endif
