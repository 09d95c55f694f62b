/* SPDX-License-Identifier: AGPL-3.0-or-later
 * ISO 9660 images (ECMA-119 fourth edition: 8 volume descriptors, 9 directory records; Joliet 1.0;
 * SUSP 1.12 and Rock Ridge 1.12).
 *
 * Read by ourselves and not through the library: files lie in the image as they are, and what no
 * directory reaches - the system area, free sectors, the rest of last sectors, deleted trees - is
 * left to the sweep. (The library also loops for ever on a continuation area that points to
 * itself.)
 *
 * Model. Every volume descriptor with a root is one tree: the primary one, with Rock Ridge names
 * where it has them, and the Joliet one. Directories are walked first, all trees, without
 * recursion; files are collected with their extents, sorted by place, and given to the core in that
 * order. A file that several trees name is read once, each of its names is judged. When one tree
 * names files that another does not, the trees tell different stories: a note.
 *
 * Traps. A packed file (archive_zisofs.c) is called so by its Rock Ridge name alone: what one of
 * its names says holds for all. Directories that contain themselves: each extent is walked once per
 * tree. Files of several extents: pieces that follow each other are one file. UDF beside ISO 9660
 * ("bridge" discs) may hold files of its own: a gap `unsupported`.
 *
 * The stated length of a moved folder is in its own first record, which may be anything. An image
 * inside a compressed stream should not be decoded again for what lies behind its last file: the
 * reader has it swept itself there.
 *
 * Limits. Entries are charged by the core; records and directories are bounded by the image's size
 * and the limit on entries. Packed files (archive_zisofs.c) of version 2 are a gap. Not done: raw
 * images of 2352 bytes a sector are not known. */
#include "base/buf.h"
#include "base/cur.h"
#include "base/num.h"
#include "formats/archive/archive_priv.h"
#include "text/charset.h"

enum {
    SECTOR = 2048,
    FIRST_DESCRIPTOR = 16,
    DESCRIPTORS_MAX = 64,
    TREES_MAX = 4,
    NAME_MAX_LEN = 1024,
    CONTINUED_MAX = 32, /* continuation areas of one record */
    RECORD_HEAD = 33,
    IS_FOLDER = 2,
    GOES_ON = 0x80,
};

typedef struct iso_file {
    lj_slice path; /* UTF-8 or raw */
    uint64_t off, len;
    uint32_t no; /* in order of finding */
    uint8_t tree;
    bool is_packed; /* zisofs */
} iso_file;

typedef struct iso_folder {
    uint64_t off, len;
    lj_slice path;
} iso_folder;

typedef struct iso_tree {
    uint64_t root_off, root_len;
    bool is_joliet;
} iso_tree;

typedef struct iso_walk {
    format_run *run;
    format_src *src;
    lj_arena *arena;
    iso_tree trees[TREES_MAX];
    uint8_t tree_count;
    iso_file *files;
    uint32_t file_count, file_cap;
    iso_folder *folders; /* of the tree that is walked; all that were ever found in it */
    uint32_t folder_count, folder_cap;
    uint64_t listed_max; /* files, and folders of one tree: a little above the limit on entries */
    uint64_t end_off;    /* behind the last descriptor, folder or file */
    bool is_cut;
    bool is_full;
    lj_code code;
} iso_walk;

/* ---- growing ---- */

static void *grow(iso_walk *walk, void *rows, uint32_t *cap, size_t row_len)
{
    uint32_t wide = *cap == 0 ? 64 : *cap * 2;
    void *grown = *cap < walk->listed_max
                      ? lj_arena_grow(walk->arena, rows, *cap * row_len, wide * row_len)
                      : NULL;
    if (grown == NULL) {
        walk->is_full = true;
        return NULL;
    }
    *cap = wide;
    return grown;
}

static void add_folder(iso_walk *walk, iso_folder what)
{
    walk->code = format_work(walk->run, walk->folder_count / 4);
    for (uint32_t i = 0; i < walk->folder_count; i++) {
        if (walk->folders[i].off == what.off) {
            return;
        }
    }
    if (walk->folder_count == walk->folder_cap) {
        iso_folder *grown = grow(walk, walk->folders, &walk->folder_cap, sizeof(*grown));
        if (grown == NULL) {
            return;
        }
        walk->folders = grown;
    }
    walk->folders[walk->folder_count++] = what;
}

static void add_file(iso_walk *walk, iso_file what)
{
    if (walk->file_count == walk->file_cap) {
        iso_file *grown = grow(walk, walk->files, &walk->file_cap, sizeof(*grown));
        if (grown == NULL) {
            return;
        }
        walk->files = grown;
    }
    what.no = walk->file_count;
    walk->files[walk->file_count++] = what;
}

/* ---- names ---- */

/* path/name, in the arena. */
static lj_slice join(iso_walk *walk, lj_slice path, lj_slice name)
{
    lj_buf whole;
    lj_buf_init(&whole, walk->arena, path.len + name.len + 1);
    lj_buf_put(&whole, path);
    if (path.len > 0) {
        lj_buf_put_u8(&whole, '/');
    }
    lj_buf_put(&whole, name);
    return lj_buf_slice(&whole);
}

/* The name in the record: UCS-2 in Joliet; without version number (ECMA-119 7.5.1). */
static lj_slice record_name(iso_walk *walk, lj_slice raw, bool is_joliet)
{
    lj_slice name = raw;
    if (is_joliet) {
        lj_buf utf8;
        lj_buf_init(&utf8, walk->arena, NAME_MAX_LEN);
        (void)text_to_utf8(TEXT_UTF16BE, raw, /* more= */ false, &utf8, /* rows= */ NULL);
        name = lj_buf_slice(&utf8);
    }
    size_t semicolon = lj_slice_find(name, LJ_BYTES(";"));
    name = semicolon < name.len ? lj_slice_part(name, 0, semicolon) : name;
    return name.len > 0 && name.ptr[name.len - 1] == '.' ? lj_slice_part(name, 0, name.len - 1)
                                                         : name;
}

/* What the system use area of a record says (SUSP 4, RRIP 4.1). */
typedef struct iso_more {
    lj_buf name, link;
    bool is_packed;
    uint32_t child_at; /* CL: the folder was moved to this sector; 0 = not */
} iso_more;

/* SL: components of a link's target (RRIP 4.1.3.1). */
static void read_link(iso_more *more, lj_slice body)
{
    lj_cur cur = lj_cur_of(lj_slice_part(body, 1, SIZE_MAX));
    while (lj_cur_left(&cur) >= 2) {
        uint8_t flags = lj_cur_u8(&cur);
        uint8_t len = lj_cur_u8(&cur);
        lj_slice part = lj_cur_bytes(&cur, len);
        if (more->link.len > 0 && more->link.ptr[more->link.len - 1] != '/') {
            lj_buf_put_u8(&more->link, '/');
        }
        lj_buf_put(&more->link, (flags & 2) != 0   ? LJ_BYTES(".")
                                : (flags & 4) != 0 ? LJ_BYTES("..")
                                : (flags & 8) != 0 ? LJ_BYTES("/")
                                                   : part);
    }
}

/* One area of entries; false when no continuation follows, else *next_off and *next_len say where.
 */
static bool read_area(iso_more *more, lj_slice area, uint64_t *next_off, uint64_t *next_len)
{
    bool goes_on = false;
    size_t at = 0;
    while (at + 4 <= area.len) {
        const uint8_t *entry = area.ptr + at;
        size_t len = entry[2];
        if (len < 4 || len > area.len - at) {
            break;
        }
        lj_slice body = lj_slice_part(area, at + 4, len - 4);
        if (entry[0] == 'N' && entry[1] == 'M' && body.len > 1 && (body.ptr[0] & 6) == 0) {
            lj_buf_put(&more->name, lj_slice_part(body, 1, SIZE_MAX));
        } else if (entry[0] == 'S' && entry[1] == 'L') {
            read_link(more, body);
        } else if (entry[0] == 'Z' && entry[1] == 'F') {
            more->is_packed = true;
        } else if (entry[0] == 'C' && entry[1] == 'L') {
            lj_cur cur = lj_cur_of(body);
            more->child_at = lj_cur_u32le(&cur);
        } else if (entry[0] == 'C' && entry[1] == 'E') {
            lj_cur cur = lj_cur_of(body);
            uint64_t sector = lj_cur_u32le(&cur);
            lj_cur_skip(&cur, 4);
            uint64_t off = lj_cur_u32le(&cur);
            lj_cur_skip(&cur, 4);
            *next_len = lj_cur_u32le(&cur);
            *next_off = sector * SECTOR + off;
            goes_on = lj_cur_ok(&cur);
        } else if (entry[0] == 'S' && entry[1] == 'T') {
            break;
        }
        at += len;
    }
    return goes_on;
}

/* area is borrowed from the folder's copy in the arena. */
static void read_more(iso_walk *walk, lj_slice area, iso_more *more)
{
    lj_buf_init(&more->name, walk->arena, NAME_MAX_LEN);
    lj_buf_init(&more->link, walk->arena, NAME_MAX_LEN);
    uint64_t off = 0;
    uint64_t len = 0;
    bool goes_on = read_area(more, area, &off, &len);
    for (int i = 0; goes_on && i < CONTINUED_MAX && len <= SECTOR; i++) {
        lj_slice next = format_bytes(walk->run, walk->src, off, (size_t)len);
        format_claim(walk->run, off, next.len, FORMAT_OPAQUE);
        goes_on = read_area(more, next, &off, &len);
    }
}

/* ---- directories ---- */

static lj_code emit_link(iso_walk *walk, const iso_more *more)
{
    return more->link.len > 0
               ? archive_emit_text(walk->run, SPAN_LINK, LJ_STR(""), lj_buf_slice(&more->link))
               : LJ_OK;
}

/* One record (ECMA-119 9.1) of the folder. */
static void read_record(iso_walk *walk, const iso_folder *folder, lj_slice record, uint8_t tree)
{
    bool is_joliet = walk->trees[tree].is_joliet;
    lj_cur cur = lj_cur_of(record);
    lj_cur_skip(&cur, 1);
    uint64_t attribute_len = lj_cur_u8(&cur);
    uint64_t sector = lj_cur_u32le(&cur);
    lj_cur_skip(&cur, 4);
    uint64_t len = lj_cur_u32le(&cur);
    uint8_t flags = record.ptr[25];
    size_t name_len = record.ptr[32];
    lj_slice raw = lj_slice_part(record, RECORD_HEAD, name_len);
    if (raw.len < name_len || name_len == 0 || (name_len == 1 && raw.ptr[0] <= 1)) {
        return; /* "." and ".." */
    }
    iso_more more = {0};
    if (!is_joliet) {
        size_t area = RECORD_HEAD + name_len + (name_len % 2 == 0 ? 1 : 0);
        read_more(walk, lj_slice_part(record, area, SIZE_MAX), &more);
    }
    lj_slice name =
        more.name.len > 0 ? lj_buf_slice(&more.name) : record_name(walk, raw, is_joliet);
    lj_slice path = join(walk, folder->path, name);
    uint64_t off = (sector + attribute_len) * SECTOR;
    if (more.child_at > 0 || (flags & IS_FOLDER) != 0) {
        off = more.child_at > 0 ? (uint64_t)more.child_at * SECTOR : off;
        add_folder(walk, (iso_folder){off, more.child_at > 0 ? SECTOR : len, path});
        walk->code = walk->code == LJ_OK ? archive_emit_name(walk->run, name, 0) : walk->code;
        return;
    }
    walk->code = emit_link(walk, &more);
    iso_file *last = walk->file_count > 0 ? &walk->files[walk->file_count - 1] : NULL;
    if (last != NULL && last->tree == tree && lj_slice_is(last->path, path) &&
        (last->len + SECTOR - 1) / SECTOR * SECTOR + last->off == off) {
        last->len = off - last->off + len; /* the next extent of the same file (9.1.6 bit 7) */
        return;
    }
    add_file(walk,
             (iso_file){
                 .path = path, .off = off, .len = len, .tree = tree, .is_packed = more.is_packed});
}

/* The stated length of a moved folder is in its own first record, "." (9.1.11). */
static uint64_t folder_len(iso_walk *walk, const iso_folder *folder)
{
    lj_slice head = format_bytes(walk->run, walk->src, folder->off, RECORD_HEAD + 1);
    lj_cur cur = lj_cur_of(lj_slice_part(head, 10, 4));
    uint64_t own = lj_cur_u32le(&cur);
    bool is_self = head.len > RECORD_HEAD && (head.ptr[25] & IS_FOLDER) != 0 && head.ptr[32] == 1 &&
                   head.ptr[RECORD_HEAD] == 0;
    return is_self && own > folder->len ? own : folder->len;
}

static void note_end(iso_walk *walk, uint64_t off, uint64_t len)
{
    walk->end_off = lj_max_u64(walk->end_off, lj_sat_add_u64(off, len));
}

static void read_folder(iso_walk *walk, const iso_folder *folder, uint8_t tree)
{
    uint64_t len = folder_len(walk, folder);
    uint64_t size = format_src_size(walk->src);
    if (folder->off >= size || len > size - folder->off) {
        walk->is_cut = true;
        len = folder->off < size ? size - folder->off : 0;
    }
    format_claim(walk->run, folder->off, len, FORMAT_OPAQUE);
    note_end(walk, folder->off, len);
    for (uint64_t at = 0; at < len && walk->code == LJ_OK && !walk->is_full; at += SECTOR) {
        lj_slice sector =
            lj_arena_copy(walk->arena, format_bytes(walk->run, walk->src, folder->off + at,
                                                    (size_t)lj_min_u64(SECTOR, len - at)));
        walk->code = format_work(walk->run, SECTOR);
        size_t in = 0;
        while (in + RECORD_HEAD < sector.len && sector.ptr[in] > RECORD_HEAD &&
               walk->code == LJ_OK) { /* 6.8.1.1: records do not cross sectors */
            lj_slice record = lj_slice_part(sector, in, sector.ptr[in]);
            if (record.len < sector.ptr[in]) {
                walk->is_cut = true;
                break;
            }
            read_record(walk, folder, record, tree);
            in += record.len;
        }
        walk->is_cut = walk->is_cut || sector.len == 0;
        if (sector.len == 0) {
            break;
        }
    }
}

static void read_tree(iso_walk *walk, uint8_t tree)
{
    walk->folder_count = 0;
    add_folder(walk, (iso_folder){
                         walk->trees[tree].root_off, walk->trees[tree].root_len, {NULL, 0}
    });
    for (uint32_t i = 0; i < walk->folder_count && walk->code == LJ_OK && !walk->is_full; i++) {
        iso_folder folder = walk->folders[i];
        read_folder(walk, &folder, tree);
    }
}

/* ---- descriptors ---- */

static bool is_joliet(lj_slice sector)
{
    lj_slice escapes = lj_slice_part(sector, 88, 32);
    static const char *const known[] = {"%/@", "%/C", "%/E"}; /* Joliet 3.1 */
    for (size_t i = 0; i < LJ_COUNT_OF(known); i++) {
        if (lj_slice_find(escapes, lj_cstr_bytes(known[i])) < escapes.len) {
            return true;
        }
    }
    return false;
}

/* Texts of a descriptor (8.4): volume, set, publisher, preparer, application, file names. */
static lj_code emit_texts(iso_walk *walk, lj_slice sector, bool joliet)
{
    static const struct {
        size_t off, len;
        const char *label;
    } fields[] = {
        {8,   32,  "system"     },
        {40,  32,  "volume"     },
        {190, 128, "volume_set" },
        {318, 128, "publisher"  },
        {446, 128, "preparer"   },
        {574, 128, "application"},
    };
    lj_code code = LJ_OK;
    for (size_t i = 0; i < LJ_COUNT_OF(fields) && code == LJ_OK; i++) {
        lj_arena_mark mark = lj_arena_mark_of(walk->arena);
        lj_slice text = lj_slice_part(sector, fields[i].off, fields[i].len);
        lj_buf utf8;
        lj_buf_init(&utf8, walk->arena, NAME_MAX_LEN);
        if (joliet) {
            (void)text_to_utf8(TEXT_UTF16BE, text, /* more= */ false, &utf8, /* rows= */ NULL);
            text = lj_buf_slice(&utf8);
        }
        while (text.len > 0 && (text.ptr[text.len - 1] == ' ' || text.ptr[text.len - 1] == 0)) {
            text.len--;
        }
        code = archive_emit_text(walk->run, SPAN_METADATA, lj_cstr_str(fields[i].label), text);
        lj_arena_rewind(walk->arena, mark);
    }
    return code;
}

/* Path tables (8.4.14 to 8.4.18): only claimed, the directories say the same. */
static void claim_tables(iso_walk *walk, lj_slice sector)
{
    lj_cur cur = lj_cur_of(lj_slice_part(sector, 132, 28));
    uint32_t len = lj_cur_u32le(&cur);
    lj_cur_skip(&cur, 4);
    const uint32_t places[] = {lj_cur_u32le(&cur), lj_cur_u32le(&cur), lj_cur_u32be(&cur),
                               lj_cur_u32be(&cur)};
    for (size_t i = 0; i < LJ_COUNT_OF(places) && lj_cur_ok(&cur); i++) {
        if (places[i] > FIRST_DESCRIPTOR && len < SECTOR * 1024) {
            format_claim(walk->run, (uint64_t)places[i] * SECTOR, len, FORMAT_OPAQUE);
        }
    }
}

static void read_descriptors(iso_walk *walk)
{
    for (int i = 0; i < DESCRIPTORS_MAX && walk->code == LJ_OK; i++) {
        uint64_t at = (uint64_t)(FIRST_DESCRIPTOR + i) * SECTOR;
        lj_slice sector =
            lj_arena_copy(walk->arena, format_bytes(walk->run, walk->src, at, SECTOR));
        lj_slice id = lj_slice_part(sector, 1, 5);
        if (lj_slice_is(id, LJ_BYTES("NSR02")) || lj_slice_is(id, LJ_BYTES("NSR03"))) {
            format_gap(walk->run, GAP_UNSUPPORTED, "udf", (span_place){0});
        }
        bool udf = lj_slice_has_prefix(id, LJ_BYTES("BEA0")) ||
                   lj_slice_has_prefix(id, LJ_BYTES("TEA0")) ||
                   lj_slice_has_prefix(id, LJ_BYTES("NSR0"));
        if (sector.len < SECTOR || (!lj_slice_is(id, LJ_BYTES("CD001")) && !udf)) {
            return;
        }
        uint8_t type = sector.ptr[0];
        if (udf || (type != 1 && type != 2)) {
            continue; /* boot records and the terminator: what they hold is swept */
        }
        note_end(walk, at, SECTOR);
        format_claim(walk->run, at, 882, FORMAT_READ); /* the rest is for applications: swept */
        lj_cur cur = lj_cur_of(lj_slice_part(sector, 156 + 2, 12));
        uint64_t root = lj_cur_u32le(&cur);
        lj_cur_skip(&cur, 4);
        uint64_t len = lj_cur_u32le(&cur);
        bool joliet = type == 2 && is_joliet(sector);
        walk->code = emit_texts(walk, sector, joliet);
        claim_tables(walk, sector);
        if (walk->tree_count < TREES_MAX && (type == 1 || joliet)) {
            walk->trees[walk->tree_count++] = (iso_tree){root * SECTOR, len, joliet};
        }
    }
}

/* ---- files ---- */

/* By place; at one place the longer first, then the name of the Joliet tree. */
static bool comes_before(const iso_file *a, const iso_file *b)
{
    if (a->off != b->off) {
        return a->off < b->off;
    }
    if (a->len != b->len) {
        return a->len > b->len;
    }
    return a->tree != b->tree ? a->tree > b->tree : a->no < b->no;
}

static void sift_down(iso_file *files, size_t from, size_t count)
{
    for (;;) {
        size_t child = from * 2 + 1;
        if (child >= count) {
            return;
        }
        if (child + 1 < count && comes_before(&files[child], &files[child + 1])) {
            child++;
        }
        if (!comes_before(&files[from], &files[child])) {
            return;
        }
        iso_file kept = files[from];
        files[from] = files[child];
        files[child] = kept;
        from = child;
    }
}

static void sort_files(iso_file *files, size_t count)
{
    for (size_t i = count / 2; i-- > 0;) {
        sift_down(files, i, count);
    }
    for (size_t last = count; last-- > 1;) {
        iso_file kept = files[0];
        files[0] = files[last];
        files[last] = kept;
        sift_down(files, 0, last);
    }
}

static bool is_zero(lj_slice bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        if (bytes.ptr[i] != 0) {
            return false;
        }
    }
    return true;
}

/* The rest of the last sector: claimed when it is zero. */
static void claim_slack(iso_walk *walk, uint64_t end)
{
    uint64_t to = (end + SECTOR - 1) / SECTOR * SECTOR;
    if (end < to && is_zero(format_bytes(walk->run, walk->src, end, (size_t)(to - end)))) {
        format_claim(walk->run, end, to - end, FORMAT_OPAQUE);
    }
}

static lj_code give_file(iso_walk *walk, const iso_file *file, bool is_packed)
{
    format_run *run = walk->run;
    uint64_t size = format_src_size(walk->src);
    uint64_t len = file->len;
    if (file->off > size || len > size - file->off) {
        walk->is_cut = true;
        len = file->off < size ? size - file->off : 0;
    }
    note_end(walk, file->off, len);
    if (is_packed && archive_zisofs_is_newer(run, walk->src, file->off)) {
        format_gap(run, GAP_UNSUPPORTED, "zisofs",
                   (span_place){.part_id = format_part(run, file->path)});
        format_claim(run, file->off, len, FORMAT_BROKEN);
        return archive_emit_name(run, file->path, 0);
    }
    lj_arena_mark mark = lj_arena_mark_of(walk->arena);
    is_packed = is_packed && archive_zisofs_is(run, walk->src, file->off);
    format_src *member =
        is_packed ? archive_zisofs_open(run, walk->src, file->off, len)
                  : format_decode(run, walk->src, file->off, len, FORMAT_CODEC_STORE, len);
    lj_code code =
        format_child(run, &(format_child_info){.name = file->path, .kind = FORMAT_MEMBER}, member);
    bool is_broken = is_packed && (member == NULL || format_src_code(member) != LJ_OK);
    format_claim(run, file->off, len, is_broken ? FORMAT_BROKEN : FORMAT_READ);
    claim_slack(walk, file->off + len);
    lj_arena_rewind(walk->arena, mark);
    return code;
}

/* What Rock Ridge says of a file holds for its names in other trees, too. */
static bool is_packed_in_any(const iso_walk *walk, uint32_t idx)
{
    const iso_file *file = &walk->files[idx];
    for (uint32_t i = idx;
         i < walk->file_count && walk->files[i].off == file->off && walk->files[i].len == file->len;
         i++) {
        if (walk->files[i].is_packed) {
            return true;
        }
    }
    return false;
}

/* Files by place; the same extent under several names is read once. */
static lj_code give_files(iso_walk *walk)
{
    sort_files(walk->files, walk->file_count);
    lj_code code = LJ_OK;
    uint32_t per_tree[TREES_MAX] = {0};
    for (uint32_t i = 0; i < walk->file_count && code == LJ_OK; i++) {
        const iso_file *file = &walk->files[i];
        const iso_file *last = i > 0 ? &walk->files[i - 1] : NULL;
        per_tree[file->tree]++;
        code = format_entry(walk->run);
        if (code != LJ_OK) {
            break;
        }
        bool again = last != NULL && last->off == file->off && last->len == file->len;
        if (again || file->len == 0) {
            code = archive_emit_name(walk->run, file->path, 0);
        } else {
            code = give_file(walk, file, is_packed_in_any(walk, i));
        }
    }
    for (uint8_t i = 1; i < walk->tree_count; i++) {
        if (per_tree[i] != per_tree[0]) {
            format_tell(walk->run, NOTE_DIRECTORY_DISAGREES);
        }
    }
    return code;
}

/* What lies behind everything, of an image that is decoded as it goes: zeros are claimed, the rest
 * is swept here, while the decoder stands near. */
static lj_code read_tail(iso_walk *walk)
{
    uint64_t at = (walk->end_off + SECTOR - 1) / SECTOR * SECTOR;
    for (;;) {
        lj_slice window = format_bytes(walk->run, walk->src, at, FORMAT_WINDOW_MAX);
        if (window.len == 0) { /* the size is known now */
            walk->is_cut = walk->is_cut || walk->end_off > format_src_size(walk->src);
            return LJ_OK;
        }
        if (!is_zero(window)) {
            break;
        }
        format_claim(walk->run, at, window.len, FORMAT_OPAQUE);
        at += window.len;
    }
    lj_code code =
        format_sweep(walk->run, walk->src, at, FORMAT_SIZE_UNKNOWN, SPAN_HIDE(SPAN_HIDDEN_SLACK));
    if (code == LJ_OK) {
        format_claim(walk->run, at, format_src_size(walk->src) - at, FORMAT_READ);
    }
    return code;
}

lj_code archive_iso_read(format_run *run, format_src *src)
{
    bool streams = format_src_size(src) == FORMAT_SIZE_UNKNOWN;
    iso_walk *walk = lj_arena_alloc(format_arena(run), sizeof(*walk));
    if (walk == NULL) {
        return LJ_E_LIMIT;
    }
    *walk = (iso_walk){.run = run, .src = src, .arena = format_arena(run)};
    walk->listed_max = lj_min_u64(format_limit_value(run, FORMAT_LIMIT_ENTRIES), 1000000) + 1;
    read_descriptors(walk);
    for (uint8_t i = 0; i < walk->tree_count && walk->code == LJ_OK; i++) {
        read_tree(walk, i);
    }
    lj_code code = walk->code == LJ_OK ? give_files(walk) : walk->code;
    if (code == LJ_OK && streams && walk->tree_count > 0) {
        code = read_tail(walk);
    }
    if (code == LJ_OK && (walk->is_cut || walk->tree_count == 0)) {
        format_gap(run, GAP_DAMAGED, walk->is_cut ? "cut" : "no-root", (span_place){0});
    }
    if (code == LJ_OK && walk->is_full) {
        return LJ_E_LIMIT;
    }
    return code;
}
