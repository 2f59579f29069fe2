// hello.cc: hello.c in C++17. Builds a list on a garbage-collected heap, adds it up, and watches it go.
#include <cstdio>
#include <tenure.hpp>

// An object is a struct of plain data and fields. A tn::field is read like a pointer, and stored through its owner.
struct Pair {
    long number;
    tn::field<Pair> next;
};
template <> struct tn::type<Pair> : tn::layout<Pair, TN_FIRST_TYPE, &Pair::next> {};

// The list 1 .. n. Objects move. A local follows its object, and lives until its scope ends. Each turn of the loop has
// a scope of its own, so that locals do not pile up.
static tn::local<Pair> list(tn_mutator *m, long n) {
    tn::scope scope(m);
    tn::local<Pair> head(m);
    for (long i = n; i > 0; i--) {
        tn::scope turn(m);
        auto pair = tn::make<Pair>(m); // may collect; throws tn::out_of_memory
        pair->number = i;
        pair[&Pair::next] = head; // a store, with its write barrier
        head = pair;
    }
    return scope.escape(head); // moves the result to the caller's scope
}

// Nothing is allocated in this function, and TN_NO_GC says so. Then raw pointers are safe.
static long sum(tn_mutator *m, const Pair *first) {
    TN_NO_GC(m);
    long total = 0;
    for (const Pair *p = first; p; p = p->next) total += p->number;
    return total;
}

int main() try {
    tn::heap heap;
    heap.add<Pair>();
    tn::mutator m(heap);
    tn::scope scope(m);
    auto numbers = list(m, 1000);
    auto weak = tn::make_weak(numbers); // does not keep the list alive
    tn::collect(m);
    std::printf("sum: %ld, alive: %s\n", sum(m, numbers), tn::lock(m, weak.get()) ? "yes" : "no");
    numbers = nullptr;
    tn::collect(m);
    std::printf("dropped, alive: %s\n", tn::lock(m, weak.get()) ? "yes" : "no");
    return tn::lock(m, weak.get()) != nullptr;
} catch (const std::exception &failure) {
    std::fprintf(stderr, "%s\n", failure.what());
    return 1;
}
