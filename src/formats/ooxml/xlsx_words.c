/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Small languages inside of sheets: cell references, headers with their codes.
 *
 * Specification: ECMA-376 part 1: 18.18.7 (ST_CellRef), 18.3.1.46 (header and footer codes).
 *
 * Model. A header is cut into its left, centre and right section, each one span, its codes become
 * looks (X09).
 *
 * Traps. Codes may stand inside a word: "机&B密". A size code eats the digits behind it. */
#include "formats/ooxml/xlsx.h"

#include "base/num.h"

enum { COL_MAX = 16384 };

bool xlsx_cell_ref(lj_str ref, uint32_t *out_row, uint32_t *out_col)
{
    uint32_t col = 0;
    uint32_t row = 0;
    size_t at = 0;
    for (; at < ref.len && col <= COL_MAX; at++) {
        uint8_t lower = (uint8_t)ref.ptr[at] | 0x20U;
        if (lower < 'a' || lower > 'z') {
            break;
        }
        col = col * 26 + (uint32_t)(lower - 'a' + 1);
    }
    size_t digits = at;
    for (; at < ref.len && ref.ptr[at] >= '0' && ref.ptr[at] <= '9' && row < 100000000; at++) {
        row = row * 10 + (uint32_t)(ref.ptr[at] - '0');
    }
    if (col == 0 || at == digits) {
        return false;
    }
    *out_row = row;
    *out_col = col;
    return true;
}

void xlsx_emit_header(opc_xml *x, span_role role, lj_str text)
{
    span base = opc_span(x, role);
    base.place.part_id = opc_part_id(x->pkg, x->part);
    if (x->code == LJ_OK) {
        x->code = sheet_emit_header(x->pkg->run, &base, text, &x->pkg->alt_count);
    }
}
