/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The HTTP seam: requests in, responses out, knows nothing of the product. One file behind it
 * (http_server.c) names the library, so that another one can take its place.
 *
 * Life of a request: its head is read and checked strictly -> app.head (may answer at once, else
 * says how long the body may be) -> the body is collected -> app.serve (must answer). Both run on
 * one of the server's threads; a thread serves one request at a time, and its state
 * (app.thread_new) is never shared. Everything of a request lives in its arena until the response
 * is sent. */
#ifndef LJ_SERVER_HTTP_SERVER_H
#define LJ_SERVER_HTTP_SERVER_H

#include "base/arena.h"
#include "base/err.h"
#include "base/slice.h"

typedef struct http_server http_server;

typedef enum http_method {
    HTTP_GET,
    HTTP_HEAD,
    HTTP_POST,
    HTTP_PUT,
    HTTP_PATCH,
    HTTP_DELETE,
    HTTP_OPTIONS,
    HTTP_OTHER, /* a token that is none of these: no route has it */
} http_method;
enum { HTTP_METHOD_COUNT = HTTP_OTHER + 1 };

typedef enum http_peer {
    HTTP_PEER_PROXY,    /* over the Unix socket: X-Forwarded-For and the like may be believed */
    HTTP_PEER_LOOPBACK, /* this computer */
} http_peer;

/* A header or a query parameter. */
typedef struct http_pair {
    lj_str name; /* headers: as sent, compare without case */
    lj_str value;
} http_pair;

/* A request, read only for handlers. Texts are valid UTF-8 without controls, decoded. */
typedef struct http_request {
    lj_arena *arena; /* lives until the response is sent */
    http_method method;
    http_peer peer;
    lj_str target; /* as sent */
    lj_str path;   /* decoded, begins with '/', no empty, "." or ".." segment */
    const http_pair *query;
    size_t query_count;
    const http_pair *headers;
    size_t header_count;
    bool has_body; /* one is announced, be it empty */
    lj_slice body; /* whole in app.serve, empty in app.head */
    uint64_t no;   /* of this server, from 1: for logs */
    void *user;    /* app's own, may be set in app.head */
} http_request;

/* Writes at most cap bytes of the body to dst; *out_len 0 ends it. A failure cuts the connection,
 * so that the other end sees an incomplete answer. */
typedef lj_code (*http_stream_fn)(void *ctx, uint64_t off, uint8_t *dst, size_t cap,
                                  size_t *out_len);

enum { HTTP_RESPONSE_HEADERS_MAX = 16 };

typedef struct http_response {
    uint32_t status; /* 0: nothing was answered yet */
    http_pair headers[HTTP_RESPONSE_HEADERS_MAX];
    size_t header_count;
    lj_slice body; /* in the request's arena, or constant */
    http_stream_fn stream;
    void *stream_ctx;
    void (*stream_end)(void *stream_ctx); /* once, sent or not; may be NULL */
    uint64_t stream_len;                  /* bytes, or HTTP_LEN_UNKNOWN */
    bool close;                           /* the connection ends with this answer */
} http_response;
#define HTTP_LEN_UNKNOWN UINT64_MAX

typedef struct http_app {
    void *ctx;
    /* The head was read. Answer (status not 0) to refuse without reading the body, else set
     * *out_body_max (bytes; a longer body is answered 413 without further question). */
    void (*head)(void *ctx, void *thread, http_request *request, http_response *response,
                 uint64_t *out_body_max);
    void (*serve)(void *ctx, void *thread, http_request *request, http_response *response);
    /* The seam refused: fill the response. kind: a problem_kind; detail: a literal. */
    void (*refuse)(void *ctx, const http_request *request, http_response *response, int kind,
                   const char *detail);
    /* State of a handler thread, made when it serves its first request (on that thread) and given
     * back when the server stops. Both may be NULL. A NULL state is passed on as it is. */
    void *(*thread_new)(void *ctx, uint32_t thread_idx);
    void (*thread_free)(void *ctx, void *thread);
} http_app;

/* All ceilings. http_limits_default holds each with its reason; tests make them small. */
typedef struct http_limits {
    uint32_t thread_count;      /* handler threads */
    uint32_t connection_count;  /* open at the same time, all threads */
    uint32_t head_len;          /* bytes of request line and headers: 431 above */
    uint32_t header_count;      /* 431 above */
    uint32_t query_count;       /* parameters: 400 above */
    uint32_t target_len;        /* bytes: 414 above */
    uint32_t request_arena_len; /* bytes beside the body */
    uint32_t idle_ms;           /* nothing was sent or received */
    uint32_t wait_ms;           /* from accept or the last answer to a whole request line */
    uint32_t receive_ms;        /* from the request line to the last byte of the body */
    uint32_t send_ms;           /* from the whole request to the last byte of the answer */
    uint32_t stop_ms;           /* requests in work may end when the server stops */
} http_limits;
extern const http_limits http_limits_default;

/* listen: "127.0.0.1:PORT", "[::1]:PORT" (port 0: any free one), "unix:PATH" (made with mode 0600,
 * a socket left behind is replaced), or "systemd" (the socket that was handed over: Unix or
 * loopback). Every other address is LJ_E_INVALID: what others may reach stands behind nginx.
 * limits may be NULL. Yours to stop. */
LJ_MUST_USE lj_code http_server_start(const char *listen, const http_app *app,
                                      const http_limits *limits, http_server **out, lj_err *err);
/* No new connection is taken, requests in work are finished within limits.stop_ms, then everything
 * is closed and given back. Accepts NULL. */
void http_server_stop(http_server *server);
/* The port it listens on; 0 for a Unix socket. */
uint16_t http_server_port(const http_server *server);

typedef struct http_counts {
    uint64_t connections; /* accepted since the start */
    uint64_t open;        /* now */
    uint64_t requests;
    uint64_t refused; /* by the seam: malformed, too large */
    uint64_t cut;     /* by the watch: too slow */
} http_counts;
http_counts http_server_counts(http_server *server);

/* The value of the header, or ptr NULL. Names are compared without case. */
lj_str http_header(const http_request *request, const char *name);
/* The value of the query parameter, or ptr NULL. A name stands at most once. */
lj_str http_query(const http_request *request, const char *name);
const char *http_method_name(http_method method); /* "GET"; "" for HTTP_OTHER */

/* Adds a header; name is a literal, the value lives as long as the arena. A value with a control in
 * it and one header too many are programming errors. */
void http_respond_header(http_response *response, const char *name, lj_str value);
/* Answers with bytes of the arena or a constant. type is a literal, or NULL without a body. */
void http_respond(http_response *response, uint32_t status, const char *type, lj_slice body);
/* Answers by a callback, on the request's thread. end may be NULL. */
void http_respond_stream(http_response *response, uint32_t status, const char *type,
                         http_stream_fn stream, void *ctx, uint64_t len);

#endif
