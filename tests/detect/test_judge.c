/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Tests of the judge: each weight fires where it should and not where it should not; verdicts and
 * classes. */
#include "../check.h"

#include "base/num.h"
#include "run_rows.h"

/* Documents in the language of the generator's templates, without its words. */
typedef struct weight_row {
    const char *code;
    const char *fires, *silent;
} weight_row;

#define PROSE_1 "会议讨论了冬季供暖的安排。\n各单位要落实责任。\n"
#define PROSE_2 "联系人已经确定。\n预算按季度下达。\n设备运行平稳。\n"
#define PROSE   PROSE_1 PROSE_2 "群众反映良好。\n道路已经通车。\n"

static const weight_row weights[] = {
    {"complete_star",   "机密★10年",                                                           "机密★"                                               },
    {"star_only",       "机密★",                                                                "机密★10年"                                          },
    {"period_only",     "机密 10年",                                                             "机密★10年"                                          },
    {"label_value",     "密级：机密",                                                          "机密★10年"                                          },
    {"bracket",         "（机密）",                                                             "（机密★10年）"                                    },
    {"bare",            "机密\n" PROSE,                                                           PROSE "机密\n" PROSE                                    },
    {"own_line",        "机密★10年",                                                           "机密★10年的文件"                                 },
    {"edge",            "（机密★10年）第一部分",                                         "机密★10年"                                          },
    {"gap",             "机密★10年    第一部分",                                           "机密★10年"                                          },
    {"spaced",          "机　密",                                                                "机密"                                                  },
    {"head_lines",      "机密★10年",                                                           PROSE "机密★10年\n" PROSE PROSE                      },
    {"tail_lines",      PROSE PROSE "机密★10年",                                               PROSE "机密★10年\n" PROSE PROSE                      },
    {"page_region",     "@header\n机密★10年",                                                  "机密★10年"                                          },
    {"copy_no",         "000123\n机密★10年",                                                   "2023\n机密★10年"                                    },
    {"copy_no",         "机密★10年\n\n份号：012",                                           PROSE "000123\n" PROSE "机密★10年"                   },
    {"doc_no",          "机密★10年\n青水发〔2024〕5号",                                  "机密★10年\n青水发2024年5号"                    },
    {"urgent",          "机密★10年\n特急",                                                   "机密★10年\n应急演练"                            },
    {"handling",        "机密★10年\n阅后收回",                                             "机密★10年\n收回土地"                            },
    {"type_face",       "@body size=1600\n机密★10年",                                          "@body size=1050\n机密★10年"                         },
    {"repeated",        "@header page=1\n机密★10年\n@header page=2\n机密★10年",
     "@header page=1\n机密★10年"                                                                                                                         },
    {"concealed",       "@body hide=vanish\n机密★10年",                                        "@body hide=not_printed\n机密★10年"                  },
    {"disguised",       "机\xE2\x80\x8B密★10年",                                               "\xE2\x80\x8B机密★10年"                              },
    {"disguised",       "\xE2\x80\xAE年01★密机\xE2\x80\xAC",                                   "机密★10年"                                          },
    {"disguised",       "@body\n机\x01甲乙\x02密★10年",                                      "@body\n机密★10年\x01甲乙\x02"                     },
    {"encoded",         "@body origin=decoded\n机密★10年",                                     "机密★10年"                                          },
    {"metadata",        "@metadata label=密级\n机密",                                           "@attribute label=密级\n机密"                         },
    {"name",            "@file_name\n机密★10年 方案.doc",                                    "机密★10年"                                          },
    {"name_edge",       "@file_name\n【机密】方案.doc",                                       "@file_name\n机密.doc"                                  },
    {"directive",       "机密★10年\n现将方案印发给你们",                              "机密★10年\n现在印书"                            },
    {"date_ahead",      "机密★2031年1月1日",                                                 "机密★2020年1月1日"                                },
    {"expired",         "机密★2020年1月1日",                                                 "机密★2031年1月1日"                                },
    {"over_limit",      "秘密★20年",                                                           "机密★20年"                                          },
    {"over_limit",      "秘密★13个月",                                                        "秘密★11个月"                                       },
    {"over_limit",      "机密★2031年13月40日",                                               "机密★2031年12月30日"                              },
    {"in_sentence",     "凡属机密★10年的文件",                                            "机密★10年"                                          },
    {"levels_near",     "机密★10年\n秘密★5年",                                            "机密★10年\n机密★10年"                          },
    {"levels_near",     "@cell r=2 c=3\n机密★1年\n@cell r=4 c=3\n秘密★1年",
     "@cell r=2 c=3\n机密★1年\n@cell r=4 c=4\n秘密★1年"                                                                                             },
    {"levels_doc",      "机密★10年\n" PROSE "分为绝密级、机密级和秘密级。\n",    "机密★10年\n" PROSE                                  },
    {"quote",           "标明“机密★10年”",                                               "机密★10年"                                          },
    {"sample",          "例如：\n机密★10年",                                                "机密★10年\n" PROSE "例如："                      },
    {"placeholder",     "机密★××年",                                                         "机密★10年"                                          },
    {"placeholders",    "机密★10年\n××××文件\n关于×××××的通知\n×××××：",
     "机密★10年\n甲市文件\n关于×××的通知\n甲所："                                                                                         },
    {"exam",            "绝密★启用前\n初中学业水平考试",                             "绝密★1年\n初中学业水平考试命题安排"     },
    {"exam_ahead",      "绝密★启用前\n2031年初中学业水平考试",                      "绝密★启用前\n2019年初中学业水平考试"     },
    {"exam_past",       "绝密★启用前\n2019年初中学业水平考试",                      "绝密★启用前\n2031年初中学业水平考试"     },
    {"exam_past",       "绝密★启用前\n2026年6月7日初中学业水平考试",
     "绝密★启用前\n2026年12月7日初中学业水平考试"                                                                                           },
    {"answers",         "绝密★启用前\n期末试卷\n参考答案",                           "绝密★启用前\n期末试卷"                        },
    {"web",             "绝密★启用前\n期末试卷\n更多资料下载",                     "绝密★启用前\n期末试卷"                        },
    {"company",         "机密★10年\n商业秘密",                                             "机密★10年\n协议"                                  },
    {"cleared",         "密级：公开",                                                          "密级：机密"                                         },
    {"was",             "原密级：机密",                                                       "密级：机密"                                         },
    {"was",             "机密★10年　已解密",                                               "机密★2031年1月1日解密"                          },
    {"about",           "机密★10年\n保密知识培训教材\n定密实务",                   "机密★10年\n培训"                                  },
    {"fiction",         "机密★\n导演：甲　主演：乙　评分：7",                      "机密★10年\n导演：甲　主演：乙　评分：7"},
    {"code",            "puts(\"甲\");\n机密★10年\n#include <stdio.h>",
     "机密★10年\nthe classified letters are various"                                                                                                     },
    {"checked",         "密级：□绝密 ☑机密 □秘密",                                   "密级：机密"                                         },
    {"column",          "@cell r=1 c=3\n密级\n@cell r=3 c=3\n机密",
     "@cell r=3 c=2\n密级\n@cell r=3 c=3\n机密"                                                                                                           },
    {"sound_alike",     "鸡密★10年",                                                           "机密★10年"                                          },
    {"media_name",      "@file_name\n【机密】档案.mp4",                                       "@file_name\n【机密】档案.doc"                      },
    {"banner_control",  "SECRET//NOFORN",                                                           "SECRET"                                                  },
    {"banner_bare",     "SECRET",                                                                   "SECRET//NOFORN"                                          },
    {"header_footer",   "@header page=1\nSECRET\n@footer page=1\nSECRET",                           "@header page=1\nSECRET"                                  },
    {"portions",        "SECRET\n(S) one\n(S//NF) two",                                             "SECRET\n(S) one"                                         },
    {"block",           "SECRET\nClassified By: J. Dee",                                            "SECRET\nSigned by: J. Dee"                               },
    {"portion_control", "(S//NF) two",                                                              "(S) two"                                                 },
    {"phrase",          "内部文件，不得外传",                                              "内部★5年"                                           },
};

static detect_doc *run_template(const char *text)
{
    static gen_case made;
    static lj_arena *arena;
    lj_arena_free(arena);
    arena = lj_arena_new(1 << 24);
    gen_kind kind = {"row", GEN_MARK, text};
    gen_make(&kind, 1, arena, &made);
    detect_doc *doc = run_begin(true);
    for (uint32_t i = 0; i < made.count; i++) {
        detect_span(doc, &made.spans[i]);
    }
    (void)detect_end(doc);
    return doc;
}

static bool has_feature(const char *text, const char *code)
{
    detect_doc *doc = run_template(text);
    uint32_t count = 0;
    const detect_hit *hits = detect_candidates(doc, &count);
    bool found = false;
    for (uint32_t i = 0; i < count; i++) {
        found = found || run_points(&hits[i], code) != 0;
    }
    detect_free(doc);
    return found;
}

static void test_judge__each_weight_fires_and_is_silent(void **state)
{
    (void)state;
    for (size_t i = 0; i < LJ_COUNT_OF(weights); i++) {
        CHECK_ROW(weights[i].fires, has_feature(weights[i].fires, weights[i].code), 1);
        CHECK_ROW(weights[i].silent, has_feature(weights[i].silent, weights[i].code), 0);
    }
}

static void test_judge__verdict_and_class_of_documents(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        detect_verdict verdict;
        detect_class class_;
    } rows[] = {
        {"000123\n机密★10年\n特急",                                      DETECT_MARKED,    DETECT_CONFIRMED},
        {PROSE "机密★10年\n" PROSE PROSE,                                  DETECT_MARKED,    DETECT_PROBABLE },
        {"@body hide=deleted\n机密★10年",                                  DETECT_CONCEALED, DETECT_CONFIRMED},
        {"@body hide=not_printed\n机密★10年",                              DETECT_MARKED,    DETECT_CONFIRMED},
        {"秘\xE2\x80\x8B密★5年",                                           DETECT_CONCEALED, DETECT_CONFIRMED},
        {"内部资料 注意保存",                                           DETECT_SENSITIVE, DETECT_PROBABLE },
        {"秘密★5年\n\n内部资料 注意保存",                          DETECT_MARKED,    DETECT_CONFIRMED},
        {"核心商密★5年",                                                 DETECT_CLEAN,     DETECT_NONE     },
        {"密级：公开",                                                     DETECT_CLEAN,     DETECT_NONE     },
        {"机密\n" PROSE,                                                      DETECT_MARKED,    DETECT_LOOK     },
        {"000123\n机密\n" PROSE,                                              DETECT_MARKED,    DETECT_PROBABLE },
        {"机　密\n" PROSE,                                                   DETECT_MARKED,    DETECT_PROBABLE },
        {"SECRET",                                                              DETECT_MARKED,    DETECT_LOOK     },
        {"@metadata label=密级\n秘密",                                      DETECT_MARKED,    DETECT_CONFIRMED},
        {PROSE,                                                                 DETECT_CLEAN,     DETECT_NONE     },
 /* Wrapped in a sample, but hidden: the sample does not count. */
        {"@body\n样例：\n@body hide=vanish\n机密★10年",                 DETECT_CONCEALED, DETECT_CONFIRMED},
        {"@file_name\n机密★10年 某方案.docx",                           DETECT_MARKED,    DETECT_PROBABLE },
        {"@formula\n=\"机\"&\"密★10年\"",                                  DETECT_MARKED,    DETECT_PROBABLE },
        {"@formula\n\"机密★\"0\"年\"",                                     DETECT_MARKED,    DETECT_PROBABLE },
        {"@formula\nIF(A1=\"机密\",1,0)",                                     DETECT_CLEAN,     DETECT_NONE     },
        {"@file_name\n保密工作总结.doc",                                  DETECT_CLEAN,     DETECT_NONE     },
        {"{title}\n密级：□绝密 ☑机密 □秘密\n",                   DETECT_MARKED,    DETECT_PROBABLE },
        {"{title}\n密级：■绝密 ■机密 ■秘密\n",                   DETECT_CLEAN,     DETECT_NONE     },
        {"{title}\n密级：□绝密 □机密 ☑公开\n",                   DETECT_CLEAN,     DETECT_NONE     },
        {"机密√ 秘密□\n" PROSE,                                         DETECT_MARKED,    DETECT_LOOK     },
        {"机密★任务完成后解密\n" PROSE,                              DETECT_MARKED,    DETECT_CONFIRMED},
        {"机密★5年\n期满解密\n" PROSE,                                 DETECT_MARKED,    DETECT_CONFIRMED},
        {"机密★5年\n解密\n" PROSE,                                       DETECT_MARKED,    DETECT_LOOK     },
        {"机密★5年（期满解密）\n" PROSE,                             DETECT_MARKED,    DETECT_CONFIRMED},
        {"机密★5年\n附件：1. 名单（秘密★1年）\n" PROSE,        DETECT_MARKED,    DETECT_CONFIRMED},
        {"四、（秘密★5年）各科室要在月底前交表。\n",        DETECT_MARKED,    DETECT_PROBABLE },
        {"请注明密级和期限（机密★10年）。\n",                   DETECT_MARKED,    DETECT_LOOK     },
        {"「机密★10年」字样应当清楚\n",                            DETECT_CLEAN,     DETECT_NONE     },
        {"1,\"机密★10年\",泵站\n",                                       DETECT_MARKED,    DETECT_PROBABLE },
        {"\"密级\",\"机密★10年\"",                                       DETECT_MARKED,    DETECT_CONFIRMED},
        {"机密\n★\n10年\n" PROSE,                                          DETECT_MARKED,    DETECT_CONFIRMED},
        {"飞机密★10年\n",                                                 DETECT_CLEAN,     DETECT_NONE     },
        {"机密★★10年\n" PROSE,                                           DETECT_MARKED,    DETECT_CONFIRMED},
        {"机密★至2031年5月1日\n" PROSE,                                 DETECT_MARKED,    DETECT_CONFIRMED},
        {"机密★长期\n中考语文数学试题由命题组封存\n" PROSE, DETECT_MARKED,    DETECT_CONFIRMED},
        {"DECLASSIFIED\nSECRET//NOFORN\n",                                      DETECT_MARKED,    DETECT_LOOK     },
        {"NATO SECRET ATOMAL\n",                                                DETECT_MARKED,    DETECT_CONFIRMED},
        {"@file_name\n机密档案.mp4",                                        DETECT_CLEAN,     DETECT_NONE     },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        detect_doc *doc = run_template(rows[i].text);
        const detect_result *result = detect_end(doc);
        CHECK_ROW(rows[i].text, result->verdict, rows[i].verdict);
        CHECK_ROW(rows[i].text, result->class_, rows[i].class_);
        detect_free(doc);
    }
}

static void test_judge__the_text_layer_of_a_scan_conceals_nothing(void **state)
{
    (void)state;
    detect_doc *doc = run_begin(true);
    span what = span_of(SPAN_BODY, LJ_STR("机密★10年\n" PROSE));
    what.hidden_by = SPAN_HIDE(SPAN_HIDDEN_INVISIBLE);
    detect_span(doc, &what);
    assert_int_equal(detect_end(doc)->verdict, DETECT_MARKED);
    detect_free(doc);
    doc = run_begin(true);
    what.text = LJ_STR("机密★10年");
    detect_span(doc, &what);
    what.hidden_by = 0;
    what.text = LJ_STR(PROSE);
    detect_span(doc, &what);
    assert_int_equal(detect_end(doc)->verdict, DETECT_CONCEALED);
    detect_free(doc);
}

static void test_judge__points_add_up_and_best_comes_first(void **state)
{
    (void)state;
    detect_doc *doc =
        run_template(PROSE "秘密★5年\n" PROSE PROSE "密级：机密\n" PROSE PROSE "绝密★30年");
    const detect_result *result = detect_end(doc);
    assert_true(result->hit_count >= 3);
    for (uint32_t i = 0; i < result->hit_count; i++) {
        int32_t sum = 0;
        for (uint32_t j = 0; j < result->hits[i].term_count; j++) {
            sum += detect_weight_of(run_rules, result->hits[i].pack_idx, result->hits[i].terms[j])
                       ->points;
        }
        assert_int_equal(sum, result->hits[i].score);
        detect_verdict verdict;
        detect_class class_;
        assert_true(detect_hit_check(run_rules, &result->hits[i], &verdict, &class_));
        assert_true(i == 0 ||
                    detect_hit_compare(run_rules, &result->hits[i - 1], &result->hits[i]) <= 0);
    }
    assert_int_equal(result->score, result->hits[0].score);
    detect_free(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_judge__each_weight_fires_and_is_silent),
        cmocka_unit_test(test_judge__verdict_and_class_of_documents),
        cmocka_unit_test(test_judge__the_text_layer_of_a_scan_conceals_nothing),
        cmocka_unit_test(test_judge__points_add_up_and_best_comes_first),
    };
    return cmocka_run_group_tests(tests, run_setup, run_teardown);
}
