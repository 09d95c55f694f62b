/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Inside text/: the generated folding tables. Shared with tools/fold_tables.c, which makes them. */
#ifndef LJ_TEXT_FOLD_PRIV_H
#define LJ_TEXT_FOLD_PRIV_H

#include "text/fold.h"

/* A cell says what folding does with a code point. Below FOLD_ROW the code point stays as it is, or
 * is one of the kinds that leave nothing behind, and the value is its class; from FOLD_ROW on it is
 * replaced by fold_rows[cell - FOLD_ROW]. The class decides about blanks between letters and about
 * numerals. */
typedef enum fold_class {
    FOLD_WEST,    /* letters of alphabets: a blank between two of them stays */
    FOLD_DIGIT,   /* 0 to 9: a blank beside a western letter stays, between two digits not */
    FOLD_TIGHT,   /* Han, kana, CJK punctuation, brackets, stars: blanks beside them go */
    FOLD_NUMERAL, /* Han numerals: as FOLD_TIGHT, and digits before a unit */
    FOLD_UNIT,    /* 年 月 日: as FOLD_TIGHT */
    FOLD_SIGN,    /* other signs: side with what stands before them */
    FOLD_BLANK,
    FOLD_LINE,     /* end of a line */
    FOLD_DELETED,  /* invisible */
    FOLD_OVERRIDE, /* U+202E: what follows is reversed */
    FOLD_MANY,     /* in fold_row.class_ only: several code points, each with a class of its own */
    FOLD_ROW = 16,
} fold_class;

typedef struct fold_row {
    uint16_t at;    /* in fold_pool, bytes */
    uint8_t len;    /* bytes */
    uint8_t facts;  /* text_fold_fact bits */
    uint8_t class_; /* fold_class of the result */
} fold_row;

typedef struct fold_numeral {
    uint32_t code_point;
    uint32_t value;
} fold_numeral;

extern const uint8_t fold_page[0x1100]; /* code point / 256 -> index of a page of cells */
extern const uint16_t fold_cell[][256];
extern const uint32_t fold_easy[2048]; /* bit for each code point of the BMP: FOLD_TIGHT or
                                          FOLD_NUMERAL, three bytes */
extern const fold_row fold_rows[];
extern const uint8_t fold_pool[];
extern const fold_numeral fold_numerals[];
extern const uint32_t fold_numeral_count;

static inline uint16_t fold_cell_of(uint32_t code_point)
{
    return fold_cell[fold_page[code_point >> 8]][code_point & 0xFF];
}

/* A code point as UTF-8; its length. */
size_t fold_encode(uint32_t code_point, uint8_t out[4]);
/* What a code point folds to, as UTF-8; out needs 4 bytes for code points that stay. Empty for
 * blanks, line ends and what is deleted. For seeds.c, which needs the inverse. */
lj_slice fold_of(uint32_t code_point, uint8_t out[4]);

#endif
