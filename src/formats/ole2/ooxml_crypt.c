/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Encrypted Office Open XML: a package inside a compound file.
 *
 * Specification: [MS-OFFCRYPTO] 2.3.4 (EncryptionInfo, EncryptedPackage), 2.3.4.5 to 2.3.4.9
 * standard, 2.3.4.10 to 2.3.4.15 agile, 2.2.1 data spaces; ECMA-376 part 2 annex. Models read:
 * Apache POI's poifs.crypt, LibreOffice's AgileEngine, msoffcrypto-tool.
 *
 * How it maps: the kind of encryption is named (gap `encrypted`: ooxml-standard, ooxml-agile,
 * ooxml-extensible, ooxml-rights for packages under rights management). The password that Excel
 * takes by default ("VelvetSweatshop": such a file opens without asking, hidden-marks C09), the
 * empty one and those of the inspector are tried; with the right one the package is a child, read
 * like any, and the note `password_used` says so.
 *
 * Traps
 * - The spin count comes from the file, up to 10,000,000 by the specification: rounds are charged
 * as work, so a liar ends at the limit.
 * - Agile: hash and key lengths of the verifier and of the package may differ; segments are 4,096
 *   bytes; the last one is padded.
 * - A standard header may name SHA-1 by 0 (2.3.2) and AES by 0 with the flag fAES.
 *
 * Not done: certificates as key encryptors; the integrity code (damage shows in the package). */
#include "base/cipher.h"
#include "base/cur.h"
#include "base/num.h"
#include "formats/format_priv.h"
#include "formats/ole2/ole2_priv.h"
#include "formats/xml_token.h"

enum {
    INFO_MOST = 256 * 1024,
    PASSWORD_MOST = 510, /* bytes of UTF-16: 255 letters, 2.3.4 */
    SEGMENT = 4096,
    SALT_MOST = 64,
    VALUE_MOST = 128,
    STANDARD_SPIN = 50000,
    KEY_MOST = 32,
    SIZE_LEN = 8, /* of the size in front of the package */
};

typedef struct agile_key {
    uint8_t salt[SALT_MOST];
    size_t salt_len, key_len, hash_len;
    lj_digest digest;
    bool is_cbc, is_aes;
} agile_key;

typedef struct crypt_info {
    bool is_agile;
    uint32_t spin;
    agile_key package, password;
    uint8_t verifier[VALUE_MOST], verifier_hash[VALUE_MOST], key_value[VALUE_MOST];
    size_t verifier_len, verifier_hash_len, key_value_len;
    /* the outcome */
    uint8_t key[KEY_MOST];
    size_t key_len;
} crypt_info;

/* ---- what the file states ---- */

static bool digest_lookup(lj_str name, lj_digest *out)
{
    static const struct {
        const char *name;
        lj_digest digest;
    } rows[] = {
        {"SHA1",   LJ_SHA1  },
        {"SHA-1",  LJ_SHA1  },
        {"SHA256", LJ_SHA256},
        {"SHA384", LJ_SHA384},
        {"SHA512", LJ_SHA512},
        {"MD5",    LJ_MD5   }
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        if (lj_slice_is_nocase(lj_str_bytes(name), lj_cstr_bytes(rows[i].name))) {
            *out = rows[i].digest;
            return true;
        }
    }
    return false;
}

static int base64_digit(uint8_t c)
{
    return c >= 'A' && c <= 'Z'   ? c - 'A'
           : c >= 'a' && c <= 'z' ? c - 'a' + 26
           : c >= '0' && c <= '9' ? c - '0' + 52
           : c == '+'             ? 62
           : c == '/'             ? 63
                                  : -1;
}

static size_t base64_take(lj_str text, uint8_t *out, size_t cap)
{
    uint32_t bits = 0;
    int have = 0;
    size_t len = 0;
    for (size_t i = 0; i < text.len && len < cap; i++) {
        int digit = base64_digit((uint8_t)text.ptr[i]);
        if (digit < 0) {
            continue;
        }
        bits = bits << 6 | (uint32_t)digit;
        have += 6;
        if (have >= 8) {
            have -= 8;
            out[len++] = (uint8_t)(bits >> have);
        }
    }
    return len;
}

static size_t number_of(const xml_token *token, lj_slice name)
{
    int64_t value = 0;
    bool good = xml_int(xml_value_of(token, name), &value) && value >= 0 && value <= INT32_MAX;
    return good ? (size_t)value : 0;
}

static bool agile_key_take(const xml_token *token, agile_key *key)
{
    key->salt_len = base64_take(XML_VALUE(token, "saltValue"), key->salt, SALT_MOST);
    key->key_len = number_of(token, LJ_BYTES("keyBits")) / 8;
    key->is_aes = lj_str_is(XML_VALUE(token, "cipherAlgorithm"), LJ_STR("AES"));
    key->is_cbc = lj_str_is(XML_VALUE(token, "cipherChaining"), LJ_STR("ChainingModeCBC"));
    bool known = digest_lookup(XML_VALUE(token, "hashAlgorithm"), &key->digest);
    return known && key->is_aes && key->is_cbc && key->key_len >= 16 && key->key_len <= KEY_MOST &&
           key->salt_len > 0;
}

/* 2.3.4.10: XML behind the version words. */
static bool agile_parse(format_run *run, lj_slice xml, crypt_info *info)
{
    xml_reader *reader = xml_open_bytes(run, format_arena(run), xml, NULL);
    bool has_package = false;
    bool has_password = false;
    for (const xml_token *token = NULL; reader != NULL;) {
        token = xml_next(reader);
        if (token->kind == XML_END_OF_INPUT) {
            break;
        }
        if (token->kind != XML_START) {
            continue;
        }
        if (lj_slice_is(token->local, LJ_BYTES("keyData"))) {
            has_package = agile_key_take(token, &info->package);
        } else if (lj_slice_is(token->local, LJ_BYTES("encryptedKey")) && !has_password) {
            info->spin = (uint32_t)number_of(token, LJ_BYTES("spinCount"));
            info->verifier_len = base64_take(XML_VALUE(token, "encryptedVerifierHashInput"),
                                             info->verifier, VALUE_MOST);
            info->verifier_hash_len = base64_take(XML_VALUE(token, "encryptedVerifierHashValue"),
                                                  info->verifier_hash, VALUE_MOST);
            info->key_value_len =
                base64_take(XML_VALUE(token, "encryptedKeyValue"), info->key_value, VALUE_MOST);
            has_password = agile_key_take(token, &info->password);
        }
    }
    info->is_agile = true;
    return has_package && has_password;
}

/* 2.3.4.5: flags, a header of stated size, the verifier (2.3.3). */
static bool standard_parse(lj_slice bytes, crypt_info *info)
{
    enum { FLAG_AES = 0x20, AES_128 = 0x660E, AES_192 = 0x660F, AES_256 = 0x6610 };
    lj_cur cur = lj_cur_of(bytes);
    lj_cur_skip(&cur, 4);
    uint32_t header_len = lj_cur_u32le(&cur);
    if (!lj_cur_ok(&cur) || header_len > lj_cur_left(&cur)) {
        return false;
    }
    lj_cur header = lj_cur_of(lj_cur_bytes(&cur, header_len));
    uint32_t flags = lj_cur_u32le(&header);
    lj_cur_skip(&header, 4);
    uint32_t cipher = lj_cur_u32le(&header);
    lj_cur_skip(&header, 4);
    uint32_t key_bits = lj_cur_u32le(&header);
    bool aes = cipher == AES_128 || cipher == AES_192 || cipher == AES_256 ||
               (cipher == 0 && (flags & FLAG_AES) != 0);
    info->key_len = key_bits == 0 ? 16 : key_bits / 8;
    uint32_t salt_len = lj_cur_u32le(&cur);
    lj_slice salt = lj_cur_bytes(&cur, 16);
    lj_slice verifier = lj_cur_bytes(&cur, 16);
    uint32_t hash_len = lj_cur_u32le(&cur);
    lj_slice hash = lj_cur_bytes(&cur, 32);
    if (!lj_cur_ok(&cur) || !lj_cur_ok(&header) || !aes || salt_len != 16 || hash_len != 20 ||
        (info->key_len != 16 && info->key_len != 24 && info->key_len != 32)) {
        return false;
    }
    memcpy(info->package.salt, salt.ptr, salt.len);
    info->package.salt_len = salt.len;
    memcpy(info->verifier, verifier.ptr, verifier.len);
    info->verifier_len = verifier.len;
    memcpy(info->verifier_hash, hash.ptr, hash.len);
    info->verifier_hash_len = hash.len;
    info->spin = STANDARD_SPIN;
    return true;
}

/* ---- keys ---- */

/* H(i + H(i - 1 + ... H(salt + password))), 2.3.4.7 and 2.3.4.11; charged in rounds. */
static lj_code spin(format_run *run, lj_digest kind, lj_slice salt, lj_slice password,
                    uint32_t rounds, uint8_t sum[LJ_DIGEST_MAX])
{
    enum { STEP = 1024 };
    lj_cipher *cipher = format_cipher(run);
    size_t len = lj_digest_len(kind);
    lj_digest_of(cipher, kind, salt, password, sum);
    for (uint32_t i = 0; i < rounds; i++) {
        if (i % STEP == 0) {
            lj_code code = format_work(run, (uint64_t)STEP * len);
            if (code != LJ_OK) {
                return code;
            }
        }
        const uint8_t no[4] = {(uint8_t)i, (uint8_t)(i >> 8), (uint8_t)(i >> 16),
                               (uint8_t)(i >> 24)};
        lj_digest_of(cipher, kind, lj_slice_of(no, sizeof(no)), lj_slice_of(sum, len), sum);
    }
    return LJ_OK;
}

/* 2.3.4.7: the key out of the last hash, by the way of CryptDeriveKey. */
static void standard_key(lj_cipher *cipher, const uint8_t *last, crypt_info *info)
{
    static const uint8_t block[4] = {0};
    uint8_t final[LJ_DIGEST_MAX];
    uint8_t both[2 * LJ_DIGEST_MAX];
    lj_digest_of(cipher, LJ_SHA1, lj_slice_of(last, 20), lj_slice_of(block, 4), final);
    for (int half = 0; half < 2; half++) {
        uint8_t pad[64];
        memset(pad, half == 0 ? 0x36 : 0x5C, sizeof(pad));
        for (size_t i = 0; i < 20; i++) {
            pad[i] ^= final[i];
        }
        lj_digest_of(cipher, LJ_SHA1, lj_slice_of(pad, sizeof(pad)), (lj_slice){NULL, 0},
                     both + (size_t)half * 20);
    }
    memcpy(info->key, both, info->key_len);
}

static lj_code standard_try(format_run *run, lj_slice password, crypt_info *info, bool *out_fits)
{
    lj_cipher *cipher = format_cipher(run);
    uint8_t sum[LJ_DIGEST_MAX];
    lj_code code = spin(run, LJ_SHA1, lj_slice_of(info->package.salt, info->package.salt_len),
                        password, info->spin, sum);
    if (code != LJ_OK) {
        return code;
    }
    standard_key(cipher, sum, info);
    uint8_t verifier[16];
    uint8_t hash[32];
    lj_slice key = lj_slice_of(info->key, info->key_len);
    bool good = lj_aes_decrypt(cipher, key, NULL, lj_slice_of(info->verifier, 16), verifier) &&
                lj_aes_decrypt(cipher, key, NULL, lj_slice_of(info->verifier_hash, 32), hash);
    lj_digest_of(cipher, LJ_SHA1, lj_slice_of(verifier, 16), (lj_slice){NULL, 0}, sum);
    *out_fits = good && memcmp(sum, hash, 20) == 0;
    return LJ_OK;
}

/* A value under the key that belongs to its block, 2.3.4.11 and 2.3.4.12. */
static bool agile_open(lj_cipher *cipher, const agile_key *key, const uint8_t *last,
                       const char *block, lj_slice value, uint8_t *out)
{
    uint8_t derived[LJ_DIGEST_MAX];
    uint8_t iv[16];
    size_t len = lj_digest_len(key->digest);
    lj_digest_of(cipher, key->digest, lj_slice_of(last, len), lj_slice_of(block, 8), derived);
    memset(derived + len, 0x36, sizeof(derived) - len); /* longer keys are filled up */
    memset(iv, 0x36, sizeof(iv));
    memcpy(iv, key->salt, lj_min_size(key->salt_len, sizeof(iv)));
    return lj_aes_decrypt(cipher, lj_slice_of(derived, key->key_len), iv, value, out);
}

static lj_code agile_try(format_run *run, lj_slice password, crypt_info *info, bool *out_fits)
{
    static const char input_block[] = "\xFE\xA7\xD2\x76\x3B\x4B\x9E\x79";
    static const char value_block[] = "\xD7\xAA\x0F\x6D\x30\x61\x34\x4E";
    static const char key_block[] = "\x14\x6E\x0B\xE7\xAB\xAC\xD0\xD6";
    lj_cipher *cipher = format_cipher(run);
    const agile_key *key = &info->password;
    uint8_t sum[LJ_DIGEST_MAX];
    lj_code code =
        spin(run, key->digest, lj_slice_of(key->salt, key->salt_len), password, info->spin, sum);
    if (code != LJ_OK) {
        return code;
    }
    uint8_t input[VALUE_MOST];
    uint8_t stated[VALUE_MOST];
    uint8_t value[VALUE_MOST];
    uint8_t made[LJ_DIGEST_MAX];
    size_t len = lj_digest_len(key->digest);
    lj_slice verifier = lj_slice_of(info->verifier, info->verifier_len);
    bool good = info->verifier_hash_len >= len && verifier.len >= key->salt_len &&
                info->key_value_len >= info->package.key_len &&
                agile_open(cipher, key, sum, input_block, verifier, input) &&
                agile_open(cipher, key, sum, value_block,
                           lj_slice_of(info->verifier_hash, info->verifier_hash_len), stated);
    if (good) {
        lj_digest_of(cipher, key->digest, lj_slice_of(input, key->salt_len), (lj_slice){NULL, 0},
                     made);
        good = memcmp(made, stated, len) == 0 &&
               agile_open(cipher, key, sum, key_block,
                          lj_slice_of(info->key_value, info->key_value_len), value);
    }
    if (good) {
        info->key_len = info->package.key_len;
        memcpy(info->key, value, info->key_len);
    }
    *out_fits = good;
    return LJ_OK;
}

/* ---- the package as a source ---- */

typedef struct package_stream {
    format_run *run;
    format_src *src; /* EncryptedPackage */
    const crypt_info *info;
    uint64_t at, size; /* in the package */
    uint8_t segment[SEGMENT];
} package_stream;

static lj_code package_restart(void *ctx, lj_err *err)
{
    package_stream *stream = ctx;
    (void)err;
    stream->at = 0;
    return LJ_OK;
}

/* Agile: each segment has its vector, H(salt + number); standard: one key, no vector (ECB). */
static lj_code package_pull(void *ctx, uint8_t *dst, size_t cap, size_t *out_len, lj_err *err)
{
    package_stream *stream = ctx;
    const crypt_info *info = stream->info;
    (void)err;
    *out_len = 0;
    while (cap > 0 && stream->at < stream->size) {
        uint64_t no = stream->at / SEGMENT;
        size_t skip = (size_t)(stream->at % SEGMENT);
        size_t have = format_pull(stream->run, stream->src, SIZE_LEN + no * SEGMENT,
                                  stream->segment, SEGMENT);
        have &= ~(size_t)15;
        if (have <= skip) {
            return LJ_E_FORMAT; /* shorter than it says */
        }
        uint8_t iv[LJ_DIGEST_MAX] = {0};
        if (info->is_agile) {
            const uint8_t no_bytes[4] = {(uint8_t)no, (uint8_t)(no >> 8), (uint8_t)(no >> 16),
                                         (uint8_t)(no >> 24)};
            lj_digest_of(format_cipher(stream->run), info->package.digest,
                         lj_slice_of(info->package.salt, info->package.salt_len),
                         lj_slice_of(no_bytes, 4), iv);
        }
        if (!lj_aes_decrypt(format_cipher(stream->run), lj_slice_of(info->key, info->key_len),
                            info->is_agile ? iv : NULL, lj_slice_of(stream->segment, have),
                            stream->segment)) {
            return LJ_E_FORMAT;
        }
        size_t part = (size_t)lj_min_u64(lj_min_u64(have - skip, cap), stream->size - stream->at);
        memcpy(dst, stream->segment + skip, part);
        dst += part;
        cap -= part;
        stream->at += part;
        *out_len += part;
    }
    return LJ_OK;
}

static const format_stream_ops package_ops = {package_restart, package_pull, NULL};

static lj_code package_read(ole2_file *file, uint32_t idx, const crypt_info *info)
{
    format_run *run = file->run;
    package_stream *stream = lj_arena_alloc(format_arena(run), sizeof(*stream));
    format_src *src = ole2_stream(file, idx);
    uint8_t head[SIZE_LEN] = {0};
    if (stream == NULL || src == NULL || format_pull(run, src, 0, head, SIZE_LEN) < SIZE_LEN) {
        return stream == NULL ? LJ_E_LIMIT : LJ_E_FORMAT;
    }
    lj_cur cur = lj_cur_of(lj_slice_of(head, sizeof(head)));
    uint64_t stored = format_src_size(src) - SIZE_LEN;
    *stream = (package_stream){.run = run, .src = src, .info = info};
    stream->size = lj_min_u64(lj_cur_u64le(&cur), stored);
    format_src *package = format_stream(run, &package_ops, stream, stream->size, stored);
    format_child_info child = {.name = LJ_BYTES("EncryptedPackage"), .kind = FORMAT_EMBEDDED};
    format_tell(run, NOTE_PASSWORD_USED);
    ole2_take(file, idx, FORMAT_READ);
    return format_child(run, &child, package);
}

/* ---- the row ---- */

static lj_code try_password(format_run *run, lj_str password, crypt_info *info, bool *out_fits)
{
    lj_buf wide;
    lj_buf_init(&wide, format_arena(run), PASSWORD_MOST + 2);
    for (size_t at = 0; at < password.len && lj_buf_ok(&wide);) {
        uint8_t c = (uint8_t)password.ptr[at];
        size_t len = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
        uint32_t letter = c < 0x80 ? c : c & (0xFFU >> (len + 1));
        for (size_t i = 1; i < len && at + i < password.len; i++) {
            letter = letter << 6 | ((uint8_t)password.ptr[at + i] & 0x3FU);
        }
        at += len;
        if (letter > 0xFFFF) {
            lj_buf_put_u16le(&wide, (uint16_t)(0xD7C0 + (letter >> 10)));
            letter = 0xDC00 + (letter & 0x3FF);
        }
        lj_buf_put_u16le(&wide, (uint16_t)letter);
    }
    if (!lj_buf_ok(&wide)) {
        *out_fits = false; /* longer than Office takes */
        return LJ_OK;
    }
    lj_slice bytes = lj_buf_slice(&wide);
    return info->is_agile ? agile_try(run, bytes, info, out_fits)
                          : standard_try(run, bytes, info, out_fits);
}

static lj_code find_password(format_run *run, crypt_info *info, bool *out_fits)
{
    lj_code code = try_password(run, LJ_STR("VelvetSweatshop"), info, out_fits);
    for (uint32_t i = 0; code == LJ_OK && !*out_fits && i < format_password_count(run); i++) {
        code = try_password(run, format_password(run, i), info, out_fits);
    }
    return code;
}

/* Which kind, by the version words of EncryptionInfo: 2.3.4.5 x.2, 2.3.4.6 x.3, 2.3.4.10 4.4. */
static const char *info_parse(format_run *run, lj_slice bytes, crypt_info *info, bool *out_usable)
{
    lj_cur cur = lj_cur_of(bytes);
    uint16_t major = lj_cur_u16le(&cur);
    uint16_t minor = lj_cur_u16le(&cur);
    lj_slice rest = lj_slice_part(bytes, 4, SIZE_MAX);
    *out_usable = false;
    if (major == 4 && minor == 4) {
        *out_usable = agile_parse(run, lj_slice_part(bytes, 8, SIZE_MAX), info);
        return "ooxml-agile";
    }
    if (minor == 2 && major >= 2 && major <= 4) {
        *out_usable = standard_parse(rest, info);
        return "ooxml-standard";
    }
    return minor == 3 ? "ooxml-extensible" : "ooxml";
}

static lj_code ooxml_crypt_read(format_run *run, format_src *src)
{
    ole2_file *file = ole2_of(run);
    (void)src;
    if (file == NULL) {
        return LJ_E_FORMAT;
    }
    uint32_t info_idx = ole2_lookup(file, OLE2_ROOT, LJ_BYTES("EncryptionInfo"));
    uint32_t package_idx = ole2_lookup(file, OLE2_ROOT, LJ_BYTES("EncryptedPackage"));
    format_src *info_src = ole2_stream(file, info_idx);
    const char *kind = "ooxml-rights"; /* no EncryptionInfo: rights management (2.2.6) */
    bool usable = false;
    bool fits = false;
    crypt_info *info = lj_arena_alloc(format_arena(run), sizeof(*info));
    if (info == NULL) {
        return LJ_E_LIMIT;
    }
    if (info_src != NULL) {
        lj_slice bytes = format_slurp(run, info_src, 0, INFO_MOST);
        kind = info_parse(run, bytes, info, &usable);
        ole2_take(file, info_idx, FORMAT_OPAQUE);
    }
    lj_code code = usable ? find_password(run, info, &fits) : LJ_OK;
    if (code != LJ_OK) {
        return code;
    }
    if (fits) {
        code = package_read(file, package_idx, info);
    } else {
        format_gap(run, GAP_ENCRYPTED, kind, (span_place){0});
        ole2_take(file, package_idx, FORMAT_LOCKED);
    }
    if (code == LJ_E_LIMIT || code == LJ_E_CANCELLED) {
        return code;
    }
    lj_code rest = ole2_read_rest(file);
    return code == LJ_OK ? rest : code;
}

/* 2.3: the two streams; EncryptedPackage alone is a package under rights management. */
static int ooxml_crypt_sniff(const format_probe *probe)
{
    return format_probe_has(probe, LJ_BYTES("EncryptedPackage")) ? 200 : 0;
}

const format_row format_ooxml_encrypted_row = {
    .name = "ooxml-encrypted",
    .base = "ole2",
    .extensions = "docx xlsx pptx docm xlsm pptm dotx xltx potx xlsb",
    .sniff = ooxml_crypt_sniff,
    .read = ooxml_crypt_read,
    .en = "encrypted Office document",
    .zh = "加密的 Office 文档",
};
