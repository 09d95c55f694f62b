/* SPDX-License-Identifier: AGPL-3.0-or-later
 * SpreadsheetML 2003: a workbook in one XML file.
 *
 * Specification: XML Spreadsheet Reference (Office XP and 2003): ss:Workbook, ss:Style,
 * ss:Worksheet, ss:Row, ss:Cell, ss:Data, ss:Comment, x:WorksheetOptions, x:PageSetup.
 *
 * Model. Two passes. The first takes the styles and which sheets are hidden, because x:Visible
 * stands behind the cells; the second emits. A cell is one span, its rich text (HTML elements in
 * ss:Data) joined. Number formats, headers with their codes and formulas are read as in xlsx.
 *
 * Traps. ss:Index jumps over rows and cells; ss:Span repeats a column or an empty row.
 *
 * Limits. STYLES_MAX styles; sheets beyond SHEETS_MAX count as shown; RANGES_MAX hidden columns.
 * Not done. Conditional formats; pivot tables are read as unknown XML. */
#include "base/num.h"
#include "formats/format_priv.h"
#include "formats/ooxml/xlsx.h"

enum {
    ROOT_BITS = 48,
    STYLES_MAX = 4096,
    SHEETS_MAX = 1024,
    RANGES_MAX = 256,
    VALUE_MAX = 256 * 1024,
    NUMBER_ROWS = 64, /* as in xlsx_sheet.c */
    NUMBER_DIGITS = 7,
};

typedef struct style_2003 {
    uint64_t id;
    sheet_xf xf;
} style_2003;

typedef struct hidden_range {
    uint32_t from, to;
} hidden_range;

typedef enum sink { SINK_NONE, SINK_DATA, SINK_NOTE, SINK_VISIBLE } sink;

typedef struct book {
    opc_xml *x;
    /* kept from the first pass */
    style_2003 *styles;
    uint32_t style_count;
    style_2003 *style; /* that is open */
    uint8_t *hidden;   /* by sheet */
    /* of the pass */
    uint32_t sheet_no, row_no, col_no, next_col;
    uint32_t across; /* cells that the open one covers beside itself */
    hidden_range ranges[RANGES_MAX];
    uint32_t range_count, column_no;
    bool row_hidden, in_cell, in_note, is_number, is_text;
    const sheet_xf *xf;
    sink sink;
    uint32_t sink_depth;
    lj_buf value, note, made, formula, author;
} book;

static uint64_t id_of(lj_str id)
{
    uint64_t hash = 0xCBF29CE484222325U;
    for (size_t i = 0; i < id.len; i++) {
        hash = (hash ^ (uint8_t)id.ptr[i]) * 0x100000001B3U;
    }
    return hash == 0 ? 1 : hash;
}

static const style_2003 *find_style(const book *b, lj_str id)
{
    uint64_t want = id_of(id.len > 0 ? id : LJ_STR("Default"));
    for (uint32_t i = 0; i < b->style_count; i++) {
        if (b->styles[i].id == want) {
            return &b->styles[i];
        }
    }
    return NULL;
}

static bool is_on(lj_str value)
{
    return OPC_IS(value, "1") || OPC_IS(value, "true");
}

static uint32_t number_of(lj_str value, uint32_t otherwise)
{
    int64_t number = 0;
    return xml_int(value, &number) && number > 0 && number < INT32_MAX ? (uint32_t)number
                                                                       : otherwise;
}

/* ---- first pass ---- */

static void take_style(book *b)
{
    const xml_token *token = b->x->token;
    lj_str parent = XML_VALUE(token, "Parent");
    lj_str id = XML_VALUE(token, "ID");
    const style_2003 *from = find_style(b, parent);
    b->style = NULL;
    if (b->style_count < STYLES_MAX) {
        b->style = &b->styles[b->style_count++];
        *b->style = (style_2003){.id = id_of(id)};
        b->style->xf.font.fg = b->style->xf.fill = LOOK_NO_COLOUR;
        if (from != NULL) {
            b->style->xf = from->xf;
        }
    }
}

static void take_font(sheet_font *font, const xml_token *token)
{
    lj_str colour = XML_VALUE(token, "Color");
    lj_str name = XML_VALUE(token, "FontName");
    lj_str size = XML_VALUE(token, "Size");
    font->fg = colour.len > 0 ? look_colour(colour) : font->fg;
    font->has_name = font->has_name || name.len > 0;
    font->hei = name.len > 0 ? look_is_hei(name) : font->hei;
    uint32_t points = number_of(size, 0);
    if (points > 0 && points < 4096) {
        font->size_pt100 = points * 100;
        font->has_size = true;
    }
    font->bold = font->bold || is_on(XML_VALUE(token, "Bold"));
    font->italic = font->italic || is_on(XML_VALUE(token, "Italic"));
    font->struck = font->struck || is_on(XML_VALUE(token, "StrikeThrough"));
}

static void take_format(book *b, lj_str code)
{
    sheet_xf_set_format(&b->style->xf, lj_arena_copy(b->x->pkg->arena, lj_str_bytes(code)));
}

static void take_style_part(book *b)
{
    const xml_token *token = b->x->token;
    sheet_xf *xf = &b->style->xf;
    lj_str align = XML_VALUE(token, "Horizontal");
    switch (token->id) {
    case OPC_Font:
        take_font(&xf->font, token);
        break;
    case OPC_Interior: {
        lj_str colour = XML_VALUE(token, "Color");
        xf->fill = colour.len > 0 ? look_colour(colour) : xf->fill;
        break;
    }
    case OPC_NumberFormat:
        take_format(b, XML_VALUE(token, "Format"));
        break;
    case OPC_Alignment:
        xf->flags = OPC_IS(align, "Center")  ? SPAN_CENTRED
                    : OPC_IS(align, "Right") ? SPAN_RIGHT
                                             : 0;
        break;
    default:
        break;
    }
}

/* Styles, and which sheets are hidden. */
static void read_facts(opc_xml *x, void *ctx)
{
    book *b = ctx;
    b->x = x;
    uint32_t sheet = 0;
    bool in_visible = false;
    while (opc_next(x)) {
        const xml_token *token = x->token;
        if (token->kind == XML_TEXT) {
            bool hides = in_visible &&
                         lj_slice_find(lj_str_bytes(token->text), LJ_BYTES("Hidden")) != SIZE_MAX;
            if (hides && sheet > 0 && sheet <= SHEETS_MAX) {
                b->hidden[sheet - 1] = 1;
            }
        } else if (token->kind == XML_END) {
            in_visible = in_visible && token->id != OPC_Visible;
            b->style = token->id == OPC_Style ? NULL : b->style;
        } else if (token->id == OPC_Style) {
            take_style(b);
        } else if (token->id == OPC_Worksheet) {
            sheet++;
        } else if (token->id == OPC_Visible) {
            in_visible = true;
        } else if (b->style != NULL) {
            take_style_part(b);
        }
    }
}

/* ---- second pass: cells ---- */

static void emit_value(book *b, lj_str text)
{
    static const sheet_xf plain = {.font = {.fg = LOOK_NO_COLOUR}, .fill = LOOK_NO_COLOUR};
    const sheet_xf *xf = b->xf != NULL ? b->xf : &plain;
    span_look look = sheet_look(&xf->font, xf->fill, xf->flags);
    look.len = (uint32_t)text.len;
    span what = opc_span(b->x, SPAN_CELL);
    what.text = text;
    what.looks = &look;
    what.look_count = look.known != 0 || look.flags != 0 || look.hidden_by != 0 ? 1 : 0;
    what.hidden_by |= look.hidden_by;
    bool hides = b->is_number ? xf->hides_numbers : xf->hides_text;
    what.hidden_by |= hides ? SPAN_HIDE(SPAN_HIDDEN_CELL) : 0;
    if (!look_is_blank(text)) {
        opc_emit(b->x, &what);
    }
}

/* Whole numbers of the first rows; see xlsx_sheet.c. */
static bool may_belong(const book *b, lj_str value)
{
    bool digits = value.len > 0 && value.len <= NUMBER_DIGITS;
    for (size_t i = 0; i < value.len && digits; i++) {
        digits = value.ptr[i] >= '0' && value.ptr[i] <= '9';
    }
    return digits && b->row_no <= NUMBER_ROWS;
}

static void emit_formula(book *b)
{
    opc_xml *x = b->x;
    lj_str text = lj_buf_str(&b->formula);
    bool constant =
        look_has_byte(text, '"') || lj_slice_find(lj_str_bytes(text), LJ_BYTES("CHAR")) != SIZE_MAX;
    if (text.len == 0 || (!constant && !format_wants_all(x->pkg->run))) {
        return;
    }
    opc_emit_unseen(x, SPAN_FORMULA, (lj_str){NULL, 0}, text);
    if (constant) {
        lj_buf_clear(&b->made);
        sheet_fold_formula(text, &b->made);
        span what = opc_span(x, SPAN_FORMULA);
        what.text = lj_buf_str(&b->made);
        what.origin = SPAN_DECODED;
        what.hidden_by |= SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED);
        if (look_is_wordy(what.text)) {
            opc_emit(x, &what);
        }
    }
}

static bool col_is_hidden(const book *b)
{
    for (uint32_t i = 0; i < b->range_count; i++) {
        if (b->col_no >= b->ranges[i].from && b->col_no <= b->ranges[i].to) {
            return true;
        }
    }
    return false;
}

static void cell_open(book *b)
{
    const xml_token *token = b->x->token;
    b->col_no = number_of(XML_VALUE(token, "Index"), b->next_col);
    b->across = number_of(XML_VALUE(token, "MergeAcross"), 0);
    b->next_col = (uint32_t)lj_min_u64((uint64_t)b->col_no + b->across + 1, INT32_MAX);
    const style_2003 *style = find_style(b, XML_VALUE(token, "StyleID"));
    b->xf = style != NULL ? &style->xf : NULL;
    b->in_cell = true;
    b->is_number = b->is_text = false;
    lj_buf_clear(&b->value);
    lj_buf_clear(&b->formula);
    lj_buf_put(&b->formula, lj_str_bytes(XML_VALUE(token, "Formula")));
    b->x->base.place.row_no = b->row_no;
    b->x->base.place.col_no = b->col_no;
    opc_emit_unseen(b->x, SPAN_LINK, (lj_str){NULL, 0}, XML_VALUE(token, "HRef"));
    opc_emit_unseen(b->x, SPAN_ALT, LJ_STR("tooltip"), XML_VALUE(token, "HRefScreenTip"));
}

static void cell_close(book *b)
{
    opc_xml *x = b->x;
    uint64_t before = x->base.hidden_by;
    if (b->row_hidden || col_is_hidden(b)) {
        x->base.hidden_by |= SPAN_HIDE(SPAN_HIDDEN_CELL);
    }
    lj_str value = lj_buf_str(&b->value);
    bool rendered = false;
    if (b->xf != NULL && b->xf->says_words && value.len > 0) {
        lj_buf_clear(&b->made);
        sheet_format_render(b->xf->format, value, b->is_number, &b->made);
        rendered = lj_buf_ok(&b->made) && !lj_str_is(lj_buf_str(&b->made), value);
        if (rendered) {
            emit_value(b, lj_buf_str(&b->made));
        }
    }
    if (b->is_text ||
        (!rendered && b->is_number && (format_wants_all(x->pkg->run) || may_belong(b, value)))) {
        emit_value(b, value);
    }
    emit_formula(b);
    if (b->note.len > 0) {
        span what = opc_span(x, SPAN_COMMENT);
        what.text = lj_buf_str(&b->note);
        what.author = lj_buf_str(&b->author);
        opc_emit(x, &what);
        lj_buf_clear(&b->note);
    }
    x->base.hidden_by = before;
    x->base.place.row_no = x->base.place.col_no = 0;
    b->in_cell = false;
}

/* ---- second pass: around the cells ---- */

static void sheet_open(book *b)
{
    opc_xml *x = b->x;
    b->sheet_no++;
    b->row_no = 0;
    b->range_count = b->column_no = 0;
    x->base.place.sheet_no = b->sheet_no;
    x->base.place.row_no = x->base.place.col_no = 0;
    bool hidden = b->sheet_no <= SHEETS_MAX && b->hidden[b->sheet_no - 1] != 0;
    x->base.hidden_by = hidden ? SPAN_HIDE(SPAN_HIDDEN_SHEET) : 0;
    opc_emit_text(x, SPAN_SHEET_NAME, (lj_str){NULL, 0}, XML_VALUE(x->token, "Name"));
}

static void sheet_close(book *b)
{
    b->x->base.place = (span_place){0};
    b->x->base.hidden_by = 0;
}

static void column_take(book *b)
{
    const xml_token *token = b->x->token;
    uint32_t from = number_of(XML_VALUE(token, "Index"), b->column_no + 1);
    uint32_t to = (uint32_t)lj_min_u64((uint64_t)from + number_of(XML_VALUE(token, "Span"), 0),
                                       INT32_MAX - 1);
    b->column_no = to;
    bool hidden = is_on(XML_VALUE(token, "Hidden")) || OPC_IS(XML_VALUE(token, "Width"), "0");
    if (hidden && b->range_count < RANGES_MAX) {
        b->ranges[b->range_count++] = (hidden_range){from, to};
    }
}

static void row_take(book *b)
{
    const xml_token *token = b->x->token;
    b->row_no = number_of(XML_VALUE(token, "Index"), b->row_no + 1);
    b->row_no = b->row_no < INT32_MAX ? b->row_no : INT32_MAX - 1;
    b->next_col = 1;
    b->row_hidden = is_on(XML_VALUE(token, "Hidden")) || OPC_IS(XML_VALUE(token, "Height"), "0");
}

static void sink_open(book *b, sink where)
{
    b->sink = where;
    b->sink_depth = b->x->token->depth;
}

static void data_open(book *b)
{
    lj_str type = XML_VALUE(b->x->token, "Type");
    if (b->in_note) {
        lj_buf_clear(&b->note);
        sink_open(b, SINK_NOTE);
    } else if (b->in_cell) {
        b->is_number = OPC_IS(type, "Number") || OPC_IS(type, "DateTime");
        b->is_text = !b->is_number && !OPC_IS(type, "Boolean") && !OPC_IS(type, "Error");
        sink_open(b, SINK_DATA);
    }
}

static void take_start(book *b)
{
    opc_xml *x = b->x;
    const xml_token *token = x->token;
    if (b->sink != SINK_NONE) {
        return; /* rich text */
    }
    switch (token->id) {
    case OPC_Worksheet:
        sheet_open(b);
        break;
    case OPC_Column:
        column_take(b);
        break;
    case OPC_Row:
        row_take(b);
        break;
    case OPC_Cell:
        cell_open(b);
        break;
    case OPC_Comment:
        b->in_note = true;
        lj_buf_clear(&b->author);
        lj_buf_put(&b->author, lj_str_bytes(XML_VALUE(token, "Author")));
        break;
    case OPC_Data:
        data_open(b);
        break;
    case OPC_Header:
        xlsx_emit_header(x, SPAN_HEADER, XML_VALUE(token, "Data"));
        break;
    case OPC_Footer:
        xlsx_emit_header(x, SPAN_FOOTER, XML_VALUE(token, "Data"));
        break;
    case OPC_NamedRange:
        opc_emit_unseen(x, SPAN_SHEET_NAME, LJ_STR("name"), XML_VALUE(token, "Name"));
        if (look_has_high_byte(XML_VALUE(token, "RefersTo"))) {
            opc_emit_unseen(x, SPAN_FORMULA, LJ_STR("RefersTo"), XML_VALUE(token, "RefersTo"));
        }
        break;
    case OPC_NumberFormat:
        if (sheet_format_says_words(lj_str_bytes(XML_VALUE(token, "Format")))) {
            opc_emit_unseen(x, SPAN_FORMULA, LJ_STR("format"), XML_VALUE(token, "Format"));
        }
        break;
    case OPC_Font: /* a name of a font holds no mark */
        break;
    case OPC_Visible:
        sink_open(b, SINK_VISIBLE);
        break;
    case OPC_DocumentProperties:
    case OPC_CustomDocumentProperties:
        opc_read_properties(x, NULL);
        break;
    default:
        opc_emit_attrs(x);
        break;
    }
}

static void take_end(book *b)
{
    const xml_token *token = b->x->token;
    if (b->sink != SINK_NONE) {
        b->sink = token->depth == b->sink_depth ? SINK_NONE : b->sink;
        return;
    }
    switch (token->id) {
    case OPC_Worksheet:
        sheet_close(b);
        break;
    case OPC_Cell:
        cell_close(b);
        break;
    case OPC_Comment:
        b->in_note = false;
        break;
    default:
        break;
    }
}

static void take_text(book *b)
{
    lj_slice text = lj_str_bytes(b->x->token->text);
    lj_buf *out = b->sink == SINK_DATA ? &b->value : b->sink == SINK_NOTE ? &b->note : NULL;
    if (out != NULL) {
        if (out->len + text.len <= VALUE_MAX) {
            lj_buf_put(out, text);
        }
    } else if (b->sink != SINK_VISIBLE) {
        opc_emit_stray(b->x); /* validations, choices, print titles */
    }
}

static void read_book(opc_xml *x, void *ctx)
{
    book *b = ctx;
    b->x = x;
    x->base.role = SPAN_CELL;
    opc_emit_attrs(x);
    while (opc_next(x)) {
        if (x->token->kind == XML_START) {
            take_start(b);
        } else if (x->token->kind == XML_END) {
            take_end(b);
        } else {
            take_text(b);
        }
    }
}

/* ---- the row ---- */

static lj_code sheet_read(format_run *run, format_src *src)
{
    opc_package pkg;
    lj_code code = opc_open_single(&pkg, run, src);
    if (code != LJ_OK) {
        return code;
    }
    book *b = lj_arena_alloc(pkg.arena, sizeof(*b));
    style_2003 *styles = lj_arena_array(pkg.arena, STYLES_MAX, sizeof(*styles));
    uint8_t *hidden = lj_arena_alloc(pkg.arena, SHEETS_MAX);
    if (b == NULL || styles == NULL || hidden == NULL) {
        return LJ_E_LIMIT;
    }
    b->styles = styles;
    b->hidden = hidden;
    lj_buf_init(&b->value, pkg.arena, 2 * (size_t)VALUE_MAX);
    lj_buf_init(&b->note, pkg.arena, 2 * (size_t)VALUE_MAX);
    lj_buf_init(&b->made, pkg.arena, 4 * (size_t)VALUE_MAX);
    lj_buf_init(&b->formula, pkg.arena, 4 * (size_t)VALUE_MAX);
    lj_buf_init(&b->author, pkg.arena, 64 * LJ_KIB);
    code = opc_read_single(&pkg, read_facts, b, /* quiet= */ true);
    if (code == LJ_OK) {
        code = opc_read_single(&pkg, read_book, b, /* quiet= */ false);
    }
    return code == LJ_OK ? opc_close(&pkg) : code;
}

static int sheet_sniff(const format_probe *probe)
{
    lj_slice head = lj_slice_part(probe->head, 0, 16 * (size_t)LJ_KIB);
    bool is_office = lj_slice_find(head, LJ_BYTES("office:spreadsheet")) != SIZE_MAX;
    return lj_slice_is(probe->root_name, LJ_BYTES("Workbook")) && is_office ? ROOT_BITS : 0;
}

const format_row format_excel_xml_row = {
    .name = "excel-xml",
    .base = "xml",
    .extensions = "xml xls",
    .sniff = sheet_sniff,
    .read = sheet_read,
    .en = "Excel 2003 workbook (XML)",
    .zh = "Excel 2003 工作簿（XML）",
};
