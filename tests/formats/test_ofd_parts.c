/* SPDX-License-Identifier: AGPL-3.0-or-later
 * OFD: the parts of a package beside its pages - properties, annotations, attachments, tags, seals,
 * versions, encryption - and packages that are broken. Lines are those of formats/span_dump.h. */
#include "../check.h"
#include "base/num.h"
#include "collect.h"
#include "ofd_build.h"
#include "spot.h"

static const ofd_build plain = {.pages = 1};

static void begin(zip_build *zip, const ofd_build *parts)
{
    zip_build_init(zip);
    ofd_begin(zip, parts);
    ofd_page(zip, 0, OFD_CONTENT(OFD_LINE("30", "40", "正文在此")));
}

static void end_and_run(zip_build *zip, collect *seen)
{
    collect_init(seen);
    collect_run(seen, zip_build_end(zip, LJ_BYTES(""), false));
    zip_build_done(zip);
    CHECK_HAS(seen, "doc ofd root");
}

/* A good package: nothing missing, no gap. */
static void check_good(const collect *seen)
{
    CHECK_HAS(seen, "'正文在此'");
    assert_int_equal(seen->gap_count, 0);
    assert_int_equal(seen->examined, seen->size);
    CHECK_HAS_NOT(seen, "swept");
}

/* ---- OFD.xml and Document.xml ---- */

static void test_ofd__tells_properties(void **state)
{
    (void)state;
    zip_build zip;
    collect seen;
    begin(&zip,
          &(ofd_build){
              .pages = 1,
              .info = "<ofd:Title>关于食堂开饭时间的通知</ofd:Title><ofd:Author>测试员</ofd:Author>"
                      "<ofd:Subject>食堂</ofd:Subject><ofd:Abstract>开饭</ofd:Abstract>"
                      "<ofd:Keywords><ofd:Keyword>午饭</ofd:Keyword></ofd:Keywords>"
                      "<ofd:CustomDatas><ofd:CustomData Name=\"密级\">内部</ofd:CustomData>"
                      "</ofd:CustomDatas>",
              .rest =
                  "<ofd:Outlines><ofd:OutlineElem Title=\"第一章\"><ofd:OutlineElem "
                  "Title=\"第一节\"/></ofd:OutlineElem></ofd:Outlines><ofd:Bookmarks>"
                  "<ofd:Bookmark Name=\"书签一\"/></ofd:Bookmarks><ofd:Permissions><ofd:Watermark>"
                  "false</ofd:Watermark></ofd:Permissions><ofd:Actions><ofd:Action "
                  "Event=\"DO\"><ofd:URI URI=\"http://example.com/\"/></ofd:Action></ofd:Actions>"
                  "<ofd:VPreferences><ofd:TabDisplay>DocTitle 标题</ofd:TabDisplay>"
                  "</ofd:VPreferences>"});
    end_and_run(&zip, &seen);
    CHECK_HAS(&seen, "metadata part=OFD.xml hidden:not_printed 'Title':'关于食堂开饭时间的通知'");
    CHECK_HAS(&seen, "'Author':'测试员'");
    CHECK_HAS(&seen, "'Subject':'食堂'");
    CHECK_HAS(&seen, "'Abstract':'开饭'");
    CHECK_HAS(&seen, "'Keyword':'午饭'");
    CHECK_HAS(&seen, "metadata part=OFD.xml hidden:not_printed '密级':'内部'");
    CHECK_HAS(&seen, "'Name':'密级'");
    CHECK_HAS(&seen, "bookmark part=Doc_0/Document.xml hidden:not_printed 'Title':'第一章'");
    CHECK_HAS(&seen, "'第一节'");
    CHECK_HAS(&seen, "'Name':'书签一'");
    CHECK_HAS(&seen, "link part=Doc_0/Document.xml hidden:not_printed 'URI':'http://example.com/'");
    CHECK_HAS(&seen, "'TabDisplay':'DocTitle 标题'");
    check_good(&seen);
    collect_done(&seen);
}

/* All documents of a package; the second one has its pages in front of its common data. */
static void test_ofd__reads_all_documents(void **state)
{
    (void)state;
    zip_build zip;
    collect seen;
    begin(&zip,
          &(ofd_build){.pages = 1,
                       .bodies = "</ofd:DocBody><ofd:DocBody><ofd:DocInfo/><ofd:DocRoot>/Doc_1/"
                                 "Document.xml</ofd:DocRoot>"});
    ofd_part(&zip, "Doc_1/Document.xml", "Document",
             "<ofd:Pages><ofd:Page ID=\"1\" BaseLoc=\"P.xml\"/></ofd:Pages><ofd:CommonData>"
             "<ofd:PageArea><ofd:PhysicalBox>0 0 100 100</ofd:PhysicalBox></ofd:PageArea>"
             "</ofd:CommonData>");
    ofd_part(&zip, "Doc_1/P.xml", "Page",
             OFD_CONTENT(OFD_LINE("20", "20", "第二个文档") OFD_LINE("120", "20", "页外")));
    end_and_run(&zip, &seen);
    CHECK_HAS(&seen, "body part=Doc_1/P.xml page=1");
    CHECK_HAS(&seen, "'第二个文档'");
    CHECK_HAS(&seen, "hidden:off_page} '页外'");
    check_good(&seen);
    collect_done(&seen);
}

/* ---- locations ---- */

static void test_ofd__follows_locations_as_people_write_them(void **state)
{
    (void)state;
    static const struct {
        const char *loc;
        const char *name;
        bool is_found;
    } rows[] = {
        {"Extra/x.xml",                "Doc_0/Extra/x.xml",   true },
        {"/Doc_0/Extra/x.xml",         "Doc_0/Extra/x.xml",   true },
        {"\\Doc_0\\Extra\\x.xml",      "Doc_0/Extra/x.xml",   true },
        {"Extra\\x.xml",               "Doc_0\\Extra\\x.xml", true },
        {"./Extra/./x.xml",            "Doc_0/Extra/x.xml",   true },
        {"../Doc_0/Extra/x.xml",       "Doc_0/Extra/x.xml",   true },
        {"Other/../Extra/x.xml",       "Doc_0/Extra/x.xml",   true },
        {"extra/X.XML",                "Doc_0/Extra/x.xml",   true },
        {"Doc_0/Extra/x.xml",          "Doc_0/Extra/x.xml",   true }, /* meant from the root */
        {" Extra/x.xml\n",             "Doc_0/Extra/x.xml",   true },
        {"Extra/%E4%B8%80.xml",        "Doc_0/Extra/一.xml", true },
        {"../../../Doc_0/Extra/x.xml", "Doc_0/Extra/x.xml",   true },
        {"Extra/y.xml",                "Doc_0/Extra/x.xml",   false},
        {"",                           "Doc_0/Extra/x.xml",   false},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        zip_build zip;
        collect seen;
        char rest[256];
        (void)snprintf(rest, sizeof(rest), "<ofd:Extensions>%s</ofd:Extensions>", rows[i].loc);
        begin(&zip, &(ofd_build){.pages = 1, .rest = rest});
        ofd_part(&zip, rows[i].name, "Extensions",
                 "<ofd:Property Name=\"p\">扩展属性</ofd:Property>");
        end_and_run(&zip, &seen);
        print_message("row: %s\n", rows[i].loc);
        CHECK_HAS(&seen, "'Property':'扩展属性'");
        assert_int_equal(collect_has(&seen, "hidden:unreachable"), !rows[i].is_found);
        assert_int_equal(seen.gap_count, 0);
        collect_done(&seen);
    }
}

static void test_ofd__reads_any_encoding(void **state)
{
    (void)state;
    zip_build zip;
    collect seen;
    lj_buf page;
    zip_build_init(&zip);
    ofd_begin(&zip, &(ofd_build){.pages = 2});
    spot_init(&page);
    spot_put(&page, "GBK",
             "<?xml version=\"1.0\" encoding=\"GBK\"?><ofd:Page>" OFD_CONTENT(
                 OFD_LINE("30", "40", "国标编码的一页")) "</ofd:Page>");
    zip_build_data(&zip, "Doc_0/Pages/Page_0/Content.xml", lj_buf_slice(&page));
    lj_buf_clear(&page);
    lj_buf_put_cstr(&page, "\xEF\xBB\xBF<?xml version=\"1.0\"?><Page><Content><Layer>"
                           "<TextObject Boundary=\"30 40 90 9\" Size=\"4\"><TextCode X=\"0\" "
                           "Y=\"4\">有标记无前缀</TextCode></TextObject></Layer></Content></Page>");
    zip_build_data(&zip, "Doc_0/Pages/Page_1/Content.xml", lj_buf_slice(&page));
    end_and_run(&zip, &seen);
    CHECK_HAS(&seen, "'国标编码的一页'");
    CHECK_HAS(&seen, "page=2");
    CHECK_HAS(&seen, "'有标记无前缀'");
    assert_int_equal(seen.gap_count, 0);
    lj_buf_done(&page);
    collect_done(&seen);
}

/* Resources of a page alone: the black face is known. */
static void test_ofd__knows_resources_of_a_page(void **state)
{
    (void)state;
    zip_build zip;
    collect seen;
    zip_build_init(&zip);
    ofd_begin(&zip, &plain);
    ofd_part(&zip, "Doc_0/PageRes.xml", "Res",
             "<ofd:Fonts><ofd:Font ID=\"77\" FontName=\"SimHei\"/></ofd:Fonts>");
    ofd_page(&zip, 0,
             "<ofd:PageRes>/Doc_0/PageRes.xml</ofd:PageRes>" OFD_CONTENT(OFD_TEXT(
                 "30 40 90 9", "Font=\"77\" Size=\"4\"", OFD_CODE("0", "4", "4 4 4", "正文在此"))));
    end_and_run(&zip, &seen);
    CHECK_HAS(&seen, "hei} '正文在此'");
    assert_int_equal(collect_count(&seen, "'正文在此'"), 1);
    check_good(&seen);
    collect_done(&seen);
}

/* ---- annotations ---- */

#define ANNOTS                                                                                     \
    (&(ofd_build){.pages = 1, .rest = "<ofd:Annotations>Annots/Annotations.xml</ofd:Annotations>"})

static void put_annots(zip_build *zip, const char *annots)
{
    begin(zip, ANNOTS);
    ofd_part(zip, "Doc_0/Annots/Annotations.xml", "Annotations",
             "<ofd:Page PageID=\"100\"><ofd:FileLoc>Page_0/A.xml</ofd:FileLoc></ofd:Page>");
    ofd_part(zip, "Doc_0/Annots/Page_0/A.xml", "PageAnnot", annots);
}

static void test_ofd__reads_annotations(void **state)
{
    (void)state;
    zip_build zip;
    collect seen;
    put_annots(
        &zip, "<ofd:Annot Type=\"Watermark\" Creator=\"甲\" LastModDate=\"2024-05-06\"><ofd:Remark>"
              "备注文字</ofd:Remark><ofd:Parameters><ofd:Parameter Name=\"等级\">三级</"
              "ofd:Parameter></ofd:Parameters><ofd:Appearance Boundary=\"10 100 190 20\">" OFD_LINE(
                  "10", "5", "水印文字") "</ofd:Appearance></ofd:Annot>"
                                         "<ofd:Annot Type=\"Stamp\" Visible=\"false\">"
                                         "<ofd:Appearance Boundary=\"10 150 100 20\">" OFD_LINE(
                                             "0", "5",
                                             "图章文字") "</ofd:Appearance></ofd:Annot><ofd:Annot "
                                                         "Type=\"Link\"><ofd:Appearance "
                                                         "Boundary=\"0 0 9 "
                                                         "9\"/></ofd:Annot>");
    end_and_run(&zip, &seen);
    CHECK_HAS(&seen, "comment part=Doc_0/Annots/Page_0/A.xml page=1");
    CHECK_HAS(&seen, "'Watermark':'备注文字'");
    CHECK_HAS(&seen, "'等级':'三级'");
    CHECK_HAS(&seen, "watermark part=Doc_0/Annots/Page_0/A.xml page=1 left=5669 top=29899");
    CHECK_HAS(&seen, "'Watermark':'水印文字'");
    CHECK_HAS(&seen, "textbox part=Doc_0/Annots/Page_0/A.xml page=1");
    CHECK_HAS(&seen, "hidden:vanish {0+12 size=1134 fg=0 bg=16777215} 'Stamp':'图章文字'");
    CHECK_HAS_NOT(&seen, "hidden:vanish {0+12 size=1134 fg=0 bg=16777215} 'Watermark'");
    check_good(&seen);
    collect_done(&seen);
}

/* ---- attachments ---- */

static void test_ofd__hands_attachments_on(void **state)
{
    (void)state;
    zip_build zip;
    collect seen;
    begin(&zip, &(ofd_build){.pages = 1,
                             .rest = "<ofd:Attachments>Attachs/Attachments.xml</ofd:Attachments>"});
    ofd_part(&zip, "Doc_0/Attachs/Attachments.xml", "Attachments",
             "<ofd:Attachment ID=\"1\" Name=\"可见附件\" Format=\"txt\"><ofd:FileLoc>a.txt</ofd:"
             "FileLoc></ofd:Attachment><ofd:Attachment ID=\"2\" Name=\"隐藏附件.txt\" "
             "Visible=\"false\"><ofd:FileLoc>b.txt</ofd:FileLoc></ofd:Attachment><ofd:Attachment "
             "ID=\"3\" Name=\"丢失附件\"><ofd:FileLoc>c.txt</ofd:FileLoc></ofd:Attachment>");
    zip_build_text(&zip, "Doc_0/Attachs/a.txt", "看得见的附件内容\n");
    zip_build_text(&zip, "Doc_0/Attachs/b.txt", "看不见的附件内容\n");
    end_and_run(&zip, &seen);
    CHECK_HAS(&seen, "doc text attached '可见附件.txt'");
    CHECK_HAS(&seen, "doc text attached '隐藏附件.txt'");
    CHECK_HAS(&seen, "hidden:vanish '看不见的附件内容");
    CHECK_HAS_NOT(&seen, "hidden:vanish '看得见的附件内容");
    CHECK_HAS(&seen, "'FileLoc':'丢失附件'");
    check_good(&seen);
    collect_done(&seen);
}

/* ---- custom tags ---- */

#define TAGS                                                                                       \
    (&(ofd_build){.pages = 1, .rest = "<ofd:CustomTags>Tags/CustomTags.xml</ofd:CustomTags>"})

static void test_ofd__names_values_by_their_tags(void **state)
{
    (void)state;
    zip_build zip;
    collect seen;
    zip_build_init(&zip);
    ofd_begin(&zip, TAGS);
    ofd_page(&zip, 0,
             OFD_CONTENT(OFD_TEXT("30 40 90 6", "ID=\"59\" Font=\"1\" Size=\"4\"",
                                  OFD_CODE("0", "4", "4", "内部"))
                             OFD_TEXT("38 40 90 6", "ID=\"60\" Font=\"1\" Size=\"4\"",
                                      OFD_CODE("0", "4", "4", "资料"))
                                 OFD_TEXT("30 80 90 6", "ID=\"61\" Font=\"1\" Size=\"4\"",
                                          OFD_CODE("0", "4", "4", "无关"))));
    ofd_part(&zip, "Doc_0/Tags/CustomTags.xml", "CustomTags",
             "<ofd:CustomTag TypeID=\"公文\"><ofd:FileLoc>T.xml</ofd:FileLoc></ofd:CustomTag>");
    ofd_part(
        &zip, "Doc_0/Tags/T.xml", "公文",
        "<版头><密级和保密期限><ofd:ObjectRef PageRef=\"100\">59</ofd:ObjectRef><ofd:ObjectRef "
        "PageRef=\"100\">60</ofd:ObjectRef></密级和保密期限><份号>000123</份号><空/><ofd:ObjectRef "
        "PageRef=\"100\">999</ofd:ObjectRef></版头>");
    end_and_run(&zip, &seen);
    CHECK_HAS(&seen, "attribute part=Doc_0/Tags/T.xml page=1 '密级和保密期限':'内部资料'");
    CHECK_HAS(&seen, "attribute part=Doc_0/Tags/T.xml hidden:not_printed '份号':'000123'");
    CHECK_HAS(&seen, "'TypeID':'公文'");
    assert_int_equal(collect_count(&seen, "无关"), 1);
    assert_int_equal(collect_count(&seen, "'内部资料'"), 2); /* on the page and by its name */
    assert_int_equal(seen.gap_count, 0);
    collect_done(&seen);
}

static void test_ofd__keeps_references_to_the_limit(void **state)
{
    (void)state;
    for (unsigned count = 4095; count <= 4097; count++) { /* OFD_REFS */
        zip_build zip;
        collect seen;
        lj_buf tags;
        lj_buf objects;
        lj_buf_init(&tags, NULL, 8 << 20);
        lj_buf_init(&objects, NULL, 8 << 20);
        lj_buf_put_cstr(&objects, "<ofd:Content><ofd:Layer>");
        for (unsigned i = 0; i < count; i++) {
            lj_buf_put_cstr(&tags, "<项><ofd:ObjectRef PageRef=\"100\">");
            lj_buf_put_dec(&tags, 10000 + i);
            lj_buf_put_cstr(&tags, "</ofd:ObjectRef></项>");
            lj_buf_put_cstr(&objects, "<ofd:TextObject Boundary=\"0 0 9 9\" Size=\"4\" ID=\"");
            lj_buf_put_dec(&objects, 10000 + i);
            lj_buf_put_cstr(&objects, "\"><ofd:TextCode X=\"0\" Y=\"4\">值</ofd:TextCode>"
                                      "</ofd:TextObject>");
        }
        lj_buf_put_cstr(&objects, "</ofd:Layer></ofd:Content>");
        lj_buf_put_u8(&tags, '\0');
        lj_buf_put_u8(&objects, '\0');
        zip_build_init(&zip);
        ofd_begin(&zip, TAGS);
        ofd_page(&zip, 0, (const char *)objects.ptr);
        ofd_part(&zip, "Doc_0/Tags/CustomTags.xml", "CustomTags",
                 "<ofd:CustomTag><ofd:FileLoc>T.xml</ofd:FileLoc></ofd:CustomTag>");
        ofd_part(&zip, "Doc_0/Tags/T.xml", "tags", (const char *)tags.ptr);
        end_and_run(&zip, &seen);
        assert_int_equal(collect_count(&seen, "'项':'值'"), count < 4096 ? count : 4096);
        assert_int_equal(seen.gap_count, 0);
        lj_buf_done(&tags);
        lj_buf_done(&objects);
        collect_done(&seen);
    }
}

/* ---- signatures ---- */

/* A value of DER around bytes, in front of which it is written; short and long lengths. */
static void der_put(lj_buf *out, uint8_t tag, lj_slice value)
{
    lj_buf_put_u8(out, tag);
    if (value.len < 0x80) {
        lj_buf_put_u8(out, (uint8_t)value.len);
    } else {
        lj_buf_put_u8(out, 0x82);
        lj_buf_put_u8(out, (uint8_t)(value.len >> 8));
        lj_buf_put_u8(out, (uint8_t)value.len);
    }
    lj_buf_put(out, value);
}

static const uint8_t tiny_png[] = {0x89, 'P', 'N', 'G', 0x0D, 0x0A, 0x1A, 0x0A, 0,    0, 0, 13,
                                   'I',  'H', 'D', 'R', 0,    0,    0,    1,    0,    0, 0, 1,
                                   8,    0,   0,   0,   0,    0x3A, 0x7E, 0x9B, 0x55, 0, 0, 0,
                                   0,    'I', 'E', 'N', 'D',  0xAE, 0x42, 0x60, 0x82};

/* A seal: a name in UTF-8, one in UTF-16, octets with DER inside, octets with a picture. */
static void seal_put(lj_buf *out)
{
    lj_buf inner;
    lj_buf nested;
    lj_buf_init(&inner, NULL, 65536);
    lj_buf_init(&nested, NULL, 65536);
    der_put(&inner, 0x0C, LJ_BYTES("示例县测试局公章"));
    der_put(&inner, 0x1E, lj_slice_of("\x6D\x4B\x8B\xD5", 4)); /* 测试 */
    der_put(&inner, 0x02, LJ_BYTES("\x01"));
    der_put(&nested, 0x0C, LJ_BYTES("证书里的名字"));
    lj_buf wrapped;
    lj_buf_init(&wrapped, NULL, 65536);
    der_put(&wrapped, 0x30, lj_buf_slice(&nested));
    der_put(&inner, 0x04, lj_buf_slice(&wrapped));
    der_put(&inner, 0x04, lj_slice_of(tiny_png, sizeof(tiny_png)));
    der_put(&inner, 0x0C, LJ_BYTES("图片后面的名字"));
    der_put(out, 0x30, lj_buf_slice(&inner));
    lj_buf_done(&inner);
    lj_buf_done(&nested);
    lj_buf_done(&wrapped);
}

static void test_ofd__reads_seals(void **state)
{
    (void)state;
    zip_build zip;
    collect seen;
    lj_buf seal;
    lj_buf_init(&seal, NULL, 65536);
    seal_put(&seal);
    begin(&zip,
          &(ofd_build){.pages = 1, .bodies = "<ofd:Signatures>Doc_0/Signs/S.xml</ofd:Signatures>"});
    ofd_part(&zip, "Doc_0/Signs/S.xml", "Signatures",
             "<ofd:Signature ID=\"1\" BaseLoc=\"/Doc_0/Signs/Sign_0/Signature.xml\"/>");
    ofd_part(&zip, "Doc_0/Signs/Sign_0/Signature.xml", "Signature",
             "<ofd:SignedInfo><ofd:Provider Company=\"测试厂商\"/><ofd:References><ofd:Reference "
             "FileRef=\"/Doc_0/Old/Content.xml\"><ofd:CheckValue>afw9LQlHyiFpYgqFX2sBVW==</ofd:"
             "CheckValue></ofd:Reference></ofd:References></ofd:SignedInfo><ofd:SignedValue>"
             "SignedValue.dat</ofd:SignedValue>");
    ofd_part(&zip, "Doc_0/Old/Content.xml", "Page",
             OFD_CONTENT(OFD_LINE("30", "40", "只有签名提到")));
    zip_build_data(&zip, "Doc_0/Signs/Sign_0/SignedValue.dat", lj_buf_slice(&seal));
    end_and_run(&zip, &seen);
    CHECK_HAS(&seen, "metadata part=Doc_0/Signs/Sign_0/SignedValue.dat hidden:not_printed "
                     "'seal':'示例县测试局公章'");
    CHECK_HAS(&seen, "'seal':'测试'");
    CHECK_HAS(&seen, "'seal':'证书里的名字'");
    CHECK_HAS(&seen, "'seal':'图片后面的名字'");
    CHECK_HAS(&seen, "doc png embedded 'seal'");
    CHECK_HAS(&seen, "'Company':'测试厂商'");
    CHECK_HAS_NOT(&seen, "afw9LQ"); /* digests are no words */
    CHECK_HAS(&seen, "hidden:unreachable {0+18 size=1134 fg=0 bg=16777215} '只有签名提到'");
    CHECK_HAS_NOT(&seen, "swept");
    assert_true(collect_has_gap(&seen, GAP_PICTURE, NULL));
    assert_int_equal(seen.gap_count, 1);
    lj_buf_done(&seal);
    collect_done(&seen);
}

/* DER that lies about its lengths, is too deep, or is none: no crash, nothing lost. */
static void test_ofd__survives_bad_seals(void **state)
{
    (void)state;
    lj_buf deep[2];
    lj_buf_init(&deep[0], NULL, 65536);
    lj_buf_init(&deep[1], NULL, 65536);
    der_put(&deep[0], 0x0C, LJ_BYTES("在最里面的名字"));
    for (unsigned i = 0; i < 60; i++) {
        lj_buf_clear(&deep[(i + 1) & 1]);
        der_put(&deep[(i + 1) & 1], 0x30, lj_buf_slice(&deep[i & 1]));
    }
    const lj_slice seals[] = {
        LJ_BYTES("\x30\x84\xFF\xFF\xFF\xFF\x0C\x06\xE5\x8D\xB0\xE7\xAB\xA0 tail tail"),
        LJ_BYTES("\x30\x10\x0C\x7F\xE5\x8D\xB0\xE7\xAB\xA0 tail tail"),
        LJ_BYTES("\x30\x80\x0C\x06\xE5\x8D\xB0\xE7\xAB\xA0\x00\x00 tail tail"),
        LJ_BYTES(
            "\x30\x14\x04\x12\x30\x10\x0C\x0E\xE5\x8D\xB0\xE7\xAB\xA0\xE5\x8D\xB0\xE7\xAB\xA0zz"),
        /* four bytes more than there are, at the very end of the part */
        LJ_BYTES("\x30\x11\x0C\x13\xE5\x8D\xB0\xE7\xAB\xA0\xE5\x8D\xB0\xE7\xAB\xA0\xE5\x8D\xB0"),
        lj_buf_slice(&deep[0]),
    };
    for (size_t i = 0; i < LJ_COUNT_OF(seals); i++) {
        zip_build zip;
        collect seen;
        begin(&zip, &(ofd_build){.pages = 1, .bodies = "<ofd:Seal>Doc_0/Seal.esl</ofd:Seal>"});
        zip_build_data(&zip, "Doc_0/Seal.esl", seals[i]);
        end_and_run(&zip, &seen);
        CHECK_HAS(&seen, "'正文在此'");
        assert_int_equal(seen.examined, seen.size);
        collect_done(&seen);
    }
    lj_buf_done(&deep[0]);
    lj_buf_done(&deep[1]);
}

/* ---- encryption ---- */

static void test_ofd__encrypted_is_a_gap_and_the_rest_is_read(void **state)
{
    (void)state;
    zip_build zip;
    collect seen;
    lj_buf noise;
    lj_buf_init(&noise, NULL, 65536);
    uint64_t seed = 7;
    for (unsigned i = 0; i < 4096; i++) {
        lj_buf_put_u8(&noise, spot_noise(&seed));
    }
    begin(&zip, &plain);
    ofd_part(&zip, "Encryptions.xml", "Encryptions",
             "<ofd:EncryptInfo ID=\"1\"><ofd:Provider Name=\"加密厂商\"/><ofd:EntriesMapLoc>/"
             "entriesmap.dat</ofd:EntriesMapLoc></ofd:EncryptInfo>");
    zip_build_data(&zip, "entriesmap.dat", lj_buf_slice(&noise));
    zip_build_data(&zip, "Doc_0/Pages/Page_1/ContentEncrypt.dat", lj_buf_slice(&noise));
    end_and_run(&zip, &seen);
    assert_true(collect_has_gap(&seen, GAP_ENCRYPTED, "ofd"));
    assert_int_equal(seen.gap_count, 1);
    CHECK_HAS(&seen, "'正文在此'"); /* it may be a decoy */
    CHECK_HAS(&seen, "'加密厂商'");
    assert_int_equal(collect_count(&seen, "doc unknown"), 0);
    lj_buf_done(&noise);
    collect_done(&seen);
}

/* The list of what is protected is no encryption and reaches nothing. */
static void test_ofd__integrity_list_is_no_encryption(void **state)
{
    (void)state;
    zip_build zip;
    collect seen;
    begin(&zip, &plain);
    ofd_part(&zip, "OFDEntries.xml", "DocEntries",
             "<ofd:FileList><ofd:File FileLoc=\"/Doc_0/Stray.xml\"/></ofd:FileList>");
    ofd_part(&zip, "Doc_0/Stray.xml", "Extensions", "<ofd:P>没人提到</ofd:P>");
    end_and_run(&zip, &seen);
    CHECK_HAS(&seen, "hidden:unreachable hidden:not_printed 'P':'没人提到'");
    check_good(&seen);
    collect_done(&seen);
}

/* ---- versions and what nothing leads to ---- */

static void test_ofd__tags_earlier_versions(void **state)
{
    (void)state;
    zip_build zip;
    collect seen;
    begin(&zip,
          &(ofd_build){.pages = 1,
                       .bodies =
                           "<ofd:Versions><ofd:Version ID=\"1\" Index=\"0\" "
                           "BaseLoc=\"Doc_0/Versions/V1.xml\"/><ofd:Version ID=\"2\" Index=\"1\" "
                           "BaseLoc=\"Doc_0/Versions/V2.xml\"/><ofd:Version ID=\"3\" Index=\"2\" "
                           "Current=\"true\" BaseLoc=\"Doc_0/Versions/V3.xml\"/></ofd:Versions>"});
    ofd_part(&zip, "Doc_0/Versions/V1.xml", "DocVersion ID=\"1\"",
             "<ofd:FileList><ofd:File ID=\"1\">/Doc_0/Old1.xml</ofd:File></ofd:FileList>"
             "<ofd:DocRoot>/Doc_0/D1.xml</ofd:DocRoot>");
    ofd_part(&zip, "Doc_0/Versions/V2.xml", "DocVersion ID=\"2\"",
             "<ofd:DocRoot>/Doc_0/D2.xml</ofd:DocRoot>");
    ofd_part(&zip, "Doc_0/Versions/V3.xml", "DocVersion ID=\"3\"",
             "<ofd:Name>现行版</ofd:Name><ofd:DocRoot>/Doc_0/Document.xml</ofd:DocRoot>");
    ofd_part(&zip, "Doc_0/D1.xml", "Document",
             "<ofd:Pages><ofd:Page ID=\"1\" BaseLoc=\"Old1.xml\"/><ofd:Page ID=\"2\" "
             "BaseLoc=\"Pages/Page_0/Content.xml\"/></ofd:Pages>");
    ofd_part(&zip, "Doc_0/D2.xml", "Document",
             "<ofd:Pages><ofd:Page ID=\"1\" BaseLoc=\"Old2.xml\"/></ofd:Pages>");
    ofd_part(&zip, "Doc_0/Old1.xml", "Page", OFD_CONTENT(OFD_LINE("30", "40", "最早的稿子")));
    ofd_part(&zip, "Doc_0/Old2.xml", "Page", OFD_CONTENT(OFD_LINE("30", "40", "第二稿")));
    end_and_run(&zip, &seen);
    CHECK_HAS(&seen, "part=Doc_0/Old1.xml page=1");
    CHECK_HAS(&seen, "hidden:version {0+15 size=1134 fg=0 bg=16777215} '最早的稿子'");
    CHECK_HAS(&seen, "part=Doc_0/Old2.xml page=1");
    CHECK_HAS(&seen, "hidden:version {0+9 size=1134 fg=0 bg=16777215} '第二稿'");
    CHECK_HAS(&seen, "metadata part=Doc_0/Versions/V3.xml hidden:not_printed 'Name':'现行版'");
    CHECK_HAS_NOT(&seen, "unreachable");
    assert_int_equal(collect_count(&seen, "'正文在此'"), 1); /* shared with the first version */
    CHECK_HAS(&seen, "bg=16777215} '正文在此'");
    assert_int_equal(collect_count(&seen, "hidden:version"), 2);
    check_good(&seen);
    collect_done(&seen);
}

static void test_ofd__tags_what_nothing_leads_to(void **state)
{
    (void)state;
    zip_build zip;
    collect seen;
    begin(&zip, &plain);
    ofd_part(&zip, "Doc_9/Document.xml", "Document",
             "<ofd:Pages><ofd:Page ID=\"1\" BaseLoc=\"P.xml\"/></ofd:Pages>");
    ofd_part(&zip, "Doc_9/P.xml", "Page", OFD_CONTENT(OFD_LINE("30", "40", "没有入口的文档")));
    ofd_part(&zip, "Doc_0/Pages/Page_7/Content.xml", "Page",
             OFD_CONTENT(OFD_LINE("30", "40", "没有入口的一页")));
    zip_build_text(&zip, "Doc_0/leftover.txt", "没有入口的文件\n");
    end_and_run(&zip, &seen);
    CHECK_HAS(&seen, "body part=Doc_9/P.xml page=1");
    CHECK_HAS(&seen, "hidden:unreachable {0+21 size=1134 fg=0 bg=16777215} '没有入口的文档'");
    CHECK_HAS(&seen, "hidden:unreachable {0+21 size=1134 fg=0 bg=16777215} '没有入口的一页'");
    CHECK_HAS(&seen, "hidden:unreachable '没有入口的文件");
    check_good(&seen);
    collect_done(&seen);
}

/* ---- broken packages ---- */

static void test_ofd__missing_pages_are_gaps(void **state)
{
    (void)state;
    zip_build zip;
    collect seen;
    begin(&zip, &(ofd_build){.pages = 3});
    ofd_page(&zip, 2, OFD_CONTENT(OFD_LINE("30", "40", "第三页还在")));
    end_and_run(&zip, &seen);
    assert_true(collect_has_gap(&seen, GAP_DAMAGED, "page"));
    assert_int_equal(seen.gap_count, 1);
    CHECK_HAS(&seen, "page=3");
    CHECK_HAS(&seen, "'第三页还在'");
    collect_done(&seen);
}

static void test_ofd__counts_pages_to_the_limit(void **state)
{
    (void)state;
    for (unsigned limit = 2; limit <= 4; limit++) { /* of three pages */
        zip_build zip;
        collect seen;
        zip_build_init(&zip);
        ofd_begin(&zip, &(ofd_build){.pages = 3});
        ofd_page(&zip, 0, OFD_CONTENT(OFD_LINE("30", "40", "第一页")));
        ofd_page(&zip, 1, OFD_CONTENT(OFD_LINE("30", "40", "第二页")));
        ofd_page(&zip, 2, OFD_CONTENT(OFD_LINE("30", "40", "第三页")));
        zip_build_text(&zip, "Doc_0/note.txt", "其余照读\n");
        collect_init(&seen);
        seen.options.limits.value[FORMAT_LIMIT_PDF_PAGES] = limit;
        collect_run(&seen, zip_build_end(&zip, LJ_BYTES(""), false));
        CHECK_HAS(&seen, "'第二页'");
        CHECK_HAS(&seen, "其余照读");
        assert_int_equal(collect_has(&seen, "'第三页'"), limit >= 3);
        assert_int_equal(collect_has_limit(&seen, FORMAT_LIMIT_PDF_PAGES), limit < 3);
        zip_build_done(&zip);
        collect_done(&seen);
    }
}

/* 100,000 pages are claimed, none is there: told, quickly, in bounded memory. */
static void test_ofd__claims_of_pages_cost_nothing(void **state)
{
    (void)state;
    zip_build zip;
    collect seen;
    begin(&zip, &(ofd_build){.pages = 100000});
    end_and_run(&zip, &seen);
    CHECK_HAS(&seen, "'正文在此'");
    assert_true(collect_has_gap(&seen, GAP_DAMAGED, "page"));
    assert_true(collect_has_limit(&seen, FORMAT_LIMIT_PDF_PAGES));
    assert_true(seen.gap_count < 20);
    collect_done(&seen);
}

static void test_ofd__lost_documents_are_gaps(void **state)
{
    (void)state;
    zip_build zip;
    collect seen;
    zip_build_init(&zip);
    ofd_part(&zip, "OFD.xml", "OFD",
             "<ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody>");
    ofd_page(&zip, 0, OFD_CONTENT(OFD_LINE("30", "40", "孤单的一页")));
    end_and_run(&zip, &seen);
    assert_true(collect_has_gap(&seen, GAP_DAMAGED, "document"));
    CHECK_HAS(&seen, "'孤单的一页'");
    collect_done(&seen);
}

/* What should be XML and is none - encrypted by a way of its own - is told, wherever it is. */
static void test_ofd__parts_that_are_no_xml_are_gaps(void **state)
{
    (void)state;
    static const char *const names[] = {"OFD.xml", "Doc_0/Document.xml",
                                        "Doc_0/Pages/Page_0/Content.xml"};
    for (size_t i = 0; i < LJ_COUNT_OF(names); i++) {
        zip_build zip;
        collect seen;
        zip_build_init(&zip);
        zip_build_data(&zip, names[i], LJ_BYTES("\x8F\x12\xA7\x99\xE0\x01\xFE\x33\x75"));
        ofd_begin(&zip, &plain); /* the second of one name is reached by nothing */
        ofd_page(&zip, 0, OFD_CONTENT(OFD_LINE("30", "40", "正文在此")));
        end_and_run(&zip, &seen);
        assert_true(collect_has_gap(&seen, GAP_DAMAGED, "no-xml"));
        CHECK_HAS(&seen, "'正文在此'");
        collect_done(&seen);
    }
}

static void test_ofd__outlines_are_a_picture(void **state)
{
    (void)state;
    for (unsigned count = 1999; count <= 2001; count++) {
        zip_build zip;
        collect seen;
        lj_buf page;
        lj_buf_init(&page, NULL, 1 << 20);
        lj_buf_put_cstr(&page, "<ofd:Content><ofd:Layer><ofd:PathObject Boundary=\"0 0 9 9\">"
                               "<ofd:AbbreviatedData>M 0 0 ");
        for (unsigned i = 0; i < count; i++) {
            lj_buf_put_cstr(&page, "B 1 1 2 2 3 3 ");
        }
        lj_buf_put_cstr(&page, "</ofd:AbbreviatedData></ofd:PathObject></ofd:Layer></ofd:Content>");
        lj_buf_put_u8(&page, '\0');
        zip_build_init(&zip);
        ofd_begin(&zip, &plain);
        ofd_page(&zip, 0, (const char *)page.ptr);
        end_and_run(&zip, &seen);
        assert_int_equal(collect_has_gap(&seen, GAP_PICTURE, "outlines"), count >= 2000);
        lj_buf_done(&page);
        collect_done(&seen);
    }
}

/* A page that is cut or not well-formed: what was read stays. */
static void test_ofd__broken_parts_are_gaps(void **state)
{
    (void)state;
    static const char *const pages[] = {
        "<?xml version=\"1.0\"?><ofd:Page>" OFD_CONTENT(OFD_LINE("30", "40", "读到这里")) "<ofd:",
        "<ofd:Page><ofd:Content><ofd:Layer>" OFD_LINE("30", "40",
                                                      "读到这里") "</ofd:Wrong></ofd:Layer>"
                                                                  "</ofd:Content></ofd:Page>",
        "<ofd:Page><ofd:Content><ofd:Layer>" OFD_LINE(
            "30", "40",
            "读到这里") "<ofd:TextObject Boundary=\"30 60 90 6\" Size=\"4\"><ofd:TextCode "
                        "X=\"0\" Y=\"4\">后半",
    };
    for (size_t i = 0; i < LJ_COUNT_OF(pages); i++) {
        zip_build zip;
        collect seen;
        zip_build_init(&zip);
        ofd_begin(&zip, &plain);
        zip_build_text(&zip, "Doc_0/Pages/Page_0/Content.xml", pages[i]);
        end_and_run(&zip, &seen);
        CHECK_HAS(&seen, "'读到这里'");
        assert_true(collect_has_gap(&seen, GAP_DAMAGED, "xml"));
        assert_int_equal(seen.examined, seen.size);
        collect_done(&seen);
    }
}

/* The same name twice: the second one is reached by nothing. A changed byte is told. */
static void test_ofd__tricks_of_the_package(void **state)
{
    (void)state;
    zip_build zip;
    collect seen;
    begin(&zip, &plain);
    ofd_page(&zip, 0, OFD_CONTENT(OFD_LINE("30", "40", "同名的另一页")));
    end_and_run(&zip, &seen);
    CHECK_HAS(&seen, "hidden:unreachable {0+18 size=1134 fg=0 bg=16777215} '同名的另一页'");
    CHECK_HAS(&seen, "bg=16777215} '正文在此'");
    collect_done(&seen);
    begin(&zip, &plain);
    zip_build_add(&zip, &(zip_build_member){.name = "Doc_0/x.xml",
                                            .data = LJ_BYTES("<a>校验不符</a>"),
                                            .flags = ZIP_BUILD_BAD_CRC});
    zip_build_add(&zip, &(zip_build_member){.name = "Doc_0/locked.xml",
                                            .data = LJ_BYTES("<a>上锁</a>"),
                                            .flags = ZIP_BUILD_CRYPT,
                                            .password = "secret"});
    end_and_run(&zip, &seen);
    CHECK_HAS(&seen, "'a':'校验不符'");
    assert_true(collect_has_gap(&seen, GAP_DAMAGED, "crc-32"));
    assert_true(collect_has_gap(&seen, GAP_ENCRYPTED, NULL));
    CHECK_HAS(&seen, "'正文在此'");
    collect_done(&seen);
}

/* A font holds no text, what is behind it may. */
static void test_ofd__searches_behind_fonts(void **state)
{
    (void)state;
    static const uint8_t font[] = {0, 1, 0, 0, 0, 1, 0, 0,  0, 0, 0, 0, 'c', 'm', 'a', 'p',
                                   0, 0, 0, 0, 0, 0, 0, 28, 0, 0, 0, 4, 1,   2,   3,   4};
    for (int has_tail = 0; has_tail <= 1; has_tail++) {
        zip_build zip;
        collect seen;
        lj_buf bytes;
        lj_buf_init(&bytes, NULL, 65536);
        lj_buf_put(&bytes, lj_slice_of(font, sizeof(font)));
        if (has_tail != 0) {
            lj_buf_put_cstr(&bytes, "藏在字体文件后面的一段文字，平常没有人看见。");
        }
        begin(&zip, &(ofd_build){.pages = 1,
                                 .res = "<ofd:Fonts><ofd:Font ID=\"9\"><ofd:FontFile>f.ttf</ofd:"
                                        "FontFile></ofd:Font></ofd:Fonts>"});
        zip_build_data(&zip, "Doc_0/Res/f.ttf", lj_buf_slice(&bytes));
        end_and_run(&zip, &seen);
        assert_int_equal(collect_has(&seen, "藏在字体文件后面"), has_tail);
        assert_int_equal(collect_has(&seen, "hidden:slack"), has_tail);
        CHECK_HAS_NOT(&seen, "unreachable"); /* BaseLoc of the resources leads to it */
        assert_int_equal(seen.gap_count, 0);
        lj_buf_done(&bytes);
        collect_done(&seen);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ofd__tells_properties),
        cmocka_unit_test(test_ofd__reads_all_documents),
        cmocka_unit_test(test_ofd__follows_locations_as_people_write_them),
        cmocka_unit_test(test_ofd__reads_any_encoding),
        cmocka_unit_test(test_ofd__knows_resources_of_a_page),
        cmocka_unit_test(test_ofd__reads_annotations),
        cmocka_unit_test(test_ofd__hands_attachments_on),
        cmocka_unit_test(test_ofd__names_values_by_their_tags),
        cmocka_unit_test(test_ofd__keeps_references_to_the_limit),
        cmocka_unit_test(test_ofd__reads_seals),
        cmocka_unit_test(test_ofd__survives_bad_seals),
        cmocka_unit_test(test_ofd__encrypted_is_a_gap_and_the_rest_is_read),
        cmocka_unit_test(test_ofd__integrity_list_is_no_encryption),
        cmocka_unit_test(test_ofd__tags_earlier_versions),
        cmocka_unit_test(test_ofd__tags_what_nothing_leads_to),
        cmocka_unit_test(test_ofd__missing_pages_are_gaps),
        cmocka_unit_test(test_ofd__counts_pages_to_the_limit),
        cmocka_unit_test(test_ofd__claims_of_pages_cost_nothing),
        cmocka_unit_test(test_ofd__lost_documents_are_gaps),
        cmocka_unit_test(test_ofd__parts_that_are_no_xml_are_gaps),
        cmocka_unit_test(test_ofd__outlines_are_a_picture),
        cmocka_unit_test(test_ofd__broken_parts_are_gaps),
        cmocka_unit_test(test_ofd__tricks_of_the_package),
        cmocka_unit_test(test_ofd__searches_behind_fonts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
