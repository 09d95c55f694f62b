/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Custom tags: what parts of a page mean (O05).
 *
 * Specification: GB/T 33190-2016 18 (custom tags); GB/T 33476 and producers: a file of any XML
 * whose elements name the meaning (版头, 密级和保密期限 ...) and hold the value, or refer to the
 * text objects that show it: <密级><ObjectRef PageRef="1">59</ObjectRef></密级>.
 *
 * Model. Values that stand in the file are attributes labelled with the name of their element. What
 * is referred to is remembered before the pages are read; each text object that is met leaves its
 * text here, and the texts of one element become one span with the element's name as its label,
 * in the order of the references. The page itself tells them again where they stand.
 *
 * Traps. An element that refers to a hundred objects of one letter each; references to blocks or to
 * objects that are no text (nothing is kept); a file that repeats a name.
 *
 * Limits. OFD_REFS references and VALUES_LEN bytes of text of a document; what is beyond has no
 * label, its text is told by the page all the same. */
#include "formats/ofd/ofd_doc.h"

#include "base/num.h"

enum {
    NAMES_LEN = 64 * 1024,
    VALUES_LEN = 256 * 1024,
    SLOTS = 8192, /* twice OFD_REFS */
    DEPTH = 64,   /* elements inside each other whose names are kept */
};

typedef struct tag_ref {
    uint32_t page_id, object_id;
    uint32_t tag;
    uint32_t text_at, text_len; /* in values */
} tag_ref;

typedef struct tag_row {
    uint32_t name_at, name_len;
    uint32_t part;
} tag_row;

struct ofd_tags {
    tag_ref *refs;
    tag_row *rows;
    uint32_t ref_count, row_count;
    uint16_t *slots; /* by page and object: reference + 1 */
    lj_buf names, values;
};

static uint32_t slot_of(const ofd_tags *tags, uint32_t page_id, uint32_t object_id)
{
    uint64_t key = ((uint64_t)page_id << 32 | object_id) * 0x9E3779B97F4A7C15U;
    uint32_t slot = (uint32_t)(key >> 40) & (SLOTS - 1);
    while (tags->slots[slot] != 0) {
        const tag_ref *ref = &tags->refs[tags->slots[slot] - 1];
        if (ref->page_id == page_id && ref->object_id == object_id) {
            break;
        }
        slot = (slot + 1) & (SLOTS - 1);
    }
    return slot;
}

void ofd_tags_take(ofd_doc *doc, uint32_t page_id, uint32_t object_id, lj_slice text)
{
    ofd_tags *tags = doc != NULL ? doc->tag_refs : NULL;
    if (tags == NULL || tags->ref_count == 0 || text.len == 0) {
        return;
    }
    uint16_t found = tags->slots[slot_of(tags, page_id, object_id)];
    tag_ref *ref = found != 0 ? &tags->refs[found - 1] : NULL;
    bool goes_on = ref != NULL && ref->text_at + ref->text_len == tags->values.len;
    if (ref == NULL || tags->values.len + text.len > VALUES_LEN ||
        (ref->text_len > 0 && !goes_on)) {
        return;
    }
    ref->text_at = ref->text_len == 0 ? (uint32_t)tags->values.len : ref->text_at;
    lj_buf_put(&tags->values, text);
    ref->text_len = (uint32_t)(tags->values.len - ref->text_at);
}

/* ---- the files ---- */

static bool list_leaf(ofd_xml *x, void *ctx, uint16_t id, lj_str label, lj_str text)
{
    (void)ctx;
    (void)label;
    if (id != OFD_FileLoc) {
        return false;
    }
    uint32_t part = ofd_follow(x, text);
    if (part != OFD_NONE) {
        x->pkg->parts[part].is_tags = true;
    }
    return true;
}

void ofd_read_tags(ofd_xml *x)
{
    ofd_walk(x, &(ofd_walker){.leaf = list_leaf});
}

/* Elements that are open: their names, and which row of the table they have. */
typedef struct tag_file {
    ofd_tags *tags;
    lj_buf names;
    uint32_t name_at[DEPTH];
    uint32_t row[DEPTH];
    uint32_t depth; /* also of those that are not kept */
    uint32_t page_id;
} tag_file;

static bool file_start(ofd_xml *x, void *ctx)
{
    tag_file *file = ctx;
    if (x->token->id == OFD_ObjectRef) {
        file->page_id = ofd_id(XML_VALUE(x->token, "PageRef"));
        return true;
    }
    if (file->depth < DEPTH) {
        file->name_at[file->depth] = (uint32_t)file->names.len;
        file->row[file->depth] = OFD_NONE;
        lj_buf_put(&file->names, x->token->local);
    }
    file->depth++;
    return false;
}

static void file_end(ofd_xml *x, void *ctx, uint16_t id)
{
    tag_file *file = ctx;
    (void)x;
    if (id == OFD_ObjectRef || file->depth == 0) {
        return;
    }
    file->depth--;
    if (file->depth < DEPTH && lj_buf_ok(&file->names)) {
        file->names.len = file->name_at[file->depth];
    }
}

static void take_ref(ofd_xml *x, tag_file *file, uint32_t object_id)
{
    ofd_tags *tags = file->tags;
    uint32_t top = file->depth - 1;
    uint32_t slot = slot_of(tags, file->page_id, object_id);
    if (tags->ref_count == OFD_REFS || tags->slots[slot] != 0) {
        return;
    }
    if (file->row[top] == OFD_NONE) {
        lj_slice name = lj_slice_part(lj_buf_slice(&file->names), file->name_at[top], SIZE_MAX);
        if (tags->names.len + name.len > NAMES_LEN) {
            return;
        }
        file->row[top] = tags->row_count;
        tags->rows[tags->row_count++] = (tag_row){
            .name_at = (uint32_t)tags->names.len, .name_len = (uint32_t)name.len, .part = x->part};
        lj_buf_put(&tags->names, name);
    }
    tags->refs[tags->ref_count++] =
        (tag_ref){.page_id = file->page_id, .object_id = object_id, .tag = file->row[top]};
    tags->slots[slot] = (uint16_t)tags->ref_count;
}

static bool file_leaf(ofd_xml *x, void *ctx, uint16_t id, lj_str label, lj_str text)
{
    tag_file *file = ctx;
    if (id == OFD_ObjectRef) {
        uint32_t object_id = ofd_id(text);
        if (object_id != 0 && file->depth > 0 && file->depth <= DEPTH && file->tags != NULL &&
            lj_buf_ok(&file->names)) {
            take_ref(x, file, object_id);
        }
        return true;
    }
    if (look_is_wordy(text) || (look_has_high_byte(label) && text.len > 0)) {
        ofd_emit_unseen(x, SPAN_ATTRIBUTE, label, text);
    }
    return true;
}

void ofd_read_tag_file(ofd_xml *x)
{
    tag_file file = {.tags = x->pkg->doc != NULL ? x->pkg->doc->tag_refs : NULL};
    lj_buf_init(&file.names, x->pkg->arena, NAMES_LEN);
    ofd_walk(x, &(ofd_walker){file_start, file_leaf, file_end, &file});
}

/* Room before a part is opened: what is taken from the arena while one is open goes with it. */
static ofd_tags *tags_new(lj_arena *arena)
{
    ofd_tags *tags = lj_arena_alloc(arena, sizeof(*tags));
    if (tags == NULL) {
        return NULL;
    }
    tags->refs = lj_arena_alloc_raw(arena, OFD_REFS * sizeof(*tags->refs));
    tags->rows = lj_arena_alloc_raw(arena, OFD_REFS * sizeof(*tags->rows));
    tags->slots = lj_arena_array(arena, SLOTS, sizeof(*tags->slots));
    lj_buf_init(&tags->names, arena, NAMES_LEN);
    lj_buf_init(&tags->values, arena, VALUES_LEN);
    bool has_room = lj_buf_room(&tags->names, NAMES_LEN) != NULL &&
                    lj_buf_room(&tags->values, VALUES_LEN) != NULL;
    return has_room && tags->refs != NULL && tags->rows != NULL && tags->slots != NULL ? tags
                                                                                       : NULL;
}

lj_code ofd_tags_read(ofd_package *pkg)
{
    ofd_doc *doc = pkg->doc;
    if (doc->tags == OFD_NONE || pkg->parts[doc->tags].is_done) {
        return LJ_OK;
    }
    doc->tag_refs = tags_new(pkg->arena);
    lj_code code = doc->tag_refs != NULL ? ofd_visit(pkg, doc->tags, 0) : LJ_E_LIMIT;
    for (uint32_t i = 0; i < pkg->part_count && code == LJ_OK; i++) {
        if (pkg->parts[i].is_tags) {
            code = ofd_visit(pkg, i, 0);
        }
    }
    return code;
}

/* ---- values ---- */

lj_code ofd_tags_emit(ofd_package *pkg)
{
    const ofd_doc *doc = pkg->doc;
    const ofd_tags *tags = doc->tag_refs;
    lj_code code = LJ_OK;
    if (tags == NULL) {
        return LJ_OK;
    }
    lj_buf text;
    lj_buf_init(&text, pkg->arena, VALUES_LEN);
    lj_slice values = lj_buf_slice(&tags->values);
    for (uint32_t i = 0; i < tags->ref_count && code == LJ_OK;) {
        const tag_row *row = &tags->rows[tags->refs[i].tag];
        uint32_t page_id = tags->refs[i].page_id;
        uint32_t tag = tags->refs[i].tag;
        lj_buf_clear(&text);
        for (; i < tags->ref_count && tags->refs[i].tag == tag; i++) {
            const tag_ref *ref = &tags->refs[i];
            lj_buf_put(&text, lj_slice_part(values, ref->text_at, ref->text_len));
        }
        if (look_is_blank(lj_buf_str(&text))) {
            continue;
        }
        span what = span_of(SPAN_ATTRIBUTE, lj_buf_str(&text));
        lj_slice name = lj_slice_part(lj_buf_slice(&tags->names), row->name_at, row->name_len);
        what.label = ofd_str_of(name);
        what.hidden_by = ofd_hidden_of(pkg, &pkg->parts[row->part]);
        what.rev_idx = pkg->parts[row->part].rev_idx;
        what.place = (span_place){.part_id = ofd_part_id(pkg, row->part),
                                  .page_no = ofd_page_no(doc, page_id)};
        code = format_emit(pkg->run, &what);
    }
    return code;
}
