/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Records of the stream "PowerPoint Document": heads, bodies, claims, and the set of texts that
 * were told.
 *
 * Specification: [MS-PPT] 2.3.1 RecordHeader: version (4 bits), instance (12), type (16), length
 * (32). The stream is never read as a whole: it holds embedded objects and may be large; the window
 * of format_bytes() serves neighbouring heads. */
#include "formats/ppt/ppt.h"

#include "base/cur.h"
#include "base/hash.h"

enum { HEAD_LEN = 8, SEEN_FIRST = 256, SEEN_MAX = 65536 };

bool ppt_head_at(ppt_file *file, uint64_t at, uint64_t end, ppt_head *out)
{
    if (at >= end || end - at < HEAD_LEN) {
        return false;
    }
    lj_cur cur = lj_cur_of(format_bytes(file->run, file->src, at, HEAD_LEN));
    uint16_t first = lj_cur_u16le(&cur);
    uint16_t type = lj_cur_u16le(&cur);
    uint32_t len = lj_cur_u32le(&cur);
    if (!lj_cur_ok(&cur)) {
        return false;
    }
    *out = (ppt_head){.at = at,
                      .body = at + HEAD_LEN,
                      .end = at + HEAD_LEN + len,
                      .type = type,
                      .instance = (uint16_t)(first >> 4),
                      .version = (uint8_t)(first & 0x0F)};
    if (out->end > end) {
        out->end = end;
        out->is_cut = true;
    }
    return true;
}

lj_slice ppt_body(ppt_file *file, const ppt_head *head, size_t len)
{
    uint64_t have = head->end - head->body;
    return format_bytes(file->run, file->src, head->body, (size_t)lj_min_u64(len, have));
}

lj_slice ppt_body_kept(ppt_file *file, const ppt_head *head, lj_buf *room)
{
    size_t want = (size_t)lj_min_u64(head->end - head->body, PPT_ATOM_MAX);
    lj_buf_clear(room);
    uint8_t *dst = lj_buf_room(room, want);
    room->len = dst != NULL ? format_pull(file->run, file->src, head->body, dst, want) : 0;
    return lj_buf_slice(room);
}

void ppt_claim_end(ppt_file *file)
{
    if (file->claim_to > file->claim_from) {
        ole2_take_part(file->ole2, file->stream, file->claim_from,
                       file->claim_to - file->claim_from, FORMAT_READ);
    }
    file->claim_from = file->claim_to = 0;
}

void ppt_claim(ppt_file *file, uint64_t from, uint64_t to)
{
    if (from >= to) {
        return;
    }
    if (from != file->claim_to) {
        ppt_claim_end(file);
        file->claim_from = from;
    }
    file->claim_to = to;
}

bool ppt_room(ppt_file *file, void **array, uint32_t count, uint32_t *cap, size_t size,
              uint32_t max)
{
    if (count < *cap) {
        return true;
    }
    uint32_t more = *cap == 0 ? 32 : *cap * 2;
    if (count >= max) {
        return false;
    }
    void *grown = lj_arena_array(file->arena, more, size);
    if (grown == NULL) {
        return false;
    }
    if (count > 0) {
        memcpy(grown, *array, count * size);
    }
    *array = grown;
    *cap = more;
    return true;
}

static uint32_t seen_slot(const ppt_seen *seen, const uint8_t key[16])
{
    uint32_t at = 0;
    memcpy(&at, key, sizeof(at));
    static const uint8_t empty[16] = {0};
    for (at &= seen->cap - 1;; at = (at + 1) & (seen->cap - 1)) {
        if (memcmp(seen->keys[at], empty, 16) == 0 || memcmp(seen->keys[at], key, 16) == 0) {
            return at;
        }
    }
}

static bool seen_grow(ppt_file *file)
{
    ppt_seen *seen = &file->seen;
    if (seen->cap > 0 && seen->count < seen->cap / 2) {
        return true;
    }
    ppt_seen grown = {.cap = seen->cap == 0 ? SEEN_FIRST : seen->cap * 2, .count = seen->count};
    grown.keys =
        grown.cap <= SEEN_MAX ? lj_arena_array(file->arena, grown.cap, sizeof(*grown.keys)) : NULL;
    if (grown.keys == NULL) {
        return false;
    }
    static const uint8_t empty[16] = {0};
    for (uint32_t i = 0; i < seen->cap; i++) {
        if (memcmp(seen->keys[i], empty, 16) != 0) {
            memcpy(grown.keys[seen_slot(&grown, seen->keys[i])], seen->keys[i], 16);
        }
    }
    *seen = grown;
    return true;
}

bool ppt_seen_before(ppt_file *file, lj_slice bytes)
{
    static const uint8_t secret[16] = "ppt texts seen..";
    uint8_t key[LJ_SIP_LEN];
    lj_sip128(secret, bytes, key);
    key[15] |= 1; /* never the empty key */
    bool has_room = seen_grow(file);
    if (file->seen.cap == 0) {
        return false;
    }
    uint32_t slot = seen_slot(&file->seen, key);
    if (memcmp(file->seen.keys[slot], key, 16) == 0) {
        return true;
    }
    if (has_room) { /* else it will be told again, which loses nothing */
        memcpy(file->seen.keys[slot], key, 16);
        file->seen.count++;
    }
    return false;
}
