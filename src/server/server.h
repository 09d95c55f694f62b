/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What the handlers of lijiand share: the ledger, the folder of its data, who calls. Handlers hold
 * no SQL and no rules: they turn JSON into a change, the kernel's answer into JSON. */
#ifndef LJ_SERVER_SERVER_H
#define LJ_SERVER_SERVER_H

#include "base/json.h"
#include "ledger/actor.h"
#include "ledger/ledger.h"
#include "seal/key.h"
#include "server/route.h"

/* Permissions of route rows. What a caller may do with a single record is the kernel's question;
 * these say who may make the call at all. Administrators have no business posts, so a business
 * permission is never theirs. */
enum {
    PERM_SESSION = PERM_FIRST, /* logged in, also with a one-time password */
    PERM_BUSINESS,             /* at least one post, or an own person's record */
    PERM_BUREAU,               /* a post of the bureau */
    PERM_ACCOUNTS,             /* system or security administrator */
    PERM_SYS_ADMIN,
    PERM_SEC_ADMIN,
    PERM_AUDIT_ADMIN,
};

typedef struct server {
    ledger *book;
    store *db;
    const seal_key *key;    /* signs checkpoints; may be NULL */
    int data_dir;           /* descriptor of the data folder */
    bool is_demo;           /* accounts of the demonstration may log in */
    bool is_secure;         /* behind TLS: the cookie is marked Secure */
    int64_t (*clock)(void); /* UTC ms; lj_os_now_ms but for tests */
    const route_set *set;
    metrics *metrics;
    struct server_logins *logins; /* bounds the hashing of passwords: login.c */
} server;

/* State of a handler thread. */
typedef struct session_cache session_cache;
typedef struct server_thread {
    store_conn *reader;
    session_cache *sessions; /* session_cache.h; NULL: none is kept */
} server_thread;

/* Who calls; lives in the request's arena. */
typedef struct server_session {
    uint8_t account[16];
    uint8_t hash[32]; /* of the session id */
    lj_slice name, display;
    bool is_demo;     /* an account of the demonstration */
    bool must_change; /* a one-time password: nothing but changing it */
    ledger_actor actor;
    struct server_titles *titles; /* answer.c: names that this request looked up already */
} server_session;

static inline server *server_of(const route_call *call)
{
    return call->app;
}
static inline store_conn *server_conn(const route_call *call)
{
    return ((server_thread *)call->thread)->reader;
}
static inline const server_session *server_session_of(const route_call *call)
{
    return call->session;
}
static inline const ledger_actor *server_actor(const route_call *call)
{
    return &server_session_of(call)->actor;
}
static inline bool server_english(const route_call *call)
{
    return call->lang == HTTP_EN;
}
/* The {id} of the pattern; false never happens for a routed call. */
bool server_id(const route_call *call, const char *name, uint8_t out[16]);

/* route_app.permit: looks for the session, checks Origin, then the row's permission. */
lj_code server_permit(route_call *call, lj_err *err);

/* Tables of routes, joined by server_routes. */
extern const route_table session_routes; /* session_routes.c */
extern const route_table account_routes; /* account_routes.c */
extern const route_table log_routes;     /* log_routes.c */
extern const route_table duty_routes;    /* duty_routes.c */
extern const route_table unit_routes;    /* unit_routes.c */
extern const route_table file_routes;    /* file_routes.c: attachments */
/* Rows of every record type, made in the arena out of the record tables (record_routes.c). */
LJ_MUST_USE lj_code record_routes(lj_arena *arena, route_table *out, lj_err *err);
/* Template, export and import of every type, and what becomes of an import (import_routes.c). */
LJ_MUST_USE lj_code import_routes(lj_arena *arena, route_table *out, lj_err *err);
extern const route_table schema_routes; /* schema_routes.c: /schema, /openapi.json, /healthz */

/* "business", "sys_admin" ...: for lijiand routes and the OpenAPI document. */
const char *server_permission_name(uint32_t permission);

/* All of them as one set. *out_row names a faulty row. */
LJ_MUST_USE lj_code server_routes(lj_arena *arena, route_set **out, const route_row **out_row,
                                  lj_err *err);

/* ---- answers (answer.c) ---- */
/* The kernel's refusal as a problem document; passes the code on. */
lj_code server_refused(route_call *call, const ledger_type *type, const ledger_outcome *outcome,
                       lj_code code, lj_err *err);
/* What a code of the kernel says (problem_codes.c); {0} stands for *out_bound. Never empty. */
problem_text server_problem_text(lj_arena *arena, const char *code, int64_t min, int64_t max,
                                 lj_str *out_bound);
/* What a refusal says: one of the kernel itself, else a label of the type. */
problem_text server_refusal_text(const ledger_type *type, const char *key);
/* {"id","type","title"} of a record, null for a null value. conn: the transaction's own while there
 * is one, else the thread's reader. */
void server_put_ref(route_call *call, store_conn *conn, lj_json *json, const char *key,
                    const ledger_type *type, const store_value *id);
/* {"id","title"} of an account. */
void server_put_account(route_call *call, store_conn *conn, lj_json *json, const char *key,
                        const store_value *id);
/* A day, an instant, or null. */
void server_put_day(lj_json *json, const char *key, int64_t day);
void server_put_instant(lj_json *json, const char *key, int64_t at);
void server_put_id(lj_json *json, const char *key, const uint8_t id[16]);
/* One field's value, as docs/api.md has it. */
void server_put_value(route_call *call, store_conn *conn, lj_json *json, const char *key,
                      const ledger_field *field, const store_value *value);
/* A record; with_can: what the caller may do with it. */
void server_put_record(route_call *call, store_conn *conn, lj_json *json, const char *key,
                       const ledger_record *record, const ledger_rights *rights, bool with_can);
/* A decimal number with an optional minus, of a query string; false for anything else. */
bool server_read_num(lj_str text, int64_t *out);
/* JSON of at most SERVER_JSON_MAX bytes in the request's arena. */
enum { SERVER_JSON_MAX = 8 * 1024 * 1024 };
void server_json_begin(route_call *call, lj_buf *buf, lj_json *out);
/* Answers with what was written; LJ_E_LIMIT when it did not fit. */
lj_code server_json_end(route_call *call, uint32_t status, const lj_buf *buf, lj_err *err);

/* ---- changes (change.c) ---- */
/* The members fields, reason, happened_on, for_post, source, state, second of a body into a change;
 * faults are recorded in call->problem, LJ_E_INVALID when there are any. */
lj_code server_read_change(route_call *call, const ledger_type *type, ledger_change *out,
                           lj_err *err);
/* Location of a record made by this call; an id of the arena, or of the request. */
void server_put_location(route_call *call, lj_str id);
/* A change inside one transaction with its answer, which a repeated request gets again. work does
 * the change and writes the answer's JSON; it sets *out_status. */
typedef lj_code (*server_work)(route_call *call, ledger_txn *txn, void *ctx, lj_json *json,
                               uint32_t *out_status, lj_err *err);
lj_code server_change(route_call *call, server_work work, void *ctx, lj_err *err);

#endif
