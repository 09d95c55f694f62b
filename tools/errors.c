/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Makes the error catalogue from src/base/errors.txt.
 * Usage: errors INPUT HEADER SOURCE: writes the enum to HEADER and the table of texts to SOURCE.
 * Model: PostgreSQL src/backend/utils/errcodes.txt. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 5 };

static char *trim(char *text)
{
    while (*text == ' ') {
        text++;
    }
    size_t len = strlen(text);
    while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\n')) {
        text[--len] = '\0';
    }
    return text;
}

static void write_upper(FILE *out, const char *name)
{
    for (; *name != '\0'; name++) {
        fputc(toupper((unsigned char)*name), out);
    }
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: errors INPUT HEADER SOURCE\n");
        return 64;
    }
    FILE *in = fopen(argv[1], "re");
    FILE *header = fopen(argv[2], "we");
    FILE *source = fopen(argv[3], "we");
    if (in == NULL || header == NULL || source == NULL) {
        fprintf(stderr, "errors: cannot open the files\n");
        return 70;
    }
    fputs("/* Made from errors.txt by tools/errors.c. */\n#ifndef LJ_BASE_ERROR_CODES_H\n"
          "#define LJ_BASE_ERROR_CODES_H\n\ntypedef enum lj_code {\n    LJ_OK = 0,\n",
          header);
    fputs("/* Made from errors.txt by tools/errors.c. */\n#include \"base/err.h\"\n\n"
          "static const lj_code_row rows[] = {\n    {\"ok\", 0, 0, \"done\", \"完成\"},\n",
          source);
    char line[512];
    int line_no = 0;
    int count = 1;
    while (fgets(line, sizeof(line), in) != NULL) {
        line_no++;
        char *cols[COLUMNS];
        if (line[0] == '#' || line[0] == '\n') {
            continue;
        }
        char *rest = line;
        int found = 0;
        while (found < COLUMNS && rest != NULL) {
            char *bar = strchr(rest, '|');
            if (bar != NULL) {
                *bar = '\0';
            }
            cols[found++] = trim(rest);
            rest = bar != NULL ? bar + 1 : NULL;
        }
        if (found != COLUMNS || rest != NULL) {
            fprintf(stderr, "%s:%d: %d columns are needed\n", argv[1], line_no, COLUMNS);
            return 65;
        }
        fputs("    LJ_E_", header);
        write_upper(header, cols[0]);
        fprintf(header, " = %d,\n", count++);
        fprintf(source, "    {\"%s\", %s, %d, \"%s\", \"%s\"},\n", cols[0], cols[1],
                strcmp(cols[2], "yes") == 0, cols[3], cols[4]);
    }
    fprintf(header, "} lj_code;\n\nenum { LJ_CODE_COUNT = %d };\n\n#endif\n", count);
    fputs("};\n\nconst lj_code_row *lj_code_row_of(lj_code code)\n{\n"
          "    return (unsigned)code < LJ_CODE_COUNT ? &rows[code] : &rows[LJ_E_INTERNAL];\n}\n",
          source);
    fclose(in);
    return fclose(header) == 0 && fclose(source) == 0 ? 0 : 70;
}
