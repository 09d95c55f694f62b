/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Where in raw bytes could a mark stand at all?
 *
 * Two stages. The filter (seeds_build.c makes it, seeds_x86.c runs it) looks at three neighbouring bytes and passes
 * about one position in a hundred. Each of these is then verified: the character there is decoded, looked up among all
 * code points that fold to the first letter of a word, and the following letters of the word are matched against the
 * folded characters that follow, with everything skipped that folding would delete or close up.
 *
 * What is never missed, and how:
 *   - any spelling of a first letter: the filter is made from all of them, in each charset, by turning the folding and
 *     the charset tables round;
 *   - a word that the end of the bytes cuts after its first letter: reported;
 *   - a word in a right-to-left override: every word is searched reversed as well;
 *   - Han numerals for digits inside a word: any numeral is taken for any digit.
 * A first letter that is itself cut by the end is not reported: windows must overlap by four bytes or more.
 *
 * Alignment. In GB18030 and Big5 the two bytes of a letter also appear as the second half of one letter and the first
 * half of the next. Any byte below 0x80 ends a character (it is ASCII or the last byte of one; the digits of four-byte
 * codes come in even distances), so the number of bytes above 0x7F directly before a hit tells: odd means that the hit
 * begins inside a character. Where the run holds a byte that stands alone (0x80, 0xFF, in Big5 anything up to 0xA0),
 * reaches the begin of the bytes, or is very long, the hit is reported unseen. */
#include "text/seeds_priv.h"

#include "base/num.h"
#include "text/fold_priv.h"
#include "text/seeds_build.h"

enum {
    SEEDS_TAIL = 8,  /* bytes at the end that the filter does not judge: a first letter and a cut second one */
    RUN_MAX = 4096,  /* bytes walked back for alignment */
    SKIP_MAX = 512,  /* characters that folding removes, between two letters of a word; more are reported unseen */
};

static bool is_pairs(text_charset charset)
{
    return charset == TEXT_GB18030 || charset == TEXT_BIG5;
}

bool text_seeds_can_search(text_charset charset)
{
    return charset == TEXT_UTF8 || is_pairs(charset) || charset == TEXT_UTF16LE || charset == TEXT_UTF16BE;
}

/* False when the byte at `at` is certainly the second of a pair. */
static bool is_aligned(text_charset charset, lj_slice bytes, size_t at)
{
    uint8_t alone = charset == TEXT_BIG5 ? 0xA0 : 0x80;
    size_t floor = at > RUN_MAX ? at - RUN_MAX : 0;
    size_t run = at;
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

static bool is_word_here(const seeds_word *word, text_charset charset, lj_slice bytes, size_t at, lj_slice folded,
                         size_t folded_from)
{
    size_t letter_idx = 0;
    match state = match_folded(word, folded, folded_from, &letter_idx);
    for (size_t skipped = 0; state == MATCH_ON && skipped < SKIP_MAX;) {
        uint8_t plain[4];
        uint32_t code_point = 0;
        size_t step = at < bytes.len ? charset_step(charset, lj_slice_part(bytes, at, 4), &code_point) : 0;
        if (step == 0) {
            return true;
        }
        at += step;
        uint16_t cell = fold_cell_of(code_point);
        if (cell >= FOLD_BLANK && cell < FOLD_ROW) {
            if (!seeds_is_removed(cell, word->letters[letter_idx - 1], word->letters[letter_idx])) {
                return false;
            }
            skipped++;
            continue;
        }
        skipped = 0;
        state = match_folded(word, fold_of(code_point, plain), 0, &letter_idx);
    }
    return state != MATCH_NO;
}

/* Is there a seed at `at`? */
static bool verify(const text_seeds *seeds, text_charset charset, lj_slice bytes, size_t at)
{
    uint32_t code_point = 0;
    size_t step = charset_step(charset, lj_slice_part(bytes, at, 4), &code_point);
    if (step == 0) {
        return false;
    }
    const seeds_key *key = &seeds->keys[seeds_hash(code_point, seeds->key_bits)];
    while (key->code_point != code_point) {
        if (key->code_point == SEEDS_NO_KEY) {
            return false;
        }
        key = key == seeds->keys ? seeds->keys + ((size_t)1 << seeds->key_bits) - 1 : key - 1;
    }
    uint8_t plain[4];
    lj_slice folded = fold_of(code_point, plain);
    for (uint32_t i = key->first; i != SEEDS_END; i = seeds->uses[i].next) {
        const seeds_use *use = &seeds->uses[i];
        const seeds_word *word = &seeds->words[use->word_idx];
        if ((word->letter_count == 1 ||
             is_word_here(word, charset, bytes, at + step, folded, use->folded_at)) &&
            (!is_pairs(charset) || is_aligned(charset, bytes, at))) {
            return true;
        }
    }
    return false;
}

/* ---- the search ---- */

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

bool seeds_walk(text_vector vector, const seeds_filter *filter, lj_slice bytes, size_t from, seeds_verify_fn *verify_fn,
                void *ctx, size_t *out_at)
{
    if (vector != TEXT_VECTOR_NONE && from < bytes.len && seeds_walk_x86(vector, filter, bytes, from, verify_fn, ctx, out_at)) {
        return true;
    }
    size_t at = vector != TEXT_VECTOR_NONE && from < bytes.len ? *out_at : from;
    for (; at + SEEDS_POSITIONS <= bytes.len; at++) {
        *out_at = at;
        if (seeds_passes(filter, bytes.ptr + at) && verify_fn(ctx, at)) {
            return true;
        }
    }
    *out_at = at;
    return false;
}

typedef struct probe {
    const text_seeds *seeds;
    lj_slice bytes;
    text_charset charset;
} probe;

static bool verify_probe(void *ctx, size_t at)
{
    const probe *what = ctx;
    return verify(what->seeds, what->charset, what->bytes, at);
}

size_t seeds_find_with(const text_seeds *seeds, text_vector vector, text_charset charset, lj_slice bytes, size_t from)
{
    probe what = {seeds, bytes, charset};
    /* Near the end a word may be cut, inside a character too, and then any bytes may stand there: all are verified. */
    lj_slice body = lj_slice_part(bytes, 0, bytes.len - lj_min_size(bytes.len, SEEDS_TAIL));
    size_t at = from;
    if (seeds_walk(vector, &seeds->filters[charset], body, from, verify_probe, &what, &at)) {
        return at;
    }
    for (; at < bytes.len; at++) {
        if (verify(seeds, charset, bytes, at)) {
            return at;
        }
    }
    return bytes.len;
}

size_t seeds_find_naive(const text_seeds *seeds, text_charset charset, lj_slice bytes, size_t from)
{
    for (size_t at = from; at < bytes.len; at++) {
        if (verify(seeds, charset, bytes, at)) {
            return at;
        }
    }
    return bytes.len;
}

size_t text_seeds_find(const text_seeds *seeds, text_charset charset, lj_slice bytes, size_t from)
{
    if (!text_seeds_can_search(charset)) {
        /* Anything could be a seed: the caller must decode. */
        return lj_min_size(from, bytes.len);
    }
    return from < bytes.len ? seeds_find_with(seeds, text_vector_best(), charset, bytes, from) : bytes.len;
}
