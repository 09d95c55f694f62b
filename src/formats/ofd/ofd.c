/* SPDX-License-Identifier: AGPL-3.0-or-later
 * OFD, the fixed-layout document of Chinese offices: GB/T 33190-2016. A dialect of zip.
 *
 * The way through:
 *
 *   ofd_package.c   members as parts, locations, the visit of a part by its root element
 *   ofd_part.c      inside of a part: tokens, the walk leaf by leaf, unknown XML
 *   ofd_document.c  OFD.xml -> Document.xml -> in this order:
 *   ofd_res.c         resources: fonts, drawing parameters, composite units
 *   ofd_tags.c        custom tags: what objects mean
 *   ofd_page.c        templates and pages -> ofd_content.c (machine) -> ofd_object.c (letters,
 * areas)
 *                     -> ofd_scene.c (what is placed often) -> ../page_text.c (contrast, cover,
 *                     lines, reading order) -> spans
 *   ofd_annots.c      annotations; attachments as children
 *   ofd_seal.c      signatures and seals
 *
 * Model. The package is walked, not only its references (hidden-marks 2, rule 1): every member is
 * read. One span is one line of a page: OFD places letters, often one TextObject a letter in any
 * order, so lines are put together from where letters stand (O03). Looks carry size, color, black
 * face and bold; letters that nobody sees carry their facts (O02, O11; see ofd_object.c). Layers of
 * all kinds are read alike (O01). Lines of templates have the role `master`, annotations
 * `watermark` or `textbox`, their remarks `comment`, properties `metadata`, values of custom tags
 * `attribute` with the name of their element. Earlier versions carry the fact `version`; members
 * that no XML leads to `unreachable`. Pictures, fonts and attachments go to the core.
 *
 * Traps. Locations with wrong slashes and case; parts in GBK or with a byte order mark; CommonData
 * behind Pages; templates that use each other in a circle; pages that are listed and are not there
 * (gap `damaged`); a list of 100,000 pages; OFD.xml that is lost (then what is there is read and
 * nothing is called unreachable).
 *
 * Encryption (O15). GM/T 0099 encrypts members one by one; Encryptions.xml at the root says so, and
 * the plain members that stay may be decoys. They are read, what is unreadable is claimed as
 * locked, and the document ends as encrypted ("ofd"). There is no key to try: SM4 keys come from
 * certificates or from a password through a derivation that each product does its own way.
 *
 * Limits. Pages: FORMAT_LIMIT_PDF_PAGES, the limit on pages of a laid-out document (its name says
 * PDF; the entries of the package bound it as well). Others stand with what they limit.
 *
 * Not done: glyph numbers that contradict their codes (O13); clips; OCR of what is only a picture.
 */
#include "formats/ofd/ofd.h"

#include "base/num.h"
#include "formats/format_priv.h"
#include "formats/ofd/ofd_doc.h"

static bool has_member(const format_probe *probe, lj_slice name)
{
    for (uint32_t i = 0; i < probe->member_count; i++) {
        lj_slice member = probe->members[i];
        while (member.len > 0 && (member.ptr[0] == '/' || member.ptr[0] == '\\')) {
            member = lj_slice_part(member, 1, SIZE_MAX);
        }
        if (lj_slice_is_nocase(member, name)) {
            return true;
        }
    }
    return false;
}

/* 6.2: the package has OFD.xml at its root. */
static int sniff(const format_probe *probe)
{
    return has_member(probe, LJ_BYTES("OFD.xml")) ? 56 : 0;
}

ofd_read *ofd_read_of(uint16_t root)
{
    static const struct {
        uint16_t root;
        ofd_read *read;
    } rows[] = {
        {OFD_OFD,         ofd_read_ofd        },
        {OFD_Document,    ofd_read_document   },
        {OFD_Page,        ofd_read_page       },
        {OFD_Res,         ofd_read_res        },
        {OFD_Annotations, ofd_read_annotations},
        {OFD_PageAnnot,   ofd_read_annots     },
        {OFD_Attachments, ofd_read_attachments},
        {OFD_CustomTags,  ofd_read_tags       },
        {OFD_Signature,   ofd_read_signature  },
        {OFD_DocEntries,  ofd_read_signature  },
        {OFD_DocVersion,  ofd_read_version    },
        {OFD_Encryptions, ofd_read_encryptions},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        if (rows[i].root == root) {
            return rows[i].read;
        }
    }
    return ofd_read_generic;
}

lj_code ofd_queue_read(ofd_package *pkg)
{
    lj_code code = LJ_OK;
    while (pkg->queue != 0 && code == LJ_OK) {
        uint32_t idx = pkg->queue - 1;
        ofd_part *part = &pkg->parts[idx];
        pkg->queue = part->next;
        part->next = 0;
        bool is_later = part->is_root || (pkg->doc != NULL && pkg->doc->attachments == idx);
        if (!is_later) {
            code = ofd_visit(pkg, idx, OFD_XML_ONLY);
        }
    }
    return code;
}

/* All documents that were named and not read yet. */
static lj_code roots_read(ofd_package *pkg)
{
    lj_code code = LJ_OK;
    while (pkg->roots_done < pkg->root_count && code == LJ_OK) {
        code = ofd_document_read(pkg, pkg->roots[pkg->roots_done++]);
    }
    return code == LJ_OK ? ofd_queue_read(pkg) : code;
}

/* The list of a version marks what belongs to it; the newest one first. */
static lj_code versions_read(ofd_package *pkg)
{
    lj_code code = LJ_OK;
    for (uint32_t i = 0; i < pkg->version_count && code == LJ_OK; i++) {
        uint32_t back = 0;
        uint32_t next = OFD_NONE;
        for (uint32_t k = 0; k < pkg->version_count; k++) {
            const ofd_version *row = &pkg->versions[k];
            if (!pkg->parts[row->part].is_done && (next == OFD_NONE || row->rev_idx < back)) {
                next = row->part;
                back = row->rev_idx;
            }
        }
        if (next == OFD_NONE) {
            return LJ_OK;
        }
        ofd_part *part = &pkg->parts[next];
        part->is_reached = true;
        part->rev_idx = (uint16_t)back;
        part->hidden_by |= back > 0 ? SPAN_HIDE(SPAN_HIDDEN_VERSION) : 0;
        code = ofd_visit(pkg, next, 0);
        part->is_done = true;
        code = code == LJ_OK ? roots_read(pkg) : code;
    }
    return code;
}

static bool is_document_name(lj_slice name)
{
    lj_slice end = LJ_BYTES("Document.xml");
    return name.len >= end.len &&
           lj_slice_is_nocase(lj_slice_part(name, name.len - end.len, SIZE_MAX), end);
}

/* What nothing leads to: documents with all that belongs to them, then other XML, then the rest. */
static lj_code rest_read(ofd_package *pkg)
{
    lj_code code = LJ_OK;
    for (uint32_t i = 0; i < pkg->part_count && code == LJ_OK; i++) {
        if (is_document_name(pkg->parts[i].name)) {
            code = ofd_document_read(pkg, i);
        }
    }
    for (uint32_t i = 0; i < pkg->part_count && code == LJ_OK; i++) {
        code = ofd_visit(pkg, i, OFD_XML_ONLY);
        code = code == LJ_OK ? roots_read(pkg) : code;
    }
    for (uint32_t i = 0; i < pkg->part_count && code == LJ_OK; i++) {
        code = ofd_visit(pkg, i, OFD_CHILDREN);
    }
    return code;
}

static lj_code read_ofd(format_run *run, format_src *zip)
{
    ofd_package *pkg = lj_arena_alloc(format_arena(run), sizeof(*pkg));
    lj_code code = pkg != NULL ? ofd_package_open(pkg, run, zip) : LJ_E_LIMIT;
    if (code != LJ_OK) {
        return code;
    }
    uint32_t locks = ofd_lookup(pkg, OFD_NONE, LJ_STR("/Encryptions.xml"));
    code = locks != OFD_NONE ? ofd_visit(pkg, locks, 0) : LJ_OK;
    if (code == LJ_OK && pkg->main != OFD_NONE) {
        code = ofd_visit(pkg, pkg->main, 0);
        if (!pkg->parts[pkg->main].is_done) {
            ofd_gap(pkg, "no-xml", (span_place){.part_id = ofd_part_id(pkg, pkg->main)});
        }
    }
    code = code == LJ_OK ? roots_read(pkg) : code;
    code = code == LJ_OK ? versions_read(pkg) : code;
    code = code == LJ_OK ? rest_read(pkg) : code;
    code = code == LJ_OK ? zip_claim_structure(run, pkg->index) : code;
    if (code == LJ_OK && pkg->root_count == 0 && !pkg->is_encrypted) {
        ofd_gap(pkg, "document", (span_place){0}); /* nobody names one */
    }
    if (code == LJ_OK && pkg->is_encrypted) {
        format_gap(run, GAP_ENCRYPTED, "ofd", (span_place){0});
        return LJ_E_ENCRYPTED;
    }
    return code;
}

const format_row format_ofd_row = {
    .name = "ofd",
    .base = "zip",
    .extensions = "ofd",
    .traits = FORMAT_PAGED,
    .sniff = sniff,
    .read = read_ofd,
    .en = "OFD document",
    .zh = "OFD 版式文档",
};
