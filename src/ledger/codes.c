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
extern const struct lj_embedded codes_data_files[];

struct codes {
    const codes_row *rows;
    uint32_t count;
};

enum { LIST, CODE, ZH, EN, SINCE, CELLS };

/* The rows that the list has among the first `count`: from the first of them, and how many. */
static uint32_t find_list(const codes_row *rows, uint32_t count, lj_slice list,
                          uint32_t *out_from_idx)
{
    uint32_t from_idx = 0;
    while (from_idx < count && !lj_slice_is(rows[from_idx].list, list)) {
        from_idx++;
    }
    uint32_t end_idx = from_idx;
    while (end_idx < count && lj_slice_is(rows[end_idx].list, list)) {
        end_idx++;
    }
    *out_from_idx = from_idx;
    return end_idx - from_idx;
}

static lj_code read_row(const ledger_columns_reader *reader, codes_row *rows, uint32_t count,
                        lj_err *err)
{
    const lj_slice *cells = reader->cells;
    codes_row row = {.list = cells[LIST], .code = cells[CODE], .zh = cells[ZH], .en = cells[EN]};
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
        if (lj_slice_is(rows[i].code, row.code)) {
            return lj_fail(err, LJ_E_FORMAT, reader->row_off, "a code stands twice in its list");
        }
    }
    rows[count] = row;
    return LJ_OK;
}

lj_code codes_read(lj_slice text, lj_arena *arena, const codes **out, lj_err *err)
{
    size_t lines = 1;
    for (size_t i = 0; i < text.len; i++) {
        lines += text.ptr[i] == '\n' ? 1 : 0;
    }
    codes_row *rows = lj_arena_array(arena, lines, sizeof(*rows));
    codes *all = lj_arena_alloc(arena, sizeof(*all));
    if (rows == NULL || all == NULL || lines > UINT32_MAX) {
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no room for code lists");
    }
    ledger_columns_reader reader;
    ledger_columns_init(&reader, text, CELLS);
    all->rows = rows;
    for (;;) {
        bool more = false;
        lj_code code = ledger_columns_next(&reader, &more, err);
        if (code == LJ_OK && more) {
            code = read_row(&reader, rows, all->count, err);
        }
        if (code != LJ_OK) {
            return code;
        }
        if (!more) {
            break;
        }
        all->count++;
    }
    *out = all;
    return LJ_OK;
}

lj_code codes_load(lj_arena *arena, const codes **out, lj_err *err)
{
    const struct lj_embedded *file = &codes_data_files[0];
    lj_code code = codes_read(lj_slice_of(file->bytes, file->len), arena, out, err);
    return code == LJ_E_FORMAT
               ? lj_fail(err, LJ_E_INTERNAL, UINT64_MAX, "the built-in code lists are faulty")
               : code;
}

uint32_t codes_count(const codes *all, const char *list)
{
    uint32_t from_idx = 0;
    return find_list(all->rows, all->count, lj_cstr_bytes(list), &from_idx);
}

const codes_row *codes_at(const codes *all, const char *list, uint32_t code_idx)
{
    uint32_t from_idx = 0;
    uint32_t count = find_list(all->rows, all->count, lj_cstr_bytes(list), &from_idx);
    return code_idx < count ? &all->rows[from_idx + code_idx] : NULL;
}

const codes_row *codes_lookup(const codes *all, const char *list, lj_slice code)
{
    uint32_t from_idx = 0;
    uint32_t count = find_list(all->rows, all->count, lj_cstr_bytes(list), &from_idx);
    for (uint32_t i = from_idx; i < from_idx + count; i++) {
        if (lj_slice_is(all->rows[i].code, code)) {
            return &all->rows[i];
        }
    }
    return NULL;
}

bool codes_has(const codes *all, const char *list, lj_slice code)
{
    return codes_lookup(all, list, code) != NULL;
}

lj_slice codes_find(const codes *all, const char *list, lj_slice text)
{
    uint32_t from_idx = 0;
    uint32_t count = find_list(all->rows, all->count, lj_cstr_bytes(list), &from_idx);
    for (uint32_t i = from_idx; i < from_idx + count; i++) {
        const codes_row *row = &all->rows[i];
        if (lj_slice_is(row->code, text) || lj_slice_is(row->zh, text) ||
            lj_slice_is_nocase(row->en, text)) {
            return row->code;
        }
    }
    return (lj_slice){NULL, 0};
}
