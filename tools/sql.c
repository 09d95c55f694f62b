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
 *   {INT} {TEXT} {BYTES} {STRICT}   types and the tail of a table, per engine
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
#define _GNU_SOURCE /* strndup */
#include <ctype.h>
#include <openssl/evp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PARAMETERS_MAX = 128, /* STORE_ARGS_MAX of store/query.h */
    COLUMNS_MAX = 128,    /* STORE_COLUMNS_MAX */
    FILES_MAX = 512,
    QUERIES_MAX = 4096,
    TABLES_MAX = 512,
    NAME_LEN = 64,
    ENGINES = 2
};

typedef struct sql_text {
    char *ptr; /* NUL behind len */
    size_t len, cap;
} sql_text;

typedef struct source {
    const char *path;
    char *bytes; /* NUL behind len */
    size_t len;
} source;

typedef struct query {
    const source *file;
    int line_no;      /* of the head */
    int body_line_no; /* where the statement begins */
    const char *body;
    size_t body_len;
    char name[NAME_LEN];
    char *head; /* as written, for the header */
    char names[PARAMETERS_MAX][NAME_LEN];
    char kinds[PARAMETERS_MAX + 1];
    bool used[PARAMETERS_MAX];
    int in_count;
    int out_count;
    sql_text sql[ENGINES];
} query;

typedef struct table {
    char name[NAME_LEN];
    char columns[COLUMNS_MAX][NAME_LEN];
    char kinds[COLUMNS_MAX + 1];
    char nulls[COLUMNS_MAX + 1]; /* 'n' where NULL may stand, else '-' */
    int column_count;
    char key[COLUMNS_MAX][NAME_LEN];
    int key_count;
    bool placed; /* in the order already */
} table;

static const char *const engine_names[ENGINES] = {"sqlite", "postgres"};

#define ROW_COLUMNS                                                                                \
    "district {INT} NOT NULL, id {BYTES} NOT NULL, version {INT} NOT NULL, state {INT} NOT NULL, " \
    "unit {BYTES}, department {BYTES}, person {BYTES}, parent {BYTES}, number {TEXT}, "            \
    "happened_on {INT} NOT NULL, created_at {INT} NOT NULL, changed_at {INT} NOT NULL, "           \
    "source {INT} NOT NULL, entered_by {BYTES}, for_post {BYTES}, void {INT} NOT NULL"
#define ROW_KEY ", PRIMARY KEY (district, id)"

static const struct {
    const char *name;
    const char *sqlite;
    const char *postgres;
    bool in_migrations, in_queries;
} macros[] = {
    {"INT",    "INTEGER",   "bigint",             true,  true },
    {"TEXT",   "TEXT",      "text COLLATE \"C\"", true,  false},
    {"TEXT",   "TEXT",      "text",               false, true }, /* in casts */
    {"BYTES",  "BLOB",      "bytea",              true,  true },
    {"STRICT", "STRICT",    "",                   true,  false},
    {"ROW",    ROW_COLUMNS, ROW_COLUMNS,          true,  false},
    {"LOCK",   "",          "FOR UPDATE",         false, true },
};

static struct {
    int fault_count;
    char local[TABLES_MAX][NAME_LEN]; /* tables that a dump leaves out */
    int local_count;
} run;

/* ---- faults, text, files ---- */

static _Noreturn void die(const char *what, const char *path)
{
    fprintf(stderr, "sql: %s: %s\n", what, path);
    exit(70);
}

__attribute__((format(printf, 3, 4))) static void fault(const source *file, int line_no,
                                                        const char *form, ...)
{
    va_list args;
    va_start(args, form);
    fprintf(stderr, "%s:%d: ", file->path, line_no);
    vfprintf(stderr, form, args);
    fputc('\n', stderr);
    va_end(args);
    run.fault_count++;
}

static void text_put(sql_text *out, const char *bytes, size_t len)
{
    if (out->len + len + 1 > out->cap) {
        out->cap = (out->len + len + 1) * 2;
        out->ptr = realloc(out->ptr, out->cap);
        if (out->ptr == NULL) {
            die("no memory", "text");
        }
    }
    memcpy(out->ptr + out->len, bytes, len);
    out->len += len;
    out->ptr[out->len] = '\0';
}

__attribute__((format(printf, 2, 3))) static void text_printf(sql_text *out, const char *form, ...)
{
    char *made = NULL;
    va_list args;
    va_start(args, form);
    int len = vasprintf(&made, form, args);
    va_end(args);
    if (len < 0) {
        die("no memory", "text");
    }
    text_put(out, made, (size_t)len);
    free(made);
}

static source read_source(const char *path)
{
    FILE *in = fopen(path, "re");
    if (in == NULL) {
        die("cannot read", path);
    }
    sql_text all = {NULL, 0, 0};
    text_put(&all, "", 0);
    char part[4096];
    size_t len = fread(part, 1, sizeof(part), in);
    while (len > 0) {
        text_put(&all, part, len);
        len = fread(part, 1, sizeof(part), in);
    }
    if (ferror(in) || fclose(in) != 0) {
        die("cannot read", path);
    }
    return (source){path, all.ptr, all.len};
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* Lower case, as both engines take it without quotes. */
static bool is_name(const char *text)
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
static size_t take_word(const char *at, const char *end, char out[NAME_LEN])
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

static const char *skip_blanks(const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\t')) {
        at++;
    }
    return at;
}

static const char *line_end(const char *at, const char *end)
{
    const char *hit = memchr(at, '\n', (size_t)(end - at));
    return hit != NULL ? hit : end;
}

/* ---- from a file to the text of one engine ---- */

typedef struct scanner {
    const source *file;
    const char *at, *end;
    int line_no;
    int engine;
    query *query;  /* NULL in migrations */
    sql_text *out; /* line ends are kept, so that a place in it has a line of the file */
    int depth;     /* open parentheses */
    int row_depth; /* depth of the table whose {ROW} waits for its key, 0 for none */
    int section;   /* engine of the open section, -1 for none */
} scanner;

static void put_macros(scanner *scan, const char *form)
{
    for (; *form != '\0'; form++) {
        if (*form != '{') {
            text_put(scan->out, form, 1);
            continue;
        }
        const char *close = strchr(form, '}');
        size_t len = (size_t)(close - form) - 1;
        for (size_t i = 0; i < sizeof(macros) / sizeof(macros[0]); i++) {
            bool here = scan->query != NULL ? macros[i].in_queries : macros[i].in_migrations;
            if (here && strlen(macros[i].name) == len &&
                strncmp(macros[i].name, form + 1, len) == 0) {
                const char *type = scan->engine == 0 ? macros[i].sqlite : macros[i].postgres;
                text_put(scan->out, type, strlen(type));
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
    const char *end = line_end(scan->at, scan->end);
    if (memmem(scan->at, (size_t)(end - scan->at), "--", 2) != NULL) {
        return;
    }
    const char *above = begin > scan->file->bytes ? begin - 1 : begin;
    while (above > scan->file->bytes && above[-1] != '\n') {
        above--;
    }
    above = skip_blanks(above, begin);
    if (strncmp(above, "--", 2) != 0 && scan->engine == 0) {
        fault(scan->file, scan->line_no, "a column without a comment");
    }
}

static void scan_macro(scanner *scan)
{
    char name[NAME_LEN];
    size_t len = take_word(scan->at + 1, scan->end, name);
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
            fault(scan->file, scan->line_no, "no such macro here: {%s}", name);
        }
        scan->at++;
        return;
    }
    if (strcmp(name, "ROW") == 0) {
        scan->row_depth = scan->depth;
        put_macros(scan, ROW_COLUMNS);
    } else {
        if (scan->query == NULL && strcmp(name, "STRICT") != 0) {
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
    size_t len = take_word(scan->at + 1, scan->end, name);
    scan->at += 1 + len;
    if (scan->query == NULL) {
        fault(scan->file, scan->line_no, "a parameter in a migration: %s", name);
        return;
    }
    for (int i = 0; i < scan->query->in_count; i++) {
        if (strcmp(scan->query->names[i], name) == 0) {
            scan->query->used[i] = true;
            text_printf(scan->out, "%c%d", scan->engine == 0 ? '?' : '$', i + 1);
            return;
        }
    }
    fault(scan->file, scan->line_no, "query %s: parameter %s is not declared", scan->query->name,
          name);
}

/* A comment in slashes: its line ends stay, for places. */
static void scan_block(scanner *scan)
{
    int begin_no = scan->line_no;
    const char *close = memmem(scan->at + 2, (size_t)(scan->end - scan->at - 2), "*/", 2);
    if (close == NULL) {
        fault(scan->file, begin_no, "a comment is not closed");
        scan->at = scan->end;
        return;
    }
    text_put(scan->out, " ", 1);
    for (; scan->at < close; scan->at++) {
        if (*scan->at == '\n') {
            text_put(scan->out, "\n", 1);
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
        fault(scan->file, begin_no, "a quote is not closed");
        return;
    }
    scan->at++;
    text_put(scan->out, begin, (size_t)(scan->at - begin));
}

static void scan_section(scanner *scan, const char *at, const char *end)
{
    if (scan->section >= 0) {
        fault(scan->file, scan->line_no, "a section inside a section");
        return;
    }
    char name[NAME_LEN];
    at = skip_blanks(at, end);
    take_word(at, end, name);
    for (int i = 0; i < ENGINES; i++) {
        if (strcmp(engine_names[i], name) == 0) {
            scan->section = i;
        }
    }
    if (scan->section < 0) {
        fault(scan->file, scan->line_no, "no such engine: %s", name);
    }
}

static void scan_local(scanner *scan, const char *at, const char *end)
{
    char name[NAME_LEN];
    take_word(skip_blanks(at, end), end, name);
    if (scan->engine == 0 && run.local_count < TABLES_MAX) {
        memcpy(run.local[run.local_count++], name, NAME_LEN);
    }
}

/* Everything behind "--" up to the end of the line. */
static void scan_comment(scanner *scan)
{
    const char *end = line_end(scan->at, scan->end);
    const char *at = skip_blanks(scan->at + 2, end);
    size_t len = (size_t)(end - at);
    if (len >= 5 && strncmp(at, "only:", 5) == 0) {
        scan_section(scan, at + 5, end);
    } else if (len >= 6 && strncmp(at, "local:", 6) == 0 && scan->query == NULL) {
        scan_local(scan, at + 6, end);
    } else if (len >= 3 && strncmp(at, "end", 3) == 0 && skip_blanks(at + 3, end) == end) {
        if (scan->section < 0) {
            fault(scan->file, scan->line_no, "`-- end` without a section");
        }
        scan->section = -1;
    }
    scan->at = end;
}

/* The lines of a section for the other engine, up to its end. */
static void scan_other_section(scanner *scan)
{
    while (scan->at < scan->end) {
        const char *end = line_end(scan->at, scan->end);
        const char *at = skip_blanks(scan->at, end);
        if (end - at >= 2 && strncmp(at, "--", 2) == 0) {
            scan->at = at;
            scan_comment(scan);
            if (scan->section < 0) {
                return;
            }
        }
        scan->at = end;
        if (scan->at < scan->end) {
            text_put(scan->out, "\n", 1);
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
            text_put(scan->out, ROW_KEY, sizeof(ROW_KEY) - 1);
            scan->row_depth = 0;
        }
        scan->depth--;
    }
    scan->line_no += c == '\n';
    if ((unsigned char)c >= 0x80) {
        if (scan->engine == 0) {
            fault(scan->file, scan->line_no, "a letter outside ASCII");
        }
        return;
    }
    text_put(scan->out, &c, 1);
}

static void scan_all(scanner *scan)
{
    text_put(scan->out, "", 0);
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
            text_put(scan->out, "::", 2);
            scan->at += 2;
        } else if (*at == ':' && is_word(next)) {
            scan_parameter(scan);
        } else {
            scan_letter(scan);
        }
    }
    if (scan->section >= 0) {
        fault(scan->file, scan->line_no, "a section without `-- end`");
    }
}

/* ---- SQLite in memory ---- */

static sqlite3 *open_memory(void)
{
    sqlite3 *db = NULL;
    if (sqlite3_open(":memory:", &db) != SQLITE_OK) {
        die("cannot open SQLite", "memory");
    }
    (void)sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    (void)sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    (void)sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    (void)sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
    return db;
}

/* Lines down to a place in a converted text. */
static int lines_before(const char *sql, const char *at)
{
    int count = 0;
    for (; sql < at; sql++) {
        count += *sql == '\n';
    }
    return count;
}

static void fault_sqlite(sqlite3 *db, const source *file, int line_no, const char *sql,
                         const char *from)
{
    int off = sqlite3_error_offset(db);
    from += strspn(from, " \t\n");
    const char *at = off >= 0 && (size_t)off <= strlen(from) ? from + off : from;
    fault(file, line_no + lines_before(sql, at), "%s", sqlite3_errmsg(db));
}

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
            fault_sqlite(db, file, 1, sql, at);
            (void)sqlite3_finalize(statement);
            return;
        }
        (void)sqlite3_finalize(statement);
        at = next;
    }
}

/* A question to the schema whose first parameter is a name; the caller finalizes. */
static sqlite3_stmt *ask(sqlite3 *db, const char *sql, const char *name)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK ||
        (name != NULL && sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC) != SQLITE_OK)) {
        die("cannot ask SQLite", sqlite3_errmsg(db));
    }
    return statement;
}

static const char *column_text(sqlite3_stmt *statement, int column)
{
    const unsigned char *text = sqlite3_column_text(statement, column);
    return text != NULL ? (const char *)text : "";
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
    const char *base = base_name(made->file.path);
    const char *dot = strstr(base, ".sql");
    size_t digits = strspn(base, "0123456789");
    if (digits != 4 || base[4] != '_' || dot == NULL || dot[4] != '\0' || dot - base - 5 < 1 ||
        dot - base - 5 >= NAME_LEN) {
        fault(&made->file, 1, "a migration is called NNNN_what.sql");
        return;
    }
    for (size_t i = 0; i < digits; i++) {
        made->no = made->no * 10 + (base[i] - '0');
    }
    memcpy(made->name, base + 5, (size_t)(dot - base - 5));
    if (!is_name(made->name)) {
        fault(&made->file, 1, "a migration is called NNNN_what.sql");
    }
}

static void sum_migration(migration *made)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    if (EVP_Digest(made->file.bytes, made->file.len, digest, &len, EVP_sha256(), NULL) != 1 ||
        len != 32) {
        die("no SHA-256", made->file.path);
    }
    for (unsigned i = 0; i < len; i++) {
        snprintf(made->checksum + (size_t)2 * i, 3, "%02x", digest[i]);
    }
}

/* What every table must be, looked at after each migration, so that the fault has a file. */
static void check_tables(sqlite3 *db, const source *file)
{
    sqlite3_stmt *tables =
        ask(db,
            "SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND type = 'table' "
            "AND name NOT LIKE 'sqlite!_%' ESCAPE '!'",
            NULL);
    while (sqlite3_step(tables) == SQLITE_ROW) {
        const char *name = column_text(tables, 0);
        if (!is_name(name)) {
            fault(file, 1, "table %s: the name must be of lower-case letters", name);
        }
        if (sqlite3_column_int(tables, 1) == 0) {
            fault(file, 1, "table %s: not STRICT", name);
        }
        sqlite3_stmt *keys = ask(db,
                                 "SELECT count(*) FILTER (WHERE pk > 0), count(*) FILTER (WHERE pk "
                                 "> 0 AND \"notnull\" = 0) FROM pragma_table_xinfo(?1)",
                                 name);
        (void)sqlite3_step(keys);
        if (sqlite3_column_int(keys, 0) == 0) {
            fault(file, 1, "table %s: no primary key", name);
        } else if (sqlite3_column_int(keys, 1) != 0) {
            fault(file, 1, "table %s: the primary key may be NULL", name);
        }
        (void)sqlite3_finalize(keys);
        char *sql = sqlite3_mprintf("SELECT count(*) FROM \"%w\"", name);
        sqlite3_stmt *rows = ask(db, sql, NULL);
        (void)sqlite3_step(rows);
        if (sqlite3_column_int(rows, 0) != 0) {
            fault(file, 1, "table %s: a migration must not add rows", name);
        }
        (void)sqlite3_finalize(rows);
        sqlite3_free(sql);
    }
    (void)sqlite3_finalize(tables);
}

static int load_migrations(sqlite3 *db, char *const *paths, int count, migration *out)
{
    for (int i = 0; i < count; i++) {
        migration *made = &out[i];
        made->file = read_source(paths[i]);
        name_migration(made);
        sum_migration(made);
        if (i > 0 && made->no <= out[i - 1].no) {
            fault(&made->file, 1, "migrations must be given in the order of their numbers");
        }
        int before = run.fault_count;
        for (int engine = 0; engine < ENGINES; engine++) {
            scanner scan = {.file = &made->file,
                            .at = made->file.bytes,
                            .end = made->file.bytes + made->file.len,
                            .line_no = 1,
                            .engine = engine,
                            .out = &made->sql[engine],
                            .section = -1};
            scan_all(&scan);
        }
        if (run.fault_count == before) {
            apply_migration(db, &made->file, made->sql[0].ptr);
        }
        if (run.fault_count == before) {
            check_tables(db, &made->file);
        }
    }
    return run.fault_count;
}

/* ---- writing C ---- */

/* SQL on one line: runs of blanks outside quotes become one, a semicolon at the end goes. */
static sql_text one_line(const char *sql, bool statement)
{
    sql_text out = {NULL, 0, 0};
    text_put(&out, "", 0);
    for (const char *at = sql; *at != '\0';) {
        if (*at == '\'' || *at == '"') {
            const char *close = strchr(at + 1, *at);
            size_t len = close != NULL ? (size_t)(close - at) + 1 : strlen(at);
            text_put(&out, at, len);
            at += len;
        } else if (isspace((unsigned char)*at)) {
            at += strspn(at, " \t\r\n");
            if (out.len > 0) {
                text_put(&out, " ", 1);
            }
        } else {
            text_put(&out, at++, 1);
        }
    }
    while (out.len > 0 &&
           (out.ptr[out.len - 1] == ' ' || (statement && out.ptr[out.len - 1] == ';'))) {
        out.ptr[--out.len] = '\0';
    }
    return out;
}

static void write_literal(FILE *out, const char *sql, bool statement)
{
    sql_text line = one_line(sql, statement);
    fputs("\n        \"", out);
    size_t column = 0;
    for (size_t i = 0; i < line.len; i++, column++) {
        char c = line.ptr[i];
        if (column > 80 && c == ' ') {
            fputs("\"\n        \"", out);
            column = 0;
        }
        if (c == '"' || c == '\\') {
            putc('\\', out);
        }
        putc(c, out);
    }
    putc('"', out);
    free(line.ptr);
}

static void write_query(FILE *out, const char *symbol, const query *made)
{
    fprintf(out, "const store_query %s = {\n    .name = \"%s\",\n    .sqlite =", symbol,
            made->name);
    write_literal(out, made->sql[0].ptr, true);
    fputs(",\n    .postgres =", out);
    write_literal(out, made->sql[1].ptr, true);
    fprintf(out, ",\n    .in = \"%s\",\n    .in_count = %d,\n    .out_count = %d,\n};\n",
            made->kinds, made->in_count, made->out_count);
}

/* A long text of a migration is longer than C promises to take; both compilers take it. */
static const char preamble[] = "/* Made by tools/sql.c; do not edit. */\n";
static const char long_strings[] = "#pragma GCC diagnostic ignored \"-Woverlength-strings\"\n";

/* ---- the catalogue of tables ---- */

static bool is_local(const char *name)
{
    if (strcmp(name, "migration") == 0) {
        return true;
    }
    for (int i = 0; i < run.local_count; i++) {
        if (strcmp(run.local[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static void read_table(sqlite3 *db, const source *file, table *made)
{
    sqlite3_stmt *columns = ask(
        db,
        "SELECT name, type, hidden, \"notnull\" OR pk > 0 FROM pragma_table_xinfo(?1) ORDER BY cid",
        made->name);
    while (sqlite3_step(columns) == SQLITE_ROW && made->column_count < COLUMNS_MAX) {
        const char *type = column_text(columns, 1);
        char kind = strcmp(type, "INTEGER") == 0 ? 'i'
                    : strcmp(type, "TEXT") == 0  ? 't'
                    : strcmp(type, "BLOB") == 0  ? 'b'
                                                 : '\0';
        if (!is_name(column_text(columns, 0)) || kind == '\0' ||
            sqlite3_column_int(columns, 2) != 0) {
            fault(file, 1, "table %s: column %s: a plain name and {INT}, {TEXT} or {BYTES}",
                  made->name, column_text(columns, 0));
            kind = 'i';
        }
        snprintf(made->columns[made->column_count], NAME_LEN, "%s", column_text(columns, 0));
        made->nulls[made->column_count] = sqlite3_column_int(columns, 3) != 0 ? '-' : 'n';
        made->kinds[made->column_count++] = kind;
    }
    if (made->column_count == COLUMNS_MAX) {
        fault(file, 1, "table %s: %d columns or more", made->name, COLUMNS_MAX);
    }
    (void)sqlite3_finalize(columns);
    sqlite3_stmt *key =
        ask(db, "SELECT name FROM pragma_table_xinfo(?1) WHERE pk > 0 ORDER BY pk", made->name);
    while (sqlite3_step(key) == SQLITE_ROW && made->key_count < COLUMNS_MAX) {
        snprintf(made->key[made->key_count++], NAME_LEN, "%s", column_text(key, 0));
    }
    (void)sqlite3_finalize(key);
}

static int table_idx(const table *tables, int count, const char *name)
{
    for (int i = 0; i < count; i++) {
        if (strcmp(tables[i].name, name) == 0) {
            return i;
        }
    }
    return -1;
}

/* False while a table that it refers to has no place yet; *out_circle when it refers to itself. */
static bool can_place(sqlite3 *db, const table *tables, int count, int idx, bool *out_circle)
{
    bool free_of_others = true;
    *out_circle = false;
    sqlite3_stmt *links =
        ask(db, "SELECT DISTINCT \"table\" FROM pragma_foreign_key_list(?1)", tables[idx].name);
    while (sqlite3_step(links) == SQLITE_ROW) {
        int parent = table_idx(tables, count, column_text(links, 0));
        if (parent == idx) {
            *out_circle = true;
        } else if (parent >= 0 && !tables[parent].placed) {
            free_of_others = false;
        }
    }
    (void)sqlite3_finalize(links);
    return free_of_others;
}

static void check_deferrable(sqlite3 *db, const source *file, const char *name)
{
    sqlite3_stmt *made = ask(db, "SELECT sql FROM sqlite_schema WHERE name = ?1", name);
    (void)sqlite3_step(made);
    if (strcasestr(column_text(made, 0), "DEFERRABLE") == NULL) {
        fault(file, 1, "table %s: foreign keys in a circle must be DEFERRABLE", name);
    }
    (void)sqlite3_finalize(made);
}

/* Parents first, else by name: the same order whatever the engine. order: places of tables. */
static void order_tables(sqlite3 *db, const source *file, table *tables, int count, int *order)
{
    for (int placed = 0; placed < count;) {
        int first = -1;
        bool circle = false;
        for (int i = 0; i < count; i++) {
            if (!tables[i].placed && can_place(db, tables, count, i, &circle)) {
                first = i;
                break;
            }
        }
        if (first < 0) { /* a circle of several: the first by name breaks it */
            for (first = 0; tables[first].placed; first++) {
            }
            circle = true;
        }
        if (circle) {
            check_deferrable(db, file, tables[first].name);
        }
        tables[first].placed = true;
        order[placed++] = first;
    }
}

static void put_names(sql_text *out, const char names[][NAME_LEN], int count)
{
    for (int i = 0; i < count; i++) {
        text_printf(out, "%s\"%s\"", i > 0 ? ", " : "", names[i]);
    }
}

static void write_text_query(FILE *out, const char *symbol, const char *sqlite,
                             const char *postgres, const char *kinds, int out_count)
{
    query made = {.in_count = (int)strlen(kinds), .out_count = out_count};
    snprintf(made.name, sizeof(made.name), "%s", symbol);
    snprintf(made.kinds, sizeof(made.kinds), "%s", kinds);
    text_put(&made.sql[0], sqlite, strlen(sqlite));
    text_put(&made.sql[1], postgres, strlen(postgres));
    fputs("static ", out);
    write_query(out, symbol, &made);
    free(made.sql[0].ptr);
    free(made.sql[1].ptr);
}

static void write_table(FILE *out, const table *made)
{
    char symbol[2 * NAME_LEN];
    sql_text sql = {NULL, 0, 0};
    text_printf(&sql, "SELECT ");
    put_names(&sql, made->columns, made->column_count);
    text_printf(&sql, " FROM \"%s\" ORDER BY ", made->name);
    put_names(&sql, made->key, made->key_count);
    snprintf(symbol, sizeof(symbol), "all_%s", made->name);
    write_text_query(out, symbol, sql.ptr, sql.ptr, "", made->column_count);

    sql.len = 0;
    text_printf(&sql, "SELECT 1 FROM \"%s\" LIMIT 1", made->name);
    snprintf(symbol, sizeof(symbol), "some_%s", made->name);
    write_text_query(out, symbol, sql.ptr, sql.ptr, "", 1);

    sql_text add[ENGINES] = {
        {NULL, 0, 0},
        {NULL, 0, 0}
    };
    for (int engine = 0; engine < ENGINES; engine++) {
        text_printf(&add[engine], "INSERT INTO \"%s\" (", made->name);
        put_names(&add[engine], made->columns, made->column_count);
        text_printf(&add[engine], ") VALUES (");
        for (int i = 0; i < made->column_count; i++) {
            text_printf(&add[engine], "%s%c%d", i > 0 ? ", " : "", engine == 0 ? '?' : '$', i + 1);
        }
        text_printf(&add[engine], ")");
    }
    snprintf(symbol, sizeof(symbol), "add_%s", made->name);
    write_text_query(out, symbol, add[0].ptr, add[1].ptr, made->kinds, 0);
    fprintf(out, "static const char *const columns_%s[] = {", made->name);
    for (int i = 0; i < made->column_count; i++) {
        fprintf(out, "%s\"%s\"", i > 0 ? ", " : "", made->columns[i]);
    }
    fputs("};\n\n", out);
    free(sql.ptr);
    free(add[0].ptr);
    free(add[1].ptr);
}

/* The query that counts rows of a child whose parent is missing, for the link `id` of a table. */
static void write_link(FILE *out, sqlite3 *db, const table *child, int id, int no)
{
    sqlite3_stmt *columns = ask(db,
                                "SELECT l.\"table\", l.\"from\", coalesce(l.\"to\", (SELECT name "
                                "FROM pragma_table_xinfo(l.\"table\") WHERE pk = l.seq + 1)) FROM "
                                "pragma_foreign_key_list(?1) l WHERE l.id = ?2 ORDER BY l.seq",
                                child->name);
    (void)sqlite3_bind_int(columns, 2, id);
    sql_text whole = {NULL, 0, 0};
    sql_text match = {NULL, 0, 0};
    char parent[NAME_LEN] = "";
    while (sqlite3_step(columns) == SQLITE_ROW) {
        snprintf(parent, sizeof(parent), "%s", column_text(columns, 0));
        text_printf(&whole, " AND c.\"%s\" IS NOT NULL", column_text(columns, 1));
        text_printf(&match, "%sp.\"%s\" = c.\"%s\"", match.len > 0 ? " AND " : "",
                    column_text(columns, 2), column_text(columns, 1));
    }
    (void)sqlite3_finalize(columns);
    sql_text sql = {NULL, 0, 0};
    text_printf(&sql,
                "SELECT count(*) FROM \"%s\" c WHERE NOT EXISTS (SELECT 1 FROM \"%s\" p WHERE "
                "%s)%s",
                child->name, parent, match.ptr, whole.ptr);
    char symbol[NAME_LEN];
    snprintf(symbol, sizeof(symbol), "link_%d", no);
    write_text_query(out, symbol, sql.ptr, sql.ptr, "", 1);
    free(sql.ptr);
    free(whole.ptr);
    free(match.ptr);
}

/* All links of the tables in their order; returns how many. rows: what the array will hold. */
static int write_links(FILE *out, sqlite3 *db, const table *tables, const int *order, int count,
                       sql_text *rows)
{
    int no = 0;
    text_put(rows, "", 0);
    for (int i = 0; i < count; i++) {
        const table *child = &tables[order[i]];
        sqlite3_stmt *links =
            ask(db, "SELECT DISTINCT id, \"table\" FROM pragma_foreign_key_list(?1) ORDER BY id",
                child->name);
        while (sqlite3_step(links) == SQLITE_ROW) {
            write_link(out, db, child, sqlite3_column_int(links, 0), no);
            text_printf(rows, "    {\"%s\", \"%s\", &link_%d},\n", child->name,
                        column_text(links, 1), no);
            no++;
        }
        (void)sqlite3_finalize(links);
    }
    return no;
}

static int read_tables(sqlite3 *db, const source *file, table *tables)
{
    int count = 0;
    sqlite3_stmt *names =
        ask(db,
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND "
            "name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY name",
            NULL);
    while (sqlite3_step(names) == SQLITE_ROW) {
        if (is_local(column_text(names, 0))) {
            continue;
        }
        if (count == TABLES_MAX) {
            fault(file, 1, "more than %d tables", TABLES_MAX);
            break;
        }
        snprintf(tables[count].name, NAME_LEN, "%s", column_text(names, 0));
        read_table(db, file, &tables[count++]);
    }
    (void)sqlite3_finalize(names);
    for (int i = 0; i < run.local_count; i++) {
        sqlite3_stmt *there =
            ask(db, "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ?1",
                run.local[i]);
        (void)sqlite3_step(there);
        if (sqlite3_column_int(there, 0) == 0) {
            fault(file, 1, "`-- local: %s` names no table", run.local[i]);
        }
        (void)sqlite3_finalize(there);
    }
    return count;
}

static void write_catalogue(FILE *out, const char *name, sqlite3 *db, const source *file)
{
    table *tables = calloc(TABLES_MAX, sizeof(*tables));
    int *order = calloc(TABLES_MAX, sizeof(*order));
    if (tables == NULL || order == NULL) {
        die("no memory", "tables");
    }
    int count = read_tables(db, file, tables);
    order_tables(db, file, tables, count, order);
    for (int i = 0; i < count; i++) {
        write_table(out, &tables[order[i]]);
    }
    sql_text rows = {NULL, 0, 0};
    int link_count = write_links(out, db, tables, order, count, &rows);
    fprintf(out, "const store_table %s_tables[] = {\n", name);
    for (int i = 0; i < count; i++) {
        const table *made = &tables[order[i]];
        fprintf(out,
                "    {\"%s\", columns_%s, \"%s\", \"%s\", %d,\n     &all_%s, &some_%s, &add_%s},\n",
                made->name, made->name, made->kinds, made->nulls, made->column_count, made->name,
                made->name, made->name);
    }
    fprintf(out, "    {.name = NULL}};\nconst uint32_t %s_table_count = %d;\n", name, count);
    fprintf(out, "const store_link %s_links[] = {\n%s    {.child = NULL}};\n", name, rows.ptr);
    fprintf(out, "const uint32_t %s_link_count = %d;\n", name, link_count);
    free(rows.ptr);
    free(tables);
    free(order);
}

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
        write_literal(out, all[i].sql[0].ptr, false);
        fputs(",\n     .postgres =", out);
        write_literal(out, all[i].sql[1].ptr, false);
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
        in = skip_blanks(in, end);
        in += take_word(in, end, name);
        in = skip_blanks(in, end);
        in += take_word(in, end, kind);
        in = skip_blanks(in, end);
        const char *const kinds[] = {"int", "text", "bytes"};
        int found = -1;
        for (int i = 0; i < 3; i++) {
            found = strcmp(kinds[i], kind) == 0 ? i : found;
        }
        if (!is_name(name) || found < 0 || (*in != ',' && *in != '\0')) {
            fault(made->file, made->line_no, "query %s: `in:` is a list of NAME int|text|bytes",
                  made->name);
            return;
        }
        for (int i = 0; i < made->in_count; i++) {
            if (strcmp(made->names[i], name) == 0) {
                fault(made->file, made->line_no, "query %s: parameter %s is declared twice",
                      made->name, name);
            }
        }
        if (made->in_count == PARAMETERS_MAX) {
            fault(made->file, made->line_no, "query %s: more than %d parameters", made->name,
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
        fault(made->file, made->line_no, "query %s: `out:` is the count of columns, 0 to %d",
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
    size_t len = take_word(head, end, made->name);
    const char *behind = skip_blanks(head + len, end);
    if (!is_name(made->name)) {
        fault(made->file, made->line_no, "a query has a name of lower-case letters");
        return;
    }
    if (out == NULL || (in != NULL && in > out) || (behind != (in != NULL ? in + 1 : out + 1))) {
        fault(made->file, made->line_no, "query %s: the head is `NAME  in: ...  out: N`",
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
        fault_sqlite(db, made->file, made->body_line_no, sql, sql);
        return;
    }
    if (statement == NULL) {
        fault(made->file, made->line_no, "query %s: no statement", made->name);
        return;
    }
    if (tail[strspn(tail, " \t\n;")] != '\0') {
        fault(made->file, made->body_line_no + lines_before(sql, tail + strspn(tail, " \t\n")),
              "query %s: more than one statement", made->name);
    }
    int columns = sqlite3_column_count(statement);
    if (columns != made->out_count) {
        fault(made->file, made->line_no, "query %s: %d columns, `out:` says %d", made->name,
              columns, made->out_count);
    }
    (void)sqlite3_finalize(statement);
}

static void finish_query(sqlite3 *db, query *made)
{
    int before = run.fault_count;
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
        scan_all(&scan);
        for (int i = 0; i < made->in_count; i++) {
            if (!made->used[i]) {
                fault(made->file, made->line_no, "query %s: parameter %s is not used (%s)",
                      made->name, made->names[i], engine_names[engine]);
            }
        }
        if (run.fault_count != before) {
            return;
        }
    }
    if (one_line(made->sql[1].ptr, true).len == 0) {
        fault(made->file, made->line_no, "query %s: no statement for postgres", made->name);
    }
    check_query(db, made);
}

/* The text behind "-- query:" when the line is a head, else NULL. */
static const char *head_of(const char *at, const char *end)
{
    at = skip_blanks(at, end);
    if (end - at < 2 || strncmp(at, "--", 2) != 0) {
        return NULL;
    }
    at = skip_blanks(at + 2, end);
    return end - at >= 6 && strncmp(at, "query:", 6) == 0 ? skip_blanks(at + 6, end) : NULL;
}

/* Heads go on over comment lines until `out:` was seen. *at is left behind the head. */
static void take_head(query *made, const char **at, const char *end, int *line_no)
{
    const char *stop = line_end(*at, end);
    const char *begin = head_of(*at, stop);
    sql_text head = {NULL, 0, 0};
    text_put(&head, begin, (size_t)(stop - begin));
    while (strstr(head.ptr, " out:") == NULL && stop < end) {
        const char *next = stop + 1;
        const char *next_end = line_end(next, end);
        const char *text_at = skip_blanks(next, next_end);
        if (next_end - text_at < 2 || strncmp(text_at, "--", 2) != 0 ||
            head_of(next, next_end) != NULL) {
            break;
        }
        text_put(&head, " ", 1);
        text_at = skip_blanks(text_at + 2, next_end);
        text_put(&head, text_at, (size_t)(next_end - text_at));
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
    at = skip_blanks(at, end);
    if (at < end && *at != '\r' && strncmp(at, "--", 2) != 0) {
        fault(file, line_no, "text before the first `-- query:`");
    }
}

static int read_queries(const source *file, query *queries, int count)
{
    const char *end = file->bytes + file->len;
    query *made = NULL;
    int line_no = 1;
    for (const char *at = file->bytes; at < end; at++, line_no++) {
        const char *stop = line_end(at, end);
        if (head_of(at, stop) == NULL) {
            if (made == NULL) {
                check_stray(file, line_no, at, stop);
            }
        } else if (count == QUERIES_MAX) {
            fault(file, line_no, "more than %d queries", QUERIES_MAX);
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
            while (next < end && head_of(next + 1, line_end(next + 1, end)) == NULL) {
                next = line_end(next + 1, end);
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
                fault(queries[i].file, queries[i].line_no, "query %s is at %s:%d already",
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
        put_upper(out, base_name(path));
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
    fprintf(out, "%s#include \"%s\"\n\n#include <stddef.h>\n\n%s\n", preamble, base_name(header),
            long_strings);
    for (int i = 0; i < count; i++) {
        char symbol[NAME_LEN + 8];
        snprintf(symbol, sizeof(symbol), "q_%s", queries[i].name);
        write_query(out, symbol, &queries[i]);
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
        die("cannot write", path);
    }
    return out;
}

static int finish(FILE *out, const char *path)
{
    bool bad = ferror(out) != 0;
    bad = fclose(out) != 0 || bad;
    if (bad || run.fault_count > 0) {
        (void)remove(path);
    }
    return run.fault_count > 0 ? 65 : bad ? 70 : 0;
}

static int make_migrations(int argc, char **argv)
{
    static migration all[FILES_MAX];
    int count = argc - 4;
    sqlite3 *db = open_memory();
    int status = 65;
    if (load_migrations(db, argv + 4, count, all) == 0) {
        FILE *out = create(argv[3]);
        write_migrations(out, argv[2], all, count);
        write_catalogue(out, argv[2], db, &all[count - 1].file);
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
    sqlite3 *db = open_memory();
    int at = 6;
    while (at < argc && strcmp(argv[at], "--queries") != 0) {
        at++;
    }
    if (queries == NULL || load_migrations(db, argv + 6, at - 6, all) > 0) {
        return 65;
    }
    int count = 0;
    for (int i = at + 1; i < argc; i++) {
        files[i] = read_source(argv[i]);
        count = read_queries(&files[i], queries, count);
    }
    check_names(queries, count);
    int before = run.fault_count;
    for (int i = 0; i < count && before == 0; i++) {
        finish_query(db, &queries[i]);
    }
    (void)sqlite3_close(db);
    if (run.fault_count > 0) {
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
    bool fits = argc < FILES_MAX && argc > 2 && is_name(argv[2]);
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
