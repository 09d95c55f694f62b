/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Keys and signatures through OpenSSL EVP. A key that is not of one of the two schemes, in the one
 * usual encoding (SM2 by name of the curve, uncompressed point), is refused: its id would depend on
 * the encoding. */
#include "seal/key.h"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/num.h"
#include "base/os.h"

/* GM/T 0009: the user id where none was agreed upon. */
static const char SM2_USER[] = "1234567812345678";

typedef struct scheme_row {
    seal_scheme scheme;
    seal_hash hash; /* of the message and of the key id */
    const char *name;
    const char *openssl; /* kind of key there */
    const char *digest;  /* inside the signature; NULL: its own */
    size_t public_len;   /* bytes of the DER SubjectPublicKeyInfo */
} scheme_row;

static const scheme_row schemes[] = {
    {SEAL_SM2,     SEAL_SM3,    "sm2",     "SM2",     "SM3", 91},
    {SEAL_ED25519, SEAL_SHA256, "ed25519", "ED25519", NULL,  44},
};

static const scheme_row *scheme_lookup(seal_scheme scheme)
{
    for (size_t i = 0; i < LJ_COUNT_OF(schemes); i++) {
        if (schemes[i].scheme == scheme) {
            return &schemes[i];
        }
    }
    return NULL;
}

const char *seal_scheme_name(seal_scheme scheme)
{
    const scheme_row *row = scheme_lookup(scheme);
    return row != NULL ? row->name : NULL;
}

bool seal_scheme_lookup(lj_slice name, seal_scheme *out)
{
    for (size_t i = 0; i < LJ_COUNT_OF(schemes); i++) {
        if (lj_slice_is(name, lj_cstr_bytes(schemes[i].name))) {
            *out = schemes[i].scheme;
            return true;
        }
    }
    return false;
}

void seal_key_done(seal_key *key)
{
    EVP_PKEY_free(key->pkey);
    key->pkey = NULL;
}

static lj_code key_id(const seal_key *key, seal_id *out, lj_err *err)
{
    const scheme_row *row = scheme_lookup(key->scheme);
    seal_hasher hasher;
    lj_code code = seal_hasher_init(&hasher, row->hash, err);
    if (code != LJ_OK) {
        return code;
    }
    uint8_t *der = NULL;
    int len = i2d_PUBKEY(key->pkey, &der);
    if (len == (int)row->public_len) {
        seal_digest digest = seal_hash_of(&hasher, lj_slice_of(der, (size_t)len));
        memcpy(out->bytes, digest.bytes, SEAL_ID_LEN);
    } else {
        code = lj_fail(err, LJ_E_UNSUPPORTED, UINT64_MAX, "the key is not in its usual encoding");
    }
    OPENSSL_free(der);
    seal_hasher_done(&hasher);
    return code;
}

/* Takes pkey in any case. */
static lj_code key_of(EVP_PKEY *pkey, bool is_private, seal_key *out, lj_err *err)
{
    seal_key key = {.pkey = pkey, .is_private = is_private};
    lj_code code = LJ_E_UNSUPPORTED;
    for (size_t i = 0; i < LJ_COUNT_OF(schemes); i++) {
        if (EVP_PKEY_is_a(pkey, schemes[i].openssl) == 1) {
            key.scheme = schemes[i].scheme;
            code = LJ_OK;
        }
    }
    code = code == LJ_OK ? key_id(&key, &key.id, err)
                         : lj_fail(err, LJ_E_UNSUPPORTED, UINT64_MAX, "neither SM2 nor Ed25519");
    if (code != LJ_OK) {
        seal_key_done(&key);
        return code;
    }
    *out = key;
    return LJ_OK;
}

lj_code seal_key_make(seal_scheme scheme, seal_key *out, lj_err *err)
{
    const scheme_row *row = scheme_lookup(scheme);
    EVP_PKEY *pkey = row != NULL ? EVP_PKEY_Q_keygen(NULL, NULL, row->openssl) : NULL;
    if (pkey == NULL) {
        return lj_fail(err, LJ_E_UNSUPPORTED, UINT64_MAX, "a key of this scheme cannot be made");
    }
    return key_of(pkey, true, out, err);
}

lj_code seal_key_from_seed(const uint8_t seed[32], seal_key *out, lj_err *err)
{
    EVP_PKEY *pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, 32);
    if (pkey == NULL) {
        return lj_fail(err, LJ_E_UNSUPPORTED, UINT64_MAX, "a key of this scheme cannot be made");
    }
    return key_of(pkey, true, out, err);
}

/* A key behind a password is no use to a server that starts by itself; and nobody is asked. */
static int no_password(char *room, int cap, int is_writing, void *ctx)
{
    (void)room;
    (void)cap;
    (void)is_writing;
    (void)ctx;
    return -1;
}

lj_code seal_key_read(lj_slice pem, seal_key *out, lj_err *err)
{
    if (pem.len == 0 || pem.len > SEAL_PEM_MAX) {
        return lj_fail(err, LJ_E_FORMAT, 0, "not a key in PEM");
    }
    BIO *in = BIO_new_mem_buf(pem.ptr, (int)pem.len);
    if (in == NULL) {
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for a key");
    }
    bool is_private = lj_slice_find(pem, LJ_BYTES("PRIVATE KEY-----")) != SIZE_MAX;
    EVP_PKEY *pkey = is_private ? PEM_read_bio_PrivateKey(in, NULL, no_password, NULL)
                                : PEM_read_bio_PUBKEY(in, NULL, no_password, NULL);
    BIO_free(in);
    if (pkey == NULL) {
        return lj_fail(err, LJ_E_FORMAT, 0, "not a key in PEM");
    }
    return key_of(pkey, is_private, out, err);
}

lj_code seal_key_load(int dir, const char *name, seal_key *out, lj_err *err)
{
    enum { ROOM = 256 * 1024 }; /* lj_os_load reads in large steps; one block, so that no copy of */
    lj_buf pem;                 /* the key is left where the buffer grew */
    lj_buf_init(&pem, NULL, ROOM);
    lj_code code = lj_buf_room(&pem, ROOM) == NULL
                       ? lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for a key")
                       : lj_os_load(dir, name, SEAL_PEM_MAX, &pem, err);
    if (code == LJ_OK) {
        code = seal_key_read(lj_buf_slice(&pem), out, err);
    }
    if (pem.ptr != NULL) {
        OPENSSL_cleanse(pem.ptr, pem.cap);
    }
    lj_buf_done(&pem);
    return code;
}

/* The text of a BIO in memory, borrowed. */
static lj_slice bio_bytes(BIO *bio)
{
    char *text = NULL;
    long len = BIO_get_mem_data(bio, &text);
    return lj_slice_of(text, len > 0 ? (size_t)len : 0);
}

lj_code seal_key_export(const seal_key *key, lj_buf *dst, lj_err *err)
{
    BIO *out = BIO_new(BIO_s_mem());
    bool made = out != NULL && PEM_write_bio_PUBKEY(out, key->pkey) == 1;
    if (made) {
        lj_buf_put(dst, bio_bytes(out));
    }
    BIO_free(out);
    return made && lj_buf_ok(dst) ? LJ_OK
                                  : lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for a key");
}

static lj_code key_put_file(int dir, const char *name, lj_slice pem, lj_err *err)
{
    int fd = -1;
    lj_code code = lj_os_create_file(dir, name, LJ_OS_FRESH, &fd, err);
    if (code == LJ_OK) {
        code = lj_os_write(fd, pem, err);
    }
    if (code == LJ_OK) {
        code = lj_os_sync(fd, err);
    }
    lj_os_close(fd);
    return code;
}

lj_code seal_key_save(const seal_key *key, int dir, const char *name, lj_err *err)
{
    lj_os_stat there;
    lj_code code = lj_os_stat_at(dir, name, &there, NULL);
    if (code == LJ_OK) {
        return lj_fail(err, LJ_E_CONFLICT, UINT64_MAX, "a key is never overwritten");
    }
    if (!key->is_private || code != LJ_E_NOT_FOUND) {
        return lj_fail(err, key->is_private ? code : LJ_E_FORBIDDEN, UINT64_MAX,
                       "the private part cannot be written");
    }
    lj_buf fresh; /* the name until everything is on the disk */
    lj_buf_init(&fresh, NULL, SEAL_PEM_MAX);
    lj_buf_put_cstr(&fresh, name);
    lj_buf_put(&fresh, LJ_BYTES(".new\0"));
    BIO *pem = BIO_new(BIO_s_secmem());
    if (pem == NULL || !lj_buf_ok(&fresh) ||
        PEM_write_bio_PKCS8PrivateKey(pem, key->pkey, NULL, NULL, 0, NULL, NULL) != 1) {
        code = lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for a key");
    } else {
        const char *fresh_name = (const char *)fresh.ptr;
        code = lj_os_remove(dir, fresh_name, err); /* an old one may have another mode */
        if (code == LJ_OK) {
            code = key_put_file(dir, fresh_name, bio_bytes(pem), err);
        }
        if (code == LJ_OK) {
            code = lj_os_rename(dir, fresh_name, name, err);
        }
        if (code != LJ_OK) {
            lj_code gone = lj_os_remove(dir, fresh_name, NULL); /* the first fault is told */
            (void)gone;
        }
    }
    BIO_free(pem);
    lj_buf_done(&fresh);
    return code;
}

static void put_str(lj_buf *dst, lj_slice text)
{
    lj_buf_put_u16le(dst, (uint16_t)text.len);
    lj_buf_put(dst, text);
}

/* What is really signed: see key.h. */
static lj_code signed_input(const scheme_row *row, seal_purpose purpose, lj_slice message,
                            lj_buf *dst, lj_err *err)
{
    seal_hasher hasher;
    lj_code code = seal_hasher_init(&hasher, row->hash, err);
    if (code != LJ_OK) {
        return code;
    }
    seal_digest digest = seal_hash_of(&hasher, message);
    seal_hasher_done(&hasher);
    lj_buf_put_cstr(dst, "lijian");
    put_str(dst, lj_cstr_bytes(purpose.name));
    lj_buf_put_u16le(dst, purpose.version);
    put_str(dst, lj_cstr_bytes(seal_hash_name(row->hash)));
    put_str(dst, seal_digest_bytes(&digest));
    return lj_buf_ok(dst) ? LJ_OK
                          : lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for a signature");
}

/* A context that waits for the one call that signs or checks; NULL without memory. The user id is
 * set behind the init, because OpenSSL 3.0 takes it nowhere else. */
static EVP_MD_CTX *context_new(const scheme_row *row, EVP_PKEY *pkey, bool is_signing)
{
    EVP_PKEY_CTX *inner = NULL; /* lives in ctx */
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    int made = 0;
    if (ctx != NULL) {
        made = is_signing
                   ? EVP_DigestSignInit_ex(ctx, &inner, row->digest, NULL, NULL, pkey, NULL)
                   : EVP_DigestVerifyInit_ex(ctx, &inner, row->digest, NULL, NULL, pkey, NULL);
    }
    if (made == 1 && row->scheme == SEAL_SM2) {
        made = EVP_PKEY_CTX_set1_id(inner, SM2_USER, sizeof(SM2_USER) - 1);
    }
    if (made != 1) {
        EVP_MD_CTX_free(ctx);
        return NULL;
    }
    return ctx;
}

lj_code seal_sign(const seal_key *key, seal_purpose purpose, lj_slice message, seal_signature *out,
                  lj_err *err)
{
    const scheme_row *row = scheme_lookup(key->scheme);
    if (row == NULL || !key->is_private) {
        return lj_fail(err, LJ_E_FORBIDDEN, UINT64_MAX, "the key has no private part");
    }
    lj_buf input;
    lj_buf_init(&input, NULL, SEAL_PEM_MAX);
    EVP_MD_CTX *ctx = NULL;
    seal_signature made = {.len = 0};
    size_t len = sizeof(made.bytes);
    lj_code code = signed_input(row, purpose, message, &input, err);
    if (code != LJ_OK) {
        goto done;
    }
    ctx = context_new(row, key->pkey, true);
    if (ctx == NULL || EVP_DigestSign(ctx, made.bytes, &len, input.ptr, input.len) != 1) {
        code = lj_fail(err, LJ_E_INTERNAL, UINT64_MAX, "the signature could not be made");
        goto done;
    }
    made.len = (uint8_t)len;
    *out = made;
done:
    EVP_MD_CTX_free(ctx);
    lj_buf_done(&input);
    return code;
}

lj_code seal_check(const seal_key *key, seal_purpose purpose, lj_slice message,
                   const seal_signature *signature, lj_err *err)
{
    const scheme_row *row = scheme_lookup(key->scheme);
    lj_buf input;
    lj_buf_init(&input, NULL, SEAL_PEM_MAX);
    EVP_MD_CTX *ctx = NULL;
    lj_code code = signed_input(row, purpose, message, &input, err);
    if (code != LJ_OK) {
        goto done;
    }
    ctx = context_new(row, key->pkey, false);
    if (ctx == NULL) {
        code = lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for a signature");
    } else if (EVP_DigestVerify(ctx, signature->bytes, signature->len, input.ptr, input.len) != 1) {
        code = lj_fail(err, LJ_E_TAMPERED, UINT64_MAX, "the signature does not fit");
    }
done:
    EVP_MD_CTX_free(ctx);
    lj_buf_done(&input);
    return code;
}
