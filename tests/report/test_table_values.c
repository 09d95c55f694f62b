/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Tests of the small parts of report/table*: numbers, dates, formats, names of cells, texts of
 * faults, the header row. */
#include "base/num.h"
#include "report/table_header.h"
#include "report/table_in_priv.h"

#include "../check.h"

static lj_arena *arena;

static int make_arena(void **state)
{
    (void)state;
    arena = lj_arena_new((size_t)16 << 20);
    return arena != NULL ? 0 : -1;
}

static int free_arena(void **state)
{
    (void)state;
    lj_arena_free(arena);
    return 0;
}

static void test_values__numbers_are_canonical(void **state)
{
    (void)state;
    static const struct {
        const char *text, *wanted; /* NULL: no number */
        bool is_long;
    } rows[] = {
        {"0",                       "0",                       false},
        {"-0",                      "0",                       false},
        {"007",                     "7",                       false},
        {"1.0",                     "1",                       false},
        {"1.50",                    "1.5",                     false},
        {".5",                      "0.5",                     false},
        {"5.",                      "5",                       false},
        {"-0.0",                    "0",                       false},
        {"+3",                      "3",                       false},
        {" 12\n",                   "12",                      false},
        {"0.10000000000000001",     "0.1",                     false},
        {"0.30000000000000004",     "0.30000000000000004",     false},
        {"4.3499999999999996",      "4.35",                    false},
        {"1E3",                     "1000",                    false},
        {"1e-3",                    "0.001",                   false},
        {"1.5E+2",                  "150",                     false},
        {"0E5",                     "0",                       false},
        {"1E-400",                  "0",                       false},
        {"123456789012345",         "123456789012345",         false},
        {"1234567890123456",        "1234567890123456",        true },
        {"1.10101199003079E+17",    "110101199003079000",      true },
        {"1E+20",                   "100000000000000000000",   true },
        {"1E+21",                   "1E+21",                   true },
        {"1.25E-15",                "0.00000000000000125",     false},
        {"1.25E-17",                "1.25E-17",                false},
        {"1.7976931348623157E+308", "1.7976931348623157E+308", true },
        {"2E+308",                  NULL,                      false},
        {"",                        NULL,                      false},
        {"-",                       NULL,                      false},
        {".",                       NULL,                      false},
        {"1,5",                     NULL,                      false},
        {"1 5",                     NULL,                      false},
        {"0x10",                    NULL,                      false},
        {"inf",                     NULL,                      false},
        {"nan",                     NULL,                      false},
        {"1E",                      NULL,                      false},
        {"1E+",                     NULL,                      false},
        {"１",                     NULL,                      false},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        lj_buf out;
        bool is_long = false;
        lj_buf_init(&out, arena, 64);
        bool is_number = table_number_put(lj_cstr_bytes(rows[i].text), &out, &is_long);
        CHECK_ROW(rows[i].text, is_number, rows[i].wanted != NULL);
        if (is_number) {
            CHECK_ROW_TEXT(rows[i].text, out.ptr, out.len, rows[i].wanted);
            CHECK_ROW(rows[i].text, is_long, rows[i].is_long);
        }
    }
}

static void test_values__formats_make_dates(void **state)
{
    (void)state;
    static const struct {
        const char *code;
        table_style wanted;
    } rows[] = {
        {"General",                            TABLE_STYLE_PLAIN},
        {"0.00",                               TABLE_STYLE_PLAIN},
        {"#,##0.00_);[Red]\\(#,##0.00\\)",     TABLE_STYLE_PLAIN},
        {"0.00E+00",                           TABLE_STYLE_PLAIN},
        {"@",                                  TABLE_STYLE_PLAIN},
        {"0\"日\"",                           TABLE_STYLE_PLAIN},
        {"0\"days\"",                          TABLE_STYLE_PLAIN},
        {"\"yyyy\"0",                          TABLE_STYLE_PLAIN},
        {"[Red]0",                             TABLE_STYLE_PLAIN},
        {"0;yyyy",                             TABLE_STYLE_PLAIN},
        {"_d0*y",                              TABLE_STYLE_PLAIN},
        {"\\d0",                               TABLE_STYLE_PLAIN},
        {"",                                   TABLE_STYLE_PLAIN},
        {"yyyy-mm-dd",                         TABLE_STYLE_DATE },
        {"YYYY\\-MM\\-DD",                     TABLE_STYLE_DATE },
        {"yyyy\"年\"m\"月\"d\"日\";@",      TABLE_STYLE_DATE },
        {"[DBNum1][$-804]yyyy\"年\"m\"月\"", TABLE_STYLE_DATE },
        {"[$-F800]dddd, mmmm dd, yyyy",        TABLE_STYLE_DATE },
        {"mmm",                                TABLE_STYLE_DATE },
        {"m/d",                                TABLE_STYLE_DATE },
        {"yyyy/m/d h:mm",                      TABLE_STYLE_DATE },
        {"[$-404]e\"年\"",                    TABLE_STYLE_DATE },
        {"h:mm AM/PM",                         TABLE_STYLE_TIME },
        {"上午/下午h\"时\"mm\"分\"",     TABLE_STYLE_TIME },
        {"[h]:mm:ss",                          TABLE_STYLE_TIME },
        {"mm:ss.0",                            TABLE_STYLE_TIME },
        {"[mm]:ss",                            TABLE_STYLE_TIME },
        {"[h",                                 TABLE_STYLE_PLAIN},
        {"\"",                                 TABLE_STYLE_PLAIN},
        {"\\",                                 TABLE_STYLE_PLAIN},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        CHECK_ROW(rows[i].code, table_style_of_code(lj_cstr_bytes(rows[i].code)), rows[i].wanted);
    }
}

static void test_values__dates_go_both_ways(void **state)
{
    (void)state;
    for (int32_t serial = 61; serial <= 2958465; serial++) {
        lj_buf out;
        uint8_t room[32];
        double back = 0;
        out = (lj_buf){.ptr = room, .cap = sizeof(room), .max_len = sizeof(room)};
        assert_true(table_date_put(serial, false, &out));
        if (!table_date_serial(lj_buf_str(&out), &back) || back != serial) {
            fail_msg("serial %d: '%.*s' is %f", (int)serial, (int)out.len, (const char *)out.ptr,
                     back);
        }
    }
    static const char *const wrong[] = {
        "1900-02-29",
        "1900-02-28",
        "2023-02-29",
        "2023-13-01",
        "2023-1-1",
        "2023-05-01T00:00:00",
        "2023-05-01 24:00:00",
        "2023-05-01 1:00:00",
        "2023-05-01 ",
        "",
    };
    for (size_t i = 0; i < LJ_COUNT_OF(wrong); i++) {
        double serial = 0;
        CHECK_ROW(wrong[i], table_date_serial(lj_cstr_str(wrong[i]), &serial), false);
    }
}

static void test_values__typed_dates_are_understood(void **state)
{
    (void)state;
    static const struct {
        const char *text, *wanted; /* NULL: no date */
    } rows[] = {
        {"2023-05-01",            "2023-05-01"},
        {"2023-5-1",              "2023-05-01"},
        {"2023/5/1",              "2023-05-01"},
        {"2023.5.1",              "2023-05-01"},
        {"2023年5月1日",       "2023-05-01"},
        {"2023年05月01号",     "2023-05-01"},
        {"20230501",              "2023-05-01"},
        {" 2023/05/01 ",          "2023-05-01"},
        {"\xE3\x80\x80"
         "2023/05/01\n", "2023-05-01"},
        {"2023-05-01 00:00:00",   "2023-05-01"},
        {"2023-05-01T00:00",      "2023-05-01"},
        {"2023-05-01 13:30:00",   NULL        },
        {"2023-02-30",            NULL        },
        {"2023年5月",           NULL        },
        {"5月1日",              NULL        },
        {"23-5-1",                NULL        },
        {"2023051",               NULL        },
        {"202305011",             NULL        },
        {"2023-5/1",              NULL        },
        {"2023-05-01x",           NULL        },
        {"1899-12-31",            NULL        },
        {"",                      NULL        },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        char out[TABLE_DATE_CAP] = "";
        CHECK_ROW(rows[i].text, table_date_of_text(lj_cstr_str(rows[i].text), out),
                  rows[i].wanted != NULL);
        CHECK_ROW_TEXT(rows[i].text, out, strlen(out),
                       rows[i].wanted != NULL ? rows[i].wanted : "");
    }
}

static void test_values__cells_have_names(void **state)
{
    (void)state;
    static const struct {
        uint32_t row_no, column_idx;
        const char *wanted;
    } rows[] = {
        {7,          2,              "C7"               },
        {1,          0,              "A1"               },
        {1,          25,             "Z1"               },
        {1,          26,             "AA1"              },
        {1,          255,            "IV1"              },
        {1048576,    16383,          "XFD1048576"       },
        {UINT32_MAX, UINT32_MAX - 1, "MWLQKWU4294967295"},
        {0,          3,              ""                 },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        char out[TABLE_CELL_NAME_CAP];
        table_cell_name(rows[i].row_no, rows[i].column_idx, out);
        CHECK_ROW_TEXT(rows[i].wanted, out, strlen(out), rows[i].wanted);
    }
}

static void check_text(table_fault fault, bool in_chinese, const char *wanted)
{
    lj_buf out;
    lj_buf_init(&out, arena, 1024);
    table_fault_text(&fault, in_chinese, &out);
    CHECK_ROW_TEXT(wanted, out.ptr, out.len, wanted);
}

static void test_values__faults_speak_both_languages(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < TABLE_FAULT_COUNT; i++) {
        const table_fault_row *row = table_fault_row_of((table_fault_code)i);
        assert_non_null(row->name);
        assert_true(row->zh[0] != '\0' && row->en[0] != '\0');
        assert_true((row->zh_remedy[0] != '\0' && row->en_remedy[0] != '\0') || i == 0);
        assert_true((row->code == LJ_OK) == (i == 0));
        for (uint32_t k = 0; k < i; k++) {
            assert_string_not_equal(row->name, table_fault_row_of((table_fault_code)k)->name);
        }
    }
    for (uint32_t i = 0; i < TABLE_LIMIT_COUNT; i++) {
        assert_true(table_limit_row_of((table_limit)i)->standard > 0);
    }
    check_text(table_fault_at(TABLE_FAULT_FORMULA, 7, 2), true,
               "C7：单元格是公式，不是数值。请复制该列，再“选择性粘贴”为数值。");
    check_text(table_fault_at(TABLE_FAULT_FORMULA, 7, 2), false,
               "C7: the cell is a formula, not a value; copy the column and paste it as values.");
    check_text(table_fault_at(TABLE_FAULT_ROWS, 100001, UINT32_MAX), true,
               "第 100001 行：行数超过 100,000 行。请拆成几个较小的文件分别导入。");
    check_text(table_fault_at(TABLE_FAULT_ENCRYPTED, 0, 0), false,
               "the workbook has a password; remove the password, save it and import that.");
}

static void test_values__cells_tell_what_speaks_against_them(void **state)
{
    (void)state;
    static const struct {
        table_kind kind;
        uint32_t flags;
        table_fault_code wanted;
    } rows[] = {
        {TABLE_TEXT,    0,                            TABLE_FAULT_NONE       },
        {TABLE_TEXT,    TABLE_MERGED,                 TABLE_FAULT_NONE       },
        {TABLE_TEXT,    TABLE_MERGED | TABLE_COVERED, TABLE_FAULT_MERGED     },
        {TABLE_FORMULA, TABLE_COVERED,                TABLE_FAULT_FORMULA    },
        {TABLE_ERROR,   0,                            TABLE_FAULT_ERROR_VALUE},
        {TABLE_NUMBER,  TABLE_BAD_DATE,               TABLE_FAULT_DATE       },
        {TABLE_NUMBER,  TABLE_LONG_NUMBER,            TABLE_FAULT_DIGITS     },
        {TABLE_TEXT,    TABLE_BAD_LETTERS,            TABLE_FAULT_LETTERS    },
        {TABLE_TEXT,    TABLE_STRAY_QUOTE,            TABLE_FAULT_STRAY_QUOTE},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        table_cell cell = {.kind = rows[i].kind, .flags = rows[i].flags};
        CHECK_ROW("cell", table_cell_fault(&cell), rows[i].wanted);
    }
    table_faults faults;
    table_faults_init(&faults, arena, 20);
    for (uint32_t i = 0; i < 50; i++) {
        table_faults_add(&faults, table_fault_at(TABLE_FAULT_DATE, i + 1, 0));
    }
    table_faults_add(NULL, faults.rows[0]);
    assert_int_equal(faults.count, 20);
    assert_int_equal(faults.total, 50);
    assert_string_equal(faults.rows[19].cell, "A20");
}

/* ---- the header row ---- */

static const table_title titles[] = {
    {{LJ_STR("编号"), LJ_STR("number")}, true },
    {{LJ_STR("密级"), LJ_STR("level")},  true },
    {{LJ_STR("备注"), {NULL, 0}},        false},
};

typedef struct header_check {
    table_header header;
    uint32_t first_data; /* row number, 0 = none */
} header_check;

static lj_code offer(void *ctx, const table_row *row, lj_err *err)
{
    header_check *check = ctx;
    (void)err;
    if (!table_header_take(&check->header, row) && check->first_data == 0) {
        check->first_data = row->row_no;
    }
    return LJ_OK;
}

static void test_values__the_header_is_found(void **state)
{
    (void)state;
    static const struct {
        const char *name, *csv;
        uint32_t header_no, first_data;
        uint32_t columns[3];
        const char *faults; /* "code cell" joined by blanks */
    } rows[] = {
        {"plain",                     "编号,密级,备注\n1,x,y\n",              1, 2, {0, 1, 2},                            ""                },
        {"in English, another order", "LEVEL,Number\n1,x\n",                        1, 2, {1, 0, UINT32_MAX},                   ""                },
        {"below a title",
         "台账\n\n填表说明：略\n 编 号*,\"密\n级（\",密级\n1,2,3\n", 4,
         5,                                                                               {0, 2, UINT32_MAX},
         "header_unknown B4 "                                                                                                                     },
        {"a column of their own",
         "编号,保管人,密级\n1,2,3",                                          1,
         2,                                                                               {0, 2, UINT32_MAX},
         "header_unknown B1 "                                                                                                                     },
        {"twice",                     "编号,密级,编号\n1,2,3",                1, 2, {0, 1, UINT32_MAX},                   "header_twice C1 "},
        {"one is missing",            "编号,备注\n1,2",                         1, 2, {0, UINT32_MAX, 1},                   "header_missing  "},
        {"none",                      "a,b\n1,2\n",                                 0, 0, {UINT32_MAX, UINT32_MAX, UINT32_MAX}, "header_none  "   },
        {"no rows of data",           "编号,密级\n",                            1, 0, {0, 1, UINT32_MAX},                   ""                },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        header_check check = {.first_data = 0};
        table_summary summary;
        lj_err err = {0};
        lj_buf faults;
        lj_buf_init(&faults, arena, 1024);
        assert_true(table_header_init(&check.header, arena, titles, 3));
        assert_int_equal(table_read(lj_cstr_bytes(rows[i].csv), NULL, arena,
                                    &(table_sink){&check, offer}, &summary, &err),
                         LJ_OK);
        table_header_end(&check.header);
        for (uint32_t k = 0; k < check.header.faults.count; k++) {
            lj_buf_put_cstr(&faults, table_fault_row_of(check.header.faults.rows[k].code)->name);
            lj_buf_put_u8(&faults, ' ');
            lj_buf_put_cstr(&faults, check.header.faults.rows[k].cell);
            lj_buf_put_u8(&faults, ' ');
        }
        CHECK_ROW(rows[i].name, check.header.row_no, rows[i].header_no);
        CHECK_ROW(rows[i].name, check.first_data, rows[i].first_data);
        for (size_t k = 0; k < 3; k++) {
            CHECK_ROW(rows[i].name, check.header.columns[k], rows[i].columns[k]);
        }
        CHECK_ROW_TEXT(rows[i].name, faults.ptr, faults.len, rows[i].faults);
    }
}

static void test_values__a_header_may_have_two_rows(void **state)
{
    (void)state;
    /* 编号 reaches down; 密级 and 备注 stand below 涉密情况 */
    static const table_cell upper[] = {
        {.text = LJ_STR("编号"), .column_idx = 0, .flags = TABLE_MERGED, .kind = TABLE_TEXT},
        {.text = LJ_STR("密级"), .column_idx = 1, .flags = TABLE_MERGED, .kind = TABLE_TEXT},
        {.text = LJ_STR("密级"),
         .column_idx = 2,
         .flags = TABLE_MERGED | TABLE_COVERED,
         .kind = TABLE_TEXT                                                                  },
    };
    static const table_cell lower[] = {
        {.text = LJ_STR("编号"),
         .column_idx = 0,
         .flags = TABLE_MERGED | TABLE_COVERED,
         .kind = TABLE_TEXT                                                       },
        {.text = LJ_STR("密级"), .column_idx = 1, .flags = 0, .kind = TABLE_TEXT},
        {.text = LJ_STR("备注"), .column_idx = 2, .flags = 0, .kind = TABLE_TEXT},
    };
    table_header header;
    assert_true(table_header_init(&header, arena, titles, 3));
    assert_true(table_header_take(&header, &(table_row){3, 3, upper}));
    assert_int_equal(header.faults.count, 1); /* twice: 密级 */
    assert_true(table_header_take(&header, &(table_row){4, 3, lower}));
    assert_false(table_header_take(&header, &(table_row){5, 3, upper}));
    assert_int_equal(header.row_no, 4);
    assert_int_equal(header.columns[2], 2);
    assert_int_equal(header.faults.count, 0);
    assert_int_equal(header.match_count, 3);
}

static void test_values__a_header_is_not_looked_for_without_end(void **state)
{
    (void)state;
    static const table_cell cell[] = {
        {.text = LJ_STR("x"), .kind = TABLE_TEXT}
    };
    table_header header;
    uint32_t row_no = 1;
    assert_true(table_header_init(&header, arena, titles, 3));
    while (table_header_take(&header, &(table_row){row_no, 1, cell})) {
        row_no++;
    }
    assert_int_equal(row_no, TABLE_HEADER_ROWS_MAX);
    assert_int_equal(header.faults.rows[0].code, TABLE_FAULT_HEADER_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values__numbers_are_canonical),
        cmocka_unit_test(test_values__formats_make_dates),
        cmocka_unit_test(test_values__dates_go_both_ways),
        cmocka_unit_test(test_values__typed_dates_are_understood),
        cmocka_unit_test(test_values__cells_have_names),
        cmocka_unit_test(test_values__faults_speak_both_languages),
        cmocka_unit_test(test_values__cells_tell_what_speaks_against_them),
        cmocka_unit_test(test_values__the_header_is_found),
        cmocka_unit_test(test_values__a_header_may_have_two_rows),
        cmocka_unit_test(test_values__a_header_is_not_looked_for_without_end),
    };
    return cmocka_run_group_tests(tests, make_arena, free_arena);
}
