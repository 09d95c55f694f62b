/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Pictures made of boxes: HEIF (HEIC, AVIF) and JPEG 2000.
 *
 * Specification: ISO/IEC 14496-12, 4.2 (boxes), 8.11 (meta, iloc, iinf, idat); ISO/IEC 23008-12
 * (HEIF), annex A (Exif, XMP items); ISO/IEC 15444-1, annex I (JP2 boxes), A.9.2 (COM marker);
 * Adobe's XMP part 3 for the uuid box.
 *
 * Model. Boxes one by one, those that hold boxes are entered with a stack. Of a HEIF picture the
 * items named Exif and mime are read where iloc says that they lie, all other items are pixels.
 * Boxes nobody knows are left to the sweep.
 *
 * Traps. Sizes of 0 (to the end) and 1 (64 bits). Items in idat instead of the file. Exif items
 * begin with the offset of the TIFF header.
 *
 * Limits. ITEMS_MAX items that are text, EXTENTS_MAX pieces of one. */
#include "base/num.h"
#include "formats/format_priv.h"
#include "formats/picture/picture.h"

enum { DEPTH_MAX = 8, ITEMS_MAX = 64, COUNT_MAX = 65536, EXTENTS_MAX = 64 };

typedef struct item {
    uint32_t id;
    bool is_exif; /* else XMP or other text */
} item;

typedef struct boxes {
    picture pic;
    picture_area file;
    picture_area idat;
    picture_area iloc; /* read when the items are known */
    item items[ITEMS_MAX];
    uint32_t item_count;
} boxes;

static int heif_sniff(const format_probe *probe)
{
    static const char brands[][5] = {"heic", "heix", "heim", "heis", "hevc",
                                     "hevx", "mif1", "msf1", "avif", "avis"};
    if (!lj_slice_is(lj_slice_part(probe->head, 4, 4), LJ_BYTES("ftyp"))) {
        return 0;
    }
    for (size_t i = 0; i < LJ_COUNT_OF(brands); i++) {
        if (lj_slice_is(lj_slice_part(probe->head, 8, 4), lj_slice_of(brands[i], 4))) {
            return 64;
        }
    }
    return 0;
}

static int jp2_sniff(const format_probe *probe)
{
    bool boxed = lj_slice_has_prefix(probe->head, LJ_BYTES("\0\0\0\x0CjP  \r\n\x87\n"));
    bool bare = lj_slice_has_prefix(probe->head, LJ_BYTES("\xFF\x4F\xFF\x51\0"));
    return boxed ? 96 : bare ? 40 : 0;
}

/* ---- items of HEIF ---- */

static void take_item_names(boxes *b, const picture_area *box)
{
    lj_cur cur = lj_cur_of(picture_bytes(&b->pic, box, 0, FORMAT_WINDOW_MAX));
    uint8_t version = lj_cur_u8(&cur);
    lj_cur_skip(&cur, 3);
    uint32_t count = version == 0 ? lj_cur_u16be(&cur) : lj_cur_u32be(&cur);
    for (uint32_t i = 0; i < count && i < COUNT_MAX && lj_cur_ok(&cur); i++) {
        uint32_t size = lj_cur_u32be(&cur);
        lj_slice type = lj_cur_bytes(&cur, 4);
        if (!lj_cur_ok(&cur) || size < 12) {
            return;
        }
        lj_cur entry = lj_cur_of(lj_cur_bytes(&cur, size - 8));
        uint8_t entry_version = lj_cur_u8(&entry);
        lj_cur_skip(&entry, 3);
        uint32_t id = entry_version == 3 ? lj_cur_u32be(&entry) : lj_cur_u16be(&entry);
        lj_cur_skip(&entry, 2);
        lj_slice kind = lj_cur_bytes(&entry, 4);
        lj_slice rest = lj_slice_part(entry.src, entry.pos, SIZE_MAX);
        size_t name_len = lj_slice_find(rest, lj_slice_of("", 1));
        if (!lj_cur_ok(&entry) || memcmp(type.ptr, "infe", 4) != 0) {
            continue;
        }
        bool is_exif = memcmp(kind.ptr, "Exif", 4) == 0;
        if (is_exif || memcmp(kind.ptr, "mime", 4) == 0) {
            if (b->item_count < ITEMS_MAX) {
                b->items[b->item_count++] = (item){id, is_exif};
            } else {
                b->pic.is_damaged = true; /* more than are read: told */
            }
        }
        picture_emit_bytes(&b->pic, LJ_STR("item"), TEXT_CHARSET_ANY,
                           lj_slice_part(rest, 0, name_len), box->off);
    }
}

/* The bytes of an item that is text. */
static void read_item(boxes *b, const item *what, format_piece *pieces, uint32_t count)
{
    format_src *src = format_gather(b->pic.run, pieces, count);
    uint64_t len = src != NULL ? format_src_size(src) : 0;
    if (len == 0) {
        return;
    }
    b->pic.is_memory = true;
    if (what->is_exif) {
        lj_cur cur = lj_cur_of(format_bytes(b->pic.run, src, 0, 4));
        uint64_t skip = 4 + (uint64_t)lj_cur_u32be(&cur);
        if (lj_cur_ok(&cur) && skip < len) {
            picture_area area = {.src = src, .off = skip, .len = len - skip};
            picture_exif(&b->pic, &area);
        }
    } else {
        picture_xmp(&b->pic, src, 0);
    }
    b->pic.is_memory = false;
    for (uint32_t i = 0; i < count; i++) {
        format_claim(b->pic.run, pieces[i].off, pieces[i].len, FORMAT_READ);
    }
}

static uint64_t take_sized(lj_cur *cur, unsigned len)
{
    if (len == 8) {
        uint64_t high = lj_cur_u32be(cur);
        return high << 32 | lj_cur_u32be(cur);
    }
    return len == 4 ? lj_cur_u32be(cur) : 0;
}

/* One entry of iloc. */
static void take_location(boxes *b, lj_cur *cur, uint8_t version, uint16_t sizes)
{
    uint32_t id = version < 2 ? lj_cur_u16be(cur) : lj_cur_u32be(cur);
    unsigned method = version > 0 ? lj_cur_u16be(cur) & 15U : 0;
    lj_cur_skip(cur, 2);
    uint64_t base = take_sized(cur, sizes >> 4 & 15);
    uint32_t extents = lj_cur_u16be(cur);
    const item *what = NULL;
    for (uint32_t i = 0; i < b->item_count && what == NULL; i++) {
        what = b->items[i].id == id ? &b->items[i] : NULL;
    }
    lj_arena_mark mark = lj_arena_mark_of(format_arena(b->pic.run));
    format_piece *pieces = lj_arena_array(format_arena(b->pic.run), EXTENTS_MAX, sizeof(*pieces));
    const picture_area *home = method == 1 ? &b->idat : &b->file;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < extents && lj_cur_ok(cur); i++) {
        if (version > 0) {
            (void)take_sized(cur, sizes & 15);
        }
        uint64_t off = take_sized(cur, sizes >> 12 & 15);
        uint64_t len = take_sized(cur, sizes >> 8 & 15);
        bool fits =
            lj_cur_ok(cur) && off <= UINT64_MAX - base && lj_range_fits(base + off, len, home->len);
        if (!fits || method > 1) {
            b->pic.is_damaged = b->pic.is_damaged || method < 2;
        } else if (what != NULL && pieces != NULL && kept < EXTENTS_MAX) {
            len = len == 0 ? home->len - base - off : len;
            pieces[kept++] =
                (format_piece){.src = home->src, .off = home->off + base + off, .len = len};
        } else {
            picture_claim(&b->pic, home, base + off, len, FORMAT_OPAQUE);
        }
    }
    if (what != NULL && kept > 0 && b->pic.code == LJ_OK) {
        read_item(b, what, pieces, kept);
    }
    lj_arena_rewind(format_arena(b->pic.run), mark);
}

static void take_locations(boxes *b)
{
    lj_slice all = picture_keep(&b->pic, &b->iloc, 0, b->iloc.len);
    lj_cur cur = lj_cur_of(all);
    uint8_t version = lj_cur_u8(&cur);
    lj_cur_skip(&cur, 3);
    uint16_t sizes = lj_cur_u16be(&cur);
    uint32_t count = version < 2 ? lj_cur_u16be(&cur) : lj_cur_u32be(&cur);
    for (uint32_t i = 0; i < count && lj_cur_ok(&cur) && b->pic.code == LJ_OK; i++) {
        b->pic.code = format_work(b->pic.run, 32);
        take_location(b, &cur, version, sizes);
    }
}

/* ---- JPEG 2000 ---- */

/* Marker segments of the main header; the comment is one of them. */
static void take_codestream(picture *pic, const picture_area *area)
{
    enum { SIZ = 0xFF51, COM = 0xFF64, SOT = 0xFF90 };
    uint64_t at = 2;
    while (pic->code == LJ_OK) {
        lj_cur cur = lj_cur_of(picture_bytes(pic, area, at, 6));
        uint16_t marker = lj_cur_u16be(&cur);
        uint64_t len = lj_cur_u16be(&cur);
        uint16_t kind = lj_cur_u16be(&cur);
        if (!lj_cur_ok(&cur) || marker < SIZ || marker >= SOT || len < 2 ||
            at + 2 + len > area->len) {
            break;
        }
        pic->code = format_work(pic->run, 16);
        if (marker == COM && kind <= 1 && len > 4) {
            lj_arena_mark mark = lj_arena_mark_of(format_arena(pic->run));
            lj_slice text = picture_keep(pic, area, at + 6, len - 4);
            picture_emit_bytes(pic, LJ_STR("COM"), TEXT_CHARSET_ANY, text, area->off + at + 6);
            lj_arena_rewind(format_arena(pic->run), mark);
        }
        at += 2 + len;
    }
    picture_claim(pic, area, 0, area->len, FORMAT_OPAQUE);
}

static void take_uuid(boxes *b, const picture_area *body)
{
    static const uint8_t xmp[] = {0xBE, 0x7A, 0xCF, 0xCB, 0x97, 0xA9, 0x42, 0xE8,
                                  0x9C, 0x71, 0x99, 0x94, 0x91, 0xE3, 0xAF, 0xAC};
    lj_slice id = picture_bytes(&b->pic, body, 0, 16);
    picture_area part = picture_part(body, 16, body->len);
    if (lj_slice_is(id, lj_slice_of(xmp, sizeof(xmp)))) {
        picture_xmp(&b->pic, picture_source(&b->pic, &part), part.off);
        picture_claim(&b->pic, body, 0, body->len, FORMAT_READ);
    } else if (lj_slice_is(id, LJ_BYTES("JpgTiffExif->JP2"))) {
        picture_exif(&b->pic, &part);
        picture_claim(&b->pic, body, 0, 16, FORMAT_READ);
    }
}

/* ---- all boxes ---- */

static bool is_one_of(lj_slice type, const char *names)
{
    for (; *names != '\0'; names += 5) {
        if (memcmp(type.ptr, names, 4) == 0) {
            return true;
        }
    }
    return false;
}

/* A box that is no container. */
static void take_box(boxes *b, lj_slice type, const picture_area *body)
{
    picture *pic = &b->pic;
    if (is_one_of(type, "iloc ")) {
        b->iloc = *body;
    } else if (is_one_of(type, "idat ")) {
        b->idat = *body;
    } else if (is_one_of(type, "iinf ")) {
        take_item_names(b, body);
    } else if (is_one_of(type, "uuid ")) {
        take_uuid(b, body);
        return;
    } else if (is_one_of(type, "xml  ")) {
        picture_xmp(pic, picture_source(pic, body), body->off);
    } else if (is_one_of(type, "jp2c ")) {
        take_codestream(pic, body);
        return;
    } else if (!is_one_of(type, "ftyp hdlr pitm iprp iref dinf ipro grpl jP   ihdr colr pclr cmap "
                                "cdef res  bpcc moov ")) {
        return; /* mdat: by its items; all else: swept */
    }
    picture_claim(pic, body, 0, body->len, FORMAT_OPAQUE);
}

/* Boxes of the file and of those that hold boxes. Returns where they end. */
static uint64_t read_boxes(boxes *b)
{
    picture *pic = &b->pic;
    uint64_t ends[DEPTH_MAX];
    uint32_t depth = 0;
    uint64_t at = 0;
    ends[0] = b->file.len;
    while (pic->code == LJ_OK) {
        while (depth > 0 && at >= ends[depth]) {
            depth--;
        }
        uint8_t name[4];
        lj_cur cur = lj_cur_of(picture_bytes(pic, &b->file, at, 16));
        uint64_t len = lj_cur_u32be(&cur);
        lj_slice type = lj_cur_bytes(&cur, 4);
        if (!lj_cur_ok(&cur)) {
            break;
        }
        memcpy(name, type.ptr, 4);
        type = lj_slice_of(name, 4);
        uint64_t head = len == 1 ? 16 : 8;
        len = len == 1 ? take_sized(&cur, 8) : len == 0 ? ends[depth] - at : len;
        if (!lj_cur_ok(&cur) || len < head) {
            break;
        }
        bool printable = true;
        for (size_t i = 0; i < sizeof(name); i++) {
            printable = printable && name[i] >= ' ' && name[i] < 0x7F;
        }
        if (!printable || len > ends[depth] - at) {
            pic->is_damaged = pic->is_damaged || printable;
            if (!printable) {
                break;
            }
            len = ends[depth] - at;
        }
        pic->code = format_work(pic->run, 64);
        picture_claim(pic, &b->file, at, head, FORMAT_OPAQUE);
        picture_area body = picture_part(&b->file, at + head, len - head);
        bool holds = is_one_of(type, "meta jp2h uinf ") && depth + 1 < DEPTH_MAX;
        if (holds) {
            uint64_t more = is_one_of(type, "meta ") ? 4 : 0; /* version and flags */
            picture_claim(pic, &body, 0, more, FORMAT_OPAQUE);
            ends[++depth] = at + len;
            at += head + more;
            continue;
        }
        if (pic->code == LJ_OK) {
            take_box(b, type, &body);
        }
        at += len;
    }
    return at;
}

static lj_code boxes_read(format_run *run, format_src *src, const char *name)
{
    boxes *b = lj_arena_alloc(format_arena(run), sizeof(*b));
    if (b == NULL) {
        return LJ_E_LIMIT;
    }
    picture_begin(&b->pic, run, src);
    b->file = (picture_area){.src = src, .len = b->pic.size, .is_file = true};
    lj_slice head = picture_bytes(&b->pic, &b->file, 0, 2);
    if (lj_slice_is(head, LJ_BYTES("\xFF\x4F"))) {
        take_codestream(&b->pic, &b->file);
        return picture_end(&b->pic, name);
    }
    uint64_t end = read_boxes(b);
    take_locations(b);
    if (end < b->file.len && b->file.len != FORMAT_SIZE_UNKNOWN) {
        picture_tail(&b->pic, end);
    }
    return picture_end(&b->pic, name);
}

static lj_code heif_read(format_run *run, format_src *src)
{
    return boxes_read(run, src, "heif");
}

static lj_code jp2_read(format_run *run, format_src *src)
{
    return boxes_read(run, src, "jp2");
}

const format_row format_heif_row = {
    .name = "heif",
    .extensions = "heic heif avif",
    .traits = FORMAT_PICTURE,
    .sniff = heif_sniff,
    .read = heif_read,
    .en = "HEIF picture",
    .zh = "HEIF 图片",
};

const format_row format_jp2_row = {
    .name = "jp2",
    .extensions = "jp2 jpx j2k",
    .traits = FORMAT_PICTURE,
    .sniff = jp2_sniff,
    .read = jp2_read,
    .en = "JPEG 2000 picture",
    .zh = "JPEG 2000 图片",
};
