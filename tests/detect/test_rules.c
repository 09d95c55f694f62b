/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Tests of detect/rules and rules_parse: faults with line and column, replacing, what a pack takes
 * from another, the standard packs, the page that specifies them. */
#include "../check.h"

#include <stdlib.h>

#include "base/num.h"
#include "detect/rules.h"
#include "detect/rules_priv.h"
#include "gen.h"

#define HEAD                                                                                       \
    "lijian-rules 1\npack p 1\nen \"e\"\nzh \"中\"\nfamily mark\nengine marks\n"                  \
    "threshold confirmed 80\nthreshold probable 50\nthreshold look 25\n"                           \
    "seed 密\nlevel 机密"                                                                       \
    " rank 1\n"                                                                                    \
    "rule complete mark\n"
enum { HEAD_LINES = 12 };
#define TAIL "weight complete_star 40 \"e\" \"中\"\n"

static lj_code add(const char *text, detect_fault *fault)
{
    detect_rules *rules = NULL;
    lj_err err;
    assert_int_equal(detect_rules_new(&rules, &err), LJ_OK);
    memset(fault, 0, sizeof(*fault));
    lj_code code = detect_rules_add(rules, lj_cstr_bytes(text), fault, &err);
    detect_rules_free(rules);
    return code;
}

static void test_rules__a_fault_names_line_and_column(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
        uint32_t line_no, col_no;
    } rows[] = {
        {"empty",                        "",                                            1,              1 },
        {"not a pack",                   "hello world\n",                               1,              1 },
        {"another version",              "lijian-rules 2\n",                            1,              14},
        {"something behind the version", "lijian-rules 1 x\n",                          1,              16},
        {"statement before the name",    "lijian-rules 1\n\nfamily mark\n",             3,              1 },
        {"unknown statement",            HEAD TAIL "weigth x\n",                        HEAD_LINES + 2, 1 },
        {"unknown feature",              HEAD "weight nothing 4 \"e\" \"z\"\n",         HEAD_LINES + 1, 8 },
        {"no number",                    HEAD "weight quote x \"e\" \"z\"\n",           HEAD_LINES + 1, 14},
        {"number out of range",          HEAD "weight quote 5000 \"e\" \"z\"\n",        HEAD_LINES + 1, 14},
        {"long number",                  HEAD "weight quote 99999999999 \"e\" \"z\"\n", HEAD_LINES + 1, 14},
        {"text missing",                 HEAD "weight quote 1 \"e\"\n",                 HEAD_LINES + 1, 19},
        {"twice",                        HEAD TAIL TAIL,                                HEAD_LINES + 2, 8 },
        {"open quote",                   HEAD "words stop \"机密\n",                  HEAD_LINES + 1, 12},
        {"text behind a quote",          HEAD "words stop \"机密\"x\n",               HEAD_LINES + 1, 16},
        {"unknown escape",               HEAD "words stop \"a\\n\"\n",                  HEAD_LINES + 1, 14},
        {"unknown list",                 HEAD "words nothing 机密\n",                 HEAD_LINES + 1, 7 },
        {"levels by words",              HEAD "words level 机密\n",                   HEAD_LINES + 1, 7 },
        {"list without words",           HEAD "words stop\n",                           HEAD_LINES + 1, 11},
        {"columns count characters",     HEAD "words stop 机密性 \"\"\n",            HEAD_LINES + 1, 16},
        {"alias of nothing",             HEAD "alias 绝密 exact 甲\n",               HEAD_LINES + 1, 7 },
        {"phrase of four parts",         HEAD "phrase 机密 甲 乙 丙 丁\n",        HEAD_LINES + 1, 17},
        {"unknown fact",                 HEAD "conceals vanish sunk\n",                 HEAD_LINES + 1, 17},
        {"form twice",                   HEAD "rule complete again\n",                  HEAD_LINES + 1, 6 },
        {"name with a blank",            HEAD "rule star \"a b\"\n",                    HEAD_LINES + 1, 11},
        {"seed of nine letters",         HEAD "seed 一二三四五六七八九\n",     HEAD_LINES + 1, 6 },
        {"level without rank",           HEAD "level 绝密\n",                         HEAD_LINES + 1, 9 },
        {"not UTF-8",                    HEAD "words stop \xFF\n",                      HEAD_LINES + 1, 1 },
        {"thresholds that fall",         HEAD TAIL "threshold look 60\n",               HEAD_LINES + 3, 1 },
        {"no weights",                   HEAD,                                          HEAD_LINES + 1, 1 },
        {"named twice",                  HEAD "pack q 1\n",                             HEAD_LINES + 1, 1 },
        {"more on the line",             HEAD "family mark mark\n",                     HEAD_LINES + 1, 13},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        detect_fault fault;
        CHECK_ROW(rows[i].name, add(rows[i].text, &fault), LJ_E_INVALID);
        CHECK_ROW(rows[i].name, fault.line_no, rows[i].line_no);
        CHECK_ROW(rows[i].name, fault.col_no, rows[i].col_no);
        CHECK_ROW(
            rows[i].name,
            fault.en != NULL && fault.en[0] != '\0' && fault.zh != NULL && fault.zh[0] != '\0', 1);
    }
}

static void test_rules__accepts_bom_crlf_comments_and_tabs(void **state)
{
    (void)state;
    detect_fault fault;
    assert_int_equal(add("\xEF\xBB\xBF# first\r\n" HEAD
                         "  # indented\r\n\r\nwords\tstop\t机密性\r\n" TAIL,
                         &fault),
                     LJ_OK);
    assert_null(fault.en);
}

static void test_rules__a_line_too_long_is_refused(void **state)
{
    (void)state;
    char *text = test_calloc(1, sizeof(HEAD) + RULES_LINE_MAX + 100);
    memcpy(text, HEAD, sizeof(HEAD) - 1);
    memset(text + sizeof(HEAD) - 1, 'x', RULES_LINE_MAX + 1);
    detect_fault fault;
    assert_int_equal(add(text, &fault), LJ_E_INVALID);
    assert_int_equal(fault.line_no, HEAD_LINES + 1);
    test_free(text);
}

/* Every prefix and every flipped bit of a pack: an answer, never a crash. */
static void test_rules__is_total_on_damaged_packs(void **state)
{
    (void)state;
    static const char text[] = HEAD
        "words stop \"a b\" 机密性\nnumber top_lines 6\nphrase 机密 甲 乙\nconceals vanish\n" TAIL;
    char copy[sizeof(text)];
    uint32_t accepted = 0;
    for (size_t i = 0; i < (sizeof(text) - 1) * 8; i++) {
        detect_fault fault;
        memcpy(copy, text, sizeof(text));
        copy[i / 8] = (char)(copy[i / 8] ^ (1 << i % 8));
        lj_code code = add(copy, &fault);
        accepted += code == LJ_OK;
        assert_true(code == LJ_OK ||
                    (code == LJ_E_INVALID && fault.line_no > 0 && fault.col_no > 0));
        memcpy(copy, text, sizeof(text));
        copy[i / 8] = '\0';
        (void)add(copy, &fault);
    }
    assert_true(accepted > 0 && accepted < sizeof(text) * 8);
}

static void test_rules__a_pack_of_the_same_name_replaces(void **state)
{
    (void)state;
    detect_rules *rules = NULL;
    lj_err err;
    detect_fault fault;
    uint8_t before[32];
    uint8_t after[32];
    assert_int_equal(detect_rules_new(&rules, &err), LJ_OK);
    assert_int_equal(detect_rules_add(rules, LJ_BYTES(HEAD TAIL), &fault, &err), LJ_OK);
    assert_int_equal(detect_rules_add(rules, LJ_BYTES(HEAD "weight complete_star 41 \"e\" \"z\"\n"),
                                      &fault, &err),
                     LJ_OK);
    assert_int_equal(detect_pack_count(rules), 1);
    assert_int_equal(detect_weight_of(rules, 0, 0)->points, 41);
    assert_int_equal(detect_rules_seal(rules, &err), LJ_OK);
    detect_rules_hash(rules, after);
    detect_rules_free(rules);
    assert_int_equal(detect_rules_new(&rules, &err), LJ_OK);
    assert_int_equal(detect_rules_add(rules, LJ_BYTES(HEAD TAIL), &fault, &err), LJ_OK);
    assert_int_equal(detect_rules_seal(rules, &err), LJ_OK);
    detect_rules_hash(rules, before);
    assert_memory_not_equal(before, after, 32);
    detect_rules_free(rules);
}

static void test_rules__seal_refuses_an_empty_set_and_an_unknown_model(void **state)
{
    (void)state;
    detect_rules *rules = NULL;
    lj_err err;
    detect_fault fault;
    assert_int_equal(detect_rules_new(&rules, &err), LJ_OK);
    assert_int_equal(detect_rules_seal(rules, &err), LJ_E_INVALID);
    assert_int_equal(detect_rules_add(rules, LJ_BYTES(HEAD TAIL "like other\n"), &fault, &err),
                     LJ_OK);
    assert_int_equal(detect_rules_seal(rules, &err), LJ_E_INVALID);
    detect_rules_free(rules);
}

static void test_rules__indexes_outside_give_null(void **state)
{
    (void)state;
    detect_rules *rules = NULL;
    lj_err err;
    assert_int_equal(detect_rules_new(&rules, &err), LJ_OK);
    assert_int_equal(detect_rules_add_standard(rules, &err), LJ_OK);
    assert_int_equal(detect_rules_seal(rules, &err), LJ_OK);
    uint32_t packs = detect_pack_count(rules);
    assert_true(packs >= 5);
    assert_null(detect_pack_of(rules, packs));
    for (uint32_t i = 0; i < packs; i++) {
        uint32_t rule = 0;
        uint32_t weight = 0;
        uint32_t level = 0;
        while (detect_rule_name(rules, i, rule) != NULL) {
            rule++;
        }
        while (detect_weight_of(rules, i, weight) != NULL) {
            assert_non_null(detect_weight_of(rules, i, weight)->zh);
            weight++;
        }
        while (detect_level_of(rules, i, level) != NULL) {
            level++;
        }
        assert_true(rule > 0 && weight > 0 && level > 0);
    }
    assert_null(detect_rule_name(rules, packs, 0));
    assert_null(detect_weight_of(rules, packs, 0));
    assert_null(detect_level_of(rules, packs, 0));
    detect_rules_free(rules);
}

static void test_rules__standard_packs_are_listed_by_name(void **state)
{
    (void)state;
    const char *name = NULL;
    lj_slice text = detect_standard_pack(0, &name);
    assert_string_equal(name, "zh-marks");
    assert_true(text.len > 1000);
    uint32_t count = 0;
    while (detect_standard_pack(count, &name).len > 0) {
        count++;
    }
    assert_int_equal(count, 8);
    assert_int_equal(detect_standard_pack(count + 100, &name).len, 0);
}

/* docs/formats/rules.md names every list, number, form and feature. */
static void test_rules__the_page_names_every_word_of_the_format(void **state)
{
    (void)state;
    const char *root = getenv("LIJIAN_SOURCE");
    if (root == NULL) {
        skip();
    }
    char path[4096];
    static char page[1 << 18];
    snprintf(path, sizeof(path), "%s/docs/formats/rules.md", root);
    FILE *in = fopen(path, "rbe");
    assert_non_null(in);
    size_t len = fread(page, 1, sizeof(page), in);
    (void)fclose(in);
    const char
        *words[RULES_LIST_COUNT + RULES_NUMBER_COUNT + RULES_FORM_COUNT + RULES_FEATURE_COUNT];
    size_t count = 0;
    for (size_t i = 0; i < RULES_LIST_COUNT; i++) {
        words[count++] = rules_list_names[i];
    }
    for (size_t i = 0; i < RULES_NUMBER_COUNT; i++) {
        words[count++] = rules_number_rows[i].name;
    }
    for (size_t i = 0; i < RULES_FORM_COUNT; i++) {
        words[count++] = rules_form_names[i];
    }
    for (size_t i = 0; i < RULES_FEATURE_COUNT; i++) {
        words[count++] = rules_feature_codes[i];
    }
    for (size_t i = 0; i < count; i++) {
        char quoted[64];
        snprintf(quoted, sizeof(quoted), "`%s`", words[i]);
        CHECK_ROW(words[i],
                  lj_slice_find(lj_slice_of(page, len), lj_cstr_bytes(quoted)) != SIZE_MAX, 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules__a_fault_names_line_and_column),
        cmocka_unit_test(test_rules__accepts_bom_crlf_comments_and_tabs),
        cmocka_unit_test(test_rules__a_line_too_long_is_refused),
        cmocka_unit_test(test_rules__is_total_on_damaged_packs),
        cmocka_unit_test(test_rules__a_pack_of_the_same_name_replaces),
        cmocka_unit_test(test_rules__seal_refuses_an_empty_set_and_an_unknown_model),
        cmocka_unit_test(test_rules__indexes_outside_give_null),
        cmocka_unit_test(test_rules__standard_packs_are_listed_by_name),
        cmocka_unit_test(test_rules__the_page_names_every_word_of_the_format),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
