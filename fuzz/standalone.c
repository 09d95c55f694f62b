/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Runs a fuzz target on files as an ordinary test, without libFuzzer: every seed and every finding
 * of the past stays harmless. Usage: <target> NAME PATH...: each PATH is a file or a folder (with
 * all below it). Prints TAP: one case named NAME with the number of files; the file that kills it
 * is the last one in the log. A folder that is missing is passed over. Model: libgit2
 * fuzzers/standalone_driver.c. */
#define _GNU_SOURCE /* scandir, asprintf */
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { QUEUE_MAX = 65536, INPUT_MAX = 4 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void run_file(const char *path, const struct stat *info, unsigned *count)
{
    FILE *in = fopen(path, "re");
    size_t size = (size_t)info->st_size;
    uint8_t *bytes = size > 0 ? malloc(size)
                              : NULL; /* exactly as long: a checker sees the first byte too many */
    if (in != NULL && (bytes != NULL || size == 0)) {
        size_t len = size > 0 ? fread(bytes, 1, size, in) : 0;
        if (getenv("FUZZ_VERBOSE") != NULL) {
            fprintf(stderr, "%s\n", path);
        }
        (void)LLVMFuzzerTestOneInput(bytes, len);
        (*count)++;
    }
    free(bytes);
    if (in != NULL) {
        fclose(in);
    }
}

int main(int argc, char **argv)
{
    static char *queue[QUEUE_MAX];
    size_t queue_len = 0;
    unsigned count = 0;
    if (argc < 3) {
        fprintf(stderr, "usage: %s NAME PATH...\n", argv[0]);
        return 64;
    }
    for (int i = 2; i < argc && queue_len < QUEUE_MAX; i++) {
        queue[queue_len++] = strdup(argv[i]);
    }
    for (size_t at = 0; at < queue_len; at++) {
        struct stat info;
        struct dirent **names = NULL;
        int name_count = 0;
        if (stat(queue[at], &info) != 0) {
            continue;
        }
        if (S_ISDIR(info.st_mode)) {
            name_count = scandir(queue[at], &names, NULL, alphasort);
        } else if (S_ISREG(info.st_mode) && info.st_size <= INPUT_MAX) {
            run_file(queue[at], &info, &count);
        }
        for (int i = 0; i < name_count; i++) {
            char *path = NULL;
            if (names[i]->d_name[0] != '.' && queue_len < QUEUE_MAX &&
                asprintf(&path, "%s/%s", queue[at], names[i]->d_name) > 0) {
                queue[queue_len++] = path;
            }
            free(names[i]);
        }
        free(names);
    }
    while (queue_len > 0) {
        free(queue[--queue_len]);
    }
    printf("ok 1 - fuzz seeds of %s: %u files%s\n1..1\n", argv[1], count,
           count == 0 ? " # SKIP no seeds" : "");
    return 0;
}
