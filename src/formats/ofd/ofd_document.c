/* SPDX-License-Identifier: AGPL-3.0-or-later
 * OFD.xml, Document.xml and the list of versions.
 *
 * Specification: GB/T 33190-2016 7.4 (OFD.xml: DocBody, DocInfo, CustomDatas), 7.5 (Document.xml:
 * CommonData, Pages, Outlines, Permissions, Actions, VPreferences, Bookmarks), 16 (versions).
 *
 * Model. A document is read in an order of its own, whatever the order in its file: resources, tags
 * (only what they refer to), templates, pages, annotations, values of tags, attachments, and last
 * what else was reached (extensions, signatures, pictures). Properties, outline titles, bookmarks
 * and links are metadata that no page shows; counters and dates are left out unless all text is
 * wanted.
 *
 * Traps. CommonData may stand behind Pages; a page may be listed twice or not be there; page
 * numbers count the list, also what is missing. Versions: the newest, or the one that says Current,
 * is the one that DocRoot means; the others are read behind it with the fact `version`, only what
 * is not part of the newest one.
 *
 * Limits. FORMAT_LIMIT_PDF_PAGES is the limit on pages of one laid-out document, whatever its
 * format: pages behind it are not read, the rest of the package is. A list that claims more costs
 * no memory. */
#include "formats/ofd/ofd_doc.h"

#include "base/num.h"

enum {
    PAGES_FIRST = 64,
};

/* Counts, dates and identifiers hold no mark: they are left out unless all text is wanted. */
static bool is_telling(const ofd_xml *x, uint16_t id)
{
    bool is_dull = id == OFD_CreationDate || id == OFD_ModDate || id == OFD_DocID ||
                   id == OFD_MaxUnitID || id == OFD_CreatorVersion;
    return !is_dull || format_wants_all(x->pkg->run);
}

/* ---- OFD.xml ---- */

typedef struct main_file {
    lj_buf name; /* of the CustomData around the value */
} main_file;

/* Documents are read when the file that names them has been read: see ofd.c. */
static void take_root(ofd_xml *x, lj_str text, bool is_needed)
{
    ofd_package *pkg = x->pkg;
    uint32_t part = ofd_lookup(pkg, x->part, text);
    if (part == OFD_NONE) {
        if (is_needed) {
            ofd_gap(pkg, "document", x->base.place);
        }
        return;
    }
    ofd_reach(x, part);
    if (!pkg->parts[part].is_root && pkg->root_count < OFD_ROOTS) {
        pkg->parts[part].is_root = true;
        pkg->roots[pkg->root_count++] = part;
    }
}

static void take_version(ofd_xml *x)
{
    ofd_package *pkg = x->pkg;
    uint32_t part = ofd_lookup(pkg, x->part, XML_VALUE(x->token, "BaseLoc"));
    bool is_current = ofd_bool(XML_VALUE(x->token, "Current"), false);
    if (part == OFD_NONE || pkg->version_count >= OFD_VERSIONS) {
        return;
    }
    pkg->versions[pkg->version_count++] =
        (ofd_version){.part = part, .rev_idx = is_current ? 0 : 1};
}

static bool main_start(ofd_xml *x, void *ctx)
{
    main_file *main = ctx;
    if (x->token->id == OFD_CustomData) {
        lj_str name = XML_VALUE(x->token, "Name");
        lj_buf_clear(&main->name);
        lj_buf_put(&main->name, lj_str_bytes(name));
        if (look_has_high_byte(name)) {
            ofd_emit_unseen(x, SPAN_METADATA, LJ_STR("Name"), name);
        }
        return true;
    }
    if (x->token->id == OFD_Version) {
        take_version(x);
        return true;
    }
    return false;
}

static bool main_leaf(ofd_xml *x, void *ctx, uint16_t id, lj_str label, lj_str text)
{
    main_file *main = ctx;
    switch (id) {
    case OFD_DocRoot:
        take_root(x, text, /* is_needed= */ true);
        return true;
    case OFD_CustomData:
        ofd_emit_unseen(x, SPAN_METADATA, lj_buf_str(&main->name), text);
        return true;
    default:
        if (!ofd_follow_maybe(x, text) && is_telling(x, id)) {
            ofd_emit_unseen(x, SPAN_METADATA, label, text);
        }
        return true;
    }
}

/* Without a mark the last one is the newest; numbers how many versions back each one is. */
static void versions_number(ofd_package *pkg)
{
    uint32_t current = OFD_NONE;
    for (uint32_t i = 0; i < pkg->version_count; i++) {
        current = pkg->versions[i].rev_idx == 0 ? i : current;
    }
    current = current == OFD_NONE && pkg->version_count > 0 ? pkg->version_count - 1 : current;
    for (uint32_t i = 0; i < pkg->version_count; i++) {
        uint32_t back = i < current ? current - i : i - current;
        pkg->versions[i].rev_idx = (uint16_t)back;
    }
}

void ofd_read_ofd(ofd_xml *x)
{
    main_file main = {.name = {0}};
    lj_buf_init(&main.name, x->pkg->arena, 64 * LJ_KIB);
    ofd_walk(x, &(ofd_walker){main_start, main_leaf, NULL, &main});
    versions_number(x->pkg);
}

/* ---- Document.xml ---- */

/* Another row of a table in the arena; NULL without memory. */
static void *row_add(lj_arena *arena, void **table, uint32_t *count, uint32_t *cap, size_t size)
{
    if (*count == *cap) {
        uint32_t next = *cap == 0 ? PAGES_FIRST : *cap * 2;
        void *grown = lj_arena_grow(arena, *table, *cap * size, next * size);
        if (grown == NULL) {
            return NULL;
        }
        *table = grown;
        *cap = next;
    }
    return (uint8_t *)*table + (size_t)(*count)++ * size;
}

/* A page behind the limit: not read, and not called unreachable. */
static void page_skip(ofd_xml *x, uint32_t part)
{
    if (!x->pkg->is_over_pages) {
        x->pkg->is_over_pages = true;
        uint64_t most = format_limit_value(x->pkg->run, FORMAT_LIMIT_PDF_PAGES);
        (void)format_gap_limit(x->pkg->run, FORMAT_LIMIT_PDF_PAGES, most + 1,
                               (span_place){.page_no = (uint32_t)lj_min_u64(most + 1, UINT32_MAX)});
    }
    if (part != OFD_NONE) {
        x->pkg->parts[part].is_reached = x->pkg->parts[part].is_done = true;
    }
}

static void take_page(ofd_xml *x, ofd_doc *doc)
{
    uint32_t part = ofd_lookup(x->pkg, x->part, XML_VALUE(x->token, "BaseLoc"));
    uint64_t most = format_limit_value(x->pkg->run, FORMAT_LIMIT_PDF_PAGES);
    if (doc->pages_claimed >= most) {
        page_skip(x, part);
        return;
    }
    doc->pages_claimed++;
    void *table = doc->pages;
    ofd_page_ref *row =
        row_add(x->pkg->arena, &table, &doc->page_count, &doc->page_cap, sizeof(*row));
    doc->pages = table;
    if (row == NULL) {
        x->code = LJ_E_LIMIT;
        return;
    }
    *row = (ofd_page_ref){ofd_id(XML_VALUE(x->token, "ID")), part};
    if (part == OFD_NONE) {
        ofd_gap(x->pkg, "page", (span_place){.page_no = doc->page_count});
        return;
    }
    ofd_reach(x, part);
    if (x->pkg->parts[part].page_no == 0) {
        x->pkg->parts[part].page_no = doc->page_count;
    }
}

static void take_template(ofd_xml *x, ofd_doc *doc)
{
    uint32_t part = ofd_follow(x, XML_VALUE(x->token, "BaseLoc"));
    if (part == OFD_NONE) {
        ofd_gap(x->pkg, "template", x->base.place);
        return;
    }
    uint64_t most = format_limit_value(x->pkg->run, FORMAT_LIMIT_PDF_PAGES);
    void *table = doc->templates;
    ofd_template *row =
        doc->template_count < most
            ? row_add(x->pkg->arena, &table, &doc->template_count, &doc->template_cap, sizeof(*row))
            : NULL;
    doc->templates = table;
    if (row != NULL) {
        *row = (ofd_template){
            .id = ofd_id(XML_VALUE(x->token, "ID")),
            .part = part,
            .scene = OFD_NONE,
            .is_front = OFD_IS(XML_VALUE(x->token, "ZOrder"), "Foreground"),
        };
    }
}

static bool document_start(ofd_xml *x, void *ctx)
{
    ofd_doc *doc = ctx;
    switch (x->token->id) {
    case OFD_Page:
        take_page(x, doc);
        return true;
    case OFD_TemplatePage:
        take_template(x, doc);
        ofd_emit_attrs(x);
        return true;
    case OFD_OutlineElem:
        ofd_emit_unseen(x, SPAN_BOOKMARK, LJ_STR("Title"), XML_VALUE(x->token, "Title"));
        return true;
    case OFD_Bookmark:
        ofd_emit_unseen(x, SPAN_BOOKMARK, LJ_STR("Name"), XML_VALUE(x->token, "Name"));
        return true;
    case OFD_URI:
        ofd_emit_unseen(x, SPAN_LINK, LJ_STR("URI"), XML_VALUE(x->token, "URI"));
        return true;
    default:
        return false;
    }
}

static bool document_leaf(ofd_xml *x, void *ctx, uint16_t id, lj_str label, lj_str text)
{
    ofd_doc *doc = ctx;
    (void)label;
    switch (id) {
    case OFD_PhysicalBox:
        if (ofd_numbers(text, doc->box, 4) < 4) {
            memset(doc->box, 0, sizeof(doc->box));
        }
        return true;
    case OFD_PublicRes:
    case OFD_DocumentRes: {
        uint32_t part = ofd_follow(x, text);
        if (part != OFD_NONE && doc->res_file_count < OFD_RES_FILES) {
            doc->res_files[doc->res_file_count++] = part;
        }
        return true;
    }
    case OFD_Annotations:
        doc->annotations = ofd_follow(x, text);
        return true;
    case OFD_Attachments:
        doc->attachments = ofd_follow(x, text);
        return true;
    case OFD_CustomTags:
        doc->tags = ofd_follow(x, text);
        return true;
    default:
        return false;
    }
}

void ofd_read_document(ofd_xml *x)
{
    ofd_doc *doc = x->pkg->doc;
    if (doc == NULL || doc->part != x->part) { /* nothing led here by the way of documents */
        ofd_read_generic(x);
        return;
    }
    ofd_walk(x, &(ofd_walker){document_start, document_leaf, NULL, doc});
}

/* What the document needs and is no XML: encrypted by a way of its own, or broken. */
static void tell_other(ofd_package *pkg, uint32_t part)
{
    if (!pkg->parts[part].is_done) {
        ofd_gap(
            pkg, "no-xml",
            (span_place){.part_id = ofd_part_id(pkg, part), .page_no = pkg->parts[part].page_no});
    }
}

/* Reads a page; once more when it brings resources of its own that were not known. */
lj_code ofd_page_visit(ofd_package *pkg, uint32_t part)
{
    ofd_doc *doc = pkg->doc;
    lj_code code = ofd_visit(pkg, part, 0);
    uint32_t res = doc->page_res;
    if (code == LJ_OK && res != OFD_NONE) {
        code = ofd_visit(pkg, res, 0);
        doc->page_res = OFD_NONE;
        pkg->parts[res].is_done = true;
        pkg->parts[part].is_done = false;
        code = code == LJ_OK ? ofd_visit(pkg, part, 0) : code;
    }
    tell_other(pkg, part);
    return code;
}

uint32_t ofd_page_no(const ofd_doc *doc, uint32_t id)
{
    for (uint32_t i = 0; i < doc->page_count; i++) {
        if (doc->pages[i].id == id) {
            return i + 1;
        }
    }
    return 0;
}

/* ---- the way through a document ---- */

static lj_code pages_read(ofd_package *pkg, ofd_doc *doc)
{
    lj_code code = LJ_OK;
    for (uint32_t i = 0; i < doc->page_count && code == LJ_OK; i++) {
        uint32_t part = doc->pages[i].part;
        if (part == OFD_NONE || pkg->parts[part].is_done) {
            continue;
        }
        code = ofd_page_visit(pkg, part);
    }
    return code;
}

static lj_code part_read(ofd_package *pkg, uint32_t part)
{
    return part != OFD_NONE ? ofd_visit(pkg, part, 0) : LJ_OK;
}

/* What belongs to the document, in the order that its readers need. */
static lj_code belongings_read(ofd_package *pkg, ofd_doc *doc)
{
    lj_code code = ofd_res_init(pkg, doc) ? LJ_OK : LJ_E_LIMIT;
    for (uint32_t i = 0; i < doc->res_file_count && code == LJ_OK; i++) {
        code = ofd_visit(pkg, doc->res_files[i], 0);
    }
    code = code == LJ_OK ? ofd_tags_read(pkg) : code;
    code = code == LJ_OK ? ofd_templates_read(pkg) : code;
    code = code == LJ_OK ? pages_read(pkg, doc) : code;
    code = code == LJ_OK ? ofd_scenes_rest(pkg) : code;
    code = code == LJ_OK ? part_read(pkg, doc->annotations) : code;
    code = code == LJ_OK ? ofd_queue_read(pkg) : code;
    return code == LJ_OK ? ofd_tags_emit(pkg) : code;
}

lj_code ofd_document_read(ofd_package *pkg, uint32_t part)
{
    if (pkg->parts[part].is_done) {
        return LJ_OK;
    }
    lj_arena_mark mark = lj_arena_mark_of(pkg->arena);
    ofd_doc *doc = lj_arena_alloc(pkg->arena, sizeof(*doc));
    if (doc == NULL) {
        return LJ_E_LIMIT;
    }
    *doc = (ofd_doc){.part = part,
                     .annotations = OFD_NONE,
                     .attachments = OFD_NONE,
                     .tags = OFD_NONE,
                     .recorded = OFD_NONE,
                     .page_res = OFD_NONE};
    pkg->doc = doc;
    lj_code code = ofd_visit(pkg, part, OFD_KEEP);
    tell_other(pkg, part);
    code = code == LJ_OK ? belongings_read(pkg, doc) : code;
    uint32_t attachments = doc->attachments;
    pkg->doc = NULL;
    lj_arena_rewind(pkg->arena, mark);
    /* children need memory: the document is let go before */
    return code == LJ_OK ? part_read(pkg, attachments) : code;
}

/* ---- versions ---- */

static bool version_leaf(ofd_xml *x, void *ctx, uint16_t id, lj_str label, lj_str text)
{
    (void)ctx;
    if (id == OFD_DocRoot) {
        take_root(x, text, /* is_needed= */ false);
    } else if (id == OFD_File) {
        (void)ofd_follow(x, text);
    } else if (is_telling(x, id)) {
        ofd_emit_unseen(x, SPAN_METADATA, label, text);
    }
    return true;
}

void ofd_read_version(ofd_xml *x)
{
    ofd_walk(x, &(ofd_walker){.leaf = version_leaf});
}
