/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Names of formats as small numbers: those of the scan's own (folders, special files), then the
 * rows of the format table. Numbers hold within one build only. */
#ifndef LJ_SCAN_FORMAT_IDX_H
#define LJ_SCAN_FORMAT_IDX_H

#include "base/slice.h"

enum { FORMAT_IDX_UNKNOWN = 0, FORMAT_IDX_NONE = UINT16_MAX };

/* FORMAT_IDX_NONE when there is no such format. */
uint32_t format_idx_of(lj_str name);
/* NULL beyond the last. */
const char *format_idx_name(uint32_t idx);

#endif
