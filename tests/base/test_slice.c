/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Tests of base/slice. */
#include "base/slice.h"

#include "../check.h"

static lj_slice bytes_of(const char *text)
{
    return lj_cstr_bytes(text);
}

static void test_slice__part_is_cut_to_what_is_there(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t from, len;
        const char *wanted;
    } rows[] = {
        {"whole",          0,        5,        "abcde"},
        {"middle",         1,        3,        "bcd"  },
        {"beyond the end", 3,        100,      "de"   },
        {"at the end",     5,        1,        ""     },
        {"far outside",    SIZE_MAX, 1,        ""     },
        {"longest length", 2,        SIZE_MAX, "cde"  },
        {"nothing",        2,        0,        ""     },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        lj_slice part = lj_slice_part(bytes_of("abcde"), rows[i].from, rows[i].len);
        CHECK_ROW_TEXT(rows[i].name, part.ptr, part.len, rows[i].wanted);
    }
}

static void test_slice__find_gives_the_first_place(void **state)
{
    (void)state;
    static const struct {
        const char *text, *needle;
        size_t wanted;
    } rows[] = {
        {"banana", "ana",     1       },
        {"banana", "banana",  0       },
        {"banana", "bananas", SIZE_MAX},
        {"banana", "x",       SIZE_MAX},
        {"banana", "",        0       },
        {"",       "",        0       },
        {"",       "a",       SIZE_MAX},
        {"aaab",   "ab",      2       },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CHECK_ROW(rows[i].needle, lj_slice_find(bytes_of(rows[i].text), bytes_of(rows[i].needle)),
                  rows[i].wanted);
    }
    assert_int_equal(lj_slice_find((lj_slice){NULL, 0}, bytes_of("a")), SIZE_MAX);
}

static void test_slice__find_sees_nul_bytes(void **state)
{
    (void)state;
    assert_int_equal(lj_slice_find(LJ_BYTES("a\0b\0c"), LJ_BYTES("\0c")), 3);
}

static void test_slice__compare_orders_bytes_and_then_length(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        int wanted;
    } rows[] = {
        {"",      "",      0 },
        {"",      "a",     -1},
        {"a",     "b",     -1},
        {"ab",    "a",     1 },
        {"a",     "a",     0 },
        {"\xE5",  "a",     1 },
        {"a\x7F", "a\x80", -1},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int order = lj_slice_compare(bytes_of(rows[i].a), bytes_of(rows[i].b));
        int back = lj_slice_compare(bytes_of(rows[i].b), bytes_of(rows[i].a));
        CHECK_ROW(rows[i].a, (order > 0) - (order < 0) + 1, rows[i].wanted + 1);
        CHECK_ROW(rows[i].b, (back > 0) - (back < 0) + 1, 1 - rows[i].wanted);
    }
    assert_int_equal(lj_slice_compare((lj_slice){NULL, 0}, (lj_slice){NULL, 0}), 0);
}

static void test_slice__nocase_folds_ascii_letters_only(void **state)
{
    (void)state;
    assert_true(lj_slice_is_nocase(bytes_of("Zip-1"), bytes_of("zIP-1")));
    assert_false(lj_slice_is_nocase(bytes_of("["), bytes_of("{"))); /* 32 apart, no letters */
    assert_false(lj_slice_is_nocase(bytes_of("@"), bytes_of("`")));
    assert_false(lj_slice_is_nocase(bytes_of("\xC4"), bytes_of("\xE4")));
    assert_false(lj_slice_is_nocase(bytes_of("ab"), bytes_of("a")));
}

static void test_slice__prefix_and_equality_accept_empty_slices(void **state)
{
    (void)state;
    lj_slice none = {NULL, 0};
    assert_true(lj_slice_is(none, none));
    assert_true(lj_slice_has_prefix(none, none));
    assert_true(lj_slice_has_prefix(bytes_of("a"), none));
    assert_false(lj_slice_has_prefix(none, bytes_of("a")));
    assert_true(lj_slice_has_prefix(bytes_of("abc"), bytes_of("ab")));
    assert_false(lj_slice_has_prefix(bytes_of("ab"), bytes_of("abc")));
    assert_false(lj_slice_is(bytes_of("ab"), bytes_of("ac")));
    assert_true(lj_str_is(LJ_STR("ab"), lj_cstr_str("ab")));
    assert_false(lj_str_is(LJ_STR("ab"), LJ_STR("abc")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slice__part_is_cut_to_what_is_there),
        cmocka_unit_test(test_slice__find_gives_the_first_place),
        cmocka_unit_test(test_slice__find_sees_nul_bytes),
        cmocka_unit_test(test_slice__compare_orders_bytes_and_then_length),
        cmocka_unit_test(test_slice__nocase_folds_ascii_letters_only),
        cmocka_unit_test(test_slice__prefix_and_equality_accept_empty_slices),
    };
    return cmocka_run_group_tests_name("slice", tests, NULL, NULL);
}
