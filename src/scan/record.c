/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The codec of record.h. */
#include "scan/record.h"

#include "base/cur.h"
#include "base/json.h"

void record_put(lj_buf *buf, const scan_record *record)
{
    lj_buf_put(buf, lj_slice_of(record->key, LJ_SIP_LEN));
    lj_buf_put_u8(buf, (uint8_t)record->flags);
    lj_buf_put_u64le(buf, record->size);
    lj_buf_put_u64le(buf, record->examined);
    lj_buf_put_u64le(buf, (uint64_t)record->mtime_ns);
    if ((record->flags & RECORD_SHA) != 0) {
        lj_buf_put(buf, lj_slice_of(record->sha256, LJ_SHA256_LEN));
    }
    if ((record->flags & RECORD_GROUP) != 0) {
        lj_buf_put(buf, lj_slice_of(record->group, LJ_SIP_LEN));
    }
    lj_buf_put_u8(buf, (uint8_t)record->format.len);
    lj_buf_put(buf, lj_str_bytes(record->format));
    lj_buf_put_u16le(buf, (uint16_t)record->path.len);
    lj_buf_put(buf, record->path);
    if ((record->flags & RECORD_PLAIN) != 0) {
        return;
    }
    lj_buf_put_u32le(buf, record->documents);
    lj_buf_put_u32le(buf, (uint32_t)record->names.len);
    lj_buf_put(buf, record->names);
    lj_buf_put_u32le(buf, record->part_count);
    lj_buf_put(buf, record->part_offs);
    lj_buf_put_u32le(buf, (uint32_t)record->content.len);
    lj_buf_put(buf, record->content);
}

bool record_take(lj_slice payload, scan_record *out)
{
    lj_cur cur = lj_cur_of(payload);
    scan_record record = {0};
    lj_slice key = lj_cur_bytes(&cur, LJ_SIP_LEN);
    record.flags = lj_cur_u8(&cur);
    record.size = lj_cur_u64le(&cur);
    record.examined = lj_cur_u64le(&cur);
    record.mtime_ns = (int64_t)lj_cur_u64le(&cur);
    lj_slice sha = lj_cur_bytes(&cur, (record.flags & RECORD_SHA) != 0 ? LJ_SHA256_LEN : 0);
    lj_slice group = lj_cur_bytes(&cur, (record.flags & RECORD_GROUP) != 0 ? LJ_SIP_LEN : 0);
    lj_slice format = lj_cur_bytes(&cur, lj_cur_u8(&cur));
    record.path = lj_cur_bytes(&cur, lj_cur_u16le(&cur));
    if ((record.flags & RECORD_PLAIN) == 0) {
        record.documents = lj_cur_u32le(&cur);
        record.names = lj_cur_bytes(&cur, lj_cur_u32le(&cur));
        record.part_count = lj_cur_u32le(&cur);
        record.part_offs = lj_cur_bytes(&cur, (size_t)record.part_count * 8);
        record.content = lj_cur_bytes(&cur, lj_cur_u32le(&cur));
    }
    if (!lj_cur_ok(&cur) || lj_cur_left(&cur) != 0 || !lj_utf8_is_valid(format) ||
        record.examined > record.size) {
        return false;
    }
    memcpy(record.key, key.ptr, LJ_SIP_LEN);
    if (sha.len > 0) {
        memcpy(record.sha256, sha.ptr, LJ_SHA256_LEN);
    }
    if (group.len > 0) {
        memcpy(record.group, group.ptr, LJ_SIP_LEN);
    }
    record.format = (lj_str){(const char *)format.ptr, format.len};
    *out = record;
    return true;
}

uint64_t record_part_off(const scan_record *record, uint32_t idx)
{
    lj_cur cur = lj_cur_of(lj_slice_part(record->part_offs, (size_t)idx * 8, 8));
    return lj_cur_u64le(&cur);
}
