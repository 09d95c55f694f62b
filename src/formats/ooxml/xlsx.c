/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Workbooks in Office Open XML: xlsx, xlsm, xltx, xltm, xlsb.
 *
 * Specification: ECMA-376 part 1: 12 (SpreadsheetML packages), 18.
 *
 * Model. Order matters here: the workbook (names and order of sheets), cell formats, shared
 * strings, then the sheets in order, then shared strings that no cell used. What those need in
 * memory is given back before the rest of the package is read, children last. Sheets that the
 * workbook does not know are read too, after those it knows.
 *
 * Traps. A sheet part that only the ZIP knows; a second shared string table; sheets without r on
 * rows and cells. xlsb is the same package with records instead of XML in its main parts: see
 * xlsb.c.
 *
 * Limits. See sheet_strings.c; sheets are streamed. */
#include "formats/ooxml/xlsx.h"
#include "formats/ooxml/drawingml.h"
#include "formats/ooxml/vml.h"

#include "base/num.h"
#include "formats/format_priv.h"
#include "formats/ooxml/opc_sniff.h"

static const opc_root xlsx_roots[] = {
    {OPC_workbook,             SPAN_SHEET_NAME, xlsx_read_workbook  },
    {OPC_styleSheet,           SPAN_STYLE,      xlsx_read_styles    },
    {OPC_sst,                  SPAN_CELL,       xlsx_read_strings   },
    {OPC_worksheet,            SPAN_CELL,       xlsx_read_sheet     },
    {OPC_chartsheet,           SPAN_CELL,       xlsx_read_sheet     },
    {OPC_dialogsheet,          SPAN_CELL,       xlsx_read_sheet     },
    {OPC_macrosheet,           SPAN_CELL,       xlsx_read_sheet     },
    {OPC_comments,             SPAN_COMMENT,    xlsx_read_comments  },
    {OPC_ThreadedComments,     SPAN_COMMENT,    xlsx_read_threads   },
    {OPC_personList,           SPAN_METADATA,   xlsx_read_persons   },
    {OPC_table,                SPAN_SHEET_NAME, xlsx_read_table     },
    {OPC_externalLink,         SPAN_CELL,       xlsx_read_external  },
    {OPC_pivotCacheDefinition, SPAN_CELL,       xlsx_read_pivot     },
    {OPC_pivotCacheRecords,    SPAN_CELL,       xlsx_read_pivot     },
    {OPC_wsDr,                 SPAN_TEXTBOX,    drawingml_read_plain},
    {OPC_chartSpace,           SPAN_TEXTBOX,    drawingml_read_plain},
    {OPC_dataModel,            SPAN_TEXTBOX,    drawingml_read_plain},
    {OPC_drawing,              SPAN_TEXTBOX,    drawingml_read_plain},
    {OPC_xml,                  SPAN_TEXTBOX,    vml_read            },
};

static bool is_sheet_name(lj_slice name)
{
    return lj_slice_find(name, LJ_BYTES("sheets/")) != SIZE_MAX &&
           (opc_name_has_suffix(name, LJ_BYTES(".xml")) ||
            opc_name_has_suffix(name, LJ_BYTES(".bin")));
}

/* The part that the workbook calls so, or the one of that usual name. */
static uint32_t find_part(const opc_package *pkg, uint32_t workbook, opc_rel rel,
                          const char *const names[2])
{
    uint32_t part = rel == OPC_REL_MAIN    ? opc_related(pkg, OPC_NONE, rel)
                    : workbook != OPC_NONE ? opc_related(pkg, workbook, rel)
                                           : OPC_NONE;
    for (int i = 0; i < 2 && part == OPC_NONE; i++) {
        part = opc_lookup(pkg, lj_cstr_bytes(names[i]));
    }
    return part;
}

/* Styles, strings, sheets, unused strings; the arena is as before afterwards. */
static lj_code read_sheets(opc_package *pkg, uint32_t workbook, xlsx_context *context,
                           const opc_roots *roots)
{
    lj_arena_mark mark = lj_arena_mark_of(pkg->arena);
    static const struct {
        opc_rel rel;
        const char *names[2];
    } first[] = {
        {OPC_REL_STYLES,  {"xl/styles.xml", "xl/styles.bin"}              },
        {OPC_REL_STRINGS, {"xl/sharedStrings.xml", "xl/sharedStrings.bin"}}
    };
    lj_code code = LJ_OK;
    for (size_t i = 0; i < LJ_COUNT_OF(first) && code == LJ_OK; i++) {
        uint32_t part = find_part(pkg, workbook, first[i].rel, first[i].names);
        if (part != OPC_NONE) {
            code = opc_visit(pkg, part, roots, OPC_KEEP);
        }
    }
    for (uint32_t i = 0; i < context->sheet_count && code == LJ_OK; i++) {
        if (context->sheets[i] != OPC_NONE) {
            code = opc_visit(pkg, context->sheets[i], roots, 0);
        }
    }
    for (uint32_t i = 0; i < pkg->part_count && code == LJ_OK; i++) {
        if (pkg->parts[i].rel == OPC_REL_SHEET || is_sheet_name(pkg->parts[i].name)) {
            code = opc_visit(pkg, i, roots, 0);
        }
    }
    if (code == LJ_OK) {
        code = xlsx_emit_unused(pkg, &context->strings);
    }
    context->styles = (sheet_styles){NULL, 0};
    context->font_count = 0;
    context->strings = (sheet_strings){.is_full = true};
    lj_arena_rewind(pkg->arena, mark);
    return code;
}

/* Which parts are XML and which are records does not matter. */
lj_code xlsx_read_package(opc_package *pkg)
{
    static const char *const names[2] = {"xl/workbook.xml", "xl/workbook.bin"};
    xlsx_context context = {.sheets = NULL};
    const opc_roots roots = {xlsx_roots, LJ_COUNT_OF(xlsx_roots), &context};
    lj_code code = LJ_OK;
    pkg->read_binary = xlsb_read_part;
    uint32_t workbook = find_part(pkg, OPC_NONE, OPC_REL_MAIN, names);
    if (workbook != OPC_NONE) {
        code = opc_visit(pkg, workbook, &roots, OPC_KEEP);
    }
    if (code == LJ_OK) {
        code = read_sheets(pkg, workbook, &context, &roots);
    }
    if (code == LJ_OK) {
        code = opc_visit_rest(pkg, &roots);
    }
    return code == LJ_OK ? opc_close(pkg) : code;
}

static lj_code xlsx_read(format_run *run, format_src *src)
{
    opc_package pkg;
    lj_code code = opc_open(&pkg, run, src);
    return code == LJ_OK ? xlsx_read_package(&pkg) : code;
}

static int xlsb_sniff(const format_probe *probe)
{
    return format_probe_has(probe, LJ_BYTES("xl/workbook.bin")) ? 120 : 0;
}

static int xlsx_sniff(const format_probe *probe)
{
    return opc_sniff(probe, LJ_BYTES("xl/"), LJ_BYTES("xl/workbook"));
}

const format_row format_xlsx_row = {
    .name = "xlsx",
    .base = "zip",
    .extensions = "xlsx xlsm xltx xltm",
    .sniff = xlsx_sniff,
    .read = xlsx_read,
    .en = "Excel workbook (Office Open XML)",
    .zh = "Excel 工作簿（Office Open XML）",
};

const format_row format_xlsb_row = {
    .name = "xlsb",
    .base = "zip",
    .extensions = "xlsb",
    .sniff = xlsb_sniff,
    .read = xlsx_read,
    .en = "Excel binary workbook (OOXML)",
    .zh = "Excel 二进制工作簿",
};
