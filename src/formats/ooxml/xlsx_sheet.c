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
    VALUE_MAX = 512 * 1024,
    FORMULA_MAX = 64 * 1024,
    HEADER_MAX = 64 * 1024,
};

typedef enum sink { SINK_NONE, SINK_VALUE, SINK_FORMULA, SINK_WORDS } sink;

typedef struct sheet {
    opc_xml *x;
    xlsx_context *context;
    uint32_t row_no, col_no;
    bool row_hidden;
    sheet_hidden_cols hidden_cols;
    /* the cell that is open */
    bool in_cell, in_inline, has_formula;
    char type; /* n s i(nline) t(ext of a formula) b e d */
    const sheet_xf *xf;
    xlsx_rich rich;
    sink sink;
    lj_buf value, formula, words, made;
    sheet_writer writer;
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

static const sheet_xf *xf_of(const sheet *s, lj_str style)
{
    int64_t idx = 0;
    if (!xml_int(style, &idx)) {
        idx = 0; /* no style means the first */
    }
    return sheet_xf_of(&s->writer, idx);
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

static void cell_close(sheet *s)
{
    opc_xml *x = s->x;
    uint64_t before = x->base.hidden_by;
    if (s->row_hidden || sheet_col_is_hidden(&s->hidden_cols, s->col_no)) {
        x->base.hidden_by |= SPAN_HIDE(SPAN_HIDDEN_CELL);
    }
    place_cell(s);
    sheet_writer *writer = &s->writer;
    writer->base = opc_span(x, SPAN_CELL);
    writer->base.place.part_id = opc_part_id(x->pkg, x->part);
    lj_str value = lj_buf_str(&s->value);
    lj_code code = LJ_OK;
    int64_t idx = 0;
    switch (s->type) {
    case 's':
        code = xml_int(value, &idx) ? sheet_write_shared(writer, s->xf, idx) : LJ_OK;
        break;
    case 'i':
        code = sheet_write_text(writer, s->xf, lj_buf_str(&s->rich.block.text), s->rich.block.looks,
                                s->rich.block.look_count);
        break;
    case 't':
        if (look_has_byte(value, '_')) {
            lj_buf_clear(&s->made);
            xlsx_unescape(value, &s->made);
            value = lj_buf_str(&s->made);
        }
        code = sheet_write_text(writer, s->xf, value, NULL, 0);
        break;
    case 'b':
    case 'e':
        break;
    default:
        code = sheet_write_number(writer, s->xf, value);
        break;
    }
    x->code = x->code == LJ_OK ? code : x->code;
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
    if (gone && xml_int(XML_VALUE(token, "min"), &from) && xml_int(XML_VALUE(token, "max"), &to) &&
        from > 0 && to >= from && to < INT32_MAX) {
        sheet_hidden_cols_add(&s->hidden_cols, (uint32_t)from, (uint32_t)to);
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
    sheet_writer_init(&s->writer, x->pkg->run, &x->pkg->alt_count);
    s->writer.styles = &s->context->styles;
    s->writer.strings = &s->context->strings;
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
