/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Tests of report/table_in over workbooks: values, dates, merged ranges, sheets, refusals. */
#include "book_build.h"
#include "table_dump.h"

#include "../check.h"

typedef struct book_row {
    const char *name;
    book_parts parts;
    const char *wanted;
} book_row;

static void check_bytes(const char *name, lj_slice bytes, const table_options *options,
                        const char *wanted)
{
    lj_buf out;
    table_summary summary;
    lj_buf_init(&out, NULL, 64 << 20);
    lj_code code = table_dump(bytes, options, &out, &summary);
    CHECK_ROW_TEXT(name, out.ptr, out.len, wanted);
    CHECK_ROW(name, code, table_fault_row_of(summary.fault.code)->code);
    lj_buf_done(&out);
}

static void check_rows(const book_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        zip_build zip;
        check_bytes(rows[i].name, book_build(&zip, &rows[i].parts), NULL, rows[i].wanted);
        zip_build_done(&zip);
    }
}
#define CHECK_ROWS(rows) check_rows((rows), sizeof(rows) / sizeof((rows)[0]))

#define DATA(rows)  .sheet = "<sheetData>" rows "</sheetData>"
#define ROW1(cells) DATA("<row r=\"1\">" cells "</row>")

static void test_book__reads_values(void **state)
{
    (void)state;
    static const book_row rows[] = {
        {"shared strings",
         {ROW1("<c r=\"A1\" t=\"s\"><v>1</v></c><c r=\"C1\" t=\"s\"><v>0</v></c>"),
          .strings = "<si><t>零</t></si><si><t xml:space=\"preserve\"> 一&amp;</t></si>"},
         "1 A text  一&; C text 零\n"                                                           },
        {"rich text without its phonetic part",
         {ROW1("<c r=\"A1\" t=\"s\"><v>0</v></c>"),
          .strings = "<si><r><rPr><b/></rPr><t>保</t></r><r><t>密</t></r><rPh sb=\"0\" "
                     "eb=\"1\"><t>bao</t></rPh><phoneticPr fontId=\"1\"/></si>"},
         "1 A text 保密\n"                                                                      },
        {"inline strings",
         {ROW1("<c r=\"A1\" t=\"inlineStr\"><is><t>a</t></is></c><c r=\"B1\" "
               "t=\"inlineStr\"><is><r><t>b</t></r><r><t>c</t></r></is></c>")},
         "1 A text a; B text bc\n"                                                                },
        {"escapes",
         {ROW1("<c r=\"A1\" t=\"inlineStr\"><is><t>a_x000D_\nb_x005F_x000D_c_x41_</t></is></c>"
               "<c r=\"B1\" t=\"str\"><v>_x0041__x005F_x0042_</v></c>")},
         "1 A text a\\nb_x000D_c_x41_; B text A_x0042_\n"                                         },
        {"CDATA and comments",
         {ROW1("<c r=\"A1\" t=\"inlineStr\"><is><t>a<!-- no --><![CDATA[<b>]]></t></is></c>")},
         "1 A text a<b>\n"                                                                        },
        {"numbers",
         {ROW1("<c r=\"A1\"><v>12</v></c><c r=\"B1\" t=\"n\"><v>1.50</v></c><c "
               "r=\"C1\"><v>0.10000000000000001</v></c><c r=\"D1\"><v>1E-3</v></c><c "
               "r=\"E1\"><v>-0</v></c><c r=\"F1\"><v>110101199003078888</v></c><c "
               "r=\"G1\"><v>1.0</v></c>")},
         "1 A number 12; B number 1.5; C number 0.1; D number 0.001; E number 0; F number "
         "110101199003078880 (long); G number 1\n"                                                },
        {"truth and errors",
         {ROW1("<c r=\"A1\" t=\"b\"><v>1</v></c><c r=\"B1\" t=\"b\"><v>0</v></c><c r=\"C1\" "
               "t=\"e\"><v>#N/A</v></c>")},
         "1 A bool TRUE; B bool FALSE; C error #N/A\n"                                            },
        {"formulas",
         {ROW1("<c r=\"A1\"><f>1+1</f><v>2</v></c><c r=\"B1\" t=\"str\"><f>A1</f><v>x</v></c><c "
               "r=\"C1\"><f>B1</f></c><c r=\"D1\" t=\"e\"><f>1/0</f><v>#DIV/0!</v></c><c "
               "r=\"E1\"><f t=\"shared\" si=\"0\"/><v>3</v></c>")},
         "1 A formula 2; B formula x; C formula ; D formula #DIV/0!; E formula 3\n"               },
        {"results of an array formula",
         {DATA("<row r=\"1\"><c r=\"A1\"><f t=\"array\" ref=\"A1:A2\">B1:B2</f><v>1</v></c><c "
               "r=\"B1\"><v>1</v></c></row><row r=\"2\"><c r=\"A2\"><v>2</v></c><c "
               "r=\"B2\"><v>2</v></c></row><row r=\"3\"><c r=\"A3\"><v>3</v></c></row>")},
         "1 A formula 1; B number 1\n2 A formula 2; B number 2\n3 A number 3\n"                   },
        {"nothing but formats",
         {DATA("<row r=\"1\"><c r=\"A1\" s=\"0\"/><c r=\"XFD1\" s=\"0\"/></row><row "
               "r=\"9\"><c r=\"B9\"><v>1</v></c><c r=\"C9\" t=\"inlineStr\"><is><t/></is></c>"
               "</row>")},
         "9 B number 1\n"                                                                         },
        {"no references",
         {DATA("<row><c><v>1</v></c><c/><c><v>3</v></c></row><row r=\"5\"><c "
               "r=\"B5\"><v>2</v></c><c><v>4</v></c></row><row><c><v>6</v></c></row>")},
         "1 A number 1; C number 3\n5 B number 2; C number 4\n6 A number 6\n"                     },
        {"hidden rows and columns",
         {.sheet = "<cols><col min=\"1\" max=\"1\" hidden=\"1\"/></cols><sheetData><row r=\"1\" "
                   "hidden=\"1\"><c r=\"A1\"><v>1</v></c></row></sheetData>"},
         "1 A number 1\n"                                                                         },
        {"prefixes and elements of others",
         {.sheet = "<x:sheetData xmlns:x=\"u\"><x:row r=\"1\"><x:c r=\"A1\"><x:v>1</x:v><x:ext>"
                   "<x:v>9</x:v></x:ext></x:c><x:ext><x:c r=\"B1\"><x:v>2</x:v></x:c></x:ext>"
                   "</x:row></x:sheetData>"},
         "1 A number 1\n"                                                                         },
        {"an empty sheet",                      {.sheet = "<sheetData/>"},                      ""},
        {"stored members",
         {ROW1("<c r=\"A1\"><v>1</v></c>"), .flags = ZIP_BUILD_STORED},
         "1 A number 1\n"                                                                         },
        {"sizes behind the data",
         {ROW1("<c r=\"A1\"><v>1</v></c>"), .flags = ZIP_BUILD_BEHIND},
         "1 A number 1\n"                                                                         },
        {"ZIP64 fields",
         {ROW1("<c r=\"A1\"><v>1</v></c>"), .flags = ZIP_BUILD_WIDE},
         "1 A number 1\n"                                                                         },
    };
    CHECK_ROWS(rows);
}

/* Cell format 1 is built in, 2 and 3 are custom. */
#define STYLES(builtin)                                                                            \
    .styles = "<numFmts><numFmt numFmtId=\"176\" "                                                 \
              "formatCode=\"yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;;@\"/><numFmt "     \
              "numFmtId=\"177\" formatCode=\"[h]:mm\"/></numFmts><cellStyleXfs><xf "               \
              "numFmtId=\"14\"/></cellStyleXfs><cellXfs><xf numFmtId=\"0\"/><xf "                  \
              "numFmtId=\"" builtin "\"/><xf numFmtId=\"176\"/><xf numFmtId=\"177\"/></cellXfs>"
#define FOUR(value)                                                                                \
    ROW1("<c r=\"A1\" s=\"0\"><v>" value "</v></c><c r=\"B1\" s=\"1\"><v>" value                   \
         "</v></c><c r=\"C1\" s=\"2\"><v>" value "</v></c><c r=\"D1\" s=\"3\"><v>" value           \
         "</v></c>")

static void test_book__reads_dates_by_format(void **state)
{
    (void)state;
    static const book_row rows[] = {
        {"14",
         {FOUR("45047"), STYLES("14")},
         "1 A number 45047; B date 2023-05-01; C date 2023-05-01; D number 45047 (bad_date)\n"    },
        {"31, Chinese",
         {FOUR("45047.5625"), STYLES("31")},
         "1 A number 45047.5625; B date 2023-05-01 13:30:00; C date 2023-05-01 13:30:00; D number "
         "45047.5625 (bad_date)\n"                                                                },
        {"57, Chinese",
         {FOUR("1.25"), STYLES("57")},
         "1 A number 1.25; B date 1900-01-01 06:00:00; C date 1900-01-01 06:00:00; D time "
         "30:00:00\n"                                                                             },
        {"20, a time",
         {FOUR("0.5"), STYLES("20")},
         "1 A number 0.5; B time 12:00:00; C number 0.5 (bad_date); D time 12:00:00\n"            },
        {"before the false leap day",
         {FOUR("59"), STYLES("14")},
         "1 A number 59; B date 1900-02-28; C date 1900-02-28; D time 1416:00:00\n"               },
        {"the false leap day",
         {FOUR("60"), STYLES("14")},
         "1 A number 60; B number 60 (bad_date); C number 60 (bad_date); D time 1440:00:00\n"     },
        {"behind it",
         {FOUR("61"), STYLES("2")},
         "1 A number 61; B number 61; C date 1900-03-01; D time 1464:00:00\n"                     },
        {"the last day",
         {FOUR("2958465"), STYLES("14")},
         "1 A number 2958465; B date 9999-12-31; C date 9999-12-31; D number 2958465 (bad_date)\n"},
        {"behind the last day",
         {FOUR("2958466"), STYLES("14")},
         "1 A number 2958466; B number 2958466 (bad_date); C number 2958466 (bad_date); D number "
         "2958466 (bad_date)\n"                                                                   },
        {"negative",
         {FOUR("-1"), STYLES("14")},
         "1 A number -1; B number -1 (bad_date); C number -1 (bad_date); D number -1 (bad_date)\n"},
        {"a moment before midnight",
         {FOUR("45047.9999999"), STYLES("14")},
         "1 A number 45047.9999999; B date 2023-05-02; C date 2023-05-02; D number 45047.9999999 "
         "(bad_date)\n"                                                                           },
        {"1904",
         {.workbook = "<workbookPr date1904=\"1\"/><sheets><sheet name=\"a\" sheetId=\"1\" "
                      "r:id=\"rId1\"/></sheets>",
          FOUR("43585"),
          STYLES("14")},
         "1 A number 43585; B date 2023-05-01; C date 2023-05-01; D number 43585 (bad_date)\n"    },
        {"ISO dates",
         {ROW1("<c r=\"A1\" t=\"d\"><v>2023-05-01</v></c><c r=\"B1\" "
               "t=\"d\"><v>2023-05-01T13:30:00.000Z</v></c><c r=\"C1\" "
               "t=\"d\"><v>2023-05-01T00:00:00</v></c><c r=\"D1\" t=\"d\"><v>2023-02-30</v></c>")},
         "1 A date 2023-05-01; B date 2023-05-01 13:30:00; C date 2023-05-01; D text 2023-02-30 "
         "(bad_date)\n"                                                                           },
    };
    CHECK_ROWS(rows);
}

static void test_book__spreads_merged_ranges(void **state)
{
    (void)state;
    static const book_row rows[] = {
        {"a title over a header of two rows",
         {.sheet =
              "<sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>台账</t></is></c></row>"
              "<row r=\"2\"><c r=\"A2\" t=\"inlineStr\"><is><t>编号</t></is></c><c r=\"B2\" "
              "t=\"inlineStr\"><is><t>计算机</t></is></c></row><row r=\"3\"><c r=\"B3\" "
              "t=\"inlineStr\"><is><t>涉密</t></is></c><c r=\"C3\" "
              "t=\"inlineStr\"><is><t>非涉密</t></is></c></row></sheetData><mergeCells "
              "count=\"3\"><mergeCell ref=\"A1:C1\"/><mergeCell ref=\"A2:A3\"/><mergeCell "
              "ref=\"B2:C2\"/></mergeCells>"},
         "1 A text 台账 (merged); B text 台账 (merged covered); C text 台账 (merged covered)\n"
         "2 A text 编号 (merged); B text 计算机 (merged); C text 计算机 (merged covered)\n"
         "3 A text 编号 (merged covered); B text 涉密; C text 非涉密\n" },
        {"out to the last column",
         {.sheet = "<sheetData><row r=\"1\"><c r=\"IV1\"><v>7</v></c></row></sheetData>"
                   "<mergeCells><mergeCell ref=\"IV1:XFD1\"/><mergeCell ref=\"IW1:XFD9\"/>"
                   "</mergeCells>"},
         "1 IV number 7 (merged)\n"                                            },
        {"what a range covers does not count",
         {.sheet = "<sheetData><row r=\"1\"><c r=\"A1\"><v>1</v></c><c r=\"B1\"><v>2</v></c></row>"
                   "<row r=\"2\"><c r=\"A2\"><v>3</v></c></row></sheetData><mergeCells><mergeCell "
                   "ref=\"A1:B2\"/></mergeCells>"},
         "1 A number 1 (merged); B number 1 (merged covered)\n"                },
        {"a formula",
         {.sheet = "<sheetData><row r=\"1\"><c r=\"A1\"><f>1</f><v>1</v></c></row><row "
                   "r=\"2\"><c r=\"B2\"><v>2</v></c></row></sheetData><mergeCells><mergeCell "
                   "ref=\"A1:A2\"/></mergeCells>"},
         "1 A formula 1 (merged)\n2 A formula 1 (merged covered); B number 2\n"},
        {"an empty range",
         {.sheet = "<sheetData><row r=\"1\"><c r=\"A1\"/><c r=\"C1\"><v>1</v></c></row></sheetData>"
                   "<mergeCells><mergeCell ref=\"A1:B1\"/></mergeCells>"},
         "1 C number 1\n"                                                      },
        {"no range",
         {.sheet = "<sheetData/><mergeCells><mergeCell ref=\"B2:A1\"/></mergeCells>"},
         "fault damaged\n"                                                     },
    };
    CHECK_ROWS(rows);
}

static void test_book__chooses_the_sheet(void **state)
{
    (void)state;
    static const char *const books[] = {
        "<sheets><sheet name=\"封面\" sheetId=\"1\" state=\"hidden\" r:id=\"rId1\"/><sheet "
        "name=\"说明\" sheetId=\"2\" r:id=\"rId8\"/><sheet name=\"载体台账\" sheetId=\"3\" "
        "state=\"visible\" r:id=\"rId9\"/></sheets>",
        "<sheets><sheet name=\"图\" sheetId=\"1\" r:id=\"rId7\"/><sheet name=\"二\" "
        "sheetId=\"2\" r:id=\"rId9\"/></sheets>",
        "<sheets><sheet name=\"a\" sheetId=\"1\" state=\"hidden\" r:id=\"rId1\"/><sheet "
        "name=\"b\" sheetId=\"2\" state=\"veryHidden\" r:id=\"rId9\"/></sheets>",
    };
    static const struct {
        const char *name;
        size_t book;
        lj_str sheets[2];
        const char *wanted;
        uint32_t ignored;
    } rows[] = {
        {"first visible",        0, {{NULL, 0}, {NULL, 0}},                      "1 A number 1\n",   2},
        {"by name",              0, {LJ_STR("carrier"), LJ_STR("载体台账")}, "1 A number 2\n",   2},
        {"by the better name",   0, {LJ_STR("载体台账"), LJ_STR("说明")},  "1 A number 2\n",   2},
        {"no such name",         0, {LJ_STR("carrier"), LJ_STR("载体")},       "1 A number 1\n",   2},
        {"a hidden one by name", 0, {LJ_STR("封面"), {NULL, 0}},               "1 A number 1\n",   2},
        {"not a chart",          1, {{NULL, 0}, {NULL, 0}},                      "1 A number 2\n",   1},
        {"none visible",         2, {{NULL, 0}, {NULL, 0}},                      "fault no_sheet\n", 0},
    };
#define SHEET_REL "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        book_parts parts = {
            ROW1("<c r=\"A1\"><v>1</v></c>"),
            .workbook = books[rows[i].book],
            .rels = "<Relationship Id=\"rId7\" Type=\"" SHEET_REL
                    "chartsheet\" Target=\"chartsheets/sheet1.xml\"/><Relationship Id=\"rId8\" "
                    "Type=\"" SHEET_REL
                    "worksheet\" Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"rId9\" "
                    "Type=\"" SHEET_REL "worksheet\" Target=\"worksheets/sheet2.xml\"/>",
            .more_name = "XL\\worksheets\\sheet2.xml",
            .more = "<worksheet><sheetData><row r=\"1\"><c r=\"A1\"><v>2</v></c></row></sheetData>"
                    "</worksheet>",
        };
        zip_build zip;
        table_options options = {.sheets = rows[i].sheets, .sheet_count = 2};
        options.sheet_count = rows[i].sheets[0].len == 0 ? 0 : 2;
        lj_slice bytes = book_build(&zip, &parts);
        check_bytes(rows[i].name, bytes, &options, rows[i].wanted);
        lj_buf out;
        lj_buf_init(&out, NULL, 1 << 20);
        table_summary summary;
        lj_code code = table_dump(bytes, &options, &out, &summary);
        if (code == LJ_OK) {
            CHECK_ROW(rows[i].name, summary.sheets_ignored, rows[i].ignored);
            CHECK_ROW(rows[i].name, summary.row_count, 1);
        }
        lj_buf_done(&out);
        zip_build_done(&zip);
    }
}

static void test_book__refuses(void **state)
{
    (void)state;
    static const book_row rows[] = {
        {"macros by their type",
         {.sheet = "<sheetData/>",
          .types = "<Override PartName=\"/xl/workbook.xml\" "
                   "ContentType=\"application/vnd.ms-excel.sheet.macroEnabled.main+xml\"/>"},
         "fault macros\n"                                                                                            },
        {"macros by their part",
         {.sheet = "<sheetData/>", .more_name = "xl/vbaProject.bin", .more = "x"},
         "fault macros\n"                                                                                            },
        {"macros by their relationship",
         {.sheet = "<sheetData/>",
          .rels = "<Relationship Id=\"rId5\" "
                  "Type=\"http://schemas.microsoft.com/office/2006/relationships/vbaProject\" "
                  "Target=\"code.bin\"/>"},
         "fault macros\n"                                                                                            },
        {"a binary workbook",
         {.sheet = "<sheetData/>",
          .types = "<Default Extension=\"bin\" "
                   "ContentType=\"application/vnd.ms-excel.sheet.binary.macro\"/>"},
         "fault other_office\n"                                                                                      },
        {"a document type",
         {.sheet = "<sheetData/>", .prologue = "<!DOCTYPE worksheet [<!ENTITY a \"b\">]>"},
         "fault dtd\n"                                                                                               },
        {"another root",                 {.sheet = "</worksheet><worksheet>"},                  "fault damaged\n"    },
        {"not well-formed",              {.sheet = "<sheetData><row></sheetData>"},             "fault damaged 1\n"  },
        {"cut",                          {.sheet = "<sheetData><row r=\"1\"><c r=\"A1\"><v>1"}, "fault damaged 1\n"  },
        {"no such string",               {ROW1("<c r=\"A1\" t=\"s\"><v>0</v></c>")},            "fault damaged A1\n" },
        {"no number",                    {ROW1("<c r=\"B1\"><v>1,5</v></c>")},                  "fault damaged B1\n" },
        {"no type",                      {ROW1("<c r=\"A1\" t=\"x\"><v>1</v></c>")},            "fault damaged 1\n"  },
        {"columns out of order",
         {ROW1("<c r=\"B1\"><v>1</v></c><c r=\"A1\"><v>2</v></c>")},
         "fault damaged 1\n"                                                                                         },
        {"a cell twice",
         {ROW1("<c r=\"A1\"><v>1</v></c><c r=\"A1\"><v>2</v></c>")},
         "fault damaged 1\n"                                                                                         },
        {"a cell of another row",        {ROW1("<c r=\"A2\"><v>1</v></c>")},                    "fault damaged 1\n"  },
        {"rows out of order",
         {DATA("<row r=\"2\"><c r=\"A2\"><v>1</v></c></row><row r=\"1\"/>")},
         "2 A number 1\nfault damaged\n"                                                                             },
        {"a row beyond the last",        {DATA("<row r=\"1048577\"/>")},                        "fault damaged\n"    },
        {"a column beyond the last",     {ROW1("<c r=\"XFE1\"/>")},                             "fault damaged 1\n"  },
        {"too many columns",             {ROW1("<c r=\"IW1\"><v>1</v></c>")},                   "fault columns IW1\n"},
        {"no sheets",                    {.workbook = "<sheets/>", .sheet = ""},                "fault no_sheet\n"   },
        {"a sheet that is not there",
         {.workbook = "<sheets><sheet name=\"a\" sheetId=\"1\" r:id=\"rId6\"/></sheets>",
          .rels = "<Relationship Id=\"rId6\" Type=\"x/worksheet\" Target=\"no.xml\"/>",
          .sheet = ""},
         "fault damaged\n"                                                                                           },
        {"a false lock",                 {.sheet = "", .flags = ZIP_BUILD_FALSE_LOCK},          "fault encrypted\n"  },
        {"a false checksum",             {.sheet = "", .flags = ZIP_BUILD_BAD_CRC},             "fault damaged\n"    },
        {"a part twice",
         {.sheet = "<sheetData/>", .more_name = "xl/WORKBOOK.xml", .more = "<workbook/>"},
         "fault damaged\n"                                                                                           },
    };
    CHECK_ROWS(rows);
}

static void test_book__refuses_other_packages(void **state)
{
    (void)state;
    static const struct {
        const char *name, *part, *text, *wanted;
    } rows[] = {
        {"a ZIP of anything", "a.txt",               "x",                                              "fault no_table\n"},
        {"an ODS",            "mimetype",            "application/vnd.oasis.opendocument.spreadsheet",
         "fault other_office\n"                                                                                          },
        {"no relationships",  "[Content_Types].xml", "<Types/>",                                       "fault no_table\n"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        zip_build zip;
        zip_build_init(&zip);
        zip_build_text(&zip, rows[i].part, rows[i].text);
        check_bytes(rows[i].name, zip_build_end(&zip, (lj_slice){NULL, 0}, false), NULL,
                    rows[i].wanted);
        zip_build_done(&zip);
    }
    zip_build zip;
    zip_build_init(&zip);
    zip_build_text(&zip, "[Content_Types].xml", "<Types/>");
    zip_build_text(&zip, "_rels/.rels",
                   "<Relationships><Relationship Id=\"r\" Type=\"x/officeDocument\" "
                   "Target=\"word/document.xml\"/></Relationships>");
    zip_build_text(&zip, "word/document.xml", "<w:document/>");
    check_bytes("a letter", zip_build_end(&zip, (lj_slice){NULL, 0}, false), NULL,
                "fault other_office\n");
    zip_build_done(&zip);
    zip_build_init(&zip);
    check_bytes("an empty ZIP", zip_build_end(&zip, (lj_slice){NULL, 0}, false), NULL,
                "fault no_table\n");
    zip_build_done(&zip);
}

static void put_times(lj_buf *buf, const char *text, uint32_t times)
{
    for (uint32_t i = 0; i < times; i++) {
        lj_buf_put_cstr(buf, text);
    }
}

/* A sheet of the same piece many times. */
static void test_book__keeps_limits(void **state)
{
    (void)state;
    static const struct {
        const char *name, *before, *piece;
        uint32_t times;
        const char *behind, *wanted_end;
        uint32_t flags;
    } rows[] = {
        {"zip bomb",                          "<sheetData/>",                                   "                                ", 3000000, "",
         "fault ratio\n",                                                                                                                                                                     0               },
        {"100,000 rows",                      "<sheetData>",                                    "<row><c><v>1</v></c></row>",       100000,  "</sheetData>",
         "100000 A number 1\n",                                                                                                                                                               ZIP_BUILD_STORED},
        {"200,000 rows",                      "<sheetData>",                                    "<row><c><v>1</v></c></row>",       200000,  "</sheetData>",
         "fault rows 100001\n",                                                                                                                                                               ZIP_BUILD_STORED},
        {"rows without content do not count", "<sheetData>",                                    "<row/>",                           200000,
         "<row><c><v>1</v></c></row></sheetData>",                                                                                                                     "200001 A number 1\n", ZIP_BUILD_STORED},
        {"256 columns",                       "<sheetData><row>",                               "<c><v>1</v></c>",                  256,     "</row></sheetData>",
         "IV number 1\n",                                                                                                                                                                     0               },
        {"257 columns",                       "<sheetData><row>",                               "<c><v>1</v></c>",                  257,     "</row></sheetData>",
         "fault columns IW1\n",                                                                                                                                                               0               },
        {"a long text",                       "<sheetData><row><c r=\"A1\" t=\"str\"><v>",      "局",                              32767,
         "</v></c></row></sheetData>",                                                                                                                                 "局\n",               0               },
        {"a text too long",                   "<sheetData><row><c r=\"A1\" t=\"str\"><v>",      "局",                              32768,
         "</v></c></row></sheetData>",                                                                                                                                 "fault length A1\n",   0               },
        {"a text far too long",               "<sheetData><row><c/><c t=\"inlineStr\"><is><t>", "局",                              1000000,
         "</t></is></c></row></sheetData>",                                                                                                                            "fault length B1\n",   ZIP_BUILD_STORED},
        {"depth",                             "<sheetData><row><c>",                            "<a>",                              100,     "</c></row></sheetData>", "fault nesting\n",
         0                                                                                                                                                                                                    },
        {"merged ranges",                     "<sheetData/><mergeCells>",                       "<mergeCell ref=\"A1:B2\"/>",       65537,
         "</mergeCells>",                                                                                                                                              "fault ranges A1\n",   ZIP_BUILD_STORED},
        {"array formulas that overlap",       "<sheetData><row>",
         "<c><f t=\"array\" ref=\"A1:IV9\">1</f><f t=\"array\" ref=\"A1:IV9\">1</f></c>",                                           200,
         "</row></sheetData>",                                                                                                                                         "fault ranges DY1\n",  0               },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        lj_buf sheet;
        lj_buf out;
        table_summary summary;
        zip_build zip;
        lj_buf_init(&sheet, NULL, 400 << 20);
        lj_buf_init(&out, NULL, 64 << 20);
        put_times(&sheet, rows[i].before, 1);
        put_times(&sheet, rows[i].piece, rows[i].times);
        put_times(&sheet, rows[i].behind, 1);
        lj_buf_put_u8(&sheet, 0);
        assert_true(lj_buf_ok(&sheet));
        book_parts parts = {.sheet = (const char *)sheet.ptr, .flags = rows[i].flags};
        lj_code code = table_dump(book_build(&zip, &parts), NULL, &out, &summary);
        size_t len = strlen(rows[i].wanted_end);
        CHECK_ROW(rows[i].name, code, table_fault_row_of(summary.fault.code)->code);
        if (out.len < len) {
            fail_msg("row '%s': '%.*s'", rows[i].name, (int)out.len, (const char *)out.ptr);
        }
        CHECK_ROW_TEXT(rows[i].name, out.ptr + (out.len - len), len, rows[i].wanted_end);
        zip_build_done(&zip);
        lj_buf_done(&sheet);
        lj_buf_done(&out);
    }
}

static void test_book__keeps_limits_that_are_set(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        table_limit limit;
        uint64_t value;
        const char *wanted;
    } rows[] = {
        {"bytes",    TABLE_LIMIT_BYTES,    100,  "fault size\n"                           },
        {"entries",  TABLE_LIMIT_ENTRIES,  3,    "fault entries\n"                        },
        {"unpacked", TABLE_LIMIT_UNPACKED, 1000, "fault unpacked\n"                       },
        {"strings",  TABLE_LIMIT_STRINGS,  1,    "fault strings\n"                        },
        {"rows",     TABLE_LIMIT_ROWS,     1,    "1 A text a; B text b\nfault rows 2\n"   },
        {"columns",  TABLE_LIMIT_COLUMNS,  1,    "fault columns B1\n"                     },
        {"length",   TABLE_LIMIT_LENGTH,   1,    "1 A text a; B text b\nfault length A2\n"},
        {"nesting",  TABLE_LIMIT_NESTING,  2,    "fault nesting\n"                        },
    };
    book_parts parts = {DATA("<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" "
                             "t=\"s\"><v>1</v></c></row><row r=\"2\"><c r=\"A2\"><v>10</v></c>"
                             "</row>"),
                        .strings = "<si><t>a</t></si><si><t>b</t></si>"};
    zip_build zip;
    lj_slice bytes = book_build(&zip, &parts);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        table_limits limits = table_limits_standard();
        limits.value[rows[i].limit] = rows[i].value;
        table_options options = {.limits = &limits};
        check_bytes(rows[i].name, bytes, &options, rows[i].wanted);
    }
    zip_build_done(&zip);
}

static lj_code stop_at_two(void *ctx, const table_row *row, lj_err *err)
{
    uint32_t *seen = ctx;
    *seen = row->row_no;
    return row->row_no == 2 ? lj_fail(err, LJ_E_CANCELLED, 7, "enough") : LJ_OK;
}

static void test_book__stops_when_the_sink_says_so(void **state)
{
    (void)state;
    zip_build zip;
    book_parts parts = {DATA("<row><c><v>1</v></c></row><row><c><v>2</v></c></row><row><c><v>3"
                             "</v></c></row>")};
    lj_slice bytes = book_build(&zip, &parts);
    lj_arena *arena = lj_arena_new(TABLE_ARENA_MAX);
    uint32_t seen = 0;
    table_summary summary;
    lj_err err = {0};
    lj_code code =
        table_read(bytes, NULL, arena, &(table_sink){&seen, stop_at_two}, &summary, &err);
    assert_int_equal(code, LJ_E_CANCELLED);
    assert_int_equal(err.at, 7);
    assert_int_equal(seen, 2);
    assert_int_equal(summary.fault.code, TABLE_FAULT_NONE);
    lj_arena_free(arena);
    zip_build_done(&zip);
}

static lj_code no_row(void *ctx, const table_row *row, lj_err *err)
{
    (void)ctx;
    (void)row;
    (void)err;
    return LJ_OK;
}

static void test_book__every_ceiling_of_memory_is_survived(void **state)
{
    (void)state;
    zip_build zip;
    book_parts parts = {
        .sheet = "<sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c></row></sheetData>"
                 "<mergeCells><mergeCell ref=\"A1:B2\"/></mergeCells>",
        STYLES("14"),
        .strings = "<si><t>a</t></si>"};
    lj_slice bytes = book_build(&zip, &parts);
    bool done = false;
    for (size_t most = 0; !done; most += most < 65536 ? 509 : 16381) {
        lj_arena *arena = lj_arena_new(most);
        table_summary summary;
        lj_err err = {0};
        lj_code code = table_read(bytes, NULL, arena, &(table_sink){NULL, no_row}, &summary, &err);
        if (code != LJ_OK && code != LJ_E_NOMEM) {
            fail_msg("ceiling %zu: code %d, %s", most, (int)code, err.what);
        }
        done = code == LJ_OK;
        lj_arena_free(arena);
    }
    zip_build_done(&zip);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_book__reads_values),
        cmocka_unit_test(test_book__reads_dates_by_format),
        cmocka_unit_test(test_book__spreads_merged_ranges),
        cmocka_unit_test(test_book__chooses_the_sheet),
        cmocka_unit_test(test_book__refuses),
        cmocka_unit_test(test_book__refuses_other_packages),
        cmocka_unit_test(test_book__keeps_limits),
        cmocka_unit_test(test_book__keeps_limits_that_are_set),
        cmocka_unit_test(test_book__stops_when_the_sink_says_so),
        cmocka_unit_test(test_book__every_ceiling_of_memory_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
