/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The text of a checkpoint. Reading takes the lines apart and then writes the text again: what is
 * not the same byte for byte is refused, so there is no second spelling of anything. The signature
 * covers everything before the empty line. */
#include "seal/checkpoint.h"

#include "base/hash.h"
#include "base/os.h"
#include "seal/base64.h"

static const seal_purpose PURPOSE = {"checkpoint", 1};

static const uint64_t DISTRICT_MAX = UINT64_C(999999999999999999);
/* 9999-12-31T23:59:59.999Z */
static const int64_t AT_MAX = INT64_C(253402300799999);

static void put_hex(lj_buf *dst, const seal_id *id)
{
    char hex[2 * SEAL_ID_LEN + 1];
    lj_hex(lj_slice_of(id->bytes, SEAL_ID_LEN), hex);
    lj_buf_put_cstr(dst, hex);
}

/* "2026-11-24T02:20:33.004Z" */
static void put_at(lj_buf *dst, int64_t at)
{
    char text[32];
    uint32_t ms = (uint32_t)(at % 1000);
    lj_os_time_text(at, text);
    lj_buf_put(dst, lj_slice_of(text, 19));
    lj_buf_put_u8(dst, '.');
    for (uint32_t unit = 100; unit > 0; unit /= 10) {
        lj_buf_put_u8(dst, (uint8_t)('0' + ms / unit % 10));
    }
    lj_buf_put_u8(dst, 'Z');
}

static void put_body(lj_buf *dst, const seal_checkpoint *checkpoint)
{
    lj_buf_put_cstr(dst, "lijian-checkpoint 1\ndistrict ");
    lj_buf_put_dec(dst, checkpoint->district);
    lj_buf_put_cstr(dst, "\nlog ");
    put_hex(dst, &checkpoint->log);
    lj_buf_put_cstr(dst, "\nsize ");
    lj_buf_put_dec(dst, checkpoint->head.size);
    lj_buf_put_cstr(dst, "\nroot ");
    seal_base64_put(dst, seal_digest_bytes(&checkpoint->head.root));
    lj_buf_put_cstr(dst, "\nat ");
    put_at(dst, checkpoint->at);
    lj_buf_put_cstr(dst, "\nhash ");
    lj_buf_put_cstr(dst, seal_hash_name(checkpoint->hash));
    lj_buf_put_cstr(dst, "\n");
}

static void put_signature(lj_buf *dst, const seal_checkpoint *checkpoint)
{
    lj_buf_put_cstr(dst, "\nsig ");
    lj_buf_put_cstr(dst, seal_scheme_name(checkpoint->scheme));
    lj_buf_put_cstr(dst, " ");
    put_hex(dst, &checkpoint->key);
    lj_buf_put_cstr(dst, " ");
    seal_base64_put(dst, lj_slice_of(checkpoint->signature.bytes, checkpoint->signature.len));
    lj_buf_put_cstr(dst, "\n");
}

static bool is_writable(const seal_checkpoint *checkpoint)
{
    return seal_hash_name(checkpoint->hash) != NULL && checkpoint->head.size <= SEAL_TREE_MAX &&
           checkpoint->at >= 0 && checkpoint->district <= DISTRICT_MAX && checkpoint->at <= AT_MAX;
}

lj_code seal_checkpoint_write(const seal_checkpoint *checkpoint, const seal_key *key, lj_buf *dst,
                              lj_err *err)
{
    if (!is_writable(checkpoint)) {
        return lj_fail(err, LJ_E_INVALID, UINT64_MAX, "a checkpoint cannot say this");
    }
    seal_checkpoint whole = *checkpoint;
    whole.scheme = key->scheme;
    whole.key = key->id;
    lj_buf text;
    lj_buf_init(&text, NULL, SEAL_CHECKPOINT_MAX);
    put_body(&text, &whole);
    lj_code code = seal_sign(key, PURPOSE, lj_buf_slice(&text), &whole.signature, err);
    if (code == LJ_OK) {
        put_signature(&text, &whole);
        lj_buf_put(dst, lj_buf_slice(&text));
        if (!lj_buf_ok(&text) || !lj_buf_ok(dst)) {
            code = lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no room for the checkpoint");
        }
    }
    lj_buf_done(&text);
    return code;
}

/* ---- reading ---- */

/* The rest of the next line behind `word`; empty when the line is another one. */
static lj_slice take_line(lj_slice *left, lj_slice word)
{
    size_t len = lj_slice_find(*left, LJ_BYTES("\n"));
    if (len == SIZE_MAX || !lj_slice_has_prefix(lj_slice_part(*left, 0, len), word)) {
        return (lj_slice){NULL, 0};
    }
    lj_slice rest = lj_slice_part(*left, word.len, len - word.len);
    *left = lj_slice_part(*left, len + 1, SIZE_MAX);
    return rest;
}

/* Digits to a number; what is odd (leading zeros, overflow) shows when it is written again. */
static uint64_t take_dec(lj_slice text)
{
    uint64_t value = 0;
    for (size_t i = 0; i < text.len; i++) {
        value = value * 10 + (uint64_t)(text.ptr[i] - '0') % 10;
    }
    return value;
}

static seal_id take_hex(lj_slice text)
{
    seal_id id = {{0}};
    for (size_t i = 0; i < text.len && i < sizeof(id.bytes) * 2; i++) {
        uint8_t letter = text.ptr[i];
        uint8_t digit = (uint8_t)(letter <= '9' ? letter - '0' : letter - 'a' + 10) & 15;
        id.bytes[i / 2] |= (uint8_t)(i % 2 == 0 ? digit << 4 : digit);
    }
    return id;
}

static int64_t take_at(lj_slice text)
{
    if (text.len != 24) {
        return -1;
    }
    int64_t year = (int64_t)take_dec(lj_slice_part(text, 0, 4));
    int64_t month = (int64_t)take_dec(lj_slice_part(text, 5, 2));
    int64_t day = (int64_t)take_dec(lj_slice_part(text, 8, 2));
    int64_t y = month <= 2 ? year - 1 : year; /* years that begin in March */
    int64_t m = month <= 2 ? month + 9 : month - 3;
    int64_t days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
    int64_t seconds = days * 86400 + (int64_t)take_dec(lj_slice_part(text, 11, 2)) * 3600 +
                      (int64_t)take_dec(lj_slice_part(text, 14, 2)) * 60 +
                      (int64_t)take_dec(lj_slice_part(text, 17, 2));
    return seconds * 1000 + (int64_t)take_dec(lj_slice_part(text, 20, 3));
}

static void take_signature(lj_slice rest, seal_checkpoint *out)
{
    size_t name_len = lj_slice_find(rest, LJ_BYTES(" "));
    if (name_len == SIZE_MAX || rest.len < name_len + 2 + 2 * SEAL_ID_LEN) {
        return;
    }
    size_t len = 0;
    (void)seal_scheme_lookup(lj_slice_part(rest, 0, name_len), &out->scheme);
    out->key = take_hex(lj_slice_part(rest, name_len + 1, 2 * SEAL_ID_LEN));
    if (seal_base64_take(lj_slice_part(rest, name_len + 2 + 2 * SEAL_ID_LEN, SIZE_MAX),
                         out->signature.bytes, SEAL_SIGNATURE_MAX, &len)) {
        out->signature.len = (uint8_t)len;
    }
}

lj_code seal_checkpoint_read(lj_slice text, seal_checkpoint *out, lj_err *err)
{
    seal_checkpoint found = {.district = 0};
    lj_slice left = text;
    size_t root_len = 0;
    if (text.len > SEAL_CHECKPOINT_MAX) {
        return lj_fail(err, LJ_E_FORMAT, 0, "not a checkpoint");
    }
    (void)take_line(&left, LJ_BYTES("lijian-checkpoint 1"));
    found.district = take_dec(take_line(&left, LJ_BYTES("district ")));
    found.log = take_hex(take_line(&left, LJ_BYTES("log ")));
    found.head.size = take_dec(take_line(&left, LJ_BYTES("size ")));
    (void)seal_base64_take(take_line(&left, LJ_BYTES("root ")), found.head.root.bytes,
                           SEAL_DIGEST_LEN, &root_len);
    found.at = take_at(take_line(&left, LJ_BYTES("at ")));
    (void)seal_hash_lookup(take_line(&left, LJ_BYTES("hash ")), &found.hash);
    (void)take_line(&left, LJ_BYTES(""));
    take_signature(take_line(&left, LJ_BYTES("sig ")), &found);
    if (!is_writable(&found) || seal_scheme_name(found.scheme) == NULL ||
        found.signature.len == 0) {
        return lj_fail(err, LJ_E_FORMAT, 0, "not a checkpoint");
    }
    lj_buf again;
    lj_buf_init(&again, NULL, SEAL_CHECKPOINT_MAX);
    put_body(&again, &found);
    put_signature(&again, &found);
    lj_code code = lj_buf_ok(&again) && lj_slice_is(lj_buf_slice(&again), text)
                       ? LJ_OK
                       : lj_fail(err, LJ_E_FORMAT, 0, "not a checkpoint");
    lj_buf_done(&again);
    if (code == LJ_OK) {
        *out = found;
    }
    return code;
}

lj_code seal_checkpoint_check(lj_slice text, const seal_key *key, seal_checkpoint *out, lj_err *err)
{
    seal_checkpoint found;
    lj_code code = seal_checkpoint_read(text, &found, err);
    if (code != LJ_OK) {
        return code;
    }
    if (found.scheme != key->scheme || memcmp(found.key.bytes, key->id.bytes, SEAL_ID_LEN) != 0) {
        return lj_fail(err, LJ_E_TAMPERED, UINT64_MAX, "the checkpoint is signed by another key");
    }
    size_t body_len = lj_slice_find(text, LJ_BYTES("\n\n")) + 1;
    code = seal_check(key, PURPOSE, lj_slice_part(text, 0, body_len), &found.signature, err);
    if (code == LJ_OK) {
        *out = found;
    }
    return code;
}
