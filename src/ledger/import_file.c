/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The file of an import between preview and commit, and what is known of a batch behind it. */
#include "ledger/import_priv.h"

lj_code ledger_import_keep(ledger_txn *txn, const ledger_type *type, lj_slice bytes,
                           uint8_t out_id[16], lj_err *err)
{
    store_value district = store_int(txn->book->config.district);
    const store_value old[] = {district, store_int(txn->at - LEDGER_IMPORT_KEPT_MS)};
    lj_code code = store_run(txn->conn, &q_import_drop, old, LJ_COUNT_OF(old), NULL, NULL, err);
    if (code != LJ_OK) {
        return code;
    }
    ledger_id_make(txn->book, txn->at, out_id);
    static const uint8_t nobody[16] = {0}; /* the program itself */
    store_value account =
        txn->actor->account.kind == STORE_BYTES ? txn->actor->account : ledger_id_value(nobody);
    const store_value args[] = {district, ledger_id_value(out_id), store_int(type->tag),
                                account,  store_int(txn->at),      store_bytes(bytes)};
    return store_run(txn->conn, &q_import_put, args, LJ_COUNT_OF(args), NULL, NULL, err);
}

typedef struct import_scan {
    const ledger_actor *actor;
    lj_arena *arena; /* NULL: no bytes */
    ledger_import_row_of *out;
    bool is_there;
} import_scan;

static bool is_owner(const ledger_actor *actor, const store_value *account)
{
    return actor->is_kernel ||
           (actor->account.kind == STORE_BYTES && ledger_same_value(&actor->account, account));
}

static lj_code take_import(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    import_scan *scan = ctx;
    scan->out->type = ledger_type_tagged(columns[0].num);
    scan->out->at = columns[2].num;
    scan->out->state = (ledger_import_state)columns[3].num;
    scan->is_there = scan->out->type != NULL && is_owner(scan->actor, &columns[1]);
    if (scan->is_there && scan->arena != NULL && count > 4) {
        scan->out->bytes = lj_arena_copy(scan->arena, columns[4].bytes);
        return scan->out->bytes.len == columns[4].bytes.len ? LJ_OK : ledger_nomem(err);
    }
    return LJ_OK;
}

static lj_code look(ledger *book, store_conn *conn, const store_query *query, const uint8_t *id,
                    import_scan *scan, lj_err *err)
{
    *scan->out = (ledger_import_row_of){0};
    const store_value args[] = {store_int(book->config.district), ledger_id_value(id)};
    lj_code code = store_run(conn, query, args, LJ_COUNT_OF(args), take_import, scan, err);
    return code == LJ_OK && !scan->is_there
               ? lj_fail(err, LJ_E_NOT_FOUND, UINT64_MAX, "there is no such import")
               : code;
}

lj_code ledger_import_read(ledger *book, store_conn *conn, const ledger_actor *actor,
                           const uint8_t id[16], ledger_import_row_of *out, lj_err *err)
{
    import_scan scan = {.actor = actor, .out = out};
    return look(book, conn, &q_import_head, id, &scan, err);
}

lj_code ledger_import_load(ledger_txn *txn, const uint8_t id[16], lj_arena *arena,
                           ledger_import_row_of *out, lj_err *err)
{
    import_scan scan = {.actor = txn->actor, .arena = arena, .out = out};
    return look(txn->book, txn->conn, &q_import_of, id, &scan, err);
}

static lj_code set_state(ledger_txn *txn, const uint8_t id[16], ledger_import_state state,
                         lj_err *err)
{
    const store_value args[] = {store_int(txn->book->config.district), ledger_id_value(id),
                                store_int(state), store_bytes((lj_slice){0})};
    return store_run(txn->conn, &q_import_end, args, LJ_COUNT_OF(args), NULL, NULL, err);
}

lj_code ledger_import_done(ledger_txn *txn, const uint8_t id[16], const uint8_t sha256[32],
                           lj_err *err)
{
    lj_code code = set_state(txn, id, LEDGER_IMPORT_COMMITTED, err);
    return code == LJ_OK ? ledger_note(txn, SEAL_IMPORT, sha256, LEDGER_IMPORT_COMMITTED, err)
                         : code;
}

lj_code ledger_import_close(ledger_txn *txn, const uint8_t id[16], lj_err *err)
{
    uint8_t subject[32] = {0};
    memcpy(subject, id, 16); /* the id in place of a hash: the file is gone */
    lj_code code = set_state(txn, id, LEDGER_IMPORT_UNDONE, err);
    return code == LJ_OK ? ledger_note(txn, SEAL_IMPORT, subject, LEDGER_IMPORT_UNDONE, err) : code;
}

static lj_code take_counts(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)count;
    (void)err;
    int64_t *counts = ctx;
    counts[0] = columns[0].num;
    counts[1] = columns[1].num;
    return LJ_OK;
}

lj_code ledger_import_count(ledger *book, store_conn *conn, const uint8_t id[16], int64_t *out_made,
                            int64_t *out_changed, lj_err *err)
{
    const store_value args[] = {store_int(book->config.district), ledger_id_value(id)};
    int64_t counts[2] = {0, 0};
    lj_code code =
        store_run(conn, &q_import_record_count, args, LJ_COUNT_OF(args), take_counts, counts, err);
    *out_made = counts[1];
    *out_changed = counts[0] - counts[1];
    return code;
}

lj_code ledger_import_mark(ledger_txn *txn, const ledger_record *record, bool is_new, lj_err *err)
{
    const store_value args[] = {store_int(txn->book->config.district), ledger_id_value(txn->import),
                                ledger_id_value(record->id), store_int(record->version),
                                store_int(is_new ? 1 : 0)};
    return store_run(txn->conn, &q_import_record_put, args, LJ_COUNT_OF(args), NULL, NULL, err);
}
