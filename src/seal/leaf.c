/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Log entries as bytes: version 1, then fields in ascending order of their tags, each u8 tag, u16
 * length, value. The length of every field but the last is fixed by its tag (row below), integers
 * are little-endian, so there is one way to write an entry and the reader takes no other. */
#include "seal/leaf.h"

#include <stdlib.h>

#include "base/cur.h"
#include "base/num.h"

enum {
    LEAF_VERSION = 1,
    COMMITMENT_LEN = 2 + SEAL_DIGEST_LEN,
    DAY_MIN = -719162,
    DAY_MAX = 2932896
};

/* 9999-12-31T23:59:59.999Z */
static const int64_t AT_MAX = INT64_C(253402300799999);

/* Bytes of a field by its tag; 0: any multiple of COMMITMENT_LEN. */
static const uint8_t field_lens[SEAL_TAG_LAST + 1] = {
    [SEAL_TAG_SEQ] = 8,      [SEAL_TAG_AT] = 8,          [SEAL_TAG_KIND] = 1,
    [SEAL_TAG_BY] = 16,      [SEAL_TAG_POST] = 16,       [SEAL_TAG_FOR_POST] = 16,
    [SEAL_TAG_REQUEST] = 32, [SEAL_TAG_TYPE] = 2,        [SEAL_TAG_RECORD] = 16,
    [SEAL_TAG_VERSION] = 8,  [SEAL_TAG_EVENT] = 2,       [SEAL_TAG_FROM] = 1,
    [SEAL_TAG_TO] = 1,       [SEAL_TAG_HAPPENED_ON] = 4, [SEAL_TAG_SUBJECT] = 32,
};

static const uint32_t REQUIRED =
    SEAL_HAS(SEAL_TAG_SEQ) | SEAL_HAS(SEAL_TAG_AT) | SEAL_HAS(SEAL_TAG_KIND);
static const uint32_t OPTIONAL =
    SEAL_HAS(SEAL_TAG_COMMITMENTS) - SEAL_HAS(SEAL_TAG_BY); /* BY to SUBJECT */

const char *seal_kind_name(seal_kind kind)
{
    static const char *const names[SEAL_KIND_LAST + 1] = {
        NULL,     "change",  "signed", "erasure", "account", "checkpoint",
        "import", "opening", "export", "key",     "setting", "session",
    };
    return (uint32_t)kind <= SEAL_KIND_LAST ? names[kind] : NULL;
}

/* By their bytes in the entry: the field's low byte first. */
static int compare_commitments(const void *a, const void *b)
{
    const seal_commitment *x = (const seal_commitment *)a;
    const seal_commitment *y = (const seal_commitment *)b;
    uint8_t low[2] = {(uint8_t)x->field, (uint8_t)y->field};
    uint8_t high[2] = {(uint8_t)(x->field >> 8), (uint8_t)(y->field >> 8)};
    if (low[0] != low[1]) {
        return low[0] < low[1] ? -1 : 1;
    }
    if (high[0] != high[1]) {
        return high[0] < high[1] ? -1 : 1;
    }
    return memcmp(x->digest.bytes, y->digest.bytes, SEAL_DIGEST_LEN);
}

void seal_commitments_sort(seal_commitment *commitments, size_t count)
{
    if (count > 1) {
        qsort(commitments, count, sizeof(commitments[0]), compare_commitments);
    }
}

/* What writing and reading both ask of an entry. */
static bool leaf_is_sound(const seal_leaf *leaf)
{
    bool has_record = (leaf->has & SEAL_HAS(SEAL_TAG_RECORD)) != 0;
    bool has_type = (leaf->has & SEAL_HAS(SEAL_TAG_TYPE)) != 0;
    bool has_day = (leaf->has & SEAL_HAS(SEAL_TAG_HAPPENED_ON)) != 0;
    if ((leaf->has & ~OPTIONAL) != 0 || has_record != has_type || leaf->at < 0 ||
        leaf->at > AT_MAX || seal_kind_name(leaf->kind) == NULL ||
        leaf->commitment_count > SEAL_COMMITMENTS_MAX ||
        (leaf->commitment_count > 0 && !has_record) ||
        (has_day && (leaf->happened_on < DAY_MIN || leaf->happened_on > DAY_MAX))) {
        return false;
    }
    for (uint32_t i = 1; i < leaf->commitment_count; i++) {
        if (compare_commitments(&leaf->commitments[i - 1], &leaf->commitments[i]) >= 0) {
            return false;
        }
    }
    return true;
}

/* ---- writing ---- */

static void put_raw(lj_buf *dst, seal_tag tag, const uint8_t *bytes)
{
    lj_buf_put_u8(dst, (uint8_t)tag);
    lj_buf_put_u16le(dst, field_lens[tag]);
    lj_buf_put(dst, lj_slice_of(bytes, field_lens[tag]));
}

static void put_num(lj_buf *dst, seal_tag tag, uint64_t value)
{
    uint8_t bytes[8];
    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (uint8_t)(value >> 8 * i);
    }
    put_raw(dst, tag, bytes);
}

static void put_field(lj_buf *dst, const seal_leaf *leaf, seal_tag tag)
{
    switch (tag) {
    case SEAL_TAG_SEQ:
        put_num(dst, tag, leaf->seq);
        break;
    case SEAL_TAG_AT:
        put_num(dst, tag, (uint64_t)leaf->at);
        break;
    case SEAL_TAG_KIND:
        put_num(dst, tag, leaf->kind);
        break;
    case SEAL_TAG_BY:
        put_raw(dst, tag, leaf->by.bytes);
        break;
    case SEAL_TAG_POST:
        put_raw(dst, tag, leaf->post.bytes);
        break;
    case SEAL_TAG_FOR_POST:
        put_raw(dst, tag, leaf->for_post.bytes);
        break;
    case SEAL_TAG_REQUEST:
        put_raw(dst, tag, leaf->request.bytes);
        break;
    case SEAL_TAG_TYPE:
        put_num(dst, tag, leaf->type);
        break;
    case SEAL_TAG_RECORD:
        put_raw(dst, tag, leaf->record.bytes);
        break;
    case SEAL_TAG_VERSION:
        put_num(dst, tag, leaf->version);
        break;
    case SEAL_TAG_EVENT:
        put_num(dst, tag, leaf->event);
        break;
    case SEAL_TAG_FROM:
        put_num(dst, tag, leaf->from);
        break;
    case SEAL_TAG_TO:
        put_num(dst, tag, leaf->to);
        break;
    case SEAL_TAG_HAPPENED_ON:
        put_num(dst, tag, (uint32_t)leaf->happened_on);
        break;
    case SEAL_TAG_SUBJECT:
        put_raw(dst, tag, leaf->subject.bytes);
        break;
    case SEAL_TAG_COMMITMENTS:
        lj_buf_put_u8(dst, (uint8_t)tag);
        lj_buf_put_u16le(dst, (uint16_t)(leaf->commitment_count * COMMITMENT_LEN));
        for (uint32_t i = 0; i < leaf->commitment_count; i++) {
            lj_buf_put_u16le(dst, leaf->commitments[i].field);
            lj_buf_put(dst, seal_digest_bytes(&leaf->commitments[i].digest));
        }
        break;
    }
}

lj_code seal_leaf_write(const seal_leaf *leaf, lj_buf *dst, lj_err *err)
{
    if (!leaf_is_sound(leaf)) {
        return lj_fail(err, LJ_E_INVALID, UINT64_MAX, "a log entry cannot say this");
    }
    uint32_t has = leaf->has | REQUIRED;
    has |= leaf->commitment_count > 0 ? SEAL_HAS(SEAL_TAG_COMMITMENTS) : 0;
    lj_buf_put_u8(dst, LEAF_VERSION);
    for (uint32_t tag = SEAL_TAG_SEQ; tag <= SEAL_TAG_LAST; tag++) {
        if ((has >> tag & 1) != 0) {
            put_field(dst, leaf, (seal_tag)tag);
        }
    }
    return lj_buf_ok(dst) ? LJ_OK : lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no room for a log entry");
}

/* ---- reading ---- */

static uint64_t num_of(lj_slice value)
{
    uint64_t num = 0;
    for (size_t i = 0; i < value.len && i < sizeof(num); i++) {
        num |= (uint64_t)value.ptr[i] << 8 * i;
    }
    return num;
}

static seal_id id_of(lj_slice value)
{
    seal_id id = {{0}};
    memcpy(id.bytes, value.ptr, lj_min_size(value.len, SEAL_ID_LEN));
    return id;
}

static seal_digest digest_of(lj_slice value)
{
    seal_digest digest = {{0}};
    memcpy(digest.bytes, value.ptr, lj_min_size(value.len, SEAL_DIGEST_LEN));
    return digest;
}

static lj_code take_commitments(lj_slice value, lj_arena *arena, seal_leaf *out, lj_err *err)
{
    size_t count = value.len / COMMITMENT_LEN;
    if (count == 0 || value.len % COMMITMENT_LEN != 0 || count > SEAL_COMMITMENTS_MAX) {
        return lj_fail(err, LJ_E_FORMAT, UINT64_MAX, "not a list of commitments");
    }
    seal_commitment *list = lj_arena_array(arena, count, sizeof(*list));
    if (list == NULL) {
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for a log entry");
    }
    lj_cur cur = lj_cur_of(value);
    for (size_t i = 0; i < count; i++) {
        list[i].field = lj_cur_u16le(&cur);
        list[i].digest = digest_of(lj_cur_bytes(&cur, SEAL_DIGEST_LEN));
    }
    out->commitments = list;
    out->commitment_count = (uint32_t)count;
    return LJ_OK;
}

/* One field whose length is that of its tag. */
static void take_field(seal_tag tag, lj_slice value, seal_leaf *out)
{
    switch (tag) {
    case SEAL_TAG_SEQ:
        out->seq = num_of(value);
        break;
    case SEAL_TAG_AT:
        out->at = (int64_t)num_of(value);
        break;
    case SEAL_TAG_KIND:
        out->kind = (seal_kind)num_of(value);
        break;
    case SEAL_TAG_BY:
        out->by = id_of(value);
        break;
    case SEAL_TAG_POST:
        out->post = id_of(value);
        break;
    case SEAL_TAG_FOR_POST:
        out->for_post = id_of(value);
        break;
    case SEAL_TAG_REQUEST:
        out->request = digest_of(value);
        break;
    case SEAL_TAG_TYPE:
        out->type = (uint16_t)num_of(value);
        break;
    case SEAL_TAG_RECORD:
        out->record = id_of(value);
        break;
    case SEAL_TAG_VERSION:
        out->version = num_of(value);
        break;
    case SEAL_TAG_EVENT:
        out->event = (uint16_t)num_of(value);
        break;
    case SEAL_TAG_FROM:
        out->from = (uint8_t)num_of(value);
        break;
    case SEAL_TAG_TO:
        out->to = (uint8_t)num_of(value);
        break;
    case SEAL_TAG_HAPPENED_ON:
        out->happened_on = (int32_t)num_of(value);
        break;
    case SEAL_TAG_SUBJECT:
        out->subject = digest_of(value);
        break;
    case SEAL_TAG_COMMITMENTS:
        break;
    }
}

lj_code seal_leaf_read(lj_slice bytes, lj_arena *arena, seal_leaf *out, lj_err *err)
{
    seal_leaf leaf = {.seq = 0};
    lj_cur cur = lj_cur_of(bytes);
    uint32_t last = 0;
    uint32_t has = 0;
    if (bytes.len > SEAL_LEAF_MAX || lj_cur_u8(&cur) != LEAF_VERSION) {
        return lj_fail(err, LJ_E_FORMAT, 0, "not a log entry");
    }
    while (lj_cur_left(&cur) > 0) {
        uint32_t tag = lj_cur_u8(&cur);
        size_t len = lj_cur_u16le(&cur);
        lj_slice value = lj_cur_bytes(&cur, len);
        if (!lj_cur_ok(&cur) || tag <= last || tag > SEAL_TAG_LAST ||
            (tag != SEAL_TAG_COMMITMENTS && len != field_lens[tag])) {
            return lj_fail(err, LJ_E_FORMAT, cur.pos, "not a field of a log entry");
        }
        last = tag;
        has |= SEAL_HAS(tag);
        take_field((seal_tag)tag, value, &leaf);
        if (tag == SEAL_TAG_COMMITMENTS) {
            lj_code code = take_commitments(value, arena, &leaf, err);
            if (code != LJ_OK) {
                return code;
            }
        }
    }
    leaf.has = has & OPTIONAL;
    if ((has & REQUIRED) != REQUIRED || !leaf_is_sound(&leaf)) {
        return lj_fail(err, LJ_E_FORMAT, 0, "a log entry that nobody writes");
    }
    *out = leaf;
    return LJ_OK;
}

/* ---- values ---- */

void seal_value_put_null(lj_buf *dst)
{
    lj_buf_put_u8(dst, SEAL_NULL);
}

void seal_value_put_int(lj_buf *dst, int64_t num)
{
    lj_buf_put_u8(dst, SEAL_INT);
    lj_buf_put_u64le(dst, (uint64_t)num);
}

void seal_value_put_text(lj_buf *dst, lj_slice utf8)
{
    lj_buf_put_u8(dst, SEAL_TEXT);
    lj_buf_put(dst, utf8);
}

void seal_value_put_bytes(lj_buf *dst, lj_slice bytes)
{
    lj_buf_put_u8(dst, SEAL_BYTES);
    lj_buf_put(dst, bytes);
}

seal_digest seal_commit(seal_hasher *hasher, const uint8_t salt[SEAL_SALT_LEN],
                        const seal_place *place, lj_slice value)
{
    uint8_t type[2] = {(uint8_t)place->type, (uint8_t)(place->type >> 8)};
    uint8_t field[2] = {(uint8_t)place->field, (uint8_t)(place->field >> 8)};
    seal_hasher_begin(hasher);
    seal_hasher_add(hasher, LJ_BYTES("lijian/commitment/v1"));
    seal_hasher_add(hasher, lj_slice_of(salt, SEAL_SALT_LEN));
    seal_hasher_add(hasher, lj_slice_of(type, sizeof(type)));
    seal_hasher_add(hasher, lj_slice_of(place->record.bytes, SEAL_ID_LEN));
    seal_hasher_add(hasher, lj_slice_of(field, sizeof(field)));
    seal_hasher_add(hasher, value);
    return seal_hasher_end(hasher);
}
