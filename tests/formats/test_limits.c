/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Every limit of formats/limits.h (scanner-aims C.3) at N-1, N and N+1. A row builds a file that
 * needs exactly N of a limit: at N and N+1 nothing is missed, at N-1 a gap names the limit with
 * what was allowed and what was reached, and the text that stood before it is there all the same.
 *
 * Limits without a row: those of the clock (cpu_ms, wall_ms, silence_ms) and of the list of
 * findings belong to the scan, tests/scan/test_scan.c; the memory of a context is tested below in
 * steps, because its use is not counted in bytes. Bombs of many kinds: test_silence.c. */
#include <stdlib.h>

#include "../check.h"
#include "archive_build.h"
#include "base/num.h"
#include "base/os.h"
#include "collect.h"
#include "pdf_build.h"
#include "zip_build.h"

#define BEFORE "某科室星期一的库存清单"
#define AFTER  "某科室星期五的食堂菜单"
/* in the font of pages */
#define FIRST  "Stock list of Monday"
#define LAST   "Canteen menu of Friday"

enum { ROOM = 64 << 20, UNLIMITED = 1 << 30 };

static lj_buf buf_new(void)
{
    lj_buf out;
    lj_buf_init(&out, NULL, ROOM);
    return out;
}

static void put_times(lj_buf *out, const char *text, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        lj_buf_put_cstr(out, text);
    }
}

/* ---- files ---- */

static lj_buf long_text(void)
{
    lj_buf out = buf_new();
    lj_buf_put_cstr(&out, BEFORE "\n");
    put_times(&out, "nothing\n", 5000);
    lj_buf_put_cstr(&out, AFTER "\n");
    return out;
}

/* A member before, the bytes, a member behind. */
static lj_buf zip_of(lj_slice bytes)
{
    zip_build zip;
    zip_build_init(&zip);
    zip_build_text(&zip, "before.txt", BEFORE);
    zip_build_add(&zip, &(zip_build_member){.name = "data.bin", .data = bytes});
    zip_build_text(&zip, "after.txt", AFTER);
    lj_buf out = buf_new();
    lj_buf_put(&out, zip_build_end(&zip, LJ_BYTES(""), false));
    zip_build_done(&zip);
    return out;
}

static lj_buf zip_of_zeros(void)
{
    enum { LEN = 1000000 };
    uint8_t *zeros = calloc(1, LEN);
    assert_non_null(zeros);
    lj_buf out = zip_of(lj_slice_of(zeros, LEN));
    free(zeros);
    return out;
}

/* Three members, one of them an archive of six more. */
static lj_buf zip_of_nine(void)
{
    zip_build inner;
    zip_build_init(&inner);
    for (int i = 0; i < 6; i++) {
        zip_build_text(&inner, "m.txt", "nothing");
    }
    lj_buf out = zip_of(zip_build_end(&inner, LJ_BYTES(""), false));
    zip_build_done(&inner);
    return out;
}

/* The text behind stands seven documents deep; every other layer is a tar. */
static lj_buf nested(void)
{
    lj_buf out = buf_new();
    lj_buf_put_cstr(&out, AFTER);
    for (int i = 0; i < 7; i++) {
        lj_buf next = buf_new();
        if (i % 2 == 0) {
            tar_build_file(&next, "before.txt", LJ_BYTES(BEFORE));
            tar_build_file(&next, "inner", lj_buf_slice(&out));
            tar_build_end(&next);
        } else {
            zip_build zip;
            zip_build_init(&zip);
            zip_build_text(&zip, "before.txt", BEFORE);
            zip_build_data(&zip, "inner", lj_buf_slice(&out));
            lj_buf_put(&next, zip_build_end(&zip, LJ_BYTES(""), false));
            zip_build_done(&zip);
        }
        lj_buf_done(&out);
        out = next;
    }
    return out;
}

/* Forty elements deep. What is deeper than the limit is read flat: its text comes all the same. */
static lj_buf deep_xml(void)
{
    lj_buf out = buf_new();
    lj_buf_put_cstr(&out, "<?xml version=\"1.0\"?>");
    put_times(&out, "<a>", 39);
    lj_buf_put_cstr(&out, BEFORE "<b>" AFTER "</b>");
    put_times(&out, "</a>", 39);
    return out;
}

static lj_buf attributes_xml(void)
{
    lj_buf out = buf_new();
    lj_buf_put_cstr(&out, "<?xml version=\"1.0\"?><a title0=\"" BEFORE "\"");
    for (int i = 1; i < 49; i++) {
        char text[32];
        (void)snprintf(text, sizeof(text), " title%d=\"nothing\"", i);
        lj_buf_put_cstr(&out, text);
    }
    lj_buf_put_cstr(&out, " title49=\"" AFTER "\">nothing</a>");
    return out;
}

static lj_buf paragraphs(void)
{
    lj_buf out = buf_new();
    lj_buf_put_cstr(&out, "<!doctype html><html><body><p>" BEFORE "</p>");
    put_times(&out, "<p>某科室通知</p>", 48);
    lj_buf_put_cstr(&out, "<p>" AFTER "</p></body></html>");
    return out;
}

/* Six pages. */
static lj_buf pages(void)
{
    pdf_build build;
    char kids[256] = "";
    size_t len = 0;
    pdf_build_init(&build);
    int font = pdf_build_add(&build, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>");
    for (int i = 0; i < 6; i++) {
        char content[128];
        (void)snprintf(content, sizeof(content), "BT /F1 12 Tf 100 700 Td (%s) Tj ET",
                       i == 0   ? FIRST
                       : i == 5 ? LAST
                                : "nothing");
        int stream = pdf_build_text(&build, "", content);
        int page = pdf_build_add(&build, "<< /Type /Page /Contents %d 0 R >>", stream);
        len += (size_t)snprintf(kids + len, sizeof(kids) - len, "%d 0 R ", page);
    }
    int tree = pdf_build_add(
        &build, "<< /Type /Pages /Kids [%s] /Count 6 /Resources << /Font << /F1 %d 0 R >> >> >>",
        kids, font);
    int root = pdf_build_add(&build, "<< /Type /Catalog /Pages %d 0 R >>", tree);
    lj_buf out = buf_new();
    lj_buf_put(&out, pdf_build_end(&build, root, ""));
    pdf_build_done(&build);
    return out;
}

/* ---- the table ---- */

typedef enum row_fact {
    LOSES_REST = 1 << 0, /* at N-1 the text behind is not there */
    ONE_ONLY = 1 << 1,   /* a limit of one document: what stands behind it in the file is read */
    NO_RATIOS = 1 << 2,  /* the ratios are out of the way */
    FREE_NONE = 1 << 3,  /* they count from the first byte */
    RATIO_TWO = 1 << 4,  /* they are 2:1 */
    PAGES = 1 << 5,      /* the words are FIRST and LAST */
} row_fact;

typedef struct limit_row {
    format_limit limit;
    lj_buf (*build)(void);
    uint64_t least, most; /* between which N lies; equal when it is known */
    unsigned facts;
} limit_row;

static const limit_row table[] = {
    {FORMAT_LIMIT_FILE_BYTES,     long_text,      40068,   40068,   0                                 },
    {FORMAT_LIMIT_INFLATED,       zip_of_zeros,   1000066, 1000066, LOSES_REST | NO_RATIOS            },
    {FORMAT_LIMIT_RATIO_ENTRY,    zip_of_zeros,   500,     1100,    ONE_ONLY | NO_RATIOS | FREE_NONE  },
    {FORMAT_LIMIT_RATIO_FILE,     zip_of_zeros,   400,     1000,    LOSES_REST | NO_RATIOS | FREE_NONE},
    {FORMAT_LIMIT_RATIO_FREE,     zip_of_zeros,   1000000, 1000066, RATIO_TWO                         },
    {FORMAT_LIMIT_ENTRIES,        zip_of_nine,    9,       9,       LOSES_REST                        },
    {FORMAT_LIMIT_DEPTH,          nested,         7,       7,       LOSES_REST                        },
    {FORMAT_LIMIT_XML_DEPTH,      deep_xml,       40,      40,      ONE_ONLY                          },
    {FORMAT_LIMIT_XML_ATTRIBUTES, attributes_xml, 50,      50,      0                                 },
    {FORMAT_LIMIT_PDF_OBJECTS,    pages,          10,      20,      ONE_ONLY | PAGES                  },
    {FORMAT_LIMIT_PDF_PAGES,      pages,          6,       6,       LOSES_REST | PAGES                },
    {FORMAT_LIMIT_SPANS,          paragraphs,     50,      50,      LOSES_REST                        },
    {FORMAT_LIMIT_CHARACTERS,     paragraphs,     262,     262,     LOSES_REST                        },
    {FORMAT_LIMIT_WORK,           paragraphs,     1000,    100000,  LOSES_REST                        },
    {FORMAT_LIMIT_WORK,           zip_of_zeros,   1000000, 4000000, LOSES_REST | NO_RATIOS            },
    {FORMAT_LIMIT_WORK,           pages,          100,     1000000, PAGES                             },
};

static void examine(collect *seen, lj_slice bytes, const limit_row *row, uint64_t allowed)
{
    uint64_t *limits = seen->options.limits.value;
    seen->options.limits = format_limits_standard();
    if ((row->facts & NO_RATIOS) != 0) {
        limits[FORMAT_LIMIT_RATIO_ENTRY] = limits[FORMAT_LIMIT_RATIO_FILE] = UNLIMITED;
    }
    if ((row->facts & FREE_NONE) != 0) {
        limits[FORMAT_LIMIT_RATIO_FREE] = 0;
    }
    if ((row->facts & RATIO_TWO) != 0) {
        limits[FORMAT_LIMIT_RATIO_ENTRY] = limits[FORMAT_LIMIT_RATIO_FILE] = 2;
    }
    limits[row->limit] = allowed;
    collect_run(seen, bytes);
}

/* The ratio is what speaks when its free part is used up. */
static format_limit named_by(const limit_row *row, const collect *seen)
{
    return row->limit == FORMAT_LIMIT_RATIO_FREE && seen->gap_count > 0 ? seen->gaps[0].what.limit
                                                                        : row->limit;
}

static bool is_limited(const collect *seen)
{
    return collect_has_gap(seen, GAP_LIMIT, NULL);
}

/* The least value at which the file is read without a gap. */
static uint64_t need_of(collect *seen, lj_slice bytes, const limit_row *row)
{
    uint64_t from = 0;
    uint64_t to = row->most * 2;
    while (from < to) {
        uint64_t middle = from + (to - from) / 2;
        examine(seen, bytes, row, middle);
        if (is_limited(seen)) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return to;
}

static void check_at(collect *seen, lj_slice bytes, const limit_row *row, uint64_t need, int step)
{
    char name[96];
    uint64_t allowed = need + (uint64_t)(int64_t)step;
    bool over = step < 0;
    (void)snprintf(name, sizeof(name), "%s of %llu at N%+d", format_limit_row_of(row->limit)->name,
                   (unsigned long long)need, step);
    examine(seen, bytes, row, allowed);
    bool pdf = (row->facts & PAGES) != 0;
    CHECK_ROW(name, collect_has(seen, pdf ? FIRST : BEFORE), true);
    CHECK_ROW(name, is_limited(seen), over);
    bool behind = !over || (row->facts & LOSES_REST) == 0;
    if (!over || (row->facts & (LOSES_REST | ONE_ONLY)) != 0) {
        CHECK_ROW(name, collect_has(seen, pdf ? LAST : AFTER), behind);
    }
    if (!over) {
        return;
    }
    format_limit named = named_by(row, seen);
    CHECK_ROW(name, collect_has_limit(seen, named), true);
    for (uint32_t i = 0; i < seen->gap_count; i++) {
        const gap *what = &seen->gaps[i].what;
        if (what->cause == GAP_LIMIT && what->limit == named && named == row->limit) {
            CHECK_ROW(name, what->allowed, allowed);
            CHECK_ROW(name,
                      what->reached > allowed || named == FORMAT_LIMIT_RATIO_ENTRY ||
                          named == FORMAT_LIMIT_RATIO_FILE,
                      true);
            CHECK_ROW(name, what->reached >= allowed, true);
            CHECK_ROW(name, what->next, GAP_NEXT_LIMIT);
        }
    }
}

static void test_limits__speak_at_n_minus_1_and_not_at_n(void **state)
{
    (void)state;
    for (size_t i = 0; i < LJ_COUNT_OF(table); i++) {
        const limit_row *row = &table[i];
        lj_buf bytes = row->build();
        assert_true(lj_buf_ok(&bytes));
        collect seen;
        collect_init(&seen);
        print_message("row: %s\n", format_limit_row_of(row->limit)->name);
        uint64_t need = need_of(&seen, lj_buf_slice(&bytes), row);
        if (need < row->least || need > row->most) {
            fail_msg("row '%s': N is %llu", format_limit_row_of(row->limit)->name,
                     (unsigned long long)need);
        }
        for (int step = -1; step <= 1; step++) {
            check_at(&seen, lj_buf_slice(&bytes), row, need, step);
        }
        collect_done(&seen);
        lj_buf_done(&bytes);
    }
}

static void test_limits__each_has_a_row_or_another_test(void **state)
{
    (void)state;
    static const format_limit elsewhere[] = {FORMAT_LIMIT_CPU_MS, FORMAT_LIMIT_WALL_MS,
                                             FORMAT_LIMIT_SILENCE_MS, FORMAT_LIMIT_MEMORY,
                                             FORMAT_LIMIT_FINDINGS};
    for (unsigned limit = 0; limit < FORMAT_LIMIT_COUNT; limit++) {
        bool found = false;
        for (size_t i = 0; i < LJ_COUNT_OF(table); i++) {
            found = found || table[i].limit == (format_limit)limit;
        }
        for (size_t i = 0; i < LJ_COUNT_OF(elsewhere); i++) {
            found = found || elsewhere[i] == (format_limit)limit;
        }
        CHECK_ROW(format_limit_row_of((format_limit)limit)->name, found, true);
    }
}

/* scanner-aims C.3; work as in scanner-core 13. */
static void test_limits__have_the_values_that_are_promised(void **state)
{
    (void)state;
    static const struct {
        format_limit limit;
        uint64_t value;
    } rows[] = {
        {FORMAT_LIMIT_FILE_BYTES,     (uint64_t)4 << 30},
        {FORMAT_LIMIT_INFLATED,       (uint64_t)2 << 30},
        {FORMAT_LIMIT_RATIO_FREE,     16 << 20         },
        {FORMAT_LIMIT_RATIO_ENTRY,    200              },
        {FORMAT_LIMIT_RATIO_FILE,     100              },
        {FORMAT_LIMIT_ENTRIES,        100000           },
        {FORMAT_LIMIT_DEPTH,          32               },
        {FORMAT_LIMIT_XML_DEPTH,      256              },
        {FORMAT_LIMIT_XML_ATTRIBUTES, 1024             },
        {FORMAT_LIMIT_PDF_OBJECTS,    1000000          },
        {FORMAT_LIMIT_PDF_PAGES,      5000             },
        {FORMAT_LIMIT_SPANS,          4000000          },
        {FORMAT_LIMIT_CHARACTERS,     64000000         },
        {FORMAT_LIMIT_WORK,           (uint64_t)2 << 30},
        {FORMAT_LIMIT_CPU_MS,         30000            },
        {FORMAT_LIMIT_WALL_MS,        120000           },
        {FORMAT_LIMIT_SILENCE_MS,     10000            },
        {FORMAT_LIMIT_MEMORY,         256 << 20        },
        {FORMAT_LIMIT_FINDINGS,       100              },
    };
    format_limits limits = format_limits_standard();
    assert_int_equal(LJ_COUNT_OF(rows), FORMAT_LIMIT_COUNT);
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        CHECK_ROW(format_limit_row_of(rows[i].limit)->name, limits.value[rows[i].limit],
                  rows[i].value);
    }
}

/* A context with less and less memory: what it cannot hold is a gap of its own, and the names of
 * what was not read still come. Half a megabyte of GB18030 needs room for its UTF-8 and its map. */
static void test_limits__memory_that_runs_out_is_told(void **state)
{
    (void)state;
    lj_buf page = buf_new();
    lj_buf_put_cstr(&page, "<!doctype html><html><body>");
    put_times(&page, "<p>\xC4\xB3\xBF\xC6\xCA\xD2</p>", 40000);
    lj_buf_put_cstr(&page, "<p>Canteen menu</p></body></html>");
    lj_buf bytes = zip_of(lj_buf_slice(&page));
    unsigned told = 0;
    unsigned whole = 0;
    for (size_t memory = 32 << 20; memory > 1 << 20; memory -= memory / 8) {
        format_context *context = format_context_new(memory);
        if (context == NULL) {
            break;
        }
        format_context_free(context);
        collect seen;
        collect_init(&seen);
        seen.memory = memory;
        collect_run(&seen, lj_buf_slice(&bytes));
        bool read = collect_has(&seen, "Canteen menu");
        if (!read && !collect_has_limit(&seen, FORMAT_LIMIT_MEMORY) &&
            !collect_has_gap(&seen, GAP_MEMORY, NULL)) {
            collect_print(&seen);
            fail_msg("%zu bytes of memory: nothing says so", memory);
        }
        CHECK_ROW("before", collect_has(&seen, BEFORE), true);
        CHECK_ROW("behind", collect_has(&seen, AFTER), true);
        told += !read;
        whole += read;
        collect_done(&seen);
    }
    assert_true(told > 0 && whole > 0);
    lj_buf_done(&bytes);
    lj_buf_done(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_limits__speak_at_n_minus_1_and_not_at_n),
        cmocka_unit_test(test_limits__each_has_a_row_or_another_test),
        cmocka_unit_test(test_limits__have_the_values_that_are_promised),
        cmocka_unit_test(test_limits__memory_that_runs_out_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
