/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Writes the samples of `msg`, which are its fuzz seeds too.
 *
 *   msg_samples DIR     DIR/plain.msg ... as they stand in tests/formats/msg/
 *
 *   plain      subject, body, HTML as bytes, RTF, recipient, attachment, named property, headers
 *   gbk        strings of 8 bits: GBK with the code page, and with a Western one
 *   nested     a message in a message, HTML as UTF-16
 *   damaged    compressed RTF that is none, a property with an odd name
 *   truncated  the plain one cut at three quarters */
#include "base/num.h"
#include "msg_build.h"

#define GBK_NOTICE                                                                                 \
    "\xCA\xB3\xCC\xC3\xBF\xAA\xB7\xB9\xCA\xB1\xBC\xE4\xCD\xA8\xD6\xAA" /* 食堂开饭时间通知 */

static void add_attachment(msg_build *msg, const char *name, lj_slice data)
{
    uint32_t storage =
        ole2_build_storage(&msg->file, OLE2_BUILD_ROOT, "__attach_version1.0_#00000000");
    msg_build_fixed(msg, storage, 8, 0x3705, 1);
    msg_build_text(msg, storage, 0x3707, name);
    msg_build_text(msg, storage, 0x370E, "text/plain");
    msg_build_bytes(msg, storage, 0x3701, 0x0102, data);
}

static void add_recipient(msg_build *msg)
{
    uint32_t storage =
        ole2_build_storage(&msg->file, OLE2_BUILD_ROOT, "__recip_version1.0_#00000000");
    msg_build_fixed(msg, storage, 8, 0x0C15, 1);
    msg_build_text(msg, storage, 0x3001, "李四");
    msg_build_text(msg, storage, 0x39FE, "lisi@example.org");
    msg_build_bytes(msg, storage, 0x0FFF, 0x0102, LJ_BYTES("EX:/O=EXAMPLE/CN=LISI"));
}

static void plain(msg_build *msg)
{
    msg_build_fixed(msg, OLE2_BUILD_ROOT, 32, 0x3FDE, 936);
    msg_build_text(msg, OLE2_BUILD_ROOT, 0x001A, "IPM.Note");
    msg_build_text(msg, OLE2_BUILD_ROOT, 0x0037, "关于调整食堂开饭时间的通知");
    msg_build_text(msg, OLE2_BUILD_ROOT, 0x0C1A, "张三");
    msg_build_text(msg, OLE2_BUILD_ROOT, 0x0E04, "李四");
    msg_build_text(msg, OLE2_BUILD_ROOT, 0x007D,
                   "From: zhangsan@example.org\r\nSubject: =?gb2312?B?yrPMww==?=\r\n");
    msg_build_text(msg, OLE2_BUILD_ROOT, 0x1000,
                   "各科室：\r\n午饭改在十一点半。\r\n请互相转告。\r\n");
    msg_build_bytes(msg, OLE2_BUILD_ROOT, 0x1013, 0x0102,
                    LJ_BYTES("<html><body><p>" GBK_NOTICE "</p></body></html>"));
    msg_build_rtf(msg, OLE2_BUILD_ROOT, "{\\rtf1\\ansi\\ansicpg936 \\u21320?\\u39277?}");
    msg_build_text(msg, OLE2_BUILD_ROOT, 0x8000, "后勤科");
    msg_build_name(msg, "经办科室");
    add_recipient(msg);
    add_attachment(msg, "菜单.txt", LJ_BYTES("\xEF\xBB\xBF红烧豆腐，清炒白菜。\n"));
}

static void gbk(msg_build *msg)
{
    msg_build_fixed(msg, OLE2_BUILD_ROOT, 32, 0x3FFD, 1252);
    msg_build_bytes(msg, OLE2_BUILD_ROOT, 0x0037, 0x001E, LJ_BYTES(GBK_NOTICE "\0"));
    msg_build_bytes(msg, OLE2_BUILD_ROOT, 0x1000, 0x001E,
                    LJ_BYTES(GBK_NOTICE "\r\n" GBK_NOTICE "\r\n"));
    msg_build_bytes(msg, OLE2_BUILD_ROOT, 0x3A16, 0x001E, LJ_BYTES("plain words\0"));
}

static void nested(msg_build *msg)
{
    msg_build_fixed(msg, OLE2_BUILD_ROOT, 32, 0x3FFD, 936);
    msg_build_text(msg, OLE2_BUILD_ROOT, 0x0037, "转发");
    msg_build_bytes(msg, OLE2_BUILD_ROOT, 0x1013, 0x001F,
                    msg_build_wide(msg, "<html><body><p>外面的信</p></body></html>"));
    uint32_t storage =
        ole2_build_storage(&msg->file, OLE2_BUILD_ROOT, "__attach_version1.0_#00000000");
    msg_build_fixed(msg, storage, 8, 0x3705, 5);
    msg_build_text(msg, storage, 0x3001, "里面的信");
    uint32_t inner = ole2_build_storage(&msg->file, storage, "__substg1.0_3701000D");
    msg_build_fixed(msg, inner, 24, 0x3FFD, 936);
    msg_build_text(msg, inner, 0x0037, "里面的题目");
    msg_build_text(msg, inner, 0x1000, "里面的正文");
}

static void damaged(msg_build *msg)
{
    msg_build_fixed(msg, OLE2_BUILD_ROOT, 32, 0x3FFD, 936);
    msg_build_text(msg, OLE2_BUILD_ROOT, 0x0037, "题目");
    msg_build_bytes(msg, OLE2_BUILD_ROOT, 0x1009, 0x0102, LJ_BYTES("no compressed RTF at all"));
    (void)ole2_build_stream(&msg->file, OLE2_BUILD_ROOT, "__substg1.0_10XX001F",
                            msg_build_wide(msg, "奇怪的名字里有开饭时间"));
}

static const struct {
    const char *name;
    void (*make)(msg_build *msg);
    unsigned keep; /* quarters of the file */
} samples[] = {
    {"plain.msg",           plain,   4},
    {"plain.truncated.msg", plain,   3},
    {"gbk.msg",             gbk,     4},
    {"nested.msg",          nested,  4},
    {"damaged.msg",         damaged, 4},
};

int main(int argc, char **argv)
{
    if (argc != 2) {
        (void)fprintf(stderr, "usage: msg_samples DIR\n");
        return 64;
    }
    for (size_t i = 0; i < LJ_COUNT_OF(samples); i++) {
        msg_build msg;
        char path[4096];
        msg_build_init(&msg);
        samples[i].make(&msg);
        lj_slice file = msg_build_end(&msg);
        size_t len = file.len * samples[i].keep / 4;
        (void)snprintf(path, sizeof(path), "%s/%s", argv[1], samples[i].name);
        FILE *out = fopen(path, "wbe");
        if (out == NULL || fwrite(file.ptr, 1, len, out) != len || fclose(out) != 0) {
            (void)fprintf(stderr, "%s: not written\n", path);
            return 70;
        }
        msg_build_done(&msg);
    }
    return 0;
}
