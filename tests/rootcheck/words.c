/* words.c: a host whose values have a name of their own, of an integer of 64 bits that is no typedef of tn_value. */
#include <stdint.h>
#include <tenure.h>

typedef uint64_t Word;
typedef uint64_t Hash; /* this one has nothing to do with values */

typedef struct Cell { tn_value_field word; } Cell;
enum { Cell_type = TN_FIRST_TYPE };
const tn_type_desc cell_type = TN_DESC(Cell, TN_VALUES(Cell, word));

Word word_make(tn_mutator *m, long n);

Word word_of(const Cell *cell) { return tn_read_value(cell, word); }

Word word_kept(tn_mutator *m, Word word) {
    word_make(m, 1);
    return word; // expect: stale-pointer
}

Word word_kept_mended(tn_mutator *m, Word word) {
    TN_SCOPE(m);
    Word *kept = TN_HANDLE_VALUE(m, word);
    word_make(m, 1);
    return *kept;
}

Word word_made(tn_mutator *m) {
    Word word = word_make(m, 1);
    word_make(m, 2);
    return word; // expect: stale-pointer
}

Word word_made_mended(tn_mutator *m) {
    word_make(m, 2);
    return word_make(m, 1);
}

Hash hash_kept(tn_mutator *m, Hash hash) {
    word_make(m, 1);
    return hash;
}
