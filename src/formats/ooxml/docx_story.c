/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Stories of Word documents: anything with paragraphs - body, headers, footers, notes, comments,
 * building blocks - as one span per paragraph.
 *
 * Specification: ECMA-376 part 1: 17.3 (paragraphs, runs, symbols), 17.4 (tables), 17.5.2
 * (structured tags), 17.13 (revisions, comments, bookmarks), 17.16 (fields), 20.4 (anchors);
 * part 3: 9 (AlternateContent); part 4: 19.1 (VML).
 *
 * Model. One pass over the tokens with a stack of scopes. A scope is opened by an element that
 * matters and closed by its END; it remembers what it changed in x->base (role, story, reasons,
 * place), so text boxes, cells, comments and branches nest in any order. Paragraphs under
 * construction are a stack of their own, because a text box stands inside a paragraph. All runs of
 * a paragraph are joined without separators (W01); a line break becomes LF.
 *
 * Revisions. Deleted and moved-away text stays in its paragraph with the reason `deleted` on its
 * look, and once more by itself, joined, as an alternative: a mark that was deleted as a whole is
 * then a line of its own (W12).
 *
 * AlternateContent. All branches are read with the same alt_group; what a later branch only repeats
 * is dropped (W07, W19). A later branch inside a paragraph does not flow into it.
 *
 * Traps. Alignment, size and hidden text come through styles (docx_style.c). Old property sets
 * (rPrChange and kin) must not be applied. Phonetic guides (ruby) would stand between the letters
 * they explain. A Wingdings star is a w:sym, or a plain letter in that font (W29). Horizontal
 * positions are relative to page, margin or column: only what is out of the page from any of them
 * counts as outside.
 *
 * Limits. Deeper nesting than the stacks hold is read flat: text is never lost, only its place. */
#include "formats/ooxml/docx_story.h"

#include "base/num.h"

/* ---- scopes ---- */

scope *story_scope_open(story *s, scope_kind kind)
{
    if (s->scope_count == SCOPE_MAX) {
        return NULL;
    }
    const span *base = &s->x->base;
    scope *top = &s->scopes[s->scope_count++];
    *top = (scope){.kind = kind,
                   .depth = s->x->token->depth,
                   .role = base->role,
                   .story_id = base->story_id,
                   .alt_group = base->alt_group,
                   .known = base->known,
                   .row_no = base->place.row_no,
                   .col_no = base->place.col_no,
                   .ground = s->ground,
                   .cell_paras = s->cell_paras,
                   .hidden_by = base->hidden_by,
                   .author = base->author,
                   .changed_at = base->changed_at};
    memcpy(top->box_pt100, base->box_pt100, sizeof(top->box_pt100));
    return top;
}

static void scope_restore(story *s, const scope *top)
{
    span *base = &s->x->base;
    base->role = top->role;
    base->story_id = top->story_id;
    base->alt_group = top->alt_group;
    base->known = top->known;
    base->place.row_no = top->row_no;
    base->place.col_no = top->col_no;
    base->hidden_by = top->hidden_by;
    base->author = top->author;
    base->changed_at = top->changed_at;
    memcpy(base->box_pt100, top->box_pt100, sizeof(top->box_pt100));
    s->ground = top->ground;
    s->cell_paras = top->cell_paras;
}

void story_sink_open(story *s, sink where)
{
    if (story_scope_open(s, SCOPE_TEXT) != NULL) {
        s->sink = where;
    }
}

/* ---- revisions, alternatives, forms, tables ---- */

/* When; Word 2003 has another name for it. */
static int64_t revised_at(const xml_token *token)
{
    lj_str date = XML_VALUE(token, "date");
    return look_time(date.len > 0 ? date : XML_VALUE(token, "createdate"));
}

void story_comment_take(story *s)
{
    const xml_token *token = s->x->token;
    lj_slice author = lj_arena_copy(s->x->pkg->arena, lj_str_bytes(XML_VALUE(token, "author")));
    int64_t at = revised_at(token);
    story_frame_open(s, SPAN_COMMENT);
    s->x->base.author = (lj_str){(const char *)author.ptr, author.len};
    s->x->base.changed_at = at;
}

void story_gone_take(story *s)
{
    const xml_token *token = s->x->token;
    if (story_scope_open(s, SCOPE_GONE) == NULL) {
        return;
    }
    s->gone++;
    s->run_ready = false;
    lj_buf_clear(&s->gone_author);
    lj_buf_put(&s->gone_author, lj_str_bytes(XML_VALUE(token, "author")));
    s->gone_at = revised_at(token);
}

static void take_alternative(story *s)
{
    if (s->alt_count == ALT_MAX || story_scope_open(s, SCOPE_ALT) == NULL) {
        return;
    }
    alternatives *alt = &s->alts[s->alt_count++];
    alt->branch = 0;
    alt->hash_count = 0;
    s->x->base.alt_group = ++s->x->pkg->alt_count;
}

static void take_branch(story *s)
{
    scope *top = s->scope_count > 0 ? &s->scopes[s->scope_count - 1] : NULL;
    if (top == NULL || top->kind != SCOPE_ALT || s->alt_count == 0) {
        return;
    }
    top = story_scope_open(s, SCOPE_BRANCH);
    if (top == NULL) {
        return;
    }
    const para *p = story_para_of(s);
    uint32_t branch = ++s->alts[s->alt_count - 1].branch;
    if (p == NULL) {
        return;
    }
    top->from = p->block.text.len;
    top->shadows = branch > 1 && story_para_open(s);
    if (top->shadows) {
        s->paras[s->para_count - 1].look = p->look;
    }
}

static void close_branch(story *s, const scope *top)
{
    if (top->shadows) {
        story_para_close(s);
    } else if (story_para_of(s) != NULL && s->alt_count > 0) {
        const lj_buf *text = &story_para_of(s)->block.text;
        if (text->len > top->from) {
            (void)story_is_repeated(s, lj_slice_part(lj_buf_slice(text), top->from, SIZE_MAX));
        }
    }
}

static void form_open(story *s)
{
    if (s->form_count == FORM_MAX || story_scope_open(s, SCOPE_FORM) == NULL) {
        return;
    }
    form *f = &s->forms[s->form_count++];
    if (f->name.arena == NULL) {
        lj_buf_init(&f->name, s->x->pkg->arena, 4 * LJ_KIB);
        lj_buf_init(&f->text, s->x->pkg->arena, 4 * (size_t)FORM_TEXT_MAX);
    }
    lj_buf_clear(&f->name);
    lj_buf_clear(&f->text);
    f->too_long = f->in_content = false;
}

static void form_close(story *s)
{
    form *f = &s->forms[--s->form_count];
    if (f->name.len > 0 && f->text.len > 0 && !f->too_long) {
        opc_emit_text(s->x, SPAN_FORM, lj_buf_str(&f->name), lj_buf_str(&f->text));
    }
}

/* alias, tag, listItem and kin (W24). */
static void take_form_value(story *s)
{
    opc_xml *x = s->x;
    const xml_token *token = x->token;
    form *f = s->form_count > 0 ? &s->forms[s->form_count - 1] : NULL;
    lj_str value = XML_VALUE(token, "val");
    lj_str label = f != NULL ? lj_buf_str(&f->name) : (lj_str){NULL, 0};
    if (token->id == OPC_listItem) {
        lj_str shown = XML_VALUE(token, "displayText");
        value = XML_VALUE(token, "value");
        opc_emit_unseen(s->x, SPAN_FORM, label, shown);
        if (!lj_str_is(shown, value)) {
            opc_emit_unseen(s->x, SPAN_FORM, label, value);
        }
        return;
    }
    if (look_is_wordy(value)) {
        lj_slice name = token->local;
        opc_emit_unseen(s->x, SPAN_FORM, (lj_str){(const char *)name.ptr, name.len}, value);
    }
    if (f != NULL && (token->id == OPC_alias || (token->id == OPC_tag && f->name.len == 0))) {
        lj_buf_clear(&f->name);
        lj_buf_put(&f->name, lj_str_bytes(value));
    }
}

static void take_table(story *s)
{
    const xml_token *token = s->x->token;
    table *t = s->table_count > 0 ? &s->tables[s->table_count - 1] : NULL;
    int64_t value = 0;
    switch (token->id) {
    case OPC_tbl:
        if (s->table_count < TABLE_MAX && story_scope_open(s, SCOPE_TABLE) != NULL) {
            s->tables[s->table_count++] = (table){0, 0};
        }
        break;
    case OPC_tr:
        if (t != NULL) {
            t->row++;
            t->col = 0;
        }
        break;
    case OPC_tc:
        if (t != NULL && story_scope_open(s, SCOPE_CELL) != NULL) {
            t->col++;
            s->cell_paras = 0;
            s->x->base.place.row_no = t->row;
            s->x->base.place.col_no = t->col;
            s->x->base.role = s->x->base.role == SPAN_BODY ? SPAN_CELL : s->x->base.role;
        }
        break;
    case OPC_gridSpan:
        if (t != NULL && xml_int(XML_VALUE(token, "val"), &value) && value > 1 && value < 1000) {
            t->col += (uint32_t)value - 1;
        }
        break;
    default:
        break;
    }
}

/* ---- elements ---- */

/* Elements of rPr and pPr. True when the element was taken. */
static bool take_property(story *s)
{
    const xml_token *token = s->x->token;
    const scope *top = s->scope_count > 0 ? &s->scopes[s->scope_count - 1] : NULL;
    para *p = story_para_of(s);
    bool is_region = token->id == OPC_hdr || token->id == OPC_ftr; /* Word 2003: in w:sectPr */
    if (top == NULL || p == NULL || is_region) {
        return false;
    }
    if (top->kind == SCOPE_PARA_PROPS) {
        if (token->id == OPC_rPr || token->id == OPC_pPrChange || token->id == OPC_annotation) {
            xml_skip(s->x->xml); /* of the paragraph mark; of an earlier version */
        } else if (token->id == OPC_pStyle) {
            const docx_look *style = docx_style_look(&s->context->styles, XML_VALUE(token, "val"));
            if (style != NULL) {
                docx_look_put(&p->look, style);
            }
        } else {
            docx_look_take(&p->look, token);
            opc_emit_attrs(s->x);
        }
        return true;
    }
    if (top->kind != SCOPE_PROPS) {
        return false;
    }
    uint32_t colour = LOOK_NO_COLOUR;
    switch (token->id) {
    case OPC_rPrChange:
    case OPC_annotation:
    case OPC_ln:
    case OPC_effectLst:
    case OPC_textOutline:
    case OPC_glow:
    case OPC_shadow:
        if (token->id == OPC_shadow && !lj_slice_has_prefix(token->name, LJ_BYTES("w14:"))) {
            break;
        }
        xml_skip(s->x->xml);
        break;
    case OPC_rStyle:
        s->run_style = docx_style_look(&s->context->styles, XML_VALUE(token, "val"));
        break;
    case OPC_noFill:
        s->run.stated |= DOCX_NO_FILL;
        s->run.no_fill = true;
        break;
    case OPC_srgbClr:
        colour = look_colour(XML_VALUE(token, "val"));
        if (colour != LOOK_NO_COLOUR) {
            s->run.stated |= DOCX_FG;
            s->run.fg = colour;
        }
        break;
    case OPC_alpha: {
        /* w14 states the transparency, DrawingML the opacity */
        bool w14 = lj_slice_has_prefix(token->name, LJ_BYTES("w14:"));
        if (OPC_IS(XML_VALUE(token, "val"), "100000") == w14 &&
            (w14 || OPC_IS(XML_VALUE(token, "val"), "0"))) {
            s->run.stated |= DOCX_NO_FILL;
            s->run.no_fill = true;
        }
        break;
    }
    default:
        docx_look_take(&s->run, token);
        opc_emit_attrs(s->x);
        break;
    }
    s->run_ready = false;
    return true;
}

/* rPr: in Word its children are the properties, in DrawingML also its attributes. */
static void take_run_props(story *s)
{
    int64_t size = 0;
    if (xml_int(XML_VALUE_PLAIN(s->x->token, "sz"), &size) && size > 0 && size <= 400000) {
        s->run.stated |= DOCX_SIZE;
        s->run.size_pt100 = (uint32_t)size;
    }
    s->run_ready = false;
    (void)story_scope_open(s, SCOPE_PROPS);
}

/* NOLINTNEXTLINE(readability-function-size): a table of tags in the form of a switch */
static void take_start(story *s)
{
    opc_xml *x = s->x;
    const xml_token *token = x->token;
    if (take_property(s)) {
        return;
    }
    if (s->scope_count > 0 && s->scopes[s->scope_count - 1].kind == SCOPE_FILL) {
        story_fill_take(s);
        return;
    }
    switch (token->id) {
    case OPC_p:
        if (story_scope_open(s, SCOPE_PARA) != NULL && !story_para_open(s)) {
            s->para_extra++;
        }
        break;
    case OPC_pPr:
        (void)story_scope_open(s, SCOPE_PARA_PROPS);
        break;
    case OPC_r:
    case OPC_fld:
        if (story_scope_open(s, SCOPE_RUN) != NULL) {
            s->run = (docx_look){0};
            s->run_style = NULL;
            s->run_ready = false;
        }
        break;
    case OPC_rPr:
        take_run_props(s);
        break;
    case OPC_t:
    case OPC_delText:
        story_sink_open(s, SINK_RUN);
        break;
    case OPC_instrText:
    case OPC_delInstrText:
        story_sink_open(s, SINK_FIELD);
        break;
    case OPC_tab:
    case OPC_ptab:
        story_text_add(s, LJ_STR("\t"));
        break;
    case OPC_br:
    case OPC_cr:
        story_text_add(s, LJ_STR("\n"));
        break;
    case OPC_noBreakHyphen:
        story_text_add(s, LJ_STR("\xE2\x80\x91"));
        break;
    case OPC_sym:
        story_sym_add(s);
        break;
    case OPC_rt:
        if (story_scope_open(s, SCOPE_RUBY) != NULL) {
            s->ruby_count++;
        }
        break;
    case OPC_fldSimple:
        opc_emit_unseen(s->x, SPAN_FIELD, (lj_str){NULL, 0}, XML_VALUE(token, "instr"));
        break;
    case OPC_fldChar:
        story_field_mark(s);
        break;
    case OPC_del:
    case OPC_moveFrom:
        story_gone_take(s);
        break;
    case OPC_tbl:
    case OPC_tr:
    case OPC_tc:
    case OPC_gridSpan:
        take_table(s);
        break;
    case OPC_shd: { /* of a cell: runs and paragraphs were taken above */
        docx_look look = {0};
        docx_look_take(&look, token);
        s->ground = look.shade != LOOK_NO_COLOUR ? look.shade : s->ground;
        break;
    }
    case OPC_background: {
        uint32_t colour = look_colour(XML_VALUE(token, "color"));
        s->ground = colour != LOOK_NO_COLOUR ? colour : s->ground;
        break;
    }
    case OPC_tblPrChange:
    case OPC_trPrChange:
    case OPC_tcPrChange:
    case OPC_sectPrChange:
        xml_skip(x->xml);
        break;
    case OPC_sdt:
        form_open(s);
        break;
    case OPC_sdtContent:
        if (s->form_count > 0) {
            s->forms[s->form_count - 1].in_content = true;
        }
        break;
    case OPC_alias:
    case OPC_tag:
    case OPC_listItem:
    case OPC_listEntry:
    case OPC_helpText:
    case OPC_statusText:
        take_form_value(s);
        break;
    case OPC_bookmarkStart:
        if (look_is_wordy(XML_VALUE(token, "name")) && XML_VALUE(token, "name").ptr[0] != '_') {
            opc_emit_unseen(s->x, SPAN_BOOKMARK, (lj_str){NULL, 0}, XML_VALUE(token, "name"));
        } else {
            opc_emit_attrs(x);
        }
        break;
    case OPC_docPr:
    case OPC_cNvPr:
        story_words_take(s);
        break;
    case OPC_anchor:
    case OPC_positionH:
    case OPC_positionV:
    case OPC_posOffset:
    case OPC_extent:
        story_float_take(s);
        break;
    case OPC_inline:
    case OPC_wsp:
        (void)story_scope_open(s, SCOPE_SHAPE);
        break;
    case OPC_spPr:
        (void)story_scope_open(s, SCOPE_FILL);
        break;
    case OPC_group:
        if (story_scope_open(s, SCOPE_FLOAT) != NULL) {
            s->scopes[s->scope_count - 1].shadows = true;
            s->group_count++;
        }
        break;
    case OPC_shape:
    case OPC_rect:
    case OPC_roundrect:
    case OPC_oval:
        story_shape_take(s);
        break;
    case OPC_textpath:
        opc_emit_text(x, SPAN_WATERMARK, (lj_str){NULL, 0}, XML_VALUE(token, "string"));
        break;
    case OPC_txbxContent:
        story_frame_open(s, SPAN_TEXTBOX);
        break;
    case OPC_comment:
        story_comment_take(s);
        break;
    case OPC_footnote:
    case OPC_endnote:
        story_frame_open(s, SPAN_FOOTNOTE);
        break;
    case OPC_hdr:
    case OPC_ftr:
    case OPC_annotation:
    case OPC_styles:
    case OPC_binData:
    case OPC_hlink:
    case OPC_docVar:
    case OPC_DocumentProperties:
    case OPC_CustomDocumentProperties:
        story_2003_take(s);
        break;
    case OPC_AlternateContent:
        take_alternative(s);
        break;
    case OPC_Choice:
    case OPC_Fallback:
        take_branch(s);
        break;
    default:
        opc_emit_attrs(x);
        break;
    }
}

static void take_end(story *s)
{
    scope *top = s->scope_count > 0 ? &s->scopes[s->scope_count - 1] : NULL;
    if (top == NULL || top->depth != s->x->token->depth) {
        return;
    }
    switch (top->kind) {
    case SCOPE_PARA:
        if (s->para_extra > 0) {
            s->para_extra--;
        } else {
            story_para_close(s);
        }
        break;
    case SCOPE_BRANCH:
        close_branch(s, top);
        break;
    case SCOPE_ALT:
        s->alt_count--;
        break;
    case SCOPE_TABLE:
        s->table_count--;
        break;
    case SCOPE_FORM:
        form_close(s);
        break;
    case SCOPE_GONE:
        s->gone--;
        s->run_ready = false;
        break;
    case SCOPE_RUBY:
        s->ruby_count--;
        if (s->ruby_count == 0) {
            span what = opc_span(s->x, s->x->base.role);
            opc_emit_block(s->x, &s->ruby, &what);
        }
        break;
    case SCOPE_FLOAT:
        s->group_count -= top->shadows ? 1 : 0;
        s->floating = (floating){0};
        break;
    case SCOPE_TEXT:
        s->sink = SINK_NONE;
        break;
    case SCOPE_FRAME:
    case SCOPE_CELL:
    case SCOPE_SHAPE:
    case SCOPE_FILL:
    case SCOPE_RUN:
    case SCOPE_PROPS:
    case SCOPE_PARA_PROPS:
        break;
    }
    if (top->kind == SCOPE_PARA || top->kind == SCOPE_PROPS || top->kind == SCOPE_PARA_PROPS ||
        top->kind == SCOPE_RUN || top->kind == SCOPE_TEXT || top->kind == SCOPE_FORM ||
        top->kind == SCOPE_FILL) {
        s->scope_count--; /* nothing is put back: what a fill sets belongs to its shape */
        return;
    }
    scope_restore(s, top);
    s->scope_count--;
}

void docx_read_story(opc_xml *x, void *ctx)
{
    story *s = lj_arena_alloc(x->pkg->arena, sizeof(*s));
    if (s == NULL) {
        x->code = LJ_E_LIMIT;
        return;
    }
    s->x = x;
    s->context = ctx;
    s->ground = LOOK_NO_COLOUR;
    lj_buf_init(&s->field, x->pkg->arena, 2 * (size_t)FIELD_MAX);
    lj_buf_init(&s->letter, x->pkg->arena, 64);
    lj_buf_init(&s->gone_author, x->pkg->arena, 4 * LJ_KIB);
    span_block_init(&s->ruby, x->pkg->arena);
    if (x->token->id == OPC_glossaryDocument) {
        x->base.hidden_by |= SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED);
    }
    while (opc_next(x)) {
        if (x->token->kind == XML_START) {
            take_start(s);
        } else if (x->token->kind == XML_END) {
            take_end(s);
        } else {
            story_text_take(s);
        }
    }
    story_field_emit(s);
}
