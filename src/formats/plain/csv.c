/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Tables in text (RFC 4180 and its relatives with tab, semicolon and bar).
 *
 * Model. When the first lines hold the same number of one separator and the first of them looks
 * like a head, each field with letters is a CELL with row, column and the head of its column as
 * label; a number holds no mark. The row is the number of the line where the record begins.
 *
 * Traps: a quoted field may hold line ends; it is followed for QUOTED_MAX bytes, and a quote that
 * is not closed by then is an ordinary letter, so that it cannot swallow the rest of a file. Prose
 * with a comma in each line is no table: a head has short fields that begin with no digit. */
#include "base/num.h"
#include "formats/plain/plain.h"

enum {
    ROWS_LOOKED_AT = 24,
    ROWS_NEEDED = 3,
    HEAD_MAX = 96,     /* bytes of a field of the head */
    QUOTED_MAX = 4096, /* bytes of a quoted field */
    CELL_STORY = 1,
};

/* The length of the field at `at`, up to its separator or the line end. */
static size_t field_len(lj_slice text, size_t at, char separator)
{
    size_t i = at;
    if (i < text.len && text.ptr[i] == '"') {
        size_t far = lj_min_size(text.len, at + QUOTED_MAX);
        for (i = at + 1; i < far; i++) {
            if (text.ptr[i] == '"' && i + 1 < far && text.ptr[i + 1] == '"') {
                i++;
            } else if (text.ptr[i] == '"') {
                break;
            }
        }
        i = i < far ? i + 1 : at; /* never closed: an ordinary letter */
    }
    while (i < text.len && text.ptr[i] != (uint8_t)separator && text.ptr[i] != '\n' &&
           text.ptr[i] != '\r') {
        i++;
    }
    return i - at;
}

/* Moves *at behind the record that begins there; the number of its fields. */
static uint32_t skip_record(lj_slice text, size_t *at, char separator)
{
    uint32_t count = 1;
    *at += field_len(text, *at, separator);
    while (*at < text.len && text.ptr[*at] == (uint8_t)separator) {
        *at += 1 + field_len(text, *at + 1, separator);
        count++;
    }
    *at = plain_line_end(text, *at, text.len);
    return count;
}

/* Prose sets a blank behind its commas; a table hardly ever does. */
static bool is_prose(lj_slice text, char separator)
{
    size_t all = 0;
    size_t blank = 0;
    for (size_t i = 0; i + 1 < text.len; i++) {
        if (text.ptr[i] == (uint8_t)separator) {
            all++;
            blank += text.ptr[i + 1] == ' ';
        }
    }
    return (separator == ',' || separator == ';') && blank * 2 > all;
}

/* Every field short, not empty and not a number. */
static bool is_head(lj_slice text, char separator)
{
    size_t at = 0;
    for (;;) {
        size_t len = field_len(text, at, separator);
        size_t quote = len > 0 && text.ptr[at] == '"' ? 1 : 0;
        uint8_t first = len > 2 * quote ? text.ptr[at + quote] : '0';
        if (len > HEAD_MAX || (first >= '0' && first <= '9') || first == '-' || first == '{') {
            return false;
        }
        at += len;
        if (at >= text.len || text.ptr[at] != (uint8_t)separator) {
            return true;
        }
        at++;
    }
}

static bool is_table(lj_slice text, char separator)
{
    uint32_t rows = 0;
    uint32_t fields = 0;
    size_t at = 0;
    while (rows < ROWS_LOOKED_AT && at < text.len) {
        size_t before = at;
        uint32_t here = skip_record(text, &at, separator);
        bool is_blank = at - before <= 2 && here == 1;
        bool is_cut = at >= text.len && rows >= ROWS_NEEDED; /* the sample may end inside a row */
        if (is_blank || is_cut) {
            continue;
        }
        if (here < 2 || (rows > 0 && here != fields)) {
            return false;
        }
        fields = here;
        rows++;
    }
    return rows >= ROWS_NEEDED && is_head(text, separator) && !is_prose(text, separator);
}

char plain_table_separator(lj_str head)
{
    static const char separators[] = {'\t', ',', ';', '|'};
    for (size_t i = 0; i < LJ_COUNT_OF(separators); i++) {
        if (is_table(lj_str_bytes(head), separators[i])) {
            return separators[i];
        }
    }
    return 0;
}

static bool has_letters(lj_slice cell)
{
    for (size_t i = 0; i < cell.len; i++) {
        uint8_t c = cell.ptr[i] | 0x20U;
        if ((c >= 'a' && c <= 'z') || c >= 0x80) {
            return true;
        }
    }
    return false;
}

/* The field without blanks and quotes around it, as [*from, *from + len). */
static size_t trim(lj_slice text, size_t *from, size_t len)
{
    while (len > 0 && text.ptr[*from] == ' ') {
        (*from)++;
        len--;
    }
    while (len > 0 && text.ptr[*from + len - 1] == ' ') {
        len--;
    }
    if (len >= 2 && text.ptr[*from] == '"' && text.ptr[*from + len - 1] == '"') {
        (*from)++;
        len -= 2;
    }
    return len;
}

/* Doubled quotes become one. */
static lj_str undouble(plain *p, lj_slice cell)
{
    if (lj_slice_find(cell, LJ_BYTES("\"\"")) == SIZE_MAX) {
        return (lj_str){(const char *)cell.ptr, cell.len};
    }
    lj_buf_clear(&p->value);
    for (size_t i = 0; i < cell.len; i++) {
        bool doubled = cell.ptr[i] == '"' && i + 1 < cell.len && cell.ptr[i + 1] == '"';
        i += doubled ? 1 : 0;
        lj_buf_put_u8(&p->value, cell.ptr[i]);
    }
    return lj_buf_ok(&p->value) ? lj_buf_str(&p->value)
                                : (lj_str){(const char *)cell.ptr, cell.len};
}

/* Keeps a cell of the first row as the head of its column. */
static void keep_head(plain *p, uint32_t col, lj_str cell)
{
    if (col == p->head_count && col < PLAIN_COLUMNS_MAX && cell.len <= HEAD_MAX) {
        lj_slice copy = lj_arena_copy(format_arena(p->run), lj_str_bytes(cell));
        p->heads[p->head_count++] = (lj_str){(const char *)copy.ptr, copy.len};
    }
}

static lj_code emit_cell(plain *p, const plain_piece *piece, size_t from, size_t len,
                         span_place place)
{
    lj_slice text = lj_str_bytes(piece->text);
    len = trim(text, &from, len);
    lj_slice cell = lj_slice_part(text, from, len);
    span what = span_of(SPAN_CELL, undouble(p, cell));
    if (place.row_no == 1) {
        keep_head(p, place.col_no - 1, what.text);
    } else if (place.col_no <= p->head_count) {
        what.label = p->heads[place.col_no - 1];
    }
    if (!has_letters(cell)) {
        return LJ_OK;
    }
    what.story_id = CELL_STORY;
    what.place = place;
    plain_place(p, piece, from, len, &what);
    if (what.text.len != len) { /* the map counts both quotes */
        what.maps = NULL;
        what.map_count = 0;
    }
    return format_emit(p->run, &what);
}

lj_code plain_emit_cells(plain *p, const plain_piece *piece)
{
    lj_slice text = lj_str_bytes(piece->text);
    lj_code code = LJ_OK;
    span_place place = {.row_no = piece->line_no};
    size_t at = 0;
    while (at < text.len && code == LJ_OK) {
        size_t row_at = at;
        place.col_no = 0;
        bool more = true;
        while (more && code == LJ_OK) {
            size_t len = field_len(text, at, p->separator);
            place.col_no++;
            code = emit_cell(p, piece, at, len, place);
            at += len;
            more = at < text.len && text.ptr[at] == (uint8_t)p->separator;
            at += more ? 1 : 0;
        }
        at = plain_line_end(text, at, text.len);
        place.row_no += (uint32_t)plain_line_ends(text, row_at, at);
    }
    return code;
}
