/* SPDX-License-Identifier: AGPL-3.0-or-later
 * See ofd_build.h. */
#include "ofd_build.h"

static const char *text_or(const char *text)
{
    return text != NULL ? text : "";
}

void ofd_part(zip_build *zip, const char *name, const char *root, const char *inner)
{
    lj_buf text;
    lj_buf_init(&text, NULL, 64 << 20);
    lj_buf_put_cstr(&text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ofd:");
    lj_buf_put_cstr(&text, root);
    lj_buf_put_cstr(&text, " xmlns:ofd=\"http://www.ofdspec.org/2016\">");
    lj_buf_put_cstr(&text, inner);
    lj_buf_put_cstr(&text, "</ofd:");
    lj_buf_put(&text, lj_slice_of(root, strcspn(root, " ")));
    lj_buf_put_cstr(&text, ">");
    zip_build_add(zip, &(zip_build_member){.name = name, .data = lj_buf_slice(&text)});
    lj_buf_done(&text);
}

/* A part that is put together from pieces, up to a NULL. */
static void part_of(zip_build *zip, const char *name, const char *root, const char *const *pieces)
{
    lj_buf text;
    lj_buf_init(&text, NULL, 64 << 20);
    for (size_t i = 0; pieces[i] != NULL; i++) {
        lj_buf_put_cstr(&text, pieces[i]);
    }
    lj_buf_put_u8(&text, '\0');
    ofd_part(zip, name, root, (const char *)text.ptr);
    lj_buf_done(&text);
}

void ofd_begin(zip_build *zip, const ofd_build *parts)
{
    lj_buf pages;
    lj_buf_init(&pages, NULL, 64 << 20);
    for (unsigned i = 0; i < parts->pages; i++) {
        lj_buf_put_cstr(&pages, "<ofd:Page ID=\"");
        lj_buf_put_dec(&pages, 100 + i);
        lj_buf_put_cstr(&pages, "\" BaseLoc=\"Pages/Page_");
        lj_buf_put_dec(&pages, i);
        lj_buf_put_cstr(&pages, "/Content.xml\"/>");
    }
    lj_buf_put_u8(&pages, '\0');
    const char *main[] = {
        "<ofd:DocBody><ofd:DocInfo><ofd:DocID>0123456789abcdef</ofd:DocID>",
        text_or(parts->info),
        "</ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot>",
        text_or(parts->bodies),
        "</ofd:DocBody>",
        NULL,
    };
    const char *document[] = {
        "<ofd:CommonData><ofd:MaxUnitID>999</ofd:MaxUnitID><ofd:PageArea>"
        "<ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea>"
        "<ofd:PublicRes>PublicRes.xml</ofd:PublicRes>",
        text_or(parts->common),
        "</ofd:CommonData><ofd:Pages>",
        (const char *)pages.ptr,
        "</ofd:Pages>",
        text_or(parts->rest),
        NULL,
    };
    const char *res[] = {
        "<ofd:Fonts><ofd:Font ID=\"1\" FontName=\"宋体\"/><ofd:Font ID=\"2\" FontName=\"黑体\"/>"
        "</ofd:Fonts>",
        text_or(parts->res),
        NULL,
    };
    part_of(zip, "OFD.xml", "OFD Version=\"1.0\" DocType=\"OFD\"", main);
    part_of(zip, "Doc_0/Document.xml", "Document", document);
    part_of(zip, "Doc_0/PublicRes.xml", "Res BaseLoc=\"Res\"", res);
    lj_buf_done(&pages);
}

void ofd_page(zip_build *zip, unsigned no, const char *inner)
{
    char name[64];
    lj_buf path;
    lj_buf_init(&path, NULL, sizeof(name) - 1);
    lj_buf_put_cstr(&path, "Doc_0/Pages/Page_");
    lj_buf_put_dec(&path, no);
    lj_buf_put_cstr(&path, "/Content.xml");
    memcpy(name, path.ptr, path.len);
    name[path.len] = '\0';
    lj_buf_done(&path);
    ofd_part(zip, name, "Page", inner);
}
