/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Presentations: each construct of table P of hidden-marks, in a package made here. Lines are those
 * of formats/span_dump.h. A slide is 10 by 7.5 inches. */
#include "../check.h"
#include "base/num.h"
#include "collect.h"
#include "ooxml_build.h"

#define RUN(props, text) "<a:r><a:rPr" props "</a:rPr><a:t>" text "</a:t></a:r>"
#define PARA(text)       "<a:p>" RUN(">", text) "</a:p>"
#define BOX(x, y, cx, cy, fill)                                                                    \
    "<p:spPr><a:xfrm><a:off x=\"" x "\" y=\"" y "\"/><a:ext cx=\"" cx "\" cy=\"" cy                \
    "\"/></a:xfrm>" fill "</p:spPr>"
#define SHAPE(head, body) "<p:sp><p:nvSpPr>" head "</p:nvSpPr>" body "</p:sp>"
#define TEXT(paras)                                                                                \
    "<p:txBody><a:bodyPr/><a:lstStyle><a:lvl1pPr><a:defRPr "                                       \
    "sz=\"100\"/></a:lvl1pPr></a:lstStyle>" paras "</p:txBody>"
#define NAVY  "<a:solidFill><a:srgbClr val=\"000080\"/></a:solidFill>"
#define WHITE "<a:solidFill><a:srgbClr val=\"FFFFFF\"/></a:solidFill>"

typedef struct slide_row {
    const char *name;
    const char *attrs;
    const char *shapes;
    const char *wanted[3];
    const char *unwanted[2];
} slide_row;

static void run_pptx(collect *seen, const char *attrs, const char *shapes)
{
    zip_build zip;
    zip_build_init(&zip);
    ooxml_pptx_begin(&zip, 2, "");
    ooxml_slide(&zip, 1, "", SHAPE("", TEXT(PARA("首页文字"))));
    ooxml_slide(&zip, 2, attrs, shapes);
    collect_run(seen, zip_build_end(&zip, LJ_BYTES(""), false));
    zip_build_done(&zip);
}

static void test_pptx__reads_slides(void **state)
{
    (void)state;
#define ON "part=ppt/slides/slide2.xml page=2 "
    static const slide_row rows[] = {
        {"runs are joined",
         "",                                                                                       SHAPE("",                                                               TEXT("<a:p>" RUN(">",                                                                                                  "机")
                            RUN(">",                                                                                                                                                                                                                                                                                                                                                "密★") "<a:fld><a:rPr/><a:t>10年</a:t></a:fld></a:p>")),
         {"body " ON "'机密★10年'"},
         {NULL}},
        {"line break",
         "",                                                                                   SHAPE("",                                                                                                                                                         TEXT("<a:p>" RUN(">",                                                                                                                                                                                                                                                                   "机密") "<a:br/>" RUN(">",                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                        "★10年") "</a:p>")),
         {"'机密\\n★10年'", "'机密★10年'"},
         {NULL}},
        {"title",
         "",                                       SHAPE("<p:nvPr><p:ph type=\"ctrTitle\"/></p:nvPr>",TEXT(PARA("标题")))
             SHAPE("",                                                                                                                                                                                                                                             TEXT(PARA("正文"))),
         {"title " ON "'标题'", "body " ON "'正文'"},
         {NULL}},
        {"footer",
         "",                                                                                       SHAPE("<p:nvPr><p:ph type=\"ftr\"/></p:nvPr>",                                                                     TEXT(PARA("页脚"))),
         {"footer " ON "'页脚'"},
         {NULL}},
        {"header",
         "",                                                                                 SHAPE("<p:nvPr><p:ph type=\"hdr\"/></p:nvPr>",                                                                                                                                                TEXT(PARA("页眉"))),
         {"header " ON "'页眉'"},
         {NULL}},
        {"box",
         "",                                                                                   SHAPE("",                                                                                                                                                         BOX("1270000",                                                                                                                                                                                                                                                                       "635000",                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                        "2540000", "127000", "") TEXT(PARA("盒"))),
         {"left=10000 top=5000 right=30000 bottom=6000 '盒'"},
         {"off_page"}},
        {"box in a group",
         "",                                                                "<p:grpSp><p:grpSpPr><a:xfrm><a:off x=\"1270000\" y=\"1270000\"/><a:ext cx=\"1270000\" "
         "cy=\"1270000\"/><a:chOff x=\"0\" y=\"0\"/><a:chExt cx=\"2540000\" "
         "cy=\"2540000\"/></a:xfrm></p:grpSpPr>" SHAPE("",                                                                                                                                                           BOX("0",                                                                                                                                                                                                                                                                                "0",                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                            "254000", "254000", "")
                                                               TEXT(PARA("组"))) "</p:grpSp>",
         {"left=10000 top=10000 right=11000 bottom=11000 '组'"},
         {NULL}},
        {"table",
         "","<p:graphicFrame><p:xfrm><a:off x=\"0\" y=\"0\"/><a:ext cx=\"127000\" "
         "cy=\"127000\"/></p:xfrm><a:tbl><a:tr><a:tc><a:txBody>" PARA(
             "甲") "</a:txBody></a:tc><a:tc><a:txBody>" PARA("乙")
             PARA("丙") "</a:txBody></a:tc></a:tr></a:tbl></p:graphicFrame>" SHAPE(
                 "",TEXT(PARA("后"))),
         {"cell " ON "row=1 col=1",
          "row=1 col=2 left=0 top=0 right=1000 bottom=1000 join:line '丙'", "body " ON "'后'"},
         {NULL}},
        {"looks",
         "",                                                                             SHAPE("",
         TEXT("<a:p><a:pPr algn=\"ctr\" indent=\"100\"/>" RUN(
                   " sz=\"3200\" b=\"1\" i=\"true\" strike=\"sngStrike\"><a:solidFill><a:srgbClr "
                   "val=\"FF0000\"/></a:solidFill><a:ea typeface=\"黑体\"/>",                                                                                                                                                                                                                                                         "头") "</a:p>")),
         {"size=3200 fg=16711680 bold italic centred hei indent struck} '头'"},
         {NULL}},
        {"theme's font",
         "",                                                                            SHAPE("",TEXT("<a:p>" RUN("><a:latin typeface=\"+mn-lt\"/>","文") "</a:p>")),
         {ON "'文'"},
         {NULL}},
        {"P01 hidden slide",
         "show=\"0\"",                                                                                 SHAPE("",                                                                                                                                                 TEXT(PARA("藏页"))),
         {"page=2 hidden:sheet '藏页'"},
         {"page=1 hidden"}},
        {"P03 left of the slide",
         "",                                                                                   SHAPE("",                                                                                                                                                         BOX("-5000000",                                                                                                                                                                                                                                                                        "0",                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                        "1000000", "1000000", "") TEXT(PARA("外"))),
         {"hidden:off_page '外'"},
         {NULL}},
        {"P03 below the slide",
         "", SHAPE("",                                                                                           BOX("0",                                                                                                                                                                                                                                                                                  "6858000",                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                  "1000000", "1000000", "") TEXT(PARA("外")))
             SHAPE("", BOX("0", "0", "9", "9", "") TEXT(PARA("内"))),
         {"hidden:off_page '外'"},
         {"off_page '内'"}},
        {"P03 no size",
         "",  SHAPE("",                                       BOX("0",                                                                                                                                                                                                                                                                                                                              "0",                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              "0", "0", "") TEXT(PARA("点"))),
         {"hidden:tiny '点'"},
         {NULL}},
        {"P03 hidden shape",
         "",                                                                     SHAPE("<p:cNvPr name=\"a\" hidden=\"1\"/>",                                                                                                                                                     TEXT(PARA("藏"))) SHAPE("",                                                                                                                                                                                  TEXT(PARA("见"))),
         {"hidden:invisible '藏'", "page=2 '见'"},
         {NULL}},
        {"P03 covered",
         "",                                                                      SHAPE("",                                                                                                                      BOX("1000000",                                                                                                                                                                                                                                                                                      "1000000",                                                                                                                                                                                                                                                                                                                                                                                                                                                                            "100000", "100000", "") TEXT(PARA("盖住")))
             SHAPE("", BOX("0", "0", "9000000", "6000000", NAVY) TEXT("<a:p/>")),
         {"hidden:covered '盖住'"},
         {NULL}},
        {"P03 covered by a picture",
         "",                                                                          SHAPE("",                                                                                                                                       BOX("1000000","1000000",                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                 "100000", "100000", "") TEXT(
                       PARA("盖住"))) "<p:pic>" BOX("0", "0", "9000000", "6000000", "") "</p:pic>",
         {"hidden:covered '盖住'"},
         {NULL}},
        {"above, not covered",
         "",                                                                  SHAPE("",                                                                                                                                                               BOX("0",                                                                                                                                                                                                                                                                            "0",                                                                                                                                                                                                                                                                                                                                                                                                                                                           "9000000", "6000000", NAVY) TEXT("<a:p/>"))
             SHAPE("", BOX("1000000", "1000000", "100000", "100000", "") TEXT(PARA("其上"))),
         {"'其上'"},
         {"covered"}},
        {"P04 invisible",
         "",                                                                    SHAPE("",                                                                                                                      TEXT("<a:p>" RUN("><a:noFill/>",                                                                                                                                                                                                                                    "无")
                            RUN("><a:solidFill><a:srgbClr val=\"000000\"><a:alpha "
                                "val=\"0\"/></a:srgbClr></a:solidFill>","透") "</a:p>")),
         {"hidden:invisible {0+3 hidden:invisible} {3+3 fg=0 hidden:invisible} '无透'"},
         {NULL}},
        {"P04 small",
         "",                                                             SHAPE("",                                                                                                                                        TEXT("<a:p>" RUN(" sz=\"100\">",                                                                                                                                                                                                                                                                      "小") "</a:p>")),
         {"hidden:tiny {0+3 size=100 hidden:tiny} '小'"},
         {NULL}},
        {"P04 background",
         "",                                                                            "<p:bg><p:bgPr>" NAVY "</p:bgPr></p:bg>" SHAPE(
             "",                                                                                                     BOX("0","0","9", "9", "") TEXT("<a:p>" RUN(">" NAVY, "藏") "</a:p>")),
         {"bg=128 hidden:no_contrast} '藏'"},
         {NULL}},
        {"P04 background of a theme",
         "",                                                                    "<p:bg><p:bgRef idx=\"1001\"><a:schemeClr val=\"bg1\"/></p:bgRef></p:bg>" SHAPE(
             "",                                                                                                                                                           BOX("0",                                                                                                                                                                                                                                                                                "0",                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                               "9", "9", "") TEXT("<a:p>" RUN(">" WHITE, "藏") "</a:p>")),
         {"hidden:no_contrast} '藏'"},
         {NULL}},
        {"P04 own fill",
         "",SHAPE("",BOX("0",                                                                                                                                                                                                                                              "0",                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                    "9", "9", NAVY)
                       TEXT("<a:p>" RUN(">" NAVY, "藏") RUN(">" WHITE, "见") "</a:p>")),
         {"hidden:no_contrast} {3+3 fg=16777215 bg=128} '藏见'"},
         {NULL}},
        {"white on a picture",
         "",                                                                                       "<p:bg><p:bgPr>" WHITE
         "</p:bgPr></p:bg><p:pic>" BOX("0",                                                                                "0",                                                                   "9144000",                                                     "6858000", "") "</p:pic>" SHAPE(
             "", BOX("9", "9", "9", "9", "") TEXT("<a:p>" RUN(">" WHITE, "见") "</a:p>")),
         {"{0+3 fg=16777215} '见'"},
         {"no_contrast"}},
        {"white beside a picture",
         "",                                                          "<p:bg><p:bgPr>" WHITE
         "</p:bgPr></p:bg><p:pic>" BOX("5000000",                                                                                                                         "0",                                                                                                                                                                                                                                           "100",                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                  "100", "") "</p:pic>" SHAPE(
             "", BOX("9", "9", "9", "9", "") TEXT("<a:p>" RUN(">" WHITE, "藏") "</a:p>")),
         {"hidden:no_contrast} '藏'"},
         {NULL}},
        {"white where nothing is known",
         "",                                                              SHAPE("",                                                                                                                                                           TEXT("<a:p>" RUN(">" WHITE,                                                                                                                                                                                                                                                                                "未知") "</a:p>")),
         {"'未知'"},
         {"no_contrast"}},
        {"outline's colour",
         "",SHAPE("",BOX("0",                                                              "0","9", "9", NAVY "<a:ln>" WHITE "</a:ln>")
                       TEXT("<a:p>" RUN("><a:ln>" NAVY "</a:ln>" WHITE, "见") "</a:p>")),
         {"{0+3 fg=16777215 bg=128} '见'"},
         {"no_contrast"}},
        {"P07 alternative text",
         "",                                                                          SHAPE("<p:cNvPr name=\"形状名\" descr=\"说明\" title=\"题\"/>",                                                                                                                                       ""),
         {"'descr':'说明'", "'title':'题'", "'name':'形状名'"},
         {NULL}},
        {"stray text and attributes",
         "",                                                                   "零散<p:odd x=\"属性\"/>",
         {"'零散'", "'x':'属性'"},
         {NULL}                                                                                                                                                                                                                                                                                                                     },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        collect seen;
        collect_init(&seen);
        run_pptx(&seen, rows[i].attrs, rows[i].shapes);
        print_message("row: %s\n", rows[i].name);
        CHECK_HAS(&seen, "doc pptx root");
        CHECK_HAS(&seen, "body part=ppt/slides/slide1.xml page=1 '首页文字'");
        for (size_t k = 0; k < LJ_COUNT_OF(rows[i].wanted) && rows[i].wanted[k] != NULL; k++) {
            CHECK_HAS(&seen, rows[i].wanted[k]);
        }
        for (size_t k = 0; k < LJ_COUNT_OF(rows[i].unwanted) && rows[i].unwanted[k] != NULL; k++) {
            CHECK_HAS_NOT(&seen, rows[i].unwanted[k]);
        }
        CHECK_ROW(rows[i].name, seen.gap_count, 0);
        collect_done(&seen);
    }
}

static void test_pptx__reads_every_part(void **state)
{
    (void)state;
    zip_build zip;
    zip_build_init(&zip);
    ooxml_pptx_begin(
        &zip, 1,
        "slideMaster slideMasters/slideMaster1.xml\nnotesMaster notesMasters/notesMaster1.xml\n"
        "handoutMaster handoutMasters/handoutMaster1.xml\ncommentAuthors commentAuthors.xml\ntags "
        "tags/tag1.xml");
    ooxml_slide(&zip, 1, "show=\"false\"",
                SHAPE("", BOX("0", "0", "9", "9", "") TEXT("<a:p>" RUN(
                              "><a:solidFill><a:schemeClr val=\"accent1\"/></a:solidFill>",
                              "正文") "</a:p>")));
    ooxml_rels(
        &zip, "ppt/slides/slide1.xml",
        "slideLayout ../slideLayouts/slideLayout1.xml\nnotesSlide ../notesSlides/notesSlide1.xml\n"
        "comments ../comments/comment1.xml\nchart ../charts/chart1.xml\ndiagramData "
        "../diagrams/data1.xml\n"
        "vmlDrawing ../drawings/vmlDrawing1.vml");
    ooxml_rels(&zip, "ppt/slideLayouts/slideLayout1.xml",
               "slideMaster ../slideMasters/slideMaster1.xml");
    ooxml_rels(&zip, "ppt/slideMasters/slideMaster1.xml",
               "slideLayout ../slideLayouts/slideLayout1.xml\ntheme ../theme/theme1.xml");
    ooxml_part(&zip, "ppt/theme/theme1.xml", "a:theme name=\"主题名\"",
               "<a:clrScheme><a:lt1><a:sysClr val=\"window\" "
               "lastClr=\"FFFFFF\"/></a:lt1><a:accent1><a:srgbClr "
               "val=\"AABBCC\"/></a:accent1></a:clrScheme>");
    ooxml_part(&zip, "ppt/slideMasters/slideMaster1.xml", "p:sldMaster",
               "<p:cSld><p:bg><p:bgPr><a:solidFill><a:schemeClr "
               "val=\"accent1\"/></a:solidFill></p:bgPr></p:bg>" SHAPE(
                   "", TEXT(PARA("母版文字"))) "</p:cSld>");
    ooxml_part(&zip, "ppt/slideLayouts/slideLayout1.xml", "p:sldLayout",
               "<p:cSld>" SHAPE("", TEXT(PARA("版式文字"))) "</p:cSld>");
    ooxml_part(&zip, "ppt/notesMasters/notesMaster1.xml", "p:notesMaster",
               SHAPE("", TEXT(PARA("备注母版"))));
    ooxml_part(&zip, "ppt/handoutMasters/handoutMaster1.xml", "p:handoutMaster",
               SHAPE("", TEXT(PARA("讲义母版"))));
    ooxml_part(&zip, "ppt/notesSlides/notesSlide1.xml", "p:notes",
               SHAPE("<p:nvPr><p:ph type=\"body\"/></p:nvPr>", TEXT(PARA("备注文字"))));
    ooxml_part(
        &zip, "ppt/comments/comment1.xml", "p:cmLst",
        "<p:cm authorId=\"0\" dt=\"2024-03-01T08:00:00.000\"><p:text>旧式批注</p:text></p:cm>"
        "<p188:cm "
        "created=\"2024-03-01T08:00:00\"><p188:txBody><a:p><a:r><a:t>新式</a:t></a:r><a:br/"
        "><a:r><a:t>批注</a:t></a:r></a:p></p188:txBody></p188:cm>");
    ooxml_part(&zip, "ppt/commentAuthors.xml", "p:cmAuthorLst", "<p:cmAuthor name=\"某人\"/>");
    ooxml_part(&zip, "ppt/tags/tag1.xml", "p:tagLst", "<p:tag name=\"标签\" val=\"标签值\"/>");
    ooxml_part(&zip, "ppt/charts/chart1.xml", "c:chartSpace",
               "<c:strCache><c:pt><c:v>系列名</c:v></c:pt></c:strCache>");
    ooxml_part(&zip, "ppt/diagrams/data1.xml", "dgm:dataModel", PARA("示意图"));
    zip_build_text(&zip, "ppt/drawings/vmlDrawing1.vml",
                   "<xml><v:shape><v:textpath string=\"水印\"/></v:shape></xml>");
    ooxml_slide(&zip, 9, "", SHAPE("", TEXT(PARA("旧幻灯片"))));
    collect seen;
    collect_init(&seen);
    collect_run(&seen, zip_build_end(&zip, LJ_BYTES(""), false));
    static const char *const wanted[] = {
        "master part=ppt/slideMasters/slideMaster1.xml {0+12 bg=11189196} '母版文字'",
        "master part=ppt/slideLayouts/slideLayout1.xml {0+12 bg=11189196} '版式文字'",
        "master part=ppt/notesMasters/notesMaster1.xml '备注母版'",
        "master part=ppt/handoutMasters/handoutMaster1.xml '讲义母版'",
        "notes part=ppt/notesSlides/notesSlide1.xml page=1 hidden:sheet '备注文字'",
        "comment part=ppt/comments/comment1.xml page=1 hidden:sheet '旧式批注'",
        "'新式批注'",
        "'author':'某人'",
        "metadata part=ppt/tags/tag1.xml hidden:not_printed '标签':'标签值'",
        "cell part=ppt/charts/chart1.xml page=1 hidden:sheet '系列名'",
        "textbox part=ppt/diagrams/data1.xml page=1 hidden:sheet '示意图'",
        "watermark part=ppt/drawings/vmlDrawing1.vml page=1 hidden:sheet '水印'",
        "'name':'主题名'",
        "body part=ppt/slides/slide9.xml hidden:unreachable '旧幻灯片'",
        "fg=11189196 bg=11189196 hidden:no_contrast} '正文'", /* the master's background, by the
                                                                 theme's colour */
    };
    for (size_t i = 0; i < LJ_COUNT_OF(wanted); i++) {
        CHECK_HAS(&seen, wanted[i]);
    }
    assert_int_equal(seen.gap_count, 0);
    collect_done(&seen);
    zip_build_done(&zip);
}

static void test_pptx__reads_the_presentation(void **state)
{
    (void)state;
    zip_build zip;
    zip_build_init(&zip);
    ooxml_part(
        &zip, "ppt/presentation.xml", "p:presentation",
        "<p:sldIdLst><p:sldId id=\"256\" r:id=\"rId9\"/></p:sldIdLst><p:sldSz cx=\"-5\" "
        "cy=\"x\"/><p14:section name=\"节名\"/>"
        "<p:custShow name=\"放映名\"/><p:defaultTextStyle><a:defRPr/></p:defaultTextStyle><p:odd "
        "x=\"属性\"/>零散文字");
    collect seen;
    collect_init(&seen);
    collect_run(&seen, zip_build_end(&zip, LJ_BYTES(""), false));
    CHECK_HAS(&seen, "bookmark part=ppt/presentation.xml hidden:not_printed '节名'");
    CHECK_HAS(&seen, "'放映名'");
    CHECK_HAS(&seen, "'x':'属性'");
    CHECK_HAS(&seen, "'零散文字'");
    assert_int_equal(seen.gap_count, 0);
    collect_done(&seen);
    zip_build_done(&zip);
}

/* A second presentation part has no say in the order, and leaves nothing behind. */
static void test_pptx__survives_a_second_presentation(void **state)
{
    (void)state;
    zip_build zip;
    zip_build_init(&zip);
    ooxml_pptx_begin(&zip, 1, "");
    ooxml_slide(&zip, 1, "", SHAPE("", TEXT(PARA("首页文字"))));
    ooxml_part(&zip, "ppt/presentation2.xml", "p:presentation",
               "<p:sldIdLst><p:sldId r:id=\"rId1\"/><p:sldId r:id=\"rId1\"/></p:sldIdLst>");
    ooxml_part(&zip, "ppt/presentation3.xml", "p:presentation",
               "<p:sldIdLst><p:sldId r:id=\"rId1\"/></p:sldIdLst><p14:section name=\"节名\"/>");
    collect seen;
    collect_init(&seen);
    collect_run(&seen, zip_build_end(&zip, LJ_BYTES(""), false));
    CHECK_HAS(&seen, "page=1 '首页文字'");
    CHECK_HAS(&seen, "'节名'");
    assert_int_equal(seen.gap_count, 0);
    collect_done(&seen);
    zip_build_done(&zip);
}

static void test_pptx__reads_deep_groups_and_many_shapes(void **state)
{
    (void)state;
    lj_buf shapes;
    lj_buf_init(&shapes, NULL, 8 << 20);
    for (int i = 0; i < 60; i++) {
        lj_buf_put_cstr(&shapes, "<p:grpSp>");
    }
    lj_buf_put_cstr(&shapes, SHAPE("", BOX("0", "0", "9", "9", "") TEXT(PARA("深处"))));
    for (int i = 0; i < 60; i++) {
        lj_buf_put_cstr(&shapes, "</p:grpSp>");
    }
    for (int i = 0; i < 1000; i++) {
        lj_buf_put_cstr(&shapes, SHAPE("", BOX("0", "0", "9", "9", NAVY)));
    }
    lj_buf_put_cstr(&shapes, SHAPE("", TEXT(PARA("末尾"))));
    lj_buf_put_u8(&shapes, '\0');
    collect seen;
    collect_init(&seen);
    run_pptx(&seen, "", (const char *)shapes.ptr);
    CHECK_HAS(&seen, "'深处'");
    CHECK_HAS(&seen, "page=2 '末尾'");
    collect_done(&seen);
    lj_buf_done(&shapes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pptx__reads_slides),
        cmocka_unit_test(test_pptx__reads_every_part),
        cmocka_unit_test(test_pptx__reads_the_presentation),
        cmocka_unit_test(test_pptx__survives_a_second_presentation),
        cmocka_unit_test(test_pptx__reads_deep_groups_and_many_shapes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
