/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Paragraphs of OpenDocument: runs become blocks with looks; blanks, fields, marks, hidden text.
 *
 * Specification: ODF 1.2 part 1: 5.1 (paragraphs), 6.1 (text and white space), 6.3 (links), 6.4
 * (ruby), 7 (fields; 7.7.3 hidden paragraphs, 7.7.4 hidden text), 7.2 (bookmarks), 8 (index marks).
 *
 * Model. See odf_story.c. A paragraph collects all its text without separators (W01); a cell of a
 * sheet is one block, its paragraphs are lines of it.
 *
 * Traps. White space is put together: line ends and tabs inside a paragraph count as one blank, and
 * at its beginning as nothing; text:s stands for the rest. A field may hide its text by a condition
 * and keep it in an attribute; the other branch of a conditional text is shown nowhere. */
#include "formats/odf/odf_story.h"

#include "base/num.h"

enum { BLANKS_MAX = 256 };

para *odf_story_para_of(story *s)
{
    return s->para_count > s->para_floor ? &s->paras[s->para_count - 1] : NULL;
}

bool odf_story_para_open(story *s)
{
    if (s->para_count == PARA_MAX) {
        return false;
    }
    para *p = &s->paras[s->para_count++];
    if (p->block.arena == NULL) {
        span_block_init(&p->block, s->x->doc->arena);
    }
    span_block_clear(&p->block);
    p->hidden_by = 0;
    p->join = SPAN_JOIN_BLOCK;
    p->is_cell = p->goes_on = false;
    p->ends_blank = true;
    s->look = s->x->doc->styles.text;
    odf_look_put(&s->look, &s->shape_look);
    s->run_ready[0] = s->run_ready[1] = false;
    return true;
}

static void para_emit(story *s, para *p)
{
    span what = odf_span(s->x, s->x->base.role);
    what.join = p->goes_on ? SPAN_JOIN_SAME : p->join;
    what.hidden_by |= p->hidden_by;
    if (s->x->code == LJ_OK) {
        s->x->code = span_block_emit(s->x->doc->run, &p->block, &what, &s->x->doc->alt_count);
    }
}

void odf_story_para_close(story *s)
{
    para *p = odf_story_para_of(s);
    if (p == NULL) {
        return;
    }
    if (!look_is_blank(lj_buf_str(&p->block.text))) {
        if (s->x->base.place.col_no > 0 && !p->is_cell) {
            p->join = s->cell_paras > 0 ? SPAN_JOIN_LINE : SPAN_JOIN_BLOCK;
            s->cell_paras++;
        }
        para_emit(s, p);
    }
    s->para_count--;
}

void odf_story_run_style(story *s, char family, lj_str name)
{
    const odf_style *style = odf_style_of(&s->x->doc->styles, family, name);
    if (style != NULL) {
        odf_look_put(&s->look, &style->look);
        s->run_ready[0] = s->run_ready[1] = false;
    }
}

void odf_story_para_take(story *s)
{
    lj_str name = XML_VALUE(s->x->token, "style-name");
    para *around = odf_story_para_of(s);
    if (around != NULL && around->is_cell) {
        if (odf_story_scope_open(s, SCOPE_RUN) != NULL) {
            if (around->block.text.len > 0) {
                odf_story_text_add(s, LJ_STR("\n"));
            }
            around->ends_blank = true;
            odf_story_run_style(s, 'p', name);
        }
        return;
    }
    if (odf_story_scope_open(s, SCOPE_PARA) == NULL) {
        return;
    }
    if (!odf_story_para_open(s)) {
        s->scopes[s->scope_count - 1].kind = SCOPE_RUN; /* joins the one around it */
    }
    odf_story_run_style(s, 'p', name);
}

void odf_story_para_done(story *s)
{
    odf_story_para_close(s);
}

/* ---- text ---- */

void odf_story_text_add(story *s, lj_str text)
{
    para *p = odf_story_para_of(s);
    if (p == NULL) {
        odf_emit_text(s->x, s->x->base.role, (lj_str){NULL, 0}, text);
        return;
    }
    if (!look_is_blank(text)) { /* a blank looks as what it stands behind */
        s->is_wide = look_has_high_byte(text);
    }
    int wide = s->is_wide ? 1 : 0;
    if (!s->run_ready[wide]) {
        s->run_look[wide] = odf_look_span(&s->look, wide == 1);
        s->run_ready[wide] = true;
    }
    span_block_add(&p->block, text, &s->run_look[wide]);
    if (!lj_buf_ok(&p->block.text) && s->x->code == LJ_OK) {
        s->x->code = LJ_E_LIMIT;
    }
    if (p->block.text.len > SPAN_BLOCK_MAX) {
        para_emit(s, p);
        p->goes_on = true;
    }
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/* True when the text is as it should be: no tabs, line ends, two blanks in a row. */
static bool is_tidy(lj_str text, bool after_blank)
{
    for (size_t i = 0; i < text.len; i++) {
        if ((uint8_t)text.ptr[i] > ' ') {
            after_blank = false;
        } else if (is_blank(text.ptr[i])) {
            if (after_blank || text.ptr[i] != ' ') {
                return false;
            }
            after_blank = true;
        }
    }
    return true;
}

void odf_story_text_take(story *s)
{
    lj_str text = s->x->token->text;
    para *p = odf_story_para_of(s);
    if (s->in_value) {
        if (s->value.len + text.len <= VALUE_MAX) {
            odf_keep(s->x, &s->value, text);
        }
        return;
    }
    if (p == NULL || text.len == 0) {
        if (s->x->token->is_flat) {
            odf_story_text_add(s, text);
        } else {
            odf_emit_stray(s->x);
        }
        return;
    }
    bool after_blank = p->ends_blank;
    p->ends_blank = is_blank(text.ptr[text.len - 1]);
    if (is_tidy(text, after_blank)) {
        odf_story_text_add(s, text);
        return;
    }
    lj_buf_clear(&s->scratch);
    uint8_t *room = lj_buf_room(&s->scratch, text.len);
    size_t len = 0;
    for (size_t i = 0; room != NULL && i < text.len; i++) {
        bool blank = is_blank(text.ptr[i]);
        if (!blank || !after_blank) {
            room[len++] = blank ? ' ' : (uint8_t)text.ptr[i];
        }
        after_blank = blank;
    }
    if (room == NULL) {
        s->x->code = LJ_E_LIMIT;
        return;
    }
    s->scratch.len = len;
    if (len > 0) {
        odf_story_text_add(s, lj_buf_str(&s->scratch));
    }
}

/* text:s: so many blanks. */
static void take_blanks(story *s)
{
    static const char blanks[] = "                                ";
    int64_t count = 1;
    (void)xml_int(XML_VALUE(s->x->token, "c"), &count);
    count = count < 1 ? 1 : count > BLANKS_MAX ? BLANKS_MAX : count;
    while (count > 0) {
        size_t part = lj_min_size((size_t)count, sizeof(blanks) - 1);
        odf_story_text_add(s, (lj_str){blanks, part});
        count -= (int64_t)part;
    }
    para *p = odf_story_para_of(s);
    if (p != NULL) {
        p->ends_blank = false;
    }
}

/* swallows: blanks behind it count as none. */
static void add_break(story *s, lj_str text, bool swallows)
{
    odf_story_text_add(s, text);
    para *p = odf_story_para_of(s);
    if (p != NULL) {
        p->ends_blank = swallows;
    }
}

/* ---- fields and marks ---- */

/* Text that a field keeps and does not show. */
static void emit_vanished(story *s, const char *label, lj_str text)
{
    uint64_t before = s->x->base.hidden_by;
    s->x->base.hidden_by |= SPAN_HIDE(SPAN_HIDDEN_VANISH);
    odf_emit_text(s->x, s->x->base.role, lj_cstr_str(label), text);
    s->x->base.hidden_by = before;
}

static void take_hidden_text(story *s)
{
    const xml_token *token = s->x->token;
    lj_str text = XML_VALUE(token, "string-value");
    emit_vanished(s, "hidden-text", text);
    odf_emit_unseen(s->x, SPAN_FIELD, LJ_STR("condition"), XML_VALUE(token, "condition"));
}

static void take_hidden_paragraph(story *s)
{
    const xml_token *token = s->x->token;
    para *p = odf_story_para_of(s);
    if (p != NULL && ODF_IS(XML_VALUE(token, "is-hidden"), "true")) {
        p->hidden_by |= SPAN_HIDE(SPAN_HIDDEN_VANISH);
    }
    odf_emit_unseen(s->x, SPAN_FIELD, LJ_STR("condition"), XML_VALUE(token, "condition"));
}

static void take_conditional_text(story *s)
{
    const xml_token *token = s->x->token;
    bool shows_true = ODF_IS(XML_VALUE(token, "current-value"), "true");
    lj_str other = shows_true ? XML_VALUE(token, "string-value-if-false")
                              : XML_VALUE(token, "string-value-if-true");
    emit_vanished(s, "conditional-text", other);
    odf_emit_unseen(s->x, SPAN_FIELD, LJ_STR("condition"), XML_VALUE(token, "condition"));
}

/* Names, formulas and values of fields; what they show is their text. */
static void emit_field(story *s)
{
    static const char *const names[] = {"name", "formula", "string-value", "description",
                                        "condition"};
    const xml_token *token = s->x->token;
    for (size_t i = 0; i < LJ_COUNT_OF(names); i++) {
        lj_str value = xml_value_of(token, lj_cstr_bytes(names[i]));
        bool telling = i == 0 ? look_has_high_byte(value) : look_is_wordy(value);
        if (telling) {
            odf_emit_unseen(s->x, SPAN_FIELD, lj_cstr_str(names[i]), value);
        }
    }
}

static void emit_mark(story *s, lj_str name)
{
    if (look_is_wordy(name) && name.ptr[0] != '_') {
        odf_emit_unseen(s->x, SPAN_BOOKMARK, (lj_str){NULL, 0}, name);
    }
}

static void take_link(story *s)
{
    const xml_token *token = s->x->token;
    odf_emit_link(s->x, XML_VALUE(token, "href"));
    odf_emit_unseen(s->x, SPAN_ALT, LJ_STR("title"), XML_VALUE(token, "title"));
    lj_str name = XML_VALUE(token, "name");
    if (look_has_high_byte(name)) {
        odf_emit_unseen(s->x, SPAN_LINK, LJ_STR("name"), name);
    }
    if (odf_story_scope_open(s, SCOPE_RUN) != NULL) {
        odf_story_run_style(s, 't', XML_VALUE(token, "style-name"));
    }
}

bool odf_story_inline_take(story *s)
{
    const xml_token *token = s->x->token;
    switch (token->id) {
    case ODF_SPAN:
        if (odf_story_scope_open(s, SCOPE_RUN) != NULL) {
            odf_story_run_style(s, 't', XML_VALUE(token, "style-name"));
        }
        return true;
    case ODF_A:
        take_link(s);
        return true;
    case ODF_S:
        take_blanks(s);
        return true;
    case ODF_TAB:
    case ODF_TAB_STOP:
        if (odf_story_para_of(s) != NULL) {
            add_break(s, LJ_STR("\t"), /* swallows= */ false);
        }
        return true;
    case ODF_LINE_BREAK:
        if (odf_story_para_of(s) != NULL) {
            add_break(s, LJ_STR("\n"), /* swallows= */ true);
        }
        return true;
    case ODF_RUBY_TEXT: { /* it would stand between the letters that it explains */
        scope *top = odf_story_frame_open(s, s->x->base.role);
        if (top != NULL && !odf_story_para_open(s)) {
            s->para_floor = top->para_floor;
        }
        return true;
    }
    case ODF_HIDDEN_TEXT:
        take_hidden_text(s);
        return true;
    case ODF_HIDDEN_PARAGRAPH:
        take_hidden_paragraph(s);
        return true;
    case ODF_CONDITIONAL_TEXT:
        take_conditional_text(s);
        return true;
    case ODF_BOOKMARK:
    case ODF_BOOKMARK_START:
    case ODF_REFERENCE_MARK:
    case ODF_REFERENCE_MARK_START:
        emit_mark(s, XML_VALUE(token, "name"));
        return true;
    case ODF_ALPHABETICAL_INDEX_MARK:
    case ODF_TOC_MARK:
    case ODF_USER_INDEX_MARK:
        emit_mark(s, XML_VALUE(token, "string-value"));
        odf_emit_left_attrs(s->x);
        return true;
    case ODF_PLACEHOLDER:
    case ODF_USER_FIELD_DECL:
    case ODF_VARIABLE_DECL:
    case ODF_VARIABLE_SET:
    case ODF_VARIABLE_INPUT:
    case ODF_TEXT_INPUT:
    case ODF_EXPRESSION:
    case ODF_USER_FIELD_GET:
    case ODF_USER_FIELD_INPUT:
        emit_field(s);
        return true;
    default:
        return false;
    }
}
