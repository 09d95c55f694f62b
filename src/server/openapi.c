/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The OpenAPI document (3.1.0). Rows come sorted by pattern, so one pass writes each path with its
 * methods. */
#include "server/openapi.h"

#include "base/num.h"

enum { DOCUMENT_MAX = 4 * 1024 * 1024, PATH_MAX_LEN = 512 };

static const char *said(http_lang lang, const char *en, const char *zh)
{
    return lang == HTTP_EN ? en : zh;
}

/* "/a/{id}" of "/a/{id:number}", as a C string; NULL without room. */
static const char *path_of(const char *pattern, lj_arena *arena)
{
    route_segment segments[ROUTE_SEGMENTS_MAX];
    size_t count = route_pattern_read(pattern, segments);
    lj_buf buf;
    lj_buf_init(&buf, arena, PATH_MAX_LEN);
    for (size_t i = 0; i < count; i++) {
        bool is_param = segments[i].kind != ROUTE_LITERAL;
        lj_buf_put_cstr(&buf, is_param ? "/{" : "/");
        lj_buf_put(&buf, lj_str_bytes(segments[i].text));
        lj_buf_put_cstr(&buf, is_param ? "}" : "");
    }
    lj_buf_put_u8(&buf, 0);
    return lj_buf_ok(&buf) ? (const char *)lj_buf_slice(&buf).ptr : NULL;
}

static void put_ref(lj_json *json, const char *key, const char *ref)
{
    lj_json_object_begin(json, key);
    lj_json_cstr(json, "$ref", ref);
    lj_json_object_end(json);
}

static void put_param(lj_json *json, const route_segment *segment)
{
    lj_json_object_begin(json, NULL);
    lj_json_text(json, "name", lj_str_bytes(segment->text));
    lj_json_cstr(json, "in", "path");
    lj_json_bool(json, "required", true);
    lj_json_object_begin(json, "schema");
    lj_json_cstr(json, "type", segment->kind == ROUTE_NUMBER ? "integer" : "string");
    if (segment->kind == ROUTE_ID) {
        lj_json_cstr(json, "format", "uuid");
    } else if (segment->kind == ROUTE_WORD) {
        lj_json_cstr(json, "pattern", "^[a-z][a-z0-9_]{0,63}$");
    } else {
        lj_json_uint(json, "minimum", 0);
    }
    lj_json_object_end(json);
    lj_json_object_end(json);
}

static void put_parameters(lj_json *json, const route_row *row, const openapi_info *info,
                           http_lang lang)
{
    route_segment segments[ROUTE_SEGMENTS_MAX];
    size_t count = route_pattern_read(row->pattern, segments);
    lj_json_array_begin(json, "parameters");
    for (size_t i = 0; i < count; i++) {
        if (segments[i].kind != ROUTE_LITERAL) {
            put_param(json, &segments[i]);
        }
    }
    if ((row->flags & ROUTE_IF_MATCH) != 0) {
        put_ref(json, NULL, "#/components/parameters/IfMatch");
    }
    if ((row->flags & ROUTE_IDEMPOTENT) != 0) {
        put_ref(json, NULL, "#/components/parameters/IdempotencyKey");
    }
    if (info->query != NULL) {
        info->query(info->ctx, row, lang, json);
    }
    lj_json_array_end(json);
}

static void put_body(lj_json *json, const route_row *row, const openapi_info *info)
{
    lj_json_object_begin(json, "requestBody");
    lj_json_bool(json, "required", true);
    lj_json_uint(json, "x-max-bytes", row->body_max);
    lj_json_object_begin(json, "content");
    lj_json_object_begin(json, row->body == ROUTE_BODY_JSON ? "application/json" : "*/*");
    if (row->body == ROUTE_BODY_JSON && info->body != NULL) {
        info->body(info->ctx, row, json);
    }
    lj_json_object_end(json);
    lj_json_object_end(json);
    lj_json_object_end(json);
}

/* Which problems a row may answer with, by its columns. */
static void put_answers(lj_json *json, const route_row *row, const openapi_info *info)
{
    const struct {
        const char *status;
        bool counts;
    } rows[] = {
        {"400",     true                                                                },
        {"401",     row->permission != PERM_PUBLIC                                      },
        {"403",     row->permission != PERM_PUBLIC                                      },
        {"404",     true                                                                },
        {"412",     (row->flags & ROUTE_IF_MATCH) != 0                                  },
        {"413",     row->body != ROUTE_BODY_NONE                                        },
        {"415",     row->body != ROUTE_BODY_NONE                                        },
        {"422",     row->body == ROUTE_BODY_JSON || (row->flags & ROUTE_IDEMPOTENT) != 0},
        {"428",     (row->flags & ROUTE_IF_MATCH) != 0                                  },
        {"default", true                                                                },
    };
    lj_json_object_begin(json, "responses");
    lj_json_object_begin(json, "200");
    lj_json_cstr(json, "description", "OK");
    if (info->answer != NULL) {
        lj_json_object_begin(json, "content");
        lj_json_object_begin(json, "application/json");
        info->answer(info->ctx, row, json);
        lj_json_object_end(json);
        lj_json_object_end(json);
    }
    lj_json_object_end(json);
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        if (rows[i].counts) {
            put_ref(json, rows[i].status, "#/components/responses/Problem");
        }
    }
    lj_json_object_end(json);
}

static void put_operation(lj_json *json, const route_row *row, const openapi_info *info,
                          http_lang lang)
{
    static const char *const keys[][2] = {
        {"GET",    "get"   },
        {"POST",   "post"  },
        {"PUT",    "put"   },
        {"PATCH",  "patch" },
        {"DELETE", "delete"},
    };
    const char *key = "get";
    for (size_t i = 0; i < LJ_COUNT_OF(keys); i++) {
        key = strcmp(keys[i][0], row->method) == 0 ? keys[i][1] : key;
    }
    lj_json_object_begin(json, key);
    lj_json_cstr(json, "operationId", row->name);
    lj_json_cstr(json, "summary", said(lang, row->en, row->zh));
    if (info->permission != NULL && row->permission != PERM_PUBLIC) {
        lj_json_cstr(json, "x-permission", info->permission(info->ctx, row->permission));
    }
    lj_json_array_begin(json, "security");
    if (row->permission != PERM_PUBLIC) {
        lj_json_object_begin(json, NULL);
        lj_json_array_begin(json, "session");
        lj_json_array_end(json);
        lj_json_object_end(json);
    }
    lj_json_array_end(json);
    put_parameters(json, row, info, lang);
    if (row->body != ROUTE_BODY_NONE) {
        put_body(json, row, info);
    }
    put_answers(json, row, info);
    lj_json_object_end(json);
}

static bool put_paths(lj_json *json, const route_set *set, const openapi_info *info, http_lang lang,
                      lj_arena *arena)
{
    lj_json_object_begin(json, "paths");
    for (size_t i = 0; i < route_count(set); i++) {
        const route_row *row = route_at(set, i);
        bool is_first = i == 0 || strcmp(route_at(set, i - 1)->pattern, row->pattern) != 0;
        bool is_last =
            i + 1 == route_count(set) || strcmp(route_at(set, i + 1)->pattern, row->pattern) != 0;
        if (is_first) {
            const char *path = path_of(row->pattern, arena);
            if (path == NULL) {
                return false;
            }
            lj_json_object_begin(json, path);
        }
        put_operation(json, row, info, lang);
        if (is_last) {
            lj_json_object_end(json);
        }
    }
    lj_json_object_end(json);
    return true;
}

/* A header that a table's flag asks for. */
static void put_header(lj_json *json, const char *key, const char *name, bool is_required,
                       const char *pattern)
{
    lj_json_object_begin(json, key);
    lj_json_cstr(json, "name", name);
    lj_json_cstr(json, "in", "header");
    lj_json_bool(json, "required", is_required);
    lj_json_object_begin(json, "schema");
    lj_json_cstr(json, "type", "string");
    lj_json_cstr(json, "pattern", pattern);
    lj_json_object_end(json);
    lj_json_object_end(json);
}

/* The schema of problem documents, constant. */
static const char problem_schema[] =
    "{\"type\":\"object\",\"required\":[\"type\",\"title\",\"status\",\"code\"],\"properties\":{"
    "\"type\":{\"type\":\"string\"},\"title\":{\"type\":\"string\"},"
    "\"status\":{\"type\":\"integer\"},\"code\":{\"type\":\"string\"},"
    "\"detail\":{\"type\":\"string\"},\"errors\":{\"type\":\"array\",\"items\":{"
    "\"type\":\"object\",\"required\":[\"pointer\",\"code\",\"detail\"],\"properties\":{"
    "\"pointer\":{\"type\":\"string\"},\"code\":{\"type\":\"string\"},"
    "\"detail\":{\"type\":\"string\"}}}}}}";

static void put_components(lj_json *json, const openapi_info *info, http_lang lang)
{
    lj_json_object_begin(json, "components");
    lj_json_object_begin(json, "schemas");
    lj_json_raw(json, "Problem", lj_cstr_bytes(problem_schema));
    if (info->schemas != NULL) {
        info->schemas(info->ctx, lang, json);
    }
    lj_json_object_end(json);
    lj_json_object_begin(json, "parameters");
    put_header(json, "IfMatch", "If-Match", true, "^\"[0-9]{1,18}\"$");
    put_header(json, "IdempotencyKey", "Idempotency-Key", false, "^[!-~]{1,64}$");
    lj_json_object_end(json);
    lj_json_object_begin(json, "responses");
    lj_json_object_begin(json, "Problem");
    lj_json_cstr(json, "description", "RFC 9457");
    lj_json_object_begin(json, "content");
    lj_json_object_begin(json, "application/problem+json");
    put_ref(json, "schema", "#/components/schemas/Problem");
    lj_json_object_end(json);
    lj_json_object_end(json);
    lj_json_object_end(json);
    lj_json_object_end(json);
    lj_json_object_begin(json, "securitySchemes");
    lj_json_object_begin(json, "session");
    lj_json_cstr(json, "type", "apiKey");
    lj_json_cstr(json, "in", "cookie");
    lj_json_cstr(json, "name", "lijian_session");
    lj_json_object_end(json);
    lj_json_object_end(json);
    lj_json_object_end(json);
}

lj_code openapi_write(const route_set *set, const openapi_info *info, http_lang lang,
                      lj_arena *arena, lj_buf *out, lj_err *err)
{
    lj_json json = lj_json_of(out);
    lj_json_object_begin(&json, NULL);
    lj_json_cstr(&json, "openapi", "3.1.0");
    lj_json_object_begin(&json, "info");
    lj_json_cstr(&json, "title", said(lang, info->title_en, info->title_zh));
    lj_json_cstr(&json, "version", info->version);
    lj_json_object_end(&json);
    bool ok = put_paths(&json, set, info, lang, arena);
    put_components(&json, info, lang);
    lj_json_object_end(&json);
    return ok && lj_buf_ok(out) ? LJ_OK
                                : lj_fail(err, LJ_E_LIMIT, UINT64_MAX, "no room for the document");
}

lj_code openapi_get(route_call *call, lj_err *err)
{
    lj_buf out;
    lj_buf_init(&out, call->arena, DOCUMENT_MAX);
    lj_code code = openapi_write(call->set, call->row->data, call->lang, call->arena, &out, err);
    if (code == LJ_OK) {
        route_json(call, 200, lj_buf_slice(&out));
    }
    return code;
}

lj_code health_get(route_call *call, lj_err *err)
{
    const health_check *check = call->row->data;
    if (check != NULL && !check->is_well(call->app, call->thread)) {
        return lj_fail(err, LJ_E_BUSY, UINT64_MAX, "the server is not well");
    }
    route_json(call, 200, LJ_BYTES("{\"status\":\"ok\"}"));
    return LJ_OK;
}
