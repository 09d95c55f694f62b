/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Numbers of cells as canonical text.
 *
 * Model. A workbook stores a double as text with up to 17 digits: 0.1 is 0.10000000000000001 there.
 * Up to 15 digits, text and double tell the same, so the text only loses its idle zeros. Longer
 * ones go through the double, and the shortest of 15, 16 and 17 digits that gives it back is taken.
 * Without a locale set, the decimal point of strtod and snprintf is "."; nothing here sets one. */
#include "report/table_in_priv.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    TEXT_MAX = 400,    /* bytes of a number in a file */
    EXACT_DIGITS = 15, /* DBL_DIG */
    ROUND_DIGITS = 17, /* DBL_DECIMAL_DIG */
    PLAIN_MAX = 21,    /* digits before the point that are written out */
    PLAIN_ZEROS = 15,  /* zeros behind the point that are written out */
};

/* A number taken apart. */
typedef struct digits {
    bool negative, has_power;
    lj_slice whole, part; /* digits before and behind the point */
} digits;

static lj_slice take_run(lj_slice text, size_t *at)
{
    size_t from = *at;
    while (*at < text.len && text.ptr[*at] >= '0' && text.ptr[*at] <= '9') {
        (*at)++;
    }
    return lj_slice_of(text.ptr + from, *at - from);
}

/* [+-] digits [. digits] [E [+-] digits]; blanks around were cut off by the caller. */
static bool take_apart(lj_slice text, digits *out)
{
    *out = (digits){0};
    size_t at = 0;
    if (text.len > 0 && (text.ptr[0] == '-' || text.ptr[0] == '+')) {
        out->negative = text.ptr[0] == '-';
        at = 1;
    }
    out->whole = take_run(text, &at);
    if (at < text.len && text.ptr[at] == '.') {
        at++;
        out->part = take_run(text, &at);
    }
    if (out->whole.len + out->part.len == 0) {
        return false;
    }
    if (at < text.len && (text.ptr[at] | 0x20) == 'e') {
        at++;
        if (at < text.len && (text.ptr[at] == '-' || text.ptr[at] == '+')) {
            at++;
        }
        out->has_power = true;
        if (take_run(text, &at).len == 0) {
            return false;
        }
    }
    return at == text.len;
}

static lj_slice trim_number(lj_slice text)
{
    while (text.len > 0 && text.ptr[0] <= ' ') {
        text = lj_slice_part(text, 1, SIZE_MAX);
    }
    while (text.len > 0 && text.ptr[text.len - 1] <= ' ') {
        text.len--;
    }
    return text;
}

bool table_number_of(lj_slice text, double *out)
{
    char copy[TEXT_MAX + 1];
    digits parts;
    text = trim_number(text);
    if (text.len == 0 || text.len > TEXT_MAX || !take_apart(text, &parts)) {
        return false;
    }
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    double value = strtod(copy, NULL);
    if (!(value >= -1.7976931348623157e308 && value <= 1.7976931348623157e308)) {
        return false;
    }
    *out = value;
    return true;
}

/* Up to 15 digits without a power of ten: only idle zeros go. */
static bool put_short(const digits *parts, lj_buf *out)
{
    lj_slice whole = parts->whole;
    lj_slice part = parts->part;
    while (whole.len > 0 && whole.ptr[0] == '0') {
        whole = lj_slice_part(whole, 1, SIZE_MAX);
    }
    while (part.len > 0 && part.ptr[part.len - 1] == '0') {
        part.len--;
    }
    if (parts->has_power || whole.len + part.len > EXACT_DIGITS) {
        return false;
    }
    if (parts->negative && whole.len + part.len > 0) {
        lj_buf_put_u8(out, '-');
    }
    if (whole.len == 0) {
        lj_buf_put_u8(out, '0');
    }
    lj_buf_put(out, whole);
    if (part.len > 0) {
        lj_buf_put_u8(out, '.');
        lj_buf_put(out, part);
    }
    return true;
}

static void put_zeros(lj_buf *out, int64_t count)
{
    for (; count > 0; count--) {
        lj_buf_put_u8(out, '0');
    }
}

/* Digits "ddd" of which the point stands behind the first `point` ones. */
static void put_placed(lj_slice all, int64_t point, lj_buf *out)
{
    int64_t len = (int64_t)all.len;
    if (point > PLAIN_MAX || point < -PLAIN_ZEROS) {
        int64_t power = point - 1;
        lj_buf_put(out, lj_slice_part(all, 0, 1));
        if (all.len > 1) {
            lj_buf_put_u8(out, '.');
            lj_buf_put(out, lj_slice_part(all, 1, SIZE_MAX));
        }
        lj_buf_put_cstr(out, power < 0 ? "E-" : "E+");
        lj_buf_put_dec(out, (uint64_t)(power < 0 ? -power : power));
    } else if (point <= 0) {
        lj_buf_put_cstr(out, "0.");
        put_zeros(out, -point);
        lj_buf_put(out, all);
    } else {
        lj_buf_put(out, lj_slice_part(all, 0, (size_t)point));
        put_zeros(out, point - len);
        if (len > point) {
            lj_buf_put_u8(out, '.');
            lj_buf_put(out, lj_slice_part(all, (size_t)point, SIZE_MAX));
        }
    }
}

/* The shortest digits of a double, as d.ddde+-xx by the C library, put where they belong. */
static void put_double(double value, lj_buf *out, bool *out_long)
{
    char text[40];
    if (value < 0) {
        lj_buf_put_u8(out, '-');
        value = -value;
    }
    int count = EXACT_DIGITS;
    for (; count <= ROUND_DIGITS; count++) {
        (void)snprintf(text, sizeof(text), "%.*e", count - 1, value);
        if (count == ROUND_DIGITS || strtod(text, NULL) == value) {
            break;
        }
    }
    uint8_t all[ROUND_DIGITS];
    size_t len = 0;
    size_t at = 0;
    for (; text[at] != 'e'; at++) {
        if (text[at] != '.') {
            all[len++] = (uint8_t)text[at];
        }
    }
    while (len > 1 && all[len - 1] == '0') {
        len--;
    }
    int64_t power = 0;
    (void)xml_int((lj_str){text + at + (text[at + 1] == '+' ? 2 : 1),
                           strlen(text + at + (text[at + 1] == '+' ? 2 : 1))},
                  &power);
    *out_long = power >= EXACT_DIGITS;
    put_placed(lj_slice_of(all, len), power + 1, out);
}

bool table_number_put(lj_slice text, lj_buf *out, bool *out_long)
{
    digits parts;
    *out_long = false;
    text = trim_number(text);
    if (text.len == 0 || text.len > TEXT_MAX || !take_apart(text, &parts)) {
        return false;
    }
    if (put_short(&parts, out)) {
        return true;
    }
    double value = 0;
    if (!table_number_of(text, &value)) {
        return false;
    }
    if (value == 0) {
        lj_buf_put_u8(out, '0');
        return true;
    }
    put_double(value, out, out_long);
    return true;
}
