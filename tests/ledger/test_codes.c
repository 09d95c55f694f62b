/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Code lists: our own file, what is found in it, and what is refused. */
#include "../check.h"

#include "ledger/codes.h"
#include "ledger/columns.h"

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

static void test_codes__loads_its_own_lists(void **state)
{
    const ledger_codes *codes = NULL;
    assert_int_equal(ledger_codes_load(*state, &codes, NULL), LJ_OK);
    assert_int_equal(ledger_codes_count(codes, LJ_STR("level")), 3);
    assert_int_equal(ledger_codes_count(codes, LJ_STR("no_such_list")), 0);
    const ledger_code_row *row = ledger_codes_lookup(codes, LJ_STR("level"), LJ_STR("secret"));
    assert_non_null(row);
    assert_true(lj_str_is(row->zh, LJ_STR("机密")));
    assert_true(lj_str_is(row->en, LJ_STR("Secret")));
    assert_ptr_equal(ledger_codes_at(codes, LJ_STR("level"), 1), row);
    assert_null(ledger_codes_at(codes, LJ_STR("level"), 3));
    assert_null(ledger_codes_lookup(codes, LJ_STR("level"), LJ_STR("organ")));
    assert_null(ledger_codes_lookup(codes, LJ_STR("level"), LJ_STR("")));
}

static void test_codes__refuses_faulty_rows(void **state)
{
    static const struct {
        const char *name, *text;
        uint64_t at;
    } rows[] = {
        {"four cells",           "# x\na | b | c | d\n",                                         4 },
        {"six cells",            "a | b | c | d | 2024-01-01 | e\n",                             0 },
        {"empty cell",           "a | b |  | d | 2024-01-01\n",                                  0 },
        {"no end of line",       "a | b | c | d | 2024-01-01",                                   0 },
        {"list with upper case", "A | b | c | d | 2024-01-01\n",                                 0 },
        {"code with a blank",    "a | b b | c | d | 2024-01-01\n",                               0 },
        {"no such day",          "a | b | c | d | 2023-02-29\n",                                 0 },
        {"day without zeros",    "a | b | c | d | 2023-2-9\n",                                   0 },
        {"tab",                  "a | b | c\t | d | 2024-01-01\n",                               9 },
        {"code twice",           "a | b | c | d | 2024-01-01\na | b | x | y | 2024-01-01\n",     27},
        {"list apart",
         "a | b | c | d | 2024-01-01\nx | b | c | d | 2024-01-01\na | e | c | d | 2024-01-01\n", 54},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const ledger_codes *codes = NULL;
        lj_err err = {0};
        lj_code code = ledger_codes_read(lj_cstr_bytes(rows[i].text), *state, &codes, &err);
        CHECK_ROW(rows[i].name, code, LJ_E_FORMAT);
        CHECK_ROW(rows[i].name, err.at, rows[i].at);
        assert_null(codes);
    }
}

static void test_codes__needs_room(void **state)
{
    (void)state;
    lj_arena *small = lj_arena_new(64);
    assert_non_null(small);
    const ledger_codes *codes = NULL;
    assert_int_equal(ledger_codes_load(small, &codes, NULL), LJ_E_NOMEM);
    lj_arena_free(small);
}

static void test_columns__reads_days(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t on; /* -1: no day */
    } rows[] = {
        {"1970-01-01", 0    },
        {"1970-12-31", 364  },
        {"2000-02-29", 11016},
        {"2024-02-29", 19782},
        {"2024-05-01", 19844},
        {"1900-02-29", -1   },
        {"2024-13-01", -1   },
        {"2024-00-01", -1   },
        {"2024-04-31", -1   },
        {"2024-04-00", -1   },
        {"2024/04/01", -1   },
        {"20240401",   -1   },
        {"2024-04-1x", -1   },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t on = -1;
        bool is_day = ledger_columns_day(lj_cstr_bytes(rows[i].text), &on);
        CHECK_ROW(rows[i].text, is_day, rows[i].on >= 0);
        CHECK_ROW(rows[i].text, on, rows[i].on);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_codes__loads_its_own_lists, arena_open, arena_close),
        cmocka_unit_test_setup_teardown(test_codes__refuses_faulty_rows, arena_open, arena_close),
        cmocka_unit_test(test_codes__needs_room),
        cmocka_unit_test(test_columns__reads_days),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
