/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Writes the samples of `xls`, `biff` and `xlsb`, which are their fuzz seeds too.
 *
 *   xls_samples DIR     DIR/xls/plain.xls ... as they stand in tests/formats/
 *
 *   xls/plain      cells of all kinds, rich string, formula, header, comment, text box, link, names
 *   xls/hidden     hidden sheets, row, column; white, tiny; formats with words and without
 *   xls/continue   shared strings cut by CONTINUE: within a letter, between widths, within runs
 *   xls/both       Workbook and Book in one file, the latter in GBK
 *   xls/macro      a hidden sheet of XLM macros
 *   xls/links      a pivot cache, cells of another workbook, a scenario
 *   xls/lies       records that say they are longer than they are
 *   xls/encrypted  XOR, a password that nobody knows
 *   xls/default    RC4, the password that programs use when nobody gave one
 *   biff/...       sheets of Excel 2, 3, 4
 *   xlsb/...       records in a package */
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "biff_build.h"
#include "ole2_build.h"
#include "ooxml_build.h"

enum { GLOBALS = 5, SHEET = 0x10, CHART = 0x20, MACRO = 0x40, AUTOMATIC = 0x7FFF };

/* 食堂开饭时间 in GBK */
#define GBK_NOTICE "\xCA\xB3\xCC\xC3\xBF\xAA\xB7\xB9\xCA\xB1\xBC\xE4"

static void put(biff_build *b, const char *text)
{
    biff_put_string(b, text, 2);
}

/* Fonts 0 to 3, then 5 (there is no 4): 宋体 11, white 11, 黑体 16 bold, tiny, red. */
static void put_styles(biff_build *b)
{
    biff_font(b, 11, AUTOMATIC, 400, "宋体");
    biff_font(b, 11, 9, 400, "宋体");
    biff_font(b, 16, AUTOMATIC, 700, "黑体");
    biff_font(b, 2, AUTOMATIC, 400, "宋体");
    biff_font(b, 11, 10, 400, "宋体");
    biff_format(b, 164, ";;;");
    biff_format(b, 165, "\"第\"0\"号通知\"");
    biff_format(b, 166, "yyyy\"年\"m\"月\"d\"日\"");
    biff_xf(b, 0, 0, 0, 0, 64);   /* 0: as it is */
    biff_xf(b, 1, 0, 0, 0, 64);   /* 1: white on nothing */
    biff_xf(b, 1, 0, 0, 1, 12);   /* 2: white on blue */
    biff_xf(b, 2, 0, 2, 0, 64);   /* 3: title */
    biff_xf(b, 3, 0, 0, 0, 64);   /* 4: tiny */
    biff_xf(b, 0, 164, 0, 0, 64); /* 5: shows nothing */
    biff_xf(b, 0, 165, 0, 0, 64); /* 6: words around a number */
    biff_xf(b, 0, 166, 0, 0, 64); /* 7: a date */
    biff_xf(b, 5, 0, 0, 1, 10);   /* 8: red on red */
}

/* The shared strings of `texts`, none of them rich. */
static void put_sst(biff_build *b, const char *const *texts, uint32_t count)
{
    biff_open_record(b, 0xFC);
    lj_buf_put_u32le(&b->out, count);
    lj_buf_put_u32le(&b->out, count);
    for (uint32_t i = 0; i < count; i++) {
        put(b, texts[i]);
    }
    biff_close_record(b);
}

static void put_link(biff_build *b)
{
    biff_open_record(b, 0x1B8);
    lj_buf_put(&b->out, LJ_BYTES("\0\0\0\0\0\0\0\0\xD0\xC9\xEA\x79\xF9\xBA\xCE\x11\x8C\x82\0\xAA\0"
                                 "\x4B\xA9\x0B\2\0\0\0\x17\0\0\0"));
    lj_buf_put_u32le(&b->out, 5);
    (void)biff_put_wide(&b->out, "食堂网页");
    lj_buf_put_u16le(&b->out, 0);
    lj_buf_put(&b->out, LJ_BYTES("\xE0\xC9\xEA\x79\xF9\xBA\xCE\x11\x8C\x82\0\xAA\0\x4B\xA9\x0B"));
    lj_buf_put_u32le(&b->out, 2 * (biff_wide_len("http://example.cn/食堂") + 1));
    (void)biff_put_wide(&b->out, "http://example.cn/食堂");
    lj_buf_put_u16le(&b->out, 0);
    biff_close_record(b);
}

static void put_name(biff_build *b, const char *name, const char *constant)
{
    lj_buf tokens;
    lj_buf_init(&tokens, NULL, 4096);
    biff_token_string(&tokens, constant);
    biff_open_record(b, 0x18);
    lj_buf_put_u16le(&b->out, 0);
    lj_buf_put_u8(&b->out, 0);
    lj_buf_put_u8(&b->out, (uint8_t)biff_wide_len(name));
    lj_buf_put_u16le(&b->out, (uint16_t)tokens.len);
    lj_buf_put(&b->out, LJ_BYTES("\0\0\0\0\0\0\0\0"));
    lj_buf_put_u8(&b->out, 1);
    (void)biff_put_wide(&b->out, name);
    lj_buf_put(&b->out, lj_buf_slice(&tokens));
    biff_close_record(b);
    lj_buf_done(&tokens);
}

static void put_validation(biff_build *b)
{
    biff_open_record(b, 0x1BE);
    lj_buf_put_u32le(&b->out, 3);
    put(b, "填写说明");
    put(b, "填错了");
    put(b, "请选择用餐地点");
    put(b, "没有这个食堂");
    lj_buf tokens;
    lj_buf_init(&tokens, NULL, 4096);
    biff_token_string(&tokens, "第一食堂|第二食堂");
    for (size_t i = 0; i + 1 < tokens.len; i++) { /* choices are parted by NUL */
        tokens.ptr[i] = tokens.ptr[i] == '|' && tokens.ptr[i + 1] == 0 ? 0 : tokens.ptr[i];
    }
    lj_buf_put_u16le(&b->out, (uint16_t)tokens.len);
    lj_buf_put_u16le(&b->out, 0);
    lj_buf_put(&b->out, lj_buf_slice(&tokens));
    lj_buf_put_u32le(&b->out, 0);
    lj_buf_put_u16le(&b->out, 0);
    biff_close_record(b);
    lj_buf_done(&tokens);
}

/* ---- xls ---- */

static void globals_begin(biff_build *b, const char *const *sheets, const uint8_t *states,
                          uint32_t count)
{
    biff_bof(b, GLOBALS);
    biff_open_record(b, 0x5C);
    put(b, "李四");
    while (b->out.len < b->at + 4 + 112) {
        lj_buf_put_u8(&b->out, ' ');
    }
    biff_close_record(b);
    BIFF_WORDS(b, 0x42, 1200);
    put_styles(b);
    for (uint32_t i = 0; i < count; i++) {
        biff_boundsheet(b, sheets[i], states[i] & 3, states[i] >> 4);
    }
}

static void xls_plain(biff_build *b)
{
    static const char *const sheets[] = {"用餐安排"};
    static const uint8_t states[] = {0};
    static const char *const strings[] = {"关于调整食堂开饭时间的通知", "各科室：",
                                          "没有单元格用到"};
    lj_buf tokens;
    lj_buf_init(&tokens, NULL, 4096);
    globals_begin(b, sheets, states, 1);
    put_name(b, "开饭时间", "十一点半");
    put_sst(b, strings, LJ_COUNT_OF(strings));
    biff_eof(b);
    biff_sheet_bof(b, SHEET);
    biff_open_record(b, 0x14);
    put(b, "&L&\"黑体,Bold\"&16食堂&R第&P页");
    biff_close_record(b);
    biff_open_record(b, 0x15);
    put(b, "&C机&B关食堂");
    biff_close_record(b);
    biff_labelsst(b, 0, 0, 3, 0);
    biff_labelsst(b, 1, 0, 0, 1);
    biff_label(b, 2, 0, 0, "从十二月一日起，早饭改到七点。");
    biff_number(b, 3, 0, 0, 730);
    biff_number(b, 3, 1, 6, 12);
    biff_number(b, 3, 2, 7, 45261);
    BIFF_WORDS(b, 0x27E, 4, 0, 0, 0x00C2, 0);                 /* 48, a whole number */
    BIFF_WORDS(b, 0xBD, 5, 0, 0, 0x0006, 0, 0, 0x000B, 0, 1); /* 1, 0.02 */
    biff_token_string(&tokens, "午饭");
    biff_token_string(&tokens, "照旧");
    lj_buf_put_u8(&tokens, 8);
    biff_formula(b, 6, 0, lj_buf_slice(&tokens), "午饭照旧");
    biff_text_object(b, 6, 1, "窗口在东侧", (lj_slice){NULL, 0}, 0);
    biff_text_object(b, 0x19, 2, "李四：\n已经问过厨房", (lj_slice){NULL, 0}, 0);
    biff_note(b, 1, 0, 2, "李四");
    put_link(b);
    put_validation(b);
    biff_eof(b);
    lj_buf_done(&tokens);
}

static void xls_hidden(biff_build *b)
{
    static const char *const sheets[] = {"甲表", "乙表", "丙表"};
    static const uint8_t states[] = {0, 1, 2};
    /* the name of a shape, and that it is hidden */
    static const uint8_t art[] = {0x80, 0xC3, 6, 0,    0,    0,    0xBF, 3, 2,
                                  0,    2,    0, 0x97, 0x7A, 0xE3, 0x53, 0, 0};
    globals_begin(b, sheets, states, 3);
    biff_eof(b);
    biff_sheet_bof(b, SHEET);
    BIFF_WORDS(b, 0x7D, 2, 3, 2048, 0, 1, 0);                 /* columns C and D */
    BIFF_WORDS(b, 0x208, 4, 0, 4, 255, 0, 0, 0x0020, 0x000F); /* row 5 */
    biff_label(b, 0, 0, 1, "白色的文字");
    biff_label(b, 1, 0, 2, "蓝底白字看得见");
    biff_label(b, 2, 0, 4, "很小的文字");
    biff_label(b, 3, 0, 8, "红底红字");
    biff_label(b, 4, 0, 0, "藏起来的行");
    biff_label(b, 5, 2, 0, "藏起来的列");
    biff_label(b, 6, 0, 5, "格式不显示");
    biff_text_object(b, 6, 1, "藏起来的文本框", lj_slice_of(art, sizeof(art)), 2);
    biff_eof(b);
    biff_sheet_bof(b, SHEET);
    biff_label(b, 0, 0, 0, "隐藏的工作表");
    biff_eof(b);
    biff_sheet_bof(b, SHEET);
    biff_label(b, 0, 0, 0, "深藏的工作表");
    biff_eof(b);
    biff_bof(b, SHEET); /* that no list knows */
    biff_label(b, 0, 0, 0, "没有登记的工作表");
    biff_eof(b);
}

/* A string of 32 letters and more that CONTINUE cuts in every way. */
static void xls_continue(biff_build *b)
{
    static const char *const sheets[] = {"续表"};
    static const uint8_t states[] = {0};
    globals_begin(b, sheets, states, 1);
    biff_open_record(b, 0xFC);
    lj_buf_put_u32le(&b->out, 4);
    lj_buf_put_u32le(&b->out, 4);
    lj_buf_put_u16le(&b->out, 8); /* between letters, then bytes */
    lj_buf_put_u8(&b->out, 1);
    (void)biff_put_wide(&b->out, "会议室");
    biff_close_record(b);
    biff_open_record(b, 0x3C);
    lj_buf_put_u8(&b->out, 0);
    lj_buf_put_cstr(&b->out, "A-201");
    lj_buf_put_u16le(&b->out, 4); /* within a letter: half of 室 */
    lj_buf_put_u8(&b->out, 1);
    (void)biff_put_wide(&b->out, "会议");
    lj_buf_put_u8(&b->out, 0xA4);
    biff_close_record(b);
    biff_open_record(b, 0x3C);
    lj_buf_put_u8(&b->out, 1);
    lj_buf_put_u8(&b->out, 0x5B);
    (void)biff_put_wide(&b->out, "表");
    lj_buf_put_u16le(&b->out, 2); /* a pair of surrogates */
    lj_buf_put_u8(&b->out, 1);
    lj_buf_put_u16le(&b->out, 0xD840);
    biff_close_record(b);
    biff_open_record(b, 0x3C);
    lj_buf_put_u8(&b->out, 1);
    lj_buf_put_u16le(&b->out, 0xDC0B);
    lj_buf_put_u16le(&b->out, 4); /* runs go on without a byte of flags */
    lj_buf_put_u8(&b->out, 1 | 8);
    lj_buf_put_u16le(&b->out, 2);
    (void)biff_put_wide(&b->out, "登记办法");
    lj_buf_put_u16le(&b->out, 0);
    biff_close_record(b);
    BIFF_WORDS(b, 0x3C, 2, 2, 1);
    biff_eof(b);
    biff_sheet_bof(b, SHEET);
    for (uint16_t i = 0; i < 4; i++) {
        biff_labelsst(b, i, 0, 0, i);
    }
    biff_eof(b);
}

static void xls_macro(biff_build *b)
{
    static const char *const sheets[] = {"菜单", "宏表"};
    static const uint8_t states[] = {0, 0x12};
    lj_buf tokens;
    lj_buf_init(&tokens, NULL, 4096);
    globals_begin(b, sheets, states, 2);
    biff_eof(b);
    biff_sheet_bof(b, SHEET);
    biff_label(b, 0, 0, 0, "本周菜单");
    biff_eof(b);
    biff_sheet_bof(b, MACRO);
    biff_token_string(&tokens, "打开菜单文件");
    biff_formula(b, 0, 0, lj_buf_slice(&tokens), NULL);
    biff_eof(b);
    lj_buf_done(&tokens);
}

static void xls_links(biff_build *b)
{
    static const char *const sheets[] = {"汇总"};
    static const uint8_t states[] = {0};
    globals_begin(b, sheets, states, 1);
    biff_open_record(b, 0x1AE);
    lj_buf_put_u16le(&b->out, 1);
    lj_buf_put_u16le(&b->out, (uint16_t)biff_wide_len("\1食堂\3去年.xls"));
    lj_buf_put_u8(&b->out, 1);
    (void)biff_put_wide(&b->out, "\1食堂\3去年.xls");
    put(b, "去年的表");
    biff_close_record(b);
    BIFF_WORDS(b, 0x59, 1, 0);
    biff_open_record(b, 0x5A);
    lj_buf_put(&b->out, LJ_BYTES("\1\0\4\0\2"));
    put(b, "去年的开饭时间");
    lj_buf_put(&b->out, LJ_BYTES("\1\0\0\0\0\0\0\0\0"));
    biff_close_record(b);
    biff_eof(b);
    biff_sheet_bof(b, SHEET);
    biff_open_record(b, 0xAF);
    lj_buf_put(&b->out, LJ_BYTES("\1\0\0\0\4\6\2\1"));
    (void)biff_put_wide(&b->out, "加班方案");
    put(b, "王五");
    put(b, "只在周末使用");
    lj_buf_put_u32le(&b->out, 0);
    put(b, "周六也开饭");
    biff_close_record(b);
    biff_bof(b, CHART);
    biff_open_record(b, 0x100D);
    lj_buf_put_u16le(&b->out, 0);
    biff_put_string(b, "用餐人数", 1);
    biff_close_record(b);
    biff_eof(b);
    biff_eof(b);
}

static void xls_lies(biff_build *b)
{
    static const char *const sheets[] = {"甲表", "乙表"};
    static const uint8_t states[] = {0, 0};
    globals_begin(b, sheets, states, 2);
    biff_eof(b);
    biff_sheet_bof(b, SHEET);
    biff_label(b, 0, 0, 0, "前面的文字");
    biff_open_record(b, 0x204); /* says that it reaches into the next sheet */
    lj_buf_put(&b->out, LJ_BYTES("\1\0\0\0\0\0\x40\0\1"));
    (void)biff_put_wide(&b->out, "说谎的记录");
    biff_close_record(b);
    b->out.ptr[b->at + 2] = 0x80;
    biff_sheet_bof(b, SHEET);
    biff_label(b, 0, 0, 0, "后面的工作表");
    biff_open_record(b, 0x0777); /* that nobody knows */
    (void)biff_put_wide(&b->out, "不认识的记录里的文字");
    biff_close_record(b);
    biff_open_record(b, 0x203); /* more behind it than it needs */
    lj_buf_put(&b->out, LJ_BYTES("\1\0\0\0\0\0\0\0\0\0\0\0\0\0"));
    (void)biff_put_wide(&b->out, "数字后面多出的文字");
    biff_close_record(b);
    biff_eof(b);
}

static void xls_encrypted(biff_build *b)
{
    biff_bof(b, GLOBALS);
    biff_filepass(b, BIFF_LOCK_XOR);
    biff_boundsheet(b, "锁着的表", 0, 0);
    biff_eof(b);
    biff_sheet_bof(b, SHEET);
    biff_label(b, 0, 0, 0, "锁着的文字");
    biff_eof(b);
    biff_encrypt(b, BIFF_LOCK_XOR, "example");
}

static void xls_default(biff_build *b)
{
    biff_bof(b, GLOBALS);
    biff_filepass(b, BIFF_LOCK_RC4);
    biff_boundsheet(b, "值班表", 0, 0);
    biff_eof(b);
    biff_sheet_bof(b, SHEET);
    for (uint16_t i = 0; i < 40; i++) { /* beyond one block */
        biff_label(b, i, 0, 0, i % 2 == 0 ? "周一由张三值班" : "周二由李四值班");
    }
    biff_eof(b);
    biff_encrypt(b, BIFF_LOCK_RC4, "VelvetSweatshop");
}

static void xls_book(biff_build *b)
{
    biff_bof(b, GLOBALS);
    BIFF_WORDS(b, 0x42, 936);
    biff_boundsheet(b, "\xB2\xCB\xB5\xA5", 0, 0); /* 菜单 */
    biff_eof(b);
    biff_sheet_bof(b, SHEET);
    biff_label(b, 0, 0, 0, GBK_NOTICE);
    biff_eof(b);
}

/* ---- biff ---- */

static void biff_sheet(biff_build *b)
{
    biff_bof(b, SHEET);
    BIFF_WORDS(b, 0x42, 936);
    biff_font(b, 12, AUTOMATIC, 400, "\xCB\xCE\xCC\xE5"); /* 宋体 */
    biff_open_record(b, 0x14);
    biff_put_string(b, "&C" GBK_NOTICE, 1);
    biff_close_record(b);
    biff_label(b, 0, 0, 0, GBK_NOTICE);
    biff_number(b, 1, 0, 0, 1130);
    biff_formula(b, 2, 0, LJ_BYTES("\x17\4\xB2\xCB\xB5\xA5"), "\xB2\xCB\xB5\xA5");
    biff_open_record(b, 0x1C);
    lj_buf_put(&b->out, LJ_BYTES("\2\0\0\0\x0C\0" GBK_NOTICE));
    biff_close_record(b);
    biff_eof(b);
}

/* ---- files ---- */

typedef struct sample_row {
    const char *name;
    void (*workbook)(biff_build *b);
    void (*book)(biff_build *b);
    uint32_t version;  /* of what stands alone; 8: in a compound file */
    uint32_t quarters; /* of the file */
} sample_row;

static const sample_row rows[] = {
    {"xls/plain.xls",             xls_plain,     NULL,     8, 4},
    {"xls/hidden.xls",            xls_hidden,    NULL,     8, 4},
    {"xls/continue.xls",          xls_continue,  NULL,     8, 4},
    {"xls/macro.xls",             xls_macro,     NULL,     8, 4},
    {"xls/links.xls",             xls_links,     NULL,     8, 4},
    {"xls/lies.damaged.xls",      xls_lies,      NULL,     8, 4},
    {"xls/encrypted.xls",         xls_encrypted, NULL,     8, 4},
    {"xls/default.xls",           xls_default,   NULL,     8, 4},
    {"xls/both.xls",              xls_macro,     xls_book, 8, 4},
    {"xls/plain.truncated.xls",   xls_plain,     NULL,     8, 3},
    {"biff/excel2.xls",           biff_sheet,    NULL,     2, 4},
    {"biff/excel3.xls",           biff_sheet,    NULL,     3, 4},
    {"biff/excel4.xls",           biff_sheet,    NULL,     4, 4},
    {"biff/excel4.truncated.xls", biff_sheet,    NULL,     4, 3},
};

static int write_file(const char *folder, const char *name, lj_slice bytes)
{
    char path[4096];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *out = fopen(path, "wb");
    if (out == NULL || fwrite(bytes.ptr, 1, bytes.len, out) != bytes.len || fclose(out) != 0) {
        perror(path);
        return 1;
    }
    return 0;
}

/* A pivot cache for links.xls. */
static void add_cache(ole2_build *file)
{
    biff_build b;
    biff_build_init(&b, 8);
    uint32_t storage = ole2_build_storage(file, OLE2_BUILD_ROOT, "_SX_DB_CUR");
    biff_open_record(&b, 0xC7);
    lj_buf_put(&b.out, LJ_BYTES("\1\0\0\0\0\0\0\0\0\0\0\0\0\0"));
    put(&b, "窗口名称");
    biff_close_record(&b);
    biff_open_record(&b, 0xCD);
    put(&b, "东侧窗口");
    biff_close_record(&b);
    biff_eof(&b);
    (void)ole2_build_stream(file, storage, "0001", lj_buf_slice(&b.out));
    biff_build_done(&b);
}

static int write_row(const char *folder, const sample_row *row)
{
    biff_build b;
    biff_build book;
    ole2_build file;
    biff_build_init(&b, row->version);
    biff_build_init(&book, 5);
    ole2_build_init(&file, 9);
    row->workbook(&b);
    lj_slice bytes = lj_buf_slice(&b.out);
    if (row->version == 8) {
        if (row->book != NULL) {
            row->book(&book);
            (void)ole2_build_stream(&file, OLE2_BUILD_ROOT, "Book", lj_buf_slice(&book.out));
        }
        (void)ole2_build_stream(&file, OLE2_BUILD_ROOT, "Workbook", bytes);
        if (row->workbook == xls_links) {
            add_cache(&file);
        }
        bytes = ole2_build_end(&file);
    }
    bytes.len = bytes.len / 4 * row->quarters + (row->quarters == 4 ? bytes.len % 4 : 0);
    int status = write_file(folder, row->name, bytes);
    ole2_build_done(&file);
    biff_build_done(&book);
    biff_build_done(&b);
    return status;
}

/* ---- xlsb ---- */

typedef struct part12 {
    lj_buf out, body;
} part12;

static void part_begin(part12 *part)
{
    lj_buf_init(&part->out, NULL, 1 << 20);
    lj_buf_init(&part->body, NULL, 1 << 20);
}

static void part_flush(part12 *part, uint32_t id)
{
    biff12_record(&part->out, id, lj_buf_slice(&part->body));
    lj_buf_clear(&part->body);
}

static void part_end(part12 *part, zip_build *zip, const char *name)
{
    zip_build_data(zip, name, lj_buf_slice(&part->out));
    lj_buf_done(&part->out);
    lj_buf_done(&part->body);
}

static void put_numbers(lj_buf *out, const uint32_t *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        lj_buf_put_u32le(out, values[i]);
    }
}
#define NUMBERS(out, ...)                                                                          \
    put_numbers((out), (const uint32_t[]){__VA_ARGS__}, sizeof((const uint32_t[]){__VA_ARGS__}) / 4)

static void xlsb_workbook(zip_build *zip, uint32_t second_state)
{
    static const char *const names[] = {"用餐安排", "乙表"};
    part12 p;
    part_begin(&p);
    part_flush(&p, 131);
    part_flush(&p, 143);
    for (uint32_t i = 0; i < 2; i++) {
        NUMBERS(&p.body, i == 1 ? second_state : 0, i + 1);
        biff12_put_string(&p.body, i == 0 ? "rId1" : "rId2");
        biff12_put_string(&p.body, names[i]);
        part_flush(&p, 156);
    }
    part_flush(&p, 144);
    NUMBERS(&p.body, 0); /* a defined name with a constant */
    lj_buf_put_u8(&p.body, 0);
    NUMBERS(&p.body, 0xFFFFFFFF);
    biff12_put_string(&p.body, "开饭时间");
    NUMBERS(&p.body, 3 + 2 * 4);
    lj_buf_put_u8(&p.body, 0x17);
    lj_buf_put_u16le(&p.body, 4);
    (void)biff_put_wide(&p.body, "十一点半");
    NUMBERS(&p.body, 0);
    biff12_put_string(&p.body, "厨房定的");
    part_flush(&p, 39);
    part_flush(&p, 132);
    part_end(&p, zip, "xl/workbook.bin");
}

static void put_font12(part12 *p, uint16_t size, uint32_t rgb, const char *name)
{
    lj_buf_put_u16le(&p->body, (uint16_t)(size * 20));
    lj_buf_put(&p->body, LJ_BYTES("\0\0\x90\1\0\0\0\0\x86\0"));
    lj_buf_put_u8(&p->body, rgb == 0 ? 0 : 5);
    lj_buf_put(&p->body, LJ_BYTES("\0\0\0"));
    lj_buf_put_u8(&p->body, (uint8_t)(rgb >> 16));
    lj_buf_put_u8(&p->body, (uint8_t)(rgb >> 8));
    lj_buf_put_u8(&p->body, (uint8_t)rgb);
    lj_buf_put_u8(&p->body, 0xFF);
    lj_buf_put_u8(&p->body, 0);
    biff12_put_string(&p->body, name);
    part_flush(p, 43);
}

static void put_xf12(part12 *p, uint16_t font, uint16_t format, uint16_t fill, uint16_t align)
{
    lj_buf_put_u16le(&p->body, 0);
    lj_buf_put_u16le(&p->body, format);
    lj_buf_put_u16le(&p->body, font);
    lj_buf_put_u16le(&p->body, fill);
    NUMBERS(&p->body, 0, align);
    part_flush(p, 47);
}

static void xlsb_styles(zip_build *zip)
{
    part12 p;
    part_begin(&p);
    part_flush(&p, 278);
    NUMBERS(&p.body, 1);
    part_flush(&p, 615);
    lj_buf_put_u16le(&p.body, 164);
    biff12_put_string(&p.body, "\"第\"0\"号通知\"");
    part_flush(&p, 44);
    part_flush(&p, 616);
    NUMBERS(&p.body, 3);
    part_flush(&p, 611);
    put_font12(&p, 11, 0, "宋体");
    put_font12(&p, 11, 0xFFFFFF, "宋体");
    put_font12(&p, 16, 0, "黑体");
    part_flush(&p, 612);
    NUMBERS(&p.body, 1);
    part_flush(&p, 603);
    NUMBERS(&p.body, 0, 0, 0, 0, 0);
    part_flush(&p, 45);
    part_flush(&p, 604);
    NUMBERS(&p.body, 1);
    part_flush(&p, 626);
    put_xf12(&p, 1, 0, 0, 0);
    part_flush(&p, 627);
    NUMBERS(&p.body, 4);
    part_flush(&p, 617);
    put_xf12(&p, 0, 0, 0, 0);
    put_xf12(&p, 1, 0, 0, 0);
    put_xf12(&p, 2, 0, 0, 2);
    put_xf12(&p, 0, 164, 0, 0);
    part_flush(&p, 618);
    part_flush(&p, 279);
    part_end(&p, zip, "xl/styles.bin");
}

static void xlsb_strings(zip_build *zip)
{
    part12 p;
    part_begin(&p);
    NUMBERS(&p.body, 3, 3);
    part_flush(&p, 159);
    lj_buf_put_u8(&p.body, 0);
    biff12_put_string(&p.body, "关于调整食堂开饭时间的通知");
    part_flush(&p, 19);
    lj_buf_put_u8(&p.body, 1); /* two runs: the last letters are white */
    biff12_put_string(&p.body, "各科室：照办");
    NUMBERS(&p.body, 1, 4 | 1 << 16);
    part_flush(&p, 19);
    lj_buf_put_u8(&p.body, 0);
    biff12_put_string(&p.body, "没有单元格用到");
    part_flush(&p, 19);
    part_flush(&p, 160);
    part_end(&p, zip, "xl/sharedStrings.bin");
}

static void xlsb_row12(part12 *p, uint32_t row, bool hidden)
{
    NUMBERS(&p->body, row, 0);
    lj_buf_put_u16le(&p->body, 300);
    lj_buf_put_u8(&p->body, 0);
    lj_buf_put_u8(&p->body, hidden ? 0x10 : 0);
    lj_buf_put(&p->body, LJ_BYTES("\0\0\0\0\0"));
    part_flush(p, 0);
}

static void xlsb_sheet_one(zip_build *zip)
{
    part12 p;
    part_begin(&p);
    part_flush(&p, 129);
    NUMBERS(&p.body, 2, 2, 2048, 0);
    lj_buf_put_u16le(&p.body, 1);
    part_flush(&p, 60); /* column C is hidden */
    part_flush(&p, 145);
    xlsb_row12(&p, 0, false);
    NUMBERS(&p.body, 0, 2, 0);
    part_flush(&p, 7);
    NUMBERS(&p.body, 1, 0, 1); /* the end is white */
    part_flush(&p, 7);
    NUMBERS(&p.body, 0);
    biff12_put_string(&p.body, "藏起来的列"); /* short: the next column */
    part_flush(&p, 17);
    xlsb_row12(&p, 1, true);
    NUMBERS(&p.body, 0, 0);
    biff12_put_string(&p.body, "藏起来的行");
    part_flush(&p, 6);
    xlsb_row12(&p, 2, false);
    NUMBERS(&p.body, 0, 3, 12 << 2 | 2);
    part_flush(&p, 2); /* 12 in a format with words */
    NUMBERS(&p.body, 1, 0);
    biff12_put_string(&p.body, "午饭照旧");
    lj_buf_put_u16le(&p.body, 0);
    NUMBERS(&p.body, 3 + 4 + 3 + 4 + 1);
    lj_buf_put_u8(&p.body, 0x17);
    lj_buf_put_u16le(&p.body, 2);
    (void)biff_put_wide(&p.body, "午饭");
    lj_buf_put_u8(&p.body, 0x17);
    lj_buf_put_u16le(&p.body, 2);
    (void)biff_put_wide(&p.body, "照旧");
    lj_buf_put_u8(&p.body, 8);
    NUMBERS(&p.body, 0);
    part_flush(&p, 8);
    part_flush(&p, 146);
    lj_buf_put_u16le(&p.body, 0);
    biff12_put_string(&p.body, "&C机&B关食堂");
    for (int i = 0; i < 5; i++) {
        biff12_put_string(&p.body, i == 0 ? "&R第&P页" : NULL);
    }
    part_flush(&p, 479);
    (void)biff_put_wide(&p.body, "不认识的记录里的文字");
    part_flush(&p, 3000);
    part_flush(&p, 130);
    part_end(&p, zip, "xl/worksheets/sheet1.bin");
}

static void xlsb_sheet_two(zip_build *zip, bool lies)
{
    part12 p;
    part_begin(&p);
    part_flush(&p, 129);
    part_flush(&p, 145);
    xlsb_row12(&p, 0, false);
    NUMBERS(&p.body, 0, 0);
    biff12_put_string(&p.body, "第二张表的文字");
    part_flush(&p, 6);
    if (lies) {
        lj_buf_put(&p.out, LJ_BYTES("\6\xFF\x7F")); /* 16,383 bytes that are not there */
        NUMBERS(&p.out, 1, 0);
        biff12_put_string(&p.out, "说谎的记录");
    }
    part_flush(&p, 146);
    part_flush(&p, 130);
    part_end(&p, zip, "xl/worksheets/sheet2.bin");
}

static void xlsb_comments(zip_build *zip)
{
    part12 p;
    part_begin(&p);
    part_flush(&p, 628);
    part_flush(&p, 630);
    biff12_put_string(&p.body, "李四");
    part_flush(&p, 632);
    part_flush(&p, 631);
    part_flush(&p, 633);
    NUMBERS(&p.body, 0, 1, 1, 0, 0, 0, 0, 0, 0);
    part_flush(&p, 635);
    lj_buf_put_u8(&p.body, 0);
    biff12_put_string(&p.body, "已经问过厨房");
    part_flush(&p, 637);
    part_flush(&p, 636);
    part_flush(&p, 634);
    part_flush(&p, 629);
    part_end(&p, zip, "xl/comments1.bin");
}

static int write_xlsb(const char *folder, const char *name, bool lies, uint32_t quarters)
{
    zip_build zip;
    zip_build_init(&zip);
    zip_build_text(
        &zip, "[Content_Types].xml",
        "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>");
    ooxml_rels(&zip, "", "officeDocument xl/workbook.bin");
    ooxml_rels(&zip, "xl/workbook.bin",
               "worksheet worksheets/sheet1.bin\nworksheet worksheets/sheet2.bin\n"
               "styles styles.bin\nsharedStrings sharedStrings.bin");
    ooxml_rels(&zip, "xl/worksheets/sheet1.bin", "comments ../comments1.bin");
    xlsb_workbook(&zip, 2);
    xlsb_styles(&zip);
    xlsb_strings(&zip);
    xlsb_sheet_one(&zip);
    xlsb_sheet_two(&zip, lies);
    xlsb_comments(&zip);
    lj_slice bytes = zip_build_end(&zip, LJ_BYTES(""), false);
    bytes.len = bytes.len / 4 * quarters + (quarters == 4 ? bytes.len % 4 : 0);
    int status = write_file(folder, name, bytes);
    zip_build_done(&zip);
    return status;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        (void)fprintf(stderr, "usage: xls_samples DIR\n");
        return 64;
    }
    int status = 0;
    for (size_t i = 0; i < LJ_COUNT_OF(rows) && status == 0; i++) {
        status = write_row(argv[1], &rows[i]);
    }
    status = status == 0 ? write_xlsb(argv[1], "xlsb/plain.xlsb", false, 4) : status;
    status = status == 0 ? write_xlsb(argv[1], "xlsb/lies.damaged.xlsb", true, 4) : status;
    return status == 0 ? write_xlsb(argv[1], "xlsb/plain.truncated.xlsb", false, 3) : status;
}
