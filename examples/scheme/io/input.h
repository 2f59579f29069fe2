/* io/input.h: a source of characters: a file, or text in memory. The room reader/ makes data of them, ports read from
 * them. */
#ifndef SCHEME_IO_INPUT_H
#define SCHEME_IO_INPUT_H

#include <stdio.h>

#include "base/object.h"

typedef struct Reader {
    FILE *file;                  /* NULL: all of the text is in the buffer */
    const unsigned char *buffer; /* bytes at .. end have been read ahead */
    size_t at, end;
    unsigned char *owned;        /* the buffer, when it is the reader's own */
    int peeked;                  /* the code point at `at`, or -2: not known */
    size_t peeked_size;
    int error;                   /* errno of a read that has failed */
    bool ended;                  /* the end of the file has been seen, but not been taken */
    bool binary, interactive;
    bool fold;                   /* #!fold-case: names are in lower case */
    int64_t line;                /* of the next character */
    int depth;                   /* of the datum that is being read */
    Value *labels;               /* and the table of its labels: a handle */
    bool patch;                  /* a label has been used within its own datum */
    char *name;                  /* for messages; NULL: none */
} Reader;

Reader *reader_file(FILE *file, bool interactive);    /* owns the file, unless it is stdin */
Reader *reader_text(const char *text, size_t length); /* the text must outlive it */
Reader *reader_own_text(char *text, size_t length);   /* frees the text */
void reader_close(Reader *reader);
int reader_char(Reader *reader);      /* the next code point (of a binary port: byte), or -1 */
int reader_peek(Reader *reader);
bool reader_ready(Reader *reader);    /* it will not have to wait */
bool reader_check(Vm *vm, Reader *reader); /* false, with a condition, if -1 was an error and not the end */
void reader_skip_line(Reader *reader); /* after an error at a prompt */

#endif
