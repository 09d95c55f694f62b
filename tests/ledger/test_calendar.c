/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Tests of ledger/calendar: dates, working days as they were announced, terms. */
#include "ledger/calendar.h"

#include "../check.h"

static const calendar *cal;
static lj_arena *arena;

static int load(void **state)
{
    (void)state;
    arena = lj_arena_new((size_t)1 << 20);
    lj_err err = {0};
    return arena != NULL && calendar_load(arena, &cal, &err) == LJ_OK ? 0 : -1;
}

static int unload(void **state)
{
    (void)state;
    lj_arena_free(arena);
    return 0;
}

static int32_t on(const char *text)
{
    return calendar_parse(lj_cstr_str(text));
}

static void check_on(const char *name, int32_t found, const char *wanted)
{
    char text[CALENDAR_TEXT_CAP];
    calendar_format(found, text);
    CHECK_ROW_TEXT(name, text, strlen(text), wanted);
}

static void test_calendar__dates_go_to_days_and_back(void **state)
{
    (void)state;
    assert_int_equal(on("1970-01-01"), 0);
    assert_int_equal(on("1900-01-01"), CALENDAR_FIRST_ON);
    assert_int_equal(on("9999-12-31"), CALENDAR_LAST_ON);
    for (int32_t day = CALENDAR_FIRST_ON; day <= CALENDAR_LAST_ON; day++) {
        calendar_date date = calendar_date_of(day);
        if (calendar_on_of(date) != day) {
            fail_msg("day %d is %d-%d-%d", (int)day, (int)date.year, (int)date.month,
                     (int)date.day);
        }
    }
}

static void test_calendar__refuses_what_is_no_date(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "2023-02-30", "2023-02-29", "1900-02-29",  "2100-02-29", "2023-00-01", "2023-13-01",
        "2023-01-00", "2023-04-31", "2023-1-1",    "2023/01/01", "20230101",   " 2023-01-01",
        "2023-01-1 ", "+023-01-01", "2023-01-01 ", "1899-12-31", "",           "2023-01-0a",
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CHECK_ROW(rows[i], on(rows[i]) == CALENDAR_NO_DATE, true);
    }
    check_on("leap", on("2024-02-29"), "2024-02-29");
    check_on("leap century", on("2000-02-29"), "2000-02-29");
    check_on("no date", CALENDAR_NO_DATE, "");
    check_on("behind the end", CALENDAR_LAST_ON + 1, "");
}

static void test_calendar__weekdays(void **state)
{
    (void)state;
    assert_int_equal(calendar_weekday(on("1970-01-01")), 4);
    assert_int_equal(calendar_weekday(on("1969-12-31")), 3);
    assert_int_equal(calendar_weekday(on("1900-01-01")), 1);
    assert_int_equal(calendar_weekday(on("2023-01-22")), 7);
    assert_int_equal(calendar_weekday(on("2024-02-29")), 4);
}

static void test_calendar__days_begin_at_midnight_in_utc8(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int64_t at;
        const char *wanted;
    } rows[] = {
        {"epoch is eight in the morning", 0,                        "1970-01-01"},
        {"last instant of a day",         16 * 3600000LL - 1,       "1970-01-01"},
        {"first instant of the next",     16 * 3600000LL,           "1970-01-02"},
        {"before the epoch",              -8 * 3600000LL - 1,       "1969-12-31"},
        {"first instant of 1970",         -8 * 3600000LL,           "1970-01-01"},
        {"a day of 2023",                 1682870400000LL,          "2023-05-01"},
        {"evening of 1968",               -31564800001LL - 3600000, "1968-12-31"},
        {"far away",                      INT64_MAX,                ""          },
        {"long ago",                      INT64_MIN,                ""          },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        check_on(rows[i].name, calendar_on_at(rows[i].at), rows[i].wanted);
    }
    for (int32_t day = CALENDAR_FIRST_ON; day <= CALENDAR_LAST_ON; day += 9973) {
        assert_int_equal(calendar_on_at(calendar_begin_at(day)), day);
        assert_int_equal(calendar_on_at(calendar_begin_at(day + 1) - 1), day);
    }
}

static void test_calendar__knows_the_announced_days(void **state)
{
    (void)state;
    static const struct {
        const char *date;
        bool works;
        const char *holiday;
    } rows[] = {
        {"2022-01-03", false, "元旦"               },
        {"2022-01-29", true,  ""                     },
        {"2022-01-31", false, "春节"               },
        {"2022-04-02", true,  ""                     },
        {"2022-04-24", true,  ""                     },
        {"2022-10-08", true,  ""                     },
        {"2022-10-09", true,  ""                     },
        {"2022-12-31", false, "元旦"               },
        {"2023-01-02", false, "元旦"               },
        {"2023-01-22", false, "春节"               },
        {"2023-01-28", true,  ""                     },
        {"2023-01-29", true,  ""                     },
        {"2023-04-05", false, "清明节"            },
        {"2023-04-23", true,  ""                     },
        {"2023-05-06", true,  ""                     },
        {"2023-06-25", true,  ""                     },
        {"2023-09-29", false, "中秋节"            },
        {"2023-10-06", false, "国庆节"            },
        {"2023-10-07", true,  ""                     },
        {"2023-10-08", true,  ""                     },
        {"2023-10-14", false, ""                     },
        {"2024-02-04", true,  ""                     },
        {"2024-02-09", true,  ""                     },
        {"2024-02-17", false, "春节"               },
        {"2024-02-18", true,  ""                     },
        {"2024-04-07", true,  ""                     },
        {"2024-05-11", true,  ""                     },
        {"2024-09-14", true,  ""                     },
        {"2024-09-29", true,  ""                     },
        {"2024-10-12", true,  ""                     },
        {"2025-01-26", true,  ""                     },
        {"2025-02-04", false, "春节"               },
        {"2025-02-08", true,  ""                     },
        {"2025-06-02", false, "端午节"            },
        {"2025-10-08", false, "国庆节、中秋节"},
        {"2025-10-11", true,  ""                     },
        {"2026-01-04", true,  ""                     },
        {"2026-02-14", true,  ""                     },
        {"2026-02-23", false, "春节"               },
        {"2026-02-28", true,  ""                     },
        {"2026-09-25", false, "中秋节"            },
        {"2026-10-10", true,  ""                     },
        {"2027-10-01", true,  ""                     },
        {"2027-10-02", false, ""                     },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CHECK_ROW(rows[i].date, calendar_is_workday(cal, on(rows[i].date)), rows[i].works);
        lj_str name = calendar_holiday(cal, on(rows[i].date));
        CHECK_ROW_TEXT(rows[i].date, name.ptr, name.len, rows[i].holiday);
    }
}

/* Each working weekend pays for one free weekday; what is left are the holidays by law: 11, from
 * 2025 on 13. */
static void test_calendar__years_balance(void **state)
{
    (void)state;
    for (int32_t year = 2022; year <= 2026; year++) {
        int32_t net = 0;
        int32_t day = calendar_on_of((calendar_date){year, 1, 1});
        for (; calendar_date_of(day).year == year; day++) {
            bool by_week = calendar_weekday(day) <= 5;
            net += (by_week ? 1 : 0) - (calendar_is_workday(cal, day) ? 1 : 0);
        }
        CHECK_ROW("year", net, year >= 2025 ? 13 : 11);
        assert_true(calendar_has_year(cal, year));
    }
    assert_false(calendar_has_year(cal, 2021));
    assert_false(calendar_has_year(cal, 2027));
    assert_true(calendar_has_years(cal, on("2022-01-01"), on("2026-12-31")));
    assert_true(calendar_has_years(cal, on("2026-12-31"), on("2022-01-01")));
    assert_false(calendar_has_years(cal, on("2026-12-31"), on("2027-01-01")));
    assert_false(calendar_has_years(cal, CALENDAR_NO_DATE, on("2023-01-01")));
}

static void test_calendar__adds_terms(void **state)
{
    (void)state;
    static const struct {
        const char *from;
        calendar_unit unit;
        int32_t amount;
        const char *wanted;
    } rows[] = {
        {"2023-01-31", CALENDAR_MONTH,   1,         "2023-02-28"},
        {"2024-01-31", CALENDAR_MONTH,   1,         "2024-02-29"},
        {"2023-03-31", CALENDAR_MONTH,   -1,        "2023-02-28"},
        {"2023-12-15", CALENDAR_MONTH,   1,         "2024-01-15"},
        {"2023-01-15", CALENDAR_MONTH,   -1,        "2022-12-15"},
        {"2023-10-31", CALENDAR_MONTH,   6,         "2024-04-30"},
        {"2024-02-29", CALENDAR_YEAR,    1,         "2025-02-28"},
        {"2024-02-29", CALENDAR_YEAR,    4,         "2028-02-29"},
        {"2024-02-29", CALENDAR_YEAR,    -1,        "2023-02-28"},
        {"2023-05-01", CALENDAR_YEAR,    30,        "2053-05-01"},
        {"2023-12-31", CALENDAR_DAY,     1,         "2024-01-01"},
        {"2023-03-01", CALENDAR_DAY,     -1,        "2023-02-28"},
        {"2023-05-01", CALENDAR_DAY,     0,         "2023-05-01"},
        {"2023-05-01", CALENDAR_HOUR,    24,        "2023-05-02"},
        {"2023-05-01", CALENDAR_HOUR,    25,        "2023-05-03"},
        {"2023-05-01", CALENDAR_HOUR,    -1,        "2023-04-30"},
        {"2023-05-01", CALENDAR_HOUR,    0,         "2023-05-01"},
        {"2023-09-28", CALENDAR_WORKDAY, 1,         "2023-10-07"},
        {"2023-09-28", CALENDAR_WORKDAY, 2,         "2023-10-08"},
        {"2023-09-28", CALENDAR_WORKDAY, 3,         "2023-10-09"},
        {"2023-10-09", CALENDAR_WORKDAY, -3,        "2023-09-28"},
        {"2024-02-09", CALENDAR_WORKDAY, 1,         "2024-02-18"},
        {"2023-10-01", CALENDAR_WORKDAY, 0,         "2023-10-01"},
        {"2027-09-30", CALENDAR_WORKDAY, 1,         "2027-10-01"},
        {"9999-12-31", CALENDAR_DAY,     1,         ""          },
        {"9999-12-31", CALENDAR_WORKDAY, 1,         ""          },
        {"9999-12-31", CALENDAR_MONTH,   1,         ""          },
        {"1900-01-01", CALENDAR_MONTH,   -1,        ""          },
        {"1900-01-01", CALENDAR_WORKDAY, -1,        ""          },
        {"2023-01-01", CALENDAR_YEAR,    INT32_MAX, ""          },
        {"2023-01-01", CALENDAR_MONTH,   INT32_MIN, ""          },
        {"2023-01-01", CALENDAR_DAY,     INT32_MAX, ""          },
        {"2023-01-01", CALENDAR_HOUR,    INT32_MIN, ""          },
        {"2023-01-01", CALENDAR_WORKDAY, INT32_MIN, ""          },
        {"2023-02-30", CALENDAR_DAY,     1,         ""          },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        check_on(rows[i].from, calendar_add(cal, on(rows[i].from), rows[i].unit, rows[i].amount),
                 rows[i].wanted);
    }
}

static void test_calendar__rolls_to_working_days(void **state)
{
    (void)state;
    check_on("golden week", calendar_next_workday(cal, on("2023-09-29")), "2023-10-07");
    check_on("works already", calendar_next_workday(cal, on("2023-10-07")), "2023-10-07");
    check_on("plain weekend", calendar_next_workday(cal, on("2023-10-14")), "2023-10-16");
    check_on("no date", calendar_next_workday(cal, CALENDAR_NO_DATE), "");
    assert_int_equal(calendar_workdays_between(cal, on("2023-09-28"), on("2023-10-09")), 3);
    assert_int_equal(calendar_workdays_between(cal, on("2023-10-09"), on("2023-09-28")), -3);
    assert_int_equal(calendar_workdays_between(cal, on("2023-10-09"), on("2023-10-09")), 0);
}

static void test_calendar__tells_when_a_term_is_over(void **state)
{
    (void)state;
    int64_t from_at = calendar_begin_at(on("2023-09-28")) + 10 * 3600000LL; /* ten in the morning */
    static const struct {
        const char *name;
        calendar_unit unit;
        int32_t amount;
        calendar_roll roll;
        const char *wanted; /* the day on which it is not yet over, for the last time */
    } rows[] = {
        {"end of the day",        CALENDAR_DAY,     0, CALENDAR_KEEP, "2023-09-28"},
        {"kept on a holiday",     CALENDAR_DAY,     5, CALENDAR_KEEP, "2023-10-03"},
        {"rolled over a holiday", CALENDAR_DAY,     5, CALENDAR_ROLL, "2023-10-07"},
        {"working days",          CALENDAR_WORKDAY, 5, CALENDAR_ROLL, "2023-10-11"},
        {"a month",               CALENDAR_MONTH,   1, CALENDAR_ROLL, "2023-10-30"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t at = 0;
        assert_true(calendar_due_at(cal, from_at, rows[i].unit, rows[i].amount, rows[i].roll, &at));
        check_on(rows[i].name, calendar_on_at(at - 1), rows[i].wanted);
        assert_int_equal(at, calendar_begin_at(calendar_on_at(at)));
    }
    int64_t at = 0;
    assert_true(calendar_due_at(cal, from_at, CALENDAR_HOUR, 24, CALENDAR_ROLL, &at));
    assert_int_equal(at, from_at + 24 * 3600000LL);
    assert_false(calendar_due_at(cal, INT64_MAX, CALENDAR_HOUR, 1, CALENDAR_KEEP, &at));
    assert_false(calendar_due_at(cal, from_at, CALENDAR_YEAR, 9000, CALENDAR_KEEP, &at));
}

static void test_calendar__files_are_read_strictly(void **state)
{
    (void)state;
    static const struct {
        const char *row_name, *name, *bytes;
        lj_code wanted;
    } rows[] = {
        {"plain",                     "cn-2027.txt", "# a comment\n2027-01-01 off 元旦\n2027-01-02 work\n", LJ_OK       },
        {"without the last line end", "cn-2027.txt", "2027-01-01 off 元旦",                                 LJ_OK       },
        {"from Windows",              "cn-2027.txt",
         "\xEF\xBB\xBF"
         "2027-01-01 off 元旦\r\n\r\n",                                                                     LJ_OK       },
        {"another year",              "cn-2027.txt", "2026-12-31 off 元旦\n",                               LJ_E_FORMAT },
        {"no date",                   "cn-2027.txt", "2027-02-29 off 元旦\n",                               LJ_E_FORMAT },
        {"out of order",              "cn-2027.txt", "2027-01-02 work\n2027-01-01 off 元旦\n",              LJ_E_FORMAT },
        {"twice",                     "cn-2027.txt", "2027-01-02 work\n2027-01-02 work\n",                    LJ_E_FORMAT },
        {"works on a Friday",         "cn-2027.txt", "2027-01-01 work\n",                                     LJ_E_FORMAT },
        {"off without a name",        "cn-2027.txt", "2027-01-01 off\n",                                      LJ_E_FORMAT },
        {"off with an empty name",    "cn-2027.txt", "2027-01-01 off \n",                                     LJ_E_FORMAT },
        {"a name that is no UTF-8",   "cn-2027.txt", "2027-01-01 off \xD4\xAA\xB5\xA9\n",
         LJ_E_FORMAT                                                                                                      },
        {"a word of its own",         "cn-2027.txt", "2027-01-01 free 元旦\n",                              LJ_E_FORMAT },
        {"words behind",              "cn-2027.txt", "2027-01-02 work now\n",                                 LJ_E_FORMAT },
        {"nothing",                   "cn-2027.txt", "",                                                      LJ_E_FORMAT },
        {"comments only",             "cn-2027.txt", "# nothing\n",                                           LJ_E_FORMAT },
        {"another name",              "2027.txt",    "2027-01-01 off 元旦\n",                               LJ_E_INVALID},
        {"another extension",         "cn-2027.csv", "2027-01-01 off 元旦\n",                               LJ_E_INVALID},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        lj_arena *own = lj_arena_new((size_t)1 << 20);
        calendar_file file = {lj_cstr_str(rows[i].name), lj_cstr_bytes(rows[i].bytes)};
        const calendar *loaded = NULL;
        lj_err err = {0};
        CHECK_ROW(rows[i].row_name, calendar_load_files(own, &file, 1, &loaded, &err),
                  rows[i].wanted);
        CHECK_ROW(rows[i].row_name, loaded != NULL, rows[i].wanted == LJ_OK);
        if (loaded != NULL) {
            CHECK_ROW(rows[i].row_name, calendar_is_workday(loaded, on("2027-01-01")), false);
        }
        calendar_file twice[] = {file, file};
        CHECK_ROW(rows[i].row_name, calendar_load_files(own, twice, 2, &loaded, &err) != LJ_OK,
                  true);
        lj_arena_free(own);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_calendar__dates_go_to_days_and_back),
        cmocka_unit_test(test_calendar__refuses_what_is_no_date),
        cmocka_unit_test(test_calendar__weekdays),
        cmocka_unit_test(test_calendar__days_begin_at_midnight_in_utc8),
        cmocka_unit_test(test_calendar__knows_the_announced_days),
        cmocka_unit_test(test_calendar__years_balance),
        cmocka_unit_test(test_calendar__adds_terms),
        cmocka_unit_test(test_calendar__rolls_to_working_days),
        cmocka_unit_test(test_calendar__tells_when_a_term_is_over),
        cmocka_unit_test(test_calendar__files_are_read_strictly),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
