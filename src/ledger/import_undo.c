/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The way back from an import. What it made is made void, what it changed gets the values before
 * it, both as changes of their own with entries in the log; a record that somebody touched since
 * stays as it is and is named. Consequences (the posts of a new unit) go with what had them. */
#include "ledger/import_priv.h"

enum { PAGE = 200 };

typedef struct batch_row {
    uint8_t record[16];
    int64_t version, type, leaf;
    bool is_made;
} batch_row;

typedef struct batch_page {
    batch_row rows[PAGE];
    uint32_t count;
} batch_page;

typedef struct undo {
    ledger_txn *txn;
    const ledger_type *type; /* of the import */
    ledger_import_undone *out;
} undo;

static lj_code take_row(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)count;
    batch_page *page = ctx;
    if (page->count == PAGE || columns[0].bytes.len != 16) {
        return lj_fail(err, LJ_E_INTERNAL, UINT64_MAX, "a row of an import is not as it was made");
    }
    batch_row *row = &page->rows[page->count++];
    *row = (batch_row){.version = columns[1].num,
                       .is_made = columns[2].num != 0,
                       .type = columns[3].num,
                       .leaf = columns[4].num};
    memcpy(row->record, columns[0].bytes.ptr, 16);
    return LJ_OK;
}

static void keep(undo *on, const batch_row *row, const ledger_type *type, const char *reason)
{
    ledger_import_undone *out = on->out;
    if (out->kept_count < LEDGER_IMPORT_KEPT_MAX) {
        ledger_import_kept *kept = &out->kept[out->kept_count];
        *kept = (ledger_import_kept){.type = type, .reason = reason};
        memcpy(kept->record, row->record, 16);
    }
    out->kept_count++;
}

/* Why the actor cannot take this back; NULL when he can. What consequences made goes with the
 * rest. */
static lj_code why_not(undo *on, const batch_row *row, const ledger_record *record,
                       const char **out_why, lj_err *err)
{
    *out_why = record->is_void ? "void" : record->version != row->version ? "touched" : NULL;
    if (*out_why != NULL || record->type != on->type) {
        return LJ_OK;
    }
    ledger_rights rights;
    lj_code code =
        ledger_rights_of(on->txn->book, on->txn->conn, on->txn->actor, record, &rights, err);
    const ledger_move *made = ledger_import_made_by(record->type);
    bool may =
        row->is_made ? made != NULL && (made->posts & rights.posts) != 0 : rights.write_groups != 0;
    if (code == LJ_OK && !may) {
        *out_why = "right";
    }
    return code;
}

/* The values before the version, as inputs. */
static lj_code values_before(undo *on, const batch_row *row, const ledger_type *type,
                             ledger_input *inputs, uint32_t *out_count, bool *out_is_erased,
                             lj_err *err)
{
    ledger_txn *txn = on->txn;
    ledger_actor kernel = {.is_kernel = true, .now = txn->actor->now};
    ledger_event *events = NULL;
    uint32_t count = 0;
    lj_code code = ledger_history(txn->book, txn->conn, &kernel, type, row->record, txn->arena,
                                  &events, &count, err);
    *out_count = 0;
    for (uint32_t i = 0; code == LJ_OK && i < count; i++) {
        if (events[i].version != row->version) {
            continue;
        }
        for (uint32_t j = 0; j < events[i].change_count && *out_count < LEDGER_FIELD_MAX; j++) {
            const ledger_was *was = &events[i].changes[j];
            *out_is_erased = *out_is_erased || was->is_erased;
            inputs[(*out_count)++] = (ledger_input){was->field, was->before};
        }
    }
    return code;
}

static lj_code apply(undo *on, const batch_row *row, const ledger_type *type, const char **out_why,
                     lj_err *err)
{
    ledger_input inputs[LEDGER_FIELD_MAX];
    uint32_t count = 0;
    bool is_erased = false;
    lj_code code = LJ_OK;
    if (!row->is_made) {
        code = values_before(on, row, type, inputs, &count, &is_erased, err);
    }
    if (code != LJ_OK || is_erased) {
        *out_why = "erased";
        return code;
    }
    const ledger_change change = {.type = type,
                                  .id = row->record,
                                  .seen = row->version,
                                  .event = row->is_made ? "void" : NULL,
                                  .state = -1,
                                  .inputs = inputs,
                                  .input_count = count,
                                  .reason = LJ_BYTES("撤销导入 Import undone"),
                                  .happened_on = LEDGER_NO_DAY,
                                  .source = LEDGER_IMPORT,
                                  .is_inner = true};
    ledger_outcome outcome;
    code = ledger_apply(on->txn, &change, &outcome, err);
    bool is_said = outcome.refused != NULL || outcome.problem_count > 0;
    if (is_said && (code == LJ_E_INVALID || code == LJ_E_CONFLICT || code == LJ_E_FORBIDDEN)) {
        *out_why = outcome.refused != NULL ? outcome.refused : outcome.problems[0].code;
        return LJ_OK;
    }
    return code;
}

static lj_code undo_row(undo *on, const batch_row *row, lj_err *err)
{
    ledger_txn *txn = on->txn;
    const ledger_type *type = ledger_type_tagged(row->type);
    ledger_record *record = NULL;
    const char *why = NULL;
    if (type == NULL) {
        return lj_fail(err, LJ_E_INTERNAL, UINT64_MAX, "an import names an unknown type");
    }
    lj_code code =
        ledger_row_load(txn->book, txn->conn, type, row->record, true, txn->arena, &record, err);
    code = code == LJ_OK ? why_not(on, row, record, &why, err) : code;
    if (code == LJ_OK && why == NULL) {
        code = apply(on, row, type, &why, err); /* no effects: refused, nothing was written */
    }
    if (code != LJ_OK) {
        return code;
    }
    if (why != NULL) {
        keep(on, row, type, why);
    } else if (row->is_made) {
        on->out->void_count++;
    } else {
        on->out->restored_count++;
    }
    return LJ_OK;
}

static lj_code undo_all(undo *on, const uint8_t id[16], batch_page *page, lj_err *err)
{
    ledger_txn *txn = on->txn;
    int64_t before = INT64_MAX;
    lj_code code = LJ_OK;
    do {
        page->count = 0;
        const store_value args[] = {store_int(txn->book->config.district), ledger_id_value(id),
                                    store_int(before), store_int(PAGE)};
        code =
            store_run(txn->conn, &q_import_records, args, LJ_COUNT_OF(args), take_row, page, err);
        for (uint32_t i = 0; i < page->count && code == LJ_OK; i++) {
            lj_arena_mark mark = lj_arena_mark_of(txn->arena);
            code = undo_row(on, &page->rows[i], err);
            lj_arena_rewind(txn->arena, mark);
            before = page->rows[i].leaf;
        }
    } while (code == LJ_OK && page->count == PAGE);
    return code;
}

lj_code ledger_import_undo(ledger_txn *txn, const uint8_t id[16], ledger_import_undone *out,
                           lj_err *err)
{
    *out = (ledger_import_undone){0};
    ledger_import_row_of head;
    lj_code code = ledger_import_load(txn, id, txn->arena, &head, err);
    if (code != LJ_OK) {
        return code;
    }
    if (head.state != LEDGER_IMPORT_COMMITTED) {
        return lj_fail(err, LJ_E_CONFLICT, UINT64_MAX, "the import has not this state");
    }
    undo on = {.txn = txn, .type = head.type, .out = out};
    batch_page *page = lj_arena_alloc(txn->arena, sizeof *page);
    if (page == NULL) {
        return ledger_nomem(err);
    }
    code = undo_all(&on, id, page, err);
    return code == LJ_OK ? ledger_import_close(txn, id, err) : code;
}
