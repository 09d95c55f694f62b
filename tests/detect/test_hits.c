/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Tests of detect/hits: a hit from another process is checked before it is believed; order; tables
 * of names. */
#include "../check.h"

#include "base/num.h"
#include "run_rows.h"

static detect_hit sample_hit(void)
{
    detect_doc *doc = run_text(SPAN_BODY, "000123\n机密★10年");
    detect_hit hit = detect_end(doc)->hits[0];
    hit.mark = (lj_str){NULL, 0};
    hit.period = (lj_str){NULL, 0};
    detect_free(doc);
    return hit;
}

static void test_hits__a_hit_with_any_wrong_value_is_refused(void **state)
{
    (void)state;
    detect_verdict verdict;
    detect_class class_;
    detect_hit good = sample_hit();
    assert_true(detect_hit_check(run_rules, &good, &verdict, &class_));
    assert_int_equal(verdict, DETECT_MARKED);
    assert_int_equal(class_, DETECT_CONFIRMED);
    detect_hit hits[10];
    for (size_t i = 0; i < LJ_COUNT_OF(hits); i++) {
        hits[i] = good;
    }
    hits[0].pack_idx = 1000;
    hits[1].rule_idx = 1000;
    hits[2].level_idx = 1000;
    hits[3].term_count = DETECT_TERM_MAX + 1;
    hits[4].terms[0] = 1000;
    hits[5].score++;
    hits[6].term_count--;
    hits[7].terms[1] = hits[7].terms[0];
    hits[8].role = (span_role)SPAN_ROLE_COUNT;
    hits[9].hidden_by = UINT64_MAX;
    for (size_t i = 0; i < LJ_COUNT_OF(hits); i++) {
        char name[16];
        snprintf(name, sizeof(name), "hit %zu", i);
        CHECK_ROW(name, detect_hit_check(run_rules, &hits[i], &verdict, &class_), 0);
    }
}

static void test_hits__no_level_is_a_level(void **state)
{
    (void)state;
    detect_verdict verdict;
    detect_class class_;
    detect_hit hit = sample_hit();
    hit.level_idx = DETECT_NO_LEVEL;
    assert_true(detect_hit_check(run_rules, &hit, &verdict, &class_));
}

static void test_hits__order_is_alarm_family_class_score_rank_place(void **state)
{
    (void)state;
    detect_hit a = sample_hit();
    detect_hit b = a;
    assert_int_equal(detect_hit_compare(run_rules, &a, &b), 0);
    b.score = a.score - 1;
    assert_true(detect_hit_compare(run_rules, &a, &b) < 0);
    assert_true(detect_hit_compare(run_rules, &b, &a) > 0);
    b = a;
    b.level_idx = 0; /* 绝密 */
    assert_true(detect_hit_compare(run_rules, &b, &a) < 0);
    b = a;
    b.place.page_no = a.place.page_no + 1;
    assert_true(detect_hit_compare(run_rules, &a, &b) < 0);
    /* A probable mark of a state secret stands before a confirmed one of a work secret. */
    detect_doc *doc = run_text(SPAN_BODY, "工作秘密★3年");
    detect_hit work = detect_end(doc)->hits[0];
    a.score = 60;
    assert_true(detect_hit_compare(run_rules, &a, &work) < 0);
    /* But not before one that is no alarm at all. */
    a.score = 30;
    assert_true(detect_hit_compare(run_rules, &a, &work) > 0);
    detect_free(doc);
}

static void test_hits__tables_of_names_are_complete(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < DETECT_VERDICT_COUNT; i++) {
        const span_name_row *row = detect_verdict_row((detect_verdict)i);
        assert_true(row->name[0] != '\0' && row->en[0] != '\0' && row->zh[0] != '\0');
    }
    for (uint32_t i = 0; i < DETECT_CLASS_COUNT; i++) {
        const span_name_row *row = detect_class_row((detect_class)i);
        assert_true(row->name[0] != '\0' && row->en[0] != '\0' && row->zh[0] != '\0');
    }
    assert_string_equal(detect_verdict_row(DETECT_MARKED)->name, "marked");
    assert_string_equal(detect_class_row(DETECT_CONFIRMED)->name, "confirmed");
    assert_true(detector_row_count > 5);
    for (uint32_t i = 0; i < detector_row_count; i++) {
        assert_true(detector_rows[i].name[0] != '\0' && detector_rows[i].en[0] != '\0' &&
                    detector_rows[i].zh[0] != '\0');
        for (uint32_t j = 0; j < i; j++) {
            assert_string_not_equal(detector_rows[i].name, detector_rows[j].name);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hits__a_hit_with_any_wrong_value_is_refused),
        cmocka_unit_test(test_hits__no_level_is_a_level),
        cmocka_unit_test(test_hits__order_is_alarm_family_class_score_rank_place),
        cmocka_unit_test(test_hits__tables_of_names_are_complete),
    };
    return cmocka_run_group_tests(tests, run_setup, run_teardown);
}
