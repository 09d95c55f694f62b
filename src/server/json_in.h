/* SPDX-License-Identifier: AGPL-3.0-or-later
 * JSON in, strictly (RFC 8259, I-JSON numbers), as a small tree in an arena. Refused: duplicate
 * keys, nesting above 32, NUL (also \u0000), invalid UTF-8, lone surrogates, integers beyond 2^53,
 * bytes behind the value, a byte order mark, a top that is neither object nor array.
 *
 * Members are taken by accessors that record each fault with its JSON pointer in the problem and
 * go on: a handler reads all members, then asks problem->error_count once. */
#ifndef LJ_SERVER_JSON_IN_H
#define LJ_SERVER_JSON_IN_H

#include "base/arena.h"
#include "base/err.h"
#include "base/slice.h"
#include "server/problem.h"

enum { JSON_IN_DEPTH_MAX = 32, JSON_IN_NODES_MAX = 100000 };
#define JSON_IN_INT_MAX ((int64_t)9007199254740992) /* 2^53 */

typedef enum json_kind {
    JSON_IN_NULL,
    JSON_IN_BOOL,
    JSON_IN_INT,
    JSON_IN_REAL, /* has a fraction or an exponent: no accessor takes it */
    JSON_IN_TEXT,
    JSON_IN_ARRAY,
    JSON_IN_OBJECT,
} json_kind;

typedef struct json_node {
    json_kind kind;
    bool truth;                     /* JSON_IN_BOOL */
    uint32_t idx;                   /* place in its array */
    int64_t number;                 /* JSON_IN_INT */
    lj_str text;                    /* JSON_IN_TEXT */
    lj_str name;                    /* as member of an object, else ptr NULL */
    const struct json_node *parent; /* NULL at the top */
    const struct json_node *first;  /* children, in the order of the text */
    const struct json_node *next;
    uint32_t count; /* children */
} json_node;

/* What was wrong. */
typedef struct json_fault {
    const char *what; /* a literal: "duplicate key" */
    uint64_t off;     /* byte offset; UINT64_MAX where pointer says it */
    lj_str pointer;   /* of a number that is too large, in the arena; else ptr NULL */
} json_fault;

/* LJ_E_FORMAT with the fault (may be NULL); LJ_E_LIMIT when the arena is full. */
LJ_MUST_USE lj_code json_in_read(lj_slice bytes, lj_arena *arena, const json_node **out,
                                 json_fault *fault, lj_err *err);

/* The member or NULL, also for null objects. */
const json_node *json_in_lookup(const json_node *object, const char *name);
/* JSON pointer of the node (RFC 6901), of its member `name` when that is not NULL. */
lj_str json_in_pointer(const json_node *node, const char *name, lj_arena *arena);

typedef enum json_need { JSON_OPTIONAL, JSON_REQUIRED } json_need;
/* Each: true with *out set when the member is there and right; false when it is missing, null or
 * wrong, with an error recorded when it is wrong, or missing and required. */
/* min, max: in code points. */
bool json_in_text(problem *said, const json_node *object, const char *name, json_need need,
                  uint32_t min, uint32_t max, lj_str *out);
bool json_in_int(problem *said, const json_node *object, const char *name, json_need need,
                 int64_t min, int64_t max, int64_t *out);
bool json_in_bool(problem *said, const json_node *object, const char *name, json_need need,
                  bool *out);
bool json_in_object(problem *said, const json_node *object, const char *name, json_need need,
                    const json_node **out);
bool json_in_array(problem *said, const json_node *object, const char *name, json_need need,
                   uint32_t max_count, const json_node **out);
/* UUID in lower case. */
bool json_in_id(problem *said, const json_node *object, const char *name, json_need need,
                lj_str *out);
/* Records every member that is not among names (ended by NULL). */
void json_in_only(problem *said, const json_node *object, const char *const *names);
/* A fault that the handler found itself, at the node or its member. */
void json_in_fault(problem *said, const json_node *node, const char *name, const char *code,
                   problem_text text);

/* 8-4-4-4-12 lower-case hexadecimal. */
bool json_in_is_uuid(lj_str text);

#endif
