/* SPDX-License-Identifier: AGPL-3.0-or-later
 * http_client.h */
#define _GNU_SOURCE
#include "http_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "../check.h"
#include "base/json.h"
#include "base/num.h"

uint64_t client_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

int client_connect(const char *where)
{
    int fd = -1;
    int done = -1;
    if (strncmp(where, "unix:", 5) == 0) {
        struct sockaddr_un at = {.sun_family = AF_UNIX};
        snprintf(at.sun_path, sizeof(at.sun_path), "%s", where + 5);
        fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        done = connect(fd, (struct sockaddr *)&at, sizeof(at));
    } else {
        struct sockaddr_in at = {.sin_family = AF_INET,
                                 .sin_port = htons((uint16_t)strtoul(where, NULL, 10)),
                                 .sin_addr = {htonl(INADDR_LOOPBACK)}};
        int on = 1;
        fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        done = connect(fd, (struct sockaddr *)&at, sizeof(at));
    }
    if (done != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

bool client_send(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL);
        if (sent <= 0) {
            return false;
        }
        bytes += sent;
        len -= (size_t)sent;
    }
    return true;
}

bool client_trickle(int fd, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (!client_send(fd, bytes + i, 1)) {
            return false;
        }
        if (i % 16 == 0) {
            usleep(50);
        }
    }
    return true;
}

static char *room(void)
{
    static char *bytes;
    if (bytes == NULL) {
        bytes = malloc(CLIENT_ANSWER_MAX + 1);
    }
    return bytes;
}

static void look(client_answer *answer)
{
    answer->bytes[answer->len] = '\0';
    const char *at = answer->bytes;
    while ((at = strstr(at, "HTTP/1.1 ")) != NULL) {
        int status = (int)strtoul(at + 9, NULL, 10);
        if (status >= 200) {
            answer->status = answer->count == 0 ? status : answer->status;
            answer->others += status != answer->status;
            answer->count++;
        }
        at += 9;
    }
}

static client_answer read_until(int fd, int wait_ms, bool one)
{
    client_answer answer = {.bytes = room()};
    for (;;) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        if (poll(&wait, 1, wait_ms) <= 0) {
            break;
        }
        ssize_t got = recv(fd, answer.bytes + answer.len, CLIENT_ANSWER_MAX - answer.len, 0);
        if (got <= 0) {
            answer.is_closed = true;
            break;
        }
        answer.len += (size_t)got;
        answer.bytes[answer.len] = '\0';
        const char *head = one ? strstr(answer.bytes, "\r\n\r\n") : NULL;
        const char *length = one ? strcasestr(answer.bytes, "content-length:") : NULL;
        if (head != NULL && (size_t)(head - answer.bytes) + 4 +
                                    (length != NULL ? strtoul(length + 15, NULL, 10) : 0) <=
                                answer.len) {
            break;
        }
    }
    look(&answer);
    return answer;
}

client_answer client_read(int fd, int wait_ms)
{
    return read_until(fd, wait_ms, false);
}

client_answer client_read_one(int fd, int wait_ms)
{
    return read_until(fd, wait_ms, true);
}

client_answer client_ask(const char *where, const char *request)
{
    int fd = client_connect(where);
    assert_true(fd >= 0);
    assert_true(client_send(fd, request, strlen(request)));
    client_answer answer = client_read_one(fd, 5000);
    close(fd);
    return answer;
}

const char *client_header(const client_answer *answer, const char *name)
{
    static char value[1024];
    char wanted[128];
    snprintf(wanted, sizeof(wanted), "\r\n%s:", name);
    const char *end = strstr(answer->bytes, "\r\n\r\n");
    const char *at = strcasestr(answer->bytes, wanted);
    value[0] = '\0';
    if (at != NULL && end != NULL && at < end) {
        at += strlen(wanted);
        at += strspn(at, " ");
        size_t len = lj_min_size(strcspn(at, "\r"), sizeof(value) - 1);
        memcpy(value, at, len);
        value[len] = '\0';
    }
    return value;
}

const char *client_body(const client_answer *answer)
{
    const char *end = strstr(answer->bytes, "\r\n\r\n");
    return end != NULL ? end + 4 : "";
}

/* ---- the server ---- */

enum { PERM_USER = PERM_FIRST, PERM_CHIEF };

static lj_code answer_ok(route_call *call, lj_err *err)
{
    (void)err;
    route_json(call, 200, LJ_BYTES("{\"ok\":true}"));
    return LJ_OK;
}

static lj_code smuggled(route_call *call, lj_err *err)
{
    site *own = call->app;
    atomic_fetch_add(&own->smuggled, 1);
    return answer_ok(call, err);
}

static lj_code echo(route_call *call, lj_err *err)
{
    (void)err;
    static const char *const names[] = {"name", "count", NULL};
    lj_str name = {"", 0};
    int64_t count = 0;
    json_in_only(call->problem, call->json, names);
    json_in_text(call->problem, call->json, "name", JSON_REQUIRED, 1, 5, &name);
    json_in_int(call->problem, call->json, "count", JSON_OPTIONAL, 0, 9, &count);
    lj_buf out;
    lj_buf_init(&out, call->arena, 65536);
    lj_json json = lj_json_of(&out);
    lj_json_object_begin(&json, NULL);
    lj_json_text(&json, "name", lj_str_bytes(name));
    lj_json_int(&json, "count", count);
    lj_json_object_end(&json);
    route_json(call, 200, lj_buf_slice(&out));
    return LJ_OK;
}

static lj_code count_bytes(route_call *call, lj_err *err)
{
    (void)err;
    lj_buf out;
    lj_buf_init(&out, call->arena, 64);
    lj_buf_put_dec(&out, call->request->body.len);
    http_respond(call->response, 200, "text/plain", lj_buf_slice(&out));
    return LJ_OK;
}

static lj_code thing_get(route_call *call, lj_err *err)
{
    (void)err;
    route_etag(call, 3);
    route_json(call, 200, lj_str_bytes(route_param_of(call, "id")));
    return LJ_OK;
}

static lj_code thing_patch(route_call *call, lj_err *err)
{
    if (call->version != 3) {
        problem_member(call->problem, "current", LJ_BYTES("{\"version\":3}"));
        return problem_set(call->problem, PROBLEM_STALE, err);
    }
    return answer_ok(call, err);
}

static lj_code thing_post(route_call *call, lj_err *err)
{
    (void)err;
    http_respond(call->response, 201, "text/plain", lj_str_bytes(call->key));
    return LJ_OK;
}

static lj_code fill(void *ctx, uint64_t off, uint8_t *dst, size_t cap, size_t *out_len)
{
    uint64_t total = *(uint64_t *)ctx;
    *out_len = lj_min_u64(cap, total - off);
    memset(dst, 'x', *out_len);
    return LJ_OK;
}

static lj_code stream(route_call *call, lj_err *err)
{
    (void)err;
    uint64_t *total = lj_arena_alloc(call->arena, sizeof(*total));
    *total = 1 << 20;
    http_respond_stream(call->response, 200, "application/octet-stream", fill, total,
                        HTTP_LEN_UNKNOWN);
    return LJ_OK;
}

static lj_code slow(route_call *call, lj_err *err)
{
    usleep(300 * 1000);
    return answer_ok(call, err);
}

static lj_code fault(route_call *call, lj_err *err)
{
    lj_str kind = http_query(call->request, "code");
    for (int i = 1; i < LJ_CODE_COUNT; i++) {
        if (lj_str_is(kind, lj_cstr_str(lj_code_row_of((lj_code)i)->name))) {
            return lj_fail(err, (lj_code)i, UINT64_MAX, "asked for");
        }
    }
    for (int i = 0; i < PROBLEM_KIND_COUNT; i++) {
        if (lj_str_is(kind, lj_cstr_str(problem_row_of((problem_kind)i)->name))) {
            return problem_set(call->problem, (problem_kind)i, err);
        }
    }
    return LJ_OK; /* no answer: internal */
}

#define NAMED(name) name, "An entry of the test", "测试项"
static const route_row rows[] = {
    {"GET",   "/api/v1/ping",        PERM_PUBLIC, ROUTE_BODY_NONE, 0,       0,                answer_ok,   NAMED("ping"),        NULL},
    {"GET",   "/smuggled",           PERM_PUBLIC, ROUTE_BODY_NONE, 0,       0,                smuggled,    NAMED("smuggled"),    NULL},
    {"POST",  "/api/v1/echo",        PERM_PUBLIC, ROUTE_BODY_JSON, 65536,   0,                echo,        NAMED("echo"),        NULL},
    {"POST",  "/api/v1/bytes",       PERM_PUBLIC, ROUTE_BODY_ANY,  1 << 20, 0,                count_bytes, NAMED("bytes"),
     NULL                                                                                                                            },
    {"GET",   "/api/v1/things/{id}", PERM_PUBLIC, ROUTE_BODY_NONE, 0,       0,                thing_get,
     NAMED("thing_get"),                                                                                                         NULL},
    {"PATCH", "/api/v1/things/{id}", PERM_PUBLIC, ROUTE_BODY_JSON, 65536,   ROUTE_IF_MATCH,
     thing_patch,                                                                                          NAMED("thing_patch"), NULL},
    {"POST",  "/api/v1/things",      PERM_PUBLIC, ROUTE_BODY_JSON, 65536,   ROUTE_IDEMPOTENT, thing_post,
     NAMED("thing_post"),                                                                                                        NULL},
    {"GET",   "/api/v1/stream",      PERM_PUBLIC, ROUTE_BODY_NONE, 0,       ROUTE_STREAMS,    stream,
     NAMED("stream"),                                                                                                            NULL},
    {"GET",   "/api/v1/slow",        PERM_PUBLIC, ROUTE_BODY_NONE, 0,       0,                slow,        NAMED("slow"),        NULL},
    {"GET",   "/api/v1/fault",       PERM_PUBLIC, ROUTE_BODY_NONE, 0,       0,                fault,       NAMED("fault"),       NULL},
    {"GET",   "/api/v1/private",     PERM_USER,   ROUTE_BODY_NONE, 0,       0,                answer_ok,   NAMED("private"),     NULL},
    {"POST",  "/api/v1/chief",       PERM_CHIEF,  ROUTE_BODY_ANY,  1 << 20, 0,                answer_ok,   NAMED("chief"),
     NULL                                                                                                                            },
};

route_table site_routes(void)
{
    return (route_table){rows, LJ_COUNT_OF(rows)};
}

/* X-User: user or chief. */
static lj_code permit(route_call *call, lj_err *err)
{
    lj_str user = http_header(call->request, "X-User");
    if (call->row->permission == PERM_PUBLIC) {
        return LJ_OK;
    }
    if (user.ptr == NULL) {
        return problem_set(call->problem, PROBLEM_LOGIN, err);
    }
    if (call->row->permission == PERM_CHIEF && !lj_str_is(user, LJ_STR("chief"))) {
        return lj_fail(err, LJ_E_FORBIDDEN, UINT64_MAX, "not a chief");
    }
    return LJ_OK;
}

static void *thread_new(void *ctx, uint32_t idx)
{
    site *own = ctx;
    (void)idx;
    atomic_fetch_add(&own->threads_made, 1);
    return own;
}

static void thread_free(void *ctx, void *thread)
{
    site *own = ctx;
    assert_ptr_equal(ctx, thread);
    atomic_fetch_add(&own->threads_freed, 1);
}

static void note(void *ctx, const route_row *row, const http_request *request, uint32_t status,
                 const lj_err *err, uint64_t us)
{
    site *own = ctx;
    (void)row;
    (void)request;
    (void)status;
    (void)err;
    (void)us;
    atomic_fetch_add(&own->served, 1);
}

void site_start(site *own, const char *listen, const http_limits *limits)
{
    char address[128];
    lj_err err = {0};
    memset(own, 0, sizeof(*own));
    snprintf(own->folder, sizeof(own->folder), "/tmp/lijian-http-XXXXXX");
    assert_non_null(mkdtemp(own->folder));
    snprintf(address, sizeof(address), "unix:%s/http.sock", own->folder);
    own->arena = lj_arena_new(16 << 20);
    const route_row *bad = NULL;
    route_table tables[] = {site_routes()};
    route_set *set = NULL;
    if (route_set_new(own->arena, tables, 1, &set, &bad, &err) != LJ_OK) {
        fail_msg("route %s: %s", bad != NULL ? bad->name : "?", err.what);
    }
    own->set = set;
    const char **names = lj_arena_array(own->arena, route_count(set), sizeof(*names));
    for (size_t i = 0; i < route_count(set); i++) {
        names[i] = route_at(set, i)->name;
    }
    own->app = (route_app){
        .ctx = own,
        .set = set,
        .metrics = metrics_new(own->arena, names, route_count(set)),
        .permit = permit,
        .note = note,
        .thread_new = thread_new,
        .thread_free = thread_free,
    };
    http_app app = route_http_app(&own->app);
    if (http_server_start(listen != NULL ? listen : address, &app, limits, &own->server, &err) !=
        LJ_OK) {
        fail_msg("start: %s (%d)", err.what, err.os);
    }
    if (listen != NULL) {
        snprintf(own->where, sizeof(own->where), "%u", http_server_port(own->server));
    } else {
        snprintf(own->where, sizeof(own->where), "%s", address);
    }
}

void site_stop(site *own)
{
    http_server_stop(own->server);
    lj_arena_free(own->arena);
    rmdir(own->folder);
}
