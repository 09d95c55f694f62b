/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Import over HTTP: a file is previewed and kept, then committed by its id, then perhaps undone. A
 * commit reads the kept file again: what is written is what the records allow at that moment. */
#include "base/hash.h"
#include "base/num.h"
#include "server/sheet.h"
#include "server/sheet_routes.h"

enum {
    ROW_ROOM = 64 * 1024 * 1024, /* bytes of one row's work in the kernel */
    COMMIT_MAX = 1024,           /* bytes of the body */
};

static const problem_text not_open = {"this import is committed or undone already",
                                      "此批次已确认或已撤销"};
static const problem_text not_committed = {"this import is not committed, or undone already",
                                           "此批次尚未确认或已撤销"};
static const problem_text still_faulty = {
    "some rows are faulty: mend the file, or leave those rows out",
    "部分行有错误：请修改文件，或选择跳过这些行"};

/* ---- faults of the file ---- */
static lj_str fault_text(route_call *call, const table_fault *fault)
{
    lj_buf text;
    lj_buf_init(&text, call->arena, 2048);
    table_fault_text(fault, !server_english(call), &text);
    return lj_buf_ok(&text) ? lj_buf_str(&text) : LJ_STR("");
}

/* The file cannot be read as a table: one error, with the cell where there is one. */
static lj_code refuse_file(route_call *call, const table_fault *fault, lj_err *err)
{
    static const problem_text whole = {"{0}", "{0}"};
    lj_buf pointer;
    lj_buf_init(&pointer, call->arena, 40);
    if (fault->cell[0] != '\0') {
        lj_buf_put_cstr(&pointer, "/");
        lj_buf_put_cstr(&pointer, fault->cell);
    }
    problem_error_add(call->problem, lj_buf_str(&pointer), table_fault_row_of(fault->code)->name,
                      whole, fault_text(call, fault), (lj_str){0});
    return problem_set(call->problem, PROBLEM_INVALID, err);
}

/* ---- the preview as JSON ---- */
static void put_sentence(route_call *call, lj_json *json, problem_text text, lj_str bound)
{
    const char *from = server_english(call) ? text.en : text.zh;
    lj_buf buf;
    lj_buf_init(&buf, call->arena, 4096);
    for (const char *at = from; *at != '\0'; at++) {
        if (strncmp(at, "{0}", 3) == 0) {
            lj_buf_put(&buf, lj_str_bytes(bound));
            at += 2;
        } else {
            lj_buf_put_u8(&buf, (uint8_t)*at);
        }
    }
    lj_json_text(json, "detail", lj_buf_slice(&buf));
}

/* The fault of a cell has a remedy. */
static bool put_cell_fault(route_call *call, lj_json *json, const char *code)
{
    for (int i = 0; i < TABLE_FAULT_COUNT; i++) {
        const table_fault_row *row = table_fault_row_of((table_fault_code)i);
        if (strcmp(row->name, code) == 0) {
            bool english = server_english(call);
            lj_json_cstr(json, "detail", english ? row->en : row->zh);
            lj_json_cstr(json, "remedy", english ? row->en_remedy : row->zh_remedy);
            return true;
        }
    }
    return false;
}

/* What may stand in a cell of codes: there is no other place where a person with the file before
 * him finds the words. */
static void put_choices(route_call *call, lj_json *json, const ledger_field *field)
{
    const ledger_codes *codes = ledger_codes_of(server_of(call)->book);
    lj_str list = lj_cstr_str(field->of);
    bool english = server_english(call);
    lj_buf buf;
    lj_buf_init(&buf, call->arena, 8 * 1024);
    lj_buf_put_cstr(&buf, english ? "one of: " : "可填：");
    for (uint32_t i = 0; i < ledger_codes_count(codes, list); i++) {
        const ledger_code_row *row = ledger_codes_at(codes, list, i);
        lj_buf_put_cstr(&buf, i == 0 ? "" : english ? ", " : "、");
        lj_buf_put(&buf, lj_str_bytes(english ? row->en : row->zh));
    }
    lj_json_text(json, "remedy", lj_buf_slice(&buf));
}

static void put_error(route_call *call, lj_json *json, const sheet_read *read,
                      const ledger_import_error *error)
{
    const ledger_type *type = read->plan.columns.type;
    lj_json_object_begin(json, NULL);
    lj_json_uint(json, "row", error->row_no);
    char cell[TABLE_CELL_NAME_CAP] = "";
    if (error->column >= 0) {
        const ledger_sheet *sheet = &read->plan.columns;
        uint32_t column = (uint32_t)error->column;
        lj_json_cstr(json, "column",
                     column == 0 ? "number" : type->fields[sheet->fields[column]].name);
        lj_json_text(json, "label",
                     lj_str_bytes(sheet_title(&read->plan, column, server_english(call))));
        if (read->header.columns[column] != TABLE_NO_COLUMN) {
            table_cell_name(error->row_no, read->header.columns[column], cell);
        }
    } else {
        lj_json_null(json, "column");
    }
    lj_json_cstr(json, "cell", cell);
    lj_json_cstr(json, "code", error->refused != NULL ? error->refused : error->code);
    lj_str bound = {0};
    if (error->refused != NULL) {
        put_sentence(call, json, server_refusal_text(type, error->refused), bound);
    } else if (!put_cell_fault(call, json, error->code)) {
        problem_text text =
            server_problem_text(call->arena, error->code, error->min, error->max, &bound);
        put_sentence(call, json, text, bound);
    }
    const int *of_field = error->column > 0 ? &read->plan.columns.fields[error->column] : NULL;
    if (of_field != NULL && type->fields[*of_field].kind == LEDGER_CODE &&
        strcmp(error->code, "unknown_code") == 0) {
        put_choices(call, json, &type->fields[*of_field]);
    }
    if (error->found.len > 0) {
        lj_json_text(json, "value", error->found);
    }
    lj_json_object_end(json);
}

static void put_preview(route_call *call, lj_json *json, const char *key, const sheet_read *read,
                        const uint8_t *id)
{
    const ledger_import_result *result = read->result;
    lj_json_object_begin(json, key);
    if (id != NULL) {
        server_put_id(json, "import", id);
    }
    lj_json_cstr(json, "type", read->plan.columns.type->name);
    lj_json_uint(json, "rows", result->row_count);
    lj_json_uint(json, "new", result->new_count);
    lj_json_uint(json, "changed", result->changed_count);
    lj_json_uint(json, "same", result->same_count);
    lj_json_uint(json, "faulty", result->faulty_count);
    lj_json_array_begin(json, "errors");
    for (uint32_t i = 0; i < result->error_count; i++) {
        put_error(call, json, read, &result->errors[i]);
    }
    lj_json_array_end(json);
    lj_json_uint(json, "more_errors", result->error_total - result->error_count);
    lj_json_array_begin(json, "ignored");
    for (uint32_t i = 0; i < read->header.faults.count; i++) {
        const table_fault *fault = &read->header.faults.rows[i];
        if (fault->code == TABLE_FAULT_HEADER_UNKNOWN) {
            lj_json_object_begin(json, NULL);
            lj_json_cstr(json, "cell", fault->cell);
            lj_json_text(json, "detail", lj_str_bytes(fault_text(call, fault)));
            lj_json_object_end(json);
        }
    }
    lj_json_array_end(json);
    lj_json_object_end(json);
}

/* ---- preview ---- */
/* What the rows would do, in a transaction that is rolled back. */
static lj_code try_file(route_call *call, lj_arena *table, sheet_read *read, lj_err *err)
{
    lj_arena *rows = lj_arena_new(ROW_ROOM);
    if (rows == NULL) {
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for an import");
    }
    ledger_txn *txn = NULL;
    lj_code code = ledger_begin(server_of(call)->book, server_actor(call), rows, &txn, err);
    if (code == LJ_OK) {
        code = sheet_run(txn, call->row->data, NULL, call->request->body, table, read, err);
        ledger_rollback(txn);
    }
    lj_arena_free(rows);
    return code;
}

static lj_code keep_file(route_call *call, uint8_t out_id[16], lj_err *err)
{
    ledger_txn *txn = NULL;
    lj_code code = ledger_begin(server_of(call)->book, server_actor(call), call->arena, &txn, err);
    if (code != LJ_OK) {
        return code;
    }
    code = ledger_import_keep(txn, call->row->data, call->request->body, out_id, err);
    if (code != LJ_OK) {
        ledger_rollback(txn);
        return code;
    }
    return ledger_commit(txn, err);
}

static lj_code answer_preview(route_call *call, lj_arena *table, lj_err *err)
{
    sheet_read read = {0};
    lj_code code = try_file(call, table, &read, err);
    if (code != LJ_OK) {
        return code;
    }
    if (read.fault.code != TABLE_FAULT_NONE) {
        return refuse_file(call, &read.fault, err);
    }
    uint8_t id[16];
    code = keep_file(call, id, err);
    if (code != LJ_OK) {
        return code;
    }
    lj_buf buf;
    lj_json json;
    server_json_begin(call, &buf, &json);
    put_preview(call, &json, NULL, &read, id);
    return server_json_end(call, 200, &buf, err);
}

static lj_code import_post(route_call *call, lj_err *err)
{
    lj_arena *table = lj_arena_new(TABLE_ARENA_MAX);
    lj_code code = table != NULL ? answer_preview(call, table, err)
                                 : lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for a table");
    lj_arena_free(table);
    return code;
}

/* ---- commit ---- */
typedef struct commit {
    uint8_t id[16];
    bool skip_faulty;
    lj_arena *table;
} commit;

static lj_code refuse_state(route_call *call, problem_text text, lj_err *err)
{
    problem_detail(call->problem, text, (lj_str){0}, (lj_str){0});
    return problem_set(call->problem, PROBLEM_REFUSED, err);
}

static lj_code refuse_rows(route_call *call, const sheet_read *read, lj_err *err)
{
    lj_buf buf;
    lj_json json;
    server_json_begin(call, &buf, &json);
    put_preview(call, &json, NULL, read, NULL);
    if (lj_buf_ok(&buf)) {
        problem_member(call->problem, "preview", lj_buf_slice(&buf));
    }
    return refuse_state(call, still_faulty, err);
}

static lj_code log_file(ledger_txn *txn, const commit *on, lj_slice bytes, lj_err *err)
{
    uint8_t digest[LJ_SHA256_LEN];
    lj_sha256 *sha = lj_sha256_new();
    if (sha == NULL) {
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for a digest");
    }
    lj_sha256_begin(sha);
    lj_sha256_add(sha, bytes);
    lj_sha256_end(sha, digest);
    lj_sha256_free(sha);
    return ledger_import_done(txn, on->id, digest, err);
}

static lj_code commit_work(route_call *call, ledger_txn *txn, void *ctx, lj_json *json,
                           uint32_t *out_status, lj_err *err)
{
    (void)out_status;
    commit *on = ctx;
    ledger_import_row_of kept;
    lj_code code = ledger_import_load(txn, on->id, on->table, &kept, err);
    if (code != LJ_OK) {
        return code;
    }
    if (kept.state != LEDGER_IMPORT_PREVIEWED) {
        return refuse_state(call, not_open, err);
    }
    sheet_read read;
    code = sheet_run(txn, kept.type, on->id, kept.bytes, on->table, &read, err);
    if (code != LJ_OK) {
        return code;
    }
    if (read.fault.code != TABLE_FAULT_NONE) {
        return refuse_file(call, &read.fault, err);
    }
    if (read.result->faulty_count > 0 && !on->skip_faulty) {
        return refuse_rows(call, &read, err);
    }
    code = log_file(txn, on, kept.bytes, err);
    if (code == LJ_OK) {
        lj_json_object_begin(json, NULL);
        lj_json_uint(json, "created", read.result->new_count);
        lj_json_uint(json, "changed", read.result->changed_count);
        lj_json_uint(json, "same", read.result->same_count);
        lj_json_uint(json, "skipped", read.result->faulty_count);
        server_put_id(json, "batch", on->id);
        lj_json_object_end(json);
    }
    return code;
}

static lj_code commit_post(route_call *call, lj_err *err)
{
    static const char *const names[] = {"skip_faulty", NULL};
    commit on = {.skip_faulty = false};
    if (!server_id(call, "id", on.id)) {
        return problem_set(call->problem, PROBLEM_NOT_FOUND, err);
    }
    json_in_only(call->problem, call->json, names);
    (void)json_in_bool(call->problem, call->json, "skip_faulty", JSON_OPTIONAL, &on.skip_faulty);
    if (call->problem->error_count > 0) {
        return lj_fail(err, LJ_E_INVALID, UINT64_MAX, "the body is not valid");
    }
    on.table = lj_arena_new(TABLE_ARENA_MAX);
    lj_code code = on.table != NULL ? server_change(call, commit_work, &on, err)
                                    : lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for a table");
    lj_arena_free(on.table);
    return code;
}

/* ---- undo ---- */
static void put_kept(route_call *call, ledger_txn *txn, lj_json *json,
                     const ledger_import_kept *kept)
{
    lj_str bound = {0};
    store_value id = store_bytes(lj_slice_of(kept->record, 16));
    problem_text text = server_problem_text(call->arena, kept->reason, 0, 0, &bound);
    lj_json_object_begin(json, NULL);
    server_put_ref(call, ledger_conn_of(txn), json, "record", kept->type, &id);
    lj_json_cstr(json, "code", kept->reason);
    put_sentence(call, json, text, bound);
    lj_json_object_end(json);
}

static lj_code undo_work(route_call *call, ledger_txn *txn, void *ctx, lj_json *json,
                         uint32_t *out_status, lj_err *err)
{
    (void)out_status;
    ledger_import_undone *undone = lj_arena_alloc(call->arena, sizeof *undone);
    if (undone == NULL) {
        return lj_fail(err, LJ_E_LIMIT, UINT64_MAX, "no room for the answer");
    }
    lj_code code = ledger_import_undo(txn, ctx, undone, err);
    if (code == LJ_E_CONFLICT) {
        return refuse_state(call, not_committed, err);
    }
    if (code != LJ_OK) {
        return code;
    }
    uint32_t named =
        undone->kept_count < LEDGER_IMPORT_KEPT_MAX ? undone->kept_count : LEDGER_IMPORT_KEPT_MAX;
    lj_json_object_begin(json, NULL);
    lj_json_uint(json, "voided", undone->void_count);
    lj_json_uint(json, "restored", undone->restored_count);
    lj_json_uint(json, "kept_count", undone->kept_count);
    lj_json_array_begin(json, "kept");
    for (uint32_t i = 0; i < named; i++) {
        put_kept(call, txn, json, &undone->kept[i]);
    }
    lj_json_array_end(json);
    lj_json_object_end(json);
    return LJ_OK;
}

static lj_code undo_post(route_call *call, lj_err *err)
{
    uint8_t id[16];
    if (!server_id(call, "id", id)) {
        return problem_set(call->problem, PROBLEM_NOT_FOUND, err);
    }
    return server_change(call, undo_work, id, err);
}

/* ---- look ---- */
static lj_code import_get(route_call *call, lj_err *err)
{
    static const char *const states[] = {"previewed", "committed", "undone"};
    uint8_t id[16];
    ledger_import_row_of row;
    if (!server_id(call, "id", id)) {
        return problem_set(call->problem, PROBLEM_NOT_FOUND, err);
    }
    server *app = server_of(call);
    lj_code code =
        ledger_import_read(app->book, server_conn(call), server_actor(call), id, &row, err);
    int64_t made = 0;
    int64_t changed = 0;
    code = code == LJ_OK
               ? ledger_import_count(app->book, server_conn(call), id, &made, &changed, err)
               : code;
    if (code != LJ_OK) {
        return code;
    }
    lj_buf buf;
    lj_json json;
    server_json_begin(call, &buf, &json);
    lj_json_object_begin(&json, NULL);
    server_put_id(&json, "import", id);
    lj_json_cstr(&json, "type", row.type->name);
    lj_json_cstr(&json, "state", states[(uint32_t)row.state < LJ_COUNT_OF(states) ? row.state : 0]);
    server_put_instant(&json, "at", row.at);
    lj_json_int(&json, "records_made", made); /* with their consequences: the posts of a unit */
    lj_json_int(&json, "records_changed", changed);
    lj_json_object_end(&json);
    return server_json_end(call, 200, &buf, err);
}

/* ---- the rows ---- */
typedef struct sheet_shape {
    const char *method, *path, *name;
    route_body body;
    uint32_t body_max, flags;
    route_handler handler;
    bool is_import; /* only for types that rows can make */
    const char *en, *zh;
} sheet_shape;

/* clang-format off: one row a line */
static const sheet_shape shapes[] = {
    {"GET",  "/export",   "export",   ROUTE_BODY_NONE, 0,               ROUTE_STREAMS, sheet_export_get,   false,
     "Export",          "导出"      },
    {"GET",  "/template", "template", ROUTE_BODY_NONE, 0,               ROUTE_STREAMS, sheet_template_get, true,
     "Import template", "导入模板"},
    {"POST", "/import",   "import",   ROUTE_BODY_ANY,  SHEET_BYTES_MAX, 0,             import_post,        true,
     "Import: preview", "导入预览"},
};
static const route_row batch_rows[] = {
    {"GET",  "/api/v1/imports/{id}",        PERM_BUSINESS, ROUTE_BODY_NONE, 0,          0,                import_get,  "import_read",
     "What became of an import",                                                                                                                                    "查看导入批次", NULL},
    {"POST", "/api/v1/imports/{id}/commit", PERM_BUSINESS, ROUTE_BODY_JSON, COMMIT_MAX,
     ROUTE_IDEMPOTENT,                                                                                    commit_post, "import_commit", "Write what was previewed", "确认导入",       NULL},
    {"POST", "/api/v1/imports/{id}/undo",   PERM_BUSINESS, ROUTE_BODY_NONE, 0,          ROUTE_IDEMPOTENT,
     undo_post,                                                                                                        "import_undo",   "Take an import back",      "撤销导入",       NULL},
};
/* clang-format on */

static const char *joined(lj_arena *arena, const char *a, const char *b, const char *c)
{
    lj_buf text;
    lj_buf_init(&text, arena, 256);
    lj_buf_put_cstr(&text, a);
    lj_buf_put_cstr(&text, b);
    lj_buf_put_cstr(&text, c);
    lj_buf_put_u8(&text, 0);
    return lj_buf_ok(&text) ? (const char *)lj_buf_slice(&text).ptr : NULL;
}

static bool put_row(lj_arena *arena, const ledger_type *type, const sheet_shape *shape,
                    route_row *out)
{
    *out = (route_row){
        .method = shape->method,
        .pattern = joined(arena, "/api/v1/", type->plural, shape->path),
        .permission = PERM_BUSINESS,
        .body = shape->body,
        .body_max = shape->body_max,
        .flags = shape->flags,
        .handler = shape->handler,
        .name = joined(arena, type->name, "_", shape->name),
        .en = joined(arena, shape->en, ": ", ledger_label_of(type, "type", true)),
        .zh = joined(arena, ledger_label_of(type, "type", false), "：", shape->zh),
        .data = type,
    };
    return out->pattern != NULL && out->name != NULL && out->en != NULL && out->zh != NULL;
}

lj_code import_routes(lj_arena *arena, route_table *out, lj_err *err)
{
    size_t most = ledger_type_count * LJ_COUNT_OF(shapes) + LJ_COUNT_OF(batch_rows);
    route_row *rows = lj_arena_array(arena, most, sizeof *rows);
    bool is_whole = rows != NULL;
    size_t count = 0;
    for (uint32_t i = 0; i < ledger_type_count && is_whole; i++) {
        for (size_t j = 0; j < LJ_COUNT_OF(shapes); j++) {
            if (!shapes[j].is_import || ledger_import_offers(ledger_types[i])) {
                is_whole = put_row(arena, ledger_types[i], &shapes[j], &rows[count++]) && is_whole;
            }
        }
    }
    if (!is_whole) {
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no room for the routes");
    }
    memcpy(&rows[count], batch_rows, sizeof batch_rows);
    *out = (route_table){rows, count + LJ_COUNT_OF(batch_rows)};
    return LJ_OK;
}
