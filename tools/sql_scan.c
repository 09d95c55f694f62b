/* SPDX-License-Identifier: AGPL-3.0-or-later
 * From a .sql file to the text of one engine: macros, parameters, sections; comments go, line ends
 * stay, so that a place in the text has a line of the file. What stands in quotes is never touched.
 * Both engines read every file, so a fault that is the same for both is told for the first only. */
#define _GNU_SOURCE /* memmem, vasprintf */
#include "sql.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct sql_state sql_run;

const char *const sql_engine_names[ENGINES] = {"sqlite", "postgres"};

#define ROW_COLUMNS                                                                                \
    "district {INT} NOT NULL, id {BYTES} NOT NULL, version {INT} NOT NULL, state {INT} NOT NULL, " \
    "unit {BYTES}, department {BYTES}, person {BYTES}, parent {BYTES}, number {TEXT}, "            \
    "happened_on {INT} NOT NULL, created_at {INT} NOT NULL, changed_at {INT} NOT NULL, "           \
    "source {INT} NOT NULL, entered_by {BYTES}, for_post {BYTES}, void {INT} NOT NULL, "           \
    "sort_key {BYTES} NOT NULL"
#define ROW_KEY ", PRIMARY KEY (district, id)"

static const struct {
    const char *name;
    const char *sqlite;
    const char *postgres;
    bool in_migrations, in_queries;
} macros[] = {
    {"INT",    "INTEGER",               "bigint",             true,  true },
    {"TEXT",   "TEXT",                  "text COLLATE \"C\"", true,  false},
    {"TEXT",   "TEXT",                  "text",               false, true }, /* in casts */
    {"BYTES",  "BLOB",                  "bytea",              true,  true },
    {"STRICT", "STRICT",                "",                   true,  false},
    {"KEYED",  "STRICT, WITHOUT ROWID", "",                   true,  false},
    {"ROW",    ROW_COLUMNS,             ROW_COLUMNS,          true,  false},
    {"LOCK",   "",                      "FOR UPDATE",         false, true },
};

/* ---- faults, text, files ---- */

_Noreturn void sql_die(const char *what, const char *path)
{
    fprintf(stderr, "sql: %s: %s\n", what, path);
    exit(70);
}

void sql_fault(const source *file, int line_no, const char *form, ...)
{
    va_list args;
    va_start(args, form);
    fprintf(stderr, "%s:%d: ", file->path, line_no);
    vfprintf(stderr, form, args);
    fputc('\n', stderr);
    va_end(args);
    sql_run.fault_count++;
}

void sql_put(sql_text *out, const char *bytes, size_t len)
{
    if (out->len + len + 1 > out->cap) {
        out->cap = (out->len + len + 1) * 2;
        out->ptr = realloc(out->ptr, out->cap);
        if (out->ptr == NULL) {
            sql_die("no memory", "text");
        }
    }
    memcpy(out->ptr + out->len, bytes, len);
    out->len += len;
    out->ptr[out->len] = '\0';
}

void sql_printf(sql_text *out, const char *form, ...)
{
    char *made = NULL;
    va_list args;
    va_start(args, form);
    int len = vasprintf(&made, form, args);
    va_end(args);
    if (len < 0) {
        sql_die("no memory", "text");
    }
    sql_put(out, made, (size_t)len);
    free(made);
}

source sql_read(const char *path)
{
    FILE *in = fopen(path, "re");
    if (in == NULL) {
        sql_die("cannot read", path);
    }
    sql_text all = {NULL, 0, 0};
    sql_put(&all, "", 0);
    char part[4096];
    size_t len = fread(part, 1, sizeof(part), in);
    while (len > 0) {
        sql_put(&all, part, len);
        len = fread(part, 1, sizeof(part), in);
    }
    if (ferror(in) || fclose(in) != 0) {
        sql_die("cannot read", path);
    }
    return (source){path, all.ptr, all.len};
}

const char *sql_base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* Lower case, as both engines take it without quotes. */
bool sql_is_name(const char *text)
{
    if (!islower((unsigned char)text[0]) || strlen(text) >= NAME_LEN) {
        return false;
    }
    for (; *text != '\0'; text++) {
        if (!islower((unsigned char)*text) && !isdigit((unsigned char)*text) && *text != '_') {
            return false;
        }
    }
    return true;
}

/* Copies a word of at most NAME_LEN - 1 letters; returns its length. */
size_t sql_take_word(const char *at, const char *end, char out[NAME_LEN])
{
    size_t len = 0;
    while (at + len < end && is_word(at[len])) {
        len++;
    }
    size_t kept = len < NAME_LEN ? len : NAME_LEN - 1;
    memcpy(out, at, kept);
    out[kept] = '\0';
    return len;
}

const char *sql_skip_blanks(const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\t')) {
        at++;
    }
    return at;
}

const char *sql_line_end(const char *at, const char *end)
{
    const char *hit = memchr(at, '\n', (size_t)(end - at));
    return hit != NULL ? hit : end;
}

/* ---- from a file to the text of one engine ---- */

static void put_macros(scanner *scan, const char *form)
{
    for (; *form != '\0'; form++) {
        if (*form != '{') {
            sql_put(scan->out, form, 1);
            continue;
        }
        const char *close = strchr(form, '}');
        size_t len = (size_t)(close - form) - 1;
        for (size_t i = 0; i < sizeof(macros) / sizeof(macros[0]); i++) {
            bool here = scan->query != NULL ? macros[i].in_queries : macros[i].in_migrations;
            if (here && strlen(macros[i].name) == len &&
                strncmp(macros[i].name, form + 1, len) == 0) {
                const char *type = scan->engine == 0 ? macros[i].sqlite : macros[i].postgres;
                sql_put(scan->out, type, strlen(type));
            }
        }
        form = close;
    }
}

/* A column must say what it holds: a comment behind it or on the line above. */
static void check_comment(const scanner *scan)
{
    const char *begin = scan->at;
    while (begin > scan->file->bytes && begin[-1] != '\n') {
        begin--;
    }
    const char *end = sql_line_end(scan->at, scan->end);
    if (memmem(scan->at, (size_t)(end - scan->at), "--", 2) != NULL) {
        return;
    }
    const char *above = begin > scan->file->bytes ? begin - 1 : begin;
    while (above > scan->file->bytes && above[-1] != '\n') {
        above--;
    }
    above = sql_skip_blanks(above, begin);
    if (strncmp(above, "--", 2) != 0 && scan->engine == 0) {
        sql_fault(scan->file, scan->line_no, "a column without a comment");
    }
}

static void scan_macro(scanner *scan)
{
    char name[NAME_LEN];
    size_t len = sql_take_word(scan->at + 1, scan->end, name);
    const char *close = scan->at + 1 + len;
    bool known = false;
    for (size_t i = 0; i < sizeof(macros) / sizeof(macros[0]); i++) {
        bool here = scan->query != NULL ? macros[i].in_queries : macros[i].in_migrations;
        if (here && strcmp(macros[i].name, name) == 0 && close < scan->end && *close == '}') {
            known = true;
        }
    }
    if (!known) {
        if (scan->engine == 0) {
            sql_fault(scan->file, scan->line_no, "no such macro here: {%s}", name);
        }
        scan->at++;
        return;
    }
    if (strcmp(name, "ROW") == 0) {
        scan->row_depth = scan->depth;
        put_macros(scan, ROW_COLUMNS);
    } else {
        if (scan->query == NULL && strcmp(name, "STRICT") != 0 && strcmp(name, "KEYED") != 0) {
            check_comment(scan);
        }
        char form[NAME_LEN + 2];
        snprintf(form, sizeof(form), "{%s}", name);
        put_macros(scan, form);
    }
    scan->at = close + 1;
}

static void scan_parameter(scanner *scan)
{
    char name[NAME_LEN];
    size_t len = sql_take_word(scan->at + 1, scan->end, name);
    scan->at += 1 + len;
    if (scan->query == NULL) {
        sql_fault(scan->file, scan->line_no, "a parameter in a migration: %s", name);
        return;
    }
    for (int i = 0; i < scan->query->in_count; i++) {
        if (strcmp(scan->query->names[i], name) == 0) {
            scan->query->used[i] = true;
            sql_printf(scan->out, "%c%d", scan->engine == 0 ? '?' : '$', i + 1);
            return;
        }
    }
    sql_fault(scan->file, scan->line_no, "query %s: parameter %s is not declared",
              scan->query->name, name);
}

/* A comment in slashes: its line ends stay, for places. */
static void scan_block(scanner *scan)
{
    int begin_no = scan->line_no;
    const char *close = memmem(scan->at + 2, (size_t)(scan->end - scan->at - 2), "*/", 2);
    if (close == NULL) {
        sql_fault(scan->file, begin_no, "a comment is not closed");
        scan->at = scan->end;
        return;
    }
    sql_put(scan->out, " ", 1);
    for (; scan->at < close; scan->at++) {
        if (*scan->at == '\n') {
            sql_put(scan->out, "\n", 1);
            scan->line_no++;
        }
    }
    scan->at = close + 2;
}

/* A literal or a quoted name, as it is. */
static void scan_quote(scanner *scan)
{
    char quote = *scan->at;
    int begin_no = scan->line_no;
    const char *begin = scan->at++;
    while (scan->at < scan->end && *scan->at != quote) {
        scan->line_no += *scan->at == '\n';
        scan->at++;
    }
    if (scan->at == scan->end) {
        sql_fault(scan->file, begin_no, "a quote is not closed");
        return;
    }
    scan->at++;
    sql_put(scan->out, begin, (size_t)(scan->at - begin));
}

static void scan_section(scanner *scan, const char *at, const char *end)
{
    if (scan->section >= 0) {
        sql_fault(scan->file, scan->line_no, "a section inside a section");
        return;
    }
    char name[NAME_LEN];
    at = sql_skip_blanks(at, end);
    sql_take_word(at, end, name);
    for (int i = 0; i < ENGINES; i++) {
        if (strcmp(sql_engine_names[i], name) == 0) {
            scan->section = i;
        }
    }
    if (scan->section < 0) {
        sql_fault(scan->file, scan->line_no, "no such engine: %s", name);
    }
}

static void scan_local(scanner *scan, const char *at, const char *end)
{
    char name[NAME_LEN];
    sql_take_word(sql_skip_blanks(at, end), end, name);
    if (scan->engine == 0 && sql_run.local_count < TABLES_MAX) {
        memcpy(sql_run.local[sql_run.local_count++], name, NAME_LEN);
    }
}

/* Everything behind "--" up to the end of the line. */
static void scan_comment(scanner *scan)
{
    const char *end = sql_line_end(scan->at, scan->end);
    const char *at = sql_skip_blanks(scan->at + 2, end);
    size_t len = (size_t)(end - at);
    if (len >= 5 && strncmp(at, "only:", 5) == 0) {
        scan_section(scan, at + 5, end);
    } else if (len >= 6 && strncmp(at, "local:", 6) == 0 && scan->query == NULL) {
        scan_local(scan, at + 6, end);
    } else if (len >= 3 && strncmp(at, "end", 3) == 0 && sql_skip_blanks(at + 3, end) == end) {
        if (scan->section < 0) {
            sql_fault(scan->file, scan->line_no, "`-- end` without a section");
        }
        scan->section = -1;
    }
    scan->at = end;
}

/* The lines of a section for the other engine, up to its end. */
static void scan_other_section(scanner *scan)
{
    while (scan->at < scan->end) {
        const char *end = sql_line_end(scan->at, scan->end);
        const char *at = sql_skip_blanks(scan->at, end);
        if (end - at >= 2 && strncmp(at, "--", 2) == 0) {
            scan->at = at;
            scan_comment(scan);
            if (scan->section < 0) {
                return;
            }
        }
        scan->at = end;
        if (scan->at < scan->end) {
            sql_put(scan->out, "\n", 1);
            scan->at++;
            scan->line_no++;
        }
    }
}

static void scan_letter(scanner *scan)
{
    char c = *scan->at++;
    if (c == '(') {
        scan->depth++;
    }
    if (c == ')') {
        if (scan->row_depth > 0 && scan->row_depth == scan->depth) {
            sql_put(scan->out, ROW_KEY, sizeof(ROW_KEY) - 1);
            scan->row_depth = 0;
        }
        scan->depth--;
    }
    scan->line_no += c == '\n';
    if ((unsigned char)c >= 0x80) {
        if (scan->engine == 0) {
            sql_fault(scan->file, scan->line_no, "a letter outside ASCII");
        }
        return;
    }
    sql_put(scan->out, &c, 1);
}

void sql_scan_all(scanner *scan)
{
    sql_put(scan->out, "", 0);
    while (scan->at < scan->end) {
        const char *at = scan->at;
        char next = at + 1 < scan->end ? at[1] : '\0';
        if (scan->section >= 0 && scan->section != scan->engine) {
            scan_other_section(scan);
        } else if (*at == '-' && next == '-') {
            scan_comment(scan);
        } else if (*at == '/' && next == '*') {
            scan_block(scan);
        } else if (*at == '\'' || *at == '"') {
            scan_quote(scan);
        } else if (*at == '{') {
            scan_macro(scan);
        } else if (*at == ':' && next == ':') {
            sql_put(scan->out, "::", 2);
            scan->at += 2;
        } else if (*at == ':' && is_word(next)) {
            scan_parameter(scan);
        } else {
            scan_letter(scan);
        }
    }
    if (scan->section >= 0) {
        sql_fault(scan->file, scan->line_no, "a section without `-- end`");
    }
}
