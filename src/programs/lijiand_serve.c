/* SPDX-License-Identifier: AGPL-3.0-or-later
 * serve: the server until it is interrupted. Listens on this computer only. */
#include <signal.h>
#include <string.h>

#include "base/num.h"
#include "base/os.h"
#include "base/os_process.h"
#include "programs/lijiand.h"
#include "server/login.h"
#include "server/server.h"
#include "server/session_cache.h"
#include "server/static.h"

#define LISTEN_DEFAULT "127.0.0.1:8717"

enum { ARENA_MAX = 64 * 1024 * 1024, THREADS_MAX = 16 };

extern const struct lj_embedded web_files[]; /* the built pages */
extern const uint32_t web_count;

typedef struct serving {
    server app; /* first: handlers see this part of the context */
    server_thread threads[THREADS_MAX];
    session_cache *sessions; /* one per handler thread */
    static_site *site;
    route_app routes;
    http_app http, metrics_http;
    metrics_app metrics_app;
    http_server *main, *metrics;
    lj_arena *arena;
    bool is_quiet;
} serving;

/* ---- callbacks ---- */
static void *thread_new(void *ctx, uint32_t thread_idx)
{
    serving *on = ctx;
    lj_err err = {0};
    if (thread_idx >= THREADS_MAX ||
        store_reader_open(on->app.db, &on->threads[thread_idx].reader, &err) != LJ_OK) {
        return NULL;
    }
    on->threads[thread_idx].sessions =
        on->sessions != NULL && thread_idx < http_limits_default.thread_count
            ? &on->sessions[thread_idx]
            : NULL;
    return &on->threads[thread_idx];
}

static void thread_free(void *ctx, void *thread)
{
    (void)ctx;
    if (thread != NULL) {
        store_reader_close(((server_thread *)thread)->reader);
        ((server_thread *)thread)->reader = NULL;
    }
}

static lj_code read_begin(void *thread, lj_err *err)
{
    return store_read_begin(((server_thread *)thread)->reader, err);
}

static void read_end(void *thread)
{
    store_read_end(((server_thread *)thread)->reader);
}

static bool serve_page(void *ctx, const http_request *request, http_response *response)
{
    return static_site_serve(((serving *)ctx)->site, request, response);
}

static void note_request(void *ctx, const route_row *row, const http_request *request,
                         uint32_t status, const lj_err *err, uint64_t us)
{
    if (((serving *)ctx)->is_quiet && status < 500) {
        return;
    }
    char at[32];
    lj_os_time_text(lj_os_now_ms(), at);
    fprintf(stderr, "%s %s %s %u %llu us%s%s\n", at, http_method_name(request->method),
            row != NULL ? row->name : "-", status, (unsigned long long)us,
            status >= 500 && err != NULL && err->what != NULL ? " " : "",
            status >= 500 && err != NULL && err->what != NULL ? err->what : "");
}

/* ---- start and stop ---- */
static lj_code start_site(serving *on, lj_err *err)
{
    if (web_count == 0) {
        return LJ_OK;
    }
    return static_site_new(on->arena, web_files, web_count, &on->site, err);
}

static lj_code start(serving *on, data_dir *dir, const daemon_arguments *args, lj_err *err)
{
    on->app = (server){.book = dir->book,
                       .db = dir->db,
                       .key = &dir->key,
                       .data_dir = dir->fd,
                       .is_demo = dir->config.is_demo,
                       .is_secure = args->secure,
                       .clock = lj_os_now_ms};
    on->is_quiet = args->quiet;
    on->sessions =
        lj_arena_array(on->arena, http_limits_default.thread_count, sizeof *on->sessions);
    const route_row *faulty = NULL;
    route_set *set = NULL;
    lj_code code = server_logins_new(&on->app.logins, err);
    code = code == LJ_OK ? server_routes(on->arena, &set, &faulty, err) : code;
    code = code == LJ_OK ? start_site(on, err) : code;
    if (code != LJ_OK) {
        return code;
    }
    on->app.set = set;
    const char **names = lj_arena_array(on->arena, route_count(set) + 1, sizeof *names);
    for (size_t i = 0; names != NULL && i < route_count(set); i++) {
        names[i] = route_at(set, i)->name;
    }
    on->app.metrics = names != NULL ? metrics_new(on->arena, names, route_count(set)) : NULL;
    on->routes = (route_app){.ctx = on,
                             .set = set,
                             .metrics = on->app.metrics,
                             .permit = server_permit,
                             .fallback = on->site != NULL ? serve_page : NULL,
                             .note = note_request,
                             .read_begin = read_begin,
                             .read_end = read_end,
                             .thread_new = thread_new,
                             .thread_free = thread_free};
    on->http = route_http_app(&on->routes);
    const char *listen = args->listen != NULL ? args->listen : LISTEN_DEFAULT;
    code = http_server_start(listen, &on->http, NULL, &on->main, err);
    if (code == LJ_OK && args->metrics != NULL && on->app.metrics != NULL) {
        on->metrics_app = (metrics_app){.metrics = on->app.metrics, .server = on->main};
        on->metrics_http = metrics_http_app(&on->metrics_app);
        code = http_server_start(args->metrics, &on->metrics_http, NULL, &on->metrics, err);
    }
    return code;
}

static void say_where(const serving *on, const daemon_arguments *args, bool zh)
{
    uint16_t port = http_server_port(on->main);
    if (port != 0) {
        printf(zh ? "利剑台账已启动：http://127.0.0.1:%u/\n"
                  : "lijiand serves http://127.0.0.1:%u/\n",
               port);
    } else {
        printf(zh ? "利剑台账已启动：%s\n" : "lijiand serves %s\n", args->listen);
    }
    if (on->site == NULL) {
        puts(zh ? "（未包含网页，仅提供接口）" : "(without pages: the interface only)");
    }
    fflush(stdout);
}

/* Signals are blocked in every thread and waited for here. */
static void wait_for_end(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    int number = 0;
    sigwait(&set, &number);
}

static void block_signals(void)
{
    lj_os_ignore_broken_pipes();
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
}

int daemon_serve(void *arguments)
{
    const daemon_arguments *args = arguments;
    bool zh = daemon_zh(args);
    const char *path = daemon_data(args, zh);
    if (path == NULL) {
        return EXIT_USAGE;
    }
    block_signals();
    data_dir dir;
    lj_err err = {0};
    lj_code code = data_dir_open(path, args->db, DATA_WRITE, &dir, &err);
    if (code != LJ_OK) {
        return daemon_failure(&err, path, zh);
    }
    serving on = {.arena = lj_arena_new(ARENA_MAX)};
    code = on.arena != NULL ? start(&on, &dir, args, &err)
                            : lj_fail(&err, LJ_E_NOMEM, UINT64_MAX, "no memory");
    if (code == LJ_OK) {
        say_where(&on, args, zh);
        if (!args->once) {
            wait_for_end();
        }
    }
    http_server_stop(on.metrics);
    http_server_stop(on.main);
    server_logins_free(on.app.logins);
    data_dir_close(&dir);
    int status =
        code == LJ_OK ? 0 : daemon_failure(&err, args->listen != NULL ? args->listen : path, zh);
    lj_arena_free(on.arena);
    return status;
}
