/* SPDX-License-Identifier: AGPL-3.0-or-later
 * See table_dump.h. */
#include "table_dump.h"

#include "base/num.h"

static void put_text(lj_buf *out, lj_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '\n' || c == '\r') {
            lj_buf_put_cstr(out, c == '\n' ? "\\n" : "\\r");
        } else {
            lj_buf_put_u8(out, (uint8_t)c);
        }
    }
}

static void put_flags(lj_buf *out, uint32_t flags)
{
    static const char *const names[] = {"merged", "covered", "bad_date",
                                        "long",   "letters", "quote"};
    if (flags == 0) {
        return;
    }
    lj_buf_put_cstr(out, " (");
    bool first = true;
    for (size_t i = 0; i < LJ_COUNT_OF(names); i++) {
        if ((flags & (1U << i)) != 0) {
            lj_buf_put_cstr(out, first ? "" : " ");
            lj_buf_put_cstr(out, names[i]);
            first = false;
        }
    }
    lj_buf_put_cstr(out, ")");
}

static lj_code put_row(void *ctx, const table_row *row, lj_err *err)
{
    static const char *const kinds[] = {"empty", "text", "number", "date",
                                        "time",  "bool", "error",  "formula"};
    lj_buf *out = ctx;
    (void)err;
    lj_buf_put_dec(out, row->row_no);
    for (uint32_t i = 0; i < row->cell_count; i++) {
        const table_cell *cell = &row->cells[i];
        char name[TABLE_CELL_NAME_CAP];
        table_cell_name(1, cell->column_idx, name);
        name[strlen(name) - 1] = '\0';
        lj_buf_put_cstr(out, i > 0 ? "; " : " ");
        lj_buf_put_cstr(out, name);
        lj_buf_put_u8(out, ' ');
        lj_buf_put_cstr(out, kinds[cell->kind]);
        lj_buf_put_u8(out, ' ');
        put_text(out, cell->text);
        put_flags(out, cell->flags);
    }
    lj_buf_put_u8(out, '\n');
    return LJ_OK;
}

lj_code table_dump(lj_slice bytes, const table_options *options, lj_buf *out,
                   table_summary *summary)
{
    lj_arena *arena = lj_arena_new(TABLE_ARENA_MAX);
    table_sink sink = {out, put_row};
    lj_err err = {0};
    lj_code code = LJ_E_NOMEM;
    if (arena != NULL) {
        code = table_read(bytes, options, arena, &sink, summary, &err);
    }
    if (arena != NULL && summary->fault.code != TABLE_FAULT_NONE) {
        lj_buf_put_cstr(out, "fault ");
        lj_buf_put_cstr(out, table_fault_row_of(summary->fault.code)->name);
        if (summary->fault.row_no > 0) {
            lj_buf_put_u8(out, ' ');
            if (summary->fault.has_column) {
                lj_buf_put_cstr(out, summary->fault.cell);
            } else {
                lj_buf_put_dec(out, summary->fault.row_no);
            }
        }
        lj_buf_put_u8(out, '\n');
    }
    summary->sheet = (lj_str){NULL, 0}; /* its bytes go with the arena */
    lj_arena_free(arena);
    return code;
}
