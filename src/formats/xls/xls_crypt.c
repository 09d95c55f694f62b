/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Encrypted workbooks.
 *
 * Specification: [MS-XLS] 2.2.10 (encryption), 2.4.117 (FilePass); [MS-OFFCRYPTO] 2.3.5 (CryptoAPI
 * RC4), 2.3.6 (RC4 with 40 bits), 2.3.7 (XOR obfuscation).
 *
 * Model. Behind FILEPASS every body of a record is encrypted, headers are not. The whole stream is
 * decoded into a source of its own in which clear and encrypted bytes look alike: the readers of
 * records know nothing of it. The password that programs use to hide from a person that there is
 * one, VelvetSweatshop, is always tried (C09).
 *
 * Traps. The key stream runs over headers and clear bodies too. Of BOUNDSHEET the first four bytes
 * are clear. The index of XOR counts from the place in the stream plus the length of the record. */
#include "base/num.h"
#include "formats/ole2/office_crypt.h"
#include "formats/xls/xls.h"

enum { BLOCK_LEN = 1024, HEADER_LEN = 4, BOUNDSHEET = 0x85 };

/* A stream that is being decoded. */
typedef struct unlocked {
    format_run *run;
    format_src *src;
    uint64_t size;
    uint64_t off;
    bool is_xor;
    office_xor pad;
    office_crypt crypt;
    uint8_t header[HEADER_LEN];
    uint32_t header_have;
    uint16_t id, len; /* of the record */
    uint32_t left;    /* bytes of its body that are to come */
} unlocked;

static lj_code restart(void *ctx, lj_err *err)
{
    unlocked *u = ctx;
    (void)err;
    u->off = 0;
    u->header_have = u->left = 0;
    return LJ_OK;
}

/* Bytes at the start of a body that are not encrypted. */
static uint32_t clear_of(uint16_t id, uint32_t len)
{
    static const uint16_t ids[] = {0x0809, 0x0409, 0x0209, 0x0009, 0x002F,
                                   0x00E1, 0x0194, 0x0195, 0x0196, 0x0138};
    for (size_t i = 0; i < LJ_COUNT_OF(ids); i++) {
        if (ids[i] == id) {
            return len;
        }
    }
    return id == BOUNDSHEET ? (uint32_t)lj_min_size(4, len) : 0;
}

/* A piece of a body at u->off; dst holds the decoded bytes when the cipher is RC4. */
static void body_piece(unlocked *u, const uint8_t *src, uint8_t *dst, uint32_t len)
{
    uint32_t done = u->len - u->left;
    uint32_t clear = clear_of(u->id, u->len);
    uint32_t plain = clear > done ? (uint32_t)lj_min_size(clear - done, len) : 0;
    if (plain > 0) {
        memcpy(dst, src, plain);
    }
    if (u->is_xor && len > plain) {
        office_xor_apply_xls(&u->pad, (uint32_t)((u->off + plain + u->len) % OFFICE_XOR_LEN),
                             src + plain, dst + plain, len - plain);
    }
}

static lj_code pull(void *ctx, uint8_t *dst, size_t cap, size_t *out_len, lj_err *err)
{
    unlocked *u = ctx;
    (void)err;
    lj_slice part = format_bytes(u->run, u->src, u->off, lj_min_size(cap, FORMAT_WINDOW_MAX));
    *out_len = part.len;
    if (part.len == 0) {
        return format_src_code(u->src);
    }
    if (!u->is_xor) { /* headers and clear bodies are put right below */
        office_crypt_apply(&u->crypt, u->off, BLOCK_LEN, part.ptr, dst, part.len);
    }
    for (size_t at = 0; at < part.len;) {
        if (u->left > 0) {
            uint32_t len = (uint32_t)lj_min_size(u->left, part.len - at);
            body_piece(u, part.ptr + at, dst + at, len);
            u->left -= len;
            u->off += len;
            at += len;
            continue;
        }
        dst[at] = u->header[u->header_have++] = part.ptr[at];
        at++;
        u->off++;
        if (u->header_have == HEADER_LEN) {
            u->id = (uint16_t)(u->header[0] | u->header[1] << 8);
            u->len = (uint16_t)(u->header[2] | u->header[3] << 8);
            u->left = u->len;
            u->header_have = 0;
        }
    }
    return LJ_OK;
}

static const char standard_password[] = "VelvetSweatshop";

/* Tries the passwords; *out_detail names the kind. */
static bool open_with_password(xls *x, unlocked *u, const char **out_detail)
{
    enum { TYPE_XOR = 0 };
    lj_cur *cur = &x->b.cur;
    bool has_type = x->b.version == 8;
    uint16_t type = has_type ? lj_cur_u16le(cur) : TYPE_XOR;
    if (type == TYPE_XOR) {
        *out_detail = "xls-xor";
        u->is_xor = true;
        uint16_t key = lj_cur_u16le(cur);
        uint16_t hash = lj_cur_u16le(cur);
        return lj_cur_ok(cur) &&
               office_xor_open(&u->pad, x->run, key, hash, OFFICE_XOR_XLS, standard_password);
    }
    lj_slice header = lj_cur_bytes(cur, lj_cur_left(cur));
    *out_detail = "office-unknown";
    if (office_crypt_init(&u->crypt, x->run, header) != LJ_OK) {
        return false;
    }
    *out_detail = u->crypt.detail;
    return office_crypt_open(&u->crypt, x->run, standard_password);
}

lj_code xls_unlock(xls *x)
{
    biff *b = &x->b;
    if (x->is_locked) { /* a second one: bytes like others */
        return LJ_OK;
    }
    const char *detail = NULL;
    unlocked *u = lj_arena_alloc(x->arena, sizeof(*u));
    if (u == NULL) {
        return LJ_E_LIMIT;
    }
    *u = (unlocked){.run = x->run, .src = b->src, .size = b->end};
    x->is_locked = true;
    if (!open_with_password(x, u, &detail)) {
        format_gap(x->run, GAP_ENCRYPTED, detail, (span_place){.part_id = x->part_id});
        return LJ_E_ENCRYPTED;
    }
    static const format_stream_ops ops = {restart, pull, NULL};
    format_src *src = format_stream(x->run, &ops, u, b->end, b->end);
    if (src == NULL) {
        return LJ_E_LIMIT;
    }
    b->src = src;
    b->cur = lj_cur_of((lj_slice){NULL, 0});
    biff_forget(b);
    return LJ_OK;
}
