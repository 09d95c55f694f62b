/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Tests of base/num: the edges of checked arithmetic. */
#include "base/num.h"

#include "../check.h"

static void test_num__range_fits_never_wraps(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint64_t off, len, size;
        bool wanted;
    } rows[] = {
        {"inside",           2,          3,          10,         true },
        {"exactly the end",  7,          3,          10,         true },
        {"one beyond",       7,          4,          10,         false},
        {"empty at the end", 10,         0,          10,         true },
        {"empty behind",     11,         0,          10,         false},
        {"sum wraps",        5,          UINT64_MAX, 10,         false},
        {"offset at top",    UINT64_MAX, 1,          10,         false},
        {"all of it",        0,          UINT64_MAX, UINT64_MAX, true },
        {"empty in empty",   0,          0,          0,          true },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CHECK_ROW(rows[i].name, lj_range_fits(rows[i].off, rows[i].len, rows[i].size),
                  rows[i].wanted);
    }
}

static void test_num__checked_results_are_written_only_when_they_fit(void **state)
{
    (void)state;
    size_t out = 42;
    assert_false(lj_add_size(SIZE_MAX, 1, &out));
    assert_false(lj_mul_size(SIZE_MAX / 2, 3, &out));
    assert_true(lj_add_size(SIZE_MAX - 1, 1, &out));
    assert_int_equal(out, SIZE_MAX);
    assert_true(lj_mul_size(0, SIZE_MAX, &out));
    assert_int_equal(out, 0);
    uint64_t wide = 0;
    assert_false(lj_add_u64(UINT64_MAX, UINT64_MAX, &wide));
    assert_false(lj_mul_u64((uint64_t)1 << 32, (uint64_t)1 << 32, &wide));
    assert_true(lj_mul_u64((uint64_t)1 << 32, (uint64_t)1 << 31, &wide));
    assert_int_equal(wide, (uint64_t)1 << 63);
}

static void test_num__counters_stay_at_the_top(void **state)
{
    (void)state;
    assert_int_equal(lj_sat_add_u64(UINT64_MAX - 1, 1), UINT64_MAX);
    assert_int_equal(lj_sat_add_u64(UINT64_MAX, 1), UINT64_MAX);
    assert_int_equal(lj_sat_add_u64(3, 4), 7);
}

static void test_num__least_and_greatest(void **state)
{
    (void)state;
    assert_int_equal(lj_min_size(1, 2), 1);
    assert_int_equal(lj_min_size(2, 1), 1);
    assert_int_equal(lj_min_u64(UINT64_MAX, 1), 1);
    assert_int_equal(lj_max_u64(UINT64_MAX, 1), UINT64_MAX);
    const char *const four[] = {"a", "b", "c", "d"};
    assert_int_equal(LJ_COUNT_OF(four), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_num__range_fits_never_wraps),
        cmocka_unit_test(test_num__checked_results_are_written_only_when_they_fit),
        cmocka_unit_test(test_num__counters_stay_at_the_top),
        cmocka_unit_test(test_num__least_and_greatest),
    };
    return cmocka_run_group_tests_name("num", tests, NULL, NULL);
}
