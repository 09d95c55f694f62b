/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The package of a workbook, read strictly.
 *
 * Specification: PKWARE APPNOTE 6.3.9: 4.3.7 (local header), 4.3.12 (directory), 4.3.14 to 4.3.16
 * (end records), 4.5.3 (ZIP64); ISO/IEC 29500-2 (which parts of it packages use).
 *
 * Model. The scanner's reader (formats/zip) goes on after every lie, because hidden text counts
 * there. An import is the other way round: a package that contradicts itself is refused, so that
 * nothing is imported that an office program would show differently. So: one end record, at the
 * very end; directory and local header name the same member and method; stored or deflated; length
 * and checksum as stated. Only members that are asked for are unpacked at all.
 *
 * Traps. Programs that stream (LibreOffice, POI) leave the sizes of local headers zero and put them
 * behind the data: only the directory's count. ZIP64 fields are written for small packages too.
 *
 * Limits: entries; ratio and unpacked bytes are charged while unpacking, before bytes are used. */
#define ZLIB_CONST
#include <zlib.h>

#include "base/cur.h"
#include "base/num.h"
#include "formats/inflate_memory.h"
#include "report/table_in_priv.h"

enum {
    LOCAL_LEN = 30,
    CENTRAL_LEN = 46,
    END_LEN = 22,
    END64_LEN = 56,
    LOCATOR_LEN = 20,
    COMMENT_MAX = 65535,
    EXTRA_ZIP64 = 1,
    FLAG_ENCRYPTED = 1,
    METHOD_STORE = 0,
    METHOD_DEFLATE = 8,
    RATIO_FREE = 4 * 1024 * 1024, /* unpacked bytes before the ratio is looked at */
};

struct table_unpack {
    table_run *run;
    const table_member *member;
    lj_slice stored; /* all of it */
    uint64_t given;  /* bytes unpacked so far */
    uint32_t crc;
    bool is_open, is_over;
    z_stream z;
};

/* ---- directory ---- */

/* Where the directory is. */
typedef struct table_zip_end {
    uint64_t count, len, off;
} zip_end;

static bool has_signature(lj_slice bytes, uint64_t off, const char *signature)
{
    return lj_range_fits(off, 4, bytes.len) && memcmp(bytes.ptr + off, signature, 4) == 0;
}

/* The ZIP64 end record, found through its locator right before the end record. */
static bool read_end64(lj_slice bytes, uint64_t end_off, zip_end *out)
{
    if (end_off < LOCATOR_LEN || !has_signature(bytes, end_off - LOCATOR_LEN, "PK\6\7")) {
        return false;
    }
    lj_cur cur = lj_cur_of(lj_slice_part(bytes, (size_t)end_off - LOCATOR_LEN + 8, 8));
    uint64_t off = lj_cur_u64le(&cur);
    if (!lj_range_fits(off, END64_LEN, end_off - LOCATOR_LEN) ||
        !has_signature(bytes, off, "PK\6\6")) {
        return false;
    }
    cur = lj_cur_of(lj_slice_part(bytes, (size_t)off + 32, 24));
    out->count = lj_cur_u64le(&cur);
    out->len = lj_cur_u64le(&cur);
    out->off = lj_cur_u64le(&cur);
    return lj_cur_ok(&cur);
}

/* The end record whose comment reaches exactly to the end of the file. */
static bool find_end(lj_slice bytes, zip_end *out)
{
    for (uint64_t back = END_LEN; back <= END_LEN + COMMENT_MAX && back <= bytes.len; back++) {
        uint64_t off = bytes.len - back;
        if (!has_signature(bytes, off, "PK\5\6")) {
            continue;
        }
        lj_cur cur = lj_cur_of(lj_slice_part(bytes, (size_t)off + 4, END_LEN - 4));
        uint16_t disk = lj_cur_u16le(&cur);
        uint16_t first_disk = lj_cur_u16le(&cur);
        uint16_t here = lj_cur_u16le(&cur);
        out->count = lj_cur_u16le(&cur);
        out->len = lj_cur_u32le(&cur);
        out->off = lj_cur_u32le(&cur);
        uint16_t comment_len = lj_cur_u16le(&cur);
        if (!lj_cur_ok(&cur) || comment_len != back - END_LEN) {
            continue;
        }
        bool wide = out->count == UINT16_MAX || out->len == UINT32_MAX || out->off == UINT32_MAX;
        if (wide) {
            return read_end64(bytes, off, out) && lj_range_fits(out->off, out->len, off);
        }
        return disk == 0 && first_disk == 0 && here == out->count &&
               lj_range_fits(out->off, out->len, off);
    }
    return false;
}

/* 4.5.3: the 64-bit values of those fields that are all ones, in this order. */
static bool read_zip64(table_member *member, lj_slice extra)
{
    uint64_t *const wide[] = {&member->real_len, &member->stored_len, &member->header_off};
    lj_cur cur = lj_cur_of(extra);
    while (lj_cur_left(&cur) >= 4) {
        uint16_t id = lj_cur_u16le(&cur);
        uint16_t len = lj_cur_u16le(&cur);
        lj_cur field = lj_cur_of(lj_cur_bytes(&cur, len));
        for (size_t i = 0; i < LJ_COUNT_OF(wide) && id == EXTRA_ZIP64; i++) {
            if (*wide[i] == UINT32_MAX && lj_cur_left(&field) >= 8) {
                *wide[i] = lj_cur_u64le(&field);
            }
        }
    }
    return lj_cur_ok(&cur);
}

static bool read_entry(lj_cur *cur, uint64_t directory_off, table_member *out)
{
    lj_slice signature = lj_cur_bytes(cur, 4);
    lj_cur_skip(cur, 4);
    out->flags = lj_cur_u16le(cur);
    out->method = lj_cur_u16le(cur);
    lj_cur_skip(cur, 4);
    out->crc = lj_cur_u32le(cur);
    out->stored_len = lj_cur_u32le(cur);
    out->real_len = lj_cur_u32le(cur);
    uint16_t name_len = lj_cur_u16le(cur);
    uint16_t extra_len = lj_cur_u16le(cur);
    uint16_t comment_len = lj_cur_u16le(cur);
    lj_cur_skip(cur, 8);
    out->header_off = lj_cur_u32le(cur);
    out->name = lj_cur_bytes(cur, name_len);
    lj_slice extra = lj_cur_bytes(cur, extra_len);
    lj_cur_skip(cur, comment_len);
    return lj_cur_ok(cur) && memcmp(signature.ptr, "PK\1\2", 4) == 0 && read_zip64(out, extra) &&
           lj_range_fits(out->header_off, LOCAL_LEN, directory_off);
}

lj_code table_zip_open(table_run *run, lj_slice bytes, table_zip *out)
{
    zip_end end = {0};
    *out = (table_zip){.bytes = bytes};
    if (!find_end(bytes, &end) || end.count > end.len / CENTRAL_LEN) {
        return table_stop(run, TABLE_FAULT_DAMAGED, 0, 0);
    }
    if (end.count > run->limits.value[TABLE_LIMIT_ENTRIES]) {
        return table_stop_limit(run, TABLE_LIMIT_ENTRIES, 0, 0);
    }
    out->directory_off = end.off;
    out->members = lj_arena_array(run->arena, (size_t)end.count + 1, sizeof(*out->members));
    if (out->members == NULL) {
        return table_stop(run, TABLE_FAULT_MEMORY, 0, 0);
    }
    lj_cur cur = lj_cur_of(lj_slice_part(bytes, (size_t)end.off, (size_t)end.len));
    bool is_locked = false;
    while (out->count < end.count) {
        table_member *member = &out->members[out->count++];
        if (!read_entry(&cur, end.off, member)) {
            return table_stop(run, TABLE_FAULT_DAMAGED, 0, 0);
        }
        is_locked = is_locked || (member->flags & FLAG_ENCRYPTED) != 0;
    }
    if (lj_cur_left(&cur) > 0) {
        return table_stop(run, TABLE_FAULT_DAMAGED, 0, 0);
    }
    return is_locked ? table_stop(run, TABLE_FAULT_ENCRYPTED, 0, 0) : LJ_OK;
}

/* Part names are compared without case (29500-2 6.2.2.3); some programs write backslashes. */
static bool is_name(lj_slice stored, lj_slice name)
{
    if (stored.len > 0 && (stored.ptr[0] == '/' || stored.ptr[0] == '\\')) {
        stored = lj_slice_part(stored, 1, SIZE_MAX);
    }
    if (stored.len != name.len) {
        return false;
    }
    for (size_t i = 0; i < name.len; i++) {
        uint8_t a = stored.ptr[i] == '\\' ? '/' : stored.ptr[i];
        uint8_t b = name.ptr[i];
        a = a >= 'A' && a <= 'Z' ? a | 0x20U : a;
        b = b >= 'A' && b <= 'Z' ? b | 0x20U : b;
        if (a != b) {
            return false;
        }
    }
    return true;
}

const table_member *table_zip_lookup(table_run *run, const table_zip *zip, lj_slice name)
{
    const table_member *found = NULL;
    for (uint32_t i = 0; i < zip->count; i++) {
        if (!is_name(zip->members[i].name, name)) {
            continue;
        }
        if (found != NULL) {
            (void)table_stop(run, TABLE_FAULT_DAMAGED, 0, 0);
            return NULL;
        }
        found = &zip->members[i];
    }
    return found;
}

bool table_zip_has_tail(const table_zip *zip, lj_slice tail)
{
    for (uint32_t i = 0; i < zip->count; i++) {
        lj_slice name = zip->members[i].name;
        if (name.len >= tail.len &&
            lj_slice_is_nocase(lj_slice_part(name, name.len - tail.len, SIZE_MAX), tail)) {
            return true;
        }
    }
    return false;
}

/* ---- unpacking ---- */

/* The stored bytes behind a local header that agrees with the directory; ptr NULL when none. */
static lj_slice stored_bytes(const table_zip *zip, const table_member *member)
{
    lj_slice none = {NULL, 0};
    lj_cur cur = lj_cur_of(lj_slice_part(zip->bytes, (size_t)member->header_off,
                                         (size_t)(zip->directory_off - member->header_off)));
    lj_slice signature = lj_cur_bytes(&cur, 4);
    lj_cur_skip(&cur, 4);
    uint16_t method = lj_cur_u16le(&cur);
    lj_cur_skip(&cur, 16);
    uint16_t name_len = lj_cur_u16le(&cur);
    uint16_t extra_len = lj_cur_u16le(&cur);
    lj_slice name = lj_cur_bytes(&cur, name_len);
    lj_cur_skip(&cur, extra_len);
    if (!lj_cur_ok(&cur) || memcmp(signature.ptr, "PK\3\4", 4) != 0 || method != member->method ||
        !lj_slice_is(name, member->name) || member->stored_len > lj_cur_left(&cur)) {
        return none;
    }
    return lj_slice_of(cur.src.ptr + cur.pos, (size_t)member->stored_len);
}

static bool is_bomb(const table_run *run, const table_member *member, uint64_t len)
{
    return len > RATIO_FREE && len / run->limits.value[TABLE_LIMIT_RATIO] > member->stored_len;
}

table_unpack *table_unpack_new(table_run *run, const table_zip *zip, const table_member *member)
{
    lj_slice stored = stored_bytes(zip, member);
    bool fits = stored.ptr != NULL &&
                (member->method == METHOD_DEFLATE ||
                 (member->method == METHOD_STORE && member->stored_len == member->real_len));
    if (!fits) {
        (void)table_stop(run, TABLE_FAULT_DAMAGED, 0, 0);
        return NULL;
    }
    if (run->charged != member) {
        run->charged = member;
        run->out->unpacked = lj_sat_add_u64(run->out->unpacked, member->real_len);
    }
    if (run->out->unpacked > run->limits.value[TABLE_LIMIT_UNPACKED]) {
        (void)table_stop_limit(run, TABLE_LIMIT_UNPACKED, 0, 0);
        return NULL;
    }
    if (is_bomb(run, member, member->real_len)) {
        (void)table_stop_limit(run, TABLE_LIMIT_RATIO, 0, 0);
        return NULL;
    }
    table_unpack *unpack = lj_arena_alloc(run->arena, sizeof(*unpack));
    if (unpack == NULL) {
        (void)table_stop(run, TABLE_FAULT_MEMORY, 0, 0);
        return NULL;
    }
    *unpack = (table_unpack){.run = run, .member = member, .stored = stored};
    if (member->method == METHOD_DEFLATE) {
        unpack->z = (z_stream){
            .zalloc = format_inflate_alloc, .zfree = format_inflate_free, .opaque = run->arena};
        if (inflateInit2(&unpack->z, -MAX_WBITS) != Z_OK) {
            (void)table_stop(run, TABLE_FAULT_MEMORY, 0, 0);
            return NULL;
        }
        unpack->is_open = true;
        unpack->z.next_in = stored.ptr;
        unpack->z.avail_in = (uInt)stored.len;
    }
    return unpack;
}

void table_unpack_done(table_unpack *unpack)
{
    if (unpack != NULL && unpack->is_open) {
        (void)inflateEnd(&unpack->z);
        unpack->is_open = false;
    }
}

/* Charges what was unpacked; length and checksum at the end. */
static lj_code charge(table_unpack *unpack, const uint8_t *dst, size_t len)
{
    table_run *run = unpack->run;
    const table_member *member = unpack->member;
    unpack->given += len;
    unpack->crc = (uint32_t)crc32_z(unpack->crc, dst, len);
    if (is_bomb(run, member, unpack->given)) {
        return table_stop_limit(run, TABLE_LIMIT_RATIO, 0, 0);
    }
    if (unpack->given > member->real_len ||
        (unpack->is_over && (unpack->given != member->real_len || unpack->crc != member->crc))) {
        return table_stop(run, TABLE_FAULT_DAMAGED, 0, 0);
    }
    return LJ_OK;
}

lj_code table_unpack_fill(void *ctx, uint8_t *dst, size_t cap, size_t *out_len)
{
    table_unpack *unpack = ctx;
    *out_len = 0;
    if (unpack->run->code != LJ_OK || unpack->is_over || cap == 0) {
        return unpack->run->code;
    }
    size_t len = 0;
    if (unpack->is_open) {
        uInt room = (uInt)lj_min_size(cap, UINT32_MAX / 2);
        unpack->z.next_out = dst;
        unpack->z.avail_out = room;
        int answer = inflate(&unpack->z, Z_NO_FLUSH);
        len = room - unpack->z.avail_out;
        unpack->is_over = answer == Z_STREAM_END;
        bool stuck = answer == Z_BUF_ERROR || (len == 0 && !unpack->is_over);
        if ((answer != Z_OK && answer != Z_STREAM_END) || stuck ||
            (unpack->is_over && unpack->z.avail_in > 0)) {
            /* zlib takes its window only when it is needed */
            bool is_full = answer == Z_MEM_ERROR;
            return table_stop(unpack->run, is_full ? TABLE_FAULT_MEMORY : TABLE_FAULT_DAMAGED, 0,
                              0);
        }
    } else {
        lj_slice part = lj_slice_part(unpack->stored, (size_t)unpack->given, cap);
        if (part.len > 0) {
            memcpy(dst, part.ptr, part.len);
        }
        len = part.len;
        unpack->is_over = unpack->given + len == unpack->stored.len;
    }
    *out_len = len;
    return charge(unpack, dst, len);
}
