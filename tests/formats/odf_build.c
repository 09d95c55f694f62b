/* SPDX-License-Identifier: AGPL-3.0-or-later
 * See odf_build.h. */
#include "odf_build.h"

enum { PART_MAX = 4 << 20 };

#define SPACES                                                                                     \
    " xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\""                           \
    " xmlns:style=\"urn:oasis:names:tc:opendocument:xmlns:style:1.0\""                             \
    " xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\""                               \
    " xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\""                             \
    " xmlns:draw=\"urn:oasis:names:tc:opendocument:xmlns:drawing:1.0\""                            \
    " xmlns:fo=\"urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0\""                    \
    " xmlns:xlink=\"http://www.w3.org/1999/xlink\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\""  \
    " xmlns:meta=\"urn:oasis:names:tc:opendocument:xmlns:meta:1.0\""                               \
    " xmlns:number=\"urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0\""                        \
    " xmlns:presentation=\"urn:oasis:names:tc:opendocument:xmlns:presentation:1.0\""               \
    " xmlns:svg=\"urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0\""                      \
    " xmlns:form=\"urn:oasis:names:tc:opendocument:xmlns:form:1.0\""                               \
    " xmlns:config=\"urn:oasis:names:tc:opendocument:xmlns:config:1.0\""                           \
    " office:version=\"1.3\""

static void put(lj_buf *out, const char *text)
{
    lj_buf_put_cstr(out, text);
}

void odf_begin(zip_build *zip, const char *kind, const char *extra)
{
    static const char *const listed[] = {"content.xml", "styles.xml", "meta.xml", "settings.xml"};
    lj_buf text;
    lj_buf_init(&text, NULL, PART_MAX);
    put(&text, "application/vnd.oasis.opendocument.");
    put(&text, kind);
    zip_build_data(zip, "mimetype", lj_buf_slice(&text));
    lj_buf_clear(&text);
    put(&text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?><manifest:manifest "
               "xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\">"
               "<manifest:file-entry manifest:full-path=\"/\" "
               "manifest:media-type=\"application/vnd.oasis.opendocument.");
    put(&text, kind);
    put(&text, "\"/>");
    for (size_t i = 0; i < sizeof(listed) / sizeof(listed[0]); i++) {
        put(&text, "<manifest:file-entry manifest:full-path=\"");
        put(&text, listed[i]);
        put(&text, "\" manifest:media-type=\"text/xml\"/>");
    }
    put(&text, extra);
    put(&text, "</manifest:manifest>");
    lj_buf_put_u8(&text, 0);
    zip_build_text(zip, "META-INF/manifest.xml", (const char *)text.ptr);
    lj_buf_done(&text);
}

void odf_part(zip_build *zip, const char *name, const char *root, const char *inner)
{
    lj_buf text;
    lj_buf_init(&text, NULL, PART_MAX);
    put(&text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?><office:");
    put(&text, root);
    put(&text, SPACES ">");
    put(&text, inner);
    put(&text, "</office:");
    put(&text, root);
    put(&text, ">");
    lj_buf_put_u8(&text, 0);
    zip_build_text(zip, name, (const char *)text.ptr);
    lj_buf_done(&text);
}

void odf_content(zip_build *zip, const char *kind, const char *styles, const char *body)
{
    lj_buf text;
    lj_buf_init(&text, NULL, PART_MAX);
    put(&text, "<office:automatic-styles>");
    put(&text, styles);
    put(&text, "</office:automatic-styles><office:body><office:");
    put(&text, kind);
    put(&text, ">");
    put(&text, body);
    put(&text, "</office:");
    put(&text, kind);
    put(&text, "></office:body>");
    lj_buf_put_u8(&text, 0);
    odf_part(zip, "content.xml", "document-content", (const char *)text.ptr);
    lj_buf_done(&text);
}

void odf_styles(zip_build *zip, const char *common, const char *automatic, const char *master)
{
    lj_buf text;
    lj_buf_init(&text, NULL, PART_MAX);
    put(&text, "<office:styles>");
    put(&text, common);
    put(&text, "</office:styles><office:automatic-styles>");
    put(&text, automatic);
    put(&text, "</office:automatic-styles><office:master-styles>");
    put(&text, master);
    put(&text, "</office:master-styles>");
    lj_buf_put_u8(&text, 0);
    odf_part(zip, "styles.xml", "document-styles", (const char *)text.ptr);
    lj_buf_done(&text);
}

void odf_flat(lj_buf *out, const char *kind, const char *inner)
{
    put(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<office:document" SPACES
             " office:mimetype=\"application/vnd.oasis.opendocument.");
    put(out, kind);
    put(out, "\">");
    put(out, inner);
    put(out, "</office:document>\n");
}
