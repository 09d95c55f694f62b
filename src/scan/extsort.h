/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Sorting more than fits into memory: items of bytes, ordered by memcmp, the shorter first. Beyond
 * a few megabytes sorted runs go to a file without a name in the state folder and are merged. */
#ifndef LJ_SCAN_EXTSORT_H
#define LJ_SCAN_EXTSORT_H

#include "base/err.h"
#include "base/slice.h"

typedef struct extsort extsort;

/* memory: bytes for one run; dir: folder for the file. NULL without memory. */
extsort *extsort_new(int dir, size_t memory);
void extsort_free(extsort *sort); /* accepts NULL */
/* key decides the order; value rides along. Keys need not differ; equal keys come out in the order
 * of their values. */
LJ_MUST_USE lj_code extsort_add(extsort *sort, lj_slice key, lj_slice value, lj_err *err);
/* No more items. */
LJ_MUST_USE lj_code extsort_finish(extsort *sort, lj_err *err);
/* The next item in order, borrowed until the next call; *out_more false at the end. */
LJ_MUST_USE lj_code extsort_next(extsort *sort, bool *out_more, lj_slice *out_key,
                                 lj_slice *out_value, lj_err *err);

#endif
