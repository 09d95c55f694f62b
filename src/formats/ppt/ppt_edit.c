/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Who saved last, and where the objects of each save stand.
 *
 * Specification: [MS-PPT] 2.3.2 CurrentUserAtom, 2.3.3 UserEditAtom, 2.3.4 PersistDirectoryAtom;
 * 2.1.2: how the directories of all saves are laid over each other. The model code base is Apache
 * POI (HSLFSlideShowImpl, PersistPtrHolder).
 *
 * Model. An incremental save appends changed objects, a directory of them and a UserEditAtom that
 * points to the one before. An object is live when the newest directory that names its number
 * points to it; the others are what earlier saves left behind (hidden-marks B15) and are read all
 * the same. The top level of the stream is walked record by record, so that objects that no
 * directory names are found too; where a length leads outside, reading goes on at the next place
 * that a directory or an edit names.
 *
 * Traps. Edits that point forwards or to themselves (a chain only goes back). A Current User stream
 * that is missing or damaged: the last UserEditAtom of the stream is taken. */
#include "formats/ppt/ppt.h"

#include "base/cur.h"

enum {
    EDITS_MAX = 4096,         /* saves that are followed back */
    PERSIST_BITS = 20,        /* of a directory entry: the first number; the rest is a count */
    RESYNCS_MAX = 64,         /* damaged places after which reading goes on further behind */
    PERSISTS_READ = 4096 * 4, /* bytes of offsets at once: the most that one entry names */
};

/* headerToken, 2.3.2 */
static const uint32_t token_plain = 0xE391C05F;
static const uint32_t token_locked = 0xF3D1C4DF;

lj_code ppt_read_current_user(ppt_file *file)
{
    file->edit_off = UINT64_MAX;
    uint32_t idx = ole2_lookup(file->ole2, file->storage, LJ_BYTES("Current User"));
    format_src *src = ole2_stream(file->ole2, idx);
    if (src == NULL) {
        return LJ_OK;
    }
    ole2_take(file->ole2, idx, FORMAT_READ);
    lj_cur cur = lj_cur_of(format_bytes(file->run, src, 0, PPT_ATOM_MAX));
    lj_cur_skip(&cur, 12);
    uint32_t token = lj_cur_u32le(&cur);
    uint32_t off = lj_cur_u32le(&cur);
    uint16_t name_len = lj_cur_u16le(&cur);
    lj_cur_skip(&cur, 6);
    lj_slice ansi = lj_cur_bytes(&cur, name_len);
    if (!lj_cur_ok(&cur)) {
        return LJ_OK; /* a stub: the edits tell */
    }
    file->is_locked = token == token_locked;
    if (token == token_locked || token == token_plain) {
        file->edit_off = off;
    }
    lj_cur_skip(&cur, 4);
    lj_slice wide = lj_cur_bytes(&cur, 2 * (size_t)name_len);
    bool is_wide = lj_cur_ok(&cur);
    span what = span_of(SPAN_METADATA, ppt_decode(file, is_wide ? TEXT_UTF16LE : TEXT_GB18030,
                                                  is_wide ? wide : ansi));
    what.label = LJ_STR("user");
    what.hidden_by = SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED);
    what.place.part_id = ole2_part(file->ole2, idx);
    return look_is_blank(what.text) ? LJ_OK : format_emit(file->run, &what);
}

/* ---- the chain of saves ---- */

typedef struct edit {
    uint64_t before; /* the save before this one, 0: none */
    uint64_t directory;
    uint32_t document_ref, session_ref;
} edit;

static bool read_edit(ppt_file *file, uint64_t at, edit *out)
{
    ppt_head head;
    if (!ppt_head_at(file, at, file->size, &head) || head.type != PPT_USER_EDIT || head.is_cut) {
        return false;
    }
    lj_cur cur = lj_cur_of(ppt_body(file, &head, 32));
    lj_cur_skip(&cur, 8);
    *out = (edit){0};
    out->before = lj_cur_u32le(&cur);
    out->directory = lj_cur_u32le(&cur);
    out->document_ref = lj_cur_u32le(&cur);
    lj_cur_skip(&cur, 8);
    if (!lj_cur_ok(&cur)) {
        return false;
    }
    out->session_ref = lj_cur_left(&cur) >= 4 ? lj_cur_u32le(&cur) : 0;
    return true;
}

/* The last UserEditAtom on the top level; UINT64_MAX when there is none. */
static uint64_t find_last_edit(ppt_file *file)
{
    uint64_t found = UINT64_MAX;
    ppt_head head;
    for (uint64_t at = 0; ppt_head_at(file, at, file->size, &head) && !head.is_cut; at = head.end) {
        found = head.type == PPT_USER_EDIT ? at : found;
        if (format_work(file->run, 1) != LJ_OK) {
            break;
        }
    }
    return found;
}

static bool keep_persists(ppt_file *file, uint32_t count)
{
    if (count <= file->persist_count) {
        return true;
    }
    uint32_t *grown = lj_arena_array(file->arena, count, sizeof(*grown));
    if (grown == NULL) {
        return false;
    }
    memset(grown, 0xFF, count * sizeof(*grown));
    if (file->persist_count > 0) {
        memcpy(grown, file->persists, file->persist_count * sizeof(*grown));
    }
    file->persists = grown;
    file->persist_count = count;
    return true;
}

/* When the file is encrypted: where the object stands, whichever save it is of. */
static void note_locked(ppt_file *file, uint32_t off, uint32_t persist)
{
    void *array = file->locked;
    if (file->is_locked && ppt_room(file, &array, file->locked_count, &file->locked_cap,
                                    sizeof(*file->locked), PPT_OBJECTS_MAX)) {
        file->locked = array;
        file->locked[file->locked_count++] = (ppt_locked){off, persist};
    }
}

/* Numbers that a newer directory has named stay. */
static bool read_directory(ppt_file *file, uint64_t at)
{
    ppt_head head;
    if (!ppt_head_at(file, at, file->size, &head) || head.type != PPT_PERSIST_DIRECTORY ||
        head.is_cut) {
        return false;
    }
    for (uint64_t off = head.body; head.end - off >= 4;) {
        lj_cur cur = lj_cur_of(format_bytes(file->run, file->src, off, 4));
        uint32_t word = lj_cur_u32le(&cur);
        uint32_t first = word & (((uint32_t)1 << PERSIST_BITS) - 1);
        uint32_t count = word >> PERSIST_BITS;
        off += 4;
        uint32_t room = first + count;
        room = room > file->persist_count * 2 ? room : file->persist_count * 2;
        room = room < (1U << PERSIST_BITS) ? room : (1U << PERSIST_BITS);
        if (!lj_cur_ok(&cur) || head.end - off < 4 * (uint64_t)count ||
            first + count > (1U << PERSIST_BITS) ||
            (first + count > file->persist_count && !keep_persists(file, room))) {
            return false;
        }
        lj_cur offs = lj_cur_of(
            format_bytes(file->run, file->src, off, lj_min_size(4 * (size_t)count, PERSISTS_READ)));
        for (uint32_t i = 0; i < count; i++) {
            uint32_t object = lj_cur_u32le(&offs);
            if (lj_cur_ok(&offs)) {
                note_locked(file, object, first + i);
            }
            if (lj_cur_ok(&offs) && file->persists[first + i] == UINT32_MAX) {
                file->persists[first + i] = object;
            }
        }
        off += 4 * (uint64_t)count;
        if (format_work(file->run, (uint64_t)count + 1) != LJ_OK) {
            return false;
        }
    }
    return true;
}

lj_code ppt_read_edits(ppt_file *file)
{
    edit at_hand;
    uint64_t at = file->edit_off;
    if (at == UINT64_MAX || !read_edit(file, at, &at_hand)) {
        at = find_last_edit(file);
        file->is_damaged = file->is_damaged || at != UINT64_MAX;
        if (at == UINT64_MAX || !read_edit(file, at, &at_hand)) {
            return LJ_OK; /* no edits: everything is live */
        }
    }
    file->document_ref = at_hand.document_ref;
    file->session_ref = at_hand.session_ref;
    file->has_directory = true;
    for (uint32_t count = 0; count < EDITS_MAX; count++) {
        if (!read_directory(file, at_hand.directory)) {
            file->is_damaged = true;
        }
        uint64_t before = at_hand.before;
        if (before == 0) {
            return LJ_OK;
        }
        if (before >= at || !read_edit(file, before, &at_hand)) {
            file->is_damaged = true;
            return LJ_OK;
        }
        at = before;
        lj_code code = format_work(file->run, 1);
        if (code != LJ_OK) {
            return code;
        }
    }
    return LJ_OK;
}

/* ---- objects ---- */

static bool is_object(uint16_t type)
{
    switch (type) {
    case PPT_DOCUMENT:
    case PPT_SLIDE:
    case PPT_NOTES:
    case PPT_MASTER:
    case PPT_HANDOUT:
    case PPT_OLE_STORAGE:
    case PPT_USER_EDIT:
    case PPT_PERSIST_DIRECTORY:
    case PPT_CRYPT_SESSION:
        return true;
    default:
        return false;
    }
}

static bool add_object(ppt_file *file, const ppt_head *head)
{
    void *array = file->objects;
    if (!ppt_room(file, &array, file->object_count, &file->object_cap, sizeof(*file->objects),
                  PPT_OBJECTS_MAX)) {
        file->is_damaged = true;
        return false;
    }
    file->objects = array;
    file->objects[file->object_count++] = (ppt_object){.at = head->at,
                                                       .end = head->end,
                                                       .type = head->type,
                                                       .instance = head->instance,
                                                       .is_live = !file->has_directory};
    return true;
}

/* The first place behind `at` that a directory names; the end when there is none. */
static uint64_t next_known(const ppt_file *file, uint64_t at)
{
    uint64_t best = file->size;
    for (uint32_t i = 0; i < file->persist_count; i++) {
        if (file->persists[i] > at && file->persists[i] < best) {
            best = file->persists[i];
        }
    }
    return best;
}

static uint32_t find_object(const ppt_file *file, uint64_t at)
{
    uint32_t low = 0;
    uint32_t high = file->sorted_count;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (file->objects[mid].at < at) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return low < file->sorted_count && file->objects[low].at == at ? low : PPT_NONE;
}

/* Marks the objects of the last save; those that lie at no boundary are added. */
static lj_code mark_live(ppt_file *file)
{
    for (uint32_t i = 0; i < file->persist_count; i++) {
        if (file->persists[i] == UINT32_MAX) {
            continue;
        }
        lj_code code = format_work(file->run, 1);
        if (code != LJ_OK) {
            return code;
        }
        uint32_t found = find_object(file, file->persists[i]);
        ppt_head head;
        if (found == PPT_NONE && ppt_head_at(file, file->persists[i], file->size, &head) &&
            is_object(head.type) && add_object(file, &head)) {
            found = file->object_count - 1;
        }
        if (found != PPT_NONE) {
            file->objects[found].is_live = true;
            file->objects[found].persist = i;
        } else {
            file->is_damaged = true;
        }
        file->persists[i] = found; /* from here on: the object's index */
    }
    return LJ_OK;
}

lj_code ppt_find_objects(ppt_file *file)
{
    uint32_t resyncs = 0;
    uint64_t at = 0;
    ppt_head head;
    while (ppt_head_at(file, at, file->size, &head)) {
        lj_code code = format_work(file->run, 1);
        if (code != LJ_OK) {
            return code;
        }
        bool known = is_object(head.type);
        if (head.is_cut) {
            /* the length is wrong or the end is missing: what is known to begin behind it ends it
             */
            file->is_damaged = true;
            head.end = resyncs++ < RESYNCS_MAX ? next_known(file, at) : file->size;
        }
        if (known && !add_object(file, &head)) {
            break;
        }
        at = head.end;
    }
    file->sorted_count = file->object_count;
    return mark_live(file);
}

uint32_t ppt_object_of(const ppt_file *file, uint32_t persist)
{
    return persist < file->persist_count ? file->persists[persist] : PPT_NONE;
}
