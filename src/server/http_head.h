/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The strict reader of a request's head: target, query, headers and what they say about the body.
 * Bytes in, texts in an arena out; no sockets, no library. */
#ifndef LJ_SERVER_HTTP_HEAD_H
#define LJ_SERVER_HTTP_HEAD_H

#include "server/http_server.h"

/* Why a request is refused: kind is a problem_kind, detail a literal (NULL: not refused). */
typedef struct http_refusal {
    int kind;
    const char *detail;
} http_refusal;

/* The head as the library leaves it. block: everything behind the request line; each line end CR LF
 * is two NULs, each colon behind a name is one NUL, the empty line closes it. */
typedef struct http_head_bytes {
    const char *method; /* NUL-terminated */
    lj_slice target;    /* as sent */
    const char *version;
    lj_slice block;
} http_head_bytes;

typedef struct http_head {
    const uint8_t *base;   /* the copy of the block that names and values point into */
    bool is_chunked;       /* else body_len counts */
    uint64_t body_len;     /* Content-Length, 0 without */
    bool expects_continue; /* the sender waits for a word before the body */
} http_head;

/* Fills method, target, path, query and headers of the request, whose arena is set. False with the
 * refusal: 400, 413, 414, 431, 501 or 505. */
bool http_head_read(const http_head_bytes *bytes, const http_limits *limits, http_request *request,
                    http_head *out, http_refusal *refusal);
/* The part of it for the target: path and query, decoded and checked. */
bool http_target_read(lj_slice target, const http_limits *limits, http_request *request,
                      http_refusal *refusal);

#endif
