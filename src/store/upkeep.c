/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A copy of the file, and the check of what is in it.
 *
 * The copy: VACUUM INTO reads one snapshot and writes a file of its own, but does not wait for the
 * disk; that is done here. The new file has the mode of a secret before anything is in it.
 * The check: what the engine finds in itself (store.sql), then the foreign keys, counted by queries
 * that tools/sql.c made from the schema, the same on both engines. */
#include "store/upkeep.h"

#include "base/os.h"
#include "store/queries.h"
#include "store/store_priv.h"

/* ---- copy ---- */

/* Empty and ours: SQLite takes an empty file as a new one. */
static lj_code copy_target(const char *path, lj_err *err)
{
    lj_os_stat info;
    lj_code code = lj_os_stat_at(LJ_OS_CWD, path, &info, err);
    if (code == LJ_OK) {
        return lj_fail(err, LJ_E_CONFLICT, UINT64_MAX, "the file is there already");
    }
    if (code != LJ_E_NOT_FOUND) {
        return code;
    }
    int fd = -1;
    code = lj_os_create_file(LJ_OS_CWD, path, LJ_OS_APPEND, &fd, err);
    lj_os_close(fd);
    return code;
}

static lj_code copy_sync(const char *path, lj_err *err)
{
    int fd = -1;
    lj_code code = lj_os_create_file(LJ_OS_CWD, path, LJ_OS_UPDATE, &fd, err);
    if (code == LJ_OK) {
        code = lj_os_sync(fd, err);
        lj_os_close(fd);
    }
    return code;
}

lj_code store_copy(store *db, const char *path, lj_err *err)
{
    if (db->driver->engine != STORE_SQLITE) {
        return lj_fail(err, LJ_E_UNSUPPORTED, UINT64_MAX, "use the tools of PostgreSQL, or a dump");
    }
    store_conn *conn = NULL;
    lj_code code = store_reader_open(db, &conn, err);
    if (code != LJ_OK) {
        return code;
    }
    code = copy_target(path, err);
    if (code == LJ_OK) {
        store_value to = store_cstr(path);
        code = store_run(conn, &q_store_copy_into, &to, 1, NULL, NULL, err);
        if (code == LJ_OK) {
            code = copy_sync(path, err);
        }
        if (code != LJ_OK) {
            /* the first failure is the one to tell of */
            lj_code removed = lj_os_remove(LJ_OS_CWD, path, NULL);
            (void)removed;
        }
    }
    store_reader_close(conn);
    return code;
}

/* ---- integrity ---- */

typedef struct fault_list {
    lj_buf *lines;
    uint32_t count;
} fault_list;

static void fault_add(fault_list *faults, lj_slice line)
{
    faults->count++;
    lj_buf_put(faults->lines, line);
    lj_buf_put_u8(faults->lines, '\n');
}

static lj_code fault_row(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)count;
    (void)err;
    fault_add(ctx, columns[0].bytes);
    return LJ_OK;
}

static lj_code orphan_row(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)count;
    (void)err;
    *(int64_t *)ctx = columns[0].num;
    return LJ_OK;
}

static lj_code link_check(store_conn *conn, const store_link *link, fault_list *faults, lj_err *err)
{
    int64_t orphan_count = 0;
    lj_code code = store_run(conn, link->orphans, NULL, 0, orphan_row, &orphan_count, err);
    if (code == LJ_OK && orphan_count > 0) {
        faults->count++;
        lj_buf_put_dec(faults->lines, (uint64_t)orphan_count);
        lj_buf_put_cstr(faults->lines, " rows of ");
        lj_buf_put_cstr(faults->lines, link->child);
        lj_buf_put_cstr(faults->lines, " without their row of ");
        lj_buf_put_cstr(faults->lines, link->parent);
        lj_buf_put_u8(faults->lines, '\n');
    }
    return code;
}

/* SQLite tells of a damage that it meets on the way as an error: here that is a finding. */
static lj_code engine_check(store_conn *conn, fault_list *faults, lj_err *err)
{
    lj_code code = store_run(conn, &q_store_faults_of_engine, NULL, 0, fault_row, faults, err);
    if (code == LJ_E_FORMAT) {
        fault_add(faults, lj_cstr_bytes(store_message_of(conn)));
        return LJ_OK;
    }
    return code;
}

lj_code store_integrity_with(store *db, const store_schema *schema, lj_buf *faults,
                             uint32_t *out_fault_count, lj_err *err)
{
    store_conn *conn = NULL;
    lj_code code = store_reader_open(db, &conn, err);
    if (code != LJ_OK) {
        return code;
    }
    fault_list list = {faults, 0};
    code = engine_check(conn, &list, err);
    bool is_sound = list.count == 0; /* else the counts below would mean nothing */
    for (uint32_t i = 0; i < schema->link_count && code == LJ_OK && is_sound; i++) {
        code = link_check(conn, &schema->links[i], &list, err);
    }
    store_reader_close(conn);
    if (code == LJ_OK) {
        *out_fault_count = list.count;
    }
    return code;
}

lj_code store_integrity(store *db, lj_buf *faults, uint32_t *out_fault_count, lj_err *err)
{
    store_schema schema = store_schema_of_product();
    return store_integrity_with(db, &schema, faults, out_fault_count, err);
}

/* ---- queries ---- */

lj_code store_prepare_all(store_conn *conn, const store_query *const *queries, uint32_t count,
                          const store_query **out_bad, lj_err *err)
{
    for (uint32_t i = 0; i < count; i++) {
        void *statement = NULL;
        lj_code code = store_statement_of(conn, queries[i], &statement, err);
        if (code != LJ_OK) {
            if (out_bad != NULL) {
                *out_bad = queries[i];
            }
            return code;
        }
    }
    return LJ_OK;
}
