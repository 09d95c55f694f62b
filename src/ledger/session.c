/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Sessions and what logging in leaves behind. A login that is refused because there is no such
 * account writes as much as one with a wrong password, so that the time of the answer does not tell
 * which accounts there are. */
#include "ledger/session.h"

#include "base/os.h"
#include "ledger/account_priv.h"

enum { OLD_MOST = 100 /* ended sessions that a login clears away */ };
#define UNKNOWN_KEY "login_unknown_at" /* setting: UTC ms of the last entry for unknown names */

lj_code session_hash(const uint8_t id[SESSION_ID_LEN], uint8_t out[32], lj_err *err)
{
    const lj_slice part = lj_slice_of(id, SESSION_ID_LEN);
    return account_sha256(&part, 1, out, err);
}

lj_code session_find(ledger *book, store_conn *conn, const uint8_t hash[32], int64_t at,
                     lj_arena *arena, session_row *out, lj_err *err)
{
    const store_value args[] = {store_int(book->config.district),
                                store_bytes(lj_slice_of(hash, 32))};
    const store_value *columns = NULL;
    lj_code code = store_one(conn, &q_session_of, args, LJ_COUNT_OF(args), arena, &columns, err);
    if (code != LJ_OK) {
        return code;
    }
    if (columns == NULL || columns[0].bytes.len != 16 || columns[1].num + SESSION_LIFE_MS <= at ||
        columns[2].num + SESSION_IDLE_MS <= at || columns[7].num != ACCOUNT_ACTIVE) {
        return lj_fail(err, LJ_E_NOT_FOUND, UINT64_MAX, "there is no such session");
    }
    *out = (session_row){
        .owner = {.name = columns[3].bytes,
                  .display = columns[4].bytes,
                  .person = columns[8],
                  .state = ACCOUNT_ACTIVE,
                  .must_change = columns[5].num != 0,
                  .is_demo = columns[6].num != 0},
        .created_at = columns[1].num,
        .seen_at = columns[2].num,
    };
    memcpy(out->owner.id, columns[0].bytes.ptr, 16);
    return LJ_OK;
}

void session_touch(ledger *book, const uint8_t hash[32], const session_row *row, int64_t at)
{
    store_conn *conn = NULL;
    lj_err err = {0};
    if (row->seen_at + SESSION_SEEN_MS > at ||
        store_write_begin(book->config.db, &conn, &err) != LJ_OK) {
        return;
    }
    const store_value args[] = {store_int(book->config.district),
                                store_bytes(lj_slice_of(hash, 32)), store_int(at)};
    if (store_run(conn, &q_session_seen, args, LJ_COUNT_OF(args), NULL, NULL, &err) != LJ_OK) {
        store_rollback(conn);
    } else if (store_commit(conn, &err) != LJ_OK) {
        return; /* the next request tries again */
    }
}

static lj_code set_failed(ledger_txn *txn, const uint8_t id[16], int64_t failed, int64_t at,
                          lj_err *err)
{
    const store_value args[] = {store_int(txn->book->config.district), ledger_id_value(id),
                                store_int(failed), store_int(at)};
    return store_run(txn->conn, &q_account_failed_set, args, LJ_COUNT_OF(args), NULL, NULL, err);
}

static lj_code drop_old(ledger_txn *txn, lj_err *err)
{
    int64_t at = account_at(txn);
    const store_value args[] = {store_int(txn->book->config.district),
                                store_int(at - SESSION_IDLE_MS), store_int(at - SESSION_LIFE_MS),
                                store_int(OLD_MOST)};
    return store_run(txn->conn, &q_session_drop_old, args, LJ_COUNT_OF(args), NULL, NULL, err);
}

static lj_code put_session(ledger_txn *txn, const uint8_t account_id[16],
                           uint8_t out_id[SESSION_ID_LEN], lj_err *err)
{
    uint8_t id[SESSION_ID_LEN];
    uint8_t hash[32];
    lj_os_random(id, sizeof id);
    lj_code code = session_hash(id, hash, err);
    const store_value args[] = {store_int(txn->book->config.district),
                                store_bytes(lj_slice_of(hash, sizeof hash)),
                                ledger_id_value(account_id), store_int(account_at(txn))};
    code = code == LJ_OK
               ? store_run(txn->conn, &q_session_put, args, LJ_COUNT_OF(args), NULL, NULL, err)
               : code;
    memcpy(out_id, id, sizeof id);
    return code;
}

lj_code session_begin(ledger_txn *txn, const account *seen, const char *new_hash,
                      uint8_t out_id[SESSION_ID_LEN], lj_err *err)
{
    account now;
    lj_code code = account_load(txn, seen->id, &now, err);
    if (code == LJ_OK && (now.state != ACCOUNT_ACTIVE || !lj_slice_is(now.hash, seen->hash))) {
        code = lj_fail(err, LJ_E_CONFLICT, UINT64_MAX, "the account changed during the login");
    }
    code = code == LJ_OK ? drop_old(txn, err) : code;
    code = code == LJ_OK ? put_session(txn, now.id, out_id, err) : code;
    if (code == LJ_OK && now.failed > 0) {
        code = set_failed(txn, now.id, 0, now.failed_at, err);
    }
    if (code == LJ_OK && new_hash != NULL) {
        const store_value args[] = {store_int(txn->book->config.district), ledger_id_value(now.id),
                                    store_cstr(new_hash), store_int(now.must_change)};
        code = store_run(txn->conn, &q_account_hash_set, args, LJ_COUNT_OF(args), NULL, NULL, err);
    }
    return code == LJ_OK ? account_note(txn, SEAL_SESSION, now.id, ACCOUNT_LOGIN, LJ_BYTES(""), err)
                         : code;
}

/* ---- refused ---- */
static lj_code note_refused(ledger_txn *txn, const uint8_t id[16], int64_t last_at, lj_err *err)
{
    bool is_first = last_at + SESSION_REFUSED_MS <= account_at(txn);
    return is_first ? account_note(txn, SEAL_SESSION, id, ACCOUNT_REFUSED, LJ_BYTES(""), err)
                    : LJ_OK;
}

/* Decimal digits of ours; 0 for anything else. */
static int64_t read_at(lj_slice text)
{
    int64_t value = 0;
    for (size_t i = 0; i < text.len && i < 18; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9') {
            return 0;
        }
        value = value * 10 + (text.ptr[i] - '0');
    }
    return value;
}

static lj_code refused_unknown(ledger_txn *txn, lj_err *err)
{
    static const uint8_t nobody[16] = {0};
    const store_value key[] = {store_int(txn->book->config.district), store_cstr(UNKNOWN_KEY)};
    const store_value *columns = NULL;
    lj_code code =
        store_one(txn->conn, &q_setting_of, key, LJ_COUNT_OF(key), txn->arena, &columns, err);
    int64_t last_at = code == LJ_OK && columns != NULL ? read_at(columns[0].bytes) : 0;
    code = code == LJ_OK ? note_refused(txn, nobody, last_at, err) : code;
    lj_buf text;
    lj_buf_init(&text, txn->arena, 32);
    lj_buf_put_dec(&text, (uint64_t)account_at(txn));
    const store_value put[] = {key[0], key[1], store_text(lj_buf_slice(&text))};
    return code == LJ_OK
               ? store_run(txn->conn, &q_setting_put, put, LJ_COUNT_OF(put), NULL, NULL, err)
               : code;
}

lj_code session_refused(ledger_txn *txn, const account *seen, bool is_wrong, lj_err *err)
{
    if (seen == NULL) {
        return refused_unknown(txn, err);
    }
    account now;
    lj_code code = account_load(txn, seen->id, &now, err);
    code = code == LJ_OK ? note_refused(txn, now.id, now.failed_at, err) : code;
    return code == LJ_OK
               ? set_failed(txn, now.id, now.failed + (is_wrong ? 1 : 0), account_at(txn), err)
               : code;
}

/* ---- the end ---- */
lj_code session_end(ledger_txn *txn, const uint8_t account_id[16], const uint8_t hash[32],
                    lj_err *err)
{
    const store_value args[] = {store_int(txn->book->config.district),
                                store_bytes(lj_slice_of(hash, 32))};
    lj_code code = store_run(txn->conn, &q_session_drop, args, LJ_COUNT_OF(args), NULL, NULL, err);
    return code == LJ_OK
               ? account_note(txn, SEAL_SESSION, account_id, ACCOUNT_LOGOUT, LJ_BYTES(""), err)
               : code;
}

lj_code session_end_all(ledger_txn *txn, const uint8_t account_id[16], lj_err *err)
{
    const store_value args[] = {store_int(txn->book->config.district), ledger_id_value(account_id),
                                store_bytes(LJ_BYTES(""))};
    lj_code code =
        store_run(txn->conn, &q_session_drop_all, args, LJ_COUNT_OF(args), NULL, NULL, err);
    return code == LJ_OK
               ? account_note(txn, SEAL_SESSION, account_id, ACCOUNT_LOGOUT_ALL, LJ_BYTES(""), err)
               : code;
}
