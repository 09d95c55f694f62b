/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What the tests of the store share: the engine that a run is about (first argument of the
 * program), databases of their own in a temporary folder or in a schema of the cluster, and short
 * forms for queries. */
#ifndef LJ_TESTS_STORE_SUPPORT_H
#define LJ_TESTS_STORE_SUPPORT_H

#include "../check.h"
#include "store/store_priv.h"
#include "test_queries.h"

/* Names of the schema of tests/store/000N_test.sql, made by tools/sql.c. */
extern const store_migration test_store_migrations[];
extern const uint32_t test_store_migration_count;
extern const store_table test_store_tables[];
extern const uint32_t test_store_table_count;
extern const store_link test_store_links[];
extern const uint32_t test_store_link_count;

typedef struct test_box {
    store *db;
    store_options options;
    char folder[64]; /* SQLite: holds the database */
    char place[256];
    char schema[64];
} test_box;

/* Of main: false when the argument is no engine, or when there is no server. */
bool support_begin(int argc, char **argv);
store_engine support_engine(void);
store_schema support_schema(void);

/* A place of the engine where nothing is yet; box_free removes it and closes box->db. */
void box_new(test_box *box, store_engine engine);
void box_free(test_box *box);
/* Opens and migrates. */
void box_open(test_box *box);
/* The two. */
void box_fresh(test_box *box);

store_conn *writer_of(test_box *box);
store_conn *reader_of(test_box *box);
void commit(store_conn *conn);

/* Runs a query without rows: the code. */
lj_code run(store_conn *conn, const store_query *query, const store_value *args, size_t count);
/* Must succeed. */
void run_ok(store_conn *conn, const store_query *query, const store_value *args, size_t count);
/* The number of the first row; -1 when there is none. */
int64_t ask_num(store_conn *conn, const store_query *query, const store_value *args, size_t count);
/* On a reader of its own. */
int64_t count_values(test_box *box);
void add_value(store_conn *conn, int64_t id);

#define ARGS(...)                                                                                  \
    (const store_value[]){__VA_ARGS__},                                                            \
        sizeof((const store_value[]){__VA_ARGS__}) / sizeof(store_value)

#endif
