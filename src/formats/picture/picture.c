/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Helpers of the readers of pictures: see picture.h. */
#include "formats/picture/picture.h"

#include "base/num.h"
#include "formats/look.h"

enum { PROBE = 4096, GUESS_MAX = 64 * 1024 };

void picture_begin(picture *pic, format_run *run, format_src *src)
{
    *pic = (picture){.run = run, .src = src, .size = format_src_size(src)};
}

lj_code picture_end(picture *pic, const char *name)
{
    lj_code source = format_src_code(pic->src);
    if (pic->code != LJ_OK) {
        return pic->code;
    }
    if (source == LJ_E_LIMIT || source == LJ_E_CANCELLED) {
        return source;
    }
    if (pic->is_damaged) {
        format_gap(pic->run, GAP_DAMAGED, NULL, (span_place){0});
    }
    if (name != NULL) {
        format_gap(pic->run, GAP_PICTURE, name, (span_place){0});
    }
    return pic->is_damaged ? lj_fail(format_err(pic->run), LJ_E_FORMAT, UINT64_MAX, "a cut picture")
                           : LJ_OK;
}

void picture_claim(picture *pic, const picture_area *area, uint64_t off, uint64_t len,
                   format_claim_kind kind)
{
    if (area->is_file && off < area->len) {
        format_claim(pic->run, area->off + off, lj_min_u64(len, area->len - off), kind);
    }
}

lj_slice picture_bytes(picture *pic, const picture_area *area, uint64_t off, size_t len)
{
    if (off >= area->len || pic->code != LJ_OK) {
        return (lj_slice){NULL, 0};
    }
    size_t want = (size_t)lj_min_u64(lj_min_u64(len, area->len - off), FORMAT_WINDOW_MAX);
    return format_bytes(pic->run, area->src, area->off + off, want);
}

lj_slice picture_keep(picture *pic, const picture_area *area, uint64_t off, uint64_t len)
{
    if (len == 0 || pic->code != LJ_OK) {
        return (lj_slice){NULL, 0};
    }
    if (!lj_range_fits(off, len, area->len) || len > PICTURE_TEXT_MAX) {
        pic->is_damaged = pic->is_damaged || !lj_range_fits(off, len, area->len);
        return (lj_slice){NULL, 0};
    }
    return format_slurp(pic->run, area->src, area->off + off, len);
}

picture_area picture_part(const picture_area *area, uint64_t off, uint64_t len)
{
    picture_area part = *area;
    off = lj_min_u64(off, area->len);
    part.off = area->off + off;
    part.len = lj_min_u64(len, area->len - off);
    return part;
}

format_src *picture_source(picture *pic, const picture_area *area)
{
    return format_decode(pic->run, area->src, area->off, area->len, FORMAT_CODEC_STORE, area->len);
}

void picture_emit(picture *pic, lj_str label, lj_str text, uint64_t off)
{
    if (pic->code != LJ_OK || !look_is_wordy(text)) {
        return;
    }
    span what = span_of(SPAN_METADATA, text);
    what.label = label;
    what.src_off = pic->is_memory ? UINT64_MAX : off;
    what.hidden_by = SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED);
    pic->code = format_emit(pic->run, &what);
}

void picture_emit_bytes(picture *pic, lj_str label, text_charset charset, lj_slice bytes,
                        uint64_t off)
{
    bool wide = charset == TEXT_UTF16LE || charset == TEXT_UTF16BE;
    while (!wide && bytes.len > 0 && bytes.ptr[bytes.len - 1] == 0) {
        bytes.len--;
    }
    if (bytes.len == 0 || pic->code != LJ_OK) {
        return;
    }
    lj_arena_mark mark = lj_arena_mark_of(format_arena(pic->run));
    lj_buf text;
    lj_buf_init(&text, format_arena(pic->run), 4 * (size_t)PICTURE_TEXT_MAX);
    size_t bom = 0;
    if (charset == TEXT_CHARSET_ANY) {
        charset = text_charset_guess(lj_slice_part(bytes, 0, GUESS_MAX), TEXT_CHARSET_NONE, &bom);
    }
    (void)text_to_utf8(charset, lj_slice_part(bytes, bom, SIZE_MAX), /* more= */ false, &text,
                       /* rows= */ NULL);
    while (text.len > 0 && text.ptr[text.len - 1] == 0) {
        text.len--;
    }
    if (lj_buf_ok(&text)) {
        picture_emit(pic, label, lj_buf_str(&text), off);
    }
    lj_arena_rewind(format_arena(pic->run), mark);
}

void picture_tail(picture *pic, uint64_t off)
{
    uint64_t size = format_src_size(pic->src);
    lj_slice head = format_bytes(pic->run, pic->src, off, PROBE);
    if (pic->code != LJ_OK || head.len == 0) {
        return;
    }
    const format_row *row = format_recognise(head);
    bool blank = true;
    for (size_t i = 0; i < head.len && blank; i++) {
        blank =
            head.ptr[i] == 0 || head.ptr[i] == '\r' || head.ptr[i] == '\n' || head.ptr[i] == 0xFF;
    }
    if (!blank) {
        format_tell(pic->run, NOTE_TRAILING_BYTES);
    }
    uint64_t len = size != FORMAT_SIZE_UNKNOWN && size > off ? size - off : FORMAT_SIZE_UNKNOWN;
    if (row == NULL || len == FORMAT_SIZE_UNKNOWN) {
        return;
    }
    format_child_info info = {.name = LJ_BYTES("behind the end"),
                              .kind = FORMAT_EMBEDDED,
                              .hidden_by = SPAN_HIDE(SPAN_HIDDEN_SLACK)};
    pic->code = format_child(pic->run, &info,
                             format_decode(pic->run, pic->src, off, len, FORMAT_CODEC_STORE, len));
    format_claim(pic->run, off, len, FORMAT_READ);
}
