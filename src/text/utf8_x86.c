/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Valid UTF-8 by table look-up in vector registers: J. Keiser, D. Lemire, "Validating UTF-8 In Less
 * Than One Instruction Per Byte" (2020), written anew from the paper.
 *
 * Every error but one kind shows in two neighbouring bytes. Three tables of 16, indexed by the high
 * half of the first byte, its low half, and the high half of the second, each give a set of error
 * kinds as bits; an error is there when one bit stands in all three. The kind that needs more, a
 * third or fourth byte that is missing or too much, is bit 7 (two continuation bytes in a row),
 * which must be set exactly where the byte two or three before asks for it.
 *
 * The result is only a length of text that is certainly valid: see utf8.c. */
#include "text/charset_priv.h"

#if defined(__x86_64__)
#include <immintrin.h>

enum {
    TOO_SHORT = 1 << 0,  /* lead byte, then no continuation */
    TOO_LONG = 1 << 1,   /* ASCII, then a continuation */
    OVERLONG_3 = 1 << 2, /* E0 80..9F */
    TOO_LARGE = 1 << 3,  /* F4 90..BF, F5 and above */
    SURROGATE = 1 << 4,  /* ED A0..BF */
    OVERLONG_2 = 1 << 5, /* C0, C1 */
    LARGE_1000 = 1 << 6, /* F5 and above with 80..8F */
    OVERLONG_4 = 1 << 6, /* F0 80..8F: told apart from the former by the first byte */
    TWO_CONTS = 1 << 7,
    CARRY = TOO_SHORT | TOO_LONG |
            TWO_CONTS, /* kinds that the low half of the first byte says nothing about */
};

#define ROW16(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p)                                      \
    (char)(a), (char)(b), (char)(c), (char)(d), (char)(e), (char)(f), (char)(g), (char)(h),        \
        (char)(i), (char)(j), (char)(k), (char)(l), (char)(m), (char)(n), (char)(o), (char)(p)

#define FIRST_HIGH                                                                                 \
    ROW16(TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG,          \
          TWO_CONTS, TWO_CONTS, TWO_CONTS, TWO_CONTS, TOO_SHORT | OVERLONG_2, TOO_SHORT,           \
          TOO_SHORT | OVERLONG_3 | SURROGATE, TOO_SHORT | TOO_LARGE | LARGE_1000 | OVERLONG_4)
#define FIRST_LOW                                                                                  \
    ROW16(CARRY | OVERLONG_3 | OVERLONG_2 | OVERLONG_4, CARRY | OVERLONG_2, CARRY, CARRY,          \
          CARRY | TOO_LARGE, CARRY | TOO_LARGE | LARGE_1000, CARRY | TOO_LARGE | LARGE_1000,       \
          CARRY | TOO_LARGE | LARGE_1000, CARRY | TOO_LARGE | LARGE_1000,                          \
          CARRY | TOO_LARGE | LARGE_1000, CARRY | TOO_LARGE | LARGE_1000,                          \
          CARRY | TOO_LARGE | LARGE_1000, CARRY | TOO_LARGE | LARGE_1000,                          \
          CARRY | TOO_LARGE | LARGE_1000 | SURROGATE, CARRY | TOO_LARGE | LARGE_1000,              \
          CARRY | TOO_LARGE | LARGE_1000)
#define SECOND_HIGH                                                                                \
    ROW16(TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT,  \
          TOO_LONG | OVERLONG_2 | TWO_CONTS | OVERLONG_3 | LARGE_1000 | OVERLONG_4,                \
          TOO_LONG | OVERLONG_2 | TWO_CONTS | OVERLONG_3 | TOO_LARGE,                              \
          TOO_LONG | OVERLONG_2 | TWO_CONTS | SURROGATE | TOO_LARGE,                               \
          TOO_LONG | OVERLONG_2 | TWO_CONTS | SURROGATE | TOO_LARGE, TOO_SHORT, TOO_SHORT,         \
          TOO_SHORT, TOO_SHORT)

/* Where the last character before `end` begins, when it reaches over `end`; else `end`. Everything
 * before is valid. */
static size_t boundary(const uint8_t *bytes, size_t end)
{
    for (size_t back = 1; back <= 3 && back <= end; back++) {
        uint8_t byte = bytes[end - back];
        if (byte < 0x80) {
            return end;
        }
        if (byte >= 0xC0) {
            size_t len = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2;
            return len > back ? end - back : end;
        }
    }
    return end;
}

/* Inline, so that the tables stay in registers. */
__attribute__((target("avx2"), always_inline)) static inline __m256i errors32(__m256i now,
                                                                              __m256i before)
{
    const __m256i first_high = _mm256_setr_epi8(FIRST_HIGH, FIRST_HIGH);
    const __m256i first_low = _mm256_setr_epi8(FIRST_LOW, FIRST_LOW);
    const __m256i second_high = _mm256_setr_epi8(SECOND_HIGH, SECOND_HIGH);
    const __m256i low_half = _mm256_set1_epi8(0x0F);
    /* The bytes one, two and three places before each byte. */
    __m256i joint = _mm256_permute2x128_si256(before, now, 0x21);
    __m256i back1 = _mm256_alignr_epi8(now, joint, 15);
    __m256i back2 = _mm256_alignr_epi8(now, joint, 14);
    __m256i back3 = _mm256_alignr_epi8(now, joint, 13);
    __m256i a =
        _mm256_shuffle_epi8(first_high, _mm256_and_si256(_mm256_srli_epi16(back1, 4), low_half));
    __m256i b = _mm256_shuffle_epi8(first_low, _mm256_and_si256(back1, low_half));
    __m256i c =
        _mm256_shuffle_epi8(second_high, _mm256_and_si256(_mm256_srli_epi16(now, 4), low_half));
    __m256i kinds = _mm256_and_si256(_mm256_and_si256(a, b), c);
    /* Bit 7 remains exactly for E0 and above two back, F0 and above three back. */
    __m256i third = _mm256_subs_epu8(back2, _mm256_set1_epi8((char)(0xE0 - 0x80)));
    __m256i fourth = _mm256_subs_epu8(back3, _mm256_set1_epi8((char)(0xF0 - 0x80)));
    __m256i asked = _mm256_and_si256(_mm256_or_si256(third, fourth), _mm256_set1_epi8((char)0x80));
    return _mm256_xor_si256(asked, kinds);
}

__attribute__((target("avx2"))) static size_t prefix_avx2(lj_slice bytes)
{
    __m256i before = _mm256_setzero_si256();
    size_t at = 0;
    for (; bytes.len - at >= 64; at += 64) {
        __m256i one = _mm256_loadu_si256((const __m256i *)(const void *)(bytes.ptr + at));
        __m256i two = _mm256_loadu_si256((const __m256i *)(const void *)(bytes.ptr + at + 32));
        /* ASCII is most of a log; only a sequence left open by the block before could be wrong
         * then, and boundary() and the next look at it find that. */
        if (_mm256_movemask_epi8(_mm256_or_si256(one, two)) == 0) {
            if (at > 0 && boundary(bytes.ptr, at) != at) {
                break;
            }
        } else {
            __m256i bad = _mm256_or_si256(errors32(one, before), errors32(two, one));
            if (_mm256_testz_si256(bad, bad) == 0) {
                break;
            }
        }
        before = two;
    }
    return boundary(bytes.ptr, at);
}

__attribute__((target("ssse3"))) static size_t prefix_ssse3(lj_slice bytes)
{
    const __m128i first_high = _mm_setr_epi8(FIRST_HIGH);
    const __m128i first_low = _mm_setr_epi8(FIRST_LOW);
    const __m128i second_high = _mm_setr_epi8(SECOND_HIGH);
    const __m128i low_half = _mm_set1_epi8(0x0F);
    __m128i before = _mm_setzero_si128();
    size_t at = 0;
    for (; bytes.len - at >= 16; at += 16) {
        __m128i now = _mm_loadu_si128((const __m128i *)(const void *)(bytes.ptr + at));
        __m128i back1 = _mm_alignr_epi8(now, before, 15);
        __m128i back2 = _mm_alignr_epi8(now, before, 14);
        __m128i back3 = _mm_alignr_epi8(now, before, 13);
        __m128i a = _mm_shuffle_epi8(first_high, _mm_and_si128(_mm_srli_epi16(back1, 4), low_half));
        __m128i b = _mm_shuffle_epi8(first_low, _mm_and_si128(back1, low_half));
        __m128i c = _mm_shuffle_epi8(second_high, _mm_and_si128(_mm_srli_epi16(now, 4), low_half));
        __m128i kinds = _mm_and_si128(_mm_and_si128(a, b), c);
        __m128i third = _mm_subs_epu8(back2, _mm_set1_epi8((char)(0xE0 - 0x80)));
        __m128i fourth = _mm_subs_epu8(back3, _mm_set1_epi8((char)(0xF0 - 0x80)));
        __m128i asked = _mm_and_si128(_mm_or_si128(third, fourth), _mm_set1_epi8((char)0x80));
        __m128i bad = _mm_xor_si128(asked, kinds);
        if (_mm_movemask_epi8(_mm_cmpeq_epi8(bad, _mm_setzero_si128())) != 0xFFFF) {
            break;
        }
        before = now;
    }
    return boundary(bytes.ptr, at);
}

text_vector text_vector_best(void)
{
    if (__builtin_cpu_supports("avx2")) {
        return TEXT_VECTOR_AVX2;
    }
    return __builtin_cpu_supports("ssse3") ? TEXT_VECTOR_SSSE3 : TEXT_VECTOR_NONE;
}

size_t charset_utf8_prefix(text_vector vector, lj_slice bytes)
{
    switch (vector) {
    case TEXT_VECTOR_AVX2:
        return prefix_avx2(bytes);
    case TEXT_VECTOR_SSSE3:
        return prefix_ssse3(bytes);
    case TEXT_VECTOR_NONE:
        break;
    }
    return 0;
}

#else

text_vector text_vector_best(void)
{
    return TEXT_VECTOR_NONE;
}

size_t charset_utf8_prefix(text_vector vector, lj_slice bytes)
{
    (void)vector;
    (void)bytes;
    return 0;
}

#endif
