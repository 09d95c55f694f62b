/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Names and other short texts of archives: bytes without a charset. What is not UTF-8 is GB18030 or
 * Big5, whichever reads better, as the core decides for the names of children. */
#include "formats/archive/archive_priv.h"
#include "text/charset.h"

enum { TEXT_MAX = 256 * 1024 };

static lj_code emit_decoded(format_run *run, span what, lj_slice text)
{
    if (text.len == 0) {
        return LJ_OK;
    }
    lj_arena_mark mark = lj_arena_mark_of(format_arena(run));
    lj_buf utf8;
    lj_buf_init(&utf8, format_arena(run), TEXT_MAX);
    (void)text_lines_to_utf8(TEXT_GB18030, lj_slice_part(text, 0, TEXT_MAX / 4), /* more= */ false,
                             &utf8, /* rows= */ NULL);
    what.text = lj_buf_str(&utf8);
    lj_code code = format_emit(run, &what);
    lj_arena_rewind(format_arena(run), mark);
    return code;
}

lj_code archive_emit_name(format_run *run, lj_slice name, uint64_t hidden_by)
{
    lj_code code = LJ_OK;
    size_t from = 0;
    for (size_t i = 0; i <= name.len && code == LJ_OK; i++) {
        if (i == name.len || name.ptr[i] == '/') {
            span what = span_of(SPAN_MEMBER_NAME, LJ_STR(""));
            what.origin = SPAN_NAME;
            what.hidden_by = hidden_by;
            code = emit_decoded(run, what, lj_slice_part(name, from, i - from));
            from = i + 1;
        }
    }
    return code;
}

lj_code archive_emit_text(format_run *run, span_role role, lj_str label, lj_slice text)
{
    span what = span_of(role, LJ_STR(""));
    what.label = label;
    what.hidden_by = SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED);
    return emit_decoded(run, what, text);
}
