/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Makes the table of built-in samples for `lijian selftest` from a sample folder.
 * Usage: selftest_make FOLDER LIST OUTPUT: LIST holds lines "path<TAB>verdict" below FOLDER. */
#include <stdio.h>
#include <string.h>

enum { FILE_MAX = 64 * 1024 };

static int write_bytes(FILE *out, const char *path, int no)
{
    static unsigned char bytes[FILE_MAX];
    FILE *in = fopen(path, "re");
    if (in == NULL) {
        fprintf(stderr, "selftest_make: cannot open %s\n", path);
        return -1;
    }
    size_t len = fread(bytes, 1, sizeof(bytes), in);
    (void)fclose(in);
    fprintf(out, "static const uint8_t sample_%d[] = {", no);
    for (size_t i = 0; i < len; i++) {
        fprintf(out, "%s%u,", i % 24 == 0 ? "\n    " : "", bytes[i]);
    }
    fputs("\n};\n", out);
    return 0;
}

int main(int argc, char **argv)
{
    enum { ROWS = 64 };
    static char names[ROWS][1024];
    static char verdicts[ROWS][32];
    if (argc != 4) {
        fprintf(stderr, "usage: selftest_make FOLDER LIST OUTPUT\n");
        return 64;
    }
    FILE *list = fopen(argv[2], "re");
    FILE *out = fopen(argv[3], "we");
    if (list == NULL || out == NULL) {
        fprintf(stderr, "selftest_make: cannot open %s or %s\n", argv[2], argv[3]);
        return 70;
    }
    fputs("/* Made by tools/selftest_make.c. */\n#include \"programs/selftest_samples.h\"\n\n",
          out);
    char line[1024];
    int count = 0;
    while (count < ROWS && fgets(line, sizeof(line), list) != NULL) {
        char *tab = strchr(line, '\t');
        if (line[0] == '#' || tab == NULL) {
            continue;
        }
        *tab = '\0';
        tab[1 + strcspn(tab + 1, "\n")] = '\0';
        char path[4096];
        (void)snprintf(names[count], sizeof(names[count]), "%s", line);
        (void)snprintf(verdicts[count], sizeof(verdicts[count]), "%s", tab + 1);
        (void)snprintf(path, sizeof(path), "%s/%s", argv[1], line);
        if (write_bytes(out, path, count) != 0) {
            return 70;
        }
        count++;
    }
    (void)fclose(list);
    fputs("\nconst selftest_sample selftest_samples[] = {\n", out);
    for (int i = 0; i < count; i++) {
        fprintf(out, "    {\"%s\", \"%s\", sample_%d, sizeof(sample_%d)},\n", names[i], verdicts[i],
                i, i);
    }
    fprintf(out, "};\nconst size_t selftest_sample_count = %d;\n", count);
    return fclose(out) == 0 ? 0 : 70;
}
