/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Annotations and attachments.
 *
 * Specification: GB/T 33190-2016 15 (annotations: Annotations, PageAnnot, Annot, Remark,
 * Parameters, Appearance), 17 (attachments).
 *
 * Model. Whatever the type of an annotation is and whatever its flags say, its remark, parameters
 * and appearance are read (O04). An appearance is run like page content, moved by its Boundary:
 * Watermark -> watermark, others -> text box; remarks are comments. Visible="false" becomes the
 * fact `vanish`, for attachments too: then every span of the attached file has it (O09). An
 * attached file goes to the core under the name that the list gives it.
 *
 * Traps. Names of attachments without an extension beside a format, or the other way round; an
 * attached file outside the package (nothing to read); a page that several files annotate. */
#include "formats/ofd/ofd_content.h"

#include "base/num.h"

/* ---- which page ---- */

typedef struct list_file {
    uint32_t page_no;
} list_file;

static bool list_start(ofd_xml *x, void *ctx)
{
    list_file *list = ctx;
    if (x->token->id == OFD_Page && x->pkg->doc != NULL) {
        x->code = format_work(x->pkg->run, x->pkg->doc->page_count / 16 + 1);
        list->page_no = ofd_page_no(x->pkg->doc, ofd_id(XML_VALUE(x->token, "PageID")));
        return true;
    }
    return false;
}

static bool list_leaf(ofd_xml *x, void *ctx, uint16_t id, lj_str label, lj_str text)
{
    const list_file *list = ctx;
    (void)label;
    if (id != OFD_FileLoc) {
        return false;
    }
    uint32_t part = ofd_follow(x, text);
    if (part != OFD_NONE && x->pkg->parts[part].page_no == 0) {
        x->pkg->parts[part].page_no = list->page_no;
    }
    return true;
}

void ofd_read_annotations(ofd_xml *x)
{
    list_file list = {0};
    ofd_walk(x, &(ofd_walker){list_start, list_leaf, NULL, &list});
}

/* ---- annotations of a page ---- */

typedef struct annot_file {
    ofd_page page;
    ofd_content content;
    lj_buf author, label, type, text;
    int64_t changed_at;
    uint64_t hidden;           /* of the annotation */
    uint32_t appearance_depth; /* depth + 1, 0 = outside */
    span_role role;
    bool has_label;
} annot_file;

static void annot_begin(ofd_xml *x, annot_file *file)
{
    const xml_token *token = x->token;
    lj_str type = XML_VALUE(token, "Type");
    lj_str creator = XML_VALUE(token, "Creator");
    lj_buf_clear(&file->author);
    lj_buf_put(&file->author, lj_str_bytes(creator));
    lj_buf_clear(&file->type);
    lj_buf_put(&file->type, lj_str_bytes(type));
    file->changed_at = look_time(XML_VALUE(token, "LastModDate"));
    file->role = OFD_IS(type, "Watermark") || OFD_IS(XML_VALUE(token, "Subtype"), "Watermark")
                     ? SPAN_WATERMARK
                     : SPAN_TEXTBOX;
    file->hidden = ofd_bool(XML_VALUE(token, "Visible"), true) ? 0 : SPAN_HIDE(SPAN_HIDDEN_VANISH);
    for (uint32_t i = 0; i < token->attr_count; i++) {
        const xml_attr *attr = &token->attrs[i];
        if (look_has_high_byte(attr->value) && !lj_slice_is(attr->local, LJ_BYTES("Creator"))) {
            ofd_emit_unseen(x, SPAN_ATTRIBUTE, ofd_str_of(attr->local), attr->value);
        }
    }
}

static void appearance_begin(ofd_xml *x, annot_file *file)
{
    float bound[4] = {0};
    (void)ofd_numbers(XML_VALUE(x->token, "Boundary"), bound, 4);
    const ofd_page *page = &file->page;
    file->content.base =
        ofd_matrix_concat(ofd_matrix_move(bound[0] - page->place_e, bound[1] - page->place_f),
                          ofd_matrix_scale(OFD_PT_PER_MM));
    file->content.role = file->role;
    file->appearance_depth = x->token->depth + 1;
}

static void appearance_end(ofd_xml *x, annot_file *file)
{
    page_text *text = &file->page.text;
    file->appearance_depth = 0;
    text->role = file->role;
    text->hidden_by = x->base.hidden_by | file->hidden;
    text->label = lj_buf_str(&file->type);
    text->story_id = ++x->pkg->story_count;
    (void)ofd_page_flush(&file->page, x);
}

static void remark_emit(ofd_xml *x, annot_file *file, lj_str text)
{
    if (look_is_blank(text)) {
        return;
    }
    span what = ofd_span(x, SPAN_COMMENT);
    what.hidden_by |= file->hidden;
    what.label = lj_buf_str(&file->type);
    what.author = lj_buf_str(&file->author);
    what.changed_at = file->changed_at;
    what.text = text;
    ofd_emit(x, &what);
}

static void text_end(ofd_xml *x, annot_file *file, uint16_t id)
{
    lj_str text = lj_buf_str(&file->text);
    if (id == OFD_Remark) {
        remark_emit(x, file, text);
    } else if (look_is_wordy(text) ||
               (id == OFD_Parameter && look_has_high_byte(lj_buf_str(&file->label)))) {
        if (!ofd_follow_maybe(x, text)) {
            ofd_emit_unseen(x, SPAN_ATTRIBUTE, lj_buf_str(&file->label), text);
        }
    }
    lj_buf_clear(&file->text);
}

static void annot_start(ofd_xml *x, annot_file *file)
{
    lj_buf_clear(&file->text);
    lj_buf_clear(&file->label);
    switch (x->token->id) {
    case OFD_Annot:
        annot_begin(x, file);
        break;
    case OFD_Appearance:
        appearance_begin(x, file);
        break;
    case OFD_Parameter:
        lj_buf_put(&file->label, lj_str_bytes(XML_VALUE(x->token, "Name")));
        break;
    default:
        lj_buf_put(&file->label, x->token->local);
        ofd_emit_attrs(x);
        break;
    }
}

static void annot_token(ofd_xml *x, annot_file *file)
{
    const xml_token *token = x->token;
    if (file->appearance_depth != 0) {
        if (token->kind == XML_END && token->depth + 1 == file->appearance_depth) {
            appearance_end(x, file);
        } else {
            ofd_content_take(&file->content);
        }
        return;
    }
    switch (token->kind) {
    case XML_START:
        annot_start(x, file);
        break;
    case XML_TEXT:
        lj_buf_put(&file->text, lj_str_bytes(token->text));
        break;
    default:
        text_end(x, file, token->id);
        break;
    }
}

/* The file that holds one annotation alone has Annot as its root in some producers' packages. */
void ofd_read_annots(ofd_xml *x)
{
    const ofd_doc *doc = x->pkg->doc;
    annot_file *file = lj_arena_alloc(x->pkg->arena, sizeof(*file));
    if (file == NULL ||
        !ofd_page_init(&file->page, x, x->base.place.page_no, doc != NULL ? doc->box : NULL) ||
        !ofd_content_init(&file->content, x, &file->page, ofd_matrix_scale(OFD_PT_PER_MM))) {
        x->code = LJ_E_LIMIT;
        return;
    }
    lj_buf_init(&file->author, x->pkg->arena, 64 * LJ_KIB);
    lj_buf_init(&file->type, x->pkg->arena, 64 * LJ_KIB);
    lj_buf_init(&file->label, x->pkg->arena, 64 * LJ_KIB);
    lj_buf_init(&file->text, x->pkg->arena, LJ_MIB);
    uint32_t depth = x->token->depth;
    do {
        bool is_last = x->token->kind == XML_END && x->token->depth == depth;
        annot_token(x, file);
        if (is_last) {
            break;
        }
    } while (ofd_next(x));
}

/* ---- attachments ---- */

typedef struct attachment_file {
    lj_buf name;
    uint64_t hidden;
} attachment_file;

static bool attachment_start(ofd_xml *x, void *ctx)
{
    attachment_file *file = ctx;
    if (x->token->id != OFD_Attachment) {
        return false;
    }
    lj_str name = XML_VALUE(x->token, "Name");
    lj_buf_clear(&file->name);
    lj_buf_put(&file->name, lj_str_bytes(name));
    bool is_seen = ofd_bool(XML_VALUE(x->token, "Visible"), true);
    file->hidden = is_seen ? 0 : SPAN_HIDE(SPAN_HIDDEN_VANISH);
    for (uint32_t i = 0; i < x->token->attr_count; i++) {
        const xml_attr *attr = &x->token->attrs[i];
        if (look_has_high_byte(attr->value) && !lj_slice_is(attr->local, LJ_BYTES("Name"))) {
            ofd_emit_unseen(x, SPAN_ATTRIBUTE, ofd_str_of(attr->local), attr->value);
        }
    }
    return true;
}

/* The extension of the stored file, when the name has none. */
static void name_complete(ofd_xml *x, attachment_file *file, uint32_t part)
{
    lj_slice stored = x->pkg->parts[part].name;
    if (file->name.len == 0) {
        lj_buf_put(&file->name, stored);
        return;
    }
    if (look_has_byte(lj_buf_str(&file->name), '.')) {
        return;
    }
    size_t dot = stored.len;
    while (dot > 0 && stored.ptr[dot - 1] != '.' && stored.ptr[dot - 1] != '/') {
        dot--;
    }
    if (dot > 0 && stored.ptr[dot - 1] == '.') {
        lj_buf_put(&file->name, lj_slice_part(stored, dot - 1, SIZE_MAX));
    }
}

static bool attachment_leaf(ofd_xml *x, void *ctx, uint16_t id, lj_str label, lj_str text)
{
    attachment_file *file = ctx;
    (void)label;
    if (id != OFD_FileLoc) {
        return false;
    }
    uint32_t part = ofd_follow(x, text);
    if (part == OFD_NONE) {
        ofd_emit_unseen(x, SPAN_MEMBER_NAME, LJ_STR("FileLoc"), lj_buf_str(&file->name));
        return true;
    }
    if (x->code == LJ_OK) {
        name_complete(x, file, part);
        x->code = ofd_visit_attached(x->pkg, part, lj_buf_str(&file->name), file->hidden);
    }
    return true;
}

void ofd_read_attachments(ofd_xml *x)
{
    attachment_file file = {.hidden = 0};
    lj_buf_init(&file.name, x->pkg->arena, 64 * LJ_KIB);
    ofd_walk(x, &(ofd_walker){attachment_start, attachment_leaf, NULL, &file});
}
