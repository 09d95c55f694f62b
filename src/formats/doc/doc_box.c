/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Text boxes of a Word document: their letters and their place.
 *
 * Specification: [MS-DOC] 2.8.32 (PlcftxbxTxt), 2.9.100 (FTXBXS), 2.8.37 (PlcfSpa), 2.9.72 (Spa),
 * 2.8.26 (PlcfSed), 2.9.243 (Sepx), 2.6.4 (modifiers of sections).
 *
 * Model. A row of the texts names a shape, the anchors tell the rectangle of each shape in twips
 * from margin, page, column or paragraph. A column is taken for the margin; what is measured from a
 * paragraph has no known height. The page is that of the first section.
 *
 * Not done. Shapes inside groups; alignments in the properties of shapes. */
#include "formats/doc/doc_box.h"

enum {
    TEXTS = 56,
    HEADER_TEXTS = 58,
    ANCHORS = 40,
    HEADER_ANCHORS = 41,
    FTXBXS_LEN = 22,
    FTXBXS_SHAPE = 14,
    SPA_LEN = 26,
    SED_LEN = 12,
    ANCHORS_MAX = 2048,
    PT100_PER_TWIP = 5,
    TWIPS_MAX = 1 << 20, /* a hundred times a page */
    FROM_PAGE = 1,
    FROM_TEXT = 2,
};

static uint32_t rows_of(lj_slice table, size_t row_len)
{
    return table.len >= 4 ? (uint32_t)((table.len - 4) / (4 + row_len)) : 0;
}

/* Two bytes each, in a list of modifiers whose others are passed over by their length. */
static void take_page(doc_boxes *out, lj_slice mods)
{
    static const uint8_t lengths[8] = {1, 1, 2, 4, 2, 2, 0, 3};
    lj_cur cur = lj_cur_of(mods);
    while (lj_cur_left(&cur) > 2) {
        uint16_t code = lj_cur_u16le(&cur);
        size_t len = lengths[code >> 13];
        lj_slice operand = lj_cur_bytes(&cur, len > 0 ? len : lj_cur_u8(&cur));
        lj_cur number = lj_cur_of(operand);
        int32_t value = (int16_t)lj_cur_u16le(&number);
        int32_t *dst = code == 0xB01F   ? &out->page[0]
                       : code == 0xB020 ? &out->page[1]
                       : code == 0xB021 ? &out->margin[0]
                       : code == 0x9023 ? &out->margin[1]
                                        : NULL;
        if (dst != NULL && lj_cur_ok(&number) && value > 0) {
            *dst = value;
        }
    }
}

void doc_boxes_open(doc *d, doc_boxes *out, bool in_headers)
{
    *out = (doc_boxes){
        .page = {12240, 15840},
          .margin = {1800,  1440 }
    }; /* 2.6.4: when nothing is said */
    if (d->fib.age != DOC_AGE_97) {
        return;
    }
    out->texts = doc_pair_of(d, (doc_pair)(in_headers ? HEADER_TEXTS : TEXTS));
    out->anchors = doc_pair_of(d, (doc_pair)(in_headers ? HEADER_ANCHORS : ANCHORS));
    out->text_count = rows_of(out->texts, FTXBXS_LEN);
    out->anchor_count = rows_of(out->anchors, SPA_LEN);
    out->anchor_count = out->anchor_count < ANCHORS_MAX ? out->anchor_count : ANCHORS_MAX;
    lj_slice sections = doc_pair_of(d, DOC_SECTIONS);
    uint32_t count = rows_of(sections, SED_LEN);
    lj_cur cur = lj_cur_of(lj_slice_part(sections, 4 * ((size_t)count + 1) + 2, 4));
    uint32_t off = lj_cur_u32le(&cur);
    lj_slice head =
        count > 0 && off != UINT32_MAX ? doc_bytes(d, DOC_WORD, off, 2) : (lj_slice){NULL, 0};
    if (head.len == 2) {
        take_page(out, doc_bytes(d, DOC_WORD, (uint64_t)off + 2,
                                 (uint64_t)head.ptr[0] | (uint64_t)head.ptr[1] << 8));
    }
}

static int32_t twips(lj_cur *cur)
{
    int32_t value = (int32_t)lj_cur_u32le(cur);
    return value < -TWIPS_MAX ? -TWIPS_MAX : value > TWIPS_MAX ? TWIPS_MAX : value;
}

static void place_of(const doc_boxes *boxes, lj_slice spa, doc_box *out)
{
    lj_cur cur = lj_cur_of(spa);
    int32_t rect[4];
    lj_cur_skip(&cur, 4);
    for (int i = 0; i < 4; i++) {
        rect[i] = twips(&cur);
    }
    uint32_t flags = lj_cur_u16le(&cur);
    uint32_t from[2] = {flags >> 1 & 3, flags >> 3 & 3};
    if (!lj_cur_ok(&cur)) {
        return;
    }
    for (int axis = 0; axis < 2; axis++) {
        int32_t origin = from[axis] == FROM_PAGE ? 0 : boxes->margin[axis];
        int32_t low = rect[axis] + origin;
        int32_t high = rect[axis + 2] + origin;
        bool is_known = axis == 0 || from[axis] != FROM_TEXT;
        out->is_off_page =
            out->is_off_page || (is_known && (high <= 0 || low >= boxes->page[axis]));
        out->box_pt100[axis] = low * PT100_PER_TWIP;
        out->box_pt100[axis + 2] = high * PT100_PER_TWIP;
        out->is_known = is_known;
    }
}

bool doc_box_at(const doc_boxes *boxes, uint32_t idx, doc_box *out)
{
    *out = (doc_box){0};
    if (idx >= boxes->text_count) {
        return false;
    }
    lj_cur end = lj_cur_of(lj_slice_part(boxes->texts, 4 * ((size_t)idx + 1), 4));
    out->to = lj_cur_u32le(&end);
    size_t row = 4 * ((size_t)boxes->text_count + 1) + (size_t)idx * FTXBXS_LEN;
    lj_slice shape = lj_slice_part(boxes->texts, row + FTXBXS_SHAPE, 4);
    for (uint32_t i = 0; i < boxes->anchor_count; i++) {
        size_t at = 4 * ((size_t)boxes->anchor_count + 1) + (size_t)i * SPA_LEN;
        lj_slice spa = lj_slice_part(boxes->anchors, at, SPA_LEN);
        if (spa.len == SPA_LEN && lj_slice_is(lj_slice_part(spa, 0, 4), shape)) {
            place_of(boxes, spa, out);
            break;
        }
    }
    return true;
}
