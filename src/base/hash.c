/* SPDX-License-Identifier: AGPL-3.0-or-later
 * SHA-256 through OpenSSL; SipHash by the paper (2 compression rounds, 4 final rounds, 128-bit
 * output). */
#include "base/hash.h"

#include <openssl/evp.h>
#include <stdlib.h>

struct lj_sha256 {
    EVP_MD *md;
    EVP_MD_CTX *ctx;
};

lj_sha256 *lj_sha256_new(void)
{
    lj_sha256 *sha = calloc(1, sizeof(*sha));
    if (sha == NULL) {
        return NULL;
    }
    sha->md = EVP_MD_fetch(NULL, "SHA256", NULL);
    sha->ctx = EVP_MD_CTX_new();
    if (sha->md == NULL || sha->ctx == NULL || EVP_DigestInit_ex2(sha->ctx, sha->md, NULL) != 1) {
        lj_sha256_free(sha);
        return NULL;
    }
    return sha;
}

void lj_sha256_free(lj_sha256 *sha)
{
    if (sha != NULL) {
        EVP_MD_CTX_free(sha->ctx);
        EVP_MD_free(sha->md);
        free(sha);
    }
}

void lj_sha256_begin(lj_sha256 *sha)
{
    LJ_ASSERT(EVP_DigestInit_ex2(sha->ctx, NULL, NULL) == 1);
}

void lj_sha256_add(lj_sha256 *sha, lj_slice bytes)
{
    LJ_ASSERT(EVP_DigestUpdate(sha->ctx, bytes.ptr, bytes.len) == 1);
}

void lj_sha256_end(lj_sha256 *sha, uint8_t out[LJ_SHA256_LEN])
{
    LJ_ASSERT(EVP_DigestFinal_ex(sha->ctx, out, NULL) == 1);
}

static uint64_t load_le(const uint8_t *at, size_t len)
{
    uint64_t value = 0;
    for (size_t i = 0; i < len; i++) {
        value |= (uint64_t)at[i] << (8 * i);
    }
    return value;
}

static uint64_t rotate(uint64_t value, int bits)
{
    return value << bits | value >> (64 - bits);
}

typedef struct sip_state {
    uint64_t v0, v1, v2, v3;
} sip_state;

static void sip_rounds(sip_state *s, int count)
{
    for (int i = 0; i < count; i++) {
        s->v0 += s->v1;
        s->v1 = rotate(s->v1, 13) ^ s->v0;
        s->v0 = rotate(s->v0, 32);
        s->v2 += s->v3;
        s->v3 = rotate(s->v3, 16) ^ s->v2;
        s->v0 += s->v3;
        s->v3 = rotate(s->v3, 21) ^ s->v0;
        s->v2 += s->v1;
        s->v1 = rotate(s->v1, 17) ^ s->v2;
        s->v2 = rotate(s->v2, 32);
    }
}

static void store_le(uint8_t *at, uint64_t value)
{
    for (size_t i = 0; i < 8; i++) {
        at[i] = (uint8_t)(value >> (8 * i));
    }
}

void lj_sip128(const uint8_t key[16], lj_slice bytes, uint8_t out[LJ_SIP_LEN])
{
    uint64_t k0 = load_le(key, 8);
    uint64_t k1 = load_le(key + 8, 8);
    sip_state s = {k0 ^ 0x736f6d6570736575U, k1 ^ 0x646f72616e646f6dU ^ 0xee,
                   k0 ^ 0x6c7967656e657261U, k1 ^ 0x7465646279746573U};
    size_t whole = bytes.len / 8 * 8;
    for (size_t i = 0; i < whole; i += 8) {
        uint64_t m = load_le(bytes.ptr + i, 8);
        s.v3 ^= m;
        sip_rounds(&s, 2);
        s.v0 ^= m;
    }
    uint64_t last = (uint64_t)bytes.len << 56;
    if (bytes.len > whole) {
        last |= load_le(bytes.ptr + whole, bytes.len - whole);
    }
    s.v3 ^= last;
    sip_rounds(&s, 2);
    s.v0 ^= last;
    s.v2 ^= 0xee;
    sip_rounds(&s, 4);
    store_le(out, s.v0 ^ s.v1 ^ s.v2 ^ s.v3);
    s.v1 ^= 0xdd;
    sip_rounds(&s, 4);
    store_le(out + 8, s.v0 ^ s.v1 ^ s.v2 ^ s.v3);
}

void lj_hex(lj_slice bytes, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < bytes.len; i++) {
        out[2 * i] = digits[bytes.ptr[i] >> 4];
        out[2 * i + 1] = digits[bytes.ptr[i] & 15];
    }
    out[2 * bytes.len] = '\0';
}
