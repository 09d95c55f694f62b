/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The stable names of roles, hiding facts, gap causes and notes, with their texts for people. */
#include "formats/gap.h"
#include "formats/span.h"

static const span_name_row roles[SPAN_ROLE_COUNT] = {
    {"body",        "body text",               "正文"         },
    {"header",      "page header",             "页眉"         },
    {"footer",      "page footer",             "页脚"         },
    {"textbox",     "text box",                "文本框"      },
    {"watermark",   "watermark",               "水印"         },
    {"footnote",    "footnote",                "脚注"         },
    {"comment",     "comment",                 "批注"         },
    {"notes",       "speaker notes",           "备注"         },
    {"master",      "master or template",      "母版"         },
    {"title",       "title",                   "标题"         },
    {"cell",        "cell",                    "单元格"      },
    {"sheet_name",  "sheet or table name",     "工作表名"   },
    {"formula",     "formula",                 "公式"         },
    {"field",       "field",                   "域"            },
    {"form",        "form field",              "表单"         },
    {"bookmark",    "bookmark",                "书签"         },
    {"link",        "link",                    "链接"         },
    {"alt",         "alternative text",        "替代文字"   },
    {"attribute",   "attribute",               "属性值"      },
    {"metadata",    "document property",       "文档属性"   },
    {"script",      "script",                  "脚本"         },
    {"style",       "style",                   "样式"         },
    {"member_name", "name inside a container", "容器内名称"},
    {"file_name",   "file or folder name",     "文件名"      },
    {"raw",         "raw bytes",               "原始字节"   },
};

const span_name_row *span_role_row(span_role role)
{
    return &roles[(unsigned)role < SPAN_ROLE_COUNT ? role : SPAN_RAW];
}

static const span_name_row hidden[SPAN_HIDDEN_COUNT] = {
    {"vanish",      "hidden text",                       "隐藏文字"                        },
    {"no_contrast", "text in the colour of its ground",  "文字与底色相同"               },
    {"tiny",        "too small to read",                 "字号过小"                        },
    {"off_page",    "outside the page",                  "位于页面之外"                  },
    {"clipped",     "cut away",                          "被裁剪"                           },
    {"covered",     "covered by something",              "被遮盖"                           },
    {"invisible",   "drawn without a trace",             "以不可见方式绘制"            },
    {"layer",       "on a layer that is off",            "位于关闭的图层"               },
    {"deleted",     "deleted under revision marks",      "修订中已删除"                  },
    {"sheet",       "on a hidden sheet or slide",        "位于隐藏的工作表或幻灯片"},
    {"cell",        "in a hidden row, column or format", "位于隐藏的行、列或格式"   },
    {"version",     "in an earlier version",             "位于早期版本"                  },
    {"unreachable", "in a part that nothing refers to",  "位于无引用的部件"            },
    {"slack",       "outside every structure",           "位于结构之外的字节"         },
    {"not_printed", "shown on no page by design",        "按设计不显示"                  },
};

const span_name_row *span_hidden_row(span_hidden fact)
{
    return &hidden[(unsigned)fact < SPAN_HIDDEN_COUNT ? fact : SPAN_HIDDEN_SLACK];
}

static const gap_row causes[GAP_CAUSE_COUNT] = {
    {"no_reader",   GAP_NEXT_VERSION,  "no reader for this format yet",             "暂不支持读取此格式"      },
    {"picture",     GAP_NEXT_OCR,      "a picture, its text was not recognised",    "图片，尚未识别文字"      },
    {"encrypted",   GAP_NEXT_PASSWORD, "encrypted",                                 "已加密"                        },
    {"damaged",     GAP_NEXT_PERSON,   "damaged, read as far as possible",          "已损坏，仅读取可读部分"},
    {"limit",       GAP_NEXT_LIMIT,    "a limit was reached",                       "达到设定上限"               },
    {"unsupported", GAP_NEXT_PERSON,   "a variant that is not read",                "不支持的变体"               },
    {"no_text_map", GAP_NEXT_OCR,      "glyphs that cannot be turned into letters",
     "字形无法转换为文字"                                                                                     },
    {"volume",      GAP_NEXT_PERSON,   "other volumes of the archive are missing",  "缺少分卷"                     },
    {"open",        GAP_NEXT_ACCESS,   "could not be opened or read",               "无法打开或读取"            },
    {"special",     GAP_NEXT_PERSON,   "a special file, not opened",                "特殊文件，未打开"         },
    {"changed",     GAP_NEXT_ACCESS,   "changed while it was read",                 "读取期间发生变化"         },
    {"memory",      GAP_NEXT_PERSON,   "the memory ceiling was reached",            "达到内存上限"               },
    {"time",        GAP_NEXT_LIMIT,    "the time was up",                           "超时"                           },
    {"crash",       GAP_NEXT_PERSON,   "the worker process died",                   "工作进程异常终止"         },
};

const gap_row *gap_cause_row(gap_cause cause)
{
    return &causes[(unsigned)cause < GAP_CAUSE_COUNT ? cause : GAP_CRASH];
}

static const span_name_row nexts[GAP_NEXT_COUNT] = {
    {"none",     "nothing to do",                      "无需处理"                     },
    {"password", "scan again with the password",       "提供口令后重新检查"      },
    {"limit",    "scan again with a higher limit",     "提高上限后重新检查"      },
    {"person",   "a person has to look",               "需人工查看"                  },
    {"version",  "a later version may read it",        "待后续版本支持"            },
    {"access",   "scan again with access to the file", "取得访问权限后重新检查"},
    {"ocr",      "text recognition is needed",         "需文字识别"                  },
};

const span_name_row *gap_next_row(gap_next next)
{
    return &nexts[(unsigned)next < GAP_NEXT_COUNT ? next : GAP_NEXT_NONE];
}

static const span_name_row notes[FORMAT_NOTE_COUNT] = {
    {"polyglot",            "fits several formats, all were read",          "同时符合多种格式，均已读取"},
    {"name_disagrees",      "the extension names another format",           "扩展名与内容不符"               },
    {"directory_disagrees", "directory and members tell different stories", "目录与成员不一致"               },
    {"hidden_members",      "members that the directory does not list",     "存在目录未列出的成员"         },
    {"trailing_bytes",      "bytes before or behind the structure",         "结构前后有多余字节"            },
    {"mixed_charsets",      "lines in several encodings",                   "包含多种字符编码"               },
    {"password_used",       "opened with a listed or an empty password",    "使用已知口令或空口令打开"   },
    {"repaired",            "broken structure, rebuilt",                    "结构损坏，已修复读取"         },
    {"macros",              "holds macros",                                 "包含宏"                              },
};

const span_name_row *format_note_row(format_note note)
{
    return &notes[(unsigned)note < FORMAT_NOTE_COUNT ? note : 0];
}

span span_of(span_role role, lj_str text)
{
    return (span){.text = text, .role = role, .src_off = UINT64_MAX};
}
