/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Word documents: each construct of table W of hidden-marks, in a package made here. Lines are
 * those of formats/span_dump.h. */
#include "../check.h"
#include "base/num.h"
#include "collect.h"
#include "ooxml_build.h"

#define P(inner)        "<w:p>" inner "</w:p>"
#define R(inner)        "<w:r>" inner "</w:r>"
#define T(text)         "<w:t xml:space=\"preserve\">" text "</w:t>"
#define RT(text)        R(T(text))
#define RP(props, text) R("<w:rPr>" props "</w:rPr>" T(text))

/* One body, what must be among the lines, what must not (NULL: nothing to add). */
typedef struct body_row {
    const char *name;
    const char *body;
    const char *wanted[4];
    const char *unwanted[3];
} body_row;

static void run_docx(collect *seen, const char *body)
{
    zip_build zip;
    zip_build_init(&zip);
    ooxml_docx_begin(&zip, body, "styles styles.xml");
    ooxml_part(
        &zip, "word/styles.xml", "w:styles",
        "<w:docDefaults><w:rPrDefault><w:rPr><w:sz "
        "w:val=\"21\"/></w:rPr></w:rPrDefault></w:docDefaults>"
        "<w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"a\"><w:name "
        "w:val=\"正文\"/></w:style>"
        "<w:style w:type=\"character\" w:styleId=\"Gone\"><w:rPr><w:vanish/></w:rPr></w:style>"
        "<w:style w:type=\"character\" w:styleId=\"Child\"><w:basedOn w:val=\"Gone\"/></w:style>"
        "<w:style w:type=\"character\" w:styleId=\"Grandchild\"><w:basedOn "
        "w:val=\"Child\"/></w:style>"
        "<w:style w:type=\"character\" w:styleId=\"Round1\"><w:basedOn w:val=\"Round2\"/></w:style>"
        "<w:style w:type=\"character\" w:styleId=\"Round2\"><w:basedOn w:val=\"Round1\"/></w:style>"
        "<w:style w:type=\"paragraph\" w:styleId=\"Head\"><w:pPr><w:jc w:val=\"center\"/></w:pPr>"
        "<w:rPr><w:rFonts w:eastAsia=\"黑体\"/><w:sz w:val=\"32\"/></w:rPr></w:style>");
    collect_run(seen, zip_build_end(&zip, LJ_BYTES(""), false));
    zip_build_done(&zip);
}

static void check_bodies(const body_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        collect seen;
        collect_init(&seen);
        run_docx(&seen, rows[i].body);
        print_message("row: %s\n", rows[i].name);
        CHECK_HAS(&seen, "doc docx root");
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

static void test_docx__joins_runs(void **state)
{
    (void)state;
    static const body_row rows[] = {
        {"W01 runs",
         P(RT("机") "<w:proofErr/>" RT("密★") "<w:bookmarkStart w:name=\"_x\"/>" RT("10年")),
         {"'机密★10年'"},
         {NULL}                                                                                                                                      },
        {"W01 smart tags",
         P("<w:smartTag>" RT("机") "</w:smartTag><w:ins>" RT("密") "</w:ins><w:hyperlink>" RT(
             "★") "</w:hyperlink>"),
         {"'机密★'"},
         {NULL}                                                                                                                                      },
        {"W01 break",
         P(R(T("机密") "<w:br/>" T("★10年"))),
         {"alt=1", "'机密\\n★10年'", "'机密★10年'"},
         {NULL}                                                                                                                                      },
        {"W01 break before the text", P(R("<w:br/>" T("机密"))),                                 {"'\\n机密'"}, {"alt=1"}                        },
        {"W01 hyphen and tab",
         P(R(T("机") "<w:noBreakHyphen/><w:tab/><w:softHyphen/>" T("密"))),
         {"'机\xE2\x80\x91\\x09密'"},
         {NULL}                                                                                                                                      },
        {"W29 symbol",
         P(RT("机密") R("<w:sym w:font=\"Wingdings\" w:char=\"F0AB\"/>") RT("10年")),
         {"'机密★10年'"},
         {NULL}                                                                                                                                      },
        {"W29 letter in Wingdings",
         P(RT("机密") RP("<w:rFonts w:ascii=\"Wingdings\" w:hAnsi=\"Wingdings\"/>",              "\xC2\xAB")
               RT("10年")),
         {"'机密★10年'"},
         {NULL}},
        {"W29 private use",
         P(RT("机密") RP("<w:rFonts w:ascii=\"Wingdings\"/>",                                                                      "\xEF\x82\xAB")),
         {"'机密★'"},
         {NULL}},
        {"W29 other symbol font",
         P(R("<w:sym w:font=\"Symbol\" w:char=\"F02A\"/>")),
         {"'\xEF\x80\xAA'"},
         {NULL}                                                                                          },
        {"W35 references",                      P(RT("&#26426;&#x5bc6;")),                                                                                 {"'机密'"},                                                                                 {NULL}},
        {"phonetic guide",
         P(R("<w:ruby><w:rt>" RT("ji") "</w:rt><w:rubyBase>" RT("机") "</w:rubyBase></w:ruby>")
               RT("密")),
         {"'机密'", "'ji'"},
         {NULL}                                                                                                                            },
        {"formula",                      P("<m:oMath><m:r><m:t>x=1</m:t></m:r></m:oMath>"),                                                                                 {"'x=1'"},                                                                                        {NULL}},
        {"text outside a run",
         "<w:p>无主文字</w:p>",                                                                                {"attribute part=word/document.xml hidden:not_printed '无主文字'"},
         {NULL}                                                                                                                   },
        {"unknown attribute",
         "<w:p w:x=\"属性文字\">" RT("a") "</w:p><w:odd w:y=\"另一属性\"/>",
         {"'y':'另一属性'"},
         {NULL}                                                                  },
        {"comment in the markup",
         P(RT("a") "<!-- 注释文字 -->"),
         {"comment part=word/document.xml hidden:not_printed ' 注释文字 '"},
         {NULL}                                                                                                          },
        {"instruction",                      P(RT("a")) "<?tool 处理指令?>",                                                                                 {"'tool':'处理指令'"},                                                                                    {NULL}},
        {"CDATA",
         P(R("<w:t><![CDATA[机密]]></w:t>")),
         {"body part=word/document.xml {0+6 size=1050} '机密'"},
         {NULL}                                                                                                       },
    };
    check_bodies(rows, LJ_COUNT_OF(rows));
}

static void test_docx__says_why_text_is_not_seen(void **state)
{
    (void)state;
    static const body_row rows[] = {
        {"W02 vanish",
         P(RP("<w:vanish/>",                                                                                        "藏")),
         {"hidden:vanish {0+3 size=1050 hidden:vanish} '藏'"},
         {NULL}},
        {"W02 vanish off",                                                                                      P(RP("<w:vanish w:val=\"0\"/>",                                                                                        "藏")),                                                                               {"'藏'"},                                                                                                                                                                                                             {"hidden:vanish"}},
        {"W02 part of a line",
         P(RT("见") RP("<w:vanish w:val=\"true\"/>",                                                                                      "藏")),
         {"body part=word/document.xml {0+3 size=1050} {3+3 size=1050 hidden:vanish} '见藏'"},
         {NULL}},
        {"W02 web", P(RP("<w:webHidden/>",                                                                                                    "藏")),                                                                                                                                                                                                              {"hidden:vanish"},                                                                                                                                                                                                                                                                                                                                                                                                                                  {NULL}},
        {"W03 style chain",
         P(RP("<w:rStyle w:val=\"Grandchild\"/>","藏")),
         {"hidden:vanish"},
         {NULL}},
        {"W03 style turned off",
         P(RP("<w:rStyle w:val=\"Grandchild\"/><w:vanish w:val=\"false\"/>",                                                                               "藏")),
         {"'藏'"},
         {"hidden:vanish"}},
        {"styles in a circle",
         P(RP("<w:rStyle w:val=\"Round1\"/>",                                        "见")),
         {"'见'"},
         {"hidden:vanish"}},
        {"W04 white",
         P(RP("<w:color w:val=\"FFFFFF\"/>",                                                                                    "藏")),
         {"hidden:no_contrast {0+3 size=1050 fg=16777215 hidden:no_contrast} '藏'"},
         {NULL}},
        {"W04 nearly white",
         P(RP("<w:color w:val=\"F5F8F2\"/>",                                                                                       "藏")),
         {"hidden:no_contrast"},
         {NULL}},
        {"W04 theme",
         P(RP("<w:color w:val=\"auto\" w:themeColor=\"background1\"/>",                                                                                                    "藏")),
         {"hidden:no_contrast"},
         {NULL}},
        {"W04 on dark",
         P(RP("<w:color w:val=\"FFFFFF\"/><w:shd w:val=\"clear\" w:fill=\"000080\"/>",                                                                                    "见")),
         {"fg=16777215 bg=128} '见'"},
         {"no_contrast"}},
        {"W04 transparent",
         P(RP("<w14:textFill><w14:noFill/></w14:textFill>","藏")),
         {"hidden:invisible"},
         {NULL}},
        {"W04 alpha",
         P(RP("<w14:textFill><w14:solidFill><w14:srgbClr w14:val=\"000000\"><w14:alpha "
              "w14:val=\"100000\"/></w14:srgbClr></w14:solidFill></w14:textFill>",                              "藏")),
         {"hidden:invisible"},
         {NULL}},
        {"outline of no colour",
         P(RP("<w14:textOutline><w14:noFill/></w14:textOutline>",                                                                                       "见")),
         {"'见'"},
         {"hidden:invisible"}},
        {"W05 small",
         P(RP("<w:sz w:val=\"2\"/>",                                                                                                  "藏")),
         {"hidden:tiny {0+3 size=100 hidden:tiny} '藏'"},
         {NULL}},
        {"W05 narrow",                                                                   P(RP("<w:w w:val=\"1\"/>",                                                                                                    "藏")),                                                                                                                                                                                                              {"hidden:tiny"},                                                                                                                                                                                                                                                                                                                                                                                                                     {NULL}},
        {"W05 spacing",                                                                               P(RP("<w:spacing w:val=\"-400\"/>",                                                                                                 "藏")),                                                                                                                                                                                                  {"hidden:tiny"},                                                                                                                                                                                                                                                                                                                                                                                                                              {NULL}},
        {"W05 line",
         P("<w:pPr><w:spacing w:line=\"20\" w:lineRule=\"exact\"/></w:pPr>" RT("藏")),
         {"hidden:tiny"},
         {NULL}                                                                                                                                                                                                                                                                                                                                                                                                                                             },
        {"W06 shading",
         P(RP("<w:color w:val=\"FF0000\"/><w:shd w:val=\"clear\" w:fill=\"FF0000\"/>", "藏")),
         {"hidden:no_contrast"},
         {NULL}},
        {"W06 highlight",
         P(RP("<w:color w:val=\"FFFF00\"/><w:highlight w:val=\"yellow\"/>",                                                                                           "藏")),
         {"hidden:no_contrast"},
         {NULL}},
        {"W06 solid pattern",
         P(RP("<w:color w:val=\"00FF00\"/><w:shd w:val=\"solid\" w:color=\"00FF00\"/>",                                                                                                 "藏")),
         {"hidden:no_contrast"},
         {NULL}},
        {"W06 page",
         "<w:background w:color=\"123456\"/>" P(RP("<w:color w:val=\"123456\"/>",                                                                                                  "藏")),
         {"hidden:no_contrast"},
         {NULL}},
        {"W06 cell",
         "<w:tbl><w:tr><w:tc><w:tcPr><w:shd w:val=\"clear\" w:fill=\"112233\"/></w:tcPr>" P(
             RP("<w:color w:val=\"112233\"/>",
         "藏")) "</w:tc></w:tr></w:tbl>" P(RP("<w:color w:val=\"112233\"/>",                                                                                                                                                                                                              "见")),
         {"cell part=word/document.xml row=1 col=1 hidden:no_contrast",
          "body part=word/document.xml {0+3 size=1050 fg=1122867} '见'"},
         {NULL}},
        {"old properties",
         P("<w:pPr><w:pPrChange><w:pPr><w:jc w:val=\"center\"/></w:pPr></w:pPrChange></w:pPr>" RP(
             "<w:rPrChange><w:rPr><w:vanish/></w:rPr></w:rPrChange>",                                                                                    "见")),
         {"{0+3 size=1050} '见'"},
         {"hidden:vanish", "centred"}},
        {"properties of the paragraph mark",
         P("<w:pPr><w:rPr><w:vanish/></w:rPr></w:pPr>" RT("见")),
         {"{0+3 size=1050} '见'"},
         {NULL}                                                                                                                                                                                                                                                                                                                                                                                                                                             },
        {"looks",
         P("<w:pPr><w:pStyle w:val=\"Head\"/></w:pPr>" RP("<w:b/><w:i/><w:strike/>",                                   "见")),
         {"{0+3 size=1600 bold italic centred hei struck} '见'"},
         {NULL}},
        {"indent and alignment",
         P("<w:pPr><w:ind w:firstLineChars=\"200\"/><w:jc w:val=\"right\"/></w:pPr>" RT("见")),
         {"{0+3 size=1050 right indent} '见'"},
         {NULL}                                                                                                                                                                                                                                                                                                                                                                                },
    };
    check_bodies(rows, LJ_COUNT_OF(rows));
}

static void test_docx__reads_revisions(void **state)
{
    (void)state;
#define DEL(inner) "<w:del w:author=\"某人\" w:date=\"2024-03-01T08:00:00Z\">" inner "</w:del>"
#define DT(text)   R("<w:delText>" text "</w:delText>")
    static const body_row rows[] = {
        {"W12 all deleted",
         P(DEL(DT("机密") DT("★10年"))),
         {"author=某人 hidden:deleted {0+14 size=1050 hidden:deleted} '机密★10年'"},
         {NULL}},
        {"W12 inside a line",
         P(RT("前") DEL(DT("机密")) RT("中") DEL(DT("★10年")) RT("后")),
         {"'前机密中★10年后'", "hidden:deleted {0+14 size=1050 hidden:deleted} '机密★10年'"},
         {NULL}},
        {"W12 field",
         P(DEL(R("<w:delInstrText>QUOTE 删除的域</w:delInstrText>"))),
         {"field part=word/document.xml hidden:deleted hidden:not_printed 'QUOTE 删除的域'"},
         {NULL}},
        {"W13 moved",
         P("<w:moveFrom w:author=\"某人\">" RT("原处") "</w:moveFrom>")
             P("<w:moveTo>" RT("新处") "</w:moveTo>"),
         {"hidden:deleted {0+6 size=1050 hidden:deleted} '原处'", "{0+6 size=1050} '新处'"},
         {NULL}},
    };
    check_bodies(rows, LJ_COUNT_OF(rows));
}

#define BOX(offset_h, inner)                                                                       \
    "<w:drawing><wp:anchor><wp:positionH relativeFrom=\"page\"><wp:posOffset>" offset_h            \
    "</wp:posOffset></wp:positionH>"                                                               \
    "<wp:positionV "                                                                               \
    "relativeFrom=\"page\"><wp:posOffset>127000</wp:posOffset></wp:positionV><wp:extent "          \
    "cx=\"1270000\" cy=\"635000\"/>"                                                               \
    "<a:graphic><wps:wsp><wps:txbx><w:txbxContent>" inner                                          \
    "</w:txbxContent></wps:txbx></wps:wsp></a:graphic></wp:anchor></w:drawing>"

static void test_docx__reads_text_boxes(void **state)
{
    (void)state;
    static const body_row rows[] = {
        {"W07 on the page",
         P(RT("外") R(BOX("254000",                                                                           P(RT("盒中")))) RT("面")),
         {"textbox part=word/document.xml left=2000 top=1000 right=12000 bottom=6000", "'盒中'",
          "'外面'"},
         {"off_page"}},
        {"W07 left of the page",
         P(R(BOX("-9999999",                                                                             P(RT("盒外"))))),
         {"hidden:off_page", "'盒外'"},
         {NULL}},
        {"W07 right of the page",
         P(R(BOX("7999999",                                                                                             P(RT("盒外"))))),
         {"hidden:off_page", "'盒外'"},
         {NULL}},
        {"W07 both branches",
         P(R("<mc:AlternateContent><mc:Choice>" BOX(
             "254000",                                                                                               P(RT("盒中"))) "</mc:Choice><mc:Fallback><w:pict><v:shape "
                                      "style=\"left:1pt\"><v:textbox><w:"
                                      "txbxContent>" P(RT("盒中")) "</"
                                                                   "w:txbxContent></"
                                                                   "v:textbox></"
                                                                   "v:shape></"
                                                                   "w:pict></"
                                                                   "mc:Fallback></"
                                                                   "mc:"
                                                                   "AlternateContent"
                                                                   ">")),
         {"alt=1"},
         {"alt=2"}},
        {"W19 another branch",
         P(R("<mc:AlternateContent><mc:Choice>" BOX(
             "254000",                                                                                            P(RT("甲"))) "</"
                                    "mc:Choice><mc:Fallback><w:pict><v:textbox><w:"
                                    "txbxContent>" P(RT("乙")) "</w:txbxContent></v:textbox></"
                                                               "w:pict></mc:Fallback></"
                                                               "mc:AlternateContent>")),
         {"alt=1 {0+3 size=1050} '甲'", "alt=1 {0+3 size=1050} '乙'"},
         {NULL}},
        {"W19 inside a line",
         P(RT("前") "<mc:AlternateContent><mc:Choice>" RT("甲") "</mc:Choice><mc:Fallback>" RT(
             "乙") "</mc:Fallback></mc:AlternateContent>" RT("后")),
         {"'前甲后'", "alt=1 {0+3 size=1050} '乙'"},
         {NULL}                                                                                                            },
        {"W19 the same inside a line",
         P(RT("前") "<mc:AlternateContent><mc:Choice>" RT("甲") "</mc:Choice><mc:Fallback>" RT(
             "甲") "</mc:Fallback></mc:AlternateContent>"),
         {"'前甲'"},
         {"alt=1 {0+3 size=1050} '甲'"}                                                                                                            },
        {"W08 far left",
         P(R("<w:pict><v:shape "
             "style=\"position:absolute;left:-9999pt;width:10pt\"><v:textbox><w:txbxContent>" P(
                 RT("藏")) "</w:txbxContent></v:textbox></v:shape></w:pict>")),
         {"hidden:off_page", "'藏'"},
         {NULL}                                                                                   },
        {"W08 margin",
         P(R("<w:pict><v:rect "
             "style=\"margin-left:-30in;margin-top:2cm;width:20px;height:3mm\"><v:textbox><w:"
             "txbxContent>" P(RT("藏")) "</w:txbxContent></v:textbox></v:rect></w:pict>")),
         {"hidden:off_page"},
         {NULL}                                                                                                            },
        {"W08 invisible",
         P(R("<w:pict><v:shape style=\"visibility:hidden\"><v:textbox><w:txbxContent>" P(
             RT("藏")) "</w:txbxContent></v:textbox></v:shape></w:pict>")),
         {"hidden:invisible"},
         {NULL}                                                                                                            },
        {"W08 units of a group",
         P(R("<w:pict><v:group><v:shape style=\"left:-99999\"><v:textbox><w:txbxContent>" P(
             RT("见")) "</w:txbxContent></v:textbox></v:shape></v:group></w:pict>")),
         {"'见'"},
         {"off_page"}                                                                                                            },
        {"white on a painted shape",
         P(R("<w:drawing><wp:inline><wps:wsp><wps:spPr><a:solidFill><a:srgbClr "
             "val=\"000080\"/></a:solidFill><a:ln><a:solidFill><a:srgbClr "
             "val=\"FFFFFF\"/></a:solidFill></a:ln></wps:spPr><wps:txbx><w:txbxContent>" P(
                 RP("<w:color w:val=\"FFFFFF\"/>",
         "见")) "</w:txbxContent></wps:txbx></wps:wsp></wp:inline></w:drawing>")),
         {"bg=128"},
         {"no_contrast"}},
        {"white on a gradient",
         P(R("<w:drawing><wp:inline><wps:wsp><wps:spPr><a:gradFill/></"
             "wps:spPr><wps:txbx><w:txbxContent>" P(
                 RP("<w:color w:val=\"FFFFFF\"/>",
         "见")) "</w:txbxContent></wps:txbx></wps:wsp></wp:inline></w:drawing>"))
             P(RP("<w:color w:val=\"FFFFFF\"/>",                                                          "藏")),
         {"{0+3 size=1050 fg=16777215} '见'", "hidden:no_contrast} '藏'"},
         {NULL}},
        {"white on a filled VML shape",
         P(R("<w:pict><v:shape fillcolor=\"#4472c4 [3204]\"><v:textbox><w:txbxContent>" P(
             RP("<w:color w:val=\"FFFFFF\"/>",
         "见")) "</w:txbxContent></v:textbox></v:shape></w:pict>")),
         {"'见'"},
         {"no_contrast"}},
        {"W10 word art",
         P(R("<w:pict><v:shape><v:textpath string=\"机密★10年\"/></v:shape></w:pict>")),
         {"watermark part=word/document.xml '机密★10年'"},
         {NULL}                                                                            },
        {"W26 alternative text",
         P(R("<w:drawing><wp:inline><wp:docPr descr=\"说明文字\" title=\"标题文字\" "
             "name=\"图片名\"/></wp:inline></w:drawing><w:pict><v:shape "
             "alt=\"形状说明\"/></w:pict>")),
         {"'descr':'说明文字'", "'title':'标题文字'", "'name':'图片名'", "'alt':'形状说明'"},
         {NULL}                                                                                                 },
        {"hidden drawing",
         P(R("<w:drawing><wp:anchor><wp:docPr name=\"a\" "
             "hidden=\"1\"/><wps:txbx><w:txbxContent>" P(
                 RT("藏")) "</w:txbxContent></wps:txbx></wp:anchor></w:drawing>") RT("见")),
         {"hidden:invisible {0+3", "body part=word/document.xml {0+3 size=1050} '见'"},
         {NULL}                              },
        {"text of a canvas",
         P(R("<w:drawing><a:p><a:r><a:rPr "
             "sz=\"1800\"/><a:t>画布</a:t></a:r></a:p></w:drawing>")),
         {"size=1800} '画布'"},
         {NULL}         },
    };
    check_bodies(rows, LJ_COUNT_OF(rows));
}

static void test_docx__reads_tables_fields_and_forms(void **state)
{
    (void)state;
    static const body_row rows[] = {
        {"cells",
         "<w:tbl><w:tr><w:tc>" P(RT("甲"))
             P(RT("乙")) "</w:tc><w:tc><w:tcPr><w:gridSpan w:val=\"2\"/></w:tcPr>" P(RT(
                 "丙")) "</w:tc><w:tc>" P(RT("丁")) "</w:tc></w:tr><w:tr><w:tc>" P(RT("戊")) "</"
                                                                                             "w:tc>"
                                                                                             "</"
                                                                                             "w:tr>"
                                                                                             "</"
                                                                                             "w:"
                                                                                             "tbl"
                                                                                             ">" P(RT(
                                                                                                 "后")),
         {"row=1 col=1 join:line {0+3 size=1050} '乙'", "row=1 col=4 {0+3 size=1050} '丁'",
          "row=2 col=1 {0+3 size=1050} '戊'", "body part=word/document.xml {0+3 size=1050} '后'"},
         {NULL}  },
        {"nested table",
         "<w:tbl><w:tr><w:tc><w:tbl><w:tr><w:tc>" P(RT("内")) "</w:tc></w:tr></w:tbl>" P(
             RT("外")) "</w:tc></w:tr></w:tbl>",
         {"'内'", "row=1 col=1 {0+3 size=1050} '外'"},
         {NULL}  },
        {"W18 complex field",
         P(R("<w:fldChar w:fldCharType=\"begin\"/>") R("<w:instrText> QUOTE \"机</w:instrText>")
               R("<w:instrText>密\"</w:instrText>") R("<w:fldChar w:fldCharType=\"separate\"/>")
                   RT("结果") R("<w:fldChar w:fldCharType=\"end\"/>")),
         {"field part=word/document.xml hidden:not_printed ' QUOTE \"机密\"'", "'结果'"},
         {NULL}  },
        {"W18 nested field",
         P(R("<w:fldChar w:fldCharType=\"begin\"/><w:instrText>IF 甲</w:instrText><w:fldChar "
             "w:fldCharType=\"begin\"/><w:instrText>乙</w:instrText><w:fldChar "
             "w:fldCharType=\"end\"/><w:instrText>丙</w:instrText><w:fldChar "
             "w:fldCharType=\"end\"/>")),
         {"'IF 甲乙丙'"},
         {NULL}  },
        {"W18 simple field",
         P("<w:fldSimple w:instr=\"DOCPROPERTY 密级\">" RT("值") "</w:fldSimple>"),
         {"field part=word/document.xml hidden:not_printed 'DOCPROPERTY 密级'", "'值'"},
         {NULL}  },
        {"W18 field without end",
         P(R("<w:fldChar w:fldCharType=\"begin\"/><w:instrText>ADDIN 文字</w:instrText>")),
         {"'ADDIN 文字'"},
         {NULL}  },
        {"W24 content control",
         P("<w:sdt><w:sdtPr><w:alias w:val=\"密级\"/><w:tag "
           "w:val=\"level-of-paper\"/><w:dropDownList><w:listItem w:displayText=\"秘密\" "
           "w:value=\"秘密\"/><w:listItem w:displayText=\"机密\" "
           "w:value=\"secret-2\"/></w:dropDownList></w:sdtPr><w:sdtContent>" RT(
               "内部") "</w:sdtContent></w:sdt>"),
         {"form part=word/document.xml hidden:not_printed '密级':'秘密'", "'密级':'secret-2'",
          "form part=word/document.xml '密级':'内部'", "'tag':'level-of-paper'"},
         {NULL}  },
        {"W24 legacy form",
         P(R("<w:fldChar w:fldCharType=\"begin\"><w:ffData><w:ddList><w:listEntry "
             "w:val=\"选项一\"/></w:ddList><w:helpText "
             "w:val=\"帮助文字\"/></w:ffData></w:fldChar>")),
         {"'listEntry':'选项一'", "'helpText':'帮助文字'"},
         {NULL}  },
        {"W35 bookmark",
         P("<w:bookmarkStart w:name=\"书签名\"/><w:bookmarkStart w:name=\"_Toc123456\"/>"),
         {"bookmark part=word/document.xml hidden:not_printed '书签名'"},
         {"_Toc"}},
        {"W35 tool tip",
         P("<w:hyperlink w:tooltip=\"提示文字\">" RT("a") "</w:hyperlink>"),
         {"'tooltip':'提示文字'"},
         {NULL}  },
    };
    check_bodies(rows, LJ_COUNT_OF(rows));
}

/* ---- parts ---- */

static void test_docx__reads_every_part(void **state)
{
    (void)state;
    zip_build zip;
    zip_build_init(&zip);
    ooxml_docx_begin(
        &zip, P(RT("正文")),
        "header header1.xml\nfooter footer1.xml\nfootnotes footnotes.xml\ncomments comments.xml\n"
        "settings settings.xml\nglossaryDocument glossary/document.xml\ncustomXml "
        "../customXml/item1.xml\n"
        "chart charts/chart1.xml\ndiagramData diagrams/data1.xml\nnumbering numbering.xml\n"
        "External http://example.org/%E6%9C%BA%E5%AF%86?a\nimage media/image1.png\nExternal "
        "file:///plain");
    ooxml_part(&zip, "word/header1.xml", "w:hdr", P(RT("页眉文字")));
    ooxml_part(&zip, "word/footer1.xml", "w:ftr", P(RT("页脚文字")));
    ooxml_part(&zip, "word/footnotes.xml", "w:footnotes",
               "<w:footnote>" P(RT("脚注文字")) "</w:footnote>");
    ooxml_part(&zip, "word/comments.xml", "w:comments",
               "<w:comment w:author=\"某人\" w:date=\"2024-03-01T08:00:00+08:00\">" P(
                   RT("批注文字")) "</w:comment>");
    ooxml_part(&zip, "word/settings.xml", "w:settings",
               "<w:docVars><w:docVar w:name=\"变量\" w:val=\"变量值\"/></w:docVars>");
    ooxml_part(&zip, "word/glossary/document.xml", "w:glossaryDocument", P(RT("构建基块")));
    ooxml_part(&zip, "customXml/item1.xml", "root", "<密级>机密</密级><b c=\"属性 值\">few</b>");
    ooxml_part(
        &zip, "word/charts/chart1.xml", "c:chartSpace",
        "<c:title><c:tx><c:rich><a:p><a:r><a:t>图表标题</a:t></a:r></a:p></c:rich></c:tx></c:title>"
        "<c:strCache><c:pt><c:v>类别名</c:v></c:pt></c:strCache><c:numCache><c:formatCode>0\"台\"</"
        "c:formatCode><c:pt><c:v>12345</c:v></c:pt></c:numCache>");
    ooxml_part(&zip, "word/diagrams/data1.xml", "dgm:dataModel",
               "<a:p><a:r><a:t>示意图文字</a:t></a:r></a:p>");
    ooxml_part(&zip, "word/numbering.xml", "w:numbering", "<w:lvlText w:val=\"编号%1\"/>");
    ooxml_part(&zip, "word/document2.xml", "w:document", "<w:body>" P(RT("旧版本")) "</w:body>");
    ooxml_part(&zip, "docProps/app.xml", "Properties", "<Company>某单位</Company>");
    ooxml_part(&zip, "docProps/core.xml", "cp:coreProperties", "<dc:title>标题值</dc:title>");
    ooxml_part(&zip, "docProps/custom.xml", "Properties",
               "<property name=\"密级\"><vt:lpwstr>机密★10年</vt:lpwstr></property>");
    zip_build_data(&zip, "word/media/image1.png",
                   LJ_BYTES("\x89PNG\r\n\x1A\n\0\0\0\0IEND\0\0\0\0"));
    zip_build_text(&zip, "word/embeddings/note.txt", "嵌入的文本");
    zip_build_text(&zip, "word/部件.xml", "<x>名称文字</x>");
    zip_build_add(&zip,
                  &(zip_build_member){
                      .name = "word/header9.xml",
                      .data = LJ_BYTES("<w:hdr><w:p><w:r><w:t>目录外</w:t></w:r></w:p></w:hdr>"),
                      .flags = ZIP_BUILD_HIDDEN});
    collect seen;
    collect_init(&seen);
    collect_run(&seen, zip_build_end(&zip, LJ_BYTES(""), false));
    static const char *const wanted[] = {
        "body part=word/document.xml {",
        "header part=word/header1.xml {",
        "'页眉文字'",
        "footer part=word/footer1.xml {",
        "footnote part=word/footnotes.xml {",
        "comment part=word/comments.xml author=某人",
        "'批注文字'",
        "field part=word/settings.xml hidden:not_printed '变量':'变量值'",
        "body part=word/glossary/document.xml hidden:not_printed",
        "'密级':'机密'",
        "'c':'属性 值'",
        "title part=word/charts/chart1.xml",
        "'图表标题'",
        "cell part=word/charts/chart1.xml '类别名'",
        "formula part=word/charts/chart1.xml",
        "textbox part=word/diagrams/data1.xml '示意图文字'",
        "'val':'编号%1'",
        "body part=word/document2.xml hidden:unreachable",
        "metadata part=docProps/app.xml hidden:not_printed 'Company':'某单位'",
        "metadata part=docProps/core.xml hidden:not_printed 'title':'标题值'",
        "'密级':'机密★10年'",
        "'name':'密级'",
        "link part=word/_rels/document.xml.rels decoded",
        "hidden:not_printed 'http://example.org/机密?a'",
        "'file:///plain'",
        "embedded 'word/media/image1.png'",
        "embedded 'word/embeddings/note.txt'",
        "hidden:unreachable\n",
        "嵌入的文本",
        "member_name hidden:unreachable hidden:not_printed 'word/部件.xml'",
        "'名称文字'",
        "header part=word/header9.xml hidden:unreachable",
        "'目录外'",
    };
    for (size_t i = 0; i < LJ_COUNT_OF(wanted); i++) {
        CHECK_HAS(&seen, wanted[i]);
    }
    CHECK_HAS_NOT(&seen, "12345"); /* numbers of a chart */
    CHECK_HAS_NOT(&seen, "'few'");
    assert_true(collect_has_note(&seen, NOTE_HIDDEN_MEMBERS));
    assert_true(collect_has_gap(&seen, GAP_PICTURE, NULL));
    assert_int_equal(seen.gap_count, 1);
    collect_done(&seen);
    zip_build_done(&zip);
}

static void test_docx__is_recognised_by_its_members(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *member;
        const char *text;
        const char *wanted;
    } rows[] = {
        {"no content types", "word/document.xml",
         "<w:document><w:p><w:r><w:t>正文</w:t></w:r></w:p></w:document>",                                "docx"},
        {"backslashes",      "word\\document.xml",
         "<w:document><w:p><w:r><w:t>正文</w:t></w:r></w:p></w:document>",                                "docx"},
        {"upper case",       "Word/Document.XML",
         "<w:document><w:p><w:r><w:t>正文</w:t></w:r></w:p></w:document>",                                "docx"},
        {"another ending",   "word/document.txt",    "正文",                                              "zip" },
        {"a workbook",       "xl/workbook.xml",      "<workbook><definedName name=\"正文\"/></workbook>",
         "xlsx"                                                                                                   },
        {"a presentation",   "ppt/presentation.xml",
         "<presentation><section name=\"正文\"/></presentation>",                                         "pptx"},
        {"strict namespace", "word/document.xml",
         "<x:document "
         "xmlns:x=\"http://purl.oclc.org/ooxml/wordprocessingml/main\"><x:p><x:r><x:t>正文</x:t></"
         "x:r></x:p></x:document>",                                                                         "docx"},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        zip_build zip;
        zip_build_init(&zip);
        zip_build_text(&zip, rows[i].member, rows[i].text);
        collect seen;
        collect_init(&seen);
        collect_run(&seen, zip_build_end(&zip, LJ_BYTES(""), false));
        print_message("row: %s\n", rows[i].name);
        char line[64];
        (void)snprintf(line, sizeof(line), "[0] doc %s root", rows[i].wanted);
        CHECK_HAS(&seen, line);
        CHECK_HAS(&seen, "正文");
        CHECK_HAS_NOT(&seen, "unreachable"); /* without relationships nothing can be told */
        collect_done(&seen);
        zip_build_done(&zip);
    }
}

static void test_docx__reads_utf16_parts(void **state)
{
    (void)state;
    static const char text[] =
        "<w:document><w:p><w:r><w:t>plain words</w:t></w:r></w:p></w:document>";
    uint8_t wide[2 * sizeof(text)] = {0xFF, 0xFE};
    for (size_t i = 0; i + 1 < sizeof(text); i++) {
        wide[2 + 2 * i] = (uint8_t)text[i];
    }
    zip_build zip;
    zip_build_init(&zip);
    zip_build_data(&zip, "word/document.xml", lj_slice_of(wide, 2 * sizeof(text)));
    collect seen;
    collect_init(&seen);
    collect_run(&seen, zip_build_end(&zip, LJ_BYTES(""), false));
    CHECK_HAS(&seen, "'plain words'");
    assert_int_equal(seen.gap_count, 0);
    collect_done(&seen);
    zip_build_done(&zip);
}

/* A broken part: its gap names it, what could be read is there, the others are read. */
static void test_docx__goes_on_after_a_broken_part(void **state)
{
    (void)state;
    zip_build zip;
    zip_build_init(&zip);
    ooxml_docx_begin(&zip, P(RT("正文")), "");
    zip_build_text(&zip, "word/header1.xml", "<w:hdr><w:p><w:r><w:t>断开的页眉");
    zip_build_text(&zip, "word/header2.xml",
                   "<w:hdr><w:p><w:r><w:t>错误 < 的 & 页眉</w:t></w:p></w:hdr>");
    zip_build_add(&zip, &(zip_build_member){.name = "word/header3.xml",
                                            .data = LJ_BYTES("\xFF\xFF\xFF not deflated at all"),
                                            .method = 8,
                                            .central_real = 100});
    ooxml_part(&zip, "word/footer1.xml", "w:ftr", P(RT("完好的页脚")));
    collect seen;
    collect_init(&seen);
    collect_run(&seen, zip_build_end(&zip, LJ_BYTES(""), false));
    CHECK_HAS(&seen, "'断开的页眉'");
    CHECK_HAS(&seen, "'错误 < 的 & 页眉'");
    CHECK_HAS(&seen, "'完好的页脚'");
    CHECK_HAS(&seen, "gap damaged xml part=word/header1.xml");
    CHECK_HAS(&seen, "gap damaged xml part=word/header2.xml");
    CHECK_HAS(&seen, "part=word/header3.xml");
    collect_done(&seen);
    zip_build_done(&zip);
}

/* Longer than a window of the tokenizer; many paragraphs, one of them longer than a span. */
static void test_docx__reads_long_documents(void **state)
{
    (void)state;
    lj_buf body;
    lj_buf_init(&body, NULL, 32 << 20);
    for (int i = 0; i < 20000; i++) {
        lj_buf_put_cstr(&body, P(RT("第") RT("一段文字，平常的内容。")));
    }
    lj_buf_put_cstr(&body, "<w:p>");
    for (int i = 0; i < 40000; i++) {
        lj_buf_put_cstr(&body, RT("很长的一段"));
    }
    lj_buf_put_cstr(&body, RT("结尾处") "</w:p>" P(RT("最后一段")));
    lj_buf_put_u8(&body, '\0');
    zip_build zip;
    zip_build_init(&zip);
    ooxml_docx_begin(&zip, (const char *)body.ptr, "");
    collect seen;
    collect_init(&seen);
    collect_run(&seen, zip_build_end(&zip, LJ_BYTES(""), false));
    assert_int_equal(collect_count(&seen, "'第一段文字，平常的内容。'"), 20000);
    CHECK_HAS(&seen, "join:same");
    CHECK_HAS(&seen, "结尾处'");
    CHECK_HAS(&seen, "'最后一段'");
    assert_int_equal(seen.gap_count, 0);
    collect_done(&seen);
    zip_build_done(&zip);
    lj_buf_done(&body);
}

/* Deeper than every stack: flat, but nothing is lost. */
static void test_docx__reads_deep_nesting_flat(void **state)
{
    (void)state;
    static const struct {
        const char *name, *open, *close;
        unsigned count;
        bool limit;
    } rows[] = {
        {"elements",  "<w:x>",                            "</w:x>",                             400, true },
        {"boxes",     "<w:p><w:r><w:txbxContent>",        "</w:txbxContent></w:r></w:p>",       60,  false},
        {"tables",    "<w:tbl><w:tr><w:tc>",              "</w:tc></w:tr></w:tbl>",             60,  false},
        {"branches",  "<mc:AlternateContent><mc:Choice>", "</mc:Choice></mc:AlternateContent>", 60,
         false                                                                                            },
        {"controls",  "<w:sdt><w:sdtContent>",            "</w:sdtContent></w:sdt>",            60,  false},
        {"deletions", "<w:del>",                          "</w:del>",                           200, false},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        lj_buf body;
        lj_buf_init(&body, NULL, 1 << 20);
        for (unsigned k = 0; k < rows[i].count; k++) {
            lj_buf_put_cstr(&body, rows[i].open);
        }
        lj_buf_put_cstr(&body, P(RT("深处文字")));
        for (unsigned k = 0; k < rows[i].count; k++) {
            lj_buf_put_cstr(&body, rows[i].close);
        }
        lj_buf_put_cstr(&body, P(RT("其后文字")));
        lj_buf_put_u8(&body, '\0');
        collect seen;
        collect_init(&seen);
        run_docx(&seen, (const char *)body.ptr);
        print_message("row: %s\n", rows[i].name);
        CHECK_HAS(&seen, "深处文字");
        CHECK_HAS(&seen, "body part=word/document.xml {0+12 size=1050} '其后文字'");
        CHECK_ROW(rows[i].name, collect_has_limit(&seen, FORMAT_LIMIT_XML_DEPTH), rows[i].limit);
        collect_done(&seen);
        lj_buf_done(&body);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_docx__joins_runs),
        cmocka_unit_test(test_docx__says_why_text_is_not_seen),
        cmocka_unit_test(test_docx__reads_revisions),
        cmocka_unit_test(test_docx__reads_text_boxes),
        cmocka_unit_test(test_docx__reads_tables_fields_and_forms),
        cmocka_unit_test(test_docx__reads_every_part),
        cmocka_unit_test(test_docx__is_recognised_by_its_members),
        cmocka_unit_test(test_docx__reads_utf16_parts),
        cmocka_unit_test(test_docx__goes_on_after_a_broken_part),
        cmocka_unit_test(test_docx__reads_long_documents),
        cmocka_unit_test(test_docx__reads_deep_nesting_flat),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
