/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Raw bytes to a server and back, and a small server to send them to. */
#ifndef LJ_TESTS_SERVER_HTTP_CLIENT_H
#define LJ_TESTS_SERVER_HTTP_CLIENT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/route.h"

enum { CLIENT_ANSWER_MAX = 4 << 20 };

/* What came back until the end, or until nothing came for wait_ms. */
typedef struct client_answer {
    char *bytes; /* NUL behind it; of the client, until the next answer */
    size_t len;
    bool is_closed; /* the server ended the connection */
    int status;     /* of the first answer, 0: none */
    int count;      /* answers seen: lines that begin with "HTTP/1.1 " and no 1xx */
    int others;     /* of them with another status than the first */
} client_answer;

/* "unix:PATH" or "PORT" on 127.0.0.1; -1 when nobody is there. */
int client_connect(const char *where);
bool client_send(int fd, const char *bytes, size_t len);
/* One byte at a time. */
bool client_trickle(int fd, const char *bytes, size_t len);
client_answer client_read(int fd, int wait_ms);
/* Reads exactly one answer with a Content-Length. */
client_answer client_read_one(int fd, int wait_ms);
client_answer client_ask(const char *where, const char *request);
/* Value of a header of the first answer, "" without; into a buffer of the client. */
const char *client_header(const client_answer *answer, const char *name);
const char *client_body(const client_answer *answer);
uint64_t client_now_ms(void);

/* ---- the server ---- */
typedef struct site {
    char where[128]; /* for client_connect */
    char folder[64];
    lj_arena *arena;
    const route_set *set;
    route_app app;
    http_server *server;
    atomic_uint smuggled, threads_made, threads_freed, served;
} site;

/* listen NULL: a Unix socket in a folder of its own. limits may be NULL. */
void site_start(site *site, const char *listen, const http_limits *limits);
void site_stop(site *site);
route_table site_routes(void);

#endif
