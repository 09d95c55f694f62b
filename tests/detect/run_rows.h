/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Shared by the tests of src/detect: the standard rules once, and a document from a few spans.
 * Include after check.h. */
#ifndef LJ_TESTS_DETECT_RUN_ROWS_H
#define LJ_TESTS_DETECT_RUN_ROWS_H

#include "detect/detect.h"
#include "eval.h"

static detect_rules *run_rules;

static inline int run_setup(void **state)
{
    (void)state;
    run_rules = eval_rules();
    return run_rules == NULL;
}

static inline int run_teardown(void **state)
{
    (void)state;
    detect_rules_free(run_rules);
    return 0;
}

static inline detect_doc *run_begin(bool explain)
{
    detect_about about = {.today_on = GEN_TODAY_ON, .changed_on = INT32_MIN, .explain = explain};
    detect_doc *doc = detect_begin(run_rules, &about, 1 << 20, NULL, NULL);
    assert_non_null(doc);
    return doc;
}

static inline detect_doc *run_text(span_role role, const char *text)
{
    detect_doc *doc = run_begin(true);
    span what = span_of(role, lj_cstr_str(text));
    detect_span(doc, &what);
    (void)detect_end(doc);
    return doc;
}

/* Points of the feature in the candidate, 0 when it did not fire. */
static inline int32_t run_points(const detect_hit *hit, const char *code)
{
    for (uint32_t i = 0; i < hit->term_count; i++) {
        const detect_weight *weight = detect_weight_of(run_rules, hit->pack_idx, hit->terms[i]);
        if (strcmp(weight->code, code) == 0) {
            return weight->points;
        }
    }
    return 0;
}

#endif
