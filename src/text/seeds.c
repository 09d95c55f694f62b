/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Where in raw bytes could a mark stand at all?
 *
 * Two stages. The filter (seeds_build.c makes it, seeds_x86.c runs it) looks at three neighbouring
 * bytes and passes about one position in a hundred. Each of these is then verified: the character
 * there is decoded, looked up among all code points that fold to the first letter of a word, and
 * the following letters of the word are matched against the folded characters that follow, with
 * everything skipped that folding would delete or close up.
 *
 * What is never missed, and how:
 *   - any spelling of a first letter: the filter is made from all of them, in each charset, by
 * turning the folding and the charset tables round;
 *   - a word that the end of the bytes cuts after its first letter: reported;
 *   - a word in a right-to-left override: see below;
 *   - Han numerals for digits inside a word: any numeral is taken for any digit.
 * A first letter that is itself cut by the end is not reported: windows must overlap by four bytes
 * or more.
 *
 * Overrides. Behind U+202E the letters of a word stand in reverse order. Searching every word
 * reversed everywhere would double the work for something that hardly any file holds, so U+202E is
 * itself a pattern of the filter: where it stands, the run up to U+202C or the end of the line is
 * searched byte by byte for the words and their reverse. A search that begins inside such a run
 * looks back for its U+202E, up to 64 KiB.
 *
 * Alignment. In GB18030 and Big5 the two bytes of a letter also appear as the second half of one
 * letter and the first half of the next. Any byte below 0x80 ends a character (it is ASCII or the
 * last byte of one; the digits of four-byte codes come in even distances), so the number of bytes
 * above 0x7F directly before a hit tells: odd means that the hit begins inside a character. Where
 * the run holds a byte that stands alone (0x80, 0xFF, in Big5 anything up to 0xA0), reaches the
 * begin of the bytes, or is very long, the hit is reported unseen. */
#include "text/seeds_priv.h"

#include "base/num.h"
#include "text/fold_priv.h"
#include "text/seeds_build.h"

enum {
    SEEDS_TAIL = 8, /* bytes at the end that the filter does not judge: a first letter and a cut
                       second one */
    LOOK_BACK = 64 * 1024, /* bytes in which the begin of an override is looked for */
    RUN_MAX = 4096,        /* bytes walked back for alignment */
    SKIP_MAX = 512, /* characters that folding removes, between two letters of a word; more are
                       reported unseen */
};

static bool is_pairs(text_charset charset)
{
    return charset == TEXT_GB18030 || charset == TEXT_BIG5;
}

bool text_seeds_can_search(text_charset charset)
{
    return charset == TEXT_UTF8 || is_pairs(charset) || charset == TEXT_UTF16LE ||
           charset == TEXT_UTF16BE;
}

/* A bit set in each of eight bytes that equals the value; above the lowest such byte there may be
 * wrong ones. */
static uint64_t equal8(uint64_t eight, uint8_t value)
{
    uint64_t diff = eight ^ (0x0101010101010101u * value);
    return (diff - 0x0101010101010101u) & ~diff & 0x8080808080808080u;
}

/* Eight bytes of GB18030 of which none ends a run: all above 80h, none FFh. */
static bool is_run8(const uint8_t *bytes)
{
    uint64_t eight = 0;
    memcpy(&eight, bytes, sizeof(eight));
    return (eight & 0x8080808080808080u) == 0x8080808080808080u &&
           (equal8(eight, 0x80) | equal8(eight, 0xFF)) == 0;
}

/* False when the byte at `at` is certainly the second of a pair. */
static bool is_aligned(text_charset charset, lj_slice bytes, size_t at)
{
    uint8_t alone = charset == TEXT_BIG5 ? 0xA0 : 0x80;
    size_t floor = at > RUN_MAX ? at - RUN_MAX : 0;
    size_t run = at;
    while (charset == TEXT_GB18030 && run - floor >= 8 && is_run8(bytes.ptr + run - 8)) {
        run -= 8;
    }
    while (run > floor) {
        uint8_t byte = bytes.ptr[run - 1];
        if (byte < 0x80) {
            return (at - run) % 2 == 0;
        }
        if (byte <= alone || byte == 0xFF) {
            return true;
        }
        run--;
    }
    return true;
}

/* ---- verification ---- */

/* How far a word has been matched. */
typedef enum match { MATCH_NO, MATCH_ON, MATCH_YES } match;

static bool is_digit(uint32_t letter)
{
    return letter >= '0' && letter <= '9';
}

/* Matches folded text against the letters of the word from *letter_idx on. */
static match match_folded(const seeds_word *word, lj_slice folded, size_t from, size_t *letter_idx)
{
    lj_str text = {(const char *)folded.ptr, folded.len};
    while (from < text.len) {
        size_t len = 0;
        uint32_t code_point = text_code_point(text, from, &len);
        uint32_t want = word->letters[*letter_idx];
        uint16_t cell = fold_cell_of(code_point);
        from += len;
        if (cell == FOLD_BLANK) {
            continue;
        }
        if (code_point != want) {
            /* A numeral may become any digits, and as many as it likes: too rare to follow. */
            return cell == FOLD_NUMERAL && is_digit(want) ? MATCH_YES : MATCH_NO;
        }
        (*letter_idx)++;
        if (*letter_idx == word->letter_count) {
            return MATCH_YES;
        }
    }
    return MATCH_ON;
}

/* A text and a place in it. */
typedef struct place {
    lj_slice bytes;
    size_t at;
    text_charset charset;
    bool narrow; /* ASCII is one byte */
} place;

/* The next character that a fold would leave something of; false when the bytes end first, or when
 * there is so much to skip that a seed must be supposed. *out_gap tells that a blank or the end of
 * a line was skipped. */
static inline bool next_letter(place *now, uint32_t *out_code_point, uint16_t *out_cell,
                               bool *out_gap)
{
    *out_gap = false;
    for (size_t skipped = 0; skipped < SKIP_MAX; skipped++) {
        uint32_t code_point = 0;
        size_t step = 1;
        if (now->narrow && now->at < now->bytes.len && now->bytes.ptr[now->at] < 0x80) {
            code_point = now->bytes.ptr[now->at];
        } else {
            step = charset_step(now->charset, lj_slice_part(now->bytes, now->at, 4), &code_point);
        }
        if (step == 0) {
            return false;
        }
        now->at += step;
        uint16_t cell = fold_cell_of(code_point);
        if (cell < FOLD_BLANK || cell >= FOLD_ROW) {
            *out_code_point = code_point;
            *out_cell = cell;
            return true;
        }
        *out_gap = *out_gap || cell == FOLD_BLANK || cell == FOLD_LINE;
    }
    return false;
}

/* Matches one character, which follows a gap or not, against the letters of the word from
 * *letter_idx on. */
static match match_letter(const seeds_word *word, uint32_t code_point, uint16_t cell, bool gap,
                          size_t *letter_idx)
{
    uint32_t want = word->letters[*letter_idx];
    if (gap && seeds_keeps_gap(word->letters[*letter_idx - 1], want)) {
        return MATCH_NO;
    }
    if (cell >= FOLD_ROW) {
        uint8_t plain[4];
        return match_folded(word, fold_of(code_point, plain), 0, letter_idx);
    }
    if (code_point != want) {
        /* A numeral may become any digits, and as many as it likes: too rare to follow. */
        return cell == FOLD_NUMERAL && is_digit(want) ? MATCH_YES : MATCH_NO;
    }
    (*letter_idx)++;
    return *letter_idx == word->letter_count ? MATCH_YES : MATCH_ON;
}

/* Goes on behind a match of the first letters. */
static bool is_rest_here(const seeds_word *word, place now, match state, size_t letter_idx)
{
    while (state == MATCH_ON) {
        uint32_t code_point = 0;
        uint16_t cell = 0;
        bool gap = false;
        if (!next_letter(&now, &code_point, &cell, &gap)) {
            return true;
        }
        state = match_letter(word, code_point, cell, gap, &letter_idx);
    }
    return state == MATCH_YES;
}

static const seeds_key *key_of(const text_seeds *seeds, uint32_t code_point)
{
    size_t at = seeds_hash(code_point, seeds->key_bits);
    while (seeds->keys[at].code_point != code_point) {
        if (seeds->keys[at].code_point == SEEDS_NO_KEY) {
            return NULL;
        }
        at = at == 0 ? ((size_t)1 << seeds->key_bits) - 1 : at - 1;
    }
    return &seeds->keys[at];
}

/* Is there a seed at `at`? Nearly all candidates end at the byte behind the first letter; else the
 * second letter is read once and compared with those of all words that begin with the first. */
static bool verify(const text_seeds *seeds, text_charset charset, lj_slice bytes, size_t at,
                   bool in_run)
{
    uint32_t first = 0;
    size_t step = charset_step(charset, lj_slice_part(bytes, at, 4), &first);
    const seeds_key *key = step > 0 ? key_of(seeds, first) : NULL;
    if (key == NULL) {
        return false;
    }
    place behind = {bytes, at + step, charset, charset != TEXT_UTF16LE && charset != TEXT_UTF16BE};
    place next = behind;
    uint32_t second = 0;
    uint16_t cell = 0;
    bool gap = false;
    bool whole = false;
    bool looked = false;
    for (uint32_t i = key->first; i != SEEDS_END; i = seeds->uses[i].next) {
        const seeds_use *use = &seeds->uses[i];
        const seeds_word *word = &seeds->words[use->word_idx];
        if (word->reversed && !in_run) {
            continue;
        }
        size_t letter_idx = 1;
        bool found = word->letter_count == 1;
        if (!found && use->single) {
            /* The code point is this one letter. */
            if (behind.at < bytes.len &&
                !seeds_may_follow(&seeds->nexts[charset][use->word_idx], bytes.ptr[behind.at])) {
                continue;
            }
            whole = looked ? whole : next_letter(&next, &second, &cell, &gap);
            looked = true;
            match state = whole ? match_letter(word, second, cell, gap, &letter_idx) : MATCH_YES;
            found = state != MATCH_NO && is_rest_here(word, next, state, letter_idx);
        } else if (!found) {
            uint8_t plain[4];
            letter_idx = 0;
            match state = match_folded(word, fold_of(first, plain), use->folded_at, &letter_idx);
            found = state != MATCH_NO && is_rest_here(word, behind, state, letter_idx);
        }
        if (found && (!is_pairs(charset) || is_aligned(charset, bytes, at))) {
            return true;
        }
    }
    return false;
}

/* ---- the filter ---- */

bool seeds_passes(const seeds_filter *filter, const uint8_t *at)
{
    uint8_t any = 0;
    for (size_t bank = 0; bank < SEEDS_BANKS; bank++) {
        uint8_t pass = 0xFF;
        for (size_t i = 0; i < SEEDS_POSITIONS; i++) {
            pass &= filter->low[bank][i][at[i] & 15] & filter->high[bank][i][at[i] >> 4];
        }
        any |= pass;
    }
    return any != 0;
}

bool seeds_walk(text_vector vector, const seeds_filter *filter, lj_slice bytes, size_t from,
                const seeds_visitor *visitor, size_t *out_at)
{
    if (vector != TEXT_VECTOR_NONE && from < bytes.len &&
        seeds_walk_x86(vector, filter, bytes, from, visitor, out_at)) {
        return true;
    }
    size_t at = vector != TEXT_VECTOR_NONE && from < bytes.len ? *out_at : from;
    for (; at + SEEDS_POSITIONS <= bytes.len; at++) {
        *out_at = at;
        if (seeds_passes(filter, bytes.ptr + at) && visitor->verify(visitor->ctx, at)) {
            return true;
        }
    }
    *out_at = at;
    return false;
}

/* ---- overrides ---- */

static bool is_at(lj_slice bytes, size_t at, const seeds_sign *sign)
{
    return sign->len > 0 && at + sign->len <= bytes.len && bytes.ptr[at] == sign->bytes[0] &&
           memcmp(bytes.ptr + at, sign->bytes, sign->len) == 0;
}

static bool ends_run(const seeds_signs *signs, lj_slice bytes, size_t at)
{
    return is_at(bytes, at, &signs->line) || is_at(bytes, at, &signs->pop);
}

/* Does `from` lie inside a run? The last of U+202E, U+202C and line end before it decides. */
static bool is_in_run(const seeds_signs *signs, lj_slice bytes, size_t from)
{
    size_t floor = from > LOOK_BACK ? from - LOOK_BACK : 0;
    size_t at = from;
    if (signs->override.len == 0) {
        return false;
    }
    while (at > floor) {
        uint64_t eight = 0;
        if (at - floor >= 8) {
            memcpy(&eight, bytes.ptr + at - 8, sizeof(eight));
            if ((equal8(eight, signs->override.bytes[0]) | equal8(eight, signs->pop.bytes[0]) |
                 equal8(eight, signs->line.bytes[0])) == 0) {
                at -= 8;
                continue;
            }
        }
        for (size_t end = at - floor >= 8 ? at - 8 : floor; at > end;) {
            at--;
            if (is_at(bytes, at, &signs->override)) {
                return true;
            }
            if (ends_run(signs, bytes, at)) {
                return false;
            }
        }
    }
    return false;
}

/* ---- the search ---- */

typedef struct probe {
    const text_seeds *seeds;
    const seeds_signs *signs;
    lj_slice bytes;
    text_charset charset;
    bool override; /* U+202E ended the walk, not a seed */
} probe;

static bool verify_probe(void *ctx, size_t at)
{
    probe *what = ctx;
    what->override = is_at(what->bytes, at, &what->signs->override);
    return what->override ||
           verify(what->seeds, what->charset, what->bytes, at, /* in_run= */ false);
}

/* Searches the rest of a run from *at on. True with *at on a seed, false with *at behind the run.
 */
static bool find_in_run(const probe *what, size_t *at)
{
    for (; *at < what->bytes.len; (*at)++) {
        if (ends_run(what->signs, what->bytes, *at)) {
            return false;
        }
        if (verify(what->seeds, what->charset, what->bytes, *at, /* in_run= */ true)) {
            return true;
        }
    }
    return false;
}

/* The next seed or U+202E outside of runs; the length of the bytes when there is none. */
static size_t find_outside(probe *what, bool naive, text_vector vector, size_t at)
{
    /* Near the end a word may be cut, inside a character too, and then any bytes may stand there:
     * all are verified. */
    lj_slice body =
        lj_slice_part(what->bytes, 0, what->bytes.len - lj_min_size(what->bytes.len, SEEDS_TAIL));
    const seeds_filter *filter = &what->seeds->filters[what->charset];
    const seeds_visitor visitor = {verify_probe, what};
    if (!naive && seeds_walk(vector, filter, body, at, &visitor, &at)) {
        return at;
    }
    while (at < what->bytes.len && !verify_probe(what, at)) {
        at++;
    }
    return at;
}

static size_t find(const text_seeds *seeds, bool naive, text_vector vector, text_charset charset,
                   lj_slice bytes, size_t from)
{
    probe what = {seeds, &seeds->signs[charset], bytes, charset, false};
    size_t at = from;
    bool in_run = is_in_run(what.signs, bytes, lj_min_size(from, bytes.len));
    while (at < bytes.len) {
        if (in_run && find_in_run(&what, &at)) {
            return at;
        }
        at = find_outside(&what, naive, vector, at);
        if (!what.override || at >= bytes.len) {
            return at;
        }
        /* Not behind it: in UTF-16 it may be two halves of other characters. */
        at++;
        in_run = true;
    }
    return bytes.len;
}

size_t seeds_find_with(const text_seeds *seeds, text_vector vector, text_charset charset,
                       lj_slice bytes, size_t from)
{
    return find(seeds, /* naive= */ false, vector, charset, bytes, from);
}

size_t seeds_find_naive(const text_seeds *seeds, text_charset charset, lj_slice bytes, size_t from)
{
    return find(seeds, /* naive= */ true, TEXT_VECTOR_NONE, charset, bytes, from);
}

size_t text_seeds_find(const text_seeds *seeds, text_charset charset, lj_slice bytes, size_t from)
{
    if (!text_seeds_can_search(charset)) {
        /* Anything could be a seed: the caller must decode. */
        return lj_min_size(from, bytes.len);
    }
    return from < bytes.len ? seeds_find_with(seeds, text_vector_best(), charset, bytes, from)
                            : bytes.len;
}
