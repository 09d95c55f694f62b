/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The structure of TIFF: Exif blocks of other pictures, and TIFF files.
 *
 * Specification: TIFF 6.0, sections 2 and 8; Exif 2.32 (CIPA DC-008), 4.5 and 4.6; TIFF/EP for
 * SubIFDs; Windows' tags 40091 to 40095 (XPTitle and kin) as Microsoft documents them; BigTIFF.
 *
 * Model. All directories are walked: pages by their chain, SubIFDs, Exif, GPS, interoperability
 * (hidden-marks I05), each once. Every tag of letters gives a span with the name of the tag as its
 * label; XMP, IPTC and Photoshop's resources inside are read by their own readers. Strips and tiles
 * are claimed as pixels. What no tag owns is left to the sweep.
 *
 * Traps. Directories that lead to each other. UserComment begins with the name of its charset, and
 * many writers fill it with zeros or blanks. ASCII tags hold GBK or UTF-8 in fact.
 *
 * Limits. IFDS_MAX directories; then the gap `damaged`. Maker notes are swept only. */
#include "base/num.h"
#include "formats/look.h"
#include "formats/picture/picture.h"

enum {
    IFDS_MAX = 2048,
    SLOTS = 8192, /* a power of two above IFDS_MAX */
    ENTRIES_MAX = 4096,
    QUEUE_MAX = 64, /* directories that wait, beside the chain of pages */
    AREAS_MAX = 8,
};

typedef enum exif_type {
    EXIF_BYTE = 1,
    EXIF_ASCII = 2,
    EXIF_SHORT = 3,
    EXIF_LONG = 4,
    EXIF_UNDEFINED = 7
} exif_type;

typedef struct exif {
    picture *pic;
    picture_area area;
    bool big_endian, big;
    uint64_t *seen; /* SLOTS: offsets of directories */
    uint32_t seen_count;
    uint64_t queue[QUEUE_MAX];
    uint32_t queue_count;
} exif;

typedef struct exif_entry {
    uint16_t tag, type;
    uint64_t count;
    uint64_t off; /* of the value in the area */
    uint64_t len; /* bytes */
} exif_entry;

static const struct {
    uint16_t tag;
    const char *label;
} names[] = {
    {0x010D, "DocumentName"       },
    {0x010E, "ImageDescription"   },
    {0x010F, "Make"               },
    {0x0110, "Model"              },
    {0x011D, "PageName"           },
    {0x0131, "Software"           },
    {0x0132, "DateTime"           },
    {0x013B, "Artist"             },
    {0x013C, "HostComputer"       },
    {0x8298, "Copyright"          },
    {0x9286, "UserComment"        },
    {0x9C9B, "XPTitle"            },
    {0x9C9C, "XPComment"          },
    {0x9C9D, "XPAuthor"           },
    {0x9C9E, "XPKeywords"         },
    {0x9C9F, "XPSubject"          },
    {0xA430, "CameraOwnerName"    },
    {0xA433, "LensMake"           },
    {0xA434, "LensModel"          },
    {0xA420, "ImageUniqueID"      },
    {0xA480, "GDALMetadata"       },
    {0x001B, "GPSProcessingMethod"},
    {0x001C, "GPSAreaInformation" },
};

static lj_str label_of(uint16_t tag)
{
    for (size_t i = 0; i < LJ_COUNT_OF(names); i++) {
        if (names[i].tag == tag) {
            return lj_cstr_str(names[i].label);
        }
    }
    return LJ_STR("Exif");
}

/* ---- numbers in the byte order of the block ---- */

static uint64_t take(const exif *x, lj_cur *cur, unsigned len)
{
    if (len == 1) {
        return lj_cur_u8(cur);
    }
    if (len == 2) {
        return x->big_endian ? lj_cur_u16be(cur) : lj_cur_u16le(cur);
    }
    if (len == 4) {
        return x->big_endian ? lj_cur_u32be(cur) : lj_cur_u32le(cur);
    }
    if (!x->big_endian) {
        return lj_cur_u64le(cur);
    }
    uint64_t high = lj_cur_u32be(cur);
    return high << 32 | lj_cur_u32be(cur);
}

static unsigned type_len(uint16_t type)
{
    static const uint8_t lens[] = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8};
    return type < LJ_COUNT_OF(lens) ? lens[type] : 0;
}

/* Number idx of the entry; 0 when it is not there. */
static uint64_t number_at(exif *x, const exif_entry *entry, uint64_t idx)
{
    unsigned len = type_len(entry->type);
    if (idx >= entry->count || len == 0 || entry->type == EXIF_ASCII) {
        return 0;
    }
    lj_cur cur = lj_cur_of(picture_bytes(x->pic, &x->area, entry->off + idx * len, len));
    uint64_t value = take(x, &cur, len);
    return lj_cur_ok(&cur) ? value : 0;
}

/* ---- directories ---- */

/* False: it was seen before, or there are too many. */
static bool is_new(exif *x, uint64_t off)
{
    uint64_t slot = (off * 0x9E3779B97F4A7C15U >> 32) & (SLOTS - 1);
    while (x->seen[slot] != 0) {
        if (x->seen[slot] == off) {
            return false;
        }
        slot = (slot + 1) & (SLOTS - 1);
    }
    if (x->seen_count == IFDS_MAX) {
        x->pic->is_damaged = true;
        return false;
    }
    x->seen_count++;
    x->seen[slot] = off;
    return true;
}

static void wait_for(exif *x, uint64_t off)
{
    if (off > 0 && off < x->area.len) {
        if (x->queue_count < QUEUE_MAX) {
            x->queue[x->queue_count++] = off;
        } else {
            x->pic->is_damaged = true;
        }
    }
}

/* ---- values ---- */

/* Eight bytes of charset, then the text (Exif 4.6.5, UserComment). */
static void emit_comment(exif *x, const exif_entry *entry, lj_slice value)
{
    lj_slice code = lj_slice_part(value, 0, 8);
    lj_slice text = lj_slice_part(value, 8, SIZE_MAX);
    text_charset charset = TEXT_CHARSET_ANY;
    if (lj_slice_has_prefix(code, LJ_BYTES("UNICODE"))) {
        charset = x->big_endian ? TEXT_UTF16BE : TEXT_UTF16LE;
        bool other = text.len >= 2 && ((text.ptr[0] == 0xFF && text.ptr[1] == 0xFE) ||
                                       (text.ptr[0] == 0xFE && text.ptr[1] == 0xFF));
        if (other) {
            charset = text.ptr[0] == 0xFF ? TEXT_UTF16LE : TEXT_UTF16BE;
            text = lj_slice_part(text, 2, SIZE_MAX);
        }
        size_t bom = 0;
        text_charset guess = text_charset_guess(text, charset, &bom);
        charset = guess == TEXT_UTF16LE || guess == TEXT_UTF16BE ? guess : charset;
    } else if (!lj_slice_has_prefix(code, LJ_BYTES("ASCII")) &&
               !lj_slice_has_prefix(code, LJ_BYTES("JIS")) && code.len == 8 && code.ptr[0] != 0) {
        text = value; /* without the prefix */
    }
    picture_emit_bytes(x->pic, label_of(entry->tag), charset, text, x->area.off + entry->off);
}

/* Strips or tiles: where the pixels lie. */
static void claim_pixels(exif *x, const exif_entry *offs, const exif_entry *lens)
{
    uint64_t count = lj_min_u64(offs->count, lens->count);
    if (!x->area.is_file || count == 0) {
        return;
    }
    uint64_t from = 0;
    uint64_t to = 0;
    for (uint64_t i = 0; i < count && x->pic->code == LJ_OK; i++) {
        x->pic->code = format_work(x->pic->run, 4);
        uint64_t off = number_at(x, offs, i);
        uint64_t len = number_at(x, lens, i);
        if (!lj_range_fits(off, len, x->area.len)) {
            x->pic->is_damaged = true;
            continue;
        }
        if (off != to) {
            picture_claim(x->pic, &x->area, from, to - from, FORMAT_OPAQUE);
            from = off;
        }
        to = off + len;
    }
    picture_claim(x->pic, &x->area, from, to - from, FORMAT_OPAQUE);
}

static void take_entry(exif *x, const exif_entry *entry)
{
    picture_area part = picture_part(&x->area, entry->off, entry->len);
    switch (entry->tag) {
    case 330:   /* SubIFDs */
    case 34665: /* Exif */
    case 34853: /* GPS */
    case 40965: /* interoperability */
        for (uint64_t i = 0; i < entry->count && i < QUEUE_MAX; i++) {
            wait_for(x, number_at(x, entry, i));
        }
        return;
    case 700:
        picture_xmp(x->pic, picture_source(x->pic, &part), part.off);
        picture_claim(x->pic, &part, 0, part.len, FORMAT_READ);
        return;
    case 33723:
        picture_iptc(x->pic, &part);
        return;
    case 34377:
        picture_resources(x->pic, &part);
        return;
    case 34675: /* colour profile */
    case 37500: /* maker note: left to the sweep */
        picture_claim(x->pic, &x->area, entry->off, entry->tag == 37500 ? 0 : entry->len,
                      FORMAT_OPAQUE);
        return;
    default:
        break;
    }
    bool comment = entry->tag == 0x9286 || entry->tag == 0x001B || entry->tag == 0x001C;
    bool wide = entry->tag >= 0x9C9B && entry->tag <= 0x9C9F;
    if (entry->type == EXIF_ASCII || comment || wide) {
        lj_arena_mark mark = lj_arena_mark_of(format_arena(x->pic->run));
        lj_slice value = picture_keep(x->pic, &x->area, entry->off, entry->len);
        if (comment) {
            emit_comment(x, entry, value);
        } else {
            picture_emit_bytes(x->pic, label_of(entry->tag),
                               wide && entry->type != EXIF_ASCII ? TEXT_UTF16LE : TEXT_CHARSET_ANY,
                               value, x->area.off + entry->off);
        }
        lj_arena_rewind(format_arena(x->pic->run), mark);
        picture_claim(x->pic, &x->area, entry->off, entry->len, FORMAT_READ);
    } else if (entry->type != EXIF_UNDEFINED && entry->type != EXIF_BYTE) {
        picture_claim(x->pic, &x->area, entry->off, entry->len, FORMAT_OPAQUE);
    }
}

static exif_entry entry_at(exif *x, uint64_t off)
{
    unsigned word = x->big ? 8 : 4;
    lj_cur cur = lj_cur_of(picture_bytes(x->pic, &x->area, off, 4 + 2 * word));
    exif_entry entry = {0};
    entry.tag = (uint16_t)take(x, &cur, 2);
    entry.type = (uint16_t)take(x, &cur, 2);
    entry.count = take(x, &cur, word);
    uint64_t value = take(x, &cur, word);
    uint64_t len = 0;
    x->pic->is_damaged = x->pic->is_damaged || !lj_cur_ok(&cur);
    if (!lj_cur_ok(&cur) || type_len(entry.type) == 0 ||
        !lj_mul_u64(entry.count, type_len(entry.type), &len)) {
        return (exif_entry){0};
    }
    entry.len = len;
    entry.off = len <= word ? off + 4 + word : value;
    if (!lj_range_fits(entry.off, len, x->area.len)) {
        x->pic->is_damaged = true;
        return (exif_entry){0};
    }
    return entry;
}

/* One directory; returns where the next page is. */
static uint64_t read_ifd(exif *x, uint64_t off)
{
    unsigned word = x->big ? 8 : 4;
    unsigned head = x->big ? 8 : 2;
    lj_cur cur = lj_cur_of(picture_bytes(x->pic, &x->area, off, head));
    uint64_t count = take(x, &cur, head);
    if (!lj_cur_ok(&cur) || count > ENTRIES_MAX) {
        x->pic->is_damaged = true;
        return 0;
    }
    uint64_t entry_len = 4 + 2 * (uint64_t)word;
    exif_entry pixels[2] = {{0}, {0}};
    exif_entry lens[2] = {{0}, {0}};
    picture_claim(x->pic, &x->area, off, head + count * entry_len + word, FORMAT_OPAQUE);
    for (uint64_t i = 0; i < count && x->pic->code == LJ_OK; i++) {
        x->pic->code = format_work(x->pic->run, 16);
        exif_entry entry = entry_at(x, off + head + i * entry_len);
        switch (entry.tag) {
        case 273: /* strips, tiles, JPEG of a thumbnail */
        case 324:
        case 513:
            pixels[entry.tag == 513 ? 1 : 0] = entry;
            break;
        case 279:
        case 325:
        case 514:
            lens[entry.tag == 514 ? 1 : 0] = entry;
            break;
        case 0:
            break;
        default:
            take_entry(x, &entry);
            break;
        }
        if (entry.tag == 273 || entry.tag == 279 || entry.tag == 324 || entry.tag == 325) {
            picture_claim(x->pic, &x->area, entry.off, entry.len, FORMAT_OPAQUE);
        }
    }
    claim_pixels(x, &pixels[0], &lens[0]);
    claim_pixels(x, &pixels[1], &lens[1]);
    lj_cur next = lj_cur_of(picture_bytes(x->pic, &x->area, off + head + count * entry_len, word));
    uint64_t at = take(x, &next, word);
    return lj_cur_ok(&next) ? at : 0;
}

void picture_exif(picture *pic, const picture_area *area)
{
    if (pic->code != LJ_OK || pic->depth >= AREAS_MAX) {
        return;
    }
    /* blocks inside of other pictures are often a little wrong: what is lost there is swept */
    bool was_damaged = pic->is_damaged;
    bool is_root = area->is_file && area->off == 0;
    lj_arena_mark mark = lj_arena_mark_of(format_arena(pic->run));
    exif *x = lj_arena_alloc(format_arena(pic->run), sizeof(*x));
    uint64_t *seen = lj_arena_array(format_arena(pic->run), SLOTS, sizeof(*seen));
    if (x == NULL || seen == NULL) {
        pic->code = LJ_E_LIMIT;
        return;
    }
    *x = (exif){.pic = pic, .area = *area, .seen = seen};
    lj_slice head = picture_bytes(pic, area, 0, 16);
    x->big_endian = head.len > 0 && head.ptr[0] == 'M';
    lj_cur cur = lj_cur_of(head);
    lj_cur_skip(&cur, 2);
    uint16_t version = (uint16_t)take(x, &cur, 2);
    x->big = version == 43;
    lj_cur_skip(&cur, x->big ? 4 : 0);
    uint64_t at = take(x, &cur, x->big ? 8 : 4);
    if (!lj_cur_ok(&cur) || (version != 42 && version != 43)) {
        pic->is_damaged = true;
        at = 0;
    } else {
        picture_claim(pic, area, 0, x->big ? 16 : 8, FORMAT_OPAQUE);
    }
    pic->depth++;
    while (pic->code == LJ_OK) {
        if (at > 0 && at < area->len && is_new(x, at)) {
            at = read_ifd(x, at);
        } else if (x->queue_count > 0) {
            pic->is_damaged = pic->is_damaged || at >= area->len;
            at = x->queue[--x->queue_count];
            if (!is_new(x, at)) {
                at = 0;
            } else {
                (void)read_ifd(x, at);
                at = 0;
            }
        } else {
            break;
        }
    }
    pic->is_damaged = is_root ? pic->is_damaged || at >= area->len : was_damaged;
    pic->depth--;
    lj_arena_rewind(format_arena(pic->run), mark);
}
