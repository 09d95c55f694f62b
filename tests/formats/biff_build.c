/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Writers of binary workbooks: see biff_build.h. */
#include "biff_build.h"

#include <string.h>

#include "base/cipher.h"
#include "formats/ole2/office_crypt.h"

enum { FILEPASS = 0x2F, BOUNDSHEET = 0x85, BOF = 0x809 };

void biff_build_init(biff_build *b, uint32_t version)
{
    *b = (biff_build){.version = version};
    lj_buf_init(&b->out, NULL, 64 << 20);
}

void biff_build_done(biff_build *b)
{
    lj_buf_done(&b->out);
}

void biff_open_record(biff_build *b, uint32_t id)
{
    b->at = b->out.len;
    lj_buf_put_u16le(&b->out, (uint16_t)id);
    lj_buf_put_u16le(&b->out, 0);
}

void biff_close_record(biff_build *b)
{
    size_t len = b->out.len - b->at - 4;
    b->out.ptr[b->at + 2] = (uint8_t)len;
    b->out.ptr[b->at + 3] = (uint8_t)(len >> 8);
}

void biff_record(biff_build *b, uint32_t id, lj_slice body)
{
    biff_open_record(b, id);
    lj_buf_put(&b->out, body);
    biff_close_record(b);
}

void biff_words(biff_build *b, uint32_t id, const uint16_t *words, size_t count)
{
    biff_open_record(b, id);
    for (size_t i = 0; i < count; i++) {
        lj_buf_put_u16le(&b->out, words[i]);
    }
    biff_close_record(b);
}

/* ---- text ---- */

static uint32_t next_point(const char **at)
{
    const uint8_t *c = (const uint8_t *)*at;
    uint32_t len = c[0] < 0x80 ? 1 : c[0] < 0xE0 ? 2 : c[0] < 0xF0 ? 3 : 4;
    uint32_t point = len == 1 ? c[0] : c[0] & (0xFFU >> (len + 1));
    for (uint32_t i = 1; i < len; i++) {
        point = point << 6 | (c[i] & 0x3FU);
    }
    *at += len;
    return point;
}

uint32_t biff_put_wide(lj_buf *out, const char *utf8)
{
    uint32_t units = 0;
    while (*utf8 != '\0') {
        uint32_t point = next_point(&utf8);
        if (point >= 0x10000) {
            lj_buf_put_u16le(out, (uint16_t)(0xD800 + ((point - 0x10000) >> 10)));
            point = 0xDC00 + ((point - 0x10000) & 0x3FF);
            units++;
        }
        lj_buf_put_u16le(out, (uint16_t)point);
        units++;
    }
    return units;
}

uint32_t biff_wide_len(const char *utf8)
{
    uint32_t units = 0;
    while (*utf8 != '\0') {
        units += next_point(&utf8) >= 0x10000 ? 2 : 1;
    }
    return units;
}

void biff_put_string(biff_build *b, const char *text, uint32_t count_len)
{
    bool wide = b->version == 8;
    uint32_t count = wide ? biff_wide_len(text) : (uint32_t)strlen(text);
    if (count_len == 1) {
        lj_buf_put_u8(&b->out, (uint8_t)count);
    } else if (count_len == 2) {
        lj_buf_put_u16le(&b->out, (uint16_t)count);
    }
    if (wide) {
        lj_buf_put_u8(&b->out, 1);
        (void)biff_put_wide(&b->out, text);
    } else {
        lj_buf_put_cstr(&b->out, text);
    }
}

/* ---- structure ---- */

void biff_bof(biff_build *b, uint16_t kind)
{
    static const uint16_t zero[4] = {0, 0, 0, 0};
    uint32_t id = b->version == 2 ? 0x009 : b->version == 3 ? 0x209 : b->version == 4 ? 0x409 : BOF;
    uint16_t stated = (uint16_t)(b->version == 8 ? 0x600 : b->version << 8);
    biff_open_record(b, id);
    lj_buf_put_u16le(&b->out, stated);
    lj_buf_put_u16le(&b->out, kind);
    if (b->version >= 3) {
        lj_buf_put(&b->out, lj_slice_of(zero, b->version == 8 ? 8 : b->version == 5 ? 4 : 2));
    }
    if (b->version == 8) {
        lj_buf_put(&b->out, lj_slice_of(zero, 4));
    }
    biff_close_record(b);
}

void biff_sheet_bof(biff_build *b, uint16_t kind)
{
    if (b->sheet_count < b->bound_count) {
        uint8_t *to = b->out.ptr + b->bounds[b->sheet_count++];
        for (int i = 0; i < 4; i++) {
            to[i] = (uint8_t)(b->out.len >> (8 * i));
        }
    }
    biff_bof(b, kind);
}

void biff_eof(biff_build *b)
{
    biff_record(b, 0x0A, (lj_slice){NULL, 0});
}

void biff_boundsheet(biff_build *b, const char *name, uint8_t state, uint8_t kind)
{
    biff_open_record(b, BOUNDSHEET);
    b->bounds[b->bound_count++] = b->out.len;
    lj_buf_put_u32le(&b->out, 0);
    lj_buf_put_u8(&b->out, state);
    lj_buf_put_u8(&b->out, kind);
    biff_put_string(b, name, 1);
    biff_close_record(b);
}

void biff_font(biff_build *b, uint16_t size, uint16_t icv, uint16_t weight, const char *name)
{
    biff_open_record(b, b->version == 3 || b->version == 4 ? 0x231 : 0x31);
    lj_buf_put_u16le(&b->out, (uint16_t)(size * 20));
    lj_buf_put_u16le(&b->out, (uint16_t)(b->version < 5 && weight > 500 ? 1 : 0));
    if (b->version >= 3) {
        lj_buf_put_u16le(&b->out, icv);
    }
    if (b->version >= 5) {
        lj_buf_put_u16le(&b->out, weight);
        lj_buf_put(&b->out, LJ_BYTES("\0\0\0\0\0\0"));
    }
    biff_put_string(b, name, 1);
    biff_close_record(b);
}

void biff_format(biff_build *b, uint16_t id, const char *code)
{
    biff_open_record(b, b->version >= 4 ? 0x41E : 0x1E);
    if (b->version >= 4) {
        lj_buf_put_u16le(&b->out, id);
    }
    biff_put_string(b, code, b->version == 8 ? 2 : 1);
    biff_close_record(b);
}

void biff_xf(biff_build *b, uint16_t font, uint16_t format, uint8_t align, uint8_t pattern,
             uint8_t fore)
{
    biff_open_record(b, 0xE0);
    lj_buf_put_u16le(&b->out, font);
    lj_buf_put_u16le(&b->out, format);
    lj_buf_put_u16le(&b->out, 0);
    lj_buf_put_u16le(&b->out, align);
    if (b->version == 8) {
        lj_buf_put(&b->out, LJ_BYTES("\0\0\0\0\0\0"));
        lj_buf_put_u32le(&b->out, (uint32_t)pattern << 26);
        lj_buf_put_u16le(&b->out, (uint16_t)(fore | 65U << 7));
    } else {
        lj_buf_put_u16le(&b->out, (uint16_t)(fore | 65U << 7));
        lj_buf_put_u16le(&b->out, pattern);
        lj_buf_put_u32le(&b->out, 0);
    }
    biff_close_record(b);
}

/* ---- cells ---- */

static void put_head(biff_build *b, uint16_t row, uint16_t col, uint16_t xf)
{
    lj_buf_put_u16le(&b->out, row);
    lj_buf_put_u16le(&b->out, col);
    if (b->version == 2) {
        lj_buf_put_u8(&b->out, (uint8_t)xf);
        lj_buf_put_u16le(&b->out, 0);
    } else {
        lj_buf_put_u16le(&b->out, xf);
    }
}

static void put_double(lj_buf *out, double value)
{
    uint64_t bits = 0;
    memcpy(&bits, &value, sizeof(bits));
    lj_buf_put_u64le(out, bits);
}

void biff_label(biff_build *b, uint16_t row, uint16_t col, uint16_t xf, const char *text)
{
    biff_open_record(b, b->version == 2 ? 0x04 : 0x204);
    put_head(b, row, col, xf);
    biff_put_string(b, text, b->version == 2 ? 1 : 2);
    biff_close_record(b);
}

void biff_labelsst(biff_build *b, uint16_t row, uint16_t col, uint16_t xf, uint32_t idx)
{
    biff_open_record(b, 0xFD);
    put_head(b, row, col, xf);
    lj_buf_put_u32le(&b->out, idx);
    biff_close_record(b);
}

void biff_number(biff_build *b, uint16_t row, uint16_t col, uint16_t xf, double value)
{
    biff_open_record(b, b->version == 2 ? 0x03 : 0x203);
    put_head(b, row, col, xf);
    put_double(&b->out, value);
    biff_close_record(b);
}

void biff_formula(biff_build *b, uint16_t row, uint16_t col, lj_slice tokens, const char *value)
{
    biff_open_record(b, b->version == 3 ? 0x206 : b->version == 4 ? 0x406 : 0x06);
    put_head(b, row, col, 0);
    lj_buf_put(&b->out, LJ_BYTES("\0\0\0\0\0\0\xFF\xFF"));
    if (b->version == 2) {
        lj_buf_put_u8(&b->out, 0);
        lj_buf_put_u8(&b->out, (uint8_t)tokens.len);
    } else {
        lj_buf_put(&b->out, lj_slice_of("\0\0\0\0\0\0", b->version >= 5 ? 6 : 2));
        lj_buf_put_u16le(&b->out, (uint16_t)tokens.len);
    }
    lj_buf_put(&b->out, tokens);
    biff_close_record(b);
    if (value != NULL) {
        biff_open_record(b, b->version == 2 ? 0x07 : 0x207);
        biff_put_string(b, value, b->version == 2 ? 1 : 2);
        biff_close_record(b);
    }
}

void biff_token_string(lj_buf *out, const char *utf8)
{
    lj_buf_put_u8(out, 0x17);
    lj_buf_put_u8(out, (uint8_t)biff_wide_len(utf8));
    lj_buf_put_u8(out, 1);
    (void)biff_put_wide(out, utf8);
}

/* ---- objects ---- */

static void put_atom(lj_buf *out, uint16_t head, uint16_t type, uint32_t len)
{
    lj_buf_put_u16le(out, head);
    lj_buf_put_u16le(out, type);
    lj_buf_put_u32le(out, len);
}

void biff_text_object(biff_build *b, uint16_t kind, uint16_t id, const char *text,
                      lj_slice properties, uint16_t property_count)
{
    biff_open_record(b, 0xEC);
    put_atom(&b->out, 0x0F, 0xF004, (uint32_t)properties.len + 40);
    put_atom(&b->out, 0xA02, 0xF00A, 8);
    lj_buf_put_u64le(&b->out, id);
    if (property_count > 0) {
        put_atom(&b->out, (uint16_t)(property_count << 4 | 3), 0xF00B, (uint32_t)properties.len);
        lj_buf_put(&b->out, properties);
    }
    put_atom(&b->out, 0, 0xF011, 0);
    biff_close_record(b);
    BIFF_WORDS(b, 0x5D, 0x15, 0x12, kind, id, 0x11, 0, 0, 0, 0, 0, 0, 0, 0);
    biff_open_record(b, 0xEC);
    put_atom(&b->out, 0, 0xF00D, 0);
    biff_close_record(b);
    uint16_t count = (uint16_t)biff_wide_len(text);
    BIFF_WORDS(b, 0x1B6, 0x212, 0, 0, 0, 0, count, 16, 0, 0);
    biff_open_record(b, 0x3C);
    lj_buf_put_u8(&b->out, 1);
    (void)biff_put_wide(&b->out, text);
    biff_close_record(b);
    BIFF_WORDS(b, 0x3C, 0, 0, 0, 0, count, 0, 0, 0);
}

void biff_note(biff_build *b, uint16_t row, uint16_t col, uint16_t id, const char *author)
{
    biff_open_record(b, 0x1C);
    lj_buf_put_u16le(&b->out, row);
    lj_buf_put_u16le(&b->out, col);
    lj_buf_put_u16le(&b->out, 0);
    lj_buf_put_u16le(&b->out, id);
    biff_put_string(b, author, 2);
    lj_buf_put_u8(&b->out, 0);
    biff_close_record(b);
}

/* ---- encryption ---- */

static const uint8_t lock_salt[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
enum { RC4_BODY = 54, CRYPTOAPI_HEADER = 32 + 8, CRYPTOAPI_BODY = 14 + CRYPTOAPI_HEADER + 60 };

void biff_filepass(biff_build *b, biff_lock lock)
{
    static const uint8_t zero[256] = {0};
    size_t len = lock == BIFF_LOCK_XOR   ? (b->version == 8 ? 6 : 4)
                 : lock == BIFF_LOCK_RC4 ? RC4_BODY
                                         : CRYPTOAPI_BODY;
    biff_record(b, FILEPASS, lj_slice_of(zero, len));
}

/* The key stream of a block: [MS-OFFCRYPTO] 2.3.6.2 and 2.3.5.2. */
static void block_key(lj_cipher *cipher, biff_lock lock, lj_slice password, uint32_t block,
                      lj_rc4 *out)
{
    uint8_t digest[LJ_DIGEST_MAX];
    uint8_t no[4] = {(uint8_t)block, (uint8_t)(block >> 8), (uint8_t)(block >> 16),
                     (uint8_t)(block >> 24)};
    if (lock == BIFF_LOCK_RC4) {
        uint8_t many[16 * 21];
        lj_digest_of(cipher, LJ_MD5, password, (lj_slice){NULL, 0}, digest);
        for (size_t i = 0; i < 16; i++) {
            memcpy(many + i * 21, digest, 5);
            memcpy(many + i * 21 + 5, lock_salt, 16);
        }
        lj_digest_of(cipher, LJ_MD5, lj_slice_of(many, sizeof(many)), (lj_slice){NULL, 0}, digest);
        uint8_t base[5];
        memcpy(base, digest, sizeof(base));
        lj_digest_of(cipher, LJ_MD5, lj_slice_of(base, 5), lj_slice_of(no, 4), digest);
        lj_rc4_init(out, lj_slice_of(digest, 16));
        return;
    }
    uint8_t base[20];
    lj_digest_of(cipher, LJ_SHA1, lj_slice_of(lock_salt, 16), password, digest);
    memcpy(base, digest, sizeof(base));
    lj_digest_of(cipher, LJ_SHA1, lj_slice_of(base, 20), lj_slice_of(no, 4), digest);
    lj_rc4_init(out, lj_slice_of(digest, 16));
}

/* The body of FILEPASS. */
static void write_header(lj_cipher *cipher, biff_lock lock, lj_slice password, uint8_t *to)
{
    lj_buf out;
    uint8_t verifier[16];
    uint8_t digest[LJ_DIGEST_MAX];
    lj_rc4 rc4;
    lj_buf_init(&out, NULL, 1024);
    memset(verifier, 0x5A, sizeof(verifier));
    lj_digest_of(cipher, lock == BIFF_LOCK_RC4 ? LJ_MD5 : LJ_SHA1, lj_slice_of(verifier, 16),
                 (lj_slice){NULL, 0}, digest);
    block_key(cipher, lock, password, 0, &rc4);
    lj_rc4_apply(&rc4, verifier, verifier, 16);
    lj_rc4_apply(&rc4, digest, digest, lock == BIFF_LOCK_RC4 ? 16 : 20);
    lj_buf_put_u16le(&out, 1);
    if (lock == BIFF_LOCK_RC4) {
        lj_buf_put_u32le(&out, 0x00010001);
        lj_buf_put(&out, lj_slice_of(lock_salt, 16));
        lj_buf_put(&out, lj_slice_of(verifier, 16));
        lj_buf_put(&out, lj_slice_of(digest, 16));
    } else {
        static const uint32_t header[8] = {4, 0, 0x6801, 0x8004, 128, 1, 0, 0};
        lj_buf_put_u32le(&out, 0x00020002);
        lj_buf_put_u32le(&out, 4);
        lj_buf_put_u32le(&out, CRYPTOAPI_HEADER);
        for (size_t i = 0; i < 8; i++) {
            lj_buf_put_u32le(&out, header[i]);
        }
        (void)biff_put_wide(&out, "RC4");
        lj_buf_put_u16le(&out, 0);
        lj_buf_put_u32le(&out, 16);
        lj_buf_put(&out, lj_slice_of(lock_salt, 16));
        lj_buf_put(&out, lj_slice_of(verifier, 16));
        lj_buf_put_u32le(&out, 20);
        lj_buf_put(&out, lj_slice_of(digest, 20));
    }
    memcpy(to, out.ptr, out.len);
    lj_buf_done(&out);
}

/* Encrypts len bytes at `at`, which lie in the stream at that place. */
static void lock_bytes(lj_cipher *cipher, biff_lock lock, lj_slice password, uint8_t *stream,
                       size_t at, size_t len)
{
    while (len > 0) {
        lj_rc4 rc4;
        uint8_t skipped[1024];
        size_t in = at % 1024;
        size_t some = len < 1024 - in ? len : 1024 - in;
        block_key(cipher, lock, password, (uint32_t)(at / 1024), &rc4);
        memset(skipped, 0, sizeof(skipped));
        lj_rc4_apply(&rc4, skipped, skipped, in);
        lj_rc4_apply(&rc4, stream + at, stream + at, some);
        at += some;
        len -= some;
    }
}

/* XOR is not its own inverse here: bits are rotated ([MS-OFFCRYPTO] 2.3.7.2). */
static void lock_xor(const office_xor *pad, uint8_t *bytes, size_t at, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        uint8_t value = bytes[i] ^ pad->pad[(at + i) % 16];
        bytes[i] = (uint8_t)(value << 5 | value >> 3);
    }
}

void biff_encrypt(biff_build *b, biff_lock lock, const char *password)
{
    lj_cipher *cipher = lj_cipher_new();
    lj_buf wide;
    office_xor pad;
    lj_buf_init(&wide, NULL, 1024);
    (void)biff_put_wide(&wide, password);
    office_xor_init(&pad, lj_cstr_bytes(password), OFFICE_XOR_XLS);
    for (size_t at = 0; at + 4 <= b->out.len;) {
        uint8_t *head = b->out.ptr + at;
        uint32_t id = (uint32_t)(head[0] | head[1] << 8);
        size_t len = (size_t)(head[2] | head[3] << 8);
        size_t clear = id == BOF || id == 9 || id == 0x209 || id == 0x409 || id == FILEPASS ? len
                       : id == BOUNDSHEET                                                   ? 4
                                                                                            : 0;
        if (id == FILEPASS && lock == BIFF_LOCK_XOR) {
            uint8_t *to = head + 4 + (len == 6 ? 2 : 0);
            to[0] = (uint8_t)pad.key;
            to[1] = (uint8_t)(pad.key >> 8);
            to[2] = (uint8_t)pad.hash;
            to[3] = (uint8_t)(pad.hash >> 8);
        } else if (id == FILEPASS) {
            write_header(cipher, lock, lj_buf_slice(&wide), head + 4);
        } else if (len > clear && lock == BIFF_LOCK_XOR) {
            lock_xor(&pad, head + 4 + clear, at + 4 + clear + len, len - clear);
        } else if (len > clear) {
            lock_bytes(cipher, lock, lj_buf_slice(&wide), b->out.ptr, at + 4 + clear, len - clear);
        }
        at += 4 + len;
    }
    lj_buf_done(&wide);
    lj_cipher_free(cipher);
}

/* ---- BIFF12 ---- */

void biff12_record(lj_buf *out, uint32_t id, lj_slice body)
{
    size_t len = body.len;
    if (id < 0x80) {
        lj_buf_put_u8(out, (uint8_t)id);
    } else {
        lj_buf_put_u8(out, (uint8_t)(id | 0x80));
        lj_buf_put_u8(out, (uint8_t)(id >> 7));
    }
    do {
        lj_buf_put_u8(out, (uint8_t)((len & 0x7F) | (len > 0x7F ? 0x80 : 0)));
        len >>= 7;
    } while (len > 0);
    lj_buf_put(out, body);
}

void biff12_put_string(lj_buf *out, const char *utf8)
{
    lj_buf_put_u32le(out, utf8 != NULL ? biff_wide_len(utf8) : 0xFFFFFFFF);
    if (utf8 != NULL) {
        (void)biff_put_wide(out, utf8);
    }
}
