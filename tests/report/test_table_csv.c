/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Tests of report/table_csv: charsets, separators, quotes, limits. */
#include "table_dump.h"

#include "../check.h"

typedef struct csv_row {
    const char *name;
    lj_slice bytes;
    const char *wanted;
} csv_row;

static void check_rows(const csv_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        lj_buf out;
        table_summary summary;
        lj_buf_init(&out, NULL, 1 << 20);
        lj_code code = table_dump(rows[i].bytes, NULL, &out, &summary);
        CHECK_ROW_TEXT(rows[i].name, out.ptr, out.len, rows[i].wanted);
        CHECK_ROW(rows[i].name, code, table_fault_row_of(summary.fault.code)->code);
        CHECK_ROW(rows[i].name, summary.format, TABLE_CSV);
        lj_buf_done(&out);
    }
}

static void test_csv__reads_charsets(void **state)
{
    (void)state;
    static const csv_row rows[] = {
        {"UTF-8",                                           LJ_BYTES("编号,单位\n1,局"),
         "1 A text 编号; B text 单位\n2 A text 1; B text 局\n"                                                                         },
        {"UTF-8 with a mark",
         LJ_BYTES("\xEF\xBB\xBF"
                  "编号,单位\r\n"),
         "1 A text 编号; B text 单位\n"                                                                                                 },
        {"GB18030 of Excel",                                LJ_BYTES("\xB1\xE0\xBA\xC5,\xB5\xA5\xCE\xBB\r\n"),
         "1 A text 编号; B text 单位\n"                                                                                                 },
        {"GB18030 with four bytes",                         LJ_BYTES("\xB1\xE0\x81\x39\xEE\x39,x\r\n"),
         "1 A text 编㐀; B text x\n"                                                                                                      },
        {"GB18030 with a comma as second byte's neighbour", LJ_BYTES("\xD6\xD0\xB9\xFA,\xBE\xD6\n"),
         "1 A text 中国; B text 局\n"                                                                                                    },
        {"UTF-16 with tabs",                                LJ_BYTES("\xFF\xFE\x16\x7F\xF7\x53\x09\x00\x31\x00\x0A\x00"),
         "1 A text 编号; B text 1\n"                                                                                                      },
        {"UTF-16, big end first",                           LJ_BYTES("\xFE\xFF\x7F\x16\x53\xF7\x00,\x00\x31"),
         "1 A text 编号; B text 1\n"                                                                                                      },
        {"a broken byte",
         LJ_BYTES("\xEF\xBB\xBF"
                  "a\xFF,b\n"),
         "1 A text a\xEF\xBF\xBD (letters); B text b\n"                                                                                     },
        {"binary",                                          LJ_BYTES("a,b\0c\n"),                                         "fault no_table\n"},
        {"nothing",                                         LJ_BYTES(""),                                                 ""                },
        {"a mark alone",                                    LJ_BYTES("\xEF\xBB\xBF"),                                     ""                },
    };
    check_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

static void test_csv__finds_the_separator(void **state)
{
    (void)state;
    static const csv_row rows[] = {
        {"semicolons",                    LJ_BYTES("a;b;c\n1,5;2;3\n"),
         "1 A text a; B text b; C text c\n2 A text 1,5; B text 2; C text 3\n"                                               },
        {"tabs",                          LJ_BYTES("a\tb\n1;2\t3,4\n"),   "1 A text a; B text b\n2 A text 1;2; B text 3,4\n"},
        {"commas in quotes do not count", LJ_BYTES("\"a,b,c\";d\n"),      "1 A text a,b,c; B text d\n"                      },
        {"one column",                    LJ_BYTES("a\nb\n"),             "1 A text a\n2 A text b\n"                        },
        {"named",                         LJ_BYTES("sep=;\r\na,b;c\r\n"), "1 A text a,b; B text c\n"                        },
        {"a title of that kind",          LJ_BYTES("sep=ab,c\n"),         "1 A text sep=ab; B text c\n"                     },
    };
    check_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

static void test_csv__reads_quotes_and_line_ends(void **state)
{
    (void)state;
    static const csv_row rows[] = {
        {"quotes in quotes",                        LJ_BYTES("\"a\"\"b\",c\n"),      "1 A text a\"b; B text c\n"                   },
        {"a line end inside",                       LJ_BYTES("\"a\r\nb\",c\nd,e\n"),
         "1 A text a\\nb; B text c\n2 A text d; B text e\n"                                                                        },
        {"a quote inside a field",                  LJ_BYTES("5\" disk,b\n"),        "1 A text 5\" disk; B text b\n"               },
        {"empty quotes",                            LJ_BYTES("\"\",b\n"),            "1 B text b\n"                                },
        {"blanks stay",                             LJ_BYTES(" a , b\n"),            "1 A text  a ; B text  b\n"                   },
        {"text behind a quote",                     LJ_BYTES("\"a\"b,c\n"),          "1 A text ab (quote); B text c\n"             },
        {"never closed",                            LJ_BYTES("a,b\nc,\"d\ne,f\n"),   "1 A text a; B text b\nfault quote B2\n"      },
        {"rows without content keep their numbers", LJ_BYTES("a,b\n\n,,\nc,d"),
         "1 A text a; B text b\n4 A text c; B text d\n"                                                                            },
        {"old line ends",                           LJ_BYTES("a,b\rc,d\r"),          "1 A text a; B text b\n2 A text c; B text d\n"},
        {"rows of different length",                LJ_BYTES("a,b\nc\nd,e,f\n"),
         "1 A text a; B text b\n2 A text c\n3 A text d; B text e; C text f\n"                                                      },
    };
    check_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

static void test_csv__takes_the_guard_away(void **state)
{
    (void)state;
    static const csv_row rows[] = {
        {"guarded",       LJ_BYTES("'=1+1,'+5,'-5,'@a,'\ta\n"),
         "1 A text =1+1; B text +5; C text -5; D text @a; E text \ta\n"                             },
        {"guarded twice", LJ_BYTES("''=1\n"),                   "1 A text '=1\n"                    },
        {"no guard",      LJ_BYTES("'a,',''\n"),                "1 A text 'a; B text '; C text ''\n"},
        {"not guarded",   LJ_BYTES("=1+1,-5\n"),                "1 A text =1+1; B text -5\n"        },
    };
    check_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

static void test_csv__refuses_other_documents(void **state)
{
    (void)state;
    static const csv_row rows[] = {
        {"a PDF",           LJ_BYTES("%PDF-1.7\n"),                                              "fault other_office\n"},
        {"HTML as .xls",    LJ_BYTES("\n <HTML xmlns:x=\"x\"><table>"),                          "fault other_office\n"},
        {"Excel 2003 XML",  LJ_BYTES("<?xml version=\"1.0\"?><Workbook>"),                       "fault other_office\n"},
        {"old .xls",        LJ_BYTES("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 W\0o\0r\0k\0b\0o\0o\0k"),
         "fault old_xls\n"                                                                                             },
        {"with a password",
         LJ_BYTES("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 "
                  "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0"),
         "fault encrypted\n"                                                                                           },
    };
    check_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

static void test_csv__keeps_limits(void **state)
{
    (void)state;
    lj_buf in;
    lj_buf_init(&in, NULL, 64 << 20);
    static const struct {
        const char *name, *piece;
        uint32_t times;
        const char *wanted_end;
    } rows[] = {
        {"columns",                ",",                 255,     ""                   },
        {"one column too many",    ",",                 256,     "fault columns IW1\n"},
        {"longest cell",           "局",               32765,   ""                   },
        {"cell too long",          "局",               32768,   "fault length A1\n"  },
        {"cell of pairs too long", "\xF0\xA0\x80\x80",  16384,   "fault length A1\n"  },
        {"rows",                   "x\n",               99999,   ""                   },
        {"too many rows",          "x\n",               200000,  "fault rows 100001\n"},
        {"too large",              "xxxxxxxxxxxxxxx\n", 1048577, "fault size\n"       },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        lj_buf out;
        table_summary summary;
        lj_buf_init(&out, NULL, 64 << 20);
        lj_buf_clear(&in);
        for (uint32_t k = 0; k < rows[i].times; k++) {
            lj_buf_put_cstr(&in, rows[i].piece);
        }
        lj_buf_put_cstr(&in, "xx");
        lj_code code = table_dump(lj_buf_slice(&in), NULL, &out, &summary);
        size_t len = strlen(rows[i].wanted_end);
        CHECK_ROW(rows[i].name, code, len > 0 ? LJ_E_LIMIT : LJ_OK);
        assert_true(out.len >= len);
        CHECK_ROW_TEXT(rows[i].name, out.ptr + (out.len - len), len, rows[i].wanted_end);
        lj_buf_done(&out);
    }
    lj_buf_done(&in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_csv__reads_charsets),
        cmocka_unit_test(test_csv__finds_the_separator),
        cmocka_unit_test(test_csv__reads_quotes_and_line_ends),
        cmocka_unit_test(test_csv__takes_the_guard_away),
        cmocka_unit_test(test_csv__refuses_other_documents),
        cmocka_unit_test(test_csv__keeps_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
