/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Key pairs and signatures: SM2 with SM3 (GB/T 32918; the default) and Ed25519 with SHA-256. What
 * is signed is never the message itself but
 *     "lijian" || str purpose || u16 version || str hash name || str H(message)
 * (str: u16 length and bytes; little-endian; after OpenSSH PROTOCOL.sshsig), so that a signature
 * made for one purpose never passes for another. */
#ifndef LJ_SEAL_KEY_H
#define LJ_SEAL_KEY_H

#include "base/buf.h"
#include "seal/hash.h"

/* The values stand in files: never renumbered. */
typedef enum seal_scheme { SEAL_SM2 = 1, SEAL_ED25519 = 2 } seal_scheme;

enum { SEAL_SIGNATURE_MAX = 72, SEAL_PEM_MAX = 4096 };

/* Ed25519: 64 bytes; SM2: DER of (r, s), user id "1234567812345678" (GM/T 0009). */
typedef struct seal_signature {
    uint8_t bytes[SEAL_SIGNATURE_MAX];
    uint8_t len;
} seal_signature;

struct evp_pkey_st;

typedef struct seal_key {
    struct evp_pkey_st *pkey;
    seal_scheme scheme;
    bool is_private; /* it can sign */
    seal_id id;      /* first 16 bytes of the scheme's hash over the DER SubjectPublicKeyInfo */
} seal_key;

/* A fresh pair. LJ_E_UNSUPPORTED when OpenSSL lacks the scheme. Yours to give to seal_key_done. */
LJ_MUST_USE lj_code seal_key_make(seal_scheme scheme, seal_key *out, lj_err *err);
/* An Ed25519 pair out of 32 bytes: for the demonstration, whose bytes are to be the same again. */
LJ_MUST_USE lj_code seal_key_from_seed(const uint8_t seed[32], seal_key *out, lj_err *err);
void seal_key_done(seal_key *key); /* accepts a zeroed one */

/* The private part as PKCS #8 PEM into a new file of mode 0600, synced, under the name at once or
 * not at all. LJ_E_CONFLICT when the name is taken: a key is never overwritten. */
LJ_MUST_USE lj_code seal_key_save(const seal_key *key, int dir, const char *name, lj_err *err);
/* A private or public key of either scheme from a PEM file. LJ_E_NOT_FOUND, LJ_E_FORMAT,
 * LJ_E_UNSUPPORTED (another kind of key), LJ_E_IO. */
LJ_MUST_USE lj_code seal_key_load(int dir, const char *name, seal_key *out, lj_err *err);
/* The same from bytes. */
LJ_MUST_USE lj_code seal_key_read(lj_slice pem, seal_key *out, lj_err *err);
/* The public part as PEM, appended to dst: what the verifier is given with --key. */
LJ_MUST_USE lj_code seal_key_export(const seal_key *key, lj_buf *dst, lj_err *err);

/* What the signature is for: a literal of small letters, and the version of the thing signed. */
typedef struct seal_purpose {
    const char *name;
    uint16_t version;
} seal_purpose;

/* LJ_E_FORBIDDEN for a key without its private part. */
LJ_MUST_USE lj_code seal_sign(const seal_key *key, seal_purpose purpose, lj_slice message,
                              seal_signature *out, lj_err *err);
/* LJ_E_TAMPERED when the signature does not fit; LJ_E_NOMEM. */
LJ_MUST_USE lj_code seal_check(const seal_key *key, seal_purpose purpose, lj_slice message,
                               const seal_signature *signature, lj_err *err);

/* "sm2", "ed25519"; NULL for a value that is none. */
const char *seal_scheme_name(seal_scheme scheme);
bool seal_scheme_lookup(lj_slice name, seal_scheme *out);

#endif
