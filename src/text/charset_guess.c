/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Which charset? And: how much does this text look like something a person wrote?
 *
 * Order of the guess, each step only when the one before did not decide:
 *   1. byte order mark (UTF-8, UTF-16, UTF-32, UTF-7's "+/v8", GB 18030's 84 31 95 33);
 *   2. seven-bit text: signature of ISO-2022-CN, HZ, UTF-7, else UTF-8;
 *   3. UTF-32: every fourth byte 0 and its neighbour at most 0x10;
 *   4. with NUL bytes: UTF-16 in the byte order whose letters are plausible;
 *   5. strictly valid UTF-8 (the last sequence may be cut off by the end of the sample);
 *   6. the best score of GB18030, Big5, UTF-8 with faults, UTF-16 without a single NUL (Han only)
 * and Windows-1252.
 *
 * The score of a decoding is the mean weight of its letters. A weight says how often people write
 * the letter: frequent Han, daily Han (level 1 of GB 2312 or Big5), others, and penalties for what
 * no text holds. GB18030 read as Big5 and the other way round gives letters all over the tables, a
 * mean near 300, against 800 and more for the right one; no pair statistics are needed from four
 * letters on. For fewer the declared charset, or the caller's base, stands. */
#include "text/charset_priv.h"

#include "base/json.h"
#include "base/num.h"

enum {
    SCORE_CHARS = 3000,    /* characters that decide; more do not change a mean */
    SCORE_BYTES = 1 << 20, /* bytes looked through for them */
    GOOD_UTF16 = 600,
    GOOD_ANY = 150, /* below this the letters fit no charset */
};

/* Code points above the BMP and outside the rows below: nothing to say. */
typedef struct weight_row {
    uint32_t first, last;
    int32_t weight;
} weight_row;

static const weight_row weights[] = {
    {0x0000, 0x0008, -1000},
    {0x0009, 0x000A, 700  },
    {0x000B, 0x000B, -1000},
    {0x000C, 0x000D, 700  },
    {0x000E, 0x001A, -1000},
    {0x001B, 0x001B, 0    }, /* ESC of terminal logs */
    {0x001C, 0x001F, -1000},
    {0x0020, 0x007E, 700  },
    {0x007F, 0x009F, -1000},
    {0x00A0, 0x00BF, 400  },
    {0x00C0, 0x024F, 450  },
    {0x0250, 0x02FF, -100 },
    {0x0300, 0x036F, -100 },
    {0x0370, 0x03FF, 200  },
    {0x0400, 0x045F, 300  },
    {0x0460, 0x06FF, 0    },
    {0x0700, 0x1FFF, -200 },
    {0x2000, 0x200F, 100  },
    {0x2010, 0x2027, 700  },
    {0x2028, 0x20FF, 200  },
    {0x2100, 0x22FF, 300  },
    {0x2300, 0x24FF, 300  },
    {0x2500, 0x266F, 400  },
    {0x2670, 0x2DFF, 100  },
    {0x2E00, 0x2FFF, 0    },
    {0x3000, 0x301F, 900  },
    {0x3020, 0x30FF, 300  },
    {0x3100, 0x33FF, 100  },
    {0x3400, 0x4DBF, -100 },
    {0xA000, 0xABFF, -300 },
    {0xAC00, 0xD7A3, 150  },
    {0xD7A4, 0xDFFF, -1000},
    {0xE000, 0xF8FF, -500 },
    {0xF900, 0xFDFF, -100 },
    {0xFE00, 0xFEFE, 100  },
    {0xFEFF, 0xFEFF, 300  },
    {0xFF00, 0xFF5E, 900  },
    {0xFF5F, 0xFFEF, 0    },
    {0xFFF0, 0xFFFF, -1000},
};

static int32_t weight_of(uint32_t code_point)
{
    static const int32_t han[4] = {-100, 250, 750, 1000};
    if (code_point >= 0x20 && code_point < 0x7F) {
        return 700;
    }
    if (code_point >= 0x4E00 && code_point < 0xA000) {
        return han[charset_han_class[code_point / 4] >> (code_point % 4 * 2) & 3];
    }
    if ((code_point >= 0x3000 && code_point < 0x3020) ||
        (code_point >= 0xFF00 && code_point < 0xFF5F)) {
        return 900;
    }
    if (code_point > 0xFFFF) {
        return -100;
    }
    size_t low = 0;
    size_t high = LJ_COUNT_OF(weights);
    while (high - low > 1) {
        size_t mid = low + (high - low) / 2;
        if (weights[mid].first <= code_point) {
            low = mid;
        } else {
            high = mid;
        }
    }
    return weights[low].weight;
}

static bool is_letter(uint8_t byte)
{
    return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
}

/* In Windows-1252 any byte is some letter, so the letter must stand where one belongs: beside a
 * Latin letter. */
static int32_t weight_latin(lj_slice text, size_t at, uint32_t code_point)
{
    bool before = at > 0 && is_letter(text.ptr[at - 1]);
    bool after = at + 1 < text.len && is_letter(text.ptr[at + 1]);
    bool crowd =
        (at > 0 && text.ptr[at - 1] >= 0x80) || (at + 1 < text.len && text.ptr[at + 1] >= 0x80);
    if (code_point >= 0x80 && code_point < 0xA0) {
        return -1000;
    }
    if (code_point >= 0xC0 && code_point != 0xD7 && code_point != 0xF7 && code_point < 0x2000) {
        return (before || after) && !crowd ? 500 : before || after ? 200 : -100;
    }
    return crowd ? -100 : 300;
}

static bool is_wide(text_charset charset)
{
    return charset == TEXT_UTF16LE || charset == TEXT_UTF16BE || charset == TEXT_UTF32LE ||
           charset == TEXT_UTF32BE;
}

int32_t charset_score(text_charset charset, lj_slice sample, uint32_t max_count,
                      uint32_t *out_count)
{
    int64_t sum = 0;
    uint32_t count = 0;
    size_t at = 0;
    sample = lj_slice_part(sample, 0, SCORE_BYTES);
    while (at < sample.len && count < max_count) {
        if (!is_wide(charset) && sample.ptr[at] >= 0x20 && sample.ptr[at] < 0x7F) {
            at++;
            continue;
        }
        uint32_t code_point = 0;
        size_t step = charset_step(charset, lj_slice_part(sample, at, 4), &code_point);
        if (step == 0) {
            break;
        }
        if (is_wide(charset) || code_point >= 0x80 || weight_of(code_point) < 0) {
            sum += charset == TEXT_LATIN1 && code_point >= 0x80
                       ? weight_latin(sample, at, code_point)
                       : weight_of(code_point);
            count++;
        }
        at += step;
    }
    if (out_count != NULL) {
        *out_count = count;
    }
    return count > 0 ? (int32_t)(sum / (int64_t)count) : 0;
}

uint32_t text_plausible(lj_str text)
{
    int64_t sum = 0;
    int64_t count = 0;
    lj_slice bytes = lj_str_bytes(text);
    for (size_t at = 0; at < bytes.len;) {
        uint32_t code_point = bytes.ptr[at];
        size_t step = 1;
        if (code_point >= 0x80) {
            step = charset_step(TEXT_UTF8, lj_slice_part(bytes, at, 4), &code_point);
            if (step == 0) {
                break;
            }
        }
        if (code_point >= 0x80) {
            sum += weight_of(code_point);
            count++;
            at += step;
            continue;
        }
        bool letter = code_point < 0x80 && (is_letter((uint8_t)code_point) || code_point == ' ' ||
                                            (code_point >= '0' && code_point <= '9'));
        /* Signs alone are no prose: base64 and program text score below words. */
        sum += letter ? 900 : code_point > 0x20 && code_point < 0x7F ? 350 : weight_of(code_point);
        count++;
        at += step;
    }
    int64_t mean = count > 0 ? sum / count : 0;
    return mean < 0 ? 0 : mean > 1000 ? 1000 : (uint32_t)mean;
}

/* ---- the guess ---- */

typedef struct bom_row {
    const char *bytes;
    size_t len;
    text_charset charset;
} bom_row;

/* UTF-32LE before UTF-16LE: its mark begins with the other's. */
static const bom_row boms[] = {
    {"\xEF\xBB\xBF",     3, TEXT_UTF8   },
    {"\xFF\xFE\0\0",     4, TEXT_UTF32LE},
    {"\0\0\xFE\xFF",     4, TEXT_UTF32BE},
    {"\xFF\xFE",         2, TEXT_UTF16LE},
    {"\xFE\xFF",         2, TEXT_UTF16BE},
    {"\x84\x31\x95\x33", 4, TEXT_GB18030},
    {"+/v8-",            5, TEXT_UTF7   },
};

static bool is_seven_bit(lj_slice sample)
{
    for (size_t i = 0; i < sample.len; i++) {
        if (sample.ptr[i] >= 0x80 || sample.ptr[i] == 0) {
            return false;
        }
    }
    return true;
}

/* Up to 1,024 units, all of which are code points and not all of which are zero. */
static bool is_utf32(lj_slice sample, bool big)
{
    size_t count = lj_min_size(sample.len / 4, 1024);
    size_t letters = 0;
    for (size_t i = 0; i < count; i++) {
        const uint8_t *at = sample.ptr + 4 * i;
        uint8_t top = big ? at[0] : at[3];
        uint8_t plane = big ? at[1] : at[2];
        if (top != 0 || plane > 0x10) {
            return false;
        }
        letters += (at[1] | at[2]) != 0 || (big ? at[3] : at[0]) >= 0x20;
    }
    return letters > 0 && letters * 2 >= count;
}

/* True when only the last sequence, cut by the end of the sample, keeps it from being valid. */
static bool is_utf8_sample(lj_slice sample)
{
    size_t valid = 0;
    if (text_utf8_is_valid(sample, &valid)) {
        return true;
    }
    uint32_t code_point = 0;
    return sample.len - valid < 4 && valid > 0 &&
           charset_step(TEXT_UTF8, lj_slice_part(sample, valid, 4), &code_point) == 0;
}

/* A handful of two-byte sequences may be letters of GBK or Big5 by chance ("valid" UTF-8 of U+0080
 * to U+07FF). */
static bool is_weak_utf8(lj_slice sample)
{
    size_t count = 0;
    for (size_t i = 0; i < sample.len; i++) {
        if (sample.ptr[i] >= 0xE0 || count > 6) {
            return false;
        }
        count += sample.ptr[i] >= 0xC0;
    }
    return count > 0;
}

static text_charset best_of(lj_slice sample, text_charset declared, bool has_nul)
{
    static const text_charset order[] = {TEXT_GB18030, TEXT_BIG5,    TEXT_UTF8,
                                         TEXT_UTF16LE, TEXT_UTF16BE, TEXT_LATIN1};
    text_charset best = TEXT_LATIN1;
    int32_t best_score = GOOD_ANY;
    for (size_t i = 0; i < LJ_COUNT_OF(order); i++) {
        uint32_t count = 0;
        int32_t score = charset_score(order[i], sample, SCORE_CHARS, &count);
        bool wide = is_wide(order[i]);
        if (count == 0 || (wide && score < (has_nul ? GOOD_UTF16 / 2 : GOOD_UTF16))) {
            continue;
        }
        /* Without a NUL, blank or line end in it, UTF-16 is the rarer reading of the same bytes. */
        score -= wide && !has_nul ? 50 : 0;
        /* A declaration is worth the more, the fewer letters speak for themselves. */
        score += order[i] == declared ? (count < 10 ? 200 : 60) : 0;
        if (score > best_score) {
            best = order[i];
            best_score = score;
        }
    }
    return best;
}

text_charset text_charset_guess(lj_slice sample, text_charset declared, size_t *out_bom)
{
    text_charset signature = TEXT_UTF8;
    *out_bom = 0;
    for (size_t i = 0; i < LJ_COUNT_OF(boms); i++) {
        if (lj_slice_has_prefix(sample, lj_slice_of(boms[i].bytes, boms[i].len))) {
            *out_bom = boms[i].len;
            return boms[i].charset;
        }
    }
    if (is_seven_bit(sample)) {
        charset_seven_bit(sample, &signature);
        return signature;
    }
    if (sample.len >= 8 && is_utf32(sample, /* big= */ false)) {
        return TEXT_UTF32LE;
    }
    if (sample.len >= 8 && is_utf32(sample, /* big= */ true)) {
        return TEXT_UTF32BE;
    }
    bool has_nul = memchr(sample.ptr, 0, sample.len) != NULL;
    if (has_nul) {
        text_charset charset = best_of(sample, declared, has_nul);
        if (is_wide(charset) || !is_utf8_sample(sample)) {
            return charset;
        }
        return TEXT_UTF8;
    }
    if (is_utf8_sample(sample)) {
        return is_weak_utf8(sample)
                   ? best_of(sample, declared == TEXT_CHARSET_NONE ? TEXT_UTF8 : declared, has_nul)
                   : TEXT_UTF8;
    }
    return best_of(sample, declared, has_nul);
}
