/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Sheets: cells row by row, headers and footers, validations, conditional formats.
 *
 * Specification: ECMA-376 part 1: 18.3.1 (worksheets; 18.3.1.4 c, 18.3.1.73 row, 18.3.1.13 col,
 * 18.3.1.46 headerFooter), 18.17 (formulas).
 *
 * Model. The sheet is streamed: a cell is emitted when its element ends. The text of a cell is the
 * shared or inline string, or the cached result of its formula; a number is given only when its
 * format puts words around it, or when all text is wanted - a number alone cannot be a mark.
 * Formulas that hold constants are given too, with the constants joined (X11).
 *
 * What is seen. Hidden rows and columns, formats that show nothing (X01, X02, X06), fonts in the
 * colour of the ground (X05) are reasons of the cell; a hidden sheet (X03, X04) of all its cells.
 *
 * Traps. Cells without a reference count on from the one before. The used range is not believed
 * (X14). Header codes may stand inside a word: "机&B密" (X09); a size code eats the digits behind
 * it.
 *
 * Not done. Conditional formats as reasons; merged cells. */
#include "formats/ooxml/xlsx.h"

#include "base/num.h"

enum {
    HIDDEN_COLS_MAX = 512,
    VALUE_MAX = 512 * 1024,
    FORMULA_MAX = 64 * 1024,
    HEADER_MAX = 64 * 1024,
    NUMBER_ROWS = 64,
    NUMBER_DIGITS = 7, /* of a copy number: GB/T 9704 7.2.1 has six */
};

typedef enum sink { SINK_NONE, SINK_VALUE, SINK_FORMULA, SINK_WORDS } sink;

typedef struct sheet {
    opc_xml *x;
    xlsx_context *context;
    uint32_t row_no, col_no;
    bool row_hidden;
    struct {
        uint32_t from, to;
    } hidden_cols[HIDDEN_COLS_MAX];
    uint32_t hidden_col_count;
    /* the cell that is open */
    bool in_cell, in_inline, has_formula;
    char type; /* n s i(nline) t(ext of a formula) b e d */
    const xlsx_xf *xf;
    xlsx_rich rich;
    sink sink;
    lj_buf value, formula, words, made;
    span_block block;
    uint16_t words_id; /* element whose text goes into words */
} sheet;

/* ---- formulas ---- */

static void emit_formula(sheet *s)
{
    opc_xml *x = s->x;
    lj_str text = lj_buf_str(&s->formula);
    bool constant =
        look_has_byte(text, '"') || lj_slice_find(lj_str_bytes(text), LJ_BYTES("CHAR")) != SIZE_MAX;
    if (!constant && !format_wants_all(x->pkg->run)) {
        return;
    }
    span what = opc_span(x, SPAN_FORMULA);
    what.text = text;
    what.hidden_by |= SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED);
    opc_emit(x, &what);
    if (constant) {
        lj_buf_clear(&s->made);
        sheet_fold_formula(text, &s->made);
        what.text = lj_buf_str(&s->made);
        what.origin = SPAN_DECODED;
        if (look_is_wordy(what.text)) {
            opc_emit(x, &what);
        }
    }
}

/* ---- cells ---- */

/* Millions of numbers are of no use to a search for marks, but a copy number and the digits of a
 * mark that stands in several cells are: whole numbers of the first rows. */
static bool may_belong(const sheet *s, lj_str value)
{
    bool digits = value.len > 0 && value.len <= NUMBER_DIGITS;
    for (size_t i = 0; i < value.len && digits; i++) {
        digits = value.ptr[i] >= '0' && value.ptr[i] <= '9';
    }
    return digits && s->x->base.place.row_no <= NUMBER_ROWS;
}

static const xlsx_xf *xf_of(const sheet *s, lj_str style)
{
    int64_t idx = 0;
    const xlsx_styles *styles = &s->context->styles;
    if (!xml_int(style, &idx)) {
        idx = 0; /* no style means the first */
    }
    return idx >= 0 && idx < (int64_t)styles->xf_count ? &styles->xfs[idx] : NULL;
}

static bool col_is_hidden(const sheet *s, uint32_t col)
{
    for (uint32_t i = 0; i < s->hidden_col_count; i++) {
        if (col >= s->hidden_cols[i].from && col <= s->hidden_cols[i].to) {
            return true;
        }
    }
    return false;
}

static void place_cell(sheet *s)
{
    s->x->base.place.row_no = s->row_no;
    s->x->base.place.col_no = s->col_no;
}

static void cell_open(sheet *s)
{
    const xml_token *token = s->x->token;
    uint32_t row = 0;
    uint32_t col = 0;
    if (xlsx_cell_ref(XML_VALUE(token, "r"), &row, &col)) {
        s->row_no = row;
        s->col_no = col;
    } else {
        s->col_no++;
    }
    lj_str type = XML_VALUE(token, "t");
    s->type = type.len == 0                                                 ? 'n'
              : OPC_IS(type, "s")                                           ? 's'
              : OPC_IS(type, "inlineStr")                                   ? 'i'
              : OPC_IS(type, "str")                                         ? 't'
              : OPC_IS(type, "b") || OPC_IS(type, "e") || OPC_IS(type, "d") ? type.ptr[0]
                                                                            : 'n';
    s->xf = xf_of(s, XML_VALUE(token, "s"));
    s->in_cell = true;
    lj_buf_clear(&s->value);
    lj_buf_clear(&s->formula);
}

/* The look of one run of the cell: the run's own font, else the cell's, on the cell's fill. */
static span_look run_look(const sheet *s, const span_look *rich)
{
    static const xlsx_font plain = {.fg = LOOK_NO_COLOUR};
    const xlsx_font *base = s->xf != NULL ? &s->xf->font : &plain;
    uint32_t fill = s->xf != NULL ? s->xf->fill : LOOK_NO_COLOUR;
    uint16_t flags = s->xf != NULL ? s->xf->flags : 0;
    if (rich == NULL || rich->known == 0) {
        return xlsx_look(base, fill, flags);
    }
    xlsx_font font = {.fg = (rich->known & SPAN_KNOWS_FG) != 0 ? rich->fg : LOOK_NO_COLOUR,
                      .size_pt100 = rich->size_pt100,
                      .has_size = (rich->known & SPAN_KNOWS_SIZE) != 0,
                      .has_name = (rich->known & SPAN_KNOWS_FONT) != 0};
    return xlsx_look(&font, fill, (uint16_t)(flags | rich->flags));
}

/* Emits text of the cell, with the looks of its runs. */
static void emit_cell(sheet *s, lj_str text, const span_look *looks, uint32_t look_count)
{
    opc_xml *x = s->x;
    span_block *block = &s->block;
    span_block_clear(block);
    size_t at = 0;
    for (uint32_t i = 0; i < look_count && at < text.len; i++) {
        span_look plain = run_look(s, NULL);
        size_t from = lj_min_size(looks[i].from, text.len);
        size_t to = lj_min_size(from + looks[i].len, text.len);
        if (from > at) {
            span_block_add(block, (lj_str){text.ptr + at, from - at}, &plain);
        }
        span_look own = run_look(s, &looks[i]);
        span_block_add(block, (lj_str){text.ptr + from, to - from}, &own);
        at = to;
    }
    if (at < text.len) {
        span_look plain = run_look(s, NULL);
        span_block_add(block, (lj_str){text.ptr + at, text.len - at}, &plain);
    }
    span what = opc_span(x, SPAN_CELL);
    bool is_number = s->type == 'n' || s->type == 'd';
    bool hides = s->xf != NULL && (is_number ? s->xf->hides_numbers : s->xf->hides_text);
    what.hidden_by |= hides ? SPAN_HIDE(SPAN_HIDDEN_CELL) : 0;
    opc_emit_block(x, block, &what);
}

/* A value in a format with words of its own: as it is shown (X07). */
static bool emit_rendered(sheet *s, lj_str value)
{
    if (s->xf == NULL || !s->xf->says_words || value.len == 0) {
        return false;
    }
    lj_buf_clear(&s->made);
    bool is_number = s->type == 'n' || s->type == 'd';
    xlsx_format_render(s->xf->format, value, is_number, &s->made);
    if (!lj_buf_ok(&s->made) || lj_str_is(lj_buf_str(&s->made), value)) {
        return false;
    }
    emit_cell(s, lj_buf_str(&s->made), NULL, 0);
    return true;
}

static void emit_shared(sheet *s)
{
    xlsx_strings *strings = &s->context->strings;
    int64_t idx = 0;
    if (!xml_int(lj_buf_str(&s->value), &idx) || idx < 0 || idx >= (int64_t)strings->count) {
        return;
    }
    xlsx_string *row = &strings->rows[idx];
    row->is_used = true;
    lj_str text = xlsx_string_text(strings, row);
    (void)emit_rendered(s, text);
    emit_cell(s, text, row->look_count > 0 ? strings->looks + row->look_from : NULL,
              row->look_count);
}

static void cell_close(sheet *s)
{
    opc_xml *x = s->x;
    uint64_t before = x->base.hidden_by;
    if (s->row_hidden || (s->hidden_col_count > 0 && col_is_hidden(s, s->col_no))) {
        x->base.hidden_by |= SPAN_HIDE(SPAN_HIDDEN_CELL);
    }
    place_cell(s);
    lj_str value = lj_buf_str(&s->value);
    switch (s->type) {
    case 's':
        emit_shared(s);
        break;
    case 'i':
        (void)emit_rendered(s, lj_buf_str(&s->rich.block.text));
        emit_cell(s, lj_buf_str(&s->rich.block.text), s->rich.block.looks,
                  s->rich.block.look_count);
        break;
    case 't':
        (void)emit_rendered(s, value);
        if (look_has_byte(value, '_')) {
            lj_buf_clear(&s->made);
            xlsx_unescape(value, &s->made);
            value = lj_buf_str(&s->made);
        }
        emit_cell(s, value, NULL, 0);
        break;
    case 'b':
    case 'e':
        break;
    default:
        if (!emit_rendered(s, value) && (format_wants_all(x->pkg->run) || may_belong(s, value))) {
            emit_cell(s, value, NULL, 0);
        }
        break;
    }
    span_block_clear(&s->rich.block);
    if (s->formula.len > 0) {
        emit_formula(s);
    }
    x->base.hidden_by = before;
    s->in_cell = false;
}

/* ---- elements ---- */

static void row_open(sheet *s)
{
    const xml_token *token = s->x->token;
    lj_str hidden = XML_VALUE(token, "hidden");
    lj_str height = XML_VALUE(token, "ht");
    int64_t row = 0;
    s->row_no = xml_int(XML_VALUE(token, "r"), &row) && row > 0 && row < INT32_MAX ? (uint32_t)row
                                                                                   : s->row_no + 1;
    s->col_no = 0;
    s->row_hidden = OPC_IS(hidden, "1") || OPC_IS(hidden, "true") || OPC_IS(height, "0");
}

static void take_col(sheet *s)
{
    const xml_token *token = s->x->token;
    lj_str hidden = XML_VALUE(token, "hidden");
    int64_t from = 0;
    int64_t to = 0;
    bool gone =
        OPC_IS(hidden, "1") || OPC_IS(hidden, "true") || OPC_IS(XML_VALUE(token, "width"), "0");
    if (gone && s->hidden_col_count < HIDDEN_COLS_MAX && xml_int(XML_VALUE(token, "min"), &from) &&
        xml_int(XML_VALUE(token, "max"), &to) && from > 0 && to >= from && to < INT32_MAX) {
        s->hidden_cols[s->hidden_col_count].from = (uint32_t)from;
        s->hidden_cols[s->hidden_col_count].to = (uint32_t)to;
        s->hidden_col_count++;
    }
}

static void words_open(sheet *s, uint16_t id)
{
    s->sink = SINK_WORDS;
    s->words_id = id;
    lj_buf_clear(&s->words);
}

static void words_close(sheet *s, uint16_t id)
{
    opc_xml *x = s->x;
    lj_str text = lj_buf_str(&s->words);
    s->sink = SINK_NONE;
    x->base.place.row_no = x->base.place.col_no = 0;
    switch (id) {
    case OPC_oddHeader:
    case OPC_evenHeader:
    case OPC_firstHeader:
        xlsx_emit_header(x, SPAN_HEADER, text);
        break;
    case OPC_oddFooter:
    case OPC_evenFooter:
    case OPC_firstFooter:
        xlsx_emit_header(x, SPAN_FOOTER, text);
        break;
    default: /* the choices of a list, or a condition */
        if (look_is_wordy(text)) {
            opc_emit_unseen(x, SPAN_FORM, LJ_STR("formula"), text);
        }
        break;
    }
}

/* Elements in which text is looked for, beside cells. */
static void take_other(sheet *s)
{
    opc_xml *x = s->x;
    const xml_token *token = x->token;
    static const char *const form_attrs[] = {"prompt", "promptTitle", "error", "errorTitle",
                                             "text"};
    switch (token->id) {
    case OPC_oddHeader:
    case OPC_evenHeader:
    case OPC_firstHeader:
    case OPC_oddFooter:
    case OPC_evenFooter:
    case OPC_firstFooter:
    case OPC_formula1:
    case OPC_formula2:
    case OPC_formula:
    case OPC_f: /* of an extension */
        words_open(s, token->id);
        break;
    case OPC_dataValidation:
    case OPC_cfRule:
        for (size_t i = 0; i < LJ_COUNT_OF(form_attrs); i++) {
            opc_emit_unseen(x, SPAN_FORM, lj_cstr_str(form_attrs[i]),
                            xml_value_of(token, lj_cstr_bytes(form_attrs[i])));
        }
        break;
    case OPC_hyperlink:
        opc_emit_unseen(x, SPAN_ALT, LJ_STR("tooltip"), XML_VALUE(token, "tooltip"));
        opc_emit_unseen(x, SPAN_LINK, LJ_STR("display"), XML_VALUE(token, "display"));
        break;
    case OPC_col:
        take_col(s);
        break;
    default:
        opc_emit_attrs(x);
        break;
    }
}

static void take_start(sheet *s)
{
    const xml_token *token = s->x->token;
    if (s->in_inline) {
        xlsx_rich_take(&s->rich, token);
        return;
    }
    switch (token->id) {
    case OPC_row:
        row_open(s);
        break;
    case OPC_c:
        cell_open(s);
        break;
    case OPC_v:
        s->sink = SINK_VALUE;
        break;
    case OPC_is:
        s->in_inline = true;
        s->type = 'i';
        break;
    case OPC_f:
        if (s->in_cell) {
            s->sink = SINK_FORMULA;
            break;
        }
        take_other(s);
        break;
    default:
        take_other(s);
        break;
    }
}

static void take_end(sheet *s)
{
    const xml_token *token = s->x->token;
    if (s->in_inline && token->id != OPC_is) {
        xlsx_rich_take(&s->rich, token);
        return;
    }
    if (s->sink == SINK_WORDS && token->id == s->words_id) {
        words_close(s, token->id);
        return;
    }
    switch (token->id) {
    case OPC_c:
        cell_close(s);
        break;
    case OPC_v:
    case OPC_f:
        s->sink = SINK_NONE;
        break;
    case OPC_is:
        s->in_inline = false;
        break;
    case OPC_sheetData:
        s->x->base.place.row_no = s->x->base.place.col_no = 0;
        break;
    default:
        break;
    }
}

static void put_some(lj_buf *buf, lj_str text, size_t most)
{
    if (buf->len + text.len <= most) {
        lj_buf_put(buf, lj_str_bytes(text));
    }
}

static void take_text(sheet *s)
{
    const xml_token *token = s->x->token;
    if (s->in_inline) {
        xlsx_rich_take(&s->rich, token);
        return;
    }
    switch (s->sink) {
    case SINK_VALUE:
        put_some(&s->value, token->text, VALUE_MAX);
        break;
    case SINK_FORMULA:
        put_some(&s->formula, token->text, FORMULA_MAX);
        break;
    case SINK_WORDS:
        put_some(&s->words, token->text, HEADER_MAX);
        break;
    case SINK_NONE:
        opc_emit_stray(s->x);
        break;
    }
}

void xlsx_read_sheet(opc_xml *x, void *ctx)
{
    sheet *s = lj_arena_alloc(x->pkg->arena, sizeof(*s));
    if (s == NULL) {
        x->code = LJ_E_LIMIT;
        return;
    }
    s->x = x;
    s->context = ctx;
    xlsx_rich_init(&s->rich, x->pkg->arena);
    span_block_init(&s->block, x->pkg->arena);
    lj_buf_init(&s->value, x->pkg->arena, 2 * (size_t)VALUE_MAX);
    lj_buf_init(&s->formula, x->pkg->arena, 2 * (size_t)FORMULA_MAX);
    lj_buf_init(&s->words, x->pkg->arena, 2 * (size_t)HEADER_MAX);
    lj_buf_init(&s->made, x->pkg->arena, 4 * (size_t)VALUE_MAX);
    while (opc_next(x)) {
        if (x->token->kind == XML_START) {
            take_start(s);
        } else if (x->token->kind == XML_END) {
            take_end(s);
        } else {
            take_text(s);
        }
    }
}
