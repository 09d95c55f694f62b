/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What guards logins, in memory: how many passwords are hashed at a time, and how long a source
 * waits that gave wrong ones. Shared by all threads.
 *
 * Waiting is per account and source, so that nobody can lock others out: after five wrong passwords
 * for an account from one source, that source waits 2, 4, 8 ... seconds, at most 15 minutes, before
 * it may try that account again; everybody else still gets in. A source is what the proxy says
 * (the last address of X-Forwarded-For; of IPv6 the network of 64 bits, since one computer has all
 * of it), without a proxy this computer. */
#ifndef LJ_SERVER_LOGIN_H
#define LJ_SERVER_LOGIN_H

#include "server/http_server.h"

enum {
    LOGIN_FREE_COUNT = 5,          /* wrong passwords without waiting: a person tries what he has */
    LOGIN_WAIT_MAX_S = 15 * 60,    /* the longest wait */
    LOGIN_FORGET_MS = 3600 * 1000, /* after this time without a wrong one it is as if none was */
    LOGIN_SOURCE_COUNT = 4096,     /* accounts and sources remembered; the oldest goes */
    LOGIN_HASH_COUNT = 2,          /* at a time: 19 MiB and a core each */
    LOGIN_QUEUE_COUNT = 16,        /* that wait for their turn, half a second at most; then 503 */
};

typedef struct server_logins server_logins;
/* Yours to free. */
LJ_MUST_USE lj_code server_logins_new(server_logins **out, lj_err *err);
void server_logins_free(server_logins *logins); /* accepts NULL */

typedef struct login_source {
    uint8_t key[16];
} login_source;
login_source login_source_of(const server_logins *logins, const http_request *request,
                             lj_str account);
/* 0: go on; else the seconds to wait. The attempt counts as a wrong one until login_right or
 * login_forgive, so that many at once are no way around. */
uint32_t login_admit(server_logins *logins, const login_source *source, int64_t at);
void login_right(server_logins *logins, const login_source *source);
void login_forgive(server_logins *logins, const login_source *source); /* nothing was tried */

/* Waits for a turn to hash; false when too many wait. */
bool login_hash_begin(server_logins *logins);
void login_hash_end(server_logins *logins);
uint32_t login_hash_peak(server_logins *logins); /* most at a time so far, for tests */

#endif
