/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Log entries: one form each way. Every truncation is refused; every changed bit is refused or is
 * another entry that writes to exactly the changed bytes. */
#include "seal/leaf.h"

#include "../check.h"

#include "base/hash.h"
#include "base/num.h"
#include "log_build.h"

static lj_arena *arena;

static int set_up(void **state)
{
    (void)state;
    arena = lj_arena_new(64 * LJ_MIB);
    return arena == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    lj_arena_free(arena);
    return 0;
}

static bool writes_back(lj_slice bytes)
{
    seal_leaf leaf;
    lj_buf buf;
    lj_arena_mark mark = lj_arena_mark_of(arena);
    bool is_same = true;
    if (seal_leaf_read(bytes, arena, &leaf, NULL) == LJ_OK) {
        lj_buf_init(&buf, arena, SEAL_LEAF_MAX);
        is_same =
            seal_leaf_write(&leaf, &buf, NULL) == LJ_OK && lj_slice_is(lj_buf_slice(&buf), bytes);
    }
    lj_arena_rewind(arena, mark);
    return is_same;
}

static void test_leaf__every_entry_comes_back_and_no_other_spelling_is_read(void **state)
{
    (void)state;
    log_sample *sample = lj_arena_alloc(arena, sizeof(*sample));
    log_dice dice = {3};
    log_begin(sample, arena, &dice, SEAL_SHA256);
    log_grow(sample, &dice, 60);
    for (uint32_t i = 0; i < sample->count; i++) {
        uint8_t bytes[2048];
        seal_leaf leaf;
        size_t len = sample->leaves[i].len;
        assert_true(len < sizeof(bytes));
        memcpy(bytes, sample->leaves[i].ptr, len);
        assert_int_equal(seal_leaf_read(lj_slice_of(bytes, len), arena, &leaf, NULL), LJ_OK);
        assert_int_equal(leaf.seq, i);
        assert_true(writes_back(lj_slice_of(bytes, len)));
        for (size_t cut = 0; cut < len; cut++) {
            /* a cut between two fields can leave a whole, shorter entry: it has another hash */
            assert_true(writes_back(lj_slice_of(bytes, cut)));
        }
        for (size_t bit = 0; bit < 8 * len; bit++) {
            bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
            assert_true(writes_back(lj_slice_of(bytes, len)));
            bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
        bytes[len] = 0;
        assert_int_equal(seal_leaf_read(lj_slice_of(bytes, len + 1), arena, &leaf, NULL),
                         LJ_E_FORMAT);
    }
}

static void test_leaf__bytes_of_a_small_entry_are_those_of_the_page(void **state)
{
    (void)state;
    lj_buf buf;
    char hex[256];
    seal_leaf leaf = {
        .seq = 258, .at = 1, .kind = SEAL_SESSION, .has = SEAL_HAS(SEAL_TAG_TO), .to = 7};
    lj_buf_init(&buf, arena, 128);
    assert_int_equal(seal_leaf_write(&leaf, &buf, NULL), LJ_OK);
    lj_hex(lj_buf_slice(&buf), hex);
    assert_string_equal(hex, "01"
                             "0108000201000000000000"
                             "0208000100000000000000"
                             "0301000b"
                             "0d010007");
}

static void test_leaf__refuses_what_no_entry_can_say(void **state)
{
    (void)state;
    static const seal_commitment twice[2] = {
        {1, {{5}}},
        {1, {{5}}}
    };
    static const seal_commitment turned[2] = {
        {2, {{5}}},
        {1, {{5}}}
    };
    static const uint32_t record = SEAL_HAS(SEAL_TAG_TYPE) | SEAL_HAS(SEAL_TAG_RECORD);
    static const uint32_t day = SEAL_HAS(SEAL_TAG_HAPPENED_ON);
    static const struct {
        const char *name;
        seal_leaf leaf;
    } rows[] = {
        {"no kind",               {.seq = 0}                                               },
        {"unknown kind",          {.kind = (seal_kind)(SEAL_KIND_LAST + 1)}                },
        {"before 1970",           {.kind = SEAL_CHANGE, .at = -1}                          },
        {"after 9999",            {.kind = SEAL_CHANGE, .at = 253402300800000}             },
        {"type alone",            {.kind = SEAL_CHANGE, .has = SEAL_HAS(SEAL_TAG_TYPE)}    },
        {"record alone",          {.kind = SEAL_CHANGE, .has = SEAL_HAS(SEAL_TAG_RECORD)}  },
        {"bit of no field",       {.kind = SEAL_CHANGE, .has = SEAL_HAS(SEAL_TAG_SEQ)}     },
        {"day before year 1",     {.kind = SEAL_CHANGE, .has = day, .happened_on = -719163}},
        {"day after 9999",        {.kind = SEAL_CHANGE, .has = day, .happened_on = 2932897}},
        {"commitment of nothing",
         {.kind = SEAL_CHANGE, .commitments = twice, .commitment_count = 1}                },
        {"twice",
         {.kind = SEAL_CHANGE, .has = record, .commitments = twice, .commitment_count = 2} },
        {"not in order",
         {.kind = SEAL_CHANGE, .has = record, .commitments = turned, .commitment_count = 2}},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        lj_buf buf;
        lj_buf_init(&buf, arena, 1024);
        CHECK_ROW(rows[i].name, seal_leaf_write(&rows[i].leaf, &buf, NULL), LJ_E_INVALID);
        CHECK_ROW(rows[i].name, buf.len, 0);
    }
}

static void test_leaf__holds_the_most_commitments_and_not_one_more(void **state)
{
    (void)state;
    seal_commitment *list = lj_arena_array(arena, SEAL_COMMITMENTS_MAX + 1, sizeof(*list));
    seal_leaf leaf = {.kind = SEAL_ERASURE,
                      .has = SEAL_HAS(SEAL_TAG_TYPE) | SEAL_HAS(SEAL_TAG_RECORD),
                      .commitments = list,
                      .commitment_count = SEAL_COMMITMENTS_MAX};
    lj_buf buf;
    seal_leaf read;
    for (uint16_t i = 0; i <= SEAL_COMMITMENTS_MAX; i++) {
        list[i].field = (uint16_t)(SEAL_COMMITMENTS_MAX - i);
    }
    seal_commitments_sort(list, SEAL_COMMITMENTS_MAX + 1);
    lj_buf_init(&buf, arena, SEAL_LEAF_MAX);
    assert_int_equal(seal_leaf_write(&leaf, &buf, NULL), LJ_OK);
    assert_int_equal(seal_leaf_read(lj_buf_slice(&buf), arena, &read, NULL), LJ_OK);
    assert_int_equal(read.commitment_count, SEAL_COMMITMENTS_MAX);
    leaf.commitment_count++;
    lj_buf_clear(&buf);
    assert_int_equal(seal_leaf_write(&leaf, &buf, NULL), LJ_E_INVALID);
}

static void test_leaf__memory_that_ends_is_said(void **state)
{
    (void)state;
    log_sample *sample = lj_arena_alloc(arena, sizeof(*sample));
    log_dice dice = {5};
    log_begin(sample, arena, &dice, SEAL_SM3);
    log_grow(sample, &dice, 20);
    for (uint32_t i = 0; i < sample->count; i++) {
        lj_arena *small = lj_arena_new(16);
        seal_leaf leaf;
        lj_code code = seal_leaf_read(sample->leaves[i], small, &leaf, NULL);
        assert_true(code == LJ_E_NOMEM || (code == LJ_OK && leaf.commitment_count == 0));
        lj_arena_free(small);
    }
}

static void test_commit__every_part_of_a_commitment_counts(void **state)
{
    (void)state;
    seal_hasher hasher;
    lj_buf buf;
    uint8_t salt[SEAL_SALT_LEN] = {1};
    seal_place place = {7, {{9}}, 3};
    assert_int_equal(seal_hasher_init(&hasher, SEAL_SHA256, NULL), LJ_OK);
    lj_buf_init(&buf, arena, 64);
    seal_value_put_int(&buf, -2);
    seal_digest whole = seal_commit(&hasher, salt, &place, lj_buf_slice(&buf));
    uint8_t by_hand[20 + 16 + 2 + 16 + 2 + 9] = "lijian/commitment/v1";
    by_hand[20] = 1;
    by_hand[36] = 7;
    by_hand[38] = 9;
    by_hand[54] = 3;
    memcpy(by_hand + 56, "\x01\xfe\xff\xff\xff\xff\xff\xff\xff", 9);
    seal_digest wanted = seal_hash_of(&hasher, lj_slice_of(by_hand, sizeof(by_hand)));
    assert_true(seal_digest_is(&whole, &wanted));
    lj_buf_clear(&buf);
    seal_value_put_text(&buf, LJ_BYTES("x"));
    seal_value_put_bytes(&buf, LJ_BYTES("y"));
    seal_value_put_null(&buf);
    assert_memory_equal(buf.ptr, "\x02x\x03y\x00", 5);
    seal_hasher_done(&hasher);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_leaf__every_entry_comes_back_and_no_other_spelling_is_read),
        cmocka_unit_test(test_leaf__bytes_of_a_small_entry_are_those_of_the_page),
        cmocka_unit_test(test_leaf__refuses_what_no_entry_can_say),
        cmocka_unit_test(test_leaf__holds_the_most_commitments_and_not_one_more),
        cmocka_unit_test(test_leaf__memory_that_ends_is_said),
        cmocka_unit_test(test_commit__every_part_of_a_commitment_counts),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
