/* tenure/format.h: what the host's words look like.
 *
 * A heap knows two kinds of word. A *reference* is a plain C pointer to an object, or NULL. A *value* is a word in the
 * host's own format. The format is data, not a callback, so that the collector's loops test a word in two
 * instructions:
 *
 *     a word w is a reference  iff  (w & mask) == tag  and  (w & payload) != 0;   its address is  w & payload.
 *
 * Bits outside of the payload survive a move. A word of 0 is never a reference, in any format. */
#ifndef TENURE_FORMAT_H
#define TENURE_FORMAT_H

#include "base.h"

TN_BEGIN_DECLS_

typedef struct tn_format {
    uint64_t mask;    /* the bits that tell a reference from an immediate */
    uint64_t tag;     /* what these bits are in a reference */
    uint64_t payload; /* the bits of the address */
} tn_format;

/* Plain pointers: every word but 0 is a reference. This is the default. */
#ifdef __cplusplus
#define TN_FORMAT_POINTER (tn_format{0, 0, ~UINT64_C(0)})
#else
#define TN_FORMAT_POINTER ((tn_format){0, 0, ~UINT64_C(0)})
#endif

/* Low-bit tags with one pointer tag, e.g. (7, 0) or (3, 1): in a reference, the bits of `mask` hold `tag`. */
TN_INLINE_ tn_format tn_format_low_tag(uint64_t mask, uint64_t tag) {
    tn_format format = {mask, tag, ~mask};
    return format;
}

/* Low-bit tags with several pointer tags: `mask` and `tag` tell references from immediates, the other bits of `tags`
 * are the host's, e.g. (1, 1, 7): odd words are references, and the low three bits say to what. */
TN_INLINE_ tn_format tn_format_low_tags(uint64_t mask, uint64_t tag, uint64_t tags) {
    tn_format format = {mask, tag, ~tags};
    return format;
}

/* NaN-boxing: a reference has these 16 bits above an address of 48 bits, e.g. 0xFFFC. */
TN_INLINE_ tn_format tn_format_nan_box(unsigned high16) {
    tn_format format = {UINT64_C(0xFFFF) << 48, (uint64_t)high16 << 48, (UINT64_C(1) << 48) - 1};
    return format;
}

TN_END_DECLS_
#endif
