/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Fuzz target of a scan of a large text: the reader sifts, detection is asked about each seed and
 * gets the lines around. The text is too long for a fuzzer, so that most of it is filler: the input
 * lies somewhere between, often across the border of a window. Bytes 0 to 2 of the input: the kind
 * of filler, and how much of it stands before the rest. The promises of tests/formats/contract.h
 * and of detect_seed_counts are checked. Only rules and the warm context are kept between inputs.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/num.h"
#include "contract.h"
#include "detect/detect.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

enum {
    HEAD = 3,
    WHOLE = 256 * 1024 + 1, /* bytes of the least text that is sifted */
    MEMORY = 64 << 20,
    DETECT_MEMORY = 1 << 20,
    OPEN_MAX = 16,
};

typedef struct large {
    contract checked;
    format_sink inner; /* of the contract */
    const detect_rules *rules;
    detect_doc *open[OPEN_MAX];
    lj_slice text;
    lj_slice filler;
    uint64_t before, size;
} large;

static const detect_rules *rules_once(void)
{
    static detect_rules *rules; /* built once, read only */
    if (rules == NULL) {
        LJ_ASSERT(detect_rules_new(&rules, NULL) == LJ_OK);
        LJ_ASSERT(detect_rules_add_standard(rules, NULL) == LJ_OK);
        LJ_ASSERT(detect_rules_seal(rules, NULL) == LJ_OK);
    }
    return rules;
}

static lj_code read_large(void *ctx, uint64_t off, uint8_t *dst, size_t len, size_t *out_len,
                          lj_err *err)
{
    const large *mine = ctx;
    (void)err;
    len = (size_t)lj_min_u64(len, off < mine->size ? mine->size - off : 0);
    for (size_t at = 0; at < len; at++, off++) {
        bool inside = off >= mine->before && off - mine->before < mine->text.len;
        dst[at] =
            inside ? mine->text.ptr[off - mine->before] : mine->filler.ptr[off % mine->filler.len];
    }
    *out_len = len;
    return LJ_OK;
}

static void begin_doc(void *ctx, const format_doc *doc)
{
    large *mine = ctx;
    detect_about about = {.today_on = 20781, .changed_on = INT32_MIN};
    mine->inner.doc_begin(mine->inner.ctx, doc);
    if (doc->depth < OPEN_MAX) {
        mine->open[doc->depth] = detect_begin(mine->rules, &about, DETECT_MEMORY, NULL, NULL);
        LJ_ASSERT(mine->open[doc->depth] != NULL);
    }
}

static lj_code take_span(void *ctx, const format_doc *doc, const span *what)
{
    large *mine = ctx;
    if (doc->depth < OPEN_MAX) {
        detect_span(mine->open[doc->depth], what);
    }
    return mine->inner.emit(mine->inner.ctx, doc, what);
}

static bool ask_seed(void *ctx, const format_doc *doc, text_charset charset, lj_slice bytes,
                     size_t hit, size_t *out_next)
{
    large *mine = ctx;
    if (doc->depth >= OPEN_MAX) {
        return true;
    }
    bool counts = detect_seed_counts(mine->open[doc->depth], charset, bytes, hit, out_next);
    LJ_ASSERT(counts || *out_next > hit);
    return counts;
}

static void take_gap(void *ctx, const format_doc *doc, const gap *what)
{
    large *mine = ctx;
    mine->inner.gap_found(mine->inner.ctx, doc, what);
}

static void take_note(void *ctx, const format_doc *doc, format_note note)
{
    large *mine = ctx;
    mine->inner.note(mine->inner.ctx, doc, note);
}

static void end_doc(void *ctx, const format_doc *doc, const format_doc_end *end)
{
    large *mine = ctx;
    mine->inner.doc_end(mine->inner.ctx, doc, end);
    if (doc->depth < OPEN_MAX) {
        const detect_result *found = detect_end(mine->open[doc->depth]);
        for (uint32_t i = 0; i < found->hit_count; i++) {
            LJ_ASSERT(found->hits[i].src_off < mine->size || found->hits[i].src_off == UINT64_MAX);
        }
        detect_free(mine->open[doc->depth]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static const lj_str fillers[] = {
        {"一行短文。\n",                          16},
        {"\xD2\xBB\xD0\xD0\xB6\xCC\xCE\xC4\xA1\xA3\n", 11}, /* the same in GB18030 */
        {"a line\r\n",                                 8 },
        {"\xA4\x40\xA6\xE6\xB5\x75\xA4\xE5 \n",        10}, /* in Big5 */
        {"\0a\0\n",                                    4 }, /* the text is swept, or is UTF-16 */
        {"\xD2\xBB\xB6\xFE",                           4 }, /* GB18030 without a line end */
    };
    static format_context *context;
    static large mine;
    if (len <= HEAD) {
        return 0;
    }
    if (context == NULL) {
        context = format_context_new(MEMORY);
        LJ_ASSERT(context != NULL);
    }
    mine = (large){.rules = rules_once(),
                   .text = lj_slice_of(bytes + HEAD, len - HEAD),
                   .filler = lj_str_bytes(fillers[bytes[0] % LJ_COUNT_OF(fillers)]),
                   .before = 4 * ((uint64_t)bytes[1] << 8 | bytes[2])};
    mine.size = mine.before + mine.text.len;
    mine.size = mine.size > WHOLE ? mine.size : WHOLE;
    contract_init(&mine.checked, /* dump= */ NULL);
    mine.inner = contract_sink(&mine.checked);
    format_sink sink = {.ctx = &mine,
                        .doc_begin = begin_doc,
                        .emit = take_span,
                        .seed_counts = ask_seed,
                        .gap_found = take_gap,
                        .note = take_note,
                        .doc_end = end_doc};
    format_input input = {.ctx = &mine, .size = mine.size, .read = read_large};
    format_options options = {.limits = format_limits_standard(),
                              .seeds = detect_rules_seeds(mine.rules)};
    lj_err err;
    LJ_ASSERT(format_examine(context, &input, &options, &sink, &err) == LJ_OK);
    if (!contract_holds(&mine.checked)) {
        fprintf(stderr, "broken promise: %s\n", mine.checked.fault);
        abort();
    }
    return 0;
}
