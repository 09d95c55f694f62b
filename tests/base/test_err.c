/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Tests of base/err and of the catalogue that is made from errors.txt. */
#include "base/err.h"

#include "../check.h"

static void test_err__fail_fills_the_record_once(void **state)
{
    (void)state;
    lj_err err = {0};
    assert_int_equal(lj_fail(&err, LJ_E_FORMAT, 77, "directory outside the file"), LJ_E_FORMAT);
    assert_int_equal(err.code, LJ_E_FORMAT);
    assert_int_equal(err.at, 77);
    assert_int_equal(err.os, 0);
    assert_string_equal(err.what, "directory outside the file");
    assert_non_null(strstr(err.where, "test_err.c"));
    assert_int_not_equal(err.where[0], '/'); /* nothing of the builder's machine */
}

static void test_err__a_record_is_not_needed(void **state)
{
    (void)state;
    assert_int_equal(lj_fail(NULL, LJ_E_LIMIT, UINT64_MAX, "full"), LJ_E_LIMIT);
}

static void test_err__system_errors_keep_their_number(void **state)
{
    (void)state;
    lj_err err = {0};
    assert_int_equal(lj_fail_os(&err, LJ_E_IO, 5, "cannot read"), LJ_E_IO);
    assert_int_equal(err.os, 5);
    assert_int_equal(err.at, UINT64_MAX);
}

static void test_err__every_code_has_a_row(void **state)
{
    (void)state;
    for (int code = 0; code < LJ_CODE_COUNT; code++) {
        const lj_code_row *row = lj_code_row_of((lj_code)code);
        assert_non_null(row);
        assert_true(strlen(row->name) > 0 && strlen(row->en) > 0 && strlen(row->zh) > 0);
        /* 0 to 3 belong to results of a scan; the help knows two more: 64 usage, 70 failure. */
        assert_true(code == 0 ? row->exit_status == 0
                              : row->exit_status == 64 || row->exit_status == 70);
        for (int other = 0; other < code; other++) {
            assert_string_not_equal(row->name, lj_code_row_of((lj_code)other)->name);
        }
    }
    assert_string_equal(lj_code_row_of(LJ_OK)->name, "ok");
    assert_string_equal(lj_code_row_of(LJ_E_LIMIT)->name, "limit");
}

static void test_err__an_unknown_code_is_our_fault(void **state)
{
    (void)state;
    int beyond = LJ_CODE_COUNT + 5;
    lj_code code;
    memcpy(&code, &beyond, sizeof(code));
    assert_string_equal(lj_code_row_of(code)->name, "internal");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_err__fail_fills_the_record_once),
        cmocka_unit_test(test_err__a_record_is_not_needed),
        cmocka_unit_test(test_err__system_errors_keep_their_number),
        cmocka_unit_test(test_err__every_code_has_a_row),
        cmocka_unit_test(test_err__an_unknown_code_is_our_fault),
    };
    return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
