/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Sample documents in OpenDocument, OFD and MIME, written the way their programs write them, but
 * with nothing in them that a sample does not need. */
#include <stdio.h>
#include <string.h>

#include "samples/packages_priv.h"

#define MARK "机密★10年"

/* ---- OpenDocument text ---- */

#define ODF "urn:oasis:names:tc:opendocument:xmlns:"
#define ODF_SPACE                                                                                  \
    "xmlns:office=\"" ODF "office:1.0\" xmlns:text=\"" ODF "text:1.0\" xmlns:style=\"" ODF         \
    "style:1.0\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" office:version=\"1.2\""

static void add_lines(part *to, const char *text, const char *before, const char *after)
{
    while (*text != '\0') {
        size_t len = strcspn(text, "\n");
        if (len > 0) {
            samples_add(to, "%s%.*s%s", before, (int)len, text, after);
        }
        text += len + (text[len] == '\n' ? 1 : 0);
    }
}

int samples_odt(const char *path, const char *text, int variant)
{
    package pack = samples_package();
    if (pack.parts == NULL) {
        return -1;
    }
    part *kind = samples_part(&pack, "mimetype"); /* without a declaration: it is no XML */
    kind->len = 0;
    samples_add(kind, "application/vnd.oasis.opendocument.text");
    part *content = samples_part(&pack, "content.xml");
    samples_add(content, "<office:document-content " ODF_SPACE "><office:body><office:text>");
    if (variant == SAMPLE_ODT_DELETED) {
        samples_add(content, "<text:tracked-changes><text:changed-region text:id=\"c1\">"
                             "<text:deletion><office:change-info><dc:creator>综合科</dc:creator>"
                             "<dc:date>2031-01-04T09:00:00</dc:date></office:change-info>"
                             "<text:p>" MARK "</text:p></text:deletion></text:changed-region>"
                             "</text:tracked-changes>");
    }
    add_lines(content, text, "<text:p>", "</text:p>");
    samples_add(content, "</office:text></office:body></office:document-content>");
    part *styles = samples_part(&pack, "styles.xml");
    samples_add(styles,
                "<office:document-styles " ODF_SPACE "><office:master-styles>"
                "<style:master-page style:name=\"Standard\"><style:header><text:p>%s</text:p>"
                "</style:header></style:master-page></office:master-styles>"
                "</office:document-styles>",
                variant == SAMPLE_ODT_HEADER ? MARK : "柳溪镇");
    part *manifest = samples_part(&pack, "META-INF/manifest.xml");
    samples_add(manifest, "<manifest:manifest xmlns:manifest=\"" ODF "manifest:1.0\">"
                          "<manifest:file-entry manifest:full-path=\"/\" manifest:media-type="
                          "\"application/vnd.oasis.opendocument.text\"/>"
                          "<manifest:file-entry manifest:full-path=\"content.xml\" "
                          "manifest:media-type=\"text/xml\"/>"
                          "<manifest:file-entry manifest:full-path=\"styles.xml\" "
                          "manifest:media-type=\"text/xml\"/></manifest:manifest>");
    return samples_write(&pack, path, /* stored= */ true);
}

/* ---- OFD ---- */

#define OFD_SPACE "xmlns:ofd=\"http://www.ofdspec.org/2016\""

static void add_text_object(part *page, int id, const char *attrs, double x, double y,
                            const char *text, size_t len)
{
    samples_add(page,
                "<ofd:TextObject ID=\"%d\" Boundary=\"%.2f %.2f 150 6\" Font=\"2\" Size=\"5.6\"%s>"
                "<ofd:TextCode X=\"0\" Y=\"5\">%.*s</ofd:TextCode></ofd:TextObject>",
                id, x, y, attrs, (int)len, text);
}

/* Bytes of the letter that begins here. */
static size_t letter_len(const char *text)
{
    unsigned char c = (unsigned char)*text;
    return c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
}

/* One object for each letter, from the last to the first: converters write any order (O03). */
static void add_letters(part *page, int id, double y, const char *text)
{
    size_t starts[32];
    size_t count = 0;
    for (const char *at = text; *at != '\0' && count < 32; at += letter_len(at)) {
        starts[count++] = (size_t)(at - text);
    }
    while (count-- > 0) {
        add_text_object(page, id++, "", 20 + 5.6 * (double)count, y, text + starts[count],
                        letter_len(text + starts[count]));
    }
}

int samples_ofd(const char *path, const char *text, int variant)
{
    package pack = samples_package();
    if (pack.parts == NULL) {
        return -1;
    }
    samples_add(samples_part(&pack, "OFD.xml"),
                "<ofd:OFD " OFD_SPACE " Version=\"1.0\" DocType=\"OFD\"><ofd:DocBody><ofd:DocInfo>"
                "<ofd:Title>通知</ofd:Title></ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml"
                "</ofd:DocRoot></ofd:DocBody></ofd:OFD>");
    samples_add(samples_part(&pack, "Doc_0/Document.xml"),
                "<ofd:Document " OFD_SPACE "><ofd:CommonData><ofd:MaxUnitID>99</ofd:MaxUnitID>"
                "<ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea>"
                "<ofd:PublicRes>PublicRes.xml</ofd:PublicRes></ofd:CommonData>"
                "<ofd:Pages><ofd:Page ID=\"1\" BaseLoc=\"Pages/Page_0/Content.xml\"/></ofd:Pages>"
                "%s</ofd:Document>",
                variant == SAMPLE_OFD_TAG ? "<ofd:CustomTags>Tags/CustomTags.xml</ofd:CustomTags>"
                                          : "");
    samples_add(samples_part(&pack, "Doc_0/PublicRes.xml"),
                "<ofd:Res " OFD_SPACE " BaseLoc=\"Res\"><ofd:Fonts><ofd:Font ID=\"2\" "
                "FontName=\"宋体\" FamilyName=\"宋体\"/></ofd:Fonts></ofd:Res>");
    part *page = samples_part(&pack, "Doc_0/Pages/Page_0/Content.xml");
    samples_add(page, "<ofd:Page " OFD_SPACE "><ofd:Content><ofd:Layer ID=\"3\" Type=\"Body\">");
    if (variant == SAMPLE_OFD_GLYPHS) {
        add_letters(page, 50, 20, MARK);
    } else if (variant == SAMPLE_OFD_INVISIBLE) {
        add_text_object(page, 50, " Visible=\"false\"", 20, 20, MARK, strlen(MARK));
    }
    int id = 10;
    for (double y = 30; *text != '\0'; y += 9) {
        size_t len = strcspn(text, "\n");
        if (len > 0) {
            add_text_object(page, id++, "", 20, y, text, len);
        }
        text += len + (text[len] == '\n' ? 1 : 0);
    }
    samples_add(page, "</ofd:Layer></ofd:Content></ofd:Page>");
    if (variant == SAMPLE_OFD_TAG) {
        samples_add(samples_part(&pack, "Doc_0/Tags/CustomTags.xml"),
                    "<ofd:CustomTags " OFD_SPACE "><ofd:CustomTag TypeID=\"1\"><ofd:FileLoc>"
                    "CustomTag.xml</ofd:FileLoc></ofd:CustomTag></ofd:CustomTags>");
        samples_add(samples_part(&pack, "Doc_0/Tags/CustomTag.xml"),
                    "<公文 xmlns=\"urn:example:document\"><版头><密级和保密期限>" MARK
                    "</密级和保密期限></版头></公文>");
    }
    return samples_write(&pack, path, /* stored= */ false);
}

/* ---- mail ---- */

static void put_base64(FILE *out, const char *text)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t len = strlen(text);
    const unsigned char *bytes = (const unsigned char *)text;
    for (size_t at = 0; at < len; at += 3) {
        unsigned group = (unsigned)bytes[at] << 16 |
                         (at + 1 < len ? (unsigned)bytes[at + 1] << 8 : 0) |
                         (at + 2 < len ? bytes[at + 2] : 0);
        fputc(digits[group >> 18], out);
        fputc(digits[group >> 12 & 63], out);
        fputc(at + 1 < len ? digits[group >> 6 & 63] : '=', out);
        fputc(at + 2 < len ? digits[group & 63] : '=', out);
        if (at % 57 == 54 && at + 3 < len) {
            fputs("\r\n", out);
        }
    }
}

static void put_word(FILE *out, const char *name, const char *text)
{
    fprintf(out, "%s: =?UTF-8?B?", name);
    put_base64(out, text);
    fputs("?=\r\n", out);
}

static void put_part(FILE *out, const char *type, const char *text)
{
    fprintf(out,
            "--part\r\nContent-Type: %s\r\n"
            "Content-Transfer-Encoding: base64\r\n\r\n",
            type);
    put_base64(out, text);
    fputs("\r\n", out);
}

int samples_mail(const char *path, const char *text, int variant)
{
    FILE *out = fopen(path, "we");
    if (out == NULL) {
        return -1;
    }
    fputs("From: Zhang <zhang@example.com>\r\nTo: Wang <wang@example.com>\r\n"
          "Date: Sat, 4 Jan 2031 09:00:00 +0800\r\nMessage-ID: <1@example.com>\r\n",
          out);
    put_word(out, "Subject", variant == SAMPLE_MAIL_SUBJECT ? MARK " 储备通知" : "储备通知");
    fputs("MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"part\"\r\n\r\n", out);
    if (variant == SAMPLE_MAIL_ATTACHED) {
        put_part(out, "text/plain; charset=utf-8", "请查收附件。\n");
        put_part(out,
                 "text/plain; charset=utf-8\r\nContent-Disposition: attachment; "
                 "filename=\"notice.txt\"",
                 text);
    } else {
        put_part(out, "text/plain; charset=utf-8", text);
    }
    fputs("--part--\r\n", out);
    int failed = ferror(out);
    return fclose(out) == 0 && failed == 0 ? 0 : -1;
}
