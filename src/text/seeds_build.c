/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Makes a seed set: from words to keys (which code points may begin a word) and to the byte filter
 * of each charset.
 *
 * 1. The letters of the words, and each word reversed (seeds.c says why).
 * 2. The inverse of folding: one walk over the folding table finds, for every letter that is
 * wanted, all code points whose folded form holds it. It is taken from the table that text_fold
 * uses, so the two cannot drift apart; the walk touches only pages in which anything folds and
 * takes some 50 microseconds.
 * 3. The inverse of the charset: one walk over the pairs of GB18030 and Big5 finds every code of
 * those code points, also where two codes mean the same letter.
 * 4. Patterns: what three neighbouring bytes must be for a word to begin there. A Han letter in
 * UTF-8 fills them; behind a letter of one or two bytes come the first bytes of the next letter, or
 * of anything that folding takes away.
 * 5. Buckets: the patterns are joined to the sixteen of the filter (seeds_buckets.c). */
#include "text/seeds_build.h"

#include "base/num.h"
#include "text/fold_priv.h"

enum {
    WORDS_MAX = 100000,
    SCRATCH = 64 * 1024 * 1024,
    KEPT = 64 * 1024 * 1024,
    WANTED_LETTERS = 3, /* of a word are turned round: more cannot stand in three bytes */
};

/* All 16 halves of a byte; and the set of one. */
static const uint16_t ANY = 0xFFFF;

static uint16_t set_of(unsigned half)
{
    return (uint16_t)(1u << half);
}

/* A code point whose folded form holds a wanted letter. */
typedef struct source {
    uint32_t code_point;
    uint32_t folded_at; /* bytes */
    uint32_t next;
} source;

/* A wanted letter, or a code point whose codes are wanted; with a list. Open addressing. */
typedef struct node {
    uint32_t code_point; /* or SEEDS_NO_KEY */
    uint32_t first;
} node;

typedef struct node_map {
    node *nodes;
    uint32_t bits;
    size_t count;
} node_map;

/* A raw spelling in the charset at work. */
typedef struct spelling {
    uint8_t bytes[4];
    uint8_t len;
} spelling;

typedef struct pair_code {
    uint16_t code;
    uint32_t next;
} pair_code;

typedef struct byte_set {
    bool has[256];
} byte_set;

typedef struct builder {
    text_seeds *seeds;
    lj_arena *scratch;
    node_map letters; /* wanted letter -> sources */
    lj_buf sources;
    text_charset charset; /* at work */
    node_map codes;       /* code point -> pair codes of the charset at work */
    lj_buf pair_codes;
    byte_set removed;      /* first bytes of what folding takes away beside Han */
    byte_set removed_west; /* the same between letters of alphabets: no blanks, no line ends */
    lj_buf gone;           /* code points that folding takes away */
    lj_buf patterns;
} builder;

/* ---- small maps ---- */

static bool map_init(node_map *map, lj_arena *arena, size_t count)
{
    map->bits = 4;
    while (((size_t)1 << map->bits) < count * 2) {
        map->bits++;
    }
    size_t size = (size_t)1 << map->bits;
    map->nodes = lj_arena_array(arena, size, sizeof(node));
    for (size_t i = 0; map->nodes != NULL && i < size; i++) {
        map->nodes[i] = (node){SEEDS_NO_KEY, SEEDS_END};
    }
    map->count = 0;
    return map->nodes != NULL;
}

/* The node of the code point, or the free one where it would stand. */
static node *map_slot(const node_map *map, uint32_t code_point)
{
    size_t at = seeds_hash(code_point, map->bits);
    while (map->nodes[at].code_point != code_point && map->nodes[at].code_point != SEEDS_NO_KEY) {
        at = at == 0 ? ((size_t)1 << map->bits) - 1 : at - 1;
    }
    return &map->nodes[at];
}

static const node *map_lookup(const node_map *map, uint32_t code_point)
{
    const node *slot = map_slot(map, code_point);
    return slot->code_point == code_point ? slot : NULL;
}

/* ---- words and letters ---- */

/* Reads the letters; blanks count for nothing. False when a letter is not in folded form, or when
 * there is none. */
static bool parse_word(lj_str text, seeds_word *out, seeds_word *out_reversed)
{
    size_t total = 0;
    uint32_t last[SEEDS_LETTERS] = {0};
    for (size_t at = 0; at < text.len;) {
        size_t len = 0;
        uint32_t letter = text_code_point(text, at, &len);
        uint16_t cell = fold_cell_of(letter);
        at += len;
        if (cell == FOLD_BLANK) {
            continue;
        }
        if (cell > FOLD_BLANK) {
            return false;
        }
        if (total < SEEDS_LETTERS) {
            out->letters[total] = letter;
        }
        last[total % SEEDS_LETTERS] = letter;
        total++;
    }
    size_t count = lj_min_size(total, SEEDS_LETTERS);
    for (size_t i = 0; i < count; i++) {
        out_reversed->letters[i] = last[(total - 1 - i) % SEEDS_LETTERS];
    }
    out->letter_count = (uint32_t)count;
    out_reversed->letter_count = (uint32_t)count;
    out_reversed->reversed = true;
    return total > 0;
}

static lj_code read_words(builder *b, const lj_str *words, size_t count, lj_err *err)
{
    text_seeds *seeds = b->seeds;
    seeds->words = lj_arena_array(seeds->arena, 2 * count + 1, sizeof(*seeds->words));
    if (seeds->words == NULL ||
        !map_init(&b->letters, b->scratch, 2 * WANTED_LETTERS * count + 1)) {
        return lj_fail(err, LJ_E_LIMIT, UINT64_MAX, "too many seed words");
    }
    for (size_t i = 0; i < count; i++) {
        seeds_word *word = &seeds->words[seeds->word_count];
        if (!parse_word(words[i], word, word + 1)) {
            return lj_fail(err, LJ_E_INVALID, i, "a seed word is empty or not folded");
        }
        bool once = memcmp(word[0].letters, word[1].letters, sizeof(word->letters)) == 0;
        if (once) {
            word[1] = (seeds_word){.letter_count = 0};
        }
        seeds->word_count += once ? 1 : 2;
    }
    for (size_t i = 0; i < seeds->word_count; i++) {
        const seeds_word *word = &seeds->words[i];
        for (size_t k = 0; k < WANTED_LETTERS && k < word->letter_count; k++) {
            map_slot(&b->letters, word->letters[k])->code_point = word->letters[k];
        }
    }
    return LJ_OK;
}

/* ---- inverse of folding ---- */

static void add_source(builder *b, uint32_t letter, uint32_t code_point, size_t folded_at)
{
    node *slot = map_slot(&b->letters, letter);
    if (slot->code_point != letter) {
        return;
    }
    source row = {code_point, (uint32_t)folded_at, slot->first};
    slot->first = (uint32_t)(b->sources.len / sizeof(row));
    lj_buf_put(&b->sources, lj_slice_of(&row, sizeof(row)));
}

static void find_sources(builder *b)
{
    bool plain[256] = {false}; /* pages in which everything stays */
    bool seen[256] = {false};
    for (uint32_t page = 0; page < 0x1100; page++) {
        uint8_t idx = fold_page[page];
        if (!seen[idx]) {
            seen[idx] = true;
            plain[idx] = true;
            for (size_t i = 0; i < 256; i++) {
                plain[idx] = plain[idx] && fold_cell[idx][i] < FOLD_BLANK;
            }
        }
        for (uint32_t i = 0; i < 256 && !plain[idx]; i++) {
            uint32_t code_point = page << 8 | i;
            uint16_t cell = fold_cell[idx][i];
            if (cell < FOLD_ROW) {
                if (cell >= FOLD_BLANK) {
                    lj_buf_put(&b->gone, lj_slice_of(&code_point, sizeof(code_point)));
                }
                continue;
            }
            const fold_row *row = &fold_rows[cell - FOLD_ROW];
            lj_str text = {(const char *)fold_pool + row->at, row->len};
            for (size_t at = 0, len = 0; at < text.len; at += len) {
                add_source(b, text_code_point(text, at, &len), code_point, at);
            }
        }
    }
    size_t size = (size_t)1 << b->letters.bits;
    for (size_t i = 0; i < size; i++) {
        uint32_t letter = b->letters.nodes[i].code_point;
        if (letter == SEEDS_NO_KEY) {
            continue;
        }
        add_source(b, letter, letter, 0);
        for (uint32_t k = 0; k < fold_numeral_count && letter >= '0' && letter <= '9'; k++) {
            add_source(b, letter, fold_numerals[k].code_point, 0);
        }
    }
}

/* The source rows of a letter, as an index into b->sources; SEEDS_END closes the list. */
static const source *source_of(const builder *b, uint32_t idx)
{
    return &((const source *)(const void *)b->sources.ptr)[idx];
}

static uint32_t first_source(const builder *b, uint32_t letter)
{
    const node *slot = map_lookup(&b->letters, letter);
    return slot != NULL ? slot->first : SEEDS_END;
}

/* A source that folds to more than the first letter begins only the words that go on so: (1) is not
 * the begin of (S). */
static bool may_begin(const seeds_word *word, const source *row)
{
    uint8_t plain[4];
    lj_slice folded = fold_of(row->code_point, plain);
    lj_str text = {(const char *)folded.ptr, folded.len};
    size_t letter_idx = 0;
    size_t len = 0;
    for (size_t at = row->folded_at; at < text.len && letter_idx < word->letter_count; at += len) {
        uint32_t code_point = text_code_point(text, at, &len);
        uint32_t want = word->letters[letter_idx];
        uint16_t cell = fold_cell_of(code_point);
        if (cell == FOLD_BLANK) {
            continue;
        }
        if (code_point != want) {
            return cell == FOLD_NUMERAL && want >= '0' && want <= '9';
        }
        letter_idx++;
    }
    return true;
}

static lj_code make_keys(builder *b, lj_err *err)
{
    text_seeds *seeds = b->seeds;
    size_t uses = 0;
    for (size_t i = 0; i < seeds->word_count; i++) {
        for (uint32_t k = first_source(b, seeds->words[i].letters[0]); k != SEEDS_END;
             k = source_of(b, k)->next) {
            uses++;
        }
    }
    seeds->key_bits = 4;
    while (((size_t)1 << seeds->key_bits) < uses * 2) {
        seeds->key_bits++;
    }
    size_t size = (size_t)1 << seeds->key_bits;
    seeds->keys = lj_arena_array(seeds->arena, size, sizeof(*seeds->keys));
    seeds->uses = lj_arena_array(seeds->arena, uses, sizeof(*seeds->uses));
    if (seeds->keys == NULL || seeds->uses == NULL) {
        return lj_fail(err, LJ_E_LIMIT, UINT64_MAX, "too many seed words");
    }
    for (size_t i = 0; i < size; i++) {
        seeds->keys[i] = (seeds_key){SEEDS_NO_KEY, SEEDS_END};
    }
    for (size_t i = 0; i < seeds->word_count; i++) {
        for (uint32_t k = first_source(b, seeds->words[i].letters[0]); k != SEEDS_END;
             k = source_of(b, k)->next) {
            const source *row = source_of(b, k);
            if (!may_begin(&seeds->words[i], row)) {
                continue;
            }
            size_t at = seeds_hash(row->code_point, seeds->key_bits);
            while (seeds->keys[at].code_point != row->code_point &&
                   seeds->keys[at].code_point != SEEDS_NO_KEY) {
                at = at == 0 ? size - 1 : at - 1;
            }
            uint8_t plain[4];
            lj_slice folded = fold_of(row->code_point, plain);
            uint8_t letter[4];
            bool single = lj_slice_is(
                folded, lj_slice_of(letter, fold_encode(seeds->words[i].letters[0], letter)));
            seeds->uses[seeds->use_count] =
                (seeds_use){(uint32_t)i, row->folded_at, single, seeds->keys[at].first};
            seeds->keys[at] = (seeds_key){row->code_point, (uint32_t)seeds->use_count};
            seeds->use_count++;
        }
    }
    return LJ_OK;
}

/* ---- inverse of the charset ---- */

/* Notes the first byte of the code point if folding removes it. */
static void note_removed(builder *b, uint32_t code_point, uint8_t byte)
{
    uint16_t cell = fold_cell_of(code_point);
    bool gone = cell >= FOLD_BLANK && cell < FOLD_ROW;
    b->removed.has[byte] = b->removed.has[byte] || gone;
    gone = gone && cell != FOLD_BLANK && cell != FOLD_LINE;
    b->removed_west.has[byte] = b->removed_west.has[byte] || gone;
}

static bool is_pairs(const builder *b)
{
    return b->charset == TEXT_GB18030 || b->charset == TEXT_BIG5;
}

/* Finds all pair codes of the code points that are sources, and the lead bytes of what folding
 * removes. */
static bool find_pair_codes(builder *b)
{
    const uint32_t *pairs = b->charset == TEXT_BIG5 ? charset_big5_pairs : charset_gb_pairs;
    size_t source_count = b->sources.len / sizeof(source);
    lj_buf_clear(&b->pair_codes);
    if (!map_init(&b->codes, b->scratch, source_count + 1)) {
        return false;
    }
    for (uint32_t i = 0; i < source_count; i++) {
        uint32_t code_point = source_of(b, i)->code_point;
        map_slot(&b->codes, code_point)->code_point = code_point;
    }
    for (uint32_t i = 0; i < CHARSET_PAIRS; i++) {
        uint32_t code_point = pairs[i] != 0 ? charset_unpack(pairs[i]) : 0;
        uint32_t lead = i / 256 + 0x80;
        uint32_t trail = i % 256;
        if (code_point == 0) {
            continue;
        }
        note_removed(b, code_point, (uint8_t)lead);
        node *slot = map_slot(&b->codes, code_point);
        if (slot->code_point == code_point) {
            pair_code row = {(uint16_t)(lead << 8 | trail), slot->first};
            slot->first = (uint32_t)(b->pair_codes.len / sizeof(row));
            lj_buf_put(&b->pair_codes, lj_slice_of(&row, sizeof(row)));
        }
    }
    return lj_buf_ok(&b->pair_codes);
}

/* The four-byte code of GB 18030, if there is one. */
static size_t spell_gb_four(uint32_t code_point, uint8_t out[4])
{
    uint32_t linear = UINT32_MAX;
    if (code_point >= 0x10000) {
        linear = code_point - 0x10000 + (0x90 - 0x81) * 12600;
    }
    for (size_t i = 0; i < charset_gb_range_count && linear == UINT32_MAX; i++) {
        const charset_range *row = &charset_gb_ranges[i];
        if (code_point >= row->code_point && code_point - row->code_point < row->count) {
            linear = row->linear + (code_point - row->code_point);
        }
    }
    if (linear == UINT32_MAX) {
        return 0;
    }
    out[0] = (uint8_t)(0x81 + linear / 12600);
    out[1] = (uint8_t)(0x30 + linear / 1260 % 10);
    out[2] = (uint8_t)(0x81 + linear / 10 % 126);
    out[3] = (uint8_t)(0x30 + linear % 10);
    return 4;
}

static size_t spell_utf16(uint32_t code_point, bool big, uint8_t out[4])
{
    uint32_t units[2] = {code_point, 0};
    size_t count = 1;
    if (code_point >= 0x10000) {
        units[0] = 0xD800 + ((code_point - 0x10000) >> 10);
        units[1] = 0xDC00 + ((code_point - 0x10000) & 0x3FF);
        count = 2;
    }
    for (size_t i = 0; i < count; i++) {
        out[2 * i] = (uint8_t)(big ? units[i] >> 8 : units[i]);
        out[2 * i + 1] = (uint8_t)(big ? units[i] : units[i] >> 8);
    }
    return 2 * count;
}

/* The spellings other than pairs: at most one. */
static size_t spell_one(text_charset charset, uint32_t code_point, uint8_t out[4])
{
    switch (charset) {
    case TEXT_UTF8:
        return fold_encode(code_point, out);
    case TEXT_UTF16LE:
    case TEXT_UTF16BE:
        return spell_utf16(code_point, charset == TEXT_UTF16BE, out);
    case TEXT_GB18030:
    case TEXT_BIG5:
        if (code_point < 0x80) {
            out[0] = (uint8_t)code_point;
            return 1;
        }
        return charset == TEXT_GB18030 ? spell_gb_four(code_point, out) : 0;
    default:
        return 0;
    }
}

/* A cursor over all spellings of all sources of a letter. */
typedef struct spell_cursor {
    uint32_t source_idx;
    uint32_t code_idx; /* pair code that comes next, SEEDS_END when there is none */
    uint32_t letter;
    bool begun;             /* the source's single spelling was given */
    const seeds_word *word; /* that must be able to begin here, or NULL */
} spell_cursor;

/* *out_more: letters follow within the same code point, or it is a numeral that may be any digits,
 * so that nothing is known of the next bytes. */
static bool next_spelling(const builder *b, spell_cursor *cur, spelling *out, bool *out_more)
{
    while (cur->source_idx != SEEDS_END) {
        const source *row = source_of(b, cur->source_idx);
        if (cur->word != NULL && !may_begin(cur->word, row)) {
            cur->source_idx = row->next;
            continue;
        }
        uint8_t plain[4];
        lj_slice folded = fold_of(row->code_point, plain);
        size_t letter_len = 0;
        text_code_point((lj_str){(const char *)folded.ptr, folded.len}, row->folded_at,
                        &letter_len);
        *out_more = row->folded_at + letter_len < folded.len ||
                    (cur->letter >= '0' && cur->letter <= '9' &&
                     fold_cell_of(row->code_point) == FOLD_NUMERAL);
        if (!cur->begun) {
            const node *slot = is_pairs(b) ? map_lookup(&b->codes, row->code_point) : NULL;
            cur->begun = true;
            cur->code_idx = slot != NULL ? slot->first : SEEDS_END;
            out->len = (uint8_t)spell_one(b->charset, row->code_point, out->bytes);
            if (out->len > 0) {
                return true;
            }
        }
        if (cur->code_idx != SEEDS_END) {
            const pair_code *code =
                &((const pair_code *)(const void *)b->pair_codes.ptr)[cur->code_idx];
            cur->code_idx = code->next;
            *out = (spelling){
                {(uint8_t)(code->code >> 8), (uint8_t)code->code},
                2
            };
            return true;
        }
        cur->begun = false;
        cur->source_idx = row->next;
    }
    return false;
}

static spell_cursor spellings_of(const builder *b, uint32_t letter)
{
    return (spell_cursor){first_source(b, letter), SEEDS_END, letter, false, NULL};
}

static void find_removed(builder *b)
{
    const uint32_t *gone = (const uint32_t *)(const void *)b->gone.ptr;
    for (size_t i = 0; i < b->gone.len / sizeof(*gone); i++) {
        uint8_t bytes[4];
        if (spell_one(b->charset, gone[i], bytes) > 0) {
            note_removed(b, gone[i], bytes[0]);
        }
    }
}

/* ---- patterns ---- */

static seeds_pattern pattern_of(const spelling *raw)
{
    seeds_pattern out = {{0}, {0}};
    for (size_t i = 0; i < SEEDS_POSITIONS; i++) {
        out.low[i] = ANY;
        out.high[i] = ANY;
        if (i < raw->len) {
            out.low[i] = set_of(raw->bytes[i] & 15);
            out.high[i] = set_of(raw->bytes[i] >> 4);
        }
    }
    return out;
}

static void add_pattern(builder *b, seeds_pattern row)
{
    lj_buf_put(&b->patterns, lj_slice_of(&row, sizeof(row)));
}

/* The pattern with position i narrowed to the set; nothing when the set is empty. Bytes are grouped
 * by their high half, so that the sets of halves stay exact. */
static void add_narrowed(builder *b, seeds_pattern row, size_t i, const byte_set *set)
{
    bool used[16] = {false};
    for (unsigned high = 0; high < 16; high++) {
        uint16_t low = 0;
        for (unsigned k = 0; k < 16; k++) {
            if (set->has[high << 4 | k]) {
                low |= set_of(k);
            }
        }
        if (low == 0 || used[high]) {
            continue;
        }
        seeds_pattern part = row;
        part.low[i] = low;
        part.high[i] = 0;
        /* High halves with the same low halves go together. */
        for (unsigned other = high; other < 16; other++) {
            uint16_t same = 0;
            for (unsigned k = 0; k < 16; k++) {
                if (set->has[other << 4 | k]) {
                    same |= set_of(k);
                }
            }
            if (same == low) {
                part.high[i] |= set_of(other);
                used[other] = true;
            }
        }
        add_pattern(b, part);
    }
}

static byte_set removed_between(const builder *b, uint32_t before, uint32_t after)
{
    return seeds_keeps_gap(before, after) ? b->removed_west : b->removed;
}

/* First bytes of letter idx of the word, and of what may stand before it. */
static byte_set leads_of(const builder *b, const seeds_word *word, size_t idx)
{
    uint32_t letter = word->letters[idx];
    byte_set set = removed_between(b, word->letters[idx - 1], letter);
    spell_cursor cur = spellings_of(b, letter);
    spelling raw;
    bool more = false;
    while (next_spelling(b, &cur, &raw, &more)) {
        set.has[raw.bytes[0]] = true;
    }
    return set;
}

/* Behind a first letter of one byte: second letters of one byte are spelled out too, with what
 * follows them. */
static void add_after_one(builder *b, const seeds_word *word, seeds_pattern row)
{
    byte_set wide = removed_between(b, word->letters[0], word->letters[1]);
    spell_cursor cur = spellings_of(b, word->letters[1]);
    spelling raw;
    bool more = false;
    while (next_spelling(b, &cur, &raw, &more)) {
        if (raw.len > 1 || more) {
            wide.has[raw.bytes[0]] = true;
            continue;
        }
        seeds_pattern two = row;
        two.low[1] = set_of(raw.bytes[0] & 15);
        two.high[1] = set_of(raw.bytes[0] >> 4);
        if (word->letter_count == 2) {
            add_pattern(b, two);
        } else {
            byte_set third = leads_of(b, word, 2);
            add_narrowed(b, two, 2, &third);
        }
    }
    add_narrowed(b, row, 1, &wide);
}

/* Fills seeds->nexts for the charset. Any numeral may stand for a digit. */
static bool find_nexts(builder *b)
{
    text_seeds *seeds = b->seeds;
    seeds_nexts *nexts = lj_arena_array(seeds->arena, seeds->word_count, sizeof(*nexts));
    if (nexts == NULL) {
        return false;
    }
    for (size_t i = 0; i < seeds->word_count; i++) {
        const seeds_word *word = &seeds->words[i];
        bool open = word->letter_count == 1 || (word->letters[1] >= '0' && word->letters[1] <= '9');
        byte_set set = {{false}};
        if (!open) {
            set = leads_of(b, word, 1);
        }
        for (unsigned byte = 0; byte < 256; byte++) {
            nexts[i].bits[byte / 8] |= (uint8_t)((open || set.has[byte] ? 1U : 0U) << byte % 8);
        }
    }
    seeds->nexts[b->charset] = nexts;
    return true;
}

static void add_word(builder *b, const seeds_word *word)
{
    spell_cursor cur = spellings_of(b, word->letters[0]);
    cur.word = word;
    spelling raw;
    bool more = false;
    while (next_spelling(b, &cur, &raw, &more)) {
        seeds_pattern row = pattern_of(&raw);
        if (word->letter_count == 1 || raw.len >= SEEDS_POSITIONS || more) {
            add_pattern(b, row);
        } else if (raw.len == 2) {
            byte_set next = leads_of(b, word, 1);
            add_narrowed(b, row, 2, &next);
        } else {
            add_after_one(b, word, row);
        }
    }
}

/* ---- one charset ---- */

static void add_signs(builder *b)
{
    seeds_signs *signs = &b->seeds->signs[b->charset];
    signs->override.len = spell_one(b->charset, 0x202E, signs->override.bytes);
    signs->pop.len = spell_one(b->charset, 0x202C, signs->pop.bytes);
    signs->line.len = spell_one(b->charset, 0x0A, signs->line.bytes);
    if (signs->override.len > 0) {
        spelling raw = {.len = (uint8_t)signs->override.len};
        memcpy(raw.bytes, signs->override.bytes, sizeof(raw.bytes));
        add_pattern(b, pattern_of(&raw));
    }
}

static bool build_charset(builder *b, text_charset charset)
{
    b->charset = charset;
    b->removed = (byte_set){{false}};
    b->removed_west = b->removed;
    lj_buf_clear(&b->patterns);
    find_removed(b);
    if ((is_pairs(b) && !find_pair_codes(b)) || !find_nexts(b)) {
        return false;
    }
    for (size_t i = 0; i < b->seeds->word_count; i++) {
        if (!b->seeds->words[i].reversed) {
            add_word(b, &b->seeds->words[i]);
        }
    }
    add_signs(b);
    if (!lj_buf_ok(&b->patterns)) {
        return false;
    }
    b->seeds->pass_rates[charset] =
        seeds_filter_make(charset, (seeds_pattern *)(void *)b->patterns.ptr,
                          b->patterns.len / sizeof(seeds_pattern), &b->seeds->filters[charset]);
    return true;
}

static lj_code build(builder *b, const lj_str *words, size_t count, lj_err *err)
{
    lj_code code = read_words(b, words, count, err);
    if (code != LJ_OK) {
        return code;
    }
    find_sources(b);
    if (!lj_buf_ok(&b->sources) || !lj_buf_ok(&b->gone)) {
        return lj_fail(err, LJ_E_LIMIT, UINT64_MAX, "too many seed words");
    }
    code = make_keys(b, err);
    for (int i = 0; i < TEXT_CHARSET_COUNT && code == LJ_OK; i++) {
        if (text_seeds_can_search((text_charset)i) && !build_charset(b, (text_charset)i)) {
            code = lj_fail(err, LJ_E_LIMIT, UINT64_MAX, "too many seed words");
        }
    }
    return code;
}

lj_code text_seeds_new(const lj_str *words, size_t count, text_seeds **out, lj_err *err)
{
    if (count > WORDS_MAX) {
        return lj_fail(err, LJ_E_LIMIT, UINT64_MAX, "too many seed words");
    }
    builder b = {.scratch = lj_arena_new(SCRATCH)};
    lj_arena *arena = lj_arena_new(KEPT);
    lj_code code = LJ_E_NOMEM;
    b.seeds = arena != NULL ? lj_arena_alloc(arena, sizeof(*b.seeds)) : NULL;
    if (b.scratch != NULL && b.seeds != NULL) {
        b.seeds->arena = arena;
        lj_buf_init(&b.sources, b.scratch, SCRATCH);
        lj_buf_init(&b.pair_codes, b.scratch, SCRATCH);
        lj_buf_init(&b.gone, b.scratch, SCRATCH);
        lj_buf_init(&b.patterns, b.scratch, SCRATCH);
        code = build(&b, words, count, err);
    } else {
        code = lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for seeds");
    }
    lj_arena_free(b.scratch);
    if (code != LJ_OK) {
        lj_arena_free(arena);
        return code;
    }
    *out = b.seeds;
    return LJ_OK;
}

void text_seeds_free(text_seeds *seeds)
{
    if (seeds != NULL) {
        lj_arena_free(seeds->arena);
    }
}

uint32_t seeds_pass_rate(const text_seeds *seeds, text_charset charset)
{
    return seeds->pass_rates[charset];
}
