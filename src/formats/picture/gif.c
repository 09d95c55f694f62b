/* SPDX-License-Identifier: AGPL-3.0-or-later
 * GIF pictures: comments, plain text, XMP, what stands behind the end.
 *
 * Specification: GIF89a: 17 to 27 (blocks); XMP part 3, 1.1.2 (application extension).
 *
 * Traps. A comment may be cut into sub-blocks inside of a letter: they are joined first. XMP stands
 * in its extension without sub-blocks, with a trailer of 258 bytes that looks like them. */
#include "base/num.h"
#include "formats/format_priv.h"
#include "formats/picture/picture.h"

enum { HEAD = 13, TRAILER = 0x3B, EXTENSION = 0x21, IMAGE = 0x2C, XMP_TRAILER = 258 };

static int gif_sniff(const format_probe *probe)
{
    return lj_slice_has_prefix(probe->head, LJ_BYTES("GIF87a")) ||
                   lj_slice_has_prefix(probe->head, LJ_BYTES("GIF89a"))
               ? 48
               : 0;
}

/* Sub-blocks from off on, up to the empty one; what they hold goes to text when it is wanted. *
 * Returns where they end. */
static uint64_t take_blocks(picture *pic, const picture_area *file, uint64_t off, lj_buf *text)
{
    enum { WINDOW = 64 * 1024 };
    while (pic->code == LJ_OK) {
        lj_slice part = picture_bytes(pic, file, off, WINDOW);
        size_t at = 0;
        while (at < part.len) {
            size_t len = part.ptr[at];
            if (len == 0) {
                return off + at + 1;
            }
            if (len >= part.len - at) {
                break;
            }
            if (text != NULL) {
                lj_buf_put(text, lj_slice_part(part, at + 1, len));
            }
            at += 1 + len;
        }
        if (at == 0) { /* the last block is cut */
            pic->is_damaged = true;
            return off + part.len;
        }
        off += at;
        pic->code = format_work(pic->run, at);
    }
    return off;
}

static uint64_t take_extension(picture *pic, const picture_area *file, uint64_t off)
{
    enum { COMMENT = 0xFE, PLAIN = 0x01, APPLICATION = 0xFF, PLAIN_HEAD = 13 };
    lj_cur cur = lj_cur_of(picture_bytes(pic, file, off, 2 + 1 + 11));
    lj_cur_skip(&cur, 1);
    uint8_t kind = lj_cur_u8(&cur);
    lj_slice name = lj_slice_part(cur.src, 3, 11);
    uint64_t at = off + 2;
    if (!lj_cur_ok(&cur)) {
        pic->is_damaged = true;
        return off + cur.src.len;
    }
    lj_arena_mark mark = lj_arena_mark_of(format_arena(pic->run));
    lj_buf text;
    lj_buf_init(&text, format_arena(pic->run), PICTURE_TEXT_MAX);
    bool has_text = kind == COMMENT || kind == PLAIN || kind == APPLICATION;
    bool xmp = kind == APPLICATION && lj_slice_is(name, LJ_BYTES("XMP DataXMP"));
    bool known = kind == APPLICATION && lj_slice_has_prefix(name, LJ_BYTES("NETSCAPE"));
    at += kind == PLAIN ? PLAIN_HEAD : kind == APPLICATION ? 12 : 0;
    uint64_t end = take_blocks(pic, file, at, has_text && !xmp ? &text : NULL);
    if (xmp && end - at > XMP_TRAILER) {
        picture_area part = picture_part(file, at, end - at - XMP_TRAILER);
        picture_xmp(pic, picture_source(pic, &part), part.off);
    } else if (kind == COMMENT || kind == PLAIN) {
        picture_emit_bytes(pic, kind == COMMENT ? LJ_STR("comment") : LJ_STR("plain text"),
                           TEXT_CHARSET_ANY, lj_buf_slice(&text), at + 1);
    }
    lj_arena_rewind(format_arena(pic->run), mark);
    bool read = kind != APPLICATION || xmp || known;
    picture_claim(pic, file, off, read ? end - off : at - off, FORMAT_READ);
    return end;
}

static uint64_t colours_len(uint8_t flags)
{
    return (flags & 0x80) != 0 ? 3U << ((flags & 7) + 1) : 0;
}

static lj_code gif_read(format_run *run, format_src *src)
{
    picture pic;
    picture_begin(&pic, run, src);
    picture_area file = {.src = src, .len = pic.size, .is_file = true};
    lj_slice head = picture_bytes(&pic, &file, 0, HEAD);
    uint64_t at = head.len == HEAD ? HEAD + colours_len(head.ptr[10]) : HEAD;
    picture_claim(&pic, &file, 0, at, FORMAT_OPAQUE);
    while (pic.code == LJ_OK && !pic.is_damaged) {
        lj_cur cur = lj_cur_of(picture_bytes(&pic, &file, at, 10));
        uint8_t kind = lj_cur_u8(&cur);
        if (!lj_cur_ok(&cur)) {
            pic.is_damaged = true;
        } else if (kind == TRAILER) {
            picture_claim(&pic, &file, at, 1, FORMAT_OPAQUE);
            picture_tail(&pic, at + 1);
            break;
        } else if (kind == EXTENSION) {
            at = take_extension(&pic, &file, at);
        } else if (kind == IMAGE && cur.src.len == 10) {
            uint64_t from = at;
            at = take_blocks(&pic, &file, at + 10 + colours_len(cur.src.ptr[9]) + 1, NULL);
            picture_claim(&pic, &file, from, at - from, FORMAT_OPAQUE);
        } else if (kind == 0) { /* padding */
            picture_claim(&pic, &file, at, 1, FORMAT_OPAQUE);
            at++;
        } else {
            pic.is_damaged = true;
        }
    }
    return picture_end(&pic, "gif");
}

const format_row format_gif_row = {
    .name = "gif",
    .extensions = "gif",
    .traits = FORMAT_PICTURE,
    .sniff = gif_sniff,
    .read = gif_read,
    .en = "GIF picture",
    .zh = "GIF 图片",
};
