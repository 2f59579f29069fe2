/* bench/workloads/churn.h: short-lived data for workloads whose subject is something else: lists that are built, summed
 * and dropped. Include it after shim.h and the enum of the workload's types, with Cell_type among them; CHURN_TYPE
 * describes it. */
#ifndef BENCH_CHURN_H
#define BENCH_CHURN_H

typedef struct Cell {
    uint64_t number;
    REF(struct Cell) next;
} Cell;
#define CHURN_TYPE TN_DESC(Cell, TN_REFS(Cell, next))

enum { CHURN_LENGTH = 512 }; /* so that something survives each collection */

static void churn(MUTATOR uint64_t lists) {
    for (uint64_t n = 0; n < lists; n++) {
        SCOPE;
        VAR(Cell, list, EMPTY(Cell));
        for (unsigned i = 0; i < CHURN_LENGTH; i++) {
            TURN;
            TMP(Cell, cell, NEW(Cell));
            P(cell)->number = n + i;
            INIT(P(cell), next, V(list));
            V(list) = P(cell);
        }
        uint64_t sum = 0;
        for (const Cell *cell = V(list); cell; cell = READ(cell, next)) sum += cell->number;
        REQUIRE(sum == CHURN_LENGTH * n + CHURN_LENGTH * (CHURN_LENGTH - 1) / 2);
    }
}

#endif
