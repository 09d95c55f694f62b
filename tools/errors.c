/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Makes a catalogue of five columns into C: the error codes from src/base/errors.txt, the kinds of
 * problem documents from src/server/problems.txt.
 * Usage: errors CATALOGUE INPUT HEADER SOURCE: CATALOGUE is codes or problems; writes the enum to
 * HEADER and the table of texts to SOURCE. Model: PostgreSQL src/backend/utils/errcodes.txt. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 5 };

/* What a catalogue is made into; %s stands for nothing else than written here. */
typedef struct catalogue {
    const char *name;
    const char *prefix;                    /* of the enum's values */
    const char *header_head, *header_tail; /* the tail is printed with the count */
    const char *source_head, *source_tail;
    int first; /* value of the first row */
} catalogue;

static const catalogue catalogues[] = {
    {
     .name = "codes",
     .prefix = "LJ_E_",
     .header_head = "/* Made from errors.txt by tools/errors.c. */\n"
                       "#ifndef LJ_BASE_ERROR_CODES_H\n#define LJ_BASE_ERROR_CODES_H\n\n"
                       "typedef enum lj_code {\n    LJ_OK = 0,\n", .header_tail = "} lj_code;\n\nenum { LJ_CODE_COUNT = %d };\n\n#endif\n",
     .source_head = "/* Made from errors.txt by tools/errors.c. */\n#include \"base/err.h\"\n\n"
                       "static const lj_code_row rows[] = {\n"
                       "    {\"ok\", 0, 0, \"done\", \"完成\"},\n", .source_tail = "};\n\nconst lj_code_row *lj_code_row_of(lj_code code)\n{\n    return "
                       "(unsigned)code < LJ_CODE_COUNT ? &rows[code] : &rows[LJ_E_INTERNAL];\n}\n",             .first = 1,
     },
    {
     .name = "problems",
     .prefix = "PROBLEM_",
     .header_head = "/* Made from problems.txt by tools/errors.c. */\n"
                       "#ifndef LJ_SERVER_PROBLEM_KINDS_H\n#define LJ_SERVER_PROBLEM_KINDS_H\n\n"
                       "typedef enum problem_kind {\n",                                           .header_tail = "} problem_kind;\n\nenum { PROBLEM_KIND_COUNT = %d };\n\n#endif\n",
     .source_head = "/* Made from problems.txt by tools/errors.c. */\n"
                       "#include \"server/problem.h\"\n\nstatic const problem_row rows[] = {\n",               .source_tail = "};\n\nconst problem_row *problem_row_of(problem_kind kind)\n{\n    return "
                       "(unsigned)kind < PROBLEM_KIND_COUNT ? &rows[kind] : "
                       "&rows[PROBLEM_INTERNAL];\n}\n", .first = 0,
     },
};

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

/* Splits the line at its bars; the number of columns found, COLUMNS + 1 for too many. */
static int split(char *line, char **cols)
{
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
    return rest == NULL ? found : COLUMNS + 1;
}

static int make(const catalogue *kind, const char *path, FILE *in, FILE *header, FILE *source)
{
    char line[512];
    int line_no = 0;
    int count = kind->first;
    fputs(kind->header_head, header);
    fputs(kind->source_head, source);
    while (fgets(line, sizeof(line), in) != NULL) {
        line_no++;
        char *cols[COLUMNS];
        if (line[0] == '#' || line[0] == '\n') {
            continue;
        }
        if (split(line, cols) != COLUMNS) {
            fprintf(stderr, "%s:%d: %d columns are needed\n", path, line_no, COLUMNS);
            return 65;
        }
        fprintf(header, "    %s", kind->prefix);
        write_upper(header, cols[0]);
        fprintf(header, " = %d,\n", count++);
        fprintf(source, "    {\"%s\", %s, %d, \"%s\", \"%s\"},\n", cols[0], cols[1],
                strcmp(cols[2], "yes") == 0, cols[3], cols[4]);
    }
    const char *at = strchr(kind->header_tail, '%');
    fprintf(header, "%.*s%d%s", (int)(at - kind->header_tail), kind->header_tail, count, at + 2);
    fputs(kind->source_tail, source);
    return 0;
}

int main(int argc, char **argv)
{
    const catalogue *kind = NULL;
    for (size_t i = 0; argc == 5 && i < sizeof(catalogues) / sizeof(catalogues[0]); i++) {
        kind = strcmp(catalogues[i].name, argv[1]) == 0 ? &catalogues[i] : kind;
    }
    if (kind == NULL) {
        fprintf(stderr, "usage: errors codes|problems INPUT HEADER SOURCE\n");
        return 64;
    }
    FILE *in = fopen(argv[2], "re");
    FILE *header = fopen(argv[3], "we");
    FILE *source = fopen(argv[4], "we");
    if (in == NULL || header == NULL || source == NULL) {
        fprintf(stderr, "errors: cannot open the files\n");
        return 70;
    }
    int status = make(kind, argv[2], in, header, source);
    fclose(in);
    int failed = fclose(source) != 0;
    failed |= fclose(header) != 0;
    return status != 0 ? status : failed ? 70 : 0;
}
