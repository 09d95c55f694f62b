/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Numbers, identifiers, matrices and lists of offsets as attributes hold them.
 *
 * Specification: GB/T 33190-2016 7.1 (basic types: ST_ID, ST_RefID, ST_Array, ST_Box), 11.3
 * (offsets of letters: "g 3 5.5" stands for three times 5.5).
 *
 * Traps. Numbers come with 17 digits, with exponents, with commas between them; a list may claim a
 * million repetitions: it is walked step by step and never unfolded. */
#include "formats/ofd/ofd.h"

enum {
    DIGITS_MAX = 18
}; /* that count; what stands behind them is below the precision of a float */

ofd_matrix ofd_matrix_scale(float by)
{
    return (ofd_matrix){by, 0, 0, by, 0, 0};
}

ofd_matrix ofd_matrix_move(float x, float y)
{
    return (ofd_matrix){1, 0, 0, 1, x, y};
}

ofd_matrix ofd_matrix_concat(ofd_matrix m, ofd_matrix then)
{
    return (ofd_matrix){
        m.a * then.a + m.b * then.c,          m.a * then.b + m.b * then.d,
        m.c * then.a + m.d * then.c,          m.c * then.b + m.d * then.d,
        m.e * then.a + m.f * then.c + then.e, m.e * then.b + m.f * then.d + then.f,
    };
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/* Steps over digits; the first DIGITS_MAX of them go into *value, the others are counted. */
static size_t take_digits(lj_str text, size_t at, uint64_t *value, int *taken, int *dropped)
{
    while (at < text.len && is_digit((uint8_t)text.ptr[at])) {
        if (*taken < DIGITS_MAX) {
            *value = *value * 10 + (uint64_t)(text.ptr[at] - '0');
            *taken += *value > 0 ? 1 : 0;
        } else {
            ++*dropped;
        }
        at++;
    }
    return at;
}

/* Ten to the power of a whole number between -60 and 60. */
static double power_of_ten(int exponent)
{
    static const double low[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7};
    static const double high[] = {1, 1e8, 1e16, 1e24, 1e32, 1e40, 1e48, 1e56};
    int size = exponent < 0 ? -exponent : exponent;
    size = size > 60 ? 60 : size;
    double power = low[size % 8] * high[size / 8];
    return exponent < 0 ? 1.0 / power : power;
}

/* "E-4" at *at, or nothing. */
static int take_exponent(lj_str text, size_t *at)
{
    size_t next = *at;
    if (next >= text.len || (text.ptr[next] | 0x20) != 'e') {
        return 0;
    }
    next++;
    bool is_negative = next < text.len && text.ptr[next] == '-';
    next += next < text.len && (text.ptr[next] == '-' || text.ptr[next] == '+') ? 1 : 0;
    if (next >= text.len || !is_digit((uint8_t)text.ptr[next])) {
        return 0;
    }
    int value = 0;
    while (next < text.len && is_digit((uint8_t)text.ptr[next])) {
        value = value < 1000 ? value * 10 + (text.ptr[next] - '0') : value;
        next++;
    }
    *at = next;
    return is_negative ? -value : value;
}

bool ofd_number_next(lj_str *rest, float *out)
{
    lj_str text = *rest;
    size_t at = 0;
    while (at < text.len && ((uint8_t)text.ptr[at] <= ' ' || text.ptr[at] == ',')) {
        at++;
    }
    bool is_negative = at < text.len && text.ptr[at] == '-';
    at += at < text.len && (text.ptr[at] == '-' || text.ptr[at] == '+') ? 1 : 0;
    size_t from = at;
    uint64_t value = 0;
    int taken = 0;
    int exponent = 0;
    at = take_digits(text, at, &value, &taken, &exponent);
    size_t digits = at - from;
    if (at < text.len && text.ptr[at] == '.') {
        size_t point = ++at;
        int dropped = 0;
        at = take_digits(text, at, &value, &taken, &dropped);
        digits += at - point;
        exponent -= (int)(at - point) - dropped;
    }
    if (digits == 0) {
        return false;
    }
    exponent += take_exponent(text, &at);
    double number = (double)value;
    if (exponent != 0 && value != 0) {
        number *= power_of_ten(exponent);
    }
    number = number > 1e9 ? 1e9 : number; /* far outside of every page; sums stay finite */
    *out = (float)(is_negative ? -number : number);
    *rest = ofd_behind(text, at);
    return true;
}

uint32_t ofd_numbers(lj_str text, float *out, uint32_t most)
{
    uint32_t count = 0;
    while (count < most && ofd_number_next(&text, &out[count])) {
        count++;
    }
    return count;
}

bool ofd_number(lj_str text, float *out)
{
    return ofd_number_next(&text, out);
}

uint32_t ofd_id(lj_str text)
{
    size_t at = 0;
    while (at < text.len && (uint8_t)text.ptr[at] <= ' ') {
        at++;
    }
    uint64_t id = 0;
    while (at < text.len && is_digit((uint8_t)text.ptr[at]) && id <= UINT32_MAX) {
        id = id * 10 + (uint64_t)(text.ptr[at] - '0');
        at++;
    }
    return id <= UINT32_MAX ? (uint32_t)id : 0;
}

bool ofd_bool(lj_str text, bool standard)
{
    lj_slice bytes = lj_str_bytes(text);
    if (lj_slice_is_nocase(bytes, LJ_BYTES("false")) || OFD_IS(text, "0")) {
        return false;
    }
    if (lj_slice_is_nocase(bytes, LJ_BYTES("true")) || OFD_IS(text, "1")) {
        return true;
    }
    return standard;
}

bool ofd_delta_next(ofd_deltas *it, float *out)
{
    if (it->repeat == 0) {
        size_t at = 0;
        while (at < it->rest.len && (uint8_t)it->rest.ptr[at] <= ' ') {
            at++;
        }
        bool is_group = at < it->rest.len && (it->rest.ptr[at] | 0x20) == 'g';
        at += is_group ? 1 : 0;
        it->rest = ofd_behind(it->rest, at);
        float count = 1;
        if (is_group && !ofd_number_next(&it->rest, &count)) {
            return false;
        }
        if (!ofd_number_next(&it->rest, &it->value)) {
            return false;
        }
        it->repeat = count >= 1 ? (uint64_t)count : 1;
    }
    it->repeat--;
    *out = it->value;
    return true;
}
