/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "server/session_cache.h"

#include "ledger/session.h"

typedef struct rebase {
    uint8_t *bytes;
    size_t used;
    bool is_full;
} rebase;

static lj_slice move_bytes(rebase *to, lj_slice from)
{
    if (from.len > SESSION_CACHE_BYTES - to->used) {
        to->is_full = true;
        return (lj_slice){0};
    }
    lj_slice moved = lj_slice_of(to->bytes + to->used, from.len);
    if (from.len > 0) {
        memcpy(to->bytes + to->used, from.ptr, from.len);
    }
    to->used += from.len;
    return moved;
}

static void move_value(rebase *to, store_value *value)
{
    if (value->kind == STORE_BYTES || value->kind == STORE_TEXT) {
        value->bytes = move_bytes(to, value->bytes);
    }
}

/* False when it does not fit. */
static bool copy_session(const server_session *from, server_session *to, uint8_t *bytes)
{
    rebase room = {.bytes = bytes};
    *to = *from;
    to->titles = NULL;
    to->name = move_bytes(&room, from->name);
    to->display = move_bytes(&room, from->display);
    move_value(&room, &to->actor.account);
    move_value(&room, &to->actor.person);
    for (uint32_t i = 0; i < to->actor.post_count; i++) {
        move_value(&room, &to->actor.posts[i].unit);
        move_value(&room, &to->actor.posts[i].department);
    }
    return !room.is_full;
}

static uint32_t slot_of(const uint8_t hash[32])
{
    return hash[0] % SESSION_CACHE_COUNT;
}

server_session *session_cache_find(const session_cache *cache, const uint8_t hash[32],
                                   uint64_t generation, int64_t at, lj_arena *arena)
{
    const session_slot *slot = &cache->slots[slot_of(hash)];
    ledger_now now = ledger_now_of(at);
    bool is_fresh = slot->generation == generation && generation != 0 && at >= slot->at &&
                    at - slot->at < SESSION_SEEN_MS && slot->session.actor.now.today == now.today;
    if (!is_fresh || memcmp(slot->session.hash, hash, 32) != 0) {
        return NULL;
    }
    server_session *session = lj_arena_alloc(arena, sizeof *session);
    uint8_t *bytes = lj_arena_alloc_raw(arena, SESSION_CACHE_BYTES);
    if (session == NULL || bytes == NULL || !copy_session(&slot->session, session, bytes)) {
        return NULL;
    }
    session->actor.now = now;
    return session;
}

void session_cache_keep(session_cache *cache, const server_session *session, uint64_t generation,
                        int64_t at)
{
    session_slot *slot = &cache->slots[slot_of(session->hash)];
    slot->generation = 0;
    if (generation != 0 && copy_session(session, &slot->session, slot->bytes)) {
        slot->generation = generation;
        slot->at = at;
    }
}
