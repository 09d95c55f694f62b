/* SPDX-License-Identifier: AGPL-3.0-or-later
 * lijian selftest: proves on samples that are built into the program that readers, rules and
 * sandbox work on this machine. Each sample goes the way of a scan, but from memory: examine,
 * detect, judge; the verdict must be the expected one. Then a worker is started and its posture
 * read. One line per check; exit 0 only when all hold. */
#include <string.h>

#include "base/num.h"
#include "detect/detect.h"
#include "formats/examine.h"
#include "programs/lijian.h"
#include "programs/selftest_samples.h"

enum { MEMORY = 128 * 1024 * 1024, DETECT_MEMORY = 4 * 1024 * 1024, NEST_MAX = 40 };

/* One sample under examination: a detector per open document, the strongest verdict of all. */
typedef struct self_run {
    const detect_rules *rules;
    detect_doc *open[NEST_MAX];
    detect_verdict verdict;
    uint32_t gaps;
} self_run;

static void on_begin(void *ctx, const format_doc *doc)
{
    self_run *run = ctx;
    detect_about about = {.changed_on = INT32_MIN, .hidden_by = doc->hidden_by};
    if (doc->depth < NEST_MAX) {
        run->open[doc->depth] = detect_begin(run->rules, &about, DETECT_MEMORY, NULL, NULL);
    }
}

static lj_code on_span(void *ctx, const format_doc *doc, const span *what)
{
    self_run *run = ctx;
    if (doc->depth < NEST_MAX && run->open[doc->depth] != NULL) {
        detect_span(run->open[doc->depth], what);
    }
    return LJ_OK;
}

static void on_gap(void *ctx, const format_doc *doc, const gap *what)
{
    (void)doc;
    (void)what;
    ((self_run *)ctx)->gaps++;
}

static void on_note(void *ctx, const format_doc *doc, format_note note)
{
    (void)ctx;
    (void)doc;
    (void)note;
}

static void on_end(void *ctx, const format_doc *doc, const format_doc_end *end)
{
    self_run *run = ctx;
    (void)end;
    if (doc->depth >= NEST_MAX || run->open[doc->depth] == NULL) {
        return;
    }
    const detect_result *result = detect_end(run->open[doc->depth]);
    if (result->verdict > run->verdict) {
        run->verdict = result->verdict;
    }
    detect_free(run->open[doc->depth]);
    run->open[doc->depth] = NULL;
}

static lj_code read_memory(void *ctx, uint64_t off, uint8_t *dst, size_t len, size_t *out_len,
                           lj_err *err)
{
    const selftest_sample *sample = ctx;
    (void)err;
    lj_slice part = lj_slice_part(lj_slice_of(sample->bytes, sample->len),
                                  (size_t)lj_min_u64(off, SIZE_MAX), len);
    if (part.len > 0) {
        memcpy(dst, part.ptr, part.len);
    }
    *out_len = part.len;
    return LJ_OK;
}

static bool check_sample(format_context *context, const detect_rules *rules, selftest_sample sample)
{
    self_run run = {.rules = rules, .verdict = DETECT_CLEAN};
    format_sink sink = {.ctx = &run,
                        .doc_begin = on_begin,
                        .emit = on_span,
                        .gap_found = on_gap,
                        .note = on_note,
                        .doc_end = on_end};
    format_input input = {.ctx = &sample, .size = sample.len, .read = read_memory};
    format_options options = {.limits = format_limits_standard(),
                              .seeds = detect_rules_seeds(rules),
                              .wants_sha256 = true};
    lj_err err = {0};
    lj_code code = format_examine(context, &input, &options, &sink, &err);
    if (run.verdict == DETECT_CLEAN && run.gaps > 0) {
        run.verdict = DETECT_UNREADABLE;
    }
    return code == LJ_OK && strcmp(detect_verdict_row(run.verdict)->name, sample.verdict) == 0;
}

static bool say(bool good, const char *what, bool zh)
{
    printf("%-8s %s\n", good ? (zh ? "通过" : "passed") : (zh ? "失败" : "FAILED"), what);
    return good;
}

int command_selftest(void *arguments_)
{
    const arguments *args = arguments_;
    bool zh = arguments_zh(args);
    detect_rules *rules = load_rules(args, zh);
    format_context *context = format_context_new(MEMORY);
    bool good = rules != NULL && context != NULL;
    for (size_t i = 0; good && i < selftest_sample_count; i++) {
        if (!say(check_sample(context, rules, selftest_samples[i]), selftest_samples[i].name, zh)) {
            good = false;
        }
    }
    if (rules != NULL) {
        scan_options options = scan_options_standard();
        options.rules = rules;
        options.require_sandbox = args->require_sandbox;
        scan_posture posture = {0};
        lj_err err = {0};
        lj_code code = scan_posture_probe(&options, &posture, &err);
        char text[160] = "";
        scan_posture_text(&posture, text);
        bool held = code == LJ_OK && (posture.bits & SCAN_POSTURE_ALL) == SCAN_POSTURE_ALL;
        bool needed = args->require_sandbox;
        if (code != LJ_OK) {
            (void)say_failure(&err, zh ? "防护" : "sandbox", zh);
        }
        good = say(held || (code == LJ_OK && !needed), text, zh) && good;
    }
    format_context_free(context);
    detect_rules_free(rules);
    return good ? 0 : EXIT_FAILURE_OURS;
}
