/* base/text.h: text and arrays in C memory that grow, UTF-8, and the case of letters. Nothing here knows the heap. */
#ifndef SCHEME_BASE_TEXT_H
#define SCHEME_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* An array with room for more than *room elements, moved. NULL without memory: then nothing is changed. */
void *grown(void *at, size_t *room, size_t element);

typedef struct Buffer { char *text; size_t length, capacity; } Buffer;
bool buffer_add(Buffer *buffer, const char *text, size_t length);
bool buffer_add_char(Buffer *buffer, uint32_t c); /* as UTF-8 */
static inline void buffer_free(Buffer *buffer) {
    free(buffer->text);
    buffer->text = NULL;
    buffer->length = buffer->capacity = 0;
}

/* A buffer that is freed at the end of the block. */
#define TEMP_BUFFER(name) Buffer name __attribute__((cleanup(buffer_free))) = {0}

size_t utf8_encode(uint32_t c, char *out);
size_t utf8_decode(const unsigned char *s, size_t left, uint32_t *c); /* one code point: the bytes that it takes */
uint32_t fold_case(uint32_t c);                                       /* of one character */

#endif
