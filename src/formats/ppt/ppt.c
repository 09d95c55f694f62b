/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Presentations of PowerPoint 97 to 2003 and of WPS: ppt, pps, pot, dps, dpt.
 *
 * Specification: [MS-PPT] (streams 2.1, records 2.2 to 2.13), [MS-ODRAW] (shapes and pictures),
 * [MS-OFFCRYPTO] 2.3.5 (RC4 CryptoAPI). Models: Apache POI's HSLF (order of records, persist
 * objects), LibreOffice's svx/msfilter (text runs, anchors), catppt (text atoms).
 *
 * Model.
 *   Current User           user: metadata; where the last save stands
 *   PowerPoint Document    objects, each a tree of records (ppt_edit.c, ppt_walk.c)
 *     document             lists, fonts, styles, links, headers and footers (ppt_list.c)
 *     slide                body and titles, page_no by the list; hidden slides say so
 *     notes                notes, with the number of their slide
 *     main, title, notes   master
 *     and handout master
 *     OLE storage          child
 *   Pictures               children (ppt_blip.c)
 *   PP97_DUALSTORAGE       a storage with the same once more, beside PowerPoint 95's
 *   PP40                   PowerPoint 95: text atoms as far as they are found
 *
 * All objects are read, not only those that the last save reaches (hidden-marks B15): what an
 * earlier save left and the last one does not say is told as an earlier version.
 *
 * Traps. See the files. An encrypted presentation keeps its last UserEditAtom and its directories
 * in the clear, nothing else.
 *
 * Limits. Stack of PPT_DEPTH_MAX containers; tables of ppt.h: beyond them objects are left to the
 * sweep (and told as damage), looks and numbers of slides are not known.
 *
 * Not done. Animation that removes text; recoloured pictures; the geometry of WordArt; looks of
 * PowerPoint 95. */
#include "formats/ppt/ppt.h"

#include "formats/format_priv.h"

enum { WORDS_MAX = 8 * 1024 * 1024 };

void ppt_file_init(ppt_file *file, format_run *run, ole2_file *ole2, uint32_t stream,
                   uint32_t storage)
{
    *file = (ppt_file){.run = run,
                       .arena = format_arena(run),
                       .ole2 = ole2,
                       .stream = stream,
                       .storage = storage,
                       .src = ole2_stream(ole2, stream),
                       .part_id = ole2_part(ole2, stream),
                       .edit_off = UINT64_MAX,
                       .list_limit = UINT64_MAX};
    file->size = file->src != NULL ? format_src_size(file->src) : 0;
    span_block_init(&file->block, file->arena);
    lj_buf_init(&file->raw, file->arena, 2 * (size_t)PPT_ATOM_MAX + 2);
    lj_buf_init(&file->raw_style, file->arena, PPT_ATOM_MAX);
    lj_buf_init(&file->words, file->arena, WORDS_MAX);
    file->paints = lj_arena_array(file->arena, PPT_PAINTS_MAX, sizeof(*file->paints));
}

/* A presentation: the streams of one storage. */
static lj_code read_storage(format_run *run, ole2_file *ole2, uint32_t storage)
{
    uint32_t stream = ole2_lookup(ole2, storage, LJ_BYTES("PowerPoint Document"));
    if (stream == OLE2_NONE || ole2_entry_at(ole2, stream)->kind != OLE2_STREAM) {
        return LJ_OK;
    }
    ppt_file *file = lj_arena_alloc(format_arena(run), sizeof(*file));
    if (file == NULL) {
        return LJ_E_LIMIT;
    }
    ppt_file_init(file, run, ole2, stream, storage);
    if (file->src == NULL) {
        return LJ_OK;
    }
    /* nothing is claimed yet, but the stream is ours: what is not claimed is swept by the core */
    ole2_take_part(ole2, stream, 0, 0, FORMAT_READ);
    lj_code code = ppt_read_current_user(file);
    code = code == LJ_OK ? ppt_read_edits(file) : code;
    code = code == LJ_OK ? ppt_unlock(file) : code;
    if (code != LJ_OK) {
        return code;
    }
    if (file->is_locked) {
        ole2_take(ole2, stream, FORMAT_LOCKED);
        format_gap(run, GAP_ENCRYPTED, "rc4-cryptoapi", (span_place){.part_id = file->part_id});
        code = ppt_read_pictures(file);
        return code == LJ_OK ? LJ_E_ENCRYPTED : code;
    }
    code = ppt_find_objects(file);
    code = code == LJ_OK ? ppt_read_objects(file) : code;
    ppt_claim_end(file);
    code = code == LJ_OK ? ppt_read_pictures(file) : code;
    return code == LJ_OK && file->is_damaged ? LJ_E_FORMAT : code;
}

static bool ends_all(lj_code code)
{
    return code == LJ_E_LIMIT || code == LJ_E_CANCELLED;
}

static lj_code ppt_read(format_run *run, format_src *src)
{
    (void)src;
    ole2_file *ole2 = ole2_of(run);
    if (ole2 == NULL) {
        return LJ_E_FORMAT;
    }
    lj_code code = read_storage(run, ole2, OLE2_ROOT);
    uint32_t dual = ole2_lookup(ole2, OLE2_ROOT, LJ_BYTES("PP97_DUALSTORAGE"));
    if (dual != OLE2_NONE && !ends_all(code)) {
        ole2_take(ole2, dual, FORMAT_READ);
        lj_code second = read_storage(run, ole2, dual);
        code = second != LJ_OK ? second : code;
    }
    uint32_t old = ole2_lookup(ole2, OLE2_ROOT, LJ_BYTES("PP40"));
    if (old != OLE2_NONE && !ends_all(code)) {
        lj_code second = ppt_read_95(run, ole2, old);
        code = second != LJ_OK ? second : code;
    }
    if (ends_all(code)) {
        return code;
    }
    lj_code rest = ole2_read_rest(ole2);
    return rest != LJ_OK ? rest : code;
}

static int ppt_sniff(const format_probe *probe)
{
    int bits = 0;
    for (uint32_t i = 0; i < probe->member_count; i++) {
        lj_slice name = probe->members[i];
        if (lj_slice_is_nocase(name, LJ_BYTES("PowerPoint Document")) ||
            lj_slice_is_nocase(name, LJ_BYTES("PP97_DUALSTORAGE"))) {
            bits = 128;
        } else if (bits == 0 && lj_slice_is_nocase(name, LJ_BYTES("PP40"))) {
            bits = 32;
        }
    }
    return bits;
}

const format_row format_ppt_row = {
    .name = "ppt",
    .base = "ole2",
    .extensions = "ppt pps pot dps dpt",
    .traits = FORMAT_PAGED,
    .sniff = ppt_sniff,
    .read = ppt_read,
    .en = "PowerPoint or WPS presentation (binary)",
    .zh = "PowerPoint 或 WPS 演示文稿（二进制）",
};
