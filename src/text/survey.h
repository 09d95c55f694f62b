/* SPDX-License-Identifier: AGPL-3.0-or-later
 * One pass over raw bytes: which of the bytes occur that decide how they are searched, and how many
 * lines they hold. At the speed of the second-level cache. */
#ifndef LJ_TEXT_SURVEY_H
#define LJ_TEXT_SURVEY_H

#include "base/slice.h"

enum {
    TEXT_HAS_HIGH = 1 << 0,  /* above 7Fh */
    TEXT_HAS_SLASH = 1 << 1, /* backslash */
    TEXT_HAS_TILDE = 1 << 2,
    TEXT_HAS_PLUS = 1 << 3,
    TEXT_HAS_ESC = 1 << 4,
    TEXT_HAS_NUL = 1 << 5,
};

typedef struct text_survey {
    uint32_t has;       /* bits of what occurs */
    uint64_t line_ends; /* LF, CR LF and CR count one each */
} text_survey;

/* behind: the byte that follows, or 0; a CR at the end is looked at together with it. */
text_survey text_survey_of(lj_slice bytes, uint8_t behind);

#endif
