/* tenure/format.h: what the words of the host look like.
 *
 * A heap knows two kinds of word. A *reference* is a plain C pointer to an object, or NULL. A *value* is a word in
 * the host's own format, described by data instead of a callback, so that the collector's loops test it in two
 * instructions:
 *
 *     a word w is a reference  iff  (w & mask) == tag  and  (w & payload) != 0;   its address is  w & payload.
 *
 * Bits outside the payload survive a move. A word of 0 is never a reference, in any format. */
#ifndef TENURE_FORMAT_H
#define TENURE_FORMAT_H

#include "base.h"

TN_BEGIN_DECLS_

typedef struct tn_format {
    uint64_t mask;    /* the bits that tell a reference from an immediate */
    uint64_t tag;     /* what they are in a reference */
    uint64_t payload; /* the bits of the address */
} tn_format;

/* Plain pointers: every word but 0 is a reference. The default. */
#define TN_FORMAT_POINTER ((tn_format){0, 0, ~(uint64_t)0})

/* Low-bit tags with one pointer tag, e.g. (7, 0) or (3, 1): the bits of `mask` hold `tag` in a reference. */
#define tn_format_low_tag(mask_, tag_) ((tn_format){(mask_), (tag_), ~(uint64_t)(mask_)})

/* Low-bit tags with several pointer tags: `mask_` and `tag_` tell references from immediates, the other bits of
 * `tags_` are the host's, e.g. (1, 1, 7): odd words are references, and the low three bits say to what. */
#define tn_format_low_tags(mask_, tag_, tags_) ((tn_format){(mask_), (tag_), ~(uint64_t)(tags_)})

/* NaN-boxing: a reference has these 16 bits on top of a 48-bit address, e.g. 0xFFFC. */
#define tn_format_nan_box(high16_) \
    ((tn_format){UINT64_C(0xFFFF) << 48, (uint64_t)(high16_) << 48, (UINT64_C(1) << 48) - 1})

TN_END_DECLS_
#endif
