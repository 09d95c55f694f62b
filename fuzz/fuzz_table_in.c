/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Fuzz target of tables for import. An input that begins with the byte 1 is what stands inside the
 * parts of a workbook - sheet, strings, styles, workbook, divided by zeros - and the package around
 * them is made here, so that checksums are not in the fuzzer's way; all others are read as they
 * are. */
#include "base/json.h"
#include "base/num.h"
#include "book_build.h"
#include "report/table_header.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

typedef struct seen {
    uint32_t row_no, rows;
    table_header header;
} seen;

static lj_code take_row(void *ctx, const table_row *row, lj_err *err)
{
    seen *all = ctx;
    (void)err;
    LJ_ASSERT(row->row_no > all->row_no && row->row_no <= 16U * 1024 * 1024);
    LJ_ASSERT(row->cell_count > 0 && row->cell_count <= 256);
    all->row_no = row->row_no;
    all->rows++;
    for (uint32_t i = 0; i < row->cell_count; i++) {
        const table_cell *cell = &row->cells[i];
        LJ_ASSERT(cell->column_idx < 256);
        LJ_ASSERT(i == 0 || cell->column_idx > row->cells[i - 1].column_idx);
        LJ_ASSERT(cell->kind != TABLE_EMPTY && (uint32_t)cell->kind < TABLE_KIND_COUNT);
        LJ_ASSERT(cell->text.len > 0 || cell->kind == TABLE_FORMULA);
        LJ_ASSERT(lj_utf8_is_valid(lj_str_bytes(cell->text)));
        LJ_ASSERT(cell->text.len <= (size_t)4 * 32767);
        LJ_ASSERT(table_row_cell(row, cell->column_idx) == cell);
        (void)table_cell_fault(cell);
    }
    (void)table_header_take(&all->header, row);
    return LJ_OK;
}

static void read_table(lj_slice bytes)
{
    const table_title titles[] = {
        {{LJ_STR("编号"), LJ_STR("a")}, true},
        {{LJ_STR("密级"), LJ_STR("b")}, true},
    };
    const lj_str sheets[] = {LJ_STR("载体"), LJ_STR("a")};
    table_options options = {.sheets = sheets, .sheet_count = 2};
    lj_arena *arena = lj_arena_new(TABLE_ARENA_MAX);
    table_summary summary;
    lj_err err = {0};
    seen all = {0};
    LJ_ASSERT(arena != NULL && table_header_init(&all.header, arena, titles, 2));
    lj_code code =
        table_read(bytes, &options, arena, &(table_sink){&all, take_row}, &summary, &err);
    table_header_end(&all.header);
    LJ_ASSERT(code == table_fault_row_of(summary.fault.code)->code);
    LJ_ASSERT(code == LJ_OK || err.code == code);
    LJ_ASSERT(summary.row_count == all.rows && summary.last_row_no == all.row_no);
    lj_arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    enum { PARTS = 4, PART_MAX = 65536 };
    static char texts[PARTS][PART_MAX];
    if (len == 0 || bytes[0] != 1) {
        read_table(lj_slice_of(bytes, len));
        return 0;
    }
    uint32_t part = 0;
    size_t at = 0;
    memset(texts, 0, sizeof(texts));
    for (size_t i = 1; i < len && part < PARTS; i++) {
        if (bytes[i] == 0) {
            part++;
            at = 0;
        } else if (at < PART_MAX - 1) {
            texts[part][at++] = (char)bytes[i];
        }
    }
    book_parts parts = {.sheet = texts[0],
                        .strings = texts[1],
                        .styles = texts[2],
                        .workbook = texts[3][0] != '\0' ? texts[3] : NULL,
                        .flags = ZIP_BUILD_STORED};
    zip_build zip;
    read_table(book_build(&zip, &parts));
    zip_build_done(&zip);
    return 0;
}
