/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Names of parts and relationships between them.
 *
 * Specification: ECMA-376 part 2 (OPC): 6.2 (part names), 6.5 (relationships), annex A (resolving);
 * RFC 3986 5.2.4 (dot segments), 2.1 (percent-encoding).
 *
 * Model. Parts stand in a hash table under their folded names. Relationships become edges, newest
 * first, in one array; a breadth-first walk from the package marks what they reach. Targets outside
 * the package are emitted as links, percent-decoded (W35).
 *
 * Traps. Names are equal without case (6.2.2.3) and may be written with backslashes or a leading
 * slash; of several members with one name the listed one is meant. A relationship part of a part
 * that is not there. Targets that lead nowhere are told when they hold words.
 *
 * Limits. EDGE_MAX edges of one relationship part; names of NAME_LEN bytes. */
#include "formats/ooxml/opc_rels.h"

#include "base/num.h"

enum {
    EDGE_MIN_LEN = 48, /* bytes that one relationship takes at least */
    EDGE_MAX = 65536,  /* of one relationship part */
    NAME_LEN = 4096,   /* bytes of a part name that is looked up */
    OWN_STACK = 256,
    EDGE_WORK = 64, /* steps that cost a unit of work */
};

/* ---- names ---- */

static uint8_t fold_byte(uint8_t c)
{
    return c == '\\' ? '/' : c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

lj_slice opc_skip_slashes(lj_slice name)
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
    name = opc_skip_slashes(name);
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
void opc_enter(opc_package *pkg, uint32_t idx)
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
    uint8_t room[NAME_LEN];
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
    uint8_t room[NAME_LEN];
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
lj_code opc_mark_reached(opc_package *pkg)
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

/* Reads every relationship part. Room for its edges is taken before, so that what the part itself
 * needs can be given back. */
lj_code opc_read_relationships(opc_package *pkg)
{
    static const opc_root root = {OPC_Relationships, SPAN_LINK, read_relationships};
    const opc_roots roots = {&root, 1, NULL};
    for (uint32_t i = 0; i < pkg->part_count; i++) {
        if (!opc_name_has_suffix(pkg->parts[i].name, LJ_BYTES(".rels"))) {
            continue;
        }
        uint64_t size = opc_part_size(&pkg->parts[i]);
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
