/* SPDX-License-Identifier: AGPL-3.0-or-later
 * XML of any kind and SVG. `test_xml --write XML SVG` writes the samples of tests/formats/xml and
 * tests/formats/svg. */
#include "spot.h"

typedef struct xml_row {
    const char *name, *text;
    const char *wanted[3];
    const char *unwanted[2];
} xml_row;

static void check_rows(const xml_row *rows, size_t count)
{
    collect seen;
    collect_init(&seen);
    for (size_t i = 0; i < count; i++) {
        collect_run(&seen, lj_cstr_bytes(rows[i].text));
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

static void test_xml__text_carries_the_name_of_its_element(void **state)
{
    (void)state;
    static const xml_row rows[] = {
        {"element",
         "<?xml version='1.0'?><公文><密级>机密★10年</密级></公文>",     {"doc xml", "'密级':'机密★10年'"},
         {NULL}                                                                                                                                  },
        {"no declaration",        "<doc><level>机密</level></doc>",                 {"'level':'机密'"},                         {NULL}       },
        {"prefix",
         "<?xml version='1.0'?><a:x xmlns:a='u'><a:level>机密</a:level></a:x>",     {"'level':'机密'"},
         {NULL}                                                                                                                                  },
        {"attribute",
         "<?xml version='1.0'?><doc 密级='机密'/>",                               {"attribute", "'密级':'机密'"},
         {NULL}                                                                                                                                  },
        {"reference",             "<?xml version='1.0'?><d>&#26426;&#x5BC6;&lt;</d>", {"'机密<'"},                                {NULL}       },
        {"CDATA",                 "<?xml version='1.0'?><d>机<![CDATA[密]]></d>",   {"'机密'"},                                 {NULL}       },
        {"comment",
         "<?xml version='1.0'?><d><!-- 机密 --></d>",                               {"comment", "hidden:not_printed ' 机密 '"},
         {NULL}                                                                                                                                  },
        {"comment inside a word", "<?xml version='1.0'?><d>机<!-- x -->密</d>",     {"'机密'"},                                 {NULL}       },
        {"instruction",           "<?xml version='1.0'?><?note 机密?><d/>",         {"机密"},                                   {NULL}       },
        {"siblings stay apart",
         "<?xml version='1.0'?><d><a>机密</a><b>十年</b></d>",                    {"'a':'机密'", "'b':'十年'"},
         {"join:same"}                                                                                                                           },
        {"mixed content joins",
         "<?xml version='1.0'?><d>机<b>密</b>文</d>",                              {"'机'", "join:same", "'密'"},
         {NULL}                                                                                                                                  },
        {"a blank parts",         "<?xml version='1.0'?><d>机 <b> 密</b> 文</d>",  {"'密'"},                                    {"join:same"}},
        {"empty child",           "<?xml version='1.0'?><d>机<b/>密</d>",           {"join:same"},                                {NULL}       },
        {"numbers alone",
         "<?xml version='1.0'?><d n='12' p='3.5'>机密</d>",                         {"机密"},
         {"attribute"}                                                                                                                           },
    };
    check_rows(rows, LJ_COUNT_OF(rows));
}

static void test_xml__reads_each_charset(void **state)
{
    (void)state;
    static const struct {
        const char *charset, *label, *bom;
    } rows[] = {
        {"UTF-8",    "utf-8",   ""            },
        {"UTF-8",    "utf-8",   "\xEF\xBB\xBF"},
        {"GB18030",  "GB18030", ""            },
        {"GB18030",  "gbk",     ""            },
        {"UTF-16LE", "utf-16",  "\xFF\xFE"    },
        {"UTF-16BE", "utf-16",  "\xFE\xFF"    },
        {"BIG5",     "big5",    ""            },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        char text[512];
        const char *word = strcmp(rows[i].charset, "BIG5") == 0 ? "機密★" : "机密★";
        (void)snprintf(text, sizeof(text),
                       "<?xml version=\"1.0\" encoding=\"%s\"?>\n<doc><level>%s</level></doc>",
                       rows[i].label, word);
        lj_buf bytes;
        spot_init(&bytes);
        lj_buf_put_cstr(&bytes, rows[i].bom);
        spot_put(&bytes, rows[i].charset, text);
        CHECK_ROW(rows[i].charset, spot_find(lj_buf_slice(&bytes), NULL, word).count, 1);
        lj_buf_done(&bytes);
    }
}

static void test_xml__entities_are_never_expanded(void **state)
{
    (void)state;
    static const char bomb[] = "<?xml version=\"1.0\"?><!DOCTYPE d [<!ENTITY a "
                               "\"aaaaaaaaaaaaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">"
                               "<!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\"><!ENTITY d "
                               "\"&c;&c;&c;&c;&c;&c;&c;&c;\">]><d>&d;&d;&d;&d;</d>";
    static const char outside[] = "<?xml version=\"1.0\"?><!DOCTYPE d [<!ENTITY x SYSTEM "
                                  "\"file:///etc/hostname\">]><d>前&x;后</d>";
    spot seen = spot_find(lj_cstr_bytes(bomb), NULL, "aaaa");
    assert_true(seen.text_len < 2 * sizeof(bomb));
    seen = spot_find(lj_cstr_bytes(outside), NULL, "前");
    assert_int_equal(seen.count, 1);
    assert_true(seen.text_len < 2 * sizeof(outside));
}

/* What a page shows for an entity was not read, and that is said. Names of the five entities, names
 * that nobody declared and the namespaces of drawing programs are none. */
static void test_xml__a_reference_to_a_declared_entity_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        bool is_told;
    } rows[] = {
        {"<!DOCTYPE d [<!ENTITY a \"机\"><!ENTITY b \"密\">]><d>&a;&b;</d>", true },
        {"<!DOCTYPE d [<!ENTITY a SYSTEM \"x.txt\">]><d>&a;</d>",              true },
        {"<!DOCTYPE d [<!ENTITY a \"机\">]><d>机密</d>",                    false},
        {"<!DOCTYPE d [<!ENTITY a \"urn:x\">]><d xmlns:x=\"&a;\">&amp;</d>",   false},
        {"<!DOCTYPE d><d>&a; &#x673A;</d>",                                    false},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        collect seen;
        collect_init(&seen);
        lj_buf bytes;
        lj_buf_init(&bytes, NULL, 4096);
        lj_buf_put_cstr(&bytes, "<?xml version=\"1.0\"?>");
        lj_buf_put_cstr(&bytes, rows[i].bytes);
        collect_run(&seen, lj_buf_slice(&bytes));
        CHECK_ROW(rows[i].bytes, collect_has_gap(&seen, GAP_UNSUPPORTED, "entity"),
                  rows[i].is_told);
        CHECK_ROW(rows[i].bytes, seen.gap_count, rows[i].is_told ? 1U : 0U);
        collect_done(&seen);
        lj_buf_done(&bytes);
    }
}

static void test_xml__a_cut_document_is_damaged(void **state)
{
    (void)state;
    collect seen;
    collect_init(&seen);
    collect_run(&seen, LJ_BYTES("<?xml version='1.0'?><d><level>机密</level>"));
    CHECK_HAS(&seen, "机密");
    assert_true(collect_has_gap(&seen, GAP_DAMAGED, NULL));
    collect_run(&seen, LJ_BYTES("<?xml version='1.0'?><d><level>机密</level></d>"));
    assert_int_equal(seen.gap_count, 0);
    collect_done(&seen);
}

/* A word in angle brackets makes no XML of a text. */
static void test_xml__a_text_that_begins_with_a_bracket_is_text(void **state)
{
    (void)state;
    static const struct {
        const char *bytes, *format;
    } rows[] = {
        {"<机密★10年>\n甲市乙局关于食堂的通知\n", "doc text"},
        {"<某某法>的决定\n第一条 为了",                "doc text"},
        {"<John> wrote: <see below>\n",                           "doc text"},
        {"<note>一段文字</note>\n",                           "doc xml" },
        {"<note xmlns=\"urn:a\">一段文字",                    "doc xml" },
        {"<甲>一段文字</甲>\n",                             "doc xml" },
        {"<empty/>\n",                                            "doc xml" },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        collect seen;
        collect_init(&seen);
        collect_run(&seen, lj_cstr_bytes(rows[i].bytes));
        CHECK_HAS(&seen, rows[i].format);
        collect_done(&seen);
    }
}

static void test_xml__long_text_is_cut_at_letters_and_joined(void **state)
{
    (void)state;
    lj_buf bytes;
    spot_init(&bytes);
    lj_buf_put_cstr(&bytes, "<?xml version='1.0'?><d><p>");
    spot_fill(&bytes, "UTF-8", "各单位应当在每年三月底以前", 300000);
    lj_buf_put_cstr(&bytes, "机密★</p></d>");
    spot seen = spot_find(lj_buf_slice(&bytes), NULL, "机密★");
    assert_int_equal(seen.count, 1);
    assert_true(seen.text_len > 299900);
    assert_int_equal(spot_find(lj_buf_slice(&bytes), NULL, "\xEF\xBF\xBD").count, 0);
    lj_buf_done(&bytes);
}

static void test_xml__deep_nesting_ends(void **state)
{
    (void)state;
    lj_buf bytes;
    spot_init(&bytes);
    lj_buf_put_cstr(&bytes, "<?xml version='1.0'?><d><p>机密</p>");
    spot_fill(&bytes, "UTF-8", "<a>", 300000);
    assert_int_equal(spot_find(lj_buf_slice(&bytes), NULL, "机密").count, 1);
    lj_buf_done(&bytes);
}

#define SVG(inner)                                                                                 \
    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"100\" height=\"100\">" inner "</svg>"

static void test_svg__text_has_its_place_and_look(void **state)
{
    (void)state;
    static const xml_row rows[] = {
        {"tspan joins",
         SVG("<text x='10' y='20'>机<tspan>密</tspan>★</text>"),
         {"doc svg", "left=750 top=1500", "'机密★'"},
         {NULL}                                                                                                           },
        {"two texts",              SVG("<text>甲文</text><text>乙文</text>"),     {"'甲文'", "'乙文'"}, {NULL}    },
        {"size",                   SVG("<text font-size='12'>机密</text>"),         {"size=900"},             {NULL}    },
        {"display",                SVG("<g display='none'><text>机密</text></g>"),  {"hidden:vanish '"},      {NULL}    },
        {"visibility in a style",
         SVG("<text style='fill:red;visibility: hidden'>机密</text>"),
         {"hidden:invisible '"},
         {NULL}                                                                                                           },
        {"opacity",                SVG("<text opacity='0'>机密</text>"),            {"hidden:invisible '"},   {NULL}    },
        {"half seen",              SVG("<text opacity='0.5'>机密</text>"),          {"机密"},               {"hidden"}},
        {"half seen in a style",
         SVG("<text style='opacity:0.5'>机密</text>"),
         {"机密"},
         {"hidden"}                                                                                                       },
        {"stroke is no text",
         SVG("<text style='stroke-opacity:0'>机密</text>"),
         {"机密"},
         {"hidden"}                                                                                                       },
        {"after the hidden group",
         SVG("<g display='none'><text>机密</text></g><text>见文</text>"),
         {"'text':'见文'", "'机密'"},
         {"hidden:vanish 'text':'见文'"}                                                                                },
        {"title and desc",
         SVG("<title>机密</title><desc>说明</desc>"),
         {"'title':'机密'", "'desc':'说明'"},
         {NULL}                                                                                                           },
        {"picture",
         SVG("<image href='data:image/png;base64,iVBORw0KGgo='/>"),
         {"gap picture"},
         {"iVBOR"}                                                                                                        },
        {"style",                  SVG("<style>text{fill:red} /* 机密 */</style>"), {"机密"},               {NULL}    },
    };
    check_rows(rows, LJ_COUNT_OF(rows));
}

static void test_xml__survives_truncation_and_flipped_bits(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><!DOCTYPE d [<!ENTITY a \"b\">]><公文 "
        "密级=\"机密\"><正文>见&a;<![CDATA[密]]><!-- 注 --></正文><?p 文?></公文>",
        SVG("<g display=\"none\"><text x=\"10\" y=\"20\" "
            "font-size=\"12\">机<tspan>密</tspan></text></g><image "
            "href=\"data:image/png;base64,AA\"/>"),
    };
    collect seen;
    collect_init(&seen);
    for (size_t k = 0; k < LJ_COUNT_OF(texts); k++) {
        size_t len = strlen(texts[k]);
        for (size_t i = 0; i <= 16; i++) {
            uint8_t *cut = malloc(len * i / 16 + 1); /* a checker sees reads behind it */
            assert_non_null(cut);
            memcpy(cut, texts[k], len * i / 16);
            collect_run(&seen, lj_slice_of(cut, len * i / 16));
            free(cut);
        }
        for (size_t i = 0; i < len * 8; i += 3) {
            uint8_t copy[1024];
            assert_true(len <= sizeof(copy));
            memcpy(copy, texts[k], len);
            copy[i / 8] = (uint8_t)(copy[i / 8] ^ (1U << (i % 8)));
            collect_run(&seen, lj_slice_of(copy, len));
            assert_true(seen.span_count > 0);
        }
    }
    collect_done(&seen);
}

static int samples_write(const char *xml, const char *svg)
{
    static const char letter[] =
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<公文 编号=\"甲〔2026〕1号\">\n  "
        "<密级>机密★10年</密级>\n"
        "  <正文>见<b>附</b>件<![CDATA[ & 说明]]></正文>\n  <!-- 秘密 -->\n</公文>\n";
    static const char drawing[] =
        SVG("\n<title>示意图</title>\n<text x=\"10\" y=\"20\" "
            "font-size=\"16\">机<tspan>密</tspan>★10年</text>\n"
            "<g display=\"none\"><text x=\"10\" y=\"60\">绝密</text></g>\n"
            "<image href=\"data:image/png;base64,iVBORw0KGgo=\"/>\n");
    spot_write(xml, "letter.xml", lj_cstr_bytes(letter));
    spot_write(xml, "letter.truncated.xml", lj_slice_part(lj_cstr_bytes(letter), 0, 150));
    spot_write(svg, "drawing.svg", lj_cstr_bytes(drawing));
    spot_write(svg, "drawing.truncated.svg", lj_slice_part(lj_cstr_bytes(drawing), 0, 220));
    lj_buf wide;
    spot_init(&wide);
    spot_put(
        &wide, "UTF-16LE",
        "\xEF\xBB\xBF<?xml version=\"1.0\" encoding=\"utf-16\"?><doc><level>机密★</level></doc>");
    spot_write(xml, "wide.xml", lj_buf_slice(&wide));
    lj_buf_done(&wide);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "--write") == 0) {
        return samples_write(argv[2], argv[3]);
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_xml__text_carries_the_name_of_its_element),
        cmocka_unit_test(test_xml__reads_each_charset),
        cmocka_unit_test(test_xml__entities_are_never_expanded),
        cmocka_unit_test(test_xml__a_reference_to_a_declared_entity_is_told),
        cmocka_unit_test(test_xml__a_cut_document_is_damaged),
        cmocka_unit_test(test_xml__a_text_that_begins_with_a_bracket_is_text),
        cmocka_unit_test(test_xml__long_text_is_cut_at_letters_and_joined),
        cmocka_unit_test(test_xml__deep_nesting_ends),
        cmocka_unit_test(test_svg__text_has_its_place_and_look),
        cmocka_unit_test(test_xml__survives_truncation_and_flipped_bits),
    };
    return cmocka_run_group_tests_name("xml", tests, NULL, NULL);
}
