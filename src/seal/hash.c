/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Hash suites through OpenSSL EVP. A failure behind a successful init is our own fault (no memory
 * is needed any more), so it ends the process. */
#include "seal/hash.h"

#include <openssl/evp.h>

#include "base/num.h"

static const struct {
    seal_hash kind;
    const char *name;    /* in our files */
    const char *openssl; /* name of the algorithm there */
} suites[] = {
    {SEAL_SM3,    "sm3",    "SM3"   },
    {SEAL_SHA256, "sha256", "SHA256"},
};

const char *seal_hash_name(seal_hash kind)
{
    for (size_t i = 0; i < LJ_COUNT_OF(suites); i++) {
        if (suites[i].kind == kind) {
            return suites[i].name;
        }
    }
    return NULL;
}

bool seal_hash_lookup(lj_slice name, seal_hash *out)
{
    for (size_t i = 0; i < LJ_COUNT_OF(suites); i++) {
        if (lj_slice_is(name, lj_cstr_bytes(suites[i].name))) {
            *out = suites[i].kind;
            return true;
        }
    }
    return false;
}

lj_code seal_hasher_init(seal_hasher *hasher, seal_hash kind, lj_err *err)
{
    *hasher = (seal_hasher){.kind = kind};
    for (size_t i = 0; i < LJ_COUNT_OF(suites); i++) {
        if (suites[i].kind == kind) {
            hasher->md = EVP_MD_fetch(NULL, suites[i].openssl, NULL);
        }
    }
    if (hasher->md == NULL) {
        return lj_fail(err, LJ_E_UNSUPPORTED, UINT64_MAX, "hash suite not available");
    }
    hasher->ctx = EVP_MD_CTX_new();
    if (hasher->ctx == NULL || EVP_DigestInit_ex2(hasher->ctx, hasher->md, NULL) != 1) {
        seal_hasher_done(hasher);
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for a hash");
    }
    return LJ_OK;
}

void seal_hasher_done(seal_hasher *hasher)
{
    EVP_MD_CTX_free(hasher->ctx);
    EVP_MD_free(hasher->md);
    hasher->ctx = NULL;
    hasher->md = NULL;
}

void seal_hasher_begin(seal_hasher *hasher)
{
    LJ_ASSERT(EVP_DigestInit_ex2(hasher->ctx, NULL, NULL) == 1);
}

void seal_hasher_add(seal_hasher *hasher, lj_slice bytes)
{
    LJ_ASSERT(bytes.len == 0 || EVP_DigestUpdate(hasher->ctx, bytes.ptr, bytes.len) == 1);
}

seal_digest seal_hasher_end(seal_hasher *hasher)
{
    seal_digest digest;
    LJ_ASSERT(EVP_DigestFinal_ex(hasher->ctx, digest.bytes, NULL) == 1);
    return digest;
}

seal_digest seal_hash_of(seal_hasher *hasher, lj_slice bytes)
{
    seal_hasher_begin(hasher);
    seal_hasher_add(hasher, bytes);
    return seal_hasher_end(hasher);
}
