/* SPDX-License-Identifier: AGPL-3.0-or-later
 * results.jsonl line by line, as views for report and list. */
#ifndef LJ_SCAN_REPORT_READ_H
#define LJ_SCAN_REPORT_READ_H

#include <jansson.h>
#include <stdio.h>

#include "base/err.h"
#include "base/slice.h"

/* Which list of the report a record belongs to. */
typedef enum report_section {
    REPORT_CONFIRMED,
    REPORT_PROBABLE,
    REPORT_LOOK,
    REPORT_SENSITIVE,
    REPORT_UNREADABLE, /* coverage not full and nothing found */
    REPORT_CLEAN,
} report_section;
enum { REPORT_SECTION_COUNT = REPORT_CLEAN + 1 };

typedef struct report_reader report_reader;
/* LJ_E_NOT_FOUND when DIR holds no results.jsonl. Yours to close. */
LJ_MUST_USE lj_code report_open(const char *dir, report_reader **out, lj_err *err);
void report_close(report_reader *reader); /* accepts NULL */
/* The next record, borrowed until the next call; NULL in *out at the trailer. Header and trailer
 * are not records. */
LJ_MUST_USE lj_code report_next(report_reader *reader, const json_t **out, lj_err *err);
const json_t *report_header(const report_reader *reader);
/* NULL before report_next gave NULL, or when the file ends without one. */
const json_t *report_trailer(const report_reader *reader);

report_section report_section_of(const json_t *record);
/* A text field, or "" when it is absent or no text. */
const char *report_text(const json_t *object, const char *key);
int64_t report_number(const json_t *object, const char *key);
/* DIR/name in out; false when it is too long. */
bool report_path(const char *dir, const char *name, char *out, size_t cap);

#endif
