/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Tests of text/fold: every star, every deletion, the techniques of hidden-marks T05 to T10,
 * blanks, numerals, reversed runs, the map back, and the table as a whole. */
#include "text/fold.h"

#include "../check.h"

#include <stdlib.h>
#include <utf8proc.h>

#include "base/json.h"
#include "base/num.h"
#include "text/fold_priv.h"

typedef struct fold_case {
    const char *name;
    const char *src;
    const char *wanted;
    uint32_t facts; /* exactly these */
} fold_case;

static lj_arena *arena_of(void **state)
{
    return *state;
}

static int open_arena(void **state)
{
    *state = lj_arena_new(64 * 1024 * 1024);
    return *state == NULL;
}

static int close_arena(void **state)
{
    lj_arena_free(*state);
    return 0;
}

/* What holds for every folding, whatever the text. */
static void check_shape(const char *name, lj_str src, const text_folded *folded)
{
    if (!lj_utf8_is_valid(lj_str_bytes(folded->text))) {
        fail_msg("row '%s': not valid UTF-8", name);
    }
    CHECK_ROW(name, folded->from[folded->text.len], src.len);
    for (size_t i = 0; i < folded->text.len; i++) {
        assert_true(folded->from[i] < src.len);
        /* The begin of a character, and the same for all bytes of one. */
        assert_true(((uint8_t)src.ptr[folded->from[i]] & 0xC0) != 0x80);
        if (((uint8_t)folded->text.ptr[i] & 0xC0) == 0x80) {
            assert_int_equal(folded->from[i], folded->from[i - 1]);
        }
    }
}

static void check_rows(void **state, const fold_case *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        text_folded folded;
        lj_str src = lj_cstr_str(rows[i].src);
        assert_true(text_fold(src, arena_of(state), &folded));
        CHECK_ROW_TEXT(rows[i].name, folded.text.ptr, folded.text.len, rows[i].wanted);
        CHECK_ROW(rows[i].name, folded.facts, rows[i].facts);
        check_shape(rows[i].name, src, &folded);
        /* Folding what is folded changes nothing more (the stars are stars already). */
        text_folded again;
        assert_true(text_fold(folded.text, arena_of(state), &again));
        CHECK_ROW_TEXT(rows[i].name, again.text.ptr, again.text.len, rows[i].wanted);
        CHECK_ROW(rows[i].name, again.facts, 0);
    }
}

static void test_fold__leaves_plain_text_alone(void **state)
{
    static const fold_case rows[] = {
        {"nothing",                   "",                                         "",                                         0},
        {"regular mark",              "机密★10年",                           "机密★10年",                           0},
        {"case of letters",           "SECRET//NOFORN Secret",                    "SECRET//NOFORN Secret",                    0},
        {"Han prose",                 "各有关单位、各处室。",           "各有关单位、各处室。",           0},
        {"words keep one space",      "TOP SECRET",                               "TOP SECRET",                               0},
        {"rare Han",                  "\U00020000\U0002A6D6",                     "\U00020000\U0002A6D6",                     0},
        {"Korean and Cyrillic words", "비밀 문서, Секретно Лист", "비밀 문서, Секретно Лист", 0},
        {"line",                      "机密\n",                                 "机密\n",                                 0},
    };
    check_rows(state, rows, LJ_COUNT_OF(rows));
}

static void test_fold__maps_each_star_to_the_regular_one(void **state)
{
    static const uint32_t stars[] = {0x2606, 0x2B50, 0x2B51, 0x2729, 0x272A,  0x272B, 0x272C,
                                     0x272D, 0x272E, 0x272F, 0x2730, 0x22C6,  0x2736, 0x2217,
                                     0x002A, 0xFF0A, 0xFE61, 0x066D, 0x1F31F, 0xF0AB};
    for (size_t i = 0; i < LJ_COUNT_OF(stars); i++) {
        char name[16];
        lj_buf src;
        text_folded folded;
        snprintf(name, sizeof(name), "U+%04X", (unsigned)stars[i]);
        lj_buf_init(&src, NULL, 100);
        lj_buf_put_cstr(&src, "机密");
        lj_buf_put_utf8(&src, stars[i]);
        lj_buf_put_cstr(&src, "10年");
        assert_true(text_fold(lj_buf_str(&src), arena_of(state), &folded));
        CHECK_ROW_TEXT(name, folded.text.ptr, folded.text.len, "机密★10年");
        CHECK_ROW(name, folded.facts & TEXT_FOLD_STAR, TEXT_FOLD_STAR);
        check_shape(name, lj_buf_str(&src), &folded);
        assert_int_equal(folded.from[6], 6);
        assert_int_equal(folded.from[9], src.len - 5);
        lj_buf_done(&src);
    }
    /* Neighbours of stars that are none. */
    static const fold_case rows[] = {
        {"check mark",            "✓",    "✓",    0},
        {"flower",                "✱",    "✱",    0},
        {"private use beside it", "\uF0AC", "\uF0AC", 0},
        {"the regular star",      "★",    "★",    0},
    };
    check_rows(state, rows, LJ_COUNT_OF(rows));
}

static void test_fold__removes_each_invisible_character_inside_a_word(void **state)
{
    static const uint32_t ranges[][2] = {
        {0x0001,  0x0008 },
        {0x000E,  0x001F },
        {0x007F,  0x0084 },
        {0x0086,  0x009F },
        {0x00AD,  0x00AD },
        {0x0300,  0x036F },
        {0x061C,  0x061C },
        {0x115F,  0x1160 },
        {0x17B4,  0x17B5 },
        {0x180B,  0x180F },
        {0x200B,  0x200F },
        {0x202A,  0x202D },
        {0x2060,  0x206F },
        {0x20D0,  0x20F0 },
        {0x302A,  0x302F },
        {0x3099,  0x309A },
        {0xFE00,  0xFE0F },
        {0xFE20,  0xFE2F },
        {0xFEFF,  0xFEFF },
        {0xFFF0,  0xFFFB },
        {0xE0000, 0xE0FFF},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(ranges); i++) {
        /* One before and one behind each range are kept, so the ranges are exact. */
        for (uint32_t c = ranges[i][0] - (ranges[i][0] > 1); c <= ranges[i][1] + 1; c++) {
            char name[16];
            lj_buf src;
            text_folded folded;
            bool inside = c >= ranges[i][0] && c <= ranges[i][1];
            if (!inside &&
                (c == 0x0009 || c == 0x000D || c == 0x200A || c == 0x2029 || c == 0x202E ||
                 c == 0x0020 || c == 0x20F1 || c == 0x2070 || c == 0x0085 || c == 0x00A0 ||
                 c == 0x309B || c == 0xFFEF || c == 0xFE10 || c == 0xFE30)) {
                /* Blanks, line ends and what NFKC changes: other tests. */
                continue;
            }
            snprintf(name, sizeof(name), "U+%04X", (unsigned)c);
            lj_buf_init(&src, NULL, 100);
            lj_buf_put_cstr(&src, "机");
            lj_buf_put_utf8(&src, c);
            lj_buf_put_cstr(&src, "密S");
            lj_buf_put_utf8(&src, c);
            lj_buf_put_cstr(&src, "E");
            assert_true(text_fold(lj_buf_str(&src), arena_of(state), &folded));
            check_shape(name, lj_buf_str(&src), &folded);
            if (inside) {
                CHECK_ROW_TEXT(name, folded.text.ptr, folded.text.len, "机密SE");
                CHECK_ROW(name, folded.facts, TEXT_FOLD_INVISIBLE);
            } else if (folded.text.len == 8) {
                fail_msg("row '%s': was deleted", name);
            }
            lj_buf_done(&src);
        }
    }
    text_folded folded;
    assert_true(text_fold((lj_str){"a\0b", 3}, arena_of(state), &folded));
    CHECK_ROW_TEXT("NUL", folded.text.ptr, folded.text.len, "ab");
}

static void test_fold__reverses_overridden_text(void **state)
{
    static const fold_case rows[] = {
        {"T06",                             "\u202E年01★密机\u202C",             "机密★10年",            TEXT_FOLD_BIDI                    },
        {"to the end of the line",          "\u202E年01★密机\n下一行",        "机密★10年\n下一行", TEXT_FOLD_BIDI                    },
        {"to the end of the text",          "前\u202E年01★密机",                "前机密★10年",         TEXT_FOLD_BIDI                    },
        {"text around it",                  "甲\u202E密机\u202C乙",               "甲机密乙",              TEXT_FOLD_BIDI                    },
        {"brackets are mirrored",           "\u202E】年01★密机【\u202C",       "】机密★10年【",      TEXT_FOLD_BIDI                    },
        {"twice in a line",                 "\u202E密机\u202C★\u202E年01\u202C", "机密★10年",            TEXT_FOLD_BIDI                    },
        {"override inside a run",           "\u202E年01★\u202E密机\u202C",       "机密★10年",            TEXT_FOLD_BIDI                    },
        {"empty run",                       "机\u202E\u202C密",                     "机密",                    TEXT_FOLD_BIDI                    },
        {"at the very end",                 "机密\u202E",                           "机密",                    TEXT_FOLD_BIDI                    },
        {"only its end",                    "机\u202C密",                           "机密",                    TEXT_FOLD_INVISIBLE               },
        {"with stars, blanks and variants", "\u202E年 01 * 密 \u200B機\u202C",     "机密★10年",
         TEXT_FOLD_BIDI | TEXT_FOLD_INVISIBLE | TEXT_FOLD_VARIANT | TEXT_FOLD_STAR |
             TEXT_FOLD_BLANK                                                                                                                         },
        {"numerals",                        "\u202E年十★密机\u202C",            "机密★10年",            TEXT_FOLD_BIDI | TEXT_FOLD_NUMERAL},
        {"western words",                   "\u202ETERCES POT\u202C",                 "TOP SECRET",                TEXT_FOLD_BIDI                    },
    };
    check_rows(state, rows, LJ_COUNT_OF(rows));
}

static void test_fold__undoes_compatibility_forms(void **state)
{
    static const fold_case rows[] = {
        {"full-width digits",                 "机密★１０年",       "机密★10年",  TEXT_FOLD_COMPAT                    },
        {"full-width letters",                "ＳＥＣＲＥＴ／／", "SECRET//",        TEXT_FOLD_COMPAT                    },
        {"full-width colon and brackets",     "（密级：机密）",    "(密级:机密)", TEXT_FOLD_COMPAT                    },
        {"circled secret",                    "㊙★10年",              "秘★10年",     TEXT_FOLD_COMPAT                    },
        {"circled ten",                       "机密★⑩年",          "机密★10年",  TEXT_FOLD_COMPAT                    },
        {"parenthesised",                     "㈩年",                   "(十)年",        TEXT_FOLD_COMPAT                    },
        {"month sign",                        "㋀",                      "1月",            TEXT_FOLD_COMPAT                    },
        {"mathematical letters",              "𝐒𝐄𝐂𝐑𝐄𝐓", "SECRET",          TEXT_FOLD_COMPAT                    },
        {"ligature",                          "ﬁle",                    "file",            TEXT_FOLD_COMPAT                    },
        {"Kangxi radicals",                   "⽇⽉⽂",                "日月文",       TEXT_FOLD_COMPAT                    },
        {"radicals supplement",               "⻓⻔⻚",                "长门页",       TEXT_FOLD_COMPAT                    },
        {"radical of the traditional letter", "⻑期",                   "长期",          TEXT_FOLD_COMPAT | TEXT_FOLD_VARIANT},
        {"radical that NFKC keeps",           "⺼",                      "\u8089",          TEXT_FOLD_COMPAT                    },
        {"compatibility ideograph",           "\uF967\uF9B5",             "不例",          TEXT_FOLD_COMPAT                    },
        {"ideograph of the supplement",       "\U0002F800",               "丽",             TEXT_FOLD_COMPAT                    },
        {"half-width kana",                   "ｱ",                      "ア",             TEXT_FOLD_COMPAT                    },
        {"long expansion",                    "\uFDFA",
         "\u0635\u0644\u0649 \u0627\u0644\u0644\u0647 \u0639\u0644\u064A\u0647 "
         "\u0648\u0633\u0644\u0645",                                                         TEXT_FOLD_COMPAT                    },
        {"ellipsis",                          "…",                      "...",             TEXT_FOLD_COMPAT                    },
        {"spacing accent is a blank",         "机\u00A8密",             "机密",          TEXT_FOLD_BLANK                     },
    };
    check_rows(state, rows, LJ_COUNT_OF(rows));
}

static void test_fold__maps_variants_and_traditional_letters(void **state)
{
    static const fold_case rows[] = {
        {"of the list",             "絕絶機祕宻長個啟啓會議開",                          "绝绝机秘密长个启启会议开",             TEXT_FOLD_VARIANT                  },
        {"marks",                   "極機密 絕對機密 內部 限閱 密級 傳閱 緊急 後",
         "极机密绝对机密内部限阅密级传阅紧急后",                                                                                       TEXT_FOLD_VARIANT | TEXT_FOLD_BLANK},
        {"forms",                   "業務 號 發 標註 銷毀 收囘 專用 單位 軍隊",      "业务号发标註销毁收囘专用单位军队",
         TEXT_FOLD_VARIANT | TEXT_FOLD_BLANK                                                                                                                                                },
        {"Japanese",                "検査 対象 総務 実施 伝達",                            "检査对象总务实施传达",
         TEXT_FOLD_VARIANT | TEXT_FOLD_BLANK                                                                                                                                                },
        {"letters of no pack stay", "龍鳳",                                                        "龍鳳",                                           0                                  },
        {"simplified letters stay", "机密级内传业商绝紧急长启后阅对极",
         "机密级内传业商绝紧急长启后阅对极",                                                                                             0                                  },
    };
    check_rows(state, rows, LJ_COUNT_OF(rows));
}

static void test_fold__turns_numerals_before_units_into_digits(void **state)
{
    static const fold_case rows[] = {
        {"ten",                      "机密★十年",                                  "机密★10年",                                TEXT_FOLD_NUMERAL                      },
        {"fifteen",                  "机密★十五年",                               "机密★15年",                                TEXT_FOLD_NUMERAL                      },
        {"twenty",                   "机密★二十年",                               "机密★20年",                                TEXT_FOLD_NUMERAL                      },
        {"thirty",                   "绝密★三十年",                               "绝密★30年",                                TEXT_FOLD_NUMERAL                      },
        {"thirty by figures",        "绝密★三〇年",                               "绝密★30年",                                TEXT_FOLD_NUMERAL                      },
        {"circle as zero",           "绝密★三○年",                               "绝密★30年",                                TEXT_FOLD_NUMERAL                      },
        {"old letters",              "廿年 卅年 廿五年 卌年",                   "20年30年25年40年",
         TEXT_FOLD_NUMERAL | TEXT_FOLD_BLANK                                                                                                                                     },
        {"hundred",                  "一百年 百年 一百二十年 一百零五年", "100年100年120年105年",
         TEXT_FOLD_NUMERAL | TEXT_FOLD_BLANK                                                                                                                                     },
        {"thousand",                 "二千零二十四年",                            "2024年",                                       TEXT_FOLD_NUMERAL                      },
        {"thousand alone grows",     "千年",                                           "1000年",                                       TEXT_FOLD_NUMERAL                      },
        {"months",                   "秘密★六个月",                               "秘密★6个月",                              TEXT_FOLD_NUMERAL                      },
        {"months, traditional",      "秘密★十一個月",                            "秘密★11个月",
         TEXT_FOLD_NUMERAL | TEXT_FOLD_VARIANT                                                                                                                                   },
        {"date",                     "二〇二六年十二月三十一日",             "2026年12月31日",                             TEXT_FOLD_NUMERAL                      },
        {"formal",                   "壹拾年 贰拾伍年",                           "10年25年",                                    TEXT_FOLD_NUMERAL | TEXT_FOLD_BLANK    },
        {"two",                      "两年",                                           "2年",                                          TEXT_FOLD_NUMERAL                      },
        {"with blanks",              "十 五 年",                                      "15年",                                         TEXT_FOLD_NUMERAL | TEXT_FOLD_BLANK    },
        {"hidden",                   "十\u200B五年",                                  "15年",                                         TEXT_FOLD_NUMERAL | TEXT_FOLD_INVISIBLE},
        {"radical unit",             "十⽉",                                           "10月",                                         TEXT_FOLD_NUMERAL | TEXT_FOLD_COMPAT   },
        {"not before other letters", "十五级 一般 三个",                          "十五级一般三个",                         TEXT_FOLD_BLANK                        },
        {"no number",                "十十年",                                        "十十年",                                     0                                      },
        {"about",                    "二三十年",                                     "二三十年",                                  0                                      },
        {"too long",                 "一二三四五六七八九一二三年",          "一二三四五六七八九一二三年",       0                                      },
        {"longer still",             "一二三四五六七八九一二三四五年",    "一二三四五六七八九一二三四五年", 0                                      },
        {"over a line end",          "十\n年",                                         "十\n年",                                      0                                      },
        {"个 without a month",      "十个年",                                        "十个年",                                     0                                      },
        {"digits stay",              "10年",                                            "10年",                                         0                                      },
        {"leading zero",             "〇五年",                                        "05年",                                         TEXT_FOLD_NUMERAL                      },
    };
    check_rows(state, rows, LJ_COUNT_OF(rows));
}

static void test_fold__removes_blanks_where_letters_join(void **state)
{
    static const fold_case rows[] = {
        {"between Han",                 "机 密",                                  "机密",                   TEXT_FOLD_BLANK                      },
        {"ideographic",                 "机　密",                                "机密",                   TEXT_FOLD_BLANK                      },
        {"tab, NBSP, wide and thin",    "机\t密\u00A0★\u20001\u200A0\u2009年", "机密★10年",
         TEXT_FOLD_BLANK                                                                                                                             },
        {"around the star",             "机密 ★ 10 年",                        "机密★10年",           TEXT_FOLD_BLANK                      },
        {"between digits",              "1 0 年",                                  "10年",                    TEXT_FOLD_BLANK                      },
        {"between words one stays",     "TOP   SECRET",                             "TOP SECRET",               0                                    },
        {"word and digits",             "Section 5 of 10 parts",                    "Section 5 of 10 parts",    0                                    },
        {"Han and word",                "机密 SECRET 级",                        "机密SECRET级",          TEXT_FOLD_BLANK                      },
        {"brackets",                    "( S ) The plan",                           "(S)The plan",              TEXT_FOLD_BLANK                      },
        {"begin and end of the line",   "  机密  \n\t SECRET \n",                 "机密\nSECRET\n",         0                                    },
        {"line of blanks",              " \n　\n",                                 "\n\n",                     0                                    },
        {"not across lines",            "机\n密",                                 "机\n密",                 0                                    },
        {"sign after Han",              "机密 - 10年",                           "机密-10年",             TEXT_FOLD_BLANK                      },
        {"sign after Han, then a word", "密级 : SECRET",                          "密级:SECRET",            TEXT_FOLD_BLANK                      },
        {"sign after a word",           "TOP SECRET - STRAP",                       "TOP SECRET - STRAP",       0                                    },
        {"label",                       "Classified By: A. Nobody",                 "Classified By: A. Nobody", 0                                    },
        {"list sign",                   "- item",                                   "- item",                   0                                    },
        {"invisible beside a blank",    "机 \u200B 密",                           "机密",                   TEXT_FOLD_BLANK | TEXT_FOLD_INVISIBLE},
        {"CR LF is one end",            "机密\r\n文\r件\x0B\x0C\u2028\u2029",   "机密\n文\n件\n\n\n\n", 0                                    },
        {"number with a word",          "No. 000123",                               "No. 000123",               0                                    },
    };
    check_rows(state, rows, LJ_COUNT_OF(rows));
}

static void test_fold__finds_the_mark_in_each_disguise(void **state)
{
    static const char *const disguises[] = {
        "机密★10年",
        "机\u200B密\u200D★\uFEFF10\u00AD年",
        "机\u0336密\u0336★\u033610年",
        "机\uFE00密\U000E0100★10年",
        "機密★10年",
        "机宻★10年",
        "\u202E年01★密机\u202C",
        "机　密　★　１０　年",
        "机 密 ☆ 十 年",
        "机密＊⑩年",
        "机密*10年",
        "机密\uF0AB10年",
        "机密🌟拾年",
        "  机\t密 ⭐ 1 0 年  ",
        "机\x01密★10\x7F年",
    };
    for (size_t i = 0; i < LJ_COUNT_OF(disguises); i++) {
        text_folded folded;
        lj_str src = lj_cstr_str(disguises[i]);
        assert_true(text_fold(src, arena_of(state), &folded));
        CHECK_ROW_TEXT(disguises[i], folded.text.ptr, folded.text.len, "机密★10年");
        check_shape(disguises[i], src, &folded);
    }
}

static void test_fold__map_leads_back_to_each_letter(void **state)
{
    /* "甲 机\u200B密 ☆ 十五年": offsets of the letters in the source. */
    static const char src[] = "甲 机\u200B密 ☆ 十五年";
    static const uint32_t wanted[] = {0,  0,  0,  4,  4,  4,  10, 10, 10,
                                      14, 14, 14, 18, 21, 24, 24, 24, 27};
    text_folded folded;
    assert_true(text_fold(lj_cstr_str(src), arena_of(state), &folded));
    CHECK_ROW_TEXT("text", folded.text.ptr, folded.text.len, "甲机密★15年");
    for (size_t i = 0; i <= folded.text.len; i++) {
        assert_int_equal(folded.from[i], wanted[i]);
    }
    /* Reversed: U+202E at 0, 年 3, 0 6, 1 7, ★ 8, 密 11, 机 14, U+202C 17. */
    static const char reversed[] = "\u202E年01★密机\u202CA";
    static const uint32_t back[] = {14, 14, 14, 11, 11, 11, 8, 8, 8, 7, 6, 3, 3, 3, 20, 21};
    assert_true(text_fold(lj_cstr_str(reversed), arena_of(state), &folded));
    for (size_t i = 0; i <= folded.text.len; i++) {
        assert_int_equal(folded.from[i], back[i]);
    }
    /* A kept space maps to the first blank of its run. */
    assert_true(text_fold(LJ_STR("AB \t CD"), arena_of(state), &folded));
    assert_int_equal(folded.from[2], 2);
    assert_int_equal(folded.from[3], 5);
    /* 30 became of two letters; months keep 个. */
    assert_true(text_fold(LJ_STR("三十个月"), arena_of(state), &folded));
    static const uint32_t months[] = {0, 3, 6, 6, 6, 9, 9, 9, 12};
    for (size_t i = 0; i <= folded.text.len; i++) {
        assert_int_equal(folded.from[i], months[i]);
    }
}

static void test_fold__is_false_at_every_ceiling(void **state)
{
    (void)state;
    static const char src[] = "机密★10年 *** \uFDFA\uFDFA\uFDFA SECRET";
    bool worked = false;
    for (size_t max = 0; max < 4096; max += 16) {
        lj_arena *arena = lj_arena_new(max);
        text_folded folded = {
            {"untouched", 9},
            NULL, 0
        };
        assert_non_null(arena);
        if (text_fold(lj_cstr_str(src), arena, &folded)) {
            worked = true;
            check_shape("ceiling", lj_cstr_str(src), &folded);
        } else {
            assert_false(worked);
            CHECK_ROW_TEXT("outputs are untouched", folded.text.ptr, folded.text.len, "untouched");
        }
        lj_arena_free(arena);
    }
    assert_true(worked);
}

static void test_fold__grows_for_text_that_becomes_longer(void **state)
{
    lj_buf src;
    lj_buf_init(&src, NULL, 1 << 20);
    for (int i = 0; i < 5000; i++) {
        lj_buf_put_cstr(&src, i % 3 == 0 ? "*" : i % 3 == 1 ? "\uFDFA" : "千年");
    }
    text_folded folded;
    assert_true(text_fold(lj_buf_str(&src), arena_of(state), &folded));
    check_shape("growing", lj_buf_str(&src), &folded);
    assert_true(folded.text.len > src.len);
    lj_buf_done(&src);
}

static void test_fold__every_code_point_folds_as_unicode_says(void **state)
{
    size_t changed = 0;
    unsigned options = UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT;
    for (uint32_t c = 1; c < 0x110000; c++) {
        uint8_t plain[4];
        if (c >= 0xD800 && c <= 0xDFFF) {
            continue;
        }
        lj_slice folded = fold_of(c, plain);
        size_t len = 0;
        /* Every folded letter is itself folded. */
        for (size_t at = 0; at < folded.len; at += len) {
            uint32_t letter =
                text_code_point((lj_str){(const char *)folded.ptr, folded.len}, at, &len);
            if (fold_cell_of(letter) >= FOLD_ROW) {
                fail_msg("U+%04X folds to U+%04X, which folds on", (unsigned)c, (unsigned)letter);
            }
        }
        changed += fold_cell_of(c) >= FOLD_ROW;
        /* What no list of ours touches is NFKC. */
        uint8_t bytes[5] = {0};
        size_t size = fold_encode(c, bytes);
        utf8proc_uint8_t *nfkc = NULL;
        utf8proc_ssize_t nfkc_len =
            utf8proc_map(bytes, (utf8proc_ssize_t)size, &nfkc, (utf8proc_option_t)options);
        uint16_t cell = fold_cell_of(c);
        uint32_t facts = cell >= FOLD_ROW ? fold_rows[cell - FOLD_ROW].facts : 0;
        if (nfkc_len >= 0 && cell < FOLD_BLANK &&
            !lj_slice_is(lj_slice_of(nfkc, (size_t)nfkc_len), lj_slice_of(bytes, size))) {
            fail_msg("U+%04X stays, NFKC changes it", (unsigned)c);
        }
        if (nfkc_len >= 0 && facts == TEXT_FOLD_COMPAT && c != 0xFDFA) {
            /* NFKC, less the marks that folding deletes; radicals have none. */
            bool same = lj_slice_is(lj_slice_of(nfkc, (size_t)nfkc_len), folded);
            bool radical = (c >= 0x2E80 && c <= 0x2FDF) || (c >= 0x31C0 && c <= 0x31EF);
            bool shorter = folded.len < (size_t)nfkc_len;
            if (!same && !radical && !shorter) {
                fail_msg("U+%04X does not fold to its NFKC", (unsigned)c);
            }
        }
        free(nfkc);
    }
    assert_in_range(changed, 5000, 6000);
    (void)state;
}

/* Sum over the whole folding table. When it changes, folded text changes: then TEXT_FOLD_VERSION
 * must be raised, and this sum with it, because results that were kept under the old version must
 * not be mixed with new ones. */
static void test_fold__table_is_that_of_the_version(void **state)
{
    (void)state;
    uint64_t sum = 14695981039346656037u;
    for (uint32_t c = 0; c < 0x110000; c++) {
        uint8_t plain[4];
        lj_slice folded = fold_of(c, plain);
        uint16_t cell = fold_cell_of(c);
        sum = (sum ^ (cell < FOLD_ROW ? cell : fold_rows[cell - FOLD_ROW].class_)) * 1099511628211u;
        for (size_t i = 0; i < folded.len; i++) {
            sum = (sum ^ folded.ptr[i]) * 1099511628211u;
        }
    }
    static const uint64_t wanted[] = {0, UINT64_C(0x5CF2106D48838F27),
                                      UINT64_C(0xD334EF98DC7A5A81)};
    if (sum != wanted[TEXT_FOLD_VERSION]) {
        fail_msg("the table's sum is 0x%016jX: raise TEXT_FOLD_VERSION", (uintmax_t)sum);
    }
}

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 2685821657736338717u;
}

static void test_fold__holds_its_shape_on_random_text(void **state)
{
    static const char *const parts[] = {
        "机", "密", "★",          "*",          "S",      "E",      "1",      "0",   " ",
        "　", "\t", "\n",         "\r",         "\u202E", "\u202C", "\u200B", "十",  "百",
        "千", "年", "月",         "日",         "个",     "個",     "㋀",     "⑩",   "\uFDFA",
        "(",  "】", "\U0001F31F", "\U000E0100", "é",      "-",      "\u00A8", "千年"};
    uint64_t seed = 99;
    for (int round = 0; round < 20000; round++) {
        lj_buf src;
        text_folded folded;
        text_folded again;
        lj_buf_init(&src, NULL, 1 << 16);
        for (size_t n = next_random(&seed) % 60; n > 0; n--) {
            lj_buf_put_cstr(&src, parts[next_random(&seed) % LJ_COUNT_OF(parts)]);
        }
        lj_arena_mark mark = lj_arena_mark_of(arena_of(state));
        char *exact = malloc(src.len > 0 ? src.len : 1);
        assert_non_null(exact);
        if (src.len > 0) {
            memcpy(exact, src.ptr, src.len);
        }
        lj_str text = {exact, src.len};
        assert_true(text_fold(text, arena_of(state), &folded));
        check_shape("random", text, &folded);
        assert_true(text_fold(folded.text, arena_of(state), &again));
        /* A numeral may come to stand before a unit only after folding; nothing else changes in a
         * second turn. */
        assert_int_equal(again.facts & ~(uint32_t)(TEXT_FOLD_NUMERAL), 0);
        lj_arena_rewind(arena_of(state), mark);
        free(exact);
        lj_buf_done(&src);
    }
}

static void test_fold__survives_bytes_that_are_no_utf8(void **state)
{
    /* Against the contract, but it must not read or write out of bounds. */
    uint64_t seed = 5;
    for (int round = 0; round < 20000; round++) {
        size_t len = next_random(&seed) % 40;
        char *exact = malloc(len > 0 ? len : 1);
        assert_non_null(exact);
        for (size_t i = 0; i < len; i++) {
            static const uint8_t spice[] = {0xE2, 0x80, 0xAE, 0xF0, 0x9F, 0xE5,
                                            0xB9, 0xB4, '\n', 0xFF, ' '};
            exact[i] = (char)spice[next_random(&seed) % sizeof(spice)];
        }
        text_folded folded;
        lj_arena_mark mark = lj_arena_mark_of(arena_of(state));
        assert_true(text_fold((lj_str){exact, len}, arena_of(state), &folded));
        assert_int_equal(folded.from[folded.text.len], len);
        lj_arena_rewind(arena_of(state), mark);
        free(exact);
    }
}

static void test_fold__code_points_and_han_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t code_point;
        size_t len;
        bool han;
    } rows[] = {
        {"a",          'a',      1, false},
        {"é",         0xE9,     2, false},
        {"密",        0x5BC6,   3, true },
        {"〇",        0x3007,   3, true },
        {"\uF967",     0xF967,   3, true },
        {"\U00020000", 0x20000,  4, true },
        {"㐀",        0x3400,   3, true },
        {"★",        0x2605,   3, false},
        {"か",        0x304B,   3, false},
        {"\U0010FFFF", 0x10FFFF, 4, false},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        size_t len = 0;
        uint32_t found = text_code_point(lj_cstr_str(rows[i].text), 0, &len);
        CHECK_ROW(rows[i].text, found, rows[i].code_point);
        CHECK_ROW(rows[i].text, len, rows[i].len);
        CHECK_ROW(rows[i].text, text_is_han(found), rows[i].han);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fold__leaves_plain_text_alone),
        cmocka_unit_test(test_fold__maps_each_star_to_the_regular_one),
        cmocka_unit_test(test_fold__removes_each_invisible_character_inside_a_word),
        cmocka_unit_test(test_fold__reverses_overridden_text),
        cmocka_unit_test(test_fold__undoes_compatibility_forms),
        cmocka_unit_test(test_fold__maps_variants_and_traditional_letters),
        cmocka_unit_test(test_fold__turns_numerals_before_units_into_digits),
        cmocka_unit_test(test_fold__removes_blanks_where_letters_join),
        cmocka_unit_test(test_fold__finds_the_mark_in_each_disguise),
        cmocka_unit_test(test_fold__map_leads_back_to_each_letter),
        cmocka_unit_test(test_fold__is_false_at_every_ceiling),
        cmocka_unit_test(test_fold__grows_for_text_that_becomes_longer),
        cmocka_unit_test(test_fold__every_code_point_folds_as_unicode_says),
        cmocka_unit_test(test_fold__table_is_that_of_the_version),
        cmocka_unit_test(test_fold__holds_its_shape_on_random_text),
        cmocka_unit_test(test_fold__survives_bytes_that_are_no_utf8),
        cmocka_unit_test(test_fold__code_points_and_han_are_told_apart),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
