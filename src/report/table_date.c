/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Dates of tables.
 *
 * Specification: ECMA-376 part 1 18.17.4 (serial numbers of the 1900 and 1904 systems).
 *
 * Model. A serial number is days since 1899-12-30 (1904 system: since 1904-01-01) and a fraction of
 * a day. Everything is counted in whole seconds, rounded once, so that 23:59:59.9999 is the next
 * day and not the 60th second.
 *
 * Traps. The 1900 system has a February 29, 1900: serial 60 is no date, and those below it are one
 * day later than the formula says. */
#include "report/table_date.h"

#include "base/num.h"

enum {
    DAY_SECONDS = 86400,
    SERIAL_1904 = 1462,        /* 1904-01-01 in the 1900 system */
    SERIAL_LAST = 2958465,     /* 9999-12-31 */
    SERIAL_LEAP = 60,          /* the day that never was */
    SERIAL_FROM_0000 = 693899, /* days from 0000-03-01 to 1899-12-30 */
    HOURS_MAX = 10000,
};

typedef struct civil {
    int64_t year, month, day;
} civil;

/* Days since 0000-03-01 and back (the leap day is the last of its year). */
static civil civil_of(int64_t days)
{
    int64_t era = days / 146097;
    int64_t of_era = days - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * of_year + 2) / 153;
    civil date = {.day = of_year - (153 * month + 2) / 5 + 1};
    date.month = month < 10 ? month + 3 : month - 9;
    date.year = year + era * 400 + (date.month <= 2 ? 1 : 0);
    return date;
}

static int64_t days_of(civil date)
{
    int64_t year = date.month <= 2 ? date.year - 1 : date.year;
    int64_t of_era = year % 400;
    int64_t of_year = (153 * ((date.month + 9) % 12) + 2) / 5 + date.day - 1;
    return year / 400 * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year;
}

/* A date from 1900 to 9999 that exists. */
static bool is_civil(civil date)
{
    if (date.year < 1900 || date.year > 9999 || date.month < 1 || date.month > 12 || date.day < 1 ||
        date.day > 31) {
        return false;
    }
    civil back = civil_of(days_of(date));
    return back.month == date.month && back.day == date.day;
}

static void put_padded(lj_buf *out, int64_t value, int64_t least)
{
    for (int64_t at = least; at > 1 && value < at; at /= 10) {
        lj_buf_put_u8(out, '0');
    }
    lj_buf_put_dec(out, (uint64_t)value);
}

static void put_civil(lj_buf *out, civil date)
{
    put_padded(out, date.year, 1000);
    lj_buf_put_u8(out, '-');
    put_padded(out, date.month, 10);
    lj_buf_put_u8(out, '-');
    put_padded(out, date.day, 10);
}

static void put_clock(lj_buf *out, int64_t seconds)
{
    put_padded(out, seconds / 3600, 10);
    lj_buf_put_u8(out, ':');
    put_padded(out, seconds / 60 % 60, 10);
    lj_buf_put_u8(out, ':');
    put_padded(out, seconds % 60, 10);
}

bool table_date_put(double serial, bool is_1904, lj_buf *out)
{
    double shifted = serial + (is_1904 ? SERIAL_1904 : 0);
    if (!(serial >= 0) || !(shifted >= 1) || !(shifted < SERIAL_LAST + 1)) {
        return false;
    }
    int64_t seconds = (int64_t)(shifted * DAY_SECONDS + 0.5);
    int64_t day = seconds / DAY_SECONDS;
    if (day > SERIAL_LAST || day == SERIAL_LEAP) {
        return false;
    }
    put_civil(out, civil_of(SERIAL_FROM_0000 + day + (day < SERIAL_LEAP ? 1 : 0)));
    if (seconds % DAY_SECONDS != 0) {
        lj_buf_put_u8(out, ' ');
        put_clock(out, seconds % DAY_SECONDS);
    }
    return true;
}

bool table_time_put(double serial, lj_buf *out)
{
    if (!(serial >= 0) || !(serial * 24 < HOURS_MAX)) {
        return false;
    }
    put_clock(out, (int64_t)(serial * DAY_SECONDS + 0.5));
    return true;
}

/* ---- texts ---- */

/* At most `most` digits at *at; -1 without one. */
static int64_t take_digits(lj_str text, size_t *at, size_t most)
{
    int64_t value = 0;
    size_t from = *at;
    while (*at < text.len && *at - from < most && text.ptr[*at] >= '0' && text.ptr[*at] <= '9') {
        value = value * 10 + (text.ptr[*at] - '0');
        (*at)++;
    }
    return *at > from ? value : -1;
}

static bool take_word(lj_str text, size_t *at, lj_str word)
{
    if (!lj_slice_has_prefix(lj_slice_part(lj_str_bytes(text), *at, SIZE_MAX),
                             lj_str_bytes(word))) {
        return false;
    }
    *at += word.len;
    return true;
}

/* "hh:mm" or "hh:mm:ss" to the end of the text; seconds, or -1. */
static int64_t clock_of(lj_str text, size_t at)
{
    int64_t hour = take_digits(text, &at, 2);
    int64_t minute = take_word(text, &at, LJ_STR(":")) ? take_digits(text, &at, 2) : -1;
    int64_t second = 0;
    if (take_word(text, &at, LJ_STR(":"))) {
        second = take_digits(text, &at, 2);
    }
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59 ||
        at != text.len) {
        return -1;
    }
    return (hour * 60 + minute) * 60 + second;
}

bool table_date_serial(lj_str text, double *out)
{
    size_t at = 0;
    civil date = {.year = take_digits(text, &at, 4)};
    bool ok = at == 4 && take_word(text, &at, LJ_STR("-"));
    date.month = take_digits(text, &at, 2);
    ok = ok && at == 7 && take_word(text, &at, LJ_STR("-"));
    date.day = take_digits(text, &at, 2);
    if (!ok || at != 10 || !is_civil(date)) {
        return false;
    }
    int64_t seconds = 0;
    if (at < text.len) {
        if (!take_word(text, &at, LJ_STR(" ")) || text.len - at != 8) {
            return false;
        }
        seconds = clock_of(text, at);
    }
    int64_t serial = days_of(date) - SERIAL_FROM_0000;
    if (seconds < 0 || serial <= SERIAL_LEAP) {
        return false;
    }
    *out = (double)serial + (double)seconds / DAY_SECONDS;
    return true;
}

static lj_str trim(lj_str text)
{
    static const lj_slice blanks[] = {
        {(const uint8_t *)" ",            1},
        {(const uint8_t *)"\t",           1},
        {(const uint8_t *)"\n",           1},
        {(const uint8_t *)"\r",           1},
        {(const uint8_t *)"\xC2\xA0",     2}, /* no-break space */
        {(const uint8_t *)"\xE3\x80\x80", 3}, /* ideographic space */
    };
    for (size_t i = 0; i < LJ_COUNT_OF(blanks);) {
        size_t len = blanks[i].len;
        if (text.len >= len && memcmp(text.ptr, blanks[i].ptr, len) == 0) {
            text = (lj_str){text.ptr + len, text.len - len};
            i = 0;
        } else if (text.len >= len && memcmp(text.ptr + text.len - len, blanks[i].ptr, len) == 0) {
            text.len -= len;
            i = 0;
        } else {
            i++;
        }
    }
    return text;
}

bool table_date_of_text(lj_str text, char out[TABLE_DATE_CAP])
{
    static const struct {
        const char *year, *month, *day;
    } rows[] = {
        {"-",   "-",   ""   },
        {"/",   "/",   ""   },
        {".",   ".",   ""   },
        {"年", "月", "日"},
        {"年", "月", "号"},
        {"",    "",    ""   },
    };
    text = trim(text);
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        size_t at = 0;
        bool solid = rows[i].year[0] == '\0';
        civil date = {.year = take_digits(text, &at, 4)};
        bool ok = at == 4 && take_word(text, &at, lj_cstr_str(rows[i].year));
        date.month = take_digits(text, &at, 2);
        ok = ok && (!solid || at == 6) && take_word(text, &at, lj_cstr_str(rows[i].month));
        date.day = take_digits(text, &at, 2);
        ok = ok && (!solid || at == 8) && take_word(text, &at, lj_cstr_str(rows[i].day));
        if (!ok || !is_civil(date)) {
            continue;
        }
        bool has_clock = take_word(text, &at, LJ_STR(" ")) || take_word(text, &at, LJ_STR("T"));
        if (has_clock ? clock_of(text, at) != 0 : at != text.len) {
            continue;
        }
        lj_buf buf = {.ptr = (uint8_t *)out, .cap = TABLE_DATE_CAP, .max_len = TABLE_DATE_CAP};
        put_civil(&buf, date);
        out[buf.len] = '\0';
        return lj_buf_ok(&buf);
    }
    return false;
}
