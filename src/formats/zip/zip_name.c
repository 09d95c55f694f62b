/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Extra fields, and which charset the names of a ZIP are in (PKWARE APPNOTE 6.3.9: 4.4.4 bit 11,
 * 4.5, appendix D; Info-ZIP's field 0x7075).
 *
 * Model. A name is, in this order: what a Unicode Path field says, when its CRC is that of the
 * stored name; the stored bytes, when they are valid UTF-8; else one charset for the whole archive,
 * GB18030 or Big5, decided over all such names together, because a single short name decides
 * nothing. Bit 11 is a claim like any other: programs set it on GBK names, and leave it out on
 * UTF-8 ones; so it is not asked.
 *
 * Traps. A Unicode Path field with a wrong CRC names another file than the header does: it becomes
 * a hole and is swept. Extra fields are a place to put text that no program shows: fields that are
 * not known to hold numbers only are holes too, and so is what stands behind the last whole field.
 */
#include <libdeflate.h>

#include "base/buf.h"
#include "base/cur.h"
#include "base/num.h"
#include "formats/zip/zip_priv.h"

enum {
    EXTRA_ZIP64 = 0x0001,
    EXTRA_PATH = 0x7075,
    EXTRA_AES = 0x9901,
    EXTRA_GROWTH = 0xA220, /* Open Packaging growth hint: padding */
    EXTRA_ALIGN = 0xD935,  /* Android: alignment, then padding */
    SAMPLE_MAX = 16 * 1024,
};

/* Fields that hold numbers only, with the most bytes that they can have; a longer one holds
 * something else. Ids as in APPNOTE 4.5.2 and Info-ZIP's extrafld.txt. */
static const struct {
    uint16_t id, len_max;
} numeric[] = {
    {0x5455, 13}, /* times */
    {0x7875, 24}, /* Unix owner, new */
    {0x7855, 4 }, /* Unix owner, old: directory holds none */
    {0x5855, 12}, /* Unix, older */
    {0x000A, 32}, /* NTFS times */
    {0x0017, 8 }, /* strong encryption header, its fixed part */
    {0xCAFE, 0 }, /* executable jar */
};

static bool is_zero(lj_slice bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        if (bytes.ptr[i] != 0) {
            return false;
        }
    }
    return true;
}

/* ZIP64 (4.5.3): the 64-bit values of those fields that are all ones, in this order. */
static bool read_zip64(zip_member *member, lj_slice body, uint64_t *header_off)
{
    uint64_t *const wide[] = {&member->real_len, &member->stored_len, header_off};
    lj_cur field = lj_cur_of(body);
    for (size_t i = 0; i < LJ_COUNT_OF(wide); i++) {
        if (wide[i] != NULL && *wide[i] == UINT32_MAX && lj_cur_left(&field) >= 8) {
            *wide[i] = lj_cur_u64le(&field);
        }
    }
    return lj_cur_left(&field) <= 8; /* the number of a volume, or an offset that was not asked */
}

/* Info-ZIP Unicode Path: version 1, CRC of the stored name, UTF-8. */
static bool read_path(zip_member *member, lj_slice body)
{
    lj_cur field = lj_cur_of(body);
    uint8_t version = lj_cur_u8(&field);
    uint32_t crc = lj_cur_u32le(&field);
    lj_slice path = lj_cur_bytes(&field, lj_cur_left(&field));
    if (version != 1 || path.len == 0 || !text_utf8_is_valid(path, NULL) ||
        libdeflate_crc32(0, member->name.ptr, member->name.len) != crc) {
        return false;
    }
    member->name_utf8 = (lj_str){(const char *)path.ptr, path.len};
    return true;
}

/* WinZip AES (appendix E): version, "AE", strength, method. */
static bool read_aes(zip_member *member, lj_slice body)
{
    lj_cur field = lj_cur_of(body);
    lj_cur_skip(&field, 4);
    uint8_t strength = lj_cur_u8(&field);
    uint16_t method = lj_cur_u16le(&field);
    if (!lj_cur_ok(&field) || strength < 1 || strength > 3) {
        return false;
    }
    member->aes = strength;
    member->method = method;
    return body.len == 7;
}

static bool is_numeric(uint16_t id, size_t len)
{
    for (size_t i = 0; i < LJ_COUNT_OF(numeric); i++) {
        if (numeric[i].id == id && len <= numeric[i].len_max) {
            return true;
        }
    }
    return false;
}

void zip_extra_read(zip_walk *walk, zip_member *member, lj_slice extra, uint64_t extra_off,
                    uint64_t *header_off)
{
    lj_cur cur = lj_cur_of(extra);
    while (lj_cur_left(&cur) >= 4) {
        size_t from = cur.pos;
        uint16_t id = lj_cur_u16le(&cur);
        uint16_t len = lj_cur_u16le(&cur);
        if (len > lj_cur_left(&cur)) {
            cur.pos = from;
            break;
        }
        lj_slice body = lj_cur_bytes(&cur, len);
        bool known = id == EXTRA_ZIP64    ? read_zip64(member, body, header_off)
                     : id == EXTRA_PATH   ? read_path(member, body)
                     : id == EXTRA_AES    ? read_aes(member, body)
                     : id == EXTRA_GROWTH ? is_zero(lj_slice_part(body, 4, SIZE_MAX))
                     : id == EXTRA_ALIGN  ? is_zero(lj_slice_part(body, 2, SIZE_MAX))
                                          : is_numeric(id, len) || is_zero(body);
        if (!known) {
            zip_hole_add(walk, extra_off + from, extra_off + cur.pos);
        }
    }
    /* what is left is no whole field; zeros are alignment (zipalign) */
    lj_slice rest = lj_slice_part(extra, cur.pos, SIZE_MAX);
    if (!is_zero(rest)) {
        zip_hole_add(walk, extra_off + cur.pos, extra_off + extra.len);
    }
}

/* ---- charset ---- */

lj_str zip_text_of(lj_arena *arena, text_charset charset, lj_slice bytes)
{
    if (text_utf8_is_valid(bytes, NULL)) {
        return (lj_str){(const char *)bytes.ptr, bytes.len};
    }
    lj_buf utf8;
    lj_buf_init(&utf8, arena, 3 * (bytes.len + 1));
    (void)text_to_utf8(charset, bytes, /* more= */ false, &utf8, /* rows= */ NULL);
    return lj_buf_str(&utf8);
}

/* Names and comments that are not UTF-8, a line each. */
static lj_slice sample_of(zip_walk *walk)
{
    const zip_index *index = walk->index;
    lj_buf sample;
    lj_buf_init(&sample, walk->arena, SAMPLE_MAX);
    for (uint32_t i = 0; i <= index->count && lj_buf_ok(&sample); i++) {
        const lj_slice texts[] = {
            i < index->count ? index->members[i].name : index->comment,
            i < index->count ? index->members[i].comment : (lj_slice){NULL, 0},
        };
        for (size_t k = 0; k < LJ_COUNT_OF(texts); k++) {
            if (texts[k].len > 0 && !text_utf8_is_valid(texts[k], NULL)) {
                lj_buf_put(&sample, texts[k]);
                lj_buf_put_u8(&sample, '\n');
            }
        }
    }
    return lj_buf_slice(&sample);
}

static text_charset choose_charset(zip_walk *walk)
{
    lj_slice sample = sample_of(walk);
    size_t bom_len = 0;
    text_charset guess =
        sample.len > 0 ? text_charset_guess(sample, TEXT_CHARSET_NONE, &bom_len) : TEXT_GB18030;
    return guess == TEXT_BIG5 ? TEXT_BIG5 : TEXT_GB18030;
}

void zip_names_decode(zip_walk *walk)
{
    lj_arena_mark mark = lj_arena_mark_of(walk->arena);
    text_charset charset = choose_charset(walk);
    lj_arena_rewind(walk->arena, mark);
    walk->index->charset = (uint16_t)charset;
    for (uint32_t i = 0; i < walk->index->count; i++) {
        zip_member *member = &walk->index->members[i];
        if (member->name_utf8.len == 0 && member->name.len > 0) {
            member->name_utf8 = zip_text_of(walk->arena, charset, member->name);
        }
    }
}
