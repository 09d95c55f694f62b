/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Parts of a workbook as XML: the scanner's tolerant tokenizer, held strictly. What it marks as not
 * well-formed or cut is a damaged file here; document types are refused, and so is what is nested
 * deeper than any workbook. */
#include "report/table_in_priv.h"

#include "base/num.h"

const xml_names *table_xml_names(table_run *run)
{
    static const char *const names[TABLE_NAME_COUNT] = {
        [TABLE_NAME_DEFAULT] = "Default",
        [TABLE_NAME_OVERRIDE] = "Override",
        [TABLE_NAME_RELATIONSHIP] = "Relationship",
        [TABLE_NAME_WORKBOOK] = "workbook",
        [TABLE_NAME_WORKBOOK_PR] = "workbookPr",
        [TABLE_NAME_SHEETS] = "sheets",
        [TABLE_NAME_SHEET] = "sheet",
        [TABLE_NAME_SST] = "sst",
        [TABLE_NAME_SI] = "si",
        [TABLE_NAME_R] = "r",
        [TABLE_NAME_T] = "t",
        [TABLE_NAME_R_PH] = "rPh",
        [TABLE_NAME_NUM_FMT] = "numFmt",
        [TABLE_NAME_CELL_XFS] = "cellXfs",
        [TABLE_NAME_XF] = "xf",
        [TABLE_NAME_WORKSHEET] = "worksheet",
        [TABLE_NAME_SHEET_DATA] = "sheetData",
        [TABLE_NAME_ROW] = "row",
        [TABLE_NAME_C] = "c",
        [TABLE_NAME_F] = "f",
        [TABLE_NAME_V] = "v",
        [TABLE_NAME_IS] = "is",
        [TABLE_NAME_MERGE_CELL] = "mergeCell",
    };
    const xml_names *made = xml_names_new(run->arena, names, TABLE_NAME_COUNT);
    if (made == NULL) {
        (void)table_stop(run, TABLE_FAULT_MEMORY, 0, 0);
    }
    return made;
}

bool table_xml_open(table_xml *xml, table_run *run, const table_zip *zip,
                    const table_member *member, const xml_names *names)
{
    *xml = (table_xml){.run = run};
    if (run->code != LJ_OK) {
        return false;
    }
    xml->unpack = table_unpack_new(run, zip, member);
    if (xml->unpack == NULL) {
        return false;
    }
    xml->source = (xml_source){xml->unpack, table_unpack_fill};
    xml->reader = xml_open_stream(run->arena, &xml->source, names);
    if (xml->reader == NULL && run->code == LJ_OK) {
        (void)table_stop(run, TABLE_FAULT_MEMORY, 0, 0);
    }
    return run->code == LJ_OK;
}

void table_xml_close(table_xml *xml)
{
    table_unpack_done(xml->unpack);
    xml->unpack = NULL;
}

lj_code table_xml_check(table_xml *xml, uint32_t row_no)
{
    const xml_status *status = xml_status_of(xml->reader);
    if (xml->run->code == LJ_OK && (xml_code(xml->reader) != LJ_OK || status->is_short)) {
        return table_stop(xml->run, TABLE_FAULT_MEMORY, 0, 0);
    }
    if (status->is_bad || status->is_cut || status->has_many_attrs) {
        return table_stop(xml->run, TABLE_FAULT_DAMAGED, row_no, UINT32_MAX);
    }
    return xml->run->code;
}

const xml_token *table_xml_next(table_xml *xml)
{
    if (xml->run->code != LJ_OK) {
        return NULL;
    }
    const xml_token *token = xml_next(xml->reader);
    if (xml->run->code != LJ_OK) {
        return NULL;
    }
    if (token->kind == XML_DOCTYPE) {
        (void)table_stop(xml->run, TABLE_FAULT_DTD, 0, 0);
        return NULL;
    }
    if (token->is_flat || token->depth > xml->run->limits.value[TABLE_LIMIT_NESTING]) {
        (void)table_stop(xml->run, TABLE_FAULT_NESTING, 0, 0);
        return NULL;
    }
    if (token->kind == XML_START && token->depth == 0) {
        xml->root_count++;
    }
    if (token->kind == XML_END_OF_INPUT || xml->root_count > 1) {
        (void)table_xml_check(xml, 0);
        if (xml->root_count != 1) {
            (void)table_stop(xml->run, TABLE_FAULT_DAMAGED, 0, 0);
        }
        return NULL;
    }
    return token;
}

const xml_token *table_xml_inside(table_xml *xml, uint32_t depth)
{
    const xml_token *token = table_xml_next(xml);
    return token != NULL && token->kind == XML_END && token->depth == depth ? NULL : token;
}

void table_xml_skip(table_xml *xml)
{
    uint32_t open = 1;
    while (open > 0) {
        const xml_token *token = table_xml_next(xml);
        if (token == NULL) {
            return;
        }
        open += token->kind == XML_START ? 1 : 0;
        open -= token->kind == XML_END ? 1 : 0;
    }
}

/* ---- strings ---- */

/* The unit of "_xHHHH_" at the start, or UINT32_MAX. */
static uint32_t escape_of(lj_slice text)
{
    if (text.len < 7 || text.ptr[0] != '_' || text.ptr[1] != 'x' || text.ptr[6] != '_') {
        return UINT32_MAX;
    }
    uint32_t unit = 0;
    for (size_t i = 2; i < 6; i++) {
        uint32_t c = text.ptr[i];
        uint32_t lower = c | 0x20U;
        if (c >= '0' && c <= '9') {
            unit = unit * 16 + (c - '0');
        } else if (lower >= 'a' && lower <= 'f') {
            unit = unit * 16 + (lower - 'a' + 10);
        } else {
            return UINT32_MAX;
        }
    }
    return unit;
}

void table_xml_unescape(lj_buf *text, size_t from)
{
    enum { ESCAPE_LEN = 7 };
    if (!lj_buf_ok(text) || text->len <= from ||
        (memchr(text->ptr + from, '_', text->len - from) == NULL &&
         memchr(text->ptr + from, '\r', text->len - from) == NULL)) {
        return;
    }
    /* what comes out is never longer: written over what was read */
    lj_slice all = lj_slice_of(text->ptr, text->len);
    lj_buf over = {.ptr = text->ptr, .len = from, .cap = text->len, .max_len = text->len};
    for (size_t at = from; at < all.len;) {
        uint32_t unit = escape_of(lj_slice_part(all, at, ESCAPE_LEN));
        uint8_t byte = all.ptr[at];
        at += unit != UINT32_MAX ? ESCAPE_LEN : 1;
        if (unit != UINT32_MAX) {
            lj_buf_put_utf8(&over, unit);
        } else {
            lj_buf_put_u8(&over, byte);
        }
        if (over.len >= from + 2 && memcmp(over.ptr + over.len - 2, "\r\n", 2) == 0) {
            over.len -= 2;
            lj_buf_put_u8(&over, '\n');
        }
    }
    text->len = over.len;
}

void table_xml_take_string(table_xml *xml, lj_buf *out)
{
    size_t from = out->len;
    uint32_t open = 1;
    bool in_text = false;
    while (open > 0) {
        const xml_token *token = table_xml_next(xml);
        if (token == NULL) {
            return;
        }
        switch (token->kind) {
        case XML_START:
            if (token->id == TABLE_NAME_R_PH) {
                table_xml_skip(xml);
                break;
            }
            open++;
            in_text = token->id == TABLE_NAME_T;
            break;
        case XML_END:
            open--;
            in_text = false;
            break;
        case XML_TEXT:
        case XML_CDATA:
            if (in_text) {
                lj_buf_put(out, lj_str_bytes(token->text));
            }
            break;
        case XML_COMMENT:
        case XML_PI:
        case XML_DOCTYPE:
        case XML_END_OF_INPUT:
            break;
        }
    }
    table_xml_unescape(out, from);
}
