/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A record's reason and place in words, shared by the HTML report and the list on the terminal. */
#ifndef LJ_SCAN_REPORT_TEXT_H
#define LJ_SCAN_REPORT_TEXT_H

#include "base/buf.h"
#include "detect/rules.h"
#include "scan/report_read.h"

/* The text of a weight code in the language, or the code itself. */
const char *report_reason_text(const detect_rules *rules, const char *pack, const char *code,
                               bool zh);
/* "page 1, header, word/header1.xml, cell B2, at byte 120; hidden: deleted" of the record's first
 * reason. */
void report_put_place(lj_buf *out, const json_t *record, bool zh);
/* "complete mark with star +40, alone on its line +25 = 80": the terms of the first reason group.
 */
void report_put_terms(lj_buf *out, const detect_rules *rules, const json_t *record, bool zh);
/* "encrypted (aes-256): scan again with the password": every gap of the record, at most four. */
void report_put_gaps(lj_buf *out, const json_t *record, bool zh);
/* The raw path (path_base64 when there is one) in a form that is safe to show, with "!member"
 * behind it. */
void report_put_where(lj_buf *out, const json_t *record);

#endif
