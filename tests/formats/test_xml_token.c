/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The tolerant XML tokenizer. Tokens are written as one line: "(name key=value" for a start, ")"
 * for an end, 'text', [CDATA], #comment#, ?target|rest?, !doctype!; then BAD, CUT, DEEP, MANY for
 * what the status says. */
#include "../check.h"
#include "base/num.h"
#include "formats/xml_token.h"

enum { MEMORY = 64 << 20 };

static lj_arena *arena;

static int setup(void **state)
{
    (void)state;
    arena = lj_arena_new(MEMORY);
    return arena != NULL ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    lj_arena_free(arena);
    return 0;
}

static void put_token(lj_buf *out, const xml_token *token)
{
    switch (token->kind) {
    case XML_START:
        lj_buf_put_cstr(out, token->is_flat ? "(~" : "(");
        lj_buf_put(out, token->name);
        for (uint32_t i = 0; i < token->attr_count; i++) {
            lj_buf_put_u8(out, ' ');
            lj_buf_put(out, token->attrs[i].name);
            lj_buf_put_u8(out, '=');
            lj_buf_put(out, lj_str_bytes(token->attrs[i].value));
        }
        break;
    case XML_END:
        lj_buf_put_u8(out, ')');
        break;
    case XML_TEXT:
        lj_buf_put_u8(out, '\'');
        lj_buf_put(out, lj_str_bytes(token->text));
        lj_buf_put_u8(out, '\'');
        break;
    case XML_CDATA:
        lj_buf_put_u8(out, '[');
        lj_buf_put(out, lj_str_bytes(token->text));
        lj_buf_put_u8(out, ']');
        break;
    case XML_COMMENT:
        lj_buf_put_u8(out, '#');
        lj_buf_put(out, lj_str_bytes(token->text));
        lj_buf_put_u8(out, '#');
        break;
    case XML_PI:
        lj_buf_put_u8(out, '?');
        lj_buf_put(out, token->name);
        lj_buf_put_u8(out, '|');
        lj_buf_put(out, lj_str_bytes(token->text));
        lj_buf_put_u8(out, '?');
        break;
    case XML_DOCTYPE:
        lj_buf_put_u8(out, '!');
        lj_buf_put(out, lj_str_bytes(token->text));
        lj_buf_put_u8(out, '!');
        break;
    case XML_END_OF_INPUT:
        break;
    }
}

static void put_all(lj_buf *out, xml_reader *xml)
{
    xml_kind before = XML_END;
    const xml_token *token = xml_next(xml);
    for (; token->kind != XML_END_OF_INPUT; token = xml_next(xml)) {
        size_t at = out->len;
        put_token(out, token);
        bool goes_on =
            token->kind == before &&
            (token->kind == XML_TEXT || token->kind == XML_CDATA || token->kind == XML_COMMENT);
        if (goes_on) { /* one text in several tokens */
            memmove(out->ptr + at - 1, out->ptr + at + 1, out->len - at - 1);
            out->len -= 2;
        }
        before = token->kind;
    }
    assert_int_equal(xml_next(xml)->kind, XML_END_OF_INPUT);
    const xml_status *status = xml_status_of(xml);
    lj_buf_put_cstr(out, status->is_bad ? " BAD" : "");
    lj_buf_put_cstr(out, status->is_cut ? " CUT" : "");
    lj_buf_put_cstr(out, status->is_deep ? " DEEP" : "");
    lj_buf_put_cstr(out, status->has_many_attrs ? " MANY" : "");
}

static lj_str tokens_of(lj_slice bytes)
{
    lj_buf out;
    lj_buf_init(&out, arena, 16 << 20);
    xml_reader *xml = xml_open_bytes(NULL, arena, bytes, NULL);
    assert_non_null(xml);
    put_all(&out, xml);
    assert_true(lj_buf_ok(&out));
    return lj_buf_str(&out);
}

typedef struct row {
    const char *name;
    const char *in;
    const char *wanted;
} row;

static void check_rows(const row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        lj_arena_mark mark = lj_arena_mark_of(arena);
        lj_str found = tokens_of(lj_cstr_bytes(rows[i].in));
        CHECK_ROW_TEXT(rows[i].name, found.ptr, found.len, rows[i].wanted);
        lj_arena_rewind(arena, mark);
    }
}

static void test_xml__reads_what_is_well_formed(void **state)
{
    (void)state;
    static const row rows[] = {
        {"nothing",                  "",                                                   ""                      },
        {"element",                  "<a>b</a>",                                           "(a'b')"                },
        {"empty element",            "<a/>",                                               "(a)"                   },
        {"empty element with blank", "<a />",                                              "(a)"                   },
        {"attributes",               "<a b='1' c=\"2\"/>",                                 "(a b=1 c=2)"           },
        {"blanks around =",          "<a b = '1'\n c\t=\t\"2\" />",                        "(a b=1 c=2)"           },
        {"other quote inside",       "<a b='\"' c=\"'\"/>",                                "(a b=\" c=')"          },
        {"prefix",                   "<w:a r:b='1'/>",                                     "(w:a r:b=1)"           },
        {"nesting",                  "<a><b><c/>x</b>y</a>",                               "(a(b(c)'x')'y')"       },
        {"five entities",            "<a>&lt;&gt;&amp;&quot;&apos;</a>",                   "(a'<>&\"'')"           },
        {"references",               "<a>&#26426;&#x5bc6;&#X5BC6;</a>",                    "(a'机密密')"        },
        {"references in values",     "<a b='&#26426;&amp;'/>",                             "(a b=机&)"            },
        {"beyond the first plane",   "<a>&#x20000;</a>",                                   "(a'\xF0\xA0\x80\x80')" },
        {"line ends",                "<a>x\r\ny\rz</a>",                                   "(a'x\ny\nz')"          },
        {"blanks in values",         "<a b='x\r\ny\tz'/>",                                 "(a b=x y z)"           },
        {"CDATA",                    "<a>x<![CDATA[<b>&amp;]]]>y</a>",                     "(a'x'[<b>&amp;]]'y')"  },
        {"comment",                  "<a><!-- - -> x --></a>",                             "(a# - -> x #)"         },
        {"declaration",              "<?xml version='1.0'?><a/>",                          "?xml|version='1.0'?(a)"},
        {"instruction",              "<a><?b c > d?></a>",                                 "(a?b|c > d?)"          },
        {"DTD",                      "<!DOCTYPE a [<!ENTITY x \"y>\"><!-- ']>' -->]><a/>",
         "!DOCTYPE a [<!ENTITY x \"y>\"><!-- ']>' -->]!(a)"                                                        },
        {"> in a value",             "<a b='>'>c</a>",                                     "(a b=>'c')"            },
        {"UTF-8 names",              "<密级>x</密级>",                                 "(密级'x')"           },
        {"byte order mark",          "\xEF\xBB\xBF<a/>",                                   "(a)"                   },
        {"end tag with blank",       "<a></a >",                                           "(a)"                   },
    };
    check_rows(rows, LJ_COUNT_OF(rows));
}

static void test_xml__goes_on_after_an_error(void **state)
{
    (void)state;
    static const row rows[] = {
        {"missing end",              "<a><b>x</a>y",                                "(a(b'x'))'y' BAD"       },
        {"end without start",        "<a></b>x</a>",                                "(a'x') BAD"             },
        {"crossed",                  "<a><b></a></b>x",                             "(a(b))'x' BAD"          },
        {"open at the end",          "<a><b>x",                                     "(a(b'x')) CUT"          },
        {"ends in a tag",            "<a><b c='1",                                  "(a(b c=1)) CUT"         },
        {"ends in a name",           "<a><bc",                                      "(a(bc)) CUT"            },
        {"ends behind a name",       "<a><bc ",                                     "(a(bc)) CUT"            },
        {"ends in an end tag",       "<a>x</a",                                     "(a'x') CUT"             },
        {"ends in <",                "<a>x<",                                       "(a'x<') BAD CUT"        },
        {"< as text",                "<a>1 < 2</a>",                                "(a'1 < 2') BAD"         },
        {"lonely &",                 "<a>x & y</a>",                                "(a'x & y') BAD"         },
        {"unknown entity",           "<a>&nbsp;&lol9;x</a>",                        "(a'&nbsp;&lol9;x') BAD" },
        {"reference without ;",      "<a>&#26426 x</a>",                            "(a'机 x')"             },
        {"impossible references",    "<a>&#0;&#xD800;&#x110000;&#99999999999;</a>",
         "(a'\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD')"                                             },
        {"not a number",             "<a>&#;&#x;&#y;</a>",                          "(a'&#;&#x;&#y;') BAD"   },
        {"value without quotes",     "<a b=1 c=2>x</a>",                            "(a b=1 c=2'x') BAD"     },
        {"attribute without value",  "<a b c='1'/>",                                "(a b= c=1) BAD"         },
        {"tag meets <",              "<a b='1' <c/></a>",                           "(a b=1(c)) BAD"         },
        {"quote never closed",       "<a b='1>x</a>",                               "(a b=1'x') BAD"         },
        {"stray quotes and slashes", "<a \"/='1' b='2'/>",                          "(a 1= b=2) BAD"         },
        {"undeclared prefix",        "<x:a><y:b/></x:a>",                           "(x:a(y:b))"             },
        {"comment never closed",     "<a><!-- x",                                   "(a# x#) BAD CUT"        },
        {"CDATA never closed",       "<a><![CDATA[x]",                              "(a[x]]) BAD CUT"        },
        {"DTD never closed",         "<!DOCTYPE a [<b>x</b>",                       "!DOCTYPE a [<b!'x' BAD" },
        {"instruction never closed", "<a><?b c><d/>x</a>",                          "(a?b|c?(d)'x') BAD"     },
        {"other declarations",       "<a><![if x]>y<![endif]></a>",                 "(a![if x]!'y'![endif]!)"},
        {"text around the root",     "x<a/>y",                                      "'x'(a)'y'"              },
        {"second root",              "<a/><b/>",                                    "(a)(b)"                 },
    };
    check_rows(rows, LJ_COUNT_OF(rows));
}

static void test_xml__reads_other_encodings(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        lj_slice in;
        const char *wanted;
        text_charset charset;
    } rows[] = {
        {"UTF-16 LE with mark",
         {(const uint8_t *)"\xFF\xFE<\0a\0>\0\x3A\x67\xC6\x5B<\0/\0a\0>\0", 20},
         "(a'机密')",                                          TEXT_UTF16LE},
        {"UTF-16 BE with mark",
         {(const uint8_t *)"\xFE\xFF\0<\0a\0>\x67\x3A\x5B\xC6\0<\0/\0a\0>", 20},
         "(a'机密')",                                          TEXT_UTF16BE},
        {"UTF-16 LE without",
         {(const uint8_t *)"<\0a\0>\0\x3A\x67<\0/\0a\0>\0", 16},
         "(a'机')",                                             TEXT_UTF16LE},
        {"UTF-16 BE without",
         {(const uint8_t *)"\0<\0a\0>\x67\x3A\0<\0/\0a\0>", 16},
         "(a'机')",                                             TEXT_UTF16BE},
        {"declared GBK",
         LJ_BYTES("<?xml version='1.0' encoding='GBK'?><a>\xBB\xFA\xC3\xDC\xA1\xEF</a>"),
         "?xml|version='1.0' encoding='GBK'?(a'机密★')",     TEXT_GB18030},
        {"declared GB2312",
         LJ_BYTES("<?xml version=\"1.0\" encoding=\"gb2312\"?><a>\xBB\xFA\xC3\xDC</a>"),
         "?xml|version=\"1.0\" encoding=\"gb2312\"?(a'机密')", TEXT_GB18030},
        {"declared UTF-16, is UTF-8", LJ_BYTES("<?xml version='1.0' encoding='UTF-16'?><a>机</a>"),
         "?xml|version='1.0' encoding='UTF-16'?(a'机')",        TEXT_UTF8   },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        lj_arena_mark mark = lj_arena_mark_of(arena);
        lj_str found = tokens_of(rows[i].in);
        CHECK_ROW_TEXT(rows[i].name, found.ptr, found.len, rows[i].wanted);
        xml_reader *xml = xml_open_bytes(NULL, arena, rows[i].in, NULL);
        while (xml_next(xml)->kind != XML_END_OF_INPUT) {
        }
        CHECK_ROW(rows[i].name, xml_status_of(xml)->charset, rows[i].charset);
        lj_arena_rewind(arena, mark);
    }
}

/* Undeclared GBK: the text comes out, and the status says that something was wrong. */
static void test_xml__guesses_when_the_declaration_is_wrong(void **state)
{
    (void)state;
    static const char gbk[] =
        "<a><b>\xD6\xD0\xBB\xAA\xC8\xCB\xC3\xF1\xB9\xB2\xBA\xCD\xB9\xFA\xB9\xFA\xBC\xD2\xBB\xFA"
        "\xB9\xD8\xB9\xA4\xD7\xF7\xB5\xC4\xCD\xA8\xD6\xAA</b></a>";
    lj_str found = tokens_of(lj_cstr_bytes(gbk));
    CHECK_ROW_TEXT("gbk", found.ptr, found.len, "(a(b'中华人民共和国国家机关工作的通知')) BAD");
    found = tokens_of(LJ_BYTES("<a>机密\xFF文件</a>"));
    CHECK_ROW_TEXT("one broken byte", found.ptr, found.len, "(a'机密\xEF\xBF\xBD文件') BAD");
}

static void test_xml__gives_ids_and_values(void **state)
{
    (void)state;
    static const char *const names[] = {"a", "document", "longer-than-eight"};
    const xml_names *table = xml_names_new(arena, names, LJ_COUNT_OF(names));
    static const char text[] =
        "<x:document r:id='7' id='8'><a/><longer-than-eight/><longer-than-other/><b/></x:document>";
    xml_reader *xml = xml_open_bytes(NULL, arena, lj_cstr_bytes(text), table);
    const xml_token *token = xml_next(xml);
    assert_int_equal(token->id, 1);
    assert_true(lj_slice_is(token->local, LJ_BYTES("document")));
    lj_str value = XML_VALUE_PREFIXED(token, "id");
    CHECK_ROW_TEXT("with prefix", value.ptr, value.len, "7");
    value = XML_VALUE_PLAIN(token, "id");
    CHECK_ROW_TEXT("without prefix", value.ptr, value.len, "8");
    assert_null(xml_attr_lookup(token, LJ_BYTES("x")));
    assert_int_equal(XML_VALUE(token, "x").len, 0);
    static const uint16_t wanted[] = {0, 0, 2, 2, XML_NO_ID, XML_NO_ID, XML_NO_ID, XML_NO_ID, 1};
    for (size_t i = 0; i < LJ_COUNT_OF(wanted); i++) {
        assert_int_equal(xml_next(xml)->id, wanted[i]);
    }
}

static void test_xml__skips_an_element(void **state)
{
    (void)state;
    xml_reader *xml = xml_open_bytes(NULL, arena, LJ_BYTES("<a><b><b>x</b><c/></b><d/></a>"), NULL);
    (void)xml_next(xml);
    assert_int_equal(xml_next(xml)->kind, XML_START);
    xml_skip(xml);
    const xml_token *token = xml_next(xml);
    assert_true(lj_slice_is(token->name, LJ_BYTES("d")));
    xml_skip(xml); /* an empty one */
    token = xml_next(xml);
    assert_int_equal(token->kind, XML_END);
    assert_int_equal(token->depth, 0);
}

static void test_xml__reads_integers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool fits;
        int64_t value;
    } rows[] = {
        {"12",                   true,  12   },
        {"-9999pt",              true,  -9999},
        {" +7",                  true,  7    },
        {"3.5",                  true,  3    },
        {"",                     false, 0    },
        {"pt",                   false, 0    },
        {"-",                    false, 0    },
        {"99999999999999999999", false, 0    },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        int64_t value = 0;
        CHECK_ROW(rows[i].text, xml_int(lj_cstr_str(rows[i].text), &value), rows[i].fits);
        CHECK_ROW(rows[i].text, value, rows[i].value);
    }
}

/* ---- limits and windows ---- */

static void put_times(lj_buf *out, const char *text, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        lj_buf_put_cstr(out, text);
    }
}

static void test_xml__goes_flat_beyond_the_depth_limit(void **state)
{
    (void)state;
    lj_buf in;
    lj_buf_init(&in, arena, 1 << 20);
    put_times(&in, "<a>", 300);
    lj_buf_put_cstr(&in, "<t b='1'>deep</t>");
    put_times(&in, "</a>", 300);
    lj_buf_put_cstr(&in, "<z/>");
    xml_reader *xml = xml_open_bytes(NULL, arena, lj_buf_slice(&in), NULL);
    uint32_t starts = 0;
    uint32_t ends = 0;
    bool text = false;
    const xml_token *token = xml_next(xml);
    lj_slice last = {NULL, 0};
    for (; token->kind != XML_END_OF_INPUT; token = xml_next(xml)) {
        starts += token->kind == XML_START;
        ends += token->kind == XML_END;
        if (token->kind == XML_TEXT) {
            text = token->is_flat && lj_str_is(token->text, LJ_STR("deep"));
        }
        last = token->kind == XML_START ? token->name : last;
    }
    assert_int_equal(starts, 302);
    assert_int_equal(ends, 302);
    assert_true(text);
    assert_true(lj_slice_is(last, LJ_BYTES("z")));
    assert_true(xml_status_of(xml)->is_deep);
    assert_false(xml_status_of(xml)->is_bad);
}

static void test_xml__keeps_attributes_up_to_the_limit(void **state)
{
    (void)state;
    lj_buf in;
    lj_buf_init(&in, arena, 1 << 20);
    lj_buf_put_cstr(&in, "<a");
    put_times(&in, " b='1'", 1500);
    lj_buf_put_cstr(&in, ">x</a>");
    xml_reader *xml = xml_open_bytes(NULL, arena, lj_buf_slice(&in), NULL);
    assert_int_equal(xml_next(xml)->attr_count, 1024);
    assert_int_equal(xml_next(xml)->kind, XML_TEXT);
    assert_true(xml_status_of(xml)->has_many_attrs);
}

/* Windows are taken one after the other when bytes have to be converted: tokens that span two of
 * them must come out as they do from one piece. */
static void test_xml__tokens_may_span_windows(void **state)
{
    (void)state;
    lj_buf in;
    lj_buf_init(&in, arena, 8 << 20);
    lj_buf_put_cstr(&in, "<r>");
    for (uint32_t i = 0; in.len < 3 * 1024 * 1024; i++) {
        lj_buf_put_cstr(&in, "<单元 名=\"值&amp;");
        lj_buf_put_dec(&in, i);
        lj_buf_put_cstr(&in, "\">文字&#26426;");
        put_times(&in, "密", i % 7);
        lj_buf_put_cstr(&in, "</单元><!-- 注 --><![CDATA[x]]y]]>\r\n");
    }
    lj_buf_put_cstr(&in, "</r>");
    lj_str whole = tokens_of(lj_buf_slice(&in));
    /* the same bytes as UTF-16 have to be converted window by window */
    lj_buf wide;
    lj_buf_init(&wide, arena, 16 << 20);
    lj_buf_put(&wide, LJ_BYTES("\xFF\xFE"));
    for (size_t at = 0; at < in.len;) {
        size_t len = 0;
        uint8_t c = in.ptr[at];
        uint32_t point = c;
        len = c < 0x80 ? 1 : 3;
        if (len == 3) {
            point = (uint32_t)(c & 0x0F) << 12 | (uint32_t)(in.ptr[at + 1] & 0x3F) << 6 |
                    (in.ptr[at + 2] & 0x3F);
        }
        lj_buf_put_u16le(&wide, (uint16_t)point);
        at += len;
    }
    assert_true(lj_buf_ok(&wide));
    lj_str converted = tokens_of(lj_buf_slice(&wide));
    size_t at = 0;
    while (at < whole.len && at < converted.len && whole.ptr[at] == converted.ptr[at]) {
        at++;
    }
    CHECK_ROW("where they differ", at, whole.len);
    CHECK_ROW("length", converted.len, whole.len);
}

/* No prefix of a document may read beyond its end or come back unbalanced. */
static void test_xml__every_prefix_is_balanced(void **state)
{
    (void)state;
    static const char text[] =
        "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a b=\"机&amp;\" c='2'>"
        "<d/>x&lt;<![CDATA[y]]><!-- z --><?pi q?></a>";
    for (size_t len = 0; len < sizeof(text); len++) {
        lj_arena_mark mark = lj_arena_mark_of(arena);
        uint8_t *copy = lj_arena_alloc(arena, len); /* its own block under AddressSanitizer */
        memcpy(copy, text, len);
        xml_reader *xml = xml_open_bytes(NULL, arena, lj_slice_of(copy, len), NULL);
        int open = 0;
        for (const xml_token *token = xml_next(xml); token->kind != XML_END_OF_INPUT;
             token = xml_next(xml)) {
            open += token->kind == XML_START ? 1 : token->kind == XML_END ? -1 : 0;
            assert_true(open >= 0);
        }
        CHECK_ROW("open elements", open, 0);
        lj_arena_rewind(arena, mark);
    }
}

static void test_xml__long_tokens_are_cut_not_lost(void **state)
{
    (void)state;
    lj_arena *big = lj_arena_new((size_t)256 << 20);
    lj_buf in;
    lj_buf_init(&in, big, 64 << 20);
    lj_buf_put_cstr(&in, "<a b='");
    uint8_t *room = lj_buf_room(&in, 3 * 1024 * 1024);
    assert_non_null(room);
    memset(room, 'x', 3 * 1024 * 1024);
    in.len += 3 * 1024 * 1024;
    lj_buf_put_cstr(&in, "'>text</a>");
    xml_reader *xml = xml_open_bytes(NULL, big, lj_buf_slice(&in), NULL);
    const xml_token *token = xml_next(xml);
    assert_int_equal(token->attrs[0].value.len, 3 * 1024 * 1024);
    token = xml_next(xml);
    CHECK_ROW_TEXT("behind it", token->text.ptr, token->text.len, "text");
    lj_arena_free(big);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_xml__reads_what_is_well_formed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_xml__goes_on_after_an_error, setup, teardown),
        cmocka_unit_test_setup_teardown(test_xml__reads_other_encodings, setup, teardown),
        cmocka_unit_test_setup_teardown(test_xml__guesses_when_the_declaration_is_wrong, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_xml__gives_ids_and_values, setup, teardown),
        cmocka_unit_test_setup_teardown(test_xml__skips_an_element, setup, teardown),
        cmocka_unit_test_setup_teardown(test_xml__reads_integers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_xml__goes_flat_beyond_the_depth_limit, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_xml__keeps_attributes_up_to_the_limit, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_xml__tokens_may_span_windows, setup, teardown),
        cmocka_unit_test_setup_teardown(test_xml__every_prefix_is_balanced, setup, teardown),
        cmocka_unit_test_setup_teardown(test_xml__long_tokens_are_cut_not_lost, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
