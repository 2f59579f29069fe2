/* io/input.c: owns sources of characters: files and texts in memory, which are read ahead in bulk and decoded one by
 * one. A file is read through its descriptor into the reader's own buffer. So the reader knows what is there already
 * (char-ready?), and notices an interrupt while it waits. */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "io/interrupt.h"
#include "io/port.h"

enum { AHEAD = 8192 };

static Reader *reader_new(void) {
    Reader *r = calloc(1, sizeof *r);
    if (!r) return NULL;
    r->peeked = -2;
    r->line = 1;
    return r;
}

Reader *reader_file(FILE *file, bool interactive) {
    Reader *r = reader_new();
    unsigned char *buffer = r ? malloc(AHEAD) : NULL;
    if (!buffer) {
        free(r);
        return NULL;
    }
    r->file = file;
    r->interactive = interactive;
    r->buffer = r->owned = buffer;
    return r;
}

Reader *reader_text(const char *text, size_t length) {
    Reader *r = reader_new();
    if (r) r->buffer = (const unsigned char *)text, r->end = length;
    return r;
}

Reader *reader_own_text(char *text, size_t length) {
    Reader *r = reader_text(text, length);
    if (r) r->owned = (unsigned char *)text;
    return r;
}

void reader_close(Reader *r) {
    if (!r) return;
    if (r->file && r->file != stdin) fclose(r->file);
    free(r->owned);
    free(r->name);
    free(r);
}

/* Reads more of a file behind what is there; false at its end, or with r->error set: both last until somebody has
 * been told. */
static bool fill(Reader *r) {
    if (!r->file || r->ended || r->error) return false;
    memmove(r->owned, r->owned + r->at, r->end - r->at);
    r->end -= r->at;
    r->at = 0;
    ssize_t n = read(fileno(r->file), r->owned + r->end, AHEAD - r->end);
    while (n < 0 && errno == EINTR && !interrupt_pending())
        n = read(fileno(r->file), r->owned + r->end, AHEAD - r->end);
    if (n < 0) r->error = errno;
    r->ended = n == 0;
    if (n <= 0) return false;
    r->end += (size_t)n;
    return true;
}

/* The next code point, with its size in r->peeked_size, or -1. */
static int decode(Reader *r) {
    if (r->at == r->end && !fill(r)) return -1;
    unsigned char first = r->buffer[r->at];
    r->peeked_size = 1;
    if (first < 0x80 || r->binary) return first;
    size_t wanted = first < 0xc2 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 1;
    while (r->end - r->at < wanted && fill(r)) continue;
    uint32_t c;
    r->peeked_size = utf8_decode(r->buffer + r->at, r->end - r->at, &c);
    return (int)c;
}

int reader_peek(Reader *r) {
    if (r->peeked != -2) return r->peeked;
    int c = decode(r);
    if (c >= 0) r->peeked = c;
    return c;
}

int reader_char(Reader *r) {
    int c = reader_peek(r);
    if (c < 0) {
        r->ended = false; /* more may be typed at a terminal */
        return c;
    }
    r->peeked = -2;
    r->at += r->peeked_size;
    if (c == '\n') r->line++;
    return c;
}

bool reader_ready(Reader *r) {
    if (r->at < r->end || !r->file) return true;
    struct pollfd wanted = {.fd = fileno(r->file), .events = POLLIN};
    return poll(&wanted, 1, 0) != 0;
}

bool reader_check(Vm *vm, Reader *r) {
    int error = r->error;
    if (!error) return true;
    r->error = 0;
    if (error == EINTR && interrupt_pending()) return fail_interrupted(vm);
    return fail_file(vm, "read", error, r->name ? r->name : "standard input");
}

void reader_skip_line(Reader *r) {
    for (int c = reader_peek(r); c != -1 && c != '\n'; c = reader_peek(r)) reader_char(r);
}
