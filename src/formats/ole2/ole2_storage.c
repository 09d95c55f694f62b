/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A storage as a compound file of its own, so that an embedded document is a document: recognised,
 * limited, recorded like any other.
 *
 * Model. A header, a FAT and a directory are made in memory; the streams stay where they are and
 * are gathered behind them, each in sectors in a row (Apache POI copies nodes to the same end). No
 * mini stream: the cutoff is 0, which our own reader takes at its word. The range of sectors is
 * that of [MS-CFB] 2.2: 109 FAT sectors of 4,096 bytes reach 446 MB; a larger storage gives NULL
 * and is swept. */
#include "base/num.h"
#include "formats/ole2/ole2_priv.h"

enum {
    SMALL_SHIFT = 9,
    LARGE_SHIFT = 12,
    SMALL_MOST = 6 * 1024 * 1024, /* bytes of streams up to which 512 bytes a sector do */
};

typedef struct image_item {
    uint32_t idx; /* in the file */
    uint32_t sibling, child;
    uint32_t start;
    uint64_t sectors;
} image_item;

typedef struct image {
    ole2_file *file;
    image_item *items; /* the storage itself, then all below it; parents before children */
    uint32_t count;
    uint32_t shift;
    uint64_t data_sectors;
    uint32_t fat_sectors, dir_sectors;
} image;

/* Collects the entries below the storage, parents before children; each is visited once, because
 * the tree walk gave it one parent. */
static bool image_collect(image *made, uint32_t storage)
{
    ole2_file *file = made->file;
    made->items = lj_arena_array(format_arena(file->run), file->count, sizeof(*made->items));
    if (made->items == NULL) {
        return false;
    }
    made->items[made->count++] =
        (image_item){.idx = storage, .sibling = OLE2_NO_STREAM, .child = OLE2_NO_STREAM};
    for (uint32_t no = 0; no < made->count; no++) {
        image_item *item = &made->items[no];
        for (uint32_t at = ole2_first(file, item->idx); at != OLE2_NONE; at = ole2_next(file, at)) {
            made->items[made->count] =
                (image_item){.idx = at, .sibling = item->child, .child = OLE2_NO_STREAM};
            item->child = made->count++;
        }
    }
    return format_work(file->run, made->count) == LJ_OK;
}

static bool image_layout(image *made)
{
    uint64_t total = 0;
    for (uint32_t i = 0; i < made->count; i++) {
        (void)ole2_stream(made->file, made->items[i].idx); /* its true size */
        const ole2_entry *entry = &made->file->entries[made->items[i].idx];
        total += entry->kind == OLE2_STREAM ? entry->size : 0;
    }
    made->shift = total <= SMALL_MOST ? SMALL_SHIFT : LARGE_SHIFT;
    uint64_t len = (uint64_t)1 << made->shift;
    for (uint32_t i = 0; i < made->count; i++) {
        const ole2_entry *entry = &made->file->entries[made->items[i].idx];
        made->items[i].sectors =
            entry->kind == OLE2_STREAM ? (entry->size + len - 1) >> made->shift : 0;
        made->data_sectors += made->items[i].sectors;
    }
    uint64_t per = len / 4;
    made->dir_sectors =
        (uint32_t)(((uint64_t)made->count * OLE2_ENTRY_LEN + len - 1) >> made->shift);
    uint64_t others = made->data_sectors + made->dir_sectors;
    made->fat_sectors = (uint32_t)((others + per - 2) / (per - 1)); /* it tells about itself too */
    return made->fat_sectors <= OLE2_DIFAT_IN_HEADER;
}

static void put_zero(lj_buf *buf, size_t len)
{
    uint8_t *room = lj_buf_room(buf, len);
    if (room != NULL) {
        memset(room, 0, len);
        buf->len += len;
    }
}

static void put_header(lj_buf *out, const image *made)
{
    lj_buf_put(out, LJ_BYTES("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"));
    put_zero(out, 16);
    lj_buf_put_u16le(out, 0x3E);
    lj_buf_put_u16le(out, made->shift == SMALL_SHIFT ? 3 : 4);
    lj_buf_put_u16le(out, 0xFFFE);
    lj_buf_put_u16le(out, (uint16_t)made->shift);
    lj_buf_put_u16le(out, 6);
    put_zero(out, 6);
    lj_buf_put_u32le(out, made->dir_sectors);
    lj_buf_put_u32le(out, made->fat_sectors);
    lj_buf_put_u32le(out, made->fat_sectors); /* the directory stands behind the FAT */
    lj_buf_put_u32le(out, 0);
    lj_buf_put_u32le(out, 0); /* cutoff: no mini stream */
    lj_buf_put_u32le(out, OLE2_SECT_END);
    lj_buf_put_u32le(out, 0);
    lj_buf_put_u32le(out, OLE2_SECT_END);
    lj_buf_put_u32le(out, 0);
    for (uint32_t i = 0; i < OLE2_DIFAT_IN_HEADER; i++) {
        lj_buf_put_u32le(out, i < made->fat_sectors ? i : OLE2_SECT_FREE);
    }
    put_zero(out, ((size_t)1 << made->shift) - OLE2_HEADER_LEN);
}

static void put_chain(lj_buf *out, uint64_t first, uint64_t count)
{
    for (uint64_t i = 1; i <= count; i++) {
        lj_buf_put_u32le(out, i == count ? OLE2_SECT_END : (uint32_t)(first + i));
    }
}

static void put_fat(lj_buf *out, image *made)
{
    size_t from = out->len;
    for (uint32_t i = 0; i < made->fat_sectors; i++) {
        lj_buf_put_u32le(out, OLE2_SECT_FAT);
    }
    uint64_t at = made->fat_sectors;
    put_chain(out, at, made->dir_sectors);
    at += made->dir_sectors;
    for (uint32_t i = 0; i < made->count; i++) {
        made->items[i].start = made->items[i].sectors > 0 ? (uint32_t)at : OLE2_SECT_END;
        put_chain(out, at, made->items[i].sectors);
        at += made->items[i].sectors;
    }
    while (lj_buf_ok(out) && out->len - from < (size_t)made->fat_sectors << made->shift) {
        lj_buf_put_u32le(out, OLE2_SECT_FREE);
    }
}

static void put_entry(lj_buf *out, const image *made, uint32_t no)
{
    const image_item *item = &made->items[no];
    const ole2_entry *entry = &made->file->entries[item->idx];
    size_t from = out->len;
    if (entry->control != 0) {
        lj_buf_put_u16le(out, entry->control);
    }
    /* names are short; a letter beyond the first plane does not occur in a name that counts */
    for (size_t at = 0; no > 0 && at < entry->name.len && out->len - from < 62;) {
        uint8_t c = (uint8_t)entry->name.ptr[at];
        size_t len = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
        uint32_t letter = c < 0x80 ? c : c & (0xFFU >> (len + 1));
        for (size_t i = 1; i < len && at + i < entry->name.len; i++) {
            letter = letter << 6 | ((uint8_t)entry->name.ptr[at + i] & 0x3FU);
        }
        lj_buf_put_u16le(out, letter > 0xFFFF ? 0xFFFD : (uint16_t)letter);
        at += len;
    }
    uint16_t name_len = (uint16_t)(out->len - from + 2);
    put_zero(out, 64 - (out->len - from));
    lj_buf_put_u16le(out, name_len);
    lj_buf_put_u8(out, no == 0 ? 5 : entry->kind == OLE2_STORAGE ? 1 : 2);
    lj_buf_put_u8(out, 1);
    lj_buf_put_u32le(out, OLE2_NO_STREAM);
    lj_buf_put_u32le(out, no == 0 ? OLE2_NO_STREAM : item->sibling);
    lj_buf_put_u32le(out, item->child);
    lj_buf_put(out, lj_slice_of(entry->clsid, sizeof(entry->clsid)));
    put_zero(out, 4 + 8 + 8);
    lj_buf_put_u32le(out, entry->kind == OLE2_STREAM ? item->start : OLE2_SECT_END);
    lj_buf_put_u64le(out, entry->kind == OLE2_STREAM ? entry->size : 0);
}

/* The streams behind the tables, each filled up to whole sectors. */
static format_piece *image_pieces(image *made, lj_slice tables, uint32_t *out_count)
{
    format_run *run = made->file->run;
    format_piece *pieces =
        lj_arena_array(format_arena(run), 2 * (size_t)made->count + 1, sizeof(*pieces));
    format_src *head = format_memory(run, tables);
    if (pieces == NULL || head == NULL) {
        return NULL;
    }
    uint32_t count = 0;
    pieces[count++] = (format_piece){.src = head, .len = tables.len};
    for (uint32_t i = 0; i < made->count; i++) {
        uint32_t idx = made->items[i].idx;
        if (made->items[i].sectors == 0) {
            continue;
        }
        uint64_t size = made->file->entries[idx].size;
        pieces[count++] = (format_piece){.src = ole2_stream(made->file, idx), .len = size};
        pieces[count++] = (format_piece){.len = (made->items[i].sectors << made->shift) - size};
    }
    *out_count = count;
    return pieces;
}

format_src *ole2_storage(ole2_file *file, uint32_t idx)
{
    image made = {.file = file};
    if (idx >= file->count || file->entries[idx].kind != OLE2_STORAGE ||
        !image_collect(&made, idx) || !image_layout(&made)) {
        return NULL;
    }
    for (uint32_t i = 0; i < made.count; i++) {
        if (file->entries[made.items[i].idx].kind == OLE2_STREAM) {
            ole2_take(file, made.items[i].idx, FORMAT_READ);
        }
        file->entries[made.items[i].idx].is_taken = true;
    }
    size_t sector = (size_t)1 << made.shift;
    lj_buf tables;
    lj_buf_init(&tables, format_arena(file->run),
                sector * (1 + (size_t)made.fat_sectors + made.dir_sectors));
    put_header(&tables, &made);
    put_fat(&tables, &made);
    for (uint32_t i = 0; i < made.count; i++) {
        put_entry(&tables, &made, i);
    }
    put_zero(&tables, tables.max_len - tables.len);
    uint32_t count = 0;
    format_piece *pieces =
        lj_buf_ok(&tables) ? image_pieces(&made, lj_buf_slice(&tables), &count) : NULL;
    return pieces != NULL ? format_gather(file->run, pieces, count) : NULL;
}
