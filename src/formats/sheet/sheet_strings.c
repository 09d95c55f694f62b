/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The table of shared strings of a workbook.
 *
 * Model. All strings are kept, because cells name them by number. Strings that no cell named are
 * emitted when all sheets are read (X17): they are in the file, and nobody sees them.
 *
 * Limits. 24 MiB of text, 1,048,576 strings, 65,536 looks; strings beyond that are emitted at once,
 * without their cells. */
#include "formats/sheet/sheet.h"

#include "base/num.h"

enum {
    TEXT_MAX = 24 * 1024 * 1024,
    STRINGS_MAX = 1024 * 1024,
    LOOKS_MAX = 65536,
};

void sheet_strings_init(sheet_strings *strings, lj_arena *arena)
{
    *strings = (sheet_strings){.part = 0};
    lj_buf_init(&strings->text, arena, TEXT_MAX);
}

static sheet_string *string_add(sheet_strings *strings, lj_arena *arena)
{
    if (strings->count == strings->cap) {
        uint32_t cap = strings->cap == 0 ? 256 : strings->cap * 2;
        sheet_string *rows = cap <= STRINGS_MAX ? lj_arena_array(arena, cap, sizeof(*rows)) : NULL;
        if (rows == NULL) {
            return NULL;
        }
        if (strings->count > 0) {
            memcpy(rows, strings->rows, strings->count * sizeof(*rows));
        }
        strings->rows = rows;
        strings->cap = cap;
    }
    return &strings->rows[strings->count++];
}

static void keep_looks(sheet_strings *strings, sheet_string *row, const span_block *block,
                       lj_arena *arena)
{
    if (block->look_count == 0 || block->look_count > UINT16_MAX ||
        strings->look_count + block->look_count > LOOKS_MAX) {
        return;
    }
    if (strings->looks == NULL || strings->look_count + block->look_count > strings->look_cap) {
        uint32_t cap = strings->look_cap * 2 + block->look_count + 64;
        span_look *looks = lj_arena_array(arena, cap, sizeof(*looks));
        if (looks == NULL) {
            return;
        }
        if (strings->look_count > 0) {
            memcpy(looks, strings->looks, strings->look_count * sizeof(*looks));
        }
        strings->looks = looks;
        strings->look_cap = cap;
    }
    memcpy(strings->looks + strings->look_count, block->looks,
           block->look_count * sizeof(*block->looks));
    row->look_from = strings->look_count;
    row->look_count = (uint16_t)block->look_count;
    strings->look_count += block->look_count;
}

bool sheet_strings_add(sheet_strings *strings, lj_arena *arena, span_block *block)
{
    size_t len = block->text.len;
    strings->is_full = strings->is_full || strings->text.len + len > TEXT_MAX;
    sheet_string *row = strings->is_full ? NULL : string_add(strings, arena);
    if (row == NULL) {
        strings->is_full = true;
        return false;
    }
    *row = (sheet_string){.from = (uint32_t)strings->text.len, .len = (uint32_t)len};
    lj_buf_put(&strings->text, lj_buf_slice(&block->text));
    if (!lj_buf_ok(&strings->text)) {
        row->len = 0;
        strings->is_full = true;
        return false;
    }
    keep_looks(strings, row, block, arena);
    span_block_clear(block);
    return true;
}

lj_str sheet_string_text(const sheet_strings *strings, const sheet_string *row)
{
    lj_slice text = lj_slice_part(lj_buf_slice(&strings->text), row->from, row->len);
    return (lj_str){(const char *)text.ptr, text.len};
}

lj_code sheet_emit_unused(format_run *run, const sheet_strings *strings, const span *base)
{
    lj_code code = LJ_OK;
    for (uint32_t i = 0; i < strings->count && code == LJ_OK; i++) {
        const sheet_string *row = &strings->rows[i];
        lj_str text = row->is_used ? (lj_str){NULL, 0} : sheet_string_text(strings, row);
        if (!look_is_blank(text)) {
            span what = *base;
            what.text = text;
            what.hidden_by |= SPAN_HIDE(SPAN_HIDDEN_UNREACHABLE);
            code = format_emit(run, &what);
        }
    }
    return code;
}
