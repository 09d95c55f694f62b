/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Windows metafiles: drawn text, comments, enhanced metafiles inside.
 *
 * Specification: [MS-WMF] 2.3.2 (headers), 2.3.3 (drawing: TEXTOUT, EXTTEXTOUT), 2.3.4
 * (objects), 2.3.6 (escapes); [MS-WMF] 2.3.6.25 (META_ESCAPE_ENHANCED_METAFILE).
 *
 * Model. As EMF (emf.c). Objects get the lowest free handle when they are made, fonts among them.
 *
 * Traps. Most WMF files in documents have no placeable header. An EMF may be cut into comments: it
 * is put together and read as a child. */
#include "base/num.h"
#include "formats/format_priv.h"
#include "formats/picture/metafile.h"

enum {
    META_EOF = 0x0000,
    META_CREATEPALETTE = 0x00F7,
    META_SETTEXTALIGN = 0x012E,
    META_SELECTOBJECT = 0x012D,
    META_DIBCREATEPATTERNBRUSH = 0x0142,
    META_DELETEOBJECT = 0x01F0,
    META_CREATEPATTERNBRUSH = 0x01F9,
    META_SETTEXTCOLOR = 0x0209,
    META_MOVETO = 0x0214,
    META_CREATEPEN = 0x02FA,
    META_CREATEFONT = 0x02FB,
    META_CREATEBRUSH = 0x02FC,
    META_TEXTOUT = 0x0521,
    META_ESCAPE = 0x0626,
    META_CREATEREGION = 0x06FF,
    META_BITBLT = 0x0922,
    META_DIBBITBLT = 0x0940,
    META_EXTTEXTOUT = 0x0A32,
    META_STRETCHBLT = 0x0B23,
    META_DIBSTRETCHBLT = 0x0B41,
    META_SETDIBTODEV = 0x0D33,
    META_STRETCHDIB = 0x0F43,
    PLACEABLE = 22,
    HEAD = 18,
    RECORD_MAX = 1024 * 1024,
    PIECES_MAX = 4096,
    HAS_RECT = 6,
    GLYPHS = 0x10,
    TA_UPDATECP = 1,
    NO_BITMAP = 28, /* bytes of a record that draws without one */
};

typedef struct wmf {
    metafile m;
    uint8_t *used; /* METAFILE_OBJECTS_MAX: handles */
    format_piece *pieces;
    uint32_t piece_count;
} wmf;

/* A placeable header is rare in practice; the plain one is type 1 or 2, 9 words, version 1 or 3
 * ([MS-WMF] 2.3.2.2). */
static int wmf_sniff(const format_probe *probe)
{
    lj_cur cur = lj_cur_of(lj_slice_part(probe->head, 0, HEAD));
    uint16_t type = lj_cur_u16le(&cur);
    uint16_t words = lj_cur_u16le(&cur);
    uint16_t version = lj_cur_u16le(&cur);
    bool plain = lj_cur_ok(&cur) && (type == 1 || type == 2) && words == 9 &&
                 (version == 0x0100 || version == 0x0300);
    return lj_slice_has_prefix(probe->head, LJ_BYTES("\xD7\xCD\xC6\x9A")) ? 32 : plain ? 24 : 0;
}

static int64_t signed16(lj_cur *cur)
{
    return (int16_t)lj_cur_u16le(cur);
}

/* ---- objects ---- */

static bool makes_object(uint16_t kind)
{
    return kind == META_CREATEPALETTE || kind == META_DIBCREATEPATTERNBRUSH ||
           kind == META_CREATEPATTERNBRUSH || kind == META_CREATEPEN || kind == META_CREATEFONT ||
           kind == META_CREATEBRUSH || kind == META_CREATEREGION;
}

/* The lowest free handle is taken; METAFILE_OBJECTS_MAX when all are. */
static uint32_t take_handle(wmf *w)
{
    const uint8_t *found = memchr(w->used, 0, METAFILE_OBJECTS_MAX);
    uint32_t handle = found != NULL ? (uint32_t)(found - w->used) : METAFILE_OBJECTS_MAX;
    if (found != NULL) {
        w->used[handle] = 1;
        w->m.fonts[handle].is_font = false;
    }
    return handle;
}

static void take_font(wmf *w, uint32_t handle, lj_cur *cur)
{
    metafile_font font = {.is_font = true};
    font.height = (int32_t)signed16(cur);
    lj_cur_skip(cur, 6);
    font.is_bold = lj_cur_u16le(cur) >= 600;
    lj_cur_skip(cur, 3);
    font.charset = lj_cur_u8(cur);
    lj_cur_skip(cur, 4);
    if (lj_cur_ok(cur) && handle < METAFILE_OBJECTS_MAX) {
        size_t left = lj_min_size(lj_cur_left(cur), 32);
        metafile_font_name(&w->m, &font, lj_cur_bytes(cur, left), /* wide= */ false);
        w->m.fonts[handle] = font;
    }
}

/* ---- text ---- */

static void place_text(metafile *m, int64_t x, int64_t y, int64_t width, lj_slice text,
                       uint64_t off)
{
    if (m->updates) {
        x = m->at_x;
        y = m->at_y;
    }
    m->at_x = x + width;
    metafile_text(m, (metafile_place){x, y, width}, /* wide= */ false, text, off);
}

static void take_text(metafile *m, lj_cur *cur, uint64_t off)
{
    uint16_t len = lj_cur_u16le(cur);
    size_t at = cur->pos;
    lj_slice text = lj_cur_bytes(cur, len);
    lj_cur_skip(cur, len & 1);
    int64_t y = signed16(cur);
    int64_t x = signed16(cur);
    if (!lj_cur_ok(cur)) {
        m->pic.is_damaged = true;
        return;
    }
    place_text(m, x, y, 0, text, off + at);
}

static void take_extended_text(metafile *m, lj_cur *cur, uint64_t off)
{
    int64_t y = signed16(cur);
    int64_t x = signed16(cur);
    uint16_t len = lj_cur_u16le(cur);
    uint16_t options = lj_cur_u16le(cur);
    lj_cur_skip(cur, (options & HAS_RECT) != 0 ? 8 : 0);
    size_t at = cur->pos;
    lj_slice text = lj_cur_bytes(cur, len);
    if (!lj_cur_ok(cur)) {
        m->pic.is_damaged = true;
        return;
    }
    if ((options & GLYPHS) != 0) {
        m->has_glyphs = m->has_glyphs || len > 0;
        return;
    }
    lj_cur_skip(cur, len & 1);
    int64_t width = 0;
    for (uint16_t i = 0; i < len && lj_cur_left(cur) >= 2; i++) {
        width += signed16(cur);
    }
    place_text(m, x, y, width, text, off + at);
}

/* ---- escapes ---- */

/* A piece of an enhanced metafile, or a comment. True: all of the record is known. */
static bool take_escape(wmf *w, lj_cur *cur, uint64_t off)
{
    enum { COMMENT = 15, PIECE_HEAD = 34 };
    uint16_t function = lj_cur_u16le(cur);
    uint16_t len = lj_cur_u16le(cur);
    size_t at = cur->pos;
    lj_slice data = lj_cur_bytes(cur, len);
    if (!lj_cur_ok(cur) || function != COMMENT) {
        return lj_cur_ok(cur) && len <= 16;
    }
    if (data.len < PIECE_HEAD || !lj_slice_has_prefix(data, LJ_BYTES("WMFC"))) {
        return false;
    }
    lj_cur head = lj_cur_of(lj_slice_part(data, 22, 4));
    uint32_t size = lj_cur_u32le(&head);
    if (w->pieces == NULL) {
        w->pieces = lj_arena_array(format_arena(w->m.pic.run), PIECES_MAX, sizeof(*w->pieces));
    }
    if (w->pieces == NULL || w->piece_count == PIECES_MAX || size > data.len - PIECE_HEAD) {
        return false;
    }
    w->pieces[w->piece_count++] =
        (format_piece){.src = w->m.pic.src, .off = off + at + PIECE_HEAD, .len = size};
    return true;
}

/* ---- records ---- */

static bool draws_bitmap(uint16_t kind, uint64_t size)
{
    bool draws = kind == META_BITBLT || kind == META_DIBBITBLT || kind == META_STRETCHBLT ||
                 kind == META_DIBSTRETCHBLT || kind == META_SETDIBTODEV || kind == META_STRETCHDIB;
    return draws && size > NO_BITMAP + 8;
}

static bool take_record(wmf *w, uint16_t kind, lj_slice record, uint64_t off)
{
    metafile *m = &w->m;
    lj_cur cur = lj_cur_of(record);
    lj_cur_skip(&cur, 6);
    uint32_t handle = makes_object(kind) ? take_handle(w) : 0;
    switch (kind) {
    case META_CREATEFONT:
        take_font(w, handle, &cur);
        break;
    case META_SELECTOBJECT:
    case META_DELETEOBJECT:
        handle = lj_cur_u16le(&cur);
        if (!lj_cur_ok(&cur) || handle >= METAFILE_OBJECTS_MAX) {
            break;
        }
        if (kind == META_DELETEOBJECT) {
            w->used[handle] = 0;
            m->fonts[handle].is_font = false;
        } else if (m->fonts[handle].is_font) {
            m->font = m->fonts[handle];
        }
        break;
    case META_SETTEXTALIGN:
        m->updates = (lj_cur_u16le(&cur) & TA_UPDATECP) != 0;
        break;
    case META_SETTEXTCOLOR: {
        uint32_t bgr = lj_cur_u32le(&cur);
        m->fg = (bgr & 0xFF) << 16 | (bgr & 0xFF00) | (bgr >> 16 & 0xFF);
        break;
    }
    case META_MOVETO:
        m->at_y = signed16(&cur);
        m->at_x = signed16(&cur);
        break;
    case META_TEXTOUT:
        take_text(m, &cur, off);
        break;
    case META_EXTTEXTOUT:
        take_extended_text(m, &cur, off);
        break;
    case META_ESCAPE:
        return take_escape(w, &cur, off);
    default:
        break;
    }
    return true;
}

static uint64_t read_records(wmf *w, uint64_t at)
{
    metafile *m = &w->m;
    while (m->pic.code == LJ_OK) {
        lj_cur cur = lj_cur_of(picture_bytes(&m->pic, &m->file, at, 6));
        uint64_t size = (uint64_t)lj_cur_u32le(&cur) * 2;
        uint16_t kind = lj_cur_u16le(&cur);
        if (!lj_cur_ok(&cur) || size < 6 || size > m->file.len - at) {
            m->pic.is_damaged = !(lj_cur_ok(&cur) && kind == META_EOF);
            return at;
        }
        m->pic.code = format_work(m->pic.run, 16);
        bool bitmap = draws_bitmap(kind, size);
        m->has_bitmap = m->has_bitmap || bitmap;
        bool known = true;
        if (!bitmap && m->pic.code == LJ_OK) {
            lj_slice record =
                picture_bytes(&m->pic, &m->file, at, (size_t)lj_min_u64(size, RECORD_MAX));
            known = take_record(w, kind, record, at);
        }
        picture_claim(&m->pic, &m->file, at, known ? size : 10, FORMAT_READ);
        at += size;
        if (kind == META_EOF) {
            return at;
        }
    }
    return at;
}

static lj_code wmf_read(format_run *run, format_src *src)
{
    wmf *w = lj_arena_alloc(format_arena(run), sizeof(*w));
    if (w == NULL || !metafile_begin(&w->m, run, src)) {
        return LJ_E_LIMIT;
    }
    metafile *m = &w->m;
    w->used = lj_arena_alloc(format_arena(run), METAFILE_OBJECTS_MAX);
    if (w->used == NULL) {
        return LJ_E_LIMIT;
    }
    lj_slice head = picture_bytes(&m->pic, &m->file, 0, 4);
    uint64_t at = lj_slice_is(head, LJ_BYTES("\xD7\xCD\xC6\x9A")) ? PLACEABLE : 0;
    picture_claim(&m->pic, &m->file, 0, at + HEAD, FORMAT_OPAQUE);
    at = read_records(w, at + HEAD);
    metafile_line_end(m);
    if (w->piece_count > 0 && m->pic.code == LJ_OK) {
        format_child_info info = {.name = LJ_BYTES("enhanced"), .kind = FORMAT_EMBEDDED};
        m->pic.code = format_child(run, &info, format_gather(run, w->pieces, w->piece_count));
    }
    if (at < m->file.len && m->file.len != FORMAT_SIZE_UNKNOWN && !m->pic.is_damaged) {
        picture_tail(&m->pic, at);
    }
    return metafile_end(m, "wmf");
}

const format_row format_wmf_row = {
    .name = "wmf",
    .extensions = "wmf",
    .traits = FORMAT_PICTURE,
    .sniff = wmf_sniff,
    .read = wmf_read,
    .en = "WMF picture",
    .zh = "WMF 图片",
};
