/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The HTTP seam over libmicrohttpd 0.9.75; the only file that names it.
 *
 * Threads: the library's pool, each thread with its own epoll set; our handlers run on them. One
 * more thread of ours, the watch, cuts connections that take too long, because the library only
 * knows idleness: a sender of one byte a minute is never idle.
 *
 *     accept -> WAITING --request line--> RECEIVING --body whole--> SENDING --sent--> WAITING
 *                  |                          |                        |
 *                  +---------- the watch cuts when the phase is older than its limit
 *
 * Strict heads. The library accepts much (bare LF, two lengths, folded lines, a length beside an
 * encoding), so every head is read a second time by http_head.c, from the very bytes that the
 * library parsed. What makes that possible, and is held by tests/server/test_malformed.c:
 *   - MHD_OPTION_URI_LOG_CALLBACK shows the target before it is cut up and decoded; the pointer
 *     lies in the read buffer
 *   - `method` and `version` of the first call point into the same buffer, and
 *     MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE is the length of the head from `method` on. The read
 *     buffer is the last block of the connection's pool and grows in place.
 *   - lines are parsed in place: CR LF became two NULs, a bare LF one. So the byte behind the NUL
 *     of a version or a value tells them apart. A bare CR is no line end for this version and stays
 *     in the value as a control.
 *   - the pointers of MHD_get_connection_values_n must be those that the second reading found, in
 *     the same order and number. Any surprise in the buffer (a move, a fold) ends there.
 * One thing cannot be told apart: a head that ends in LF NUL CR LF looks like one that ends in CR
 * LF CR LF. A NUL in a header is refused by nginx, and without a proxy there is nobody to disagree
 * with.
 *
 * Chunked bodies. The library takes bare LF and extensions in chunk lines and does not show them.
 * So a connection is closed after a chunked request: where such a body ends then hides nothing.
 * Trailers are refused. Browsers never send chunks, and nginx makes them into a length.
 *
 * MHD_OPTION_STRICT_FOR_CLIENT stays off: what it adds (Host, blanks in the target) is checked
 * here, and this version sends its answer to a missing Host twice and closes on a blank without a
 * word.
 *
 * Answers of the library's own (plain HTML, connection closed): 400 to a first line or header
 * without shape and to a length that is no number (413 above 2^64; the head of these two comes
 * twice, with Connection: close in both); 414 and 431 when its buffer is full; 505 to other major
 * versions; closed without a word when the method is missing. */
#define _GNU_SOURCE /* pthread_setname_np */
#include "server/http_server.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "base/buf.h"
#include "base/num.h"
#include "base/os.h"
#include "base/os_socket.h"
#include "server/http_head.h"
#include "server/http_headers.h"
#include "server/problem.h"

enum {
    THREADS_MAX = 16,
    STREAM_BLOCK_LEN = 32 * 1024, /* bytes asked of a stream at a time */
    POOL_FACTOR = 3,              /* of head_len: the library keeps half for its answer */
    SERVER_ARENA_LEN = 4 * 1024 * 1024,
    DRAINED_MAX = 32 * 1024 * 1024, /* of a body that is refused: a file half as long again */
};

const http_limits http_limits_default = {
    .thread_count = 2,            /* what a core and a half of JSON needs; the database has one */
    .connection_count = 1024,     /* 300 sessions with 3 connections each */
    .head_len = 16 * 1024,        /* bytes: cookie 100, the longest filter 2 KiB */
    .header_count = 64,           /* a browser behind a proxy sends 25 */
    .query_count = 32,            /* a list knows 12 filters */
    .target_len = 4 * 1024,       /* bytes: 200 Han letters escaped are 1.8 KiB */
    .request_arena_len = 8 << 20, /* bytes: 200 records of 20 KiB are 4 MiB */
    .idle_ms = 75 * 1000,         /* above nginx's 60 s, so that it closes first */
    .wait_ms = 90 * 1000,         /* above idle_ms: whoever trickles is not idle */
    .receive_ms = 60 * 1000,      /* 16 MiB at 2.3 Mbit/s */
    .send_ms = 300 * 1000,        /* an export over a slow line */
    .stop_ms = 10 * 1000,         /* systemd gives 90 s */
};

typedef enum link_phase { PHASE_FREE, PHASE_WAITING, PHASE_RECEIVING, PHASE_SENDING } link_phase;

/* An open connection, for the watch. */
typedef struct http_link {
    int fd;
    atomic_uint phase;
    atomic_ullong since_ms;
    struct http_link *next_free;
} http_link;

typedef struct http_thread {
    atomic_bool is_used;
    void *state;
} http_thread;

struct http_server {
    http_app app;
    http_limits limits;
    lj_arena *arena; /* process */
    lj_os_listener listener;
    char *unix_path; /* to be removed, or NULL */
    struct MHD_Daemon *daemon;
    http_thread threads[THREADS_MAX];
    atomic_uint thread_count; /* seen so far */
    pthread_t watch;
    pthread_mutex_t lock; /* links, free list, stop */
    pthread_cond_t wake;
    http_link *links;
    http_link *free_links;
    bool is_stopping;
    atomic_bool is_closing; /* answers say Connection: close */
    atomic_ullong connections, open, requests, refused, cut;
    atomic_ullong active; /* requests between their line and their answer's end */
};

typedef enum stage { STAGE_HEAD, STAGE_BODY, STAGE_ANSWERED } stage;

/* A request on its way. Lives in its own arena. */
typedef struct http_exchange {
    http_server *server;
    http_link *link; /* NULL when the table was full */
    http_request request;
    http_response response;
    http_head head;
    const char *uri; /* the library's, for comparing addresses */
    lj_slice target; /* copy */
    lj_buf body;     /* heap */
    uint64_t body_max;
    stage stage;
} http_exchange;

/* ---- threads ---- */

static _Thread_local struct {
    http_server *server;
    http_thread *slot;
} mine;

/* State of the calling thread for this server. */
static void *thread_state(http_server *server)
{
    if (mine.server != server) {
        uint32_t idx = atomic_fetch_add(&server->thread_count, 1);
        LJ_ASSERT(idx < THREADS_MAX);
        mine.server = server;
        mine.slot = &server->threads[idx];
        mine.slot->state =
            server->app.thread_new != NULL ? server->app.thread_new(server->app.ctx, idx) : NULL;
        atomic_store(&mine.slot->is_used, true);
    }
    return mine.slot->state;
}

/* ---- connections and the watch ---- */

static void link_enter(http_link *link, link_phase next)
{
    if (link != NULL) {
        atomic_store(&link->since_ms, lj_os_mono_ms());
        atomic_store(&link->phase, next);
    }
}

static void on_connection(void *cls, struct MHD_Connection *connection, void **socket_ctx,
                          enum MHD_ConnectionNotificationCode code)
{
    http_server *server = cls;
    pthread_mutex_lock(&server->lock);
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        http_link *link = server->free_links;
        const union MHD_ConnectionInfo *info =
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        if (link != NULL && info != NULL) {
            server->free_links = link->next_free;
            link->fd = info->connect_fd;
            link_enter(link, PHASE_WAITING);
            *socket_ctx = link;
        }
        atomic_fetch_add(&server->connections, 1);
        atomic_fetch_add(&server->open, 1);
    } else {
        http_link *link = *socket_ctx;
        if (link != NULL) {
            atomic_store(&link->phase, PHASE_FREE);
            link->fd = -1;
            link->next_free = server->free_links;
            server->free_links = link;
        }
        atomic_fetch_sub(&server->open, 1);
    }
    pthread_mutex_unlock(&server->lock);
}

static uint32_t phase_limit_ms(const http_server *server, unsigned phase)
{
    return phase == PHASE_WAITING     ? server->limits.wait_ms
           : phase == PHASE_RECEIVING ? server->limits.receive_ms
                                      : server->limits.send_ms;
}

/* Cuts what is too slow. The lock is held: a descriptor cannot be closed and used again meanwhile,
 * because the library reports the end of a connection before it closes the socket. */
static void cut_slow(http_server *server)
{
    uint64_t now = lj_os_mono_ms();
    for (uint32_t i = 0; i < server->limits.connection_count; i++) {
        http_link *link = &server->links[i];
        unsigned phase = atomic_load(&link->phase);
        uint64_t since = atomic_load(&link->since_ms);
        if (phase != PHASE_FREE && now > since && now - since > phase_limit_ms(server, phase)) {
            lj_os_socket_cut(link->fd);
            atomic_store(&link->since_ms, now);
            atomic_fetch_add(&server->cut, 1);
        }
    }
}

static void *watch_run(void *cls)
{
    http_server *server = cls;
    uint32_t least = server->limits.wait_ms;
    least = server->limits.receive_ms < least ? server->limits.receive_ms : least;
    least = server->limits.send_ms < least ? server->limits.send_ms : least;
    uint32_t step_ms = least / 8 < 10 ? 10 : least / 8 > 1000 ? 1000 : least / 8;
    pthread_mutex_lock(&server->lock);
    while (!server->is_stopping) {
        uint64_t until_us = lj_os_mono_us() + (uint64_t)step_ms * 1000;
        struct timespec until = {(time_t)(until_us / 1000000), (long)(until_us % 1000000) * 1000};
        (void)pthread_cond_timedwait(&server->wake, &server->lock, &until);
        cut_slow(server);
    }
    pthread_mutex_unlock(&server->lock);
    return NULL;
}

/* ---- a request begins and ends ---- */

static http_link *link_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info != NULL ? info->socket_context : NULL;
}

/* The first line was parsed; what is returned becomes the context of the request. */
static void *on_target(void *cls, const char *uri, struct MHD_Connection *connection)
{
    http_server *server = cls;
    lj_arena *arena = lj_arena_new(server->limits.request_arena_len);
    http_exchange *exchange = arena != NULL ? lj_arena_alloc(arena, sizeof(*exchange)) : NULL;
    if (exchange == NULL) {
        lj_arena_free(arena);
        return NULL;
    }
    atomic_fetch_add(&server->active, 1);
    exchange->server = server;
    exchange->link = link_of(connection);
    exchange->uri = uri;
    exchange->target = uri != NULL ? lj_arena_copy(arena, lj_cstr_bytes(uri)) : LJ_BYTES("");
    exchange->request.arena = arena;
    exchange->request.peer = server->listener.is_unix ? HTTP_PEER_PROXY : HTTP_PEER_LOOPBACK;
    exchange->request.no = atomic_fetch_add(&server->requests, 1) + 1;
    link_enter(exchange->link, PHASE_RECEIVING);
    return exchange;
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **con_cls,
                         enum MHD_RequestTerminationCode code)
{
    (void)connection;
    (void)code;
    http_server *server = cls;
    http_exchange *exchange = *con_cls;
    *con_cls = NULL;
    if (exchange == NULL) {
        return;
    }
    if (exchange->response.stream_end != NULL) {
        exchange->response.stream_end(exchange->response.stream_ctx);
    }
    link_enter(exchange->link, PHASE_WAITING);
    lj_buf_done(&exchange->body);
    lj_arena_free(exchange->request.arena);
    atomic_fetch_sub(&server->active, 1);
}

/* The path is decoded by us. */
static size_t on_unescape(void *cls, struct MHD_Connection *connection, char *text)
{
    (void)cls;
    (void)connection;
    return strlen(text);
}

/* ---- answers ---- */

void http_respond_header(http_response *response, const char *name, lj_str value)
{
    LJ_ASSERT(response->header_count < HTTP_RESPONSE_HEADERS_MAX);
    for (size_t i = 0; i < value.len; i++) {
        LJ_ASSERT((uint8_t)value.ptr[i] >= 0x20 && value.ptr[i] != 0x7F);
    }
    response->headers[response->header_count++] = (http_pair){lj_cstr_str(name), value};
}

void http_respond(http_response *response, uint32_t status, const char *type, lj_slice body)
{
    response->status = status;
    response->body = body;
    if (type != NULL) {
        http_respond_header(response, "Content-Type", lj_cstr_str(type));
    }
}

void http_respond_stream(http_response *response, uint32_t status, const char *type,
                         http_stream_fn stream, void *ctx, uint64_t len)
{
    http_respond(response, status, type, (lj_slice){NULL, 0});
    response->stream = stream;
    response->stream_ctx = ctx;
    response->stream_len = len;
}

static ssize_t on_stream(void *cls, uint64_t pos, char *dst, size_t cap)
{
    http_exchange *exchange = cls;
    size_t len = 0;
    lj_code code =
        exchange->response.stream(exchange->response.stream_ctx, pos, (uint8_t *)dst, cap, &len);
    return code != LJ_OK ? MHD_CONTENT_READER_END_WITH_ERROR
           : len == 0    ? MHD_CONTENT_READER_END_OF_STREAM
                         : (ssize_t)lj_min_size(len, cap);
}

static bool sets(const http_response *response, const char *name)
{
    for (size_t i = 0; i < response->header_count; i++) {
        if (lj_slice_is_nocase(lj_str_bytes(response->headers[i].name), lj_cstr_bytes(name))) {
            return true;
        }
    }
    return false;
}

static bool add_headers(struct MHD_Response *made, const http_exchange *exchange)
{
    const http_response *response = &exchange->response;
    bool ok = true;
    for (size_t i = 0; i < response->header_count; i++) {
        const char *value =
            lj_arena_cstr(exchange->request.arena, lj_str_bytes(response->headers[i].value));
        /* the library takes no empty value */
        ok = ok && (response->headers[i].value.len == 0 ||
                    (value != NULL && MHD_add_response_header(made, response->headers[i].name.ptr,
                                                              value) == MHD_YES));
    }
    for (size_t i = 0; i < http_headers_always_count; i++) {
        const http_header_row *row = &http_headers_always[i];
        ok = ok && (sets(response, row->name) ||
                    MHD_add_response_header(made, row->name, row->value) == MHD_YES);
    }
    if (response->close || atomic_load(&exchange->server->is_closing)) {
        ok = ok && MHD_add_response_header(made, "Connection", "close") == MHD_YES;
    }
    return ok;
}

/* Hands the response to the library. False: the connection must be cut. */
static bool send_response(struct MHD_Connection *connection, http_exchange *exchange)
{
    const http_response *response = &exchange->response;
    struct MHD_Response *made = NULL;
    if (response->stream != NULL) {
        uint64_t len =
            response->stream_len == HTTP_LEN_UNKNOWN ? MHD_SIZE_UNKNOWN : response->stream_len;
        made = MHD_create_response_from_callback(len, STREAM_BLOCK_LEN, on_stream, exchange, NULL);
    } else {
        void *bytes = NULL; /* the library reads only, but does not say so */
        memcpy(&bytes, &response->body.ptr, sizeof(bytes));
        made = MHD_create_response_from_buffer(response->body.len, bytes, MHD_RESPMEM_PERSISTENT);
    }
    bool ok = made != NULL && add_headers(made, exchange) &&
              MHD_queue_response(connection, response->status, made) == MHD_YES;
    if (made != NULL) {
        MHD_destroy_response(made);
    }
    exchange->stage = STAGE_ANSWERED;
    link_enter(exchange->link, PHASE_SENDING);
    return ok;
}

/* The seam's own refusal; the connection ends with it. */
static void fill_refusal(http_exchange *exchange, http_refusal refusal)
{
    http_server *server = exchange->server;
    atomic_fetch_add(&server->refused, 1);
    memset(&exchange->response, 0, sizeof(exchange->response));
    exchange->response.close = true;
    server->app.refuse(server->app.ctx, &exchange->request, &exchange->response, refusal.kind,
                       refusal.detail);
    exchange->response.close = true;
    LJ_ASSERT(exchange->response.status != 0);
}

static bool send_refusal(struct MHD_Connection *connection, http_exchange *exchange,
                         http_refusal refusal)
{
    fill_refusal(exchange, refusal);
    return send_response(connection, exchange);
}

/* ---- head ---- */

/* Compares what the library found with what we found. */
typedef struct comparison {
    const http_exchange *exchange;
    const uint8_t *block; /* the library's bytes */
    size_t at;
    bool is_same;
} comparison;

static enum MHD_Result compare_header(void *cls, enum MHD_ValueKind kind, const char *name,
                                      size_t name_len, const char *value, size_t value_len)
{
    (void)kind;
    comparison *state = cls;
    const http_request *request = &state->exchange->request;
    const uint8_t *base = state->exchange->head.base;
    if (state->at >= request->header_count) {
        state->is_same = false;
        return MHD_NO;
    }
    const http_pair *pair = &request->headers[state->at++];
    size_t name_off = (size_t)((const uint8_t *)pair->name.ptr - base);
    size_t value_off = (size_t)((const uint8_t *)pair->value.ptr - base);
    /* the library keeps blanks behind a value, we do not; an empty one may begin anywhere */
    state->is_same = state->is_same && (const uint8_t *)name == state->block + name_off &&
                     name_len == pair->name.len && value_len >= pair->value.len &&
                     (pair->value.len == 0 || (const uint8_t *)value == state->block + value_off);
    return MHD_YES;
}

/* The head in the library's buffer: see the top of this file. False when it is not where it must
 * be. */
static bool find_head(struct MHD_Connection *connection, const http_exchange *exchange,
                      const char *method, const char *version, http_head_bytes *out)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    size_t head_len = info != NULL ? info->header_size : 0;
    size_t line_len = strlen(method) + 1 + exchange->target.len + 1 + strlen(version);
    /* one blank each, and nothing between */
    if (exchange->uri != method + strlen(method) + 1 ||
        version != exchange->uri + exchange->target.len + 1 || head_len < line_len + 4 ||
        version[strlen(version) + 1] != '\0') {
        return false;
    }
    const uint8_t *block = (const uint8_t *)method + line_len + 2;
    *out = (http_head_bytes){method, exchange->target, version,
                             lj_slice_of(block, head_len - line_len - 2)};
    return true;
}

static bool read_head(struct MHD_Connection *connection, http_exchange *exchange,
                      const char *method, const char *version, http_refusal *refusal)
{
    const http_limits *limits = &exchange->server->limits;
    http_head_bytes bytes;
    if (!find_head(connection, exchange, method, version, &bytes)) {
        *refusal = (http_refusal){PROBLEM_FRAMING, "the first line is malformed"};
        return false;
    }
    if (bytes.block.len > limits->head_len) {
        *refusal = (http_refusal){PROBLEM_HEAD, "the head is too long"};
        return false;
    }
    if (!http_head_read(&bytes, limits, &exchange->request, &exchange->head, refusal)) {
        return false;
    }
    comparison state = {exchange, bytes.block.ptr, 0, true};
    (void)MHD_get_connection_values_n(connection, MHD_HEADER_KIND, compare_header, &state);
    if (!state.is_same || state.at != exchange->request.header_count) {
        *refusal = (http_refusal){PROBLEM_FRAMING, "the headers can be read in two ways"};
        return false;
    }
    return true;
}

/* Sends the refusal that the response holds; the connection ends with it. A connection closed
 * with bytes of the caller unread is reset, and the answer is lost on its way: so the body is read
 * first and thrown away, unless it is very long or waits to be asked for (Expect). */
static bool refuse_at_head(struct MHD_Connection *connection, http_exchange *exchange)
{
    exchange->response.close = true;
    bool is_sent_anyway = !exchange->head.is_chunked &&
                          http_header(&exchange->request, "Expect").ptr == NULL &&
                          exchange->head.body_len <= DRAINED_MAX;
    return is_sent_anyway || send_response(connection, exchange);
}

static bool on_head(struct MHD_Connection *connection, http_exchange *exchange, const char *method,
                    const char *version)
{
    http_server *server = exchange->server;
    http_refusal refusal = {0, NULL};
    if (!read_head(connection, exchange, method, version, &refusal)) {
        return send_refusal(connection, exchange, refusal);
    }
    exchange->stage = STAGE_BODY;
    server->app.head(server->app.ctx, thread_state(server), &exchange->request, &exchange->response,
                     &exchange->body_max);
    if (exchange->response.status != 0 && !exchange->request.has_body) {
        return true; /* sent by the next call: now, the library would close the connection */
    }
    if (exchange->response.status == 0 && exchange->head.body_len > exchange->body_max) {
        fill_refusal(exchange, (http_refusal){PROBLEM_TOO_LARGE, "Content-Length"});
    }
    if (exchange->response.status != 0) {
        return refuse_at_head(connection, exchange);
    }
    lj_buf_init(&exchange->body, NULL,
                lj_min_u64(exchange->body_max, SIZE_MAX / 4) + 1 /* 0 is no ceiling */);
    return true;
}

/* ---- body ---- */

/* A chunked body grew too long. The library cannot be told to answer in the middle of a body, so
 * these bytes go to the socket by hand: nothing else was sent yet but perhaps a 100. */
static bool refuse_midway(http_exchange *exchange)
{
    static const char answer[] =
        "HTTP/1.1 413 Content Too Large\r\nContent-Type: application/problem+json\r\n"
        "Content-Language: zh\r\nX-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n"
        "Connection: close\r\nContent-Length: 85\r\n\r\n"
        "{\"type\":\"/problems/too_large\",\"title\":\"内容过大\",\"status\":413,"
        "\"code\":\"too_large\"}";
    atomic_fetch_add(&exchange->server->refused, 1);
    pthread_mutex_lock(&exchange->server->lock);
    if (exchange->link != NULL) {
        (void)lj_os_socket_send(exchange->link->fd, lj_slice_of(answer, sizeof(answer) - 1));
    }
    pthread_mutex_unlock(&exchange->server->lock);
    return false;
}

static bool on_body(http_exchange *exchange, lj_slice part)
{
    if (exchange->response.status != 0) {
        return true; /* refused already: thrown away */
    }
    if (part.len > exchange->body_max - exchange->body.len) {
        return refuse_midway(exchange);
    }
    lj_buf_put(&exchange->body, part);
    return lj_buf_ok(&exchange->body);
}

static bool on_whole(struct MHD_Connection *connection, http_exchange *exchange)
{
    http_server *server = exchange->server;
    if (exchange->response.status != 0) {
        return send_response(connection, exchange);
    }
    if (exchange->head.is_chunked &&
        MHD_get_connection_values_n(connection, MHD_FOOTER_KIND, NULL, NULL) > 0) {
        return send_refusal(connection, exchange,
                            (http_refusal){PROBLEM_FRAMING, "headers behind the body"});
    }
    if (!exchange->head.is_chunked && exchange->body.len != exchange->head.body_len) {
        return false;
    }
    exchange->request.body = lj_buf_slice(&exchange->body);
    exchange->response.close = exchange->head.is_chunked;
    server->app.serve(server->app.ctx, thread_state(server), &exchange->request,
                      &exchange->response);
    LJ_ASSERT(exchange->response.status >= 200 && exchange->response.status < 600);
    return send_response(connection, exchange);
}

/* The library calls once with the head, then with each part of the body, then at its end. */
static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *part,
                                  size_t *part_len, void **con_cls)
{
    (void)cls;
    (void)url;
    http_exchange *exchange = *con_cls;
    bool ok = exchange != NULL;
    if (ok && exchange->stage == STAGE_HEAD) {
        ok = on_head(connection, exchange, method, version);
    } else if (ok && exchange->stage == STAGE_BODY && *part_len > 0) {
        ok = on_body(exchange, lj_slice_of(part, *part_len));
        *part_len = 0;
    } else if (ok && exchange->stage == STAGE_BODY) {
        ok = on_whole(connection, exchange);
    }
    return ok ? MHD_YES : MHD_NO;
}

/* ---- start and stop ---- */

/* Digits up to 65535 and nothing else. */
static bool read_port(const char *text, uint16_t *out)
{
    uint32_t value = 0;
    size_t len = 0;
    for (; text[len] >= '0' && text[len] <= '9' && len < 5; len++) {
        value = value * 10 + (uint32_t)(text[len] - '0');
    }
    *out = (uint16_t)value;
    bool is_padded = len > 1 && text[0] == '0';
    return len > 0 && text[len] == '\0' && !is_padded && value <= UINT16_MAX;
}

static lj_code open_listener(http_server *server, const char *listen, lj_err *err)
{
    static const char v4[] = "127.0.0.1:";
    static const char v6[] = "[::1]:";
    static const char local[] = "unix:";
    uint16_t port = 0;
    if (strcmp(listen, "systemd") == 0) {
        return lj_os_listen_inherited(&server->listener, err);
    }
    if (strncmp(listen, local, sizeof(local) - 1) == 0) {
        const char *path = listen + sizeof(local) - 1;
        lj_code code = lj_os_listen_unix(path, &server->listener, err);
        server->unix_path =
            code == LJ_OK ? lj_arena_cstr(server->arena, lj_cstr_bytes(path)) : NULL;
        return code;
    }
    if (strncmp(listen, v4, sizeof(v4) - 1) == 0 && read_port(listen + sizeof(v4) - 1, &port)) {
        return lj_os_listen_loopback(false, port, &server->listener, err);
    }
    if (strncmp(listen, v6, sizeof(v6) - 1) == 0 && read_port(listen + sizeof(v6) - 1, &port)) {
        return lj_os_listen_loopback(true, port, &server->listener, err);
    }
    return lj_fail(err, LJ_E_INVALID, UINT64_MAX,
                   "the address must be 127.0.0.1:PORT, [::1]:PORT, unix:PATH or systemd; for a "
                   "network nginx stands in front");
}

static lj_code start_daemon(http_server *server, lj_err *err)
{
    const http_limits *limits = &server->limits;
    unsigned idle_s = (limits->idle_ms + 999) / 1000;
    unsigned threads = limits->thread_count;
    server->daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC, 0, NULL, NULL, on_request, server,
        MHD_OPTION_LISTEN_SOCKET, server->listener.fd, MHD_OPTION_CONNECTION_LIMIT,
        limits->connection_count, MHD_OPTION_CONNECTION_TIMEOUT, idle_s,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)limits->head_len * POOL_FACTOR,
        MHD_OPTION_URI_LOG_CALLBACK, on_target, server, MHD_OPTION_UNESCAPE_CALLBACK, on_unescape,
        server, MHD_OPTION_NOTIFY_COMPLETED, on_completed, server, MHD_OPTION_NOTIFY_CONNECTION,
        on_connection, server, threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, threads,
        MHD_OPTION_END);
    return server->daemon != NULL
               ? LJ_OK
               : lj_fail(err, LJ_E_IO, UINT64_MAX, "the HTTP library did not start");
}

static lj_code start_watch(http_server *server, lj_err *err)
{
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_mutex_init(&server->lock, NULL);
    pthread_cond_init(&server->wake, &attr);
    pthread_condattr_destroy(&attr);
    if (pthread_create(&server->watch, NULL, watch_run, server) != 0) {
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no thread for the watch");
    }
    (void)pthread_setname_np(server->watch, "http-watch");
    return LJ_OK;
}

static void stop_watch(http_server *server)
{
    pthread_mutex_lock(&server->lock);
    server->is_stopping = true;
    pthread_cond_signal(&server->wake);
    pthread_mutex_unlock(&server->lock);
    (void)pthread_join(server->watch, NULL);
}

static void release(http_server *server)
{
    lj_os_close(server->listener.fd);
    if (server->unix_path != NULL) {
        lj_err ignored;
        lj_code code = lj_os_remove(LJ_OS_CWD, server->unix_path, &ignored);
        (void)code; /* the next start replaces it */
    }
    lj_arena_free(server->arena);
}

static http_server *make_server(const http_app *app, const http_limits *limits)
{
    lj_arena *arena = lj_arena_new(SERVER_ARENA_LEN);
    http_server *server = arena != NULL ? lj_arena_alloc(arena, sizeof(*server)) : NULL;
    if (server == NULL) {
        lj_arena_free(arena);
        return NULL;
    }
    server->arena = arena;
    server->app = *app;
    server->limits = limits != NULL ? *limits : http_limits_default;
    server->listener.fd = -1;
    uint32_t count = server->limits.connection_count;
    server->links = lj_arena_array(arena, count, sizeof(*server->links));
    LJ_ASSERT(server->limits.thread_count > 0 && server->limits.thread_count <= THREADS_MAX);
    for (uint32_t i = 0; server->links != NULL && i < count; i++) {
        server->links[i].fd = -1;
        server->links[i].next_free = i + 1 < count ? &server->links[i + 1] : NULL;
    }
    server->free_links = server->links;
    return server;
}

lj_code http_server_start(const char *listen, const http_app *app, const http_limits *limits,
                          http_server **out, lj_err *err)
{
    http_server *server = make_server(app, limits);
    if (server == NULL || server->links == NULL) {
        if (server != NULL) {
            lj_arena_free(server->arena);
        }
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for the server");
    }
    lj_code code = open_listener(server, listen, err);
    if (code == LJ_OK) {
        code = start_watch(server, err);
    }
    if (code != LJ_OK) {
        release(server);
        return code;
    }
    code = start_daemon(server, err);
    if (code != LJ_OK) {
        server->listener.fd = -1; /* the library may have closed it */
        stop_watch(server);
        release(server);
        return code;
    }
    *out = server;
    return LJ_OK;
}

void http_server_stop(http_server *server)
{
    if (server == NULL) {
        return;
    }
    atomic_store(&server->is_closing, true);
    if (MHD_quiesce_daemon(server->daemon) == MHD_INVALID_SOCKET) {
        server->listener.fd = -1; /* the library kept it, and closes it */
    }
    uint64_t until = lj_os_mono_ms() + server->limits.stop_ms;
    while (atomic_load(&server->active) > 0 && lj_os_mono_ms() < until) {
        lj_os_nap_ms(5);
    }
    MHD_stop_daemon(server->daemon);
    stop_watch(server);
    uint32_t count = atomic_load(&server->thread_count);
    for (uint32_t i = 0; i < count && server->app.thread_free != NULL; i++) {
        if (atomic_load(&server->threads[i].is_used)) {
            server->app.thread_free(server->app.ctx, server->threads[i].state);
        }
    }
    pthread_cond_destroy(&server->wake);
    pthread_mutex_destroy(&server->lock);
    release(server);
}

uint16_t http_server_port(const http_server *server)
{
    return server->listener.port;
}

http_counts http_server_counts(http_server *server)
{
    return (http_counts){
        .connections = atomic_load(&server->connections),
        .open = atomic_load(&server->open),
        .requests = atomic_load(&server->requests),
        .refused = atomic_load(&server->refused),
        .cut = atomic_load(&server->cut),
    };
}
