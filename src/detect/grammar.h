/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Inside detect/: the grammar of a mark on one folded line. A match says what stands there and how
 * it stands in its line; where the line stands in the document is the business of the judge. */
#ifndef LJ_DETECT_GRAMMAR_H
#define LJ_DETECT_GRAMMAR_H

#include "detect/rules_priv.h"
#include "text/fold.h"

enum { GRAMMAR_MATCH_MAX = 48 }; /* of a line; a line with more is a list, whatever follows */

typedef enum grammar_flag {
    GRAMMAR_NAME = 1 << 0,     /* a file name, a sheet name: other boundaries */
    GRAMMAR_CUT_LEFT = 1 << 1, /* a window: the line goes on to the left */
    GRAMMAR_CUT_RIGHT = 1 << 2,
    GRAMMAR_RECOGNISED = 1 << 3, /* by OCR: the star may be misread */
    GRAMMAR_LABELLED =
        1 << 4, /* a label stands outside the line: in the cell before, as the name of the value */
    GRAMMAR_WEAK_LABEL = 1 << 5, /* the value of a property that may hold a level */
} grammar_flag;

typedef struct grammar_line {
    lj_str raw; /* the original line */
    text_folded folded;
    uint32_t flags; /* grammar_flag */
    int32_t today_on;
} grammar_line;

/* What is after the level. */
typedef struct grammar_period {
    size_t from, to;  /* folded bytes; equal when there is none */
    bool over_limit;  /* longer than the level allows, or no real date */
    bool placeholder; /* ××年 */
    bool has_date;
    int32_t date_on; /* days since 1970-01-01 */
} grammar_period;

typedef struct grammar_match {
    rules_form form;
    uint16_t level_idx;          /* DETECT_NO_LEVEL for a cleared label */
    size_t from, to;             /* folded bytes of the token: level to period */
    size_t level_to;             /* folded bytes: end of the level */
    size_t outer_from, outer_to; /* the same with label and brackets */
    grammar_period period;
    bool was;       /* the label says: formerly */
    bool starred;   /* several stars or an asterisk stand behind it */
    uint64_t fired; /* RULES_FEATURE bits that the line shows by itself */
} grammar_match;

typedef struct grammar_found {
    grammar_match matches[GRAMMAR_MATCH_MAX];
    uint32_t count;
    uint64_t mentioned; /* bits of levels that stand in the line without being a match */
    bool is_label;      /* the line is a label and nothing else: the value may follow */
} grammar_found;

/* Reads a line with a pack of engine RULES_MARKS. */
void grammar_scan(const rules_pack *pack, const dict *shared, const grammar_line *line,
                  grammar_found *out);
/* The same for RULES_BANNER (banner.c). */
void grammar_scan_banner(const rules_pack *pack, const dict *shared, const grammar_line *line,
                         grammar_found *out);

/* Reads a period at `at`. with_star: conditions of any words are allowed. False when there is none.
 */
bool grammar_period_read(const rules_pack *pack, const grammar_line *line, size_t at,
                         uint16_t level_idx, bool with_star, grammar_period *out);

/* ---- fields of choices (choices.c) ---- */

typedef struct choices {
    size_t from, to;  /* folded bytes of the field, with its label */
    uint32_t options; /* levels and other values */
    uint32_t ticks, boxes;
    bool has_label;
    bool behind;    /* boxes stand behind their choices */
    bool is_ticked; /* the level that was asked for */
    bool is_open;
} choices;
/* The field of choices in which the level at [from, to) stands; false when there is none. */
bool choices_read(const rules_pack *pack, lj_str text, size_t from, size_t to, choices *out);

/* ---- letters (letters.c) ---- */

/* Bytes of the character that begins at `at`. */
size_t letters_len(lj_str text, size_t at);
/* Where the character before `at` begins; 0 at the start. */
size_t letters_back(lj_str text, size_t at);
bool letters_is_blank(uint32_t code_point);
/* Deleted by folding though it has no width: zero-width characters, direction marks, variation
 * selectors, controls. */
bool letters_is_invisible(uint32_t code_point);
/* Han, Latin letter or digit: part of a word. */
bool letters_is_word(uint32_t code_point);
/* Blanks of the original between the characters before and at the folded offset; a tab counts for
 * 100. */
uint32_t letters_gap(const grammar_line *line, size_t at);
/* True when text[0] of a two-letter entry of `list` is the character ending at `end`; the partner
 * in *out_close. */
bool letters_opens(const dict *words, uint8_t list, lj_str text, size_t end, lj_str *out_close);
/* True when the folded text [from, to) holds nothing but punctuation, blanks, and words that may
 * stand beside a mark. */
bool letters_beside_only(const dict *shared, lj_str text, size_t from, size_t to);
/* Raw bytes [*out_from, *out_to) that the folded bytes [from, to) came from. */
void letters_raw_range(const grammar_line *line, size_t from, size_t to, size_t *out_from,
                       size_t *out_to);
/* Days since 1970-01-01; false for a date that does not exist. */
bool letters_day(int32_t year, int32_t month, int32_t day, int32_t *out_on);
/* Reads 1 to max_digits digits; returns how many bytes, 0 when there are none. */
size_t letters_digits(lj_str text, size_t at, size_t max_digits, int32_t *out);

#endif
