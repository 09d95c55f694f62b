/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The roll-up: frames of one file, or of one document inside it, become one verdict with its
 * reasons and gaps. The parent computes it itself from validated frames, first to know the outcome
 * of a job, then again for the results. */
#ifndef LJ_SCAN_ROLLUP_H
#define LJ_SCAN_ROLLUP_H

#include "scan/frames.h"

enum {
    ROLLUP_HITS = 6,      /* listed with their terms, best first; the rest is counted */
    ROLLUP_EARLY = 8,     /* provisional hits of documents that have not ended */
    ROLLUP_GAPS = 48,     /* listed; the rest is counted */
    ROLLUP_MEMBER = 1024, /* bytes kept of a member path */
    ROLLUP_ALL = -1,      /* every document of the file */
};

typedef struct rollup_where {
    uint32_t doc;
    uint16_t part_len, member_len;
    char part[FRAME_PART_MAX];
    uint8_t member[ROLLUP_MEMBER]; /* for people; empty for the file itself and in the record of one
                                      document */
} rollup_where;

typedef struct rollup_hit {
    frame_from from;
    detect_hit hit; /* its strings point into text */
    detect_verdict verdict;
    detect_class class_; /* `look` at most for the name of a folder */
    int32_t cut; /* points taken off for that, negative or 0: hit.score + cut is what counts */
    rollup_where where;
    char text[DETECT_MARK_MAX * 4 + FRAME_PERIOD_MAX];
} rollup_hit;

typedef struct rollup_gap {
    gap what;
    uint16_t detail_len;
    char detail[FRAME_DETAIL_MAX];
    rollup_where where;
} rollup_gap;

typedef enum rollup_coverage { ROLLUP_FULL, ROLLUP_PARTIAL, ROLLUP_NONE } rollup_coverage;

typedef struct rollup_open {
    uint32_t doc;
    uint16_t member_len;
    uint8_t member[ROLLUP_MEMBER];
} rollup_open;

typedef struct rollup {
    const detect_rules *rules;
    int64_t only; /* document number, or ROLLUP_ALL */
    rollup_hit hits[ROLLUP_HITS];
    uint32_t hit_count, more_hits;
    rollup_hit early[ROLLUP_EARLY];
    uint32_t early_count;
    rollup_gap gaps[ROLLUP_GAPS];
    uint32_t gap_count, more_gaps;
    uint32_t gap_bits; /* 1 << gap_cause, of all */
    uint32_t notes;    /* 1 << format_note, of the document itself */
    uint32_t weak, counted;
    bool has_doc, has_sum; /* of the document itself (the file for ROLLUP_ALL) */
    frame_doc doc; /* format and member point into the frame's bytes: valid as long as those */
    char format[FRAME_FORMAT_MAX + 1];
    frame_sum sum;
    rollup_open open[FRAME_DEPTH_MAX + 1];
    uint32_t open_count;
    uint32_t listed; /* inner documents with frames of their own */
} rollup;

void rollup_begin(rollup *roll, const detect_rules *rules, int64_t only);
/* DOC, HIT, GAP, SUM; others are ignored. False: the frame does not decode. */
bool rollup_feed(rollup *roll, const frame *what);
/* All frames of a buffer. */
bool rollup_feed_all(rollup *roll, lj_slice frames);
/* A gap of the parent's own. detail: a literal or NULL. */
void rollup_feed_gap(rollup *roll, const gap *what);
/* Provisional hits that nothing replaced join the others. Call once, behind the last frame. */
void rollup_finish(rollup *roll);

detect_verdict rollup_verdict(const rollup *roll);
detect_class rollup_class(const rollup *roll);
rollup_coverage rollup_coverage_of(const rollup *roll);
uint64_t rollup_examined(const rollup *roll, uint64_t size);

#endif
