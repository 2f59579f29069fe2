/* tables/table.h: hash tables, and the equivalences eqv? and equal?. */
#ifndef SCHEME_TABLES_TABLE_H
#define SCHEME_TABLES_TABLE_H

#include "base/object.h"

/* Entries are in the order of insertion (hash, key, value; three items each), so that programs see the same order
 * wherever objects happen to be. A weak table (by eq?) has its keys in `keys`, a tn_weak_array, instead. */
typedef struct Table { tn_value_field entries, index, keys; size_t count, used, swept; int kind; } Table;
enum { TABLE_EQ, TABLE_EQV, TABLE_EQUAL, TABLE_WEAK };
typedef struct Index { size_t length; uint32_t slot[]; } Index; /* of a hash table: 0 free, else entry + 1 */

Value table_new(Vm *vm, int kind);
Value table_get(Vm *vm, Value table, Value key, Value missing);
Value table_set(Vm *vm, const Value *table, const Value *key, const Value *value); /* the table, or 0 */
bool table_delete(Vm *vm, Value table, Value key);
void table_clear(Vm *vm, Value table);
Value table_key(Vm *vm, Value table, size_t entry); /* S_DELETED: deleted; 0: the key has died */
void table_purge(Vm *vm, Value table); /* forgets the entries of a weak table whose keys have died */

bool is_eqv(Value a, Value b);
int is_equal(Vm *vm, Value a, Value b); /* -1: out of memory */

#endif
