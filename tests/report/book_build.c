/* SPDX-License-Identifier: AGPL-3.0-or-later
 * See book_build.h. */
#include "book_build.h"

#include <stdio.h>

#define MAIN "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
#define REL  "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define PACK "http://schemas.openxmlformats.org/package/2006/"

static void add(zip_build *zip, const book_parts *parts, const char *name,
                const char *const pieces[5])
{
    lj_buf text;
    lj_buf_init(&text, NULL, 256 << 20);
    for (size_t i = 0; i < 5; i++) {
        lj_buf_put_cstr(&text, pieces[i] != NULL ? pieces[i] : "");
    }
    zip_build_add(
        zip, &(zip_build_member){.name = name, .data = lj_buf_slice(&text), .flags = parts->flags});
    lj_buf_done(&text);
}

lj_slice book_build(zip_build *zip, const book_parts *parts)
{
    static const char head[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    zip_build_init(zip);
    add(zip, parts, "[Content_Types].xml",
        (const char *const[5]){
            head, "<Types xmlns=\"" PACK "content-types\">",
            "<Default Extension=\"xml\" ContentType=\"application/xml\"/><Override "
            "PartName=\"/xl/workbook.xml\" ContentType=\"application/"
            "vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/>",
            parts->types, "</Types>"});
    add(zip, parts, "_rels/.rels",
        (const char *const[5]){head,
                               "<Relationships xmlns=\"" PACK "relationships\"><Relationship "
                               "Id=\"r1\" Type=\"" REL
                               "/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"});
    add(zip, parts, "xl/workbook.xml",
        (const char *const[5]){
            head, "<workbook xmlns=\"" MAIN "\" xmlns:r=\"" REL "\">",
            parts->workbook != NULL
                ? parts->workbook
                : "<sheets><sheet name=\"表\" sheetId=\"1\" r:id=\"rId1\"/></sheets>",
            "</workbook>"});
    char rels[1024];
    (void)snprintf(
        rels, sizeof(rels), "%s%s%s",
        "<Relationship Id=\"rId1\" Type=\"" REL "/worksheet\" Target=\"worksheets/sheet1.xml\"/>",
        parts->styles != NULL ? "<Relationship Id=\"rId2\" Type=\"" REL
                                "/styles\" Target=\"/xl/styles.xml\"/>"
                              : "",
        parts->strings != NULL ? "<Relationship Id=\"rId3\" Type=\"" REL
                                 "/sharedStrings\" Target=\"../xl/./sharedStrings.xml\"/>"
                               : "");
    add(zip, parts, "xl/_rels/workbook.xml.rels",
        (const char *const[5]){head, "<Relationships xmlns=\"" PACK "relationships\">", rels,
                               parts->rels, "</Relationships>"});
    if (parts->styles != NULL) {
        add(zip, parts, "xl/styles.xml",
            (const char *const[5]){head, "<styleSheet xmlns=\"" MAIN "\">", parts->styles,
                                   "</styleSheet>"});
    }
    if (parts->strings != NULL) {
        add(zip, parts, "xl/sharedStrings.xml",
            (const char *const[5]){head, "<sst xmlns=\"" MAIN "\">", parts->strings, "</sst>"});
    }
    add(zip, parts, "xl/worksheets/sheet1.xml",
        (const char *const[5]){head, parts->prologue, "<worksheet xmlns=\"" MAIN "\">",
                               parts->sheet, "</worksheet>"});
    if (parts->more_name != NULL) {
        zip_build_data(zip, parts->more_name, lj_cstr_bytes(parts->more));
    }
    return zip_build_end(zip, (lj_slice){NULL, 0}, /* wide= */ false);
}
