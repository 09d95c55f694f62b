/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The schema that the migrations make, asked of SQLite: what its tables must be, and the catalogue
 * of tables and links that store/catalogue.h describes, with queries made for each. */
#define _GNU_SOURCE /* strcasestr */
#include "sql.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

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

/* ---- SQLite in memory ---- */

sqlite3 *sql_open_memory(void)
{
    sqlite3 *db = NULL;
    if (sqlite3_open(":memory:", &db) != SQLITE_OK) {
        sql_die("cannot open SQLite", "memory");
    }
    (void)sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    (void)sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    (void)sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    (void)sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
    return db;
}

/* Lines down to a place in a converted text. */
int sql_lines_before(const char *sql, const char *at)
{
    int count = 0;
    for (; sql < at; sql++) {
        count += *sql == '\n';
    }
    return count;
}

void sql_fault_sqlite(sqlite3 *db, const source *file, int line_no, const char *sql,
                      const char *from)
{
    int off = sqlite3_error_offset(db);
    from += strspn(from, " \t\n");
    const char *at = off >= 0 && (size_t)off <= strlen(from) ? from + off : from;
    sql_fault(file, line_no + sql_lines_before(sql, at), "%s", sqlite3_errmsg(db));
}

/* A question to the schema whose first parameter is a name; the caller finalizes. */
static sqlite3_stmt *ask(sqlite3 *db, const char *sql, const char *name)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK ||
        (name != NULL && sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC) != SQLITE_OK)) {
        sql_die("cannot ask SQLite", sqlite3_errmsg(db));
    }
    return statement;
}

static const char *column_text(sqlite3_stmt *statement, int column)
{
    const unsigned char *text = sqlite3_column_text(statement, column);
    return text != NULL ? (const char *)text : "";
}

/* What every table must be, looked at after each migration, so that the fault has a file. */
void sql_check_tables(sqlite3 *db, const source *file)
{
    sqlite3_stmt *tables =
        ask(db,
            "SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND type = 'table' "
            "AND name NOT LIKE 'sqlite!_%' ESCAPE '!'",
            NULL);
    while (sqlite3_step(tables) == SQLITE_ROW) {
        const char *name = column_text(tables, 0);
        if (!sql_is_name(name)) {
            sql_fault(file, 1, "table %s: the name must be of lower-case letters", name);
        }
        if (sqlite3_column_int(tables, 1) == 0) {
            sql_fault(file, 1, "table %s: not STRICT", name);
        }
        sqlite3_stmt *keys = ask(db,
                                 "SELECT count(*) FILTER (WHERE pk > 0), count(*) FILTER (WHERE pk "
                                 "> 0 AND \"notnull\" = 0) FROM pragma_table_xinfo(?1)",
                                 name);
        (void)sqlite3_step(keys);
        if (sqlite3_column_int(keys, 0) == 0) {
            sql_fault(file, 1, "table %s: no primary key", name);
        } else if (sqlite3_column_int(keys, 1) != 0) {
            sql_fault(file, 1, "table %s: the primary key may be NULL", name);
        }
        (void)sqlite3_finalize(keys);
        char *sql = sqlite3_mprintf("SELECT count(*) FROM \"%w\"", name);
        sqlite3_stmt *rows = ask(db, sql, NULL);
        (void)sqlite3_step(rows);
        if (sqlite3_column_int(rows, 0) != 0) {
            sql_fault(file, 1, "table %s: a migration must not add rows", name);
        }
        (void)sqlite3_finalize(rows);
        sqlite3_free(sql);
    }
    (void)sqlite3_finalize(tables);
}

/* ---- writing C ---- */

/* SQL on one line: runs of blanks outside quotes become one, a semicolon at the end goes. */
static sql_text one_line(const char *sql, bool statement)
{
    sql_text out = {NULL, 0, 0};
    sql_put(&out, "", 0);
    for (const char *at = sql; *at != '\0';) {
        if (*at == '\'' || *at == '"') {
            const char *close = strchr(at + 1, *at);
            size_t len = close != NULL ? (size_t)(close - at) + 1 : strlen(at);
            sql_put(&out, at, len);
            at += len;
        } else if (isspace((unsigned char)*at)) {
            at += strspn(at, " \t\r\n");
            if (out.len > 0) {
                sql_put(&out, " ", 1);
            }
        } else {
            sql_put(&out, at++, 1);
        }
    }
    while (out.len > 0 &&
           (out.ptr[out.len - 1] == ' ' || (statement && out.ptr[out.len - 1] == ';'))) {
        out.ptr[--out.len] = '\0';
    }
    return out;
}

void sql_write_literal(FILE *out, const char *sql, bool statement)
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

void sql_write_query(FILE *out, const char *symbol, const query *made)
{
    if (made->names[0][0] != '\0') {
        fprintf(out, "static const char *const %s_params[] = {", symbol);
        for (int k = 0; k < made->in_count; k++) {
            fprintf(out, "%s\"%s\"", k > 0 ? ", " : "", made->names[k]);
        }
        fputs("};\n", out);
    }
    fprintf(out, "const store_query %s = {\n    .name = \"%s\",\n    .sqlite =", symbol,
            made->name);
    sql_write_literal(out, made->sql[0].ptr, true);
    fputs(",\n    .postgres =", out);
    sql_write_literal(out, made->sql[1].ptr, true);
    if (made->names[0][0] != '\0') {
        fprintf(out, ",\n    .params = %s_params", symbol);
    }
    fprintf(out, ",\n    .in = \"%s\",\n    .in_count = %d,\n    .out_count = %d,\n};\n",
            made->kinds, made->in_count, made->out_count);
}

/* ---- the catalogue of tables ---- */

static bool is_local(const char *name)
{
    if (strcmp(name, "migration") == 0) {
        return true;
    }
    for (int i = 0; i < sql_run.local_count; i++) {
        if (strcmp(sql_run.local[i], name) == 0) {
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
        if (!sql_is_name(column_text(columns, 0)) || kind == '\0' ||
            sqlite3_column_int(columns, 2) != 0) {
            sql_fault(file, 1, "table %s: column %s: a plain name and {INT}, {TEXT} or {BYTES}",
                      made->name, column_text(columns, 0));
            kind = 'i';
        }
        snprintf(made->columns[made->column_count], NAME_LEN, "%s", column_text(columns, 0));
        made->nulls[made->column_count] = sqlite3_column_int(columns, 3) != 0 ? '-' : 'n';
        made->kinds[made->column_count++] = kind;
    }
    if (made->column_count == COLUMNS_MAX) {
        sql_fault(file, 1, "table %s: %d columns or more", made->name, COLUMNS_MAX);
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
        sql_fault(file, 1, "table %s: foreign keys in a circle must be DEFERRABLE", name);
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
        sql_printf(out, "%s\"%s\"", i > 0 ? ", " : "", names[i]);
    }
}

static void write_text_query(FILE *out, const char *symbol, const char *sqlite,
                             const char *postgres, const char *kinds, int out_count)
{
    query made = {.in_count = (int)strlen(kinds), .out_count = out_count};
    snprintf(made.name, sizeof(made.name), "%s", symbol);
    snprintf(made.kinds, sizeof(made.kinds), "%s", kinds);
    sql_put(&made.sql[0], sqlite, strlen(sqlite));
    sql_put(&made.sql[1], postgres, strlen(postgres));
    fputs("static ", out);
    sql_write_query(out, symbol, &made);
    free(made.sql[0].ptr);
    free(made.sql[1].ptr);
}

static void write_table(FILE *out, const table *made)
{
    char symbol[2 * NAME_LEN];
    sql_text sql = {NULL, 0, 0};
    sql_printf(&sql, "SELECT ");
    put_names(&sql, made->columns, made->column_count);
    sql_printf(&sql, " FROM \"%s\" ORDER BY ", made->name);
    put_names(&sql, made->key, made->key_count);
    snprintf(symbol, sizeof(symbol), "all_%s", made->name);
    write_text_query(out, symbol, sql.ptr, sql.ptr, "", made->column_count);

    sql.len = 0;
    sql_printf(&sql, "SELECT 1 FROM \"%s\" LIMIT 1", made->name);
    snprintf(symbol, sizeof(symbol), "some_%s", made->name);
    write_text_query(out, symbol, sql.ptr, sql.ptr, "", 1);

    sql_text add[ENGINES] = {
        {NULL, 0, 0},
        {NULL, 0, 0}
    };
    for (int engine = 0; engine < ENGINES; engine++) {
        sql_printf(&add[engine], "INSERT INTO \"%s\" (", made->name);
        put_names(&add[engine], made->columns, made->column_count);
        sql_printf(&add[engine], ") VALUES (");
        for (int i = 0; i < made->column_count; i++) {
            sql_printf(&add[engine], "%s%c%d", i > 0 ? ", " : "", engine == 0 ? '?' : '$', i + 1);
        }
        sql_printf(&add[engine], ")");
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
        sql_printf(&whole, " AND c.\"%s\" IS NOT NULL", column_text(columns, 1));
        sql_printf(&match, "%sp.\"%s\" = c.\"%s\"", match.len > 0 ? " AND " : "",
                   column_text(columns, 2), column_text(columns, 1));
    }
    (void)sqlite3_finalize(columns);
    sql_text sql = {NULL, 0, 0};
    sql_printf(&sql,
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
    sql_put(rows, "", 0);
    for (int i = 0; i < count; i++) {
        const table *child = &tables[order[i]];
        sqlite3_stmt *links =
            ask(db, "SELECT DISTINCT id, \"table\" FROM pragma_foreign_key_list(?1) ORDER BY id",
                child->name);
        while (sqlite3_step(links) == SQLITE_ROW) {
            write_link(out, db, child, sqlite3_column_int(links, 0), no);
            sql_printf(rows, "    {\"%s\", \"%s\", &link_%d},\n", child->name,
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
            sql_fault(file, 1, "more than %d tables", TABLES_MAX);
            break;
        }
        snprintf(tables[count].name, NAME_LEN, "%s", column_text(names, 0));
        read_table(db, file, &tables[count++]);
    }
    (void)sqlite3_finalize(names);
    for (int i = 0; i < sql_run.local_count; i++) {
        sqlite3_stmt *there =
            ask(db, "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ?1",
                sql_run.local[i]);
        (void)sqlite3_step(there);
        if (sqlite3_column_int(there, 0) == 0) {
            sql_fault(file, 1, "`-- local: %s` names no table", sql_run.local[i]);
        }
        (void)sqlite3_finalize(there);
    }
    return count;
}

void sql_write_catalogue(FILE *out, const char *name, sqlite3 *db, const source *file)
{
    table *tables = calloc(TABLES_MAX, sizeof(*tables));
    int *order = calloc(TABLES_MAX, sizeof(*order));
    if (tables == NULL || order == NULL) {
        sql_die("no memory", "tables");
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
