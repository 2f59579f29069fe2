/* Prints the option table as Markdown: what the README shows between its two markers. */
#include <stdio.h>

#include "heap/option.h"

static void print_line(const char *line, void *user) {
    (void)user;
    puts(line);
}

int main(void) {
    tni_options_markdown("TENURE_", print_line, NULL);
    return 0;
}
