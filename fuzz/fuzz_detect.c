/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Fuzz target of detection with the standard packs. The input is cut at 0x1E into spans; the first
 * five bytes of a span are role, join, hiding, look and column. Invalid UTF-8 is cut away, as
 * readers give only valid text. Every result is held to its promises: points add up, the mark is
 * short, hits are in order. Only the sealed rules are kept between inputs. */
#include <stdlib.h>

#include "base/json.h"
#include "base/num.h"
#include "detect/detect.h"
#include "text/charset.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

enum { MEMORY = 1 << 20, SPAN_HEAD = 5 };

static const detect_rules *rules_once(void)
{
    static detect_rules *rules; /* built once, read only */
    lj_err err;
    if (rules == NULL && (detect_rules_new(&rules, &err) != LJ_OK ||
                          detect_rules_add_standard(rules, &err) != LJ_OK ||
                          detect_rules_seal(rules, &err) != LJ_OK)) {
        abort();
    }
    return rules;
}

static void check_hit(const detect_rules *rules, const detect_hit *hit)
{
    detect_verdict verdict;
    detect_class class_;
    size_t characters = 0;
    for (size_t i = 0; i < hit->mark.len; i++) {
        characters += ((uint8_t)hit->mark.ptr[i] & 0xC0) != 0x80;
    }
    if (!detect_hit_check(rules, hit, &verdict, &class_) || characters > DETECT_MARK_MAX ||
        !lj_utf8_is_valid(lj_str_bytes(hit->mark)) ||
        !lj_utf8_is_valid(lj_str_bytes(hit->period))) {
        abort();
    }
}

static void take_span(detect_doc *doc, lj_slice part)
{
    span_look look = {0};
    if (part.len <= SPAN_HEAD) {
        return;
    }
    lj_slice text = lj_slice_part(part, SPAN_HEAD, part.len);
    size_t valid = 0;
    (void)text_utf8_is_valid(text, &valid);
    span what = span_of((span_role)(part.ptr[0] % SPAN_ROLE_COUNT),
                        (lj_str){(const char *)text.ptr, valid});
    what.join = (span_join)(part.ptr[1] % 3);
    what.hidden_by =
        part.ptr[2] % 16 < SPAN_HIDDEN_COUNT && part.ptr[2] > 127 ? SPAN_HIDE(part.ptr[2] % 16) : 0;
    what.place.row_no = part.ptr[4] / 8;
    what.place.col_no = part.ptr[4] % 8;
    what.src_off = 0;
    look.from = part.ptr[3] % 32;
    look.len = part.ptr[3] / 32;
    look.hidden_by = part.ptr[3] % 2;
    what.looks = &look;
    what.look_count = look.len > 0;
    if (part.ptr[1] > 200) {
        what.label = LJ_STR("密级");
    }
    detect_span(doc, &what);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    const detect_rules *rules = rules_once();
    detect_about about = {.today_on = 20781, .changed_on = INT32_MIN, .explain = true};
    detect_doc *doc = detect_begin(rules, &about, MEMORY, NULL, NULL);
    if (doc == NULL) {
        return 0;
    }
    size_t from = 0;
    for (size_t at = 0; at <= len; at++) {
        if (at == len || bytes[at] == 0x1E) {
            take_span(doc, lj_slice_of(bytes + from, at - from));
            from = at + 1;
        }
    }
    const detect_result *result = detect_end(doc);
    for (uint32_t i = 0; i < result->hit_count; i++) {
        check_hit(rules, &result->hits[i]);
        if (i > 0 && detect_hit_compare(rules, &result->hits[i - 1], &result->hits[i]) > 0) {
            abort();
        }
    }
    uint32_t count = 0;
    const detect_hit *all = detect_candidates(doc, &count);
    for (uint32_t i = 0; i < count; i++) {
        check_hit(rules, &all[i]);
    }
    detect_free(doc);
    return 0;
}
