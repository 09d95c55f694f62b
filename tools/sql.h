/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What the files of the tool `sql` share: sql_scan.c turns a file into the text of one engine,
 * sql_tables.c knows the schema that the migrations make, sql.c has the commands. Faults of the
 * input are printed and counted, and end the run later; faults of the machine end it at once.
 * Memory is given back by the end of the run. */
#ifndef LJ_TOOLS_SQL_H
#define LJ_TOOLS_SQL_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

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
struct sql_state {
    int fault_count;
    char local[TABLES_MAX][NAME_LEN]; /* tables that a dump leaves out */
    int local_count;
};
extern struct sql_state sql_run; /* of this run of the tool */

extern const char *const sql_engine_names[ENGINES];

/* ---- sql_scan.c ---- */
_Noreturn void sql_die(const char *what, const char *path);
__attribute__((format(printf, 3, 4))) void sql_fault(const source *file, int line_no,
                                                     const char *form, ...);
void sql_put(sql_text *out, const char *bytes, size_t len);
__attribute__((format(printf, 2, 3))) void sql_printf(sql_text *out, const char *form, ...);
source sql_read(const char *path);
const char *sql_base_name(const char *path);
/* Lower case, as both engines take it without quotes. */
bool sql_is_name(const char *text);
/* Copies a word of at most NAME_LEN - 1 letters; returns its length. */
size_t sql_take_word(const char *at, const char *end, char out[NAME_LEN]);
const char *sql_skip_blanks(const char *at, const char *end);
const char *sql_line_end(const char *at, const char *end);
/* From scan->at to scan->end. */
void sql_scan_all(scanner *scan);

/* ---- sql_tables.c ---- */
sqlite3 *sql_open_memory(void);
/* Lines down to a place in a converted text. */
int sql_lines_before(const char *sql, const char *at);
/* What SQLite says about the statement that begins at `from` in sql, whose first line is line_no.
 */
void sql_fault_sqlite(sqlite3 *db, const source *file, int line_no, const char *sql,
                      const char *from);
/* What every table must be, looked at after each migration, so that the fault has a file. */
void sql_check_tables(sqlite3 *db, const source *file);
/* A C string on lines of its own; of a statement the semicolon at the end goes. */
void sql_write_literal(FILE *out, const char *sql, bool statement);
void sql_write_query(FILE *out, const char *symbol, const query *made);
/* NAME_tables and NAME_links; file: the newest migration, for faults. */
void sql_write_catalogue(FILE *out, const char *name, sqlite3 *db, const source *file);

#endif
