/* api.c: strings of API operations for libFuzzer, beside the oracle's model (tests/stress/). The first bytes of an
 * input choose the options of a heap and the format of its values, and all others the operations: they take the place
 * of the oracle's random numbers. Whatever they do, heap and model must agree, and nothing may be left behind. */
#include <stdio.h>
#include <string.h>

#include "../stress/world.h"
#include "fuzz.h"

static World world; /* large */

/* Where the string ends, so do the operations; the one that has begun goes on with zeros. What needs a whole word is
 * content with the bits of one byte, spread out. */
static uint64_t draw_byte(World *w, unsigned bytes) {
    if (w->bytes == w->bytes_end) {
        w->steps = w->step;
        return 0;
    }
    if (bytes == 8) return model_mix(*w->bytes++);
    uint64_t number = 0;
    for (; bytes && w->bytes < w->bytes_end; bytes--) number = number << 8 | *w->bytes++;
    return number;
}

/* The options so far, and another: " nursery=64K", ",stress=1". */
static void append(char *options, size_t size, const char *before, const char *more) {
    size_t n = strlen(options);
    if (*more) snprintf(options + n, size - n, "%s%s", before, more);
}

/* No decision depends on the clock, so that an input does the same each time. */
static void choose_options(World *w, char *options, size_t size) {
    static const char *const nurseries[] = {"auto", "64K", "128K", "1M"};
    static const char *const limits[] = {"64M", "none", "2M", "8M"};
    static const char *const births[] = {"auto", "off", "on", "auto"};
    static const char *const modes[] = {"none",          "verify", "verify,move", "stale",
                                        "verify,poison", "poison", "move,poison", "verify,quarantine=2"};
    static const char *const stress[] = {"", "stress=1", "stress=7", "stress=100"};
    const char *mode = modes[below(w, 8)], *often = stress[below(w, 4)];
    char fail[32] = "";
    uint32_t n = below(w, 256);
    if (n) snprintf(fail, sizeof fail, "fail=%u", n);
    if (!strcmp(mode, "none") && (n || *often)) mode = "poison";
    snprintf(options, size, "policy=fixed nursery_max=4M debug=%s", mode);
    append(options, size, ",", often);
    append(options, size, ",", fail);
    append(options, size, " nursery=", nurseries[below(w, 4)]);
    append(options, size, " heap_max=", limits[below(w, 4)]);
    append(options, size, " pretenure=", births[below(w, 4)]);
    append(options, size, " growth_min=", below(w, 2) ? "64K" : "1M");
    append(options, size, " huge_pages=", below(w, 2) ? "on" : "off");
}

static void ignore_line(const char *line, void *user) { (void)line, (void)user; }

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char options[256];
    memset((void *)&world, 0, sizeof world);
    world.draw = draw_byte;
    world.bytes = data;
    world.bytes_end = data + size;
    world.steps = UINT64_MAX;
    world.format_number = (int)below(&world, 4);
    choose_options(&world, options, sizeof options);
    world.steps = UINT64_MAX;
    world.even = true;
    world.options = options;
    world.log = ignore_line;
    oracle(&world); /* false: there was no memory for a heap */
    return 0;
}
