/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The cache of prepared statements of a connection: from the address of a query to the engine's
 * handle, in an open table that doubles when it is half full. Nothing is ever taken out alone: the
 * queries of a program are a fixed set, made at build time. */
#include "base/num.h"
#include "store/store_priv.h"

enum { CACHE_FIRST = 64 };

static uint32_t slot_of(const store_conn *conn, const store_query *query)
{
    /* objects of one table lie at equal distances: mix before cutting */
    uint64_t mixed = (uint64_t)(uintptr_t)query * UINT64_C(0x9E3779B97F4A7C15);
    uint32_t slot = (uint32_t)(mixed >> 32) & (conn->cache_cap - 1);
    while (conn->cache[slot].query != NULL && conn->cache[slot].query != query) {
        slot = (slot + 1) & (conn->cache_cap - 1);
    }
    return slot;
}

static lj_code cache_grow(store_conn *conn, lj_err *err)
{
    uint32_t old_cap = conn->cache_cap;
    store_cached *old = conn->cache;
    uint32_t cap = old_cap > 0 ? old_cap * 2 : CACHE_FIRST;
    store_cached *grown = lj_arena_array(conn->arena, cap, sizeof(*grown));
    if (grown == NULL || cap > 2 * STORE_STATEMENTS_MAX) {
        return lj_fail(err, LJ_E_LIMIT, UINT64_MAX, "too many queries for a connection");
    }
    conn->cache = grown;
    conn->cache_cap = cap;
    for (uint32_t i = 0; i < old_cap; i++) {
        if (old[i].query != NULL) {
            conn->cache[slot_of(conn, old[i].query)] = old[i];
        }
    }
    return LJ_OK;
}

lj_code store_statement_of(store_conn *conn, const store_query *query, void **out, lj_err *err)
{
    if (conn->cache_count * 2 >= conn->cache_cap) {
        lj_code code = cache_grow(conn, err);
        if (code != LJ_OK) {
            return code;
        }
    }
    uint32_t slot = slot_of(conn, query);
    if (conn->cache[slot].query == NULL) {
        void *statement = NULL;
        lj_code code = conn->driver->prepare(conn, query, conn->cache_count + 1, &statement, err);
        if (code != LJ_OK) {
            return code;
        }
        conn->cache[slot] = (store_cached){query, statement};
        conn->cache_count++;
    }
    *out = conn->cache[slot].statement;
    return LJ_OK;
}

void store_statements_forget(store_conn *conn, bool release)
{
    for (uint32_t i = 0; release && i < conn->cache_cap; i++) {
        if (conn->cache[i].query != NULL) {
            conn->driver->forget(conn->cache[i].statement);
        }
    }
    lj_arena_rewind(conn->arena, conn->bare);
    conn->cache = NULL;
    conn->cache_cap = 0;
    conn->cache_count = 0;
}
