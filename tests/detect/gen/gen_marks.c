/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Documents that bear a mark: forms of the grammar, places in the document, disguises T01 to T12 as
 * far as they reach the folding, concealment, names, values, foreign banners. */
#include "base/num.h"
#include "gen.h"

const gen_kind gen_mark_kinds[] = {
    {"ticked_choice",               GEN_MARK,
     "{org}登记表\n密级：[□绝密 ☑机密 □秘密 □非密|☐秘密 ☒机密 ☐绝密|（ ）绝密 （√）秘密 （ "
     "）公开|○机密 ●秘密|机密√ 秘密□ 绝密□]\n{person}\n{body}"                                    },
    {"condition_of_release",        GEN_MARK,
     "{level}★[任务完成后解密|公布后解密|条件解密|竣工验收后解密]\n{title}\n{body}"             },
    {"numbered_paragraph_mark",     GEN_MARK,
     "{title}\n{body}[四、|4.2 |（三）|第三条　|附件2：|③]（{mark}）{para}\n{body}"                      },
    {"quoted_cell",                 GEN_MARK, "序号,题名,标志,单位\n1,\"{topic}\",\"{yearmark}\",{org}\n"        },
    {"three_lines",                 GEN_MARK, "{level}\n★\n{years}\n{title}\n{body}"                                   },
    {"remark_in_brackets",          GEN_MARK,
     "{yearmark}（[期满解密|到期自行解密|解密时间：2031年5月1日]）\n{title}\n{body}"                 },
    {"other_level_in_the_text",     GEN_MARK,
     "{title}\n{long}\n机密★{years}\n[分发：绝密柜一份|附件：1. "
     "名单（秘密★1年）|附件中的秘密级材料另行报送]\n{body}"                                        },
    {"declassified_words_below",    GEN_MARK,
     "{yearmark}\n[期满解密|满五年自行解密|本件已公开的部分除外]\n{title}\n{body}"                  },
    {"invisible_of_other_blocks",   GEN_MARK,
     "机[\xE3\x85\xA4|\xE1\x85\x9F|\xD8\x9C|\xE2\x81\xAA|\xEF\xBF\xB9|\xE3\x80\xAA]密★{years}\n{"
     "title}\n{body}"                                                                                                    },
    {"head_of_official_paper",      GEN_MARK, "[{copyno}\n|]{mark}\n[{urgent}\n|]{head}{body}{ending}"                   },
    {"head_with_size_and_face",     GEN_MARK,
     "@body\n{copyno}\n@body size=1600\n{mark}\n@body\n{head}{body}{ending}"                                             },
    {"first_line",                  GEN_MARK, "{mark}\n[\n|]{title}\n{body}{ending}"                                     },
    {"own_line_in_the_middle",      GEN_MARK, "{title}\n{long}\n{mark}\n{title}\n{body}"                                 },
    {"last_line_after_blanks",      GEN_MARK, "{title}\n{body}{blanks}{mark}\n"                                          },
    {"deep_in_a_long_text",         GEN_MARK,
     "{title}\n{long}{long}{long}{long}\n{mark}\n{head}{body}{long}"                                                     },
    {"other_stars",                 GEN_MARK, "{level}{star}{period}\n{title}\n{body}"                                   },
    {"weak_stars_with_period",      GEN_MARK, "{title}\n{level}{weakstar}{period}\n{body}"                               },
    {"star_without_period",         GEN_MARK, "{level}[★|★|☆|⭐]\n{head}{body}"                                   },
    {"star_without_period_middle",  GEN_MARK, "{title}\n{long}\n{level}★\n{title}\n{body}"                             },
    {"level_spaced_at_top",         GEN_MARK,
     "[{copyno}\n|][绝|机|秘][　| |  ]密\n[{urgent}\n|]{head}{body}"                                                },
    {"level_alone_at_top",          GEN_MARK, "[{copyno}\n|]{level}\n[{urgent}\n|]{head}{body}"                          },
    {"other_separators",            GEN_MARK, "{title}\n{level}[·|-|/|、|—| - ]{years}\n{body}"                      },
    {"no_separator",                GEN_MARK, "{level}[ |　|]{years}\n{title}\n{body}"                                  },
    {"months",                      GEN_MARK, "{level}★[1|2|3|6|9|11]个月\n{title}\n{body}"                          },
    {"long_term",                   GEN_MARK, "{level}★[长期|永久]\n{title}\n{body}"                               },
    {"date",                        GEN_MARK,
     "{level}★{ahead}[年6月30日|年12月1日解密|-06-30|.1.1|年3月|年9月1日前解密]\n{title}\n{body}"      },
    {"condition",                   GEN_MARK, "{level}★{cond}\n{title}\n{body}"                                        },
    {"years_over_limit",            GEN_MARK, "[秘密★[20|30|50]年|机密★[30|40]年|绝密★50年]\n{head}{body}"},
    {"label_value",                 GEN_MARK, "{title}\n{label}{colon}{level}[|级|★{years}]\n{body}"                  },
    {"label_value_middle",          GEN_MARK, "{title}\n{long}\n{label}[：|:]{level}[|★{years}]\n{body}"              },
    {"label_and_period_label",      GEN_MARK,
     "{title}\n密级[：|:]{level}[　|  |，|；]保密期限[：|:]{years}\n{body}"                                   },
    {"label_then_value_line",       GEN_MARK, "{title}\n密级[：|:|]\n{level}[|★{years}]\n{body}"                    },
    {"label_among_fields",          GEN_MARK,
     "{title}\n编号：{big}    密级：{level}    日期：{date}\n{body}"                                            },
    {"paragraph_mark",              GEN_MARK,
     "{title}\n{body}[（{mark}）|【{mark}】|{(}{mark}{)}|〔{mark}〕]{para}\n{body}"                                },
    {"paragraph_mark_at_end",       GEN_MARK, "{title}（{mark}）\n{body}"                                              },
    {"bracket_level_in_title",      GEN_MARK,
     "[【{level}】|（{level}）|{(}{level}{)}|〔{level}〕]{title}\n{body}"                                          },
    {"header",                      GEN_MARK, "@header page=1\n{mark}\n@body\n{title}\n{body}"                           },
    {"header_of_every_page",        GEN_MARK,
     "[@header page=1\n机密★\n@body page=1\n{body}@header page=2\n机密★\n|@header "
     "page=1\n秘密★\n@body page=1\n{body}@header page=2\n秘密★\n|@header "
     "page=1\n{yearmark}\n]@body page=2\n{body}"                                                                         },
    {"header_with_office",          GEN_MARK,
     "@header page=1\n{org}[    |\t|　　　]{mark}\n@body\n{title}\n{body}"                                            },
    {"text_box",                    GEN_MARK, "@body\n{title}\n{body}@textbox page=1\n[{mark}|{level}|{level}★]\n"     },
    {"watermark",                   GEN_MARK, "@watermark page=1\n[{mark}|{level}]\n@body\n{title}\n{body}"              },
    {"property_level",              GEN_MARK,
     "@metadata "
     "label=[密级|保密等级|涉密等级|文档密级]\n{level}[|★{years}|级]\n@body\n{title}\n{body}"           },
    {"property_keywords",           GEN_MARK,
     "@metadata "
     "label=[keywords|category|Keywords|Category|关键词]\n[{mark}|{level}]\n@body\n{title}\n{"
     "body}"                                                                                                             },
    {"property_title",              GEN_MARK,
     "@metadata label=title\n[{mark} "
     "{title}|{title}（{mark}）|【{level}】{title}]\n@body\n{title}\n{body}"                                         },
    {"cell_label_and_value",        GEN_MARK,
     "@cell r={no} c=1\n{label}\n@cell r={no} c=2\n{title}\n@cell r=60 c=1\n密级\n@cell r=60 "
     "c=2\n{level}\n@cell r=61 c=1\n页数\n@cell r=61 c=2\n{no}\n"                                                      },
    {"cell_mark",                   GEN_MARK,
     "@cell r=1 c=1\n{title}\n@cell r=2 c=1\n{mark}\n@cell r=3 c=1\n序号\n@cell r=3 "
     "c=2\n名称\n@cell r=4 c=1\n1\n@cell r=4 c=2\n{topic}\n"                                                           },
    {"json_value",                  GEN_MARK,
     "@attribute label=name\n{title}\n@attribute label=密级\n{level}[|★{years}]\n@attribute "
     "label=页数\n{no}\n"                                                                                              },
    {"form_value",                  GEN_MARK,
     "@form label=[密级|秘密等级]\n{level}\n@form label=拟稿人\n{person}\n@body\n{body}"                        },
    {"name_with_mark",              GEN_MARK,
     "@file_name\n[{mark} "
     "{title}.docx|{title}（{mark}）.pdf|{title}_{mark}.doc|{no}-{mark}-{topic}.xls|{mark}.wps]\n@"
     "body\n{body}"                                                                                                      },
    {"name_with_bracket",           GEN_MARK,
     "@[file_name|member_name]\n[（{level}）{title}.doc|【{level}】{topic}方案.docx|{title}（{"
     "level}）.pdf|{(}{level}{)}{topic}.wps|{topic}【{level}】.xlsx]\n@body\n{body}"                                  },
    {"zero_width",                  GEN_MARK, "{title}\n{zwmark}\n{body}"                                                },
    {"reversed",                    GEN_MARK, "{bidimark}\n{title}\n{body}"                                              },
    {"traditional_and_variants",    GEN_MARK, "{trad}\n{title}\n{body}"                                                  },
    {"radicals_and_compatibility",  GEN_MARK, "{radical}\n{title}\n{body}"                                               },
    {"blanks_and_widths",           GEN_MARK, "{title}\n{blankmark}\n{body}"                                             },
    {"vertical",                    GEN_MARK, "{title}\n{vertical}\n{title}\n{body}"                                     },
    {"hidden_line",                 GEN_MARK, "@body\n{title}\n{body}@body hide={hide}\n{mark}\n@body\n{body}"           },
    {"hidden_bare_level",           GEN_MARK, "@body hide={hide}\n{level}[|★]\n@body\n{title}\n{body}"                 },
    {"hidden_in_a_sentence",        GEN_MARK,
     "@body\n{title}\n{body}@body hide=deleted\n{mark}　{sentence}\n@body\n{body}"                                      },
    {"hidden_behind_a_sentence",    GEN_MARK,
     "@body\n{title}\n@body\n{sentence}\x01{mark}\x02\n@body\n{body}"                                                    },
    {"hidden_junk_between_letters", GEN_MARK,
     "@body\n机\x01{person}\x02密★{years}\n@body\n{title}\n{body}"                                                   },
    {"two_lines",                   GEN_MARK, "{level}[\n★|★\n]{years}\n{title}\n{body}"                             },
    {"copy_number_on_the_line",     GEN_MARK,
     "[{copyno}    {mark}|{mark}    {copyno}|{mark}    "
     "{urgent}|No.{copyno}　{mark}]\n{head}{body}"                                                                      },
    {"sound_alike",                 GEN_MARK, "{sound}\n{title}\n{body}"                                                 },
    {"exam_ahead",                  GEN_MARK,
     "绝密★启用前\n{ahead}年{place}[初中学业水平考试|公务员录用考试|高等学校招生考试]"
     "\n数学\n注意事项：\n{para}\n"                                                                               },
    {"decoded",                     GEN_MARK, "@body\n{title}\n{body}@body origin=decoded\n{mark}\n"                     },
    {"comment_or_notes",            GEN_MARK, "@body\n{title}\n{body}@[comment|notes|footnote]\n{mark}\n"                },
    {"collection",                  GEN_MARK,
     "{mark}\n{place}文件汇编\n{long}\n{mark}\n{title}\n{long}{mark}\n{title}\n{body}"                               },
    {"paper_about_secrecy_work",    GEN_MARK,
     "{copyno}\n{mark}\n[特急\n|]{org}文件\n{docno}\n关于做好{past}"
     "年度保密教育培训工作的通知\n各科室：\n为加强保密工作，{para}\n要组织学习保密法，{para}\n{"
     "ending}"                                                                                                           },
    {"work_secret",                 GEN_MARK,
     "[工作秘密★{years}|内部★{years}|内部资料[ |，|　]注意保存|内部事项　注意保管|工作秘密 "
     "严禁外传|内部文件，不得外传]\n{title}\n{body}"                                                        },
    {"us_banner",                   GEN_MARK,
     "@[header|body]\n[TOP SECRET//SI//NOFORN|SECRET//NOFORN|SECRET//REL TO USA, "
     "GBR|CONFIDENTIAL//NOFORN|TOP SECRET//SI-G//ORCON/NOFORN]\n@body\nThe pumping station at {no} "
     "was inspected on schedule.\n"                                                                                      },
    {"us_banner_header_and_footer", GEN_MARK,
     "@header page=1\nSECRET\n@body\n(S) The depot holds {big} items.\n(U) The road is "
     "open.\n(S//NF) The gate was replaced.\n@footer page=1\nSECRET\n"                                                   },
    {"nato_and_uk",                 GEN_MARK,
     "[NATO SECRET|COSMIC TOP SECRET|NATO CONFIDENTIAL|UK SECRET|UK TOP "
     "SECRET|OFFICIAL-SENSITIVE|NATO RESTRICTED]\n\nMinutes of the transport committee\nThe "
     "meeting opened at {no}.\n"                                                                                         },
    {"cui",                         GEN_MARK,
     "[CUI//SP-PRVCY|CUI//SP-CTI//NOFORN|CONTROLLED//SP-EXPT]\nMinutes of the supply board\n"                            },
};
const uint32_t gen_mark_kind_count = LJ_COUNT_OF(gen_mark_kinds);
