/* SPDX-License-Identifier: AGPL-3.0-or-later
 * HTML: rows T05-T10 and T17-T23 of hidden-marks, tables, broken pages. `test_html --write FOLDER`
 * writes the samples of tests/formats/html. */
#include <dirent.h>

#include "base/json.h"
#include "formats/markup/html.h"
#include "spot.h"

#define PAGE(inner)                                                                                \
    "<!doctype html><html><head><meta charset=utf-8></head><body>" inner "</body></html>"

typedef struct page_row {
    const char *name, *page;
    const char *wanted[3];
    const char *unwanted[2];
} page_row;

static void check_pages(const page_row *rows, size_t count)
{
    collect seen;
    collect_init(&seen);
    for (size_t i = 0; i < count; i++) {
        collect_run(&seen, lj_cstr_bytes(rows[i].page));
        for (size_t k = 0; k < 3 && rows[i].wanted[k] != NULL; k++) {
            if (!collect_has(&seen, rows[i].wanted[k])) {
                collect_print(&seen);
                fail_msg("row '%s': missing %s", rows[i].name, rows[i].wanted[k]);
            }
        }
        for (size_t k = 0; k < 2 && rows[i].unwanted[k] != NULL; k++) {
            if (collect_has(&seen, rows[i].unwanted[k])) {
                collect_print(&seen);
                fail_msg("row '%s': not wanted %s", rows[i].name, rows[i].unwanted[k]);
            }
        }
    }
    collect_done(&seen);
}

static void test_html__letters_join_across_what_nobody_sees(void **state)
{
    (void)state;
    static const page_row rows[] = {
        {"T18 tags",
         PAGE("<p>机<b></b>密<i>★</i>10<span>年</span></p>"),
         {"body", "'机密★10年'"},
         {NULL}                                                                                                         },
        {"T18 comment",                PAGE("<p>机<!-- x -->密</p>"),            {"'机密'", "comment"},  {NULL}     },
        {"<!--> is empty",             PAGE("<p>机<!-->密</p>"),                 {"'机密'"},             {"comment"}},
        {"unknown tag",                PAGE("<p>机<o:p></o:p>密</p>"),           {"'机密'"},             {NULL}     },
        {"T17 decimal",                PAGE("<p>&#26426;&#x5bc6;&#9733;</p>"),     {"'机密★'"},          {NULL}     },
        {"T17 no semicolon",           PAGE("<p>&#26426&#x5bc6 x</p>"),            {"'机密 x'"},           {NULL}     },
        {"T17 leading zeros",          PAGE("<p>&#00000000026426;密</p>"),        {"'机密'"},             {NULL}     },
        {"T17 star by name",           PAGE("<p>机密&starf;10年</p>"),          {"'机密★10年'"},     {NULL}     },
        {"a name needs its semicolon", PAGE("<p>x&starfish y</p>"),                {"'x&starfish y'"},       {"★"}    },
        {"old names need none",        PAGE("<p>a&lt b&nbsp</p>"),                 {"a< b"},                 {NULL}     },
        {"T05 zero width",             PAGE("<p>机&ZeroWidthSpace;密&shy;</p>"), {"机\xE2\x80\x8B密"},   {NULL}     },
        {"T09 blanks collapse",        PAGE("<p>  机 \n  密  </p>"),             {"'机 密'"},            {NULL}     },
        {"pre keeps them",             PAGE("<pre>机  密</pre>"),                {"'机  密'"},           {NULL}     },
        {"blocks part",                PAGE("<div>甲</div><div>乙</div>"),       {"'甲'", "'乙'"},       {NULL}     },
        {"br is a line",               PAGE("<p>甲<br>乙</p>"),                  {"'甲\\n乙'"},          {NULL}     },
        {"br first",                   PAGE("<p><br>甲</p>"),                     {" '甲'"},               {NULL}     },
        {"heading",                    PAGE("<h1>题</h1>"),                       {"title", "'题'"},       {NULL}     },
        {"page title",
         "<html><head><title>机密&#9733;</title></head></html>",                 {"title", "'机密★'"},
         {NULL}                                                                                                         },
        {"CDATA",                      PAGE("<p>甲<![CDATA[乙]]></p>"),          {"'甲乙'"},             {NULL}     },
    };
    check_pages(rows, LJ_COUNT_OF(rows));
}

static void test_html__says_what_hides_the_text(void **state)
{
    (void)state;
    static const page_row rows[] = {
        {"T18 display",            PAGE("<p style='display:none'>密</p>"),         {"hidden:vanish"},      {NULL}    },
        {"T18 visibility",
         PAGE("<p style='VISIBILITY : hidden'>密</p>"),
         {"hidden:invisible"},
         {NULL}                                                                                                       },
        {"T18 hidden",             PAGE("<p hidden>密</p>"),                       {"hidden:vanish"},      {NULL}    },
        {"T18 size 0",             PAGE("<p style='font-size:0'>密</p>"),          {"hidden:vanish"},      {NULL}    },
        {"T18 opacity",            PAGE("<p style='opacity:0.0'>密</p>"),          {"hidden:invisible"},   {NULL}    },
        {"seen through",           PAGE("<p style='opacity:0.5'>密</p>"),          {"'密'"},              {"hidden"}},
        {"T18 white",              PAGE("<p style='color:#fff'>密</p>"),           {"hidden:no_contrast"}, {NULL}    },
        {"T18 same colours",
         PAGE("<p style='color:#102030;background:#102030'>密</p>"),
         {"hidden:no_contrast"},
         {NULL}                                                                                                       },
        {"white on black",
         PAGE("<div style='background:#000'><p style='color:white'>密</p></div>"),
         {"'密'"},
         {"no_contrast"}                                                                                              },
        {"T18 off the page",
         PAGE("<p style='position:absolute;left:-9999px'>密</p>"),
         {"hidden:off_page"},
         {NULL}                                                                                                       },
        {"inherited",
         PAGE("<div hidden><table><tr><td>密</td></tr></table></div>"),
         {"cell row=1 col=1", "hidden:vanish"},
         {NULL}                                                                                                       },
        {"a part of a line",
         PAGE("<p>见<span style='display:none'>密</span></p>"),
         {"{3+3 hidden:vanish}"},
         {"hidden:vanish {"}                                                                                          },
        {"unclosed inside a line",
         PAGE("<p>见<span style='display:none'>密</p>"),
         {"{3+3 hidden:vanish}"},
         {"hidden:vanish {"}                                                                                          },
        {"next paragraph is seen",
         PAGE("<p style='display:none'>密<p>见"),
         {"'见'", "hidden:vanish"},
         {"hidden:vanish '见'"}                                                                                      },
        {"next item is seen",
         PAGE("<ul><li hidden>密<li>见</ul>"),
         {" '见'"},
         {"hidden:vanish '见'"}                                                                                      },
        {"next cell is seen",
         PAGE("<table><tr><td hidden>密<td>见<tr><td>也见</table>"),
         {"row=1 col=2", "row=2 col=1"},
         {"hidden:vanish '见'", "hidden:vanish '也见'"}                                                            },
    };
    check_pages(rows, LJ_COUNT_OF(rows));
}

static void test_html__what_is_not_on_the_page_comes_out(void **state)
{
    (void)state;
    static const page_row rows[] = {
        {"T19 comment",
         PAGE("<!-- 机密★10年 -->"),
         {"comment", "hidden:not_printed ' 机密★10年 '"},
         {NULL}                                                                                                                                 },
        {"T20 alt",             PAGE("<img src=a.png alt='机密'>"),                         {"alt", "'alt':'机密'"},                  {NULL}},
        {"T20 title",           PAGE("<a title=&#26426;密>x</a>"),                           {"attribute", "'title':'机密'"},          {NULL}},
        {"T20 value",           PAGE("<input value=\"机密\">"),                             {"'value':'机密'"},                       {NULL}},
        {"T20 data",            PAGE("<p data-level='机密'>x</p>"),                         {"'data-level':'机密'"},                  {NULL}},
        {"T20 keywords",
         "<html><head><meta name=keywords content='机密,年报'></head></html>",            {"metadata", "'keywords':'机密,年报'"},
         {NULL}                                                                                                                                 },
        {"percent link",
         PAGE("<a href='/%E6%9C%BA%E5%AF%86.doc'>x</a>"),
         {"link", "'/机密.doc'"},
         {NULL}                                                                                                                                 },
        {"percent link in GBK",
         PAGE("<a href='/%BB%FA%C3%DC%B2%C4%C1%CF.doc'>x</a>"),
         {"机密材料"},
         {NULL}                                                                                                                                 },
        {"T21 style",
         "<html><head><style>p:after{content:\"\\673a\\5bc6 \\2605\"}</style></head></html>", {"style decoded", "机密★"},
         {NULL}                                                                                                                                 },
        {"T22 script",          PAGE("<script>var s='机密';</script>"),                     {"script", "机密"},                       {NULL}},
        {"T22 escapes",
         PAGE("<script>s='\\u673a\\u5bc6'</script>"),
         {"script decoded", "机密"},
         {NULL}                                                                                                                                 },
        {"T22 unescape",
         PAGE("<script>unescape('%u673a%u5bc6')</script>"),
         {"script decoded", "机密"},
         {NULL}                                                                                                                                 },
        {"T22 codes",
         PAGE("<script>String.fromCharCode(26426, 0x5bc6)</script>"),
         {"script decoded", "机密"},
         {NULL}                                                                                                                                 },
        {"option",
         PAGE("<select><option>机密<option>公开</select>"),
         {"form", "'机密'", "'公开'"},
         {NULL}                                                                                                                                 },
        {"textarea",            PAGE("<textarea>机密 <b></textarea>"),                      {"form", "'机密 <b>'"},                   {NULL}},
    };
    check_pages(rows, LJ_COUNT_OF(rows));
}

static void test_html__tables_have_rows_and_columns(void **state)
{
    (void)state;
    static const page_row rows[] = {
        {"closed",
         PAGE(
             "<table><tr><th>名称</th><th>密级</th></tr><tr><td>甲</td><td>机密</td></tr></table>"),
         {"row=1 col=2", "row=2 col=2"},
         {NULL}                                                                                                                      },
        {"unclosed",
         PAGE("<table><tr><th>名称<th>密级<tr><td>甲<td>机密"),
         {"row=2 col=2", "'机密'"},
         {NULL}                                                                                                                      },
        {"nested",
         PAGE("<table><tr><td>甲<table><tr><td>乙</td></tr></table></td><td>丙</td></tr></table>"),
         {"row=1 col=2", "'丙'", "'乙'"},
         {NULL}                                                                                                                      },
        {"stray ends",         PAGE("</td></table></tr><p>见</p>"),                                        {"body", "'见'"}, {NULL}},
        {"list inside a cell",
         PAGE("<table><tr><td><ul><li>甲<li>乙</ul></td><td>丙</td></tr></table>"),
         {"row=1 col=1", "row=1 col=2"},
         {NULL}                                                                                                                      },
    };
    check_pages(rows, LJ_COUNT_OF(rows));
}

static void test_html__broken_pages_give_their_text(void **state)
{
    (void)state;
    static const page_row rows[] = {
        {"unclosed everything",
         "<html><body><div><p><b><i>机密<table><tr><td>甲",      {"机密", "'甲'"},
         {NULL}                                                                                      },
        {"unclosed quote",      PAGE("<p title=\"x>机密</p>"),    {"机密"},                {NULL}},
        {"unclosed comment",    PAGE("<p>甲</p><!-- 机密"),      {"机密", "'甲'"},       {NULL}},
        {"unclosed script",     PAGE("<script>机密"),             {"机密"},                {NULL}},
        {"less than",           PAGE("<p>1 < 2 & 3 <4 机密</p>"), {"'1 < 2 & 3 <4 机密'"}, {NULL}},
        {"end tags first",      "<html></p></b></div>机密",       {"机密"},                {NULL}},
        {"cut in a tag",        "<html><p>机密</p><a href=",      {"机密"},                {NULL}},
        {"cut in a reference",  "<html><p>机密&#",                {"机密&#"},              {NULL}},
    };
    check_pages(rows, LJ_COUNT_OF(rows));
}

static void test_html__wrong_label_loses(void **state)
{
    (void)state;
    static const struct {
        const char *label, *charset;
    } rows[] = {
        {"utf-8",      "GB18030" },
        {"gb2312",     "UTF-8"   },
        {"iso-8859-1", "GB18030" },
        {"big5",       "GB18030" },
        {"gbk",        "GB18030" },
        {"utf-8",      "UTF-16LE"},
        {"utf-8",      "UTF-16BE"},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        char page[1024];
        (void)snprintf(page, sizeof(page),
                       "<html><head><meta "
                       "charset=\"%s\"></head><body><p>各单位应当在每年三月底以前完成整理工作</p>"
                       "<p>机密★10年</p></body></html>",
                       rows[i].label);
        lj_buf bytes;
        spot_init(&bytes);
        if (strncmp(rows[i].charset, "UTF-16", 6) == 0) {
            spot_put(&bytes, rows[i].charset, "\xEF\xBB\xBF");
        }
        spot_put(&bytes, rows[i].charset, page);
        spot seen = spot_find(lj_buf_slice(&bytes), NULL, "机密★10年");
        CHECK_ROW(rows[i].charset, seen.count, 1);
        if (strncmp(rows[i].charset, "UTF-16", 6) != 0) {
            lj_buf before;
            spot_init(&before);
            char *mark = strstr(page, "机密");
            *mark = '\0';
            spot_put(&before, rows[i].charset, page);
            CHECK_ROW(rows[i].charset, seen.src_off, before.len);
            lj_buf_done(&before);
        }
        lj_buf_done(&bytes);
    }
}

static void test_html__deep_nesting_is_read_flat(void **state)
{
    (void)state;
    lj_buf bytes;
    spot_init(&bytes);
    lj_buf_put_cstr(&bytes, "<html>");
    for (int i = 0; i < 100000; i++) {
        lj_buf_put_cstr(&bytes, "<div>");
    }
    lj_buf_put_cstr(&bytes, "机密");
    for (int i = 0; i < 100000; i++) {
        lj_buf_put_cstr(&bytes, "</div>");
    }
    lj_buf_put_cstr(&bytes, "<p>后文</p>");
    assert_int_equal(spot_find(lj_buf_slice(&bytes), NULL, "机密").count, 1);
    assert_int_equal(spot_find(lj_buf_slice(&bytes), NULL, "后文").count, 1);
    lj_buf_done(&bytes);
}

static void test_html__large_pages_keep_their_place(void **state)
{
    (void)state;
    static const char *const charsets[] = {"UTF-8", "GB18030"};
    for (size_t i = 0; i < LJ_COUNT_OF(charsets); i++) {
        lj_buf bytes;
        spot_init(&bytes);
        spot_put(&bytes, charsets[i], "<html><body><div hidden>");
        spot_fill(&bytes, charsets[i], "<p>各单位应当在每年三月底以前完成整理工作</p>\n", 3 << 20);
        size_t at = bytes.len;
        spot_put(&bytes, charsets[i], "机密★10年</div></body></html>");
        spot seen = spot_find(lj_buf_slice(&bytes), NULL, "机密★10年");
        CHECK_ROW(charsets[i], seen.count, 1);
        CHECK_ROW(charsets[i], seen.src_off, at);
        CHECK_ROW(charsets[i], seen.hidden_by, SPAN_HIDE(SPAN_HIDDEN_VANISH));
        CHECK_ROW(charsets[i], spot_find(lj_buf_slice(&bytes), NULL, "\xEF\xBF\xBD").count, 0);
        lj_buf_done(&bytes);
    }
}

static void test_html__a_picture_in_base64_is_passed_over(void **state)
{
    (void)state;
    lj_buf bytes;
    spot_init(&bytes);
    lj_buf_put_cstr(&bytes, "<html><body><p>前文</p><img src=\"data:image/png;base64,");
    spot_fill(&bytes, "UTF-8", "iVBORw0KGgoAAAANSUhEUgAAAAEAAAAB", 3 << 20);
    lj_buf_put_cstr(&bytes, "\" alt=\"机密\"><p>后文</p></body></html>");
    spot seen = spot_find(lj_buf_slice(&bytes), NULL, "机密");
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.role, SPAN_ALT);
    assert_true(seen.text_len < 1000);
    lj_buf_done(&bytes);
}

static void test_html__long_things_come_out_whole(void **state)
{
    (void)state;
    static const struct {
        const char *name, *before, *behind;
    } rows[] = {
        {"text",      "<html><body><p>",         "</p>"     },
        {"comment",   "<html><body><!--",        "-->"      },
        {"attribute", "<html><body><p title=\"", "\">x</p>" },
        {"script",    "<html><script>",          "</script>"},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        lj_buf bytes;
        spot_init(&bytes);
        lj_buf_put_cstr(&bytes, rows[i].before);
        spot_fill(&bytes, "UTF-8", "各单位应当&amp;在每年三月&#24213;以前", 200000);
        lj_buf_put_cstr(&bytes, "机密★10年");
        lj_buf_put_cstr(&bytes, rows[i].behind);
        spot seen = spot_find(lj_buf_slice(&bytes), NULL, "机密★10年");
        CHECK_ROW(rows[i].name, seen.count, 1);
        assert_true(seen.text_len > 120000);
        CHECK_ROW(rows[i].name, spot_find(lj_buf_slice(&bytes), NULL, "&#2 ").count, 0);
        lj_buf_done(&bytes);
    }
}

/* Attributes without end, tags without end: seconds, not hours. */
static void test_html__hostile_pages_end(void **state)
{
    (void)state;
    static const char *const parts[] = {
        "<a b=\"\" ", "<a b=\"", "<a b='\" ", "<!",   "<!--",
        "<script></", "&#",      "&",         "<br>", "<b>",
        "</b>",       "<td>",    "<table>",   "<p",   "<i style=a:b;c:d>"};
    for (size_t i = 0; i < LJ_COUNT_OF(parts); i++) {
        lj_buf bytes;
        spot_init(&bytes);
        lj_buf_put_cstr(&bytes, "<html><body>");
        spot_fill(&bytes, "UTF-8", parts[i], 1 << 20);
        (void)spot_find(lj_buf_slice(&bytes), NULL, "x");
        lj_buf_done(&bytes);
    }
}

static void test_html__survives_truncation_and_flipped_bits(void **state)
{
    (void)state;
    static const char page[] =
        PAGE("<h1>题</h1><table><tr><td style='color:#fff'>机密&starf;10年<td>&#26426;<!-- 注 "
             "--></table>"
             "<script>s='\\u673a'</script><style>a{content:'\\673a'}</style><img alt='机密' "
             "src=x><p>尾<br>文");
    size_t len = sizeof(page) - 1;
    collect seen;
    collect_init(&seen);
    for (size_t i = 0; i <= 16; i++) {
        char *cut = malloc(len * i / 16 + 1); /* a checker sees reads behind it */
        assert_non_null(cut);
        memcpy(cut, page, len * i / 16);
        collect_run(&seen, lj_slice_of((const uint8_t *)cut, len * i / 16));
        free(cut);
    }
    for (size_t i = 0; i < len * 8; i += 3) {
        char copy[sizeof(page)];
        memcpy(copy, page, sizeof(page));
        copy[i / 8] = (char)(copy[i / 8] ^ (1 << (i % 8)));
        collect_run(&seen, lj_slice_of((const uint8_t *)copy, len));
        assert_true(seen.span_count > 0);
    }
    collect_done(&seen);
}

/* ---- the corpus ---- */

static uint64_t han_in(const collect *seen, uint32_t counts[0x5200])
{
    uint64_t total = 0;
    const uint8_t *text = (const uint8_t *)strchr((const char *)seen->lines.ptr, '\n');
    for (; text != NULL && *text != 0; text++) {
        if (*text >= 0xE4 && *text <= 0xE9 && text[1] != 0 && text[2] != 0) {
            uint32_t point =
                (uint32_t)(*text & 15) << 12 | (uint32_t)(text[1] & 63) << 6 | (text[2] & 63U);
            if (point >= 0x4E00 && point < 0xA000) {
                counts[point - 0x4E00]++;
                total++;
            }
        }
    }
    return total;
}

/* The text of the same law, its name being that between "_" and ".html", which may be cut. */
static bool run_twin(collect *seen, const char *root, const char *page)
{
    static const char *const folders[] = {"law/txt-utf8", "law/txt-gb18030"};
    const char *title = strchr(page, '_');
    const char *dot = strrchr(page, '.');
    bool found = false;
    for (size_t i = 0; title != NULL && i < LJ_COUNT_OF(folders) && !found; i++) {
        char path[4096];
        (void)snprintf(path, sizeof(path), "%s/%s", root, folders[i]);
        DIR *dir = opendir(path);
        for (const struct dirent *entry = dir != NULL ? readdir(dir) : NULL;
             entry != NULL && !found; entry = readdir(dir)) {
            const char *other = strchr(entry->d_name, '_');
            if (other != NULL && strncmp(other, title, (size_t)(dot - title)) == 0) {
                (void)snprintf(path, sizeof(path), "%s/%s/%s", root, folders[i], entry->d_name);
                found = collect_run_file(seen, path);
            }
        }
        if (dir != NULL) {
            closedir(dir);
        }
    }
    return found;
}

static void test_html__pages_of_laws_have_the_han_of_their_texts(void **state)
{
    (void)state;
    const char *root = getenv("LIJIAN_CORPUS");
    root = root != NULL ? root : "../shared/corpus";
    char folder[4096];
    (void)snprintf(folder, sizeof(folder), "%s/law-containers", root);
    DIR *dir = opendir(folder);
    if (dir == NULL) {
        print_message("# 0 pages compared: no corpus\n");
        skip();
    }
    static uint32_t counts[2][0x5200];
    unsigned compared = 0;
    collect page;
    collect text;
    collect_init(&page);
    collect_init(&text);
    for (const struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        char path[8192];
        (void)snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        if (strstr(entry->d_name, ".html") == NULL || !run_twin(&text, root, entry->d_name) ||
            !collect_run_file(&page, path)) {
            continue;
        }
        memset(counts, 0, sizeof(counts));
        uint64_t wanted = han_in(&text, counts[0]);
        (void)han_in(&page, counts[1]);
        uint64_t same = 0;
        for (size_t i = 0; i < LJ_COUNT_OF(counts[0]); i++) {
            same += lj_min_u64(counts[0][i], counts[1][i]);
        }
        if (wanted == 0 || same * 1000 < wanted * 995) {
            fail_msg("%s: %llu of %llu Han", entry->d_name, (unsigned long long)same,
                     (unsigned long long)wanted);
        }
        compared++;
    }
    closedir(dir);
    collect_done(&page);
    collect_done(&text);
    print_message("# %u pages compared\n", compared);
    if (compared == 0) {
        skip();
    }
}

static int samples_write(const char *folder)
{
    static const char hidden[] =
        PAGE("<h1>情况通报</h1>\n<p style=\"display:none\">机密★10年</p>\n<p>见<span "
             "style='color:#fff'>绝密</span></p>\n"
             "<p>机<b></b>密<!-- 注 -->★&#49;0年</p><img src=a.png alt=\"机密\">\n");
    static const char table[] =
        "<table>\n<tr><th>名称<th>密级\n<tr><td>甲材料<td>机密&starf;10年\n</table>\n"
        "<script>var s = '\\u673a\\u5bc6';</script>\n<style>p:after { content: \"\\673a\\5bc6\" "
        "}</style>\n";
    spot_write(folder, "hidden.html", lj_cstr_bytes(hidden));
    spot_write(folder, "hidden.truncated.html", lj_slice_part(lj_cstr_bytes(hidden), 0, 190));
    spot_write(folder, "table.html", lj_cstr_bytes(table));
    lj_buf wrong;
    spot_init(&wrong);
    spot_put(&wrong, "GB18030",
             "<html><head><meta "
             "charset=\"utf-8\"><title>通知</title></head><body><p>各单位应当完成整理</"
             "p><p>机密★10年</p></body></html>\n");
    spot_write(folder, "wrong-label.html", lj_buf_slice(&wrong));
    lj_buf_done(&wrong);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--write") == 0) {
        return samples_write(argv[2]);
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_html__letters_join_across_what_nobody_sees),
        cmocka_unit_test(test_html__says_what_hides_the_text),
        cmocka_unit_test(test_html__what_is_not_on_the_page_comes_out),
        cmocka_unit_test(test_html__tables_have_rows_and_columns),
        cmocka_unit_test(test_html__broken_pages_give_their_text),
        cmocka_unit_test(test_html__wrong_label_loses),
        cmocka_unit_test(test_html__deep_nesting_is_read_flat),
        cmocka_unit_test(test_html__large_pages_keep_their_place),
        cmocka_unit_test(test_html__a_picture_in_base64_is_passed_over),
        cmocka_unit_test(test_html__long_things_come_out_whole),
        cmocka_unit_test(test_html__hostile_pages_end),
        cmocka_unit_test(test_html__survives_truncation_and_flipped_bits),
        cmocka_unit_test(test_html__pages_of_laws_have_the_han_of_their_texts),
    };
    return cmocka_run_group_tests_name("html", tests, NULL, NULL);
}
