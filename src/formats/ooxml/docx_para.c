/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Paragraphs of Word stories: runs become blocks with looks; symbols, deletions, fields.
 *
 * Specification: ECMA-376 part 1: 17.3.1.22 (p), 17.3.2.25 (r), 17.3.3 (run content; 30 sym),
 * 17.13.5 (revisions), 17.16 (fields).
 *
 * Model. See docx_story.c. A paragraph collects all its text, and its deleted text a second time;
 * the look of a run is worked out when its first text comes, because its properties are known then:
 * defaults, paragraph style, character style, direct ones.
 *
 * Traps. U+00AB or U+F0AB in the font Wingdings is a star. A field's instruction is split over runs
 * and may hold fields. */
#include "formats/ooxml/docx_story.h"

#include "base/num.h"

/* ---- paragraphs ---- */

para *story_para_of(story *s)
{
    return s->para_count > 0 ? &s->paras[s->para_count - 1] : NULL;
}

bool story_para_open(story *s)
{
    if (s->para_count == PARA_MAX) {
        return false;
    }
    para *p = &s->paras[s->para_count++];
    if (p->block.arena == NULL) {
        span_block_init(&p->block, s->x->pkg->arena);
        span_block_init(&p->gone, s->x->pkg->arena);
        lj_buf_init(&p->author, s->x->pkg->arena, 4 * LJ_KIB);
    }
    span_block_clear(&p->block);
    span_block_clear(&p->gone);
    lj_buf_clear(&p->author);
    p->changed_at = 0;
    p->has_kept = p->goes_on = false;
    p->look = s->context->styles.defaults;
    if (s->ground != LOOK_NO_COLOUR) {
        p->look.stated |= DOCX_GROUND;
        p->look.ground = s->ground;
    }
    s->run_ready = false;
    s->run = (docx_look){0};
    s->run_style = NULL;
    return true;
}

static uint64_t text_hash(lj_slice text)
{
    uint64_t hash = 0xCBF29CE484222325U + text.len;
    for (size_t i = 0; i < text.len; i++) {
        hash = (hash ^ text.ptr[i]) * 0x100000001B3U;
    }
    return hash;
}

/* In a later branch: true when an earlier branch gave the same text. In the first one: remembers.
 */
bool story_is_repeated(story *s, lj_slice text)
{
    if (s->alt_count == 0 || text.len == 0) {
        return false;
    }
    alternatives *alt = &s->alts[s->alt_count - 1];
    uint64_t hash = text_hash(text);
    for (uint32_t i = 0; i < alt->hash_count; i++) {
        if (alt->hashes[i] == hash && alt->branch > 1) {
            return true;
        }
    }
    if (alt->hash_count < ALT_HASHES) {
        alt->hashes[alt->hash_count++] = hash;
    }
    return false;
}

/* Emits what the innermost paragraph holds. */
static void para_emit(story *s, span_join join)
{
    para *p = story_para_of(s);
    if (p == NULL || p->block.text.len == 0) {
        return;
    }
    if (story_is_repeated(s, lj_buf_slice(&p->block.text))) {
        span_block_clear(&p->block);
        span_block_clear(&p->gone);
        return;
    }
    span what = opc_span(s->x, s->x->base.role);
    what.join = join;
    bool mixed = p->gone.text.len > 0 && p->has_kept;
    if (p->gone.text.len > 0) {
        what.author = lj_buf_str(&p->author);
        what.changed_at = p->changed_at;
    }
    if (mixed && what.alt_group == 0) {
        what.alt_group = ++s->x->pkg->alt_count;
    }
    span gone = what;
    opc_emit_block(s->x, &p->block, &what);
    if (mixed) {
        gone.hidden_by |= SPAN_HIDE(SPAN_HIDDEN_DELETED);
        opc_emit_block(s->x, &p->gone, &gone);
    }
    span_block_clear(&p->gone);
}

void story_para_close(story *s)
{
    para *p = story_para_of(s);
    if (p == NULL) {
        return;
    }
    bool in_cell = s->x->base.place.col_no > 0;
    span_join join = p->goes_on                     ? SPAN_JOIN_SAME
                     : in_cell && s->cell_paras > 0 ? SPAN_JOIN_LINE
                                                    : SPAN_JOIN_BLOCK;
    s->cell_paras += p->block.text.len > 0 ? 1 : 0;
    para_emit(s, join);
    s->para_count--;
    s->run_ready = false;
    s->run = (docx_look){0};
    s->run_style = NULL;
}

/* ---- text ---- */

static const span_look *run_look(story *s, const para *p)
{
    if (!s->run_ready) {
        docx_look look = p->look;
        if (s->run_style != NULL) {
            docx_look_put(&look, s->run_style);
        }
        docx_look_put(&look, &s->run);
        s->run_look = docx_look_span(&look);
        if (s->gone > 0) {
            s->run_look.hidden_by |= SPAN_HIDE(SPAN_HIDDEN_DELETED);
        }
        s->run_ready = true;
    }
    return &s->run_look;
}

static void form_add(story *s, lj_str text)
{
    form *f = s->form_count > 0 ? &s->forms[s->form_count - 1] : NULL;
    if (f == NULL || !f->in_content || f->too_long) {
        return;
    }
    f->too_long = f->text.len + text.len > FORM_TEXT_MAX;
    if (!f->too_long) {
        lj_buf_put(&f->text, lj_str_bytes(text));
    }
}

/* Text of the innermost run. */
void story_text_add(story *s, lj_str text)
{
    if (s->ruby_count > 0) {
        span_block_add(&s->ruby, text, NULL);
        return;
    }
    para *p = story_para_of(s);
    if (p == NULL) {
        opc_emit_text(s->x, s->x->base.role, (lj_str){NULL, 0}, text);
        return;
    }
    const span_look *look = run_look(s, p);
    span_block_add(&p->block, text, look);
    form_add(s, text);
    if (s->gone > 0) {
        span_block_add(&p->gone, text, look);
        if (p->author.len == 0) {
            lj_buf_put(&p->author, lj_buf_slice(&s->gone_author));
            p->changed_at = s->gone_at;
        }
    } else {
        p->has_kept = true;
    }
    if (p->block.text.len > SPAN_BLOCK_MAX) {
        para_emit(s, p->goes_on ? SPAN_JOIN_SAME : SPAN_JOIN_BLOCK);
        p->goes_on = true;
    }
}

static void point_add(story *s, uint32_t point)
{
    lj_buf_clear(&s->letter);
    lj_buf_put_utf8(&s->letter, point);
    story_text_add(s, lj_buf_str(&s->letter));
}

/* 17.3.3.30 sym: a letter of a symbol font, as it is or moved to F000h. */
void story_sym_add(story *s)
{
    lj_str code = XML_VALUE(s->x->token, "char");
    uint32_t point = 0;
    for (size_t i = 0; i < code.len && i < 6; i++) {
        uint8_t c = (uint8_t)code.ptr[i];
        uint8_t lower = c | 0x20U;
        uint32_t digit = c >= '0' && c <= '9'           ? (uint32_t)(c - '0')
                         : lower >= 'a' && lower <= 'f' ? (uint32_t)(lower - 'a' + 10)
                                                        : 0;
        point = point << 4 | digit;
    }
    bool moved = (point & 0xFF00U) == 0xF000U;
    if (OPC_IS(XML_VALUE(s->x->token, "font"), "Wingdings") && (moved || point < 0x100)) {
        point = look_wingdings(point & 0xFFU);
    }
    if (point > 0) {
        point_add(s, point);
    }
}

/* Plain text in the font Wingdings: U+00AB or U+F0AB is a star. */
static void wingdings_add(story *s, lj_str text)
{
    for (size_t at = 0; at < text.len;) {
        uint8_t c = (uint8_t)text.ptr[at];
        size_t len = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
        len = lj_min_size(len, text.len - at);
        uint32_t point = 0;
        if (len == 2) {
            point = (uint32_t)(c & 0x1F) << 6 | ((uint8_t)text.ptr[at + 1] & 0x3F);
        } else if (len == 3) {
            point = (uint32_t)(c & 0x0F) << 12 | (uint32_t)((uint8_t)text.ptr[at + 1] & 0x3F) << 6 |
                    ((uint8_t)text.ptr[at + 2] & 0x3F);
        }
        bool symbol = (point >= 0xA0 && point < 0x100) || (point & 0xFF00U) == 0xF000U;
        if (symbol) {
            point_add(s, look_wingdings(point & 0xFFU));
        } else {
            story_text_add(s, (lj_str){text.ptr + at, len});
        }
        at += len;
    }
}

void story_text_take(story *s)
{
    const xml_token *token = s->x->token;
    switch (s->sink) {
    case SINK_RUN: {
        bool symbols = s->run.wingdings || (s->run_style != NULL && s->run_style->wingdings &&
                                            (s->run.stated & DOCX_FONT) == 0);
        if (symbols) {
            wingdings_add(s, token->text);
        } else {
            story_text_add(s, token->text);
        }
        break;
    }
    case SINK_FIELD:
        if (s->field.len + token->text.len <= FIELD_MAX) {
            lj_buf_put(&s->field, lj_str_bytes(token->text));
        }
        s->field_gone = s->field_gone || s->gone > 0;
        break;
    case SINK_POSITION: {
        int64_t value = 0;
        if (xml_int(token->text, &value)) {
            floating *f = &s->floating;
            *(f->vertical ? &f->y : &f->x) = value;
            *(f->vertical ? &f->knows_y : &f->knows_x) = true;
        }
        break;
    }
    case SINK_NONE:
        if (token->is_flat) {
            story_text_add(s, token->text);
        } else {
            opc_emit_stray(s->x);
        }
        break;
    }
}

/* ---- fields ---- */

void story_field_emit(story *s)
{
    span what = opc_span(s->x, SPAN_FIELD);
    what.text = lj_buf_str(&s->field);
    what.hidden_by |= SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED);
    what.hidden_by |= s->field_gone ? SPAN_HIDE(SPAN_HIDDEN_DELETED) : 0;
    if (!look_is_blank(what.text)) {
        opc_emit(s->x, &what);
    }
    lj_buf_clear(&s->field);
    s->field_gone = false;
}

/* 17.16.18: begin, separate, end; the instruction of the outermost field includes those inside. */
void story_field_mark(story *s)
{
    lj_str type = XML_VALUE(s->x->token, "fldCharType");
    if (OPC_IS(type, "begin")) {
        s->field_level++;
        return;
    }
    if (s->field_level <= 1) {
        story_field_emit(s);
    }
    if (OPC_IS(type, "end") && s->field_level > 0) {
        s->field_level--;
    }
}
