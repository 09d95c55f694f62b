/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Compound files: header, FAT, directory, streams.
 *
 * Specification: [MS-CFB] 2.2 header, 2.3 FAT, 2.4 mini FAT, 2.5 DIFAT, 2.6 directory. Models read:
 * Apache POI's POIFS (chains with a counter), libgsf's gsf-infile-msole, libolecf (which reads
 * stale entries).
 *
 * Model. The FAT is read whole (4 bytes a sector), the directory too; a stream becomes a source
 * gathered from runs of sectors when somebody asks for it. A sector belongs to the chain that came
 * first: the streams that a dialect asks for come before all others, so a decoy entry cannot take
 * their sectors, and a chain that loops or runs into another ends there. Together all chains are no
 * longer than the file.
 *
 * Traps seen in the wild
 * - The FAT is shorter than the file, or the file than the FAT (truncated downloads): sectors that
 *   nobody tells about end a chain; the chain is cut and said to be.
 * - Sizes beyond the file, 4 GB claims: a stream is as long as its chain.
 * - Version 3 writes junk into the upper half of the 64-bit size ([MS-CFB] 2.6.3): masked.
 * - The last sector is not filled up: it counts.
 * - Directory trees that are no trees: entries are reached at most once, the walk has a stack of
 *   its own; an entry that no tree reaches is found by its name when nothing else has that name.
 * - The range lock sector of files above 2 GB (2.1) is never part of a chain.
 * - A cutoff of 0: our own image of an embedded storage (ole2_storage.c) has no mini stream.
 *
 * Not done: transacted (2.2) variants, which Office never writes. */
#include "formats/ole2/ole2.h"

#include "base/cur.h"
#include "base/num.h"
#include "formats/format_priv.h"
#include "formats/ole2/ole2_priv.h"

enum {
    MINI_SHIFT = 6,
    PIECES_FIRST = 8,
    NAME_CAP = 128,
    SHIFT_SMALL = 9,
    SHIFT_LARGE = 12,
};

/* ---- chains ---- */

static bool bit_take(uint8_t *bits, uint32_t idx)
{
    uint8_t mask = (uint8_t)(1U << (idx & 7));
    bool fresh = (bits[idx >> 3] & mask) == 0;
    bits[idx >> 3] |= mask;
    return fresh;
}

static uint64_t sector_off(const ole2_file *file, uint32_t sector)
{
    return ((uint64_t)sector + 1) << file->sector_shift;
}

typedef struct chain_walk {
    format_src *src;
    const uint32_t *next;
    uint8_t *owned;
    uint32_t count; /* sectors that there are */
    uint32_t shift;
    uint64_t base;  /* offset of sector 0 in src */
    uint64_t limit; /* bytes of src: the last sector may be cut */
} chain_walk;

static bool chain_add(ole2_file *file, ole2_chain *out, uint32_t *cap, format_src *src,
                      uint64_t off, uint64_t len)
{
    if (out->count > 0) {
        format_piece *last = &out->pieces[out->count - 1];
        if (last->off + last->len == off) {
            last->len += len;
            return true;
        }
    }
    if (out->count == *cap) {
        uint32_t more = *cap == 0 ? PIECES_FIRST : *cap * 2;
        format_piece *pieces = lj_arena_grow(format_arena(file->run), out->pieces,
                                             *cap * sizeof(*pieces), more * sizeof(*pieces));
        if (pieces == NULL) {
            return false;
        }
        out->pieces = pieces;
        *cap = more;
    }
    out->pieces[out->count++] = (format_piece){.src = src, .off = off, .len = len};
    return true;
}

/* Follows a chain until it holds len bytes. False when it ends, loops or crosses before. */
static bool chain_follow(ole2_file *file, const chain_walk *walk, uint32_t start, uint64_t len,
                         ole2_chain *out)
{
    *out = (ole2_chain){.is_built = true};
    uint32_t cap = 0;
    uint64_t have = 0;
    uint32_t at = start;
    bool whole = true;
    while (have < len) {
        if (at >= walk->count || !bit_take(walk->owned, at)) {
            /* the end mark is the regular end only where no length was given */
            whole = at == OLE2_SECT_END && len == FORMAT_SIZE_UNKNOWN;
            break;
        }
        uint64_t off = walk->base + ((uint64_t)at << walk->shift);
        uint64_t part = lj_min_u64((uint64_t)1 << walk->shift, walk->limit - off);
        part = lj_min_u64(part, len - have);
        if (!chain_add(file, out, &cap, walk->src, off, part)) {
            whole = false;
            break;
        }
        have += part;
        at = walk->next[at];
    }
    out->src = format_gather(file->run, out->pieces, out->count);
    return whole && out->src != NULL;
}

bool ole2_chain_build(ole2_file *file, uint32_t start, uint64_t len, ole2_chain *out)
{
    chain_walk walk = {.src = file->src,
                       .next = file->fat,
                       .owned = file->owned,
                       .count = file->sector_count,
                       .shift = file->sector_shift,
                       .base = sector_off(file, 0),
                       .limit = file->size};
    return chain_follow(file, &walk, start, len, out);
}

void ole2_claim_pieces(ole2_file *file, const ole2_chain *chain, uint64_t off, uint64_t len,
                       format_claim_kind kind)
{
    uint64_t end = lj_sat_add_u64(off, len);
    for (uint32_t i = 0; i < chain->count; i++) {
        const format_piece *piece = &chain->pieces[i];
        uint64_t from = lj_max_u64(off, piece->at);
        uint64_t to = lj_min_u64(end, piece->at + piece->len);
        if (from >= to) {
            continue;
        }
        uint64_t at = piece->off + (from - piece->at);
        if (piece->src == file->src) {
            format_claim(file->run, at, to - from, kind);
        } else { /* a piece of the mini stream: one step further down, never more */
            const ole2_chain *mini = &file->chains[OLE2_ROOT];
            for (uint32_t k = 0; k < mini->count; k++) {
                const format_piece *below = &mini->pieces[k];
                uint64_t low = lj_max_u64(at, below->at);
                uint64_t high = lj_min_u64(at + (to - from), below->at + below->len);
                if (low < high) {
                    format_claim(file->run, below->off + (low - below->at), high - low, kind);
                }
            }
        }
    }
}

/* ---- header and tables ---- */

typedef struct ole2_head {
    uint32_t directory, mini_fat, mini_fat_count, difat, difat_count, fat_count;
    uint16_t version;
    lj_slice difat_rows;
} ole2_head;

static bool head_parse(ole2_file *file, lj_slice bytes, ole2_head *head)
{
    lj_cur cur = lj_cur_of(bytes);
    lj_cur_skip(&cur, 26);
    head->version = lj_cur_u16le(&cur);
    lj_cur_skip(&cur, 2);
    file->sector_shift = lj_cur_u16le(&cur);
    file->mini_shift = lj_cur_u16le(&cur);
    lj_cur_skip(&cur, 10);
    head->fat_count = lj_cur_u32le(&cur);
    head->directory = lj_cur_u32le(&cur);
    lj_cur_skip(&cur, 4);
    file->cutoff = lj_cur_u32le(&cur);
    head->mini_fat = lj_cur_u32le(&cur);
    head->mini_fat_count = lj_cur_u32le(&cur);
    head->difat = lj_cur_u32le(&cur);
    head->difat_count = lj_cur_u32le(&cur);
    head->difat_rows = lj_cur_bytes(&cur, 4 * (size_t)OLE2_DIFAT_IN_HEADER);
    if (file->cutoff > OLE2_CUTOFF || (file->cutoff == 0 && head->mini_fat_count > 0)) {
        file->cutoff = OLE2_CUTOFF; /* [MS-CFB] 2.2: must be 4,096 */
    }
    if (file->mini_shift != MINI_SHIFT) {
        file->mini_shift = MINI_SHIFT;
        file->is_damaged = true;
    }
    return lj_cur_ok(&cur) &&
           (file->sector_shift == SHIFT_SMALL || file->sector_shift == SHIFT_LARGE);
}

/* Takes one FAT sector in: the numbers for the sectors from `first` on. */
static void fat_take(ole2_file *file, uint32_t sector, uint64_t first)
{
    uint32_t per = 1U << (file->sector_shift - 2);
    if (sector >= file->sector_count || first >= file->sector_count) {
        /* a FAT may be laid out for more than the file holds; but a sector outside is damage */
        file->is_damaged =
            file->is_damaged || (sector >= file->sector_count && first < file->sector_count);
        return;
    }
    (void)bit_take(file->owned, sector);
    format_claim(file->run, sector_off(file, sector), (uint64_t)4 * per, FORMAT_OPAQUE);
    lj_slice bytes = format_bytes(file->run, file->src, sector_off(file, sector), 4 * (size_t)per);
    lj_cur cur = lj_cur_of(bytes);
    for (uint32_t i = 0; i < bytes.len / 4 && first + i < file->sector_count; i++) {
        file->fat[first + i] = lj_cur_u32le(&cur);
    }
}

/* The FAT by the DIFAT: 109 numbers in the header, then sectors of numbers in a chain. */
static lj_code fat_load(ole2_file *file, const ole2_head *head)
{
    lj_arena *arena = format_arena(file->run);
    file->fat = lj_arena_alloc_raw(arena, sizeof(*file->fat) * lj_max_u64(file->sector_count, 1));
    file->owned = lj_arena_alloc(arena, file->sector_count / 8 + 1);
    if (file->fat == NULL || file->owned == NULL) {
        return LJ_E_LIMIT;
    }
    memset(file->fat, 0xFF, sizeof(*file->fat) * file->sector_count);
    uint32_t per = 1U << (file->sector_shift - 2);
    uint64_t first = 0;
    lj_cur rows = lj_cur_of(head->difat_rows);
    for (int i = 0; i < OLE2_DIFAT_IN_HEADER && first < file->sector_count; i++, first += per) {
        uint32_t sector = lj_cur_u32le(&rows);
        if (sector <= OLE2_SECT_MAX) {
            fat_take(file, sector, first);
        }
    }
    uint32_t at = head->difat;
    uint8_t *page = lj_arena_alloc(arena, (size_t)4 * per);
    while (page != NULL && first < file->sector_count && at < file->sector_count) {
        if (!bit_take(file->owned, at)) {
            file->is_damaged = true; /* a loop */
            break;
        }
        format_claim(file->run, sector_off(file, at), (uint64_t)4 * per, FORMAT_OPAQUE);
        size_t have =
            format_pull(file->run, file->src, sector_off(file, at), page, 4 * (size_t)per);
        lj_cur cur = lj_cur_of(lj_slice_of(page, have));
        for (uint32_t i = 0; i + 1 < per && first < file->sector_count; i++, first += per) {
            uint32_t sector = lj_cur_u32le(&cur);
            if (lj_cur_ok(&cur) && sector <= OLE2_SECT_MAX) {
                fat_take(file, sector, first);
            }
        }
        at = lj_cur_u32le(&cur);
    }
    return format_work(file->run, file->sector_count);
}

static lj_code mini_load(ole2_file *file, const ole2_head *head)
{
    ole2_entry *root = &file->entries[OLE2_ROOT];
    ole2_chain chain;
    if (file->cutoff == 0 || root->size == 0) {
        return LJ_OK;
    }
    if (!ole2_chain_build(file, root->start, root->size, &file->chains[OLE2_ROOT])) {
        file->is_damaged = true;
        root->is_cut = true;
        root->size =
            file->chains[OLE2_ROOT].src != NULL ? format_src_size(file->chains[OLE2_ROOT].src) : 0;
    }
    (void)ole2_chain_build(file, head->mini_fat, FORMAT_SIZE_UNKNOWN, &chain);
    if (chain.src == NULL) {
        return LJ_E_LIMIT;
    }
    uint64_t size = format_src_size(chain.src);
    ole2_claim_pieces(file, &chain, 0, size, FORMAT_OPAQUE);
    uint64_t need = (root->size + (1U << MINI_SHIFT) - 1) >> MINI_SHIFT;
    file->mini_count = (uint32_t)lj_min_u64(size / 4, need);
    file->mini_fat = lj_arena_array(format_arena(file->run), file->mini_count + 1, 4);
    file->mini_owned = lj_arena_alloc(format_arena(file->run), file->mini_count / 8 + 1);
    if (file->mini_fat == NULL || file->mini_owned == NULL) {
        return LJ_E_LIMIT;
    }
    uint64_t at = 0;
    uint32_t i = 0;
    while (i < file->mini_count) {
        lj_slice bytes = format_bytes(file->run, chain.src, at, 64 * 1024);
        lj_cur cur = lj_cur_of(bytes);
        for (; lj_cur_left(&cur) >= 4 && i < file->mini_count; i++) {
            file->mini_fat[i] = lj_cur_u32le(&cur);
        }
        if (bytes.len < 4) {
            break;
        }
        at += bytes.len & ~(size_t)3;
    }
    file->mini_count = i;
    return LJ_OK;
}

/* ---- directory ---- */

static void entry_name(ole2_file *file, lj_slice units, uint16_t byte_len, ole2_entry *entry)
{
    size_t len = 0; /* the length field is often wrong in damaged files: the NUL decides */
    while (len + 1 < units.len && (units.ptr[len] != 0 || units.ptr[len + 1] != 0)) {
        len += 2;
    }
    if (byte_len >= 2 && byte_len <= units.len && (size_t)byte_len - 2 < len) {
        len = (size_t)byte_len - 2;
    }
    lj_slice name = lj_slice_part(units, 0, len);
    if (name.len >= 2 && name.ptr[1] == 0 && name.ptr[0] < ' ') {
        entry->control = name.ptr[0];
        name = lj_slice_part(name, 2, SIZE_MAX);
    }
    lj_buf utf8;
    lj_buf_init(&utf8, format_arena(file->run), NAME_CAP);
    (void)text_to_utf8(TEXT_UTF16LE, name, false, &utf8, NULL);
    entry->name = lj_buf_str(&utf8);
}

typedef struct entry_links {
    uint32_t left, right, child;
} entry_links;

static void entry_parse(ole2_file *file, lj_slice bytes, uint16_t version, ole2_entry *entry,
                        entry_links *links)
{
    lj_cur cur = lj_cur_of(bytes);
    lj_slice units = lj_cur_bytes(&cur, 2 * (size_t)OLE2_NAME_UNITS);
    uint16_t byte_len = lj_cur_u16le(&cur);
    uint8_t kind = lj_cur_u8(&cur);
    lj_cur_skip(&cur, 1); /* colour */
    links->left = lj_cur_u32le(&cur);
    links->right = lj_cur_u32le(&cur);
    links->child = lj_cur_u32le(&cur);
    lj_slice clsid = lj_cur_bytes(&cur, 16);
    lj_cur_skip(&cur, 4 + 8 + 8); /* state bits, created, modified */
    entry->start = lj_cur_u32le(&cur);
    uint64_t size = lj_cur_u64le(&cur);
    entry->parent = OLE2_NONE;
    if (!lj_cur_ok(&cur)) {
        return;
    }
    entry->size = version <= 3 ? (uint32_t)size : size;
    memcpy(entry->clsid, clsid.ptr, sizeof(entry->clsid));
    entry->kind = kind == 2 ? OLE2_STREAM : kind == 1 || kind == 5 ? OLE2_STORAGE : OLE2_FREE;
    if (entry->kind != OLE2_FREE) {
        entry_name(file, units, byte_len, entry);
    }
    entry->is_mini = entry->kind == OLE2_STREAM && entry->size < file->cutoff;
}

/* Walks the tree of siblings and children from the root; every entry at most once. */
static lj_code tree_walk(ole2_file *file, const entry_links *links)
{
    uint32_t *stack = lj_arena_array(format_arena(file->run), 2 * (size_t)file->count + 2, 4);
    uint32_t *parents = lj_arena_array(format_arena(file->run), 2 * (size_t)file->count + 2, 4);
    if (stack == NULL || parents == NULL) {
        return LJ_E_LIMIT;
    }
    uint32_t depth = 0;
    file->entries[OLE2_ROOT].is_reached = true;
    stack[depth] = links[OLE2_ROOT].child;
    parents[depth++] = OLE2_ROOT;
    while (depth > 0) {
        uint32_t at = stack[--depth];
        uint32_t parent = parents[depth];
        if (at >= file->count) {
            file->is_damaged = file->is_damaged || at != OLE2_NO_STREAM;
            continue;
        }
        ole2_entry *entry = &file->entries[at];
        if (entry->is_reached) {
            file->is_damaged = true;
            continue;
        }
        if (entry->kind == OLE2_FREE) {
            continue;
        }
        entry->is_reached = true;
        entry->parent = parent;
        /* an entry is reached once and adds at most three: the stack holds two for each */
        const uint32_t next[] = {links[at].right, links[at].left};
        for (size_t i = 0; i < LJ_COUNT_OF(next); i++) {
            if (next[i] != OLE2_NO_STREAM) {
                stack[depth] = next[i];
                parents[depth++] = parent;
            }
        }
        if (entry->kind == OLE2_STORAGE && links[at].child != OLE2_NO_STREAM &&
            depth < 2 * file->count + 2) {
            stack[depth] = links[at].child;
            parents[depth++] = at;
        }
    }
    return LJ_OK;
}

/* Lists of children, in the order of the directory; what no tree reaches is listed nowhere. */
static lj_code children_link(ole2_file *file)
{
    file->first = lj_arena_array(format_arena(file->run), file->count, sizeof(*file->first));
    file->next = lj_arena_array(format_arena(file->run), file->count, sizeof(*file->next));
    if (file->first == NULL || file->next == NULL) {
        return LJ_E_LIMIT;
    }
    memset(file->first, 0xFF, file->count * sizeof(*file->first));
    memset(file->next, 0xFF, file->count * sizeof(*file->next));
    for (uint32_t i = file->count; i-- > 1;) {
        uint32_t parent = file->entries[i].parent;
        if (parent != OLE2_NONE) {
            file->next[i] = file->first[parent];
            file->first[parent] = i;
        }
    }
    return LJ_OK;
}

static lj_code directory_load(ole2_file *file, const ole2_head *head)
{
    if (!ole2_chain_build(file, head->directory, FORMAT_SIZE_UNKNOWN, &file->directory)) {
        file->is_damaged = true;
    }
    if (file->directory.src == NULL) {
        return LJ_E_LIMIT;
    }
    file->directory_len = format_src_size(file->directory.src);
    uint64_t most = file->directory_len / OLE2_ENTRY_LEN;
    uint64_t limit = format_limit_value(file->run, FORMAT_LIMIT_ENTRIES);
    uint32_t count = (uint32_t)lj_min_u64(most, limit);
    if (most > limit) {
        return format_gap_limit(file->run, FORMAT_LIMIT_ENTRIES, most, (span_place){0});
    }
    if (count == 0) {
        return LJ_E_FORMAT;
    }
    lj_arena *arena = format_arena(file->run);
    file->entries = lj_arena_array(arena, count, sizeof(*file->entries));
    file->chains = lj_arena_array(arena, count, sizeof(*file->chains));
    entry_links *links = lj_arena_array(arena, count, sizeof(*links));
    if (file->entries == NULL || file->chains == NULL || links == NULL) {
        return LJ_E_LIMIT;
    }
    for (uint32_t i = 0; i < count; i++) {
        lj_slice bytes = format_bytes(file->run, file->directory.src, (uint64_t)i * OLE2_ENTRY_LEN,
                                      OLE2_ENTRY_LEN);
        entry_parse(file, bytes, head->version, &file->entries[i], &links[i]);
        if (file->entries[i].kind != OLE2_FREE) {
            ole2_claim_pieces(file, &file->directory, (uint64_t)i * OLE2_ENTRY_LEN, OLE2_ENTRY_LEN,
                              FORMAT_READ);
        }
    }
    file->count = count;
    file->entries[OLE2_ROOT].kind = OLE2_STORAGE;
    lj_code code = tree_walk(file, links);
    return code == LJ_OK ? children_link(file) : code;
}

/* ---- streams ---- */

/* Builds the chain of a stream at first use; its size becomes what is there. */
static void stream_build(ole2_file *file, uint32_t idx)
{
    ole2_entry *entry = &file->entries[idx];
    ole2_chain *chain = &file->chains[idx];
    if (chain->is_built) {
        return;
    }
    bool whole = false;
    if (entry->is_mini) {
        chain_walk walk = {.src = file->chains[OLE2_ROOT].src,
                           .next = file->mini_fat,
                           .owned = file->mini_owned,
                           .count = file->mini_count,
                           .shift = MINI_SHIFT,
                           .base = 0,
                           .limit = file->entries[OLE2_ROOT].size};
        whole = chain_follow(file, &walk, entry->start, entry->size, chain);
    } else {
        whole = ole2_chain_build(file, entry->start, entry->size, chain);
    }
    uint64_t have = chain->src != NULL ? format_src_size(chain->src) : 0;
    entry->is_cut = !whole && have < entry->size;
    entry->size = have;
}

format_src *ole2_stream(ole2_file *file, uint32_t idx)
{
    if (idx >= file->count || file->entries[idx].kind != OLE2_STREAM) {
        return NULL;
    }
    stream_build(file, idx);
    return file->chains[idx].src;
}

void ole2_take_part(ole2_file *file, uint32_t idx, uint64_t off, uint64_t len,
                    format_claim_kind kind)
{
    if (idx < file->count && file->entries[idx].kind == OLE2_STORAGE) {
        file->entries[idx].is_taken = true;
    } else if (ole2_stream(file, idx) != NULL) {
        ole2_claim_pieces(file, &file->chains[idx], off, len, kind);
        file->entries[idx].is_taken = true;
    }
}

void ole2_take(ole2_file *file, uint32_t idx, format_claim_kind kind)
{
    ole2_take_part(file, idx, 0, FORMAT_SIZE_UNKNOWN, kind);
}

/* ---- asking ---- */

typedef struct ole2_index {
    ole2_file *file;
} ole2_index;

ole2_file *ole2_of(const format_run *run)
{
    const ole2_index *index = format_index_of(run);
    return index != NULL ? index->file : NULL;
}

uint32_t ole2_count(const ole2_file *file)
{
    return file->count;
}

const ole2_entry *ole2_entry_at(const ole2_file *file, uint32_t idx)
{
    return &file->entries[idx];
}

uint32_t ole2_first(const ole2_file *file, uint32_t storage)
{
    return storage < file->count ? file->first[storage] : OLE2_NONE;
}

uint32_t ole2_next(const ole2_file *file, uint32_t idx)
{
    return idx < file->count ? file->next[idx] : OLE2_NONE;
}

uint32_t ole2_lookup(const ole2_file *file, uint32_t storage, lj_slice name)
{
    for (uint32_t i = ole2_first(file, storage); i != OLE2_NONE; i = file->next[i]) {
        if (lj_slice_is_nocase(lj_str_bytes(file->entries[i].name), name)) {
            return i;
        }
    }
    /* a broken tree: better a stream without a parent than none */
    for (uint32_t i = 1; storage == OLE2_ROOT && i < file->count; i++) {
        const ole2_entry *entry = &file->entries[i];
        if (!entry->is_reached && entry->kind != OLE2_FREE &&
            lj_slice_is_nocase(lj_str_bytes(entry->name), name)) {
            return i;
        }
    }
    return OLE2_NONE;
}

uint32_t ole2_part(ole2_file *file, uint32_t idx)
{
    enum { STEPS_MAX = 8 };
    uint32_t steps[STEPS_MAX];
    int count = 0;
    for (uint32_t at = idx; at != OLE2_NONE && at != OLE2_ROOT && count < STEPS_MAX;
         at = file->entries[at].parent) {
        steps[count++] = at;
    }
    lj_arena *arena = format_arena(file->run);
    lj_arena_mark mark = lj_arena_mark_of(arena);
    lj_buf path;
    lj_buf_init(&path, arena, 4096);
    while (count-- > 0) {
        lj_buf_put(&path, lj_str_bytes(file->entries[steps[count]].name));
        if (count > 0) {
            lj_buf_put_u8(&path, '/');
        }
    }
    uint32_t part = format_part(file->run, lj_buf_slice(&path));
    lj_arena_rewind(arena, mark);
    return part;
}

/* ---- the index of the row ---- */

lj_code ole2_index_make(format_run *run, format_src *src, format_probe *probe)
{
    lj_arena *arena = format_arena(run);
    ole2_index *index = lj_arena_alloc(arena, sizeof(*index));
    ole2_file *file = lj_arena_alloc(arena, sizeof(*file));
    lj_slice *names = NULL;
    ole2_head head = {0};
    if (index == NULL || file == NULL) {
        return LJ_E_NOMEM;
    }
    *file = (ole2_file){.run = run, .src = src, .size = format_src_size(src)};
    if (file->size == FORMAT_SIZE_UNKNOWN || !head_parse(file, probe->head, &head)) {
        return LJ_OK; /* a damaged header: the base row sweeps everything */
    }
    uint64_t len = (uint64_t)1 << file->sector_shift;
    uint64_t sectors = file->size > len ? (file->size - len + len - 1) >> file->sector_shift : 0;
    file->sector_count = (uint32_t)lj_min_u64(sectors, OLE2_SECT_MAX);
    lj_code code = fat_load(file, &head);
    if (code == LJ_OK) {
        code = directory_load(file, &head);
    }
    if (code == LJ_OK) {
        code = mini_load(file, &head);
    }
    if (code != LJ_OK) {
        return code == LJ_E_FORMAT ? LJ_OK : code;
    }
    names = lj_arena_array(arena, file->count, sizeof(*names));
    for (uint32_t i = 1; names != NULL && i < file->count; i++) {
        const ole2_entry *entry = &file->entries[i];
        if (entry->kind != OLE2_FREE && (entry->parent == OLE2_ROOT || !entry->is_reached)) {
            names[probe->member_count++] = lj_str_bytes(entry->name);
        }
    }
    probe->members = names;
    index->file = file;
    format_index_keep(run, index);
    return LJ_OK;
}
