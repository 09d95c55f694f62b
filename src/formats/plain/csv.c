/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Tables in text (RFC 4180 and its relatives): when the first lines all hold the same number of one
 * separator, each field is a cell with row, column and the head of its column. Fields with letters
 * only; a number cannot hold a mark. A quoted field that spans lines is read as far as its line
 * goes: rows are lines here, so that no unclosed quote can swallow the rest of a file. */
#include "base/num.h"
#include "formats/plain/plain.h"

enum { ROWS_LOOKED_AT = 20, ROWS_NEEDED = 3 };

/* The length of the field at `at`, up to its separator or the line end; quotes protect separators.
 */
static size_t field_len(lj_str line, size_t at, char separator)
{
    bool quoted = at < line.len && line.ptr[at] == '"';
    size_t i = quoted ? at + 1 : at;
    while (i < line.len) {
        if (quoted && line.ptr[i] == '"') {
            if (i + 1 < line.len && line.ptr[i + 1] == '"') {
                i++;
            } else {
                quoted = false;
            }
        } else if (!quoted && line.ptr[i] == separator) {
            break;
        }
        i++;
    }
    return i - at;
}

static uint32_t count_fields(lj_str line, char separator)
{
    uint32_t count = 1;
    size_t at = 0;
    for (;;) {
        at += field_len(line, at, separator);
        if (at >= line.len) {
            return count;
        }
        at++;
        count++;
    }
}

/* The next line without its end; moves *at behind it. False at the end. */
static bool next_line(lj_str text, size_t *at, lj_str *out)
{
    if (*at >= text.len) {
        return false;
    }
    const char *end = memchr(text.ptr + *at, '\n', text.len - *at);
    size_t len = end != NULL ? (size_t)(end - text.ptr) - *at : text.len - *at;
    *out = (lj_str){text.ptr + *at, len};
    *at += len + 1;
    if (out->len > 0 && out->ptr[out->len - 1] == '\r') {
        out->len--;
    }
    return true;
}

char plain_table_separator(lj_str head)
{
    static const char separators[] = {'\t', ',', ';', '|'};
    for (size_t s = 0; s < LJ_COUNT_OF(separators); s++) {
        uint32_t rows = 0;
        uint32_t fields = 0;
        bool same = true;
        size_t at = 0;
        lj_str line;
        while (same && rows < ROWS_LOOKED_AT && next_line(head, &at, &line)) {
            bool cut = at >= head.len && rows >= ROWS_NEEDED; /* the sample may end inside a row */
            if (line.len == 0 || cut) {
                continue;
            }
            uint32_t here = count_fields(line, separators[s]);
            same = here > 1 && (rows == 0 || here == fields);
            fields = here;
            rows++;
        }
        if (same && rows >= ROWS_NEEDED) {
            return separators[s];
        }
    }
    return 0;
}

static bool has_letters(lj_str cell)
{
    for (size_t i = 0; i < cell.len; i++) {
        char c = cell.ptr[i];
        if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (unsigned char)c >= 0x80) {
            return true;
        }
    }
    return false;
}

static lj_str unquote(lj_str field)
{
    while (field.len > 0 && field.ptr[0] == ' ') {
        field.ptr++;
        field.len--;
    }
    while (field.len > 0 && field.ptr[field.len - 1] == ' ') {
        field.len--;
    }
    if (field.len >= 2 && field.ptr[0] == '"' && field.ptr[field.len - 1] == '"') {
        field.ptr++;
        field.len -= 2;
    }
    return field;
}

/* Keeps a cell of the first row as the head of its column. */
static void keep_head(plain *p, uint32_t col, lj_str cell)
{
    if (col < PLAIN_COLUMNS_MAX && cell.len <= 256) {
        lj_slice copy = lj_arena_copy(format_arena(p->run), lj_str_bytes(cell));
        p->heads[col] = (lj_str){(const char *)copy.ptr, copy.len};
        p->head_count = col + 1;
    }
}

lj_code plain_emit_cells(plain *p, lj_str text, uint64_t src_off)
{
    size_t at = 0;
    lj_str line;
    uint32_t row_no = p->line_no;
    lj_code code = LJ_OK;
    bool keeps_heads = row_no == 1 && p->head_count == 0 && src_off != UINT64_MAX;
    for (size_t start = 0; code == LJ_OK && next_line(text, &at, &line); start = at, row_no++) {
        size_t pos = 0;
        for (uint32_t col = 0; pos <= line.len && code == LJ_OK; col++) {
            size_t len = field_len(line, pos, p->separator);
            lj_str cell = unquote((lj_str){line.ptr + pos, len});
            if (keeps_heads && start == 0) {
                keep_head(p, col, cell);
            }
            if (has_letters(cell)) {
                span what = span_of(SPAN_CELL, cell);
                what.place.row_no = row_no;
                what.place.col_no = col + 1;
                what.label = row_no > 1 && col < p->head_count ? p->heads[col] : (lj_str){NULL, 0};
                what.src_off =
                    src_off != UINT64_MAX ? src_off + (uint64_t)(cell.ptr - text.ptr) : UINT64_MAX;
                code = format_emit(p->run, &what);
            }
            pos += len + 1;
        }
    }
    return code;
}
