/* tables/symbol.h: symbols by name. There is one symbol for each name, while anything refers to it. */
#ifndef SCHEME_TABLES_SYMBOL_H
#define SCHEME_TABLES_SYMBOL_H

#include "base/object.h"

bool symbols_open(Vm *vm);
void symbols_close(Vm *vm);
Value intern(Vm *vm, const uint32_t *text, size_t length);
Value intern_c(Vm *vm, const char *text);
bool symbol_is(Value symbol, const char *text);
static inline bool is_symbol(Value v, const char *text) { return IS(Symbol, v) && symbol_is(v, text); }

#endif
