/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Makes the order of Han characters by pinyin out of glibc's locale data (package locales, file
 * iso14651_t1_pinyin: one line per character, in order). Usage: pinyin FILE OUT.c */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST = 0x4E00, LAST = 0x9FFF, LEAST = 20000 };

static unsigned short rank_of[LAST - FIRST + 1];

int main(int argc, char **argv)
{
    FILE *in = argc == 3 ? fopen(argv[1], "r") : NULL;
    FILE *out = in != NULL ? fopen(argv[2], "w") : NULL;
    if (out == NULL) {
        fprintf(stderr, "usage: pinyin FILE OUT.c (the file is in the package locales)\n");
        return 64;
    }
    char line[512];
    unsigned rank = 0;
    unsigned count = 0;
    while (fgets(line, sizeof line, in) != NULL) {
        char *end = NULL;
        unsigned long point = strncmp(line, "<U", 2) == 0 ? strtoul(line + 2, &end, 16) : 0;
        if (end == NULL || *end != '>') {
            continue;
        }
        rank++;
        if (point >= FIRST && point <= LAST && rank_of[point - FIRST] == 0) {
            rank_of[point - FIRST] = (unsigned short)rank;
            count++;
        }
    }
    fclose(in);
    if (count < LEAST) {
        fprintf(stderr, "pinyin: only %u characters in %s\n", count, argv[1]);
        return 1;
    }
    fprintf(out,
            "/* Made by tools/pinyin.c; do not edit. */\n#include <stdint.h>\n"
            "extern const uint16_t sort_key_ranks[%d];\n"
            "const uint16_t sort_key_ranks[%d] = {",
            LAST - FIRST + 1, LAST - FIRST + 1);
    for (int i = 0; i <= LAST - FIRST; i++) {
        fprintf(out, "%s%u,", i % 16 == 0 ? "\n    " : " ", (unsigned)rank_of[i]);
    }
    fprintf(out, "\n};\n");
    return fclose(out) == 0 ? 0 : 1;
}
