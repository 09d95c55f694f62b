/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Outlook messages (hidden-marks C06): each property that something is done for, in a file made
 * here. Lines are those of formats/span_dump.h. */
#include "../check.h"
#include "base/num.h"
#include "collect.h"
#include "formats/mail/msg.h"
#include "msg_build.h"

#define UNSEEN "hidden:not_printed "
#define GBK    "\xCA\xB3\xCC\xC3" /* 食堂 */
#define BIG5   "\xB7\x7C\xC4\xB3" /* 會議 */

typedef struct string_row {
    const char *name;
    uint16_t id, type;
    uint32_t code_page;
    lj_slice bytes;
    const char *wanted;
} string_row;

static void test_msg__reads_strings(void **state)
{
    (void)state;
    const string_row rows[] = {
        {"subject",                       0x0037, 0x1F, 936,  LJ_BYTES("\xDF\x98\x02\x58"),
         "title part=__substg1.0_0037001F '食堂'"                                                                                    },
        {"body",                          0x1000, 0x1F, 936,  LJ_BYTES("\xDF\x98\x02\x58\r\0\n\0A\0"),
         "body part=__substg1.0_1000001F row=1 '食堂\\nA'"                                                                           },
        {"sender",                        0x0C1A, 0x1F, 936,  LJ_BYTES("\xDF\x98\x02\x58\0\0"),        UNSEEN "'sender':'食堂'"      },
        {"unknown number",                0x1234, 0x1F, 936,  LJ_BYTES("\xDF\x98\x02\x58"),
         UNSEEN "'0x1234':'食堂'"                                                                                                    },
        {"GBK",                           0x0037, 0x1E, 936,  LJ_BYTES(GBK "\0"),                      "'食堂'"                      },
        {"GBK under a Western code page", 0x0037, 0x1E, 1252, LJ_BYTES(GBK GBK GBK GBK),
         "'食堂食堂食堂食堂'"                                                                                                  },
        {"Big5",                          0x0037, 0x1E, 950,  LJ_BYTES(BIG5 BIG5),                     "'會議會議'"                },
        {"UTF-8",                         0x0037, 0x1E, 936,  LJ_BYTES("食堂"),                      "'食堂'"                      },
        {"ASCII is never UTF-16",         0x0037, 0x1E, 0,    LJ_BYTES("message\0"),                   "'message'"                     },
        {"encoded words in headers",      0x007D, 0x1E, 0,
         LJ_BYTES("Subject: =?gb2312?B?yrPMww==?=\r\n"),                                               "'headers':'Subject: 食堂\\n'"},
        {"names without case",            0x0037, 0x1F, 0,    LJ_BYTES("\xDF\x98"),                    "'食'"                         },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        msg_build msg;
        collect seen;
        collect_init(&seen);
        msg_build_init(&msg);
        print_message("row: %s\n", rows[i].name);
        msg_build_fixed(&msg, OLE2_BUILD_ROOT, i % 2 == 0 ? 32 : 24, MSG_LOCALE_CODE_PAGE,
                        rows[i].code_page);
        msg_build_bytes(&msg, OLE2_BUILD_ROOT, rows[i].id, rows[i].type, rows[i].bytes);
        collect_run(&seen, msg_build_end(&msg));
        CHECK_HAS(&seen, "doc msg root");
        CHECK_HAS(&seen, rows[i].wanted);
        CHECK_ROW(rows[i].name, seen.gap_count, 0);
        CHECK_ROW(rows[i].name, seen.span_count, 1);
        CHECK_ROW(rows[i].name, seen.examined, seen.size);
        msg_build_done(&msg);
        collect_done(&seen);
    }
}

/* A body longer than a piece: cut at line ends, nothing is lost, lines are counted. */
static void test_msg__cuts_long_bodies(void **state)
{
    (void)state;
    for (int has_lines = 0; has_lines < 2; has_lines++) {
        msg_build msg;
        collect seen;
        lj_buf text;
        collect_init(&seen);
        lj_buf_init(&text, NULL, 4 << 20);
        for (uint32_t i = 0; i < 100000; i++) {
            lj_buf_put_u16le(&text, has_lines == 1 && i % 50 == 49 ? '\n' : 0x7684);
        }
        lj_buf_put_u16le(&text, 0x672B);
        lj_buf_put_u16le(&text, 0x5C3E);
        msg_build_init(&msg);
        msg_build_fixed(&msg, OLE2_BUILD_ROOT, 32, 0, 0);
        msg_build_bytes(&msg, OLE2_BUILD_ROOT, MSG_BODY, MSG_TYPE_UNICODE, lj_buf_slice(&text));
        collect_run(&seen, msg_build_end(&msg));
        CHECK_HAS(&seen, "末尾'");
        assert_int_equal(collect_has(&seen, "row=656"), has_lines);
        assert_true(seen.lines.len > 300000 - 2000 * 3);
        ole2_build_done(&msg.file);
        lj_buf_done(&msg.room);
        lj_buf_done(&text);
        collect_done(&seen);
    }
}

static void test_msg__reads_several_values(void **state)
{
    (void)state;
    msg_build msg;
    collect seen;
    collect_init(&seen);
    msg_build_init(&msg);
    msg_build_fixed(&msg, OLE2_BUILD_ROOT, 32, 0, 0);
    msg_build_bytes(&msg, OLE2_BUILD_ROOT, 0x1234, 0x101F, LJ_BYTES("\4\0\0\0\4\0\0\0"));
    (void)ole2_build_stream(&msg.file, OLE2_BUILD_ROOT, "__substg1.0_1234101F-00000000",
                            msg_build_wide(&msg, "甲"));
    (void)ole2_build_stream(&msg.file, OLE2_BUILD_ROOT, "__substg1.0_1234101F-00000001",
                            msg_build_wide(&msg, "乙"));
    collect_run(&seen, msg_build_end(&msg));
    CHECK_HAS(&seen, UNSEEN "'0x1234':'甲'");
    CHECK_HAS(&seen, UNSEEN "'0x1234':'乙'");
    assert_int_equal(seen.span_count, 2);
    msg_build_done(&msg);
    collect_done(&seen);
}

static void test_msg__reads_recipients_and_attachments(void **state)
{
    (void)state;
    static const struct {
        uint16_t id;
        const char *wanted;
    } names[] = {
        {MSG_LONG_NAME,    "doc text attached '菜单.txt'"},
        {MSG_SHORT_NAME,   "doc text attached '菜单.txt'"},
        {MSG_DISPLAY_NAME, "doc text attached '菜单.txt'"},
        {0x370E,           "doc text attached 'attachment'"},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(names); i++) {
        msg_build msg;
        collect seen;
        collect_init(&seen);
        msg_build_init(&msg);
        msg_build_fixed(&msg, OLE2_BUILD_ROOT, 32, 0, 0);
        uint32_t recipient =
            ole2_build_storage(&msg.file, OLE2_BUILD_ROOT, "__recip_version1.0_#00000000");
        msg_build_fixed(&msg, recipient, 8, 0, 0);
        msg_build_text(&msg, recipient, MSG_DISPLAY_NAME, "李四");
        msg_build_bytes(&msg, recipient, 0x0FFF, MSG_TYPE_BINARY,
                        LJ_BYTES("\xDF\x98\x02\x58\x00\x5F\x6D\x99\xF6\x65\xF4\x95\x03\x8C"));
        uint32_t attachment =
            ole2_build_storage(&msg.file, OLE2_BUILD_ROOT, "__attach_version1.0_#00000000");
        msg_build_fixed(&msg, attachment, 8, 0, 0);
        msg_build_text(&msg, attachment, names[i].id, "菜单.txt");
        msg_build_bytes(&msg, attachment, MSG_DATA, MSG_TYPE_BINARY,
                        LJ_BYTES("\xEF\xBB\xBF红烧豆腐，清炒白菜。\n"));
        collect_run(&seen, msg_build_end(&msg));
        CHECK_HAS(&seen, UNSEEN "'name':'李四'");
        CHECK_HAS(&seen, names[i].wanted);
        CHECK_HAS(&seen, "红烧豆腐，清炒白菜。");
        CHECK_HAS_NOT(&seen, "swept");
        assert_int_equal(seen.doc_count, 2);
        assert_int_equal(seen.gap_count, 0);
        msg_build_done(&msg);
        collect_done(&seen);
    }
}

static void test_msg__reads_embedded_messages(void **state)
{
    (void)state;
    msg_build msg;
    collect seen;
    collect_init(&seen);
    msg_build_init(&msg);
    msg_build_fixed(&msg, OLE2_BUILD_ROOT, 32, 0, 0);
    uint32_t attachment =
        ole2_build_storage(&msg.file, OLE2_BUILD_ROOT, "__attach_version1.0_#00000000");
    msg_build_fixed(&msg, attachment, 8, 0x3705, 5);
    uint32_t inner = ole2_build_storage(&msg.file, attachment, "__substg1.0_3701000D");
    msg_build_fixed(&msg, inner, 24, 0, 0);
    msg_build_text(&msg, inner, MSG_SUBJECT, "里面的题目");
    msg_build_text(&msg, inner, MSG_BODY, "里面的正文");
    uint32_t recipient = ole2_build_storage(&msg.file, inner, "__recip_version1.0_#00000000");
    msg_build_fixed(&msg, recipient, 8, 0, 0);
    msg_build_text(&msg, recipient, MSG_DISPLAY_NAME, "王五");
    collect_run(&seen, msg_build_end(&msg));
    CHECK_HAS(&seen, "doc msg attached 'attachment'");
    CHECK_HAS(&seen, "title part=__substg1.0_0037001F '里面的题目'");
    CHECK_HAS(&seen, "'里面的正文'");
    CHECK_HAS(&seen, "'name':'王五'");
    assert_int_equal(seen.doc_count, 2);
    assert_int_equal(seen.gap_count, 0);
    msg_build_done(&msg);
    collect_done(&seen);
}

static void test_msg__hands_on_html_and_rtf(void **state)
{
    (void)state;
    msg_build msg;
    collect seen;
    collect_init(&seen);
    msg_build_init(&msg);
    msg_build_fixed(&msg, OLE2_BUILD_ROOT, 32, 0, 0);
    msg_build_bytes(&msg, OLE2_BUILD_ROOT, MSG_HTML, MSG_TYPE_BINARY,
                    LJ_BYTES("<html><body><p>食堂开饭</p></body></html>"));
    msg_build_bytes(&msg, OLE2_BUILD_ROOT, MSG_HTML, MSG_TYPE_UNICODE,
                    msg_build_wide(&msg, "<html><body><p>换个时间</p></body></html>"));
    msg_build_rtf(&msg, OLE2_BUILD_ROOT, "{\\rtf1 words}");
    collect_run(&seen, msg_build_end(&msg));
    CHECK_HAS(&seen, "'食堂开饭'");
    CHECK_HAS(&seen, "'换个时间'");
    CHECK_HAS(&seen, "doc rtf member 'body.rtf' size=13");
    assert_int_equal(collect_count(&seen, "doc html member 'body.html'"), 2);
    assert_int_equal(seen.examined, seen.size);
    msg_build_done(&msg);
    collect_done(&seen);
}

static void test_msg__names_properties(void **state)
{
    (void)state;
    msg_build msg;
    collect seen;
    collect_init(&seen);
    msg_build_init(&msg);
    msg_build_fixed(&msg, OLE2_BUILD_ROOT, 32, 0, 0);
    msg_build_name(&msg, "经办科室");
    msg_build_text(&msg, OLE2_BUILD_ROOT, 0x8000, "后勤科");
    msg_build_text(&msg, OLE2_BUILD_ROOT, 0x8001, "没有名字");
    collect_run(&seen, msg_build_end(&msg));
    CHECK_HAS(&seen, UNSEEN "'property':'经办科室'");
    CHECK_HAS(&seen, UNSEEN "'经办科室':'后勤科'");
    CHECK_HAS(&seen, UNSEEN "'0x8001':'没有名字'");
    msg_build_done(&msg);
    collect_done(&seen);
}

/* The table of names holds MSG_NAMES_MAX; one more is told by its number only. */
static void test_msg__counts_named_properties(void **state)
{
    (void)state;
    for (int extra = -1; extra <= 1; extra++) {
        msg_build msg;
        collect seen;
        lj_buf rows;
        collect_init(&seen);
        lj_buf_init(&rows, NULL, 1 << 20);
        msg_build_init(&msg);
        msg_build_fixed(&msg, OLE2_BUILD_ROOT, 32, 0, 0);
        uint32_t count = (uint32_t)(MSG_NAMES_MAX + extra);
        for (uint32_t i = 0; i < count; i++) { /* only the last one has a name */
            lj_buf_put_u32le(&rows, 0);
            lj_buf_put_u16le(&rows, i + 1 == count ? 5 : 4);
            lj_buf_put_u16le(&rows, (uint16_t)i);
        }
        uint32_t names = ole2_build_storage(&msg.file, OLE2_BUILD_ROOT, "__nameid_version1.0");
        msg_build_bytes(&msg, names, 3, MSG_TYPE_BINARY, lj_buf_slice(&rows));
        msg_build_bytes(&msg, names, 4, MSG_TYPE_BINARY, LJ_BYTES("\4\0\0\0\xDF\x98\x02\x58"));
        msg_build_text(&msg, OLE2_BUILD_ROOT, (uint16_t)(0x8000 + count - 1), "值");
        collect_run(&seen, msg_build_end(&msg));
        assert_int_equal(collect_has(&seen, "'食堂':'值'"), extra <= 0);
        CHECK_HAS(&seen, "':'值'");
        msg_build_done(&msg);
        lj_buf_done(&rows);
        collect_done(&seen);
    }
}

/* What is not understood is swept; damage is told. */
static void test_msg__survives_damage(void **state)
{
    (void)state;
    msg_build msg;
    collect seen;
    collect_init(&seen);
    msg_build_init(&msg);
    (void)ole2_build_stream(&msg.file, OLE2_BUILD_ROOT, "__properties_version1.0", LJ_BYTES("x"));
    msg_build_bytes(&msg, OLE2_BUILD_ROOT, MSG_RTF, MSG_TYPE_BINARY, LJ_BYTES("no such thing"));
    (void)ole2_build_stream(&msg.file, OLE2_BUILD_ROOT, "__substg1.0_10XX001F",
                            msg_build_wide(&msg, "奇怪的名字里有开饭时间"));
    msg_build_text(&msg, OLE2_BUILD_ROOT, MSG_SUBJECT, "题目");
    collect_run(&seen, msg_build_end(&msg));
    CHECK_HAS(&seen, "title part=__substg1.0_0037001F '题目'");
    CHECK_HAS(&seen, "raw part=__substg1.0_10XX001F swept");
    assert_true(collect_has_gap(&seen, GAP_DAMAGED, NULL));
    msg_build_done(&msg);
    collect_done(&seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_msg__reads_strings),
        cmocka_unit_test(test_msg__cuts_long_bodies),
        cmocka_unit_test(test_msg__reads_several_values),
        cmocka_unit_test(test_msg__reads_recipients_and_attachments),
        cmocka_unit_test(test_msg__reads_embedded_messages),
        cmocka_unit_test(test_msg__hands_on_html_and_rtf),
        cmocka_unit_test(test_msg__names_properties),
        cmocka_unit_test(test_msg__counts_named_properties),
        cmocka_unit_test(test_msg__survives_damage),
    };
    return cmocka_run_group_tests_name("msg", tests, NULL, NULL);
}
