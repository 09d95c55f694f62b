/* SPDX-License-Identifier: AGPL-3.0-or-later
 * End records and directories of a ZIP (PKWARE APPNOTE 6.3.9: 4.3.12 entry, 4.3.14 and 4.3.15
 * ZIP64, 4.3.16 end record).
 *
 * Model. A library asks the last end record and believes it. Here all end records of the last
 * 64 KiB are followed. The one that counts (ZIP_LISTED) is the last that reaches just to the end of
 * the file; when there is none - bytes stand behind it, or it is gone - the file is gone through
 * from its first byte, member by member, and the first directory outside of them counts. Entries
 * that only another one names become members that the directory does not list. Each entry is
 * compared with its local header; a local header that states other data becomes a member of its own
 * (a twin), because whoever reads without the directory sees that one.
 *
 * Traps. A comment that contains an end record. A stored ZIP as the last member: its end record
 * lies inside a member and is none of ours. Offsets that count from the start of the archive and
 * not of the file (stub in front): the directory's real place against its stated one is the shift,
 * which is negative when bytes were cut off in front; single entries may count the other way. ZIP64
 * records that are not where the locator says. The number of entries is a statement, not a bound.
 */
#include "base/cur.h"
#include "base/num.h"
#include "formats/zip/zip_priv.h"

enum {
    END64_LEN = 56,
    LOCATOR_LEN = 20,
    TAIL_LEN = 65536 + ZIP_END_LEN,
    ENDS_MAX = 16,
    ENTRY_WORK = 64, /* work units */
    UNIX = 3,
    OSX = 19,
    S_IFMT_ = 0170000,
    S_IFLNK_ = 0120000,
};

/* ---- entries ---- */

/* The local header tells of other data than the entry does. */
static bool data_differs(const zip_member *entry, const zip_member *local)
{
    if (local->method != entry->method || local->aes != entry->aes) {
        return true;
    }
    if ((local->flags & ZIP_LENGTH_BEHIND) != 0 && local->stored_len == 0) {
        return false; /* stated behind the data */
    }
    return local->stored_len != entry->stored_len;
}

/* Finds the local header of an entry and compares. twin_out is filled when it contradicts. */
static bool compare_local(zip_walk *walk, zip_member *entry, uint64_t stated_off,
                          zip_member *twin_out)
{
    bool *disagrees = &walk->index->disagrees;
    bool ignored = false;
    zip_member local;
    if (!entry->in_directory) {
        disagrees = &ignored;
    }
    if (!zip_local_read(walk, entry->header_off, &local)) {
        /* an entry that counts the other way than the shift says */
        if (stated_off == entry->header_off || !zip_local_read(walk, stated_off, &local)) {
            entry->in_local = false;
            entry->data_off = walk->size;
            return false;
        }
        entry->header_off = stated_off;
    }
    entry->in_local = true;
    entry->data_off = local.data_off;
    if ((local.flags & ZIP_MASKED) != 0) {
        return false;
    }
    if (!lj_slice_is(local.name, entry->name)) {
        entry->local_name = local.name;
        *disagrees = true;
    }
    bool flags_differ = ((local.flags ^ entry->flags) & (ZIP_ENCRYPTED | ZIP_STRONG)) != 0;
    bool differs = data_differs(entry, &local);
    bool lies = (local.flags & ZIP_LENGTH_BEHIND) == 0 && local.real_len != entry->real_len;
    if (flags_differ || differs || lies) {
        *disagrees = true;
    }
    if (!differs || !entry->in_directory) {
        return false;
    }
    *twin_out = local;
    twin_out->is_twin = true;
    return true;
}

static void read_fixed(lj_cur *cur, zip_member *entry)
{
    lj_cur_skip(cur, 2); /* version needed */
    entry->flags = lj_cur_u16le(cur);
    entry->method = lj_cur_u16le(cur);
    entry->time = lj_cur_u16le(cur);
    lj_cur_skip(cur, 2); /* date */
    entry->crc = lj_cur_u32le(cur);
    entry->stored_len = lj_cur_u32le(cur);
    entry->real_len = lj_cur_u32le(cur);
    entry->encrypted = (entry->flags & (ZIP_ENCRYPTED | ZIP_STRONG)) != 0;
}

bool zip_entry_read(zip_walk *walk, uint64_t *at, uint64_t shift, zip_trust trust)
{
    lj_slice head = format_bytes(walk->run, walk->src, *at, ZIP_CENTRAL_LEN);
    if (head.len < ZIP_CENTRAL_LEN || !zip_starts(head, "PK\1\2")) {
        return false;
    }
    lj_cur cur = lj_cur_of(head);
    lj_cur_skip(&cur, 4);
    uint16_t made_by = lj_cur_u16le(&cur);
    zip_member entry = {.in_directory = trust != ZIP_OTHER};
    read_fixed(&cur, &entry);
    uint16_t name_len = lj_cur_u16le(&cur);
    uint16_t extra_len = lj_cur_u16le(&cur);
    uint16_t comment_len = lj_cur_u16le(&cur);
    lj_cur_skip(&cur, 4); /* volume, internal attributes */
    uint32_t attributes = lj_cur_u32le(&cur);
    uint64_t header_off = lj_cur_u32le(&cur);
    size_t rest_len = (size_t)name_len + extra_len + comment_len;
    lj_slice rest = lj_arena_copy(
        walk->arena, format_bytes(walk->run, walk->src, *at + ZIP_CENTRAL_LEN, rest_len));
    uint64_t extra_off = *at + ZIP_CENTRAL_LEN + name_len;
    *at += ZIP_CENTRAL_LEN + rest_len;
    walk->code = format_work(walk->run, ENTRY_WORK);
    if (walk->code != LJ_OK || rest.len < rest_len) {
        walk->index->is_cut = true;
        return false;
    }
    entry.name = lj_slice_part(rest, 0, name_len);
    entry.comment = lj_slice_part(rest, (size_t)name_len + extra_len, comment_len);
    zip_extra_read(walk, &entry, lj_slice_part(rest, name_len, extra_len), extra_off, &header_off);
    entry.is_folder = name_len > 0 && entry.name.ptr[name_len - 1] == '/';
    entry.is_link =
        (made_by >> 8 == UNIX || made_by >> 8 == OSX) && (attributes >> 16 & S_IFMT_) == S_IFLNK_;
    entry.header_off = header_off + shift; /* modulo 2^64: a negative shift is meant */
    zip_member twin;
    bool has_twin = compare_local(walk, &entry, header_off, &twin);
    if (trust != ZIP_LISTED && (!entry.in_local || entry.local_name.len > 0)) {
        return true; /* found by search: believed only when its local header agrees */
    }
    entry.behind = zip_descriptor_len(walk, &entry);
    zip_member *member = zip_member_add(walk);
    if (member == NULL) {
        return false;
    }
    *member = entry;
    member = has_twin ? zip_member_add(walk) : NULL;
    if (member != NULL) {
        *member = twin;
    }
    return true;
}

/* ---- end records ---- */

typedef struct end_record {
    uint64_t at, dir_len, dir_off, dir_end, comment_len;
    uint64_t entries;
    bool split;
    bool masked; /* ZIP64 version 2: the directory is compressed or encrypted (4.3.14, 7.3.4) */
} end_record;

/* The ZIP64 end record that a locator right before `at` leads to. */
static void read_wide(zip_walk *walk, end_record *end)
{
    lj_slice locator = end->at >= LOCATOR_LEN
                           ? format_bytes(walk->run, walk->src, end->at - LOCATOR_LEN, LOCATOR_LEN)
                           : (lj_slice){NULL, 0};
    if (locator.len < LOCATOR_LEN || !zip_starts(locator, "PK\6\7")) {
        return;
    }
    lj_cur place = lj_cur_of(locator);
    lj_cur_skip(&place, 8);
    uint64_t stated = lj_cur_u64le(&place);
    uint64_t locator_at = end->at - LOCATOR_LEN;
    uint64_t near = locator_at >= END64_LEN ? locator_at - END64_LEN : 0;
    const uint64_t places[] = {near, stated};
    for (size_t i = 0; i < LJ_COUNT_OF(places); i++) {
        lj_slice record = places[i] < locator_at
                              ? format_bytes(walk->run, walk->src, places[i], END64_LEN)
                              : (lj_slice){NULL, 0};
        if (record.len < END64_LEN || !zip_starts(record, "PK\6\6")) {
            continue;
        }
        lj_cur cur = lj_cur_of(record);
        lj_cur_skip(&cur, 4);
        uint64_t rest_len = lj_cur_u64le(&cur);
        lj_cur_skip(&cur, 20);
        end->entries = lj_cur_u64le(&cur);
        end->dir_len = lj_cur_u64le(&cur);
        end->dir_off = lj_cur_u64le(&cur);
        end->dir_end = places[i];
        end->masked = rest_len >= END64_LEN - 12 + 28; /* 7.3.4: version 2 has 28 bytes more */
        return;
    }
}

static bool read_record(zip_walk *walk, uint64_t at, end_record *end)
{
    lj_slice head = format_bytes(walk->run, walk->src, at, ZIP_END_LEN);
    if (head.len < ZIP_END_LEN || !zip_starts(head, "PK\5\6")) {
        return false;
    }
    lj_cur cur = lj_cur_of(head);
    lj_cur_skip(&cur, 4);
    uint16_t disk = lj_cur_u16le(&cur);
    uint16_t dir_disk = lj_cur_u16le(&cur);
    lj_cur_skip(&cur, 2);
    *end = (end_record){.at = at, .dir_end = at};
    end->entries = lj_cur_u16le(&cur);
    end->dir_len = lj_cur_u32le(&cur);
    end->dir_off = lj_cur_u32le(&cur);
    end->comment_len = lj_cur_u16le(&cur);
    end->split = (disk != 0 && disk != UINT16_MAX) || (dir_disk != 0 && dir_disk != UINT16_MAX);
    read_wide(walk, end);
    return true;
}

/* Where the directory begins, and the shift; false when none stands there. */
static bool find_directory(zip_walk *walk, const end_record *end, uint64_t *out_at,
                           uint64_t *out_shift)
{
    if (end->dir_len == 0 && end->entries == 0) {
        *out_at = end->dir_end;
        *out_shift = 0;
        return true;
    }
    const uint64_t places[] = {
        end->dir_len <= end->dir_end ? end->dir_end - end->dir_len : UINT64_MAX, end->dir_off};
    for (size_t i = 0; i < LJ_COUNT_OF(places); i++) {
        if (places[i] < end->dir_end &&
            zip_starts(format_bytes(walk->run, walk->src, places[i], 4), "PK\1\2")) {
            *out_at = places[i];
            *out_shift = places[i] - end->dir_off;
            return true;
        }
    }
    return false;
}

/* Room for all members at once, as far as the record's own numbers agree. */
static void make_room(zip_walk *walk, const end_record *end)
{
    uint64_t most =
        lj_min_u64(end->entries, lj_min_u64(end->dir_len, end->dir_end) / ZIP_CENTRAL_LEN);
    most = lj_min_u64(most + 8, walk->member_max);
    zip_index *index = walk->index;
    if (index->members == NULL && most > 64) {
        index->members = lj_arena_array(walk->arena, (size_t)most, sizeof(*index->members));
        index->cap = index->members != NULL ? (uint32_t)most : 0;
    }
}

bool zip_end_read(zip_walk *walk, uint64_t at, zip_trust trust)
{
    bool listed = trust == ZIP_LISTED;
    zip_index *index = walk->index;
    end_record end;
    uint64_t dir_at = 0;
    uint64_t shift = 0;
    if (!read_record(walk, at, &end)) {
        return false;
    }
    uint64_t to = lj_min_u64(at + ZIP_END_LEN + end.comment_len, walk->size);
    if (!find_directory(walk, &end, &dir_at, &shift)) {
        return false;
    }
    if (listed) {
        make_room(walk, &end);
        index->split = end.split;
        index->comment =
            lj_arena_copy(walk->arena, format_bytes(walk->run, walk->src, at + ZIP_END_LEN,
                                                    (size_t)(to - at - ZIP_END_LEN)));
    }
    uint64_t from = dir_at;
    uint64_t before = index->count;
    uint64_t entries = 0;
    while (dir_at < end.dir_end && zip_entry_read(walk, &dir_at, shift, trust)) {
        entries++;
    }
    if (listed && !index->full && entries != end.entries &&
        (entries & UINT16_MAX) != end.entries) { /* some writers let the 16 bits overflow */
        index->disagrees = true;
    }
    if (!listed && index->count > before) {
        index->disagrees = true;
    }
    if (!listed && index->count == before) {
        return false;
    }
    index->directory_count++;
    zip_claim_add(walk, from, lj_min_u64(dir_at, end.dir_end));
    zip_claim_add(walk, end.dir_end, listed ? to : at + ZIP_END_LEN);
    return true;
}

/* True when `at` lies in the data of a member that the directory lists. */
static bool is_in_member(const zip_index *index, uint64_t at)
{
    for (uint32_t i = 0; i < index->count; i++) {
        const zip_member *member = &index->members[i];
        if (member->in_local && at >= member->data_off &&
            at - member->data_off < member->stored_len) {
            return true;
        }
    }
    return false;
}

/* The candidate that counts, or count when none both leads to a directory and reaches just to the
 * end of the file. ends are the last first. */
static size_t choose_end(zip_walk *walk, const uint64_t *ends, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        end_record end;
        uint64_t dir_at = 0;
        uint64_t shift = 0;
        if (read_record(walk, ends[i], &end) && find_directory(walk, &end, &dir_at, &shift) &&
            ends[i] + ZIP_END_LEN + end.comment_len == walk->size) {
            return i;
        }
    }
    return count;
}

/* An end record that leads nowhere here may still say why: the directory is encrypted, or it
 * stands in another volume. */
static void take_oddities(zip_walk *walk, uint64_t at)
{
    end_record end;
    uint64_t dir_at = 0;
    uint64_t shift = 0;
    if (read_record(walk, at, &end) && !find_directory(walk, &end, &dir_at, &shift)) {
        walk->index->is_masked = end.masked;
        walk->index->split = end.split;
        zip_claim_add(walk, end.dir_end, at + ZIP_END_LEN);
    }
}

void zip_directories_read(zip_walk *walk)
{
    uint64_t ends[ENDS_MAX];
    size_t count = 0;
    uint64_t from = walk->size > TAIL_LEN ? walk->size - TAIL_LEN : 0;
    lj_arena_mark mark = lj_arena_mark_of(walk->arena);
    lj_slice tail = format_slurp(walk->run, walk->src, from, TAIL_LEN);
    for (size_t i = tail.len >= ZIP_END_LEN ? tail.len - ZIP_END_LEN + 1 : 0;
         i-- > 0 && count < ENDS_MAX;) {
        if (tail.ptr[i] == 'P' && zip_starts(lj_slice_part(tail, i, 4), "PK\5\6")) {
            ends[count++] = from + i;
        }
    }
    lj_arena_rewind(walk->arena, mark);
    size_t main_end = choose_end(walk, ends, count);
    if (main_end == count) {
        if (count > 0) {
            take_oddities(walk, ends[0]);
        }
        return; /* zip_hidden_find goes through the whole file, member by member */
    }
    (void)zip_end_read(walk, ends[main_end], ZIP_LISTED);
    for (size_t i = 0; i < count && walk->code == LJ_OK; i++) {
        if (i != main_end && !is_in_member(walk->index, ends[i])) {
            (void)zip_end_read(walk, ends[i], ZIP_OTHER);
        }
    }
}
