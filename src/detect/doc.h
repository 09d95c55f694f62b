/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Inside detect/: the state of one document. All of it lies in one arena with the ceiling that the
 * caller gave; nothing grows with the length of the document but the candidates, and those have a
 * cap.
 *
 *     spans --lines.c--> lines --doc.c--> candidates --facts.c--> surroundings --judge.c--> hits
 *
 * A line waits in `open` until the next span shows that it does not go on (SPAN_JOIN_SAME). Lines
 * near seeds, the first lines and the last lines of a block pass through the ring; the rest of a
 * block is only searched. A candidate waits in `pending` for the lines that follow it, then moves
 * to `kept`. */
#ifndef LJ_DETECT_DOC_H
#define LJ_DETECT_DOC_H

#include "detect/detect.h"
#include "detect/grammar.h"

enum {
    DOC_RING = 16,        /* lines remembered */
    DOC_RING_BYTES = 384, /* of each */
    DOC_LINE_MAX = 2048,  /* bytes of a line that is read as a whole; longer ones in windows */
    DOC_WINDOW_BACK = 512,
    DOC_WINDOW_AHEAD = 1024,
    DOC_PROBE_BACK = 120, /* bytes around a seed for the first look */
    DOC_PROBE_AHEAD = 160,
    DOC_HEAD_LINES = 40, /* lines kept for the facts of the document's head */
    DOC_HEAD_BYTES = 6144,
    DOC_PENDING = 24,
    DOC_FOLLOW = 6, /* lines that a candidate waits for */
    DOC_BACK = 14,  /* lines before a seed that pass through the ring: the longest vertical mark */
    DOC_VERTICAL = 14,
    DOC_SEEN = 24,
    DOC_REPEATS = 32,
    DOC_COLUMNS = 32,
    DOC_LOOKS = 24, /* of an open line */
    DOC_LABEL = 120,
    DOC_MARK_BYTES = DETECT_MARK_MAX * 4,
    DOC_PERIOD_BYTES = 48,
    DOC_KEPT_MAX = 200000,
};

/* What a line says about marks around it. */
typedef struct line_facts {
    uint64_t words[RULES_SHARED_COUNT]; /* which words of each shared list, as bits (idx % 64) */
    uint32_t specimens;                 /* runs of ×××× */
    bool copy_no, doc_no;
    uint16_t year;   /* the latest year named, 0 = none */
    int32_t date_on; /* the latest full date, INT32_MIN = none */
} line_facts;

/* One line, borrowed. */
typedef struct line_view {
    const span *of;       /* the span it lies in */
    lj_str text;          /* without its end */
    size_t at;            /* offset of text in of->text */
    const uint32_t *back; /* NULL, or for each byte of text its offset in of->text (a reading of
                             visible parts) */
    uint32_t flags;       /* grammar_flag */
    uint32_t row_add;     /* lines of the span before it */
} line_view;

typedef struct ring_line {
    uint32_t seq; /* 0 = empty */
    span_role role;
    span_place place;
    uint64_t hidden_by;
    uint64_t src_off;
    bool is_label; /* says 密级 and nothing else */
    bool has_facts;
    bool single; /* one character: may be part of a vertical mark */
    uint16_t text_len;
    char text[DOC_RING_BYTES];
    line_facts facts;
} ring_line;

typedef struct candidate {
    uint64_t fired;                     /* RULES_FEATURE bits */
    uint64_t words[RULES_SHARED_COUNT]; /* of the lines around */
    uint64_t hidden_by, src_off;
    span_place place;
    uint32_t order; /* in the document */
    uint32_t seq;   /* line */
    uint32_t token_hash;
    size_t span_at; /* offset of the token in its span */
    int32_t rough;  /* provisional score */
    span_role role;
    uint16_t pack_idx, rule_idx, level_idx;
    uint16_t mark_len, period_len;
    uint16_t year;
    uint16_t exam_year; /* of the first line near that speaks of an examination */
    int32_t date_on;
    uint32_t specimens;
    uint32_t star_seq; /* line of the star that completed a level alone, or 0 */
    bool no_list;      /* struck or formerly: makes no list of levels */
    bool is_mark_like; /* concealment means something for it */
    bool bare;         /* the form is FORM_BARE */
    bool whole_level;  /* the line is the level alone: a period may follow on the next line */
    char mark[DOC_MARK_BYTES];
    char period[DOC_PERIOD_BYTES];
} candidate;

/* A level that stood somewhere a few lines ago. */
typedef struct seen_level {
    uint32_t seq;
    uint16_t pack_idx, level_idx;
    bool bare; /* stood alone, as the entries of a list do */
    bool own;  /* alone on its line, or a choice of a form */
    uint32_t sheet_no, row_no, col_no;
} seen_level;

typedef struct doc_repeat {
    uint32_t token_hash;
    uint32_t page_no;
    uint32_t pages;
    uint32_t roles; /* bits of span_role */
} doc_repeat;

typedef struct doc_column {
    uint32_t sheet_no, col_no;
    uint16_t pack_idx;
    uint64_t levels;
    bool used;
} doc_column;

/* The last line of a span, kept until it is known whether it goes on. */
typedef struct doc_open {
    bool used;
    span of;
    char text[DOC_LINE_MAX];
    char label[DOC_LABEL];
    span_look looks[DOC_LOOKS];
    span_map maps[DOC_LOOKS];
    uint32_t row_add;
} doc_open;

typedef struct doc_head {
    char text[DOC_HEAD_BYTES];
    uint16_t ends[DOC_HEAD_LINES];
    uint32_t line_count;
    uint32_t len;
    uint32_t fact_lines; /* lines whose facts are joined already */
    line_facts facts;    /* joined */
} doc_head;

struct detect_doc {
    const detect_rules *rules;
    detect_about about;
    lj_arena *store;       /* what stays until detect_free */
    lj_arena *arena;       /* one line at a time */
    lj_arena_mark scratch; /* everything above it may go after a line */
    detect_hit_fn *provisional;
    void *ctx;
    uint32_t provisional_count;

    uint32_t seq;      /* of the last line; jumps where lines were skipped */
    uint32_t line_no;  /* lines of running text so far, not empty; stays exact for the first
                          DOC_HEAD_LINES */
    uint64_t swept_to; /* source byte behind the last run of swept text */
    uint32_t last_row, last_sheet; /* of the last cell */
    uint32_t vertical;             /* one-character lines in a row */
    uint32_t order;
    ring_line *ring; /* DOC_RING of them */
    uint32_t ring_pos;
    doc_open *open;
    doc_head *head;
    line_facts name_facts;

    candidate *pending; /* DOC_PENDING of them */
    uint32_t pending_count;
    candidate *kept;
    uint32_t kept_count, kept_cap, kept_max;
    uint32_t dropped_hits, dropped_weak, dropped_counted;
    bool no_room;

    seen_level seen[DOC_SEEN];
    uint32_t seen_pos;
    doc_repeat repeats[DOC_REPEATS];
    doc_column columns[DOC_COLUMNS];
    span_place label_cell;           /* the last cell that holds a label */
    uint64_t levels[RULES_PACK_MAX]; /* of each pack, matched or mentioned */
    uint32_t portions[RULES_PACK_MAX];
    uint64_t text_bytes, invisible_bytes;

    bool ended;
    detect_result result;
    detect_hit *hits;
    detect_hit *all;
    uint32_t all_count;
};

/* lines.c */
void doc_take_span(detect_doc *doc, const span *what);
void doc_flush(detect_doc *doc);

/* doc.c: one line, not empty, in the order of reading. may_mark: a seed stands in it. */
void doc_take_line(detect_doc *doc, const line_view *line, bool may_mark);
void doc_take_name(detect_doc *doc, const span *what);
/* Lines were passed over: what comes now is not near what was before. */
void doc_skip_lines(detect_doc *doc);
/* The source byte of a byte of the span; UINT64_MAX when nobody knows it. */
uint64_t notice_src_off(const span *of, size_t at);
/* A first look around a seed, on raw text: false when no mark, label or part of a vertical mark can
 * stand there. The search goes on at *out_next then. */
bool doc_probe(detect_doc *doc, lj_str text, size_t hit, size_t from, size_t to, size_t *out_next);
/* The document ends: what waits is judged. */
void doc_finish(detect_doc *doc);

/* notice.c: a match becomes a candidate; lines before and behind it add what they say. */
void notice_match(detect_doc *doc, const line_view *line, uint16_t pack_idx,
                  const grammar_line *read, const grammar_match *match, uint64_t mentioned);
void notice_mentions(detect_doc *doc, const line_view *line, uint16_t pack_idx, uint64_t mentioned);
void notice_following(detect_doc *doc, ring_line *next);
const line_facts *notice_facts(detect_doc *doc, ring_line *line);

/* judge.c: a candidate that waits no longer. */
void doc_keep(detect_doc *doc, const candidate *what);

/* facts.c */
void facts_of_line(const detect_rules *rules, lj_arena *scratch, lj_str raw, line_facts *out);
void facts_of_folded(const detect_rules *rules, lj_str folded, line_facts *out);
void facts_join(line_facts *into, const line_facts *from);
uint32_t facts_words(const uint64_t *words, rules_list list);

/* judge.c: the features that only the whole document shows; returns all that fired. */
uint64_t judge_features(detect_doc *doc, const candidate *what);
/* Turns features into terms and score. */
void judge_score(const rules_pack *pack, uint64_t fired, detect_hit *out);
detect_class judge_class(const detect_pack *pack, int32_t score);
void judge_all(detect_doc *doc);

#endif
