/* SPDX-License-Identifier: AGPL-3.0-or-later
 * ZIP (PKWARE APPNOTE 6.3.9): the container itself. zip_index.c finds the members, zip_foreign.c
 * decodes what we do not.
 *
 * Model. Every member - listed or not - goes back to the core as a child; its name is judged there.
 * A member that cannot be opened (encrypted, unknown method) gets a gap of its own with the kind,
 * and its name is judged all the same. Members that the directory does not list are read with the
 * fact "unreachable", and so is the second reading of a member whose local header contradicts the
 * directory. Folders and links are entries too; the target of a link is a span and is not followed.
 * Comments are spans. What is no structure - stubs, gaps, trailing bytes, fields that are not known
 * - is claimed by nobody and swept by the core.
 *
 * Traps. Several entries over the same data (a flat bomb): data is decoded once, every name is
 * judged. Overlapping data is decoded as often as it is stated, up to the limits of the core. A
 * stated length that is longer than the deflate stream in it: what stands behind is swept, and
 * searched for members.
 *
 * Limits. CRC-32 is compared for members of up to CRC_MAX bytes; above that it would cost a second
 * decoding (a larger one that is damaged shows in its decoder, unless it is stored).
 *
 * Not done: other volumes are not joined (gap `volume`); an encrypted directory is only named. */
#include "formats/zip/zip.h"

#include <libdeflate.h>

#include "base/cur.h"
#include "base/num.h"
#include "formats/format_priv.h"
#include "formats/zip/zip_priv.h"

enum { CRC_MAX = 8 * 1024 * 1024, LINK_MAX = 4096 };

/* ---- recognition ---- */

/* Bits of evidence of an end record in the tail: strong when it reaches just to the end and, as far
 * as the tail shows it, leads to a directory. The last member of a tar may be a ZIP: that one is
 * followed by padding. */
static int sniff_end(const format_probe *probe)
{
    lj_slice tail = probe->tail;
    int best = 0;
    for (size_t i = 0; i + ZIP_END_LEN <= tail.len; i++) {
        size_t hit = lj_slice_find(lj_slice_part(tail, i, SIZE_MAX), LJ_BYTES("PK\5\6"));
        if (hit == SIZE_MAX || i + hit + ZIP_END_LEN > tail.len) {
            break;
        }
        i += hit;
        lj_cur cur = lj_cur_of(lj_slice_part(tail, i + 10, 12));
        uint64_t entries = lj_cur_u16le(&cur);
        uint64_t dir_len = lj_cur_u32le(&cur);
        lj_cur_skip(&cur, 4);
        size_t comment_len = lj_cur_u16le(&cur);
        size_t behind = tail.len - i - ZIP_END_LEN;
        bool wide = dir_len == UINT32_MAX || entries == UINT16_MAX;
        bool leads = wide || entries == 0 || dir_len > i ||
                     zip_starts(lj_slice_part(tail, i - (size_t)dir_len, 4), "PK\1\2");
        if (leads && comment_len <= behind && (wide || entries * ZIP_CENTRAL_LEN <= dir_len)) {
            int bits = comment_len == behind ? 40 : 20;
            best = bits > best ? bits : best;
        }
    }
    return best;
}

/* A local header somewhere in the head: a cut file, or one whose first bytes were damaged. */
static int sniff_within(lj_slice head)
{
    for (size_t at = 0; at + ZIP_LOCAL_LEN <= head.len;) {
        size_t hit = lj_slice_find(lj_slice_part(head, at, SIZE_MAX), LJ_BYTES("PK\3\4"));
        if (hit == SIZE_MAX) {
            return 0;
        }
        at += hit;
        lj_cur cur = lj_cur_of(lj_slice_part(head, at + 4, 26));
        uint16_t version = lj_cur_u16le(&cur);
        uint16_t flags = lj_cur_u16le(&cur);
        uint16_t method = lj_cur_u16le(&cur);
        lj_cur_skip(&cur, 16);
        uint16_t name_len = lj_cur_u16le(&cur);
        if (lj_cur_ok(&cur) && version <= 63 && (flags & 0xD000) == 0 &&
            (method == 0 || method == 8) && name_len > 0 && name_len < 512) {
            return 12;
        }
        at += 4;
    }
    return 0;
}

static int zip_sniff(const format_probe *probe)
{
    static const char *const first[] = {"PK\3\4", "PK\5\6", "PK\6\6"};
    static const char *const volume[] = {"PK\7\10", "PK00"}; /* APPNOTE 8.5.3, 8.5.4 */
    int head = 0;
    for (size_t i = 0; i < LJ_COUNT_OF(first); i++) {
        head = zip_starts(probe->head, first[i]) ? 32 : head;
    }
    for (size_t i = 0; i < LJ_COUNT_OF(volume); i++) {
        bool marked = zip_starts(probe->head, volume[i]) &&
                      zip_starts(lj_slice_part(probe->head, 4, 4), "PK\3\4");
        head = marked ? 64 : head;
    }
    int end = sniff_end(probe);
    return head + end > 0 ? head + end : sniff_within(probe->head);
}

/* ---- members ---- */

static bool is_ours(const zip_member *member)
{
    return !member->encrypted && member->aes == 0 && (member->method == 0 || member->method == 8);
}

static format_src *open_plain(format_run *run, format_src *zip, const zip_member *member)
{
    if (member->method == 0) {
        return format_decode(run, zip, member->data_off, member->stored_len, FORMAT_CODEC_STORE,
                             member->stored_len);
    }
    /* deflate adds 5 bytes to 64 KiB at most: where more is stated, the size is a lie, and decoding
     * in one go would fetch all of it */
    bool lies = member->stored_len > 64 &&
                member->stored_len - 64 > member->real_len + member->real_len / 1024;
    return format_decode(run, zip, member->data_off, member->stored_len, FORMAT_CODEC_DEFLATE,
                         lies ? FORMAT_SIZE_UNKNOWN : member->real_len);
}

/* The place of a gap. Naming parts costs a search, so an archive full of gaps stops naming. */
static span_place place_of(format_run *run, const zip_member *member)
{
    const zip_index *index = format_index_of(run);
    if (index != NULL && index->memory->gap_count++ >= ZIP_GAPS_MAX) {
        return (span_place){0};
    }
    return (span_place){.part_id = format_part(run, lj_str_bytes(member->name_utf8))};
}

format_src *zip_member_open(format_run *run, format_src *zip, const zip_member *member)
{
    if (!member->in_local) {
        return NULL;
    }
    if (is_ours(member)) {
        return open_plain(run, zip, member);
    }
    lj_code code = LJ_OK;
    format_src *src = NULL;
    if (member->encrypted && zip_is_falsely_locked(run, zip, member)) {
        format_tell(run, NOTE_DIRECTORY_DISAGREES);
        src = open_plain(run, zip, member);
    } else {
        src = zip_foreign_open(run, zip, member, &code);
        if (src != NULL && member->encrypted) {
            format_tell(run, NOTE_PASSWORD_USED);
        }
    }
    if (src != NULL) {
        format_claim(run, member->data_off, member->stored_len, FORMAT_READ);
        if (code == LJ_E_FORMAT) {
            format_gap(run, GAP_DAMAGED, zip_method_name(member->method), place_of(run, member));
        }
    }
    return src;
}

/* Names of what is not opened are judged here, component by component; the core does it for
 * children. */
static lj_code emit_name(format_run *run, lj_str name, uint32_t part_id)
{
    lj_code code = LJ_OK;
    size_t from = 0;
    for (size_t i = 0; i <= name.len && code == LJ_OK; i++) {
        if (i < name.len && name.ptr[i] != '/' && name.ptr[i] != '\\') {
            continue;
        }
        if (i > from) {
            span what = span_of(SPAN_MEMBER_NAME, (lj_str){name.ptr + from, i - from});
            what.origin = SPAN_NAME;
            what.place.part_id = part_id;
            code = format_emit(run, &what);
        }
        from = i + 1;
    }
    return code;
}

lj_code zip_member_gap(format_run *run, const zip_member *member)
{
    span_place place = place_of(run, member);
    if (!member->in_local) {
        format_gap(run, GAP_DAMAGED, "missing", place);
    } else if (member->encrypted) {
        format_gap(run, GAP_ENCRYPTED, zip_encryption_name(member), place);
        format_claim(run, member->data_off, member->stored_len, FORMAT_LOCKED);
    } else if (is_ours(member)) {
        format_gap(run, GAP_MEMORY, "arena", place);
        format_claim(run, member->data_off, member->stored_len, FORMAT_BROKEN);
    } else {
        format_gap(run, GAP_UNSUPPORTED, zip_method_name(member->method), place);
        format_claim(run, member->data_off, member->stored_len, FORMAT_BROKEN);
    }
    return emit_name(run, member->name_utf8, place.part_id);
}

/* The target of a symbolic link is its data (Info-ZIP). */
static lj_code emit_link(format_run *run, format_src *src, const zip_member *member)
{
    const zip_index *index = format_index_of(run);
    lj_slice target = format_slurp(run, src, 0, LINK_MAX);
    lj_str text = zip_text_of(format_arena(run), (text_charset)index->charset, target);
    span what = span_of(SPAN_LINK, text);
    what.place = place_of(run, member);
    what.hidden_by = SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED);
    return format_emit(run, &what);
}

/* True when the decoded bytes do not have the stated CRC. What was decoded here is decoded for the
 * child too. */
static bool crc_is_wrong(format_run *run, format_src *src, const zip_member *member)
{
    bool stated = member->crc != 0 || (member->in_directory && member->stored_len > 0);
    if (member->real_len > CRC_MAX || !stated || member->is_cut) {
        return false;
    }
    uint32_t crc = 0;
    uint64_t at = 0;
    while (at < member->real_len) {
        lj_slice part = format_bytes(run, src, at, FORMAT_WINDOW_MAX);
        if (part.len == 0) {
            break;
        }
        crc = libdeflate_crc32(crc, part.ptr, part.len);
        at += part.len;
    }
    return format_src_code(src) == LJ_OK && crc != member->crc;
}

/* Bytes inside the stated data but behind the end of its stream: searched later for members, and
 * swept. */
static void keep_rest(format_run *run, format_src *src, const zip_member *member)
{
    const zip_index *index = format_index_of(run);
    zip_memory *memory = index->memory;
    uint64_t taken = format_src_taken(src);
    if (format_src_code(src) == LJ_E_FORMAT) {
        format_claim(run, member->data_off, member->stored_len, FORMAT_BROKEN);
        return;
    }
    format_claim(run, member->data_off, lj_min_u64(taken, member->stored_len), FORMAT_READ);
    if (taken >= member->stored_len || member->method != 8) {
        return;
    }
    format_tell(run, NOTE_DIRECTORY_DISAGREES);
    if (memory->rest_count == ZIP_RESTS_MAX) {
        format_gap(run, GAP_DAMAGED, "sizes", place_of(run, member));
        return;
    }
    memory->rests[memory->rest_count++] =
        (zip_range){member->data_off + taken, member->data_off + member->stored_len};
}

static lj_code give_child(format_run *run, format_src *src, const zip_member *member)
{
    const zip_index *index = format_index_of(run);
    if (is_ours(member) && crc_is_wrong(run, src, member)) {
        format_gap(run, GAP_DAMAGED, "crc-32", place_of(run, member));
    }
    bool hidden = !member->in_directory && index->directory_count > 0;
    format_child_info info = {.name = member->name,
                              .name_utf8 = member->name_utf8,
                              .kind = FORMAT_MEMBER,
                              .hidden_by = hidden ? SPAN_HIDE(SPAN_HIDDEN_UNREACHABLE) : 0};
    lj_code code = format_child(run, &info, src);
    if (is_ours(member)) {
        keep_rest(run, src, member);
    }
    return code;
}

/* The same stored bytes under another name. */
static bool is_same_data(const zip_member *a, const zip_member *b)
{
    return a->in_local && b->in_local && a->data_off == b->data_off &&
           a->stored_len == b->stored_len && a->method == b->method &&
           a->encrypted == b->encrypted && a->stored_len > 0;
}

static lj_code read_member(format_run *run, format_src *zip, const zip_member *member,
                           const zip_member *before)
{
    lj_code code = format_entry(run);
    if (code != LJ_OK) {
        return code;
    }
    bool again = before != NULL && is_same_data(before, member);
    bool is_empty = member->stored_len == 0 || (member->real_len == 0 && member->stored_len <= 16);
    if (again || member->is_elsewhere || (member->is_folder && is_empty)) {
        return emit_name(run, member->name_utf8, 0);
    }
    lj_arena_mark mark = lj_arena_mark_of(format_arena(run));
    format_src *src = zip_member_open(run, zip, member);
    if (src == NULL) {
        code = zip_member_gap(run, member);
    } else if (member->is_link && member->stored_len <= LINK_MAX) {
        code = emit_link(run, src, member);
        code = code == LJ_OK ? emit_name(run, member->name_utf8, 0) : code;
    } else {
        code = give_child(run, src, member);
    }
    lj_arena_rewind(format_arena(run), mark);
    return code;
}

/* ---- the whole ---- */

/* Claims [from, to) but for the holes in it. */
static void claim_around(format_run *run, const zip_index *index, uint64_t from, uint64_t to)
{
    if (index->holes_full) {
        return;
    }
    uint32_t low = 0;
    uint32_t high = index->hole_count;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (index->holes[mid].to <= from) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    for (; low < index->hole_count && index->holes[low].from < to; low++) {
        uint64_t hole = lj_max_u64(index->holes[low].from, from);
        format_claim(run, from, hole - from, FORMAT_OPAQUE);
        from = lj_max_u64(from, index->holes[low].to);
    }
    if (from < to) {
        format_claim(run, from, to - from, FORMAT_OPAQUE);
    }
}

/* with_data: deflated data is claimed as stated; else it is claimed when it was read. */
static void claim_member(format_run *run, const zip_index *index, const zip_member *member,
                         bool with_data)
{
    if (!member->in_local || member->is_elsewhere) {
        return;
    }
    claim_around(run, index, member->header_off, member->data_off);
    if (is_ours(member) && (with_data || member->method == 0)) {
        format_claim(run, member->data_off, member->stored_len, FORMAT_READ);
    }
    format_claim(run, member->data_off + member->stored_len, member->behind, FORMAT_OPAQUE);
}

static lj_code emit_comment(format_run *run, const zip_index *index, lj_slice comment)
{
    if (comment.len == 0) {
        return LJ_OK;
    }
    lj_arena_mark mark = lj_arena_mark_of(format_arena(run));
    lj_str text = zip_text_of(format_arena(run), (text_charset)index->charset, comment);
    span what = span_of(SPAN_COMMENT, text);
    what.hidden_by = SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED);
    lj_code code = format_emit(run, &what);
    lj_arena_rewind(format_arena(run), mark);
    return code;
}

/* The name that the local header tells where the directory tells another. */
static lj_code emit_local_name(format_run *run, const zip_index *index, lj_slice name)
{
    if (name.len == 0) {
        return LJ_OK;
    }
    lj_arena_mark mark = lj_arena_mark_of(format_arena(run));
    lj_str text = zip_text_of(format_arena(run), (text_charset)index->charset, name);
    lj_code code = emit_name(run, text, 0);
    lj_arena_rewind(format_arena(run), mark);
    return code;
}

static void tell_notes(format_run *run, const zip_index *index)
{
    const struct {
        bool holds;
        format_note note;
    } notes[] = {
        {index->disagrees || index->overlaps,   NOTE_DIRECTORY_DISAGREES},
        {index->has_hidden,                     NOTE_HIDDEN_MEMBERS     },
        {index->first_off > 0 || index->trails, NOTE_TRAILING_BYTES     },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(notes); i++) {
        if (notes[i].holds) {
            format_tell(run, notes[i].note);
        }
    }
}

static void report_gaps(format_run *run, const zip_index *index)
{
    if (index->is_masked) {
        format_gap(run, GAP_ENCRYPTED, "zip-names", (span_place){0});
    }
    if (index->split) {
        format_gap(run, GAP_VOLUME, NULL, (span_place){0});
    } else if (index->is_cut && !index->is_masked) {
        format_gap(run, GAP_DAMAGED, index->directory_count == 0 ? "no-directory" : "cut",
                   (span_place){0});
    }
}

static lj_code claim_structure(format_run *run, const zip_index *index, bool with_data)
{
    tell_notes(run, index);
    report_gaps(run, index);
    for (uint32_t i = 0; i < index->claim_count; i++) {
        claim_around(run, index, index->claims[i].from, index->claims[i].to);
    }
    lj_code code = emit_comment(run, index, index->comment);
    for (uint32_t i = 0; i < index->count && code == LJ_OK; i++) {
        const zip_member *member = &index->members[i];
        claim_member(run, index, member, with_data);
        code = emit_comment(run, index, member->comment);
        code = code == LJ_OK ? emit_local_name(run, index, member->local_name) : code;
    }
    return code;
}

lj_code zip_claim_structure(format_run *run, const zip_index *index)
{
    return claim_structure(run, index, /* with_data= */ true);
}

lj_code zip_member_rest(format_run *run, format_src *zip, const format_src *src,
                        const zip_member *member)
{
    uint64_t taken = format_src_taken(src);
    if (!is_ours(member) || member->method != 8 || format_src_code(src) != LJ_OK ||
        taken >= member->stored_len) {
        return LJ_OK;
    }
    format_tell(run, NOTE_DIRECTORY_DISAGREES);
    return format_sweep(run, zip, member->data_off + taken, member->stored_len - taken,
                        SPAN_HIDE(SPAN_HIDDEN_SLACK));
}

static lj_code read_members(format_run *run, format_src *src, const zip_index *index)
{
    lj_code code = claim_structure(run, index, /* with_data= */ false);
    for (uint32_t i = 0; i < index->count && code == LJ_OK; i++) {
        code = read_member(run, src, &index->members[i], i > 0 ? &index->members[i - 1] : NULL);
    }
    if (code == LJ_OK && index->full) {
        return format_gap_limit(run, FORMAT_LIMIT_ENTRIES, index->count, (span_place){0});
    }
    return code;
}

/* What was not searched yet of a range behind the end of a stream. */
static lj_code read_rest(format_run *run, format_src *src, const zip_index *index, zip_range rest)
{
    lj_code code = LJ_OK;
    claim_range part;
    while (code == LJ_OK && claim_next_gap(&index->memory->searched, rest.from, rest.to, &part)) {
        const zip_index *found =
            zip_index_of_range(run, src, index, (zip_range){part.from, part.to});
        if (found != NULL) {
            code = read_members(run, src, found);
        }
        rest.from = part.to;
    }
    return code;
}

static lj_code zip_read(format_run *run, format_src *src)
{
    const zip_index *index = format_index_of(run);
    if (index == NULL) {
        return LJ_E_LIMIT;
    }
    lj_code code = read_members(run, src, index);
    zip_memory *memory = index->memory;
    while (code == LJ_OK && memory->rest_count > 0) { /* what is found has smaller rests too */
        code = read_rest(run, src, index, memory->rests[--memory->rest_count]);
    }
    return code;
}

const format_row format_zip_row = {
    .name = "zip",
    .extensions = "zip zipx jar apk war ear xpi cbz",
    .traits = FORMAT_CONTAINER | FORMAT_LEVEL2,
    .sniff = zip_sniff,
    .index = zip_index_make,
    .read = zip_read,
    .en = "ZIP archive",
    .zh = "ZIP 压缩包",
};
