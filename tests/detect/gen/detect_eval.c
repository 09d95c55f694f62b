/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Measures detection on invented documents: recall by kind of mark, false alarms by kind of
 * negative. Usage: detect_eval [--seeds FROM-TO] [--cases N] [--show KIND] [--misses] An alarm is a
 * result of class probable or better. Intervals: Wilson, 95 %. Thresholds and weights are tuned on
 * seeds 1-5 and reported on 6-10. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "detect/detect.h"
#include "eval.h"

static void print_case(const detect_rules *rules, const gen_case *made, const gen_kind *kind,
                       uint64_t seed)
{
    printf("--- %s seed %llu\n", kind->name, (unsigned long long)seed);
    for (uint32_t i = 0; i < made->count && i < 40; i++) {
        const span *what = &made->spans[i];
        printf("[%s%s%.*s] %.*s\n", span_role_row(what->role)->name, what->label.len > 0 ? " " : "",
               (int)what->label.len, what->label.ptr, (int)lj_min_size(what->text.len, 400),
               what->text.ptr);
    }
    eval_print_hits(rules, made);
}

static void wilson(uint32_t count, uint32_t of, double *low, double *high)
{
    double n = of > 0 ? of : 1;
    double p = count / n;
    double z = 1.959964;
    double middle = (p + z * z / (2 * n)) / (1 + z * z / n);
    double half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n);
    *low = middle - half < 0 ? 0 : middle - half;
    *high = middle + half > 1 ? 1 : middle + half;
}

static void print_rate(const char *name, uint32_t count, uint32_t of)
{
    double low = 0;
    double high = 0;
    wilson(count, of, &low, &high);
    printf("%-32s n %6u  %6u  %7.2f %%  (%.2f to %.2f)\n", name, of, count,
           of > 0 ? 100.0 * count / of : 0.0, 100 * low, 100 * high);
}

typedef struct options {
    uint64_t from, to;
    uint32_t cases;
    const char *show;
    bool misses;
} options;

static void run_kinds(const detect_rules *rules, const options *with, const char *title,
                      const gen_kind *kinds, uint32_t count, bool all)
{
    printf("\n%s: alarms\n", title);
    uint32_t alarms = 0;
    uint32_t total = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t kind_alarms = 0;
        uint32_t kind_total = 0;
        uint32_t shown = 0;
        if (with->show != NULL && strcmp(with->show, kinds[i].name) != 0) {
            continue;
        }
        for (uint64_t seed = with->from; seed <= with->to; seed++) {
            for (uint32_t no = 0; no < with->cases; no++) {
                static gen_case made;
                lj_arena *arena = lj_arena_new(16 * LJ_MIB);
                uint64_t case_seed = seed * 1000003 + i * 7919 + no * 104729;
                gen_make(&kinds[i], case_seed, arena, &made);
                bool alarm = eval_class(rules, &made) >= DETECT_PROBABLE;
                bool wrong = alarm != (kinds[i].class_ == GEN_MARK);
                if (((with->misses && wrong) || with->show != NULL) &&
                    shown < (with->misses && !wrong ? 0 : 3)) {
                    print_case(rules, &made, &kinds[i], case_seed);
                    shown++;
                }
                kind_alarms += alarm;
                kind_total++;
                lj_arena_free(arena);
            }
        }
        if (all || kind_alarms > 0) {
            print_rate(kinds[i].name, kind_alarms, kind_total);
        }
        alarms += kind_alarms;
        total += kind_total;
    }
    print_rate("all", alarms, total);
}

int main(int argc, char **argv)
{
    options with = {1, 5, 40, NULL, false};
    for (int i = 1; i < argc; i++) {
        char *rest = NULL;
        if (strcmp(argv[i], "--misses") == 0) {
            with.misses = true;
        } else if (i + 1 < argc && strcmp(argv[i], "--seeds") == 0) {
            with.from = strtoull(argv[++i], &rest, 10);
            with.to = *rest == '-' ? strtoull(rest + 1, NULL, 10) : with.from;
        } else if (i + 1 < argc && strcmp(argv[i], "--cases") == 0) {
            with.cases = (uint32_t)strtoull(argv[++i], NULL, 10);
        } else if (i + 1 < argc && strcmp(argv[i], "--show") == 0) {
            with.show = argv[++i];
        } else {
            fprintf(stderr,
                    "usage: detect_eval [--seeds FROM-TO] [--cases N] [--show KIND] [--misses]\n");
            return 64;
        }
    }
    detect_rules *rules = eval_rules();
    if (rules == NULL) {
        return 70;
    }
    printf("seeds %llu to %llu, %u cases of each kind and seed\n", (unsigned long long)with.from,
           (unsigned long long)with.to, with.cases);
    run_kinds(rules, &with, "marks", gen_mark_kinds, gen_mark_kind_count, true);
    run_kinds(rules, &with, "mentions", gen_mention_kinds, gen_mention_kind_count, true);
    run_kinds(rules, &with, "hard negatives", gen_negative_kinds, gen_negative_kind_count, true);
    detect_rules_free(rules);
    return 0;
}
