/* base/text.c: owns buffers of text and arrays that grow, UTF-8, and the folding of case. */
#include <string.h>
#include <wctype.h>

#include "base/text.h"

void *grown(void *at, size_t *room, size_t element) {
    size_t more = *room ? *room * 2 : 64;
    void *moved = realloc(at, more * element);
    if (moved) *room = more;
    return moved;
}

bool buffer_add(Buffer *b, const char *text, size_t length) {
    if (b->length + length + 1 > b->capacity) {
        size_t capacity = b->capacity ? b->capacity * 2 : 64;
        while (capacity < b->length + length + 1) capacity *= 2;
        char *more = realloc(b->text, capacity);
        if (!more) return false;
        b->text = more;
        b->capacity = capacity;
    }
    memcpy(b->text + b->length, text, length);
    b->length += length;
    b->text[b->length] = 0;
    return true;
}

size_t utf8_encode(uint32_t c, char *out) {
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--, c >>= 6) out[i] = (char)(0x80 | (c & 0x3f));
    out[0] = (char)((0xf00u >> n) | c);
    return n;
}

bool buffer_add_char(Buffer *b, uint32_t c) {
    char text[4];
    return buffer_add(b, text, utf8_encode(c, text));
}

/* A byte that does not begin a proper sequence (no overlong form, no surrogate, nothing cut off) stands for itself,
 * as in Latin-1: no input is an error, and what was Latin-1 comes out right. */
size_t utf8_decode(const unsigned char *s, size_t left, uint32_t *c) {
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t n = s[0] < 0xc2 ? 1 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : s[0] < 0xf5 ? 4 : 1;
    uint32_t value = n == 1 ? s[0] : s[0] & (0xffu >> (n + 1));
    *c = s[0];
    if (n > left) return 1;
    for (size_t i = 1; i < n; i++) {
        if ((s[i] & 0xc0) != 0x80) return 1;
        value = value << 6 | (s[i] & 0x3f);
    }
    if (value < least[n] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) return 1;
    *c = value;
    return n;
}

/* Unicode's simple folding: mostly to small letters. The Turkish i without a dot, and with one, fold to themselves, and
 * Cherokee, whose small letters are younger, to its capitals. */
uint32_t fold_case(uint32_t c) {
    if (c == 0x130 || c == 0x131) return c;
    wint_t capital = towupper((wint_t)c);
    return (uint32_t)(capital >= 0x13a0 && capital < 0x13f6 ? capital : towlower(capital));
}
