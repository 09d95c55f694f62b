/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Stories of OpenDocument: anything with paragraphs - bodies, headers, footers, notes, comments,
 * slides, sheets - as one span per paragraph or cell.
 *
 * Specification: ODF 1.2 part 1: 3.1 to 3.10 (documents), 4 (structure), 5.1, 5.4 (sections), 5.5
 * (tracked changes), 6.3.2 (notes), 14.1 (annotations), 9 (tables), 10 (drawings), 16.9 (master
 * pages), 16.10 (headers and footers). Elements of OpenOffice.org 1.0 with other names are read
 * too.
 *
 * Model. One pass over the tokens with a stack of scopes. A scope is opened by an element that
 * matters and closed by its END; it restores what the element changed: role, story, place, reasons,
 * look. Paragraphs under construction are a stack of their own, because a frame stands inside a
 * paragraph. A frame keeps its paragraphs apart from those around it.
 *
 * Revisions. Deleted text stands in text:tracked-changes at the head of the story, not where it was
 * (D03): its paragraphs have the reason `deleted`, with author and date.
 *
 * Traps. dc:creator and dc:date stand also in metadata; svg:title is a description, text:title a
 * field. Hidden sections say text:display="none", conditional ones text:is-hidden="true".
 *
 * Limits. Deeper nesting than the stacks hold is read flat: text is never lost, only its place. */
#include "formats/odf/odf_story.h"

#include "base/num.h"

/* ---- scopes ---- */

scope *odf_story_scope_open(story *s, scope_kind kind)
{
    if (s->scope_count == SCOPE_MAX) {
        return NULL;
    }
    scope *top = &s->scopes[s->scope_count++];
    top->kind = kind;
    top->depth = s->x->token->depth;
    top->base = s->x->base;
    top->look = s->look;
    top->shape_look = s->shape_look;
    top->para_floor = s->para_floor;
    top->cell_paras = s->cell_paras;
    top->in_gone = s->in_gone;
    return top;
}

static void scope_restore(story *s, const scope *top)
{
    s->x->base = top->base;
    s->look = top->look;
    s->shape_look = top->shape_look;
    s->para_floor = top->para_floor;
    s->cell_paras = top->cell_paras;
    s->in_gone = top->in_gone;
    s->run_ready[0] = s->run_ready[1] = false;
}

scope *odf_story_frame_open(story *s, span_role role)
{
    scope *top = odf_story_scope_open(s, SCOPE_FRAME);
    if (top != NULL) {
        s->para_floor = s->para_count;
        s->x->base.role = role;
        s->x->base.story_id = ++s->x->doc->story_count;
        s->cell_paras = 0;
        const odf_look none = {
            .fg = LOOK_NO_COLOUR, .bg = LOOK_NO_COLOUR, .ground = LOOK_NO_COLOUR};
        s->shape_look = none;
        if (s->kind == ODF_KIND_TEXT) {
            s->shape_look.ground = s->x->doc->styles.page_ground;
            s->shape_look.stated = ODF_GROUND;
        }
    }
    return top;
}

void odf_story_value_open(story *s, value_kind kind, span_role role, lj_str label, bool unseen)
{
    if (!s->in_value && odf_story_scope_open(s, SCOPE_VALUE) != NULL) {
        s->in_value = true;
        s->value_kind = kind;
        s->value_role = role;
        s->value_label = label;
        s->value_unseen = unseen;
        lj_buf_clear(&s->value);
    }
}

static void value_close(story *s)
{
    odf_xml *x = s->x;
    lj_str text = lj_buf_str(&s->value);
    s->in_value = false;
    switch (s->value_kind) {
    case VALUE_AUTHOR: {
        lj_slice kept = lj_arena_copy(x->doc->arena, lj_str_bytes(text));
        x->base.author = (lj_str){(const char *)kept.ptr, kept.len};
        break;
    }
    case VALUE_DATE:
        x->base.changed_at = look_time(text);
        break;
    case VALUE_CITATION: /* numbers say nothing */
        if (look_has_high_byte(text)) {
            odf_emit_text(x, s->value_role, s->value_label, text);
        }
        break;
    case VALUE_SPAN:
        if (s->value_unseen) {
            odf_emit_unseen(x, s->value_role, s->value_label, text);
        } else {
            odf_emit_text(x, s->value_role, s->value_label, text);
        }
        break;
    }
}

/* ---- elements ---- */

/* Opens a region with a role and paragraphs of its own: header, footer, note. */
static void open_region(story *s, span_role role)
{
    (void)odf_story_frame_open(s, role);
}

static void take_section(story *s)
{
    const xml_token *token = s->x->token;
    lj_str name = XML_VALUE(token, "name");
    bool hidden = ODF_IS(XML_VALUE(token, "display"), "none") ||
                  ODF_IS(XML_VALUE(token, "is-hidden"), "true");
    if (odf_story_scope_open(s, SCOPE_PART) != NULL && hidden) {
        s->x->base.hidden_by |= SPAN_HIDE(SPAN_HIDDEN_SHEET);
    }
    if (look_has_high_byte(name)) {
        odf_emit_unseen(s->x, SPAN_BOOKMARK, LJ_STR("section"), name);
    }
    odf_emit_unseen(s->x, SPAN_FIELD, LJ_STR("condition"), XML_VALUE(token, "condition"));
}

/* What was deleted: its paragraphs are not those of the text around. */
static void take_deletion(story *s)
{
    scope *top = odf_story_frame_open(s, s->x->base.role);
    if (top != NULL) {
        s->x->base.hidden_by |= SPAN_HIDE(SPAN_HIDDEN_DELETED);
    }
}

/* 9.9: tracked changes of a sheet; all but insertions keep what was there before. */
static void take_table_change(story *s)
{
    scope *top = odf_story_frame_open(s, SPAN_CELL);
    if (top != NULL) {
        s->x->base.hidden_by |= SPAN_HIDE(SPAN_HIDDEN_DELETED);
        s->in_gone = true;
    }
}

static void take_annotation(story *s)
{
    lj_str author = XML_VALUE(s->x->token, "author"); /* OpenOffice.org 1.0 */
    int64_t at = look_time(XML_VALUE(s->x->token, "create-date"));
    lj_slice kept = lj_arena_copy(s->x->doc->arena, lj_str_bytes(author));
    if (odf_story_frame_open(s, SPAN_COMMENT) != NULL) {
        s->x->base.author = (lj_str){(const char *)kept.ptr, kept.len};
        s->x->base.changed_at = at;
        const odf_look none = {
            .fg = LOOK_NO_COLOUR, .bg = LOOK_NO_COLOUR, .ground = LOOK_NO_COLOUR};
        s->shape_look = none;
    }
}

/* Inside of an annotation or change: who and when. */
static bool take_authorship(story *s)
{
    const xml_token *token = s->x->token;
    if (!odf_is_prefixed(token, "dc")) {
        return false;
    }
    if (token->id == ODF_CREATOR) {
        odf_story_value_open(s, VALUE_AUTHOR, SPAN_METADATA, (lj_str){NULL, 0}, true);
        return true;
    }
    if (token->id == ODF_DATE) {
        odf_story_value_open(s, VALUE_DATE, SPAN_METADATA, (lj_str){NULL, 0}, true);
        return true;
    }
    return false;
}

static void take_body(story *s)
{
    const xml_token *token = s->x->token;
    if (!odf_is_prefixed(token, "office")) {
        return;
    }
    switch (token->id) {
    case ODF_SPREADSHEET:
        s->kind = ODF_KIND_SHEETS;
        s->x->base.role = SPAN_CELL;
        break;
    case ODF_PRESENTATION:
    case ODF_DRAWING:
        s->kind = ODF_KIND_PAGES;
        break;
    case ODF_TEXT: {
        uint32_t ground = s->x->doc->styles.page_ground;
        s->kind = ODF_KIND_TEXT;
        s->shape_look.stated |= ODF_GROUND;
        s->shape_look.ground = ground;
        break;
    }
    default:
        break;
    }
}

/* The parts of a document that are read in a loop of their own. True when the token was one. */
static bool take_block(story *s)
{
    odf_xml *x = s->x;
    if (!odf_is_prefixed(x->token, "office")) {
        return false;
    }
    switch (x->token->id) {
    case ODF_META:
        odf_read_meta(x);
        return true;
    case ODF_SETTINGS:
        odf_read_settings(x);
        return true;
    case ODF_STYLES:
    case ODF_FONT_FACE_DECLS:
    case ODF_FONT_DECLS:
        odf_read_styles(x, /* automatic= */ false);
        return true;
    case ODF_AUTOMATIC_STYLES:
        odf_read_styles(x, /* automatic= */ true);
        return true;
    case ODF_SCRIPTS:
        if (!x->token->is_empty) {
            odf_read_generic(x, SPAN_SCRIPT);
        }
        return true;
    default:
        return false;
    }
}

static bool take_region(story *s)
{
    const xml_token *token = s->x->token;
    switch (token->id) {
    case ODF_HEADER:
    case ODF_HEADER_LEFT:
    case ODF_HEADER_FIRST:
    case ODF_HEADER_DECL:
        open_region(s, SPAN_HEADER);
        break;
    case ODF_FOOTER:
    case ODF_FOOTER_LEFT:
    case ODF_FOOTER_FIRST:
    case ODF_FOOTER_DECL:
        open_region(s, SPAN_FOOTER);
        break;
    case ODF_NOTE_BODY:
    case ODF_FOOTNOTE_BODY:
    case ODF_ENDNOTE_BODY:
        open_region(s, SPAN_FOOTNOTE);
        return true;
    case ODF_NOTE_CITATION:
    case ODF_FOOTNOTE_CITATION:
    case ODF_ENDNOTE_CITATION: /* a number would stand inside a word */
        odf_story_value_open(s, VALUE_CITATION, SPAN_FOOTNOTE, LJ_STR("citation"), false);
        return true;
    default:
        return false;
    }
    if (ODF_IS(XML_VALUE(token, "display"), "false")) {
        s->x->base.hidden_by |= SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED);
    }
    if (token->id == ODF_HEADER_DECL || token->id == ODF_FOOTER_DECL) {
        if (!odf_story_para_open(s)) {
            s->para_floor = 0;
        }
    }
    return true;
}

static void take_start(story *s)
{
    odf_xml *x = s->x;
    const xml_token *token = x->token;
    odf_emit_other_attrs(x);
    switch (token->id) {
    case ODF_P:
    case ODF_H:
        if (odf_is_prefixed(token, "text") || token->local.len == token->name.len) {
            odf_story_para_take(s);
            return;
        }
        break;
    case ODF_TEXT:
    case ODF_SPREADSHEET:
    case ODF_PRESENTATION:
    case ODF_DRAWING:
        take_body(s);
        break;
    case ODF_SECTION:
        take_section(s);
        return;
    case ODF_DELETION:
        take_deletion(s);
        return;
    case ODF_TRACKED_CHANGES:
        if (odf_is_prefixed(token, "table")) {
            take_table_change(s);
        }
        return;
    case ODF_CHANGED_REGION: /* author and date hold until its end */
    case ODF_CELL_CONTENT_CHANGE:
    case ODF_INSERTION:
        (void)odf_story_scope_open(s, SCOPE_PART);
        return;
    case ODF_ANNOTATION:
        if (odf_is_prefixed(token, "office")) {
            take_annotation(s);
            return;
        }
        break;
    case ODF_MATH:
        odf_read_math(x);
        return;
    case ODF_MODULE:
        odf_read_module(x);
        return;
    case ODF_BINARY_DATA:
        odf_take_binary(x);
        return;
    default:
        break;
    }
    if (take_block(s) || take_authorship(s) || take_region(s) || odf_story_inline_take(s) ||
        odf_story_table_take(s) || odf_story_draw_take(s)) {
        return;
    }
    odf_emit_left_attrs(x);
}

static void take_end(story *s)
{
    scope *top = s->scope_count > 0 ? &s->scopes[s->scope_count - 1] : NULL;
    if (top == NULL || top->depth != s->x->token->depth) {
        return;
    }
    switch (top->kind) {
    case SCOPE_VALUE: /* authors and dates hold in what is around */
        value_close(s);
        s->scope_count--;
        return;
    case SCOPE_PARA:
        odf_story_para_done(s);
        break;
    case SCOPE_FRAME:
        while (s->para_count > s->para_floor) {
            odf_story_para_close(s);
        }
        break;
    case SCOPE_CELL:
        odf_story_cell_close(s);
        break;
    case SCOPE_TABLE:
        s->table_count--;
        break;
    case SCOPE_ROWS:
        if (s->table_count > 0) {
            s->tables[s->table_count - 1].cols_hidden = false;
        }
        break;
    case SCOPE_RUN:
    case SCOPE_SHAPE:
    case SCOPE_PART:
    case SCOPE_ROW:
        break;
    }
    scope_restore(s, top);
    s->scope_count--;
}

void odf_read_story(odf_xml *x)
{
    lj_arena *arena = x->doc->arena;
    story *s = lj_arena_alloc(arena, sizeof(*s));
    if (s == NULL) {
        x->code = LJ_E_LIMIT;
        return;
    }
    const odf_look none = {.fg = LOOK_NO_COLOUR, .bg = LOOK_NO_COLOUR, .ground = LOOK_NO_COLOUR};
    s->x = x;
    s->look = s->shape_look = none;
    lj_buf_init(&s->value, arena, 2 * (size_t)VALUE_MAX);
    lj_buf_init(&s->scratch, arena, 64 * LJ_MIB);
    lj_buf_init(&s->cell_value, arena, 2 * (size_t)VALUE_MAX);
    lj_buf_init(&s->formula, arena, 2 * (size_t)VALUE_MAX);
    do {
        if (x->token->kind == XML_START) {
            take_start(s);
        } else if (x->token->kind == XML_END) {
            take_end(s);
        } else {
            odf_story_text_take(s);
        }
    } while (odf_next(x));
}
