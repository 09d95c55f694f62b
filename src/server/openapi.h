/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The OpenAPI 3.1 document of a route set, written from the rows that serve, and the health call.
 * What the table cannot say (schemas of record types) is added by hooks. */
#ifndef LJ_SERVER_OPENAPI_H
#define LJ_SERVER_OPENAPI_H

#include "base/json.h"
#include "server/route.h"

/* Hooks may be NULL. Each writes into json at the place named. */
typedef struct openapi_info {
    const char *title_en, *title_zh, *version;
    const void *ctx;
    /* members of components.schemas (Problem is there already) */
    void (*schemas)(const void *ctx, http_lang lang, lj_json *json);
    /* `"schema": {...}` of the JSON body of the row; nothing when it has none of its own */
    void (*body)(const void *ctx, const route_row *row, lj_json *json);
    /* the same of its 200 answer */
    void (*answer)(const void *ctx, const route_row *row, lj_json *json);
    /* query parameters: objects of the array `parameters` */
    void (*query)(const void *ctx, const route_row *row, http_lang lang, lj_json *json);
    /* name of a permission, for x-permission */
    const char *(*permission)(const void *ctx, uint32_t permission);
} openapi_info;

LJ_MUST_USE lj_code openapi_write(const route_set *set, const openapi_info *info, http_lang lang,
                                  lj_arena *arena, lj_buf *out, lj_err *err);

/* Handlers for rows of the product's table. */
/* row->data: const openapi_info. */
lj_code openapi_get(route_call *call, lj_err *err);
/* row->data: const health_check, or NULL for a process that is well when it answers. 200
 * {"status":"ok"} or the problem `busy`. */
typedef struct health_check {
    bool (*is_well)(void *app, void *thread);
} health_check;
lj_code health_get(route_call *call, lj_err *err);

#endif
