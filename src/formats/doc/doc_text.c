/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Text of a Word document: decoding, the piece table.
 *
 * Specification: [MS-DOC] 2.4.1 (text), 2.8.35 (PlcPcd), 2.9.38 (Clx), 2.9.73 (FcCompressed),
 * 2.9.178 (Prc), 2.9.177 (Pcd).
 *
 * Model. A piece is letters in a row in the stream: 16 bits each, or 8 bits when bit 30 of its
 * offset is set (then the offset is doubled). Before 97 offsets are plain; letters have 8 bits in
 * the code page of the writer's language, or 16 in Far Eastern versions: told by the flag, or by a
 * text that is twice as long in bytes as in letters.
 *
 * Traps. A Clx without a piece table, or none at all: the text lies between fcMin and fcMac. */
#include "formats/doc/doc_text.h"

#include "base/num.h"

enum {
    CLX_LIST = 1,
    CLX_PIECES = 2,
    PIECE_LEN = 8, /* Pcd */
    COMPRESSED = 1 << 30,
};

void doc_decode(const doc *d, lj_slice raw, bool wide, lj_buf *dst)
{
    (void)text_to_utf8(wide ? TEXT_UTF16LE : d->charset, raw, /* more= */ false, dst,
                       /* rows= */ NULL);
}

uint32_t doc_wingdings_point(uint32_t code)
{
    static const struct {
        uint8_t code;
        uint16_t point;
    } rows[] = {
        {0xAA, 0x2726},
        {0xAB, 0x2605},
        {0xAC, 0x2736},
        {0xAD, 0x2734},
        {0xAE, 0x2739},
        {0xAF, 0x2735},
        {0xB5, 0x272A},
        {0xB6, 0x2730},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        if (rows[i].code == (code & 0xFFU)) {
            return rows[i].point;
        }
    }
    return 0xF000 + (code & 0xFFU);
}

static uint64_t letters_of(const doc_fib *fib)
{
    uint64_t sum = 0;
    for (int i = 0; i < DOC_STORY_COUNT; i++) {
        sum += fib->story_len[i];
    }
    return sum;
}

/* 2.9.38: lists of modifiers (01h, length of two bytes), then the piece table (02h, of four).
 * False behind the last. */
static bool clx_next(doc *d, lj_cur *cur, uint8_t *out_kind, lj_slice *out)
{
    *out_kind = lj_cur_u8(cur);
    size_t len = *out_kind == CLX_LIST     ? lj_cur_u16le(cur)
                 : *out_kind == CLX_PIECES ? lj_cur_u32le(cur)
                                           : SIZE_MAX;
    if (*out_kind == CLX_PIECES && len > lj_cur_left(cur)) {
        d->is_damaged = true;
        len = lj_cur_left(cur);
    }
    *out = lj_cur_bytes(cur, len);
    return lj_cur_ok(cur);
}

static lj_code clx_read(doc *d, lj_slice clx)
{
    uint8_t kind = 0;
    lj_slice body;
    uint32_t count = 0;
    lj_cur cur = lj_cur_of(clx);
    while (lj_cur_left(&cur) > 0 && clx_next(d, &cur, &kind, &body) && kind == CLX_LIST) {
        count++;
    }
    d->lists = count > 0 ? lj_arena_array(d->arena, count, sizeof(*d->lists)) : NULL;
    if (count > 0 && d->lists == NULL) {
        return LJ_E_LIMIT;
    }
    cur = lj_cur_of(clx);
    while (lj_cur_left(&cur) > 0 && clx_next(d, &cur, &kind, &body)) {
        if (kind == CLX_PIECES) {
            d->pieces = body;
            d->piece_count = body.len >= 4 ? (uint32_t)((body.len - 4) / (4 + PIECE_LEN)) : 0;
            break;
        }
        d->lists[d->list_count++] = body;
    }
    return LJ_OK;
}

lj_code doc_pieces_open(doc *d)
{
    d->pieces = (lj_slice){NULL, 0};
    d->piece_count = d->list_count = 0;
    if (d->fib.age == DOC_AGE_97 || (d->fib.flags & DOC_FLAG_COMPLEX) != 0) {
        lj_code code = clx_read(d, doc_pair_of(d, DOC_CLX));
        if (code != LJ_OK) {
            return code;
        }
    }
    d->is_damaged = d->is_damaged || (d->fib.age == DOC_AGE_97 && d->piece_count == 0);
    uint64_t bytes = d->fib.text_end > d->fib.text_off ? d->fib.text_end - d->fib.text_off : 0;
    uint64_t letters = letters_of(&d->fib);
    bool wide = d->fib.age == DOC_AGE_97 || (d->fib.flags & DOC_FLAG_WIDE) != 0;
    d->text_width = wide && letters > 0 && bytes >= 2 * letters ? 2 : 1;
    return format_work(d->run, (uint64_t)d->piece_count + d->list_count);
}

bool doc_piece_at(const doc *d, uint32_t idx, doc_piece *out)
{
    if (d->piece_count == 0) {
        const doc_fib *fib = &d->fib;
        uint32_t bytes = fib->text_end > fib->text_off ? fib->text_end - fib->text_off : 0;
        *out = (doc_piece){.to = bytes / d->text_width, .off = fib->text_off};
        out->width = d->text_width;
        return idx == 0;
    }
    if (idx >= d->piece_count) {
        return false;
    }
    lj_cur cur = lj_cur_of(lj_slice_part(d->pieces, 4 * (size_t)idx, 8));
    out->from = lj_cur_u32le(&cur);
    out->to = lj_cur_u32le(&cur);
    size_t at = 4 * ((size_t)d->piece_count + 1) + (size_t)PIECE_LEN * idx;
    cur = lj_cur_of(lj_slice_part(d->pieces, at, PIECE_LEN));
    lj_cur_skip(&cur, 2);
    out->off = lj_cur_u32le(&cur);
    out->prm = lj_cur_u16le(&cur);
    out->width = d->text_width;
    if (d->fib.age == DOC_AGE_97) {
        bool narrow = (out->off & COMPRESSED) != 0;
        out->off = narrow ? (out->off & ~(uint32_t)COMPRESSED) / 2 : out->off;
        out->width = narrow ? 1 : 2;
    }
    return lj_cur_ok(&cur);
}
