/* SPDX-License-Identifier: AGPL-3.0-or-later */
#define _GNU_SOURCE
#include "desk.h"

#include <ftw.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "../check.h"
#include "base/os.h"
#include "server/session_cache.h"

static _Atomic int64_t now_at;

static int64_t clock_of_test(void)
{
    return atomic_load(&now_at);
}

void desk_wait(desk *on, int64_t ms)
{
    on->book.at += ms;
    atomic_store(&now_at, on->book.at);
}

/* ---- the server ---- */
static lj_code probe(route_call *call, lj_err *err)
{
    (void)err;
    route_json(call, 200, LJ_BYTES("{}"));
    return LJ_OK;
}

/* clang-format off */
static const route_row probes[] = {
    {"GET",  "/api/v1/probe/public",   PERM_PUBLIC,      ROUTE_BODY_NONE, 0,   0, probe, "probe_public",   "x",
     "x",                                                                                                            NULL},
    {"GET",  "/api/v1/probe/session",  PERM_SESSION,     ROUTE_BODY_NONE, 0,   0, probe, "probe_session",
     "x",                                                                                                       "x", NULL},
    {"GET",  "/api/v1/probe/business", PERM_BUSINESS,    ROUTE_BODY_NONE, 0,   0, probe, "probe_business",
     "x",                                                                                                       "x", NULL},
    {"GET",  "/api/v1/probe/bureau",   PERM_BUREAU,      ROUTE_BODY_NONE, 0,   0, probe, "probe_bureau",   "x",
     "x",                                                                                                            NULL},
    {"GET",  "/api/v1/probe/accounts", PERM_ACCOUNTS,    ROUTE_BODY_NONE, 0,   0, probe, "probe_accounts",
     "x",                                                                                                       "x", NULL},
    {"GET",  "/api/v1/probe/sys",      PERM_SYS_ADMIN,   ROUTE_BODY_NONE, 0,   0, probe, "probe_sys",      "x",
     "x",                                                                                                            NULL},
    {"GET",  "/api/v1/probe/sec",      PERM_SEC_ADMIN,   ROUTE_BODY_NONE, 0,   0, probe, "probe_sec",      "x",
     "x",                                                                                                            NULL},
    {"GET",  "/api/v1/probe/audit",    PERM_AUDIT_ADMIN, ROUTE_BODY_NONE, 0,   0, probe, "probe_audit",
     "x",                                                                                                       "x", NULL},
    {"POST", "/api/v1/probe/change",   PERM_SESSION,     ROUTE_BODY_JSON, 100, 0, probe, "probe_change",
     "x",                                                                                                       "x", NULL},
};
/* clang-format on */

static void *thread_new(void *ctx, uint32_t thread_idx)
{
    (void)thread_idx;
    server_thread *thread = calloc(1, sizeof *thread);
    lj_err err = {0};
    if (store_reader_open(((server *)ctx)->db, &thread->reader, &err) != LJ_OK) {
        print_error("no reader: %s\n", err.what);
        abort();
    }
    thread->sessions = calloc(1, sizeof *thread->sessions); /* as lijiand serves */
    return thread;
}

static void thread_free(void *ctx, void *thread)
{
    (void)ctx;
    store_reader_close(((server_thread *)thread)->reader);
    free(((server_thread *)thread)->sessions);
    free(thread);
}

static void need(lj_code code, const lj_err *err, const char *what)
{
    if (code != LJ_OK) {
        print_error("%s: %s %s %s\n", what, lj_code_row_of(code)->name,
                    err->what != NULL ? err->what : "", err->where != NULL ? err->where : "");
        fail();
    }
}

static void make_first(desk *to)
{
    lj_err err = {0};
    for (uint32_t i = 0; i < ACCOUNT_FIRST_COUNT; i++) {
        need(password_make(&to->made[i], &err), &err, "password");
    }
    ledger_actor kernel = ledger_actor_kernel(to->book.at);
    ledger_txn *txn = NULL;
    need(ledger_begin(to->book.ledger, &kernel, to->book.arena, &txn, &err), &err, "begin");
    need(account_first(txn, to->made, &err), &err, "first accounts");
    need(ledger_commit(txn, &err), &err, "commit");
}

void desk_open(desk *to, uint32_t thread_count)
{
    memset(to, 0, sizeof *to);
    lj_err err = {0};
    book_open(&to->book);
    atomic_store(&now_at, to->book.at);
    make_first(to);
    need(seal_key_make(SEAL_SM2, &to->key, &err), &err, "key");
    to->server = (server){.book = to->book.ledger,
                          .db = to->book.db,
                          .key = &to->key,
                          .data_dir = -1,
                          .clock = clock_of_test};
    need(server_logins_new(&to->server.logins, &err), &err, "logins");
    route_table tables[7] = {
        session_routes, account_routes, log_routes, file_routes, {probes, LJ_COUNT_OF(probes)}
    };
    need(record_routes(to->book.arena, &tables[5], &err), &err, "records");
    need(import_routes(to->book.arena, &tables[6], &err), &err, "imports");
    route_set *set = NULL;
    const route_row *row = NULL;
    lj_code code = route_set_new(to->book.arena, tables, LJ_COUNT_OF(tables), &set, &row, &err);
    need(code, &err, row != NULL ? row->name : "routes");
    to->app = (route_app){.ctx = &to->server,
                          .set = set,
                          .permit = server_permit,
                          .thread_new = thread_new,
                          .thread_free = thread_free};
    http_limits limits = http_limits_default;
    limits.thread_count = thread_count;
    snprintf(to->folder, sizeof to->folder, "/tmp/lijian-desk-XXXXXX");
    assert_non_null(mkdtemp(to->folder));
    need(lj_os_open_folder(LJ_OS_CWD, to->folder, false, &to->server.data_dir, &err), &err,
         "folder");
    snprintf(to->listen, sizeof to->listen, "unix:%s/s", to->folder);
    http_app app = route_http_app(&to->app);
    need(http_server_start(to->listen, &app, &limits, &to->http, &err), &err, "server");
}

static int remove_entry(const char *path, const struct stat *stat, int kind, struct FTW *at)
{
    (void)stat;
    (void)kind;
    (void)at;
    return remove(path);
}

void desk_close(desk *to)
{
    http_server_stop(to->http);
    server_logins_free(to->server.logins);
    seal_key_done(&to->key);
    book_close(&to->book);
    lj_os_close(to->server.data_dir);
    nftw(to->folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

/* ---- the client ---- */
static int dial(const desk *on)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    snprintf(at.sun_path, sizeof at.sun_path, "%s", on->listen + 5);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, (struct sockaddr *)&at, sizeof at) != 0) {
        print_error("nobody listens\n");
        abort();
    }
    return fd;
}

/* Chunks of a body out of their frames, in place. */
static size_t unchunk(char *body, size_t len)
{
    size_t from = 0;
    size_t to = 0;
    while (from < len) {
        char *end = NULL;
        size_t count = strtoul(body + from, &end, 16);
        from = (size_t)(end - body) + 2;
        if (count == 0 || from + count > len) {
            break;
        }
        memmove(body + to, body + from, count);
        to += count;
        from += count + 2;
    }
    body[to] = '\0';
    return to;
}

enum { TEXT_MAX = 512 };

static void copy(char *dst, size_t cap, const char *from, size_t len)
{
    len = len < cap ? len : cap - 1;
    memcpy(dst, from, len);
    dst[len] = 0;
}

static void read_answer(int fd, desk_answer *out)
{
    char *bytes = malloc(DESK_ANSWER_MAX + 1);
    size_t len = 0;
    ssize_t got = 0;
    while (len < DESK_ANSWER_MAX && (got = recv(fd, bytes + len, DESK_ANSWER_MAX - len, 0)) > 0) {
        len += (size_t)got;
    }
    bytes[len] = '\0';
    char *end = strstr(bytes, "\r\n\r\n");
    *out = (desk_answer){.status = len > 12 ? (int)strtoul(bytes + 9, NULL, 10) : 0};
    out->body = bytes;
    if (end != NULL) {
        copy(out->head, sizeof out->head, bytes, (size_t)(end - bytes) + 2);
        out->len = len - (size_t)(end + 4 - bytes);
        memmove(bytes, end + 4, out->len + 1);
    }
    if (strcasestr(out->head, "transfer-encoding: chunked") != NULL) {
        out->len = unchunk(out->body, out->len);
    }
}

/* Bodies of answers live until the process ends, in a list that keeps them reachable. */
static void keep(char *body)
{
    static char *_Atomic kept[1 << 16];
    static atomic_uint count;
    unsigned at = atomic_fetch_add(&count, 1) % LJ_COUNT_OF(kept);
    free(atomic_exchange(&kept[at], body));
}

desk_answer desk_ask(desk *on, const desk_call *call)
{
    char head[4096];
    size_t body_len = call->body_len;
    if (body_len == 0 && call->body != NULL) {
        body_len = strlen(call->body);
    }
    int len = snprintf(head, sizeof head,
                       "%s /api/v1%s HTTP/1.1\r\nHost: lijian.test\r\nConnection: close\r\n"
                       "X-Forwarded-For: %s\r\nAccept-Language: %s\r\n%s%s%s%s",
                       call->method, call->path, call->from != NULL ? call->from : "10.0.0.1",
                       call->is_chinese ? "zh" : "en", call->cookie != NULL ? "Cookie: " : "",
                       call->cookie != NULL ? call->cookie : "", call->cookie != NULL ? "\r\n" : "",
                       call->more != NULL ? call->more : "");
    if (call->body != NULL) {
        len += snprintf(head + len, sizeof head - (size_t)len,
                        "Content-Type: %s\r\nContent-Length: %zu\r\n",
                        call->type != NULL ? call->type : "application/json", body_len);
    }
    len += snprintf(head + len, sizeof head - (size_t)len, "\r\n");
    int fd = dial(on);
    (void)!send(fd, head, (size_t)len, MSG_NOSIGNAL);
    for (size_t sent = 0; sent < body_len;) {
        ssize_t part = send(fd, call->body + sent, body_len - sent, MSG_NOSIGNAL);
        if (part <= 0) {
            break;
        }
        sent += (size_t)part;
    }
    desk_answer answer;
    read_answer(fd, &answer);
    close(fd);
    keep(answer.body);
    return answer;
}

void desk_want(desk *on, const desk_call *call, int status)
{
    desk_answer answer = desk_ask(on, call);
    if (answer.status != status) {
        fail_msg("%s %s %s: %d, wanted %d: %s", call->method, call->path,
                 call->body != NULL ? call->body : "", answer.status, status, answer.body);
    }
}

static char *ring(void)
{
    static char texts[1024][TEXT_MAX];
    static unsigned at;
    at = (at + 1) % LJ_COUNT_OF(texts);
    texts[at][0] = '\0';
    return texts[at];
}

const char *desk_text(const desk_answer *answer, const char *key)
{
    char wanted[80];
    char *text = ring();
    snprintf(wanted, sizeof wanted, "\"%s\":\"", key);
    const char *at = strstr(answer->body, wanted);
    if (at != NULL) {
        at += strlen(wanted);
        copy(text, TEXT_MAX, at, strcspn(at, "\""));
    }
    return text;
}

bool desk_has(const desk_answer *answer, const char *part)
{
    return strstr(answer->body, part) != NULL;
}

const char *desk_header(const desk_answer *answer, const char *name)
{
    char wanted[80];
    char *text = ring();
    snprintf(wanted, sizeof wanted, "\r\n%s: ", name);
    const char *at = strcasestr(answer->head, wanted);
    if (at != NULL) {
        at += strlen(wanted);
        copy(text, TEXT_MAX, at, strcspn(at, "\r"));
    }
    return text;
}

const char *desk_login(desk *on, const char *name, const char *password)
{
    char body[512];
    snprintf(body, sizeof body, "{\"account\":\"%s\",\"password\":\"%s\"}", name, password);
    desk_answer answer = desk_ask(on, &(desk_call){"POST", "/session", .body = body});
    if (answer.status != 200) {
        return NULL;
    }
    char *cookie = ring();
    const char *set = desk_header(&answer, "Set-Cookie");
    copy(cookie, TEXT_MAX, set, strcspn(set, ";"));
    return cookie;
}

const char *desk_enter(desk *on, const char *name, const char *one_time)
{
    const char *cookie = desk_login(on, name, one_time);
    assert_non_null(cookie);
    char body[512];
    snprintf(body, sizeof body, "{\"old\":\"%s\",\"new\":\"" DESK_PASSWORD "\"}", one_time);
    desk_want(on, &(desk_call){"PUT", "/session/password", .body = body, .cookie = cookie}, 204);
    return cookie;
}

const char *desk_admin(desk *on, uint32_t which)
{
    return desk_enter(on, account_first_names[which], on->made[which].text);
}

desk_account desk_account_new(desk *on, const char *sys, const char *name, const char *person)
{
    char body[512];
    snprintf(body, sizeof body, "{\"account\":\"%s\",\"name\":\"持有人\"%s%s%s}", name,
             person != NULL ? ",\"person\":\"" : "", person != NULL ? person : "",
             person != NULL ? "\"" : "");
    desk_answer answer =
        desk_ask(on, &(desk_call){"POST", "/accounts", .body = body, .cookie = sys});
    if (answer.status != 201) {
        fail_msg("account %s: %d %s", name, answer.status, answer.body);
    }
    return (desk_account){desk_text(&answer, "id"), desk_text(&answer, "one_time_password")};
}

void desk_version(desk *on, const char *account_id, char out[64])
{
    uint8_t id[16];
    account_row row = {.version = 0};
    lj_err err = {0};
    ledger_now now = ledger_now_of(on->book.at);
    assert_true(ledger_id_read(lj_cstr_bytes(account_id), id));
    (void)!account_read(on->book.ledger, on->book.reader, id, &now, on->book.arena, &row, &err);
    snprintf(out, 64, "If-Match: \"%lld\"\r\n", (long long)row.version);
}

void desk_change(desk *on, const char *cookie, const char *method, const char *account_id,
                 const char *rest, const char *body)
{
    char path[160];
    char match[64];
    snprintf(path, sizeof path, "/accounts/%s/%s", account_id, rest);
    desk_version(on, account_id, match);
    desk_answer answer =
        desk_ask(on, &(desk_call){method, path, .body = body, .cookie = cookie, .more = match});
    if (answer.status != 200 && answer.status != 204) {
        fail_msg("%s %s: %d %s", method, path, answer.status, answer.body);
    }
}

const char *desk_officer(desk *on, const char *sys, const char *sec, const char *name,
                         const uint8_t *unit, const char *role)
{
    ledger_actor actor = book_actor(&on->book, "经办人", unit, role);
    char body[128];
    desk_account made = desk_account_new(on, sys, name, book_id(actor.person.bytes.ptr));
    snprintf(body, sizeof body, "{\"post\":\"%s\"}", book_id(actor.posts[0].id));
    desk_change(on, sec, "POST", made.id, "grants", body);
    return desk_enter(on, name, made.password);
}
