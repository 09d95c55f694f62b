/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What {words} of the templates become: invented places and offices, dull sentences, and marks in
 * all their forms. */
#include "base/num.h"
#include "gen.h"

/* Templates again: they may hold words and alternatives. */
typedef struct gen_word_row {
    const char *name;
    const char *text;
} gen_word_row;

/* clang-format off: version 14 dies on this array. */
static const gen_word_row word_rows[] = {
    {"place",     "[青|沐|桐|岚|浔|芦|栖|槐|柳|苇|澄|砚][河|湾|岭|溪|洲|坪|塘|原|陂|渡][市|区|县|镇|新"
              "区|街道]"                                                                                             },
    {"org",       "{place}[水务局|档案馆|粮食和物资储备局|统计局|政府办公室|园林所|应急管理局|交通运输"
            "局|人事科|信访局|文化馆|委办公室|财政局|农业农村局]"                                   },
    {"person",    "[赵|钱|孙|李|周|吴|郑|王|冯|陈][明|立|国|文|晓|建|玉|志][华|平|军|兰|峰|英|宁|]"         },
    {"topic",     "[防汛物资储备|河道清淤|老旧小区改造|冬季供暖|公务用车管理|粮食购销|统计调查|档案数字"
              "化|绿化养护|应急演练|道路养护|会务保障|资产盘点|招商引资|乡村道路|信访事项办理|网络"
              "设备更新|办公用房调整|村级财务|食堂管理]"                                              },
    {"kind",      "[通知|报告|请示|函|意见|方案|通报|批复|会议纪要|实施细则|工作要点]"                    },
    {"title",     "关于[做好|加强|开展|印发|报送|推进|调整|规范]{place}{topic}[工作|事项|有关情况|专项"
              "工作]的{kind}"                                                                                        },
    {"no",        "[2|3|4|5|6|7|8|9|11|12|14|17|21|26|33|48]"                                                                        },
    {"big",       "[1|2|3|4|5|6|7|8|9]{digit}{digit}{digit}"                                                                         },
    {"digit",     "[0|1|2|3|4|5|6|7|8|9]"                                                                                            },
    {"copyno",    "[0][0|0|0|1][0|1|2|3]{digit}{digit}{digit}"                                                                       },
    {"past",      "20[09|12|14|16|18|19|20|21|22|23|24|25]"                                                                          },
    {"ahead",     "20[27|28|29|31]"                                                                                                  },
    {"date",      "{past}年[1|3|5|6|8|9|10|12]月[2|7|11|16|23|28]日"                                                              },
    {"docno",     "{short}[发|办发|函|字|政发|水发|统字]〔{past}〕{no}号"                                              },
    {"short",     "[青|沐|桐|岚|浔|芦|栖|槐]"                                                                                },
    {"sentence",
     "[{date}，{org}在{place}召开{topic}[推进会|座谈会|调度会]，[{no}个单位|各科室|有关负"
     "责同志]参加。|根据{org}[安排|部署|要求]，{topic}[由{person}牵头|按季度推进|纳入年度"
     "计划]，[预算{big}元|共涉及{no}个点位|分{no}批完成]。|各单位要[明确专人|压实责任|细化"
     "措施|倒排工期]，于每月{no}日前[报送进展|更新台账|完成复核]。|截至{date}，已[完成{no}"
     "处|核对{big}件|整改{no}项]，其余[正在办理|按计划推进|待验收]。|联系人：{person}，电"
     "话{big}{big}。|会议[听取了|讨论了|原则同意]{topic}[情况汇报|实施办法|资金安排]，要求"
     "[做好衔接|注意节约|及时归档]。|{place}[今年|上半年|本季度][新增|维修|更换]{topic}[设"
     "施{no}处|设备{no}台|点位{no}个]，[运行平稳|群众反映良好|仍有短板]。|对[逾期未报|情况"
     "不实|推诿拖延]的，[由{org}通报|约谈负责人|取消评优资格]。|天气转凉，[食堂|门卫|车队]"
     "的[作息时间|值班表|采购清单]作相应调整。|经[初步测算|实地走访|比对数据]，[比上年增长"
     "百分之{no}|缺口约{big}元|基本符合预期]。]"                                                                       },
    {"para",      "{sentence}{sentence}[{sentence}|]"                                                                                },
    {"body",      "{para}\n{para}\n[{para}\n|]"                                                                                      },
    {"long",      "{body}{body}{body}{body}{body}{body}{body}{body}"                                                                 },
    {"ending",    "{org}\n{date}\n"                                                                                                  },
    {"level",     "[绝密|机密|秘密]"                                                                                           },
    {"hz",        "[|||　|  ]"                                                                                                      },
    {"cond",      "[启用前|公布前|会议开始前|宣布前|开标前|评审结束前|换届完成前|名单公布前|项目验收前|"
             "谈判结束后|竣工验收时|考核结果公布前]"                                                    },
    {"mark",      "[绝密★[1|5|10|20|30]年|机密★[1|2|5|10|15|20]年|秘密★[1|2|3|5|10]年|秘密★[1|3|6|9"
             "]个月|{level}★长期|{level}★{cond}|{level}★{ahead}年[1|6|12]月[1|15|28]日[|解密]]"           },
    {"yearmark",  "[绝密★[1|5|10|20|30]年|机密★[1|2|5|10|15|20]年|秘密★[1|2|3|5|10]年]"                               },
    {"star",      "[☆|⭐|⭑|✩|✪|✫|✬|✭|✮|✯|✰|🌟|⭐️]"                                                        },
    {"weakstar",  "[*|＊|﹡|∗|⋆|٭|✶]"                                                                                       },
    {"period",    "[1年|5年|10年|3个月|6个月|长期|启用前]"                                                               },
    {"years",     "[1|2|3|5|8|10]年"                                                                                                },
    {"label",     "[密级|密　级|密 级|秘密等级|保密等级|涉密等级|文件密级|保密级别]"                      },
    {"colon",     "[：|:|： |: |　|   ]"                                                                                          },
    {"urgent",    "[特急|加急|特　急|加 急|平急]"                                                                         },
    {"handling",  "[不得翻印|阅后收回|会后收回|注意保存|按时清退]"                                               },
    {"head",      "{org}文件\n{docno}\n{title}\n"                                                                                  },
    {"hide",      "[vanish|no_contrast|tiny|off_page|clipped|covered|layer|deleted|sheet|version|unreac"
             "hable|slack]"                                                                                              },
    {"zw",        "[\xE2\x80\x8B|\xE2\x80\x8C|\xE2\x80\x8D|\xC2\xAD|\xE2\x81\xA0|\xEF\xBB\xBF]"                                      },
    {"zwmark",    "[机{zw}密★{years}|秘{zw}密★{zw}{years}|绝{zw}{zw}密{zw}★1{zw}0年|机{zw}密{zw}{zw}"
               "★长期]"                                                                                            },
    {"bidimark",  "\xE2\x80\xAE[年01★密机|年5★密秘|年02★密绝|期长★密机|年3★密秘]\xE2\x80\xAC"              },
    {"tradmark",  "[絕密|絶密|機密|祕密|宻|機宻|祕宻|绝宻|機密|秘宻]"                                             },
    {"trad",      "[絕密★[10|20]年|絶密★5年|機密★[1|5|10]年|祕密★[1|5]年|機宻★10年|祕宻★3年|绝宻"
             "★長期|機密★長期|秘密★6個月|機密★公佈前|絕密★啟用前]"                         },
    {"radical",   "[机密★10年|机密★\xE2\xBB\x93期|㊙密★5年|机密★⑩年|機密★１０年]"                       },
    {"blankmark", "[机 密 ★ 1 0 年|机　密★５年|秘密　★　５　年|绝　密 ★ 十 年|机密★十五年|秘密★三"
                  "年|绝密★二十年|机密★ 10 年|机\xC2\xA0密\xC2\xA0★\xC2\xA0"
                  "5\xC2\xA0年|秘　密　★　六个月|机密★一十年|绝密 ★３０年|机\t密★5年]"},
    {"vertical",  "[机\n密\n★\n1\n0\n年|绝\n密\n★\n三\n十\n年|秘\n密\n★\n5\n年|机\n密\n★\n10\n年|秘"
                 "\n密\n★\n长\n期|绝\n密\n★\n启\n用\n前]"                                                },
    {"sound",     "[鸡密|基密|几密|机蜜|基蜜|蜜密|秘蜜|决密|绝蜜]★{years}"                                       },
};
/* clang-format on */

bool gen_word(gen_random *random, lj_slice word, lj_buf *out)
{
    if (lj_slice_is(word, LJ_BYTES("("))) {
        lj_buf_put_u8(out, '[');
        return true;
    }
    if (lj_slice_is(word, LJ_BYTES(")"))) {
        lj_buf_put_u8(out, ']');
        return true;
    }
    if (lj_slice_is(word, LJ_BYTES("<"))) {
        lj_buf_put_u8(out, '{');
        return true;
    }
    if (lj_slice_is(word, LJ_BYTES(">"))) {
        lj_buf_put_u8(out, '}');
        return true;
    }
    if (lj_slice_is(word, LJ_BYTES("blanks"))) {
        for (uint32_t i = gen_below(random, 300) + 50; i > 0; i--) {
            lj_buf_put_u8(out, '\n');
        }
        return true;
    }
    for (size_t i = 0; i < LJ_COUNT_OF(word_rows); i++) {
        if (lj_slice_is(word, lj_cstr_bytes(word_rows[i].name))) {
            gen_expand(random, word_rows[i].text, out);
            return true;
        }
    }
    return false;
}
