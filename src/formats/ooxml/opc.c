/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Office Open XML packages: parts, relationships, and the visit of every part.
 *
 * Specification: ECMA-376 part 2 (OPC): 6.2 (part names), 6.5 (relationships), 7 (ZIP mapping).
 *
 * Model. The package is walked, not its relationships (hidden-marks 2, rule 1): every member of the
 * ZIP is a part and is read, by the kind of its root element. Content types are not needed for
 * that. Relationships only add facts: which part is the main one, the number of a sheet or slide,
 * and that nothing reaches a part. A package without relationships of its own is damaged, not
 * concealing: then everything counts as reached.
 *
 * XML parts are tokenized here; what is no XML (pictures, embedded objects, fonts, macros) is a
 * child of the document and goes back to the core.
 *
 * Traps. Members that the directory does not list are parts too. HTML and SVG parts are XML by look
 * but have better readers.
 *
 * Limits. A part that cannot be decoded or is not well-formed gives the gap `damaged` with
 * its name; what was read stays; one that is not well-formed is swept as well. */
#include "formats/ooxml/opc.h"

#include <libdeflate.h>

#include "base/num.h"
#include "formats/base64_source.h"
#include "formats/ooxml/opc_rels.h"

enum {
    HEAD_LEN = 128,             /* bytes from which XML is recognised */
    CRC_MAX = 32 * 1024 * 1024, /* bytes of a part whose checksum is computed */
    DEFLATED = 8,               /* APPNOTE 4.4.5 */
};

static const char *const name_texts[] = {
#define OPC_NAME_TEXT(name) #name,
    OPC_NAMES(OPC_NAME_TEXT)
#undef OPC_NAME_TEXT
};

bool opc_is_structure(lj_slice name)
{
    return opc_name_has_suffix(name, LJ_BYTES(".rels")) ||
           lj_slice_is_nocase(name, LJ_BYTES("[Content_Types].xml"));
}

/* ---- opening ---- */

static lj_code take_members(opc_package *pkg)
{
    uint32_t count = pkg->index->count;
    /* a directory that was cut off hides nothing */
    bool lost = pkg->index->directory_count == 0 || pkg->index->is_cut;
    pkg->parts = lj_arena_array(pkg->arena, (size_t)count + 1, sizeof(*pkg->parts));
    uint32_t slots = 16;
    while (slots < count * 2 && slots < (uint32_t)1 << 30) {
        slots *= 2;
    }
    pkg->table = lj_arena_array(pkg->arena, slots, sizeof(*pkg->table));
    if (pkg->parts == NULL || pkg->table == NULL) {
        return LJ_E_LIMIT;
    }
    pkg->table_mask = slots - 1;
    for (uint32_t i = 0; i < count; i++) {
        const zip_member *member = &pkg->index->members[i];
        if (member->is_folder) {
            continue;
        }
        opc_part *part = &pkg->parts[pkg->part_count];
        *part = (opc_part){.member = member,
                           .name = opc_skip_slashes(lj_str_bytes(member->name_utf8)),
                           .owner = OPC_NONE,
                           .ground = LOOK_NO_COLOUR,
                           .is_listed = member->in_directory || lost};
        part->is_reached = opc_is_structure(part->name);
        opc_enter(pkg, pkg->part_count++);
    }
    return LJ_OK;
}

bool opc_begin(opc_package *pkg, format_run *run, format_src *src)
{
    *pkg = (opc_package){.run = run, .zip = src, .arena = format_arena(run)};
    pkg->names = xml_names_new(pkg->arena, name_texts, OPC_NAME_COUNT);
    return pkg->names != NULL;
}

lj_code opc_open(opc_package *pkg, format_run *run, format_src *zip)
{
    if (!opc_begin(pkg, run, zip)) {
        return LJ_E_LIMIT;
    }
    pkg->index = format_index_of(run);
    if (pkg->index == NULL) {
        return lj_fail(format_err(run), LJ_E_INTERNAL, UINT64_MAX, "a package without a directory");
    }
    lj_code code = take_members(pkg);
    return code == LJ_OK ? opc_connect(pkg) : code;
}

lj_code opc_connect(opc_package *pkg)
{
    lj_code code = opc_read_relationships(pkg);
    if (code != LJ_OK) {
        return code;
    }
    code = opc_mark_reached(pkg);
    bool lost = pkg->first_edge == 0;
    for (uint32_t i = 0; i < pkg->part_count; i++) {
        opc_part *part = &pkg->parts[i];
        part->is_reached = part->is_reached || lost;
    }
    return code;
}

/* ---- visiting ---- */

/* XML by its first bytes, in any encoding that the tokenizer reads. */
static bool looks_like_xml(lj_slice head)
{
    static const struct {
        uint8_t bytes[4];
        uint8_t len;
    } wide[] = {
        {{0xFF, 0xFE, '<', 0}, 4},
        {{0xFE, 0xFF, 0, '<'}, 4},
        {{'<', 0, '?', 0},     4},
        {{0, '<', 0, '?'},     4}
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

static uint64_t hidden_of(const opc_package *pkg, const opc_part *part)
{
    uint64_t hidden = part->hidden_by;
    if (part->owner != OPC_NONE) {
        hidden |= pkg->parts[part->owner].hidden_by;
    }
    if (!part->is_reached || !part->is_listed) {
        hidden |= SPAN_HIDE(SPAN_HIDDEN_UNREACHABLE);
    }
    return hidden;
}

static void set_place(const opc_package *pkg, uint32_t idx, span_place *place)
{
    const opc_part *part = &pkg->parts[idx];
    const opc_part *owner = part->owner != OPC_NONE ? &pkg->parts[part->owner] : part;
    place->sheet_no = owner->rel == OPC_REL_SHEET ? owner->no : 0;
    place->page_no = owner->rel == OPC_REL_SLIDE ? owner->no : 0;
}

uint32_t opc_part_id(opc_package *pkg, uint32_t idx)
{
    opc_part *part = &pkg->parts[idx];
    if (part->part_id == 0 && part->name.len > 0) {
        part->part_id = format_part(pkg->run, part->name);
    }
    return part->part_id;
}

static lj_code give_child(opc_package *pkg, uint32_t idx, format_src *src)
{
    const opc_part *part = &pkg->parts[idx];
    if (opc_name_has_suffix(part->name, LJ_BYTES("vbaProject.bin"))) {
        format_tell(pkg->run, NOTE_MACROS);
    }
    format_child_info info = {
        .name = part->member != NULL ? part->member->name : part->name,
        .name_utf8 = (lj_str){(const char *)part->name.ptr, part->name.len},
        .kind = FORMAT_EMBEDDED,
        .hidden_by = hidden_of(pkg, part)
    };
    return format_child(pkg->run, &info, src);
}

/* Tells when the bytes are not those that were packed; they are read all the same. */
static void check_crc(opc_package *pkg, uint32_t idx, format_src *src)
{
    const zip_member *member = pkg->parts[idx].member;
    if (member == NULL) {
        return;
    }
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
    if (format_src_code(src) == LJ_OK && crc != member->crc) {
        format_gap(pkg->run, GAP_DAMAGED, "crc-32", (span_place){.part_id = opc_part_id(pkg, idx)});
    }
}

/* What is no XML; nothing to give when not one byte came out. */
static lj_code take_child(opc_package *pkg, uint32_t idx, format_src *src)
{
    check_crc(pkg, idx, src); /* the core forgets what was decoded when the child has ended */
    if (format_src_size(src) != 0) {
        return give_child(pkg, idx, src);
    }
    if (format_src_code(src) != LJ_OK) {
        format_gap(pkg->run, GAP_DAMAGED, "part", (span_place){.part_id = opc_part_id(pkg, idx)});
    }
    return LJ_OK;
}

static void read_root(opc_xml *x, const opc_roots *roots)
{
    for (uint32_t i = 0; i < roots->count; i++) {
        if (x->token->id == roots->rows[i].root) {
            x->base.role = roots->rows[i].role;
            if (x->token->id != OPC_table) { /* its reader names them */
                opc_emit_attrs(x);
            }
            roots->rows[i].read(x, roots->ctx);
            return;
        }
    }
    switch (x->token->id) {
    case OPC_coreProperties:
    case OPC_Properties:
        opc_read_properties(x, NULL);
        break;
    default:
        opc_read_generic(x, NULL);
        break;
    }
}

/* What every span of the part begins with. */
static void set_base(opc_xml *x)
{
    opc_package *pkg = x->pkg;
    x->base = span_of(SPAN_BODY, (lj_str){NULL, 0});
    x->base.hidden_by = hidden_of(pkg, &pkg->parts[x->part]);
    x->base.story_id = ++pkg->story_count;
    set_place(pkg, x->part, &x->base.place);
}

static bool begin_xml(opc_xml *x)
{
    opc_package *pkg = x->pkg;
    set_base(x);
    x->xml = xml_open(pkg->run, x->src, pkg->names, x->base.place);
    return x->xml != NULL;
}

/* The part was read: what was wrong with it. */
static lj_code finish_xml(opc_xml *x)
{
    opc_package *pkg = x->pkg;
    const xml_status *status = xml_status_of(x->xml);
    lj_code source = xml_code(x->xml);
    bool is_bad = status->is_bad && !x->is_sloppy;
    if (x->code == LJ_OK && (is_bad || status->is_cut || source == LJ_E_FORMAT)) {
        x->base.place.part_id = opc_part_id(pkg, x->part);
        format_gap(pkg->run, GAP_DAMAGED, source != LJ_OK ? "part" : "xml", x->base.place);
        if (is_bad) {
            lj_code swept =
                format_sweep(pkg->run, x->src, 0, FORMAT_SIZE_UNKNOWN, x->base.hidden_by);
            /* a source that breaks is told already; what stops everything is told again here */
            x->code = swept == LJ_OK ? LJ_OK : format_work(pkg->run, 0);
        }
    }
    return x->code;
}

/* Reads an XML part to its end. *out_other: it is something a reader of its own should have. */
static lj_code read_xml(opc_xml *x, const opc_roots *roots, bool *out_other)
{
    *out_other = false;
    if (!begin_xml(x)) {
        return LJ_E_LIMIT;
    }
    while (opc_next(x)) {
        if (x->token->kind == XML_START) {
            uint16_t id = x->token->id;
            *out_other =
                id == OPC_html || id == OPC_svg || id == OPC_package || id == OPC_wordDocument;
            if (*out_other) {
                return LJ_OK;
            }
            read_root(x, roots);
        } else if (x->token->kind == XML_TEXT) {
            opc_emit_stray(x);
        }
    }
    return finish_xml(x);
}

lj_code opc_read_single(opc_package *pkg, void (*read)(opc_xml *x, void *ctx), void *ctx,
                        bool quiet)
{
    opc_xml x = {.pkg = pkg, .src = pkg->zip, .keeps = quiet, .is_quiet = quiet};
    if (!begin_xml(&x)) {
        return LJ_E_LIMIT;
    }
    while (opc_next(&x)) {
        if (x.token->kind == XML_START) {
            read(&x, ctx);
        } else if (x.token->kind == XML_TEXT) {
            opc_emit_stray(&x);
        }
    }
    pkg->charset = xml_status_of(x.xml)->charset;
    return quiet ? x.code : finish_xml(&x);
}

static lj_code emit_part_name(opc_package *pkg, uint32_t idx)
{
    lj_slice name = pkg->parts[idx].name;
    bool ascii = true;
    for (size_t i = 0; i < name.len; i++) {
        ascii = ascii && name.ptr[i] < 0x80;
    }
    if (ascii) {
        return LJ_OK;
    }
    span what = span_of(SPAN_MEMBER_NAME, (lj_str){(const char *)name.ptr, name.len});
    what.origin = SPAN_NAME;
    what.hidden_by = hidden_of(pkg, &pkg->parts[idx]) | SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED);
    return format_emit(pkg->run, &what);
}

uint64_t opc_part_size(const opc_part *part)
{
    return part->member != NULL ? part->member->real_len : part->flat_len;
}

static format_src *open_part(opc_package *pkg, const opc_part *part)
{
    if (part->member != NULL) {
        return zip_member_open(pkg->run, pkg->zip, part->member);
    }
    return part->is_base64 ? base64_source(pkg->run, pkg->zip, part->flat_off, part->flat_len)
                           : format_decode(pkg->run, pkg->zip, part->flat_off, part->flat_len,
                                           FORMAT_CODEC_STORE, part->flat_len);
}

/* A part that is no XML but that the package's reader may know: true when it was read. */
static bool read_binary(opc_xml *x, const opc_roots *roots, lj_slice head)
{
    uint8_t kept[HEAD_LEN]; /* the window slides while the part is read */
    head = lj_slice_part(head, 0, sizeof(kept));
    if (x->pkg->read_binary == NULL || head.len == 0) {
        return false;
    }
    memcpy(kept, head.ptr, head.len);
    set_base(x);
    return x->pkg->read_binary(x, lj_slice_of(kept, head.len), roots->ctx);
}

lj_code opc_visit(opc_package *pkg, uint32_t idx, const opc_roots *roots, uint32_t flags)
{
    opc_part *part = &pkg->parts[idx];
    if (part->is_done) {
        return LJ_OK;
    }
    lj_arena_mark mark = lj_arena_mark_of(pkg->arena);
    format_src *src = open_part(pkg, part);
    if (src == NULL) {
        part->is_done = true;
        return part->member != NULL ? zip_member_gap(pkg->run, part->member) : LJ_E_LIMIT;
    }
    lj_slice head = format_bytes(pkg->run, src, 0, HEAD_LEN);
    bool is_child = !looks_like_xml(head);
    opc_xml x = {.pkg = pkg, .part = idx, .src = src, .keeps = (flags & OPC_KEEP) != 0};
    bool is_taken = is_child && read_binary(&x, roots, head);
    is_child = is_child && !is_taken;
    lj_code code = x.code;
    if (!is_child || (flags & OPC_CHILDREN) != 0) {
        part->is_done = true;
        code = code == LJ_OK ? format_entry(pkg->run) : code;
        code = code == LJ_OK ? emit_part_name(pkg, idx) : code;
        if (code == LJ_OK && !is_child && !is_taken) {
            code = read_xml(&x, roots, &is_child);
        }
        if (code == LJ_OK && is_child) {
            code = take_child(pkg, idx, src);
        } else if (code == LJ_OK) {
            check_crc(pkg, idx, src);
        }
        if (part->member != NULL && format_src_code(src) == LJ_E_FORMAT) {
            format_claim(pkg->run, part->member->data_off, part->member->stored_len, FORMAT_BROKEN);
        }
        if (code == LJ_OK && part->member != NULL &&
            zip_member_rest(pkg->run, pkg->zip, src, part->member) != LJ_OK) {
            code = format_work(pkg->run, 0); /* a package that breaks there is told already */
        }
    }
    if ((flags & OPC_KEEP) == 0 || is_child) {
        lj_arena_rewind(pkg->arena, mark);
    }
    return code;
}

static bool is_named_xml(lj_slice name)
{
    return opc_name_has_suffix(name, LJ_BYTES(".xml")) ||
           opc_name_has_suffix(name, LJ_BYTES(".rels")) ||
           opc_name_has_suffix(name, LJ_BYTES(".vml"));
}

lj_code opc_visit_rest(opc_package *pkg, const opc_roots *roots)
{
    lj_code code = LJ_OK;
    for (uint32_t i = 0; i < pkg->part_count && code == LJ_OK; i++) {
        if (is_named_xml(pkg->parts[i].name)) {
            code = opc_visit(pkg, i, roots, 0);
        }
    }
    for (uint32_t i = 0; i < pkg->part_count && code == LJ_OK; i++) {
        code = opc_visit(pkg, i, roots, OPC_CHILDREN);
    }
    return code;
}

lj_code opc_close(opc_package *pkg)
{
    if (pkg->index == NULL) {
        format_claim_all(pkg->run, FORMAT_READ);
        return format_src_code(pkg->zip);
    }
    return zip_claim_structure(pkg->run, pkg->index);
}
