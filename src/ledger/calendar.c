/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Civil dates and working days.
 *
 * Specification: the proleptic Gregorian calendar (GB/T 7408); days off and working weekends as the
 * State Council announces them each autumn for the next year; the counting of terms as in the civil
 * code 200 to 203: the first day does not count, a month ends on the same day of the month or on
 * its last one, a term that ends on a free day ends on the next working day.
 *
 * Model. A date is a number of days; the conversion counts from March 1, so that the leap day is
 * the last of its year (H. Hinnant, "chrono-compatible low-level date algorithms"). A year of
 * holidays is one byte for each day: follows the week, works, or off with the number of its name.
 *
 * Traps. A holiday of January may begin in December: the file of each year holds only its own days,
 * and the announcement of the next year adds one to it (2022-12-31). Days off that are weekends
 * anyway are listed too, for their names.
 *
 * Files are refused as a whole: a row that is not understood, a date that does not exist or is not
 * of the year, rows out of order, a working day that is no weekend. */
#include "ledger/calendar.h"

#include "base/cur.h"
#include "base/json.h"

enum {
    YEARS_MAX = 64,
    YEAR_DAYS = 366,
    NAMES_MAX = 64, /* different ones, of all years */
    NAME_LEN_MAX = 64,
    DAY_BY_WEEK = 0,
    DAY_WORK = 1,
    DAY_OFF = 2, /* + number of the name */
    HOUR_MS = 3600 * 1000,
    ZONE_MS = 8 * HOUR_MS, /* UTC+8 */
    DAY_MS = 24 * HOUR_MS,
};

typedef struct calendar_year {
    int32_t year;
    uint8_t days[YEAR_DAYS]; /* by day of the year from 0 */
} calendar_year;

struct calendar {
    calendar_year *years;
    uint32_t year_count;
    lj_str names[NAMES_MAX];
    uint32_t name_count;
};

/* Made by tools/embed.c from data/calendars/. */
struct lj_embedded {
    const char *name;
    const char *stem;
    const uint8_t *bytes;
    size_t len;
};
extern const struct lj_embedded calendar_standard_files[];
extern const uint32_t calendar_standard_count;

/* ---- dates ---- */

static bool is_leap(int32_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

uint32_t calendar_days_of_month(int32_t year, int32_t month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month < 1 || month > 12) {
        return 0;
    }
    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

int32_t calendar_on_of(calendar_date date)
{
    if (date.year < 1900 || date.year > 9999 || date.day < 1 ||
        (uint32_t)date.day > calendar_days_of_month(date.year, date.month)) {
        return CALENDAR_NO_DATE;
    }
    int32_t year = date.month <= 2 ? date.year - 1 : date.year;
    int32_t month = (date.month + 9) % 12; /* March = 0 */
    int32_t era = year / 400;
    int32_t of_era = year - era * 400;
    int32_t of_year = (153 * month + 2) / 5 + date.day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

calendar_date calendar_date_of(int32_t on)
{
    int32_t days = on + 719468; /* since 0000-03-01 */
    int32_t era = days / 146097;
    int32_t of_era = days - era * 146097;
    int32_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int32_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int32_t month = (5 * of_year + 2) / 153;
    calendar_date date = {.day = of_year - (153 * month + 2) / 5 + 1};
    date.month = month < 10 ? month + 3 : month - 9;
    date.year = year + era * 400 + (date.month <= 2 ? 1 : 0);
    return date;
}

static bool is_date(int64_t on)
{
    return on >= CALENDAR_FIRST_ON && on <= CALENDAR_LAST_ON;
}

/* Digits only; -1 for anything else. */
static int32_t digits_of(const char *text, size_t len)
{
    int32_t value = 0;
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return -1;
        }
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

int32_t calendar_parse(lj_str text)
{
    if (text.len != 10 || text.ptr[4] != '-' || text.ptr[7] != '-') {
        return CALENDAR_NO_DATE;
    }
    return calendar_on_of((calendar_date){digits_of(text.ptr, 4), digits_of(text.ptr + 5, 2),
                                          digits_of(text.ptr + 8, 2)});
}

static void put_digits(char *out, int32_t value, int count)
{
    for (int i = count - 1; i >= 0; i--) {
        out[i] = (char)('0' + value % 10);
        value /= 10;
    }
}

void calendar_format(int32_t on, char out[CALENDAR_TEXT_CAP])
{
    memset(out, 0, CALENDAR_TEXT_CAP);
    if (!is_date(on)) {
        return;
    }
    calendar_date date = calendar_date_of(on);
    put_digits(out, date.year, 4);
    out[4] = '-';
    put_digits(out + 5, date.month, 2);
    out[7] = '-';
    put_digits(out + 8, date.day, 2);
}

int calendar_weekday(int32_t on)
{
    int64_t since_monday = ((int64_t)on + 3) % 7; /* 1970-01-01 was a Thursday */
    return (int)(since_monday < 0 ? since_monday + 7 : since_monday) + 1;
}

/* ---- instants ---- */

int32_t calendar_on_at(int64_t at)
{
    if (at < CALENDAR_FIRST_ON * (int64_t)DAY_MS - ZONE_MS ||
        at >= (CALENDAR_LAST_ON + 1) * (int64_t)DAY_MS - ZONE_MS) {
        return CALENDAR_NO_DATE;
    }
    int64_t local = at + ZONE_MS;
    int64_t on = local / DAY_MS;
    return (int32_t)(local % DAY_MS < 0 ? on - 1 : on);
}

int64_t calendar_begin_at(int32_t on)
{
    return (int64_t)on * DAY_MS - ZONE_MS;
}

/* ---- files ---- */

/* One file being read. */
typedef struct calendar_load_run {
    calendar *cal;
    calendar_year *year;
    int32_t last_on;
    lj_arena *arena;
} load_run;

/* "cn-2023.txt", with or without the extension; 0 for another name. */
static int32_t year_of_name(lj_str name)
{
    if (name.len < 7 || memcmp(name.ptr, "cn-", 3) != 0 ||
        (name.len > 7 && !lj_str_is((lj_str){name.ptr + 7, name.len - 7}, LJ_STR(".txt")))) {
        return 0;
    }
    int32_t year = digits_of(name.ptr + 3, 4);
    return year >= 1900 ? year : 0;
}

/* Names are shown to people. */
static bool is_name(lj_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < 0x20 || text.ptr[i] == 0x7F) {
            return false;
        }
    }
    return text.len > 0 && text.len <= NAME_LEN_MAX && lj_utf8_is_valid(text);
}

/* Number of the name, or NAMES_MAX when there is no room. */
static uint32_t name_idx(load_run *load, lj_slice text)
{
    calendar *cal = load->cal;
    for (uint32_t i = 0; i < cal->name_count; i++) {
        if (lj_slice_is(lj_str_bytes(cal->names[i]), text)) {
            return i;
        }
    }
    lj_slice copy = cal->name_count < NAMES_MAX ? lj_arena_copy(load->arena, text) : (lj_slice){0};
    if (copy.len == 0) {
        return NAMES_MAX;
    }
    cal->names[cal->name_count] = (lj_str){(const char *)copy.ptr, copy.len};
    return cal->name_count++;
}

static bool take_row(load_run *load, lj_slice row)
{
    if (row.len < 15 || row.ptr[10] != ' ') {
        return false;
    }
    int32_t on = calendar_parse((lj_str){(const char *)row.ptr, 10});
    if (on == CALENDAR_NO_DATE || on <= load->last_on ||
        calendar_date_of(on).year != load->year->year) {
        return false;
    }
    load->last_on = on;
    int32_t first_on = calendar_on_of((calendar_date){load->year->year, 1, 1});
    uint8_t *day = &load->year->days[on - first_on];
    lj_slice rest = lj_slice_part(row, 11, SIZE_MAX);
    if (lj_slice_is(rest, LJ_BYTES("work"))) {
        *day = DAY_WORK;
        return calendar_weekday(on) >= 6;
    }
    lj_slice name = lj_slice_part(rest, 4, SIZE_MAX);
    if (!lj_slice_has_prefix(rest, LJ_BYTES("off ")) || !is_name(name)) {
        return false;
    }
    uint32_t idx = name_idx(load, name);
    *day = (uint8_t)(DAY_OFF + idx);
    return idx < NAMES_MAX;
}

static lj_code take_file(load_run *load, lj_slice bytes, lj_err *err)
{
    lj_cur cur = lj_cur_of(bytes);
    if (lj_slice_has_prefix(bytes, LJ_BYTES("\xEF\xBB\xBF"))) {
        lj_cur_skip(&cur, 3);
    }
    load->last_on = CALENDAR_NO_DATE;
    while (lj_cur_left(&cur) > 0) {
        size_t from = cur.pos;
        const uint8_t *end = memchr(bytes.ptr + from, '\n', bytes.len - from);
        size_t len = end != NULL ? (size_t)(end - (bytes.ptr + from)) : bytes.len - from;
        lj_slice row = lj_cur_bytes(&cur, len);
        lj_cur_skip(&cur, end != NULL ? 1 : 0);
        if (row.len > 0 && row.ptr[row.len - 1] == '\r') {
            row.len--;
        }
        if (row.len > 0 && row.ptr[0] != '#' && !take_row(load, row)) {
            return lj_fail(err, LJ_E_FORMAT, from, "a row of a calendar is not valid");
        }
    }
    if (load->last_on == CALENDAR_NO_DATE) {
        return lj_fail(err, LJ_E_FORMAT, bytes.len, "a calendar without a row");
    }
    return LJ_OK;
}

static const calendar_year *year_lookup(const calendar *cal, int32_t year)
{
    for (uint32_t i = 0; i < cal->year_count; i++) {
        if (cal->years[i].year == year) {
            return &cal->years[i];
        }
    }
    return NULL;
}

lj_code calendar_load_files(lj_arena *arena, const calendar_file *files, uint32_t file_count,
                            const calendar **out, lj_err *err)
{
    if (file_count > YEARS_MAX) {
        return lj_fail(err, LJ_E_INVALID, UINT64_MAX, "too many calendars");
    }
    calendar *cal = lj_arena_alloc(arena, sizeof(*cal));
    calendar_year *years = lj_arena_array(arena, (size_t)file_count + 1, sizeof(*years));
    if (cal == NULL || years == NULL) {
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for calendars");
    }
    cal->years = years;
    for (uint32_t i = 0; i < file_count; i++) {
        int32_t year = year_of_name(files[i].name);
        if (year == 0 || year_lookup(cal, year) != NULL) {
            return lj_fail(err, LJ_E_INVALID, UINT64_MAX,
                           "a calendar is named cn-YYYY.txt, one for each year");
        }
        load_run load = {.cal = cal, .year = &years[i], .arena = arena};
        years[i].year = year;
        lj_code code = take_file(&load, files[i].bytes, err);
        if (code != LJ_OK) {
            return code;
        }
        cal->year_count++;
    }
    *out = cal;
    return LJ_OK;
}

lj_code calendar_load(lj_arena *arena, const calendar **out, lj_err *err)
{
    calendar_file files[YEARS_MAX];
    uint32_t count = calendar_standard_count;
    if (count > YEARS_MAX) {
        return lj_fail(err, LJ_E_INTERNAL, UINT64_MAX, "too many calendars are built in");
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct lj_embedded *file = &calendar_standard_files[i];
        files[i] = (calendar_file){lj_cstr_str(file->name), lj_slice_of(file->bytes, file->len)};
    }
    lj_err inner = {0};
    lj_code code = calendar_load_files(arena, files, count, out, &inner);
    if (code == LJ_E_FORMAT || code == LJ_E_INVALID) {
        return lj_fail(err, LJ_E_INTERNAL, inner.at, "a calendar that is built in is faulty");
    }
    if (code != LJ_OK && err != NULL) {
        *err = inner;
    }
    return code;
}

/* ---- working days ---- */

bool calendar_has_year(const calendar *cal, int32_t year)
{
    return year_lookup(cal, year) != NULL;
}

bool calendar_has_years(const calendar *cal, int32_t from_on, int32_t to_on)
{
    if (!is_date(from_on) || !is_date(to_on)) {
        return false;
    }
    int32_t first = calendar_date_of(from_on < to_on ? from_on : to_on).year;
    int32_t last = calendar_date_of(from_on < to_on ? to_on : from_on).year;
    while (first <= last && calendar_has_year(cal, first)) {
        first++;
    }
    return first > last;
}

static uint8_t day_of(const calendar *cal, int32_t on)
{
    if (!is_date(on)) {
        return DAY_BY_WEEK;
    }
    int32_t number = calendar_date_of(on).year;
    const calendar_year *year = year_lookup(cal, number);
    return year != NULL ? year->days[on - calendar_on_of((calendar_date){number, 1, 1})]
                        : DAY_BY_WEEK;
}

bool calendar_is_workday(const calendar *cal, int32_t on)
{
    uint8_t day = day_of(cal, on);
    return day == DAY_BY_WEEK ? calendar_weekday(on) <= 5 : day == DAY_WORK;
}

lj_str calendar_holiday(const calendar *cal, int32_t on)
{
    uint8_t day = day_of(cal, on);
    return day >= DAY_OFF ? cal->names[day - DAY_OFF] : (lj_str){NULL, 0};
}

int32_t calendar_next_workday(const calendar *cal, int32_t on)
{
    while (is_date(on) && !calendar_is_workday(cal, on)) {
        on++;
    }
    return is_date(on) ? on : CALENDAR_NO_DATE;
}

int32_t calendar_workdays_between(const calendar *cal, int32_t from_on, int32_t to_on)
{
    bool backward = to_on < from_on;
    int32_t low = backward ? to_on : from_on;
    int32_t high = backward ? from_on : to_on;
    if (!is_date(low) || !is_date(high)) {
        return 0;
    }
    int32_t count = 0;
    for (int32_t on = low + 1; on <= high; on++) {
        count += calendar_is_workday(cal, on) ? 1 : 0;
    }
    return backward ? -count : count;
}

/* ---- terms ---- */

static int32_t add_workdays(const calendar *cal, int32_t on, int32_t amount)
{
    int32_t step = amount < 0 ? -1 : 1;
    while (amount != 0) {
        on += step;
        if (!is_date(on)) {
            return CALENDAR_NO_DATE;
        }
        amount -= calendar_is_workday(cal, on) ? step : 0;
    }
    return on;
}

static int32_t add_months(int32_t on, int64_t amount)
{
    calendar_date date = calendar_date_of(on);
    int64_t months = (int64_t)date.year * 12 + (date.month - 1) + amount;
    if (months < (int64_t)1900 * 12 || months >= (int64_t)10000 * 12) {
        return CALENDAR_NO_DATE;
    }
    date.year = (int32_t)(months / 12);
    date.month = (int32_t)(months % 12) + 1;
    int32_t last = (int32_t)calendar_days_of_month(date.year, date.month);
    date.day = date.day < last ? date.day : last;
    return calendar_on_of(date);
}

static int32_t add_days(int32_t on, int64_t amount)
{
    return is_date(on + amount) ? (int32_t)(on + amount) : CALENDAR_NO_DATE;
}

int32_t calendar_add(const calendar *cal, int32_t from_on, calendar_unit unit, int32_t amount)
{
    if (!is_date(from_on)) {
        return CALENDAR_NO_DATE;
    }
    int64_t wide = amount;
    switch (unit) {
    case CALENDAR_HOUR:
        return add_days(from_on, (wide + (wide < 0 ? -23 : 23)) / 24);
    case CALENDAR_DAY:
        return add_days(from_on, wide);
    case CALENDAR_WORKDAY:
        return add_workdays(cal, from_on, amount);
    case CALENDAR_MONTH:
        return add_months(from_on, wide);
    case CALENDAR_YEAR:
        return add_months(from_on, wide * 12);
    }
    return CALENDAR_NO_DATE;
}

bool calendar_due_at(const calendar *cal, int64_t from_at, calendar_unit unit, int32_t amount,
                     calendar_roll roll, int64_t *out_at)
{
    int32_t from_on = calendar_on_at(from_at);
    if (from_on == CALENDAR_NO_DATE) {
        return false;
    }
    if (unit == CALENDAR_HOUR) {
        int64_t at = from_at + (int64_t)amount * HOUR_MS;
        if (calendar_on_at(at) == CALENDAR_NO_DATE) {
            return false;
        }
        *out_at = at;
        return true;
    }
    int32_t on = calendar_add(cal, from_on, unit, amount);
    if (on != CALENDAR_NO_DATE && roll == CALENDAR_ROLL) {
        on = calendar_next_workday(cal, on);
    }
    if (on == CALENDAR_NO_DATE) {
        return false;
    }
    *out_at = calendar_begin_at(on + 1);
    return true;
}
