/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Documents that are no classified papers: mentions, and the 48 kinds of hard negatives
 * (hidden-marks 1.5 and 1.6). */

#include "base/num.h"
#include "gen.h"

const gen_kind gen_mention_kinds[] = {
    {"told_bracket",               GEN_MENTION,
     "{title}\n{para}\n请在左上角[注明|标明|写明]密级和期限（{mark}）。\n[【|「]{mark}[】|」]"
     "字样应当[清楚|规范]。\n{body}"                                                                               },
    {"all_ticked_or_none",         GEN_MENTION,
     "{org}登记表\n密级：[□绝密 □机密 □秘密|■绝密 ■机密 ■秘密|（ ）绝密 （ ）机密|☐绝密 ☐机密 "
     "☑公开]\n{body}"                                                                                                   },
    {"short_exam_of_the_past",     GEN_MENTION,
     "[绝密|机密]★启用前\n{past}年{place}[教师招聘|公务员录用|初中毕业升学|护士执业]\n[教育综合|"
     "行测|数学|实践能力]\n1. 到2035年，{sentence}\n参考答案 A\n"                                            },
    {"specimen_head",              GEN_MENTION,
     "000001\n机密★1年\n特急\n××××××文件\n×××〔2012〕10号\n×××××关于×××××××的通知\n"  },
    {"word_before_the_level",      GEN_MENTION,
     "{title}\n{para}[飞机|司机|相机|手机]密★{years}{sentence}\n{body}"                                          },
    {"declassified_banner",        GEN_MENTION,
     "DECLASSIFIED\nSECRET//NOFORN\nThe ferry office counted three boats.\n"                                                },
    {"quoted_in_a_sentence",       GEN_MENTION,
     "{title}\n{para}凡标注“{mark}”的文件，由{person}登记。{sentence}\n{body}"                               },
    {"unquoted_in_a_sentence",     GEN_MENTION,
     "{title}\n{para}其中一份标为{mark}的材料已移交{org}。{sentence}\n{body}"                                  },
    {"level_in_a_sentence",        GEN_MENTION,
     "{title}\n{para}[涉及{level}级事项的|接触{level}级内容的|保管{level}件的]人员，由{org}["
     "统一管理|登记备案]。\n{body}"                                                                                },
    {"levels_listed",              GEN_MENTION, "{title}\n国家秘密分为绝密、机密、秘密三级。{para}\n{body}"},
    {"at_the_start_of_a_sentence", GEN_MENTION,
     "{title}\n{body}{mark}的文件[应当|须]存入保险柜，{sentence}\n{body}"                                       },
    {"at_the_end_of_a_sentence",   GEN_MENTION, "{title}\n{body}该材料原先的标注是{mark}。\n{body}"               },
    {"label_in_a_sentence",        GEN_MENTION,
     "{title}\n{body}封面上写明密级：{level}的，由专人[取送|保管]。{sentence}\n"                          },
    {"in_a_question",              GEN_MENTION, "问：文件上标的{mark}是什么意思？\n答：{sentence}\n{body}"   },
    {"in_a_footnote",              GEN_MENTION,
     "@body\n{title}\n{body}@footnote\n此处指标有“{mark}”字样的载体，下同。\n"                            },
    {"in_brackets_inside",         GEN_MENTION,
     "{title}\n{para}有关材料（标注为{mark}）不在此次报送范围。{sentence}\n{body}"                        },
    {"in_a_deleted_sentence",      GEN_MENTION,
     "@body\n{title}\n@body "
     "hide=deleted\n{para}其中标为{mark}的材料已移交。{sentence}\n@body\n{body}"                                 },
    {"in_an_xml_example",          GEN_MENTION,
     "{title}\n写法如<密级>{mark}</密级>，由系统读取。\nput(\"密级\", \"{mark}\");\n{body}"                 },
    {"in_a_mail",                  GEN_MENTION,
     "{person}：\n你好！昨天你问的“{mark}”怎么填，按老办法写就行。{sentence}\n{person}\n"          },
    {"in_a_review",                GEN_MENTION,
     "{title}\n{body}检查发现，{no}份文件未标明{level}★期限，{sentence}\n{body}"                            },
};
const uint32_t gen_mention_kind_count = LJ_COUNT_OF(gen_mention_kinds);

const gen_kind gen_negative_kinds[] = {
    {"keyword_list",           GEN_NEGATIVE,
     "[检查关键词|搜索词表|关键字清单]\n绝密★\n机密★\n秘密★\n{yearmark}\n{yearmark}\n机密★1年\n["
     "绝密|秘密]★长期\n绝密\n机密\n秘密\n"                                                                                  },
    {"rule_file",              GEN_NEGATIVE,
     "{(}patterns{)}\nlevel1 = 绝密★\nlevel2 = 机密★10年\nlevel3 = 秘密★5年\n; comment\nregex = "
     "(绝密|机密|秘密)★.*年\nscore = {no}\n"                                                                                     },
    {"source_code",            GEN_NEGATIVE,
     "[static const char *marks{(}{)} = {<}|var words = {(}|words = (]\n    \"绝密★\",\n    "
     "\"{yearmark}\",\n    \"机密★10年\",\n[    \"秘密\",\n|]{>};\n#define LEVEL \"机密\"\nreturn "
     "\"{yearmark}\";\n"                                                                                                                  },
    {"law_articles",           GEN_NEGATIVE,
     "第{no}条　国家秘密的密级分为绝密、机密、秘密三级。\n第{no}"
     "条　绝密级国家秘密是最重要的国家秘密，泄露会使国家安全和利益遭受特别严重的损害。\n第{no}"
     "条　国家秘密的保密期限，绝密级不超过三十年，机密级不超过二十年，秘密级不超过十年。\n{body}"},
    {"regulation_titles",      GEN_NEGATIVE,
     "参考文件\n1.《国家秘密定密管理暂行规定》\n2.《{place}机密文件传阅办法》\n3."
     "《秘密载体销毁管理规定》\n{body}"                                                                                       },
    {"training_notice",        GEN_NEGATIVE,
     "关于举办保密知识培训班的通知\n各科室：\n为提高[干部职工|新进人员]保密意识，定于{date}"
     "举办培训，内容包括国家秘密的密级（绝密、机密、秘密）、标志形式（如{mark}）。\n{body}{"
     "ending}"                                                                                                                            },
    {"blank_form",             GEN_NEGATIVE,
     "{org}发文稿纸\n[密级：________|密级：|密级：      |密级（    "
     "）|密　级：＿＿＿＿]　　缓急：______\n拟稿人：      \n标题：{title}\n{body}"                                   },
    {"box_choices",            GEN_NEGATIVE,
     "{org}涉密事项审批表\n密级：[□绝密　□机密　□秘密|□ 绝密 □ 机密 □ 秘密 □ 内部|○绝密 ○机密 "
     "○秘密]\n申请人：{person}\n{body}"                                                                                           },
    {"cleared_value",          GEN_NEGATIVE,
     "{title}\n密级[：|: ][公开|无|非密|不涉密|非涉密|普通|内部|—|主动公开]\n{body}"                              },
    {"catalogue_cells",        GEN_NEGATIVE,
     "@cell r=1 c=1\n序号\n@cell r=1 c=2\n题名\n@cell r=1 c=3\n密级\n@cell r=1 c=4\n页数\n@cell "
     "r=2 c=1\n1\n@cell r=2 c=2\n{title}\n@cell r=2 c=3\n机密\n@cell r=2 c=4\n{no}\n@cell r=3 "
     "c=1\n2\n@cell r=3 c=2\n{title}\n@cell r=3 c=3\n秘密\n@cell r=3 c=4\n{no}\n@cell r=4 "
     "c=1\n3\n@cell r=4 c=2\n{title}\n@cell r=4 c=3\n{level}\n@cell r=4 c=4\n{no}\n"                                                      },
    {"catalogue_one_level",    GEN_NEGATIVE,
     "@cell r=1 c=1\n序号\n@cell r=1 c=2\n题名\n@cell r=1 c=3\n密级\n@cell r=2 c=1\n1\n@cell r=2 "
     "c=2\n{title}\n@cell r=2 c=3\n机密\n@cell r=3 c=1\n2\n@cell r=3 c=2\n{title}\n@cell r=3 "
     "c=3\n机密\n"                                                                                                                      },
    {"exam_past",              GEN_NEGATIVE,
     "绝密★启用前\n{past}年[普通高等学校招生全国统一考试|{place}初中学业水平考试|{place}"
     "中小学期末质量检测]\n[语文|数学|物理|理科综合]"
     "\n注意事项：\n1．答卷前，考生务必填写准考证号。\n一、选择题\n{para}\n"                                    },
    {"exam_with_answers",      GEN_NEGATIVE,
     "[秘密|机密|绝密]★[启用前|启用前　试卷类型：A]\n{past}—{past}学年{place}"
     "期末联考试卷\n本试卷满分150分\n{para}\n参考答案与评分标准\n1. A 2. "
     "C\n更多资料下载：www.example.com\n"                                                                                          },
    {"novel",                  GEN_NEGATIVE,
     "[第{no}章|楔子|{no}] "
     "[暗巷|雨夜|旧信]\n{person}压低声音：“这是机密，谁也不能说。”\n他心里藏着一个秘密，已经{no}"
     "年了。\n{body}档案袋上盖着“绝密”的红章，{person}的手抖了一下。\n{body}"                                   },
    {"film_list",              GEN_NEGATIVE,
     "[周末片单|谍战剧推荐|片库更新]\n《机密档案》　导演：{person}　主演：{person}　评分：7.{digit}"
     "\n《绝密飞行》　{past}年上映　豆瓣6.{digit}\n绝密543\n秘密花园\n《国家机密》　共{no}集\n"               },
    {"slogan",                 GEN_NEGATIVE,
     "[守口如瓶，严防泄密|保守国家秘密，人人有责|保密就是保安全]"
     "\n不该说的秘密不说，不该问的机密不问\n[机密无小事|绝密不绝情]\n{org}宣\n"                               },
    {"trade_secret_news",      GEN_NEGATIVE,
     "{title}\n某公司前员工{person}带走商业机密，被判赔{big}"
     "元。公司机密文件包括客户名单和商业秘密合同。\n【商业秘密】保护指南{no}条\n{body}"                  },
    {"confidential_computing", GEN_NEGATIVE,
     "机密计算白皮书\n机密性、完整性、可用性是信息安全的三要素。\n机密虚拟机与机密容器的启动流程如"
     "下：\n机密性：加密存储\n{body}"                                                                                           },
    {"secret_sharing",         GEN_NEGATIVE,
     "第{no}讲　秘密共享\n设秘密s被分成n份，任意t份可恢复秘密。\n秘密：s=f(0)\n份额：f(1), "
     "f(2)\n{body}"                                                                                                                       },
    {"ordinary_words",         GEN_NEGATIVE,
     "{title}\n办公室秘书{person}与机关后勤密切配合。密码机每月密封检查一次，机房密集柜已更换。\n{"
     "body}"                                                                                                                              },
    {"trade_secret_marks",     GEN_NEGATIVE,
     "[核心商密★5年|普通商密★3年|核心商密★长期|普通商密 "
     "长期|商业秘密★2年]\n{place}矿业有限公司\n{title}\n{body}"                                                            },
    {"nda_footer",             GEN_NEGATIVE,
     "@header page=1\n{place} Trading Co., Ltd.\n@body\nSupply agreement no. {big}\nThe parties "
     "agree on the delivery of {no} pumps.\n@footer page=1\nCONFIDENTIAL\n@footer "
     "page=2\nCONFIDENTIAL    Page {no} of {no}\n"                                                                                        },
    {"mail_disclaimer",        GEN_NEGATIVE,
     "Dear {person},\nplease find the list attached.\n\nCONFIDENTIAL: This message is intended "
     "only for the intended recipient. If you received it in error, delete "
     "it.\n[CONFIDENTIAL|STRICTLY CONFIDENTIAL|Confidential]\n"                                                                           },
    {"substring_stars",        GEN_NEGATIVE,
     "{title}\n精密★10年校准\n亲密★5年友情纪念\n紧密★长期合作伙伴\n{body}"                                      },
    {"garden_star",            GEN_NEGATIVE,
     "秘密花园★10年畅销纪念版\n机密行动★5年珍藏\n绝密档案★典藏\n{body}"                                      },
    {"template_words",         GEN_NEGATIVE,
     "公文格式\n份号\n密级★保密期限\n紧急程度\n发文机关标志\n{body}"                                              },
    {"template_crosses",       GEN_NEGATIVE,
     "000001\n[××★××年|机密★××年|秘密★×年|{level}★X年|{level}★____年|××★保密期限]\n[特急|××]"
     "\n×××××文件\n×××〔20××〕×号\n关于×××××××的通知\n××××××××××××××××。\n"                  },
    {"specimen_page",          GEN_NEGATIVE,
     "[图1　公文首页版式|附件1　首页样例|公文首页示意图]\n000001\n[机密★1年|机密★1年|秘密★5年]"
     "\n特急\n×××××文件\n×××〔20××〕10号\n×××××关于×××××的通知\n××××××：\n××××××××××××××××××××××××"
     "。\n"                                                                                                                              },
    {"dropdown_lines",         GEN_NEGATIVE,
     "[请选择密级|密级选项|下拉列表]\n[公开\n内部\n|]秘密\n机密\n绝密\n{body}"                                     },
    {"form_choices",           GEN_NEGATIVE,
     "@form label=请选择\n公开\n@form label=请选择\n秘密\n@form label=请选择\n机密\n@form "
     "label=请选择\n绝密\n@body\n{body}"                                                                                             },
    {"declassified",           GEN_NEGATIVE,
     "关于部分文件解密的[通知|公告]\n经审核，{docno}等{no}份文件（原密级为机密）予以解密。\n["
     "机密★10年　已解密|解密\n原密级：机密]\n{body}{ending}"                                                             },
    {"former_level",           GEN_NEGATIVE, "{title}\n原密级：{level}\n解密日期：{date}\n{body}"                                },
    {"internal_print",         GEN_NEGATIVE,
     "内部资料　准印证号：{big}\n{place}文艺[季刊|双月刊]\n主办：{org}\n{body}"                                       },
    {"internal_journal",       GEN_NEGATIVE,
     "《{place}档案》（内部刊物）\n内部交流　免费赠阅\n内部控制与内部审计专栏\n{body}"                      },
    {"kubernetes",             GEN_NEGATIVE,
     "apiVersion: v1\nkind: Secret\nmetadata:\n  name: db-secret\ntype: Opaque\ndata:\n  SECRET: "
     "{big}\n  TOP_SECRET: {no}\n"                                                                                                        },
    {"client_secret",          GEN_NEGATIVE,
     "{<}\n  \"client_id\": \"{big}\",\n  \"client_secret\": \"SECRET\",\n  \"CONFIDENTIAL\": "
     "false,\n  \"level\": \"机密\"\n{>}\n"                                                                                             },
    {"secret_santa",           GEN_NEGATIVE,
     "Secret Santa party\nTHE SECRET GARDEN\nOPEN SECRET\nDraw a name and keep it secret! Budget "
     "{no}.\nTOP SECRET RECIPES\n"                                                                                                        },
    {"lecture_levels",         GEN_NEGATIVE,
     "第{no}讲　强制访问控制\n安全级：(绝密,{<}A,B{>}) ≥ "
     "(机密,{<}A{>})\n主体级别为机密，客体级别为秘密时可读。\n绝密 > 机密 > 秘密 > 公开\n{body}"             },
    {"quiz",                   GEN_NEGATIVE,
     "保密知识测试题\n一、单项选择题\n{no}. 下列标志写法正确的是（  ）\nA. 机密★10年\nB. "
     "机密★十年\nC. 秘密★20年\nD. 绝密★50年\n答案：A\n{body}"                                                          },
    {"glossary",               GEN_NEGATIVE,
     "[词条|术语表|名词解释]"
     "\n机密：指重要的国家秘密，泄露会使国家安全和利益遭受严重损害。\n绝密：最重要的国家秘密。\n秘"
     "密：一般的国家秘密。\n【机密】形容词。不公开的。\n{body}"                                                    },
    {"slides_with_samples",    GEN_NEGATIVE,
     "@title page=3\n国家秘密标志的写法\n@body page=3\n规范写法，例如：\n{yearmark}\n@body "
     "page=4\n注意：★不得用于工作秘密\n@notes page=4\n讲到这里提醒学员，{sentence}\n"                               },
    {"self_check_table",       GEN_NEGATIVE,
     "机关单位保密自查自评表\n序号　检查内容　分值　得分\n12　涉密文件标志是否规范（密级★保密期限）"
     "　2　[2|1]\n13　机密级以上文件登记是否完整　3　[3|1]"
     "\n14　秘密级计算机口令长度不少于8位　2　2\n{body}"                                                                 },
    {"markdown",               GEN_NEGATIVE,
     "# 说明\n\n- **机密**：仅限项目组\n- **秘密**：仅限部门\n* 绝密 *\n\n**机密**\n\n```\n/* 机密 "
     "*/\n```\n{body}"                                                                                                                    },
    {"help_page",              GEN_NEGATIVE,
     "@title\n帮助中心\n@"
     "body\n如何设置文档密级\n在“属性”中选择绝密、机密或秘密，保存后文件名前会显示图标。\n@"
     "attribute label=title\n设置机密标签\n@attribute label=class\nicon-秘密\n@body\n{body}"                                      },
    {"log_lines",              GEN_NEGATIVE,
     "2026-03-{no} 08:1{digit}:02 INFO  scan rule hit word=机密 file={big}.txt\n2026-03-{no} "
     "08:1{digit}:03 INFO  scan rule hit word=绝密★ file={big}.txt\n2026-03-{no} 08:1{digit}:09 "
     "WARN  level=秘密 count={no}\n"                                                                                                    },
    {"harmless_names",         GEN_NEGATIVE,
     "@file_name\n[保密工作总结.doc|商业秘密保护.pdf|机密档案.mp4|公司机密.docx|绝密飞行.mkv|"
     "秘密花园.epub|保密知识培训（机密级）.pptx|{place}秘书处通讯录.xls|机密性测试报告.doc|"
     "关于机密文件管理的规定.pdf|国家秘密定密管理规定.docx|保密法.txt|密级鉴定工作规定.pdf|"
     "秘密的力量.mp3]\n@body\n{title}\n{body}"                                                                                       },
    {"validation_list_hidden", GEN_NEGATIVE,
     "@cell r=1 c=1\n{title}\n@cell r=2 c=1\n{topic}\n@cell r=1 c=26 "
     "hide=sheet\n[公开|内部]\n@cell r=2 c=26 hide=sheet\n秘密\n@cell r=3 c=26 "
     "hide=sheet\n机密\n@cell r=4 c=26 hide=sheet\n绝密\n"                                                                            },
    {"statistics",             GEN_NEGATIVE,
     "{title}\n全年收文{big}件，其中绝密{no}件、机密{no}件、秘密{big}件，比上年增加{no}"
     "件。\n密级　件数\n绝密　{no}\n机密　{no}\n秘密　{big}\n{body}"                                                      },
};
_Static_assert(LJ_COUNT_OF(gen_negative_kinds) == 48, "the kinds of hard negatives are 48");
const uint32_t gen_negative_kind_count = LJ_COUNT_OF(gen_negative_kinds);
