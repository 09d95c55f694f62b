/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Writes the samples and fuzz seeds of `doc`.
 *
 *   doc_samples DIR          DIR/plain.doc ... as they stand in tests/formats/doc/
 *   doc_samples --seeds DIR  DIR/fields.doc ... as they stand in fuzz/seeds/doc/
 *
 *   plain       a paper: mark, number, title, body, table, header, footer, note, comment, text box
 *   hidden      text that is not seen: hidden, by style, white, small, deleted; a star of Wingdings
 *   saved       pieces out of order, letters of 8 bits, modifiers of pieces, text left by fast
 * saving beside      names, titles, variables, numberings, a form field, word art, an AutoText
 * document gbk         version 95 with letters of 8 bits in GBK damaged     a piece table that
 * reaches beyond its stream encrypted*  RC4 with 40 bits under an unknown password; CryptoAPI and
 * XOR under known ones truncated   the plain one cut at three quarters Seeds are longer or deeper
 * than the fixed tables of the reader. All text is invented. */
#include <stdio.h>

#include "base/num.h"
#include "doc_build.h"

#define NONE LJ_BYTES("")

/* ---- samples ---- */

static void add_styles(doc_build *b)
{
    doc_build_style(b, "正文", 1, 0xFFF, NONE, LJ_BYTES("\x43\x4A\x20\x00"));
    doc_build_style(b, "标志", 1, 0, LJ_BYTES("\x03\x24\x00"),
                    LJ_BYTES("\x50\x4A\x01\x00\x43\x4A\x20\x00"));
    doc_build_style(b, "隐藏", 2, 0xFFF, NONE, LJ_BYTES(DOC_VANISHED));
    doc_build_style(b, "更深", 2, 2, NONE, LJ_BYTES(DOC_BOLD_RUN));
    doc_build_font(b, "宋体");
    doc_build_font(b, "黑体");
    doc_build_font(b, "Wingdings");
}

static void add_row(doc_build *b, const char *left, const char *right)
{
    doc_build_text(b, left, NONE);
    doc_build_para(b, 0x07, 0, LJ_BYTES(DOC_IN_TABLE));
    doc_build_text(b, right, NONE);
    doc_build_para(b, 0x07, 0, LJ_BYTES(DOC_IN_TABLE));
    doc_build_para(b, 0x07, 0, LJ_BYTES(DOC_ROW_END));
}

/* CPs of a story as they stand in a PLC. */
static void put_places(doc_build *b, uint32_t pair, const uint32_t *places, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        lj_buf_put_u32le(&b->pairs[pair], places[i]);
    }
}

static void add_headers(doc_build *b)
{
    /* six separators, then even, odd and first pages: header, footer */
    uint32_t places[14] = {0};
    doc_build_story(b, 2);
    for (int i = 0; i < 12; i++) {
        places[i] = b->story_len[2];
        if (i == 7) {
            doc_build_line(b, "食堂管理办公室");
        } else if (i == 9) {
            doc_build_line(b, "第一页");
        }
    }
    places[12] = places[13] = b->story_len[2];
    put_places(b, 11, places, 14);
}

static void make_plain(doc_build *b)
{
    add_styles(b);
    doc_build_text(b, "机密", NONE);
    doc_build_text(b, "★", LJ_BYTES(DOC_BOLD_RUN));
    doc_build_text(b, "10年", NONE);
    doc_build_para(b, 0x0D, 1, NONE);
    doc_build_line(b, "000123");
    doc_build_text(b, "关于调整食堂开饭时间的通知", LJ_BYTES("\x43\x4A\x2C\x00\x42\x2A\x06"));
    doc_build_para(b, 0x0D, 0, LJ_BYTES(DOC_CENTRED_PARA));
    doc_build_text(b, "各科室：自下月起开饭时间提前。", NONE);
    doc_build_text(b, "\x02", NONE);
    doc_build_text(b, "\v特此通知。", NONE);
    doc_build_para(b, 0x0D, 0, LJ_BYTES("\x11\x84\xA4\x01"));
    add_row(b, "早饭", "七点");
    add_row(b, "午饭", "十二点");
    doc_build_line(b, "");
    doc_build_story(b, 1);
    doc_build_text(b, "\x02 ", NONE);
    doc_build_line(b, "节假日除外。");
    add_headers(b);
    doc_build_story(b, 4);
    uint32_t places[3] = {0, 0, 0};
    doc_build_text(b, "\x05", NONE);
    doc_build_line(b, "时间是否合适？");
    places[1] = places[2] = b->story_len[4];
    put_places(b, 5, places, 3);
    put_places(b, 4, places, 2);
    for (int i = 0; i < 30; i++) {
        lj_buf_put_u8(&b->pairs[4], 0);
    }
    lj_buf_put_u16le(&b->pairs[36], 2);
    doc_build_put_wide(&b->pairs[36], "某人");
    doc_build_story(b, 6);
    doc_build_line(b, "框内文字");
}

static void make_hidden(doc_build *b)
{
    static const char *const people[] = {"Unknown", "某人"};
    add_styles(b);
    doc_build_line(b, "看得见的一行");
    doc_build_text(b, "机密★10年", LJ_BYTES(DOC_VANISHED));
    doc_build_para(b, 0x0D, 0, NONE);
    doc_build_text(b, "由样式隐藏", LJ_BYTES("\x30\x4A\x03\x00"));
    doc_build_text(b, "又看得见", LJ_BYTES("\x30\x4A\x03\x00\x3C\x08\x81"));
    doc_build_para(b, 0x0D, 0, NONE);
    doc_build_text(b, "白色文字", LJ_BYTES(DOC_WHITE_RUN));
    doc_build_para(b, 0x0D, 0, NONE);
    doc_build_text(b, "深底白字", LJ_BYTES(DOC_WHITE_RUN));
    doc_build_para(b, 0x0D, 0, LJ_BYTES("\x4D\xC6\x0A\x00\x00\x00\xFF\x00\x00\x80\x00\x00\x00"));
    doc_build_text(b, "极小文字", LJ_BYTES("\x43\x4A\x02\x00"));
    doc_build_para(b, 0x0D, 0, NONE);
    doc_build_text(b, "此处", NONE);
    /* 2024-03-05 10:20 */
    doc_build_text(b, "秘密★5年",
                   LJ_BYTES(DOC_DELETED_RUN "\x63\x48\x01\x00\x64\x68\x94\x2A\xC3\x07"));
    doc_build_text(b, "已删去", NONE);
    doc_build_para(b, 0x0D, 0, NONE);
    doc_build_text(b, "秘密", NONE);
    doc_build_text(b, "(", LJ_BYTES("\x55\x08\x01\x09\x6A\x02\x00\xAB\xF0"));
    doc_build_text(b, "1年", NONE);
    doc_build_para(b, 0x0D, 0, NONE);
    doc_build_text(b, "\x13 QUOTE \"域中\x13 IF \x14文字\x15\" \x14结果\x15", NONE);
    doc_build_para(b, 0x0D, 0, NONE);
    add_row(b, "表一", "表二");
    doc_build_text(b, "深色格", LJ_BYTES(DOC_WHITE_RUN));
    doc_build_para(b, 0x07, 0, LJ_BYTES(DOC_IN_TABLE));
    doc_build_para(b, 0x07, 0, LJ_BYTES(DOC_ROW_END "\x09\xD6\x02\x20\x01"));
    doc_build_strings(b, 51, people, 2, 0);
}

static void make_saved(doc_build *b)
{
    add_styles(b);
    doc_build_line(b, "第一段在前面");
    doc_build_text(b, "两种", NONE);
    doc_build_narrow(b, LJ_BYTES("Office \x93hours\x94"), NONE);
    doc_build_text(b, "字宽", NONE);
    doc_build_para(b, 0x0D, 0, NONE);
    lj_buf old;
    lj_buf_init(&old, NULL, 4096);
    doc_build_put_wide(&old, "会议室使用登记办法的旧稿已经作废");
    doc_build_hole(b, lj_buf_slice(&old));
    lj_buf_done(&old);
    doc_build_piece_begin(b, 0x0100 | 0x5C << 1); /* hidden, as one modifier */
    doc_build_text(b, "由块隐藏", NONE);
    lj_buf_put(&b->lists, LJ_BYTES("\x01\x03\x00" DOC_BOLD_RUN));
    doc_build_piece_begin(b, 1); /* list 0 */
    doc_build_text(b, "由表加粗", NONE);
    doc_build_piece_begin(b, 0);
    doc_build_para(b, 0x0D, 0, NONE);
}

static void put_xst(lj_buf *out, const char *text)
{
    lj_buf wide;
    lj_buf_init(&wide, NULL, 4096);
    doc_build_put_wide(&wide, text);
    lj_buf_put_u16le(out, (uint16_t)(wide.len / 2));
    lj_buf_put(out, lj_buf_slice(&wide));
    lj_buf_done(&wide);
}

static void put_xstz(lj_buf *out, const char *text)
{
    put_xst(out, text);
    lj_buf_put_u16le(out, 0);
}

/* [MS-ODRAW] 2.2.9: one long property in a record of options. */
static void put_option(lj_buf *out, uint32_t property, const char *text)
{
    lj_buf wide;
    lj_buf_init(&wide, NULL, 4096);
    doc_build_put_wide(&wide, text);
    lj_buf_put_u16le(&wide, 0);
    lj_buf_put_u16le(out, 0x13);
    lj_buf_put_u16le(out, 0xF00B);
    lj_buf_put_u32le(out, 6 + (uint32_t)wide.len);
    lj_buf_put_u16le(out, (uint16_t)(0x8000 | property));
    lj_buf_put_u32le(out, (uint32_t)wide.len);
    lj_buf_put(out, lj_buf_slice(&wide));
    lj_buf_done(&wide);
}

static void add_form_field(doc_build *b)
{
    lj_buf body;
    lj_buf_init(&body, NULL, 4096);
    lj_buf_put_u32le(&body, 0xFFFFFFFF);
    lj_buf_put_u16le(&body, 2);
    lj_buf_put_u32le(&body, 0);
    put_xstz(&body, "选项");
    lj_buf_put_u16le(&body, 0);
    for (int i = 0; i < 5; i++) {
        put_xstz(&body, i == 1 ? "请选择用餐地点" : "");
    }
    lj_buf_put(&body, LJ_BYTES("\xFF\xFF\x02\x00\x00\x00"));
    put_xst(&body, "东院食堂");
    put_xst(&body, "西院食堂");
    lj_buf_put_u32le(&b->data, 0x44 + (uint32_t)body.len);
    lj_buf_put_u16le(&b->data, 0x44);
    while (b->data.len < 0x44) {
        lj_buf_put_u8(&b->data, 0);
    }
    lj_buf_put(&b->data, lj_buf_slice(&body));
    lj_buf_done(&body);
}

/* A picture of the text line: a head, a container, a PNG of 20 bytes. */
static void add_picture(doc_build *b)
{
    size_t from = b->data.len;
    static const char png[] = "\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\0\0\1";
    lj_buf_put_u32le(&b->data, 0x44 + 8 + 8 + 17 + sizeof(png) - 1);
    lj_buf_put_u16le(&b->data, 0x44);
    lj_buf_put_u16le(&b->data, 0x64);
    while (b->data.len < from + 0x44) {
        lj_buf_put_u8(&b->data, 0);
    }
    lj_buf_put(&b->data, LJ_BYTES("\x0F\x00\x04\xF0\x00\x00\x00\x00"));
    lj_buf_put_u16le(&b->data, 0x6E0 << 4);
    lj_buf_put_u16le(&b->data, 0xF01E);
    lj_buf_put_u32le(&b->data, 17 + sizeof(png) - 1);
    for (int i = 0; i < 17; i++) {
        lj_buf_put_u8(&b->data, 0xFF);
    }
    lj_buf_put(&b->data, lj_slice_of(png, sizeof(png) - 1));
}

static void add_numbering(doc_build *b)
{
    lj_buf *out = &b->pairs[73];
    lj_buf_put_u16le(out, 1);
    for (int i = 0; i < 28; i++) {
        lj_buf_put_u8(out, i == 26 ? 1 : 0);
    }
    /* the level stands behind the table: 74 is written next */
    out = &b->pairs[74];
    for (int i = 0; i < 28; i++) {
        lj_buf_put_u8(out, 0);
    }
    lj_buf_put_u16le(out, 7);
    doc_build_put_wide(out, "食堂第");
    lj_buf_put_u16le(out, 0);
    doc_build_put_wide(out, "号通知");
}

static void make_beside(doc_build *b)
{
    static const char *const bookmarks[] = {"开饭时间", "_Toc1"};
    static const char *const assoc[] = {"", "Normal.dot", "食堂通知", "", "开饭 时间", "", "某人"};
    static const char *const saved[] = {"某人", "C:\\旧稿\\通知.doc"};
    static const char *const variables[] = {"科室"};
    add_styles(b);
    doc_build_line(b, "正文一段");
    doc_build_strings(b, 21, bookmarks, LJ_COUNT_OF(bookmarks), 0);
    doc_build_strings(b, 32, assoc, LJ_COUNT_OF(assoc), 0);
    doc_build_strings(b, 71, saved, LJ_COUNT_OF(saved), 0);
    doc_build_strings(b, 60, variables, 1, 4);
    put_xstz(&b->pairs[60], "后勤科");
    add_numbering(b);
    lj_buf_put(&b->pairs[50], LJ_BYTES("\x0F\x00\x00\xF0\x00\x00\x00\x00"));
    lj_buf_put_u8(&b->pairs[50], 0); /* the byte before a drawing */
    lj_buf_put(&b->pairs[50], LJ_BYTES("\x0F\x00\x02\xF0\x00\x00\x00\x00"));
    put_option(&b->pairs[50], 0xC0, "内部资料");
    put_option(&b->pairs[50], 0x381, "食堂平面图");
    add_form_field(b);
    add_picture(b);
}

static void make_gbk(doc_build *b)
{
    doc_build_style(b, "Normal", 1, 0xFFF, NONE, LJ_BYTES("\x63\x20\x00"));
    doc_build_font(b, "SimHei");
    /* 关于调整食堂开饭时间的通知 */
    doc_build_narrow(b,
                     LJ_BYTES("\xB9\xD8\xD3\xDA\xB5\xF7\xD5\xFB\xCA\xB3\xCC\xC3\xBF\xAA\xB7\xB9"
                              "\xCA\xB1\xBC\xE4\xB5\xC4\xCD\xA8\xD6\xAA"),
                     LJ_BYTES("\x5D\x00\x00\x55\x01"));
    doc_build_para(b, 0x0D, 0, LJ_BYTES("\x05\x01"));
    /* 各科室 and a hidden 机密 */
    doc_build_narrow(b, LJ_BYTES("\xB8\xF7\xBF\xC6\xCA\xD2"), NONE);
    doc_build_narrow(b, LJ_BYTES("\xBB\xFA\xC3\xDC"), LJ_BYTES("\x5C\x01"));
    doc_build_para(b, 0x0D, 0, NONE);
    doc_build_narrow(b, LJ_BYTES("\xD4\xE7\xB7\xB9"), NONE); /* 早饭 */
    doc_build_para(b, 0x07, 0, LJ_BYTES("\x18\x01"));
    doc_build_para(b, 0x07, 0, LJ_BYTES("\x18\x01\x19\x01"));
    doc_build_para(b, 0x0D, 0, NONE);
}

static void make_damaged(doc_build *b)
{
    make_plain(b);
    doc_build_streams(b);
    for (uint32_t i = 0; i < b->table.len; i++) { /* the piece table says that it is longer */
        if (b->table.ptr[i] == 2 && b->table.ptr[i + 1] == 4 + 12) {
            b->table.ptr[i + 1] = 4 + 24;
        }
    }
    b->word.ptr[0x9A + 8 * 12] = 0xFF; /* runs outside of the table stream */
    b->word.ptr[0x9A + 8 * 12 + 2] = 0xFF;
}

static void make_locked(doc_build *b, doc_build_lock lock, const char *password)
{
    b->lock = lock;
    b->password = password;
    make_plain(b);
    lj_buf_put(&b->tail, LJ_BYTES("\x1A\x4F\xAE\x8B\xA4\x5B\x7F\x4F\x28\x75\x7B\x76\xB0\x8B\x9E"
                                  "\x52\xD5\x6C")); /* 会议室使用登记办法, in no piece */
    add_form_field(b);
}

static void make_rc4(doc_build *b)
{
    make_locked(b, DOC_BUILD_RC4, "unknown");
}

static void make_cryptoapi(doc_build *b)
{
    make_locked(b, DOC_BUILD_CRYPTOAPI, "canteen");
}

static void make_xor(doc_build *b)
{
    make_locked(b, DOC_BUILD_XOR, "canteen");
}

/* ---- seeds ---- */

static void make_fields(doc_build *b)
{
    for (int i = 0; i < 70; i++) {
        doc_build_text(b, "\x13 IF ", NONE);
    }
    doc_build_text(b, "内", NONE);
    for (int i = 0; i < 70; i++) {
        doc_build_text(b, "\x14外\x15", NONE);
    }
    doc_build_para(b, 0x0D, 0, NONE);
}

static void make_chain(doc_build *b)
{
    for (uint32_t i = 0; i < 40; i++) {
        doc_build_style(b, "s", 1, i == 0 ? 39 : i - 1, LJ_BYTES(DOC_CENTRED_PARA),
                        LJ_BYTES("\x35\x08\x81"));
    }
    doc_build_text(b, "样式成环", LJ_BYTES("\x30\x4A\x05\x00"));
    doc_build_para(b, 0x0D, 39, NONE);
}

static void make_people(doc_build *b)
{
    doc_build_line(b, "a");
    lj_buf_put(&b->pairs[51], LJ_BYTES("\xFF\xFF\x05\x10\x00\x00"));
    for (int i = 0; i < 4101; i++) {
        lj_buf_put_u16le(&b->pairs[51], 0);
        lj_buf_put_u16le(&b->pairs[36], 0);
        lj_buf_put_u8(&b->fonts, 0);
        lj_buf_put_u16le(&b->styles, 0);
    }
    b->font_count = b->style_count = 4101;
}

static void make_pictures(doc_build *b)
{
    doc_build_line(b, "a");
    lj_buf_put(&b->pairs[50], LJ_BYTES("\x0F\x00\x01\xF0\x00\x00\x00\x00"));
    for (int i = 0; i < 1030; i++) {
        lj_buf_put_u16le(&b->pairs[50], 0x6E0 << 4);
        lj_buf_put_u16le(&b->pairs[50], 0xF01E);
        lj_buf_put_u32le(&b->pairs[50], 18);
        for (int k = 0; k < 18; k++) {
            lj_buf_put_u8(&b->pairs[50], 0);
        }
    }
}

static void make_row(doc_build *b)
{
    for (int i = 0; i < 520; i++) {
        doc_build_para(b, 0x0D, 0, LJ_BYTES(DOC_IN_TABLE));
    }
    doc_build_text(b, "格", LJ_BYTES(DOC_WHITE_RUN));
    doc_build_para(b, 0x07, 0, LJ_BYTES(DOC_IN_TABLE));
    doc_build_para(b, 0x07, 0, LJ_BYTES(DOC_ROW_END "\x09\xD6\x02\x20\x01"));
}

static void make_word2(doc_build *b)
{
    doc_build_narrow(b, LJ_BYTES("Office hours\r"), NONE);
}

/* ---- writing ---- */

typedef struct sample_row {
    const char *name;
    void (*make)(doc_build *b);
    doc_build_age age;
    uint32_t quarters;
} sample_row;

static const sample_row samples[] = {
    {"plain.doc",               make_plain,     DOC_BUILD_97, 4},
    {"hidden.doc",              make_hidden,    DOC_BUILD_97, 4},
    {"saved.doc",               make_saved,     DOC_BUILD_97, 4},
    {"beside.doc",              make_beside,    DOC_BUILD_97, 4},
    {"gbk.doc",                 make_gbk,       DOC_BUILD_95, 4},
    {"damaged.doc",             make_damaged,   DOC_BUILD_97, 4},
    {"encrypted.rc4.doc",       make_rc4,       DOC_BUILD_97, 4},
    {"encrypted.cryptoapi.doc", make_cryptoapi, DOC_BUILD_97, 4},
    {"encrypted.xor.doc",       make_xor,       DOC_BUILD_97, 4},
    {"plain.truncated.doc",     make_plain,     DOC_BUILD_97, 3},
};

static const sample_row seeds[] = {
    {"fields.doc",   make_fields,   DOC_BUILD_97, 4},
    {"chain.doc",    make_chain,    DOC_BUILD_97, 4},
    {"people.doc",   make_people,   DOC_BUILD_97, 4},
    {"pictures.doc", make_pictures, DOC_BUILD_97, 4},
    {"row.doc",      make_row,      DOC_BUILD_97, 4},
    {"word2.doc",    make_word2,    DOC_BUILD_2,  4},
};

static int write_all(const char *folder, const sample_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char path[4096];
        static doc_build b; /* large */
        doc_build_init(&b, rows[i].age);
        rows[i].make(&b);
        lj_slice bytes = doc_build_end(&b);
        size_t len = bytes.len / 4 * rows[i].quarters;
        (void)snprintf(path, sizeof(path), "%s/%s", folder, rows[i].name);
        FILE *out = fopen(path, "wb");
        if (out == NULL || fwrite(bytes.ptr, 1, len, out) != len || fclose(out) != 0) {
            perror(path);
            return 1;
        }
        doc_build_done(&b);
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--seeds") == 0) {
        return write_all(argv[2], seeds, LJ_COUNT_OF(seeds));
    }
    if (argc != 2) {
        (void)fprintf(stderr, "usage: doc_samples [--seeds] DIR\n");
        return 64;
    }
    return write_all(argv[1], samples, LJ_COUNT_OF(samples));
}
