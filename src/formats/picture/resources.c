/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Image resources of Photoshop (8BIM blocks) and the IPTC records inside of them.
 *
 * Specification: Adobe Photoshop File Formats, "Image Resources Section"; IPTC-NAA Information
 * Interchange Model 4.2, chapters 1 (structure), 5 (1:90 coded character set), 6 (2:xx).
 *
 * Model. Resources with text are read, those with pixels or curves are claimed, all others are left
 * to the sweep. A data set of IPTC's application record is a span labelled with its name.
 *
 * Traps. The charset of IPTC is said by 1:90 or not at all: then it is found out. Names of
 * resources are text, too. */
#include "base/num.h"
#include "formats/picture/picture.h"

enum { AREAS_MAX = 8 };

static const struct {
    uint8_t set;
    const char *label;
} sets[] = {
    {5,   "ObjectName"          },
    {7,   "EditStatus"          },
    {15,  "Category"            },
    {20,  "SupplementalCategory"},
    {25,  "Keywords"            },
    {40,  "SpecialInstructions" },
    {80,  "By-line"             },
    {85,  "By-lineTitle"        },
    {90,  "City"                },
    {92,  "Sub-location"        },
    {95,  "Province"            },
    {101, "Country"             },
    {103, "OriginalReference"   },
    {105, "Headline"            },
    {110, "Credit"              },
    {115, "Source"              },
    {116, "CopyrightNotice"     },
    {118, "Contact"             },
    {120, "Caption"             },
    {122, "Writer"              },
};

static lj_str label_of(uint8_t set)
{
    for (size_t i = 0; i < LJ_COUNT_OF(sets); i++) {
        if (sets[i].set == set) {
            return lj_cstr_str(sets[i].label);
        }
    }
    return LJ_STR("IPTC");
}

void picture_iptc(picture *pic, const picture_area *area)
{
    enum { MARK = 0x1C, LONG = 0x8000 };
    text_charset charset = TEXT_CHARSET_ANY;
    uint64_t at = 0;
    while (pic->code == LJ_OK) {
        lj_cur cur = lj_cur_of(picture_bytes(pic, area, at, 9));
        uint8_t mark = lj_cur_u8(&cur);
        uint8_t record = lj_cur_u8(&cur);
        uint8_t set = lj_cur_u8(&cur);
        uint64_t len = lj_cur_u16be(&cur);
        if (lj_cur_ok(&cur) && (len & LONG) != 0) { /* the length of the length */
            len = len == (LONG | 4) ? lj_cur_u32be(&cur) : UINT32_MAX;
        }
        if (!lj_cur_ok(&cur) || mark != MARK) {
            break; /* zeros behind the last one are usual */
        }
        if (len > area->len - at - cur.pos) {
            pic->is_damaged = true;
            break;
        }
        pic->code = format_work(pic->run, 16);
        uint64_t off = at + cur.pos;
        lj_arena_mark arena_mark = lj_arena_mark_of(format_arena(pic->run));
        lj_slice value = picture_keep(pic, area, off, len);
        if (record == 1 && set == 90) {
            charset = lj_slice_is(value, LJ_BYTES("\x1B%G")) ? TEXT_UTF8 : TEXT_CHARSET_ANY;
        } else if (value.len > 0 && pic->code == LJ_OK) {
            picture_emit_bytes(pic, label_of(record == 2 ? set : 0), charset, value,
                               area->off + off);
        }
        lj_arena_rewind(format_arena(pic->run), arena_mark);
        at = off + len;
        picture_claim(pic, area, off - cur.pos, cur.pos + len, FORMAT_READ);
    }
}

/* Strings with their length in one byte, one behind the other; or one of two-byte letters with the
 * number of these before it. */
static void emit_strings(picture *pic, const picture_area *part, bool wide, lj_str label)
{
    uint64_t at = 0;
    while (at < part->len && pic->code == LJ_OK) {
        lj_cur cur = lj_cur_of(picture_bytes(pic, part, at, wide ? 4 : 1));
        uint64_t len = wide ? (uint64_t)lj_cur_u32be(&cur) * 2 : lj_cur_u8(&cur);
        if (!lj_cur_ok(&cur) || len > part->len - at - cur.pos) {
            return;
        }
        pic->code = format_work(pic->run, 16);
        lj_arena_mark mark = lj_arena_mark_of(format_arena(pic->run));
        lj_slice value = picture_keep(pic, part, at + cur.pos, len);
        if (pic->code == LJ_OK) {
            picture_emit_bytes(pic, label, wide ? TEXT_UTF16BE : TEXT_CHARSET_ANY, value,
                               part->off + at + cur.pos);
        }
        lj_arena_rewind(format_arena(pic->run), mark);
        at += cur.pos + len;
    }
    picture_claim(pic, part, 0, part->len, FORMAT_READ);
}

static void take_resource(picture *pic, uint16_t id, const picture_area *part)
{
    switch (id) {
    case 0x0404:
        picture_iptc(pic, part);
        break;
    case 0x0424:
        picture_xmp(pic, picture_source(pic, part), part->off);
        picture_claim(pic, part, 0, part->len, FORMAT_READ);
        break;
    case 0x0422:
    case 0x0423:
        picture_exif(pic, part);
        break;
    case 0x03EE: /* names of channels */
    case 0x03F0: /* caption */
        emit_strings(pic, part, /* wide= */ false, LJ_STR("Caption"));
        break;
    case 0x0415: /* names of channels */
    case 0x043E: /* names of layers that are linked */
        emit_strings(pic, part, /* wide= */ true, LJ_STR("Channel"));
        break;
    case 0x040B: { /* address */
        lj_slice value = picture_keep(pic, part, 0, part->len);
        picture_emit_bytes(pic, LJ_STR("URL"), TEXT_CHARSET_ANY, value, part->off);
        picture_claim(pic, part, 0, part->len, FORMAT_READ);
        break;
    }
    case 0x0409: /* thumbnails */
    case 0x040C:
    case 0x040F: /* colour profile */
    case 0x03ED: /* resolution and other numbers */
    case 0x03F3:
    case 0x03F5:
    case 0x0406:
    case 0x040D:
    case 0x0414:
    case 0x0419:
    case 0x0425:
        picture_claim(pic, part, 0, part->len, FORMAT_OPAQUE);
        break;
    default:
        break;
    }
}

void picture_resources(picture *pic, const picture_area *area)
{
    uint64_t at = 0;
    if (pic->depth >= AREAS_MAX) {
        return;
    }
    pic->depth++;
    while (at + 12 <= area->len && pic->code == LJ_OK) {
        lj_cur cur = lj_cur_of(picture_bytes(pic, area, at, 4 + 2 + 256 + 4));
        lj_slice mark = lj_cur_bytes(&cur, 4);
        uint16_t id = lj_cur_u16be(&cur);
        uint8_t name_len = lj_cur_u8(&cur);
        lj_slice name = lj_cur_bytes(&cur, name_len);
        lj_cur_skip(&cur, name_len % 2 == 0 ? 1 : 0);
        uint64_t len = lj_cur_u32be(&cur);
        bool known = lj_slice_is(mark, LJ_BYTES("8BIM")) || lj_slice_is(mark, LJ_BYTES("MeSa")) ||
                     lj_slice_is(mark, LJ_BYTES("PHUT")) || lj_slice_is(mark, LJ_BYTES("AgHg")) ||
                     lj_slice_is(mark, LJ_BYTES("DCSR"));
        if (!lj_cur_ok(&cur) || !known) {
            pic->is_damaged = pic->is_damaged || !known;
            break;
        }
        pic->code = format_work(pic->run, 32);
        uint64_t off = at + cur.pos;
        picture_emit_bytes(pic, LJ_STR("resource"), TEXT_CHARSET_ANY, name, area->off + at + 7);
        picture_claim(pic, area, at, cur.pos, FORMAT_OPAQUE);
        pic->is_damaged = pic->is_damaged || len > area->len - off;
        picture_area part = picture_part(area, off, len);
        take_resource(pic, id, &part);
        at = off + part.len + (part.len & 1);
    }
    pic->depth--;
}
