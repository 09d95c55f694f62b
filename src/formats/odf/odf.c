/* SPDX-License-Identifier: AGPL-3.0-or-later
 * OpenDocument packages: texts, sheets, presentations, drawings and their templates.
 *
 * Specification: ODF 1.2 part 3: 2.2 (packages), 3.3 (mimetype), 3.4 (encryption), 4 (manifest);
 * ODF 1.4 part 2: 3.4.1 (encrypted packages); part 1: 2.2.1, 3.1 (parts of a document).
 *
 * Model. The package is walked, not its manifest (hidden-marks 2, rule 1): every member is read.
 * A folder with a content.xml is a document: its styles.xml is read first, then the content, so an
 * embedded object (Object 1/) has styles of its own. Every other XML member is read by its root;
 * what is no XML is a child and goes back to the core. The manifest only adds facts: which members
 * are encrypted, which it does not list.
 *
 *   member                            spans
 *   content.xml, styles.xml           odf_story.c, odf_style_read.c
 *   meta.xml, settings.xml            properties
 *   Basic/, Scripts/                  scripts, with the note on macros
 *   Versions/                         earlier versions, each a package: children
 *   Pictures/, Thumbnails/            children
 *
 * Traps. The mimetype member may be missing or not the first: then META-INF/manifest.xml beside a
 * content.xml is enough. Encrypted members are stored, with the size in the manifest; the names,
 * the pictures of the first page or the metadata may stand there in the clear. LibreOffice keeps a
 * layout-cache that holds numbers only.
 *
 * Not done. Decryption. Digital signatures are read as unknown XML. */
#include "formats/odf/odf.h"

#include <libdeflate.h>

#include "base/num.h"
#include "formats/format_priv.h"
#include "formats/zip/zip.h"

enum {
    HEAD_LEN = 128,
    CRC_MAX = 32 * 1024 * 1024, /* bytes of a member whose checksum is computed */
    MIME_BITS = 96,
    MEMBER_BITS = 40,
    DEFLATED = 8,
};

typedef enum member_flag {
    MEMBER_LISTED = 1 << 0, /* in the manifest */
    MEMBER_LOCKED = 1 << 1,
    MEMBER_DONE = 1 << 2,
} member_flag;

typedef struct package {
    odf_doc doc;
    format_src *zip;
    const zip_index *index;
    uint8_t *flags;  /* member_flag, one byte a member */
    uint32_t *table; /* by name: member + 1 */
    uint32_t slots;
    const char *cipher; /* of the member that the manifest told last */
    uint32_t locked_count;
    bool has_manifest;
} package;

/* ---- names ---- */

static uint64_t name_hash(lj_slice name)
{
    uint64_t hash = 0xCBF29CE484222325U;
    for (size_t i = 0; i < name.len; i++) {
        hash = (hash ^ name.ptr[i]) * 0x100000001B3U;
    }
    return hash ^ hash >> 31;
}

static lj_slice name_of(const package *pkg, uint32_t idx)
{
    return lj_str_bytes(pkg->index->members[idx].name_utf8);
}

static bool enter_names(package *pkg)
{
    uint32_t count = pkg->index->count;
    pkg->slots = 16;
    while (pkg->slots < count * 2 && pkg->slots < (uint32_t)1 << 30) {
        pkg->slots *= 2;
    }
    pkg->flags = lj_arena_alloc(pkg->doc.arena, (size_t)count + 1);
    pkg->table = lj_arena_array(pkg->doc.arena, pkg->slots, sizeof(*pkg->table));
    if (pkg->flags == NULL || pkg->table == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t slot = (uint32_t)name_hash(name_of(pkg, i)) & (pkg->slots - 1);
        while (pkg->table[slot] != 0) {
            slot = (slot + 1) & (pkg->slots - 1);
        }
        pkg->table[slot] = i + 1;
    }
    return true;
}

/* The next member of that name behind `after` (UINT32_MAX: the first); UINT32_MAX when there is
 * none. */
static uint32_t lookup(const package *pkg, lj_slice name, uint32_t after)
{
    bool passed = after == UINT32_MAX;
    for (uint32_t slot = (uint32_t)name_hash(name) & (pkg->slots - 1); pkg->table[slot] != 0;
         slot = (slot + 1) & (pkg->slots - 1)) {
        uint32_t idx = pkg->table[slot] - 1;
        if (lj_slice_is(name_of(pkg, idx), name)) {
            if (passed) {
                return idx;
            }
            passed = idx == after;
        }
    }
    return UINT32_MAX;
}

static bool has_prefix(lj_slice name, const char *prefix)
{
    return lj_slice_has_prefix(name, lj_cstr_bytes(prefix));
}

/* Members that the manifest need not list (part 3, 4.2). */
static bool is_structure(lj_slice name)
{
    return lj_slice_is(name, LJ_BYTES("mimetype")) || has_prefix(name, "META-INF/");
}

static uint64_t hidden_of(const package *pkg, uint32_t idx)
{
    const zip_member *member = &pkg->index->members[idx];
    lj_slice name = name_of(pkg, idx);
    bool lost = pkg->index->directory_count == 0 || pkg->index->is_cut;
    uint64_t hidden = has_prefix(name, "Versions/") ? SPAN_HIDE(SPAN_HIDDEN_VERSION) : 0;
    bool listed =
        !pkg->has_manifest || (pkg->flags[idx] & MEMBER_LISTED) != 0 || is_structure(name);
    if (!listed || !(member->in_directory || lost)) {
        hidden |= SPAN_HIDE(SPAN_HIDDEN_UNREACHABLE);
    }
    return hidden;
}

/* ---- members ---- */

static bool looks_like_xml(lj_slice head)
{
    static const struct {
        uint8_t bytes[4];
        uint8_t len;
    } wide[] = {
        {{0xFF, 0xFE, '<', 0}, 4},
        {{0xFE, 0xFF, 0, '<'}, 4},
        {{'<', 0, '?', 0},     4},
        {{0, '<', 0, '?'},     4},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(wide); i++) {
        if (lj_slice_has_prefix(head, lj_slice_of(wide[i].bytes, wide[i].len))) {
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
    return c == '?' || c == '!' || c == '_' || c >= 0x80 || (lower >= 'a' && lower <= 'z');
}

static bool ends_with(lj_slice name, lj_slice tail)
{
    return name.len >= tail.len &&
           lj_slice_is_nocase(lj_slice_part(name, name.len - tail.len, SIZE_MAX), tail);
}

/* What readers of their own know better. */
static bool is_foreign(lj_slice name)
{
    return ends_with(name, LJ_BYTES(".svg")) || ends_with(name, LJ_BYTES(".html")) ||
           ends_with(name, LJ_BYTES(".xhtml")) || ends_with(name, LJ_BYTES(".htm"));
}

static lj_code give_child(package *pkg, uint32_t idx, format_src *src)
{
    lj_slice name = name_of(pkg, idx);
    bool version = has_prefix(name, "Versions/");
    if (has_prefix(name, "Basic/") || has_prefix(name, "Scripts/")) {
        format_tell(pkg->doc.run, NOTE_MACROS);
    }
    format_child_info info = {.name = pkg->index->members[idx].name,
                              .name_utf8 = pkg->index->members[idx].name_utf8,
                              .kind = version ? FORMAT_REVISION : FORMAT_EMBEDDED,
                              .hidden_by = hidden_of(pkg, idx)};
    return format_child(pkg->doc.run, &info, src);
}

/* Tells when the bytes are not those that were packed; they are read all the same. */
static void check_crc(package *pkg, uint32_t idx, format_src *src)
{
    const zip_member *member = &pkg->index->members[idx];
    if ((member->method != 0 && member->method != DEFLATED) || member->crc == 0 || member->is_cut ||
        member->real_len > CRC_MAX || format_src_code(src) != LJ_OK) {
        return;
    }
    uint32_t crc = 0;
    uint64_t at = 0;
    for (lj_slice part = {NULL, 1}; part.len > 0 && at < member->real_len; at += part.len) {
        part = format_bytes(pkg->doc.run, src, at, FORMAT_WINDOW_MAX);
        crc = part.len > 0 ? libdeflate_crc32(crc, part.ptr, part.len) : crc;
    }
    if (format_src_code(src) == LJ_OK && crc != member->crc) {
        format_gap(pkg->doc.run, GAP_DAMAGED, "crc-32",
                   (span_place){.part_id = format_part(pkg->doc.run, name_of(pkg, idx))});
    }
}

static lj_code emit_name(package *pkg, uint32_t idx)
{
    lj_str name = pkg->index->members[idx].name_utf8;
    if (!look_has_high_byte(name)) {
        return LJ_OK;
    }
    span what = span_of(SPAN_MEMBER_NAME, name);
    what.origin = SPAN_NAME;
    what.hidden_by = hidden_of(pkg, idx) | SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED);
    return format_emit(pkg->doc.run, &what);
}

/* Numbers of LibreOffice's own layout; the mimetype. */
static bool is_silent(lj_slice name)
{
    return lj_slice_is(name, LJ_BYTES("mimetype")) || lj_slice_is(name, LJ_BYTES("layout-cache"));
}

static lj_code read_open(package *pkg, uint32_t idx, format_src *src)
{
    const zip_member *member = &pkg->index->members[idx];
    lj_slice name = name_of(pkg, idx);
    lj_slice head = format_bytes(pkg->doc.run, src, 0, HEAD_LEN);
    lj_code code = emit_name(pkg, idx);
    if (code != LJ_OK) {
        return code;
    }
    if (looks_like_xml(head) && !is_foreign(name)) {
        code = odf_read_part(&pkg->doc, src, format_part(pkg->doc.run, name), hidden_of(pkg, idx));
        if (code == LJ_OK) {
            check_crc(pkg, idx, src);
        }
    } else {
        check_crc(pkg, idx, src); /* the core forgets what was decoded when the child has ended */
        if (format_src_size(src) != 0 && !is_silent(name)) {
            code = give_child(pkg, idx, src);
        } else if (format_src_code(src) != LJ_OK) {
            format_gap(pkg->doc.run, GAP_DAMAGED, "part",
                       (span_place){.part_id = format_part(pkg->doc.run, name)});
        }
    }
    if (format_src_code(src) == LJ_E_FORMAT) {
        format_claim(pkg->doc.run, member->data_off, member->stored_len, FORMAT_BROKEN);
    }
    if (code == LJ_OK && zip_member_rest(pkg->doc.run, pkg->zip, src, member) != LJ_OK) {
        code = format_work(pkg->doc.run, 0); /* a package that breaks there is told already */
    }
    return code;
}

/* Reads one member, unless it was read before. keep: its styles stay. */
static lj_code visit(package *pkg, uint32_t idx, bool keep)
{
    const zip_member *member = &pkg->index->members[idx];
    if ((pkg->flags[idx] & MEMBER_DONE) != 0 || member->is_folder) {
        return LJ_OK;
    }
    pkg->flags[idx] |= MEMBER_DONE;
    lj_code code = format_entry(pkg->doc.run);
    if (code != LJ_OK) {
        return code;
    }
    if ((pkg->flags[idx] & MEMBER_LOCKED) != 0) {
        format_claim(pkg->doc.run, member->data_off, member->stored_len, FORMAT_LOCKED);
        return emit_name(pkg, idx);
    }
    lj_arena_mark mark = lj_arena_mark_of(pkg->doc.arena);
    format_src *src = zip_member_open(pkg->doc.run, pkg->zip, member);
    code = src == NULL ? zip_member_gap(pkg->doc.run, member) : read_open(pkg, idx, src);
    if (!keep) {
        lj_arena_rewind(pkg->doc.arena, mark);
    }
    return code;
}

/* ---- manifest ---- */

/* Part 3, 4.8.1; XML Encryption 5.2; draft names of older versions. */
static const char *cipher_of(lj_str name)
{
    static const struct {
        const char *part;
        const char *detail;
    } rows[] = {
        {"aes256-gcm", "odf-aes256-gcm"},
        {"aes256",     "odf-aes256"    },
        {"aes192",     "odf-aes192"    },
        {"aes128",     "odf-aes128"    },
        {"tripledes",  "odf-3des"      },
        {"lowfish",    "odf-blowfish"  },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        if (lj_slice_find(lj_str_bytes(name), lj_cstr_bytes(rows[i].part)) != SIZE_MAX) {
            return rows[i].detail;
        }
    }
    return "odf-unknown";
}

static lj_slice trim_path(lj_slice path)
{
    while (path.len > 0 && path.ptr[0] == '/') {
        path = lj_slice_part(path, 1, SIZE_MAX);
    }
    return has_prefix(path, "./") ? lj_slice_part(path, 2, SIZE_MAX) : path;
}

static void mark(package *pkg, lj_slice path, uint8_t flag)
{
    for (uint32_t idx = lookup(pkg, path, UINT32_MAX); idx != UINT32_MAX;
         idx = lookup(pkg, path, idx)) {
        pkg->flags[idx] |= flag;
    }
}

/* What the manifest says of each member; its text is read as any other part's later. */
static lj_code read_manifest(package *pkg)
{
    uint32_t idx = lookup(pkg, LJ_BYTES("META-INF/manifest.xml"), UINT32_MAX);
    if (idx == UINT32_MAX) {
        return LJ_OK;
    }
    lj_arena_mark memory = lj_arena_mark_of(pkg->doc.arena);
    format_src *src = zip_member_open(pkg->doc.run, pkg->zip, &pkg->index->members[idx]);
    xml_reader *xml =
        src != NULL ? xml_open(pkg->doc.run, src, pkg->doc.names, (span_place){0}) : NULL;
    lj_buf path;
    lj_buf_init(&path, pkg->doc.arena, 64 * LJ_KIB);
    while (xml != NULL) {
        const xml_token *token = xml_next(xml);
        if (token->kind == XML_END_OF_INPUT) {
            break;
        }
        if (token->kind != XML_START) {
            continue;
        }
        if (token->id == ODF_FILE_ENTRY) {
            pkg->has_manifest = true;
            lj_buf_clear(&path);
            lj_buf_put(&path, trim_path(lj_str_bytes(XML_VALUE(token, "full-path"))));
            mark(pkg, lj_buf_slice(&path), MEMBER_LISTED);
        } else if (token->id == ODF_ENCRYPTION_DATA) {
            mark(pkg, lj_buf_slice(&path), MEMBER_LOCKED);
        } else if (token->id == ODF_ALGORITHM) {
            const char *cipher = cipher_of(XML_VALUE(token, "algorithm-name"));
            uint32_t locked = lookup(pkg, lj_buf_slice(&path), UINT32_MAX);
            if (locked != UINT32_MAX) {
                pkg->locked_count++;
                format_gap(pkg->doc.run, GAP_ENCRYPTED, cipher,
                           (span_place){.part_id = format_part(pkg->doc.run, lj_buf_slice(&path))});
            }
        }
    }
    lj_arena_rewind(pkg->doc.arena, memory);
    return format_work(pkg->doc.run, 0);
}

/* A locked member whose cipher nobody stated, and those of a damaged manifest. */
static void tell_locked(package *pkg)
{
    for (uint32_t i = 0; i < pkg->index->count && pkg->locked_count == 0; i++) {
        if ((pkg->flags[i] & MEMBER_LOCKED) != 0) {
            pkg->locked_count++;
            format_gap(pkg->doc.run, GAP_ENCRYPTED, "odf-unknown",
                       (span_place){.part_id = format_part(pkg->doc.run, name_of(pkg, i))});
        }
    }
}

/* ---- the package ---- */

/* Folder of a member's name with its slash when the name ends in `leaf`; false when it does not. */
static bool folder_of(lj_slice name, lj_slice leaf, lj_slice *out)
{
    if (!ends_with(name, leaf)) {
        return false;
    }
    *out = lj_slice_part(name, 0, name.len - leaf.len);
    return out->len == 0 || out->ptr[out->len - 1] == '/';
}

/* Styles and content of the document in that folder; its styles go with it. */
static lj_code read_document(package *pkg, lj_slice folder, uint32_t content)
{
    uint8_t room[1024];
    lj_arena_mark memory = lj_arena_mark_of(pkg->doc.arena);
    lj_code code = LJ_OK;
    odf_styles_clear(&pkg->doc.styles);
    pkg->doc.sheet_count = pkg->doc.page_count = 0;
    static const char leaf[] = "styles.xml";
    if (folder.len + sizeof(leaf) <= sizeof(room)) {
        if (folder.len > 0) {
            memcpy(room, folder.ptr, folder.len);
        }
        memcpy(room + folder.len, leaf, sizeof(leaf) - 1);
        lj_slice name = lj_slice_of(room, folder.len + sizeof(leaf) - 1);
        uint32_t styles = lookup(pkg, name, UINT32_MAX);
        code = styles != UINT32_MAX ? visit(pkg, styles, /* keep= */ true) : LJ_OK;
    }
    odf_styles_forget_automatic(&pkg->doc.styles);
    code = code == LJ_OK ? visit(pkg, content, /* keep= */ false) : code;
    odf_styles_clear(&pkg->doc.styles);
    lj_arena_rewind(pkg->doc.arena, memory);
    return code;
}

static lj_code read_documents(package *pkg, bool top)
{
    lj_code code = LJ_OK;
    for (uint32_t i = 0; i < pkg->index->count && code == LJ_OK; i++) {
        lj_slice folder = {NULL, 0};
        if (folder_of(name_of(pkg, i), LJ_BYTES("content.xml"), &folder) &&
            (folder.len == 0) == top) {
            code = read_document(pkg, folder, i);
        }
    }
    return code;
}

static lj_code odf_read(format_run *run, format_src *src)
{
    package pkg = {.zip = src, .index = format_index_of(run)};
    if (pkg.index == NULL) {
        return lj_fail(format_err(run), LJ_E_INTERNAL, UINT64_MAX, "a package without a directory");
    }
    if (!odf_doc_init(&pkg.doc, run) || !enter_names(&pkg)) {
        return LJ_E_LIMIT;
    }
    lj_code code = read_manifest(&pkg);
    code = code == LJ_OK ? read_documents(&pkg, /* top= */ true) : code;
    code = code == LJ_OK ? read_documents(&pkg, /* top= */ false) : code;
    for (uint32_t i = 0; i < pkg.index->count && code == LJ_OK; i++) {
        lj_arena_mark memory = lj_arena_mark_of(pkg.doc.arena);
        odf_styles_clear(&pkg.doc.styles);
        code = visit(&pkg, i, /* keep= */ false);
        lj_arena_rewind(pkg.doc.arena, memory);
    }
    if (code != LJ_OK) {
        return code;
    }
    tell_locked(&pkg);
    code = zip_claim_structure(run, pkg.index);
    return code == LJ_OK && pkg.locked_count > 0 ? LJ_E_ENCRYPTED : code;
}

/* ---- recognition ---- */

/* Part 3, 3.3: the content of the mimetype member; without one, what else makes a package. */
static int sniff_kind(const format_probe *probe, const char *kind, const char *old, bool is_default)
{
    static const char *const bases[] = {"application/vnd.oasis.opendocument.",
                                        "application/vnd.sun.xml."};
    for (size_t i = 0; i < LJ_COUNT_OF(bases); i++) {
        lj_slice base = lj_cstr_bytes(bases[i]);
        if (lj_slice_has_prefix(probe->root_space, base)) {
            lj_slice rest = lj_slice_part(probe->root_space, base.len, SIZE_MAX);
            if (has_prefix(rest, i == 0 ? kind : old)) {
                return MIME_BITS;
            }
            return is_default ? MEMBER_BITS : 0;
        }
    }
    bool has_content = false;
    bool has_manifest = false;
    bool has_styles = false;
    for (uint32_t i = 0; i < probe->member_count && is_default; i++) {
        has_content = has_content || lj_slice_is(probe->members[i], LJ_BYTES("content.xml")) ||
                      lj_slice_is(probe->members[i], LJ_BYTES("encrypted-package"));
        has_manifest =
            has_manifest || lj_slice_is(probe->members[i], LJ_BYTES("META-INF/manifest.xml"));
        has_styles = has_styles || lj_slice_is(probe->members[i], LJ_BYTES("styles.xml"));
    }
    return has_content && (has_manifest || has_styles) ? MEMBER_BITS : 0;
}

static int sniff_odt(const format_probe *probe)
{
    return sniff_kind(probe, "text", "writer", /* is_default= */ true);
}

static int sniff_ods(const format_probe *probe)
{
    return sniff_kind(probe, "spreadsheet", "calc", false);
}

static int sniff_odp(const format_probe *probe)
{
    return sniff_kind(probe, "presentation", "impress", false);
}

static int sniff_odg(const format_probe *probe)
{
    return sniff_kind(probe, "graphics", "draw", false);
}

const format_row format_odt_row = {
    .name = "odt",
    .base = "zip",
    .extensions = "odt ott odm oth odf odb odc odi sxw stw",
    .sniff = sniff_odt,
    .read = odf_read,
    .en = "OpenDocument text",
    .zh = "OpenDocument 文本",
};

const format_row format_ods_row = {
    .name = "ods",
    .base = "zip",
    .extensions = "ods ots sxc stc",
    .sniff = sniff_ods,
    .read = odf_read,
    .en = "OpenDocument spreadsheet",
    .zh = "OpenDocument 表格",
};

const format_row format_odp_row = {
    .name = "odp",
    .base = "zip",
    .extensions = "odp otp sxi sti",
    .sniff = sniff_odp,
    .read = odf_read,
    .en = "OpenDocument presentation",
    .zh = "OpenDocument 演示",
};

const format_row format_odg_row = {
    .name = "odg",
    .base = "zip",
    .extensions = "odg otg sxd std",
    .sniff = sniff_odg,
    .read = odf_read,
    .en = "OpenDocument drawing",
    .zh = "OpenDocument 绘图",
};
