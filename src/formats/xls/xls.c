/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Binary Excel workbooks, also those that WPS writes: xls, xlt, et, ett.
 *
 * Specification: [MS-XLS] (BIFF8); OpenOffice.org's Documentation of the Microsoft Excel File
 * Format for BIFF2 to BIFF7. Models read: Apache POI's HSSF, LibreOffice's sc/source/filter/excel,
 * catdoc's xls2csv.
 *
 * Model. In a compound file the workbook is the stream Workbook (BIFF8) or Book (BIFF5, BIFF7);
 * both may stand in one file, then the one that Excel passes over is an earlier version. Files of
 * Excel 2, 3 and 4 are records without a compound file around them. Each stream is read as in
 * xls_stream.c; pivot caches are streams of records too. Everything else of the compound file -
 * properties, embedded objects, macros - is read as in any other.
 *
 * Order. Globals (sheets, fonts, strings) and sheets as they stand in the stream, then strings that
 * no cell used, bytes that nobody wanted, pivot caches; then, with the memory of all that given
 * back, pictures and embedded objects, which are children.
 *
 * Traps. The stream's name in capitals (BOOK). A file named xls that is HTML, XML or CSV is read as
 * what it is.
 *
 * Not done. Workspaces with several BIFF4 sheets carry no fences. See also the files of each
 * subject. */
#include "formats/xls/xls.h"

#include "base/num.h"
#include "formats/format_priv.h"

/* Makes room for one stream of records. */
static xls *xls_open(format_run *run, format_src *src, uint32_t part_id, uint64_t hidden_by)
{
    enum { TEXT_MAX = 4 * 1024 * 1024 };
    xls *x = lj_arena_alloc(format_arena(run), sizeof(*x));
    if (x == NULL) {
        return NULL;
    }
    x->run = run;
    x->arena = format_arena(run);
    x->part_id = part_id;
    x->hidden_by = hidden_by;
    biff_open(&x->b, run, src, format_src_size(src));
    x->b.version = 8;
    lj_buf_init(&x->text, x->arena, TEXT_MAX);
    span_block_init(&x->block, x->arena);
    sheet_strings_init(&x->strings, x->arena);
    sheet_strings_init(&x->notes, x->arena);
    sheet_writer_init(&x->writer, run, &x->alt_count);
    x->writer.styles = &x->styles;
    x->writer.strings = &x->strings;
    return x;
}

/* Reads a stream of records and what follows from it. *out_end: where its records end. */
static lj_code read_records(xls *x, bool is_cache, uint64_t *out_end)
{
    lj_code code = xls_read_stream(x, is_cache);
    *out_end = x->b.next;
    lj_code told = code;
    if (code == LJ_OK || code == LJ_E_FORMAT) {
        x->depth = 0;
        x->story_id = ++x->story_count;
        span base = xls_span(x, SPAN_CELL, 0);
        code = sheet_emit_unused(x->run, &x->strings, &base);
    }
    if (code == LJ_OK) {
        code = xls_sweep_slack(x);
    }
    if (code == LJ_OK) {
        code = told == LJ_OK && x->is_damaged ? LJ_E_FORMAT : told;
    }
    return code;
}

/* One stream; its pictures when they are wanted. Damage is kept in *out_code, which ends nothing.
 */
static lj_code read_one(format_run *run, ole2_file *file, uint32_t idx, uint64_t hidden_by,
                        lj_code *out_code)
{
    enum { CHILD_ROOM = 8 * 1024 * 1024 };
    format_src *src = ole2_stream(file, idx);
    if (src == NULL) {
        return LJ_E_LIMIT;
    }
    xls *x = xls_open(run, src, ole2_part(file, idx), hidden_by);
    if (x == NULL) {
        return LJ_E_LIMIT;
    }
    uint64_t end = 0;
    bool is_cache = ole2_entry_at(file, idx)->parent != OLE2_ROOT &&
                    ole2_entry_at(file, idx)->parent != OLE2_NONE;
    lj_code code = read_records(x, is_cache, &end);
    if (code == LJ_E_ENCRYPTED) {
        ole2_take(file, idx, FORMAT_LOCKED);
        *out_code = code;
        return LJ_OK;
    }
    ole2_take_part(file, idx, 0, end, FORMAT_READ);
    if (code != LJ_OK && code != LJ_E_FORMAT) {
        return code;
    }
    *out_code = *out_code == LJ_OK ? code : *out_code;
    return xls_read_pictures(x);
}

static lj_code read_caches(format_run *run, ole2_file *file, lj_code *out_code)
{
    uint32_t storage = ole2_lookup(file, OLE2_ROOT, LJ_BYTES("_SX_DB_CUR"));
    lj_code code = LJ_OK;
    if (storage == OLE2_NONE || ole2_entry_at(file, storage)->kind != OLE2_STORAGE) {
        return LJ_OK;
    }
    for (uint32_t at = ole2_first(file, storage); at != OLE2_NONE && code == LJ_OK;
         at = ole2_next(file, at)) {
        if (ole2_entry_at(file, at)->kind == OLE2_STREAM) {
            lj_arena_mark mark = lj_arena_mark_of(format_arena(run));
            code = read_one(run, file, at, 0, out_code);
            lj_arena_rewind(format_arena(run), mark);
        }
    }
    return code;
}

static lj_code xls_read(format_run *run, format_src *src)
{
    static const char *const names[] = {"Workbook", "Book"};
    (void)src;
    ole2_file *file = ole2_of(run);
    if (file == NULL) {
        return LJ_E_FORMAT;
    }
    lj_code told = LJ_OK;
    uint64_t hidden_by = 0;
    for (size_t i = 0; i < LJ_COUNT_OF(names); i++) {
        uint32_t idx = ole2_lookup(file, OLE2_ROOT, lj_cstr_bytes(names[i]));
        if (idx == OLE2_NONE || ole2_entry_at(file, idx)->kind != OLE2_STREAM) {
            continue;
        }
        lj_arena_mark mark = lj_arena_mark_of(format_arena(run));
        lj_code code = read_one(run, file, idx, hidden_by, &told);
        lj_arena_rewind(format_arena(run), mark);
        if (code != LJ_OK) {
            return code;
        }
        hidden_by = SPAN_HIDE(SPAN_HIDDEN_VERSION); /* Excel reads the first of the two */
    }
    lj_code code = read_caches(run, file, &told);
    if (code != LJ_OK) {
        return code;
    }
    code = ole2_read_rest(file);
    return code == LJ_OK ? told : code;
}

static int xls_sniff(const format_probe *probe)
{
    return format_probe_has(probe, LJ_BYTES("Workbook")) ||
                   format_probe_has(probe, LJ_BYTES("Book"))
               ? 64
               : 0;
}

/* ---- files of Excel 2, 3 and 4 ---- */

/* The documentation of OpenOffice.org, 5.8: BOF with its length, a version that fits, a kind. */
static int biff_sniff(const format_probe *probe)
{
    static const struct {
        uint16_t id, len_min, len_max;
    } forms[] = {
        {0x0009, 4, 16},
        {0x0209, 6, 16},
        {0x0409, 6, 16},
        {0x0809, 8, 16}
    };
    lj_cur cur = lj_cur_of(probe->head);
    uint16_t id = lj_cur_u16le(&cur);
    uint16_t len = lj_cur_u16le(&cur);
    uint16_t version = lj_cur_u16le(&cur);
    uint16_t kind = lj_cur_u16le(&cur);
    lj_cur_skip(&cur, len >= 4 ? len - 4U : 0);
    uint16_t next_id = lj_cur_u16le(&cur);
    uint16_t next_len = lj_cur_u16le(&cur);
    bool kind_fits = kind == XLS_GLOBALS || kind == XLS_SHEET || kind == XLS_CHART ||
                     kind == XLS_MACRO || kind == XLS_WORKSPACE;
    bool version_fits = version <= 7 || version == 0x0200 || version == 0x0300 ||
                        version == 0x0400 || version == 0x0500 || version == 0x0600;
    bool next_fits = next_id != 0 && next_len <= 8224 && (next_id & 0xF0FF) == next_id;
    next_fits = next_fits || (next_id <= 0x04FF && next_len <= 2080);
    for (size_t i = 0; i < LJ_COUNT_OF(forms); i++) {
        if (forms[i].id == id && len >= forms[i].len_min && len <= forms[i].len_max) {
            return lj_cur_ok(&cur) && kind_fits && version_fits && next_fits ? 52 : 0;
        }
    }
    return 0;
}

static lj_code biff_read_file(format_run *run, format_src *src)
{
    xls *x = xls_open(run, src, 0, 0);
    if (x == NULL) {
        return LJ_E_LIMIT;
    }
    uint64_t end = 0;
    lj_code code = read_records(x, /* is_cache= */ false, &end);
    if (code == LJ_E_ENCRYPTED) {
        format_claim_all(run, FORMAT_LOCKED);
        return code;
    }
    format_claim(run, 0, end, FORMAT_READ);
    if (code == LJ_OK || code == LJ_E_FORMAT) {
        lj_code pictures = xls_read_pictures(x);
        code = pictures == LJ_OK ? code : pictures;
    }
    return code;
}

const format_row format_xls_row = {
    .name = "xls",
    .base = "ole2",
    .extensions = "xls xlt xla et ett",
    .sniff = xls_sniff,
    .read = xls_read,
    .en = "Excel or WPS workbook (binary)",
    .zh = "Excel/WPS 表格（二进制）",
};

const format_row format_biff_row = {
    .name = "biff",
    .extensions = "xls xlw xlc xlm",
    .sniff = biff_sniff,
    .read = biff_read_file,
    .en = "Excel sheet of version 2 to 4",
    .zh = "Excel 2 至 4 版表格",
};
