/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Writes the samples of `ppt`, which are its fuzz seeds too.
 *
 *   ppt_samples DIR     DIR/plain.ppt ... as they stand in tests/formats/ppt/
 *
 *   plain      title, body, table, notes, comment, links, header and footer, word art, a picture
 *   hidden     hidden slide, off the slide, covered, white, tiny, a hidden shape
 *   saves      two saves: an old text, a removed slide
 *   deep       containers deeper than the stack of the reader
 *   damaged    a save that points to nothing, a length that leads outside
 *   old        a stream of PowerPoint 95 beside
 *   locked     the token of encryption without a session
 *   truncated  the plain one cut at three quarters */
#include <stdio.h>

#include "base/num.h"
#include "formats/ppt/ppt.h"
#include "ppt_build.h"

/* A PNG of one pixel. */
#define PIXEL                                                                                      \
    "\x89\x50\x4E\x47\x0D\x0A\x1A\x0A\x00\x00\x00\x0D\x49\x48\x44\x52\x00\x00\x00"                 \
    "\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00\x3A\x7E\x9B\x55\x00\x00\x00\x0A\x49"                 \
    "\x44\x41\x54\x78\x9C\x63\x60\x00\x00\x00\x02\x00\x01\x48\xAF\xA4\x71\x00\x00"                 \
    "\x00\x00\x49\x45\x4E\x44\xAE\x42\x60\x82"

static void add(ppt_build *ppt, int16_t top, uint32_t type, const char *text)
{
    ppt_build_add_shape(
        ppt, &(ppt_build_shape){
                 .box = {500, top, 5000, (int16_t)(top + 400)},
                   .text = text, .text_type = type
    });
}

static void begin(ppt_build *ppt, uint32_t slides, uint32_t notes)
{
    ppt_build_object(ppt, 1);
    ppt_build_document(ppt, slides, notes);
    ppt_build_close(ppt);
    ppt_build_object(ppt, 2);
    ppt_build_master(ppt, "示例县测试局");
}

static void open_slide(ppt_build *ppt, uint32_t number, uint32_t notes_id, bool is_hidden)
{
    ppt_build_object(ppt, number);
    ppt_build_slide(ppt, notes_id, is_hidden);
    ppt_build_drawing(ppt);
}

static void close_slide(ppt_build *ppt)
{
    ppt_build_drawing_end(ppt);
    ppt_build_close(ppt);
}

/* ---- plain ---- */

static void add_table(ppt_build *ppt)
{
    static const char *const cells[] = {"品名", "数量", "铅笔", "十二"};
    lj_buf space;
    lj_buf_init(&space, NULL, 64);
    static const uint32_t inner[4] = {0, 0, 2000, 1000};
    for (size_t i = 0; i < LJ_COUNT_OF(inner); i++) {
        lj_buf_put_u32le(&space, inner[i]);
    }
    ppt_build_open(ppt, ART_SPGR_CONTAINER, 0);
    ppt_build_open(ppt, ART_SP_CONTAINER, 0);
    ppt_build_atom(ppt, ART_SPGR, 0, lj_buf_slice(&space));
    ppt_build_atom(ppt, ART_SP, 0, LJ_BYTES("\1\4\0\0\1\2\0\0"));
    ppt_build_atom(ppt, ART_OPT_3, 1, LJ_BYTES("\x9F\3\1\0\0\0"));
    ppt_build_atom(ppt, ART_CLIENT_ANCHOR, 0, LJ_BYTES("\xB8\x0B\xE8\3\xB8\x0B\xA0\x0F"));
    ppt_build_close(ppt);
    for (int16_t i = 0; i < 4; i++) {
        int16_t left = (int16_t)(i % 2 * 1000);
        int16_t top = (int16_t)(i / 2 * 500);
        ppt_build_add_shape(ppt,
                            &(ppt_build_shape){
                                .box = {left, top, (int16_t)(left + 1000), (int16_t)(top + 500)},
                                .is_child = true,
                                .text = cells[i],
                                .text_type = 4
        });
    }
    ppt_build_close(ppt);
    lj_buf_done(&space);
}

static void add_strings(ppt_build *ppt)
{
    ppt_build_open(ppt, 0x0409, 0);
    ppt_build_open(ppt, PPT_HYPERLINK, 0);
    ppt_build_number(ppt, 0x0FD3, 0, 1);
    ppt_build_wide(ppt, PPT_CSTRING, 0, "菜单");
    ppt_build_wide(ppt, PPT_CSTRING, 1, "http://example.org/menu");
    ppt_build_close(ppt);
    ppt_build_close(ppt);
    ppt_build_open(ppt, PPT_HEADERS_FOOTERS, 3);
    ppt_build_number(ppt, PPT_HEADERS_FOOTERS_ATOM, 0, 0x00200000);
    ppt_build_wide(ppt, PPT_CSTRING, 2, "食堂通知");
    ppt_build_close(ppt);
    ppt_build_open(ppt, PPT_SLIDE_LIST, 0);
    ppt_build_atom(ppt, PPT_SLIDE_PERSIST, 0, LJ_BYTES("\3\0\0\0\0\0\0\0\2\0\0\0\0\1\0\0\0\0\0\0"));
    ppt_build_text(ppt, 0, "关于调整食堂开饭时间的通知", LJ_BYTES(""));
    ppt_build_close(ppt);
}

static void add_comment(ppt_build *ppt)
{
    ppt_build_open(ppt, PPT_PROG_TAGS, 0);
    ppt_build_open(ppt, PPT_BINARY_TAG, 0);
    ppt_build_wide(ppt, PPT_CSTRING, 0, "___PPT10");
    ppt_build_open(ppt, PPT_TAG_DATA, 0);
    ppt_build_open(ppt, PPT_COMMENT, 0);
    ppt_build_wide(ppt, PPT_CSTRING, 0, "李四");
    ppt_build_wide(ppt, PPT_CSTRING, 1, "请核对日期");
    ppt_build_atom(ppt, PPT_COMMENT_ATOM, 0,
                   LJ_BYTES("\1\0\0\0\xE8\7\3\0\2\0\5\0\x08\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"));
    ppt_build_close(ppt);
    ppt_build_close(ppt);
    ppt_build_close(ppt);
    ppt_build_close(ppt);
}

static lj_slice plain(ppt_build *ppt)
{
    ppt_build_object(ppt, 1);
    ppt_build_document(ppt, 0, 1);
    add_strings(ppt);
    ppt_build_close(ppt);
    ppt_build_object(ppt, 2);
    ppt_build_master(ppt, "示例县测试局");
    ppt_build_object(ppt, 3);
    ppt_build_slide(ppt, 0x400, false);
    ppt_build_drawing(ppt);
    ppt_build_add_shape(ppt, &(ppt_build_shape){
                                 .box = {500, 200, 5000, 700},
                                   .outline = 1, .placeholder = 13
    });
    add(ppt, 1000, 1, "各科室：午饭改在十一点半。\r请互相转告。");
    add_table(ppt);
    ppt_build_add_shape(ppt, &(ppt_build_shape){
                                 .box = {500, 3000, 5000, 3400},
                                 .art = "注意",
                                 .name = "艺术字 1",
                                 .descr = "两个红字"
    });
    ppt_build_drawing_end(ppt);
    add_comment(ppt);
    ppt_build_close(ppt);
    ppt_build_object(ppt, 4);
    ppt_build_open(ppt, PPT_NOTES, 0);
    ppt_build_atom(ppt, PPT_NOTES_ATOM, 0, LJ_BYTES("\0\1\0\0\7\0\0\0"));
    ppt_build_drawing(ppt);
    add(ppt, 3000, 2, "开会时先念一遍。");
    ppt_build_drawing_end(ppt);
    ppt_build_close(ppt);
    ppt_build_save(ppt);
    ppt_build in = {.out = ppt->pictures};
    ppt_build_atom(&in, 0xF01E, 0x6E0, LJ_BYTES("0123456789abcdef\xFF" PIXEL));
    ppt->pictures = in.out;
    return ppt_build_end(ppt);
}

/* ---- others ---- */

static lj_slice hidden(ppt_build *ppt)
{
    lj_buf white;
    lj_buf tiny;
    lj_buf_init(&white, NULL, 64);
    lj_buf_init(&tiny, NULL, 64);
    ppt_build_style(&white, 8, 0, 0xFEFFFFFFU, false);
    ppt_build_style(&tiny, 8, 1, 0, true);
    begin(ppt, 2, 0);
    open_slide(ppt, 3, 0, false);
    add(ppt, 200, 0, "看得见的题目");
    ppt_build_add_shape(ppt, &(ppt_build_shape){
                                 .box = {500, 800, 5000, 1200},
                                 .text = "白底上的白字",
                                 .text_type = 1,
                                 .placeholder = 14,
                                 .style = lj_buf_slice(&white)
    });
    ppt_build_add_shape(ppt, &(ppt_build_shape){
                                 .box = {500, 1300, 5000, 1600},
                                 .text = "一磅的小字",
                                 .text_type = 1,
                                 .style = lj_buf_slice(&tiny)
    });
    ppt_build_add_shape(ppt,
                        &(ppt_build_shape){
                            .box = {6000, 800, 8000, 1200},
                              .text = "页外的字", .text_type = 1
    });
    ppt_build_add_shape(ppt, &(ppt_build_shape){
                                 .box = {500, 2000, 5000, 2400},
                                 .text = "隐藏的形状",
                                 .text_type = 1,
                                 .is_hidden = true
    });
    ppt_build_add_shape(ppt, &(ppt_build_shape){
                                 .box = {600, 2600, 2000, 2900},
                                 .text = "被盖住的字",
                                 .text_type = 1,
                                 .placeholder = 14
    });
    ppt_build_add_shape(ppt,
                        &(ppt_build_shape){
                            .box = {500, 2500, 5000, 3000},
                              .has_fill = true, .fill = 0x800000
    });
    close_slide(ppt);
    open_slide(ppt, 4, 0, true);
    add(ppt, 200, 0, "隐藏的一页");
    close_slide(ppt);
    ppt_build_save(ppt);
    lj_buf_done(&white);
    lj_buf_done(&tiny);
    return ppt_build_end(ppt);
}

static lj_slice saves(ppt_build *ppt)
{
    begin(ppt, 2, 0);
    open_slide(ppt, 3, 0, false);
    add(ppt, 200, 0, "两次都有的题目");
    add(ppt, 800, 1, "旧稿：十二点开饭。");
    close_slide(ppt);
    open_slide(ppt, 4, 0, false);
    add(ppt, 200, 0, "后来删去的一页");
    close_slide(ppt);
    ppt_build_save(ppt);
    ppt_build_object(ppt, 1);
    ppt_build_document(ppt, 1, 0);
    ppt_build_close(ppt);
    open_slide(ppt, 3, 0, false);
    add(ppt, 200, 0, "两次都有的题目");
    add(ppt, 800, 1, "新稿：十一点半开饭。");
    close_slide(ppt);
    ppt_build_save(ppt);
    return ppt_build_end(ppt);
}

static lj_slice deep(ppt_build *ppt)
{
    begin(ppt, 1, 0);
    ppt_build_object(ppt, 3);
    for (int i = 0; i < PPT_DEPTH_MAX + 4; i++) {
        ppt_build_open(ppt, i == 0 ? PPT_SLIDE : PPT_PROG_TAGS, 0);
        if (i == PPT_DEPTH_MAX / 2) {
            ppt_build_text(ppt, 1, "半路上的字", LJ_BYTES(""));
        }
    }
    ppt_build_text(ppt, 1, "最深处的字里有开饭时间", LJ_BYTES(""));
    while (ppt->depth > 0) {
        ppt_build_close(ppt);
    }
    ppt_build_save(ppt);
    return ppt_build_end(ppt);
}

static lj_slice damaged(ppt_build *ppt)
{
    begin(ppt, 1, 0);
    open_slide(ppt, 3, 0, false);
    add(ppt, 200, 0, "题目还在");
    size_t at = ppt->out.len;
    add(ppt, 800, 1, "长度不对的形状");
    ppt->out.ptr[at + 6] = 0x7F;
    add(ppt, 1600, 1, "后面的形状");
    close_slide(ppt);
    ppt_build_save(ppt);
    ppt->last_edit = 12345;
    return ppt_build_end(ppt);
}

static lj_slice old(ppt_build *ppt)
{
    ppt_build_open(ppt, PPT_SLIDE, 0);
    ppt_build_number(ppt, PPT_TEXT_HEADER, 0, 1);
    /* 食堂开饭时间 in GBK */
    ppt_build_atom(ppt, PPT_TEXT_BYTES, 0,
                   LJ_BYTES("\xCA\xB3\xCC\xC3\xBF\xAA\xB7\xB9\xCA\xB1\xBC\xE4"));
    ppt_build_close(ppt);
    ole2_build_init(&ppt->file, 9);
    (void)ole2_build_stream(&ppt->file, OLE2_BUILD_ROOT, "PP40", lj_buf_slice(&ppt->out));
    uint32_t dual = ole2_build_storage(&ppt->file, OLE2_BUILD_ROOT, "PP97_DUALSTORAGE");
    ppt_build later;
    ppt_build_init(&later);
    begin(&later, 1, 0);
    open_slide(&later, 3, 0, false);
    add(&later, 200, 0, "同一份的新格式");
    close_slide(&later);
    ppt_build_save(&later);
    (void)ole2_build_stream(&ppt->file, dual, "PowerPoint Document", lj_buf_slice(&later.out));
    ppt_build_done(&later);
    return ole2_build_end(&ppt->file);
}

static lj_slice locked(ppt_build *ppt)
{
    begin(ppt, 0, 0);
    ppt_build_save(ppt);
    return ppt_build_end_locked(ppt);
}

static const struct {
    const char *name;
    lj_slice (*make)(ppt_build *ppt);
    unsigned keep; /* quarters of the file */
} samples[] = {
    {"plain.ppt",           plain,   4},
    {"plain.truncated.ppt", plain,   3},
    {"hidden.ppt",          hidden,  4},
    {"saves.ppt",           saves,   4},
    {"deep.ppt",            deep,    4},
    {"damaged.ppt",         damaged, 4},
    {"old.ppt",             old,     4},
    {"locked.ppt",          locked,  4},
};

int main(int argc, char **argv)
{
    if (argc != 2) {
        (void)fprintf(stderr, "usage: ppt_samples DIR\n");
        return 64;
    }
    for (size_t i = 0; i < LJ_COUNT_OF(samples); i++) {
        ppt_build ppt;
        char path[4096];
        ppt_build_init(&ppt);
        lj_slice file = samples[i].make(&ppt);
        size_t len = file.len * samples[i].keep / 4;
        (void)snprintf(path, sizeof(path), "%s/%s", argv[1], samples[i].name);
        FILE *out = fopen(path, "wbe");
        if (out == NULL || fwrite(file.ptr, 1, len, out) != len || fclose(out) != 0) {
            (void)fprintf(stderr, "%s: not written\n", path);
            return 70;
        }
        ppt_build_done(&ppt);
    }
    return 0;
}
