/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Logs for tests: invented entries from a seed, their values, their export and their checkpoints.
 * Everything lives in one arena and nothing fails quietly: a helper that cannot do its work ends
 * the program. */
#ifndef LJ_TESTS_SEAL_LOG_BUILD_H
#define LJ_TESTS_SEAL_LOG_BUILD_H

#include "seal/checkpoint.h"
#include "seal/leaf.h"
#include "seal/log_export.h"

enum { LOG_ENTRIES_MAX = 256, LOG_VALUES_MAX = 4 * LOG_ENTRIES_MAX };

/* splitmix64 */
typedef struct log_dice {
    uint64_t state;
} log_dice;
uint64_t dice_next(log_dice *dice);
uint64_t dice_below(log_dice *dice, uint64_t limit); /* limit above 0 */
void dice_fill(log_dice *dice, uint8_t *dst, size_t len);

typedef struct log_value {
    seal_digest commitment;
    uint8_t salt[SEAL_SALT_LEN];
    lj_slice value;
} log_value;

typedef struct log_sample {
    lj_arena *arena;
    uint64_t district;
    seal_id id;
    seal_hash hash;
    lj_slice leaves[LOG_ENTRIES_MAX];
    uint32_t count;
    log_value values[LOG_VALUES_MAX];
    uint32_t value_count;
    bool has_values; /* in the export */
} log_sample;

void log_begin(log_sample *sample, lj_arena *arena, log_dice *dice, seal_hash hash);
/* `count` more entries; their times ascend. */
void log_grow(log_sample *sample, log_dice *dice, uint32_t count);
/* The entry again with another number. */
lj_slice log_renumber(lj_arena *arena, lj_slice leaf, uint64_t seq);
/* All entries get the number of their place. */
void log_renumber_all(log_sample *sample);
/* One field of the entry gets another value; it stays a sound entry. */
lj_slice log_change(lj_arena *arena, lj_slice leaf, log_dice *dice);

seal_digest log_root(const log_sample *sample, uint32_t size);
/* The export with a fitting trailer. */
lj_slice log_bytes(const log_sample *sample);
/* The checkpoint over the first `size` entries. */
lj_slice log_point(const log_sample *sample, uint32_t size, int64_t at, const seal_key *key);

/* The n-th key of a scheme (n below 2), made once for the whole program. */
const seal_key *log_key(seal_scheme scheme, uint32_t n);

#endif
