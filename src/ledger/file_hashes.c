/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ledger/file_hashes.h"

#include "ledger/ledger_priv.h"

typedef struct hash_list {
    ledger_file_hash *rows;
    uint32_t count, most;
} hash_list;

static lj_code take_hash(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)count;
    hash_list *to = ctx;
    if (to->count == to->most || columns[0].bytes.len != 32) {
        return lj_fail(err, LJ_E_FORMAT, UINT64_MAX, "the hash of an attachment has not 32 bytes");
    }
    ledger_file_hash *row = &to->rows[to->count++];
    memcpy(row->sha256, columns[0].bytes.ptr, 32);
    row->is_kept = columns[1].num > 0;
    row->size = columns[2].num;
    return LJ_OK;
}

lj_code ledger_file_hashes(ledger *book, store_conn *conn, const uint8_t *after,
                           ledger_file_hash *out, uint32_t most, uint32_t *out_count, lj_err *err)
{
    hash_list list = {.rows = out, .most = most};
    const store_value args[] = {store_int(book->config.district),
                                store_bytes(lj_slice_of(after, after != NULL ? 32 : 0)),
                                store_int(most)};
    lj_code code =
        store_run(conn, &q_attachment_hashes, args, LJ_COUNT_OF(args), take_hash, &list, err);
    *out_count = list.count;
    return code;
}

static lj_code take_kept(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)count;
    (void)err;
    *(bool *)ctx = columns[1].num > 0;
    return LJ_OK;
}

lj_code ledger_file_is_kept(ledger *book, store_conn *conn, const uint8_t sha256[32], bool *out,
                            lj_err *err)
{
    const store_value args[] = {store_int(book->config.district),
                                store_bytes(lj_slice_of(sha256, 32))};
    *out = false;
    return store_run(conn, &q_attachment_of_hash, args, LJ_COUNT_OF(args), take_kept, out, err);
}
