/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Everything in a compound file that no dialect has taken, and the row `ole2` itself: embedded
 * objects, macros, property sets, streams that nobody knows, entries that no tree reaches.
 *
 * Specification: [MS-CFB]; [MS-OLEDS] 2.3 for embedded objects; [MS-OLEPS] for property sets.
 *
 * How it maps to spans: a storage that holds a document of its own becomes a child; a stream with a
 * known format inside (pictures of Thumbs.db, a package) too; a property set becomes metadata; VBA
 * modules become scripts; everything else is swept for text, with the stream's path as the part.
 * Names with letters beyond ASCII are attributes. Entries that no tree reaches carry the reason
 * `unreachable`. Slack of sectors and free sectors are left to the sweep of the core. */
#include "base/num.h"
#include "formats/format_priv.h"
#include "formats/look.h"
#include "formats/ole2/ole2_priv.h"

enum { HEAD_LEN = 512, PROPERTY_SET_CONTROL = 5 };

/* A storage that holds a document of its own. Every entry has one parent: all storages together
 * are looked through once. */
static bool is_document(const ole2_file *file, uint32_t storage)
{
    static const char *const streams[] = {
        "WordDocument",        "Workbook",         "Book",
        "PowerPoint Document", "EncryptedPackage", "__properties_version1.0"};
    for (uint32_t at = ole2_first(file, storage); at != OLE2_NONE; at = ole2_next(file, at)) {
        for (size_t i = 0; i < LJ_COUNT_OF(streams); i++) {
            if (lj_slice_is_nocase(lj_str_bytes(file->entries[at].name),
                                   lj_cstr_bytes(streams[i]))) {
                return true;
            }
        }
    }
    return false;
}

static uint64_t hidden_of(const ole2_entry *entry)
{
    return entry->is_reached ? 0 : SPAN_HIDE(SPAN_HIDDEN_UNREACHABLE);
}

static lj_code emit_name(ole2_file *file, uint32_t idx)
{
    const ole2_entry *entry = &file->entries[idx];
    if (!look_has_high_byte(entry->name)) {
        return LJ_OK;
    }
    span what = span_of(SPAN_ATTRIBUTE, entry->name);
    what.label = LJ_STR("name");
    what.hidden_by = SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED) | hidden_of(entry);
    return format_emit(file->run, &what);
}

static lj_code read_child(ole2_file *file, uint32_t idx, format_src *src)
{
    const ole2_entry *entry = &file->entries[idx];
    format_child_info info = {.name = lj_str_bytes(entry->name),
                              .name_utf8 = entry->name,
                              .kind = FORMAT_EMBEDDED,
                              .hidden_by = hidden_of(entry)};
    return format_child(file->run, &info, src);
}

static lj_code read_stream(ole2_file *file, uint32_t idx)
{
    format_run *run = file->run;
    ole2_entry *entry = &file->entries[idx];
    format_src *src = ole2_stream(file, idx);
    if (src == NULL) {
        return LJ_E_LIMIT;
    }
    bool taken = false;
    lj_code code = LJ_OK;
    if (entry->control == PROPERTY_SET_CONTROL) {
        code = ole2_read_properties(run, src, ole2_part(file, idx));
        ole2_take(file, idx, FORMAT_READ);
        return code;
    }
    if (entry->control == 1) {
        code = ole2_read_native(file, idx, &taken);
    }
    if (code != LJ_OK || taken) {
        return code;
    }
    ole2_take(file, idx, FORMAT_READ);
    lj_slice head = format_bytes(run, src, 0, HEAD_LEN);
    if (format_recognise(head) != NULL) {
        return read_child(file, idx, src);
    }
    return format_sweep_part(run, src, ole2_part(file, idx), hidden_of(entry));
}

/* Chains that were cut are told once for the whole file. */
static lj_code tell_damage(const ole2_file *file)
{
    bool cut = file->is_damaged;
    for (uint32_t i = 0; i < file->count; i++) {
        cut = cut || (file->entries[i].is_cut && file->entries[i].is_reached);
    }
    return cut ? LJ_E_FORMAT : LJ_OK;
}

lj_code ole2_read_rest(ole2_file *file)
{
    format_run *run = file->run;
    format_claim(run, 0, OLE2_HEADER_LEN, FORMAT_OPAQUE);
    lj_code code = LJ_OK;
    for (uint32_t i = 1; code == LJ_OK && i < file->count; i++) {
        if (file->entries[i].kind != OLE2_FREE) {
            code = format_entry(run);
        }
        if (code == LJ_OK && file->entries[i].kind != OLE2_FREE) {
            code = emit_name(file, i);
        }
    }
    /* storages first, in the order of the directory: they take what is in them */
    for (uint32_t i = 1; code == LJ_OK && i < file->count; i++) {
        ole2_entry *entry = &file->entries[i];
        if (entry->kind != OLE2_STORAGE || entry->is_taken || !entry->is_reached) {
            continue;
        }
        if (is_document(file, i)) {
            format_src *src = ole2_storage(file, i);
            code = src != NULL ? read_child(file, i, src) : LJ_OK;
        } else if (ole2_is_vba(file, i)) {
            format_tell(run, NOTE_MACROS);
            code = ole2_read_vba(file, i);
        }
    }
    for (int reached = 1; reached >= 0; reached--) { /* stale entries last: see ole2.c */
        for (uint32_t i = 1; code == LJ_OK && i < file->count; i++) {
            ole2_entry *entry = &file->entries[i];
            if (entry->kind == OLE2_STREAM && !entry->is_taken &&
                entry->is_reached == (reached == 1)) {
                code = read_stream(file, i);
            }
        }
    }
    return code == LJ_OK ? tell_damage(file) : code;
}

static int ole2_sniff(const format_probe *probe)
{
    return lj_slice_has_prefix(probe->head, LJ_BYTES("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")) ? 64 : 0;
}

static lj_code ole2_read(format_run *run, format_src *src)
{
    ole2_file *file = ole2_of(run);
    (void)src;
    if (file == NULL) {
        return LJ_E_FORMAT; /* a header that cannot be: all of it is swept */
    }
    return ole2_read_rest(file);
}

const format_row format_ole2_row = {
    .name = "ole2",
    .extensions = "vsd db automaticdestinations-ms msi mpp pub",
    .traits = FORMAT_LEVEL2,
    .sniff = ole2_sniff,
    .index = ole2_index_make,
    .read = ole2_read,
    .en = "OLE2 compound file",
    .zh = "OLE2 复合文件",
};
