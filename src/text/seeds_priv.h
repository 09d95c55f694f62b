/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Inside text/: the byte filter of the seed search. */
#ifndef LJ_TEXT_SEEDS_PRIV_H
#define LJ_TEXT_SEEDS_PRIV_H

#include "text/charset_priv.h"
#include "text/seeds.h"

enum {
    SEEDS_POSITIONS = 3,   /* bytes that the filter looks at */
    SEEDS_BUCKETS = 8,     /* one bit each */
    SEEDS_BLOCK_BYTES = 64, /* positions judged in one step; bits of the mask */
};

/* Position p of the text passes when one bucket's bit stands in
 *   low[i][text[p + i] & 15] & high[i][text[p + i] >> 4]   for all i.
 * A necessary condition of a seed at p, never a sufficient one. */
typedef struct seeds_filter {
    uint8_t low[SEEDS_POSITIONS][16];
    uint8_t high[SEEDS_POSITIONS][16];
} seeds_filter;

/* Which of the 64 positions from `at` on pass, bit 0 = at; the text must reach 66 bytes behind `at`. */
uint64_t seeds_mask64(const seeds_filter *filter, const uint8_t *at);
/* The first block of 64 positions, counted from `from` in whole blocks, in which any passes; the offset is returned and
 * *out_mask set. When there is none, the offset of what is left over (less than 66 bytes) with *out_mask 0. */
size_t seeds_scan(text_vector vector, const seeds_filter *filter, lj_slice bytes, size_t from, uint64_t *out_mask);
size_t seeds_scan_x86(text_vector vector, const seeds_filter *filter, lj_slice bytes, size_t from,
                      uint64_t *out_mask);

/* text_seeds_find with chosen instructions, and the naive search that tries every byte: for tests. */
size_t seeds_find_with(const text_seeds *seeds, text_vector vector, text_charset charset, lj_slice bytes, size_t from);
size_t seeds_find_naive(const text_seeds *seeds, text_charset charset, lj_slice bytes, size_t from);

/* Share of random prose positions that pass the filter, in millionths: what the buckets' making is judged by. */
uint32_t seeds_pass_rate(const text_seeds *seeds, text_charset charset);

#endif
