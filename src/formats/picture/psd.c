/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Photoshop pictures: image resources, names of layers, text layers.
 *
 * Specification: Adobe Photoshop File Formats: "File Header", "Layer and Mask Information",
 * "Additional Layer Information" (luni, TySh, tySh), "Descriptor structure" (TEXT).
 *
 * Model. The five sections one behind the other. A layer's name comes from luni, else from its
 * record; the text of a text layer from the first string of its descriptor (hidden-marks I10). A
 * layer that is switched off says so.
 *
 * Traps. PSB files have lengths of 8 bytes in some places. Strings count letters, not bytes. */
#include "base/num.h"
#include "formats/format_priv.h"
#include "formats/look.h"
#include "formats/picture/picture.h"

enum { HEAD = 26, LAYERS_MAX = 16384, LAYER_OFF = 2 /* flags: not visible */ };

typedef struct psd {
    picture pic;
    picture_area file;
    bool big; /* PSB */
} psd;

static int psd_sniff(const format_probe *probe)
{
    return lj_slice_has_prefix(probe->head, LJ_BYTES("8BPS\0\1")) ||
                   lj_slice_has_prefix(probe->head, LJ_BYTES("8BPS\0\2"))
               ? 48
               : 0;
}

static uint64_t take_len(const psd *p, lj_cur *cur)
{
    if (!p->big) {
        return lj_cur_u32be(cur);
    }
    uint64_t high = lj_cur_u32be(cur);
    return high << 32 | lj_cur_u32be(cur);
}

/* Letters of two bytes at off of the area, their number before them. */
static void emit_wide(psd *p, const picture_area *area, uint64_t off, span_role role,
                      bool off_layer)
{
    lj_cur cur = lj_cur_of(picture_bytes(&p->pic, area, off, 4));
    uint64_t count = lj_cur_u32be(&cur);
    if (!lj_cur_ok(&cur) || count > (area->len - off - 4) / 2) {
        return;
    }
    lj_arena_mark mark = lj_arena_mark_of(format_arena(p->pic.run));
    lj_slice bytes = picture_keep(&p->pic, area, off + 4, count * 2);
    lj_buf text;
    lj_buf_init(&text, format_arena(p->pic.run), 2 * (size_t)PICTURE_TEXT_MAX);
    (void)text_to_utf8(TEXT_UTF16BE, bytes, /* more= */ false, &text, /* rows= */ NULL);
    while (text.len > 0 && text.ptr[text.len - 1] == 0) {
        text.len--;
    }
    for (size_t i = 0; i < text.len; i++) {
        text.ptr[i] = text.ptr[i] == '\r' ? '\n' : text.ptr[i];
    }
    span what = span_of(role, lj_buf_str(&text));
    bool unseen = role != SPAN_TEXTBOX;
    what.label = unseen ? LJ_STR("layer") : (lj_str){NULL, 0};
    what.src_off = area->off + off + 4;
    what.hidden_by = unseen      ? SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED)
                     : off_layer ? SPAN_HIDE(SPAN_HIDDEN_LAYER)
                                 : 0;
    bool worth = unseen ? look_is_wordy(what.text) : !look_is_blank(what.text);
    if (worth && lj_buf_ok(&text) && p->pic.code == LJ_OK) {
        p->pic.code = format_emit(p->pic.run, &what);
    }
    lj_arena_rewind(format_arena(p->pic.run), mark);
}

/* A type tool block: the string behind "Txt TEXT" of its descriptor. */
static void take_text_layer(psd *p, const picture_area *block, bool off_layer)
{
    lj_slice head = picture_bytes(&p->pic, block, 0, 64 * 1024);
    size_t at = lj_slice_find(head, LJ_BYTES("Txt TEXT"));
    if (at != SIZE_MAX) {
        emit_wide(p, block, at + 8, SPAN_TEXTBOX, off_layer);
    }
}

/* Blocks behind a layer's record: name, text and many others. */
static void take_blocks(psd *p, const picture_area *extra, bool off_layer)
{
    static const char wide[] = "LMsk Lr16 Lr32 Layr Mt16 Mt32 Mtrn Alph FMsk lnk2 FEid FXid PxSD ";
    uint64_t at = 0;
    while (at + 12 <= extra->len && p->pic.code == LJ_OK) {
        uint8_t key[5] = {0};
        lj_cur cur = lj_cur_of(picture_bytes(&p->pic, extra, at, 16));
        lj_slice mark = lj_cur_bytes(&cur, 4);
        lj_slice name = lj_cur_bytes(&cur, 4);
        if (!lj_cur_ok(&cur) ||
            (memcmp(mark.ptr, "8BIM", 4) != 0 && memcmp(mark.ptr, "8B64", 4) != 0)) {
            return;
        }
        memcpy(key, name.ptr, 4);
        bool is_wide =
            p->big && lj_slice_find(lj_cstr_bytes(wide), lj_slice_of(key, 4)) != SIZE_MAX;
        uint64_t high = is_wide ? lj_cur_u32be(&cur) : 0;
        uint64_t len = high << 32 | lj_cur_u32be(&cur);
        if (!lj_cur_ok(&cur)) {
            return;
        }
        p->pic.code = format_work(p->pic.run, 32);
        picture_area block = picture_part(extra, at + cur.pos, len);
        if (memcmp(key, "luni", 4) == 0) {
            emit_wide(p, &block, 0, SPAN_METADATA, off_layer);
        } else if (memcmp(key, "TySh", 4) == 0 || memcmp(key, "tySh", 4) == 0) {
            take_text_layer(p, &block, off_layer);
        }
        at += cur.pos + block.len + (block.len & 1);
    }
}

/* One record; returns its length, 0 when it is broken. */
static uint64_t take_layer(psd *p, const picture_area *area, uint64_t off, uint64_t *pixels)
{
    lj_cur cur = lj_cur_of(picture_bytes(&p->pic, area, off, 1024));
    lj_cur_skip(&cur, 16);
    uint16_t channels = lj_cur_u16be(&cur);
    if (!lj_cur_ok(&cur) || channels > 60) {
        return 0;
    }
    for (uint16_t i = 0; i < channels; i++) {
        lj_cur_skip(&cur, 2);
        *pixels = lj_sat_add_u64(*pixels, take_len(p, &cur));
    }
    lj_slice mark = lj_cur_bytes(&cur, 4);
    lj_cur_skip(&cur, 4 + 1 + 1);
    uint8_t flags = lj_cur_u8(&cur);
    lj_cur_skip(&cur, 1);
    uint64_t extra_len = lj_cur_u32be(&cur);
    if (!lj_cur_ok(&cur) || memcmp(mark.ptr, "8BIM", 4) != 0 ||
        extra_len > area->len - off - cur.pos) {
        return 0;
    }
    uint64_t len = cur.pos + extra_len;
    picture_area extra = picture_part(area, off + cur.pos, extra_len);
    uint64_t at = 0;
    for (int i = 0; i < 2; i++) { /* mask, blending ranges */
        lj_cur part = lj_cur_of(picture_bytes(&p->pic, &extra, at, 4));
        at += 4 + (uint64_t)lj_cur_u32be(&part);
    }
    lj_slice name = picture_bytes(&p->pic, &extra, at, 256);
    uint8_t name_len = name.len > 0 ? name.ptr[0] : 0;
    picture_emit_bytes(&p->pic, LJ_STR("layer"), TEXT_CHARSET_ANY, lj_slice_part(name, 1, name_len),
                       extra.off + at + 1);
    at += ((uint64_t)name_len + 1 + 3) & ~(uint64_t)3;
    if (at < extra.len) {
        picture_area blocks = picture_part(&extra, at, extra.len - at);
        take_blocks(p, &blocks, (flags & LAYER_OFF) != 0);
    }
    return len;
}

/* Layer and mask information. */
static void take_layers(psd *p, const picture_area *section)
{
    lj_cur cur = lj_cur_of(picture_bytes(&p->pic, section, 0, 10));
    uint64_t len = take_len(p, &cur);
    uint16_t raw = lj_cur_u16be(&cur);
    uint32_t count = raw > INT16_MAX ? 65536U - raw : raw;
    if (!lj_cur_ok(&cur) || count > LAYERS_MAX) {
        return;
    }
    uint64_t at = cur.pos;
    uint64_t pixels = 0;
    for (uint32_t i = 0; i < count && p->pic.code == LJ_OK; i++) {
        p->pic.code = format_work(p->pic.run, 64);
        uint64_t record = p->pic.code == LJ_OK ? take_layer(p, section, at, &pixels) : 0;
        if (record == 0) {
            p->pic.is_damaged = true;
            return;
        }
        at += record;
    }
    picture_claim(&p->pic, section, 0, at, FORMAT_READ);
    picture_claim(&p->pic, section, at, pixels, FORMAT_OPAQUE);
    uint64_t rest = lj_sat_add_u64(p->big ? 8 : 4, len);
    if (rest < section->len) { /* global mask, then blocks of the whole picture */
        lj_cur mask = lj_cur_of(picture_bytes(&p->pic, section, rest, 4));
        uint64_t from = rest + 4 + lj_cur_u32be(&mask);
        if (from < section->len) {
            picture_area blocks = picture_part(section, from, section->len - from);
            take_blocks(p, &blocks, false);
        }
    }
}

static lj_code psd_read(format_run *run, format_src *src)
{
    psd p = {.big = false};
    picture_begin(&p.pic, run, src);
    p.file = (picture_area){.src = src, .len = p.pic.size, .is_file = true};
    lj_slice head = picture_bytes(&p.pic, &p.file, 0, HEAD);
    p.big = head.len > 5 && head.ptr[5] == 2;
    picture_claim(&p.pic, &p.file, 0, HEAD, FORMAT_OPAQUE);
    uint64_t at = HEAD;
    for (int section = 0; section < 3 && p.pic.code == LJ_OK; section++) {
        lj_cur cur = lj_cur_of(picture_bytes(&p.pic, &p.file, at, 8));
        uint64_t len = section == 2 ? take_len(&p, &cur) : lj_cur_u32be(&cur);
        if (!lj_cur_ok(&cur) || len > p.file.len - at - cur.pos) {
            p.pic.is_damaged = true;
            len = lj_cur_ok(&cur) ? p.file.len - at - cur.pos : 0;
        }
        picture_claim(&p.pic, &p.file, at, cur.pos, FORMAT_OPAQUE);
        picture_area part = picture_part(&p.file, at + cur.pos, len);
        if (section == 0) {
            picture_claim(&p.pic, &part, 0, len, FORMAT_OPAQUE);
        } else if (section == 1) {
            picture_resources(&p.pic, &part);
        } else if (len > 0) {
            take_layers(&p, &part);
        }
        at += cur.pos + len;
    }
    /* the merged picture goes to the end of the file */
    if (!p.pic.is_damaged) {
        picture_claim(&p.pic, &p.file, at, p.file.len - lj_min_u64(at, p.file.len), FORMAT_OPAQUE);
    }
    return picture_end(&p.pic, "psd");
}

const format_row format_psd_row = {
    .name = "psd",
    .extensions = "psd psb",
    .traits = FORMAT_PICTURE,
    .sniff = psd_sniff,
    .read = psd_read,
    .en = "Photoshop picture",
    .zh = "Photoshop 图片",
};
