/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A bounded load generator for the server, loopback only.
 * Usage: http_bench (unix:PATH | 127.0.0.1:PORT | self) [--connections N] [--threads N] [--rate N]
 *                   [--seconds N] [--path /PATH] [--header 'Name: value']
 * Keep-alive connections, one request in flight on each. Without --rate as fast as it goes; with it
 * requests are sent at their times, and a delay counts from the time a request should have been
 * sent, so that a stall of the server is not hidden. `self` starts the server of this program with
 * one fixed body, to measure the seam alone. Prints one line:
 *   requests N  errors N  rate R/s  p50 US  p90 US  p99 US  max US
 * Exit 0; 1 when a request failed or was not answered with 2xx; 64 usage; 69 nobody there. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "server/route.h"

enum {
    CONNECTIONS_MAX = 1024,
    THREADS_MAX = 16,
    SECONDS_MAX = 600,
    BUCKETS = 64 * 16, /* of 2^n/16 microseconds */
    ANSWER_MAX = 64 * 1024,
};

static struct {
    const char *where;
    uint32_t connections, threads, rate, seconds;
    char request[4096];
    size_t request_len;
    uint64_t begun_us, end_us;
} arg = {.connections = 16, .threads = 1, .seconds = 5};

typedef struct caller {
    int fd;
    uint64_t sent_us; /* when the request was, or should have been, sent; 0: idle */
    uint64_t due_us;  /* next one, with a rate */
    size_t len;
    char answer[ANSWER_MAX];
} caller;

typedef struct worker {
    uint32_t idx;
    uint64_t requests, errors, max_us;
    uint64_t buckets[BUCKETS];
} worker;

static uint64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* 16 buckets to a doubling: 6 % apart. */
static size_t bucket_of(uint64_t us)
{
    if (us < 16) {
        return (size_t)us;
    }
    unsigned top = 63U - (unsigned)__builtin_clzll(us);
    size_t at = (size_t)(top - 3) * 16 + (size_t)(us >> (top - 4) & 15);
    return at < BUCKETS ? at : BUCKETS - 1;
}

static uint64_t bucket_end(size_t at)
{
    if (at < 16) {
        return at;
    }
    unsigned top = (unsigned)(at / 16) + 3;
    return ((uint64_t)16 + at % 16 + 1) << (top - 4);
}

static int open_connection(void)
{
    int fd = -1;
    int done = -1;
    if (strncmp(arg.where, "unix:", 5) == 0) {
        struct sockaddr_un at = {.sun_family = AF_UNIX};
        snprintf(at.sun_path, sizeof(at.sun_path), "%s", arg.where + 5);
        fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        done = connect(fd, (struct sockaddr *)&at, sizeof(at));
    } else if (strncmp(arg.where, "127.0.0.1:", 10) == 0) {
        int on = 1;
        struct sockaddr_in at = {.sin_family = AF_INET,
                                 .sin_port = htons((uint16_t)strtoul(arg.where + 10, NULL, 10)),
                                 .sin_addr = {htonl(INADDR_LOOPBACK)}};
        fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        done = connect(fd, (struct sockaddr *)&at, sizeof(at));
    }
    if (done != 0 && fd >= 0) {
        close(fd);
    }
    return done == 0 ? fd : -1;
}

static void send_one(worker *own, caller *line, uint64_t at_us)
{
    line->sent_us = at_us;
    line->len = 0;
    ssize_t sent = send(line->fd, arg.request, arg.request_len, MSG_NOSIGNAL);
    if (sent != (ssize_t)arg.request_len) {
        own->errors++;
        close(line->fd);
        line->fd = -1;
    }
}

/* True when the answer is whole. */
static bool is_whole(const caller *line)
{
    const char *end = memmem(line->answer, line->len, "\r\n\r\n", 4);
    const char *length = memmem(line->answer, line->len, "Content-Length: ", 16);
    if (end == NULL) {
        return false;
    }
    size_t body_len = length != NULL && length < end ? strtoul(length + 16, NULL, 10) : 0;
    return line->len >= (size_t)(end - line->answer) + 4 + body_len;
}

static void receive(worker *own, caller *line)
{
    ssize_t got =
        recv(line->fd, line->answer + line->len, ANSWER_MAX - line->len - 1, MSG_DONTWAIT);
    if (got <= 0) {
        if (got == 0 || errno != EAGAIN) {
            own->errors++;
            close(line->fd);
            line->fd = -1;
        }
        return;
    }
    line->len += (size_t)got;
    line->answer[line->len] = '\0';
    if (is_whole(line)) {
        uint64_t us = now_us() - line->sent_us;
        own->requests++;
        own->errors += strncmp(line->answer, "HTTP/1.1 2", 10) != 0;
        own->buckets[bucket_of(us)]++;
        own->max_us = us > own->max_us ? us : own->max_us;
        line->sent_us = 0;
    }
}

/* Sends what is due; milliseconds until the next one. */
static int send_due(worker *own, caller *lines, size_t count, uint64_t gap_us)
{
    uint64_t now = now_us();
    uint64_t next = now + 100000;
    for (size_t i = 0; i < count; i++) {
        if (lines[i].fd < 0 || lines[i].sent_us != 0) {
            continue;
        }
        if (gap_us == 0) {
            send_one(own, &lines[i], now_us());
        } else if (lines[i].due_us <= now) {
            send_one(own, &lines[i], lines[i].due_us);
            lines[i].due_us += gap_us;
        } else if (lines[i].due_us < next) {
            next = lines[i].due_us;
        }
    }
    return gap_us == 0 ? 100 : (int)((next - now) / 1000);
}

static void *work(void *cls)
{
    worker *own = cls;
    size_t count = arg.connections / arg.threads + (own->idx < arg.connections % arg.threads);
    caller *lines = calloc(count > 0 ? count : 1, sizeof(*lines));
    struct pollfd *waits = calloc(count > 0 ? count : 1, sizeof(*waits));
    uint64_t gap_us = arg.rate > 0 ? (uint64_t)1000000 * arg.connections / arg.rate : 0;
    for (size_t i = 0; lines != NULL && i < count; i++) {
        lines[i].fd = open_connection();
        own->errors += lines[i].fd < 0;
        lines[i].due_us = arg.begun_us + gap_us * i / count;
    }
    while (lines != NULL && waits != NULL && now_us() < arg.end_us) {
        int wait_ms = send_due(own, lines, count, gap_us);
        for (size_t i = 0; i < count; i++) {
            waits[i] = (struct pollfd){.fd = lines[i].fd, .events = POLLIN};
        }
        if (poll(waits, count, wait_ms) <= 0) {
            continue;
        }
        for (size_t i = 0; i < count; i++) {
            if (waits[i].revents != 0) {
                receive(own, &lines[i]);
            }
        }
    }
    for (size_t i = 0; lines != NULL && i < count; i++) {
        if (lines[i].fd >= 0) {
            close(lines[i].fd);
        }
    }
    free(waits);
    free(lines);
    return NULL;
}

static uint64_t quantile(const uint64_t *buckets, uint64_t total, uint64_t per_mille)
{
    uint64_t seen = 0;
    for (size_t i = 0; i < BUCKETS; i++) {
        seen += buckets[i];
        if (seen * 1000 >= total * per_mille) {
            return bucket_end(i);
        }
    }
    return 0;
}

static int measure(void)
{
    static worker workers[THREADS_MAX];
    pthread_t threads[THREADS_MAX];
    arg.begun_us = now_us();
    arg.end_us = arg.begun_us + (uint64_t)arg.seconds * 1000000;
    for (uint32_t i = 0; i < arg.threads; i++) {
        workers[i].idx = i;
        if (pthread_create(&threads[i], NULL, work, &workers[i]) != 0) {
            return 70;
        }
    }
    worker all = {0};
    for (uint32_t i = 0; i < arg.threads; i++) {
        pthread_join(threads[i], NULL);
        all.requests += workers[i].requests;
        all.errors += workers[i].errors;
        all.max_us = workers[i].max_us > all.max_us ? workers[i].max_us : all.max_us;
        for (size_t k = 0; k < BUCKETS; k++) {
            all.buckets[k] += workers[i].buckets[k];
        }
    }
    uint64_t us = now_us() - arg.begun_us;
    printf("requests %ju  errors %ju  rate %ju/s  p50 %ju us  p90 %ju us  p99 %ju us  max %ju us\n",
           (uintmax_t)all.requests, (uintmax_t)all.errors,
           (uintmax_t)(all.requests * 1000000 / (us > 0 ? us : 1)),
           (uintmax_t)quantile(all.buckets, all.requests, 500),
           (uintmax_t)quantile(all.buckets, all.requests, 900),
           (uintmax_t)quantile(all.buckets, all.requests, 990), (uintmax_t)all.max_us);
    return all.errors == 0 && all.requests > 0 ? 0 : 1;
}

/* ---- the server of this program ---- */

static lj_code answer(route_call *call, lj_err *err)
{
    (void)err;
    route_json(call, 200,
               LJ_BYTES("{\"status\":\"ok\",\"version\":17,\"title\":\"a small body\"}"));
    return LJ_OK;
}

static int measure_self(void)
{
    static const route_row row = {.method = "GET",
                                  .pattern = "/api/v1/bench/{id}",
                                  .permission = PERM_PUBLIC,
                                  .handler = answer,
                                  .name = "bench",
                                  .en = "bench",
                                  .zh = "bench"};
    static const char *const names[] = {"bench"};
    route_table table = {&row, 1};
    route_set *set = NULL;
    const route_row *bad = NULL;
    lj_err err = {0};
    char folder[] = "/tmp/lijian-bench-XXXXXX";
    static char where[64];
    lj_arena *arena = lj_arena_new(4 << 20);
    http_server *server = NULL;
    if (arena == NULL || mkdtemp(folder) == NULL ||
        route_set_new(arena, &table, 1, &set, &bad, &err) != LJ_OK) {
        return 70;
    }
    route_app app = {.set = set, .metrics = metrics_new(arena, names, 1)};
    http_app served = route_http_app(&app);
    snprintf(where, sizeof(where), "unix:%s/http.sock", folder);
    if (http_server_start(where, &served, NULL, &server, &err) != LJ_OK) {
        fprintf(stderr, "http_bench: %s\n", err.what);
        return 70;
    }
    arg.where = where;
    int status = measure();
    http_server_stop(server);
    rmdir(folder);
    lj_arena_free(arena);
    return status;
}

/* ---- command line ---- */

static bool read_number(const char *text, uint32_t most, uint32_t *out)
{
    char *end = NULL;
    unsigned long value = text != NULL ? strtoul(text, &end, 10) : 0;
    if (text == NULL || end == text || *end != '\0' || value == 0 || value > most) {
        return false;
    }
    *out = (uint32_t)value;
    return true;
}

int main(int argc, char **argv)
{
    const char *path = "/api/v1/bench/0190b5a2-0000-7000-8000-000000000001";
    const char *header = "Accept: application/json";
    bool ok = argc >= 2 && argc % 2 == 0;
    arg.where = ok ? argv[1] : "";
    for (int i = 2; ok && i < argc; i += 2) {
        const char *name = argv[i];
        const char *value = argv[i + 1];
        if (strcmp(name, "--connections") == 0) {
            ok = read_number(value, CONNECTIONS_MAX, &arg.connections);
        } else if (strcmp(name, "--threads") == 0) {
            ok = read_number(value, THREADS_MAX, &arg.threads);
        } else if (strcmp(name, "--rate") == 0) {
            ok = read_number(value, 1000000, &arg.rate);
        } else if (strcmp(name, "--seconds") == 0) {
            ok = read_number(value, SECONDS_MAX, &arg.seconds);
        } else if (strcmp(name, "--path") == 0) {
            path = value;
        } else if (strcmp(name, "--header") == 0) {
            header = value;
        } else {
            ok = false;
        }
    }
    int len = snprintf(arg.request, sizeof(arg.request),
                       "GET %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n\r\n", path, header);
    if (!ok || len < 0 || (size_t)len >= sizeof(arg.request)) {
        fprintf(stderr, "usage: http_bench unix:PATH|127.0.0.1:PORT|self [--connections N] "
                        "[--threads N] [--rate N] [--seconds N] [--path P] [--header H]\n");
        return 64;
    }
    arg.request_len = (size_t)len;
    if (strcmp(arg.where, "self") == 0) {
        return measure_self();
    }
    int fd = open_connection();
    if (fd < 0) {
        fprintf(stderr, "http_bench: nobody listens at %s (loopback only)\n", arg.where);
        return 69;
    }
    close(fd);
    return measure();
}
