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
           (byte == 0x1B ? TEXT_HAS_ESC : 0U) | (byte == '\r' ? TEXT_HAS_CR : 0U) |
           (byte == 0 ? TEXT_HAS_NUL : 0U);
}

text_survey survey_with(text_vector vector, lj_slice bytes)
{
    text_survey out = {0, 0};
    size_t at = survey_x86(vector, bytes, &out);
    for (; at < bytes.len; at++) {
        out.has |= survey_byte(bytes.ptr[at]);
        out.lf_count += bytes.ptr[at] == '\n';
    }
    return out;
}

text_survey text_survey_of(lj_slice bytes)
{
    return survey_with(text_vector_best(), bytes);
}

#if defined(__x86_64__)
#include <immintrin.h>

enum {
    WIDE = 32,
    TURNS_MAX = 255, /* before a lane of the counter could overflow */
};

__attribute__((target("avx2"))) static size_t survey_avx2(lj_slice bytes, text_survey *out)
{
    static const char signs[] = {'\\', '~', '+', 0x1B, '\r', 0};
    static const uint32_t bits[] = {TEXT_HAS_SLASH, TEXT_HAS_TILDE, TEXT_HAS_PLUS,
                                    TEXT_HAS_ESC,   TEXT_HAS_CR,    TEXT_HAS_NUL};
    enum { SIGNS = sizeof(signs) };
    const __m256i zero = _mm256_setzero_si256();
    const __m256i lf = _mm256_set1_epi8('\n');
    __m256i want[SIGNS];
    __m256i seen[SIGNS];
    for (size_t i = 0; i < SIGNS; i++) {
        want[i] = _mm256_set1_epi8(signs[i]);
        seen[i] = zero;
    }
    __m256i high = zero;
    size_t at = 0;
    while (bytes.len - at >= WIDE) {
        size_t turns = lj_min_size((bytes.len - at) / WIDE, TURNS_MAX);
        __m256i count = zero;
        for (size_t turn = 0; turn < turns; turn++, at += WIDE) {
            __m256i here = _mm256_loadu_si256((const __m256i *)(const void *)(bytes.ptr + at));
            high = _mm256_or_si256(high, here);
            count = _mm256_sub_epi8(count, _mm256_cmpeq_epi8(here, lf));
            for (size_t i = 0; i < SIGNS; i++) {
                seen[i] = _mm256_or_si256(seen[i], _mm256_cmpeq_epi8(here, want[i]));
            }
        }
        __m256i sums = _mm256_sad_epu8(count, zero);
        out->lf_count +=
            (uint64_t)_mm256_extract_epi64(sums, 0) + (uint64_t)_mm256_extract_epi64(sums, 1) +
            (uint64_t)_mm256_extract_epi64(sums, 2) + (uint64_t)_mm256_extract_epi64(sums, 3);
    }
    out->has |= _mm256_movemask_epi8(high) != 0 ? TEXT_HAS_HIGH : 0U;
    for (size_t i = 0; i < SIGNS; i++) {
        out->has |= _mm256_movemask_epi8(seen[i]) != 0 ? bits[i] : 0U;
    }
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
