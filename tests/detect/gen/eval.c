/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "eval.h"

#include <stdio.h>

#include "base/num.h"

detect_rules *eval_rules(void)
{
    detect_rules *rules = NULL;
    lj_err err = {0};
    if (detect_rules_new(&rules, &err) != LJ_OK) {
        return NULL;
    }
    if (detect_rules_add_standard(rules, &err) != LJ_OK ||
        detect_rules_seal(rules, &err) != LJ_OK) {
        fprintf(stderr, "rules: %s\n", err.what);
        detect_rules_free(rules);
        return NULL;
    }
    return rules;
}

static detect_doc *eval_run(const detect_rules *rules, const gen_case *made, bool explain)
{
    detect_about about = {.today_on = GEN_TODAY_ON, .changed_on = INT32_MIN, .explain = explain};
    detect_doc *doc = detect_begin(rules, &about, LJ_MIB, NULL, NULL);
    for (uint32_t i = 0; doc != NULL && i < made->count; i++) {
        detect_span(doc, &made->spans[i]);
    }
    return doc;
}

detect_class eval_class(const detect_rules *rules, const gen_case *made)
{
    detect_doc *doc = eval_run(rules, made, false);
    detect_class class_ = doc != NULL ? detect_end(doc)->class_ : DETECT_NONE;
    detect_free(doc);
    return class_;
}

void eval_print_hits(const detect_rules *rules, const gen_case *made)
{
    detect_doc *doc = eval_run(rules, made, true);
    if (doc == NULL) {
        return;
    }
    const detect_result *result = detect_end(doc);
    uint32_t count = 0;
    const detect_hit *hits = detect_candidates(doc, &count);
    printf("=> %s %s %d\n", detect_verdict_row(result->verdict)->name,
           detect_class_row(result->class_)->name, result->score);
    for (uint32_t i = 0; i < count && i < 12; i++) {
        const detect_hit *hit = &hits[i];
        printf("   %s/%s %d '%.*s'", detect_pack_of(rules, hit->pack_idx)->name,
               detect_rule_name(rules, hit->pack_idx, hit->rule_idx), hit->score,
               (int)hit->mark.len, hit->mark.ptr);
        for (uint32_t j = 0; j < hit->term_count; j++) {
            const detect_weight *weight = detect_weight_of(rules, hit->pack_idx, hit->terms[j]);
            printf(" %s%+d", weight->code, weight->points);
        }
        printf("\n");
    }
    detect_free(doc);
}
