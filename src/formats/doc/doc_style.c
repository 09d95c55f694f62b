/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Style sheet and fonts of a Word document.
 *
 * Specification: [MS-DOC] 2.9.271 (STSH), 2.9.258 (STD), 2.9.260 (Stdf), 2.9.135 (LPStd), 2.9.137
 * (LPUpx), 2.9.286 (SttbfFfn), 2.9.93 (FFN); before 97 names in 8 bits with a length of one byte.
 *
 * Model. Each style has a list of modifiers for paragraphs and one for letters; a style of
 * paragraphs is added up with its parents once. Names of styles and fonts are texts on no page:
 * names with words of their own may say what a paper is.
 *
 * Traps. A style may be its own ancestor: chains end after CHAIN_MAX steps. Numbers of styles
 * without a description (cbStd 0) are used by paragraphs all the same. */
#include "formats/doc/doc.h"

#include "base/num.h"
#include "formats/look.h"

enum {
    CHAIN_MAX = 32,
    MODS_MAX = 2048, /* bytes of a style's modifiers that count; real ones have a tenth of it */
    KIND_PARAGRAPH = 1,
    KIND_LETTERS = 2,
    KIND_TABLE = 3,
    SIZE_PT100 = 1000, /* 2.6.1: when nothing is said */
    NAME_MAX = 512,
    FONT_MAX = 4096,
    FONT_NAME_97 = 39, /* bytes of FFN before the name, without the length */
    FONT_NAME_OLD = 5,
};

/* ---- styles ---- */

static lj_code emit_name(doc *d, lj_slice raw, bool wide)
{
    lj_buf name;
    lj_arena_mark mark = lj_arena_mark_of(d->arena);
    lj_buf_init(&name, d->arena, 4 * (size_t)NAME_MAX);
    doc_decode(d, lj_slice_part(raw, 0, NAME_MAX), wide, &name);
    lj_code code = LJ_OK;
    if (lj_buf_ok(&name) && look_has_high_byte(lj_buf_str(&name))) {
        code =
            doc_emit_unseen(d, doc_table_kind(d), SPAN_STYLE, LJ_STR("style"), lj_buf_str(&name));
    }
    lj_arena_rewind(d->arena, mark);
    return code;
}

/* 2.9.137: modifiers with their length before them, at even places. */
static lj_slice take_upx(lj_cur *cur)
{
    uint16_t len = lj_cur_u16le(cur);
    lj_slice mods = lj_cur_bytes(cur, len);
    if (len % 2 != 0 && lj_cur_left(cur) > 0) {
        lj_cur_skip(cur, 1);
    }
    return mods;
}

static lj_code style_take(doc *d, doc_style *style, lj_slice std, uint32_t fixed_len)
{
    bool wide = d->fib.age == DOC_AGE_97;
    lj_cur cur = lj_cur_of(std);
    lj_cur_skip(&cur, 2);
    uint16_t kind_base = lj_cur_u16le(&cur);
    uint32_t kind = kind_base & 0xFU;
    style->base = kind_base >> 4;
    cur = lj_cur_of(lj_slice_part(std, fixed_len, SIZE_MAX));
    size_t name_len = wide ? 2 * (size_t)lj_cur_u16le(&cur) : lj_cur_u8(&cur);
    lj_slice name = lj_cur_bytes(&cur, name_len);
    lj_cur_skip(&cur, wide ? 2 : 1);
    if (!lj_cur_ok(&cur)) {
        return LJ_OK;
    }
    if (cur.pos % 2 != 0 && lj_cur_left(&cur) > 0) {
        lj_cur_skip(&cur, 1);
    }
    style->is_used = true;
    if (kind == KIND_TABLE) {
        (void)take_upx(&cur);
    }
    if (kind == KIND_PARAGRAPH || kind == KIND_TABLE) {
        lj_slice pap = take_upx(&cur);
        style->pap = lj_slice_part(pap, 2, MODS_MAX); /* the number of the style stands before */
    }
    if (kind != 4) { /* numbering: no letters */
        style->chp = lj_slice_part(take_upx(&cur), 0, MODS_MAX);
    }
    return emit_name(d, name, wide);
}

/* Numbers of a style and its parents, the root last. */
static uint32_t chain_of(const doc *d, uint32_t row, uint32_t chain[CHAIN_MAX])
{
    uint32_t len = 0;
    while (row < d->style_count && d->styles[row].is_used && len < CHAIN_MAX) {
        chain[len++] = row;
        row = d->styles[row].base;
    }
    return len;
}

size_t doc_style_apply(const doc *d, doc_chp *chp, uint32_t row)
{
    size_t used = 0;
    uint32_t chain[CHAIN_MAX];
    uint32_t len = chain_of(d, row, chain);
    while (len > 0) {
        doc_chp below = *chp;
        lj_slice mods = d->styles[chain[--len]].chp;
        doc_chp_apply(d, chp, &below, mods);
        used += mods.len;
    }
    return used;
}

static void settle(doc *d)
{
    for (uint32_t i = 0; i < d->style_count; i++) {
        doc_style *style = &d->styles[i];
        uint32_t chain[CHAIN_MAX];
        uint32_t len = chain_of(d, i, chain);
        style->chp_sum = doc_chp_none();
        style->chp_sum.size_pt100 = SIZE_PT100;
        style->chp_sum.bits = DOC_SIZE;
        style->pap_sum = (doc_pap){.style = (uint16_t)i, .shade = LOOK_NO_COLOUR};
        while (len > 0) {
            const doc_style *from = &d->styles[chain[--len]];
            doc_pap_apply(d, &style->pap_sum, from->pap);
            doc_chp below = style->chp_sum;
            doc_chp_apply(d, &style->chp_sum, &below, from->chp);
        }
        style->pap_sum.style = (uint16_t)i;
        style->pap_sum.in_table = style->pap_sum.row_end = false;
    }
}

void doc_style_of(const doc *d, uint32_t row, doc_pap *pap, doc_chp *chp)
{
    if (row < d->style_count) {
        *pap = d->styles[row].pap_sum;
        *chp = d->styles[row].chp_sum;
        return;
    }
    *pap = (doc_pap){.style = (uint16_t)row, .shade = LOOK_NO_COLOUR};
    *chp = doc_chp_none();
    chp->size_pt100 = SIZE_PT100;
    chp->bits = DOC_SIZE;
}

lj_code doc_styles_read(doc *d)
{
    enum { COUNT_AND_LEN = 4 };
    lj_slice sheet = d->fib.age != DOC_AGE_2 ? doc_pair_of(d, DOC_STSH) : (lj_slice){NULL, 0};
    lj_cur cur = lj_cur_of(sheet);
    uint16_t head_len = lj_cur_u16le(&cur);
    lj_slice head = lj_cur_bytes(&cur, head_len);
    lj_cur fields = lj_cur_of(head);
    uint32_t count = lj_cur_u16le(&fields);
    uint32_t fixed_len = lj_cur_u16le(&fields);
    d->style_count = 0;
    if (!lj_cur_ok(&fields) || !lj_cur_ok(&cur)) {
        return LJ_OK;
    }
    count = count < DOC_STYLE_MAX ? count : DOC_STYLE_MAX;
    d->styles = lj_arena_array(d->arena, count, sizeof(*d->styles));
    if (d->styles == NULL) {
        return LJ_E_LIMIT;
    }
    lj_code code = LJ_OK;
    for (uint32_t i = 0; i < count && code == LJ_OK && lj_cur_left(&cur) >= 2; i++) {
        uint16_t len = lj_cur_u16le(&cur);
        lj_slice std = lj_cur_bytes(&cur, len);
        d->styles[i].base = DOC_STYLE_NONE;
        d->style_count = i + 1;
        if (std.len > 0) {
            code = style_take(d, &d->styles[i], std, fixed_len);
        }
        if (len % 2 != 0 && lj_cur_left(&cur) > 0) {
            lj_cur_skip(&cur, 1);
        }
    }
    if (code == LJ_OK) {
        code = format_work(d->run, (uint64_t)sheet.len * 2);
    }
    settle(d);
    return code;
}

/* ---- fonts ---- */

/* The name up to its NUL. */
static lj_slice until_zero(lj_slice raw, bool wide)
{
    size_t step = wide ? 2 : 1;
    size_t len = 0;
    while (len + step <= raw.len && (raw.ptr[len] != 0 || (wide && raw.ptr[len + 1] != 0))) {
        len += step;
    }
    return lj_slice_part(raw, 0, len);
}

static uint8_t font_kind_of(lj_str name)
{
    uint8_t kind = look_is_hei(name) ? DOC_FONT_HEI : 0;
    return lj_str_is(name, LJ_STR("Wingdings")) ? kind | DOC_FONT_WINGDINGS : kind;
}

lj_code doc_fonts_read(doc *d)
{
    bool wide = d->fib.age == DOC_AGE_97;
    lj_slice table = d->fib.age != DOC_AGE_2 ? doc_pair_of(d, DOC_FONTS) : (lj_slice){NULL, 0};
    lj_cur cur = lj_cur_of(table);
    uint16_t count = lj_cur_u16le(&cur); /* before 97: the length of the table */
    lj_cur_skip(&cur, wide ? 2 : 0);
    lj_buf name;
    lj_buf_init(&name, d->arena, 4096);
    d->font_count = 0;
    d->fonts = lj_arena_alloc(d->arena, FONT_MAX);
    if (d->fonts == NULL) {
        return LJ_E_LIMIT;
    }
    while (lj_cur_left(&cur) > 0 && d->font_count < FONT_MAX && (!wide || d->font_count < count)) {
        uint8_t len = lj_cur_u8(&cur);
        lj_slice row = lj_cur_bytes(&cur, len);
        lj_slice names = lj_slice_part(row, wide ? FONT_NAME_97 : FONT_NAME_OLD, SIZE_MAX);
        lj_buf_clear(&name);
        doc_decode(d, until_zero(names, wide), wide, &name);
        d->fonts[d->font_count++] = font_kind_of(lj_buf_str(&name));
    }
    return LJ_OK;
}

uint32_t doc_font_kind(const doc *d, uint32_t row)
{
    return row < d->font_count ? d->fonts[row] : 0;
}
