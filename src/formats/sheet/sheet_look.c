/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Cell formats to looks: see sheet.h. */
#include "formats/sheet/sheet.h"

enum { ROWS_MAX = 65536, TINY_PT100 = 400, WHITE = 0xFFFFFF };

void *sheet_rows_add(sheet_rows *list, lj_arena *arena, size_t size)
{
    if (list->count == list->cap) {
        uint32_t cap = list->cap == 0 ? 32 : list->cap * 2;
        void *ptr = cap <= ROWS_MAX ? lj_arena_array(arena, cap, size) : NULL;
        if (ptr == NULL) {
            return NULL;
        }
        if (list->count > 0) {
            memcpy(ptr, list->ptr, list->count * size);
        }
        list->ptr = ptr;
        list->cap = cap;
    }
    return (uint8_t *)list->ptr + size * list->count++;
}

void sheet_xf_set_format(sheet_xf *xf, lj_slice code)
{
    xf->format = code;
    xf->says_words = sheet_format_says_words(code);
    xf->hides_text = sheet_format_hides(code, false);
    xf->hides_numbers = sheet_format_hides(code, true);
}

span_look sheet_look(const sheet_font *font, uint32_t fill, uint16_t flags)
{
    span_look look = {.flags = flags};
    if (font->has_size) {
        look.known |= SPAN_KNOWS_SIZE;
        look.size_pt100 = font->size_pt100;
        look.hidden_by |= font->size_pt100 < TINY_PT100 ? SPAN_HIDE(SPAN_HIDDEN_TINY) : 0;
    }
    if (fill < LOOK_PAINTED) {
        look.known |= SPAN_KNOWS_BG;
        look.bg = fill;
    }
    if (font->fg < LOOK_PAINTED) {
        look.known |= SPAN_KNOWS_FG;
        look.fg = font->fg;
        if (fill != LOOK_PAINTED &&
            look_no_contrast(font->fg, fill == LOOK_NO_COLOUR ? WHITE : fill)) {
            look.hidden_by |= SPAN_HIDE(SPAN_HIDDEN_NO_CONTRAST);
        }
    }
    look.known |= font->has_name ? SPAN_KNOWS_FONT : 0;
    look.flags |= (uint16_t)((font->hei ? SPAN_HEI : 0) | (font->bold ? SPAN_BOLD : 0) |
                             (font->italic ? SPAN_ITALIC : 0) | (font->struck ? SPAN_STRUCK : 0));
    return look;
}
