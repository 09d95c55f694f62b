/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Inside text/: the byte filter of the seed search. */
#ifndef LJ_TEXT_SEEDS_PRIV_H
#define LJ_TEXT_SEEDS_PRIV_H

#include "text/charset_priv.h"
#include "text/seeds.h"

enum {
    SEEDS_POSITIONS = 3, /* bytes that the filter looks at */
    SEEDS_BANKS = 2,     /* sets of eight buckets, one bit each */
    SEEDS_BUCKETS = 8 * SEEDS_BANKS,
    SEEDS_BLOCK_BYTES = 64, /* positions judged in one step */
};

/* Position p of the text passes when one bucket's bit stands in
 *   low[bank][i][text[p + i] & 15] & high[bank][i][text[p + i] >> 4]   for all i.
 * A necessary condition of a seed at p, never a sufficient one. */
typedef struct seeds_filter {
    uint8_t low[SEEDS_BANKS][SEEDS_POSITIONS][16];
    uint8_t high[SEEDS_BANKS][SEEDS_POSITIONS][16];
} seeds_filter;

/* Called for positions that pass, in ascending order; true ends the walk. */
typedef struct seeds_visitor {
    bool (*verify)(void *ctx, size_t at);
    void *ctx;
} seeds_visitor;

/* Calls the visitor for each position of bytes from `from` on that passes the filter and has two
 * more bytes behind it. True with *out_at set to the position that it ended at; false with *out_at
 * set to where less than a block is left. */
bool seeds_walk(text_vector vector, const seeds_filter *filter, lj_slice bytes, size_t from,
                const seeds_visitor *visitor, size_t *out_at);
bool seeds_walk_x86(text_vector vector, const seeds_filter *filter, lj_slice bytes, size_t from,
                    const seeds_visitor *visitor, size_t *out_at);
/* Does the position pass? Three bytes are read. */
bool seeds_passes(const seeds_filter *filter, const uint8_t *at);

/* text_seeds_find with chosen instructions, and the naive search that tries every byte: for tests.
 */
size_t seeds_find_with(const text_seeds *seeds, text_vector vector, text_charset charset,
                       lj_slice bytes, size_t from);
size_t seeds_find_naive(const text_seeds *seeds, text_charset charset, lj_slice bytes, size_t from);

/* Share of random prose positions that pass the filter, in millionths: what the buckets' making is
 * judged by. */
uint32_t seeds_pass_rate(const text_seeds *seeds, text_charset charset);

#endif
