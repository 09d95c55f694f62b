/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A server with a small district behind it, and raw HTTP to talk to it. Over the Unix socket the
 * test is the proxy and says where a call comes from. */
#ifndef LJ_TESTS_SERVER_DESK_H
#define LJ_TESTS_SERVER_DESK_H

#include "../ledger/book.h"
#include "ledger/account.h"
#include "ledger/session.h"
#include "server/login.h"
#include "server/server.h"

enum { DESK_ANSWER_MAX = 4 << 20 };

typedef struct desk {
    book book;
    server server;
    seal_key key;
    route_app app;
    http_server *http;
    char folder[64], listen[128];
    password_made made[ACCOUNT_FIRST_COUNT];
} desk;

/* thread_count: handler threads. */
void desk_open(desk *to, uint32_t thread_count);
void desk_close(desk *to);
/* The clock of server and book, in ms from now on. */
void desk_wait(desk *on, int64_t ms);

/* A call. Only method and path must be there. */
typedef struct desk_call {
    const char *method, *path; /* "/session": below /api/v1 */
    const char *body;          /* JSON */
    const char *cookie;        /* "lijian_session=..." */
    const char *from;          /* X-Forwarded-For; NULL: 10.0.0.1 */
    const char *more;          /* header lines, each with CR LF */
    const char *type;          /* Content-Type; NULL: application/json */
    size_t body_len;           /* of a body that is not text; 0: up to its NUL */
    bool is_chinese;           /* Accept-Language */
} desk_call;
typedef struct desk_answer {
    int status;
    char head[4096];
    char *body; /* NUL behind it; in the arena of the book, or of the caller's thread */
    size_t len;
} desk_answer;
desk_answer desk_ask(desk *on, const desk_call *call);
/* The status alone; prints the body when it is not what was wanted. */
void desk_want(desk *on, const desk_call *call, int status);
/* Text after "key":" in the answer, in a static ring; "" without. */
const char *desk_text(const desk_answer *answer, const char *key);
bool desk_has(const desk_answer *answer, const char *part);
const char *desk_header(const desk_answer *answer, const char *name);

/* Logs in; the cookie in a static ring, NULL when refused. */
const char *desk_login(desk *on, const char *name, const char *password);
/* Logs in with a one-time password and changes it to DESK_PASSWORD; the cookie. */
#define DESK_PASSWORD "a long enough 口令"
const char *desk_enter(desk *on, const char *name, const char *one_time);
/* 0 sys, 1 sec, 2 audit. */
const char *desk_admin(desk *on, uint32_t which);
/* A change of an account as it is now: rest is "moves", "grants" ... */
void desk_change(desk *on, const char *cookie, const char *method, const char *account_id,
                 const char *rest, const char *body);
/* The header line If-Match of an account as it is now. */
void desk_version(desk *on, const char *account_id, char out[64]);
/* A new account by the system administrator: its id and one-time password, in static rings. */
typedef struct desk_account {
    const char *id, *password;
} desk_account;
desk_account desk_account_new(desk *on, const char *sys, const char *name, const char *person);
/* Somebody new with a post of the role at the unit (NULL: the bureau's), granted and logged in. */
const char *desk_officer(desk *on, const char *sys, const char *sec, const char *name,
                         const uint8_t *unit, const char *role);

#endif
