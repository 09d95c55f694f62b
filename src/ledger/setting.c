/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Settings of a district that the kernel itself reads: which fields marked LEDGER_LOCAL it switched
 * on. Each is a row "local.<type>.<field>" with the text 1 or 0. */
#include "ledger/ledger_priv.h"

static lj_code key_of(const ledger_type *type, const ledger_field *field, lj_arena *arena,
                      store_value *out, lj_err *err)
{
    lj_buf key;
    lj_buf_init(&key, arena, 256);
    lj_buf_put_cstr(&key, "local.");
    lj_buf_put_cstr(&key, type->name);
    lj_buf_put_u8(&key, '.');
    lj_buf_put_cstr(&key, field->name);
    *out = store_text(lj_buf_slice(&key));
    return lj_buf_ok(&key) ? LJ_OK : ledger_nomem(err);
}

lj_code ledger_local_is_on(ledger *book, store_conn *conn, const ledger_type *type,
                           const ledger_field *field, lj_arena *arena, bool *out, lj_err *err)
{
    store_value key = store_null();
    const store_value *columns = NULL;
    lj_code code = key_of(type, field, arena, &key, err);
    if (code == LJ_OK) {
        const store_value args[] = {store_int(book->config.district), key};
        code = store_one(conn, &q_setting_of, args, LJ_COUNT_OF(args), arena, &columns, err);
    }
    *out = columns != NULL && lj_slice_is(columns[0].bytes, lj_cstr_bytes("1"));
    return code;
}

lj_code ledger_local_set(ledger_txn *txn, const ledger_type *type, uint32_t field, bool is_on,
                         lj_err *err)
{
    LJ_ASSERT(field < type->field_count && (type->fields[field].flags & LEDGER_LOCAL) != 0);
    store_value key = store_null();
    lj_code code = key_of(type, &type->fields[field], txn->arena, &key, err);
    if (code == LJ_OK) {
        const store_value args[] = {store_int(txn->book->config.district), key,
                                    store_cstr(is_on ? "1" : "0")};
        code = store_run(txn->conn, &q_setting_put, args, LJ_COUNT_OF(args), NULL, NULL, err);
    }
    if (code == LJ_OK) {
        seal_digest subject = seal_hash_of(&txn->hasher, key.bytes);
        code = ledger_note(txn, SEAL_SETTING, subject.bytes, is_on ? 1 : 2, err);
    }
    return code;
}
