/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Drawn things: text boxes, comments, form controls, names and descriptions of shapes, pictures.
 *
 * Specification: [MS-XLS] 2.4.181 (Obj), 2.4.329 (TxO), 2.4.179 (Note), 2.4.170 (MsoDrawing),
 * 2.4.171 (MsoDrawingGroup); [MS-ODRAW] 2.2 (records), 2.3 (properties); the documentation of
 * OpenOffice.org, 5.70 (NOTE of BIFF2 to BIFF5).
 *
 * Model. A shape is an MSODRAWING record, then OBJ, then TXO with its text in CONTINUE records. The
 * text of a comment waits for its NOTE, which knows cell and author; without one it is emitted at
 * the end of the sheet. Names, descriptions and WordArt are properties of the shape. Pictures of
 * the drawing group are children, read when the cells are done.
 *
 * Traps. A drawing may go on in CONTINUE records behind OBJ or TXO. Lengths of containers cover
 * what stands in later records: containers are entered, never skipped. Comments of old versions are
 * split into NOTE records of 2,048 bytes, within a letter of GBK.
 *
 * Not done. Of objects before BIFF8 only text boxes and buttons are parsed, others swept; packages
 * of newer shapes (metroBlob). */
#include "base/num.h"
#include "formats/xls/xls.h"

enum {
    ATOM_HEADER = 8,
    CONTAINER = 0xF,
    ART_BSE = 0xF007,
    ART_OPT = 0xF00B,
    ART_OPT_2 = 0xF121,
    ART_OPT_3 = 0xF122,
    PROPERTIES_MAX = 256 * 1024, /* bytes of the properties of one shape */
    OBJECTS = 65536,
    OBJ_NOTE = 0x19,
    RECORD_NOTE = 0x1C,
};

/* ---- objects and their text ---- */

static lj_code emit_block(xls *x, span_role role)
{
    span what = xls_span(x, role, x->shape_hidden ? SPAN_HIDE(SPAN_HIDDEN_VANISH) : 0);
    return span_block_emit(x->run, &x->block, &what, &x->alt_count);
}

/* Names and texts of old objects stand at even places of their record. */
static void skip_pad(lj_cur *cur)
{
    lj_cur_skip(cur, lj_min_size(cur->pos % 2, lj_cur_left(cur)));
}

/* BIFF3 to BIFF5: the text of text boxes and buttons stands in the object itself. What other kinds
 * hold is swept. */
static lj_code take_old_obj(xls *x)
{
    enum { TEXT = 6, BUTTON = 7, RUN_LEN = 8 };
    biff *b = &x->b;
    lj_cur *cur = &b->cur;
    bool is_5 = b->version == 5;
    lj_cur_skip(cur, 4);
    x->obj_kind = lj_cur_u16le(cur);
    x->obj_id = lj_cur_u16le(cur);
    if (x->obj_kind != TEXT && x->obj_kind != BUTTON) {
        return LJ_OK;
    }
    lj_cur_skip(cur, 18); /* flags, place */
    uint32_t macro = lj_cur_u16le(cur);
    lj_cur_skip(cur, 2);
    uint32_t name = lj_cur_u16le(cur);
    lj_cur_skip(cur, 2 + 10); /* lines and fill */
    uint32_t text = lj_cur_u16le(cur);
    lj_cur_skip(cur, 2);
    uint32_t runs = lj_cur_u16le(cur) / RUN_LEN;
    lj_cur_skip(cur, 10);
    uint32_t link = is_5 ? lj_cur_u16le(cur) : 0;
    lj_cur_skip(cur, is_5 ? 8 : 6);
    lj_code code = LJ_OK;
    if (is_5 && name > 0) {
        (void)biff_string(b, 1, &x->text);
        skip_pad(cur);
        code =
            look_has_high_byte(lj_buf_str(&x->text)) ? xls_emit_unseen(x, SPAN_ALT, "name") : LJ_OK;
    }
    lj_cur_skip(cur, macro);
    if (b->version == 3) {
        skip_pad(cur);
    }
    if (code != LJ_OK || !lj_cur_ok(cur)) {
        return code;
    }
    lj_buf_clear(&x->text);
    bool whole = biff_byte_letters(b, text, &x->text);
    skip_pad(cur);
    lj_cur_skip(cur, lj_min_size(link, lj_cur_left(cur)));
    xls_take_runs(x, whole ? runs : 0, RUN_LEN);
    return emit_block(x, x->obj_kind == TEXT ? SPAN_TEXTBOX : SPAN_FORM);
}

lj_code xls_take_obj(xls *x)
{
    enum { FT_CMO = 0x15 };
    static const uint16_t plain[] = {0x00, 0x06, 0x07, 0x08, 0x0A, 0x0B,
                                     0x0C, 0x0D, 0x0F, 0x10, 0x11, 0x12};
    lj_cur *cur = &x->b.cur;
    x->obj_kind = x->obj_id = 0;
    if (x->b.version < 8) {
        return take_old_obj(x);
    }
    lj_code code = LJ_OK;
    while (lj_cur_left(cur) >= 4 && code == LJ_OK) {
        uint16_t type = lj_cur_u16le(cur);
        size_t len = lj_min_size(lj_cur_u16le(cur), lj_cur_left(cur));
        uint64_t at = x->b.cur_at + cur->pos;
        lj_cur body = lj_cur_of(lj_cur_bytes(cur, len));
        bool known = type == FT_CMO;
        if (known) {
            x->obj_kind = lj_cur_u16le(&body);
            x->obj_id = lj_cur_u16le(&body);
        }
        for (size_t i = 0; i < LJ_COUNT_OF(plain) && !known; i++) {
            known = type == plain[i];
        }
        code = known ? LJ_OK : xls_slack(x, at, len);
    }
    return code;
}

/* Keeps the text of a comment until its NOTE; false when it must be emitted now. */
static bool keep_note(xls *x)
{
    if (x->note_of == NULL) {
        x->note_of = lj_arena_array(x->arena, OBJECTS, sizeof(*x->note_of));
    }
    if (x->note_of == NULL || x->note_of[x->obj_id] > x->note_from ||
        !sheet_strings_add(&x->notes, x->arena, &x->block)) {
        return false;
    }
    x->note_of[x->obj_id] = x->notes.count;
    return true;
}

lj_code xls_take_txo(xls *x)
{
    enum { RUN_LEN = 8, WIDE = 1, OBJ_BUTTON = 7, OBJ_CHECKBOX = 11, OBJ_DROPDOWN = 20 };
    biff *b = &x->b;
    lj_cur_skip(&b->cur, 10);
    uint32_t count = lj_cur_u16le(&b->cur);
    uint32_t runs = lj_cur_u16le(&b->cur) / RUN_LEN;
    bool sane = lj_cur_ok(&b->cur);
    lj_cur_skip(&b->cur, lj_cur_left(&b->cur)); /* a font, a formula */
    if (!sane || count == 0 || !biff_continue(b)) {
        return LJ_OK;
    }
    uint8_t flags = lj_cur_u8(&b->cur);
    lj_buf_clear(&x->text);
    bool whole = biff_letters(b, count, (flags & WIDE) != 0, &x->text);
    x->is_damaged = x->is_damaged || !whole;
    bool has_runs = whole && runs > 0 && lj_cur_left(&b->cur) == 0 && biff_continue(b);
    xls_take_runs(x, has_runs ? runs : 0, RUN_LEN);
    if (x->obj_kind == OBJ_NOTE) {
        return keep_note(x) ? LJ_OK : emit_block(x, SPAN_COMMENT);
    }
    bool form =
        x->obj_kind == OBJ_BUTTON || (x->obj_kind >= OBJ_CHECKBOX && x->obj_kind <= OBJ_DROPDOWN);
    return emit_block(x, form ? SPAN_FORM : SPAN_TEXTBOX);
}

/* ---- comments ---- */

static lj_code emit_note(xls *x, uint32_t idx, const span *base)
{
    sheet_string *row = &x->notes.rows[idx];
    row->is_used = true;
    span what = *base;
    what.text = sheet_string_text(&x->notes, row);
    what.looks = row->look_count > 0 ? x->notes.looks + row->look_from : NULL;
    what.look_count = row->look_count;
    return look_is_blank(what.text) ? LJ_OK : format_emit(x->run, &what);
}

/* BIFF2 to BIFF7: the text stands in the record, and in NOTE records that follow. */
static lj_code take_old_note(xls *x)
{
    enum { NO_ROW = 0xFFFF };
    biff *b = &x->b;
    span what = xls_span(x, SPAN_COMMENT, 0);
    what.place.row_no = lj_cur_u16le(&b->cur) + 1U;
    what.place.col_no = lj_cur_u16le(&b->cur) + 1U;
    size_t left = lj_cur_u16le(&b->cur);
    lj_buf_clear(&b->wide);
    size_t some = lj_min_size(left, lj_cur_left(&b->cur));
    lj_buf_put(&b->wide, lj_cur_bytes(&b->cur, some));
    left -= some;
    while (left > 0 && biff_peek(b) == RECORD_NOTE) {
        uint64_t at = b->next;
        if (!biff_next(b) || lj_cur_u16le(&b->cur) != NO_ROW) {
            biff_seek(b, at);
            b->cur = lj_cur_of((lj_slice){NULL, 0});
            break;
        }
        lj_cur_skip(&b->cur, 4);
        some = lj_min_size(left, lj_cur_left(&b->cur));
        lj_buf_put(&b->wide, lj_cur_bytes(&b->cur, some));
        left -= some;
    }
    lj_buf_clear(&x->text);
    (void)text_to_utf8(b->charset, lj_buf_slice(&b->wide), false, &x->text, NULL);
    what.text = lj_buf_str(&x->text);
    return look_is_blank(what.text) ? LJ_OK : format_emit(x->run, &what);
}

lj_code xls_take_note(xls *x)
{
    biff *b = &x->b;
    if (b->version < 8) {
        return take_old_note(x);
    }
    span what = xls_span(x, SPAN_COMMENT, 0);
    what.place.row_no = lj_cur_u16le(&b->cur) + 1U;
    what.place.col_no = lj_cur_u16le(&b->cur) + 1U;
    lj_cur_skip(&b->cur, 2);
    uint32_t obj = lj_cur_u16le(&b->cur);
    (void)biff_string(b, 2, &x->text);
    lj_cur_skip(&b->cur, lj_min_size(1, lj_cur_left(&b->cur)));
    what.author = lj_buf_str(&x->text);
    uint32_t note = x->note_of != NULL ? x->note_of[obj] : 0;
    lj_code code = LJ_OK;
    if (note > x->note_from && !x->notes.rows[note - 1].is_used) {
        code = emit_note(x, note - 1, &what);
    }
    return code == LJ_OK && look_has_high_byte(what.author)
               ? xls_emit_unseen(x, SPAN_METADATA, "author")
               : code;
}

lj_code xls_end_notes(xls *x)
{
    span what = xls_span(x, SPAN_COMMENT, 0);
    lj_code code = LJ_OK;
    for (uint32_t i = x->note_from; i < x->notes.count && code == LJ_OK; i++) {
        code = x->notes.rows[i].is_used ? LJ_OK : emit_note(x, i, &what);
    }
    x->note_from = x->notes.count;
    return code;
}

/* ---- shapes ---- */

static lj_code emit_property(xls *x, uint32_t id, lj_slice bytes)
{
    enum { WORDART = 0xC0, PICTURE_NAME = 0x105, NAME = 0x380, ALT = 0x381, TIP = 0x38D };
    lj_buf_clear(&x->text);
    while (bytes.len >= 2 && bytes.ptr[bytes.len - 1] == 0 && bytes.ptr[bytes.len - 2] == 0) {
        bytes.len -= 2;
    }
    (void)text_to_utf8(TEXT_UTF16LE, bytes, false, &x->text, NULL);
    lj_str text = lj_buf_str(&x->text);
    switch (id) {
    case WORDART:
        return xls_emit(x, SPAN_WATERMARK, NULL,
                        x->shape_hidden ? SPAN_HIDE(SPAN_HIDDEN_VANISH) : 0);
    case PICTURE_NAME:
        return look_is_wordy(text) ? xls_emit_unseen(x, SPAN_ALT, "pibName") : LJ_OK;
    case NAME:
        return look_has_high_byte(text) ? xls_emit_unseen(x, SPAN_ALT, "name") : LJ_OK;
    case ALT:
        return xls_emit_unseen(x, SPAN_ALT, "descr");
    case TIP:
        return xls_emit_unseen(x, SPAN_ALT, "tooltip");
    default:
        return LJ_OK;
    }
}

/* [MS-ODRAW] 2.2.9: `count` properties of six bytes, then the data of those that are complex. */
static lj_code take_properties(xls *x, lj_slice bytes, uint32_t count)
{
    enum { ENTRY = 6, ID_MASK = 0x3FFF, COMPLEX = 0x8000, SHAPE_BOOLS = 0x3BF, HIDDEN = 0x20002 };
    lj_cur cur = lj_cur_of(bytes);
    size_t at = lj_min_size((size_t)count * ENTRY, bytes.len);
    for (uint32_t i = 0; i < count && lj_cur_left(&cur) >= ENTRY; i++) {
        uint32_t id = lj_cur_u16le(&cur);
        uint32_t value = lj_cur_u32le(&cur);
        if ((id & ID_MASK) == SHAPE_BOOLS && (id & COMPLEX) == 0) {
            x->shape_hidden = (value & HIDDEN) == HIDDEN;
        }
    }
    lj_code code = LJ_OK;
    cur = lj_cur_of(bytes);
    for (uint32_t i = 0; i < count && lj_cur_left(&cur) >= ENTRY && code == LJ_OK; i++) {
        uint32_t id = lj_cur_u16le(&cur);
        uint32_t len = lj_cur_u32le(&cur);
        if ((id & COMPLEX) != 0) {
            lj_slice data = lj_slice_part(bytes, at, len);
            at += data.len;
            code = data.len > 0 ? emit_property(x, id & ID_MASK, data) : LJ_OK;
        }
    }
    return code;
}

lj_code xls_take_drawing(xls *x)
{
    enum { ART_SHAPE = 0xF004 };
    biff *b = &x->b;
    lj_code code = LJ_OK;
    while (code == LJ_OK && lj_cur_left(&b->cur) > 0) {
        uint32_t head = biff_read_u16(b);
        uint32_t type = biff_read_u16(b);
        uint32_t len = biff_read_u32(b);
        if (!lj_cur_ok(&b->cur)) {
            break;
        }
        if ((head & CONTAINER) == CONTAINER) {
            x->shape_hidden = x->shape_hidden && type != ART_SHAPE;
            continue;
        }
        bool wanted = type == ART_OPT || type == ART_OPT_2 || type == ART_OPT_3;
        size_t kept = wanted ? lj_min_size(len, PROPERTIES_MAX) : 0;
        lj_buf_clear(&b->wide);
        uint8_t *bytes = kept > 0 ? lj_buf_room(&b->wide, kept) : NULL;
        if (bytes != NULL && biff_read(b, bytes, kept)) {
            code = take_properties(x, lj_slice_of(bytes, kept), head >> 4);
        }
        if (len > kept && lj_cur_ok(&b->cur)) {
            (void)biff_read(b, NULL, len - kept);
        }
    }
    return code;
}

/* ---- pictures ---- */

lj_code xls_take_drawing_group(xls *x)
{
    biff *b = &x->b;
    do {
        format_piece *piece = sheet_rows_add(&x->art, x->arena, sizeof(*piece));
        if (piece != NULL) {
            *piece = (format_piece){.src = b->src, .off = b->cur_at, .len = lj_cur_left(&b->cur)};
        }
        lj_cur_skip(&b->cur, lj_cur_left(&b->cur));
    } while (biff_continue(b));
    return LJ_OK;
}

/* The bytes of a picture inside of its atom; false for what is none. */
static bool find_picture(format_run *run, format_src *art, uint64_t at, uint32_t head,
                         uint32_t type, uint64_t len, format_src **out_src)
{
    enum { EMF = 0xF01A, PICT = 0xF01C, LAST = 0xF117, UID = 16, METAFILE = 34, DEFLATED = 0 };
    uint64_t skip = (head >> 4 & 1) != 0 ? 2 * UID : UID;
    bool packed = false;
    if (type < EMF || type > LAST) {
        return false;
    }
    if (type <= PICT) {
        lj_slice meta = format_bytes(run, art, at + skip, METAFILE);
        packed = meta.len == METAFILE && meta.ptr[METAFILE - 2] == DEFLATED;
        skip += METAFILE;
    } else {
        skip += 1;
    }
    *out_src = len > skip ? format_decode(run, art, at + skip, len - skip,
                                          packed ? FORMAT_CODEC_ZLIB : FORMAT_CODEC_STORE,
                                          FORMAT_SIZE_UNKNOWN)
                          : NULL;
    return *out_src != NULL;
}

static lj_code read_picture(xls *x, format_src *src)
{
    lj_slice head = format_bytes(x->run, src, 0, 512);
    if (format_recognise(head) == NULL) {
        format_gap(x->run, GAP_PICTURE, "blip", (span_place){.part_id = x->part_id});
        return LJ_OK;
    }
    format_child_info info = {.name = LJ_BYTES("picture"), .kind = FORMAT_EMBEDDED};
    info.hidden_by = x->hidden_by;
    return format_child(x->run, &info, src);
}

lj_code xls_read_pictures(xls *x)
{
    enum { BSE_LEN = 36, BSE_NAME_AT = 33 };
    lj_code code = LJ_OK;
    format_src *art = x->art.count > 0 ? format_gather(x->run, x->art.ptr, x->art.count) : NULL;
    uint64_t end = art != NULL ? format_src_size(art) : 0;
    uint64_t at = 0;
    while (code == LJ_OK && at + ATOM_HEADER <= end) {
        lj_arena_mark mark = lj_arena_mark_of(x->arena);
        lj_slice bytes = format_bytes(x->run, art, at, ATOM_HEADER + BSE_LEN);
        lj_cur cur = lj_cur_of(bytes);
        uint32_t head = lj_cur_u16le(&cur);
        uint32_t type = lj_cur_u16le(&cur);
        uint64_t len = lj_min_u64(lj_cur_u32le(&cur), end - at - ATOM_HEADER);
        if (!lj_cur_ok(&cur)) {
            break;
        }
        at += ATOM_HEADER;
        code = format_entry(x->run);
        format_src *src = NULL;
        if ((head & CONTAINER) == CONTAINER) {
            continue;
        }
        if (type == ART_BSE) {
            uint8_t name_len =
                bytes.len > ATOM_HEADER + BSE_NAME_AT ? bytes.ptr[ATOM_HEADER + BSE_NAME_AT] : 0;
            at += lj_min_u64(len, BSE_LEN + (uint64_t)name_len);
            continue;
        }
        if (code == LJ_OK && find_picture(x->run, art, at, head, type, len, &src)) {
            code = read_picture(x, src);
        }
        at += len;
        lj_arena_rewind(x->arena, mark);
    }
    return code;
}
