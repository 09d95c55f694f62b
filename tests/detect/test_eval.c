/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A small slice of the measurement (gen/detect_eval.c) that must not get worse: seed 11, every
 * kind. */
#include "../check.h"

#include "base/num.h"
#include "run_rows.h"

enum { CASES = 10, SEED = 11 };

static uint32_t alarms_of(const gen_kind *kind, uint32_t idx)
{
    static gen_case made;
    uint32_t alarms = 0;
    for (uint32_t no = 0; no < CASES; no++) {
        lj_arena *arena = lj_arena_new(1 << 24);
        gen_make(kind, SEED * 1000003 + idx * 7919 + no * 104729, arena, &made);
        alarms += eval_class(run_rules, &made) >= DETECT_PROBABLE;
        lj_arena_free(arena);
    }
    return alarms;
}

static void test_eval__recall_of_each_kind_of_mark(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < gen_mark_kind_count; i++) {
        uint32_t alarms = alarms_of(&gen_mark_kinds[i], i);
        if (alarms * 10 < CASES * 9) {
            fail_msg("kind '%s': %u of %d found", gen_mark_kinds[i].name, alarms, CASES);
        }
    }
}

static void test_eval__alarms_on_mentions_and_hard_negatives(void **state)
{
    (void)state;
    assert_int_equal(gen_negative_kind_count, 48);
    uint32_t alarms = 0;
    uint32_t total = 0;
    for (uint32_t i = 0; i < gen_mention_kind_count; i++) {
        alarms += alarms_of(&gen_mention_kinds[i], i);
        total += CASES;
    }
    for (uint32_t i = 0; i < gen_negative_kind_count; i++) {
        alarms += alarms_of(&gen_negative_kinds[i], i);
        total += CASES;
    }
    if (alarms * 100 > total) {
        fail_msg("%u alarms in %u documents without a mark", alarms, total);
    }
}

static void test_eval__the_generator_gives_the_same_case_for_the_same_seed(void **state)
{
    (void)state;
    static gen_case one;
    static gen_case two;
    lj_arena *arena = lj_arena_new(1 << 24);
    gen_make(&gen_mark_kinds[0], 5, arena, &one);
    gen_make(&gen_mark_kinds[0], 5, arena, &two);
    assert_int_equal(one.count, two.count);
    for (uint32_t i = 0; i < one.count; i++) {
        assert_true(lj_str_is(one.spans[i].text, two.spans[i].text));
    }
    gen_make(&gen_mark_kinds[0], 6, arena, &two);
    assert_false(one.count == two.count && lj_str_is(one.spans[0].text, two.spans[0].text) &&
                 lj_str_is(one.spans[one.count - 1].text, two.spans[two.count - 1].text));
    lj_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_eval__recall_of_each_kind_of_mark),
        cmocka_unit_test(test_eval__alarms_on_mentions_and_hard_negatives),
        cmocka_unit_test(test_eval__the_generator_gives_the_same_case_for_the_same_seed),
    };
    return cmocka_run_group_tests(tests, run_setup, run_teardown);
}
