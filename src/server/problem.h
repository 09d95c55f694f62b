/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Problem documents (RFC 9457). A handler never sets an error status: it returns an lj_code, and
 * says more in the call's `problem` where there is more to say. One function turns both into the
 * answer, in the language of the caller. Kinds are rows of problems.txt. */
#ifndef LJ_SERVER_PROBLEM_H
#define LJ_SERVER_PROBLEM_H

#include "base/arena.h"
#include "base/err.h"
#include "base/slice.h"
#include "server/http_server.h"
#include "server/problem_kinds.h" /* made from problems.txt: problem_kind, PROBLEM_... */

typedef struct problem_row {
    const char *name; /* "bad_request": stable, ends the "type" */
    uint32_t status;
    int retry; /* 1 when the same request may succeed later */
    const char *en, *zh;
} problem_row;
/* Never NULL. */
const problem_row *problem_row_of(problem_kind kind);

typedef enum http_lang { HTTP_ZH, HTTP_EN } http_lang;
/* Of the query (language=en: links carry no headers), else of Accept-Language: the better of zh
 * and en, zh when neither is named. */
http_lang http_lang_of(const http_request *request);

/* A sentence in both languages; {0} and {1} stand for its arguments. Literals. */
typedef struct problem_text {
    const char *en, *zh;
} problem_text;

enum { PROBLEM_ERRORS_MAX = 64, PROBLEM_ARGS = 2, PROBLEM_MEMBERS_MAX = 8 };

typedef struct problem_error {
    lj_str pointer;   /* JSON pointer into the body, "" for the whole */
    const char *code; /* "required": stable, a literal */
    problem_text text;
    lj_str args[PROBLEM_ARGS];
} problem_error;

/* Zeroed but for the arena it is "nothing to say": then the kind follows from the lj_code. */
typedef struct problem {
    lj_arena *arena;
    bool is_set; /* kind counts */
    problem_kind kind;
    const char *code; /* NULL: the name of the kind */
    problem_text detail;
    lj_str args[PROBLEM_ARGS];
    problem_error *errors; /* NULL until the first */
    uint32_t error_count;
    uint32_t more_count; /* errors beyond PROBLEM_ERRORS_MAX */
    struct {
        const char *name;
        lj_slice json;
    } members[PROBLEM_MEMBERS_MAX];
    uint32_t member_count;
    uint32_t retry_after_s; /* 0: no Retry-After, or 1 where the kind has retry */
    uint64_t version;       /* ETag of the record in the member `current`; 0: none */
} problem;

/* The kind, and the code to return with it: `return problem_set(call->problem, PROBLEM_WAIT, err);`
 */
LJ_MUST_USE lj_code problem_set(problem *said, problem_kind kind, lj_err *err);
/* The sentence of this occurrence; texts are copied. */
void problem_detail(problem *said, problem_text text, lj_str arg0, lj_str arg1);
/* One fault of the body; the answer becomes `invalid` unless a kind was set. Bounded: later ones
 * are counted. */
void problem_error_add(problem *said, lj_str pointer, const char *code, problem_text text,
                       lj_str arg0, lj_str arg1);
/* An extension member: name is a literal, json is JSON already (in the arena). */
void problem_member(problem *said, const char *name, lj_slice json);

/* Kind of a code without a problem. */
problem_kind problem_kind_of(lj_code code, const lj_err *err);
/* Fills the response. said may be NULL. */
void problem_respond(const problem *said, lj_code code, const lj_err *err,
                     const http_request *request, http_response *response);

#endif
