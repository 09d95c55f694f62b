/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Fuzz target of a record of the journal (the payload behind its check): it decodes to what can be
 * written and read again, or it is refused; its frames become results or are refused. */
#include "scan/record.h"

#include "base/num.h"
#include "scan/rollup.h"

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

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static rollup roll;
    static lj_buf again;
    scan_record record;
    if (again.max_len == 0) {
        lj_buf_init(&again, NULL, 64 * LJ_MIB);
    }
    if (!record_take(lj_slice_of(bytes, len), &record)) {
        return 0;
    }
    for (uint32_t i = 0; i < record.part_count; i++) {
        (void)record_part_off(&record, i);
    }
    rollup_begin(&roll, rules_once(), ROLLUP_ALL);
    if (rollup_feed_all(&roll, record.names) && rollup_feed_all(&roll, record.content)) {
        rollup_finish(&roll);
        LJ_ASSERT(rollup_examined(&roll, record.size) <= record.size);
    }
    lj_buf_clear(&again);
    record_put(&again, &record);
    LJ_ASSERT(lj_buf_ok(&again) && lj_slice_is(lj_buf_slice(&again), lj_slice_of(bytes, len)));
    return 0;
}
