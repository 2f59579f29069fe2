/* tenure.hpp: Tenure for hosts in C++17: the same objects and barriers as in C, with owners that clean up, and with
 * fields that cannot be written without their barrier. Header only; the fast paths are the same instructions.
 *
 *     struct Pair {
 *         tn::field<Pair> car, cdr;
 *         long number;
 *     };
 *     template <> struct tn::type<Pair> : tn::layout<Pair, TN_FIRST_TYPE, &Pair::car, &Pair::cdr> {};
 *
 *     tn::heap heap;                                      // destroyed after its mutator, in whatever order they end
 *     heap.add<Pair>();
 *     tn::mutator m(heap);
 *
 *     tn::scope scope(m);                                 // gives its locals back at the end of the block
 *     tn::local<Pair> list(m);                            // a handle: rooted, and NULL
 *     for (int i = 0; i < 10; i++) {
 *         tn::scope inner(m);
 *         auto pair = tn::make<Pair>(m);                  // may collect; throws tn::out_of_memory
 *         pair->number = i;                               // plain data
 *         pair[&Pair::cdr] = list;                        // a store, with its barrier
 *         list = pair;
 *     }
 *     tn::global<Pair> kept(m, list);                     // lives beyond the scope
 *
 * A local is read again after each call that may collect: `pair->number` does that. A raw pointer, `pair.get()`, is
 * good until the next such call. In `pair[&Pair::cdr] = f(m)`, C++17 evaluates the right side first, so f may collect.
 *
 * Failures throw tn::error or tn::out_of_memory. The functions that take std::nothrow return what holds NULL instead.
 * Without exceptions (-fno-exceptions) a failure of the others ends the program.
 *
 * A scope lives on the stack of one function: in a coroutine none may be open across co_await, co_yield or a suspended
 * generator, because scopes close in the order in which they were opened. Hold a tn::global there.
 *
 * Everything here belongs to the mutator's thread, and none of it may be used in callbacks, except where the C function
 * behind it says so. */
#ifndef TENURE_HPP
#define TENURE_HPP

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <functional>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "tenure.h"

namespace tn {

/* ---- failures ---- */

/* A failed call: its status, and the line of text that tn_last_error gives. */
class error : public std::exception {
public:
    explicit error(const tn_error &of) noexcept : error_(of) {}
    tn_status status() const noexcept { return error_.status; }
    const char *what() const noexcept override { return error_.text; }

private:
    tn_error error_;
};

/* The same for TN_OUT_OF_MEMORY, so that a host's handler of std::bad_alloc sees it. */
class out_of_memory : public std::bad_alloc {
public:
    explicit out_of_memory(const tn_error &of) noexcept : error_(of) {}
    tn_status status() const noexcept { return error_.status; }
    const char *what() const noexcept override { return error_.text; }

private:
    tn_error error_;
};

namespace detail {

[[noreturn, gnu::cold, gnu::noinline]] inline void fail(const tn_error &of) {
#if defined(__cpp_exceptions)
    if (of.status == TN_OUT_OF_MEMORY) throw out_of_memory(of);
    throw error(of);
#else
    (void)of;
    std::abort();
#endif
}

/* With the mutator's last failure. */
[[noreturn, gnu::cold, gnu::noinline]] inline void fail(const tn_mutator *m) {
    tn_error of{};
    of.status = tn_last_status(m);
    const char *text = tn_last_error(m);
    for (std::size_t i = 0; i + 1 < sizeof of.text && text[i]; i++) of.text[i] = text[i];
    fail(of);
}

inline void check(const tn_mutator *m, tn_status status) {
    if (status != TN_OK) fail(m);
}

/* The name of a type, or of the member that a pointer points to, as the compiler writes it. */
template <class T> constexpr std::string_view name_of_type() {
    std::string_view s = __PRETTY_FUNCTION__; /* "... [with T = a::Pair; ...]" or "... [T = a::Pair]" */
    std::size_t from = s.find("T = ") + 4;
    return s.substr(from, s.find_first_of(";]", from) - from);
}
template <auto M> constexpr std::string_view name_of_member() {
    std::string_view s = __PRETTY_FUNCTION__; /* "... [with auto M = &a::Pair::car; ...]" */
    std::size_t from = s.find("M = ") + 4;
    s = s.substr(from, s.find_first_of(";]", from) - from);
    return s.substr(s.rfind(':') + 1);
}

/* Where the caller is, for reports of the debug modes. Made only where it is needed. */
struct where {
    const char *file;
    int line;
    constexpr where(const char *f = __builtin_FILE(), int l = __builtin_LINE()) noexcept : file(f), line(l) {}
    tn_place place() const noexcept { return {file, line}; }
};

} // namespace detail

/* ---- fields ---- */

template <class T> class local;
template <class T> class slot;

/* A reference in an object: a plain pointer that is read as one, and stored through its owner: owner[&Pair::car] = x
 * for a local, tn::at(m, object, &Pair::car) = x for a raw pointer. */
template <class T> class field {
public:
    using referent = T;
    field() = default;
    field(const field &) = delete;
    field &operator=(const field &) = delete;
    template <class U> field &operator=(U &&) {
        static_assert(sizeof(U) == 0, "a field is stored through its owner, as in owner[&Pair::car] = x, "
                                      "because the store needs its barrier");
        return *this;
    }
    T *get() const noexcept { return reference_; }
    operator T *() const noexcept { return reference_; }
    T *operator->() const noexcept { return reference_; }

private:
    T *reference_;
};

/* A value in an object, in the host's own format. */
class value_field {
public:
    value_field() = default;
    value_field(const value_field &) = delete;
    value_field &operator=(const value_field &) = delete;
    template <class U> value_field &operator=(U &&) {
        static_assert(sizeof(U) == 0, "a value is stored through its owner, as in owner[&Box::value] = x, "
                                      "because the store needs its barrier");
        return *this;
    }
    tn_value get() const noexcept { return value_; }
    operator tn_value() const noexcept { return value_; }

private:
    tn_value value_;
};

/* ---- descriptions ---- */

/* What the host specialises for each of its structs: by deriving from tn::layout, and by adding what applies:
 *
 *     template <> struct tn::type<File> : tn::layout<File, TN_FIRST_SPECIAL> {
 *         static constexpr unsigned flags = TN_LEAF;                   // as in tn_type_desc
 *         static constexpr const char *name = "file";                  // default: the struct's name
 *         using tail = char;                                           // the elements of the tail: tn::field<T>,
 *                                                                      // tn::value_field, or plain data
 *         static void dispose(tn_heap *heap, File &file) noexcept;     // the callbacks of tn_type_desc
 *         static void trace(tn_tracer *tracer, File &file) noexcept;
 *         static void describe(const File &file, char *text, size_t size) noexcept;
 *     };
 *
 * The fields of the layout are pointers to all of its tn::field and tn::value_field members, and to arrays of them. */
template <class T> struct type;

/* The members of a struct that hold references or values: in tn::layout, and as `tail_fields` for elements of a tail
 * that are structs. */
template <auto... Fields> struct members {};

template <class T, tn_type Number, auto... Fields> struct layout {
    static_assert(Number >= TN_FIRST_TYPE && Number < TN_TYPES_END,
                  "the number of a type is TN_FIRST_TYPE or more, and below TN_TYPES_END");
    using object = T;
    using fields = members<Fields...>;
    static constexpr tn_type number = Number;
};

namespace detail {

template <class T> struct kind_of : std::integral_constant<int, 0> {};
template <class T> struct kind_of<field<T>> : std::integral_constant<int, 1> {};
template <> struct kind_of<value_field> : std::integral_constant<int, 2> {};

template <class, template <class> class, class = void> struct has : std::false_type {};
template <class T, template <class> class What> struct has<T, What, std::void_t<What<T>>> : std::true_type {};
template <class D> using flags_of = decltype(D::flags);
template <class D> using named = decltype(D::name);
template <class D> using tailed = typename D::tail;
template <class D> using tail_fielded = typename D::tail_fields;
template <class D> using disposing = decltype(&D::dispose);
template <class D> using tracing = decltype(&D::trace);
template <class D> using describing = decltype(&D::describe);

template <class D, bool> struct tail_of { using type = char; static constexpr std::size_t size = 0; };
template <class D> struct tail_of<D, true> {
    using type = typename D::tail;
    static constexpr std::size_t size = sizeof(type);
};

template <class T> using element_of = typename tail_of<type<T>, has<type<T>, tailed>::value>::type;
template <class T> constexpr std::size_t element_bytes = tail_of<type<T>, has<type<T>, tailed>::value>::size;

template <class T> constexpr void check_object() {
    static_assert(std::is_standard_layout_v<T>, "an object of the heap is a struct of plain data and fields: it has "
                                                "neither virtual functions nor base classes with data");
    static_assert(std::is_trivially_destructible_v<T>, "an object of the heap has no destructor: nobody would call it. "
                                                       "A type may have a dispose function");
    static_assert(alignof(T) <= TN_ALIGN_MAX, "Tenure aligns objects to 64 bytes at most");
    static_assert(alignof(element_of<T>) <= 8 || alignof(element_of<T>) <= alignof(T),
                  "the elements of the tail want more alignment than the struct before them: give that as much");
}

template <class T, class M> std::size_t offset_of(M T::*member) noexcept {
    alignas(T) static char nowhere[sizeof(T)] = {};
    const T *object = reinterpret_cast<const T *>(nowhere);
    return static_cast<std::size_t>(reinterpret_cast<const char *>(&(object->*member)) - nowhere);
}

/* What is known of the words of a struct. Names come in the order of the words, as tn_type_desc wants them. */
struct words {
    std::uint64_t refs = 0, values = 0;
    std::string_view names[64];
    bool too_far = false;

    void add(std::size_t offset, std::size_t bytes, int kind, std::string_view name) {
        for (std::size_t i = offset / 8; i < (offset + bytes) / 8; i++) {
            if (i >= 64) {
                too_far = true;
                return;
            }
            (kind == 1 ? refs : values) |= std::uint64_t{1} << i;
            names[i] = name;
        }
    }
    template <auto M, class T, class F> void add(F T::*) {
        using element = std::remove_all_extents_t<F>;
        static_assert(kind_of<element>::value != 0, "a layout lists members that are tn::field or tn::value_field");
        add(offset_of(M), sizeof(F), kind_of<element>::value, name_of_member<M>());
    }
    template <auto... M> void add(members<M...>) { (add<M>(M), ...); }

    std::string joined(std::uint64_t bits) const {
        std::string all;
        for (unsigned i = 0; i < 64; i++)
            if (bits >> i & 1) all.append(all.empty() ? "" : ", ").append(names[i]);
        return all;
    }
};

/* The callbacks behind the references that a description's functions take. */
template <class T> void call_dispose(tn_heap *heap, void *object) { type<T>::dispose(heap, *static_cast<T *>(object)); }
template <class T> void call_trace(tn_tracer *tracer, void *object) {
    type<T>::trace(tracer, *static_cast<T *>(object));
}
template <class T> void call_describe(const void *object, char *text, std::size_t size) {
    type<T>::describe(*static_cast<const T *>(object), text, size);
}

template <class T> void describe_tail(tn_type_desc &d, words &w) {
    using D = type<T>;
    if constexpr (has<D, tailed>::value) {
        using element = std::remove_all_extents_t<typename D::tail>;
        d.tail_size = sizeof(typename D::tail);
        if constexpr (kind_of<element>::value != 0) w.add(0, d.tail_size, kind_of<element>::value, {});
        if constexpr (has<D, tail_fielded>::value) w.add(typename D::tail_fields{});
        d.tail_refs = w.refs;
        d.tail_values = w.values;
    }
}

/* Their texts must outlive the heap: there is one of each for a type, for ever. */
template <class T> const char *kept(std::string text) {
    static const std::string *const all = new std::string(std::move(text));
    return all->c_str();
}
struct of_name; struct of_refs; struct of_values;

template <class T> tn_type_desc description(bool &too_far) {
    using D = type<T>;
    check_object<T>();
    words fixed, tail;
    fixed.add(typename D::fields{});
    tn_type_desc d{};
    d.number = D::number;
    d.size = sizeof(T);
    d.align = alignof(T);
    if constexpr (has<D, named>::value) d.name = D::name;
    else d.name = kept<std::pair<T, of_name>>(std::string(name_of_type<T>()));
    if constexpr (has<D, flags_of>::value) d.flags = D::flags;
    d.refs = fixed.refs;
    d.values = fixed.values;
    if (d.refs) d.ref_names = kept<std::pair<T, of_refs>>(fixed.joined(d.refs));
    if (d.values) d.value_names = kept<std::pair<T, of_values>>(fixed.joined(d.values));
    describe_tail<T>(d, tail);
    if constexpr (has<D, disposing>::value) d.dispose = call_dispose<T>;
    if constexpr (has<D, tracing>::value) d.trace = call_trace<T>;
    if constexpr (has<D, describing>::value) d.describe = call_describe<T>;
    too_far = fixed.too_far || tail.too_far;
    return d;
}

} // namespace detail

/* ---- heaps and mutators ---- */

/* A config with the defaults, to be changed and given to tn::heap. */
inline tn_config config() noexcept { return TN_CONFIG_INIT; }

/* Owns a heap. It ends when the last of this object, its mutators and its external_allocators has ended. */
class heap {
public:
    explicit heap(const tn_config &with = config()) {
        tn_error failed{};
        heap_.reset(tn_heap_create(&with, &failed), [](tn_heap *h) { tn_heap_destroy(h); });
        if (!heap_) detail::fail(failed);
    }
    tn_heap *get() const noexcept { return heap_.get(); }
    operator tn_heap *() const noexcept { return heap_.get(); }

    /* Registers the types, each described by tn::type. */
    template <class... T> void add() { (add_one<T>(), ...); }

private:
    template <class T> void add_one() {
        bool too_far = false;
        tn_type_desc d = detail::description<T>(too_far);
        tn_error failed{TN_BAD_TYPE, "tn::heap::add: the type was refused; on_error has the reason"};
        if (too_far || !tn_type_create(heap_.get(), &d)) detail::fail(failed);
    }

    std::shared_ptr<tn_heap> heap_;
    friend class mutator;
    template <class U> friend class external_allocator;
};

/* Owns a thread's mutator in a heap. */
class mutator {
public:
    explicit mutator(const heap &in) : state_(std::make_shared<state>()) {
        tn_error failed{};
        state_->heap = in.heap_;
        state_->m = tn_mutator_create(in, &failed);
        if (!state_->m) detail::fail(failed);
    }
    mutator(mutator &&) noexcept = default;
    mutator &operator=(mutator &&) = delete;
    ~mutator() {
        if (!state_) return;
        tn_mutator_destroy(state_->m);
        state_->m = nullptr; /* globals that live longer leave their slots to the heap */
    }
    tn_mutator *get() const noexcept { return state_->m; }
    operator tn_mutator *() const noexcept { return state_->m; }

private:
    struct state {
        std::shared_ptr<tn_heap> heap;
        tn_mutator *m = nullptr;
    };
    std::shared_ptr<state> state_;
    template <class T> friend class global;
};

/* Collects now. */
inline void collect(tn_mutator *m, tn_collection_kind kind = TN_FULL) { detail::check(m, tn_collect(m, kind)); }

/* ---- locals ---- */

/* A slot of an object that is about to be written or read: owner[&Pair::car]. It is good until the next call that may
 * collect. Use it at once. */
template <class T> class slot {
public:
    slot(tn_mutator *m, void *owner, void *at) noexcept : m_(m), owner_(owner), at_(at) {}
    const slot &operator=(T *to) const {
        (tn_store)(m_, owner_, at_, to);
        return *this;
    }
    const slot &operator=(const slot &from) const { return *this = from.get(); }
    T *get() const noexcept { return *static_cast<T **>(at_); }
    operator T *() const noexcept { return get(); }
    T *operator->() const noexcept { return get(); }

private:
    tn_mutator *m_;
    void *owner_, *at_;
};

template <> class slot<tn_value> {
public:
    slot(tn_mutator *m, void *owner, void *at) noexcept : m_(m), owner_(owner), at_(static_cast<tn_value *>(at)) {}
    const slot &operator=(tn_value to) const {
        (tn_store_value)(m_, owner_, at_, to);
        return *this;
    }
    const slot &operator=(const slot &from) const { return *this = from.get(); }
    tn_value get() const noexcept { return *at_; }
    operator tn_value() const noexcept { return get(); }

private:
    tn_mutator *m_;
    void *owner_;
    tn_value *at_;
};

namespace detail {

/* What a slot for a member of this type holds. */
template <class F> struct slot_of;
template <class T> struct slot_of<field<T>> { using type = slot<T>; };
template <> struct slot_of<value_field> { using type = slot<tn_value>; };

/* A row of fields: an array in a struct, or a tail. */
template <class F> class row {
public:
    row(tn_mutator *m, void *owner, const F *first, std::size_t count) noexcept
        : m_(m), owner_(owner), first_(first), count_(count) {}
    std::size_t size() const noexcept { return count_; }
    typename slot_of<F>::type operator[](std::size_t i) const noexcept {
        return {m_, owner_, const_cast<F *>(first_ + i)};
    }
    const F *begin() const noexcept { return first_; }
    const F *end() const noexcept { return first_ + count_; }

private:
    tn_mutator *m_;
    void *owner_;
    const F *first_;
    std::size_t count_;
};

template <class F> struct member_access;
template <class T> struct member_access<field<T>> {
    static slot<T> of(tn_mutator *m, void *owner, const field<T> &f) noexcept {
        return {m, owner, const_cast<field<T> *>(&f)};
    }
};
template <> struct member_access<value_field> {
    static slot<tn_value> of(tn_mutator *m, void *owner, const value_field &f) noexcept {
        return {m, owner, const_cast<value_field *>(&f)};
    }
};
template <class F, std::size_t N> struct member_access<F[N]> {
    static row<F> of(tn_mutator *m, void *owner, const F (&f)[N]) noexcept { return {m, owner, f, N}; }
};

} // namespace detail

/* A field of an object that is given by a raw pointer: tn::at(m, pair, &Pair::car) = other. */
template <class T, class F> auto at(tn_mutator *m, T *object, F T::*member) noexcept {
    return detail::member_access<F>::of(m, object, object->*member);
}

/* The elements of an object's tail: a row of slots for references and values, a span of plain data otherwise. Good
 * until the next call that may collect. */
template <class E> class span {
public:
    span(E *first, std::size_t count) noexcept : first_(first), count_(count) {}
    E *begin() const noexcept { return first_; }
    E *end() const noexcept { return first_ + count_; }
    E *data() const noexcept { return first_; }
    std::size_t size() const noexcept { return count_; }
    bool empty() const noexcept { return count_ == 0; }
    E &operator[](std::size_t i) const noexcept { return first_[i]; }

private:
    E *first_;
    std::size_t count_;
};

template <class T> auto tail_of(tn_mutator *m, T *object) noexcept {
    using E = detail::element_of<T>;
    static_assert(detail::element_bytes<T> != 0, "this type has no tail: say `using tail = ...` in its tn::type");
    E *first = reinterpret_cast<E *>(object + 1);
    std::size_t count = (tn_length_of)(object);
    if constexpr (detail::kind_of<E>::value != 0) return detail::row<E>(m, object, first, count);
    else return span<E>(first, count);
}

/* A handle of an object, or of NULL: a slot of the innermost scope. A copy is a slot of its own. A moved local is not
 * used any more. */
template <class T> class local {
public:
    explicit local(tn_mutator *m, T *object = nullptr, detail::where here = {})
        : m_(m), slot_(push(m, object, here)) {}
    local(const local &from, detail::where here = {}) : local(from.m_, from.get(), here) {}
    local(local &&from) noexcept : m_(from.m_), slot_(from.slot_) {}
    local &operator=(const local &from) noexcept { return *this = from.get(); }
    local &operator=(T *object) noexcept {
        *slot_ = object;
        return *this;
    }

    T *get() const noexcept { return *slot_; }
    T *operator->() const noexcept { return *slot_; }
    T &operator*() const noexcept { return **slot_; }
    operator T *() const noexcept { return *slot_; }
    tn_mutator *owner() const noexcept { return m_; }
    /* For the macros and functions of the C API that take handles. */
    T **handle() const noexcept { return slot_; }

    /* A field: read it, or store into it. */
    template <class F> auto operator[](F T::*member) const noexcept { return at(m_, *slot_, member); }
    auto tail() const noexcept { return tail_of(m_, *slot_); }
    std::size_t length() const noexcept { return (tn_length_of)(*slot_); }

    /* Changes the length of the tail (TN_RESIZE): this local then holds an object that may be a new one. */
    void resize(std::size_t count) { detail::check(m_, (tn_resize_)(m_, slot_, count)); }
    /* Gives the object an address that is fixed for all its life (TN_STABLE_ADDRESS). */
    T *stable_address() const {
        void *object = tn_stable_address_(m_, slot_);
        if (!object) detail::fail(m_);
        return static_cast<T *>(object);
    }

private:
    static T **push(tn_mutator *m, T *object, [[maybe_unused]] detail::where here) {
        void **slot = tn_push_(m, object);
        if (TN_CHECKED_(m)) {
            tn_place place = here.place();
            tn_handle_made_(m, slot, &place);
        }
        return reinterpret_cast<T **>(slot);
    }

    tn_mutator *m_;
    T **slot_;
    friend class scope;
    struct taken {};
    local(tn_mutator *m, T **slot, taken) noexcept : m_(m), slot_(slot) {}
};

/* A handle of a value. */
template <> class local<tn_value> {
public:
    explicit local(tn_mutator *m, tn_value value = 0, detail::where here = {})
        : m_(m), slot_(push(m, value, here)) {}
    local(const local &from, detail::where here = {}) : local(from.m_, from.get(), here) {}
    local(local &&from) noexcept : m_(from.m_), slot_(from.slot_) {}
    local &operator=(const local &from) noexcept { return *this = from.get(); }
    local &operator=(tn_value value) noexcept {
        *slot_ = value;
        return *this;
    }
    tn_value get() const noexcept { return *slot_; }
    operator tn_value() const noexcept { return *slot_; }
    tn_value *handle() const noexcept { return slot_; }
    tn_mutator *owner() const noexcept { return m_; }

private:
    static tn_value *push(tn_mutator *m, tn_value value, [[maybe_unused]] detail::where here) {
        tn_value *slot = tn_push_value_(m, value);
        if (TN_CHECKED_(m)) {
            tn_place place = here.place();
            tn_handle_made_(m, slot, &place);
        }
        return slot;
    }

    tn_mutator *m_;
    tn_value *slot_;
    friend class scope;
    struct taken {};
    local(tn_mutator *m, tn_value *slot, taken) noexcept : m_(m), slot_(slot) {}
};

/* Gives all locals that were made since back at the end of its block (TN_SCOPE). */
class scope {
public:
    /* These are inlined always: debug mode `handles` sees by the stack's depth whether a scope was left out. */
    [[gnu::always_inline]] explicit scope(tn_mutator *m, [[maybe_unused]] detail::where here = {})
        : scope_(tn_scope_open_(m, nullptr)) {
        if (TN_CHECKED_(m)) {
            place_ = here.place();
            scope_.place = &place_;
        }
        tn_scope_start_(&scope_);
    }
    scope(const scope &) = delete;
    scope &operator=(const scope &) = delete;
    [[gnu::always_inline]] ~scope() { tn_scope_close_(&scope_); }

    /* Moves a local to the enclosing scope: the last thing before `return`, once for objects and once for values. */
    template <class T> local<T> escape(const local<T> &from) noexcept {
        return local<T>(from.m_, reinterpret_cast<T **>(tn_escape_(&scope_, from.slot_)), typename local<T>::taken{});
    }
    local<tn_value> escape(const local<tn_value> &from) noexcept {
        return local<tn_value>(from.m_, tn_escape_value_(&scope_, from.slot_), local<tn_value>::taken{});
    }

private:
    tn_scope_ scope_;
    [[maybe_unused]] tn_place place_; /* of this line, where it is checked */
};

/* ---- allocation ---- */

namespace detail {

[[gnu::noinline]] inline void *allocate_slowly(tn_mutator *m, tn_type type, std::uint64_t sizes, std::size_t count,
                                               where here) {
    tn_place place = here.place();
    return tn_alloc_slow_at_(m, type, sizes, count, &place);
}

/* tn_alloc_at_ and tn_alloc_tail_at_, with a place that is made only where it is needed. */
template <class T> [[gnu::always_inline]] inline T *allocate(tn_mutator *m, std::size_t count, where here) {
    constexpr std::size_t element = element_bytes<T>;
    constexpr tn_type number = type<T>::number;
    constexpr bool plain = number < TN_FIRST_SPECIAL && sizeof(T) <= TN_SMALL_MAX && alignof(T) <= 8;
    check_object<T>();
    if (plain && (element == 0 || count <= (TN_SMALL_MAX - sizeof(T)) / (element ? element : 1))) {
        char *object = m->alloc, *next = object + tn_cell_bytes(sizeof(T) + count * element);
        if (TN_LIKELY_(reinterpret_cast<std::uintptr_t>(next) <= m->limit)) {
            m->alloc = next;
            reinterpret_cast<tn_header *>(object)[-1] = TN_HEADER_OF_(number, count);
            return reinterpret_cast<T *>(object);
        }
    }
    return static_cast<T *>(allocate_slowly(m, number, TN_SIZES_(sizeof(T), element), count, here));
}

} // namespace detail

/* A new object, zeroed. May collect. Throws tn::out_of_memory; with std::nothrow the local holds NULL instead. */
template <class T> local<T> make(tn_mutator *m, detail::where here = {}) {
    T *object = detail::allocate<T>(m, 0, here);
    if (TN_UNLIKELY_(!object)) detail::fail(m);
    return local<T>(m, object, here);
}
template <class T> local<T> make(tn_mutator *m, std::nothrow_t, detail::where here = {}) {
    return local<T>(m, detail::allocate<T>(m, 0, here), here);
}

/* The same with a tail of `count` elements. */
template <class T> local<T> make_tail(tn_mutator *m, std::size_t count, detail::where here = {}) {
    static_assert(detail::element_bytes<T> != 0, "this type has no tail: say `using tail = ...` in its tn::type");
    T *object = detail::allocate<T>(m, count, here);
    if (TN_UNLIKELY_(!object)) detail::fail(m);
    return local<T>(m, object, here);
}
template <class T> local<T> make_tail(tn_mutator *m, std::size_t count, std::nothrow_t, detail::where here = {}) {
    static_assert(detail::element_bytes<T> != 0, "this type has no tail: say `using tail = ...` in its tn::type");
    return local<T>(m, detail::allocate<T>(m, count, here), here);
}

/* Raw tier: a new object as a raw pointer, NULL when memory is out. */
template <class T> T *allocate(tn_mutator *m, detail::where here = {}) { return detail::allocate<T>(m, 0, here); }
template <class T> T *allocate_tail(tn_mutator *m, std::size_t count, detail::where here = {}) {
    return detail::allocate<T>(m, count, here);
}

/* ---- what outlives scopes ---- */

/* Keeps an object alive until it ends (a global of the C API). It belongs to the mutator's thread. When it outlives the
 * mutator, the heap frees its slot. */
template <class T> class global {
public:
    global(const mutator &m, T *object) : state_(m.state_), slot_((tn_global_create)(m, object)) {
        if (!slot_) detail::fail(m.get());
    }
    global(global &&from) noexcept : state_(std::move(from.state_)), slot_(std::exchange(from.slot_, nullptr)) {}
    global &operator=(const global &from) {
        set(from.get());
        return *this;
    }
    global &operator=(T *object) {
        set(object);
        return *this;
    }
    ~global() {
        if (slot_ && state_->m) (tn_global_destroy)(state_->m, slot_);
    }
    T *get() const noexcept { return static_cast<T *>(*slot_); }
    T *operator->() const noexcept { return get(); }
    T &operator*() const noexcept { return *get(); }
    operator T *() const noexcept { return get(); }
    tn_mutator *owner() const noexcept { return state_->m; }
    template <class F> auto operator[](F T::*member) const noexcept { return at(state_->m, get(), member); }
    auto tail() const noexcept { return tail_of(state_->m, get()); }

private:
    void set(T *object) { detail::check(state_->m, (tn_global_store)(state_->m, slot_, object)); }
    std::shared_ptr<mutator::state> state_;
    void *const *slot_;
};

/* ---- weak references ---- */

/* An object that refers to a T and does not keep it alive: hold it in a tn::local, a tn::global or a tn::field. */
template <class T> class weak;

template <class T> local<weak<T>> make_weak(const local<T> &to, detail::where here = {}) {
    tn_weak **made = tn_weak_new_(to.owner(), to.handle());
    if (!made) detail::fail(to.owner());
    return local<weak<T>>(to.owner(), reinterpret_cast<weak<T> *>(*made), here);
}

/* The referent, or NULL when it is dead: as a raw pointer, or in a new local, which keeps it alive until its scope
 * ends. */
template <class T> T *lock(tn_mutator *m, const weak<T> *of) noexcept {
    return static_cast<T *>(tn_weak_read(m, reinterpret_cast<const tn_weak *>(of)));
}
template <class T> local<T> lock(const local<weak<T>> &of, detail::where here = {}) {
    return local<T>(of.owner(), lock<T>(of.owner(), of.get()), here);
}

/* ---- memory outside of the heap ---- */

/* An allocator of standard containers that counts their bytes as external bytes of a heap, so that small objects with
 * large buffers are collected in time (tn_external_adjust). */
template <class U> class external_allocator {
public:
    using value_type = U;
    explicit external_allocator(const heap &of) noexcept : heap_(of.heap_) {}
    template <class V> external_allocator(const external_allocator<V> &from) noexcept : heap_(from.heap_) {}

    U *allocate(std::size_t count) {
        U *memory = std::allocator<U>().allocate(count);
        tn_external_adjust(heap_.get(), static_cast<std::ptrdiff_t>(count * sizeof(U)));
        return memory;
    }
    void deallocate(U *memory, std::size_t count) noexcept {
        tn_external_adjust(heap_.get(), -static_cast<std::ptrdiff_t>(count * sizeof(U)));
        std::allocator<U>().deallocate(memory, count);
    }
    template <class V> bool operator==(const external_allocator<V> &other) const noexcept {
        return heap_ == other.heap_;
    }
    template <class V> bool operator!=(const external_allocator<V> &other) const noexcept {
        return heap_ != other.heap_;
    }

private:
    std::shared_ptr<tn_heap> heap_;
    template <class V> friend class external_allocator;
};

} // namespace tn

/* ---- tables by identity ---- */

/* The identity hash: the same for all of an object's life, wherever it moves. */
template <class T> struct std::hash<tn::local<T>> {
    std::size_t operator()(const tn::local<T> &l) const noexcept { return (tn_hash_of)(l.owner(), l.get()); }
};
template <class T> struct std::hash<tn::global<T>> {
    std::size_t operator()(const tn::global<T> &g) const noexcept { return (tn_hash_of)(g.owner(), g.get()); }
};

#endif
