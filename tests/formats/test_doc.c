/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Binary Word documents: each construct of table B of hidden-marks that concerns them, in a
 * document made here. Lines are those of formats/span_dump.h. */
#include <stdlib.h>

#include "../check.h"
#include "base/num.h"
#include "collect.h"
#include "doc_build.h"

#define NONE       LJ_BYTES("")
#define NOTICE     "食堂开饭时间调整通知"
/* 会议室使用登记办法 in UTF-16 */
#define OTHER      "会议室使用登记办法"
#define WIDE_OTHER "\x1A\x4F\xAE\x8B\xA4\x5B\x7F\x4F\x28\x75\x7B\x76\xB0\x8B\x9E\x52\xD5\x6C"

static doc_build b; /* large */

static void begin(doc_build_age age)
{
    doc_build_init(&b, age);
}

/* Reads what was built; nothing may be missed. */
static void read_whole(collect *seen)
{
    collect_init(seen);
    collect_run(seen, doc_build_end(&b));
    CHECK_HAS(seen, "doc doc root");
    if (seen->gap_count != 0 || seen->examined != seen->size) {
        collect_print(seen);
    }
    assert_int_equal(seen->gap_count, 0);
    assert_int_equal(seen->examined, seen->size);
    doc_build_done(&b);
}

/* ---- looks ---- */

typedef struct look_row {
    const char *name;
    lj_slice chp, pap;
    const char *wanted;
    const char *unwanted; /* or NULL */
} look_row;

#define M(literal)                                                                                 \
    {                                                                                              \
        (const uint8_t *)(literal), sizeof(literal) - 1                                            \
    }

static void test_doc__says_how_text_looks(void **state)
{
    (void)state;
    static const look_row rows[] = {
        {"plain",                               M(""),                                                           M(""),                                             "{0+30 size=1000} '" NOTICE,                    "hidden"},
        {"B02 vanish",                          M("\x3C\x08\x01"),                                               M(""),                                             "hidden:vanish {0+30 size=1000 hidden:vanish}",
         NULL                                                                                                                                                                                                               },
        {"B02 vanish off",                      M("\x3C\x08\x00"),                                               M(""),                                             "'" NOTICE,                                     "hidden"},
        {"vanish unlike a style that does not", M("\x3C\x08\x81"),                                               M(""),                                             "hidden:vanish",                                NULL    },
        {"vanish as a style that does not",     M("\x3C\x08\x80"),                                               M(""),                                             "'" NOTICE,                                     "hidden"},
        {"hidden on the web",                   M("\x11\x08\x01"),                                               M(""),                                             "hidden:vanish",                                NULL    },
        {"hidden paragraph mark",               M("\x18\x08\x01"),                                               M(""),                                             "hidden:vanish",                                NULL    },
        {"B02 white",                           M("\x70\x68\xFF\xFF\xFF\x00"),                                   M(""),                                             "hidden:no_contrast",                           NULL    },
        {"white of the old palette",            M("\x42\x2A\x08"),                                               M(""),                                             "hidden:no_contrast",                           NULL    },
        {"automatic colour",                    M("\x70\x68\x00\x00\x00\xFF"),                                   M(""),                                             "'" NOTICE,                                     "fg="   },
        {"red",                                 M("\x70\x68\xFF\x00\x00\x00"),                                   M(""),                                             "fg=16711680",                                  "hidden"},
        {"white on dark letters",               M("\x70\x68\xFF\xFF\xFF\x00\x71\xCA\x0A\0\0\0\xFF\0\0\0\0\0\0"),
         M(""),                                                                                                                                                     "fg=16777215 bg=0",                             "hidden"},
        {"white on the old shade",              M("\x42\x2A\x08\x66\x48\x20\x00"),                               M(""),                                             "fg=16777215 bg=0",
         "hidden"                                                                                                                                                                                                           },
        {"white on a marker",                   M("\x42\x2A\x08\x0C\x2A\x06"),                                   M(""),                                             "bg=16711680",                                  "hidden"},
        {"white on a pattern",                  M("\x42\x2A\x08\x66\x48\x00\x28"),                               M(""),                                             "fg=16777215",                                  "hidden"},
        {"red on red",                          M("\x42\x2A\x06\x0C\x2A\x06"),                                   M(""),                                             "hidden:no_contrast",                           NULL    },
        {"white on a dark paragraph",           M("\x42\x2A\x08"),                                               M("\x2D\x44\x20\x00"),                             "bg=0",                                         "hidden"},
        {"B02 small",                           M("\x43\x4A\x08\x00"),                                           M(""),                                             "size=400 hidden:tiny",                         NULL    },
        {"small, but seen",                     M("\x43\x4A\x09\x00"),                                           M(""),                                             "size=450",                                     "hidden"},
        {"narrow",                              M("\x52\x48\x05\x00"),                                           M(""),                                             "hidden:tiny",                                  NULL    },
        {"narrow, but seen",                    M("\x52\x48\x06\x00"),                                           M(""),                                             "'" NOTICE,                                     "hidden"},
        {"letters upon each other",             M("\x40\x88\x38\xFF"),                                           M(""),                                             "hidden:tiny",                                  NULL    },
        {"line of one point",                   M(""),                                                           M("\x12\x64\xEC\xFF\x00\x00"),                     "hidden:tiny",                                  NULL    },
        {"B16 deleted",                         M("\x00\x08\x01"),                                               M(""),                                             "hidden:deleted",                               NULL    },
        {"bold, italic, struck",                M("\x35\x08\x01\x36\x08\x01\x37\x08\x01"),                       M(""),
         "bold italic struck",                                                                                                                                                                                      "hidden"},
        {"struck twice",                        M("\x53\x2A\x01"),                                               M(""),                                             "struck",                                       NULL    },
        {"black face",                          M("\x50\x4A\x01\x00"),                                           M(""),                                             "hei",                                          NULL    },
        {"another face",                        M("\x50\x4A\x00\x00"),                                           M(""),                                             "'" NOTICE,                                     "hei"   },
        {"a face beyond the table",             M("\x50\x4A\xFF\xFF"),                                           M(""),                                             "'" NOTICE,                                     "hei"   },
        {"centred",                             M(""),                                                           M("\x03\x24\x01"),                                 "centred",                                      NULL    },
        {"right",                               M(""),                                                           M("\x61\x24\x02"),                                 "right",                                        NULL    },
        {"indented",                            M(""),                                                           M("\x60\x84\xA4\x01"),                             "indent",                                       NULL    },
        {"hanging",                             M(""),                                                           M("\x60\x84\x5C\xFE"),                             "'" NOTICE,                                     "indent"},
        {"tab stops before it",                 M(""),                                                           M("\x0D\xC6\x05\x00\x01\x00\x01\x00\x03\x24\x01"), "centred",
         NULL                                                                                                                                                                                                               },
        {"a list that ends in a modifier",      M("\x35\x08\x01\x43\x4A"),                                       M(""),                                             "bold",                                         NULL    },
        {"plain again",                         M("\x35\x08\x01\x33\x2A\x00"),                                   M(""),                                             "{0+30 size=1000} '" NOTICE,                    "bold"  },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        collect seen;
        begin(DOC_BUILD_97);
        doc_build_font(&b, "宋体");
        doc_build_font(&b, "黑体");
        doc_build_text(&b, NOTICE, rows[i].chp);
        doc_build_para(&b, 0x0D, 0, rows[i].pap);
        print_message("row: %s\n", rows[i].name);
        read_whole(&seen);
        CHECK_HAS(&seen, rows[i].wanted);
        if (rows[i].unwanted != NULL) {
            CHECK_HAS_NOT(&seen, rows[i].unwanted);
        }
        CHECK_ROW(rows[i].name, collect_count(&seen, NOTICE), 1);
        collect_done(&seen);
    }
}

static void test_doc__styles_are_inherited(void **state)
{
    (void)state;
    collect seen;
    begin(DOC_BUILD_97);
    doc_build_style(&b, "正文", 1, 0xFFF, NONE, LJ_BYTES("\x43\x4A\x20\x00"));
    doc_build_style(&b, "a", 1, 0, LJ_BYTES("\x03\x24\x01"), LJ_BYTES("\x3C\x08\x01"));
    doc_build_style(&b, "b", 1, 1, NONE, LJ_BYTES("\x35\x08\x01"));
    doc_build_style(&b, "c", 2, 0xFFF, NONE, LJ_BYTES("\x42\x2A\x08"));
    doc_build_style(&b, "d", 2, 3, NONE, LJ_BYTES("\x36\x08\x01"));
    doc_build_style(&b, "e", 1, 6, NONE, LJ_BYTES("\x35\x08\x01"));
    doc_build_style(&b, "f", 1, 5, NONE, LJ_BYTES("\x36\x08\x01"));
    doc_build_text(&b, "孙子样式", NONE);
    doc_build_para(&b, 0x0D, 2, NONE);
    doc_build_text(&b, "反过来看", LJ_BYTES("\x3C\x08\x81"));
    doc_build_para(&b, 0x0D, 2, NONE);
    doc_build_text(&b, "字符样式", LJ_BYTES("\x30\x4A\x04\x00"));
    doc_build_para(&b, 0x0D, 0, NONE);
    doc_build_text(&b, "成环样式", NONE);
    doc_build_para(&b, 0x0D, 6, NONE);
    doc_build_text(&b, "没有的样式", NONE);
    doc_build_para(&b, 0x0D, 99, NONE);
    read_whole(&seen);
    CHECK_HAS(&seen, "hidden:vanish {0+12 size=1600 bold centred hidden:vanish} '孙子样式'");
    CHECK_HAS(&seen, "{0+12 size=1600 bold centred} '反过来看'");
    CHECK_HAS(&seen, "{0+12 size=1600 fg=16777215 italic hidden:no_contrast} '字符样式'");
    CHECK_HAS(&seen, "{0+12 size=1000 bold italic} '成环样式'");
    CHECK_HAS(&seen, "{0+15 size=1000} '没有的样式'");
    CHECK_HAS(&seen, "style part=1Table hidden:not_printed 'style':'正文'");
    collect_done(&seen);
}

/* ---- text ---- */

static void test_doc__joins_runs_and_pieces(void **state)
{
    (void)state;
    collect seen;
    begin(DOC_BUILD_97);
    doc_build_font(&b, "Wingdings");
    doc_build_text(&b, "机", NONE);
    doc_build_text(&b, "密", LJ_BYTES(DOC_BOLD_RUN));
    doc_build_piece_begin(&b, 0);
    doc_build_text(&b, "★", NONE);
    doc_build_narrow(&b, LJ_BYTES("10"), NONE);
    doc_build_text(&b, "年", NONE);
    doc_build_para(&b, 0x0D, 0, NONE);
    doc_build_text(&b, "机密", NONE);
    doc_build_text(&b, "(", LJ_BYTES("\x09\x6A\x00\x00\xAB\xF0"));
    doc_build_text(&b, "1年", NONE);
    doc_build_para(&b, 0x0D, 0, NONE);
    doc_build_text(&b, "秘密", NONE);
    doc_build_text(&b, "\xC2\xAB", LJ_BYTES("\x4F\x4A\x00\x00"));
    doc_build_text(&b, "2年", NONE);
    doc_build_para(&b, 0x0D, 0, NONE);
    doc_build_text(&b,
                   "绝密\v★\x0E"
                   "3年",
                   NONE);
    doc_build_para(&b, 0x0C, 0, NONE);
    doc_build_text(&b,
                   "一\x1E"
                   "二\x1F"
                   "三\t四\x01\x02\x08"
                   "五",
                   NONE);
    doc_build_para(&b, 0x0D, 0, NONE);
    doc_build_narrow(&b, LJ_BYTES("a \x93quote\x94 \x80"), NONE);
    doc_build_para(&b, 0x0D, 0, NONE);
    doc_build_text(&b,
                   "\xF0\xA0\x80\x80"
                   "字",
                   NONE);
    doc_build_para(&b, 0x0D, 0, NONE);
    read_whole(&seen);
    CHECK_HAS(&seen, "'机密★10年'");
    CHECK_HAS(&seen, "'机密★1年'");
    CHECK_HAS(&seen, "'秘密★2年'");
    CHECK_HAS(&seen, "'绝密\\n★\\n3年'");
    CHECK_HAS(&seen, "'绝密★3年'");
    CHECK_HAS(&seen, "'一\xE2\x80\x91二三\\x09四五'");
    CHECK_HAS(&seen, "'a “quote” €'");
    CHECK_HAS(&seen, "'\xF0\xA0\x80\x80字'");
    collect_done(&seen);
}

static void test_doc__long_paragraphs_are_cut_not_lost(void **state)
{
    (void)state;
    enum { COUNT = 12000 };
    collect seen;
    begin(DOC_BUILD_97);
    char *text = malloc(30 * COUNT + 1);
    assert_non_null(text);
    for (int i = 0; i < COUNT; i++) {
        memcpy(text + 30 * (size_t)i, NOTICE, 30);
    }
    text[30 * COUNT] = '\0';
    doc_build_text(&b, text, NONE);
    doc_build_para(&b, 0x0D, 0, NONE);
    free(text);
    read_whole(&seen);
    assert_int_equal(seen.span_count, 2);
    size_t found = 0;
    for (lj_slice rest = lj_buf_slice(&seen.lines);; found++) {
        size_t at = lj_slice_find(rest, LJ_BYTES(NOTICE));
        if (at == SIZE_MAX) {
            break;
        }
        rest = lj_slice_part(rest, at + 30, SIZE_MAX);
    }
    assert_in_range(found, COUNT - 1, COUNT); /* one may stand across the cut */
    collect_done(&seen);
}

static void test_doc__fields_tell_code_and_result(void **state)
{
    (void)state;
    collect seen;
    begin(DOC_BUILD_97);
    doc_build_text(&b,
                   "甲\x13 QUOTE \"码一\x13 IF \x14"
                   "值\x15\" \x14结果\x15乙",
                   NONE);
    doc_build_para(&b, 0x0D, 0, NONE);
    doc_build_text(&b, "\x13 SET \"码二\" \x15丙", NONE);
    doc_build_para(&b, 0x0D, 0, NONE);
    doc_build_text(&b, "\x13 ASK \"码三\"", LJ_BYTES(DOC_DELETED_RUN));
    doc_build_para(&b, 0x0D, 0, NONE); /* no end */
    doc_build_story(&b, 1);
    doc_build_line(&b, "丁\x15\x14");
    read_whole(&seen);
    CHECK_HAS(&seen, "field part=WordDocument hidden:not_printed ' QUOTE \"码一 IF 值\" '");
    CHECK_HAS(&seen, "'甲结果乙'");
    CHECK_HAS(&seen, "' SET \"码二\" '");
    CHECK_HAS(&seen, "'丙'");
    CHECK_HAS(&seen, "hidden:deleted hidden:not_printed ' ASK \"码三\"'");
    CHECK_HAS(&seen, "footnote part=WordDocument {0+3 size=1000} '丁'");
    collect_done(&seen);
}

/* ---- stories ---- */

static void put_places(uint32_t pair, const uint32_t *places, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        lj_buf_put_u32le(&b.pairs[pair], places[i]);
    }
}

static void test_doc__all_stories_have_their_role(void **state)
{
    (void)state;
    static const char *const words[] = {"尾注线",   "偶数页眉", "奇数页眉", "偶数页脚",
                                        "奇数页脚", "首页页眉", "首页页脚"};
    static const char *const roles[] = {"footnote", "header", "header", "footer",
                                        "footer",   "header", "footer"};
    collect seen;
    uint32_t places[14] = {0};
    begin(DOC_BUILD_97);
    doc_build_line(&b, "正文");
    doc_build_story(&b, 1);
    doc_build_line(&b, "脚注");
    doc_build_story(&b, 2);
    for (int i = 0; i < 12; i++) {
        places[i] = b.story_len[2];
        if (i >= 5) {
            doc_build_line(&b, words[i - 5]);
        }
    }
    places[12] = b.story_len[2];
    put_places(11, places, 13);
    doc_build_line(&b, "多出的页眉");
    doc_build_story(&b, 3);
    doc_build_line(&b, "宏文字");
    doc_build_story(&b, 4);
    doc_build_line(&b, "批注");
    doc_build_story(&b, 5);
    doc_build_line(&b, "尾注");
    doc_build_story(&b, 6);
    doc_build_line(&b, "文本框");
    doc_build_story(&b, 7);
    doc_build_line(&b, "页眉中的框");
    b.story_len[7] -= 6; /* the last story is shorter than the pieces: nothing is lost */
    read_whole(&seen);
    for (size_t i = 0; i < LJ_COUNT_OF(words); i++) {
        char line[128];
        (void)snprintf(line, sizeof(line), "%s part=WordDocument {0+%zu size=1000} '%s'", roles[i],
                       strlen(words[i]), words[i]);
        CHECK_HAS(&seen, line);
    }
    CHECK_HAS(&seen, "body part=WordDocument {0+6 size=1000} '正文'");
    CHECK_HAS(&seen, "footnote part=WordDocument {0+6 size=1000} '脚注'");
    CHECK_HAS(&seen, "header part=WordDocument {0+15 size=1000} '多出的页眉'");
    CHECK_HAS(&seen, "script part=WordDocument {0+9 size=1000} '宏文字'");
    CHECK_HAS(&seen, "comment part=WordDocument {0+6 size=1000} '批注'");
    CHECK_HAS(&seen, "footnote part=WordDocument {0+6 size=1000} '尾注'");
    CHECK_HAS(&seen, "textbox part=WordDocument {0+9 size=1000} '文本框'");
    CHECK_HAS(&seen, "body part=WordDocument hidden:unreachable {0+15 size=1000} '页眉中的框'");
    collect_done(&seen);
}

/* A row of anchors: shape, rectangle in twips, what it is measured from. */
static void put_anchor(uint32_t pair, uint32_t shape, const int32_t rect[4], uint32_t from)
{
    lj_buf_put_u32le(&b.pairs[pair], shape);
    for (int i = 0; i < 4; i++) {
        lj_buf_put_u32le(&b.pairs[pair], (uint32_t)rect[i]);
    }
    lj_buf_put_u16le(&b.pairs[pair], (uint16_t)(from << 1 | from << 3));
    lj_buf_put_u32le(&b.pairs[pair], 0);
}

static void test_doc__boxes_know_their_place(void **state)
{
    (void)state;
    enum { MARGIN = 0, PAGE = 1, TEXT = 2 };
    static const struct {
        const char *name;
        int32_t rect[4];
        uint32_t from;
        const char *place;
    } rows[] = {
        {"页上的框", {400, 200, 2400, 1200}, PAGE,   "left=2000 top=1000 right=12000 bottom=6000 {"},
        {"左边页外",
         {-15750, 200, -13750, 400},
         PAGE,                                           "right=-68750 bottom=2000 hidden:off_page {"  },
        {"右边页外", {11906, 0, 12000, 100}, PAGE,   "hidden:off_page {"                           },
        {"右边页内", {11905, 0, 12000, 100}, PAGE,   "left=59525 top=0 right=60000 bottom=500 {"   },
        {"下边页外", {0, 16838, 10, 17000},  PAGE,   "hidden:off_page {"                           },
        {"量自页边", {0, 0, 100, 100},       MARGIN, "left=5000 top=2500 right=5500 bottom=3000 {" },
        {"量自段落", {0, 30000, 100, 40000}, TEXT,   "part=WordDocument {"                         },
    };
    collect seen;
    begin(DOC_BUILD_97);
    doc_build_line(&b, "正文");
    doc_build_story(&b, 6);
    uint32_t places[LJ_COUNT_OF(rows) + 2] = {0};
    for (uint32_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        doc_build_line(&b, rows[i].name);
        places[i + 1] = b.story_len[6];
    }
    doc_build_line(&b, "没有形状");
    places[LJ_COUNT_OF(rows) + 1] = b.story_len[6];
    put_places(56, places, LJ_COUNT_OF(places));
    put_places(40, places, LJ_COUNT_OF(rows) + 1);
    for (uint32_t i = 0; i <= LJ_COUNT_OF(rows); i++) {
        lj_buf_put(&b.pairs[56], LJ_BYTES("\1\0\0\0\0\0\0\0\0\0\xFF\xFF\xFF\xFF"));
        lj_buf_put_u32le(&b.pairs[56], 1024 + i);
        lj_buf_put_u32le(&b.pairs[56], 0);
    }
    for (uint32_t i = LJ_COUNT_OF(rows); i-- > 0;) {
        put_anchor(40, 1024 + i, rows[i].rect, rows[i].from);
    }
    /* a page of 11,906 by 16,838 with margins of 1,000 and 500 */
    uint32_t section = DOC_BUILD_TEXT + (uint32_t)b.text.len;
    lj_buf_put(&b.tail, LJ_BYTES("\x10\x00\x1F\xB0\x82\x2E\x20\xB0\xC6\x41\x21\xB0\xE8\x03"
                                 "\x23\x90\xF4\x01"));
    lj_buf_put_u32le(&b.pairs[6], 0);
    lj_buf_put_u32le(&b.pairs[6], 3);
    lj_buf_put_u16le(&b.pairs[6], 0);
    lj_buf_put_u32le(&b.pairs[6], section);
    lj_buf_put(&b.pairs[6], LJ_BYTES("\0\0\0\0\0\0"));
    read_whole(&seen);
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        char line[160];
        (void)snprintf(line, sizeof(line), "%s0+12 size=1000} '%s'", rows[i].place, rows[i].name);
        CHECK_HAS(&seen, line);
    }
    CHECK_HAS(&seen, "textbox part=WordDocument {0+12 size=1000} '没有形状'");
    assert_int_equal(collect_count(&seen, "off_page"), 3);
    collect_done(&seen);
}

static void test_doc__comments_name_their_author(void **state)
{
    (void)state;
    collect seen;
    uint32_t places[4] = {0};
    begin(DOC_BUILD_97);
    doc_build_line(&b, "正文");
    doc_build_story(&b, 4);
    for (uint32_t i = 0; i < 3; i++) {
        doc_build_line(&b, i == 0 ? "批注甲" : i == 1 ? "批注乙" : "批注丙");
        places[i + 1] = b.story_len[4];
    }
    put_places(5, places, 4);
    put_places(4, places, 4);
    for (uint32_t i = 0; i < 3; i++) {
        for (int k = 0; k < 20; k++) {
            lj_buf_put_u8(&b.pairs[4], 0);
        }
        lj_buf_put_u16le(&b.pairs[4], (uint16_t)(i == 2 ? 7 : 1 - i)); /* 7: no such person */
        for (int k = 0; k < 8; k++) {
            lj_buf_put_u8(&b.pairs[4], 0);
        }
    }
    lj_buf_put_u16le(&b.pairs[36], 2);
    doc_build_put_wide(&b.pairs[36], "张某");
    lj_buf_put_u16le(&b.pairs[36], 2);
    doc_build_put_wide(&b.pairs[36], "李某");
    read_whole(&seen);
    CHECK_HAS(&seen, "comment part=WordDocument author=李某 {0+9 size=1000} '批注甲'");
    CHECK_HAS(&seen, "comment part=WordDocument author=张某 {0+9 size=1000} '批注乙'");
    CHECK_HAS(&seen, "comment part=WordDocument {0+9 size=1000} '批注丙'");
    collect_done(&seen);
}

static void test_doc__deleted_text_is_given_twice(void **state)
{
    (void)state;
    static const char *const people[] = {"Unknown", "某人"};
    collect seen;
    begin(DOC_BUILD_97);
    doc_build_strings(&b, 51, people, 2, 0);
    doc_build_text(&b, "此处", NONE);
    doc_build_text(&b, "秘", LJ_BYTES(DOC_DELETED_RUN "\x63\x48\x01\x00"));
    doc_build_text(&b, "密", LJ_BYTES(DOC_DELETED_RUN DOC_BOLD_RUN "\x63\x48\x01\x00"));
    doc_build_text(&b, "已删", NONE);
    doc_build_para(&b, 0x0D, 0, NONE);
    read_whole(&seen);
    CHECK_HAS(&seen, "alt=1 author=某人 {0+6 size=1000}");
    CHECK_HAS(&seen, "'此处秘密已删'");
    CHECK_HAS(&seen, "alt=1 author=某人 hidden:deleted {0+3 size=1000 hidden:deleted}");
    CHECK_HAS(&seen, "'秘密'");
    collect_done(&seen);
}

static void add_cell(const char *text, lj_slice chp)
{
    doc_build_text(&b, text, chp);
    doc_build_para(&b, 0x07, 0, LJ_BYTES(DOC_IN_TABLE));
}

static void test_doc__cells_know_row_and_column(void **state)
{
    (void)state;
    collect seen;
    begin(DOC_BUILD_97);
    add_cell("一一", NONE);
    doc_build_text(&b, "一二上", NONE);
    doc_build_para(&b, 0x0D, 0, LJ_BYTES(DOC_IN_TABLE));
    add_cell("一二下", NONE);
    doc_build_para(&b, 0x07, 0, LJ_BYTES(DOC_ROW_END));
    add_cell("", NONE);
    add_cell("深色格", LJ_BYTES(DOC_WHITE_RUN));
    doc_build_para(&b, 0x07, 0, LJ_BYTES(DOC_ROW_END "\x09\xD6\x04\x00\x00\x20\x01"));
    add_cell("白色格", LJ_BYTES(DOC_WHITE_RUN));
    doc_build_para(&b, 0x07, 0, LJ_BYTES(DOC_ROW_END "\x09\xD6\x04\x00\x00\x00\x01"));
    doc_build_line(&b, "表后");
    add_cell("另一表", NONE);
    doc_build_para(&b, 0x07, 0, LJ_BYTES(DOC_ROW_END));
    doc_build_line(&b, "");
    read_whole(&seen);
    CHECK_HAS(&seen, "cell part=WordDocument row=1 col=1 {0+6 size=1000} '一一'");
    CHECK_HAS(&seen, "row=1 col=2 {0+9 size=1000} '一二上'");
    CHECK_HAS(&seen, "row=1 col=2 join:line {0+9 size=1000} '一二下'");
    CHECK_HAS(&seen, "row=2 col=2 {0+9 size=1000 fg=16777215} '深色格'");
    CHECK_HAS(
        &seen,
        "row=3 col=1 hidden:no_contrast {0+9 size=1000 fg=16777215 hidden:no_contrast} '白色格'");
    CHECK_HAS(&seen, "body part=WordDocument {0+6 size=1000} '表后'");
    CHECK_HAS(&seen, "row=1 col=1 {0+9 size=1000} '另一表'");
    collect_done(&seen);
}

/* ---- pieces, slack ---- */

static void test_doc__fast_saved_remnants_are_slack(void **state)
{
    (void)state;
    collect seen;
    begin(DOC_BUILD_97);
    doc_build_line(&b, NOTICE);
    doc_build_hole(&b, LJ_BYTES(WIDE_OTHER));
    doc_build_line(&b, "后面一段");
    lj_buf_put(&b.tail, LJ_BYTES("\xCA\xB3\xCC\xC3\xBF\xAA\xB7\xB9\xCA\xB1\xBC\xE4")); /* GBK */
    read_whole(&seen);
    CHECK_HAS(&seen, "'" NOTICE "'");
    CHECK_HAS(&seen, "'后面一段'");
    CHECK_HAS(&seen, "hidden:slack '" OTHER "'");
    CHECK_HAS(&seen, "hidden:slack '食堂开饭时间'");
    assert_int_equal(collect_count(&seen, NOTICE), 1);
    collect_done(&seen);
}

static void test_doc__pieces_bring_modifiers(void **state)
{
    (void)state;
    collect seen;
    begin(DOC_BUILD_97);
    lj_buf_put(&b.lists, LJ_BYTES("\x01\x03\x00" DOC_BOLD_RUN "\x01\x04\x00\x43\x4A\x20\x00"));
    doc_build_piece_begin(&b, 0x0100 | 0x5C << 1);
    doc_build_text(&b, "隐藏", NONE);
    doc_build_piece_begin(&b, 0 << 1 | 1);
    doc_build_text(&b, "加粗", NONE);
    doc_build_piece_begin(&b, 1 << 1 | 1);
    doc_build_text(&b, "大字", NONE);
    doc_build_piece_begin(&b, 99 << 1 | 1);
    doc_build_text(&b, "没有", NONE);
    doc_build_piece_begin(&b, 0x0100 | 0x7F << 1);
    doc_build_text(&b, "不识", NONE);
    doc_build_para(&b, 0x0D, 0, NONE);
    read_whole(&seen);
    CHECK_HAS(&seen, "{0+6 size=1000 hidden:vanish} {6+6 size=1000 bold} {12+6 size=1600} {18+12 "
                     "size=1000} '隐藏加粗大字没有不识'");
    collect_done(&seen);
}

/* Two thousand pieces that all claim the same letters: read, charged, ended by a limit. */
static void test_doc__pieces_may_not_multiply_text_without_end(void **state)
{
    (void)state;
    collect seen;
    begin(DOC_BUILD_97);
    for (int i = 0; i < 400; i++) {
        doc_build_line(&b, NOTICE);
    }
    doc_build_streams(&b);
    uint32_t clx = (uint32_t)b.table.len;
    enum { COUNT = 20000, LETTERS = 4400 };
    lj_buf_put_u8(&b.table, 2);
    lj_buf_put_u32le(&b.table, 4 + 12 * COUNT);
    for (uint32_t i = 0; i <= COUNT; i++) {
        lj_buf_put_u32le(&b.table, i * LETTERS);
    }
    for (uint32_t i = 0; i < COUNT; i++) {
        lj_buf_put_u16le(&b.table, 0);
        lj_buf_put_u32le(&b.table, DOC_BUILD_TEXT);
        lj_buf_put_u16le(&b.table, 0);
    }
    for (int i = 0; i < 4; i++) {
        b.word.ptr[0x9A + 8 * 33 + i] = (uint8_t)(clx >> 8 * i);
        b.word.ptr[0x9A + 8 * 33 + 4 + i] = (uint8_t)((b.table.len - clx) >> 8 * i);
        b.word.ptr[0x4C + i] = (uint8_t)(COUNT * LETTERS >> 8 * i);
    }
    collect_init(&seen);
    seen.options.limits.value[FORMAT_LIMIT_SPANS] = 1000;
    collect_run(&seen, doc_build_end(&b));
    assert_true(collect_has_limit(&seen, FORMAT_LIMIT_SPANS));
    assert_int_equal(seen.span_count, 1000);
    collect_clear(&seen);
    seen.options.limits.value[FORMAT_LIMIT_SPANS] = 1 << 20;
    seen.options.limits.value[FORMAT_LIMIT_WORK] = 4 << 20;
    collect_run(&seen, lj_buf_slice(&b.file.out));
    assert_true(collect_has_limit(&seen, FORMAT_LIMIT_WORK));
    collect_done(&seen);
    doc_build_done(&b);
}

/* ---- beside the text ---- */

static void test_doc__strings_beside_the_text(void **state)
{
    (void)state;
    static const char *const bookmarks[] = {"开饭时间"};
    static const char *const assoc[] = {"", "", "食堂通知", "主题词", "", "", "某人"};
    static const char *const saved[] = {"某人", "C:\\旧稿.doc"};
    static const char *const variables[] = {"科室", "人数"};
    collect seen;
    begin(DOC_BUILD_97);
    doc_build_line(&b, "正文");
    doc_build_strings(&b, 21, bookmarks, 1, 0);
    doc_build_strings(&b, 32, assoc, 7, 0);
    doc_build_strings(&b, 71, saved, 2, 0);
    doc_build_strings(&b, 60, variables, 2, 4);
    lj_buf_put(&b.pairs[60], LJ_BYTES("\x02\x00\x0E\x54\xE4\x52\x00\x00\x01\x00\x35\x00\x00\x00"));
    read_whole(&seen);
    CHECK_HAS(&seen, "bookmark part=1Table hidden:not_printed '开饭时间'");
    CHECK_HAS(&seen, "metadata part=1Table hidden:not_printed 'title':'食堂通知'");
    CHECK_HAS(&seen, "metadata part=1Table hidden:not_printed 'subject':'主题词'");
    CHECK_HAS(&seen, "metadata part=1Table hidden:not_printed 'author':'某人'");
    CHECK_HAS(&seen, "metadata part=1Table hidden:not_printed 'savedBy':'C:\\旧稿.doc'");
    CHECK_HAS(&seen, "field part=1Table hidden:not_printed '科室':'后勤'");
    CHECK_HAS(&seen, "field part=1Table hidden:not_printed '人数':'5'");
    CHECK_HAS_NOT(&seen, "slack");
    collect_done(&seen);
}

/* 2.5.2 pnNext: the AutoText of a template is a second document in the same streams. */
static void test_doc__autotext_is_read_too(void **state)
{
    (void)state;
    collect seen;
    begin(DOC_BUILD_97);
    doc_build_line(&b, "正文在此");
    doc_build_streams(&b);
    uint32_t page = (uint32_t)b.word.len / 512;
    size_t head = b.word.len;
    lj_buf copy;
    lj_buf_init(&copy, NULL, 1 << 20);
    lj_buf_put(&copy, lj_slice_of(b.word.ptr, 0x400));
    lj_buf_put(&b.word, lj_buf_slice(&copy));
    lj_buf_done(&copy);
    uint32_t text = (uint32_t)b.word.len;
    doc_build_put_wide(&b.word, "自动图文集\r");
    uint32_t clx = (uint32_t)b.table.len;
    lj_buf_put_u8(&b.table, 2);
    lj_buf_put_u32le(&b.table, 16);
    lj_buf_put_u32le(&b.table, 0);
    lj_buf_put_u32le(&b.table, 6);
    lj_buf_put_u16le(&b.table, 0);
    lj_buf_put_u32le(&b.table, text);
    lj_buf_put_u16le(&b.table, 0);
    b.word.ptr[8] = (uint8_t)page;
    b.word.ptr[head + 0x4C] = 6;
    for (int i = 0; i < 4; i++) {
        b.word.ptr[head + 0x9A + 8 * 33 + i] = (uint8_t)(clx >> 8 * i);
    }
    b.word.ptr[head + 0x9A + 8 * 33 + 4] = 21;
    read_whole(&seen);
    CHECK_HAS(&seen, "body part=WordDocument {0+12 size=1000} '正文在此'");
    CHECK_HAS(&seen, "body part=WordDocument hidden:not_printed {0+15 size=1000} '自动图文集'");
    collect_done(&seen);
}

static void put_blip(lj_buf *out, uint32_t type, uint32_t instance, size_t head, lj_slice data)
{
    lj_buf_put_u16le(out, (uint16_t)(instance << 4));
    lj_buf_put_u16le(out, (uint16_t)type);
    lj_buf_put_u32le(out, (uint32_t)(head + data.len));
    for (size_t i = 0; i < head; i++) {
        lj_buf_put_u8(out, 0);
    }
    lj_buf_put(out, data);
}

#define PNG "\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\0\0\1"

static void test_doc__pictures_are_children(void **state)
{
    (void)state;
    static const char packed[] = "\x78\x9C\x0B\x70\xF3\x67\x00\x00\x03\x5A\x01\x4C"; /* any */
    collect seen;
    begin(DOC_BUILD_97);
    doc_build_line(&b, "正文");
    lj_buf *art = &b.pairs[50];
    lj_buf_put(art, LJ_BYTES("\x0F\x00\x01\xF0\x00\x00\x00\x00"));
    put_blip(art, 0xF01E, 0x6E0, 17, LJ_BYTES(PNG));                          /* one digest */
    put_blip(art, 0xF01D, 0x46B, 33, LJ_BYTES("\xFF\xD8\xFF\xE0\0\x10JFIF")); /* two */
    put_blip(art, 0xF01A, 0x3D4, 50, lj_slice_of(packed, sizeof(packed) - 1));
    /* a head that says where in the main stream its picture stands */
    lj_buf_put(art, LJ_BYTES("\x02\x00\x07\xF0\x24\x00\x00\x00"));
    for (int i = 0; i < 28; i++) {
        lj_buf_put_u8(art, 0);
    }
    lj_buf_put_u32le(art, DOC_BUILD_TEXT + 6);
    lj_buf_put_u32le(art, 0);
    put_blip(&b.tail, 0xF01E, 0x6E1, 33, LJ_BYTES(PNG));
    collect_init(&seen);
    collect_run(&seen, doc_build_end(&b));
    assert_int_equal(seen.doc_count, 5);
    assert_int_equal(seen.examined, seen.size);
    CHECK_HAS(&seen, "[1] doc png embedded 'picture1' size=20");
    CHECK_HAS(&seen, "[2] doc jpeg embedded 'picture2' size=10");
    CHECK_HAS(&seen, "'picture3'");
    CHECK_HAS(&seen, "[4] doc png embedded 'picture4' size=20");
    collect_done(&seen);
    doc_build_done(&b);
}

/* ---- versions before 97 ---- */

static void test_doc__old_versions(void **state)
{
    (void)state;
    collect seen;
    begin(DOC_BUILD_95);
    b.lid = 0x0409; /* Chinese text in a Western version */
    doc_build_style(&b, "Normal", 1, 0xFFF, NONE, LJ_BYTES("\x63\x20\x00"));
    doc_build_font(&b, "Arial");
    doc_build_font(&b, "SimHei");
    doc_build_narrow(
        &b,
        LJ_BYTES(
            "\xCA\xB3\xCC\xC3\xBF\xAA\xB7\xB9\xCA\xB1\xBC\xE4\xB5\xF7\xD5\xFB\xCD\xA8\xD6\xAA"),
        LJ_BYTES("\x5D\x01\x00\x55\x01\x44\x01\x00\x62\x06"));
    doc_build_para(&b, 0x0D, 0, LJ_BYTES("\x17\x02\x00\x00\x05\x01"));
    doc_build_narrow(&b, LJ_BYTES("\xBB\xFA\xC3\xDC"), LJ_BYTES("\x5C\x01"));
    doc_build_narrow(&b, LJ_BYTES("\xC3\xD8\xC3\xDC"), LJ_BYTES("\x41\x01"));
    doc_build_para(&b, 0x0D, 0, NONE);
    read_whole(&seen);
    CHECK_HAS(&seen, "{0+30 size=1600 fg=16711680 bold centred hei} '" NOTICE "'");
    CHECK_HAS(&seen, "{0+6 size=1600 hidden:vanish} {6+6 size=1600 hidden:deleted} '机密秘密'");
    collect_done(&seen);

    begin(DOC_BUILD_95);
    b.lid = 0x0409;
    doc_build_narrow(&b, LJ_BYTES("Caf\xE9 \x93open\x94\r"), NONE);
    read_whole(&seen);
    CHECK_HAS(&seen, "'Café “open”'");
    collect_done(&seen);

    begin(DOC_BUILD_95); /* a Far Eastern version has letters of 16 bits */
    b.flags = 1 << 12;
    doc_build_line(&b, NOTICE);
    doc_build_streams(&b);
    b.word.ptr[0] = 0x99;
    b.word.ptr[1] = 0xA6;
    read_whole(&seen);
    CHECK_HAS(&seen, "'" NOTICE "'");
    collect_done(&seen);

    begin(DOC_BUILD_2);
    doc_build_narrow(&b, LJ_BYTES("\xCA\xB3\xCC\xC3\xBF\xAA\xB7\xB9\xCA\xB1\xBC\xE4\r"), NONE);
    read_whole(&seen);
    CHECK_HAS(&seen, "'食堂开饭时间'");
    collect_done(&seen);
}

/* ---- damage, limits ---- */

static void test_doc__damage_is_told_and_the_rest_read(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool in_table;
        uint32_t pair; /* its offset or length is poked */
        uint32_t add;
        uint8_t value;
        bool told;
        const char *wanted;
    } rows[] = {
        {"no piece table",      false, 33, 4, 0,    true, "'" NOTICE "'"},
        {"piece table outside", false, 33, 1, 0xFF, true, "'" NOTICE "'"},
        {"runs outside",        false, 12, 1, 0xFF, true, "'" NOTICE "'"},
        {"paragraphs outside",  false, 13, 1, 0xFF, true, "'" NOTICE "'"},
        {"styles outside",      false, 1,  1, 0xFF, true, "'" NOTICE "'"},
        {"fonts outside",       false, 15, 1, 0xFF, true, "'" NOTICE "'"},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        collect seen;
        begin(DOC_BUILD_97);
        doc_build_style(&b, "正文", 1, 0xFFF, NONE, NONE);
        doc_build_font(&b, "宋体");
        doc_build_line(&b, NOTICE);
        doc_build_streams(&b);
        b.word.ptr[0x9A + 8 * rows[i].pair + rows[i].add] = rows[i].value;
        collect_init(&seen);
        collect_run(&seen, doc_build_end(&b));
        print_message("row: %s\n", rows[i].name);
        CHECK_HAS(&seen, rows[i].wanted);
        CHECK_ROW(rows[i].name, collect_has_gap(&seen, GAP_DAMAGED, NULL), rows[i].told);
        collect_done(&seen);
        doc_build_done(&b);
    }
}

static void test_doc__pieces_end_with_the_stream(void **state)
{
    (void)state;
    collect seen;
    begin(DOC_BUILD_97);
    doc_build_line(&b, NOTICE);
    doc_build_piece_begin(&b, 0);
    doc_build_line(&b, OTHER);
    b.pieces[1].off = 1 << 24; /* far outside */
    doc_build_streams(&b);
    collect_init(&seen);
    collect_run(&seen, doc_build_end(&b));
    assert_true(collect_has_gap(&seen, GAP_DAMAGED, NULL));
    CHECK_HAS(&seen, "'" NOTICE "'");
    CHECK_HAS(&seen, "slack '" OTHER);
    collect_done(&seen);
    doc_build_done(&b);
    begin(DOC_BUILD_97); /* the stream is cut in the middle of a piece, and of a letter */
    doc_build_line(&b, NOTICE);
    doc_build_streams(&b);
    b.word.len = DOC_BUILD_TEXT + 9;
    collect_run(&seen, doc_build_end(&b));
    assert_true(collect_has_gap(&seen, GAP_DAMAGED, NULL));
    CHECK_HAS(&seen, "'食堂开饭'");
    collect_done(&seen);
    doc_build_done(&b);
}

/* Text of a document whose head is no head is found by the sweep. */
static void test_doc__no_head_leaves_all_to_the_sweep(void **state)
{
    (void)state;
    collect seen;
    begin(DOC_BUILD_97);
    doc_build_line(&b, NOTICE);
    doc_build_streams(&b);
    memset(b.word.ptr, 0, 32);
    collect_init(&seen);
    collect_run(&seen, doc_build_end(&b));
    assert_true(collect_has_gap(&seen, GAP_DAMAGED, NULL));
    CHECK_HAS(&seen, NOTICE);
    collect_done(&seen);
    doc_build_done(&b);
}

static void test_doc__large_streams_need_memory(void **state)
{
    (void)state;
    collect seen;
    begin(DOC_BUILD_97);
    doc_build_line(&b, NOTICE);
    for (int i = 0; i < 1 << 20; i++) {
        lj_buf_put(&b.tail, LJ_BYTES("\0\0\0\0"));
    }
    lj_slice bytes = doc_build_end(&b);
    collect_init(&seen);
    seen.memory = 6 << 20; /* half of it is less than the stream */
    collect_run(&seen, bytes);
    assert_true(collect_has_limit(&seen, FORMAT_LIMIT_MEMORY));
    collect_clear(&seen);
    seen.memory = 16 << 20;
    collect_run(&seen, bytes);
    assert_int_equal(seen.gap_count, 0);
    CHECK_HAS(&seen, NOTICE);
    collect_done(&seen);
    doc_build_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_doc__says_how_text_looks),
        cmocka_unit_test(test_doc__styles_are_inherited),
        cmocka_unit_test(test_doc__joins_runs_and_pieces),
        cmocka_unit_test(test_doc__long_paragraphs_are_cut_not_lost),
        cmocka_unit_test(test_doc__fields_tell_code_and_result),
        cmocka_unit_test(test_doc__all_stories_have_their_role),
        cmocka_unit_test(test_doc__boxes_know_their_place),
        cmocka_unit_test(test_doc__comments_name_their_author),
        cmocka_unit_test(test_doc__deleted_text_is_given_twice),
        cmocka_unit_test(test_doc__cells_know_row_and_column),
        cmocka_unit_test(test_doc__fast_saved_remnants_are_slack),
        cmocka_unit_test(test_doc__pieces_bring_modifiers),
        cmocka_unit_test(test_doc__pieces_may_not_multiply_text_without_end),
        cmocka_unit_test(test_doc__strings_beside_the_text),
        cmocka_unit_test(test_doc__autotext_is_read_too),
        cmocka_unit_test(test_doc__pictures_are_children),
        cmocka_unit_test(test_doc__old_versions),
        cmocka_unit_test(test_doc__damage_is_told_and_the_rest_read),
        cmocka_unit_test(test_doc__pieces_end_with_the_stream),
        cmocka_unit_test(test_doc__no_head_leaves_all_to_the_sweep),
        cmocka_unit_test(test_doc__large_streams_need_memory),
    };
    return cmocka_run_group_tests_name("doc", tests, NULL, NULL);
}
