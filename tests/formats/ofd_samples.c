/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Writes the samples and fuzz seeds of ofd.
 *
 *   ofd_samples DIR          DIR/ofd/plain.ofd ... as they stand in tests/formats/
 *   ofd_samples --seeds DIR  DIR/ofd/page.ofd ... as they stand in fuzz/seeds/
 *
 * The folders must exist. All text is invented. Samples are deflated packages as offices write
 * them; seeds hold their parts stored, so that a fuzzer reaches the XML.
 *
 *   plain      a notice: red head on a template, number, title, body, second page
 *   letters    one letter an object, shuffled; offsets in groups; several lines; vertical; turned
 *   hidden     white, not shown, transparent, off the page, tiny, clipped, covered, with twins
 *   tags       custom tags: a value in the file, a value on the page
 *   parts      properties, outline, annotations, attachments (one hidden), composite unit, version,
 *              a page that nothing leads to
 *   encrypted  GM/T 0099: the list of locks, a plain decoy, members of noise
 *   damaged    templates in a circle, pages that are not there, a part that is cut
 *   truncated  plain cut at five eighths: no directory */
/* seeds that are longer than the tables of the reader */
#pragma GCC diagnostic ignored "-Woverlength-strings"

#include <stdio.h>

#include "base/num.h"
#include "ofd_build.h"

#define F1 "Font=\"1\" Size=\"4\""

/* ---- samples ---- */

static void make_plain(zip_build *zip)
{
    ofd_begin(zip, &(ofd_build){.pages = 2,
                                .info = "<ofd:Title>关于调整食堂开饭时间的通知</ofd:Title>"
                                        "<ofd:Creator>测试程序</ofd:Creator>",
                                .common = "<ofd:TemplatePage ID=\"7\" "
                                          "BaseLoc=\"Tpls/Tpl_0/Content.xml\"/>"});
    ofd_part(
        zip, "Doc_0/Tpls/Tpl_0/Content.xml", "Page",
        OFD_CONTENT(OFD_TEXT("50 50 120 15", "Font=\"1\" Size=\"10\"",
                             OFD_FILL("255 0 0") OFD_CODE("0", "10", "g 9 11", "示例县测试局文件"))
                        OFD_TEXT("150 280 40 6", "Font=\"1\" Size=\"3\"",
                                 OFD_CODE("0", "3", "g 9 3", "测试局印制"))));
    ofd_page(zip, 0,
             "<ofd:Area><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:Area>"
             "<ofd:Template TemplateID=\"7\" ZOrder=\"Background\"/>" OFD_CONTENT(
                 OFD_TEXT("25 20 60 8", "Font=\"2\" Size=\"5.64\"",
                          OFD_CODE("0", "5.6", "g 9 5.64", "内部资料"))
                     OFD_TEXT("85 75 60 6", F1,
                              OFD_CODE("0", "4", "g 4 4 g 4 2 4 2", "示测发〔2024〕5号"))
                         OFD_TEXT("53 100 120 10", "Font=\"2\" Size=\"8\"",
                                  OFD_CODE("0", "8", "g 12 8", "关于调整食堂开饭时间的通知"))
                             OFD_LINE("25", "125", "各科室：") OFD_LINE(
                                 "33", "135", "自下周一起，食堂午饭时间由十二点改为十一点半，")
                                 OFD_LINE("25", "143", "请相互转告。")));
    ofd_page(zip, 1,
             "<ofd:Template TemplateID=\"7\" ZOrder=\"Background\"/>" OFD_CONTENT(
                 OFD_LINE("25", "100", "附件：开饭时间表")));
}

#define LETTER(x, text) OFD_TEXT(x " 50 4 6", F1, OFD_CODE("0", "4", "", text))

static void make_letters(zip_build *zip)
{
    ofd_begin(zip, &(ofd_build){.pages = 1});
    ofd_page(
        zip, 0,
        OFD_CONTENT(
            LETTER("42", "饭") LETTER("34", "堂") LETTER("46", "了") LETTER("30", "食") LETTER(
                "38", "开") OFD_TEXT("30 70 150 6", F1,
                                     OFD_CODE("0", "4", "g 3 4 2 2 2 4 g 4 4", "自本月15日起试行"))
                OFD_TEXT("30 90 60 20", F1,
                         "<ofd:TextCode X=\"0\" Y=\"4\" DeltaX=\"4 4 -8 4 4\" DeltaY=\"0 0 6 0 "
                         "0\">上一行下一行</ofd:TextCode>")
                    OFD_TEXT("180 40 6 60", F1,
                             "<ofd:TextCode X=\"0\" Y=\"4\" DeltaY=\"g 3 "
                             "4.2\">竖排文字</ofd:TextCode>")
                        OFD_TEXT("40 150 100 100", F1 " CTM=\"0.7071 -0.7071 0.7071 0.7071 0 60\"",
                                 OFD_CODE("0", "4", "g 3 4", "斜着写的"))));
}

#define WHITE OFD_FILL("255 255 255")

static void make_hidden(zip_build *zip)
{
    ofd_begin(zip, &(ofd_build){.pages = 1});
    ofd_page(
        zip, 0,
        OFD_CONTENT(
            OFD_RECT("20 20 80 10", "80", "10", "0 0 128")
                OFD_TEXT("25 22 70 6", F1, WHITE OFD_CODE("0", "4", "g 9 4", "深色底上的白字"))
                    OFD_TEXT("25 40 70 6", F1, WHITE OFD_CODE("0", "4", "g 9 4", "白纸上的白字"))
                        OFD_TEXT("25 50 70 6", F1 " Visible=\"false\"",
                                 OFD_CODE("0", "4", "g 9 4", "不显示的字"))
                            OFD_TEXT("25 60 70 6", F1 " Alpha=\"0\"",
                                     OFD_CODE("0", "4", "g 9 4", "透明的字"))
                                OFD_TEXT("25 70 70 6", F1 " Alpha=\"90\"",
                                         OFD_CODE("0", "4", "g 9 4", "半透明的字"))
                                    OFD_TEXT("25 80 70 6", F1 " Fill=\"false\"",
                                             OFD_CODE("0", "4", "g 9 4", "没有填充的字"))
                                        OFD_TEXT("25 90 70 6", F1 " Fill=\"false\" Stroke=\"true\"",
                                                 OFD_CODE("0", "4", "g 9 4", "只有轮廓的字"))
                                            OFD_LINE("25", "320", "纸外面的字") OFD_TEXT(
                                                "25 110 70 6", "Font=\"1\" Size=\"0.6\"",
                                                OFD_CODE("0", "4", "g 9 0.6", "极小的字"))
                                                OFD_TEXT("25 120 20 6", F1,
                                                         OFD_CODE("60", "4", "g 9 4", "框外面的字"))
                                                    OFD_LINE("25", "140", "被盖住的字") OFD_RECT(
                                                        "20 138 80 10", "80", "10", "255 255 255")
                                                        OFD_RECT("20 158 80 10", "80", "10",
                                                                 "255 255 0")
                                                            OFD_LINE("25", "160", "底纹上的字")));
}

static void make_tags(zip_build *zip)
{
    ofd_begin(zip, &(ofd_build){.pages = 1,
                                .rest = "<ofd:CustomTags>Tags/CustomTags.xml</ofd:CustomTags>"});
    ofd_page(zip, 0,
             OFD_CONTENT(OFD_TEXT("25 20 60 8", "ID=\"59\" Font=\"2\" Size=\"5\"",
                                  OFD_CODE("0", "5", "5", "内部"))
                             OFD_TEXT("35 20 60 8", "ID=\"60\" Font=\"2\" Size=\"5\"",
                                      OFD_CODE("0", "5", "5", "一年"))
                                 OFD_LINE("25", "60", "正文一行")));
    ofd_part(zip, "Doc_0/Tags/CustomTags.xml", "CustomTags",
             "<ofd:CustomTag TypeID=\"公文\"><ofd:FileLoc>Tag_0.xml</ofd:FileLoc></ofd:CustomTag>");
    ofd_part(
        zip, "Doc_0/Tags/Tag_0.xml", "公文",
        "<版头><份号>000123</份号><密级和保密期限><ofd:ObjectRef PageRef=\"100\">59</ofd:ObjectRef>"
        "<ofd:ObjectRef PageRef=\"100\">60</ofd:ObjectRef></密级和保密期限></版头>");
}

static void make_parts(zip_build *zip)
{
    ofd_begin(
        zip,
        &(ofd_build){
            .pages = 1,
            .info = "<ofd:Title>仓库盘点</ofd:Title><ofd:Keywords><ofd:Keyword>铅笔</ofd:Keyword>"
                    "</ofd:Keywords><ofd:CustomDatas><ofd:CustomData "
                    "Name=\"文种\">通知</ofd:CustomData>"
                    "</ofd:CustomDatas>",
            .bodies =
                "<ofd:Versions><ofd:Version ID=\"1\" Index=\"0\" BaseLoc=\"Doc_0/V1.xml\"/>"
                "<ofd:Version ID=\"2\" Index=\"1\" Current=\"true\" BaseLoc=\"Doc_0/V2.xml\"/>"
                "</ofd:Versions>",
            .rest = "<ofd:Outlines><ofd:OutlineElem Title=\"第一章\"/></ofd:Outlines>"
                    "<ofd:Annotations>Annotations.xml</ofd:Annotations>"
                    "<ofd:Attachments>Attachments.xml</ofd:Attachments>",
            .res = "<ofd:CompositeGraphicUnits><ofd:CompositeGraphicUnit ID=\"51\" Width=\"60\" "
                   "Height=\"10\"><ofd:Content>" OFD_LINE(
                       "0", "0", "组合里的字") "</ofd:Content></ofd:CompositeGraphicUnit></ofd:"
                                               "CompositeGraphicUnits>"});
    ofd_page(zip, 0,
             OFD_CONTENT(OFD_LINE("25", "40",
                                  "仓库现有铅笔十二支。") "<ofd:CompositeObject Boundary=\"25 60 "
                                                          "60 10\" "
                                                          "ResourceID=\"51\"/>"));
    ofd_part(zip, "Doc_0/Annotations.xml", "Annotations",
             "<ofd:Page PageID=\"100\"><ofd:FileLoc>Annot_0.xml</ofd:FileLoc></ofd:Page>");
    ofd_part(
        zip, "Doc_0/Annot_0.xml", "PageAnnot",
        "<ofd:Annot Type=\"Watermark\" Creator=\"测试员\" LastModDate=\"2024-05-06\"><ofd:Remark>"
        "备注文字</ofd:Remark><ofd:Appearance Boundary=\"50 150 100 20\">" OFD_TEXT(
            "0 0 100 20", "Font=\"1\" Size=\"10\" Alpha=\"60\"",
            OFD_CODE("0", "10", "g 9 10", "水印文字")) "</ofd:Appearance></ofd:Annot>");
    ofd_part(
        zip, "Doc_0/Attachments.xml", "Attachments",
        "<ofd:Attachment ID=\"1\" Name=\"清单\" Format=\"txt\"><ofd:FileLoc>list.txt</ofd:FileLoc>"
        "</ofd:Attachment><ofd:Attachment ID=\"2\" Name=\"底稿.txt\" "
        "Visible=\"false\"><ofd:FileLoc>"
        "draft.txt</ofd:FileLoc></ofd:Attachment>");
    zip_build_text(zip, "Doc_0/list.txt", "铅笔十二支，橡皮三块。\n");
    zip_build_text(zip, "Doc_0/draft.txt", "铅笔也许十三支。\n");
    ofd_part(zip, "Doc_0/V1.xml", "DocVersion ID=\"1\"", "<ofd:DocRoot>Old.xml</ofd:DocRoot>");
    ofd_part(zip, "Doc_0/V2.xml", "DocVersion ID=\"2\"", "<ofd:DocRoot>Document.xml</ofd:DocRoot>");
    ofd_part(zip, "Doc_0/Old.xml", "Document",
             "<ofd:Pages><ofd:Page ID=\"1\" BaseLoc=\"OldPage.xml\"/></ofd:Pages>");
    ofd_part(zip, "Doc_0/OldPage.xml", "Page",
             OFD_CONTENT(OFD_LINE("25", "40", "上一版写的是十支。")));
    ofd_part(zip, "Doc_0/Pages/Page_9/Content.xml", "Page",
             OFD_CONTENT(OFD_LINE("25", "40", "没有入口的一页")));
}

static void make_encrypted(zip_build *zip)
{
    uint8_t noise[2048];
    uint64_t state = 11;
    for (size_t i = 0; i < sizeof(noise); i++) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        noise[i] = (uint8_t)(state >> 56);
    }
    ofd_begin(zip, &(ofd_build){.pages = 1});
    ofd_page(zip, 0, OFD_CONTENT(OFD_LINE("25", "40", "此页已加密，请用阅读器打开。")));
    ofd_part(zip, "Encryptions.xml", "Encryptions",
             "<ofd:EncryptInfo ID=\"1\"><ofd:Provider Name=\"测试厂商\"/><ofd:DecryptSeedLoc>/"
             "decryptseed.dat</ofd:DecryptSeedLoc><ofd:EntriesMapLoc>/entriesmap.dat</ofd:"
             "EntriesMapLoc></ofd:EncryptInfo>");
    zip_build_data(zip, "decryptseed.dat", lj_slice_of(noise, 600));
    zip_build_data(zip, "entriesmap.dat", lj_slice_of(noise + 600, 500));
    zip_build_data(zip, "Doc_0/Pages/Page_0/ContentEncrypt.dat", lj_slice_of(noise, sizeof(noise)));
}

static void make_damaged(zip_build *zip)
{
    ofd_begin(zip, &(ofd_build){.pages = 4,
                                .common = "<ofd:TemplatePage ID=\"7\" BaseLoc=\"T7.xml\"/>"
                                          "<ofd:TemplatePage ID=\"8\" BaseLoc=\"T8.xml\"/>"});
    ofd_part(zip, "Doc_0/T7.xml", "Page",
             "<ofd:Template TemplateID=\"8\"/>" OFD_CONTENT(OFD_LINE("30", "40", "七号模板")));
    ofd_part(zip, "Doc_0/T8.xml", "Page",
             "<ofd:Template TemplateID=\"7\"/>" OFD_CONTENT(OFD_LINE("30", "60", "八号模板")));
    ofd_page(zip, 0,
             "<ofd:Template TemplateID=\"7\"/>" OFD_CONTENT(OFD_LINE("30", "90", "第一页的字")));
    zip_build_text(zip, "Doc_0/Pages/Page_3/Content.xml",
                   "<ofd:Page><ofd:Content><ofd:Layer>" OFD_LINE(
                       "30", "40", "第四页读到这里") "<ofd:TextObject Boundary=\"");
}

typedef struct sample {
    const char *path;
    void (*make)(zip_build *zip);
    unsigned eighths; /* of the bytes that are written; 8 = all */
} sample;

static const sample samples[] = {
    {"ofd/plain.ofd",     make_plain,     8},
    {"ofd/letters.ofd",   make_letters,   8},
    {"ofd/hidden.ofd",    make_hidden,    8},
    {"ofd/tags.ofd",      make_tags,      8},
    {"ofd/parts.ofd",     make_parts,     8},
    {"ofd/encrypted.ofd", make_encrypted, 8},
    {"ofd/damaged.ofd",   make_damaged,   8},
    {"ofd/truncated.ofd", make_plain,     5},
};

/* ---- seeds ---- */

#define OFD_XML                                                                                    \
    "OFD.xml", "<OFD><DocBody><DocInfo><CustomDatas><CustomData Name=\"a\">b</CustomData>"         \
               "</CustomDatas></DocInfo><DocRoot>D.xml</DocRoot></DocBody></OFD>"
#define DOC(inner)                                                                                 \
    "D.xml", "<Document><CommonData><PageArea><PhysicalBox>0 0 210 297</PhysicalBox></PageArea>"   \
             "<PublicRes>R.xml</PublicRes>" inner                                                  \
             "</CommonData><Pages><Page ID=\"1\" BaseLoc=\"P.xml\"/></Pages>"                      \
             "<Annotations>A.xml</Annotations><Attachments>X.xml</Attachments>"                    \
             "<CustomTags>T.xml</CustomTags></Document>"
#define OBJECT(attrs, inner)    "<TextObject Boundary=\"9 9 90 9\" " attrs ">" inner "</TextObject>"
#define CODE(attrs, text)       "<TextCode X=\"0\" Y=\"4\" " attrs ">" text "</TextCode>"
#define PAGE(inner)             "<Page><Content><Layer>" inner "</Layer></Content></Page>"
/* Deeper than OFD_OBJECTS and OFD_NESTING. */
#define IN4(open, inner, close) open open open open inner close close close close
#define IN20(open, inner, close)                                                                   \
    IN4(open, IN4(open, IN4(open, IN4(open, IN4(open, inner, close), close), close), close), close)
#define R4(text)   text text text text
#define R64(text)  R4(R4(R4(text)))
#define R260(text) R4(R64(text)) R4(text)
#define UNIT(id, next)                                                                             \
    "<CompositeGraphicUnit ID=\"" id "\"><CompositeObject ResourceID=\"" next                      \
    "\" CTM=\"1 0 0 1 1 1\"/><CompositeObject ResourceID=\"" next                                  \
    "\"/>" OBJECT("Size=\"4\"", CODE("", "u")) "</CompositeGraphicUnit>"

typedef struct seed {
    const char *path;
    const char *parts[24]; /* name, content, ... */
} seed;

/* the tool does not survive such rows */
/* clang-format off */
static const seed seeds[] = {
    {"ofd/page.ofd",
     {OFD_XML, DOC(""), "R.xml", "<Res><Fonts><Font ID=\"1\" FontName=\"SimHei\"/></Fonts></Res>",
      "P.xml",
      PAGE(OBJECT("Font=\"1\" Size=\"4\"", CODE("DeltaX=\"g 2 4 3.5\" DeltaY=\"0 0 1\"", "abcd"))
               OBJECT("CTM=\"0 1 -1 0 0 0\" Size=\"4e0\" Alpha=\"9\" Visible=\"false\"",
                      "<FillColor Value=\"#FF 0 0\" Alpha=\"3\"/>" CODE("", "&#x5bc6;"))),
      NULL}                                                                           },
    {"ofd/paint.ofd",
     {OFD_XML, DOC(""), "R.xml",
      "<Res BaseLoc=\"/\"><ColorSpaces><ColorSpace ID=\"2\" Type=\"CMYK\" BitsPerComponent=\"16\"/>"
      "</ColorSpaces><DrawParams><DrawParam ID=\"3\" Relative=\"4\"/><DrawParam ID=\"4\" "
      "Relative=\"3\"><FillColor Value=\"1 2 3\"><AxialShd/></FillColor></DrawParam></DrawParams>"
      "<MultiMedias><MultiMedia ID=\"5\" Format=\"JPEG\"><MediaFile>P.xml</MediaFile></MultiMedia>"
      "</MultiMedias></Res>",
      "P.xml",
      PAGE(
          OBJECT("DrawParam=\"3\" Size=\"4\"", CODE("", "ab")) "<PathObject Boundary=\"0 0 99 99\" "
                                                               "Fill=\"true\"><FillColor "
                                                               "Value=\"9 9 9 9\" "
                                                               "ColorSpace=\"2\"/>"
                                                               "<AbbreviatedData>M 0 0 L 99 0 L "
                                                               "99 99 L 0 99 "
                                                               "C</AbbreviatedData></"
                                                               "PathObject><ImageObject "
                                                               "CTM=\"99 0 0 99 0 0\" "
                                                               "ResourceID=\"5\"/>"),
      NULL}                                                                           },
    {"ofd/deep.ofd",
     {OFD_XML, DOC(""), "R.xml", "<Res/>", "P.xml",
      PAGE(IN20("<PathObject><FillColor><Pattern>", OBJECT("Size=\"4\"", CODE("", "x")),
                "</Pattern></FillColor></PathObject>")
               IN20("<PageBlock>", OBJECT("Size=\"4\"", CODE("", "y")), "</PageBlock>")),
      NULL}                                                                           },
    {"ofd/units.ofd",
     {OFD_XML, DOC(""), "R.xml",
      "<Res>" UNIT("1", "2") UNIT("2", "3") UNIT("3", "4") UNIT("4", "5") UNIT("5", "6")
          UNIT("6", "7") UNIT("7", "8") UNIT("8", "9") UNIT("9", "10") UNIT("10", "11")
              UNIT("11", "12") UNIT("12", "13") UNIT("13", "14") UNIT("14", "15") UNIT("15", "16")
                  UNIT("16", "17") UNIT("17", "18") UNIT("18", "1") "</Res>",
      "P.xml", PAGE("<CompositeObject ResourceID=\"1\" Boundary=\"1 1 9 9\"/>"), NULL}},
    {"ofd/templates.ofd",
     {OFD_XML,
      DOC("<TemplatePage ID=\"7\" BaseLoc=\"T7.xml\"/><TemplatePage ID=\"8\" BaseLoc=\"T8.xml\" "
          "ZOrder=\"Foreground\"/>"),
      "T7.xml",
      "<Page><Template TemplateID=\"8\"/>" PAGE(OBJECT("Size=\"4\"", CODE("", "seven"))) "</Page>",
      "T8.xml",
      "<Page><Template TemplateID=\"7\"/><PageRes>R.xml</PageRes><Content><Layer>" OBJECT(
          "Size=\"4\"", CODE("", "eight")) "</Layer></Content></Page>",
      "P.xml",
      "<Page><PageRes>R2.xml</PageRes><Template TemplateID=\"7\"/><Template TemplateID=\"8\"/>"
      "<Area><PhysicalBox>9 9 99 99</PhysicalBox></Area></Page>",
      "R2.xml", "<Res/>", NULL}                                                       },
    {"ofd/parts.ofd",
     {"OFD.xml",
      "<OFD><DocBody><DocRoot>D.xml</DocRoot><Versions><Version BaseLoc=\"V.xml\" Index=\"0\"/>"
      "<Version BaseLoc=\"V2.xml\" "
      "Current=\"true\"/></Versions><Signatures>S.xml</Signatures></DocBody>"
      "</OFD>",
      DOC(""),
      "P.xml",
      PAGE(OBJECT("ID=\"5\" Size=\"4\"", CODE("", "value"))),
      "A.xml",
      "<Annotations><Page PageID=\"1\"><FileLoc>AP.xml</FileLoc></Page></Annotations>",
      "AP.xml",
      "<PageAnnot><Annot Type=\"Watermark\" "
      "Visible=\"false\"><Remark>r</Remark><Parameters><Parameter "
      "Name=\"n\">v</Parameter></Parameters><Appearance Boundary=\"1 1 9 9\">" OBJECT(
          "Size=\"4\"", CODE("", "mark")) "</Appearance></Annot></PageAnnot>",
      "X.xml",
      "<Attachments><Attachment Name=\"n\" Visible=\"false\"><FileLoc>a.txt</FileLoc></Attachment>"
      "</Attachments>",
      "a.txt",
      "attached words here\n",
      "T.xml",
      "<CustomTags><CustomTag><FileLoc>TF.xml</FileLoc></CustomTag></CustomTags>",
      "TF.xml",
      "<t><k><ObjectRef PageRef=\"1\">5</ObjectRef></k><m>direct</m></t>",
      "V.xml",
      "<DocVersion><DocRoot>D.xml</DocRoot><FileList><File>P.xml</File></FileList></DocVersion>",
      NULL}                                                                           },
    /* longer than each table: codes of an object, points of a path, templates of a page, names of
     * tags, levels of DER, versions, documents */
    {"ofd/long.ofd",
     {"OFD.xml",
      "<OFD><DocBody><DocRoot>D.xml</DocRoot><Versions>" R64("<Version BaseLoc=\"P.xml\"/>") R4(
          "<Version BaseLoc=\"D.xml\"/>") "</Versions></DocBody>" R260("<DocBody><DocRoot>D.xml</DocRoot></DocBody>") "</OFD>",
      DOC("<TemplatePage ID=\"7\" BaseLoc=\"T7.xml\"/>"), "T7.xml", PAGE(OBJECT("Size=\"4\"", CODE("", "t"))),
      "P.xml",
      "<Page>" R64("<Template TemplateID=\"7\" ZOrder=\"Foreground\"/>") "<Content><Layer>" OBJECT(
          "Size=\"4\" ID=\"5\"", R260(CODE("", "c"))) "<PathObject Fill=\"true\"><FillColor Value=\"1\"/>"
      "<AbbreviatedData>M 0 0 " R64("L 9 9 ") "</AbbreviatedData></PathObject></Layer></Content></Page>",
      "T.xml", "<CustomTags><CustomTag><FileLoc>TF.xml</FileLoc></CustomTag></CustomTags>", "TF.xml",
      "<t>" R64("<k>") R4("<k>") "<ObjectRef PageRef=\"1\">5</ObjectRef>" R4("</k>") R64("</k>") "</t>", "s.dat",
      "\x30\x7E" "\x30\x7C" "\x30\x7A" "\x30\x78" "\x30\x76" "\x30\x74" "\x30\x72" "\x30\x70" "\x30\x6E"
      "\x30\x6C" "\x30\x6A" "\x30\x68" "\x30\x66" "\x30\x64" "\x30\x62" "\x30\x60" "\x30\x5E" "\x30\x5C"
      "\x30\x5A" "\x30\x58" "\x30\x56" "\x30\x54" "\x30\x52" "\x30\x50" "\x30\x4E" "\x30\x4C" "\x30\x4A"
      "\x30\x48" "\x30\x46" "\x30\x44" "\x30\x42" "\x30\x40" "\x30\x3E" "\x30\x3C" "\x30\x3A" "\x30\x38"
      "\x0C\x36" "012345678901234567890123456789012345678901234567890123", NULL}},
    {"ofd/seal.ofd",
     {OFD_XML, "Encryptions.xml", "<Encryptions><EncryptInfo/></Encryptions>", "s.dat",
      "\x30\x1F\x0C\x08sealname\x04\x0E\x30\x0C\x0C\x0Ainner text\x03\x03\x01\x30\x01", "f.ttf",
      "true\x01\x01\x01\x01\x01\x01", "t.esl",
      "\x30\x11\x0C\x13\xE5\x8D\xB0\xE7\xAB\xA0\xE5\x8D\xB0\xE7\xAB\xA0\xE5\x8D\xB0", NULL}                                           },
};

/* clang-format on */

/* ---- writing ---- */

static bool write_file(const char *folder, const char *path, lj_slice bytes)
{
    char name[4096];
    int len = snprintf(name, sizeof(name), "%s/%s", folder, path);
    FILE *file = len > 0 && (size_t)len < sizeof(name) ? fopen(name, "wb") : NULL;
    bool fits = file != NULL && fwrite(bytes.ptr, 1, bytes.len, file) == bytes.len;
    fits = (file == NULL || fclose(file) == 0) && fits;
    if (!fits) {
        (void)fprintf(stderr, "ofd_samples: cannot write %s\n", path);
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

static bool write_seeds(const char *folder)
{
    bool fits = true;
    for (size_t i = 0; i < LJ_COUNT_OF(seeds) && fits; i++) {
        zip_build zip;
        zip_build_init(&zip);
        for (const char *const *part = seeds[i].parts; *part != NULL; part += 2) {
            zip_build_data(&zip, part[0], lj_cstr_bytes(part[1]));
        }
        fits = write_file(folder, seeds[i].path, zip_build_end(&zip, LJ_BYTES(""), false));
        zip_build_done(&zip);
    }
    return fits;
}

int main(int argc, char **argv)
{
    bool wants_seeds = argc == 3 && strcmp(argv[1], "--seeds") == 0;
    if (argc != 2 && !wants_seeds) {
        (void)fprintf(stderr, "usage: ofd_samples [--seeds] DIR\n");
        return 64;
    }
    return (wants_seeds ? write_seeds(argv[2]) : write_samples(argv[1])) ? 0 : 1;
}
