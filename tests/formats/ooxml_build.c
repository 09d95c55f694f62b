/* SPDX-License-Identifier: AGPL-3.0-or-later
 * See ooxml_build.h. */
#include "ooxml_build.h"

static const char declaration[] = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
static const char namespaces[] =
    " xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\""
    " xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\""
    " xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\""
    " xmlns:p=\"http://schemas.openxmlformats.org/presentationml/2006/main\""
    " xmlns:mc=\"http://schemas.openxmlformats.org/markup-compatibility/2006\""
    " xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\""
    " xmlns:wps=\"http://schemas.microsoft.com/office/word/2010/wordprocessingShape\""
    " xmlns:w14=\"http://schemas.microsoft.com/office/word/2010/wordml\""
    " xmlns:v=\"urn:schemas-microsoft-com:vml\""
    " xmlns:c=\"http://schemas.openxmlformats.org/drawingml/2006/chart\""
    " xmlns:xdr=\"http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing\""
    " xmlns:vt=\"http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes\""
    " xmlns:dc=\"http://purl.org/dc/elements/1.1/\"";

static void put_name_end(lj_buf *out, const char *root)
{
    size_t len = strcspn(root, " ");
    lj_buf_put(out, lj_slice_of(root, len));
}

void ooxml_part(zip_build *zip, const char *name, const char *root, const char *inner)
{
    lj_buf text;
    lj_buf_init(&text, NULL, 64 << 20);
    lj_buf_put_cstr(&text, declaration);
    lj_buf_put_u8(&text, '<');
    lj_buf_put_cstr(&text, root);
    lj_buf_put_cstr(&text, namespaces);
    lj_buf_put_u8(&text, '>');
    lj_buf_put_cstr(&text, inner);
    lj_buf_put_cstr(&text, "</");
    put_name_end(&text, root);
    lj_buf_put_cstr(&text, ">");
    zip_build_add(zip, &(zip_build_member){.name = name, .data = lj_buf_slice(&text)});
    lj_buf_done(&text);
}

static void put_relationship(lj_buf *out, const char *line, size_t len, unsigned no)
{
    size_t type_len = 0;
    while (type_len < len && line[type_len] != ' ') {
        type_len++;
    }
    size_t target = type_len < len ? type_len + 1 : len;
    bool external = lj_slice_is(lj_slice_of(line, type_len), LJ_BYTES("External"));
    lj_buf_put_cstr(out, "<Relationship Id=\"rId");
    lj_buf_put_dec(out, no);
    lj_buf_put_cstr(
        out, "\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/");
    lj_buf_put(out, external ? LJ_BYTES("hyperlink") : lj_slice_of(line, type_len));
    lj_buf_put_cstr(out, "\" Target=\"");
    lj_buf_put(out, lj_slice_of(line + target, len - target));
    lj_buf_put_cstr(out, external ? "\" TargetMode=\"External\"/>" : "\"/>");
}

void ooxml_rels(zip_build *zip, const char *part, const char *rels)
{
    char name[256];
    const char *slash = strrchr(part, '/');
    size_t folder = slash != NULL ? (size_t)(slash - part) + 1 : 0;
    lj_buf path;
    lj_buf_init(&path, NULL, sizeof(name) - 1);
    lj_buf_put(&path, lj_slice_of(part, folder));
    lj_buf_put_cstr(&path, "_rels/");
    lj_buf_put_cstr(&path, part + folder);
    lj_buf_put_cstr(&path, ".rels");
    memcpy(name, path.ptr, path.len);
    name[path.len] = '\0';
    lj_buf_done(&path);
    lj_buf text;
    lj_buf_init(&text, NULL, 16 << 20);
    unsigned no = 0;
    for (const char *line = rels; *line != '\0';) {
        size_t len = strcspn(line, "\n");
        put_relationship(&text, line, len, ++no);
        line += len + (line[len] == '\n' ? 1 : 0);
    }
    lj_buf_put_u8(&text, '\0');
    ooxml_part(zip, name, "Relationships", (const char *)text.ptr);
    lj_buf_done(&text);
}

static void begin(zip_build *zip, const char *main_part)
{
    char rels[256];
    lj_buf line;
    lj_buf_init(&line, NULL, sizeof(rels) - 1);
    lj_buf_put_cstr(&line, "officeDocument ");
    lj_buf_put_cstr(&line, main_part);
    lj_buf_put_cstr(&line, "\nextended-properties docProps/app.xml\ncore-properties "
                           "docProps/core.xml\ncustom-properties docProps/custom.xml");
    memcpy(rels, line.ptr, line.len);
    rels[line.len] = '\0';
    lj_buf_done(&line);
    ooxml_part(zip, "[Content_Types].xml", "Types",
               "<Default Extension=\"xml\" ContentType=\"application/xml\"/>");
    ooxml_rels(zip, "", rels);
}

void ooxml_docx_begin(zip_build *zip, const char *body, const char *rels)
{
    begin(zip, "word/document.xml");
    ooxml_rels(zip, "word/document.xml", rels);
    lj_buf text;
    lj_buf_init(&text, NULL, 64 << 20);
    lj_buf_put_cstr(&text, "<w:body>");
    lj_buf_put_cstr(&text, body);
    lj_buf_put_cstr(&text, "<w:sectPr><w:pgSz w:w=\"11906\" w:h=\"16838\"/></w:sectPr></w:body>");
    lj_buf_put_u8(&text, '\0');
    ooxml_part(zip, "word/document.xml", "w:document", (const char *)text.ptr);
    lj_buf_done(&text);
}

/* "type folder/nameN.xml" lines for N from 1 to count, then the other relationships. */
static void put_numbered(lj_buf *out, const char *prefix, unsigned count, const char *more)
{
    for (unsigned i = 1; i <= count; i++) {
        lj_buf_put_cstr(out, prefix);
        lj_buf_put_dec(out, i);
        lj_buf_put_cstr(out, ".xml\n");
    }
    lj_buf_put_cstr(out, more);
    lj_buf_put_u8(out, '\0');
}

void ooxml_xlsx_begin(zip_build *zip, const char *sheets, const char *rels)
{
    lj_buf text;
    lj_buf lines;
    lj_buf_init(&text, NULL, 1 << 20);
    lj_buf_init(&lines, NULL, 1 << 20);
    unsigned count = 0;
    lj_buf_put_cstr(&text, "<sheets>");
    for (const char *line = sheets; *line != '\0';) {
        size_t len = strcspn(line, "\n");
        size_t name = 0;
        while (name < len && line[name] != ' ') {
            name++;
        }
        count++;
        lj_buf_put_cstr(&text, "<sheet name=\"");
        lj_buf_put(&text, lj_slice_of(line, name));
        lj_buf_put_cstr(&text, "\" sheetId=\"");
        lj_buf_put_dec(&text, count);
        if (name < len) {
            lj_buf_put_cstr(&text, "\" state=\"");
            lj_buf_put(&text, lj_slice_of(line + name + 1, len - name - 1));
        }
        lj_buf_put_cstr(&text, "\" r:id=\"rId");
        lj_buf_put_dec(&text, count);
        lj_buf_put_cstr(&text, "\"/>");
        line += len + (line[len] == '\n' ? 1 : 0);
    }
    lj_buf_put_cstr(&text, "</sheets>");
    lj_buf_put_u8(&text, '\0');
    begin(zip, "xl/workbook.xml");
    put_numbered(&lines, "worksheet worksheets/sheet", count, rels);
    ooxml_rels(zip, "xl/workbook.xml", (const char *)lines.ptr);
    ooxml_part(zip, "xl/workbook.xml", "workbook", (const char *)text.ptr);
    lj_buf_done(&lines);
    lj_buf_done(&text);
}

void ooxml_pptx_begin(zip_build *zip, unsigned slides, const char *rels)
{
    lj_buf text;
    lj_buf lines;
    lj_buf_init(&text, NULL, 1 << 20);
    lj_buf_init(&lines, NULL, 1 << 20);
    lj_buf_put_cstr(&text, "<p:sldIdLst>");
    for (unsigned i = 1; i <= slides; i++) {
        lj_buf_put_cstr(&text, "<p:sldId id=\"25");
        lj_buf_put_dec(&text, 5 + i);
        lj_buf_put_cstr(&text, "\" r:id=\"rId");
        lj_buf_put_dec(&text, i);
        lj_buf_put_cstr(&text, "\"/>");
    }
    lj_buf_put_cstr(&text, "</p:sldIdLst><p:sldSz cx=\"9144000\" cy=\"6858000\"/>");
    lj_buf_put_u8(&text, '\0');
    begin(zip, "ppt/presentation.xml");
    put_numbered(&lines, "slide slides/slide", slides, rels);
    ooxml_rels(zip, "ppt/presentation.xml", (const char *)lines.ptr);
    ooxml_part(zip, "ppt/presentation.xml", "p:presentation", (const char *)text.ptr);
    lj_buf_done(&lines);
    lj_buf_done(&text);
}

/* A part whose name is numbered, with its content between two pieces. */
static void numbered_part(zip_build *zip, const char *prefix, unsigned no, const char *root,
                          const char *pieces[3])
{
    char name[64];
    lj_buf path;
    lj_buf text;
    lj_buf_init(&path, NULL, sizeof(name) - 1);
    lj_buf_init(&text, NULL, 64 << 20);
    lj_buf_put_cstr(&path, prefix);
    lj_buf_put_dec(&path, no);
    lj_buf_put_cstr(&path, ".xml");
    memcpy(name, path.ptr, path.len);
    name[path.len] = '\0';
    for (int i = 0; i < 3; i++) {
        lj_buf_put_cstr(&text, pieces[i]);
    }
    lj_buf_put_u8(&text, '\0');
    ooxml_part(zip, name, root, (const char *)text.ptr);
    lj_buf_done(&path);
    lj_buf_done(&text);
}

void ooxml_sheet(zip_build *zip, unsigned no, const char *rows)
{
    const char *pieces[3] = {"<sheetData>", rows, "</sheetData>"};
    numbered_part(zip, "xl/worksheets/sheet", no, "worksheet", pieces);
}

void ooxml_slide(zip_build *zip, unsigned no, const char *attrs, const char *shapes)
{
    char root[128];
    size_t len = strlen(attrs);
    if (len > sizeof(root) - 8) {
        len = sizeof(root) - 8;
    }
    memcpy(root, "p:sld ", 6);
    memcpy(root + 6, attrs, len);
    root[6 + len] = '\0';
    const char *pieces[3] = {"<p:cSld><p:spTree>", shapes, "</p:spTree></p:cSld>"};
    numbered_part(zip, "ppt/slides/slide", no, root, pieces);
}
