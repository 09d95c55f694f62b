/* SPDX-License-Identifier: AGPL-3.0-or-later
 * OpenDocument in a single XML file: fodt, fods, fodp, fodg.
 *
 * Specification: ODF 1.2 part 1: 3.1.2 (office:document), 19.377 (office:mimetype).
 *
 * Model. The same elements as in the parts of a package, in one file: styles come before the body.
 * Pictures and objects stand in it as base64 and are read as children afterwards.
 *
 * Not done. A file in another charset than UTF-8 keeps its pictures: they give a gap. */
#include "base/num.h"
#include "formats/format_priv.h"
#include "formats/odf/odf.h"

enum { ROOT_BITS = 48, DEFAULT_BITS = 40, HEAD_MAX = 16 * 1024 };

static lj_code flat_read(format_run *run, format_src *src)
{
    odf_doc doc;
    if (!odf_doc_init(&doc, run)) {
        return LJ_E_LIMIT;
    }
    lj_code code = odf_read_part(&doc, src, 0, 0);
    if (code == LJ_OK) {
        format_claim_all(run, FORMAT_READ);
        code = format_src_code(src);
    }
    return code;
}

/* office:document with the mimetype of that kind in its START. */
static int sniff_kind(const format_probe *probe, const char *kind, bool is_default)
{
    if (!lj_slice_is(probe->root_name, LJ_BYTES("document"))) {
        return 0;
    }
    lj_slice head = lj_slice_part(probe->head, 0, HEAD_MAX);
    lj_slice base = LJ_BYTES("application/vnd.oasis.opendocument.");
    size_t at = lj_slice_find(head, base);
    if (at != SIZE_MAX) {
        lj_slice rest = lj_slice_part(head, at + base.len, SIZE_MAX);
        if (lj_slice_has_prefix(rest, lj_cstr_bytes(kind))) {
            return ROOT_BITS;
        }
    }
    bool is_office =
        lj_slice_find(head, LJ_BYTES("urn:oasis:names:tc:opendocument:xmlns:office")) != SIZE_MAX ||
        lj_slice_find(head, LJ_BYTES("http://openoffice.org/2000/office")) != SIZE_MAX;
    return is_default && (is_office || at != SIZE_MAX) ? DEFAULT_BITS : 0;
}

static int sniff_fodt(const format_probe *probe)
{
    return sniff_kind(probe, "text", /* is_default= */ true);
}

static int sniff_fods(const format_probe *probe)
{
    return sniff_kind(probe, "spreadsheet", false);
}

static int sniff_fodp(const format_probe *probe)
{
    int bits = sniff_kind(probe, "presentation", false);
    return bits > 0 ? bits : sniff_kind(probe, "graphics", false);
}

const format_row format_fodt_row = {
    .name = "fodt",
    .base = "xml",
    .extensions = "fodt xml",
    .sniff = sniff_fodt,
    .read = flat_read,
    .en = "OpenDocument text (one XML file)",
    .zh = "OpenDocument 文本（单一 XML 文件）",
};

const format_row format_fods_row = {
    .name = "fods",
    .base = "xml",
    .extensions = "fods xml",
    .sniff = sniff_fods,
    .read = flat_read,
    .en = "OpenDocument spreadsheet (one XML file)",
    .zh = "OpenDocument 表格（单一 XML 文件）",
};

const format_row format_fodp_row = {
    .name = "fodp",
    .base = "xml",
    .extensions = "fodp fodg xml",
    .sniff = sniff_fodp,
    .read = flat_read,
    .en = "OpenDocument presentation or drawing (one XML file)",
    .zh = "OpenDocument 演示或绘图（单一 XML 文件）",
};
