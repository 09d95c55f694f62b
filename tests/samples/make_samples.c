/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Writes the sample folder of `make run`: invented, dull office documents of places that do not
 * exist, in every format that has a reader: marked ones, mentions, harmless ones, an encrypted, a
 * damaged one, a bomb.
 *
 * Usage: lijian-samples FOLDER     writes the files
 *        lijian-samples --list     prints "path<TAB>expected verdict" for each, for the end-to-end
 * test Adding a sample is one row of `samples` below. */
#define _GNU_SOURCE /* truncate */
#include <errno.h>
#include <locale.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "samples/packages.h"

/* ---- texts ---- */

#define PROSE                                                                                                  \
    "各村（社区）、机关各科室：\n"                                                                \
    "为做好今年冬季道路养护和物资储备工作，经研究，现将有关事项通知如下。\n" \
    "一、各单位应于每周五前报送仓库盘点情况，盘点表格式不变。\n"                   \
    "二、除雪机具由综合科统一登记，借出后三日内归还。\n"                               \
    "三、联系人和值班安排见附件，如有变动请提前一天告知。\n"

#define HEAD_MARKED                                                                                \
    "000017\n机密★10年\n特急\n柳溪镇人民政府文件\n柳政发〔2031〕12号\n"      \
    "关于冬季物资储备安排的通知\n"
#define HEAD_PLAIN "柳溪镇人民政府文件\n柳政办〔2031〕7号\n关于冬季物资储备安排的通知\n"

#define MENTIONS                                                                                                                                   \
    "保密知识学习材料\n"                                                                                                                   \
    "国家秘密分为绝密、机密、秘密三级。文件首页左上角应标注密级和保密期限，例如标注“机密★10年”的" \
    "文件，"                                                                                                                                    \
    "应当在保密期限届满后自行解密。\n"                                                                                              \
    "商业秘密不属于国家秘密，公司机密也不得使用国家秘密标志。\n"                                                       \
    "个人信息的机密性、完整性和可用性由信息科负责检查。\n"

#define QUIZ                                                                                                               \
    "保密常识测试题\n1. 国家秘密的密级分为（  ）。\nA. 绝密\nB. 机密\nC. 秘密\nD. 以上都是\n" \
    "2. 秘密级国家秘密的保密期限不超过（  ）年。\n"

typedef struct sample {
    const char *path; /* below the folder */
    const char
        *verdict; /* what the scan must say: clean, marked, sensitive, concealed, unreadable */
    int (*write)(const char *path, const struct sample *row);
    const char *text; /* what the writer puts in */
    int arg;          /* the writer's own */
} sample;

enum { PLAIN_UTF8, PLAIN_GBK_MARK, PLAIN_UTF16 };

static int write_bytes(const char *path, const void *bytes, size_t len)
{
    FILE *out = fopen(path, "we");
    if (out == NULL) {
        return -1;
    }
    size_t done = fwrite(bytes, 1, len, out);
    return fclose(out) == 0 && done == len ? 0 : -1;
}

static int write_plain(const char *path, const sample *row)
{
    return write_bytes(path, row->text, strlen(row->text));
}

static int write_utf16(const char *path, const sample *row)
{
    static uint8_t out[65536];
    size_t len = samples_utf16le(row->text, out, sizeof(out));
    return len > 0 ? write_bytes(path, out, len) : -1;
}

static int write_docx(const char *path, const sample *row)
{
    return samples_docx(path, row->text, row->arg);
}

static int write_xlsx(const char *path, const sample *row)
{
    return samples_xlsx(path, row->text, row->arg);
}

static int write_pptx(const char *path, const sample *row)
{
    return samples_pptx(path, row->text, row->arg);
}

static int write_pdf(const char *path, const sample *row)
{
    return samples_pdf(path, row->text, row->arg);
}

static int write_odt(const char *path, const sample *row)
{
    return samples_odt(path, row->text, row->arg);
}

static int write_ofd(const char *path, const sample *row)
{
    return samples_ofd(path, row->text, row->arg);
}

static int write_mail(const char *path, const sample *row)
{
    return samples_mail(path, row->text, row->arg);
}

static int write_compound(const char *path, const sample *row)
{
    return samples_compound(path, row->text, row->arg);
}

static int write_archive(const char *path, const sample *row)
{
    return samples_archive(path, row->text, row->arg);
}

static int write_stored(const char *path, const sample *row)
{
    return samples_stored(path, row->text, row->arg);
}

/* A sound document, cut after three fifths. */
static int write_damaged(const char *path, const sample *row)
{
    int status = samples_docx(path, row->text, row->arg);
    struct stat about;
    if (status != 0 || stat(path, &about) != 0) {
        return -1;
    }
    return truncate(path, about.st_size * 3 / 5);
}

static int write_noise(const char *path, const sample *row)
{
    static uint8_t out[40000];
    uint64_t state = 0x9E3779B97F4A7C15u;
    for (size_t i = 0; i < sizeof(out); i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        out[i] = (uint8_t)(state >> 56);
    }
    size_t len = row->text != NULL ? strlen(row->text) : 0;
    if (len > 0) {
        memcpy(out + 20000, row->text, len);
    }
    return write_bytes(path, out, sizeof(out));
}

/* 机密★10年 on a line of its own in GB18030, and a plain one. */
#define GBK_MARKED                                                                                 \
    "000021\r\n\xBB\xFA\xC3\xDC\xA1\xEF"                                                           \
    "10\xC4\xEA\r\n"                                                                               \
    "\xB8\xF7\xB4\xE5\xA3\xBA\r\n\xCF\xD6\xBD\xAB\xD3\xD0\xB9\xD8\xCA\xC2\xCF\xEE\xCD\xA8\xD6\xAA" \
    "\xC8\xE7\xCF\xC2\xA1\xA3\r\n"
#define GBK_PLAIN                                                                                  \
    "\xB8\xF7\xB4\xE5\xA3\xBA\r\n\xCF\xD6\xBD\xAB\xD3\xD0\xB9\xD8\xCA\xC2\xCF\xEE\xCD\xA8\xD6\xAA" \
    "\xC8\xE7\xCF\xC2\xA1\xA3\r\n"

/* The same as GBK in RTF, a letter split over two groups; and one that only mentions the level. */
#define RTF_MARKED                                                                                 \
    "{\\rtf1\\ansi\\ansicpg936\\deff0{\\fonttbl{\\f0\\fcharset134 \\'cb\\'ce\\'cc\\'e5;}}\\f0 "    \
    "000021"                                                                                       \
    "\\par{\\b \\'bb\\'fa\\'c3}{\\b \\'dc\\u9733\\'a1\\'ef "                                       \
    "10\\'c4\\'ea}\\par\\'b8\\'f7\\'b4\\'e5:\\par}"
#define RTF_PLAIN                                                                                  \
    "{\\rtf1\\ansi\\ansicpg936\\deff0{\\fonttbl{\\f0\\fcharset134 \\'cb\\'ce\\'cc\\'e5;}}\\f0 "    \
    "\\'b8\\'f7\\'b4\\'e5: "                                                                       \
    "\\'cf\\'d6\\'bd\\'ab\\'d3\\'d0\\'b9\\'d8\\'ca\\'c2\\'cf\\'ee\\'cd\\'a8\\'d6\\'aa"             \
    "\\par}"

/* path, expected verdict, writer, text, argument of the writer */
static const sample samples[] = {
    {"公文/冬季储备通知.docx",             "marked",     write_docx,     HEAD_MARKED PROSE,                                      SAMPLE_DOCX_BODY     },
    {"公文/冬季储备通知（公开）.docx", "clean",      write_docx,     HEAD_PLAIN PROSE,                                       SAMPLE_DOCX_BODY     },
    {"公文/页眉.docm",                         "marked",     write_docx,     PROSE,                                                  SAMPLE_DOCX_HEADER   },
    {"公文/文本框.dotx",                      "marked",     write_docx,     PROSE,                                                  SAMPLE_DOCX_TEXTBOX  },
    {"公文/修订痕迹.docx",                   "concealed",  write_docx,     PROSE,                                                  SAMPLE_DOCX_DELETED  },
    {"公文/属性.docx",                         "marked",     write_docx,     PROSE,                                                  SAMPLE_DOCX_PROPERTY },
    {"公文/储备通知.txt",                    "marked",     write_plain,    HEAD_MARKED PROSE,                                      0                    },
    {"公文/旧系统导出.txt",                 "marked",     write_plain,    GBK_MARKED,                                             0                    },
    {"公文/旧系统导出-公开.txt",          "clean",      write_plain,    GBK_PLAIN,                                              0                    },
    {"公文/记事本.txt",                       "marked",     write_utf16,    HEAD_MARKED PROSE,                                      0                    },
    {"公文/储备方案.pdf",                    "marked",     write_pdf,      HEAD_MARKED PROSE,                                      SAMPLE_PDF_PLAIN     },
    {"公文/储备方案-公开.pdf",             "clean",      write_pdf,      HEAD_PLAIN PROSE,                                       SAMPLE_PDF_PLAIN     },
    {"公文/批注.pdf",                          "marked",     write_pdf,      HEAD_PLAIN PROSE,                                       SAMPLE_PDF_ANNOTATION},
    {"表格/仓库台账.xlsx",                   "clean",      write_xlsx,     "物资台账",                                         SAMPLE_XLSX_PLAIN    },
    {"表格/仓库台账-页眉.xlsx",            "marked",     write_xlsx,     "物资台账",                                         SAMPLE_XLSX_HEADER   },
    {"表格/隐藏表.xlsm",                      "concealed",  write_xlsx,     "物资台账",                                         SAMPLE_XLSX_HIDDEN   },
    {"表格/盘点.csv",                          "clean",      write_plain,    "编号,名称,数量\n1,工业盐,40\n2,铁锹,120\n", 0                    },
    {"演示/工作汇报.pptx",                   "clean",      write_pptx,     "冬季道路养护工作汇报",                       SAMPLE_PPTX_PLAIN    },
    {"演示/工作汇报-首页.pptx",            "marked",     write_pptx,     "冬季道路养护工作汇报",                       SAMPLE_PPTX_MARKED   },
    {"演示/讲稿备注.pptx",                   "marked",     write_pptx,     "冬季道路养护工作汇报",                       SAMPLE_PPTX_NOTES    },
    {"网页/通知.html",                         "marked",     write_plain,
     "<!doctype html><html><head><meta charset=utf-8><title>通知</title></head><body><p>000031</p>"
     "<p><b>秘密</b><span>★</span>5年</p><h1>关于仓库盘点的通知</"
     "h1><p>各科室：现将盘点安排印发给你们。</p></body></html>",                                                         0                    },
    {"网页/公告.html",                         "clean",      write_plain,
     "<!doctype html><html><head><meta "
     "charset=utf-8><title>公告</title></head><body><h1>停水公告</h1>"
     "<p>因管道检修，周六上午停水。</p></body></html>",                                                                     0                    },
    {"网页/数据.xml",                          "marked",     write_plain,
     "<?xml version=\"1.0\" "
     "encoding=\"UTF-8\"?>\n<公文><密级>机密★10年</密级><标题>储备通知</标题></公文>\n",
     0                                                                                                                                                        },
    {"网页/示意图.svg",                       "clean",      write_plain,
     "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"200\" height=\"80\"><text x=\"10\" "
     "y=\"40\">仓库位置示意</text></svg>\n",                                                                                       0                    },
    {"网页/配置.json",                         "clean",      write_plain,
     "{\"name\": \"仓库\", \"client_secret\": \"none\", \"count\": 3}\n",                                                              0                    },
    {"网页/设置.ini",                          "clean",      write_plain,    "[display]\nlevel=公开\nsize=12\n",                   0                    },
    {"网页/secret.c",                            "clean",      write_plain,
     "/* levels */\nstatic const char *const levels[] = {\"绝密\", \"机密\", \"秘密\"};\nint "
     "main(void) { return 0; }\n",                                                                                                       0                    },
    {"网页/运行.log",                          "clean",      write_plain,
     "2031-01-05 08:00:01 INFO 服务启动\n2031-01-05 08:00:02 INFO 盘点任务完成\n",                                             0                    },
    {"学习/保密知识.docx",                   "clean",      write_docx,     MENTIONS,                                               SAMPLE_DOCX_BODY     },
    {"学习/测试题.txt",                       "clean",      write_plain,    QUIZ,                                                   0                    },
    {"学习/商业秘密保护.pdf",              "clean",      write_pdf,      MENTIONS,                                               SAMPLE_PDF_PLAIN     },
    {"内部/值班表.txt",                       "sensitive",  write_plain,
     "内部资料 注意保管\n柳溪镇值班表\n周一：综合科\n周二：信息科\n",                                          0                    },
    {"旧版/储备通知.doc",                    "marked",     write_compound, HEAD_MARKED PROSE,                                      SAMPLE_DOC           },
    {"旧版/储备通知（公开）.wps",        "clean",      write_compound, HEAD_PLAIN PROSE,                                       SAMPLE_DOC           },
    {"旧版/页眉.doc",                          "marked",     write_compound, PROSE,                                                  SAMPLE_DOC_HEADER    },
    {"旧版/台账.xls",                          "clean",      write_compound, "物资台账\n工业盐\n铁锹\n",                    SAMPLE_XLS           },
    {"旧版/台账-页眉.et",                    "marked",     write_compound, "物资台账\n工业盐\n铁锹\n",                    SAMPLE_XLS_HEADER    },
    {"旧版/汇报.ppt",                          "marked",     write_compound, "机密★10年\n冬季道路养护工作汇报\n",     SAMPLE_PPT           },
    {"旧版/汇报-公开.dps",                   "clean",      write_compound, "冬季道路养护工作汇报\n",                     SAMPLE_PPT           },
    {"旧版/通知.rtf",                          "marked",     write_plain,    RTF_MARKED,                                             0                    },
    {"旧版/公告.rtf",                          "clean",      write_plain,    RTF_PLAIN,                                              0                    },
    {"开放格式/储备通知.odt",              "marked",     write_odt,      HEAD_MARKED PROSE,                                      SAMPLE_ODT_BODY      },
    {"开放格式/储备通知-公开.odt",       "clean",      write_odt,      HEAD_PLAIN PROSE,                                       SAMPLE_ODT_BODY      },
    {"开放格式/页眉.odt",                    "marked",     write_odt,      PROSE,                                                  SAMPLE_ODT_HEADER    },
    {"开放格式/修订痕迹.odt",              "concealed",  write_odt,      PROSE,                                                  SAMPLE_ODT_DELETED   },
    {"版式/储备通知.ofd",                    "marked",     write_ofd,      HEAD_MARKED PROSE,                                      SAMPLE_OFD_PAGE      },
    {"版式/储备通知-公开.ofd",             "clean",      write_ofd,      HEAD_PLAIN PROSE,                                       SAMPLE_OFD_PAGE      },
    {"版式/逐字.ofd",                          "marked",     write_ofd,      HEAD_PLAIN PROSE,                                       SAMPLE_OFD_GLYPHS    },
    {"版式/语义标签.ofd",                    "marked",     write_ofd,      HEAD_PLAIN PROSE,                                       SAMPLE_OFD_TAG       },
    {"版式/不可见.ofd",                       "concealed",  write_ofd,      HEAD_PLAIN PROSE,                                       SAMPLE_OFD_INVISIBLE },
    {"邮件/储备通知.eml",                    "marked",     write_mail,     HEAD_MARKED PROSE,                                      SAMPLE_MAIL_BODY     },
    {"邮件/主题.eml",                          "marked",     write_mail,     PROSE,                                                  SAMPLE_MAIL_SUBJECT  },
    {"邮件/附件.eml",                          "marked",     write_mail,     HEAD_MARKED PROSE,                                      SAMPLE_MAIL_ATTACHED },
    {"邮件/公开.eml",                          "clean",      write_mail,     HEAD_PLAIN PROSE,                                       SAMPLE_MAIL_BODY     },
    {"压缩/资料.zip",                          "marked",     write_archive,  HEAD_MARKED PROSE,                                      SAMPLE_ZIP           },
    {"压缩/公开资料.zip",                    "clean",      write_archive,  HEAD_PLAIN PROSE,                                       SAMPLE_ZIP           },
    {"压缩/加密.zip",                          "unreadable", write_archive,  HEAD_PLAIN PROSE,                                       SAMPLE_ZIP_AES       },
    {"压缩/炸弹.zip",                          "unreadable", write_archive,  "",                                                     SAMPLE_ZIP_BOMB      },
    {"压缩/资料.7z",                           "marked",     write_archive,  HEAD_MARKED PROSE,                                      SAMPLE_7Z            },
    {"压缩/资料.tar.gz",                       "marked",     write_archive,  HEAD_MARKED PROSE,                                      SAMPLE_TAR_GZ        },
    {"压缩/公开资料.tar.bz2",                "clean",      write_archive,  HEAD_PLAIN PROSE,                                       SAMPLE_TAR_BZ2       },
    {"压缩/公开资料.tar.xz",                 "clean",      write_archive,  HEAD_PLAIN PROSE,                                       SAMPLE_TAR_XZ        },
    {"压缩/公开资料.tar.zst",                "clean",      write_archive,  HEAD_PLAIN PROSE,                                       SAMPLE_TAR_ZST       },
    {"压缩/公开资料.tar.lz4",                "clean",      write_archive,  HEAD_PLAIN PROSE,                                       SAMPLE_TAR_LZ4       },
    {"压缩/资料.cpio",                         "marked",     write_archive,  HEAD_MARKED PROSE,                                      SAMPLE_CPIO          },
    {"压缩/资料.ar",                           "marked",     write_archive,  HEAD_MARKED PROSE,                                      SAMPLE_AR            },
    {"压缩/光盘.iso",                          "marked",     write_archive,  HEAD_MARKED PROSE,                                      SAMPLE_ISO           },
    {"压缩/资料.cab",                          "marked",     write_stored,   HEAD_MARKED PROSE,                                      SAMPLE_CAB           },
    {"压缩/资料.rar",                          "marked",     write_stored,   HEAD_MARKED PROSE,                                      SAMPLE_RAR5          },
    {"其他/损坏.docx",                         "unreadable", write_damaged,  HEAD_PLAIN PROSE PROSE PROSE,
     SAMPLE_DOCX_STORED                                                                                                                                       },
    {"其他/数据.bin",                          "clean",      write_noise,    NULL,                                                   0                    },
    {"其他/秘密★5年 通讯录.txt",         "marked",     write_plain,    "综合科：张某，分机一〇一\n",               0                    },
};

static int make_parents(char *path)
{
    for (char *at = strchr(path + 1, '/'); at != NULL; at = strchr(at + 1, '/')) {
        *at = '\0';
        int status = mkdir(path, 0777);
        *at = '/';
        if (status != 0 && errno != EEXIST) {
            return -1;
        }
    }
    return 0;
}

int main(int argc, char **argv)
{
    size_t count = sizeof(samples) / sizeof(samples[0]);
    if (argc == 2 && strcmp(argv[1], "--list") == 0) {
        for (size_t i = 0; i < count; i++) {
            printf("%s\t%s\n", samples[i].path, samples[i].verdict);
        }
        return 0;
    }
    if (argc != 2 || argv[1][0] == '-') {
        fprintf(stderr, "usage: lijian-samples FOLDER | --list\n");
        return 64;
    }
    if (setlocale(LC_CTYPE, "C.UTF-8") ==
        NULL) { /* libarchive turns names into UTF-16 through the locale */
        fprintf(stderr, "lijian-samples: this system has no C.UTF-8 locale\n");
        return 70;
    }
    for (size_t i = 0; i < count; i++) {
        char path[4096];
        int len = snprintf(path, sizeof(path), "%s/%s", argv[1], samples[i].path);
        if (len < 0 || (size_t)len >= sizeof(path) || make_parents(path) != 0 ||
            samples[i].write(path, &samples[i]) != 0) {
            fprintf(stderr, "lijian-samples: cannot write %s\n", path);
            return 70;
        }
    }
    printf("%zu sample documents in %s\n", count, argv[1]);
    return 0;
}
