/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The part of the store that is the same for both engines.
 *
 * Writers. A store has a row of writers: one for SQLite, writer_max for PostgreSQL, opened when
 * first needed and kept. store_write_begin waits until one is free, at most wait_ms, then begins;
 * what is left of the time is what the engine may wait for locks of others.
 *
 *     free --store_write_begin--> taken --store_commit, store_rollback--> free
 *
 * Transactions that failed. PostgreSQL refuses everything after the first error of a transaction,
 * and answers COMMIT with a rollback and a success; SQLite goes on. Here both go the hard way:
 * after an error of the engine every store_run gives that error again and store_commit rolls back,
 * until the transaction ends or store_undo goes back to a savepoint that is older than the error.
 * An error of a row function is the caller's own and leaves the transaction as it was.
 *
 * Connections that broke. A writer is looked at when it is taken, a reader whenever no snapshot is
 * open; a broken one is made anew, with an empty cache. Inside a transaction nothing is repaired.
 */
#define _POSIX_C_SOURCE 200809L /* clocks of conditions */
#include "store/store.h"

#include <stdatomic.h>
#include <time.h>

#include "base/json.h"
#include "base/num.h"
#include "base/os.h"
#include "store/store_priv.h"

enum { STORE_MEMORY = 64 * 1024 };

void store_message_set(store_conn *conn, const char *text)
{
    size_t len = lj_min_size(strlen(text), STORE_MESSAGE_LEN - 1);
    memcpy(conn->message, text, len);
    conn->message[len] = '\0';
}

const char *store_message_of(const store_conn *conn)
{
    return conn->message;
}

/* ---- opening ---- */

static const store_driver *driver_of(const char *place)
{
    lj_slice bytes = lj_cstr_bytes(place);
    bool is_postgres = lj_slice_has_prefix(bytes, LJ_BYTES("postgres://")) ||
                       lj_slice_has_prefix(bytes, LJ_BYTES("postgresql://"));
    return is_postgres ? &store_driver_postgres : &store_driver_sqlite;
}

/* A schema's name goes into SQL, so it is a plain word. */
static bool schema_is_plain(const char *schema)
{
    size_t len = strlen(schema);
    bool plain = len > 0 && len < 64 && (schema[0] < '0' || schema[0] > '9');
    for (size_t i = 0; i < len; i++) {
        char c = schema[i];
        plain = plain && ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_');
    }
    return plain;
}

static store_conn *conn_new(store *db, bool is_writer)
{
    lj_arena *arena = lj_arena_new(STORE_CONN_MEMORY);
    store_conn *conn = arena != NULL ? lj_arena_alloc(arena, sizeof(*conn)) : NULL;
    if (conn == NULL) {
        lj_arena_free(arena);
        return NULL;
    }
    conn->db = db;
    conn->driver = db->driver;
    conn->arena = arena;
    conn->bare = lj_arena_mark_of(arena);
    conn->is_writer = is_writer;
    return conn;
}

static void conn_free(store_conn *conn)
{
    if (conn != NULL) {
        store_statements_forget(conn, /* release= */ true);
        conn->driver->disconnect(conn);
        lj_arena_free(conn->arena);
    }
}

/* A connection that works, made anew when it was broken. */
static lj_code conn_ready(store_conn *conn, lj_err *err)
{
    if (conn->driver->is_alive(conn)) {
        return LJ_OK;
    }
    store_statements_forget(conn, /* release= */ false);
    conn->driver->disconnect(conn);
    return conn->driver->connect(conn, err);
}

static lj_code locks_init(store *db, lj_err *err)
{
    pthread_condattr_t attr;
    if (pthread_mutex_init(&db->lock, NULL) != 0) {
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no lock");
    }
    if (pthread_condattr_init(&attr) != 0 ||
        pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) != 0 ||
        pthread_cond_init(&db->freed, &attr) != 0) {
        (void)pthread_mutex_destroy(&db->lock);
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no lock");
    }
    (void)pthread_condattr_destroy(&attr);
    return LJ_OK;
}

static lj_code store_fill(store *db, const store_options *options, lj_err *err)
{
    db->driver = driver_of(options->place);
    db->place = lj_arena_cstr(db->arena, lj_cstr_bytes(options->place));
    const char *schema = options->schema != NULL ? options->schema : "lijian";
    db->schema = lj_arena_cstr(db->arena, lj_cstr_bytes(schema));
    db->wait_ms = options->wait_ms > 0 ? options->wait_ms : STORE_WAIT_MS;
    db->create = options->create;
    db->read_only = options->read_only;
    db->can_be_remade = options->can_be_remade;
    db->lock_fd = -1;
    uint32_t writer_max = options->writer_max > 0 ? options->writer_max : STORE_WRITERS;
    db->writer_count = db->driver->engine == STORE_SQLITE ? 1 : writer_max;
    if (db->writer_count > STORE_WRITERS_MAX) {
        db->writer_count = STORE_WRITERS_MAX;
    }
    db->writers = lj_arena_array(db->arena, db->writer_count, sizeof(store_conn *));
    for (uint32_t i = 0; db->writers != NULL && i < db->writer_count; i++) {
        db->writers[i] = conn_new(db, /* is_writer= */ true);
        if (db->writers[i] == NULL) {
            return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for a connection");
        }
    }
    if (db->place == NULL || db->schema == NULL || db->writers == NULL) {
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for a store");
    }
    if (!schema_is_plain(db->schema)) {
        return lj_fail(err, LJ_E_INVALID, UINT64_MAX,
                       "a schema is called by small letters, digits and _");
    }
    return LJ_OK;
}

static void writers_free(store *db)
{
    for (uint32_t i = 0; db->writers != NULL && i < db->writer_count; i++) {
        conn_free(db->writers[i]);
    }
}

/* The first connection shows whether the database is there and one of ours. */
static lj_code open_first(store *db, lj_err *err)
{
    if (!db->read_only) {
        return conn_ready(db->writers[0], err);
    }
    store_conn *reader = NULL;
    lj_code code = store_reader_open(db, &reader, err);
    store_reader_close(reader);
    return code;
}

lj_code store_open(const store_options *options, store **out, lj_err *err)
{
    lj_arena *arena = lj_arena_new(STORE_MEMORY);
    store *db = arena != NULL ? lj_arena_alloc(arena, sizeof(*db)) : NULL;
    if (db == NULL) {
        lj_arena_free(arena);
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for a store");
    }
    db->arena = arena;
    db->lock_fd = -1;
    lj_code code = locks_init(db, err);
    if (code != LJ_OK) {
        lj_arena_free(arena);
        return code;
    }
    code = store_fill(db, options, err);
    if (code == LJ_OK) {
        code = open_first(db, err);
    }
    if (code != LJ_OK) {
        store_close(db);
        return code;
    }
    db->create = false;
    *out = db;
    return LJ_OK;
}

void store_close(store *db)
{
    if (db == NULL) {
        return;
    }
    writers_free(db);
    lj_os_close(db->lock_fd);
    (void)pthread_cond_destroy(&db->freed);
    (void)pthread_mutex_destroy(&db->lock);
    lj_arena_free(db->arena);
}

uint64_t store_generation(const store *db)
{
    return db->driver->engine == STORE_SQLITE ? atomic_load(&db->generation) + 1 : 0;
}

store_engine store_engine_of(const store *db)
{
    return db->driver->engine;
}

/* ---- readers ---- */

lj_code store_reader_open(store *db, store_conn **out, lj_err *err)
{
    store_conn *conn = conn_new(db, /* is_writer= */ false);
    if (conn == NULL) {
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for a connection");
    }
    lj_code code = conn_ready(conn, err);
    if (code != LJ_OK) {
        conn_free(conn);
        return code;
    }
    *out = conn;
    return LJ_OK;
}

static void conn_begun(store_conn *conn)
{
    conn->is_open = true;
    conn->bad = LJ_OK;
    conn->part_count = 0;
}

void store_reader_close(store_conn *conn)
{
    if (conn != NULL) {
        store_read_end(conn);
        conn_free(conn);
    }
}

lj_code store_read_begin(store_conn *conn, lj_err *err)
{
    LJ_ASSERT(!conn->is_writer && !conn->is_open);
    lj_code code = conn_ready(conn, err);
    if (code == LJ_OK) {
        code = conn->driver->begin(conn, STORE_BEGIN_SNAPSHOT, err);
    }
    if (code != LJ_OK && !conn->driver->is_alive(conn)) {
        /* the server went away while the connection was idle: once more */
        code = conn_ready(conn, err);
        if (code == LJ_OK) {
            code = conn->driver->begin(conn, STORE_BEGIN_SNAPSHOT, err);
        }
    }
    if (code == LJ_OK) {
        conn_begun(conn);
    }
    return code;
}

void store_read_end(store_conn *conn)
{
    if (conn->is_open) {
        conn->driver->rollback(conn);
        conn->is_open = false;
        conn->bad = LJ_OK;
    }
}

/* ---- writers ---- */

static struct timespec deadline_of(uint32_t wait_ms)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += wait_ms / 1000;
    at.tv_nsec += (long)(wait_ms % 1000) * 1000000;
    if (at.tv_nsec >= 1000000000) {
        at.tv_sec++;
        at.tv_nsec -= 1000000000;
    }
    return at;
}

/* A free writer that is connected before one that is not. The lock is held. */
static store_conn *writer_lookup(store *db)
{
    store_conn *found = NULL;
    for (uint32_t i = 0; i < db->writer_count; i++) {
        store_conn *conn = db->writers[i];
        if (!conn->is_taken && (found == NULL || (found->engine == NULL && conn->engine != NULL))) {
            found = conn;
        }
    }
    return found;
}

/* NULL when none came free in time. */
static store_conn *writer_take(store *db)
{
    struct timespec deadline = deadline_of(db->wait_ms);
    (void)pthread_mutex_lock(&db->lock);
    store_conn *conn = writer_lookup(db);
    int waited = 0;
    while (conn == NULL && waited == 0) {
        waited = pthread_cond_timedwait(&db->freed, &db->lock, &deadline);
        conn = writer_lookup(db);
    }
    if (conn != NULL) {
        conn->is_taken = true;
    }
    (void)pthread_mutex_unlock(&db->lock);
    return conn;
}

static void writer_give_back(store_conn *conn)
{
    store *db = conn->db;
    conn->is_open = false;
    conn->bad = LJ_OK;
    conn->part_count = 0;
    (void)pthread_mutex_lock(&db->lock);
    conn->is_taken = false;
    (void)pthread_cond_signal(&db->freed);
    (void)pthread_mutex_unlock(&db->lock);
}

lj_code store_write_begin(store *db, store_conn **out, lj_err *err)
{
    if (db->read_only) {
        return lj_fail(err, LJ_E_FORBIDDEN, UINT64_MAX, "the store was opened for reading");
    }
    store_conn *conn = writer_take(db);
    if (conn == NULL) {
        return lj_fail(err, LJ_E_BUSY, UINT64_MAX, "every writer is at work");
    }
    lj_code code = conn_ready(conn, err);
    if (code == LJ_OK) {
        code = conn->driver->begin(conn, STORE_BEGIN_WRITE, err);
    }
    if (code != LJ_OK && !conn->driver->is_alive(conn)) {
        code = conn_ready(conn, err);
        if (code == LJ_OK) {
            code = conn->driver->begin(conn, STORE_BEGIN_WRITE, err);
        }
    }
    if (code != LJ_OK) {
        writer_give_back(conn);
        return code;
    }
    conn_begun(conn);
    conn->changed = 0;
    *out = conn;
    return LJ_OK;
}

static lj_code fail_again(lj_code code, lj_err *err)
{
    return lj_fail(err, code, UINT64_MAX, "an earlier query of the transaction failed");
}

lj_code store_commit(store_conn *conn, lj_err *err)
{
    LJ_ASSERT(conn->is_writer && conn->is_taken && !conn->is_running);
    lj_code code = LJ_OK;
    if (conn->bad != LJ_OK) {
        code = fail_again(conn->bad, err);
        conn->driver->rollback(conn);
    } else {
        code = conn->driver->commit(conn, err);
        /* Also after a failure: an outcome that is not known may have changed something. */
        atomic_fetch_add(&conn->db->generation, 1);
    }
    writer_give_back(conn);
    return code;
}

void store_rollback(store_conn *conn)
{
    if (conn != NULL) {
        LJ_ASSERT(conn->is_writer && conn->is_taken && !conn->is_running);
        conn->driver->rollback(conn);
        writer_give_back(conn);
    }
}

/* ---- savepoints ---- */

/* One name for all: the newest of the name counts, in both engines. */
static lj_code part_script(store_conn *conn, const char *sql, lj_err *err)
{
    LJ_ASSERT(conn->is_writer && conn->is_open && !conn->is_running);
    if (conn->bad != LJ_OK) {
        return fail_again(conn->bad, err);
    }
    lj_code code = conn->driver->script(conn, sql, err);
    if (code != LJ_OK) {
        conn->bad = code;
        conn->bad_part = conn->part_count;
    }
    return code;
}

lj_code store_savepoint(store_conn *conn, lj_err *err)
{
    lj_code code = part_script(conn, "SAVEPOINT part", err);
    if (code == LJ_OK) {
        conn->part_count++;
    }
    return code;
}

lj_code store_release(store_conn *conn, lj_err *err)
{
    LJ_ASSERT(conn->part_count > 0);
    lj_code code = part_script(conn, "RELEASE SAVEPOINT part", err);
    if (code == LJ_OK) {
        conn->part_count--;
    }
    return code;
}

void store_undo(store_conn *conn)
{
    LJ_ASSERT(conn->is_writer && conn->is_open && !conn->is_running && conn->part_count > 0);
    /* with the whole transaction gone (disk full) there is nothing to go back to: `bad` stays */
    lj_code code =
        conn->driver->script(conn, "ROLLBACK TO SAVEPOINT part; RELEASE SAVEPOINT part", NULL);
    conn->part_count--;
    if (code != LJ_OK && conn->bad == LJ_OK) {
        conn->bad = code;
        conn->bad_part = 0;
    } else if (code == LJ_OK && conn->bad_part > conn->part_count) {
        conn->bad = LJ_OK;
    }
}

/* ---- queries ---- */

static lj_code args_check(const store_query *query, const store_value *args, size_t arg_count,
                          lj_err *err)
{
    if (arg_count != query->in_count) {
        return lj_fail(err, LJ_E_INTERNAL, arg_count, "another count of values than the query has");
    }
    for (size_t i = 0; i < arg_count; i++) {
        const store_value *arg = &args[i];
        static const char letters[] = {
            [STORE_NULL] = '\0', [STORE_INT] = 'i', [STORE_TEXT] = 't', [STORE_BYTES] = 'b'};
        if (arg->kind != STORE_NULL && letters[arg->kind] != query->in[i]) {
            return lj_fail(err, LJ_E_INTERNAL, i, "a value of another kind than the query has");
        }
        if (arg->kind == STORE_TEXT &&
            (!lj_utf8_is_valid(arg->bytes) ||
             (arg->bytes.len > 0 && memchr(arg->bytes.ptr, 0, arg->bytes.len) != NULL))) {
            return lj_fail(err, LJ_E_INVALID, i, "text that is not UTF-8 or holds NUL");
        }
    }
    return LJ_OK;
}

void store_sink_row(store_sink *sink, const store_value *columns, size_t count, lj_err *err)
{
    if (sink->row != NULL && sink->code == LJ_OK) {
        sink->has_rows = true;
        sink->code = sink->row(sink->ctx, columns, count, err);
    }
}

/* Everything but the bookkeeping of a failure. */
static lj_code run_query(store_conn *conn, const store_query *query, const store_value *args,
                         size_t arg_count, store_sink *sink, lj_err *err)
{
    void *statement = NULL;
    lj_code code = args_check(query, args, arg_count, err);
    if (code == LJ_OK && !conn->is_open) {
        code = conn_ready(conn, err);
    }
    if (code == LJ_OK) {
        code = store_statement_of(conn, query, &statement, err);
    }
    if (code == LJ_OK) {
        conn->is_running = true;
        code = conn->driver->run(conn, statement, query, args, sink, err);
        conn->is_running = false;
    }
    return code;
}

lj_code store_run(store_conn *conn, const store_query *query, const store_value *args,
                  size_t arg_count, store_row_fn row, void *ctx, lj_err *err)
{
    LJ_ASSERT(!conn->is_running); /* a row function runs no query on its own connection */
    LJ_ASSERT(conn->is_open || !conn->is_writer);
    if (conn->bad != LJ_OK) {
        return fail_again(conn->bad, err);
    }
    conn->changed = 0;
    store_sink sink = {row, ctx, LJ_OK, false};
    lj_code code = run_query(conn, query, args, arg_count, &sink, err);
    if (code != LJ_OK && !conn->is_open && !sink.has_rows && !conn->driver->is_alive(conn)) {
        /* the server went away while the connection was idle: once more */
        code = run_query(conn, query, args, arg_count, &sink, err);
    }
    if (code != LJ_OK) {
        if (conn->is_open) {
            conn->bad = code;
            conn->bad_part = conn->part_count;
        }
        return code;
    }
    return sink.code == LJ_E_CANCELLED ? LJ_OK : sink.code;
}

int64_t store_changed(const store_conn *conn)
{
    return conn->changed;
}

typedef struct one_row {
    lj_arena *arena;
    store_value *columns;
} one_row;

static lj_code one_take(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    one_row *one = ctx;
    store_value *copy = lj_arena_array(one->arena, count > 0 ? count : 1, sizeof(*copy));
    if (copy == NULL) {
        return lj_fail(err, LJ_E_LIMIT, UINT64_MAX, "no room for a row");
    }
    for (size_t i = 0; i < count; i++) {
        copy[i] = columns[i];
        bool has_bytes = columns[i].kind == STORE_TEXT || columns[i].kind == STORE_BYTES;
        if (has_bytes && columns[i].bytes.len > 0) {
            copy[i].bytes = lj_arena_copy(one->arena, columns[i].bytes);
            if (copy[i].bytes.ptr == NULL) {
                return lj_fail(err, LJ_E_LIMIT, UINT64_MAX, "no room for a row");
            }
        } else if (has_bytes) {
            copy[i].bytes = LJ_BYTES("");
        }
    }
    one->columns = copy;
    return LJ_E_CANCELLED;
}

lj_code store_one(store_conn *conn, const store_query *query, const store_value *args,
                  size_t arg_count, lj_arena *arena, const store_value **out_columns, lj_err *err)
{
    one_row one = {arena, NULL};
    lj_code code = store_run(conn, query, args, arg_count, one_take, &one, err);
    if (code == LJ_OK) {
        *out_columns = one.columns;
    }
    return code;
}
