/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Tests of report/table_out: what is written reads back the same, and the same rows give the same
 * bytes. */
#define _GNU_SOURCE /* mkdtemp, usleep */
#include "report/table_out.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/num.h"
#include "base/os.h"
#include "report/table_in_priv.h"
#include "table_dump.h"

#include "../check.h"

static char folder[] = "/tmp/lijian-table-XXXXXX";

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) != NULL ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder); /* fails when a temporary file was left behind */
}

static const table_column columns[] = {
    {.title = LJ_STR("编号"),         .kind = TABLE_TEXT},
    {                         .title = LJ_STR("数量"),             .kind = TABLE_NUMBER                  },
    { .title = LJ_STR("日期"), .kind = TABLE_DATE,                   .hint = LJ_STR("如 2023-05-01")},
};

static table_out_options plain(table_format format)
{
    return (table_out_options){.format = format,
                               .sheet = LJ_STR("载体台账"),
                               .columns = columns,
                               .column_count = 3,
                               .created_at = 1682870400000,
                               .folder = folder};
}

/* Writes rows of three values; the bytes live in `out`. */
static void write_rows(const table_out_options *options, const table_value *values, size_t count,
                       lj_buf *out)
{
    lj_arena *arena = lj_arena_new((size_t)64 << 20);
    table_out *table = NULL;
    lj_err err = {0};
    lj_buf_init(out, NULL, (size_t)256 << 20);
    assert_int_equal(table_out_new(options, arena, &table, &err), LJ_OK);
    for (size_t i = 0; i < count; i += options->column_count) {
        assert_int_equal(table_out_row(table, &values[i], &err), LJ_OK);
    }
    assert_int_equal(table_out_finish(table, out, &err), LJ_OK);
    assert_int_equal(table_out_finish(table, out, &err), LJ_E_INVALID);
    table_out_free(table);
    lj_arena_free(arena);
}

#define TEXT(literal)                                                                              \
    {                                                                                              \
        LJ_STR(literal), TABLE_TEXT                                                                \
    }
#define NUMBER(literal)                                                                            \
    {                                                                                              \
        LJ_STR(literal), TABLE_NUMBER                                                              \
    }
#define DATE(literal)                                                                              \
    {                                                                                              \
        LJ_STR(literal), TABLE_DATE                                                                \
    }
#define NOTHING                                                                                    \
    {                                                                                              \
        {NULL, 0}, TABLE_EMPTY                                                                     \
    }

static const table_value odd_values[] = {
    TEXT("=1+1"),
    NUMBER("12"),
    DATE("2023-05-01"), /* */
    TEXT("+5"),
    NUMBER("-0.5"),
    DATE("2024-02-29 13:30:05"), /* */
    TEXT("-5"),
    NUMBER("0.1"),
    DATE("9999-12-31"), /* */
    TEXT("@SUM(A1)"),
    NUMBER("123456789012345"),
    DATE("1900-03-01"), /* */
    TEXT("\t=1"),
    NUMBER("1234567890123456"),
    DATE("1900-02-28"), /* */
    TEXT("'=1"),
    NUMBER("0.30000000000000004"),
    DATE("2023-02-30"), /* */
    TEXT("110101199003078888"),
    NUMBER("1E+25"),
    NOTHING, /* */
    TEXT(" a\nb\"c,d;e "),
    NUMBER("007"),
    TEXT("_x000D_<&>"), /* */
    TEXT("\r"),
    NUMBER("abc"),
    TEXT("a\x01"
         "b\xF0\xA0\x80\x80"), /* */
    NOTHING,
    NOTHING,
    NOTHING, /* */
    TEXT("'"),
    {LJ_STR("TRUE"),     TABLE_BOOL},
    {LJ_STR("12:00:00"), TABLE_TIME},
};

static void check_dump(const char *name, lj_slice bytes, const char *wanted)
{
    lj_buf text;
    table_summary summary;
    lj_buf_init(&text, NULL, 1 << 20);
    assert_int_equal(table_dump(bytes, NULL, &text, &summary), LJ_OK);
    CHECK_ROW_TEXT(name, text.ptr, text.len, wanted);
    lj_buf_done(&text);
}

static void test_out__xlsx_reads_back(void **state)
{
    (void)state;
    lj_buf bytes;
    table_out_options options = plain(TABLE_XLSX);
    write_rows(&options, odd_values, LJ_COUNT_OF(odd_values), &bytes);
    check_dump("xlsx", lj_buf_slice(&bytes),
               "1 A text 编号; B text 数量; C text 日期\n"
               "2 A text =1+1; B number 12; C date 2023-05-01\n"
               "3 A text +5; B number -0.5; C date 2024-02-29 13:30:05\n"
               "4 A text -5; B number 0.1; C date 9999-12-31\n"
               "5 A text @SUM(A1); B number 123456789012345; C date 1900-03-01\n"
               "6 A text \t=1; B text 1234567890123456; C text 1900-02-28\n"
               "7 A text '=1; B text 0.30000000000000004; C text 2023-02-30\n"
               "8 A text 110101199003078888; B text 1E+25\n"
               "9 A text  a\\nb\"c,d;e ; B text 007; C text _x000D_<&>\n"
               "10 A text \\r; B text abc; C text a\x01"
               "b\xF0\xA0\x80\x80\n"
               "12 A text '; B bool TRUE; C text 12:00:00\n");
    lj_buf_done(&bytes);
}

static void test_out__csv_reads_back(void **state)
{
    (void)state;
    lj_buf bytes;
    table_out_options options = plain(TABLE_CSV);
    write_rows(&options, odd_values, LJ_COUNT_OF(odd_values), &bytes);
    check_dump("csv", lj_buf_slice(&bytes),
               "1 A text 编号; B text 数量; C text 日期\n"
               "2 A text =1+1; B text 12; C text 2023-05-01\n"
               "3 A text +5; B text -0.5; C text 2024-02-29 13:30:05\n"
               "4 A text -5; B text 0.1; C text 9999-12-31\n"
               "5 A text @SUM(A1); B text 123456789012345; C text 1900-03-01\n"
               "6 A text \t=1; B text 1234567890123456; C text 1900-02-28\n"
               "7 A text '=1; B text 0.30000000000000004; C text 2023-02-30\n"
               "8 A text 110101199003078888; B text 1E+25\n"
               "9 A text  a\\nb\"c,d;e ; B text 007; C text _x000D_<&>\n"
               "10 A text \\r; B text abc; C text a\x01"
               "b\xF0\xA0\x80\x80\n"
               "12 A text '; B text TRUE; C text 12:00:00\n");
    lj_buf_done(&bytes);
}

static void test_out__csv_is_guarded(void **state)
{
    (void)state;
    static const table_value values[] = {TEXT("=1+1"), NUMBER("-5"), TEXT("-5"),
                                         TEXT("a,b"),  TEXT("'@"),   TEXT("x\r\ny")};
    lj_buf bytes;
    table_out_options options = plain(TABLE_CSV);
    write_rows(&options, values, LJ_COUNT_OF(values), &bytes);
    CHECK_ROW_TEXT("csv", bytes.ptr, bytes.len,
                   "\xEF\xBB\xBF编号,数量,日期\r\n'=1+1,-5,'-5\r\n\"a,b\",''@,\"x\ny\"\r\n");
    lj_buf_done(&bytes);
}

static void test_out__the_same_rows_give_the_same_bytes(void **state)
{
    (void)state;
    for (int format = TABLE_XLSX; format <= TABLE_CSV; format++) {
        lj_buf a;
        lj_buf b;
        table_out_options options = plain((table_format)format);
        write_rows(&options, odd_values, LJ_COUNT_OF(odd_values), &a);
        (void)usleep(1100 * 1000); /* the clock must not matter */
        write_rows(&options, odd_values, LJ_COUNT_OF(odd_values), &b);
        assert_true(lj_slice_is(lj_buf_slice(&a), lj_buf_slice(&b)));
        lj_buf_done(&a);
        lj_buf_done(&b);
    }
}

/* True when a part of the package holds the text. */
static bool part_has(lj_slice bytes, const char *part, const char *text)
{
    lj_arena *arena = lj_arena_new((size_t)64 << 20);
    lj_buf found;
    table_summary summary = {0};
    table_run run = {.arena = arena, .out = &summary, .limits = table_limits_standard()};
    table_zip zip;
    size_t len = 1;
    lj_buf_init(&found, arena, (size_t)16 << 20);
    assert_int_equal(table_zip_open(&run, bytes, &zip), LJ_OK);
    const table_member *member = table_zip_lookup(&run, &zip, lj_cstr_bytes(part));
    table_unpack *unpack = member != NULL ? table_unpack_new(&run, &zip, member) : NULL;
    while (unpack != NULL && len > 0) {
        uint8_t *room = lj_buf_room(&found, 4096);
        assert_non_null(room);
        assert_int_equal(table_unpack_fill(unpack, room, 4096, &len), LJ_OK);
        found.len += len;
    }
    table_unpack_done(unpack);
    bool has = lj_slice_find(lj_buf_slice(&found), lj_cstr_bytes(text)) != SIZE_MAX;
    lj_arena_free(arena);
    return has && member != NULL;
}

static void test_out__templates_have_drop_downs(void **state)
{
    (void)state;
    static const lj_str few[] = {LJ_STR("绝密"), LJ_STR("机密"), LJ_STR("秘密")};
    static const lj_str commas[] = {LJ_STR("甲,乙"), LJ_STR("丙")};
    static char names[300][8];
    lj_str many[300];
    for (int i = 0; i < 300; i++) {
        (void)snprintf(names[i], sizeof(names[i]), "单%d", i);
        many[i] = lj_cstr_str(names[i]);
    }
    table_column own[] = {
        {.title = LJ_STR("密级"), .kind = TABLE_TEXT, .choices = few,    .choice_count = 3  },
        {.title = LJ_STR("单位"), .kind = TABLE_TEXT, .choices = many,   .choice_count = 300},
        {.title = LJ_STR("类"),    .kind = TABLE_TEXT, .choices = commas, .choice_count = 2  },
    };
    table_out_options options = plain(TABLE_XLSX);
    options.columns = own;
    options.blank_rows = 500;
    lj_buf bytes;
    write_rows(&options, NULL, 0, &bytes);
    static const struct {
        const char *part, *text;
    } rows[] = {
        {"xl/worksheets/sheet1.xml", "sqref=\"A2:A501\"><formula1>\"绝密,机密,秘密\"</formula1>"},
        {"xl/worksheets/sheet1.xml", "sqref=\"B2:B501\"><formula1>'选项'!$B$1:$B$300</formula1>"    },
        {"xl/worksheets/sheet1.xml", "sqref=\"C2:C501\"><formula1>'选项'!$C$1:$C$2</formula1>"      },
        {"xl/worksheets/sheet1.xml", "<pane ySplit=\"1\""                                             },
        {"xl/worksheets/sheet2.xml", "<t>单299</t>"                                                  },
        {"xl/workbook.xml",          "name=\"选项\" sheetId=\"2\" state=\"hidden\""                 },
        {"docProps/core.xml",        "2023-04-30T16:00:00Z</dcterms:created>"                         },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        CHECK_ROW(rows[i].text, part_has(lj_buf_slice(&bytes), rows[i].part, rows[i].text), true);
    }
    check_dump("template", lj_buf_slice(&bytes), "1 A text 密级; B text 单位; C text 类\n");
    lj_buf_done(&bytes);
}

static void test_out__refuses_what_excel_cannot_hold(void **state)
{
    (void)state;
    lj_arena *arena = lj_arena_new((size_t)64 << 20);
    static const struct {
        const char *name;
        lj_str sheet;
        uint32_t columns;
        bool fits;
    } rows[] = {
        {"plain",                    LJ_STR("载体"),                           3, true },
        {"no name",                  LJ_STR(""),                                 3, false},
        {"a slash",                  LJ_STR("a/b"),                              3, false},
        {"a bracket",                LJ_STR("a[b"),                              3, false},
        {"an apostrophe at the end", LJ_STR("a'"),                               3, false},
        {"31 letters",               LJ_STR("1234567890123456789012345678901"),  3, true },
        {"32 letters",               LJ_STR("12345678901234567890123456789012"), 3, false},
        {"no columns",               LJ_STR("a"),                                0, false},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        table_out *table = NULL;
        lj_err err = {0};
        table_out_options options = plain(TABLE_XLSX);
        options.sheet = rows[i].sheet;
        options.column_count = rows[i].columns;
        CHECK_ROW(rows[i].name, table_out_new(&options, arena, &table, &err),
                  rows[i].fits ? LJ_OK : LJ_E_INVALID);
        table_out_free(table); /* unfinished: its file goes all the same */
    }
    table_out_options options = plain(TABLE_XLSX);
    table_out *table = NULL;
    lj_err err = {0};
    options.folder = "/nowhere/at/all";
    assert_int_not_equal(table_out_new(&options, arena, &table, &err), LJ_OK);
    static char text[32769];
    memset(text, 'x', sizeof(text) - 1);
    for (int format = TABLE_XLSX; format <= TABLE_CSV; format++) {
        options = plain((table_format)format);
        assert_int_equal(table_out_new(&options, arena, &table, &err), LJ_OK);
        table_value values[3] = {
            {{text, 32767}, TABLE_TEXT},
            NOTHING, NOTHING
        };
        assert_int_equal(table_out_row(table, values, &err), LJ_OK);
        values[0].text.len = 32768;
        assert_int_equal(table_out_row(table, values, &err), LJ_E_LIMIT);
        table_out_free(table);
    }
    lj_arena_free(arena);
}

/* ---- random tables ---- */

static uint32_t random_below(uint64_t *seed, uint32_t below)
{
    *seed = *seed * 6364136223846793005U + 1442695040888963407U;
    return (uint32_t)(*seed >> 33) % below;
}

static lj_str random_text(uint64_t *seed, lj_arena *arena)
{
    static const char *const pieces[] = {
        "a", "'",   "=",   "+",  "-",    "@",       "\t", " ", "\n", "\r",
        ",", ";",   "\"",  "局", "机密", "_x000D_", "_",  "&", "<",  "\xF0\xA0\x80\x80",
        "0", "]]>", "\x01"};
    lj_buf buf;
    lj_buf_init(&buf, arena, 1024);
    for (uint32_t left = random_below(seed, 8); left > 0; left--) {
        const char *piece = pieces[random_below(seed, (uint32_t)LJ_COUNT_OF(pieces))];
        if (piece[0] == '\n' && buf.len > 0 && buf.ptr[buf.len - 1] == '\r') {
            continue; /* CR LF becomes LF */
        }
        lj_buf_put_cstr(&buf, piece);
    }
    return lj_buf_str(&buf);
}

static table_value random_value(uint64_t *seed, lj_arena *arena, bool texts_only)
{
    char text[64];
    uint32_t which = texts_only ? 0 : random_below(seed, 4);
    if (which == 1) {
        bool is_long = false;
        lj_buf buf;
        double number = (double)random_below(seed, 2000000000) - 1000000000;
        static const double scales[] = {1, 10, 1000, 100000};
        (void)snprintf(text, sizeof(text), "%.15g", number / scales[random_below(seed, 4)]);
        lj_buf_init(&buf, arena, 64);
        assert_true(table_number_put(lj_cstr_bytes(text), &buf, &is_long));
        return (table_value){lj_buf_str(&buf), TABLE_NUMBER};
    }
    if (which == 2) {
        lj_buf buf;
        lj_buf_init(&buf, arena, 64);
        double day = 61 + random_below(seed, 2958404);
        double second = random_below(seed, 2) * random_below(seed, 86400);
        assert_true(table_date_put(day + second / 86400, false, &buf));
        return (table_value){lj_buf_str(&buf), TABLE_DATE};
    }
    lj_str made = random_text(seed, arena);
    return (table_value){made, made.len > 0 ? TABLE_TEXT : TABLE_EMPTY};
}

typedef struct expected {
    const table_value *values;
    uint32_t column_count;
    bool is_csv;
    uint64_t seed;
} expected;

static lj_code compare_row(void *ctx, const table_row *row, lj_err *err)
{
    const expected *want = ctx;
    (void)err;
    for (uint32_t i = 0; row->row_no > 1 && i < want->column_count; i++) {
        const table_value *value = &want->values[(row->row_no - 2) * want->column_count + i];
        const table_cell *cell = table_row_cell(row, i);
        table_kind kind = want->is_csv && value->kind != TABLE_EMPTY ? TABLE_TEXT : value->kind;
        if ((cell != NULL ? cell->kind : TABLE_EMPTY) != kind ||
            (cell != NULL && !lj_str_is(cell->text, value->text))) {
            fail_msg("seed %ju, row %u, column %u: '%.*s', wanted '%.*s'", (uintmax_t)want->seed,
                     row->row_no, i, cell != NULL ? (int)cell->text.len : 0,
                     cell != NULL ? cell->text.ptr : "", (int)value->text.len, value->text.ptr);
        }
    }
    return LJ_OK;
}

static void test_out__random_tables_read_back(void **state)
{
    (void)state;
    enum { ROWS = 50, COLUMNS = 3 };
    for (uint64_t seed = 1; seed <= 60; seed++) {
        uint64_t next = seed;
        bool is_csv = seed % 2 == 0;
        lj_arena *arena = lj_arena_new(TABLE_ARENA_MAX);
        static table_value values[ROWS * COLUMNS];
        uint32_t count = 0;
        for (uint32_t i = 0; i < ROWS * COLUMNS; i++) {
            values[i] = random_value(&next, arena, is_csv && i % 2 == 0);
        }
        for (uint32_t i = 0; i < ROWS; i++) {
            const table_value *row = &values[(size_t)i * COLUMNS];
            bool empty = row[0].text.len + row[1].text.len + row[2].text.len == 0;
            count += empty ? 0 : 1;
        }
        lj_buf bytes;
        table_out_options options = plain(is_csv ? TABLE_CSV : TABLE_XLSX);
        write_rows(&options, values, ROWS * COLUMNS, &bytes);
        expected want = {values, COLUMNS, is_csv, seed};
        table_summary summary;
        lj_err err = {0};
        assert_int_equal(table_read(lj_buf_slice(&bytes), NULL, arena,
                                    &(table_sink){&want, compare_row}, &summary, &err),
                         LJ_OK);
        assert_int_equal(summary.row_count, count + 1);
        lj_buf_done(&bytes);
        lj_arena_free(arena);
    }
}

static lj_code count_cells(void *ctx, const table_row *row, lj_err *err)
{
    uint64_t *cells = ctx;
    (void)err;
    *cells += row->cell_count;
    return LJ_OK;
}

static void test_out__twenty_thousand_rows_pass(void **state)
{
    (void)state;
    enum { ROWS = 20000, COLUMNS = 12 };
    table_column own[COLUMNS];
    table_value values[COLUMNS];
    char texts[COLUMNS][32];
    lj_arena *arena = lj_arena_new(TABLE_ARENA_MAX);
    table_out *table = NULL;
    lj_err err = {0};
    for (int i = 0; i < COLUMNS; i++) {
        own[i] = columns[i % 3];
    }
    table_out_options options = plain(TABLE_XLSX);
    options.columns = own;
    options.column_count = COLUMNS;
    uint64_t begin = lj_os_mono_ms();
    assert_int_equal(table_out_new(&options, arena, &table, &err), LJ_OK);
    for (int row = 0; row < ROWS; row++) {
        for (int i = 0; i < COLUMNS; i++) {
            if (i % 3 == 2) {
                (void)snprintf(texts[i], sizeof(texts[i]), "2023-05-%02d", row % 31 + 1);
            } else {
                (void)snprintf(texts[i], sizeof(texts[i]), "%s%d", i % 3 == 0 ? "载体-" : "",
                               row * COLUMNS + i);
            }
            values[i] = (table_value){lj_cstr_str(texts[i]), columns[i % 3].kind};
        }
        assert_int_equal(table_out_row(table, values, &err), LJ_OK);
    }
    lj_buf bytes;
    lj_buf_init(&bytes, NULL, (size_t)64 << 20);
    assert_int_equal(table_out_finish(table, &bytes, &err), LJ_OK);
    table_out_free(table);
    uint64_t cells = 0;
    table_summary summary;
    print_message("# written in %ju ms, %zu bytes\n", (uintmax_t)(lj_os_mono_ms() - begin),
                  bytes.len);
    begin = lj_os_mono_ms();
    assert_int_equal(table_read(lj_buf_slice(&bytes), NULL, arena,
                                &(table_sink){&cells, count_cells}, &summary, &err),
                     LJ_OK);
    print_message("# read in %ju ms, %ju bytes unpacked, %ju of arena\n",
                  (uintmax_t)(lj_os_mono_ms() - begin), (uintmax_t)summary.unpacked,
                  (uintmax_t)lj_arena_used(arena));
    assert_int_equal(cells, (uint64_t)(ROWS + 1) * COLUMNS);
    lj_buf_done(&bytes);
    lj_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_out__xlsx_reads_back),
        cmocka_unit_test(test_out__csv_reads_back),
        cmocka_unit_test(test_out__csv_is_guarded),
        cmocka_unit_test(test_out__the_same_rows_give_the_same_bytes),
        cmocka_unit_test(test_out__templates_have_drop_downs),
        cmocka_unit_test(test_out__refuses_what_excel_cannot_hold),
        cmocka_unit_test(test_out__random_tables_read_back),
        cmocka_unit_test(test_out__twenty_thousand_rows_pass),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
