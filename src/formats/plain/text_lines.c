/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Lines and characters in raw bytes whose charset keeps ASCII for ASCII. LF and CR are never part
 * of a longer character in UTF-8, GB18030 (second bytes from 30h), Big5 (from 40h). */
#include "base/num.h"
#include "formats/plain/plain.h"

enum {
    NEIGHBOURS = 48, /* bytes that tell UTF-8 from pairs */
    LANES = 16,
    TURNS_MAX = 255, /* additions before a byte lane could overflow */
};

typedef uint8_t lanes __attribute__((vector_size(LANES)));

static inline lanes lanes_at(const uint8_t *ptr)
{
    lanes out;
    memcpy(&out, ptr, sizeof(out));
    return out;
}

static uint64_t lanes_sum(lanes sums)
{
    uint64_t total = 0;
    for (int i = 0; i < LANES; i++) {
        total += sums[i];
    }
    return total;
}

/* Bytes `what` in [from, to). */
static uint64_t count_byte(const uint8_t *ptr, size_t from, size_t to, uint8_t what)
{
    uint64_t total = 0;
    while (to - from >= LANES) {
        lanes sums = {0};
        size_t turns = lj_min_size((to - from) / LANES, TURNS_MAX);
        for (size_t i = 0; i < turns; i++, from += LANES) {
            sums -= (lanes)(lanes_at(ptr + from) == what);
        }
        total += lanes_sum(sums);
    }
    for (; from < to; from++) {
        total += ptr[from] == what;
    }
    return total;
}

uint64_t plain_line_ends(lj_slice bytes, size_t from, size_t to)
{
    uint64_t total = from < to ? count_byte(bytes.ptr, from, to, '\n') : 0;
    const uint8_t *cr = from < to ? memchr(bytes.ptr + from, '\r', to - from) : NULL;
    if (cr == NULL) {
        return total;
    }
    size_t at = (size_t)(cr - bytes.ptr);
    size_t last = to < bytes.len ? to : to - 1; /* the byte behind must be there */
    while (last > at && last - at >= LANES) {
        lanes sums = {0};
        size_t turns = lj_min_size((last - at) / LANES, TURNS_MAX);
        for (size_t i = 0; i < turns; i++, at += LANES) {
            sums -= (lanes)((lanes_at(bytes.ptr + at) == '\r') &
                            (lanes_at(bytes.ptr + at + 1) != '\n'));
        }
        total += lanes_sum(sums);
    }
    for (; at < to; at++) {
        total += bytes.ptr[at] == '\r' && (at + 1 >= bytes.len || bytes.ptr[at + 1] != '\n');
    }
    return total;
}

bool plain_has_high(lj_slice bytes)
{
    size_t at = 0;
    for (; bytes.len - at >= LANES; at += LANES) {
        uint64_t pair[2];
        memcpy(pair, bytes.ptr + at, sizeof(pair));
        if (((pair[0] | pair[1]) & 0x8080808080808080U) != 0) {
            return true;
        }
    }
    for (; at < bytes.len; at++) {
        if (bytes.ptr[at] >= 0x80) {
            return true;
        }
    }
    return false;
}

size_t plain_line_end(lj_slice bytes, size_t at, size_t limit)
{
    const uint8_t *lf = at < limit ? memchr(bytes.ptr + at, '\n', limit - at) : NULL;
    size_t end = lf != NULL ? (size_t)(lf - bytes.ptr) + 1 : limit;
    const uint8_t *cr = at < end ? memchr(bytes.ptr + at, '\r', end - at) : NULL;
    if (cr != NULL) {
        size_t behind = (size_t)(cr - bytes.ptr) + 1;
        return behind < limit && bytes.ptr[behind] == '\n' ? behind + 1 : behind;
    }
    return end;
}

static bool is_line_start(lj_slice bytes, size_t at)
{
    uint8_t before = bytes.ptr[at - 1];
    return before == '\n' || (before == '\r' && (at >= bytes.len || bytes.ptr[at] != '\n'));
}

/* The start of the letter of UTF-8 that holds `at`. */
static size_t utf8_start(lj_slice bytes, size_t at, size_t floor)
{
    for (size_t back = 0; back <= 3 && at - floor >= back; back++) {
        if ((bytes.ptr[at - back] & 0xC0) != 0x80) {
            uint8_t lead = bytes.ptr[at - back];
            size_t len = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 1;
            return len > back ? at - back : at;
        }
    }
    return at;
}

/* Are the bytes before `at` letters of UTF-8? A handful of pairs never all are. */
static bool is_utf8_before(lj_slice bytes, size_t at, size_t floor)
{
    size_t from = at - floor > NEIGHBOURS ? at - NEIGHBOURS : floor;
    for (int i = 0; from > floor && i < 3 && from < at && (bytes.ptr[from] & 0xC0) == 0x80; i++) {
        from++;
    }
    lj_slice near = lj_slice_part(bytes, from, at - from);
    size_t valid = 0;
    return text_utf8_is_valid(near, &valid) || near.len - valid < 4;
}

size_t plain_char_start(lj_slice bytes, size_t at, size_t floor)
{
    if (at >= bytes.len || at <= floor) {
        return at;
    }
    if (is_utf8_before(bytes, at, floor)) {
        return utf8_start(bytes, at, floor);
    }
    /* Pairs: any byte below 80h ends a character (text/seeds.c), so the parity of the run tells;
     * `floor` is the start of a character too. Callers move floor on, so this stays linear. */
    size_t run = at;
    while (run > floor && bytes.ptr[run - 1] >= 0x80) {
        run--;
    }
    return (at - run) % 2 == 1 ? at - 1 : at;
}

/* True when one of 16 bytes is LF or CR. */
static inline bool any_line_end(const uint8_t *ptr)
{
    lanes bytes = lanes_at(ptr);
    lanes ends = (lanes)((bytes == '\n') | (bytes == '\r'));
    uint64_t half[2];
    memcpy(half, &ends, sizeof(half));
    return (half[0] | half[1]) != 0;
}

size_t plain_lines_up(lj_slice bytes, size_t at, size_t floor, uint32_t lines, size_t reach)
{
    size_t far = at > floor && at - floor > reach ? at - reach : floor;
    while (at > far) {
        if (is_line_start(bytes, at) && lines-- == 0) {
            return at;
        }
        at--;
        while (at - far >= LANES && !any_line_end(bytes.ptr + at - LANES)) {
            at -= LANES;
        }
    }
    return far > floor ? plain_char_start(bytes, far, floor) : far;
}

size_t plain_last_line_end(lj_slice bytes, size_t from, size_t to)
{
    for (size_t at = to; at > from; at--) {
        if (bytes.ptr[at - 1] == '\n') {
            return at;
        }
    }
    /* A file with CR alone; the last byte of all may be half of a CR LF. */
    for (size_t at = to; at > from; at--) {
        if (bytes.ptr[at - 1] == '\r' && at < bytes.len) {
            return at;
        }
    }
    return from;
}
