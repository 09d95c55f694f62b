/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Tests of detect/dict: the longest word, lists as masks, against a search word by word. */
#include "../check.h"

#include "base/num.h"
#include "detect/dict.h"
#include "gen.h"

static const dict_entry entries[] = {
    {LJ_STR("机"),       1, 0, 0},
    {LJ_STR("机密"),    1, 0, 1},
    {LJ_STR("机密性"), 2, 0, 2},
    {LJ_STR("密"),       1, 0, 3},
    {LJ_STR("SECRET"),    3, 0, 4},
    {LJ_STR("S"),         3, 0, 5},
    {LJ_STR("机密"),    2, 0, 6},
};

static void test_dict__finds_the_longest_word_of_the_lists(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t at;
        uint64_t mask;
        const char *wanted;
    } rows[] = {
        {"机密性", 0, DICT_LIST(1),                "机密"   },
        {"机密性", 0, DICT_LIST(1) | DICT_LIST(2), "机密性"},
        {"机密",    0, DICT_LIST(2),                "机密"   },
        {"机",       0, UINT64_MAX,                  "机"      },
        {"SECRETS",   0, DICT_LIST(3),                "SECRET"   },
        {"SECRE",     0, DICT_LIST(3),                "S"        },
        {"机密",    3, UINT64_MAX,                  "密"      },
        {"没有",    0, UINT64_MAX,                  ""         },
        {"机密",    6, UINT64_MAX,                  ""         },
    };
    lj_arena *arena = lj_arena_new(1 << 16);
    dict words;
    assert_true(dict_build(&words, entries, LJ_COUNT_OF(entries), arena));
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        const dict_entry *found =
            dict_find(&words, lj_cstr_str(rows[i].text), rows[i].at, rows[i].mask);
        CHECK_ROW_TEXT(rows[i].text, found != NULL ? found->word.ptr : "",
                       found != NULL ? found->word.len : 0, rows[i].wanted);
    }
    assert_int_equal(dict_lists(&words, LJ_STR("机密性"), 0), DICT_LIST(1) | DICT_LIST(2));
    lj_arena_free(arena);
}

static void test_dict__agrees_with_a_search_word_by_word(void **state)
{
    (void)state;
    static const char *const letters[] = {"机", "密", "性", "S", "E", "C"};
    gen_random random = {7};
    lj_arena *arena = lj_arena_new(1 << 16);
    dict words;
    assert_true(dict_build(&words, entries, LJ_COUNT_OF(entries), arena));
    for (int round = 0; round < 3000; round++) {
        char text[64];
        size_t len = 0;
        for (uint32_t i = gen_below(&random, 8); i > 0; i--) {
            const char *letter = letters[gen_below(&random, LJ_COUNT_OF(letters))];
            memcpy(text + len, letter, strlen(letter));
            len += strlen(letter);
        }
        uint64_t mask = gen_below(&random, 16);
        for (size_t at = 0; at < len; at++) {
            size_t longest = 0;
            for (size_t i = 0; i < LJ_COUNT_OF(entries); i++) {
                lj_str word = entries[i].word;
                bool fits = (mask & DICT_LIST(entries[i].list)) != 0 && word.len <= len - at &&
                            memcmp(text + at, word.ptr, word.len) == 0;
                longest = fits && word.len > longest ? word.len : longest;
            }
            const dict_entry *found = dict_find(&words, (lj_str){text, len}, at, mask);
            assert_int_equal(found != NULL ? found->word.len : 0, longest);
        }
    }
    lj_arena_free(arena);
}

static void test_dict__finds_what_has_begun(void **state)
{
    (void)state;
    lj_arena *arena = lj_arena_new(1 << 16);
    dict words;
    assert_true(dict_build(&words, entries, LJ_COUNT_OF(entries), arena));
    const dict_entry *found = dict_begun(&words, LJ_STR("机"), 0, 2);
    assert_non_null(found);
    assert_int_equal(found->list, 2);
    assert_null(
        dict_begun(&words, LJ_STR("密"), 0, 1)); /* the letter alone has not begun anything */
    assert_null(dict_begun(&words, LJ_STR("没"), 0, 1));
    lj_arena_free(arena);
}

static void test_dict__an_empty_one_finds_nothing(void **state)
{
    (void)state;
    dict words;
    assert_true(dict_build(&words, NULL, 0, NULL));
    assert_null(dict_find(&words, LJ_STR("机密"), 0, UINT64_MAX));
}

static void test_dict__says_when_the_arena_is_full(void **state)
{
    (void)state;
    lj_arena *arena = lj_arena_new(64);
    dict words;
    assert_false(dict_build(&words, entries, LJ_COUNT_OF(entries), arena));
    lj_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dict__finds_the_longest_word_of_the_lists),
        cmocka_unit_test(test_dict__agrees_with_a_search_word_by_word),
        cmocka_unit_test(test_dict__finds_what_has_begun),
        cmocka_unit_test(test_dict__an_empty_one_finds_nothing),
        cmocka_unit_test(test_dict__says_when_the_arena_is_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
