/* SPDX-License-Identifier: AGPL-3.0-or-later
 * One pass over the rows of an import: which record a row means, which values it gives, the change,
 * what speaks against it.
 *
 * Traps. An empty cell clears a value, but not one that the actor may not read: it was empty when
 * the sheet was exported for him. A row whose cells are faulty is tried nevertheless, without those
 * cells, so that a person sees all faults at once; then it is undone. */
#include "ledger/import.h"

#include "base/json.h"
#include "base/os.h"
#include "ledger/import_priv.h"

typedef struct row_work {
    ledger_import *pass;
    uint32_t row_no;
    const ledger_import_cell *cells;
    ledger_record *before; /* NULL: new */
    int matched;           /* column by which it was found; 0 for a new one */
    ledger_rights rights;  /* on `before` */
    store_value unit;      /* of the row, as far as known */
    ledger_input inputs[LEDGER_FIELD_MAX];
    uint32_t input_count;
    uint64_t faulty_columns[2]; /* bits */
    bool is_faulty;
} row_work;

/* ---- the sheet ---- */
void ledger_sheet_of(const ledger_type *type, ledger_sheet *out)
{
    *out = (ledger_sheet){.type = type, .column_count = 1};
    out->fields[0] = -1;
    for (int i = 0; i < type->field_count; i++) {
        if ((type->fields[i].flags & LEDGER_KERNEL) == 0) {
            out->fields[out->column_count++] = i;
        }
    }
}

const ledger_move *ledger_import_made_by(const ledger_type *type)
{
    for (uint32_t i = 0; i < type->move_count; i++) {
        const ledger_move *move = &type->moves[i];
        if ((move->from & LEDGER_NEW) != 0 && (move->flags & LEDGER_INNER) == 0 &&
            strcmp(move->event, "create") == 0 && move->posts != 0) {
            return move;
        }
    }
    return NULL;
}

bool ledger_import_offers(const ledger_type *type)
{
    for (uint32_t i = 0; i < type->field_count; i++) {
        if (type->fields[i].kind == LEDGER_FILE_HASH) {
            return false;
        }
    }
    return ledger_import_made_by(type) != NULL;
}

bool ledger_import_may(const ledger_type *type, const ledger_actor *actor)
{
    const ledger_move *move = ledger_import_made_by(type);
    uint32_t wanted = move != NULL ? move->posts : 0;
    uint32_t held = actor->person.kind == STORE_BYTES ? POST_PERSON : 0;
    for (uint32_t i = 0; i < type->access_count; i++) {
        wanted |= type->access[i].write_groups != 0 ? type->access[i].posts : 0;
    }
    for (uint32_t i = 0; i < actor->post_count; i++) {
        held |= actor->posts[i].role;
    }
    return actor->is_kernel || (wanted & held) != 0;
}

/* ---- the pass ---- */
lj_code ledger_import_begin(ledger_txn *txn, const ledger_type *type, const uint8_t *id,
                            lj_arena *arena, ledger_import **out, lj_err *err)
{
    ledger_import *pass = lj_arena_alloc(arena, sizeof *pass);
    if (pass == NULL) {
        return ledger_nomem(err);
    }
    *pass = (ledger_import){.txn = txn, .type = type, .id = id, .arena = arena};
    ledger_sheet_of(type, &pass->sheet);
    pass->seen = lj_arena_array(arena, LEDGER_IMPORT_SLOTS, sizeof *pass->seen);
    pass->named = lj_arena_array(arena, LEDGER_IMPORT_SLOTS, sizeof *pass->named);
    pass->result.errors =
        lj_arena_array(arena, LEDGER_IMPORT_ERRORS_MAX, sizeof *pass->result.errors);
    if (pass->seen == NULL || pass->named == NULL || pass->result.errors == NULL) {
        return ledger_nomem(err);
    }
    lj_os_random(pass->hash_key, sizeof pass->hash_key);
    if (!ledger_import_may(type, txn->actor)) {
        return lj_fail(err, LJ_E_FORBIDDEN, UINT64_MAX, "no record of this type may be changed");
    }
    *out = pass;
    return LJ_OK;
}

const ledger_import_result *ledger_import_result_of(const ledger_import *pass)
{
    return &pass->result;
}

static void add_error(ledger_import *pass, const ledger_import_error *error)
{
    ledger_import_result *result = &pass->result;
    result->error_total++;
    if (result->error_count < LEDGER_IMPORT_ERRORS_MAX) {
        result->errors[result->error_count++] = *error;
    }
}

/* ---- errors of a row ---- */
static bool has_fault(const row_work *on, int column)
{
    return column >= 0 && (on->faulty_columns[column / 64] >> column % 64 & 1) != 0;
}

/* The beginning of what stood in the cell, so that people find it; not of what is only kept as a
 * hash. */
static lj_slice found_in(const row_work *on, int column)
{
    enum { FOUND_MAX = 120 };
    const ledger_import_cell *cell = column >= 0 ? &on->cells[column] : NULL;
    if (cell == NULL || cell->text.len == 0 ||
        (column > 0 &&
         on->pass->type->fields[on->pass->sheet.fields[column]].kind == LEDGER_KEYED_HASH)) {
        return (lj_slice){0};
    }
    size_t len = 0;
    size_t step = 1;
    while (step > 0 && len < cell->text.len && len < FOUND_MAX) {
        step = lj_utf8_step(lj_slice_of(cell->text.ptr + len, cell->text.len - len));
        len += step;
    }
    return lj_arena_copy(on->pass->arena, lj_slice_of(cell->text.ptr, len));
}

/* One fault a cell: what follows from it is not told. */
static void fault_at(row_work *on, int column, const char *code, int64_t min, int64_t max)
{
    if (has_fault(on, column)) {
        return;
    }
    on->is_faulty = true;
    if (column >= 0) {
        on->faulty_columns[column / 64] |= (uint64_t)1 << column % 64;
    }
    add_error(on->pass, &(ledger_import_error){.row_no = on->row_no,
                                               .column = column,
                                               .code = code,
                                               .min = min,
                                               .max = max,
                                               .found = found_in(on, column)});
}

static void fault(row_work *on, int column, const char *code)
{
    fault_at(on, column, code, 0, 0);
}

static int column_of(const ledger_sheet *sheet, const char *field)
{
    for (uint32_t i = 1; i < sheet->column_count; i++) {
        if (strcmp(sheet->type->fields[sheet->fields[i]].name, field) == 0) {
            return (int)i;
        }
    }
    return -1;
}

/* ---- which record ---- */
/* False when a row above meant the same record. */
static bool note_seen(ledger_import *pass, const uint8_t id[16])
{
    static const uint8_t none[16] = {0};
    uint32_t at = (uint32_t)id[15] | (uint32_t)id[14] << 8;
    while (memcmp(pass->seen[at], none, 16) != 0) {
        if (memcmp(pass->seen[at], id, 16) == 0) {
            return false;
        }
        at = (at + 1) % LEDGER_IMPORT_SLOTS;
    }
    memcpy(pass->seen[at], id, 16);
    return true;
}

static lj_code load_before(row_work *on, const store_value *id, lj_err *err)
{
    ledger_txn *txn = on->pass->txn;
    if (id->kind != STORE_BYTES) {
        return LJ_OK;
    }
    lj_err own = {0};
    lj_code code = ledger_row_load(txn->book, txn->conn, on->pass->type, id->bytes.ptr, false,
                                   txn->arena, &on->before, &own);
    if (code == LJ_E_NOT_FOUND) {
        on->before = NULL;
        return LJ_OK;
    }
    if (code == LJ_OK) {
        code = ledger_rights_of(txn->book, txn->conn, txn->actor, on->before, &on->rights, &own);
    }
    if (code != LJ_OK && err != NULL) {
        *err = own;
    }
    if (code == LJ_OK && on->rights.read_groups == 0) {
        on->before = NULL;
    }
    return code;
}

static lj_code match_key(row_work *on, lj_slice text, lj_err *err)
{
    bool is_key = false;
    store_value id = store_null();
    lj_code code = ledger_import_keyed(on->pass, on->pass->type, text, &is_key, &id, err);
    code = code == LJ_OK ? load_before(on, &id, err) : code;
    if (code != LJ_OK) {
        return code;
    }
    if (on->before == NULL) {
        fault(on, 0, "unknown_record");
    } else if (on->before->is_void) {
        fault(on, 0, "void_record");
    }
    return LJ_OK;
}

/* The first UNIQUE field: what other systems know the record by. */
static lj_code match_unique(row_work *on, lj_err *err)
{
    ledger_import *pass = on->pass;
    ledger_txn *txn = pass->txn;
    static const uint8_t none[16] = {0};
    for (uint32_t i = 1; i < pass->sheet.column_count; i++) {
        int field = pass->sheet.fields[i];
        if ((pass->type->fields[field].flags & LEDGER_UNIQUE) == 0) {
            continue;
        }
        store_value value = store_null();
        if (on->cells[i].fault != NULL || on->cells[i].text.ptr == NULL ||
            ledger_value_read(txn->book, &pass->type->fields[field], on->cells[i].text, txn->arena,
                              &value) != NULL ||
            value.kind == STORE_NULL) {
            return LJ_OK;
        }
        const store_value args[] = {store_int(txn->book->config.district), value,
                                    ledger_id_value(none)};
        const store_value *columns = NULL;
        lj_code code = store_one(txn->conn, ledger_sql[ledger_type_idx(pass->type)].unique[field],
                                 args, LJ_COUNT_OF(args), txn->arena, &columns, err);
        on->matched = (int)i;
        return code == LJ_OK && columns != NULL ? load_before(on, &columns[0], err) : code;
    }
    return LJ_OK;
}

static lj_code match(row_work *on, lj_err *err)
{
    const ledger_import_cell *key = &on->cells[0];
    lj_slice text = ledger_import_trim(key->text);
    lj_code code = LJ_OK;
    if (key->fault != NULL) {
        fault(on, 0, key->fault);
    } else if (text.len > 0) {
        code = match_key(on, text, err);
    } else {
        code = match_unique(on, err);
    }
    if (code == LJ_OK && on->before != NULL && !note_seen(on->pass, on->before->id)) {
        fault(on, on->matched, on->matched == 0 ? "twice" : "not_unique");
        on->before = NULL;
    }
    if (on->before != NULL) {
        on->unit = on->before->unit;
    }
    return code;
}

/* ---- its values ---- */
/* The cell of a keyed hash as it is exported: nothing changes. */
static bool is_as_shown(const row_work *on, int field, lj_slice text, bool *out_is_mask)
{
    uint8_t room[64];
    lj_buf shown = {.ptr = room, .cap = sizeof room, .max_len = sizeof room};
    *out_is_mask = lj_slice_has_prefix(text, LJ_BYTES("****"));
    if (on->before == NULL) {
        return false;
    }
    ledger_value_print(&on->pass->type->fields[field], &on->before->values[field], &shown);
    return lj_slice_is(text, lj_slice_of(room, shown.len));
}

static lj_code read_cell(row_work *on, int field, lj_slice text, store_value *out,
                         const char **out_why, lj_err *err)
{
    ledger_import *pass = on->pass;
    const ledger_field *row = &pass->type->fields[field];
    if (row->kind == LEDGER_REF) {
        return ledger_import_ref(pass, row, text, &on->unit, out, out_why, err);
    }
    if (row->kind == LEDGER_KEYED_HASH) {
        bool is_mask = false;
        if (is_as_shown(on, field, ledger_import_trim(text), &is_mask)) {
            *out = on->before->values[field];
            return LJ_OK;
        }
        if (is_mask) {
            *out_why = "masked";
            return LJ_OK;
        }
    }
    *out_why = ledger_value_read(pass->txn->book, row, text, pass->txn->arena, out);
    return LJ_OK;
}

static lj_code take_cell(row_work *on, uint32_t column, lj_err *err)
{
    const ledger_import_cell *cell = &on->cells[column];
    int field = on->pass->sheet.fields[column];
    const ledger_field *row = &on->pass->type->fields[field];
    if (cell->fault != NULL) {
        fault(on, (int)column, cell->fault);
        return LJ_OK;
    }
    if (cell->text.ptr == NULL) {
        return LJ_OK;
    }
    store_value value = store_null();
    const char *why = NULL;
    lj_code code = read_cell(on, field, cell->text, &value, &why, err);
    if (code != LJ_OK) {
        return code;
    }
    if (why != NULL) {
        fault_at(on, (int)column, why, row->min, row->max);
        return LJ_OK;
    }
    static const store_value none = {.kind = STORE_NULL};
    const store_value *old = on->before != NULL ? &on->before->values[field] : &none;
    bool is_hidden = on->before != NULL && (on->rights.read_groups & 1u << row->group) == 0;
    if (ledger_same_value(old, &value) || (is_hidden && value.kind == STORE_NULL)) {
        return LJ_OK;
    }
    if (strcmp(row->name, "unit") == 0) {
        on->unit = value;
    }
    on->inputs[on->input_count++] = (ledger_input){(uint32_t)field, value};
    return LJ_OK;
}

/* The unit first: titles are looked for in it. */
static lj_code take_cells(row_work *on, lj_err *err)
{
    int unit = column_of(&on->pass->sheet, "unit");
    lj_code code = unit > 0 ? take_cell(on, (uint32_t)unit, err) : LJ_OK;
    for (uint32_t i = 1; i < on->pass->sheet.column_count && code == LJ_OK; i++) {
        code = (int)i != unit ? take_cell(on, i, err) : LJ_OK;
    }
    return code;
}

/* ---- the change ---- */
/* What the kernel has against it. Problems of faulty cells follow from what was said of them. */
static void take_outcome(row_work *on, const ledger_outcome *outcome, lj_code code)
{
    for (uint32_t i = 0; i < outcome->problem_count; i++) {
        const ledger_problem *found = &outcome->problems[i];
        fault_at(on, column_of(&on->pass->sheet, found->field), found->code, found->min,
                 found->max);
    }
    if (outcome->problem_count > 0 || on->is_faulty) {
        return;
    }
    on->is_faulty = true;
    ledger_import_error error = {.row_no = on->row_no, .column = -1, .code = "refused"};
    if (outcome->refused != NULL && strcmp(outcome->refused, "right") != 0) {
        error.refused = outcome->refused;
    } else {
        error.code = code == LJ_E_NOT_FOUND   ? "unknown_record"
                     : code == LJ_E_FORBIDDEN ? "forbidden"
                                              : "not_valid";
    }
    add_error(on->pass, &error);
}

/* A refused change has written nothing, unless it is an effect that was refused. A row that is
 * faulty already is tried only to hear more. */
static bool needs_part(const row_work *on)
{
    const ledger_move *made = ledger_import_made_by(on->pass->type);
    return on->is_faulty || (on->before == NULL && made != NULL && made->effects != NULL);
}

static bool is_refusal(lj_code code)
{
    return code == LJ_E_INVALID || code == LJ_E_CONFLICT || code == LJ_E_FORBIDDEN ||
           code == LJ_E_NOT_FOUND;
}

static lj_code apply(row_work *on, lj_err *err)
{
    ledger_import *pass = on->pass;
    const ledger_change change = {.type = pass->type,
                                  .id = on->before != NULL ? on->before->id : NULL,
                                  .is_new = on->before == NULL,
                                  .seen = on->before != NULL ? on->before->version : 0,
                                  .state = -1,
                                  .inputs = on->inputs,
                                  .input_count = on->input_count,
                                  .happened_on = LEDGER_NO_DAY,
                                  .source = LEDGER_IMPORT};
    ledger_outcome outcome;
    pass->txn->import = on->is_faulty ? NULL : pass->id;
    lj_code code = ledger_apply(pass->txn, &change, &outcome, err);
    pass->txn->import = NULL;
    bool is_said = outcome.problem_count > 0 || outcome.refused != NULL;
    if (is_refusal(code) && (is_said || code == LJ_E_NOT_FOUND || needs_part(on))) {
        take_outcome(on, &outcome, code);
        return LJ_OK;
    }
    if (code == LJ_OK && on->before == NULL && !on->is_faulty) {
        (void)note_seen(pass, outcome.record->id);
    }
    return code;
}

static void count_row(row_work *on)
{
    ledger_import_result *result = &on->pass->result;
    if (on->is_faulty) {
        result->faulty_count++;
    } else if (on->before == NULL) {
        result->new_count++;
    } else if (on->input_count > 0) {
        result->changed_count++;
    } else {
        result->same_count++;
    }
}

static lj_code try_row(row_work *on, lj_err *err)
{
    if (!needs_part(on)) {
        return apply(on, err);
    }
    lj_code code = ledger_savepoint(on->pass->txn, err);
    code = code == LJ_OK ? apply(on, err) : code;
    if (code == LJ_OK && on->is_faulty) {
        ledger_undo(on->pass->txn);
    } else if (code == LJ_OK) {
        code = ledger_release(on->pass->txn, err);
    }
    return code;
}

static lj_code run_row(row_work *on, lj_err *err)
{
    lj_code code = match(on, err);
    bool is_lost = on->is_faulty; /* the record is not known: nothing can be tried on it */
    code = code == LJ_OK ? take_cells(on, err) : code;
    bool is_change = on->before == NULL || on->input_count > 0;
    return code == LJ_OK && is_change && !is_lost ? try_row(on, err) : code;
}

lj_code ledger_import_row(ledger_import *pass, uint32_t row_no, const ledger_import_cell *cells,
                          lj_err *err)
{
    if (pass->result.row_count == LEDGER_IMPORT_ROWS_MAX) {
        return lj_fail(err, LJ_E_LIMIT, UINT64_MAX, "too many rows for one import");
    }
    pass->result.row_count++;
    lj_arena_mark mark = lj_arena_mark_of(pass->txn->arena);
    row_work on = {.pass = pass, .row_no = row_no, .cells = cells, .unit = store_null()};
    lj_code code = run_row(&on, err);
    if (code == LJ_OK) {
        count_row(&on);
    }
    lj_arena_rewind(pass->txn->arena, mark);
    return code;
}
