/* SPDX-License-Identifier: AGPL-3.0-or-later
 * OpenDocument: each construct of table D of hidden-marks and each trap of the reader's comments,
 * in a package or flat file made here. Lines are those of formats/span_dump.h. */
#include "../check.h"
#include "base/num.h"
#include "collect.h"
#include "odf_build.h"

#define P(inner) "<text:p>" inner "</text:p>"

/* One body, what must be among the lines, what must not (NULL: nothing to add). */
typedef struct body_row {
    const char *name;
    const char *kind;
    const char *styles; /* automatic */
    const char *body;
    const char *wanted[4];
    const char *unwanted[3];
} body_row;

static void run_odf(collect *seen, const char *kind, const char *styles, const char *body)
{
    zip_build zip;
    zip_build_init(&zip);
    odf_begin(&zip, kind, "");
    odf_content(&zip, kind, styles, body);
    collect_run(seen, zip_build_end(&zip, LJ_BYTES(""), false));
    zip_build_done(&zip);
}

static void check_bodies(const body_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        collect seen;
        collect_init(&seen);
        run_odf(&seen, rows[i].kind, rows[i].styles, rows[i].body);
        print_message("row: %s\n", rows[i].name);
        for (size_t k = 0; k < LJ_COUNT_OF(rows[i].wanted) && rows[i].wanted[k] != NULL; k++) {
            CHECK_HAS(&seen, rows[i].wanted[k]);
        }
        for (size_t k = 0; k < LJ_COUNT_OF(rows[i].unwanted) && rows[i].unwanted[k] != NULL; k++) {
            CHECK_HAS_NOT(&seen, rows[i].unwanted[k]);
        }
        CHECK_ROW(rows[i].name, seen.gap_count, 0);
        CHECK_ROW(rows[i].name, seen.size, seen.examined);
        collect_done(&seen);
    }
}

#define T_STYLE(name, attrs)                                                                       \
    "<style:style style:family=\"text\" style:name=\"" name "\"><style:text-properties " attrs     \
    "/></style:style>"

static void test_odf__text(void **state)
{
    (void)state;
    /* the tool dies on such rows */
    /* clang-format off */
    static const body_row rows[] = {
        {"spans are joined",
         "text",                                                             "",
         P("机<text:span>密</text:span><text:bookmark-start text:name=\"x\"/>★"),
         {"body part=content.xml", "'机密★'"},
         {NULL}},
        {"white space is put together",
         "text",                                                             "",
         P("  a \n\t b<text:s text:c=\"2\"/>c "),
         {"'a b  c '"},
         {NULL}},
        {"a count of blanks that is too large",
         "text",                                                             "",
         P("a<text:s text:c=\"2147483647\"/>b"),
         {"b'"},
         {NULL}},
        {"a note stands beside its paragraph",
         "text",                                                             "",
         P("前<text:note><text:note-citation>1</text:note-citation><text:note-body>" P(
             "注") "</text:note-body></text:note>后"),
         {"footnote part=content.xml", "'注'", "'前后'"},
         {"'1'"}},
        {"size in percent of nothing is not known",
         "text",                                                             T_STYLE("T", "style:font-size-asian=\"10%\""),
         P("<text:span text:style-name=\"T\">甲</text:span>"),
         {"{0+3} '甲'"},
         {"tiny"}},
        {"automatic colour with opacity 0 is seen",
         "text",                                                             T_STYLE("T", "style:use-window-font-color=\"true\" fo:opacity=\"0%\""),
         P("<text:span text:style-name=\"T\">甲</text:span>"),
         {"{0+3} '甲'"},
         {"invisible"}},
        {"a colour with opacity 0 is not",
         "text",                                                             T_STYLE("T", "fo:color=\"#000000\" fo:opacity=\"0%\""),
         P("<text:span text:style-name=\"T\">甲</text:span>"),
         {"hidden:invisible"},
         {NULL}},
        {"hidden sections, by attribute and by condition",
         "text",                                                             "",
         "<text:section text:display=\"condition\" text:is-hidden=\"true\">" P(
             "甲") "</text:section><text:section text:display=\"condition\">" P("乙")
             "</text:section>",
         {"hidden:sheet {0+3} '甲'", "body part=content.xml {0+3} '乙'"},
         {NULL}},
        {"a paragraph that says it is hidden, and one that does not",
         "text",                                                             "",
         P("<text:hidden-paragraph text:is-hidden=\"true\"/>甲")
             P("<text:hidden-paragraph text:is-hidden=\"false\"/>乙"),
         {"hidden:vanish {0+3} '甲'", "body part=content.xml {0+3} '乙'"},
         {NULL}},
        {"ruby does not stand between the letters",
         "text",                                                             "",
         P("<text:ruby><text:ruby-base>机密</text:ruby-base><text:ruby-text>jimi</text:ruby-text>"
           "</text:ruby>文件"),
         {"'机密文件'", "'jimi'"},
         {NULL}},
        {"prefix of list numbers",
         "text",                                                             "<text:list-style style:name=\"L\"><text:list-level-style-number "
                                                                             "style:num-prefix=\"编号★\"/></text:list-style>",
         P("x"),
         {"'num-prefix':'编号★'"},
         {NULL}},
        {"names of fonts and styles hold no mark",
         "text",                                                             T_STYLE("T", "style:font-name-asian=\"仿宋\""),
         "<text:p text:style-name=\"正文样式\">x</text:p>",
         {"'x'"},
         {"仿宋", "正文样式"}},
        {"a comment of Chinese in the markup",
         "text",                                                             "",
         "<!-- 注释里的话 -->" P("x"),
         {"comment part=content.xml hidden:not_printed ' 注释里的话 '"},
         {NULL}},
    };
    /* clang-format on */
    check_bodies(rows, LJ_COUNT_OF(rows));
}

static void test_odf__sheets(void **state)
{
    (void)state;
    /* the tool dies on such rows */
    /* clang-format off */
    static const body_row rows[] = {
        {"a group of columns that is folded",
         "spreadsheet", "",
         "<table:table table:name=\"s\"><table:table-column-group table:display=\"false\">"
         "<table:table-column/></table:table-column-group><table:table-column/><table:table-row>"
         "<table:table-cell>" P("甲") "</table:table-cell><table:table-cell>" P(
             "乙") "</table:table-cell></table:table-row></table:table>", {"col=1 hidden:cell {0+3} '甲'", "col=2 {0+3} '乙'"},
         {NULL}                                                                                                                      },
        {"a group of rows that is folded",
         "spreadsheet", "",
         "<table:table table:name=\"s\"><table:table-row-group table:display=\"false\">"
         "<table:table-row><table:table-cell>" P("甲") "</table:table-cell></table:table-row>"
                                                       "</table:table-row-group></table:table>",     {"hidden:cell {0+3} '甲'"},
         {NULL}                                                                                                                      },
        {"a row without height",
         "spreadsheet",
         "<style:style style:family=\"table-row\" style:name=\"r\"><style:table-row-properties "
         "style:row-height=\"0cm\"/></style:style>",
         "<table:table table:name=\"s\"><table:table-row table:style-name=\"r\"><table:table-cell>" P(
             "甲") "</table:table-cell></table:table-row></table:table>",
         {"hidden:cell {0+3} '甲'"},
         {NULL}                                                                                                                      },
        {"counts up to 2^31 and beyond do not loop",
         "spreadsheet", "",
         "<table:table table:name=\"s\"><table:table-column "
         "table:number-columns-repeated=\"99999999999\" table:visibility=\"collapse\"/>"
         "<table:table-row table:number-rows-repeated=\"2147483647\"><table:table-cell "
         "table:number-columns-repeated=\"2147483647\">" P(
             "甲") "</table:table-cell></table:table-row><table:table-row><table:table-cell>" P("乙") "</table:table-cell></table:table-row></table:table>",
         {"row=1 col=1 hidden:cell {0+3} '甲'", "row=2147483647 col=1 hidden:cell {0+3} '乙'"},
         {NULL}                                                                                                                      },
        {"dates say nothing",
         "spreadsheet",
         "<number:date-style style:name=\"d\"><number:year/><number:text>年</number:text>"
         "</number:date-style><number:currency-style style:name=\"c\"><number:currency-symbol>￥"
         "</number:currency-symbol></number:currency-style>",
         "<table:table table:name=\"s\"/>",                                                                   {"sheet_name"},
         {"formula"}                                                                                                                 },
        {"a table in a cell is no sheet",
         "spreadsheet", "",
         "<table:table table:name=\"外\"><table:table-row><table:table-cell><table:table "
         "table:name=\"内\"><table:table-row><table:table-cell>" P(
             "甲") "</table:table-cell></table:table-row></table:table></table:table-cell>"
                   "</table:table-row></table:table>",                                               {"sheet=1", "'甲'", "'name':'内'"},
         {"sheet=2"}                                                                                                                 },
    };
    /* clang-format on */
    check_bodies(rows, LJ_COUNT_OF(rows));
}

static void test_odf__pages(void **state)
{
    (void)state;
    /* the tool dies on such rows */
    /* clang-format off */
    static const body_row rows[] = {
        {"text over something painted is not judged",
         "presentation", T_STYLE("W", "fo:color=\"#ffffff\""),
         "<draw:page><draw:frame><draw:image xlink:href=\"Pictures/a.png\"/></draw:frame><draw:frame>"
         "<draw:text-box>" P("<text:span text:style-name=\"W\">甲</text:span>") "</draw:text-box>"
                                                                               "</draw:frame>"
                                                                               "</draw:page>",
         {"fg=16777215} '甲'"},
         {"no_contrast"}                                                                                                                                         },
        {"white on an empty page is",
         "presentation", T_STYLE("W", "fo:color=\"#ffffff\""),
         "<draw:page><draw:frame><draw:text-box>" P("<text:span text:style-name=\"W\">甲</text:span>") "</draw:text-box></draw:frame></draw:page>",
         {"hidden:no_contrast"},
         {NULL}                                                                                                                                                  },
        {"a link outside, percent-decoded",
         "presentation", "",
         "<draw:page><draw:frame><draw:image xlink:href=\"file:///d/%E7%94%B2.png\"/></draw:frame>"
         "</draw:page>",                                                                                                      {"link part=content.xml", "'file:///d/甲.png'"},
         {NULL}                                                                                                                                                  },
        {"a watermark of LibreOffice",
         "text",         "",
         P("<draw:custom-shape draw:name=\"PowerPlusWaterMarkObject1\">" P("样稿") "</draw:custom-shape>"),                   {"watermark part=content.xml"},
         {NULL}                                                                                                                                                  },
    };
    /* clang-format on */
    check_bodies(rows, LJ_COUNT_OF(rows));
}

/* Automatic styles of styles.xml are not those of content.xml; common ones are. */
static void test_odf__automatic_styles_stay_in_their_part(void **state)
{
    (void)state;
    collect seen;
    zip_build zip;
    collect_init(&seen);
    zip_build_init(&zip);
    odf_begin(&zip, "text", "");
    odf_styles(&zip, T_STYLE("C", "fo:color=\"#ff0000\""), T_STYLE("T1", "text:display=\"none\""),
               "<style:master-page style:name=\"S\"><style:header>" P(
                   "<text:span text:style-name=\"T1\">页眉</text:span>") "</style:header>"
                                                                         "</style:master-page>");
    odf_content(&zip, "text", "",
                P("<text:span text:style-name=\"T1\">正文</text:span>")
                    P("<text:span text:style-name=\"C\">红字</text:span>"));
    collect_run(&seen, zip_build_end(&zip, LJ_BYTES(""), false));
    CHECK_HAS(&seen, "header part=styles.xml hidden:vanish");
    CHECK_HAS(&seen, "body part=content.xml {0+6} '正文'");
    CHECK_HAS(&seen, "fg=16711680} '红字'");
    zip_build_done(&zip);
    collect_done(&seen);
}

static void test_odf__encryption(void **state)
{
    (void)state;
    static const struct {
        const char *algorithm;
        const char *detail;
    } rows[] = {
        {"http://www.w3.org/2001/04/xmlenc#aes256-cbc", "odf-aes256"    },
        {"http://www.w3.org/2009/xmlenc11#aes256-gcm",  "odf-aes256-gcm"},
        {"http://www.w3.org/2001/04/xmlenc#aes128-cbc", "odf-aes128"    },
        {"Blowfish CFB",                                "odf-blowfish"  },
        {"something else",                              "odf-unknown"   },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        collect seen;
        zip_build zip;
        char entry[512];
        collect_init(&seen);
        zip_build_init(&zip);
        (void)snprintf(entry, sizeof(entry),
                       "<manifest:file-entry manifest:full-path=\"content.xml\">"
                       "<manifest:encryption-data><manifest:algorithm "
                       "manifest:algorithm-name=\"%s\"/></manifest:encryption-data>"
                       "</manifest:file-entry>",
                       rows[i].algorithm);
        odf_begin(&zip, "text", entry);
        zip_build_data(&zip, "content.xml", LJ_BYTES("<text:p>not to be read</text:p>"));
        odf_part(&zip, "meta.xml", "document-meta",
                 "<office:meta><dc:title>明文标题</dc:title></office:meta>");
        collect_run(&seen, zip_build_end(&zip, LJ_BYTES(""), false));
        assert_true(collect_has_gap(&seen, GAP_ENCRYPTED, rows[i].detail));
        CHECK_ROW(rows[i].detail, seen.gap_count, 1);
        CHECK_HAS(&seen, "'title':'明文标题'");
        CHECK_HAS_NOT(&seen, "not to be read");
        zip_build_done(&zip);
        collect_done(&seen);
    }
}

/* The tables of the reader at their limits: text is never lost. */
static void check_depth(const char *kind, const char *open, const char *close, unsigned times)
{
    collect seen;
    lj_buf body;
    collect_init(&seen);
    lj_buf_init(&body, NULL, 4 << 20);
    for (unsigned i = 0; i < times; i++) {
        lj_buf_put_cstr(&body, open);
    }
    lj_buf_put_cstr(&body, P("最里面的字"));
    for (unsigned i = 0; i < times; i++) {
        lj_buf_put_cstr(&body, close);
    }
    lj_buf_put_cstr(&body, P("后面的字"));
    lj_buf_put_u8(&body, 0);
    run_odf(&seen, kind, "", (const char *)body.ptr);
    CHECK_HAS(&seen, "最里面的字");
    CHECK_HAS(&seen, "后面的字");
    lj_buf_done(&body);
    collect_done(&seen);
}

static void test_odf__deep(void **state)
{
    (void)state;
    for (unsigned around = 0; around < 5; around++) {
        check_depth("text", "<text:p><draw:frame><draw:text-box>",
                    "</draw:text-box></draw:frame></text:p>", 9 + around); /* PARA_MAX 10 */
        check_depth("text", "<table:table><table:table-row><table:table-cell>",
                    "</table:table-cell></table:table-row></table:table>",
                    7 + around);                                                /* TABLE_MAX 8 */
        check_depth("text", "<text:section>", "</text:section>", 159 + around); /* SCOPE_MAX 160 */
    }
}

/* Chains of styles: what stands at the end of a long one is found, a circle ends. */
static void test_odf__style_chains(void **state)
{
    (void)state;
    for (unsigned len = 46; len <= 50; len++) { /* CHAIN_MAX 48, itself included */
        collect seen;
        lj_buf styles;
        collect_init(&seen);
        lj_buf_init(&styles, NULL, 1 << 20);
        for (unsigned i = 0; i < len; i++) {
            char text[256];
            (void)snprintf(text, sizeof(text),
                           "<style:style style:family=\"text\" style:name=\"s%u\" "
                           "style:parent-style-name=\"s%u\"><style:text-properties %s/>"
                           "</style:style>",
                           i, i + 1, i + 1 == len ? "text:display=\"none\"" : "");
            lj_buf_put_cstr(&styles, text);
        }
        lj_buf_put_u8(&styles, 0);
        run_odf(&seen, "text", (const char *)styles.ptr,
                P("<text:span text:style-name=\"s0\">甲</text:span>"));
        collect_check(&seen, "hidden:vanish", len <= 48, __FILE__, __LINE__);
        lj_buf_done(&styles);
        collect_done(&seen);
    }
}

static void test_odf__flat(void **state)
{
    (void)state;
    static const struct {
        const char *kind;
        const char *row;
    } rows[] = {
        {"text",           "doc fodt root"},
        {"text-template",  "doc fodt root"},
        {"spreadsheet",    "doc fods root"},
        {"presentation",   "doc fodp root"},
        {"graphics",       "doc fodp root"},
        {"something-else", "doc fodt root"},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        collect seen;
        lj_buf text;
        collect_init(&seen);
        lj_buf_init(&text, NULL, 1 << 20);
        odf_flat(&text, rows[i].kind,
                 "<office:body><office:text>" P(
                     "甲<draw:image><office:binary-data>\n 55Sy5LmZ5LiZ\n"
                     "5LiB\n</office:binary-data></draw:image>乙") "</office:text></office:body>");
        collect_run(&seen, lj_buf_slice(&text));
        CHECK_HAS(&seen, rows[i].row);
        CHECK_HAS(&seen, "'甲乙'");
        CHECK_HAS(&seen, "甲乙丙丁");
        CHECK_ROW(rows[i].kind, seen.gap_count, 0);
        lj_buf_done(&text);
        collect_done(&seen);
    }
}

/* The tokenizer takes memory while a part is read in a loop of its own. */
static void test_odf__many_attributes(void **state)
{
    (void)state;
    static const char *const around[] = {"office:meta", "office:settings", "office:scripts",
                                         "math:math"};
    for (size_t i = 0; i < LJ_COUNT_OF(around); i++) {
        collect seen;
        lj_buf text;
        lj_buf inner;
        collect_init(&seen);
        lj_buf_init(&text, NULL, 1 << 20);
        lj_buf_init(&inner, NULL, 1 << 20);
        lj_buf_put_cstr(&inner, "<");
        lj_buf_put_cstr(&inner, around[i]);
        lj_buf_put_cstr(&inner, "><a");
        for (unsigned k = 0; k < 100; k++) {
            lj_buf_put_cstr(&inner, " a");
            lj_buf_put_dec(&inner, k);
            lj_buf_put_cstr(&inner, "=\"b\"");
        }
        lj_buf_put_cstr(&inner, "/></");
        lj_buf_put_cstr(&inner, around[i]);
        lj_buf_put_cstr(&inner, "><office:body><office:text>" P("甲") "</office:text>"
                                                                      "</office:body>");
        lj_buf_put_u8(&inner, 0);
        odf_flat(&text, "text", (const char *)inner.ptr);
        collect_run(&seen, lj_buf_slice(&text));
        CHECK_HAS(&seen, "'甲'");
        CHECK_ROW(around[i], seen.gap_count, 0);
        lj_buf_done(&inner);
        lj_buf_done(&text);
        collect_done(&seen);
    }
}

static void test_odf__mimetype_behind(void **state)
{
    (void)state;
    collect seen;
    zip_build zip;
    collect_init(&seen);
    zip_build_init(&zip);
    odf_content(&zip, "spreadsheet", "", "<table:table table:name=\"表\"/>");
    zip_build_data(&zip, "mimetype",
                   LJ_BYTES("application/vnd.oasis.opendocument.spreadsheet-template"));
    collect_run(&seen, zip_build_end(&zip, LJ_BYTES(""), false));
    CHECK_HAS(&seen, "doc ods root");
    CHECK_HAS(&seen, "'表'");
    zip_build_done(&zip);
    collect_done(&seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_odf__text),
        cmocka_unit_test(test_odf__sheets),
        cmocka_unit_test(test_odf__pages),
        cmocka_unit_test(test_odf__automatic_styles_stay_in_their_part),
        cmocka_unit_test(test_odf__encryption),
        cmocka_unit_test(test_odf__deep),
        cmocka_unit_test(test_odf__style_chains),
        cmocka_unit_test(test_odf__flat),
        cmocka_unit_test(test_odf__many_attributes),
        cmocka_unit_test(test_odf__mimetype_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
