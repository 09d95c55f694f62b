/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The calls that every record type has. The rows are made from the record tables at the start, one
 * set per type, with literal paths, so that the route table, the OpenAPI document and the metrics
 * name the types. Rules are the kernel's: nothing here asks who may do what. */
#include "base/num.h"
#include "ledger/list_terms.h"
#include "server/record_list.h"
#include "server/server.h"

enum {
    CHANGE_MAX = 256 * 1024, /* bytes of a change: 20,000 characters of prose, escaped, and room */
    NO_BODY = 0,
};

static const ledger_type *type_of(const route_call *call)
{
    return call->row->data;
}

/* ---- reading ---- */
static lj_code record_get(route_call *call, lj_err *err)
{
    uint8_t id[16];
    if (!server_id(call, "id", id)) {
        return problem_set(call->problem, PROBLEM_NOT_FOUND, err);
    }
    server *app = server_of(call);
    ledger_record *record = NULL;
    ledger_rights rights = {0};
    lj_str known = http_query(call->request, "known_at");
    lj_code code = ledger_read(app->book, server_conn(call), server_actor(call), type_of(call), id,
                               call->arena, &record, &rights, err);
    if (code == LJ_OK && known.ptr != NULL) {
        const ledger_field instant = {.kind = LEDGER_INSTANT};
        store_value at;
        if (ledger_value_read(app->book, &instant, lj_str_bytes(known), call->arena, &at) != NULL ||
            at.kind != STORE_INT) {
            static const problem_text form = {
                "known_at must be an instant of the form 2023-05-01T02:00:00Z",
                "known_at 应为时刻，如 2023-05-01T02:00:00Z"};
            problem_detail(call->problem, form, (lj_str){0}, (lj_str){0});
            return problem_set(call->problem, PROBLEM_BAD_REQUEST, err);
        }
        code = ledger_read_known(app->book, server_conn(call), server_actor(call), type_of(call),
                                 id, at.num, call->arena, &record, err);
    }
    if (code != LJ_OK) {
        return code;
    }
    lj_buf buf;
    lj_json json;
    server_json_begin(call, &buf, &json);
    server_put_record(call, server_conn(call), &json, NULL, record, &rights, known.ptr == NULL);
    route_etag(call, (uint64_t)record->version);
    return server_json_end(call, 200, &buf, err);
}

/* What the event tag of the past is called. */
static const char *event_name(const ledger_type *type, int64_t tag)
{
    if (tag == LEDGER_EDIT_TAG) {
        return "change";
    }
    if (tag == LEDGER_VOID_TAG) {
        return "void";
    }
    if (tag == LEDGER_ERASE_TAG) {
        return "erase";
    }
    for (uint32_t i = 0; i < type->move_count; i++) {
        if (type->moves[i].tag == tag) {
            return type->moves[i].event;
        }
    }
    return "";
}

static const char *event_label(const ledger_type *type, int64_t tag, bool english)
{
    if (tag == LEDGER_EDIT_TAG) {
        return english ? "Edit" : "修改";
    }
    if (tag == LEDGER_VOID_TAG) {
        return english ? "Void" : "作废";
    }
    if (tag == LEDGER_ERASE_TAG) {
        return english ? "Erase values" : "清除数据";
    }
    return ledger_label_in(type, "event", event_name(type, tag), english);
}

static void put_state(lj_json *json, const char *key, const ledger_type *type, int state)
{
    if (state >= 0 && state < (int)ledger_state_count(type)) {
        lj_json_cstr(json, key, type->states[state]);
    } else {
        lj_json_null(json, key);
    }
}

static void put_event(route_call *call, lj_json *json, const ledger_type *type,
                      const ledger_event *event)
{
    store_conn *conn = server_conn(call);
    lj_json_object_begin(json, NULL);
    lj_json_int(json, "version", event->version);
    server_put_instant(json, "at", event->recorded_at);
    server_put_day(json, "happened_on", event->happened_on);
    server_put_account(call, conn, json, "by", &event->by_account);
    const ledger_type *post = ledger_type_lookup("post", 4);
    server_put_ref(call, conn, json, "post", post, &event->post);
    server_put_ref(call, conn, json, "for_post", post, &event->for_post);
    lj_json_cstr(json, "event", event_name(type, event->event));
    lj_json_cstr(json, "event_label", event_label(type, event->event, server_english(call)));
    put_state(json, "from", type, event->from);
    put_state(json, "to", type, event->to);
    lj_json_text(json, "reason", event->reason.bytes);
    lj_json_int(json, "leaf", event->leaf);
    lj_json_array_begin(json, "changes");
    for (uint32_t i = 0; i < event->change_count; i++) {
        const ledger_was *was = &event->changes[i];
        const ledger_field *field = &type->fields[was->field];
        lj_json_object_begin(json, NULL);
        lj_json_cstr(json, "field", field->name);
        server_put_value(call, conn, json, "before", field, &was->before);
        server_put_value(call, conn, json, "after", field, &was->after);
        lj_json_bool(json, "erased", was->is_erased);
        lj_json_object_end(json);
    }
    lj_json_array_end(json);
    lj_json_object_end(json);
}

static lj_code history_get(route_call *call, lj_err *err)
{
    uint8_t id[16];
    if (!server_id(call, "id", id)) {
        return problem_set(call->problem, PROBLEM_NOT_FOUND, err);
    }
    ledger_event *events = NULL;
    uint32_t count = 0;
    lj_code code = ledger_history(server_of(call)->book, server_conn(call), server_actor(call),
                                  type_of(call), id, call->arena, &events, &count, err);
    if (code != LJ_OK) {
        return code;
    }
    lj_buf buf;
    lj_json json;
    server_json_begin(call, &buf, &json);
    lj_json_object_begin(&json, NULL);
    lj_json_array_begin(&json, "items");
    for (uint32_t i = 0; i < count; i++) {
        put_event(call, &json, type_of(call), &events[i]);
    }
    lj_json_array_end(&json);
    lj_json_object_end(&json);
    return server_json_end(call, 200, &buf, err);
}

static void put_signature(route_call *call, lj_json *json, const ledger_type *type,
                          const ledger_signature *sign)
{
    static const char *const modes[] = {"", "session", "paper", "", "package"};
    bool is_role = sign->role >= 0 && sign->role < type->sign_count;
    const char *role = is_role ? type->signs[sign->role].role : "";
    lj_json_object_begin(json, NULL);
    lj_json_cstr(json, "event", event_name(type, sign->event));
    lj_json_cstr(json, "event_label", event_label(type, sign->event, server_english(call)));
    lj_json_cstr(json, "role", role);
    lj_json_cstr(json, "role_label", ledger_label_in(type, "role", role, server_english(call)));
    server_put_ref(call, server_conn(call), json, "person", ledger_type_lookup("person", 6),
                   &sign->person);
    lj_json_cstr(json, "mode", sign->mode >= 0 && sign->mode <= 4 ? modes[sign->mode] : "");
    server_put_instant(json, "at", sign->at);
    lj_json_text(json, "place", sign->place.bytes);
    lj_json_int(json, "seen", sign->seen);
    lj_json_bool(json, "used", sign->is_used);
    lj_json_object_end(json);
}

static lj_code signatures_get(route_call *call, lj_err *err)
{
    uint8_t id[16];
    if (!server_id(call, "id", id)) {
        return problem_set(call->problem, PROBLEM_NOT_FOUND, err);
    }
    ledger_signature *signs = NULL;
    uint32_t count = 0;
    lj_code code = ledger_signatures(server_of(call)->book, server_conn(call), server_actor(call),
                                     type_of(call), id, call->arena, &signs, &count, err);
    if (code != LJ_OK) {
        return code;
    }
    lj_buf buf;
    lj_json json;
    server_json_begin(call, &buf, &json);
    lj_json_object_begin(&json, NULL);
    lj_json_array_begin(&json, "items");
    for (uint32_t i = 0; i < count; i++) {
        put_signature(call, &json, type_of(call), &signs[i]);
    }
    lj_json_array_end(&json);
    lj_json_object_end(&json);
    return server_json_end(call, 200, &buf, err);
}

/* ---- changing ---- */
static lj_code apply_work(route_call *call, ledger_txn *txn, void *ctx, lj_json *json,
                          uint32_t *out_status, lj_err *err)
{
    const ledger_change *change = ctx;
    ledger_outcome *outcome = lj_arena_alloc(call->arena, sizeof *outcome);
    if (outcome == NULL) {
        return lj_fail(err, LJ_E_LIMIT, UINT64_MAX, "no room for the outcome");
    }
    lj_code code = ledger_apply(txn, change, outcome, err);
    if (code != LJ_OK) {
        return server_refused(call, change->type, outcome, code, err);
    }
    ledger_rights rights;
    code = ledger_rights_of(server_of(call)->book, ledger_conn_of(txn), server_actor(call),
                            outcome->record, &rights, err);
    if (code != LJ_OK) {
        return code;
    }
    server_put_record(call, ledger_conn_of(txn), json, NULL, outcome->record, &rights, true);
    route_etag(call, (uint64_t)outcome->record->version);
    if (change->is_new) {
        char id[37];
        ledger_id_print(outcome->record->id, id);
        server_put_location(call, lj_cstr_str(id));
        *out_status = 201;
    }
    return LJ_OK;
}

static lj_code record_post(route_call *call, lj_err *err)
{
    ledger_change change;
    lj_code code = server_read_change(call, type_of(call), &change, err);
    change.is_new = true;
    return code == LJ_OK ? server_change(call, apply_work, &change, err) : code;
}

static lj_code record_patch(route_call *call, lj_err *err)
{
    static const problem_text by_move = {"a change of state is a move", "状态只能通过办理步骤改变"};
    ledger_change change;
    uint8_t id[16];
    if (!server_id(call, "id", id)) {
        return problem_set(call->problem, PROBLEM_NOT_FOUND, err);
    }
    lj_code code = server_read_change(call, type_of(call), &change, err);
    if (code == LJ_OK && change.event != NULL) {
        json_in_fault(call->problem, call->json, "event", "unknown", by_move);
        code = lj_fail(err, LJ_E_INVALID, UINT64_MAX, "the body is not valid");
    }
    change.id = id;
    change.seen = (int64_t)call->version;
    return code == LJ_OK ? server_change(call, apply_work, &change, err) : code;
}

static lj_code move_post(route_call *call, lj_err *err)
{
    static const problem_text required = {"this must be filled in", "此项必填"};
    ledger_change change;
    uint8_t id[16];
    if (!server_id(call, "id", id)) {
        return problem_set(call->problem, PROBLEM_NOT_FOUND, err);
    }
    lj_code code = server_read_change(call, type_of(call), &change, err);
    if (code == LJ_OK && change.event == NULL) {
        json_in_fault(call->problem, call->json, "event", "required", required);
        code = lj_fail(err, LJ_E_INVALID, UINT64_MAX, "the body is not valid");
    }
    change.id = id;
    change.seen = (int64_t)call->version;
    return code == LJ_OK ? server_change(call, apply_work, &change, err) : code;
}

/* ---- signing ---- */
static lj_code sign_work(route_call *call, ledger_txn *txn, void *ctx, lj_json *json,
                         uint32_t *out_status, lj_err *err)
{
    (void)out_status;
    const ledger_signing *signing = ctx;
    ledger_outcome *outcome = lj_arena_alloc(call->arena, sizeof *outcome);
    if (outcome == NULL) {
        return lj_fail(err, LJ_E_LIMIT, UINT64_MAX, "no room for the outcome");
    }
    lj_code code = ledger_sign_move(txn, signing, outcome, err);
    if (code != LJ_OK) {
        return server_refused(call, signing->type, outcome, code, err);
    }
    lj_json_object_begin(json, NULL);
    lj_json_cstr(json, "event", signing->event);
    lj_json_array_begin(json, "missing");
    for (uint32_t i = 0; i < outcome->missing_count; i++) {
        lj_json_object_begin(json, NULL);
        lj_json_cstr(json, "role", outcome->missing[i].role);
        lj_json_cstr(
            json, "label",
            ledger_label_in(signing->type, "role", outcome->missing[i].role, server_english(call)));
        lj_json_uint(json, "min", outcome->missing[i].count);
        lj_json_object_end(json);
    }
    lj_json_array_end(json);
    lj_json_object_end(json);
    return LJ_OK;
}

/* The hash of the scan: that of an attachment which the caller may see. */
static lj_code read_scan(route_call *call, ledger_signing *out, lj_err *err)
{
    static const problem_text unknown = {"there is no such attachment", "没有这个附件"};
    lj_str text = {0};
    uint8_t id[16];
    if (!json_in_id(call->problem, call->json, "scan", JSON_OPTIONAL, &text) ||
        !ledger_id_read(lj_str_bytes(text), id)) {
        return LJ_OK;
    }
    const ledger_type *type = ledger_type_lookup("attachment", 10);
    ledger_record *record = NULL;
    lj_code code = ledger_read(server_of(call)->book, server_conn(call), server_actor(call), type,
                               id, call->arena, &record, NULL, err);
    if (code == LJ_E_NOT_FOUND) {
        json_in_fault(call->problem, call->json, "scan", "unknown_record", unknown);
        return LJ_OK;
    }
    int field = ledger_field_find(type, "sha256", 6);
    if (code == LJ_OK && field >= 0) {
        out->proof = record->values[field].bytes;
    }
    return code;
}

static lj_code signature_post(route_call *call, lj_err *err)
{
    static const char *const names[] = {"event", "role", "mode", "person", "scan", "place", NULL};
    static const problem_text not_offered = {"session or paper", "应为 session 或 paper"};
    uint8_t id[16];
    if (!server_id(call, "id", id)) {
        return problem_set(call->problem, PROBLEM_NOT_FOUND, err);
    }
    ledger_signing signing = {
        .type = type_of(call), .id = id, .seen = (int64_t)call->version, .mode = LEDGER_BY_SESSION};
    json_in_only(call->problem, call->json, names);
    lj_str text = {0};
    if (json_in_text(call->problem, call->json, "event", JSON_REQUIRED, 1, 64, &text)) {
        signing.event = lj_arena_cstr(call->arena, lj_str_bytes(text));
    }
    if (json_in_text(call->problem, call->json, "role", JSON_REQUIRED, 1, 64, &text)) {
        signing.role = lj_arena_cstr(call->arena, lj_str_bytes(text));
    }
    if (json_in_text(call->problem, call->json, "mode", JSON_OPTIONAL, 1, 16, &text)) {
        if (lj_str_is(text, LJ_STR("paper"))) {
            signing.mode = LEDGER_BY_PAPER;
        } else if (!lj_str_is(text, LJ_STR("session"))) {
            json_in_fault(call->problem, call->json, "mode", "unknown_code", not_offered);
        }
    }
    uint8_t person[16];
    if (json_in_id(call->problem, call->json, "person", JSON_OPTIONAL, &text) &&
        ledger_id_read(lj_str_bytes(text), person)) {
        signing.person = person;
    }
    if (json_in_text(call->problem, call->json, "place", JSON_OPTIONAL, 0, 120, &text)) {
        signing.place = lj_str_bytes(text);
    }
    lj_code code = read_scan(call, &signing, err);
    if (code == LJ_OK && call->problem->error_count > 0) {
        code = lj_fail(err, LJ_E_INVALID, UINT64_MAX, "the body is not valid");
    }
    return code == LJ_OK ? server_change(call, sign_work, &signing, err) : code;
}

/* ---- the rows ---- */
typedef struct row_shape {
    const char *method, *path, *name; /* path and name behind the type's */
    route_body body;
    uint32_t body_max, flags;
    route_handler handler;
    const char *en, *zh; /* summary, before the type's label */
} row_shape;

static const row_shape shapes[] = {
  /* method, path, name, body, ceiling, flags, handler, English, Chinese */
    {"GET",   "",                 "list",       ROUTE_BODY_NONE, NO_BODY,    0,                                 record_list_get, "List",    "列表"      },
    {"POST",  "",                 "create",     ROUTE_BODY_JSON, CHANGE_MAX, ROUTE_IDEMPOTENT,                  record_post,     "Create",
     "登记"                                                                                                                                             },
    {"GET",   "/{id}",            "read",       ROUTE_BODY_NONE, NO_BODY,    0,                                 record_get,      "Read",    "查看"      },
    {"PATCH", "/{id}",            "edit",       ROUTE_BODY_JSON, CHANGE_MAX, ROUTE_IF_MATCH,                    record_patch,    "Edit",
     "修改"                                                                                                                                             },
    {"POST",  "/{id}/moves",      "move",       ROUTE_BODY_JSON, CHANGE_MAX, ROUTE_IF_MATCH | ROUTE_IDEMPOTENT,
     move_post,                                                                                                                  "Move",    "办理"      },
    {"GET",   "/{id}/history",    "history",    ROUTE_BODY_NONE, NO_BODY,    0,                                 history_get,     "History",
     "历史"                                                                                                                                             },
    {"GET",   "/{id}/signatures", "signatures", ROUTE_BODY_NONE, NO_BODY,    0,                                 signatures_get,
     "Signatures",                                                                                                                          "签字"      },
    {"POST",  "/{id}/signatures", "sign",       ROUTE_BODY_JSON, CHANGE_MAX,
     ROUTE_IF_MATCH | ROUTE_IDEMPOTENT,                                                                         signature_post,  "Sign",    "签字登记"},
};

static const char *joined(lj_arena *arena, const char *a, const char *b, const char *c,
                          const char *d)
{
    lj_buf text;
    lj_buf_init(&text, arena, 256);
    lj_buf_put_cstr(&text, a);
    lj_buf_put_cstr(&text, b);
    lj_buf_put_cstr(&text, c);
    lj_buf_put_cstr(&text, d);
    lj_buf_put_u8(&text, 0);
    return lj_buf_ok(&text) ? (const char *)lj_buf_slice(&text).ptr : NULL;
}

/* Attachments are made by their bytes (file_routes.c). */
static bool has_shape(const ledger_type *type, const row_shape *shape)
{
    return strcmp(shape->name, "create") != 0 || strcmp(type->name, "attachment") != 0;
}

lj_code record_routes(lj_arena *arena, route_table *out, lj_err *err)
{
    size_t count = 0;
    route_row *rows = lj_arena_array(arena, ledger_type_count * LJ_COUNT_OF(shapes), sizeof *rows);
    bool is_whole = rows != NULL;
    for (uint32_t i = 0; i < ledger_type_count && is_whole; i++) {
        const ledger_type *type = ledger_types[i];
        for (size_t j = 0; j < LJ_COUNT_OF(shapes); j++) {
            const row_shape *shape = &shapes[j];
            if (!has_shape(type, shape)) {
                continue;
            }
            route_row *row = &rows[count++];
            *row = (route_row){
                .method = shape->method,
                .pattern = joined(arena, "/api/v1/", type->plural, shape->path, ""),
                .permission = PERM_BUSINESS,
                .body = shape->body,
                .body_max = shape->body_max,
                .flags = shape->flags,
                .handler = shape->handler,
                .name = joined(arena, type->name, "_", shape->name, ""),
                .en = joined(arena, shape->en, ": ", ledger_label_of(type, "type", true), ""),
                .zh = joined(arena, ledger_label_of(type, "type", false), "：", shape->zh, ""),
                .data = type,
            };
            is_whole = row->pattern != NULL && row->name != NULL && row->en != NULL &&
                       row->zh != NULL && is_whole;
        }
    }
    if (!is_whole) {
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no room for the routes");
    }
    *out = (route_table){rows, count};
    return LJ_OK;
}
