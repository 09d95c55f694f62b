/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The table of limits. Sources: scanner-core decision 13, scanner-aims C.3; where they differ, the
 * former. */
#include "formats/limits.h"

#include "base/num.h"

/* name, unit, standard value, English, Chinese; in the order of the enum */
static const format_limit_row rows[FORMAT_LIMIT_COUNT] = {
    {"file_bytes",     "bytes",      4 * LJ_GIB,   "size of one file that is read fully",
     "完整读取的单个文件大小"                                                                                      },
    {"inflated",       "bytes",      2 * LJ_GIB,   "unpacked bytes of one file",            "单个文件解包字节数"     },
    {"ratio_entry",    "ratio",      200,          "unpacking ratio of one entry",          "单个成员的解包倍率"     },
    {"ratio_file",     "ratio",      100,          "unpacking ratio of one file",           "单个文件的解包倍率"     },
    {"ratio_free",     "bytes",      16 * LJ_MIB,  "unpacked bytes before ratios count",
     "开始计算倍率前的解包字节数"                                                                                },
    {"entries",        "entries",    100000,       "entries of all containers in one file",
     "单个文件的容器成员总数"                                                                                      },
    {"depth",          "levels",     32,           "documents inside documents",            "文档嵌套层数"              },
    {"xml_depth",      "levels",     256,          "depth of XML elements",                 "XML 元素深度"                },
    {"xml_attributes", "attributes", 1024,         "attributes of one XML element",
     "单个 XML 元素的属性数"                                                                                          },
    {"pdf_objects",    "objects",    1000000,      "objects of one PDF",                    "单个 PDF 的对象数"         },
    {"pdf_pages",      "pages",      5000,         "pages of one PDF read in full",         "单个 PDF 完整读取的页数"},
    {"spans",          "spans",      4000000,      "pieces of text in one file",            "单个文件的文字段数"     },
    {"characters",     "characters", 64000000,     "characters of text in one file",        "单个文件的文字数"        },
    {"work",           "units",      2 * LJ_GIB,   "work units of one file",                "单个文件的工作量单位"  },
    {"cpu_ms",         "ms",         30000,        "processor time for one file",           "单个文件的处理器时间"  },
    {"wall_ms",        "ms",         120000,       "time for one file",                     "单个文件的时间"           },
    {"silence_ms",     "ms",         10000,        "time between two signs of life",        "两次心跳之间的时间"     },
    {"memory",         "bytes",      256 * LJ_MIB, "memory of a worker",                    "工作进程的内存"           },
    {"findings",       "findings",   100,          "findings of one file that are listed",  "单个文件列出的发现数"  },
};

const format_limit_row *format_limit_row_of(format_limit limit)
{
    return &rows[(unsigned)limit < FORMAT_LIMIT_COUNT ? limit : 0];
}

format_limits format_limits_standard(void)
{
    format_limits limits = {{0}};
    for (size_t i = 0; i < FORMAT_LIMIT_COUNT; i++) {
        limits.value[i] = rows[i].standard;
    }
    return limits;
}
