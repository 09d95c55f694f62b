/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Presentations of PowerPoint 95: the stream PP40, alone or beside PP97_DUALSTORAGE.
 *
 * Model. No specification of it is public. Its records have the head of later versions ([MS-PPT]
 * 2.3.1), and its texts, where they are found, the text atoms' types; bytes are in the code page of
 * the computer that wrote it. What is not understood that way is left to the sweep, and the file
 * carries the gap `unsupported`, because nobody can say that everything was read.
 *
 * Not done. Looks, order of slides, notes. */
#include "formats/ppt/ppt.h"

lj_code ppt_read_95(format_run *run, ole2_file *ole2, uint32_t stream)
{
    ppt_file *file = lj_arena_alloc(format_arena(run), sizeof(*file));
    if (file == NULL) {
        return LJ_E_LIMIT;
    }
    ppt_file_init(file, run, ole2, stream, OLE2_ROOT);
    if (file->src == NULL) {
        return LJ_OK;
    }
    file->is_95 = true;
    ole2_take_part(ole2, stream, 0, 0, FORMAT_READ);
    format_gap(run, GAP_UNSUPPORTED, "powerpoint-95", (span_place){.part_id = file->part_id});
    lj_code code = LJ_OK;
    ppt_head head;
    for (uint64_t at = 0; code == LJ_OK && ppt_head_at(file, at, file->size, &head) && !head.is_cut;
         at = head.end) {
        ppt_scope scope = {.role = SPAN_BODY, .entry = PPT_NONE, .ground = LOOK_NO_COLOUR};
        code = ppt_walk(file, &scope, &head);
        code = code == LJ_OK ? format_work(run, 1) : code;
    }
    ppt_claim_end(file);
    return code;
}
