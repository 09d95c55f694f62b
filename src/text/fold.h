/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Folding: the form that detection compares, with the map back to the original (hidden-marks 1.4).
 */
#ifndef LJ_TEXT_FOLD_H
#define LJ_TEXT_FOLD_H

#include "base/arena.h"
#include "base/slice.h"

/* Bumped whenever any folded output can change: part of the rescan key and of later fingerprint
 * indexes. */
enum { TEXT_FOLD_VERSION = 2 };

/* What was undone on the way; facts for later concealment detectors and for `explain`. */
typedef enum text_fold_fact {
    TEXT_FOLD_INVISIBLE =
        1 << 0, /* zero-width, soft hyphen, variation selectors, controls were deleted */
    TEXT_FOLD_BIDI = 1 << 1,    /* U+202E ... U+202C was reversed */
    TEXT_FOLD_COMPAT = 1 << 2,  /* NFKC, radicals, full width changed a letter */
    TEXT_FOLD_VARIANT = 1 << 3, /* variant or traditional letter */
    TEXT_FOLD_STAR = 1 << 4,    /* a look-alike became U+2605 */
    TEXT_FOLD_NUMERAL = 1 << 5, /* Han numerals became digits */
    TEXT_FOLD_BLANK = 1 << 6,   /* blanks inside the line were removed */
} text_fold_fact;

typedef struct text_folded {
    lj_str text;          /* folded UTF-8, in the arena */
    const uint32_t *from; /* from[i]: offset in the original of the character that folded byte i
                             came from; text.len + 1 entries, the last is the original's length. Not
                             monotonic inside reversed runs. */
    uint32_t facts;       /* text_fold_fact bits */
} text_folded;

/* Folds one line or block (steps 2 to 7 of 1.4). Line ends (LF, CR, U+2028, U+2029, VT, FF) become
 * LF and stay. Blanks (space, tab, U+3000, NBSP, 2000-200A) are removed between Han, digits, stars
 * and brackets; between two ASCII words one space stays (the English packs need it). Stars become
 * U+2605, Han numerals before 年/个月/月/日 digits, ASCII letters keep their case. False when the
 * arena is full. */
bool text_fold(lj_str text, lj_arena *arena, text_folded *out);

/* The code point at `at` of valid UTF-8, and its length in *out_len (1 to 4). */
uint32_t text_code_point(lj_str text, size_t at, size_t *out_len);
/* True for Han letters (unified ideographs of all planes, compatibility ideographs, U+3007). */
bool text_is_han(uint32_t code_point);
/* Folding leaves nothing of it, and it has no width: data/text/deleted.txt, and U+202E. */
bool text_is_deleted(uint32_t code_point);

#endif
