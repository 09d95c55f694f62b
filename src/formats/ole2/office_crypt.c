/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Encryption of binary Office documents; see office_crypt.h.
 *
 * Specification: [MS-OFFCRYPTO] 2.3.1 (flags), 2.3.2 (EncryptionHeader), 2.3.3
 * (EncryptionVerifier), 2.3.5 (RC4 CryptoAPI), 2.3.6 (RC4 with 40 bits), 2.3.7 (XOR obfuscation).
 *
 * Model. A header gives salt and an encrypted verifier with its digest. A password gives a base;
 * the base and the number of a block give the key of that block. A password is right when the
 * verifier, decrypted with block 0, has the digest that follows it in the same key stream.
 *
 *   kind        base                                            key of block n
 *   RC4 40      MD5(16 x (MD5(password)[5] + salt))[5]          MD5(base + n), 16 bytes
 *   CryptoAPI   SHA1(salt + password)                           SHA1(base + n)[key_len]
 *
 * Traps. A CryptoAPI key of 40 bits is 5 bytes and 11 zeroes (2.3.5.2). A key size of 0 means 40.
 * The header size of 2.3.2 counts the name of the provider; what follows it is the verifier.
 *
 * Not done. AES inside of these headers (never seen in binary documents). Recovering an XOR
 * password from the text is the caller's. */
#include "formats/ole2/office_crypt.h"

#include "base/cur.h"
#include "base/num.h"

enum {
    ALG_RC4 = 0x6801,
    ALG_SHA1 = 0x8004,
    HEADER_FIXED = 32, /* bytes of EncryptionHeader before the provider's name */
    HEADER_MAX = 4096,
    KEY_BITS_40 = 40,
    KEY_LEN_MAX = 16,
    SHORT_KEY_LEN = 5, /* of 40 bits */
    MD5_LEN = 16,
    SHA1_LEN = 20,
    SALT_LEN = 16,
    PASSWORD_UNITS = 255, /* 2.3.1: at most 255 characters */
    REPEATS = 16,         /* 2.3.6.2 */
    XOR_PASSWORD_MAX = 15,
};

/* ---- header ---- */

static lj_code read_cryptoapi(office_crypt *crypt, format_run *run, lj_cur *cur)
{
    crypt->kind = OFFICE_CRYPT_CRYPTOAPI;
    crypt->detail = "rc4-cryptoapi";
    lj_cur_skip(cur, 4); /* the flags once more */
    uint32_t len = lj_cur_u32le(cur);
    if (!lj_cur_ok(cur) || len < HEADER_FIXED || len > HEADER_MAX) {
        return lj_fail(format_err(run), LJ_E_FORMAT, UINT64_MAX, "encryption header is cut");
    }
    lj_cur head = lj_cur_of(lj_cur_bytes(cur, len));
    crypt->flags = lj_cur_u32le(&head);
    lj_cur_skip(&head, 4);
    uint32_t cipher = lj_cur_u32le(&head);
    uint32_t digest = lj_cur_u32le(&head);
    uint32_t bits = lj_cur_u32le(&head);
    uint32_t salt_len = lj_cur_u32le(cur);
    lj_slice salt = lj_cur_bytes(cur, SALT_LEN);
    lj_slice verifier = lj_cur_bytes(cur, sizeof(crypt->verifier));
    uint32_t hash_len = lj_cur_u32le(cur);
    lj_slice hash = lj_cur_bytes(cur, SHA1_LEN);
    if (!lj_cur_ok(cur) || !lj_cur_ok(&head)) {
        return lj_fail(format_err(run), LJ_E_FORMAT, UINT64_MAX, "encryption verifier is cut");
    }
    bits = bits == 0 ? KEY_BITS_40 : bits;
    if (cipher != ALG_RC4 || (digest != ALG_SHA1 && digest != 0) || salt_len != SALT_LEN ||
        hash_len != SHA1_LEN || bits % 8 != 0 || bits < KEY_BITS_40 || bits > 8 * KEY_LEN_MAX) {
        crypt->kind = OFFICE_CRYPT_OTHER;
        crypt->detail = "office-unknown";
        return LJ_OK;
    }
    crypt->key_len = bits / 8;
    memcpy(crypt->salt, salt.ptr, SALT_LEN);
    memcpy(crypt->verifier, verifier.ptr, sizeof(crypt->verifier));
    memcpy(crypt->verifier_hash, hash.ptr, SHA1_LEN);
    return LJ_OK;
}

lj_code office_crypt_init(office_crypt *crypt, format_run *run, lj_slice header)
{
    *crypt = (office_crypt){.kind = OFFICE_CRYPT_OTHER, .detail = "office-unknown"};
    crypt->cipher = format_cipher(run);
    lj_cur cur = lj_cur_of(header);
    uint16_t major = lj_cur_u16le(&cur);
    uint16_t minor = lj_cur_u16le(&cur);
    if (major >= 2 && major <= 4 && minor == 2) {
        return read_cryptoapi(crypt, run, &cur);
    }
    if (lj_cur_ok(&cur) && (major != 1 || minor != 1)) {
        return LJ_OK;
    }
    lj_slice salt = lj_cur_bytes(&cur, SALT_LEN);
    lj_slice verifier = lj_cur_bytes(&cur, sizeof(crypt->verifier));
    lj_slice hash = lj_cur_bytes(&cur, MD5_LEN);
    if (!lj_cur_ok(&cur)) {
        return lj_fail(format_err(run), LJ_E_FORMAT, UINT64_MAX, "encryption header is cut");
    }
    crypt->kind = OFFICE_CRYPT_RC4_40;
    crypt->detail = "rc4-40";
    memcpy(crypt->salt, salt.ptr, SALT_LEN);
    memcpy(crypt->verifier, verifier.ptr, sizeof(crypt->verifier));
    memcpy(crypt->verifier_hash, hash.ptr, MD5_LEN);
    return LJ_OK;
}

/* ---- password ---- */

/* UTF-16LE; the text is valid UTF-8. Returns bytes. */
static size_t utf16_of(lj_str text, uint8_t out[2 * PASSWORD_UNITS])
{
    size_t len = 0;
    for (size_t at = 0; at < text.len && len + 4 <= 2 * (size_t)PASSWORD_UNITS;) {
        uint8_t c = (uint8_t)text.ptr[at];
        size_t width = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
        uint32_t point = width == 1 ? c : c & (0x7FU >> width);
        for (size_t i = 1; i < width && at + i < text.len; i++) {
            point = point << 6 | ((uint8_t)text.ptr[at + i] & 0x3FU);
        }
        at += width;
        if (point >= 0x10000) {
            uint32_t high = 0xD800 + ((point - 0x10000) >> 10);
            out[len++] = (uint8_t)high;
            out[len++] = (uint8_t)(high >> 8);
            point = 0xDC00 + ((point - 0x10000) & 0x3FF);
        }
        out[len++] = (uint8_t)point;
        out[len++] = (uint8_t)(point >> 8);
    }
    return len;
}

static void base_rc4_40(office_crypt *crypt, lj_slice password)
{
    uint8_t digest[LJ_DIGEST_MAX];
    uint8_t many[REPEATS * (SHORT_KEY_LEN + SALT_LEN)];
    lj_digest_of(crypt->cipher, LJ_MD5, password, (lj_slice){NULL, 0}, digest);
    for (size_t i = 0; i < REPEATS; i++) {
        uint8_t *at = many + i * (SHORT_KEY_LEN + SALT_LEN);
        memcpy(at, digest, SHORT_KEY_LEN);
        memcpy(at + SHORT_KEY_LEN, crypt->salt, SALT_LEN);
    }
    lj_digest_of(crypt->cipher, LJ_MD5, lj_slice_of(many, sizeof(many)), (lj_slice){NULL, 0},
                 crypt->base);
}

bool office_crypt_try(office_crypt *crypt, lj_str password)
{
    uint8_t units[2 * PASSWORD_UNITS];
    lj_slice wide = lj_slice_of(units, utf16_of(password, units));
    bool cryptoapi = crypt->kind == OFFICE_CRYPT_CRYPTOAPI;
    if (crypt->kind == OFFICE_CRYPT_OTHER) {
        return false;
    }
    if (cryptoapi) {
        lj_digest_of(crypt->cipher, LJ_SHA1, lj_slice_of(crypt->salt, SALT_LEN), wide, crypt->base);
    } else {
        base_rc4_40(crypt, wide);
    }
    size_t hash_len = cryptoapi ? SHA1_LEN : MD5_LEN;
    uint8_t verifier[sizeof(crypt->verifier)];
    uint8_t wanted[SHA1_LEN];
    uint8_t found[LJ_DIGEST_MAX];
    lj_rc4 rc4;
    office_crypt_block(crypt, 0, &rc4);
    lj_rc4_apply(&rc4, crypt->verifier, verifier, sizeof(verifier));
    lj_rc4_apply(&rc4, crypt->verifier_hash, wanted, hash_len);
    lj_digest_of(crypt->cipher, cryptoapi ? LJ_SHA1 : LJ_MD5,
                 lj_slice_of(verifier, sizeof(verifier)), (lj_slice){NULL, 0}, found);
    crypt->is_open = memcmp(wanted, found, hash_len) == 0;
    return crypt->is_open;
}

/* The passwords in the order in which they are tried; false behind the last. */
static bool password_at(const format_run *run, uint32_t idx, const char *standard, lj_str *out)
{
    *out = LJ_STR("");
    if (idx == 0) {
        return true;
    }
    if (standard != NULL && idx == 1) {
        *out = lj_cstr_str(standard);
        return true;
    }
    idx -= standard != NULL ? 2 : 1;
    if (idx >= format_password_count(run)) {
        return false;
    }
    *out = format_password(run, idx);
    return true;
}

bool office_crypt_open(office_crypt *crypt, format_run *run, const char *standard)
{
    lj_str password;
    for (uint32_t i = 0; password_at(run, i, standard, &password); i++) {
        if (office_crypt_try(crypt, password)) {
            format_tell(run, NOTE_PASSWORD_USED);
            return true;
        }
    }
    return false;
}

/* ---- blocks ---- */

void office_crypt_block(const office_crypt *crypt, uint32_t block_no, lj_rc4 *out)
{
    uint8_t number[4] = {(uint8_t)block_no, (uint8_t)(block_no >> 8), (uint8_t)(block_no >> 16),
                         (uint8_t)(block_no >> 24)};
    uint8_t key[LJ_DIGEST_MAX];
    lj_slice tail = lj_slice_of(number, sizeof(number));
    if (crypt->kind != OFFICE_CRYPT_CRYPTOAPI) {
        lj_digest_of(crypt->cipher, LJ_MD5, lj_slice_of(crypt->base, SHORT_KEY_LEN), tail, key);
        lj_rc4_init(out, lj_slice_of(key, MD5_LEN));
        return;
    }
    lj_digest_of(crypt->cipher, LJ_SHA1, lj_slice_of(crypt->base, SHA1_LEN), tail, key);
    size_t len = crypt->key_len;
    if (len == SHORT_KEY_LEN) { /* 2.3.5.2: a key of 40 bits is filled with zeroes */
        memset(key + len, 0, KEY_LEN_MAX - len);
        len = KEY_LEN_MAX;
    }
    lj_rc4_init(out, lj_slice_of(key, len));
}

void office_crypt_apply(const office_crypt *crypt, uint64_t off, uint32_t block_len,
                        const uint8_t *src, uint8_t *dst, size_t len)
{
    lj_rc4 rc4;
    uint8_t skipped[1024];
    for (size_t at = 0; at < len;) {
        uint32_t inside = (uint32_t)((off + at) % block_len);
        size_t part = lj_min_size(len - at, block_len - inside);
        office_crypt_block(crypt, (uint32_t)((off + at) / block_len), &rc4);
        for (uint32_t left = inside; left > 0;) {
            size_t step = lj_min_size(left, sizeof(skipped));
            memset(skipped, 0, step);
            lj_rc4_apply(&rc4, skipped, skipped, step);
            left -= (uint32_t)step;
        }
        lj_rc4_apply(&rc4, src + at, dst + at, part);
        at += part;
    }
}

/* ---- XOR obfuscation ---- */

/* 2.3.7.2: start values by length of the password. */
static const uint16_t xor_first[XOR_PASSWORD_MAX] = {0xE1F0, 0x1D0F, 0xCC9C, 0x84C0, 0x110C,
                                                     0x0E10, 0xF1CE, 0x313E, 0x1872, 0xE139,
                                                     0xD40F, 0x84F9, 0x280C, 0xA96A, 0x4EC3};

/* The matrix of 2.3.7.2 is a shift register: from its last row backwards, each letter takes eight
 * steps of it, of which seven are used. */
static uint16_t xor_key_of(lj_slice password)
{
    enum { POLYNOMIAL = 0x1021, LETTER_BITS = 8 };
    uint32_t key = password.len > 0 ? xor_first[password.len - 1] : 0;
    uint32_t mask = POLYNOMIAL;
    for (size_t i = password.len; i-- > 0;) {
        uint32_t letter = password.ptr[i] & 0x7FU;
        for (unsigned bit = 0; bit < LETTER_BITS; bit++) {
            key ^= (letter >> bit & 1U) != 0 ? mask : 0;
            mask = (mask << 1 & 0xFFFFU) ^ ((mask & 0x8000U) != 0 ? POLYNOMIAL : 0);
        }
    }
    return (uint16_t)key;
}

/* 2.3.7.1 */
static uint16_t xor_hash_of(lj_slice password)
{
    uint32_t hash = 0;
    for (size_t i = password.len; i-- > 0;) {
        hash = ((hash >> 14 & 1U) | (hash << 1 & 0x7FFFU)) ^ password.ptr[i];
    }
    hash = ((hash >> 14 & 1U) | (hash << 1 & 0x7FFFU)) ^ (uint32_t)password.len;
    return (uint16_t)(hash ^ 0xCE4BU);
}

void office_xor_init(office_xor *out, lj_slice password, unsigned rotate)
{
    static const uint8_t fill[OFFICE_XOR_LEN] = {0xBB, 0xFF, 0xFF, 0xBA, 0xFF, 0xFF, 0xB9, 0x80,
                                                 0x00, 0xBE, 0x0F, 0x00, 0xBF, 0x0F, 0x00, 0x00};
    password = lj_slice_part(password, 0, XOR_PASSWORD_MAX);
    out->key = xor_key_of(password);
    out->hash = xor_hash_of(password);
    for (size_t i = 0; i < OFFICE_XOR_LEN; i++) {
        uint32_t byte = i < password.len ? password.ptr[i] : fill[i - password.len];
        byte ^= i % 2 == 0 ? out->key & 0xFFU : out->key >> 8;
        out->pad[i] = (uint8_t)(byte << rotate | byte >> (8 - rotate));
    }
}

bool office_xor_open(office_xor *out, format_run *run, uint16_t key, uint16_t hash, unsigned rotate,
                     const char *standard)
{
    lj_str password;
    for (uint32_t i = 0; password_at(run, i, standard, &password); i++) {
        uint8_t units[2 * PASSWORD_UNITS];
        uint8_t letters[PASSWORD_UNITS];
        size_t count = utf16_of(password, units) / 2;
        for (size_t k = 0; k < count; k++) { /* 2.3.7.4: the low byte when it is not 0 */
            letters[k] = units[2 * k] != 0 ? units[2 * k] : units[2 * k + 1];
        }
        office_xor made;
        office_xor_init(&made, lj_slice_of(letters, count), rotate);
        if (made.key == key && made.hash == hash) {
            *out = made;
            format_tell(run, NOTE_PASSWORD_USED);
            return true;
        }
    }
    return false;
}

void office_xor_apply_doc(const office_xor *pad, uint64_t off, const uint8_t *src, uint8_t *dst,
                          size_t len)
{
    for (size_t i = 0; i < len; i++) {
        uint8_t byte = src[i] ^ pad->pad[(off + i) % OFFICE_XOR_LEN];
        dst[i] = src[i] == 0 || byte == 0 ? src[i] : byte;
    }
}

void office_xor_apply_xls(const office_xor *pad, uint32_t at, const uint8_t *src, uint8_t *dst,
                          size_t len)
{
    for (size_t i = 0; i < len; i++) {
        uint32_t byte = src[i];
        byte = (byte << 3 | byte >> 5) & 0xFFU;
        dst[i] = (uint8_t)(byte ^ pad->pad[(at + i) % OFFICE_XOR_LEN]);
    }
}
