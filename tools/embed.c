/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Makes a C source that holds files: rule packs, pages, templates that a program carries inside.
 * Usage: embed OUT.c SYMBOL_PREFIX FILE...
 * OUT.c defines
 *     const struct lj_embedded SYMBOL_PREFIX_files[];   in the order of the arguments, by base name
 *     const uint32_t SYMBOL_PREFIX_count;
 * with struct lj_embedded {const char *name, *stem; const uint8_t *bytes; size_t len;}: the base
 * name, and the same without its extension. Bytes are as in the file, followed by a NUL that len
 * does not count, so that a text may be used as a C string. The user declares struct and symbols
 * himself, so that no folder must depend on another for it. */
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PER_LINE = 24 };

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

static int is_identifier(const char *text)
{
    if (!isalpha((unsigned char)text[0]) && text[0] != '_') {
        return 0;
    }
    for (; *text != '\0'; text++) {
        if (!isalnum((unsigned char)*text) && *text != '_') {
            return 0;
        }
    }
    return 1;
}

/* One array per file; returns its length, or -1. */
static long long write_bytes(FILE *out, const char *prefix, int no, const char *path)
{
    FILE *in = fopen(path, "rbe");
    if (in == NULL) {
        fprintf(stderr, "embed: cannot open %s\n", path);
        return -1;
    }
    fprintf(out, "static const uint8_t %s_bytes_%d[] = {", prefix, no);
    long long len = 0;
    int byte = getc(in);
    while (byte != EOF) {
        fprintf(out, "%s0x%02x,", len % PER_LINE == 0 ? "\n    " : " ", (unsigned)byte);
        len++;
        byte = getc(in);
    }
    fprintf(out, "\n    0x00};\n\n");
    int failed = ferror(in);
    (void)fclose(in);
    if (failed) {
        fprintf(stderr, "embed: cannot read %s\n", path);
        return -1;
    }
    return len;
}

static void write_name(FILE *out, const char *name, size_t len)
{
    putc('"', out);
    for (; len > 0; name++, len--) {
        unsigned char letter = (unsigned char)*name;
        if (letter < 0x20 || letter >= 0x7F || letter == '"' || letter == '\\') {
            fprintf(out, "\\%03o", letter);
        } else {
            putc(letter, out);
        }
    }
    putc('"', out);
}

int main(int argc, char **argv)
{
    if (argc < 3 || !is_identifier(argv[2])) {
        fprintf(stderr, "usage: embed OUT.c SYMBOL_PREFIX FILE...\n");
        return 64;
    }
    const char *prefix = argv[2];
    int count = argc - 3;
    long long *lens = calloc((size_t)count + 1, sizeof(*lens));
    FILE *out = fopen(argv[1], "we");
    if (lens == NULL || out == NULL) {
        fprintf(stderr, "embed: cannot write %s\n", argv[1]);
        free(lens);
        return 70;
    }
    int status = 0;
    fprintf(
        out,
        "/* Made by tools/embed.c; do not edit. */\n#include <stddef.h>\n#include <stdint.h>\n\n"
        "struct lj_embedded {\n    const char *name;\n    const char *stem;\n    const uint8_t "
        "*bytes;\n    size_t len;\n};\n\n");
    fprintf(out, "extern const struct lj_embedded %s_files[];\nextern const uint32_t %s_count;\n\n",
            prefix, prefix);
    for (int i = 0; i < count && status == 0; i++) {
        lens[i] = write_bytes(out, prefix, i, argv[i + 3]);
        status = lens[i] < 0 ? 70 : 0;
    }
    fprintf(out, "const struct lj_embedded %s_files[] = {\n", prefix);
    for (int i = 0; i < count; i++) {
        fputs("    {", out);
        const char *name = base_name(argv[i + 3]);
        const char *dot = strrchr(name, '.');
        write_name(out, name, strlen(name));
        fputs(", ", out);
        write_name(out, name, dot != NULL && dot != name ? (size_t)(dot - name) : strlen(name));
        fprintf(out, ", %s_bytes_%d, %lld},\n", prefix, i, lens[i] < 0 ? 0 : lens[i]);
    }
    fprintf(out, "    {NULL, NULL, NULL, 0}};\nconst uint32_t %s_count = %d;\n", prefix, count);
    free(lens);
    if (fclose(out) != 0) {
        status = 70;
    }
    if (status != 0) {
        (void)remove(argv[1]);
    }
    return status;
}
