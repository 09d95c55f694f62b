/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Every truncation and every single-bit flip of small tables: read, or refused with a fault, never
 * anything else; and of a workbook no damage passes that changes a value. */
#include <stdlib.h>

#include "book_build.h"
#include "table_dump.h"

#include "../check.h"

static const book_parts parts = {
    .sheet = "<sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" s=\"1\"><v>45047"
             "</v></c></row><row r=\"2\"><c r=\"B2\" t=\"inlineStr\"><is><t>a</t></is></c></row>"
             "</sheetData><mergeCells><mergeCell ref=\"A1:A2\"/></mergeCells>",
    .strings = "<si><t>编号</t></si>",
    .styles = "<cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs>",
};

/* Copies to a block of its own size, so that the checkers see every byte too far. */
static lj_code read_copy(lj_slice bytes, lj_buf *out, table_summary *summary)
{
    uint8_t *copy = malloc(bytes.len > 0 ? bytes.len : 1);
    assert_non_null(copy);
    if (bytes.len > 0) {
        memcpy(copy, bytes.ptr, bytes.len);
    }
    lj_buf_clear(out);
    lj_code code = table_dump(lj_slice_of(copy, bytes.len), NULL, out, summary);
    free(copy);
    assert_int_equal(code, table_fault_row_of(summary->fault.code)->code);
    return code;
}

/* same_or_refused: what is read must be what was written. */
static void damage(lj_slice bytes, bool same_or_refused)
{
    lj_buf whole;
    lj_buf out;
    table_summary summary;
    lj_buf_init(&whole, NULL, 1 << 20);
    lj_buf_init(&out, NULL, 1 << 20);
    assert_int_equal(read_copy(bytes, &whole, &summary), LJ_OK);
    for (size_t len = 0; len < bytes.len; len++) {
        lj_code code = read_copy(lj_slice_of(bytes.ptr, len), &out, &summary);
        assert_true(!same_or_refused || code != LJ_OK || len < 4); /* "PK" is CSV */
    }
    uint8_t *flipped = malloc(bytes.len + 1);
    assert_non_null(flipped);
    memcpy(flipped, bytes.ptr, bytes.len);
    for (size_t bit = 0; bit < bytes.len * 8; bit++) {
        flipped[bit / 8] ^= (uint8_t)(1U << (bit % 8));
        lj_code code = read_copy(lj_slice_of(flipped, bytes.len), &out, &summary);
        if (same_or_refused && code == LJ_OK && summary.format == TABLE_XLSX &&
            !lj_slice_is(lj_buf_slice(&out), lj_buf_slice(&whole))) {
            fail_msg("bit %zu: '%.*s'", bit, (int)out.len, (const char *)out.ptr);
        }
        flipped[bit / 8] ^= (uint8_t)(1U << (bit % 8));
    }
    free(flipped);
    lj_buf_done(&whole);
    lj_buf_done(&out);
}

static void test_damage__of_a_workbook(void **state)
{
    (void)state;
    zip_build zip;
    damage(book_build(&zip, &parts), true);
    zip_build_done(&zip);
}

static void test_damage__of_a_stored_workbook(void **state)
{
    (void)state;
    zip_build zip;
    book_parts stored = parts;
    stored.flags = ZIP_BUILD_STORED | ZIP_BUILD_WIDE;
    damage(book_build(&zip, &stored), true);
    zip_build_done(&zip);
}

static void test_damage__of_csv(void **state)
{
    (void)state;
    damage(LJ_BYTES("\xEF\xBB\xBF编号,\"a\"\"b\"\r\n'=1,\"x\r\ny\"\r\n"), false);
    damage(LJ_BYTES("\xB1\xE0\xBA\xC5;\"\xB5\xA5\xCE\xBB\"\n1;2\n"), false);
    damage(LJ_BYTES("\xFF\xFE\x16\x7F\xF7\x53\x09\x00\x31\x00\x0A\x00"), false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_damage__of_a_workbook),
        cmocka_unit_test(test_damage__of_a_stored_workbook),
        cmocka_unit_test(test_damage__of_csv),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
