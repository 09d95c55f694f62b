/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A set of byte ranges: which parts of a source were claimed. Claims come mostly in ascending order
 * and merge. */
#ifndef LJ_FORMATS_CLAIMS_H
#define LJ_FORMATS_CLAIMS_H

#include "base/arena.h"

typedef struct claim_range {
    uint64_t from, to; /* [from, to) */
} claim_range;

enum { CLAIM_FIRST = 8 };

/* Starts as zeroes and may not be moved. */
typedef struct claim_set {
    claim_range *ranges; /* sorted, disjoint, not touching */
    uint32_t count, cap;
    bool full; /* no memory for another range: nothing was added, so the rest counts as unclaimed */
    claim_range first[CLAIM_FIRST]; /* room that needs no memory: a sweep can always be claimed */
} claim_set;

void claim_add(claim_set *set, lj_arena *arena, uint64_t from, uint64_t to);
uint64_t claim_total(const claim_set *set);
/* The first range at or after `at` that is in no claim, up to `size`; false when there is none. */
bool claim_next_gap(const claim_set *set, uint64_t at, uint64_t size, claim_range *out);

#endif
