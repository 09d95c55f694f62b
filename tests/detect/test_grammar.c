/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Tests of the grammar: what is a mark on a line of its own, and which words, periods and
 * boundaries make it none. */
#include "../check.h"

#include "base/num.h"
#include "run_rows.h"

typedef struct form_row {
    const char *text;
    const char *rule; /* "" = no candidate */
    const char *level, *period, *mark;
} form_row;

static const form_row forms[] = {
    {"机密★10年",                             "mark",               "机密",             "10年",                 "机密★10年"                },
    {"绝密★30年",                             "mark",               "绝密",             "30年",                 "绝密★30年"                },
    {"秘密★6个月",                           "mark",               "秘密",             "6个月",               "秘密★6个月"              },
    {"秘密★1年6个月",                       "mark",               "秘密",             "1年6个月",           "秘密★1年6个月"          },
    {"机密★长期",                            "mark",               "机密",             "长期",                "机密★长期"               },
    {"绝密★启用前",                         "mark",               "绝密",             "启用前",             "绝密★启用前"            },
    {"绝密★桥梁合龙前",                   "mark",               "绝密",             "桥梁合龙前",       "绝密★桥梁合龙前"      },
    {"秘密★2031年1月1日解密",             "mark",               "秘密",             "2031年1月1日解密", "秘密★2031年1月1日解密"},
    {"机密★2031-06-30",                        "mark",               "机密",             "2031-06-30",            "机密★2031-06-30"           },
    {"机密★2024.1.1-2034.1.1",                 "mark",               "机密",             "2024.1.1-2034.1.1",     "机密★2024.1.1-2034.1.1"    },
    {"机密★（10年）",                       "mark",               "机密",             "10年",                 "机密★（10年）"          },
    {"机密★10",                                "mark",               "机密",             "10",                    "机密★10"                   },
    {"机密级★10年",                          "mark",               "机密",             "10年",                 "机密级★10年"             },
    {"机 密 ★ 十五年",                      "mark",               "机密",             "15年",                 "机 密 ★ 十五年"         },
    {"【机密★5年】",                        "mark",               "机密",             "5年",                  "机密★5年"                 },
    {"机密★",                                  "mark_star",          "机密",             "",                      "机密★"                     },
    {"机密☆",                                  "mark_star",          "机密",             "",                      "机密☆"                     },
    {"机密*10年",                               "mark",               "机密",             "10年",                 "机密*10年"                  },
    {"机密·10年",                              "mark_period",        "机密",             "10年",                 "机密·10年"                 },
    {"机密　10年",                             "mark_period",        "机密",             "10年",                 "机密　10年"                },
    {"密级：机密",                            "mark_label",         "机密",             "",                      "机密"                        },
    {"密 级:机密★5年",                      "mark_label",         "机密",             "5年",                  "机密★5年"                 },
    {"密级（秘密）",                         "mark_label",         "秘密",             "",                      "秘密"                        },
    {"密级：机密级",                         "mark_label",         "机密",             "",                      "机密"                        },
    {"密级：机密，保密期限：10年",     "mark_label",         "机密",             "10年",                 "机密，保密期限：10年" },
    {"\"密级\": \"机密\",",                    "mark_label",         "机密",             "",                      "机密"                        },
    {"密级：公开",                            "mark_cleared",       NULL,                 "",                      "公开"                        },
    {"密级：不涉密",                         "mark_cleared",       NULL,                 "",                      "不涉密"                     },
    {"（秘密）",                               "mark_bracket",       "秘密",             "",                      "秘密"                        },
    {"（秘密）关于做好河道清淤的函", "mark_bracket",       "秘密",             "",                      "秘密"                        },
    {"机　密",                                  "mark_bare",          "机密",             "",                      "机　密"                     },
    {"絕密★三年",                            "mark",               "绝密",             "3年",                  "絕密★三年"               },
    {"鸡密★10年",                             "mark",               "机密",             "10年",                 "鸡密★10年"                },
    {"鸡密",                                     "",                   NULL,                 NULL,                    NULL                            },
    {"机密*",                                    "",                   NULL,                 NULL,                    NULL                            },
    {"**机密**",                                 "",                   NULL,                 NULL,                    NULL                            },
    {"/* 机密 */",                               "",                   NULL,                 NULL,                    NULL                            },
    {"秘密★★★☆☆",                      "",                   NULL,                 NULL,                    NULL                            },
    {"精密★10年校准",                       "",                   NULL,                 NULL,                    NULL                            },
    {"秘密花园★10年畅销",                 "",                   NULL,                 NULL,                    NULL                            },
    {"机密性测试",                            "",                   NULL,                 NULL,                    NULL                            },
    {"国家机密",                               "",                   NULL,                 NULL,                    NULL                            },
    {"密级★保密期限",                      "",                   NULL,                 NULL,                    NULL                            },
    {"密级：______",                            "",                   NULL,                 NULL,                    NULL                            },
    {"□绝密 □机密 □秘密",              "",                   NULL,                 NULL,                    NULL                            },
    {"机关秘书密切配合",                   "",                   NULL,                 NULL,                    NULL                            },
    {"接触机密的人员",                      "",                   NULL,                 NULL,                    NULL                            },
    {"TOP SECRET//SI//NOFORN",                     "us_banner",          "TOP SECRET",         "",                      "TOP SECRET//SI//NOFORN"        },
    {"(S//NF) The gate was replaced.",             "us_portion",         "SECRET",             "",                      "(S//NF)"                       },
    {"NATO RESTRICTED",                            "nato_banner",        "NATO RESTRICTED",    "",                      "NATO RESTRICTED"               },
    {"OFFICIAL-SENSITIVE",                         "uk_banner",          "OFFICIAL-SENSITIVE", "",                      "OFFICIAL-SENSITIVE"            },
    {"CUI//SP-PRVCY",                              "cui_banner",         "CUI",                "",                      "CUI//SP-PRVCY"                 },
    {"Kubernetes Secret",                          "",                   NULL,                 NULL,                    NULL                            },
    {"client_secret",                              "",                   NULL,                 NULL,                    NULL                            },
    {"内部资料 注意保存",                  "work_secret_phrase", "内部",             "",                      "内部资料 注意保存"     },
    {"工作秘密★3年",                        "work_secret",        "工作秘密",       "3年",                  "工作秘密★3年"           },
    {"内部资料 准印证号 0012",             "",                   NULL,                 NULL,                    NULL                            },
    {"核心商密★5年",                        "trade_secret",       "核心商密",       "5年",                  "核心商密★5年"           },
    {"極機密",                                  "trad_mark_bare",     "極機密",          "",                      "極機密"                     },
};

static void test_grammar__reads_each_form(void **state)
{
    (void)state;
    for (size_t i = 0; i < LJ_COUNT_OF(forms); i++) {
        detect_doc *doc = run_text(SPAN_BODY, forms[i].text);
        uint32_t count = 0;
        const detect_hit *hits = detect_candidates(doc, &count);
        CHECK_ROW(forms[i].text, count, forms[i].rule[0] != '\0');
        if (count > 0) {
            const char *rule = detect_rule_name(run_rules, hits->pack_idx, hits->rule_idx);
            CHECK_ROW_TEXT(forms[i].text, rule, strlen(rule), forms[i].rule);
            CHECK_ROW_TEXT(forms[i].text, hits->mark.ptr, hits->mark.len, forms[i].mark);
            CHECK_ROW_TEXT(forms[i].text, hits->period.ptr, hits->period.len, forms[i].period);
            const detect_level *level = detect_level_of(run_rules, hits->pack_idx, hits->level_idx);
            if (forms[i].level != NULL) {
                CHECK_ROW_TEXT(forms[i].text, level->name, strlen(level->name), forms[i].level);
            } else {
                CHECK_ROW(forms[i].text, hits->level_idx, DETECT_NO_LEVEL);
            }
        }
        detect_free(doc);
    }
}

static void test_grammar__the_mark_is_never_more_than_its_characters(void **state)
{
    (void)state;
    char text[2048];
    size_t len = 0;
    /* Zero-width characters between all letters make the token long. */
    static const char *const letters[] = {"机", "密", "★", "1", "0", "年"};
    for (size_t i = 0; i < LJ_COUNT_OF(letters); i++) {
        memcpy(text + len, letters[i], strlen(letters[i]));
        len += strlen(letters[i]);
        for (int j = 0; j < 40; j++) {
            memcpy(text + len, "\xE2\x80\x8B", 3);
            len += 3;
        }
    }
    text[len] = '\0';
    detect_doc *doc = run_text(SPAN_BODY, text);
    uint32_t count = 0;
    const detect_hit *hits = detect_candidates(doc, &count);
    assert_int_equal(count, 1);
    size_t characters = 0;
    for (size_t i = 0; i < hits->mark.len; i++) {
        characters += ((uint8_t)hits->mark.ptr[i] & 0xC0) != 0x80;
    }
    assert_true(characters <= DETECT_MARK_MAX);
    assert_true(run_points(hits, "disguised") > 0);
    detect_free(doc);
}

static void test_grammar__vertical_text_is_joined_up_to_fourteen_lines(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t found;
    } rows[] = {
        {"机\n密\n★\n1\n0\n年\n正文从这里开始",                        1},
        {"机\n\n密\n\n★\n\n长\n\n期",                                        1},
        {"绝\n密\n★\n桥\n梁\n合\n龙\n完\n成\n之\n前\n接着是正文", 1},
        {"机\n关\n人\n员\n正文",                                             0},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        detect_doc *doc = run_text(SPAN_BODY, rows[i].text);
        CHECK_ROW(rows[i].text, detect_end(doc)->hit_count, rows[i].found);
        detect_free(doc);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grammar__reads_each_form),
        cmocka_unit_test(test_grammar__the_mark_is_never_more_than_its_characters),
        cmocka_unit_test(test_grammar__vertical_text_is_joined_up_to_fourteen_lines),
    };
    return cmocka_run_group_tests(tests, run_setup, run_teardown);
}
