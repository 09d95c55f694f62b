/* SPDX-License-Identifier: AGPL-3.0-or-later
 * cpio and ar: headers in front of plain data.
 *
 * cpio (POSIX.1-2001 pax utility: octet-oriented form; cpio(5) of FreeBSD: the others): newc and
 * crc (070701, 070702: hexadecimal, padded to 4), odc (070707: octal), afio's large form (070727),
 * and the old binary form in both byte orders (padded to 2). The member TRAILER!!! ends it; members
 * behind it are hidden. ar (ar(5) of FreeBSD; GNU binutils): 60-byte headers, names inside, in the
 * table `//` (GNU) or before the data (#1/LEN, BSD); the symbol tables are read as members like any
 * other.
 *
 * Read by ourselves: members are ranges, what no header claims is swept, and the library loops for
 * ever on a link whose size lies.
 *
 * Traps. A header that is none: a gap, and the search goes on for the next magic (cpio) or stops
 * (ar). Links hold their target as data. */
#include "base/buf.h"
#include "base/cur.h"
#include "base/num.h"
#include "formats/archive/archive_priv.h"

enum {
    NAME_MAX_LEN = 64 * 1024,
    LINK_MAX = 4096,
    MEMORY_MAX = 8 * 1024 * 1024, /* members of a streaming source up to here go through memory */
    KIND_MASK = 0170000,
    KIND_FILE = 0100000,
    KIND_LINK = 0120000,
    AR_HEAD = 60,
};

typedef struct plain_walk {
    format_run *run;
    format_src *src;
    bool streams; /* the size was not known at the start */
    bool behind_end;
    uint64_t at;
} plain_walk;

static plain_walk walk_of(format_run *run, format_src *src)
{
    return (plain_walk){
        .run = run, .src = src, .streams = format_src_size(src) == FORMAT_SIZE_UNKNOWN};
}

/* A number of digits in a base; blanks end it. False when it holds anything else. */
static bool read_digits(lj_slice field, unsigned base, uint64_t *out)
{
    uint64_t value = 0;
    size_t i = 0;
    for (; i < field.len && field.ptr[i] != ' ' && field.ptr[i] != 0; i++) {
        uint8_t byte = field.ptr[i];
        unsigned digit = byte >= '0' && byte <= '9'   ? (unsigned)(byte - '0')
                         : byte >= 'a' && byte <= 'f' ? (unsigned)(byte - 'a' + 10)
                         : byte >= 'A' && byte <= 'F' ? (unsigned)(byte - 'A' + 10)
                                                      : 99;
        if (digit >= base || !lj_mul_u64(value, base, &value) ||
            !lj_add_u64(value, digit, &value)) {
            return false;
        }
    }
    *out = value;
    return i > 0;
}

/* [at, at + len) as a child, cut to what is there; false when it was cut. */
static lj_code give(plain_walk *walk, lj_slice name, uint64_t at, uint64_t len)
{
    format_run *run = walk->run;
    uint64_t size = format_src_size(walk->src);
    if (size != FORMAT_SIZE_UNKNOWN && !lj_range_fits(at, len, size)) {
        format_gap(run, GAP_DAMAGED, "cut", (span_place){0});
        len = at < size ? size - at : 0;
    }
    uint64_t hidden = walk->behind_end ? SPAN_HIDE(SPAN_HIDDEN_UNREACHABLE) : 0;
    lj_arena_mark mark = lj_arena_mark_of(format_arena(run));
    format_src *member = NULL;
    if (walk->streams && len <= MEMORY_MAX) {
        member = format_memory(run, format_slurp(run, walk->src, at, len));
    } else {
        member = format_decode(run, walk->src, at, len, FORMAT_CODEC_STORE, len);
    }
    format_claim(run, at, len, FORMAT_READ);
    format_child_info info = {.name = name, .kind = FORMAT_MEMBER, .hidden_by = hidden};
    lj_code code = format_child(run, &info, member);
    lj_arena_rewind(format_arena(run), mark);
    return code;
}

/* ---- cpio ---- */

typedef struct cpio_head {
    uint32_t len; /* of the header */
    uint32_t pad; /* name and data end at multiples of this */
    uint64_t mode, name_len, size;
} cpio_head;

/* Where in an ASCII header mode, name length and size stand. */
static const struct {
    const char *magic;
    uint32_t len, pad, base;
    uint8_t mode[2], name[2], size[2]; /* offset, digits */
} forms[] = {
    {"070701", 110, 4, 16, {14, 8}, {94, 8}, {54, 8} },
    {"070702", 110, 4, 16, {14, 8}, {94, 8}, {54, 8} },
    {"070707", 76,  1, 8,  {18, 6}, {59, 6}, {65, 11}},
    {"070727", 116, 1, 16, {31, 6}, {83, 4}, {97, 16}},
};

static bool read_binary_head(lj_slice bytes, cpio_head *head)
{
    if (bytes.len < 26) {
        return false;
    }
    bool little = bytes.ptr[0] == 0xC7 && bytes.ptr[1] == 0x71;
    bool big = bytes.ptr[0] == 0x71 && bytes.ptr[1] == 0xC7;
    uint16_t words[13];
    for (size_t i = 0; i < LJ_COUNT_OF(words); i++) {
        lj_cur cur = lj_cur_of(lj_slice_part(bytes, i * 2, 2));
        words[i] = little ? lj_cur_u16le(&cur) : lj_cur_u16be(&cur);
    }
    *head = (cpio_head){26, 2, words[3], words[10], (uint64_t)words[11] << 16 | words[12]};
    return (little || big) && head->name_len > 0;
}

static bool read_head(lj_slice bytes, cpio_head *head)
{
    for (size_t i = 0; i < LJ_COUNT_OF(forms); i++) {
        if (!lj_slice_has_prefix(bytes, lj_cstr_bytes(forms[i].magic))) {
            continue;
        }
        *head = (cpio_head){.len = forms[i].len, .pad = forms[i].pad};
        return bytes.len >= forms[i].len &&
               read_digits(lj_slice_part(bytes, forms[i].mode[0], forms[i].mode[1]),
                           forms[i].base == 16 && forms[i].mode[1] == 6 ? 8 : forms[i].base,
                           &head->mode) &&
               read_digits(lj_slice_part(bytes, forms[i].name[0], forms[i].name[1]), forms[i].base,
                           &head->name_len) &&
               read_digits(lj_slice_part(bytes, forms[i].size[0], forms[i].size[1]), forms[i].base,
                           &head->size) &&
               head->name_len > 0 && head->name_len <= NAME_MAX_LEN;
    }
    return read_binary_head(bytes, head);
}

int archive_cpio_sniff(const format_probe *probe)
{
    cpio_head head;
    bool binary = probe->head.len > 1 && (probe->head.ptr[0] == 0xC7 || probe->head.ptr[0] == 0x71);
    if (!read_head(probe->head, &head)) {
        return 0;
    }
    /* the binary magic is 16 bits: the name must end with its NUL too */
    lj_slice end = lj_slice_part(probe->head, head.len + (size_t)head.name_len - 1, 1);
    bool ends = head.name_len <= NAME_MAX_LEN && end.len == 1 && end.ptr[0] == 0;
    return !ends ? 0 : binary ? 24 : 56;
}

static uint64_t padded(uint64_t at, uint32_t pad)
{
    return (at + pad - 1) / pad * pad;
}

/* One member; false at what is none. */
static bool read_cpio_member(plain_walk *walk, lj_code *code)
{
    format_run *run = walk->run;
    cpio_head head;
    if (!read_head(format_bytes(run, walk->src, walk->at, 128), &head)) {
        return false;
    }
    uint64_t data_at = padded(walk->at + head.len + head.name_len, head.pad);
    lj_slice name =
        lj_arena_copy(format_arena(run),
                      format_bytes(run, walk->src, walk->at + head.len, (size_t)head.name_len));
    name = lj_slice_part(name, 0,
                         name.len > 0 && name.ptr[name.len - 1] == 0 ? name.len - 1 : name.len);
    format_claim(run, walk->at, data_at - walk->at, FORMAT_OPAQUE);
    *code = format_entry(run);
    uint64_t kind = head.mode & KIND_MASK;
    if (*code == LJ_OK && lj_slice_is(name, LJ_BYTES("TRAILER!!!"))) {
        walk->behind_end = true;
        head.size = 0;
    } else if (*code == LJ_OK && kind == KIND_LINK && head.size <= LINK_MAX) {
        lj_slice target = format_slurp(run, walk->src, data_at, head.size);
        format_claim(run, data_at, target.len, FORMAT_READ);
        *code = archive_emit_text(run, SPAN_LINK, LJ_STR(""), target);
        *code = *code == LJ_OK ? archive_emit_name(run, name, 0) : *code;
    } else if (*code == LJ_OK && (head.size > 0 || kind == KIND_FILE)) {
        *code = give(walk, name, data_at, head.size);
    } else if (*code == LJ_OK) {
        *code = archive_emit_name(run, name, 0);
    }
    uint64_t end = 0;
    walk->at = lj_add_u64(data_at, head.size, &end) && end < UINT64_MAX - 4 ? padded(end, head.pad)
                                                                            : UINT64_MAX - 8;
    format_claim(run, end, walk->at - lj_min_u64(end, walk->at), FORMAT_OPAQUE);
    return true;
}

/* The next magic of an ASCII form at or behind `at`, or UINT64_MAX. Zeros are claimed on the way.
 */
static uint64_t find_magic(plain_walk *walk, uint64_t at)
{
    for (;;) {
        lj_slice window = format_bytes(walk->run, walk->src, at, 64 * 1024);
        size_t zeros = 0;
        while (zeros < window.len && window.ptr[zeros] == 0) {
            zeros++;
        }
        format_claim(walk->run, at, zeros, FORMAT_OPAQUE);
        for (size_t i = 0; i + 6 <= window.len;) {
            size_t hit = lj_slice_find(lj_slice_part(window, i, SIZE_MAX), LJ_BYTES("0707"));
            if (hit == SIZE_MAX) {
                break;
            }
            i += hit;
            cpio_head head;
            if (read_head(lj_slice_part(window, i, 128), &head)) {
                return at + i;
            }
            i++;
        }
        if (window.len < 64 * 1024 || format_work(walk->run, window.len / 8) != LJ_OK) {
            return UINT64_MAX;
        }
        at += window.len - 128;
    }
}

lj_code archive_cpio_read(format_run *run, format_src *src)
{
    plain_walk walk = walk_of(run, src);
    lj_code code = LJ_OK;
    bool told = false;
    while (code == LJ_OK && format_bytes(run, src, walk.at, 1).len > 0) {
        lj_arena_mark mark = lj_arena_mark_of(format_arena(run));
        bool is_member = read_cpio_member(&walk, &code);
        lj_arena_rewind(format_arena(run), mark);
        if (is_member) {
            continue;
        }
        if (!walk.behind_end && !told) {
            format_gap(run, GAP_DAMAGED, "header", (span_place){0});
            told = true;
        }
        uint64_t next = find_magic(&walk, walk.at);
        if (next == UINT64_MAX) {
            break;
        }
        if (walk.behind_end) {
            format_tell(run, NOTE_HIDDEN_MEMBERS);
        }
        walk.at = next;
    }
    if (code == LJ_OK && format_src_code(src) != LJ_OK) {
        return format_src_code(src);
    }
    if (code == LJ_OK && !walk.behind_end && !told) {
        format_gap(run, GAP_DAMAGED, "no-end", (span_place){0});
    }
    return code;
}

/* ---- ar ---- */

/* The name of a member: in the header, in the table of long names, or before the data. */
static lj_slice ar_name(plain_walk *walk, lj_slice head, lj_slice table, uint64_t *data_at,
                        uint64_t *size)
{
    lj_slice name = lj_slice_part(head, 0, 16);
    while (name.len > 0 && name.ptr[name.len - 1] == ' ') {
        name.len--;
    }
    uint64_t number = 0;
    if (lj_slice_has_prefix(name, LJ_BYTES("#1/")) &&
        read_digits(lj_slice_part(name, 3, SIZE_MAX), 10, &number) && number <= *size &&
        number <= NAME_MAX_LEN) {
        lj_slice own = lj_arena_copy(format_arena(walk->run),
                                     format_bytes(walk->run, walk->src, *data_at, (size_t)number));
        format_claim(walk->run, *data_at, number, FORMAT_OPAQUE);
        *data_at += number;
        *size -= number;
        const uint8_t *end = own.len > 0 ? memchr(own.ptr, 0, own.len) : NULL;
        return end != NULL ? lj_slice_part(own, 0, (size_t)(end - own.ptr)) : own;
    }
    if (name.len > 1 && name.ptr[0] == '/' &&
        read_digits(lj_slice_part(name, 1, SIZE_MAX), 10, &number) && number < table.len) {
        lj_slice rest = lj_slice_part(table, (size_t)number, SIZE_MAX);
        size_t end = lj_slice_find(rest, LJ_BYTES("\n"));
        name = lj_slice_part(rest, 0, end);
    }
    bool slash = name.len > 1 && name.ptr[name.len - 1] == '/' && name.ptr[0] != '/';
    return slash ? lj_slice_part(name, 0, name.len - 1) : name;
}

lj_code archive_ar_read(format_run *run, format_src *src)
{
    plain_walk walk = walk_of(run, src);
    walk.at = 8;
    format_claim(run, 0, 8, FORMAT_OPAQUE);
    lj_slice table = {NULL, 0};
    lj_code code = LJ_OK;
    while (code == LJ_OK) {
        lj_slice bytes = format_bytes(run, src, walk.at, AR_HEAD);
        if (bytes.len == 0 || (bytes.len == 1 && bytes.ptr[0] == '\n')) {
            format_claim(run, walk.at, bytes.len, FORMAT_OPAQUE);
            break;
        }
        lj_arena_mark mark = lj_arena_mark_of(format_arena(run));
        lj_slice head = lj_arena_copy(format_arena(run), bytes);
        uint64_t size = 0;
        if (head.len < AR_HEAD || !lj_slice_is(lj_slice_part(head, 58, 2), LJ_BYTES("`\n")) ||
            !read_digits(lj_slice_part(head, 48, 10), 10, &size)) {
            format_gap(run, GAP_DAMAGED, "header", (span_place){0});
            break;
        }
        format_claim(run, walk.at, AR_HEAD, FORMAT_OPAQUE);
        code = format_entry(run);
        uint64_t data_at = walk.at + AR_HEAD;
        uint64_t end = data_at + size;
        if (code == LJ_OK && lj_slice_is(lj_slice_part(head, 0, 3), LJ_BYTES("// ")) &&
            size <= NAME_MAX_LEN * 16) {
            table = format_slurp(run, src, data_at, size);
            format_claim(run, data_at, table.len, FORMAT_READ);
            mark = lj_arena_mark_of(format_arena(run));
        } else if (code == LJ_OK) {
            lj_slice name = ar_name(&walk, head, table, &data_at, &size);
            code = give(&walk, name, data_at, size);
        }
        lj_arena_rewind(format_arena(run), mark);
        format_claim(run, end, end % 2, FORMAT_OPAQUE);
        walk.at = end + end % 2;
    }
    return code == LJ_OK && format_src_code(src) != LJ_OK ? format_src_code(src) : code;
}
