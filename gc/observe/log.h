/* observe/log.h: the log line of a collection. */
#ifndef TNI_LOG_H
#define TNI_LOG_H

#include "heap/moment.h"

/* One line through the config's log: heap, number, kind, cause, bytes in use before -> after, external bytes (of those
 * not disposed of), survivors, promoted, pause. */
void tni_log_collection(tn_heap *heap, const tni_collection *c);

#endif
