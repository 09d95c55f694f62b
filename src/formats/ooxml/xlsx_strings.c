/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Shared strings of a workbook, and the rich text of strings, comments and inline strings.
 *
 * Specification: ECMA-376 part 1: 18.4 (shared string table: si, r, t, rPh), 22.9.2.19 ST_Xstring.
 *
 * Model. All strings are kept, because cells name them by number; runs of one item are joined
 * (X17), with their looks. Strings that no cell named are emitted when all sheets are read: they
 * are in the file, and nobody sees them.
 *
 * Traps. Phonetic runs (rPh) repeat the text in another script and would stand between the letters.
 * _x673A_ is the letter 机: Excel writes only controls that way but reads any letter.
 *
 * Limits. Those of sheet/sheet_strings.c. */
#include "formats/ooxml/xlsx.h"

#include "base/num.h"

enum {
    ESCAPE_LEN = 7, /* _xHHHH_ */
};

static int hex_digit(uint8_t c)
{
    uint8_t lower = c | 0x20U;
    return c >= '0' && c <= '9' ? c - '0' : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* The code unit of _xHHHH_ at `at`, or -1. */
static int32_t escape_at(lj_str text, size_t at)
{
    if (text.len - at < ESCAPE_LEN || text.ptr[at] != '_' || text.ptr[at + 1] != 'x' ||
        text.ptr[at + 6] != '_') {
        return -1;
    }
    int32_t unit = 0;
    for (size_t i = at + 2; i < at + 6; i++) {
        int digit = hex_digit((uint8_t)text.ptr[i]);
        if (digit < 0) {
            return -1;
        }
        unit = unit << 4 | digit;
    }
    return unit;
}

void xlsx_unescape(lj_str text, lj_buf *out)
{
    size_t from = 0;
    for (size_t at = 0; at < text.len;) {
        int32_t unit = text.ptr[at] == '_' ? escape_at(text, at) : -1;
        if (unit < 0) {
            at++;
            continue;
        }
        lj_buf_put(out, lj_slice_of(text.ptr + from, at - from));
        at += ESCAPE_LEN;
        uint32_t point = (uint32_t)unit;
        int32_t low = unit >= 0xD800 && unit < 0xDC00 && at < text.len ? escape_at(text, at) : -1;
        if (low >= 0xDC00 && low < 0xE000) {
            point = 0x10000 + (((uint32_t)unit & 0x3FFU) << 10 | ((uint32_t)low & 0x3FFU));
            at += ESCAPE_LEN;
        }
        if (point == '\r') {
            lj_buf_put_u8(out, '\n');
        } else {
            lj_buf_put_utf8(out, point);
        }
        from = at;
    }
    lj_buf_put(out, lj_slice_of(text.ptr + from, text.len - from));
}

/* ---- rich text ---- */

void xlsx_rich_init(xlsx_rich *rich, lj_arena *arena)
{
    *rich = (xlsx_rich){.font = {.fg = LOOK_NO_COLOUR}};
    span_block_init(&rich->block, arena);
    lj_buf_init(&rich->plain, arena, 2 * LJ_MIB);
}

static void rich_text(xlsx_rich *rich, lj_str text)
{
    if (rich->block.text.len > SPAN_BLOCK_MAX) {
        return; /* Excel keeps 32,767 characters in a cell */
    }
    if (look_has_byte(text, '_')) {
        lj_buf_clear(&rich->plain);
        xlsx_unescape(text, &rich->plain);
        text = lj_buf_ok(&rich->plain) ? lj_buf_str(&rich->plain) : text;
    }
    if (rich->has_font) {
        span_look look = sheet_look(&rich->font, LOOK_PAINTED, 0);
        span_block_add(&rich->block, text, &look);
    } else {
        span_block_add(&rich->block, text, NULL);
    }
}

void xlsx_rich_take(xlsx_rich *rich, const xml_token *token)
{
    switch (token->kind) {
    case XML_START:
        if (token->id == OPC_rPh) {
            rich->phonetic++;
        } else if (token->id == OPC_r) {
            rich->has_font = false;
            rich->font = (sheet_font){.fg = LOOK_NO_COLOUR};
        } else if (token->id == OPC_rPr) {
            rich->in_run_props = rich->has_font = true;
        } else if (token->id == OPC_t) {
            rich->in_text = true;
        } else if (rich->in_run_props) {
            xlsx_font_take(&rich->font, token);
        }
        break;
    case XML_END:
        if (token->id == OPC_rPh) {
            rich->phonetic -= rich->phonetic > 0 ? 1 : 0;
        } else if (token->id == OPC_r) {
            rich->has_font = false;
        } else if (token->id == OPC_rPr) {
            rich->in_run_props = false;
        } else if (token->id == OPC_t) {
            rich->in_text = false;
        }
        break;
    case XML_TEXT:
        if (rich->in_text && rich->phonetic == 0 && token->text.len > 0) {
            rich_text(rich, token->text);
        }
        break;
    default:
        break;
    }
}

/* ---- the table ---- */

static void string_end(opc_xml *x, sheet_strings *strings, xlsx_rich *rich)
{
    if (!sheet_strings_add(strings, x->pkg->arena, &rich->block)) {
        span what = opc_span(x, SPAN_CELL);
        opc_emit_block(x, &rich->block, &what);
    }
}

void xlsx_read_strings(opc_xml *x, void *ctx)
{
    xlsx_context *context = ctx;
    sheet_strings *strings = &context->strings;
    if (!x->keeps || strings->count > 0) {
        strings->is_full = true; /* a second table: its strings are emitted, no cell means them */
    } else {
        sheet_strings_init(strings, x->pkg->arena);
        strings->part = x->part;
    }
    xlsx_rich rich;
    xlsx_rich_init(&rich, x->pkg->arena);
    bool in_item = false;
    while (opc_next(x)) {
        const xml_token *token = x->token;
        if (token->kind == XML_START && token->id == OPC_si) {
            in_item = true;
        } else if (token->kind == XML_END && token->id == OPC_si) {
            string_end(x, strings, &rich);
            in_item = false;
        } else if (in_item) {
            xlsx_rich_take(&rich, token);
        } else if (token->kind == XML_TEXT) {
            opc_emit_stray(x);
        } else if (token->kind == XML_START) {
            opc_emit_attrs(x);
        }
    }
}

lj_code xlsx_emit_unused(opc_package *pkg, const sheet_strings *strings)
{
    if (strings->count == 0) {
        return LJ_OK;
    }
    span base = span_of(SPAN_CELL, (lj_str){NULL, 0});
    base.story_id = ++pkg->story_count;
    base.place.part_id = opc_part_id(pkg, strings->part);
    return sheet_emit_unused(pkg->run, strings, &base);
}
