/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Enhanced metafiles: drawn text, EMF+ text, comments.
 *
 * Specification: [MS-EMF] 2.3.4.2 (header), 2.3.5 (drawing records), 2.2.5 (EmrText), 2.3.3
 * (comments), 2.3.7 (objects); [MS-EMFPLUS] 2.3.4.14 (DrawString), 2.3.4.6 (DrawDriverString).
 *
 * Model. Record by record; text is joined by baselines (metafile.c). Records that draw bitmaps make
 * the picture one that only OCR can read in full; a metafile without them is read whole.
 *
 * Traps. EMF and EMF+ draw the same text twice in dual files. Glyph numbers instead of letters
 * (ETO_GLYPH_INDEX): told as a gap. Comments of unknown programs are left to the sweep. */
#include "base/num.h"
#include "formats/format_priv.h"
#include "formats/picture/metafile.h"

enum {
    EMR_HEADER = 1,
    EMR_SETTEXTALIGN = 22,
    EMR_SETTEXTCOLOR = 24,
    EMR_MOVETOEX = 27,
    EMR_SELECTOBJECT = 37,
    EMR_DELETEOBJECT = 40,
    EMR_EOF = 14,
    EMR_GDICOMMENT = 70,
    EMR_BITBLT = 76,
    EMR_STRETCHDIBITS = 81,
    EMR_EXTCREATEFONT = 82,
    EMR_EXTTEXTOUTA = 83,
    EMR_EXTTEXTOUTW = 84,
    EMR_POLYTEXTOUTA = 96,
    EMR_POLYTEXTOUTW = 97,
    EMR_SMALLTEXTOUT = 108,
    EMR_ALPHABLEND = 114,
    EMR_TRANSPARENTBLT = 116,
    RECORD_MAX = 1024 * 1024, /* bytes of a record that are looked at */
    GLYPHS = 0x10,
    SMALL_ANSI = 0x200,
    NO_RECT = 0x100,
    TA_UPDATECP = 1,
};

static int emf_sniff(const format_probe *probe)
{
    lj_cur cur = lj_cur_of(lj_slice_part(probe->head, 0, 8));
    bool header = lj_cur_u32le(&cur) == EMR_HEADER && lj_cur_u32le(&cur) >= 88;
    bool signature = lj_slice_is(lj_slice_part(probe->head, 40, 4), LJ_BYTES(" EMF"));
    return signature ? (header ? 64 : 32) : 0;
}

static int64_t signed32(lj_cur *cur)
{
    return (int32_t)lj_cur_u32le(cur);
}

/* Widths of letters. */
static int64_t sum_of(lj_slice record, uint64_t off, uint32_t count)
{
    int64_t sum = 0;
    lj_slice part =
        off < record.len ? lj_slice_part(record, (size_t)off, SIZE_MAX) : (lj_slice){NULL, 0};
    lj_cur cur = lj_cur_of(part);
    for (uint32_t i = 0; i < count && lj_cur_left(&cur) >= 4; i++) {
        sum += lj_cur_u32le(&cur);
    }
    return sum < INT32_MAX ? sum : INT32_MAX;
}

/* An EmrText at `at` of the record: reference point, number of letters, where they stand. */
static void take_emr_text(metafile *m, lj_slice record, size_t at, bool wide, uint64_t off)
{
    lj_cur cur = lj_cur_of(lj_slice_part(record, at, 40));
    int64_t x = signed32(&cur);
    int64_t y = signed32(&cur);
    uint32_t count = lj_cur_u32le(&cur);
    uint32_t text_off = lj_cur_u32le(&cur);
    uint32_t options = lj_cur_u32le(&cur);
    lj_cur_skip(&cur, (options & NO_RECT) != 0 ? 0 : 16);
    uint32_t widths_off = lj_cur_u32le(&cur);
    uint64_t len = (uint64_t)count * (wide ? 2 : 1);
    if (count == 0) {
        return;
    }
    if (text_off > record.len || len > record.len - text_off) {
        m->pic.is_damaged = true;
        return;
    }
    if ((options & GLYPHS) != 0) {
        m->has_glyphs = true;
        return;
    }
    if (m->updates) {
        x = m->at_x;
        y = m->at_y;
    }
    int64_t width = lj_cur_ok(&cur) && widths_off > 0 ? sum_of(record, widths_off, count) : 0;
    m->at_x = x + width;
    metafile_text(m, (metafile_place){x, y, width}, wide,
                  lj_slice_part(record, text_off, (size_t)len), off + text_off);
}

static void take_small_text(metafile *m, lj_slice record, uint64_t off)
{
    lj_cur cur = lj_cur_of(record);
    lj_cur_skip(&cur, 8);
    int64_t x = signed32(&cur);
    int64_t y = signed32(&cur);
    uint32_t count = lj_cur_u32le(&cur);
    uint32_t options = lj_cur_u32le(&cur);
    lj_cur_skip(&cur, 12 + ((options & NO_RECT) != 0 ? 0 : 16));
    bool wide = (options & SMALL_ANSI) == 0;
    uint64_t len = (uint64_t)count * (wide ? 2 : 1);
    if (!lj_cur_ok(&cur) || len > lj_cur_left(&cur)) {
        m->pic.is_damaged = true;
    } else if ((options & GLYPHS) != 0) {
        m->has_glyphs = true;
    } else {
        size_t at = cur.pos;
        metafile_text(m, (metafile_place){x, y, 0}, wide, lj_cur_bytes(&cur, (size_t)len),
                      off + at);
    }
}

static void take_poly_text(metafile *m, lj_slice record, bool wide, uint64_t off)
{
    enum { FIXED = 36, EMR_TEXT = 40 };
    lj_cur cur = lj_cur_of(lj_slice_part(record, FIXED, 4));
    uint32_t count = lj_cur_u32le(&cur);
    for (uint32_t i = 0; i < count && i < record.len / EMR_TEXT; i++) {
        take_emr_text(m, record, FIXED + 4 + (size_t)i * EMR_TEXT, wide, off);
    }
}

/* ---- fonts ---- */

static void take_font(metafile *m, lj_slice record)
{
    lj_cur cur = lj_cur_of(record);
    lj_cur_skip(&cur, 8);
    uint32_t handle = lj_cur_u32le(&cur);
    metafile_font font = {.is_font = true};
    font.height = (int32_t)lj_cur_u32le(&cur);
    lj_cur_skip(&cur, 12);
    font.is_bold = lj_cur_u32le(&cur) >= 600;
    lj_cur_skip(&cur, 3);
    font.charset = lj_cur_u8(&cur);
    lj_cur_skip(&cur, 4);
    lj_slice name = lj_cur_bytes(&cur, 64);
    if (lj_cur_ok(&cur) && handle < METAFILE_OBJECTS_MAX) {
        metafile_font_name(m, &font, name, /* wide= */ true);
        m->fonts[handle] = font;
    }
}

/* ---- EMF+ ---- */

/* A font object's family: the letters at its end ([MS-EMFPLUS] 2.2.1.3). */
static void take_plus_record(metafile *m, uint16_t type, uint16_t flags, lj_slice data,
                             uint64_t off)
{
    enum {
        OBJECT = 0x4008,
        DRAW_IMAGE = 0x401A,
        DRAW_POINTS = 0x401B,
        DRAW_STRING = 0x401C,
        DRIVER_STRING = 0x4036,
        CHARACTERS = 1
    };
    lj_cur cur = lj_cur_of(data);
    if (type == DRAW_STRING) {
        lj_cur_skip(&cur, 8);
        uint32_t count = lj_cur_u32le(&cur);
        lj_cur_skip(&cur, 16);
        if (lj_cur_ok(&cur) && count <= lj_cur_left(&cur) / 2) {
            size_t at = cur.pos;
            metafile_line_end(m); /* a layout rectangle of its own */
            metafile_text(m, (metafile_place){0, 0, 0}, true, lj_cur_bytes(&cur, (size_t)count * 2),
                          off + at);
            metafile_line_end(m);
        }
    } else if (type == DRIVER_STRING) {
        lj_cur_skip(&cur, 4);
        uint32_t options = lj_cur_u32le(&cur);
        lj_cur_skip(&cur, 4);
        uint32_t count = lj_cur_u32le(&cur);
        if (!lj_cur_ok(&cur) || count > lj_cur_left(&cur) / 2) {
            return;
        }
        size_t at = cur.pos;
        lj_slice letters = lj_cur_bytes(&cur, (size_t)count * 2);
        if ((options & CHARACTERS) == 0) {
            m->has_glyphs = m->has_glyphs || count > 0;
        } else {
            metafile_line_end(m);
            metafile_text(m, (metafile_place){0, 0, 0}, true, letters, off + at);
            metafile_line_end(m);
        }
    } else if (type == DRAW_IMAGE || type == DRAW_POINTS) {
        m->has_bitmap = true;
    } else if (type == OBJECT) {
        (void)flags;
    }
}

static void take_plus(metafile *m, lj_slice data, uint64_t off)
{
    enum { PLUS_HEAD = 12 };
    size_t at = 0;
    while (at + PLUS_HEAD <= data.len && m->pic.code == LJ_OK) {
        lj_cur cur = lj_cur_of(lj_slice_part(data, at, PLUS_HEAD));
        uint16_t type = lj_cur_u16le(&cur);
        uint16_t flags = lj_cur_u16le(&cur);
        uint32_t size = lj_cur_u32le(&cur);
        uint32_t len = lj_cur_u32le(&cur);
        if (size < PLUS_HEAD || size > data.len - at || len > size - PLUS_HEAD) {
            return;
        }
        m->pic.code = format_work(m->pic.run, 16);
        take_plus_record(m, type, flags, lj_slice_part(data, at + PLUS_HEAD, len),
                         off + at + PLUS_HEAD);
        at += size;
    }
}

/* A comment; true when all of it is known. */
static bool take_comment(metafile *m, lj_slice record, uint64_t off)
{
    enum { BEGIN_GROUP = 2, END_GROUP = 3 };
    lj_cur cur = lj_cur_of(record);
    lj_cur_skip(&cur, 8);
    uint32_t len = lj_cur_u32le(&cur);
    lj_slice mark = lj_cur_bytes(&cur, 4);
    if (!lj_cur_ok(&cur)) {
        return false;
    }
    len = (uint32_t)lj_min_u64(len, record.len - 12);
    if (lj_slice_is(mark, LJ_BYTES("EMF+"))) {
        take_plus(m, lj_slice_part(record, 16, len > 4 ? len - 4 : 0), off + 16);
        return true;
    }
    if (lj_slice_is(mark, LJ_BYTES("GDIC")) && lj_cur_u32le(&cur) == BEGIN_GROUP) {
        lj_cur_skip(&cur, 16);
        uint32_t count = lj_cur_u32le(&cur);
        if (lj_cur_ok(&cur) && count <= lj_cur_left(&cur) / 2) {
            picture_emit_bytes(&m->pic, LJ_STR("group"), TEXT_UTF16LE,
                               lj_cur_bytes(&cur, (size_t)count * 2), off);
            return true;
        }
    }
    return false;
}

/* ---- records ---- */

/* A record that draws a bitmap holds one when it is longer than its fixed part. */
static bool draws_bitmap(uint32_t type, uint32_t size)
{
    bool draws = (type >= EMR_BITBLT && type <= EMR_STRETCHDIBITS) || type == EMR_ALPHABLEND ||
                 type == EMR_TRANSPARENTBLT;
    return draws && size > 116;
}

/* The title in the header: program and document, ended by zeros each. */
static void take_header(metafile *m, lj_slice record)
{
    lj_cur cur = lj_cur_of(lj_slice_part(record, 60, 8));
    uint32_t count = lj_cur_u32le(&cur);
    uint32_t at = lj_cur_u32le(&cur);
    if (!lj_cur_ok(&cur) || count == 0 || at > record.len || count > (record.len - at) / 2) {
        return;
    }
    lj_slice text = lj_slice_part(record, at, (size_t)count * 2);
    for (size_t from = 0; from + 2 <= text.len;) {
        size_t to = from;
        while (to + 2 <= text.len && (text.ptr[to] != 0 || text.ptr[to + 1] != 0)) {
            to += 2;
        }
        picture_emit_bytes(&m->pic, LJ_STR("description"), TEXT_UTF16LE,
                           lj_slice_part(text, from, to - from), at + from);
        from = to + 2;
    }
}

/* True: all of the record is known. */
static bool take_record(metafile *m, uint32_t type, lj_slice record, uint64_t off)
{
    enum { EMR_TEXT_AT = 36 };
    lj_cur cur = lj_cur_of(record);
    lj_cur_skip(&cur, 8);
    switch (type) {
    case EMR_HEADER:
        take_header(m, record);
        break;
    case EMR_SETTEXTALIGN:
        m->updates = (lj_cur_u32le(&cur) & TA_UPDATECP) != 0;
        break;
    case EMR_SETTEXTCOLOR: {
        uint32_t bgr = lj_cur_u32le(&cur);
        m->fg = (bgr & 0xFF) << 16 | (bgr & 0xFF00) | (bgr >> 16 & 0xFF);
        break;
    }
    case EMR_MOVETOEX:
        m->at_x = signed32(&cur);
        m->at_y = signed32(&cur);
        break;
    case EMR_SELECTOBJECT: {
        uint32_t handle = lj_cur_u32le(&cur);
        if (lj_cur_ok(&cur) && handle < METAFILE_OBJECTS_MAX && m->fonts[handle].is_font) {
            m->font = m->fonts[handle];
        }
        break;
    }
    case EMR_DELETEOBJECT: {
        uint32_t handle = lj_cur_u32le(&cur);
        if (lj_cur_ok(&cur) && handle < METAFILE_OBJECTS_MAX) {
            m->fonts[handle].is_font = false;
        }
        break;
    }
    case EMR_EXTCREATEFONT:
        take_font(m, record);
        break;
    case EMR_EXTTEXTOUTA:
    case EMR_EXTTEXTOUTW:
        take_emr_text(m, record, EMR_TEXT_AT, type == EMR_EXTTEXTOUTW, off);
        break;
    case EMR_POLYTEXTOUTA:
    case EMR_POLYTEXTOUTW:
        take_poly_text(m, record, type == EMR_POLYTEXTOUTW, off);
        break;
    case EMR_SMALLTEXTOUT:
        take_small_text(m, record, off);
        break;
    case EMR_GDICOMMENT:
        return take_comment(m, record, off);
    default:
        break;
    }
    return true;
}

static lj_code emf_read(format_run *run, format_src *src)
{
    metafile *m = lj_arena_alloc(format_arena(run), sizeof(*m));
    if (m == NULL || !metafile_begin(m, run, src)) {
        return LJ_E_LIMIT;
    }
    uint64_t at = 0;
    bool ended = false;
    while (!ended && m->pic.code == LJ_OK) {
        lj_cur cur = lj_cur_of(picture_bytes(&m->pic, &m->file, at, 8));
        uint32_t type = lj_cur_u32le(&cur);
        uint32_t size = lj_cur_u32le(&cur);
        if (!lj_cur_ok(&cur) || size < 8 || size > m->file.len - at) {
            m->pic.is_damaged = true;
            break;
        }
        m->pic.code = format_work(run, 16);
        m->has_bitmap = m->has_bitmap || draws_bitmap(type, size);
        lj_arena_mark mark = lj_arena_mark_of(format_arena(run));
        bool is_text = type >= EMR_EXTTEXTOUTA || type <= EMR_SELECTOBJECT ||
                       type == EMR_GDICOMMENT || type == EMR_DELETEOBJECT ||
                       type == EMR_EXTCREATEFONT;
        bool known = true;
        if (m->pic.code == LJ_OK && is_text && !draws_bitmap(type, size)) {
            lj_slice record =
                picture_bytes(&m->pic, &m->file, at, (size_t)lj_min_u64(size, RECORD_MAX));
            known = take_record(m, type, record, at);
        }
        (void)mark;
        picture_claim(&m->pic, &m->file, at, known ? size : 12, FORMAT_READ);
        at += size;
        ended = type == EMR_EOF;
    }
    metafile_line_end(m);
    if (ended && at < m->file.len) {
        picture_tail(&m->pic, at);
    }
    return metafile_end(m, "emf");
}

const format_row format_emf_row = {
    .name = "emf",
    .extensions = "emf",
    .traits = FORMAT_PICTURE,
    .sniff = emf_sniff,
    .read = emf_read,
    .en = "EMF picture",
    .zh = "EMF 图片",
};
