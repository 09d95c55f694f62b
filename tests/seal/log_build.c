/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Invented logs: see log_build.h. */
#include "log_build.h"

#include <stdlib.h>

#include "base/num.h"

uint64_t dice_next(log_dice *dice)
{
    uint64_t z = dice->state += 0x9e3779b97f4a7c15U;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
    z = (z ^ z >> 27) * 0x94d049bb133111ebU;
    return z ^ z >> 31;
}

uint64_t dice_below(log_dice *dice, uint64_t limit)
{
    return dice_next(dice) % limit;
}

void dice_fill(log_dice *dice, uint8_t *dst, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        dst[i] = (uint8_t)dice_next(dice);
    }
}

void log_begin(log_sample *sample, lj_arena *arena, log_dice *dice, seal_hash hash)
{
    *sample = (log_sample){.arena = arena, .hash = hash, .district = dice_below(dice, 1000000)};
    dice_fill(dice, sample->id.bytes, SEAL_ID_LEN);
}

static lj_slice encode(lj_arena *arena, const seal_leaf *leaf)
{
    lj_buf buf;
    lj_buf_init(&buf, arena, SEAL_LEAF_MAX);
    LJ_ASSERT(seal_leaf_write(leaf, &buf, NULL) == LJ_OK);
    return lj_buf_slice(&buf);
}

static lj_slice value_make(lj_arena *arena, log_dice *dice)
{
    lj_buf buf;
    uint8_t bytes[12];
    size_t len = dice_below(dice, sizeof(bytes) + 1);
    lj_buf_init(&buf, arena, 64);
    dice_fill(dice, bytes, sizeof(bytes));
    switch (dice_below(dice, 4)) {
    case 0:
        seal_value_put_null(&buf);
        break;
    case 1:
        seal_value_put_int(&buf, (int64_t)dice_next(dice));
        break;
    case 2:
        seal_value_put_text(&buf, LJ_BYTES("打印机在登记之外"));
        break;
    default:
        seal_value_put_bytes(&buf, lj_slice_of(bytes, len));
        break;
    }
    LJ_ASSERT(lj_buf_ok(&buf));
    return lj_buf_slice(&buf);
}

static void commit_fields(log_sample *sample, log_dice *dice, seal_leaf *leaf)
{
    enum { FIELDS = 3 };
    seal_commitment *list = lj_arena_array(sample->arena, FIELDS, sizeof(*list));
    seal_hasher hasher;
    LJ_ASSERT(list != NULL && seal_hasher_init(&hasher, sample->hash, NULL) == LJ_OK);
    uint32_t count = (uint32_t)dice_below(dice, FIELDS + 1);
    for (uint32_t i = 0; i < count; i++) {
        LJ_ASSERT(sample->value_count < LOG_VALUES_MAX);
        log_value *row = &sample->values[sample->value_count++];
        seal_place place = {leaf->type, leaf->record, (uint16_t)dice_below(dice, 600)};
        dice_fill(dice, row->salt, SEAL_SALT_LEN);
        row->value = value_make(sample->arena, dice);
        row->commitment = seal_commit(&hasher, row->salt, &place, row->value);
        list[i] = (seal_commitment){place.field, row->commitment};
    }
    seal_hasher_done(&hasher);
    seal_commitments_sort(list, count);
    leaf->commitments = list;
    leaf->commitment_count = count;
}

void log_grow(log_sample *sample, log_dice *dice, uint32_t count)
{
    static const uint32_t optional =
        SEAL_HAS(SEAL_TAG_COMMITMENTS) - SEAL_HAS(SEAL_TAG_BY); /* BY to SUBJECT */
    for (uint32_t i = 0; i < count; i++) {
        LJ_ASSERT(sample->count < LOG_ENTRIES_MAX);
        seal_leaf leaf = {.seq = sample->count,
                          .at = 1763950000000 + 1000 * (int64_t)sample->count +
                                (int64_t)dice_below(dice, 1000),
                          .kind = (seal_kind)(1 + dice_below(dice, SEAL_KIND_LAST)),
                          .version = dice_below(dice, 1000),
                          .has = (uint32_t)dice_next(dice) & optional,
                          .type = (uint16_t)dice_below(dice, 40),
                          .event = (uint16_t)dice_below(dice, 300),
                          .from = (uint8_t)dice_below(dice, 9),
                          .to = (uint8_t)dice_below(dice, 9),
                          .happened_on = (int32_t)dice_below(dice, 20000)};
        dice_fill(dice, leaf.by.bytes, SEAL_ID_LEN);
        dice_fill(dice, leaf.post.bytes, SEAL_ID_LEN);
        dice_fill(dice, leaf.for_post.bytes, SEAL_ID_LEN);
        dice_fill(dice, leaf.record.bytes, SEAL_ID_LEN);
        dice_fill(dice, leaf.request.bytes, SEAL_DIGEST_LEN);
        dice_fill(dice, leaf.subject.bytes, SEAL_DIGEST_LEN);
        leaf.has &= ~(SEAL_HAS(SEAL_TAG_TYPE) | SEAL_HAS(SEAL_TAG_RECORD));
        if (dice_below(dice, 4) != 0) {
            leaf.has |= SEAL_HAS(SEAL_TAG_TYPE) | SEAL_HAS(SEAL_TAG_RECORD);
            commit_fields(sample, dice, &leaf);
        }
        sample->leaves[sample->count++] = encode(sample->arena, &leaf);
    }
}

static seal_leaf decode(lj_arena *arena, lj_slice bytes)
{
    seal_leaf leaf;
    LJ_ASSERT(seal_leaf_read(bytes, arena, &leaf, NULL) == LJ_OK);
    return leaf;
}

lj_slice log_renumber(lj_arena *arena, lj_slice leaf, uint64_t seq)
{
    seal_leaf read = decode(arena, leaf);
    read.seq = seq;
    return encode(arena, &read);
}

void log_renumber_all(log_sample *sample)
{
    for (uint32_t i = 0; i < sample->count; i++) {
        sample->leaves[i] = log_renumber(sample->arena, sample->leaves[i], i);
    }
}

lj_slice log_change(lj_arena *arena, lj_slice leaf, log_dice *dice)
{
    seal_leaf read = decode(arena, leaf);
    switch (dice_below(dice, 5)) {
    case 0:
        read.at ^= 1;
        break;
    case 1:
        read.kind = (seal_kind)(read.kind % SEAL_KIND_LAST + 1);
        break;
    case 2:
        read.by.bytes[dice_below(dice, SEAL_ID_LEN)] ^= 0x40;
        read.has |= SEAL_HAS(SEAL_TAG_BY);
        break;
    case 3:
        read.has ^= SEAL_HAS(SEAL_TAG_SUBJECT);
        break;
    default:
        read.to ^= 1;
        read.has |= SEAL_HAS(SEAL_TAG_TO);
        break;
    }
    return encode(arena, &read);
}

seal_digest log_root(const log_sample *sample, uint32_t size)
{
    seal_hasher hasher;
    seal_edge edge = {.size = 0};
    LJ_ASSERT(size <= sample->count && seal_hasher_init(&hasher, sample->hash, NULL) == LJ_OK);
    for (uint32_t i = 0; i < size; i++) {
        seal_digest leaf = seal_leaf_hash(&hasher, sample->leaves[i]);
        seal_edge_add(&edge, &hasher, &leaf);
    }
    seal_digest root = seal_edge_root(&edge, &hasher);
    seal_hasher_done(&hasher);
    return root;
}

static lj_code sink_buf(void *ctx, lj_slice bytes, lj_err *err)
{
    (void)err;
    lj_buf_put((lj_buf *)ctx, bytes);
    return LJ_OK;
}

static int compare_values(const void *a, const void *b)
{
    const log_value *x = *(const log_value *const *)a;
    const log_value *y = *(const log_value *const *)b;
    return memcmp(x->commitment.bytes, y->commitment.bytes, SEAL_DIGEST_LEN);
}

lj_slice log_bytes(const log_sample *sample)
{
    lj_buf buf;
    seal_log_export out;
    seal_log_head head = {sample->district, sample->id, sample->count, sample->hash};
    const log_value *sorted[LOG_VALUES_MAX];
    lj_buf_init(&buf, sample->arena, 8 * LJ_MIB);
    LJ_ASSERT(seal_log_export_begin(&out, (seal_sink){&buf, sink_buf}, &head, NULL) == LJ_OK);
    for (uint32_t i = 0; i < sample->count; i++) {
        LJ_ASSERT(seal_log_export_leaf(&out, sample->leaves[i], NULL) == LJ_OK);
    }
    for (uint32_t i = 0; i < sample->value_count; i++) {
        sorted[i] = &sample->values[i];
    }
    qsort(sorted, sample->value_count, sizeof(sorted[0]), compare_values);
    for (uint32_t i = 0; sample->has_values && i < sample->value_count; i++) {
        const log_value *v = sorted[i];
        LJ_ASSERT(seal_log_export_value(&out, &v->commitment, v->salt, v->value, NULL) == LJ_OK);
    }
    LJ_ASSERT(seal_log_export_end(&out, NULL, NULL) == LJ_OK && lj_buf_ok(&buf));
    seal_log_export_done(&out);
    return lj_buf_slice(&buf);
}

lj_slice log_point(const log_sample *sample, uint32_t size, int64_t at, const seal_key *key)
{
    lj_buf buf;
    seal_checkpoint point = {
        .district = sample->district,
        .log = sample->id,
        .head = {size, log_root(sample, size)},
        .at = at,
        .hash = sample->hash
    };
    lj_buf_init(&buf, sample->arena, SEAL_CHECKPOINT_MAX);
    LJ_ASSERT(seal_checkpoint_write(&point, key, &buf, NULL) == LJ_OK);
    return lj_buf_slice(&buf);
}

const seal_key *log_key(seal_scheme scheme, uint32_t n)
{
    static seal_key keys[2][2];
    seal_key *key = &keys[scheme == SEAL_SM2][n];
    if (key->pkey == NULL) {
        LJ_ASSERT(seal_key_make(scheme, key, NULL) == LJ_OK);
    }
    return key;
}
