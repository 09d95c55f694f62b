/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Tests of text/charset: every code of every charset against glibc's iconv, what is cut and what is
 * broken, the guess, mixed lines, the map, and the vector code against the portable one. */
#include "text/charset.h"

#include "../check.h"

#include <dirent.h>
#include <iconv.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/num.h"
#include "text/charset_priv.h"

/* Deterministic numbers (xorshift64*), so that a failure can be had again. */
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 2685821657736338717u;
}

/* Decodes into a fresh heap buffer; the caller ends it. */
static lj_buf decoded(text_charset charset, lj_slice src)
{
    lj_buf out;
    lj_buf_init(&out, NULL, 1 << 24);
    size_t used = text_to_utf8(charset, src, /* more= */ false, &out, NULL);
    assert_int_equal(used, src.len);
    assert_true(lj_buf_ok(&out));
    assert_true(lj_utf8_is_valid(lj_buf_slice(&out)));
    return out;
}

/* What iconv makes of one code; 0 when it rejects it. */
static size_t asked(iconv_t cd, const uint8_t *code, size_t len, uint8_t out[16])
{
    char *src = (char *)(uintptr_t)code;
    char *dst = (char *)out;
    size_t src_left = len;
    size_t dst_left = 16;
    iconv(cd, NULL, NULL, NULL, NULL);
    if (iconv(cd, &src, &src_left, &dst, &dst_left) == (size_t)-1 || src_left > 0 ||
        iconv(cd, NULL, NULL, &dst, &dst_left) == (size_t)-1) {
        return 0;
    }
    return 16 - dst_left;
}

static void check_code(text_charset charset, const uint8_t *code, size_t len, const uint8_t *wanted,
                       size_t wanted_len)
{
    lj_buf out = decoded(charset, lj_slice_of(code, len));
    if (!lj_slice_is(lj_buf_slice(&out), lj_slice_of(wanted, wanted_len))) {
        fail_msg("%s %02X%02X: not what iconv gives", text_charset_name(charset), code[0],
                 len > 1 ? code[1] : 0);
    }
    lj_buf_done(&out);
}

static void test_charset__gb18030_pairs_are_those_of_iconv(void **state)
{
    (void)state;
    iconv_t cd = iconv_open("UTF-8", "GB18030");
    assert_true(cd != (iconv_t)-1);
    size_t count = 0;
    for (unsigned lead = 0x81; lead <= 0xFE; lead++) {
        for (unsigned trail = 0x40; trail <= 0xFE; trail++) {
            uint8_t code[2] = {(uint8_t)lead, (uint8_t)trail};
            uint8_t wanted[16] = {0xEF, 0xBF, 0xBD};
            size_t len = trail != 0x7F ? asked(cd, code, 2, wanted) : 0;
            if (trail != 0x7F) {
                check_code(TEXT_GB18030, code, 2, wanted, len > 0 ? len : 3);
                count += len > 0;
            }
        }
    }
    assert_in_range(count, 23000, 23940);
    iconv_close(cd);
}

static void test_charset__gb18030_four_byte_codes_are_those_of_iconv(void **state)
{
    (void)state;
    iconv_t cd = iconv_open("UTF-8", "GB18030");
    size_t count = 0;
    /* All of the BMP, then every 61st code up to and beyond U+10FFFF. */
    for (uint32_t i = 0; i < 126 * 12600; i += i < 4 * 12600 ? 1 : 61) {
        uint8_t code[4] = {(uint8_t)(0x81 + i / 12600), (uint8_t)(0x30 + i / 1260 % 10),
                           (uint8_t)(0x81 + i / 10 % 126), (uint8_t)(0x30 + i % 10)};
        uint8_t wanted[16] = {0xEF, 0xBF, 0xBD};
        size_t len = asked(cd, code, 4, wanted);
        check_code(TEXT_GB18030, code, 4, wanted, len > 0 ? len : 3);
        count += len > 0;
    }
    assert_in_range(count, 50000, 60000);
    iconv_close(cd);
}

static void test_charset__big5_pairs_are_those_of_iconv(void **state)
{
    (void)state;
    iconv_t hkscs = iconv_open("UTF-8", "BIG5-HKSCS");
    iconv_t plain = iconv_open("UTF-8", "BIG5");
    assert_true(hkscs != (iconv_t)-1 && plain != (iconv_t)-1);
    size_t count = 0;
    size_t only_plain = 0;
    for (unsigned lead = 0x81; lead <= 0xFE; lead++) {
        for (unsigned trail = 0x40; trail <= 0xFE; trail++) {
            uint8_t code[2] = {(uint8_t)lead, (uint8_t)trail};
            uint8_t wanted[16] = {0xEF, 0xBF, 0xBD};
            if (trail > 0x7E && trail < 0xA1) {
                continue;
            }
            size_t len = asked(hkscs, code, 2, wanted);
            if (len == 0) {
                len = asked(plain, code, 2, wanted);
                /* Private use: U+E000 to U+F8FF is EE 80 80 to EF A3 BF. */
                bool private_use =
                    len == 3 && (wanted[0] == 0xEE || (wanted[0] == 0xEF && wanted[1] < 0xA4));
                len = private_use ? 0 : len;
                only_plain += len > 0;
            }
            if (len == 0) {
                memcpy(wanted, "\xEF\xBF\xBD", 3);
            }
            check_code(TEXT_BIG5, code, 2, wanted, len > 0 ? len : 3);
            count += len > 0;
        }
    }
    assert_in_range(count, 18000, 19000);
    assert_in_range(only_plain, 5, 20);
    iconv_close(hkscs);
    iconv_close(plain);
}

static void test_charset__hz_utf7_and_iso2022_letters_are_those_of_iconv(void **state)
{
    (void)state;
    iconv_t cd = iconv_open("UTF-8", "GB2312");
    size_t count = 0;
    for (unsigned row = 0x21; row <= 0x77; row++) {
        for (unsigned cell = 0x21; cell <= 0x7E; cell++) {
            uint8_t code[2] = {(uint8_t)(row | 0x80), (uint8_t)(cell | 0x80)};
            uint8_t wanted[17] = {0};
            size_t len = asked(cd, code, 2, wanted);
            /* GB 18030 has other code points for two signs of GB 2312: · and — */
            if (len == 0 || (row == 0x21 && (cell == 0x24 || cell == 0x2A))) {
                continue;
            }
            char hz[16];
            char iso[16];
            snprintf(hz, sizeof(hz), "~{%c%c~}", (int)row, (int)cell);
            snprintf(iso, sizeof(iso), "\x1B$)A\x0E%c%c\x0F", (int)row, (int)cell);
            lj_buf out = decoded(TEXT_HZ, lj_cstr_bytes(hz));
            CHECK_ROW_TEXT(hz, out.ptr, out.len, (const char *)wanted);
            lj_buf_done(&out);
            out = decoded(TEXT_ISO2022CN, lj_cstr_bytes(iso));
            CHECK_ROW_TEXT("iso-2022-cn", out.ptr, out.len, (const char *)wanted);
            lj_buf_done(&out);
            count++;
        }
    }
    assert_in_range(count, 7000, 7500);
    iconv_close(cd);
}

/* A text of code points from all planes, as UTF-32LE. */
static void test_charset__wide_forms_are_those_of_iconv(void **state)
{
    (void)state;
    static const struct {
        text_charset charset;
        const char *name;
    } rows[] = {
        {TEXT_UTF16LE, "UTF-16LE"},
        {TEXT_UTF16BE, "UTF-16BE"},
        {TEXT_UTF32LE, "UTF-32LE"},
        {TEXT_UTF32BE, "UTF-32BE"},
        {TEXT_UTF7,    "UTF-7"   },
        {TEXT_GB18030, "GB18030" }
    };
    lj_buf text;
    lj_buf_init(&text, NULL, 1 << 24);
    for (uint32_t i = 1; i < 0x110000; i += i < 0x10000 ? 1 : 17) {
        if ((i < 0xD800 || i > 0xDFFF) && (i < 0xE000 || i > 0xF8FF)) {
            lj_buf_put_utf8(&text, i);
            if (i % 64 == 0) {
                lj_buf_put_u8(&text, '\n');
            }
        }
    }
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        iconv_t cd = iconv_open(rows[i].name, "UTF-8");
        size_t cap = text.len * 6;
        char *dst_begin = malloc(cap);
        char *src = (char *)text.ptr;
        char *dst = dst_begin;
        size_t src_left = text.len;
        size_t dst_left = cap;
        assert_true(cd != (iconv_t)-1 && dst != NULL);
        assert_true(iconv(cd, &src, &src_left, &dst, &dst_left) != (size_t)-1);
        assert_true(iconv(cd, NULL, NULL, &dst, &dst_left) != (size_t)-1);
        lj_buf out = decoded(rows[i].charset, lj_slice_of(dst_begin, cap - dst_left));
        if (!lj_slice_is(lj_buf_slice(&out), lj_buf_slice(&text))) {
            size_t at = 0;
            while (at < out.len && at < text.len && out.ptr[at] == text.ptr[at]) {
                at++;
            }
            fail_msg("%s differs at byte %zu of %zu", rows[i].name, at, text.len);
        }
        lj_buf_done(&out);
        iconv_close(cd);
        free(dst_begin);
    }
    lj_buf_done(&text);
}

static void test_charset__decodes_each_form(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        text_charset charset;
        const char *src;
        size_t len;
        const char *wanted;
    } rows[] = {
        {"GBK mark",                      TEXT_GB18030,
         "\xBB\xFA\xC3\xDC\xA1\xEF"
         "10\xC4\xEA",                                                                    10, "机密★10年"          },
        {"GBK white star",                TEXT_GB18030,   "\xA1\xEE",                     2,  "☆"                     },
        {"euro sign of code page 936",    TEXT_GB18030,   "\x80",                         1,  "€"                     },
        {"lead, then ASCII",              TEXT_GB18030,   "\xC3 a",                       3,  "\uFFFD a"                },
        {"lead, then DEL",                TEXT_GB18030,   "\xC3\x7F",                     2,  "\uFFFD\x7F"              },
        {"lead, then FF",                 TEXT_GB18030,   "\xC3\xFF",                     2,  "\uFFFD\uFFFD"            },
        {"FF alone",                      TEXT_GB18030,
         "\xFF"
         "a",                                                                             2,
         "\uFFFD"
         "a"                                                                                                            },
        {"half a four-byte code",         TEXT_GB18030,
         "\x81"
         "0a",                                                                            3,
         "\uFFFD"
         "0a"                                                                                                           },
        {"three of four, then ASCII",     TEXT_GB18030,
         "\x81"
         "0\x81"
         "a",                                                                             4,
         "\uFFFD"
         "0\u4E64"                                                                                                      },
        {"cut lead at the end",           TEXT_GB18030,   "a\xC3",                        2,  "a\uFFFD"                 },
        {"cut four-byte code at the end", TEXT_GB18030,
         "\x81"
         "0\x81",                                                                         3,
         "\uFFFD"
         "0\uFFFD"                                                                                                      },
        {"four bytes beyond Unicode",     TEXT_GB18030,
         "\xFE"
         "9\xFE"
         "9",                                                                             4,  "\uFFFD"                  },
        {"Big5 star",                     TEXT_BIG5,      "\xBE\xF7\xB1\x4B\xA1\xB9",     6,  "機密★"               },
        {"Big5 of two code points",       TEXT_BIG5,      "\x88\x62",                     2,  "\u00CA\u0304"            },
        {"the same before other text",    TEXT_BIG5,      "\x88\x62-------------------",  21,
         "\u00CA\u0304-------------------"                                                                              },
        {"second ten of Big5",            TEXT_BIG5,      "\xA2\xCC",                     2,  "十"                     },
        {"Big5 lead, then ASCII",         TEXT_BIG5,      "\xBE!",                        2,  "\uFFFD!"                 },
        {"UTF-16LE",                      TEXT_UTF16LE,   "\x3A\x67\xC6\x5B\x05\x26",     6,  "机密★"               },
        {"UTF-16BE pair",                 TEXT_UTF16BE,   "\xD8\x3C\xDF\x1F",             4,  "\U0001F31F"              },
        {"UTF-16 lone high",              TEXT_UTF16BE,   "\xD8\x3C\x00\x61",             4,
         "\uFFFD"
         "a"                                                                                                            },
        {"UTF-16 lone low",               TEXT_UTF16BE,   "\xDC\x3C\x00\x61",             4,
         "\uFFFD"
         "a"                                                                                                            },
        {"UTF-16 odd byte",               TEXT_UTF16LE,   "a\0b",                         3,  "a\uFFFD"                 },
        {"UTF-32LE",                      TEXT_UTF32LE,   "\x3A\x67\0\0",                 4,  "机"                     },
        {"UTF-32 surrogate",              TEXT_UTF32LE,   "\x00\xD8\0\0",                 4,  "\uFFFD"                  },
        {"UTF-32 too large",              TEXT_UTF32BE,   "\x00\x11\0\0",                 4,  "\uFFFD"                  },
        {"UTF-7 of T03",                  TEXT_UTF7,      "+ZzpbxiYF-",                   10, "机密★"               },
        {"UTF-7 plus",                    TEXT_UTF7,      "1+-1",                         4,  "1+1"                     },
        {"UTF-7 without end",             TEXT_UTF7,      "+ZzpbxiYF",                    9,  "机密★"               },
        {"UTF-7 that is none",            TEXT_UTF7,      "a+b=c",                        5,  "a+b=c"                   },
        {"UTF-7 surrogates",              TEXT_UTF7,      "+2DzfHw-",                     8,  "\U0001F31F"              },
        {"HZ",                            TEXT_HZ,        "a~{;zC\\~}b",                  10, "a机密b"                },
        {"HZ tilde",                      TEXT_HZ,        "~~",                           2,  "~"                       },
        {"HZ joined lines",               TEXT_HZ,        "a~\nb",                        4,  "ab"                      },
        {"HZ ended by the line",          TEXT_HZ,        "~{;z\nab",                     7,  "机\nab"                 },
        {"HZ that is none",               TEXT_HZ,        "~{a b}",                       6,  "~{a b}"                  },
        {"ISO-2022-CN",                   TEXT_ISO2022CN,
         "\x1B$)A\x0E;zC\\\x0F"
         "a",                                                                             11, "机密a"                 },
        {"ISO-2022-CN ended by the line", TEXT_ISO2022CN, "\x1B$)A\x0E;z\n;z",            10, "机\n;z"                 },
        {"GB 2312 as G0",                 TEXT_ISO2022CN, "\x1B$A;zC\\\x1B(Ba",           11, "机密a"                 },
        {"Windows-1252",                  TEXT_LATIN1,    "caf\xE9\x80\x93",              6,  "café€“"             },
        {"UTF-8 with a stray byte",       TEXT_UTF8,      "\xE6\x9C\xBA\xFF\xE5\xAF\x86", 7,  "机\uFFFD密"            },
        {"UTF-8 cut inside",              TEXT_UTF8,
         "\xE6\x9C"
         "a",                                                                             3,
         "\uFFFD"
         "a"                                                                                                            },
        {"UTF-8 overlong slash",          TEXT_UTF8,      "\xC0\xAF",                     2,  "\uFFFD\uFFFD"            },
        {"UTF-8 surrogate",               TEXT_UTF8,      "\xED\xA0\x80",                 3,  "\uFFFD\uFFFD\uFFFD"      },
        {"UTF-8 too large",               TEXT_UTF8,      "\xF4\x90\x80\x80",             4,  "\uFFFD\uFFFD\uFFFD\uFFFD"},
        {"UTF-8 cut at the end",          TEXT_UTF8,      "a\xE6\x9C",                    3,  "a\uFFFD"                 },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        lj_buf out = decoded(rows[i].charset, lj_slice_of(rows[i].src, rows[i].len));
        CHECK_ROW_TEXT(rows[i].name, out.ptr, out.len, rows[i].wanted);
        lj_buf_done(&out);
    }
}

/* Source texts for the tests below: a mark, prose and ASCII in each charset. */
static lj_buf sample_in(const char *charset)
{
    static const char prose[] = "机密★10年\n各有关单位：现将通知印发给你们，请认真贯彻执行。ABC "
                                "123\n第二行：内部事项，注意保管。\n";
    static const char prose_big5[] = "機密★10年\n各有關單位：現將通知印發給你們，請認真貫徹執行。AB"
                                     "C 123\n第二行：內部事項，注意保管。\n";
    bool big5 = strncmp(charset, "BIG5", 4) == 0;
    lj_slice text = lj_cstr_bytes(big5 ? prose_big5 : prose);
    lj_buf out;
    lj_buf_init(&out, NULL, 1 << 20);
    uint8_t *room = lj_buf_room(&out, 4096);
    char *src = (char *)(uintptr_t)text.ptr;
    char *dst = (char *)room;
    size_t src_left = text.len;
    size_t dst_left = 4096;
    iconv_t cd = iconv_open(charset, "UTF-8");
    assert_true(cd != (iconv_t)-1 && room != NULL);
    assert_true(iconv(cd, &src, &src_left, &dst, &dst_left) != (size_t)-1);
    assert_true(iconv(cd, NULL, NULL, &dst, &dst_left) != (size_t)-1);
    out.len = 4096 - dst_left;
    iconv_close(cd);
    return out;
}

static const struct {
    text_charset charset;
    const char *iconv_name;
} sample_rows[] = {
    {TEXT_UTF8,      "UTF-8"      },
    {TEXT_GB18030,   "GB18030"    },
    {TEXT_BIG5,      "BIG5"       },
    {TEXT_UTF16LE,   "UTF-16LE"   },
    {TEXT_UTF16BE,   "UTF-16BE"   },
    {TEXT_UTF32LE,   "UTF-32LE"   },
    {TEXT_UTF32BE,   "UTF-32BE"   },
    {TEXT_UTF7,      "UTF-7"      },
    {TEXT_ISO2022CN, "ISO-2022-CN"},
};

static void test_charset__a_piece_cut_anywhere_joins_to_the_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < LJ_COUNT_OF(sample_rows); i++) {
        lj_buf src = sample_in(sample_rows[i].iconv_name);
        lj_buf whole = decoded(sample_rows[i].charset, lj_buf_slice(&src));
        for (size_t cut = 0; cut <= src.len; cut++) {
            /* The exact size, so that a read past the end is seen by the sanitizer. */
            uint8_t *part = malloc(cut > 0 ? cut : 1);
            lj_buf out;
            assert_non_null(part);
            memcpy(part, src.ptr, cut);
            lj_buf_init(&out, NULL, 1 << 16);
            size_t used = text_to_utf8(sample_rows[i].charset, lj_slice_of(part, cut),
                                       /* more= */ true, &out, NULL);
            bool shifts =
                sample_rows[i].charset == TEXT_UTF7 || sample_rows[i].charset == TEXT_ISO2022CN;
            assert_true(used <= cut && (shifts || cut - used < 4));
            /* A seven-bit run that begins the piece must be used to get on at all; then its letters
             * may differ. */
            if (!shifts || used < cut) {
                text_to_utf8(sample_rows[i].charset,
                             lj_slice_part(lj_buf_slice(&src), used, src.len - used), false, &out,
                             NULL);
                if (!lj_slice_is(lj_buf_slice(&out), lj_buf_slice(&whole))) {
                    fail_msg("%s cut at %zu of %zu differs", sample_rows[i].iconv_name, cut,
                             src.len);
                }
            }
            lj_buf_done(&out);
            free(part);
        }
        lj_buf_done(&whole);
        lj_buf_done(&src);
    }
}

static void test_charset__map_gives_the_source_of_every_character(void **state)
{
    (void)state;
    for (size_t i = 0; i < LJ_COUNT_OF(sample_rows); i++) {
        lj_buf src = sample_in(sample_rows[i].iconv_name);
        lj_buf out;
        lj_buf rows;
        lj_buf_init(&out, NULL, 1 << 16);
        lj_buf_init(&rows, NULL, 1 << 16);
        lj_buf_put_cstr(&out, "before"); /* text_at counts from the length at entry */
        text_to_utf8(sample_rows[i].charset, lj_buf_slice(&src), false, &out, &rows);
        lj_str text = {(const char *)out.ptr + 6, out.len - 6};
        size_t count = rows.len / sizeof(text_map_row);
        const text_map_row *map = (const text_map_row *)(const void *)rows.ptr;
        assert_true(count > 0 && map[0].text_at == 0);
        for (size_t k = 1; k < count; k++) {
            assert_true(map[k].text_at > map[k - 1].text_at &&
                        map[k].src_off >= map[k - 1].src_off);
        }
        size_t last = 0;
        for (size_t at = 0; at < text.len; at++) {
            size_t off = text_map_lookup(map, count, text, at);
            bool begins = ((uint8_t)text.ptr[at] & 0xC0) != 0x80;
            assert_true(off < src.len);
            if (begins && sample_rows[i].charset != TEXT_UTF7 &&
                sample_rows[i].charset != TEXT_ISO2022CN) {
                /* Decoding from there gives the same character. */
                uint32_t code_point = 0;
                uint32_t wanted = 0;
                assert_true(charset_step(sample_rows[i].charset,
                                         lj_slice_part(lj_buf_slice(&src), off, 4),
                                         &code_point) > 0);
                assert_true(charset_step(TEXT_UTF8,
                                         lj_slice_part(lj_slice_of(text.ptr, text.len), at, 4),
                                         &wanted) > 0);
                CHECK_ROW(sample_rows[i].iconv_name, code_point, wanted);
            }
            assert_true(begins ? at == 0 || off > last : off == last);
            last = off;
        }
        assert_true(text_map_lookup(map, count, text, text.len) == SIZE_MAX);
        if (sample_rows[i].charset == TEXT_UTF8) {
            assert_int_equal(count, 1);
        }
        lj_buf_done(&out);
        lj_buf_done(&rows);
        lj_buf_done(&src);
    }
}

static void test_charset__stops_at_every_ceiling(void **state)
{
    (void)state;
    for (size_t i = 0; i < LJ_COUNT_OF(sample_rows); i++) {
        lj_buf src = sample_in(sample_rows[i].iconv_name);
        lj_buf whole = decoded(sample_rows[i].charset, lj_buf_slice(&src));
        for (size_t max = 0; max <= whole.len; max++) {
            lj_buf out;
            lj_buf rows;
            lj_buf_init(&out, NULL, max);
            lj_buf_init(&rows, NULL, 1 << 16);
            size_t used = text_to_utf8(sample_rows[i].charset, lj_buf_slice(&src), false, &out,
                                       max % 2 == 0 ? &rows : NULL);
            assert_true(out.len <= max);
            assert_int_equal(lj_buf_ok(&out), max == whole.len);
            assert_true(used <= src.len &&
                        memcmp(out.ptr != NULL ? out.ptr : whole.ptr, whole.ptr, out.len) == 0);
            lj_buf_done(&out);
            lj_buf_done(&rows);
        }
        lj_buf_done(&whole);
        lj_buf_done(&src);
    }
}

static void test_charset__random_bytes_give_valid_utf8(void **state)
{
    (void)state;
    uint64_t seed = 20261123;
    for (int round = 0; round < 4000; round++) {
        uint8_t bytes[257];
        size_t len = next_random(&seed) % sizeof(bytes);
        bool ascii = next_random(&seed) % 3 == 0;
        for (size_t i = 0; i < len; i++) {
            static const uint8_t spice[] = "~{}+-\x1B$)A\x0E\x0F\n0918";
            uint64_t value = next_random(&seed);
            bytes[i] = value % 5 == 0 ? spice[value / 5 % (sizeof(spice) - 1)]
                                      : (uint8_t)(value >> 24 & (ascii ? 0x7F : 0xFF));
        }
        uint8_t *exact = malloc(len > 0 ? len : 1);
        assert_non_null(exact);
        memcpy(exact, bytes, len);
        lj_slice src = lj_slice_of(exact, len);
        size_t bom = 0;
        for (int i = 0; i < TEXT_CHARSET_COUNT; i++) {
            lj_buf out = decoded((text_charset)i, src);
            text_plausible(lj_buf_str(&out));
            lj_buf rows;
            lj_buf_clear(&out);
            lj_buf_init(&rows, NULL, 1 << 16);
            size_t used = text_to_utf8((text_charset)i, src, /* more= */ true, &out, &rows);
            assert_true(used <= len && lj_utf8_is_valid(lj_buf_slice(&out)));
            assert_true(used > 0 || len < 4);
            lj_buf_done(&out);
            lj_buf_done(&rows);
        }
        lj_buf out;
        lj_buf rows;
        lj_buf_init(&out, NULL, 1 << 16);
        lj_buf_init(&rows, NULL, 1 << 16);
        assert_int_equal(text_lines_to_utf8(TEXT_GB18030, src, false, &out, &rows), len);
        assert_true(lj_utf8_is_valid(lj_buf_slice(&out)));
        size_t used = text_lines_to_utf8(TEXT_UTF8, src, true, &out, NULL);
        assert_true(used <= len && (used > 0 || len < 4));
        lj_buf_done(&out);
        lj_buf_done(&rows);
        text_charset_guess(src, TEXT_CHARSET_NONE, &bom);
        assert_true(bom <= len);
        free(exact);
    }
}

static void test_charset__vector_validation_is_the_portable_one(void **state)
{
    (void)state;
    static const text_vector vectors[] = {TEXT_VECTOR_NONE, TEXT_VECTOR_SSSE3, TEXT_VECTOR_AVX2};
    static const char *const parts[] = {
        "a", "zz", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xE5\xAF\x86", "\xED\x9F\xBF",
        "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF",
        "0123456789abcdefghijklmnopqrstuvwxyz",
        /* from here on broken */
        "\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "\xE5\xAF", "\xF0\x90\x80", "\xC2"};
    uint64_t seed = 7;
    if (text_vector_best() != TEXT_VECTOR_AVX2) {
        print_message("skipped: 1 processor without AVX2\n");
        return;
    }
    for (int round = 0; round < 60000; round++) {
        uint8_t bytes[512];
        size_t len = 0;
        size_t want = next_random(&seed) % 300;
        while (len < want) {
            uint64_t value = next_random(&seed);
            const char *part =
                parts[value % (round % 2 == 0 && value % 97 != 0 ? 11 : LJ_COUNT_OF(parts))];
            memcpy(bytes + len, part, strlen(part));
            len += strlen(part);
        }
        lj_slice text = lj_slice_of(bytes, len);
        size_t portable = 0;
        for (size_t step = 1; portable < len && step > 0;) {
            step = lj_utf8_step(lj_slice_part(text, portable, 4));
            portable += step;
        }
        size_t valid = 0;
        assert_int_equal(text_utf8_is_valid(text, &valid), portable == len);
        assert_int_equal(valid, portable);
        for (size_t i = 0; i < LJ_COUNT_OF(vectors); i++) {
            size_t prefix = charset_utf8_prefix(vectors[i], text);
            assert_true(prefix <= portable);
            assert_true(lj_utf8_is_valid(lj_slice_part(text, 0, prefix)));
            /* It must do the work, too: all whole blocks before the first fault. */
            assert_true(vectors[i] == TEXT_VECTOR_NONE || prefix + 67 >= portable);
        }
    }
}

static void test_charset__vector_validation_knows_every_pair_and_triple(void **state)
{
    (void)state;
    /* Each two bytes, and each lead with two continuations of interest, at each place of a block
     * border. */
    for (unsigned first = 0; first < 256; first++) {
        for (unsigned second = 0; second < 256; second++) {
            uint8_t bytes[128];
            memset(bytes, 'a', sizeof(bytes));
            size_t at = 62 + (first + second) % 3;
            bytes[at] = (uint8_t)first;
            bytes[at + 1] = (uint8_t)second;
            for (unsigned third = 0x7F; third <= 0xC0; third += third == 0x80 ? 0x3F : 1) {
                bytes[at + 2] = (uint8_t)third;
                for (unsigned fourth = 0x7F; fourth <= 0x80; fourth++) {
                    bytes[at + 3] = (uint8_t)fourth;
                    size_t valid = 0;
                    bool found = text_utf8_is_valid(lj_slice_of(bytes, sizeof(bytes)), &valid);
                    if (found != lj_utf8_is_valid(lj_slice_of(bytes, sizeof(bytes)))) {
                        fail_msg("%02X %02X %02X %02X at %zu", first, second, third, fourth, at);
                    }
                }
            }
        }
    }
}

static void test_charset__guesses_each_sample(void **state)
{
    (void)state;
    for (size_t i = 0; i < LJ_COUNT_OF(sample_rows); i++) {
        lj_buf src = sample_in(sample_rows[i].iconv_name);
        size_t bom = 99;
        text_charset found = text_charset_guess(lj_buf_slice(&src), TEXT_CHARSET_NONE, &bom);
        CHECK_ROW(sample_rows[i].iconv_name, found, sample_rows[i].charset);
        assert_int_equal(bom, 0);
        /* A wrong declaration loses (T23). */
        found = text_charset_guess(lj_buf_slice(&src), TEXT_LATIN1, &bom);
        CHECK_ROW(sample_rows[i].iconv_name, found, sample_rows[i].charset);
        found = text_charset_guess(lj_buf_slice(&src), i % 2 == 0 ? TEXT_BIG5 : TEXT_GB18030, &bom);
        CHECK_ROW(sample_rows[i].iconv_name, found, sample_rows[i].charset);
        lj_buf_done(&src);
    }
}

static void test_charset__guesses_short_and_marked_texts(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *src;
        size_t len;
        int declared;
        text_charset wanted;
        size_t bom;
    } rows[] = {
        {"nothing",                  "",                                                 0,  TEXT_CHARSET_COUNT, TEXT_UTF8,      0},
        {"ASCII",                    "hello, world",                                     12, TEXT_CHARSET_COUNT, TEXT_UTF8,      0},
        {"mark of UTF-8",
         "\xEF\xBB\xBF"
         "a",                                                                            4,  TEXT_CHARSET_COUNT, TEXT_UTF8,      3},
        {"mark of UTF-16LE",
         "\xFF\xFE"
         "a\0",                                                                          4,  TEXT_CHARSET_COUNT, TEXT_UTF16LE,   2},
        {"mark of UTF-16BE",         "\xFE\xFF\0a",                                      4,  TEXT_CHARSET_COUNT, TEXT_UTF16BE,   2},
        {"mark of UTF-32LE",         "\xFF\xFE\0\0a\0\0\0",                              8,  TEXT_CHARSET_COUNT, TEXT_UTF32LE,   4},
        {"mark of UTF-32BE",         "\0\0\xFE\xFF\0\0\0a",                              8,  TEXT_CHARSET_COUNT, TEXT_UTF32BE,   4},
        {"mark of GB18030",          "\x84\x31\x95\x33\xBB\xFA",                         6,  TEXT_CHARSET_COUNT, TEXT_GB18030,   4},
        {"English UTF-16LE",         "T\0o\0p\0 \0s\0e\0c\0r\0e\0t\0",                   20, TEXT_CHARSET_COUNT, TEXT_UTF16LE,
         0                                                                                                                        },
        {"English UTF-16BE",         "\0T\0o\0p\0 \0s\0e\0c\0r\0e\0t",                   20, TEXT_CHARSET_COUNT, TEXT_UTF16BE,
         0                                                                                                                        },
        {"Han UTF-16LE without NUL", "\x3A\x67\xC6\x5B\x05\x26\x87\x65\xF6\x4E",         10,
         TEXT_CHARSET_COUNT,                                                                                     TEXT_UTF16LE,   0},
        {"Han UTF-16BE without NUL", "\x67\x3A\x5B\xC6\x26\x05\x65\x87\x4E\xF6",         10,
         TEXT_CHARSET_COUNT,                                                                                     TEXT_UTF16BE,   0},
        {"mark in GBK",
         "\xBB\xFA\xC3\xDC\xA1\xEF"
         "10\xC4\xEA",                                                                   10, TEXT_CHARSET_COUNT, TEXT_GB18030,   0},
        {"level alone in GBK",       "\xBB\xFA\xC3\xDC",                                 4,  TEXT_CHARSET_COUNT, TEXT_GB18030,   0},
        {"mark in Big5",
         "\xBE\xF7\xB1\x4B\xA1\xB9"
         "10\xA6\x7E",                                                                   10, TEXT_CHARSET_COUNT, TEXT_BIG5,      0},
        {"level in Big5, declared",  "\xBE\xF7\xB1\x4B",                                 4,  TEXT_BIG5,          TEXT_BIG5,      0},
        {"UTF-8 cut at the end",     "\xE6\x9C\xBA\xE5\xAF",                             5,  TEXT_CHARSET_COUNT, TEXT_UTF8,      0},
        {"UTF-8 with a fault",
         "\xE6\x9C\xBA\xE5\xAF\x86\xFF\xE6\x96\x87\xE4\xBB\xB6\xE6\x9C\xBA\xE5\xAF\x86", 19,
         TEXT_GB18030,                                                                                           TEXT_UTF8,      0},
        {"French",                   "Le caf\xE9 est ferm\xE9 \xE0 midi.",               24, TEXT_CHARSET_COUNT, TEXT_LATIN1,    0},
        {"German",
         "F\xFCr \xDC"
         "bung und Spa\xDF",                                                             19, TEXT_CHARSET_COUNT, TEXT_LATIN1,    0},
        {"UTF-7 signature",          "Subject: +ZzpbxiYF-",                              19, TEXT_CHARSET_COUNT, TEXT_UTF7,      0},
        {"sum, not UTF-7",           "a+bcd-e and 1+1",                                  15, TEXT_CHARSET_COUNT, TEXT_UTF8,      0},
        {"HZ signature",             "a~{;zC\\~}",                                       9,  TEXT_CHARSET_COUNT, TEXT_HZ,        0},
        {"template, not HZ",         "x ~{ y } ~",                                       10, TEXT_CHARSET_COUNT, TEXT_UTF8,      0},
        {"ISO-2022-CN signature",    "\x1B$)A\x0E;zC\\\x0F",                             10, TEXT_CHARSET_COUNT, TEXT_ISO2022CN,
         0                                                                                                                        },
        {"terminal log",             "\x1B[31mred\x1B[0m",                               12, TEXT_CHARSET_COUNT, TEXT_UTF8,      0},
        {"two-byte letters in GBK",  "\xC4\xB3\xCF\xB5\xCD\xB3",                         6,  TEXT_GB18030,       TEXT_GB18030,   0},
        {"Cyrillic in UTF-8",        "\xD0\x9F\xD1\x80\xD0\xB8\xD0\xB2\xD0\xB5\xD1\x82", 12,
         TEXT_CHARSET_COUNT,                                                                                     TEXT_UTF8,      0},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        size_t bom = 99;
        text_charset found = text_charset_guess(lj_slice_of(rows[i].src, rows[i].len),
                                                (text_charset)rows[i].declared, &bom);
        if (found != rows[i].wanted) {
            fail_msg("row '%s': %s, wanted %s", rows[i].name, text_charset_name(found),
                     text_charset_name(rows[i].wanted));
        }
        CHECK_ROW(rows[i].name, bom, rows[i].bom);
    }
}

static void test_charset__lines_are_decided_one_by_one(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        text_charset base;
        const char *src;
        const char *wanted;
    } rows[] = {
        {"UTF-8, GBK, Big5, HZ, UTF-7, ISO-2022-CN",     TEXT_UTF8,
         "a 机密文件\nb \xBB\xFA\xC3\xDC\xCE\xC4\xBC\xFE\nc \xBE\xF7\xB1\x4B\xA4\xE5\xA5\xF3\nd "
         "~{;zC\\~}\ne +Zzpbxg-\nf \x1B$)A\x0E;zC\\\x0F\ng end",                                                     "a 机密文件\nb 机密文件\nc 機密文件\nd 机密\ne 机密\nf 机密\ng end"},
        {"tie goes to the base GB18030",                 TEXT_GB18030, "\xBB\xFA\xC3\xDC",                           "机密"                                                                             },
        {"tie goes to the base Big5",                    TEXT_BIG5,    "\xBE\xF7\xB1\x4B",                           "機密"                                                                             },
        {"a UTF-8 line cut by its writer",               TEXT_UTF8,    "机密文件的通知\xE6\x9C\n下一行\n",
         "机密文件的通知\uFFFD\n下一行\n"                                                                                                                                                       },
        {"two-byte letters of GBK that are valid UTF-8", TEXT_GB18030, "\xC4\xB3\xCF\xB5\xCD\xB3\n",
         "某系统\n"                                                                                                                                                                                    },
        {"the same bytes among UTF-8",                   TEXT_UTF8,    "\xC4\xB3\xCF\xB5\xCD\xB3\n",
         "\xC4\xB3\xCF\xB5\xCD\xB3\n"                                                                                                                                                                     },
        {"empty lines",                                  TEXT_UTF8,    "\n\n\xBB\xFA\xC3\xDC\xCE\xC4\xBC\xFE\n\n",   "\n\n机密文件\n\n"                                                               },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        lj_buf out;
        lj_buf map;
        lj_buf_init(&out, NULL, 1 << 16);
        lj_buf_init(&map, NULL, 1 << 16);
        lj_slice src = lj_cstr_bytes(rows[i].src);
        assert_int_equal(text_lines_to_utf8(rows[i].base, src, false, &out, &map), src.len);
        CHECK_ROW_TEXT(rows[i].name, out.ptr, out.len, rows[i].wanted);
        /* Every line begin maps to a line begin. */
        for (size_t at = 0; at < out.len; at++) {
            if (at == 0 || out.ptr[at - 1] == '\n') {
                size_t off = text_map_lookup((const text_map_row *)(const void *)map.ptr,
                                             map.len / sizeof(text_map_row), lj_buf_str(&out), at);
                assert_true(off == 0 || (off < src.len &&
                                         (src.ptr[off - 1] == '\n' || src.ptr[off - 1] == '{' ||
                                          src.ptr[off - 1] == '+' || src.ptr[off - 1] == 0x0E)));
            }
        }
        /* In pieces of any size the same comes out. */
        for (size_t piece = 24; piece < src.len; piece++) {
            lj_buf_clear(&out);
            for (size_t at = 0; at < src.len;) {
                lj_slice part = lj_slice_part(src, at, piece);
                size_t used =
                    text_lines_to_utf8(rows[i].base, part, at + part.len < src.len, &out, NULL);
                assert_true(used > 0);
                at += used;
            }
            CHECK_ROW_TEXT(rows[i].name, out.ptr, out.len, rows[i].wanted);
        }
        lj_buf_done(&out);
        lj_buf_done(&map);
    }
}

static void test_charset__names_are_looked_up_without_case(void **state)
{
    (void)state;
    static const struct {
        const char *label;
        int wanted;
    } rows[] = {
        {"utf-8",        TEXT_UTF8         },
        {"UTF8",         TEXT_UTF8         },
        {" GB2312 ",     TEXT_GB18030      },
        {"\"gbk\"",      TEXT_GB18030      },
        {"GB18030",      TEXT_GB18030      },
        {"Big5-HKSCS",   TEXT_BIG5         },
        {"cp950",        TEXT_BIG5         },
        {"UTF-16",       TEXT_UTF16LE      },
        {"utf-16be",     TEXT_UTF16BE      },
        {"hz-gb-2312",   TEXT_HZ           },
        {"utf-7",        TEXT_UTF7         },
        {"iso-2022-cn",  TEXT_ISO2022CN    },
        {"ISO-8859-1",   TEXT_LATIN1       },
        {"windows-1252", TEXT_LATIN1       },
        {"klingon",      TEXT_CHARSET_COUNT},
        {"",             TEXT_CHARSET_COUNT},
        {"utf",          TEXT_CHARSET_COUNT},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        text_charset found = TEXT_LATIN1;
        bool known = text_charset_lookup(lj_cstr_bytes(rows[i].label), &found);
        CHECK_ROW(rows[i].label, known ? (int)found : TEXT_CHARSET_COUNT, rows[i].wanted);
    }
    for (int i = 0; i < TEXT_CHARSET_COUNT; i++) {
        text_charset found = TEXT_LATIN1;
        assert_true(text_charset_lookup(lj_cstr_bytes(text_charset_name((text_charset)i)), &found));
        assert_int_equal(found, i);
    }
    assert_string_equal(text_charset_name((text_charset)TEXT_CHARSET_COUNT), "unknown");
}

static void test_charset__plausible_tells_prose_from_noise(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t low, high;
    } rows[] = {
        {"现将有关文件印发给你们，请认真贯彻执行。", 850, 1000},
        {"現將有關文件印發給你們，請認真貫徹執行。", 850, 1000},
        {"The quick brown fox jumps over it.",                           750, 1000},
        {"鏈哄瘑鏂囦欢鐨勯€氱煡",                            0,   500 }, /* UTF-8 read as GBK */
        {"\uFFFD\uFFFD\uFFFD\x01\x02",                                   0,   0   },
        {"\uE001\uE002\uE003",                                           0,   0   },
        {"",                                                             0,   0   },
        {"{}<>=;|&%$#@!^~`",                                             200, 500 },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        uint32_t found = text_plausible(lj_cstr_str(rows[i].text));
        if (found < rows[i].low || found > rows[i].high) {
            fail_msg("row '%s': %u, wanted %u to %u", rows[i].text, found, rows[i].low,
                     rows[i].high);
        }
    }
}

/* Every law text in GB18030 is recognised and decodes to what iconv gives, whole and from any
 * window of it. */
static void test_charset__corpus_texts_in_gb18030_are_recognised(void **state)
{
    (void)state;
    char folder[512];
    const char *corpus = getenv("LIJIAN_CORPUS");
    snprintf(folder, sizeof(folder), "%s/law/txt-gb18030",
             corpus != NULL ? corpus : "../shared/corpus");
    DIR *dir = opendir(folder);
    if (dir == NULL) {
        print_message("skipped: 1 folder of the corpus is missing\n");
        return;
    }
    size_t count = 0;
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        char path[1024];
        uint8_t *bytes = malloc(1 << 20);
        snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        FILE *in = entry->d_name[0] != '.' ? fopen(path, "r") : NULL;
        assert_non_null(bytes);
        if (in != NULL) {
            size_t len = fread(bytes, 1, 1 << 20, in);
            size_t bom = 0;
            fclose(in);
            assert_int_equal(text_charset_guess(lj_slice_of(bytes, len), TEXT_CHARSET_NONE, &bom),
                             TEXT_GB18030);
            lj_buf out = decoded(TEXT_GB18030, lj_slice_of(bytes, len));
            iconv_t cd = iconv_open("UTF-8", "GB18030");
            char *wanted = malloc(2 * len);
            char *src = (char *)bytes;
            char *dst = wanted;
            size_t src_left = len;
            size_t dst_left = 2 * len;
            assert_true(iconv(cd, &src, &src_left, &dst, &dst_left) != (size_t)-1);
            assert_true(lj_slice_is(lj_buf_slice(&out), lj_slice_of(wanted, 2 * len - dst_left)));
            iconv_close(cd);
            free(wanted);
            lj_buf_done(&out);
            lj_buf_init(&out, NULL, 1 << 22);
            assert_int_equal(
                text_lines_to_utf8(TEXT_GB18030, lj_slice_of(bytes, len), false, &out, NULL), len);
            assert_true(text_plausible(lj_buf_str(&out)) > 800);
            lj_buf_done(&out);
            count++;
        }
        free(bytes);
    }
    closedir(dir);
    print_message("%zu files of the corpus\n", count);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_charset__gb18030_pairs_are_those_of_iconv),
        cmocka_unit_test(test_charset__gb18030_four_byte_codes_are_those_of_iconv),
        cmocka_unit_test(test_charset__big5_pairs_are_those_of_iconv),
        cmocka_unit_test(test_charset__hz_utf7_and_iso2022_letters_are_those_of_iconv),
        cmocka_unit_test(test_charset__wide_forms_are_those_of_iconv),
        cmocka_unit_test(test_charset__decodes_each_form),
        cmocka_unit_test(test_charset__a_piece_cut_anywhere_joins_to_the_whole),
        cmocka_unit_test(test_charset__map_gives_the_source_of_every_character),
        cmocka_unit_test(test_charset__stops_at_every_ceiling),
        cmocka_unit_test(test_charset__random_bytes_give_valid_utf8),
        cmocka_unit_test(test_charset__vector_validation_is_the_portable_one),
        cmocka_unit_test(test_charset__vector_validation_knows_every_pair_and_triple),
        cmocka_unit_test(test_charset__guesses_each_sample),
        cmocka_unit_test(test_charset__guesses_short_and_marked_texts),
        cmocka_unit_test(test_charset__lines_are_decided_one_by_one),
        cmocka_unit_test(test_charset__names_are_looked_up_without_case),
        cmocka_unit_test(test_charset__plausible_tells_prose_from_noise),
        cmocka_unit_test(test_charset__corpus_texts_in_gb18030_are_recognised),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
