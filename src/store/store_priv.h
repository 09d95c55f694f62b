/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Inside of the store: the two engines are two rows of functions. What is the same for both -
 * waiting for a writer, transactions that failed, the cache of statements, checks of arguments - is
 * in store.c and statement.c; a driver only talks to its library. Also here: what tests need. */
#ifndef LJ_STORE_STORE_PRIV_H
#define LJ_STORE_STORE_PRIV_H

#include <pthread.h>

#include "store/catalogue.h"
#include "store/store.h"

enum {
    STORE_WAIT_MS = 5000,        /* default of store_options.wait_ms */
    STORE_WRITERS = 4,           /* default of store_options.writer_max */
    STORE_WRITERS_MAX = 64,      /* more are of no use to a server of PostgreSQL */
    STORE_STATEMENTS_MAX = 8192, /* prepared statements of a connection */
    STORE_MESSAGE_LEN = 256,     /* bytes of an engine's message that are kept */
};

/* Memory of a connection: its cache, a slot of 24 bytes per statement. */
#define STORE_CONN_MEMORY ((size_t)4 * 1024 * 1024)

typedef enum store_begin {
    STORE_BEGIN_WRITE,
    STORE_BEGIN_SNAPSHOT,
} store_begin;

/* Where the rows of a running query go. */
typedef struct store_sink {
    store_row_fn row; /* NULL: rows are passed over */
    void *ctx;
    lj_code code;  /* LJ_OK while rows are wanted; what the row function said when not */
    bool has_rows; /* one was handed on: the query cannot be run again */
} store_sink;

typedef struct store_driver {
    store_engine engine;
    /* conn->engine from nothing; conn->is_writer says which kind. */
    lj_code (*connect)(store_conn *conn, lj_err *err);
    void (*disconnect)(store_conn *conn); /* accepts one without connection */
    /* False when the connection is known to be broken. */
    bool (*is_alive)(const store_conn *conn);
    lj_code (*begin)(store_conn *conn, store_begin how, lj_err *err);
    lj_code (*commit)(store_conn *conn, lj_err *err); /* after a failure nothing is open */
    void (*rollback)(store_conn *conn);
    /* SQL without parameters and rows, several statements; for savepoints and migrations. */
    lj_code (*script)(store_conn *conn, const char *sql, lj_err *err);
    /* no: the how-manieth statement of the connection, from 1. */
    lj_code (*prepare)(store_conn *conn, const store_query *query, uint32_t no, void **out,
                       lj_err *err);
    void (*forget)(void *statement);
    lj_code (*run)(store_conn *conn, void *statement, const store_query *query,
                   const store_value *args, store_sink *sink, lj_err *err);
    /* A load may bring a row before the one that it refers to, inside a transaction. */
    lj_code (*defer_links)(store_conn *conn, lj_err *err);
} store_driver;

extern const store_driver store_driver_sqlite;
extern const store_driver store_driver_postgres;

typedef struct store_cached {
    const store_query *query;
    void *statement;
} store_cached;

struct store_conn {
    store *db;
    const store_driver *driver;
    void *engine; /* sqlite3 or PGconn, the driver's */
    lj_arena *arena;
    lj_arena_mark bare;  /* of the arena without any statement */
    store_cached *cache; /* open addressing, cap a power of two */
    uint32_t cache_cap, cache_count;
    bool is_writer;
    bool is_taken;       /* a writer between begin and end */
    bool is_open;        /* a transaction or a snapshot is open */
    bool is_running;     /* a query calls its row function */
    uint32_t part_count; /* open savepoints */
    uint32_t bad_part;   /* open savepoints when `bad` was set: an older one heals it */
    lj_code bad;         /* what an earlier query of the transaction died of */
    int64_t changed;
    char message[STORE_MESSAGE_LEN]; /* of the engine, about the newest failure; may hold values */
};

struct store {
    const store_driver *driver;
    lj_arena *arena;
    char *place;
    char *schema;
    uint32_t wait_ms;
    bool create;
    bool read_only;
    bool can_be_remade;
    int lock_fd;          /* SQLite: held while a writer may be opened; else -1 */
    pthread_mutex_t lock; /* over is_taken of the writers */
    pthread_cond_t freed;
    store_conn **writers;
    uint32_t writer_count;
    _Atomic uint64_t generation; /* commits of this process so far, from 1 */
};

/* Fails with the engine's words kept in the connection. */
void store_message_set(store_conn *conn, const char *text);
/* The newest failure in the engine's own words, for tests and the operator's terminal: never for a
 * log, since it may hold values. */
const char *store_message_of(const store_conn *conn);

/* statement.c */
LJ_MUST_USE lj_code store_statement_of(store_conn *conn, const store_query *query, void **out,
                                       lj_err *err);
void store_statements_forget(store_conn *conn, bool release);
/* Hands a row on; what the driver does afterwards is to go on or to end. */
void store_sink_row(store_sink *sink, const store_value *columns, size_t count, lj_err *err);

/* The same as migrate.h for any schema. */
LJ_MUST_USE lj_code store_schema_with(store *db, const store_schema *schema,
                                      store_schema_state *out, lj_err *err);
LJ_MUST_USE lj_code store_migrate_with(store *db, const store_schema *schema, int64_t now_at,
                                       uint32_t *out_applied, lj_err *err);

/* SQLite: the file may not grow above so many pages: a full disk for tests. */
LJ_MUST_USE lj_code store_cap_pages(store *db, uint32_t page_max, lj_err *err);

#endif
