/* SPDX-License-Identifier: AGPL-3.0-or-later
 * OFD: lines out of placed letters, why letters are not seen, and each part of a package, in
 * documents made here. Lines are those of formats/span_dump.h. */
#include "../check.h"
#include "base/num.h"
#include "collect.h"
#include "ofd_build.h"

#define F1 "Font=\"1\" Size=\"4\""

/* What stands on a page, what must be among the lines, what must not (NULL: nothing to add). */
typedef struct page_row {
    const char *name;
    const char *objects;
    const char *wanted[4];
    const char *unwanted[3];
} page_row;

static void end_and_run(zip_build *zip, collect *seen)
{
    collect_init(seen);
    collect_run(seen, zip_build_end(zip, LJ_BYTES(""), false));
    zip_build_done(zip);
}

/* One page with that inside of its Page element. */
static void run_page(collect *seen, const ofd_build *parts, const char *inner)
{
    zip_build zip;
    ofd_build one = *parts;
    one.pages = 1;
    zip_build_init(&zip);
    ofd_begin(&zip, &one);
    ofd_page(&zip, 0, inner);
    end_and_run(&zip, seen);
}

static void check_lines(const collect *seen, const page_row *row)
{
    print_message("row: %s\n", row->name);
    CHECK_HAS(seen, "doc ofd root");
    for (size_t k = 0; k < LJ_COUNT_OF(row->wanted) && row->wanted[k] != NULL; k++) {
        CHECK_HAS(seen, row->wanted[k]);
    }
    for (size_t k = 0; k < LJ_COUNT_OF(row->unwanted) && row->unwanted[k] != NULL; k++) {
        CHECK_HAS_NOT(seen, row->unwanted[k]);
    }
    CHECK_ROW(row->name, seen->examined, seen->size);
}

static void check_pages(const page_row *rows, size_t count)
{
    static const ofd_build parts = {
        .res = "<ofd:DrawParams><ofd:DrawParam ID=\"11\" Relative=\"12\"/><ofd:DrawParam ID=\"12\">"
               "<ofd:FillColor Value=\"255 255 255\"/></ofd:DrawParam>"
               "<ofd:DrawParam ID=\"13\" Relative=\"14\"/><ofd:DrawParam ID=\"14\" "
               "Relative=\"13\"/></ofd:DrawParams>"
               "<ofd:ColorSpaces><ofd:ColorSpace ID=\"21\" Type=\"CMYK\"/></ofd:ColorSpaces>"
               "<ofd:MultiMedias><ofd:MultiMedia ID=\"31\" Type=\"Image\" Format=\"JPEG\">"
               "<ofd:MediaFile>a.jpg</ofd:MediaFile></ofd:MultiMedia><ofd:MultiMedia ID=\"32\" "
               "Type=\"Image\" Format=\"PNG\"><ofd:MediaFile>a.png</ofd:MediaFile></ofd:MultiMedia>"
               "</ofd:MultiMedias>"};
    for (size_t i = 0; i < count; i++) {
        collect seen;
        lj_buf inner;
        lj_buf_init(&inner, NULL, 1 << 20);
        lj_buf_put_cstr(&inner, "<ofd:Content><ofd:Layer ID=\"2\">");
        lj_buf_put_cstr(&inner, rows[i].objects);
        lj_buf_put_cstr(&inner, "</ofd:Layer></ofd:Content>");
        lj_buf_put_u8(&inner, '\0');
        run_page(&seen, &parts, (const char *)inner.ptr);
        check_lines(&seen, &rows[i]);
        CHECK_ROW(rows[i].name, seen.gap_count, 0);
        collect_done(&seen);
        lj_buf_done(&inner);
    }
}

/* ---- lines ---- */

#define LETTER(x, text) OFD_TEXT(x " 50 4 6", F1, OFD_CODE("0", "4", "", text))

static void test_ofd__makes_lines_of_letters(void **state)
{
    (void)state;
    /* the tool does not survive such rows */
    /* clang-format off */
    static const page_row rows[] = {
        {"one code", OFD_LINE("30", "40", "食堂开饭时间"), {"page=1", "'食堂开饭时间'"}, {NULL}},
        {"O03 letters in any order",
         LETTER("42", "开") LETTER("34", "堂") LETTER("46", "饭") LETTER("30", "食") LETTER("38", "的"),
         {"'食堂的开饭'"},
         {NULL}},
        {"O03 offsets: list and groups",
         OFD_TEXT("20 40 150 6", F1, OFD_CODE("0", "4", "4 g 2 4 g 3 2", "时间是1234")),
         {"'时间是1234'"},
         {NULL}},
        {"O03 blanks between Han go, others stay",
         OFD_TEXT("20 40 150 6", F1, OFD_CODE("0", "4", "4 4 4 4", "时 间 a")) OFD_TEXT(
             "20 60 150 6", F1, OFD_CODE("0", "4", "2 2 2 2 2 2", "ab cd ef")),
         {"'时间 a'", "'ab cd ef'"},
         {NULL}},
        {"O03 wide gaps in one code",
         OFD_TEXT("20 40 150 6", F1, OFD_CODE("0", "4", "16 16", "名称栏")),
         {"'名 称 栏'"},
         {NULL}},
        {"cells stay apart",
         OFD_LINE("30", "40", "品名") OFD_LINE("90", "40", "数量"),
         {"'品名'", "'数量'"},
         {"'品名数量'", "'品名 数量'"}},
        {"several lines in one code",
         OFD_TEXT("20 40 150 20", F1,
                  "<ofd:TextCode X=\"0\" Y=\"4\" DeltaX=\"4 4 -8 4 4\" DeltaY=\"0 0 6 0 "
                  "0\">上面行下面行</ofd:TextCode>"),
         {"'上面行'", "'下面行'"},
         {NULL}},
        {"vertical",
         OFD_TEXT("180 40 6 60", F1,
                  "<ofd:TextCode X=\"0\" Y=\"4\" DeltaY=\"g 3 4.2\">竖排文字</ofd:TextCode>"),
         {"'竖排文字'"},
         {NULL}},
        {"turned by a matrix",
         OFD_TEXT("20 40 100 100", F1 " CTM=\"0.7071 0.7071 -0.7071 0.7071 0 0\"",
                  OFD_CODE("0", "4", "g 3 4", "斜着写的")),
         {"'斜着写的'"},
         {NULL}},
        {"scaled by a matrix: 3.6 mm",
         OFD_TEXT("20 40 100 10", "Font=\"1\" Size=\"10.2047\" CTM=\"0.3528 0 0 0.3528 0 0\"",
                  OFD_CODE("0", "10", "g 3 10.2", "缩小的字")),
         {"size=1021 ", "'缩小的字'"},
         {NULL}},
        {"no offsets at all",
         OFD_TEXT("20 40 100 10", F1, "<ofd:TextCode X=\"0\" Y=\"4\">没有间距ok</ofd:TextCode>"),
         {"'没有间距ok'"},
         {NULL}},
        {"quotes and stars are square",
         OFD_TEXT("20 40 100 10", F1, OFD_CODE("0", "4", "g 9 4", "是“引号”★和—")) OFD_TEXT(
             "20 60 100 10", F1, OFD_CODE("0", "4", "4 2 2 4", "“ab”止")),
         {"'是“引号”★和—'", "'“ab”止'"},
         {NULL}},
        {"two codes of one object",
         OFD_TEXT("20 40 100 20", F1,
                  OFD_CODE("0", "4", "4", "前半") OFD_CODE("8", "4", "4", "后半")),
         {"'前半后半'"},
         {NULL}},
        {"pretty printed code",
         OFD_TEXT("20 40 100 10", F1, "<ofd:TextCode X=\"0\" Y=\"4\" DeltaX=\"4\">\n   整齐\n  "
                                      "</ofd:TextCode>"),
         {"'整齐'"},
         {NULL}},
        {"rare letter, reference, CDATA",
         OFD_TEXT("20 40 100 10", F1, OFD_CODE("0", "4", "4 4 2 2", "&#x5bc6;𠀀<![CDATA[<&]]>")),
         {"'密𠀀<&'"},
         {NULL}},
        {"drawn twice to be bold",
         OFD_LINE("30", "40", "重影") OFD_LINE("30", "60", "别的") LETTER("30", "重") LETTER("30.1", "重"),
         {"'重影'", "'重'"},
         {"'重重'"}},
        {"code without an object", OFD_CODE("0", "4", "4", "无主"), {"body part=", "'无主'"}, {NULL}},
        {"blocks in blocks",
         "<ofd:PageBlock><ofd:PageBlock><ofd:PageBlock>" OFD_LINE(
             "30", "40", "深处") "</ofd:PageBlock></ofd:PageBlock></ofd:PageBlock>",
         {"page=1", "'深处'"},
         {NULL}},
        {"object in a pattern",
         "<ofd:PathObject Boundary=\"10 10 50 50\" Fill=\"true\"><ofd:FillColor><ofd:Pattern><ofd:"
         "CellContent>" OFD_LINE("0", "10",
                                 "底纹") "</ofd:CellContent></ofd:Pattern></ofd:FillColor><ofd:"
                                         "AbbreviatedData>M 0 0 L 1 1</ofd:AbbreviatedData></"
                                         "ofd:PathObject>",
         {"page=1", "'底纹'"},
         {NULL}},
        {"text used as a clip",
         "<ofd:ImageObject Boundary=\"10 10 50 50\"><ofd:Clips><ofd:Clip><ofd:Area><ofd:Text "
         "Boundary=\"10 10 90 10\" " F1 ">" OFD_CODE("0", "4", "4", "镂空") "</ofd:Text></ofd:"
                                                                            "Area></ofd:Clip></"
                                                                            "ofd:Clips></"
                                                                            "ofd:ImageObject>",
         {"'镂空'"},
         {NULL}},
        {"link, comment, words of vendors",
         OFD_LINE("30", "40", "正文") "<!-- 批注文字 --><ofd:Actions><ofd:Action Event=\"CLICK\"><ofd:URI "
                                      "URI=\"http://example.com/食堂\"/></ofd:Action></ofd:Actions>"
                                      "<x:Mark 等级=\"三级\">厂商文字</x:Mark>",
         {"link part=", "comment part=", "'等级':'三级'", "'厂商文字'"},
         {NULL}},
    };
    /* clang-format on */
    check_pages(rows, LJ_COUNT_OF(rows));
}

static void test_ofd__tells_how_letters_look(void **state)
{
    (void)state;
    /* the tool does not survive such rows */
    /* clang-format off */
    static const page_row rows[] = {
        {"black face, 4 mm", OFD_TEXT("30 40 90 8", "Font=\"2\" Size=\"4\"", OFD_CODE("0", "4", "4", "黑体")),
         {"{0+6 size=1134 fg=0 bg=16777215 hei} '黑体'"},
         {NULL}},
        {"bold, italic, red",
         OFD_TEXT("30 40 90 8", F1 " Weight=\"700\" Italic=\"true\"",
                  OFD_FILL("255 0 0") OFD_CODE("0", "4", "4", "红字")),
         {"fg=16711680", "bold", "italic"},
         {NULL}},
        {"color behind the code",
         OFD_TEXT("30 40 90 8", F1, OFD_CODE("0", "4", "4", "后色") OFD_FILL("0 0 255")),
         {"fg=255 "},
         {NULL}},
        {"hexadecimal color", OFD_TEXT("30 40 90 8", F1, OFD_FILL("#FF #80 #00") OFD_CODE("0", "4", "4", "橙")),
         {"fg=16744448"},
         {NULL}},
        {"gray", OFD_TEXT("30 40 90 8", F1, OFD_FILL("128") OFD_CODE("0", "4", "4", "灰")), {"fg=8421504"}, {NULL}},
        {"CMYK",
         OFD_TEXT("30 40 90 8", F1,
                  "<ofd:FillColor ColorSpace=\"21\" Value=\"0 255 255 0\"/>" OFD_CODE("0", "4", "4", "红")),
         {"fg=16711680"},
         {NULL}},
        {"shaded: not known",
         OFD_TEXT("30 40 90 8", F1,
                  "<ofd:FillColor><ofd:AxialShd/></ofd:FillColor>" OFD_CODE("0", "4", "4", "渐变")),
         {"'渐变'"},
         {"fg="}},
        {"centred", OFD_TEXT("93 40 30 8", F1, OFD_CODE("0", "4", "g 5 4", "居中的标题字")), {"centred"}, {NULL}},
        {"parts of a line keep their looks",
         OFD_LINE("30", "40", "密级") OFD_TEXT("38 40 30 6", "Font=\"2\" Size=\"4\"",
                                               OFD_CODE("0", "4", "4", "内部")),
         {"{0+6 size=1134 fg=0 bg=16777215} {6+6 size=1134 fg=0 bg=16777215 hei} '密级内部'"},
         {NULL}},
    };
    /* clang-format on */
    check_pages(rows, LJ_COUNT_OF(rows));
}

/* ---- what is not seen, each with its innocent twin ---- */

#define WHITE OFD_FILL("255 255 255")

static void test_ofd__says_why_text_is_not_seen(void **state)
{
    (void)state;
    /* the tool does not survive such rows */
    /* clang-format off */
    static const page_row rows[] = {
        {"O11 white", OFD_TEXT("30 40 90 8", F1, WHITE OFD_CODE("0", "4", "4", "白字")),
         {"hidden:no_contrast"},
         {NULL}},
        {"O11 white through drawing parameters",
         OFD_TEXT("30 40 90 8", F1 " DrawParam=\"11\"", OFD_CODE("0", "4", "4", "白字")),
         {"hidden:no_contrast"},
         {NULL}},
        {"drawing parameters in a circle",
         OFD_TEXT("30 40 90 8", F1 " DrawParam=\"13\"", OFD_CODE("0", "4", "4", "黑字")),
         {"fg=0 "},
         {"hidden:no_contrast"}},
        {"white on a dark ground",
         OFD_RECT("20 30 100 30", "100", "30", "0 0 128") OFD_TEXT(
             "30 40 90 8", F1, WHITE OFD_CODE("0", "4", "4", "白字")),
         {"bg=128"},
         {"hidden:no_contrast"}},
        {"white on a banner with round corners",
         "<ofd:PathObject Boundary=\"20 30 100 30\" Fill=\"true\">" OFD_FILL(
             "0 0 128") "<ofd:AbbreviatedData>M 0 5 B 0 0 0 0 5 0 L 95 0 L 100 30 L 0 30 "
                        "C</ofd:AbbreviatedData></ofd:PathObject>" OFD_TEXT("30 40 90 8", F1,
                                                                            WHITE OFD_CODE(
                                                                                "0", "4", "4",
                                                                                "白字")),
         {"'白字'"},
         {"hidden:no_contrast", "bg="}},
        {"white on a picture",
         "<ofd:ImageObject Boundary=\"20 30 100 30\" CTM=\"100 0 0 30 0 0\" "
         "ResourceID=\"32\"/>" OFD_TEXT("30 40 90 8", F1, WHITE OFD_CODE("0", "4", "4", "白字")),
         {"'白字'"},
         {"hidden:no_contrast"}},
        {"O02 object", OFD_TEXT("30 40 90 8", F1 " Visible=\"false\"", OFD_CODE("0", "4", "4", "藏字")),
         {"hidden:vanish"},
         {NULL}},
        {"O02 block",
         "<ofd:PageBlock Visible=\"false\">" OFD_LINE("30", "40", "藏字") "</ofd:PageBlock>" OFD_LINE(
             "30", "80", "显字"),
         {"hidden:vanish} '藏字'", "bg=16777215} '显字'"},
         {NULL}},
        {"O02 alpha of the object", OFD_TEXT("30 40 90 8", F1 " Alpha=\"0\"", OFD_CODE("0", "4", "4", "透明")),
         {"hidden:invisible"},
         {NULL}},
        {"O02 alpha of the color",
         OFD_TEXT("30 40 90 8", F1,
                  "<ofd:FillColor Value=\"0 0 0\" Alpha=\"0\"/>" OFD_CODE("0", "4", "4", "透明")),
         {"hidden:invisible"},
         {NULL}},
        {"faint but there", OFD_TEXT("30 40 90 8", F1 " Alpha=\"60\"", OFD_CODE("0", "4", "4", "水印")),
         {"'水印'"},
         {"hidden:invisible"}},
        {"O02 not filled", OFD_TEXT("30 40 90 8", F1 " Fill=\"false\"", OFD_CODE("0", "4", "4", "空心")),
         {"hidden:invisible"},
         {NULL}},
        {"outlined",
         OFD_TEXT("30 40 90 8", F1 " Fill=\"false\" Stroke=\"true\"", OFD_CODE("0", "4", "4", "空心")),
         {"'空心'"},
         {"hidden:invisible"}},
        {"O11 off the page", OFD_LINE("30", "400", "页外"), {"hidden:off_page"}, {NULL}},
        {"at the edge", OFD_LINE("30", "291", "页边"), {"'页边'"}, {"hidden:off_page"}},
        {"tiny", OFD_TEXT("30 40 90 8", "Font=\"1\" Size=\"0.7\"", OFD_CODE("0", "4", "0.7", "小字")),
         {"hidden:tiny"},
         {NULL}},
        {"small but readable",
         OFD_TEXT("30 40 90 8", "Font=\"1\" Size=\"1.5\"", OFD_CODE("0", "4", "1.5", "小字")),
         {"'小字'"},
         {"hidden:tiny"}},
        {"tiny through a matrix",
         OFD_TEXT("30 40 90 8", F1 " CTM=\"0.1 0 0 0.1 0 0\"", OFD_CODE("0", "4", "4", "小字")),
         {"hidden:tiny"},
         {NULL}},
        {"outside of its own box",
         OFD_TEXT("30 40 10 6", F1, OFD_CODE("60", "4", "4", "框外")),
         {"hidden:clipped"},
         {NULL}},
        {"sticks out of its box a little",
         OFD_TEXT("30 40 10 2", F1, OFD_CODE("8", "4", "4", "框边")),
         {"'框边'"},
         {"hidden:clipped"}},
        {"covered by a rectangle",
         OFD_LINE("30", "40", "被盖住的字") OFD_RECT("20 30 170 30", "170", "30", "255 255 255"),
         {"hidden:covered"},
         {NULL}},
        {"covered by a photograph",
         OFD_LINE("30", "40", "被盖住的字") "<ofd:ImageObject Boundary=\"20 30 170 30\" CTM=\"170 0 0 30 "
                                            "0 0\" ResourceID=\"31\"/>",
         {"hidden:covered"},
         {NULL}},
        {"below a picture that may be transparent",
         OFD_LINE("30", "40", "没盖住的字") "<ofd:ImageObject Boundary=\"20 30 170 30\" CTM=\"170 0 0 30 "
                                            "0 0\" ResourceID=\"32\"/>",
         {"'没盖住的字'"},
         {"hidden:covered"}},
        {"rectangle below the text",
         OFD_RECT("20 30 170 30", "170", "30", "255 255 0") OFD_LINE("30", "40", "没盖住的字"),
         {"bg=16776960"},
         {"hidden:covered"}},
        {"rectangle beside the text",
         OFD_LINE("30", "40", "没盖住的字") OFD_RECT("20 80 170 30", "170", "30", "255 255 255"),
         {"'没盖住的字'"},
         {"hidden:covered"}},
        {"half transparent rectangle",
         OFD_LINE("30", "40", "没盖住的字") "<ofd:PathObject Boundary=\"20 30 170 30\" Fill=\"true\" "
                                            "Alpha=\"128\">" OFD_FILL(
                                                "0 0 0") "<ofd:AbbreviatedData>M 0 0 L 170 0 L 170 30 "
                                                         "L 0 30 C</ofd:AbbreviatedData></ofd:"
                                                         "PathObject>",
         {"'没盖住的字'"},
         {"hidden:covered"}},
        {"rectangle that is only an outline",
         OFD_LINE("30", "40", "没盖住的字") "<ofd:PathObject Boundary=\"20 30 170 30\">" OFD_FILL(
             "0 0 0") "<ofd:AbbreviatedData>M 0 0 L 170 0 L 170 30 L 0 30 "
                      "C</ofd:AbbreviatedData></ofd:PathObject>",
         {"'没盖住的字'"},
         {"hidden:covered"}},
        {"path with more points than a rectangle",
         OFD_LINE("30", "40", "没盖住的字") "<ofd:PathObject Boundary=\"20 30 170 30\" Fill=\"true\">" OFD_FILL(
             "0 0 0") "<ofd:AbbreviatedData>M 0 0 L 170 0 L 170 30 L 0 30 L 0 20 L 0 10 L 0 5 L 0 2 "
                      "C</ofd:AbbreviatedData></ofd:PathObject>",
         {"'没盖住的字'"},
         {"hidden:covered"}},
        {"path of two rectangles",
         OFD_LINE("30", "40", "没盖住的字") "<ofd:PathObject Boundary=\"20 30 170 30\" Fill=\"true\">" OFD_FILL(
             "0 0 0") "<ofd:AbbreviatedData>M 0 0 L 170 0 M 170 30 L 0 30 "
                      "C</ofd:AbbreviatedData></ofd:PathObject>",
         {"'没盖住的字'"},
         {"hidden:covered"}},
        {"slanted quadrangle",
         OFD_LINE("30", "40", "没盖住的字") "<ofd:PathObject Boundary=\"20 30 170 30\" Fill=\"true\">" OFD_FILL(
             "0 0 0") "<ofd:AbbreviatedData>M 0 0 L 170 5 L 170 30 L 0 25 "
                      "C</ofd:AbbreviatedData></ofd:PathObject>",
         {"'没盖住的字'"},
         {"hidden:covered"}},
        {"rectangle cut down by its box",
         OFD_LINE("30", "40", "没盖住的字") "<ofd:PathObject Boundary=\"20 30 5 30\" Fill=\"true\">" OFD_FILL(
             "0 0 0") "<ofd:AbbreviatedData>M 0 0 L 170 0 L 170 30 L 0 30 "
                      "C</ofd:AbbreviatedData></ofd:PathObject>",
         {"'没盖住的字'"},
         {"hidden:covered"}},
    };
    /* clang-format on */
    check_pages(rows, LJ_COUNT_OF(rows));
}

static void test_ofd__measures_by_the_box_of_the_page(void **state)
{
    (void)state;
    static const ofd_build parts = {0};
    collect seen;
    /* a box that begins elsewhere: what stands in it is on the page */
    run_page(&seen, &parts,
             "<ofd:Area><ofd:PhysicalBox>300 300 100 "
             "100</ofd:PhysicalBox></ofd:Area>" OFD_CONTENT(OFD_LINE("310", "310", "页内文字")
                                                                OFD_LINE("30", "40", "页外文字")));
    CHECK_HAS(&seen, "bg=16777215} '页内文字'");
    CHECK_HAS(&seen, "hidden:off_page} '页外文字'");
    CHECK_HAS(&seen, "left=2834 top=2970 ");
    collect_done(&seen);
}

/* ---- templates ---- */

#define RED_HEAD                                                                                   \
    OFD_TEXT("50 30 120 15", "Font=\"1\" Size=\"10\"",                                             \
             OFD_FILL("255 0 0") OFD_CODE("0", "10", "g 9 10", "示例县测试局文件"))

static void put_templates(zip_build *zip, const char *common, unsigned pages)
{
    zip_build_init(zip);
    ofd_begin(zip, &(ofd_build){.common = common, .pages = pages});
}

static void test_ofd__joins_templates_and_pages(void **state)
{
    (void)state;
    zip_build zip;
    collect seen;
    put_templates(&zip, "<ofd:TemplatePage ID=\"7\" BaseLoc=\"Tpls/Tpl_0/Content.xml\"/>", 2);
    ofd_part(&zip, "Doc_0/Tpls/Tpl_0/Content.xml", "Page",
             OFD_CONTENT(RED_HEAD OFD_LINE("30", "60", "密级：")));
    ofd_page(&zip, 0,
             "<ofd:Template TemplateID=\"7\" ZOrder=\"Background\"/>" OFD_CONTENT(
                 OFD_LINE("42", "60", "内部") OFD_LINE("30", "90", "第一页正文")));
    ofd_page(&zip, 1,
             OFD_CONTENT(OFD_LINE("42", "60", "公开")
                             OFD_LINE("30", "90", "第二页正文")) "<ofd:Template "
                                                                 "TemplateID="
                                                                 "\"7\"/>");
    end_and_run(&zip, &seen);
    CHECK_HAS(&seen, "master part=Doc_0/Pages/Page_0/Content.xml page=1");
    assert_int_equal(collect_count(&seen, "'示例县测试局文件'"), 1); /* told once */
    CHECK_HAS(&seen, "body part=Doc_0/Pages/Page_0/Content.xml page=1");
    CHECK_HAS(&seen, "'密级：内部'"); /* label on the template, value on the page */
    CHECK_HAS(&seen, "'密级：公开'"); /* also on the second page, and though it is placed late */
    CHECK_HAS_NOT(&seen, "unreachable");
    assert_int_equal(seen.gap_count, 0);
    assert_int_equal(seen.examined, seen.size);
    collect_done(&seen);
}

static void test_ofd__puts_foreground_templates_above(void **state)
{
    (void)state;
    for (int is_front = 0; is_front <= 1; is_front++) {
        zip_build zip;
        collect seen;
        put_templates(&zip, "<ofd:TemplatePage ID=\"7\" BaseLoc=\"Tpls/Tpl_0/Content.xml\"/>", 1);
        ofd_part(&zip, "Doc_0/Tpls/Tpl_0/Content.xml", "Page",
                 OFD_CONTENT(OFD_RECT("20 30 170 30", "170", "30", "255 255 255")));
        ofd_page(
            &zip, 0,
            is_front != 0
                ? "<ofd:Template TemplateID=\"7\" ZOrder=\"Foreground\"/>" OFD_CONTENT(
                      OFD_LINE("30", "40", "下面的字"))
                : "<ofd:Template TemplateID=\"7\"/>" OFD_CONTENT(OFD_LINE("30", "40", "上面的字")));
        end_and_run(&zip, &seen);
        assert_int_equal(collect_count(&seen, "hidden:covered"), is_front);
        collect_done(&seen);
    }
}

static void test_ofd__survives_bad_templates(void **state)
{
    (void)state;
    zip_build zip;
    collect seen;
    /* 7 and 8 use each other, 9 is not there, nobody uses 10 */
    put_templates(&zip,
                  "<ofd:TemplatePage ID=\"7\" BaseLoc=\"T7.xml\"/><ofd:TemplatePage ID=\"8\" "
                  "BaseLoc=\"T8.xml\"/><ofd:TemplatePage ID=\"9\" BaseLoc=\"T9.xml\"/>"
                  "<ofd:TemplatePage ID=\"10\" BaseLoc=\"T10.xml\"/>",
                  1);
    ofd_part(&zip, "Doc_0/T7.xml", "Page",
             "<ofd:Template TemplateID=\"8\"/>" OFD_CONTENT(OFD_LINE("30", "40", "七号模板")));
    ofd_part(&zip, "Doc_0/T8.xml", "Page",
             "<ofd:Template TemplateID=\"7\"/>" OFD_CONTENT(OFD_LINE("30", "60", "八号模板")));
    ofd_part(&zip, "Doc_0/T10.xml", "Page", OFD_CONTENT(OFD_LINE("30", "60", "十号模板")));
    ofd_page(&zip, 0,
             "<ofd:Template TemplateID=\"7\"/><ofd:Template TemplateID=\"9\"/><ofd:Template "
             "TemplateID=\"99\"/>" OFD_CONTENT(OFD_LINE("30", "90", "正文还在")));
    end_and_run(&zip, &seen);
    CHECK_HAS(&seen, "'七号模板'");
    CHECK_HAS(&seen, "'八号模板'");
    assert_int_equal(collect_count(&seen, "'七号模板'"), 1);
    CHECK_HAS(&seen, "'正文还在'");
    CHECK_HAS(&seen, "hidden:not_printed {0+12 size=1134 fg=0 bg=16777215} '十号模板'");
    assert_true(collect_has_gap(&seen, GAP_DAMAGED, "cycle"));
    assert_true(collect_has_gap(&seen, GAP_DAMAGED, "template"));
    collect_done(&seen);
}

/* A template with more letters than are recorded: all of its text comes out, and so do pages. */
static void test_ofd__template_beyond_the_pool_is_told_in_pieces(void **state)
{
    (void)state;
    zip_build zip;
    collect seen;
    lj_buf inner;
    lj_buf_init(&inner, NULL, 64 << 20);
    lj_buf_put_cstr(&inner, "<ofd:Content><ofd:Layer>");
    for (unsigned i = 0; i < 3000; i++) { /* of ten letters each */
        lj_buf_put_cstr(&inner, "<ofd:TextObject Boundary=\"30 40 90 6\" " F1 "><ofd:TextCode "
                                "X=\"0\" Y=\"4\" DeltaX=\"g 9 4\">一二三四五六");
        lj_buf_put_dec(&inner, 1000 + i);
        lj_buf_put_cstr(&inner, "</ofd:TextCode></ofd:TextObject>");
    }
    lj_buf_put_cstr(&inner, "</ofd:Layer></ofd:Content>");
    lj_buf_put_u8(&inner, '\0');
    put_templates(&zip, "<ofd:TemplatePage ID=\"7\" BaseLoc=\"T7.xml\"/>", 1);
    ofd_part(&zip, "Doc_0/T7.xml", "Page", (const char *)inner.ptr);
    ofd_page(&zip, 0,
             "<ofd:Template TemplateID=\"7\"/>" OFD_CONTENT(OFD_LINE("30", "90", "正文还在")));
    end_and_run(&zip, &seen);
    CHECK_HAS(&seen, "master part=Doc_0/T7.xml '一二三四五六3999'");
    CHECK_HAS(&seen, "'正文还在'");
    assert_int_equal(seen.gap_count, 0);
    lj_buf_done(&inner);
    collect_done(&seen);
}

/* ---- composite units ---- */

#define UNIT(id, inner)                                                                            \
    "<ofd:CompositeGraphicUnit ID=\"" id "\" Width=\"50\" Height=\"20\"><ofd:Content>" inner       \
    "</ofd:Content></ofd:CompositeGraphicUnit>"
#define USE(id, ctm)                                                                               \
    "<ofd:CompositeObject Boundary=\"10 10 100 100\" CTM=\"" ctm "\" ResourceID=\"" id "\"/>"

static void test_ofd__places_composite_units(void **state)
{
    (void)state;
    static const ofd_build parts = {
        .res = "<ofd:CompositeGraphicUnits>" UNIT("51", OFD_LINE("0", "0", "组合文字"))
            UNIT("52", USE("51", "2 0 0 2 0 0") OFD_LINE("0", "40", "外层文字"))
                UNIT("53", USE("54", "1 0 0 1 0 0") OFD_LINE("0", "0", "三号"))
                    UNIT("54", USE("53", "1 0 0 1 0 0") OFD_LINE("0", "20", "四号"))
                        UNIT("55", OFD_LINE("0", "0", "没人用的")) "</ofd:CompositeGraphicUnits>"};
    collect seen;
    run_page(&seen, &parts, OFD_CONTENT(USE("51", "1 0 0 1 0 0")));
    CHECK_HAS(&seen, "{0+12 size=1134 fg=0 bg=16777215} '组合文字'");
    CHECK_HAS(&seen, "left=2834 top=2970 ");
    CHECK_HAS(&seen, "hidden:not_printed {0+12 size=1134 fg=0 bg=16777215} '没人用的'");
    assert_int_equal(seen.gap_count, 0);
    collect_done(&seen);
    /* a unit inside of a unit, twice as large; one that is not shown */
    run_page(&seen, &parts,
             OFD_CONTENT(USE("52", "1 0 0 1 0 0") "<ofd:CompositeObject Boundary=\"10 200 90 9\" "
                                                  "Visible=\"false\" ResourceID=\"51\"/>"));
    CHECK_HAS(&seen, "{0+12 size=2268 fg=0 bg=16777215} '组合文字'");
    CHECK_HAS(&seen, "hidden:vanish} '组合文字'");
    CHECK_HAS(&seen, "'外层文字'");
    collect_done(&seen);
    /* two that use each other */
    run_page(&seen, &parts, OFD_CONTENT(USE("53", "1 0 0 1 0 0")));
    CHECK_HAS(&seen, "'三号'");
    CHECK_HAS(&seen, "'四号'");
    assert_true(collect_has_gap(&seen, GAP_DAMAGED, "cycle"));
    collect_done(&seen);
}

/* Units nested to the limit and one deeper: unit 100 + i uses 101 + i. */
static void test_ofd__nests_units_to_the_limit(void **state)
{
    (void)state;
    for (unsigned depth = 15; depth <= 17; depth++) {
        collect seen;
        lj_buf res;
        lj_buf_init(&res, NULL, 1 << 20);
        for (unsigned i = 0; i < depth; i++) {
            lj_buf_put_cstr(&res, "<ofd:CompositeGraphicUnit ID=\"");
            lj_buf_put_dec(&res, 100 + i);
            lj_buf_put_cstr(&res, "\"><ofd:Content>");
            if (i + 1 < depth) {
                lj_buf_put_cstr(&res, "<ofd:CompositeObject ResourceID=\"");
                lj_buf_put_dec(&res, 101 + i);
                lj_buf_put_cstr(&res, "\"/>");
            } else {
                lj_buf_put_cstr(&res, OFD_LINE("30", "30", "最里面"));
            }
            lj_buf_put_cstr(&res, "</ofd:Content></ofd:CompositeGraphicUnit>");
        }
        lj_buf_put_u8(&res, '\0');
        run_page(&seen, &(ofd_build){.res = (const char *)res.ptr},
                 OFD_CONTENT("<ofd:CompositeObject ResourceID=\"100\"/>"));
        assert_int_equal(collect_count(&seen, "page=1"), depth <= 16 ? 1 : 0);
        assert_int_equal(collect_has_gap(&seen, GAP_DAMAGED, "cycle"), depth > 16);
        CHECK_HAS(&seen, "'最里面'"); /* too deep: told as a unit that nobody uses */
        lj_buf_done(&res);
        collect_done(&seen);
    }
}

/* ---- objects at their limits ---- */

static void test_ofd__holds_codes_and_objects_to_the_limit(void **state)
{
    (void)state;
    for (unsigned count = 255; count <= 257; count++) { /* OFD_CODES */
        collect seen;
        lj_buf inner;
        lj_buf_init(&inner, NULL, 1 << 20);
        lj_buf_put_cstr(&inner, "<ofd:Content><ofd:Layer><ofd:TextObject Boundary=\"10 10 90 "
                                "280\" " F1 ">");
        for (unsigned i = 0; i < count; i++) {
            lj_buf_put_cstr(&inner, "<ofd:TextCode X=\"0\" Y=\"");
            lj_buf_put_dec(&inner, i);
            lj_buf_put_cstr(&inner, "\" DeltaX=\"2 2 2\">");
            lj_buf_put_dec(&inner, 5000 + i);
            lj_buf_put_cstr(&inner, "</ofd:TextCode>");
        }
        lj_buf_put_cstr(&inner, "</ofd:TextObject></ofd:Layer></ofd:Content>");
        lj_buf_put_u8(&inner, '\0');
        run_page(&seen, &(ofd_build){0}, (const char *)inner.ptr);
        assert_int_equal(collect_count(&seen, "body part="), count);
        CHECK_HAS(&seen, "'5000'");
        CHECK_HAS(&seen, "'5254'");
        assert_int_equal(seen.gap_count, 0);
        lj_buf_done(&inner);
        collect_done(&seen);
    }
    for (unsigned depth = 7; depth <= 9; depth++) { /* OFD_OBJECTS: the text is the innermost */
        collect seen;
        lj_buf inner;
        lj_buf_init(&inner, NULL, 1 << 20);
        lj_buf_put_cstr(&inner, "<ofd:Content><ofd:Layer>");
        for (unsigned i = 0; i + 1 < depth; i++) {
            lj_buf_put_cstr(&inner, "<ofd:PathObject Boundary=\"1 1 90 90\"><ofd:FillColor>");
        }
        lj_buf_put_cstr(&inner, OFD_LINE("10", "10", "套在里面"));
        for (unsigned i = 0; i + 1 < depth; i++) {
            lj_buf_put_cstr(&inner, "</ofd:FillColor></ofd:PathObject>");
        }
        lj_buf_put_cstr(&inner, OFD_LINE("10", "200", "后面的"));
        lj_buf_put_cstr(&inner, "</ofd:Layer></ofd:Content>");
        lj_buf_put_u8(&inner, '\0');
        run_page(&seen, &(ofd_build){0}, (const char *)inner.ptr);
        CHECK_HAS(&seen, "'套在里面'");
        /* the eighth still has a place, the ninth has none */
        assert_int_equal(collect_count(&seen, "size=1134"), depth <= 8 ? 2 : 1);
        CHECK_HAS(&seen, "{0+9 size=1134 fg=0 bg=16777215} '后面的'");
        lj_buf_done(&inner);
        collect_done(&seen);
    }
}

static void test_ofd__private_letters_are_a_gap(void **state)
{
    (void)state;
    collect seen;
    run_page(&seen, &(ofd_build){0}, OFD_CONTENT(OFD_LINE("10", "10", "\xEE\x97\xA5字")));
    assert_int_equal(seen.gap_count, 0); /* one may be a bullet */
    collect_done(&seen);
    run_page(&seen, &(ofd_build){0},
             OFD_CONTENT(OFD_LINE("10", "10", "\xEE\x97\xA5\xEE\x97\xA6字")));
    assert_true(collect_has_gap(&seen, GAP_NO_TEXT_MAP, NULL));
    collect_done(&seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ofd__makes_lines_of_letters),
        cmocka_unit_test(test_ofd__tells_how_letters_look),
        cmocka_unit_test(test_ofd__says_why_text_is_not_seen),
        cmocka_unit_test(test_ofd__measures_by_the_box_of_the_page),
        cmocka_unit_test(test_ofd__joins_templates_and_pages),
        cmocka_unit_test(test_ofd__puts_foreground_templates_above),
        cmocka_unit_test(test_ofd__survives_bad_templates),
        cmocka_unit_test(test_ofd__template_beyond_the_pool_is_told_in_pieces),
        cmocka_unit_test(test_ofd__places_composite_units),
        cmocka_unit_test(test_ofd__nests_units_to_the_limit),
        cmocka_unit_test(test_ofd__holds_codes_and_objects_to_the_limit),
        cmocka_unit_test(test_ofd__private_letters_are_a_gap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
