/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Names in the order in which people look them up. */
#include "../check.h"
#include "base/num.h"
#include "ledger/sort_key.h"

static int order_of(const char *a, const char *b)
{
    uint8_t room[2][SORT_KEY_MAX];
    lj_buf keys[2] = {
        {.ptr = room[0], .cap = SORT_KEY_MAX, .max_len = SORT_KEY_MAX},
        {.ptr = room[1], .cap = SORT_KEY_MAX, .max_len = SORT_KEY_MAX}
    };
    sort_key_put(lj_cstr_bytes(a), &keys[0]);
    sort_key_put(lj_cstr_bytes(b), &keys[1]);
    return lj_slice_compare(lj_buf_slice(&keys[0]), lj_buf_slice(&keys[1]));
}

static void test_sort_key__puts_han_in_the_order_of_pinyin(void **state)
{
    (void)state;
    /* a, ba, cai, deng, li, wang, zhang, zhao, zhu; code points have another order */
    static const char *const names[] = {"Alpha", "beta", "安",   "包", "蔡一", "邓",
                                        "李",    "王二", "王一", "张", "赵",   "朱"};
    for (size_t i = 0; i + 1 < LJ_COUNT_OF(names); i++) {
        if (order_of(names[i], names[i + 1]) >= 0) {
            fail_msg("%s must come before %s", names[i], names[i + 1]);
        }
    }
    assert_true(order_of("ALPHA", "alpha") == 0);
    assert_true(order_of("区", "区教育局") < 0);
}

static void test_sort_key__is_bounded_and_takes_any_bytes(void **state)
{
    (void)state;
    char text[4000];
    memset(text, 0xFF, sizeof text);
    text[sizeof text - 1] = '\0';
    assert_int_equal(order_of(text, text), 0);
    for (size_t i = 0; i + 3 < sizeof text; i += 3) {
        memcpy(text + i, "张", 3);
    }
    assert_int_equal(order_of(text, text), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sort_key__puts_han_in_the_order_of_pinyin),
        cmocka_unit_test(test_sort_key__is_bounded_and_takes_any_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
