/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Styles of OpenDocument and what they make of a text's look.
 *
 * Specification: ODF 1.2 part 1: 16.2 (style:style), 16.4 (default styles), 20.183 (fo:color),
 * 20.179 (fo:background-color), 20.190 (fo:font-size), 20.216 (fo:text-align), 19.500
 * (text:display), 18.3.18 (lengths).
 *
 * Model. A look is a set of stated values; looks are laid one over the other. A style is resolved
 * through its parents when it is first asked for. Fonts, sizes and weight stand twice, for western
 * and for Asian letters; which of the two counts is decided by the letters of the run.
 *
 * Traps. Sizes in percent of the parent. A style may be its own parent. Automatic styles of
 * styles.xml and content.xml have the same names and differ.
 *
 * Limits. ROWS_MAX styles; CHAIN_MAX parents. */
#include "formats/odf/odf_style.h"

#include "base/num.h"

enum {
    ROWS_MAX = 1 << 17,
    CHAIN_MAX = 48,
    TINY_PT100 = 400, /* W05 */
    TINY_PERCENT = 5, /* of the letter's width */
    SIZE_MAX_PT100 = 400000,
    WHITE = 0xFFFFFF,
};

uint64_t odf_style_id(char family, lj_str name)
{
    uint64_t hash = (0xCBF29CE484222325U ^ (uint8_t)family) * 0x100000001B3U;
    for (size_t i = 0; i < name.len; i++) {
        hash = (hash ^ (uint8_t)name.ptr[i]) * 0x100000001B3U;
    }
    hash ^= hash >> 29;
    return hash == 0 ? 1 : hash;
}

void odf_styles_clear(odf_styles *styles)
{
    const odf_look none = {.fg = LOOK_NO_COLOUR, .bg = LOOK_NO_COLOUR, .ground = LOOK_NO_COLOUR};
    *styles = (odf_styles){.text = none, .cell = none, .shape = none};
    styles->page_ground = LOOK_NO_COLOUR;
}

/* ---- the table ---- */

static void enter(odf_styles *styles, uint32_t row)
{
    uint32_t slot = (uint32_t)styles->rows[row].id & (styles->slots - 1);
    while (styles->table[slot] != 0 &&
           styles->rows[styles->table[slot] - 1].id != styles->rows[row].id) {
        slot = (slot + 1) & (styles->slots - 1);
    }
    styles->table[slot] = row + 1;
}

static bool grow(odf_styles *styles, lj_arena *arena)
{
    uint32_t cap = styles->cap == 0 ? 64 : styles->cap * 2;
    if (cap > ROWS_MAX) {
        return false;
    }
    odf_style *rows = lj_arena_array(arena, cap, sizeof(*rows));
    uint32_t *table = lj_arena_array(arena, (size_t)cap * 2, sizeof(*table));
    if (rows == NULL || table == NULL) {
        return false;
    }
    if (styles->count > 0) {
        memcpy(rows, styles->rows, styles->count * sizeof(*rows));
    }
    styles->rows = rows;
    styles->cap = cap;
    styles->table = table;
    styles->slots = cap * 2;
    for (uint32_t i = 0; i < styles->count; i++) {
        if (rows[i].id != 0) {
            enter(styles, i);
        }
    }
    return true;
}

odf_style *odf_style_add(odf_styles *styles, lj_arena *arena, uint64_t id)
{
    if (styles->count == styles->cap && !grow(styles, arena)) {
        return NULL;
    }
    odf_style *row = &styles->rows[styles->count++];
    *row = (odf_style){.id = id};
    row->look.fg = row->look.bg = row->look.ground = LOOK_NO_COLOUR;
    enter(styles, styles->count - 1);
    return row;
}

void odf_styles_forget_automatic(odf_styles *styles)
{
    if (styles->table == NULL) {
        return;
    }
    memset(styles->table, 0, styles->slots * sizeof(*styles->table));
    uint32_t kept = 0;
    for (uint32_t i = 0; i < styles->count; i++) {
        if ((styles->rows[i].flags & ODF_STYLE_COMMON) != 0) {
            styles->rows[kept++] = styles->rows[i];
        }
    }
    styles->count = kept;
    for (uint32_t i = 0; i < kept; i++) {
        enter(styles, i);
    }
}

static odf_style *find(odf_styles *styles, uint64_t id)
{
    if (styles->table == NULL || id == 0) {
        return NULL;
    }
    uint32_t slot = (uint32_t)id & (styles->slots - 1);
    while (styles->table[slot] != 0) {
        odf_style *row = &styles->rows[styles->table[slot] - 1];
        if (row->id == id) {
            return row;
        }
        slot = (slot + 1) & (styles->slots - 1);
    }
    return NULL;
}

/* Parents first; a circle ends at CHAIN_MAX. */
static void settle(odf_styles *styles, odf_style *style)
{
    odf_style *chain[CHAIN_MAX];
    uint32_t len = 0;
    odf_style *at = style;
    while (at != NULL && len < CHAIN_MAX) {
        bool ends = at->is_settled;
        chain[len++] = at;
        at = ends ? NULL : find(styles, at->parent);
    }
    while (len > 1) {
        const odf_style *parent = chain[len - 1];
        odf_style *child = chain[len - 2];
        if (!child->is_settled) {
            odf_look sum = parent->look;
            odf_look_put(&sum, &child->look);
            child->look = sum;
            child->flags |= parent->flags & (ODF_STYLE_FLAT | ODF_STYLE_PAINTS);
            child->flags |=
                (child->flags & ODF_STYLE_SHOWS) == 0 ? parent->flags & ODF_STYLE_HIDES : 0;
            child->data = child->data == 0 ? parent->data : child->data;
        }
        chain[len - 1]->is_settled = true;
        len--;
    }
    style->is_settled = true;
}

const odf_style *odf_style_by_id(odf_styles *styles, uint64_t id)
{
    odf_style *style = find(styles, id);
    if (style != NULL && !style->is_settled) {
        settle(styles, style);
    }
    return style;
}

const odf_style *odf_style_of(odf_styles *styles, char family, lj_str name)
{
    return name.len > 0 ? odf_style_by_id(styles, odf_style_id(family, name)) : NULL;
}

/* ---- looks ---- */

void odf_look_put(odf_look *dst, const odf_look *src)
{
    uint32_t stated = src->stated;
    if (stated == 0) {
        return;
    }
    dst->on = (dst->on & ~stated) | (src->on & stated);
    for (int i = 0; i < 2; i++) {
        uint32_t bit = i == 0 ? ODF_SIZE : ODF_SIZE_ASIAN;
        if ((stated & bit) == 0) {
            continue;
        }
        if (src->size_bp[i] == 0) {
            dst->size_pt100[i] = src->size_pt100[i];
            dst->size_bp[i] = 0;
        } else if ((dst->stated & bit) != 0 && dst->size_bp[i] == 0) {
            uint64_t size = (uint64_t)dst->size_pt100[i] * src->size_bp[i] / 10000;
            dst->size_pt100[i] = (uint32_t)lj_min_u64(size, SIZE_MAX_PT100);
        } else { /* of nothing that is known */
            dst->size_bp[i] = src->size_bp[i];
        }
    }
    dst->fg = (stated & ODF_FG) != 0 ? src->fg : dst->fg;
    dst->bg = (stated & ODF_BG) != 0 ? src->bg : dst->bg;
    dst->ground = (stated & ODF_GROUND) != 0 ? src->ground : dst->ground;
    dst->stated |= stated;
}

bool odf_length(lj_str value, int32_t *out_pt100)
{
    static const struct {
        const char *unit;
        uint32_t pt10000; /* hundredths of hundredths of a point */
    } units[] = {
        {"pt",   10000 },
        {"cm",   283465},
        {"mm",   28346 },
        {"in",   720000},
        {"pc",   120000},
        {"px",   7500  },
        {"inch", 720000},
    };
    size_t at = 0;
    bool negative = value.len > 0 && value.ptr[0] == '-';
    at += negative || (value.len > 0 && value.ptr[0] == '+') ? 1 : 0;
    uint64_t digits = 0;
    uint64_t scale = 1;
    size_t from = at;
    bool behind = false;
    for (; at < value.len; at++) {
        char c = value.ptr[at];
        if (c == '.' && !behind) {
            behind = true;
        } else if (c < '0' || c > '9') {
            break;
        } else if (scale < 10000 && digits < 10000000) {
            digits = digits * 10 + (uint64_t)(c - '0');
            scale *= behind ? 10 : 1;
        }
    }
    lj_slice unit = lj_slice_part(lj_str_bytes(value), at, SIZE_MAX);
    for (size_t i = 0; i < LJ_COUNT_OF(units) && at > from; i++) {
        if (lj_slice_is(unit, lj_cstr_bytes(units[i].unit))) {
            int64_t pt100 = (int64_t)lj_min_u64(digits * units[i].pt10000 / scale / 100, INT32_MAX);
            *out_pt100 = (int32_t)(negative ? -pt100 : pt100);
            return true;
        }
    }
    return false;
}

static void state(odf_look *look, uint32_t bits, bool on)
{
    look->stated |= bits;
    look->on = on ? look->on | bits : look->on & ~bits;
}

static void take_size(odf_look *look, lj_str value, int which)
{
    int32_t pt100 = 0;
    int64_t percent = 0;
    bool relative = value.len > 0 && value.ptr[value.len - 1] == '%';
    if (relative && xml_int(value, &percent) && percent > 0 && percent <= 10000) {
        look->size_bp[which] = (uint32_t)percent * 100;
    } else if (!relative && odf_length(value, &pt100) && pt100 >= 0 && pt100 <= SIZE_MAX_PT100) {
        look->size_pt100[which] = (uint32_t)pt100;
        look->size_bp[which] = 0;
    } else {
        return;
    }
    look->stated |= which == 0 ? ODF_SIZE : ODF_SIZE_ASIAN;
}

/* A font by its declared name: the declaration tells whether it is black-faced. */
static void take_font(odf_styles *styles, odf_look *look, lj_str name, lj_str family, uint32_t bit)
{
    if (name.len == 0 && family.len == 0) {
        return;
    }
    const odf_style *font = odf_style_of(styles, 'f', name);
    bool hei = look_is_hei(family) || (family.len == 0 && look_is_hei(name)) ||
               (font != NULL && (font->look.on & ODF_HEI) != 0);
    state(look, bit, hei);
}

static bool is_bold(lj_str weight)
{
    int64_t number = 0;
    return lj_str_is(weight, LJ_STR("bold")) || (xml_int(weight, &number) && number >= 600);
}

/* One of the two attributes, or an empty string. */
static lj_str value_of(const xml_token *token, const char *local)
{
    return xml_value_of(token, lj_cstr_bytes(local));
}

static void take_colours(odf_look *look, const xml_token *token)
{
    lj_str colour = value_of(token, "color");
    if (colour.len > 0) {
        look->stated |= ODF_FG;
        look->fg = look_colour(colour);
    }
    bool automatic = lj_str_is(value_of(token, "use-window-font-color"), LJ_STR("true"));
    if (automatic) {
        look->stated |= ODF_FG;
        look->fg = LOOK_NO_COLOUR;
    }
    lj_str ground = value_of(token, "background-color");
    ground = ground.len > 0 ? ground : value_of(token, "text-background-color");
    if (ground.len > 0) {
        look->stated |= ODF_BG;
        look->bg = look_colour(ground);
    }
    int64_t percent = 100;
    if (xml_int(value_of(token, "opacity"), &percent)) {
        /* LibreOffice writes 0% beside the automatic colour */
        state(look, ODF_CLEAR, percent <= 0 && colour.len > 0 && !automatic);
    }
}

void odf_look_take_text(odf_styles *styles, odf_look *look, const xml_token *token)
{
    take_colours(look, token);
    take_size(look, value_of(token, "font-size"), 0);
    take_size(look, value_of(token, "font-size-asian"), 1);
    lj_str name = value_of(token, "font-name");
    take_font(styles, look, name, value_of(token, "font-family"), ODF_HEI);
    lj_str asian = value_of(token, "font-name-asian");
    take_font(styles, look, asian, value_of(token, "font-family-asian"), ODF_HEI_ASIAN);
    lj_str weight = value_of(token, "font-weight");
    if (weight.len > 0) {
        state(look, ODF_BOLD, is_bold(weight));
    }
    weight = value_of(token, "font-weight-asian");
    if (weight.len > 0) {
        state(look, ODF_BOLD_ASIAN, is_bold(weight));
    }
    lj_str slant = value_of(token, "font-style");
    if (slant.len > 0) {
        state(look, ODF_ITALIC, !lj_str_is(slant, LJ_STR("normal")));
    }
    lj_str strike = value_of(token, "text-line-through-style");
    strike = strike.len > 0 ? strike : value_of(token, "text-crossing-out");
    if (strike.len > 0) {
        state(look, ODF_STRUCK, !lj_str_is(strike, LJ_STR("none")));
    }
    lj_str display = value_of(token, "display");
    if (display.len > 0) {
        state(look, ODF_VANISH, lj_str_is(display, LJ_STR("none")));
    }
    int64_t percent = 0;
    if (xml_int(value_of(token, "text-scale"), &percent)) {
        state(look, ODF_TINY_SCALE, percent <= TINY_PERCENT);
    }
}

void odf_look_take_paragraph(odf_look *look, const xml_token *token)
{
    lj_str align = value_of(token, "text-align");
    if (align.len > 0) {
        state(look, ODF_CENTRED, lj_str_is(align, LJ_STR("center")));
        state(look, ODF_RIGHT,
              lj_str_is(align, LJ_STR("end")) || lj_str_is(align, LJ_STR("right")));
    }
    lj_str indent = value_of(token, "text-indent");
    int32_t pt100 = 0;
    if (odf_length(indent, &pt100)) {
        state(look, ODF_INDENT, pt100 > 0);
    }
    lj_str ground = value_of(token, "background-color");
    if (ground.len > 0 && look_colour(ground) != LOOK_NO_COLOUR) {
        look->stated |= ODF_GROUND;
        look->ground = look_colour(ground);
    }
}

span_look odf_look_span(const odf_look *look, bool wide)
{
    span_look out = {.known = SPAN_KNOWS_ALIGN};
    uint32_t stated = look->stated;
    int which = wide && (stated & ODF_SIZE_ASIAN) != 0 ? 1 : 0;
    uint32_t on = look->on & stated;
    if ((stated & (which == 1 ? ODF_SIZE_ASIAN : ODF_SIZE)) != 0 && look->size_bp[which] == 0) {
        out.known |= SPAN_KNOWS_SIZE;
        out.size_pt100 = look->size_pt100[which];
        out.hidden_by |= out.size_pt100 <= TINY_PT100 ? SPAN_HIDE(SPAN_HIDDEN_TINY) : 0;
    }
    uint32_t ground = look->bg != LOOK_NO_COLOUR ? look->bg : look->ground;
    if (ground < LOOK_PAINTED) {
        out.known |= SPAN_KNOWS_BG;
        out.bg = ground;
    }
    if (look->fg != LOOK_NO_COLOUR) {
        out.known |= SPAN_KNOWS_FG;
        out.fg = look->fg;
        if (ground != LOOK_PAINTED &&
            look_no_contrast(look->fg, ground != LOOK_NO_COLOUR ? ground : WHITE)) {
            out.hidden_by |= SPAN_HIDE(SPAN_HIDDEN_NO_CONTRAST);
        }
    }
    uint32_t font = wide && (stated & ODF_HEI_ASIAN) != 0 ? ODF_HEI_ASIAN : ODF_HEI;
    uint32_t bold = wide && (stated & ODF_BOLD_ASIAN) != 0 ? ODF_BOLD_ASIAN : ODF_BOLD;
    out.known |= (stated & font) != 0 ? SPAN_KNOWS_FONT : 0;
    out.flags = (uint16_t)(((on & font) != 0 ? SPAN_HEI : 0) | ((on & bold) != 0 ? SPAN_BOLD : 0) |
                           ((on & ODF_ITALIC) != 0 ? SPAN_ITALIC : 0) |
                           ((on & ODF_STRUCK) != 0 ? SPAN_STRUCK : 0) |
                           ((on & ODF_CENTRED) != 0 ? SPAN_CENTRED : 0) |
                           ((on & ODF_RIGHT) != 0 ? SPAN_RIGHT : 0) |
                           ((on & ODF_INDENT) != 0 ? SPAN_INDENT : 0));
    out.hidden_by |= (on & ODF_VANISH) != 0 ? SPAN_HIDE(SPAN_HIDDEN_VANISH) : 0;
    out.hidden_by |= (on & ODF_TINY_SCALE) != 0 ? SPAN_HIDE(SPAN_HIDDEN_TINY) : 0;
    out.hidden_by |= (on & ODF_CLEAR) != 0 ? SPAN_HIDE(SPAN_HIDDEN_INVISIBLE) : 0;
    return out;
}
