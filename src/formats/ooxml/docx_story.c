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
#include "base/num.h"
#include "formats/ooxml/docx.h"
#include "formats/ooxml/opc_block.h"

enum {
    SCOPE_MAX = 160,
    PARA_MAX = 10,
    TABLE_MAX = 12,
    ALT_MAX = 6,
    ALT_HASHES = 64,
    FORM_MAX = 4,
    FORM_TEXT_MAX = 256,   /* bytes of a content control that is told with its name */
    FIELD_MAX = 64 * 1024, /* bytes of one field instruction */
    /* how far outside the origin of a margin or column something surely is off the page */
    MARGIN_EMU = 1800000, /* 5 cm */
    MARGIN_PT100 = 14200,
    SHEET_EMU = 20116800, /* 22 inches: the largest page of Word (17.6.13) */
};

typedef enum scope_kind {
    SCOPE_PARA,
    SCOPE_FRAME, /* text box, comment, note */
    SCOPE_ALT,
    SCOPE_BRANCH,
    SCOPE_TABLE,
    SCOPE_CELL,
    SCOPE_FORM,
    SCOPE_GONE,  /* deleted, moved away */
    SCOPE_FLOAT, /* anchored drawing, VML shape */
    SCOPE_SHAPE, /* inline drawing, shape inside a drawing */
    SCOPE_FILL,  /* properties of a shape */
    SCOPE_RUBY,
    SCOPE_RUN,
    SCOPE_PROPS,      /* rPr of a run */
    SCOPE_PARA_PROPS, /* pPr */
    SCOPE_TEXT,
} scope_kind;

/* What a scope restores when it closes. */
typedef struct scope {
    scope_kind kind;
    uint32_t depth;
    span_role role;
    uint32_t story_id;
    uint16_t alt_group;
    uint16_t known;
    uint32_t row_no, col_no;
    uint32_t ground;
    uint32_t cell_paras;
    uint64_t hidden_by;
    int32_t box_pt100[4];
    lj_str author;
    int64_t changed_at;
    bool shadows; /* SCOPE_BRANCH: a paragraph was opened for its direct text */
    size_t from;  /* SCOPE_BRANCH: where its text begins in the paragraph around it */
} scope;

typedef struct para {
    opc_block block;
    opc_block gone; /* deleted text alone */
    docx_look look;
    lj_buf author;
    int64_t changed_at;
    bool has_kept;
    bool goes_on; /* a part of it was emitted already */
} para;

typedef struct table {
    uint32_t row, col;
} table;

/* AlternateContent: what its branches gave so far. */
typedef struct alternatives {
    uint32_t branch;
    uint32_t hash_count;
    uint64_t hashes[ALT_HASHES];
} alternatives;

/* Content control. */
typedef struct form {
    lj_buf name;
    lj_buf text;
    bool too_long;
    bool in_content;
} form;

/* Where text goes. */
typedef enum sink { SINK_NONE, SINK_RUN, SINK_FIELD, SINK_POSITION } sink;

/* Position of the drawing around a text box. */
typedef struct floating {
    int64_t x, y, width, height; /* EMU */
    bool knows_x, knows_y;
    bool page_x, page_y; /* relative to the page */
    bool vertical;       /* the next offset is the vertical one */
} floating;

typedef struct story {
    opc_xml *x;
    const docx_context *context;
    scope scopes[SCOPE_MAX];
    uint32_t scope_count;
    para paras[PARA_MAX];
    uint32_t para_count;
    uint32_t para_extra; /* paragraphs beyond PARA_MAX that are open */
    table tables[TABLE_MAX];
    uint32_t table_count;
    alternatives alts[ALT_MAX];
    uint32_t alt_count;
    form forms[FORM_MAX];
    uint32_t form_count;
    sink sink;
    docx_look run;
    const docx_look *run_style;
    span_look run_look;
    bool run_ready;
    uint32_t gone; /* open deletions */
    lj_buf gone_author;
    int64_t gone_at;
    opc_block ruby;
    uint32_t ruby_count;
    lj_buf letter; /* one character of a symbol font */
    lj_buf field;
    uint32_t field_level;
    bool field_gone;
    floating floating;
    uint32_t group_count;
    uint32_t ground; /* colour of the cell or page */
    uint32_t cell_paras;
} story;

/* ---- scopes ---- */

static scope *scope_open(story *s, scope_kind kind)
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

/* ---- paragraphs ---- */

static para *para_of(story *s)
{
    return s->para_count > 0 ? &s->paras[s->para_count - 1] : NULL;
}

static bool para_open(story *s)
{
    if (s->para_count == PARA_MAX) {
        return false;
    }
    para *p = &s->paras[s->para_count++];
    if (p->block.arena == NULL) {
        opc_block_init(&p->block, s->x->pkg->arena);
        opc_block_init(&p->gone, s->x->pkg->arena);
        lj_buf_init(&p->author, s->x->pkg->arena, 4 * LJ_KIB);
    }
    opc_block_clear(&p->block);
    opc_block_clear(&p->gone);
    lj_buf_clear(&p->author);
    p->changed_at = 0;
    p->has_kept = p->goes_on = false;
    p->look = s->context->styles.defaults;
    if (s->ground != OPC_NO_COLOUR) {
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
static bool is_repeated(story *s, lj_slice text)
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
    para *p = para_of(s);
    if (p == NULL || p->block.text.len == 0) {
        return;
    }
    if (is_repeated(s, lj_buf_slice(&p->block.text))) {
        opc_block_clear(&p->block);
        opc_block_clear(&p->gone);
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
    opc_block_emit(s->x, &p->block, &what);
    if (mixed) {
        gone.hidden_by |= SPAN_HIDE(SPAN_HIDDEN_DELETED);
        opc_block_emit(s->x, &p->gone, &gone);
    }
    opc_block_clear(&p->gone);
}

static void para_close(story *s)
{
    para *p = para_of(s);
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
static void text_add(story *s, lj_str text)
{
    if (s->ruby_count > 0) {
        opc_block_add(&s->ruby, text, NULL);
        return;
    }
    para *p = para_of(s);
    if (p == NULL) {
        opc_emit_text(s->x, s->x->base.role, (lj_str){NULL, 0}, text);
        return;
    }
    const span_look *look = run_look(s, p);
    opc_block_add(&p->block, text, look);
    form_add(s, text);
    if (s->gone > 0) {
        opc_block_add(&p->gone, text, look);
        if (p->author.len == 0) {
            lj_buf_put(&p->author, lj_buf_slice(&s->gone_author));
            p->changed_at = s->gone_at;
        }
    } else {
        p->has_kept = true;
    }
    if (p->block.text.len > OPC_BLOCK_MAX) {
        para_emit(s, p->goes_on ? SPAN_JOIN_SAME : SPAN_JOIN_BLOCK);
        p->goes_on = true;
    }
}

/* Letters of Wingdings that are stars; other symbols stay in the private use area. */
static uint32_t wingdings_point(uint32_t code)
{
    static const struct {
        uint8_t code;
        uint16_t point;
    } rows[] = {
        {0xAA, 0x2726},
        {0xAB, 0x2605},
        {0xAC, 0x2736},
        {0xAD, 0x2734},
        {0xAE, 0x2739},
        {0xAF, 0x2735},
        {0xB5, 0x272A},
        {0xB6, 0x2730},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        if (rows[i].code == code) {
            return rows[i].point;
        }
    }
    return 0xF000 + code;
}

static void point_add(story *s, uint32_t point)
{
    lj_buf_clear(&s->letter);
    lj_buf_put_utf8(&s->letter, point);
    text_add(s, lj_buf_str(&s->letter));
}

/* 17.3.3.30 sym: a letter of a symbol font, as it is or moved to F000h. */
static void sym_add(story *s)
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
        point = wingdings_point(point & 0xFFU);
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
            point_add(s, wingdings_point(point & 0xFFU));
        } else {
            text_add(s, (lj_str){text.ptr + at, len});
        }
        at += len;
    }
}

static void take_text(story *s)
{
    const xml_token *token = s->x->token;
    switch (s->sink) {
    case SINK_RUN: {
        bool symbols = s->run.wingdings || (s->run_style != NULL && s->run_style->wingdings &&
                                            (s->run.stated & DOCX_FONT) == 0);
        if (symbols) {
            wingdings_add(s, token->text);
        } else {
            text_add(s, token->text);
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
            text_add(s, token->text);
        } else {
            opc_emit_stray(s->x);
        }
        break;
    }
}

/* ---- fields ---- */

static void field_emit(story *s)
{
    span what = opc_span(s->x, SPAN_FIELD);
    what.text = lj_buf_str(&s->field);
    what.hidden_by |= SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED);
    what.hidden_by |= s->field_gone ? SPAN_HIDE(SPAN_HIDDEN_DELETED) : 0;
    if (!opc_is_blank(what.text)) {
        opc_emit(s->x, &what);
    }
    lj_buf_clear(&s->field);
    s->field_gone = false;
}

/* 17.16.18: begin, separate, end; the instruction of the outermost field includes those inside. */
static void field_mark(story *s)
{
    lj_str type = XML_VALUE(s->x->token, "fldCharType");
    if (OPC_IS(type, "begin")) {
        s->field_level++;
        return;
    }
    if (s->field_level <= 1) {
        field_emit(s);
    }
    if (OPC_IS(type, "end") && s->field_level > 0) {
        s->field_level--;
    }
}

/* ---- text boxes and their position ---- */

/* A length of a VML style ("left:-9999pt") in hundredths of a point. */
static bool style_length(lj_str style, lj_slice key, int32_t *out)
{
    lj_slice rest = lj_str_bytes(style);
    for (;;) {
        size_t at = lj_slice_find(rest, key);
        if (at == SIZE_MAX) {
            return false;
        }
        bool whole = at == 0 || rest.ptr[at - 1] == ';' || rest.ptr[at - 1] == ' ';
        rest = lj_slice_part(rest, at + key.len, SIZE_MAX);
        if (whole && rest.len > 0 && rest.ptr[0] == ':') {
            rest = lj_slice_part(rest, 1, SIZE_MAX);
            break;
        }
    }
    int64_t value = 0;
    if (!xml_int((lj_str){(const char *)rest.ptr, rest.len}, &value)) {
        return false;
    }
    value = value > 100000 ? 100000 : value < -100000 ? -100000 : value;
    size_t unit = 0;
    while (unit < rest.len && (rest.ptr[unit] == '-' || rest.ptr[unit] == '.' ||
                               (rest.ptr[unit] >= '0' && rest.ptr[unit] <= '9'))) {
        unit++;
    }
    lj_slice name = lj_slice_part(rest, unit, 2);
    int64_t scale = lj_slice_is(name, LJ_BYTES("in"))   ? 7200
                    : lj_slice_is(name, LJ_BYTES("mm")) ? 283
                    : lj_slice_is(name, LJ_BYTES("cm")) ? 2835
                    : lj_slice_is(name, LJ_BYTES("px")) ? 75
                                                        : 100;
    value *= scale;
    *out = (int32_t)(value > INT32_MAX ? INT32_MAX : value < INT32_MIN ? INT32_MIN : value);
    return true;
}

/* A VML shape: words in attributes, and whether it can be seen (W08, W10, W26). */
static void take_shape(story *s)
{
    opc_xml *x = s->x;
    lj_str style = XML_VALUE(x->token, "style");
    opc_emit_unseen(x, SPAN_ALT, LJ_STR("alt"), XML_VALUE(x->token, "alt"));
    opc_emit_unseen(x, SPAN_ALT, LJ_STR("title"), XML_VALUE(x->token, "title"));
    if (scope_open(s, SCOPE_FLOAT) == NULL) {
        return;
    }
    if (lj_slice_find(lj_str_bytes(style), LJ_BYTES("visibility:hidden")) != SIZE_MAX) {
        x->base.hidden_by |= SPAN_HIDE(SPAN_HIDDEN_INVISIBLE);
    }
    lj_str fill = XML_VALUE(x->token, "fillcolor");
    if (fill.len > 0 && !OPC_IS(XML_VALUE(x->token, "filled"), "f")) {
        uint32_t colour = opc_colour((lj_str){fill.ptr, lj_min_size(fill.len, 7)});
        s->ground = colour != OPC_NO_COLOUR ? colour : OPC_PAINTED;
    }
    if (s->group_count > 0) {
        return; /* in units of the group */
    }
    int32_t left = 0;
    int32_t top = 0;
    int32_t width = 0;
    int32_t height = 0;
    int32_t more = 0;
    (void)style_length(style, LJ_BYTES("left"), &left);
    (void)style_length(style, LJ_BYTES("top"), &top);
    (void)style_length(style, LJ_BYTES("width"), &width);
    (void)style_length(style, LJ_BYTES("height"), &height);
    left = style_length(style, LJ_BYTES("margin-left"), &more) && left == 0 ? more : left;
    top = style_length(style, LJ_BYTES("margin-top"), &more) && top == 0 ? more : top;
    int64_t right = (int64_t)left + width;
    int64_t bottom = (int64_t)top + height;
    int32_t far = opc_emu_pt100(SHEET_EMU);
    if (right < -MARGIN_PT100 || bottom < -far || left > far || top > far) {
        x->base.hidden_by |= SPAN_HIDE(SPAN_HIDDEN_OFF_PAGE);
    }
}

/* Reasons and box of a text box, from the drawing around it (W07). */
static void place_frame(story *s)
{
    const floating *f = &s->floating;
    span *base = &s->x->base;
    int64_t page_width = (int64_t)s->context->page_pt100[0] * 127;
    int64_t page_height = (int64_t)s->context->page_pt100[1] * 127;
    bool off = false;
    if (f->knows_x) {
        int64_t slack = f->page_x ? 0 : MARGIN_EMU;
        off = off || f->x + f->width + slack < 0 ||
              f->x > (f->page_x && page_width > 0 ? page_width : SHEET_EMU);
    }
    if (f->knows_y) {
        int64_t slack = f->page_y ? 0 : SHEET_EMU;
        off = off || f->y + f->height + slack < 0 ||
              f->y > (f->page_y && page_height > 0 ? page_height : SHEET_EMU);
    }
    base->hidden_by |= off ? SPAN_HIDE(SPAN_HIDDEN_OFF_PAGE) : 0;
    if (f->knows_x && f->knows_y && f->page_x && f->page_y) {
        base->known |= SPAN_KNOWS_BOX;
        base->box_pt100[0] = opc_emu_pt100(f->x);
        base->box_pt100[1] = opc_emu_pt100(f->y);
        base->box_pt100[2] = opc_emu_pt100(f->x + f->width);
        base->box_pt100[3] = opc_emu_pt100(f->y + f->height);
    }
}

static void frame_open(story *s, span_role role)
{
    if (scope_open(s, SCOPE_FRAME) == NULL) {
        return;
    }
    span *base = &s->x->base;
    base->role = role;
    base->story_id = ++s->x->pkg->story_count;
    base->place.row_no = base->place.col_no = 0;
    s->cell_paras = 0;
    if (role == SPAN_TEXTBOX) {
        place_frame(s);
    }
}

/* ---- elements ---- */

static void emit_value(story *s, span_role role, lj_str label, lj_str value)
{
    opc_emit_unseen(s->x, role, label, value);
}

static void take_comment(story *s)
{
    const xml_token *token = s->x->token;
    lj_slice author = lj_arena_copy(s->x->pkg->arena, lj_str_bytes(XML_VALUE(token, "author")));
    int64_t at = opc_time(XML_VALUE(token, "date"));
    frame_open(s, SPAN_COMMENT);
    s->x->base.author = (lj_str){(const char *)author.ptr, author.len};
    s->x->base.changed_at = at;
}

static void take_gone(story *s)
{
    const xml_token *token = s->x->token;
    if (scope_open(s, SCOPE_GONE) == NULL) {
        return;
    }
    s->gone++;
    s->run_ready = false;
    lj_buf_clear(&s->gone_author);
    lj_buf_put(&s->gone_author, lj_str_bytes(XML_VALUE(token, "author")));
    s->gone_at = opc_time(XML_VALUE(token, "date"));
}

static void take_alternative(story *s)
{
    if (s->alt_count == ALT_MAX || scope_open(s, SCOPE_ALT) == NULL) {
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
    top = scope_open(s, SCOPE_BRANCH);
    if (top == NULL) {
        return;
    }
    const para *p = para_of(s);
    uint32_t branch = ++s->alts[s->alt_count - 1].branch;
    if (p == NULL) {
        return;
    }
    top->from = p->block.text.len;
    top->shadows = branch > 1 && para_open(s);
    if (top->shadows) {
        s->paras[s->para_count - 1].look = p->look;
    }
}

static void close_branch(story *s, const scope *top)
{
    if (top->shadows) {
        para_close(s);
    } else if (para_of(s) != NULL && s->alt_count > 0) {
        const lj_buf *text = &para_of(s)->block.text;
        if (text->len > top->from) {
            (void)is_repeated(s, lj_slice_part(lj_buf_slice(text), top->from, SIZE_MAX));
        }
    }
}

static void form_open(story *s)
{
    if (s->form_count == FORM_MAX || scope_open(s, SCOPE_FORM) == NULL) {
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
        emit_value(s, SPAN_FORM, label, shown);
        if (!lj_str_is(shown, value)) {
            emit_value(s, SPAN_FORM, label, value);
        }
        return;
    }
    if (opc_is_wordy(value)) {
        lj_slice name = token->local;
        emit_value(s, SPAN_FORM, (lj_str){(const char *)name.ptr, name.len}, value);
    }
    if (f != NULL && (token->id == OPC_alias || (token->id == OPC_tag && f->name.len == 0))) {
        lj_buf_clear(&f->name);
        lj_buf_put(&f->name, lj_str_bytes(value));
    }
}

static void take_drawing_words(story *s)
{
    opc_xml *x = s->x;
    const xml_token *token = x->token;
    emit_value(s, SPAN_ALT, LJ_STR("descr"), XML_VALUE(token, "descr"));
    emit_value(s, SPAN_ALT, LJ_STR("title"), XML_VALUE(token, "title"));
    lj_str name = XML_VALUE(token, "name");
    if (opc_is_wordy(name)) {
        emit_value(s, SPAN_ALT, LJ_STR("name"), name);
    }
    if (OPC_IS(XML_VALUE(token, "hidden"), "1") || OPC_IS(XML_VALUE(token, "hidden"), "true")) {
        x->base.hidden_by |=
            SPAN_HIDE(SPAN_HIDDEN_INVISIBLE); /* until the drawing's scope closes */
    }
}

static void take_table(story *s)
{
    const xml_token *token = s->x->token;
    table *t = s->table_count > 0 ? &s->tables[s->table_count - 1] : NULL;
    int64_t value = 0;
    switch (token->id) {
    case OPC_tbl:
        if (s->table_count < TABLE_MAX && scope_open(s, SCOPE_TABLE) != NULL) {
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
        if (t != NULL && scope_open(s, SCOPE_CELL) != NULL) {
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

/* Elements of rPr and pPr. True when the element was taken. */
static bool take_property(story *s)
{
    const xml_token *token = s->x->token;
    const scope *top = s->scope_count > 0 ? &s->scopes[s->scope_count - 1] : NULL;
    para *p = para_of(s);
    if (top == NULL || p == NULL) {
        return false;
    }
    if (top->kind == SCOPE_PARA_PROPS) {
        if (token->id == OPC_rPr || token->id == OPC_pPrChange) {
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
    uint32_t colour = OPC_NO_COLOUR;
    switch (token->id) {
    case OPC_rPrChange:
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
        colour = opc_colour(XML_VALUE(token, "val"));
        if (colour != OPC_NO_COLOUR) {
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
    (void)scope_open(s, SCOPE_PROPS);
}

static void sink_open(story *s, sink where)
{
    if (scope_open(s, SCOPE_TEXT) != NULL) {
        s->sink = where;
    }
}

static void take_float(story *s)
{
    const xml_token *token = s->x->token;
    floating *f = &s->floating;
    lj_str from = XML_VALUE(token, "relativeFrom");
    int64_t value = 0;
    switch (token->id) {
    case OPC_anchor:
        *f = (floating){0};
        (void)scope_open(s, SCOPE_FLOAT);
        break;
    case OPC_positionH:
        f->vertical = false;
        f->page_x = OPC_IS(from, "page");
        break;
    case OPC_positionV:
        f->vertical = true;
        f->page_y = OPC_IS(from, "page");
        break;
    case OPC_posOffset:
        sink_open(s, SINK_POSITION);
        break;
    case OPC_extent:
        f->width = xml_int(XML_VALUE(token, "cx"), &value) ? value : 0;
        f->height = xml_int(XML_VALUE(token, "cy"), &value) ? value : 0;
        break;
    default:
        break;
    }
}

/* Children of the properties of a shape: what its text stands on. */
static void take_fill(story *s)
{
    const xml_token *token = s->x->token;
    lj_str value = XML_VALUE(token, "val");
    uint32_t colour = OPC_NO_COLOUR;
    switch (token->id) {
    case OPC_ln:
    case OPC_effectLst:
        xml_skip(s->x->xml);
        break;
    case OPC_srgbClr:
        colour = opc_colour(value);
        s->ground = colour != OPC_NO_COLOUR ? colour : OPC_PAINTED;
        break;
    case OPC_schemeClr:
        s->ground = OPC_IS(value, "bg1") || OPC_IS(value, "lt1") ? 0xFFFFFF : OPC_PAINTED;
        break;
    case OPC_gradFill:
    case OPC_blipFill:
    case OPC_pattFill:
        s->ground = OPC_PAINTED;
        xml_skip(s->x->xml);
        break;
    default:
        opc_emit_attrs(s->x);
        break;
    }
}

static void take_start(story *s)
{
    opc_xml *x = s->x;
    const xml_token *token = x->token;
    if (take_property(s)) {
        return;
    }
    if (s->scope_count > 0 && s->scopes[s->scope_count - 1].kind == SCOPE_FILL) {
        take_fill(s);
        return;
    }
    switch (token->id) {
    case OPC_p:
        if (scope_open(s, SCOPE_PARA) != NULL && !para_open(s)) {
            s->para_extra++;
        }
        break;
    case OPC_pPr:
        (void)scope_open(s, SCOPE_PARA_PROPS);
        break;
    case OPC_r:
    case OPC_fld:
        if (scope_open(s, SCOPE_RUN) != NULL) {
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
        sink_open(s, SINK_RUN);
        break;
    case OPC_instrText:
    case OPC_delInstrText:
        sink_open(s, SINK_FIELD);
        break;
    case OPC_tab:
    case OPC_ptab:
        text_add(s, LJ_STR("\t"));
        break;
    case OPC_br:
    case OPC_cr:
        text_add(s, LJ_STR("\n"));
        break;
    case OPC_noBreakHyphen:
        text_add(s, LJ_STR("\xE2\x80\x91"));
        break;
    case OPC_sym:
        sym_add(s);
        break;
    case OPC_rt:
        if (scope_open(s, SCOPE_RUBY) != NULL) {
            s->ruby_count++;
        }
        break;
    case OPC_fldSimple:
        emit_value(s, SPAN_FIELD, (lj_str){NULL, 0}, XML_VALUE(token, "instr"));
        break;
    case OPC_fldChar:
        field_mark(s);
        break;
    case OPC_del:
    case OPC_moveFrom:
        take_gone(s);
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
        s->ground = look.shade != OPC_NO_COLOUR ? look.shade : s->ground;
        break;
    }
    case OPC_background: {
        uint32_t colour = opc_colour(XML_VALUE(token, "color"));
        s->ground = colour != OPC_NO_COLOUR ? colour : s->ground;
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
        if (opc_is_wordy(XML_VALUE(token, "name")) && XML_VALUE(token, "name").ptr[0] != '_') {
            emit_value(s, SPAN_BOOKMARK, (lj_str){NULL, 0}, XML_VALUE(token, "name"));
        } else {
            opc_emit_attrs(x);
        }
        break;
    case OPC_docPr:
    case OPC_cNvPr:
        take_drawing_words(s);
        break;
    case OPC_anchor:
    case OPC_positionH:
    case OPC_positionV:
    case OPC_posOffset:
    case OPC_extent:
        take_float(s);
        break;
    case OPC_inline:
    case OPC_wsp:
        (void)scope_open(s, SCOPE_SHAPE);
        break;
    case OPC_spPr:
        (void)scope_open(s, SCOPE_FILL);
        break;
    case OPC_group:
        if (scope_open(s, SCOPE_FLOAT) != NULL) {
            s->scopes[s->scope_count - 1].shadows = true;
            s->group_count++;
        }
        break;
    case OPC_shape:
    case OPC_rect:
    case OPC_roundrect:
    case OPC_oval:
        take_shape(s);
        break;
    case OPC_textpath:
        opc_emit_text(x, SPAN_WATERMARK, (lj_str){NULL, 0}, XML_VALUE(token, "string"));
        break;
    case OPC_txbxContent:
        frame_open(s, SPAN_TEXTBOX);
        break;
    case OPC_comment:
        take_comment(s);
        break;
    case OPC_footnote:
    case OPC_endnote:
        frame_open(s, SPAN_FOOTNOTE);
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
            para_close(s);
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
            opc_block_emit(s->x, &s->ruby, &what);
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
    s->ground = OPC_NO_COLOUR;
    lj_buf_init(&s->field, x->pkg->arena, 2 * (size_t)FIELD_MAX);
    lj_buf_init(&s->letter, x->pkg->arena, 64);
    lj_buf_init(&s->gone_author, x->pkg->arena, 4 * LJ_KIB);
    opc_block_init(&s->ruby, x->pkg->arena);
    if (x->token->id == OPC_glossaryDocument) {
        x->base.hidden_by |= SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED);
    }
    while (opc_next(x)) {
        if (x->token->kind == XML_START) {
            take_start(s);
        } else if (x->token->kind == XML_END) {
            take_end(s);
        } else {
            take_text(s);
        }
    }
    field_emit(s);
}
