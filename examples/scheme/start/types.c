/* start/types.c: tells the collector what the objects are made of.
 *
 * To add a type: write the struct in the header of its room, its number in base/object.h, and its row here. */
#include <stdio.h>

#include "base/error.h"
#include "numbers/tower.h"
#include "tables/environment.h"
#include "tables/table.h"
#include "io/port.h"
#include "syntax/expand.h"
#include "libraries/library.h"
#include "vm/vm.h"
#include "builtins/builtins.h"
#include "start/start.h"

static void describe_symbol(const void *object, char *text, size_t size) {
    const Symbol *symbol = object;
    snprintf(text, size, "symbol, hash %llx", (unsigned long long)symbol->hash);
}

static void describe_code(const void *object, char *text, size_t size) {
    const Code *code = object;
    snprintf(text, size, "code, %u parameters, %zu constants", code->required, code->length);
}

static void describe_primitive(const void *object, char *text, size_t size) {
    const Primitive *primitive = object;
    snprintf(text, size, "primitive %s", primitive->desc->name);
}

/* A tail of values: one word an element, and that is a value. */
#define TAIL_OF_VALUES TN_TAIL(sizeof(tn_value), 0, 1)

static const tn_type_desc types[] = {
    TN_DESC(Pair, TN_VALUES(Pair, car, cdr)),
    TN_DESC(Flonum, .flags = TN_LEAF),
    TN_DESC(String, .flags = TN_LEAF, TN_TAIL(sizeof(uint32_t), 0, 0)),
    TN_DESC(Symbol, TN_VALUES(Symbol, name), .describe = describe_symbol),
    TN_DESC(Vector, TAIL_OF_VALUES),
    TN_DESC(Box, TN_VALUES(Box, value)),
    TN_DESC(Closure, TN_VALUES(Closure, code), TAIL_OF_VALUES),
    TN_DESC(Values, TAIL_OF_VALUES),
    TN_DESC(Promise, TN_VALUES(Promise, state)),
    TN_DESC(Syntax, .flags = TN_LEAF),
    TN_DESC(Index, .flags = TN_LEAF, TN_TAIL(sizeof(uint32_t), 0, 0)),
    TN_DESC(Global, TN_VALUES(Global, value, name, home)),
    TN_DESC(Environment, TN_VALUES(Environment, table, parent, expected)),
    TN_DESC(Table, TN_VALUES(Table, entries, index, keys)),
    TN_DESC(Condition, TN_VALUES(Condition, message, irritants, file)),
    TN_DESC(Continuation, TN_VALUES(Continuation, winders, handlers, pc), TAIL_OF_VALUES),
    TN_DESC(Primitive, .flags = TN_LEAF, .describe = describe_primitive),
    TN_DESC(Bytevector, .flags = TN_LEAF, TN_TAIL(1, 0, 0)),
    TN_DESC(WeakRef, TN_VALUES(WeakRef, target)),
    TN_DESC(Ratnum, TN_VALUES(Ratnum, numerator, denominator)),
    TN_DESC(Alias, TN_VALUES(Alias, name, environment)),
    TN_DESC(Macro, TN_VALUES(Macro, rules, environment)),
    TN_DESC(Library, TN_VALUES(Library, name, environment, exports, thunk)),
    TN_DESC(RecordType, TN_VALUES(RecordType, name, fields)),
    TN_DESC(Record, TAIL_OF_VALUES),
    TN_DESC(Applicable, TN_VALUES(Applicable, name, data, more)),
    TN_DESC(Complex, TN_VALUES(Complex, real, imaginary)),

    /* Special types: code never moves, so that the VM may hold addresses in it; ports and bignums have something
     * to dispose of. */
    TN_DESC(Code, TN_VALUES(Code, name, file, instructions, lines), TAIL_OF_VALUES, .flags = TN_BORN_OLD,
            .describe = describe_code),
    TN_DESC(Words, .flags = TN_LEAF | TN_BORN_OLD, TN_TAIL(sizeof(uint32_t), 0, 0)),
    TN_DESC(Port, .flags = TN_LEAF, .dispose = port_dispose),
    TN_DESC(Bignum, .flags = TN_LEAF, .dispose = bignum_dispose),
};

bool types_add(tn_heap *heap) {
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (!tn_type_create(heap, &types[i])) return false;
    return true;
}
