/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The parts of a workbook around its sheets: workbook, comments, threads, tables, external links,
 * pivot caches.
 *
 * Specification: ECMA-376 part 1: 18.2 (workbook), 18.5 (tables), 18.7 (comments), 18.10 (pivot
 * caches), 18.14 (external references); [MS-XLSX] 2.6.201 (threaded comments).
 *
 * Model. Names of sheets, tables, columns and defined names are spans of their own (X19); values
 * that a link or a pivot cache keeps are cells (X12), although the sheet they came from is not in
 * the file. A hidden sheet marks its part, and through it everything that only the sheet reaches.
 */
#include "formats/ooxml/xlsx.h"

#include "base/num.h"

enum { SHEETS_MAX = 65536, TEXT_MAX = 256 * 1024 };

/* ---- workbook ---- */

void xlsx_add_sheet(opc_xml *x, xlsx_context *context, lj_str name, lj_slice rel_id, bool hidden)
{
    opc_package *pkg = x->pkg;
    span what = opc_span(x, SPAN_SHEET_NAME);
    what.text = name;
    what.hidden_by |= hidden ? SPAN_HIDE(SPAN_HIDDEN_SHEET) : 0;
    if (!x->keeps) { /* another workbook part: its order means nothing */
        opc_emit(x, &what);
        return;
    }
    if (context->sheet_count == context->sheet_cap) {
        uint32_t cap = context->sheet_cap == 0 ? 16 : context->sheet_cap * 2;
        uint32_t *sheets =
            cap <= SHEETS_MAX ? lj_arena_array(pkg->arena, cap, sizeof(*sheets)) : NULL;
        if (sheets == NULL) {
            return;
        }
        if (context->sheet_count > 0) {
            memcpy(sheets, context->sheets, context->sheet_count * sizeof(*sheets));
        }
        context->sheets = sheets;
        context->sheet_cap = cap;
    }
    uint32_t no = context->sheet_count + 1;
    uint32_t part = opc_follow(pkg, x->part, rel_id);
    context->sheets[context->sheet_count++] = part;
    if (part != OPC_NONE && pkg->parts[part].no == 0) {
        pkg->parts[part].no = no;
        pkg->parts[part].rel = OPC_REL_SHEET;
        pkg->parts[part].hidden_by |= hidden ? SPAN_HIDE(SPAN_HIDDEN_SHEET) : 0;
        opc_own(pkg, part);
    }
    what.place.sheet_no = no;
    opc_emit(x, &what);
}

static void add_sheet(opc_xml *x, xlsx_context *context)
{
    const xml_token *token = x->token;
    lj_str state = XML_VALUE(token, "state");
    xlsx_add_sheet(x, context, XML_VALUE(token, "name"),
                   lj_str_bytes(XML_VALUE_PREFIXED(token, "id")),
                   OPC_IS(state, "hidden") || OPC_IS(state, "veryHidden"));
}

void xlsx_read_workbook(opc_xml *x, void *ctx)
{
    xlsx_context *context = ctx;
    lj_buf name; /* of the defined name that is open */
    lj_buf text;
    lj_buf_init(&name, x->pkg->arena, 4 * LJ_KIB);
    lj_buf_init(&text, x->pkg->arena, TEXT_MAX);
    bool in_name = false;
    while (opc_next(x)) {
        const xml_token *token = x->token;
        if (token->kind == XML_TEXT) {
            if (in_name) {
                lj_buf_put(&text, lj_str_bytes(token->text));
            } else {
                opc_emit_stray(x);
            }
        } else if (token->kind == XML_END) {
            if (token->id == OPC_definedName) {
                opc_emit_unseen(x, SPAN_FORMULA, lj_buf_str(&name), lj_buf_str(&text));
                in_name = false;
            }
        } else if (token->id == OPC_sheet) {
            add_sheet(x, context);
        } else if (token->id == OPC_definedName) {
            lj_str value = XML_VALUE(token, "name");
            in_name = true;
            lj_buf_clear(&name);
            lj_buf_clear(&text);
            lj_buf_put(&name, lj_str_bytes(value));
            if (!lj_slice_has_prefix(lj_str_bytes(value), LJ_BYTES("_xlnm"))) {
                opc_emit_unseen(x, SPAN_SHEET_NAME, LJ_STR("definedName"), value);
            }
            opc_emit_unseen(x, SPAN_ATTRIBUTE, LJ_STR("comment"), XML_VALUE(token, "comment"));
        } else if (token->id == OPC_fileSharing) {
            opc_emit_unseen(x, SPAN_METADATA, LJ_STR("userName"), XML_VALUE(token, "userName"));
        } else {
            opc_emit_attrs(x);
        }
    }
}

/* ---- comments ---- */

typedef struct authors {
    lj_str *names;
    uint32_t count, cap;
} authors;

static void add_author(authors *list, lj_arena *arena, lj_str name)
{
    if (list->count == list->cap) {
        uint32_t cap = list->cap == 0 ? 8 : list->cap * 2;
        lj_str *names = cap <= SHEETS_MAX ? lj_arena_array(arena, cap, sizeof(*names)) : NULL;
        if (names == NULL) {
            return;
        }
        if (list->count > 0) {
            memcpy(names, list->names, list->count * sizeof(*names));
        }
        list->names = names;
        list->cap = cap;
    }
    lj_slice copy = lj_arena_copy(arena, lj_str_bytes(name));
    list->names[list->count++] = (lj_str){(const char *)copy.ptr, copy.len};
}

static void open_comment(opc_xml *x, const authors *list)
{
    const xml_token *token = x->token;
    int64_t author = 0;
    span_place *place = &x->base.place;
    if (!xlsx_cell_ref(XML_VALUE(token, "ref"), &place->row_no, &place->col_no)) {
        place->row_no = place->col_no = 0;
    }
    bool known = xml_int(XML_VALUE(token, "authorId"), &author) && author >= 0 &&
                 author < (int64_t)list->count;
    x->base.author = known ? list->names[author] : (lj_str){NULL, 0};
}

void xlsx_read_comments(opc_xml *x, void *ctx)
{
    (void)ctx;
    authors list = {0};
    xlsx_rich rich;
    xlsx_rich_init(&rich, x->pkg->arena);
    bool in_author = false;
    bool in_text = false;
    while (opc_next(x)) {
        const xml_token *token = x->token;
        if (token->kind == XML_START && token->id == OPC_author) {
            in_author = true;
        } else if (token->kind == XML_END && token->id == OPC_author) {
            in_author = false;
        } else if (token->kind == XML_START && token->id == OPC_comment) {
            open_comment(x, &list);
        } else if (token->kind == XML_START && token->id == OPC_text) {
            in_text = true;
        } else if (token->kind == XML_END && token->id == OPC_text) {
            span what = opc_span(x, SPAN_COMMENT);
            opc_emit_block(x, &rich.block, &what);
            in_text = false;
        } else if (in_text) {
            xlsx_rich_take(&rich, token);
        } else if (in_author && token->kind == XML_TEXT) {
            add_author(&list, x->pkg->arena, token->text);
            opc_emit_unseen(x, SPAN_METADATA, LJ_STR("author"), token->text);
        } else if (token->kind == XML_TEXT) {
            opc_emit_stray(x);
        } else if (token->kind == XML_START) {
            opc_emit_attrs(x);
        }
    }
}

void xlsx_read_threads(opc_xml *x, void *ctx)
{
    (void)ctx;
    span_block block;
    span_block_init(&block, x->pkg->arena);
    bool in_text = false;
    while (opc_next(x)) {
        const xml_token *token = x->token;
        span_place *place = &x->base.place;
        if (token->kind == XML_START && token->id == OPC_threadedComment) {
            if (!xlsx_cell_ref(XML_VALUE(token, "ref"), &place->row_no, &place->col_no)) {
                place->row_no = place->col_no = 0;
            }
            x->base.changed_at = look_time(XML_VALUE(token, "dT"));
        } else if (token->id == OPC_text && token->kind != XML_TEXT) {
            in_text = token->kind == XML_START;
            if (!in_text) {
                span what = opc_span(x, SPAN_COMMENT);
                opc_emit_block(x, &block, &what);
            }
        } else if (token->kind == XML_TEXT) {
            if (in_text) {
                span_block_add(&block, token->text, NULL);
            } else {
                opc_emit_stray(x);
            }
        } else if (token->kind == XML_START) {
            opc_emit_attrs(x);
        }
    }
}

void xlsx_read_persons(opc_xml *x, void *ctx)
{
    (void)ctx;
    while (opc_next(x)) {
        if (x->token->kind == XML_START && x->token->id == OPC_person) {
            opc_emit_unseen(x, SPAN_METADATA, LJ_STR("displayName"),
                            XML_VALUE(x->token, "displayName"));
        } else if (x->token->kind == XML_TEXT) {
            opc_emit_stray(x);
        }
    }
}

/* ---- tables, links, pivots ---- */

void xlsx_read_table(opc_xml *x, void *ctx)
{
    (void)ctx;
    lj_str none = {NULL, 0};
    do {
        const xml_token *token = x->token;
        if (token->kind == XML_START && token->id == OPC_table) {
            opc_emit_unseen(x, SPAN_SHEET_NAME, LJ_STR("table"), XML_VALUE(token, "displayName"));
            opc_emit_unseen(x, SPAN_ATTRIBUTE, LJ_STR("comment"), XML_VALUE(token, "comment"));
        } else if (token->kind == XML_START && token->id == OPC_tableColumn) {
            opc_emit_text(x, SPAN_CELL, none, XML_VALUE(token, "name"));
            opc_emit_text(x, SPAN_CELL, none, XML_VALUE(token, "totalsRowLabel"));
        } else if (token->kind == XML_START) {
            opc_emit_attrs(x);
        } else if (token->kind == XML_TEXT) {
            opc_emit_stray(x);
        }
    } while (opc_next(x));
}

void xlsx_read_external(opc_xml *x, void *ctx)
{
    (void)ctx;
    lj_buf value;
    lj_buf_init(&value, x->pkg->arena, TEXT_MAX);
    bool in_value = false;
    while (opc_next(x)) {
        const xml_token *token = x->token;
        if (token->kind == XML_TEXT) {
            if (in_value) {
                lj_buf_put(&value, lj_str_bytes(token->text));
            } else {
                opc_emit_stray(x);
            }
        } else if (token->id == OPC_v) {
            in_value = token->kind == XML_START;
            int64_t number = 0;
            if (!in_value &&
                (!xml_int(lj_buf_str(&value), &number) || look_is_wordy(lj_buf_str(&value)))) {
                opc_emit_unseen(x, SPAN_CELL, (lj_str){NULL, 0}, lj_buf_str(&value));
            }
            lj_buf_clear(&value);
        } else if (token->kind != XML_START) {
            continue;
        } else if (token->id == OPC_sheetName) {
            opc_emit_unseen(x, SPAN_SHEET_NAME, LJ_STR("external"), XML_VALUE(token, "val"));
        } else if (token->id == OPC_cell) {
            span_place *place = &x->base.place;
            (void)xlsx_cell_ref(XML_VALUE(token, "r"), &place->row_no, &place->col_no);
        } else {
            opc_emit_attrs(x);
        }
    }
}

/* Shared items and records: <s v="text"/>. */
void xlsx_read_pivot(opc_xml *x, void *ctx)
{
    (void)ctx;
    while (opc_next(x)) {
        const xml_token *token = x->token;
        if (token->kind == XML_START && token->id == OPC_s) {
            opc_emit_unseen(x, SPAN_CELL, (lj_str){NULL, 0}, XML_VALUE(token, "v"));
        } else if (token->kind == XML_START) {
            opc_emit_attrs(x);
        } else if (token->kind == XML_TEXT) {
            opc_emit_stray(x);
        }
    }
}
