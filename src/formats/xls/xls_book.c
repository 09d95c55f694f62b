/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What belongs to the workbook as a whole: sheets, shared strings, names, other workbooks, people,
 * pivot caches.
 *
 * Specification: [MS-XLS] 2.4.28 (BoundSheet8), 2.4.265 (SST), 2.4.150 (Lbl), 2.4.271 (SupBook),
 * 2.4.105 (ExternName), 2.4.106 (ExternSheet), 2.4.65 (CRN), 2.4.86 (DConRef), 2.4.349
 * (WriteAccess), 2.4.118 (FileSharing), 2.4.52 (CodePage), 2.4.254 (SeriesText), 2.4.313
 * (SXString), 2.4.283 (SXFDB).
 *
 * Model. As in Office Open XML: names of sheets are spans of their own, defined names carry their
 * constants, values that a link or a pivot cache keeps are cells although the sheet they came from
 * is not in the file (X12).
 *
 * Traps. The shared strings go on over many CONTINUE records, which cut letters, runs and phonetic
 * data alike. Phonetic text repeats the string in another script: an attribute of its own. Paths of
 * other workbooks hold control characters instead of separators. WRITEACCESS is padded with blanks,
 * in old files with whatever stood in memory. */
#include "base/num.h"
#include "formats/xls/xls.h"

enum {
    PHONETIC_MAX = 64 * 1024, /* bytes of phonetic data of one string */
    ITEMS_MAX = 65536,
};

lj_code xls_take_codepage(xls *x)
{
    static const struct {
        uint16_t page;
        text_charset charset;
        bool is_sure;
    } pages[] = {
        {936,    TEXT_GB18030, true },
        {54936,  TEXT_GB18030, true },
        {10008,  TEXT_GB18030, true }, /* Macintosh, simplified Chinese */
        {950,    TEXT_BIG5,    true },
        {10002,  TEXT_BIG5,    true },
        {1200,   TEXT_UTF16LE, false},
        {65001,  TEXT_UTF8,    true },
        {0x8001, TEXT_LATIN1,  false}, /* Windows, as Excel 2 and 3 say it */
    };
    uint16_t page = lj_cur_u16le(&x->b.cur);
    for (size_t i = 0; i < LJ_COUNT_OF(pages); i++) {
        if (pages[i].page == page && pages[i].charset != TEXT_UTF16LE) {
            x->b.charset = pages[i].charset;
            x->b.is_sure = pages[i].is_sure;
        }
    }
    return LJ_OK;
}

/* ---- sheets ---- */

static uint32_t slot_of(const xls *x, uint64_t at)
{
    return (uint32_t)(at * 0x9E3779B97F4A7C15U >> 32) & (x->bound_slots - 1);
}

static void enter_bound(xls *x, uint32_t idx)
{
    const xls_bound *rows = x->bounds.ptr;
    uint32_t slot = slot_of(x, rows[idx].at);
    while (x->bound_table[slot] != 0) {
        if (rows[x->bound_table[slot] - 1].at == rows[idx].at) {
            return; /* the first of that place counts */
        }
        slot = (slot + 1) & (x->bound_slots - 1);
    }
    x->bound_table[slot] = idx + 1;
}

/* Makes the newest row of x->bounds known by its place. */
static void index_bound(xls *x)
{
    uint32_t count = x->bounds.count;
    if (count * 2 <= x->bound_slots) {
        enter_bound(x, count - 1);
        return;
    }
    uint32_t slots = x->bound_slots == 0 ? 64 : x->bound_slots * 4;
    uint32_t *table = lj_arena_array(x->arena, slots, sizeof(*table));
    if (table == NULL) {
        return;
    }
    x->bound_table = table;
    x->bound_slots = slots;
    for (uint32_t i = 0; i < count; i++) {
        enter_bound(x, i);
    }
}

const xls_bound *xls_bound_at(const xls *x, uint64_t at)
{
    const xls_bound *rows = x->bounds.ptr;
    if (x->bound_slots == 0) {
        return NULL;
    }
    for (uint32_t slot = slot_of(x, at); x->bound_table[slot] != 0;
         slot = (slot + 1) & (x->bound_slots - 1)) {
        const xls_bound *row = &rows[x->bound_table[slot] - 1];
        if (row->at == at) {
            return row;
        }
    }
    return NULL;
}

lj_code xls_take_boundsheet(xls *x)
{
    enum { DT_MACRO = 1, DT_MODULE = 6 };
    biff *b = &x->b;
    lj_cur *cur = &b->cur;
    uint64_t at = b->version >= 5 ? lj_cur_u32le(cur) : 0;
    uint8_t state = b->version >= 5 ? lj_cur_u8(cur) & 3 : 0;
    uint8_t kind = b->version >= 5 ? lj_cur_u8(cur) : 0;
    (void)biff_string(b, 1, &x->text);
    xls_bound *row = sheet_rows_add(&x->bounds, x->arena, sizeof(*row));
    uint32_t no = x->bounds.count;
    if (row != NULL) {
        *row =
            (xls_bound){.at = at, .no = no, .is_hidden = state != 0, .is_macro = kind == DT_MACRO};
        index_bound(x);
    }
    if (kind == DT_MACRO || kind == DT_MODULE) {
        format_tell(x->run, NOTE_MACROS);
    }
    span what = xls_span(x, SPAN_SHEET_NAME, state != 0 ? SPAN_HIDE(SPAN_HIDDEN_SHEET) : 0);
    what.text = lj_buf_str(&x->text);
    what.place.sheet_no = no;
    return what.text.len > 0 ? format_emit(x->run, &what) : LJ_OK;
}

/* BIFF4 workspaces: the name of the sheet whose substream follows. */
lj_code xls_take_sheethdr(xls *x)
{
    lj_cur_skip(&x->b.cur, 4); /* bytes of the substream */
    (void)biff_string(&x->b, 1, &x->text);
    return xls_emit(x, SPAN_SHEET_NAME, NULL, 0);
}

/* ---- shared strings ---- */

/* [MS-XLS] 2.5.89 ExtRst: the text is repeated in another script. */
static lj_code take_phonetic(xls *x, uint32_t len)
{
    enum { HEAD = 14 };
    uint32_t kept = (uint32_t)lj_min_size(len, PHONETIC_MAX);
    lj_arena_mark mark = lj_arena_mark_of(x->arena);
    uint8_t *bytes = lj_arena_alloc(x->arena, kept);
    lj_code code = LJ_OK;
    if (bytes == NULL) {
        (void)biff_read(&x->b, NULL, len);
        return LJ_OK;
    }
    bool whole = biff_read(&x->b, bytes, kept) && biff_read(&x->b, NULL, len - kept);
    if (whole && kept > HEAD) {
        lj_cur cur = lj_cur_of(lj_slice_of(bytes, kept));
        lj_cur_skip(&cur, HEAD - 2);
        size_t letters = lj_cur_u16le(&cur);
        lj_slice text = lj_cur_bytes(&cur, lj_min_size(letters * 2, lj_cur_left(&cur)));
        uint8_t room[1024];
        lj_buf out = {.ptr = room, .cap = sizeof(room), .max_len = sizeof(room)};
        (void)text_to_utf8(TEXT_UTF16LE, lj_slice_part(text, 0, sizeof(room) / 4), false, &out,
                           NULL);
        span what = xls_span(x, SPAN_ATTRIBUTE, SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED));
        what.label = LJ_STR("phonetic");
        what.text = lj_buf_str(&out);
        code = look_is_wordy(what.text) ? format_emit(x->run, &what) : LJ_OK;
    }
    lj_arena_rewind(x->arena, mark);
    return code;
}

/* One string of the table (2.5.293) into x->block. *out_more: another one may follow. */
static lj_code take_shared(xls *x, bool *out_more)
{
    enum { WIDE = 1, PHONETIC = 4, RICH = 8 };
    biff *b = &x->b;
    uint32_t count = biff_read_u16(b);
    uint8_t flags = 0;
    *out_more = biff_read(b, &flags, 1);
    uint32_t runs = (flags & RICH) != 0 ? biff_read_u16(b) : 0;
    uint32_t phonetic = (flags & PHONETIC) != 0 ? biff_read_u32(b) : 0;
    if (!*out_more || !lj_cur_ok(&b->cur)) {
        *out_more = false;
        return LJ_OK;
    }
    lj_buf_clear(&x->text);
    *out_more = biff_letters(b, count, (flags & WIDE) != 0, &x->text);
    if (runs > 0 && *out_more) {
        xls_take_runs(x, runs, 4);
    } else {
        span_block_clear(&x->block);
        span_block_add(&x->block, lj_buf_str(&x->text), NULL);
    }
    *out_more = *out_more && lj_cur_ok(&b->cur);
    return phonetic > 0 && *out_more ? take_phonetic(x, phonetic) : LJ_OK;
}

lj_code xls_take_sst(xls *x)
{
    (void)biff_read_u32(&x->b);
    uint32_t count = biff_read_u32(&x->b); /* a claim: the strings themselves decide */
    if (x->strings.count > 0) {
        x->strings.is_full = true; /* a second table: no cell means its strings */
    }
    bool more = true;
    lj_code code = LJ_OK;
    for (uint32_t i = 0; i < count && more && code == LJ_OK; i++) {
        code = take_shared(x, &more);
        x->is_damaged = x->is_damaged || !more;
        if (code == LJ_OK && (more || x->block.text.len > 0) &&
            !sheet_strings_add(&x->strings, x->arena, &x->block)) {
            span what = xls_span(x, SPAN_CELL, 0);
            code = span_block_emit(x->run, &x->block, &what, &x->alt_count);
        }
        if (code == LJ_OK && i % 64 == 63) {
            code = format_work(x->run, 64);
        }
    }
    return code;
}

/* ---- names ---- */

lj_code xls_take_name(xls *x)
{
    enum { BUILT_IN = 0x20, PROC = 0x08 };
    biff *b = &x->b;
    lj_cur *cur = &b->cur;
    uint8_t lens[4] = {0, 0, 0, 0}; /* menu, description, help, status bar */
    uint32_t flags = lj_cur_u16le(cur);
    lj_cur_skip(cur, 1);
    uint32_t count = lj_cur_u8(cur);
    uint32_t formula = b->version >= 3 ? lj_cur_u16le(cur) : lj_cur_u8(cur);
    if (b->version >= 5) {
        lj_cur_skip(cur, 4);
        for (int i = 0; i < 4; i++) {
            lens[i] = lj_cur_u8(cur);
        }
    }
    if (!lj_cur_ok(cur)) {
        return LJ_OK;
    }
    (void)biff_string_of(b, count, &x->text);
    bool built_in = (flags & BUILT_IN) != 0 && count == 1;
    lj_code code = built_in ? LJ_OK : xls_emit_unseen(x, SPAN_SHEET_NAME, "definedName");
    if (code == LJ_OK) {
        code = xls_emit_constants(x, formula, SPAN_FORMULA, "definedName");
    }
    for (int i = 0; i < 4 && code == LJ_OK; i++) {
        if (lens[i] > 0 && lj_cur_ok(cur)) {
            (void)biff_string_of(b, lens[i], &x->text);
            code = xls_emit_unseen(x, SPAN_ATTRIBUTE, "comment");
        }
    }
    return code;
}

/* ---- other workbooks ---- */

/* Control characters of an encoded path become separators ([MS-XLS] 2.5.277 VirtualPath). */
static void clean_path(xls *x)
{
    if (x->text.len > 0 && x->text.ptr[0] < ' ') {
        memmove(x->text.ptr, x->text.ptr + 1, --x->text.len);
    }
    for (size_t i = 0; i < x->text.len; i++) {
        x->text.ptr[i] = x->text.ptr[i] < ' ' ? '/' : x->text.ptr[i];
    }
}

lj_code xls_take_extern_sheet(xls *x)
{
    if (x->b.version == 8) { /* only numbers */
        lj_cur_skip(&x->b.cur, lj_cur_left(&x->b.cur));
        return LJ_OK;
    }
    (void)biff_string(&x->b, 1, &x->text);
    clean_path(x);
    return xls_emit_unseen(x, SPAN_LINK, "external");
}

lj_code xls_take_supbook(xls *x)
{
    enum { OF_THIS_BOOK = 0x0401, OF_ADDIN = 0x3A01 };
    biff *b = &x->b;
    uint32_t sheets = lj_cur_u16le(&b->cur);
    uint32_t count = lj_cur_u16le(&b->cur);
    if (count == OF_THIS_BOOK || count == OF_ADDIN || !lj_cur_ok(&b->cur)) {
        return LJ_OK;
    }
    (void)biff_string_of(b, count, &x->text);
    clean_path(x);
    lj_code code = xls_emit_unseen(x, SPAN_LINK, "external");
    for (uint32_t i = 0; i < sheets && code == LJ_OK; i++) {
        if (lj_cur_left(&b->cur) == 0 && !biff_continue(b)) {
            break;
        }
        (void)biff_string(b, 2, &x->text);
        code = xls_emit_unseen(x, SPAN_SHEET_NAME, "external");
    }
    return code;
}

lj_code xls_take_extern_name(xls *x)
{
    biff *b = &x->b;
    lj_cur_skip(&b->cur, b->version >= 5 ? 6 : b->version >= 3 ? 2 : 0);
    (void)biff_string(b, 1, &x->text);
    return xls_emit_unseen(x, SPAN_SHEET_NAME, "external");
}

/* Cached cells of another workbook: one row of values. */
lj_code xls_take_crn(xls *x)
{
    enum { KIND_STRING = 2 };
    biff *b = &x->b;
    uint32_t last = lj_cur_u8(&b->cur);
    uint32_t first = lj_cur_u8(&b->cur);
    uint32_t row = lj_cur_u16le(&b->cur);
    lj_code code = LJ_OK;
    for (uint32_t col = first; col <= last && code == LJ_OK; col++) {
        uint8_t kind = 0;
        if ((lj_cur_left(&b->cur) == 0 && !biff_continue(b)) || !biff_read(b, &kind, 1)) {
            break;
        }
        if (kind != KIND_STRING) {
            (void)biff_read(b, NULL, 8);
            continue;
        }
        (void)biff_string(b, b->version == 8 ? 2 : 1, &x->text);
        span what = xls_span(x, SPAN_CELL, SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED));
        what.place.row_no = row + 1;
        what.place.col_no = col + 1;
        what.text = lj_buf_str(&x->text);
        code = look_is_blank(what.text) ? LJ_OK : format_emit(x->run, &what);
    }
    return code;
}

lj_code xls_take_dconref(xls *x)
{
    lj_cur_skip(&x->b.cur, 6);
    (void)biff_string(&x->b, x->b.version == 8 ? 2 : 1, &x->text);
    clean_path(x);
    return xls_emit_unseen(x, SPAN_LINK, "external");
}

lj_code xls_take_dconname(xls *x)
{
    (void)biff_string(&x->b, x->b.version == 8 ? 2 : 1, &x->text);
    lj_code code = xls_emit_unseen(x, SPAN_SHEET_NAME, "external");
    if (code == LJ_OK && lj_cur_left(&x->b.cur) > 2) {
        (void)biff_string(&x->b, x->b.version == 8 ? 2 : 1, &x->text);
        clean_path(x);
        code = xls_emit_unseen(x, SPAN_LINK, "external");
    }
    return code;
}

/* ---- people ---- */

static void trim_text(xls *x)
{
    while (x->text.len > 0 && x->text.ptr[x->text.len - 1] <= ' ') {
        x->text.len--;
    }
}

lj_code xls_take_writeaccess(xls *x)
{
    lj_cur *cur = &x->b.cur;
    (void)biff_string(&x->b, x->b.version == 8 ? 2 : 1, &x->text);
    trim_text(x);
    /* blanks behind it are no leftover */
    while (lj_cur_left(cur) > 0 && (cur->src.ptr[cur->pos] == ' ' || cur->src.ptr[cur->pos] == 0)) {
        cur->pos++;
    }
    return xls_emit_unseen(x, SPAN_METADATA, "userName");
}

lj_code xls_take_filesharing(xls *x)
{
    lj_cur_skip(&x->b.cur, 4);
    (void)biff_string(&x->b, x->b.version == 8 ? 2 : 1, &x->text);
    trim_text(x);
    return xls_emit_unseen(x, SPAN_METADATA, "userName");
}

lj_code xls_take_obproj(xls *x)
{
    format_tell(x->run, NOTE_MACROS);
    return LJ_OK;
}

/* Settings of a printer: a DEVMODE ([MS-XLS] 2.4.199), whose first 32 letters are its name. */
lj_code xls_take_printer(xls *x)
{
    enum { NAME_LETTERS = 32 };
    lj_cur *cur = &x->b.cur;
    lj_cur_skip(cur, 2);
    lj_slice name = lj_cur_bytes(cur, lj_min_size(2 * NAME_LETTERS, lj_cur_left(cur)));
    size_t len = 0;
    while (len + 1 < name.len && (name.ptr[len] != 0 || name.ptr[len + 1] != 0)) {
        len += 2;
    }
    lj_cur_skip(cur, lj_cur_left(cur));
    lj_buf_clear(&x->text);
    (void)text_to_utf8(TEXT_UTF16LE, lj_slice_part(name, 0, len), false, &x->text, NULL);
    return look_has_high_byte(lj_buf_str(&x->text)) ? xls_emit_unseen(x, SPAN_METADATA, "printer")
                                                    : LJ_OK;
}

lj_code xls_take_codename(xls *x)
{
    (void)biff_string(&x->b, 2, &x->text);
    return look_has_high_byte(lj_buf_str(&x->text)) ? xls_emit_unseen(x, SPAN_ATTRIBUTE, "codeName")
                                                    : LJ_OK;
}

/* ---- charts and pivot tables ---- */

lj_code xls_take_series_text(xls *x)
{
    lj_cur_skip(&x->b.cur, 2);
    (void)biff_string(&x->b, 1, &x->text);
    return xls_emit(x, SPAN_TITLE, NULL, 0);
}

lj_code xls_take_cache_string(xls *x)
{
    (void)biff_string(&x->b, 2, &x->text);
    return xls_emit_unseen(x, SPAN_CELL, NULL);
}

lj_code xls_take_cache_field(xls *x)
{
    lj_cur_skip(&x->b.cur, 14);
    (void)biff_string(&x->b, 2, &x->text);
    return xls_emit_unseen(x, SPAN_CELL, NULL);
}

/* SXVD, SXVI, SXDI: names of fields and items of a pivot table as it is shown; the count stands at
 * the end of the fixed part, 0xFFFF when the name is the cache's. */
lj_code xls_take_pivot_name(xls *x)
{
    enum { SXVD = 0xB1, SXVI = 0xB2, SXDI = 0xC5, NO_NAME = 0xFFFF };
    lj_cur *cur = &x->b.cur;
    lj_cur_skip(cur, x->b.id == SXVD ? 8 : x->b.id == SXVI ? 6 : 12);
    uint32_t count = lj_cur_u16le(cur);
    if (count == NO_NAME || !lj_cur_ok(cur)) {
        return LJ_OK;
    }
    (void)biff_string_of(&x->b, count, &x->text);
    return xls_emit(x, SPAN_CELL, NULL, 0);
}
