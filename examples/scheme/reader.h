/* reader.h: a source of characters (input.c), as the reader of data (reader.c) sees it. */
#ifndef READER_H
#define READER_H

#include "scheme.h"

struct Reader {
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
};

#endif
