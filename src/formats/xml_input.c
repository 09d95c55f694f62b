/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The bytes below the XML tokenizer: any encoding in, a sliding buffer of valid UTF-8 out.
 *
 * Specification: XML 1.0 4.3.3 and appendix F (which encoding), Unicode 3.9 (well-formed UTF-8).
 *
 * Model. Most parts are UTF-8 and below one window: then the window itself is the buffer and no
 * byte is copied. Otherwise each new window is appended behind what the tokenizer has not used yet
 * (at most one token). The source is read strictly forwards, because going back on a large decoder
 * means decoding again.
 *
 * Traps. A declaration that says UTF-16 inside 8-bit bytes (it was converted by somebody) does not
 * count. A part that is declared as UTF-8 but is GBK inside, or has some broken bytes: the guess
 * over the window decides, and what fits nothing becomes U+FFFD. UTF-7, HZ and ISO-2022 are not
 * accepted from a declaration: no producer of such XML is known, and their shift states would cross
 * windows. */
#include "formats/xml_input.h"

#include "base/num.h"

enum {
    CHUNK = 256 * 1024,    /* bytes taken in at once */
    DECLARATION_MAX = 256, /* bytes in which an encoding declaration is looked for */
    PARTIAL_MAX = 3,       /* bytes of an incomplete UTF-8 character */
};

/* The encoding label of <?xml ... encoding="label" ...?>, or an empty slice. */
static lj_slice declared_label(lj_slice raw)
{
    lj_slice head = lj_slice_part(raw, 0, DECLARATION_MAX);
    size_t end = lj_slice_find(head, LJ_BYTES("?>"));
    if (!lj_slice_has_prefix(head, LJ_BYTES("<?xml")) || end == SIZE_MAX) {
        return (lj_slice){NULL, 0};
    }
    head.len = end;
    size_t at = lj_slice_find(head, LJ_BYTES("encoding"));
    if (at == SIZE_MAX) {
        return (lj_slice){NULL, 0};
    }
    at += 8;
    while (at < head.len && head.ptr[at] != '"' && head.ptr[at] != '\'') {
        at++;
    }
    size_t from = at + 1;
    size_t to = from;
    while (to < head.len && head.ptr[to] != head.ptr[at]) {
        to++;
    }
    return to < head.len ? lj_slice_part(head, from, to - from) : (lj_slice){NULL, 0};
}

/* Appendix F: byte order mark, then the pattern of "<?" or "<x", then the declaration. */
static text_charset find_charset(lj_slice raw, uint64_t *out_bom)
{
    static const struct {
        uint8_t bytes[4];
        uint8_t len;
        uint8_t bom_len;
        text_charset charset;
    } rows[] = {
        {{0xEF, 0xBB, 0xBF, 0}, 3, 3, TEXT_UTF8   },
        {{0xFF, 0xFE, 0, 0},    4, 4, TEXT_UTF32LE},
        {{0, 0, 0xFE, 0xFF},    4, 4, TEXT_UTF32BE},
        {{0xFF, 0xFE, 0, 0},    2, 2, TEXT_UTF16LE},
        {{0xFE, 0xFF, 0, 0},    2, 2, TEXT_UTF16BE},
        {{0x3C, 0, 0, 0},       4, 0, TEXT_UTF32LE},
        {{0, 0, 0, 0x3C},       4, 0, TEXT_UTF32BE},
        {{0x3C, 0, 0, 0},       2, 0, TEXT_UTF16LE},
        {{0, 0x3C, 0, 0},       2, 0, TEXT_UTF16BE},
    };
    *out_bom = 0;
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        if (lj_slice_has_prefix(raw, lj_slice_of(rows[i].bytes, rows[i].len))) {
            *out_bom = rows[i].bom_len;
            return rows[i].charset;
        }
    }
    text_charset charset = TEXT_UTF8;
    if (text_charset_lookup(declared_label(raw), &charset) &&
        (charset == TEXT_GB18030 || charset == TEXT_BIG5 || charset == TEXT_LATIN1)) {
        return charset;
    }
    return TEXT_UTF8;
}

/* Bytes of a broken "UTF-8": which charset reads them best. */
static text_charset second_guess(lj_slice raw)
{
    size_t bom = 0;
    text_charset guess = text_charset_guess(lj_slice_part(raw, 0, CHUNK), TEXT_UTF8, &bom);
    return guess == TEXT_GB18030 || guess == TEXT_BIG5 || guess == TEXT_LATIN1 ? guess : TEXT_UTF8;
}

/* Takes what raw holds as the buffer itself. False when its bytes need conversion. */
static bool take_direct(xml_input *in)
{
    size_t valid = 0;
    if (in->charset != TEXT_UTF8) {
        return false;
    }
    (void)text_utf8_is_valid(in->raw, &valid);
    size_t rest = in->raw.len - valid;
    if (rest > PARTIAL_MAX || (rest > 0 && in->raw_end)) {
        return false;
    }
    in->buf = in->raw.ptr;
    in->end = valid;
    if (rest > 0) {
        memcpy(in->carry, in->raw.ptr + valid, rest);
    }
    in->carry_len = rest;
    in->raw = (lj_slice){NULL, 0};
    in->at_end = in->raw_end;
    return true;
}

/* The next piece of the source or stream, shorter than asked only at its end. */
static lj_slice take_window(xml_input *in, size_t want)
{
    if (in->stream == NULL) {
        return format_bytes(in->run, in->src, in->raw_at, want);
    }
    lj_buf_clear(&in->window);
    uint8_t *room = lj_buf_room(&in->window, want);
    if (room == NULL) {
        in->code = LJ_E_LIMIT;
        return (lj_slice){NULL, 0};
    }
    size_t got = 1;
    while (in->window.len < want && got > 0 && in->code == LJ_OK) {
        got = 0;
        in->code =
            in->stream->fill(in->stream->ctx, room + in->window.len, want - in->window.len, &got);
        in->window.len += lj_min_size(got, want - in->window.len);
    }
    return lj_buf_slice(&in->window);
}

void xml_input_open(xml_input *in, format_run *run, format_src *src, lj_arena *arena,
                    lj_slice memory)
{
    *in = (xml_input){.run = run, .src = src, .stream = in->stream, .raw = memory, .raw_end = true};
    lj_buf_init(&in->own, arena, 2 * (size_t)XML_TOKEN_MAX + 8 * (size_t)CHUNK);
    lj_buf_init(&in->stage, arena, 2 * (size_t)FORMAT_WINDOW_MAX);
    if (src != NULL || in->stream != NULL) {
        size_t want = src != NULL ? FORMAT_WINDOW_MAX : CHUNK;
        lj_buf_init(&in->window, arena, FORMAT_WINDOW_MAX);
        in->raw = take_window(in, want);
        in->raw_at = in->raw.len;
        in->raw_end = in->raw.len < want;
    }
    in->charset = find_charset(in->raw, &in->bom_len);
    in->raw = lj_slice_part(in->raw, (size_t)in->bom_len, SIZE_MAX);
    if (!take_direct(in)) {
        if (in->charset == TEXT_UTF8) {
            in->charset = second_guess(in->raw);
            in->is_bad = true;
        }
    }
}

/* The next raw bytes, at most CHUNK or the length of the token that waits for its end. */
static lj_slice next_raw(xml_input *in, size_t tail_len)
{
    size_t want = lj_min_size(tail_len > CHUNK ? tail_len : CHUNK, FORMAT_WINDOW_MAX);
    if (in->raw.len == 0 && !in->raw_end) {
        in->raw = take_window(in, want);
        in->raw_at += in->raw.len;
        in->raw_end = in->raw.len < want;
    }
    lj_slice part = lj_slice_part(in->raw, 0, want);
    in->raw = lj_slice_part(in->raw, part.len, SIZE_MAX);
    return part;
}

/* Appends raw bytes that are UTF-8 as they are; false when they are not. */
static bool append_utf8(xml_input *in, lj_slice part, bool more)
{
    size_t before = in->own.len;
    lj_buf_put(&in->own, lj_slice_of(in->carry, in->carry_len));
    lj_buf_put(&in->own, part);
    if (!lj_buf_ok(&in->own)) {
        return true; /* seen by the caller */
    }
    size_t valid = 0;
    lj_slice fresh = lj_slice_of(in->own.ptr + before, in->own.len - before);
    (void)text_utf8_is_valid(fresh, &valid);
    size_t rest = fresh.len - valid;
    if (rest > PARTIAL_MAX || (rest > 0 && !more)) {
        in->own.len = before;
        return false;
    }
    if (rest > 0) {
        memcpy(in->carry, fresh.ptr + valid, rest);
    }
    in->carry_len = rest;
    in->own.len -= rest;
    return true;
}

static void append_converted(xml_input *in, lj_slice part, bool more)
{
    lj_buf_clear(&in->stage);
    lj_buf_put(&in->stage, lj_slice_of(in->carry, in->carry_len));
    lj_buf_put(&in->stage, part);
    lj_slice all = lj_buf_slice(&in->stage);
    size_t used = text_to_utf8(in->charset, all, more, &in->own, NULL);
    size_t rest = used < all.len ? all.len - used : 0;
    in->carry_len = lj_min_size(rest, sizeof(in->carry));
    if (in->carry_len > 0) {
        memcpy(in->carry, all.ptr + all.len - in->carry_len, in->carry_len);
    }
    if (!lj_buf_ok(&in->stage)) {
        in->own.bad = true;
    }
}

bool xml_input_fill(xml_input *in)
{
    size_t tail_len = in->end - in->pos;
    if (in->at_end || tail_len >= XML_TOKEN_MAX) {
        return false;
    }
    if (in->buf != in->own.ptr || in->own.ptr == NULL) {
        lj_buf_clear(&in->own);
        lj_buf_put(&in->own, lj_slice_of(tail_len > 0 ? in->buf + in->pos : NULL, tail_len));
    } else if (tail_len > 0) {
        memmove(in->own.ptr, in->own.ptr + in->pos, tail_len);
    }
    in->own.len = tail_len;
    in->base += in->pos;
    in->pos = 0;
    bool is_end = false;
    while (lj_buf_ok(&in->own) && in->own.len == tail_len && !is_end) {
        lj_slice part = next_raw(in, tail_len);
        bool more = in->raw.len > 0 || !in->raw_end;
        is_end = !more;
        if (part.len == 0 && in->carry_len == 0) {
            continue;
        }
        if (in->charset == TEXT_UTF8 && !in->is_bad && !append_utf8(in, part, more)) {
            in->is_bad = true;
            in->bad_off = in->base + in->own.len;
            in->charset = second_guess(part);
            append_converted(in, part, more);
        } else if (in->charset != TEXT_UTF8 || in->is_bad) {
            append_converted(in, part, more);
        }
    }
    if (!lj_buf_ok(&in->own)) {
        in->own.len = lj_min_size(in->own.len, tail_len); /* what was visible stays visible */
        in->code = LJ_E_LIMIT;
        is_end = true;
    }
    in->at_end = is_end;
    in->buf = in->own.ptr;
    in->end = in->own.len;
    if (is_end && in->src != NULL && in->code == LJ_OK) {
        in->code = format_src_code(in->src);
    }
    return in->end > tail_len;
}
