/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The two hash suites of what is sealed: SM3 (GB/T 32905) and SHA-256, through OpenSSL EVP. Which
 * one a log uses is a setting made once, when the log begins. Both give 32 bytes. */
#ifndef LJ_SEAL_HASH_H
#define LJ_SEAL_HASH_H

#include "base/err.h"
#include "base/slice.h"

/* The values stand in files: never renumbered. */
typedef enum seal_hash { SEAL_SM3 = 1, SEAL_SHA256 = 2 } seal_hash;

enum { SEAL_DIGEST_LEN = 32, SEAL_ID_LEN = 16 };

typedef struct seal_digest {
    uint8_t bytes[SEAL_DIGEST_LEN];
} seal_digest;

/* A UUID as its 16 bytes. */
typedef struct seal_id {
    uint8_t bytes[SEAL_ID_LEN];
} seal_id;

struct evp_md_st;
struct evp_md_ctx_st;

/* A hash in the making; one thread at a time, used again and again. */
typedef struct seal_hasher {
    struct evp_md_st *md;
    struct evp_md_ctx_st *ctx;
    seal_hash kind;
} seal_hasher;

/* LJ_E_NOMEM; LJ_E_UNSUPPORTED when OpenSSL lacks the algorithm. */
LJ_MUST_USE lj_code seal_hasher_init(seal_hasher *hasher, seal_hash kind, lj_err *err);
void seal_hasher_done(seal_hasher *hasher); /* accepts a zeroed one */
void seal_hasher_begin(seal_hasher *hasher);
void seal_hasher_add(seal_hasher *hasher, lj_slice bytes);
seal_digest seal_hasher_end(seal_hasher *hasher);
/* begin, add, end. */
seal_digest seal_hash_of(seal_hasher *hasher, lj_slice bytes);

/* "sm3", "sha256"; NULL for a value that is none. */
const char *seal_hash_name(seal_hash kind);
bool seal_hash_lookup(lj_slice name, seal_hash *out);

static inline lj_slice seal_digest_bytes(const seal_digest *digest)
{
    return lj_slice_of(digest->bytes, SEAL_DIGEST_LEN);
}
static inline bool seal_digest_is(const seal_digest *a, const seal_digest *b)
{
    return memcmp(a->bytes, b->bytes, SEAL_DIGEST_LEN) == 0;
}

#endif
