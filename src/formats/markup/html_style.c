/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Elements of HTML by name, and the inline style (CSS 2.2, the properties that hide text or make it
 * look like a mark). Style sheets are not resolved; lengths are pt and px. */
#include "formats/markup/html_style.h"

#include "base/num.h"

static const struct {
    const char *name;
    unsigned kind;
} elements[] = {
    {"p",          HTML_IS_BLOCK | HTML_IS_PARAGRAPH             },
    {"div",        HTML_IS_BLOCK                                 },
    {"h1",         HTML_IS_BLOCK | HTML_IS_HEADING | HTML_IS_BOLD},
    {"h2",         HTML_IS_BLOCK | HTML_IS_HEADING | HTML_IS_BOLD},
    {"h3",         HTML_IS_BLOCK | HTML_IS_HEADING | HTML_IS_BOLD},
    {"h4",         HTML_IS_BLOCK | HTML_IS_HEADING | HTML_IS_BOLD},
    {"h5",         HTML_IS_BLOCK | HTML_IS_HEADING | HTML_IS_BOLD},
    {"h6",         HTML_IS_BLOCK | HTML_IS_HEADING | HTML_IS_BOLD},
    {"td",         HTML_IS_BLOCK | HTML_IS_CELL                  },
    {"th",         HTML_IS_BLOCK | HTML_IS_CELL | HTML_IS_BOLD   },
    {"tr",         HTML_IS_BLOCK | HTML_IS_ROW                   },
    {"table",      HTML_IS_BLOCK | HTML_IS_TABLE                 },
    {"tbody",      HTML_IS_BLOCK                                 },
    {"thead",      HTML_IS_BLOCK                                 },
    {"tfoot",      HTML_IS_BLOCK                                 },
    {"caption",    HTML_IS_BLOCK                                 },
    {"li",         HTML_IS_BLOCK | HTML_IS_ITEM                  },
    {"ul",         HTML_IS_BLOCK                                 },
    {"ol",         HTML_IS_BLOCK                                 },
    {"dl",         HTML_IS_BLOCK                                 },
    {"dt",         HTML_IS_BLOCK | HTML_IS_ITEM                  },
    {"dd",         HTML_IS_BLOCK | HTML_IS_ITEM                  },
    {"pre",        HTML_IS_BLOCK | HTML_IS_PRE                   },
    {"blockquote", HTML_IS_BLOCK                                 },
    {"center",     HTML_IS_BLOCK | HTML_IS_CENTRE                },
    {"section",    HTML_IS_BLOCK                                 },
    {"article",    HTML_IS_BLOCK                                 },
    {"header",     HTML_IS_BLOCK                                 },
    {"footer",     HTML_IS_BLOCK                                 },
    {"nav",        HTML_IS_BLOCK                                 },
    {"aside",      HTML_IS_BLOCK                                 },
    {"main",       HTML_IS_BLOCK                                 },
    {"form",       HTML_IS_BLOCK                                 },
    {"fieldset",   HTML_IS_BLOCK                                 },
    {"legend",     HTML_IS_BLOCK                                 },
    {"address",    HTML_IS_BLOCK                                 },
    {"figure",     HTML_IS_BLOCK                                 },
    {"figcaption", HTML_IS_BLOCK                                 },
    {"body",       HTML_IS_BLOCK                                 },
    {"html",       HTML_IS_BLOCK                                 },
    {"head",       HTML_IS_BLOCK                                 },
    {"option",     HTML_IS_BLOCK | HTML_IS_OPTION                },
    {"optgroup",   HTML_IS_BLOCK                                 },
    {"select",     HTML_IS_BLOCK                                 },
    {"button",     HTML_IS_BLOCK                                 },
    {"label",      HTML_IS_INLINE                                },
    {"iframe",     HTML_IS_BLOCK                                 },
    {"br",         HTML_IS_VOID | HTML_IS_BREAK                  },
    {"hr",         HTML_IS_VOID | HTML_IS_BLOCK                  },
    {"img",        HTML_IS_VOID                                  },
    {"input",      HTML_IS_VOID                                  },
    {"meta",       HTML_IS_VOID | HTML_IS_BLOCK                  },
    {"link",       HTML_IS_VOID | HTML_IS_BLOCK                  },
    {"base",       HTML_IS_VOID | HTML_IS_BLOCK                  },
    {"col",        HTML_IS_VOID                                  },
    {"area",       HTML_IS_VOID                                  },
    {"embed",      HTML_IS_VOID                                  },
    {"source",     HTML_IS_VOID                                  },
    {"wbr",        HTML_IS_VOID                                  },
    {"param",      HTML_IS_VOID                                  },
    {"b",          HTML_IS_BOLD                                  },
    {"strong",     HTML_IS_BOLD                                  },
};

unsigned html_kind_of(lj_slice name)
{
    for (size_t i = 0; i < LJ_COUNT_OF(elements); i++) {
        bool begins = name.len > 0 && (name.ptr[0] | 32) == (uint8_t)elements[i].name[0];
        if (begins && lj_slice_is_nocase(name, lj_cstr_bytes(elements[i].name))) {
            return elements[i].kind;
        }
    }
    return HTML_IS_INLINE;
}

/* ---- style ---- */

/* The value of a property in an inline style, trimmed; empty when it is not there. */
static lj_slice style_value(lj_slice style, const char *property)
{
    lj_slice name = lj_cstr_bytes(property);
    size_t at = 0;
    while (at < style.len) {
        lj_slice rest = lj_slice_part(style, at, SIZE_MAX);
        size_t end = lj_min_size(lj_slice_find(rest, LJ_BYTES(";")), rest.len);
        lj_slice one = lj_slice_part(rest, 0, end);
        size_t colon = lj_slice_find(one, LJ_BYTES(":"));
        if (colon != SIZE_MAX) {
            lj_slice key = lj_slice_part(one, 0, colon);
            lj_slice value = lj_slice_part(one, colon + 1, SIZE_MAX);
            while (key.len > 0 && key.ptr[0] <= ' ') {
                key = lj_slice_part(key, 1, SIZE_MAX);
            }
            while (key.len > 0 && key.ptr[key.len - 1] <= ' ') {
                key.len--;
            }
            while (value.len > 0 && value.ptr[0] <= ' ') {
                value = lj_slice_part(value, 1, SIZE_MAX);
            }
            while (value.len > 0 && value.ptr[value.len - 1] <= ' ') {
                value.len--;
            }
            if (lj_slice_is_nocase(key, name)) {
                return value;
            }
        }
        at += end + 1;
    }
    return (lj_slice){NULL, 0};
}

int html_hex_digit(uint8_t c)
{
    return c >= '0' && c <= '9'                 ? c - '0'
           : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
                                                : -1;
}

/* #rgb, #rrggbb, white, black; false for what we do not resolve. */
static bool read_colour(lj_slice value, uint32_t *out)
{
    if (lj_slice_is_nocase(value, LJ_BYTES("white"))) {
        *out = 0xFFFFFF;
        return true;
    }
    if (lj_slice_is_nocase(value, LJ_BYTES("black")) ||
        lj_slice_is_nocase(value, LJ_BYTES("red"))) {
        *out = value.len == 3 ? 0xFF0000 : 0;
        return true;
    }
    if (value.len != 4 && value.len != 7) {
        return false;
    }
    uint32_t number = 0;
    for (size_t i = 1; i < value.len; i++) {
        int digit = html_hex_digit(value.ptr[i]);
        if (value.ptr[0] != '#' || digit < 0) {
            return false;
        }
        number =
            value.len == 4 ? number << 8 | (uint32_t)(digit * 17) : number << 4 | (uint32_t)digit;
    }
    *out = number;
    return true;
}

/* A number at the head of a value in hundredths; -1 when there is none. */
static int64_t read_hundredths(lj_slice value, size_t *out_len)
{
    int64_t number = 0;
    int64_t scale = 0;
    size_t i = 0;
    for (; i < value.len && number < 10000000; i++) {
        uint8_t c = value.ptr[i];
        if (c >= '0' && c <= '9') {
            if (scale < 100) {
                number = number * 10 + (c - '0');
                scale = scale > 0 ? scale * 10 : 0;
            }
        } else if (c == '.' && scale == 0) {
            scale = 1;
        } else {
            break;
        }
    }
    *out_len = i;
    return i == 0 ? -1 : scale <= 1 ? number * 100 : scale == 10 ? number * 10 : number;
}

static void read_size(lj_slice value, html_element *own)
{
    size_t len = 0;
    int64_t number = read_hundredths(value, &len);
    lj_slice unit = lj_slice_part(value, len, 2);
    if (number < 0) {
        return;
    }
    if (lj_slice_is_nocase(unit, LJ_BYTES("px"))) {
        number = number * 3 / 4;
    } else if (!lj_slice_is_nocase(unit, LJ_BYTES("pt")) && number != 0) {
        return;
    }
    own->look.size_pt100 = (uint32_t)number;
    own->look.known |= SPAN_KNOWS_SIZE;
    if (number < 100) {
        own->hidden_by |= SPAN_HIDE(number == 0 ? SPAN_HIDDEN_VANISH : SPAN_HIDDEN_TINY);
    }
}

void html_style_read(const html_token *token, html_element *own)
{
    const html_attr *attr = html_attr_lookup(token, "style");
    if (html_attr_lookup(token, "hidden") != NULL) {
        own->hidden_by |= SPAN_HIDE(SPAN_HIDDEN_VANISH);
    }
    const html_attr *align = html_attr_lookup(token, "align");
    if (align != NULL && lj_slice_is_nocase(align->value, LJ_BYTES("center"))) {
        own->kind |= HTML_IS_CENTRE;
    }
    if (attr == NULL) {
        return;
    }
    lj_slice style = attr->value;
    if (lj_slice_is_nocase(style_value(style, "display"), LJ_BYTES("none"))) {
        own->hidden_by |= SPAN_HIDE(SPAN_HIDDEN_VANISH);
    }
    lj_slice visibility = style_value(style, "visibility");
    lj_slice opacity = style_value(style, "opacity");
    size_t len = 0;
    if (lj_slice_is_nocase(visibility, LJ_BYTES("hidden")) ||
        (opacity.len > 0 && read_hundredths(opacity, &len) == 0)) {
        own->hidden_by |= SPAN_HIDE(SPAN_HIDDEN_INVISIBLE);
    }
    static const char *const sides[] = {"left", "top", "text-indent", "margin-left"};
    for (size_t i = 0; i < LJ_COUNT_OF(sides); i++) {
        lj_slice value = style_value(style, sides[i]);
        if (value.len > 1 && value.ptr[0] == '-' &&
            read_hundredths(lj_slice_part(value, 1, SIZE_MAX), &len) >= 50000) {
            own->hidden_by |= SPAN_HIDE(SPAN_HIDDEN_OFF_PAGE);
        }
    }
    read_size(style_value(style, "font-size"), own);
    uint32_t colour = 0;
    lj_slice ground = style_value(style, "background-color");
    ground = ground.len > 0 ? ground : style_value(style, "background");
    if (read_colour(ground, &colour)) {
        own->look.bg = colour;
        own->look.known |= SPAN_KNOWS_BG;
    }
    if (read_colour(style_value(style, "color"), &colour)) {
        own->look.fg = colour;
        own->look.known |= SPAN_KNOWS_FG;
        uint32_t behind = (own->look.known & SPAN_KNOWS_BG) != 0 ? own->look.bg : 0xFFFFFF;
        if (colour == behind) {
            own->hidden_by |= SPAN_HIDE(SPAN_HIDDEN_NO_CONTRAST);
        }
    }
    lj_slice weight = style_value(style, "font-weight");
    if (lj_slice_is_nocase(weight, LJ_BYTES("bold")) || (weight.len == 3 && weight.ptr[0] >= '6')) {
        own->kind |= HTML_IS_BOLD;
    }
    if (lj_slice_is_nocase(style_value(style, "text-align"), LJ_BYTES("center"))) {
        own->kind |= HTML_IS_CENTRE;
    }
    lj_slice font = style_value(style, "font-family");
    if (lj_slice_find(font, LJ_BYTES("黑体")) != SIZE_MAX ||
        lj_slice_find(font, LJ_BYTES("SimHei")) != SIZE_MAX) {
        own->look.flags |= SPAN_HEI;
        own->look.known |= SPAN_KNOWS_FONT;
    }
}
