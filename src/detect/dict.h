/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Inside detect/: the longest word of some lists that begins at a place of a folded text. */
#ifndef LJ_DETECT_DICT_H
#define LJ_DETECT_DICT_H

#include "base/arena.h"
#include "base/slice.h"

enum { DICT_BUCKETS = 512 };

typedef struct dict_entry {
    lj_str word; /* not empty */
    uint8_t list;
    uint8_t flags;
    uint16_t idx;
} dict_entry;

/* Entries grouped by a hash of their first character, the longer ones first within a group.
 * Immutable once built. */
typedef struct dict {
    dict_entry *entries;
    uint32_t count;
    uint32_t starts[DICT_BUCKETS + 1];
} dict;

/* Lists as bits of a mask. */
#define DICT_LIST(list) ((uint64_t)1 << (list))

/* Copies the entries into the arena and orders them. False when the arena is full. */
bool dict_build(dict *out, const dict_entry *entries, uint32_t count, lj_arena *arena);

/* The longest word of the lists in `mask` that begins at `at`, or NULL. */
const dict_entry *dict_find(const dict *words, lj_str text, size_t at, uint64_t mask);

/* The lists, as bits, of all words that begin at `at`. */
uint64_t dict_lists(const dict *words, lj_str text, size_t at);

/* A word of the list that begins with the character at `at` and goes on, whatever the text says
 * then; or NULL. */
const dict_entry *dict_begun(const dict *words, lj_str text, size_t at, uint8_t list);

#endif
