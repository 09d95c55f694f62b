/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The rows of formats that are recognised but have no reader yet. */
#ifndef LJ_FORMATS_OTHERS_H
#define LJ_FORMATS_OTHERS_H

#include "formats/format.h"

extern const format_row format_other_rows[];
extern const uint32_t format_other_row_count;

#endif
