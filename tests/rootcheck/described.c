/* described.c: descriptions that leave out a field of their struct. */
#include <stdbool.h>
#include <tenure.h>

typedef struct Tree Tree;
struct Tree { TN_FIELD(Tree) left, right; tn_value_field key; long count; };
enum { Tree_type = TN_FIRST_TYPE };

static void trace_tree(tn_tracer *tracer, void *object) { tn_visit(tracer, &((Tree *)object)->right); }

bool add_short(tn_heap *heap) {
    static const tn_type_desc desc = TN_DESC(Tree, TN_REFS(Tree, left, right)); // expect: undescribed-field
    return tn_type_create(heap, &desc) != 0;
}

bool add_leaf(tn_heap *heap) {
    static const tn_type_desc desc = TN_DESC(Tree, .flags = TN_LEAF); // expect: undescribed-field
    return tn_type_create(heap, &desc) != 0;
}

bool add_whole(tn_heap *heap) {
    static const tn_type_desc desc = TN_DESC(Tree, TN_REFS(Tree, left, right), TN_VALUES(Tree, key));
    return tn_type_create(heap, &desc) != 0;
}

bool add_bits(tn_heap *heap) {
    static const tn_type_desc desc = TN_DESC(Tree, .refs = 3, .values = 4);
    return tn_type_create(heap, &desc) != 0;
}

bool add_traced(tn_heap *heap) {
    static const tn_type_desc desc = TN_DESC(Tree, TN_REFS(Tree, left), TN_VALUES(Tree, key), .trace = trace_tree);
    return tn_type_create(heap, &desc) != 0;
}

/* ---- arrays, structs within structs, tails ---- */

typedef struct Entry { tn_value_field key; long hash; TN_FIELD(Tree) tree; } Entry;
typedef struct Row { long count; TN_FIELD(Tree) tree[3]; } Row;
typedef struct Grid { TN_FIELD(Tree) at[2][2]; } Grid;
typedef struct Outer { long count; Entry entry; } Outer;
typedef struct Pairs { long count; Entry entry[2]; } Pairs;
typedef struct Vector { long count; TN_FIELD(Tree) item[]; } Vector;
typedef struct Values { long count; tn_value_field item[]; } Values;
typedef struct Map { long count; Entry entry[]; } Map;
typedef struct Text { long count; char text[]; } Text;
typedef struct Mixed { union { Tree *tree; TN_FIELD(Tree) field; long number; } either; } Mixed; /* for a callback */
enum { Row_type = 20, Grid_type, Outer_type, Pairs_type, Vector_type, Values_type, Map_type, Text_type, Mixed_type };

bool add_rows_first(tn_heap *heap) {
    static const tn_type_desc desc = TN_DESC(Row, .refs = TN_BITS(Row, tree)); // expect: undescribed-field
    return tn_type_create(heap, &desc) != 0;
}

bool add_rows_whole(tn_heap *heap) {
    static const tn_type_desc desc = TN_DESC(Row, TN_REFS(Row, tree[0], tree[1], tree[2]));
    return tn_type_create(heap, &desc) != 0;
}

bool add_rows_bits(tn_heap *heap) {
    static const tn_type_desc desc = TN_DESC(Row, .refs = 7 << 1);
    return tn_type_create(heap, &desc) != 0;
}

bool add_grid_short(tn_heap *heap) {
    static const tn_type_desc desc = TN_DESC(Grid, .refs = 7); // expect: undescribed-field
    return tn_type_create(heap, &desc) != 0;
}

bool add_grid_whole(tn_heap *heap) {
    static const tn_type_desc desc = TN_DESC(Grid, .refs = 15);
    return tn_type_create(heap, &desc) != 0;
}

bool add_outer_short(tn_heap *heap) {
    static const tn_type_desc desc = TN_DESC(Outer, TN_VALUES(Outer, entry.key)); // expect: undescribed-field
    return tn_type_create(heap, &desc) != 0;
}

bool add_outer_whole(tn_heap *heap) {
    static const tn_type_desc desc = TN_DESC(Outer, TN_REFS(Outer, entry.tree), TN_VALUES(Outer, entry.key));
    return tn_type_create(heap, &desc) != 0;
}

bool add_pairs_short(tn_heap *heap) {
    static const tn_type_desc desc = TN_DESC(Pairs, .refs = 8, .values = 18); // expect: undescribed-field
    return tn_type_create(heap, &desc) != 0;
}

bool add_pairs_whole(tn_heap *heap) {
    static const tn_type_desc desc = TN_DESC(Pairs, .refs = 8 | 64, .values = 2 | 16);
    return tn_type_create(heap, &desc) != 0;
}

bool add_vector_leaf(tn_heap *heap) {
    static const tn_type_desc desc = TN_DESC(Vector, TN_TAIL(8, 0, 0), .flags = TN_LEAF); // expect: undescribed-field
    return tn_type_create(heap, &desc) != 0;
}

bool add_vector_without(tn_heap *heap) {
    static const tn_type_desc desc = TN_DESC(Vector, .flags = TN_LEAF); // expect: undescribed-field
    return tn_type_create(heap, &desc) != 0;
}

bool add_vector_whole(tn_heap *heap) {
    static const tn_type_desc desc = TN_DESC(Vector, TN_TAIL(8, 1, 0));
    return tn_type_create(heap, &desc) != 0;
}

bool add_values_leaf(tn_heap *heap) {
    static const tn_type_desc desc = TN_DESC(Values, TN_TAIL(8, 0, 0), .flags = TN_LEAF); // expect: undescribed-field
    return tn_type_create(heap, &desc) != 0;
}

bool add_values_whole(tn_heap *heap) {
    static const tn_type_desc desc = TN_DESC(Values, TN_TAIL(8, 0, 1));
    return tn_type_create(heap, &desc) != 0;
}

bool add_map_short(tn_heap *heap) {
    static const tn_type_desc desc = TN_DESC(Map, TN_TAIL(sizeof(Entry), 0, 1)); // expect: undescribed-field
    return tn_type_create(heap, &desc) != 0;
}

bool add_map_whole(tn_heap *heap) {
    static const tn_type_desc desc = TN_DESC(Map, TN_TAIL(sizeof(Entry), TN_BITS(Entry, tree), TN_BITS(Entry, key)));
    return tn_type_create(heap, &desc) != 0;
}

bool add_text(tn_heap *heap) {
    static const tn_type_desc desc = TN_DESC(Text, TN_TAIL(1, 0, 0), .flags = TN_LEAF);
    return tn_type_create(heap, &desc) != 0;
}

bool add_mixed(tn_heap *heap) {
    static const tn_type_desc desc = TN_DESC(Mixed, .flags = TN_LEAF);
    return tn_type_create(heap, &desc) != 0;
}
