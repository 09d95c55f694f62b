/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Digests and ciphers that office formats encrypt with (OpenSSL EVP; RC4 is our own, because
 * OpenSSL keeps it in a module that a sandbox cannot load). For opening documents with a known
 * password only: nothing here protects anything of ours. */
#ifndef LJ_BASE_CIPHER_H
#define LJ_BASE_CIPHER_H

#include "base/err.h"
#include "base/slice.h"

typedef struct lj_cipher lj_cipher;

typedef enum lj_digest { LJ_MD5, LJ_SHA1, LJ_SHA256, LJ_SHA384, LJ_SHA512 } lj_digest;
enum { LJ_DIGEST_COUNT = LJ_SHA512 + 1, LJ_DIGEST_MAX = 64 };

/* Fetches the algorithms, so it must be called before a sandbox is entered. NULL without memory.
 * Yours to free. */
lj_cipher *lj_cipher_new(void);
void lj_cipher_free(lj_cipher *cipher); /* accepts NULL */

/* Bytes of the digest. */
size_t lj_digest_len(lj_digest kind);
/* The digest of a and b, one behind the other (either may be empty). */
void lj_digest_of(lj_cipher *cipher, lj_digest kind, lj_slice a, lj_slice b,
                  uint8_t out[LJ_DIGEST_MAX]);
/* HMAC of the bytes (RFC 2104). */
void lj_hmac_of(lj_cipher *cipher, lj_digest kind, lj_slice key, lj_slice bytes,
                uint8_t out[LJ_DIGEST_MAX]);

/* Decrypts whole blocks of 16 bytes, without padding. key: 16, 24 or 32 bytes; iv: 16 bytes (CBC)
 * or NULL (ECB). bytes.len is a multiple of 16; out holds as many, and may be bytes.ptr. False when
 * the lengths do not fit. */
bool lj_aes_decrypt(lj_cipher *cipher, lj_slice key, const uint8_t *iv, lj_slice bytes,
                    uint8_t *out);

typedef struct lj_rc4 {
    uint8_t state[256];
    uint8_t i, j;
} lj_rc4;
void lj_rc4_init(lj_rc4 *rc4, lj_slice key); /* key: 1 to 256 bytes */
/* The next len bytes of the key stream over src into dst; dst may be src. */
void lj_rc4_apply(lj_rc4 *rc4, const uint8_t *src, uint8_t *dst, size_t len);

#endif
