/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Words that formulas of sheets are made of, for all formats that have sheets. */
#ifndef LJ_FORMATS_SHEET_WORDS_H
#define LJ_FORMATS_SHEET_WORDS_H

#include "base/buf.h"

/* Constants of a formula joined: "机"&"密", UNICHAR(26426) (X11). Appended to out. */
void sheet_fold_formula(lj_str formula, lj_buf *out);

#endif
