/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Civil dates and working days. A date is the number of days since 1970-01-01 (int32_t, names end
 * in _on); an instant is UTC milliseconds (int64_t, names end in _at). All civil days are those of
 * UTC+8, which has no summer time. No clock is read here: the time comes in. Holidays are data
 * (data/calendars/), one file a year; for a year without a file only weekends are free, and
 * calendar_has_year() says so. */
#ifndef LJ_LEDGER_CALENDAR_H
#define LJ_LEDGER_CALENDAR_H

#include "base/arena.h"
#include "base/err.h"
#include "base/slice.h"

typedef struct calendar calendar; /* immutable once loaded; any number of users */

/* Dates that are understood: 1900-01-01 to 9999-12-31. */
#define CALENDAR_FIRST_ON ((int32_t)-25567)
#define CALENDAR_LAST_ON  ((int32_t)2932896)
/* Not a date of ours. */
#define CALENDAR_NO_DATE  INT32_MIN

typedef struct calendar_date {
    int32_t year;  /* 1900 to 9999 */
    int32_t month; /* 1 to 12 */
    int32_t day;   /* 1 to 31 */
} calendar_date;

/* ---- dates ---- */

/* The day of a civil date; CALENDAR_NO_DATE when there is no such date (2023-02-30). */
int32_t calendar_on_of(calendar_date date);
/* on must lie between CALENDAR_FIRST_ON and CALENDAR_LAST_ON. */
calendar_date calendar_date_of(int32_t on);
/* Exactly "YYYY-MM-DD", else CALENDAR_NO_DATE. */
int32_t calendar_parse(lj_str text);
/* "YYYY-MM-DD" and NUL; "" for what is no date of ours. */
enum { CALENDAR_TEXT_CAP = 11 };
void calendar_format(int32_t on, char out[CALENDAR_TEXT_CAP]);
/* 1 = Monday ... 7 = Sunday. */
int calendar_weekday(int32_t on);
uint32_t calendar_days_of_month(int32_t year, int32_t month);

/* ---- instants ---- */

/* The civil day in UTC+8 of an instant; CALENDAR_NO_DATE outside our dates. */
int32_t calendar_on_at(int64_t at);
/* The first instant of a civil day in UTC+8; the day ends right before that of the next day. */
int64_t calendar_begin_at(int32_t on);

/* ---- working days ---- */

/* Loads the years that are built into the program. LJ_E_NOMEM; LJ_E_INTERNAL when a file of ours is
 * faulty (a test holds that it is not). */
LJ_MUST_USE lj_code calendar_load(lj_arena *arena, const calendar **out, lj_err *err);
/* The same with the years of given files instead, for a list that a site brings along: names[i] is
 * "cn-2027.txt". LJ_E_FORMAT with the byte offset of the faulty row; LJ_E_INVALID for a name that
 * is not of that form or for a year twice. */
typedef struct calendar_file {
    lj_str name;
    lj_slice bytes;
} calendar_file;
LJ_MUST_USE lj_code calendar_load_files(lj_arena *arena, const calendar_file *files,
                                        uint32_t file_count, const calendar **out, lj_err *err);

/* True when the holidays of that year are known. */
bool calendar_has_year(const calendar *cal, int32_t year);
/* The same for every year of a stretch of days, ends included. */
bool calendar_has_years(const calendar *cal, int32_t from_on, int32_t to_on);
bool calendar_is_workday(const calendar *cal, int32_t on);
/* Name of the holiday ("春节"), or empty: a working day, or a weekend that is no holiday. */
lj_str calendar_holiday(const calendar *cal, int32_t on);
/* The day itself when it is a working day, else the next one; CALENDAR_NO_DATE at the end of time.
 */
int32_t calendar_next_workday(const calendar *cal, int32_t on);
/* Working days behind from_on up to and including to_on; negative when to_on comes first. */
int32_t calendar_workdays_between(const calendar *cal, int32_t from_on, int32_t to_on);

/* ---- terms ---- */

typedef enum calendar_unit {
    CALENDAR_HOUR,
    CALENDAR_DAY,
    CALENDAR_WORKDAY,
    CALENDAR_MONTH,
    CALENDAR_YEAR,
} calendar_unit;
enum { CALENDAR_UNIT_COUNT = CALENDAR_YEAR + 1 };

/* The day on which a term of `amount` units that begins on from_on ends: the first day is not
 * counted. Months and years keep the day of the month, or take the last one (January 31 + 1 month =
 * February 28). Amounts may be negative. Hours are whole days here, rounded away from from_on.
 * CALENDAR_NO_DATE outside our dates. */
int32_t calendar_add(const calendar *cal, int32_t from_on, calendar_unit unit, int32_t amount);

typedef enum calendar_roll {
    CALENDAR_KEEP, /* the day as counted */
    CALENDAR_ROLL, /* a term that ends on a free day ends on the next working day */
} calendar_roll;
/* The instant at which a term that begins at from_at is over: hours to the millisecond, all others
 * at the end of the last day (the first instant of the next). Hours are never rolled. False outside
 * our dates. */
bool calendar_due_at(const calendar *cal, int64_t from_at, calendar_unit unit, int32_t amount,
                     calendar_roll roll, int64_t *out_at);

#endif
