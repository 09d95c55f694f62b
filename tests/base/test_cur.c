/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Tests of base/cur: every read past the end gives zero and stays bad. */
#include "base/cur.h"

#include "../check.h"

static const uint8_t eight[8] = {0x01, 0x02, 0x03, 0x04, 0x85, 0x86, 0x87, 0x88};

/* One read of each width, so that rows can name them. */
static uint64_t read_u8(lj_cur *cur)
{
    return lj_cur_u8(cur);
}
static uint64_t read_u16le(lj_cur *cur)
{
    return lj_cur_u16le(cur);
}
static uint64_t read_u16be(lj_cur *cur)
{
    return lj_cur_u16be(cur);
}
static uint64_t read_u32le(lj_cur *cur)
{
    return lj_cur_u32le(cur);
}
static uint64_t read_u32be(lj_cur *cur)
{
    return lj_cur_u32be(cur);
}
static uint64_t read_u64le(lj_cur *cur)
{
    return lj_cur_u64le(cur);
}

/* clang-format off */
static const struct {
    const char *name;
    uint64_t (*read)(lj_cur *cur);
    size_t len;
    uint64_t low, high; /* at offset 0 and at the last place where it fits */
} rows[] = {
    {"u8",    read_u8,    1, 0x01,               0x88              },
    {"u16le", read_u16le, 2, 0x0201,             0x8887            },
    {"u16be", read_u16be, 2, 0x0102,             0x8788            },
    {"u32le", read_u32le, 4, 0x04030201,         0x88878685        },
    {"u32be", read_u32be, 4, 0x01020304,         0x85868788        },
    {"u64le", read_u64le, 8, 0x8887868504030201, 0x8887868504030201},
};
/* clang-format on */

static void test_cur__reads_each_width_and_order(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        lj_cur cur = lj_cur_of(lj_slice_of(eight, sizeof(eight)));
        CHECK_ROW(rows[i].name, rows[i].read(&cur), rows[i].low);
        CHECK_ROW(rows[i].name, cur.pos, rows[i].len);
        cur = lj_cur_of(lj_slice_of(eight, sizeof(eight)));
        lj_cur_skip(&cur, sizeof(eight) - rows[i].len);
        CHECK_ROW(rows[i].name, rows[i].read(&cur), rows[i].high);
        CHECK_ROW(rows[i].name, lj_cur_ok(&cur), true);
        CHECK_ROW(rows[i].name, lj_cur_left(&cur), 0);
    }
}

static void test_cur__past_the_end_gives_zero_and_stays_bad(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (size_t have = 0; have < rows[i].len; have++) {
            lj_cur cur = lj_cur_of(lj_slice_of(eight, have));
            CHECK_ROW(rows[i].name, rows[i].read(&cur), 0);
            CHECK_ROW(rows[i].name, lj_cur_ok(&cur), false);
            CHECK_ROW(rows[i].name, lj_cur_left(&cur), 0);
            CHECK_ROW(rows[i].name, lj_cur_u8(&cur), 0); /* though a byte may be left */
            CHECK_ROW(rows[i].name, cur.pos <= have, true);
        }
    }
}

static void test_cur__bytes_are_all_or_nothing(void **state)
{
    (void)state;
    lj_cur cur = lj_cur_of(lj_slice_of(eight, sizeof(eight)));
    lj_slice part = lj_cur_bytes(&cur, 5);
    assert_int_equal(part.len, 5);
    assert_ptr_equal(part.ptr, eight);
    part = lj_cur_bytes(&cur, 4);
    assert_int_equal(part.len, 0);
    assert_null(part.ptr);
    assert_false(lj_cur_ok(&cur));
}

static void test_cur__huge_lengths_do_not_wrap(void **state)
{
    (void)state;
    lj_cur cur = lj_cur_of(lj_slice_of(eight, sizeof(eight)));
    lj_cur_skip(&cur, 4);
    lj_cur_skip(&cur, SIZE_MAX - 2); /* 4 + this wraps to 1 */
    assert_false(lj_cur_ok(&cur));
    assert_int_equal(cur.pos, 4);
}

static void test_cur__nothing_to_read_is_fine_until_read(void **state)
{
    (void)state;
    lj_cur cur = lj_cur_of((lj_slice){NULL, 0});
    assert_true(lj_cur_ok(&cur));
    (void)lj_cur_bytes(&cur, 0);
    assert_true(lj_cur_ok(&cur));
    (void)lj_cur_u8(&cur);
    assert_false(lj_cur_ok(&cur));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cur__reads_each_width_and_order),
        cmocka_unit_test(test_cur__past_the_end_gives_zero_and_stays_bad),
        cmocka_unit_test(test_cur__bytes_are_all_or_nothing),
        cmocka_unit_test(test_cur__huge_lengths_do_not_wrap),
        cmocka_unit_test(test_cur__nothing_to_read_is_fine_until_read),
    };
    return cmocka_run_group_tests_name("cur", tests, NULL, NULL);
}
