/* SPDX-License-Identifier: AGPL-3.0-or-later
 * tar (POSIX.1-2001 ustar and pax; GNU tar manual, "Basic Tar Format"; old Unix V7; Solaris).
 *
 * Read by ourselves and not through the library, because members lie in the file as they are: a
 * range of the source costs nothing, can be read from its end, and what no header claims - padding,
 * blocks behind the end, damaged blocks - is left to the sweep.
 *
 * Model. A header block, known by its checksum, tells name, size and type; its data follows, padded
 * to 512. Long names come from pax records (x: next member, g: all that follow) or GNU members (L,
 * K). Two zero blocks end the archive; headers behind them are a hidden archive, read with the fact
 * "unreachable". A single zero block ends it, too, when no more than one strange block stands
 * behind (some writers), as everywhere else. A block that is no header where one should be is a gap
 * `damaged`; reading goes on at the next block that is one.
 *
 *     HEADER -- checksum fits --> DATA --> HEADER
 *     HEADER -- zero block -----> BEHIND (the end) -- checksum fits --> DATA (hidden)
 *     HEADER -- else -----------> gap, next block
 *
 * Sparse files (GNU S, pax GNU.sparse.*): the stored pieces are given one behind the other, without
 * the holes: text is the same, offsets are not.
 *
 * Traps. Sizes in base 256. Hard links that state a size but have no data. Size fields of folders
 * that mean something else. Checksums over signed bytes. Text behind the NUL of a name field: a
 * header with such bytes is left to the sweep. A source that is decoded as it goes (tar.gz) should
 * not go back: modest members are taken into memory there. Members without a name.
 *
 * Limits. Pax records above RECORD_MAX are not taken in: they are swept, and a member keeps its
 * short name. GNU names above SPECIAL_MAX are a gap, and swept. Not done: continuation in other
 * volumes (M) is a gap. */
#include "base/buf.h"
#include "base/cur.h"
#include "base/num.h"
#include "formats/archive/archive_priv.h"
#include "text/charset.h"

enum {
    BLOCK = 512,
    SPECIAL_MAX = 1024 * 1024,
    SPECIALS_MAX = 8,             /* records in a row about one member */
    MEMORY_MAX = 8 * 1024 * 1024, /* members of a streaming source up to here go through memory */
    HEAD_OFF_SUM = 148,
    SPARSE_PIECES = 4,
    RECORD_MAX = 64 * 1024, /* of a pax record */
    RECORD_HEAD = 32,       /* its length and the first of its key */
    RECORD_WORK = 64,       /* work units of one */
};

/* What pax records and GNU members said about the next member. */
typedef struct tar_next {
    lj_slice name, link; /* in the arena; empty = not said */
    uint64_t size;       /* FORMAT_SIZE_UNKNOWN = not said */
    bool sparse_map;     /* GNU.sparse 1.0: the data begins with a map */
} tar_next;

typedef struct tar_walk {
    format_run *run;
    format_src *src;
    bool streams; /* the size was not known at the start */
    bool behind_end;
    bool lone_zero; /* a single zero block was met, and no header behind it */
    bool was_damaged;
    uint64_t at; /* of the next block */
    tar_next next, all;
    lj_arena_mark mark;     /* before what `next` holds */
    uint32_t special_count; /* in a row */
} tar_walk;

/* ---- header ---- */

/* An octal number, or base 256 when the first bit is set (GNU); false when it is neither. */
static bool read_number(lj_slice field, uint64_t *out)
{
    uint64_t value = 0;
    if (field.len > 0 && (field.ptr[0] & 0x80) != 0) {
        for (size_t i = 0; i < field.len; i++) {
            uint8_t byte = i == 0 ? field.ptr[i] & 0x7F : field.ptr[i];
            if (value >> 55 != 0) {
                return false;
            }
            value = value << 8 | byte;
        }
        *out = value;
        return true;
    }
    size_t i = 0;
    while (i < field.len && field.ptr[i] == ' ') {
        i++;
    }
    for (; i < field.len && field.ptr[i] >= '0' && field.ptr[i] <= '7'; i++) {
        value = value << 3 | (uint64_t)(field.ptr[i] - '0');
    }
    *out = value;
    return i == field.len || field.ptr[i] == 0 || field.ptr[i] == ' ';
}

static bool is_posix(lj_slice block)
{
    return lj_slice_is(lj_slice_part(block, 257, 5), LJ_BYTES("ustar"));
}

static bool has_checksum(lj_slice block)
{
    uint64_t stated = 0;
    if (block.len < BLOCK || (block.ptr[0] == 0 && !is_posix(block)) ||
        !read_number(lj_slice_part(block, HEAD_OFF_SUM, 8), &stated) || stated == 0) {
        return false;
    }
    uint32_t sum = 0;
    int32_t signed_sum = 0; /* some old tars sum signed bytes */
    for (size_t i = 0; i < BLOCK; i++) {
        uint8_t byte = i >= HEAD_OFF_SUM && i < HEAD_OFF_SUM + 8 ? ' ' : block.ptr[i];
        sum += byte;
        signed_sum += (int8_t)byte;
    }
    return stated == sum || (signed_sum >= 0 && stated == (uint32_t)signed_sum);
}

int archive_tar_sniff(const format_probe *probe)
{
    lj_slice block = lj_slice_part(probe->head, 0, BLOCK);
    if (!has_checksum(block)) {
        return 0;
    }
    /* the checksum is some 17 bits; an old header has nothing else, but its fields are octal */
    uint64_t number = 0;
    bool plain = read_number(lj_slice_part(block, 100, 8), &number) &&
                 read_number(lj_slice_part(block, 124, 12), &number) &&
                 read_number(lj_slice_part(block, 136, 12), &number);
    return is_posix(block) ? 80 : plain ? 40 : 0;
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

/* Text of a field up to its NUL. */
static lj_slice field_text(lj_slice block, size_t off, size_t len)
{
    lj_slice field = lj_slice_part(block, off, len);
    const uint8_t *end = field.len > 0 ? memchr(field.ptr, 0, field.len) : NULL;
    return end != NULL ? lj_slice_part(field, 0, (size_t)(end - field.ptr)) : field;
}

/* True when a text field holds more than zeros behind its NUL, or the unused tail holds something.
 */
static bool has_slack(lj_slice block, bool posix)
{
    static const struct {
        size_t off, len;
    } fields[] = {
        {0,   100},
        {157, 100},
        {265, 32 },
        {297, 32 }
    };
    for (size_t i = 0; i < LJ_COUNT_OF(fields); i++) {
        size_t used = field_text(block, fields[i].off, fields[i].len).len;
        if ((posix || i < 2) &&
            !is_zero(lj_slice_part(block, fields[i].off + used, fields[i].len - used))) {
            return true;
        }
    }
    return !is_zero(posix ? lj_slice_part(block, 500, 12) : lj_slice_part(block, 257, 255));
}

/* The name: prefix and name of a POSIX header, or what was said before. */
static lj_slice member_name(tar_walk *walk, lj_slice block)
{
    if (walk->next.name.len > 0) {
        return walk->next.name;
    }
    lj_slice name = field_text(block, 0, 100);
    bool posix = lj_slice_is(lj_slice_part(block, 257, 6), LJ_BYTES("ustar\0"));
    lj_slice prefix = posix ? field_text(block, 345, 155) : (lj_slice){NULL, 0};
    lj_buf whole;
    lj_buf_init(&whole, format_arena(walk->run), BLOCK);
    lj_buf_put(&whole, prefix);
    if (prefix.len > 0) {
        lj_buf_put_u8(&whole, '/');
    }
    lj_buf_put(&whole, name);
    return lj_buf_slice(&whole);
}

/* ---- members that speak about the next one ---- */

/* A copy in the arena that lives as long as what was said. */
static lj_code keep(tar_walk *walk, lj_slice text, lj_slice *out)
{
    *out = lj_arena_copy(format_arena(walk->run), text);
    return out->len == text.len ? LJ_OK : LJ_E_LIMIT;
}

static lj_code take_record(tar_walk *walk, lj_slice key, lj_slice value, tar_next *into)
{
    static const struct {
        const char *key;
        enum { IS_NAME, IS_LINK, IS_SIZE, IS_MAP, IS_NUMBER } what;
    } keys[] = {
        {"path",                    IS_NAME  },
        {"GNU.sparse.name",         IS_NAME  },
        {"linkpath",                IS_LINK  },
        {"size",                    IS_SIZE  },
        {"GNU.sparse.major",        IS_MAP   },
        {"mtime",                   IS_NUMBER},
        {"atime",                   IS_NUMBER},
        {"ctime",                   IS_NUMBER},
        {"uid",                     IS_NUMBER},
        {"gid",                     IS_NUMBER},
        {"LIBARCHIVE.creationtime", IS_NUMBER},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(keys); i++) {
        if (!lj_slice_is(key, lj_cstr_bytes(keys[i].key))) {
            continue;
        }
        switch (keys[i].what) {
        case IS_NAME:
            return keep(walk, value, &into->name);
        case IS_LINK:
            return keep(walk, value, &into->link);
        case IS_SIZE:
            into->size = 0;
            for (size_t k = 0; k < value.len && value.ptr[k] >= '0' && value.ptr[k] <= '9'; k++) {
                into->size = lj_sat_add_u64(lj_sat_add_u64(into->size * 9, into->size),
                                            (uint64_t)(value.ptr[k] - '0'));
            }
            return LJ_OK;
        case IS_MAP:
            into->sparse_map = lj_slice_is(value, LJ_BYTES("1"));
            return LJ_OK;
        case IS_NUMBER:
            return LJ_OK;
        }
    }
    lj_str label =
        text_utf8_is_valid(key, NULL) ? (lj_str){(const char *)key.ptr, key.len} : LJ_STR("");
    return archive_emit_text(walk->run, SPAN_METADATA, label, value);
}

/* The length of the record at the start of bytes, and where its key begins; false when it is none.
 */
static bool read_record_head(lj_slice bytes, uint64_t *out_len, size_t *out_key)
{
    uint64_t len = 0;
    size_t i = 0;
    for (; i < bytes.len && i < 18 && bytes.ptr[i] >= '0' && bytes.ptr[i] <= '9'; i++) {
        len = len * 10 + (uint64_t)(bytes.ptr[i] - '0');
    }
    *out_len = len;
    *out_key = i + 1;
    return i < bytes.len && bytes.ptr[i] == ' ' && len > i + 1;
}

/* pax: records "LEN KEY=VALUE\n", LEN counts itself. What is too long to be taken in, or none, is
 * left to the sweep. */
static lj_code read_pax(tar_walk *walk, uint64_t at, uint64_t end, tar_next *into)
{
    lj_code code = LJ_OK;
    while (at < end && code == LJ_OK) {
        lj_slice head =
            format_bytes(walk->run, walk->src, at, (size_t)lj_min_u64(end - at, RECORD_HEAD));
        uint64_t len = 0;
        size_t key_at = 0;
        if (!read_record_head(head, &len, &key_at) || len > end - at) {
            format_gap(walk->run, GAP_DAMAGED, "pax", (span_place){0});
            return LJ_OK;
        }
        lj_slice bytes = len <= RECORD_MAX ? format_bytes(walk->run, walk->src, at, (size_t)len)
                                           : (lj_slice){NULL, 0};
        lj_slice record = lj_slice_part(bytes, key_at, (size_t)len - key_at - 1);
        size_t equals = lj_slice_find(record, LJ_BYTES("="));
        if (bytes.len == len && equals < record.len) {
            code = take_record(walk, lj_slice_part(record, 0, equals),
                               lj_slice_part(record, equals + 1, SIZE_MAX), into);
            format_claim(walk->run, at, len, FORMAT_READ);
        }
        at += len;
        code = code == LJ_OK ? format_work(walk->run, RECORD_WORK) : code;
    }
    return code;
}

/* x, g, L, K, A: data that speaks about the next member, g about all that follow. */
static bool is_special(uint8_t type)
{
    return type == 'x' || type == 'X' || type == 'g' || type == 'L' || type == 'K' ||
           type == 'A'; /* Solaris: access control list of the next member */
}

static lj_code read_text_special(tar_walk *walk, uint8_t type, uint64_t data_at, uint64_t size)
{
    if (size > SPECIAL_MAX) {
        format_gap(walk->run, GAP_DAMAGED, "long-name", (span_place){0});
        return LJ_OK;
    }
    lj_slice bytes = format_slurp(walk->run, walk->src, data_at, size);
    lj_slice text = field_text(bytes, 0, bytes.len);
    bool is_clean =
        is_zero(lj_slice_part(bytes, text.len, SIZE_MAX)); /* else swept behind the NUL */
    format_claim(walk->run, data_at, is_clean ? bytes.len : text.len, FORMAT_READ);
    if (type == 'A') {
        return archive_emit_text(walk->run, SPAN_METADATA, LJ_STR("acl"), text);
    }
    *(type == 'L' ? &walk->next.name : &walk->next.link) = text;
    return LJ_OK;
}

static lj_code read_special(tar_walk *walk, uint8_t type, uint64_t data_at, uint64_t size)
{
    walk->special_count++;
    if (type == 'L' || type == 'K' || type == 'A') {
        return read_text_special(walk, type, data_at, size);
    }
    bool for_all = type == 'g';
    lj_code code = read_pax(walk, data_at, data_at + size, for_all ? &walk->all : &walk->next);
    if (for_all) { /* stays in memory */
        walk->mark = lj_arena_mark_of(format_arena(walk->run));
        walk->next = walk->all;
    }
    return code;
}

/* ---- members ---- */

/* Length of the map in front of the data of a GNU 1.0 sparse file: decimal lines, padded. */
static uint64_t map_len(tar_walk *walk, uint64_t data_at, uint64_t size)
{
    lj_slice bytes = format_bytes(walk->run, walk->src, data_at, (size_t)lj_min_u64(size, 65536));
    uint64_t lines = 0;
    uint64_t wanted = 1;
    uint64_t number = 0;
    for (size_t i = 0; i < bytes.len; i++) {
        uint8_t byte = bytes.ptr[i];
        if (byte >= '0' && byte <= '9') {
            number = lj_min_u64(number, 1 << 24) * 10 + (uint64_t)(byte - '0');
        } else if (byte == '\n') {
            wanted = lines == 0 ? 1 + 2 * number : wanted;
            number = 0;
            if (++lines >= wanted) {
                return ((uint64_t)i + BLOCK) / BLOCK * BLOCK;
            }
        } else {
            break;
        }
    }
    return 0;
}

/* A range of the archive as a child. */
static lj_code give(tar_walk *walk, lj_slice name, uint64_t data_at, uint64_t size)
{
    format_run *run = walk->run;
    format_src *member = NULL;
    if (walk->streams && size <= MEMORY_MAX) {
        lj_slice bytes = format_slurp(run, walk->src, data_at, size);
        if (format_src_code(walk->src) == LJ_E_LIMIT) {
            return LJ_E_LIMIT;
        }
        member = format_memory(run, bytes);
    } else {
        member = format_decode(run, walk->src, data_at, size, FORMAT_CODEC_STORE, size);
    }
    format_claim(run, data_at, size, FORMAT_READ);
    format_child_info info = {.name = name,
                              .kind = FORMAT_MEMBER,
                              .hidden_by =
                                  walk->behind_end ? SPAN_HIDE(SPAN_HIDDEN_UNREACHABLE) : 0};
    return format_child(run, &info, member);
}

/* GNU 'S': further blocks of the map, each with a flag that says whether one more follows. */
static uint64_t skip_sparse_blocks(tar_walk *walk, lj_slice block, uint64_t data_at)
{
    bool more = block.ptr[482] != 0;
    while (more) {
        lj_slice map = format_bytes(walk->run, walk->src, data_at, BLOCK);
        if (map.len < BLOCK || format_work(walk->run, BLOCK) != LJ_OK) {
            break;
        }
        format_claim(walk->run, data_at, BLOCK, FORMAT_OPAQUE);
        data_at += BLOCK;
        more = map.ptr[504] != 0;
    }
    return data_at;
}

/* A hard link states the size of the file that it names; pax archives may repeat its data. */
static bool link_has_data(tar_walk *walk, uint64_t data_at)
{
    lj_slice block = format_bytes(walk->run, walk->src, data_at, BLOCK);
    return block.len == BLOCK && !has_checksum(block) && !is_zero(block);
}

static uint64_t data_len_of(tar_walk *walk, uint8_t type, uint64_t data_at, uint64_t stated)
{
    switch (type) {
    case '1':
        return stated > 0 && link_has_data(walk, data_at) ? stated : 0;
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
        return 0;
    default:
        return stated;
    }
}

static lj_code read_links(tar_walk *walk, lj_slice block, uint8_t type)
{
    if (type != '1' && type != '2') {
        return LJ_OK;
    }
    lj_slice target = walk->next.link.len > 0 ? walk->next.link : field_text(block, 157, 100);
    return archive_emit_text(walk->run, SPAN_LINK, LJ_STR(""), target);
}

/* A member that is not special; block is a copy. */
static lj_code read_member(tar_walk *walk, lj_slice block, uint64_t data_at, uint64_t size)
{
    format_run *run = walk->run;
    uint8_t type = block.ptr[156];
    lj_slice name = member_name(walk, block);
    bool is_folder = type == '5' || (type == 0 && name.len > 0 && name.ptr[name.len - 1] == '/');
    if (type == 'M') {
        format_gap(run, GAP_VOLUME, NULL, (span_place){0});
    }
    lj_code code = read_links(walk, block, type);
    if (code != LJ_OK) {
        return code;
    }
    bool has_file = type != '1' && type != '2' && type != '3' && type != '4' && type != '6' &&
                    type != 'V' && !is_folder;
    if (!has_file && size == 0) {
        return archive_emit_name(run, name,
                                 walk->behind_end ? SPAN_HIDE(SPAN_HIDDEN_UNREACHABLE) : 0);
    }
    uint64_t map = walk->next.sparse_map ? map_len(walk, data_at, size) : 0;
    map = lj_min_u64(map, size);
    format_claim(run, data_at, map, FORMAT_OPAQUE);
    return give(walk, name, data_at + map, size - map);
}

static void forget_next(tar_walk *walk)
{
    walk->next = walk->all;
    walk->special_count = 0;
    lj_arena_rewind(format_arena(walk->run), walk->mark);
}

/* What stands between the end of the data and the next block: claimed when it is zero. */
static void claim_padding(tar_walk *walk, uint64_t from, uint64_t to)
{
    if (from < to && is_zero(format_bytes(walk->run, walk->src, from, (size_t)(to - from)))) {
        format_claim(walk->run, from, to - from, FORMAT_OPAQUE);
    }
}

/* A header at walk->at. */
static lj_code read_header(tar_walk *walk)
{
    format_run *run = walk->run;
    walk->lone_zero = false;
    lj_slice block =
        lj_arena_copy(format_arena(run), format_bytes(run, walk->src, walk->at, BLOCK));
    if (block.len < BLOCK) {
        return LJ_E_LIMIT;
    }
    if (!has_slack(block, is_posix(block)) || block.ptr[156] == 'S') {
        format_claim(run, walk->at, BLOCK, FORMAT_OPAQUE);
    }
    lj_code code = format_entry(run);
    uint8_t type = block.ptr[156];
    uint64_t size = 0;
    bool sane = read_number(lj_slice_part(block, 124, 12), &size);
    bool special = is_special(type);
    if (!special && walk->next.size != FORMAT_SIZE_UNKNOWN) {
        size = walk->next.size;
    }
    uint64_t data_at = walk->at + BLOCK;
    data_at = type == 'S' ? skip_sparse_blocks(walk, block, data_at) : data_at;
    size = data_len_of(walk, type, data_at, size);
    uint64_t end = 0;
    uint64_t whole = format_src_size(walk->src);
    if (!sane || !lj_add_u64(data_at, size, &end) || end > UINT64_MAX - BLOCK || end > whole) {
        format_gap(run, GAP_DAMAGED, "cut", (span_place){0});
        size = whole != FORMAT_SIZE_UNKNOWN && data_at < whole ? whole - data_at : 0;
        end = data_at; /* the size may be a lie that swallows members: they are looked for */
        walk->was_damaged = true;
    }
    if (code == LJ_OK) {
        code = special ? read_special(walk, type, data_at, size)
                       : read_member(walk, block, data_at, size);
    }
    walk->at = (end + BLOCK - 1) / BLOCK * BLOCK;
    claim_padding(walk, end, walk->at);
    if (!special || walk->special_count > SPECIALS_MAX) {
        forget_next(walk);
    }
    return code;
}

/* Zero blocks: the end when there are two; one may be. */
static void skip_zeros(tar_walk *walk)
{
    uint64_t from = walk->at;
    for (;;) {
        lj_slice window = format_bytes(walk->run, walk->src, walk->at, 64 * BLOCK);
        size_t zeros = 0;
        while (zeros < window.len && window.ptr[zeros] == 0) {
            zeros++;
        }
        walk->at += zeros == window.len ? zeros : zeros / BLOCK * BLOCK;
        if (zeros < window.len || window.len < 64 * BLOCK) {
            break;
        }
    }
    format_claim(walk->run, from, walk->at - from, FORMAT_OPAQUE);
    walk->behind_end = walk->behind_end || walk->at - from >= 2 * (uint64_t)BLOCK;
    walk->lone_zero = !walk->behind_end;
}

/* A block that is neither a header nor zero. */
static void skip_strange(tar_walk *walk)
{
    if (walk->lone_zero && format_bytes(walk->run, walk->src, walk->at + BLOCK, 1).len == 0) {
        walk->behind_end = true;
    }
    walk->lone_zero = false;
    if (walk->behind_end) {
        format_tell(walk->run, NOTE_TRAILING_BYTES);
    } else if (!walk->was_damaged) {
        format_gap(walk->run, GAP_DAMAGED, "header", (span_place){0});
        walk->was_damaged = true;
    }
    walk->at += BLOCK;
}

lj_code archive_tar_read(format_run *run, format_src *src)
{
    tar_walk walk = {.run = run, .src = src};
    walk.streams = format_src_size(src) == FORMAT_SIZE_UNKNOWN;
    walk.all.size = FORMAT_SIZE_UNKNOWN;
    walk.next = walk.all;
    walk.mark = lj_arena_mark_of(format_arena(run));
    lj_code code = LJ_OK;
    while (code == LJ_OK) {
        lj_slice block = format_bytes(run, src, walk.at, BLOCK);
        if (block.len < BLOCK) {
            if (block.len > 0 && !is_zero(block)) {
                format_tell(run, NOTE_TRAILING_BYTES);
            }
            break;
        }
        if (has_checksum(block)) {
            if (walk.behind_end) {
                format_tell(run, NOTE_HIDDEN_MEMBERS);
            }
            code = read_header(&walk);
        } else if (is_zero(block)) {
            skip_zeros(&walk);
        } else {
            skip_strange(&walk);
            code = format_work(run, BLOCK);
        }
    }
    if (code == LJ_OK && format_src_code(src) != LJ_OK) {
        return format_src_code(src);
    }
    if (code == LJ_OK && !walk.behind_end && !walk.lone_zero && walk.at > 0) {
        format_gap(run, GAP_DAMAGED, "no-end", (span_place){0});
    }
    return code;
}
