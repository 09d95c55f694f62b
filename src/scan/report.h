/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Reading a result folder back for people: report.html, and the list on the terminal. Works on
 * results.jsonl and summary.json alone (docs/formats/results.md), so a report can be made on
 * another machine. */
#ifndef LJ_SCAN_REPORT_H
#define LJ_SCAN_REPORT_H

#include "base/buf.h"
#include "base/err.h"
#include "detect/rules.h"

/* Writes DIR/report.html: self-contained, both languages inside (zh chooses which one is shown
 * first), readable and printable without script. rules give the texts of the score terms; a code
 * that they do not know is shown as it is. LJ_E_NOT_FOUND without results, LJ_E_FORMAT for a line
 * that is not a record, LJ_E_IO. */
LJ_MUST_USE lj_code report_write(const char *dir, const detect_rules *rules, bool zh, lj_err *err);

/* Called with one finished line of text (no LF), safe for a terminal: controls and bidi marks are
 * escaped. */
typedef void report_line_fn(void *ctx, lj_str line);
/* Lists findings with reason and place, then what could not be examined with its cause; at most
 * max_rows of each. */
LJ_MUST_USE lj_code report_list(const char *dir, const detect_rules *rules, bool zh,
                                uint32_t max_rows, report_line_fn *line, void *ctx, lj_err *err);

/* A path for people: UTF-8 as it is, other bytes, controls and bidi marks as \xNN or \u{N}. */
void report_put_path(lj_buf *out, lj_slice raw);

#endif
