/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Between rows of the store and records: columns in the order of list_terms.h, then the fields that
 * have a column of their own. */
#include "ledger/ledger_priv.h"

lj_code ledger_nomem(lj_err *err)
{
    return lj_fail(err, LJ_E_LIMIT, UINT64_MAX, "the memory for one request is used up");
}

bool ledger_same_value(const store_value *a, const store_value *b)
{
    if (a->kind != b->kind) {
        return false;
    }
    switch (a->kind) {
    case STORE_NULL:
        return true;
    case STORE_INT:
        return a->num == b->num;
    case STORE_TEXT:
    case STORE_BYTES:
        break;
    }
    return lj_slice_is(a->bytes, b->bytes);
}

lj_code ledger_value_copy(lj_arena *arena, const store_value *value, store_value *out, lj_err *err)
{
    store_value copy = *value;
    if ((value->kind == STORE_TEXT || value->kind == STORE_BYTES) && value->bytes.len > 0) {
        copy.bytes = lj_arena_copy(arena, value->bytes);
        if (copy.bytes.ptr == NULL) {
            return ledger_nomem(err);
        }
    }
    *out = copy;
    return LJ_OK;
}

ledger_record *ledger_record_new(const ledger_type *type, lj_arena *arena)
{
    ledger_record *record = lj_arena_alloc(arena, sizeof *record);
    store_value *values = lj_arena_array(arena, type->field_count, sizeof *values);
    if (record == NULL || values == NULL) {
        return NULL;
    }
    record->type = type;
    record->values = values;
    return record;
}

ledger_record *ledger_record_dup(const ledger_record *record, lj_arena *arena)
{
    ledger_record *copy = ledger_record_new(record->type, arena);
    if (copy != NULL) {
        store_value *values = copy->values;
        *copy = *record;
        copy->values = values;
        memcpy(values, record->values, record->type->field_count * sizeof *values);
    }
    return copy;
}

/* The row's place for a REF that is a row column. */
static store_value *row_slot(ledger_record *record, int column)
{
    switch (column) {
    case ROW_UNIT:
        return &record->unit;
    case ROW_DEPARTMENT:
        return &record->department;
    case ROW_PERSON:
        return &record->person;
    case ROW_PARENT:
        return &record->parent;
    default:
        return NULL;
    }
}

store_value *ledger_field_slot(ledger_record *record, uint32_t field)
{
    store_value *slot = row_slot(record, ledger_column_of_field(&record->type->fields[field]));
    return slot != NULL ? slot : &record->values[field];
}

lj_code ledger_row_read(const ledger_type *type, const store_value *columns, lj_arena *arena,
                        ledger_record **out, lj_err *err)
{
    ledger_record *record = ledger_record_new(type, arena);
    if (record == NULL) {
        return ledger_nomem(err);
    }
    if (columns[ROW_ID].bytes.len != 16) {
        return lj_fail(err, LJ_E_FORMAT, UINT64_MAX, "an id in the database has not 16 bytes");
    }
    memcpy(record->id, columns[ROW_ID].bytes.ptr, 16);
    record->version = columns[ROW_VERSION].num;
    record->state = (uint8_t)columns[ROW_STATE].num;
    record->happened_on = columns[ROW_HAPPENED_ON].num;
    record->created_at = columns[ROW_CREATED_AT].num;
    record->changed_at = columns[ROW_CHANGED_AT].num;
    record->source = (uint8_t)columns[ROW_SOURCE].num;
    record->is_void = columns[ROW_VOID].num != 0;
    store_value *const to[] = {&record->unit,    &record->department, &record->person,
                               &record->parent,  &record->number,     &record->entered_by,
                               &record->for_post};
    const int from[] = {ROW_UNIT,   ROW_DEPARTMENT, ROW_PERSON,  ROW_PARENT,
                        ROW_NUMBER, ROW_ENTERED_BY, ROW_FOR_POST};
    lj_code code = LJ_OK;
    for (size_t i = 0; i < LJ_COUNT_OF(from) && code == LJ_OK; i++) {
        code = ledger_value_copy(arena, &columns[from[i]], to[i], err);
    }
    size_t at = ROW_COUNT;
    for (uint32_t i = 0; i < type->field_count && code == LJ_OK; i++) {
        const store_value *slot = row_slot(record, ledger_column_of_field(&type->fields[i]));
        if (slot != NULL) {
            record->values[i] = *slot;
        } else {
            code = ledger_value_copy(arena, &columns[at++], &record->values[i], err);
        }
    }
    if (code == LJ_OK) {
        *out = record;
    }
    return code;
}

size_t ledger_row_args(const ledger *book, const ledger_record *record, lj_slice sort_key,
                       store_value args[LEDGER_COLUMN_MAX])
{
    args[ROW_DISTRICT] = store_int(book->config.district);
    args[ROW_ID] = ledger_id_value(record->id);
    args[ROW_VERSION] = store_int(record->version);
    args[ROW_STATE] = store_int(record->state);
    args[ROW_UNIT] = record->unit;
    args[ROW_DEPARTMENT] = record->department;
    args[ROW_PERSON] = record->person;
    args[ROW_PARENT] = record->parent;
    args[ROW_NUMBER] = record->number;
    args[ROW_HAPPENED_ON] = store_int(record->happened_on);
    args[ROW_CREATED_AT] = store_int(record->created_at);
    args[ROW_CHANGED_AT] = store_int(record->changed_at);
    args[ROW_SOURCE] = store_int(record->source);
    args[ROW_ENTERED_BY] = record->entered_by;
    args[ROW_FOR_POST] = record->for_post;
    args[ROW_VOID] = store_int(record->is_void ? 1 : 0);
    args[ROW_SORT_KEY] = store_bytes(sort_key);
    size_t at = ROW_COUNT;
    for (uint32_t i = 0; i < record->type->field_count; i++) {
        if (ledger_column_of_field(&record->type->fields[i]) < 0) {
            args[at++] = record->values[i];
        }
    }
    return at;
}

lj_code ledger_row_load(ledger *book, store_conn *conn, const ledger_type *type,
                        const uint8_t id[16], bool lock, lj_arena *arena, ledger_record **out,
                        lj_err *err)
{
    const ledger_type_sql *sql = &ledger_sql[ledger_type_idx(type)];
    const store_value args[] = {store_int(book->config.district), ledger_id_value(id)};
    const store_value *columns = NULL;
    lj_code code = store_one(conn, lock ? sql->lock : sql->read, args, LJ_COUNT_OF(args), arena,
                             &columns, err);
    if (code != LJ_OK) {
        return code;
    }
    if (columns == NULL) {
        return lj_fail(err, LJ_E_NOT_FOUND, UINT64_MAX, "there is no such record");
    }
    return ledger_row_read(type, columns, arena, out, err);
}

const store_query *ledger_query_lookup(const char *name)
{
    for (uint32_t i = 0; i < ledger_query_count; i++) {
        if (strcmp(ledger_queries[i]->name, name) == 0) {
            return ledger_queries[i];
        }
    }
    return NULL;
}

size_t ledger_bind(const ledger *book, const store_query *query, const ledger_record *record,
                   const ledger_now *now, store_value *args, size_t cap)
{
    const struct {
        const char *name;
        store_value value;
    } known[] = {
        {"district",   store_int(book->config.district)},
        {"id",         ledger_id_value(record->id)     },
        {"unit",       record->unit                    },
        {"department", record->department              },
        {"person",     record->person                  },
        {"parent",     record->parent                  },
        {"today",      store_int(now->today)           },
    };
    LJ_ASSERT(query->in_count <= cap);
    for (uint32_t i = 0; i < query->in_count; i++) {
        bool is_found = false;
        for (size_t j = 0; j < LJ_COUNT_OF(known) && !is_found; j++) {
            if (strcmp(query->params[i], known[j].name) == 0) {
                args[i] = known[j].value;
                is_found = true;
            }
        }
        int field =
            is_found ? -1
                     : ledger_field_find(record->type, query->params[i], strlen(query->params[i]));
        if (field >= 0) {
            args[i] = record->values[field];
        }
        LJ_ASSERT(is_found || field >= 0); /* a test binds every named query of the tables */
    }
    return query->in_count;
}

lj_code ledger_facts_of(ledger_txn *txn, const char *name, const ledger_record *record,
                        ledger_facts *out, lj_err *err)
{
    *out = (ledger_facts){0};
    if (name == NULL) {
        return LJ_OK;
    }
    const store_query *query = ledger_query_lookup(name);
    LJ_ASSERT(query != NULL && query->out_count <= LEDGER_FACT_MAX);
    store_value args[8];
    size_t arg_count =
        ledger_bind(txn->book, query, record, &txn->actor->now, args, LJ_COUNT_OF(args));
    const store_value *columns = NULL;
    lj_code code = store_one(txn->conn, query, args, arg_count, txn->arena, &columns, err);
    if (code != LJ_OK || columns == NULL) {
        return code;
    }
    out->count = query->out_count;
    for (uint32_t i = 0; i < query->out_count; i++) {
        out->num[i] = columns[i].kind == STORE_INT ? columns[i].num : 0;
    }
    return LJ_OK;
}
