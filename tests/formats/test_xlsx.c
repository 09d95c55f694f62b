/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Workbooks: each construct of table X of hidden-marks, in a package made here. Lines are those of
 * formats/span_dump.h. */
#include "../check.h"
#include "base/num.h"
#include "collect.h"
#include "formats/ooxml/xlsx.h"
#include "ooxml_build.h"
#include "text/seeds.h"

#define C(ref, inner)       "<c r=\"" ref "\" t=\"inlineStr\"><is>" inner "</is></c>"
#define CT(ref, text)       C(ref, "<t>" text "</t>")
#define CS(ref, style, idx) "<c r=\"" ref "\" s=\"" style "\" t=\"s\"><v>" idx "</v></c>"
#define ROW(inner)          "<row>" inner "</row>"

static const char styles[] =
    "<numFmts><numFmt numFmtId=\"164\" formatCode=\";;;\"/>"
    "<numFmt numFmtId=\"165\" formatCode=\"&quot;机密★&quot;0&quot;年&quot;\"/>"
    "<numFmt numFmtId=\"166\" formatCode=\"yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;\"/>"
    "<numFmt numFmtId=\"167\" formatCode=\"0;-0;0;&quot;密级：&quot;@\"/></numFmts>"
    "<fonts><font><sz val=\"11\"/><name val=\"宋体\"/></font><font><color rgb=\"FFFFFFFF\"/><sz "
    "val=\"11\"/></font>"
    "<font><color theme=\"0\"/></font><font><color indexed=\"10\"/><sz val=\"16\"/><name "
    "val=\"黑体\"/><b/></font>"
    "<font><color theme=\"0\" tint=\"-0.5\"/></font><font><sz val=\"2\"/></font></fonts>"
    "<fills><fill><patternFill patternType=\"none\"/></fill><fill><patternFill "
    "patternType=\"solid\"><fgColor rgb=\"FF000080\"/></patternFill></fill>"
    "<fill><patternFill patternType=\"solid\"><fgColor "
    "indexed=\"10\"/></patternFill></fill><fill><patternFill "
    "patternType=\"gray125\"/></fill></fills>"
    "<cellStyleXfs><xf fontId=\"1\"/></cellStyleXfs>"
    "<cellXfs><xf fontId=\"0\"/><xf fontId=\"1\"/><xf fontId=\"2\"/><xf fontId=\"1\" "
    "fillId=\"1\"/><xf fontId=\"3\" fillId=\"2\"/>"
    "<xf fontId=\"0\" numFmtId=\"164\"/><xf fontId=\"0\" numFmtId=\"165\"/><xf fontId=\"0\" "
    "numFmtId=\"166\"/><xf fontId=\"0\" numFmtId=\"167\"/><xf fontId=\"3\"><alignment "
    "horizontal=\"center\"/></xf>"
    "<xf fontId=\"4\"/><xf fontId=\"5\"/><xf fontId=\"1\" fillId=\"3\"/></cellXfs>"
    "<cellStyles><cellStyle name=\"密级样式\" xfId=\"0\"/></cellStyles>"
    "<dxfs><dxf><font><color rgb=\"FF112233\"/></font><numFmt numFmtId=\"0\" "
    "formatCode=\"&quot;条件格式&quot;\"/></dxf></dxfs>";

static const char strings[] =
    "<si><t>共享文字</t></si><si><r><t>机</t></r><r><rPr><color rgb=\"FFFFFFFF\"/><sz "
    "val=\"10\"/></rPr><t>密</t></r><rPh><t>jimi</t></rPh></si>"
    "<si><t>没有单元格用到</t></si><si><t>_x673A_密_x000D_</t></si>";

static void run_xlsx(collect *seen, const char *rows)
{
    zip_build zip;
    zip_build_init(&zip);
    ooxml_xlsx_begin(&zip, "甲表\n乙表 hidden\n丙表 veryHidden",
                     "styles styles.xml\nsharedStrings sharedStrings.xml");
    ooxml_part(&zip, "xl/styles.xml", "styleSheet", styles);
    ooxml_part(&zip, "xl/sharedStrings.xml", "sst", strings);
    ooxml_sheet(&zip, 1, rows);
    ooxml_sheet(&zip, 2, ROW(CT("A1", "藏表文字")));
    ooxml_sheet(&zip, 3, ROW(CT("A1", "深藏文字")));
    collect_run(seen, zip_build_end(&zip, LJ_BYTES(""), false));
    zip_build_done(&zip);
}

typedef struct sheet_row {
    const char *name;
    const char *rows;
    const char *wanted[4];
    const char *unwanted[2];
} sheet_row;

static void test_xlsx__reads_cells(void **state)
{
    (void)state;
#define AT "cell part=xl/worksheets/sheet1.xml sheet=1 "
    static const sheet_row rows[] = {
        {"inline string",                                                                                ROW(CT("B3",          "文字")),{AT "row=3 col=2 {0+6 size=1100} '文字'"},{NULL}},
        {"rich inline string",
         ROW(C("A1",                                                                                                           "<r><t>机</t></r><r><t>密</t></r>")),
         {"'机密'"},
         {NULL}},
        {"shared string",
         ROW(CS("A1",                                                                                                          "0","0")),
         {AT "row=1 col=1 {0+12 size=1100} '共享文字'"},
         {NULL}},
        {"X17 joined runs",
         ROW(CS("A1",                                                                                                  "0","1")),
         {AT "row=1 col=1 {0+3 size=1100} {3+3 size=1000 fg=16777215 hidden:no_contrast} '机密'"},
         {"jimi机"}},
        {"X17 unused string",
         ROW(CS("A1",                                                                                                        "0","0")),
         {"cell part=xl/sharedStrings.xml hidden:unreachable '没有单元格用到'"},
         {"unreachable '共享文字'"}},
        {"escaped letters",                  ROW(CS("A1",                                                                                       "0","3")),{"'机密\\n'"},{NULL}},
        {"X14 far cell",                                                                                         ROW(CT("XFD1048576",                                                                                              "远处")),  {"row=1048576 col=16384"},                                                                                       {NULL}                                                                                                                                                                                     },
        {"no references",
         "<row><c t=\"inlineStr\"><is><t>甲</t></is></c><c "
         "t=\"inlineStr\"><is><t>乙</t></is></c></row><row><c "
         "t=\"inlineStr\"><is><t>丙</t></is></c></row>",{AT "row=1 col=2 {0+3 size=1100} '乙'", AT "row=2 col=1 {0+3 size=1100} '丙'"},
         {NULL}},
        {"string of a formula",
         ROW("<c r=\"A1\" t=\"str\"><f>B1</f><v>结果_x5BC6_</v></c>"),
         {"'结果密'", "formula"},
         {NULL}                                                                                                                                                                                                      },
        {"number",                                                                                         ROW("<c r=\"A1\"><v>42</v></c>"),                                                                                                             {"'42'"},{NULL}},
        {"truth and error",
         ROW("<c r=\"A1\" t=\"b\"><v>1</v></c><c r=\"B1\" t=\"e\"><v>#REF!</v></c>"),
         {"doc xlsx"},
         {"REF"}},
        {"X11 joined constants",
         ROW("<c r=\"A1\"><f>\"机\"&amp;UNICHAR(23494)&amp;\"★\"</f></c>"),
         {"formula part=xl/worksheets/sheet1.xml sheet=1 row=1 col=1 decoded hidden:not_printed "
          "'机密★'"},
         {NULL}},
        {"X11 local codes",
         ROW("<c r=\"A1\"><f>CHAR(187)&amp;CHAR(250)&amp;char(50140)</f></c>"),
         {"decoded hidden:not_printed '机密'"},
         {NULL}},
        {"string index beyond the table",
         ROW(CS("A1",                                                                                                  "0","99") CS("B1", "0","x")),
         {"没有单元格用到"},
         {NULL}},
        {"X01 hidden row",
         "<row r=\"2\" hidden=\"1\">" CT("A2",                                                                                                   "藏") "</row>" ROW(CT("A3","见")),
         {"row=2 col=1 hidden:cell", "row=3 col=1 {0+3 size=1100} '见'"},
         {NULL}},
        {"X01 height 0",                                                                                         "<row r=\"2\" ht=\"0\">" CT("A2",                                                                                                             "藏") "</row>",{"hidden:cell"},{NULL}},
        {"X02 hidden column",
         "<cols><col min=\"2\" max=\"3\" hidden=\"1\"/><col min=\"5\" max=\"5\" "
         "width=\"0\"/></cols>" ROW(CT("A1",                                                                                                            "见") CT("C1","藏") CT("E1","窄")),
         {"col=3 hidden:cell", "col=5 hidden:cell", "col=1 {0+3 size=1100} '见'"},
         {NULL}},
        {"X05 white",
         ROW(CS("A1",                                            "1","0")),
         {"hidden:no_contrast {0+12 size=1100 fg=16777215 hidden:no_contrast} '共享文字'"},
         {NULL}},
        {"X05 theme",                                                                                           ROW(CS("A1",                                                               "2","0")),{"hidden:no_contrast"},{NULL}},
        {"X05 font = fill",
         ROW(CS("A1","4","0")),
         {"fg=16711680 bg=16711680 bold hei hidden:no_contrast"},
         {NULL}},
        {"white on dark",
         ROW(CS("A1",                                                                                                          "3", "0")),
         {"fg=16777215 bg=128} '共享文字'"},
         {"no_contrast} '共享"}},
        {"white on a pattern",
         ROW(CS("A1",                                                                                                    "12","0")),
         {"fg=16777215} '共享文字'"},
         {"no_contrast} '共享"}},
        {"tinted",                                                                       ROW(CS("A1",                                                                                           "10","0")),{"'共享文字'"},{"no_contrast"}},
        {"tiny",                                                                ROW(CS("A1",                                                                                             "11","0")),{"size=200 hidden:tiny"},{NULL}},
        {"looks",
         ROW(CS("A1",                                                                                           "9",     "0")),
         {"size=1600 fg=16711680 bold centred hei} '共享文字'"},
         {NULL}},
        {"X06 shows nothing",
         ROW(CS("A1",             "5","0")),
         {"hidden:cell {0+12 size=1100} '共享文字'"},
         {NULL}},
        {"X07 words of the format",
         ROW("<c r=\"A1\" s=\"6\"><v>10</v></c>"),
         {"'机密★10年'",
          "formula part=xl/styles.xml hidden:not_printed 'formatCode':'\"机密★\"0\"年\"'"},
         {NULL}},
        {"X07 text section",                                                                            ROW(CS("A1",                                                                                                          "8","0")),                                        {"'密级：共享文字'", "'共享文字'"},{NULL}},
        {"dates are numbers",
         ROW("<c r=\"A1\" s=\"7\"><v>45000</v></c>"),
         {"'45000'"},
         {"'2023年"}},
        {"conditional format's number format",                                                                             "",           {"'formatCode':'\"条件格式\"'"},{NULL}},
        {"cell style",
         "",                                                                                                {"style part=xl/styles.xml hidden:not_printed 'name':'密级样式'"},
         {NULL}},
        {"X03 X04 hidden sheets",
         "", {"sheet=2 row=1 col=1 hidden:sheet", "sheet=3 row=1 col=1 hidden:sheet",
          "sheet_name part=xl/workbook.xml sheet=1 '甲表'", "sheet=3 hidden:sheet '丙表'"},
         {"sheet=1 hidden:sheet"}                                                    },
        {"X09 header",
         "</"
         "sheetData><headerFooter><oddHeader>&amp;L&amp;\"黑体,常规\"&amp;16机&amp;B密★10年&amp;"
         "C第&amp;P页&amp;R&amp;K00FF00绿&amp;&amp;</"
         "oddHeader><firstFooter>页&amp;I脚&amp;S&amp;D</firstFooter></headerFooter><sheetData>",{"header part=xl/worksheets/sheet1.xml sheet=1 {0+3 size=1600 hei} {3+11 size=1600 bold "
          "hei} '机密★10年'",
          "centred} '第页'", "right} '绿&'", "footer part=xl/worksheets/sheet1.xml sheet=1"},
         {NULL}   },
        {"validation",
         "</sheetData><dataValidations><dataValidation prompt=\"提示语\" "
         "error=\"出错\"><formula1>\"秘密,机密\"</formula1></dataValidation></"
         "dataValidations><sheetData>",                                                                                             {"'prompt':'提示语'", "'formula':'\"秘密,机密\"'", "'error':'出错'"},
         {NULL}},
        {"link",
         "</sheetData><hyperlinks><hyperlink ref=\"A1\" display=\"显示文字\" "
         "tooltip=\"提示\"/></hyperlinks><sheetData>",                                                                                                             {"link part=xl/worksheets/sheet1.xml sheet=1 hidden:not_printed 'display':'显示文字'",
          "'tooltip':'提示'"},
         {NULL}},
        {"other attributes",
         "</sheetData><protectedRange name=\"区域名\"/>零散文字<sheetData>",                                                                                                             {"'name':'区域名'", "'零散文字'"},
         {NULL}},
        {"line break in a cell",
         ROW(CT("A1",                                            "机密\n★10年")),
         {"'机密\\n★10年'", "alt=1", "'机密★10年'"},
         {NULL}},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        collect seen;
        collect_init(&seen);
        run_xlsx(&seen, rows[i].rows);
        print_message("row: %s\n", rows[i].name);
        CHECK_HAS(&seen, "doc xlsx root");
        for (size_t k = 0; k < LJ_COUNT_OF(rows[i].wanted) && rows[i].wanted[k] != NULL; k++) {
            CHECK_HAS(&seen, rows[i].wanted[k]);
        }
        for (size_t k = 0; k < LJ_COUNT_OF(rows[i].unwanted) && rows[i].unwanted[k] != NULL; k++) {
            CHECK_HAS_NOT(&seen, rows[i].unwanted[k]);
        }
        CHECK_ROW(rows[i].name, seen.gap_count, 0);
        CHECK_ROW(rows[i].name, seen.examined, seen.size);
        collect_done(&seen);
    }
}

/* With seeds a scan looks for marks only: numbers and formulas without constants are left out, but
 * for whole numbers of the first rows, which may be copy numbers or digits of a mark. */
static void test_xlsx__leaves_numbers_out_when_not_all_is_wanted(void **state)
{
    (void)state;
    for (int all = 0; all < 2; all++) {
        collect seen;
        collect_init(&seen);
        seen.options.wants_all = all == 1;
        text_seeds *seeds = NULL;
        static const lj_str word = {"密", 3};
        assert_int_equal(text_seeds_new(&word, 1, &seeds, NULL), LJ_OK);
        seen.options.seeds = seeds;
        run_xlsx(
            &seen,
            ROW("<c r=\"A1\"><v>000012</v></c><c r=\"C1\"><v>42.42</v></c>"
                "<c r=\"B1\"><f>SUM(A1:A9)</f><v>7</v></c>") "<row r=\"900\">"
                                                             "<c r=\"A900\"><v>4242</v></c></row>");
        assert_int_equal(collect_count(&seen, "'000012'"), 1);
        assert_int_equal(collect_count(&seen, "'42.42'"), all);
        assert_int_equal(collect_count(&seen, "'4242'"), all);
        assert_int_equal(collect_count(&seen, "'SUM(A1:A9)'"), all);
        collect_done(&seen);
        text_seeds_free(seeds);
    }
}

static void test_xlsx__reads_every_part(void **state)
{
    (void)state;
    zip_build zip;
    zip_build_init(&zip);
    ooxml_xlsx_begin(&zip, "甲表\n乙表 hidden",
                     "externalLink externalLinks/externalLink1.xml\npivotCacheDefinition "
                     "pivotCache/pivotCacheDefinition1.xml\n"
                     "person persons/person.xml\nsharedStrings sharedStrings.xml");
    ooxml_part(&zip, "xl/sharedStrings.xml", "sst", "<si><t>第一</t></si>");
    ooxml_sheet(&zip, 1, ROW(CT("A1", "甲")));
    ooxml_sheet(&zip, 2, ROW(CT("A1", "乙")));
    ooxml_rels(
        &zip, "xl/worksheets/sheet2.xml",
        "comments ../comments1.xml\ndrawing ../drawings/drawing1.xml\ntable ../tables/table1.xml\n"
        "threadedComment ../threadedComments/threadedComment1.xml\nvmlDrawing "
        "../drawings/vmlDrawing1.vml");
    ooxml_part(
        &zip, "xl/comments1.xml", "comments",
        "<authors><author>某人</author></authors><commentList><comment ref=\"C4\" "
        "authorId=\"0\"><text><r><t>批</t></r><r><t>注</t></r></text></comment></commentList>");
    ooxml_part(&zip, "xl/threadedComments/threadedComment1.xml", "ThreadedComments",
               "<threadedComment ref=\"D5\" "
               "dT=\"2024-03-01T08:00:00.00\"><text>会话批注</text></threadedComment>");
    ooxml_part(&zip, "xl/persons/person.xml", "personList", "<person displayName=\"另一人\"/>");
    ooxml_part(&zip, "xl/drawings/drawing1.xml", "xdr:wsDr",
               "<xdr:twoCellAnchor><xdr:from><xdr:col>1</xdr:col><xdr:row>2</xdr:row></"
               "xdr:from><xdr:sp><xdr:cNvPr name=\"a\" descr=\"图说明\"/>"
               "<xdr:txBody><a:p><a:r><a:t>绘图</a:t></a:r><a:r><a:t>文字</a:t></a:r></a:p></"
               "xdr:txBody></xdr:sp></xdr:twoCellAnchor>");
    zip_build_text(&zip, "xl/drawings/vmlDrawing1.vml",
                   "<xml xmlns:v=\"urn:schemas-microsoft-com:vml\"><v:shape "
                   "alt=\"形状说明\"><v:textbox><div>按钮<br>文字</div></v:textbox>"
                   "<x:ClientData xmlns:x=\"x\"><x:Anchor>4, 15, "
                   "3</x:Anchor></x:ClientData></v:shape><v:shape><v:textpath "
                   "string=\"艺术字\"/></v:shape></xml>");
    ooxml_part(
        &zip, "xl/tables/table1.xml", "table displayName=\"表格名\" comment=\"表说明\"",
        "<tableColumns><tableColumn name=\"列名\" totalsRowLabel=\"合计行\"/></tableColumns>");
    ooxml_part(
        &zip, "xl/externalLinks/externalLink1.xml", "externalLink",
        "<externalBook><sheetNames><sheetName val=\"外部表\"/></sheetNames><sheetDataSet><row "
        "r=\"3\"><cell r=\"B3\"><v>缓存值</v></cell><cell "
        "r=\"B4\"><v>12</v></cell></row></sheetDataSet></externalBook>");
    ooxml_part(
        &zip, "xl/pivotCache/pivotCacheDefinition1.xml", "pivotCacheDefinition",
        "<cacheField name=\"字段名\"><sharedItems><s v=\"透视值\"/></sharedItems></cacheField>");
    ooxml_part(&zip, "xl/worksheets/old.xml", "worksheet",
               "<sheetData>" ROW(CT("A1", "旧表")) ROW(CS("A2", "0", "0")) "</sheetData>");
    ooxml_part(&zip, "xl/oldStrings.xml", "sst", "<si><r><t>另</t></r><r><t>一表</t></r></si>");
    ooxml_part(&zip, "xl/late.xml", "worksheet",
               "<sheetData>" ROW(CT("A1", "迟到的表")) ROW(CS("A2", "0", "0")) "</sheetData>");
    collect seen;
    collect_init(&seen);
    collect_run(&seen, zip_build_end(&zip, LJ_BYTES(""), false));
    static const char *const wanted[] = {
        "comment part=xl/comments1.xml sheet=2 row=4 col=3 author=某人 hidden:sheet '批注'",
        "comment part=xl/threadedComments/threadedComment1.xml sheet=2",
        "row=5 col=4 hidden:sheet '会话批注'",
        "'displayName':'另一人'",
        "textbox part=xl/drawings/drawing1.xml sheet=2 row=3 col=2 hidden:sheet '绘图文字'",
        "'descr':'图说明'",
        "'形状说明'",
        "按钮\\n文字'",
        "watermark part=xl/drawings/vmlDrawing1.vml",
        "'表格名'",
        "'表说明'",
        "cell part=xl/tables/table1.xml sheet=2 hidden:sheet '列名'",
        "'合计行'",
        "'外部表'",
        "row=3 col=2 hidden:not_printed '缓存值'",
        "cell part=xl/pivotCache/pivotCacheDefinition1.xml hidden:not_printed '透视值'",
        "'name':'字段名'",
        "hidden:unreachable '旧表'",
        "hidden:unreachable '另一表'",
        "hidden:unreachable '迟到的表'",
        "'第一'",
    };
    for (size_t i = 0; i < LJ_COUNT_OF(wanted); i++) {
        CHECK_HAS(&seen, wanted[i]);
    }
    CHECK_HAS_NOT(&seen, "'12'");
    CHECK_HAS_NOT(&seen, "4, 15");
    assert_int_equal(collect_count(&seen, "'第一'"), 1);
    collect_done(&seen);
    zip_build_done(&zip);
}

/* Parts that are not where they should be: what they leave behind must not outlive them. */
static void test_xlsx__survives_tables_in_the_place_of_sheets(void **state)
{
    (void)state;
    zip_build zip;
    zip_build_init(&zip);
    ooxml_xlsx_begin(&zip, "甲表\n乙表\n丙表", "styles styles.xml");
    ooxml_part(&zip, "xl/worksheets/sheet1.xml", "sst", "<si><t>表位置的字符串</t></si>");
    ooxml_part(&zip, "xl/worksheets/sheet2.xml", "styleSheet",
               "<fonts><font/></fonts><cellXfs><xf fontId=\"0\"/></cellXfs>");
    ooxml_part(&zip, "xl/styles.xml", "workbook",
               "<sheets><sheet name=\"另一簿\" r:id=\"rId1\"/></sheets>");
    ooxml_sheet(&zip, 3, ROW(CS("A1", "0", "0") CT("B1", "平常的文字")));
    ooxml_part(&zip, "xl/book2.xml", "workbook", "<sheets><sheet name=\"第三簿\"/></sheets>");
    collect seen;
    collect_init(&seen);
    collect_run(&seen, zip_build_end(&zip, LJ_BYTES(""), false));
    CHECK_HAS(&seen, "'表位置的字符串'");
    CHECK_HAS(&seen, "'平常的文字'");
    CHECK_HAS(&seen, "'另一簿'");
    CHECK_HAS(&seen, "'第三簿'");
    assert_int_equal(seen.gap_count, 0);
    collect_done(&seen);
    zip_build_done(&zip);
}

static void test_xlsx__reads_the_workbook(void **state)
{
    (void)state;
    zip_build zip;
    zip_build_init(&zip);
    zip_build_text(
        &zip, "xl/workbook.xml",
        "<workbook><fileSharing userName=\"某人\"/><definedNames><definedName name=\"名称一\" "
        "comment=\"说明\">Sheet1!$A$1</definedName>"
        "<definedName name=\"_xlnm.Print_Area\">甲表!$A$1</definedName></definedNames></workbook>");
    collect seen;
    collect_init(&seen);
    collect_run(&seen, zip_build_end(&zip, LJ_BYTES(""), false));
    CHECK_HAS(&seen, "'definedName':'名称一'");
    CHECK_HAS(&seen, "formula part=xl/workbook.xml hidden:not_printed '名称一':'Sheet1!$A$1'");
    CHECK_HAS(&seen, "'_xlnm.Print_Area':'甲表!$A$1'");
    CHECK_HAS(&seen, "'comment':'说明'");
    CHECK_HAS(&seen, "'userName':'某人'");
    collect_done(&seen);
    zip_build_done(&zip);
}

/* ---- functions ---- */

static void test_xlsx__renders_formats(void **state)
{
    (void)state;
    static const struct {
        const char *code;
        const char *value;
        bool is_number;
        const char *wanted;
        bool says_words, hides_text, hides_numbers;
    } rows[] = {
        {"\"机密★\"0\"年\"",                   "10",    true,  "机密★10年",          true,  false, false},
        {"机密\\★#,##0.00年",                  "10",    true,  "机密★10年",          true,  false, false},
        {"[红色]\"密\"0_);\"负\"0",             "-5",    true,  "负5",                    true,  false, false},
        {"0;0;\"零值\"",                          "0",     true,  "零值",                  true,  false, false},
        {"@\"号文件\"",                          "5",     false, "5号文件",              true,  false, false},
        {"[$机密-804]0",                          "3",     true,  "机密3",                 true,  false, false},
        {"\"机密\"yyyy\"年\"mm\"月\"dd\"日\"", "45000", true,  "机密2023年03月15日", true,  false,
         false                                                                                                    },
        {"\"x\"yy",                                 "36526", true,  "x00",                     false, false, false},
        {"General\"文\"",                          "7",     true,  "7文",                    true,  false, false},
        {"yyyy\"年\"m\"月\"d\"日\";@",           "1",     true,  "",                        false, false, false},
        {";;;",                                     "1",     true,  "",                        false, true,  true },
        {";;",                                      "1",     true,  "",                        false, false, true },
        {";;;@",                                    "1",     false, "1",                       false, false, true },
        {"0;-0;;@",                                 "1",     true,  "1",                       false, false, false},
        {"General",                                 "1",     true,  "1",                       false, false, false},
        {"0.00_ ",                                  "1",     true,  "1",                       false, false, false},
        {"\"SECRET\"0",                             "1",     true,  "SECRET1",                 true,  false, false},
        {"\"unclosed",                              "1",     true,  "unclosed",                true,  false, false},
        {"\\",                                      "1",     true,  "",                        false, false, false},
        {"",                                        "1",     true,  "",                        false, false, false},
        {"[",                                       "1",     true,  "",                        false, false, false},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        lj_buf out;
        lj_buf_init(&out, NULL, 4096);
        lj_slice code = lj_cstr_bytes(rows[i].code);
        sheet_format_render(code, lj_cstr_str(rows[i].value), rows[i].is_number, &out);
        if (rows[i].wanted[0] != '\0') {
            CHECK_ROW_TEXT(rows[i].code, out.ptr, out.len, rows[i].wanted);
        }
        CHECK_ROW(rows[i].code, sheet_format_says_words(code), rows[i].says_words);
        CHECK_ROW(rows[i].code, sheet_format_hides(code, false), rows[i].hides_text);
        CHECK_ROW(rows[i].code, sheet_format_hides(code, true), rows[i].hides_numbers);
        lj_buf_done(&out);
    }
}

static void test_xlsx__decodes_escapes_and_references(void **state)
{
    (void)state;
    static const struct {
        const char *in;
        const char *wanted;
    } rows[] = {
        {"_x673A__x5BC6_", "机密"          },
        {"a_x000D_b",      "a\nb"            },
        {"_x12",           "_x12"            },
        {"_xZZZZ_",        "_xZZZZ_"         },
        {"_x005F_x673A_",  "_x673A_"         },
        {"_xD840__xDC00_", "\xF0\xA0\x80\x80"},
        {"plain",          "plain"           },
        {"_xD840_",        "\xEF\xBF\xBD"    },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        lj_buf out;
        lj_buf_init(&out, NULL, 4096);
        xlsx_unescape(lj_cstr_str(rows[i].in), &out);
        CHECK_ROW_TEXT(rows[i].in, out.ptr, out.len, rows[i].wanted);
        lj_buf_done(&out);
    }
    static const struct {
        const char *ref;
        bool fits;
        uint32_t row_no, col_no;
    } refs[] = {
        {"A1",         true,  1,       1    },
        {"XFD1048576", true,  1048576, 16384},
        {"b12",        true,  12,      2    },
        {"A",          false, 0,       0    },
        {"1",          false, 0,       0    },
        {"",           false, 0,       0    }
    };
    for (size_t i = 0; i < LJ_COUNT_OF(refs); i++) {
        uint32_t row = 0;
        uint32_t col = 0;
        CHECK_ROW(refs[i].ref, xlsx_cell_ref(lj_cstr_str(refs[i].ref), &row, &col), refs[i].fits);
        CHECK_ROW(refs[i].ref, row, refs[i].row_no);
        CHECK_ROW(refs[i].ref, col, refs[i].col_no);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_xlsx__reads_cells),
        cmocka_unit_test(test_xlsx__leaves_numbers_out_when_not_all_is_wanted),
        cmocka_unit_test(test_xlsx__reads_every_part),
        cmocka_unit_test(test_xlsx__survives_tables_in_the_place_of_sheets),
        cmocka_unit_test(test_xlsx__reads_the_workbook),
        cmocka_unit_test(test_xlsx__renders_formats),
        cmocka_unit_test(test_xlsx__decodes_escapes_and_references),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
