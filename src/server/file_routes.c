/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Attachments: bytes in, bytes out, never a look inside. What a file is gets decided on its first
 * bytes, so that nothing comes in under a false name; it always goes out as bytes to be saved. */
#include "base/num.h"
#include "ledger/list_terms.h"
#include "server/download.h"
#include "server/files.h"
#include "server/server.h"

static const problem_text required = {"this must be filled in", "此项必填"};
static const problem_text no_record = {"there is no such record", "没有这条记录"};

/* ---- upload ---- */
typedef struct upload {
    const ledger_type *type; /* attachment */
    lj_slice name;
    const char *media_type;
    uint8_t sha256[32];
    const ledger_type *of_type; /* of the record it belongs to; NULL: none */
    uint8_t of[16];
    store_value unit;
} upload;

static void fault(route_call *call, const char *pointer, const char *code, problem_text text)
{
    problem_error_add(call->problem, lj_cstr_str(pointer), code, text, (lj_str){0}, (lj_str){0});
}

/* The last part of a path of either kind: some browsers send where the file lay. */
static lj_slice base_name(lj_slice name)
{
    size_t from = 0;
    for (size_t i = 0; i < name.len; i++) {
        from = name.ptr[i] == '/' || name.ptr[i] == '\\' ? i + 1 : from;
    }
    name = lj_slice_part(name, from, name.len);
    bool is_dots = lj_slice_is(name, LJ_BYTES(".")) || lj_slice_is(name, LJ_BYTES(".."));
    return is_dots ? (lj_slice){0} : name;
}

static void read_name(route_call *call, upload *to)
{
    to->name = base_name(lj_str_bytes(http_query(call->request, "name")));
    while (to->name.len > 0 && to->name.ptr[0] == ' ') {
        to->name = lj_slice_part(to->name, 1, to->name.len);
    }
    if (to->name.len == 0) {
        fault(call, "/name", "required", required);
    }
}

/* The record must be one that the caller may read; the file then belongs to its unit. */
static lj_code read_record(route_call *call, upload *to, lj_err *err)
{
    lj_str type = http_query(call->request, "record_type");
    lj_str id = http_query(call->request, "record");
    if (type.len == 0 && id.len == 0) {
        const ledger_actor *actor = server_actor(call);
        for (uint32_t i = 0; i < actor->post_count && to->unit.kind == STORE_NULL; i++) {
            to->unit = actor->posts[i].unit;
        }
        return LJ_OK;
    }
    to->of_type = ledger_type_lookup(type.ptr, type.len);
    if (to->of_type == NULL || to->of_type == to->type ||
        !ledger_id_read(lj_str_bytes(id), to->of)) {
        fault(call, "/record", "unknown_record", no_record);
        return LJ_OK;
    }
    ledger_record *record = NULL;
    lj_code code = ledger_read(server_of(call)->book, server_conn(call), server_actor(call),
                               to->of_type, to->of, call->arena, &record, NULL, err);
    if (code == LJ_E_NOT_FOUND) {
        fault(call, "/record", "unknown_record", no_record);
        return LJ_OK;
    }
    if (code == LJ_OK) {
        to->unit = record->unit;
    }
    return code;
}

static lj_code read_upload(route_call *call, upload *to, lj_err *err)
{
    static const problem_text media = {
        "the file is not what it is declared to be, or of a type that is not taken",
        "文件内容与声明的类型不符，或不接受该类型的文件"};
    *to = (upload){.type = ledger_type_lookup("attachment", 10), .unit = store_null()};
    read_name(call, to);
    lj_code code = read_record(call, to, err);
    if (code == LJ_OK && call->problem->error_count > 0) {
        code = lj_fail(err, LJ_E_INVALID, UINT64_MAX, "the query is not valid");
    }
    if (code != LJ_OK) {
        return code;
    }
    to->media_type =
        files_media_type(http_header(call->request, "Content-Type"), call->request->body);
    if (to->media_type == NULL) {
        problem_detail(call->problem, media, (lj_str){0}, (lj_str){0});
        return problem_set(call->problem, PROBLEM_MEDIA, err);
    }
    return files_hash(call->request->body, to->sha256, err);
}

static void add_input(const ledger_type *type, const char *field, store_value value,
                      ledger_input *inputs, uint32_t *count)
{
    int at = ledger_field_find(type, field, strlen(field));
    LJ_ASSERT(at >= 0);
    if (value.kind != STORE_NULL) {
        inputs[(*count)++] = (ledger_input){(uint32_t)at, value};
    }
}

static uint32_t inputs_of(const route_call *call, const upload *from, ledger_input *inputs)
{
    uint32_t count = 0;
    const ledger_type *type = from->type;
    bool has_record = from->of_type != NULL;
    add_input(type, "name", store_text(from->name), inputs, &count);
    add_input(type, "media_type", store_cstr(from->media_type), inputs, &count);
    add_input(type, "size", store_int((int64_t)call->request->body.len), inputs, &count);
    add_input(type, "sha256", store_bytes(lj_slice_of(from->sha256, 32)), inputs, &count);
    add_input(type, "record_type", has_record ? store_cstr(from->of_type->name) : store_null(),
              inputs, &count);
    add_input(type, "record", has_record ? store_bytes(lj_slice_of(from->of, 16)) : store_null(),
              inputs, &count);
    add_input(type, "unit", from->unit, inputs, &count);
    return count;
}

/* The record first, so that nothing is stored for who may not; the file lies there, synced, before
 * the transaction ends. */
static lj_code upload_work(route_call *call, ledger_txn *txn, void *ctx, lj_json *json,
                           uint32_t *out_status, lj_err *err)
{
    const upload *from = ctx;
    ledger_input inputs[8];
    const ledger_change change = {.type = from->type,
                                  .is_new = true,
                                  .state = -1,
                                  .inputs = inputs,
                                  .input_count = inputs_of(call, from, inputs),
                                  .happened_on = LEDGER_NO_DAY,
                                  .source = LEDGER_LIVE};
    ledger_outcome *outcome = lj_arena_alloc(call->arena, sizeof *outcome);
    if (outcome == NULL) {
        return lj_fail(err, LJ_E_LIMIT, UINT64_MAX, "no room for the outcome");
    }
    lj_code code = ledger_apply(txn, &change, outcome, err);
    if (code != LJ_OK) {
        return server_refused(call, change.type, outcome, code, err);
    }
    code = files_put(server_of(call)->data_dir, from->sha256, call->request->body, err);
    ledger_rights rights;
    code = code == LJ_OK ? ledger_rights_of(server_of(call)->book, ledger_conn_of(txn),
                                            server_actor(call), outcome->record, &rights, err)
                         : code;
    if (code != LJ_OK) {
        return code;
    }
    server_put_record(call, ledger_conn_of(txn), json, NULL, outcome->record, &rights, true);
    route_etag(call, (uint64_t)outcome->record->version);
    lj_buf place;
    lj_buf_init(&place, call->arena, 128);
    char id[37];
    ledger_id_print(outcome->record->id, id);
    lj_buf_put_cstr(&place, "/api/v1/attachments/");
    lj_buf_put_cstr(&place, id);
    http_respond_header(call->response, "Location", lj_buf_str(&place));
    *out_status = 201;
    return LJ_OK;
}

static lj_code attachment_post(route_call *call, lj_err *err)
{
    upload from;
    lj_code code = read_upload(call, &from, err);
    return code == LJ_OK ? server_change(call, upload_work, &from, err) : code;
}

/* ---- download ---- */
/* A damaged file is told to the caller and to the log. */
static lj_code tell_damage(route_call *call, const uint8_t sha256[32], lj_err *err)
{
    ledger_txn *txn = NULL;
    lj_code code = ledger_begin(server_of(call)->book, server_actor(call), call->arena, &txn, err);
    if (code == LJ_OK) {
        code = ledger_note(txn, SEAL_SETTING, sha256, 0, err);
        if (code == LJ_OK) {
            code = ledger_commit(txn, err);
        } else {
            ledger_rollback(txn);
        }
    }
    return code == LJ_OK ? problem_set(call->problem, PROBLEM_TAMPERED, err) : code;
}

static lj_code send_file(route_call *call, const ledger_record *record, lj_err *err)
{
    const ledger_type *type = record->type;
    const store_value *sha256 = &record->values[ledger_field_find(type, "sha256", 6)];
    const store_value *name = &record->values[ledger_field_find(type, "name", 4)];
    if (sha256->kind != STORE_BYTES || sha256->bytes.len != 32) {
        return problem_set(call->problem, PROBLEM_NOT_FOUND, err);
    }
    download *file = download_new(call, FILES_BYTES_MAX + 1);
    if (file == NULL) {
        return lj_fail(err, LJ_E_LIMIT, UINT64_MAX, "no room for a file");
    }
    lj_code code = files_get(server_of(call)->data_dir, sha256->bytes.ptr, &file->bytes, err);
    if (code == LJ_OK) {
        download_send(call, file, "application/octet-stream",
                      (lj_str){(const char *)name->bytes.ptr, name->bytes.len});
        return LJ_OK;
    }
    download_free(file);
    return code == LJ_E_TAMPERED || code == LJ_E_NOT_FOUND
               ? tell_damage(call, sha256->bytes.ptr, err)
               : code;
}

static lj_code content_get(route_call *call, lj_err *err)
{
    uint8_t id[16];
    if (!server_id(call, "id", id)) {
        return problem_set(call->problem, PROBLEM_NOT_FOUND, err);
    }
    const ledger_type *type = ledger_type_lookup("attachment", 10);
    ledger_record *record = NULL;
    lj_code code = ledger_read(server_of(call)->book, server_conn(call), server_actor(call), type,
                               id, call->arena, &record, NULL, err);
    if (code != LJ_OK) {
        return code;
    }
    bool is_kept = record->state == ledger_state_find(type, "kept", 4) && !record->is_void;
    return is_kept ? send_file(call, record, err) : problem_set(call->problem, PROBLEM_GONE, err);
}

/* clang-format off: one row a line */
static const route_row rows[] = {
    {"POST", "/api/v1/attachments",              PERM_BUSINESS, ROUTE_BODY_ANY,  FILES_BYTES_MAX,
     ROUTE_IDEMPOTENT,                                                                                           attachment_post, "attachment_create",  "Upload a file",       "上传附件", NULL},
    {"GET",  "/api/v1/attachments/{id}/content", PERM_BUSINESS, ROUTE_BODY_NONE, 0,               ROUTE_STREAMS,
     content_get,                                                                                                                 "attachment_content", "The bytes of a file", "下载附件", NULL},
};
/* clang-format on */
const route_table file_routes = {rows, LJ_COUNT_OF(rows)};
