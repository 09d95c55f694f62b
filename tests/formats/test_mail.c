/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Mail messages and saved pages: every field, every part, whatever coding and charset they say; and
 * messages that are built to hide parts or to cost time. */
#include "../check.h"
#include "base/num.h"
#include "collect.h"
#include "mail_build.h"

#define HEAD "From: a@example.org\r\nTo: b@example.org\r\nMessage-ID: <1@example.org>\r\n"

/* Examines HEAD, the fields and the body. */
static void run_mail(collect *seen, const char *fields, const char *body)
{
    lj_buf mail;
    lj_buf_init(&mail, NULL, 1 << 27);
    lj_buf_put_cstr(&mail, HEAD);
    mail_build_text(&mail, fields);
    lj_buf_put_cstr(&mail, "\r\n");
    mail_build_text(&mail, body);
    collect_run(seen, lj_buf_slice(&mail));
    lj_buf_done(&mail);
}

static void check_clean(const char *name, const collect *seen)
{
    CHECK_ROW(name, seen->gap_count, 0);
    CHECK_ROW(name, seen->examined, seen->size);
}

/* All of the words, which bars part. */
static void check_words(const collect *seen, const char *words)
{
    while (*words != '\0') {
        char word[256];
        size_t len = strcspn(words, "|");
        assert_true(len < sizeof(word));
        memcpy(word, words, len);
        word[len] = '\0';
        CHECK_HAS(seen, word);
        words += len + (words[len] == '|' ? 1 : 0);
    }
}

/* ---- recognition ---- */

static void test_mail__is_known_by_its_fields(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *bytes;
        const char *wanted; /* of the dump */
    } rows[] = {
        {"a message",                         "From: a@b\nTo: c@d\nSubject: x\n\ntext",                         "doc mail root"},
        {"CR LF",                             "From: a@b\r\nTo: c@d\r\nSubject: x\r\n\r\ntext",                 "doc mail root"},
        {"a byte order mark",
         "\xEF\xBB\xBF"
         "From: a@b\nTo: c@d\nSubject: x\n\ntext",                                                              "doc mail root"},
        {"empty lines first",                 "\n\r\nFrom: a@b\nTo: c@d\nSubject: x\n\ntext",                   "doc mail root"},
        {"blanks before the colon",           "From : a@b\nTo\t: c@d\nSubject: x\n\ntext",                      "doc mail root"},
        {"an entity of MIME",
         "Content-Type: text/plain; charset=gbk\nContent-Transfer-Encoding: 8bit\n\nx",                         "doc mail root"},
        {"a saved page",
         "From: <Saved by x>\nMIME-Version: 1.0\nContent-Type: multipart/related; "
         "boundary=b\n\n--b--",                                                                                 "doc mht root" },
        {"inline pictures are no saved page",
         "From: a@b\nTo: c@d\nMIME-Version: 1.0\nContent-Type: multipart/related; "
         "boundary=b\n\n--b--",                                                                                 "doc mail root"},
        {"a mailbox",                         "From a@b Mon\nFrom: a@b\nTo: c@d\nSubject: x\n\ntext",           "doc mbox root"},
        {"a note with colons",                "To do: buy paper\nFrom: the shop\nNote: hurry\nSubject: none\n",
         "doc text root"                                                                                                       },
        {"words and a colon",                 "Subject: a meeting\nPlace: room 5\nTime: ten\n",                 "doc text root"},
        {"a control file",                    "Package: x\nVersion: 1\nDescription: text\nDate: 2024-01-01\n",
         "doc text root"                                                                                                       },
        {"fields of HTTP",
         "Date: Mon, 06 May 2024 09:00:00 GMT\nServer: x\nContent-Type: text/css\nAge: 1\n",                    "doc text root"},
        {"prose that begins with From",       "From here on: nothing\nmore\n",                                  "doc text root"},
        {"one mail field in a log",           "12:00 Message-ID: <a@b>\n12:01 From: a@b\n12:02 To: c@d\n",
         "doc text root"                                                                                                       },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        collect seen;
        collect_init(&seen);
        collect_run(&seen, lj_cstr_bytes(rows[i].bytes));
        print_message("row: %s\n", rows[i].name);
        CHECK_HAS(&seen, rows[i].wanted);
        collect_done(&seen);
    }
}

/* ---- fields ---- */

static void test_mail__fields_are_decoded(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *fields;
        const char *wanted;
    } rows[] = {
        {"base64",                               "Subject: =?utf-8?B?6aOf5aCC?=\n",                          "'Subject':'食堂'"                },
        {"quoted",                               "Subject: =?gbk?q?=CA=B3=CC=C3_a?=\n",                      "'Subject':'食堂 a'"              },
        {"a letter over two words",              "Subject: =?GBK?Q?=CA=B3=CC?=\n =?gbk?Q?=C3?=\n",
         "'Subject':'食堂'"                                                                                                                    },
        {"a letter over two words of base64",    "Subject: =?GBK?B?yrPM?= =?GBK?B?ww==?=\n",
         "'Subject':'食堂'"                                                                                                                    },
        {"base64 cut between groups",            "Subject: =?utf-8?B?6aOf5a?= =?utf-8?B?CC?=\n",
         "'Subject':'食堂'"                                                                                                                    },
        {"base64 without padding",               "Subject: =?gbk?B?yrPMw9bQ?= =?gbk?B?zec?=\n",
         "'Subject':'食堂中"                                                                                                                  },
        {"blanks between words",                 "Subject: =?utf-8?Q?a?=   =?utf-8?Q?b?= c =?utf-8?Q?d?=\n",
         "'Subject':'ab c d'"                                                                                                                    },
        {"two charsets",                         "Subject: =?gbk?Q?=CA=B3?= =?utf-8?B?5aCC?=\n",             "'Subject':'食堂'"                },
        {"a wrong label",                        "Subject: =?gb2312?B?6aOf5aCC5YC854+t6KGo?=\n",             "'Subject':'食堂值班表'"       },
        {"HZ",                                   "Subject: =?HZ-GB-2312?Q?~{J3LC~}?=\n",                     "'Subject':'食堂'"                },
        {"a language",                           "Subject: =?utf-8*zh?B?6aOf5aCC?=\n",                       "'Subject':'食堂'"                },
        {"in quotes",                            "Cc: \"=?utf-8?B?6aOf5aCC?=\" <x@y>\n",                     "'Cc':'\"食堂\" <x@y>'"           },
        {"no end",                               "Subject: =?utf-8?B?6aOf5aCC\n",                            "'Subject':'食堂'"                },
        {"no word",                              "Subject: =?x=?utf-8?Z?a?= =? ?=\n",                        "'Subject':'=?x=?utf-8?Z?a?= =? ?='"},
        {"a question mark in it",                "Subject: =?utf-8?Q?what?\?=\n",                            "'Subject':'what?'"                 },
        {"raw GBK",                              "Subject: \xCA\xB3\xCC\xC3\xD6\xB5\xB0\xE0\xB1\xED\n",
         "'Subject':'食堂值班表'"                                                                                                           },
        {"raw UTF-8",                            "Subject: 食堂值班表\n",                               "'Subject':'食堂值班表'"       },
        {"folded",                               "Subject: one\n two\n\tthree\n",                            "'Subject':'one two\\x09three'"     },
        {"a name with blanks",                   "Subject \t: x\n",                                          "'Subject':'x'"                     },
        {"a field twice",                        "X-A: 1\nX-A: 2\n",                                         "'X-A':'2'"                         },
        {"hidden",                               "X-Note: z\n",                                              "hidden:not_printed 'X-Note':'z'"   },
        {"a damaged line before fields of MIME", "no field at all\nContent-Type: text/plain\n",
         "'no field at all'"                                                                                                                     },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        collect seen;
        collect_init(&seen);
        run_mail(&seen, rows[i].fields, "text\n");
        print_message("row: %s\n", rows[i].name);
        CHECK_HAS(&seen, rows[i].wanted);
        check_clean(rows[i].name, &seen);
        collect_done(&seen);
    }
}

/* Longer than the piece that is decoded at once: all of it comes, the pieces are joined. */
static void test_mail__a_field_of_any_length_is_read(void **state)
{
    (void)state;
    static const size_t lens[] = {65535, 65536, 65537, 200000, 10000000};
    for (size_t i = 0; i < LJ_COUNT_OF(lens); i++) {
        for (int folded = 0; folded < 2; folded++) {
            lj_buf mail;
            collect seen;
            lj_buf_init(&mail, NULL, 1 << 27);
            lj_buf_put_cstr(&mail, HEAD "X-Long:");
            for (size_t at = 7; at + 10 < lens[i]; at += 10) {
                lj_buf_put_cstr(&mail, folded == 1 ? " abcdef\r\n " : "abcdefghij");
            }
            lj_buf_put_cstr(&mail, " theEnd\r\nX-Next: next\r\n\r\nthe body\r\n");
            collect_init(&seen);
            collect_run(&seen, lj_buf_slice(&mail));
            CHECK_HAS(&seen, "theEnd'");
            CHECK_HAS(&seen, "'X-Next':'next'");
            CHECK_HAS(&seen, "'the body");
            assert_int_equal(collect_count(&seen, "'X-Long':") > 1, lens[i] > 65537);
            check_clean("long", &seen);
            collect_done(&seen);
            lj_buf_done(&mail);
        }
    }
}

/* ---- names ---- */

static void test_mail__names_of_files_are_decoded(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *fields;
        const char *wanted;
    } rows[] = {
        {"RFC 2231",                    "Content-Disposition: attachment; filename*=gb2312'zh'%CA%B3%CC%C3.txt\n",
         "食堂.txt"                                                                                                                 },
        {"in segments",
         "Content-Disposition: attachment; filename*0*=gbk''%CA%B3%CC; filename*1*=%C3; "
         "filename*2=.txt\n",                                                                                       "食堂.txt"      },
        {"segments without charset",
         "Content-Disposition: attachment; filename*0=\"one \"; filename*1=two.txt\n",                              "one two.txt"     },
        {"words over segments",
         "Content-Disposition: attachment; filename*0=\"=?utf-8?B?6aOf\"; filename*1=\"5aCC?=\"\n",                 "食堂"          },
        {"words in quotes",             "Content-Type: text/x; name=\"=?utf-8?B?6aOf5aCC?=.txt\"\n",
         "食堂.txt"                                                                                                                 },
        {"folded words",                "Content-Type: text/x; name=\"=?utf-8?B?6aOf?=\n =?utf-8?B?5aCC?=.txt\"\n",
         "食堂.txt"                                                                                                                 },
        {"raw",
         "Content-Disposition: attachment; filename=\"\xCA\xB3\xCC\xC3\xD6\xB5\xB0\xE0.txt\"\n",                    "食堂值班.txt"},
        {"a quote that does not close", "Content-Disposition: attachment; filename=\"a b.txt\n",
         "a b.txt"                                                                                                                    },
        {"a semicolon in quotes",       "Content-Disposition: attachment; filename=\"a;b.txt\"\n",
         "a;b.txt"                                                                                                                    },
        {"an escaped quote",            "Content-Disposition: attachment; filename=\"a\\\"b.txt\"\n",
         "a\"b.txt"                                                                                                                   },
        {"no semicolon",                "Content-Type: text/x name=c.txt\n",                                        "c.txt"           },
        {"a comment",                   "Content-Disposition: attachment (x; (y)); filename=d.txt\n",               "d.txt"           },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        collect seen;
        char wanted[256];
        collect_init(&seen);
        run_mail(&seen, rows[i].fields, "text\n");
        print_message("row: %s\n", rows[i].name);
        snprintf(wanted, sizeof(wanted), "attached '%s'", rows[i].wanted);
        CHECK_HAS(&seen, wanted);
        CHECK_HAS(&seen, "'text");
        collect_done(&seen);
    }
}

/* 128 segments are put together; more are told as they stand. */
static void test_mail__segments_are_counted(void **state)
{
    (void)state;
    for (int count = 127; count <= 129; count++) {
        lj_buf fields;
        lj_buf_init(&fields, NULL, 1 << 20);
        lj_buf_put_cstr(&fields,
                        "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n"
                        "Content-Disposition: attachment");
        for (int i = count - 1; i >= 0; i--) {
            lj_buf_put_cstr(&fields, ";\n filename*");
            lj_buf_put_dec(&fields, (uint64_t)i);
            lj_buf_put_cstr(&fields, i == 128 ? "=LAST" : i == 127 ? "=Z" : "=a");
        }
        lj_buf_put_cstr(&fields, "\n\nx\n--b--\n");
        lj_buf_put_u8(&fields, 0);
        collect seen;
        collect_init(&seen);
        run_mail(&seen, (const char *)fields.ptr, "");
        CHECK_ROW("segments", collect_has(&seen, "filename*128=LAST"), count == 129);
        CHECK_ROW("segments", collect_has(&seen, "aaZ'"), count == 128);
        check_clean("segments", &seen);
        collect_done(&seen);
        lj_buf_done(&fields);
    }
}

/* ---- bodies ---- */

static void test_mail__bodies_are_decoded(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *coding;
        const char *body;
        const char *wanted;
    } rows[] = {
        {"base64",                 "base64",           "dGhlIHRleHQ=\n",                                "'the text'"        },
        {"base64, junk inside",    "base64",           "dGhl!I*HRl\neHQ=\n",                            "'the text'"        },
        {"base64, padding inside", "base64",           "dGhlIA==\ndGV4dA==\n",                          "'the text'"        },
        {"base64, one line",       "BASE64",           "dGhlIHRleHQ=",                                  "'the text'"        },
        {"base64, no padding",     "base64",           "dGhlIHRleHQ",                                   "'the text'"        },
        {"base64, a footer",       "base64",           "dGhlIHRleHQ=\n\nthe footer is text\n",          "hidden:slack '"    },
        {"base64, the footer",     "base64",           "dGhlIHRleHQ=\n\nthe footer is text\n",
         "the footer is text"                                                                                               },
        {"base64, strokes",        "base64",           "dGhlIHRleHQK\n-- \na signature that is text\n",
         "a signature that is text"                                                                                         },
        {"base64 that is none",    "base64",           "This is a text. It has blanks and stops.\n",
         "It has blanks"                                                                                                    },
        {"quoted",                 "quoted-printable", "th=65 t=\next\n",                               "'the text\\x0d\\n'"},
        {"quoted, small letters",  "quoted-printable", "=e9=a3=9f=e5=a0=82",                            "'食堂'"          },
        {"quoted, blanks behind",  "quoted-printable", "the t=  \t\next",                               "'the text'"        },
        {"quoted, no escape",      "quoted-printable", "a=b =ZZ =",                                     "'a=b =ZZ '"        },
        {"uu",                     "x-uuencode",       "begin 644 x\n(=&AE('1E>'0\n`\nend\n",           "'the text'"        },
        {"a word nobody knows",    "x-nothing",        "the text",                                      "'the text'"        },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        char fields[256];
        collect seen;
        snprintf(fields, sizeof(fields), "Content-Transfer-Encoding: %s\n", rows[i].coding);
        collect_init(&seen);
        run_mail(&seen, fields, rows[i].body);
        print_message("row: %s\n", rows[i].name);
        CHECK_HAS(&seen, rows[i].wanted);
        check_clean(rows[i].name, &seen);
        collect_done(&seen);
    }
}

static void test_mail__a_uuencoded_body_without_its_end_is_damaged(void **state)
{
    (void)state;
    collect seen;
    collect_init(&seen);
    run_mail(&seen, "Content-Transfer-Encoding: x-uuencode\nContent-Type: text/x; name=a\n",
             "begin 644 x\n(=&AE('1E>'0\n");
    CHECK_HAS(&seen, "'the text'");
    assert_true(collect_has_gap(&seen, GAP_DAMAGED, NULL));
    collect_done(&seen);
}

/* A line longer than the buffer, letters of three bytes: no letter is cut. */
static void test_mail__long_lines_are_cut_between_letters(void **state)
{
    (void)state;
    static const char *const codings[] = {"8bit", "base64"};
    for (size_t i = 0; i < LJ_COUNT_OF(codings); i++) {
        lj_buf text;
        lj_buf mail;
        collect seen;
        lj_buf_init(&text, NULL, 1 << 24);
        lj_buf_init(&mail, NULL, 1 << 24);
        for (int k = 0; k < 100000; k++) {
            lj_buf_put_cstr(&text, "食堂");
        }
        lj_buf_put_cstr(&mail, HEAD "Content-Type: text/plain; charset=utf-8\r\n"
                                    "Content-Transfer-Encoding: ");
        lj_buf_put_cstr(&mail, codings[i]);
        lj_buf_put_cstr(&mail, "\r\n\r\n");
        if (i == 0) {
            lj_buf_put(&mail, lj_buf_slice(&text));
        } else {
            mail_build_base64(&mail, lj_buf_slice(&text));
        }
        collect_init(&seen);
        collect_run(&seen, lj_buf_slice(&mail));
        CHECK_HAS_NOT(&seen, "\xEF\xBF\xBD");
        CHECK_HAS(&seen, "join:same");
        size_t letters = 0;
        for (size_t at = 0; at + 3 <= seen.lines.len; at++) {
            letters += memcmp(seen.lines.ptr + at, "堂", 3) == 0 ? 1 : 0;
        }
        assert_int_equal(letters, 100000);
        check_clean(codings[i], &seen);
        collect_done(&seen);
        lj_buf_done(&text);
        lj_buf_done(&mail);
    }
}

static void test_mail__charsets_are_found_out(void **state)
{
    (void)state;
    static const struct {
        const char *label;
        const char *body;
        const char *wanted;
    } rows[] = {
        {"gb2312",      "\xCA\xB3\xCC\xC3\xBF\xAA\xB7\xB9",                         "'食堂开饭'"         },
        {"\"GB18030\"", "\xCA\xB3\xCC\xC3\xBF\xAA\xB7\xB9",                         "'食堂开饭'"         },
        {"big5",        "\xB6\xBA\xB0\xF3\xB6\x7D\xB6\xBA",                         "'飯堂開飯'"         },
        {"hz-gb-2312",  "~{J3LC?*79~}",                                             "'食堂开饭'"         },
        {"utf-7",       "+mN9YAl8AmW0-",                                            "'食堂开饭'"         },
        {"iso-2022-cn", "\x1B$)A\x0EJ3LC?*79\x0F",                                  "'食堂开饭'"         },
        {"utf-8",       "\xCA\xB3\xCC\xC3\xBF\xAA\xB7\xB9\xB5\xC4\xCD\xA8\xD6\xAA", "'食堂开饭的通知'"},
        {"gb2312",      "食堂开饭的通知",                                    "'食堂开饭的通知'"},
        {"us-ascii",    "食堂开饭的通知",                                    "'食堂开饭的通知'"},
        {"iso-8859-1",  "\xCA\xB3\xCC\xC3\xBF\xAA\xB7\xB9\xB5\xC4\xCD\xA8\xD6\xAA",
         "'食堂开饭的通知'"                                                                           },
        {"",            "\xCA\xB3\xCC\xC3\xBF\xAA\xB7\xB9\xB5\xC4\xCD\xA8\xD6\xAA", "'食堂开饭的通知'"},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        char fields[256];
        collect seen;
        snprintf(fields, sizeof(fields), "Content-Type: text/plain; charset=%s\n", rows[i].label);
        collect_init(&seen);
        run_mail(&seen, fields, rows[i].body);
        print_message("row: %s %zu\n", rows[i].label, i);
        CHECK_HAS(&seen, rows[i].wanted);
        collect_done(&seen);
    }
}

/* ---- parts ---- */

#define MIXED "Content-Type: multipart/mixed; boundary=\"b\"\n"

static void test_mail__parts_are_found(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *fields;
        const char *body;
        const char *wanted; /* words, parted by bars */
        bool is_damaged;
    } rows[] = {
        {"both alternatives",                   MIXED,
         "--b\nContent-Type: text/plain\n\nplain\n--b\nContent-Type: "
         "text/html\n\n<html><p>seen</p>\n--b--\n",                                                                                     "'plain'|'seen'|doc html embedded 'part-2.html'", false},
        {"preamble and epilogue",               MIXED,                                             "pre\n--b\n\nx\n--b--\nepi\n",
         "hidden:not_printed 'pre'|hidden:not_printed 'epi|body part=1 row=1 at=",                                                                                                        false},
        {"blanks behind the delimiter",         MIXED,                                             "--b \t\n\nx\n--b-- \n",             "body part=1|'x'",                                false},
        {"no closing delimiter",                MIXED,                                             "--b\n\nx\n",                        "'x",                                             true },
        {"a boundary that goes on is text",     MIXED,                                             "--b\n\nx\n--bb\ny\n--b--\n",
         "'x\\x0d\\n--bb\\x0d\\ny'",                                                                                                                                                      false},
        {"a boundary that another begins with", "Content-Type: multipart/mixed; boundary=bb\n",
         "--bb\n" MIXED "\n--b\n\nx\n--bb\n\ny\n--bb--\n",                                                                              "part=1.1 |'x'|part=2 |'y'",                      false},
        {"the same boundary twice",             MIXED,                                             "--b\n" MIXED "\n--b\n\nx\n--b--\n", "part=1.1 |'x'",
         true                                                                                                                                                                                  },
        {"one that is not declared",            "Content-Type: multipart/mixed\n",
         "--else\nContent-Type: text/plain\n\nx\n--else--\n",                                                                           "part=1 |'x'|note repaired",                      false},
        {"none at all",                         MIXED,                                             "just text\n",                       "'just text|gap damaged",                         true },
        {"a delimiter inside a header",         MIXED,                                             "--b\nX-A: 1\n--b\n\nx\n--b--\n",
         "'X-A':'1'|part=2 |'x'",                                                                                                                                                         false},
        {"no empty line behind the header",     MIXED,
         "--b\nContent-Type: text/plain\nno field\n--b--\n",                                                                            "'no field'",                                     false},
        {"a name of a level",                   MIXED,
         "--b\nContent-Type: multipart/mixed; boundary=c; name=hidden.txt\n\n--c--\n--b--\n",                                           "'name':'hidden.txt'",                            false},
        {"an unquoted boundary in 2231",
         "Content-Type: multipart/mixed; boundary*0=\"a\"; boundary*1=\"b\"\n",                    "--ab\n\nx\n--ab--\n",               "part=1 |'x'",                                    false},
        {"two types",                           "Content-Type: text/plain\n" MIXED,                "--b\n\nx\n--b--\n",                 "part=1 |'x'",
         false                                                                                                                                                                                 },
        {"an empty part",                       MIXED,                                             "--b\n--b\n\n--b\n\n\n--b--\n",      "doc mail",                                       false},
        {"a message inside",                    MIXED,
         "--b\nContent-Type: message/rfc822\n\n" HEAD "Subject: in\n\ny\n--b--\n",
         "doc mail embedded 'part-1.eml'|[1] metadata at=81 'Subject':'in'|'y'",                                                                                                          false},
        {"a poor message inside",               MIXED,
         "--b\nContent-Type: message/rfc822\n\nX-Q: 1\nContent-Transfer-Encoding: "
         "base64\n\neHl6\n--b--\n",                                                                                                     "'X-Q':'1'|'xyz'",                                false},
        {"a file in an encrypted multipart",    "Content-Type: multipart/encrypted; boundary=b\n",
         "--b\nContent-Type: application/x\n\nplain text here\n--b--\n",                                                                "'plain text here'",
         false                                                                                                                                                                                 },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        collect seen;
        collect_init(&seen);
        run_mail(&seen, rows[i].fields, rows[i].body);
        print_message("row: %s\n", rows[i].name);
        check_words(&seen, rows[i].wanted);
        CHECK_ROW(rows[i].name, collect_has_gap(&seen, GAP_DAMAGED, NULL), rows[i].is_damaged);
        CHECK_ROW(rows[i].name, seen.examined, seen.size);
        collect_done(&seen);
    }
}

static void test_mail__what_is_no_text_leaves_the_text(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *body;
        const char *wanted; /* words, parted by bars */
        const char *never;
        const char *gap; /* of encryption */
    } rows[] = {
        {"uuencode",         "a\nbegin 644 x.txt\n(=&AE('1E>'0\n`\nend\nz\n",
         "doc text attached 'x.txt'|'the text'|'z",                                                                        "AE('1E",   NULL },
        {"uuencode, cut",    "a\nbegin 644 x.txt\n(=&AE('1E>'0\nlowercase text\n",
         "'the text'|'lowercase text",                                                                                     NULL,       NULL },
        {"prose",            "begin 644 times\nmore prose\n",                                          "'begin 644 times", "attached", NULL },
        {"yEnc",             "a\n=ybegin line=128 size=3 name=y.txt\n\xA2\xA3\xA4\n=yend size=3\nz\n",
         "attached 'y.txt'|'xyz'|'z",                                                                                      NULL,       NULL },
        {"PGP",
         "a\n-----BEGIN PGP MESSAGE-----\nVersion: 1\n\nQUJD\n=abcd\n-----END PGP "
         "MESSAGE-----\nz\n",                                                                          "'a|'z",            "QUJD",     "pgp"},
        {"PGP that is none", "-----BEGIN PGP MESSAGE-----\n\nnot armor at all\n",
         "'not armor at all",                                                                                              NULL,       "pgp"},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        collect seen;
        collect_init(&seen);
        run_mail(&seen, "Content-Type: text/plain\n", rows[i].body);
        print_message("row: %s\n", rows[i].name);
        check_words(&seen, rows[i].wanted);
        if (rows[i].never != NULL) {
            CHECK_HAS_NOT(&seen, rows[i].never);
        }
        CHECK_ROW(rows[i].name, collect_has_gap(&seen, GAP_ENCRYPTED, rows[i].gap),
                  rows[i].gap != NULL);
        collect_done(&seen);
    }
}

static void test_mail__flowed_text_is_joined(void **state)
{
    (void)state;
    static const struct {
        const char *fields;
        const char *body;
        const char *wanted;
    } rows[] = {
        {"Content-Type: text/plain; format=flowed\n",            "one \ntwo\nthree\n",             "'one two\\nthree\\n'"     },
        {"Content-Type: text/plain; format=flowed\n",            "> one \n> two \nthree\n",
         "'>one two \\nthree\\n'"                                                                                             },
        {"Content-Type: text/plain; format=flowed\n",            "-- \nname\n",                    "'-- \\nname\\n'"          },
        {"Content-Type: text/plain; format=flowed; delsp=yes\n", "食堂 \n开饭\n",              "'食堂开饭\\n'"        },
        {"Content-Type: text/plain; format=fixed\n",             "one \ntwo\n",                    "'one \\x0d\\ntwo\\x0d\\n'"},
        {"Content-Type: text/enriched\n",                        "a <bold>b</bold>\nc\n\nd <<e\n", "'a b c\\nd <e'"           },
        {"Content-Type: text/enriched\n",                        "a<param>secret</param>b\n",      "'secret\\n'"              },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        collect seen;
        collect_init(&seen);
        run_mail(&seen, rows[i].fields, rows[i].body);
        CHECK_HAS(&seen, rows[i].wanted);
        check_clean(rows[i].body, &seen);
        collect_done(&seen);
    }
}

static void test_mail__signed_content_is_read_and_encrypted_told(void **state)
{
    (void)state;
    static const struct {
        uint8_t kind;
        size_t piece;
        const char *has;
        gap_cause cause;
        const char *detail;
    } rows[] = {
        {2, 0, "'the text'", GAP_DAMAGED,     NULL   },
        {2, 7, "'the text'", GAP_DAMAGED,     NULL   },
        {2, 1, "'the text'", GAP_DAMAGED,     NULL   },
        {3, 0, NULL,         GAP_ENCRYPTED,   "smime"},
        {6, 0, NULL,         GAP_ENCRYPTED,   "smime"},
        {5, 0, NULL,         GAP_UNSUPPORTED, "smime"},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        lj_buf cms;
        lj_buf mail;
        collect seen;
        lj_buf_init(&cms, NULL, 1 << 20);
        lj_buf_init(&mail, NULL, 1 << 20);
        mail_build_cms(&cms, rows[i].kind,
                       LJ_BYTES("Content-Type: text/plain; charset=utf-8\r\n\r\nthe text"),
                       rows[i].piece);
        lj_buf_put_cstr(&mail, HEAD "Content-Type: application/x-pkcs7-mime; name=smime.p7m\r\n"
                                    "Content-Transfer-Encoding: base64\r\n\r\n");
        mail_build_base64(&mail, lj_buf_slice(&cms));
        collect_init(&seen);
        collect_run(&seen, lj_buf_slice(&mail));
        if (rows[i].has != NULL) {
            CHECK_HAS(&seen, rows[i].has);
            assert_int_equal(seen.gap_count, 0);
        } else {
            assert_true(collect_has_gap(&seen, rows[i].cause, rows[i].detail));
        }
        collect_done(&seen);
        lj_buf_done(&cms);
        lj_buf_done(&mail);
    }
}

/* ---- limits ---- */

static void put_levels(lj_buf *mail, int count)
{
    lj_buf_put_cstr(mail, HEAD);
    for (int i = 0; i < count; i++) {
        lj_buf_put_cstr(mail, "Content-Type: multipart/mixed; boundary=b");
        lj_buf_put_dec(mail, (uint64_t)i);
        lj_buf_put_cstr(mail, "\n\n--b");
        lj_buf_put_dec(mail, (uint64_t)i);
        lj_buf_put_cstr(mail, "\n");
    }
    lj_buf_put_cstr(mail, "\nthe innermost text\n");
    for (int i = count - 1; i >= 0; i--) {
        lj_buf_put_cstr(mail, "--b");
        lj_buf_put_dec(mail, (uint64_t)i);
        lj_buf_put_cstr(mail, "--\n");
    }
}

/* As many levels as documents may be nested, but no more than 64. */
static void test_mail__levels_are_limited(void **state)
{
    (void)state;
    static const struct {
        int levels;
        uint64_t limit;
        bool is_deep;
    } rows[] = {
        {31,   32,  false},
        {32,   32,  false},
        {33,   32,  true },
        {63,   100, false},
        {64,   100, false},
        {65,   100, true },
        {5000, 100, true }
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        lj_buf mail;
        collect seen;
        lj_buf_init(&mail, NULL, 1 << 24);
        put_levels(&mail, rows[i].levels);
        collect_init(&seen);
        seen.options.limits.value[FORMAT_LIMIT_DEPTH] = rows[i].limit;
        collect_run(&seen, lj_buf_slice(&mail));
        CHECK_HAS(&seen, "the innermost text");
        CHECK_ROW("levels", collect_has_limit(&seen, FORMAT_LIMIT_DEPTH), rows[i].is_deep);
        CHECK_ROW("levels", seen.gap_count, rows[i].is_deep ? 1 : 0);
        CHECK_ROW("levels", seen.examined, seen.size);
        collect_done(&seen);
        lj_buf_done(&mail);
    }
}

/* More parts than one batch of the scan holds, and the limit of entries. */
static void test_mail__parts_are_counted(void **state)
{
    (void)state;
    static const uint32_t counts[] = {1002, 1003, 1004, 1005, 2100, 10000};
    for (size_t i = 0; i < LJ_COUNT_OF(counts); i++) {
        lj_buf mail;
        collect seen;
        lj_buf_init(&mail, NULL, 1 << 24);
        lj_buf_put_cstr(&mail, HEAD "Content-Type: multipart/mixed; boundary=b\r\n\r\n");
        for (uint32_t k = 0; k < counts[i]; k++) {
            lj_buf_put_cstr(&mail, "--b\r\n\r\npart text\r\n");
        }
        lj_buf_put_cstr(&mail, "--b--\r\n");
        collect_init(&seen);
        collect_run(&seen, lj_buf_slice(&mail));
        CHECK_ROW("parts", collect_count(&seen, "'part text'"), counts[i]);
        check_clean("parts", &seen);
        collect_clear(&seen);
        seen.options.limits.value[FORMAT_LIMIT_ENTRIES] = counts[i]; /* and the message itself */
        collect_run(&seen, lj_buf_slice(&mail));
        CHECK_ROW("parts", collect_has_limit(&seen, FORMAT_LIMIT_ENTRIES), true);
        collect_done(&seen);
        lj_buf_done(&mail);
    }
}

/* Messages in one another that are too poor to be known: 16 are taken apart, then it is a child. */
static void test_mail__poor_messages_are_counted(void **state)
{
    (void)state;
    for (int count = 14; count <= 17; count++) {
        lj_buf mail;
        collect seen;
        lj_buf_init(&mail, NULL, 1 << 20);
        lj_buf_put_cstr(&mail, HEAD);
        for (int i = 0; i < count; i++) {
            lj_buf_put_cstr(&mail, "Content-Type: message/rfc822\r\n\r\nX-Poor: field\r\n");
        }
        lj_buf_put_cstr(&mail, "\r\nthe text\r\n");
        collect_init(&seen);
        collect_run(&seen, lj_buf_slice(&mail));
        CHECK_HAS(&seen, "the text");
        CHECK_ROW("poor", seen.doc_count, count <= 15 ? 1 : 2);
        check_clean("poor", &seen);
        collect_done(&seen);
        lj_buf_done(&mail);
    }
}

static void test_mail__files_inside_a_text_are_counted(void **state)
{
    (void)state;
    for (uint32_t count = 255; count <= 257; count++) {
        lj_buf mail;
        collect seen;
        lj_buf_init(&mail, NULL, 1 << 20);
        lj_buf_put_cstr(&mail, HEAD "\r\n");
        for (uint32_t i = 0; i < count; i++) {
            mail_build_uu(&mail, "x.txt", LJ_BYTES("inside"));
        }
        collect_init(&seen);
        collect_run(&seen, lj_buf_slice(&mail));
        CHECK_ROW("files", collect_count(&seen, "'inside'"), count < 256 ? count : 256);
        CHECK_ROW("files", collect_has_gap(&seen, GAP_UNSUPPORTED, "uuencode"), count > 256);
        collect_done(&seen);
        lj_buf_done(&mail);
    }
}

/* A cut at any place: never a wrong word, and the cut is told where parts were open. */
static void test_mail__cut_messages_are_told(void **state)
{
    (void)state;
    static const char whole[] = HEAD "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
                                     "--b\r\nContent-Type: text/plain\r\n\r\nfirst\r\n"
                                     "--b\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                                     "dGhlIHRleHQ=\r\n--b--\r\n";
    size_t open_from = strlen(HEAD) + strlen("Content-Type: multipart/mixed; boundary=b\r\n\r\n");
    size_t open_to = sizeof(whole) - 1 - strlen("\r\n");
    for (size_t len = open_from; len < sizeof(whole); len++) {
        collect seen;
        collect_init(&seen);
        collect_run(&seen, lj_slice_of(whole, len));
        CHECK_ROW("cut", collect_has_gap(&seen, GAP_DAMAGED, NULL), len < open_to);
        CHECK_ROW("cut", seen.examined, len);
        collect_done(&seen);
    }
}

/* ---- saved pages ---- */

static void test_mail__saved_pages_have_their_pages_first(void **state)
{
    (void)state;
    static const char page[] =
        "From: <Saved by x>\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/related; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/css\r\nContent-Location: http://x/a.css\r\n\r\np {}\r\n"
        "--b\r\nContent-Type: text/html\r\nContent-Location: http://x/a.html\r\n\r\n"
        "<html><p>the page</p></html>\r\n--b--\r\n";
    collect seen;
    collect_init(&seen);
    collect_run(&seen, lj_cstr_bytes(page));
    CHECK_HAS(&seen, "[1] doc html member 'http://x/a.html'");
    CHECK_HAS(&seen, "[2] doc text member 'http://x/a.css'");
    CHECK_HAS(&seen, "'the page'");
    check_clean("page", &seen);
    collect_done(&seen);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mail__is_known_by_its_fields),
        cmocka_unit_test(test_mail__fields_are_decoded),
        cmocka_unit_test(test_mail__a_field_of_any_length_is_read),
        cmocka_unit_test(test_mail__names_of_files_are_decoded),
        cmocka_unit_test(test_mail__segments_are_counted),
        cmocka_unit_test(test_mail__bodies_are_decoded),
        cmocka_unit_test(test_mail__a_uuencoded_body_without_its_end_is_damaged),
        cmocka_unit_test(test_mail__long_lines_are_cut_between_letters),
        cmocka_unit_test(test_mail__charsets_are_found_out),
        cmocka_unit_test(test_mail__parts_are_found),
        cmocka_unit_test(test_mail__what_is_no_text_leaves_the_text),
        cmocka_unit_test(test_mail__flowed_text_is_joined),
        cmocka_unit_test(test_mail__signed_content_is_read_and_encrypted_told),
        cmocka_unit_test(test_mail__levels_are_limited),
        cmocka_unit_test(test_mail__parts_are_counted),
        cmocka_unit_test(test_mail__poor_messages_are_counted),
        cmocka_unit_test(test_mail__files_inside_a_text_are_counted),
        cmocka_unit_test(test_mail__cut_messages_are_told),
        cmocka_unit_test(test_mail__saved_pages_have_their_pages_first),
    };
    return cmocka_run_group_tests_name("mail", tests, NULL, NULL);
}
