/* SPDX-License-Identifier: AGPL-3.0-or-later
 * RTF: rows R01-R13 of hidden-marks, code pages, groups, destinations, data, broken files.
 * `test_rtf --write FOLDER` writes the samples of tests/formats/rtf, `test_rtf --seeds FOLDER`
 * those of fuzz/seeds/rtf. */
#include <dirent.h>

#include "formats/examine.h"
#include "formats/rtf/rtf_priv.h"
#include "spot.h"
#include "zip_build.h"

#define HEAD                                                                                       \
    "{\\rtf1\\ansi\\ansicpg936\\deff0{\\fonttbl{\\f0\\fnil\\fcharset134 \\'cb\\'ce\\'cc\\'e5;}"    \
    "{\\f1\\froman\\fcharset0 Times New Roman;}{\\f2\\fnil\\fcharset134 \\'ba\\'da\\'cc\\'e5;}"    \
    "{\\f3\\fnil\\fcharset2 Wingdings;}{\\f4\\fnil\\fcharset136 MingLiU;}"                         \
    "{\\f5\\fnil\\fcharset0\\cpg65001 U;}}"                                                        \
    "{\\colortbl;\\red0\\green0\\blue0;\\red255\\green255\\blue255;\\red255\\green0\\blue0;}"
#define DOC(inner) HEAD inner "}"
/* 机密, 绝密, 食堂 in GBK */
#define JIMI       "\\'bb\\'fa\\'c3\\'dc"
#define SHITANG    "\\'ca\\'b3\\'cc\\'c3"

typedef struct rtf_row {
    const char *name, *text;
    const char *wanted[3];
    const char *unwanted[2];
} rtf_row;

static void check_rows(const rtf_row *rows, size_t count)
{
    collect seen;
    collect_init(&seen);
    for (size_t i = 0; i < count; i++) {
        collect_run(&seen, lj_cstr_bytes(rows[i].text));
        if (seen.gap_count > 0) {
            collect_print(&seen);
            fail_msg("row '%s': a gap", rows[i].name);
        }
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

/* clang-format off: one case a row */
static void test_rtf__letters_join_across_what_nobody_sees(void **state)
{
    (void)state;
    static const rtf_row rows[] = {
        {"R03 bytes of GBK",                         DOC(JIMI "\\par"),                   {"body", "'机密'"},     {NULL}},
        {"R03 line break between the bytes",
         DOC("\\'bb\r\n\\'fa\\'c3\r\n\\'dc\\par"),
         {"'机密'"},
         {NULL}                                                                                                           },
        {"R03 a group between the bytes",
         DOC("{\\'bb}{\\'fa}\\'c3{\\'dc}\\par"),
         {"'机密'"},
         {NULL}                                                                                                           },
        {"R03 a look between the bytes",
         DOC("{\\b\\'bb}\\'fa\\'c3{\\i\\'dc}\\par"),
         {"'机密'"},
         {"\xEF\xBF\xBD"}                                                                                                 },
        {"R03 trail byte as a letter",               DOC("\\'81A\\'c3\\'dc\\par"),        {"'丄密'"},             {NULL}},
        {"R03 trail byte as a backslash",            DOC("\\'8e\\\\x\\par"),              {"'嶾x'"},               {NULL}},
        {"raw bytes",                                DOC("\xbb\xfa\xc3\xdc\\par"),        {"'机密'"},             {NULL}},
        {"R11 groups and bookmarks",
         DOC("\\'bb\\'fa{\\*\\bkmkstart abcdefg}{\\*\\bkmkend "
             "abcdefg}\\'c3\\'dc{}\\u9733?{1}{0}\\par"),
         {"'机密★10'", "bookmark"},
         {NULL}                                                                                                           },
        {"control words without text between",
         DOC("\\'bb\\'fa\\lang2052\\cgrid0\\'c3\\'dc\\par"),
         {"'机密'"},
         {NULL}                                                                                                           },
        {"optional hyphen",                          DOC("\\'bb\\'fa\\-\\'c3\\'dc\\par"), {"'机密'"},             {NULL}},
        {"line is an end inside",
         DOC("\\'bb\\'fa\\line\\'c3\\'dc\\par"),
         {"'机\\n密'", "'机密'"},
         {NULL}                                                                                                           },
        {"page parts",                               DOC(JIMI "\\page " SHITANG "\\par"), {"'机密'", "'食堂'"}, {NULL}},
        {"a backslash at a line end is a paragraph",
         DOC(JIMI "\\\n" SHITANG),
         {"'机密'", "'食堂'"},
         {NULL}                                                                                                           },
        {"last paragraph without end",               DOC(JIMI),                           {"'机密'"},             {NULL}},
        {"tabs, dashes, quotes",
         DOC("a\\tab b\\emdash\\ldblquote c\\rdblquote\\par"),
         {"'a\\x09b—“c”'"},
         {NULL}                                                                                                           },
        {"escaped braces",                           DOC("\\{a\\}\\\\\\par"),             {"'{a}\\'"},              {NULL}},
        {"control symbols",
         DOC("a\\~b\\_c\\|d\\par"),
         {"'a\xC2\xA0"
          "b-cd'"},
         {NULL}                                                                                                           },
        {"listtext stays before its line",
         DOC("{\\listtext 1.\\tab}" JIMI "\\par"),
         {"'1.\\x09机密'"},
         {NULL}                                                                                                           },
    };
    check_rows(rows, LJ_COUNT_OF(rows));
}

static void test_rtf__code_pages(void **state)
{
    (void)state;
    static const rtf_row rows[] = {
        {"font over document",
         "{\\rtf1\\ansicpg1252{\\fonttbl{\\f0\\fcharset134 x;}}\\f0 " JIMI "}",
         {"'机密'"},
         {NULL}                                                                                                               },
        {"default font before the table",
         "{\\rtf1\\ansicpg1252\\deff7{\\fonttbl{\\f7\\fcharset134 x;}}" JIMI "}",
         {"'机密'"},
         {NULL}                                                                                                               },
        {"charset 0 is the document's",       DOC("\\f1 " JIMI),                                    {"'机密'"},       {NULL}},
        {"Big5",                              DOC("\\f4\\'be\\'f7\\'b1\\'4b"),                      {"'機密'"},       {NULL}},
        {"Big5 of the document",              "{\\rtf1\\ansi\\ansicpg950 \\'be\\'f7\\'b1K}",        {"'機密'"},       {NULL}},
        {"cpg",                               DOC("\\f5\\'e6\\'9c\\'ba\\'e5\\'af\\'86"),            {"'机密'"},       {NULL}},
        {"UTF-8 of the document",             "{\\rtf1\\ansicpg65001 机密}",                      {"'机密'"},       {NULL}},
        {"a font goes back with its group",   DOC("{\\f4\\'be\\'f7}\\'c3\\'dc"),                    {"'機密'"},       {NULL}},
        {"plain goes back to the default",
         DOC("\\f4\\'be\\'f7\\plain\\'c3\\'dc"),
         {"'機密'"},
         {NULL}                                                                                                               },
        {"Western letters",                   "{\\rtf1\\ansi\\ansicpg1252 caf\\'e9 \\'80}",         {"'café €'"},    {NULL}},
        {"Chinese that calls itself Western",
         "{\\rtf1\\ansi\\ansicpg1252 \\'b9\\'d8\\'d3\\'da\\'ca\\'b3\\'cc\\'c3}",                    {"'关于食堂'"},
         {NULL}                                                                                                               },
        {"no code page at all",
         "{\\rtf1 \\'b9\\'d8\\'d3\\'da\\'ca\\'b3\\'cc\\'c3}",                                       {"'关于食堂'"},
         {NULL}                                                                                                               },
        {"bad digits",                        DOC("a\\'zzb\\'4\\par"),                              {"'azzb"},          {NULL}},
        {"Wingdings star",                    DOC(JIMI "{\\f3\\'ab}10"),                            {"'机密★10'"},  {NULL}},
        {"Wingdings star by number",          DOC(JIMI "{\\f3\\u-3925 ?}10"),                       {"'机密★10'"},  {NULL}},
        {"old font table",
         "{\\rtf1{\\fonttbl\\f0\\fcharset134 a;\\f1\\fcharset136 b;}\\f1\\'be\\'f7\\f0\\'c3\\'dc}", {"'機密'"},
         {NULL}                                                                                                               },
        {"high font numbers",
         "{\\rtf1{\\fonttbl{\\f31506\\fcharset134 a;}}\\f31506 " JIMI "}",
         {"'机密'"},
         {NULL}                                                                                                               },
        {"upper case digits",                 DOC("\\'BB\\'FA\\'C3\\'DC"),                          {"'机密'"},       {NULL}},
    };
    check_rows(rows, LJ_COUNT_OF(rows));
}

static void test_rtf__unicode_and_its_fallbacks(void **state)
{
    (void)state;
    static const rtf_row rows[] = {
        {"R04 one",                     DOC("\\u26426?\\u23494?x"),                 {"'机密x'"},          {NULL}          },
        {"R04 two bytes",
         DOC("\\uc2\\u26426\\'bb\\'fa\\u23494\\'c3\\'dc\\'ca\\'b3"),
         {"'机密食'"},
         {NULL}                                                                                                             },
        {"R04 none",                    DOC("\\uc0\\u26426\\u23494 x"),             {"'机密x'"},          {NULL}          },
        {"R04 three",                   DOC("\\uc3\\u26426 abcd"),                  {"'机d'"},             {NULL}          },
        {"R04 blank as fallback",       DOC("\\u26426  x"),                         {"'机x'"},             {NULL}          },
        {"negative",                    DOC("\\u-23110 ?"),                         {"'ꖺ'"},              {NULL}          },
        {"pair",                        DOC("\\u-10172?\\u-9216?"),                 {"'\xF0\xA1\x80\x80'"}, {"\xEF\xBF\xBD"}},
        {"pair without fallback",       DOC("\\uc0\\u55364\\u56320 "),              {"'\xF0\xA1\x80\x80'"}, {NULL}          },
        {"half a pair",                 DOC("a\\u-10172?b"),                        {"'ab'"},               {NULL}          },
        {"beyond 16 bits",              DOC("\\u131072?"),                          {"'\xF0\xA0\x80\x80'"}, {NULL}          },
        {"a control word is one",       DOC("\\uc2\\u8212\\emdash?x"),              {"'—x'"},             {NULL}          },
        {"an escaped brace is one",     DOC("\\u26426\\{x"),                        {"'机x'"},             {NULL}          },
        {"a group ends it",             DOC("\\uc5{\\u26426 ab}\\u23494 abcdex"),   {"'机密x'"},          {NULL}          },
        {"uc goes back with its group", DOC("{\\uc2\\u26426 ab}\\u23494 cd"),       {"'机密d'"},          {NULL}          },
        {"line ends do not count",      DOC("\\u26426\r\n?\\u23494\r\n?x"),         {"'机密x'"},          {NULL}          },
        {"missing fallbacks",           DOC("\\u26426\\u23494\\par x"),             {"'机密'", "'x'"},    {NULL}          },
        {"bytes of both kinds",         DOC("\\'bb\\'fa\\u23494\\'c3\\u9733\\'a1"), {"'机密★'"},        {NULL}          },
        {"no number",                   DOC("a\\u b"),                              {"'ab'"},               {NULL}          },
    };
    check_rows(rows, LJ_COUNT_OF(rows));
}

static void test_rtf__says_what_hides_the_text(void **state)
{
    (void)state;
    static const rtf_row rows[] = {
        {"R01",
         DOC("\\v " JIMI "\\v0\\par " SHITANG),
         {"hidden:vanish {", "'食堂'"},
         {"vanish} '食堂'"}                                                                                                         },
        {"R01 in a group",
         DOC("{\\v " JIMI "}" SHITANG),
         {"{0+6 size=1200 hidden:vanish}", "'机密食堂'"},
         {"hidden:vanish {"}                                                                                                          },
        {"R01 webhidden",                       DOC("{\\webhidden " JIMI "}"),                 {"hidden:vanish"},      {NULL}         },
        {"R01 plain ends it",                   DOC("\\v\\plain " JIMI),                       {"'机密'"},           {"vanish"}     },
        {"R01 style",
         HEAD "{\\stylesheet{Normal;}{\\s5\\v gone;}}\\pard\\s5 " JIMI "\\par}",
         {"hidden:vanish", "style"},
         {NULL}                                                                                                                       },
        {"R01 style of a style",
         HEAD "{\\stylesheet{\\s4\\v a;}{\\s5\\sbasedon4 b;}{\\*\\cs6\\sbasedon5 c;}}{\\cs6 " JIMI
              "}}",                                                                            {"hidden:vanish"},
         {NULL}                                                                                                                       },
        {"styles that are based on each other",
         HEAD "{\\stylesheet{\\s4\\sbasedon5 a;}{\\s5\\sbasedon4 b;}}\\s5 " JIMI "}",
         {"'机密'"},
         {"vanish"}                                                                                                                   },
        {"R02",
         DOC("a{\\deleted " JIMI "}b\\par"),
         {"'a机密b'", "hidden:deleted {0+6 size=1200 hidden:deleted} '机密'"},
         {NULL}                                                                                                                       },
        {"R02 all of it",                       DOC("{\\deleted " JIMI "\\par}"),              {"hidden:deleted {"},   {" alt="}      },
        {"R02 author and day",
         HEAD
         "{\\*\\revtbl{Unknown;}{\\'cd\\'f5;}}{\\deleted\\revauthdel1\\revdttmdel1733987456 " JIMI
         "\\par}}",                                                                            {"author=王"},
         {NULL}                                                                                                                       },
        {"R02 revised is seen",                 DOC("{\\revised " JIMI "}"),                   {"'机密'"},           {"0 hidden:"}  },
        {"R08 white",                           DOC("\\cf2 " JIMI),                            {"hidden:no_contrast"}, {NULL}         },
        {"R08 white on red",                    DOC("\\cf2\\highlight3 " JIMI),                {"'机密'"},           {"no_contrast"}},
        {"R08 equal to the highlight",
         DOC("\\cf3\\highlight3 " JIMI),
         {"hidden:no_contrast"},
         {NULL}                                                                                                                       },
        {"R08 equal to the ground",             DOC("\\cf3\\cb3 " JIMI),                       {"hidden:no_contrast"}, {NULL}         },
        {"R08 equal to the shading",            DOC("\\cf1\\chcbpat1 " JIMI),                  {"hidden:no_contrast"}, {NULL}         },
        {"R08 white in a black cell",
         DOC("\\trowd\\clcbpat1\\cellx100\\intbl\\cf2 " JIMI "\\cell\\row"),
         {"cell row=1 col=1"},
         {"no_contrast"}                                                                                                              },
        {"R08 white in the cell beside it",
         DOC("\\trowd\\clcbpat1\\cellx100\\cellx200\\intbl a\\cell\\cf2 " JIMI "\\cell\\row"),
         {"cell row=1 col=2", "no_contrast"},
         {NULL}                                                                                                                       },
        {"R08 white on a black paragraph",      DOC("\\cbpat1\\cf2 " JIMI),                    {"'机密'"},           {"no_contrast"}},
        {"R08 automatic",                       DOC("\\cf0 " JIMI),                            {"'机密'"},           {"fg="}        },
        {"R08 colour that is not there",        DOC("\\cf77 " JIMI),                           {"'机密'"},           {"fg="}        },
        {"R08 tiny",                            DOC("\\fs2 " JIMI),                            {"hidden:tiny"},        {NULL}         },
        {"4 pt is tiny",                        DOC("\\fs8 " JIMI),                            {"hidden:tiny"},        {NULL}         },
        {"4.5 pt is not",                       DOC("\\fs9 " JIMI),                            {"size=450"},           {"0 hidden:"}  },
        {"narrow",                              DOC("\\charscalex1 " JIMI),                    {"hidden:tiny"},        {NULL}         },
        {"half narrow",                         DOC("\\charscalex50 " JIMI),                   {"'机密'"},           {"0 hidden:"}  },
        {"R09 beside the page",
         DOC("{\\shp{\\*\\shpinst\\shpleft-9000\\shptop0\\shpright-"
             "5000\\shpbottom900\\shpbxpage\\shpbypara{\\shptxt " JIMI "}}}"),
         {"textbox", "hidden:off_page"},
         {NULL}                                                                                                                       },
        {"R09 beside the column only",
         DOC("{\\shp{\\*\\shpinst\\shpleft-900\\shptop0\\shpright-500\\shpbottom900\\shpbxcolumn{"
             "\\shptxt " JIMI "}}}"),
         {"textbox"},
         {"0 hidden:"}                                                                                                                },
        {"R09 hidden",
         DOC("{\\shp{\\*\\shpinst{\\sp{\\sn fHidden}{\\sv 1}}{\\shptxt " JIMI "}}}"),
         {"textbox", "hidden:invisible"},
         {NULL}                                                                                                                       },
    };
    check_rows(rows, LJ_COUNT_OF(rows));
}

static void test_rtf__looks_of_marks(void **state)
{
    (void)state;
    static const rtf_row rows[] = {
        {"black face, size, centre",
         DOC("\\pard\\qc\\f2\\fs32\\b " JIMI),
         {"size=1600 bold centred hei"},
         {NULL}                                                                                                 },
        {"right, struck",            DOC("\\pard\\qr\\strike " JIMI),                   {"right struck"}, {NULL}},
        {"east asian font",          DOC("\\hich\\af1\\dbch\\af2\\loch\\f1 \\u26426?"), {"hei"},          {NULL}},
        {"pard ends the alignment",
         DOC("\\qc a\\par\\pard " JIMI),
         {"'机密'"},
         {"centred} '机密'"}                                                                                  },
        {"indent",                   DOC("\\fi420 " JIMI),                              {"indent"},       {NULL}},
        {"colour",                   DOC("\\cf3 " JIMI),                                {"fg=16711680"},  {NULL}},
    };
    check_rows(rows, LJ_COUNT_OF(rows));
}

static void test_rtf__all_stories_come_out(void **state)
{
    (void)state;
    static const rtf_row rows[] = {
        {"R06 header",
         DOC("{\\header\\pard\\qr " JIMI "\\par}" SHITANG),
         {"header", "'机密'", "body"},
         {NULL}                                                                                                                     },
        {"R06 first page",                           DOC("{\\headerf " JIMI "\\par}"),              {"header"},            {NULL}   },
        {"R06 footer",                               DOC("{\\footerl " JIMI "\\par}"),              {"footer"},            {NULL}   },
        {"R06 footnote does not part its paragraph",
         DOC("\\'bb\\'fa{\\footnote " SHITANG "}\\'c3\\'dc\\par"),
         {"footnote", "'食堂'", "'机密'"},
         {NULL}                                                                                                                     },
        {"R06 annotation",
         DOC("a{\\*\\atnid W}{\\*\\atnauthor \\'cd\\'f5}\\chatn{\\*\\annotation{\\*\\atnref 0}" JIMI
             "}b"),
         {"comment", "author=王", "'ab'"},
         {NULL}                                                                                                                     },
        {"R09 text box",
         DOC("a{\\shp{\\*\\shpinst{\\shptxt \\pard " JIMI
             "\\par}}{\\shprslt{\\*\\do\\dobxpage{\\dptxbxtext " JIMI "\\par}}}}b"),
         {"textbox", "'ab'", "'机密'"},
         {NULL}                                                                                                                     },
        {"R09 old drawing",
         DOC("{\\*\\do\\dptxbx{\\dptxbxtext " JIMI "\\par}}"),
         {"textbox"},
         {NULL}                                                                                                                     },
        {"R09 word art",
         DOC("{\\shp{\\*\\shpinst{\\sp{\\sn gtextUNICODE}{\\sv " JIMI "}}}}"),
         {"watermark"},
         {NULL}                                                                                                                     },
        {"R09 description",
         DOC("{\\shp{\\*\\shpinst{\\sp{\\sn wzDescription}{\\sv " JIMI "}}}}"),
         {"alt", "'wzDescription':'机密'"},
         {NULL}                                                                                                                     },
        {"R07 title",
         HEAD "{\\info{\\title " JIMI "}{\\keywords " SHITANG "}{\\doccomm x\\'bb\\'fa}}}",
         {"metadata", "'title':'机密'", "'keywords':'食堂'"},
         {NULL}                                                                                                                     },
        {"R07 both titles",
         HEAD "{\\info{\\upr{\\title ?"
              "?}{\\*\\ud{\\title \\u26426?\\u23494?}}}}}",                                         {"'title':'机密'"},
         {"'?"
          "?'"}                                                                                                                     },
        {"R07 property",
         HEAD "{\\*\\userprops{\\propname \\'c3\\'dc\\'bc\\'b6}\\proptype30{\\staticval " JIMI
              "}}}",                                                                                {"'密级':'机密'"},
         {NULL}                                                                                                                     },
        {"R07 variable",
         HEAD "{\\*\\docvar {level}{" JIMI "}}}",
         {"field", "'level':'机密'"},
         {NULL}                                                                                                                     },
        {"field",
         DOC("{\\field{\\*\\fldinst { HYPERLINK \"http://x/" JIMI "\" }}{\\fldrslt " SHITANG "}}"),
         {"field", "hidden:not_printed ' HYPERLINK", "body"},
         {NULL}                                                                                                                     },
        {"unknown destination",
         DOC("{\\*\\xyzzy " JIMI "{\\b b}}" SHITANG),
         {"'xyzzy':'机密b'", "hidden:not_printed", "'食堂'"},
         {NULL}                                                                                                                     },
        {"unknown word is none",                     DOC("{\\xyzzy " JIMI "}"),                     {"body", "'机密'"},  {"xyzzy"}},
        {"style name",
         HEAD "{\\stylesheet{\\s5 " JIMI "\\'d1\\'f9\\'ca\\'bd;}}a}",
         {"style", "'机密样式'"},
         {NULL}                                                                                                                     },
        {"list text",
         HEAD "{\\*\\listtable{\\list{\\listlevel{\\leveltext\\'03" JIMI
              "\\'00;}{\\levelnumbers\\'03;}}}}a}",                                                 {"style", "机密"},
         {NULL}                                                                                                                     },
        {"form",
         DOC("{\\*\\formfield{\\*\\ffhelptext " JIMI "}}"),
         {"form", "'ffhelptext':'机密'"},
         {NULL}                                                                                                                     },
        {"index entry",                              DOC("a{\\xe " JIMI "}b"),                      {"bookmark", "'ab'"},  {NULL}   },
        {"bookmark",                                 DOC("{\\*\\bkmkstart " JIMI "}"),              {"bookmark"},          {NULL}   },
        {"mathematics",                              DOC("{\\mmath{\\*\\moMath{\\mr " JIMI "}}}"),  {"body", "'机密'"},  {NULL}   },
        {"writer's own is silent",
         DOC("{\\*\\generator Riched20 10.0;}{\\*\\latentstyles\\lsdstimax1{\\lsdlockedexcept "
             "Normal;heading 1;}}{\\*\\panose 02020603}" JIMI),
         {"'机密'"},
         {"Riched", "heading"}                                                                                                      },
        {"bullets and signs are silent",
         DOC("{\\*\\pn\\pnlvlblt{\\pntxtb\\'b7}}{\\*\\fchars "
             "!),.\\'a1\\'a3}{\\*\\listtable{\\leveltext\\'01\\u-3913 ?;}}" JIMI),
         {"body", "'机密'"},
         {"'list'", "'fchars'"}                                                                                                     },
        {"list text that is one",                    DOC("{\\*\\pn{\\pntxtb " JIMI "}}"),           {"'list':'机密'"},   {NULL}   },
        {"mail that was HTML",
         "{\\rtf1\\ansi\\ansicpg936\\fromhtml1 {\\*\\htmltag64 <p class=\"MsoNormal\">}" JIMI
         "{\\*\\htmltag84 <img alt=\"" SHITANG "\">}}",
         {"'机密'", "attribute", "食堂"},
         {"MsoNormal"}                                                                                                              },
    };
    check_rows(rows, LJ_COUNT_OF(rows));
}

static void test_rtf__tables(void **state)
{
    (void)state;
    static const rtf_row rows[] = {
        {"cells",
         DOC("\\trowd\\cellx1\\cellx2\\pard\\intbl a\\cell b\\cell\\row\\trowd\\cellx1\\intbl "
             "c\\cell\\row\\pard d\\par"),
         {"cell row=1 col=2", "cell row=2 col=1", "body"},
         {"cell row=3"}},
        {"paragraphs of a cell",
         DOC("\\trowd\\cellx1\\intbl a\\par b\\cell\\row"),
         {"cell row=1 col=1 join:line", "'b'"},
         {NULL}        },
        {"letters of a cell in groups",
         DOC("\\trowd\\intbl{\\'bb\\'fa}{\\'c3\\'dc}\\cell\\row"),
         {"'机密'"},
         {NULL}        },
        {"a table inside",
         DOC("\\trowd\\intbl\\itap2 a\\nestcell "
             "b\\nestcell{\\*\\nesttableprops\\trowd\\nestrow}{\\nonesttables\\par}\\intbl\\itap1 "
             "c\\cell\\row"),
         {"'a'", "'b'", "'c'"},
         {NULL}        },
        {"the next table begins again",
         DOC("\\trowd\\intbl a\\cell\\row\\pard x\\par\\trowd\\intbl b\\cell\\row"),
         {"'x'"},
         {"row=2"}     },
    };
    check_rows(rows, LJ_COUNT_OF(rows));
}

static void test_rtf__odd_files(void **state)
{
    (void)state;
    static const rtf_row rows[] = {
        {"short head",                 "{\\rt " JIMI "\\par}",               {"rtf", "'机密'"}, {NULL}},
        {"mark before the head",       "\xEF\xBB\xBF{\\rtf1 a" SHITANG "}",  {"rtf"},             {NULL}},
        {"blanks before the head",     " \r\n{\\rtf1\\ansicpg936 " JIMI "}", {"rtf", "'机密'"}, {NULL}},
        {"zeros in the text",          DOC("ab"),                            {"'ab'"},            {NULL}},
        {"very long word",
         DOC("\\aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
             "aaaaaaaaaaaaaaaaaaaaaa " JIMI),
         {"'机密'"},
         {"aaa"}                                                                                        },
        {"very large number",
         DOC("\\fs99999999999999999999\\cf99999999999 " JIMI),
         {"'机密'"},
         {NULL}                                                                                         },
        {"text behind the last brace",
         DOC(SHITANG "}\\par " JIMI "\\par"),
         {"hidden:slack", "'机密'"},
         {NULL}                                                                                         },
        {"a second document behind",
         "{\\rtf1 a}{\\rtf1\\ansicpg936 " JIMI "}",
         {"hidden:slack", "'机密'"},
         {NULL}                                                                                         },
        {"bin in the text",            DOC("a\\bin5 }{\\'bb"),               {"'ab'"},            {NULL}},
    };
    check_rows(rows, LJ_COUNT_OF(rows));
}
/* clang-format on */

/* ---- data ---- */

static void put_hex(lj_buf *out, lj_slice bytes, bool odd)
{
    static const char lower[] = "0123456789abcdef";
    static const char upper[] = "0123456789ABCDEF";
    for (size_t i = 0; i < bytes.len; i++) {
        const char *digits = odd && i % 3 == 1 ? upper : lower;
        lj_buf_put_u8(out, (uint8_t)digits[bytes.ptr[i] >> 4]);
        if (odd && i % 7 == 3) {
            lj_buf_put_cstr(out, i % 2 == 0 ? " " : "\r\n");
        }
        lj_buf_put_u8(out, (uint8_t)digits[bytes.ptr[i] & 15]);
    }
}

static void put_ole1_string(lj_buf *out, const char *text)
{
    lj_buf_put_u32le(out, (uint32_t)strlen(text) + 1);
    lj_buf_put(out, lj_slice_of(text, strlen(text) + 1));
}

/* An OLE 1 object with native data. */
static void put_ole1(lj_buf *out, const char *class_name, lj_slice native)
{
    lj_buf_put_u32le(out, 0x501);
    lj_buf_put_u32le(out, 2);
    put_ole1_string(out, class_name);
    lj_buf_put_u32le(out, 0);
    lj_buf_put_u32le(out, 0);
    lj_buf_put_u32le(out, (uint32_t)native.len);
    lj_buf_put(out, native);
}

/* What the packager stores: two names, a path, the file. */
static void put_package(lj_buf *out, const char *name, lj_slice file)
{
    lj_buf_put_u16le(out, 2);
    lj_buf_put(out, lj_slice_of(name, strlen(name) + 1));
    lj_buf_put_cstr(out, "C:\\docs\\");
    lj_buf_put(out, lj_slice_of(name, strlen(name) + 1));
    lj_buf_put_u32le(out, 0x30000);
    put_ole1_string(out, "C:\\temp\\x.tmp");
    lj_buf_put_u32le(out, (uint32_t)file.len);
    lj_buf_put(out, file);
}

static void put_object_document(lj_buf *out, lj_slice object, bool odd)
{
    lj_buf_put_cstr(out, HEAD "a{\\object\\objemb{\\*\\objclass Package}{\\*\\objdata ");
    put_hex(out, object, odd);
    lj_buf_put_cstr(out, "}{\\result\\pard b\\par}}}");
}

static const char inner_rtf[] = "{\\rtf1\\ansi\\ansicpg936 " SHITANG "\\'bf\\'aa\\'b7\\'b9\\par}";

static void test_rtf__objects_become_children(void **state)
{
    (void)state;
    lj_buf native, object, file;
    collect seen;
    collect_init(&seen);
    for (int odd = 0; odd <= 1; odd++) {
        spot_init(&native);
        spot_init(&object);
        spot_init(&file);
        put_package(&native, "notice.rtf", lj_cstr_bytes(inner_rtf));
        put_ole1(&object, "Package", lj_buf_slice(&native));
        put_object_document(&file, lj_buf_slice(&object), odd == 1);
        collect_run(&seen, lj_buf_slice(&file));
        CHECK_HAS(&seen, "'食堂开饭'");
        CHECK_HAS(&seen, "member_name 'notice.rtf'");
        CHECK_HAS(&seen, "'path':'C:\\docs\\notice.rtf'");
        assert_int_equal(seen.gap_count, 0);
        assert_int_equal(seen.doc_count, 2);
        assert_int_equal(seen.examined, seen.size);
        lj_buf_done(&native);
        lj_buf_done(&object);
        lj_buf_done(&file);
    }
    collect_done(&seen);
}

/* Objects around the size from which they are decoded a second time instead of being kept. */
static void test_rtf__large_objects_are_read_too(void **state)
{
    (void)state;
    static const size_t lens[] = {RTF_HEX_KEPT - 1, RTF_HEX_KEPT, RTF_HEX_KEPT + 1,
                                  3 * RTF_HEX_KEPT};
    collect seen;
    collect_init(&seen);
    for (size_t i = 0; i < LJ_COUNT_OF(lens); i++) {
        lj_buf inner, file;
        spot_init(&inner);
        spot_init(&file);
        lj_buf_put_cstr(&inner, "{\\rtf1\\ansicpg936 ");
        while (inner.len < lens[i] - 64) {
            lj_buf_put_cstr(&inner, "\\par\r\n");
        }
        lj_buf_put_cstr(&inner, JIMI "\\par ");
        while (inner.len < lens[i] - 1) {
            lj_buf_put_cstr(&inner, " ");
        }
        lj_buf_put_cstr(&inner, "}");
        put_object_document(&file, lj_buf_slice(&inner), i % 2 == 1);
        collect_run(&seen, lj_buf_slice(&file));
        CHECK_HAS(&seen, "'机密'");
        CHECK_HAS(&seen, "'ab'");
        char end[64];
        (void)snprintf(end, sizeof(end), "end size=%zu", lens[i]);
        CHECK_HAS(&seen, end);
        assert_int_equal(seen.gap_count, 0);
        lj_buf_done(&inner);
        lj_buf_done(&file);
    }
    collect_done(&seen);
}

static void test_rtf__pictures_become_children(void **state)
{
    (void)state;
    static const char png[] = "89504e470d0a1a0a0000000d49484452";
    lj_buf file;
    collect seen;
    collect_init(&seen);
    spot_init(&file);
    lj_buf_put_cstr(&file,
                    HEAD "{\\*\\shppict{\\pict{\\*\\picprop{\\sp{\\sn wzDescription}{\\sv " JIMI
                         "}}}\\pngblip\\picw9 ");
    lj_buf_put_cstr(&file, png);
    lj_buf_put_cstr(&file, "}}{\\nonshppict{\\pict\\wmetafile8 010009000003120000000000}}");
    /* a bitmap without its head, as \bin */
    lj_buf_put_cstr(&file, "{\\pict\\dibitmap0\\bin44 ");
    lj_buf_put_u32le(&file, 40);
    lj_buf_put_u32le(&file, 1);
    lj_buf_put_u32le(&file, 1);
    lj_buf_put_u16le(&file, 1);
    lj_buf_put_u16le(&file, 24);
    for (int i = 0; i < 28; i++) {
        lj_buf_put_u8(&file, i < 24 ? 0 : '}');
    }
    lj_buf_put_cstr(&file, "}" SHITANG "}");
    collect_run(&seen, lj_buf_slice(&file));
    CHECK_HAS(&seen, "doc png embedded");
    CHECK_HAS(&seen, "doc wmf embedded");
    CHECK_HAS(&seen, "doc bmp embedded");
    CHECK_HAS(&seen, "'wzDescription':'机密'");
    CHECK_HAS(&seen, "'食堂'");
    assert_true(collect_has_gap(&seen, GAP_PICTURE, NULL));
    lj_buf_done(&file);
    collect_done(&seen);
}

static void test_rtf__themes_and_stores_are_opened(void **state)
{
    (void)state;
    lj_buf file;
    collect seen;
    collect_init(&seen);
    spot_init(&file);
    zip_build build;
    zip_build_init(&build);
    zip_build_text(&build, "a.txt", "关于调整食堂开饭时间的通知");
    lj_slice bytes = zip_build_end(&build, LJ_BYTES(""), /* wide= */ false);
    lj_buf_put_cstr(&file, HEAD "a{\\*\\themedata ");
    put_hex(&file, bytes, true);
    lj_buf_put_cstr(&file, "}{\\*\\unknownhex ");
    put_hex(&file, bytes, false);
    lj_buf_put_cstr(&file, "}}");
    collect_run(&seen, lj_buf_slice(&file));
    assert_int_equal(collect_count(&seen, "'关于调整食堂开饭时间的通知'"), 2);
    CHECK_HAS_NOT(&seen, "504b");
    zip_build_done(&build);
    lj_buf_done(&file);
    collect_done(&seen);
}

/* ---- limits and damage ---- */

static void put_times(lj_buf *out, const char *text, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        lj_buf_put_cstr(out, text);
    }
}

static void test_rtf__deep_groups_are_read(void **state)
{
    (void)state;
    static const size_t depths[] = {RTF_STACK_MAX - 3, RTF_STACK_MAX - 2, RTF_STACK_MAX - 1,
                                    RTF_STACK_MAX,     RTF_STACK_MAX + 1, 100000};
    collect seen;
    collect_init(&seen);
    for (size_t i = 0; i < LJ_COUNT_OF(depths); i++) {
        lj_buf file;
        spot_init(&file);
        lj_buf_put_cstr(&file, HEAD);
        put_times(&file, "{", depths[i]);
        lj_buf_put_cstr(&file, "\\'bb}{\\'fa{\\pict 0a0b0c0d}{\\*\\xyzzy " SHITANG "}");
        lj_buf_put_cstr(&file, "\\'c3");
        put_times(&file, "}", depths[i]);
        lj_buf_put_cstr(&file, "\\'dc\\par " SHITANG "\\par}");
        collect_run(&seen, lj_buf_slice(&file));
        CHECK_HAS(&seen, "body at=");
        CHECK_HAS(&seen, "'机密'");
        CHECK_HAS(&seen, "'xyzzy':'食堂'");
        CHECK_HAS_NOT(&seen, "0a0b");
        CHECK_HAS_NOT(&seen, "'damaged'");
        assert_int_equal(collect_count(&seen, "'食堂'"), 2);
        lj_buf_done(&file);
    }
    collect_done(&seen);
}

static void test_rtf__stories_in_stories(void **state)
{
    (void)state;
    static const size_t depths[] = {RTF_STORIES_MAX - 2, RTF_STORIES_MAX - 1, RTF_STORIES_MAX, 500};
    collect seen;
    collect_init(&seen);
    for (size_t i = 0; i < LJ_COUNT_OF(depths); i++) {
        lj_buf file;
        spot_init(&file);
        lj_buf_put_cstr(&file, HEAD);
        put_times(&file, "{\\footnote ", depths[i]);
        lj_buf_put_cstr(&file, JIMI);
        put_times(&file, "}", depths[i]);
        lj_buf_put_cstr(&file, SHITANG "}");
        collect_run(&seen, lj_buf_slice(&file));
        CHECK_HAS(&seen, "footnote");
        CHECK_HAS(&seen, "'机密'");
        CHECK_HAS(&seen, "body");
        CHECK_HAS(&seen, "'食堂'");
        assert_int_equal(seen.gap_count, 0);
        lj_buf_done(&file);
    }
    collect_done(&seen);
}

static void test_rtf__tables_at_their_limits(void **state)
{
    (void)state;
    static const size_t counts[] = {RTF_COLOURS_MAX - 1, RTF_COLOURS_MAX, RTF_COLOURS_MAX + 1};
    collect seen;
    collect_init(&seen);
    for (size_t i = 0; i < LJ_COUNT_OF(counts); i++) {
        lj_buf file;
        char word[64];
        spot_init(&file);
        lj_buf_put_cstr(&file, "{\\rtf1\\ansicpg936{\\colortbl;");
        put_times(&file, "\\red1\\green2\\blue3;", counts[i] - 2);
        lj_buf_put_cstr(&file, "\\red255\\green255\\blue255;}");
        (void)snprintf(word, sizeof(word), "\\cf%zu ", counts[i] - 1);
        lj_buf_put_cstr(&file, word);
        lj_buf_put_cstr(&file, JIMI "}");
        collect_run(&seen, lj_buf_slice(&file));
        CHECK_HAS(&seen, "'机密'");
        assert_int_equal(collect_has(&seen, "no_contrast"), counts[i] <= RTF_COLOURS_MAX);
        lj_buf_done(&file);
    }
    /* fonts: the one beyond the table is that of the document */
    for (size_t count = RTF_FONTS_MAX - 1; count <= RTF_FONTS_MAX + 1; count++) {
        lj_buf file;
        char word[64];
        spot_init(&file);
        lj_buf_put_cstr(&file, "{\\rtf1\\ansicpg1252{\\fonttbl");
        for (size_t k = 1; k <= count; k++) {
            (void)snprintf(word, sizeof(word), "{\\f%zu\\fcharset%d x;}", k, k == count ? 136 : 0);
            lj_buf_put_cstr(&file, word);
        }
        (void)snprintf(word, sizeof(word), "}\\f%zu \\'be\\'f7\\'b1\\'4b}", count);
        lj_buf_put_cstr(&file, word);
        collect_run(&seen, lj_buf_slice(&file));
        assert_int_equal(collect_has(&seen, "'機密'"), count <= RTF_FONTS_MAX);
        lj_buf_done(&file);
    }
    /* styles */
    for (size_t number = RTF_STYLES_MAX - 1; number <= RTF_STYLES_MAX + 1; number++) {
        char text[256];
        (void)snprintf(text, sizeof(text),
                       "{\\rtf1{\\stylesheet{\\s%zu\\v x;}}\\s%zu \\u26426?\\u23494?}", number,
                       number);
        collect_run(&seen, lj_cstr_bytes(text));
        CHECK_HAS(&seen, "'机密'");
        assert_int_equal(collect_has(&seen, "vanish"), number < RTF_STYLES_MAX);
    }
    collect_done(&seen);
}

static void test_rtf__bin_beyond_the_end(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
    } rows[] = {
        {"a lie",            DOC("\\bin999999 " JIMI "\\par")         },
        {"a lie of two GiB", DOC("\\bin2147483647 " JIMI "\\par")     },
        {"in a picture",     DOC("{\\pict\\bin888888 x}" JIMI "\\par")},
    };
    collect seen;
    collect_init(&seen);
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        collect_run(&seen, lj_cstr_bytes(rows[i].text));
        CHECK_HAS(&seen, "'机密'");
        assert_true(collect_has_gap(&seen, GAP_DAMAGED, NULL));
    }
    /* one that is exactly as long as what is left, and one that leaves the brace */
    collect_run(&seen, LJ_BYTES("{\\rtf1 a{\\pict\\bin4 abcd}}"));
    assert_false(collect_has_gap(&seen, GAP_DAMAGED, NULL));
    collect_run(&seen, LJ_BYTES("{\\rtf1 a{\\pict\\bin6 abcd}}"));
    assert_true(collect_has_gap(&seen, GAP_DAMAGED, NULL));
    collect_run(&seen, LJ_BYTES("{\\rtf1 a{\\pict\\bin7 abcd}}"));
    assert_true(collect_has_gap(&seen, GAP_DAMAGED, NULL));
    collect_done(&seen);
}

static void test_rtf__cut_files_say_so(void **state)
{
    (void)state;
    collect seen;
    collect_init(&seen);
    collect_run(&seen, LJ_BYTES(HEAD JIMI "\\par {\\b " SHITANG));
    CHECK_HAS(&seen, "'机密'");
    CHECK_HAS(&seen, "'食堂'");
    assert_true(collect_has_gap(&seen, GAP_DAMAGED, NULL));
    collect_run(&seen, LJ_BYTES(DOC(JIMI)));
    assert_int_equal(seen.gap_count, 0);
    collect_done(&seen);
}

static void test_rtf__hostile_files_end(void **state)
{
    (void)state;
    static const char *const parts[] = {
        "{\\footnote ",
        "{\\*\\xyz a",
        "{",
        "}",
        "{\\pict 00}",
        "{\\*\\objdata 0105}",
        "\\u26426?",
        "\\par ",
        "\\cell ",
        "\\b\\b0 a",
        "{\\b a}",
        "\\f1\\f2 \\'bb",
        "{\\fonttbl{\\f1 a;}}",
        "{\\stylesheet{\\s1 a;}}",
        "{\\upr{\\title a}{\\*\\ud{\\title b}}}",
        "{\\shp{\\*\\shpinst{\\shptxt a}}}",
        "{\\rtf1 a}{\\rtf1 b}}",
        "\\bin1 x",
        "\\'",
        "\\",
    };
    for (size_t i = 0; i < LJ_COUNT_OF(parts); i++) {
        lj_buf bytes;
        spot_init(&bytes);
        lj_buf_put_cstr(&bytes, HEAD);
        spot_fill(&bytes, "UTF-8", parts[i], 1 << 20);
        (void)spot_find(lj_buf_slice(&bytes), NULL, "x");
        lj_buf_done(&bytes);
    }
}

/* A token may be cut by the window anywhere. */
static void test_rtf__windows_cut_nothing(void **state)
{
    (void)state;
    static const char tokens[] =
        "{\\b \\'bb\\'fa}\\u23494?{\\*\\bkmkstart abcdef}\\u9733\\'3f10\\par ";
    collect seen;
    collect_init(&seen);
    for (size_t shift = 0; shift < sizeof(tokens) + 64; shift += 3) {
        lj_buf file;
        spot_init(&file);
        lj_buf_put_cstr(&file, HEAD);
        size_t first = file.len;
        put_times(&file, "\n", RTF_WINDOW - first - shift);
        lj_buf_put_cstr(&file, tokens);
        lj_buf_put_cstr(&file, "}");
        collect_run(&seen, lj_buf_slice(&file));
        CHECK_HAS(&seen, "'机密★10'");
        assert_int_equal(seen.gap_count, 0);
        lj_buf_done(&file);
    }
    collect_done(&seen);
}

static void test_rtf__long_paragraphs_go_on(void **state)
{
    (void)state;
    lj_buf file;
    spot_init(&file);
    lj_buf_put_cstr(&file, HEAD);
    put_times(&file, SHITANG, 200000);
    lj_buf_put_cstr(&file, JIMI "\\par}");
    spot seen = spot_find(lj_buf_slice(&file), NULL, "机密");
    assert_int_equal(seen.count, 1);
    assert_true(seen.text_len >= 200000 * 6 + 6);
    assert_true(seen.span_count >= 4);
    lj_buf_done(&file);
}

static void test_rtf__is_known_by_its_head(void **state)
{
    (void)state;
    static const struct {
        const char *head;
        int wanted;
    } rows[] = {
        {"{\\rtf1",   40},
        {"{\\rt",     32},
        {"\n {\\rtf", 40},
        {"{\\r",      0 },
        {"x{\\rtf1",  0 },
        {"",          0 },
    };
    const format_row *row = format_row_lookup("rtf");
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        format_probe probe = {.head = lj_cstr_bytes(rows[i].head)};
        CHECK_ROW(rows[i].head, row->sniff(&probe), rows[i].wanted);
    }
}

static void test_rtf__words_are_found(void **state)
{
    (void)state;
    uint16_t *slots = calloc(RTF_WORD_SLOTS, sizeof(*slots));
    assert_non_null(slots);
    assert_true(rtf_word_count * 4 <= RTF_WORD_SLOTS);
    rtf_words_index(slots);
    for (uint32_t i = 0; i < rtf_word_count; i++) {
        lj_slice name = lj_cstr_bytes(rtf_words[i].name);
        if (rtf_word_lookup(slots, name.ptr, name.len) != &rtf_words[i]) {
            fail_msg("%s stands twice", rtf_words[i].name);
        }
    }
    assert_null(rtf_word_lookup(slots, (const uint8_t *)"xyzzy", 5));
    assert_null(rtf_word_lookup(slots, (const uint8_t *)"pa", 2));
    free(slots);
}

/* ---- the corpus ---- */

static void test_rtf__laws_come_out_whole(void **state)
{
    (void)state;
    const char *root = getenv("LIJIAN_CORPUS");
    char path[4096];
    (void)snprintf(path, sizeof(path), "%s/law/rtf", root != NULL ? root : ".");
    DIR *dir = opendir(path);
    if (dir == NULL) {
        print_message("# skipped: no corpus\n");
        return;
    }
    collect seen;
    collect_init(&seen);
    unsigned count = 0;
    for (const struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        if (entry->d_name[0] != '.') {
            char file[8192];
            (void)snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
            assert_true(collect_run_file(&seen, file));
            assert_int_equal(seen.gap_count, 0);
            assert_int_equal(seen.examined, seen.size);
            CHECK_HAS_NOT(&seen, "\xEF\xBF\xBD");
            CHECK_HAS_NOT(&seen, "raw");
            assert_true(seen.span_count > 20);
            count++;
        }
    }
    (void)closedir(dir);
    print_message("# %u laws\n", count);
    collect_done(&seen);
}

/* ---- samples ---- */

static const char sample_plain[] = DOC(
    "{\\stylesheet{Normal;}{\\s1\\qc\\b\\fs44 heading;}}"
    "{\\info{\\title \\'b9\\'d8\\'d3\\'da\\'ca\\'b3\\'cc\\'c3}{\\author \\'cd\\'f5}{\\company "
    "\\'ba\\'f3\\'c7\\'da\\'b4\\'a6}}"
    "{\\header\\pard\\qr \\'c4\\'da\\'b2\\'bf\\'cd\\'a8\\'d6\\'aa\\par}"
    "\\pard\\qc\\f2\\fs44\\b \\'b9\\'d8\\'d3\\'da\\'b5\\'f7\\'d5\\'fb\\'ca\\'b3\\'cc\\'c3\\'bf\\'aa"
    "\\'b7\\'b9\\'ca\\'b1\\'bc\\'e4\\'b5\\'c4\\'cd\\'a8\\'d6\\'aa\\b0\\par\r\n"
    "\\pard\\plain\\fi420 \\u20174?12\\u26376?{\\b 1}\\u26085?\\u36215?\\u65292?\\u21320?\\u39277?"
    "\\u25552?\\u21069?{\\footnote\\pard \\u21608?\\u26411?\\u38500?\\u22806?}\\u21313?\\u20998?"
    "\\u38047?\\u12290?\\par\r\n"
    "\\trowd\\cellx3000\\cellx6000\\pard\\intbl \\u26089?\\u39277?\\cell 7:00\\cell\\row\r\n"
    "\\trowd\\cellx3000\\cellx6000\\intbl \\u21320?\\u39277?\\cell 11:50\\cell\\row\\pard\\par");

static const char sample_hidden[] = HEAD
    "{\\*\\revtbl{Unknown;}{\\'cd\\'f5;}}{\\stylesheet{Normal;}{\\s7\\v gone;}}"
    "{\\info{\\upr{\\title ?"
    "?}{\\*\\ud{\\title \\u39135?\\u22530?}}}}"
    "{\\*\\userprops{\\propname \\'c0\\'e0\\'b1\\'f0}\\proptype30{\\staticval "
    "\\'cd\\'a8\\'d6\\'aa}}"
    "{\\*\\docvar {kind}{\\'cd\\'a8\\'d6\\'aa}}"
    "\\pard\\v \\'d2\\'fe\\'b2\\'d8\\v0\\par\\s7 \\'d1\\'f9\\'ca\\'bd\\par\\pard\\plain\\cf2 "
    "\\'b0\\'d7\\'d7\\'d6\\par\\plain\\fs4 \\'d0\\'a1\\'d7\\'d6\\par\\plain "
    "\\'cd\\'f9{\\deleted\\revauthdel1\\revdttmdel1733987456 \\'c9\\'be}\\'c0\\'b4\\par"
    "{\\shp{\\*\\shpinst\\shpleft-9000\\shptop0\\shpright-5000\\shpbottom900\\shpbxpage{\\shptxt "
    "\\'d2\\'b3\\'cd\\'e2\\par}}}{\\*\\xyzzy \\'ce\\'b4\\'d6\\'aa}"
    "{\\*\\atnauthor \\'cd\\'f5}{\\*\\annotation \\'c5\\'fa\\'d7\\'a2}\\par}"
    "\\par\\'ce\\'b2\\'b2\\'bf";

static const char sample_split[] = DOC(
    "\\'ca\r\n\\'b3{\\b\\'cc}{\\i\\'c3}{\\*\\bkmkstart a}{\\*\\bkmkend a}\\par "
    "\\uc2\\u39135\\'ca\\'b3\\u22530\\'cc\\'c3\\'bf\\'aa\\uc1\\par \\u-10172?\\u-9216?{\\f3\\'ab}"
    "{\\f4\\'a9\\'5c}\\par");

static void write_all(const char *folder)
{
    spot_write(folder, "plain.rtf", lj_cstr_bytes(sample_plain));
    spot_write(folder, "plain.truncated.rtf", lj_slice_part(lj_cstr_bytes(sample_plain), 0, 620));
    spot_write(folder, "hidden.rtf", lj_cstr_bytes(sample_hidden));
    spot_write(folder, "split.rtf", lj_cstr_bytes(sample_split));
    spot_write(folder, "bin-beyond.rtf",
               LJ_BYTES(DOC("{\\pict\\pngblip\\bin999999 x}" SHITANG "\\par")));
    lj_buf native, object, file;
    spot_init(&native);
    spot_init(&object);
    spot_init(&file);
    put_package(&native, "notice.rtf", lj_cstr_bytes(inner_rtf));
    put_ole1(&object, "Package", lj_buf_slice(&native));
    put_object_document(&file, lj_buf_slice(&object), true);
    spot_write(folder, "package.rtf", lj_buf_slice(&file));
    lj_buf_clear(&file);
    lj_buf_put_cstr(&file, HEAD);
    put_times(&file, "{", RTF_STACK_MAX + 40);
    lj_buf_put_cstr(&file, SHITANG "{\\pict 00010203}");
    put_times(&file, "}", RTF_STACK_MAX + 40);
    lj_buf_put_cstr(&file, "}");
    spot_write(folder, "deep.rtf", lj_buf_slice(&file));
    lj_buf_done(&native);
    lj_buf_done(&object);
    lj_buf_done(&file);
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--write") == 0) {
        write_all(argv[2]);
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rtf__letters_join_across_what_nobody_sees),
        cmocka_unit_test(test_rtf__code_pages),
        cmocka_unit_test(test_rtf__unicode_and_its_fallbacks),
        cmocka_unit_test(test_rtf__says_what_hides_the_text),
        cmocka_unit_test(test_rtf__looks_of_marks),
        cmocka_unit_test(test_rtf__all_stories_come_out),
        cmocka_unit_test(test_rtf__tables),
        cmocka_unit_test(test_rtf__odd_files),
        cmocka_unit_test(test_rtf__objects_become_children),
        cmocka_unit_test(test_rtf__large_objects_are_read_too),
        cmocka_unit_test(test_rtf__pictures_become_children),
        cmocka_unit_test(test_rtf__themes_and_stores_are_opened),
        cmocka_unit_test(test_rtf__deep_groups_are_read),
        cmocka_unit_test(test_rtf__stories_in_stories),
        cmocka_unit_test(test_rtf__tables_at_their_limits),
        cmocka_unit_test(test_rtf__bin_beyond_the_end),
        cmocka_unit_test(test_rtf__cut_files_say_so),
        cmocka_unit_test(test_rtf__hostile_files_end),
        cmocka_unit_test(test_rtf__windows_cut_nothing),
        cmocka_unit_test(test_rtf__long_paragraphs_go_on),
        cmocka_unit_test(test_rtf__is_known_by_its_head),
        cmocka_unit_test(test_rtf__words_are_found),
        cmocka_unit_test(test_rtf__laws_come_out_whole),
    };
    return cmocka_run_group_tests_name("rtf", tests, NULL, NULL);
}
