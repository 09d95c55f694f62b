/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Values as people type them and as they are printed, for every kind; ids. */
#include <stdio.h>
#include <string.h>

#include "../check.h"
#include "base/os.h"
#include "book.h"

static void check_key(const char *row, const char *found, const char *wanted)
{
    found = found != NULL ? found : "-";
    CHECK_ROW_TEXT(row, found, strlen(found), wanted != NULL ? wanted : "-");
}

static const char *print(book *on, const ledger_field *field, const store_value *value)
{
    lj_buf text;
    lj_buf_init(&text, on->arena, 4096);
    ledger_value_print(field, value, &text);
    lj_buf_put_u8(&text, 0);
    assert_true(lj_buf_ok(&text));
    return (const char *)lj_buf_slice(&text).ptr;
}

typedef struct read_row {
    ledger_kind kind;
    lj_slice text;
    const char *problem; /* NULL: good, and then */
    const char *printed;
} read_row;

#define T(literal)                                                                                 \
    {                                                                                              \
        (const uint8_t *)(literal), sizeof(literal) - 1                                            \
    }
static const read_row read_rows[] = {
    {LEDGER_TEXT,       T("区教育局"),                                                      NULL,             "区教育局"            },
    {LEDGER_TEXT,       T("  两边空格 "),                                                   NULL,             "两边空格"            },
    {LEDGER_TEXT,       T(""),                                                                  NULL,             ""                        },
    {LEDGER_TEXT,       T("   "),                                                               NULL,             ""                        },
    {LEDGER_TEXT,       T("a\0b"),                                                              "not_text",       NULL                      },
    {LEDGER_TEXT,       T("\xFF"),                                                              "not_text",       NULL                      },
    {LEDGER_TEXT,       T("\xE5\x8C"),                                                          "not_text",       NULL                      },
    {LEDGER_INT,        T("0"),                                                                 NULL,             "0"                       },
    {LEDGER_INT,        T("-12"),                                                               NULL,             "-12"                     },
    {LEDGER_INT,        T("007"),                                                               NULL,             "7"                       },
    {LEDGER_INT,        T("9223372036854775807"),                                               NULL,             "9223372036854775807"     },
    {LEDGER_INT,        T("9223372036854775808"),                                               "not_a_number",   NULL                      },
    {LEDGER_INT,        T("18446744073709551617"),                                              "not_a_number",   NULL                      },
    {LEDGER_INT,        T("-9223372036854775807"),                                              NULL,             "-9223372036854775807"    },
    {LEDGER_INT,        T("1.0"),                                                               "not_a_number",   NULL                      },
    {LEDGER_INT,        T("1e3"),                                                               "not_a_number",   NULL                      },
    {LEDGER_INT,        T("+1"),                                                                "not_a_number",   NULL                      },
    {LEDGER_INT,        T("1 000"),                                                             "not_a_number",   NULL                      },
    {LEDGER_INT,        T("-"),                                                                 "not_a_number",   NULL                      },
    {LEDGER_INT,        T("--1"),                                                               "not_a_number",   NULL                      },
    {LEDGER_INT,        T("１２"),                                                            "not_a_number",   NULL                      },
    {LEDGER_PT100,      T("1.5"),                                                               NULL,             "1.50"                    },
    {LEDGER_PT100,      T("0.05"),                                                              NULL,             "0.05"                    },
    {LEDGER_PT100,      T("-0.05"),                                                             NULL,             "-0.05"                   },
    {LEDGER_PT100,      T("100"),                                                               NULL,             "100.00"                  },
    {LEDGER_PT100,      T(".5"),                                                                NULL,             "0.50"                    },
    {LEDGER_PT100,      T("0.005"),                                                             "not_a_number",   NULL                      },
    {LEDGER_PT100,      T("1.2.3"),                                                             "not_a_number",   NULL                      },
    {LEDGER_PT100,      T("92233720368547758.07"),                                              NULL,             "92233720368547758.07"    },
    {LEDGER_PT100,      T("92233720368547758.08"),                                              "not_a_number",   NULL                      },
    {LEDGER_PT100,      T("."),                                                                 "not_a_number",   NULL                      },
    {LEDGER_BOOL,       T("是"),                                                               NULL,             "1"                       },
    {LEDGER_BOOL,       T("否"),                                                               NULL,             "0"                       },
    {LEDGER_BOOL,       T("YES"),                                                               NULL,             "1"                       },
    {LEDGER_BOOL,       T("False"),                                                             NULL,             "0"                       },
    {LEDGER_BOOL,       T("2"),                                                                 "not_yes_or_no",  NULL                      },
    {LEDGER_BOOL,       T("对"),                                                               "not_yes_or_no",  NULL                      },
    {LEDGER_CODE,       T("organ"),                                                             NULL,             "organ"                   },
    {LEDGER_CODE,       T("机关"),                                                            NULL,             "organ"                   },
    {LEDGER_CODE,       T("castle"),                                                            "unknown_code",   NULL                      },
    {LEDGER_CODE,       T("internal"),                                                          "unknown_code",   NULL                      },
    {LEDGER_DATE,       T("2023-05-01"),                                                        NULL,             "2023-05-01"              },
    {LEDGER_DATE,       T("2024-02-29"),                                                        NULL,             "2024-02-29"              },
    {LEDGER_DATE,       T("2023-02-29"),                                                        "not_a_date",     NULL                      },
    {LEDGER_DATE,       T("1900-01-01"),                                                        NULL,             "1900-01-01"              },
    {LEDGER_DATE,       T("1899-12-31"),                                                        "not_a_date",     NULL                      },
    {LEDGER_DATE,       T("9999-12-31"),                                                        NULL,             "9999-12-31"              },
    {LEDGER_DATE,       T("10000-01-01"),                                                       "not_a_date",     NULL                      },
    {LEDGER_DATE,       T("2023-5-1"),                                                          "not_a_date",     NULL                      },
    {LEDGER_DATE,       T("2023/05/01"),                                                        "not_a_date",     NULL                      },
    {LEDGER_DATE,       T("2023-05-01T00:00:00Z"),                                              "not_a_date",     NULL                      },
    {LEDGER_INSTANT,    T("2023-05-01T02:03:04Z"),                                              NULL,             "2023-05-01T02:03:04Z"    },
    {LEDGER_INSTANT,    T("2023-05-01T02:03:04.567Z"),                                          NULL,             "2023-05-01T02:03:04.567Z"},
    {LEDGER_INSTANT,    T("2023-05-01T02:03:04.000Z"),                                          NULL,             "2023-05-01T02:03:04Z"    },
    {LEDGER_INSTANT,    T("2023-05-01T02:03:04.-12Z"),                                          "not_an_instant", NULL                      },
    {LEDGER_INSTANT,    T("2023-05-01T02:03:04.-00Z"),                                          "not_an_instant", NULL                      },
    {LEDGER_INSTANT,    T("2023-05-01T02:03:04.5Z"),                                            "not_an_instant", NULL                      },
    {LEDGER_INSTANT,    T("2023-05-01T24:00:00Z"),                                              "not_an_instant", NULL                      },
    {LEDGER_INSTANT,    T("2023-05-01T23:60:00Z"),                                              "not_an_instant", NULL                      },
    {LEDGER_INSTANT,    T("2023-05-01T02:03:04"),                                               "not_an_instant", NULL                      },
    {LEDGER_INSTANT,    T("2023-05-01T02:03:04+08:00"),                                         "not_an_instant", NULL                      },
    {LEDGER_INSTANT,    T("2023-05-01 02:03:04Z"),                                              "not_an_instant", NULL                      },
    {LEDGER_INSTANT,    T("9999-12-31T23:59:59.999Z"),                                          NULL,             "9999-12-31T23:59:59.999Z"},
    {LEDGER_REF,        T("018f0000-0000-7000-8000-000000000000"),                              NULL,
     "018f0000-0000-7000-8000-000000000000"                                                                                                 },
    {LEDGER_REF,        T("018F0000-0000-7000-8000-000000000000"),                              "not_an_id",      NULL                      },
    {LEDGER_REF,        T("018f000000007000800000000000000000"),                                "not_an_id",      NULL                      },
    {LEDGER_REF,        T("018f0000-0000-7000-8000-00000000000g"),                              "not_an_id",      NULL                      },
    {LEDGER_FILE_HASH,  T("00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff"),  NULL,
     "00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff"                                                                     },
    {LEDGER_FILE_HASH,  T("00FF00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff"),
     "not_a_hash",                                                                                                NULL                      },
    {LEDGER_FILE_HASH,  T("00ff"),                                                              "not_a_hash",     NULL                      },
    {LEDGER_KEYED_HASH, T("990101199001011234"),                                                NULL,             "****1234"                },
    {LEDGER_KEYED_HASH, T("99010119900101123x"),                                                NULL,             "****123X"                },
    {LEDGER_KEYED_HASH, T("1234567"),                                                           "too_short",      NULL                      },
    {LEDGER_KEYED_HASH, T("12345678901234567890123456789012345678901234567890123456789012345"),
     "too_long",                                                                                                  NULL                      },
    {LEDGER_KEYED_HASH, T("1234 56789"),                                                        "unknown_code",   NULL                      },
    {LEDGER_KEYED_HASH, T("１２３４５６７８"),                                          "unknown_code",   NULL                      },
};

static ledger_field field_of(ledger_kind kind)
{
    ledger_field field = {.name = "x", .kind = kind, .max = 0};
    field.of = kind == LEDGER_CODE ? "unit_kind" : kind == LEDGER_REF ? "unit" : NULL;
    field.max = kind == LEDGER_TEXT ? 1000 : 0;
    return field;
}

static void test_value__is_read_checked_and_printed(void **state)
{
    (void)state;
    book on;
    book_open(&on);
    bool has[LEDGER_KIND_COUNT] = {false};
    for (size_t i = 0; i < LJ_COUNT_OF(read_rows); i++) {
        const read_row *row = &read_rows[i];
        const char *name = lj_arena_cstr(on.arena, row->text);
        const ledger_field field = field_of(row->kind);
        has[row->kind] = true;
        store_value value = store_null();
        const char *why = ledger_value_read(on.ledger, &field, row->text, on.arena, &value);
        check_key(name, why, row->problem);
        if (why != NULL) {
            continue;
        }
        check_key(name, ledger_value_check(on.ledger, &field, &value, 0), NULL);
        const char *text = print(&on, &field, &value);
        CHECK_ROW_TEXT(name, text, strlen(text), row->printed);
        if (row->kind == LEDGER_KEYED_HASH) {
            continue; /* no way back, that is what it is for */
        }
        store_value again = store_null();
        check_key(name, ledger_value_read(on.ledger, &field, lj_cstr_bytes(text), on.arena, &again),
                  NULL);
        CHECK_ROW(name, again.kind, value.kind);
        CHECK_ROW(name, again.num, value.num);
        assert_true(lj_slice_is(again.bytes, value.bytes));
    }
    for (int kind = 0; kind < LEDGER_KIND_COUNT; kind++) {
        CHECK_ROW("every kind has rows", has[kind], true);
    }
    book_close(&on);
}

static void test_value__random_numbers_days_and_instants_come_back(void **state)
{
    (void)state;
    book on;
    book_open(&on);
    book_random random = {book_seed()};
    print_message("seed %llu\n", (unsigned long long)book_seed());
    lj_arena_mark bare = lj_arena_mark_of(on.arena);
    static const ledger_kind kinds[] = {LEDGER_INT, LEDGER_PT100, LEDGER_DATE, LEDGER_INSTANT,
                                        LEDGER_BOOL};
    for (int i = 0; i < 20000; i++) {
        ledger_kind kind = kinds[i % 5];
        uint64_t bits = book_random_next(&random);
        int64_t num = (int64_t)(bits >> book_random_below(&random, 60));
        num = kind == LEDGER_DATE      ? CALENDAR_FIRST_ON + (int64_t)(bits % 2958464)
              : kind == LEDGER_INSTANT ? (int64_t)(bits % 253402300800000)
              : kind == LEDGER_BOOL    ? (int64_t)(bits & 1)
              : num == INT64_MIN       ? 0
                                       : num;
        const ledger_field field = field_of(kind);
        const store_value value = store_int(num);
        const char *text = print(&on, &field, &value);
        store_value again = store_null();
        check_key(text, ledger_value_read(on.ledger, &field, lj_cstr_bytes(text), on.arena, &again),
                  NULL);
        CHECK_ROW(text, again.num, num);
        check_key(text, ledger_value_check(on.ledger, &field, &again, 0), NULL);
        lj_arena_rewind(on.arena, bare);
    }
    book_close(&on);
}

static void test_value__a_keyed_hash_is_of_the_text_and_the_key(void **state)
{
    (void)state;
    book on;
    book_open(&on);
    const ledger_field field = field_of(LEDGER_KEYED_HASH);
    static const char *const texts[] = {"99010119900101123X", "99010119900101123x",
                                        "99010119900101123Y"};
    store_value values[3];
    for (int i = 0; i < 3; i++) {
        check_key(
            texts[i],
            ledger_value_read(on.ledger, &field, lj_cstr_bytes(texts[i]), on.arena, &values[i]),
            NULL);
        CHECK_ROW(texts[i], values[i].bytes.len, 36);
    }
    assert_true(lj_slice_is(values[0].bytes, values[1].bytes));
    assert_memory_not_equal(values[0].bytes.ptr, values[2].bytes.ptr, 32);
    const ledger_config config = {.db = on.db, .district = 1, .hash_key = "yek"};
    ledger *other = NULL;
    lj_err err = {0};
    assert_int_equal(ledger_open(&config, &other, &err), LJ_OK);
    store_value value = store_null();
    check_key("other key",
              ledger_value_read(other, &field, lj_cstr_bytes(texts[0]), on.arena, &value), NULL);
    assert_memory_not_equal(values[0].bytes.ptr, value.bytes.ptr, 32);
    ledger_close(other);
    book_close(&on);
}

static void test_value__null_is_good_for_every_kind(void **state)
{
    (void)state;
    book on;
    book_open(&on);
    const store_value nothing = store_null();
    for (int kind = 0; kind < LEDGER_KIND_COUNT; kind++) {
        const ledger_field field = field_of((ledger_kind)kind);
        check_key("null", ledger_value_check(on.ledger, &field, &nothing, 0), NULL);
        const char *text = print(&on, &field, &nothing);
        CHECK_ROW("printed", strlen(text), 0);
    }
    book_close(&on);
}

static void test_value__ids_are_ordered_by_time_and_never_alike(void **state)
{
    (void)state;
    book on;
    book_open(&on);
    uint8_t before[16] = {0};
    for (int i = 0; i < 2000; i++) {
        uint8_t id[16];
        ledger_id_make(on.ledger, on.at + i, id);
        assert_true(memcmp(id, before, 16) > 0);
        CHECK_ROW("version", id[6] >> 4, 7);
        CHECK_ROW("variant", id[8] >> 6, 2);
        int64_t at = 0;
        for (int j = 0; j < 6; j++) {
            at = at << 8 | id[j];
        }
        CHECK_ROW("milliseconds", at, on.at + i);
        char text[37];
        uint8_t again[16];
        ledger_id_print(id, text);
        CHECK_ROW("text", strlen(text), 36);
        assert_true(ledger_id_read(lj_cstr_bytes(text), again));
        assert_memory_equal(id, again, 16);
        memcpy(before, id, 16);
        /* Two of one millisecond. */
        ledger_id_make(on.ledger, on.at + i, again);
        assert_memory_not_equal(id, again, 16);
    }
    static const char *const bad[] = {"", "018f0000", "018f0000-0000-7000-8000-0000000000000",
                                      "018f0000_0000-7000-8000-000000000000",
                                      "018f000-00000-7000-8000-000000000000"};
    for (size_t i = 0; i < LJ_COUNT_OF(bad); i++) {
        uint8_t id[16];
        CHECK_ROW(bad[i], ledger_id_read(lj_cstr_bytes(bad[i]), id), false);
    }
    book_close(&on);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_value__is_read_checked_and_printed),
        cmocka_unit_test(test_value__random_numbers_days_and_instants_come_back),
        cmocka_unit_test(test_value__a_keyed_hash_is_of_the_text_and_the_key),
        cmocka_unit_test(test_value__null_is_good_for_every_kind),
        cmocka_unit_test(test_value__ids_are_ordered_by_time_and_never_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
