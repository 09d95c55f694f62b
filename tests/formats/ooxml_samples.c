/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Writes the samples and fuzz seeds of docx, xlsx and pptx.
 *
 *   ooxml_samples DIR          DIR/docx/plain.docx ... as they stand in tests/formats/
 *   ooxml_samples --seeds DIR  DIR/docx/runs.docx ... as they stand in fuzz/seeds/
 *
 * The folders must exist. A sample is a row of `samples`, a seed a row of `seeds`: path, function
 * or parts. All text is invented. Samples are deflated packages as offices write them; seeds hold
 * their parts stored, so that a fuzzer reaches the XML.
 *
 *   docx_plain    a paper: mark, number, title, body, header, footer, styles
 *   docx_hidden   text that is not seen: hidden, white, small, deleted, off the page, in a branch
 *   docx_parts    text beside the body: properties, comments, notes, forms, fields, custom XML,
 *                 word art, an old version that nothing reaches
 *   xlsx_plain    cells, rich strings, formulas, header, comments
 *   xlsx_hidden   hidden sheet, row, column, white font, formats with words and without
 *   pptx_plain    title, text, table, notes, comments, master
 *   pptx_hidden   hidden slide, off the slide, covered, white, transparent, small
 *   *_truncated   the plain ones cut at three quarters */
#include <stdio.h>

#include "base/num.h"
#include "ooxml_build.h"

#define P(inner)        "<w:p>" inner "</w:p>"
#define R(text)         "<w:r><w:t xml:space=\"preserve\">" text "</w:t></w:r>"
#define RP(props, text) "<w:r><w:rPr>" props "</w:rPr><w:t>" text "</w:t></w:r>"

/* ---- docx ---- */

static void docx_plain(zip_build *zip)
{
    ooxml_docx_begin(
        zip,
        P("<w:pPr><w:pStyle w:val=\"Mark\"/></w:pPr>" R(
            "机密") "<w:proofErr "
                    "w:type=\"spellStart\"/>" R("★10"
                                                "年")) P(R("000123")) P("<w:pPr><w:jc "
                                                                        "w:val=\"center\"/></"
                                                                        "w:pPr>" RP("<w:color "
                                                                                    "w:val="
                                                                                    "\"FF0000\"/"
                                                                                    "><w:sz "
                                                                                    "w:val=\"44\"/"
                                                                                    ">",
                                                                                    "示例县测试局文"
                                                                                    "件"))
            P(R("示测发〔2024〕5号")) P("<w:pPr><w:ind w:firstLineChars=\"200\"/></w:pPr>" R(
                "各科"
                "室："
                "现将"
                "仓库"
                "盘点"
                "的安"
                "排印"
                "发给"
                "你们"
                "，请"
                "按时"
                "完成"
                "。")) "<w:tbl><w:tr><w:tc>" P(R("品名")) "</w:tc><w:tc>" P(R("数量")) "</w:tc></"
                                                                                       "w:tr><w:tr>"
                                                                                       "<w:tc>" P(R(
                                                                                           "铅笔")) "</"
                                                                                                    "w:"
                                                                                                    "tc"
                                                                                                    "><"
                                                                                                    "w:"
                                                                                                    "tc"
                                                                                                    ">" P(R(
                                                                                                        "12")) "</w:tc></w:tr></w:tbl>",
        "styles styles.xml\nheader header1.xml\nfooter footer1.xml");
    ooxml_part(zip, "word/styles.xml", "w:styles",
               "<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:eastAsia=\"仿宋\"/><w:sz "
               "w:val=\"32\"/></w:rPr></w:rPrDefault></w:docDefaults>"
               "<w:style w:type=\"paragraph\" w:styleId=\"Mark\"><w:rPr><w:rFonts "
               "w:eastAsia=\"黑体\"/></w:rPr></w:style>");
    ooxml_part(zip, "word/header1.xml", "w:hdr", P(R("示例页眉")));
    ooxml_part(zip, "word/footer1.xml", "w:ftr", P(R("第 1 页")));
    ooxml_part(zip, "docProps/app.xml", "Properties", "<Company>示例县测试局</Company>");
}

#define BOX(offset, text)                                                                          \
    "<w:drawing><wp:anchor><wp:positionH relativeFrom=\"page\"><wp:posOffset>" offset              \
    "</wp:posOffset></wp:positionH>"                                                               \
    "<wp:positionV "                                                                               \
    "relativeFrom=\"page\"><wp:posOffset>127000</wp:posOffset></wp:positionV><wp:extent "          \
    "cx=\"1270000\" cy=\"635000\"/>"                                                               \
    "<wps:txbx><w:txbxContent>" P(R(text)) "</w:txbxContent></wps:txbx></wp:anchor></w:drawing>"

static void docx_hidden(zip_build *zip)
{
    ooxml_docx_begin(
        zip,
        P(R("看得见的一行")) P(RP("<w:vanish/>", "机密★10年")) P(
            RP("<w:rStyle w:val=\"Child\"/>", "由样式隐藏"))
            P(RP("<w:color w:val=\"FFFFFF\"/>", "白色文字")) P(
                RP("<w:color w:val=\"FFFFFF\"/><w:shd w:val=\"clear\" w:fill=\"000080\"/>",
                   "深底白字")) P(RP("<w:sz w:val=\"2\"/>", "极小文字"))
                P(RP("<w14:textFill><w14:noFill/></w14:textFill>", "无填充")) P(
                    R("此处") "<w:del w:author=\"某人\" "
                              "w:date=\"2024-03-01T08:00:00Z\"><w:r><w:delText>秘密★5年</"
                              "w:delText></w:r></w:del>" R("已删去"))
                    P("<w:r>" BOX("254000", "页内文本框") "</w:r><w:r>" BOX("-9999999",
                                                                            "页外文本框") "</w:r>")
                        P("<w:r><mc:AlternateContent><mc:Choice>" BOX(
                            "254000",
                            "甲式") "</"
                                    "mc:Choice><mc:Fallback><w:pict><v:shape><v:textbox><w:"
                                    "txbxContent>" P(R("乙式")) "</w:txbxContent></v:textbox></"
                                                                "v:shape></w:pict></mc:Fallback></"
                                                                "mc:AlternateContent></w:r>"),
        "styles styles.xml");
    ooxml_part(
        zip, "word/styles.xml", "w:styles",
        "<w:style w:type=\"character\" w:styleId=\"Gone\"><w:rPr><w:vanish/></w:rPr></w:style>"
        "<w:style w:type=\"character\" w:styleId=\"Child\"><w:basedOn w:val=\"Gone\"/></w:style>");
}

static void docx_parts(zip_build *zip)
{
    ooxml_docx_begin(
        zip,
        P("<w:sdt><w:sdtPr><w:alias w:val=\"密级\"/><w:dropDownList><w:listItem "
          "w:displayText=\"秘密\" w:value=\"1\"/></w:dropDownList></w:sdtPr><w:sdtContent>" R(
              "公开") "</w:sdtContent></w:sdt>")
            P("<w:r><w:fldChar w:fldCharType=\"begin\"/><w:instrText>QUOTE "
              "\"域中</w:instrText></w:r><w:r><w:instrText>文字\"</w:instrText><w:fldChar "
              "w:fldCharType=\"end\"/></w:r>")
                P("<w:bookmarkStart w:name=\"书签名\"/>" R(
                    "机密") "<w:r><w:sym w:font=\"Wingdings\" w:char=\"F0AB\"/></w:r>" R("10年"))
                    P("<w:r><w:drawing><wp:inline><wp:docPr name=\"a\" "
                      "descr=\"图片说明\"/></wp:inline></w:drawing><w:pict><v:shape><v:textpath "
                      "string=\"内部资料\"/></v:shape></w:pict></w:r>"),
        "comments comments.xml\nfootnotes footnotes.xml\nsettings settings.xml\ncustomXml "
        "../customXml/item1.xml\n"
        "External http://example.org/%E7%A4%BA%E4%BE%8B");
    ooxml_part(zip, "word/comments.xml", "w:comments",
               "<w:comment w:author=\"某人\" w:date=\"2024-03-01T08:00:00Z\">" P(
                   R("批注文字")) "</w:comment>");
    ooxml_part(zip, "word/footnotes.xml", "w:footnotes",
               "<w:footnote>" P(R("脚注文字")) "</w:footnote>");
    ooxml_part(zip, "word/settings.xml", "w:settings",
               "<w:docVar w:name=\"变量\" w:val=\"变量值\"/>");
    ooxml_part(zip, "customXml/item1.xml", "root", "<密级>机密</密级>");
    ooxml_part(zip, "docProps/custom.xml", "Properties",
               "<property name=\"密级\"><vt:lpwstr>机密★10年</vt:lpwstr></property>");
    ooxml_part(zip, "docProps/core.xml", "cp:coreProperties", "<dc:title>示例标题</dc:title>");
    ooxml_part(zip, "word/document2.xml", "w:document", P(R("旧版本的文字")));
    zip_build_text(zip, "word/embeddings/note.txt", "嵌入的文本");
}

/* ---- xlsx ---- */

static void xlsx_plain(zip_build *zip)
{
    ooxml_xlsx_begin(zip, "盘点表", "styles styles.xml\nsharedStrings sharedStrings.xml");
    ooxml_part(zip, "xl/styles.xml", "styleSheet",
               "<fonts><font><sz val=\"11\"/></font><font><sz val=\"16\"/><name "
               "val=\"黑体\"/></font></fonts><cellXfs><xf fontId=\"0\"/><xf "
               "fontId=\"1\"><alignment horizontal=\"center\"/></xf></cellXfs>");
    ooxml_part(zip, "xl/sharedStrings.xml", "sst",
               "<si><r><t>机密</t></r><r><rPr><b/></rPr><t>★10年</t></r></si><si><t>品名</t></"
               "si><si><t>没有单元格用到</t></si>");
    ooxml_sheet(zip, 1,
                "<row r=\"1\"><c r=\"A1\" s=\"1\" t=\"s\"><v>0</v></c></row><row r=\"2\"><c "
                "r=\"A2\" t=\"s\"><v>1</v></c><c r=\"B2\"><v>12</v></c>"
                "<c r=\"C2\" "
                "t=\"str\"><f>\"第\"&amp;\"一\"</f><v>第一</v></c></row></"
                "sheetData><headerFooter><oddHeader>&amp;L&amp;16示例&amp;B页眉&amp;R第&amp;P页</"
                "oddHeader></headerFooter><sheetData>");
    ooxml_rels(zip, "xl/worksheets/sheet1.xml", "comments ../comments1.xml");
    ooxml_part(zip, "xl/comments1.xml", "comments",
               "<authors><author>某人</author></authors><comment ref=\"B2\" "
               "authorId=\"0\"><text><t>批注文字</t></text></comment>");
    ooxml_part(zip, "docProps/app.xml", "Properties", "<Company>示例县测试局</Company>");
}

static void xlsx_hidden(zip_build *zip)
{
    ooxml_xlsx_begin(zip, "甲表\n乙表 veryHidden", "styles styles.xml");
    ooxml_part(zip, "xl/styles.xml", "styleSheet",
               "<numFmts><numFmt numFmtId=\"164\" formatCode=\";;;\"/><numFmt numFmtId=\"165\" "
               "formatCode=\"&quot;机密★&quot;0&quot;年&quot;\"/></numFmts>"
               "<fonts><font/><font><color rgb=\"FFFFFFFF\"/></font></fonts><cellXfs><xf "
               "fontId=\"0\"/><xf fontId=\"1\"/><xf fontId=\"0\" numFmtId=\"164\"/><xf "
               "fontId=\"0\" numFmtId=\"165\"/></cellXfs>");
    ooxml_sheet(zip, 1,
                "<cols><col min=\"2\" max=\"2\" hidden=\"1\"/></cols><row r=\"1\"><c r=\"A1\" "
                "t=\"inlineStr\"><is><t>看得见</t></is></c><c r=\"B1\" "
                "t=\"inlineStr\"><is><t>隐藏列</t></is></c></row>"
                "<row r=\"2\" hidden=\"1\"><c r=\"A2\" "
                "t=\"inlineStr\"><is><t>隐藏行</t></is></c></row><row r=\"3\"><c r=\"A3\" s=\"1\" "
                "t=\"inlineStr\"><is><t>白色字</t></is></c>"
                "<c r=\"C3\" s=\"2\" t=\"inlineStr\"><is><t>无显示</t></is></c><c r=\"D3\" "
                "s=\"3\"><v>10</v></c></row>");
    ooxml_sheet(zip, 2,
                "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>深藏的表</t></is></c></row>");
}

/* ---- pptx ---- */

#define A(text)         "<a:p><a:r><a:t>" text "</a:t></a:r></a:p>"
#define AP(props, text) "<a:p><a:r><a:rPr" props "</a:rPr><a:t>" text "</a:t></a:r></a:p>"
#define SP(head, pos, paras)                                                                       \
    "<p:sp><p:nvSpPr>" head "</p:nvSpPr>" pos "<p:txBody>" paras "</p:txBody></p:sp>"
#define AT(x, y, cx, cy, fill)                                                                     \
    "<p:spPr><a:xfrm><a:off x=\"" x "\" y=\"" y "\"/><a:ext cx=\"" cx "\" cy=\"" cy                \
    "\"/></a:xfrm>" fill "</p:spPr>"
#define FILL(colour) "<a:solidFill><a:srgbClr val=\"" colour "\"/></a:solidFill>"

static void pptx_plain(zip_build *zip)
{
    ooxml_pptx_begin(zip, 1, "slideMaster slideMasters/slideMaster1.xml");
    ooxml_slide(zip, 1, "",
                SP("<p:nvPr><p:ph type=\"title\"/></p:nvPr>", "", A("示例标题"))
                    SP("", AT("127000", "127000", "1270000", "635000", ""),
                       AP(" sz=\"1600\" b=\"1\">", "机密★10年")
                           A("平常的一段文字")) "<p:graphicFrame><a:tbl><a:tr><a:tc><a:"
                                                "txBody>" A("品名") "</a:txBody></"
                                                                    "a:tc><a:tc><a:"
                                                                    "txBody>" A("数量") "</"
                                                                                        "a:"
                                                                                        "txB"
                                                                                        "ody"
                                                                                        "></"
                                                                                        "a:"
                                                                                        "tc>"
                                                                                        "</"
                                                                                        "a:"
                                                                                        "tr>"
                                                                                        "</"
                                                                                        "a:"
                                                                                        "tbl"
                                                                                        "></"
                                                                                        "p:"
                                                                                        "gra"
                                                                                        "phi"
                                                                                        "cFr"
                                                                                        "ame"
                                                                                        ">");
    ooxml_rels(zip, "ppt/slides/slide1.xml",
               "notesSlide ../notesSlides/notesSlide1.xml\ncomments "
               "../comments/comment1.xml\nslideLayout ../slideLayouts/slideLayout1.xml");
    ooxml_part(zip, "ppt/notesSlides/notesSlide1.xml", "p:notes", SP("", "", A("讲稿文字")));
    ooxml_part(zip, "ppt/comments/comment1.xml", "p:cmLst",
               "<p:cm authorId=\"0\" dt=\"2024-03-01T08:00:00\"><p:text>批注文字</p:text></p:cm>");
    ooxml_part(zip, "ppt/slideMasters/slideMaster1.xml", "p:sldMaster", SP("", "", A("母版文字")));
    ooxml_part(zip, "ppt/slideLayouts/slideLayout1.xml", "p:sldLayout", SP("", "", A("版式文字")));
    ooxml_part(zip, "docProps/app.xml", "Properties", "<Company>示例县测试局</Company>");
}

static void pptx_hidden(zip_build *zip)
{
    ooxml_pptx_begin(zip, 2, "");
    ooxml_slide(zip, 1, "show=\"0\"", SP("", "", A("隐藏的幻灯片")));
    ooxml_slide(zip, 2, "",
                "<p:bg><p:bgPr>" FILL("FFFFFF") "</p:bgPr></p:bg>" SP(
                    "", AT("-5000000", "0", "1000000", "1000000", ""), A("页外文字"))
                    SP("", AT("1000000", "1000000", "100000", "100000", ""), A("被盖住"))
                        SP("", AT("0", "0", "3000000", "3000000", FILL("000080")),
                           AP(">" FILL("FFFFFF"), "深底白字"))
                            SP("", AT("5000000", "1000000", "9", "9", ""),
                               AP(">" FILL("FFFFFF"), "白底白字") AP("><a:noFill/>", "无填充")
                                   AP(" sz=\"100\">", "极小"))
                                SP("<p:cNvPr name=\"a\" hidden=\"1\" descr=\"替代文字\"/>",
                                   AT("6000000", "1000000", "9", "9", ""), A("隐藏形状")));
}

/* ---- seeds ---- */

/* Parts of one seed: name, text, name, text ... */
typedef struct seed {
    const char *path;
    const char *parts[9];
} seed;

static const seed seeds[] = {
    {"docx/gbk.docx",
     {"word/document.xml",
      "<?xml version='1.0' encoding='GBK'?><w:document>" P(
          R("\xBB\xFA\xC3\xDC\xA1\xEF")) "</w:document>",
      NULL}                                                                                          },
    {"docx/undeclared.docx",
     {"word/document.xml",
      "<w:document>" P(
          R("\xD6\xD0\xBB\xAA\xC8\xCB\xC3\xF1\xB9\xB2\xBA\xCD\xB9\xFA")) "</w:document>",
      NULL}                                                                                          },
    {"docx/utf16.docx",      {"word/document.xml", "<w:document>" P(R("wide")) "</w:document>", NULL}},
    {"xlsx/entities.xlsx",
     {"xl/workbook.xml", "<workbook/>", "xl/sharedStrings.xml",
      "<!DOCTYPE a [<!ENTITY b 'c'><!ENTITY d "
      "'&b;&b;'>]><sst><si><t>&d;&d;&amp;&nbsp;</t></si></sst>",
      NULL}                                                                                          },
    {"docx/runs.docx",
     {"word/document.xml",
      "<w:document><w:body>" P(R("机")
                                   R("密★10年") "<w:r><w:br/><w:sym w:font=\"Wingdings\" "
                                                "w:char=\"F0AB\"/></w:r>") "</w:body></w:document>",
      NULL}                                                                                          },
    {"docx/styles.docx",
     {"word/document.xml",
      "<w:document>" P("<w:pPr><w:pStyle w:val=\"A\"/></w:pPr>" RP(
          "<w:rStyle w:val=\"B\"/><w:vanish/><w:color w:val=\"FFFFFF\"/><w:sz w:val=\"2\"/>",
          "x")) "</w:document>",
      "word/styles.xml",
      "<w:styles><w:docDefaults><w:rPrDefault><w:rPr><w:sz "
      "w:val=\"21\"/></w:rPr></w:rPrDefault></w:docDefaults><w:style w:styleId=\"A\" "
      "w:default=\"1\"/><w:style w:styleId=\"B\"><w:basedOn w:val=\"A\"/></w:style></w:styles>",
      NULL}                                                                                          },
    {"docx/boxes.docx",
     {"word/document.xml",
      "<w:document>" P("<w:r><mc:AlternateContent><mc:Choice>" BOX(
          "-9",
          "x") "</mc:Choice><mc:Fallback><w:pict><v:shape "
               "style=\"left:-9999pt\"><v:textbox><w:txbxContent>" P(R("x")) "</w:txbxContent></"
                                                                             "v:textbox></"
                                                                             "v:shape></w:pict></"
                                                                             "mc:Fallback></"
                                                                             "mc:AlternateContent><"
                                                                             "/w:r>") "</"
                                                                                      "w:document>",
      NULL}                                                                                          },
    {"docx/deleted.docx",
     {"word/document.xml",
      "<w:document>" P(R(
          "a") "<w:del w:author=\"b\" "
               "w:date=\"2024-03-01T08:00:00Z\"><w:r><w:delText>c</w:delText></"
               "w:r></w:del>") "<w:tbl><w:tr><w:tc>" P(R("d")) "</w:tc></w:tr></"
                                                               "w:tbl><w:sdt><w:sdtPr><w:alias "
                                                               "w:val=\"e\"/></"
                                                               "w:sdtPr><w:sdtContent>" P(R(
                                                                   "f")) "</w:sdtContent></w:sdt></"
                                                                         "w:document>",
      NULL}                                                                                          },
    {"docx/rels.docx",
     {"_rels/.rels",
      "<Relationships><Relationship Id=\"rId1\" Type=\"x/officeDocument\" "
      "Target=\"word/document.xml\"/></Relationships>",
      "word/document.xml",
      "<w:document>" P("<w:r><w:fldChar "
                       "w:fldCharType=\"begin\"/><w:instrText>x</w:instrText></w:r>") "</"
                                                                                      "w:document>",
      "word/_rels/document.xml.rels",
      "<Relationships><Relationship Id=\"rId1\" Type=\"x/styles\" "
      "Target=\"../word/./styles.xml\"/><Relationship Id=\"rId2\" Target=\"http://a/%41\" "
      "TargetMode=\"External\"/></Relationships>",
      "docProps/custom.xml",
      "<Properties><property name=\"a\"><vt:lpwstr>b</vt:lpwstr></property></Properties>", NULL}     },
    {"xlsx/cells.xlsx",
     {"xl/workbook.xml",
      "<workbook><sheets><sheet name=\"a\" state=\"hidden\" r:id=\"rId1\"/></sheets></workbook>",
      "xl/_rels/workbook.xml.rels",
      "<Relationships><Relationship Id=\"rId1\" Type=\"x/worksheet\" "
      "Target=\"worksheets/sheet1.xml\"/></Relationships>",
      "xl/worksheets/sheet1.xml",
      "<worksheet><cols><col min=\"1\" max=\"2\" hidden=\"1\"/></cols><sheetData><row r=\"1\"><c "
      "r=\"A1\" t=\"s\" "
      "s=\"1\"><v>0</v></c><c><f>\"a\"&amp;UNICHAR(26426)</f><v>1</v></c></row></sheetData></"
      "worksheet>",
      "xl/sharedStrings.xml",
      "<sst><si><r><rPr><color rgb=\"FFFFFFFF\"/></rPr><t>_x673A_</t></r></si></sst>", NULL}         },
    {"xlsx/formats.xlsx",
     {"xl/workbook.xml", "<workbook/>", "xl/styles.xml",
      "<styleSheet><numFmts><numFmt numFmtId=\"164\" "
      "formatCode=\"&quot;a&quot;0;;;@\"/></numFmts><fonts><font><color "
      "theme=\"0\"/></font></fonts><fills><fill><patternFill patternType=\"solid\"><fgColor "
      "indexed=\"9\"/></patternFill></fill></fills><cellXfs><xf numFmtId=\"164\" fontId=\"0\" "
      "fillId=\"0\"/></cellXfs></styleSheet>",
      "xl/worksheets/sheet1.xml",
      "<worksheet><row><c "
      "s=\"0\"><v>-5</v></c></row><headerFooter><oddHeader>&amp;L&amp;\"x\"&amp;16a&amp;K01+000b</"
      "oddHeader></headerFooter></worksheet>",
      NULL}                                                                                          },
    {"xlsx/notes.xlsx",
     {"xl/workbook.xml", "<workbook/>", "xl/comments1.xml",
      "<comments><authors><author>a</author></authors><comment ref=\"B2\" "
      "authorId=\"0\"><text><r><t>b</t></r></text></comment></comments>",
      "xl/drawings/drawing1.xml",
      "<wsDr><from><col>1</col><row>2</row></from><sp><txBody><a:p><a:r><a:t>c</a:t></a:r></a:p></"
      "txBody></sp></wsDr>",
      "xl/drawings/vmlDrawing1.vml",
      "<xml><v:shape><v:textbox><div>d<br></div></v:textbox></v:shape></xml>", NULL}                 },
    {"pptx/shapes.pptx",
     {"ppt/presentation.xml",
      "<p:presentation><p:sldIdLst><p:sldId r:id=\"rId1\"/></p:sldIdLst><p:sldSz cx=\"9144000\" "
      "cy=\"6858000\"/></p:presentation>",
      "ppt/_rels/presentation.xml.rels",
      "<Relationships><Relationship Id=\"rId1\" Type=\"x/slide\" "
      "Target=\"slides/slide1.xml\"/></Relationships>",
      "ppt/slides/slide1.xml",
      "<p:sld show=\"0\"><p:bg><p:bgPr>" FILL(
          "FFFFFF") "</p:bgPr></p:bg><p:grpSp><p:grpSpPr><a:xfrm><a:off x=\"1\" y=\"1\"/><a:ext "
                    "cx=\"9\" cy=\"9\"/><a:chOff x=\"0\" y=\"0\"/><a:chExt cx=\"0\" "
                    "cy=\"3\"/></a:xfrm></p:grpSpPr>" SP(
                        "<p:cNvPr descr=\"a\"/>", AT("-9", "0", "5", "5", FILL("000080")),
                        AP(" sz=\"100\">" FILL("FFFFFF"),
                           "b")) "</p:grpSp><p:pic>" AT("0", "0", "9", "9", "") "</"
                                                                                "p:"
                                                                                "pic><"
                                                                                "/p:"
                                                                                "sld>",
      NULL}                                                                                          },
    {"pptx/parts.pptx",
     {"ppt/presentation.xml", "<p:presentation/>", "ppt/notesSlides/notesSlide1.xml",
      "<p:notes>" SP("<p:nvPr><p:ph type=\"ftr\"/></p:nvPr>", "", A("a")) "</p:notes>",
      "ppt/comments/comment1.xml",
      "<p:cmLst><p:cm dt=\"2024-03-01T08:00:00\"><p:text>b</p:text></p:cm></p:cmLst>",
      "ppt/charts/chart1.xml",
      "<c:chartSpace><c:title><a:p><a:r><a:t>c</a:t></a:r></a:p></c:title><c:strCache><c:v>d</"
      "c:v></c:strCache><c:numCache><c:formatCode>0\"e\"</c:formatCode><c:v>1</c:v></c:numCache></"
      "c:chartSpace>",
      NULL}                                                                                          },
    {"pptx/theme.pptx",
     {"ppt/presentation.xml", "<p:presentation/>", "ppt/theme/theme1.xml",
      "<a:theme><a:clrScheme><a:lt1><a:sysClr lastClr=\"FFFFFF\"/></a:lt1><a:accent1><a:srgbClr "
      "val=\"AABBCC\"/></a:accent1></a:clrScheme></a:theme>",
      "ppt/slideMasters/slideMaster1.xml",
      "<p:sldMaster><p:bgRef><a:schemeClr val=\"accent1\"/></p:bgRef><a:tbl><a:tr><a:tc>" A(
          "x") "</a:tc></a:tr></a:tbl></p:sldMaster>",
      NULL}                                                                                          },
};

/* ---- writing ---- */

typedef struct sample {
    const char *path;
    void (*make)(zip_build *zip);
    unsigned eighths; /* of the bytes that are written; 8 = all */
} sample;

static const sample samples[] = {
    {"docx/plain.docx",     docx_plain,  8},
    {"docx/hidden.docx",    docx_hidden, 8},
    {"docx/parts.docx",     docx_parts,  8},
    {"docx/truncated.docx", docx_plain,  6},
    {"xlsx/plain.xlsx",     xlsx_plain,  8},
    {"xlsx/hidden.xlsx",    xlsx_hidden, 8},
    {"xlsx/truncated.xlsx", xlsx_plain,  6},
    {"pptx/plain.pptx",     pptx_plain,  8},
    {"pptx/hidden.pptx",    pptx_hidden, 8},
    {"pptx/truncated.pptx", pptx_plain,  6},
};

static bool write_file(const char *folder, const char *path, lj_slice bytes)
{
    char name[4096];
    int len = snprintf(name, sizeof(name), "%s/%s", folder, path);
    FILE *file = len > 0 && (size_t)len < sizeof(name) ? fopen(name, "wb") : NULL;
    bool fits = file != NULL && fwrite(bytes.ptr, 1, bytes.len, file) == bytes.len;
    fits = (file == NULL || fclose(file) == 0) && fits;
    if (!fits) {
        (void)fprintf(stderr, "ooxml_samples: cannot write %s\n", path);
    }
    return fits;
}

static bool write_samples(const char *folder)
{
    bool fits = true;
    for (size_t i = 0; i < LJ_COUNT_OF(samples) && fits; i++) {
        zip_build zip;
        zip_build_init(&zip);
        samples[i].make(&zip);
        lj_slice bytes = zip_build_end(&zip, LJ_BYTES(""), false);
        bytes.len =
            bytes.len / 8 * samples[i].eighths + (samples[i].eighths == 8 ? bytes.len % 8 : 0);
        fits = write_file(folder, samples[i].path, bytes);
        zip_build_done(&zip);
    }
    return fits;
}

/* The part as UTF-16, for the seed of that name; its text is ASCII. */
static lj_slice widened(const char *text, lj_buf *out)
{
    lj_buf_clear(out);
    lj_buf_put_u16le(out, 0xFEFF);
    for (; *text != '\0'; text++) {
        lj_buf_put_u16le(out, (uint8_t)*text);
    }
    return lj_buf_slice(out);
}

static bool write_seeds(const char *folder)
{
    bool fits = true;
    lj_buf wide;
    lj_buf_init(&wide, NULL, 1 << 20);
    for (size_t i = 0; i < LJ_COUNT_OF(seeds) && fits; i++) {
        zip_build zip;
        zip_build_init(&zip);
        for (const char *const *part = seeds[i].parts; *part != NULL; part += 2) {
            bool is_wide = strstr(seeds[i].path, "utf16") != NULL;
            zip_build_data(&zip, part[0],
                           is_wide ? widened(part[1], &wide) : lj_cstr_bytes(part[1]));
        }
        fits = write_file(folder, seeds[i].path, zip_build_end(&zip, LJ_BYTES(""), false));
        zip_build_done(&zip);
    }
    lj_buf_done(&wide);
    return fits;
}

int main(int argc, char **argv)
{
    bool wants_seeds = argc == 3 && strcmp(argv[1], "--seeds") == 0;
    if (argc != 2 && !wants_seeds) {
        (void)fprintf(stderr, "usage: ooxml_samples [--seeds] DIR\n");
        return 64;
    }
    return (wants_seeds ? write_seeds(argv[2]) : write_samples(argv[1])) ? 0 : 1;
}
