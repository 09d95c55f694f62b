/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Static pages, the OpenAPI document, metrics on their own socket. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <unistd.h>

#include "../check.h"
#include "base/num.h"
#include "http_client.h"
#include "server/openapi.h"
#include "server/static.h"

#define FILE_ROW(n, text)                                                                          \
    {                                                                                              \
        n, n, (const uint8_t *)(text), sizeof(text) - 1                                            \
    }
static const struct lj_embedded files[] = {
    FILE_ROW("index.html", "<p>page"),
    FILE_ROW("index-4f2A91bc.js", "code"),
    FILE_ROW("index-4f2A91bc.js.gz", "gz"),
    FILE_ROW("style-guide.css", "css"),
    FILE_ROW("icon.svg", "svg"),
};

static const struct {
    const char *path;
    const char *headers[2][2];
    bool found;
    uint32_t status;
    const char *body;
    const char *type, *cache, *encoding;
} pages[] = {
    {"/",                            {{0}},   true,  200, "<p>page", "text/html; charset=utf-8",       "no-cache", ""    },
    {"/index.html",                  {{0}},   true,  200, "<p>page", "text/html; charset=utf-8",       "no-cache", ""    },
    {"/units/17/edit",               {{0}},   true,  200, "<p>page", "text/html; charset=utf-8",       "no-cache", ""    },
    {"/units/",                      {{0}},   true,  200, "<p>page", "text/html; charset=utf-8",       "no-cache", ""    },
    {"/missing.js",                  {{0}},   false, 0,   "",        "",                               "",         ""    },
    {"/assets/missing",              {{0}},   false, 0,   "",        "",                               "",         ""    },
    {"/assets/index-4f2A91bc.js",
     {{0}},
     true,                                           200,
     "code",                                                         "text/javascript; charset=utf-8",
     "public, max-age=31536000, immutable",                                                                        ""    },
    {"/assets/index-4f2A91bc.js",
     {{"Accept-Encoding", "br, gzip;q=0.8"}},
     true,                                           200,
     "gz",                                                           "text/javascript; charset=utf-8",
     "public, max-age=31536000, immutable",                                                                        "gzip"},
    {"/assets/index-4f2A91bc.js",
     {{"Accept-Encoding", "gzip;q=0, br"}},
     true,                                           200,
     "code",                                                         "text/javascript; charset=utf-8",
     "public, max-age=31536000, immutable",                                                                        ""    },
    {"/assets/index-4f2A91bc.js.gz", {{0}},   false, 0,   "",        "",                               "",         ""    },
    {"/assets/style-guide.css",      {{0}},   true,  200, "css",     "text/css; charset=utf-8",        "no-cache", ""    },
    {"/icon.svg",                    {{0}},   true,  200, "svg",     "image/svg+xml",                  "no-cache", ""    },
};

static lj_str set_header(const http_response *response, const char *name)
{
    for (size_t i = 0; i < response->header_count; i++) {
        if (lj_str_is(response->headers[i].name, lj_cstr_str(name))) {
            return response->headers[i].value;
        }
    }
    return (lj_str){"", 0};
}

static void test_static__every_page(void **state)
{
    (void)state;
    lj_arena *arena = lj_arena_new(1 << 20);
    static_site *made = NULL;
    lj_err err = {0};
    assert_int_equal(static_site_new(arena, files, LJ_COUNT_OF(files), &made, &err), LJ_OK);
    for (size_t i = 0; i < LJ_COUNT_OF(pages); i++) {
        http_pair pair = {
            {"", 0},
            {"", 0}
        };
        http_request request = {.arena = arena, .path = lj_cstr_str(pages[i].path)};
        if (pages[i].headers[0][0] != NULL) {
            pair = (http_pair){lj_cstr_str(pages[i].headers[0][0]),
                               lj_cstr_str(pages[i].headers[0][1])};
            request.headers = &pair;
            request.header_count = 1;
        }
        http_response response = {0};
        CHECK_ROW(pages[i].path, static_site_serve(made, &request, &response), pages[i].found);
        CHECK_ROW(pages[i].path, response.status, pages[i].status);
        CHECK_ROW_TEXT(pages[i].path, response.body.ptr, response.body.len, pages[i].body);
        lj_str type = set_header(&response, "Content-Type");
        lj_str cache = set_header(&response, "Cache-Control");
        lj_str encoding = set_header(&response, "Content-Encoding");
        CHECK_ROW_TEXT(pages[i].path, type.ptr, type.len, pages[i].type);
        CHECK_ROW_TEXT(pages[i].path, cache.ptr, cache.len, pages[i].cache);
        CHECK_ROW_TEXT(pages[i].path, encoding.ptr, encoding.len, pages[i].encoding);
        if (!pages[i].found) {
            continue;
        }
        lj_str policy = set_header(&response, "Content-Security-Policy");
        assert_true(policy.len > 0 && strstr(policy.ptr, "unsafe") == NULL);
        lj_str tag = set_header(&response, "ETag");
        char list[128];
        snprintf(list, sizeof(list), "\"other\", W/%.60s", tag.ptr);
        http_pair again[2] = {
            {LJ_STR("If-None-Match"), lj_cstr_str(list)},
            pair
        };
        request.headers = again;
        request.header_count = 2;
        response = (http_response){0};
        assert_true(static_site_serve(made, &request, &response));
        CHECK_ROW(pages[i].path, response.status, 304);
        CHECK_ROW(pages[i].path, response.body.len, 0);
    }
    lj_arena_free(arena);
}

static bool serve_page(void *ctx, const http_request *request, http_response *response)
{
    (void)ctx;
    (void)request;
    http_respond(response, 200, "text/html; charset=utf-8", LJ_BYTES("<p>page"));
    return true;
}

static void test_static__pages_stand_beside_the_routes(void **state)
{
    (void)state;
    static const struct {
        const char *request;
        int status;
    } rows[] = {
        {"GET /units HTTP/1.1\r\nHost: localhost\r\n\r\n",                       200},
        {"POST /units HTTP/1.1\r\nHost: localhost\r\n\r\n",                      404},
        {"GET /units HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx", 404},
        {"GET /api/v1/units HTTP/1.1\r\nHost: localhost\r\n\r\n",                404},
        {"GET /api/ HTTP/1.1\r\nHost: localhost\r\n\r\n",                        404},
        {"GET /api/v1/ping HTTP/1.1\r\nHost: localhost\r\n\r\n",                 200},
    };
    site own;
    site_start(&own, NULL, NULL);
    own.app.fallback = serve_page;
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        CHECK_ROW(rows[i].request, client_ask(own.where, rows[i].request).status, rows[i].status);
    }
    site_stop(&own);
}

static void put_schema(const void *ctx, http_lang lang, lj_json *json)
{
    (void)ctx;
    lj_json_object_begin(json, "Thing");
    lj_json_cstr(json, "title", lang == HTTP_EN ? "thing" : "物");
    lj_json_object_end(json);
}

static void test_openapi__says_what_the_table_says(void **state)
{
    (void)state;
    site own;
    site_start(&own, NULL, NULL);
    lj_buf out;
    lj_err err = {0};
    lj_buf_init(&out, own.arena, 1 << 20);
    openapi_info info = {
        .title_en = "Lijian", .title_zh = "利剑", .version = "1", .schemas = put_schema};
    assert_int_equal(openapi_write(own.set, &info, HTTP_EN, own.arena, &out, &err), LJ_OK);
    const json_node *root = NULL;
    assert_int_equal(json_in_read(lj_buf_slice(&out), own.arena, &root, NULL, &err), LJ_OK);
    const json_node *paths = json_in_lookup(root, "paths");
    uint32_t found = 0;
    for (const json_node *path = paths->first; path != NULL; path = path->next) {
        found += path->count;
    }
    assert_int_equal(found, route_count(own.set));
    const json_node *thing = json_in_lookup(paths, "/api/v1/things/{id}");
    const json_node *patch = json_in_lookup(thing, "patch");
    assert_non_null(json_in_lookup(json_in_lookup(patch, "responses"), "412"));
    assert_int_equal(json_in_lookup(patch, "parameters")->count, 2);
    assert_int_equal(json_in_lookup(json_in_lookup(patch, "requestBody"), "x-max-bytes")->number,
                     65536);
    assert_null(json_in_lookup(json_in_lookup(thing, "get"), "requestBody"));
    const json_node *schemas = json_in_lookup(json_in_lookup(root, "components"), "schemas");
    assert_non_null(json_in_lookup(schemas, "Thing"));
    assert_non_null(json_in_lookup(schemas, "Problem"));
    site_stop(&own);
}

static void test_metrics__count_routes_classes_and_durations(void **state)
{
    (void)state;
    site own;
    site_start(&own, NULL, NULL);
    metrics_app app = {own.app.metrics, own.server};
    http_app served = metrics_http_app(&app);
    http_server *server = NULL;
    lj_err err = {0};
    char where[160];
    snprintf(where, sizeof(where), "unix:%s/metrics.sock", own.folder);
    http_limits limits = http_limits_default;
    limits.thread_count = 1;
    assert_int_equal(http_server_start(where, &served, &limits, &server, &err), LJ_OK);
    for (int i = 0; i < 3; i++) {
        client_ask(own.where, "GET /api/v1/ping HTTP/1.1\r\nHost: localhost\r\n\r\n");
    }
    client_ask(own.where, "GET /api/v1/private HTTP/1.1\r\nHost: localhost\r\n\r\n");
    client_ask(own.where, "GET /api/v1/ping HTTP/1.1\r\n\r\n");
    client_answer answer = client_ask(where, "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert_int_equal(answer.status, 200);
    static const char *const lines[] = {
        "\nlijiand_requests_total{route=\"ping\",class=\"2xx\"} 3\n",
        "\nlijiand_requests_total{route=\"private\",class=\"4xx\"} 1\n",
        "\nlijiand_requests_total{route=\"other\",class=\"4xx\"} 1\n",
        "\nlijiand_request_duration_seconds_bucket{route=\"ping\",le=\"+Inf\"} 3\n",
        "\nlijiand_request_duration_seconds_count{route=\"ping\"} 3\n",
        "\nlijiand_request_duration_seconds_sum{route=\"ping\"} 0.0",
        "\nlijiand_refused_total 1\n",
        "\n# TYPE lijiand_requests_total counter\n",
    };
    for (size_t i = 0; i < LJ_COUNT_OF(lines); i++) {
        if (strstr(answer.bytes, lines[i]) == NULL) {
            fail_msg("missing %s in %s", lines[i], answer.bytes);
        }
    }
    assert_int_equal(client_ask(where, "GET /other HTTP/1.1\r\nHost: localhost\r\n\r\n").status,
                     404);
    assert_int_equal(client_ask(where, "POST /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n").status,
                     404);
    http_server_stop(server);
    site_stop(&own);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_static__every_page),
        cmocka_unit_test(test_static__pages_stand_beside_the_routes),
        cmocka_unit_test(test_openapi__says_what_the_table_says),
        cmocka_unit_test(test_metrics__count_routes_classes_and_durations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
