/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The members of a ZIP, from every place that speaks of them (PKWARE APPNOTE 6.3.9).
 *
 * A library asks the last end record (4.3.16) and believes it. An inspector may not: the directory
 * can be missing (cut file), there can be two of them (two archives in one, or a forged one), it
 * can leave members out, and a local header (4.3.7) can tell another story than its directory entry
 * (4.3.12). So
 *   1. all end records in the last 64 KiB are followed, with ZIP64 records (4.3.14) and with the
 * shift that a stub in front of the archive causes;
 *   2. each entry is compared with its local header;
 *   3. every byte range that no member covers is searched for further local headers.
 * Members with their sizes behind the data (flag bit 3) and without a directory end at their
 * descriptor (4.3.9), which is recognised by its signature and by stating the very distance, or at
 * the next signature.
 *
 * Traps: comment that contains an end record; offsets that count from the start of the archive and
 * not of the file; sizes 0xFFFFFFFF without the ZIP64 field; entries that claim 2^64 bytes:
 * everything is checked against the source's size. */
#include <stdlib.h>

#include "base/buf.h"
#include "base/cur.h"
#include "base/num.h"
#include "formats/zip/zip_priv.h"
#include "text/charset.h"

enum {
    END_LEN = 22,
    END64_LEN = 56,
    LOCATOR_LEN = 20,
    CENTRAL_LEN = 46,
    LOCAL_LEN = 30,
    TAIL_LEN = 65536 + END_LEN,
    ENDS_MAX = 8,
    NAME_MAX_LEN = 4096,
    EXTRA_ZIP64 = 0x0001,
    EXTRA_NAME = 0x7075,
    EXTRA_AES = 0x9901,
    METHOD_AES = 99,
};

typedef struct zip_walk {
    format_run *run;
    format_src *src;
    uint64_t size;
    uint64_t member_max;
    zip_index *index;
    lj_arena *arena;
} zip_walk;

static bool starts(lj_slice bytes, const char *signature)
{
    return bytes.len >= 4 && memcmp(bytes.ptr, signature, 4) == 0;
}

/* ---- names ---- */

/* Decodes a name for people. extra_utf8: from the Info-ZIP Unicode Path field, or empty. */
static lj_str decode_name(zip_walk *walk, lj_slice name, uint16_t flags, lj_slice extra_utf8)
{
    if (extra_utf8.len > 0 && text_utf8_is_valid(extra_utf8, NULL)) {
        return (lj_str){(const char *)extra_utf8.ptr, extra_utf8.len};
    }
    /* bit 11 is a claim like any other: programs set it on GBK names, and leave it out on UTF-8
     * ones */
    (void)flags;
    if (text_utf8_is_valid(name, NULL)) {
        return (lj_str){(const char *)name.ptr, name.len};
    }
    lj_buf utf8;
    lj_buf_init(&utf8, walk->arena, 3 * NAME_MAX_LEN);
    (void)text_lines_to_utf8(TEXT_GB18030, name, false, &utf8, NULL);
    return lj_buf_str(&utf8);
}

/* ---- members ---- */

static zip_member *add_member(zip_walk *walk)
{
    zip_index *index = walk->index;
    if (index->count >= walk->member_max) {
        index->full = true;
        return NULL;
    }
    if (index->count == index->cap) {
        uint32_t cap = index->cap == 0 ? 64 : index->cap * 2;
        zip_member *members = lj_arena_grow(walk->arena, index->members,
                                            index->cap * sizeof(*members), cap * sizeof(*members));
        if (members == NULL) {
            index->full = true;
            return NULL;
        }
        index->members = members;
        index->cap = cap;
    }
    zip_member *member = &index->members[index->count++];
    *member = (zip_member){.in_local = true};
    return member;
}

/* Extra fields (4.5): ZIP64 sizes in the order in which they are missing, Unicode path, AES.
 * Returns the Unicode path. */
static lj_slice read_extra(zip_member *member, lj_slice extra, uint64_t *header_off)
{
    lj_slice path = {NULL, 0};
    lj_cur cur = lj_cur_of(extra);
    while (lj_cur_left(&cur) >= 4) {
        uint16_t id = lj_cur_u16le(&cur);
        uint16_t len = lj_cur_u16le(&cur);
        lj_slice body = lj_cur_bytes(&cur, len);
        lj_cur field = lj_cur_of(body);
        if (id == EXTRA_ZIP64) {
            uint64_t *const wide[] = {&member->real_len, &member->stored_len, header_off};
            for (size_t i = 0; i < LJ_COUNT_OF(wide); i++) {
                if (wide[i] != NULL && *wide[i] == UINT32_MAX && lj_cur_left(&field) >= 8) {
                    *wide[i] = lj_cur_u64le(&field);
                }
            }
        } else if (id == EXTRA_NAME && lj_cur_u8(&field) == 1) {
            lj_cur_skip(&field, 4);
            path = lj_cur_bytes(&field, lj_cur_left(&field));
        } else if (id == EXTRA_AES) {
            lj_cur_skip(&field, 4);
            uint8_t strength = lj_cur_u8(&field);
            uint16_t method = lj_cur_u16le(&field);
            if (lj_cur_ok(&field) && strength >= 1 && strength <= 3) {
                member->aes = strength;
                member->method = method;
            }
        }
    }
    return path;
}

/* What a local header says. False when none stands at off. The member's data may lie outside the
 * file: cut later. */
static bool read_local(zip_walk *walk, uint64_t off, zip_member *out)
{
    lj_slice head = format_bytes(walk->run, walk->src, off, LOCAL_LEN);
    if (head.len < LOCAL_LEN || !starts(head, "PK\3\4")) {
        return false;
    }
    lj_cur cur = lj_cur_of(head);
    lj_cur_skip(&cur, 4);
    uint16_t version = lj_cur_u16le(&cur);
    *out = (zip_member){.header_off = off, .in_local = true};
    out->flags = lj_cur_u16le(&cur);
    out->method = lj_cur_u16le(&cur);
    out->time = lj_cur_u16le(&cur);
    lj_cur_skip(&cur, 2);
    out->crc = lj_cur_u32le(&cur);
    out->stored_len = lj_cur_u32le(&cur);
    out->real_len = lj_cur_u32le(&cur);
    uint16_t name_len = lj_cur_u16le(&cur);
    uint16_t extra_len = lj_cur_u16le(&cur);
    if (!lj_cur_ok(&cur) || (version & 0xFF) > 100 || name_len > NAME_MAX_LEN) {
        return false;
    }
    out->data_off = off + LOCAL_LEN + name_len + extra_len;
    lj_slice rest =
        format_slurp(walk->run, walk->src, off + LOCAL_LEN, (uint64_t)name_len + extra_len);
    out->name = lj_slice_part(rest, 0, name_len);
    out->encrypted = (out->flags & (ZIP_ENCRYPTED | ZIP_STRONG | ZIP_MASKED)) != 0;
    lj_slice path = read_extra(out, lj_slice_part(rest, name_len, extra_len), NULL);
    out->name_utf8 = decode_name(walk, out->name, out->flags, path);
    out->is_folder =
        name_len > 0 && out->name.ptr[out->name.len > 0 ? out->name.len - 1 : 0] == '/';
    return out->name.len == name_len;
}

/* ---- the directory ---- */

/* Compares an entry with its local header; a local header with another method or other sizes
 * becomes a member of its own, because whoever reads without the directory (4.3.7 streams) sees
 * that one. */
static bool compare_local(zip_walk *walk, zip_member *entry)
{
    zip_member local;
    lj_arena_mark mark = lj_arena_mark_of(walk->arena);
    if (!read_local(walk, entry->header_off, &local)) {
        lj_arena_rewind(walk->arena, mark);
        entry->in_local = false;
        entry->data_off = lj_min_u64(entry->header_off, walk->size);
        walk->index->is_cut = true;
        return false;
    }
    entry->data_off = local.data_off;
    bool masked = (local.flags & ZIP_MASKED) != 0;
    bool name_differs = !masked && !lj_slice_is(local.name, entry->name);
    bool sizes_stated = (local.flags & ZIP_LENGTH_BEHIND) == 0 && local.stored_len != UINT32_MAX;
    bool data_differs = !masked && (local.method != entry->method ||
                                    (sizes_stated && (local.stored_len != entry->stored_len ||
                                                      local.real_len != entry->real_len)));
    if (name_differs || data_differs) {
        walk->index->disagrees = true;
    }
    if (!data_differs && !name_differs) {
        lj_arena_rewind(walk->arena, mark);
        return true;
    }
    zip_member *twin = add_member(walk); /* moves the array: entry is not used below */
    if (twin != NULL) {
        *twin = local;
    }
    return true;
}

/* One directory entry at *at; false at its end. */
static bool read_central(zip_walk *walk, uint64_t *at, uint64_t shift)
{
    lj_slice head = format_bytes(walk->run, walk->src, *at, CENTRAL_LEN);
    if (head.len < CENTRAL_LEN || !starts(head, "PK\1\2")) {
        return false;
    }
    lj_cur cur = lj_cur_of(head);
    lj_cur_skip(&cur, 4);
    uint16_t made_by = lj_cur_u16le(&cur);
    lj_cur_skip(&cur, 2);
    zip_member entry = {.in_directory = true, .in_local = true};
    entry.flags = lj_cur_u16le(&cur);
    entry.method = lj_cur_u16le(&cur);
    entry.time = lj_cur_u16le(&cur);
    lj_cur_skip(&cur, 2);
    entry.crc = lj_cur_u32le(&cur);
    entry.stored_len = lj_cur_u32le(&cur);
    entry.real_len = lj_cur_u32le(&cur);
    uint16_t name_len = lj_cur_u16le(&cur);
    uint16_t extra_len = lj_cur_u16le(&cur);
    uint16_t comment_len = lj_cur_u16le(&cur);
    lj_cur_skip(&cur, 4);
    uint32_t attributes = lj_cur_u32le(&cur);
    uint64_t header_off = lj_cur_u32le(&cur);
    lj_slice rest = format_slurp(walk->run, walk->src, *at + CENTRAL_LEN,
                                 (uint64_t)name_len + extra_len + comment_len);
    *at += CENTRAL_LEN + (uint64_t)name_len + extra_len + comment_len;
    entry.name = lj_slice_part(rest, 0, name_len);
    entry.encrypted = (entry.flags & (ZIP_ENCRYPTED | ZIP_STRONG | ZIP_MASKED)) != 0;
    lj_slice path = read_extra(&entry, lj_slice_part(rest, name_len, extra_len), &header_off);
    entry.comment = lj_slice_part(rest, (size_t)name_len + extra_len, comment_len);
    entry.name_utf8 = decode_name(walk, entry.name, entry.flags, path);
    entry.is_folder = entry.name.len > 0 && entry.name.ptr[entry.name.len - 1] == '/';
    entry.is_link =
        made_by >> 8 == 3 && (attributes >> 16 & 0170000) == 0120000; /* Unix: S_IFLNK */
    if (!lj_add_u64(header_off, shift, &entry.header_off)) {
        entry.header_off = walk->size;
    }
    zip_member *member = add_member(walk);
    if (member == NULL) {
        return false;
    }
    *member = entry;
    (void)compare_local(walk, member);
    return true;
}

static void add_claim(zip_index *index, uint64_t from, uint64_t to)
{
    if (index->claim_count < LJ_COUNT_OF(index->claims) && from < to) {
        index->claims[index->claim_count][0] = from;
        index->claims[index->claim_count][1] = to;
        index->claim_count++;
    }
}

/* Where the directory of an end record begins, with the shift of a stub in front; false when none
 * stands there. */
static bool find_directory(zip_walk *walk, uint64_t end_at, uint64_t dir_len, uint64_t dir_off,
                           uint64_t *out_at, uint64_t *out_shift)
{
    uint64_t behind = dir_len <= end_at ? end_at - dir_len : UINT64_MAX;
    const uint64_t places[] = {behind, dir_off};
    for (size_t i = 0; i < LJ_COUNT_OF(places); i++) {
        if (places[i] < walk->size &&
            starts(format_bytes(walk->run, walk->src, places[i], 4), "PK\1\2")) {
            *out_at = places[i];
            *out_shift = places[i] >= dir_off ? places[i] - dir_off : 0;
            return true;
        }
    }
    return false;
}

/* One end record at `at`. */
static void read_end(zip_walk *walk, uint64_t at)
{
    zip_index *index = walk->index;
    lj_slice head = format_slurp(walk->run, walk->src, at, END_LEN);
    lj_cur cur = lj_cur_of(head);
    lj_cur_skip(&cur, 4);
    uint16_t disk = lj_cur_u16le(&cur);
    uint16_t dir_disk = lj_cur_u16le(&cur);
    lj_cur_skip(&cur, 4);
    uint64_t dir_len = lj_cur_u32le(&cur);
    uint64_t dir_off = lj_cur_u32le(&cur);
    uint16_t comment_len = lj_cur_u16le(&cur);
    if (!lj_cur_ok(&cur)) {
        return;
    }
    uint64_t dir_end = at;
    lj_slice locator = at >= LOCATOR_LEN
                           ? format_slurp(walk->run, walk->src, at - LOCATOR_LEN, LOCATOR_LEN)
                           : (lj_slice){NULL, 0};
    if (starts(locator, "PK\6\7")) { /* 4.3.15; the record mostly stands right before its locator */
        lj_cur place = lj_cur_of(locator);
        lj_cur_skip(&place, 8);
        uint64_t stated = lj_cur_u64le(&place);
        uint64_t near = at - LOCATOR_LEN >= END64_LEN ? at - LOCATOR_LEN - END64_LEN : 0;
        lj_slice record = format_slurp(walk->run, walk->src, near, END64_LEN);
        if (!starts(record, "PK\6\6")) {
            near = stated;
            record = format_slurp(walk->run, walk->src, near, END64_LEN);
        }
        if (starts(record, "PK\6\6") && record.len == END64_LEN) {
            lj_cur wide = lj_cur_of(record);
            lj_cur_skip(&wide, 40);
            dir_len = lj_cur_u64le(&wide);
            dir_off = lj_cur_u64le(&wide);
            dir_end = near;
            add_claim(index, near, at);
        }
    } else if ((disk != 0 && disk != UINT16_MAX) || (dir_disk != 0 && dir_disk != UINT16_MAX)) {
        index->split = true;
    }
    index->directory_count++;
    uint64_t dir_at = 0;
    uint64_t shift = 0;
    if (find_directory(walk, dir_end, dir_len, dir_off, &dir_at, &shift)) {
        uint64_t from = dir_at;
        while (dir_at < dir_end && read_central(walk, &dir_at, shift)) {
        }
        add_claim(index, from, lj_min_u64(dir_at, dir_end));
    } else if (dir_len > 0) {
        index->is_cut = true;
    }
    lj_slice comment = format_slurp(walk->run, walk->src, at + END_LEN, comment_len);
    if (comment.len > index->comment.len) {
        index->comment = comment;
    }
    add_claim(index, at, at + END_LEN + comment.len);
    index->end_off = lj_max_u64(index->end_off, at + END_LEN + comment.len);
}

/* All end records in reach, the last first. */
static void read_ends(zip_walk *walk)
{
    uint64_t from = walk->size > TAIL_LEN ? walk->size - TAIL_LEN : 0;
    lj_slice tail = format_slurp(walk->run, walk->src, from, TAIL_LEN);
    int found = 0;
    for (size_t i = tail.len >= END_LEN ? tail.len - END_LEN + 1 : 0;
         i-- > 0 && found < ENDS_MAX;) {
        if (starts(lj_slice_part(tail, i, 4), "PK\5\6")) {
            read_end(walk, from + i);
            found++;
        }
    }
}

/* ---- members that no directory lists ---- */

static int compare_members(const void *a, const void *b)
{
    const zip_member *left = a;
    const zip_member *right = b;
    if (left->header_off != right->header_off) {
        return left->header_off < right->header_off ? -1 : 1;
    }
    return (int)right->in_directory - (int)left->in_directory;
}

/* Sorts by place; drops repetitions (two directories over the same members). */
static void sort_members(zip_index *index)
{
    if (index->count == 0) {
        return;
    }
    qsort(index->members, index->count, sizeof(*index->members), compare_members);
    uint32_t kept = 1;
    for (uint32_t i = 1; i < index->count; i++) {
        const zip_member *last = &index->members[kept - 1];
        const zip_member *next = &index->members[i];
        bool same = last->header_off == next->header_off && last->method == next->method &&
                    last->stored_len == next->stored_len && lj_slice_is(last->name, next->name);
        if (!same) {
            index->members[kept++] = index->members[i];
        }
    }
    index->count = kept;
}

/* Where the data of a member without stated sizes ends: at its descriptor or at the next signature.
 */
static void find_data_end(zip_walk *walk, zip_member *member)
{
    uint64_t at = member->data_off;
    while (at < walk->size) {
        lj_slice window = format_bytes(walk->run, walk->src, at, FORMAT_WINDOW_MAX);
        for (size_t i = 0; i + 16 <= window.len; i++) {
            size_t next = lj_slice_find(lj_slice_part(window, i, SIZE_MAX), LJ_BYTES("PK"));
            if (next == SIZE_MAX || i + next + 16 > window.len) {
                break;
            }
            i += next;
            lj_slice here = lj_slice_part(window, i, 16);
            uint64_t distance = at + i - member->data_off;
            lj_cur cur = lj_cur_of(here);
            lj_cur_skip(&cur, 4);
            uint32_t crc = lj_cur_u32le(&cur);
            uint32_t stored = lj_cur_u32le(&cur);
            uint32_t real = lj_cur_u32le(&cur);
            bool descriptor = starts(here, "PK\7\10") && stored == (uint32_t)distance;
            if (descriptor || starts(here, "PK\3\4") || starts(here, "PK\1\2")) {
                member->stored_len = distance;
                member->real_len = descriptor ? real : FORMAT_SIZE_UNKNOWN;
                member->crc = descriptor ? crc : 0;
                return;
            }
        }
        if (window.len < 32 || at + window.len >= walk->size) {
            break;
        }
        at += window.len - 16;
    }
    member->stored_len = walk->size - lj_min_u64(member->data_off, walk->size);
    member->real_len = FORMAT_SIZE_UNKNOWN;
    walk->index->is_cut = true;
}

/* Searches [from, to) for local headers; returns where the next uncovered byte may stand. */
static void find_hidden(zip_walk *walk, uint64_t from, uint64_t to)
{
    uint64_t at = from;
    while (at + LOCAL_LEN <= to && !walk->index->full) {
        size_t want = (size_t)lj_min_u64(FORMAT_WINDOW_MAX, to - at);
        lj_slice window = format_bytes(walk->run, walk->src, at, want);
        size_t hit = lj_slice_find(window, LJ_BYTES("PK\3\4"));
        if (hit == SIZE_MAX) {
            if (window.len < want || window.len <= LOCAL_LEN) {
                return;
            }
            at += window.len - 3;
            continue;
        }
        zip_member local;
        if (!read_local(walk, at + hit, &local)) {
            at += hit + 4;
            continue;
        }
        zip_member *member = add_member(walk);
        if (member == NULL) {
            return;
        }
        *member = local;
        if ((local.flags & ZIP_LENGTH_BEHIND) != 0 && local.stored_len == 0 && !local.is_folder) {
            find_data_end(walk, member);
        }
        uint64_t end = 0;
        if (!lj_add_u64(member->data_off, member->stored_len, &end)) {
            end = walk->size;
        }
        at = lj_max_u64(end, at + hit + LOCAL_LEN);
    }
}

static bool is_claimed(const zip_index *index, uint64_t at, uint64_t *out_end)
{
    for (uint32_t i = 0; i < index->claim_count; i++) {
        if (at >= index->claims[i][0] && at < index->claims[i][1]) {
            *out_end = index->claims[i][1];
            return true;
        }
    }
    return false;
}

/* Goes over the ranges that no listed member covers. */
static void find_all_hidden(zip_walk *walk)
{
    zip_index *index = walk->index;
    uint32_t listed = index->count;
    uint64_t at = 0;
    for (uint32_t i = 0; i <= listed; i++) {
        uint64_t next = i < listed ? index->members[i].header_off : walk->size;
        uint64_t end = 0;
        while (at < next && is_claimed(index, at, &end)) {
            at = end;
        }
        if (at + LOCAL_LEN <= next) {
            find_hidden(walk, at, lj_min_u64(next, walk->size));
        }
        if (i < listed) {
            const zip_member *member = &index->members[i];
            if (!lj_add_u64(member->data_off, member->stored_len, &end)) {
                end = walk->size;
            }
            if (next < at && member->in_local) {
                index->overlaps = true;
            }
            at = lj_max_u64(at, end);
        }
    }
    index->has_hidden = index->count > listed && index->directory_count > 0;
}

/* Data that reaches beyond the file is cut to what is there. */
static void cut_members(zip_walk *walk)
{
    for (uint32_t i = 0; i < walk->index->count; i++) {
        zip_member *member = &walk->index->members[i];
        if (!lj_range_fits(member->data_off, member->stored_len, walk->size)) {
            member->data_off = lj_min_u64(member->data_off, walk->size);
            member->stored_len = lj_min_u64(member->stored_len, walk->size - member->data_off);
            walk->index->is_cut = true;
        }
    }
    walk->index->first_off =
        walk->index->count > 0 ? walk->index->members[0].header_off : walk->size;
}

lj_slice *zip_index_names(lj_arena *arena, const zip_index *index)
{
    lj_slice *names = lj_arena_array(arena, index->count, sizeof(*names));
    for (uint32_t i = 0; names != NULL && i < index->count; i++) {
        names[i] = index->members[i].name;
    }
    return names;
}

lj_code zip_index_make(format_run *run, format_src *src, format_probe *probe)
{
    lj_arena *arena = format_arena(run);
    zip_index *index = lj_arena_alloc(arena, sizeof(*index));
    if (index == NULL) {
        return LJ_E_LIMIT;
    }
    uint64_t size = format_src_size(src);
    for (uint64_t at = 0;
         size == FORMAT_SIZE_UNKNOWN;) { /* a decoder: its end has to be reached once */
        lj_slice part = format_bytes(run, src, at, FORMAT_WINDOW_MAX);
        at += part.len;
        size = format_src_size(src);
        if (part.len == 0) {
            size = at;
        }
    }
    zip_walk walk = {.run = run,
                     .src = src,
                     .size = size,
                     .member_max =
                         lj_min_u64(format_limit_value(run, FORMAT_LIMIT_ENTRIES), 4000000) + 1,
                     .index = index,
                     .arena = arena};
    read_ends(&walk);
    sort_members(index);
    find_all_hidden(&walk);
    sort_members(index);
    cut_members(&walk);
    if (index->directory_count == 0) {
        index->is_cut = true;
    }
    probe->members = zip_index_names(arena, index);
    probe->member_count = probe->members != NULL ? index->count : 0;
    format_index_keep(run, index);
    return LJ_OK;
}
