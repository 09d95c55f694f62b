/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The table of format_idx.h. */
#include "scan/format_idx.h"

#include "base/num.h"
#include "formats/format.h"

static const char *const own[] = {
    "unknown", "empty", "folder", "fifo", "socket", "char_device", "block_device",
};

uint32_t format_idx_of(lj_str name)
{
    for (uint32_t i = 0; i < LJ_COUNT_OF(own); i++) {
        if (lj_str_is(name, lj_cstr_str(own[i]))) {
            return i;
        }
    }
    const format_row *row = format_row_at(0);
    for (uint32_t i = 0; row != NULL; row = format_row_at(++i)) {
        if (name.len > 0 && row->name[0] == name.ptr[0] &&
            lj_str_is(name, lj_cstr_str(row->name))) {
            return i + (uint32_t)LJ_COUNT_OF(own);
        }
    }
    return FORMAT_IDX_NONE;
}

const char *format_idx_name(uint32_t idx)
{
    if (idx < LJ_COUNT_OF(own)) {
        return own[idx];
    }
    const format_row *row = format_row_at(idx - (uint32_t)LJ_COUNT_OF(own));
    return row != NULL ? row->name : NULL;
}
