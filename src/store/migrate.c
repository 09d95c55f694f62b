/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Applies migrations and compares what a database has with what the program knows.
 *
 * The table `migration` lists what was applied, in order. It must be the beginning of the program's
 * list: the same numbers with the same checksums. Something else in the beginning was edited
 * (LJ_E_TAMPERED); more rows than the program knows come from a newer program (LJ_E_UNSUPPORTED).
 * A database without the table is empty. Each migration is one transaction that first takes the
 * lock of migrations and looks again, so that two programs may start at once. */
#include "store/migrate.h"

#include "store/queries.h"
#include "store/store_priv.h"

typedef struct history {
    const store_schema *schema;
    uint32_t count; /* rows seen, all as the program knows them */
    uint32_t have;  /* highest number */
} history;

static lj_code history_row(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)count;
    history *seen = ctx;
    if (seen->count >= seen->schema->migration_count) {
        return lj_fail(err, LJ_E_UNSUPPORTED, UINT64_MAX, "the database is of a newer program");
    }
    const store_migration *known = &seen->schema->migrations[seen->count];
    if (columns[0].num > (int64_t)seen->schema->migrations[seen->schema->migration_count - 1].no) {
        return lj_fail(err, LJ_E_UNSUPPORTED, UINT64_MAX, "the database is of a newer program");
    }
    if (columns[0].num != (int64_t)known->no ||
        !lj_slice_is(columns[1].bytes, lj_cstr_bytes(known->checksum))) {
        return lj_fail(err, LJ_E_TAMPERED, known->no,
                       "a migration was edited after it was applied");
    }
    seen->have = known->no;
    seen->count++;
    return LJ_OK;
}

static lj_code count_row(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)count;
    (void)err;
    *(int64_t *)ctx = columns[0].num;
    return LJ_OK;
}

static lj_code history_read(store_conn *conn, history *seen, lj_err *err)
{
    store_value name = store_cstr("migration");
    int64_t there = 0;
    lj_code code = store_run(conn, &q_store_table_has, &name, 1, count_row, &there, err);
    if (code == LJ_OK && there > 0) {
        code = store_run(conn, &q_store_migration_list, NULL, 0, history_row, seen, err);
    }
    return code;
}

lj_code store_schema_with(store *db, const store_schema *schema, store_schema_state *out,
                          lj_err *err)
{
    store_conn *conn = NULL;
    lj_code code = store_reader_open(db, &conn, err);
    if (code != LJ_OK) {
        return code;
    }
    history seen = {schema, 0, 0};
    code = history_read(conn, &seen, err);
    store_reader_close(conn);
    if (code == LJ_OK) {
        *out = (store_schema_state){seen.have, schema->migrations[schema->migration_count - 1].no};
    }
    return code;
}

/* The next missing migration, in the open transaction; *out_more false when there is none. */
static lj_code apply_next(store_conn *conn, const store_schema *schema, int64_t now_at,
                          bool *out_more, lj_err *err)
{
    history seen = {schema, 0, 0};
    lj_code code = store_run(conn, &q_store_migration_lock, NULL, 0, NULL, NULL, err);
    if (code == LJ_OK) {
        code = history_read(conn, &seen, err);
    }
    if (code != LJ_OK) {
        return code;
    }
    *out_more = seen.count < schema->migration_count;
    if (!*out_more) {
        return LJ_OK;
    }
    const store_migration *next = &schema->migrations[seen.count];
    bool is_sqlite = conn->driver->engine == STORE_SQLITE;
    code = conn->driver->script(conn, is_sqlite ? next->sqlite : next->postgres, err);
    if (code != LJ_OK) {
        return code;
    }
    const store_value args[] = {store_int(next->no), store_cstr(next->name),
                                store_cstr(next->checksum), store_int(now_at)};
    return store_run(conn, &q_store_migration_add, args, 4, NULL, NULL, err);
}

lj_code store_migrate_with(store *db, const store_schema *schema, int64_t now_at,
                           uint32_t *out_applied, lj_err *err)
{
    uint32_t applied = 0;
    bool more = true;
    while (more) {
        store_conn *conn = NULL;
        lj_code code = store_write_begin(db, &conn, err);
        if (code != LJ_OK) {
            return code;
        }
        code = apply_next(conn, schema, now_at, &more, err);
        if (code != LJ_OK) {
            store_rollback(conn);
            return code;
        }
        code = store_commit(conn, err);
        if (code != LJ_OK) {
            return code;
        }
        applied += more;
    }
    if (out_applied != NULL) {
        *out_applied = applied;
    }
    return LJ_OK;
}

store_schema store_schema_of_product(void)
{
    return (store_schema){store_migrations,  store_migration_count, store_tables,
                          store_table_count, store_links,           store_link_count};
}

lj_code store_schema_of(store *db, store_schema_state *out, lj_err *err)
{
    store_schema schema = store_schema_of_product();
    return store_schema_with(db, &schema, out, err);
}

lj_code store_migrate(store *db, int64_t now_at, uint32_t *out_applied, lj_err *err)
{
    store_schema schema = store_schema_of_product();
    return store_migrate_with(db, &schema, now_at, out_applied, err);
}
