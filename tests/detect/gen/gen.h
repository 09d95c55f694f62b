/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Invented documents with and without marks, for measuring detection. A kind is a row: a name,
 * whether an alarm is right, and a template; a case is a kind with a seed, the same on every
 * machine.
 *
 * Templates: [a|b|c] takes one; {word} is replaced (gen_words.c: places, offices, topics,
 * sentences, marks); a line
 * `@role key=value ...` begins a span (r= row, c= column, page=, label=, hide=, origin=decoded,
 * size=, hei); \x01 and \x02 enclose a hidden part. Without such a line the text is body, given as
 * one block or line by line, as the seed decides. No place, office or paper in it exists. */
#ifndef LJ_TESTS_DETECT_GEN_GEN_H
#define LJ_TESTS_DETECT_GEN_GEN_H

#include "base/buf.h"
#include "formats/span.h"

enum { GEN_SPAN_MAX = 600, GEN_TODAY_ON = 20781 /* 2026-11-24 */ };

typedef enum gen_class {
    GEN_MARK,     /* an alarm is right */
    GEN_MENTION,  /* talks about marks */
    GEN_NEGATIVE, /* looks like a mark and is none */
} gen_class;

typedef struct gen_kind {
    const char *name;
    gen_class class_;
    const char *text;
} gen_kind;

extern const gen_kind gen_mark_kinds[];
extern const uint32_t gen_mark_kind_count;
extern const gen_kind gen_mention_kinds[];
extern const uint32_t gen_mention_kind_count;
extern const gen_kind gen_negative_kinds[]; /* exactly 48 */
extern const uint32_t gen_negative_kind_count;

typedef struct gen_random {
    uint64_t state;
} gen_random;

static inline uint64_t gen_next(gen_random *random)
{
    /* splitmix64, Steele, Lea, Flood 2014 */
    uint64_t z = (random->state += 0x9E3779B97F4A7C15U);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
}
static inline uint32_t gen_below(gen_random *random, uint32_t count)
{
    return (uint32_t)(gen_next(random) % count);
}

typedef struct gen_case {
    span spans[GEN_SPAN_MAX];
    span_look looks[GEN_SPAN_MAX];
    uint32_t count;
} gen_case;

/* Expands the template into out; texts live in the arena. */
void gen_make(const gen_kind *kind, uint64_t seed, lj_arena *arena, gen_case *out);

/* gen_words.c: the replacement of {word}; false when there is none of that name. */
bool gen_word(gen_random *random, lj_slice word, lj_buf *out);
/* gen.c */
void gen_expand(gen_random *random, const char *text, lj_buf *out);

#endif
