/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Formulas of sheets.
 *
 * Specification: ECMA-376 part 1: 18.17 (formulas); ODF 1.2 part 2: 5 (OpenFormula).
 *
 * Model. Of a formula only constants count: strings, and functions that make letters of numbers,
 * joined in their order (X11).
 *
 * Traps. CHAR gives bytes of the local charset, so that two calls make one letter.
 *
 * Not done. REPT, MID and other functions over constants; the cached value shows their result. */
#include "formats/sheet/sheet.h"

#include "base/num.h"
#include "formats/xml_token.h"

/* A constant that a function makes: UNICHAR(n), CHAR(n) (bytes of the local charset). */
static size_t fold_call(lj_slice text, size_t at, size_t name_len, lj_buf *out, lj_buf *bytes)
{
    lj_slice name = lj_slice_part(text, at, name_len);
    size_t open = at + name_len;
    bool unichar = lj_slice_is_nocase(name, LJ_BYTES("UNICHAR")) ||
                   lj_slice_is_nocase(name, LJ_BYTES("_xlfn.UNICHAR"));
    bool local = lj_slice_is_nocase(name, LJ_BYTES("CHAR"));
    int64_t value = 0;
    if ((!unichar && !local) || open >= text.len || text.ptr[open] != '(' ||
        !xml_int((lj_str){(const char *)text.ptr + open + 1, text.len - open - 1}, &value) ||
        value <= 0 || value > 0x10FFFF) {
        return 0;
    }
    size_t end = open;
    while (end < text.len && text.ptr[end] != ')') {
        end++;
    }
    if (unichar) {
        lj_buf_put_utf8(out, (uint32_t)value);
    } else if (value < 0x100) {
        lj_buf_put_u8(bytes, (uint8_t)value);
    } else { /* Chinese editions take both bytes at once */
        lj_buf_put_u8(bytes, (uint8_t)(value >> 8));
        lj_buf_put_u8(bytes, (uint8_t)value);
    }
    return end + 1 - at;
}

void sheet_fold_formula(lj_str formula, lj_buf *out)
{
    lj_slice text = lj_str_bytes(formula);
    uint8_t room[256];
    lj_buf bytes = {.ptr = room, .cap = sizeof(room), .max_len = sizeof(room)};
    for (size_t at = 0; at < text.len;) {
        uint8_t c = text.ptr[at];
        uint8_t lower = c | 0x20U;
        if (c == '"') {
            (void)text_to_utf8(TEXT_GB18030, lj_buf_slice(&bytes), false, out, NULL);
            lj_buf_clear(&bytes);
            size_t end = at + 1;
            while (end < text.len &&
                   (text.ptr[end] != '"' || (end + 1 < text.len && text.ptr[end + 1] == '"'))) {
                end += text.ptr[end] == '"' ? 2 : 1;
            }
            lj_buf_put(out, lj_slice_part(text, at + 1, end - at - 1));
            at = end + 1;
        } else if (lower >= 'a' && lower <= 'z') {
            size_t end = at;
            while (end < text.len &&
                   (text.ptr[end] == '.' || text.ptr[end] == '_' ||
                    ((text.ptr[end] | 0x20U) >= 'a' && (text.ptr[end] | 0x20U) <= 'z'))) {
                end++;
            }
            size_t taken =
                bytes.len + 2 <= sizeof(room) ? fold_call(text, at, end - at, out, &bytes) : 0;
            at = taken > 0 ? at + taken : end;
        } else {
            at++;
        }
    }
    (void)text_to_utf8(TEXT_GB18030, lj_buf_slice(&bytes), false, out, NULL);
}
