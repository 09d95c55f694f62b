/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Tables as CSV.
 *
 * Specification: RFC 4180; GB 18030-2022.
 *
 * Model. Excel in Chinese writes GB18030 without saying so, WPS and we write UTF-8 with a byte
 * order mark, "Unicode text" is UTF-16 with tabs. So: a byte order mark decides, else valid UTF-8
 * is UTF-8, else it is GB18030. The separator is what stands most often in the first line outside
 * quotes: comma, semicolon (European settings) or tab; a first line "sep=;" decides and is no row.
 * All cells are text: what a date or a number is, the importer knows.
 *
 * Traps. Quotes may hold line ends, and a row has the number that Excel shows. A leading apostrophe
 * may be our own guard against formulas (table_guard.h). A quote in the middle of a field is an
 * ordinary letter. Line ends are CRLF, LF or CR. */
#include "base/num.h"
#include "report/table_guard.h"
#include "report/table_in_priv.h"
#include "text/charset.h"

enum {
    ROW_TEXT_MAX = 64 * 1024 * 1024,
    COLUMNS_MAX = 256, /* whatever the limits say */
};

typedef struct csv {
    table_run *run;
    lj_slice src; /* UTF-8 */
    size_t at;
    uint8_t separator;
    uint32_t row_no, column_idx;
    uint32_t column_max;
    table_cell cells[COLUMNS_MAX];
    size_t froms[COLUMNS_MAX]; /* where the text begins in `text` */
    uint32_t cell_count;
    lj_buf text; /* of the row */
} csv;

/* ---- bytes to text ---- */

static bool has_nul(lj_slice bytes)
{
    return bytes.len > 0 && memchr(bytes.ptr, 0, bytes.len) != NULL;
}

/* Into UTF-8; false with the run stopped. */
static bool decode(table_run *run, lj_slice bytes, lj_slice *out)
{
    static const struct {
        const char *bom;
        uint8_t bom_len;
        text_charset charset;
    } rows[] = {
        {"\xEF\xBB\xBF", 3, TEXT_UTF8   },
        {"\xFF\xFE",     2, TEXT_UTF16LE},
        {"\xFE\xFF",     2, TEXT_UTF16BE},
        {"",             0, TEXT_GB18030},
    };
    size_t row = 0;
    while (!lj_slice_has_prefix(bytes, lj_slice_of(rows[row].bom, rows[row].bom_len))) {
        row++;
    }
    text_charset charset = rows[row].charset;
    bytes = lj_slice_part(bytes, rows[row].bom_len, SIZE_MAX);
    bool is_utf8 = rows[row].bom_len != 2 && text_utf8_is_valid(bytes, NULL);
    if (!is_utf8) {
        lj_buf buf;
        size_t most = 0;
        /* UTF-16 grows by half, GB18030 by half, a byte of nothing to the three of U+FFFD */
        if (!lj_mul_size(bytes.len, 3, &most)) {
            most = 0;
        }
        lj_buf_init(&buf, run->arena, most + 8);
        (void)lj_buf_room(&buf, bytes.len + bytes.len / 2 + 8);
        (void)text_to_utf8(charset, bytes, /* more= */ false, &buf, NULL);
        if (!lj_buf_ok(&buf)) {
            (void)table_stop(run, TABLE_FAULT_MEMORY, 0, 0);
            return false;
        }
        bytes = lj_buf_slice(&buf);
    }
    if (has_nul(bytes)) {
        (void)table_stop(run, TABLE_FAULT_NO_TABLE, 0, 0);
        return false;
    }
    *out = bytes;
    return true;
}

/* ---- the separator ---- */

static bool is_line_end(uint8_t c)
{
    return c == '\n' || c == '\r';
}

static uint8_t find_separator(lj_slice src, size_t *out_from)
{
    static const uint8_t candidates[] = {',', ';', '\t'};
    size_t counts[LJ_COUNT_OF(candidates)] = {0};
    bool quoted = false;
    *out_from = 0;
    if (lj_slice_has_prefix(src, LJ_BYTES("sep=")) && src.len > 4 && !is_line_end(src.ptr[4]) &&
        (src.len == 5 || is_line_end(src.ptr[5]))) {
        *out_from = 5;
        return src.ptr[4];
    }
    for (size_t i = 0; i < src.len && (quoted || !is_line_end(src.ptr[i])); i++) {
        quoted = quoted != (src.ptr[i] == '"');
        for (size_t k = 0; k < LJ_COUNT_OF(candidates) && !quoted; k++) {
            counts[k] += src.ptr[i] == candidates[k] ? 1 : 0;
        }
    }
    size_t best = 0;
    for (size_t k = 1; k < LJ_COUNT_OF(candidates); k++) {
        best = counts[k] > counts[best] ? k : best;
    }
    return candidates[best];
}

/* ---- fields ---- */

static bool at_field_end(const csv *in)
{
    return in->at >= in->src.len || in->src.ptr[in->at] == in->separator ||
           is_line_end(in->src.ptr[in->at]);
}

static void put_plain(csv *in)
{
    size_t from = in->at;
    while (!at_field_end(in)) {
        in->at++;
    }
    lj_buf_put(&in->text, lj_slice_of(in->src.ptr + from, in->at - from));
}

/* The inside of quotes; false when they are not closed. */
static bool put_quoted(csv *in)
{
    const uint8_t *p = in->src.ptr;
    in->at++;
    while (in->at < in->src.len) {
        uint8_t c = p[in->at];
        uint8_t next = in->at + 1 < in->src.len ? p[in->at + 1] : 0;
        in->at++;
        if (c == '"') {
            if (next != '"') {
                return true;
            }
            in->at++;
        } else if (c == '\r' && next == '\n') {
            continue;
        }
        lj_buf_put_u8(&in->text, c);
    }
    return false;
}

static void finish_field(csv *in, size_t from, uint32_t flags)
{
    table_run *run = in->run;
    if (!lj_buf_ok(&in->text)) {
        (void)table_stop(run, TABLE_FAULT_MEMORY, in->row_no, in->column_idx);
        return;
    }
    if (in->text.len == from) {
        return;
    }
    lj_str text = {(const char *)in->text.ptr + from, in->text.len - from};
    if (in->column_idx >= in->column_max) {
        (void)table_stop_limit(run, TABLE_LIMIT_COLUMNS, in->row_no, in->column_idx);
        return;
    }
    lj_str bare = table_guard_strip(text);
    uint64_t most = run->limits.value[TABLE_LIMIT_LENGTH];
    if (bare.len > most && table_units(bare) > most) {
        (void)table_stop_limit(run, TABLE_LIMIT_LENGTH, in->row_no, in->column_idx);
        return;
    }
    bool bad = lj_slice_find(lj_str_bytes(bare), LJ_BYTES("\xEF\xBF\xBD")) != SIZE_MAX;
    in->froms[in->cell_count] = from + (text.len - bare.len);
    in->cells[in->cell_count++] = (table_cell){.text = bare,
                                               .column_idx = in->column_idx,
                                               .flags = flags | (bad ? TABLE_BAD_LETTERS : 0),
                                               .kind = TABLE_TEXT};
}

static void take_field(csv *in)
{
    size_t from = in->text.len;
    uint32_t flags = 0;
    if (in->at < in->src.len && in->src.ptr[in->at] == '"') {
        if (!put_quoted(in)) {
            (void)table_stop(in->run, TABLE_FAULT_QUOTE, in->row_no, in->column_idx);
            return;
        }
        flags = at_field_end(in) ? 0 : TABLE_STRAY_QUOTE;
    }
    put_plain(in);
    finish_field(in, from, flags);
}

/* One row, up to and with its line end. */
static void take_row(csv *in)
{
    in->row_no++;
    in->column_idx = 0;
    in->cell_count = 0;
    lj_buf_clear(&in->text);
    take_field(in);
    while (in->run->code == LJ_OK && in->at < in->src.len && in->src.ptr[in->at] == in->separator) {
        in->at++;
        in->column_idx++;
        take_field(in);
    }
    if (in->at < in->src.len && in->src.ptr[in->at] == '\r') {
        in->at++;
        in->at += in->at < in->src.len && in->src.ptr[in->at] == '\n' ? 1 : 0;
    } else if (in->at < in->src.len) {
        in->at++;
    }
    if (in->run->code != LJ_OK || in->cell_count == 0) {
        return;
    }
    for (uint32_t i = 0; i < in->cell_count; i++) { /* the buffer may have moved */
        in->cells[i].text.ptr = (const char *)in->text.ptr + in->froms[i];
    }
    (void)table_give_row(in->run, &(table_row){in->row_no, in->cell_count, in->cells});
}

void table_csv_read(table_run *run, lj_slice bytes)
{
    csv *in = lj_arena_alloc(run->arena, sizeof(*in));
    lj_slice src = {NULL, 0};
    if (in == NULL) {
        (void)table_stop(run, TABLE_FAULT_MEMORY, 0, 0);
        return;
    }
    if (!decode(run, bytes, &src)) {
        return;
    }
    in->run = run;
    in->src = src;
    in->separator = find_separator(src, &in->at);
    in->column_max = (uint32_t)lj_min_u64(run->limits.value[TABLE_LIMIT_COLUMNS], COLUMNS_MAX);
    lj_buf_init(&in->text, run->arena, ROW_TEXT_MAX);
    if (in->at > 0) { /* the line that names the separator is no row, for Excel neither */
        in->at += in->at < src.len && src.ptr[in->at] == '\r' ? 1 : 0;
        in->at += in->at < src.len && src.ptr[in->at] == '\n' ? 1 : 0;
    }
    run->out->unpacked = src.len;
    while (run->code == LJ_OK && in->at < src.len) {
        take_row(in);
    }
}
