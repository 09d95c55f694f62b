/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Counters of requests by route and status class, and how long they took, in the text format of
 * Prometheus (version 0.0.4). Each thread writes its own block, so nothing is locked; no label
 * names a unit, a person or a record. */
#ifndef LJ_SERVER_METRICS_H
#define LJ_SERVER_METRICS_H

#include "base/buf.h"
#include "server/http_server.h"

typedef struct metrics metrics;
enum { METRICS_THREADS_MAX = 16 };

/* names: of the routes, which must outlive it. NULL without room in the arena. */
metrics *metrics_new(lj_arena *arena, const char *const *names, size_t count);
/* One answered request. route: index into names, or SIZE_MAX for everything else. us: microseconds
 * from the head to the answer, without sending. */
void metrics_count(metrics *all, size_t route, uint32_t status, uint64_t us);
void metrics_write(const metrics *all, const http_counts *counts, lj_buf *out);

/* What a second server on a local Unix socket serves: GET /metrics and nothing else. The context
 * must outlive it. */
typedef struct metrics_app {
    const metrics *metrics;
    http_server *server; /* whose connections are counted; may be NULL */
} metrics_app;
http_app metrics_http_app(const metrics_app *app);

#endif
