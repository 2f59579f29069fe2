/* replay.c: runs inputs of a fuzzer without libFuzzer: a corpus as a test, or a crash under a debugger.
 *
 *     replay-NAME FILE | DIRECTORY ... */
#define _GNU_SOURCE
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

static unsigned inputs;

static void replay_file(const char *path) {
    FILE *file = fopen(path, "rb");
    unsigned char *data = malloc(1 << 20);
    if (!file || !data) perror(path), exit(2);
    size_t size = fread(data, 1, 1 << 20, file);
    fclose(file);
    printf("%s: %zu bytes\n", path, size);
    fflush(stdout);
    LLVMFuzzerTestOneInput(data, size);
    free(data);
    inputs++;
}

static void replay(const char *path) {
    DIR *directory = opendir(path);
    if (!directory) return replay_file(path);
    for (struct dirent *entry; (entry = readdir(directory));) {
        char *name = NULL;
        if (entry->d_name[0] == '.') continue;
        if (asprintf(&name, "%s/%s", path, entry->d_name) < 0) abort();
        replay_file(name);
        free(name);
    }
    closedir(directory);
}

int main(int argc, char **argv) {
    for (int i = 1; i < argc; i++) replay(argv[i]);
    printf("%u inputs\n", inputs);
    return inputs ? 0 : 1;
}
