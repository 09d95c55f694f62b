/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Writes the samples and fuzz seeds of OpenDocument, flat office files, Visio and EPUB.
 *
 *   odf_samples DIR          DIR/odt/plain.odt ... as they stand in tests/formats/
 *   odf_samples --seeds DIR  DIR/odt/spans.odt ... as they stand in fuzz/seeds/
 *
 * The folders must exist. A sample is a row of `samples`: path, function, and how many eighths of
 * it are kept. Files of one XML are functions that write into a buffer. All text is invented. */
#include <stdio.h>

#include "base/num.h"
#include "odf_build.h"

#define P(style, inner)    "<text:p text:style-name=\"" style "\">" inner "</text:p>"
#define PLAIN(inner)       "<text:p>" inner "</text:p>"
#define SPAN(style, inner) "<text:span text:style-name=\"" style "\">" inner "</text:span>"
#define STYLE(family, name, rest)                                                                  \
    "<style:style style:family=\"" family "\" style:name=\"" name "\">" rest "</style:style>"
#define TEXT_STYLE(name, attrs) STYLE("text", name, "<style:text-properties " attrs "/>")
#define CELL(attrs, inner)      "<table:table-cell " attrs ">" inner "</table:table-cell>"
#define TEXT_CELL(inner)        CELL("office:value-type=\"string\"", PLAIN(inner))
#define ROW(attrs, inner)       "<table:table-row " attrs ">" inner "</table:table-row>"

/* ---- texts ---- */

#define COMMON                                                                                     \
    "<style:default-style style:family=\"paragraph\"><style:text-properties "                      \
    "fo:font-size=\"12pt\" "                                                                       \
    "style:font-size-asian=\"16pt\"/></style:default-style>"                                       \
    "<style:style style:name=\"Mark\" style:family=\"paragraph\"><style:text-properties "          \
    "style:font-name-asian=\"F1\"/></style:style>"                                                 \
    "<style:style style:name=\"Head\" style:family=\"paragraph\" "                                 \
    "style:display-name=\"公文标题\"><style:paragraph-properties "                             \
    "fo:text-align=\"center\"/><style:text-properties fo:color=\"#ff0000\" "                       \
    "style:font-size-asian=\"150%\"/></style:style>"
#define FONTS                                                                                      \
    "<office:font-face-decls><style:font-face style:name=\"F1\" svg:font-family=\"黑体\"/>"      \
    "</office:font-face-decls>"

static void text_styles(zip_build *zip)
{
    odf_part(
        zip, "styles.xml", "document-styles",
        FONTS
        "<office:styles>" COMMON "</office:styles><office:automatic-styles>"
        "<style:style style:name=\"P1\" style:family=\"paragraph\"><style:paragraph-properties "
        "fo:text-align=\"end\"/></style:style></office:automatic-styles><office:master-styles>"
        "<style:master-page style:name=\"Standard\"><style:header>" P(
            "P1",
            "示例页眉") "</style:header><style:footer>" PLAIN("第 "
                                                              "<text:page-number>1</"
                                                              "text:page-number> 页") "</"
                                                                                      "style:"
                                                                                      "footer></"
                                                                                      "style:"
                                                                                      "master-page>"
                                                                                      "</"
                                                                                      "office:"
                                                                                      "master-"
                                                                                      "styles>");
}

static void text_meta(zip_build *zip)
{
    odf_part(
        zip, "meta.xml", "document-meta",
        "<office:meta><dc:title>食堂开饭时间</dc:title><meta:keyword>食堂</meta:keyword>"
        "<meta:user-defined meta:name=\"承办科室\">后勤科</meta:user-defined>"
        "<meta:template xlink:href=\"../tpl/%E6%A8%A1%E6%9D%BF.ott\" xlink:title=\"通知模板\"/>"
        "<meta:editing-cycles>3</meta:editing-cycles></office:meta>");
}

static void odt_plain(zip_build *zip)
{
    odf_begin(zip, "text", "");
    text_styles(zip);
    odf_content(
        zip, "text",
        "<style:style style:name=\"P1\" style:family=\"paragraph\"><style:paragraph-properties "
        "fo:text-indent=\"0.74cm\"/></style:style>",
        P("Mark", "机密<text:bookmark text:name=\"抬头位置\"/>★10<text:s/>年") PLAIN("000123")
            P("Head", "示例县<text:span>测试</text:span>局文件") PLAIN(
                "示测发〔2024〕5号<text:line-break/>关于调整食堂开饭时间的通知")
                P("P1", "各科室：食堂自下月起\n    十二点开饭，<text:a "
                        "xlink:href=\"http://example.invalid/%E8%8F%9C%E5%8D%95\">菜单</"
                        "text:a>另发。<text:note text:note-class=\"footnote\"><text:note-"
                        "citation>1</text:note-citation><text:note-body>" PLAIN(
                            "节假日除外。") "</text:note-body></text:note><office:annotation>"
                                            "<dc:creator>王五</dc:creator><dc:date>2024-03-05T"
                                            "08:30:00</dc:date>" PLAIN(
                                                "请核对时间。") "</office:annotation>特此通知。") "<table:table table:name=\"菜单表\"><table:table-column/><table:table-row>" TEXT_CELL("品名")
                    TEXT_CELL("数量") "</table:table-row><table:table-row>" TEXT_CELL("馒头")
                        TEXT_CELL("12") "</table:table-row></table:table>" PLAIN(
                            "<draw:frame draw:name=\"图章位置\" svg:width=\"4cm\" "
                            "svg:height=\"1cm\">"
                            "<draw:text-box>" PLAIN("后勤科（章）") "</draw:text-box><svg:title>章"
                                                                    "</svg:title><svg:desc>盖章处</"
                                                                    "svg:desc></draw:frame>"));
    text_meta(zip);
    odf_part(zip, "settings.xml", "document-settings",
             "<office:settings><config:config-item-set config:name=\"ooo:view-settings\">"
             "<config:config-item config:name=\"ViewId\" config:type=\"string\">view2</"
             "config:config-item><config:config-item config:name=\"PrinterName\" "
             "config:type=\"string\">二楼打印机</config:config-item></config:config-item-set>"
             "</office:settings>");
}

static void odt_hidden(zip_build *zip)
{
    odf_begin(zip, "text", "");
    odf_styles(zip,
               "<style:style style:name=\"Gone\" style:family=\"text\"><style:text-properties "
               "text:display=\"none\"/></style:style>"
               "<style:style style:name=\"GoneChild\" style:family=\"text\" "
               "style:parent-style-name=\"Gone\"/>"
               "<style:style style:name=\"Round1\" style:family=\"text\" "
               "style:parent-style-name=\"Round2\"/>"
               "<style:style style:name=\"Round2\" style:family=\"text\" "
               "style:parent-style-name=\"Round1\"/>",
               "", "");
    odf_content(
        zip, "text",
        TEXT_STYLE("White", "fo:color=\"#fefefe\"")
            TEXT_STYLE("Tiny", "fo:font-size=\"9pt\" style:font-size-asian=\"1pt\"")
                TEXT_STYLE("Same", "fo:color=\"#102030\" fo:background-color=\"#102233\"")
                    TEXT_STYLE("OnDark", "fo:color=\"#ffffff\" fo:background-color=\"#000080\"")
                        TEXT_STYLE("Narrow", "style:text-scale=\"1%\""),
        PLAIN("甲" SPAN("GoneChild", "父样式隐藏") "乙" SPAN("Round1", "循环样式")) PLAIN(
            SPAN("White", "白字")) PLAIN(SPAN("Tiny", "小字")) PLAIN(SPAN("Same", "同色"))
            PLAIN(SPAN("OnDark", "深底白字可见")) PLAIN(SPAN(
                "Narrow",
                "压扁的字")) "<text:section text:name=\"附注区\" "
                             "text:display=\"none\">" PLAIN("隐藏区内") "</text:section>" PLAIN(
                                 "<text:"
                                 "hidden-"
                                 "paragraph "
                                 "text:is-"
                                 "hidden="
                                 "\"true\" "
                                 "text:"
                                 "condition="
                                 "\"ooow:1=="
                                 "1\"/"
                                 ">隐藏段落") PLAIN("显示<text:hidden-text "
                                                    "text:condition=\"ooow:1\" "
                                                    "text:string-value=\"隐藏字段的字\" "
                                                    "text:is-hidden=\"true\"/>完毕")
                                 PLAIN("<text:conditional-text "
                                       "text:condition=\"ooow:x\" "
                                       "text:string-value-if-true=\"另一分支\" "
                                       "text:string-value-if-false=\"本分支\" "
                                       "text:current-value=\"false\">本分支</"
                                       "text:conditional-text>")
                                     PLAIN("<draw:frame "
                                           "text:anchor-type=\"page\" "
                                           "svg:x=\"-30cm\" "
                                           "svg:y=\"2cm\" svg:width=\"3cm\" "
                                           "svg:height=\"1cm\">"
                                           "<draw:text-box>" PLAIN("页外文本框") "</draw:text-box>"
                                                                                 "</"
                                                                                 "draw:frame>"
                                                                                 "正文在此"));
}

static void odt_changes(zip_build *zip)
{
    odf_begin(zip, "text", "");
    odf_content(
        zip, "text", "",
        "<text:tracked-changes><text:changed-region text:id=\"c1\"><text:deletion>"
        "<office:change-info><dc:creator>赵六</dc:creator><dc:date>2024-01-02T03:04:05</dc:date>"
        "</office:change-info>" PLAIN("删去的<text:span>一句</text:span>") PLAIN(
            "删去的第二段") "</text:deletion></text:changed-region><text:changed-region "
                            "text:id=\"c2\">"
                            "<text:insertion><office:change-info><dc:creator>钱七</dc:creator></"
                            "office:change-info>"
                            "</text:insertion></text:changed-region></text:tracked-changes>" PLAIN(
                                "留下的<text:change text:change-id=\"c1\"/>句子") PLAIN("另一句"));
}

static void odt_parts(zip_build *zip)
{
    odf_begin(zip, "text",
              "<manifest:file-entry manifest:full-path=\"Object 1/content.xml\" "
              "manifest:media-type=\"text/xml\"/><manifest:file-entry "
              "manifest:full-path=\"Basic/Standard/Module1.xml\" "
              "manifest:media-type=\"text/xml\"/><manifest:file-entry "
              "manifest:full-path=\"Versions/Version1\" manifest:media-type=\"\"/>");
    odf_content(
        zip, "text", "",
        PLAIN(
            "正文<draw:frame><draw:object xlink:href=\"./Object 1\"/></draw:frame>") "<office:"
                                                                                     "forms><form:"
                                                                                     "form "
                                                                                     "form:name="
                                                                                     "\"登记表\"><"
                                                                                     "form:text "
                                                                                     "form:name="
                                                                                     "\"姓名\" "
                                                                                     "form:current-"
                                                                                     "value="
                                                                                     "\"张三填写\" "
                                                                                     "form:title="
                                                                                     "\"请写姓名\"/"
                                                                                     "><form:"
                                                                                     "button "
                                                                                     "form:label="
                                                                                     "\"提交登记\"/"
                                                                                     "></"
                                                                                     "form:form></"
                                                                                     "office:"
                                                                                     "forms>");
    odf_part(
        zip, "Object 1/content.xml", "document-content",
        "<office:body><office:chart><chart:chart "
        "xmlns:chart=\"urn:oasis:names:tc:opendocument:xmlns:chart:1.0\"><chart:title>" PLAIN(
            "用水量图") "</chart:title><table:table table:name=\"local-table\">" ROW("",
                                                                                     TEXT_CELL("一"
                                                                                               "月")
                                                                                         CELL(
                                                                                             "offic"
                                                                                             "e:"
                                                                                             "value"
                                                                                             "-"
                                                                                             "type="
                                                                                             "\"flo"
                                                                                             "at\""
                                                                                             " offi"
                                                                                             "ce:"
                                                                                             "value"
                                                                                             "="
                                                                                             "\"7"
                                                                                             "\"",
                                                                                             PLAIN(
                                                                                                 "7"))) "</table:table></chart:chart>"
                                                                                                        "</office:chart></office:body>");
    zip_build_text(zip, "Basic/Standard/Module1.xml",
                   "<?xml version=\"1.0\" encoding=\"UTF-8\"?><script:module "
                   "xmlns:script=\"http://openoffice.org/2000/script\" script:name=\"Module1\">Sub "
                   "Main\n msgbox &quot;提示文字&quot;\nEnd Sub</script:module>");
    zip_build_text(zip, "notes.xml", "<?xml version=\"1.0\"?><note>清单之外的成员</note>");
    zip_build inner;
    zip_build_init(&inner);
    odf_begin(&inner, "text", "");
    odf_content(&inner, "text", "", PLAIN("旧版本的正文"));
    zip_build_data(zip, "Versions/Version1", zip_build_end(&inner, LJ_BYTES(""), false));
    zip_build_done(&inner);
}

static void odt_nomime(zip_build *zip)
{
    zip_build_text(zip, "META-INF/manifest.xml",
                   "<?xml version=\"1.0\"?><manifest:manifest "
                   "xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\"/>");
    odf_content(zip, "text", "", PLAIN("没有类型成员的文件"));
}

static void odt_damaged(zip_build *zip)
{
    odf_begin(zip, "text", "");
    zip_build_text(zip, "content.xml",
                   "<?xml version=\"1.0\"?><office:document-content><office:body><office:text>"
                   "<text:p>断开之前</text:p><text:p>未完<text:span></office:x></text:p>"
                   "<text:p>断开之后");
}

#define LOCKED(path, algorithm)                                                                    \
    "<manifest:file-entry manifest:full-path=\"" path                                              \
    "\" manifest:media-type=\"text/xml\" manifest:size=\"40\"><manifest:encryption-data>"          \
    "<manifest:algorithm manifest:algorithm-name=\"" algorithm                                     \
    "\"/></manifest:encryption-data></manifest:file-entry>"
#define NOISE "\x9a\x11\xc3\x5f\x88\x02\xee\x71\x90\xd4\x3b\xa6\x17\xfd\x6c\x05"

static void odt_encrypted(zip_build *zip)
{
    odf_begin(zip, "text",
              LOCKED("content.xml", "http://www.w3.org/2001/04/xmlenc#aes256-cbc")
                  LOCKED("styles.xml", "http://www.w3.org/2001/04/xmlenc#aes256-cbc"));
    zip_build_data(zip, "content.xml", LJ_BYTES(NOISE NOISE NOISE));
    zip_build_data(zip, "styles.xml", LJ_BYTES(NOISE NOISE));
    text_meta(zip);
}

static void odt_encrypted_whole(zip_build *zip)
{
    odf_begin(zip, "text",
              LOCKED("encrypted-package", "http://www.w3.org/2009/xmlenc11#aes256-gcm"));
    zip_build_data(zip, "encrypted-package", LJ_BYTES(NOISE NOISE NOISE NOISE));
}

/* ---- sheets ---- */

#define SHEET_STYLES                                                                               \
    STYLE("table", "Hide", "<style:table-properties table:display=\"false\"/>")                    \
    STYLE("table-cell", "White", "<style:text-properties fo:color=\"#ffffff\"/>")                  \
    STYLE("table-cell", "Head",                                                                    \
          "<style:table-cell-properties fo:background-color=\"#ffff00\"/><style:text-properties "  \
          "fo:font-weight=\"bold\" style:font-weight-asian=\"bold\"/>")                            \
    "<number:number-style style:name=\"N1\"><number:text>编号★</number:text><number:number "   \
    "number:decimal-places=\"0\"/><number:text>号柜</number:text></number:number-style>"         \
    "<number:text-style style:name=\"N2\"/>"                                                       \
    "<number:date-style style:name=\"N3\"><number:year/><number:text>年</number:text>"            \
    "<number:month/><number:text>月</number:text></number:date-style>"                            \
    "<style:style style:name=\"Blank\" style:family=\"table-cell\" "                               \
    "style:data-style-name=\"N2\"/>"

#define SHEETS                                                                                        \
    "<table:table table:name=\"库存表\"><table:table-column table:number-columns-repeated=\"2\"/>" \
    "<table:table-column table:visibility=\"collapse\" "                                              \
    "table:number-columns-repeated=\"2147483647\"/>" ROW(                                             \
        "",                                                                                           \
        CELL("table:style-name=\"Head\" office:value-type=\"string\"",                                \
             PLAIN("品名") PLAIN("（全称）"))                                                         \
            CELL("office:value-type=\"float\" office:value=\"12\"", PLAIN("12")) CELL(                \
                "office:value-type=\"string\" "                                                       \
                "table:number-columns-repeated=\"3\"",                                                \
                PLAIN("隐藏列"))) ROW("table:number-rows-repeated=\"1048000\"",                       \
                                      "<table:table-cell "                                            \
                                      "table:number-columns-repeated=\"16384\"/"                      \
                                      ">") ROW("table:visibility=\"filter\"",                         \
                                               TEXT_CELL("筛掉的行")) ROW("", CELL("office:"          \
                                                                                   "value-"           \
                                                                                   "type="            \
                                                                                   "\"strin"          \
                                                                                   "g\" "             \
                                                                                   "table:"           \
                                                                                   "formula"          \
                                                                                   "='of:="           \
                                                                                   "\"仓\"&"         \
                                                                                   "amp;"             \
                                                                                   "UNICHAR"          \
                                                                                   "(24211)"          \
                                                                                   "'",               \
                                                                                   "") CELL("off"     \
                                                                                            "ice"     \
                                                                                            ":va"     \
                                                                                            "lue"     \
                                                                                            "-ty"     \
                                                                                            "pe="     \
                                                                                            "\"s"     \
                                                                                            "tri"     \
                                                                                            "ng"      \
                                                                                            "\" "     \
                                                                                            "off"     \
                                                                                            "ice"     \
                                                                                            ":st"     \
                                                                                            "rin"     \
                                                                                            "g-"      \
                                                                                            "val"     \
                                                                                            "ue="     \
                                                                                            "\""      \
                                                                                            "只"     \
                                                                                            "有"     \
                                                                                            "值"     \
                                                                                            "\"",     \
                                                                                            ""))      \
        ROW("",                                                                                       \
            CELL("table:style-name=\"White\" office:value-type=\"string\"", PLAIN("白字格")) CELL(    \
                "table:style-name=\"Blank\" office:value-type=\"string\"", PLAIN("不显示的格"))       \
                CELL(                                                                                 \
                    "office:value-type=\"string\"",                                                   \
                    "<office:annotation><dc:creator>王五</dc:creator>" PLAIN(                         \
                        "批注") "</office:annotation>" PLAIN("有批注"))) "</"                         \
                                                                         "table:table><table:"        \
                                                                         "table "                     \
                                                                         "table:name=\"备用\" "     \
                                                                         "table:style-name="          \
                                                                         "\"Hide\">" ROW(             \
                                                                             "",                      \
                                                                             TEXT_CELL(               \
                                                                                 "隐"                \
                                                                                 "藏"                \
                                                                                 "表"                \
                                                                                 "内")) "</"          \
                                                                                        "table:"      \
                                                                                        "table><"     \
                                                                                        "table:"      \
                                                                                        "named-"      \
                                                                                        "expressi"    \
                                                                                        "ons><"       \
                                                                                        "table:"      \
                                                                                        "named-"      \
                                                                                        "range "      \
                                                                                        "table:"      \
                                                                                        "name="       \
                                                                                        "\"领用区" \
                                                                                        "域\" "      \
                                                                                        "table:"      \
                                                                                        "cell-"       \
                                                                                        "range-"      \
                                                                                        "address="    \
                                                                                        "\"$A.$A$"    \
                                                                                        "1\"/></"     \
                                                                                        "table:"      \
                                                                                        "named-"      \
                                                                                        "expressi"    \
                                                                                        "ons>"

static void ods_plain(zip_build *zip)
{
    odf_begin(zip, "spreadsheet", "");
    odf_styles(
        zip, "", "",
        "<style:master-page style:name=\"Default\"><style:header><style:region-left>" PLAIN(
            "左页"
            "眉") "</style:region-left><style:region-right>" PLAIN("右页眉") "</"
                                                                             "style:region-right></"
                                                                             "style:header><style:"
                                                                             "footer-left "
                                                                             "style:display="
                                                                             "\"false\">" PLAIN(
                                                                                 "不用的页脚") "</"
                                                                                               "sty"
                                                                                               "le:"
                                                                                               "foo"
                                                                                               "ter"
                                                                                               "-le"
                                                                                               "ft>"
                                                                                               "</"
                                                                                               "sty"
                                                                                               "le:"
                                                                                               "mas"
                                                                                               "ter"
                                                                                               "-pa"
                                                                                               "ge"
                                                                                               ">");
    odf_content(zip, "spreadsheet", SHEET_STYLES, SHEETS);
}

static void ods_changes(zip_build *zip)
{
    odf_begin(zip, "spreadsheet", "");
    odf_content(
        zip, "spreadsheet", "",
        "<table:tracked-changes><table:cell-content-change table:id=\"ct1\">"
        "<office:change-info><dc:creator>赵六</dc:creator><dc:date>2024-02-03T04:05:06"
        "</dc:date></office:change-info><table:previous><table:change-track-table-cell "
        "office:value-type=\"string\">" PLAIN(
            "从前的内容") "</table:change-track-table-cell></table:previous></"
                          "table:cell-content-change>"
                          "</"
                          "table:tracked-changes><table:content-validations><table:content-"
                          "validation "
                          "table:name=\"val1\" "
                          "table:condition='of:cell-content-is-in-list(\"甲类\";\"乙类\")'>"
                          "<table:error-message table:title=\"填写有误\">" PLAIN(
                              "只能选类别") "</table:error-message></table:content-validation></"
                                            "table:content-validations>"
                                            "<table:table table:name=\"表\">" ROW(
                                                "", TEXT_CELL("现在的内容")) "</table:table>");
}

/* ---- slides and drawings ---- */

#define PAGE_STYLES                                                                                \
    STYLE("drawing-page", "dpHide",                                                                \
          "<style:drawing-page-properties presentation:visibility=\"hidden\"/>")                   \
    STYLE("drawing-page", "dpBlue",                                                                \
          "<style:drawing-page-properties draw:fill=\"solid\" draw:fill-color=\"#0000ff\"/>")      \
    STYLE("graphic", "gr1",                                                                        \
          "<style:graphic-properties draw:fill=\"solid\" draw:fill-color=\"#ffffff\"/>")           \
    TEXT_STYLE("White", "fo:color=\"#ffffff\"") TEXT_STYLE("Blue", "fo:color=\"#0000ff\"")

#define FRAME(attrs, inner)                                                                        \
    "<draw:frame svg:width=\"10cm\" svg:height=\"3cm\" " attrs "><draw:text-box>" inner            \
    "</draw:text-box></draw:frame>"

#define PAGES                                                                                                                                  \
    "<presentation:footer-decl presentation:name=\"f1\">公用页脚</presentation:footer-decl>"                                               \
    "<draw:page draw:name=\"封面\" draw:master-page-name=\"M1\">" FRAME(                                                                       \
        "presentation:class=\"title\" svg:x=\"1cm\" svg:y=\"1cm\"", PLAIN("培训讲义"))                                                         \
        FRAME(                                                                                                                                 \
            "svg:x=\"1cm\" svg:y=\"5cm\"",                                                                                                     \
            PLAIN(                                                                                                                             \
                "主讲：张三")) "<draw:custom-shape draw:style-name=\"gr1\" svg:x=\"1cm\" "                                                     \
                               "svg:y=\"9cm\" svg:width=\"3cm\" "                                                                              \
                               "svg:height=\"1cm\">" PLAIN(SPAN(                                                                               \
                                   "White",                                                                                                    \
                                   "白底白字")) "</draw:custom-shape>" FRAME("svg:x=\"40cm\" "                                                 \
                                                                             "svg:y=\"5cm\"",                                                  \
                                                                             PLAIN("页外文字"))                                                \
                                   FRAME("svg:x=\"2cm\" svg:y=\"5cm\" draw:layer=\"底稿\"", PLAIN("关闭的图层")) "<presentation:notes>" FRAME( \
                                       "presentation:class=\"notes\"",                                                                         \
                                       PLAIN(                                                                                                  \
                                           "讲稿备注")) "</presentation:notes></draw:page>"                                                    \
                                                        "<draw:page draw:name=\"page2\" "                                                      \
                                                        "draw:style-name=\"dpHide\" "                                                          \
                                                        "draw:master-page-name=\"M1\">" FRAME(                                                 \
                                                            "",                                                                                \
                                                            PLAIN(                                                                             \
                                                                "隐藏页内")) "</draw:page>"                                                    \
                                                                             "<draw:page "                                                     \
                                                                             "draw:name="                                                      \
                                                                             "\"page3\" "                                                      \
                                                                             "draw:style-name="                                                \
                                                                             "\"dpBlue\" "                                                     \
                                                                             "draw:master-page-"                                               \
                                                                             "name=\"M1\">" FRAME(                                             \
                                                                                 "svg:x=\"1cm\" "                                              \
                                                                                 "svg:y=\"1cm\"",                                              \
                                                                                 PLAIN(SPAN(                                                   \
                                                                                     "White",                                                  \
                                                                                     "蓝底白字可"                                         \
                                                                                     "见"))                                                    \
                                                                                     PLAIN(SPAN(                                               \
                                                                                         "Blue",                                               \
                                                                                         "蓝底蓝"                                           \
                                                                                         "字"))) "</draw:page>"

#define MASTERS                                                                                    \
    "<draw:layer-set><draw:layer draw:name=\"layout\"/><draw:layer draw:name=\"底稿\" "          \
    "draw:display=\"none\"/></draw:layer-set><style:master-page style:name=\"M1\" "                \
    "style:page-layout-name=\"PM1\">" FRAME("svg:x=\"1cm\" svg:y=\"18cm\"",                        \
                                            PLAIN("母版文字")) "</style:master-page>"
#define LAYOUTS                                                                                    \
    "<style:page-layout style:name=\"PM1\"><style:page-layout-properties "                         \
    "fo:page-width=\"28cm\" fo:page-height=\"21cm\"/></style:page-layout>"

static void odp_plain(zip_build *zip)
{
    odf_begin(zip, "presentation", "");
    odf_styles(zip, "", LAYOUTS, MASTERS);
    odf_content(zip, "presentation", PAGE_STYLES, PAGES);
}

static void odg_plain(zip_build *zip)
{
    odf_begin(zip, "graphics", "");
    odf_styles(zip, "", LAYOUTS, MASTERS);
    odf_content(
        zip, "drawing", PAGE_STYLES,
        "<draw:page draw:name=\"平面图\" draw:master-page-name=\"M1\"><draw:g "
        "draw:name=\"楼层\"><svg:desc>二楼平面</svg:desc><draw:rect svg:x=\"1cm\" "
        "svg:y=\"1cm\" svg:width=\"3cm\" svg:height=\"2cm\">" PLAIN(
            "食堂") "</draw:rect>"
                    "<draw:connector>" PLAIN("走廊") "</draw:connector></draw:g></draw:page>");
}

/* ---- Visio, EPUB ---- */

static void vsdx_plain(zip_build *zip)
{
    zip_build_text(zip, "[Content_Types].xml", "<Types/>");
    zip_build_text(zip, "visio/document.xml",
                   "<VisioDocument><DocumentProperties/><StyleSheets/></VisioDocument>");
    zip_build_text(
        zip, "visio/pages/pages.xml",
        "<Pages><Page ID='0' NameU='Page-1' Name='流程图'><Rel r:id='rId1'/></Page></Pages>");
    zip_build_text(
        zip, "visio/pages/page1.xml",
        "<PageContents><Shapes><Shape ID='1' NameU='Box' Name='方框甲' Type='Shape'>"
        "<Section N='Property'><Row N='密级栏'><Cell N='Value' V='内部资料'/><Cell N='Label' "
        "V='栏目名称'/></Row></Section><Section N='Hyperlink'><Row N='Row_1'><Cell N='Address' "
        "V='http://example.invalid/'/></Row></Section><Text><cp IX='0'/>领用<pp IX='0'/>申请<fld "
        "IX='0'>第一步</fld>\n</Text></Shape><Shape ID='2' Type='Group'><Shapes><Shape ID='3'>"
        "<Text>审批</Text></Shape></Shapes></Shape></Shapes></PageContents>");
    zip_build_text(
        zip, "visio/masters/masters.xml",
        "<Masters><Master ID='2' Name='自定义图形'><Icon>AAABAAEA</Icon></Master></Masters>");
    zip_build_text(zip, "visio/masters/master1.xml",
                   "<MasterContents><Shapes><Shape><Text>图形样板</Text></Shape></Shapes>"
                   "</MasterContents>");
    zip_build_text(
        zip, "visio/comments.xml",
        "<Comments><AuthorList><AuthorEntry ID='1' Name='王五'/></AuthorList><CommentList>"
        "<CommentEntry AuthorID='1'>步骤要核对</CommentEntry></CommentList></Comments>");
}

#define CONTAINER                                                                                  \
    "<?xml version=\"1.0\"?><container><rootfiles><rootfile "                                      \
    "full-path=\"OEBPS/book.opf\"/></rootfiles></container>"

static void epub_plain(zip_build *zip)
{
    zip_build_data(zip, "mimetype", LJ_BYTES("application/epub+zip"));
    zip_build_text(zip, "META-INF/container.xml", CONTAINER);
    zip_build_text(
        zip, "OEBPS/book.opf",
        "<?xml version=\"1.0\"?><package xmlns=\"http://www.idpf.org/2007/opf\"><metadata "
        "xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:title>食堂手册</dc:title>"
        "<dc:creator>后勤科</dc:creator><meta name=\"密级\" content=\"内部\"/></metadata>"
        "<manifest><item id=\"c1\" href=\"c1.xhtml\"/></manifest></package>");
    zip_build_text(
        zip, "OEBPS/c1.xhtml",
        "<?xml version=\"1.0\"?><html xmlns=\"http://www.w3.org/1999/xhtml\"><head><title>"
        "第一章</title></head><body><p>开饭时间。</p></body></html>");
}

static void epub_encrypted(zip_build *zip)
{
    epub_plain(zip);
    zip_build_text(
        zip, "META-INF/encryption.xml",
        "<?xml version=\"1.0\"?><encryption><EncryptedData><EncryptionMethod "
        "Algorithm=\"http://www.idpf.org/2008/embedding\"/><CipherData><CipherReference "
        "URI=\"OEBPS/font.ttf\"/></CipherData></EncryptedData><EncryptedData><EncryptionMethod "
        "Algorithm=\"http://www.w3.org/2001/04/xmlenc#aes128-cbc\"/><CipherData><CipherReference "
        "URI=\"OEBPS/c2.xhtml\"/></CipherData></EncryptedData></encryption>");
    zip_build_data(zip, "OEBPS/c2.xhtml", LJ_BYTES(NOISE NOISE NOISE));
}

/* ---- one XML file ---- */

static void fodt_plain(lj_buf *out)
{
    odf_flat(
        out, "text",
        "<office:meta><dc:title>登记簿</dc:title></office:meta>" FONTS "<office:styles>" COMMON
        "</office:styles><office:automatic-styles>" TEXT_STYLE(
            "T1",
            "text:display=\"none\"") "</"
                                     "office:automatic-styles><office:master-styles><style:master-"
                                     "page "
                                     "style:name=\"Standard\"><style:header>" PLAIN(
                                         "页眉") "</style:header>"
                                                 "</style:master-page></"
                                                 "office:master-styles><office:body><office:"
                                                 "text>" P("Head", "借阅登记簿") PLAIN(
                                                     "借阅人" SPAN("T1", "隐藏") "签名")
                                                     PLAIN("<draw:frame><draw:image><office:binary-"
                                                           "data>\n  5p2O5Zub55qE55Sz6K+35Lmm5ZKM6"
                                                           "K+05piO5paH5a2X44CC\n</"
                                                           "office:binary-data></draw:image></"
                                                           "draw:frame>") "</office:text></"
                                                                          "office:body>");
}

static void fods_plain(lj_buf *out)
{
    odf_flat(out, "spreadsheet",
             "<office:automatic-styles>" SHEET_STYLES "</office:automatic-styles><office:body>"
             "<office:spreadsheet>" SHEETS "</office:spreadsheet></office:body>");
}

static void fodp_plain(lj_buf *out)
{
    odf_flat(out, "presentation",
             "<office:automatic-styles>" LAYOUTS PAGE_STYLES "</office:automatic-styles>"
             "<office:master-styles>" MASTERS "</office:master-styles><office:body>"
             "<office:presentation>" PAGES "</office:presentation></office:body>");
}

#define W_SPACE "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
#define REL     "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
#define PART(name, inner)                                                                          \
    "<pkg:part pkg:name=\"" name "\" pkg:contentType=\"application/xml\"><pkg:xmlData>" inner      \
    "</pkg:xmlData></pkg:part>"

static void flat_plain(lj_buf *out)
{
    lj_buf_put_cstr(
        out,
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<?mso-application "
        "progid=\"Word.Document\"?>\n<pkg:package "
        "xmlns:pkg=\"http://schemas.microsoft.com/office/2006/xmlPackage\" xmlns:w=\"" W_SPACE
        "\">" PART("/_rels/.rels",
                   "<Relationships><Relationship Id=\"rId1\" Type=\"" REL
                   "officeDocument\" Target=\"word/document.xml\"/></Relationships>")
            PART("/word/_rels/document.xml.rels",
                 "<Relationships><Relationship Id=\"rId1\" Type=\"" REL
                 "styles\" Target=\"styles.xml\"/><Relationship Id=\"rId2\" Type=\"" REL
                 "header\" Target=\"header1.xml\"/></Relationships>")
                PART("/word/document.xml",
                     "<w:document><w:body><w:p><w:pPr><w:pStyle w:val=\"Mark\"/></w:pPr><w:r><w:t>"
                     "秘密</w:t></w:r><w:r><w:t>★5年</w:t></w:r></w:p><w:p><w:r><w:t>关于食堂的通知"
                     "</w:t></w:r><w:del w:author=\"赵六\" w:date=\"2024-01-02T03:04:05Z\"><w:r>"
                     "<w:delText>删去的话</w:delText></w:r></w:del></w:p></w:body></w:document>")
                    PART("/word/styles.xml",
                         "<w:styles><w:style w:type=\"paragraph\" w:styleId=\"Mark\"><w:rPr><w:sz "
                         "w:val=\"32\"/></w:rPr></w:style></w:styles>")
                        PART("/word/header1.xml",
                             "<w:hdr><w:p><w:r><w:t>页眉</w:t></w:r></w:p></w:hdr>")
                            PART(
                                "/word/old.xml",
                                "<w:document><w:body><w:p><w:r><w:t>没有关系指向的旧稿</w:t></w:r>"
                                "</w:p></w:body></w:document>") "<pkg:part "
                                                                "pkg:name=\"/word/embeddings/"
                                                                "note.txt\"><pkg:binaryData>5p"
                                                                "2O5Zub55qE55Sz6K+35Lmm5ZKM6K+"
                                                                "05piO5paH5a2X44CC</pkg:binaryData>"
                                                                "</pkg:part></pkg:package>\n");
}

static void word_plain(lj_buf *out)
{
    lj_buf_put_cstr(
        out,
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<?mso-application "
        "progid=\"Word.Document\"?>\n<w:wordDocument "
        "xmlns:w=\"http://schemas.microsoft.com/office/word/2003/wordml\" "
        "xmlns:aml=\"http://schemas.microsoft.com/aml/2001/core\" "
        "xmlns:wx=\"http://schemas.microsoft.com/office/word/2003/auxHint\" "
        "xmlns:o=\"urn:schemas-microsoft-com:office:office\"><o:DocumentProperties><o:Title>"
        "用车申请"
        "</o:Title></o:DocumentProperties><o:CustomDocumentProperties><o:承办 "
        "dt:dt=\"string\">后勤科"
        "</o:承办></o:CustomDocumentProperties><w:styles><w:style w:type=\"paragraph\" "
        "w:default=\"on\" w:styleId=\"a\"><w:name w:val=\"Normal\"/><w:rPr><w:sz w:val=\"21\"/>"
        "</w:rPr></w:style><w:style w:type=\"paragraph\" w:styleId=\"Mark\"><w:basedOn "
        "w:val=\"a\"/><w:rPr><w:rFonts w:fareast=\"黑体\"/><w:sz w:val=\"32\"/></w:rPr></w:style>"
        "</w:styles><w:docPr><w:docVars><w:docVar w:name=\"var1\" "
        "w:val=\"变量里的字\"/></w:docVars>"
        "</w:docPr><w:body><wx:sect><w:p><w:pPr><w:pStyle w:val=\"Mark\"/></w:pPr><w:r><w:t>秘密"
        "</w:t></w:r><w:r><w:t>★5年</w:t></w:r></w:p><w:p><w:r><w:t>用车</w:t></w:r>"
        "<aml:annotation aml:id=\"1\" w:type=\"Word.Deletion\" aml:author=\"赵六\" "
        "aml:createdate=\"2024-01-02T03:04:05Z\"><aml:content><w:r><w:delText>删去的话</w:delText>"
        "</w:r></aml:content></aml:annotation><w:r><w:rPr><w:vanish/></w:rPr><w:t>隐藏的话</w:t>"
        "</w:r><w:r><w:t>申请</w:t></w:r><aml:annotation aml:id=\"2\" w:type=\"Word.Comment\" "
        "aml:author=\"王五\" "
        "aml:createdate=\"2024-03-05T08:30:00Z\"><aml:content><w:p><w:r><w:t>请核对"
        "</w:t></w:r></w:p></aml:content></aml:annotation></w:p><w:tbl><w:tr><w:tc><w:p><w:r><w:t>"
        "车号</w:t></w:r></w:p></w:tc></w:tr></w:tbl><w:p><w:r><w:pict><w:binData "
        "w:name=\"wordml://1.txt\">5p2O5Zub55qE55Sz6K+35Lmm5ZKM6K+05piO5paH5a2X44CC</w:binData>"
        "</w:pict></w:r></w:p><w:p><w:pPr><w:sectPr><w:hdr w:type=\"odd\"><w:p><w:r><w:t>页眉甲"
        "</w:t></w:r></w:p></w:hdr></w:sectPr></w:pPr><w:r><w:t>末段</w:t></w:r></w:p><w:sectPr>"
        "<w:ftr w:type=\"odd\"><w:p><w:r><w:t>页脚乙</w:t></w:r></w:p></w:ftr></w:sectPr></wx:sect>"
        "</w:body></w:wordDocument>\n");
}

static void excel_plain(lj_buf *out)
{
    lj_buf_put_cstr(
        out,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<?mso-application progid=\"Excel.Sheet\"?>\n"
        "<Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" "
        "xmlns:o=\"urn:schemas-microsoft-com:office:office\" "
        "xmlns:x=\"urn:schemas-microsoft-com:office:excel\" "
        "xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\"><DocumentProperties "
        "xmlns=\"urn:schemas-microsoft-com:office:office\"><Title>领用表</Title></"
        "DocumentProperties>"
        "<Styles><Style ss:ID=\"Default\"><Font ss:FontName=\"宋体\" "
        "ss:Size=\"12\"/></Style><Style "
        "ss:ID=\"s1\"><Font ss:FontName=\"黑体\" ss:Size=\"16\" ss:Color=\"#FF0000\" "
        "ss:Bold=\"1\"/>"
        "<Alignment ss:Horizontal=\"Center\"/></Style><Style ss:ID=\"s2\"><Font "
        "ss:Color=\"#FFFFFF\"/></Style><Style ss:ID=\"s3\"><NumberFormat "
        "ss:Format=\"&quot;编号★&quot;0&quot;号柜&quot;\"/></Style><Style "
        "ss:ID=\"s4\"><NumberFormat "
        "ss:Format=\";;;\"/></Style></Styles><Names><NamedRange ss:Name=\"领用区域\" "
        "ss:RefersTo=\"=Sheet1!R1C1\"/></Names><Worksheet ss:Name=\"领用\"><Table><Column "
        "ss:Index=\"4\" ss:Hidden=\"1\" ss:Span=\"1\"/><Row><Cell ss:StyleID=\"s1\"><Data "
        "ss:Type=\"String\">领用登记</Data><Comment ss:Author=\"王五\"><ss:Data "
        "xmlns=\"http://www.w3.org/TR/REC-html40\"><B>王五:</B><Font>请核对</Font></ss:Data></"
        "Comment>"
        "</Cell><Cell><ss:Data ss:Type=\"String\" xmlns=\"http://www.w3.org/TR/REC-html40\">铅"
        "<B>笔</B></ss:Data></Cell><Cell ss:Index=\"5\"><Data "
        "ss:Type=\"String\">隐藏列</Data></Cell>"
        "</Row><Row ss:Index=\"7\" ss:Hidden=\"1\"><Cell><Data "
        "ss:Type=\"String\">隐藏行</Data></Cell>"
        "</Row><Row><Cell ss:StyleID=\"s2\"><Data ss:Type=\"String\">白字格</Data></Cell><Cell "
        "ss:StyleID=\"s3\"><Data ss:Type=\"Number\">10</Data></Cell><Cell ss:StyleID=\"s4\"><Data "
        "ss:Type=\"String\">不显示的格</Data></Cell></Row><Row><Cell "
        "ss:Formula=\"=&quot;仓&quot;&amp;&quot;库&quot;\"><Data "
        "ss:Type=\"String\">仓库</Data></Cell>"
        "<Cell ss:HRef=\"http://example.invalid/\"><Data "
        "ss:Type=\"Number\">12.5</Data></Cell></Row>"
        "</Table><WorksheetOptions xmlns=\"urn:schemas-microsoft-com:office:excel\"><PageSetup>"
        "<Header x:Data=\"&amp;L左侧&amp;C&amp;&quot;黑体,常规&quot;&amp;16中间\"/><Footer "
        "x:Data=\"第 &amp;P 页\"/></PageSetup></WorksheetOptions></Worksheet><Worksheet "
        "ss:Name=\"备用\"><Table><Row><Cell><Data ss:Type=\"String\">隐藏表内</Data></Cell></Row>"
        "</Table><WorksheetOptions xmlns=\"urn:schemas-microsoft-com:office:excel\"><Visible>"
        "SheetHidden</Visible></WorksheetOptions></Worksheet></Workbook>\n");
}

/* ---- seeds: nested deeper and repeated longer than the tables of the reader ---- */

static void repeat(lj_buf *out, const char *text, unsigned times)
{
    while (times-- > 0) {
        lj_buf_put_cstr(out, text);
    }
}

static void nested(lj_buf *out, const char *open, const char *inner, const char *close,
                   unsigned times)
{
    repeat(out, open, times);
    lj_buf_put_cstr(out, inner);
    repeat(out, close, times);
}

static void with_nested(zip_build *zip, const char *kind, const char *open, const char *inner,
                        const char *close, unsigned times)
{
    lj_buf body;
    lj_buf_init(&body, NULL, 4 << 20);
    nested(&body, open, inner, close, times);
    lj_buf_put_u8(&body, 0);
    odf_begin(zip, kind, "");
    odf_content(zip, kind, "", (const char *)body.ptr);
    lj_buf_done(&body);
}

static void seed_spans(zip_build *zip)
{
    with_nested(zip, "text", "<text:p><text:span>", "甲", "</text:span></text:p>", 100);
}

static void seed_frames(zip_build *zip)
{
    with_nested(zip, "text", "<text:p><draw:frame><draw:text-box>", PLAIN("乙"),
                "</draw:text-box></draw:frame></text:p>", 14);
}

static void seed_tables(zip_build *zip)
{
    with_nested(zip, "spreadsheet", "<table:table><table:table-row><table:table-cell>", PLAIN("丙"),
                "</table:table-cell></table:table-row></table:table>", 11);
}

static void seed_columns(zip_build *zip)
{
    with_nested(zip, "spreadsheet", "<table:table><table:table-row/>", "",
                "<table:table-column table:visibility=\"collapse\"/>", 60);
}

static void seed_pages(zip_build *zip)
{
    with_nested(zip, "presentation", "<draw:page><draw:g><draw:frame draw:layer=\"x\">", "丁",
                "</draw:frame></draw:g></draw:page>", 60);
}

static void seed_shapes(zip_build *zip)
{
    odf_begin(zip, "graphics", "");
    lj_buf layers;
    lj_buf_init(&layers, NULL, 1 << 20);
    repeat(&layers, "<draw:layer draw:name=\"x\" draw:display=\"none\"/>", 20);
    lj_buf_put_u8(&layers, 0);
    odf_styles(zip, "", "", (const char *)layers.ptr);
    lj_buf_done(&layers);
    odf_content(zip, "drawing", "",
                "<draw:page><draw:rect draw:layer=\"x\">" PLAIN("戊") "</draw:rect></draw:page>");
}

static void seed_book(zip_build *zip)
{
    epub_encrypted(zip);
}

static void seed_fodt(lj_buf *out)
{
    lj_buf inner;
    lj_buf_init(&inner, NULL, 1 << 20);
    lj_buf_put_cstr(&inner, "<office:styles>");
    for (unsigned i = 0; i < 60; i++) { /* a chain that is longer than what is followed */
        lj_buf_put_cstr(&inner, "<style:style style:family=\"text\" style:name=\"s");
        lj_buf_put_dec(&inner, i);
        lj_buf_put_cstr(&inner, "\" style:parent-style-name=\"s");
        lj_buf_put_dec(&inner, i + 1);
        lj_buf_put_cstr(&inner, "\"/>");
    }
    lj_buf_put_cstr(&inner, "</office:styles><office:body><office:text>");
    nested(&inner, "<text:p><text:note><text:note-body>", PLAIN(SPAN("s0", "甲")),
           "</text:note-body></text:note></text:p>", 60);
    lj_buf_put_cstr(&inner, "</office:text></office:body>");
    lj_buf_put_u8(&inner, 0);
    odf_flat(out, "text", (const char *)inner.ptr);
    lj_buf_done(&inner);
}

/* More attributes than the tokenizer has room for at first, inside of parts that are read in loops
 * of their own: it takes memory there. */
static void seed_attrs(lj_buf *out)
{
    static const char *const around[] = {"office:meta", "office:settings", "office:scripts",
                                         "math:math"};
    lj_buf inner;
    lj_buf_init(&inner, NULL, 1 << 20);
    for (unsigned i = 0; i < LJ_COUNT_OF(around); i++) {
        lj_buf_put_cstr(&inner, "<");
        lj_buf_put_cstr(&inner, around[i]);
        lj_buf_put_cstr(&inner, "><a");
        for (unsigned k = 0; k < 20u << i; k++) {
            lj_buf_put_cstr(&inner, " a");
            lj_buf_put_dec(&inner, k);
            lj_buf_put_cstr(&inner, "=\"b\"");
        }
        lj_buf_put_cstr(&inner, "/></");
        lj_buf_put_cstr(&inner, around[i]);
        lj_buf_put_cstr(&inner, "><office:body><text:p b=\"c\">甲</text:p></office:body>");
    }
    lj_buf_put_u8(&inner, 0);
    odf_flat(out, "text", (const char *)inner.ptr);
    lj_buf_done(&inner);
}

static void seed_flat(lj_buf *out)
{
    lj_buf_put_cstr(out, "<pkg:package xmlns:pkg=\"http://schemas.microsoft.com/office/2006/"
                         "xmlPackage\">");
    repeat(out,
           PART("/xl/workbook.xml", "<workbook><sheets><sheet name=\"a\"/></sheets></workbook>"),
           70);
    lj_buf_put_cstr(out, "</pkg:package>");
}

static void seed_word(lj_buf *out)
{
    lj_buf_put_cstr(out, "<w:wordDocument xmlns:w=\"x\"><w:body>");
    nested(out, "<w:p><w:pPr><w:sectPr><w:hdr>", "<w:p><w:r><w:t>甲</w:t></w:r></w:p>",
           "</w:hdr></w:sectPr></w:pPr></w:p>", 15);
    nested(out, "<aml:annotation w:type=\"Word.Deletion\"><aml:content>",
           "<w:r><w:delText>乙</w:delText></w:r>", "</aml:content></aml:annotation>", 40);
    lj_buf_put_cstr(out, "</w:body></w:wordDocument>");
}

static void seed_excel(lj_buf *out)
{
    lj_buf_put_cstr(out,
                    "<Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\"><Worksheet>"
                    "<Table>");
    repeat(out, "<Column Hidden=\"1\"/>", 300);
    repeat(out, "<Row Index=\"2147483646\"/>", 3);
    repeat(out,
           "<Row><Cell Index=\"2147483646\" MergeAcross=\"2147483646\"><Data "
           "Type=\"String\">甲</Data></Cell></Row>",
           3);
    lj_buf_put_cstr(out, "</Table></Worksheet></Workbook>");
}

/* ---- writing ---- */

typedef struct sample_row {
    const char *path;
    void (*package)(zip_build *zip);
    void (*file)(lj_buf *out);
    unsigned eighths;
} sample_row;

/* the tool dies on these rows */
/* clang-format off */
static const sample_row samples[] = {
    {"odt/plain.odt",           odt_plain,           NULL,        8},
    {"odt/truncated.odt",       odt_plain,           NULL,        6},
    {"odt/hidden.odt",          odt_hidden,          NULL,        8},
    {"odt/changes.odt",         odt_changes,         NULL,        8},
    {"odt/parts.odt",           odt_parts,           NULL,        8},
    {"odt/nomime.odt",          odt_nomime,          NULL,        8},
    {"odt/damaged.odt",         odt_damaged,         NULL,        8},
    {"odt/encrypted.odt",       odt_encrypted,       NULL,        8},
    {"odt/whole.encrypted.odt", odt_encrypted_whole, NULL,        8},
    {"ods/plain.ods",           ods_plain,           NULL,        8},
    {"ods/truncated.ods",       ods_plain,           NULL,        6},
    {"ods/changes.ods",         ods_changes,         NULL,        8},
    {"odp/plain.odp",           odp_plain,           NULL,        8},
    {"odp/truncated.odp",       odp_plain,           NULL,        6},
    {"odg/plain.odg",           odg_plain,           NULL,        8},
    {"odg/truncated.odg",       odg_plain,           NULL,        6},
    {"vsdx/plain.vsdx",         vsdx_plain,          NULL,        8},
    {"vsdx/truncated.vsdx",     vsdx_plain,          NULL,        5},
    {"epub/plain.epub",         epub_plain,          NULL,        8},
    {"epub/truncated.epub",     epub_plain,          NULL,        5},
    {"epub/encrypted.epub",     epub_encrypted,      NULL,        8},
    {"fodt/plain.fodt",         NULL,                fodt_plain,  8},
    {"fodt/truncated.fodt",     NULL,                fodt_plain,  7},
    {"fods/plain.fods",         NULL,                fods_plain,  8},
    {"fods/truncated.fods",     NULL,                fods_plain,  6},
    {"fodp/plain.fodp",         NULL,                fodp_plain,  8},
    {"fodp/truncated.fodp",     NULL,                fodp_plain,  6},
    {"opc-flat/plain.xml",      NULL,                flat_plain,  8},
    {"opc-flat/truncated.xml",  NULL,                flat_plain,  5},
    {"word-xml/plain.xml",      NULL,                word_plain,  8},
    {"word-xml/truncated.xml",  NULL,                word_plain,  6},
    {"excel-xml/plain.xml",     NULL,                excel_plain, 8},
    {"excel-xml/truncated.xml", NULL,                excel_plain, 6},
};

static const sample_row seeds[] = {
    {"odt/spans.odt",       seed_spans,    NULL,       8},
    {"odt/frames.odt",      seed_frames,   NULL,       8},
    {"odt/locked.odt",      odt_encrypted, NULL,       8},
    {"ods/tables.ods",      seed_tables,   NULL,       8},
    {"ods/columns.ods",     seed_columns,  NULL,       8},
    {"odp/pages.odp",       seed_pages,    NULL,       8},
    {"odg/layers.odg",      seed_shapes,   NULL,       8},
    {"vsdx/shapes.vsdx",    vsdx_plain,    NULL,       8},
    {"epub/locked.epub",    seed_book,     NULL,       8},
    {"fodt/notes.fodt",     NULL,          seed_fodt,  8},
    {"fodt/attrs.fodt",     NULL,         seed_attrs, 8},
    {"fods/plain.fods",     NULL,          fods_plain, 8},
    {"fodp/plain.fodp",     NULL,          fodp_plain, 8},
    {"opc-flat/parts.xml",  NULL,          seed_flat,  8},
    {"word-xml/nested.xml", NULL,          seed_word,  8},
    {"excel-xml/far.xml",   NULL,          seed_excel, 8},
};

/* clang-format on */

static bool write_file(const char *folder, const char *name, lj_slice bytes)
{
    char path[1024];
    if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path)) {
        return false;
    }
    FILE *file = fopen(path, "wb");
    bool fits = file != NULL && fwrite(bytes.ptr, 1, bytes.len, file) == bytes.len;
    if (file != NULL) {
        fits = fclose(file) == 0 && fits;
    }
    if (!fits) {
        (void)fprintf(stderr, "cannot write %s\n", path);
    }
    return fits;
}

static bool write_row(const char *folder, const sample_row *row)
{
    zip_build zip;
    lj_buf text;
    zip_build_init(&zip);
    lj_buf_init(&text, NULL, 4 << 20);
    lj_slice bytes = {NULL, 0};
    if (row->package != NULL) {
        row->package(&zip);
        bytes = zip_build_end(&zip, LJ_BYTES(""), false);
    } else {
        row->file(&text);
        bytes = lj_buf_slice(&text);
    }
    bytes.len = row->eighths == 8 ? bytes.len : bytes.len / 8 * row->eighths;
    bool fits = write_file(folder, row->path, bytes);
    zip_build_done(&zip);
    lj_buf_done(&text);
    return fits;
}

int main(int argc, char **argv)
{
    bool wants_seeds = argc == 3 && strcmp(argv[1], "--seeds") == 0;
    if (argc != 2 && !wants_seeds) {
        (void)fprintf(stderr, "usage: odf_samples [--seeds] DIR\n");
        return 64;
    }
    const sample_row *rows = wants_seeds ? seeds : samples;
    size_t count = wants_seeds ? LJ_COUNT_OF(seeds) : LJ_COUNT_OF(samples);
    bool fits = true;
    for (size_t i = 0; i < count && fits; i++) {
        fits = write_row(argv[argc - 1], &rows[i]);
    }
    return fits ? 0 : 1;
}
