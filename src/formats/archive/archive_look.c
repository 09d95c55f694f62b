/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Our own look at RAR, 7z and CAB headers, because libarchive 3.6.2 decrypts neither RAR nor 7z and
 * calls encrypted RAR 5 damaged: the inspector must read "encrypted", of which kind, and which
 * members. It also says where the last structure ends, so that what stands behind is swept. Headers
 * only; nothing is decoded.
 *
 * RAR 4 (technote.txt of RAR 4): blocks of CRC u16, type u8, flags u16, size u16, and with flag
 * 0x8000 a data size u32. main header 0x73: 0x0001 volume, 0x0080 headers are encrypted; file
 * header 0x74: 0x0001, 0x0002 split, 0x0004 password. RAR 5 (RAR 5.0 archive format): CRC u32, then
 * variable integers: header size, type, flags, [extra size], [data size]; type 1 main: archive
 * flags 0x0001 volume; type 2 file: extra record type 1 = encrypted; type 3 service, CMT the
 * archive's comment; type 4: encrypted headers. 7z (7zFormat.txt): the start header points to the
 * end header; 0x17 means that it is packed itself, its coders in clear text; coder id 06 F1 07 01
 * is AES-256 with SHA-256. CAB ([MS-CAB] 2.1): cbCabinet at 8, flags at 30: 0x0001 a cabinet
 * before, 0x0002 one behind. */
#include "base/cur.h"
#include "base/num.h"
#include "formats/archive/archive_priv.h"

enum {
    BLOCKS_MAX = 200000,
    HEADER_MAX = 2 * 1024 * 1024, /* RAR 5: header size is limited to this */
    VINT_MAX = 10,
    COMMENT_MAX = 256 * 1024,
    LOCKED_MAX = 131072, /* file headers whose encryption is remembered one by one */
};

/* Remembers a file header, in order. */
static void add_file(format_run *run, archive_look *look, bool is_locked)
{
    if (look->locked == NULL) {
        look->locked = lj_arena_alloc(format_arena(run), LOCKED_MAX / 8);
    }
    uint32_t idx = look->locked_count;
    if (look->locked != NULL && idx < LOCKED_MAX) {
        look->locked[idx / 8] |= (uint8_t)((is_locked ? 1 : 0) << (idx % 8));
        look->locked_count++;
    }
}

/* The archive's comment at [off, off + len): told when it is stored, else a gap. */
static lj_code take_comment(format_run *run, format_src *src, bool is_stored, uint64_t off,
                            uint64_t len)
{
    if (!is_stored) {
        format_gap(run, GAP_UNSUPPORTED, "comment", (span_place){0});
        return LJ_OK;
    }
    lj_arena_mark mark = lj_arena_mark_of(format_arena(run));
    lj_slice text = lj_arena_copy(
        format_arena(run), format_bytes(run, src, off, (size_t)lj_min_u64(len, COMMENT_MAX)));
    while (text.len > 0 && text.ptr[text.len - 1] == 0) {
        text.len--;
    }
    lj_code code = archive_emit_text(run, SPAN_COMMENT, LJ_STR(""), text);
    lj_arena_rewind(format_arena(run), mark);
    return code;
}

/* ---- RAR 4 ---- */

static void look_rar4(format_run *run, format_src *src, archive_look *look)
{
    uint64_t at = 7;
    for (int i = 0; i < BLOCKS_MAX && format_work(run, 32) == LJ_OK; i++) {
        lj_cur cur = lj_cur_of(format_bytes(run, src, at, 11));
        lj_cur_skip(&cur, 2);
        uint8_t type = lj_cur_u8(&cur);
        uint16_t flags = lj_cur_u16le(&cur);
        uint64_t len = lj_cur_u16le(&cur);
        if (!lj_cur_ok(&cur) && type != 0x7B) {
            return;
        }
        if (len < 7 || type < 0x72 || type > 0x7B) {
            return;
        }
        bool has_data = (flags & 0x8000) != 0 || type == 0x74 || type == 0x7A;
        uint64_t data = has_data ? lj_cur_u32le(&cur) : 0;
        if (type == 0x73) {
            look->volumes = (flags & 0x0001) != 0;
            look->all_locked = (flags & 0x0080) != 0;
            if (look->all_locked) {
                look->encryption = "rar4-names";
                return;
            }
        } else if (type == 0x74) {
            bool is_locked = (flags & 0x0004) != 0;
            look->encryption = is_locked ? "rar4-data" : look->encryption;
            add_file(run, look, is_locked);
            look->volumes = look->volumes || (flags & 0x0003) != 0;
        }
        if ((flags & 0x0100) != 0 && (type == 0x74 || type == 0x7A)) { /* LHD_LARGE: high half */
            lj_cur high = lj_cur_of(format_bytes(run, src, at + 32, 4));
            data |= (uint64_t)lj_cur_u32le(&high) << 32;
        }
        lj_slice sub = type == 0x7A ? format_bytes(run, src, at, 35) : (lj_slice){NULL, 0};
        if (sub.len == 35 && lj_slice_is(lj_slice_part(sub, 32, 3), LJ_BYTES("CMT"))) {
            bool is_stored = sub.ptr[25] == 0x30 && (flags & 0x0004) == 0;
            look->code = take_comment(run, src, is_stored, at + len, data);
        }
        if (look->code != LJ_OK || !lj_add_u64(at, len, &at) || !lj_add_u64(at, data, &at)) {
            return;
        }
        if (type == 0x7B) {
            look->end_off = at;
            return;
        }
    }
}

/* ---- RAR 5 ---- */

static uint64_t vint(lj_cur *cur)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < VINT_MAX; i++) {
        uint8_t byte = lj_cur_u8(cur);
        value |= i < 9 || byte < 2 ? (uint64_t)(byte & 0x7F) << (7 * i) : 0;
        if ((byte & 0x80) == 0) {
            return value;
        }
    }
    cur->bad = true;
    return 0;
}

/* The extra area of a file header: records of size, type, data; type 1 is the encryption record. */
static bool has_crypt_record(lj_slice extra)
{
    lj_cur cur = lj_cur_of(extra);
    while (lj_cur_left(&cur) > 1) {
        uint64_t len = vint(&cur);
        if (!lj_cur_ok(&cur) || len == 0 || len > lj_cur_left(&cur)) {
            return false;
        }
        lj_cur record = lj_cur_of(lj_cur_bytes(&cur, (size_t)len));
        if (vint(&record) == 1 && lj_cur_ok(&record)) {
            return true;
        }
    }
    return false;
}

/* A service header (type 3) of the archive's comment: what stands behind its sizes. */
static bool is_comment(lj_cur cur, lj_slice extra, bool *out_stored)
{
    uint64_t flags = vint(&cur);
    (void)vint(&cur); /* size unpacked */
    (void)vint(&cur); /* attributes */
    lj_cur_skip(&cur, (flags & 2) != 0 ? 4 : 0);
    lj_cur_skip(&cur, (flags & 4) != 0 ? 4 : 0);
    uint64_t method = vint(&cur);
    (void)vint(&cur); /* system */
    uint64_t name_len = vint(&cur);
    *out_stored = (method >> 7 & 7) == 0 && !has_crypt_record(extra);
    return lj_cur_ok(&cur) && name_len == 3 && lj_slice_is(lj_cur_bytes(&cur, 3), LJ_BYTES("CMT"));
}

/* One header; returns false at the end or at what is none. */
static bool look_rar5_header(format_run *run, format_src *src, archive_look *look, lj_slice header,
                             uint64_t data_at, uint64_t *out_data_len)
{
    lj_cur cur = lj_cur_of(header);
    uint64_t type = vint(&cur);
    uint64_t flags = vint(&cur);
    uint64_t extra_len = (flags & 0x0001) != 0 ? vint(&cur) : 0;
    *out_data_len = (flags & 0x0002) != 0 ? vint(&cur) : 0;
    if (!lj_cur_ok(&cur) || type < 1 || type > 5) {
        return false;
    }
    if (type == 4) {
        look->encryption = "rar5-names";
        look->all_locked = true;
        return false;
    }
    if (type == 1) {
        look->volumes = (vint(&cur) & 0x0001) != 0;
    } else if (type == 2 || type == 3) {
        lj_slice extra = extra_len <= header.len
                             ? lj_slice_part(header, header.len - (size_t)extra_len, SIZE_MAX)
                             : (lj_slice){NULL, 0};
        bool is_stored = false;
        if (type == 3) {
            if (is_comment(cur, extra, &is_stored)) {
                look->code = take_comment(run, src, is_stored, data_at, *out_data_len);
            }
            return look->code == LJ_OK;
        }
        bool is_locked = has_crypt_record(extra);
        look->encryption = is_locked ? "rar5-data" : look->encryption;
        add_file(run, look, is_locked);
        look->volumes = look->volumes || (flags & 0x0018) != 0; /* goes on from or in another */
    }
    return true;
}

static void look_rar5(format_run *run, format_src *src, archive_look *look)
{
    uint64_t at = 8;
    for (int i = 0; i < BLOCKS_MAX && format_work(run, 32) == LJ_OK; i++) {
        lj_cur start = lj_cur_of(format_bytes(run, src, at, 4 + VINT_MAX));
        lj_cur_skip(&start, 4);
        uint64_t len = vint(&start);
        if (!lj_cur_ok(&start) || len == 0 || len > HEADER_MAX) {
            return;
        }
        uint64_t header_at = at + start.pos;
        lj_slice header =
            format_bytes(run, src, header_at, (size_t)lj_min_u64(len, FORMAT_WINDOW_MAX));
        uint64_t data_len = 0;
        bool is_end = header.len > 0 && header.ptr[0] == 5;
        if (!look_rar5_header(run, src, look, header, header_at + len, &data_len) ||
            !lj_add_u64(header_at, len, &at) || !lj_add_u64(at, data_len, &at)) {
            return;
        }
        if (is_end) {
            look->end_off = at;
            return;
        }
    }
}

archive_look archive_look_rar(format_run *run, format_src *src)
{
    archive_look look = {0};
    lj_slice head = format_bytes(run, src, 0, 8);
    if (head.len == 8 && head.ptr[6] == 1) {
        look_rar5(run, src, &look);
    } else {
        look_rar4(run, src, &look);
    }
    return look;
}

/* ---- 7z, CAB ---- */

archive_look archive_look_7z(format_run *run, format_src *src)
{
    archive_look look = {0};
    lj_cur cur = lj_cur_of(format_bytes(run, src, 0, 32));
    lj_cur_skip(&cur, 12);
    uint64_t next_off = lj_cur_u64le(&cur);
    uint64_t next_len = lj_cur_u64le(&cur);
    uint64_t at = 0;
    if (!lj_cur_ok(&cur) || !lj_add_u64(next_off, 32, &at) ||
        !lj_add_u64(at, next_len, &look.end_off)) {
        look.end_off = 0;
        return look;
    }
    /* the coders of a packed header stand at its end, those of a plain one in its first part */
    lj_slice header = format_bytes(run, src, at, (size_t)lj_min_u64(next_len, FORMAT_WINDOW_MAX));
    if (lj_slice_find(header, LJ_BYTES("\x06\xF1\x07\x01")) < header.len) {
        look.all_locked = header.len > 0 && header.ptr[0] == 0x17;
        look.encryption = look.all_locked ? "7z-names" : "7z-data";
    }
    return look;
}

archive_look archive_look_cab(format_run *run, format_src *src)
{
    archive_look look = {0};
    lj_cur cur = lj_cur_of(format_bytes(run, src, 0, 36));
    lj_cur_skip(&cur, 8);
    uint32_t len = lj_cur_u32le(&cur);
    lj_cur_skip(&cur, 18);
    uint16_t flags = lj_cur_u16le(&cur);
    if (lj_cur_ok(&cur)) {
        look.end_off = len;
        look.volumes = (flags & 0x0003) != 0;
    }
    return look;
}
