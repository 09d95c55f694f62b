/* SPDX-License-Identifier: AGPL-3.0-or-later
 * login.h. The table of sources is searched from end to end: 4,096 keys take microseconds, the hash
 * that follows 30 ms. Keys are a keyed hash of account and source, so their length is bounded. */
#define _POSIX_C_SOURCE 200809L /* inet_pton */
#include "server/login.h"

#include <arpa/inet.h>
#include <pthread.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/num.h"
#include "base/os.h"

enum {
    ARENA_LEN = 512 * 1024,
    ADDRESS_MAX = 64,  /* bytes of an address as text */
    NETWORK_LEN = 8,   /* bytes of an IPv6 network */
    KEY_TEXT_MAX = 512 /* bytes of account and source */
};

typedef struct source_row {
    login_source source;
    uint32_t wrong; /* 0: free */
    int64_t until_at, used_at;
} source_row;

struct server_logins {
    lj_arena *arena;
    pthread_mutex_t lock;
    pthread_cond_t turn;
    uint8_t key[16];
    uint32_t hashing, waiting, peak;
    source_row rows[LOGIN_SOURCE_COUNT];
};

lj_code server_logins_new(server_logins **out, lj_err *err)
{
    lj_arena *arena = lj_arena_new(ARENA_LEN);
    server_logins *logins = arena != NULL ? lj_arena_alloc(arena, sizeof *logins) : NULL;
    if (logins == NULL || pthread_mutex_init(&logins->lock, NULL) != 0) {
        lj_arena_free(arena);
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for logins");
    }
    if (pthread_cond_init(&logins->turn, NULL) != 0) {
        (void)pthread_mutex_destroy(&logins->lock);
        lj_arena_free(arena);
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for logins");
    }
    logins->arena = arena;
    lj_os_random(logins->key, sizeof logins->key);
    *out = logins;
    return LJ_OK;
}

void server_logins_free(server_logins *logins)
{
    if (logins != NULL) {
        (void)pthread_cond_destroy(&logins->turn);
        (void)pthread_mutex_destroy(&logins->lock);
        lj_arena_free(logins->arena);
    }
}

/* ---- where from ---- */
/* The last address of the list: the one that our own proxy added. */
static lj_slice last_address(lj_str list)
{
    lj_slice rest = lj_str_bytes(list);
    for (size_t i = rest.len; i > 0; i--) {
        if (rest.ptr[i - 1] == ',') {
            rest = lj_slice_part(rest, i, rest.len);
            break;
        }
    }
    while (rest.len > 0 && rest.ptr[0] == ' ') {
        rest = lj_slice_part(rest, 1, rest.len);
    }
    while (rest.len > 0 && rest.ptr[rest.len - 1] == ' ') {
        rest.len--;
    }
    return rest;
}

/* Its network as bytes; what is no address counts as it is written. */
static void put_network(lj_buf *dst, lj_slice address)
{
    char text[ADDRESS_MAX] = {0};
    uint8_t bytes[16];
    if (address.len >= sizeof text) {
        address.len = sizeof text - 1;
    }
    if (address.len > 0) {
        memcpy(text, address.ptr, address.len);
    }
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    if (inet_pton(AF_INET6, text, bytes) != 1) {
        lj_buf_put(dst, address);
    } else if (memcmp(bytes, mapped, sizeof mapped) == 0) {
        char dotted[INET_ADDRSTRLEN] = {0};
        (void)inet_ntop(AF_INET, bytes + sizeof mapped, dotted, sizeof dotted);
        lj_buf_put_cstr(dst, dotted);
    } else {
        lj_buf_put(dst, lj_slice_of(bytes, NETWORK_LEN));
    }
}

login_source login_source_of(const server_logins *logins, const http_request *request,
                             lj_str account)
{
    lj_buf text;
    lj_buf_init(&text, request->arena, KEY_TEXT_MAX);
    lj_buf_put(&text, lj_str_bytes(account));
    lj_buf_put_u8(&text, 0);
    if (request->peer == HTTP_PEER_PROXY) {
        put_network(&text, last_address(http_header(request, "X-Forwarded-For")));
    }
    login_source source;
    lj_sip128(logins->key, lj_buf_slice(&text), source.key);
    return source;
}

/* ---- waiting ---- */
static source_row *find_row(server_logins *logins, const login_source *source)
{
    for (size_t i = 0; i < LOGIN_SOURCE_COUNT; i++) {
        if (logins->rows[i].wrong > 0 &&
            memcmp(logins->rows[i].source.key, source->key, sizeof source->key) == 0) {
            return &logins->rows[i];
        }
    }
    return NULL;
}

/* A free row, else the one that was used longest ago. */
static source_row *take_row(server_logins *logins, const login_source *source)
{
    source_row *row = &logins->rows[0];
    for (size_t i = 0; i < LOGIN_SOURCE_COUNT && row->wrong > 0; i++) {
        if (logins->rows[i].wrong == 0 || logins->rows[i].used_at < row->used_at) {
            row = &logins->rows[i];
        }
    }
    *row = (source_row){.source = *source};
    return row;
}

static int64_t wait_ms(uint32_t wrong)
{
    uint32_t shift = wrong - LOGIN_FREE_COUNT + 1;
    uint32_t seconds = shift < 10 ? 1u << shift : LOGIN_WAIT_MAX_S;
    return (int64_t)lj_min_u64(seconds, LOGIN_WAIT_MAX_S) * 1000;
}

uint32_t login_admit(server_logins *logins, const login_source *source, int64_t at)
{
    uint32_t seconds = 0;
    (void)pthread_mutex_lock(&logins->lock);
    source_row *row = find_row(logins, source);
    if (row != NULL && row->until_at > at) {
        seconds = (uint32_t)((row->until_at - at + 999) / 1000);
    } else {
        row = row != NULL ? row : take_row(logins, source);
        if (row->used_at + LOGIN_FORGET_MS <= at) {
            row->wrong = 0;
        }
        row->wrong++;
        row->used_at = at;
        row->until_at = row->wrong >= LOGIN_FREE_COUNT ? at + wait_ms(row->wrong) : at;
    }
    (void)pthread_mutex_unlock(&logins->lock);
    return seconds;
}

void login_right(server_logins *logins, const login_source *source)
{
    (void)pthread_mutex_lock(&logins->lock);
    source_row *row = find_row(logins, source);
    if (row != NULL) {
        *row = (source_row){0};
    }
    (void)pthread_mutex_unlock(&logins->lock);
}

void login_forgive(server_logins *logins, const login_source *source)
{
    (void)pthread_mutex_lock(&logins->lock);
    source_row *row = find_row(logins, source);
    if (row != NULL) {
        row->wrong--;
        row->until_at = row->used_at;
    }
    (void)pthread_mutex_unlock(&logins->lock);
}

/* ---- turns ---- */
bool login_hash_begin(server_logins *logins)
{
    (void)pthread_mutex_lock(&logins->lock);
    bool is_in = logins->hashing < LOGIN_HASH_COUNT || logins->waiting < LOGIN_QUEUE_COUNT;
    if (is_in) {
        logins->waiting++;
        while (logins->hashing == LOGIN_HASH_COUNT) {
            (void)pthread_cond_wait(&logins->turn, &logins->lock);
        }
        logins->waiting--;
        logins->hashing++;
        logins->peak = logins->hashing > logins->peak ? logins->hashing : logins->peak;
    }
    (void)pthread_mutex_unlock(&logins->lock);
    return is_in;
}

void login_hash_end(server_logins *logins)
{
    (void)pthread_mutex_lock(&logins->lock);
    logins->hashing--;
    (void)pthread_cond_signal(&logins->turn);
    (void)pthread_mutex_unlock(&logins->lock);
}

uint32_t login_hash_peak(server_logins *logins)
{
    (void)pthread_mutex_lock(&logins->lock);
    uint32_t peak = logins->peak;
    (void)pthread_mutex_unlock(&logins->lock);
    return peak;
}
