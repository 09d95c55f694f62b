/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The three ways in which binary Office documents (doc, xls, ppt) are encrypted, and opening them
 * with a known password: RC4 with 40 bits, RC4 of the CryptoAPI, and the XOR obfuscation of old
 * versions. Reading only. */
#ifndef LJ_FORMATS_OLE2_OFFICE_CRYPT_H
#define LJ_FORMATS_OLE2_OFFICE_CRYPT_H

#include "base/cipher.h"
#include "formats/format.h"

typedef enum office_crypt_kind {
    OFFICE_CRYPT_RC4_40,    /* [MS-OFFCRYPTO] 2.3.6 */
    OFFICE_CRYPT_CRYPTOAPI, /* 2.3.5 */
    OFFICE_CRYPT_OTHER,     /* a version or an algorithm that no known program writes here */
} office_crypt_kind;

enum { OFFICE_XOR_LEN = 16 };

typedef struct office_crypt {
    office_crypt_kind kind;
    const char *detail; /* for GAP_ENCRYPTED: "rc4-40", "rc4-cryptoapi", "office-unknown" */
    lj_cipher *cipher;
    uint32_t flags; /* CryptoAPI: 2.3.1; 0x08 = document properties are not encrypted */
    uint32_t key_len;
    uint8_t salt[16], verifier[16], verifier_hash[20]; /* the last two encrypted */
    bool is_open;                                      /* a password fitted: base is set */
    uint8_t base[LJ_DIGEST_MAX]; /* what keys of blocks are made from: 5 or 20 bytes */
} office_crypt;

/* Takes the encryption header: what stands at the head of a doc's table stream, behind the first
 * word of a FILEPASS record with encryption type 1, in a CryptSession10Container. Lives as long as
 * the run. Returns LJ_OK also for OFFICE_CRYPT_OTHER (which never opens), LJ_E_FORMAT when the
 * header is cut. */
LJ_MUST_USE lj_code office_crypt_init(office_crypt *crypt, format_run *run, lj_slice header);
/* True when the password fits; then blocks can be decrypted. */
bool office_crypt_try(office_crypt *crypt, lj_str password);
/* Tries the empty password, the program's own one (standard: "VelvetSweatshop" for xls; may be
 * NULL), then the inspector's. Tells NOTE_PASSWORD_USED. False: report GAP_ENCRYPTED with detail.
 */
bool office_crypt_open(office_crypt *crypt, format_run *run, const char *standard);
/* The key stream of a block, from its start. Only when is_open. */
void office_crypt_block(const office_crypt *crypt, uint32_t block_no, lj_rc4 *out);
/* Decrypts bytes that stand at off of a stream that is cut into blocks of block_len (doc 512, xls
 * 1024), numbered from 0. dst may be src. */
void office_crypt_apply(const office_crypt *crypt, uint64_t off, uint32_t block_len,
                        const uint8_t *src, uint8_t *dst, size_t len);

/* ---- XOR obfuscation, 2.3.7 ---- */

/* What a password gives. doc: rotate 7, key and hash are the high and low word of lKey; xls: rotate
 * 2, key and hash stand in FILEPASS with type 0. */
typedef struct office_xor {
    uint16_t key, hash;
    uint8_t pad[OFFICE_XOR_LEN];
} office_xor;
enum { OFFICE_XOR_DOC = 7, OFFICE_XOR_XLS = 2 };

/* password: at most 15 bytes count. */
void office_xor_init(office_xor *out, lj_slice password, unsigned rotate);
/* Tries the same passwords as office_crypt_open(), each letter as one byte; true and *out set when
 * one gives this key and hash. */
bool office_xor_open(office_xor *out, format_run *run, uint16_t key, uint16_t hash, unsigned rotate,
                     const char *standard);
/* doc: bytes that are 0 or would become 0 stay as they are. off: place in the stream. */
void office_xor_apply_doc(const office_xor *pad, uint64_t off, const uint8_t *src, uint8_t *dst,
                          size_t len);
/* xls: at is the index into the pad of the first byte ((offset in the stream + record length) mod
 * 16, 2.3.7.3 and [MS-XLS] 2.2.10). */
void office_xor_apply_xls(const office_xor *pad, uint32_t at, const uint8_t *src, uint8_t *dst,
                          size_t len);

#endif
