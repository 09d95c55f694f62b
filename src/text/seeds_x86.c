/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The byte filter of the seed search in vector registers: two shuffles for each byte that is looked at, as in the
 * "Teddy" matcher of Hyperscan (W. Langdale and others). Same answer as seeds_mask64, which tests compare. */
#include "text/seeds_priv.h"

#if defined(__x86_64__)
#include <immintrin.h>

__attribute__((target("avx2"))) static inline __m256i pass32(const __m256i *low, const __m256i *high, const uint8_t *at)
{
    const __m256i half = _mm256_set1_epi8(0x0F);
    __m256i pass = _mm256_set1_epi8((char)0xFF);
    for (int i = 0; i < SEEDS_POSITIONS; i++) {
        __m256i text = _mm256_loadu_si256((const __m256i *)(const void *)(at + i));
        __m256i a = _mm256_shuffle_epi8(low[i], _mm256_and_si256(text, half));
        __m256i b = _mm256_shuffle_epi8(high[i], _mm256_and_si256(_mm256_srli_epi16(text, 4), half));
        pass = _mm256_and_si256(pass, _mm256_and_si256(a, b));
    }
    return pass;
}

__attribute__((target("avx2"))) static uint32_t bits32(__m256i pass)
{
    return ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(pass, _mm256_setzero_si256()));
}

__attribute__((target("avx2"))) static size_t scan_avx2(const seeds_filter *filter, lj_slice bytes, size_t at,
                                                        uint64_t *out_mask)
{
    __m256i low[SEEDS_POSITIONS];
    __m256i high[SEEDS_POSITIONS];
    for (int i = 0; i < SEEDS_POSITIONS; i++) {
        low[i] = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)filter->low[i]));
        high[i] = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)filter->high[i]));
    }
    for (; bytes.len - at >= SEEDS_BLOCK_BYTES + SEEDS_POSITIONS - 1; at += SEEDS_BLOCK_BYTES) {
        __m256i one = pass32(low, high, bytes.ptr + at);
        __m256i two = pass32(low, high, bytes.ptr + at + 32);
        __m256i any = _mm256_or_si256(one, two);
        if (_mm256_testz_si256(any, any) == 0) {
            *out_mask = (uint64_t)bits32(two) << 32 | bits32(one);
            return at;
        }
    }
    *out_mask = 0;
    return at;
}

__attribute__((target("ssse3"))) static uint32_t bits16(const __m128i *low, const __m128i *high, const uint8_t *at)
{
    const __m128i half = _mm_set1_epi8(0x0F);
    __m128i pass = _mm_set1_epi8((char)0xFF);
    for (int i = 0; i < SEEDS_POSITIONS; i++) {
        __m128i text = _mm_loadu_si128((const __m128i *)(const void *)(at + i));
        __m128i a = _mm_shuffle_epi8(low[i], _mm_and_si128(text, half));
        __m128i b = _mm_shuffle_epi8(high[i], _mm_and_si128(_mm_srli_epi16(text, 4), half));
        pass = _mm_and_si128(pass, _mm_and_si128(a, b));
    }
    return ~(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(pass, _mm_setzero_si128())) & 0xFFFF;
}

__attribute__((target("ssse3"))) static size_t scan_ssse3(const seeds_filter *filter, lj_slice bytes, size_t at,
                                                          uint64_t *out_mask)
{
    __m128i low[SEEDS_POSITIONS];
    __m128i high[SEEDS_POSITIONS];
    for (int i = 0; i < SEEDS_POSITIONS; i++) {
        low[i] = _mm_loadu_si128((const __m128i *)(const void *)filter->low[i]);
        high[i] = _mm_loadu_si128((const __m128i *)(const void *)filter->high[i]);
    }
    for (; bytes.len - at >= SEEDS_BLOCK_BYTES + SEEDS_POSITIONS - 1; at += SEEDS_BLOCK_BYTES) {
        const uint8_t *text = bytes.ptr + at;
        uint64_t mask = (uint64_t)bits16(low, high, text) | (uint64_t)bits16(low, high, text + 16) << 16 |
                        (uint64_t)bits16(low, high, text + 32) << 32 |
                        (uint64_t)bits16(low, high, text + 48) << 48;
        if (mask != 0) {
            *out_mask = mask;
            return at;
        }
    }
    *out_mask = 0;
    return at;
}

size_t seeds_scan_x86(text_vector vector, const seeds_filter *filter, lj_slice bytes, size_t from,
                      uint64_t *out_mask)
{
    return vector == TEXT_VECTOR_AVX2 ? scan_avx2(filter, bytes, from, out_mask)
                                      : scan_ssse3(filter, bytes, from, out_mask);
}

#else

size_t seeds_scan_x86(text_vector vector, const seeds_filter *filter, lj_slice bytes, size_t from,
                      uint64_t *out_mask)
{
    (void)vector;
    (void)filter;
    (void)bytes;
    *out_mask = 0;
    return from;
}

#endif
