/* SPDX-License-Identifier: AGPL-3.0-or-later
 * results.jsonl and summary.json, the projection of the journal (docs/formats/results.md). Made at
 * the end of a run in one go, under temporary names, then renamed: what stands there is always
 * whole. */
#ifndef LJ_SCAN_RESULTS_H
#define LJ_SCAN_RESULTS_H

#include "base/json.h"
#include "scan/state.h"

typedef struct results_request {
    const scan_options *options;
    state *state;
    scan_posture posture;
    const char *host;
    const char *const *roots; /* absolute */
    uint32_t root_count;
    const volatile sig_atomic_t *stop; /* may be NULL */
} results_request;

/* by_format of a run: counts per format_idx. */
enum { RESULTS_FORMATS = 256, RESULTS_LEVELS = 64 };
typedef struct results_level {
    lj_str name; /* borrowed from the rules */
    uint32_t rank;
    uint64_t files;
} results_level;
typedef struct results_tally {
    uint64_t by_format[RESULTS_FORMATS];
    results_level levels[RESULTS_LEVELS];
    uint32_t level_count;
} results_tally;

/* Counts what the index says was seen in this run, and writes results.jsonl. Fills by_verdict,
 * by_class, by_gap, incomplete, records of *counts, and examined less what records say was not
 * examined (the caller has set bytes). */
LJ_MUST_USE lj_code results_write(const results_request *request, scan_counts *counts,
                                  results_tally *tally, lj_err *err);
/* Reads results.jsonl back and compares it with the counts: LJ_E_INTERNAL when they differ. */
LJ_MUST_USE lj_code results_check(const state *self, const scan_counts *counts, bool all,
                                  lj_err *err);
LJ_MUST_USE lj_code summary_write(const results_request *request, const scan_outcome *outcome,
                                  const results_tally *tally, lj_err *err);

/* ---- one line each: record_json.c ---- */
typedef struct record_view {
    const scan_record *record;
    const rollup *roll;
    const frame_doc *doc; /* NULL: the record of the file */
    const char *host;
    lj_slice also_at; /* {u32 length, path} each */
    lj_sha256 *sha;
} record_view;
void record_json_put(lj_buf *out, const record_view *view);
void header_json_put(lj_buf *out, const results_request *request);
void trailer_json_put(lj_buf *out, const scan_counts *counts);
void posture_json_put(lj_json *json, const char *key, const scan_posture *posture);

#endif
