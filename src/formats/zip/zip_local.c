/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Local headers of a ZIP (PKWARE APPNOTE 6.3.9: 4.3.7 header, 4.3.9 descriptor), and the search for
 * members that no directory lists.
 *
 * Model. Members and claims, by place, leave ranges that nothing covers. Each is searched for
 * signatures: a local header becomes a member, entries of a directory are believed when the local
 * headers that they name agree, an end record is claimed. A member that states no sizes (flag bit
 * 3, no directory) ends at its descriptor: recognised by its signature and by stating the very
 * distance, or, without a signature, by the same in the 12 to 20 bytes before the next header;
 * else at the next header.
 *
 * Traps. A stored ZIP inside such a member has headers of its own: that is why the descriptor is
 * looked for beyond the first few signatures. Signatures turn up by chance or in programs (a
 * self-extractor holds them as constants): a header is believed only when version, method, name
 * length and flags are possible.
 *
 * Limits. A search looks at most at TRIES_MAX signatures for one descriptor, so that a file full of
 * headers costs that factor at most; bytes searched are charged as work. */
#include "base/cur.h"
#include "base/num.h"
#include "formats/zip/zip_priv.h"

enum {
    NAME_MAX_LEN = 4096,
    TRIES_MAX = 16,
    SEARCH_LEN = 256 * 1024,
    DESCRIPTOR_MAX = 24,
    VERSION_MAX = 63 + 20, /* 4.4.3.2: 6.3 is the newest */
};

/* ---- one local header ---- */

static bool is_possible(uint16_t version, const zip_member *member, uint16_t name_len)
{
    bool method = member->method <= 20 || (member->method >= 90 && member->method <= 99);
    return (version & 0xFF) <= VERSION_MAX && method && name_len <= NAME_MAX_LEN &&
           (member->flags & 0xC000) == 0;
}

bool zip_local_read(zip_walk *walk, uint64_t off, zip_member *out)
{
    lj_slice head = off < walk->size ? format_bytes(walk->run, walk->src, off, ZIP_LOCAL_LEN)
                                     : (lj_slice){NULL, 0};
    if (head.len < ZIP_LOCAL_LEN || !zip_starts(head, "PK\3\4")) {
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
    if (!is_possible(version, out, name_len)) {
        return false;
    }
    out->encrypted = (out->flags & (ZIP_ENCRYPTED | ZIP_STRONG)) != 0;
    size_t rest_len = (size_t)name_len + extra_len;
    lj_slice rest = lj_arena_copy(
        walk->arena, format_bytes(walk->run, walk->src, off + ZIP_LOCAL_LEN, rest_len));
    if (rest.len < rest_len) {
        return false;
    }
    out->data_off = off + ZIP_LOCAL_LEN + rest_len;
    out->name = lj_slice_part(rest, 0, name_len);
    out->is_folder = name_len > 0 && out->name.ptr[name_len - 1] == '/';
    zip_extra_read(walk, out, lj_slice_part(rest, name_len, extra_len),
                   off + ZIP_LOCAL_LEN + name_len, /* header_off= */ NULL);
    return true;
}

/* Length of a descriptor at the start of bytes that states stored_len, or 0 (4.3.9.1 to 4.3.9.3:
 * with or without signature, with 32 or 64 bits). */
static uint8_t match_descriptor(lj_slice bytes, uint64_t stored_len, bool needs_signature)
{
    bool has_signature = zip_starts(bytes, "PK\7\10");
    if (needs_signature && !has_signature) {
        return 0;
    }
    lj_cur cur = lj_cur_of(lj_slice_part(bytes, has_signature ? 8 : 4, 16));
    lj_cur wide = cur;
    uint64_t narrow_len = lj_cur_u32le(&cur);
    lj_cur_skip(&cur, 4);
    uint64_t wide_len = lj_cur_u64le(&wide);
    lj_cur_skip(&wide, 8);
    uint8_t head_len = has_signature ? 8 : 4;
    if (lj_cur_ok(&wide) && wide_len == stored_len && stored_len > 0) {
        return (uint8_t)(head_len + 16);
    }
    return lj_cur_ok(&cur) && narrow_len == (stored_len & UINT32_MAX) ? (uint8_t)(head_len + 8) : 0;
}

uint8_t zip_descriptor_len(zip_walk *walk, const zip_member *member)
{
    if ((member->flags & ZIP_LENGTH_BEHIND) == 0 || !member->in_local ||
        !lj_range_fits(member->data_off, member->stored_len, walk->size)) {
        return 0;
    }
    lj_slice bytes =
        format_bytes(walk->run, walk->src, member->data_off + member->stored_len, DESCRIPTOR_MAX);
    return match_descriptor(bytes, member->stored_len, /* needs_signature= */ false);
}

/* ---- searching ---- */

/* Offset of the next "PK" with two control bytes behind it in [at, to), or to. */
static uint64_t next_signature(zip_walk *walk, uint64_t at, uint64_t to)
{
    while (at + 4 <= to && walk->code == LJ_OK) {
        size_t want = (size_t)lj_min_u64(SEARCH_LEN, to - at);
        lj_slice window = format_bytes(walk->run, walk->src, at, want);
        for (size_t i = 0; i + 4 <= window.len;) {
            const uint8_t *hit = memchr(window.ptr + i, 'P', window.len - 3 - i);
            if (hit == NULL) {
                break;
            }
            i = (size_t)(hit - window.ptr);
            if (hit[1] == 'K' && hit[2] < 10 && hit[3] < 10) {
                return at + i;
            }
            i++;
        }
        walk->code = format_work(walk->run, window.len / 8);
        if (window.len < want || window.len < 4) {
            break;
        }
        at += window.len - 3;
    }
    return to;
}

/* The signature at `at` begins a header of the archive. */
static bool is_header(lj_slice four)
{
    return zip_starts(four, "PK\3\4") || zip_starts(four, "PK\1\2") || zip_starts(four, "PK\5\6") ||
           zip_starts(four, "PK\6\6");
}

static void end_at(zip_member *member, uint64_t at, lj_slice descriptor, uint8_t len)
{
    member->stored_len = at - member->data_off;
    member->real_len = FORMAT_SIZE_UNKNOWN;
    member->behind = len;
    if (len > 0) { /* crc, stored, real; the signature was seen when len is 16 or 24 */
        bool has_signature = len == 16 || len == 24;
        bool wide = len >= 20;
        lj_cur cur = lj_cur_of(lj_slice_part(descriptor, has_signature ? 4 : 0, 20));
        member->crc = lj_cur_u32le(&cur);
        lj_cur_skip(&cur, wide ? 8 : 4);
        member->real_len = wide ? lj_cur_u64le(&cur) : lj_cur_u32le(&cur);
    }
}

/* A descriptor without signature that ends where the header at `at` begins. */
static bool ends_before(zip_walk *walk, zip_member *member, uint64_t at)
{
    static const uint8_t lens[] = {12, 20};
    for (size_t i = 0; i < LJ_COUNT_OF(lens); i++) {
        if (at - member->data_off < lens[i]) {
            continue;
        }
        uint64_t from = at - lens[i];
        lj_slice bytes = format_bytes(walk->run, walk->src, from, lens[i]);
        if (!zip_starts(bytes, "PK\7\10") && from > member->data_off &&
            match_descriptor(bytes, from - member->data_off, false) == lens[i]) {
            end_at(member, from, bytes, lens[i]);
            return true;
        }
    }
    return false;
}

/* Where the data of a member without stated sizes ends, at most at `to`. */
static void find_data_end(zip_walk *walk, zip_member *member, uint64_t to)
{
    uint64_t first = UINT64_MAX;
    uint64_t at = member->data_off;
    for (int tries = 0; tries < TRIES_MAX;) {
        at = next_signature(walk, at, to);
        if (at >= to) {
            break;
        }
        lj_slice bytes = format_bytes(walk->run, walk->src, at, DESCRIPTOR_MAX);
        uint8_t len = match_descriptor(bytes, at - member->data_off, /* needs_signature= */ true);
        if (len > 0) {
            end_at(member, at, bytes, len);
            return;
        }
        if (is_header(bytes)) {
            if (ends_before(walk, member, at)) {
                return;
            }
            first = lj_min_u64(first, at);
            tries++;
        }
        at += 4;
    }
    if (first == UINT64_MAX) {
        first = to;
        member->is_cut = to == walk->size;
    }
    member->crc = 0;
    member->is_guessed = true;
    end_at(member, lj_max_u64(first, member->data_off), (lj_slice){NULL, 0}, 0);
}

/* A member that only its local header knows of; returns where it ends, or `at` when it is none. */
static uint64_t add_hidden(zip_walk *walk, uint64_t at, uint64_t to)
{
    zip_member local;
    if (!zip_local_read(walk, at, &local)) {
        return at;
    }
    bool unknown = (local.flags & ZIP_LENGTH_BEHIND) != 0 && local.stored_len == 0;
    if (unknown && !local.is_folder) {
        find_data_end(walk, &local, lj_max_u64(to, local.data_off));
    } else {
        local.behind = zip_descriptor_len(walk, &local);
    }
    zip_member *member = zip_member_add(walk);
    if (member == NULL) {
        return at;
    }
    *member = local;
    if (!lj_range_fits(local.data_off, local.stored_len, walk->size)) {
        return walk->size;
    }
    return local.data_off + local.stored_len + local.behind;
}

/* An end record that leads nowhere: it is structure, but it speaks against the one that counts. */
static uint64_t skip_end(zip_walk *walk, uint64_t at, uint64_t to)
{
    if (to - at < ZIP_END_LEN) {
        return at;
    }
    walk->index->disagrees = walk->index->disagrees || walk->index->directory_count > 0;
    zip_claim_add(walk, at, at + ZIP_END_LEN);
    return at + ZIP_END_LEN;
}

/* The end record that follows a run of entries, or UINT64_MAX. */
static uint64_t find_end_behind(zip_walk *walk, uint64_t at)
{
    lj_slice head = format_bytes(walk->run, walk->src, at, ZIP_CENTRAL_LEN);
    while (walk->code == LJ_OK && head.len == ZIP_CENTRAL_LEN && zip_starts(head, "PK\1\2")) {
        lj_cur cur = lj_cur_of(lj_slice_part(head, 28, 6));
        at += ZIP_CENTRAL_LEN + (uint64_t)lj_cur_u16le(&cur);
        at += lj_cur_u16le(&cur);
        at += lj_cur_u16le(&cur);
        head = format_bytes(walk->run, walk->src, at, ZIP_CENTRAL_LEN);
        walk->code = format_work(walk->run, ZIP_CENTRAL_LEN);
    }
    if (zip_starts(head, "PK\6\6")) {
        lj_cur cur = lj_cur_of(lj_slice_part(head, 4, 8));
        uint64_t len = lj_cur_u64le(&cur);
        at += 12 + lj_min_u64(len, walk->size) + 20; /* 4.3.14: what follows; 4.3.15: locator */
        head = format_bytes(walk->run, walk->src, at, 4);
    }
    return zip_starts(head, "PK\5\6") ? at : UINT64_MAX;
}

/* A directory in an uncovered range. Where no other is known it is the one that counts: with its
 * end record (more than 64 KiB stand behind it), or, cut, as far as it goes. */
static uint64_t take_directory(zip_walk *walk, uint64_t at, uint64_t to)
{
    zip_index *index = walk->index;
    bool lost = index->directory_count == 0;
    uint64_t end_at = lost ? find_end_behind(walk, at) : UINT64_MAX;
    if (end_at < to && zip_end_read(walk, end_at, ZIP_LISTED)) {
        return end_at + ZIP_END_LEN;
    }
    uint32_t before = index->count;
    uint64_t end = at;
    while (end < to && zip_entry_read(walk, &end, /* shift= */ 0, lost ? ZIP_FOUND : ZIP_OTHER)) {
    }
    if (index->count == before) {
        return at;
    }
    zip_claim_add(walk, at, lj_min_u64(end, to));
    return end;
}

/* One signature inside an uncovered range; returns where to go on. */
static uint64_t take_signature(zip_walk *walk, uint64_t at, uint64_t to)
{
    zip_index *index = walk->index;
    lj_slice four = format_bytes(walk->run, walk->src, at, 4);
    uint64_t end = at;
    if (zip_starts(four, "PK\3\4")) {
        end = add_hidden(walk, at, to);
    } else if (zip_starts(four, "PK\1\2")) {
        end = take_directory(walk, at, to);
    } else if (zip_starts(four, "PK\5\6")) {
        end = zip_end_read(walk, at, index->directory_count == 0 ? ZIP_LISTED : ZIP_OTHER)
                  ? at + ZIP_END_LEN
                  : skip_end(walk, at, to);
    } else if (zip_starts(four, "PK\6\10")) { /* 4.3.11: the archive's decryption header */
        index->is_masked = true;
    } else if (at == 0 && (zip_starts(four, "PK\7\10") || zip_starts(four, "PK00"))) {
        zip_claim_add(walk, 0, 4); /* 8.5.3, 8.5.4: marks of the first of several volumes */
        end = 4;
    }
    return end > at ? end : at + 4;
}

void zip_range_search(zip_walk *walk, uint64_t from, uint64_t to)
{
    uint64_t at = from;
    while (at < to && walk->code == LJ_OK && !walk->index->full) {
        at = next_signature(walk, at, to);
        if (at < to) {
            at = take_signature(walk, at, to);
        }
    }
}

void zip_hidden_find(zip_walk *walk)
{
    zip_index *index = walk->index;
    uint32_t member_count = index->count; /* what is found comes behind, and is sorted later */
    uint32_t member_idx = 0;
    uint32_t claim_idx = 0;
    uint64_t at = 0;
    while (walk->code == LJ_OK && !index->full) {
        while (member_idx < member_count && !index->members[member_idx].in_local) {
            member_idx++;
        }
        uint64_t member_at =
            member_idx < member_count ? index->members[member_idx].header_off : UINT64_MAX;
        uint64_t claim_at =
            claim_idx < index->claim_count ? index->claims[claim_idx].from : UINT64_MAX;
        uint64_t next = lj_min_u64(lj_min_u64(member_at, claim_at), walk->size);
        if (at < next) {
            zip_range_search(walk, at, next);
            at = next;
        }
        if (next >= walk->size) {
            return;
        }
        if (member_at <= claim_at) {
            const zip_member *member = &index->members[member_idx++];
            at = lj_max_u64(at, member->data_off + member->stored_len + member->behind);
        } else { /* claims made meanwhile stand before this one: passing them twice is harmless */
            at = lj_max_u64(at, index->claims[claim_idx++].to);
        }
    }
}
