/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Binary presentations: each construct of tables B and P of hidden-marks, in a file made here.
 * Lines are those of formats/span_dump.h. A slide has 5,760 by 4,320 master units, that is 720 by
 * 540 points. */
#include <zlib.h>

#include "../check.h"
#include "base/cipher.h"
#include "base/num.h"
#include "collect.h"
#include "formats/ppt/ppt.h"
#include "ppt_build.h"

#define ON  "part=PowerPoint Document page=1 "
#define BOX "left=12500 top=12500 right=37500 bottom=25000 "
#define BOX_OF                                                                                     \
    {                                                                                              \
        1000, 1000, 3000, 2000                                                                     \
    }
#define MOST (1 << 20)

/* A presentation with one slide; the caller adds shapes, then ends it. */
static void begin(ppt_build *ppt, bool is_hidden)
{
    ppt_build_init(ppt);
    ppt_build_object(ppt, 1);
    ppt_build_document(ppt, 1, 0);
    ppt_build_close(ppt);
    ppt_build_object(ppt, 2);
    ppt_build_master(ppt, "母版文字");
    ppt_build_object(ppt, 3);
    ppt_build_slide(ppt, 0, is_hidden);
    ppt_build_drawing(ppt);
}

static void end(ppt_build *ppt, collect *seen)
{
    ppt_build_drawing_end(ppt);
    ppt_build_close(ppt);
    ppt_build_save(ppt);
    collect_run(seen, ppt_build_end(ppt));
    CHECK_HAS(seen, "doc ppt root");
}

typedef struct shape_row {
    const char *name;
    ppt_build_shape shape;
    ppt_build_shape above; /* drawn after it */
    bool hidden_slide;
    uint16_t size;   /* of a style, 0: none */
    uint32_t colour; /* as in a ColorIndexStruct */
    const char *wanted[2];
    const char *unwanted;
} shape_row;

static const shape_row shape_rows[] = {
    {.name = "body text with the master's look",
     .shape = {.box = BOX_OF, .text = "各科室", .text_type = 1, .placeholder = 14},
     .wanted = {"body " ON BOX "{0+9 size=3200 fg=0 bg=16777215} '各科室'"}                                                          },
    {.name = "title",
     .shape = {.box = BOX_OF, .text = "开饭时间", .text_type = 0, .placeholder = 13},
     .wanted = {"title " ON BOX "{0+12 size=4400 fg=0 bg=16777215} '开饭时间'"}                                                     },
    {.name = "title in the middle rests on title",
     .shape = {.box = BOX_OF, .text = "题", .text_type = 6},
     .wanted = {"title " ON BOX "{0+3 size=4400"}                                                                                       },
    {.name = "paragraphs, a line break",
     .shape = {.box = BOX_OF, .text = "甲\r乙\x0b丙", .text_type = 1},
     .wanted = {"'甲'", "'乙\\n丙'"}                                                                                                 },
    {.name = "a break is given without it too",
     .shape = {.box = BOX_OF, .text = "乙\x0b丙", .text_type = 1},
     .wanted = {"'乙丙'"}                                                                                                             },
    {.name = "footer",
     .shape = {.box = BOX_OF, .text = "页脚字", .text_type = 4, .placeholder = 9},
     .wanted = {"footer " ON BOX "{0+9 bg=16777215} '页脚字'"}                                                                       },
    {.name = "header",
     .shape = {.box = BOX_OF, .text = "页眉字", .text_type = 4, .placeholder = 10},
     .wanted = {"header " ON BOX "{0+9 bg=16777215} '页眉字'"}                                                                       },
    {.name = "P01 hidden slide",
     .hidden_slide = true,
     .shape = {.box = BOX_OF, .text = "藏页", .text_type = 1},
     .wanted = {"hidden:sheet {"}},
    {.name = "P03 right of the slide",
     .shape = {.box = {6000, 100, 7000, 200}, .text = "外", .text_type = 1},
     .wanted = {"left=75000 top=1250 right=87500 bottom=2500 hidden:off_page {"}                                                            },
    {.name = "P03 above the slide",
     .shape = {.box = {100, -400, 700, -20}, .text = "上", .text_type = 1},
     .wanted = {"hidden:off_page {"}                                                             },
    {.name = "half outside is seen",
     .shape = {.box = {5000, 100, 7000, 200}, .text = "半", .text_type = 1},
     .wanted = {"'半'"},
     .unwanted = "off_page"},
    {.name = "P03 hidden shape",
     .shape = {.box = BOX_OF, .text = "隐", .text_type = 1, .is_hidden = true},
     .wanted = {"hidden:invisible {"}                                                                                },
    {.name = "P03 covered",
     .shape = {.box = BOX_OF, .text = "盖住", .text_type = 1, .placeholder = 14},
     .above = {.box = {900, 900, 3100, 2100}, .has_fill = true, .fill = 0x800000},
     .wanted = {"hidden:covered {"}},
    {.name = "not wholly covered",
     .shape = {.box = BOX_OF, .text = "露出", .text_type = 1, .placeholder = 14},
     .above = {.box = {900, 900, 2900, 2100}, .has_fill = true, .fill = 0x800000},
     .wanted = {"'露出'"},
     .unwanted = "covered"},
    {.name = "P04 white on white",
     .shape = {.box = BOX_OF, .text = "白字", .text_type = 1, .placeholder = 14},
     .colour = 0xFEFFFFFFU,
     .wanted = {"hidden:no_contrast {0+6 size=3200 fg=16777215 bg=16777215 hidden:no_contrast}"}},
    {.name = "P04 the scheme's background",
     .shape = {.box = BOX_OF, .text = "白字", .text_type = 1, .placeholder = 14},
     .colour = 0x00ABCDEFU,
     .wanted = {"fg=16777215 bg=16777215 hidden:no_contrast}"}},
    {.name = "white on blue is seen",
     .shape = {.box = BOX_OF, .text = "白字", .text_type = 1, .has_fill = true, .fill = 0x800000},
     .colour = 0xFEFFFFFFU,
     .wanted = {"{0+6 size=3200 fg=16777215 bg=128} '白字'"},
     .unwanted = "no_contrast"},
    {.name = "blue on blue",
     .shape = {.box = BOX_OF, .text = "蓝字", .text_type = 1, .has_fill = true, .fill = 0x800000},
     .colour = 0xFE800000U,
     .wanted = {"fg=128 bg=128 hidden:no_contrast}"}},
    {.name = "P04 tiny",
     .shape = {.box = BOX_OF, .text = "小字", .text_type = 1},
     .size = 3,
     .wanted = {"hidden:tiny {0+6 size=300"}},
    {.name = "four points are read",
     .shape = {.box = BOX_OF, .text = "小字", .text_type = 1},
     .size = 4,
     .wanted = {"size=400"},
     .unwanted = "tiny"},
    {.name = "P07 alternative text and name",
     .shape = {.box = BOX_OF, .name = "形状名", .descr = "形状说明"},
     .wanted = {"alt " ON "hidden:not_printed 'name':'形状名'",
                "alt " ON "hidden:not_printed 'descr':'形状说明'"}                                                               },
    {.name = "word art",
     .shape = {.box = BOX_OF, .art = "艺术字"},
     .wanted = {"watermark " ON BOX "'艺术字'"}                                                                                          },
};

static void test_ppt__reads_shapes(void **state)
{
    (void)state;
    for (size_t i = 0; i < LJ_COUNT_OF(shape_rows); i++) {
        const shape_row *row = &shape_rows[i];
        ppt_build ppt;
        collect seen;
        lj_buf style;
        collect_init(&seen);
        lj_buf_init(&style, NULL, MOST);
        print_message("row: %s\n", row->name);
        begin(&ppt, row->hidden_slide);
        ppt_build_shape shape = row->shape;
        if (row->size != 0 || row->colour != 0) {
            ppt_build_style(&style, 3, row->size, row->colour, false);
            shape.style = lj_buf_slice(&style);
        }
        ppt_build_add_shape(&ppt, &shape);
        if (row->above.has_fill) {
            ppt_build_add_shape(&ppt, &row->above);
        }
        end(&ppt, &seen);
        for (size_t k = 0; k < LJ_COUNT_OF(row->wanted) && row->wanted[k] != NULL; k++) {
            CHECK_HAS(&seen, row->wanted[k]);
        }
        if (row->unwanted != NULL) {
            CHECK_HAS_NOT(&seen, row->unwanted);
        }
        CHECK_HAS(&seen, "master part=PowerPoint Document left=1250");
        CHECK_ROW(row->name, seen.gap_count, 0);
        CHECK_ROW(row->name, seen.examined, seen.size);
        CHECK_HAS_NOT(&seen, "swept");
        ppt_build_done(&ppt);
        lj_buf_done(&style);
        collect_done(&seen);
    }
}

/* Runs with different looks are one paragraph (W01). */
static void test_ppt__joins_runs(void **state)
{
    (void)state;
    ppt_build ppt;
    collect seen;
    lj_buf style;
    collect_init(&seen);
    lj_buf_init(&style, NULL, MOST);
    lj_buf_put_u32le(&style, 9); /* one paragraph run: centred */
    lj_buf_put_u16le(&style, 0);
    lj_buf_put_u32le(&style, 1 << 11);
    lj_buf_put_u16le(&style, 1);
    static const uint32_t counts[3] = {2, 3, 4};
    for (size_t i = 0; i < LJ_COUNT_OF(counts); i++) {
        lj_buf_put_u32le(&style, counts[i]);
        lj_buf_put_u32le(&style, 1 << 17);
        lj_buf_put_u16le(&style, (uint16_t)(10 + i));
    }
    begin(&ppt, false);
    ppt_build_add_shape(&ppt, &(ppt_build_shape){.box = BOX_OF,
                                                 .text = "食堂开饭通知\r后",
                                                 .text_type = 1,
                                                 .placeholder = 14,
                                                 .style = lj_buf_slice(&style)});
    end(&ppt, &seen);
    CHECK_HAS(&seen, "{0+6 size=1000 fg=0 bg=16777215 centred} {6+9 size=1100 fg=0 bg=16777215 "
                     "centred} {15+3 size=1200 fg=0 bg=16777215 centred} '食堂开饭通知'");
    CHECK_HAS(&seen, "{0+3 size=1200 fg=0 bg=16777215 centred} '后'");
    ppt_build_done(&ppt);
    lj_buf_done(&style);
    collect_done(&seen);
}

/* A style that is cut says nothing; the text stays. */
static void test_ppt__odd_styles_lose_no_text(void **state)
{
    (void)state;
    static const char *const styles[] = {
        "\xFF", "\x09\0\0\0\0\0\xFF\xFF\xFF\xFF", "\0\0\0\0\0\0\0\0\0\0",
        "\xFF\xFF\xFF\xFF\0\0\0\0\0\0\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"};
    static const size_t lens[] = {1, 10, 10, 18};
    for (size_t i = 0; i < LJ_COUNT_OF(styles); i++) {
        ppt_build ppt;
        collect seen;
        collect_init(&seen);
        begin(&ppt, false);
        ppt_build_add_shape(&ppt, &(ppt_build_shape){.box = BOX_OF,
                                                     .text = "食堂开饭通知",
                                                     .text_type = 1,
                                                     .style = lj_slice_of(styles[i], lens[i])});
        end(&ppt, &seen);
        CHECK_HAS(&seen, "'食堂开饭通知'");
        CHECK_ROW(styles[i], seen.gap_count, 0);
        ppt_build_done(&ppt);
        collect_done(&seen);
    }
}

/* ---- groups, tables ---- */

static void open_group(ppt_build *ppt, bool is_table)
{
    static const uint32_t inner[4] = {0, 0, 2000, 1000};
    lj_buf space;
    lj_buf_init(&space, NULL, 64);
    for (size_t i = 0; i < LJ_COUNT_OF(inner); i++) {
        lj_buf_put_u32le(&space, inner[i]);
    }
    ppt_build_open(ppt, 0xF003, 0);
    ppt_build_open(ppt, 0xF004, 0);
    ppt_build_atom(ppt, 0xF009, 0, lj_buf_slice(&space));
    ppt_build_atom(ppt, 0xF00A, 0, LJ_BYTES("\1\4\0\0\1\2\0\0"));
    if (is_table) {
        ppt_build_atom(ppt, 0xF122, 1, LJ_BYTES("\x9F\3\1\0\0\0"));
    }
    ppt_build_atom(ppt, 0xF010, 0, LJ_BYTES("\xE8\3\xE8\3\xD0\7\xDC\5")); /* 1000 ... 2000, 1500 */
    ppt_build_close(ppt);
    lj_buf_done(&space);
}

static void test_ppt__maps_groups_and_tables(void **state)
{
    (void)state;
    for (int is_table = 0; is_table < 2; is_table++) {
        ppt_build ppt;
        collect seen;
        collect_init(&seen);
        begin(&ppt, false);
        open_group(&ppt, is_table == 1);
        static const char *const texts[] = {"品名", "数量", "铅笔", "十二"};
        for (int16_t i = 0; i < 4; i++) {
            int16_t left = (int16_t)(i % 2 * 1000);
            int16_t top = (int16_t)(i / 2 * 500);
            ppt_build_add_shape(
                &ppt, &(ppt_build_shape){
                          .box = {left, top, (int16_t)(left + 1000), (int16_t)(top + 500)},
                          .is_child = true,
                          .text = texts[i],
                          .text_type = 4
            });
        }
        ppt_build_close(&ppt);
        ppt_build_add_shape(&ppt, &(ppt_build_shape){.box = BOX_OF, .text = "组外"});
        end(&ppt, &seen);
        CHECK_HAS(&seen, is_table == 1 ? "cell " ON "row=2 col=2 left=18750 top=15625 right=25000 "
                                         "bottom=18750 {0+6 bg=16777215} '十二'"
                                       : "body " ON "left=18750 top=15625 right=25000 "
                                         "bottom=18750 {0+6 bg=16777215} '十二'");
        assert_true(collect_has(&seen, "row=1 col=1") == (is_table == 1));
        CHECK_HAS(&seen, BOX);
        CHECK_HAS_NOT(&seen, "row=3");
        ppt_build_done(&ppt);
        collect_done(&seen);
    }
}

/* ---- saves ---- */

/* Slide 3 is saved twice, slide 4 is removed from the list, slide 5 was never in one. */
static void test_ppt__reads_what_saves_left(void **state)
{
    (void)state;
    ppt_build ppt;
    collect seen;
    collect_init(&seen);
    ppt_build_init(&ppt);
    for (int save = 0; save < 2; save++) {
        ppt_build_object(&ppt, 1);
        ppt_build_document(&ppt, save == 0 ? 2 : 1, 0);
        ppt_build_close(&ppt);
        if (save == 0) {
            ppt_build_object(&ppt, 2);
            ppt_build_master(&ppt, "母版");
        }
        ppt_build_object(&ppt, 3);
        ppt_build_slide(&ppt, 0, false);
        ppt_build_drawing(&ppt);
        ppt_build_add_shape(&ppt, &(ppt_build_shape){.box = BOX_OF, .text = "两次都有"});
        ppt_build_add_shape(
            &ppt, &(ppt_build_shape){.box = BOX_OF, .text = save == 0 ? "旧稿一句" : "新稿一句"});
        ppt_build_drawing_end(&ppt);
        ppt_build_close(&ppt);
        if (save == 0) {
            ppt_build_object(&ppt, 4);
            ppt_build_slide(&ppt, 0, false);
            ppt_build_drawing(&ppt);
            ppt_build_add_shape(&ppt, &(ppt_build_shape){.box = BOX_OF, .text = "删去的一页"});
            ppt_build_drawing_end(&ppt);
            ppt_build_close(&ppt);
        }
        ppt_build_save(&ppt);
    }
    collect_run(&seen, ppt_build_end(&ppt));
    CHECK_HAS(&seen, "title " ON BOX "{0+12 size=4400 fg=0 bg=16777215} '新稿一句'");
    CHECK_HAS(&seen, BOX "hidden:version {0+12 size=4400 fg=0 bg=16777215} '旧稿一句'");
    CHECK_HAS(&seen, BOX "hidden:unreachable {0+15 size=4400 fg=0 bg=16777215} '删去的一页'");
    assert_int_equal(collect_count(&seen, "'两次都有'"), 1);
    assert_int_equal(collect_count(&seen, "hidden:version"), 1);
    assert_int_equal(seen.gap_count, 0);
    ppt_build_done(&ppt);
    collect_done(&seen);
}

/* Without Current User the last edit of the stream is taken. */
static void test_ppt__survives_damage(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t cut_bp; /* of the stream that is kept, hundredths of a percent */
        uint32_t last_edit;
        bool gap;
    } rows[] = {
        {"whole",                   10000, 0,          false},
        {"wrong place of the save", 10000, 77,         true },
        {"place beyond the end",    10000, 0x7FFFFFFF, true },
        {"end missing, no save",    9000,  0,          true },
        {"half of the slide",       7000,  0,          true },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        ppt_build ppt;
        collect seen;
        collect_init(&seen);
        begin(&ppt, false);
        ppt_build_add_shape(&ppt, &(ppt_build_shape){.box = BOX_OF, .text = "前面的字"});
        for (int k = 0; k < 20; k++) {
            ppt_build_add_shape(&ppt, &(ppt_build_shape){.box = BOX_OF, .text = "后面的字"});
        }
        ppt_build_drawing_end(&ppt);
        ppt_build_close(&ppt);
        ppt_build_save(&ppt);
        ppt.last_edit = rows[i].last_edit != 0 ? rows[i].last_edit : ppt.last_edit;
        ppt.out.len = ppt.out.len * rows[i].cut_bp / 10000;
        collect_run(&seen, ppt_build_end(&ppt));
        print_message("row: %s\n", rows[i].name);
        CHECK_HAS(&seen, "'前面的字'");
        CHECK_HAS(&seen, "'后面的字'");
        CHECK_ROW(rows[i].name, collect_has_gap(&seen, GAP_DAMAGED, NULL), rows[i].gap);
        assert_true(collect_has(&seen, "page=1") || rows[i].cut_bp < 10000);
        ppt_build_done(&ppt);
        collect_done(&seen);
    }
}

/* An edit that points to itself ends the chain. */
static void test_ppt__chain_of_saves_ends(void **state)
{
    (void)state;
    ppt_build ppt;
    collect seen;
    collect_init(&seen);
    begin(&ppt, false);
    ppt_build_add_shape(&ppt, &(ppt_build_shape){.box = BOX_OF, .text = "环里的字"});
    ppt_build_drawing_end(&ppt);
    ppt_build_close(&ppt);
    /* the directory takes 8 bytes and 8 for each object: the edit stands behind it */
    ppt.last_edit = (uint32_t)ppt.out.len + 8 + 8 * ppt.object_count;
    ppt_build_save(&ppt);
    collect_run(&seen, ppt_build_end(&ppt));
    CHECK_HAS(&seen, "'环里的字'");
    assert_true(collect_has_gap(&seen, GAP_DAMAGED, NULL));
    ppt_build_done(&ppt);
    collect_done(&seen);
}

/* ---- lists, notes, strings ---- */

static void put_comment(ppt_build *ppt)
{
    ppt_build_open(ppt, 0x1388, 0);
    ppt_build_open(ppt, 0x138A, 0);
    ppt_build_wide(ppt, 0x0FBA, 0, "___PPT10");
    lj_buf_put_u32le(&ppt->out, 0x138B0000); /* a container without its version */
    size_t at = ppt->out.len;
    lj_buf_put_u32le(&ppt->out, 0);
    ppt_build_open(ppt, 0x2EE0, 0);
    ppt_build_wide(ppt, 0x0FBA, 0, "李四");
    ppt_build_wide(ppt, 0x0FBA, 1, "请核对日期");
    ppt_build_wide(ppt, 0x0FBA, 2, "李");
    ppt_build_atom(ppt, 0x2EE1, 0,
                   LJ_BYTES("\1\0\0\0\xE8\7\3\0\2\0\5\0\x08\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"));
    ppt_build_close(ppt);
    uint32_t len = (uint32_t)(ppt->out.len - at - 4);
    ppt->out.ptr[at] = (uint8_t)len;
    ppt->out.ptr[at + 1] = (uint8_t)(len >> 8);
    ppt_build_close(ppt);
    ppt_build_close(ppt);
}

static void test_ppt__reads_lists_notes_and_strings(void **state)
{
    (void)state;
    ppt_build ppt;
    collect seen;
    collect_init(&seen);
    ppt_build_init(&ppt);
    ppt_build_object(&ppt, 1);
    ppt_build_document(&ppt, 1, 1);
    ppt_build_open(&ppt, 0x0409, 0);
    ppt_build_open(&ppt, 0x0FD7, 0);
    ppt_build_number(&ppt, 0x0FD3, 0, 1);
    ppt_build_wide(&ppt, 0x0FBA, 0, "菜单");
    ppt_build_wide(&ppt, 0x0FBA, 1, "http://example.org/");
    ppt_build_close(&ppt);
    ppt_build_close(&ppt);
    ppt_build_open(&ppt, 0x0FD9, 3);
    ppt_build_number(&ppt, 0x0FDA, 0, 0x00200000);
    ppt_build_wide(&ppt, 0x0FBA, 1, "关掉的页眉");
    ppt_build_wide(&ppt, 0x0FBA, 2, "打开的页脚");
    ppt_build_close(&ppt);
    /* texts of the outline: the slide's list is the last one; append to it */
    ppt_build_open(&ppt, 0x0FF0, 0);
    ppt_build_atom(&ppt, 0x03F3, 0, LJ_BYTES("\3\0\0\0\0\0\0\0\2\0\0\0\0\1\0\0\0\0\0\0"));
    ppt_build_text(&ppt, 0, "大纲标题", LJ_BYTES(""));
    ppt_build_text(&ppt, 1, "没有形状的大纲", LJ_BYTES(""));
    ppt_build_close(&ppt);
    ppt_build_close(&ppt);
    ppt_build_object(&ppt, 2);
    ppt_build_master(&ppt, "母版");
    ppt_build_object(&ppt, 3);
    ppt_build_slide(&ppt, 0x400, false);
    ppt_build_drawing(&ppt);
    ppt_build_add_shape(&ppt, &(ppt_build_shape){.box = BOX_OF, .text = "页上的字"});
    ppt_build_drawing_end(&ppt);
    put_comment(&ppt);
    ppt_build_close(&ppt);
    ppt_build_object(&ppt, 4);
    ppt_build_open(&ppt, 0x03F0, 0);
    ppt_build_atom(&ppt, 0x03F1, 0, LJ_BYTES("\0\1\0\0\7\0\0\0"));
    ppt_build_drawing(&ppt);
    ppt_build_add_shape(&ppt, &(ppt_build_shape){.box = BOX_OF, .text = "讲稿", .text_type = 2});
    ppt_build_drawing_end(&ppt);
    ppt_build_close(&ppt);
    ppt_build_save(&ppt);
    collect_run(&seen, ppt_build_end(&ppt));
    CHECK_HAS(&seen, "metadata part=Current User hidden:not_printed 'user':'张三'");
    CHECK_HAS(&seen, "link part=PowerPoint Document hidden:not_printed 'http://example.org/'");
    CHECK_HAS(&seen, "header part=PowerPoint Document hidden:not_printed '关掉的页眉'");
    CHECK_HAS(&seen, "footer part=PowerPoint Document '打开的页脚'");
    CHECK_HAS(&seen, "notes " ON BOX);
    CHECK_HAS(&seen, "comment " ON "author=李四 '请核对日期'");
    CHECK_HAS(&seen, "'大纲标题'");
    CHECK_HAS(&seen, "'没有形状的大纲'");
    CHECK_HAS_NOT(&seen, "___PPT");
    assert_int_equal(seen.gap_count, 0);
    ppt_build_done(&ppt);
    collect_done(&seen);
}

/* A shape that refers to an outline text: told once, with the shape's place. */
static void test_ppt__outline_text_is_told_once(void **state)
{
    (void)state;
    ppt_build ppt;
    collect seen;
    collect_init(&seen);
    ppt_build_init(&ppt);
    ppt_build_object(&ppt, 1);
    ppt_build_document(&ppt, 0, 0);
    ppt_build_open(&ppt, 0x0FF0, 0);
    ppt_build_atom(&ppt, 0x03F3, 0, LJ_BYTES("\3\0\0\0\0\0\0\0\2\0\0\0\0\1\0\0\0\0\0\0"));
    ppt_build_text(&ppt, 0, "大纲标题", LJ_BYTES(""));
    ppt_build_text(&ppt, 1, "大纲正文", LJ_BYTES(""));
    ppt_build_close(&ppt);
    ppt_build_close(&ppt);
    ppt_build_object(&ppt, 2);
    ppt_build_master(&ppt, "母版");
    ppt_build_object(&ppt, 3);
    ppt_build_slide(&ppt, 0, false);
    ppt_build_drawing(&ppt);
    ppt_build_add_shape(&ppt, &(ppt_build_shape){.box = BOX_OF, .outline = 2});
    ppt_build_add_shape(&ppt, &(ppt_build_shape){.box = BOX_OF, .outline = 9});
    ppt_build_drawing_end(&ppt);
    ppt_build_close(&ppt);
    ppt_build_save(&ppt);
    collect_run(&seen, ppt_build_end(&ppt));
    CHECK_HAS(&seen, "body " ON BOX);
    assert_int_equal(collect_count(&seen, "'大纲正文'"), 1);
    CHECK_HAS(&seen, "title part=PowerPoint Document page=1 '大纲标题'");
    assert_int_equal(collect_count(&seen, "'大纲标题'"), 1);
    ppt_build_done(&ppt);
    collect_done(&seen);
}

/* ---- containers in containers ---- */

/* A slide is level 1, what is opened in it goes on from 2; the text box is one more. */
static void test_ppt__counts_its_stack(void **state)
{
    (void)state;
    for (int extra = -1; extra <= 1; extra++) {
        ppt_build ppt;
        collect seen;
        collect_init(&seen);
        ppt_build_init(&ppt);
        ppt_build_object(&ppt, 1);
        ppt_build_document(&ppt, 1, 0);
        ppt_build_close(&ppt);
        ppt_build_object(&ppt, 3);
        int levels = PPT_DEPTH_MAX + extra;
        for (int i = 0; i < levels; i++) {
            ppt_build_open(&ppt, i == 0 ? 0x03EE : 0x1388, 0);
        }
        ppt_build_text(&ppt, 1, "深处的字里有开饭时间", LJ_BYTES(""));
        for (int i = 0; i < levels; i++) {
            ppt_build_close(&ppt);
        }
        ppt_build_save(&ppt);
        collect_run(&seen, ppt_build_end(&ppt));
        CHECK_HAS(&seen, extra <= 0 ? "'深处的字里有开饭时间'" : "swept");
        assert_int_equal(collect_has_gap(&seen, GAP_DAMAGED, NULL), extra > 0);
        ppt_build_done(&ppt);
        collect_done(&seen);
    }
}

/* More records on the top level than the table holds: the rest is swept. */
static void test_ppt__counts_its_objects(void **state)
{
    (void)state;
    for (int extra = -1; extra <= 1; extra++) {
        ppt_build ppt;
        collect seen;
        collect_init(&seen);
        ppt_build_init(&ppt);
        ppt_build_document(&ppt, 0, 0);
        ppt_build_close(&ppt);
        for (int i = 2; i < PPT_OBJECTS_MAX + extra; i++) {
            ppt_build_open(&ppt, 0x03EE, 0);
            ppt_build_close(&ppt);
        }
        ppt_build_open(&ppt, 0x03EE, 0);
        ppt_build_text(&ppt, 1, "末尾的一页有开饭时间", LJ_BYTES(""));
        ppt_build_close(&ppt);
        collect_run(&seen, ppt_build_end(&ppt));
        CHECK_HAS(&seen, extra <= 0 ? "'末尾的一页有开饭时间'" : "swept");
        ppt_build_done(&ppt);
        collect_done(&seen);
    }
}

/* ---- what is embedded ---- */

static void put_picture(ppt_build *ppt, uint16_t type, uint16_t instance, lj_slice body)
{
    ppt_build in = {.out = ppt->pictures};
    ppt_build_atom(&in, type, instance, body);
    ppt->pictures = in.out;
}

static void test_ppt__hands_on_what_is_embedded(void **state)
{
    (void)state;
    ppt_build ppt;
    ppt_build inner;
    collect seen;
    collect_init(&seen);
    ppt_build_init(&inner);
    ppt_build_document(&inner, 0, 0);
    ppt_build_close(&inner);
    ppt_build_open(&inner, 0x03EE, 0);
    ppt_build_text(&inner, 1, "里面的一份", LJ_BYTES(""));
    ppt_build_close(&inner);
    lj_slice object = ppt_build_end(&inner);
    uint8_t packed[65536];
    uLongf packed_len = sizeof(packed) - 4;
    assert_int_equal(compress(packed + 4, &packed_len, object.ptr, object.len), Z_OK);
    for (int i = 0; i < 4; i++) {
        packed[i] = (uint8_t)(object.len >> (8 * i));
    }
    begin(&ppt, false);
    ppt_build_add_shape(&ppt, &(ppt_build_shape){.box = BOX_OF, .text = "外面的一份"});
    ppt_build_drawing_end(&ppt);
    ppt_build_close(&ppt);
    ppt_build_object(&ppt, 4);
    ppt_build_atom(&ppt, 0x1011, 1, lj_slice_of(packed, packed_len + 4));
    ppt_build_object(&ppt, 5);
    ppt_build_atom(&ppt, 0x1011, 0, object);
    ppt_build_save(&ppt);
    put_picture(&ppt, 0xF01E, 0x6E0, LJ_BYTES("0123456789abcdef\xFF\x89PNG\r\n\x1A\n\0\0\0\rIHDR"));
    put_picture(&ppt, 0xF01D, 0x46B,
                LJ_BYTES("0123456789abcdef0123456789abcdef\xFF\xFF\xD8\xFF\xE0\0\x10JFIF"));
    put_picture(&ppt, 0xF01F, 0x7A8,
                LJ_BYTES("0123456789abcdef\xFF\x28\0\0\0\1\0\0\0\1\0\0\0\1\0\x18\0\0\0\0\0"
                         "\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\2\3\0"));
    collect_run(&seen, ppt_build_end(&ppt));
    CHECK_HAS(&seen, "doc png embedded 'Pictures/1.png' size=16");
    CHECK_HAS(&seen, "doc jpeg embedded 'Pictures/2.jpg'");
    CHECK_HAS(&seen, "doc bmp embedded 'Pictures/3.bmp'");
    assert_int_equal(collect_count(&seen, "doc ppt embedded 'object.ole'"), 2);
    assert_int_equal(collect_count(&seen, "'里面的一份'"), 2);
    CHECK_HAS_NOT(&seen, "[0] gap");
    assert_int_equal(seen.examined, seen.size);
    ppt_build_done(&ppt);
    ppt_build_done(&inner);
    collect_done(&seen);
}

/* What stands for a number or a date is no text; a place outside the text does no harm. */
static void test_ppt__blanks_meta_characters(void **state)
{
    (void)state;
    static const uint32_t places[] = {1, 0, 2, 3, 4, 0x7FFFFFFF, UINT32_MAX};
    static const char *const wanted[] = {"'第 页'", "' *页'",  "'第* '", "'第*页'",
                                         "'第*页'", "'第*页'", "'第*页'"};
    static const uint16_t types[] = {0x0FD8, 0x0FF7, 0x0FF8, 0x0FF9, 0x0FFA, 0x1015, 0x0FD8};
    for (size_t i = 0; i < LJ_COUNT_OF(places); i++) {
        ppt_build ppt;
        collect seen;
        collect_init(&seen);
        begin(&ppt, false);
        ppt_build_open(&ppt, 0xF004, 0);
        ppt_build_open(&ppt, 0xF00D, 0);
        ppt_build_text(&ppt, 1, "第*页", LJ_BYTES(""));
        ppt_build_number(&ppt, types[i], 0, places[i]);
        ppt_build_close(&ppt);
        ppt_build_close(&ppt);
        end(&ppt, &seen);
        CHECK_HAS(&seen, wanted[i]);
        ppt_build_done(&ppt);
        collect_done(&seen);
    }
}

/* Strings that stand in odd places, each with what it is. */
static void test_ppt__reads_odd_strings(void **state)
{
    (void)state;
    ppt_build ppt;
    collect seen;
    collect_init(&seen);
    begin(&ppt, false);
    ppt_build_drawing_end(&ppt);
    ppt_build_atom(&ppt, 0xF142, 0, LJ_BYTES("\3\xDF\x98\x02\x58\0\0")); /* 食堂, animated */
    ppt_build_atom(&ppt, 0xF142, 0, LJ_BYTES("\3\xDF\x98\x02\x58\0\0"));
    ppt_build_atom(&ppt, 0xF142, 0, LJ_BYTES("\1\xDF\x98\x02\x58"));
    ppt_build_atom(&ppt, 0x0FD0, 0, LJ_BYTES("\1\0\0\0\xB6\x5B\x7E\x7B\0\0rest of room"));
    ppt_build_open(&ppt, 0x1389, 0);
    ppt_build_wide(&ppt, 0x0FBA, 0, "标记名");
    ppt_build_wide(&ppt, 0x0FBA, 1, "标记值");
    ppt_build_close(&ppt);
    ppt_build_open(&ppt, 0x7777, 0);
    ppt_build_wide(&ppt, 0x0FBA, 0, "不知何处");
    ppt_build_wide(&ppt, 0x7778, 0, "未知记录里有开饭时间");
    ppt_build_close(&ppt);
    ppt_build_close(&ppt);
    ppt_build_save(&ppt);
    collect_run(&seen, ppt_build_end(&ppt));
    assert_int_equal(collect_count(&seen, "'animation':'食堂'"), 1);
    CHECK_HAS(&seen, "bookmark " ON "hidden:not_printed '家签'");
    CHECK_HAS(&seen, "'tag':'标记名'");
    CHECK_HAS(&seen, "'tag value':'标记值'");
    CHECK_HAS(&seen, "'string':'不知何处'");
    CHECK_HAS(&seen, "swept");
    CHECK_HAS(&seen, "未知记录里有开饭时间");
    assert_int_equal(seen.gap_count, 0);
    ppt_build_done(&ppt);
    collect_done(&seen);
}

/* A deflated metafile, one that is stored, and heads that are cut. */
static void test_ppt__hands_on_metafiles(void **state)
{
    (void)state;
    uint8_t wmf[18] = {1, 0, 9, 0, 0, 3};
    uint8_t packed[256];
    uLongf packed_len = sizeof(packed);
    assert_int_equal(compress(packed, &packed_len, wmf, sizeof(wmf)), Z_OK);
    for (int kind = 0; kind < 3; kind++) {
        ppt_build ppt;
        collect seen;
        lj_buf body;
        collect_init(&seen);
        lj_buf_init(&body, NULL, 4096);
        lj_buf_put_cstr(&body, "0123456789abcdef");
        lj_buf_put_u32le(&body, sizeof(wmf));
        for (int i = 0; i < 24; i++) {
            lj_buf_put_u8(&body, 0);
        }
        lj_buf_put_u32le(&body, kind == 0 ? (uint32_t)packed_len : sizeof(wmf));
        lj_buf_put_u8(&body, kind == 0 ? 0 : 0xFE);
        lj_buf_put_u8(&body, 0xFE);
        lj_buf_put(&body,
                   kind == 0 ? lj_slice_of(packed, packed_len) : lj_slice_of(wmf, sizeof(wmf)));
        lj_slice whole = lj_buf_slice(&body);
        begin(&ppt, false);
        put_picture(&ppt, 0xF01B, 0x216, kind == 2 ? lj_slice_part(whole, 0, 40) : whole);
        end(&ppt, &seen);
        assert_int_equal(collect_has(&seen, "doc wmf embedded 'Pictures/1.wmf' size=18"), kind < 2);
        assert_int_equal(collect_has(&seen, "[0] gap damaged"), kind == 2);
        ppt_build_done(&ppt);
        lj_buf_done(&body);
        collect_done(&seen);
    }
}

/* The picture store of the document: a name, and a picture inside. */
static void test_ppt__reads_the_picture_store(void **state)
{
    (void)state;
    ppt_build ppt;
    collect seen;
    lj_buf entry;
    collect_init(&seen);
    lj_buf_init(&entry, NULL, 4096);
    for (int i = 0; i < 36; i++) {
        lj_buf_put_u8(&entry, i == 33 ? 6 : 0);
    }
    lj_buf_put(&entry, LJ_BYTES("\xFE\x56\x47\x72\0\0")); /* 图片 */
    lj_buf_put(&entry, LJ_BYTES("\0\x6E\x1E\xF0\x21\0\0\0"
                                "0123456789abcdef\xFF\x89PNG\r\n\x1A\n\0\0\0\rIHDR"));
    begin(&ppt, false);
    ppt_build_drawing_end(&ppt);
    ppt_build_open(&ppt, 0xF001, 0);
    ppt_build_atom(&ppt, 0xF007, 6, lj_buf_slice(&entry));
    ppt_build_atom(&ppt, 0xF007, 6, LJ_BYTES("short"));
    ppt_build_close(&ppt);
    ppt_build_close(&ppt);
    ppt_build_save(&ppt);
    collect_run(&seen, ppt_build_end(&ppt));
    CHECK_HAS(&seen, "'picture':'图片'");
    CHECK_HAS(&seen, "doc png embedded 'Pictures/1.png' size=16");
    ppt_build_done(&ppt);
    lj_buf_done(&entry);
    collect_done(&seen);
}

static void test_ppt__tells_encryption(void **state)
{
    (void)state;
    ppt_build ppt;
    collect seen;
    collect_init(&seen);
    begin(&ppt, false);
    ppt_build_drawing_end(&ppt);
    ppt_build_close(&ppt);
    ppt_build_save(&ppt);
    collect_run(&seen, ppt_build_end_locked(&ppt));
    assert_true(collect_has_gap(&seen, GAP_ENCRYPTED, "rc4-cryptoapi"));
    ppt_build_done(&ppt);
    collect_done(&seen);
}

/* ---- encryption: RC4 of the CryptoAPI ([MS-OFFCRYPTO] 2.3.5) ---- */

static const uint8_t salt[16] = "salt of 16 bytes";

static void block_key(lj_cipher *cipher, const char *password, uint32_t block, lj_rc4 *out)
{
    uint8_t wide[128];
    uint8_t base[LJ_DIGEST_MAX];
    uint8_t key[LJ_DIGEST_MAX];
    uint8_t no[4] = {(uint8_t)block, (uint8_t)(block >> 8), 0, 0};
    size_t len = 0;
    for (const char *at = password; *at != 0; at++) {
        wide[len++] = (uint8_t)*at;
        wide[len++] = 0;
    }
    lj_digest_of(cipher, LJ_SHA1, lj_slice_of(salt, sizeof(salt)), lj_slice_of(wide, len), base);
    lj_digest_of(cipher, LJ_SHA1, lj_slice_of(base, 20), lj_slice_of(no, 4), key);
    lj_rc4_init(out, lj_slice_of(key, 16));
}

static void put_session(ppt_build *ppt, lj_cipher *cipher, const char *password)
{
    static const uint32_t head[] = {0x00020002, 4, 34, 4, 0, 0x6801, 0x8004, 128, 1, 0, 0};
    uint8_t proof[36] = "sixteen letters.";
    uint8_t digest[LJ_DIGEST_MAX];
    lj_rc4 rc4;
    lj_digest_of(cipher, LJ_SHA1, lj_slice_of(proof, 16), LJ_BYTES(""), digest);
    memcpy(proof + 16, digest, 20);
    block_key(cipher, password, 0, &rc4);
    lj_rc4_apply(&rc4, proof, proof, sizeof(proof));
    ppt_build_open(ppt, 0x2F14, 0);
    for (size_t i = 0; i < LJ_COUNT_OF(head); i++) {
        lj_buf_put_u32le(&ppt->out, head[i]);
    }
    lj_buf_put_u16le(&ppt->out, 0); /* no name of a provider */
    lj_buf_put_u32le(&ppt->out, 16);
    lj_buf_put(&ppt->out, lj_slice_of(salt, 16));
    lj_buf_put(&ppt->out, lj_slice_of(proof, 16));
    lj_buf_put_u32le(&ppt->out, 20);
    lj_buf_put(&ppt->out, lj_slice_of(proof + 16, 20));
    ppt_build_close(ppt);
}

/* All objects since the last save but the last one, which is the session. */
static void lock_objects(ppt_build *ppt, lj_cipher *cipher, const char *password)
{
    for (uint32_t i = 0; i + 1 < ppt->object_count; i++) {
        lj_rc4 rc4;
        block_key(cipher, password, ppt->numbers[i], &rc4);
        uint8_t *from = ppt->out.ptr + ppt->offs[i];
        lj_rc4_apply(&rc4, from, from, ppt->offs[i + 1] - ppt->offs[i]);
    }
}

/* Each field of a picture begins the key stream anew. */
static void lock_picture(ppt_build *ppt, lj_cipher *cipher, const char *password)
{
    static const size_t lens[] = {8, 16, 1, SIZE_MAX};
    size_t at = 0;
    for (size_t i = 0; i < LJ_COUNT_OF(lens); i++) {
        lj_rc4 rc4;
        size_t len = lj_min_size(lens[i], ppt->pictures.len - at);
        block_key(cipher, password, 0, &rc4);
        lj_rc4_apply(&rc4, ppt->pictures.ptr + at, ppt->pictures.ptr + at, len);
        at += len;
    }
}

static void test_ppt__opens_with_a_password(void **state)
{
    (void)state;
    static const struct {
        const char *name, *password;
        const lj_str given;
        uint32_t letters; /* of a text: more than are decrypted in memory */
        bool opens;
    } rows[] = {
        {"empty",             "",                      {"", 0},       8,       true },
        {"the program's own", "/01Hannes Ruescher/01", {"", 0},       8,       true },
        {"given",             "dinner",                {"dinner", 6}, 8,       true },
        {"large",             "dinner",                {"dinner", 6}, 2500000, true },
        {"another one",       "dinner",                {"lunch", 5},  8,       false},
    };
    lj_cipher *cipher = lj_cipher_new();
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        ppt_build ppt;
        collect seen;
        lj_buf text;
        collect_init(&seen);
        lj_buf_init(&text, NULL, 16 << 20);
        seen.options.passwords = &rows[i].given;
        seen.options.password_count = rows[i].given.len > 0 ? 1 : 0;
        for (uint32_t k = 0; k < rows[i].letters; k++) {
            lj_buf_put_u16le(&text, k % 100 == 99 ? '\r' : 0x7684);
        }
        begin(&ppt, false);
        ppt_build_add_shape(&ppt, &(ppt_build_shape){.box = BOX_OF, .text = "锁住的字"});
        ppt_build_drawing_end(&ppt);
        ppt_build_close(&ppt);
        ppt_build_object(&ppt, 4);
        ppt_build_slide(&ppt, 0, false);
        ppt_build_atom(&ppt, 0x0FA0, 0, lj_buf_slice(&text));
        ppt_build_text(&ppt, 1, "后面的字", LJ_BYTES(""));
        ppt_build_close(&ppt);
        ppt.session = 9;
        ppt_build_object(&ppt, 9);
        lock_objects(&ppt, cipher, rows[i].password);
        put_session(&ppt, cipher, rows[i].password);
        ppt_build_save(&ppt);
        put_picture(&ppt, 0xF01E, 0x6E0,
                    LJ_BYTES("0123456789abcdef\xFF\x89PNG\r\n\x1A\n\0\0\0\rIHDR"));
        lock_picture(&ppt, cipher, rows[i].password);
        print_message("row: %s\n", rows[i].name);
        collect_run(&seen, ppt_build_end_locked(&ppt));
        CHECK_ROW(rows[i].name, collect_has(&seen, "'锁住的字'"), rows[i].opens);
        CHECK_ROW(rows[i].name, collect_has(&seen, "'后面的字'"), rows[i].opens);
        CHECK_ROW(rows[i].name, collect_has(&seen, "doc png embedded 'Pictures/1.png' size=16"),
                  rows[i].opens);
        CHECK_ROW(rows[i].name, collect_has_note(&seen, NOTE_PASSWORD_USED), rows[i].opens);
        CHECK_ROW(rows[i].name, collect_has_gap(&seen, GAP_ENCRYPTED, "rc4-cryptoapi"),
                  !rows[i].opens);
        CHECK_ROW(rows[i].name, collect_has(&seen, "[0] gap damaged"), false);
        ppt_build_done(&ppt);
        lj_buf_done(&text);
        collect_done(&seen);
    }
    lj_cipher_free(cipher);
}

/* A text that is longer than what is read as a whole. */
static void test_ppt__reads_long_texts(void **state)
{
    (void)state;
    static const uint32_t lens[] = {PPT_ATOM_MAX / 2 - 1, PPT_ATOM_MAX / 2, PPT_ATOM_MAX / 2 + 1,
                                    PPT_ATOM_MAX};
    for (size_t i = 0; i < LJ_COUNT_OF(lens); i++) {
        ppt_build ppt;
        collect seen;
        lj_buf text;
        collect_init(&seen);
        lj_buf_init(&text, NULL, 4 * PPT_ATOM_MAX);
        begin(&ppt, false);
        ppt_build_open(&ppt, 0xF004, 0);
        ppt_build_open(&ppt, 0xF00D, 0);
        ppt_build_number(&ppt, 0x0F9F, 0, 1);
        for (uint32_t k = 0; k < lens[i]; k++) {
            lj_buf_put_u16le(&text, k + 3 == lens[i]   ? 0x672B
                                    : k + 2 == lens[i] ? 0x5C3E
                                    : k % 100 == 99    ? '\r'
                                                       : 0x7684);
        }
        ppt_build_atom(&ppt, 0x0FA0, 0, lj_buf_slice(&text));
        ppt_build_close(&ppt);
        ppt_build_close(&ppt);
        end(&ppt, &seen);
        CHECK_HAS(&seen, "末尾");
        ppt_build_done(&ppt);
        lj_buf_done(&text);
        collect_done(&seen);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ppt__reads_shapes),
        cmocka_unit_test(test_ppt__joins_runs),
        cmocka_unit_test(test_ppt__odd_styles_lose_no_text),
        cmocka_unit_test(test_ppt__maps_groups_and_tables),
        cmocka_unit_test(test_ppt__reads_what_saves_left),
        cmocka_unit_test(test_ppt__survives_damage),
        cmocka_unit_test(test_ppt__chain_of_saves_ends),
        cmocka_unit_test(test_ppt__reads_lists_notes_and_strings),
        cmocka_unit_test(test_ppt__outline_text_is_told_once),
        cmocka_unit_test(test_ppt__counts_its_stack),
        cmocka_unit_test(test_ppt__counts_its_objects),
        cmocka_unit_test(test_ppt__hands_on_what_is_embedded),
        cmocka_unit_test(test_ppt__blanks_meta_characters),
        cmocka_unit_test(test_ppt__reads_odd_strings),
        cmocka_unit_test(test_ppt__hands_on_metafiles),
        cmocka_unit_test(test_ppt__reads_the_picture_store),
        cmocka_unit_test(test_ppt__tells_encryption),
        cmocka_unit_test(test_ppt__opens_with_a_password),
        cmocka_unit_test(test_ppt__reads_long_texts),
    };
    return cmocka_run_group_tests_name("ppt", tests, NULL, NULL);
}
