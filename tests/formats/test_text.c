/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Plain text: charsets (rows T01-T04 of hidden-marks), sifting, tables, JSON. `test_text --write
 * FOLDER` writes the samples of tests/formats/text. */
#include <dirent.h>

#include "spot.h"
#include "text/charset.h"

#define MARK  "机密★10年"
#define PROSE "本通知所称档案，是指在工作中形成的文件材料。各单位应当在每年三月底以前完成整理。\n"

typedef struct charset_row {
    const char *name; /* for iconv */
    const char *bom;
    bool has_mark; /* the charset has the star */
} charset_row;

static const charset_row charsets[] = {
    {"UTF-8",       "",                 true},
    {"UTF-8",       "\xEF\xBB\xBF",     true},
    {"GB18030",     "",                 true},
    {"GB18030",     "\x84\x31\x95\x33", true},
    {"UTF-16LE",    "",                 true},
    {"UTF-16LE",    "\xFF\xFE",         true},
    {"UTF-16BE",    "",                 true},
    {"UTF-16BE",    "\xFE\xFF",         true},
    {"UTF-7",       "",                 true},
    {"ISO-2022-CN", "",                 true},
};

static lj_buf encoded(const charset_row *row, const char *words)
{
    lj_buf out;
    spot_init(&out);
    lj_buf_put_cstr(&out, row->bom);
    spot_put(&out, row->name, words);
    return out;
}

static void test_text__reads_each_charset(void **state)
{
    (void)state;
    for (size_t i = 0; i < LJ_COUNT_OF(charsets); i++) {
        lj_buf bytes = encoded(&charsets[i], PROSE PROSE MARK "\n" PROSE);
        spot seen = spot_find(lj_buf_slice(&bytes), NULL, MARK);
        CHECK_ROW(charsets[i].name, seen.count, 1);
        CHECK_ROW(charsets[i].name, seen.line_no, 3);
        CHECK_ROW(charsets[i].name, seen.role, SPAN_BODY);
        lj_buf before = encoded(&charsets[i], PROSE PROSE);
        if (strncmp(charsets[i].name, "ISO", 3) != 0 && strcmp(charsets[i].name, "UTF-7") != 0) {
            CHECK_ROW(charsets[i].name, seen.src_off, before.len);
        }
        lj_buf_done(&before);
        lj_buf_done(&bytes);
    }
}

static void test_text__reads_utf32_with_and_without_mark(void **state)
{
    (void)state;
    static const charset_row rows[] = {
        {"UTF-32LE", "", true},
        {"UTF-32BE", "", true},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        lj_buf bytes = encoded(&rows[i], PROSE MARK "\n" PROSE);
        spot seen = spot_find(lj_buf_slice(&bytes), NULL, MARK);
        CHECK_ROW(rows[i].name, seen.count, 1);
        lj_buf_done(&bytes);
    }
}

static void test_text__reads_big5_and_hz(void **state)
{
    (void)state;
    lj_buf bytes;
    spot_init(&bytes);
    spot_put(&bytes, "BIG5",
             "本辦法適用於各機關及所屬單位的檔案管理工作，自公布之日起實施。\n機密★10年\n");
    spot seen = spot_find(lj_buf_slice(&bytes), NULL, "機密★10年");
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.line_no, 2);
    lj_buf_done(&bytes);
    seen = spot_find(LJ_BYTES("a line\n~{;zC\\!o~}10~{Dj~}\nanother line\n"), NULL, MARK);
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.line_no, 2);
}

static void test_text__small_things(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        lj_slice bytes;
        const char *word;
        uint32_t count;
    } rows[] = {
        {"empty",       {(const uint8_t *)"", 0},                                          "x",     0},
        {"BOM only",    {(const uint8_t *)"\xEF\xBB\xBF", 3},                              "x",     0},
        {"wide BOM",    {(const uint8_t *)"\xFF\xFE", 2},                                  "x",     0},
        {"one byte",    {(const uint8_t *)"x", 1},                                         "x",     1},
        {"half letter", {(const uint8_t *)"x y z w v\xE6\x9C", 11},                        "x y z", 1},
        {"blank lines", {(const uint8_t *)"\n\n\nword\n", 8},                              "word",  1},
        {"NULs inside",
         {(const uint8_t *)"secret notes of the day are here today\0\0 and some more words\n",
          sizeof("secret notes of the day are here today\0\0 and some more words\n") - 1},
         "some more",                                                                               1},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        CHECK_ROW(rows[i].name, spot_find(rows[i].bytes, NULL, rows[i].word).count, rows[i].count);
    }
}

static void test_text__counts_each_kind_of_line_end(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
        uint32_t line_no;
    } rows[] = {
        {"LF",      "甲\n乙\n" MARK "\n",              3},
        {"CR LF",   "甲\r\n乙\r\n" MARK "\r\n",        3},
        {"lone CR", "甲\r乙\r" MARK "\r",              3},
        {"mixed",   "甲\r乙\n丙\r\n\r\n" MARK "\r\n", 5},
        {"no end",  MARK,                                1},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        spot seen = spot_find(lj_cstr_bytes(rows[i].text), NULL, MARK);
        CHECK_ROW(rows[i].name, seen.count, 1);
        CHECK_ROW(rows[i].name, seen.line_no, rows[i].line_no);
    }
}

/* A mark at a place of a file that is sifted. */
static void check_sifted(const char *charset, size_t before, size_t behind, const char *filler)
{
    text_seeds *seeds = spot_seeds();
    lj_buf bytes;
    spot_init(&bytes);
    spot_fill(&bytes, charset, filler, before);
    size_t at = bytes.len;
    spot_put(&bytes, charset, MARK "\n");
    spot_fill(&bytes, charset, filler, at + behind);
    spot seen = spot_find(lj_buf_slice(&bytes), seeds, MARK);
    if (seen.count != 1 || seen.src_off != at) {
        fail_msg("%s, mark at %zu: %u found, at %llu", charset, at, seen.count,
                 (unsigned long long)seen.src_off);
    }
    spot whole = spot_find(lj_buf_slice(&bytes), NULL, MARK);
    CHECK_ROW(charset, seen.line_no, whole.line_no);
    CHECK_ROW(charset, whole.src_off, at);
    assert_true(seen.text_len < whole.text_len);
    lj_buf_done(&bytes);
    text_seeds_free(seeds);
}

static void test_text__sifting_finds_a_mark_in_the_last_line(void **state)
{
    (void)state;
    check_sifted("UTF-8", 700000, 0, PROSE);
    check_sifted("GB18030", 700000, 0, PROSE);
    check_sifted("UTF-16LE", 700000, 0, PROSE);
}

static void test_text__sifting_finds_a_mark_near_each_border(void **state)
{
    (void)state;
    for (size_t shift = 0; shift < 130; shift += 7) {
        check_sifted("UTF-8", 262144 - 100 + shift, 300000, "一行短文\n");
        check_sifted("GB18030", 524288 - 100 + shift, 300000, "一行短文\n");
    }
}

static void test_text__sifting_emits_little(void **state)
{
    (void)state;
    text_seeds *seeds = spot_seeds();
    lj_buf bytes;
    spot_init(&bytes);
    spot_fill(&bytes, "UTF-8", PROSE, 4 << 20);
    spot seen = spot_find(lj_buf_slice(&bytes), seeds, "档案");
    assert_true(seen.text_len < 256 * 1024);
    assert_true(seen.count > 0); /* first and last lines */
    lj_buf_done(&bytes);
    text_seeds_free(seeds);
}

static void test_text__sifting_finds_all_encodings_of_one_log(void **state)
{
    (void)state;
    static const struct {
        const char *charset, *word;
    } rows[] = {
        {"UTF-8",   MARK                },
        {"GB18030", "绝密★启用前"},
        {"BIG5",    "機密★20年"    },
    };
    for (size_t whole = 0; whole < 2; whole++) {
        text_seeds *seeds = whole ? NULL : spot_seeds();
        for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
            lj_buf bytes;
            spot_init(&bytes);
            spot_fill(&bytes, "UTF-8", "2026-01-05 08:00:01 service started, nothing to do\n",
                      400000);
            for (size_t k = 0; k < LJ_COUNT_OF(rows); k++) {
                lj_buf_put_cstr(&bytes, "2026-01-05 08:00:02 note: ");
                spot_put(&bytes, rows[k].charset, rows[k].word);
                lj_buf_put_cstr(&bytes, "\n");
                spot_fill(&bytes, "UTF-8", "2026-01-05 08:00:03 service idle\n", bytes.len + 5000);
            }
            lj_buf_put_cstr(&bytes, "note: ~{;zC\\!o~}30~{Dj~}\n");
            spot_fill(&bytes, "UTF-8", "2026-01-05 08:00:03 service idle\n", bytes.len + 50000);
            spot seen = spot_find(lj_buf_slice(&bytes), seeds, rows[i].word);
            CHECK_ROW(rows[i].charset, seen.count, 1);
            CHECK_ROW("HZ", spot_find(lj_buf_slice(&bytes), seeds, "机密★30年").count, 1);
            lj_buf_done(&bytes);
        }
        text_seeds_free(seeds);
    }
}

static void test_text__a_line_of_ten_megabytes_is_searched_to_its_end(void **state)
{
    (void)state;
    static const char *const names[] = {"UTF-8", "GB18030"};
    text_seeds *seeds = spot_seeds();
    for (size_t i = 0; i < LJ_COUNT_OF(names); i++) {
        lj_buf bytes;
        spot_init(&bytes);
        spot_fill(&bytes, names[i], "本通知所称档案是指在工作中形成的文件材料", 10 << 20);
        size_t at = bytes.len;
        spot_put(&bytes, names[i], MARK "本通知所称档案");
        spot seen = spot_find(lj_buf_slice(&bytes), seeds, MARK);
        CHECK_ROW(names[i], seen.count, 1);
        CHECK_ROW(names[i], seen.src_off, at);
        CHECK_ROW(names[i], seen.line_no, 1);
        seen = spot_find(lj_buf_slice(&bytes), NULL, "\xEF\xBF\xBD");
        CHECK_ROW(names[i], seen.count, 0); /* no letter is cut */
        lj_buf_done(&bytes);
    }
    text_seeds_free(seeds);
}

static void test_text__many_hits_cost_no_more_than_reading(void **state)
{
    (void)state;
    text_seeds *seeds = spot_seeds();
    lj_buf bytes;
    spot_init(&bytes);
    spot_fill(&bytes, "GB18030", "本行写有机密二字\n", 8 << 20);
    spot seen = spot_find(lj_buf_slice(&bytes), seeds, "机密");
    assert_true(seen.count > 0);
    assert_true(seen.text_len >= bytes.len); /* all of it, once */
    assert_true(seen.text_len < 2 * bytes.len);
    lj_buf_done(&bytes);
    text_seeds_free(seeds);
}

static void test_text__tables_are_cells_with_heads(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text, *wanted[3];
    } rows[] = {
        {"comma",
         "编号,名称,密级\n1,甲材料,机密★10年\n2,乙材料,公开\n", {"row=2 col=3", "'密级':'机密★10年'", "'名称':'乙材料'"}},
        {"tab",            "编号\t名称\n1\t甲材料\n2\t乙材料\n",         {"row=3 col=2", "'名称':'乙材料'", "cell"}                     },
        {"quotes",
         "编号,名称,密级\n1,\"甲,\"\"乙\"\"\",机密\n2,丙,公开\n",     {"'名称':'甲,\"乙\"'", "'密级':'机密'", "row=2"}            },
        {"line in a cell",
         "编号,名称,密级\n1,\"甲\n乙\",机密\n2,丙,公开\n",            {"'名称':'甲\\n乙'", "row=2 col=3", "row=4 col=2"}              },
    };
    collect seen;
    collect_init(&seen);
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        collect_run(&seen, lj_cstr_bytes(rows[i].text));
        for (size_t k = 0; k < 3; k++) {
            CHECK_HAS(&seen, rows[i].wanted[k]);
        }
        lj_buf other;
        spot_init(&other);
        spot_put(&other, "GB18030", rows[i].text);
        collect_run(&seen, lj_buf_slice(&other));
        CHECK_HAS(&seen, rows[i].wanted[1]);
        lj_buf_done(&other);
    }
    collect_done(&seen);
}

static void test_text__prose_is_no_table(void **state)
{
    (void)state;
    static const char *const rows[] = {
        ("会议于上午开始, 主任主持了会议并作了讲话, "
         "各单位负责人作了发言和表态\n与会者讨论了计划并提出了许多意见和建议, 共有十二人发言, "
         "会议开得很好\n会议于下午结束, 纪要另行印发给各单位, 请各单位抓好落实并且及时报告\n"),
        ("2026-01-05 08:00:01,123 甲程序启动\n2026-01-05 08:00:02,124 乙程序启动\n"
         "2026-01-05 08:00:03,125 丙程序启动\n"),
        "[section]\nname=甲\nvalue=乙\n",
    };
    collect seen;
    collect_init(&seen);
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        collect_run(&seen, lj_cstr_bytes(rows[i]));
        CHECK_HAS_NOT(&seen, "] cell");
    }
    collect_done(&seen);
}

static void test_text__json_gives_keys_and_decoded_values(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text, *wanted;
    } rows[] = {
        {"plain member",        "{\"密级\": \"机密★10年\", \"n\": 1}",      "'密级':'机密★10年'"},
        {"escaped value",       "{\"level\": \"\\u673a\\u5bc6\\u260510\\u5e74\"}", "'level':'机密★10年'" },
        {"escaped key",         "{\"\\u5bc6\\u7ea7\": \"\\u673a\\u5bc6\"}",        "'密级':'机密'"        },
        {"surrogates",          "[\"\\ud83d\\ude00 \\u673a\\u5bc6\"]",             "'😀 机密'"            },
        {"escaped in an array", "[\"a\", \"\\u7edd\\u5bc6\"]",                     "'绝密'"                 },
        {"properties",          "level=\\u673a\\u5bc6\nother=x\n",                 "'level':'机密'"         },
        {"source",              "const char *s = \"\\u673a\\u5bc6\";\n",           "decoded"                  },
    };
    collect seen;
    collect_init(&seen);
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        collect_run(&seen, lj_cstr_bytes(rows[i].text));
        CHECK_HAS(&seen, rows[i].wanted);
    }
    collect_done(&seen);
}

static void test_text__sifting_finds_escapes_in_large_json(void **state)
{
    (void)state;
    text_seeds *seeds = spot_seeds();
    lj_buf bytes;
    spot_init(&bytes);
    lj_buf_put_cstr(&bytes, "[\n");
    spot_fill(&bytes, "UTF-8",
              "{\"id\": 12345, \"name\": \"item\", \"path\": \"C:\\\\data\\\\x\"},\n", 12 << 20);
    lj_buf_put_cstr(&bytes, "{\"level\": \"\\u673a\\u5bc6\\u260510\\u5e74\"}\n]\n");
    spot seen = spot_find(lj_buf_slice(&bytes), seeds, MARK);
    assert_int_equal(seen.count, 1);
    lj_buf_done(&bytes);
    text_seeds_free(seeds);
}

static void test_text__no_noise_is_text(void **state)
{
    (void)state;
    uint8_t noise[65536];
    uint64_t random = 7;
    for (size_t i = 0; i < sizeof(noise); i++) {
        noise[i] = spot_noise(&random);
    }
    collect seen;
    collect_init(&seen);
    collect_run(&seen, lj_slice_of(noise, sizeof(noise)));
    CHECK_HAS_NOT(&seen, "doc text");
    collect_done(&seen);
}

/* ---- the corpus ---- */

static char *corpus_path(const char *name)
{
    const char *root = getenv("LIJIAN_CORPUS");
    char *path = malloc(4096);
    assert_non_null(path);
    (void)snprintf(path, 4096, "%s/%s", root != NULL ? root : "../shared/corpus", name);
    return path;
}

/* Han of the dump, in order. */
static void han_of(const collect *seen, lj_buf *out)
{
    lj_str text = {(const char *)seen->lines.ptr, seen->lines.len};
    const char *first = strchr(text.ptr, '\n'); /* the line of the document holds its name */
    for (size_t i = first != NULL ? (size_t)(first - text.ptr) : 0; i + 2 < text.len; i++) {
        uint8_t a = (uint8_t)text.ptr[i];
        if (a >= 0xE4 && a <= 0xE9) {
            lj_buf_put(out, lj_slice_of((const uint8_t *)text.ptr + i, 3));
            i += 2;
        }
    }
}

/* The file of the other encoding whose name is the same behind its number; or "". */
static void find_twin(const char *name, char *out, size_t cap)
{
    char *folder = corpus_path("law/txt-gb18030");
    DIR *dir = opendir(folder);
    const char *title = strchr(name, '_');
    out[0] = '\0';
    for (const struct dirent *entry = dir != NULL ? readdir(dir) : NULL;
         entry != NULL && title != NULL; entry = readdir(dir)) {
        const char *other = strchr(entry->d_name, '_');
        if (other != NULL && strcmp(other, title) == 0) {
            (void)snprintf(out, cap, "law/txt-gb18030/%.500s", entry->d_name);
        }
    }
    if (dir != NULL) {
        closedir(dir);
    }
    free(folder);
}

static void test_text__law_texts_are_the_same_in_both_encodings(void **state)
{
    (void)state;
    char *folder = corpus_path("law/txt-utf8");
    DIR *dir = opendir(folder);
    unsigned compared = 0;
    if (dir == NULL) {
        print_message("# 0 texts compared: no corpus\n");
        free(folder);
        skip();
    }
    collect one;
    collect other;
    collect_init(&one);
    collect_init(&other);
    for (const struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        char twin_name[600] = "";
        find_twin(entry->d_name, twin_name, sizeof(twin_name));
        char name[600];
        (void)snprintf(name, sizeof(name), "law/txt-utf8/%.500s", entry->d_name);
        char *left = corpus_path(name);
        char *right = corpus_path(twin_name);
        if (twin_name[0] != '\0' && collect_run_file(&other, right) &&
            collect_run_file(&one, left)) {
            lj_buf han;
            lj_buf twin;
            spot_init(&han);
            spot_init(&twin);
            han_of(&one, &han);
            han_of(&other, &twin);
            if (han.len < 1000 || !lj_slice_is(lj_buf_slice(&han), lj_buf_slice(&twin))) {
                fail_msg("%s: %zu and %zu bytes of Han", entry->d_name, han.len, twin.len);
            }
            lj_buf_done(&han);
            lj_buf_done(&twin);
            compared++;
        }
        free(left);
        free(right);
    }
    closedir(dir);
    free(folder);
    collect_done(&one);
    collect_done(&other);
    print_message("# %u texts compared\n", compared);
    assert_true(compared > 0);
}

static int samples_write(const char *folder)
{
    lj_buf gb;
    spot_init(&gb);
    spot_put(&gb, "GB18030", PROSE MARK "\n" PROSE);
    spot_write(folder, "prose-gb18030.txt", lj_buf_slice(&gb));
    lj_buf_clear(&gb);
    lj_buf_put_cstr(&gb, "\xFF\xFE");
    spot_put(&gb, "UTF-16LE", "第一行\r\n" MARK "\r\n");
    spot_write(folder, "wide.txt", lj_buf_slice(&gb));
    spot_write(folder, "wide.truncated.txt", lj_slice_part(lj_buf_slice(&gb), 0, gb.len - 5));
    lj_buf_clear(&gb);
    lj_buf_put_cstr(&gb, "2026-01-05 08:00:01 started\n");
    spot_put(&gb, "GB18030", "2026-01-05 08:00:02 绝密★启用前\n");
    lj_buf_put_cstr(&gb, "2026-01-05 08:00:03 机密★10年\n2026-01-05 08:00:04 ~{;zC\\~}\n");
    spot_write(folder, "mixed.log", lj_buf_slice(&gb));
    lj_buf_done(&gb);
    spot_write(folder, "table.csv",
               LJ_BYTES("编号,名称,密级\n1,甲材料,机密★10年\n2,\"乙,材料\",公开\n"));
    spot_write(folder, "keys.json",
               LJ_BYTES("{\"密级\": \"机密\", \"level\": \"\\u673a\\u5bc6\\u2605\"}\n"));
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--write") == 0) {
        return samples_write(argv[2]);
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text__reads_each_charset),
        cmocka_unit_test(test_text__reads_utf32_with_and_without_mark),
        cmocka_unit_test(test_text__reads_big5_and_hz),
        cmocka_unit_test(test_text__small_things),
        cmocka_unit_test(test_text__counts_each_kind_of_line_end),
        cmocka_unit_test(test_text__sifting_finds_a_mark_in_the_last_line),
        cmocka_unit_test(test_text__sifting_finds_a_mark_near_each_border),
        cmocka_unit_test(test_text__sifting_emits_little),
        cmocka_unit_test(test_text__sifting_finds_all_encodings_of_one_log),
        cmocka_unit_test(test_text__a_line_of_ten_megabytes_is_searched_to_its_end),
        cmocka_unit_test(test_text__many_hits_cost_no_more_than_reading),
        cmocka_unit_test(test_text__tables_are_cells_with_heads),
        cmocka_unit_test(test_text__prose_is_no_table),
        cmocka_unit_test(test_text__json_gives_keys_and_decoded_values),
        cmocka_unit_test(test_text__sifting_finds_escapes_in_large_json),
        cmocka_unit_test(test_text__no_noise_is_text),
        cmocka_unit_test(test_text__law_texts_are_the_same_in_both_encodings),
    };
    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
