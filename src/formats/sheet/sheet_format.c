/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Number formats: words that stand in the format instead of the cell, and formats that show
 * nothing.
 *
 * Specification: ECMA-376 part 1: 18.8.31 (format codes): up to four sections "positive;negative;
 * zero;text"; quotes and backslashes make literal text, _x leaves a gap, *x fills, brackets hold
 * colours, conditions, currencies and calendars.
 *
 * Model. A value is rendered as far as words are concerned (hidden-marks X07: `"机密★"0"年"` on the
 * value 10): literals as they are, the stored value at the first place of a digit, date parts by
 * the calendar. A value in a section that is empty is not shown (X06: `;;;`).
 *
 * Traps. Dates of Chinese offices are `yyyy"年"m"月"d"日"`: such words say nothing and are not
 * rendered, or every date would become a text. `;;` hides numbers but shows text.
 *
 * Not done. Rounding, thousands, exponents, fractions, elapsed time; conditions other than the
 * sign; digits in Han numerals ([DBNum1]). */
#include "formats/sheet/sheet.h"

#include "base/num.h"
#include "formats/xml_token.h"

enum { SECTIONS = 4 };

/* A section cut into items. */
typedef enum item {
    ITEM_END,
    ITEM_LITERAL,
    ITEM_DIGIT,
    ITEM_TEXT,
    ITEM_LETTER,
    ITEM_GENERAL,
    ITEM_OTHER
} item;

typedef struct scan {
    lj_slice code;
    size_t at;
    lj_slice literal; /* of ITEM_LITERAL */
    char letter;      /* of ITEM_LETTER: y m d h s e g */
    size_t letters;   /* how often it stands there */
} scan;

static size_t char_len(lj_slice code, size_t at)
{
    uint8_t c = code.ptr[at];
    size_t len = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    return lj_min_size(len, code.len - at);
}

/* Behind the partner of the quote or bracket at `at`. */
static size_t behind(lj_slice code, size_t at, uint8_t close)
{
    size_t end = at + 1;
    while (end < code.len && code.ptr[end] != close) {
        end++;
    }
    return end < code.len ? end + 1 : end;
}

static item next_item(scan *s)
{
    lj_slice code = s->code;
    if (s->at >= code.len) {
        return ITEM_END;
    }
    size_t from = s->at;
    uint8_t c = code.ptr[from];
    uint8_t lower = c | 0x20U;
    switch (c) {
    case '"': {
        s->at = behind(code, from, '"');
        bool closed = s->at > from + 1 && code.ptr[s->at - 1] == '"';
        s->literal = lj_slice_part(code, from + 1, s->at - from - (closed ? 2 : 1));
        return ITEM_LITERAL;
    }
    case '[':
        s->at = behind(code, from, ']');
        if (from + 1 < code.len && code.ptr[from + 1] == '$') { /* [$text-locale] */
            size_t end = from + 2;
            while (end < s->at && code.ptr[end] != '-' && code.ptr[end] != ']') {
                end++;
            }
            s->literal = lj_slice_part(code, from + 2, end - from - 2);
            return ITEM_LITERAL;
        }
        return ITEM_OTHER;
    case '\\':
    case '!': /* the escape of Chinese and Japanese editions */
        s->at = from + 1;
        if (s->at < code.len) {
            size_t len = char_len(code, s->at);
            s->literal = lj_slice_part(code, s->at, len);
            s->at += len;
            return ITEM_LITERAL;
        }
        return ITEM_OTHER;
    case '_':
    case '*':
        s->at = from + 1;
        s->at += s->at < code.len ? char_len(code, s->at) : 0;
        return ITEM_OTHER;
    case '0':
    case '#':
    case '?':
        s->at = from + 1;
        return ITEM_DIGIT;
    case '@':
        s->at = from + 1;
        return ITEM_TEXT;
    default:
        break;
    }
    if (lj_slice_has_prefix(lj_slice_part(code, from, SIZE_MAX), LJ_BYTES("General"))) {
        s->at = from + 7;
        return ITEM_GENERAL;
    }
    if (c >= 0x80) {
        size_t len = char_len(code, from);
        s->at = from + len;
        s->literal = lj_slice_part(code, from, len);
        return ITEM_LITERAL;
    }
    if (lower == 'y' || lower == 'm' || lower == 'd' || lower == 'h' || lower == 's') {
        while (s->at < code.len && (code.ptr[s->at] | 0x20U) == lower) {
            s->at++;
        }
        s->letter = (char)lower;
        s->letters = s->at - from;
        return ITEM_LETTER;
    }
    s->at = from + 1;
    return ITEM_OTHER;
}

/* Cuts the code into its sections; quotes, escapes and brackets may hold ";". */
static uint32_t split(lj_slice code, lj_slice out[SECTIONS])
{
    uint32_t count = 0;
    size_t from = 0;
    size_t at = 0;
    while (at < code.len && count < SECTIONS - 1) {
        uint8_t c = code.ptr[at];
        if (c == ';') {
            out[count++] = lj_slice_part(code, from, at - from);
            from = ++at;
        } else if (c == '"' || c == '[') {
            at = behind(code, at, c == '"' ? '"' : ']');
        } else if (c == '\\' || c == '_' || c == '*' || c == '!') {
            at += 2;
        } else {
            at++;
        }
    }
    out[count++] = from < code.len ? lj_slice_part(code, from, SIZE_MAX) : (lj_slice){NULL, 0};
    return count;
}

/* True for a literal that dates and amounts are made of. */
static bool is_ordinary(lj_slice literal)
{
    static const char *const words[] = {"年",   "月",   "日",   "时", "分",      "秒",
                                        "上午", "下午", "星期", "元", "￥",      "¥",
                                        "時",   "号",   "€",    "£",  "\xC2\xA0"};
    while (literal.len > 0) {
        size_t taken = literal.ptr[0] < 0x80 ? 1 : 0;
        for (size_t i = 0; i < LJ_COUNT_OF(words) && taken == 0; i++) {
            lj_slice word = lj_cstr_bytes(words[i]);
            taken = lj_slice_has_prefix(literal, word) ? word.len : 0;
        }
        if (taken == 0) {
            return false;
        }
        literal = lj_slice_part(literal, taken, SIZE_MAX);
    }
    return true;
}

bool sheet_format_says_words(lj_slice code)
{
    scan s = {.code = code};
    uint32_t letters = 0;
    for (item what = next_item(&s); what != ITEM_END; what = next_item(&s)) {
        if (what != ITEM_LITERAL) {
            continue;
        }
        if (!is_ordinary(s.literal)) {
            return true;
        }
        for (size_t i = 0; i < s.literal.len; i++) {
            uint8_t lower = s.literal.ptr[i] | 0x20U;
            letters += lower >= 'a' && lower <= 'z' ? 1 : 0;
        }
    }
    return letters >= 4; /* "SECRET" */
}

static bool is_empty(lj_slice section)
{
    scan s = {.code = section};
    for (item what = next_item(&s); what != ITEM_END; what = next_item(&s)) {
        if (what != ITEM_OTHER) {
            return false;
        }
    }
    return true;
}

bool sheet_format_hides(lj_slice code, bool is_number)
{
    lj_slice sections[SECTIONS] = {
        {NULL, 0},
        {NULL, 0},
        {NULL, 0},
        {NULL, 0}
    };
    if (code.len == 0) {
        return false;
    }
    uint32_t count = split(code, sections);
    if (!is_number) {
        return count == SECTIONS && is_empty(sections[SECTIONS - 1]);
    }
    return count > 1 && is_empty(sections[0]);
}

/* Year, month and day of a serial number of the 1900 system (18.17.4.1). */
static void civil_of(int64_t serial, int64_t out[3])
{
    int64_t days = serial + 693899; /* since 0000-03-01 */
    int64_t era = days / 146097;
    int64_t of_era = days - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t shifted = (5 * of_year + 2) / 153;
    out[2] = of_year - (153 * shifted + 2) / 5 + 1;
    out[1] = shifted + (shifted < 10 ? 3 : -9);
    out[0] = year + era * 400 + (out[1] <= 2 ? 1 : 0);
}

static void put_date(const scan *s, lj_str value, lj_buf *out)
{
    int64_t serial = 0;
    int64_t civil[3] = {0, 0, 0};
    if (!xml_int(value, &serial) || serial < 0 || serial > 2958465) { /* 9999-12-31 */
        return;
    }
    civil_of(serial, civil);
    int64_t part = s->letter == 'y'   ? civil[0]
                   : s->letter == 'm' ? civil[1]
                   : s->letter == 'd' ? civil[2]
                                      : 0;
    part = s->letter == 'y' && s->letters <= 2 ? part % 100 : part;
    if (part < 10 && s->letters == 2) {
        lj_buf_put_u8(out, '0');
    }
    lj_buf_put_dec(out, (uint64_t)part);
}

void sheet_format_render(lj_slice code, lj_str value, bool is_number, lj_buf *out)
{
    lj_slice sections[SECTIONS] = {
        {NULL, 0},
        {NULL, 0},
        {NULL, 0},
        {NULL, 0}
    };
    uint32_t count = split(code, sections);
    uint32_t which = 0;
    if (!is_number) {
        which = count == SECTIONS ? SECTIONS - 1 : 0;
    } else if (value.len > 0 && value.ptr[0] == '-') {
        which = count > 1 ? 1 : 0;
        value = which == 1 ? (lj_str){value.ptr + 1, value.len - 1} : value;
    } else if (lj_str_is(value, LJ_STR("0"))) {
        which = count > 2 ? 2 : 0;
    }
    scan s = {.code = sections[which]};
    bool has_value = false;
    for (item what = next_item(&s); what != ITEM_END; what = next_item(&s)) {
        switch (what) {
        case ITEM_LITERAL:
            lj_buf_put(out, s.literal);
            break;
        case ITEM_DIGIT:
        case ITEM_GENERAL:
        case ITEM_TEXT:
            if (!has_value) {
                lj_buf_put(out, lj_str_bytes(value));
            }
            has_value = true;
            break;
        case ITEM_LETTER:
            if (is_number) {
                put_date(&s, value, out);
            }
            break;
        case ITEM_OTHER:
        case ITEM_END:
            break;
        }
    }
}

/* Decimals of a fraction below 1, rounded to `places`, without zeroes at the end; true when it was
 * rounded up to 1. */
static bool put_decimals(lj_buf *out, double rest, uint32_t places)
{
    uint64_t scale = 1;
    for (uint32_t i = 0; i < places; i++) {
        scale *= 10;
    }
    uint64_t decimals = (uint64_t)(rest * (double)scale + 0.5);
    if (decimals >= scale) {
        return true;
    }
    if (decimals > 0) {
        lj_buf_put_u8(out, '.');
    }
    while (decimals > 0 && scale > 1) {
        scale /= 10;
        lj_buf_put_u8(out, (uint8_t)('0' + decimals / scale));
        decimals %= scale;
    }
    return false;
}

/* Very large and very small numbers: one digit, decimals, a power of ten. */
static void put_scientific(lj_buf *out, double value)
{
    uint32_t power = 0;
    bool small = value < 1;
    while (small ? value < 1 : value >= 10) {
        value = small ? value * 10 : value / 10;
        power++;
    }
    uint64_t digit = (uint64_t)value;
    size_t before = out->len;
    lj_buf_put_dec(out, digit);
    if (put_decimals(out, value - (double)digit, 14)) {
        out->len = before; /* 9.999... */
        lj_buf_put_dec(out, digit + 1);
    }
    lj_buf_put_cstr(out, small ? "E-" : "E+");
    lj_buf_put_cstr(out, power < 10 ? "0" : "");
    lj_buf_put_dec(out, power);
}

void sheet_put_number(lj_buf *out, double value)
{
    enum { DIGITS = 15 };
    if (value < 0) {
        lj_buf_put_u8(out, '-');
        value = -value;
    }
    if (!(value <= 1.7976931348623157e308)) { /* no number, or no end */
        lj_buf_put_u8(out, '0');
        return;
    }
    if (value >= 1e15 || (value > 0 && value < 1e-4)) {
        put_scientific(out, value);
        return;
    }
    uint64_t whole = (uint64_t)value;
    uint32_t places = 1; /* digits before the point */
    for (uint64_t left = whole; left >= 10; left /= 10) {
        places++;
    }
    size_t before = out->len;
    lj_buf_put_dec(out, whole);
    if (put_decimals(out, value - (double)whole, DIGITS - places)) {
        out->len = before;
        lj_buf_put_dec(out, whole + 1);
    }
}

double sheet_real(uint64_t bits)
{
    double value = 0;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

double sheet_rk(uint32_t rk)
{
    enum { HUNDRED = 1, WHOLE = 2 };
    double value = 0;
    if ((rk & WHOLE) != 0) {
        double upper = (double)(rk >> 2);
        value = (rk & 0x80000000U) != 0 ? upper - 1073741824.0 : upper;
    } else {
        value = sheet_real((uint64_t)(rk & ~(uint32_t)3) << 32);
    }
    return (rk & HUNDRED) != 0 ? value / 100 : value;
}
