/* SPDX-License-Identifier: AGPL-3.0-or-later
 * packaging/nginx.conf as it is shipped, but for paths and ports, in front of the server: TLS
 * works, rates hold, and no malformed request gets through as two. Skipped without nginx or
 * openssl. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../check.h"
#include "base/buf.h"
#include "base/num.h"
#include "base/os.h"
#include "http_client.h"
#include "malformed.h"

static struct {
    site own;
    char folder[64];
    char plain[16], tls[16]; /* ports */
    pid_t nginx;
    const char *missing; /* why there is no nginx here, or NULL */
} front;

/* Runs a program to its end, silently; its status. */
static int run(const char *const *words)
{
    pid_t pid = fork();
    if (pid == 0) {
        char *argv[32] = {NULL};
        for (int i = 0; words[i] != NULL && i < 31; i++) {
            argv[i] = strdup(words[i]);
        }
        if (freopen("/dev/null", "w", stdout) == NULL ||
            freopen("/dev/null", "w", stderr) == NULL) {
            _exit(126);
        }
        execvp(argv[0], argv);
        _exit(127);
    }
    int status = 0;
    (void)waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

/* A port that is free now. */
static void free_port(char *out, size_t cap)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
    close(fd);
    snprintf(out, cap, "%u", ntohs(at.sin_port));
}

/* Replaces each `from` by `to`; the shipped file must hold it. */
static void swap(lj_buf *text, const char *from, const char *to)
{
    lj_buf out;
    lj_buf_init(&out, NULL, 1 << 20);
    size_t count = 0;
    for (lj_slice rest = lj_buf_slice(text);;) {
        size_t at = lj_slice_find(rest, lj_cstr_bytes(from));
        lj_buf_put(&out, lj_slice_part(rest, 0, at));
        if (at == SIZE_MAX) {
            break;
        }
        lj_buf_put_cstr(&out, to);
        rest = lj_slice_part(rest, at + strlen(from), rest.len);
        count++;
    }
    if (count == 0) {
        fail_msg("packaging/nginx.conf has no '%s'", from);
    }
    lj_buf_done(text);
    *text = out;
}

static void write_config(void)
{
    char path[256];
    char listen[256];
    char name[256];
    lj_buf text;
    lj_err err = {0};
    lj_buf_init(&text, NULL, 1 << 20);
    const char *root = getenv("LIJIAN_SOURCE");
    snprintf(path, sizeof(path), "%s/packaging/nginx.conf", root != NULL ? root : ".");
    assert_int_equal(lj_os_load(LJ_OS_CWD, path, 1 << 20, &text, &err), LJ_OK);
    snprintf(listen, sizeof(listen), "listen 127.0.0.1:%s ssl;\n    listen 127.0.0.1:%s;",
             front.tls, front.plain);
    swap(&text, "listen 443 ssl;", listen);
    snprintf(listen, sizeof(listen), "listen unix:%s/redirect.sock;", front.folder);
    swap(&text, "listen 80;", listen);
    swap(&text, "unix:/run/lijian/http.sock", front.own.where);
    snprintf(name, sizeof(name), "%s/", front.folder);
    swap(&text, "/etc/lijian/tls/", name);
    snprintf(name, sizeof(name), "%s/access.log", front.folder);
    swap(&text, "/var/log/nginx/lijian.log", name);
    swap(&text, "rate=50r/s", "rate=100000r/s");
    snprintf(path, sizeof(path), "%s/site.conf", front.folder);
    FILE *out = fopen(path, "we");
    assert_non_null(out);
    fwrite(text.ptr, 1, text.len, out);
    fclose(out);
    lj_buf_done(&text);
    snprintf(path, sizeof(path), "%s/nginx.conf", front.folder);
    out = fopen(path, "we");
    assert_non_null(out);
    fprintf(out,
            "%sworker_processes 1;\npid nginx.pid;\nerror_log error.log;\ndaemon off;\n"
            "events { worker_connections 256; }\nhttp {\n",
            geteuid() == 0 ? "user root;\n" : "");
    for (int i = 0; i < 5; i++) {
        static const char *const kinds[] = {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"};
        fprintf(out, "    %s_temp_path %s/%s;\n", kinds[i], front.folder, kinds[i]);
    }
    fprintf(out, "    include %s/site.conf;\n}\n", front.folder);
    fclose(out);
}

static bool make_certificate(void)
{
    char key[128];
    char crt[128];
    snprintf(key, sizeof(key), "%s/server.key", front.folder);
    snprintf(crt, sizeof(crt), "%s/server.crt", front.folder);
    const char *words[] = {"openssl",
                           "req",
                           "-x509",
                           "-newkey",
                           "ec",
                           "-pkeyopt",
                           "ec_paramgen_curve:P-256",
                           "-nodes",
                           "-keyout",
                           key,
                           "-out",
                           crt,
                           "-days",
                           "1",
                           "-subj",
                           "/CN=lijian.example",
                           "-addext",
                           "subjectAltName=DNS:lijian.example",
                           NULL};
    return run(words) == 0;
}

static int start_front(void **state)
{
    (void)state;
    static const char *const version[] = {"nginx", "-v", NULL};
    if (run(version) != 0) {
        front.missing = "nginx is missing";
        return 0;
    }
    snprintf(front.folder, sizeof(front.folder), "/tmp/lijian-nginx-XXXXXX");
    assert_non_null(mkdtemp(front.folder));
    if (!make_certificate()) {
        front.missing = "openssl made no certificate";
        return 0;
    }
    site_start(&front.own, NULL, NULL);
    free_port(front.plain, sizeof(front.plain));
    free_port(front.tls, sizeof(front.tls));
    write_config();
    front.nginx = fork();
    if (front.nginx == 0) {
        char prefix[] = "-p";
        char config[] = "-c";
        char name[] = "nginx.conf";
        char program[] = "nginx";
        char *argv[] = {program, prefix, front.folder, config, name, NULL};
        if (freopen("/dev/null", "w", stderr) == NULL) {
            _exit(126);
        }
        execvp(program, argv);
        _exit(127);
    }
    for (int i = 0; i < 100; i++) {
        int fd = client_connect(front.plain);
        if (fd >= 0) {
            close(fd);
            return 0;
        }
        usleep(50 * 1000);
    }
    fail_msg("nginx did not start, see %s/error.log", front.folder);
    return 1;
}

static int stop_front(void **state)
{
    (void)state;
    if (front.nginx > 0) {
        kill(front.nginx, SIGTERM);
        (void)waitpid(front.nginx, NULL, 0);
        site_stop(&front.own);
    }
    const char *words[] = {"rm", "-r", front.folder, NULL};
    if (front.folder[0] != '\0') {
        (void)run(words);
    }
    return 0;
}

static void need_front(void)
{
    if (front.missing != NULL) {
        print_message("# %s\n", front.missing);
        skip();
    }
}

/* Whether the status is one of the words. */
static bool is_among(const char *words, int status)
{
    char word[16];
    snprintf(word, sizeof(word), "%d", status == 0 ? -1 : status);
    return strstr(words, word) != NULL;
}

static void test_nginx__lets_no_malformed_request_through_as_two(void **state)
{
    (void)state;
    need_front();
    unsigned bad_count = 0;
    for (size_t i = 0; i < malformed_count; i++) {
        const malformed_row *row = &malformed_rows[i];
        int fd = client_connect(front.plain);
        (void)client_send(fd, row->bytes, row->len);
        client_answer answer = client_read_one(fd, row->status < 0 ? 100 : 3000);
        close(fd);
        if (!is_among(row->proxied, answer.status) || atomic_load(&front.own.smuggled) != 0) {
            print_message("# row '%s': status %d, wanted one of %s, %u smuggled\n", row->name,
                          answer.status, row->proxied, atomic_load(&front.own.smuggled));
            bad_count++;
        }
    }
    assert_int_equal(bad_count, 0);
}

#define HOST "Host: lijian.example\r\n"

static void test_nginx__passes_on_what_is_right(void **state)
{
    (void)state;
    need_front();
    client_answer answer = client_ask(
        front.plain, "PATCH /api/v1/things/0190b5a2-0000-7000-8000-000000000001 HTTP/1.1\r\n" HOST
                     "Content-Type: application/json\r\nIf-Match: \"2\"\r\nAccept-Language: en\r\n"
                     "Content-Length: 12\r\n\r\n{\"name\":\"a\"}");
    assert_int_equal(answer.status, 412);
    assert_non_null(strstr(answer.bytes, "\"current\":{\"version\":3}"));
    assert_string_equal(client_header(&answer, "Content-Language"), "en");
    assert_string_equal(client_header(&answer, "X-Content-Type-Options"), "nosniff");
    assert_string_equal(client_header(&answer, "Strict-Transport-Security"), "max-age=31536000");
    answer = client_ask(front.plain,
                        "GET /api/v1/things/0190b5a2-0000-7000-8000-000000000001 HTTP/1.1\r\n" HOST
                        "\r\n");
    assert_string_equal(client_header(&answer, "ETag"), "\"3\"");
    answer = client_ask(front.plain,
                        "POST /api/v1/bytes HTTP/1.1\r\n" HOST "Content-Length: 16777217\r\n\r\n");
    assert_int_equal(answer.status, 413);
}

static void test_nginx__chunks_become_a_length(void **state)
{
    (void)state;
    need_front();
    int fd = client_connect(front.plain);
    const char *request = "POST /api/v1/bytes HTTP/1.1\r\n" HOST
                          "Transfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n1\r\n!\r\n0\r\n\r\n";
    for (int i = 0; i < 3; i++) {
        assert_true(client_send(fd, request, strlen(request)));
        client_answer answer = client_read_one(fd, 3000);
        assert_int_equal(answer.status, 200);
        assert_string_equal(client_body(&answer), "6");
    }
    close(fd);
}

static void test_nginx__speaks_tls_with_its_certificate(void **state)
{
    (void)state;
    need_front();
    char crt[128];
    snprintf(crt, sizeof(crt), "%s/server.crt", front.folder);
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    assert_int_equal(SSL_CTX_load_verify_locations(ctx, crt, NULL), 1);
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
    SSL *tls = SSL_new(ctx);
    int fd = client_connect(front.tls);
    assert_int_equal(SSL_set1_host(tls, "lijian.example"), 1);
    char name[] = "lijian.example";
    assert_int_equal(SSL_ctrl(tls, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name),
                     1);
    SSL_set_fd(tls, fd);
    assert_int_equal(SSL_connect(tls), 1);
    assert_true(SSL_version(tls) >= TLS1_2_VERSION);
    static const char request[] = "GET /api/v1/ping HTTP/1.1\r\n" HOST "\r\n";
    char answer[4096] = "";
    assert_int_equal(SSL_write(tls, request, sizeof(request) - 1), (int)sizeof(request) - 1);
    assert_true(SSL_read(tls, answer, sizeof(answer) - 1) > 0);
    assert_non_null(strstr(answer, "HTTP/1.1 200 OK\r\n"));
    SSL_free(tls);
    SSL_CTX_free(ctx);
    close(fd);
}

static void test_nginx__slows_down_logins(void **state)
{
    (void)state;
    need_front();
    int refused = 0;
    for (int i = 0; i < 30; i++) {
        client_answer answer =
            client_ask(front.plain, "GET /api/v1/session HTTP/1.1\r\n" HOST "\r\n");
        refused += answer.status == 429;
        assert_true(answer.status == 429 || answer.status == 404);
    }
    assert_true(refused >= 15);
}

static void test_nginx__logs_no_query(void **state)
{
    (void)state;
    need_front();
    char path[128];
    lj_buf text;
    lj_err err = {0};
    client_ask(front.plain, "GET /api/v1/ping?q=hidden-name HTTP/1.1\r\n" HOST "\r\n");
    lj_buf_init(&text, NULL, 1 << 20);
    snprintf(path, sizeof(path), "%s/access.log", front.folder);
    assert_int_equal(lj_os_load(LJ_OS_CWD, path, 1 << 20, &text, &err), LJ_OK);
    assert_true(lj_slice_find(lj_buf_slice(&text), LJ_BYTES("/api/v1/ping")) != SIZE_MAX);
    assert_true(lj_slice_find(lj_buf_slice(&text), LJ_BYTES("hidden-name")) == SIZE_MAX);
    lj_buf_done(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nginx__lets_no_malformed_request_through_as_two),
        cmocka_unit_test(test_nginx__passes_on_what_is_right),
        cmocka_unit_test(test_nginx__chunks_become_a_length),
        cmocka_unit_test(test_nginx__speaks_tls_with_its_certificate),
        cmocka_unit_test(test_nginx__slows_down_logins),
        cmocka_unit_test(test_nginx__logs_no_query),
    };
    return cmocka_run_group_tests(tests, start_front, stop_front);
}
