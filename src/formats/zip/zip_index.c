/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The members of a ZIP, from every place that speaks of them (PKWARE APPNOTE 6.3.9).
 *
 * A library asks the last end record (4.3.16) and believes it. An inspector may not: the directory
 * can be missing (cut file), there can be two of them (two archives in one, or a forged one), it
 * can leave members out, and a local header can tell another story than its directory entry. So
 *   1. all end records in reach are followed, and each entry is compared with its local header
 *      (zip_directory.c);
 *   2. every byte range that no member covers is searched for further members and directories
 *      (zip_local.c);
 *   3. names are decoded over all members together (zip_name.c).
 *
 * Limits. Members: one more than the limit on entries, so that the reader's charge hits it. Memory:
 * about 150 bytes and the name for each member; when the arena is full the index says so. */
#include "base/num.h"
#include "formats/zip/zip_priv.h"

enum { RANGES_MAX = 65536, MIMETYPE_MAX = 256 };

/* ---- growing arrays ---- */

zip_member *zip_member_add(zip_walk *walk)
{
    zip_index *index = walk->index;
    if (index->count >= walk->member_max) {
        index->full = true;
        return NULL;
    }
    if (index->count == index->cap) {
        uint32_t cap = index->cap == 0 ? 64 : index->cap * 2;
        zip_member *members =
            lj_arena_grow(walk->arena, index->members, (size_t)index->cap * sizeof(*members),
                          (size_t)cap * sizeof(*members));
        if (members == NULL) {
            index->full = true;
            return NULL;
        }
        index->members = members;
        index->cap = cap;
    }
    zip_member *member = &index->members[index->count++];
    *member = (zip_member){0};
    return member;
}

/* Adds a range at the end; false when there is no room. */
static bool range_add(zip_walk *walk, zip_range **ranges, uint32_t *count, uint32_t *cap,
                      zip_range what)
{
    if (*count == *cap) {
        uint32_t wide = *cap == 0 ? 16 : *cap * 2;
        zip_range *grown = wide <= RANGES_MAX
                               ? lj_arena_grow(walk->arena, *ranges, *cap * sizeof(**ranges),
                                               wide * sizeof(**ranges))
                               : NULL;
        if (grown == NULL) {
            return false;
        }
        *ranges = grown;
        *cap = wide;
    }
    (*ranges)[(*count)++] = what;
    return true;
}

void zip_claim_add(zip_walk *walk, uint64_t from, uint64_t to)
{
    zip_index *index = walk->index;
    if (from < to) { /* without room it is swept: that costs time and loses nothing */
        if (range_add(
                walk, &index->claims, &index->claim_count, &index->claim_cap,
                (zip_range){from, to})) { /* few, and looked through while more come: in order */
            zip_range *claims = index->claims;
            for (uint32_t i = index->claim_count - 1; i > 0 && claims[i - 1].from > from; i--) {
                claims[i] = claims[i - 1];
                claims[i - 1] = (zip_range){from, to};
            }
        }
        index->end_off = lj_max_u64(index->end_off, to);
    }
}

void zip_hole_add(zip_walk *walk, uint64_t from, uint64_t to)
{
    zip_index *index = walk->index;
    if (from < to && !range_add(walk, &index->holes, &index->hole_count, &index->hole_cap,
                                (zip_range){from, to})) {
        index->holes_full = true;
    }
}

/* ---- order ---- */

/* By place; at one place the directory's word first, then what states its sizes, then local
 * twins. */
static bool comes_before(const zip_member *a, const zip_member *b)
{
    if (a->header_off != b->header_off) {
        return a->header_off < b->header_off;
    }
    if (a->in_directory != b->in_directory) {
        return a->in_directory;
    }
    if (a->is_guessed != b->is_guessed) {
        return b->is_guessed;
    }
    return !a->is_twin && b->is_twin;
}

static void sift_down(zip_member *members, size_t from, size_t count)
{
    for (;;) {
        size_t child = from * 2 + 1;
        if (child >= count) {
            return;
        }
        if (child + 1 < count && comes_before(&members[child], &members[child + 1])) {
            child++;
        }
        if (!comes_before(&members[from], &members[child])) {
            return;
        }
        zip_member kept = members[from];
        members[from] = members[child];
        members[child] = kept;
        from = child;
    }
}

/* Heap sort: qsort() of the C library may allocate and ask the system for its memory. */
static void sort_members(zip_member *members, size_t count)
{
    bool sorted = true;
    for (size_t i = 1; i < count && sorted; i++) {
        sorted = !comes_before(&members[i], &members[i - 1]);
    }
    if (sorted) {
        return;
    }
    for (size_t i = count / 2; i-- > 0;) {
        sift_down(members, i, count);
    }
    for (size_t last = count - 1; last > 0; last--) {
        zip_member kept = members[0];
        members[0] = members[last];
        members[last] = kept;
        sift_down(members, 0, last);
    }
}

/* Holes come from two places in turn, entries and local headers: sorted once, at the end. */
static void sort_holes(zip_range *holes, uint32_t count)
{
    for (uint32_t step = count / 2; step > 0;
         step = step == 2 ? 1 : step * 5 / 11) { /* Shell's sort */
        for (uint32_t i = step; i < count; i++) {
            zip_range kept = holes[i];
            uint32_t at = i;
            while (at >= step && holes[at - step].from > kept.from) {
                holes[at] = holes[at - step];
                at -= step;
            }
            holes[at] = kept;
        }
    }
}

void zip_members_sort(zip_index *index)
{
    if (index->count < 2) {
        return;
    }
    sort_members(index->members, index->count);
    uint32_t kept = 1;
    for (uint32_t i = 1; i < index->count; i++) {
        const zip_member *last = &index->members[kept - 1];
        const zip_member *next = &index->members[i];
        bool same = last->header_off == next->header_off && last->in_local && next->in_local &&
                    (next->is_guessed ||
                     (last->method == next->method && last->stored_len == next->stored_len &&
                      (next->is_twin || lj_slice_is(last->name, next->name))));
        if (!same) {
            index->members[kept++] = index->members[i];
        }
    }
    index->count = kept;
}

/* ---- the whole ---- */

/* Data that reaches beyond the file is cut to what is there. */
static void cut_members(zip_walk *walk)
{
    for (uint32_t i = 0; i < walk->index->count; i++) {
        zip_member *member = &walk->index->members[i];
        if (!member->in_local) {
            member->data_off = walk->size;
            member->stored_len = 0;
        } else if (!lj_range_fits(member->data_off, member->stored_len, walk->size)) {
            member->data_off = lj_min_u64(member->data_off, walk->size);
            member->stored_len = walk->size - member->data_off;
            member->is_cut = true;
        }
    }
}

static void judge_members(zip_walk *walk)
{
    zip_index *index = walk->index;
    uint64_t at = 0;
    index->first_off = walk->size;
    for (uint32_t i = 0; i < index->count; i++) {
        const zip_member *member = &index->members[i];
        index->is_cut = index->is_cut || member->is_cut || !member->in_local;
        index->is_masked = index->is_masked || (member->flags & ZIP_MASKED) != 0;
        if (!member->in_local) {
            continue;
        }
        index->first_off = lj_min_u64(index->first_off, member->header_off);
        uint64_t end = member->data_off + member->stored_len + member->behind;
        index->end_off = lj_max_u64(index->end_off, end);
        if (!member->in_directory && !member->is_twin && index->directory_count > 0) {
            index->has_hidden = true;
        }
        if (member->header_off < at && !member->is_twin) {
            index->overlaps = true;
        }
        at = lj_max_u64(at, end);
    }
    for (uint32_t i = 0; i < index->claim_count; i++) {
        index->first_off = lj_min_u64(index->first_off, index->claims[i].from);
    }
    index->trails = index->end_off < walk->size;
    index->is_cut = index->is_cut || index->directory_count == 0;
}

lj_slice *zip_index_names(lj_arena *arena, const zip_index *index)
{
    lj_slice *names = lj_arena_array(arena, index->count, sizeof(*names));
    for (uint32_t i = 0; names != NULL && i < index->count; i++) {
        names[i] = index->members[i].name;
    }
    return names;
}

/* The content of a stored member `mimetype` (ODF 1.2 part 3, 3.3; EPUB OCF 3.2, 4.3). */
static lj_slice find_mimetype(zip_walk *walk)
{
    for (uint32_t i = 0; i < walk->index->count; i++) { /* it should be the first, but need not */
        const zip_member *member = &walk->index->members[i];
        if (lj_slice_is(member->name, LJ_BYTES("mimetype")) && member->method == 0 &&
            member->in_local && !member->encrypted && member->stored_len <= MIMETYPE_MAX) {
            return lj_arena_copy(walk->arena, format_bytes(walk->run, walk->src, member->data_off,
                                                           (size_t)member->stored_len));
        }
    }
    return (lj_slice){NULL, 0};
}

/* A decoder: its end has to be reached once. */
static uint64_t learn_size(format_run *run, format_src *src)
{
    uint64_t at = 0;
    while (format_src_size(src) == FORMAT_SIZE_UNKNOWN) {
        lj_slice part = format_bytes(run, src, at, FORMAT_WINDOW_MAX);
        if (part.len == 0) {
            return at;
        }
        at += part.len;
    }
    return format_src_size(src);
}

static zip_walk walk_of(format_run *run, format_src *src, zip_index *index)
{
    zip_walk walk = {.run = run, .src = src, .arena = format_arena(run), .index = index};
    walk.member_max =
        (uint32_t)lj_min_u64(format_limit_value(run, FORMAT_LIMIT_ENTRIES), 4000000) + 1;
    return walk;
}

lj_code zip_index_make(format_run *run, format_src *src, format_probe *probe)
{
    lj_arena *arena = format_arena(run);
    zip_index *index = lj_arena_alloc(arena, sizeof(*index));
    zip_memory *memory = lj_arena_alloc(arena, sizeof(*memory));
    if (index == NULL || memory == NULL) {
        return LJ_E_LIMIT;
    }
    index->memory = memory;
    zip_walk walk = walk_of(run, src, index);
    walk.size = learn_size(run, src);
    zip_directories_read(&walk);
    cut_members(&walk);
    zip_members_sort(index);
    zip_hidden_find(&walk);
    cut_members(&walk);
    zip_members_sort(index);
    judge_members(&walk);
    sort_holes(index->holes, index->hole_count);
    zip_names_decode(&walk);
    probe->members = zip_index_names(arena, index);
    probe->member_count = probe->members != NULL ? index->count : 0;
    probe->root_space = find_mimetype(&walk);
    format_index_keep(run, index);
    return walk.code;
}

zip_index *zip_index_of_range(format_run *run, format_src *src, const zip_index *whole,
                              zip_range range)
{
    zip_index *index = lj_arena_alloc(format_arena(run), sizeof(*index));
    if (index == NULL) {
        format_gap(run, GAP_MEMORY, "arena", (span_place){0});
        return NULL;
    }
    index->memory = whole->memory;
    zip_walk walk = walk_of(run, src, index);
    walk.size = lj_min_u64(range.to, format_src_size(src));
    zip_range_search(&walk, range.from, walk.size);
    cut_members(&walk);
    /* A directory in the range may list the whole archive: reading that again finds the range
     * again. */
    for (uint32_t i = 0; i < index->count; i++) {
        index->members[i].is_elsewhere =
            index->members[i].in_local && index->members[i].header_off < range.from;
    }
    zip_members_sort(index);
    sort_holes(index->holes, index->hole_count);
    zip_names_decode(&walk);
    uint64_t at = range.from;
    for (uint32_t i = 0; i < index->count; i++) {
        const zip_member *member = &index->members[i];
        if (member->in_local && !member->is_elsewhere) {
            claim_add(&index->memory->searched, walk.arena, at, member->data_off);
            at = lj_max_u64(at, member->data_off + member->stored_len);
        }
    }
    claim_add(&index->memory->searched, walk.arena, at, walk.size);
    index->has_hidden = index->count > 0;
    return index->count > 0 ? index : NULL;
}
