/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The document's lists, its masters, and the order in which objects are read.
 *
 * Specification: [MS-PPT] 2.4.1 DocumentContainer, 2.4.2 DocumentAtom, 2.4.14.3 ff. (lists with
 * text), 2.5.1 SlideContainer, 2.5.2 SlideAtom, 2.6.1 SlideShowSlideInfoAtom, 2.5.7
 * NotesAtom, 2.4.17 SlideSchemeColorSchemeAtom.
 *
 * Model. The document of the last save lists masters, slides and notes in their order, and holds
 * outline texts, to which shapes refer. It is read first, then slides with their notes, masters,
 * what is live beside the lists, outline texts that no shape took, and last what earlier saves left
 * behind: of that only what was not told yet.
 *
 * Traps. Slides that are live and in no list: removed, but still stored (SPAN_HIDDEN_UNREACHABLE).
 * A title master is a slide in the list of masters. Notes name their slide by its number in the
 * file, not by its place. */
#include "formats/ppt/ppt.h"

#include "base/cur.h"

enum {
    LIST_SLIDES = 0,
    LIST_MASTERS = 1,
    LIST_NOTES = 2,
    SCHEME_IN_USE = 1,
    SLIDE_HIDDEN = 0x0004,
    FOLLOWS_OBJECTS = 0x01,
    FOLLOWS_SCHEME = 0x02,
    FOLLOWS_GROUND = 0x04,
};

/* What a slide says about itself before its drawing. */
typedef struct slide_facts {
    uint32_t master_id, notes_id, slide_id; /* the last: of the slide that notes belong to */
    uint16_t flags;
    bool is_hidden, has_scheme;
    uint32_t scheme[8];
    ppt_styles *styles; /* filled when not NULL */
} slide_facts;

static ppt_head head_of(const ppt_object *object)
{
    enum { HEAD_LEN = 8, VERSION_CONTAINER = 0x0F };
    return (ppt_head){.at = object->at,
                      .body = object->at + HEAD_LEN,
                      .end = object->end,
                      .type = object->type,
                      .instance = object->instance,
                      .version = object->type == PPT_OLE_STORAGE ? 0 : VERSION_CONTAINER};
}

static void read_scheme(lj_slice body, uint32_t out[8])
{
    lj_cur cur = lj_cur_of(body);
    for (int i = 0; i < 8; i++) {
        uint32_t colour = lj_cur_u32le(&cur);
        out[i] = (colour & 0xFF) << 16 | (colour & 0xFF00) | (colour >> 16 & 0xFF);
    }
}

static void read_facts(ppt_file *file, const ppt_head *object, slide_facts *out)
{
    ppt_head head;
    for (uint64_t at = object->body; ppt_head_at(file, at, object->end, &head); at = head.end) {
        if (head.type == PPT_SLIDE_ATOM) {
            lj_cur cur = lj_cur_of(ppt_body(file, &head, 24));
            lj_cur_skip(&cur, 12);
            out->master_id = lj_cur_u32le(&cur);
            out->notes_id = lj_cur_u32le(&cur);
            out->flags = lj_cur_u16le(&cur);
        } else if (head.type == PPT_NOTES_ATOM) {
            lj_cur cur = lj_cur_of(ppt_body(file, &head, 8));
            out->slide_id = lj_cur_u32le(&cur);
            out->flags = lj_cur_u16le(&cur);
        } else if (head.type == PPT_SLIDE_INFO) {
            lj_cur cur = lj_cur_of(ppt_body(file, &head, 12));
            lj_cur_skip(&cur, 10);
            out->is_hidden = (lj_cur_u16le(&cur) & SLIDE_HIDDEN) != 0;
        } else if (head.type == PPT_COLOUR_SCHEME && head.instance == SCHEME_IN_USE) {
            out->has_scheme = true;
            read_scheme(ppt_body(file, &head, 32), out->scheme);
        } else if (head.type == PPT_MASTER_STYLE && out->styles != NULL) {
            ppt_read_master_style(ppt_body(file, &head, PPT_ATOM_MAX), head.instance, out->styles);
        }
    }
}

/* ---- the document ---- */

static int32_t units_of(lj_cur *cur)
{
    enum { SIDE_MAX = 100000 }; /* master units */
    uint32_t units = lj_cur_u32le(cur);
    return units <= SIDE_MAX ? (int32_t)(units * 7200 / 576) : 0;
}

static void read_document_atom(ppt_file *file, const ppt_head *head)
{
    lj_cur cur = lj_cur_of(ppt_body(file, head, 40));
    file->slide_size[0] = units_of(&cur);
    file->slide_size[1] = units_of(&cur);
    file->notes_size[0] = units_of(&cur);
    file->notes_size[1] = units_of(&cur);
    lj_cur_skip(&cur, 8);
    file->notes_master = lj_cur_u32le(&cur);
    file->handout_master = lj_cur_u32le(&cur);
}

static void read_font(ppt_file *file, const ppt_head *head)
{
    if (head->instance >= PPT_FONTS_MAX) {
        return;
    }
    if (head->instance >= file->font_count) {
        uint32_t count =
            file->font_count * 2 > head->instance + 1U ? file->font_count * 2 : head->instance + 1U;
        ppt_font *grown = lj_arena_array(file->arena, count, sizeof(*grown));
        if (grown == NULL) {
            return;
        }
        if (file->font_count > 0) {
            memcpy(grown, file->fonts, file->font_count * sizeof(*grown));
        }
        file->fonts = grown;
        file->font_count = count;
    }
    lj_str name = ppt_decode(file, TEXT_UTF16LE, ppt_body(file, head, 64));
    file->fonts[head->instance].is_hei = look_is_hei(name);
}

/* Fonts and styles; both stand in the environment or in a container there. */
static void read_environment(ppt_file *file, const ppt_head *environment)
{
    enum { VERSION_CONTAINER = 0x0F };
    ppt_head outer;
    for (uint64_t at = environment->body; ppt_head_at(file, at, environment->end, &outer);
         at = outer.end) {
        if (outer.type == PPT_MASTER_STYLE) {
            ppt_read_master_style(ppt_body(file, &outer, PPT_ATOM_MAX), outer.instance,
                                  &file->styles);
        }
        ppt_head head;
        for (uint64_t in = outer.body;
             outer.version == VERSION_CONTAINER && ppt_head_at(file, in, outer.end, &head);
             in = head.end) {
            if (head.type == PPT_FONT) {
                read_font(file, &head);
            }
        }
    }
}

static ppt_entry *add_entry(ppt_file *file, const ppt_head *head, uint8_t list, uint32_t no)
{
    void *array = file->entries;
    if (!ppt_room(file, &array, file->entry_count, &file->entry_cap, sizeof(*file->entries),
                  PPT_ENTRIES_MAX)) {
        return NULL;
    }
    file->entries = array;
    lj_cur cur = lj_cur_of(ppt_body(file, head, 20));
    uint32_t persist = lj_cur_u32le(&cur);
    lj_cur_skip(&cur, 8);
    ppt_entry *entry = &file->entries[file->entry_count++];
    *entry = (ppt_entry){.object = ppt_object_of(file, persist),
                         .slide_id = lj_cur_u32le(&cur),
                         .no = no,
                         .text_first = file->outline_count,
                         .list = list,
                         .is_shown = true};
    return entry;
}

static bool add_text(ppt_file *file, ppt_entry *entry, uint64_t at, uint64_t end)
{
    void *array = file->outline;
    if (!ppt_room(file, &array, file->outline_count, &file->outline_cap, sizeof(*file->outline),
                  PPT_OUTLINE_MAX)) {
        return false;
    }
    file->outline = array;
    file->outline[file->outline_count++] = (ppt_outline){.at = at, .end = end};
    entry->text_count++;
    return true;
}

static lj_code read_list(ppt_file *file, const ppt_head *list)
{
    ppt_head head;
    ppt_entry *entry = NULL;
    uint32_t no = 0;
    for (uint64_t at = list->body; ppt_head_at(file, at, list->end, &head); at = head.end) {
        bool fits = true;
        if (head.type == PPT_SLIDE_PERSIST) {
            entry = add_entry(file, &head, (uint8_t)(list->instance & 3), ++no);
            fits = entry != NULL;
        } else if (head.type == PPT_TEXT_HEADER) {
            fits = entry != NULL && add_text(file, entry, head.at, list->end);
        }
        if (!fits && file->list_limit > at) {
            file->list_limit = at;
        }
        if (!fits) {
            return LJ_OK;
        }
        lj_code code = format_work(file->run, 1);
        if (code != LJ_OK) {
            return code;
        }
    }
    return LJ_OK;
}

static lj_code read_document(ppt_file *file, const ppt_head *document)
{
    ppt_head head;
    lj_code code = LJ_OK;
    for (uint64_t at = document->body; code == LJ_OK && ppt_head_at(file, at, document->end, &head);
         at = head.end) {
        if (head.type == PPT_DOCUMENT_ATOM) {
            read_document_atom(file, &head);
        } else if (head.type == PPT_ENVIRONMENT) {
            read_environment(file, &head);
        } else if (head.type == PPT_SLIDE_LIST) {
            code = read_list(file, &head);
        }
    }
    ppt_scope scope = {
        .role = SPAN_BODY, .is_main_document = true, .entry = PPT_NONE, .ground = LOOK_NO_COLOUR};
    return code == LJ_OK ? ppt_walk(file, &scope, document) : code;
}

/* ---- masters ---- */

static ppt_master *find_master(ppt_file *file, uint32_t slide_id)
{
    for (uint32_t i = 0; i < file->master_count; i++) {
        if (file->masters[i].slide_id == slide_id) {
            return &file->masters[i];
        }
    }
    return NULL;
}

/* The background, and whether more is painted. */
static void read_ground(ppt_scope *scope, ppt_master *out)
{
    out->ground = scope->scheme != NULL ? scope->scheme[0] : LOOK_NO_COLOUR;
    for (uint32_t i = 0; i < scope->paint_count; i++) {
        const ppt_paint *paint = &scope->paints[i];
        bool is_whole = paint->box[0] == 0 && paint->box[2] == 0; /* a background has no place */
        if (is_whole && paint->colour != LOOK_NO_COLOUR) {
            out->ground = paint->colour;
        } else if (paint->colour != LOOK_NO_COLOUR) {
            out->has_art = true;
        }
    }
}

static lj_code read_master(ppt_file *file, const ppt_entry *entry, ppt_master *out)
{
    ppt_head head = head_of(&file->objects[entry->object]);
    slide_facts facts = {.styles = lj_arena_array(file->arena, 1, sizeof(ppt_styles))};
    read_facts(file, &head, &facts);
    *out = (ppt_master){.slide_id = entry->slide_id,
                        .parent = facts.master_id,
                        .styles = facts.styles,
                        .has_scheme = facts.has_scheme,
                        .ground = LOOK_NO_COLOUR};
    memcpy(out->scheme, facts.scheme, sizeof(out->scheme));
    ppt_scope scope = {.paints = file->paints,
                       .scheme = out->has_scheme ? out->scheme : NULL,
                       .ground = LOOK_NO_COLOUR};
    lj_code code = ppt_walk_paints(file, &scope, &head);
    read_ground(&scope, out);
    return code;
}

static lj_code read_masters(ppt_file *file)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < file->entry_count; i++) {
        count += file->entries[i].list == LIST_MASTERS && file->entries[i].object != PPT_NONE;
    }
    count = count < PPT_MASTERS_MAX ? count : PPT_MASTERS_MAX;
    file->masters = lj_arena_array(file->arena, count, sizeof(*file->masters));
    lj_code code = LJ_OK;
    for (uint32_t i = 0; i < file->entry_count && file->masters != NULL &&
                         file->master_count < count && code == LJ_OK;
         i++) {
        if (file->entries[i].list == LIST_MASTERS && file->entries[i].object != PPT_NONE) {
            code = read_master(file, &file->entries[i], &file->masters[file->master_count++]);
        }
    }
    return code;
}

/* ---- slides ---- */

/* The styles of a master: a title master has those of its main master. */
static const ppt_styles *styles_of(ppt_file *file, const ppt_master *master)
{
    const ppt_master *main = master->parent != 0 ? find_master(file, master->parent) : NULL;
    return main != NULL ? main->styles : master->styles;
}

static void apply_master(ppt_file *file, ppt_scope *scope, const ppt_master *master, uint16_t flags)
{
    scope->styles = styles_of(file, master);
    if (scope->scheme == NULL || (flags & FOLLOWS_SCHEME) != 0) {
        scope->scheme = master->has_scheme ? master->scheme : scope->scheme;
    }
    if ((flags & FOLLOWS_GROUND) != 0) {
        scope->ground = master->ground;
    }
    if ((flags & FOLLOWS_OBJECTS) != 0 && master->has_art) {
        scope->ground = LOOK_PAINTED;
    }
}

static bool is_page(const ppt_object *object)
{
    return object->type == PPT_SLIDE || object->type == PPT_MASTER || object->type == PPT_NOTES ||
           object->type == PPT_HANDOUT;
}

/* A slide, notes, a master, a handout. What is known of it stands in the scope; *out (may be NULL)
 * gets what it says about itself. */
static lj_code read_page(ppt_file *file, ppt_object *object, ppt_scope *scope, slide_facts *out)
{
    ppt_head head = head_of(object);
    slide_facts facts = {0};
    object->is_done = true;
    read_facts(file, &head, &facts);
    bool is_slide = object->type == PPT_SLIDE || object->type == PPT_MASTER;
    scope->hidden_by |= facts.is_hidden ? SPAN_HIDE(SPAN_HIDDEN_SHEET) : 0;
    scope->scheme = facts.has_scheme ? facts.scheme : NULL;
    scope->ground = LOOK_NO_COLOUR;
    scope->paints = file->paints;
    scope->has_page = true;
    memcpy(scope->page_size, is_slide ? file->slide_size : file->notes_size,
           sizeof(scope->page_size));
    ppt_master *master = object->type == PPT_SLIDE ? find_master(file, facts.master_id) : NULL;
    if (master != NULL) {
        apply_master(file, scope, master, facts.flags);
    }
    if (object->type == PPT_NOTES && file->master_count > 0) {
        scope->styles = file->masters[0].styles; /* notes have styles of the first main master */
    }
    lj_code code = ppt_walk_paints(file, scope, &head);
    if (code == LJ_OK && (master == NULL || (facts.flags & FOLLOWS_GROUND) == 0)) {
        ppt_master own = {0};
        read_ground(scope, &own);
        scope->ground = scope->ground == LOOK_PAINTED ? LOOK_PAINTED : own.ground;
    }
    if (out != NULL) {
        *out = facts;
    }
    return code == LJ_OK ? ppt_walk(file, scope, &head) : code;
}

/* The entry of the notes with that number; the search goes on where the last one ended. */
static lj_code find_notes(ppt_file *file, uint32_t slide_id, uint32_t *hint, uint32_t *out)
{
    uint32_t i = 0;
    *out = PPT_NONE;
    for (; i < file->entry_count && slide_id != 0 && *out == PPT_NONE; i++) {
        uint32_t idx = (*hint + i) % file->entry_count;
        if (file->entries[idx].list == LIST_NOTES && file->entries[idx].slide_id == slide_id) {
            *out = idx;
        }
    }
    *hint = *out != PPT_NONE ? *out + 1 : *hint;
    return format_work(file->run, i);
}

static ppt_object *object_of(ppt_file *file, const ppt_entry *entry)
{
    ppt_object *object = entry->object != PPT_NONE ? &file->objects[entry->object] : NULL;
    return object != NULL && !object->is_done && is_page(object) ? object : NULL;
}

static lj_code read_slides(ppt_file *file)
{
    uint32_t hint = 0;
    lj_code code = LJ_OK;
    for (uint32_t i = 0; i < file->entry_count && code == LJ_OK; i++) {
        ppt_entry *entry = &file->entries[i];
        ppt_object *object = entry->list == LIST_SLIDES ? object_of(file, entry) : NULL;
        if (object == NULL) {
            continue;
        }
        ppt_scope scope = {.role = SPAN_BODY, .page_no = entry->no, .entry = i};
        slide_facts facts;
        code = read_page(file, object, &scope, &facts);
        entry->is_shown = !facts.is_hidden;
        uint32_t notes = PPT_NONE;
        code = code == LJ_OK ? find_notes(file, facts.notes_id, &hint, &notes) : code;
        object = code == LJ_OK && notes != PPT_NONE ? object_of(file, &file->entries[notes]) : NULL;
        if (object != NULL) {
            ppt_scope below = {.role = SPAN_NOTES,
                               .page_no = entry->no,
                               .entry = notes,
                               .hidden_by = facts.is_hidden ? SPAN_HIDE(SPAN_HIDDEN_SHEET) : 0};
            code = read_page(file, object, &below, NULL);
        }
    }
    return code;
}

static lj_code read_entries(ppt_file *file, uint8_t list, span_role role)
{
    lj_code code = LJ_OK;
    for (uint32_t i = 0; i < file->entry_count && code == LJ_OK; i++) {
        ppt_object *object =
            file->entries[i].list == list ? object_of(file, &file->entries[i]) : NULL;
        if (object == NULL) {
            continue;
        }
        ppt_scope scope = {.role = role, .entry = i};
        ppt_master *own =
            list == LIST_MASTERS ? find_master(file, file->entries[i].slide_id) : NULL;
        scope.styles = own != NULL ? styles_of(file, own) : NULL;
        code = read_page(file, object, &scope, NULL);
    }
    return code;
}

/* Outline texts that no shape took. */
static lj_code read_outline(ppt_file *file)
{
    lj_code code = LJ_OK;
    for (uint32_t i = 0; i < file->entry_count && code == LJ_OK; i++) {
        const ppt_entry *entry = &file->entries[i];
        for (uint32_t k = 0; k < entry->text_count && code == LJ_OK; k++) {
            const ppt_outline *text = &file->outline[entry->text_first + k];
            ppt_unit unit;
            if (text->is_taken || !ppt_unit_at(file, text->at, text->end, &unit)) {
                continue;
            }
            ppt_scope scope = {
                .role = entry->list == LIST_SLIDES    ? SPAN_BODY
                        : entry->list == LIST_MASTERS ? SPAN_MASTER
                                                      : SPAN_NOTES,
                .page_no = entry->list == LIST_SLIDES ? entry->no : 0,
                .hidden_by = entry->is_shown ? 0 : SPAN_HIDE(SPAN_HIDDEN_SHEET),
                .entry = PPT_NONE,
                .ground = LOOK_NO_COLOUR,
                .only_new = true,
            };
            code = ppt_emit_unit(file, &scope, /* shape= */ NULL, &unit);
        }
    }
    return code;
}

/* ---- all objects ---- */

static span_role role_of(const ppt_file *file, const ppt_object *object)
{
    bool is_master = object->type == PPT_MASTER || object->type == PPT_HANDOUT ||
                     (object->type == PPT_NOTES && object->persist != 0 &&
                      object->persist == file->notes_master);
    return is_master ? SPAN_MASTER : object->type == PPT_NOTES ? SPAN_NOTES : SPAN_BODY;
}

/* Live ones beside the lists, then what earlier saves left. */
static lj_code read_others(ppt_file *file, bool is_live, bool has_lists)
{
    lj_code code = LJ_OK;
    for (uint32_t i = 0; i < file->object_count && code == LJ_OK; i++) {
        ppt_object *object = &file->objects[i];
        if (object->is_done || object->is_live != is_live) {
            continue;
        }
        object->is_done = true;
        ppt_scope scope = {.role = role_of(file, object),
                           .entry = PPT_NONE,
                           .is_old = !is_live,
                           .only_new = !is_live,
                           .ground = LOOK_NO_COLOUR};
        bool is_lost = is_live && has_lists && scope.role != SPAN_MASTER && is_page(object);
        bool is_old = !is_live || object->type == PPT_DOCUMENT;
        scope.hidden_by = is_lost  ? SPAN_HIDE(SPAN_HIDDEN_UNREACHABLE)
                          : is_old ? SPAN_HIDE(SPAN_HIDDEN_VERSION)
                                   : 0;
        scope.hidden_by = file->has_directory ? scope.hidden_by : 0;
        if (is_page(object)) {
            code = read_page(file, object, &scope, NULL);
        } else {
            ppt_head head = head_of(object);
            head.version = object->type == PPT_DOCUMENT ? head.version : 0;
            code = ppt_walk(file, &scope, &head);
        }
    }
    return code;
}

/* The document of the last save, or the last one there is. */
static uint32_t find_document(const ppt_file *file)
{
    uint32_t idx = ppt_object_of(file, file->document_ref);
    if (idx != PPT_NONE && file->objects[idx].type == PPT_DOCUMENT) {
        return idx;
    }
    idx = PPT_NONE;
    for (uint32_t i = 0; i < file->object_count; i++) {
        bool is_better = idx == PPT_NONE || file->objects[i].is_live || !file->objects[idx].is_live;
        idx = file->objects[i].type == PPT_DOCUMENT && is_better ? i : idx;
    }
    return idx;
}

lj_code ppt_read_objects(ppt_file *file)
{
    uint32_t document = find_document(file);
    lj_code code = LJ_OK;
    if (document != PPT_NONE) {
        ppt_head head = head_of(&file->objects[document]);
        file->objects[document].is_done = true;
        file->objects[document].is_live = true;
        code = read_document(file, &head);
    } else {
        file->is_damaged = true;
    }
    code = code == LJ_OK ? read_masters(file) : code;
    code = code == LJ_OK ? read_slides(file) : code;
    code = code == LJ_OK ? read_entries(file, LIST_NOTES, SPAN_NOTES) : code;
    code = code == LJ_OK ? read_entries(file, LIST_MASTERS, SPAN_MASTER) : code;
    bool has_lists = file->entry_count > 0;
    code = code == LJ_OK ? read_others(file, /* is_live= */ true, has_lists) : code;
    code = code == LJ_OK ? read_outline(file) : code;
    return code == LJ_OK ? read_others(file, /* is_live= */ false, has_lists) : code;
}
