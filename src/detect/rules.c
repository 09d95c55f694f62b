/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A set of rule packs: add, seal, then read only. Sealing joins what packs share, fills in what a
 * pack takes from another one (`like`), and builds the seeds and the table of solid letters.
 *
 * Solid letters: most seeds in real text are the 密 of 保密, 密码, 密切. A code point is solid when
 * it is a Han letter, a digit, an ASCII letter or common punctuation, and folds to nothing that any
 * level or phrase of the set holds. A seed between two solid letters cannot belong to a mark,
 * whatever is folded, reversed or joined: this one test on raw text spares nearly all folding
 * (detect_lines.c). */
#include "detect/rules.h"

#include "base/buf.h"
#include "base/hash.h"
#include "base/num.h"
#include "detect/rules_priv.h"
#include "text/fold.h"

/* Made from data/rules/ by tools/embed.c. */
struct lj_embedded {
    const char *name;
    const char *stem;
    const uint8_t *bytes;
    size_t len;
};
extern const struct lj_embedded detect_standard_files[];
extern const uint32_t detect_standard_count;

lj_code detect_rules_new(detect_rules **out, lj_err *err)
{
    lj_arena *arena = lj_arena_new(RULES_ARENA_MAX);
    detect_rules *rules = arena != NULL ? lj_arena_alloc(arena, sizeof(*rules)) : NULL;
    if (rules == NULL) {
        lj_arena_free(arena);
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for rule packs");
    }
    rules->arena = arena;
    *out = rules;
    return LJ_OK;
}

void detect_rules_free(detect_rules *rules)
{
    if (rules == NULL) {
        return;
    }
    text_seeds_free(rules->seeds);
    lj_arena_free(rules->arena); /* holds the set itself */
}

static lj_code rules_hash_text(lj_slice text, uint8_t out[32], lj_err *err)
{
    lj_sha256 *sha = lj_sha256_new();
    if (sha == NULL) {
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for a hash");
    }
    lj_sha256_begin(sha);
    lj_sha256_add(sha, text);
    lj_sha256_end(sha, out);
    lj_sha256_free(sha);
    return LJ_OK;
}

lj_code detect_rules_add(detect_rules *rules, lj_slice text, detect_fault *fault, lj_err *err)
{
    if (rules->sealed) {
        return lj_fail(err, LJ_E_INTERNAL, UINT64_MAX, "a sealed set of packs was changed");
    }
    lj_arena_mark mark = lj_arena_mark_of(rules->arena);
    rules_pack *pack = lj_arena_alloc(rules->arena, sizeof(*pack));
    if (pack == NULL) {
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for rule packs");
    }
    lj_code code = rules_parse(rules->arena, text, pack, fault, err);
    if (code == LJ_OK) {
        code = rules_hash_text(text, pack->text_hash, err);
    }
    if (code != LJ_OK) {
        lj_arena_rewind(rules->arena, mark);
        return code;
    }
    for (uint32_t i = 0; i < rules->pack_count; i++) {
        if (strcmp(rules->packs[i]->shown.name, pack->shown.name) == 0) {
            rules->packs[i] = pack;
            return LJ_OK;
        }
    }
    if (rules->pack_count == RULES_PACK_MAX) {
        lj_arena_rewind(rules->arena, mark);
        return lj_fail(err, LJ_E_LIMIT, UINT64_MAX, "too many rule packs");
    }
    rules->packs[rules->pack_count++] = pack;
    return LJ_OK;
}

lj_code detect_rules_add_standard(detect_rules *rules, lj_err *err)
{
    for (uint32_t i = 0; i < detect_standard_count; i++) {
        detect_fault fault;
        lj_slice text = {detect_standard_files[i].bytes, detect_standard_files[i].len};
        lj_code code = detect_rules_add(rules, text, &fault, err);
        if (code != LJ_OK) {
            return code;
        }
    }
    return LJ_OK;
}

lj_slice detect_standard_pack(uint32_t idx, const char **out_name)
{
    if (idx >= detect_standard_count) {
        return (lj_slice){NULL, 0};
    }
    if (out_name != NULL) {
        *out_name = detect_standard_files[idx].stem;
    }
    return (lj_slice){detect_standard_files[idx].bytes, detect_standard_files[idx].len};
}

/* ---- sealing ---- */

static const rules_pack *rules_pack_lookup(const detect_rules *rules, const char *name)
{
    for (uint32_t i = 0; i < rules->pack_count; i++) {
        if (strcmp(rules->packs[i]->shown.name, name) == 0) {
            return rules->packs[i];
        }
    }
    return NULL;
}

/* Copies words of one pack that `wanted` accepts; returns the new count. */
static uint32_t rules_collect(dict_entry *dst, uint32_t count, const rules_pack *from,
                              uint64_t lists)
{
    for (uint32_t i = 0; i < from->word_count; i++) {
        const rules_word *word = &from->words[i];
        if ((lists & DICT_LIST(word->list)) != 0) {
            dst[count++] = (dict_entry){word->text, word->list, word->flags, word->idx};
        }
    }
    return count;
}

/* The pack's own lists and, from the pack it is like, those that it leaves out. */
static lj_code rules_seal_pack(detect_rules *rules, rules_pack *pack, lj_err *err)
{
    const rules_pack *like = pack->like != NULL ? rules_pack_lookup(rules, pack->like) : NULL;
    if (pack->like != NULL && like == NULL) {
        return lj_fail(err, LJ_E_INVALID, UINT64_MAX,
                       "a rule pack is like one that is not in the set");
    }
    uint64_t own = 0;
    for (uint32_t list = 0; list < LIST_SHARED; list++) {
        bool never_borrowed = list == LIST_LEVEL || list == LIST_PHRASE;
        own |= pack->list_counts[list] > 0 || never_borrowed ? DICT_LIST(list) : 0;
    }
    uint64_t all = DICT_LIST(LIST_SHARED) - 1;
    uint32_t most = pack->word_count + (like != NULL ? like->word_count : 0);
    dict_entry *entries = lj_arena_array(rules->arena, most + 1, sizeof(*entries));
    if (entries == NULL) {
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for rule packs");
    }
    uint32_t count = rules_collect(entries, 0, pack, own & all);
    if (like != NULL) {
        count = rules_collect(entries, count, like, all & ~own);
        for (uint32_t i = 0; i < RULES_NUMBER_COUNT; i++) {
            pack->numbers[i] = pack->has_number[i] ? pack->numbers[i] : like->numbers[i];
        }
        pack->concealing = pack->has_concealing ? pack->concealing : like->concealing;
    }
    if (!dict_build(&pack->words_dict, entries, count, rules->arena)) {
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for rule packs");
    }
    return LJ_OK;
}

static lj_code rules_seal_shared(detect_rules *rules, lj_err *err)
{
    uint32_t most = 0;
    for (uint32_t i = 0; i < rules->pack_count; i++) {
        most += rules->packs[i]->word_count;
    }
    dict_entry *entries = lj_arena_array(rules->arena, most + 1, sizeof(*entries));
    if (entries == NULL) {
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for rule packs");
    }
    uint32_t count = 0;
    for (uint32_t i = 0; i < rules->pack_count; i++) {
        count = rules_collect(entries, count, rules->packs[i], ~(DICT_LIST(LIST_SHARED) - 1));
    }
    /* Facts remember words of a list as bits of their number in it. */
    uint16_t numbers[RULES_SHARED_COUNT] = {0};
    for (uint32_t i = 0; i < count; i++) {
        entries[i].idx = numbers[entries[i].list - LIST_SHARED]++;
    }
    if (!dict_build(&rules->shared, entries, count, rules->arena)) {
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for rule packs");
    }
    return LJ_OK;
}

/* Which packs have anything to say about a line. */
static lj_code rules_seal_triggers(detect_rules *rules, lj_err *err)
{
    uint32_t most = 0;
    for (uint32_t i = 0; i < rules->pack_count; i++) {
        most += rules->packs[i]->words_dict.count;
    }
    dict_entry *entries = lj_arena_array(rules->arena, most + 1, sizeof(*entries));
    uint32_t count = 0;
    for (uint32_t i = 0; i < rules->pack_count && entries != NULL; i++) {
        const dict *words = &rules->packs[i]->words_dict;
        for (uint32_t j = 0; j < words->count; j++) {
            uint64_t list = DICT_LIST(words->entries[j].list);
            if ((list & (DICT_LIST(LIST_LEVEL) | DICT_LIST(LIST_LABEL) | DICT_LIST(LIST_PHRASE) |
                         DICT_LIST(LIST_PORTION))) != 0) {
                entries[count] = words->entries[j];
                entries[count].flags |= list == DICT_LIST(LIST_LEVEL) ? RULES_WORD_LEVEL : 0;
                entries[count++].list = (uint8_t)i;
            }
        }
    }
    if (entries == NULL || !dict_build(&rules->triggers, entries, count, rules->arena)) {
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for rule packs");
    }
    return LJ_OK;
}

static lj_code rules_seal_seeds(detect_rules *rules, lj_err *err)
{
    lj_str *words =
        lj_arena_array(rules->arena, (size_t)RULES_PACK_MAX * RULES_SEED_MAX, sizeof(*words));
    if (words == NULL) {
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for rule packs");
    }
    size_t count = 0;
    for (uint32_t i = 0; i < rules->pack_count; i++) {
        for (uint32_t j = 0; j < rules->packs[i]->seed_count; j++) {
            bool known = false;
            for (size_t k = 0; k < count && !known; k++) {
                known = lj_str_is(words[k], rules->packs[i]->seeds[j]);
            }
            if (!known) {
                words[count++] = rules->packs[i]->seeds[j];
            }
        }
    }
    return text_seeds_new(words, count, &rules->seeds, err);
}

/* Marks in `used` every code point of the text (BMP only; the rest is never solid). */
static void rules_use_letters(uint8_t *used, lj_str text)
{
    size_t at = 0;
    while (at < text.len) {
        size_t len = 0;
        uint32_t code_point = text_code_point(text, at, &len);
        if (code_point < 65536) {
            used[code_point / 8] |= (uint8_t)(1U << code_point % 8);
        }
        at += len;
    }
}

static bool rules_may_be_solid(uint32_t code_point)
{
    static const uint16_t marks[] = {0x3001, 0x3002, 0xFF0C, 0xFF1B, 0xFF01, 0xFF1F, ',', ';'};
    bool alnum = (code_point >= '0' && code_point <= '9') ||
                 (code_point >= 'A' && code_point <= 'Z') ||
                 (code_point >= 'a' && code_point <= 'z');
    bool han = (code_point >= 0x3400 && code_point < 0x4DC0) ||
               (code_point >= 0x4E00 && code_point < 0xA000);
    bool mark = false;
    for (size_t i = 0; i < LJ_COUNT_OF(marks); i++) {
        mark = mark || code_point == marks[i];
    }
    return alnum || han || mark;
}

/* Folds the code points [from, to) that may be solid, one per line, and sets the bits of those that
 * stay clear of `used`. */
static bool rules_solid_range(detect_rules *rules, const uint8_t *used, uint32_t from, uint32_t to)
{
    lj_arena_mark mark = lj_arena_mark_of(rules->arena);
    lj_buf raw;
    lj_buf_init(&raw, rules->arena, (to - from) * 4 + 16);
    for (uint32_t code_point = from; code_point < to; code_point++) {
        if (rules_may_be_solid(code_point)) {
            lj_buf_put_utf8(&raw, code_point);
            lj_buf_put_u8(&raw, '\n');
        }
    }
    text_folded folded = {0};
    bool fine = lj_buf_ok(&raw) && text_fold(lj_buf_str(&raw), rules->arena, &folded);
    size_t at = 0;
    for (uint32_t code_point = from; fine && code_point < to; code_point++) {
        if (!rules_may_be_solid(code_point)) {
            continue;
        }
        bool clear = at < folded.text.len && folded.text.ptr[at] != '\n';
        while (at < folded.text.len && folded.text.ptr[at] != '\n') {
            size_t len = 0;
            uint32_t letter = text_code_point(folded.text, at, &len);
            clear = clear && letter < 65536 && (used[letter / 8] >> letter % 8 & 1) == 0;
            at += len;
        }
        at++;
        rules->solid[code_point / 8] |= (uint8_t)((clear ? 1U : 0U) << code_point % 8);
    }
    lj_arena_rewind(rules->arena, mark);
    return fine;
}

static lj_code rules_seal_solid(detect_rules *rules, lj_err *err)
{
    rules->solid = lj_arena_alloc(rules->arena, RULES_SOLID_BYTES);
    uint8_t *used = lj_arena_alloc(rules->arena, RULES_SOLID_BYTES);
    if (rules->solid == NULL || used == NULL) {
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for rule packs");
    }
    for (uint32_t i = 0; i < rules->pack_count; i++) {
        const rules_pack *pack = rules->packs[i];
        for (uint32_t j = 0; j < pack->word_count; j++) {
            uint8_t list = pack->words[j].list;
            if (list == LIST_LEVEL || list == LIST_PHRASE || list == LIST_PORTION) {
                rules_use_letters(used, pack->words[j].text);
            }
        }
        for (uint32_t j = 0; j < pack->seed_count; j++) {
            rules_use_letters(used, pack->seeds[j]);
        }
    }
    if (!rules_solid_range(rules, used, 0x20, 0x80) ||
        !rules_solid_range(rules, used, 0x3000, 0xA000) ||
        !rules_solid_range(rules, used, 0xFF00, 0x10000)) {
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for rule packs");
    }
    return LJ_OK;
}

static lj_code rules_seal_hash(detect_rules *rules, lj_err *err)
{
    lj_sha256 *sha = lj_sha256_new();
    if (sha == NULL) {
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for a hash");
    }
    uint8_t head[2] = {TEXT_FOLD_VERSION, (uint8_t)rules->pack_count};
    lj_sha256_begin(sha);
    lj_sha256_add(sha, lj_slice_of(head, sizeof(head)));
    for (uint32_t i = 0; i < rules->pack_count; i++) {
        lj_sha256_add(sha, lj_slice_of(rules->packs[i]->text_hash, 32));
    }
    lj_sha256_end(sha, rules->hash);
    lj_sha256_free(sha);
    return LJ_OK;
}

lj_code detect_rules_seal(detect_rules *rules, lj_err *err)
{
    if (rules->sealed) {
        return LJ_OK;
    }
    if (rules->pack_count == 0) {
        return lj_fail(err, LJ_E_INVALID, UINT64_MAX, "the set holds no rule pack");
    }
    lj_code code = LJ_OK;
    for (uint32_t i = 0; i < rules->pack_count && code == LJ_OK; i++) {
        code = rules_seal_pack(rules, rules->packs[i], err);
    }
    lj_code (*const steps[])(detect_rules *, lj_err *) = {rules_seal_shared, rules_seal_triggers,
                                                          rules_seal_seeds, rules_seal_solid,
                                                          rules_seal_hash};
    for (size_t i = 0; i < LJ_COUNT_OF(steps) && code == LJ_OK; i++) {
        code = steps[i](rules, err);
    }
    rules->sealed = code == LJ_OK;
    return code;
}

/* ---- reading ---- */

const text_seeds *detect_rules_seeds(const detect_rules *rules)
{
    return rules->seeds;
}

void detect_rules_hash(const detect_rules *rules, uint8_t out[32])
{
    memcpy(out, rules->hash, 32);
}

uint32_t detect_pack_count(const detect_rules *rules)
{
    return rules->pack_count;
}

const detect_pack *detect_pack_of(const detect_rules *rules, uint32_t pack_idx)
{
    return pack_idx < rules->pack_count ? &rules->packs[pack_idx]->shown : NULL;
}

const char *detect_rule_name(const detect_rules *rules, uint32_t pack_idx, uint32_t rule_idx)
{
    if (pack_idx >= rules->pack_count || rule_idx >= rules->packs[pack_idx]->rule_count) {
        return NULL;
    }
    return rules->packs[pack_idx]->rule_names[rule_idx];
}

const detect_weight *detect_weight_of(const detect_rules *rules, uint32_t pack_idx,
                                      uint32_t weight_idx)
{
    if (pack_idx >= rules->pack_count || weight_idx >= rules->packs[pack_idx]->weight_count) {
        return NULL;
    }
    return &rules->packs[pack_idx]->weights[weight_idx];
}

const detect_level *detect_level_of(const detect_rules *rules, uint32_t pack_idx,
                                    uint32_t level_idx)
{
    if (pack_idx >= rules->pack_count || level_idx >= rules->packs[pack_idx]->level_count) {
        return NULL;
    }
    return &rules->packs[pack_idx]->levels[level_idx].shown;
}
