/* SPDX-License-Identifier: AGPL-3.0-or-later
 * From JSON to a change of the kernel, and the frame of every change: one transaction that holds
 * the change, the log entry and the answer under its Idempotency-Key. */
#include "base/num.h"
#include "ledger/list_terms.h"
#include "ledger/request.h"
#include "server/server.h"

/* ---- values ---- */
static const problem_text wrong_kind = {"another kind of value is expected", "取值类型不符"};

/* A JSON value for the field: NULL when it can be taken, else the problem's code. Text that cannot
 * be read is passed on as a code too, the kernel checks the bounds. */
static const char *read_value(route_call *call, const ledger_field *field, const json_node *node,
                              store_value *out)
{
    if (node->kind == JSON_IN_NULL) {
        *out = store_null();
        return NULL;
    }
    ledger_kind kind = field->kind;
    if (kind == LEDGER_BOOL) {
        *out = store_int(node->truth ? 1 : 0);
        return node->kind == JSON_IN_BOOL ? NULL : "wrong_kind";
    }
    if (kind == LEDGER_INT || kind == LEDGER_PT100) {
        *out = store_int(node->number);
        return node->kind == JSON_IN_INT ? NULL : "wrong_kind";
    }
    if (node->kind != JSON_IN_TEXT) {
        return "wrong_kind";
    }
    if (kind == LEDGER_CODE) { /* codes only: labels are for sheets */
        *out = node->text.len > 0 ? store_text(lj_str_bytes(node->text)) : store_null();
        return NULL;
    }
    return ledger_value_read(server_of(call)->book, field, lj_str_bytes(node->text), call->arena,
                             out);
}

static void read_fields(route_call *call, const ledger_type *type, const json_node *fields,
                        ledger_change *out)
{
    static const problem_text unknown = {"this type has no such field", "没有这个字段"};
    static const problem_text unreadable = {"cannot be read as a value of this field",
                                            "无法识别为该字段的取值"};
    ledger_input *inputs = lj_arena_array(call->arena, type->field_count + 1u, sizeof *inputs);
    out->inputs = inputs;
    for (const json_node *node = fields != NULL ? fields->first : NULL;
         node != NULL && inputs != NULL; node = node->next) {
        int field = ledger_field_find(type, node->name.ptr, node->name.len);
        if (field < 0) {
            json_in_fault(call->problem, node, NULL, "unknown", unknown);
            continue;
        }
        store_value value = store_null();
        const char *why = read_value(call, &type->fields[field], node, &value);
        if (why != NULL) {
            bool is_kind = strcmp(why, "wrong_kind") == 0;
            json_in_fault(call->problem, node, NULL, why, is_kind ? wrong_kind : unreadable);
            continue;
        }
        inputs[out->input_count++] = (ledger_input){(uint32_t)field, value};
    }
}

/* ---- the other members ---- */
static const uint8_t *read_id(route_call *call, const char *name)
{
    lj_str text = {0};
    uint8_t *id = lj_arena_alloc(call->arena, 16);
    if (id == NULL || !json_in_id(call->problem, call->json, name, JSON_OPTIONAL, &text) ||
        !ledger_id_read(lj_str_bytes(text), id)) {
        return NULL;
    }
    return id;
}

static void read_day(route_call *call, const char *name, int64_t *out)
{
    static const problem_text not_a_date = {"not a date of the form 2023-05-01",
                                            "不是有效日期，应如 2023-05-01"};
    lj_str text = {0};
    if (!json_in_text(call->problem, call->json, name, JSON_OPTIONAL, 0, 10, &text) ||
        text.len == 0) {
        return;
    }
    int32_t day = calendar_parse(text);
    if (day == CALENDAR_NO_DATE) {
        json_in_fault(call->problem, call->json, name, "not_a_date", not_a_date);
        return;
    }
    *out = day;
}

static const problem_text not_offered = {"not one of the values offered", "不在可选值之内"};

static void read_source(route_call *call, ledger_source *out)
{
    lj_str text = {0};
    if (!json_in_text(call->problem, call->json, "source", JSON_OPTIONAL, 1, 16, &text)) {
        return;
    }
    if (lj_str_is(text, LJ_STR("paper"))) {
        *out = LEDGER_PAPER;
    } else if (lj_str_is(text, LJ_STR("opening"))) {
        *out = LEDGER_OPENING;
    } else if (!lj_str_is(text, LJ_STR("live"))) {
        json_in_fault(call->problem, call->json, "source", "unknown_code", not_offered);
    }
}

static void read_state(route_call *call, const ledger_type *type, int *out)
{
    lj_str text = {0};
    if (!json_in_text(call->problem, call->json, "state", JSON_OPTIONAL, 1, 64, &text)) {
        return;
    }
    *out = ledger_state_find(type, text.ptr, text.len);
    if (*out < 0) {
        json_in_fault(call->problem, call->json, "state", "unknown_code", not_offered);
    }
}

/* A parent that is no field of its own: only where the type has one. */
static void read_parent(route_call *call, const ledger_type *type, ledger_change *out)
{
    static const problem_text unknown = {"this type has no parent, or names it among its fields",
                                         "此类记录没有上级记录，或应在字段中填写"};
    const uint8_t *parent = read_id(call, "parent");
    if (parent != NULL && (type->parent == NULL || ledger_field_find(type, "parent", 6) >= 0)) {
        json_in_fault(call->problem, call->json, "parent", "unknown", unknown);
        return;
    }
    out->parent = parent;
}

lj_code server_read_change(route_call *call, const ledger_type *type, ledger_change *out,
                           lj_err *err)
{
    static const char *const names[] = {"event",    "fields", "reason", "happened_on",
                                        "for_post", "source", "state",  "opening_signer",
                                        "parent",   NULL};
    *out = (ledger_change){.type = type, .state = -1, .happened_on = LEDGER_NO_DAY};
    json_in_only(call->problem, call->json, names);
    const json_node *fields = NULL;
    if (json_in_object(call->problem, call->json, "fields", JSON_OPTIONAL, &fields)) {
        read_fields(call, type, fields, out);
    }
    lj_str text = {0};
    if (json_in_text(call->problem, call->json, "reason", JSON_OPTIONAL, 0, 500, &text)) {
        out->reason = lj_str_bytes(text);
    }
    if (json_in_text(call->problem, call->json, "event", JSON_OPTIONAL, 1, 64, &text)) {
        out->event = lj_arena_cstr(call->arena, lj_str_bytes(text));
    }
    read_day(call, "happened_on", &out->happened_on);
    read_source(call, &out->source);
    read_state(call, type, &out->state);
    out->for_post = read_id(call, "for_post");
    out->opening_signer = read_id(call, "opening_signer");
    read_parent(call, type, out);
    if (call->problem->error_count > 0) {
        return lj_fail(err, LJ_E_INVALID, UINT64_MAX, "the body is not valid");
    }
    return LJ_OK;
}

/* ---- the frame ---- */
/* What a request with the same key must be again: method, target, the version seen, the body. */
static lj_code digest_of(const route_call *call, uint8_t out[32], lj_err *err)
{
    lj_buf route;
    lj_buf_init(&route, call->arena, 16384);
    lj_buf_put_cstr(&route, http_method_name(call->request->method));
    lj_buf_put_u8(&route, ' ');
    lj_buf_put(&route, lj_str_bytes(call->request->target));
    lj_buf_put_u8(&route, ' ');
    lj_buf_put(&route, lj_str_bytes(http_header(call->request, "If-Match")));
    if (!lj_buf_ok(&route)) {
        return lj_fail(err, LJ_E_LIMIT, UINT64_MAX, "no room for a digest");
    }
    return request_digest(lj_buf_slice(&route), call->request->body, out, err);
}

/* ETag and Location of a record that was answered before: they follow from its JSON. */
static void put_headers_again(route_call *call, const request_answer *found)
{
    const json_node *top = NULL;
    if (json_in_read(found->body, call->arena, &top, NULL, NULL) != LJ_OK) {
        return;
    }
    const json_node *id = json_in_lookup(top, "id");
    const json_node *version = json_in_lookup(top, "version");
    if (id == NULL || id->kind != JSON_IN_TEXT || version == NULL || version->kind != JSON_IN_INT) {
        return; /* no record */
    }
    route_etag(call, (uint64_t)version->number);
    if (found->status == 201) {
        server_put_location(call, id->text);
    }
}

void server_put_location(route_call *call, lj_str id)
{
    lj_buf place;
    lj_buf_init(&place, call->arena, 256);
    lj_buf_put_cstr(&place, call->row->pattern);
    lj_buf_put_u8(&place, '/');
    lj_buf_put(&place, lj_str_bytes(id));
    if (lj_buf_ok(&place)) {
        http_respond_header(call->response, "Location", lj_buf_str(&place));
    }
}

/* What the same request got before; *out_done when it was answered with it. */
static lj_code answer_again(route_call *call, store_conn *conn, const uint8_t digest[32],
                            bool *out_done, lj_err *err)
{
    *out_done = false;
    if (call->key.ptr == NULL) {
        return LJ_OK;
    }
    request_answer found;
    lj_code code = request_find(server_of(call)->book, conn, server_actor(call), call->key, digest,
                                call->arena, &found, err);
    if (code == LJ_E_INVALID) {
        return problem_set(call->problem, PROBLEM_KEY_REUSED, err);
    }
    if (code == LJ_OK && found.is_there) {
        route_json(call, found.status, found.body);
        put_headers_again(call, &found);
        *out_done = true;
    }
    return code;
}

lj_code server_change(route_call *call, server_work work, void *ctx, lj_err *err)
{
    uint8_t digest[32];
    lj_code code = digest_of(call, digest, err);
    ledger_txn *txn = NULL;
    if (code == LJ_OK) {
        code = ledger_begin(server_of(call)->book, server_actor(call), call->arena, &txn, err);
    }
    if (code != LJ_OK) {
        return code;
    }
    bool is_done = false;
    code = answer_again(call, ledger_conn_of(txn), digest, &is_done, err);
    if (code != LJ_OK || is_done) {
        ledger_rollback(txn);
        return code;
    }
    lj_buf buf;
    lj_json json;
    server_json_begin(call, &buf, &json);
    uint32_t status = 200;
    code = work(call, txn, ctx, &json, &status, err);
    if (code == LJ_OK && !lj_buf_ok(&buf)) {
        code = lj_fail(err, LJ_E_LIMIT, UINT64_MAX, "the answer is too large");
    }
    if (code == LJ_OK && call->key.ptr != NULL) {
        code = request_put(txn, call->key, digest, status, lj_buf_slice(&buf), err);
    }
    if (code != LJ_OK) {
        ledger_rollback(txn);
        return code;
    }
    code = ledger_commit(txn, err);
    return code == LJ_OK ? server_json_end(call, status, &buf, err) : code;
}
