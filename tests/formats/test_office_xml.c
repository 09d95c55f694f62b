/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Kin of the office packages: flat packages, Word 2003, Excel 2003, strict packages, Visio; and
 * books. Lines are those of formats/span_dump.h. */
#include "../check.h"
#include "base/num.h"
#include "collect.h"
#include "odf_build.h"
#include "ooxml_build.h"

typedef struct file_row {
    const char *name;
    const char *text;
    const char *wanted[5];
    const char *unwanted[3];
    uint32_t gaps;
} file_row;

static void check_files(const file_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        collect seen;
        collect_init(&seen);
        print_message("row: %s\n", rows[i].name);
        collect_run(&seen, lj_cstr_bytes(rows[i].text));
        for (size_t k = 0; k < LJ_COUNT_OF(rows[i].wanted) && rows[i].wanted[k] != NULL; k++) {
            CHECK_HAS(&seen, rows[i].wanted[k]);
        }
        for (size_t k = 0; k < LJ_COUNT_OF(rows[i].unwanted) && rows[i].unwanted[k] != NULL; k++) {
            CHECK_HAS_NOT(&seen, rows[i].unwanted[k]);
        }
        CHECK_ROW(rows[i].name, seen.gap_count, rows[i].gaps);
        CHECK_ROW(rows[i].name, seen.size, seen.examined);
        collect_done(&seen);
    }
}

#define FLAT                                                                                       \
    "<?xml version=\"1.0\"?><pkg:package "                                                         \
    "xmlns:pkg=\"http://schemas.microsoft.com/office/2006/xmlPackage\">"
#define PART(name, inner)                                                                          \
    "<pkg:part pkg:name=\"" name "\"><pkg:xmlData>" inner "</pkg:xmlData></pkg:part>"
#define DOCUMENT(text)                                                                             \
    "<w:document><w:body><w:p><w:r><w:t>" text "</w:t></w:r></w:p></w:body></w:document>"
#define WORD                                                                                       \
    "<?xml version=\"1.0\"?><w:wordDocument "                                                      \
    "xmlns:w=\"http://schemas.microsoft.com/office/word/2003/wordml\" "                            \
    "xmlns:aml=\"http://schemas.microsoft.com/aml/2001/core\">"
#define W_R(text) "<w:r><w:t>" text "</w:t></w:r>"
#define BOOK                                                                                       \
    "<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" "     \
    "xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\" "                                   \
    "xmlns:x=\"urn:schemas-microsoft-com:office:excel\">"
#define CELL(text) "<Cell><Data ss:Type=\"String\">" text "</Data></Cell>"

static void test_office_xml__flat(void **state)
{
    (void)state;
    /* the tool dies on such rows */
    /* clang-format off */
    static const file_row rows[] = {
        {.name = "a document",
         .text = FLAT PART("/word/document.xml", DOCUMENT("正文")) "</pkg:package>",
         .wanted = {"doc opc-flat root", "body part=word/document.xml {0+6} '正文'"}},
        {.name = "sheets",
         .text = FLAT PART("/xl/workbook.xml",
                           "<workbook><sheets><sheet name=\"库存\" sheetId=\"1\" r:id=\"rId1\" "
                           "state=\"hidden\"/></sheets></workbook>")
             PART("/xl/_rels/workbook.xml.rels",
                  "<Relationships><Relationship Id=\"rId1\" "
                  "Type=\"http://x/relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/>"
                  "</Relationships>")
                 PART("/xl/worksheets/sheet1.xml",
                      "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>甲</t>"
                      "</is></c></row></sheetData></worksheet>") "</pkg:package>",
         .wanted = {"sheet_name", "'库存'", "sheet=1 row=1 col=1 hidden:sheet"}},
        {.name = "slides",
         .text = FLAT PART("/ppt/presentation.xml", "<p:presentation/>")
             PART("/ppt/slides/slide1.xml",
                  "<p:sld><p:cSld><p:spTree><p:sp><p:txBody><a:p><a:r><a:t>讲义</a:t></a:r></a:p>"
                  "</p:txBody></p:sp></p:spTree></p:cSld></p:sld>") "</pkg:package>",
         .wanted = {"body part=ppt/slides/slide1.xml", "'讲义'"}},
        {.name = "text between the parts, a comment",
         .text = FLAT "<!-- 包里的注释 --><pkg:other>部件之间的字</pkg:other>" PART(
             "/word/document.xml", DOCUMENT("正文")) "</pkg:package>",
         .wanted = {"'正文'", "包里的注释", "部件之间的字"}},
        {.name = "binary data",
         .text = FLAT PART("/word/document.xml", DOCUMENT("正文"))
             "<pkg:part pkg:name=\"/word/media/a.txt\"><pkg:binaryData>55Sy5LmZ\n5LiZ5LiB"
             "</pkg:binaryData></pkg:part></pkg:package>",
         .wanted = {"embedded 'word/media/a.txt' size=12", "'甲乙丙丁'"}},
        {.name = "no part: any XML",
         .text = FLAT "<a>只有一个元素</a></pkg:package>",
         .wanted = {"doc opc-flat root", "'只有一个元素'"}},
        {.name = "cut inside a part",
         .text = FLAT PART("/word/document.xml", DOCUMENT("正文")) "<pkg:part pkg:name=\"/word/"
                                                                 "x.xml\"><pkg:xmlData><a>断在这里",
         .wanted = {"'正文'", "断在这里"},
         .gaps = 2},
    };
    /* clang-format on */
    check_files(rows, LJ_COUNT_OF(rows));
}

static void test_office_xml__word(void **state)
{
    (void)state;
    /* the tool dies on such rows */
    /* clang-format off */
    static const file_row rows[] = {
        {.name = "runs are joined, styles resolved",
         .text = WORD "<w:styles><w:style w:type=\"paragraph\" w:styleId=\"A\"><w:rPr><w:sz "
                      "w:val=\"44\"/></w:rPr></w:style><w:style w:type=\"paragraph\" "
                      "w:styleId=\"B\"><w:basedOn w:val=\"A\"/></w:style></w:styles><w:body><w:p>"
                      "<w:pPr><w:pStyle w:val=\"B\"/></w:pPr>" W_R("机") W_R("密") "</w:p></w:body>"
                      "</w:wordDocument>",
         .wanted = {"doc word-xml root", "{0+6 size=2200} '机密'"}},
        {.name = "a header inside of paragraph properties does not end the paragraph",
         .text = WORD "<w:body><w:p><w:pPr><w:sectPr><w:hdr w:type=\"odd\"><w:p>" W_R(
             "页眉") "</w:p></w:hdr></w:sectPr><w:jc w:val=\"center\"/></w:pPr>" W_R("末段") "</w:p>"
                     "</w:body></w:wordDocument>",
         .wanted = {"header {0+6} '页眉'", "body {0+6 centred} '末段'"}},
        {.name = "deletion, and properties of before",
         .text = WORD "<w:body><w:p>" W_R("甲") "<aml:annotation w:type=\"Word.Deletion\" "
                      "aml:author=\"丁一\"><aml:content><w:r><w:delText>乙</w:delText></w:r>"
                      "</aml:content></aml:annotation><w:r><w:rPr><aml:annotation "
                      "w:type=\"Word.Formatting\"><aml:content><w:rPr><w:vanish/></w:rPr>"
                      "</aml:content></aml:annotation></w:rPr><w:t>丙</w:t></w:r></w:p></w:body>"
                      "</w:wordDocument>",
         .wanted = {"author=丁一", "{0+3} {3+3 hidden:deleted} {6+3} '甲乙丙'"},
         .unwanted = {"vanish"}},
        {.name = "what a style paints lies behind no other text",
         .text = WORD "<w:styles><w:style w:type=\"character\" w:styleId=\"A\"><w:rPr><w:shd "
                      "w:val=\"clear\" w:fill=\"000080\"/></w:rPr></w:style></w:styles><w:body><w:p>" W_R(
                          "甲") "</w:p></w:body></w:wordDocument>",
         .wanted = {"body {0+3} '甲'"}},
        {.name = "pictures",
         .text = WORD "<w:body><w:p><w:r><w:pict><w:binData w:name=\"a\">55Sy5LmZ5LiZ5LiB"
                      "</w:binData></w:pict></w:r></w:p></w:body></w:wordDocument>",
         .wanted = {"embedded 'binData' size=12", "'甲乙丙丁'"},
         .unwanted = {"55Sy5LmZ"}},
    };
    /* clang-format on */
    check_files(rows, LJ_COUNT_OF(rows));
}

static void test_office_xml__excel(void **state)
{
    (void)state;
    /* the tool dies on such rows */
    /* clang-format off */
    static const file_row rows[] = {
        {.name = "numbers jump and do not run over",
         .text = BOOK "<Worksheet ss:Name=\"表\"><Table><Row ss:Index=\"2147483647\">" CELL(
             "甲") "</Row><Row><Cell ss:Index=\"2147483646\" ss:MergeAcross=\"2147483646\"><Data "
                   "ss:Type=\"String\">乙</Data></Cell>" CELL("丙") "</Row></Table></Worksheet>"
                                                                    "</Workbook>",
         .wanted = {"doc excel-xml root", "'甲'", "'乙'", "'丙'"}},
        {.name = "a style of a style",
         .text = BOOK "<Styles><Style ss:ID=\"a\"><Font ss:Color=\"#FFFFFF\"/></Style><Style "
                      "ss:ID=\"b\" ss:Parent=\"a\"/></Styles><Worksheet ss:Name=\"表\"><Table><Row>"
                      "<Cell ss:StyleID=\"b\"><Data ss:Type=\"String\">白字</Data></Cell></Row>"
                      "</Table></Worksheet></Workbook>",
         .wanted = {"hidden:no_contrast"}},
        {.name = "very hidden",
         .text = BOOK "<Worksheet ss:Name=\"甲\"><Table><Row>" CELL("显") "</Row></Table></Worksheet>"
                      "<Worksheet ss:Name=\"乙\"><Table><Row>" CELL("隐") "</Row></Table>"
                      "<x:WorksheetOptions><x:Visible>SheetVeryHidden</x:Visible>"
                      "</x:WorksheetOptions></Worksheet></Workbook>",
         .wanted = {"cell sheet=1 row=1 col=1 '显'", "hidden:sheet '隐'"}},
        {.name = "not a workbook of Office",
         .text = "<?xml version=\"1.0\"?><Workbook><Data>甲</Data></Workbook>",
         .wanted = {"doc xml root", "'甲'"}},
    };
    /* clang-format on */
    check_files(rows, LJ_COUNT_OF(rows));
}

/* ISO/IEC 29500 strict: other namespaces and types of relationships. */
static void test_office_xml__strict(void **state)
{
    (void)state;
    collect seen;
    zip_build zip;
    collect_init(&seen);
    zip_build_init(&zip);
    zip_build_text(
        &zip, "_rels/.rels",
        "<Relationships><Relationship Id=\"rId1\" "
        "Type=\"http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument\" "
        "Target=\"word/main.xml\"/></Relationships>");
    zip_build_text(&zip, "word/_rels/main.xml.rels",
                   "<Relationships><Relationship Id=\"rId1\" "
                   "Type=\"http://purl.oclc.org/ooxml/officeDocument/relationships/styles\" "
                   "Target=\"look.xml\"/></Relationships>");
    zip_build_text(&zip, "[Content_Types].xml", "<Types/>");
    zip_build_text(
        &zip, "word/look.xml",
        "<w:styles xmlns:w=\"http://purl.oclc.org/ooxml/wordprocessingml/main\"><w:style "
        "w:type=\"paragraph\" w:styleId=\"A\"><w:rPr><w:vanish/></w:rPr></w:style>"
        "</w:styles>");
    zip_build_text(
        &zip, "word/main.xml",
        "<w:document xmlns:w=\"http://purl.oclc.org/ooxml/wordprocessingml/main\"><w:body>"
        "<w:p><w:pPr><w:pStyle w:val=\"A\"/></w:pPr><w:r><w:t>严格格式</w:t></w:r></w:p>"
        "</w:body></w:document>");
    collect_run(&seen, zip_build_end(&zip, LJ_BYTES(""), false));
    CHECK_HAS(&seen, "doc docx root");
    CHECK_HAS(&seen, "body part=word/main.xml hidden:vanish {0+12 hidden:vanish} '严格格式'");
    CHECK_ROW("strict", seen.gap_count, 0);
    zip_build_done(&zip);
    collect_done(&seen);
}

static void test_office_xml__epub(void **state)
{
    (void)state;
    static const struct {
        const char *algorithm;
        uint32_t gaps;
    } rows[] = {
        {"http://www.idpf.org/2008/embedding",          0},
        {"http://ns.adobe.com/pdf/enc#RC",              0},
        {"http://www.w3.org/2001/04/xmlenc#aes128-cbc", 1},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        collect seen;
        zip_build zip;
        char list[512];
        collect_init(&seen);
        zip_build_init(&zip);
        (void)snprintf(list, sizeof(list),
                       "<encryption><EncryptedData><EncryptionMethod Algorithm=\"%s\"/>"
                       "<CipherReference URI=\"a.txt\"/></EncryptedData></encryption>",
                       rows[i].algorithm);
        zip_build_text(&zip, "META-INF/container.xml", "<container/>");
        zip_build_text(&zip, "META-INF/encryption.xml", list);
        zip_build_text(&zip, "b.opf",
                       "<package><metadata><title>书名</title></metadata></package>");
        zip_build_text(&zip, "a.txt", "章节里的字");
        collect_run(&seen, zip_build_end(&zip, LJ_BYTES(""), false));
        CHECK_HAS(&seen, "doc epub root");
        CHECK_HAS(&seen, "metadata part=b.opf hidden:not_printed 'title':'书名'");
        collect_check(&seen, "章节里的字", rows[i].gaps == 0, __FILE__, __LINE__);
        CHECK_ROW(rows[i].algorithm, seen.gap_count, rows[i].gaps);
        zip_build_done(&zip);
        collect_done(&seen);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_office_xml__flat),  cmocka_unit_test(test_office_xml__word),
        cmocka_unit_test(test_office_xml__excel), cmocka_unit_test(test_office_xml__strict),
        cmocka_unit_test(test_office_xml__epub),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
