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
