/* bench/workloads/items.h: what lives beside the short-lived data of deep and idle: a table of items. They are born
 * old, so that the pauses that are reported are those of the short-lived data. Include it after shim.h and the enum of
 * the workload's types, with Table_type and Item_type among them; ITEM_TYPES describes them. */
#ifndef BENCH_ITEMS_H
#define BENCH_ITEMS_H

typedef struct Item {
    uint64_t number;
} Item;
typedef struct Table {
    uint64_t length;
    REF(Item) at[];
} Table;
#define ITEM_TYPES TN_DESC(Table, TN_TAIL(8, 1, 0)), TN_DESC(Item, .flags = TN_LEAF | TN_BORN_OLD)

static RESULT(Table) new_table(MUTATOR uint64_t length) {
    SCOPE;
    VAR(Table, table, NEW_TAIL(Table, REF(Item), length));
    V(table)->length = length;
    for (uint64_t k = 0; k < length; k++) INIT(V(table), at[k], NULL);
    for (uint64_t k = 0; k < length; k++) {
        TURN;
        TMP(Item, item, NEW_LEAF(Item));
        P(item)->number = k;
        WRITE(V(table), at[k], P(item));
    }
    RETURN(VAR_RESULT(table));
}

#endif
