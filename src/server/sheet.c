/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Between tables and the ledger's import. A file decides nothing here: a cell becomes a text, and a
 * cell that cannot be trusted (a formula, a merged one, letters of no charset) a fault. */
#include "server/sheet.h"

#include "ledger/list_terms.h"
#include "report/table_date.h"

enum { CELL_MAX = 256 * 1024 };

/* ---- columns ---- */
void sheet_plan_of(const ledger_type *type, sheet_plan *out)
{
    *out = (sheet_plan){.title_count = 0};
    ledger_sheet_of(type, &out->columns);
    bool has_number = type->number != NULL;
    out->titles[out->title_count++] =
        has_number ? (table_title){.names = {LJ_STR("编号"), LJ_STR("Number")}}
                   : (table_title){.names = {LJ_STR("标识"), LJ_STR("Id")}};
    for (uint32_t i = 1; i < out->columns.column_count; i++) {
        const char *field = type->fields[out->columns.fields[i]].name;
        out->titles[out->title_count++] = (table_title){
            .names = {lj_cstr_str(ledger_label_in(type, type->name, field, false)),
                      lj_cstr_str(ledger_label_in(type, type->name, field, true))}
        };
    }
    out->titles[out->title_count++] = (table_title){
        .names = {LJ_STR("状态（不导入）"), LJ_STR("State (not imported)")}
    };
}

lj_str sheet_title(const sheet_plan *plan, uint32_t column, bool english)
{
    return plan->titles[column].names[english ? 1 : 0];
}

static const ledger_field *field_of(const sheet_plan *plan, uint32_t column)
{
    return column > 0 && column < plan->columns.column_count
               ? &plan->columns.type->fields[plan->columns.fields[column]]
               : NULL;
}

table_kind sheet_kind(const sheet_plan *plan, uint32_t column)
{
    const ledger_field *field = field_of(plan, column);
    if (field == NULL) {
        return TABLE_TEXT;
    }
    return field->kind == LEDGER_INT || field->kind == LEDGER_PT100 ? TABLE_NUMBER
           : field->kind == LEDGER_DATE                             ? TABLE_DATE
                                                                    : TABLE_TEXT;
}

/* ---- values as cells ---- */
lj_str sheet_reference(const ledger_record *record, lj_arena *arena)
{
    lj_buf text;
    lj_buf_init(&text, arena, CELL_MAX);
    lj_slice title = ledger_title_of(record);
    if (record->number.kind == STORE_TEXT) {
        lj_buf_put(&text, record->number.bytes);
    } else {
        char id[37];
        ledger_id_print(record->id, id);
        lj_buf_put_cstr(&text, id);
    }
    if (title.len > 0 && !lj_slice_is(title, lj_buf_slice(&text))) {
        lj_buf_put_u8(&text, ' ');
        lj_buf_put(&text, title);
    }
    return lj_buf_ok(&text) ? lj_buf_str(&text) : LJ_STR("");
}

static lj_code put_reference(route_call *call, const ledger_field *field, const store_value *value,
                             lj_arena *arena, lj_buf *text, lj_err *err)
{
    const ledger_type *type = ledger_type_lookup(field->of, strlen(field->of));
    ledger_record *record = NULL;
    lj_code code = LJ_E_NOT_FOUND;
    if (type != NULL) {
        code = ledger_named_lookup(server_of(call)->book, server_conn(call), type, value->bytes.ptr,
                                   arena, &record, err);
    }
    if (code == LJ_OK) {
        lj_buf_put(text, lj_str_bytes(sheet_reference(record, arena)));
        return LJ_OK;
    }
    ledger_value_print(field, value, text);
    return code == LJ_E_NOT_FOUND ? LJ_OK : code;
}

static void put_code(route_call *call, const ledger_field *field, const store_value *value,
                     lj_buf *text)
{
    lj_str code = {(const char *)value->bytes.ptr, value->bytes.len};
    const ledger_code_row *row =
        ledger_codes_lookup(ledger_codes_of(server_of(call)->book), lj_cstr_str(field->of), code);
    lj_str label = row == NULL ? code : server_english(call) ? row->en : row->zh;
    lj_buf_put(text, lj_str_bytes(label));
}

/* "1.50" as a number cell is "1.5". */
static void cut_zeros(lj_buf *text)
{
    if (text->len > 3 && text->ptr[text->len - 3] == '.') {
        while (text->ptr[text->len - 1] == '0') {
            text->len--;
        }
        text->len -= text->ptr[text->len - 1] == '.' ? 1 : 0;
    }
}

static lj_code put_value(route_call *call, const ledger_field *field, const store_value *value,
                         lj_arena *arena, lj_buf *text, lj_err *err)
{
    switch (field->kind) {
    case LEDGER_REF:
        return put_reference(call, field, value, arena, text, err);
    case LEDGER_CODE:
        put_code(call, field, value, text);
        return LJ_OK;
    case LEDGER_BOOL: {
        static const char *const words[2][2] = {
            {"否", "是"},
            {"no",  "yes"}
        };
        lj_buf_put_cstr(text, words[server_english(call) ? 1 : 0][value->num != 0 ? 1 : 0]);
        return LJ_OK;
    }
    case LEDGER_PT100:
        ledger_value_print(field, value, text);
        cut_zeros(text);
        return LJ_OK;
    case LEDGER_TEXT:
    case LEDGER_INT:
    case LEDGER_DATE:
    case LEDGER_INSTANT:
    case LEDGER_KEYED_HASH:
    case LEDGER_FILE_HASH:
        break;
    }
    ledger_value_print(field, value, text);
    return LJ_OK;
}

static void put_key(const ledger_record *record, lj_buf *text)
{
    if (record->type->number != NULL) {
        lj_buf_put(text, record->number.bytes);
    } else {
        char id[37];
        ledger_id_print(record->id, id);
        lj_buf_put_cstr(text, id);
    }
}

lj_code sheet_cell(route_call *call, const sheet_plan *plan, uint32_t column,
                   const ledger_record *record, const ledger_rights *rights, lj_arena *arena,
                   table_value *out, lj_err *err)
{
    const ledger_field *field = field_of(plan, column);
    lj_buf text;
    lj_buf_init(&text, arena, CELL_MAX);
    lj_code code = LJ_OK;
    if (column == 0) {
        put_key(record, &text);
    } else if (field == NULL) {
        lj_buf_put_cstr(&text,
                        ledger_label_in(record->type, "state", record->type->states[record->state],
                                        server_english(call)));
    } else if ((rights->read_groups & 1u << field->group) != 0) {
        const store_value *value = &record->values[plan->columns.fields[column]];
        code = value->kind != STORE_NULL ? put_value(call, field, value, arena, &text, err) : LJ_OK;
    }
    *out = (table_value){lj_buf_str(&text), text.len > 0 ? sheet_kind(plan, column) : TABLE_EMPTY};
    if (code == LJ_OK && !lj_buf_ok(&text)) {
        code = lj_fail(err, LJ_E_LIMIT, UINT64_MAX, "no room for a cell");
    }
    return code;
}

/* ---- rows that come in ---- */
typedef struct sheet_sink {
    ledger_txn *txn;
    const uint8_t *id;
    lj_arena *arena;
    sheet_read *to;
    bool in_data;
} sheet_sink;

/* Why the header cannot be used at all. */
static table_fault header_fault(const table_header *header)
{
    for (uint32_t i = 0; i < header->faults.count; i++) {
        table_fault_code code = header->faults.rows[i].code;
        if (code == TABLE_FAULT_HEADER_NONE || code == TABLE_FAULT_HEADER_TWICE) {
            return header->faults.rows[i];
        }
    }
    return table_fault_at(TABLE_FAULT_NONE, 0, 0);
}

static lj_code end_header(sheet_sink *on, lj_err *err)
{
    sheet_read *to = on->to;
    on->in_data = true;
    to->fault = header_fault(&to->header);
    for (uint32_t i = 0; i < to->header.faults.count; i++) {
        to->unknown_count += to->header.faults.rows[i].code == TABLE_FAULT_HEADER_UNKNOWN ? 1u : 0u;
    }
    return to->fault.code == TABLE_FAULT_NONE
               ? LJ_OK
               : lj_fail(err, LJ_E_FORMAT, UINT64_MAX, "the header row cannot be used");
}

/* A date as people type it, made canonical; other texts as they are. */
static lj_slice date_text(lj_str text, lj_arena *arena)
{
    char day[TABLE_DATE_CAP];
    return table_date_of_text(text, day) ? lj_arena_copy(arena, lj_cstr_bytes(day))
                                         : lj_str_bytes(text);
}

static void take_cell(sheet_sink *on, const table_row *row, uint32_t column,
                      ledger_import_cell *out)
{
    static const uint8_t empty[1] = {0};
    uint32_t file_column = on->to->header.columns[column];
    *out = (ledger_import_cell){0};
    if (file_column == TABLE_NO_COLUMN) {
        return;
    }
    out->text = lj_slice_of(empty, 0);
    const table_cell *cell = table_row_cell(row, file_column);
    if (cell == NULL || cell->text.len == 0) {
        return;
    }
    table_fault_code fault = table_cell_fault(cell);
    out->fault = fault != TABLE_FAULT_NONE ? table_fault_row_of(fault)->name : NULL;
    out->text = sheet_kind(&on->to->plan, column) == TABLE_DATE ? date_text(cell->text, on->arena)
                                                                : lj_str_bytes(cell->text);
}

static lj_code take_row(void *ctx, const table_row *row, lj_err *err)
{
    sheet_sink *on = ctx;
    sheet_read *to = on->to;
    if (!on->in_data) {
        if (table_header_take(&to->header, row)) {
            return LJ_OK;
        }
        lj_code code = end_header(on, err);
        if (code != LJ_OK) {
            return code;
        }
    }
    ledger_import_cell cells[LEDGER_IMPORT_COLUMNS_MAX];
    bool is_empty = true;
    lj_arena_mark mark = lj_arena_mark_of(on->arena);
    for (uint32_t i = 0; i < to->plan.columns.column_count; i++) {
        take_cell(on, row, i, &cells[i]);
        is_empty = is_empty && cells[i].text.len == 0;
    }
    lj_code code = is_empty ? LJ_OK : ledger_import_row(to->pass, row->row_no, cells, err);
    lj_arena_rewind(on->arena, mark);
    return code;
}

lj_code sheet_run(ledger_txn *txn, const ledger_type *type, const uint8_t *id, lj_slice bytes,
                  lj_arena *arena, sheet_read *out, lj_err *err)
{
    enum { HEADER_ROOM = TABLE_HEADER_ROWS_MAX + 2, ROW_ROOM = 8 * 1024 * 1024 };
    *out = (sheet_read){.fault = table_fault_at(TABLE_FAULT_NONE, 0, 0)};
    sheet_plan_of(type, &out->plan);
    lj_arena *scratch = lj_arena_new(ROW_ROOM);
    sheet_sink sink = {.txn = txn, .id = id, .arena = scratch, .to = out};
    if (scratch == NULL ||
        !table_header_init(&out->header, arena, out->plan.titles, out->plan.title_count)) {
        lj_arena_free(scratch);
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for an import");
    }
    lj_code code = ledger_import_begin(txn, type, id, arena, &out->pass, err);
    if (code == LJ_OK) {
        out->result = ledger_import_result_of(out->pass);
        table_limits limits = table_limits_standard();
        limits.value[TABLE_LIMIT_ROWS] = LEDGER_IMPORT_ROWS_MAX + HEADER_ROOM;
        limits.value[TABLE_LIMIT_BYTES] = SHEET_BYTES_MAX;
        table_options options = {.limits = &limits};
        table_summary summary;
        const table_sink rows = {&sink, take_row};
        code = table_read(bytes, &options, arena, &rows, &summary, err);
        if (code == LJ_OK && !sink.in_data) {
            table_header_end(&out->header);
            code = end_header(&sink, err);
        }
        if (summary.fault.code != TABLE_FAULT_NONE) {
            out->fault = summary.fault;
        } else if (code == LJ_E_LIMIT && out->result->row_count == LEDGER_IMPORT_ROWS_MAX) {
            out->fault = table_fault_at(TABLE_FAULT_ROWS, 0, 0);
        } else if (code == LJ_OK && out->result->row_count == 0) {
            out->fault = table_fault_at(TABLE_FAULT_NO_ROWS, 0, 0);
        }
        code = out->fault.code != TABLE_FAULT_NONE ? LJ_OK : code;
    }
    lj_arena_free(scratch);
    return code;
}
