/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Drawings, pictures and form fields of a Word document.
 *
 * Specification: [MS-DOC] 2.9.172 (OfficeArtContent), 2.9.190 (PICFAndOfficeArtData), 2.9.158
 * (NilPICFAndBinData), 2.9.78 (FFData); [MS-ODRAW] 2.2.9 (FOPT), 2.2.23 to 2.2.32 (blips), 2.3.22.1
 * (gtextUNICODE), 2.3.4 (names and descriptions of shapes).
 *
 * Model. Drawings are records inside records; containers are entered by going on behind their head,
 * so the walk is flat. Texts of shapes are properties: WordArt (watermarks), names, descriptions.
 * Pictures are children: those of drawings stand in the main stream, those of the text line in the
 * stream Data, one block behind the other; a block may also be the data of a form field. Children
 * are read after this reader has given its memory back.
 *
 * Traps. Between the drawings of DggInfo stands a byte for each. A picture's length is that of its
 * record, the length inside may lie. Metafiles are deflated.
 *
 * Not done. Pictures of Word 95 and older (in the main stream), data of hyperlinks: both are swept.
 */
#include "formats/doc/doc_art.h"

#include "base/num.h"
#include "formats/look.h"

enum {
    HEAD = 8,
    CONTAINER = 0xF,
    ART_FIRST = 0xF000,
    ART_LAST = 0xF2FF,
    ART_BSE = 0xF007,
    ART_OPT = 0xF00B,
    ART_OPT2 = 0xF121,
    ART_OPT3 = 0xF122,
    BLIP_EMF = 0xF01A,
    BLIP_PICT = 0xF01C,
    BLIP_LAST = 0xF02A,
    BSE_LEN = 36,
    BSE_DELAY = 28,
    BSE_NAME = 33,
    UID_LEN = 16,
    METAFILE_HEAD = 34,
    METAFILE_PACKING = 32, /* 0: deflate */
    PICF_LEN = 0x44,
    PICF_NAMED = 0x66,
    WORDS_MAX = 64 * 1024, /* bytes of a shape's text */
    RECORD_WORK = 32,
};

/* ---- pictures ---- */

static lj_code picture_child(format_run *run, doc_pictures *list, format_src *src)
{
    uint8_t room[24];
    size_t len = sizeof("picture") - 1;
    memcpy(room, "picture", len);
    uint32_t number = ++list->told;
    uint8_t digits[10];
    size_t count = 0;
    for (; number > 0; number /= 10) {
        digits[count++] = (uint8_t)('0' + number % 10);
    }
    while (count > 0) {
        room[len++] = digits[--count];
    }
    format_child_info info = {.name = lj_slice_of(room, len), .kind = FORMAT_EMBEDDED};
    return src != NULL ? format_child(run, &info, src) : LJ_E_LIMIT;
}

static lj_code picture_read(format_run *run, doc_pictures *list, format_src *stream, uint64_t off,
                            const doc_picture *what)
{
    format_codec codec = what->is_deflated ? FORMAT_CODEC_ZLIB : FORMAT_CODEC_STORE;
    uint64_t len = what->is_deflated ? FORMAT_SIZE_UNKNOWN : what->len;
    return stream == NULL
               ? LJ_E_LIMIT
               : picture_child(run, list, format_decode(run, stream, off, what->len, codec, len));
}

lj_code doc_pictures_read(format_run *run, ole2_file *ole, doc_pictures *list)
{
    lj_code code = LJ_OK;
    for (uint32_t i = 0; i < list->count && code == LJ_OK; i++) {
        lj_arena_mark mark = lj_arena_mark_of(format_arena(run));
        const doc_picture *what = &list->rows[i];
        code = picture_read(run, list, ole2_stream(ole, what->idx), what->off, what);
        lj_arena_rewind(format_arena(run), mark);
    }
    return code;
}

static lj_code picture_found(doc *d, doc_pictures *list, doc_stream_kind kind, doc_picture *what)
{
    lj_slice bytes = doc_bytes(d, kind, what->off, what->len);
    if (bytes.len == 0) {
        return LJ_OK;
    }
    what->idx = d->streams[kind].idx;
    if (!d->is_encrypted && list->count < DOC_PICTURES_MAX) {
        list->rows[list->count++] = *what;
        return LJ_OK;
    }
    return picture_read(d->run, list, format_memory(d->run, bytes), 0, what);
}

/* [MS-ODRAW] 2.2.23: one or two digests, then a tag, or the head of a metafile. */
static lj_code blip_found(doc *d, doc_pictures *list, doc_stream_kind kind, uint64_t off,
                          lj_slice record)
{
    lj_cur cur = lj_cur_of(record);
    uint32_t instance = (uint32_t)lj_cur_u16le(&cur) >> 4;
    uint32_t type = lj_cur_u16le(&cur);
    uint32_t len = lj_cur_u32le(&cur);
    lj_slice body = lj_slice_part(record, HEAD, len);
    size_t skip = (instance & 1U) != 0 ? 2 * UID_LEN : UID_LEN;
    bool metafile = type >= BLIP_EMF && type <= BLIP_PICT;
    doc_picture what = {0};
    if (metafile) {
        lj_slice head = lj_slice_part(body, skip, METAFILE_HEAD);
        what.is_deflated = head.len == METAFILE_HEAD && head.ptr[METAFILE_PACKING] == 0;
        skip += METAFILE_HEAD;
    } else {
        skip += 1;
    }
    if (body.len <= skip) {
        return LJ_OK;
    }
    what.off = (uint32_t)(off + HEAD + skip);
    what.len = (uint32_t)(body.len - skip);
    return picture_found(d, list, kind, &what);
}

/* A blip that stands elsewhere, in the main stream. */
static lj_code delayed_found(doc *d, doc_pictures *list, uint32_t off)
{
    const doc_stream *word = &d->streams[DOC_WORD];
    lj_slice record = off < word->len
                          ? lj_slice_part(lj_slice_of(word->ptr, word->len), off, SIZE_MAX)
                          : (lj_slice){NULL, 0};
    lj_cur cur = lj_cur_of(record);
    lj_cur_skip(&cur, 2);
    uint32_t type = lj_cur_u16le(&cur);
    uint32_t len = lj_cur_u32le(&cur);
    if (!lj_cur_ok(&cur) || type < BLIP_EMF || type > BLIP_LAST || len > lj_cur_left(&cur)) {
        return LJ_OK;
    }
    (void)doc_bytes(d, DOC_WORD, off, HEAD + (uint64_t)len);
    return blip_found(d, list, DOC_WORD, off, record);
}

/* ---- words of shapes ---- */

static lj_code emit_words(doc *d, doc_stream_kind kind, uint32_t property, lj_slice raw)
{
    static const struct {
        uint16_t property;
        uint8_t role;
        const char *label;
    } rows[] = {
        {0x0C0, SPAN_WATERMARK, ""           },
        {0x105, SPAN_ALT,       "picture"    },
        {0x380, SPAN_ALT,       "name"       },
        {0x381, SPAN_ALT,       "description"},
        {0x38D, SPAN_ALT,       "tooltip"    },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        if (rows[i].property != property) {
            continue;
        }
        raw = lj_slice_part(raw, 0, WORDS_MAX);
        while (raw.len >= 2 && raw.ptr[raw.len - 1] == 0 && raw.ptr[raw.len - 2] == 0) {
            raw.len -= 2;
        }
        lj_buf text;
        lj_buf_init(&text, d->arena, 4 * (size_t)WORDS_MAX);
        doc_decode(d, raw, /* wide= */ true, &text);
        span what = span_of((span_role)rows[i].role, lj_buf_str(&text));
        what.label = lj_cstr_str(rows[i].label);
        what.place.part_id = d->streams[kind].part;
        what.hidden_by = what.role == SPAN_WATERMARK ? 0 : SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED);
        return look_is_blank(what.text) ? LJ_OK : format_emit(d->run, &what);
    }
    return LJ_OK;
}

/* [MS-ODRAW] 2.2.9: properties of 6 bytes, then the bytes of those that are long. */
static lj_code options_take(doc *d, doc_stream_kind kind, uint32_t count, lj_slice body)
{
    enum { PROPERTY_LEN = 6, LONG = 0x8000, NUMBER = 0x3FFF };
    lj_cur fixed = lj_cur_of(body);
    lj_cur rest = lj_cur_of(lj_slice_part(body, (size_t)PROPERTY_LEN * count, SIZE_MAX));
    lj_code code = LJ_OK;
    for (uint32_t i = 0; i < count && code == LJ_OK; i++) {
        uint16_t id = lj_cur_u16le(&fixed);
        uint32_t value = lj_cur_u32le(&fixed);
        if (!lj_cur_ok(&fixed)) {
            break;
        }
        if ((id & LONG) != 0) {
            lj_slice raw = lj_cur_bytes(&rest, value);
            code = raw.len > 0 ? emit_words(d, kind, id & NUMBER, raw) : LJ_OK;
        }
    }
    return code;
}

/* 2.2.32: a blip inside, or a place in another stream. Returns the bytes of its head. */
static size_t bse_take(lj_slice body, uint32_t *out_delay)
{
    lj_cur cur = lj_cur_of(lj_slice_part(body, BSE_DELAY, 4));
    uint32_t delay = lj_cur_u32le(&cur);
    *out_delay = UINT32_MAX;
    if (body.len < BSE_LEN) {
        return body.len;
    }
    size_t head = BSE_LEN + (size_t)body.ptr[BSE_NAME];
    if (body.len > head + HEAD) {
        return head;
    }
    *out_delay = delay;
    return body.len;
}

static lj_code art_take(doc *d, doc_pictures *list, doc_stream_kind kind, uint64_t off,
                        lj_slice art)
{
    lj_code code = LJ_OK;
    for (size_t at = 0; code == LJ_OK && at + HEAD <= art.len;) {
        lj_cur cur = lj_cur_of(lj_slice_part(art, at, HEAD));
        uint32_t word = lj_cur_u16le(&cur);
        uint32_t type = lj_cur_u16le(&cur);
        uint32_t len = lj_cur_u32le(&cur);
        code = format_work(d->run, RECORD_WORK);
        if (type < ART_FIRST || type > ART_LAST) {
            at++; /* the byte between drawings, or no record at all */
            continue;
        }
        if ((word & 0xFU) == CONTAINER) {
            at += HEAD;
            continue;
        }
        lj_slice body = lj_slice_part(art, at + HEAD, len);
        size_t used = body.len;
        uint32_t delay = UINT32_MAX;
        if (code == LJ_OK && (type == ART_OPT || type == ART_OPT2 || type == ART_OPT3)) {
            code = options_take(d, kind, word >> 4, body);
        } else if (code == LJ_OK && type == ART_BSE) {
            used = bse_take(body, &delay);
            code = delay != UINT32_MAX && kind == DOC_TABLE ? delayed_found(d, list, delay) : LJ_OK;
        } else if (code == LJ_OK && type >= BLIP_EMF && type <= BLIP_LAST) {
            code = blip_found(d, list, kind, off + at, lj_slice_part(art, at, SIZE_MAX));
        }
        at += HEAD + used;
    }
    return code;
}

/* ---- the stream Data ---- */

/* A string of 16 bits with its length before and a NUL behind it. */
static lj_code form_string(doc *d, lj_cur *cur, const char *label)
{
    size_t len = 2 * (size_t)lj_cur_u16le(cur);
    lj_slice raw = lj_cur_bytes(cur, len);
    lj_cur_skip(cur, 2);
    if (!lj_cur_ok(cur) || raw.len == 0) {
        return LJ_OK;
    }
    lj_buf text;
    lj_buf_init(&text, d->arena, 4 * (size_t)WORDS_MAX);
    doc_decode(d, lj_slice_part(raw, 0, WORDS_MAX), /* wide= */ true, &text);
    return doc_emit_unseen(d, DOC_DATA, SPAN_FORM, lj_cstr_str(label), lj_buf_str(&text));
}

/* 2.9.78: name, default, format, help and macros of a form field, choices of a list. */
static lj_code form_take(doc *d, lj_slice body)
{
    static const char *const labels[] = {"format", "help", "status", "entryMacro", "exitMacro"};
    enum { KIND = 3, TEXT = 0, LIST = 2, EXTENDED = 0xFFFF };
    lj_cur cur = lj_cur_of(body);
    lj_cur_skip(&cur, 4);
    uint32_t kind = lj_cur_u16le(&cur) & KIND;
    lj_cur_skip(&cur, 4);
    lj_code code = form_string(d, &cur, "name");
    if (kind != TEXT) {
        lj_cur_skip(&cur, 2);
    } else if (code == LJ_OK) {
        code = form_string(d, &cur, "default");
    }
    for (size_t i = 0; i < LJ_COUNT_OF(labels) && code == LJ_OK; i++) {
        code = form_string(d, &cur, labels[i]);
    }
    if (kind != LIST || lj_cur_u16le(&cur) != EXTENDED) {
        return code;
    }
    uint32_t count = lj_cur_u16le(&cur);
    lj_cur_skip(&cur, 2);
    for (uint32_t i = 0; i < count && code == LJ_OK && lj_cur_left(&cur) >= 2; i++) {
        size_t len = 2 * (size_t)lj_cur_u16le(&cur);
        lj_slice raw = lj_cur_bytes(&cur, len);
        lj_buf text;
        lj_buf_init(&text, d->arena, 4 * (size_t)WORDS_MAX);
        doc_decode(d, lj_slice_part(raw, 0, WORDS_MAX), /* wide= */ true, &text);
        code = doc_emit_unseen(d, DOC_DATA, SPAN_FORM, LJ_STR("choice"), lj_buf_str(&text));
    }
    return code;
}

/* One block: a head of 68 bytes, then drawing and picture, or something else. False: what follows
 * is no block. */
static bool block_next(lj_slice data, size_t off, lj_slice *out)
{
    lj_cur cur = lj_cur_of(lj_slice_part(data, off, SIZE_MAX));
    uint32_t len = lj_cur_u32le(&cur);
    uint16_t head = lj_cur_u16le(&cur);
    if (!lj_cur_ok(&cur) || head != PICF_LEN || len < head || len > data.len - off) {
        return false;
    }
    *out = lj_slice_part(data, off, len);
    return true;
}

static lj_code block_take(doc *d, doc_pictures *list, size_t off, lj_slice block)
{
    lj_slice body = lj_slice_part(block, PICF_LEN, SIZE_MAX);
    bool named = block.ptr[6] == PICF_NAMED && block.ptr[7] == 0;
    if (named && body.len > 0) {
        lj_slice name = lj_slice_part(body, 1, body.ptr[0]);
        lj_buf text;
        lj_buf_init(&text, d->arena, 4096);
        doc_decode(d, name, /* wide= */ false, &text);
        lj_code code =
            doc_emit_unseen(d, DOC_DATA, SPAN_LINK, LJ_STR("picture"), lj_buf_str(&text));
        if (code != LJ_OK) {
            return code;
        }
        body = lj_slice_part(body, 1 + name.len, SIZE_MAX);
    }
    lj_cur cur = lj_cur_of(body);
    uint32_t first = lj_cur_u32le(&cur);
    if (lj_cur_ok(&cur) && first == UINT32_MAX) {
        (void)doc_bytes(d, DOC_DATA, off, block.len);
        return form_take(d, body);
    }
    if (lj_cur_ok(&cur) && first >> 16 >= ART_FIRST && first >> 16 <= ART_LAST) {
        (void)doc_bytes(d, DOC_DATA, off, block.len);
        return art_take(d, list, DOC_DATA, off + (block.len - body.len), body);
    }
    return LJ_OK; /* a hyperlink or nothing known: swept */
}

lj_code doc_art_read(doc *d, doc_pictures *list)
{
    if (d->fib.age != DOC_AGE_97) {
        return LJ_OK;
    }
    lj_slice art = doc_pair_of(d, DOC_ART);
    lj_code code = LJ_OK;
    if (art.len > 0) {
        code = art_take(d, list, DOC_TABLE, (uint64_t)(art.ptr - d->streams[DOC_TABLE].ptr), art);
    }
    lj_slice data = lj_slice_of(d->streams[DOC_DATA].ptr, d->streams[DOC_DATA].len);
    lj_slice block;
    size_t off = 0;
    while (code == LJ_OK && off < data.len && block_next(data, off, &block)) {
        code = format_work(d->run, RECORD_WORK);
        if (code == LJ_OK) {
            code = block_take(d, list, off, block);
        }
        off += block.len;
    }
    return code;
}
