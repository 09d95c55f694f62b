/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The byte filter of the seed search in vector registers: two shuffles for each byte that is looked
 * at, as in the "Teddy" matcher of Hyperscan (W. Langdale and others). Same answer as seeds_passes,
 * which tests compare. */
#include "text/seeds_priv.h"

#if defined(__x86_64__)
#include <immintrin.h>

/* Both banks' tables, each half register the same sixteen bytes. */
typedef struct tables32 {
    __m256i low[SEEDS_BANKS][SEEDS_POSITIONS];
    __m256i high[SEEDS_BANKS][SEEDS_POSITIONS];
} tables32;

_Static_assert(SEEDS_BANKS == 2 && SEEDS_POSITIONS == 3, "pass32 is written out for these");

__attribute__((target("avx2"))) static inline __m256i join32(__m256i low, __m256i high,
                                                             __m256i lows, __m256i highs)
{
    return _mm256_and_si256(_mm256_shuffle_epi8(low, lows), _mm256_shuffle_epi8(high, highs));
}

/* Written out, not a loop: the tables must stay in registers. */
__attribute__((target("avx2"))) static inline __m256i pass32(const tables32 *t, const uint8_t *at)
{
    const __m256i half = _mm256_set1_epi8(0x0F);
    __m256i text = _mm256_loadu_si256((const __m256i *)(const void *)at);
    __m256i lows = _mm256_and_si256(text, half);
    __m256i highs = _mm256_and_si256(_mm256_srli_epi16(text, 4), half);
    __m256i one = join32(t->low[0][0], t->high[0][0], lows, highs);
    __m256i two = join32(t->low[1][0], t->high[1][0], lows, highs);
    text = _mm256_loadu_si256((const __m256i *)(const void *)(at + 1));
    lows = _mm256_and_si256(text, half);
    highs = _mm256_and_si256(_mm256_srli_epi16(text, 4), half);
    one = _mm256_and_si256(one, join32(t->low[0][1], t->high[0][1], lows, highs));
    two = _mm256_and_si256(two, join32(t->low[1][1], t->high[1][1], lows, highs));
    text = _mm256_loadu_si256((const __m256i *)(const void *)(at + 2));
    lows = _mm256_and_si256(text, half);
    highs = _mm256_and_si256(_mm256_srli_epi16(text, 4), half);
    one = _mm256_and_si256(one, join32(t->low[0][2], t->high[0][2], lows, highs));
    two = _mm256_and_si256(two, join32(t->low[1][2], t->high[1][2], lows, highs));
    return _mm256_or_si256(one, two);
}

__attribute__((target("avx2"))) static inline uint32_t bits32(__m256i pass)
{
    return ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(pass, _mm256_setzero_si256()));
}

__attribute__((target("avx2"))) static bool walk_avx2(const seeds_filter *filter, lj_slice bytes,
                                                      size_t at, const seeds_visitor *visitor,
                                                      size_t *out_at)
{
    tables32 t;
    for (int bank = 0; bank < SEEDS_BANKS; bank++) {
        for (int i = 0; i < SEEDS_POSITIONS; i++) {
            const void *lows = filter->low[bank][i];
            const void *highs = filter->high[bank][i];
            t.low[bank][i] = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)lows));
            t.high[bank][i] = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)highs));
        }
    }
    for (; bytes.len - at >= SEEDS_BLOCK_BYTES + SEEDS_POSITIONS - 1; at += SEEDS_BLOCK_BYTES) {
        __m256i one = pass32(&t, bytes.ptr + at);
        __m256i two = pass32(&t, bytes.ptr + at + 32);
        __m256i any = _mm256_or_si256(one, two);
        if (_mm256_testz_si256(any, any) != 0) {
            continue;
        }
        for (uint64_t mask = (uint64_t)bits32(two) << 32 | bits32(one); mask != 0;
             mask &= mask - 1) {
            *out_at = at + (size_t)__builtin_ctzll(mask);
            if (visitor->verify(visitor->ctx, *out_at)) {
                return true;
            }
        }
    }
    *out_at = at;
    return false;
}

__attribute__((target("ssse3"))) static uint32_t bits16(const seeds_filter *filter,
                                                        const uint8_t *at)
{
    const __m128i half = _mm_set1_epi8(0x0F);
    __m128i any = _mm_setzero_si128();
    for (int bank = 0; bank < SEEDS_BANKS; bank++) {
        __m128i pass = _mm_set1_epi8((char)0xFF);
        for (int i = 0; i < SEEDS_POSITIONS; i++) {
            const void *lows = filter->low[bank][i];
            const void *highs = filter->high[bank][i];
            __m128i text = _mm_loadu_si128((const __m128i *)(const void *)(at + i));
            __m128i a =
                _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)lows), _mm_and_si128(text, half));
            __m128i b = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)highs),
                                         _mm_and_si128(_mm_srli_epi16(text, 4), half));
            pass = _mm_and_si128(pass, _mm_and_si128(a, b));
        }
        any = _mm_or_si128(any, pass);
    }
    return ~(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(any, _mm_setzero_si128())) & 0xFFFF;
}

__attribute__((target("ssse3"))) static bool walk_ssse3(const seeds_filter *filter, lj_slice bytes,
                                                        size_t at, const seeds_visitor *visitor,
                                                        size_t *out_at)
{
    for (; bytes.len - at >= SEEDS_BLOCK_BYTES + SEEDS_POSITIONS - 1; at += SEEDS_BLOCK_BYTES) {
        const uint8_t *text = bytes.ptr + at;
        uint64_t mask = (uint64_t)bits16(filter, text) | (uint64_t)bits16(filter, text + 16) << 16 |
                        (uint64_t)bits16(filter, text + 32) << 32 |
                        (uint64_t)bits16(filter, text + 48) << 48;
        for (; mask != 0; mask &= mask - 1) {
            *out_at = at + (size_t)__builtin_ctzll(mask);
            if (visitor->verify(visitor->ctx, *out_at)) {
                return true;
            }
        }
    }
    *out_at = at;
    return false;
}

bool seeds_walk_x86(text_vector vector, const seeds_filter *filter, lj_slice bytes, size_t from,
                    const seeds_visitor *visitor, size_t *out_at)
{
    return vector == TEXT_VECTOR_AVX2 ? walk_avx2(filter, bytes, from, visitor, out_at)
                                      : walk_ssse3(filter, bytes, from, visitor, out_at);
}

#else

bool seeds_walk_x86(text_vector vector, const seeds_filter *filter, lj_slice bytes, size_t from,
                    const seeds_visitor *visitor, size_t *out_at)
{
    (void)vector;
    (void)filter;
    (void)bytes;
    (void)visitor;
    *out_at = from;
    return false;
}

#endif
