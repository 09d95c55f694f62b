/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Sessions that a thread saw lately, with the rights of their accounts. What is kept counts only
 * while nothing at all was committed since it was read (store_generation), on the same civil day,
 * and for at most a minute, after which the session's own limits are looked at again. So a grant, a
 * revoke, the end of a session or of an assignment counts from the next request, as without it.
 * With PostgreSQL other processes may write: there nothing is kept. */
#ifndef LJ_SERVER_SESSION_CACHE_H
#define LJ_SERVER_SESSION_CACHE_H

#include "server/server.h"

enum { SESSION_CACHE_COUNT = 128, SESSION_CACHE_BYTES = 1024 };

typedef struct session_slot {
    uint64_t generation; /* 0: empty */
    int64_t at;          /* UTC ms when it was read */
    server_session session;
    uint8_t bytes[SESSION_CACHE_BYTES]; /* what the session points to */
} session_slot;

struct session_cache {
    session_slot slots[SESSION_CACHE_COUNT];
};

/* A copy in the request's arena, or NULL. generation: as it is now. */
server_session *session_cache_find(const session_cache *cache, const uint8_t hash[32],
                                   uint64_t generation, int64_t at, lj_arena *arena);
/* generation: as it was before the session was read. Nothing is kept when it is 0. */
void session_cache_keep(session_cache *cache, const server_session *session, uint64_t generation,
                        int64_t at);

#endif
