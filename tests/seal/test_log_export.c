/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The writer of exports keeps its promises: order, counts, faults of the sink. That the bytes are
 * right is tested through lijian-verify (test_verify.c). */
#include "seal/log_export.h"

#include "../check.h"

#include "base/num.h"

/* A sink that counts and fails at a given call. */
typedef struct counter {
    uint64_t calls, fails_at, bytes;
} counter;

static lj_code count(void *ctx, lj_slice bytes, lj_err *err)
{
    counter *c = ctx;
    c->bytes += bytes.len;
    return ++c->calls == c->fails_at ? lj_fail(err, LJ_E_IO, UINT64_MAX, "full") : LJ_OK;
}

static lj_code begin(seal_log_export *log, counter *c, uint64_t size)
{
    seal_log_head head = {.district = 1, .size = size, .hash = SEAL_SHA256};
    return seal_log_export_begin(log, (seal_sink){c, count}, &head, NULL);
}

static void test_log_export__holds_the_announced_count(void **state)
{
    (void)state;
    seal_log_export log;
    counter c = {.calls = 0};
    assert_int_equal(begin(&log, &c, 2), LJ_OK);
    assert_int_equal(seal_log_export_leaf(&log, LJ_BYTES("a"), NULL), LJ_OK);
    assert_int_equal(seal_log_export_end(&log, NULL, NULL), LJ_E_INVALID);
    assert_int_equal(seal_log_export_leaf(&log, LJ_BYTES("b"), NULL), LJ_OK);
    assert_int_equal(seal_log_export_leaf(&log, LJ_BYTES("c"), NULL), LJ_E_INVALID);
    seal_digest root;
    assert_int_equal(seal_log_export_end(&log, &root, NULL), LJ_OK);
    assert_int_equal(c.bytes, 44 + 2 * 4 + 41);
    seal_log_export_done(&log);
}

static void test_log_export__values_ascend_behind_all_leaves(void **state)
{
    (void)state;
    seal_log_export log;
    counter c = {.calls = 0};
    seal_digest one = {{1}};
    seal_digest two = {{2}};
    uint8_t salt[SEAL_SALT_LEN] = {0};
    lj_slice value = LJ_BYTES("\x02x");
    assert_int_equal(begin(&log, &c, 1), LJ_OK);
    assert_int_equal(seal_log_export_value(&log, &one, salt, value, NULL), LJ_E_INVALID);
    assert_int_equal(seal_log_export_leaf(&log, LJ_BYTES("a"), NULL), LJ_OK);
    assert_int_equal(seal_log_export_value(&log, &two, salt, value, NULL), LJ_OK);
    assert_int_equal(seal_log_export_value(&log, &two, salt, value, NULL), LJ_E_INVALID);
    assert_int_equal(seal_log_export_value(&log, &one, salt, value, NULL), LJ_E_INVALID);
    assert_int_equal(seal_log_export_leaf(&log, LJ_BYTES("b"), NULL), LJ_E_INVALID);
    assert_int_equal(seal_log_export_end(&log, NULL, NULL), LJ_OK);
    seal_log_export_done(&log);
}

static void test_log_export__a_fault_of_the_sink_comes_through(void **state)
{
    (void)state;
    seal_digest one = {{1}};
    uint8_t salt[SEAL_SALT_LEN] = {0};
    for (uint64_t at = 1; at <= 7; at++) {
        seal_log_export log;
        counter c = {.fails_at = at};
        lj_code code = begin(&log, &c, 1);
        code = code == LJ_OK ? seal_log_export_leaf(&log, LJ_BYTES("a"), NULL) : code;
        code =
            code == LJ_OK ? seal_log_export_value(&log, &one, salt, LJ_BYTES("\x02x"), NULL) : code;
        code = code == LJ_OK ? seal_log_export_end(&log, NULL, NULL) : code;
        CHECK_ROW("call", code, LJ_E_IO);
        seal_log_export_done(&log);
    }
}

static void test_log_export__refuses_what_no_log_is(void **state)
{
    (void)state;
    seal_log_export log = {.value_count = 0};
    counter c = {.calls = 0};
    assert_int_equal(begin(&log, &c, SEAL_TREE_MAX + 1), LJ_E_INVALID);
    seal_log_export_done(&log);
    seal_log_head head = {.hash = (seal_hash)0};
    assert_int_equal(seal_log_export_begin(&log, (seal_sink){&c, count}, &head, NULL),
                     LJ_E_UNSUPPORTED);
    seal_log_export_done(&log);
    assert_int_equal(c.calls, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_log_export__holds_the_announced_count),
        cmocka_unit_test(test_log_export__values_ascend_behind_all_leaves),
        cmocka_unit_test(test_log_export__a_fault_of_the_sink_comes_through),
        cmocka_unit_test(test_log_export__refuses_what_no_log_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
