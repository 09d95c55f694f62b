/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Code lists: rows of data/codes.txt, read once, found by walking. A list has a dozen codes. */
#include "ledger/codes.h"

#include "ledger/columns.h"

/* Made by tools/embed.c out of data/codes.txt. */
struct lj_embedded {
    const char *name, *stem;
    const uint8_t *bytes;
    size_t len;
};
extern const struct lj_embedded ledger_codes_data_files[];

struct ledger_codes {
    const ledger_code_row *rows;
    uint32_t count;
};

enum { LIST, CODE, ZH, EN, SINCE, CELLS };

static lj_str str_of(lj_slice cell)
{
    return (lj_str){(const char *)cell.ptr, cell.len};
}

/* The rows that the list has among the first `count`: from the first of them, and how many. */
static uint32_t find_list(const ledger_code_row *rows, uint32_t count, lj_str list,
                          uint32_t *out_from_idx)
{
    uint32_t from_idx = 0;
    while (from_idx < count && !lj_str_is(rows[from_idx].list, list)) {
        from_idx++;
    }
    uint32_t end_idx = from_idx;
    while (end_idx < count && lj_str_is(rows[end_idx].list, list)) {
        end_idx++;
    }
    *out_from_idx = from_idx;
    return end_idx - from_idx;
}

static lj_code read_row(const ledger_columns_reader *reader, ledger_code_row *rows, uint32_t count,
                        lj_err *err)
{
    const lj_slice *cells = reader->cells;
    ledger_code_row row = {.list = str_of(cells[LIST]),
                           .code = str_of(cells[CODE]),
                           .zh = str_of(cells[ZH]),
                           .en = str_of(cells[EN])};
    if (!ledger_columns_is_name(cells[LIST]) || !ledger_columns_is_name(cells[CODE]) ||
        !ledger_columns_day(cells[SINCE], &row.since_on)) {
        return lj_fail(err, LJ_E_FORMAT, reader->row_off, "a list, a code or a day is not valid");
    }
    uint32_t from_idx = 0;
    uint32_t known = find_list(rows, count, row.list, &from_idx);
    if (known > 0 && from_idx + known != count) {
        return lj_fail(err, LJ_E_FORMAT, reader->row_off, "rows of a list do not stand together");
    }
    for (uint32_t i = from_idx; i < from_idx + known; i++) {
        if (lj_str_is(rows[i].code, row.code)) {
            return lj_fail(err, LJ_E_FORMAT, reader->row_off, "a code stands twice in its list");
        }
    }
    rows[count] = row;
    return LJ_OK;
}

lj_code ledger_codes_read(lj_slice text, lj_arena *arena, const ledger_codes **out, lj_err *err)
{
    size_t lines = 1;
    for (size_t i = 0; i < text.len; i++) {
        lines += text.ptr[i] == '\n' ? 1 : 0;
    }
    ledger_code_row *rows = lj_arena_array(arena, lines, sizeof(*rows));
    ledger_codes *codes = lj_arena_alloc(arena, sizeof(*codes));
    if (rows == NULL || codes == NULL || lines > UINT32_MAX) {
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no room for code lists");
    }
    ledger_columns_reader reader;
    ledger_columns_init(&reader, text, CELLS);
    codes->rows = rows;
    for (;;) {
        bool more = false;
        lj_code code = ledger_columns_next(&reader, &more, err);
        if (code == LJ_OK && more) {
            code = read_row(&reader, rows, codes->count, err);
        }
        if (code != LJ_OK) {
            return code;
        }
        if (!more) {
            break;
        }
        codes->count++;
    }
    *out = codes;
    return LJ_OK;
}

lj_code ledger_codes_load(lj_arena *arena, const ledger_codes **out, lj_err *err)
{
    const struct lj_embedded *file = &ledger_codes_data_files[0];
    lj_code code = ledger_codes_read(lj_slice_of(file->bytes, file->len), arena, out, err);
    return code == LJ_E_FORMAT
               ? lj_fail(err, LJ_E_INTERNAL, UINT64_MAX, "the built-in code lists are faulty")
               : code;
}

uint32_t ledger_codes_count(const ledger_codes *codes, lj_str list)
{
    uint32_t from_idx = 0;
    return find_list(codes->rows, codes->count, list, &from_idx);
}

const ledger_code_row *ledger_codes_at(const ledger_codes *codes, lj_str list, uint32_t code_idx)
{
    uint32_t from_idx = 0;
    uint32_t count = find_list(codes->rows, codes->count, list, &from_idx);
    return code_idx < count ? &codes->rows[from_idx + code_idx] : NULL;
}

const ledger_code_row *ledger_codes_lookup(const ledger_codes *codes, lj_str list, lj_str code)
{
    uint32_t from_idx = 0;
    uint32_t count = find_list(codes->rows, codes->count, list, &from_idx);
    for (uint32_t i = from_idx; i < from_idx + count; i++) {
        if (lj_str_is(codes->rows[i].code, code)) {
            return &codes->rows[i];
        }
    }
    return NULL;
}
