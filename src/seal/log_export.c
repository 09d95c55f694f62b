/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The export: head, 'L' items, 'V' items, 'E'. The trailer covers head, root of the leaves and
 * every byte of the values and the end; through the root it covers the leaves without hashing them
 * a second time. It shows damage on the way, nothing more: what convicts is the checkpoint. */
#include "seal/log_export.h"

#include "base/num.h"

enum { EXPORT_VERSION = 1, HEAD_LEN = 44 };

static lj_code put(seal_log_export *log, lj_slice bytes, lj_err *err)
{
    return log->sink.write(log->sink.ctx, bytes, err);
}

/* Writes it and adds it to the trailer. */
static lj_code put_covered(seal_log_export *log, lj_slice bytes, lj_err *err)
{
    seal_hasher_add(&log->whole, bytes);
    return put(log, bytes, err);
}

static void put_le(uint8_t *at, uint64_t value, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        at[i] = (uint8_t)(value >> 8 * i);
    }
}

lj_code seal_log_export_begin(seal_log_export *log, seal_sink sink, const seal_log_head *head,
                              lj_err *err)
{
    *log = (seal_log_export){.sink = sink, .head = *head};
    lj_code code = seal_hasher_init(&log->leaves, head->hash, err);
    if (code == LJ_OK) {
        code = seal_hasher_init(&log->whole, head->hash, err);
    }
    if (code != LJ_OK || head->size > SEAL_TREE_MAX) {
        return code != LJ_OK ? code
                             : lj_fail(err, LJ_E_INVALID, UINT64_MAX, "no log is that large");
    }
    uint8_t bytes[HEAD_LEN] = "LIJIANLG";
    put_le(bytes + 8, EXPORT_VERSION, 2);
    put_le(bytes + 10, head->hash, 1);
    put_le(bytes + 12, head->district, 8);
    memcpy(bytes + 20, head->log.bytes, SEAL_ID_LEN);
    put_le(bytes + 36, head->size, 8);
    seal_hasher_begin(&log->whole);
    seal_hasher_add(&log->whole, LJ_BYTES("lijian/export/v1"));
    return put_covered(log, lj_slice_of(bytes, sizeof(bytes)), err);
}

lj_code seal_log_export_leaf(seal_log_export *log, lj_slice leaf, lj_err *err)
{
    if (log->edge.size >= log->head.size || leaf.len > UINT16_MAX) {
        return lj_fail(err, LJ_E_INVALID, log->edge.size, "more log entries than announced");
    }
    seal_digest digest = seal_leaf_hash(&log->leaves, leaf);
    seal_edge_add(&log->edge, &log->leaves, &digest);
    uint8_t head[3] = {'L'};
    put_le(head + 1, leaf.len, 2);
    lj_code code = put(log, lj_slice_of(head, sizeof(head)), err);
    return code == LJ_OK ? put(log, leaf, err) : code;
}

/* No more leaves: their root goes into the trailer, once. */
static lj_code close_leaves(seal_log_export *log, lj_err *err)
{
    if (log->edge.size != log->head.size) {
        return lj_fail(err, LJ_E_INVALID, log->edge.size, "fewer log entries than announced");
    }
    if (!log->has_root) {
        seal_digest root = seal_edge_root(&log->edge, &log->leaves);
        seal_hasher_add(&log->whole, seal_digest_bytes(&root));
        log->has_root = true;
    }
    return LJ_OK;
}

lj_code seal_log_export_value(seal_log_export *log, const seal_digest *commitment,
                              const uint8_t salt[SEAL_SALT_LEN], lj_slice value, lj_err *err)
{
    lj_code code = close_leaves(log, err);
    if (code != LJ_OK) {
        return code;
    }
    if (value.len == 0 || value.len > SEAL_VALUE_MAX ||
        (log->value_count > 0 &&
         memcmp(log->last.bytes, commitment->bytes, SEAL_DIGEST_LEN) >= 0)) {
        return lj_fail(err, LJ_E_INVALID, log->value_count, "values are not in order or too long");
    }
    uint8_t head[1 + SEAL_DIGEST_LEN + SEAL_SALT_LEN + 4] = {'V'};
    memcpy(head + 1, commitment->bytes, SEAL_DIGEST_LEN);
    memcpy(head + 1 + SEAL_DIGEST_LEN, salt, SEAL_SALT_LEN);
    put_le(head + 1 + SEAL_DIGEST_LEN + SEAL_SALT_LEN, value.len, 4);
    log->last = *commitment;
    log->value_count++;
    code = put_covered(log, lj_slice_of(head, sizeof(head)), err);
    return code == LJ_OK ? put_covered(log, value, err) : code;
}

lj_code seal_log_export_end(seal_log_export *log, seal_digest *out_root, lj_err *err)
{
    lj_code code = close_leaves(log, err);
    if (code != LJ_OK) {
        return code;
    }
    uint8_t end[9] = {'E'};
    put_le(end + 1, log->value_count, 8);
    code = put_covered(log, lj_slice_of(end, sizeof(end)), err);
    seal_digest trailer = seal_hasher_end(&log->whole);
    if (code == LJ_OK) {
        code = put(log, seal_digest_bytes(&trailer), err);
    }
    if (code == LJ_OK && out_root != NULL) {
        *out_root = seal_edge_root(&log->edge, &log->leaves);
    }
    return code;
}

void seal_log_export_done(seal_log_export *log)
{
    seal_hasher_done(&log->leaves);
    seal_hasher_done(&log->whole);
}
