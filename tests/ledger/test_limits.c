/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Limits: our own file, which amount holds for a value on a day, and what is refused. */
#include "../check.h"

#include "ledger/limits.h"

enum { ROOM = 1024 * 1024 };

static int arena_open(void **state)
{
    *state = lj_arena_new(ROOM);
    return *state != NULL ? 0 : -1;
}
static int arena_close(void **state)
{
    lj_arena_free(*state);
    return 0;
}

static void test_limits__loads_its_own_rows(void **state)
{
    const ledger_limits *limits = NULL;
    assert_int_equal(ledger_limits_load(*state, &limits, NULL), LJ_OK);
    int64_t amount = 0;
    assert_true(ledger_limits_amount(limits, LJ_STR("handover_days"), LJ_STR(""), 20000, &amount));
    assert_int_equal(amount, 10);
    assert_true(ledger_limits_has(limits, LJ_STR("remind_days")));
    assert_false(ledger_limits_has(limits, LJ_STR("no_such_key")));
    assert_int_equal(strlen(ledger_limits_version(limits)), 16);
}

static void test_limits__takes_the_newest_row_for_the_value(void **state)
{
    static const char text[] = "# 2024-01-01 is day 19723, 2025-01-01 is day 20089\n"
                               "days | * | 30 | 2024-01-01\n"
                               "days | * | 20 | 2025-01-01\n"
                               "days | severe | 7 | 2025-01-01\n";
    static const struct {
        const char *name, *value;
        int64_t on, amount; /* amount -1: none */
    } rows[] = {
        {"before all",                "",       19722, -1},
        {"first day",                 "",       19723, 30},
        {"last day of the first row", "",       20088, 30},
        {"newer row",                 "",       20089, 20},
        {"any value",                 "light",  20089, 20},
        {"star",                      "*",      20089, 20},
        {"value before its row",      "severe", 20088, 30},
        {"value",                     "severe", 20089, 7 },
    };
    const ledger_limits *limits = NULL;
    assert_int_equal(ledger_limits_read(lj_cstr_bytes(text), *state, &limits, NULL), LJ_OK);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t amount = -1;
        bool is_found = ledger_limits_amount(limits, LJ_STR("days"), lj_cstr_str(rows[i].value),
                                             rows[i].on, &amount);
        CHECK_ROW(rows[i].name, is_found, rows[i].amount >= 0);
        CHECK_ROW(rows[i].name, amount, rows[i].amount);
    }
}

static void test_limits__has_a_version_of_its_text(void **state)
{
    const ledger_limits *a = NULL;
    const ledger_limits *b = NULL;
    assert_int_equal(ledger_limits_read(LJ_BYTES("days | * | 30 | 2024-01-01\n"), *state, &a, NULL),
                     LJ_OK);
    assert_int_equal(ledger_limits_read(LJ_BYTES("days | * | 31 | 2024-01-01\n"), *state, &b, NULL),
                     LJ_OK);
    assert_string_not_equal(ledger_limits_version(a), ledger_limits_version(b));
}

static void test_limits__refuses_faulty_rows(void **state)
{
    static const struct {
        const char *name, *text;
    } rows[] = {
        {"three cells", "days | * | 30\n"                                       },
        {"no amount",   "days | * | many | 2024-01-01\n"                        },
        {"negative",    "days | * | -1 | 2024-01-01\n"                          },
        {"ten digits",  "days | * | 1000000000 | 2024-01-01\n"                  },
        {"no day",      "days | * | 1 | always\n"                               },
        {"no key",      "Days | * | 1 | 2024-01-01\n"                           },
        {"no value",    "days | ** | 1 | 2024-01-01\n"                          },
        {"twice",       "days | * | 1 | 2024-01-01\ndays | * | 2 | 2024-01-01\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const ledger_limits *limits = NULL;
        lj_code code = ledger_limits_read(lj_cstr_bytes(rows[i].text), *state, &limits, NULL);
        CHECK_ROW(rows[i].name, code, LJ_E_FORMAT);
        assert_null(limits);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_limits__loads_its_own_rows, arena_open, arena_close),
        cmocka_unit_test_setup_teardown(test_limits__takes_the_newest_row_for_the_value, arena_open,
                                        arena_close),
        cmocka_unit_test_setup_teardown(test_limits__has_a_version_of_its_text, arena_open,
                                        arena_close),
        cmocka_unit_test_setup_teardown(test_limits__refuses_faulty_rows, arena_open, arena_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
