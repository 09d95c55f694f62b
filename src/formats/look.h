/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What readers of laid-out documents share: colours and contrast, black-face fonts, dates, and
 * which text is worth a span of its own. Pure functions. */
#ifndef LJ_FORMATS_LOOK_H
#define LJ_FORMATS_LOOK_H

#include "base/slice.h"

#define LOOK_NO_COLOUR UINT32_MAX
/* Something is painted behind the text, its colour is not known. */
#define LOOK_PAINTED   (UINT32_MAX - 1)

/* True for text in which somebody could read something: letters beyond ASCII, or some words. */
bool look_is_wordy(lj_str text);
bool look_is_blank(lj_str text);
bool look_has_byte(lj_str text, char byte);
/* True when there is a letter beyond ASCII. */
bool look_has_high_byte(lj_str text);
/* xsd:dateTime to UTC milliseconds; 0 when it is none. */
int64_t look_time(lj_str text);
/* "RRGGBB" (or "AARRGGBB", "#RRGGBB") to a number; LOOK_NO_COLOUR when it is none. */
uint32_t look_colour(lj_str text);
/* True when text of colour fg cannot be seen on ground. */
bool look_no_contrast(uint32_t fg, uint32_t ground);
/* The letter that a code of the font Wingdings shows (00h to FFh, or the same from F000h on): stars
 * become stars, other symbols stay in the private use area. */
uint32_t look_wingdings(uint32_t code);
/* True for a black-face font: 黑体, SimHei and kin. */
bool look_is_hei(lj_str font);

#endif
