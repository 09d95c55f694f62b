/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Writes the samples and fuzz seeds of mail, mht, mbox and tnef.
 *
 *   mail_samples DIR          DIR/mail/plain.eml ... as they stand in tests/formats/
 *   mail_samples --seeds DIR  DIR/mail/levels.eml ... as they stand in fuzz/seeds/
 *
 * The folders must exist. A sample is a row of `samples`: path, function, eighths that are kept.
 * All text is invented. */
#include <stdio.h>

#include "base/num.h"
#include "mail_build.h"

#define FROM_TO                                                                                    \
    "From: =?UTF-8?B?57u85ZCI56eR?= <office@example.org>\n"                                        \
    "To: all@example.org\n"                                                                        \
    "Date: Mon, 06 May 2024 09:00:00 +0800\n"                                                      \
    "Message-ID: <1@example.org>\n"
/* 关于调整食堂开饭时间的通知 in GBK */
#define TITLE_GBK                                                                                  \
    "\xB9\xD8\xD3\xDA\xB5\xF7\xD5\xFB\xCA\xB3\xCC\xC3\xBF\xAA\xB7\xB9\xCA\xB1\xBC\xE4\xB5\xC4\xCD" \
    "\xA8\xD6\xAA"
/* 本周五起食堂午饭提前一刻钟。 in GBK, and in Big5 as 本週五起飯堂午飯提前一刻鐘。 */
#define TEXT_GBK                                                                                   \
    "\xB1\xBE\xD6\xDC\xCE\xE5\xC6\xF0\xCA\xB3\xCC\xC3\xCE\xE7\xB7\xB9\xCC\xE1\xC7\xB0\xD2\xBB\xBF" \
    "\xCC\xD6\xD3\xA1\xA3"
#define TEXT_BIG5                                                                                  \
    "\xA5\xBB\xB6\x67\xA4\xAD\xB0\x5F\xB6\xBA\xB0\xF3\xA4\xC8\xB6\xBA\xB4\xA3\xAB\x65\xA4\x40\xA8" \
    "\xE8\xC4\xC1\xA1\x43"

static void put(lj_buf *out, const char *text)
{
    mail_build_text(out, text);
}

/* ---- mail ---- */

/* Two alternatives, a file with a name in segments; a letter of the subject is split over words. */
static void mail_plain(lj_buf *out)
{
    put(out, "Received: from mail.example.org (192.0.2.1) by mx.example.org;\n"
             "\tMon, 06 May 2024 09:00:03 +0800\n" FROM_TO
             "Cc: =?gb2312?Q?=D6=B5=B0=E0=CA=D2?= <duty@example.org>\n"
             "Subject: =?gb2312?B?udjT2rX31fvKsw==?=\n"
             " =?gb2312?Q?=CC=C3=BF=AA=B7?= =?gb2312?Q?=B9=CA=B1=BC=E4?=\n"
             "  =?GB2312?B?tcTNqNaq?= (2024)\n"
             "Comments: " TEXT_GBK "\n"
             "X-Note: a field that nobody shows\n"
             "MIME-Version: 1.0\n"
             "Content-Type: multipart/mixed; boundary=\"=_outer\"\n"
             "\n"
             "This is a multi-part message in MIME format.\n"
             "\n"
             "--=_outer\n"
             "Content-Type: multipart/alternative; boundary=\"=_inner\"\n"
             "\n"
             "--=_inner\n"
             "Content-Type: text/plain; charset=gb2312\n"
             "Content-Transfer-Encoding: base64\n"
             "\n");
    mail_build_base64(out, LJ_BYTES(TITLE_GBK "\r\n" TEXT_GBK "\r\n"));
    put(out, "--=_inner\n"
             "Content-Type: text/html; charset=utf-8\n"
             "Content-Transfer-Encoding: quoted-printable\n"
             "\n"
             "<html><body><p>=E6=9C=AC=E5=91=A8=E4=BA=94=E8=B5=B7=E9=A3=9F=E5=A0=82=\n"
             "=E5=8D=88=E9=A5=AD=E6=8F=90=E5=89=8D</p><p style=3D\"color:red\">plain</p>=   \n"
             "</body></html>\n"
             "--=_inner--\n"
             "\n"
             "--=_outer\n"
             "Content-Type: text/plain; charset=gb2312\n"
             "Content-Disposition: attachment;\n"
             " filename*0*=gb2312''%CA%B3%CC;\n"
             " filename*1*=%C3%D6%B5%B0%E0;\n"
             " filename*2=\".txt\"\n"
             "Content-Transfer-Encoding: base64\n"
             "Content-Description: =?utf-8?B?5YC854+t6KGo?=\n"
             "\n");
    mail_build_base64(out, LJ_BYTES(TEXT_GBK "\r\n"));
    put(out, "--=_outer--\n");
}

static void mail_charsets(lj_buf *out)
{
    put(out, FROM_TO "Subject: " TITLE_GBK "\n"
                     "MIME-Version: 1.0\n"
                     "Content-Type: multipart/mixed; boundary=c\n"
                     "\n"
                     "--c\n"
                     "Content-Type: text/plain; charset=HZ-GB-2312\n"
                     "\n"
                     "~{OBV\\R;4sI(3}!#~} by all\n"
                     "--c\n"
                     "Content-Type: text/plain; charset=UTF-7\n"
                     "\n"
                     "+TgtUaE4AWSdia5Zk/wyL914mYrleAzAC-\n"
                     "--c\n"
                     "Content-Type: text/plain; charset=ISO-2022-CN\n"
                     "\n"
                     "\x1B$)A\x0EOBV\\R;4sI(3}!#\x0F\n"
                     "--c\n"
                     "Content-Type: text/plain; charset=big5\n"
                     "\n" TEXT_BIG5 "\n"
                     "--c\n"
                     "Content-Type: text/plain; charset=gb2312\n"
                     "\n"
                     "UTF-8 下周一大扫除，请带抹布。\n"
                     "--c\n"
                     "Content-Type: text/plain; charset=iso-8859-1\n"
                     "\n" TEXT_GBK "\n"
                     "--c\n"
                     "Content-Type: text/plain; charset=x-nobody\n"
                     "\n" TEXT_GBK "\n"
                     "--c\n"
                     "Content-Type: text/plain; charset=utf-16\n"
                     "Content-Transfer-Encoding: base64\n"
                     "\n"
                     "TgtUaE4AWSdia5Zk/wyL914mYrleAzAC\n"
                     "--c--\n");
}

/* Boundaries that begin like others, a level that does not end, one that is not declared. */
static void mail_boundaries(lj_buf *out)
{
    put(out, FROM_TO "Subject: boundaries\n"
                     "MIME-Version: 1.0\n"
                     "Content-Type: multipart/mixed; boundary=\"--a\"\n"
                     "\n"
                     "before the first part\n"
                     "----a  \n"
                     "Content-Type: multipart/related; boundary=\"--ab\"\n"
                     "\n"
                     "----ab\n"
                     "\n"
                     "in the inner level\n"
                     "----abc\n"
                     "still in the inner level\n"
                     "----a\n"
                     "Content-Type: multipart/mixed; boundary=\"never\"\n"
                     "\n"
                     "--seen\n"
                     "Content-Type: text/plain; charset=utf-8\n"
                     "Content-Transfer-Encoding: base64\n"
                     "\n"
                     "5LiL5ZGo5LiA5aSn5omr6ZmkCg==\n"
                     "--seen--\n"
                     "----a\n"
                     "Content-Type: multipart/mixed; boundary=\"nowhere\"\n"
                     "\n"
                     "a multipart without parts\n"
                     "----a--\n"
                     "behind the last part\n");
}

static void mail_coded(lj_buf *out)
{
    put(out, FROM_TO "Subject: coded files\n"
                     "Content-Type: multipart/mixed; boundary=c\n"
                     "\n"
                     "--c\n"
                     "Content-Type: text/plain; charset=utf-8\n"
                     "\n"
                     "begin with a look at the list:\n");
    mail_build_uu(out, "list.txt", LJ_BYTES("仓库盘点清单：铅笔十二支，抹布三块，扫帚两把。\n"));
    put(out, "between the files\n");
    mail_build_yenc(out, "broom.txt", LJ_BYTES("扫帚两把，放在走廊尽头，用完归还。\n"));
    put(out, "begin 644 prose that is no file\n"
             "last line, and base64 that nobody declared:\n");
    mail_build_base64(out,
                      LJ_BYTES("各科室请于周五下班前关好门窗、切断电源，值班人员逐层检查，"
                               "发现问题及时登记并报后勤科处理。节后第一天早上九点集中打扫。\n"));
    put(out, "--c\n"
             "Content-Type: application/octet-stream; name=\"old.txt\"\n"
             "Content-Transfer-Encoding: x-uuencode\n"
             "\n");
    mail_build_uu(out, "old.txt", LJ_BYTES("旧式编码的附件：会议室预约表。\n"));
    put(out, "--c\n"
             "Content-Type: text/plain; charset=utf-8; name=footer.txt\n"
             "Content-Transfer-Encoding: base64\n"
             "\n"
             "5Lya6K6u5a6k6aKE!57qm6KGo\n"
             "77yM5ZGo5LqU5Y+R5biD44CCCg==\n"
             "_______________________________________________\n"
             "a footer of the mailing list\n"
             "--c\n"
             "Content-Type: text/plain; charset=utf-8\n"
             "Content-Transfer-Encoding: base64\n"
             "\n"
             "This body is no base64, whatever the field says. 下周一大扫除。\n"
             "--c--\n");
}

static void mail_flowed(lj_buf *out)
{
    put(out, FROM_TO "Subject: flowed\n"
                     "Content-Type: multipart/mixed; boundary=c\n"
                     "\n"
                     "--c\n"
                     "Content-Type: text/plain; charset=utf-8; format=flowed\n"
                     "\n"
                     "one paragraph \n"
                     "in two lines\n"
                     "> quoted \n"
                     "> and joined\n"
                     " > stuffed\n"
                     "-- \n"
                     "a signature\n"
                     "--c\n"
                     "Content-Type: text/plain; charset=utf-8; format=flowed; delsp=yes\n"
                     "\n"
                     "本周五起食堂午饭 \n"
                     "提前一刻钟。\n"
                     "--c\n"
                     "Content-Type: text/enriched; charset=utf-8\n"
                     "\n"
                     "<bold>Now</bold> is\n"
                     "the <color><param>red,or a note</param>time</color> &lt; <<b>\n"
                     "\n"
                     "for a new line.\n"
                     "--c--\n");
}

/* Messages in messages; one that has too few fields to be known as mail; a digest. */
static void mail_nested(lj_buf *out)
{
    put(out, FROM_TO "Subject: nested\n"
                     "Content-Type: multipart/mixed; boundary=c\n"
                     "\n"
                     "--c\n"
                     "Content-Type: message/rfc822\n"
                     "\n"
                     "From: a@example.org\n"
                     "To: b@example.org\n"
                     "Subject: =?utf-8?Q?=E5=86=85=E5=B1=82?=\n"
                     "Content-Type: text/plain; charset=utf-8\n"
                     "\n"
                     "the inner message\n"
                     "--c\n"
                     "Content-Type: message/rfc822\n"
                     "\n"
                     "X-Poor: 1\n"
                     "Content-Transfer-Encoding: base64\n"
                     "\n"
                     "dGhlIHBvb3IgbWVzc2FnZQ==\n"
                     "--c\n"
                     "Content-Type: multipart/digest; boundary=d\n"
                     "\n"
                     "--d\n"
                     "\n"
                     "From: c@example.org\n"
                     "Date: Mon, 06 May 2024 09:00:00 +0800\n"
                     "Message-ID: <2@example.org>\n"
                     "\n"
                     "a message of the digest\n"
                     "--d--\n"
                     "--c\n"
                     "Content-Type: message/partial; id=x; number=1; total=2\n"
                     "\n"
                     "From: d@example.org\n"
                     "To: e@example.org\n"
                     "Subject: half\n"
                     "\n"
                     "the first half\n"
                     "--c--\n");
}

/* The same two names in every spelling. */
static void mail_names(lj_buf *out)
{
    static const char *const fields[] = {
        "Content-Type: text/plain; name=\"=?GB2312?B?yrPMw9a1sOCx7S50eHQ=?=\"\n",
        "Content-Type: text/plain; name=\"\xCA\xB3\xCC\xC3\xD6\xB5\xB0\xE0\xB1\xED.txt\"\n",
        "Content-Disposition: attachment; "
        "filename*=UTF-8''%E9%A3%9F%E5%A0%82%E5%80%BC%E7%8F%AD.txt\n",
        "Content-Disposition: attachment; filename=%E9%A3%9F%E5%A0%82%E5%80%BC%E7%8F%AD.txt\n",
        "Content-Disposition: attachment; filename*1=\"ong name.txt\"; filename*0=\"a l\"\n",
        "Content-Disposition: attachment; filename=two words.txt\n",
        "Content-Disposition: attachment; filename=\"C:\\dir\\file.txt\n",
        "Content-Type: text/plain; name=\"first name.txt\"\n"
        "Content-Disposition: attachment; filename=\"second name.txt\"\n",
        "Content-Type: text/plain; name=\"noted.txt\"; x-note=\"a note in a parameter\"\n",
        "Content-Type: text/plain (a comment); name=commented.txt\n",
        "Content-Disposition: attachment; filename=\"empty.txt\"\n\n--c\nSubject: none\n",
    };
    put(out, FROM_TO "Subject: names\nContent-Type: multipart/mixed; boundary=c\n\n");
    for (size_t i = 0; i < LJ_COUNT_OF(fields); i++) {
        put(out, "--c\n");
        put(out, fields[i]);
        put(out, "\nx\n");
    }
    put(out, "--c--\n");
}

static void mail_pgp(lj_buf *out)
{
    static const char armor[] = "-----BEGIN PGP MESSAGE-----\n"
                                "Version: 2\n"
                                "\n"
                                "hQEMA0abcdefghijAQf/YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXphYmNkZWZn\n"
                                "=AbCd\n"
                                "-----END PGP MESSAGE-----\n";
    put(out, FROM_TO "Subject: encrypted\n"
                     "Content-Type: multipart/mixed; boundary=c\n"
                     "\n"
                     "--c\n"
                     "Content-Type: multipart/encrypted; boundary=e; "
                     "protocol=\"application/pgp-encrypted\"\n"
                     "\n"
                     "--e\n"
                     "Content-Type: application/pgp-encrypted\n"
                     "\n"
                     "Version: 1\n"
                     "\n"
                     "--e\n"
                     "Content-Type: application/octet-stream; name=\"encrypted.asc\"\n"
                     "\n");
    put(out, armor);
    put(out, "--e--\n"
             "--c\n"
             "Content-Type: text/plain\n"
             "\n"
             "before\n");
    put(out, armor);
    put(out, "after\n"
             "-----BEGIN PGP MESSAGE-----\n"
             "\n"
             "this is no armor\n"
             "--c\n"
             "Content-Type: multipart/encrypted; boundary=f\n"
             "\n"
             "--f\n"
             "Content-Type: application/octet-stream; name=\"plain.txt\"\n"
             "\n"
             "a plain file that says it is encrypted\n"
             "--f--\n"
             "--c--\n");
}

static void mail_smime_locked(lj_buf *out)
{
    lj_buf cms;
    lj_buf_init(&cms, NULL, 1 << 16);
    mail_build_cms(&cms, 3, LJ_BYTES("locked"), 0);
    put(out, FROM_TO "Subject: S/MIME\n"
                     "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; "
                     "name=\"smime.p7m\"\n"
                     "Content-Transfer-Encoding: base64\n"
                     "\n");
    mail_build_base64(out, lj_buf_slice(&cms));
    lj_buf_done(&cms);
}

static void mail_smime_signed(lj_buf *out)
{
    static const char entity[] = "Content-Type: text/plain; charset=utf-8\r\n"
                                 "Content-Transfer-Encoding: base64\r\n"
                                 "\r\n"
                                 "5LiL5ZGo5LiA5aSn5omr6ZmkCg==\r\n";
    lj_buf cms;
    lj_buf_init(&cms, NULL, 1 << 16);
    put(out, FROM_TO "Subject: signed\n"
                     "Content-Type: multipart/mixed; boundary=c\n");
    for (size_t piece = 0; piece <= 20; piece += 20) {
        lj_buf_clear(&cms);
        mail_build_cms(&cms, 2, lj_cstr_bytes(entity), piece);
        put(out, "\n--c\n"
                 "Content-Type: application/pkcs7-mime; smime-type=signed-data\n"
                 "Content-Transfer-Encoding: base64\n"
                 "\n");
        mail_build_base64(out, lj_buf_slice(&cms));
    }
    lj_buf_clear(&cms);
    mail_build_cms(&cms, 5, LJ_BYTES("digested"), 0);
    put(out, "--c\n"
             "Content-Type: application/pkcs7-mime\n"
             "Content-Transfer-Encoding: base64\n"
             "\n");
    mail_build_base64(out, lj_buf_slice(&cms));
    put(out, "--c--\n");
    lj_buf_done(&cms);
}

static void mail_emlx(lj_buf *out)
{
    lj_buf message;
    lj_buf_init(&message, NULL, 1 << 16);
    lj_buf_put_cstr(&message, FROM_TO "Subject: kept by Apple\n\nthe message\n");
    lj_buf_put_dec(out, message.len);
    lj_buf_put_cstr(out, "\n");
    lj_buf_put(out, lj_buf_slice(&message));
    lj_buf_put_cstr(out, "<?xml version=\"1.0\"?><plist><dict><key>subject</key>"
                         "<string>what the program noted</string></dict></plist>\n");
    lj_buf_done(&message);
}

/* ---- mht ---- */

#define GIF "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7\n"

static void mht_plain(lj_buf *out)
{
    put(out, "From: <Saved by Blink>\n"
             "Snapshot-Content-Location: http://example.org/%E9%A3%9F%E5%A0%82.html\n"
             "Subject: =?utf-8?Q?=E9=A3=9F=E5=A0=82=E9=80=9A=E7=9F=A5?=\n"
             "Date: Mon, 06 May 2024 09:00:00 +0800\n"
             "MIME-Version: 1.0\n"
             "Content-Type: multipart/related; type=\"text/html\"; boundary=\"----M--\"\n"
             "\n"
             "\n"
             "------M--\n"
             "Content-Type: text/html\n"
             "Content-ID: <frame-1@mhtml.blink>\n"
             "Content-Transfer-Encoding: quoted-printable\n"
             "Content-Location: http://example.org/page/canteen.html\n"
             "\n"
             "<!DOCTYPE html><html><head><title>=E9=A3=9F=E5=A0=82</title></head><body>\n"
             "<p>=E5=8D=88=E9=A5=AD=E6=8F=90=E5=89=8D=E4=B8=80=E5=88=BB=E9=92=9F=E3=80=82</p>\n"
             "<img src=3D\"http://example.org/page/dot.gif\"></body></html>\n"
             "------M--\n"
             "Content-Type: text/css\n"
             "Content-Transfer-Encoding: quoted-printable\n"
             "Content-Location: cid:css-1@mhtml.blink\n"
             "\n"
             "p { color: red; }\n"
             "------M--\n"
             "Content-Type: image/gif\n"
             "Content-Transfer-Encoding: base64\n"
             "Content-Location: http://example.org/page/dot.gif\n"
             "\n" GIF "\n"
             "------M----\n");
}

/* As an office program writes it: few fields, words before the first part, the page not first. */
static void mht_office(lj_buf *out)
{
    put(out, "MIME-Version: 1.0\n"
             "Content-Type: multipart/related; boundary=\"----=_NextPart_01\"\n"
             "\n"
             "此文档为“单个文件网页”，也称为“Web 档案”文件。\n"
             "\n"
             "------=_NextPart_01\n"
             "Content-Location: file:///C:/A1/notice.files/item.xml\n"
             "Content-Transfer-Encoding: quoted-printable\n"
             "Content-Type: text/xml\n"
             "\n"
             "<?xml version=3D\"1.0\"?><b>an item</b>\n"
             "------=_NextPart_01\n"
             "Content-Location: file:///C:/A1/notice.htm\n"
             "Content-Transfer-Encoding: base64\n"
             "Content-Type: text/html; charset=\"gb2312\"\n"
             "\n");
    mail_build_base64(out, LJ_BYTES("<html><body><p>" TEXT_GBK "</p></body></html>\r\n"));
    put(out, "------=_NextPart_01--\n");
}

/* ---- mbox ---- */

static void mbox_plain(lj_buf *out)
{
    lj_buf_put_cstr(out, "From office@example.org Mon May  6 09:00:00 2024\n" FROM_TO
                         "Subject: =?utf-8?B?6aOf5aCC6YCa55+l?=\n"
                         "Content-Type: text/plain; charset=utf-8\n"
                         "\n"
                         "本周五起食堂午饭提前一刻钟。\n"
                         "\n"
                         "From here on it is text that was not quoted.\n"
                         ">From a line that was\n"
                         "\n"
                         "From duty@example.org Tue May  7 10:30:00 2024\n"
                         "From: duty@example.org\n"
                         "To: all@example.org\n"
                         "Subject: roster 5/7\n"
                         "Date: Tue, 07 May 2024 10:30:00 +0800\n"
                         "Content-Transfer-Encoding: base64\n"
                         "\n"
                         "dGhlIHJvc3RlciBvZiBNYXkK\n"
                         "From poor@example.org Wed May  8 11:00:00 2024\n"
                         "X-Poor: 1\n"
                         "Content-Transfer-Encoding: base64\n"
                         "\n"
                         "dGhlIHBvb3IgbWVzc2FnZQo=\n");
}

/* A body with a separator in it that the stated length covers. */
static void mbox_length(lj_buf *out)
{
    static const char body[] = "a forwarded mailbox:\n"
                               "\n"
                               "From a@example.org Mon May  6 09:00:00 2024\n"
                               "Subject: inside\n"
                               "\n"
                               "still the first message\n";
    lj_buf_put_cstr(out, "From office@example.org Mon May  6 09:00:00 2024\n" FROM_TO
                         "Subject: with a length\nContent-Length: ");
    lj_buf_put_dec(out, sizeof(body) - 1);
    lj_buf_put_cstr(out, "\n\n");
    lj_buf_put_cstr(out, body);
    lj_buf_put_cstr(out, "\nFrom duty@example.org Tue May  7 10:30:00 2024\n" FROM_TO
                         "Subject: with a wrong length\nContent-Length: 7\n\nthe second message\n");
}

/* ---- TNEF ---- */

static void tnef_plain(lj_buf *out)
{
    static const char rtf[] =
        "{\\rtf1\\ansi\\ansicpg936\\deff0 {\\fonttbl{\\f0 SimSun;}}\\f0 the body as rich text}";
    tnef_build_props props;
    lj_buf packed;
    lj_buf_init(&packed, NULL, 1 << 16);
    tnef_build_begin(out);
    tnef_build_attribute(out, 1, 0x00089006, LJ_BYTES("\0\0\1\0"));
    tnef_build_attribute(out, 1, 0x00069007, LJ_BYTES("\xA8\3\0\0\0\0\0\0")); /* 936 */
    tnef_build_attribute(out, 1, 0x00078008, LJ_BYTES("IPM.Microsoft Mail.Note\0"));
    tnef_build_attribute(out, 1, 0x00018004, LJ_BYTES(TITLE_GBK "\0"));
    tnef_build_attribute(out, 1, 0x0002800C, LJ_BYTES(TEXT_GBK "\r\nsecond line\r\n\0"));
    tnef_build_props_init(&props);
    tnef_build_prop_number(&props, 0x00170003, 1);
    tnef_build_prop_wide(&props, 0x0070, "食堂通知");
    tnef_build_prop_wide(&props, 0x0E04, "全体人员");
    tnef_build_prop_named(&props, "Keywords", "后勤");
    tnef_build_rtf(&packed, lj_cstr_bytes(rtf));
    tnef_build_prop(&props, 0x10090102, lj_buf_slice(&packed));
    tnef_build_props_end(out, 1, 0x00069003, &props);
    tnef_build_props_done(&props);

    tnef_build_attribute(out, 2, 0x00069002, LJ_BYTES("\1\0\0\0\0\0\0\0\0\0\0\0\0\0"));
    tnef_build_attribute(out, 2, 0x00018010, LJ_BYTES("CANTEE~1.TXT\0"));
    tnef_build_attribute(out, 2, 0x0006800F, LJ_BYTES("附件：值班表。\n"));
    tnef_build_props_init(&props);
    tnef_build_prop(&props, 0x3707001E, LJ_BYTES("\xCA\xB3\xCC\xC3\xD6\xB5\xB0\xE0.txt\0"));
    tnef_build_props_end(out, 2, 0x00069005, &props);
    tnef_build_props_done(&props);

    /* a message inside: its data is an object among the properties */
    lj_buf inner;
    lj_buf_init(&inner, NULL, 1 << 16);
    lj_buf_put(&inner, LJ_BYTES("\7\3\2\0\0\0\0\0\xC0\0\0\0\0\0\0\x46"));
    tnef_build_begin(&inner);
    tnef_build_attribute(&inner, 1, 0x00018004, LJ_BYTES("the message inside\0"));
    tnef_build_attribute(out, 2, 0x00069002, LJ_BYTES("\2\0\0\0\0\0\0\0\0\0\0\0\0\0"));
    tnef_build_props_init(&props);
    tnef_build_prop(&props, 0x3701000D, lj_buf_slice(&inner));
    tnef_build_prop_wide(&props, 0x3001, "inner message");
    tnef_build_props_end(out, 2, 0x00069005, &props);
    tnef_build_props_done(&props);
    lj_buf_done(&inner);
    lj_buf_done(&packed);
}

/* The examples of [MS-OXRTFCP] 3.2, one with a wrong checksum, HTML beside them. */
static void tnef_bodies(lj_buf *out)
{
    static const uint8_t hello[] = {0x2D, 0x00, 0x00, 0x00, 0x2B, 0x00, 0x00, 0x00, 0x4C, 0x5A,
                                    0x46, 0x75, 0xF1, 0xC5, 0xC7, 0xA7, 0x03, 0x00, 0x0A, 0x00,
                                    0x72, 0x63, 0x70, 0x67, 0x31, 0x32, 0x35, 0x42, 0x32, 0x0A,
                                    0xF3, 0x20, 0x68, 0x65, 0x6C, 0x09, 0x00, 0x20, 0x62, 0x77,
                                    0x05, 0xB0, 0x6C, 0x64, 0x7D, 0x0A, 0x80, 0x0F, 0xA0};
    static const uint8_t repeats[] = {0x1A, 0x00, 0x00, 0x00, 0x1C, 0x00, 0x00, 0x00, 0x4C, 0x5A,
                                      0x46, 0x75, 0xE2, 0xD4, 0x4B, 0x51, 0x41, 0x00, 0x04, 0x20,
                                      0x57, 0x58, 0x59, 0x5A, 0x0D, 0x6E, 0x7D, 0x01, 0x0E, 0xB0};
    static const char plain[] = "\x25\0\0\0\x19\0\0\0MELA\0\0\0\0{\\rtf1 kept as it is ...}";
    uint8_t wrong[sizeof(repeats)];
    memcpy(wrong, repeats, sizeof(repeats));
    wrong[12] ^= 1;
    tnef_build_props props;
    tnef_build_begin(out);
    tnef_build_props_init(&props);
    tnef_build_prop(&props, 0x10090102, lj_slice_of(hello, sizeof(hello)));
    tnef_build_prop(&props, 0x10090102, lj_slice_of(repeats, sizeof(repeats)));
    tnef_build_prop(&props, 0x10090102, lj_slice_of(plain, sizeof(plain) - 1));
    tnef_build_prop(&props, 0x10090102, lj_slice_of(wrong, sizeof(wrong)));
    tnef_build_prop(&props, 0x10130102, LJ_BYTES("<html><body>HTML of it</body></html>"));
    tnef_build_props_end(out, 1, 0x00069003, &props);
    tnef_build_props_done(&props);
}

/* ---- seeds ---- */

/* More levels than are taken apart. */
static void seed_levels(lj_buf *out)
{
    lj_buf_put_cstr(out, "From: a@b\nTo: c@d\nMessage-ID: <1@b>\n");
    for (int i = 0; i < 70; i++) {
        lj_buf_put_cstr(out, "Content-Type: multipart/mixed; boundary=b");
        lj_buf_put_dec(out, (uint64_t)i);
        lj_buf_put_cstr(out, "\n\n--b");
        lj_buf_put_dec(out, (uint64_t)i);
        lj_buf_put_cstr(out, "\n");
    }
    lj_buf_put_cstr(out, "\ntext\n");
}

/* More segments of a name than are put together, and in the wrong order. */
static void seed_segments(lj_buf *out)
{
    lj_buf_put_cstr(out, "From: a@b\nTo: c@d\nMessage-ID: <1@b>\nContent-Disposition: attachment");
    for (int i = 140; i >= 0; i--) {
        lj_buf_put_cstr(out, ";\n filename*");
        lj_buf_put_dec(out, (uint64_t)i);
        lj_buf_put_cstr(out, i % 2 == 0 ? "*=%41" : "=\"b\"");
    }
    lj_buf_put_cstr(out, "\n\ntext\n");
}

/* More regions than one batch of the scan. */
static void seed_parts(lj_buf *out)
{
    lj_buf_put_cstr(out, "From: a@b\nTo: c@d\nContent-Type: multipart/mixed; boundary=b\n\n");
    for (int i = 0; i < 1100; i++) {
        lj_buf_put_cstr(out, "--b\n\nx\n");
    }
    lj_buf_put_cstr(out, "--b--\n");
}

static void seed_messages(lj_buf *out)
{
    for (int i = 0; i < 1100; i++) {
        lj_buf_put_cstr(out, "From a\nFrom: a@b\nTo: c@d\nMessage-ID: <1@b>\n\nx\n\n");
    }
}

static void seed_ring(lj_buf *out)
{
    lj_buf rtf;
    tnef_build_props props;
    lj_buf text;
    lj_buf_init(&rtf, NULL, 1 << 16);
    lj_buf_init(&text, NULL, 1 << 16);
    lj_buf_put_cstr(&text, "{\\rtf1 ");
    for (int i = 0; i < 1100; i++) {
        lj_buf_put_dec(&text, (uint64_t)i * 7);
    }
    tnef_build_rtf(&rtf, lj_buf_slice(&text));
    tnef_build_begin(out);
    tnef_build_props_init(&props);
    tnef_build_prop(&props, 0x10090102, lj_buf_slice(&rtf));
    tnef_build_props_end(out, 1, 0x00069003, &props);
    tnef_build_props_done(&props);
    lj_buf_done(&rtf);
    lj_buf_done(&text);
}

/* ---- writing ---- */

typedef struct sample {
    const char *path;
    void (*make)(lj_buf *out);
    size_t eighths; /* of the bytes that are kept */
} sample;

static const sample samples[] = {
    {"mail/plain.eml",            mail_plain,        8},
    {"mail/plain.truncated.eml",  mail_plain,        5},
    {"mail/charsets.eml",         mail_charsets,     8},
    {"mail/boundaries.eml",       mail_boundaries,   8},
    {"mail/coded.eml",            mail_coded,        8},
    {"mail/flowed.eml",           mail_flowed,       8},
    {"mail/nested.eml",           mail_nested,       8},
    {"mail/names.eml",            mail_names,        8},
    {"mail/encrypted-pgp.eml",    mail_pgp,          8},
    {"mail/encrypted-smime.eml",  mail_smime_locked, 8},
    {"mail/signed.eml",           mail_smime_signed, 8},
    {"mail/apple.emlx",           mail_emlx,         8},
    {"mht/plain.mht",             mht_plain,         8},
    {"mht/plain.truncated.mht",   mht_plain,         5},
    {"mht/office.mht",            mht_office,        8},
    {"mbox/plain.mbox",           mbox_plain,        8},
    {"mbox/plain.truncated.mbox", mbox_plain,        5},
    {"mbox/length.mbox",          mbox_length,       8},
    {"tnef/plain.tnef",           tnef_plain,        8},
    {"tnef/plain.truncated.tnef", tnef_plain,        5},
    {"tnef/bodies.tnef",          tnef_bodies,       8},
};

static const sample seeds[] = {
    {"mail/levels",   seed_levels,       8},
    {"mail/segments", seed_segments,     8},
    {"mail/parts",    seed_parts,        8},
    {"mail/signed",   mail_smime_signed, 8},
    {"mail/coded",    mail_coded,        8},
    {"mht/plain",     mht_plain,         8},
    {"mht/office",    mht_office,        8},
    {"mbox/messages", seed_messages,     8},
    {"mbox/plain",    mbox_plain,        8},
    {"tnef/plain",    tnef_plain,        8},
    {"tnef/bodies",   tnef_bodies,       8},
    {"tnef/ring",     seed_ring,         8},
};

static bool write_file(const char *folder, const char *path, lj_slice bytes)
{
    char name[4096];
    int len = snprintf(name, sizeof(name), "%s/%s", folder, path);
    FILE *file = len > 0 && (size_t)len < sizeof(name) ? fopen(name, "wb") : NULL;
    bool fits = file != NULL && fwrite(bytes.ptr, 1, bytes.len, file) == bytes.len;
    fits = (file == NULL || fclose(file) == 0) && fits;
    if (!fits) {
        (void)fprintf(stderr, "mail_samples: cannot write %s\n", path);
    }
    return fits;
}

int main(int argc, char **argv)
{
    bool wants_seeds = argc == 3 && strcmp(argv[1], "--seeds") == 0;
    if (argc != 2 && !wants_seeds) {
        (void)fprintf(stderr, "usage: mail_samples [--seeds] DIR\n");
        return 64;
    }
    const sample *rows = wants_seeds ? seeds : samples;
    size_t count = wants_seeds ? LJ_COUNT_OF(seeds) : LJ_COUNT_OF(samples);
    bool fits = true;
    for (size_t i = 0; i < count && fits; i++) {
        lj_buf out;
        lj_buf_init(&out, NULL, 1 << 24);
        rows[i].make(&out);
        lj_slice bytes = lj_buf_slice(&out);
        bytes.len = rows[i].eighths == 8 ? bytes.len : bytes.len / 8 * rows[i].eighths;
        fits = write_file(argv[argc - 1], rows[i].path, bytes);
        lj_buf_done(&out);
    }
    return fits ? 0 : 1;
}
