/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Headers and footers of sheets.
 *
 * Specification: ECMA-376 part 1: 18.3.1.46; [MS-XLS] 2.4.136: the same codes in all editions.
 *
 * Model. A header is cut into its left, centre and right section, each one span, its codes become
 * looks (X09).
 *
 * Traps. Codes may stand inside a word: "机&B密". A size code eats the digits behind it. */
#include "formats/sheet/sheet.h"

/* A section of a header that is being put together. */
typedef struct header {
    format_run *run;
    const span *base;
    uint16_t *alt_count;
    span_block block;
    sheet_font font;
    uint16_t flags;
    lj_code code;
} header;

static void header_add(header *h, lj_slice text)
{
    span_look look = sheet_look(&h->font, LOOK_NO_COLOUR, h->flags);
    look.known |= SPAN_KNOWS_ALIGN;
    span_block_add(&h->block, (lj_str){(const char *)text.ptr, text.len}, &look);
}

static void header_emit(header *h)
{
    span what = *h->base;
    if (h->code == LJ_OK) {
        h->code = span_block_emit(h->run, &h->block, &what, h->alt_count);
    }
}

/* The code behind "&" at `at`; returns where text goes on. */
static size_t header_code(header *h, lj_slice text, size_t at)
{
    uint8_t c = text.ptr[at];
    size_t end = at + 1;
    switch (c) {
    case 'L':
    case 'C':
    case 'R':
        header_emit(h);
        h->flags = c == 'C' ? SPAN_CENTRED : c == 'R' ? SPAN_RIGHT : 0;
        h->font = (sheet_font){.fg = LOOK_NO_COLOUR};
        break;
    case '&':
        header_add(h, LJ_BYTES("&"));
        break;
    case 'B':
        h->font.bold = !h->font.bold;
        break;
    case 'I':
        h->font.italic = !h->font.italic;
        break;
    case 'S':
        h->font.struck = !h->font.struck;
        break;
    case 'K': { /* six digits, or theme and tint "01+000" */
        lj_slice colour = lj_slice_part(text, end, 0);
        while (colour.len < 6 && end + colour.len < text.len && text.ptr[end + colour.len] >= '+' &&
               text.ptr[end + colour.len] <= 'f') {
            colour = lj_slice_part(text, end, colour.len + 1);
        }
        h->font.fg = look_colour((lj_str){(const char *)colour.ptr, colour.len});
        end += colour.len;
        break;
    }
    case '"': { /* "font,style" */
        while (end < text.len && text.ptr[end] != '"') {
            end++;
        }
        h->font.hei = look_is_hei((lj_str){(const char *)text.ptr + at + 1, end - at - 1});
        h->font.has_name = true;
        end += end < text.len ? 1 : 0;
        break;
    }
    default:
        if (c >= '0' && c <= '9') {
            uint32_t size = 0;
            for (end = at;
                 end < text.len && end < at + 3 && text.ptr[end] >= '0' && text.ptr[end] <= '9';
                 end++) {
                size = size * 10 + (uint32_t)(text.ptr[end] - '0');
            }
            h->font.size_pt100 = size * 100;
            h->font.has_size = true;
        }
        if (c >= 0x80) {
            return at; /* no code: a letter behind a lonely "&" */
        }
        break; /* P N D T A F Z G U E X Y H O: nothing of the file's own */
    }
    return end;
}

lj_code sheet_emit_header(format_run *run, const span *base, lj_str whole, uint16_t *alt_count)
{
    lj_arena_mark mark = lj_arena_mark_of(format_arena(run));
    header h = {.run = run, .base = base, .alt_count = alt_count, .font = {.fg = LOOK_NO_COLOUR}};
    span_block_init(&h.block, format_arena(run));
    lj_slice text = lj_str_bytes(whole);
    size_t from = 0;
    size_t at = 0;
    while (at < text.len) {
        if (text.ptr[at] != '&' || at + 1 >= text.len) {
            at++;
            continue;
        }
        header_add(&h, lj_slice_part(text, from, at - from));
        at = header_code(&h, text, at + 1);
        from = at;
    }
    header_add(&h, lj_slice_part(text, from, at - from));
    header_emit(&h);
    lj_arena_rewind(format_arena(run), mark);
    return h.code;
}
