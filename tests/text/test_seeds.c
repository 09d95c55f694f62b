/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Tests of text/seeds: no spelling of a seed is missed at any place, the vector code finds what the
 * naive search finds, and whatever folding makes a word of is found in the raw bytes. */
#include "text/seeds.h"

#include "../check.h"

#include <iconv.h>
#include <stdlib.h>
#include <time.h>

#include "base/num.h"
#include "text/fold_priv.h"
#include "text/seeds_priv.h"

static const char *const words[] = {"密",           "内部",       "外传", "限阅",       "SECRET",
                                    "CONFIDENTIAL", "RESTRICTED", "CUI",  "Classified", "Derived",
                                    "绝",           "特急",       "10年"};

static const text_charset raw_charsets[] = {TEXT_UTF8, TEXT_GB18030, TEXT_BIG5, TEXT_UTF16LE,
                                            TEXT_UTF16BE};

static const text_vector vectors[] = {TEXT_VECTOR_NONE, TEXT_VECTOR_SSSE3, TEXT_VECTOR_AVX2};

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 2685821657736338717u;
}

static bool can_run(text_vector vector)
{
    return vector <= text_vector_best();
}

static text_seeds *seeds_of(const char *const *list, size_t count)
{
    lj_str texts[64];
    text_seeds *seeds = NULL;
    lj_err err = {0};
    for (size_t i = 0; i < count; i++) {
        texts[i] = lj_cstr_str(list[i]);
    }
    assert_int_equal(text_seeds_new(texts, count, &seeds, &err), LJ_OK);
    return seeds;
}

static int open_seeds(void **state)
{
    *state = seeds_of(words, LJ_COUNT_OF(words));
    return 0;
}

static int close_seeds(void **state)
{
    text_seeds_free(*state);
    return 0;
}

static const char *iconv_name(text_charset charset)
{
    /* Big5 with HKSCS, as our table. */
    return charset == TEXT_BIG5 ? "BIG5-HKSCS" : text_charset_name(charset);
}

/* UTF-8 to the charset; false when a character has no code there. */
static bool encode(text_charset charset, lj_slice text, lj_buf *out)
{
    iconv_t cd = iconv_open(iconv_name(charset), "UTF-8");
    size_t cap = text.len * 4 + 16;
    uint8_t *room = lj_buf_room(out, cap);
    char *src = (char *)(uintptr_t)text.ptr;
    char *dst = (char *)room;
    size_t src_left = text.len;
    size_t dst_left = cap;
    assert_true(cd != (iconv_t)-1 && room != NULL);
    bool good = iconv(cd, &src, &src_left, &dst, &dst_left) == 0 &&
                iconv(cd, NULL, NULL, &dst, &dst_left) == 0;
    out->len += good ? cap - dst_left : 0;
    iconv_close(cd);
    return good;
}

/* Every code of the charset that decodes to the code point: by trying all codes, not by the tables'
 * inverse. */
static size_t all_codes(text_charset charset, uint32_t code_point, uint8_t out[8][4],
                        size_t lens[8])
{
    uint8_t utf8[4];
    lj_buf buf;
    size_t count = 0;
    lj_buf_init(&buf, NULL, 1000);
    if (charset == TEXT_GB18030 || charset == TEXT_BIG5) {
        const uint32_t *pairs = charset == TEXT_BIG5 ? charset_big5_pairs : charset_gb_pairs;
        for (uint32_t i = 0; i < CHARSET_PAIRS && count < 8; i++) {
            if (pairs[i] != 0 && charset_unpack(pairs[i]) == code_point) {
                out[count][0] = (uint8_t)(0x80 + i / 256);
                out[count][1] = (uint8_t)(i % 256);
                lens[count++] = 2;
            }
        }
    }
    if (count < 8 && encode(charset, lj_slice_of(utf8, fold_encode(code_point, utf8)), &buf) &&
        buf.len <= 4) {
        memcpy(out[count], buf.ptr, buf.len);
        lens[count++] = buf.len;
    }
    lj_buf_done(&buf);
    return count;
}

static void check_found(const text_seeds *seeds, text_charset charset, lj_slice bytes,
                        size_t wanted, uint32_t code_point)
{
    for (size_t v = 0; v < LJ_COUNT_OF(vectors); v++) {
        size_t found =
            can_run(vectors[v]) ? seeds_find_with(seeds, vectors[v], charset, bytes, 0) : wanted;
        if (found != wanted) {
            fail_msg("%s U+%04X: found at %zu, wanted %zu (vector %d)", text_charset_name(charset),
                     (unsigned)code_point, found, wanted, (int)vectors[v]);
        }
    }
    assert_int_equal(seeds_find_naive(seeds, charset, bytes, 0), wanted);
    assert_int_equal(text_seeds_find(seeds, charset, bytes, 0), wanted);
}

/* Each code point that folds to a single-letter seed, in each of its codes, at each place of three
 * blocks, with the end of the bytes directly behind it and far behind it. */
static void test_seeds__finds_every_spelling_at_every_place(void **state)
{
    (void)state;
    static const char *const singles[] = {"密", "绝", "S", "内"};
    text_seeds *seeds = seeds_of(singles, LJ_COUNT_OF(singles));
    size_t count = 0;
    for (uint32_t c = 1; c < 0x110000; c++) {
        uint8_t plain[4];
        lj_slice folded = c < 0xD800 || c > 0xDFFF ? fold_of(c, plain) : (lj_slice){NULL, 0};
        bool seed = false;
        for (size_t i = 0; i < LJ_COUNT_OF(singles); i++) {
            seed = seed || lj_slice_find(folded, lj_cstr_bytes(singles[i])) != SIZE_MAX;
        }
        for (size_t k = 0; seed && k < LJ_COUNT_OF(raw_charsets); k++) {
            uint8_t codes[8][4];
            size_t lens[8];
            bool wide = raw_charsets[k] == TEXT_UTF16LE || raw_charsets[k] == TEXT_UTF16BE;
            size_t code_count = all_codes(raw_charsets[k], c, codes, lens);
            count += code_count;
            for (size_t n = 0; n < code_count; n++) {
                for (size_t at = 0; at < 140; at += wide ? 2 : 1) {
                    uint8_t bytes[280];
                    memset(bytes, '.', sizeof(bytes));
                    memcpy(bytes + at, codes[n], lens[n]);
                    check_found(seeds, raw_charsets[k], lj_slice_of(bytes, sizeof(bytes)), at, c);
                    /* An exact allocation: nothing behind it may be read. */
                    uint8_t *exact = malloc(at + lens[n]);
                    assert_non_null(exact);
                    memcpy(exact, bytes, at + lens[n]);
                    check_found(seeds, raw_charsets[k], lj_slice_of(exact, at + lens[n]), at, c);
                    free(exact);
                }
            }
        }
    }
    assert_in_range(count, 100, 400);
    text_seeds_free(seeds);
}

static void test_seeds__follows_the_letters_of_a_word(void **state)
{
    static const struct {
        const char *name;
        const char *text;
        size_t wanted; /* SIZE_MAX: no seed */
    } rows[] = {
        {"whole word",                             "xx SECRET",                 3       },
        {"other word",                             "xx SECTION",                SIZE_MAX},
        {"lower case",                             "xx secret Secret",          SIZE_MAX},
        {"Han word",                               "甲内部",                 3       },
        {"its first letter alone",                 "内容",                    SIZE_MAX},
        {"cut by the end",                         "xx SEC",                    3       },
        {"cut after one letter",                   "xx S",                      3       },
        {"Han word cut by the end",                "甲内",                    3       },
        {"zero width inside",                      "S\u200BE\u200DC\u00ADRET",  0       },
        {"blanks stay between western letters",    "S E C R E x",               SIZE_MAX},
        {"blanks go beside Han",                   "内 　部",                0       },
        {"line ends inside (vertical)",            "内\n部",                  0       },
        {"full width",                             "ＳＥＣＲＥＴ",        0       },
        {"mathematical",                           "x𝐒𝐄𝐂𝐑𝐄𝐓", 1       },
        {"mixed",                                  "S𝐄ＣRET",               0       },
        {"traditional",                            "內部",                    0       },
        {"variant letters of the second place",    "限閱",                    0       },
        {"reversed",                               "\u202ETERCES\u202C",        3       },
        {"reversed Han",                           "\u202E部内",              3       },
        {"reversed with ignorables",               "\u202ET\u200BERCES",        3       },
        {"reversed without an override",           "部内 TERCES xx",          SIZE_MAX},
        {"reversed behind the end of an override", "\u202Ex\u202C部内。",    SIZE_MAX},
        {"reversed in the next line",              "\u202Ex\n部内。",        SIZE_MAX},
        {"forward in an override",                 "\u202Ex内部",             4       },
        {"long word by its first eight letters",   "CONFIDING CONFIDENTIAL",    10      },
        {"word behind another of the same letter", "CULT CUI",                  5       },
        {"numeral for a digit",                    "机★十年",              6       },
        {"letters of a longer code point",         "\u3392 CUI",                4       }, /* MHz */
        {"degree Celsius is no word",              "20℃ unx",                 SIZE_MAX},
        {"degree Celsius that begins one",         "℃ONFIDENTIAL",            0       },
        {"nothing",                                "",                          SIZE_MAX},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        lj_slice text = lj_cstr_bytes(rows[i].text);
        size_t wanted = rows[i].wanted == SIZE_MAX ? text.len : rows[i].wanted;
        CHECK_ROW(rows[i].name, seeds_find_naive(*state, TEXT_UTF8, text, 0), wanted);
        for (size_t v = 0; v < LJ_COUNT_OF(vectors); v++) {
            if (can_run(vectors[v])) {
                CHECK_ROW(rows[i].name, seeds_find_with(*state, vectors[v], TEXT_UTF8, text, 0),
                          wanted);
            }
        }
    }
}

static void test_seeds__goes_on_behind_a_hit(void **state)
{
    static const char text[] = "密xx密内部。部分内容密";
    static const size_t wanted[] = {0, 5, 8, 11, 26};
    lj_slice bytes = lj_cstr_bytes(text);
    size_t at = 0;
    /* 部 at 11 begins the reversed word only if 内 follows: it does not (。), so 8 is followed by
     * 密 at the end. */
    size_t hits[8];
    size_t count = 0;
    for (at = text_seeds_find(*state, TEXT_UTF8, bytes, 0); at < bytes.len && count < 8;
         at = text_seeds_find(*state, TEXT_UTF8, bytes, at + 1)) {
        hits[count++] = at;
    }
    assert_int_equal(count, 4);
    assert_int_equal(hits[0], wanted[0]);
    assert_int_equal(hits[1], wanted[1]);
    assert_int_equal(hits[2], wanted[2]);
    assert_int_equal(hits[3], 29);
    assert_int_equal(text_seeds_find(*state, TEXT_UTF8, bytes, bytes.len), bytes.len);
    assert_int_equal(text_seeds_find(*state, TEXT_UTF8, bytes, bytes.len + 5), bytes.len);
}

static void test_seeds__rejects_pairs_that_are_out_of_step(void **state)
{
    /* C3 DC is 密. */
    static const struct {
        const char *name;
        const char *bytes;
        size_t wanted; /* SIZE_MAX: none */
    } rows[] = {
        {"in step behind ASCII",                       "a\xC3\xDC",                  1       },
        {"in step behind pairs",                       "\n\xB0\xA1\xB0\xA1\xC3\xDC", 5       },
        {"out of step",                                "\n\xB0\xC3\xDC\xA1",         SIZE_MAX},
        {"out of step behind a pair with a low trail", "\n\xB0\x41\xB0\xC3\xDC\xA1", SIZE_MAX},
        {"in step behind a low trail",                 "\n\xB0\x41\xC3\xDC",         3       },
        {"in step behind a four-byte code",            "\n\x81\x30\x81\x30\xC3\xDC", 5       },
        {"nothing known at the begin",                 "\xB0\xC3\xDC\xA1",           1       },
        {"a byte that stands alone",                   "\n\xFF\xC3\xDC",             2       },
        {"euro sign",                                  "\n\x80\xC3\xDC",             2       },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        lj_slice bytes = lj_cstr_bytes(rows[i].bytes);
        size_t wanted = rows[i].wanted == SIZE_MAX ? bytes.len : rows[i].wanted;
        CHECK_ROW(rows[i].name, text_seeds_find(*state, TEXT_GB18030, bytes, 0), wanted);
    }
    /* A run longer than what is walked back: reported unseen, in or out of step. */
    uint8_t *run = malloc(10003);
    assert_non_null(run);
    memset(run, 0xB0, 10003);
    run[0] = '\n';
    memcpy(run + 10000, "\xC3\xDC\xA1", 3);
    assert_int_equal(text_seeds_find(*state, TEXT_GB18030, lj_slice_of(run, 10003), 0), 10000);
    free(run);
}

/* Parts that a disguised text is put together from; each charset takes those that it can encode. */
static const char *const parts[] = {
    "密",         "宻",      "内",         "內",  "部", "外", "傳",   "传",     "限",
    "閱",         "阅",      "绝",         "絕",  "特", "急", "S",    "E",      "C",
    "R",          "T",       "SECRET",     "CUI", "U",  "I",  "Ｓ",   "Ｅ",     "CONFIDENTIAL",
    "Classified", "Derived", "RESTRICTED", " ",   "　", "\n", "\t",   "\u200B", "\u00AD",
    "\u202E",     "\u202C",  "1",          "0",   "十", "年", "10年", "的",     "一",
    "。",         "，",      "abc",        "级",  "★",  "℃",  "𝐒",    "㊙",     "\u0301",
    "特急",       "部内",
};

static lj_buf random_text(uint64_t *seed, text_charset charset, lj_buf *out_utf8, size_t want)
{
    lj_buf out;
    lj_buf_init(&out, NULL, 1 << 20);
    size_t plain = next_random(seed) % 5; /* of five parts, so many are common letters */
    while (out.len < want) {
        uint64_t value = next_random(seed);
        const char *part = value % 5 < plain ? "文件资料" : parts[value / 8 % LJ_COUNT_OF(parts)];
        size_t before = out.len;
        if (encode(charset, lj_cstr_bytes(part), &out) && out.len > before) {
            lj_buf_put_cstr(out_utf8, part);
        }
    }
    return out;
}

/* For each word in the folded text, a hit must lie between its letters' places in the raw bytes. */
static void test_seeds__misses_nothing_that_folding_brings_out(void **state)
{
    uint64_t seed = 4711;
    size_t occurrences = 0;
    lj_arena *arena = lj_arena_new(1 << 24);
    for (int round = 0; round < 3000; round++) {
        text_charset charset = raw_charsets[round % (int)LJ_COUNT_OF(raw_charsets)];
        lj_buf utf8;
        lj_buf rows;
        lj_buf text;
        text_folded folded;
        lj_buf_init(&utf8, NULL, 1 << 20);
        lj_buf_init(&rows, NULL, 1 << 20);
        lj_buf_init(&text, NULL, 1 << 20);
        lj_buf raw = random_text(&seed, charset, &utf8, 20 + next_random(&seed) % 300);
        text_to_utf8(charset, lj_buf_slice(&raw), false, &text, &rows);
        assert_true(lj_slice_is(lj_buf_slice(&text), lj_buf_slice(&utf8)));
        lj_arena_mark mark = lj_arena_mark_of(arena);
        assert_true(text_fold(lj_buf_str(&text), arena, &folded));
        for (size_t w = 0; w < LJ_COUNT_OF(words); w++) {
            lj_slice word = lj_cstr_bytes(words[w]);
            lj_slice rest = lj_str_bytes(folded.text);
            for (size_t at = lj_slice_find(rest, word), from = 0; at != SIZE_MAX;
                 at = lj_slice_find(rest, word)) {
                size_t low = SIZE_MAX;
                size_t high = 0;
                for (size_t i = 0; i < word.len; i++) {
                    size_t off = text_map_lookup((const text_map_row *)(const void *)rows.ptr,
                                                 rows.len / sizeof(text_map_row), lj_buf_str(&text),
                                                 folded.from[from + at + i]);
                    low = off < low ? off : low;
                    high = off > high ? off : high;
                }
                size_t found = text_seeds_find(*state, charset, lj_buf_slice(&raw), low);
                if (found > high) {
                    fail_msg("round %d, %s: %s from %zu to %zu was missed", round,
                             text_charset_name(charset), words[w], low, high);
                }
                occurrences++;
                from += at + 1;
                rest = lj_slice_part(lj_str_bytes(folded.text), from, folded.text.len);
            }
        }
        lj_arena_rewind(arena, mark);
        lj_buf_done(&raw);
        lj_buf_done(&utf8);
        lj_buf_done(&rows);
        lj_buf_done(&text);
    }
    lj_arena_free(arena);
    assert_true(occurrences > 10000);
}

static void test_seeds__every_way_of_searching_finds_the_same(void **state)
{
    uint64_t seed = 1;
    for (int round = 0; round < 6000; round++) {
        text_charset charset = raw_charsets[round % (int)LJ_COUNT_OF(raw_charsets)];
        lj_buf utf8;
        lj_buf_init(&utf8, NULL, 1 << 20);
        lj_buf raw = random_text(&seed, charset, &utf8, next_random(&seed) % 400);
        /* Every other text gets some bytes that do not belong there. */
        for (size_t n = round % 2 == 0 ? 0 : raw.len / 16; n > 0; n--) {
            raw.ptr[next_random(&seed) % raw.len] = (uint8_t)next_random(&seed);
        }
        size_t cut = raw.len > 0 ? next_random(&seed) % raw.len : 0;
        uint8_t *exact = malloc(cut > 0 ? cut : 1);
        assert_non_null(exact);
        memcpy(exact, raw.ptr != NULL ? raw.ptr : exact, cut);
        lj_slice bytes = lj_slice_of(exact, cut);
        size_t from = cut > 0 ? next_random(&seed) % cut : 0;
        for (size_t at = from, naive = 0; at < cut; at = naive + 1) {
            naive = seeds_find_naive(*state, charset, bytes, at);
            for (size_t v = 0; v < LJ_COUNT_OF(vectors); v++) {
                if (can_run(vectors[v])) {
                    size_t found = seeds_find_with(*state, vectors[v], charset, bytes, at);
                    if (found != naive) {
                        fail_msg("round %d, %s, vector %d: %zu, naive %zu: %02X %02X %02X %02X",
                                 round, text_charset_name(charset), (int)vectors[v], found, naive,
                                 bytes.ptr[naive], naive + 1 < cut ? bytes.ptr[naive + 1] : 0,
                                 naive + 2 < cut ? bytes.ptr[naive + 2] : 0,
                                 naive + 3 < cut ? bytes.ptr[naive + 3] : 0);
                    }
                }
            }
        }
        free(exact);
        lj_buf_done(&raw);
        lj_buf_done(&utf8);
    }
}

typedef struct passed {
    size_t at[600];
    size_t count;
    size_t stop; /* ends the walk at this one */
} passed;

static bool note_passed(void *ctx, size_t at)
{
    passed *list = ctx;
    assert_true(list->count < LJ_COUNT_OF(list->at));
    list->at[list->count++] = at;
    return at == list->stop;
}

static void test_seeds__vector_walks_are_the_portable_ones(void **state)
{
    (void)state;
    uint64_t seed = 3;
    for (int round = 0; round < 5000; round++) {
        seeds_filter filter;
        uint8_t bytes[256];
        for (size_t i = 0; i < sizeof(bytes); i++) {
            bytes[i] = (uint8_t)next_random(&seed);
        }
        for (size_t i = 0; i < (size_t)SEEDS_BANKS * SEEDS_POSITIONS; i++) {
            for (size_t k = 0; k < 16; k++) {
                filter.low[i % SEEDS_BANKS][i / SEEDS_BANKS][k] =
                    (uint8_t)(next_random(&seed) & next_random(&seed));
                filter.high[i % SEEDS_BANKS][i / SEEDS_BANKS][k] =
                    (uint8_t)(next_random(&seed) & next_random(&seed));
            }
        }
        size_t len = next_random(&seed) % sizeof(bytes);
        size_t from = next_random(&seed) % (len + 1);
        passed wanted = {.stop = round % 3 == 0 ? next_random(&seed) % sizeof(bytes) : SIZE_MAX};
        passed found = {.stop = wanted.stop};
        size_t wanted_at = 0;
        bool wanted_end = seeds_walk(TEXT_VECTOR_NONE, &filter, lj_slice_of(bytes, len), from,
                                     &(seeds_visitor){note_passed, &wanted}, &wanted_at);
        for (size_t i = from, k = 0; i + 3 <= len && (!wanted_end || i <= wanted_at); i++) {
            bool noted = k < wanted.count && wanted.at[k] == i;
            assert_int_equal(seeds_passes(&filter, bytes + i), noted);
            k += noted;
        }
        for (size_t v = 1; v < LJ_COUNT_OF(vectors); v++) {
            size_t at = 0;
            found.count = 0;
            if (can_run(vectors[v])) {
                assert_int_equal(seeds_walk(vectors[v], &filter, lj_slice_of(bytes, len), from,
                                            &(seeds_visitor){note_passed, &found}, &at),
                                 wanted_end);
                assert_int_equal(at, wanted_at);
                assert_int_equal(found.count, wanted.count);
                assert_memory_equal(found.at, wanted.at, wanted.count * sizeof(wanted.at[0]));
            }
        }
    }
}

static void test_seeds__random_bytes_are_searched_safely(void **state)
{
    uint64_t seed = 8;
    for (int round = 0; round < 5000; round++) {
        size_t len = next_random(&seed) % 300;
        uint8_t *bytes = malloc(len > 0 ? len : 1);
        assert_non_null(bytes);
        for (size_t i = 0; i < len; i++) {
            bytes[i] = (uint8_t)next_random(&seed);
        }
        for (int i = 0; i < TEXT_CHARSET_COUNT; i++) {
            size_t found = text_seeds_find(*state, (text_charset)i, lj_slice_of(bytes, len), 0);
            assert_true(found <= len);
            if (!text_seeds_can_search((text_charset)i)) {
                assert_int_equal(found, 0); /* anything could be there */
            }
        }
        free(bytes);
    }
}

static void test_seeds__says_which_charsets_it_can_search(void **state)
{
    (void)state;
    static const bool wanted[TEXT_CHARSET_COUNT] = {[TEXT_UTF8] = true,
                                                    [TEXT_GB18030] = true,
                                                    [TEXT_BIG5] = true,
                                                    [TEXT_UTF16LE] = true,
                                                    [TEXT_UTF16BE] = true};
    for (int i = 0; i < TEXT_CHARSET_COUNT; i++) {
        CHECK_ROW(text_charset_name((text_charset)i), text_seeds_can_search((text_charset)i),
                  wanted[i]);
    }
}

static void test_seeds__refuses_words_that_cannot_be_found(void **state)
{
    (void)state;
    static const char *const bad[] = {"", " ", "機密", "机*", "Ｓ", "机\n密", "机\u200B密"};
    for (size_t i = 0; i < LJ_COUNT_OF(bad); i++) {
        text_seeds *seeds = NULL;
        lj_err err = {0};
        lj_str word = lj_cstr_str(bad[i]);
        CHECK_ROW(bad[i], text_seeds_new(&word, 1, &seeds, &err), LJ_E_INVALID);
        CHECK_ROW(bad[i], err.code, LJ_E_INVALID);
        assert_null(seeds);
    }
    text_seeds_free(NULL);
}

static void test_seeds__an_empty_set_finds_nothing(void **state)
{
    (void)state;
    text_seeds *seeds = NULL;
    lj_err err = {0};
    assert_int_equal(text_seeds_new(NULL, 0, &seeds, &err), LJ_OK);
    for (size_t i = 0; i < LJ_COUNT_OF(raw_charsets); i++) {
        lj_slice text = LJ_BYTES(
            "机密★10年 SECRET .............................................................");
        assert_int_equal(text_seeds_find(seeds, raw_charsets[i], text, 0), text.len);
    }
    text_seeds_free(seeds);
}

static void test_seeds__large_sets_miss_nothing(void **state)
{
    (void)state;
    /* 3,000 single letters: more than the filter can tell apart, but all must be found. */
    enum { LETTERS = 3000 };
    static char letters[LETTERS][5];
    static lj_str list[LETTERS];
    size_t count = 0;
    for (uint32_t c = 0x4E00; count < LETTERS; c += 3) {
        uint8_t plain[4];
        lj_slice folded = fold_of(c, plain);
        memcpy(letters[count], folded.ptr, folded.len);
        list[count] = (lj_str){letters[count], folded.len};
        count++;
    }
    text_seeds *seeds = NULL;
    lj_err err = {0};
    assert_int_equal(text_seeds_new(list, LETTERS, &seeds, &err), LJ_OK);
    for (size_t i = 0; i < LETTERS; i++) {
        for (size_t k = 0; k < LJ_COUNT_OF(raw_charsets); k++) {
            lj_buf raw;
            lj_buf_init(&raw, NULL, 1000);
            lj_buf_put_cstr(&raw, "................");
            if (encode(raw_charsets[k], lj_str_bytes(list[i]), &raw) && raw.len > 16) {
                /* A dot and half of the letter may be a letter of the set too. */
                assert_in_range(text_seeds_find(seeds, raw_charsets[k], lj_buf_slice(&raw), 0), 14,
                                16);
            }
            lj_buf_done(&raw);
        }
    }
    text_seeds_free(seeds);
}

static void test_seeds__filter_lets_little_prose_pass(void **state)
{
    /* By the model that the buckets are made with; the speed rests on it. */
    for (size_t i = 0; i < LJ_COUNT_OF(raw_charsets); i++) {
        uint32_t rate = seeds_pass_rate(*state, raw_charsets[i]);
        if (rate > 50000) {
            fail_msg("%s: %u of a million positions pass", text_charset_name(raw_charsets[i]),
                     rate);
        }
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_seeds__finds_every_spelling_at_every_place),
        cmocka_unit_test(test_seeds__follows_the_letters_of_a_word),
        cmocka_unit_test(test_seeds__goes_on_behind_a_hit),
        cmocka_unit_test(test_seeds__rejects_pairs_that_are_out_of_step),
        cmocka_unit_test(test_seeds__misses_nothing_that_folding_brings_out),
        cmocka_unit_test(test_seeds__every_way_of_searching_finds_the_same),
        cmocka_unit_test(test_seeds__vector_walks_are_the_portable_ones),
        cmocka_unit_test(test_seeds__random_bytes_are_searched_safely),
        cmocka_unit_test(test_seeds__says_which_charsets_it_can_search),
        cmocka_unit_test(test_seeds__refuses_words_that_cannot_be_found),
        cmocka_unit_test(test_seeds__an_empty_set_finds_nothing),
        cmocka_unit_test(test_seeds__large_sets_miss_nothing),
        cmocka_unit_test(test_seeds__filter_lets_little_prose_pass),
    };
    return cmocka_run_group_tests(tests, open_seeds, close_seeds);
}
