/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Fuzz target of the parent's side of the channel: the input is what a worker that was taken over
 * sends for one job. Whatever is accepted must keep what the journal and the results rely on, and
 * must render as one line of JSON. */
#include "base/json.h"
#include "base/num.h"
#include "scan/intake.h"
#include "scan/results.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static const detect_rules *rules_once(void)
{
    static detect_rules *rules;
    if (rules == NULL) {
        LJ_ASSERT(detect_rules_new(&rules, NULL) == LJ_OK);
        LJ_ASSERT(detect_rules_add_standard(rules, NULL) == LJ_OK);
        LJ_ASSERT(detect_rules_seal(rules, NULL) == LJ_OK);
    }
    return rules;
}

static void check(intake *said)
{
    static rollup again;
    static lj_buf line;
    static lj_sha256 *sha;
    if (line.max_len == 0) {
        lj_buf_init(&line, NULL, 64 * LJ_MIB);
        sha = lj_sha256_new();
    }
    /* what was kept decodes again, and gives the same outcome */
    rollup_finish(&said->roll);
    rollup_begin(&again, said->rules, ROLLUP_ALL);
    LJ_ASSERT(rollup_feed_all(&again, lj_buf_slice(&said->names)));
    LJ_ASSERT(rollup_feed_all(&again, lj_buf_slice(&said->content)));
    rollup_finish(&again);
    LJ_ASSERT(rollup_class(&again) == rollup_class(&said->roll));
    LJ_ASSERT(again.gap_bits == said->roll.gap_bits);
    LJ_ASSERT(again.hit_count <= ROLLUP_HITS && again.gap_count <= ROLLUP_GAPS);
    LJ_ASSERT(again.more_hits == 0 ||
              again.hit_count > 0); /* a list that ran over would have lost its count */
    LJ_ASSERT((again.gap_bits == 0) == (again.gap_count == 0));
    LJ_ASSERT(rollup_examined(&again, said->size) <= said->size);
    scan_record record = {
        .size = said->size, .path = LJ_BYTES("/data/file"), .format = LJ_STR("unknown")};
    record_view view = {
        &record, &again, NULL, "host", {NULL, 0},
            sha
    };
    lj_buf_clear(&line);
    record_json_put(&line, &view);
    LJ_ASSERT(lj_buf_ok(&line) && line.ptr[line.len - 1] == '\n');
    LJ_ASSERT(lj_slice_find(lj_slice_part(lj_buf_slice(&line), 0, line.len - 1), LJ_BYTES("\n")) ==
              SIZE_MAX);
    LJ_ASSERT(lj_utf8_is_valid(lj_buf_slice(&line)));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static intake said;
    if (said.rules == NULL) {
        intake_init(&said, rules_once());
    }
    said.explain = len % 5 == 0;
    intake_begin(&said, 1, len % 1000, /* name_only= */ len % 7 == 0);
    lj_slice message = lj_slice_of(bytes, len);
    for (size_t at = 0; at < len;) {
        size_t from = at;
        frame next;
        if (!frame_next(message, &at, &next)) {
            break;
        }
        next.job = 1; /* the fuzzer need not find that out */
        if (!intake_take(&said, &next, lj_slice_part(message, from, at - from))) {
            break;
        }
    }
    check(&said);
    return 0;
}
