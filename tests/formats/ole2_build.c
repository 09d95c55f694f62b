/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Writes compound files: header, FAT, directory, mini FAT, mini stream, streams; see the header. */
#include "ole2_build.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/num.h"

enum { CUTOFF = 4096, MINI = 64, MOST = 64 << 20 };
#define END  0xFFFFFFFEU
#define FREE 0xFFFFFFFFU
#define FAT  0xFFFFFFFDU

void ole2_build_init(ole2_build *file, uint32_t shift)
{
    memset(file, 0, sizeof(*file));
    file->shift = shift;
    lj_buf_init(&file->out, NULL, MOST);
    (void)ole2_build_storage(file, 0, "Root Entry");
}

void ole2_build_done(ole2_build *file)
{
    for (uint32_t i = 0; i < file->count; i++) {
        lj_buf_done(&file->entries[i].data);
    }
    lj_buf_done(&file->out);
}

uint32_t ole2_build_storage(ole2_build *file, uint32_t parent, const char *name)
{
    LJ_ASSERT(file->count < OLE2_BUILD_MOST);
    ole2_build_entry *entry = &file->entries[file->count];
    (void)snprintf(entry->name, sizeof(entry->name), "%s", name);
    entry->parent = parent;
    entry->is_storage = true;
    lj_buf_init(&entry->data, NULL, MOST);
    return file->count++;
}

uint32_t ole2_build_stream(ole2_build *file, uint32_t parent, const char *name, lj_slice data)
{
    uint32_t no = ole2_build_storage(file, parent, name);
    file->entries[no].is_storage = false;
    lj_buf_put(&file->entries[no].data, data);
    return no;
}

uint32_t ole2_build_stray(ole2_build *file, const char *name, lj_slice data)
{
    uint32_t no = ole2_build_stream(file, OLE2_BUILD_ROOT, name, data);
    file->entries[no].is_stray = true;
    return no;
}

static void put_zero_to(lj_buf *out, size_t to)
{
    while (out->len < to) {
        lj_buf_put_u8(out, 0);
    }
}

static uint32_t sectors_of(const ole2_build *file, size_t len)
{
    return (uint32_t)((len + (1U << file->shift) - 1) >> file->shift);
}

static void put_chain(lj_buf *out, uint32_t first, uint32_t count)
{
    for (uint32_t i = 1; i <= count; i++) {
        lj_buf_put_u32le(out, i == count ? END : first + i);
    }
}

static bool is_mini(const ole2_build_entry *entry)
{
    return !entry->is_storage && entry->data.len < CUTOFF && entry->data.len > 0;
}

/* Siblings are a list to the right: no order is needed by anybody who walks the tree. */
static uint32_t sibling_after(const ole2_build *file, uint32_t no, uint32_t parent)
{
    for (uint32_t i = no + 1; i < file->count; i++) {
        if (file->entries[i].parent == parent && !file->entries[i].is_stray) {
            return i;
        }
    }
    return FREE;
}

static void put_entry(ole2_build *file, uint32_t no, uint32_t mini_start, size_t mini_len)
{
    ole2_build_entry *entry = &file->entries[no];
    lj_buf *out = &file->out;
    size_t from = out->len;
    for (const char *at = entry->name; *at != '\0' && out->len - from < 62;) {
        uint8_t c = (uint8_t)*at;
        uint32_t len = c < 0x80 ? 1 : c < 0xE0 ? 2 : 3;
        uint32_t letter = c < 0x80 ? c : c & (0xFFU >> (len + 1));
        for (uint32_t i = 1; i < len; i++) {
            letter = letter << 6 | ((uint8_t)at[i] & 0x3FU);
        }
        lj_buf_put_u16le(out, (uint16_t)letter);
        at += len;
    }
    uint16_t name_len = (uint16_t)(out->len - from + 2);
    put_zero_to(out, from + 64);
    lj_buf_put_u16le(out, name_len);
    lj_buf_put_u8(out, no == 0 ? 5 : entry->is_storage ? 1 : 2);
    lj_buf_put_u8(out, 1);
    lj_buf_put_u32le(out, FREE);
    lj_buf_put_u32le(out,
                     no == 0 || entry->is_stray ? FREE : sibling_after(file, no, entry->parent));
    lj_buf_put_u32le(out, entry->is_storage ? sibling_after(file, 0, no) : FREE);
    put_zero_to(out, from + 116);
    lj_buf_put_u32le(out, no == 0 ? mini_start : entry->is_storage ? 0 : entry->start);
    lj_buf_put_u64le(out, no == 0 ? mini_len : entry->data.len);
}

static void put_header(ole2_build *file, uint32_t fat_count, uint32_t mini_fat_count)
{
    lj_buf *out = &file->out;
    lj_buf_put(out, LJ_BYTES("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"));
    put_zero_to(out, 24);
    lj_buf_put_u16le(out, 0x3E);
    lj_buf_put_u16le(out, file->shift == 9 ? 3 : 4);
    lj_buf_put_u16le(out, 0xFFFE);
    lj_buf_put_u16le(out, (uint16_t)file->shift);
    lj_buf_put_u16le(out, 6);
    put_zero_to(out, 44);
    lj_buf_put_u32le(out, fat_count);
    lj_buf_put_u32le(out, fat_count); /* the directory stands behind the FAT */
    lj_buf_put_u32le(out, 0);
    lj_buf_put_u32le(out, CUTOFF);
    uint32_t dir = sectors_of(file, (size_t)file->count * 128);
    lj_buf_put_u32le(out, mini_fat_count > 0 ? fat_count + dir : END);
    lj_buf_put_u32le(out, mini_fat_count);
    lj_buf_put_u32le(out, END);
    lj_buf_put_u32le(out, 0);
    for (uint32_t i = 0; i < 109; i++) {
        lj_buf_put_u32le(out, i < fat_count ? i : FREE);
    }
    put_zero_to(out, (size_t)1 << file->shift);
}

lj_slice ole2_build_end(ole2_build *file)
{
    lj_buf mini;
    lj_buf mini_fat;
    lj_buf fat;
    lj_buf_init(&mini, NULL, MOST);
    lj_buf_init(&mini_fat, NULL, MOST);
    lj_buf_init(&fat, NULL, MOST);
    for (uint32_t i = 1; i < file->count; i++) {
        ole2_build_entry *entry = &file->entries[i];
        if (is_mini(entry)) {
            entry->start = (uint32_t)(mini.len / MINI);
            lj_buf_put(&mini, lj_buf_slice(&entry->data));
            put_zero_to(&mini, (mini.len + MINI - 1) / MINI * MINI);
            put_chain(&mini_fat, entry->start, (uint32_t)((entry->data.len + MINI - 1) / MINI));
        }
    }
    uint32_t dir = sectors_of(file, (size_t)file->count * 128);
    uint32_t mini_fat_count = sectors_of(file, mini_fat.len);
    uint32_t mini_count = sectors_of(file, mini.len);
    uint32_t data = 0;
    for (uint32_t i = 1; i < file->count; i++) {
        data += is_mini(&file->entries[i]) ? 0 : sectors_of(file, file->entries[i].data.len);
    }
    uint32_t per = 1U << (file->shift - 2);
    uint32_t others = dir + mini_fat_count + mini_count + data;
    uint32_t fat_count = (others + per - 2) / (per - 1);
    LJ_ASSERT(fat_count <= 109);
    uint32_t at = fat_count;
    for (uint32_t i = 0; i < fat_count; i++) {
        lj_buf_put_u32le(&fat, FAT);
    }
    put_chain(&fat, at, dir);
    put_chain(&fat, at += dir, mini_fat_count);
    put_chain(&fat, at += mini_fat_count, mini_count);
    uint32_t mini_start = mini_count > 0 ? at : END;
    at += mini_count;
    for (uint32_t i = 1; i < file->count; i++) {
        ole2_build_entry *entry = &file->entries[i];
        uint32_t count = is_mini(entry) ? 0 : sectors_of(file, entry->data.len);
        if (!is_mini(entry)) {
            entry->start = count > 0 ? at : END;
        }
        put_chain(&fat, at, count);
        at += count;
    }
    file->sectors = at;
    while (fat.len < (size_t)fat_count << file->shift) {
        lj_buf_put_u32le(&fat, FREE);
    }
    put_header(file, fat_count, mini_fat_count);
    file->fat_off = file->out.len;
    lj_buf_put(&file->out, lj_buf_slice(&fat));
    file->directory_off = file->out.len;
    for (uint32_t i = 0; i < file->count; i++) {
        put_entry(file, i, mini_start, mini.len);
    }
    put_zero_to(&file->out, file->directory_off + ((size_t)dir << file->shift));
    file->mini_fat_off = file->out.len;
    lj_buf_put(&file->out, lj_buf_slice(&mini_fat));
    put_zero_to(&file->out, file->mini_fat_off + ((size_t)mini_fat_count << file->shift));
    file->mini_off = file->out.len;
    lj_buf_put(&file->out, lj_buf_slice(&mini));
    put_zero_to(&file->out, file->mini_off + ((size_t)mini_count << file->shift));
    for (uint32_t i = 1; i < file->count; i++) {
        ole2_build_entry *entry = &file->entries[i];
        if (!is_mini(entry)) {
            size_t from = file->out.len;
            lj_buf_put(&file->out, lj_buf_slice(&entry->data));
            put_zero_to(&file->out,
                        from + ((size_t)sectors_of(file, entry->data.len) << file->shift));
        }
    }
    lj_buf_done(&mini);
    lj_buf_done(&mini_fat);
    lj_buf_done(&fat);
    return lj_buf_slice(&file->out);
}

void ole2_build_poke(ole2_build *file, uint64_t off, uint32_t value, size_t len)
{
    LJ_ASSERT(off + len <= file->out.len);
    for (size_t i = 0; i < len; i++) {
        file->out.ptr[off + i] = (uint8_t)(value >> (8 * i));
    }
}

void ole2_build_fat(ole2_build *file, uint32_t sector, uint32_t next)
{
    ole2_build_poke(file, file->fat_off + (uint64_t)4 * sector, next, 4);
}

uint64_t ole2_build_sector_off(const ole2_build *file, uint32_t sector)
{
    return ((uint64_t)sector + 1) << file->shift;
}

uint64_t ole2_build_entry_off(const ole2_build *file, uint32_t entry)
{
    return file->directory_off + (uint64_t)128 * entry;
}

void ole2_build_properties(lj_buf *out, lj_slice fmtid, uint16_t codepage,
                           const ole2_build_property *rows, uint32_t count)
{
    lj_buf_put_u16le(out, 0xFFFE);
    lj_buf_put_u16le(out, 0);
    lj_buf_put_u32le(out, 0x00020105);
    put_zero_to(out, out->len + 16);
    lj_buf_put_u32le(out, 1);
    lj_buf_put(out, fmtid);
    lj_buf_put_u32le(out, (uint32_t)(out->len + 4));
    uint32_t at = 8 + 8 * (count + 1);
    uint32_t total = at + 8;
    for (uint32_t i = 0; i < count; i++) {
        total += 8 + (((uint32_t)rows[i].text.len + 4) & ~3U);
    }
    lj_buf_put_u32le(out, total);
    lj_buf_put_u32le(out, count + 1);
    lj_buf_put_u32le(out, 1);
    lj_buf_put_u32le(out, at);
    at += 8;
    for (uint32_t i = 0; i < count; i++) {
        lj_buf_put_u32le(out, rows[i].id);
        lj_buf_put_u32le(out, at);
        at += 8 + (((uint32_t)rows[i].text.len + 4) & ~3U);
    }
    lj_buf_put_u32le(out, 2); /* VT_I2 */
    lj_buf_put_u32le(out, codepage);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t padded = ((uint32_t)rows[i].text.len + 4) & ~3U;
        lj_buf_put_u32le(out, 0x1E); /* VT_LPSTR */
        lj_buf_put_u32le(out, padded);
        size_t from = out->len;
        lj_buf_put(out, rows[i].text);
        put_zero_to(out, from + padded);
    }
}
