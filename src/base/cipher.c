/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Digests and AES through OpenSSL EVP, RC4 by hand (RFC 6229 has the test vectors). */
#include "base/cipher.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <stdlib.h>

enum { AES_SIZES = 3, AES_BLOCK = 16, HMAC_BLOCK_MAX = 128 };

struct lj_cipher {
    EVP_MD *md[LJ_DIGEST_COUNT];
    EVP_CIPHER *cbc[AES_SIZES];
    EVP_CIPHER *ecb[AES_SIZES];
    EVP_MD_CTX *md_ctx;
    EVP_CIPHER_CTX *aes_ctx;
};

typedef struct digest_row {
    const char *name;
    size_t len;   /* bytes of the digest */
    size_t block; /* bytes of its block, for HMAC */
} digest_row;

static const digest_row digest_rows[LJ_DIGEST_COUNT] = {
    [LJ_MD5] = {"MD5",    16, 64 },
      [LJ_SHA1] = {"SHA1",   20, 64 },
    [LJ_SHA256] = {"SHA256", 32, 64 },
      [LJ_SHA384] = {"SHA384", 48, 128},
    [LJ_SHA512] = {"SHA512", 64, 128},
};

lj_cipher *lj_cipher_new(void)
{
    static const char *const cbc_names[AES_SIZES] = {"AES-128-CBC", "AES-192-CBC", "AES-256-CBC"};
    static const char *const ecb_names[AES_SIZES] = {"AES-128-ECB", "AES-192-ECB", "AES-256-ECB"};
    lj_cipher *cipher = calloc(1, sizeof(*cipher));
    if (cipher == NULL) {
        return NULL;
    }
    bool all = true;
    for (int i = 0; i < LJ_DIGEST_COUNT; i++) {
        cipher->md[i] = EVP_MD_fetch(NULL, digest_rows[i].name, NULL);
        all = all && cipher->md[i] != NULL;
    }
    for (int i = 0; i < AES_SIZES; i++) {
        cipher->cbc[i] = EVP_CIPHER_fetch(NULL, cbc_names[i], NULL);
        cipher->ecb[i] = EVP_CIPHER_fetch(NULL, ecb_names[i], NULL);
        all = all && cipher->cbc[i] != NULL && cipher->ecb[i] != NULL;
    }
    cipher->md_ctx = EVP_MD_CTX_new();
    cipher->aes_ctx = EVP_CIPHER_CTX_new();
    if (!all || cipher->md_ctx == NULL || cipher->aes_ctx == NULL) {
        lj_cipher_free(cipher);
        return NULL;
    }
    return cipher;
}

void lj_cipher_free(lj_cipher *cipher)
{
    if (cipher == NULL) {
        return;
    }
    EVP_CIPHER_CTX_free(cipher->aes_ctx);
    EVP_MD_CTX_free(cipher->md_ctx);
    for (int i = 0; i < AES_SIZES; i++) {
        EVP_CIPHER_free(cipher->cbc[i]);
        EVP_CIPHER_free(cipher->ecb[i]);
    }
    for (int i = 0; i < LJ_DIGEST_COUNT; i++) {
        EVP_MD_free(cipher->md[i]);
    }
    free(cipher);
}

size_t lj_digest_len(lj_digest kind)
{
    return digest_rows[kind].len;
}

void lj_digest_of(lj_cipher *cipher, lj_digest kind, lj_slice a, lj_slice b,
                  uint8_t out[LJ_DIGEST_MAX])
{
    LJ_ASSERT(EVP_DigestInit_ex2(cipher->md_ctx, cipher->md[kind], NULL) == 1);
    LJ_ASSERT(a.len == 0 || EVP_DigestUpdate(cipher->md_ctx, a.ptr, a.len) == 1);
    LJ_ASSERT(b.len == 0 || EVP_DigestUpdate(cipher->md_ctx, b.ptr, b.len) == 1);
    LJ_ASSERT(EVP_DigestFinal_ex(cipher->md_ctx, out, NULL) == 1);
}

void lj_hmac_of(lj_cipher *cipher, lj_digest kind, lj_slice key, lj_slice bytes,
                uint8_t out[LJ_DIGEST_MAX])
{
    size_t block = digest_rows[kind].block;
    uint8_t pad[HMAC_BLOCK_MAX] = {0};
    uint8_t inner[LJ_DIGEST_MAX];
    if (key.len > block) {
        lj_digest_of(cipher, kind, key, (lj_slice){NULL, 0}, inner);
        key = lj_slice_of(inner, digest_rows[kind].len);
    }
    if (key.len > 0) {
        memcpy(pad, key.ptr, key.len);
    }
    for (size_t i = 0; i < block; i++) {
        pad[i] ^= 0x36;
    }
    lj_digest_of(cipher, kind, lj_slice_of(pad, block), bytes, inner);
    for (size_t i = 0; i < block; i++) {
        pad[i] ^= 0x36 ^ 0x5C;
    }
    lj_digest_of(cipher, kind, lj_slice_of(pad, block), lj_slice_of(inner, digest_rows[kind].len),
                 out);
}

bool lj_aes_decrypt(lj_cipher *cipher, lj_slice key, const uint8_t *iv, lj_slice bytes,
                    uint8_t *out)
{
    enum { STEP = 1 << 20 };
    if ((key.len != 16 && key.len != 24 && key.len != 32) || bytes.len % AES_BLOCK != 0) {
        return false;
    }
    const EVP_CIPHER *kind = (iv != NULL ? cipher->cbc : cipher->ecb)[key.len / 8 - 2];
    EVP_CIPHER_CTX *ctx = cipher->aes_ctx;
    if (EVP_DecryptInit_ex2(ctx, kind, key.ptr, iv, NULL) != 1 ||
        EVP_CIPHER_CTX_set_padding(ctx, 0) != 1) {
        return false;
    }
    for (size_t at = 0; at < bytes.len; at += STEP) {
        size_t part = bytes.len - at < STEP ? bytes.len - at : STEP;
        int made = 0;
        if (EVP_DecryptUpdate(ctx, out + at, &made, bytes.ptr + at, (int)part) != 1 ||
            (size_t)made != part) {
            return false;
        }
    }
    return true;
}

void lj_rc4_init(lj_rc4 *rc4, lj_slice key)
{
    LJ_ASSERT(key.len > 0);
    for (int i = 0; i < 256; i++) {
        rc4->state[i] = (uint8_t)i;
    }
    uint8_t j = 0;
    for (int i = 0; i < 256; i++) {
        uint8_t held = rc4->state[i];
        j = (uint8_t)(j + held + key.ptr[(size_t)i % key.len]);
        rc4->state[i] = rc4->state[j];
        rc4->state[j] = held;
    }
    rc4->i = rc4->j = 0;
}

void lj_rc4_apply(lj_rc4 *rc4, const uint8_t *src, uint8_t *dst, size_t len)
{
    for (size_t at = 0; at < len; at++) {
        uint8_t a = rc4->state[++rc4->i];
        rc4->j = (uint8_t)(rc4->j + a);
        uint8_t b = rc4->state[rc4->j];
        rc4->state[rc4->i] = b;
        rc4->state[rc4->j] = a;
        dst[at] = src[at] ^ rc4->state[(uint8_t)(a + b)];
    }
}
