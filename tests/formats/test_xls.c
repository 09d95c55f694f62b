/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Binary workbooks: what the samples do not show - kinds of encryption, limits, records that lie,
 * old versions, pictures, tokens. Lines are those of formats/span_dump.h. */
#include <stdlib.h>

#include "../check.h"
#include "base/num.h"
#include "biff_build.h"
#include "collect.h"
#include "formats/sheet/sheet.h"
#include "ole2_build.h"
#include "ooxml_build.h"
#include "text/seeds.h"

enum { GLOBALS = 5, SHEET = 0x10, CHART = 0x20 };

static void put_workbook(collect *seen, const char *stream, lj_slice bytes)
{
    ole2_build file;
    ole2_build_init(&file, 9);
    (void)ole2_build_stream(&file, OLE2_BUILD_ROOT, stream, bytes);
    collect_run(seen, ole2_build_end(&file));
    ole2_build_done(&file);
}

/* A workbook with one sheet, open for its records. */
static void begin(biff_build *b, uint32_t version)
{
    biff_build_init(b, version);
    biff_bof(b, GLOBALS);
    biff_font(b, 11, 0x7FFF, 400, "Arial");
    biff_xf(b, 0, 0, 0, 0, 64);
    biff_boundsheet(b, "One", 0, 0);
    biff_eof(b);
    biff_sheet_bof(b, SHEET);
}

static void end(biff_build *b, collect *seen)
{
    biff_eof(b);
    collect_init(seen);
    put_workbook(seen, b->version == 8 ? "Workbook" : "Book", lj_buf_slice(&b->out));
    biff_build_done(b);
}

/* ---- encryption ---- */

static void test_xls__opens_with_a_password_and_names_the_kind(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        biff_lock lock;
        uint32_t version;
        const char *detail;
        const char *password;
    } rows[] = {
        {"RC4",                 BIFF_LOCK_RC4,       8, "rc4-40",        "example"        },
        {"RC4 of CryptoAPI",    BIFF_LOCK_CRYPTOAPI, 8, "rc4-cryptoapi", "example"        },
        {"XOR",                 BIFF_LOCK_XOR,       8, "xls-xor",       "example"        },
        {"XOR of Excel 95",     BIFF_LOCK_XOR,       5, "xls-xor",       "example"        },
        {"Chinese password",    BIFF_LOCK_RC4,       8, "rc4-40",        "口令"         },
        {"the standard one",    BIFF_LOCK_RC4,       8, NULL,            "VelvetSweatshop"},
        {"the same, CryptoAPI", BIFF_LOCK_CRYPTOAPI, 8, NULL,            "VelvetSweatshop"},
        {"the same, XOR",       BIFF_LOCK_XOR,       8, NULL,            "VelvetSweatshop"},
    };
    static const lj_str known[] = {LJ_STR("wrong"), LJ_STR("example"), LJ_STR("口令")};
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        biff_build b;
        biff_build_init(&b, rows[i].version);
        biff_bof(&b, GLOBALS);
        biff_filepass(&b, rows[i].lock);
        biff_boundsheet(&b, "Locked", 0, 0);
        biff_eof(&b);
        biff_sheet_bof(&b, SHEET);
        for (uint16_t k = 0; k < 60; k++) { /* more than one block, records across their ends */
            biff_label(&b, k, 0, 0, k < 59 ? "somewhat longer text of a cell" : "the last cell");
        }
        biff_eof(&b);
        biff_encrypt(&b, rows[i].lock, rows[i].password);
        for (int opens = 0; opens < 2; opens++) {
            collect seen;
            collect_init(&seen);
            seen.options.passwords = known;
            seen.options.password_count = opens == 1 ? LJ_COUNT_OF(known) : 1;
            put_workbook(&seen, rows[i].version == 8 ? "Workbook" : "Book", lj_buf_slice(&b.out));
            bool open = opens == 1 || rows[i].detail == NULL;
            print_message("row: %s, %d\n", rows[i].name, opens);
            CHECK_ROW(rows[i].name, collect_has(&seen, "'the last cell'"), open);
            CHECK_ROW(rows[i].name, collect_has(&seen, "sheet=1 'Locked'"), open);
            CHECK_ROW(rows[i].name, collect_has_note(&seen, NOTE_PASSWORD_USED), open);
            CHECK_ROW(rows[i].name, collect_has_gap(&seen, GAP_ENCRYPTED, rows[i].detail), !open);
            CHECK_ROW(rows[i].name, seen.gap_count, open ? 0 : 1);
            collect_done(&seen);
        }
        biff_build_done(&b);
    }
}

static void test_xls__tells_an_unknown_encryption(void **state)
{
    (void)state;
    biff_build b;
    begin(&b, 8);
    biff_record(&b, 0x2F, LJ_BYTES("\1\0\7\0\7\0"));
    biff_label(&b, 0, 0, 0, "never in clear");
    collect seen;
    end(&b, &seen);
    assert_true(collect_has_gap(&seen, GAP_ENCRYPTED, "office-unknown"));
    CHECK_HAS_NOT(&seen, "never in clear");
    collect_done(&seen);
}

/* ---- structure ---- */

/* Substreams inside each other: 8 are told apart, text in deeper ones is read as well. */
static void test_xls__reads_substreams_at_any_depth(void **state)
{
    (void)state;
    for (uint16_t depth = 7; depth <= 9; depth++) {
        biff_build b;
        begin(&b, 8);
        for (uint16_t i = 1; i < depth; i++) {
            biff_bof(&b, CHART);
        }
        biff_label(&b, 0, 0, 0, "deepest");
        for (uint16_t i = 1; i < depth; i++) {
            biff_eof(&b);
        }
        biff_label(&b, 6, 1, 0, "back in the sheet");
        collect seen;
        end(&b, &seen);
        CHECK_HAS(&seen, "sheet=1 {0+7 size=1100} 'deepest'");
        CHECK_HAS(&seen, "sheet=1 row=7 col=2 {0+17 size=1100} 'back in the sheet'");
        assert_int_equal(seen.gap_count, 0);
        collect_done(&seen);
    }
}

/* Fonts beyond the table's 65,536 rows are left out, and nothing else is lost. */
static void test_xls__limits_its_tables(void **state)
{
    (void)state;
    static const uint32_t counts[] = {65535, 65536, 65537};
    for (size_t i = 0; i < LJ_COUNT_OF(counts); i++) {
        biff_build b;
        biff_build_init(&b, 8);
        biff_bof(&b, GLOBALS);
        for (uint32_t k = 0; k < counts[i]; k++) {
            biff_record(&b, 0x31, LJ_BYTES("\xDC\0\0\0\xFF\x7F\x90\1\0\0\0\0\0\0\0\0"));
        }
        biff_font(&b, 20, 0x7FFF, 400, "Arial");
        biff_xf(&b, (uint16_t)(counts[i] + 1), 0, 0, 0, 64);
        biff_boundsheet(&b, "One", 0, 0);
        biff_eof(&b);
        biff_sheet_bof(&b, SHEET);
        biff_label(&b, 0, 0, 0, "still here");
        collect seen;
        end(&b, &seen);
        /* font 65,536 is the last one that fits: its number in a cell format has 16 bits */
        CHECK_HAS(&seen, "'still here'");
        CHECK_ROW("size of the last font", collect_has(&seen, "size=2000"), 0);
        assert_int_equal(seen.gap_count, 0);
        collect_done(&seen);
    }
    sheet_rows list = {NULL, 0, 0};
    lj_arena *arena = lj_arena_new(64 << 20);
    assert_non_null(arena);
    for (uint32_t i = 0; i < 65536; i++) {
        assert_non_null(sheet_rows_add(&list, arena, 4));
    }
    assert_null(sheet_rows_add(&list, arena, 4));
    lj_arena_free(arena);
}

static void test_xls__knows_512_ranges_of_hidden_columns(void **state)
{
    (void)state;
    sheet_hidden_cols *cols = calloc(1, sizeof(*cols));
    assert_non_null(cols);
    for (uint32_t i = 1; i <= SHEET_HIDDEN_COLS_MAX + 1; i++) {
        sheet_hidden_cols_add(cols, 2 * i, 2 * i);
    }
    assert_true(sheet_col_is_hidden(cols, 2 * (SHEET_HIDDEN_COLS_MAX - 1)));
    assert_true(sheet_col_is_hidden(cols, 2 * SHEET_HIDDEN_COLS_MAX));
    assert_false(sheet_col_is_hidden(cols, 2 * (SHEET_HIDDEN_COLS_MAX + 1)));
    assert_false(sheet_col_is_hidden(cols, 3));
    free(cols);
}

/* Unknown records are swept together, more of them than one sweep takes. */
static void test_xls__sweeps_any_number_of_unknown_records(void **state)
{
    (void)state;
    static const uint32_t counts[] = {32766, 32767, 32768, 32769};
    for (size_t i = 0; i < LJ_COUNT_OF(counts); i++) {
        biff_build b;
        begin(&b, 8);
        for (uint32_t k = 0; k < counts[i]; k++) {
            biff_record(&b, 0x777, LJ_BYTES("\1\2\3\4\5\6"));
        }
        biff_open_record(&b, 0x777);
        (void)biff_put_wide(&b.out, "关于调整食堂开饭时间的通知");
        biff_close_record(&b);
        collect seen;
        end(&b, &seen);
        CHECK_HAS(&seen, "raw part=Workbook swept hidden:slack "
                         "'关于调整食堂开饭时间的通知'");
        assert_int_equal(seen.gap_count, 0);
        collect_done(&seen);
    }
}

static void test_xls__reads_leftovers_behind_the_last_sheet(void **state)
{
    (void)state;
    biff_build b;
    begin(&b, 8);
    biff_eof(&b);
    lj_buf_put(&b.out, LJ_BYTES("\0\0\0\0\0\0\0\0"));
    (void)biff_put_wide(&b.out, "关于调整食堂开饭时间的通知");
    collect seen;
    collect_init(&seen);
    put_workbook(&seen, "Workbook", lj_buf_slice(&b.out));
    CHECK_HAS(&seen, "关于调整食堂开饭时间的通知");
    assert_int_equal(seen.gap_count, 0);
    collect_done(&seen);
    biff_build_done(&b);
}

/* Claims of a record about itself, one lie each. */
static void test_xls__survives_lies(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint16_t id;
        lj_slice body;
        const char *wanted; /* NULL: only that the rest is read */
        bool damaged;
    } rows[] = {
        {"a string longer than its record",  0x204, {NULL, 0}, "'ab'",  true },
        {"strings that are not there",       0xFC,  {NULL, 0}, NULL,    true },
        {"a cell without a body",            0xFD,  {NULL, 0}, NULL,    false},
        {"a formula longer than its record", 0x06,  {NULL, 0}, NULL,    false},
        {"a text box without its text",      0x1B6, {NULL, 0}, NULL,    false},
        {"a shape longer than the file",     0xEC,  {NULL, 0}, NULL,    false},
        {"a link longer than its record",    0x1B8, {NULL, 0}, NULL,    false},
        {"a note of no object",              0x1C,  {NULL, 0}, NULL,    false},
        {"a scenario without cells",         0xAF,  {NULL, 0}, "'abc'", false},
        {"sheets of another workbook",       0x1AE, {NULL, 0}, NULL,    false},
        {"a name longer than its record",    0x18,  {NULL, 0}, NULL,    false},
        {"cached cells without values",      0x5A,  {NULL, 0}, NULL,    false},
    };
    const lj_slice bodies[] = {
        LJ_BYTES("\0\0\0\0\0\0\xFF\xFF\0ab"),
        LJ_BYTES("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\5\xFF\xFF\xFF\xFF"),
        LJ_BYTES("\0\0"),
        LJ_BYTES("\0\0\0\0\0\0\0\0\0\0\0\0\xFF\xFF\0\0\0\0\0\0\xFF\xFF\x17\xFF\1z"),
        LJ_BYTES("\0\0\0\0\0\0\0\0\0\0\xFF\xFF\xFF\xFF"),
        LJ_BYTES("\xF3\xFF\x0B\xF0\xFF\xFF\xFF\x7F\x80\xC3\xFF\xFF\xFF\xFF"),
        LJ_BYTES("\0\0\0\0\0\0\0\0................\2\0\0\0\xFF\1\0\0\xFF\xFF\xFF\xFFz"),
        LJ_BYTES("\0\0\0\0\0\0\x09\0\1\0\0a"),
        LJ_BYTES("\xFF\xFF\0\0\3\xFF\xFF\0abc"),
        LJ_BYTES("\xFF\xFF\1\0\0x\xFF\xFF\0"),
        LJ_BYTES("\0\0\0\xFF\xFF\xFF\0\0\0\0\xFF\xFF\xFF\xFF\0z"),
        LJ_BYTES("\xFF\0\0\0\2\xFF\xFF\0z"),
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        biff_build b;
        begin(&b, 8);
        biff_record(&b, rows[i].id, bodies[i]);
        biff_label(&b, 8, 1, 0, "behind it");
        collect seen;
        end(&b, &seen);
        print_message("row: %s\n", rows[i].name);
        CHECK_HAS(&seen, "row=9 col=2 {0+9 size=1100} 'behind it'");
        if (rows[i].wanted != NULL) {
            CHECK_HAS(&seen, rows[i].wanted);
        }
        CHECK_ROW(rows[i].name, collect_has_gap(&seen, GAP_DAMAGED, NULL), rows[i].damaged);
        CHECK_ROW(rows[i].name, seen.examined, seen.size);
        collect_done(&seen);
    }
}

/* A workbook whose list of sheets names one place many times, or places outside the file. */
static void test_xls__survives_a_list_of_sheets_that_lies(void **state)
{
    (void)state;
    biff_build b;
    biff_build_init(&b, 8);
    biff_bof(&b, GLOBALS);
    for (uint32_t i = 0; i < 300; i++) {
        biff_record(&b, 0x85,
                    i % 2 == 0 ? LJ_BYTES("\xFF\xFF\xFF\xFF\1\0\1\0x")
                               : LJ_BYTES("\0\0\0\0\0\0\1\0y"));
    }
    biff_eof(&b);
    biff_bof(&b, SHEET);
    biff_label(&b, 0, 0, 0, "in no list");
    collect seen;
    end(&b, &seen);
    CHECK_HAS(&seen, "hidden:unreachable '");
    assert_int_equal(collect_count(&seen, "sheet_name"), 300);
    collect_done(&seen);
}

/* ---- cells ---- */

static void test_xls__reads_rows_that_are_hidden_by_default(void **state)
{
    (void)state;
    biff_build b;
    begin(&b, 8);
    BIFF_WORDS(&b, 0x225, 2, 0);
    BIFF_WORDS(&b, 0x208, 1, 0, 1, 255, 0, 0, 0, 0);
    BIFF_WORDS(&b, 0x208, 2, 0, 1, 0, 0, 0, 0, 0);
    biff_label(&b, 0, 0, 0, "by default");
    biff_label(&b, 1, 0, 0, "shown");
    biff_label(&b, 2, 0, 0, "of no height");
    collect seen;
    end(&b, &seen);
    CHECK_HAS(&seen, "row=1 col=1 hidden:cell {0+10 size=1100} 'by default'");
    CHECK_HAS(&seen, "row=2 col=1 {0+5 size=1100} 'shown'");
    CHECK_HAS(&seen, "row=3 col=1 hidden:cell {0+12 size=1100} 'of no height'");
    collect_done(&seen);
}

static void test_xls__finds_text_of_formulas_behind_arrays(void **state)
{
    (void)state;
    biff_build b;
    begin(&b, 8);
    biff_formula(&b, 0, 0, LJ_BYTES("\1\0\0\0\0"), NULL);
    biff_record(&b, 0x221, LJ_BYTES("\0\0\0\0\0\0\0\0\0\0\0\0\7\0\x17\4\0WORD"));
    biff_open_record(&b, 0x207);
    biff_put_string(&b, "cached", 2);
    biff_close_record(&b);
    biff_open_record(&b, 0x207);
    biff_put_string(&b, "of no formula", 2);
    biff_close_record(&b);
    collect seen;
    end(&b, &seen);
    CHECK_HAS(&seen, "row=1 col=1 {0+6 size=1100} 'cached'");
    CHECK_HAS(&seen, "hidden:unreachable {0+13 size=1100} 'of no formula'");
    collect_done(&seen);
}

static void test_xls__leaves_numbers_out_when_not_all_is_wanted(void **state)
{
    (void)state;
    for (int all = 0; all < 2; all++) {
        biff_build b;
        begin(&b, 8);
        biff_number(&b, 0, 0, 0, 42);
        biff_number(&b, 0, 1, 0, 42.25);
        biff_number(&b, 900, 0, 0, 4242);
        biff_eof(&b);
        collect seen;
        collect_init(&seen);
        seen.options.wants_all = all == 1;
        text_seeds *seeds = NULL;
        static const lj_str word = {"密", 3};
        assert_int_equal(text_seeds_new(&word, 1, &seeds, NULL), LJ_OK);
        seen.options.seeds = seeds;
        put_workbook(&seen, "Workbook", lj_buf_slice(&b.out));
        assert_int_equal(collect_count(&seen, "'42'"), 1);
        assert_int_equal(collect_count(&seen, "'42.25'"), all);
        assert_int_equal(collect_count(&seen, "'4242'"), all);
        collect_done(&seen);
        text_seeds_free(seeds);
        biff_build_done(&b);
    }
}

static void test_xls__writes_numbers(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *text;
    } rows[] = {
        {0,                       "0"                    },
        {-7,                      "-7"                   },
        {0.1,                     "0.1"                  },
        {1.55,                    "1.55"                 },
        {12004.55,                "12004.55"             },
        {0.9999999999999999,      "1"                    },
        {99999.999999999999,      "100000"               },
        {999999999999999.0,       "999999999999999"      },
        {1e15,                    "1E+15"                },
        {1.5e300,                 "1.5E+300"             },
        {-2.5e-5,                 "-2.5E-05"             },
        {5e-324,                  "4.94065645841247E-324"},
        {(double)__builtin_inf(), "0"                    },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        uint8_t room[64];
        lj_buf out = {.ptr = room, .cap = sizeof(room), .max_len = sizeof(room)};
        sheet_put_number(&out, rows[i].value);
        CHECK_ROW_TEXT(rows[i].text, out.ptr, out.len, rows[i].text);
    }
    assert_true(sheet_rk(0x000000C2) == 48.0);
    assert_true(sheet_rk(0xFFFFFFFE) == -1.0);
    assert_true(sheet_rk(0x0000000B) == 0.02);
    assert_true(sheet_rk(0x3FF00000) == 1.0);
    assert_true(sheet_rk(0x40590001) == 1.0);
}

static void test_xls__joins_constants_of_tokens(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t version;
        lj_slice tokens;
        const char *text;
    } rows[] = {
        {"two strings",        8,  {(const uint8_t *)"\x17\2\0ab\x17\1\0c\x08", 9 + 1},                   "abc"},
        {"a reference first",  8,  {(const uint8_t *)"\x24\1\0\2\xC0\x17\1\0c\x08", 10},                  "c"  },
        {"CHAR twice",
         8,                        {(const uint8_t *)"\x1E\xBB\0\x41\x6F\0\x1E\xFA\0\x41\x6F\0\x08", 13},
         "机"                                                                                                 },
        {"CHAR of both bytes", 8,  {(const uint8_t *)"\x1E\xFA\xBB\x41\x6F\0", 6},                        "机"},
        {"bytes of BIFF5",     5,  {(const uint8_t *)"\x17\2\xBB\xFA", 4},                                "机"},
        {"BIFF2 area",         2,  {(const uint8_t *)"\x25\0\0\1\0\0\1\x17\1z", 10},                      "z"  },
        {"choose",             8,  {(const uint8_t *)"\x19\4\1\0\0\0\0\0\x17\1\0z", 12},                  "z"  },
        {"BIFF12",             12, {(const uint8_t *)"\x24\0\0\0\0\0\0\x17\1\0z\0", 12},                  "z"  },
        {"an unknown token",   8,  {(const uint8_t *)"\x17\1\0a\x3F\x17\1\0b", 9},                        "a"  },
        {"a string cut off",   8,  {(const uint8_t *)"\x17\x09\0ab", 5},                                  "ab" },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        uint8_t room[64];
        lj_buf out = {.ptr = room, .cap = sizeof(room), .max_len = sizeof(room)};
        const sheet_dialect dialect = {rows[i].version, TEXT_GB18030};
        sheet_fold_tokens(&dialect, rows[i].tokens, &out);
        CHECK_ROW_TEXT(rows[i].name, out.ptr, out.len, rows[i].text);
    }
}

/* Byte strings: by the code page, and without one when pairs of bytes read well. */
static void test_xls__reads_byte_strings(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint16_t codepage;
        const char *bytes, *wanted;
    } rows[] = {
        {"936",           936,   "\xCA\xB3\xCC\xC3",                 "'食堂'"      },
        {"950",           950,   "\xAD\xB9\xB0\xF3",                 "'食堂'"      },
        {"1252, but GBK", 1252,  "\xCA\xB3\xCC\xC3\xCD\xA8\xD6\xAA", "'食堂通知'"},
        {"1252",          1252,  "caf\xE9 cr\xE8me",                 "'café crème'"},
        {"Macintosh",     10008, "\xCA\xB3\xCC\xC3",                 "'食堂'"      },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        biff_build b;
        biff_build_init(&b, 5);
        biff_bof(&b, GLOBALS);
        BIFF_WORDS(&b, 0x42, rows[i].codepage);
        biff_boundsheet(&b, "One", 0, 0);
        biff_eof(&b);
        biff_sheet_bof(&b, SHEET);
        biff_label(&b, 0, 0, 0, rows[i].bytes);
        collect seen;
        end(&b, &seen);
        print_message("row: %s\n", rows[i].name);
        CHECK_HAS(&seen, rows[i].wanted);
        collect_done(&seen);
    }
}

/* ---- objects ---- */

static void test_xls__gives_pictures_as_children(void **state)
{
    (void)state;
    biff_build b;
    biff_build_init(&b, 8);
    biff_bof(&b, GLOBALS);
    biff_open_record(&b, 0xEB); /* a group, a store, an entry with a PNG, cut by CONTINUE */
    lj_buf_put(&b.out,
               LJ_BYTES("\x0F\0\0\xF0\x70\0\0\0\x1F\0\1\xF0\x60\0\0\0\x62\0\7\xF0\x50\0\0\0"));
    for (int i = 0; i < 36; i++) {
        lj_buf_put_u8(&b.out, 0);
    }
    lj_buf_put(&b.out, LJ_BYTES("\0\x6E\x1E\xF0\x21\0\0\0................\xFF\x89PNG"));
    biff_close_record(&b);
    biff_record(&b, 0x3C, LJ_BYTES("\r\n\x1A\n........"));
    biff_eof(&b);
    collect seen;
    end(&b, &seen);
    CHECK_HAS(&seen, "doc png embedded 'picture' size=16");
    assert_true(collect_has_gap(&seen, GAP_PICTURE, "png"));
    collect_done(&seen);
}

static void test_xls__keeps_comments_without_a_place(void **state)
{
    (void)state;
    biff_build b;
    begin(&b, 8);
    biff_text_object(&b, 0x19, 1, "of no cell", (lj_slice){NULL, 0}, 0);
    biff_text_object(&b, 0x19, 2, "of a cell", (lj_slice){NULL, 0}, 0);
    biff_text_object(&b, 0x19, 2, "the same object again", (lj_slice){NULL, 0}, 0);
    biff_note(&b, 4, 3, 2, "Somebody");
    biff_note(&b, 5, 3, 2, "Somebody else");
    biff_note(&b, 6, 3, 9, "Nobody");
    collect seen;
    end(&b, &seen);
    CHECK_HAS(&seen, "comment part=Workbook sheet=1 {0+10 size=1100} 'of no cell'");
    CHECK_HAS(&seen, "sheet=1 row=5 col=4 author=Somebody {0+9 size=1100} 'of a cell'");
    CHECK_HAS(&seen, "'the same object again'");
    assert_int_equal(collect_count(&seen, "] comment"), 3);
    collect_done(&seen);
}

/* A note of Excel 5 in two records, cut within a letter. */
static void test_xls__joins_notes_of_old_versions(void **state)
{
    (void)state;
    biff_build b;
    begin(&b, 5);
    BIFF_WORDS(&b, 0x42, 936);
    biff_record(&b, 0x1C, LJ_BYTES("\1\0\2\0\x04\0\xCA\xB3\xCC"));
    biff_record(&b, 0x1C, LJ_BYTES("\xFF\xFF\0\0\1\0\xC3"));
    biff_record(&b, 0x1C, LJ_BYTES("\5\0\2\0\x09\0cut"));
    biff_record(&b, 0x1C, LJ_BYTES("\6\0\2\0\x04\0next"));
    collect seen;
    end(&b, &seen);
    CHECK_HAS(&seen, "comment part=Book sheet=1 row=2 col=3 '食堂'");
    CHECK_HAS(&seen, "row=6 col=3 'cut'");
    CHECK_HAS(&seen, "row=7 col=3 'next'");
    collect_done(&seen);
}

/* A text box and a button of Excel 5 in GBK, with a name and without. */
static void test_xls__reads_objects_of_old_versions(void **state)
{
    (void)state;
    static const char zero[18] = {0};
    for (uint16_t kind = 6; kind <= 8; kind++) {
        biff_build b;
        begin(&b, 5);
        BIFF_WORDS(&b, 0x42, 936);
        biff_open_record(&b, 0x5D);
        lj_buf_put_u32le(&b.out, 1);
        lj_buf_put_u16le(&b.out, kind);
        lj_buf_put_u16le(&b.out, 1);
        lj_buf_put(&b.out, lj_slice_of(zero, 18));
        lj_buf_put(&b.out, LJ_BYTES("\3\0\0\0\4\0\0\0"));
        lj_buf_put(&b.out, lj_slice_of(zero, 10));
        lj_buf_put(&b.out, LJ_BYTES("\4\0\0\0\x10\0"));
        lj_buf_put(&b.out, lj_slice_of(zero, 10));
        lj_buf_put_u16le(&b.out, 0);
        lj_buf_put(&b.out, lj_slice_of(zero, 8));
        lj_buf_put(&b.out, LJ_BYTES("\4\xB2\xCB\xB5\xA5\0mac\xCA\xB3\xCC\xC3\0"));
        lj_buf_put(&b.out, lj_slice_of(zero, 16));
        biff_close_record(&b);
        collect seen;
        end(&b, &seen);
        CHECK_ROW("text box", collect_has(&seen, "textbox part=Book sheet=1 '食堂'"), kind == 6);
        CHECK_ROW("button", collect_has(&seen, "form part=Book sheet=1 '食堂'"), kind == 7);
        CHECK_ROW("name", collect_has(&seen, "'name':'菜单'"), kind < 8);
        collect_done(&seen);
    }
}

static void test_biff__is_recognised_by_its_first_record(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        lj_slice bytes;
        bool fits;
    } rows[] = {
        {"Excel 2",        {(const uint8_t *)"\x09\0\4\0\2\0\x10\0\x0B\0\0\0", 12},       true },
        {"Excel 3",        {(const uint8_t *)"\x09\2\6\0\0\3\x10\0\0\0\x0B\2\0\0", 14},   true },
        {"Excel 4",        {(const uint8_t *)"\x09\4\6\0\0\4\x10\0\0\0\x0B\2\0\0", 14},   true },
        {"another kind",   {(const uint8_t *)"\x09\4\6\0\0\4\x11\0\0\0\x0B\2\0\0", 14},   false},
        {"another length", {(const uint8_t *)"\x09\4\x60\0\0\4\x10\0\0\0\x0B\2\0\0", 14}, false},
        {"a tab of text",  {(const uint8_t *)"\tx\0y\0\tz........", 14},                  false},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        collect seen;
        collect_init(&seen);
        collect_run(&seen, rows[i].bytes);
        CHECK_ROW(rows[i].name, collect_has(&seen, "doc biff"), rows[i].fits);
        collect_done(&seen);
    }
}

/* ---- xlsb ---- */

/* A package with one sheet of these records. */
static void run_xlsb(collect *seen, lj_slice records)
{
    zip_build zip;
    zip_build_init(&zip);
    ooxml_rels(&zip, "", "officeDocument xl/workbook.bin");
    zip_build_data(&zip, "xl/workbook.bin", LJ_BYTES("\x83\1\0\x84\1\0"));
    zip_build_data(&zip, "xl/worksheets/sheet1.bin", records);
    collect_init(seen);
    collect_run(seen, zip_build_end(&zip, LJ_BYTES(""), false));
    zip_build_done(&zip);
}

static void test_xlsb__survives_lies(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t id;
        const char *body;
        size_t len;
        bool damaged;
    } rows[] = {
        {"row 2 to the 31st",        0,   "\xFF\xFF\xFF\x7F\0\0\0\0\x2C\1\0\0\0\0\0\0\0",    17, false},
        {"row 2 to the 32nd",        0,   "\xFF\xFF\xFF\xFF\0\0\0\0\x2C\1\0\0\0\0\0\0\0",    17, false},
        {"a string beyond its end",  6,   "\1\0\0\0\0\0\0\0\xFF\xFF\xFF\x7Fz\0",             14, true },
        {"no such string",           7,   "\1\0\0\0\0\0\0\0\xFF\xFF\xFF\xFF",                12, false},
        {"columns turned around",    60,  "\x09\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\1\0",          18, false},
        {"ranges beyond the end",    64,  "\0\0\0\0\xFF\xFF\xFF\xFF",                        8,  false},
        {"a header beyond its end",  479, "\0\0\xFF\xFF\0\0z\0",                             8,  true },
        {"a formula beyond its end", 8,   "\1\0\0\0\0\0\0\0\1\0\0\0z\0\0\0\xFF\xFF\xFF\xFF", 20,
         false                                                                                        },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        lj_buf out;
        lj_buf body;
        collect seen;
        lj_buf_init(&out, NULL, 1 << 20);
        lj_buf_init(&body, NULL, 1 << 20);
        biff12_record(&out, 129, (lj_slice){NULL, 0});
        biff12_record(&out, 145, (lj_slice){NULL, 0});
        biff12_record(&out, rows[i].id, lj_slice_of(rows[i].body, rows[i].len));
        biff12_record(&out, 0, LJ_BYTES("\4\0\0\0\0\0\0\0\x2C\1\0\0\0\0\0\0\0"));
        lj_buf_put(&body, LJ_BYTES("\1\0\0\0\0\0\0\0"));
        biff12_put_string(&body, "behind it");
        biff12_record(&out, 6, lj_buf_slice(&body));
        run_xlsb(&seen, lj_buf_slice(&out));
        print_message("row: %s\n", rows[i].name);
        CHECK_HAS(&seen, "row=5 col=2 hidden:unreachable 'behind it'");
        CHECK_ROW(rows[i].name, collect_has_gap(&seen, GAP_DAMAGED, "part"), rows[i].damaged);
        collect_done(&seen);
        lj_buf_done(&out);
        lj_buf_done(&body);
    }
}

/* A record larger than the window: its text is found by the sweep. */
static void test_xlsb__sweeps_records_larger_than_the_window(void **state)
{
    (void)state;
    lj_buf out;
    lj_buf body;
    collect seen;
    lj_buf_init(&out, NULL, 8 << 20);
    lj_buf_init(&body, NULL, 8 << 20);
    for (uint32_t i = 0; i < (1 << 20) + 4096; i++) {
        lj_buf_put_u8(&body, (uint8_t)(i % 7));
    }
    (void)biff_put_wide(&body, "关于调整食堂开饭时间的通知");
    biff12_record(&out, 129, (lj_slice){NULL, 0});
    biff12_record(&out, 4000, lj_buf_slice(&body));
    biff12_record(&out, 0, LJ_BYTES("\4\0\0\0\0\0\0\0\x2C\1\0\0\0\0\0\0\0"));
    lj_buf_clear(&body);
    lj_buf_put(&body, LJ_BYTES("\1\0\0\0\0\0\0\0"));
    biff12_put_string(&body, "behind it");
    biff12_record(&out, 6, lj_buf_slice(&body));
    run_xlsb(&seen, lj_buf_slice(&out));
    CHECK_HAS(&seen, "hidden:slack '关于调整食堂开饭时间的通知'");
    CHECK_HAS(&seen, "row=5 col=2 hidden:unreachable 'behind it'");
    assert_int_equal(seen.gap_count, 0);
    collect_done(&seen);
    lj_buf_done(&out);
    lj_buf_done(&body);
}

/* Tables, other workbooks, pivot caches, links, validations, conditions. */
static void test_xlsb__reads_every_part(void **state)
{
    (void)state;
    static const uint8_t zero[80] = {0};
    zip_build zip;
    lj_buf out;
    lj_buf body;
    zip_build_init(&zip);
    lj_buf_init(&out, NULL, 1 << 20);
    lj_buf_init(&body, NULL, 1 << 20);
    ooxml_rels(&zip, "", "officeDocument xl/workbook.bin");
    biff12_record(&out, 131, (lj_slice){NULL, 0});
    lj_buf_put_u32le(&body, 0);
    biff12_put_string(&body, "张三");
    biff12_record(&out, 548, lj_buf_slice(&body));
    zip_build_data(&zip, "xl/workbook.bin", lj_buf_slice(&out));

    lj_buf_clear(&out);
    lj_buf_clear(&body);
    lj_buf_put(&body, lj_slice_of(zero, 16 + 12 * 4));
    biff12_put_string(&body, "internal");
    biff12_put_string(&body, "表格名");
    biff12_put_string(&body, "表说明");
    biff12_record(&out, 343, lj_buf_slice(&body));
    lj_buf_clear(&body);
    lj_buf_put(&body, lj_slice_of(zero, 24));
    biff12_put_string(&body, NULL);
    biff12_put_string(&body, "列名");
    biff12_put_string(&body, "合计行");
    biff12_record(&out, 347, lj_buf_slice(&body));
    zip_build_data(&zip, "xl/tables/table1.bin", lj_buf_slice(&out));

    lj_buf_clear(&out);
    lj_buf_clear(&body);
    lj_buf_put_u16le(&body, 0);
    biff12_record(&out, 360, lj_buf_slice(&body));
    lj_buf_clear(&body);
    lj_buf_put_u32le(&body, 1);
    biff12_put_string(&body, "外部表");
    biff12_record(&out, 359, lj_buf_slice(&body));
    lj_buf_clear(&body);
    lj_buf_put_u32le(&body, 2);
    biff12_record(&out, 366, lj_buf_slice(&body));
    lj_buf_clear(&body);
    lj_buf_put_u32le(&body, 1);
    biff12_put_string(&body, "缓存值");
    biff12_record(&out, 371, lj_buf_slice(&body));
    zip_build_data(&zip, "xl/externalLinks/externalLink1.bin", lj_buf_slice(&out));

    lj_buf_clear(&out);
    lj_buf_clear(&body);
    biff12_record(&out, 179, (lj_slice){NULL, 0});
    biff12_put_string(&body, "透视值");
    biff12_record(&out, 24, lj_buf_slice(&body));
    zip_build_data(&zip, "xl/pivotCache/pivotCacheDefinition1.bin", lj_buf_slice(&out));

    lj_buf_clear(&out);
    lj_buf_clear(&body);
    biff12_record(&out, 129, (lj_slice){NULL, 0});
    lj_buf_put(&body, lj_slice_of(zero, 16));
    biff12_put_string(&body, "rId1");
    biff12_put_string(&body, "A1");
    biff12_put_string(&body, "链接提示");
    biff12_put_string(&body, "链接文字");
    biff12_record(&out, 494, lj_buf_slice(&body));
    lj_buf_clear(&body);
    lj_buf_put(&body, lj_slice_of(zero, 8));
    biff12_put_string(&body, NULL);
    biff12_put_string(&body, "填错了");
    biff12_put_string(&body, "填写说明");
    biff12_put_string(&body, NULL);
    lj_buf_put(&body, LJ_BYTES("\7\0\0\0\x17\2\0\x2C\x7B\x00\x4E\0\0\0\0"));
    biff12_record(&out, 64, lj_buf_slice(&body));
    lj_buf_clear(&body);
    lj_buf_put(&body, lj_slice_of(zero, 42));
    biff12_put_string(&body, "条件文字");
    biff12_record(&out, 463, lj_buf_slice(&body));
    lj_buf_clear(&body);
    lj_buf_put(&body, lj_slice_of(zero, 8));
    lj_buf_put_u8(&body, 0);
    biff12_put_string(&body, "单元格里的文字");
    biff12_record(&out, 62, lj_buf_slice(&body));
    zip_build_data(&zip, "xl/worksheets/sheet1.bin", lj_buf_slice(&out));

    collect seen;
    collect_init(&seen);
    collect_run(&seen, zip_build_end(&zip, LJ_BYTES(""), false));
    static const char *const wanted[] = {
        "'userName':'张三'",
        "'table':'表格名'",
        "'comment':'表说明'",
        "] cell part=xl/tables/table1.bin hidden:unreachable '列名'",
        "'合计行'",
        "'external':'外部表'",
        "row=3 col=2 hidden:unreachable hidden:not_printed '缓存值'",
        "'透视值'",
        "'tooltip':'链接提示'",
        "'display':'链接文字'",
        "'error':'填错了'",
        "'promptTitle':'填写说明'",
        "'formula':'第一'",
        "'text':'条件文字'",
        "'单元格里的文字'",
    };
    for (size_t i = 0; i < LJ_COUNT_OF(wanted); i++) {
        CHECK_HAS(&seen, wanted[i]);
    }
    CHECK_HAS_NOT(&seen, "'rId1'");
    assert_int_equal(seen.gap_count, 0);
    collect_done(&seen);
    zip_build_done(&zip);
    lj_buf_done(&out);
    lj_buf_done(&body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_xls__opens_with_a_password_and_names_the_kind),
        cmocka_unit_test(test_xls__tells_an_unknown_encryption),
        cmocka_unit_test(test_xls__reads_substreams_at_any_depth),
        cmocka_unit_test(test_xls__limits_its_tables),
        cmocka_unit_test(test_xls__knows_512_ranges_of_hidden_columns),
        cmocka_unit_test(test_xls__sweeps_any_number_of_unknown_records),
        cmocka_unit_test(test_xls__reads_leftovers_behind_the_last_sheet),
        cmocka_unit_test(test_xls__survives_lies),
        cmocka_unit_test(test_xls__survives_a_list_of_sheets_that_lies),
        cmocka_unit_test(test_xls__reads_rows_that_are_hidden_by_default),
        cmocka_unit_test(test_xls__finds_text_of_formulas_behind_arrays),
        cmocka_unit_test(test_xls__leaves_numbers_out_when_not_all_is_wanted),
        cmocka_unit_test(test_xls__writes_numbers),
        cmocka_unit_test(test_xls__joins_constants_of_tokens),
        cmocka_unit_test(test_xls__reads_byte_strings),
        cmocka_unit_test(test_xls__gives_pictures_as_children),
        cmocka_unit_test(test_xls__keeps_comments_without_a_place),
        cmocka_unit_test(test_xls__joins_notes_of_old_versions),
        cmocka_unit_test(test_xls__reads_objects_of_old_versions),
        cmocka_unit_test(test_biff__is_recognised_by_its_first_record),
        cmocka_unit_test(test_xlsb__survives_lies),
        cmocka_unit_test(test_xlsb__sweeps_records_larger_than_the_window),
        cmocka_unit_test(test_xlsb__reads_every_part),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
