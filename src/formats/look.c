/* SPDX-License-Identifier: AGPL-3.0-or-later
 * How text looks and whether it is worth a span: see look.h.
 *
 * Specification: ECMA-376 part 1: 22.9.2.5 (hexadecimal colours); XML Schema part 2: 3.2.7
 * dateTime. */
#include "formats/look.h"

#include "base/num.h"

enum {
    CONTRAST_MIN = 16,  /* closer than this on every channel is the same colour (W06) */
    NEAR_WHITE = 240,   /* W04: from this luminance on ... */
    LIGHT_GROUND = 200, /* ... on a ground as light as this nothing is seen */
    WORDS_LETTERS = 4,  /* ASCII letters that make a word worth a look */
    WORDS_MIN = 6,      /* bytes of ASCII below which nothing can be meant */
    COLOUR_DIGITS = 6,
};

bool look_is_blank(lj_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = (uint8_t)text.ptr[i];
        if (c == 0xE3 && i + 2 < text.len && (uint8_t)text.ptr[i + 1] == 0x80 &&
            (uint8_t)text.ptr[i + 2] == 0x80) {
            i += 2; /* U+3000 */
        } else if (c > ' ') {
            return false;
        }
    }
    return true;
}

bool look_has_byte(lj_str text, char byte)
{
    return text.len > 0 && memchr(text.ptr, byte, text.len) != NULL;
}

bool look_has_high_byte(lj_str text)
{
    size_t at = 0;
    for (; at + 8 <= text.len; at += 8) {
        uint64_t word = 0;
        memcpy(&word, text.ptr + at, 8);
        if ((word & 0x8080808080808080U) != 0) {
            return true;
        }
    }
    for (; at < text.len; at++) {
        if ((uint8_t)text.ptr[at] >= 0x80) {
            return true;
        }
    }
    return false;
}

bool look_is_wordy(lj_str text)
{
    size_t letters = 0;
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = (uint8_t)text.ptr[i];
        if (c >= 0x80) {
            return true;
        }
        uint8_t lower = c | 0x20U;
        letters += lower >= 'a' && lower <= 'z' ? 1 : 0;
    }
    return text.len >= WORDS_MIN && letters >= WORDS_LETTERS;
}

uint32_t look_colour(lj_str text)
{
    size_t from = text.len > 0 && text.ptr[0] == '#' ? 1 : 0;
    if (text.len - from == COLOUR_DIGITS + 2) {
        from += 2; /* the first two digits are the opacity */
    }
    if (text.len - from != COLOUR_DIGITS) {
        return LOOK_NO_COLOUR;
    }
    uint32_t colour = 0;
    for (size_t i = from; i < text.len; i++) {
        uint8_t c = (uint8_t)text.ptr[i];
        uint8_t lower = c | 0x20U;
        if (c >= '0' && c <= '9') {
            colour = colour << 4 | (uint32_t)(c - '0');
        } else if (lower >= 'a' && lower <= 'f') {
            colour = colour << 4 | (uint32_t)(lower - 'a' + 10);
        } else {
            return LOOK_NO_COLOUR;
        }
    }
    return colour;
}

static uint32_t luminance(uint32_t colour)
{
    return ((colour >> 16 & 0xFF) * 299 + (colour >> 8 & 0xFF) * 587 + (colour & 0xFF) * 114) /
           1000;
}

bool look_no_contrast(uint32_t fg, uint32_t ground)
{
    bool same = true;
    for (int shift = 0; shift <= 16; shift += 8) {
        int a = (int)(fg >> shift & 0xFF);
        int b = (int)(ground >> shift & 0xFF);
        same = same && (a > b ? a - b : b - a) < CONTRAST_MIN;
    }
    return same || (luminance(fg) >= NEAR_WHITE && luminance(ground) >= LIGHT_GROUND);
}

uint32_t look_wingdings(uint32_t code)
{
    static const struct {
        uint8_t code;
        uint16_t point;
    } rows[] = {
        {0xAA, 0x2726},
        {0xAB, 0x2605},
        {0xAC, 0x2736},
        {0xAD, 0x2734},
        {0xAE, 0x2739},
        {0xAF, 0x2735},
        {0xB5, 0x272A},
        {0xB6, 0x2730},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        if (rows[i].code == (code & 0xFFU)) {
            return rows[i].point;
        }
    }
    return 0xF000 + (code & 0xFFU);
}

bool look_is_hei(lj_str font)
{
    static const char *const parts[] = {"黑", "Hei", "SimHei", "STHeiti", "hei"};
    /* everyday faces of screens, not the black face of marks */
    static const char *const screens[] = {"雅黑", "YaHei", "文泉驿", "WenQuanYi"};
    bool found = false;
    for (size_t i = 0; i < LJ_COUNT_OF(parts); i++) {
        found = found || lj_slice_find(lj_str_bytes(font), lj_cstr_bytes(parts[i])) != SIZE_MAX;
    }
    for (size_t i = 0; found && i < LJ_COUNT_OF(screens); i++) {
        found = lj_slice_find(lj_str_bytes(font), lj_cstr_bytes(screens[i])) == SIZE_MAX;
    }
    return found;
}

/* Days since 1970-01-01 of a civil date (proleptic Gregorian). */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
    year -= month <= 2 ? 1 : 0;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/* Digits at *at up to `count` of them; -1 when there are fewer or the separator before them is
 * another. */
static int64_t digits(lj_str text, size_t *at, size_t count, char separator)
{
    if (separator != 0) {
        if (*at >= text.len || text.ptr[*at] != separator) {
            return -1;
        }
        ++*at;
    }
    int64_t value = 0;
    for (size_t i = 0; i < count; i++, ++*at) {
        if (*at >= text.len || text.ptr[*at] < '0' || text.ptr[*at] > '9') {
            return -1;
        }
        value = value * 10 + (text.ptr[*at] - '0');
    }
    return value;
}

int64_t look_time(lj_str text)
{
    size_t at = 0;
    int64_t year = digits(text, &at, 4, 0);
    int64_t month = digits(text, &at, 2, '-');
    int64_t day = digits(text, &at, 2, '-');
    if (year < 0 || month < 1 || month > 12 || day < 1 || day > 31) {
        return 0;
    }
    int64_t seconds = days_of(year, month, day) * 86400;
    int64_t hour = digits(text, &at, 2, 'T');
    int64_t minute = digits(text, &at, 2, ':');
    int64_t second = digits(text, &at, 2, ':');
    if (hour >= 0 && minute >= 0 && second >= 0) {
        seconds += hour * 3600 + minute * 60 + second;
    }
    if (at < text.len && text.ptr[at] == '.') {
        at++;
        while (at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9') {
            at++;
        }
    }
    if (at < text.len && (text.ptr[at] == '+' || text.ptr[at] == '-')) {
        char sign = text.ptr[at];
        int64_t hours = digits(text, &at, 2, sign);
        int64_t minutes = digits(text, &at, 2, ':');
        if (hours >= 0 && minutes >= 0) {
            seconds -= (sign == '+' ? 1 : -1) * (hours * 3600 + minutes * 60);
        }
    }
    return seconds * 1000;
}
