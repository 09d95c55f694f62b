/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The one door to the database, SQLite or PostgreSQL. No SQL text here or anywhere in C: queries
 * are objects that tools/sql.c makes out of .sql files (query.h), prepared once per connection,
 * every value bound.
 *
 * A store has one writer at a time for SQLite (one connection that writes and checkpoints: the
 * packaged 3.40.1 has the WAL-reset fault, which needs two connections that checkpoint) and a small
 * pool of writers for PostgreSQL. Readers are connections of their own, one per thread.
 *
 * A writer's life: store_write_begin, any number of store_run, then store_commit or store_rollback,
 * which give the connection back. Between a begin and its end the calling thread owns the
 * connection. */
#ifndef LJ_STORE_STORE_H
#define LJ_STORE_STORE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "store/query.h"

typedef struct store store;           /* an open database; shared by threads */
typedef struct store_conn store_conn; /* one connection; one thread at a time */

typedef enum store_kind { STORE_NULL, STORE_INT, STORE_TEXT, STORE_BYTES } store_kind;

/* A value bound or read. Text is UTF-8 without NUL. What a row function sees is borrowed until it
 * returns. */
typedef struct store_value {
    store_kind kind;
    int64_t num;    /* STORE_INT */
    lj_slice bytes; /* STORE_TEXT, STORE_BYTES */
} store_value;

static inline store_value store_null(void)
{
    return (store_value){.kind = STORE_NULL};
}
static inline store_value store_int(int64_t num)
{
    return (store_value){.kind = STORE_INT, .num = num};
}
static inline store_value store_text(lj_slice utf8)
{
    return (store_value){.kind = STORE_TEXT, .bytes = utf8};
}
static inline store_value store_cstr(const char *text)
{
    return (store_value){.kind = STORE_TEXT, .bytes = lj_cstr_bytes(text)};
}
static inline store_value store_bytes(lj_slice bytes)
{
    return (store_value){.kind = STORE_BYTES, .bytes = bytes};
}

typedef enum store_engine { STORE_SQLITE, STORE_POSTGRES } store_engine;

typedef struct store_options {
    const char *place;   /* path of a SQLite file, or "postgres://..." */
    bool create;         /* make the file (SQLite) or the schema (PostgreSQL) when missing */
    uint32_t wait_ms;    /* how long to wait for a lock before LJ_E_BUSY; 0: 5,000 */
    uint32_t writer_max; /* PostgreSQL: connections that write; 0: 4 */
    const char *schema;  /* PostgreSQL: schema to work in; NULL: "lijian" */
    bool read_only;      /* no writer: for a command beside a running server */
    bool can_be_remade;  /* SQLite: a commit does not wait for the disk; what a power cut takes can
                            be made again (the demonstration) */
} store_options;

/* Opens; does not migrate (migrate.h). LJ_E_NOT_FOUND when it is not there and not to be created;
 * LJ_E_UNSUPPORTED when the library is too old; LJ_E_IO, LJ_E_FORMAT (no database); LJ_E_BUSY when
 * another process has the SQLite file open for writing. A process opens a file once. */
LJ_MUST_USE lj_code store_open(const store_options *options, store **out, lj_err *err);
void store_close(store *db); /* accepts NULL; every connection must have been given back */
store_engine store_engine_of(const store *db);
/* Grows with every commit, before store_commit returns: what was read at one generation holds while
 * it is the same. 0: not known, since other processes may write (PostgreSQL). */
uint64_t store_generation(const store *db);

/* A connection for reading only. Yours to close. */
LJ_MUST_USE lj_code store_reader_open(store *db, store_conn **out, lj_err *err);
void store_reader_close(store_conn *conn); /* accepts NULL */
/* A snapshot over several queries of a reader: all see one state. Without it each query sees the
 * newest. store_read_end accepts a connection without a snapshot. */
LJ_MUST_USE lj_code store_read_begin(store_conn *conn, lj_err *err);
void store_read_end(store_conn *conn);

/* Waits for the writer (SQLite: BEGIN IMMEDIATE under a lock of the process). LJ_E_BUSY after
 * wait_ms. */
LJ_MUST_USE lj_code store_write_begin(store *db, store_conn **out, lj_err *err);
/* LJ_OK only when the change is on the disk. After a failure everything since the begin is undone,
 * with one exception that no database can avoid: after LJ_E_IO of a commit (a broken connection, a
 * disk that failed while it wrote) nobody knows; look before doing it again. Both give the
 * connection back. */
LJ_MUST_USE lj_code store_commit(store_conn *conn, lj_err *err);
void store_rollback(store_conn *conn); /* accepts NULL */
/* A part that can be undone alone, for batches; nests. */
LJ_MUST_USE lj_code store_savepoint(store_conn *conn, lj_err *err);
LJ_MUST_USE lj_code store_release(store_conn *conn, lj_err *err);
void store_undo(store_conn *conn); /* back to the newest savepoint, which is gone then */

/* Called for each row. LJ_OK: go on. LJ_E_CANCELLED: enough, store_run gives LJ_OK. Any other code
 * ends the query and is passed on, and the transaction stays as it was. It must not use the
 * connection that it is called for. */
typedef lj_code (*store_row_fn)(void *ctx, const store_value *columns, size_t count, lj_err *err);

/* Runs a query. args: one value per parameter, in the order of the query's head. row may be NULL
 * for queries without rows. LJ_E_CONFLICT: unique or foreign key violated (err->what says which
 * kind); LJ_E_BUSY: locked, or a serialization failure: the transaction must be run again;
 * LJ_E_IO: disk full or broken connection; LJ_E_INVALID: a value that the column refuses, or text
 * that is not UTF-8; LJ_E_INTERNAL: the query does not work, or args do not fit it.
 * After such an error the transaction is lost, on both engines: every store_run and store_commit
 * gives the same code, until store_rollback, or store_undo to a savepoint made before. Where a
 * conflict is expected, use ON CONFLICT DO NOTHING or a savepoint. */
LJ_MUST_USE lj_code store_run(store_conn *conn, const store_query *query, const store_value *args,
                              size_t arg_count, store_row_fn row, void *ctx, lj_err *err);
/* Rows changed by the newest store_run of the connection. */
int64_t store_changed(const store_conn *conn);

/* The first row copied into the arena; *out_columns NULL when there is none. */
LJ_MUST_USE lj_code store_one(store_conn *conn, const store_query *query, const store_value *args,
                              size_t arg_count, lj_arena *arena, const store_value **out_columns,
                              lj_err *err);

#endif
