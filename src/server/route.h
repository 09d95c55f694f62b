/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The route table: one row per call of the interface. A row without a permission is refused at the
 * start: PERM_PUBLIC must be written, so that nothing is public by omission. The table routes,
 * bounds and documents: 404, 405 with Allow, HEAD from GET, body type and size, If-Match,
 * Idempotency-Key and the OpenAPI document all come from the rows. */
#ifndef LJ_SERVER_ROUTE_H
#define LJ_SERVER_ROUTE_H

#include "server/http_server.h"
#include "server/json_in.h"
#include "server/metrics.h"
#include "server/problem.h"

/* Permissions are numbers of the product; these two are the seam's. */
enum {
    PERM_NONE = 0,   /* not valid in a row */
    PERM_PUBLIC = 1, /* everyone, without a session */
    PERM_FIRST = 2,  /* the product's own begin here */
};

typedef enum route_body {
    ROUTE_BODY_NONE, /* a body is 400 */
    ROUTE_BODY_JSON, /* application/json, parsed strictly into call->json; required */
    ROUTE_BODY_ANY,  /* bytes of any type in request->body; required */
} route_body;

enum {
    ROUTE_IF_MATCH = 1,   /* 428 without If-Match; one strong tag "N" goes to call->version */
    ROUTE_IDEMPOTENT = 2, /* Idempotency-Key is read into call->key */
    ROUTE_STREAMS = 4,    /* the answer may be a stream */
};

struct route_call;
struct route_set;
/* Answers through call->response, or returns a code (with call->problem filled where there is more
 * to say). Never sets an error status. */
typedef lj_code (*route_handler)(struct route_call *call, lj_err *err);

/* Pattern: "/api/v1/{types}/{id}/moves". Kinds of parameters by name: {types}, {word} a word
 * ([a-z][a-z0-9_]*, at most 64), {seq}, {no} a number, every other one an id (UUID as lower-case
 * text); "{key:word}", "{post:id}", "{year:number}" say it. A literal wins over a parameter. */
typedef struct route_row {
    const char *method; /* "GET" "POST" "PUT" "PATCH" "DELETE" */
    const char *pattern;
    uint32_t permission; /* never 0 */
    route_body body;
    uint32_t body_max; /* bytes; 0 only with ROUTE_BODY_NONE */
    uint32_t flags;    /* ROUTE_... */
    route_handler handler;
    const char *name;    /* "record_move": OpenAPI operationId, metrics, audit; unique */
    const char *en, *zh; /* one line of summary */
    const void *data;    /* the handler's own: the record type a generated row is for; or NULL */
} route_row;

typedef struct route_table {
    const route_row *rows;
    size_t count;
} route_table;

enum { ROUTE_PARAMS_MAX = 4, ROUTE_SEGMENTS_MAX = 10, ROUTE_KEY_MAX = 64 };

typedef struct route_param {
    lj_str name;     /* "id" */
    lj_str value;    /* lower-case UUID, word or digits; decoded */
    uint64_t number; /* of a number, else 0 */
} route_param;

/* What a handler gets. */
typedef struct route_call {
    void *app;     /* route_app.ctx */
    void *thread;  /* state of this thread */
    void *session; /* what route_app.permit found */
    const http_request *request;
    const route_row *row;
    const struct route_set *set; /* for the OpenAPI document */
    route_param params[ROUTE_PARAMS_MAX];
    size_t param_count;
    lj_arena *arena; /* the request's */
    http_response *response;
    problem *problem;
    const json_node *json; /* ROUTE_BODY_JSON */
    uint64_t version;      /* ROUTE_IF_MATCH: what the caller saw */
    lj_str key;            /* ROUTE_IDEMPOTENT: Idempotency-Key, ptr NULL without */
    http_lang lang;
} route_call;

/* The parameter of that name; an empty text when the pattern has none. */
lj_str route_param_of(const route_call *call, const char *name);
uint64_t route_number_of(const route_call *call, const char *name);

/* ---- patterns ---- */
typedef enum route_kind { ROUTE_LITERAL, ROUTE_ID, ROUTE_WORD, ROUTE_NUMBER } route_kind;
typedef struct route_segment {
    route_kind kind;
    lj_str text; /* of a literal; the name of a parameter */
} route_segment;
/* The segments of a pattern; 0 when it is wrong. */
size_t route_pattern_read(const char *pattern, route_segment out[ROUTE_SEGMENTS_MAX]);

/* ---- the set of all tables ---- */
typedef struct route_set route_set;
/* Joins tables. LJ_E_INVALID when a row is wrong: no permission, unknown method, bad pattern, body
 * without ceiling, a name or method and pattern twice; *out_row names it. Rows and arena must
 * outlive the set. */
LJ_MUST_USE lj_code route_set_new(lj_arena *arena, const route_table *tables, size_t count,
                                  route_set **out, const route_row **out_row, lj_err *err);
size_t route_count(const route_set *set);
const route_row *route_at(const route_set *set, size_t idx); /* sorted by pattern, then method */

typedef struct route_match {
    const route_row *row; /* NULL: 404, or 405 when allow is not 0 */
    size_t row_idx;
    uint32_t allow; /* bits 1 << http_method of what the path offers, HEAD with GET */
    route_param params[ROUTE_PARAMS_MAX];
    size_t param_count;
} route_match;
void route_find(const route_set *set, http_method method, lj_str path, route_match *out);

/* ---- serving ---- */
typedef struct route_app {
    void *ctx;
    const route_set *set;
    metrics *metrics; /* may be NULL */
    /* May this caller make this call? Before the body is read. LJ_OK, LJ_E_FORBIDDEN, or a problem
     * such as PROBLEM_LOGIN. Called for every row, PERM_PUBLIC too (it may look for a session then,
     * and must not refuse). What it finds goes to call->session. */
    lj_code (*permit)(struct route_call *call, lj_err *err);
    /* Everything outside the table: pages. May be NULL (404). Asked for GET and HEAD only. */
    bool (*fallback)(void *ctx, const http_request *request, http_response *response);
    /* One line per request for a log; may be NULL. Nothing in it comes from a body. */
    void (*note)(void *ctx, const route_row *row, const http_request *request, uint32_t status,
                 const lj_err *err, uint64_t us);
    /* Around the handler of a call that only reads: all that it reads is of one moment. What it
     * streams later is not. Both may be NULL. */
    lj_code (*read_begin)(void *thread, lj_err *err);
    void (*read_end)(void *thread);
    void *(*thread_new)(void *ctx, uint32_t thread_idx); /* as in http_app */
    void (*thread_free)(void *ctx, void *thread);
} route_app;
/* The seam's callbacks for this app; app must outlive the server. */
http_app route_http_app(const route_app *app);

/* ---- conditional requests ---- */
/* One strong tag of ours, "17" with its quotes: true and the number. Weak tags, `*`, lists and tags
 * of others are false. */
bool route_etag_read(lj_str text, uint64_t *out_version);
/* ETag of a version, as header of the response. */
void route_etag(route_call *call, uint64_t version);

/* Answers 200 (or `status`) with JSON. */
void route_json(route_call *call, uint32_t status, lj_slice json);

#endif
