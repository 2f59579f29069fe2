/* Objects are aligned to 64 bytes at most. */
// expect: aligns objects to 64 bytes at most
#include "tenure.h"
#ifdef OK
typedef struct Page { _Alignas(64) char bytes[4096]; } Page;
#else
typedef struct Page { _Alignas(128) char bytes[4096]; } Page;
#endif
enum { Page_type = TN_FIRST_TYPE };
extern const tn_type_desc types[];
const tn_type_desc types[] = {TN_DESC(Page, .flags = TN_LEAF)};
