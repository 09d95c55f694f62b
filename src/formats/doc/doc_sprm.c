/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Property modifiers (sprm) of a Word document, and the look that they add up to.
 *
 * Specification: [MS-DOC] 2.2.5 (Sprm, Prl), 2.6.1 (letters), 2.6.2 (paragraphs), 2.6.3 (tables),
 * 2.9.214-216 (Prm), 2.9.119 (Ico), 2.9.245 (Shd80), 2.9.248 (SHDOperand), 2.9.327 (toggles); for
 * 6.0 and 95 the one-byte modifiers with the lengths that wvWare and LibreOffice agree on.
 *
 * Model. Properties are laid one over the other as bits and values; what a reader would see follows
 * at the end, in doc_look_of(). The modifiers that a piece carries are those of 6.0 by number.
 *
 * Traps. A switch may say "as the style" (80h) or "unlike the style" (81h). White on the dark
 * ground of a paragraph or a cell is seen; cells that are painted at all count as of unknown
 * colour.
 *
 * Limits. An unknown one-byte modifier ends its list, because its length is not known. */
#include "formats/doc/doc.h"

#include "base/num.h"
#include "formats/look.h"

enum {
    WHITE = 0xFFFFFF,
    PT100_PER_HALF_POINT = 50,
    TINY_PT100 = 400,    /* B02 */
    TINY_SCALE = 5,      /* percent of the letter's width */
    TINY_SPACING = -200, /* twips: letters stand upon each other */
    TINY_LINE = 40,      /* twips of an exact line */
    AS_STYLE = 0x80,
    UNLIKE_STYLE = 0x81,
};

/* One modifier. */
typedef struct doc_mod {
    uint16_t code; /* of 97; one-byte codes are moved to it */
    lj_slice operand;
} doc_mod;

/* ---- lists ---- */

typedef struct old_row {
    uint8_t code;
    int8_t len;       /* -1: a byte of length before it, -2: two bytes */
    uint16_t code_97; /* 0: not of interest */
} old_row;

/* clang-format off: a table */
static const old_row old_rows[] = {
    {2,   2,  0x4600},
    {3,   -1, 0     },
    {4,   1,  0     },
    {5,   1,  0x2403},
    {6,   1,  0     },
    {7,   1,  0     },
    {8,   1,  0     },
    {9,   1,  0     },
    {10,  1,  0     },
    {11,  1,  0     },
    {12,  -1, 0     },
    {13,  1,  0     },
    {14,  1,  0     },
    {15,  -1, 0     },
    {16,  2,  0     },
    {17,  2,  0     },
    {18,  2,  0     },
    {19,  2,  0x8411},
    {20,  4,  0x6412},
    {21,  2,  0     },
    {22,  2,  0     },
    {23,  -1, 0     },
    {24,  1,  0x2416},
    {25,  1,  0x2417},
    {26,  2,  0     },
    {27,  2,  0     },
    {28,  2,  0     },
    {29,  1,  0     },
    {30,  2,  0     },
    {31,  2,  0     },
    {32,  2,  0     },
    {33,  2,  0     },
    {34,  2,  0     },
    {35,  2,  0     },
    {36,  2,  0     },
    {37,  1,  0     },
    {38,  2,  0     },
    {39,  2,  0     },
    {40,  2,  0     },
    {41,  2,  0     },
    {42,  2,  0     },
    {43,  2,  0     },
    {44,  1,  0     },
    {45,  2,  0     },
    {46,  2,  0     },
    {47,  2,  0x442D},
    {48,  2,  0     },
    {49,  2,  0     },
    {50,  1,  0     },
    {51,  1,  0     },
    {65,  1,  0x0800},
    {66,  1,  0x0801},
    {67,  1,  0x0802},
    {68,  -1, 0     },
    {69,  2,  0x4804},
    {70,  4,  0x6805},
    {71,  1,  0     },
    {72,  2,  0     },
    {73,  3,  0     },
    {74,  -1, 0x6A09},
    {75,  1,  0     },
    {80,  2,  0x4A30},
    {81,  -1, 0     },
    {82,  -1, 0     },
    {83,  0,  0x2A33},
    {85,  1,  0x0835},
    {86,  1,  0x0836},
    {87,  1,  0x0837},
    {88,  1,  0     },
    {89,  1,  0     },
    {90,  1,  0     },
    {91,  1,  0     },
    {92,  1,  0x083C},
    {93,  2,  0x4A4F},
    {94,  1,  0     },
    {95,  3,  0     },
    {96,  2,  0x8840},
    {97,  2,  0     },
    {98,  1,  0x2A42},
    {99,  2,  0x4A43},
    {100, 1,  0     },
    {101, 2,  0     },
    {102, 1,  0     },
    {103, -1, 0     },
    {104, 1,  0     },
    {105, -1, 0     },
    {106, -1, 0     },
    {107, 2,  0     },
    {108, -1, 0     },
    {109, 2,  0     },
    {110, 2,  0     },
    {117, 1,  0x0855},
    {118, 1,  0     },
    {119, 1,  0     },
    {120, -1, 0     },
    {121, 2,  0     },
    {122, 2,  0     },
    {123, 2,  0     },
    {124, 2,  0     },
    {182, 2,  0     },
    {183, 2,  0     },
    {184, 2,  0     },
    {185, 1,  0     },
    {186, 1,  0     },
    {187, 12, 0     },
    {188, -2, 0     },
    {189, 2,  0     },
    {190, -2, 0     },
    {191, -1, 0xD609},
    {192, 4,  0     },
    {193, 5,  0     },
    {194, 4,  0     },
    {195, 2,  0     },
    {196, 4,  0     },
    {197, 2,  0     },
    {198, 2,  0     },
    {199, 5,  0     },
    {200, 4,  0     },
};
/* clang-format on */

static const old_row *old_row_of(uint32_t code)
{
    for (size_t i = 0; i < LJ_COUNT_OF(old_rows); i++) {
        if (old_rows[i].code == code) {
            return &old_rows[i];
        }
    }
    return NULL;
}

static bool next_old(lj_cur *cur, doc_mod *out)
{
    const old_row *row = old_row_of(lj_cur_u8(cur));
    if (!lj_cur_ok(cur) || row == NULL) {
        return false;
    }
    size_t len = row->len >= 0 ? (size_t)row->len : row->len == -1 ? lj_cur_u8(cur) : 0;
    if (row->len == -2) {
        uint16_t stated = lj_cur_u16le(cur);
        len = stated > 0 ? stated - 1U : 0;
    }
    out->operand = lj_cur_bytes(cur, len);
    out->code = row->code_97;
    return lj_cur_ok(cur);
}

/* 2.2.5.1: the top three bits tell the length. */
static bool next_97(lj_cur *cur, doc_mod *out)
{
    static const uint8_t lengths[8] = {1, 1, 2, 4, 2, 2, 0, 3};
    enum { TAB_STOPS = 0xC615, TABLE_10 = 0xD606, TABLE = 0xD608, LONG = 255 };
    out->code = lj_cur_u16le(cur);
    size_t len = lengths[out->code >> 13];
    if (out->code == TABLE || out->code == TABLE_10) {
        uint16_t stated = lj_cur_u16le(cur);
        len = stated > 0 ? stated - 1U : 0;
    } else if (len == 0) {
        len = lj_cur_u8(cur);
        if (out->code == TAB_STOPS && len == LONG) {
            len = 0;
            for (int i = 0; i < 2; i++) { /* deleted stops: 4 bytes each, then added ones: 3 */
                size_t count = lj_cur_u8(cur);
                lj_cur_skip(cur, count * (i == 0 ? 4 : 3));
            }
        }
    }
    out->operand = lj_cur_bytes(cur, len);
    return lj_cur_ok(cur);
}

static bool next_mod(const doc *d, lj_cur *cur, doc_mod *out)
{
    return lj_cur_left(cur) > 0 &&
           (d->fib.age == DOC_AGE_97 ? next_97(cur, out) : next_old(cur, out));
}

static uint32_t operand_u(const doc_mod *mod)
{
    lj_cur cur = lj_cur_of(mod->operand);
    switch (mod->operand.len) {
    case 1:
        return lj_cur_u8(&cur);
    case 2:
    case 3:
        return lj_cur_u16le(&cur);
    default:
        return lj_cur_u32le(&cur);
    }
}

/* ---- colours ---- */

/* 2.9.119 */
static uint32_t ico_colour(uint32_t ico)
{
    static const uint32_t colours[] = {LOOK_NO_COLOUR, 0x000000, 0x0000FF, 0x00FFFF, 0x00FF00,
                                       0xFF00FF,       0xFF0000, 0xFFFF00, 0xFFFFFF, 0x000080,
                                       0x008080,       0x008000, 0x800080, 0x800000, 0x808000,
                                       0x808080,       0xC0C0C0};
    return ico < LJ_COUNT_OF(colours) ? colours[ico] : LOOK_NO_COLOUR;
}

/* 2.9.43 COLORREF: red first; the top byte FFh means automatic. */
static uint32_t colorref(uint32_t value)
{
    if (value >> 24 != 0) {
        return LOOK_NO_COLOUR;
    }
    return (value & 0xFF) << 16 | (value & 0xFF00) | (value >> 16 & 0xFF);
}

/* What a pattern looks like from afar: its ground, or its colour when it is solid. */
static uint32_t shade_colour(uint32_t fore, uint32_t back, uint32_t pattern)
{
    enum { CLEAR = 0, SOLID = 1, NONE = 0xFFFF };
    if (pattern == SOLID) {
        return fore == LOOK_NO_COLOUR ? 0 : fore;
    }
    if (pattern == CLEAR || pattern == NONE) {
        return back;
    }
    return LOOK_PAINTED;
}

/* 2.9.245: 5 bits each of colour and ground, 6 of the pattern. */
static uint32_t shade_80(uint32_t value)
{
    return shade_colour(ico_colour(value & 0x1F), ico_colour(value >> 5 & 0x1F), value >> 10);
}

static uint32_t shade_97(lj_slice operand)
{
    lj_cur cur = lj_cur_of(operand);
    uint32_t fore = colorref(lj_cur_u32le(&cur));
    uint32_t back = colorref(lj_cur_u32le(&cur));
    uint32_t pattern = lj_cur_u16le(&cur);
    return lj_cur_ok(&cur) ? shade_colour(fore, back, pattern) : LOOK_NO_COLOUR;
}

/* ---- letters ---- */

doc_chp doc_chp_none(void)
{
    return (doc_chp){.fg = LOOK_NO_COLOUR, .shade = LOOK_NO_COLOUR, .highlight = LOOK_NO_COLOUR};
}

static void toggle(doc_chp *chp, const doc_chp *style, uint32_t bit, uint32_t value)
{
    bool on = value == AS_STYLE       ? (style->bits & bit) != 0
              : value == UNLIKE_STYLE ? (style->bits & bit) == 0
                                      : value != 0;
    chp->bits = on ? chp->bits | bit : chp->bits & ~bit;
}

static bool apply_toggle(doc_chp *chp, const doc_chp *style, const doc_mod *mod)
{
    static const struct {
        uint16_t code;
        uint32_t bit;
    } rows[] = {
        {0x0800, DOC_DELETED      },
        {0x0811, DOC_WEB_HIDDEN   },
        {0x0818, DOC_SPEC_VANISH  },
        {0x0835, DOC_BOLD         },
        {0x0836, DOC_ITALIC       },
        {0x0837, DOC_STRIKE       },
        {0x083C, DOC_VANISH       },
        {0x0855, DOC_SPECIAL      },
        {0x2A53, DOC_DOUBLE_STRIKE},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        if (rows[i].code == mod->code) {
            toggle(chp, style, rows[i].bit, operand_u(mod));
            return true;
        }
    }
    return false;
}

/* 2.6.1 sprmCSymbol: font and letter; before 97 with a length, and letters of one byte. */
static void apply_symbol(const doc *d, doc_chp *chp, const doc_mod *mod)
{
    lj_cur cur = lj_cur_of(mod->operand);
    chp->symbol_font = lj_cur_u16le(&cur);
    chp->symbol = d->fib.age == DOC_AGE_97 ? lj_cur_u16le(&cur) : lj_cur_u8(&cur);
    chp->bits |= lj_cur_ok(&cur) ? DOC_HAS_SYMBOL : 0;
}

static void apply_value(const doc *d, doc_chp *chp, const doc_mod *mod)
{
    uint32_t value = operand_u(mod);
    switch (mod->code) {
    case 0x4804: /* sprmCIbstRMark */
    case 0x4863: /* sprmCIbstRMarkDel */
        chp->reviser = (uint16_t)value;
        break;
    case 0x6805: /* sprmCDttmRMark */
    case 0x6864: /* sprmCDttmRMarkDel */
        chp->revised_at = value;
        break;
    case 0x6A09:
        apply_symbol(d, chp, mod);
        break;
    case 0x4A43: /* sprmCHps */
        chp->size_pt100 = (value & 0xFFFFU) * PT100_PER_HALF_POINT;
        chp->bits |= DOC_SIZE;
        break;
    case 0x2A42: /* sprmCIco */
        chp->fg = ico_colour(value);
        chp->bits |= DOC_FG;
        break;
    case 0x6870: /* sprmCCv */
        chp->fg = colorref(value);
        chp->bits |= DOC_FG;
        break;
    case 0x2A0C: /* sprmCHighlight */
        chp->highlight = ico_colour(value);
        chp->bits |= DOC_HIGHLIGHT;
        break;
    case 0x4866: /* sprmCShd80 */
        chp->shade = shade_80(value);
        chp->bits |= DOC_SHADE;
        break;
    case 0xCA71: /* sprmCShd */
        chp->shade = shade_97(mod->operand);
        chp->bits |= DOC_SHADE;
        break;
    case 0x4A4F: /* sprmCRgFtc0 */
        chp->font = (uint16_t)value;
        chp->bits |= DOC_FONT;
        chp->east_font = d->fib.age == DOC_AGE_97 ? chp->east_font : (uint16_t)value;
        break;
    case 0x4A50: /* sprmCRgFtc1: of Far Eastern letters */
        chp->east_font = (uint16_t)value;
        chp->bits |= DOC_FONT;
        break;
    case 0x4852: /* sprmCCharScale */
        chp->scale = (uint16_t)value;
        chp->bits |= DOC_SCALE;
        break;
    case 0x8840: /* sprmCDxaSpace */
        chp->spacing = (int16_t)value;
        chp->bits |= DOC_SPACING;
        break;
    default:
        break;
    }
}

static void apply_chp_mod(const doc *d, doc_chp *chp, const doc_chp *style, const doc_mod *mod)
{
    enum { STYLE = 0x4A30, PLAIN = 0x2A33 };
    if (mod->code == PLAIN) {
        doc_chp plain = *style;
        plain.bits |= chp->bits & (DOC_DELETED | DOC_SPECIAL | DOC_HAS_SYMBOL);
        plain.symbol = chp->symbol;
        plain.symbol_font = chp->symbol_font;
        plain.reviser = chp->reviser;
        plain.revised_at = chp->revised_at;
        *chp = plain;
    } else if (!apply_toggle(chp, style, mod) && mod->code != STYLE) {
        apply_value(d, chp, mod);
    }
}

void doc_chp_apply(const doc *d, doc_chp *chp, const doc_chp *style, lj_slice mods)
{
    doc_mod mod;
    lj_cur cur = lj_cur_of(mods);
    while (next_mod(d, &cur, &mod)) {
        apply_chp_mod(d, chp, style, &mod);
    }
}

/* 2.4.6.2: the style of letters is laid down before the other modifiers, wherever it is named; the
 * last one counts. */
size_t doc_chp_take(const doc *d, doc_chp *chp, lj_slice mods)
{
    doc_mod mod;
    lj_cur cur = lj_cur_of(mods);
    uint32_t row = DOC_STYLE_NONE;
    while (next_mod(d, &cur, &mod)) {
        row = mod.code == 0x4A30 ? operand_u(&mod) : row; /* sprmCIstd */
    }
    size_t used = row != DOC_STYLE_NONE ? doc_style_apply(d, chp, row) : 0;
    doc_chp style = *chp;
    doc_chp_apply(d, chp, &style, mods);
    return used + 2 * mods.len;
}

/* 2.9.214 Prm: bit 0 says whether bits 1 to 7 are a modifier of one byte with its operand in bits 8
 * to 15, or bits 1 to 15 the number of a list (in front of the piece table). The modifiers are
 * those of 6.0. */
static bool prm_mod(uint16_t prm, uint8_t *operand, doc_mod *out)
{
    const old_row *row = (prm & 1U) == 0 ? old_row_of(prm >> 1 & 0x7FU) : NULL;
    if (row == NULL || row->len != 1 || row->code_97 == 0) {
        return false;
    }
    *operand = (uint8_t)(prm >> 8);
    *out = (doc_mod){row->code_97, lj_slice_of(operand, 1)};
    return true;
}

static lj_slice prm_list(const doc *d, uint16_t prm)
{
    uint32_t row = (uint32_t)prm >> 1;
    return (prm & 1U) != 0 && row < d->list_count ? d->lists[row] : (lj_slice){NULL, 0};
}

void doc_chp_apply_prm(const doc *d, doc_chp *chp, uint16_t prm)
{
    uint8_t operand = 0;
    doc_mod mod;
    doc_chp style = *chp;
    if (prm == 0) {
        return;
    }
    if (prm_mod(prm, &operand, &mod)) {
        apply_chp_mod(d, chp, &style, &mod);
    } else {
        doc_chp_apply(d, chp, &style, prm_list(d, prm));
    }
}

/* ---- paragraphs ---- */

/* 2.9.350 and kin: the shades of the cells of a row; painted when one is not automatic. */
static bool paints_cells(const doc_mod *mod)
{
    size_t step = mod->code == 0xD609 ? 2 : 10;
    for (size_t at = 0; at + step <= mod->operand.len; at += step) {
        lj_slice one = lj_slice_part(mod->operand, at, step);
        lj_cur cur = lj_cur_of(one);
        uint32_t shade = step == 2 ? shade_80(lj_cur_u16le(&cur)) : shade_97(one);
        if (shade != LOOK_NO_COLOUR && shade != WHITE) {
            return true;
        }
    }
    return false;
}

static void take_line(doc_pap *pap, const doc_mod *mod)
{
    lj_cur cur = lj_cur_of(mod->operand);
    int16_t height = (int16_t)lj_cur_u16le(&cur);
    uint16_t multiple = lj_cur_u16le(&cur);
    pap->tiny_line = lj_cur_ok(&cur) && multiple == 0 && height < 0 && height >= -TINY_LINE;
}

static void apply_pap_mod(doc_pap *pap, const doc_mod *mod)
{
    enum { CENTRE = 1, RIGHT = 2 };
    uint32_t value = operand_u(mod);
    switch (mod->code) {
    case 0x4600: /* sprmPIstd */
        pap->style = (uint16_t)value;
        break;
    case 0x2403: /* sprmPJc80 */
    case 0x2461: /* sprmPJc */
        pap->centred = value == CENTRE;
        pap->right = value == RIGHT;
        break;
    case 0x8411: /* sprmPDxaLeft180: first line */
    case 0x8460:
    case 0x4457: /* sprmPDxcLeft1, in letters */
        pap->indent = (int16_t)value > 0;
        break;
    case 0x6412: /* sprmPDyaLine */
        take_line(pap, mod);
        break;
    case 0x442D: /* sprmPShd80 */
        pap->shade = shade_80(value);
        break;
    case 0xC64D: /* sprmPShd */
        pap->shade = shade_97(mod->operand);
        break;
    case 0x2416: /* sprmPFInTable */
        pap->in_table = value != 0;
        break;
    case 0x2417: /* sprmPFTtp */
        pap->row_end = value != 0;
        break;
    case 0xD609: /* sprmTDefTableShd80 */
    case 0xD612: /* sprmTDefTableShd */
    case 0xD616:
    case 0xD60C:
        pap->cells_painted = pap->cells_painted || paints_cells(mod);
        break;
    default:
        break;
    }
}

void doc_pap_apply(const doc *d, doc_pap *pap, lj_slice mods)
{
    doc_mod mod;
    lj_cur cur = lj_cur_of(mods);
    while (next_mod(d, &cur, &mod)) {
        apply_pap_mod(pap, &mod);
    }
}

void doc_pap_apply_prm(const doc *d, doc_pap *pap, uint16_t prm)
{
    uint8_t operand = 0;
    doc_mod mod;
    if (prm == 0) {
        return;
    }
    if (prm_mod(prm, &operand, &mod)) {
        apply_pap_mod(pap, &mod);
    } else {
        doc_pap_apply(d, pap, prm_list(d, prm));
    }
}

/* ---- what is seen ---- */

/* The ground behind letters: marker pen, their own shade, the paragraph's. */
static uint32_t ground_of(const doc_chp *chp, const doc_pap *pap)
{
    if ((chp->bits & DOC_HIGHLIGHT) != 0 && chp->highlight != LOOK_NO_COLOUR) {
        return chp->highlight;
    }
    if ((chp->bits & DOC_SHADE) != 0 && chp->shade != LOOK_NO_COLOUR) {
        return chp->shade;
    }
    if (pap->shade != LOOK_NO_COLOUR) {
        return pap->shade;
    }
    return pap->cells_painted ? LOOK_PAINTED : LOOK_NO_COLOUR;
}

static void look_colours(span_look *out, const doc_chp *chp, const doc_pap *pap)
{
    uint32_t ground = ground_of(chp, pap);
    if (ground < LOOK_PAINTED) {
        out->known |= SPAN_KNOWS_BG;
        out->bg = ground;
    }
    if ((chp->bits & DOC_FG) != 0 && chp->fg != LOOK_NO_COLOUR) {
        out->known |= SPAN_KNOWS_FG;
        out->fg = chp->fg;
        if (ground != LOOK_PAINTED &&
            look_no_contrast(chp->fg, ground != LOOK_NO_COLOUR ? ground : WHITE)) {
            out->hidden_by |= SPAN_HIDE(SPAN_HIDDEN_NO_CONTRAST);
        }
    }
}

span_look doc_look_of(const doc *d, const doc_chp *chp, const doc_pap *pap)
{
    uint32_t bits = chp->bits;
    span_look out = {.known = SPAN_KNOWS_ALIGN};
    bool tiny = pap->tiny_line;
    if ((bits & DOC_SIZE) != 0) {
        out.known |= SPAN_KNOWS_SIZE;
        out.size_pt100 = chp->size_pt100;
        tiny = tiny || chp->size_pt100 <= TINY_PT100;
    }
    tiny = tiny || ((bits & DOC_SCALE) != 0 && chp->scale <= TINY_SCALE);
    tiny = tiny || ((bits & DOC_SPACING) != 0 && chp->spacing <= TINY_SPACING);
    out.hidden_by = tiny ? SPAN_HIDE(SPAN_HIDDEN_TINY) : 0;
    look_colours(&out, chp, pap);
    if ((bits & DOC_FONT) != 0) {
        out.known |= SPAN_KNOWS_FONT;
        uint32_t kind = doc_font_kind(d, chp->east_font);
        out.flags |= (kind & DOC_FONT_HEI) != 0 ? SPAN_HEI : 0;
    }
    out.flags |= (bits & DOC_BOLD) != 0 ? SPAN_BOLD : 0;
    out.flags |= (bits & DOC_ITALIC) != 0 ? SPAN_ITALIC : 0;
    out.flags |= (bits & (DOC_STRIKE | DOC_DOUBLE_STRIKE)) != 0 ? SPAN_STRUCK : 0;
    out.flags |= pap->centred ? SPAN_CENTRED : 0;
    out.flags |= pap->right ? SPAN_RIGHT : 0;
    out.flags |= pap->indent ? SPAN_INDENT : 0;
    if ((bits & (DOC_VANISH | DOC_WEB_HIDDEN | DOC_SPEC_VANISH)) != 0) {
        out.hidden_by |= SPAN_HIDE(SPAN_HIDDEN_VANISH);
    }
    out.hidden_by |= (bits & DOC_DELETED) != 0 ? SPAN_HIDE(SPAN_HIDDEN_DELETED) : 0;
    return out;
}
