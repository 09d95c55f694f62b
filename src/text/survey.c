/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The survey, portable and with the wide registers of x86-64: the same steps, kept as sets of lanes
 * until the end. */
#include "text/survey.h"

#include "base/num.h"
#include "text/charset_priv.h"
#include "text/survey_priv.h"

static uint32_t survey_byte(uint8_t byte)
{
    return (byte >= 0x80 ? TEXT_HAS_HIGH : 0U) | (byte == '\\' ? TEXT_HAS_SLASH : 0U) |
           (byte == '~' ? TEXT_HAS_TILDE : 0U) | (byte == '+' ? TEXT_HAS_PLUS : 0U) |
           (byte == 0x1B ? TEXT_HAS_ESC : 0U) | (byte == 0 ? TEXT_HAS_NUL : 0U);
}

text_survey survey_with(text_vector vector, lj_slice bytes, uint8_t behind)
{
    text_survey out = {0, 0};
    size_t at = survey_x86(vector, bytes, &out);
    for (; at < bytes.len; at++) {
        uint8_t byte = bytes.ptr[at];
        uint8_t next = at + 1 < bytes.len ? bytes.ptr[at + 1] : behind;
        out.has |= survey_byte(byte);
        out.line_ends += byte == '\n' || (byte == '\r' && next != '\n');
    }
    return out;
}

text_survey text_survey_of(lj_slice bytes, uint8_t behind)
{
    return survey_with(text_vector_best(), bytes, behind);
}

#if defined(__x86_64__)
#include <immintrin.h>

enum {
    WIDE = 32,
    TURNS_MAX = 255, /* before a lane of the counter could overflow */
};

/* Written out, not a loop: everything must stay in registers. A CR alone is one with no LF behind
 * it; the last byte of the bytes is left to the caller, who sees what follows. */
__attribute__((target("avx2"))) static size_t survey_avx2(lj_slice bytes, text_survey *out)
{
    const __m256i zero = _mm256_setzero_si256();
    const __m256i lf = _mm256_set1_epi8('\n');
    const __m256i cr = _mm256_set1_epi8('\r');
    __m256i high = zero;
    __m256i slash = zero;
    __m256i tilde = zero;
    __m256i plus = zero;
    __m256i escape = zero;
    __m256i nul = zero;
    size_t at = 0;
    while (bytes.len - at > WIDE) {
        size_t turns = lj_min_size((bytes.len - at - 1) / WIDE, TURNS_MAX);
        __m256i count = zero;
        __m256i alone = zero;
        for (size_t turn = 0; turn < turns; turn++, at += WIDE) {
            const uint8_t *from = bytes.ptr + at;
            __m256i here = _mm256_loadu_si256((const __m256i *)(const void *)from);
            __m256i next = _mm256_loadu_si256((const __m256i *)(const void *)(from + 1));
            high = _mm256_or_si256(high, here);
            count = _mm256_sub_epi8(count, _mm256_cmpeq_epi8(here, lf));
            alone = _mm256_sub_epi8(alone, _mm256_andnot_si256(_mm256_cmpeq_epi8(next, lf),
                                                               _mm256_cmpeq_epi8(here, cr)));
            slash = _mm256_or_si256(slash, _mm256_cmpeq_epi8(here, _mm256_set1_epi8('\\')));
            tilde = _mm256_or_si256(tilde, _mm256_cmpeq_epi8(here, _mm256_set1_epi8('~')));
            plus = _mm256_or_si256(plus, _mm256_cmpeq_epi8(here, _mm256_set1_epi8('+')));
            escape = _mm256_or_si256(escape, _mm256_cmpeq_epi8(here, _mm256_set1_epi8(0x1B)));
            nul = _mm256_or_si256(nul, _mm256_cmpeq_epi8(here, zero));
        }
        __m256i sums = _mm256_add_epi64(_mm256_sad_epu8(count, zero), _mm256_sad_epu8(alone, zero));
        out->line_ends +=
            (uint64_t)_mm256_extract_epi64(sums, 0) + (uint64_t)_mm256_extract_epi64(sums, 1) +
            (uint64_t)_mm256_extract_epi64(sums, 2) + (uint64_t)_mm256_extract_epi64(sums, 3);
    }
    out->has |= (_mm256_movemask_epi8(high) != 0 ? TEXT_HAS_HIGH : 0U) |
                (_mm256_movemask_epi8(slash) != 0 ? TEXT_HAS_SLASH : 0U) |
                (_mm256_movemask_epi8(tilde) != 0 ? TEXT_HAS_TILDE : 0U) |
                (_mm256_movemask_epi8(plus) != 0 ? TEXT_HAS_PLUS : 0U) |
                (_mm256_movemask_epi8(escape) != 0 ? TEXT_HAS_ESC : 0U) |
                (_mm256_movemask_epi8(nul) != 0 ? TEXT_HAS_NUL : 0U);
    return at;
}

size_t survey_x86(text_vector vector, lj_slice bytes, text_survey *out)
{
    return vector == TEXT_VECTOR_AVX2 ? survey_avx2(bytes, out) : 0;
}

#else

size_t survey_x86(text_vector vector, lj_slice bytes, text_survey *out)
{
    (void)vector;
    (void)bytes;
    (void)out;
    return 0;
}

#endif
