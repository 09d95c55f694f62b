/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The package below an OFD document: its members as parts, locations, and the visit of a part.
 *
 * Specification: GB/T 33190-2016 6.2 (files of the package), 7.1 (ST_Loc: absolute with "/" in
 * front, else relative to the folder of the file that says it), 7.9 (BaseLoc of resources).
 *
 * Model. Parts stand in a hash table under their folded names. Readers mark what they refer to as
 * reached; what is reached and not read by a reader of its own is queued and read by its root.
 *
 * Traps. Names are written with "/" and "\", in any case, with "./" and "../", with and without a
 * leading slash, percent-encoded; a relative location is often meant from the root of the package,
 * or from the folder of the document. Two members of one name: the listed one is meant, the other
 * one is reached by nothing.
 *
 * Limits. Names of NAME_LEN bytes. A part that cannot be decoded, is cut or is not well-formed
 * gives the gap `damaged` with its name; one that is not well-formed is swept as well. */
#include "formats/ofd/ofd_doc.h"

#include <libdeflate.h>

#include "base/cur.h"
#include "base/num.h"

enum {
    NAME_LEN = 1024,            /* bytes of a location that is looked up */
    HEAD_LEN = 512,             /* bytes from which a kind is recognised */
    CRC_MAX = 32 * 1024 * 1024, /* bytes of a part whose checksum is computed */
    DEFLATED = 8,               /* APPNOTE 4.4.5 */
    GAPS_MAX = 16,              /* missing pages and their like that are told one by one */
};

static const char *const name_texts[] = {
#define OFD_NAME_TEXT(name) #name,
    OFD_NAMES(OFD_NAME_TEXT)
#undef OFD_NAME_TEXT
};

/* ---- names ---- */

static uint8_t fold_byte(uint8_t c)
{
    return c == '\\' ? '/' : c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

static uint64_t name_hash(lj_slice name)
{
    uint64_t hash = 0xCBF29CE484222325U;
    for (size_t i = 0; i < name.len; i++) {
        hash = (hash ^ fold_byte(name.ptr[i])) * 0x100000001B3U;
    }
    return hash ^ hash >> 32;
}

static bool names_equal(lj_slice a, lj_slice b)
{
    bool equal = a.len == b.len;
    for (size_t i = 0; equal && i < a.len; i++) {
        equal = fold_byte(a.ptr[i]) == fold_byte(b.ptr[i]);
    }
    return equal;
}

static bool is_slash(uint8_t c)
{
    return c == '/' || c == '\\';
}

static uint32_t name_lookup(const ofd_package *pkg, lj_slice name)
{
    for (uint32_t slot = (uint32_t)name_hash(name) & pkg->table_mask; pkg->table[slot] != 0;
         slot = (slot + 1) & pkg->table_mask) {
        uint32_t idx = pkg->table[slot] - 1;
        if (names_equal(pkg->parts[idx].name, name)) {
            return idx;
        }
    }
    return OFD_NONE;
}

/* Of several parts with one name the first that the directory lists is the one that is found. */
static void name_enter(ofd_package *pkg, uint32_t idx)
{
    uint32_t slot = (uint32_t)name_hash(pkg->parts[idx].name) & pkg->table_mask;
    while (pkg->table[slot] != 0) {
        uint32_t other = pkg->table[slot] - 1;
        if (names_equal(pkg->parts[other].name, pkg->parts[idx].name)) {
            if (!pkg->parts[other].is_listed && pkg->parts[idx].is_listed) {
                pkg->table[slot] = idx + 1;
            }
            return;
        }
        slot = (slot + 1) & pkg->table_mask;
    }
    pkg->table[slot] = idx + 1;
}

static bool has_suffix(lj_slice name, lj_slice suffix)
{
    return name.len >= suffix.len &&
           lj_slice_is_nocase(lj_slice_part(name, name.len - suffix.len, SIZE_MAX), suffix);
}

/* ---- locations ---- */

static lj_slice folder_of(lj_slice name)
{
    size_t len = name.len;
    while (len > 0 && !is_slash(name.ptr[len - 1])) {
        len--;
    }
    return lj_slice_part(name, 0, len);
}

static int hex_of(uint8_t c)
{
    uint8_t lower = c | 0x20U;
    return c >= '0' && c <= '9' ? c - '0' : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* A path that is put together from pieces; every component ends with a slash but the last. */
typedef struct path {
    uint8_t bytes[NAME_LEN];
    size_t len;
    bool bad;
} path;

/* Ends the component that began at `from`: "." and ".." are resolved. */
static void path_component(path *at, size_t from)
{
    size_t len = at->len - from;
    if (len == 1 && at->bytes[from] == '.') {
        at->len = from;
    } else if (len == 2 && at->bytes[from] == '.' && at->bytes[from + 1] == '.') {
        at->len = from > 0 ? from - 1 : 0;
        while (at->len > 0 && at->bytes[at->len - 1] != '/') {
            at->len--;
        }
    } else if (len > 0 && at->len < NAME_LEN) {
        at->bytes[at->len++] = '/';
    }
}

static void path_add(path *at, lj_slice text, bool decodes)
{
    size_t from = at->len;
    for (size_t i = 0; i < text.len && !at->bad; i++) {
        uint8_t c = text.ptr[i];
        if (is_slash(c)) {
            path_component(at, from);
            from = at->len;
            continue;
        }
        if (decodes && c == '%' && i + 2 < text.len && hex_of(text.ptr[i + 1]) >= 0 &&
            hex_of(text.ptr[i + 2]) >= 0) {
            c = (uint8_t)(hex_of(text.ptr[i + 1]) * 16 + hex_of(text.ptr[i + 2]));
            i += 2;
        }
        at->bad = at->len + 2 > NAME_LEN;
        if (!at->bad) {
            at->bytes[at->len++] = c;
        }
    }
}

static uint32_t path_lookup(const ofd_package *pkg, lj_slice base, lj_slice folder, lj_slice loc)
{
    for (int decodes = 0; decodes <= 1; decodes++) {
        path at = {.len = 0};
        path_add(&at, base, false);
        path_add(&at, folder, decodes != 0);
        if (folder.len > 0 && at.len > 0 && at.bytes[at.len - 1] != '/') {
            at.bytes[at.len++] = '/';
        }
        path_add(&at, loc, decodes != 0);
        uint32_t part = at.bad ? OFD_NONE : name_lookup(pkg, lj_slice_of(at.bytes, at.len));
        if (part != OFD_NONE || !look_has_byte(ofd_str_of(loc), '%')) {
            return part;
        }
    }
    return OFD_NONE;
}

static lj_slice trimmed(lj_str text)
{
    lj_slice bytes = lj_str_bytes(text);
    while (bytes.len > 0 && bytes.ptr[0] <= ' ') {
        bytes = lj_slice_part(bytes, 1, SIZE_MAX);
    }
    while (bytes.len > 0 && bytes.ptr[bytes.len - 1] <= ' ') {
        bytes.len--;
    }
    return bytes;
}

uint32_t ofd_lookup_below(const ofd_package *pkg, uint32_t from, lj_str folder, lj_str loc)
{
    const lj_slice none = {NULL, 0};
    lj_slice name = trimmed(loc);
    lj_slice below = trimmed(folder);
    if (name.len == 0 || name.len > NAME_LEN || pkg->table == NULL) {
        return OFD_NONE;
    }
    if (is_slash(name.ptr[0])) {
        return path_lookup(pkg, none, none, name);
    }
    lj_slice here = from != OFD_NONE ? folder_of(pkg->parts[from].name) : none;
    lj_slice home = pkg->doc != NULL ? folder_of(pkg->parts[pkg->doc->part].name) : none;
    bool is_absolute = below.len > 0 && is_slash(below.ptr[0]);
    uint32_t part = path_lookup(pkg, is_absolute ? none : here, below, name);
    part = part == OFD_NONE ? path_lookup(pkg, here, none, name) : part;
    part = part == OFD_NONE ? path_lookup(pkg, none, none, name) : part;
    return part == OFD_NONE && home.len > 0 ? path_lookup(pkg, home, none, name) : part;
}

uint32_t ofd_lookup(const ofd_package *pkg, uint32_t from, lj_str loc)
{
    return ofd_lookup_below(pkg, from, (lj_str){NULL, 0}, loc);
}

void ofd_reach(ofd_xml *x, uint32_t idx)
{
    ofd_package *pkg = x->pkg;
    ofd_part *part = &pkg->parts[idx];
    if (part->is_reached) {
        return;
    }
    part->is_reached = true;
    part->hidden_by |= x->base.hidden_by & ~SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED);
    part->rev_idx = x->base.rev_idx;
    if (pkg->queue == 0) {
        pkg->queue = idx + 1;
    } else {
        pkg->parts[pkg->queue_end - 1].next = idx + 1;
    }
    pkg->queue_end = idx + 1;
}

/* ---- opening ---- */

/* Parts that nothing needs to name: they are where the standard says. */
static bool is_structure(lj_slice name)
{
    return lj_slice_is_nocase(name, LJ_BYTES("OFD.xml")) ||
           lj_slice_is_nocase(name, LJ_BYTES("Encryptions.xml")) ||
           lj_slice_is_nocase(name, LJ_BYTES("OFDEntries.xml"));
}

static lj_slice skip_slashes(lj_slice name)
{
    size_t from = 0;
    while (from < name.len && is_slash(name.ptr[from])) {
        from++;
    }
    return lj_slice_part(name, from, SIZE_MAX);
}

static void take_member(ofd_package *pkg, const zip_member *member, bool is_listed)
{
    uint32_t idx = pkg->part_count++;
    ofd_part *part = &pkg->parts[idx];
    *part = (ofd_part){.member = member,
                       .name = skip_slashes(lj_str_bytes(member->name_utf8)),
                       .is_listed = is_listed};
    name_enter(pkg, idx);
    if (has_suffix(part->name, LJ_BYTES(".xml")) && member->real_len != FORMAT_SIZE_UNKNOWN) {
        pkg->text_len = lj_sat_add_u64(pkg->text_len, member->real_len);
    }
}

lj_code ofd_package_open(ofd_package *pkg, format_run *run, format_src *zip)
{
    *pkg = (ofd_package){.run = run, .zip = zip, .arena = format_arena(run), .main = OFD_NONE};
    pkg->index = format_index_of(run);
    if (pkg->index == NULL) {
        return lj_fail(format_err(run), LJ_E_INTERNAL, UINT64_MAX, "a package without a directory");
    }
    uint32_t count = pkg->index->count;
    uint32_t slots = 16;
    while (slots < count * 2 && slots < (uint32_t)1 << 30) {
        slots *= 2;
    }
    pkg->table_mask = slots - 1;
    pkg->parts = lj_arena_array(pkg->arena, (size_t)count + 1, sizeof(*pkg->parts));
    pkg->table = lj_arena_array(pkg->arena, slots, sizeof(*pkg->table));
    pkg->names = xml_names_new(pkg->arena, name_texts, OFD_NAME_COUNT);
    if (pkg->parts == NULL || pkg->table == NULL || pkg->names == NULL) {
        return LJ_E_LIMIT;
    }
    /* a directory that was cut off hides nothing */
    bool lost = pkg->index->directory_count == 0 || pkg->index->is_cut;
    for (uint32_t i = 0; i < count; i++) {
        const zip_member *member = &pkg->index->members[i];
        if (!member->is_folder) {
            take_member(pkg, member, member->in_directory || lost);
        }
    }
    pkg->main = name_lookup(pkg, LJ_BYTES("OFD.xml"));
    pkg->is_lost = lost || pkg->main == OFD_NONE;
    for (uint32_t i = 0; i < pkg->part_count; i++) {
        /* of two members of such a name the other one is no structure */
        bool is_found = name_lookup(pkg, pkg->parts[i].name) == i;
        pkg->parts[i].is_reached = is_found && is_structure(pkg->parts[i].name);
    }
    return LJ_OK;
}

uint64_t ofd_hidden_of(const ofd_package *pkg, const ofd_part *part)
{
    bool is_lost = !part->is_listed || (!part->is_reached && !pkg->is_lost);
    return part->hidden_by | (is_lost ? SPAN_HIDE(SPAN_HIDDEN_UNREACHABLE) : 0);
}

uint32_t ofd_part_id(ofd_package *pkg, uint32_t idx)
{
    ofd_part *part = &pkg->parts[idx];
    if (part->part_id == 0) {
        part->part_id = format_part(pkg->run, part->name);
    }
    return part->part_id;
}

void ofd_gap(ofd_package *pkg, const char *detail, span_place place)
{
    if (pkg->gap_count < GAPS_MAX) {
        pkg->gap_count++;
        format_gap(pkg->run, GAP_DAMAGED, detail, place);
    }
}

/* ---- visiting ---- */

/* XML by its first bytes, in any encoding that the tokenizer reads. */
static bool looks_like_xml(lj_slice head)
{
    static const uint8_t wide[][4] = {
        {0xFF, 0xFE, '<', 0  },
        {0xFE, 0xFF, 0,   '<'},
        {'<',  0,    '?', 0  },
        {0,    '<',  0,   '?'}
    };
    for (size_t i = 0; i < LJ_COUNT_OF(wide); i++) {
        if (lj_slice_has_prefix(head, lj_slice_of(wide[i], 4))) {
            return true;
        }
    }
    size_t at = lj_slice_has_prefix(head, LJ_BYTES("\xEF\xBB\xBF")) ? 3 : 0;
    while (at < head.len && (head.ptr[at] == ' ' || head.ptr[at] == '\t' || head.ptr[at] == '\r' ||
                             head.ptr[at] == '\n')) {
        at++;
    }
    if (at + 1 >= head.len || head.ptr[at] != '<') {
        return false;
    }
    uint8_t c = head.ptr[at + 1];
    uint8_t lower = c | 0x20U;
    return c == '?' || c == '!' || c == '_' || c == ':' || c >= 0x80 ||
           (lower >= 'a' && lower <= 'z');
}

/* Tells when the bytes are not those that were packed; they are read all the same. */
static void check_crc(ofd_package *pkg, uint32_t idx, format_src *src)
{
    const zip_member *member = pkg->parts[idx].member;
    bool is_plain = member->method == 0 || member->method == DEFLATED;
    if (!is_plain || member->crc == 0 || member->is_cut || member->real_len > CRC_MAX ||
        format_src_code(src) != LJ_OK) {
        return;
    }
    uint32_t crc = 0;
    uint64_t at = 0;
    for (lj_slice part = {NULL, 1}; part.len > 0 && at < member->real_len; at += part.len) {
        part = format_bytes(pkg->run, src, at, FORMAT_WINDOW_MAX);
        crc = part.len > 0 ? libdeflate_crc32(crc, part.ptr, part.len) : crc;
    }
    if (format_src_code(src) == LJ_OK && at == member->real_len && crc != member->crc) {
        format_gap(pkg->run, GAP_DAMAGED, "crc-32", (span_place){.part_id = ofd_part_id(pkg, idx)});
    }
}

/* Bytes at which the tables of an sfnt font end (OpenType: table directory), 0 when it is none. */
static uint64_t font_end(lj_slice head)
{
    static const uint8_t kinds[][4] = {
        {0,   1,   0,   0  },
        {'O', 'T', 'T', 'O'},
        {'t', 'r', 'u', 'e'}
    };
    bool is_font = false;
    for (size_t i = 0; i < LJ_COUNT_OF(kinds); i++) {
        is_font = is_font || lj_slice_has_prefix(head, lj_slice_of(kinds[i], 4));
    }
    lj_cur cur = lj_cur_of(head);
    lj_cur_skip(&cur, 4);
    uint32_t count = lj_cur_u16be(&cur);
    lj_cur_skip(&cur, 6);
    uint64_t end = 0;
    for (uint32_t i = 0; is_font && i < count && i < 64 && lj_cur_ok(&cur); i++) {
        lj_cur_skip(&cur, 8);
        uint64_t from = lj_cur_u32be(&cur);
        uint64_t len = lj_cur_u32be(&cur);
        end = lj_cur_ok(&cur) ? lj_max_u64(end, from + len) : end;
    }
    return end;
}

/* A font holds no text; what stands behind its last table is searched. */
static bool take_font(ofd_package *pkg, uint32_t idx, format_src *src, lj_code *out_code)
{
    uint64_t end = font_end(format_bytes(pkg->run, src, 0, 12 + 16 * 64));
    uint64_t size = pkg->parts[idx].member->real_len;
    if (end == 0 || size == FORMAT_SIZE_UNKNOWN || end > size) {
        return false;
    }
    if (size - end > 3) { /* more than padding */
        *out_code =
            format_sweep(pkg->run, src, end, FORMAT_SIZE_UNKNOWN,
                         ofd_hidden_of(pkg, &pkg->parts[idx]) | SPAN_HIDE(SPAN_HIDDEN_SLACK));
    }
    return true;
}

/* What is no XML; nothing to give when not one byte came out. */
static lj_code take_other(ofd_package *pkg, uint32_t idx, format_src *src)
{
    ofd_part *part = &pkg->parts[idx];
    lj_code code = LJ_OK;
    check_crc(pkg, idx, src); /* the core forgets what was decoded when the child has ended */
    if (format_src_size(src) == 0) {
        if (format_src_code(src) != LJ_OK) {
            format_gap(pkg->run, GAP_DAMAGED, "part",
                       (span_place){.part_id = ofd_part_id(pkg, idx)});
        }
        return LJ_OK;
    }
    if (ofd_seal_read(pkg, idx, src, &code)) {
        return code;
    }
    lj_slice head = format_bytes(pkg->run, src, 0, HEAD_LEN);
    bool is_known = format_recognise(head) != NULL;
    if (pkg->is_encrypted && !is_known && head.len > 0) {
        format_claim(pkg->run, part->member->data_off, part->member->stored_len, FORMAT_LOCKED);
        return LJ_OK;
    }
    if (!is_known && take_font(pkg, idx, src, &code)) {
        return code;
    }
    format_child_info info = {.name = part->member->name,
                              .name_utf8 = ofd_str_of(part->name),
                              .kind = FORMAT_EMBEDDED,
                              .hidden_by = ofd_hidden_of(pkg, part)};
    return format_child(pkg->run, &info, src);
}

/* Reads an XML part to its end. *out_other: it is something a reader of its own should have. */
static lj_code read_xml(ofd_xml *x, bool *out_other)
{
    ofd_package *pkg = x->pkg;
    const ofd_part *part = &pkg->parts[x->part];
    x->base = span_of(SPAN_BODY, (lj_str){NULL, 0});
    x->base.hidden_by = ofd_hidden_of(pkg, part);
    x->base.rev_idx = part->rev_idx;
    x->base.story_id = ++pkg->story_count;
    x->base.place.page_no = part->page_no;
    x->xml = xml_open(pkg->run, x->src, pkg->names, x->base.place);
    if (x->xml == NULL) {
        return LJ_E_LIMIT;
    }
    while (ofd_next(x)) {
        if (x->token->kind == XML_START) {
            *out_other = lj_slice_is(x->token->local, LJ_BYTES("html")) ||
                         lj_slice_is(x->token->local, LJ_BYTES("svg"));
            if (*out_other) {
                return LJ_OK;
            }
            ofd_read *read = ofd_read_of(x->token->id);
            read = read == ofd_read_generic && part->is_tags ? ofd_read_tag_file : read;
            read(x);
            if (x->is_put_off) {
                return x->code;
            }
        } else if (x->token->kind == XML_TEXT && look_is_wordy(x->token->text)) {
            ofd_emit_unseen(x, SPAN_ATTRIBUTE, (lj_str){NULL, 0}, x->token->text);
        }
    }
    const xml_status *status = xml_status_of(x->xml);
    lj_code source = xml_code(x->xml);
    if (x->code == LJ_OK && (status->is_bad || status->is_cut || source == LJ_E_FORMAT)) {
        x->base.place.part_id = ofd_part_id(pkg, x->part);
        format_gap(pkg->run, GAP_DAMAGED, source != LJ_OK ? "part" : "xml", x->base.place);
        if (status->is_bad) {
            lj_code swept =
                format_sweep(pkg->run, x->src, 0, FORMAT_SIZE_UNKNOWN, x->base.hidden_by);
            /* a source that breaks is told already; what stops everything is told again here */
            x->code = swept == LJ_OK ? LJ_OK : format_work(pkg->run, 0);
        }
    }
    return x->code;
}

static lj_code emit_part_name(ofd_package *pkg, uint32_t idx)
{
    lj_str name = ofd_str_of(pkg->parts[idx].name);
    if (!look_has_high_byte(name)) {
        return LJ_OK;
    }
    span what = span_of(SPAN_MEMBER_NAME, name);
    what.origin = SPAN_NAME;
    what.hidden_by = ofd_hidden_of(pkg, &pkg->parts[idx]) | SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED);
    return format_emit(pkg->run, &what);
}

/* Opens the member; NULL when that is not possible. */
static format_src *part_open(ofd_package *pkg, uint32_t idx, lj_code *out_code)
{
    ofd_part *part = &pkg->parts[idx];
    part->is_done = true;
    format_src *src = zip_member_open(pkg->run, pkg->zip, part->member);
    if (src == NULL) {
        *out_code = zip_member_gap(pkg->run, part->member);
    }
    return src;
}

static lj_code part_close(ofd_package *pkg, uint32_t idx, const format_src *src, lj_code code)
{
    const zip_member *member = pkg->parts[idx].member;
    if (format_src_code(src) == LJ_E_FORMAT) {
        format_claim(pkg->run, member->data_off, member->stored_len, FORMAT_BROKEN);
    }
    if (code == LJ_OK && zip_member_rest(pkg->run, pkg->zip, src, member) != LJ_OK) {
        code = format_work(pkg->run, 0); /* a package that breaks there is told already */
    }
    return code;
}

lj_code ofd_visit(ofd_package *pkg, uint32_t idx, uint32_t flags)
{
    ofd_part *part = &pkg->parts[idx];
    if (part->is_done ||
        ((flags & OFD_XML_ONLY) != 0 && !has_suffix(part->name, LJ_BYTES(".xml")))) {
        return LJ_OK;
    }
    lj_arena_mark mark = lj_arena_mark_of(pkg->arena);
    lj_code code = LJ_OK;
    format_src *src = part_open(pkg, idx, &code);
    if (src == NULL) {
        return code;
    }
    lj_slice head = format_bytes(pkg->run, src, 0, HEAD_LEN);
    bool is_other = !looks_like_xml(head);
    if (is_other && (flags & OFD_CHILDREN) == 0) {
        part->is_done = false; /* its turn comes later */
        lj_arena_rewind(pkg->arena, mark);
        return LJ_OK;
    }
    code = format_entry(pkg->run);
    code = code == LJ_OK ? emit_part_name(pkg, idx) : code;
    if (code == LJ_OK && !is_other) {
        ofd_xml x = {.pkg = pkg, .part = idx, .src = src};
        code = read_xml(&x, &is_other);
        if (code == LJ_OK && !is_other) {
            check_crc(pkg, idx, src);
        }
    }
    if (code == LJ_OK && is_other) {
        code = take_other(pkg, idx, src);
    }
    code = part_close(pkg, idx, src, code);
    if ((flags & OFD_KEEP) == 0) {
        lj_arena_rewind(pkg->arena, mark);
    }
    return code;
}

lj_code ofd_visit_attached(ofd_package *pkg, uint32_t idx, lj_str name, uint64_t hidden_by)
{
    ofd_part *part = &pkg->parts[idx];
    if (part->is_done) {
        return LJ_OK;
    }
    lj_arena_mark mark = lj_arena_mark_of(pkg->arena);
    lj_code code = LJ_OK;
    format_src *src = part_open(pkg, idx, &code);
    if (src == NULL) {
        return code;
    }
    part->hidden_by |= hidden_by;
    code = format_entry(pkg->run);
    code = code == LJ_OK ? emit_part_name(pkg, idx) : code;
    check_crc(pkg, idx, src);
    format_child_info info = {.name = lj_str_bytes(name),
                              .name_utf8 = name,
                              .kind = FORMAT_ATTACHED,
                              .hidden_by = ofd_hidden_of(pkg, part)};
    code = code == LJ_OK ? format_child(pkg->run, &info, src) : code;
    code = part_close(pkg, idx, src, code);
    lj_arena_rewind(pkg->arena, mark);
    return code;
}
