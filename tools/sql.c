/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Makes C sources out of SQL, and refuses SQL that does not work.
 * Usage: sql migrations NAME OUT.c MIGRATION.sql...
 *        sql queries FOLDER OUT.h OUT.c --migrations MIGRATION.sql... --queries QUERIES.sql...
 * Exit 0; 64 usage; 65 with "file:line: reason" for each fault; 70 failure.
 *
 * `migrations` applies the files in their order to a SQLite database in memory and writes
 * NAME_migrations[] (store/migrate.h) with the text for each engine, and NAME_tables[] and
 * NAME_links[] (store/catalogue.h): what a dump writes, in an order that foreign keys allow.
 * `queries` applies the migrations, prepares every query there and writes an object q_NAME for each
 * (store/query.h) and the array FOLDER_queries[] of all.
 *
 * Both kinds of files are SQL with these additions; what stands in quotes is never touched:
 *   {INT} {TEXT} {BYTES} {STRICT}   types and the tail of a table, per engine; in queries for casts
 *   {KEYED}                         the tail of a table whose rows lie in the order of its key: one
 *                                   tree less per row, for tables with small rows and one key
 *   {ROW}                           migrations: the columns and the key that every record has
 *   {LOCK}                          queries: FOR UPDATE where the engine has it
 *   -- only: sqlite|postgres        until `-- end`: for one engine
 *   -- local: TABLE                 migrations: the table is not part of a dump
 *   -- query: NAME  in: a int, b bytes  out: N
 *                                   head of a query, on as many comment lines as it needs; then its
 *                                   one statement with parameters :a and :b
 *
 * Refused besides: a column of a migration without a comment; a table that is not STRICT, has no
 * key, a key that may be NULL, or whose rows a migration adds; foreign keys in a circle that are
 * not DEFERRABLE; letters outside ASCII but in comments; a parameter that is not declared or not
 * used; a wrong count of columns; a name given twice. */
#define _GNU_SOURCE /* strdup */
#include "sql.h"

#include <ctype.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

static void apply_migration(sqlite3 *db, const source *file, const char *sql)
{
    const char *at = sql;
    while (at[strspn(at, " \t\n;")] != '\0') {
        sqlite3_stmt *statement = NULL;
        const char *next = at;
        int code = sqlite3_prepare_v2(db, at, -1, &statement, &next);
        if (code == SQLITE_OK && statement != NULL) {
            code = sqlite3_step(statement);
        }
        if (code != SQLITE_OK && code != SQLITE_DONE && code != SQLITE_ROW) {
            sql_fault_sqlite(db, file, 1, sql, at);
            (void)sqlite3_finalize(statement);
            return;
        }
        (void)sqlite3_finalize(statement);
        at = next;
    }
}

/* ---- migrations ---- */

typedef struct migration {
    source file;
    int no;
    char name[NAME_LEN];
    char checksum[65];
    sql_text sql[ENGINES];
} migration;

static void name_migration(migration *made)
{
    const char *base = sql_base_name(made->file.path);
    const char *dot = strstr(base, ".sql");
    size_t digits = strspn(base, "0123456789");
    if (digits != 4 || base[4] != '_' || dot == NULL || dot[4] != '\0' || dot - base - 5 < 1 ||
        dot - base - 5 >= NAME_LEN) {
        sql_fault(&made->file, 1, "a migration is called NNNN_what.sql");
        return;
    }
    for (size_t i = 0; i < digits; i++) {
        made->no = made->no * 10 + (base[i] - '0');
    }
    memcpy(made->name, base + 5, (size_t)(dot - base - 5));
    if (!sql_is_name(made->name)) {
        sql_fault(&made->file, 1, "a migration is called NNNN_what.sql");
    }
}

static void sum_migration(migration *made)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    if (EVP_Digest(made->file.bytes, made->file.len, digest, &len, EVP_sha256(), NULL) != 1 ||
        len != 32) {
        sql_die("no SHA-256", made->file.path);
    }
    for (unsigned i = 0; i < len; i++) {
        snprintf(made->checksum + (size_t)2 * i, 3, "%02x", digest[i]);
    }
}

static int load_migrations(sqlite3 *db, char *const *paths, int count, migration *out)
{
    for (int i = 0; i < count; i++) {
        migration *made = &out[i];
        made->file = sql_read(paths[i]);
        name_migration(made);
        sum_migration(made);
        if (i > 0 && made->no <= out[i - 1].no) {
            sql_fault(&made->file, 1, "migrations must be given in the order of their numbers");
        }
        int before = sql_run.fault_count;
        for (int engine = 0; engine < ENGINES; engine++) {
            scanner scan = {.file = &made->file,
                            .at = made->file.bytes,
                            .end = made->file.bytes + made->file.len,
                            .line_no = 1,
                            .engine = engine,
                            .out = &made->sql[engine],
                            .section = -1};
            sql_scan_all(&scan);
        }
        if (sql_run.fault_count == before) {
            apply_migration(db, &made->file, made->sql[0].ptr);
        }
        if (sql_run.fault_count == before) {
            sql_check_tables(db, &made->file);
        }
    }
    return sql_run.fault_count;
}

/* A long text of a migration is longer than C promises to take; both compilers take it. */
static const char preamble[] = "/* Made by tools/sql.c; do not edit. */\n";
static const char long_strings[] = "#pragma GCC diagnostic ignored \"-Woverlength-strings\"\n";

static void write_migrations(FILE *out, const char *name, const migration *all, int count)
{
    fprintf(out,
            "%s#include \"store/catalogue.h\"\n\n%s\n"
            "extern const store_migration %s_migrations[];\n"
            "extern const uint32_t %s_migration_count;\n"
            "extern const store_table %s_tables[];\nextern const uint32_t %s_table_count;\n"
            "extern const store_link %s_links[];\nextern const uint32_t %s_link_count;\n\n"
            "const store_migration %s_migrations[] = {\n",
            preamble, long_strings, name, name, name, name, name, name, name);
    for (int i = 0; i < count; i++) {
        fprintf(out, "    {.no = %d,\n     .name = \"%s\",\n     .sqlite =", all[i].no,
                all[i].name);
        sql_write_literal(out, all[i].sql[0].ptr, false);
        fputs(",\n     .postgres =", out);
        sql_write_literal(out, all[i].sql[1].ptr, false);
        fprintf(out, ",\n     .checksum = \"%s\"},\n", all[i].checksum);
    }
    fprintf(out, "};\nconst uint32_t %s_migration_count = %d;\n\n", name, count);
}

/* ---- queries ---- */

static void check_head_text(query *made, const char *in, const char *out)
{
    while (in != NULL && *in != '\0') {
        char name[NAME_LEN];
        char kind[NAME_LEN];
        const char *end = in + strlen(in);
        in = sql_skip_blanks(in, end);
        in += sql_take_word(in, end, name);
        in = sql_skip_blanks(in, end);
        in += sql_take_word(in, end, kind);
        in = sql_skip_blanks(in, end);
        const char *const kinds[] = {"int", "text", "bytes"};
        int found = -1;
        for (int i = 0; i < 3; i++) {
            found = strcmp(kinds[i], kind) == 0 ? i : found;
        }
        if (!sql_is_name(name) || found < 0 || (*in != ',' && *in != '\0')) {
            sql_fault(made->file, made->line_no, "query %s: `in:` is a list of NAME int|text|bytes",
                      made->name);
            return;
        }
        for (int i = 0; i < made->in_count; i++) {
            if (strcmp(made->names[i], name) == 0) {
                sql_fault(made->file, made->line_no, "query %s: parameter %s is declared twice",
                          made->name, name);
            }
        }
        if (made->in_count == PARAMETERS_MAX) {
            sql_fault(made->file, made->line_no, "query %s: more than %d parameters", made->name,
                      PARAMETERS_MAX);
            return;
        }
        memcpy(made->names[made->in_count], name, NAME_LEN);
        made->kinds[made->in_count++] = "itb"[found];
        in += *in == ',';
    }
    size_t digits = strspn(out, "0123456789");
    made->out_count = 0;
    for (size_t i = 0; i < digits && i < 4; i++) {
        made->out_count = made->out_count * 10 + (out[i] - '0');
    }
    if (digits == 0 || out[digits] != '\0' || made->out_count > COLUMNS_MAX) {
        sql_fault(made->file, made->line_no, "query %s: `out:` is the count of columns, 0 to %d",
                  made->name, COLUMNS_MAX);
    }
}

static void trim_end(char *text)
{
    size_t len = strlen(text);
    while (len > 0 && isspace((unsigned char)text[len - 1])) {
        text[--len] = '\0';
    }
}

/* head: "NAME  in: ...  out: N" on one line; changed on the way. */
static void read_head(query *made, char *head)
{
    trim_end(head);
    made->head = strdup(head);
    char *in = strstr(head, " in:");
    char *out = strstr(head, " out:");
    const char *end = head + strlen(head);
    size_t len = sql_take_word(head, end, made->name);
    const char *behind = sql_skip_blanks(head + len, end);
    if (!sql_is_name(made->name)) {
        sql_fault(made->file, made->line_no, "a query has a name of lower-case letters");
        return;
    }
    if (out == NULL || (in != NULL && in > out) || (behind != (in != NULL ? in + 1 : out + 1))) {
        sql_fault(made->file, made->line_no, "query %s: the head is `NAME  in: ...  out: N`",
                  made->name);
        return;
    }
    *out = '\0';
    out += 5;
    out += strspn(out, " ");
    if (in != NULL) {
        in += 4;
        in += strspn(in, " ");
        trim_end(in);
    }
    check_head_text(made, in, out);
}

/* One statement, prepared; its counts against the head. */
static void check_query(sqlite3 *db, query *made)
{
    sqlite3_stmt *statement = NULL;
    const char *tail = "";
    const char *sql = made->sql[0].ptr;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, &tail) != SQLITE_OK) {
        sql_fault_sqlite(db, made->file, made->body_line_no, sql, sql);
        return;
    }
    if (statement == NULL) {
        sql_fault(made->file, made->line_no, "query %s: no statement", made->name);
        return;
    }
    if (tail[strspn(tail, " \t\n;")] != '\0') {
        sql_fault(made->file,
                  made->body_line_no + sql_lines_before(sql, tail + strspn(tail, " \t\n")),
                  "query %s: more than one statement", made->name);
    }
    int columns = sqlite3_column_count(statement);
    if (columns != made->out_count) {
        sql_fault(made->file, made->line_no, "query %s: %d columns, `out:` says %d", made->name,
                  columns, made->out_count);
    }
    (void)sqlite3_finalize(statement);
}

static void finish_query(sqlite3 *db, query *made)
{
    int before = sql_run.fault_count;
    for (int engine = 0; engine < ENGINES; engine++) {
        memset(made->used, 0, sizeof(made->used));
        scanner scan = {.file = made->file,
                        .at = made->body,
                        .end = made->body + made->body_len,
                        .line_no = made->body_line_no,
                        .engine = engine,
                        .query = made,
                        .out = &made->sql[engine],
                        .section = -1};
        sql_scan_all(&scan);
        for (int i = 0; i < made->in_count; i++) {
            if (!made->used[i]) {
                sql_fault(made->file, made->line_no, "query %s: parameter %s is not used (%s)",
                          made->name, made->names[i], sql_engine_names[engine]);
            }
        }
        if (sql_run.fault_count != before) {
            return;
        }
    }
    if (made->sql[1].ptr[strspn(made->sql[1].ptr, " \t\r\n;")] == '\0') {
        sql_fault(made->file, made->line_no, "query %s: no statement for postgres", made->name);
    }
    check_query(db, made);
}

/* The text behind "-- query:" when the line is a head, else NULL. */
static const char *head_of(const char *at, const char *end)
{
    at = sql_skip_blanks(at, end);
    if (end - at < 2 || strncmp(at, "--", 2) != 0) {
        return NULL;
    }
    at = sql_skip_blanks(at + 2, end);
    return end - at >= 6 && strncmp(at, "query:", 6) == 0 ? sql_skip_blanks(at + 6, end) : NULL;
}

/* Heads go on over comment lines until `out:` was seen. *at is left behind the head. */
static void take_head(query *made, const char **at, const char *end, int *line_no)
{
    const char *stop = sql_line_end(*at, end);
    const char *begin = head_of(*at, stop);
    sql_text head = {NULL, 0, 0};
    sql_put(&head, begin, (size_t)(stop - begin));
    while (strstr(head.ptr, " out:") == NULL && stop < end) {
        const char *next = stop + 1;
        const char *next_end = sql_line_end(next, end);
        const char *text_at = sql_skip_blanks(next, next_end);
        if (next_end - text_at < 2 || strncmp(text_at, "--", 2) != 0 ||
            head_of(next, next_end) != NULL) {
            break;
        }
        sql_put(&head, " ", 1);
        text_at = sql_skip_blanks(text_at + 2, next_end);
        sql_put(&head, text_at, (size_t)(next_end - text_at));
        stop = next_end;
        ++*line_no;
    }
    read_head(made, head.ptr);
    free(head.ptr);
    *at = stop;
}

/* Anything but comments and blanks before the first head. */
static void check_stray(const source *file, int line_no, const char *at, const char *end)
{
    at = sql_skip_blanks(at, end);
    if (at < end && *at != '\r' && strncmp(at, "--", 2) != 0) {
        sql_fault(file, line_no, "text before the first `-- query:`");
    }
}

static int read_queries(const source *file, query *queries, int count)
{
    const char *end = file->bytes + file->len;
    query *made = NULL;
    int line_no = 1;
    for (const char *at = file->bytes; at < end; at++, line_no++) {
        const char *stop = sql_line_end(at, end);
        if (head_of(at, stop) == NULL) {
            if (made == NULL) {
                check_stray(file, line_no, at, stop);
            }
        } else if (count == QUERIES_MAX) {
            sql_fault(file, line_no, "more than %d queries", QUERIES_MAX);
            return count;
        } else {
            made = &queries[count++];
            made->file = file;
            made->line_no = line_no;
            take_head(made, &at, end, &line_no);
            stop = at;
            made->body = stop;
            made->body_line_no = line_no;
            const char *next = stop;
            while (next < end && head_of(next + 1, sql_line_end(next + 1, end)) == NULL) {
                next = sql_line_end(next + 1, end);
            }
            made->body_len = (size_t)(next - stop);
        }
        at = stop;
    }
    return count;
}

static void check_names(const query *queries, int count)
{
    for (int i = 0; i < count; i++) {
        for (int k = 0; k < i; k++) {
            if (strcmp(queries[i].name, queries[k].name) == 0) {
                sql_fault(queries[i].file, queries[i].line_no, "query %s is at %s:%d already",
                          queries[i].name, queries[k].file->path, queries[k].line_no);
            }
        }
    }
}

static void put_upper(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        fputc(isalnum((unsigned char)*text) ? toupper((unsigned char)*text) : '_', out);
    }
}

static void write_header(FILE *out, const char *folder, const char *path, const query *queries,
                         int count)
{
    fputs(preamble, out);
    for (int i = 0; i < 2; i++) {
        fprintf(out, "%s LJ_", i == 0 ? "#ifndef" : "#define");
        put_upper(out, folder);
        putc('_', out);
        put_upper(out, sql_base_name(path));
        putc('\n', out);
    }
    fputs("\n#include \"store/query.h\"\n\n", out);
    for (int i = 0; i < count; i++) {
        fprintf(out, "extern const store_query q_%s; /* %s */\n", queries[i].name, queries[i].head);
    }
    fprintf(out,
            "\nextern const store_query *const %s_queries[];\n"
            "extern const uint32_t %s_query_count;\n\n#endif\n",
            folder, folder);
}

static void write_source(FILE *out, const char *folder, const char *header, const query *queries,
                         int count)
{
    fprintf(out, "%s#include \"%s\"\n\n#include <stddef.h>\n\n%s\n", preamble,
            sql_base_name(header), long_strings);
    for (int i = 0; i < count; i++) {
        char symbol[NAME_LEN + 8];
        snprintf(symbol, sizeof(symbol), "q_%s", queries[i].name);
        sql_write_query(out, symbol, &queries[i]);
    }
    fprintf(out, "\nconst store_query *const %s_queries[] = {\n", folder);
    for (int i = 0; i < count; i++) {
        fprintf(out, "    &q_%s,\n", queries[i].name);
    }
    fprintf(out, "    NULL};\nconst uint32_t %s_query_count = %d;\n", folder, count);
}

/* ---- the two commands ---- */

static FILE *create(const char *path)
{
    FILE *out = fopen(path, "we");
    if (out == NULL) {
        sql_die("cannot write", path);
    }
    return out;
}

static int finish(FILE *out, const char *path)
{
    bool bad = ferror(out) != 0;
    bad = fclose(out) != 0 || bad;
    if (bad || sql_run.fault_count > 0) {
        (void)remove(path);
    }
    return sql_run.fault_count > 0 ? 65 : bad ? 70 : 0;
}

static int make_migrations(int argc, char **argv)
{
    static migration all[FILES_MAX];
    int count = argc - 4;
    sqlite3 *db = sql_open_memory();
    int status = 65;
    if (load_migrations(db, argv + 4, count, all) == 0) {
        FILE *out = create(argv[3]);
        write_migrations(out, argv[2], all, count);
        sql_write_catalogue(out, argv[2], db, &all[count - 1].file);
        status = finish(out, argv[3]);
    }
    (void)sqlite3_close(db);
    return status;
}

static int make_queries(int argc, char **argv)
{
    static migration all[FILES_MAX];
    static source files[FILES_MAX];
    static query *queries;
    queries = calloc(QUERIES_MAX, sizeof(*queries));
    sqlite3 *db = sql_open_memory();
    int at = 6;
    while (at < argc && strcmp(argv[at], "--queries") != 0) {
        at++;
    }
    if (queries == NULL || load_migrations(db, argv + 6, at - 6, all) > 0) {
        return 65;
    }
    int count = 0;
    for (int i = at + 1; i < argc; i++) {
        files[i] = sql_read(argv[i]);
        count = read_queries(&files[i], queries, count);
    }
    check_names(queries, count);
    int before = sql_run.fault_count;
    for (int i = 0; i < count && before == 0; i++) {
        finish_query(db, &queries[i]);
    }
    (void)sqlite3_close(db);
    if (sql_run.fault_count > 0) {
        return 65;
    }
    FILE *header = create(argv[3]);
    write_header(header, argv[2], argv[3], queries, count);
    FILE *out = create(argv[4]);
    write_source(out, argv[2], argv[3], queries, count);
    int status = finish(header, argv[3]);
    int other = finish(out, argv[4]);
    return status != 0 ? status : other;
}

int main(int argc, char **argv)
{
    bool fits = argc < FILES_MAX && argc > 2 && sql_is_name(argv[2]);
    if (fits && argc > 4 && strcmp(argv[1], "migrations") == 0) {
        return make_migrations(argc, argv);
    }
    if (fits && argc > 6 && strcmp(argv[1], "queries") == 0 &&
        strcmp(argv[5], "--migrations") == 0) {
        return make_queries(argc, argv);
    }
    fprintf(stderr, "usage: sql migrations NAME OUT.c MIGRATION.sql...\n"
                    "       sql queries FOLDER OUT.h OUT.c --migrations MIGRATION.sql... --queries "
                    "QUERIES.sql...\n");
    return 64;
}
