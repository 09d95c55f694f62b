/* SPDX-License-Identifier: AGPL-3.0-or-later
 * EPUB books.
 *
 * Specification: EPUB Open Container Format 3.2: 3.5.2.1 (container.xml), 3.5.2.2 (encryption.xml),
 * 4.2 (ZIP); EPUB Packages 3.2: 3.4.3 (metadata).
 *
 * Model. A ZIP of documents: chapters, style sheets, pictures and fonts are members with readers of
 * their own. Here only the package document (.opf) is read: its metadata with their names, and the
 * encryption list: members in it that hold more than disguised fonts cannot be read.
 *
 * Traps. Fonts are "encrypted" by a public rule: that is no gap, they hold no text. Values stand in
 * elements (dc:title) and in attributes (meta name content), and refine each other.
 *
 * Not done. The order of reading; members are read as they stand. */
#include "base/buf.h"
#include "base/num.h"
#include "formats/format_priv.h"
#include "formats/look.h"
#include "formats/xml_token.h"
#include "formats/zip/zip.h"

enum { VALUE_MAX = 64 * 1024, MIME_BITS = 64, CONTAINER_BITS = 40 };

typedef struct book {
    format_run *run;
    format_src *zip;
    const zip_index *index;
    uint8_t *locked; /* by member */
    uint32_t locked_count;
} book;

static lj_slice name_of(const book *b, uint32_t idx)
{
    return lj_str_bytes(b->index->members[idx].name_utf8);
}

static bool ends_with(lj_slice name, lj_slice tail)
{
    return name.len >= tail.len &&
           lj_slice_is_nocase(lj_slice_part(name, name.len - tail.len, SIZE_MAX), tail);
}

/* ---- the package document ---- */

static lj_code emit_value(format_run *run, lj_str label, lj_str text, uint32_t part_id)
{
    if (look_is_blank(text)) {
        return LJ_OK;
    }
    span what = span_of(SPAN_METADATA, text);
    what.label = label;
    what.hidden_by = SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED);
    what.place.part_id = part_id;
    return format_emit(run, &what);
}

/* Attributes of the token that hold words: meta content, titles of references, comments. */
static lj_code emit_attributes(format_run *run, const xml_token *token, uint32_t part_id)
{
    lj_code code = LJ_OK;
    lj_str name = XML_VALUE(token, "name");
    for (uint32_t i = 0; i < token->attr_count && code == LJ_OK; i++) {
        const xml_attr *attr = &token->attrs[i];
        bool content = lj_slice_is(attr->local, LJ_BYTES("content"));
        if (!lj_slice_has_prefix(attr->name, LJ_BYTES("xmlns")) &&
            (look_has_high_byte(attr->value) || (content && look_is_wordy(attr->value)))) {
            lj_str label = content && name.len > 0
                               ? name
                               : (lj_str){(const char *)attr->local.ptr, attr->local.len};
            code = emit_value(run, label, attr->value, part_id);
        }
    }
    return code;
}

static lj_code read_package(book *b, format_src *src, uint32_t part_id)
{
    lj_arena *arena = format_arena(b->run);
    xml_reader *xml = xml_open(b->run, src, NULL, (span_place){.part_id = part_id});
    lj_buf text;
    lj_buf label;
    lj_buf_init(&text, arena, 2 * (size_t)VALUE_MAX);
    lj_buf_init(&label, arena, VALUE_MAX);
    if (xml == NULL) {
        return LJ_E_LIMIT;
    }
    lj_code code = LJ_OK;
    const xml_token *token = xml_next(xml);
    for (; token->kind != XML_END_OF_INPUT && code == LJ_OK; token = xml_next(xml)) {
        if (token->kind == XML_TEXT || token->kind == XML_CDATA) {
            if (text.len + token->text.len <= VALUE_MAX) {
                lj_buf_put(&text, lj_str_bytes(token->text));
            }
            continue;
        }
        if (token->kind == XML_COMMENT && look_is_wordy(token->text)) {
            span what = span_of(SPAN_COMMENT, token->text);
            what.hidden_by = SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED);
            what.place.part_id = part_id;
            code = format_emit(b->run, &what);
        }
        if (token->kind != XML_START && token->kind != XML_END) {
            continue;
        }
        code = code == LJ_OK ? emit_value(b->run, lj_buf_str(&label), lj_buf_str(&text), part_id)
                             : code;
        lj_buf_clear(&text);
        if (token->kind == XML_START) {
            lj_buf_clear(&label);
            lj_buf_put(&label, token->local);
            code = code == LJ_OK ? emit_attributes(b->run, token, part_id) : code;
        }
    }
    const xml_status *status = xml_status_of(xml);
    if (code == LJ_OK && (status->is_bad || status->is_cut || xml_code(xml) == LJ_E_FORMAT)) {
        format_gap(b->run, GAP_DAMAGED, "xml", (span_place){.part_id = part_id});
    }
    return code;
}

/* ---- encryption ---- */

static uint32_t lookup(const book *b, lj_slice name)
{
    for (uint32_t i = 0; i < b->index->count; i++) {
        if (lj_slice_is(name_of(b, i), name)) {
            return i;
        }
    }
    return UINT32_MAX;
}

/* Rules that only disguise fonts. */
static bool is_disguise(lj_str algorithm)
{
    return lj_slice_find(lj_str_bytes(algorithm), LJ_BYTES("idpf.org/2008/embedding")) !=
               SIZE_MAX ||
           lj_slice_find(lj_str_bytes(algorithm), LJ_BYTES("ns.adobe.com/pdf/enc#RC")) != SIZE_MAX;
}

static lj_code read_encryption(book *b)
{
    uint32_t idx = lookup(b, LJ_BYTES("META-INF/encryption.xml"));
    if (idx == UINT32_MAX) {
        return LJ_OK;
    }
    lj_arena_mark mark = lj_arena_mark_of(format_arena(b->run));
    format_src *src = zip_member_open(b->run, b->zip, &b->index->members[idx]);
    xml_reader *xml = src != NULL ? xml_open(b->run, src, NULL, (span_place){0}) : NULL;
    bool disguise = false;
    while (xml != NULL) {
        const xml_token *token = xml_next(xml);
        if (token->kind == XML_END_OF_INPUT) {
            break;
        }
        if (token->kind != XML_START) {
            continue;
        }
        if (lj_slice_is(token->local, LJ_BYTES("EncryptionMethod"))) {
            disguise = is_disguise(XML_VALUE(token, "Algorithm"));
        } else if (lj_slice_is(token->local, LJ_BYTES("CipherReference")) && !disguise) {
            uint32_t member = lookup(b, lj_str_bytes(XML_VALUE(token, "URI")));
            if (member != UINT32_MAX && b->locked[member] == 0) {
                b->locked[member] = 1;
                b->locked_count++;
            }
            if (format_work(b->run, b->index->count / 64) != LJ_OK) {
                break;
            }
        }
    }
    lj_arena_rewind(format_arena(b->run), mark);
    return format_work(b->run, 0);
}

/* ---- members ---- */

static lj_code read_member(book *b, uint32_t idx)
{
    const zip_member *member = &b->index->members[idx];
    lj_slice name = name_of(b, idx);
    if (b->locked[idx] != 0) {
        format_gap(b->run, GAP_ENCRYPTED, "epub-drm",
                   (span_place){.part_id = format_part(b->run, name)});
        format_claim(b->run, member->data_off, member->stored_len, FORMAT_LOCKED);
        return LJ_OK;
    }
    format_src *src = zip_member_open(b->run, b->zip, member);
    if (src == NULL) {
        return zip_member_gap(b->run, member);
    }
    bool lost = b->index->directory_count == 0 || b->index->is_cut;
    bool hidden = !member->in_directory && !lost;
    lj_code code = LJ_OK;
    if (ends_with(name, LJ_BYTES(".opf"))) {
        code = read_package(b, src, format_part(b->run, name));
    } else if (!lj_slice_is(name, LJ_BYTES("mimetype"))) {
        format_child_info info = {.name = member->name,
                                  .name_utf8 = member->name_utf8,
                                  .kind = FORMAT_MEMBER,
                                  .hidden_by = hidden ? SPAN_HIDE(SPAN_HIDDEN_UNREACHABLE) : 0};
        code = format_child(b->run, &info, src);
    }
    if (format_src_code(src) == LJ_E_FORMAT) {
        format_claim(b->run, member->data_off, member->stored_len, FORMAT_BROKEN);
    }
    if (code == LJ_OK && zip_member_rest(b->run, b->zip, src, member) != LJ_OK) {
        code = format_work(b->run, 0); /* an archive that breaks there is told already */
    }
    return code;
}

static lj_code epub_read(format_run *run, format_src *src)
{
    book b = {.run = run, .zip = src, .index = format_index_of(run)};
    if (b.index == NULL) {
        return lj_fail(format_err(run), LJ_E_INTERNAL, UINT64_MAX, "a book without a directory");
    }
    b.locked = lj_arena_alloc(format_arena(run), (size_t)b.index->count + 1);
    if (b.locked == NULL) {
        return LJ_E_LIMIT;
    }
    lj_code code = read_encryption(&b);
    for (uint32_t i = 0; i < b.index->count && code == LJ_OK; i++) {
        code = format_entry(run);
        if (code == LJ_OK && !b.index->members[i].is_folder) {
            lj_arena_mark mark = lj_arena_mark_of(format_arena(run));
            code = read_member(&b, i);
            lj_arena_rewind(format_arena(run), mark);
        }
    }
    code = code == LJ_OK ? zip_claim_structure(run, b.index) : code;
    return code == LJ_OK && b.locked_count > 0 ? LJ_E_ENCRYPTED : code;
}

static int epub_sniff(const format_probe *probe)
{
    if (lj_slice_has_prefix(probe->root_space, LJ_BYTES("application/epub+zip"))) {
        return MIME_BITS;
    }
    bool has_container = false;
    bool has_package = false;
    for (uint32_t i = 0; i < probe->member_count; i++) {
        has_container =
            has_container || lj_slice_is(probe->members[i], LJ_BYTES("META-INF/container.xml"));
        has_package = has_package || ends_with(probe->members[i], LJ_BYTES(".opf"));
    }
    return has_container && has_package ? CONTAINER_BITS : 0;
}

const format_row format_epub_row = {
    .name = "epub",
    .base = "zip",
    .extensions = "epub",
    .traits = FORMAT_CONTAINER,
    .sniff = epub_sniff,
    .read = epub_read,
    .en = "EPUB book",
    .zh = "EPUB 图书",
};
