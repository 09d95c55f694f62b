/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Around the cells of a sheet: headers, links, validations, conditional formats, scenarios.
 *
 * Specification: [MS-XLS] 2.4.136 (Header), 2.4.124 (Footer), 2.4.137 (HeaderFooter), 2.4.140
 * (HLink), [MS-OSHARED] 2.3.7.1 (Hyperlink object), 2.4.141 (HLinkTooltip), 2.4.95 (Dv), 2.4.42
 * (CF), 2.4.244 (SCENARIO).
 *
 * Model. As in Office Open XML: a header is one span per section without its codes (X09, B10);
 * prompts of a validation are texts of a form, its choices too.
 *
 * Traps. A link may lead through several parts of a file or URL moniker; what is neither is left to
 * the sweep of what nobody took. */
#include "base/num.h"
#include "formats/xls/xls.h"

enum { LINK_MAX = 64 * 1024 };

static lj_code emit_header(xls *x, span_role role)
{
    span base = xls_span(x, role, 0);
    return sheet_emit_header(x->run, &base, lj_buf_str(&x->text), &x->alt_count);
}

lj_code xls_take_header(xls *x)
{
    enum { HEADER = 0x14 };
    span_role role = x->b.id == HEADER ? SPAN_HEADER : SPAN_FOOTER;
    if (lj_cur_left(&x->b.cur) == 0) {
        return LJ_OK;
    }
    (void)biff_string(&x->b, x->b.version == 8 ? 2 : 1, &x->text);
    return emit_header(x, role);
}

/* Headers and footers of even and of first pages. */
lj_code xls_take_header_more(xls *x)
{
    enum { PARTS = 4 };
    biff *b = &x->b;
    uint16_t counts[PARTS];
    lj_cur_skip(&b->cur, 12 + 16 + 2); /* future header, guid, flags */
    for (int i = 0; i < PARTS; i++) {
        counts[i] = lj_cur_u16le(&b->cur);
    }
    lj_code code = LJ_OK;
    for (int i = 0; i < PARTS && code == LJ_OK && lj_cur_ok(&b->cur); i++) {
        if (counts[i] > 0) {
            (void)biff_string_of(b, counts[i], &x->text);
            code = emit_header(x, i % 2 == 0 ? SPAN_HEADER : SPAN_FOOTER);
        }
    }
    return code;
}

/* ---- links ---- */

/* `len` bytes of UTF-16 up to its NUL, as a span. */
static lj_code emit_wide(xls *x, size_t len, span_role role, const char *label)
{
    lj_cur *cur = &x->b.cur;
    lj_slice bytes = lj_cur_bytes(cur, lj_min_size(len, lj_cur_left(cur)));
    size_t end = 0;
    while (end + 1 < bytes.len && (bytes.ptr[end] != 0 || bytes.ptr[end + 1] != 0)) {
        end += 2;
    }
    lj_buf_clear(&x->text);
    (void)text_to_utf8(TEXT_UTF16LE, lj_slice_part(bytes, 0, lj_min_size(end, LINK_MAX)), false,
                       &x->text, NULL);
    return xls_emit_unseen(x, role, label);
}

/* A HyperlinkString: a count of letters, then the letters. */
static lj_code emit_link_string(xls *x, span_role role, const char *label)
{
    size_t count = lj_cur_u32le(&x->b.cur);
    return emit_wide(x, lj_min_size(count, LINK_MAX) * 2, role, label);
}

/* [MS-OSHARED] 2.3.7.2: what the link leads to. */
static lj_code take_moniker(xls *x)
{
    lj_cur *cur = &x->b.cur;
    lj_slice clsid = lj_cur_bytes(cur, 16);
    if (lj_slice_has_prefix(clsid, LJ_BYTES("\xE0\xC9\xEA\x79"))) { /* URL */
        size_t len = lj_cur_u32le(cur);
        return emit_wide(x, len, SPAN_LINK, "target");
    }
    if (!lj_slice_has_prefix(clsid, LJ_BYTES("\x03\x03\0\0"))) {
        return LJ_OK; /* another kind: swept */
    }
    lj_cur_skip(cur, 2);
    size_t len = lj_cur_u32le(cur);
    lj_slice path = lj_cur_bytes(cur, lj_min_size(len, lj_cur_left(cur)));
    while (path.len > 0 && path.ptr[path.len - 1] == 0) {
        path.len--;
    }
    lj_cur_skip(cur, 24);
    size_t wide = lj_cur_u32le(cur);
    if (wide > 6 && lj_cur_ok(cur)) { /* the same path in UTF-16 */
        size_t wide_len = lj_cur_u32le(cur);
        lj_cur_skip(cur, 2);
        return emit_wide(x, wide_len, SPAN_LINK, "target");
    }
    lj_buf_clear(&x->text);
    (void)text_to_utf8(x->b.charset, lj_slice_part(path, 0, LINK_MAX), false, &x->text, NULL);
    return xls_emit_unseen(x, SPAN_LINK, "target");
}

lj_code xls_take_hlink(xls *x)
{
    enum {
        MONIKER = 1 << 0,
        LOCATION = 1 << 3,
        DISPLAY = 1 << 4,
        FRAME = 1 << 7,
        MONIKER_STRING = 1 << 8,
    };
    lj_cur *cur = &x->b.cur;
    lj_cur_skip(cur, 8 + 16 + 4);
    uint32_t flags = lj_cur_u32le(cur);
    lj_code code = LJ_OK;
    if ((flags & DISPLAY) != 0) {
        code = emit_link_string(x, SPAN_LINK, "display");
    }
    if (code == LJ_OK && (flags & FRAME) != 0) {
        code = emit_link_string(x, SPAN_LINK, "frame");
    }
    if (code == LJ_OK && (flags & MONIKER_STRING) != 0) {
        code = emit_link_string(x, SPAN_LINK, "target");
    } else if (code == LJ_OK && (flags & MONIKER) != 0) {
        code = take_moniker(x);
    }
    if (code == LJ_OK && (flags & LOCATION) != 0) {
        code = emit_link_string(x, SPAN_LINK, "location");
    }
    return code;
}

lj_code xls_take_tooltip(xls *x)
{
    lj_cur_skip(&x->b.cur, 2 + 8);
    return emit_wide(x, lj_cur_left(&x->b.cur), SPAN_ALT, "tooltip");
}

/* ---- validations and conditions ---- */

lj_code xls_take_dv(xls *x)
{
    static const char *const labels[] = {"promptTitle", "errorTitle", "prompt", "error"};
    biff *b = &x->b;
    lj_cur_skip(&b->cur, 4);
    lj_code code = LJ_OK;
    for (size_t i = 0; i < LJ_COUNT_OF(labels) && code == LJ_OK; i++) {
        if (!biff_string(b, 2, &x->text)) {
            break;
        }
        if (x->text.len == 1 && x->text.ptr[0] == 0) { /* an empty one is a NUL */
            continue;
        }
        code = xls_emit_unseen(x, SPAN_FORM, labels[i]);
    }
    for (int i = 0; i < 2 && code == LJ_OK && lj_cur_left(&b->cur) >= 4; i++) {
        uint32_t len = lj_cur_u16le(&b->cur);
        lj_cur_skip(&b->cur, 2);
        code = xls_emit_constants(x, len, SPAN_FORM, "formula");
    }
    if (lj_cur_left(&b->cur) >= 2) { /* the ranges it holds for */
        size_t ranges = lj_cur_u16le(&b->cur);
        lj_cur_skip(&b->cur, lj_min_size(ranges * 8, lj_cur_left(&b->cur)));
    }
    return code;
}

lj_code xls_take_cf(xls *x)
{
    lj_cur *cur = &x->b.cur;
    lj_cur_skip(cur, 2);
    size_t first = lj_cur_u16le(cur);
    size_t second = lj_cur_u16le(cur);
    if (!lj_cur_ok(cur) || first + second > lj_cur_left(cur)) {
        return LJ_OK;
    }
    lj_cur_skip(cur, lj_cur_left(cur) - first - second); /* how it looks */
    lj_code code = xls_emit_constants(x, (uint32_t)first, SPAN_FORM, "formula");
    return code == LJ_OK ? xls_emit_constants(x, (uint32_t)second, SPAN_FORM, "formula") : code;
}

/* ---- scenarios ---- */

lj_code xls_take_scenario(xls *x)
{
    biff *b = &x->b;
    lj_cur *cur = &b->cur;
    size_t cells = lj_cur_u16le(cur);
    lj_cur_skip(cur, 2);
    uint32_t name = lj_cur_u8(cur);
    uint32_t comment = lj_cur_u8(cur);
    uint32_t user = lj_cur_u8(cur);
    if (!lj_cur_ok(cur)) {
        return LJ_OK;
    }
    (void)biff_string_of(b, name, &x->text);
    lj_code code = xls_emit_unseen(x, SPAN_SHEET_NAME, "scenario");
    uint32_t count_len = b->version == 8 ? 2 : 1;
    if (code == LJ_OK && user > 0 && biff_string(b, count_len, &x->text)) {
        code = xls_emit_unseen(x, SPAN_METADATA, "userName");
    }
    if (code == LJ_OK && comment > 0 && biff_string(b, count_len, &x->text)) {
        code = xls_emit_unseen(x, SPAN_COMMENT, "scenario");
    }
    lj_cur_skip(cur, lj_min_size(cells * 4, lj_cur_left(cur)));
    for (size_t i = 0; i < cells && code == LJ_OK && lj_cur_left(cur) > 0; i++) {
        if (!biff_string(b, count_len, &x->text)) {
            break;
        }
        code =
            look_is_wordy(lj_buf_str(&x->text)) ? xls_emit_unseen(x, SPAN_CELL, "scenario") : LJ_OK;
    }
    return code;
}
