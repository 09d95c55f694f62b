/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The set of byte ranges against a bitmap that cannot be wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/num.h"
#include "formats/claims.h"

enum { SPACE = 200 };

static void test_claims__agree_with_a_bitmap_for_any_order_of_ranges(void **state)
{
    (void)state;
    uint64_t seed = 7;
    for (int round = 0; round < 300; round++) {
        lj_arena *arena = lj_arena_new(1 << 20);
        claim_set set = {0};
        bool map[SPACE] = {false};
        for (int i = 0; i < 12; i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            uint64_t from = (seed >> 33) % SPACE;
            uint64_t to = from + (seed >> 50) % 30;
            to = to < SPACE ? to : SPACE;
            claim_add(&set, arena, from, to);
            for (uint64_t at = from; at < to; at++) {
                map[at] = true;
            }
        }
        uint64_t total = 0;
        for (int at = 0; at < SPACE; at++) {
            total += map[at] ? 1 : 0;
        }
        assert_int_equal(claim_total(&set), total);
        uint64_t at = 0;
        claim_range gap = {0, 0};
        bool seen[SPACE] = {false};
        while (claim_next_gap(&set, at, SPACE, &gap)) {
            for (at = gap.from; at < gap.to; at++) {
                assert_false(map[at]);
                seen[at] = true;
            }
        }
        for (int i = 0; i < SPACE; i++) {
            assert_true(map[i] != seen[i]);
        }
        lj_arena_free(arena);
    }
}

static void test_claims__the_first_ranges_need_no_memory(void **state)
{
    (void)state;
    lj_arena *arena = lj_arena_new(1 << 12);
    while (lj_arena_alloc(arena, 64) != NULL) {
        assert_true(true);
    }
    claim_set set = {0};
    for (uint64_t i = 0; i <= CLAIM_FIRST; i++) {
        assert_false(set.full);
        claim_add(&set, arena, i * 10, i * 10 + 5);
    }
    assert_true(set.full);
    assert_int_equal(claim_total(&set), CLAIM_FIRST * 5);
    lj_arena_free(arena);
}

static void test_claims__touching_ranges_become_one(void **state)
{
    (void)state;
    lj_arena *arena = lj_arena_new(1 << 16);
    claim_set set = {0};
    for (uint64_t i = 0; i < 100000; i++) {
        claim_add(&set, arena, i * 10, i * 10 + 10);
    }
    assert_int_equal(set.count, 1);
    assert_int_equal(claim_total(&set), 1000000);
    lj_arena_free(arena);
}

static void test_claims__what_does_not_fit_counts_as_unclaimed(void **state)
{
    (void)state;
    lj_arena *arena = lj_arena_new(512);
    claim_set set = {0};
    for (uint64_t i = 0; i < 1000; i++) {
        claim_add(&set, arena, i * 10, i * 10 + 1);
    }
    assert_true(set.full);
    claim_range gap = {0, 0};
    assert_true(claim_next_gap(&set, 9000, 10000, &gap));
    assert_int_equal(gap.from, 9000);
    assert_int_equal(gap.to, 10000);
    lj_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_claims__agree_with_a_bitmap_for_any_order_of_ranges),
        cmocka_unit_test(test_claims__the_first_ranges_need_no_memory),
        cmocka_unit_test(test_claims__touching_ranges_become_one),
        cmocka_unit_test(test_claims__what_does_not_fit_counts_as_unclaimed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
