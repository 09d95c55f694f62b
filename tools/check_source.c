/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Holds the rules of the house style that a compiler does not know.
 * Usage: check_source [--sizes] ROOT [FOLDER...]: reads every .c and .h file of ROOT/FOLDER (src,
 * tests, tools, fuzz and bench when none is named). Prints "file:line: what" for each fault; exit 0
 * without one, 1 with, 64 usage, 66 unreadable. With --sizes it prints a report instead and finds
 * no fault: functions above 100 lines, files above 900, functions with more than 6 parameters.
 *
 * How it reads: each file is copied into a second text of the same length in which comments,
 * strings and character constants are blanks, so that positions stay. Rules about words look at the
 * second text, rules about lines at the first.
 *
 * Rules (rows of the tables below)
 *   sql       no SQL in string literals but in src/store, tools and tests: queries are .sql files
 *   words     what may not be called, and in which folders; an exception is a row of
 * tools/check_source.allow with its reason, and a row there that is needed no longer is a fault too
 *   units     a variable of an integer type may not end in a second word for a unit that the house
 * has a word for systems   preprocessor tests for systems stand only in os_*, sandbox_* and files
 * that name an instruction set lines     at most 100 columns, Chinese letters count two; no tabs,
 * no blanks at the end, no CR head      the first line names the licence; a header has the guard
 * LJ_<FOLDER>_<FILE>_H promises  no comment that postpones work without a reason: the words in
 * `promises` goto      only to the label `done`
 *
 * Not done: forward direction of goto, nesting depth and recursion (clang-tidy knows these). */
#define _GNU_SOURCE /* scandir, strdup, memmem */
#include <ctype.h>
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    PATHS_MAX = 8192,
    ALLOW_MAX = 256,
    PATH_LEN = 512,
    WIDTH_MAX = 100,
    FUNCTION_LINES = 100,
    FILE_LINES = 900,
    PARAMETERS_MAX = 6
};

/* Where a banned word is banned. */
typedef enum scope {
    EVERYWHERE,
    IN_SRC_BUT_BASE,  /* below src/, not in src/base/ */
    OUTSIDE_STORE,    /* below src/, not in src/store/ */
    IN_SRC_BUT_SYSTEM /* below src/, not in the files of systems: os_*, sandbox_* */
} scope;

typedef struct word_row {
    const char *word; /* a '*' at the end stands for any rest */
    scope where;
    const char *instead;
} word_row;

static const word_row words[] = {
    {"strcpy",       EVERYWHERE,        "memcpy with a checked length"              },
    {"strcat",       EVERYWHERE,        "lj_buf"                                    },
    {"strncpy",      EVERYWHERE,        "memcpy with a checked length"              },
    {"strncat",      EVERYWHERE,        "lj_buf"                                    },
    {"sprintf",      EVERYWHERE,        "snprintf or lj_buf"                        },
    {"vsprintf",     EVERYWHERE,        "vsnprintf"                                 },
    {"strtok",       EVERYWHERE,        "lj_slice_find"                             },
    {"atoi",         EVERYWHERE,        "a parser that reports what it did not read"},
    {"atol",         EVERYWHERE,        "a parser that reports what it did not read"},
    {"atof",         EVERYWHERE,        "a parser that reports what it did not read"},
    {"strtol",       EVERYWHERE,        "a parser that reports what it did not read"},
    {"sscanf",       EVERYWHERE,        "lj_cur"                                    },
    {"gets",         EVERYWHERE,        "fgets"                                     },
    {"ctime",        EVERYWHERE,        "gmtime_r"                                  },
    {"asctime",      EVERYWHERE,        "gmtime_r"                                  },
    {"localtime",    EVERYWHERE,        "localtime_r"                               },
    {"gmtime",       EVERYWHERE,        "gmtime_r"                                  },
    {"rand",         EVERYWHERE,        "a seeded generator of our own"             },
    {"srand",        EVERYWHERE,        "a seeded generator of our own"             },
    {"system",       EVERYWHERE,        "fork and execve"                           },
    {"popen",        EVERYWHERE,        "fork and execve"                           },
    {"mktemp",       EVERYWHERE,        "mkstemp or mkdtemp"                        },
    {"tmpnam",       EVERYWHERE,        "mkstemp"                                   },
    {"alloca",       EVERYWHERE,        "lj_arena_alloc"                            },
    {"assert",       EVERYWHERE,        "LJ_ASSERT, or a check of cmocka"           },
    {"setlocale",    IN_SRC_BUT_BASE,   "lj_os_..., once"                           },
    {"malloc",       IN_SRC_BUT_BASE,   "lj_arena_alloc"                            },
    {"calloc",       IN_SRC_BUT_BASE,   "lj_arena_array"                            },
    {"realloc",      IN_SRC_BUT_BASE,   "lj_arena_grow"                             },
    {"reallocarray", IN_SRC_BUT_BASE,   "lj_arena_grow"                             },
    {"strdup",       IN_SRC_BUT_BASE,   "lj_arena_cstr"                             },
    {"off_t",        IN_SRC_BUT_SYSTEM, "uint64_t"                                  },
    {"sqlite3_*",    OUTSIDE_STORE,     "the seam of src/store"                     },
    {"PQ*",          OUTSIDE_STORE,     "the seam of src/store"                     },
};

/* What shows SQL in a string literal: a word, and another behind it where the first alone is no
 * proof.
 */
typedef struct sql_row {
    const char *head;
    const char *tail;
} sql_row;

static const sql_row sql[] = {
    {"SELECT",       NULL    },
    {"INSERT INTO",  NULL    },
    {"DELETE FROM",  NULL    },
    {"CREATE TABLE", NULL    },
    {"UPDATE",       " SET " },
    {"select",       " from "},
    {"insert into",  NULL    },
    {"delete from",  NULL    },
    {"create table", NULL    },
    {"update",       " set " },
};

/* One word per unit: the second word, the house's word. */
static const struct {
    const char *suffix;
    const char *instead;
} units[] = {
    {"_length",  "_len"                          },
    {"_cnt",     "_count"                        },
    {"_num",     "_count or _no"                 },
    {"_index",   "_idx"                          },
    {"_msec",    "_ms"                           },
    {"_msecs",   "_ms"                           },
    {"_millis",  "_ms"                           },
    {"_offset",  "_off"                          },
    {"_percent", "_bp (hundredths of a percent)" },
    {"_points",  "_pt100 (hundredths of a point)"},
};

static const char *const integer_types[] = {"int",     "unsigned", "size_t",   "ssize_t",
                                            "uint8_t", "uint16_t", "uint32_t", "uint64_t",
                                            "int8_t",  "int16_t",  "int32_t",  "int64_t"};

static const char *const system_tests[] = {"__linux__", "_WIN32",   "_WIN64",
                                           "__APPLE__", "__unix__", "__FreeBSD__"};
static const char *const promises[] = {"TODO", "FIXME", "XXX:", "HACK:"};

typedef struct allow_row {
    char path[PATH_LEN];
    char word[64];
    int line_no;
    bool used;
} allow_row;

typedef struct source {
    const char *path; /* below root */
    char *text;       /* NUL behind it */
    char *code;       /* the same length, blanks for comments, strings, character constants */
    size_t len;
} source;

static struct {
    const char *root;
    bool sizes;
    char *paths[PATHS_MAX];
    int path_count;
    allow_row allow[ALLOW_MAX];
    int allow_count;
    int fault_count;
} check;

static void fault(const source *file, int line_no, const char *what, const char *detail)
{
    printf("%s:%d: %s: %s\n", file->path, line_no, what, detail);
    check.fault_count++;
}

static bool has_prefix(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static bool has_suffix(const char *text, const char *suffix)
{
    size_t len = strlen(text);
    size_t tail = strlen(suffix);
    return len >= tail && strcmp(text + len - tail, suffix) == 0;
}

/* Files that stand for one system. */
static bool is_system_file(const char *path)
{
    const char *name = strrchr(path, '/') + 1;
    return has_prefix(name, "os_") || has_prefix(name, "sandbox_");
}

static bool is_word_char(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* ---- files ---- */

/* Adds every .c and .h file below folder; the folders found on the way are a queue in the same
 * list. */
static bool list_files(const char *folder)
{
    static char *queue[1024];
    int queue_len = 1;
    queue[0] = strdup(folder);
    for (int at = 0; at < queue_len; at++) {
        char full[2 * PATH_LEN];
        int full_len = snprintf(full, sizeof(full), "%s/%s", check.root, queue[at]);
        struct dirent **names = NULL;
        int count = full_len < (int)sizeof(full) ? scandir(full, &names, NULL, alphasort) : -1;
        for (int i = 0; i < count; i++) {
            const char *name = names[i]->d_name;
            char *path = NULL;
            struct stat info;
            if (name[0] != '.' && asprintf(&path, "%s/%s", queue[at], name) > 0) {
                snprintf(full, sizeof(full), "%s/%s", check.root, path);
                bool is_folder = stat(full, &info) == 0 && S_ISDIR(info.st_mode);
                if (is_folder && queue_len < 1024) {
                    queue[queue_len++] = path;
                } else if (!is_folder && (has_suffix(name, ".c") || has_suffix(name, ".h")) &&
                           check.path_count < PATHS_MAX) {
                    check.paths[check.path_count++] = path;
                } else {
                    free(path);
                }
            }
            free(names[i]);
        }
        free(names);
        free(queue[at]);
    }
    return true;
}

/* "path word | reason"; '#' begins a comment. */
static bool read_allow(void)
{
    char full[PATH_LEN];
    snprintf(full, sizeof(full), "%s/tools/check_source.allow", check.root);
    FILE *in = fopen(full, "re");
    char line[1024];
    for (int line_no = 1; in != NULL && fgets(line, sizeof(line), in) != NULL; line_no++) {
        if (line[0] == '#' || line[0] == '\n') {
            continue;
        }
        allow_row row = {.line_no = line_no};
        size_t path_len = strcspn(line, " ");
        const char *word = line + path_len + strspn(line + path_len, " ");
        size_t word_len = strcspn(word, " |\n");
        const char *bar = strchr(word, '|');
        if (bar == NULL || strlen(bar) < 4 || path_len >= PATH_LEN || word_len == 0 ||
            word_len >= sizeof(row.word) || check.allow_count == ALLOW_MAX) {
            printf("tools/check_source.allow:%d: a row is: path word | reason\n", line_no);
            check.fault_count++;
            continue;
        }
        memcpy(row.path, line, path_len);
        memcpy(row.word, word, word_len);
        check.allow[check.allow_count++] = row;
    }
    if (in != NULL) {
        fclose(in);
    }
    return true;
}

static bool is_allowed(const char *path, const char *word)
{
    for (int i = 0; i < check.allow_count; i++) {
        if (strcmp(check.allow[i].path, path) == 0 && strcmp(check.allow[i].word, word) == 0) {
            check.allow[i].used = true;
            return true;
        }
    }
    return false;
}

/* ---- the second text ---- */

/* Blanks out [from, to) but line ends. */
static void blank(char *code, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        if (code[i] != '\n') {
            code[i] = ' ';
        }
    }
}

static size_t end_of_quote(const char *text, size_t at, char quote)
{
    for (at++; text[at] != '\0' && text[at] != quote && text[at] != '\n'; at++) {
        if (text[at] == '\\' && text[at + 1] != '\0') {
            at++;
        }
    }
    return text[at] == quote ? at + 1 : at;
}

/* The end of the comment, string or character constant that begins at `at`; `at` itself in code. */
static size_t end_of_other(const source *file, size_t at)
{
    const char *text = file->text;
    if (text[at] == '/' && text[at + 1] == '*') {
        const char *close = strstr(text + at + 2, "*/");
        return close != NULL ? (size_t)(close - text) + 2 : file->len;
    }
    if (text[at] == '/' && text[at + 1] == '/') {
        return at + strcspn(text + at, "\n");
    }
    return text[at] == '"' || text[at] == '\'' ? end_of_quote(text, at, text[at]) : at;
}

static void make_code(source *file)
{
    size_t at = 0;
    while (at < file->len) {
        size_t end = end_of_other(file, at);
        blank(file->code, at, end);
        at = end > at ? end : at + 1;
    }
}

/* ---- rules ---- */

static bool is_in_scope(const char *path, scope where)
{
    bool in_src = has_prefix(path, "src/");
    switch (where) {
    case EVERYWHERE:
        return true;
    case IN_SRC_BUT_BASE:
        return in_src && !has_prefix(path, "src/base/");
    case OUTSIDE_STORE:
        return in_src && !has_prefix(path, "src/store/");
    case IN_SRC_BUT_SYSTEM:
        return in_src && !is_system_file(path);
    }
    return true;
}

static bool word_fits(const char *pattern, const char *word)
{
    size_t len = strlen(pattern);
    if (pattern[len - 1] == '*') {
        return strncmp(pattern, word, len - 1) == 0;
    }
    return strcmp(pattern, word) == 0;
}

static void check_word(const source *file, int line_no, const char *word, const char *before)
{
    /* a field or an argument of that name is no call */
    if (before > file->code &&
        (before[-1] == '.' ||
         (before[-1] == '>' && before - file->code > 1 && before[-2] == '-'))) {
        return;
    }
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (word_fits(words[i].word, word) && is_in_scope(file->path, words[i].where) &&
            !is_allowed(file->path, word)) {
            char text[256];
            snprintf(text, sizeof(text), "%s (use %s)", word, words[i].instead);
            fault(file, line_no, "banned word", text);
        }
    }
}

static void check_unit(const source *file, int line_no, const char *type, const char *word)
{
    bool is_integer = false;
    for (size_t i = 0; i < sizeof(integer_types) / sizeof(integer_types[0]); i++) {
        is_integer = is_integer || strcmp(integer_types[i], type) == 0;
    }
    for (size_t i = 0; is_integer && i < sizeof(units) / sizeof(units[0]); i++) {
        if (has_suffix(word, units[i].suffix) && !is_allowed(file->path, word)) {
            char text[256];
            snprintf(text, sizeof(text), "%s (write %s)", word, units[i].instead);
            fault(file, line_no, "second word for a unit", text);
        }
    }
}

/* Rules `words`, `units` and `goto`: over the tokens of the second text. */
static void check_tokens(const source *file)
{
    char previous[128] = "";
    int line_no = 1;
    for (const char *at = file->code; *at != '\0';) {
        if (!is_word_char(*at)) {
            line_no += *at == '\n';
            if (!isspace((unsigned char)*at) && *at != '*') {
                previous[0] = '\0';
            }
            at++;
            continue;
        }
        const char *begin = at;
        while (is_word_char(*at)) {
            at++;
        }
        char word[128];
        snprintf(word, sizeof(word), "%.*s", (int)(at - begin), begin);
        const char *next = at + strspn(at, " \t\n");
        check_word(file, line_no, word, begin);
        if (*next != '(') { /* a function of that name has no unit */
            check_unit(file, line_no, previous, word);
        }
        if (strcmp(previous, "goto") == 0 && strcmp(word, "done") != 0) {
            fault(file, line_no, "goto leads to `done` only", word);
        }
        memcpy(previous, word, sizeof(previous));
    }
}

/* True when the head stands in the literal, by itself and a blank behind it, and the tail after it.
 */
static bool has_words(const char *literal, size_t len, const sql_row *row)
{
    size_t head_len = strlen(row->head);
    for (size_t i = 0; i + head_len < len; i++) {
        bool is_alone = i == 0 || !is_word_char(literal[i - 1]);
        if (!is_alone || strncmp(literal + i, row->head, head_len) != 0 ||
            literal[i + head_len] != ' ') {
            continue;
        }
        if (row->tail == NULL ||
            memmem(literal + i + head_len, len - i - head_len, row->tail, strlen(row->tail))) {
            return true;
        }
    }
    return false;
}

/* Rule `sql`. */
static void check_sql(const source *file)
{
    if (has_prefix(file->path, "src/store/") || has_prefix(file->path, "tools/") ||
        has_prefix(file->path, "tests/")) {
        return;
    }
    int line_no = 1;
    for (size_t at = 0; at < file->len;) {
        size_t end = end_of_other(file, at);
        end = end > at ? end : at + 1;
        for (size_t i = 0; file->text[at] == '"' && i < sizeof(sql) / sizeof(sql[0]); i++) {
            if (has_words(file->text + at + 1, end - at - 1, &sql[i])) {
                fault(file, line_no, "SQL outside src/store (write a .sql file)", sql[i].head);
            }
        }
        for (; at < end; at++) {
            line_no += file->text[at] == '\n';
        }
    }
}

/* Columns of one code point: two for the scripts that fill a square. */
static int columns_of(uint32_t c)
{
    if (c >= 0x0300 && c <= 0x036F) {
        return 0; /* combining marks */
    }
    bool is_wide = (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) ||
                   (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0xF900 && c <= 0xFAFF) ||
                   (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60) ||
                   (c >= 0xFFE0 && c <= 0xFFE6) || (c >= 0x1F300 && c <= 0x1FAFF) ||
                   (c >= 0x20000 && c <= 0x3FFFD);
    return is_wide ? 2 : 1;
}

static int width_of(const char *line, size_t len)
{
    int width = 0;
    for (size_t i = 0; i < len;) {
        unsigned char c = (unsigned char)line[i];
        size_t step = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
        uint32_t point = c < 0x80 ? c : c < 0xE0 ? c & 0x1F : c < 0xF0 ? c & 0x0F : c & 0x07;
        for (size_t k = 1; k < step && i + k < len; k++) {
            point = point << 6 | ((unsigned char)line[i + k] & 0x3F);
        }
        width += columns_of(point);
        i += step;
    }
    return width;
}

/* A row of an initialiser: begins with a brace or a string, or ends with a closing brace. */
static bool is_table_row(const char *line, size_t len)
{
    size_t at = strspn(line, " ");
    bool begins = line[at] == '{' || line[at] == '"' || line[at] == '[';
    return begins ||
           (len >= 2 && (line[len - 1] == '}' || (line[len - 1] == ',' && line[len - 2] == '}')));
}

/* Columns that the formatter sets or cannot break: string literals, and blanks that align columns.
 */
static int width_not_ours(const char *line, size_t len)
{
    int total = 0;
    size_t from = len;
    for (size_t i = strspn(line, " "); i < len; i++) {
        if (line[i] == '\\') {
            i++;
        } else if (line[i] == '"' && from == len) {
            from = i + 1;
        } else if (line[i] == '"') {
            total += width_of(line + from, i - from);
            from = len;
        } else if (from == len && line[i] == ' ' && i > 0 && line[i - 1] == ' ') {
            total++;
        }
    }
    return total;
}

/* Rules `lines`, `promises` and `systems`. */
static void check_lines(const source *file)
{
    bool is_system = is_system_file(file->path);
    int line_no = 1;
    for (const char *at = file->text; *at != '\0'; line_no++) {
        size_t len = strcspn(at, "\n");
        int width = width_of(at, len);
        if (width - width_not_ours(at, len) > WIDTH_MAX && !is_table_row(at, len)) {
            char text[32];
            snprintf(text, sizeof(text), "%d columns", width);
            fault(file, line_no, "too wide", text);
        }
        if (memchr(at, '\t', len) != NULL || memchr(at, '\r', len) != NULL) {
            fault(file, line_no, "tab or CR", "the formatter sets blanks");
        }
        if (len > 0 && at[len - 1] == ' ') {
            fault(file, line_no, "blank at the end of the line", "the formatter takes it away");
        }
        for (size_t i = 0; i < sizeof(promises) / sizeof(promises[0]); i++) {
            const char *hit = memmem(at, len, promises[i], strlen(promises[i]));
            if (hit != NULL && !has_suffix(file->path, "tools/check_source.c")) {
                fault(file, line_no, "promise", promises[i]);
            }
        }
        for (size_t i = 0;
             *at == '#' && !is_system && i < sizeof(system_tests) / sizeof(system_tests[0]); i++) {
            if (memmem(at, len, system_tests[i], strlen(system_tests[i])) != NULL &&
                has_prefix(file->path, "src/")) {
                fault(file, line_no, "test for a system outside os_* and sandbox_*",
                      system_tests[i]);
            }
        }
        at += len;
        at += *at == '\n';
    }
}

static void put_upper(char *out, size_t cap, const char *path)
{
    size_t len = strlen(out);
    for (; *path != '\0' && len + 1 < cap; path++) {
        out[len++] = isalnum((unsigned char)*path) ? (char)toupper((unsigned char)*path) : '_';
    }
    out[len] = '\0';
}

/* Rule `head`. Below src the folder is that under src; elsewhere the path. A header of a folder
 * inside a folder may name the inner one alone. */
static void check_head(const source *file)
{
    static const char licence[] = "/* SPDX-License-Identifier: AGPL-3.0-or-later";
    if (!has_prefix(file->text, licence)) {
        fault(file, 1, "the first line must be", licence);
    }
    if (!has_suffix(file->path, ".h")) {
        return;
    }
    const char *below = has_prefix(file->path, "src/") ? file->path + 4 : file->path;
    const char *at = strstr(file->code, "#ifndef ");
    char guard[128] = "";
    if (at != NULL) {
        snprintf(guard, sizeof(guard), "%.*s", (int)strcspn(at + 8, " \t\n"), at + 8);
    }
    char wanted[256] = "LJ_";
    put_upper(wanted, sizeof(wanted), below);
    for (;;) {
        char form[256] = "LJ_";
        put_upper(form, sizeof(form), below);
        if (strcmp(form, guard) == 0) {
            return;
        }
        const char *slash = strchr(below, '/');
        if (slash == NULL || strchr(slash + 1, '/') == NULL) {
            break;
        }
        below = slash + 1;
    }
    fault(file, 1, "the guard must be", wanted);
}

/* ---- sizes ---- */

static int parameters_of(const char *head, size_t len)
{
    if (memchr(head, '=', len) != NULL || memchr(head, '#', len) != NULL) {
        return 0; /* an initialiser, a macro */
    }
    int depth = 0;
    int commas = 0;
    for (size_t i = 0; i < len; i++) {
        depth += head[i] == '(';
        depth -= head[i] == ')';
        commas += depth == 1 && head[i] == ',';
    }
    return commas + 1;
}

/* A function of this house has its braces in the first column: Linux style. */
static void report_sizes(const source *file)
{
    int line_no = 1;
    int begin_no = 0;
    const char *head = file->code;
    for (const char *at = file->code; *at != '\0'; line_no++) {
        size_t len = strcspn(at, "\n");
        if (*at == '{' && len == 1) {
            begin_no = line_no;
            int count = parameters_of(head, (size_t)(at - head));
            if (count > PARAMETERS_MAX) {
                printf("%s:%d: %d parameters\n", file->path, begin_no, count);
            }
        } else if (*at == '}' && begin_no > 0) {
            if (line_no - begin_no - 1 > FUNCTION_LINES && !has_prefix(file->path, "tests/")) {
                printf("%s:%d: function of %d lines\n", file->path, begin_no,
                       line_no - begin_no - 1);
            }
            begin_no = 0;
            head = at + 1;
        }
        if (len == 0 && begin_no == 0) {
            head = at + 1; /* a head has no empty line in it */
        }
        at += len;
        at += *at == '\n';
    }
    if (line_no - 1 > FILE_LINES) {
        printf("%s:1: file of %d lines\n", file->path, line_no - 1);
    }
}

static bool read_source(const char *path, source *file)
{
    char full[2 * PATH_LEN];
    snprintf(full, sizeof(full), "%s/%s", check.root, path);
    FILE *in = fopen(full, "re");
    if (in == NULL) {
        return false;
    }
    size_t cap = 0;
    char *text = NULL;
    ssize_t len = getdelim(&text, &cap, '\0', in);
    fclose(in);
    *file = (source){path, text, NULL, len > 0 ? (size_t)len : 0};
    if (len <= 0) {
        free(text);
        file->text = strdup("");
    }
    file->code = strdup(file->text);
    return file->text != NULL && file->code != NULL;
}

int main(int argc, char **argv)
{
    static const char *const standard[] = {"src", "tests", "tools", "fuzz", "bench"};
    int at = 1;
    check.sizes = argc > at && strcmp(argv[at], "--sizes") == 0;
    at += check.sizes;
    if (argc <= at) {
        fprintf(stderr, "usage: check_source [--sizes] ROOT [FOLDER...]\n");
        return 64;
    }
    check.root = argv[at++];
    bool all = at == argc;
    for (size_t i = 0; all && i < sizeof(standard) / sizeof(standard[0]); i++) {
        list_files(standard[i]);
    }
    for (; at < argc; at++) {
        list_files(argv[at]);
    }
    read_allow();
    for (int i = 0; i < check.path_count; i++) {
        source file;
        if (!read_source(check.paths[i], &file)) {
            fprintf(stderr, "check_source: cannot read %s\n", check.paths[i]);
            return 66;
        }
        make_code(&file);
        if (check.sizes) {
            report_sizes(&file);
        } else {
            check_tokens(&file);
            check_sql(&file);
            check_lines(&file);
            check_head(&file);
        }
        free(file.text);
        free(file.code);
        free(check.paths[i]);
    }
    for (int i = 0; all && !check.sizes && i < check.allow_count; i++) {
        if (!check.allow[i].used) {
            printf("tools/check_source.allow:%d: nothing needs this row: %s %s\n",
                   check.allow[i].line_no, check.allow[i].path, check.allow[i].word);
            check.fault_count++;
        }
    }
    printf("check_source: %d files, %d faults\n", check.path_count, check.fault_count);
    return check.fault_count != 0;
}
