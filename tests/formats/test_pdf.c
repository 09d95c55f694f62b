/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The PDF reader as a whole: each fact, each kind of text, damage, encryption and limits, on
 * documents made in memory. `test_pdf --write FOLDER` writes the samples of tests/formats/pdf
 * instead. */
#include <stdlib.h>

#include "../check.h"
#include "base/num.h"
#include "formats/examine.h"
#include "formats/span_dump.h"
#include "pdf_build.h"

/* ---- running ---- */

typedef struct seen {
    lj_buf dump;
    unsigned gaps[GAP_CAUSE_COUNT];
    unsigned notes[FORMAT_NOTE_COUNT];
    unsigned spans, docs;
    uint64_t size, examined;
    const char *detail; /* of the first gap with one */
    format_limit limit;
    lj_code code;
} seen;

static void on_begin(void *ctx, const format_doc *doc)
{
    seen *it = ctx;
    it->docs++;
    span_dump_doc(&it->dump, doc);
}

static lj_code on_span(void *ctx, const format_doc *doc, const span *what)
{
    seen *it = ctx;
    it->spans++;
    uint32_t end = 0;
    for (uint32_t i = 0; i < what->look_count; i++) {
        assert_true(what->looks[i].from >= end);
        end = what->looks[i].from + what->looks[i].len;
        assert_true(end <= what->text.len);
    }
    span_dump(&it->dump, doc, what);
    return LJ_OK;
}

static void on_gap(void *ctx, const format_doc *doc, const gap *what)
{
    seen *it = ctx;
    it->gaps[what->cause]++;
    if (it->detail == NULL) {
        it->detail = what->detail;
    }
    if (what->cause == GAP_LIMIT) {
        it->limit = what->limit;
    }
    gap_dump(&it->dump, doc, what);
}

static void on_note(void *ctx, const format_doc *doc, format_note note)
{
    seen *it = ctx;
    it->notes[note]++;
    note_dump(&it->dump, doc, note);
}

static void on_end(void *ctx, const format_doc *doc, const format_doc_end *end)
{
    seen *it = ctx;
    (void)doc;
    it->size = end->size;
    it->examined = end->examined;
}

static lj_code read_slice(void *ctx, uint64_t off, uint8_t *dst, size_t len, size_t *out_len,
                          lj_err *err)
{
    (void)err;
    const lj_slice *bytes = ctx;
    lj_slice part = off > SIZE_MAX ? (lj_slice){NULL, 0} : lj_slice_part(*bytes, (size_t)off, len);
    if (part.len > 0) {
        memcpy(dst, part.ptr, part.len);
    }
    *out_len = part.len;
    return LJ_OK;
}

static format_context *context;

static seen examine(lj_slice bytes, const format_options *more)
{
    seen it = {.detail = NULL};
    lj_buf_init(&it.dump, NULL, 64 << 20);
    format_options options = {.limits = format_limits_standard(), .wants_all = true};
    if (more != NULL) {
        options = *more;
    }
    format_input input = {&bytes, bytes.len, read_slice};
    format_sink sink = {&it, on_begin, on_span, NULL, on_gap, on_note, on_end, NULL};
    lj_err err = {.code = LJ_OK};
    it.code = format_examine(context, &input, &options, &sink, &err);
    lj_buf_put_u8(&it.dump, 0);
    return it;
}

static void seen_done(seen *it)
{
    lj_buf_done(&it->dump);
}

static bool has(const seen *it, const char *text)
{
    return strstr((const char *)it->dump.ptr, text) != NULL;
}

/* The line of the dump that holds the text, cut to a buffer; "" when there is none. */
static const char *line_of(const seen *it, const char *text, char *line, size_t cap)
{
    const char *dump = (const char *)it->dump.ptr;
    const char *found = strstr(dump, text);
    line[0] = 0;
    if (found != NULL) {
        while (found > dump && found[-1] != '\n') {
            found--;
        }
        size_t len = lj_min_size(strcspn(found, "\n"), cap - 1);
        memcpy(line, found, len);
        line[len] = 0;
    }
    return line;
}

static seen examine_page(const char *content, const char *page, const char *catalog)
{
    pdf_build build;
    pdf_build_init(&build);
    seen it = examine(pdf_build_page(&build, content, page, catalog), NULL);
    pdf_build_done(&build);
    return it;
}

/* ---- text and its facts ---- */

/* 机密★10年 in GBK and in UCS-2, as hexadecimal strings. */
#define MARK_GBK  "<BBFAC3DCA1EF3130C4EA>"
#define MARK_UCS2 "<673A5BC6260500310030 5E74>"
#define MARK      "机密★10年"

static void test_pdf__page_gives_facts(void **state)
{
    (void)state;
    static const struct {
        const char *name, *content, *page, *text, *fact;
    } rows[] = {
        {"plain",                "BT /F1 16 Tf 100 700 Td (Plain words) Tj ET",                            "",               "Plain words",        "size=1600"  },
        {"gbk",                  "BT /F2 16 Tf 100 700 Td " MARK_GBK " Tj ET",                             "",               MARK,                 "page=1"     },
        {"black face",           "BT /F3 16 Tf 100 700 Td " MARK_UCS2 " Tj ET",                            "",               MARK,                 "hei"        },
        {"colour",               "1 0 0 rg BT /F2 16 Tf 100 700 Td " MARK_GBK " Tj ET",                    "",               MARK,                 "fg=16711680"},
        {"cmyk red",             "0 1 1 0 k BT /F2 16 Tf 100 700 Td " MARK_GBK " Tj ET",                   "",               MARK,
         "fg=16711680"                                                                                                                                          },
        {"separation",           "/S1 cs 1 scn BT /F2 16 Tf 100 700 Td " MARK_GBK " Tj ET",                "/Nothing << >>",
         MARK,                                                                                                                                     "hidden"     },
        {"render mode 3",        "BT /F2 16 Tf 3 Tr 100 700 Td " MARK_GBK " Tj ET",                        "",               MARK,                 "invisible"  },
        {"render mode 7",        "BT /F2 16 Tf 7 Tr 100 700 Td " MARK_GBK " Tj ET",                        "",               MARK,                 "invisible"  },
        {"white",                "1 g BT /F2 16 Tf 100 700 Td " MARK_GBK " Tj ET",                         "",               MARK,                 "no_contrast"},
        {"white in cmyk",        "0 0 0 0 k BT /F2 16 Tf 100 700 Td " MARK_GBK " Tj ET",                   "",               MARK,
         "no_contrast"                                                                                                                                          },
        {"red on red",           "1 0 0 rg 90 690 200 40 re f BT /F2 16 Tf 100 700 Td " MARK_GBK " Tj ET", "",
         MARK,                                                                                                                                     "no_contrast"},
        {"tiny",                 "BT /F2 1 Tf 100 700 Td " MARK_GBK " Tj ET",                              "",               MARK,                 "tiny"       },
        {"tiny by matrix",       "q 0.1 0 0 0.1 0 0 cm BT /F2 16 Tf 1000 7000 Td " MARK_GBK " Tj ET Q",
         "",                                                                                                                 MARK,                 "tiny"       },
        {"off page",             "BT /F2 16 Tf 700 700 Td " MARK_GBK " Tj ET",                             "",               MARK,                 "off_page"   },
        {"outside crop box",     "BT /F2 16 Tf 10 700 Td " MARK_GBK " Tj ET",
         "/CropBox [200 0 600 800]",                                                                                         MARK,                 "off_page"   },
        {"clipped",              "q 0 0 10 10 re W n BT /F2 16 Tf 100 700 Td " MARK_GBK " Tj ET Q",        "",               MARK,
         "clipped"                                                                                                                                              },
        {"clipped to nothing",   "q 0 0 0 0 re W* n BT /F2 16 Tf 100 700 Td " MARK_GBK " Tj ET Q",         "",
         MARK,                                                                                                                                     "clipped"    },
        {"covered",              "BT /F2 16 Tf 100 700 Td " MARK_GBK " Tj ET 0 g 90 690 200 40 re f",      "",               MARK,
         "covered"                                                                                                                                              },
        {"covered by lines",
         "BT /F2 16 Tf 100 700 Td " MARK_GBK " Tj ET 90 690 m 290 690 l 290 730 l 90 730 l h f",           "",
         MARK,                                                                                                                                     "covered"    },
        {"bold by outline",      "BT /F2 16 Tf 2 Tr 100 700 Td " MARK_GBK " Tj ET",                        "",               MARK,                 "bold"       },
        {"centred",              "BT /F2 16 Tf 256 700 Td " MARK_GBK " Tj ET",                             "",               MARK,                 "centred"    },
        {"letters one by one",
         "BT /F2 16 Tf 1 0 0 1 180 700 Tm <C4EA> Tj 1 0 0 1 132 700 Tm <A1EF> Tj 1 0 0 1 116 700 "
         "Tm "
         "<C3DC> Tj 1 0 0 1 148 700 Tm <3130> Tj 1 0 0 1 100 700 Tm <BBFA> Tj ET",                         "",               MARK,                 "page=1"     },
        {"drawn twice",
         "BT /F2 16 Tf 1 0 0 1 100 700 Tm <BBFA> Tj 1 0 0 1 100.3 700 Tm <BBFA> Tj 1 0 0 1 116 700 "
         "Tm "
         "<C3DC> Tj 1 0 0 1 116.3 700 Tm <C3DC> Tj ET",                                                    "",               "'机密'",           "page=1"     },
        {"blank between",        "BT /F2 16 Tf 100 700 Td <BBFAA1A1C3DC> Tj ET",                           "",               "'机密'",           "page=1"     },
        {"kerned",               "BT /F1 16 Tf 100 700 Td [(Ke) -50 (rned) -600 (words)] TJ ET",           "",
         "Kerned words",                                                                                                                           "page=1"     },
        {"quotes",               "BT /F1 16 Tf 20 TL 100 700 Td (one) ' 1 2 (two) \" T* (three) Tj ET",    "",
         "'two'",                                                                                                                                  "join:line"  },
        {"rotated",              "BT /F2 16 Tf 0 1 -1 0 100 300 Tm " MARK_GBK " Tj ET",                    "",               MARK,                 "page=1"     },
        {"upside down",          "BT /F2 16 Tf -1 0 0 -1 400 300 Tm " MARK_GBK " Tj ET",                   "",               MARK,                 "page=1"     },
        {"slanted",              "BT /F2 16 Tf 0.8 0.6 -0.6 0.8 100 300 Tm " MARK_GBK " Tj ET",            "",               MARK,
         "page=1"                                                                                                                                               },
        {"turned page",          "BT /F2 16 Tf 100 700 Td " MARK_GBK " Tj ET",                             "/Rotate 90",     MARK,                 "page=1"     },
        {"turned page 180",      "BT /F2 16 Tf 100 700 Td " MARK_GBK " Tj ET",                             "/Rotate 180",    MARK,
         "page=1"                                                                                                                                               },
        {"turned page 270",      "BT /F2 16 Tf 100 700 Td " MARK_GBK " Tj ET",                             "/Rotate -90",    MARK,
         "page=1"                                                                                                                                               },
        {"user unit",            "BT /F2 1 Tf 10 70 Td " MARK_GBK " Tj ET",                                "/UserUnit 10",   MARK,                 "size=1000"  },
        {"no font",              "BT 100 700 Td (Words without font) Tj ET",                               "",               "Words without font", "page=1"     },
        {"unknown font",         "BT /Nobody 12 Tf 100 700 Td (Words of nobody) Tj ET",                    "",
         "Words of nobody",                                                                                                                        "page=1"     },
        {"operator in an array", "BT /F1 12 Tf 100 700 Td [(Ope) 0.0 Tc -10 (rator)] TJ ET",               "",
         "Operator",                                                                                                                               "page=1"     },
        {"array without end",    "BT /F1 12 Tf 100 700 Td [(Endless) TJ ET",                               "",               "Endless",            "page=1"     },
        {"inline picture",
         "BI /W 4 /H 1 /BPC 8 /CS /G ID \x01 EI\x02 EI Q BT /F1 12 Tf 100 700 Td (Behind picture) "
         "Tj ET",                                                                                          "",               "Behind picture",     "page=1"     },
        {"escapes",              "BT /F1 12 Tf 100 700 Td (\\101b\\(c\\)\\\n) Tj (\\d) Tj ET",             "",               "'Ab(c)d'",
         "page=1"                                                                                                                                               },
        {"comment",              "BT /F1 12 Tf % (not) Tj\n 100 700 Td (But this) Tj ET",                  "",               "'But this'",
         "page=1"                                                                                                                                               },
        {"replacement text",
         "/Span << /ActualText (Read instead) >> BDC BT /F1 12 Tf 100 700 Td (Shown) Tj ET EMC",           "",
         "Read instead",                                                                                                                           "alt"        },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        seen it = examine_page(rows[i].content, rows[i].page, "");
        char line[4096];
        line_of(&it, rows[i].text, line, sizeof(line));
        bool wants_no_fact = strcmp(rows[i].fact, "hidden") == 0;
        if (line[0] == 0 || (wants_no_fact == (strstr(line, rows[i].fact) != NULL))) {
            fail_msg("row '%s': no line '%s' with '%s' in\n%s", rows[i].name, rows[i].text,
                     rows[i].fact, (const char *)it.dump.ptr);
        }
        CHECK_ROW(rows[i].name, it.gaps[GAP_DAMAGED], 0);
        seen_done(&it);
    }
}

static void test_pdf__visible_text_has_no_facts(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "BT /F2 16 Tf 100 700 Td " MARK_GBK " Tj ET",
        /* white on black */
        "0 g 90 690 200 40 re f 1 g BT /F2 16 Tf 100 700 Td " MARK_GBK " Tj ET",
        /* the area stands elsewhere, is drawn before, or is a thin rule */
        "BT /F2 16 Tf 100 700 Td " MARK_GBK " Tj ET 0 g 90 600 200 40 re f",
        "0.9 g 90 690 200 40 re f 0 g BT /F2 16 Tf 100 700 Td " MARK_GBK " Tj ET",
        "BT /F2 16 Tf 100 700 Td " MARK_GBK " Tj ET 90 705 200 1 re f",
        "q 0 600 600 200 re W n BT /F2 16 Tf 100 700 Td " MARK_GBK " Tj ET Q",
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        seen it = examine_page(rows[i], "", "");
        char line[4096];
        line_of(&it, MARK, line, sizeof(line));
        CHECK_ROW(rows[i], strstr(line, "hidden") != NULL, false);
        CHECK_ROW(rows[i], line[0] != 0, true);
        seen_done(&it);
    }
}

static void test_pdf__reads_columns_and_rows_in_order(void **state)
{
    (void)state;
    char content[8192];
    size_t len = 0;
    /* The right column is drawn first, then the footer, the left column, and the head last. */
    for (int i = 0; i < 6; i++) {
        len += (size_t)snprintf(
            content + len, sizeof(content) - len,
            "BT /F1 10 Tf 320 %d Td (Right column has line %d with many words) Tj ET\n",
            700 - 12 * i, i);
    }
    len += (size_t)snprintf(content + len, sizeof(content) - len,
                            "BT /F1 10 Tf 280 40 Td (Foot) Tj ET\n");
    for (int i = 0; i < 6; i++) {
        len += (size_t)snprintf(
            content + len, sizeof(content) - len,
            "BT /F1 10 Tf 60 %d Td (Left column has line %d with many words) Tj ET\n", 700 - 12 * i,
            i);
    }
    (void)snprintf(content + len, sizeof(content) - len, "BT /F1 10 Tf 60 760 Td (Head) Tj ET\n");
    seen it = examine_page(content, "", "");
    const char *dump = (const char *)it.dump.ptr;
    static const char *const order[] = {"'Head'",
                                        "Left column has line 0",
                                        "Left column has line 5",
                                        "Right column has line 0",
                                        "Right column has line 5",
                                        "'Foot'"};
    const char *last = dump;
    for (size_t i = 0; i < LJ_COUNT_OF(order); i++) {
        const char *found = strstr(dump, order[i]);
        CHECK_ROW(order[i], found != NULL && found >= last, true);
        last = found;
    }
    seen_done(&it);

    it = examine_page("BT /F1 10 Tf 300 700 Td (B1) Tj ET BT /F1 10 Tf 60 700 Td (A1) Tj ET "
                      "BT /F1 10 Tf 300 680 Td (B2) Tj ET BT /F1 10 Tf 60 680 Td (A2) Tj ET",
                      "", "");
    dump = (const char *)it.dump.ptr;
    assert_true(strstr(dump, "'A1'") < strstr(dump, "'B1'"));
    assert_true(strstr(dump, "'B1'") < strstr(dump, "'A2'"));
    assert_true(strstr(dump, "'A2'") < strstr(dump, "'B2'"));
    seen_done(&it);
}

static void test_pdf__vertical_writing_is_a_line(void **state)
{
    (void)state;
    pdf_build build;
    pdf_build_init(&build);
    int descendant = pdf_build_add(
        &build, "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong /CIDSystemInfo << "
                "/Registry (Adobe) /Ordering (GB1) /Supplement 4 >> /DW2 [880 -1000] >>");
    int font =
        pdf_build_add(&build,
                      "<< /Type /Font /Subtype /Type0 /BaseFont /STSong /Encoding /UniGB-UCS2-V "
                      "/DescendantFonts [%d 0 R] >>",
                      descendant);
    int content = pdf_build_text(&build, "", "BT /V 16 Tf 300 700 Td " MARK_UCS2 " Tj ET");
    int page = pdf_build_add(
        &build,
        "<< /Type /Page /MediaBox [0 0 600 800] /Contents %d 0 R /Resources << /Font << /V "
        "%d 0 R >> >> >>",
        content, font);
    int pages = pdf_build_add(&build, "<< /Type /Pages /Kids [%d 0 R] /Count 1 >>", page);
    int root = pdf_build_add(&build, "<< /Type /Catalog /Pages %d 0 R >>", pages);
    seen it = examine(pdf_build_end(&build, root, ""), NULL);
    assert_true(has(&it, MARK));
    seen_done(&it);
    pdf_build_done(&build);
}

/* ---- fonts ---- */

static seen examine_font(const char *font, const char *map, const char *string)
{
    pdf_build build;
    pdf_build_init(&build);
    char entries[256] = "";
    if (map != NULL) {
        int num = pdf_build_text(&build, "", map);
        (void)snprintf(entries, sizeof(entries), "/ToUnicode %d 0 R", num);
    }
    int obj = pdf_build_add(&build, "<< /Type /Font %s %s >>", font, entries);
    char content[512];
    (void)snprintf(content, sizeof(content), "BT /X 12 Tf 100 700 Td %s Tj ET", string);
    int stream = pdf_build_text(&build, "", content);
    int page = pdf_build_add(
        &build,
        "<< /Type /Page /MediaBox [0 0 600 800] /Contents %d 0 R /Resources << /Font << /X "
        "%d 0 R >> >> >>",
        stream, obj);
    int pages = pdf_build_add(&build, "<< /Type /Pages /Kids [%d 0 R] /Count 1 >>", page);
    int root = pdf_build_add(&build, "<< /Type /Catalog /Pages %d 0 R >>", pages);
    seen it = examine(pdf_build_end(&build, root, ""), NULL);
    pdf_build_done(&build);
    return it;
}

static void test_pdf__fonts_lead_to_letters(void **state)
{
    (void)state;
#define CIDS(registry)                                                                             \
    "/DescendantFonts [<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Any /CIDSystemInfo "       \
    "<< " registry " >> "                                                                          \
    "/W [0 [1000 500] 10 20 700] >>]"
#define MAP(body)                                                                                  \
    "/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <0000> <FFFF> "          \
    "endcodespacerange " body " endcmap"
    static const struct {
        const char *name, *font, *map, *string, *text;
    } rows[] = {
        {"map by letter",
         "/Subtype /Type0 /Encoding /Identity-H " CIDS("/Registry (Adobe) /Ordering (Identity)"),
         MAP("2 beginbfchar <0001> <673A> <0002> <5BC6> endbfchar"),                                              "<00010002>", "'机密'"   },
        {"map by range",
         "/Subtype /Type0 /Encoding /Identity-H " CIDS("/Registry (Adobe) /Ordering (Identity)"),
         MAP("1 beginbfrange <0001> <0002> [<673A> <5BC6>] endbfrange"),                                          "<00010002>", "'机密'"   },
        {"map to several letters",
         "/Subtype /Type0 /Encoding /Identity-H " CIDS("/Registry (Adobe) /Ordering (Identity)"),
         MAP("1 beginbfchar <0001> <673A5BC62605> endbfchar"),                                                    "<0001>",     "'机密★'"},
        {"collection",
         "/Subtype /Type0 /Encoding /Identity-H " CIDS("/Registry (Adobe) /Ordering (GB1)"),                NULL,
         "<0022>",                                                                                                              "'A'"        },
        {"predefined map",
         "/Subtype /Type0 /Encoding /UniGB-UTF16-H " CIDS("/Registry (Adobe) /Ordering (GB1)"),
         NULL,                                                                                                    "<673A5BC6>", "'机密'"   },
        {"differences",
         "/Subtype /Type1 /BaseFont /Any /FirstChar 1 /Widths [500 500] /Encoding << /Differences "
         "[1 /A "
         "/eacute] >>",                                                                                     NULL, "<0102>",     "'Aé'"      },
        {"mac",                            "/Subtype /TrueType /BaseFont /Any /Encoding /MacRomanEncoding", NULL, "<8E>",
         "'é'"                                                                                                                              },
        {"type 3",
         "/Subtype /Type3 /FontMatrix [0.01 0 0 0.01 0 0] /FirstChar 1 /Widths [50] /CharProcs << "
         ">> /Encoding << "
         "/Differences [1 /uni5BC6] >>",                                                                    NULL, "<01>",       "'密'"      },
        {"gbk that says WinAnsi",
         "/Subtype /TrueType /BaseFont /#CB#CE#CC#E5 /Encoding /WinAnsiEncoding /FontDescriptor << "
         "/Type /FontDescriptor /Flags 4 >>",                                                               NULL, "<BBFAC3DC>", "'机密'"   },
        {"gbk, other flags, another name",
         "/Subtype /TrueType /BaseFont /#BB#AA#CE#C4#CB#CE#CC#E5,Bold /Encoding /WinAnsiEncoding "
         "/FontDescriptor << /Type /FontDescriptor /Flags 6 >>",                                            NULL, "<BBFAC3DC>", "'机密'"   },
        {"a star of ZapfDingbats",         "/Subtype /Type1 /BaseFont /ZapfDingbats",                       NULL, "<48>",       "'★'"      },
        {"a line end is no letter",
         "/Subtype /TrueType /BaseFont /Arial /Encoding /WinAnsiEncoding",                                  NULL, "<410A42>",
         "'A B'"                                                                                                                             },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        seen it = examine_font(rows[i].font, rows[i].map, rows[i].string);
        if (!has(&it, rows[i].text)) {
            fail_msg("row '%s': no %s in\n%s", rows[i].name, rows[i].text,
                     (const char *)it.dump.ptr);
        }
        CHECK_ROW(rows[i].name, it.gaps[GAP_NO_TEXT_MAP], 0);
        seen_done(&it);
    }
    seen it = examine_font(
        "/Subtype /Type0 /Encoding /Identity-H " CIDS("/Registry (Adobe) /Ordering (Identity)"),
        NULL, "<000100020003>");
    assert_int_equal(it.gaps[GAP_NO_TEXT_MAP], 1);
    assert_true(has(&it, "\xEF\xBF\xBD"));
    seen_done(&it);
}

/* ---- forms, layers, patterns, pictures ---- */

typedef struct parts {
    const char *resources; /* with %d for each of the streams, in order */
    const char *content;
    const char *streams[4];
    const char *entries[4];
} parts;

static seen examine_parts(const parts *what, const char *catalog)
{
    pdf_build build;
    pdf_build_init(&build);
    int first = build.count;
    for (int i = 0; i < 4 && what->streams[i] != NULL; i++) {
        (void)pdf_build_text(&build, what->entries[i], what->streams[i]);
    }
    assert_int_equal(first, 1); /* streams are objects 1 to 4 */
    while (build.count <= 4) {
        (void)pdf_build_add(&build, "null");
    }
    int font =
        pdf_build_add(&build, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"); /* 5 */
    assert_int_equal(font, 5);
    int content = pdf_build_text(&build, "", what->content);
    int page = pdf_build_add(
        &build,
        "<< /Type /Page /MediaBox [0 0 600 800] /Contents %d 0 R /Resources << /Font << /F1 "
        "5 0 R >> %s >> >>",
        content, what->resources);
    int pages = pdf_build_add(&build, "<< /Type /Pages /Kids [%d 0 R] /Count 1 >>", page);
    int root = pdf_build_add(&build, "<< /Type /Catalog /Pages %d 0 R %s >>", pages, catalog);
    seen it = examine(pdf_build_end(&build, root, ""), NULL);
    pdf_build_done(&build);
    return it;
}

#define FORM         "/Type /XObject /Subtype /Form /BBox [0 0 600 800]"
#define WORDS(words) "BT /F1 12 Tf 100 700 Td (" words ") Tj ET"

static void test_pdf__forms_layers_and_patterns_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        parts what;
        const char *catalog, *text, *fact;
    } rows[] = {
        {"form",
         {"/XObject << /A 1 0 R >>", "/A Do", {WORDS("In a form")}, {FORM}},
         "",                                                        "In a form",
         "page=1"     },
        {"form moves",
         {"/XObject << /A 1 0 R >>", "/A Do", {WORDS("Moved")}, {FORM " /Matrix [1 0 0 1 900 0]"}},
         "",                                                        "Moved",
         "off_page"   },
        {"form clips",
         {"/XObject << /A 1 0 R >>", "/A Do", {WORDS("Boxed")}, {"/Subtype /Form /BBox [0 0 9 9]"}},
         "",                                                        "Boxed",
         "clipped"    },
        {"form in form",
         {"/XObject << /A 1 0 R /B 2 0 R >>", "/A Do", {"/B Do", WORDS("Deeper")}, {FORM, FORM}},
         "",                                                        "Deeper",
         "page=1"     },
        {"transparent",
         {"/ExtGState << /G << /ca 0 >> >>", "/G gs " WORDS("Glass"), {NULL}, {NULL}},
         "",                                                        "Glass",
         "invisible"  },
        {"transparent group",
         {"/ExtGState << /G << /ca 0 >> >> /XObject << /A 1 0 R >>",
          "/G gs /A Do",
          {WORDS("Ghost")},
          {FORM " /Group << /S /Transparency >>"}},
         "",                                                        "Ghost",
         "invisible"  },
        {"font of a state",
         {"/ExtGState << /G << /Font [5 0 R 9] >> >>",
          "/G gs BT 100 700 Td (State font) Tj ET",
          {NULL},
          {NULL}},
         "",                                                        "State font",
         "size=900"   },
        {"highlight does not cover",
         {"/ExtGState << /G << /BM /Multiply >> >>",
          WORDS("Marked") " /G gs 1 1 0 rg 90 690 "
                          "200 40 re f",
          {NULL},
          {NULL}},
         "",                                                        "Marked",
         "bg=16777215"},
        {"pattern",
         {"/Pattern << /P 1 0 R >>",
          "/Pattern cs /P scn 0 0 600 800 re f",
          {WORDS("Watermark")},
          {"/PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 600 800] /XStep 600 /YStep 800 "
           "/Resources << "
           "/Font << /F1 5 0 R >> >>"}},
         "",                                                        "Watermark",
         "page=1"     },
        {"separation white",
         {"/ColorSpace << /S [/Separation /Ink /DeviceGray << /FunctionType 2 /Domain [0 1] /C0 "
          "[1] /C1 "
          "[0] /N 1 >>] >>",
          "/S cs 0 scn " WORDS("No ink"),
          {NULL},
          {NULL}},
         "",                                                        "No ink",
         "no_contrast"},
        {"hidden layer",
         {"/Properties << /L 1 0 R >>",
          "/OC /L BDC " WORDS("Layered") " EMC " WORDS("Open"),
          {""},
          {"/Type /OCG /Name (Layer)"}},
         "/OCProperties << /OCGs [1 0 R] /D << /OFF [1 0 R] >> >>", "Layered",
         "layer"      },
        {"hidden form",
         {"/XObject << /A 2 0 R >>",
          "/A Do",
          {"", WORDS("Switched off")},
          {"/Type /OCG /Name (Layer)", FORM " /OC 1 0 R"}},
         "/OCProperties << /OCGs [1 0 R] /D << /OFF [1 0 R] >> >>", "Switched off",
         "layer"      },
        {"name of a layer",
         {"", "", {""}, {"/Type /OCG /Name (Draft layer)"}},
         "/OCProperties << /OCGs [1 0 R] /D << >> >>",              "Draft layer",
         "alt"        },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        seen it = examine_parts(&rows[i].what, rows[i].catalog);
        char line[4096];
        line_of(&it, rows[i].text, line, sizeof(line));
        if (strstr(line, rows[i].fact) == NULL) {
            fail_msg("row '%s': no line '%s' with '%s' in\n%s", rows[i].name, rows[i].text,
                     rows[i].fact, (const char *)it.dump.ptr);
        }
        seen_done(&it);
    }
}

static void test_pdf__picture_that_could_hold_a_mark_is_a_gap(void **state)
{
    (void)state;
#define PICTURE(w, h)                                                                              \
    "/Type /XObject /Subtype /Image /ColorSpace /DeviceGray /BitsPerComponent 8 /Width " #w        \
    " /Height " #h
    static const struct {
        const char *name;
        parts what;
        unsigned gaps;
    } rows[] = {
        {"scan",
         {"/XObject << /A 1 0 R >>", "600 0 0 800 0 0 cm /A Do", {"x"}, {PICTURE(2000, 3000)}},
         1},
        {"twice is one gap",
         {"/XObject << /A 1 0 R >>",
          "600 0 0 800 0 0 cm /A Do /A Do",
          {"x"},
          {PICTURE(2000, 3000)}},
         1},
        {"logo",
         {"/XObject << /A 1 0 R >>", "40 0 0 40 0 0 cm /A Do", {"x"}, {PICTURE(32, 32)}},
         0},
        {"small on the page",
         {"/XObject << /A 1 0 R >>", "20 0 0 20 0 0 cm /A Do", {"x"}, {PICTURE(200, 200)}},
         0},
        {"strips",
         {"/XObject << /A 1 0 R >>",
          "q 600 0 0 60 0 0 cm /A Do Q q 600 0 0 60 0 60 cm /A Do Q",
          {"x"},
          {PICTURE(2000, 32)}},
         1},
        {"inline",
         {"", "q 200 0 0 200 0 0 cm BI /W 100 /H 100 /BPC 8 /CS /G ID xyz EI Q", {NULL}, {NULL}},
         1},
        {"giant",
         {"/XObject << /A 1 0 R >>", "600 0 0 800 0 0 cm /A Do", {"x"}, {PICTURE(900000, 900000)}},
         1},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        seen it = examine_parts(&rows[i].what, "");
        CHECK_ROW(rows[i].name, it.gaps[GAP_PICTURE], rows[i].gaps);
        CHECK_ROW(rows[i].name, it.gaps[GAP_DAMAGED], 0);
        seen_done(&it);
    }
    /* Letters drawn as curves: nothing can be read, and that is said. */
    char *content = malloc(64 * 1024);
    assert_non_null(content);
    size_t len = 0;
    for (int i = 0; i < 1600; i++) {
        len += (size_t)snprintf(content + len, 64, "0 0 m 1 1 2 2 3 3 c f\n");
    }
    seen it = examine_page(content, "", "");
    assert_int_equal(it.gaps[GAP_PICTURE], 1);
    assert_string_equal(it.detail, "outlines");
    seen_done(&it);
    free(content);
}

/* ---- beside the pages ---- */

static void test_pdf__everything_beside_pages_is_told(void **state)
{
    (void)state;
    pdf_build build;
    pdf_build_init(&build);
    int xmp = pdf_build_text(
        &build, "/Type /Metadata /Subtype /XML",
        "<?xpacket begin=''?><x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF><rdf:Description "
        "rdf:about='' pdf:Keywords='Attribute key'><dc:title><rdf:Alt><rdf:li "
        "xml:lang='x-default'>Packet &amp; title &#x5BC6;&#65;</rdf:li></rdf:Alt></dc:title>"
        "</rdf:Description></rdf:RDF></x:xmpmeta>");
    int second = pdf_build_add(&build, "<< /Title <FEFF673A5BC62605> >>");
    int first = pdf_build_add(
        &build,
        "<< /Title (First entry) /Next %d 0 R /A << /S /URI /URI (http://outline.example/) >> >>",
        second);
    int outlines = pdf_build_add(&build, "<< /First %d 0 R /Last %d 0 R >>", first, second);
    int names = pdf_build_add(&build, "<< /Kids [<< /Names [(Named place) [0 /Fit]] >>] >>");
    int field = pdf_build_add(
        &build, "<< /T (level) /FT /Tx /V (Typed value) /DV (Default value) /TU (Tool tip) >>");
    int choice = pdf_build_add(
        &build,
        "<< /T (choice) /FT /Ch /V [(Picked)] /Opt [[(x) (Shown choice)] (Plain choice)] >>");
    int widget_look = pdf_build_text(
        &build,
        "/Subtype /Form /BBox [0 0 100 20] /Resources << /Font << /F1 << /Type /Font "
        "/Subtype /Type1 /BaseFont /Helvetica >> >> >>",
        "BT /F1 10 Tf 2 5 Td (Widget look) Tj ET");
    char page[4096];
    (void)snprintf(
        page, sizeof(page),
        "/Annots [<< /Type /Annot /Subtype /Text /Rect [10 10 30 30] /Contents (Sticky note) /T "
        "(Reader) /F 2 >> "
        "<< /Type /Annot /Subtype /FreeText /Rect [10 10 110 30] /Contents (Free text) /RC "
        "(<p>Rich</p>) /AP << /N "
        "%d 0 R >> >> << /Type /Annot /Subtype /Widget /Rect [10 50 110 70] /AP << /N << /Off %d 0 "
        "R >> >> /T "
        "(box) /V (Box value) >> << /Type /Annot /Subtype /Link /Rect [0 0 9 9] /A << /S /URI /URI "
        "(http://link.example/) >> >> 7]",
        widget_look, widget_look);
    char catalog[4096];
    (void)snprintf(catalog, sizeof(catalog),
                   "/Metadata %d 0 R /Outlines %d 0 R /Names << /Dests %d 0 R /JavaScript << >> >> "
                   "/Dests << /OldPlace [0] "
                   ">> /PageLabels << /Nums [0 << /P (Label-) >>] >> /AcroForm << /Fields [%d 0 R "
                   "<< /T (up) /Kids [%d 0 R "
                   "%d 0 R] >>] >> /Threads [<< /I << /Title (Thread title) >> >>]",
                   xmp, outlines, names, field, choice, field);
    int info =
        pdf_build_add(&build, "<< /Title (Info title) /Custom <C3DCBCB6A3BABBFAC3DC> /Author "
                              "<FFFE2E6C> /Subject <EFBBBFE5AF86E7BAA7> >>");
    /* pdf_build_page ends the document; the information is put into the trailer of a second one. */
    (void)pdf_build_page(&build, "BT /F1 12 Tf 100 700 Td (Body) Tj ET", page, catalog);
    char entries[64];
    (void)snprintf(entries, sizeof(entries), "/Info %d 0 R", info);
    lj_slice bytes = pdf_build_end(&build, build.count - 1, entries);
    seen it = examine(bytes, NULL);
    static const struct {
        const char *text, *fact;
    } rows[] = {
        {"'Title':'Info title'",             "metadata"   },
        {"'Custom':'密级：机密'",       "not_printed"},
        {"'Subject':'密级'",               "metadata"   },
        {"'dc:title':'Packet & title 密A'", "metadata"   },
        {"'pdf:Keywords':'Attribute key'",   "metadata"   },
        {"First entry",                      "bookmark"   },
        {"'机密★'",                      "bookmark"   },
        {"http://outline.example/",          "link"       },
        {"Named place",                      "bookmark"   },
        {"OldPlace",                         "bookmark"   },
        {"Label-",                           "bookmark"   },
        {"Thread title",                     "bookmark"   },
        {"'level':'Typed value'",            "form"       },
        {"'level':'Default value'",          "not_printed"},
        {"'level':'Tool tip'",               "form"       },
        {"'choice':'Picked'",                "form"       },
        {"'choice':'Shown choice'",          "form"       },
        {"'choice':'Plain choice'",          "form"       },
        {"'box':'Box value'",                "form"       },
        {"Sticky note",                      "vanish"     },
        {"Free text",                        "comment"    },
        {"Rich",                             "comment"    },
        {"Widget look",                      "page=1"     },
        {"http://link.example/",             "link"       },
        {"'Body'",                           "body"       },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        char line[4096];
        line_of(&it, rows[i].text, line, sizeof(line));
        if (strstr(line, rows[i].fact) == NULL) {
            fail_msg("no line '%s' with '%s' in\n%s", rows[i].text, rows[i].fact,
                     (const char *)it.dump.ptr);
        }
    }
    assert_int_equal(it.notes[NOTE_MACROS], 1);
    assert_int_equal(it.gaps[GAP_DAMAGED], 0);
    seen_done(&it);
    pdf_build_done(&build);
}

static void test_pdf__attached_files_and_xfa_are_children(void **state)
{
    (void)state;
    pdf_build build;
    pdf_build_init(&build);
    int one = pdf_build_text(&build, "/Type /EmbeddedFile", "Words of the first file");
    int two = pdf_build_text(&build, "/Type /EmbeddedFile", "Words of the second file");
    int three = pdf_build_text(&build, "/Type /EmbeddedFile", "Words of the third file");
    int packet = pdf_build_text(&build, "", "<field><value>Words of the form</value></field>");
    char page[1024];
    char catalog[1024];
    (void)snprintf(page, sizeof(page),
                   "/Annots [<< /Subtype /FileAttachment /Rect [0 0 9 9] /FS << /F (second.txt) "
                   "/EF << /F %d 0 R >> >> >>] "
                   "/AF [<< /UF <FEFF4E09> /Desc (About the third) /EF << /UF %d 0 R >> >>]",
                   two, three);
    (void)snprintf(catalog, sizeof(catalog),
                   "/Names << /EmbeddedFiles << /Names [(a) << /F (first.txt) /EF << /F %d 0 R >> "
                   ">> (b) << /F (again.txt) /EF "
                   "<< /F %d 0 R >> >>] >> >> /AcroForm << /XFA [(template) %d 0 R] >>",
                   one, one, packet);
    seen it = examine(pdf_build_page(&build, "", page, catalog), NULL);
    assert_int_equal(it.docs, 5);
    assert_true(has(&it, "first.txt"));
    assert_true(has(&it, "second.txt"));
    assert_true(has(&it, "三"));
    assert_true(has(&it, "About the third"));
    assert_true(has(&it, "xfa.xml"));
    assert_false(has(&it, "again.txt"));
    assert_int_equal(it.gaps[GAP_DAMAGED], 0);
    seen_done(&it);
    pdf_build_done(&build);
}

/* ---- damage ---- */

static void test_pdf__loops_end(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        parts what;
        const char *catalog, *text;
    } rows[] = {
        {"form in itself",
         {"/XObject << /A 1 0 R >>", "/A Do " WORDS("Outside"), {"/A Do " WORDS("Inside")}, {FORM}},
         "",                                                                                             "Inside"  },
        {"forms in a circle",
         {"/XObject << /A 1 0 R /B 2 0 R >>",
          "/A Do",
          {"/B Do " WORDS("Ring"), "/A Do"},
          {FORM, FORM}},
         "",                                                                                             "Ring"    },
        {"outlines in a circle",
         {"", WORDS("Body"), {""}, {"/Title (Round) /Next 1 0 R /First 1 0 R"}},
         "/Outlines << /First 1 0 R >>",                                                                 "Round"   },
        {"name tree in a circle",
         {"", WORDS("Body"), {""}, {"/Kids [1 0 R 1 0 R] /Names [(Ringed) 0]"}},
         "/Names << /Dests 1 0 R >>",                                                                    "Ringed"  },
        {"fields in a circle",
         {"", WORDS("Body"), {""}, {"/T (x) /V (Valued) /Kids [1 0 R]"}},
         "/AcroForm << /Fields [1 0 R 1 0 R] >>",                                                        "Valued"  },
        {"q without end",         {"", "q q q q q q " WORDS("Saved"), {NULL}, {NULL}},               "", "Saved"   },
        {"Q without begin",       {"", "Q Q Q Q " WORDS("Restored"), {NULL}, {NULL}},                "", "Restored"},
        {"EMC without begin",     {"", "EMC EMC " WORDS("Ended"), {NULL}, {NULL}},                   "", "Ended"   },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        seen it = examine_parts(&rows[i].what, rows[i].catalog);
        CHECK_ROW(rows[i].name, has(&it, rows[i].text), true);
        CHECK_ROW(rows[i].name, it.code, LJ_OK);
        seen_done(&it);
    }
}

static void test_pdf__page_tree_that_loops_gives_its_pages(void **state)
{
    (void)state;
    pdf_build build;
    pdf_build_init(&build);
    int pages = pdf_build_reserve(&build);
    int font = pdf_build_add(&build, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>");
    int content = pdf_build_text(&build, "", "BT /F1 12 Tf 100 700 Td (Looped) Tj ET");
    int page = pdf_build_add(&build, "<< /Type /Page /Contents %d 0 R >>", content);
    pdf_build_put(&build, pages,
                  "<< /Type /Pages /Kids [%d 0 R %d 0 R 99 0 R] /Count 3 /MediaBox [0 0 300 300] "
                  "/Resources << /Font << /F1 "
                  "%d 0 R >> >> >>",
                  pages, page, font);
    int root = pdf_build_add(&build, "<< /Type /Catalog /Pages %d 0 R >>", pages);
    seen it = examine(pdf_build_end(&build, root, ""), NULL);
    assert_true(has(&it, "Looped"));
    assert_int_equal(it.gaps[GAP_DAMAGED], 1);
    seen_done(&it);
    pdf_build_done(&build);
}

static void test_pdf__pages_are_found_without_a_tree(void **state)
{
    (void)state;
    pdf_build build;
    pdf_build_init(&build);
    int font = pdf_build_add(&build, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>");
    int content = pdf_build_text(&build, "", "BT /F1 12 Tf 100 700 Td (Orphan) Tj ET");
    (void)pdf_build_add(
        &build, "<< /Type /Page /Contents %d 0 R /Resources << /Font << /F1 %d 0 R >> >> >>",
        content, font);
    int root = pdf_build_add(&build, "<< /Type /Catalog /Pages 77 0 R >>");
    seen it = examine(pdf_build_end(&build, root, ""), NULL);
    assert_true(has(&it, "Orphan"));
    assert_int_equal(it.gaps[GAP_DAMAGED], 1);
    seen_done(&it);
    pdf_build_done(&build);
}

static void test_pdf__long_filter_chains_are_not_opened(void **state)
{
    (void)state;
    pdf_build build;
    pdf_build_init(&build);
    int content =
        pdf_build_text(&build, "/Filter [/AHx /AHx /AHx /AHx /AHx /AHx /AHx /AHx /AHx]", "00");
    int page = pdf_build_add(&build, "<< /Type /Page /Contents [%d 0 R] >>", content);
    int pages = pdf_build_add(&build, "<< /Type /Pages /Kids [%d 0 R] /Count 1 >>", page);
    int root = pdf_build_add(&build, "<< /Type /Catalog /Pages %d 0 R >>", pages);
    seen it = examine(pdf_build_end(&build, root, ""), NULL);
    assert_int_equal(it.gaps[GAP_UNSUPPORTED], 1);
    assert_string_equal(it.detail, "filters");
    seen_done(&it);
    pdf_build_done(&build);
}

static void test_pdf__broken_cross_references_are_repaired(void **state)
{
    (void)state;
    pdf_build build;
    pdf_build_init(&build);
    lj_slice bytes = pdf_build_page(&build, "BT /F2 16 Tf 100 700 Td " MARK_GBK " Tj ET", "", "");
    uint8_t *copy = malloc(bytes.len);
    assert_non_null(copy);
    memcpy(copy, bytes.ptr, bytes.len);
    size_t at = lj_slice_find(bytes, LJ_BYTES("startxref\n")) + 10;
    memcpy(copy + at, "99999999", 4);
    seen it = examine(lj_slice_of(copy, bytes.len), NULL);
    assert_true(has(&it, MARK));
    assert_int_equal(it.notes[NOTE_REPAIRED], 1);
    assert_int_equal(it.gaps[GAP_DAMAGED], 0);
    seen_done(&it);
    free(copy);
    pdf_build_done(&build);
}

static void test_pdf__bytes_around_the_document_are_left_to_the_sweep(void **state)
{
    (void)state;
    pdf_build build;
    lj_buf all;
    pdf_build_init(&build);
    lj_slice bytes = pdf_build_page(&build, "BT /F1 12 Tf 100 700 Td (Body) Tj ET", "", "");
    lj_buf_init(&all, NULL, 1 << 20);
    lj_buf_put_cstr(&all, "junk before the header\n");
    lj_buf_put(&all, bytes);
    lj_buf_put_cstr(&all, "junk behind the end of the document");
    seen it = examine(lj_buf_slice(&all), NULL);
    assert_true(has(&it, "'Body'"));
    assert_int_equal(it.notes[NOTE_TRAILING_BYTES], 1);
    seen_done(&it);
    lj_buf_done(&all);
    pdf_build_done(&build);
}

/* Every sixteenth, then every byte of a small document: no crash, and what is there is read. */
static void test_pdf__truncated_anywhere_ends(void **state)
{
    (void)state;
    pdf_build build;
    pdf_build_init(&build);
    lj_slice bytes = pdf_build_page(&build, "BT /F2 16 Tf 100 700 Td " MARK_GBK " Tj ET", "", "");
    for (int i = 0; i < 16; i++) {
        size_t len = bytes.len * (size_t)i / 16;
        seen it = examine(lj_slice_part(bytes, 0, len), NULL);
        assert_true(it.code == LJ_OK);
        assert_true(it.examined <= len);
        seen_done(&it);
    }
    seen cut = examine(lj_slice_part(bytes, 0, bytes.len * 15 / 16), NULL);
    assert_true(has(&cut, MARK));
    assert_int_equal(cut.notes[NOTE_REPAIRED], 1);
    assert_int_equal(cut.gaps[GAP_DAMAGED], 1); /* never full coverage */
    seen_done(&cut);
    for (size_t len = 0; len < bytes.len; len += 7) {
        seen it = examine(lj_slice_part(bytes, 0, len), NULL);
        assert_true(it.code == LJ_OK);
        seen_done(&it);
    }
    pdf_build_done(&build);
}

static void test_pdf__flipped_bits_end(void **state)
{
    (void)state;
    pdf_build build;
    pdf_build_init(&build);
    lj_slice bytes =
        pdf_build_page(&build, "q 1 0 0 1 5 5 cm BT /F2 16 Tf 100 700 Td " MARK_GBK " Tj ET Q",
                       "/Annots [<< /Subtype /FreeText /Rect [0 0 9 9] /Contents (Note) >>]",
                       "/Outlines << /First << /Title (Entry) >> >>");
    uint8_t *copy = malloc(bytes.len);
    assert_non_null(copy);
    for (size_t at = 0; at < bytes.len; at++) {
        memcpy(copy, bytes.ptr, bytes.len);
        copy[at] ^= (uint8_t)(1U << (at % 8));
        seen it = examine(lj_slice_of(copy, bytes.len), NULL);
        assert_true(it.code == LJ_OK);
        seen_done(&it);
    }
    free(copy);
    pdf_build_done(&build);
}

/* ---- encryption ---- */

static void test_pdf__encryption_is_named_or_opened(void **state)
{
    (void)state;
    static const char *const methods[] = {"rc4-40", "rc4-128", "aes-128", "aes-256"};
    pdf_build build;
    pdf_build_init(&build);
    lj_slice bytes = pdf_build_page(&build, "BT /F2 16 Tf 100 700 Td " MARK_GBK " Tj ET", "", "");
    lj_str passwords[] = {LJ_STR("wrong"), LJ_STR("example")};
    for (size_t i = 0; i < LJ_COUNT_OF(methods); i++) {
        lj_slice locked = pdf_build_encrypt(bytes, methods[i], "example", "owner");
        assert_true(locked.len > 0);
        seen it = examine(locked, NULL);
        CHECK_ROW(methods[i], it.gaps[GAP_ENCRYPTED], 1);
        CHECK_ROW(methods[i], it.gaps[GAP_DAMAGED], 0);
        CHECK_ROW(methods[i], it.examined, 0);
        assert_string_equal(it.detail, methods[i]);
        seen_done(&it);

        format_options options = {.limits = format_limits_standard(),
                                  .wants_all = true,
                                  .passwords = passwords,
                                  .password_count = 2};
        it = examine(locked, &options);
        CHECK_ROW(methods[i], has(&it, MARK), true);
        CHECK_ROW(methods[i], it.gaps[GAP_ENCRYPTED], 0);
        CHECK_ROW(methods[i], it.notes[NOTE_PASSWORD_USED], 1);
        seen_done(&it);
        free((void *)(uintptr_t)locked.ptr);

        lj_slice open = pdf_build_encrypt(bytes, methods[i], "", "owner");
        it = examine(open, NULL);
        CHECK_ROW(methods[i], has(&it, MARK), true);
        CHECK_ROW(methods[i], it.notes[NOTE_PASSWORD_USED], 1);
        seen_done(&it);
        free((void *)(uintptr_t)open.ptr);
    }
    pdf_build_done(&build);
}

static void test_pdf__foreign_security_handler_is_encrypted(void **state)
{
    (void)state;
    pdf_build build;
    pdf_build_init(&build);
    int pages = pdf_build_add(&build, "<< /Type /Pages /Kids [] /Count 0 >>");
    int crypt = pdf_build_add(&build, "<< /Filter /Adobe.PubSec /SubFilter /adbe.pkcs7.s5 /V 4 >>");
    int root = pdf_build_add(&build, "<< /Type /Catalog /Pages %d 0 R >>", pages);
    char entries[64];
    (void)snprintf(entries, sizeof(entries), "/Encrypt %d 0 R /ID [(a) (a)]", crypt);
    seen it = examine(pdf_build_end(&build, root, entries), NULL);
    assert_int_equal(it.gaps[GAP_ENCRYPTED], 1);
    assert_string_equal(it.detail, "public-key");
    seen_done(&it);
    pdf_build_done(&build);
}

/* ---- limits ---- */

static seen examine_limited(lj_slice bytes, format_limit limit, uint64_t value)
{
    format_options options = {.limits = format_limits_standard(), .wants_all = true};
    options.limits.value[limit] = value;
    return examine(bytes, &options);
}

static void test_pdf__pages_beyond_the_limit_are_a_gap(void **state)
{
    (void)state;
    pdf_build build;
    pdf_build_init(&build);
    int font = pdf_build_add(&build, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>");
    char kids[2048] = "";
    size_t len = 0;
    for (int i = 0; i < 6; i++) {
        char content[64];
        (void)snprintf(content, sizeof(content), "BT /F1 12 Tf 100 700 Td (Leaf%d) Tj ET", i + 1);
        int stream = pdf_build_text(&build, "", content);
        int page = pdf_build_add(&build, "<< /Type /Page /Contents %d 0 R >>", stream);
        len += (size_t)snprintf(kids + len, sizeof(kids) - len, "%d 0 R ", page);
    }
    int pages = pdf_build_add(
        &build, "<< /Type /Pages /Kids [%s] /Count 6 /Resources << /Font << /F1 %d 0 R >> >> >>",
        kids, font);
    int root = pdf_build_add(&build, "<< /Type /Catalog /Pages %d 0 R >>", pages);
    lj_slice bytes = pdf_build_end(&build, root, "");
    for (uint64_t most = 5; most <= 7; most++) {
        seen it = examine_limited(bytes, FORMAT_LIMIT_PDF_PAGES, most);
        assert_int_equal(it.gaps[GAP_LIMIT], most < 6 ? 1 : 0);
        assert_int_equal(has(&it, "Leaf6"), most >= 6);
        assert_true(has(&it, "Leaf5"));
        seen_done(&it);
    }
    seen it = examine_limited(bytes, FORMAT_LIMIT_PDF_OBJECTS, 5);
    assert_int_equal(it.gaps[GAP_LIMIT], 1);
    assert_int_equal(it.limit, FORMAT_LIMIT_PDF_OBJECTS);
    seen_done(&it);
    pdf_build_done(&build);
}

/* Work runs out at every stage: open, names, page, letters. Whatever happens, it ends with the gap.
 */
static void test_pdf__work_limit_ends_it_anywhere(void **state)
{
    (void)state;
    pdf_build build;
    pdf_build_init(&build);
    char *content = malloc(600 * 1024);
    assert_non_null(content);
    size_t len = (size_t)snprintf(content, 64, "BT /F1 12 Tf 100 700 Td ");
    for (int i = 0; i < 20000; i++) {
        len += (size_t)snprintf(content + len, 64, "(ab) Tj 0 -1 Td ");
    }
    lj_slice bytes = pdf_build_page(&build, content, "", "");
    free(content);
    unsigned ended = 0;
    for (uint64_t units = 1000; units < 4000000; units = units * 3 / 2) {
        seen it = examine_limited(bytes, FORMAT_LIMIT_WORK, units);
        ended += it.gaps[GAP_LIMIT] > 0;
        seen_done(&it);
    }
    assert_true(ended >= 8);
    pdf_build_done(&build);
}

/* A picture that is taken for the content of a page: megabytes without a blank must not be looked
 * at again from each of their bytes. */
static void test_pdf__a_word_without_end_is_passed_over(void **state)
{
    (void)state;
    enum { LEN = 3 << 20 };
    static const char tail[] = " BT /F1 12 Tf 100 700 Td (Behind it) Tj ET";
    pdf_build build;
    pdf_build_init(&build);
    char *content = malloc(LEN + sizeof(tail));
    assert_non_null(content);
    memset(content, 'a', LEN);
    memcpy(content + LEN, tail, sizeof(tail));
    lj_slice bytes = pdf_build_page(&build, content, "", "");
    free(content);
    seen it = examine_limited(bytes, FORMAT_LIMIT_WORK, 32 << 20);
    assert_true(has(&it, "Behind it"));
    assert_int_equal(it.gaps[GAP_LIMIT], 0);
    assert_int_equal(it.gaps[GAP_DAMAGED], 1);
    seen_done(&it);
    pdf_build_done(&build);
}

static void test_pdf__forms_that_multiply_end_by_work(void **state)
{
    (void)state;
    parts bomb = {
        "/XObject << /A 1 0 R /B 2 0 R /C 3 0 R >>",
        "/A Do /A Do /A Do /A Do /A Do /A Do /A Do /A Do",
        {"/B Do /B Do /B Do /B Do /B Do /B Do /B Do /B Do /B Do /B Do /B Do /B Do /B Do /B Do /B "
         "Do /B Do /B Do", "/C Do /C Do /C Do /C Do /C Do /C Do /C Do /C Do /C Do /C Do /C Do /C Do /C Do /C Do /C "
         "Do /C Do /C Do", "BT /F1 12 Tf (x) Tj ET"},
        {FORM,                      FORM,                     FORM                    }
    };
    seen it = examine_parts(&bomb, "");
    assert_int_equal(it.code, LJ_OK);
    assert_true(it.spans > 0);
    seen_done(&it);
}

static void test_pdf__memory_ceiling_is_a_gap(void **state)
{
    (void)state;
    pdf_build build;
    pdf_build_init(&build);
    /* A stream object of 20 MB as metadata: more than the least ceiling of 16 MiB. */
    uint8_t *data = calloc(1, 20 << 20);
    assert_non_null(data);
    memset(data, 'a', 20 << 20);
    int xmp = pdf_build_stream(&build, "", lj_slice_of(data, 20 << 20));
    free(data);
    char catalog[64];
    (void)snprintf(catalog, sizeof(catalog), "/Metadata %d 0 R", xmp);
    lj_slice bytes =
        pdf_build_page(&build, "BT /F1 12 Tf 100 700 Td (Still read) Tj ET", "", catalog);
    seen it = examine_limited(bytes, FORMAT_LIMIT_MEMORY, 32 << 20);
    assert_int_equal(it.gaps[GAP_MEMORY], 1);
    assert_true(has(&it, "Still read"));
    seen_done(&it);
    pdf_build_done(&build);
}

static void test_pdf__many_letters_are_given_out_in_parts(void **state)
{
    (void)state;
    pdf_build build;
    pdf_build_init(&build);
    enum { LINES = 3000 };
    char *content = malloc(LINES * 128);
    assert_non_null(content);
    size_t len = 0;
    for (int i = 0; i < LINES; i++) {
        len += (size_t)snprintf(
            content + len, 128, "BT /F1 2 Tf 10 %d Td (%.80s) Tj ET\n", i % 400,
            "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz");
    }
    seen it = examine(pdf_build_page(&build, content, "", ""), NULL);
    assert_true(it.spans >= 400);
    assert_int_equal(it.gaps[GAP_MEMORY], 0);
    seen_done(&it);
    free(content);
    pdf_build_done(&build);
}

/* ---- samples ---- */

static void sample_write(const char *folder, const char *name, lj_slice bytes)
{
    char path[4096];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    if (file != NULL) {
        (void)fwrite(bytes.ptr, 1, bytes.len, file);
        (void)fclose(file);
    }
}

static int samples_write(const char *folder)
{
    static const struct {
        const char *name, *content, *page, *catalog;
    } rows[] = {
        {"plain.pdf",
         "BT /F3 16 Tf 60 740 Td " MARK_UCS2
         " Tj ET BT /F1 12 Tf 60 700 Td (Notes of a meeting) Tj ET",                               "",           ""                                                                                       },
        {"hidden.pdf",
         "1 g BT /F2 16 Tf 60 740 Td " MARK_GBK " Tj ET 0 g BT /F2 16 Tf 3 Tr 60 700 Td " MARK_GBK
         " Tj ET BT /F2 1 Tf 0 Tr 60 660 Td " MARK_GBK " Tj ET BT /F2 16 Tf 900 620 Td " MARK_GBK
         " Tj ET BT /F2 16 Tf 60 580 Td " MARK_GBK
         " Tj ET 50 570 200 40 re f q 0 0 9 9 re W n BT /F2 16 Tf 60 540 Td " MARK_GBK " Tj ET Q",
         "",                                                                                                     ""                                                                                       },
        {"beside.pdf",  "BT /F1 12 Tf 60 700 Td (Body) Tj ET",
         "/Annots [<< /Subtype /Text /Rect [9 9 29 29] /Contents <FEFF673A5BC6> /T (Reader) >> << "
         "/Subtype /Widget /Rect [9 99 "
         "99 119] /T (level) /V (Typed) >>]",                                                                    "/Outlines << /First << /Title (Entry) >> >> /PageLabels << /Nums [0 << /P (Part) >>] >>"},
        {"rotated.pdf", "BT /F2 16 Tf 0 1 -1 0 300 300 Tm " MARK_GBK " Tj ET",                     "/Rotate 90", ""                                                                                       },
    };
    pdf_build build;
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        pdf_build_init(&build);
        lj_slice bytes = pdf_build_page(&build, rows[i].content, rows[i].page, rows[i].catalog);
        sample_write(folder, rows[i].name, bytes);
        if (i == 0) {
            sample_write(folder, "truncated.pdf", lj_slice_part(bytes, 0, bytes.len * 7 / 8));
            lj_slice locked = pdf_build_encrypt(bytes, "aes-128", "example", "owner");
            sample_write(folder, "encrypted.pdf", locked);
            free((void *)(uintptr_t)locked.ptr);
        }
        pdf_build_done(&build);
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--write") == 0) {
        return samples_write(argv[2]);
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pdf__page_gives_facts),
        cmocka_unit_test(test_pdf__visible_text_has_no_facts),
        cmocka_unit_test(test_pdf__reads_columns_and_rows_in_order),
        cmocka_unit_test(test_pdf__vertical_writing_is_a_line),
        cmocka_unit_test(test_pdf__fonts_lead_to_letters),
        cmocka_unit_test(test_pdf__forms_layers_and_patterns_are_read),
        cmocka_unit_test(test_pdf__picture_that_could_hold_a_mark_is_a_gap),
        cmocka_unit_test(test_pdf__everything_beside_pages_is_told),
        cmocka_unit_test(test_pdf__attached_files_and_xfa_are_children),
        cmocka_unit_test(test_pdf__loops_end),
        cmocka_unit_test(test_pdf__page_tree_that_loops_gives_its_pages),
        cmocka_unit_test(test_pdf__pages_are_found_without_a_tree),
        cmocka_unit_test(test_pdf__long_filter_chains_are_not_opened),
        cmocka_unit_test(test_pdf__broken_cross_references_are_repaired),
        cmocka_unit_test(test_pdf__bytes_around_the_document_are_left_to_the_sweep),
        cmocka_unit_test(test_pdf__truncated_anywhere_ends),
        cmocka_unit_test(test_pdf__flipped_bits_end),
        cmocka_unit_test(test_pdf__encryption_is_named_or_opened),
        cmocka_unit_test(test_pdf__foreign_security_handler_is_encrypted),
        cmocka_unit_test(test_pdf__pages_beyond_the_limit_are_a_gap),
        cmocka_unit_test(test_pdf__work_limit_ends_it_anywhere),
        cmocka_unit_test(test_pdf__a_word_without_end_is_passed_over),
        cmocka_unit_test(test_pdf__forms_that_multiply_end_by_work),
        cmocka_unit_test(test_pdf__memory_ceiling_is_a_gap),
        cmocka_unit_test(test_pdf__many_letters_are_given_out_in_parts),
    };
    context = format_context_new(96 << 20);
    if (context == NULL) {
        return 1;
    }
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    format_context_free(context);
    return failed;
}
