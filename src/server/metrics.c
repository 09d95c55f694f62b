/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Counters in the text format of Prometheus. Each thread has a block of its own and adds to it with
 * relaxed atomics; a reader sums the blocks. Two threads may come to share a block when there are
 * more than METRICS_THREADS_MAX: nothing is lost then either. */
#include "server/metrics.h"

#include <stdatomic.h>

#include "base/num.h"
#include "server/problem.h"

enum { CLASS_COUNT = 4 /* 2xx to 5xx */, METRICS_TEXT_MAX = 8 * 1024 * 1024 };

/* Upper ends of the buckets in microseconds; the aim for a call is 20 ms. */
static const struct {
    uint64_t us;
    const char *text; /* seconds */
} buckets[] = {
    {100,     "0.0001"},
    {500,     "0.0005"},
    {1000,    "0.001" },
    {2500,    "0.0025"},
    {5000,    "0.005" },
    {10000,   "0.01"  },
    {20000,   "0.02"  },
    {50000,   "0.05"  },
    {100000,  "0.1"   },
    {500000,  "0.5"   },
    {2000000, "2"     },
};
enum { BUCKET_COUNT = sizeof(buckets) / sizeof(buckets[0]) };

typedef struct route_counts {
    atomic_ullong by_class[CLASS_COUNT];
    atomic_ullong by_bucket[BUCKET_COUNT]; /* not cumulated; slower ones are only in by_class */
    atomic_ullong sum_us;
} route_counts;

struct metrics {
    const char *const *names;
    size_t count; /* routes; one more row for everything else */
    route_counts *blocks[METRICS_THREADS_MAX];
    atomic_uint thread_count;
};

static _Thread_local struct {
    const metrics *owner;
    uint32_t block;
} mine;

metrics *metrics_new(lj_arena *arena, const char *const *names, size_t count)
{
    metrics *all = lj_arena_alloc(arena, sizeof(*all));
    if (all == NULL) {
        return NULL;
    }
    all->names = names;
    all->count = count;
    for (size_t i = 0; i < METRICS_THREADS_MAX; i++) {
        all->blocks[i] = lj_arena_array(arena, count + 1, sizeof(route_counts));
        if (all->blocks[i] == NULL) {
            return NULL;
        }
    }
    return all;
}

static void add(atomic_ullong *counter, uint64_t value)
{
    (void)atomic_fetch_add_explicit(counter, value, memory_order_relaxed);
}

void metrics_count(metrics *all, size_t route, uint32_t status, uint64_t us)
{
    if (mine.owner != all) {
        mine.owner = all;
        mine.block = atomic_fetch_add(&all->thread_count, 1) % METRICS_THREADS_MAX;
    }
    route_counts *row = &all->blocks[mine.block][route < all->count ? route : all->count];
    uint32_t kind = status / 100;
    add(&row->by_class[kind >= 2 && kind <= 5 ? kind - 2 : CLASS_COUNT - 1], 1);
    add(&row->sum_us, us);
    for (size_t i = 0; i < BUCKET_COUNT; i++) {
        if (us <= buckets[i].us) {
            add(&row->by_bucket[i], 1);
            return;
        }
    }
}

/* ---- writing ---- */

typedef struct route_sums {
    uint64_t by_class[CLASS_COUNT], by_bucket[BUCKET_COUNT], sum_us, total;
} route_sums;

static uint64_t read_of(const atomic_ullong *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

static route_sums sums_of(const metrics *all, size_t route)
{
    route_sums sums = {0};
    for (size_t t = 0; t < METRICS_THREADS_MAX; t++) {
        const route_counts *row = &all->blocks[t][route];
        for (size_t i = 0; i < CLASS_COUNT; i++) {
            sums.by_class[i] += read_of(&row->by_class[i]);
        }
        for (size_t i = 0; i < BUCKET_COUNT; i++) {
            sums.by_bucket[i] += read_of(&row->by_bucket[i]);
        }
        sums.sum_us += read_of(&row->sum_us);
    }
    for (size_t i = 0; i < CLASS_COUNT; i++) {
        sums.total += sums.by_class[i];
    }
    return sums;
}

static const char *name_of(const metrics *all, size_t route)
{
    return route < all->count ? all->names[route] : "other";
}

/* name{route="...",label="value"} count */
static void put_line(lj_buf *out, const char *name, const char *route, const char *label,
                     const char *value, uint64_t count)
{
    lj_buf_put_cstr(out, name);
    lj_buf_put_cstr(out, "{route=\"");
    lj_buf_put_cstr(out, route);
    if (label != NULL) {
        lj_buf_put_cstr(out, "\",");
        lj_buf_put_cstr(out, label);
        lj_buf_put_cstr(out, "=\"");
        lj_buf_put_cstr(out, value);
    }
    lj_buf_put_cstr(out, "\"} ");
    lj_buf_put_dec(out, count);
    lj_buf_put_u8(out, '\n');
}

/* Microseconds as seconds with six places. */
static void put_seconds(lj_buf *out, const char *route, uint64_t us)
{
    lj_buf_put_cstr(out, "lijiand_request_duration_seconds_sum{route=\"");
    lj_buf_put_cstr(out, route);
    lj_buf_put_cstr(out, "\"} ");
    lj_buf_put_dec(out, us / 1000000);
    lj_buf_put_u8(out, '.');
    for (uint64_t step = 100000; step > 0; step /= 10) {
        lj_buf_put_u8(out, (uint8_t)('0' + us / step % 10));
    }
    lj_buf_put_u8(out, '\n');
}

static void put_durations(lj_buf *out, const char *route, const route_sums *sums)
{
    uint64_t below = 0;
    for (size_t i = 0; i < BUCKET_COUNT; i++) {
        below += sums->by_bucket[i];
        put_line(out, "lijiand_request_duration_seconds_bucket", route, "le", buckets[i].text,
                 below);
    }
    put_line(out, "lijiand_request_duration_seconds_bucket", route, "le", "+Inf", sums->total);
    put_seconds(out, route, sums->sum_us);
    put_line(out, "lijiand_request_duration_seconds_count", route, NULL, NULL, sums->total);
}

static void put_plain(lj_buf *out, const char *name, const char *kind, const char *help,
                      uint64_t value)
{
    const char *const parts[] = {"# HELP ", name, " ",  help, "\n# TYPE ", name,
                                 " ",       kind, "\n", name, " "};
    for (size_t i = 0; i < LJ_COUNT_OF(parts); i++) {
        lj_buf_put_cstr(out, parts[i]);
    }
    lj_buf_put_dec(out, value);
    lj_buf_put_u8(out, '\n');
}

void metrics_write(const metrics *all, const http_counts *counts, lj_buf *out)
{
    static const char *const classes[CLASS_COUNT] = {"2xx", "3xx", "4xx", "5xx"};
    lj_buf_put_cstr(out, "# HELP lijiand_requests_total Requests answered.\n"
                         "# TYPE lijiand_requests_total counter\n");
    for (size_t r = 0; r <= all->count; r++) {
        route_sums sums = sums_of(all, r);
        for (size_t i = 0; i < CLASS_COUNT; i++) {
            if (sums.by_class[i] > 0) {
                put_line(out, "lijiand_requests_total", name_of(all, r), "class", classes[i],
                         sums.by_class[i]);
            }
        }
    }
    lj_buf_put_cstr(out, "# HELP lijiand_request_duration_seconds From the head to the answer.\n"
                         "# TYPE lijiand_request_duration_seconds histogram\n");
    for (size_t r = 0; r <= all->count; r++) {
        route_sums sums = sums_of(all, r);
        if (sums.total > 0) {
            put_durations(out, name_of(all, r), &sums);
        }
    }
    if (counts != NULL) {
        put_plain(out, "lijiand_connections_total", "counter", "Connections accepted.",
                  counts->connections);
        put_plain(out, "lijiand_connections", "gauge", "Connections open.", counts->open);
        put_plain(out, "lijiand_refused_total", "counter", "Malformed or too large requests.",
                  counts->refused);
        put_plain(out, "lijiand_cut_total", "counter", "Connections cut for slowness.",
                  counts->cut);
    }
}

/* ---- the second server ---- */

static void on_head(void *ctx, void *thread, http_request *request, http_response *response,
                    uint64_t *out_body_max)
{
    (void)ctx;
    (void)thread;
    (void)response;
    (void)request;
    *out_body_max = 0;
}

static void on_serve(void *ctx, void *thread, http_request *request, http_response *response)
{
    (void)thread;
    const metrics_app *app = ctx;
    if (request->method != HTTP_GET || !lj_str_is(request->path, LJ_STR("/metrics"))) {
        problem_respond(NULL, LJ_E_NOT_FOUND, NULL, request, response);
        return;
    }
    http_counts counts = {0};
    if (app->server != NULL) {
        counts = http_server_counts(app->server);
    }
    lj_buf text;
    lj_buf_init(&text, request->arena, METRICS_TEXT_MAX);
    metrics_write(app->metrics, app->server != NULL ? &counts : NULL, &text);
    if (!lj_buf_ok(&text)) {
        problem_respond(NULL, LJ_E_LIMIT, NULL, request, response);
        return;
    }
    http_respond(response, 200, "text/plain; version=0.0.4; charset=utf-8", lj_buf_slice(&text));
}

static void on_refuse(void *ctx, const http_request *request, http_response *response, int kind,
                      const char *detail)
{
    (void)ctx;
    (void)detail;
    problem said = {.arena = request->arena, .is_set = true, .kind = (problem_kind)kind};
    problem_respond(&said, LJ_E_INVALID, NULL, request, response);
}

http_app metrics_http_app(const metrics_app *app)
{
    http_app made = {.head = on_head, .serve = on_serve, .refuse = on_refuse};
    memcpy(&made.ctx, &app, sizeof(made.ctx)); /* only read through it */
    return made;
}
