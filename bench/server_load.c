/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Loads a running lijiand over its Unix socket, for bench/server.sh.
 *
 *     server_load mix SOCKET SESSIONS RATE SECONDS      open loop: calls of the table below are due
 * at random moments (Poisson) at RATE a second in all, 10 % of them changes. A delay counts from
 *         the moment at which the call was due, so a stall of the server is not hidden. One line a
 *         call, and "all".
 *     server_load pages SOCKET SESSIONS TIMES           one call after another, TIMES each, one
 * line a call: the best and the median server_load flood SOCKET SESSIONS NAME CONNECTIONS SECONDS
 * as fast as it goes; a line; NAME "fixed" asks for /api/v1/fixed server_load hold SOCKET SESSIONS
 * PID              a connection for each session, calls on all of them, then the memory of PID
 *     server_load fixed SOCKET BYTES                    serves /api/v1/fixed: a body of BYTES,
 * through the same library, until the standard input ends
 *
 * SESSIONS is a file of lines "ROLE UNIT TOKEN" (server_data sessions). */
#define _GNU_SOURCE
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/num.h"
#include "server/route.h"

enum {
    LINES = 64,         /* connections of the mix */
    HOLD_MAX = 1000,    /* connections of hold */
    WAITING_MAX = 4096, /* calls that are due and have no connection yet */
    ANSWER_MAX = 1024 * 1024,
    REQUEST_MAX = 4096,
    IDS_MAX = 200,
    SAMPLES_MAX = 1 << 20,
    DEEP_PAGES = 20, /* of 200 */
};

/* ---- what is called ---- */
enum { READER, OFFICER, LEADER, AUDIT, WHO_COUNT }; /* READER: the inspector */

/* In paths and bodies: {unit} {person} {assignment} {notice} {receipt} {handover} {task} {meeting}:
 * one of the data; {own}: the officer's unit; {deep-...}: where the deep page begins; {n}: a
 * number.
 */
typedef struct call_row {
    const char *name;
    uint32_t weight;
    int who;
    const char *method, *path, *body;
    int targets; /* kind whose version is sent and advanced; -1: none */
} call_row;

enum { UNIT, PERSON, ASSIGNMENT, NOTICE, RECEIPT, HANDOVER, TASK, MEETING, OPEN_TASK, KIND_COUNT };
static const struct {
    const char *word, *path, *type;
} kinds[KIND_COUNT] = {
    {"unit",       "/units?list=supervised&limit=200",    "unit"          },
    {"person",     "/persons?list=active&limit=200",      "person"        },
    {"assignment", "/assignments?list=current&limit=200", "assignment"    },
    {"notice",     "/notices?limit=200",                  "notice"        },
    {"receipt",    "/notice_receipts?limit=200",          "notice_receipt"},
    {"handover",   "/handovers?list=done&limit=200",      "handover"      },
    {"task",       "/meeting_tasks?limit=200",            "meeting_task"  },
    {"meeting",    "/meetings?list=held&limit=200",       "meeting"       },
    {"open-task",  "/meeting_tasks?list=open&limit=200",  "meeting_task"  },
};

#define GET(name, weight, who, path)                                                               \
    {                                                                                              \
        name, weight, who, "GET", path, NULL, -1                                                   \
    }
static const call_row calls[] = {
    GET("session", 60, OFFICER, "/session"),
    GET("duties of an officer", 60, OFFICER, "/duties"),
    GET("duties of a unit", 20, READER, "/duties?unit={unit}"),
    GET("duties of the district", 20, READER, "/duties?all=1"),
    GET("overview", 20, LEADER, "/overview"),
    GET("matrix", 10, LEADER, "/units/matrix"),
    GET("units, first page", 40, READER, "/units"),
    GET("units, filtered", 20, READER, "/units?kind=organ&key_unit="),
    GET("units, own", 20, OFFICER, "/units"),
    GET("persons of a unit", 40, READER, "/persons?list=active&unit={unit}"),
    GET("persons, own", 20, OFFICER, "/persons?list=active"),
    GET("assignments, current", 20, READER, "/assignments?list=current"),
    GET("notices, first page", 40, OFFICER, "/notices"),
    GET("notices, deep page", 10, OFFICER, "/notices?after={deep-notice}"),
    GET("receipts of a notice", 40, READER, "/notice_receipts?parent={notice}&limit=100"),
    GET("receipts, own", 20, OFFICER, "/notice_receipts?list=waiting"),
    GET("tasks, first page", 40, READER, "/meeting_tasks"),
    GET("tasks, deep page", 10, READER, "/meeting_tasks?after={deep-task}"),
    GET("tasks, open, of a unit", 40, READER, "/meeting_tasks?list=open&unit={unit}"),
    GET("tasks, own", 40, OFFICER, "/meeting_tasks?list=open"),
    GET("search persons", 20, READER, "/persons?q=%E7%8E%8B%E4%BC%9F"),
    GET("search units", 20, READER, "/units?q=%E7%AC%AC2"),
    GET("search notices", 10, OFFICER, "/notices?q=%E7%AC%AC12%E6%9C%9F"),
    GET("unit", 40, READER, "/units/{unit}"),
    GET("person", 40, READER, "/persons/{person}"),
    GET("assignment", 20, READER, "/assignments/{assignment}"),
    GET("notice", 40, OFFICER, "/notices/{notice}"),
    GET("receipt", 30, READER, "/notice_receipts/{receipt}"),
    GET("handover", 20, READER, "/handovers/{handover}"),
    GET("task", 40, READER, "/meeting_tasks/{task}"),
    GET("history of a unit", 20, READER, "/units/{unit}/history"),
    GET("history of a task", 20, READER, "/meeting_tasks/{task}/history"),
    GET("signatures", 10, READER, "/handovers/{handover}/signatures"),
    GET("items of a handover", 10, READER, "/handover_items?list=current&parent={handover}"),
    GET("schema", 10, OFFICER, "/schema"),
    {"edit a unit",   30, READER, "PATCH", "/units/{unit}",                    "{\"fields\":{\"staff_count\":{n}}}",
                                        UNIT                                                                                                                     },
    {"edit a person", 20, READER, "PATCH", "/persons/{person}",
                                        "{\"fields\":{\"note\":\"核对第{n}次\"}}",                                                                  PERSON   },
    {"move a task",   20, READER, "POST",  "/meeting_tasks/{open-task}/moves", NULL,                                 OPEN_TASK},
    {"make a person", 15, READER, "POST",  "/persons",
                                        "{\"fields\":{\"name\":\"测试员{n}\",\"unit\":\"{unit}\",\"kind\":\"staff\"}}",                              -1       },
    {"make a task",   20, READER, "POST",  "/meeting_tasks",
                                        "{\"fields\":{\"parent\":\"{meeting}\",\"unit\":\"{unit}\",\"content\":\"补充第{n}项材料\","
     "\"due_on\":\"2033-01-31\"}}",                                                                                                                     -1       },
};
/* Not in the mix: what the growth of the data and of the log is measured by. */
static const call_row more_calls[] = {
    GET("tasks, 200 rows", 0, READER, "/meeting_tasks?limit=200"),
    GET("inclusion proof", 0, AUDIT, "/log/inclusion?seq={n}&size={size}"),
    GET("log entries", 0, AUDIT, "/log/entries?limit=50"),
    GET("fixed", 0, READER, "/fixed"),
};
enum { CALLS = LJ_COUNT_OF(calls), MORE = LJ_COUNT_OF(more_calls) };

static const call_row *call_at(size_t at)
{
    return at < CALLS ? &calls[at] : &more_calls[at - CALLS];
}

typedef struct target {
    char id[37];
    int64_t version;
    bool busy, moved;
} target;

static struct {
    const char *socket;
    char token[WHO_COUNT][80], own[40];
    char (*all)[80]; /* tokens of hold */
    uint32_t session_count;
    target ids[KIND_COUNT][IDS_MAX];
    uint32_t id_count[KIND_COUNT];
    char deep_notice[200], deep_task[200];
    uint64_t seed, n, log_size;
} on = {.seed = 42};

static uint64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static uint32_t below(uint32_t most)
{
    uint64_t x = on.seed;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    on.seed = x;
    return (uint32_t)((x * UINT64_C(2685821657736338717) >> 32) % most);
}

static void die(const char *what)
{
    fprintf(stderr, "server_load: %s\n", what);
    exit(70);
}

/* ---- requests ---- */
typedef struct request {
    const call_row *row;
    target *changed; /* its version moves on with the answer */
    uint64_t due_us;
    char text[REQUEST_MAX];
    size_t len;
} request;

static target *pick(int kind)
{
    if (on.id_count[kind] == 0) {
        die(kinds[kind].word);
    }
    return &on.ids[kind][below(on.id_count[kind])];
}

static void expand(const char *template, target *chosen, int chosen_kind, char *out, size_t cap)
{
    size_t len = 0;
    while (*template != '\0' && len + 220 < cap) {
        const char *end = *template == '{' ? strchr(template, '}') : NULL;
        size_t word_len = end != NULL ? (size_t)(end - template) - 1 : 0;
        const char *word = template + 1;
        int kind = -1;
        for (int i = 0; end != NULL && i < KIND_COUNT; i++) {
            kind = strlen(kinds[i].word) == word_len && memcmp(kinds[i].word, word, word_len) == 0
                       ? i
                       : kind;
        }
        if (kind >= 0) {
            const target *is = kind == chosen_kind && chosen != NULL ? chosen : pick(kind);
            len += (size_t)snprintf(out + len, cap - len, "%s", is->id);
        } else if (word_len == 1 && *word == 'n') {
            len += (size_t)snprintf(out + len, cap - len, "%ju", (uintmax_t)++on.n);
        } else if (word_len == 4 && memcmp(word, "size", 4) == 0) {
            len += (size_t)snprintf(out + len, cap - len, "%ju", (uintmax_t)on.log_size);
        } else if (word_len == 3 && memcmp(word, "own", 3) == 0) {
            len += (size_t)snprintf(out + len, cap - len, "%s", on.own);
        } else if (word_len == 9 && memcmp(word, "deep-task", 9) == 0) {
            len += (size_t)snprintf(out + len, cap - len, "%s", on.deep_task);
        } else if (word_len == 11) {
            len += (size_t)snprintf(out + len, cap - len, "%s", on.deep_notice);
        } else {
            out[len++] = *template ++;
            continue;
        }
        template = end + 1;
    }
    out[len] = '\0';
}

static void build(request *to, const char *token)
{
    const call_row *row = to->row;
    char path[1024];
    char body[1024] = "";
    char match[64] = "";
    to->changed = NULL;
    if (row->targets >= 0) {
        for (int i = 0; i < 100 && (to->changed == NULL || to->changed->busy); i++) {
            to->changed = pick(row->targets);
        }
        if (to->changed->busy) {
            die("every record that is changed is in work");
        }
        to->changed->busy = true;
        snprintf(match, sizeof match, "If-Match: \"%jd\"\r\n", (intmax_t)to->changed->version);
    }
    const char *template = row->body;
    if (row->targets == OPEN_TASK) {
        template = to->changed->moved
                       ? "{\"event\":\"return\",\"reason\":\"佐证不足\"}"
                       : "{\"event\":\"finish\",\"fields\":{\"proof\":\"已落实，第{n}页\"}}";
    }
    expand(row->path, to->changed, row->targets, path, sizeof path);
    if (template != NULL) {
        expand(template, NULL, -1, body, sizeof body);
    }
    char key[64] = "";
    if (strcmp(row->method, "POST") == 0) {
        snprintf(key, sizeof key, "Idempotency-Key: k%d-%ju\r\n", (int)getpid(), (uintmax_t)++on.n);
    }
    char length[100] = "";
    if (template != NULL) {
        snprintf(length, sizeof length, "Content-Type: application/json\r\nContent-Length: %zu\r\n",
                 strlen(body));
    }
    to->len = (size_t)snprintf(to->text, sizeof to->text,
                               "%s /api/v1%s HTTP/1.1\r\nHost: localhost\r\n"
                               "Cookie: lijian_session=%s\r\n%s%s%s\r\n%s",
                               row->method, path, token, match, key, length, body);
}

/* ---- connections ---- */
typedef struct line {
    int fd;
    bool busy;
    request now;
    size_t len, want; /* of the answer; want 0: the head is not there yet */
    char *answer;
} line;

static void open_line(line *to)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    snprintf(at.sun_path, sizeof at.sun_path, "%s", on.socket);
    to->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (to->fd < 0 || connect(to->fd, (struct sockaddr *)&at, sizeof at) != 0) {
        die("nobody is there");
    }
    to->answer = to->answer != NULL ? to->answer : malloc(ANSWER_MAX);
    if (to->answer == NULL) {
        die("no memory");
    }
}

static void send_now(line *to)
{
    to->busy = true;
    to->len = to->want = 0;
    for (int again = 0; again < 2; again++) {
        if (send(to->fd, to->now.text, to->now.len, MSG_NOSIGNAL) == (ssize_t)to->now.len) {
            return;
        }
        close(to->fd); /* it was idle for too long */
        open_line(to);
    }
    die("a request could not be sent");
}

/* True when the answer is whole. */
static bool receive(line *from)
{
    ssize_t got = recv(from->fd, from->answer + from->len, ANSWER_MAX - 1 - from->len, 0);
    if (got <= 0) {
        die("the connection was closed");
    }
    from->len += (size_t)got;
    from->answer[from->len] = '\0';
    const char *end = from->want == 0 ? memmem(from->answer, from->len, "\r\n\r\n", 4) : NULL;
    if (end != NULL) {
        const char *length =
            memmem(from->answer, (size_t)(end - from->answer), "Content-Length: ", 16);
        from->want = (size_t)(end - from->answer) + 4 +
                     (length != NULL ? strtoul(length + 16, NULL, 10) : 0);
    }
    if (from->want > ANSWER_MAX - 2) {
        die("an answer is too large");
    }
    return from->want > 0 && from->len >= from->want;
}

/* False for an answer that is no success. */
static bool settle(line *from)
{
    from->busy = false;
    bool good = strncmp(from->answer, "HTTP/1.1 2", 10) == 0;
    target *changed = from->now.changed;
    if (changed != NULL) {
        const char *tag = strstr(from->answer, "ETag: \"");
        changed->busy = false;
        if (good && tag != NULL) {
            changed->version = strtoll(tag + 7, NULL, 10);
            changed->moved = !changed->moved;
        }
    }
    if (!good) {
        fprintf(stderr, "server_load: %s: %.*s\n%.300s\n", from->now.row->name,
                (int)strcspn(from->answer, "\r"), from->answer, from->now.text);
    }
    return good;
}

static const char *ask(line *with, const call_row *row, const char *token)
{
    with->now.row = row;
    build(&with->now, token);
    send_now(with);
    while (!receive(with)) {
    }
    if (!settle(with)) {
        die("a call failed");
    }
    return with->answer;
}

/* ---- what there is ---- */
static void read_sessions(const char *path)
{
    FILE *file = fopen(path, "r");
    char role[40];
    char at[40];
    char token[80];
    on.all = calloc(HOLD_MAX, sizeof *on.all);
    while (file != NULL && on.all != NULL && on.session_count < HOLD_MAX &&
           fscanf(file, "%39s %39s %79s", role, at, token) == 3) {
        int who = strcmp(role, "inspector") == 0         ? READER
                  : strcmp(role, "secrecy_officer") == 0 ? OFFICER
                  : strcmp(role, "bureau_leader") == 0   ? LEADER
                  : strcmp(role, "audit_admin") == 0     ? AUDIT
                                                         : -1;
        if (who >= 0 && (on.token[who][0] == '\0' || (who == OFFICER && below(4) == 0))) {
            memcpy(on.token[who], token, sizeof token);
            if (who == OFFICER) {
                memcpy(on.own, at, sizeof at);
            }
        }
        memcpy(on.all[on.session_count++], token, sizeof token);
    }
    if (file == NULL || on.session_count == 0) {
        die("no sessions");
    }
    fclose(file);
}

static void read_ids(line *with, int kind)
{
    const call_row row = GET("list", 0, READER, kinds[kind].path);
    const char *at = ask(with, &row, on.token[READER]);
    char mark[60];
    snprintf(mark, sizeof mark, "\",\"type\":\"%s\",\"version\":", kinds[kind].type);
    while (on.id_count[kind] < IDS_MAX && (at = strstr(at, mark)) != NULL) {
        target *to = &on.ids[kind][on.id_count[kind]++];
        memcpy(to->id, at - 36, 36);
        to->version = strtoll(at + strlen(mark), NULL, 10);
        at++;
    }
}

static void read_deep(line *with, const char *path, uint32_t pages, char *out, size_t cap)
{
    char next[500];
    snprintf(next, sizeof next, "%s", path);
    for (uint32_t i = 0; i < pages; i++) {
        const call_row row = GET("list", 0, READER, next);
        const char *answer = ask(with, &row, on.token[READER]);
        const char *at = memmem(answer, with->len, "\"next\":\"", 8);
        if (at == NULL) {
            break;
        }
        size_t len = strcspn(at + 8, "\"");
        if (len + 1 > cap || len + strlen(path) + 8 > sizeof next) {
            die("a cursor is too long");
        }
        memcpy(out, at + 8, len);
        out[len] = '\0';
        size_t path_len = strlen(path);
        memcpy(next, path, path_len);
        memcpy(next + path_len, "&after=", 7);
        memcpy(next + path_len + 7, out, len + 1);
    }
}

static void discover(void)
{
    line with = {0};
    open_line(&with);
    for (int i = 0; i < KIND_COUNT; i++) {
        read_ids(&with, i);
    }
    read_deep(&with, "/meeting_tasks?limit=200", DEEP_PAGES, on.deep_task, sizeof on.deep_task);
    read_deep(&with, "/notices?limit=20", DEEP_PAGES, on.deep_notice, sizeof on.deep_notice);
    if (on.token[AUDIT][0] != '\0') {
        const char *at = strstr(ask(&with, call_at(CALLS + 2), on.token[AUDIT]), "\"seq\":");
        on.log_size = at != NULL ? strtoull(at + 6, NULL, 10) : 0;
    }
    close(with.fd);
    free(with.answer);
}

/* ---- figures ---- */
typedef struct samples {
    uint32_t *us;
    uint32_t count, errors;
} samples;

static void keep(samples *to, uint64_t us)
{
    if (to->us == NULL) {
        to->us = malloc(sizeof(uint32_t) * SAMPLES_MAX / 16);
    }
    if (to->us != NULL && to->count < SAMPLES_MAX / 16) {
        to->us[to->count++] = us > UINT32_MAX ? UINT32_MAX : (uint32_t)us;
    }
}

static int by_size(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static uint32_t quantile(samples *of, uint32_t per_mille)
{
    if (of->count == 0) {
        return 0;
    }
    qsort(of->us, of->count, sizeof *of->us, by_size);
    uint32_t at = (uint32_t)((uint64_t)of->count * per_mille / 1000);
    return of->us[at < of->count ? at : of->count - 1];
}

static void print_samples(const char *name, samples *of)
{
    printf("%-24s | %6u | %3u | %7.2f | %7.2f | %7.2f\n", name, of->count, of->errors,
           quantile(of, 500) / 1e3, quantile(of, 990) / 1e3, quantile(of, 1000) / 1e3);
}

/* ---- mix ---- */
static const call_row *draw(void)
{
    uint32_t reads = 0;
    uint32_t writes = 0;
    for (size_t i = 0; i < CALLS; i++) {
        *(calls[i].method[0] == 'G' ? &reads : &writes) += calls[i].weight;
    }
    bool is_write = below(10) == 0;
    uint32_t left = below(is_write ? writes : reads);
    for (size_t i = 0; i < CALLS; i++) {
        if ((calls[i].method[0] != 'G') != is_write) {
            continue;
        }
        if (left < calls[i].weight) {
            return &calls[i];
        }
        left -= calls[i].weight;
    }
    return &calls[0];
}

static int mix(double rate, double seconds)
{
    static line lines[LINES];
    static samples kept[CALLS];
    static samples reads;
    static samples writes;
    static struct {
        const call_row *row;
        uint64_t due_us;
    } waiting[WAITING_MAX];
    struct pollfd waits[LINES];
    uint32_t first = 0;
    uint32_t count = 0;
    for (size_t i = 0; i < LINES; i++) {
        open_line(&lines[i]);
        waits[i] = (struct pollfd){.fd = lines[i].fd, .events = POLLIN};
    }
    uint64_t end = now_us() + (uint64_t)(seconds * 1e6);
    double next = (double)now_us() + 1000;
    uint32_t in_work = 0;
    while (now_us() < end || in_work > 0 || count > 0) {
        while ((double)now_us() >= next && next < (double)end) {
            if (count == WAITING_MAX) {
                die("the server is far behind");
            }
            waiting[(first + count++) % WAITING_MAX].row = draw();
            waiting[(first + count - 1) % WAITING_MAX].due_us = (uint64_t)next;
            next += -log((below(1u << 30) + 1.0) / (1u << 30)) * 1e6 / rate;
        }
        for (size_t i = 0; i < LINES && count > 0; i++) {
            if (!lines[i].busy) {
                lines[i].now.row = waiting[first % WAITING_MAX].row;
                lines[i].now.due_us = waiting[first % WAITING_MAX].due_us;
                first++;
                count--;
                build(&lines[i].now, on.token[lines[i].now.row->who]);
                send_now(&lines[i]);
                waits[i].fd = lines[i].fd;
                in_work++;
            }
        }
        double gap = next - (double)now_us();
        struct timespec wait = {.tv_nsec = gap < 0 ? 0 : gap > 5e6 ? 5000000 : (long)(gap * 1e3)};
        if (ppoll(waits, LINES, &wait, NULL) <= 0) {
            continue;
        }
        for (size_t i = 0; i < LINES; i++) {
            if (waits[i].revents == 0 || !receive(&lines[i])) {
                continue;
            }
            uint64_t us = now_us() - lines[i].now.due_us;
            samples *to = &kept[lines[i].now.row - calls];
            in_work--;
            to->errors += settle(&lines[i]) ? 0 : 1;
            keep(to, us);
            keep(lines[i].now.row->method[0] == 'G' ? &reads : &writes, us);
        }
    }
    uint32_t errors = 0;
    uint32_t worst = 0;
    printf("%-24s | %6s | %3s | %7s | %7s | %7s\n", "call (ms)", "calls", "err", "p50", "p99",
           "max");
    for (size_t i = 0; i < CALLS; i++) {
        print_samples(calls[i].name, &kept[i]);
        errors += kept[i].errors;
        uint32_t p99 = quantile(&kept[i], 990);
        worst = p99 > worst ? p99 : worst;
    }
    print_samples("all reads", &reads);
    print_samples("all changes", &writes);
    printf("worst p99 %.2f ms, errors %u\n", worst / 1e3, errors);
    return errors == 0 ? 0 : 1;
}

/* ---- pages ---- */
/* Small data lacks some kinds of records: calls that name one are left out. */
static bool has_targets(const call_row *row)
{
    for (int i = 0; i < KIND_COUNT; i++) {
        char word[32];
        snprintf(word, sizeof word, "{%s}", kinds[i].word);
        if (on.id_count[i] == 0 && strstr(row->path, word) != NULL) {
            return false;
        }
    }
    return true;
}

static int pages(uint32_t times)
{
    static line with;
    open_line(&with);
    for (size_t i = 0; i < CALLS + MORE; i++) {
        const call_row *row = call_at(i);
        if (strcmp(row->name, "fixed") == 0 || on.token[row->who][0] == '\0' || !has_targets(row)) {
            continue;
        }
        samples of = {0};
        size_t len = 0;
        uint64_t seed = on.seed;
        on.seed = 4711; /* every call picks from the same places */
        for (uint32_t k = 0; k < times; k++) {
            uint64_t at = now_us();
            (void)ask(&with, row, on.token[row->who]);
            keep(&of, now_us() - at);
            len = with.len;
        }
        on.seed = seed;
        printf("%-24s | %8.3f | %8.3f | %7zu\n", row->name, quantile(&of, 100) / 1e3,
               quantile(&of, 500) / 1e3, len);
        free(of.us);
    }
    return 0;
}

/* ---- flood ---- */
static int flood(const char *name, uint32_t connections, double seconds)
{
    static line lines[HOLD_MAX];
    static struct pollfd waits[HOLD_MAX];
    const call_row *row = NULL;
    for (size_t i = 0; i < CALLS + MORE; i++) {
        row = strcmp(call_at(i)->name, name) == 0 ? call_at(i) : row;
    }
    if (row == NULL || row->targets >= 0 || connections > HOLD_MAX) {
        die("no such call");
    }
    for (uint32_t i = 0; i < connections; i++) {
        open_line(&lines[i]);
        waits[i] = (struct pollfd){.fd = lines[i].fd, .events = POLLIN};
        lines[i].now.row = row;
        build(&lines[i].now, on.token[row->who]);
        send_now(&lines[i]);
    }
    uint64_t began = now_us();
    uint64_t end = began + (uint64_t)(seconds * 1e6);
    uint64_t done = 0;
    uint64_t bad = 0;
    while (now_us() < end) {
        if (poll(waits, connections, 100) <= 0) {
            continue;
        }
        for (uint32_t i = 0; i < connections; i++) {
            if (waits[i].revents != 0 && receive(&lines[i])) {
                bad += strncmp(lines[i].answer, "HTTP/1.1 2", 10) != 0;
                done++;
                send_now(&lines[i]);
            }
        }
    }
    printf("%s: %.0f/s, %zu bytes, bad %ju\n", name,
           (double)done * 1e6 / (double)(now_us() - began), lines[0].want, (uintmax_t)bad);
    return bad == 0 ? 0 : 1;
}

/* ---- hold ---- */
static int hold(const char *pid)
{
    static line lines[HOLD_MAX];
    static const size_t asked[] = {0, 1, 6, 12, 16, 34};
    char *answer = malloc(ANSWER_MAX);
    for (uint32_t i = 0; i < on.session_count; i++) {
        lines[i].answer = answer;
        open_line(&lines[i]);
        for (size_t k = 0; k < LJ_COUNT_OF(asked); k++) {
            lines[i].now.row = &calls[asked[k]];
            build(&lines[i].now, on.all[i]);
            send_now(&lines[i]);
            while (!receive(&lines[i])) {
            }
            lines[i].busy = false;
        }
    }
    char path[64];
    char text[200];
    snprintf(path, sizeof path, "/proc/%s/status", pid);
    FILE *file = fopen(path, "r");
    while (file != NULL && fgets(text, sizeof text, file) != NULL) {
        if (strncmp(text, "VmRSS", 5) == 0 || strncmp(text, "RssFile", 7) == 0 ||
            strncmp(text, "VmHWM", 5) == 0) {
            printf("%.*s  ", (int)strcspn(text, "\n"), text);
        }
    }
    printf("sessions %u\n", on.session_count);
    return file != NULL ? fclose(file) : 1;
}

/* ---- fixed ---- */
static lj_slice fixed_body;

static lj_code answer_fixed(route_call *call, lj_err *err)
{
    (void)err;
    route_json(call, 200, fixed_body);
    return LJ_OK;
}

static int fixed(size_t bytes)
{
    static const route_row row = {.method = "GET",
                                  .pattern = "/api/v1/fixed",
                                  .permission = PERM_PUBLIC,
                                  .handler = answer_fixed,
                                  .name = "fixed",
                                  .en = "fixed",
                                  .zh = "fixed"};
    static const char *const names[] = {"fixed"};
    route_table table = {&row, 1};
    route_set *set = NULL;
    const route_row *faulty = NULL;
    lj_err err = {0};
    lj_arena *arena = lj_arena_new(4 << 20);
    http_server *server = NULL;
    char *body = lj_arena_alloc(arena, bytes + 1);
    char listen[200];
    memset(body, 'x', bytes);
    body[0] = body[bytes - 1] = '"';
    fixed_body = lj_slice_of(body, bytes);
    if (route_set_new(arena, &table, 1, &set, &faulty, &err) != LJ_OK) {
        die("the table is faulty");
    }
    route_app app = {.set = set, .metrics = metrics_new(arena, names, 1)};
    http_app served = route_http_app(&app);
    snprintf(listen, sizeof listen, "unix:%s", on.socket);
    if (http_server_start(listen, &served, NULL, &server, &err) != LJ_OK) {
        die(err.what);
    }
    (void)getchar();
    http_server_stop(server);
    lj_arena_free(arena);
    return 0;
}

int main(int argc, char **argv)
{
    const char *what = argc > 3 ? argv[1] : "";
    on.socket = argc > 3 ? argv[2] : "";
    if (strcmp(what, "fixed") == 0) {
        return fixed(strtoul(argv[3], NULL, 10));
    }
    if (argc > 3) {
        read_sessions(argv[3]);
    }
    if (strcmp(what, "hold") == 0 && argc == 5) {
        return hold(argv[4]);
    }
    if (strcmp(what, "flood") == 0 && argc == 7) {
        if (strcmp(argv[4], "fixed") != 0) {
            discover();
        }
        return flood(argv[4], (uint32_t)strtoul(argv[5], NULL, 10), strtod(argv[6], NULL));
    }
    if (strcmp(what, "mix") == 0 && argc == 6) {
        discover();
        return mix(strtod(argv[4], NULL), strtod(argv[5], NULL));
    }
    if (strcmp(what, "pages") == 0 && argc == 5) {
        discover();
        return pages((uint32_t)strtoul(argv[4], NULL, 10));
    }
    fputs("usage: server_load mix|pages|flood|hold|fixed SOCKET ...\n", stderr);
    return 64;
}
