/* host.cc: a host that uses all of tenure.hpp, and checks what it does. Run as it is and under every debug mode. */
#include "tenure.hpp"

#include <cstdio>
#include <cstring>
#include <string>
#include <unordered_map>
#include <vector>

#define CHECK(condition) \
    ((condition) ? static_cast<void>(0) : failed(#condition, __LINE__))

[[noreturn]] static void failed(const char *what, int line) {
    std::fprintf(stderr, "host.cc:%d: %s does not hold\n", line, what);
    std::exit(1);
}

struct Pair {
    tn::field<Pair> car, cdr;
    tn::value_field value;
    long number;
};
struct Entry {
    tn::value_field key;
    long hash;
    tn::field<Pair> pair;
};
struct Vector {
    long count;
    tn::field<Pair> first[3];
};
struct Values {
    long count;
};
struct Text {
    unsigned length;
    char start[4];
};
struct Map {
    long count;
};
struct Buffer {
    char *memory;
};
struct alignas(32) Wide {
    double at[4];
};
struct Watcher {
    tn::field<tn::weak<Pair>> seen;
};

static int disposed;

template <> struct tn::type<Pair> : tn::layout<Pair, TN_FIRST_TYPE, &Pair::cdr, &Pair::car, &Pair::value> {
    static void describe(const Pair &pair, char *text, std::size_t size) noexcept {
        std::snprintf(text, size, "pair %ld", pair.number);
    }
};
template <> struct tn::type<Vector> : tn::layout<Vector, TN_FIRST_TYPE + 1, &Vector::first> {
    using tail = tn::field<Pair>;
};
template <> struct tn::type<Values> : tn::layout<Values, TN_FIRST_TYPE + 2> {
    using tail = tn::value_field;
};
template <> struct tn::type<Text> : tn::layout<Text, TN_FIRST_TYPE + 3> {
    static constexpr unsigned flags = TN_LEAF;
    static constexpr const char *name = "text";
    using tail = char;
};
template <> struct tn::type<Map> : tn::layout<Map, TN_FIRST_TYPE + 4> {
    using tail = Entry;
    using tail_fields = tn::members<&Entry::key, &Entry::pair>;
};
template <> struct tn::type<Buffer> : tn::layout<Buffer, TN_FIRST_SPECIAL> {
    static constexpr unsigned flags = TN_LEAF;
    static void dispose(tn_heap *, Buffer &buffer) noexcept {
        std::free(buffer.memory);
        disposed++;
    }
};
template <> struct tn::type<Wide> : tn::layout<Wide, TN_FIRST_TYPE + 5> {
    static constexpr unsigned flags = TN_LEAF;
};
template <> struct tn::type<Watcher> : tn::layout<Watcher, TN_FIRST_TYPE + 6, &Watcher::seen> {};

static tn_config small() {
    tn_config config = tn::config();
    config.name = "host";
    config.options = "nursery=256K";
    config.format = tn_format_low_tag(1, 0);
    return config;
}

static void add_types(tn::heap &heap) { heap.add<Pair, Vector, Values, Text, Map, Buffer, Wide, Watcher>(); }

static tn_value tagged(const void *object) { return reinterpret_cast<tn_value>(object); }
static tn_value number(long n) { return static_cast<tn_value>(n) << 1 | 1; }

static tn::local<Pair> cons(tn_mutator *m, const tn::local<Pair> &car, const tn::local<Pair> &cdr) {
    tn::scope scope(m);
    auto pair = tn::make<Pair>(m);
    pair[&Pair::car] = car;
    pair[&Pair::cdr] = cdr;
    pair->number = car ? car->number + 1 : 0;
    return scope.escape(pair);
}

/* A list whose pairs hold their numbers, made beside garbage; read back in three ways. */
static void lists(tn_mutator *m) {
    tn::scope scope(m);
    tn::local<Pair> list(m);
    for (int i = 0; i < 20000; i++) {
        tn::scope inner(m);
        auto pair = tn::make<Pair>(m);
        pair->number = i;
        pair[&Pair::cdr] = list;
        pair[&Pair::value] = number(i);
        list = pair;
        tn::make_tail<Text>(m, 50);
    }
    tn::collect(m);
    long at = 20000;
    for (const Pair *p = list; p; p = p->cdr) {
        CHECK(p->number == --at);
        CHECK(p->value == number(at));
    }
    CHECK(at == 0);
    /* an old object gets a young one */
    list[&Pair::car] = tn::make<Pair>(m);
    list->car->number = 77;
    list[&Pair::value] = tagged(list[&Pair::car].get());
    tn::collect(m, TN_MINOR);
    CHECK(list[&Pair::car]->number == 77 && list[&Pair::value] == tagged(list->car));
    list[&Pair::car] = nullptr;
    list[&Pair::value] = number(5);
    CHECK(!list->car && list->value == number(5));
    auto three = cons(m, list, cons(m, list, list));
    CHECK(three[&Pair::cdr]->car == list && three->car == three->cdr->cdr);
}

static void locals(tn_mutator *m) {
    tn::scope scope(m);
    auto a = tn::make<Pair>(m), b = tn::make<Pair>(m);
    a->number = 1;
    b->number = 2;
    tn::local<Pair> copy = a; /* a slot of its own */
    copy = b;
    CHECK(a->number == 1 && copy->number == 2 && copy == b);
    tn::local<tn_value> value(m, number(3)), other = value;
    other = number(4);
    CHECK(value == number(3) && other == number(4));
    value = tagged(a);
    tn::collect(m);
    CHECK(value == tagged(a));
    tn::local<Pair> none(m);
    CHECK(!none);
    std::size_t before = tn_handle_count(m);
    {
        tn::scope inner(m);
        tn::local<tn_value> v(m);
        cons(m, a, b);
        CHECK(tn_handle_count(m) == before + 2);
    }
    CHECK(tn_handle_count(m) == before);
    auto escaped = [m] {
        tn::scope inner(m);
        return inner.escape(tn::local<tn_value>(m, number(9)));
    }();
    CHECK(escaped == number(9) && tn_handle_count(m) == before + 1);
}

static void tails(tn_mutator *m) {
    tn::scope scope(m);
    auto pair = tn::make<Pair>(m);
    pair->number = 11;
    auto vector = tn::make_tail<Vector>(m, 10);
    CHECK(vector.length() == 10 && vector.tail().size() == 10);
    vector.tail()[3] = pair;
    vector[&Vector::first][2] = pair;
    auto values = tn::make_tail<Values>(m, 5);
    values.tail()[4] = tagged(pair);
    auto text = tn::make_tail<Text>(m, 6);
    std::memcpy(text.tail().data(), "hello", 6);
    auto map = tn::make_tail<Map>(m, 4);
    tn::collect(m);
    CHECK(vector.tail()[3] == pair && vector[&Vector::first][2]->number == 11);
    CHECK(values.tail()[4] == tagged(pair));
    CHECK(std::string(text.tail().begin()) == "hello" && map.tail().size() == 4);
    int found = 0;
    for (const Pair *p : vector.tail()) found += p == pair;
    CHECK(found == 1);
    text.resize(3000);
    CHECK(text.length() == 3000 && std::string(text.tail().data()) == "hello" && text.tail()[2999] == 0);
    text.resize(3);
    CHECK(text.tail().size() == 3);
    auto wide = tn::make<Wide>(m);
    CHECK(reinterpret_cast<std::uintptr_t>(wide.get()) % 32 == 0);
    Pair *fixed = pair.stable_address();
    tn::collect(m);
    CHECK(fixed == pair.get());
}

static void outlive(const tn::mutator &m) {
    tn::global<Pair> kept(m, nullptr);
    std::unordered_map<tn::global<Pair>, int> numbers;
    {
        tn::scope scope(m);
        auto pair = tn::make<Pair>(m);
        pair->number = 5;
        kept = pair;
        numbers.emplace(tn::global<Pair>(m, pair), 50);
    }
    tn::collect(m);
    tn::scope scope(m);
    kept[&Pair::car] = tn::make<Pair>(m);
    tn::collect(m, TN_MINOR);
    CHECK(kept->number == 5 && kept->car && numbers.find(tn::global<Pair>(m, kept))->second == 50);
    CHECK(std::hash<tn::global<Pair>>()(kept) == std::hash<tn::local<Pair>>()(tn::local<Pair>(m, kept)));

    auto watcher = tn::make<Watcher>(m);
    auto pair = tn::make<Pair>(m);
    auto seen = tn::make_weak(pair);
    watcher[&Watcher::seen] = seen;
    tn::collect(m);
    CHECK(tn::lock(m, seen.get()) == pair.get() && tn::lock(m, watcher->seen.get()) == pair.get());
    {
        tn::scope inner(m);
        CHECK(tn::lock(seen) == pair);
    }
    pair = nullptr;
    tn::collect(m);
    CHECK(!tn::lock(seen) && !tn::lock(m, watcher->seen.get()));
}

static std::size_t external_of(tn_heap *heap) {
    tn_stats stats;
    tn_stats_get(heap, &stats);
    return stats.external_bytes;
}

static void outside(const tn::heap &heap, tn_mutator *m) {
    std::size_t before = external_of(heap);
    {
        std::vector<long, tn::external_allocator<long>> numbers(1000, tn::external_allocator<long>(heap));
        CHECK(external_of(heap) == before + 8000);
    }
    CHECK(external_of(heap) == before);
    int count = disposed;
    {
        tn::scope scope(m);
        auto buffer = tn::make<Buffer>(m);
        buffer->memory = static_cast<char *>(std::malloc(10));
    }
    tn::collect(m);
    CHECK(disposed == count + 1);
}

/* A mutator, a heap and a global that end in the wrong order. */
static void ends() {
    auto heap = std::make_unique<tn::heap>(small());
    add_types(*heap);
    auto m = std::make_unique<tn::mutator>(*heap);
    auto kept = std::make_unique<tn::global<Pair>>(*m, nullptr);
    tn::make<Pair>(*m);
    heap.reset();
    CHECK(tn::allocate<Pair>(*m));
    m.reset();
    kept.reset();
}

#if defined(__cpp_exceptions)
struct gave_up {};

static bool give_up(tn_mutator *, std::size_t, void *user) {
    if (++*static_cast<int *>(user) < 100) throw gave_up();
    return false;
}

template <class E, class F> static bool throws(F f, tn_status status) {
    try {
        f();
    } catch (const E &e) {
        return e.status() == status && e.what()[0];
    }
    return false;
}

static void failures() {
    int asked = 0;
    tn_config config = small();
    config.options = "heap_max=64M";
    config.on_out_of_memory = give_up;
    config.user = &asked;
    tn::heap heap(config);
    add_types(heap);
    CHECK(throws<tn::error>([&] { heap.add<Pair>(); }, TN_BAD_TYPE));
    tn::mutator m(heap);
    CHECK(throws<tn::error>([&] { tn::mutator second(heap); }, TN_BAD_STATE));
    tn::scope scope(m);
    /* the hook throws, is asked again, and the heap is whole */
    for (int i = 1; i <= 3; i++) {
        bool caught = false;
        try {
            tn::make_tail<Text>(m, std::size_t{1} << 30);
        } catch (const gave_up &) {
            caught = true;
        }
        CHECK(caught && asked == i);
        tn::make<Pair>(m)->number = i;
        tn::collect(m);
    }
    asked = 1000;
    CHECK(throws<tn::out_of_memory>([&] { tn::make_tail<Text>(m, std::size_t{1} << 30); }, TN_OUT_OF_MEMORY));
    CHECK(!tn::make_tail<Text>(m, std::size_t{1} << 30, std::nothrow));
    CHECK(throws<tn::error>([&] { tn::make_tail<Text>(m, std::size_t{1} << 40); }, TN_BAD_SIZE));
    config.options = "nursery=1X";
    CHECK(throws<tn::error>([&] { tn::heap wrong(config); }, TN_BAD_OPTION));
}
#else
static void failures() {}
#endif

int main() {
    tn::heap heap(small());
    add_types(heap);
    tn::mutator m(heap);
    lists(m);
    locals(m);
    tails(m);
    outlive(m);
    outside(heap, m);
    ends();
    failures();
    std::puts("tenure.hpp: all checks hold");
    return 0;
}
