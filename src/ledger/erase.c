/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The end of retention (record-kernel.md 1): the values of fields and their salts go, in every
 * version of the record and in its row; the commitments stay in the log, and an entry of the log
 * names those whose values were erased. It is a version of its own, so that a form shown before it
 * cannot bring a value back unseen. */
#include "ledger/ledger_priv.h"

typedef struct erasing {
    ledger_txn *txn;
    const ledger_record *record;
    uint16_t tag; /* of the field that is being gathered */
    seal_commitment *found;
    uint32_t count;
    bool is_logged;
} erasing;

static lj_code keep_commitment(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)count;
    erasing *on = ctx;
    if (columns[0].bytes.len != SEAL_DIGEST_LEN || on->count == SEAL_COMMITMENTS_MAX) {
        return lj_fail(err, LJ_E_FORMAT, UINT64_MAX, "a commitment in the database is damaged");
    }
    seal_commitment *to = &on->found[on->count++];
    to->field = on->tag;
    memcpy(to->digest.bytes, columns[0].bytes.ptr, SEAL_DIGEST_LEN);
    return LJ_OK;
}

/* The values that were gathered go, and the log says so. */
static lj_code drop(erasing *on, lj_err *err)
{
    ledger_txn *txn = on->txn;
    store_value district = store_int(txn->book->config.district);
    lj_code code = LJ_OK;
    for (uint32_t i = 0; i < on->count && code == LJ_OK; i++) {
        const store_value args[] = {district, store_bytes(seal_digest_bytes(&on->found[i].digest))};
        code = store_run(txn->conn, &q_value_drop, args, LJ_COUNT_OF(args), NULL, NULL, err);
    }
    if (code == LJ_OK) {
        seal_commitments_sort(on->found, on->count);
        seal_leaf leaf = {.kind = SEAL_ERASURE,
                          .has = SEAL_HAS(SEAL_TAG_TYPE) | SEAL_HAS(SEAL_TAG_RECORD) |
                                 SEAL_HAS(SEAL_TAG_VERSION) | SEAL_HAS(SEAL_TAG_EVENT),
                          .type = on->record->type->tag,
                          .version = (uint64_t)on->record->version,
                          .event = LEDGER_ERASE_TAG,
                          .commitments = on->found,
                          .commitment_count = on->count};
        memcpy(leaf.record.bytes, on->record->id, SEAL_ID_LEN);
        code = ledger_log(txn, &leaf, err);
    }
    on->is_logged = true;
    on->count = 0;
    return code;
}

static lj_code drop_field(erasing *on, const ledger_field *field, lj_err *err)
{
    on->tag = field->tag;
    for (;;) {
        uint32_t before = on->count;
        const store_value args[] = {store_int(on->txn->book->config.district),
                                    ledger_id_value(on->record->id), store_int(field->tag),
                                    store_int(SEAL_COMMITMENTS_MAX - before)};
        lj_code code = store_run(on->txn->conn, &q_value_of_tag, args, LJ_COUNT_OF(args),
                                 keep_commitment, on, err);
        if (code != LJ_OK || on->count < SEAL_COMMITMENTS_MAX) {
            return code;
        }
        code = drop(on, err); /* full: one entry now, the rest in the next */
        if (code != LJ_OK) {
            return code;
        }
    }
}

static lj_code drop_all(erasing *on, const uint32_t *fields, uint32_t field_count, lj_err *err)
{
    lj_code code = LJ_OK;
    for (uint32_t i = 0; i < field_count && code == LJ_OK; i++) {
        code = drop_field(on, &on->record->type->fields[fields[i]], err);
    }
    return code == LJ_OK && on->count > 0 ? drop(on, err) : code;
}

/* Fields that always stand cannot be erased: the record would be no record. */
static lj_code check_fields(const ledger_type *type, const uint32_t *fields, uint32_t field_count,
                            ledger_outcome *out, lj_err *err)
{
    for (uint32_t i = 0; i < field_count; i++) {
        LJ_ASSERT(fields[i] < type->field_count);
        const ledger_field *field = &type->fields[fields[i]];
        bool is_twice = i > 0 && fields[i] <= fields[i - 1];
        bool always = field->required != NULL && strcmp(field->required, "always") == 0;
        if ((is_twice || always) && out->problem_count < LEDGER_PROBLEM_MAX) {
            out->problems[out->problem_count++] =
                (ledger_problem){.field = field->name, .code = always ? "required" : "order"};
        }
    }
    return out->problem_count == 0
               ? LJ_OK
               : lj_fail(err, LJ_E_INVALID, UINT64_MAX, "fields that cannot be erased");
}

lj_code ledger_erase(ledger_txn *txn, const ledger_type *type, const uint8_t id[16],
                     const uint32_t *fields, uint32_t field_count, ledger_outcome *out, lj_err *err)
{
    *out = (ledger_outcome){0};
    if (!txn->actor->is_kernel) {
        out->refused = "right";
        return lj_fail(err, LJ_E_FORBIDDEN, UINT64_MAX, "only the program itself erases");
    }
    ledger_record *before = NULL;
    lj_code code = check_fields(type, fields, field_count, out, err);
    code = code == LJ_OK
               ? ledger_row_load(txn->book, txn->conn, type, id, true, txn->arena, &before, err)
               : code;
    if (code != LJ_OK) {
        return code;
    }
    ledger_record *record = ledger_record_dup(before, txn->arena);
    seal_commitment *found =
        lj_arena_array(txn->arena, SEAL_COMMITMENTS_MAX, sizeof(seal_commitment));
    if (record == NULL || found == NULL) {
        return ledger_nomem(err);
    }
    record->version++;
    record->changed_at = txn->at;
    for (uint32_t i = 0; i < field_count; i++) {
        record->values[fields[i]] = store_null();
        *ledger_field_slot(record, fields[i]) = store_null();
    }
    erasing on = {.txn = txn, .record = record, .found = found};
    int64_t leaf = txn->size;
    code = drop_all(&on, fields, field_count, err);
    if (code != LJ_OK || !on.is_logged) {
        out->record = before; /* nothing was there to be erased */
        return code;
    }
    const ledger_change change = {.type = type, .source = (ledger_source)record->source};
    const ledger_done done = {
        .change = &change, .record = record, .before = before, .event = LEDGER_ERASE_TAG};
    code = ledger_write_row(txn, record, before, err);
    code = code == LJ_OK ? ledger_write_moved(txn, &done, leaf, err) : code;
    out->record = record;
    return code;
}
