/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Problem documents. The body is written into the request's arena; when that is full, a constant
 * takes its place, so that there is always an answer. */
#include "server/problem.h"

#include <errno.h>

#include "base/json.h"
#include "base/num.h"

enum { DOCUMENT_MAX = 256 * 1024 /* bytes: extra members hold a record at most */ };

/* ---- the language of the caller ---- */

/* "0.8" in thousandths; 1000 for what is no weight. */
static uint32_t weight_of(lj_slice text)
{
    if (text.len < 3 || text.ptr[0] != 'q' || text.ptr[1] != '=') {
        return 1000;
    }
    uint32_t value = text.ptr[2] == '0' ? 0 : 1000;
    uint32_t step = 100;
    for (size_t i = 4; value < 1000 && i < text.len && step > 0; i++, step /= 10) {
        uint8_t digit = text.ptr[i];
        value += digit >= '0' && digit <= '9' ? (uint32_t)(digit - '0') * step : 0;
    }
    return value;
}

static lj_slice trim(lj_slice text)
{
    while (text.len > 0 && (text.ptr[0] == ' ' || text.ptr[0] == '\t')) {
        text = lj_slice_part(text, 1, text.len - 1);
    }
    while (text.len > 0 && (text.ptr[text.len - 1] == ' ' || text.ptr[text.len - 1] == '\t')) {
        text.len--;
    }
    return text;
}

/* The part up to the sign; *text goes behind it. */
static lj_slice cut_at(lj_slice *text, const char *sign)
{
    size_t at = lj_slice_find(*text, lj_cstr_bytes(sign));
    lj_slice part = lj_slice_part(*text, 0, at);
    *text = at == SIZE_MAX ? (lj_slice){NULL, 0} : lj_slice_part(*text, at + 1, text->len);
    return trim(part);
}

http_lang http_lang_of(const http_request *request)
{
    lj_slice rest = request != NULL ? lj_str_bytes(http_header(request, "Accept-Language"))
                                    : (lj_slice){NULL, 0};
    uint32_t best = 0;
    http_lang lang = HTTP_ZH;
    lj_str asked = request != NULL ? http_query(request, "language") : (lj_str){NULL, 0};
    if (lj_str_is(asked, LJ_STR("zh")) || lj_str_is(asked, LJ_STR("en"))) {
        return lj_str_is(asked, LJ_STR("en")) ? HTTP_EN : HTTP_ZH;
    }
    while (rest.len > 0) {
        lj_slice item = cut_at(&rest, ",");
        lj_slice tag = cut_at(&item, ";");
        tag = cut_at(&tag, "-");
        bool is_en = lj_slice_is_nocase(tag, LJ_BYTES("en"));
        uint32_t weight = weight_of(trim(item));
        if ((is_en || lj_slice_is_nocase(tag, LJ_BYTES("zh"))) && weight > best) {
            best = weight;
            lang = is_en ? HTTP_EN : HTTP_ZH;
        }
    }
    return lang;
}

/* ---- what a handler says ---- */

static lj_code code_of(problem_kind kind)
{
    switch (problem_row_of(kind)->status) {
    case 401:
    case 403:
        return LJ_E_FORBIDDEN;
    case 404:
    case 410:
        return LJ_E_NOT_FOUND;
    case 409:
    case 412:
        return LJ_E_CONFLICT;
    case 413:
    case 507:
        return LJ_E_LIMIT;
    case 429:
    case 503:
        return LJ_E_BUSY;
    case 500:
        return LJ_E_INTERNAL;
    case 501:
        return LJ_E_UNSUPPORTED;
    default:
        return LJ_E_INVALID;
    }
}

lj_code problem_set(problem *said, problem_kind kind, lj_err *err)
{
    said->is_set = true;
    said->kind = kind;
    return lj_fail(err, code_of(kind), UINT64_MAX, "refused with a problem document");
}

static lj_str copy_text(lj_arena *arena, lj_str text)
{
    lj_slice copy = lj_arena_copy(arena, lj_str_bytes(text));
    return (lj_str){(const char *)copy.ptr, copy.len};
}

void problem_detail(problem *said, problem_text text, lj_str arg0, lj_str arg1)
{
    said->detail = text;
    said->args[0] = copy_text(said->arena, arg0);
    said->args[1] = copy_text(said->arena, arg1);
}

void problem_error_add(problem *said, lj_str pointer, const char *code, problem_text text,
                       lj_str arg0, lj_str arg1)
{
    if (said->errors == NULL) {
        said->errors = lj_arena_array(said->arena, PROBLEM_ERRORS_MAX, sizeof(*said->errors));
    }
    if (said->errors == NULL || said->error_count == PROBLEM_ERRORS_MAX) {
        said->more_count++;
        return;
    }
    said->errors[said->error_count++] = (problem_error){
        .pointer = copy_text(said->arena, pointer),
        .code = code,
        .text = text,
        .args = {copy_text(said->arena, arg0), copy_text(said->arena, arg1)},
    };
}

void problem_member(problem *said, const char *name, lj_slice json)
{
    LJ_ASSERT(said->member_count < PROBLEM_MEMBERS_MAX);
    said->members[said->member_count].name = name;
    said->members[said->member_count].json = json;
    said->member_count++;
}

/* ---- the answer ---- */

problem_kind problem_kind_of(lj_code code, const lj_err *err)
{
    int os = err != NULL ? err->os : 0;
    switch (code) {
    case LJ_E_FORMAT:
        return PROBLEM_BAD_REQUEST;
    case LJ_E_LIMIT:
        return PROBLEM_TOO_LARGE;
    case LJ_E_UNSUPPORTED:
        return PROBLEM_UNSUPPORTED;
    case LJ_E_NOT_FOUND:
        return PROBLEM_NOT_FOUND;
    case LJ_E_CONFLICT:
        return PROBLEM_CONFLICT;
    case LJ_E_FORBIDDEN:
        return PROBLEM_FORBIDDEN;
    case LJ_E_INVALID:
    case LJ_E_ENCRYPTED:
        return PROBLEM_INVALID;
    case LJ_E_NOMEM:
    case LJ_E_BUSY:
    case LJ_E_CANCELLED:
        return PROBLEM_BUSY;
    case LJ_E_IO:
        return os == ENOSPC || os == EDQUOT ? PROBLEM_FULL : PROBLEM_INTERNAL;
    case LJ_OK:
    case LJ_E_TAMPERED:
    case LJ_E_INTERNAL:
        return PROBLEM_INTERNAL;
    }
    return PROBLEM_INTERNAL;
}

/* The sentence with its arguments, as JSON text. */
static void put_text(lj_json *json, const char *key, const char *text, const lj_str *args,
                     lj_arena *arena)
{
    lj_buf buf;
    lj_buf_init(&buf, arena, DOCUMENT_MAX);
    for (const char *at = text; *at != '\0'; at++) {
        bool is_arg = at[0] == '{' && (at[1] == '0' || at[1] == '1') && at[2] == '}';
        if (is_arg) {
            lj_buf_put(&buf, lj_str_bytes(args[at[1] - '0']));
            at += 2;
        } else {
            lj_buf_put_u8(&buf, (uint8_t)*at);
        }
    }
    lj_json_text(json, key, lj_buf_slice(&buf));
}

static void put_errors(lj_json *json, const problem *said, http_lang lang)
{
    lj_json_array_begin(json, "errors");
    for (uint32_t i = 0; i < said->error_count; i++) {
        const problem_error *error = &said->errors[i];
        lj_json_object_begin(json, NULL);
        lj_json_text(json, "pointer", lj_str_bytes(error->pointer));
        lj_json_cstr(json, "code", error->code);
        put_text(json, "detail", lang == HTTP_EN ? error->text.en : error->text.zh, error->args,
                 said->arena);
        lj_json_object_end(json);
    }
    lj_json_array_end(json);
    if (said->more_count > 0) {
        lj_json_uint(json, "more_errors", said->more_count);
    }
}

/* Document of the problem (may be NULL) in the arena; empty when that is full. */
static lj_slice write_document(const problem *said, const problem_row *row, const lj_err *err,
                               const http_request *request)
{
    http_lang lang = http_lang_of(request);
    lj_buf buf;
    lj_buf_init(&buf, request->arena, DOCUMENT_MAX);
    lj_json json = lj_json_of(&buf);
    lj_json_object_begin(&json, NULL);
    char type[64] = "/problems/";
    size_t name_len = lj_min_size(strlen(row->name), sizeof(type) - sizeof("/problems/"));
    memcpy(type + sizeof("/problems/") - 1, row->name, name_len);
    lj_json_cstr(&json, "type", type);
    lj_json_cstr(&json, "title", lang == HTTP_EN ? row->en : row->zh);
    lj_json_uint(&json, "status", row->status);
    lj_json_cstr(&json, "code", said != NULL && said->code != NULL ? said->code : row->name);
    if (said != NULL && said->detail.en != NULL) {
        put_text(&json, "detail", lang == HTTP_EN ? said->detail.en : said->detail.zh, said->args,
                 request->arena);
    }
    /* for developers; nothing of our own faults goes out */
    if (row->status < 500 && err != NULL && err->what != NULL) {
        lj_json_cstr(&json, "reason", err->what);
    }
    if (said != NULL && said->error_count > 0) {
        put_errors(&json, said, lang);
    }
    for (uint32_t i = 0; said != NULL && i < said->member_count; i++) {
        lj_json_raw(&json, said->members[i].name, said->members[i].json);
    }
    lj_json_object_end(&json);
    return lj_buf_ok(&buf) ? lj_buf_slice(&buf) : (lj_slice){NULL, 0};
}

void problem_respond(const problem *said, lj_code code, const lj_err *err,
                     const http_request *request, http_response *response)
{
    problem_kind kind = problem_kind_of(code, err);
    if (said != NULL && said->is_set) {
        kind = said->kind;
    } else if (said != NULL && said->error_count > 0 && (code == LJ_OK || code == LJ_E_INVALID)) {
        kind = PROBLEM_INVALID;
    }
    const problem_row *row = problem_row_of(kind);
    if (response->stream_end != NULL) {
        response->stream_end(response->stream_ctx);
    }
    bool is_last = response->close;
    lj_slice body = write_document(said, row, err, request);
    memset(response, 0, sizeof(*response));
    response->close = is_last;
    if (body.len == 0) {
        body = LJ_BYTES("{\"type\":\"about:blank\"}");
    }
    http_respond(response, row->status, "application/problem+json", body);
    http_respond_header(response, "Content-Language",
                        http_lang_of(request) == HTTP_EN ? LJ_STR("en") : LJ_STR("zh"));
    if (said != NULL && said->version > 0) {
        lj_buf tag;
        lj_buf_init(&tag, request->arena, 32);
        lj_buf_put_u8(&tag, '"');
        lj_buf_put_dec(&tag, said->version);
        lj_buf_put_u8(&tag, '"');
        if (lj_buf_ok(&tag)) {
            http_respond_header(response, "ETag", lj_buf_str(&tag));
        }
    }
    uint32_t after = said != NULL ? said->retry_after_s : 0;
    after = after == 0 && (row->status == 429 || row->status == 503) ? 1 : after;
    if (after > 0) {
        lj_buf digits;
        lj_buf_init(&digits, request->arena, 16);
        lj_buf_put_dec(&digits, after);
        http_respond_header(response, "Retry-After",
                            lj_buf_ok(&digits) ? lj_buf_str(&digits) : LJ_STR("1"));
    }
}
