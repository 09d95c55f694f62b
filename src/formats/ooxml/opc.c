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
 * Traps. Part names are equal without case (6.2.2.3) and may be written with backslashes or a
 * leading slash. Targets are relative to the source part, percent-encoded, with fragments. Members
 * that the directory does not list are parts too. HTML and SVG parts are XML by look but have
 * better readers.
 *
 * Limits. Edges beyond EDGE_MAX of one relationship part are not kept (their external targets are
 * still emitted). A part that cannot be decoded or is not well-formed gives the gap `damaged` with
 * its name; what was read stays; one that is not well-formed is swept as well. */
#include "formats/ooxml/opc.h"

#include "base/num.h"

enum {
    HEAD_LEN = 128,    /* bytes from which XML is recognised */
    EDGE_MIN_LEN = 48, /* bytes that one relationship takes at least */
    EDGE_MAX = 65536,  /* of one relationship part */
    NAME_MAX = 4096,   /* bytes of a part name that is looked up */
    OWN_STACK = 256,
    EDGE_WORK = 64, /* steps that cost a unit of work */
};

static const char *const name_texts[] = {
#define OPC_NAME_TEXT(name) #name,
    OPC_NAMES(OPC_NAME_TEXT)
#undef OPC_NAME_TEXT
};

/* ---- names ---- */

static uint8_t fold_byte(uint8_t c)
{
    return c == '\\' ? '/' : c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

static lj_slice skip_slashes(lj_slice name)
{
    size_t from = 0;
    while (from < name.len && (name.ptr[from] == '/' || name.ptr[from] == '\\')) {
        from++;
    }
    return lj_slice_part(name, from, SIZE_MAX);
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

uint32_t opc_lookup(const opc_package *pkg, lj_slice name)
{
    name = skip_slashes(name);
    if (pkg->table == NULL) {
        return OPC_NONE;
    }
    for (uint32_t slot = (uint32_t)name_hash(name) & pkg->table_mask; pkg->table[slot] != 0;
         slot = (slot + 1) & pkg->table_mask) {
        uint32_t idx = pkg->table[slot] - 1;
        if (names_equal(pkg->parts[idx].name, name)) {
            return idx;
        }
    }
    return OPC_NONE;
}

bool opc_name_has_suffix(lj_slice name, lj_slice suffix)
{
    return name.len >= suffix.len &&
           lj_slice_is_nocase(lj_slice_part(name, name.len - suffix.len, SIZE_MAX), suffix);
}

/* Enters a part under its name; of several with one name the first that the directory lists is the
 * one that relationships mean. */
static void table_add(opc_package *pkg, uint32_t idx)
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

/* ---- relationships ---- */

static opc_rel rel_of(lj_str type)
{
    static const struct {
        const char *name;
        opc_rel rel;
    } rows[] = {
        {"officeDocument",   OPC_REL_MAIN   },
        {"styles",           OPC_REL_STYLES },
        {"sharedStrings",    OPC_REL_STRINGS},
        {"worksheet",        OPC_REL_SHEET  },
        {"chartsheet",       OPC_REL_SHEET  },
        {"dialogsheet",      OPC_REL_SHEET  },
        {"xlMacrosheet",     OPC_REL_SHEET  },
        {"xlIntlMacrosheet", OPC_REL_SHEET  },
        {"slide",            OPC_REL_SLIDE  },
        {"slideLayout",      OPC_REL_LAYOUT },
        {"slideMaster",      OPC_REL_LAYOUT },
        {"notesMaster",      OPC_REL_LAYOUT },
        {"handoutMaster",    OPC_REL_LAYOUT },
        {"theme",            OPC_REL_THEME  },
    };
    size_t from = type.len;
    while (from > 0 && type.ptr[from - 1] != '/') {
        from--;
    }
    lj_slice last = lj_slice_part(lj_str_bytes(type), from, SIZE_MAX);
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        if (lj_slice_is(last, lj_cstr_bytes(rows[i].name))) {
            return rows[i].rel;
        }
    }
    return OPC_REL_OTHER;
}

static int hex_digit(uint8_t c)
{
    uint8_t lower = c | 0x20U;
    return c >= '0' && c <= '9' ? c - '0' : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* Appends with %XX decoded; the result may be any bytes. */
static bool put_unescaped(lj_buf *out, lj_slice text)
{
    bool changed = false;
    for (size_t i = 0; i < text.len; i++) {
        int high = text.ptr[i] == '%' && i + 2 < text.len ? hex_digit(text.ptr[i + 1]) : -1;
        int low = high >= 0 ? hex_digit(text.ptr[i + 2]) : -1;
        if (low >= 0) {
            lj_buf_put_u8(out, (uint8_t)(high << 4 | low));
            changed = true;
            i += 2;
        } else {
            lj_buf_put_u8(out, text.ptr[i]);
        }
    }
    return changed;
}

/* Folder of a part name, with its slash; empty at the top. */
static lj_slice folder_of(lj_slice name)
{
    size_t len = name.len;
    while (len > 0 && fold_byte(name.ptr[len - 1]) != '/') {
        len--;
    }
    return lj_slice_part(name, 0, len);
}

/* The part a relative target means (OPC 6.5.3.4, RFC 3986 5.2.4), or OPC_NONE. */
static uint32_t resolve(const opc_package *pkg, uint32_t from, lj_slice target)
{
    uint8_t room[NAME_MAX];
    lj_buf path;
    lj_arena_mark mark = lj_arena_mark_of(pkg->arena);
    lj_buf_init(&path, pkg->arena, sizeof(room));
    size_t hash = lj_slice_find(target, LJ_BYTES("#"));
    target = lj_slice_part(target, 0, hash);
    bool absolute = target.len > 0 && fold_byte(target.ptr[0]) == '/';
    if (!absolute && from != OPC_NONE) {
        lj_buf_put(&path, folder_of(pkg->parts[from].name));
    }
    (void)put_unescaped(&path, target);
    size_t out = 0;
    lj_slice all = lj_buf_ok(&path) ? lj_buf_slice(&path) : (lj_slice){NULL, 0};
    for (size_t at = 0; at < all.len;) {
        size_t end = at;
        while (end < all.len && fold_byte(all.ptr[end]) != '/') {
            end++;
        }
        lj_slice step = lj_slice_part(all, at, end - at);
        if (lj_slice_is(step, LJ_BYTES(".."))) {
            out -= out > 0 ? 1 : 0; /* its slash */
            while (out > 0 && room[out - 1] != '/') {
                out--;
            }
        } else if (step.len > 0 && !lj_slice_is(step, LJ_BYTES("."))) {
            memcpy(room + out, step.ptr, step.len);
            out += step.len;
            if (end < all.len) {
                room[out++] = '/';
            }
        }
        at = end + 1;
    }
    uint32_t found = out > 0 ? opc_lookup(pkg, lj_slice_of(room, out)) : OPC_NONE;
    lj_arena_rewind(pkg->arena, mark);
    return found;
}

/* "word/_rels/document.xml.rels" belongs to "word/document.xml". */
static uint32_t source_of_rels(const opc_package *pkg, lj_slice name)
{
    uint8_t room[NAME_MAX];
    lj_slice folder = folder_of(name);
    static const char step[] = "_rels/";
    size_t step_len = sizeof(step) - 1;
    if (name.len >= sizeof(room) || folder.len < step_len) {
        return OPC_NONE;
    }
    size_t head = folder.len - step_len;
    size_t tail = name.len - folder.len - 5; /* without ".rels" */
    memcpy(room, name.ptr, head);
    memcpy(room + head, name.ptr + folder.len, tail);
    return tail > 0 ? opc_lookup(pkg, lj_slice_of(room, head + tail)) : OPC_NONE;
}

static void emit_target(opc_xml *x, lj_str target)
{
    lj_arena *arena = x->pkg->arena;
    lj_arena_mark mark = lj_arena_mark_of(arena);
    lj_buf bytes;
    lj_buf text;
    lj_buf_init(&bytes, arena, 64 * LJ_KIB);
    lj_buf_init(&text, arena, 192 * LJ_KIB);
    span what = opc_span(x, SPAN_LINK);
    what.text = target;
    what.hidden_by |= SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED);
    if (put_unescaped(&bytes, lj_str_bytes(target)) && lj_buf_ok(&bytes)) {
        (void)text_lines_to_utf8(TEXT_GB18030, lj_buf_slice(&bytes), false, &text, NULL);
        if (lj_buf_ok(&text)) {
            what.text = lj_buf_str(&text);
            what.origin = SPAN_DECODED;
        }
    }
    opc_emit(x, &what);
    lj_arena_rewind(arena, mark);
}

static void add_edge(opc_package *pkg, uint32_t from, uint32_t to, opc_rel rel, lj_str id)
{
    if (to == OPC_NONE || pkg->edge_count == pkg->edge_cap) {
        return;
    }
    uint32_t *first = from == OPC_NONE ? &pkg->first_edge : &pkg->parts[from].first_edge;
    pkg->edges[pkg->edge_count] = (opc_edge){
        .id_hash = name_hash(lj_str_bytes(id)), .from = from, .to = to, .next = *first, .rel = rel};
    *first = ++pkg->edge_count;
}

static void read_relationships(opc_xml *x, void *ctx)
{
    (void)ctx;
    opc_package *pkg = x->pkg;
    uint32_t from = source_of_rels(pkg, pkg->parts[x->part].name);
    while (opc_next(x)) {
        if (x->token->kind == XML_START && x->token->id == OPC_Relationship) {
            lj_str target = XML_VALUE(x->token, "Target");
            if (OPC_IS(XML_VALUE(x->token, "TargetMode"), "External")) {
                emit_target(x, target);
            } else {
                opc_rel rel = rel_of(XML_VALUE(x->token, "Type"));
                uint32_t to = resolve(pkg, from, lj_str_bytes(target));
                add_edge(pkg, from, to, rel, XML_VALUE(x->token, "Id"));
                if (to == OPC_NONE) {
                    opc_emit_attrs(x); /* leads nowhere, or inside an external file */
                }
            }
        } else if (x->token->kind == XML_TEXT) {
            opc_emit_stray(x);
        } else if (x->token->kind == XML_START) {
            opc_emit_attrs(x);
        }
    }
}

uint32_t opc_follow(const opc_package *pkg, uint32_t from, lj_slice id)
{
    uint64_t hash = name_hash(id);
    uint32_t edge = from == OPC_NONE ? pkg->first_edge : pkg->parts[from].first_edge;
    uint64_t steps = 0;
    while (edge != 0 && pkg->edges[edge - 1].id_hash != hash) {
        edge = pkg->edges[edge - 1].next;
        steps++;
    }
    return edge == 0 || format_work(pkg->run, steps / EDGE_WORK) != LJ_OK ? OPC_NONE
                                                                          : pkg->edges[edge - 1].to;
}

uint32_t opc_related(const opc_package *pkg, uint32_t from, opc_rel rel)
{
    uint32_t edge = from == OPC_NONE ? pkg->first_edge : pkg->parts[from].first_edge;
    uint32_t found = OPC_NONE; /* the list is in reverse order */
    for (; edge != 0; edge = pkg->edges[edge - 1].next) {
        found = pkg->edges[edge - 1].rel == rel ? pkg->edges[edge - 1].to : found;
    }
    return found;
}

void opc_own(opc_package *pkg, uint32_t owner)
{
    uint32_t stack[OWN_STACK];
    uint32_t count = 1;
    stack[0] = owner;
    while (count > 0) {
        uint32_t from = stack[--count];
        for (uint32_t edge = pkg->parts[from].first_edge; edge != 0;
             edge = pkg->edges[edge - 1].next) {
            opc_part *part = &pkg->parts[pkg->edges[edge - 1].to];
            if (pkg->edges[edge - 1].rel == OPC_REL_OTHER && part->owner == OPC_NONE &&
                part->rel == OPC_REL_OTHER && count < OWN_STACK) {
                part->owner = owner;
                stack[count++] = pkg->edges[edge - 1].to;
            }
        }
    }
}

/* Marks what relationships reach, from the package on. */
static lj_code mark_reached(opc_package *pkg)
{
    lj_arena_mark mark = lj_arena_mark_of(pkg->arena);
    uint32_t *queue = lj_arena_array(pkg->arena, (size_t)pkg->part_count + 1, sizeof(*queue));
    if (queue == NULL) {
        return LJ_E_LIMIT;
    }
    uint32_t count = 0;
    uint32_t edge = pkg->first_edge;
    for (uint32_t done = 0;; done++) {
        for (; edge != 0; edge = pkg->edges[edge - 1].next) {
            opc_part *part = &pkg->parts[pkg->edges[edge - 1].to];
            if (part->rel == OPC_REL_OTHER) {
                part->rel = pkg->edges[edge - 1].rel;
            }
            if (!part->is_reached) {
                part->is_reached = true;
                queue[count++] = pkg->edges[edge - 1].to;
            }
        }
        if (done >= count) {
            break;
        }
        edge = pkg->parts[queue[done]].first_edge;
    }
    lj_arena_rewind(pkg->arena, mark);
    return LJ_OK;
}

/* Parts that no relationship names but that belong to the package format itself. */
static bool is_structure(lj_slice name)
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
                           .name = skip_slashes(lj_str_bytes(member->name_utf8)),
                           .owner = OPC_NONE,
                           .ground = OPC_NO_COLOUR,
                           .is_listed = member->in_directory || lost};
        part->is_reached = is_structure(part->name);
        table_add(pkg, pkg->part_count++);
    }
    return LJ_OK;
}

/* Reads every relationship part. Room for its edges is taken before, so that what the part itself
 * needs can be given back. */
static lj_code read_all_relationships(opc_package *pkg)
{
    static const opc_root root = {OPC_Relationships, SPAN_LINK, read_relationships};
    const opc_roots roots = {&root, 1, NULL};
    for (uint32_t i = 0; i < pkg->part_count; i++) {
        if (!opc_name_has_suffix(pkg->parts[i].name, LJ_BYTES(".rels"))) {
            continue;
        }
        uint64_t size = pkg->parts[i].member->real_len;
        uint32_t most = (uint32_t)lj_min_u64(size / EDGE_MIN_LEN + 8, EDGE_MAX);
        if (pkg->edge_cap - pkg->edge_count < most) {
            uint32_t cap = pkg->edge_count * 2 + most + 64;
            opc_edge *edges = lj_arena_array(pkg->arena, cap, sizeof(*edges));
            if (edges == NULL) {
                return LJ_E_LIMIT;
            }
            if (pkg->edge_count > 0) {
                memcpy(edges, pkg->edges, pkg->edge_count * sizeof(*edges));
            }
            pkg->edges = edges;
            pkg->edge_cap = cap;
        }
        lj_code code = opc_visit(pkg, i, &roots, 0);
        if (code != LJ_OK) {
            return code;
        }
    }
    return LJ_OK;
}

lj_code opc_open(opc_package *pkg, format_run *run, format_src *zip)
{
    *pkg = (opc_package){
        .run = run, .zip = zip, .arena = format_arena(run), .index = format_index_of(run)};
    if (pkg->index == NULL) {
        return lj_fail(format_err(run), LJ_E_INTERNAL, UINT64_MAX, "a package without a directory");
    }
    pkg->names = xml_names_new(pkg->arena, name_texts, OPC_NAME_COUNT);
    lj_code code = pkg->names != NULL ? take_members(pkg) : LJ_E_LIMIT;
    if (code != LJ_OK) {
        return code;
    }
    code = read_all_relationships(pkg);
    if (code != LJ_OK) {
        return code;
    }
    code = mark_reached(pkg);
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

static uint32_t part_id_of(opc_package *pkg, uint32_t idx)
{
    opc_part *part = &pkg->parts[idx];
    if (part->part_id == 0) {
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
        .name = part->member->name,
        .name_utf8 = (lj_str){(const char *)part->name.ptr, part->name.len},
        .kind = FORMAT_EMBEDDED,
        .hidden_by = hidden_of(pkg, part)
    };
    return format_child(pkg->run, &info, src);
}

/* What is no XML; nothing to give when not one byte came out. */
static lj_code take_child(opc_package *pkg, uint32_t idx, format_src *src)
{
    if (format_src_size(src) != 0) {
        return give_child(pkg, idx, src);
    }
    if (format_src_code(src) != LJ_OK) {
        format_gap(pkg->run, GAP_DAMAGED, "part", (span_place){.part_id = part_id_of(pkg, idx)});
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

/* Reads an XML part to its end. *out_other: it is something a reader of its own should have. */
static lj_code read_xml(opc_package *pkg, uint32_t idx, format_src *src, const opc_roots *roots,
                        bool *out_other)
{
    opc_xml x = {.pkg = pkg, .part = idx, .src = src};
    x.base = span_of(SPAN_BODY, (lj_str){NULL, 0});
    x.base.hidden_by = hidden_of(pkg, &pkg->parts[idx]);
    x.base.story_id = ++pkg->story_count;
    set_place(pkg, idx, &x.base.place);
    x.xml = xml_open(pkg->run, src, pkg->names, x.base.place);
    if (x.xml == NULL) {
        return LJ_E_LIMIT;
    }
    *out_other = false;
    while (opc_next(&x)) {
        if (x.token->kind == XML_START) {
            uint16_t id = x.token->id;
            *out_other =
                id == OPC_html || id == OPC_svg || id == OPC_package || id == OPC_wordDocument;
            if (*out_other) {
                return LJ_OK;
            }
            read_root(&x, roots);
        } else if (x.token->kind == XML_TEXT) {
            opc_emit_stray(&x);
        }
    }
    const xml_status *status = xml_status_of(x.xml);
    lj_code source = xml_code(x.xml);
    bool is_bad = status->is_bad && !x.is_sloppy;
    if (x.code == LJ_OK && (is_bad || status->is_cut || source == LJ_E_FORMAT)) {
        x.base.place.part_id = part_id_of(pkg, idx);
        format_gap(pkg->run, GAP_DAMAGED, source != LJ_OK ? "part" : "xml", x.base.place);
        if (is_bad) {
            lj_code swept = format_sweep(pkg->run, src, 0, FORMAT_SIZE_UNKNOWN, x.base.hidden_by);
            /* a source that breaks is told already; what stops everything is told again here */
            x.code = swept == LJ_OK ? LJ_OK : format_work(pkg->run, 0);
        }
    }
    return x.code;
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

lj_code opc_visit(opc_package *pkg, uint32_t idx, const opc_roots *roots, uint32_t flags)
{
    opc_part *part = &pkg->parts[idx];
    if (part->is_done) {
        return LJ_OK;
    }
    lj_arena_mark mark = lj_arena_mark_of(pkg->arena);
    format_src *src = zip_member_open(pkg->run, pkg->zip, part->member);
    if (src == NULL) {
        part->is_done = true;
        return zip_member_gap(pkg->run, part->member);
    }
    lj_slice head = format_bytes(pkg->run, src, 0, HEAD_LEN);
    bool is_child = !looks_like_xml(head);
    lj_code code = LJ_OK;
    if (!is_child || (flags & OPC_CHILDREN) != 0) {
        part->is_done = true;
        code = format_entry(pkg->run);
        code = code == LJ_OK ? emit_part_name(pkg, idx) : code;
        if (code == LJ_OK && !is_child) {
            code = read_xml(pkg, idx, src, roots, &is_child);
        }
        if (code == LJ_OK && is_child) {
            code = take_child(pkg, idx, src);
        }
        if (format_src_code(src) == LJ_E_FORMAT) {
            format_claim(pkg->run, part->member->data_off, part->member->stored_len, FORMAT_BROKEN);
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
    return zip_claim_structure(pkg->run, pkg->index);
}
