/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The route table: matching, what it refuses, what rows ask of a request, problem documents. */
#define _GNU_SOURCE
#include <unistd.h>

#include "../check.h"
#include "base/num.h"
#include "http_client.h"

#define ID "0190b5a2-0000-7000-8000-000000000001"

static lj_code nothing(route_call *call, lj_err *err)
{
    (void)call;
    (void)err;
    return LJ_OK;
}

#define MATCH_ROW(m, p, n)                                                                         \
    {                                                                                              \
        .method = (m), .pattern = (p), .permission = PERM_PUBLIC, .handler = nothing, .name = (n), \
        .en = "x", .zh = "x"                                                                       \
    }

static const route_row match_rows[] = {
    MATCH_ROW("GET", "/healthz", "health"),
    MATCH_ROW("GET", "/api/v1/units/matrix", "matrix"),
    MATCH_ROW("POST", "/api/v1/units/{id}/handover_pack", "pack"),
    MATCH_ROW("GET", "/api/v1/{types}", "list"),
    MATCH_ROW("POST", "/api/v1/{types}", "create"),
    MATCH_ROW("GET", "/api/v1/{types}/{id}", "read"),
    MATCH_ROW("PATCH", "/api/v1/{types}/{id}", "change"),
    MATCH_ROW("POST", "/api/v1/{types}/{id}/moves", "move"),
    MATCH_ROW("GET", "/api/v1/{types}/export", "export"),
    MATCH_ROW("DELETE", "/api/v1/accounts/{id}/grants/{post:id}", "ungrant"),
    MATCH_ROW("GET", "/api/v1/log/entries/{seq}", "entry"),
    MATCH_ROW("GET", "/api/v1/openapi.json", "openapi"),
};

static const struct {
    http_method method;
    const char *path;
    const char *name; /* NULL: none */
    bool offers;      /* the path offers other methods */
    const char *params;
} match_table[] = {
    {HTTP_GET,     "/healthz",                                           "health",  true,  ""                       },
    {HTTP_HEAD,    "/healthz",                                           "health",  true,  ""                       },
    {HTTP_POST,    "/healthz",                                           NULL,      true,  ""                       },
    {HTTP_OPTIONS, "/healthz",                                           NULL,      true,  ""                       },
    {HTTP_OTHER,   "/healthz",                                           NULL,      true,  ""                       },
    {HTTP_GET,     "/healthz/",                                          NULL,      false, ""                       },
    {HTTP_GET,     "/",                                                  NULL,      false, ""                       },
    {HTTP_GET,     "/api/v1",                                            NULL,      false, ""                       },
    {HTTP_GET,     "/api/v1/units",                                      "list",    true,  "types=units "           },
    {HTTP_GET,     "/api/v1/units/matrix",                               "matrix",  true,  ""                       },
    {HTTP_GET,     "/api/v1/notices/matrix",                             NULL,      false, ""                       },
    {HTTP_GET,     "/api/v1/units/export",                               "export",  true,  "types=units "           },
    {HTTP_GET,     "/api/v1/units/" ID,                                  "read",    true,  "types=units id=" ID " " },
    {HTTP_PATCH,   "/api/v1/units/" ID,                                  "change",  true,  "types=units id=" ID " " },
    {HTTP_DELETE,  "/api/v1/units/" ID,                                  NULL,      true,  ""                       },
    {HTTP_POST,    "/api/v1/units/" ID "/moves",                         "move",    true,  "types=units id=" ID " " },
    {HTTP_POST,    "/api/v1/units/" ID "/handover_pack",                 "pack",    true,  "id=" ID " "             },
    {HTTP_GET,     "/api/v1/units/" ID "/handover_pack",                 NULL,      true,  ""                       },
    {HTTP_POST,    "/api/v1/persons/" ID "/handover_pack",               NULL,      false, ""                       },
    {HTTP_GET,     "/api/v1/units/0190B5A2-0000-7000-8000-000000000001", NULL,      false, ""                       },
    {HTTP_GET,     "/api/v1/units/17",                                   NULL,      false, ""                       },
    {HTTP_GET,     "/api/v1/Units",                                      NULL,      false, ""                       },
    {HTTP_GET,     "/api/v1/1units",                                     NULL,      false, ""                       },
    {HTTP_GET,     "/api/v1/work_secrets",                               "list",    true,  "types=work_secrets "    },
    {HTTP_DELETE,  "/api/v1/accounts/" ID "/grants/" ID,                 "ungrant", true,  "id=" ID " post=" ID " " },
    {HTTP_GET,     "/api/v1/log/entries/0",                              "entry",   true,  "seq=0 "                 },
    {HTTP_GET,     "/api/v1/log/entries/999999999999999999",             "entry",   true,  "seq=999999999999999999 "},
    {HTTP_GET,     "/api/v1/log/entries/1000000000000000000",            NULL,      false, ""                       },
    {HTTP_GET,     "/api/v1/log/entries/007",                            NULL,      false, ""                       },
    {HTTP_GET,     "/api/v1/log/entries/-1",                             NULL,      false, ""                       },
    {HTTP_GET,     "/api/v1/openapi.json",                               "openapi", true,  ""                       },
    {HTTP_GET,     "/a/b/c/d/e/f/g/h/i/j/k/l",                           NULL,      false, ""                       },
};

static void test_route__every_path_of_the_table(void **state)
{
    (void)state;
    lj_arena *arena = lj_arena_new(1 << 20);
    route_table tables[] = {
        {match_rows,     5                          },
        {match_rows + 5, LJ_COUNT_OF(match_rows) - 5}
    };
    route_set *set = NULL;
    const route_row *bad = NULL;
    lj_err err = {0};
    assert_int_equal(route_set_new(arena, tables, 2, &set, &bad, &err), LJ_OK);
    assert_int_equal(route_count(set), LJ_COUNT_OF(match_rows));
    for (size_t i = 0; i < LJ_COUNT_OF(match_table); i++) {
        route_match found;
        route_find(set, match_table[i].method, lj_cstr_str(match_table[i].path), &found);
        const char *name = found.row != NULL ? found.row->name : "none";
        CHECK_ROW_TEXT(match_table[i].path, name, strlen(name),
                       match_table[i].name != NULL ? match_table[i].name : "none");
        CHECK_ROW(match_table[i].path, found.allow != 0, match_table[i].offers);
        char params[256] = "";
        size_t len = 0;
        for (size_t k = 0; k < found.param_count; k++) {
            len += (size_t)snprintf(params + len, sizeof(params) - len, "%.*s=%.*s ",
                                    (int)found.params[k].name.len, found.params[k].name.ptr,
                                    (int)found.params[k].value.len, found.params[k].value.ptr);
        }
        CHECK_ROW_TEXT(match_table[i].path, params, len, match_table[i].params);
        if (found.row != NULL) {
            CHECK_ROW(match_table[i].path, route_at(set, found.row_idx) == found.row, true);
        }
    }
    lj_arena_free(arena);
}

static void test_route__refuses_rows_that_are_not_complete(void **state)
{
    (void)state;
    const route_row good = MATCH_ROW("POST", "/a/{id}", "a");
    route_row rows[32];
    size_t count = 0;
#define WRONG(change)                                                                              \
    rows[count] = good;                                                                            \
    rows[count++] change
    WRONG(.permission = PERM_NONE);
    WRONG(.method = "HEAD");
    WRONG(.method = "get");
    WRONG(.method = NULL);
    WRONG(.handler = NULL);
    WRONG(.name = NULL);
    WRONG(.zh = NULL);
    WRONG(.en = NULL);
    WRONG(.body = ROUTE_BODY_JSON);
    WRONG(.body_max = 1);
    WRONG(.pattern = "a");
    WRONG(.pattern = "");
    WRONG(.pattern = "/");
    WRONG(.pattern = "/a//b");
    WRONG(.pattern = "/a/");
    WRONG(.pattern = "/A");
    WRONG(.pattern = "/{");
    WRONG(.pattern = "/{}");
    WRONG(.pattern = "/{a");
    WRONG(.pattern = "/{a:uuid}");
    WRONG(.pattern = "/{a}/{b}/{c}/{d}/{e}");
    WRONG(.pattern = "/1/2/3/4/5/6/7/8/9/10/11");
    WRONG(.method = "PATCH");
    rows[count - 1].flags = ROUTE_IDEMPOTENT;
    WRONG(.method = "GET");
    rows[count - 1].flags = ROUTE_IF_MATCH;
#undef WRONG
    for (size_t i = 0; i < count; i++) {
        lj_arena *arena = lj_arena_new(1 << 20);
        route_table table = {&rows[i], 1};
        route_set *set = NULL;
        const route_row *bad = NULL;
        lj_err err = {0};
        char name[16];
        snprintf(name, sizeof(name), "row %zu", i);
        CHECK_ROW(name, route_set_new(arena, &table, 1, &set, &bad, &err), LJ_E_INVALID);
        CHECK_ROW(name, bad == &rows[i], true);
        lj_arena_free(arena);
    }
    const route_row twins[][2] = {
        {MATCH_ROW("GET", "/a/{id}", "a"), MATCH_ROW("GET",  "/a/{other:id}", "b")},
        {MATCH_ROW("GET", "/a",      "a"), MATCH_ROW("GET",  "/a",            "b")},
        {MATCH_ROW("GET", "/a",      "a"), MATCH_ROW("POST", "/a",            "a")},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(twins); i++) {
        lj_arena *arena = lj_arena_new(1 << 20);
        route_table table = {twins[i], 2};
        route_set *set = NULL;
        const route_row *bad = NULL;
        lj_err err = {0};
        CHECK_ROW("twins", route_set_new(arena, &table, 1, &set, &bad, &err), LJ_E_INVALID);
        lj_arena_free(arena);
    }
}

static void test_route__etags(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool ok;
        uint64_t version;
    } rows[] = {
        {"\"0\"",                   true,  0                 },
        {"\"1\"",                   true,  1                 },
        {"\"999999999999999999\"",  true,  999999999999999999},
        {"\"1000000000000000000\"", false, 0                 },
        {"\"01\"",                  false, 0                 },
        {"\"\"",                    false, 0                 },
        {"\"",                      false, 0                 },
        {"",                        false, 0                 },
        {"1",                       false, 0                 },
        {"'1'",                     false, 0                 },
        {"W/\"1\"",                 false, 0                 },
        {"w/\"1\"",                 false, 0                 },
        {"*",                       false, 0                 },
        {"\"*\"",                   false, 0                 },
        {"\"1\", \"2\"",            false, 0                 },
        {"\"1\" ",                  false, 0                 },
        {"\"-1\"",                  false, 0                 },
        {"\"1a\"",                  false, 0                 },
        {"\"1",                     false, 0                 },
        {"1\"",                     false, 0                 },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        uint64_t version = 0;
        CHECK_ROW(rows[i].text, route_etag_read(lj_cstr_str(rows[i].text), &version), rows[i].ok);
        CHECK_ROW(rows[i].text, version, rows[i].version);
    }
}

#define HOST "Host: localhost\r\n"
#define JSON HOST "Content-Type: application/json\r\n"
#define BODY "Content-Length: 12\r\n\r\n{\"name\":\"a\"}"

/* What a request gets: status, code of the problem, and a header. */
static const struct {
    const char *name, *request;
    int status;
    const char *code; /* "" for no problem */
    const char *header, *value;
} asked[] = {
    {"GET",                       "GET /api/v1/ping HTTP/1.1\r\n" HOST "\r\n",                                   200, "",             "Content-Type",
     "application/json"                                                                                                                                                           },
    {"HEAD from GET",             "HEAD /api/v1/ping HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n",             200, "",
     "Content-Length",                                                                                                                                  "11"                      },
    {"OPTIONS",                   "OPTIONS /api/v1/ping HTTP/1.1\r\n" HOST "\r\n",                               405, "method",       "Allow",
     "GET, HEAD"                                                                                                                                                                  },
    {"wrong method",              "DELETE /api/v1/things/" ID " HTTP/1.1\r\n" HOST "\r\n",                       405, "method",
     "Allow",                                                                                                                                           "GET, HEAD, PATCH"        },
    {"unknown method",            "BREW /api/v1/ping HTTP/1.1\r\n" HOST "\r\n",                                  405, "method",       "Allow",
     "GET, HEAD"                                                                                                                                                                  },
    {"TRACE",                     "TRACE /api/v1/ping HTTP/1.1\r\n" HOST "\r\n",                                 405, "method",       "Allow",          "GET, HEAD"               },
    {"unknown path",              "GET /api/v1/nothing/at/all HTTP/1.1\r\n" HOST "\r\n",                         404, "not_found",
     "Content-Type",                                                                                                                                    "application/problem+json"},
    {"no session",                "GET /api/v1/private HTTP/1.1\r\n" HOST "\r\n",                                401, "login",        "Cache-Control",
     "no-store"                                                                                                                                                                   },
    {"a session",                 "GET /api/v1/private HTTP/1.1\r\n" HOST "X-User: user\r\n\r\n",                200, "",
     "Cache-Control",                                                                                                                                   "no-store"                },
    {"not allowed",
     "POST /api/v1/chief HTTP/1.1\r\n" HOST "X-User: user\r\nContent-Length: 1\r\n\r\nx",                        403,
     "forbidden",                                                                                                                     "Connection",     "close"                   },
    {"allowed",
     "POST /api/v1/chief HTTP/1.1\r\n" HOST "X-User: chief\r\nContent-Length: 1\r\n\r\nx",                       200, "",
     "Connection",                                                                                                                                      ""                        },
    {"too large",                 "POST /api/v1/echo HTTP/1.1\r\n" JSON "Content-Length: 99000000\r\n\r\n",      413,
     "too_large",                                                                                                                     "Connection",     "close"                   },
    {"no body",                   "POST /api/v1/echo HTTP/1.1\r\n" JSON "\r\n",                                  400, "bad_request",  "Connection",     ""                        },
    {"body where none belongs",   "GET /api/v1/ping HTTP/1.1\r\n" JSON BODY,                                     400, "bad_request",
     "Connection",                                                                                                                                      "close"                   },
    {"good JSON",                 "POST /api/v1/echo HTTP/1.1\r\n" JSON BODY,                                    200, "",             "Content-Length", "22"                      },
    {"no type",                   "POST /api/v1/echo HTTP/1.1\r\n" HOST BODY,                                    415, "media",        "",               ""                        },
    {"form",
     "POST /api/v1/echo HTTP/1.1\r\n" HOST
     "Content-Type: application/x-www-form-urlencoded\r\n" BODY,
     415,                                                                                                             "media",        "",               ""                        },
    {"text",                      "POST /api/v1/echo HTTP/1.1\r\n" HOST "Content-Type: text/plain\r\n" BODY,     415,
     "media",                                                                                                                         "",               ""                        },
    {"charset",
     "POST /api/v1/echo HTTP/1.1\r\n" HOST "Content-Type: Application/JSON; charset=UTF-8\r\n" BODY,
     200,                                                                                                             "",             "",               ""                        },
    {"other charset",
     "POST /api/v1/echo HTTP/1.1\r\n" HOST "Content-Type: application/json; charset=gbk\r\n" BODY,
     415,                                                                                                             "media",        "",               ""                        },
    {"packed",                    "POST /api/v1/echo HTTP/1.1\r\n" JSON "Content-Encoding: gzip\r\n" BODY,       415,
     "media",                                                                                                                         "",               ""                        },
    {"broken JSON",               "POST /api/v1/echo HTTP/1.1\r\n" JSON "Content-Length: 3\r\n\r\n{a}",          400,
     "bad_request",                                                                                                                   "",               ""                        },
    {"wrong values",
     "POST /api/v1/echo HTTP/1.1\r\n" JSON
     "Content-Length: 28\r\n\r\n{\"name\":\"abcdef\",\"count\":10}",                                             422, "invalid",      "",               ""                        },
    {"no version",                "PATCH /api/v1/things/" ID " HTTP/1.1\r\n" JSON BODY,                          428, "precondition", "",
     ""                                                                                                                                                                           },
    {"weak version",              "PATCH /api/v1/things/" ID " HTTP/1.1\r\n" JSON "If-Match: W/\"3\"\r\n" BODY,
     400,                                                                                                             "bad_request",  "",               ""                        },
    {"any version",               "PATCH /api/v1/things/" ID " HTTP/1.1\r\n" JSON "If-Match: *\r\n" BODY,        400,
     "bad_request",                                                                                                                   "",               ""                        },
    {"old version",               "PATCH /api/v1/things/" ID " HTTP/1.1\r\n" JSON "If-Match: \"2\"\r\n" BODY,    412,
     "stale",                                                                                                                         "",               ""                        },
    {"right version",             "PATCH /api/v1/things/" ID " HTTP/1.1\r\n" JSON "If-Match: \"3\"\r\n" BODY,
     200,                                                                                                             "",             "",               ""                        },
    {"two versions",
     "PATCH /api/v1/things/" ID " HTTP/1.1\r\n" JSON "If-Match: \"3\"\r\nIf-Match: \"4\"\r\n" BODY,
     400,                                                                                                             "framing",      "Connection",     "close"                   },
    {"tag of a record",           "GET /api/v1/things/" ID " HTTP/1.1\r\n" HOST "\r\n",                          200, "",             "ETag",
     "\"3\""                                                                                                                                                                      },
    {"key",                       "POST /api/v1/things HTTP/1.1\r\n" JSON "Idempotency-Key: a-1\r\n" BODY,       201, "",
     "Content-Length",                                                                                                                                  "3"                       },
    {"no key",                    "POST /api/v1/things HTTP/1.1\r\n" JSON BODY,                                  201, "",             "Content-Length", "0"                       },
    {"empty key",                 "POST /api/v1/things HTTP/1.1\r\n" JSON "Idempotency-Key:\r\n" BODY,           400,
     "bad_request",                                                                                                                   "",               ""                        },
    {"key with a blank",          "POST /api/v1/things HTTP/1.1\r\n" JSON "Idempotency-Key: a b\r\n" BODY,
     400,                                                                                                             "bad_request",  "",               ""                        },
    {"key of 64",
     "POST /api/v1/things HTTP/1.1\r\n" JSON
     "Idempotency-Key: 0123456789012345678901234567890123456789012345678901234567890123\r\n" BODY,
     201,                                                                                                             "",             "Content-Length", "64"                      },
    {"key of 65",
     "POST /api/v1/things HTTP/1.1\r\n" JSON
     "Idempotency-Key: 01234567890123456789012345678901234567890123456789012345678901234\r\n" BODY,
     400,                                                                                                             "bad_request",  "",               ""                        },
    {"own page",                  "POST /api/v1/echo HTTP/1.1\r\n" JSON "Origin: https://localhost\r\n" BODY,    200,
     "",                                                                                                                              "",               ""                        },
    {"other page",                "POST /api/v1/echo HTTP/1.1\r\n" JSON "Origin: https://evil.example\r\n" BODY,
     403,                                                                                                             "forbidden",    "",               ""                        },
    {"other port",                "POST /api/v1/echo HTTP/1.1\r\n" JSON "Origin: http://localhost:81\r\n" BODY,
     403,                                                                                                             "forbidden",    "",               ""                        },
    {"hidden page",               "POST /api/v1/echo HTTP/1.1\r\n" JSON "Origin: null\r\n" BODY,                 403, "forbidden",
     "",                                                                                                                                                ""                        },
    {"page of another site",
     "POST /api/v1/echo HTTP/1.1\r\n" JSON "Sec-Fetch-Site: cross-site\r\n" BODY,                                403, "forbidden",
     "",                                                                                                                                                ""                        },
    {"reading from another page",
     "GET /api/v1/ping HTTP/1.1\r\n" HOST "Origin: https://evil.example\r\n\r\n",                                200, "",
     "Cross-Origin-Resource-Policy",                                                                                                                    "same-origin"             },
    {"handler without answer",    "GET /api/v1/fault HTTP/1.1\r\n" HOST "\r\n",                                  500, "internal",     "",
     ""                                                                                                                                                                           },
    {"wait",                      "GET /api/v1/fault?code=wait HTTP/1.1\r\n" HOST "\r\n",                        429, "wait",         "Retry-After",
     "1"                                                                                                                                                                          },
    {"busy",                      "GET /api/v1/fault?code=busy HTTP/1.1\r\n" HOST "\r\n",                        503, "busy",         "Retry-After",
     "1"                                                                                                                                                                          },
};

static void test_route__what_requests_get(void **state)
{
    (void)state;
    site own;
    site_start(&own, NULL, NULL);
    for (size_t i = 0; i < LJ_COUNT_OF(asked); i++) {
        int fd = client_connect(own.where);
        assert_true(client_send(fd, asked[i].request, strlen(asked[i].request)));
        bool is_head = asked[i].request[0] == 'H';
        client_answer answer = is_head ? client_read(fd, 5000) : client_read_one(fd, 5000);
        close(fd);
        CHECK_ROW(asked[i].name, answer.status, asked[i].status);
        char code[64] = "";
        if (asked[i].code[0] != '\0') {
            snprintf(code, sizeof(code), "\"code\":\"%s\"", asked[i].code);
            CHECK_ROW(asked[i].name, strstr(client_body(&answer), code) != NULL, true);
        }
        if (asked[i].header[0] != '\0') {
            const char *value = client_header(&answer, asked[i].header);
            CHECK_ROW_TEXT(asked[i].name, value, strlen(value), asked[i].value);
        }
        if (is_head) {
            assert_string_equal(client_body(&answer), "");
        }
    }
    site_stop(&own);
}

static void test_route__every_problem_in_both_languages(void **state)
{
    (void)state;
    site own;
    site_start(&own, NULL, NULL);
    for (int i = 0; i < PROBLEM_KIND_COUNT; i++) {
        const problem_row *row = problem_row_of((problem_kind)i);
        for (int lang = 0; lang < 2; lang++) {
            char request[512];
            char wanted[512];
            snprintf(request, sizeof(request),
                     "GET /api/v1/fault?code=%s HTTP/1.1\r\n" HOST "Accept-Language: %s\r\n\r\n",
                     row->name, lang == HTTP_EN ? "en-GB,en;q=0.9" : "zh-CN");
            client_answer answer = client_ask(own.where, request);
            snprintf(wanted, sizeof(wanted),
                     "{\"type\":\"/problems/%s\",\"title\":\"%s\",\"status\":%u,\"code\":\"%s\"",
                     row->name, lang == HTTP_EN ? row->en : row->zh, row->status, row->name);
            /* names that are an lj_code too follow the code */
            if (strncmp(client_body(&answer), wanted, strlen(wanted)) != 0 &&
                strcmp(row->name, "invalid") != 0 && strcmp(row->name, "tampered") != 0) {
                fail_msg("%s: %s, wanted %s", row->name, client_body(&answer), wanted);
            }
            assert_string_equal(client_header(&answer, "Content-Language"),
                                lang == HTTP_EN ? "en" : "zh");
        }
    }
    site_stop(&own);
}

static void test_route__codes_become_problems(void **state)
{
    (void)state;
    static const struct {
        lj_code code;
        int os;
        uint32_t status;
    } rows[] = {
        {LJ_E_NOMEM,       0,  503},
        {LJ_E_IO,          0,  500},
        {LJ_E_IO,          28, 507},
        {LJ_E_FORMAT,      0,  400},
        {LJ_E_LIMIT,       0,  413},
        {LJ_E_UNSUPPORTED, 0,  501},
        {LJ_E_ENCRYPTED,   0,  422},
        {LJ_E_NOT_FOUND,   0,  404},
        {LJ_E_CONFLICT,    0,  409},
        {LJ_E_FORBIDDEN,   0,  403},
        {LJ_E_INVALID,     0,  422},
        {LJ_E_BUSY,        0,  503},
        {LJ_E_TAMPERED,    0,  500},
        {LJ_E_CANCELLED,   0,  503},
        {LJ_E_INTERNAL,    0,  500},
    };
    assert_int_equal(LJ_COUNT_OF(rows), LJ_CODE_COUNT); /* one more row for a full disk */
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        lj_err err = {.os = rows[i].os};
        CHECK_ROW(lj_code_row_of(rows[i].code)->name,
                  problem_row_of(problem_kind_of(rows[i].code, &err))->status, rows[i].status);
    }
}

static void test_route__language_of_the_caller(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        http_lang lang;
    } rows[] = {
        {"",                        HTTP_ZH},
        {"zh-CN,zh;q=0.9,en;q=0.8", HTTP_ZH},
        {"en",                      HTTP_EN},
        {"EN-us",                   HTTP_EN},
        {"en;q=0.5, zh;q=0.9",      HTTP_ZH},
        {"zh;q=0.2,en;q=0.201",     HTTP_EN},
        {"zh;q=0,en;q=0.001",       HTTP_EN},
        {"en;q=0",                  HTTP_ZH},
        {"fr, de",                  HTTP_ZH},
        {"fr, en;q=0.1",            HTTP_EN},
        {"*",                       HTTP_ZH},
        {",,;;q=,en",               HTTP_EN},
        {"english",                 HTTP_ZH},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        http_pair header = {LJ_STR("accept-language"), lj_cstr_str(rows[i].text)};
        http_request request = {.headers = &header, .header_count = 1};
        CHECK_ROW(rows[i].text, http_lang_of(&request), rows[i].lang);
    }
}

static void test_route__problem_has_errors_members_and_arguments(void **state)
{
    (void)state;
    lj_arena *arena = lj_arena_new(1 << 20);
    http_pair header = {LJ_STR("Accept-Language"), LJ_STR("en")};
    http_request request = {.arena = arena, .headers = &header, .header_count = 1};
    http_response response = {0};
    problem said = {.arena = arena, .retry_after_s = 30};
    lj_err err = {0};
    problem_detail(&said, (problem_text){"{0} before {1}", "{1}{0}"}, LJ_STR("a\"b"), LJ_STR("c"));
    problem_error_add(&said, LJ_STR("/fields/x"), "required", (problem_text){"is needed", "x"},
                      LJ_STR(""), LJ_STR(""));
    problem_member(&said, "missing", LJ_BYTES("[1]"));
    assert_int_equal(problem_set(&said, PROBLEM_SIGNATURES, &err), LJ_E_CONFLICT);
    problem_respond(&said, err.code, &err, &request, &response);
    assert_int_equal(response.status, 409);
    CHECK_ROW_TEXT(
        "document", response.body.ptr, response.body.len,
        "{\"type\":\"/problems/signatures\",\"title\":\"Signatures are missing\","
        "\"status\":409,\"code\":\"signatures\",\"detail\":\"a\\\"b before c\","
        "\"reason\":\"refused with a problem document\",\"errors\":[{\"pointer\":"
        "\"/fields/x\",\"code\":\"required\",\"detail\":\"is needed\"}],\"missing\":[1]}");
    for (int i = 0; i < 2 * PROBLEM_ERRORS_MAX; i++) {
        problem_error_add(&said, LJ_STR(""), "x", (problem_text){"x", "x"}, LJ_STR(""), LJ_STR(""));
    }
    assert_int_equal(said.error_count, PROBLEM_ERRORS_MAX);
    assert_int_equal(said.more_count, PROBLEM_ERRORS_MAX + 1);
    lj_arena_free(arena);
    arena = lj_arena_new(64);
    request.arena = arena;
    response = (http_response){0};
    problem_respond(NULL, LJ_E_LIMIT, NULL, &request, &response);
    assert_int_equal(response.status, 413);
    assert_true(response.body.len > 0);
    lj_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_route__every_path_of_the_table),
        cmocka_unit_test(test_route__refuses_rows_that_are_not_complete),
        cmocka_unit_test(test_route__etags),
        cmocka_unit_test(test_route__what_requests_get),
        cmocka_unit_test(test_route__every_problem_in_both_languages),
        cmocka_unit_test(test_route__codes_become_problems),
        cmocka_unit_test(test_route__language_of_the_caller),
        cmocka_unit_test(test_route__problem_has_errors_members_and_arguments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
