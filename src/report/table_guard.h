/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The guard of CSV texts against being taken as formulas: an apostrophe before what Excel would
 * evaluate. A text that begins with apostrophes and such a letter gets one more, so that taking
 * exactly one away gives every text back. */
#ifndef LJ_REPORT_TABLE_GUARD_H
#define LJ_REPORT_TABLE_GUARD_H

#include "base/slice.h"

static inline bool table_guard_is_needed(lj_str text)
{
    size_t at = 0;
    while (at < text.len && text.ptr[at] == '\'') {
        at++;
    }
    return at < text.len && (text.ptr[at] == '=' || text.ptr[at] == '+' || text.ptr[at] == '-' ||
                             text.ptr[at] == '@' || text.ptr[at] == '\t' || text.ptr[at] == '\r');
}

static inline lj_str table_guard_strip(lj_str text)
{
    if (text.len == 0 || text.ptr[0] != '\'') {
        return text;
    }
    lj_str rest = {text.ptr + 1, text.len - 1};
    return table_guard_is_needed(rest) ? rest : text;
}

#endif
