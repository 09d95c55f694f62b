/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Inside text/: what a seed set is made of. Built by seeds_build.c and seeds_buckets.c, read by
 * seeds.c. */
#ifndef LJ_TEXT_SEEDS_BUILD_H
#define LJ_TEXT_SEEDS_BUILD_H

#include "base/arena.h"
#include "text/fold_priv.h"
#include "text/seeds_priv.h"

enum { SEEDS_LETTERS = 8 /* of a word are verified */ };
#define SEEDS_NO_KEY UINT32_MAX
#define SEEDS_END    UINT32_MAX

typedef struct seeds_word {
    uint32_t letters[SEEDS_LETTERS]; /* folded code points */
    uint32_t letter_count;
    bool reversed; /* counts in right-to-left overrides only */
} seeds_word;

/* A code point that may begin words: `first` of its uses. Open addressing, towards lower indexes.
 */
typedef struct seeds_key {
    uint32_t code_point; /* or SEEDS_NO_KEY */
    uint32_t first;
} seeds_key;

typedef struct seeds_use {
    uint32_t word_idx;
    uint32_t folded_at; /* where in the folded code point the word begins, bytes */
    bool single;        /* the folded code point is the first letter and nothing more */
    uint32_t next;      /* or SEEDS_END */
} seeds_use;

/* A code point as the charset spells it; len 0 when it cannot. */
typedef struct seeds_sign {
    uint8_t bytes[4];
    size_t len;
} seeds_sign;

typedef struct seeds_signs {
    seeds_sign override; /* U+202E */
    seeds_sign pop;      /* U+202C */
    seeds_sign line;     /* U+000A */
} seeds_signs;

/* The bytes that may stand behind the first letter of a word: what begins a spelling of its second
 * letter, or what folding removes. All, for words of one letter. */
typedef struct seeds_nexts {
    uint8_t bits[32];
} seeds_nexts;

struct text_seeds {
    lj_arena *arena; /* holds all of it */
    seeds_word *words;
    size_t word_count;
    seeds_key *keys;
    uint32_t key_bits;
    size_t key_count;
    seeds_use *uses;
    size_t use_count;
    seeds_signs signs[TEXT_CHARSET_COUNT];
    seeds_filter filters[TEXT_CHARSET_COUNT];
    uint32_t pass_rates[TEXT_CHARSET_COUNT]; /* millionths, by the models of seeds_buckets.c */
    seeds_nexts *nexts[TEXT_CHARSET_COUNT];  /* for each word */
};

/* What three neighbouring bytes must be for a word to begin there: sets of their low and high
 * halves. */
typedef struct seeds_pattern {
    uint16_t low[SEEDS_POSITIONS];
    uint16_t high[SEEDS_POSITIONS];
} seeds_pattern;

/* Adds the patterns, whose order is changed, to an empty filter. Returns the share of positions of
 * ordinary text that pass it, in millionths. */
uint32_t seeds_filter_make(text_charset charset, seeds_pattern *rows, size_t count,
                           seeds_filter *out);

static inline uint32_t seeds_hash(uint32_t code_point, uint32_t bits)
{
    return (code_point * 0x9E3779B1u) >> (32 - bits);
}

static inline bool seeds_may_follow(const seeds_nexts *nexts, uint8_t byte)
{
    return (nexts->bits[byte / 8] >> byte % 8 & 1) != 0;
}

/* Does folding leave a blank, and of course the end of a line, between these letters of a folded
 * word? Beside Han both count as nothing (vertical text is joined over lines). */
static inline bool seeds_keeps_gap(uint32_t before, uint32_t after)
{
    return fold_cell_of(before) == FOLD_WEST && fold_cell_of(after) == FOLD_WEST;
}

#endif
