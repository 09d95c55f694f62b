/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The sliding buffer of a text. What it keeps is decided by its user, with plain_input_slide(). */
#include "base/num.h"
#include "formats/plain/plain.h"

enum {
    RAW_FRESH = 64 * 1024, /* raw bytes decoded at once */
    GROWTH = 3,            /* a byte of any charset becomes at most three bytes of UTF-8 */
    SLACK = 64,
};

bool plain_input_open(plain_input *in, format_run *run, format_src *src, uint64_t off, uint64_t end,
                      text_charset charset)
{
    lj_arena *arena = format_arena(run);
    *in = (plain_input){.run = run, .src = src, .src_at = off, .src_end = end, .base = off};
    in->before = '\n';
    in->decodes = charset != TEXT_CHARSET_NONE;
    in->charset = charset;
    uint64_t size = format_src_size(src);
    if (size != FORMAT_SIZE_UNKNOWN && size < in->src_end) {
        in->src_end = size;
    }
    uint64_t cap = PLAIN_CAP;
    if (in->src_end != FORMAT_SIZE_UNKNOWN) {
        uint64_t left = in->src_end > off ? in->src_end - off : 0;
        cap = lj_min_u64(cap, (left < cap ? left * (in->decodes ? GROWTH : 1) : cap) + SLACK);
    }
    in->cap = (size_t)cap;
    in->buf = lj_arena_alloc(arena, in->cap);
    lj_buf_init(&in->stage, arena, 2 * RAW_FRESH);
    lj_buf_init(&in->map, arena, (2 * RAW_FRESH + 1) * sizeof(text_map_row));
    lj_buf_init(&in->rows, arena, ((size_t)PLAIN_CAP + 1) * sizeof(plain_row));
    in->stage_off = off;
    return in->buf != NULL;
}

/* The next raw bytes, at most len; empty at the end. */
static lj_slice take_raw(plain_input *in, size_t len, bool *out_end)
{
    size_t want = (size_t)lj_min_u64(len, in->src_end - in->src_at);
    lj_slice fresh = {NULL, 0};
    if (want > 0) {
        fresh = format_bytes(in->run, in->src, in->src_at, want);
    }
    in->src_at += fresh.len;
    *out_end = fresh.len < want || in->src_at >= in->src_end;
    return fresh;
}

/* Appends the rows of the newest piece, which begins at buf[from]. */
static bool keep_rows(plain_input *in, size_t from)
{
    size_t count = in->map.len / sizeof(text_map_row);
    for (size_t i = 0; i < count; i++) {
        text_map_row row;
        memcpy(&row, in->map.ptr + i * sizeof(row), sizeof(row));
        plain_row kept = {from + row.text_at, in->stage_off + row.src_off};
        lj_buf_put(&in->rows, lj_slice_of(&kept, sizeof(kept)));
    }
    return lj_buf_ok(&in->rows) && lj_buf_ok(&in->map);
}

static bool fill_decoded(plain_input *in)
{
    size_t room = (in->cap - in->len) / GROWTH;
    if (room <= in->stage.len + SLACK / GROWTH && in->cap == PLAIN_CAP) {
        return true;
    }
    bool end = false;
    size_t want = room > in->stage.len ? lj_min_size(room - in->stage.len, RAW_FRESH) : 0;
    lj_buf_put(&in->stage, take_raw(in, want, &end));
    lj_slice raw = lj_buf_slice(&in->stage);
    /* A shift run longer than all that is looked at is no run. */
    bool more = !end && raw.len < RAW_FRESH + RAW_FRESH / 2;
    size_t from = in->len;
    lj_buf out = {.ptr = in->buf, .len = in->len, .cap = in->cap, .max_len = in->cap};
    lj_buf_clear(&in->map);
    size_t used = text_to_utf8(in->charset, raw, more, &out, &in->map);
    in->len = out.len;
    if (!lj_buf_ok(&in->stage) || !keep_rows(in, from)) {
        return false;
    }
    used = more ? lj_min_size(used, raw.len) : raw.len;
    if (used < in->stage.len) {
        memmove(in->stage.ptr, in->stage.ptr + used, in->stage.len - used);
    }
    in->stage.len -= used;
    in->stage_off += used;
    in->at_end = end && in->stage.len == 0;
    return true;
}

static void fill_raw(plain_input *in)
{
    size_t room = lj_min_size(PLAIN_FRESH, in->cap - in->len);
    size_t want = (size_t)lj_min_u64(room, in->src_end - in->src_at);
    size_t got = format_pull(in->run, in->src, in->src_at, in->buf + in->len, want);
    in->len += got;
    in->src_at += got;
    in->at_end = got < want || in->src_at >= in->src_end;
}

bool plain_input_fill(plain_input *in)
{
    bool filled = true;
    if (in->at_end) {
        return true;
    }
    LJ_ARENA_SHOW(in->buf, in->cap);
    if (in->decodes) {
        filled = fill_decoded(in);
    } else {
        fill_raw(in);
    }
    LJ_ARENA_HIDE(in->buf + in->len, in->cap - in->len);
    return filled;
}

/* Drops the rows before the one that holds buf[from], and moves the others. */
static void slide_rows(plain_input *in, size_t from)
{
    size_t count = in->rows.len / sizeof(plain_row);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        plain_row row;
        plain_row next;
        memcpy(&row, in->rows.ptr + i * sizeof(row), sizeof(row));
        if (i + 1 < count) {
            memcpy(&next, in->rows.ptr + (i + 1) * sizeof(next), sizeof(next));
            if (next.at <= from) {
                continue;
            }
        }
        if (row.at < from) {
            row.src_off += from - row.at;
            row.at = from;
        }
        row.at -= from;
        memcpy(in->rows.ptr + kept * sizeof(row), &row, sizeof(row));
        kept++;
    }
    in->rows.len = kept * sizeof(plain_row);
}

void plain_input_slide(plain_input *in, size_t from)
{
    if (from == 0) {
        return;
    }
    in->before = in->buf[from - 1];
    memmove(in->buf, in->buf + from, in->len - from);
    in->len -= from;
    in->base += from;
    LJ_ARENA_HIDE(in->buf + in->len, in->cap - in->len);
    if (in->decodes) {
        slide_rows(in, from);
    }
}
