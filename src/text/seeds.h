/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The seed search: where in raw bytes could a mark stand at all? Seeds are single letters (or short
 * words) that every text of a rule pack must hold after folding; the search runs over all their raw
 * spellings in the source's own encoding, so that decoding and folding happen only around hits.
 * Replaces a regular-expression engine: see docs/dependencies.md (silent misses of SIMD engines on
 * Han), checked against a naive twin in tests. */
#ifndef LJ_TEXT_SEEDS_H
#define LJ_TEXT_SEEDS_H

#include "base/err.h"
#include "text/charset.h"

typedef struct text_seeds text_seeds;

/* words: folded UTF-8, each one character or more. The set grows by every code point that folds to
 * the word's first letter (variants, radicals, compatibility forms, full width), in each encoding
 * that is searched raw: UTF-8, GB18030, Big5, UTF-16LE/BE. For a word of several letters only the
 * first letter is a raw seed; the following letters, up to the eighth, are verified with everything
 * skipped that folding removes there (zero-width, marks, blanks beside Han). LJ_E_INVALID when a
 * word is empty or not in folded form. Yours to free. */
LJ_MUST_USE lj_code text_seeds_new(const lj_str *words, size_t count, text_seeds **out,
                                   lj_err *err);
void text_seeds_free(text_seeds *seeds); /* accepts NULL */

/* True when raw bytes of this charset can be searched without decoding (else: decode first, search
 * as TEXT_UTF8). */
bool text_seeds_can_search(text_charset charset);

/* Offset of the first seed at or after `from`, or bytes.len. May report a place that is not a seed
 * after all (a superset), never misses one. For multi-byte charsets a hit is checked for lead-byte
 * alignment as far as `bytes` reaches back. Speed goal: UTF-8 and GB18030 at 3 GB/s or more on
 * Chinese prose. */
size_t text_seeds_find(const text_seeds *seeds, text_charset charset, lj_slice bytes, size_t from);

#endif
