/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Dates of tables: serial numbers of workbooks, canonical texts, and what people type. */
#ifndef LJ_REPORT_TABLE_DATE_H
#define LJ_REPORT_TABLE_DATE_H

#include "base/buf.h"
#include "base/slice.h"

/* Appends a serial number (ECMA-376 18.17.4) as "2023-05-01" or, when it has a time of day,
 * "2023-05-01 13:30:00", rounded to seconds. False, with nothing written, when there is no such
 * date: below 1, above 9999-12-31, and the February 29, 1900 that the 1900 system invented. */
bool table_date_put(double serial, bool is_1904, lj_buf *out);
/* The same as a time without a date, "13:30:00", more than 24 hours too. False below 0 and from
 * 10,000 hours on. */
bool table_time_put(double serial, lj_buf *out);
/* The serial number (1900 system) of a canonical text with or without a time of day; false when it
 * is none, or before March 1, 1900, where serial numbers are not what they seem. */
bool table_date_serial(lj_str text, double *out);

/* What people type as a date, made canonical: 2023-5-1, 2023/5/1, 2023.5.1, 2023年5月1日, 20230501;
 * blanks around it and a time of day of zeros do not count. NUL-terminated; false when there is no
 * such date. */
enum { TABLE_DATE_CAP = 11 };
bool table_date_of_text(lj_str text, char out[TABLE_DATE_CAP]);

#endif
