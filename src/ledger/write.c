/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What a change leaves behind, in this order: the row, its search grams, the versions of the fields
 * that changed (as salted commitments, with the values beside), the entry of the log, the row of
 * `moved`. Values and salts can be erased later; commitments stay (record-kernel.md 1). */
#include "base/os.h"
#include "ledger/ledger_priv.h"
#include "ledger/sort_key.h"
#include "seal/merkle.h"

/* ---- the log ---- */
static lj_code node_put(void *ctx, uint32_t level, uint64_t idx, const seal_digest *node,
                        lj_err *err)
{
    ledger_txn *txn = ctx;
    const store_value args[] = {store_int(txn->book->config.district), store_int(level),
                                store_int((int64_t)idx), store_bytes(seal_digest_bytes(node))};
    return store_run(txn->conn, &q_audit_node_put, args, LJ_COUNT_OF(args), NULL, NULL, err);
}

static lj_code node_lookup(void *ctx, uint32_t level, uint64_t idx, seal_digest *out, lj_err *err)
{
    ledger_txn *txn = ctx;
    const store_value args[] = {store_int(txn->book->config.district), store_int(level),
                                store_int((int64_t)idx)};
    const store_value *columns = NULL;
    lj_code code =
        store_one(txn->conn, &q_audit_node_of, args, LJ_COUNT_OF(args), txn->arena, &columns, err);
    if (code != LJ_OK) {
        return code;
    }
    if (columns == NULL || columns[0].bytes.len != SEAL_DIGEST_LEN) {
        return lj_fail(err, LJ_E_NOT_FOUND, UINT64_MAX, "a node of the log is missing");
    }
    memcpy(out->bytes, columns[0].bytes.ptr, SEAL_DIGEST_LEN);
    return LJ_OK;
}

lj_code ledger_log(ledger_txn *txn, seal_leaf *leaf, lj_err *err)
{
    leaf->seq = (uint64_t)txn->size;
    leaf->at = txn->at;
    lj_buf bytes;
    lj_buf_init(&bytes, txn->arena, SEAL_LEAF_MAX);
    lj_code code = seal_leaf_write(leaf, &bytes, err);
    if (code != LJ_OK) {
        return code;
    }
    int64_t district = txn->book->config.district;
    const store_value args[] = {store_int(district), store_int(txn->size), store_int(txn->at),
                                store_bytes(lj_buf_slice(&bytes))};
    code = store_run(txn->conn, &q_audit_leaf_put, args, LJ_COUNT_OF(args), NULL, NULL, err);
    if (code == LJ_OK) {
        seal_nodes nodes = {txn, node_put, node_lookup};
        seal_digest hash = seal_leaf_hash(&txn->hasher, lj_buf_slice(&bytes));
        code = seal_merkle_append(&txn->hasher, &nodes, (uint64_t)txn->size, &hash, err);
    }
    if (code == LJ_OK) {
        txn->size++;
        const store_value head[] = {store_int(district), store_int(txn->size), store_int(txn->at)};
        code = store_run(txn->conn, &q_audit_head_set, head, LJ_COUNT_OF(head), NULL, NULL, err);
    }
    return code;
}

static void leaf_id(seal_leaf *leaf, seal_tag tag, seal_id *to, const store_value *from)
{
    if (from->kind == STORE_BYTES && from->bytes.len == SEAL_ID_LEN) {
        memcpy(to->bytes, from->bytes.ptr, SEAL_ID_LEN);
        leaf->has |= SEAL_HAS(tag);
    }
}

lj_code ledger_note(ledger_txn *txn, seal_kind kind, const uint8_t *subject_sha256, uint16_t event,
                    lj_err *err)
{
    seal_leaf leaf = {.kind = kind};
    leaf_id(&leaf, SEAL_TAG_BY, &leaf.by, &txn->actor->account);
    if (subject_sha256 != NULL) {
        memcpy(leaf.subject.bytes, subject_sha256, SEAL_DIGEST_LEN);
        leaf.has |= SEAL_HAS(SEAL_TAG_SUBJECT);
    }
    if (event != 0) {
        leaf.event = event;
        leaf.has |= SEAL_HAS(SEAL_TAG_EVENT);
    }
    return ledger_log(txn, &leaf, err);
}

/* ---- values ---- */
static void put_value(const store_value *value, lj_buf *dst)
{
    switch (value->kind) {
    case STORE_NULL:
        seal_value_put_null(dst);
        return;
    case STORE_INT:
        seal_value_put_int(dst, value->num);
        return;
    case STORE_TEXT:
        seal_value_put_text(dst, value->bytes);
        return;
    case STORE_BYTES:
        break;
    }
    seal_value_put_bytes(dst, value->bytes);
}

/* The commitment to one field of the new version, with its value beside. */
static lj_code write_field(ledger_txn *txn, const ledger_record *record, uint32_t field,
                           seal_commitment *out, lj_err *err)
{
    uint8_t salt[SEAL_SALT_LEN];
    ledger_random(txn->book, salt, sizeof salt);
    const ledger_type *type = record->type;
    seal_place place = {.type = type->tag, .field = type->fields[field].tag};
    memcpy(place.record.bytes, record->id, SEAL_ID_LEN);
    lj_buf bytes;
    lj_buf_init(&bytes, txn->arena, LEDGER_VALUE_MAX);
    put_value(&record->values[field], &bytes);
    if (!lj_buf_ok(&bytes)) {
        return ledger_nomem(err);
    }
    out->field = place.field;
    out->digest = seal_commit(&txn->hasher, salt, &place, lj_buf_slice(&bytes));
    store_value district = store_int(txn->book->config.district);
    store_value digest = store_bytes(seal_digest_bytes(&out->digest));
    const store_value value[] = {district, digest, store_bytes(lj_slice_of(salt, sizeof salt)),
                                 store_bytes(lj_buf_slice(&bytes))};
    lj_code code = store_run(txn->conn, &q_value_put, value, LJ_COUNT_OF(value), NULL, NULL, err);
    if (code == LJ_OK) {
        const store_value version[] = {district, ledger_id_value(record->id),
                                       store_int(record->version), store_int(place.field), digest};
        code = store_run(txn->conn, &q_version_put, version, LJ_COUNT_OF(version), NULL, NULL, err);
    }
    return code;
}

static lj_code write_versions(ledger_txn *txn, const ledger_done *done, seal_commitment *out,
                              uint32_t *out_count, lj_err *err)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < done->record->type->field_count; i++) {
        const store_value *now = &done->record->values[i];
        bool is_changed = done->before != NULL ? !ledger_same_value(now, &done->before->values[i])
                                               : now->kind != STORE_NULL;
        if (is_changed) {
            lj_code code = write_field(txn, done->record, i, &out[count++], err);
            if (code != LJ_OK) {
                return code;
            }
        }
    }
    *out_count = count;
    seal_commitments_sort(out, count);
    return LJ_OK;
}

/* ---- the entry ---- */
static lj_code write_leaf(ledger_txn *txn, const ledger_done *done,
                          const seal_commitment *commitments, uint32_t count, lj_err *err)
{
    const ledger_record *record = done->record;
    seal_leaf leaf = {.kind = done->change->source == LEDGER_OPENING ? SEAL_OPENING : SEAL_CHANGE,
                      .has = SEAL_HAS(SEAL_TAG_TYPE) | SEAL_HAS(SEAL_TAG_RECORD) |
                             SEAL_HAS(SEAL_TAG_VERSION) | SEAL_HAS(SEAL_TAG_EVENT) |
                             SEAL_HAS(SEAL_TAG_TO) | SEAL_HAS(SEAL_TAG_HAPPENED_ON),
                      .type = record->type->tag,
                      .version = (uint64_t)record->version,
                      .event = done->event,
                      .to = record->state,
                      .happened_on = (int32_t)record->happened_on,
                      .commitments = commitments,
                      .commitment_count = count};
    memcpy(leaf.record.bytes, record->id, SEAL_ID_LEN);
    if (done->before != NULL) {
        leaf.from = done->before->state;
        leaf.has |= SEAL_HAS(SEAL_TAG_FROM);
    }
    leaf_id(&leaf, SEAL_TAG_BY, &leaf.by, &txn->actor->account);
    store_value post = ledger_id_or_null(done->post);
    leaf_id(&leaf, SEAL_TAG_POST, &leaf.post, &post);
    store_value for_post = ledger_id_or_null(done->change->for_post);
    leaf_id(&leaf, SEAL_TAG_FOR_POST, &leaf.for_post, &for_post);
    if (done->change->request != NULL) {
        memcpy(leaf.request.bytes, done->change->request, SEAL_DIGEST_LEN);
        leaf.has |= SEAL_HAS(SEAL_TAG_REQUEST);
    }
    return ledger_log(txn, &leaf, err);
}

lj_code ledger_write_moved(ledger_txn *txn, const ledger_done *done, int64_t leaf, lj_err *err)
{
    const ledger_record *record = done->record;
    const ledger_change *change = done->change;
    const store_value args[] = {
        store_int(txn->book->config.district),
        ledger_id_value(record->id),
        store_int(record->version),
        store_int(record->type->tag),
        store_int(done->event),
        done->before != NULL ? store_int(done->before->state) : store_null(),
        store_int(record->state),
        store_int(record->happened_on),
        store_int(txn->at),
        txn->actor->account,
        ledger_id_or_null(done->post),
        ledger_id_or_null(change->for_post),
        change->reason.len > 0 ? store_text(change->reason) : store_null(),
        change->request != NULL ? store_bytes(lj_slice_of(change->request, 32)) : store_null(),
        store_int(leaf),
    };
    return store_run(txn->conn, &q_moved_put, args, LJ_COUNT_OF(args), NULL, NULL, err);
}

static lj_code tally_add(ledger_txn *txn, const ledger_record *record, int64_t amount, lj_err *err)
{
    if (record->is_void || record->unit.kind != STORE_BYTES) {
        return LJ_OK;
    }
    const store_value args[] = {store_int(txn->book->config.district), store_int(record->type->tag),
                                record->unit, store_int(record->state), store_int(amount)};
    return store_run(txn->conn, &q_tally_add, args, LJ_COUNT_OF(args), NULL, NULL, err);
}

/* The counts by unit and state follow the row. */
static lj_code tally(ledger_txn *txn, const ledger_record *record, const ledger_record *before,
                     lj_err *err)
{
    if (before != NULL && before->state == record->state && before->is_void == record->is_void &&
        ledger_same_value(&before->unit, &record->unit)) {
        return LJ_OK;
    }
    lj_code code = before != NULL ? tally_add(txn, before, -1, err) : LJ_OK;
    return code == LJ_OK ? tally_add(txn, record, 1, err) : code;
}

lj_code ledger_write_row(ledger_txn *txn, const ledger_record *record, const ledger_record *before,
                         lj_err *err)
{
    const ledger_type_sql *sql = &ledger_sql[ledger_type_idx(record->type)];
    lj_buf key;
    lj_buf_init(&key, txn->arena, SORT_KEY_MAX);
    sort_key_put(ledger_title_of(record), &key);
    store_value args[LEDGER_COLUMN_MAX + 1];
    size_t count = ledger_row_args(txn->book, record, lj_buf_slice(&key), args);
    lj_code code = LJ_OK;
    if (before == NULL) {
        code = store_run(txn->conn, sql->insert, args, count, NULL, NULL, err);
    } else {
        args[count++] = store_int(before->version);
        code = store_run(txn->conn, sql->update, args, count, NULL, NULL, err);
        if (code == LJ_OK && store_changed(txn->conn) != 1) {
            code = lj_fail(err, LJ_E_CONFLICT, UINT64_MAX, "the record changed in the meantime");
        }
    }
    code = code == LJ_OK ? tally(txn, record, before, err) : code;
    return code == LJ_OK ? ledger_search_write(txn, record, before, err) : code;
}

lj_code ledger_write(ledger_txn *txn, const ledger_done *done, lj_err *err)
{
    lj_code code = ledger_write_row(txn, done->record, done->before, err);
    seal_commitment commitments[LEDGER_FIELD_MAX];
    uint32_t count = 0;
    if (code == LJ_OK) {
        code = write_versions(txn, done, commitments, &count, err);
    }
    int64_t leaf = txn->size;
    if (code == LJ_OK) {
        code = write_leaf(txn, done, commitments, count, err);
    }
    if (code == LJ_OK) {
        code = ledger_write_moved(txn, done, leaf, err);
    }
    if (code == LJ_OK && txn->import != NULL) {
        code = ledger_import_mark(txn, done->record, done->before == NULL, err);
    }
    return code;
}
