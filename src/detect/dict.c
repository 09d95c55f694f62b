/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A small hash on the first character of each word. The lists of a pack hold some hundred words and
 * are asked only around seeds, so a chain of a few comparisons is enough; no automaton is needed.
 */
#include "detect/dict.h"

#include <stdlib.h>

/* The first character decides the bucket: all its bytes, so that Han letters, which share lead
 * bytes, spread. */
static uint32_t dict_bucket(lj_str text, size_t at)
{
    uint8_t lead = (uint8_t)text.ptr[at];
    size_t len = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    uint32_t hash = 2166136261U;
    for (size_t i = 0; i < len && at + i < text.len; i++) {
        hash = (hash ^ (uint8_t)text.ptr[at + i]) * 16777619U;
    }
    return (hash ^ hash >> 13) % DICT_BUCKETS;
}

/* Bucket, then longest first; the rest only makes the order the same on every machine. */
static int dict_compare(const void *a, const void *b)
{
    const dict_entry *left = a;
    const dict_entry *right = b;
    uint32_t left_bucket = dict_bucket(left->word, 0);
    uint32_t right_bucket = dict_bucket(right->word, 0);
    if (left_bucket != right_bucket) {
        return left_bucket < right_bucket ? -1 : 1;
    }
    if (left->word.len != right->word.len) {
        return left->word.len > right->word.len ? -1 : 1;
    }
    int order = lj_slice_compare(lj_str_bytes(left->word), lj_str_bytes(right->word));
    if (order != 0) {
        return order;
    }
    if (left->list != right->list) {
        return left->list < right->list ? -1 : 1;
    }
    return left->idx < right->idx ? -1 : left->idx > right->idx;
}

bool dict_build(dict *out, const dict_entry *entries, uint32_t count, lj_arena *arena)
{
    *out = (dict){0};
    if (count == 0) {
        return true;
    }
    dict_entry *copy = lj_arena_array(arena, count, sizeof(*copy));
    if (copy == NULL) {
        return false;
    }
    memcpy(copy, entries, count * sizeof(*copy));
    qsort(copy, count, sizeof(*copy), dict_compare);
    out->entries = copy;
    out->count = count;
    uint32_t idx = 0;
    for (uint32_t bucket = 0; bucket < DICT_BUCKETS; bucket++) {
        out->starts[bucket] = idx;
        while (idx < count && dict_bucket(copy[idx].word, 0) == bucket) {
            idx++;
        }
    }
    out->starts[DICT_BUCKETS] = count;
    return true;
}

/* Most words of a bucket differ in their last byte: no call for them. */
static inline bool dict_is_at(lj_str word, lj_str text, size_t at)
{
    return word.len <= text.len - at && word.ptr[word.len - 1] == text.ptr[at + word.len - 1] &&
           memcmp(word.ptr, text.ptr + at, word.len) == 0;
}

const dict_entry *dict_find(const dict *words, lj_str text, size_t at, uint64_t mask)
{
    if (words->count == 0 || at >= text.len) {
        return NULL;
    }
    uint32_t bucket = dict_bucket(text, at);
    for (uint32_t idx = words->starts[bucket]; idx < words->starts[bucket + 1]; idx++) {
        const dict_entry *entry = &words->entries[idx];
        if ((mask & DICT_LIST(entry->list)) != 0 && dict_is_at(entry->word, text, at)) {
            return entry;
        }
    }
    return NULL;
}

uint64_t dict_lists(const dict *words, lj_str text, size_t at)
{
    uint64_t lists = 0;
    if (words->count == 0 || at >= text.len) {
        return 0;
    }
    uint32_t bucket = dict_bucket(text, at);
    for (uint32_t idx = words->starts[bucket]; idx < words->starts[bucket + 1]; idx++) {
        const dict_entry *entry = &words->entries[idx];
        if (dict_is_at(entry->word, text, at)) {
            lists |= DICT_LIST(entry->list);
        }
    }
    return lists;
}

const dict_entry *dict_begun(const dict *words, lj_str text, size_t at, uint8_t list)
{
    if (words->count == 0 || at >= text.len) {
        return NULL;
    }
    uint8_t lead = (uint8_t)text.ptr[at];
    size_t len = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    uint32_t bucket = dict_bucket(text, at);
    for (uint32_t idx = words->starts[bucket]; idx < words->starts[bucket + 1]; idx++) {
        const dict_entry *entry = &words->entries[idx];
        if (entry->list == list && entry->word.len > len && len <= text.len - at &&
            memcmp(entry->word.ptr, text.ptr + at, len) == 0) {
            return entry;
        }
    }
    return NULL;
}
