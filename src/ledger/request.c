/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ledger/request.h"

#include "base/hash.h"
#include "ledger/account_priv.h"

enum { OLD_MOST = 100 };

lj_code request_digest(lj_slice route, lj_slice body, uint8_t out[32], lj_err *err)
{
    uint8_t len[8];
    for (size_t i = 0; i < sizeof len; i++) {
        len[i] = (uint8_t)((uint64_t)route.len >> 8 * i);
    }
    const lj_slice parts[] = {lj_slice_of(len, sizeof len), route, body};
    return account_sha256(parts, LJ_COUNT_OF(parts), out, err);
}

lj_code request_find(ledger *book, store_conn *conn, const ledger_actor *actor, lj_str key,
                     const uint8_t digest[32], lj_arena *arena, request_answer *out, lj_err *err)
{
    *out = (request_answer){0};
    if (actor->account.kind != STORE_BYTES) {
        return LJ_OK;
    }
    const store_value args[] = {store_int(book->config.district), actor->account,
                                store_text(lj_str_bytes(key)),
                                store_int(actor->now.at - REQUEST_KEPT_MS)};
    const store_value *columns = NULL;
    lj_code code = store_one(conn, &q_request_of, args, LJ_COUNT_OF(args), arena, &columns, err);
    if (code != LJ_OK || columns == NULL) {
        return code;
    }
    if (!lj_slice_is(columns[0].bytes, lj_slice_of(digest, 32))) {
        return lj_fail(err, LJ_E_INVALID, UINT64_MAX, "the key was used for another request");
    }
    *out = (request_answer){true, (uint32_t)columns[1].num, columns[2].bytes};
    return LJ_OK;
}

typedef struct old_keys {
    lj_arena *arena;
    store_value account[OLD_MOST], key[OLD_MOST];
    uint32_t count;
} old_keys;

static lj_code keep_old(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)count;
    old_keys *old = ctx;
    if (old->count == OLD_MOST) {
        return LJ_E_CANCELLED;
    }
    uint32_t at = old->count++;
    lj_code code = ledger_value_copy(old->arena, &columns[0], &old->account[at], err);
    return code == LJ_OK ? ledger_value_copy(old->arena, &columns[1], &old->key[at], err) : code;
}

static lj_code drop(ledger_txn *txn, const store_value *account_id, const store_value *key,
                    lj_err *err)
{
    const store_value args[] = {store_int(txn->book->config.district), *account_id, *key,
                                store_int(account_at(txn) - REQUEST_KEPT_MS)};
    return store_run(txn->conn, &q_request_drop, args, LJ_COUNT_OF(args), NULL, NULL, err);
}

static lj_code drop_old(ledger_txn *txn, lj_err *err)
{
    old_keys *old = lj_arena_alloc(txn->arena, sizeof *old);
    if (old == NULL) {
        return ledger_nomem(err);
    }
    old->arena = txn->arena;
    const store_value args[] = {store_int(txn->book->config.district),
                                store_int(account_at(txn) - REQUEST_KEPT_MS), store_int(OLD_MOST)};
    lj_code code =
        store_run(txn->conn, &q_request_old, args, LJ_COUNT_OF(args), keep_old, old, err);
    for (uint32_t i = 0; i < old->count && code == LJ_OK; i++) {
        code = drop(txn, &old->account[i], &old->key[i], err);
    }
    return code;
}

lj_code request_put(ledger_txn *txn, lj_str key, const uint8_t digest[32], uint32_t status,
                    lj_slice answer, lj_err *err)
{
    if (txn->actor->account.kind != STORE_BYTES) {
        return LJ_OK;
    }
    store_value name = store_text(lj_str_bytes(key));
    lj_code code = drop(txn, &txn->actor->account, &name, err);
    code = code == LJ_OK ? drop_old(txn, err) : code;
    const store_value args[] = {store_int(txn->book->config.district),
                                txn->actor->account,
                                name,
                                store_bytes(lj_slice_of(digest, 32)),
                                store_int(status),
                                store_bytes(answer),
                                store_int(account_at(txn))};
    code = code == LJ_OK
               ? store_run(txn->conn, &q_request_put, args, LJ_COUNT_OF(args), NULL, NULL, err)
               : code;
    if (code == LJ_OK && store_changed(txn->conn) == 0) {
        code = lj_fail(err, LJ_E_BUSY, UINT64_MAX, "the same request is being answered");
    }
    return code;
}
