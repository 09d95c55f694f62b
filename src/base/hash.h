/* SPDX-License-Identifier: AGPL-3.0-or-later
 * SHA-256 for content (OpenSSL EVP) and SipHash-2-4-128 for keyed tables (Aumasson, Bernstein
 * 2012). */
#ifndef LJ_BASE_HASH_H
#define LJ_BASE_HASH_H

#include "base/err.h"
#include "base/slice.h"

enum { LJ_SHA256_LEN = 32, LJ_SIP_LEN = 16 };

typedef struct lj_sha256 lj_sha256;

/* Fetches the algorithm, so it must be called before a sandbox is entered. NULL without memory.
 * Yours to free. */
lj_sha256 *lj_sha256_new(void);
void lj_sha256_free(lj_sha256 *sha); /* accepts NULL */
void lj_sha256_begin(lj_sha256 *sha);
void lj_sha256_add(lj_sha256 *sha, lj_slice bytes);
void lj_sha256_end(lj_sha256 *sha, uint8_t out[LJ_SHA256_LEN]);

/* Keyed 128-bit hash for tables that an attacker may try to fill with collisions. */
void lj_sip128(const uint8_t key[16], lj_slice bytes, uint8_t out[LJ_SIP_LEN]);

/* Lower-case hex, out holds 2 * len characters and a NUL. */
void lj_hex(lj_slice bytes, char *out);

#endif
