/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Spans of one document in, one verdict with its reasons out. Streaming: candidates and a ring of
 * lines are kept, not all spans. Order of calls: detect_begin, detect_span for each span,
 * detect_end, then read the result, detect_free. Several documents may be open at once (a container
 * and its members); each has its own detect_doc. Never sees a file; names come as spans of role
 * SPAN_FILE_NAME or SPAN_MEMBER_NAME. */
#ifndef LJ_DETECT_DETECT_H
#define LJ_DETECT_DETECT_H

#include "detect/rules.h"
#include "formats/span.h"
#include "text/charset.h"

typedef enum detect_verdict {
    DETECT_CLEAN,
    DETECT_UNREADABLE, /* set by the scan, never by detection: nothing found and coverage not full
                        */
    DETECT_SENSITIVE,
    DETECT_STRIPPED, /* later issue */
    DETECT_DERIVED,  /* later issue */
    DETECT_CONCEALED,
    DETECT_MARKED,
} detect_verdict;
enum { DETECT_VERDICT_COUNT = DETECT_MARKED + 1 };

typedef enum detect_class {
    DETECT_NONE,
    DETECT_LOOK,
    DETECT_PROBABLE,
    DETECT_CONFIRMED
} detect_class;
enum { DETECT_CLASS_COUNT = DETECT_CONFIRMED + 1 };

enum { DETECT_TERM_MAX = 24, DETECT_MARK_MAX = 64 /* characters */, DETECT_HIT_MAX = 100 };
#define DETECT_NO_LEVEL UINT16_MAX

/* One candidate that reached the look threshold, with every score term named. Strings are borrowed
 * from the detect_doc until detect_free. */
typedef struct detect_hit {
    uint16_t pack_idx, rule_idx;
    uint16_t level_idx; /* or DETECT_NO_LEVEL */
    uint16_t term_count;
    uint16_t terms[DETECT_TERM_MAX]; /* weight_idx of the pack; their points add up to score */
    int32_t score;
    span_role role;
    span_place place; /* row_no: the line within a text span is added to the span's own */
    uint64_t hidden_by;
    uint64_t src_off; /* source byte where the mark begins, or UINT64_MAX */
    lj_str mark; /* the mark token verbatim, at most DETECT_MARK_MAX characters, nothing else of the
                    line */
    lj_str period; /* "10年", "长期", "启用前": as folded; or empty */
} detect_hit;

typedef struct detect_result {
    detect_verdict verdict;
    detect_class class_;
    int32_t score;          /* of hits[0]; 0 without hits */
    const detect_hit *hits; /* best first */
    uint32_t hit_count;     /* at most DETECT_HIT_MAX */
    uint32_t more_count;    /* hits beyond that */
    uint32_t weak_count;    /* candidates below `look`: counted only */
    uint32_t counted;       /* candidates of count-only packs */
} detect_result;

typedef struct detect_about {
    int32_t today_on; /* days since 1970-01-01, for date logic; comes in, so that a rerun gives the
                         same verdict */
    int32_t changed_on; /* day the file was last changed, or INT32_MIN */
    uint64_t hidden_by; /* of the whole document */
    bool explain;       /* keep candidates below `look` too, for detect_candidates */
} detect_about;

typedef struct detect_doc detect_doc;
/* Called as soon as a hit is certain to reach `look` whatever follows cannot change much:
 * provisional, may be refined or lowered by detect_end. hit is borrowed for the call. */
typedef void detect_hit_fn(void *ctx, const detect_hit *hit);

/* memory: ceiling in bytes for what the document's state may take (beyond it the oldest weak
 * candidates go). provisional may be NULL. NULL without memory. */
detect_doc *detect_begin(const detect_rules *rules, const detect_about *about, size_t memory,
                         detect_hit_fn *provisional, void *ctx);
void detect_span(detect_doc *doc, const span *what);
/* The seed at `hit` of raw bytes in this charset: false when no mark can hold it, so that a reader
 * which sifts need not emit the lines around. The search goes on at *out_next then. Bytes that
 * cannot be judged count. */
bool detect_seed_counts(detect_doc *doc, text_charset charset, lj_slice bytes, size_t hit,
                        size_t *out_next);
/* Judges; the result is borrowed until detect_free. */
const detect_result *detect_end(detect_doc *doc);
/* After detect_end, with about.explain: every candidate, also the weak ones, in document order. */
const detect_hit *detect_candidates(const detect_doc *doc, uint32_t *out_count);
void detect_free(detect_doc *doc); /* accepts NULL */

/* Verdict and class that a hit alone gives: what the parent recomputes from indexes and thresholds.
 * False when an index is outside the rules or the points do not add up to hit->score. */
bool detect_hit_check(const detect_rules *rules, const detect_hit *hit, detect_verdict *out_verdict,
                      detect_class *out_class);
/* Order of hits: class, score, rank of level, place. < 0 when a is the better one. */
int detect_hit_compare(const detect_rules *rules, const detect_hit *a, const detect_hit *b);

const span_name_row *detect_verdict_row(detect_verdict verdict); /* "marked" ... with texts */
const span_name_row *
detect_class_row(detect_class class_); /* "none" "look" "probable" "confirmed" */

/* ---- the table of detectors, for `lijian detectors` ---- */
typedef struct detector_row {
    const char *name;
    const char *en, *zh;
} detector_row;
extern const detector_row detector_rows[];
extern const uint32_t detector_row_count;

#endif
