/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Tables and sheets of OpenDocument.
 *
 * Specification: ODF 1.2 part 1: 9.1 (tables), 9.2.1 (column and row groups), 9.4 (validations,
 * named expressions, database ranges), 19.385 (office:value), 19.675 (repeated cells), 19.749
 * (table:visibility), 20.398 (table:display); part 2: 5 (formulas).
 *
 * Model. A cell of a sheet is one span, a cell of a text's table one span per paragraph. What is
 * repeated is told once: nothing loops over a count. Cells have the look of their style, else of
 * their row, else of their column; hidden rows, columns and sheets say so.
 *
 * Traps. A million empty rows are one element. A cell may have a value and no text. A number format
 * that shows nothing. Words that a formula joins: "机"&"密" (X11).
 *
 * Not done. Conditional formats; values beside their shown text. */
#include "formats/odf/odf_story.h"

#include "base/num.h"
#include "formats/sheet/sheet.h"

enum {
    NUMBER_DIGITS = 7, /* of a number that may belong to a mark ... */
    NUMBER_ROWS = 64,  /* ... in the first rows; others are told only when all is wanted */
    RANGES_FIRST = 16,
};

static table *table_of(story *s)
{
    return s->table_count > 0 ? &s->tables[s->table_count - 1] : NULL;
}

static uint32_t count_of(const xml_token *token, lj_slice name)
{
    int64_t count = 1;
    (void)xml_int(xml_value_of(token, name), &count);
    return count < 1 ? 1 : count > INT32_MAX ? INT32_MAX : (uint32_t)count;
}

static uint32_t add_count(uint32_t at, uint32_t count)
{
    return (uint32_t)lj_min_u64((uint64_t)at + count, INT32_MAX);
}

static bool is_hidden(const xml_token *token)
{
    lj_str visibility = XML_VALUE(token, "visibility");
    return ODF_IS(visibility, "collapse") || ODF_IS(visibility, "filter");
}

/* ---- tables, rows, columns ---- */

static void take_table(story *s)
{
    odf_xml *x = s->x;
    const xml_token *token = x->token;
    lj_str name = XML_VALUE(token, "name");
    if (s->table_count == TABLE_MAX || odf_story_scope_open(s, SCOPE_TABLE) == NULL) {
        return;
    }
    table *t = &s->tables[s->table_count++];
    col_range *ranges = t->ranges;
    uint32_t cap = t->range_cap;
    *t = (table){.row_repeat = 0, .ranges = ranges, .range_cap = cap};
    t->is_sheet = s->kind == ODF_KIND_SHEETS && s->table_count == 1 && !s->in_gone &&
                  x->base.role == SPAN_CELL;
    x->base.place.row_no = x->base.place.col_no = 0;
    const odf_style *style = odf_style_of(&x->doc->styles, 'b', XML_VALUE(token, "style-name"));
    bool hides = (style != NULL && (style->flags & ODF_STYLE_HIDES) != 0) ||
                 ODF_IS(XML_VALUE(token, "display"), "false");
    x->base.hidden_by |= hides ? SPAN_HIDE(SPAN_HIDDEN_SHEET) : 0;
    if (t->is_sheet) {
        x->base.place.sheet_no = ++x->doc->sheet_count;
        odf_emit_text(x, SPAN_SHEET_NAME, (lj_str){NULL, 0}, name);
    } else if (look_has_high_byte(name)) {
        odf_emit_unseen(x, SPAN_SHEET_NAME, LJ_STR("name"), name);
    }
}

static void take_column(story *s)
{
    const xml_token *token = s->x->token;
    table *t = table_of(s);
    if (t == NULL) {
        return;
    }
    uint32_t from = add_count(t->col_count, 1);
    t->col_count = add_count(t->col_count, count_of(token, LJ_BYTES("number-columns-repeated")));
    const odf_style *style = odf_style_of(&s->x->doc->styles, 'c', XML_VALUE(token, "style-name"));
    bool flat = t->is_sheet && style != NULL && (style->flags & ODF_STYLE_FLAT) != 0;
    lj_str cells = XML_VALUE(token, "default-cell-style-name");
    col_range range = {.from = from, .to = t->col_count};
    range.is_hidden = is_hidden(token) || flat || t->cols_hidden;
    range.style = cells.len > 0 ? odf_style_id('e', cells) : 0;
    if (!range.is_hidden && range.style == 0) {
        return;
    }
    if (t->range_count == t->range_cap) {
        uint32_t cap = t->range_cap == 0 ? RANGES_FIRST : t->range_cap * 2;
        col_range *ranges =
            cap <= COL_RANGES_MAX ? lj_arena_array(s->x->doc->arena, cap, sizeof(*ranges)) : NULL;
        if (ranges == NULL) {
            return; /* such a table has no use for its columns */
        }
        if (t->range_count > 0) {
            memcpy(ranges, t->ranges, t->range_count * sizeof(*ranges));
        }
        t->ranges = ranges;
        t->range_cap = cap;
    }
    t->ranges[t->range_count++] = range;
}

static void take_row(story *s)
{
    const xml_token *token = s->x->token;
    table *t = table_of(s);
    if (t == NULL || odf_story_scope_open(s, SCOPE_ROW) == NULL) {
        return;
    }
    t->row = add_count(t->row, t->row_repeat == 0 ? 1 : t->row_repeat);
    t->row_repeat = count_of(token, LJ_BYTES("number-rows-repeated"));
    t->col = 0;
    t->range_at = 0;
    lj_str cells = XML_VALUE(token, "default-cell-style-name");
    t->row_style = cells.len > 0 ? odf_style_id('e', cells) : 0;
    const odf_style *style = odf_style_of(&s->x->doc->styles, 'r', XML_VALUE(token, "style-name"));
    if (is_hidden(token) ||
        (t->is_sheet && style != NULL && (style->flags & ODF_STYLE_FLAT) != 0)) {
        s->x->base.hidden_by |= SPAN_HIDE(SPAN_HIDDEN_CELL);
    }
}

/* A group that is folded away. */
static void take_group(story *s, bool columns)
{
    table *t = table_of(s);
    if (t == NULL || !ODF_IS(XML_VALUE(s->x->token, "display"), "false") ||
        odf_story_scope_open(s, SCOPE_ROWS) == NULL) {
        return;
    }
    t->cols_hidden = columns;
    s->x->base.hidden_by |= columns ? 0 : SPAN_HIDE(SPAN_HIDDEN_CELL);
}

/* ---- cells ---- */

/* The column's range, or NULL. Columns come in ascending order. */
static const col_range *range_of(table *t, uint32_t col)
{
    while (t->range_at < t->range_count && t->ranges[t->range_at].to < col) {
        t->range_at++;
    }
    bool inside = t->range_at < t->range_count && t->ranges[t->range_at].from <= col;
    return inside ? &t->ranges[t->range_at] : NULL;
}

static bool format_hides(odf_styles *styles, const odf_style *style, lj_str type)
{
    const odf_style *data = style != NULL ? odf_style_by_id(styles, style->data) : NULL;
    if (data == NULL || (data->flags & ODF_STYLE_EMPTY_DATA) == 0) {
        return false;
    }
    bool is_text = type.len == 0 || ODF_IS(type, "string");
    return is_text == ((data->flags & ODF_STYLE_IS_TEXT) != 0);
}

static void take_formula(story *s, lj_str formula)
{
    odf_xml *x = s->x;
    bool constant = look_has_byte(formula, '"') ||
                    lj_slice_find(lj_str_bytes(formula), LJ_BYTES("CHAR")) != SIZE_MAX;
    if (formula.len == 0 || (!constant && !format_wants_all(x->doc->run))) {
        return;
    }
    odf_emit_unseen(x, SPAN_FORMULA, (lj_str){NULL, 0}, formula);
    if (constant) {
        lj_buf_clear(&s->formula);
        sheet_fold_formula(formula, &s->formula);
        span what = odf_span(x, SPAN_FORMULA);
        what.text = lj_buf_str(&s->formula);
        what.origin = SPAN_DECODED;
        what.hidden_by |= SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED);
        if (lj_buf_ok(&s->formula) && look_is_wordy(what.text)) {
            odf_emit(x, &what);
        }
    }
}

static void take_cell(story *s)
{
    odf_xml *x = s->x;
    const xml_token *token = x->token;
    table *t = table_of(s);
    if (t == NULL) {
        return;
    }
    uint32_t col = add_count(t->col, 1);
    t->col = add_count(t->col, count_of(token, LJ_BYTES("number-columns-repeated")));
    lj_str formula = XML_VALUE(token, "formula");
    lj_str type = XML_VALUE(token, "value-type");
    if (token->is_empty && formula.len == 0 && type.len == 0) {
        odf_emit_left_attrs(x);
        return; /* nothing in it, however often */
    }
    if (odf_story_scope_open(s, SCOPE_CELL) == NULL) {
        return;
    }
    odf_styles *styles = &x->doc->styles;
    const col_range *range = range_of(t, col);
    const odf_style *style = odf_style_of(styles, 'e', XML_VALUE(token, "style-name"));
    style = style == NULL ? odf_style_by_id(styles, t->row_style) : style;
    style = style == NULL && range != NULL ? odf_style_by_id(styles, range->style) : style;
    if (s->kind == ODF_KIND_SHEETS) {
        s->shape_look = styles->cell;
    }
    if (style != NULL) {
        odf_look_put(&s->shape_look, &style->look);
    }
    bool hides =
        (range != NULL && range->is_hidden) || (t->is_sheet && format_hides(styles, style, type));
    x->base.hidden_by |= hides ? SPAN_HIDE(SPAN_HIDDEN_CELL) : 0;
    x->base.place.row_no = t->row;
    x->base.place.col_no = col;
    if (x->base.role == SPAN_BODY) {
        x->base.role = SPAN_CELL;
    }
    s->cell_paras = 0;
    s->para_floor = s->para_count;
    lj_str value = XML_VALUE(token, "string-value");
    value = value.len > 0 ? value : XML_VALUE(token, "value");
    value = value.len > 0 ? value : XML_VALUE(token, "date-value");
    lj_buf_clear(&s->cell_value);
    if (value.len <= VALUE_MAX) {
        odf_keep(x, &s->cell_value, value);
    }
    take_formula(s, formula);
    if (t->is_sheet && odf_story_para_open(s)) {
        s->paras[s->para_count - 1].is_cell = true;
    }
}

/* Millions of numbers are of no use to a search for marks, but a copy number and the digits of a
 * mark that stands in several cells are: whole numbers of the first rows. */
static bool is_useless_number(const story *s, lj_str text)
{
    bool number = text.len > 0;
    bool whole = text.len <= NUMBER_DIGITS;
    for (size_t i = 0; i < text.len && number; i++) {
        char c = text.ptr[i];
        bool digit = c >= '0' && c <= '9';
        number = digit || c == '.' || c == ',' || c == '-' || c == '%';
        whole = whole && digit;
    }
    return number && !(whole && s->x->base.place.row_no <= NUMBER_ROWS);
}

void odf_story_cell_close(story *s)
{
    para *p = odf_story_para_of(s);
    if (p != NULL && p->is_cell) {
        if (p->block.text.len == 0 && s->cell_value.len > 0) {
            odf_story_text_add(s, lj_buf_str(&s->cell_value));
        }
        if (!format_wants_all(s->x->doc->run) && is_useless_number(s, lj_buf_str(&p->block.text))) {
            span_block_clear(&p->block);
        }
    }
    lj_buf_clear(&s->cell_value);
    while (s->para_count > s->para_floor) {
        odf_story_para_close(s);
    }
}

/* ---- around the sheets ---- */

static void emit_named(story *s, const char *const *names, size_t count, span_role role)
{
    for (size_t i = 0; i < count; i++) {
        lj_str value = xml_value_of(s->x->token, lj_cstr_bytes(names[i]));
        if (look_is_wordy(value)) {
            odf_emit_unseen(s->x, role, lj_cstr_str(names[i]), value);
        }
    }
}

static bool take_around(story *s)
{
    static const char *const range_names[] = {"name"};
    static const char *const form_names[] = {"name", "condition", "title"};
    const xml_token *token = s->x->token;
    switch (token->id) {
    case ODF_NAMED_EXPRESSION:
        take_formula(s, XML_VALUE(token, "expression"));
        emit_named(s, range_names, 1, SPAN_SHEET_NAME);
        return true;
    case ODF_NAMED_RANGE:
    case ODF_DATABASE_RANGE:
        emit_named(s, range_names, 1, SPAN_SHEET_NAME);
        return true;
    case ODF_CONTENT_VALIDATION:
        emit_named(s, form_names, LJ_COUNT_OF(form_names), SPAN_FORM);
        return true;
    case ODF_HELP_MESSAGE:
    case ODF_ERROR_MESSAGE:
        emit_named(s, form_names, LJ_COUNT_OF(form_names), SPAN_FORM);
        if (odf_story_frame_open(s, SPAN_FORM) != NULL) {
            s->x->base.hidden_by |= SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED);
        }
        return true;
    case ODF_CHANGE_TRACK_TABLE_CELL:
        take_formula(s, XML_VALUE(token, "formula"));
        odf_emit_text(s->x, SPAN_CELL, (lj_str){NULL, 0}, XML_VALUE(token, "string-value"));
        return true;
    default:
        return false;
    }
}

bool odf_story_table_take(story *s)
{
    if (!odf_is_prefixed(s->x->token, "table")) {
        return false;
    }
    switch (s->x->token->id) {
    case ODF_TABLE:
        take_table(s);
        return true;
    case ODF_TABLE_COLUMN:
        take_column(s);
        return true;
    case ODF_TABLE_COLUMN_GROUP:
        take_group(s, /* columns= */ true);
        return true;
    case ODF_TABLE_ROW_GROUP:
        take_group(s, /* columns= */ false);
        return true;
    case ODF_TABLE_ROW:
        take_row(s);
        return true;
    case ODF_TABLE_CELL:
    case ODF_COVERED_TABLE_CELL:
        take_cell(s);
        return true;
    default:
        return take_around(s);
    }
}
