# tenure-gdb.py: what gdb knows of a heap, in a live process and in a core dump. gdb loads it by itself with the library
# (`info auto-load` says where from, and whether its safe-path has it), or with `source`.
#
#     tn-heap [HEAP]           sizes, collections, options in effect, the nursery, the old space, roots
#     tn-object ADDRESS [HEAP] what is there: type, length, age, space, marks, what the barrier knows, where allocated
#     tn-refs ADDRESS [HEAP]   who refers to it: objects by type and field, handles, roots, ranges
#     tn-print HANDLE [HEAP]   the object that a handle (T **), a reference (T *) or a value holds
#
# HEAP is an expression for a tn_heap * or tn_mutator *. Without it the innermost frame that has a variable of such a
# type says it. The library must have been built with debug information.
import gdb

REGION, BLOCK, GRAIN, OFFSET = 2 << 20, 64 << 10, 1024, 64
PADDING = 3  # the type of what lies before an aligned young object
FORWARDED, ARMED, HASHED, STORED, STABLE, SLOTS, LISTED, UNPROTECTED = 1, 2, 4, 8, 16, 32, 64, 128
YOUNG = HASHED  # of a large object
SHOWN = 20  # slots of an object that are not 0
ROOM = 128  # bytes of a describe text
said = set()  # what is said once a session
KINDS = ("small", "large", "huge")
SHAPES = ("unregistered", "leaf", "fixed", "references", "values", "elements", "traced")


def number(value):
    return int(value.cast(gdb.lookup_type("unsigned long")))


def memory(address):
    """The word at an address."""
    return number(gdb.Value(address).cast(gdb.lookup_type("unsigned long").pointer()).dereference())


def text(value):
    return value.string() if number(value) else None


def size(count):
    for unit, name in ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")):
        if count >= unit:
            return "%.1f %s" % (count / unit, name)
    return "%d B" % count


def vector(v):
    return [memory(number(v["at"]) + 8 * i) for i in range(number(v["count"]))]


def variables(frame):
    """The variables that the frame can see, innermost first."""
    try:
        block = frame.block()
    except RuntimeError:
        return
    while block and not block.is_global:
        for symbol in block:
            if symbol.is_variable or symbol.is_argument:
                yield symbol
        block = block.superblock


def as_heap(value):
    """The heap of a tn_heap * or tn_mutator *, or None."""
    kind = value.type.strip_typedefs()
    if kind.code != gdb.TYPE_CODE_PTR or not number(value):
        return None
    name = kind.target().unqualified().strip_typedefs().name
    return value.dereference() if name == "tn_heap" else value["heap"].dereference() if name == "tn_mutator" else None


def find_heap(expression):
    try:
        gdb.lookup_type("tni_region")
    except gdb.error:
        raise gdb.GdbError("the library was built without debug information")
    if expression:
        heap = as_heap(gdb.parse_and_eval(expression))
        if heap is None:
            raise gdb.GdbError("%s is no tn_heap * and no tn_mutator *" % expression)
        return heap
    frame = gdb.newest_frame()
    while frame:
        for symbol in variables(frame):
            try:
                heap = as_heap(symbol.value(frame))
                if heap is not None and text(heap["host"]["name"].address.cast(gdb.lookup_type("char").pointer())):
                    return heap
            except (gdb.error, RuntimeError, TypeError):
                pass
        frame = frame.older()
    raise gdb.GdbError("no frame has a variable of type tn_heap * or tn_mutator *: say which heap")


def scratch():
    """Memory of the process for a text, or None where gdb can call no function. Says so the first time: a core dump has
    none to call, and some versions of gdb cannot write the registers of some processors."""
    try:
        return gdb.parse_and_eval("(char *)malloc(%d)" % ROOM)
    except gdb.error as error:
        if "describe" not in said:
            said.add("describe")
            print("describe texts are not available, for gdb cannot call functions here: %s" % error)
        return None


class Heap:
    """A view of a heap. Everything is read anew by each command."""

    def __init__(self, heap):
        self.heap = heap
        self.base = number(heap["nursery"]["base"])
        self.reserved = number(heap["nursery"]["reserved"])
        self.regions = vector(heap["regions"]["all"])
        self.format = {part: number(heap["format"][part]) for part in ("mask", "tag", "payload")}
        quarantine = heap["quarantine"]
        dead = [quarantine["dead"][i] for i in range(number(quarantine["count"]))]
        self.dead = {number(one["at"]): one for one in dead}

    def young(self, at):
        return self.base <= at < self.base + self.reserved

    def young_end(self):
        return number(self.heap["mutators"][0]["pub"]["alloc"]) - 8

    def region(self, at):
        for address in self.regions:
            region = gdb.Value(address).cast(gdb.lookup_type("tni_region").pointer()).dereference()
            if address <= at < address + number(region["bytes"]):
                return region
        return None

    def marked(self, region, at):
        bit = (at & (REGION - 1)) >> 3
        return bool(number(region["marks"][bit // 64]) >> (bit % 64) & 1)

    def header(self, at):
        return memory(at - 8)

    def layout(self, header):
        return self.heap["types"]["layouts"][(header >> 8) & 0xFFFF]

    def reference(self, word):
        """The address in a value, or None."""
        return word & self.format["payload"] if word & self.format["mask"] == self.format["tag"] else None

    def is_object(self, at):
        if at & 7:
            return False
        if self.young(at):
            return number(self.heap["nursery"]["start"]) < at < self.young_end()
        region = self.region(at)
        if region is None or at in self.dead:
            return False
        offset, kind = at & (REGION - 1), number(region["kind"])
        if kind == 2:
            return at == number(region.address) + BLOCK + OFFSET
        if kind == 1:
            grain = offset // GRAIN
            return offset % GRAIN == OFFSET and bool(number(region["first_grains"][grain // 64]) >> (grain % 64) & 1)
        return offset >= BLOCK and self.marked(region, at)

    def name(self, at):
        layout = self.layout(self.header(at))
        return layout["desc"]["name"].string() if number(layout["desc"]) else "no type"

    def describe(self, at):
        """What the host's describe callback says; None without one, or where gdb cannot call it."""
        describe = self.layout(self.header(at))["desc"]["describe"]
        if not number(describe):
            return None
        room = scratch()
        if room is None:
            return None
        try:
            describe.dereference()(gdb.Value(at).cast(gdb.lookup_type("void").pointer()), room, ROOM)
            told = room.string(errors="replace")
            gdb.parse_and_eval("(void)free((char *)%d)" % number(room))
            return told
        except gdb.error:
            return None

    def title(self, at):
        told = self.describe(at)
        return "%#x %s%s" % (at, self.name(at), ": " + told if told else "")

    def site(self, at):
        """Where it was allocated, as the option `sites` knows."""
        sites, found = self.heap["sites"], 0
        if self.young(at):
            births = sites["young"]
            for i in range(number(births["count"])):
                if number(births["at"][i]["at"]) == at:
                    found = number(births["at"][i]["site"])
        else:
            entries = sites["old"]
            for i in range(number(entries["capacity"])):
                if number(entries["entry"][i]["at"]) == at:
                    found = number(entries["entry"][i]["site"])
        if not found:
            return None
        site, parts = sites["site"][found], []
        if number(site["code"]["file"]):
            parts.append("%s:%d" % (site["code"]["file"].string(), number(site["code"]["line"])))
        if number(site["script"]["file"]):
            parts.append("for %s:%d" % (site["script"]["file"].string(), number(site["script"]["line"])))
        return " ".join(parts)

    def slots(self, at):
        """(name, word, is a value) of each slot that the type's bitmaps tell."""
        header = self.header(at)
        layout, length = self.layout(header), header >> 32
        part, tail = number(layout["size"]), number(layout["tail_size"])
        shape, desc = SHAPES[number(layout["shape"])], layout["desc"]
        names = [(text(desc[key]) or "").replace(" ", "").split(",") for key in ("ref_names", "value_names")]

        def bits(base, bitmaps, prefix, names):
            for kind, bitmap in enumerate(bitmaps):
                words = [word for word in range(64) if bitmap >> word & 1]
                for i, word in enumerate(words):
                    known = names and i < len(names[kind]) and names[kind][i]
                    yield prefix + (known or "word %d" % word), memory(base + 8 * word), kind == 1

        yield from bits(at, (number(layout["refs"]), number(layout["values"])), "", names)
        for i in range(length if shape in ("references", "values", "elements") else 0):
            base = at + part + i * tail
            if shape == "elements":
                masks = (number(layout["tail_refs"]), number(layout["tail_values"]))
                yield from bits(base, masks, "tail[%d] " % i, None)
            else:
                yield "tail[%d]" % i, memory(base), shape == "values"

    def cell(self, at):
        header = self.header(at)
        if header >> 8 & 0xFFFF == PADDING:
            return 8 + 8 * (header >> 32)
        layout = self.layout(header)
        took = number(layout["size"]) + number(layout["tail_size"]) * (header >> 32)
        return max(8, (took + 7) // 8 * 8) + 8 + (8 if header & STORED else 0)

    def objects(self):
        return (at for at in self.places() if at not in self.dead)

    def places(self):
        """What is an object, or was one and is in quarantine."""
        at, end = number(self.heap["nursery"]["start"]) + 8, self.young_end()
        while at < end and self.header(at):
            if self.header(at) >> 8 & 0xFFFF != PADDING:
                yield at
            at += self.cell(at)
        for address in self.regions:
            region = gdb.Value(address).cast(gdb.lookup_type("tni_region").pointer()).dereference()
            if number(region["kind"]) == 2:
                yield address + BLOCK + OFFSET
            elif number(region["kind"]) == 1:
                for grain in range(BLOCK // GRAIN, REGION // GRAIN):
                    if number(region["first_grains"][grain // 64]) >> (grain % 64) & 1:
                        yield address + grain * GRAIN + OFFSET
            else:
                words = gdb.selected_inferior().read_memory(address, BLOCK // 2).tobytes()
                for word in range(128, 4096):
                    bitmap = int.from_bytes(words[8 * word:8 * word + 8], "little")
                    while bitmap:
                        low = bitmap & -bitmap
                        yield address + 8 * (64 * word + low.bit_length() - 1)
                        bitmap ^= low

    def roots(self):
        """(what it is, word, is a value) of each root slot."""
        mutator, roots = self.heap["mutators"][0], self.heap["roots"]
        if bool(mutator["attached"]):
            for at in range(number(mutator["handles_base"]), number(mutator["pub"]["handles"]), 8):
                yield "handle %#x" % at, memory(at), False
            for at in range(number(mutator["pub"]["values"]), number(mutator["values_end"]), 8):
                yield "value handle %#x" % at, memory(at), True
        for i in range(number(roots["cells"]["capacity"])):
            entry = number(roots["cells"]["at"][i])
            if entry:
                at, is_value = entry & ~3, bool(entry & 2)
                yield ("global %#x" if entry & 1 else "root %#x") % at, memory(at), is_value
        for i in range(number(roots["ranges"]["count"])):
            entry = roots["ranges"]["at"][i]
            base, top = memory(number(entry["base"])), memory(number(entry["top"]))
            for k in range((top - base) // 8):
                yield "range %#x[%d]" % (base, k), memory(base + 8 * k), bool(entry["values"])

    def refers(self, word, value, at):
        return (self.reference(word) if value else word) == at


def arguments(line, wanted):
    """The first expression's value, and the heap."""
    words = gdb.string_to_argv(line)
    if not words:
        raise gdb.GdbError("usage: " + wanted)
    value = gdb.parse_and_eval(words[0])
    return value, Heap(find_heap(words[1] if len(words) > 1 else None))


class HeapCommand(gdb.Command):
    """tn-heap [HEAP]: the state of a heap."""

    def __init__(self):
        super().__init__("tn-heap", gdb.COMMAND_DATA)

    def invoke(self, line, from_tty):
        heap = Heap(find_heap(line or None))
        h, kinds = heap.heap, [0, 0, 0]
        for address in heap.regions:
            kinds[number(gdb.Value(address).cast(gdb.lookup_type("tni_region").pointer())["kind"])] += 1
        print("heap '%s' at %#x" % (h["host"]["name"].string(), number(h.address)))
        print("collections   %d minor, %d major%s" % (number(h["minors"]), number(h["majors"]),
                                                      "; one runs now" if number(h["mutators"][0]["busy"]) else ""))
        print("nursery       %s of %s used" % (
            size(heap.young_end() - number(h["nursery"]["start"])),
            size(number(h["nursery"]["end"]) - number(h["nursery"]["start"]))))
        print("old space     %s live after the last major, the next at %s; regions: %d of small objects, %d of large, "
              "%d of one object" % (size(number(h["pacing"]["live"])), size(number(h["pacing"]["old_limit"])), *kinds))
        print("remembered    %d objects, %d slots" % (number(h["mutators"][0]["remembered"]["objects"]["count"]),
                                                      number(h["mutators"][0]["remembered"]["slots"]["count"])))
        mutator = h["mutators"][0]
        if bool(mutator["attached"]):
            print("handles       %d, and %d of values" % (
                (number(mutator["pub"]["handles"]) - number(mutator["handles_base"])) // 8,
                (number(mutator["values_end"]) - number(mutator["pub"]["values"])) // 8))
            window = mutator["pub"]["window"]
            if number(window):
                print("raw window    %s:%d" % (window["file"].string(), number(window["line"])))
        print("roots         %d globals and cells" % number(h["roots"]["cells"]["count"]))


class ObjectCommand(gdb.Command):
    """tn-object ADDRESS [HEAP]: what lies at an address."""

    def __init__(self):
        super().__init__("tn-object", gdb.COMMAND_DATA)

    def where(self, heap, at):
        if heap.young(at):
            return "young"
        region = heap.region(at)
        if heap.header(at) & YOUNG:
            return "young, large"
        return "old, %s%s" % (KINDS[number(region["kind"])], ", marked" if heap.marked(region, at) else "")

    def fate(self, heap, at):
        """What lay at an address, and what became of it; None when that is not known."""
        if at in heap.dead:
            dead = heap.dead[at]
            return self.tell(heap, dead, number(dead["number"]), dead["cause"].string(), 0)
        cycles = heap.heap["sites"]["cycles"]
        for i in range(number(heap.heap["sites"]["cycle_count"])):
            cycle = cycles[i]
            if not number(cycle["start"]) <= at < number(cycle["end"]):
                continue
            births = cycle["births"]
            for k in range(number(births["count"])):
                birth = births["at"][k]
                if number(birth["at"]) == at:
                    return self.tell(heap, birth, number(cycle["number"]), cycle["cause"].string(), number(birth["to"]))
        return None

    def tell(self, heap, was, collection, cause, to):
        return "was a %s, which collection %d (%s) %s" % (
            heap.heap["types"]["layouts"][number(was["type"])]["desc"]["name"].string(), collection, cause,
            "has moved to %#x" % to if to else "found dead")

    def invoke(self, line, from_tty):
        value, heap = arguments(line, "tn-object ADDRESS [HEAP]")
        at = number(value)
        if not heap.is_object(at):
            known = "nursery" if heap.young(at) else "old space" if heap.region(at) is not None else None
            where = "in the %s" % known if known else "not in the heap"
            print("%#x is no object: %s" % (at, self.fate(heap, at) or where))
            return
        header = heap.header(at)
        layout = heap.layout(header)
        print(heap.title(at))
        print("  type %d, %s, length %d, %d bytes with the header" % (
            header >> 8 & 0xFFFF, SHAPES[number(layout["shape"])], header >> 32, heap.cell(at)))
        print("  " + self.where(heap, at))
        if header & UNPROTECTED:
            print("  unprotected: each minor collection looks at it")
        elif not heap.young(at) and not header & YOUNG:
            print("  " + ("the next store of a young reference is recorded" if header & ARMED else
                          "remembered: the next minor collection looks at it"))
        if header & STABLE:
            print("  has a stable address")
        site = heap.site(at)
        print("  allocated at %s" % site if site else "  allocation site unknown (TENURE_DEBUG=sites)")
        slots = [slot for slot in heap.slots(at) if slot[1]]
        for name, word, is_value in slots[:SHOWN]:
            to = heap.reference(word) if is_value else word
            print("  %-10s %#x%s" % (name, word, " " + heap.name(to) if to and heap.is_object(to) else ""))
        if len(slots) > SHOWN:
            print("  ... and %d more" % (len(slots) - SHOWN))


class RefsCommand(gdb.Command):
    """tn-refs ADDRESS [HEAP]: who refers to an object."""

    def __init__(self):
        super().__init__("tn-refs", gdb.COMMAND_DATA)

    def invoke(self, line, from_tty):
        value, heap = arguments(line, "tn-refs ADDRESS [HEAP]")
        at, found = number(value), 0
        for what, word, is_value in heap.roots():
            if heap.refers(word, is_value, at):
                print(what)
                found += 1
        for holder in heap.objects():
            for name, word, is_value in heap.slots(holder):
                if heap.refers(word, is_value, at):
                    print("%s, %s" % (heap.title(holder), name))
                    found += 1
        print("%d reference%s" % (found, "" if found == 1 else "s"))


class PrintCommand(gdb.Command):
    """tn-print HANDLE [HEAP]: the object of a handle, a reference or a value."""

    def __init__(self):
        super().__init__("tn-print", gdb.COMMAND_DATA)

    def invoke(self, line, from_tty):
        value, heap = arguments(line, "tn-print HANDLE [HEAP]")
        kind = value.type.strip_typedefs()
        if kind.code == gdb.TYPE_CODE_PTR and not heap.is_object(number(value)):
            value = value.dereference()
            kind = value.type.strip_typedefs()
        word = number(value)
        at = word if kind.code == gdb.TYPE_CODE_PTR else heap.reference(word)
        if not at:
            print("NULL" if not word else "%#x, an immediate" % word)
        else:
            print(heap.title(at) if heap.is_object(at) else "%#x, which is no object" % at)


HeapCommand()
ObjectCommand()
RefsCommand()
PrintCommand()
