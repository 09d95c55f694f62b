/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Serving by the table. The order of the questions to a request, before its body is read:
 *   1. which route (404, 405)              4. type and length of the body (400, 413, 415)
 *   2. from which page (403: Origin)       5. which version was seen (428, 400)
 *   3. who, and may he (401, 403)          6. which key (400)
 * then the body is read, parsed, and the handler called. */
#include "server/route.h"

#include "base/num.h"
#include "base/os.h"

enum { HEADER_TEXT_MAX = 64 };

/* One request on its way: request->user. */
typedef struct serving {
    route_call call;
    problem said;
    lj_err err;
    size_t row_idx; /* SIZE_MAX: none */
    uint64_t begun_us;
    bool is_page; /* app.fallback answers */
} serving;

lj_str route_param_of(const route_call *call, const char *name)
{
    for (size_t i = 0; i < call->param_count; i++) {
        if (lj_str_is(call->params[i].name, lj_cstr_str(name))) {
            return call->params[i].value;
        }
    }
    return (lj_str){"", 0};
}

uint64_t route_number_of(const route_call *call, const char *name)
{
    for (size_t i = 0; i < call->param_count; i++) {
        if (lj_str_is(call->params[i].name, lj_cstr_str(name))) {
            return call->params[i].number;
        }
    }
    return 0;
}

bool route_etag_read(lj_str text, uint64_t *out_version)
{
    enum { DIGITS_MAX = 18 };
    uint64_t value = 0;
    if (text.len < 3 || text.len > DIGITS_MAX + 2 || text.ptr[0] != '"' ||
        text.ptr[text.len - 1] != '"' || (text.ptr[1] == '0' && text.len > 3)) {
        return false;
    }
    for (size_t i = 1; i + 1 < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9') {
            return false;
        }
        value = value * 10 + (uint64_t)(text.ptr[i] - '0');
    }
    *out_version = value;
    return true;
}

void route_etag(route_call *call, uint64_t version)
{
    lj_buf text;
    lj_buf_init(&text, call->arena, HEADER_TEXT_MAX);
    lj_buf_put_u8(&text, '"');
    lj_buf_put_dec(&text, version);
    lj_buf_put_u8(&text, '"');
    if (lj_buf_ok(&text)) {
        http_respond_header(call->response, "ETag", lj_buf_str(&text));
    }
}

void route_json(route_call *call, uint32_t status, lj_slice json)
{
    http_respond(call->response, status, "application/json", json);
}

/* ---- questions to the head ---- */

static lj_code say(route_call *call, problem_kind kind, problem_text text, lj_err *err)
{
    problem_detail(call->problem, text, LJ_STR(""), LJ_STR(""));
    return problem_set(call->problem, kind, err);
}

static void put_allow(serving *own, uint32_t allow)
{
    lj_buf text;
    lj_buf_init(&text, own->call.arena, 128);
    for (uint32_t i = 0; i < HTTP_METHOD_COUNT; i++) {
        if ((allow & 1U << i) != 0) {
            lj_buf_put_cstr(&text, text.len > 0 ? ", " : "");
            lj_buf_put_cstr(&text, http_method_name((http_method)i));
        }
    }
    if (lj_buf_ok(&text)) {
        http_respond_header(own->call.response, "Allow", lj_buf_str(&text));
    }
}

/* A change must come from a page of ours. Programs send neither header. */
static lj_code check_origin(route_call *call, lj_err *err)
{
    const http_request *request = call->request;
    if (request->method == HTTP_GET || request->method == HTTP_HEAD) {
        return LJ_OK;
    }
    lj_slice origin = lj_str_bytes(http_header(request, "Origin"));
    size_t sign = lj_slice_find(origin, LJ_BYTES("://"));
    lj_slice host =
        sign == SIZE_MAX ? (lj_slice){NULL, 0} : lj_slice_part(origin, sign + 3, origin.len);
    lj_str site = http_header(request, "Sec-Fetch-Site");
    bool is_ours =
        origin.ptr == NULL ||
        (host.len > 0 && lj_slice_is_nocase(host, lj_str_bytes(http_header(request, "Host"))));
    if (!is_ours || lj_str_is(site, LJ_STR("cross-site")) || lj_str_is(site, LJ_STR("same-site"))) {
        return say(call, PROBLEM_FORBIDDEN,
                   (problem_text){"the call comes from a page of another site",
                                  "该调用来自其他站点的页面"},
                   err);
    }
    return LJ_OK;
}

/* "application/json", with charset=utf-8 or without. */
static bool is_json_type(lj_str type)
{
    lj_slice text = lj_str_bytes(type);
    size_t semicolon = lj_slice_find(text, LJ_BYTES(";"));
    lj_slice essence = lj_slice_part(text, 0, semicolon);
    while (essence.len > 0 && essence.ptr[essence.len - 1] == ' ') {
        essence.len--;
    }
    lj_slice rest =
        semicolon == SIZE_MAX ? (lj_slice){NULL, 0} : lj_slice_part(text, semicolon + 1, text.len);
    while (rest.len > 0 && rest.ptr[0] == ' ') {
        rest = lj_slice_part(rest, 1, rest.len);
    }
    return lj_slice_is_nocase(essence, LJ_BYTES("application/json")) &&
           (rest.len == 0 || lj_slice_is_nocase(rest, LJ_BYTES("charset=utf-8")) ||
            lj_slice_is_nocase(rest, LJ_BYTES("charset=\"utf-8\"")));
}

static lj_code check_body(route_call *call, lj_err *err)
{
    const http_request *request = call->request;
    if (call->row->body == ROUTE_BODY_NONE) {
        return request->has_body
                   ? say(call, PROBLEM_BAD_REQUEST,
                         (problem_text){"this call takes no body", "该调用不接受请求体"}, err)
                   : LJ_OK;
    }
    if (!request->has_body) {
        return say(call, PROBLEM_BAD_REQUEST, (problem_text){"a body is needed", "缺少请求体"},
                   err);
    }
    if (http_header(request, "Content-Encoding").ptr != NULL ||
        (call->row->body == ROUTE_BODY_JSON &&
         !is_json_type(http_header(request, "Content-Type")))) {
        return say(call, PROBLEM_MEDIA,
                   (problem_text){"the body must be application/json in UTF-8, not compressed",
                                  "请求体须为未压缩的 UTF-8 application/json"},
                   err);
    }
    return LJ_OK;
}

static lj_code check_version(route_call *call, lj_err *err)
{
    lj_str tag = http_header(call->request, "If-Match");
    if ((call->row->flags & ROUTE_IF_MATCH) == 0) {
        return LJ_OK;
    }
    if (tag.ptr == NULL) {
        return problem_set(call->problem, PROBLEM_PRECONDITION, err);
    }
    if (!route_etag_read(tag, &call->version)) {
        return say(call, PROBLEM_BAD_REQUEST,
                   (problem_text){"If-Match must be one strong tag of ours, such as \"3\"",
                                  "If-Match 须为本系统给出的一个强标签，例如 \"3\""},
                   err);
    }
    return LJ_OK;
}

static lj_code check_key(route_call *call, lj_err *err)
{
    lj_str key = http_header(call->request, "Idempotency-Key");
    if ((call->row->flags & ROUTE_IDEMPOTENT) == 0 || key.ptr == NULL) {
        return LJ_OK;
    }
    bool is_good = key.len > 0 && key.len <= ROUTE_KEY_MAX;
    for (size_t i = 0; i < key.len; i++) {
        is_good = is_good && key.ptr[i] > ' ' && key.ptr[i] < 0x7F;
    }
    if (!is_good) {
        return say(call, PROBLEM_BAD_REQUEST,
                   (problem_text){"Idempotency-Key has 1 to 64 visible ASCII characters",
                                  "Idempotency-Key 须为 1 至 64 个可见 ASCII 字符"},
                   err);
    }
    call->key = key;
    return LJ_OK;
}

static lj_code check_head(const route_app *app, route_call *call, lj_err *err)
{
    lj_code code = check_origin(call, err);
    if (code == LJ_OK && app->permit != NULL) {
        code = app->permit(call, err);
    } else if (code == LJ_OK && call->row->permission != PERM_PUBLIC) {
        code = lj_fail(err, LJ_E_FORBIDDEN, UINT64_MAX, "nobody decides about permissions");
    }
    code = code == LJ_OK ? check_body(call, err) : code;
    code = code == LJ_OK ? check_version(call, err) : code;
    return code == LJ_OK ? check_key(call, err) : code;
}

/* ---- serving ---- */

/* The answer is there: counts it, notes it. */
static void finish(const route_app *app, const http_request *request, const serving *own,
                   uint32_t status)
{
    uint64_t us = own != NULL ? lj_os_mono_us() - own->begun_us : 0;
    if (app->metrics != NULL) {
        metrics_count(app->metrics, own != NULL ? own->row_idx : SIZE_MAX, status, us);
    }
    if (app->note != NULL) {
        app->note(app->ctx, own != NULL ? own->call.row : NULL, request, status,
                  own != NULL ? &own->err : NULL, us);
    }
}

static void refuse(const route_app *app, serving *own, lj_code code)
{
    problem_respond(&own->said, code, &own->err, own->call.request, own->call.response);
    finish(app, own->call.request, own, own->call.response->status);
}

static serving *make_serving(const route_app *app, void *thread, http_request *request,
                             http_response *response)
{
    serving *own = lj_arena_alloc(request->arena, sizeof(*own));
    if (own != NULL) {
        own->begun_us = lj_os_mono_us();
        own->said.arena = request->arena;
        own->call = (route_call){
            .app = app->ctx,
            .thread = thread,
            .request = request,
            .set = app->set,
            .arena = request->arena,
            .response = response,
            .problem = &own->said,
            .lang = http_lang_of(request),
        };
    }
    return own;
}

static void on_head(void *ctx, void *thread, http_request *request, http_response *response,
                    uint64_t *out_body_max)
{
    const route_app *app = ctx;
    serving *own = make_serving(app, thread, request, response);
    if (own == NULL) {
        problem_respond(NULL, LJ_E_NOMEM, NULL, request, response);
        return;
    }
    request->user = own;
    route_match match;
    route_find(app->set, request->method, request->path, &match);
    own->row_idx = match.row_idx;
    *out_body_max = 0;
    if (match.row == NULL) {
        bool is_read = request->method == HTTP_GET || request->method == HTTP_HEAD;
        bool is_call = lj_slice_has_prefix(lj_str_bytes(request->path), LJ_BYTES("/api/"));
        own->is_page = match.allow == 0 && is_read && !is_call && app->fallback != NULL;
        if (own->is_page && !request->has_body) {
            return;
        }
        lj_code code = problem_set(
            &own->said, match.allow != 0 ? PROBLEM_METHOD : PROBLEM_NOT_FOUND, &own->err);
        refuse(app, own, code);
        if (match.allow != 0) {
            put_allow(own, match.allow);
        }
        return;
    }
    own->call.row = match.row;
    own->call.param_count = match.param_count;
    memcpy(own->call.params, match.params, sizeof(match.params));
    *out_body_max = match.row->body_max;
    lj_code code = check_head(app, &own->call, &own->err);
    if (code != LJ_OK) {
        refuse(app, own, code);
    }
}

static lj_code read_json(route_call *call, lj_err *err)
{
    json_fault fault = {0};
    lj_code code = json_in_read(call->request->body, call->arena, &call->json, &fault, err);
    if (code == LJ_E_FORMAT) {
        lj_buf place;
        lj_buf_init(&place, call->arena, 8 * 1024);
        if (fault.pointer.ptr != NULL) {
            lj_buf_put(&place, lj_str_bytes(fault.pointer));
        } else {
            lj_buf_put_cstr(&place, "byte ");
            lj_buf_put_dec(&place, fault.off);
        }
        problem_detail(call->problem,
                       (problem_text){"the body is not the JSON that is taken here: {0} at {1}",
                                      "请求体不是此处接受的 JSON：{0}，位于 {1}"},
                       lj_cstr_str(fault.what), lj_buf_str(&place));
        return problem_set(call->problem, PROBLEM_BAD_REQUEST, err);
    }
    if (code == LJ_OK && call->json->kind != JSON_IN_OBJECT) {
        json_in_fault(call->problem, call->json, NULL, "type",
                      (problem_text){"must be an object", "须为对象"});
        return lj_fail(err, LJ_E_INVALID, UINT64_MAX, "the body is no object");
    }
    return code;
}

static lj_code handle(const route_app *app, void *thread, route_call *call, lj_err *err)
{
    bool is_read = call->request->method == HTTP_GET || call->request->method == HTTP_HEAD;
    if (!is_read || app->read_begin == NULL || thread == NULL) {
        return call->row->handler(call, err);
    }
    lj_code code = app->read_begin(thread, err);
    if (code == LJ_OK) {
        code = call->row->handler(call, err);
        app->read_end(thread);
    }
    return code;
}

static void on_serve(void *ctx, void *thread, http_request *request, http_response *response)
{
    const route_app *app = ctx;
    serving *own = request->user;
    route_call *call = &own->call;
    lj_code code = LJ_OK;
    if (own->is_page) {
        if (!app->fallback(app->ctx, request, response)) {
            code = problem_set(&own->said, PROBLEM_NOT_FOUND, &own->err);
        }
    } else {
        code = call->row->body == ROUTE_BODY_JSON ? read_json(call, &own->err) : LJ_OK;
        code = code == LJ_OK ? handle(app, thread, call, &own->err) : code;
    }
    if (code == LJ_OK && own->said.error_count > 0) {
        code = lj_fail(&own->err, LJ_E_INVALID, UINT64_MAX, "values of the body are not valid");
    }
    if (code == LJ_OK && response->status == 0) {
        code = lj_fail(&own->err, LJ_E_INTERNAL, UINT64_MAX, "a handler did not answer");
    }
    if (code != LJ_OK) {
        refuse(app, own, code);
        return;
    }
    finish(app, request, own, response->status);
}

static void on_refuse(void *ctx, const http_request *request, http_response *response, int kind,
                      const char *detail)
{
    problem said = {.arena = request->arena, .is_set = true, .kind = (problem_kind)kind};
    lj_err err = {.code = LJ_E_INVALID, .what = detail};
    problem_respond(&said, LJ_E_INVALID, &err, request, response);
    finish(ctx, request, NULL, response->status);
}

static void *on_thread_new(void *ctx, uint32_t thread_idx)
{
    const route_app *app = ctx;
    return app->thread_new != NULL ? app->thread_new(app->ctx, thread_idx) : NULL;
}

static void on_thread_free(void *ctx, void *thread)
{
    const route_app *app = ctx;
    if (app->thread_free != NULL) {
        app->thread_free(app->ctx, thread);
    }
}

http_app route_http_app(const route_app *app)
{
    http_app made = {
        .head = on_head,
        .serve = on_serve,
        .refuse = on_refuse,
        .thread_new = on_thread_new,
        .thread_free = on_thread_free,
    };
    memcpy(&made.ctx, &app, sizeof(made.ctx)); /* only read through it */
    return made;
}
