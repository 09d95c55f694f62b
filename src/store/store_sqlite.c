/* SPDX-License-Identifier: AGPL-3.0-or-later
 * SQLite behind the seam (https://sqlite.org/c3ref/intro.html, 3.37 or newer for STRICT).
 *
 * How the file is used
 *   WAL, synchronous=FULL: a commit is on the disk when store_commit returns. Foreign keys on,
 *   trusted_schema off, defensive, no double-quoted strings, deleted content overwritten.
 *   One connection writes and checkpoints; readers are opened read-only, never checkpoint, and are
 *   told not to do so when they close. Reason: SQLite 3.7.0 to 3.51.2 has a race (the "WAL-reset"
 *   fault) between two connections that write or checkpoint, which can lose a commit.
 *   For the same reason a second program that writes is kept out: a writer holds a lock on
 *   "<place>-lock" as long as the store is open (LJ_E_BUSY for the other). What only reads beside a
 *   running server opens the store with read_only.
 *
 * Traps
 *   A blob of no bytes has no pointer, and binding NULL would be NULL: an address of our own stands
 *   for it. BEGIN alone takes no snapshot; the first read does, so one is done at once. After a
 * full disk SQLite may have rolled back by itself: store.c keeps the transaction as failed. */
#include <errno.h>
#include <sqlite3.h>

#include "base/num.h"
#include "base/os.h"
#include "store/store_priv.h"

enum { SQLITE_OLDEST = 3037000 }; /* STRICT tables */

static const char writer_setup[] = "PRAGMA synchronous = FULL;"
                                   "PRAGMA secure_delete = ON;"
                                   "PRAGMA temp_store = MEMORY;"
                                   "PRAGMA cell_size_check = ON;"
                                   "PRAGMA journal_size_limit = 67108864;"
                                   "PRAGMA cache_size = -49152;";
static const char reader_setup[] = "PRAGMA wal_autocheckpoint = 0;"
                                   "PRAGMA temp_store = MEMORY;"
                                   "PRAGMA cell_size_check = ON;"
                                   "PRAGMA cache_size = -16384;";

/* ---- errors ---- */

static lj_code fail_constraint(int extended, lj_err *err)
{
    switch (extended) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
        return lj_fail(err, LJ_E_CONFLICT, UINT64_MAX, "unique: the key is there already");
    case SQLITE_CONSTRAINT_FOREIGNKEY:
        return lj_fail(err, LJ_E_CONFLICT, UINT64_MAX, "foreign key: the other row is missing");
    case SQLITE_CONSTRAINT_NOTNULL:
        return lj_fail(err, LJ_E_INVALID, UINT64_MAX, "a column without a value");
    default:
        return lj_fail(err, LJ_E_INVALID, UINT64_MAX, "a value that the column refuses");
    }
}

static lj_code fail_sqlite(store_conn *conn, int extended, lj_err *err)
{
    sqlite3 *db = conn->engine;
    int os = db != NULL ? sqlite3_system_errno(db) : 0;
    store_message_set(conn, db != NULL ? sqlite3_errmsg(db) : sqlite3_errstr(extended));
    switch (extended & 0xFF) {
    case SQLITE_CONSTRAINT:
        return fail_constraint(extended, err);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return lj_fail(err, LJ_E_BUSY, UINT64_MAX, "the database is locked");
    case SQLITE_FULL:
        return lj_fail_os(err, LJ_E_IO, ENOSPC, "the disk is full"); /* the library hides it */
    case SQLITE_READONLY:
        if (!conn->is_writer) {
            return lj_fail(err, LJ_E_INTERNAL, UINT64_MAX, "a reader must not write");
        }
        return lj_fail_os(err, LJ_E_IO, os, "the database cannot be written");
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_NOLFS:
        return lj_fail_os(err, LJ_E_IO, os, "the database cannot be read or written");
    case SQLITE_CORRUPT:
        return lj_fail(err, LJ_E_FORMAT, UINT64_MAX, "the database is damaged");
    case SQLITE_NOTADB:
        return lj_fail(err, LJ_E_FORMAT, UINT64_MAX, "the file is not a database");
    case SQLITE_NOMEM:
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for the database");
    case SQLITE_TOOBIG:
        return lj_fail(err, LJ_E_LIMIT, UINT64_MAX, "a value too long for the database");
    case SQLITE_MISMATCH:
    case SQLITE_RANGE:
        return lj_fail(err, LJ_E_INVALID, UINT64_MAX, "a value that the column refuses");
    default:
        return lj_fail(err, LJ_E_INTERNAL, UINT64_MAX, "a query does not work");
    }
}

/* ---- connecting ---- */

static lj_code sqlite_script(store_conn *conn, const char *sql, lj_err *err)
{
    int code = sqlite3_exec(conn->engine, sql, NULL, NULL, NULL);
    return code == SQLITE_OK ? LJ_OK : fail_sqlite(conn, code, err);
}

/* The file with the mode of a secret before SQLite makes it with another. */
static lj_code file_ready(store *db, lj_err *err)
{
    if (db->place[0] == '\0' || db->place[0] == ':') {
        return lj_fail(err, LJ_E_INVALID, UINT64_MAX, "a database needs a file");
    }
    lj_os_stat info;
    lj_code code = lj_os_stat_at(LJ_OS_CWD, db->place, &info, err);
    if (code == LJ_E_NOT_FOUND && db->create) {
        int fd = -1;
        code = lj_os_create_file(LJ_OS_CWD, db->place, LJ_OS_APPEND, &fd, err);
        lj_os_close(fd);
        return code;
    }
    if (code == LJ_OK && info.kind != LJ_OS_FILE && info.kind != LJ_OS_LINK) {
        return lj_fail(err, LJ_E_FORMAT, UINT64_MAX, "not a file");
    }
    return code;
}

/* One program that writes. The lock lasts as long as the store. */
static lj_code lock_ready(store *db, lj_err *err)
{
    if (db->lock_fd >= 0) {
        return LJ_OK;
    }
    lj_buf name;
    lj_buf_init(&name, NULL, strlen(db->place) + sizeof("-lock"));
    lj_buf_put_cstr(&name, db->place);
    lj_buf_put_cstr(&name, "-lock");
    lj_buf_put_u8(&name, 0);
    if (!lj_buf_ok(&name)) {
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for a name");
    }
    int fd = -1;
    lj_code code = lj_os_create_file(LJ_OS_CWD, (const char *)name.ptr, LJ_OS_APPEND, &fd, err);
    lj_buf_done(&name);
    if (code == LJ_OK) {
        code = lj_os_lock(fd, err);
    }
    if (code != LJ_OK) {
        lj_os_close(fd);
        return code;
    }
    db->lock_fd = fd;
    return LJ_OK;
}

static bool options_set(sqlite3 *db, bool is_writer)
{
    static const struct {
        int option;
        int on;
    } rows[] = {
        {SQLITE_DBCONFIG_ENABLE_FKEY,           1},
        {SQLITE_DBCONFIG_ENABLE_TRIGGER,        1},
        {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
        {SQLITE_DBCONFIG_DEFENSIVE,             1},
        {SQLITE_DBCONFIG_TRUSTED_SCHEMA,        0},
        {SQLITE_DBCONFIG_DQS_DML,               0},
        {SQLITE_DBCONFIG_DQS_DDL,               0},
    };
    bool good = true;
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        good = sqlite3_db_config(db, rows[i].option, rows[i].on, NULL) == SQLITE_OK && good;
    }
    return sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, is_writer ? 0 : 1, NULL) ==
               SQLITE_OK &&
           good;
}

/* PRAGMA journal_mode answers with the mode that holds now. */
static lj_code wal_begin(store_conn *conn, lj_err *err)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(conn->engine, "PRAGMA journal_mode = WAL", -1, &statement, NULL);
    code = code == SQLITE_OK ? sqlite3_step(statement) : code;
    bool is_wal = code == SQLITE_ROW &&
                  sqlite3_stricmp((const char *)sqlite3_column_text(statement, 0), "wal") == 0;
    lj_code failed = code != SQLITE_ROW ? fail_sqlite(conn, code, err) : LJ_OK;
    (void)sqlite3_finalize(statement);
    if (failed == LJ_OK && !is_wal) {
        return lj_fail(err, LJ_E_UNSUPPORTED, UINT64_MAX, "no write-ahead log in this place");
    }
    return failed;
}

static lj_code connection_setup(store_conn *conn, lj_err *err)
{
    if (!options_set(conn->engine, conn->is_writer)) {
        return lj_fail(err, LJ_E_UNSUPPORTED, UINT64_MAX, "SQLite lacks a protection");
    }
    (void)sqlite3_busy_timeout(conn->engine, (int)lj_min_u64(conn->db->wait_ms, INT32_MAX));
    /* the first touch of the file: says whether it is a database */
    lj_code code = sqlite_script(conn, "SELECT count(*) FROM sqlite_schema", err);
    if (code == LJ_OK && conn->is_writer) {
        code = wal_begin(conn, err);
    }
    if (code == LJ_OK) {
        code = sqlite_script(conn, conn->is_writer ? writer_setup : reader_setup, err);
    }
    if (code == LJ_OK && conn->is_writer && conn->db->can_be_remade) {
        code = sqlite_script(conn, "PRAGMA synchronous = OFF", err);
    }
    return code;
}

static void sqlite_disconnect(store_conn *conn)
{
    /* statements were finalized; a copy that still runs would keep a zombie */
    (void)sqlite3_close_v2(conn->engine);
    conn->engine = NULL;
}

static lj_code sqlite_connect(store_conn *conn, lj_err *err)
{
    if (sqlite3_libversion_number() < SQLITE_OLDEST || sqlite3_threadsafe() == 0) {
        return lj_fail(err, LJ_E_UNSUPPORTED, UINT64_MAX, "SQLite older than 3.37");
    }
    lj_code code = file_ready(conn->db, err);
    if (code == LJ_OK && conn->is_writer) {
        code = lock_ready(conn->db, err);
    }
    if (code != LJ_OK) {
        return code;
    }
    int flags = conn->is_writer ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
    sqlite3 *db = NULL;
    int opened = sqlite3_open_v2(
        conn->db->place, &db,
        flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE, NULL);
    conn->engine = db;
    code = opened == SQLITE_OK ? connection_setup(conn, err) : fail_sqlite(conn, opened, err);
    if (code != LJ_OK) {
        sqlite_disconnect(conn);
    }
    return code;
}

static bool sqlite_is_alive(const store_conn *conn)
{
    return conn->engine != NULL;
}

/* ---- transactions ---- */

static void sqlite_rollback(store_conn *conn)
{
    if (conn->engine != NULL && sqlite3_get_autocommit(conn->engine) == 0) {
        (void)sqlite3_exec(conn->engine, "ROLLBACK", NULL, NULL, NULL);
    }
}

/* Prepared once: every request that reads begins and ends a snapshot. */
static const store_query snapshot_begin = {.name = "snapshot_begin", .sqlite = "BEGIN"};
static const store_query snapshot_take = {
    .name = "snapshot_take", .sqlite = "SELECT 1 FROM sqlite_schema LIMIT 1", .out_count = 1};

static lj_code run_prepared(store_conn *conn, const store_query *query, lj_err *err)
{
    void *statement = NULL;
    lj_code code = store_statement_of(conn, query, &statement, err);
    if (code != LJ_OK) {
        return code;
    }
    int stepped = sqlite3_step(statement);
    if (stepped != SQLITE_ROW && stepped != SQLITE_DONE) {
        code = fail_sqlite(conn, stepped, err);
    }
    (void)sqlite3_reset(statement);
    return code;
}

static lj_code sqlite_begin(store_conn *conn, store_begin how, lj_err *err)
{
    lj_code code = LJ_OK;
    if (how == STORE_BEGIN_WRITE) {
        code = sqlite_script(conn, "BEGIN IMMEDIATE", err);
    } else {
        code = run_prepared(conn, &snapshot_begin, err);
        code = code == LJ_OK ? run_prepared(conn, &snapshot_take, err) : code;
    }
    if (code != LJ_OK) {
        sqlite_rollback(conn);
    }
    return code;
}

static lj_code sqlite_commit(store_conn *conn, lj_err *err)
{
    lj_code code = sqlite_script(conn, "COMMIT", err);
    if (code != LJ_OK) {
        sqlite_rollback(conn);
    }
    return code;
}

static lj_code sqlite_defer_links(store_conn *conn, lj_err *err)
{
    return sqlite_script(conn, "PRAGMA defer_foreign_keys = ON", err);
}

/* ---- queries ---- */

static lj_code sqlite_prepare(store_conn *conn, const store_query *query, uint32_t no, void **out,
                              lj_err *err)
{
    (void)no;
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v3(conn->engine, query->sqlite, -1, SQLITE_PREPARE_PERSISTENT,
                                  &statement, NULL);
    if (code != SQLITE_OK) {
        return fail_sqlite(conn, code, err);
    }
    if (sqlite3_column_count(statement) != query->out_count) {
        (void)sqlite3_finalize(statement);
        return lj_fail(err, LJ_E_INTERNAL, UINT64_MAX, "another count of columns than promised");
    }
    *out = statement;
    return LJ_OK;
}

static void sqlite_forget(void *statement)
{
    (void)sqlite3_finalize(statement);
}

static int bind_one(sqlite3_stmt *statement, int no, const store_value *arg)
{
    const void *bytes = arg->bytes.len > 0 ? (const void *)arg->bytes.ptr : "";
    switch (arg->kind) {
    case STORE_NULL:
        return sqlite3_bind_null(statement, no);
    case STORE_INT:
        return sqlite3_bind_int64(statement, no, arg->num);
    case STORE_TEXT:
        return sqlite3_bind_text64(statement, no, bytes, arg->bytes.len, SQLITE_STATIC,
                                   SQLITE_UTF8);
    case STORE_BYTES:
        return sqlite3_bind_blob64(statement, no, bytes, arg->bytes.len, SQLITE_STATIC);
    }
    return SQLITE_MISUSE;
}

/* False for a kind that the store does not know: a fraction. */
static bool column_read(sqlite3_stmt *statement, int column, store_value *out)
{
    int len = 0;
    const void *bytes = NULL;
    switch (sqlite3_column_type(statement, column)) {
    case SQLITE_NULL:
        *out = store_null();
        return true;
    case SQLITE_INTEGER:
        *out = store_int(sqlite3_column_int64(statement, column));
        return true;
    case SQLITE_TEXT:
        bytes = sqlite3_column_text(statement, column);
        len = sqlite3_column_bytes(statement, column);
        *out = store_text(lj_slice_of(len > 0 ? bytes : "", (size_t)len));
        return true;
    case SQLITE_BLOB:
        bytes = sqlite3_column_blob(statement, column);
        len = sqlite3_column_bytes(statement, column);
        *out = store_bytes(lj_slice_of(len > 0 ? bytes : "", (size_t)len));
        return true;
    default:
        return false;
    }
}

static lj_code sqlite_row(sqlite3_stmt *statement, const store_query *query, store_sink *sink,
                          lj_err *err)
{
    store_value columns[STORE_COLUMNS_MAX];
    for (int i = 0; i < query->out_count; i++) {
        if (!column_read(statement, i, &columns[i])) {
            return lj_fail(err, LJ_E_INTERNAL, (uint64_t)i, "a column of a kind not used here");
        }
    }
    store_sink_row(sink, columns, query->out_count, err);
    return LJ_OK;
}

static lj_code sqlite_step_all(store_conn *conn, sqlite3_stmt *statement, const store_query *query,
                               store_sink *sink, lj_err *err)
{
    bool only_reads = sqlite3_stmt_readonly(statement) != 0;
    int code = sqlite3_step(statement);
    while (code == SQLITE_ROW) {
        lj_code row = sink->row != NULL ? sqlite_row(statement, query, sink, err) : LJ_OK;
        if (row != LJ_OK) {
            return row;
        }
        if (sink->code != LJ_OK && only_reads) {
            return LJ_OK; /* a change with RETURNING is gone through to its end */
        }
        code = sqlite3_step(statement);
    }
    if (code != SQLITE_DONE) {
        return fail_sqlite(conn, code, err);
    }
    conn->changed = only_reads ? 0 : sqlite3_changes64(conn->engine);
    return LJ_OK;
}

static lj_code sqlite_run(store_conn *conn, void *prepared, const store_query *query,
                          const store_value *args, store_sink *sink, lj_err *err)
{
    sqlite3_stmt *statement = prepared;
    lj_code code = LJ_OK;
    for (int i = 0; i < query->in_count && code == LJ_OK; i++) {
        int bound = bind_one(statement, i + 1, &args[i]);
        code = bound == SQLITE_OK ? LJ_OK : fail_sqlite(conn, bound, err);
    }
    if (code == LJ_OK) {
        code = sqlite_step_all(conn, statement, query, sink, err);
    }
    (void)sqlite3_reset(statement);
    (void)sqlite3_clear_bindings(statement);
    return code;
}

lj_code store_cap_pages(store *db, uint32_t page_max, lj_err *err)
{
    store_conn *conn = db->writers[0];
    sqlite3_stmt *statement = NULL;
    char sql[64];
    (void)sqlite3_snprintf(sizeof(sql), sql, "PRAGMA max_page_count = %u", page_max);
    int code = sqlite3_prepare_v2(conn->engine, sql, -1, &statement, NULL);
    code = code == SQLITE_OK ? sqlite3_step(statement) : code;
    (void)sqlite3_finalize(statement);
    return code == SQLITE_ROW ? LJ_OK : fail_sqlite(conn, code, err);
}

const store_driver store_driver_sqlite = {
    .engine = STORE_SQLITE,
    .connect = sqlite_connect,
    .disconnect = sqlite_disconnect,
    .is_alive = sqlite_is_alive,
    .begin = sqlite_begin,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .script = sqlite_script,
    .prepare = sqlite_prepare,
    .forget = sqlite_forget,
    .run = sqlite_run,
    .defer_links = sqlite_defer_links,
};
