/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Our own look at RAR and 7z headers, because libarchive 3.6.2 decrypts neither and calls encrypted
 * RAR 5 damaged: the inspector must read "encrypted", and of which kind. Headers only; nothing is
 * decoded.
 *
 * RAR 4 (technote.txt of RAR 4): blocks of CRC u16, type u8, flags u16, size u16, and with flag
 * 0x8000 a data size u32. main header 0x73: 0x0001 volume, 0x0080 headers are encrypted; file
 * header 0x74: 0x0001, 0x0002 split, 0x0004 password. RAR 5 (RAR 5.0 archive format): CRC u32, then
 * variable integers: header size, type, flags, [extra size], [data size]; type 1 main: archive
 * flags 0x0001 volume; type 2 file: extra record type 1 = encrypted; type 4: encrypted headers. 7z
 * (7zFormat.txt): the start header points to the end header; 0x17 means that it is packed itself,
 * its coders in clear text; coder id 06 F1 07 01 is AES-256 with SHA-256. */
#include "base/cur.h"
#include "base/num.h"
#include "formats/archive/archive_priv.h"

enum { BLOCKS_MAX = 200000, HEADER_MAX = 2 * 1024 * 1024, RAR5_VINT_MAX = 10 };

static archive_secrets look_rar4(format_run *run, format_src *src)
{
    archive_secrets found = {0};
    uint64_t at = 7;
    for (int i = 0; i < BLOCKS_MAX; i++) {
        lj_cur cur = lj_cur_of(format_bytes(run, src, at, 11));
        lj_cur_skip(&cur, 2);
        uint8_t type = lj_cur_u8(&cur);
        uint16_t flags = lj_cur_u16le(&cur);
        uint64_t len = lj_cur_u16le(&cur);
        if (!lj_cur_ok(&cur) || len < 7 || type < 0x72 || type > 0x7B) {
            return found;
        }
        bool has_data = (flags & 0x8000) != 0 || type == 0x74 || type == 0x7A;
        uint64_t data = has_data ? lj_cur_u32le(&cur) : 0;
        if (type == 0x73) {
            found.volumes = (flags & 0x0001) != 0;
            if ((flags & 0x0080) != 0) {
                found.encryption = "rar4-names";
                found.all_locked = true;
                return found;
            }
        } else if (type == 0x74) {
            if ((flags & 0x0004) != 0) {
                found.encryption = "rar4-data";
            }
            found.volumes = found.volumes || (flags & 0x0003) != 0;
            if ((flags & 0x0100) != 0) { /* LHD_LARGE: the high half stands at 32 */
                lj_cur high = lj_cur_of(format_bytes(run, src, at + 32, 4));
                data |= (uint64_t)lj_cur_u32le(&high) << 32;
            }
        } else if (type == 0x7B) {
            return found;
        }
        if (!lj_add_u64(at, len, &at) || !lj_add_u64(at, data, &at)) {
            return found;
        }
    }
    return found;
}

static uint64_t vint(lj_cur *cur)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < RAR5_VINT_MAX; i++) {
        uint8_t byte = lj_cur_u8(cur);
        value |= (uint64_t)(byte & 0x7F) << (7 * i);
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

static archive_secrets look_rar5(format_run *run, format_src *src)
{
    archive_secrets found = {0};
    uint64_t at = 8;
    for (int i = 0; i < BLOCKS_MAX; i++) {
        lj_cur start = lj_cur_of(format_bytes(run, src, at, 4 + RAR5_VINT_MAX));
        lj_cur_skip(&start, 4);
        uint64_t len = vint(&start);
        if (!lj_cur_ok(&start) || len == 0 || len > HEADER_MAX) {
            return found;
        }
        uint64_t header_at = at + start.pos;
        lj_slice header =
            format_bytes(run, src, header_at, (size_t)lj_min_u64(len, FORMAT_WINDOW_MAX));
        lj_cur cur = lj_cur_of(header);
        uint64_t type = vint(&cur);
        uint64_t flags = vint(&cur);
        uint64_t extra_len = (flags & 0x0001) != 0 ? vint(&cur) : 0;
        uint64_t data_len = (flags & 0x0002) != 0 ? vint(&cur) : 0;
        if (!lj_cur_ok(&cur)) {
            return found;
        }
        if (type == 4) {
            found.encryption = "rar5-names";
            found.all_locked = true;
            return found;
        }
        if (type == 1) {
            found.volumes = (vint(&cur) & 0x0001) != 0;
        } else if (type == 2) {
            if (extra_len <= header.len &&
                has_crypt_record(lj_slice_part(header, header.len - (size_t)extra_len, SIZE_MAX))) {
                found.encryption = "rar5-data";
            }
            found.volumes =
                found.volumes || (flags & 0x0018) != 0; /* goes on from or in another volume */
        } else if (type == 5) {
            return found;
        }
        if (!lj_add_u64(header_at, len, &at) || !lj_add_u64(at, data_len, &at)) {
            return found;
        }
    }
    return found;
}

archive_secrets archive_look_rar(format_run *run, format_src *src)
{
    lj_slice head = format_bytes(run, src, 0, 8);
    return head.len == 8 && head.ptr[6] == 1 ? look_rar5(run, src) : look_rar4(run, src);
}

archive_secrets archive_look_7z(format_run *run, format_src *src)
{
    archive_secrets found = {0};
    lj_cur cur = lj_cur_of(format_bytes(run, src, 0, 32));
    lj_cur_skip(&cur, 12);
    uint64_t next_off = lj_cur_u64le(&cur);
    uint64_t next_len = lj_cur_u64le(&cur);
    uint64_t at = 0;
    if (!lj_cur_ok(&cur) || !lj_add_u64(next_off, 32, &at)) {
        return found;
    }
    lj_slice header = format_bytes(run, src, at, (size_t)lj_min_u64(next_len, FORMAT_WINDOW_MAX));
    if (lj_slice_find(header, LJ_BYTES("\x06\xF1\x07\x01")) != SIZE_MAX) {
        found.all_locked = header.len > 0 && header.ptr[0] == 0x17;
        found.encryption = found.all_locked ? "7z-names" : "7z-data";
    }
    return found;
}
