/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Text of metafiles (hidden-marks I10).
 *
 * Model. Pieces on the same baseline are one line: they are joined as long as they follow each
 * other, with a blank where there is a gap. Each line is a span.
 *
 * Traps. Programs draw letter by letter, or in pieces of any length. Fonts without a charset of
 * their own (0 and 1) hold GBK in Chinese files. */
#include "formats/picture/metafile.h"

#include "base/num.h"
#include "formats/look.h"

enum { GB2312 = 134, BIG5 = 136, SYMBOLS = 2, GAP_PARTS = 3 };

bool metafile_begin(metafile *m, format_run *run, format_src *src)
{
    picture_begin(&m->pic, run, src);
    m->file = (picture_area){.src = src, .len = m->pic.size, .is_file = true};
    span_block_init(&m->block, format_arena(run));
    lj_buf_init(&m->scratch, format_arena(run), 4 * (size_t)PICTURE_TEXT_MAX);
    m->fonts = lj_arena_array(format_arena(run), METAFILE_OBJECTS_MAX, sizeof(*m->fonts));
    m->line_y = INT64_MIN;
    return m->fonts != NULL;
}

void metafile_line_end(metafile *m)
{
    span what = span_of(SPAN_BODY, (lj_str){NULL, 0});
    uint16_t alternatives = 0;
    what.src_off = m->line_off;
    if (m->pic.code == LJ_OK && m->block.text.len > 0) {
        m->pic.code = span_block_emit(m->pic.run, &m->block, &what, &alternatives);
    }
    span_block_clear(&m->block);
    m->line_y = INT64_MIN;
}

static text_charset charset_of(const metafile *m, bool wide)
{
    return wide ? TEXT_UTF16LE : m->font.charset == BIG5 ? TEXT_BIG5 : TEXT_GB18030;
}

/* Decodes into scratch. */
static lj_str decode(metafile *m, bool wide, lj_slice bytes)
{
    lj_buf_clear(&m->scratch);
    if (wide || m->font.charset == GB2312 || m->font.charset == BIG5) {
        (void)text_to_utf8(charset_of(m, wide), bytes, /* more= */ false, &m->scratch, NULL);
    } else {
        (void)text_lines_to_utf8(TEXT_GB18030, bytes, /* more= */ false, &m->scratch, NULL);
    }
    while (m->scratch.len > 0 && m->scratch.ptr[m->scratch.len - 1] == 0) {
        m->scratch.len--;
    }
    return lj_buf_str(&m->scratch);
}

void metafile_text(metafile *m, metafile_place place, bool wide, lj_slice bytes, uint64_t off)
{
    lj_str text = decode(m, wide, bytes);
    if (text.len == 0 || m->pic.code != LJ_OK || !lj_buf_ok(&m->scratch)) {
        return;
    }
    int64_t height = m->font.height < 0 ? -(int64_t)m->font.height : m->font.height;
    bool same = m->line_y == place.y && m->block.text.len < SPAN_BLOCK_MAX;
    if (!same) {
        metafile_line_end(m);
        m->line_y = place.y;
        m->line_off = off;
    } else if (m->line_x != INT64_MAX && place.x - m->line_x > height / GAP_PARTS && height > 0) {
        span_block_add(&m->block, LJ_STR(" "), NULL);
    }
    span_look look = {.fg = m->fg, .known = SPAN_KNOWS_FG | SPAN_KNOWS_FONT};
    look.flags = (uint16_t)((m->font.is_hei ? SPAN_HEI : 0) | (m->font.is_bold ? SPAN_BOLD : 0));
    span_block_add(&m->block, text, &look);
    m->line_x = place.width > 0 ? place.x + place.width : INT64_MAX;
}

void metafile_font_name(metafile *m, metafile_font *font, lj_slice name, bool wide)
{
    size_t len = 0;
    size_t step = wide ? 2 : 1;
    while (len + step <= name.len && (name.ptr[len] != 0 || (wide && name.ptr[len + 1] != 0))) {
        len += step;
    }
    m->font.charset = wide ? m->font.charset : GB2312;
    lj_str text = decode(m, wide, lj_slice_part(name, 0, len));
    font->is_font = true;
    font->is_hei = look_is_hei(text);
    font->is_symbols = font->charset == SYMBOLS;
}

lj_code metafile_end(metafile *m, const char *name)
{
    metafile_line_end(m);
    if (m->has_glyphs && m->pic.code == LJ_OK) {
        format_gap(m->pic.run, GAP_NO_TEXT_MAP, name, (span_place){0});
    }
    return picture_end(&m->pic, m->has_bitmap ? name : NULL);
}
