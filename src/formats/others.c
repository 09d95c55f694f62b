/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Formats that are recognised but have no reader yet. They are swept for text and carry the gap
 * `no_reader`, a picture the gap `picture`: never silence. A dialect of ZIP among them is still
 * opened as a ZIP. When a format gets its reader, its row moves to the reader's file.
 *
 * Sources of the magics: the formats' own specifications as collected in file(1)'s magic and the
 * Library of Congress format descriptions. Evidence is counted in bits that were compared. */
#include "formats/others.h"

#include "base/cur.h"
#include "base/num.h"

static int has_magic(lj_slice head, size_t off, lj_slice magic)
{
    return lj_slice_is(lj_slice_part(head, off, magic.len), magic) ? (int)magic.len * 8 : 0;
}

/* The sniffers below differ in their magic only. */
#define SNIFF_MAGIC(name, off, literal)                                                            \
    static int sniff_##name(const format_probe *probe)                                             \
    {                                                                                              \
        return has_magic(probe->head, (off), LJ_BYTES(literal));                                   \
    }

SNIFF_MAGIC(ole2, 0, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")
SNIFF_MAGIC(rtf, 0, "{\\rtf")
SNIFF_MAGIC(png, 0, "\x89PNG\r\n\x1A\n")
SNIFF_MAGIC(jpeg, 0, "\xFF\xD8\xFF")
SNIFF_MAGIC(psd, 0, "8BPS\0\1")
SNIFF_MAGIC(jp2, 0, "\0\0\0\x0CjP  \r\n\x87\n")
SNIFF_MAGIC(emf, 40, " EMF")
SNIFF_MAGIC(wmf, 0, "\xD7\xCD\xC6\x9A")
SNIFF_MAGIC(elf, 0,
            "\x7F"
            "ELF")
SNIFF_MAGIC(sqlite, 0, "SQLite format 3\0")
SNIFF_MAGIC(lnk, 0, "L\0\0\0\x01\x14\x02\0\0\0\0\0\xC0\0\0\0\0\0\0F")
SNIFF_MAGIC(evtx, 0, "ElfFile\0")
SNIFF_MAGIC(regf, 0, "regf")
SNIFF_MAGIC(pst, 0, "!BDN")
SNIFF_MAGIC(tnef, 0, "\x78\x9F\x3E\x22")
SNIFF_MAGIC(chm, 0, "ITSF\3\0\0\0")
SNIFF_MAGIC(thumbcache, 0, "CMMM")

static int sniff_gif(const format_probe *probe)
{
    return has_magic(probe->head, 0, LJ_BYTES("GIF87a")) +
           has_magic(probe->head, 0, LJ_BYTES("GIF89a"));
}

static int sniff_tiff(const format_probe *probe)
{
    return has_magic(probe->head, 0, LJ_BYTES("II*\0")) +
           has_magic(probe->head, 0, LJ_BYTES("MM\0*"));
}

static int sniff_webp(const format_probe *probe)
{
    int riff = has_magic(probe->head, 0, LJ_BYTES("RIFF"));
    int webp = has_magic(probe->head, 8, LJ_BYTES("WEBP"));
    return riff > 0 && webp > 0 ? riff + webp : 0;
}

static int sniff_heif(const format_probe *probe)
{
    static const char brands[][5] = {"heic", "heix", "mif1", "avif"};
    int ftyp = has_magic(probe->head, 4, LJ_BYTES("ftyp"));
    for (size_t i = 0; ftyp > 0 && i < LJ_COUNT_OF(brands); i++) {
        int brand = has_magic(probe->head, 8, lj_slice_of(brands[i], 4));
        if (brand > 0) {
            return ftyp + brand;
        }
    }
    return 0;
}

static int sniff_bmp(const format_probe *probe)
{
    lj_cur cur = lj_cur_of(lj_slice_part(probe->head, 0, 26));
    bool magic = lj_cur_u8(&cur) == 'B' && lj_cur_u8(&cur) == 'M';
    uint32_t size = lj_cur_u32le(&cur);
    lj_cur_skip(&cur, 4);
    uint32_t bits_off = lj_cur_u32le(&cur);
    uint32_t header = lj_cur_u32le(&cur);
    bool sane = lj_cur_ok(&cur) && bits_off >= 26 && (bits_off < size || size == 0) &&
                (header == 12 || header == 40 || header == 56 || header == 64 || header == 108 ||
                 header == 124);
    return magic && sane ? 40 : 0;
}

/* A placeable header is rare in practice; the plain one is type 1 or 2, 9 words, version 1 or 3
 * ([MS-WMF] 2.3.2.2). */
static int sniff_wmf_any(const format_probe *probe)
{
    lj_cur cur = lj_cur_of(lj_slice_part(probe->head, 0, 18));
    uint16_t type = lj_cur_u16le(&cur);
    uint16_t words = lj_cur_u16le(&cur);
    uint16_t version = lj_cur_u16le(&cur);
    bool plain = lj_cur_ok(&cur) && (type == 1 || type == 2) && words == 9 &&
                 (version == 0x0100 || version == 0x0300);
    return sniff_wmf(probe) > 0 ? 32 : plain ? 24 : 0;
}

/* [MS-DOS header] MZ, and the PE signature where e_lfanew points. */
static int sniff_exe(const format_probe *probe)
{
    lj_cur cur = lj_cur_of(lj_slice_part(probe->head, 0, 64));
    bool magic = lj_cur_u8(&cur) == 'M' && lj_cur_u8(&cur) == 'Z';
    lj_cur_skip(&cur, 58);
    uint32_t pe_off = lj_cur_u32le(&cur);
    if (!magic || !lj_cur_ok(&cur)) {
        return 0;
    }
    return has_magic(probe->head, pe_off, LJ_BYTES("PE\0\0")) > 0 ? 48 : 16;
}

/* Prefetch: plain "SCCA" at 4, or compressed "MAM\4". */
static int sniff_prefetch(const format_probe *probe)
{
    return has_magic(probe->head, 4, LJ_BYTES("SCCA")) +
           has_magic(probe->head, 0, LJ_BYTES("MAM\4"));
}

/* $I of the recycle bin: version, size and day of a deleted file and its path in UTF-16; 544 bytes
 * (version 1), or as long as the path (version 2). It bears the extension of the deleted file. */
static int sniff_recycled(const format_probe *probe)
{
    enum { SIZE_1 = 544, HEAD_2 = 28 };
    if (has_magic(probe->head, 0, LJ_BYTES("\1\0\0\0\0\0\0\0")) > 0) {
        return probe->size == SIZE_1 ? 64 : 0;
    }
    lj_cur cur = lj_cur_of(lj_slice_part(probe->head, 24, 4));
    uint64_t path_len = lj_cur_u32le(&cur);
    bool is_2 = has_magic(probe->head, 0, LJ_BYTES("\2\0\0\0\0\0\0\0")) > 0 && path_len > 0;
    return is_2 && probe->size == HEAD_2 + 2 * path_len ? 64 : 0;
}

/* RFC 5322: the file begins with header fields, among them two that every mail has. */
static bool has_field(lj_slice head, lj_slice name)
{
    size_t at = 0;
    while (at < head.len) {
        lj_slice rest = lj_slice_part(head, at, SIZE_MAX);
        if (lj_slice_is_nocase(lj_slice_part(rest, 0, name.len), name)) {
            return true;
        }
        size_t end = lj_slice_find(rest, LJ_BYTES("\n"));
        if (end == SIZE_MAX || end <= 1) { /* an empty line ends the header */
            return false;
        }
        at += end + 1;
    }
    return false;
}

static int count_mail_fields(lj_slice head)
{
    static const char *const names[] = {"From:",     "Date:",         "Subject:",     "Message-ID:",
                                        "Received:", "MIME-Version:", "Return-Path:", "To:"};
    size_t colon = lj_slice_find(lj_slice_part(head, 0, 80), LJ_BYTES(":"));
    if (colon == SIZE_MAX || colon == 0) {
        return 0;
    }
    for (size_t i = 0; i < colon;
         i++) { /* RFC 5322 2.2: a field name is printable ASCII without a blank */
        if (head.ptr[i] <= 32 || head.ptr[i] > 126) {
            return 0;
        }
    }
    int count = 0;
    for (size_t i = 0; i < LJ_COUNT_OF(names); i++) {
        count += has_field(head, lj_cstr_bytes(names[i])) ? 1 : 0;
    }
    return count;
}

static int sniff_mail(const format_probe *probe)
{
    int count = count_mail_fields(probe->head);
    return count >= 3 ? 16 + count : 0;
}

static int sniff_mbox(const format_probe *probe)
{
    if (has_magic(probe->head, 0, LJ_BYTES("From ")) == 0) {
        return 0;
    }
    size_t end = lj_slice_find(lj_slice_part(probe->head, 0, 512), LJ_BYTES("\n"));
    return end != SIZE_MAX && count_mail_fields(lj_slice_part(probe->head, end + 1, SIZE_MAX)) >= 2
               ? 40
               : 0;
}

/* ---- dialects of ZIP ---- */

static bool has_member(const format_probe *probe, lj_slice name)
{
    for (uint32_t i = 0; i < probe->member_count; i++) {
        if (lj_slice_is_nocase(probe->members[i], name)) {
            return true;
        }
    }
    return false;
}

/* ODF 1.2 part 3, 3.3: the first member is `mimetype`, stored; its content then stands at
 * offset 38. */
static int sniff_odf(const format_probe *probe, const char *kind)
{
    static const char base[] = "mimetypeapplication/vnd.oasis.opendocument.";
    lj_slice prefix = lj_slice_of(base, sizeof(base) - 1);
    lj_slice at = lj_slice_part(probe->head, 30, SIZE_MAX);
    return lj_slice_has_prefix(at, prefix) &&
                   lj_slice_has_prefix(lj_slice_part(at, prefix.len, SIZE_MAX), lj_cstr_bytes(kind))
               ? 64
               : 0;
}

static int sniff_odt(const format_probe *probe)
{
    return sniff_odf(probe, "text");
}

static int sniff_ods(const format_probe *probe)
{
    return sniff_odf(probe, "spreadsheet");
}

static int sniff_odp(const format_probe *probe)
{
    return sniff_odf(probe, "presentation");
}

static int sniff_xlsb(const format_probe *probe)
{
    return has_member(probe, LJ_BYTES("xl/workbook.bin")) ? 120 : 0;
}

static int sniff_vsdx(const format_probe *probe)
{
    return has_member(probe, LJ_BYTES("visio/document.xml")) ? 120 : 0;
}

static int sniff_epub(const format_probe *probe)
{
    return has_member(probe, LJ_BYTES("META-INF/container.xml")) &&
                   lj_slice_has_prefix(lj_slice_part(probe->head, 30, SIZE_MAX),
                                       LJ_BYTES("mimetypeapplication/epub+zip"))
               ? 64
               : 0;
}

/* ---- dialects of OLE2 ---- */

enum { OLE2_DIRECTORY_READ = 16 * 1024, OLE2_NAMES_MAX = OLE2_DIRECTORY_READ / 128 };

/* [MS-CFB] 2.2, 2.6: the names of the storages and streams. Reads the first directory sectors as if
 * they lay in a row, which is enough to tell the dialects apart; the FAT is walked by the OLE2
 * reader of a later version only. */
static lj_code index_ole2(format_run *run, format_src *src, format_probe *probe)
{
    lj_cur head = lj_cur_of(probe->head);
    lj_cur_skip(&head, 30);
    uint16_t shift = lj_cur_u16le(&head);
    lj_cur_skip(&head, 16);
    uint32_t sector = lj_cur_u32le(&head);
    if (!lj_cur_ok(&head) || (shift != 9 && shift != 12)) {
        return LJ_OK; /* a damaged header: the base row stands */
    }
    uint64_t off = ((uint64_t)sector + 1) << shift;
    lj_slice bytes = format_slurp(run, src, off, OLE2_DIRECTORY_READ);
    lj_slice *names = lj_arena_array(format_arena(run), OLE2_NAMES_MAX, sizeof(*names));
    uint32_t count = 0;
    for (size_t at = 0; names != NULL && at + 128 <= bytes.len; at += 128) {
        uint8_t *name = lj_arena_alloc(format_arena(run), 32);
        size_t len = 0;
        for (size_t i = 0; name != NULL && i < 31;
             i++) { /* other letters than ASCII only matter as "something else" */
            const uint8_t *unit = bytes.ptr + at + 2 * i;
            if (unit[0] == 0 && unit[1] == 0) {
                break;
            }
            name[len++] = unit[1] == 0 ? unit[0] : '?';
        }
        if (len > 0) {
            names[count++] = lj_slice_of(name, len);
        }
    }
    probe->members = names;
    probe->member_count = count;
    return LJ_OK;
}

static int sniff_doc(const format_probe *probe)
{
    return has_member(probe, LJ_BYTES("WordDocument")) ? 96 : 0;
}

static int sniff_xls(const format_probe *probe)
{
    return has_member(probe, LJ_BYTES("Workbook")) || has_member(probe, LJ_BYTES("Book")) ? 64 : 0;
}

static int sniff_ppt(const format_probe *probe)
{
    return has_member(probe, LJ_BYTES("PowerPoint Document")) ? 128 : 0;
}

static int sniff_msg(const format_probe *probe)
{
    return has_member(probe, LJ_BYTES("__properties_version1.0")) ? 128 : 0;
}

/* [MS-OFFCRYPTO] 2.3: a package that is encrypted is an OLE2 file with these two streams. */
static int sniff_ooxml_encrypted(const format_probe *probe)
{
    return has_member(probe, LJ_BYTES("EncryptedPackage")) &&
                   has_member(probe, LJ_BYTES("EncryptionInfo"))
               ? 200
               : 0;
}

/* [MS-OFFCRYPTO] 2.3.4.5, 2.3.4.10: the version words at the head of EncryptionInfo tell standard
 * from agile. They are searched near the XML of agile encryption, because the stream's sector is
 * found by the OLE2 reader only. */
static lj_code read_ooxml_encrypted(format_run *run, format_src *src)
{
    uint64_t size = format_src_size(src);
    bool agile = false;
    uint64_t at = 0;
    while (!agile && at < size) {
        lj_slice part = format_bytes(run, src, at, FORMAT_WINDOW_MAX);
        if (part.len == 0) {
            break;
        }
        agile = lj_slice_find(part, LJ_BYTES("schemas.microsoft.com/office/2006/encryption")) !=
                SIZE_MAX;
        at += part.len > 64 && part.len == FORMAT_WINDOW_MAX ? part.len - 64 : part.len;
    }
    format_gap(run, GAP_ENCRYPTED, agile ? "ooxml-agile" : "ooxml-standard", (span_place){0});
    format_claim_all(run, FORMAT_LOCKED);
    return LJ_OK;
}

/* name, base, extensions, max_nest, traits, sniff, index, read, English, Chinese */
const format_row format_other_rows[] = {
    {"ooxml-encrypted", "ole2", "",                             0, 0,              sniff_ooxml_encrypted, NULL,       read_ooxml_encrypted,
     "encrypted Office document",                                                                                                                                               "加密的 Office 文档"             },
    {"doc",             "ole2", "doc dot wps wpt",              0, 0,              sniff_doc,             NULL,       NULL,                 "Word or WPS document (binary)",
     "Word/WPS 文档（二进制）"                                                                                                                                                                                 },
    {"xls",             "ole2", "xls xlt et ett",               0, 0,              sniff_xls,             NULL,       NULL,                 "Excel or WPS workbook (binary)",
     "Excel/WPS 表格（二进制）"                                                                                                                                                                                },
    {"ppt",             "ole2", "ppt pps pot dps dpt",          0, 0,              sniff_ppt,             NULL,       NULL,
     "PowerPoint or WPS slides (binary)",                                                                                                                                       "PowerPoint/WPS 演示（二进制）"},
    {"msg",             "ole2", "msg",                          0, 0,              sniff_msg,             NULL,       NULL,                 "Outlook message",                  "Outlook 邮件"                      },
    {"ole2",            NULL,   "vsd automaticdestinations-ms", 0, FORMAT_LEVEL2,  sniff_ole2,            index_ole2, NULL,
     "OLE2 compound file",                                                                                                                                                      "OLE2 复合文件"                   },
    {"odt",             "zip",  "odt ott",                      0, 0,              sniff_odt,             NULL,       NULL,                 "OpenDocument text",
     "OpenDocument 文本"                                                                                                                                                                                            },
    {"ods",             "zip",  "ods ots",                      0, 0,              sniff_ods,             NULL,       NULL,                 "OpenDocument spreadsheet",
     "OpenDocument 表格"                                                                                                                                                                                            },
    {"odp",             "zip",  "odp otp",                      0, 0,              sniff_odp,             NULL,       NULL,                 "OpenDocument presentation",
     "OpenDocument 演示"                                                                                                                                                                                            },
    {"xlsb",            "zip",  "xlsb",                         0, 0,              sniff_xlsb,            NULL,       NULL,                 "Excel binary workbook (OOXML)",
     "Excel 二进制工作簿"                                                                                                                                                                                       },
    {"vsdx",            "zip",  "vsdx vsdm",                    0, 0,              sniff_vsdx,            NULL,       NULL,                 "Visio drawing",                    "Visio 绘图"                        },
    {"epub",            "zip",  "epub",                         0, 0,              sniff_epub,            NULL,       NULL,                 "EPUB book",                        "EPUB 图书"                         },
    {"rtf",             NULL,   "rtf",                          0, 0,              sniff_rtf,             NULL,       NULL,                 "Rich Text Format",                 "RTF 文档"                          },
    {"mail",            NULL,   "eml mht mhtml",                0, 0,              sniff_mail,            NULL,       NULL,
     "mail message or saved page (MIME)",                                                                                                                                       "邮件或网页存档（MIME）"     },
    {"mbox",            NULL,   "mbox",                         0, 0,              sniff_mbox,            NULL,       NULL,                 "mailbox",                          "邮箱文件"                        },
    {"pst",             NULL,   "pst ost",                      0, 0,              sniff_pst,             NULL,       NULL,                 "Outlook data file",                "Outlook 数据文件"                },
    {"tnef",            NULL,   "tnef",                         0, 0,              sniff_tnef,            NULL,       NULL,                 "TNEF attachment",                  "TNEF 附件"                         },
    {"png",             NULL,   "png",                          0, FORMAT_PICTURE, sniff_png,             NULL,       NULL,                 "PNG picture",                      "PNG 图片"                          },
    {"jpeg",            NULL,   "jpg jpeg jpe",                 0, FORMAT_PICTURE, sniff_jpeg,            NULL,       NULL,                 "JPEG picture",
     "JPEG 图片"                                                                                                                                                                                                    },
    {"gif",             NULL,   "gif",                          0, FORMAT_PICTURE, sniff_gif,             NULL,       NULL,                 "GIF picture",                      "GIF 图片"                          },
    {"bmp",             NULL,   "bmp dib",                      0, FORMAT_PICTURE, sniff_bmp,             NULL,       NULL,                 "BMP picture",                      "BMP 图片"                          },
    {"tiff",            NULL,   "tif tiff",                     0, FORMAT_PICTURE, sniff_tiff,            NULL,       NULL,                 "TIFF picture",
     "TIFF 图片"                                                                                                                                                                                                    },
    {"webp",            NULL,   "webp",                         0, FORMAT_PICTURE, sniff_webp,            NULL,       NULL,                 "WebP picture",                     "WebP 图片"                         },
    {"heif",            NULL,   "heic heif avif",               0, FORMAT_PICTURE, sniff_heif,            NULL,       NULL,                 "HEIF picture",
     "HEIF 图片"                                                                                                                                                                                                    },
    {"jp2",             NULL,   "jp2 jpx j2k",                  0, FORMAT_PICTURE, sniff_jp2,             NULL,       NULL,                 "JPEG 2000 picture",
     "JPEG 2000 图片"                                                                                                                                                                                               },
    {"psd",             NULL,   "psd",                          0, FORMAT_PICTURE, sniff_psd,             NULL,       NULL,                 "Photoshop picture",
     "Photoshop 图片"                                                                                                                                                                                               },
    {"emf",             NULL,   "emf",                          0, FORMAT_PICTURE, sniff_emf,             NULL,       NULL,                 "EMF picture",                      "EMF 图片"                          },
    {"wmf",             NULL,   "wmf",                          0, FORMAT_PICTURE, sniff_wmf_any,         NULL,       NULL,                 "WMF picture",                      "WMF 图片"                          },
    {"exe",             NULL,   "exe dll sys scr",              0, FORMAT_LOOSE,   sniff_exe,             NULL,       NULL,                 "Windows program",
     "Windows 程序"                                                                                                                                                                                                 },
    {"elf",             NULL,   "so",                           0, FORMAT_LOOSE,   sniff_elf,             NULL,       NULL,                 "Linux program",                    "Linux 程序"                        },
    {"sqlite",          NULL,   "sqlite sqlite3",               0, 0,              sniff_sqlite,          NULL,       NULL,                 "SQLite database",
     "SQLite 数据库"                                                                                                                                                                                               },
    {"lnk",             NULL,   "lnk",                          0, 0,              sniff_lnk,             NULL,       NULL,                 "Windows shortcut",                 "Windows 快捷方式"                },
    {"evtx",            NULL,   "evtx",                         0, 0,              sniff_evtx,            NULL,       NULL,                 "Windows event log",                "Windows 事件日志"                },
    {"regf",            NULL,   "hiv",                          0, 0,              sniff_regf,            NULL,       NULL,                 "Windows registry hive",
     "Windows 注册表文件"                                                                                                                                                                                        },
    {"prefetch",        NULL,   "pf",                           0, 0,              sniff_prefetch,        NULL,       NULL,                 "Windows prefetch file",
     "Windows 预取文件"                                                                                                                                                                                           },
    {"chm",             NULL,   "chm",                          0, 0,              sniff_chm,             NULL,       NULL,                 "Windows help file",                "Windows 帮助文件"                },
    {"thumbcache",      NULL,   "",                             0, 0,              sniff_thumbcache,      NULL,       NULL,                 "Windows thumbnail cache",
     "Windows 缩略图缓存"                                                                                                                                                                                        },
    {"recycled",        NULL,   "",                             0, 0,              sniff_recycled,        NULL,       NULL,                 "entry of the Windows recycle bin",
     "Windows 回收站记录"                                                                                                                                                                                        },
};
const uint32_t format_other_row_count = LJ_COUNT_OF(format_other_rows);
