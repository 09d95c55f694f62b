/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Sorted array of ranges with binary search; an insertion in the middle moves the tail. At 65,536
 * ranges no more are taken: what cannot be claimed is swept, which costs time but loses nothing. */
#include "formats/claims.h"

enum { CLAIM_MAX = 65536 };

/* Index of the first range whose end is at or after `at`. */
static uint32_t claim_find(const claim_set *set, uint64_t at)
{
    uint32_t low = 0;
    uint32_t high = set->count;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (set->ranges[mid].to < at) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return low;
}

static bool claim_room(claim_set *set, lj_arena *arena)
{
    if (set->count < set->cap) {
        return true;
    }
    if (set->cap == 0) {
        set->ranges = set->first;
        set->cap = CLAIM_FIRST;
        return true;
    }
    uint32_t cap = set->cap * 2;
    claim_range *ranges =
        cap <= CLAIM_MAX ? lj_arena_array(arena, cap, sizeof(*set->ranges)) : NULL;
    if (ranges == NULL) {
        set->full = true;
        return false;
    }
    memcpy(ranges, set->ranges, set->count * sizeof(*ranges));
    set->ranges = ranges;
    set->cap = cap;
    return true;
}

void claim_add(claim_set *set, lj_arena *arena, uint64_t from, uint64_t to)
{
    if (from >= to) {
        return;
    }
    uint32_t first = claim_find(set, from);
    uint32_t end = first;
    while (end < set->count && set->ranges[end].from <= to) {
        from = set->ranges[end].from < from ? set->ranges[end].from : from;
        to = set->ranges[end].to > to ? set->ranges[end].to : to;
        end++;
    }
    if (end == first) {
        if (!claim_room(set, arena)) {
            return;
        }
        memmove(set->ranges + first + 1, set->ranges + first,
                (set->count - first) * sizeof(*set->ranges));
        set->count++;
    } else if (end > first + 1) {
        memmove(set->ranges + first + 1, set->ranges + end,
                (set->count - end) * sizeof(*set->ranges));
        set->count -= end - first - 1;
    }
    set->ranges[first] = (claim_range){from, to};
}

uint64_t claim_total(const claim_set *set)
{
    uint64_t total = 0;
    for (uint32_t i = 0; i < set->count; i++) {
        total += set->ranges[i].to - set->ranges[i].from;
    }
    return total;
}

bool claim_next_gap(const claim_set *set, uint64_t at, uint64_t size, claim_range *out)
{
    uint32_t idx = claim_find(set, at);
    while (idx < set->count && set->ranges[idx].from <= at) {
        at = set->ranges[idx].to > at ? set->ranges[idx].to : at;
        idx++;
    }
    if (at >= size) {
        return false;
    }
    uint64_t to = idx < set->count && set->ranges[idx].from < size ? set->ranges[idx].from : size;
    *out = (claim_range){at, to};
    return true;
}
