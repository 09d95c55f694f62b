/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Consequences of a move, as rows of its type (record-kernel.md 6): fields of the record itself are
 * set before it is written; records to be made or moved are queued and applied by the same kernel
 * function in the same transaction; links and grants are written at once. */
#include "ledger/ledger_priv.h"

/* A row of an `each` query: id, unit, department, person, further columns. */
typedef struct each_row {
    store_value columns[12];
    uint32_t count;
    struct each_row *next;
} each_row;
typedef struct each_rows {
    ledger_txn *txn;
    each_row *first, *last;
    uint32_t count;
} each_rows;

static lj_code keep_row(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    each_rows *rows = ctx;
    each_row *row = lj_arena_alloc(rows->txn->arena, sizeof *row);
    if (row == NULL || ++rows->count > LEDGER_PENDING_MAX) {
        return ledger_nomem(err);
    }
    lj_code code = LJ_OK;
    for (size_t i = 0; i < count && i < LJ_COUNT_OF(row->columns) && code == LJ_OK; i++) {
        code = ledger_value_copy(rows->txn->arena, &columns[i], &row->columns[i], err);
        row->count++;
    }
    if (rows->last != NULL) {
        rows->last->next = row;
    } else {
        rows->first = row;
    }
    rows->last = row;
    return code;
}

/* Without `each`: one row that is the record itself. */
static lj_code rows_of(ledger_txn *txn, const ledger_effect *effect, const ledger_record *record,
                       each_rows *out, lj_err *err)
{
    *out = (each_rows){.txn = txn};
    if (effect->each == NULL) {
        const store_value self[] = {ledger_id_value(record->id), record->unit, record->department,
                                    record->person};
        return keep_row(out, self, LJ_COUNT_OF(self), err);
    }
    const store_query *query = ledger_query_lookup(effect->each);
    LJ_ASSERT(query != NULL);
    store_value args[8];
    size_t count = ledger_bind(txn->book, query, record, &txn->actor->now, args, LJ_COUNT_OF(args));
    return store_run(txn->conn, query, args, count, keep_row, out, err);
}

static bool is_word(lj_slice text, const char *word)
{
    return lj_slice_is(text, lj_cstr_bytes(word));
}

/* $id $unit $department $person $5 ... $today $self */
static store_value of_row(const ledger_record *record, const each_row *row, lj_slice name)
{
    static const char *const words[] = {"$id", "$unit", "$department", "$person"};
    for (uint32_t i = 0; i < LJ_COUNT_OF(words); i++) {
        if (is_word(name, words[i])) {
            return row->columns[i];
        }
    }
    if (is_word(name, "$today")) {
        return store_int(record->happened_on); /* from paper: the day it was so */
    }
    if (is_word(name, "$self")) {
        return ledger_id_value(record->id);
    }
    LJ_ASSERT(name.len == 2 && name.ptr[1] >= '5' && name.ptr[1] <= '9');
    uint32_t at = (uint32_t)(name.ptr[1] - '1');
    return at < row->count ? row->columns[at] : store_null();
}

static store_value of_record(const ledger_record *record, lj_slice name)
{
    int field = ledger_field_find(record->type, (const char *)name.ptr, name.len);
    if (field >= 0) {
        return record->values[field];
    }
    if (is_word(name, "unit")) {
        return record->unit;
    }
    if (is_word(name, "department")) {
        return record->department;
    }
    if (is_word(name, "person")) {
        return record->person;
    }
    if (is_word(name, "happened_on")) {
        return store_int(record->happened_on);
    }
    LJ_ASSERT(is_word(name, "parent")); /* a test resolves the maps of every type */
    return record->parent;
}

static store_value source_of(const ledger_record *record, const each_row *row, lj_slice source)
{
    LJ_ASSERT(source.len > 0);
    if (source.ptr[0] == '\'') {
        return store_text(lj_slice_part(source, 1, source.len - 2));
    }
    if (source.ptr[0] == '$') {
        return of_row(record, row, source);
    }
    if (source.ptr[0] >= '0' && source.ptr[0] <= '9') {
        int64_t num = 0;
        for (size_t i = 0; i < source.len; i++) {
            num = num * 10 + (source.ptr[i] - '0');
        }
        return store_int(num);
    }
    return of_record(record, source);
}

/* "field=source;field=source" into inputs of the type that is written. */
static uint32_t read_map(const ledger_effect *effect, const ledger_record *record,
                         const each_row *row, const ledger_type *type,
                         ledger_input inputs[LEDGER_FIELD_MAX])
{
    uint32_t count = 0;
    const char *at = effect->map != NULL ? effect->map : "";
    while (*at != '\0') {
        size_t len = strcspn(at, ";");
        size_t name_len = strcspn(at, "=");
        LJ_ASSERT(name_len < len && count < LEDGER_FIELD_MAX);
        int field = ledger_field_find(type, at, name_len);
        LJ_ASSERT(field >= 0);
        lj_slice source = lj_slice_of(at + name_len + 1, len - name_len - 1);
        inputs[count].field = (uint32_t)field;
        inputs[count++].value = source_of(record, row, source);
        at += len + (at[len] == ';' ? 1 : 0);
    }
    return count;
}

static bool in_set(const ledger_effect *effect, const ledger_move *move)
{
    return move->effects != NULL && strcmp(effect->set, move->effects) == 0;
}

lj_code ledger_effects_set(ledger_txn *txn, const ledger_move *move, ledger_record *record,
                           lj_err *err)
{
    const ledger_type *type = record->type;
    for (uint32_t i = 0; i < type->effect_count; i++) {
        const ledger_effect *effect = &type->effects[i];
        if (!in_set(effect, move) || effect->kind != LEDGER_SET) {
            continue;
        }
        each_rows rows;
        ledger_input inputs[LEDGER_FIELD_MAX];
        uint32_t count = 0;
        lj_code code = rows_of(txn, effect, record, &rows, err);
        if (code != LJ_OK) {
            return code;
        }
        if (rows.first != NULL) {
            count = read_map(effect, record, rows.first, type, inputs);
        }
        for (uint32_t j = 0; j < count; j++) {
            record->values[inputs[j].field] = inputs[j].value;
        }
    }
    return LJ_OK;
}

static lj_code queue(ledger_txn *txn, const ledger_change *change, lj_err *err)
{
    ledger_pending *pending = lj_arena_alloc(txn->arena, sizeof *pending);
    if (pending == NULL) {
        return ledger_nomem(err);
    }
    if (++txn->pending_count > LEDGER_PENDING_MAX) {
        return lj_fail(err, LJ_E_LIMIT, UINT64_MAX, "one change has too many consequences");
    }
    pending->change = *change;
    if (txn->last != NULL) {
        txn->last->next = pending;
    } else {
        txn->first = pending;
    }
    txn->last = pending;
    return LJ_OK;
}

/* A record of another type, made or moved. */
static lj_code queue_record(ledger_txn *txn, const ledger_effect *effect,
                            const ledger_record *record, const each_row *row,
                            const ledger_change *cause, lj_err *err)
{
    const ledger_type *type = ledger_type_lookup(effect->type, strlen(effect->type));
    LJ_ASSERT(type != NULL);
    ledger_input room[LEDGER_FIELD_MAX];
    uint32_t count = read_map(effect, record, row, type, room);
    ledger_input *inputs = lj_arena_array(txn->arena, count + 1, sizeof *inputs);
    if (inputs == NULL) {
        return ledger_nomem(err);
    }
    memcpy(inputs, room, count * sizeof *inputs);
    ledger_change change = {.type = type,
                            .event = effect->event,
                            .state = -1,
                            .inputs = inputs,
                            .input_count = count,
                            .happened_on = record->happened_on,
                            .for_post = cause->for_post,
                            .source = cause->source == LEDGER_OPENING ? LEDGER_LIVE : cause->source,
                            .request = cause->request,
                            .is_inner = true};
    if (effect->kind == LEDGER_MOVE) {
        change.id = row->columns[0].bytes.ptr;
    } else {
        change.is_new = true;
        change.parent = type->parent != NULL && strcmp(type->parent, record->type->name) == 0
                            ? record->id
                            : NULL;
    }
    return queue(txn, &change, err);
}

static lj_code write_tie(ledger_txn *txn, const ledger_effect *effect, const ledger_record *record,
                         const each_row *row, lj_err *err)
{
    store_value district = store_int(txn->book->config.district);
    store_value since = store_int(txn->actor->now.today);
    if (effect->kind == LEDGER_LINK) {
        const store_value args[] = {district, store_cstr(effect->event),
                                    ledger_id_value(record->id), row->columns[0], since};
        return store_run(txn->conn, &q_link_put, args, LJ_COUNT_OF(args), NULL, NULL, err);
    }
    const store_value args[] = {district,     ledger_id_value(record->id), row->columns[0], since,
                                store_null(), store_int(txn->size - 1)};
    return store_run(txn->conn, &q_grant_put, args, LJ_COUNT_OF(args), NULL, NULL, err);
}

lj_code ledger_effects_queue(ledger_txn *txn, const ledger_move *move, const ledger_record *record,
                             const ledger_change *cause, lj_err *err)
{
    const ledger_type *type = record->type;
    for (uint32_t i = 0; i < type->effect_count; i++) {
        const ledger_effect *effect = &type->effects[i];
        if (!in_set(effect, move) || effect->kind == LEDGER_SET) {
            continue;
        }
        each_rows rows;
        lj_code code = rows_of(txn, effect, record, &rows, err);
        for (const each_row *row = rows.first; row != NULL && code == LJ_OK; row = row->next) {
            bool is_record = effect->kind == LEDGER_CREATE || effect->kind == LEDGER_MOVE;
            code = is_record ? queue_record(txn, effect, record, row, cause, err)
                             : write_tie(txn, effect, record, row, err);
        }
        if (code != LJ_OK) {
            return code;
        }
    }
    return LJ_OK;
}
