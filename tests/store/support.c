/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What the tests of the store share. */
#define _GNU_SOURCE /* mkdtemp */
#include "support.h"

#include <stdlib.h>
#include <unistd.h>

static struct {
    store_engine engine;
    const char *server; /* of PostgreSQL, or NULL */
    int box_no;
} support;

bool support_begin(int argc, char **argv)
{
    support.server = getenv("LIJIAN_POSTGRES");
    bool is_postgres = argc == 2 && strcmp(argv[1], "postgres") == 0;
    bool is_sqlite = argc == 2 && strcmp(argv[1], "sqlite") == 0;
    support.engine = is_postgres ? STORE_POSTGRES : STORE_SQLITE;
    if (!(is_postgres && support.server != NULL) && !is_sqlite) {
        fprintf(stderr, "usage: %s sqlite | tests/pg_cluster.sh %s postgres\n", argv[0], argv[0]);
        return false;
    }
    return true;
}

store_engine support_engine(void)
{
    return support.engine;
}

store_schema support_schema(void)
{
    return (store_schema){test_store_migrations, test_store_migration_count,
                          test_store_tables,     test_store_table_count,
                          test_store_links,      test_store_link_count};
}

void box_new(test_box *box, store_engine engine)
{
    memset(box, 0, sizeof(*box));
    support.box_no++;
    if (engine == STORE_SQLITE) {
        snprintf(box->folder, sizeof(box->folder), "/tmp/lijian-store-XXXXXX");
        assert_non_null(mkdtemp(box->folder));
        snprintf(box->place, sizeof(box->place), "%s/ledger.db", box->folder);
    } else {
        snprintf(box->place, sizeof(box->place), "%s", support.server);
        snprintf(box->schema, sizeof(box->schema), "box_%d_%d", (int)getpid(), support.box_no);
    }
    box->options = (store_options){.place = box->place,
                                   .create = true,
                                   .wait_ms = 2000,
                                   .schema = box->schema[0] != '\0' ? box->schema : NULL};
}

void box_free(test_box *box)
{
    store_close(box->db);
    box->db = NULL;
    static const char *const ends[] = {"", "-wal", "-shm", "-lock", "-journal", ".copy"};
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]) && box->folder[0] != '\0'; i++) {
        char path[300];
        snprintf(path, sizeof(path), "%s%s", box->place, ends[i]);
        (void)unlink(path);
    }
    if (box->folder[0] != '\0') {
        assert_int_equal(rmdir(box->folder), 0);
    }
}

void box_open(test_box *box)
{
    lj_err err = {0};
    store_schema schema = support_schema();
    if (store_open(&box->options, &box->db, &err) != LJ_OK ||
        store_migrate_with(box->db, &schema, 1000, NULL, &err) != LJ_OK) {
        fail_msg("%s", err.what);
    }
}

void box_fresh(test_box *box)
{
    box_new(box, support.engine);
    box_open(box);
}

store_conn *writer_of(test_box *box)
{
    lj_err err = {0};
    store_conn *conn = NULL;
    if (store_write_begin(box->db, &conn, &err) != LJ_OK) {
        fail_msg("%s", err.what);
    }
    return conn;
}

store_conn *reader_of(test_box *box)
{
    lj_err err = {0};
    store_conn *conn = NULL;
    if (store_reader_open(box->db, &conn, &err) != LJ_OK) {
        fail_msg("%s", err.what);
    }
    return conn;
}

void commit(store_conn *conn)
{
    lj_err err = {0};
    if (store_commit(conn, &err) != LJ_OK) {
        fail_msg("%s: %s", err.what, store_message_of(conn));
    }
}

lj_code run(store_conn *conn, const store_query *query, const store_value *args, size_t count)
{
    lj_err err = {0};
    lj_code code = store_run(conn, query, args, count, NULL, NULL, &err);
    assert_int_equal(code, err.code);
    return code;
}

void run_ok(store_conn *conn, const store_query *query, const store_value *args, size_t count)
{
    lj_err err = {0};
    if (store_run(conn, query, args, count, NULL, NULL, &err) != LJ_OK) {
        fail_msg("%s: %s: %s", query->name, err.what, store_message_of(conn));
    }
}

static lj_code take_num(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)err;
    assert_true(count > 0 && columns[0].kind == STORE_INT);
    *(int64_t *)ctx = columns[0].num;
    return LJ_E_CANCELLED;
}

int64_t ask_num(store_conn *conn, const store_query *query, const store_value *args, size_t count)
{
    lj_err err = {0};
    int64_t num = -1;
    if (store_run(conn, query, args, count, take_num, &num, &err) != LJ_OK) {
        fail_msg("%s: %s: %s", query->name, err.what, store_message_of(conn));
    }
    return num;
}

int64_t count_values(test_box *box)
{
    store_conn *conn = reader_of(box);
    int64_t count = ask_num(conn, &q_value_count, NULL, 0);
    store_reader_close(conn);
    return count;
}

void add_value(store_conn *conn, int64_t id)
{
    run_ok(conn, &q_value_add, ARGS(store_int(id), store_int(id * 10), store_null(), store_null()));
}
