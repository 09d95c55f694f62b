/* SPDX-License-Identifier: AGPL-3.0-or-later
 * ZIP (PKWARE APPNOTE 6.3.9): the container itself. zip_index.c finds the members, zip_foreign.c
 * decodes what we do not.
 *
 * Model. Every member - listed or not - goes back to the core as a child; its name is judged there.
 * A member that cannot be opened (encrypted, unknown method) gets a gap of its own with the kind,
 * and its name is judged all the same. Members that only a local header knows of are read with the
 * fact "unreachable". CRC-32 is checked on members of up to 32 MiB: a wrong one is a gap `damaged`,
 * what was read stays. Folders and links are entries too; the target of a link is a span. Not done:
 * split volumes (gap `volume`), directory encryption beyond naming it. */
#include <libdeflate.h>

#include "base/num.h"
#include "formats/format_priv.h"
#include "formats/zip/zip_priv.h"
#include "text/charset.h"

enum { CRC_MAX = 32 * 1024 * 1024, LINK_MAX = 4096 };

static bool starts(lj_slice bytes, const char *signature)
{
    return bytes.len >= 4 && memcmp(bytes.ptr, signature, 4) == 0;
}

/* ---- recognition ---- */

/* An end record in the tail that is consistent with itself: the directory fits before it and has
 * room for its entries. */
static bool has_end_record(const format_probe *probe)
{
    lj_slice tail = probe->tail;
    for (size_t i = tail.len >= 22 ? tail.len - 21 : 0; i-- > 0;) {
        if (!starts(lj_slice_part(tail, i, 4), "PK\5\6")) {
            continue;
        }
        const uint8_t *end = tail.ptr + i;
        uint64_t entries = (uint64_t)(end[10] | end[11] << 8);
        uint64_t dir_len = (uint64_t)end[12] | (uint64_t)end[13] << 8 | (uint64_t)end[14] << 16 |
                           (uint64_t)end[15] << 24;
        uint64_t comment = (uint64_t)(end[20] | end[21] << 8);
        uint64_t at = probe->size - tail.len + i;
        if (dir_len <= at && entries * 46 <= dir_len && comment <= tail.len - i - 22 &&
            entries > 0) {
            return true;
        }
    }
    return false;
}

static int zip_sniff(const format_probe *probe)
{
    bool head =
        starts(probe->head, "PK\3\4") || starts(probe->head, "PK\5\6") ||
        (starts(probe->head, "PK\7\10") && starts(lj_slice_part(probe->head, 4, 4), "PK\3\4"));
    bool tail = has_end_record(probe);
    return head && tail ? 64 : head ? 32 : tail ? 36 : 0;
}

/* ---- members ---- */

static bool is_ours(const zip_member *member)
{
    return !member->encrypted && member->aes == 0 && (member->method == 0 || member->method == 8);
}

format_src *zip_member_open(format_run *run, format_src *zip, const zip_member *member)
{
    if (is_ours(member)) {
        return format_decode(run, zip, member->data_off, member->stored_len,
                             member->method == 0 ? FORMAT_CODEC_STORE : FORMAT_CODEC_DEFLATE,
                             member->method == 0 ? member->stored_len : member->real_len);
    }
    lj_code code = LJ_OK;
    format_src *src = zip_foreign_open(run, zip, member, &code);
    if (src != NULL && code == LJ_E_FORMAT) {
        format_gap(run, GAP_DAMAGED, zip_method_name(member->method),
                   (span_place){.part_id = format_part(run, lj_str_bytes(member->name_utf8))});
    }
    if (src != NULL && member->encrypted) {
        format_tell(run, NOTE_PASSWORD_USED);
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
        if (i == name.len || name.ptr[i] == '/' || name.ptr[i] == '\\') {
            span what = span_of(SPAN_MEMBER_NAME, (lj_str){name.ptr + from, i - from});
            what.origin = SPAN_NAME;
            what.place.part_id = part_id;
            code = format_emit(run, &what);
            from = i + 1;
        }
    }
    return code;
}

lj_code zip_member_gap(format_run *run, const zip_member *member)
{
    uint32_t part_id = format_part(run, lj_str_bytes(member->name_utf8));
    span_place place = {.part_id = part_id};
    if (member->encrypted) {
        format_gap(run, GAP_ENCRYPTED, zip_encryption_name(member), place);
    } else {
        format_gap(run, GAP_UNSUPPORTED, zip_method_name(member->method), place);
    }
    return emit_name(run, member->name_utf8, part_id);
}

/* The target of a symbolic link is its data (APPNOTE 4.5.7, Info-ZIP). */
static lj_code read_link(format_run *run, format_src *src)
{
    lj_slice target = format_slurp(run, src, 0, LINK_MAX);
    span what = span_of(SPAN_LINK, (lj_str){(const char *)target.ptr, target.len});
    return text_utf8_is_valid(target, NULL) ? format_emit(run, &what) : LJ_OK;
}

/* True when the decoded bytes do not have the stated CRC. Members above 32 MiB are not checked:
 * that would decode them twice. */
static bool crc_is_wrong(format_run *run, format_src *src, const zip_member *member)
{
    if (member->real_len > CRC_MAX || !is_ours(member) ||
        (member->crc == 0 && !member->in_directory)) {
        return false;
    }
    uint32_t crc = 0;
    uint64_t at = 0;
    for (;;) {
        lj_slice part = format_bytes(run, src, at, FORMAT_WINDOW_MAX);
        if (part.len == 0) {
            break;
        }
        crc = libdeflate_crc32(crc, part.ptr, part.len);
        at += part.len;
        if (part.len < FORMAT_WINDOW_MAX) {
            break;
        }
    }
    return format_src_code(src) == LJ_OK && crc != member->crc;
}

static lj_code read_member(format_run *run, format_src *zip, const zip_member *member)
{
    lj_code code = format_entry(run);
    if (code != LJ_OK || (member->is_folder && member->stored_len == 0)) {
        return code == LJ_OK ? emit_name(run, member->name_utf8, 0) : code;
    }
    lj_arena_mark mark = lj_arena_mark_of(format_arena(run));
    format_src *src = zip_member_open(run, zip, member);
    if (src == NULL) {
        return zip_member_gap(run, member);
    }
    if (member->is_link) {
        code = read_link(run, src);
    }
    if (code == LJ_OK && crc_is_wrong(run, src, member)) {
        format_gap(run, GAP_DAMAGED, "crc-32",
                   (span_place){.part_id = format_part(run, lj_str_bytes(member->name_utf8))});
    }
    if (code == LJ_OK) {
        format_child_info info = {
            .name = member->name, .name_utf8 = member->name_utf8, .kind = FORMAT_MEMBER};
        if (!member->in_directory) {
            const zip_index *index = format_index_of(run);
            info.hidden_by = index->directory_count > 0 ? SPAN_HIDE(SPAN_HIDDEN_UNREACHABLE) : 0;
        }
        code = format_child(run, &info, src);
    }
    lj_arena_rewind(format_arena(run), mark);
    return code;
}

/* ---- the whole ---- */

static lj_code emit_comment(format_run *run, lj_slice comment)
{
    if (comment.len == 0) {
        return LJ_OK;
    }
    lj_buf text;
    lj_buf_init(&text, format_arena(run), 3 * 65536);
    (void)text_lines_to_utf8(TEXT_GB18030, comment, false, &text, NULL);
    span what = span_of(SPAN_COMMENT, lj_buf_str(&text));
    return format_emit(run, &what);
}

static void tell_notes(format_run *run, const zip_index *index)
{
    const struct {
        bool holds;
        format_note note;
    } notes[] = {
        {index->disagrees || index->overlaps,      NOTE_DIRECTORY_DISAGREES},
        {index->has_hidden,                        NOTE_HIDDEN_MEMBERS     },
        {index->first_off > 0 && index->count > 0, NOTE_TRAILING_BYTES     },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(notes); i++) {
        if (notes[i].holds) {
            format_tell(run, notes[i].note);
        }
    }
}

/* A member's data is locked when it is encrypted and no password fits; that was found out when it
 * was opened, so the gap is the record of it and the claim follows the flag. */
static void claim_member(format_run *run, const zip_member *member)
{
    if (member->in_local) {
        format_claim(run, member->header_off, member->data_off - member->header_off, FORMAT_OPAQUE);
    }
    bool locked = member->encrypted && format_password_count(run) == 0;
    format_claim(run, member->data_off, member->stored_len, locked ? FORMAT_LOCKED : FORMAT_READ);
    if ((member->flags & ZIP_LENGTH_BEHIND) != 0) {
        format_claim(run, member->data_off + member->stored_len, 16, FORMAT_OPAQUE);
    }
}

lj_code zip_claim_structure(format_run *run, const zip_index *index)
{
    tell_notes(run, index);
    for (uint32_t i = 0; i < index->claim_count; i++) {
        format_claim(run, index->claims[i][0], index->claims[i][1] - index->claims[i][0],
                     FORMAT_OPAQUE);
    }
    lj_code code = LJ_OK;
    for (uint32_t i = 0; i < index->count && code == LJ_OK; i++) {
        claim_member(run, &index->members[i]);
        lj_arena_mark mark = lj_arena_mark_of(format_arena(run));
        code = emit_comment(run, index->members[i].comment);
        lj_arena_rewind(format_arena(run), mark);
    }
    if (code == LJ_OK) {
        code = emit_comment(run, index->comment);
    }
    if (code == LJ_OK && index->split) {
        format_gap(run, GAP_VOLUME, NULL, (span_place){0});
    }
    return code;
}

static lj_code zip_read(format_run *run, format_src *src)
{
    const zip_index *index = format_index_of(run);
    if (index == NULL) {
        return LJ_E_FORMAT;
    }
    lj_code code = zip_claim_structure(run, index);
    for (uint32_t i = 0; i < index->count && code == LJ_OK; i++) {
        code = read_member(run, src, &index->members[i]);
    }
    if (code == LJ_OK && index->full) {
        return format_gap_limit(run, FORMAT_LIMIT_ENTRIES, index->count, (span_place){0});
    }
    if (code == LJ_OK && index->is_cut) {
        return lj_fail(format_err(run), LJ_E_FORMAT, format_src_size(src),
                       "the directory or a member is missing");
    }
    return code;
}

const format_row format_zip_row = {
    .name = "zip",
    .extensions = "zip jar apk war zipx",
    .traits = FORMAT_CONTAINER | FORMAT_LEVEL2,
    .sniff = zip_sniff,
    .index = zip_index_make,
    .read = zip_read,
    .en = "ZIP archive",
    .zh = "ZIP 压缩包",
};
