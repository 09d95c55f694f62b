/* SPDX-License-Identifier: AGPL-3.0-or-later
 * 64 tables by the first bits of the key, each with open addressing and linear probing, growing by
 * a half at a load of 7/8: growing one table at a time keeps the peak near the size itself (36 MiB
 * for 10^6 files). Keys are SipHash output, so an attacker who names files cannot fill one chain.
 * Memory is not inherited by workers. The file is the tables as they are; it is mapped, so a start
 * costs nothing and a table that grows leaves the mapping. */
#include "scan/index.h"

#include "base/buf.h"
#include "base/cur.h"
#include "base/num.h"
#include "base/os.h"

enum { PARTS = 64, CAP_MIN = 64, FILE_VERSION = 1, FILE_HEAD = 4096 };

typedef struct index_slot {
    uint8_t key[LJ_SIP_LEN];
    uint64_t packed; /* 0 = free */
} index_slot;

typedef struct index_part {
    index_slot *slots;
    uint32_t cap, count;
    bool mapped; /* slots lie in the file's mapping */
} index_part;

struct scan_index {
    index_part parts[PARTS];
    void *mapping;
    size_t mapping_len;
    uint64_t base;
    bool changed;
};

static const char magic[8] = {'L', 'J', 'I', 'N', 'D', 'E', 'X', FILE_VERSION};

/* off 40 bits, verdict 3, class 2, format 10, flags 7 */
static uint64_t pack(const index_value *value)
{
    return value->off | (uint64_t)(value->verdict & 7) << 40 | (uint64_t)(value->class_ & 3) << 43 |
           (uint64_t)(value->format & (INDEX_FORMAT_MAX - 1)) << 45 |
           (uint64_t)(value->flags & 127) << 55;
}

static index_value unpack(uint64_t packed)
{
    return (index_value){
        .off = packed & (INDEX_OFF_MAX - 1),
        .verdict = (uint32_t)(packed >> 40) & 7,
        .class_ = (uint32_t)(packed >> 43) & 3,
        .format = (uint32_t)(packed >> 45) & (INDEX_FORMAT_MAX - 1),
        .flags = (uint32_t)(packed >> 55) & 127,
    };
}

static uint64_t hash_of(const uint8_t *key)
{
    uint64_t value = 0;
    memcpy(&value, key + 8, sizeof(value));
    return value;
}

static uint32_t part_of(const uint8_t *key)
{
    return key[0] % PARTS;
}

/* The key's slot, or the free one where it belongs. There is always a free one, unless the file was
 * tampered with. */
static index_slot *slot_of(const index_part *part, const uint8_t *key)
{
    uint32_t at = (uint32_t)(((hash_of(key) >> 32) * part->cap) >> 32);
    for (uint32_t probe = 0;; probe++) {
        LJ_ASSERT(probe < part->cap);
        index_slot *slot = &part->slots[at];
        if (slot->packed == 0 || memcmp(slot->key, key, LJ_SIP_LEN) == 0) {
            return slot;
        }
        at = at + 1 == part->cap ? 0 : at + 1;
    }
}

static void part_free(index_part *part)
{
    if (!part->mapped) {
        lj_os_pages_free(part->slots, (size_t)part->cap * sizeof(*part->slots));
    }
    part->slots = NULL;
}

static bool part_grow(index_part *part)
{
    uint32_t cap = part->cap == 0 ? CAP_MIN : part->cap + part->cap / 2;
    index_part next = {lj_os_pages((size_t)cap * sizeof(index_slot), false), cap, part->count,
                       false};
    if (next.slots == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < part->cap; i++) {
        if (part->slots[i].packed != 0) {
            *slot_of(&next, part->slots[i].key) = part->slots[i];
        }
    }
    part_free(part);
    *part = next;
    return true;
}

scan_index *index_new(void)
{
    return lj_os_pages(sizeof(scan_index), false);
}

void index_free(scan_index *index)
{
    if (index == NULL) {
        return;
    }
    for (uint32_t i = 0; i < PARTS; i++) {
        part_free(&index->parts[i]);
    }
    lj_os_pages_free(index->mapping, index->mapping_len);
    lj_os_pages_free(index, sizeof(*index));
}

bool index_find(const scan_index *index, const uint8_t key[LJ_SIP_LEN], index_value *out)
{
    const index_part *part = &index->parts[part_of(key)];
    if (part->cap == 0) {
        return false;
    }
    const index_slot *slot = slot_of(part, key);
    if (slot->packed == 0) {
        return false;
    }
    *out = unpack(slot->packed);
    return true;
}

lj_code index_put(scan_index *index, const uint8_t key[LJ_SIP_LEN], const index_value *value,
                  lj_err *err)
{
    LJ_ASSERT(value->off > 0 && value->off < INDEX_OFF_MAX);
    index_part *part = &index->parts[part_of(key)];
    if (part->count + 1 > part->cap - part->cap / 8 && !part_grow(part)) {
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for the table of known files");
    }
    index_slot *slot = slot_of(part, key);
    if (slot->packed == 0) {
        memcpy(slot->key, key, LJ_SIP_LEN);
        part->count++;
    }
    slot->packed = pack(value);
    index->changed = true;
    return LJ_OK;
}

bool index_flag_set(scan_index *index, const uint8_t key[LJ_SIP_LEN], uint32_t flags)
{
    index_part *part = &index->parts[part_of(key)];
    index_slot *slot = part->cap > 0 ? slot_of(part, key) : NULL;
    if (slot == NULL || slot->packed == 0) {
        return false;
    }
    index_value value = unpack(slot->packed);
    bool added = (value.flags & flags) != flags;
    value.flags |= flags;
    slot->packed = pack(&value);
    return added;
}

uint64_t index_count(const scan_index *index)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < PARTS; i++) {
        count += index->parts[i].count;
    }
    return count;
}

uint64_t index_base(const scan_index *index)
{
    return index->base;
}

void index_base_set(scan_index *index, uint64_t journal_len)
{
    index->base = journal_len;
}

bool index_is_changed(const scan_index *index)
{
    return index->changed;
}

bool index_next(const scan_index *index, index_cursor *cursor, uint8_t out_key[LJ_SIP_LEN],
                index_value *out)
{
    for (; cursor->part < PARTS; cursor->part++, cursor->at = 0) {
        const index_part *part = &index->parts[cursor->part];
        while (cursor->at < part->cap) {
            const index_slot *slot = &part->slots[cursor->at++];
            if (slot->packed != 0) {
                memcpy(out_key, slot->key, LJ_SIP_LEN);
                *out = unpack(slot->packed);
                return true;
            }
        }
    }
    return false;
}

/* ---- the file: head of 4 KiB {magic, journal id, journal length, base, cap and count of each
 * table}, then the tables ---- */

static lj_code save_part(const index_part *part, int fd, lj_err *err)
{
    enum { AT_ONCE = 512 };
    index_slot room[AT_ONCE];
    lj_code code = LJ_OK;
    for (uint32_t at = 0; at < part->cap && code == LJ_OK; at += AT_ONCE) {
        uint32_t count = part->cap - at < AT_ONCE ? part->cap - at : AT_ONCE;
        memcpy(room, part->slots + at, count * sizeof(*room));
        for (uint32_t i = 0; i < count; i++) {
            if (room[i].packed != 0) {
                index_value value = unpack(room[i].packed);
                value.flags &= ~(uint32_t)(INDEX_SEEN | INDEX_CHECKED);
                room[i].packed = pack(&value);
            }
        }
        code = lj_os_write(fd, lj_slice_of(room, count * sizeof(*room)), err);
    }
    return code;
}

lj_code index_save(const scan_index *index, int dir, const char *name,
                   const uint8_t journal_id[LJ_SIP_LEN], uint64_t journal_len, lj_err *err)
{
    lj_buf head;
    lj_buf_init(&head, NULL, FILE_HEAD);
    lj_buf_put(&head, lj_slice_of(magic, sizeof(magic)));
    lj_buf_put(&head, lj_slice_of(journal_id, LJ_SIP_LEN));
    lj_buf_put_u64le(&head, journal_len);
    lj_buf_put_u64le(&head, index->base);
    for (uint32_t i = 0; i < PARTS; i++) {
        lj_buf_put_u32le(&head, index->parts[i].cap);
        lj_buf_put_u32le(&head, index->parts[i].count);
    }
    while (head.len < FILE_HEAD && lj_buf_ok(&head)) {
        lj_buf_put_u8(&head, 0);
    }
    int fd = -1;
    lj_code code = lj_buf_ok(&head)
                       ? lj_os_create_file(dir, "index.new", LJ_OS_FRESH, &fd, err)
                       : lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for the index");
    if (code == LJ_OK) {
        code = lj_os_write(fd, lj_buf_slice(&head), err);
    }
    for (uint32_t i = 0; i < PARTS && code == LJ_OK; i++) {
        code = save_part(&index->parts[i], fd, err);
    }
    if (code == LJ_OK) {
        code = lj_os_sync(fd, err);
    }
    lj_os_close(fd);
    lj_buf_done(&head);
    return code == LJ_OK ? lj_os_rename(dir, "index.new", name, err) : code;
}

static lj_code parts_from(scan_index *index, lj_cur *head, uint64_t file_len, lj_err *err)
{
    uint64_t at = FILE_HEAD;
    for (uint32_t i = 0; i < PARTS; i++) {
        index_part *part = &index->parts[i];
        part->cap = lj_cur_u32le(head);
        part->count = lj_cur_u32le(head);
        part->mapped = true;
        uint64_t len = (uint64_t)part->cap * sizeof(index_slot);
        if (!lj_cur_ok(head) || part->count >= (part->cap > 0 ? part->cap : 1) ||
            !lj_range_fits(at, len, file_len)) {
            return lj_fail(err, LJ_E_FORMAT, at, "the index is damaged");
        }
        void *slots = (uint8_t *)index->mapping + at;
        part->slots = slots;
        at += len;
    }
    return at == file_len ? LJ_OK : lj_fail(err, LJ_E_FORMAT, at, "the index is damaged");
}

lj_code index_load(int dir, const char *name, const uint8_t journal_id[LJ_SIP_LEN],
                   scan_index **out, uint64_t *out_journal_len, lj_err *err)
{
    int fd = -1;
    lj_code code = lj_os_open_file(dir, name, &fd, NULL, err);
    if (code != LJ_OK) {
        return code;
    }
    scan_index *index = index_new();
    uint8_t head[FILE_HEAD];
    size_t len = 0;
    lj_os_stat stat = {0};
    code = index != NULL
               ? lj_os_stat_of(fd, &stat, err)
               : lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for the table of known files");
    if (code == LJ_OK) {
        code = lj_os_read_at(fd, 0, head, sizeof(head), &len, err);
    }
    if (code == LJ_OK && (len < FILE_HEAD || memcmp(head, magic, sizeof(magic)) != 0 ||
                          memcmp(head + sizeof(magic), journal_id, LJ_SIP_LEN) != 0)) {
        code = lj_fail(err, LJ_E_FORMAT, 0, "the index belongs to another journal");
    }
    if (code == LJ_OK) {
        index->mapping_len = (size_t)stat.size;
        index->mapping = lj_os_map_private(fd, index->mapping_len);
        lj_cur cur = lj_cur_of(
            lj_slice_of(head + sizeof(magic) + LJ_SIP_LEN, len - sizeof(magic) - LJ_SIP_LEN));
        *out_journal_len = lj_cur_u64le(&cur);
        index->base = lj_cur_u64le(&cur);
        code = index->mapping != NULL ? parts_from(index, &cur, stat.size, err)
                                      : lj_fail(err, LJ_E_IO, 0, "cannot map the index");
    }
    lj_os_close(fd);
    if (code != LJ_OK) {
        index_free(index);
        return code;
    }
    *out = index;
    return LJ_OK;
}
