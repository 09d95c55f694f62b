/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The seam: addresses, limits, keep-alive, slowness, many at a time, stopping. */
#define _GNU_SOURCE /* usleep */
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../check.h"
#include "base/num.h"
#include "http_client.h"

#define HEAD "Host: localhost\r\n"

static void test_http_server__refuses_addresses_that_others_reach(void **state)
{
    (void)state;
    static const char *const addresses[] = {
        "0.0.0.0:8080",
        "[::]:8080",
        "192.168.1.1:80",
        "127.0.0.2:80",
        "localhost:80",
        "8080",
        ":8080",
        "",
        "127.0.0.1",
        "127.0.0.1:",
        "127.0.0.1:65536",
        "127.0.0.1:1x",
        "127.0.0.1:-1",
        "[::1]:",
        "[::1]80",
        "unix:",
        "http://[::1]:80",
        "127.0.0.1: 80",
        "127.0.0.1:000080",
        "fe80::1:80",
    };
    http_app app = {0};
    for (size_t i = 0; i < LJ_COUNT_OF(addresses); i++) {
        http_server *server = NULL;
        lj_err err = {0};
        lj_code code = http_server_start(addresses[i], &app, NULL, &server, &err);
        CHECK_ROW(addresses[i], code, LJ_E_INVALID);
        assert_null(server);
    }
    http_server *server = NULL;
    lj_err err = {0};
    assert_int_equal(http_server_start("systemd", &app, NULL, &server, &err), LJ_E_NOT_FOUND);
}

static void test_http_server__unix_socket_is_for_its_owner_only_and_is_removed(void **state)
{
    (void)state;
    site own;
    struct stat info;
    site_start(&own, NULL, NULL);
    assert_int_equal(stat(own.where + 5, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    http_server *second = NULL;
    lj_err err = {0};
    http_app app = route_http_app(&own.app);
    assert_int_equal(http_server_start(own.where, &app, NULL, &second, &err), LJ_E_BUSY);
    char path[sizeof(own.where)];
    memcpy(path, own.where + 5, sizeof(path) - 5);
    site_stop(&own);
    assert_int_not_equal(stat(path, &info), 0);
}

static void test_http_server__answers_carry_the_headers_of_the_catalogue(void **state)
{
    (void)state;
    static const char *const requests[] = {
        "GET /api/v1/ping HTTP/1.1\r\n" HEAD "\r\n",
        "GET /nothing HTTP/1.1\r\n" HEAD "\r\n",
        "GET /api/v1/ping HTTP/1.1\r\n" HEAD HEAD "\r\n",
    };
    static const char *const names[] = {
        "X-Content-Type-Options",       "Referrer-Policy", "Cross-Origin-Opener-Policy",
        "Cross-Origin-Resource-Policy", "Cache-Control",   "Content-Security-Policy",
        "Permissions-Policy",
    };
    site own;
    site_start(&own, NULL, NULL);
    for (size_t i = 0; i < LJ_COUNT_OF(requests); i++) {
        client_answer answer = client_ask(own.where, requests[i]);
        for (size_t k = 0; k < LJ_COUNT_OF(names); k++) {
            CHECK_ROW(names[k], strlen(client_header(&answer, names[k])) > 0, true);
        }
        assert_string_equal(client_header(&answer, "Server"), "");
    }
    site_stop(&own);
}

static void test_http_server__loopback_takes_only_names_of_this_computer(void **state)
{
    (void)state;
    static const struct {
        const char *host;
        int status;
    } rows[] = {
        {"localhost",              200},
        {"localhost:8080",         200},
        {"LOCALHOST",              200},
        {"127.0.0.1:1",            200},
        {"[::1]:80",               200},
        {"evil.example",           400},
        {"localhost.evil.example", 400},
        {"127.0.0.1.evil.example", 400},
        {"10.0.0.1",               400},
    };
    site own;
    site_start(&own, "127.0.0.1:0", NULL);
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        char request[256];
        snprintf(request, sizeof(request), "GET /api/v1/ping HTTP/1.1\r\nHost: %s\r\n\r\n",
                 rows[i].host);
        CHECK_ROW(rows[i].host, client_ask(own.where, request).status, rows[i].status);
    }
    site_stop(&own);
}

static void test_http_server__serves_on_ipv6_loopback_too(void **state)
{
    (void)state;
    site own;
    lj_err err = {0};
    http_server *server = NULL;
    site_start(&own, NULL, NULL);
    http_app app = route_http_app(&own.app);
    lj_code code = http_server_start("[::1]:0", &app, NULL, &server, &err);
    if (code == LJ_OK) {
        assert_true(http_server_port(server) > 0);
    }
    http_server_stop(server);
    site_stop(&own);
    if (code != LJ_OK) {
        skip(); /* no IPv6 here */
    }
}

static void test_http_server__keeps_connections_and_answers_in_order(void **state)
{
    (void)state;
    site own;
    site_start(&own, NULL, NULL);
    int fd = client_connect(own.where);
    for (int i = 0; i < 50; i++) {
        const char *request = "GET /api/v1/ping HTTP/1.1\r\n" HEAD "\r\n";
        assert_true(client_send(fd, request, strlen(request)));
        client_answer answer = client_read_one(fd, 5000);
        assert_int_equal(answer.status, 200);
        assert_false(answer.is_closed);
    }
    const char *many = "GET /api/v1/ping HTTP/1.1\r\n" HEAD "\r\n"
                       "POST /api/v1/bytes HTTP/1.1\r\n" HEAD "Content-Length: 3\r\n\r\nabc"
                       "GET /api/v1/nothing HTTP/1.1\r\n" HEAD "\r\n"
                       "GET /api/v1/ping HTTP/1.1\r\n" HEAD "Connection: close\r\n\r\n";
    assert_true(client_send(fd, many, strlen(many)));
    client_answer answer = client_read(fd, 5000);
    if (answer.count != 4) {
        fail_msg("%d answers: %s", answer.count, answer.bytes);
    }
    assert_true(answer.is_closed);
    const char *missing = strstr(answer.bytes, "HTTP/1.1 404");
    const char *counted = strstr(answer.bytes, "\r\n\r\n3HTTP/1.1");
    assert_true(counted != NULL && missing != NULL && counted < missing);
    close(fd);
    assert_int_equal(atomic_load(&own.served), 54);
    site_stop(&own);
}

static void test_http_server__body_up_to_its_ceiling_and_not_beyond(void **state)
{
    (void)state;
    enum { MOST = 1 << 20 };
    static const struct {
        const char *name;
        size_t len;
        bool chunked;
        int status;
    } rows[] = {
        {"one byte",               1,           false, 200},
        {"at the ceiling",         MOST,        false, 200},
        {"above the ceiling",      MOST + 1,    false, 413},
        {"chunked at the ceiling", MOST,        true,  200},
        {"chunked above it",       MOST + 4096, true,  413},
    };
    char *body = malloc(MOST + 65536);
    site own;
    site_start(&own, NULL, NULL);
    memset(body, 'b', MOST + 65536);
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        char head[256];
        int fd = client_connect(own.where);
        snprintf(head, sizeof(head), "POST /api/v1/bytes HTTP/1.1\r\n" HEAD "%s%zu\r\n\r\n",
                 rows[i].chunked ? "Transfer-Encoding: chunked\r\nX: " : "Content-Length: ",
                 rows[i].len);
        (void)client_send(fd, head, strlen(head));
        for (size_t left = rows[i].len; rows[i].chunked && left > 0;) {
            size_t part = left < 4096 ? left : 4096;
            snprintf(head, sizeof(head), "%zx\r\n", part);
            left = client_send(fd, head, strlen(head)) && client_send(fd, body, part) &&
                           client_send(fd, "\r\n", 2)
                       ? left - part
                       : 0;
        }
        (void)(rows[i].chunked ? client_send(fd, "0\r\n\r\n", 5)
                               : client_send(fd, body, rows[i].len));
        client_answer answer = client_read_one(fd, 5000);
        CHECK_ROW(rows[i].name, answer.status, rows[i].status);
        if (rows[i].status == 200) {
            CHECK_ROW(rows[i].name, strtoul(client_body(&answer), NULL, 10), rows[i].len);
        }
        if (rows[i].chunked || rows[i].status != 200) {
            CHECK_ROW(rows[i].name, client_read(fd, 2000).is_closed, true);
        }
        close(fd);
    }
    free(body);
    site_stop(&own);
}

static void test_http_server__refuses_before_the_body_when_it_says_so(void **state)
{
    (void)state;
    site own;
    site_start(&own, NULL, NULL);
    const char *request = "POST /api/v1/chief HTTP/1.1\r\n" HEAD
                          "Content-Length: 1000\r\nExpect: 100-continue\r\n\r\n";
    client_answer answer = client_ask(own.where, request);
    assert_int_equal(answer.status, 401);
    assert_null(strstr(answer.bytes, "100 Continue"));
    int fd = client_connect(own.where);
    request =
        "POST /api/v1/bytes HTTP/1.1\r\n" HEAD "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n";
    assert_true(client_send(fd, request, strlen(request)));
    answer = client_read_one(fd, 5000);
    assert_non_null(strstr(answer.bytes, "HTTP/1.1 100 Continue\r\n\r\n"));
    assert_true(client_send(fd, "ab", 2));
    assert_int_equal(client_read_one(fd, 5000).status, 200);
    close(fd);
    site_stop(&own);
}

static void test_http_server__bounds_heads(void **state)
{
    (void)state;
    enum { LONG = 60000 };
    char *request = malloc(LONG + 4096);
    site own;
    site_start(&own, NULL, NULL);
    static const struct {
        const char *name;
        size_t target, value, count;
        int status;
    } rows[] = {
        {"target of 4000",  4000,  0,     0,  404},
        {"target of 5000",  5000,  0,     0,  414},
        {"target of 40000", 40000, 0,     0,  414},
        {"value of 15000",  1,     15000, 0,  404},
        {"value of 17000",  1,     17000, 0,  431},
        {"value of 50000",  1,     50000, 0,  431},
        {"60 headers",      1,     0,     60, 404},
        {"70 headers",      1,     0,     70, 431},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        size_t len = (size_t)snprintf(request, 64, "GET /");
        memset(request + len, 't', rows[i].target);
        len += rows[i].target;
        len += (size_t)snprintf(request + len, 64, " HTTP/1.1\r\n" HEAD "X: ");
        memset(request + len, 'v', rows[i].value);
        len += rows[i].value;
        for (size_t k = 0; k < rows[i].count; k++) {
            len += (size_t)snprintf(request + len, 64, "\r\nA%zu: b", k);
        }
        len += (size_t)snprintf(request + len, 64, "\r\n\r\n");
        int fd = client_connect(own.where);
        (void)client_send(fd, request, len);
        client_answer answer = client_read_one(fd, 5000);
        CHECK_ROW(rows[i].name, answer.status, rows[i].status);
        close(fd);
    }
    free(request);
    site_stop(&own);
}

static void test_http_server__cuts_slow_senders(void **state)
{
    (void)state;
    http_limits limits = http_limits_default;
    limits.wait_ms = 300;
    limits.receive_ms = 300;
    site own;
    site_start(&own, NULL, &limits);
    static const char *const starts[] = {
        "",
        "GET /api/v1/pi",
        "GET /api/v1/ping HTTP/1.1\r\nX: ",
        "POST /api/v1/bytes HTTP/1.1\r\n" HEAD "Content-Length: 1000\r\n\r\n",
        "POST /api/v1/bytes HTTP/1.1\r\n" HEAD "Transfer-Encoding: chunked\r\n\r\nff\r\n",
    };
    for (size_t i = 0; i < LJ_COUNT_OF(starts); i++) {
        int fd = client_connect(own.where);
        uint64_t begun = client_now_ms();
        (void)client_send(fd, starts[i], strlen(starts[i]));
        bool is_cut = false;
        while (!is_cut && client_now_ms() - begun < 5000) {
            struct pollfd wait = {.fd = fd, .events = POLLIN};
            char byte;
            is_cut = (poll(&wait, 1, 30) > 0 && recv(fd, &byte, 1, 0) <= 0) ||
                     (starts[i][0] != '\0' && !client_send(fd, "x", 1));
        }
        CHECK_ROW(starts[i], is_cut, true);
        CHECK_ROW(starts[i], client_now_ms() - begun < 2500, true);
        close(fd);
    }
    assert_true(http_server_counts(own.server).cut >=
                1); /* the others ended by the library's clock */
    site_stop(&own);
}

static void test_http_server__cuts_readers_that_do_not_read(void **state)
{
    (void)state;
    http_limits limits = http_limits_default;
    limits.send_ms = 300;
    site own;
    site_start(&own, NULL, &limits);
    int fd = client_connect(own.where);
    const char *request = "GET /api/v1/stream HTTP/1.1\r\n" HEAD "\r\n";
    assert_true(client_send(fd, request, strlen(request)));
    usleep(900 * 1000);
    assert_int_equal(http_server_counts(own.server).cut, 1);
    client_answer answer = client_read(fd, 5000);
    assert_true(answer.is_closed);
    assert_true(answer.len < 1 << 20);
    close(fd);
    site_stop(&own);
}

static void test_http_server__streams_whole_bodies(void **state)
{
    (void)state;
    site own;
    site_start(&own, NULL, NULL);
    int fd = client_connect(own.where);
    const char *request = "GET /api/v1/stream HTTP/1.1\r\n" HEAD "Connection: close\r\n\r\n";
    assert_true(client_send(fd, request, strlen(request)));
    client_answer answer = client_read(fd, 5000);
    assert_int_equal(answer.status, 200);
    assert_true(answer.len > 1 << 20);
    assert_non_null(strstr(answer.bytes + answer.len - 8, "0\r\n\r\n"));
    close(fd);
    site_stop(&own);
}

static void test_http_server__serves_300_connections_at_once(void **state)
{
    (void)state;
    enum { COUNT = 300, ROUNDS = 3 };
    static int fds[COUNT];
    site own;
    site_start(&own, NULL, NULL);
    for (int i = 0; i < COUNT; i++) {
        fds[i] = client_connect(own.where);
        assert_true(fds[i] >= 0);
    }
    const char *request = "GET /api/v1/ping HTTP/1.1\r\n" HEAD "\r\n";
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < COUNT; i++) {
            assert_true(client_send(fds[i], request, strlen(request)));
        }
        for (int i = 0; i < COUNT; i++) {
            assert_int_equal(client_read_one(fds[i], 5000).status, 200);
        }
    }
    http_counts counts = http_server_counts(own.server);
    assert_int_equal(counts.open, COUNT);
    assert_int_equal(counts.requests, COUNT * ROUNDS);
    for (int i = 0; i < COUNT; i++) {
        close(fds[i]);
    }
    site_stop(&own);
}

static void test_http_server__holds_at_its_limit_of_connections(void **state)
{
    (void)state;
    enum { COUNT = 40 };
    http_limits limits = http_limits_default;
    limits.connection_count = 8;
    int fds[COUNT];
    site own;
    site_start(&own, NULL, &limits);
    const char *request = "GET /api/v1/ping HTTP/1.1\r\n" HEAD "\r\n";
    for (int i = 0; i < COUNT; i++) {
        fds[i] = client_connect(own.where);
        (void)client_send(fds[i], request, strlen(request));
    }
    usleep(200 * 1000);
    assert_true(http_server_counts(own.server).open <= 8);
    /* those that waited come in when others leave */
    int answered = 0;
    for (int i = 0; i < COUNT; i++) {
        answered += client_read_one(fds[i], 2000).status == 200;
        close(fds[i]);
    }
    assert_int_equal(answered, COUNT);
    site_stop(&own);
}

static void *ask_slow(void *where)
{
    client_answer *answer = calloc(1, sizeof(*answer));
    int fd = client_connect(where);
    const char *request = "GET /api/v1/slow HTTP/1.1\r\n" HEAD "\r\n";
    (void)client_send(fd, request, strlen(request));
    char bytes[2048] = "";
    ssize_t got = recv(fd, bytes, sizeof(bytes) - 1, 0);
    answer->status = got > 12 ? (int)strtoul(bytes + 9, NULL, 10) : 0;
    answer->is_closed = strstr(bytes, "Connection: close") != NULL;
    close(fd);
    return answer;
}

static void test_http_server__finishes_what_is_in_work_when_it_stops(void **state)
{
    (void)state;
    site own;
    site_start(&own, NULL, NULL);
    pthread_t thread;
    void *result = NULL;
    assert_int_equal(pthread_create(&thread, NULL, ask_slow, own.where), 0);
    usleep(100 * 1000);
    int idle = client_connect(own.where);
    uint64_t begun = client_now_ms();
    http_server_stop(own.server);
    assert_true(client_now_ms() - begun < 3000);
    pthread_join(thread, &result);
    client_answer *answer = result;
    assert_int_equal(answer->status, 200);
    assert_true(answer->is_closed);
    free(answer);
    close(idle);
    assert_true(atomic_load(&own.threads_made) >= 1);
    assert_int_equal(atomic_load(&own.threads_made), atomic_load(&own.threads_freed));
    lj_arena_free(own.arena);
    rmdir(own.folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_http_server__refuses_addresses_that_others_reach),
        cmocka_unit_test(test_http_server__unix_socket_is_for_its_owner_only_and_is_removed),
        cmocka_unit_test(test_http_server__answers_carry_the_headers_of_the_catalogue),
        cmocka_unit_test(test_http_server__loopback_takes_only_names_of_this_computer),
        cmocka_unit_test(test_http_server__serves_on_ipv6_loopback_too),
        cmocka_unit_test(test_http_server__keeps_connections_and_answers_in_order),
        cmocka_unit_test(test_http_server__body_up_to_its_ceiling_and_not_beyond),
        cmocka_unit_test(test_http_server__refuses_before_the_body_when_it_says_so),
        cmocka_unit_test(test_http_server__bounds_heads),
        cmocka_unit_test(test_http_server__cuts_slow_senders),
        cmocka_unit_test(test_http_server__cuts_readers_that_do_not_read),
        cmocka_unit_test(test_http_server__streams_whole_bodies),
        cmocka_unit_test(test_http_server__serves_300_connections_at_once),
        cmocka_unit_test(test_http_server__holds_at_its_limit_of_connections),
        cmocka_unit_test(test_http_server__finishes_what_is_in_work_when_it_stops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
