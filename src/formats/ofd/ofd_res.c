/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Resources: color spaces, drawing parameters, fonts, media, composite units; and colors.
 *
 * Specification: GB/T 33190-2016 7.9 (resources), 8.2 (drawing parameters and Relative), 8.3
 * (colors, 8.3.1 color spaces), 11.1 (fonts), 13 (composite objects).
 *
 * Model. One table for all resources of a document, by kind and identifier; its room follows from
 * the size of the package, so that nothing grows while a part is being read. Composite units are
 * recorded as scenes (ofd_scene.c); what no page uses of them is told at the end.
 *
 * Traps. Identifiers are unique in a document, but a page may bring resources of its own (PageRes)
 * that repeat them: the later one wins for what follows. Drawing parameters may refer to each other
 * in a circle. Channels come as "255 0 0", "#FF #00 #00", with 16 bits, and for CMYK as four.
 *
 * Not done: ICC profiles; palettes (their colors are not known). A table that is full loses looks,
 * never text. */
#include "formats/ofd/ofd_content.h"

#include "base/num.h"

enum {
    RES_LEN = 32,   /* bytes of XML that a resource takes at least */
    SLOTS_MIN = 64, /* powers of two */
    SLOTS_MAX = 65536,
    RELATIVE_MAX = 32, /* steps of a chain of drawing parameters */
};

bool ofd_res_init(ofd_package *pkg, ofd_doc *doc)
{
    uint64_t wanted = pkg->text_len / RES_LEN * 2;
    uint32_t slots = SLOTS_MIN;
    while (slots < wanted && slots < SLOTS_MAX) {
        slots *= 2;
    }
    doc->res_mask = slots - 1;
    doc->res = lj_arena_array(pkg->arena, slots, sizeof(*doc->res));
    return doc->res != NULL && ofd_scenes_init(pkg, doc);
}

static uint32_t slot_of(const ofd_doc *doc, ofd_res_kind kind, uint32_t id)
{
    uint64_t key = ((uint64_t)kind << 32 | id) * 0x9E3779B97F4A7C15U;
    uint32_t slot = (uint32_t)(key >> 40) & doc->res_mask;
    while (doc->res[slot].kind != 0 && (doc->res[slot].kind != kind || doc->res[slot].id != id)) {
        slot = (slot + 1) & doc->res_mask;
    }
    return slot;
}

ofd_resource *ofd_res_lookup(const ofd_doc *doc, ofd_res_kind kind, uint32_t id)
{
    if (doc == NULL || doc->res == NULL) {
        return NULL;
    }
    ofd_resource *found = &doc->res[slot_of(doc, kind, id)];
    return found->kind != 0 ? found : NULL;
}

ofd_resource *ofd_res_enter(ofd_doc *doc, ofd_res_kind kind, uint32_t id)
{
    if (doc == NULL || doc->res == NULL) {
        return NULL;
    }
    ofd_resource *row = &doc->res[slot_of(doc, kind, id)];
    if (row->kind == 0) {
        if (doc->res_count >= doc->res_mask / 4 * 3) {
            return NULL;
        }
        doc->res_count++;
    }
    *row = (ofd_resource){.id = id, .kind = (uint8_t)kind, .link = OFD_NONE};
    return row;
}

/* ---- colors ---- */

/* Up to four channels as shares of one; "#" in front of hexadecimal ones. */
static uint32_t channels_of(lj_str value, float bits_max, float *out)
{
    uint32_t count = 0;
    while (count < 4) {
        size_t at = 0;
        while (at < value.len && ((uint8_t)value.ptr[at] <= ' ' || value.ptr[at] == ',')) {
            at++;
        }
        value = ofd_behind(value, at);
        float number = 0;
        if (value.len > 1 && value.ptr[0] == '#') {
            size_t end = 1;
            while (end < value.len && (uint8_t)value.ptr[end] > ' ' && end < 5) {
                uint8_t c = (uint8_t)value.ptr[end] | 0x20U;
                int digit = c >= '0' && c <= '9'   ? c - '0'
                            : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                                   : 0;
                number = number * 16 + (float)digit;
                end++;
            }
            value = ofd_behind(value, end);
        } else if (!ofd_number_next(&value, &number)) {
            break;
        }
        number /= bits_max;
        out[count++] = number < 0 ? 0 : number > 1 ? 1 : number;
    }
    return count;
}

static uint32_t rgb_of(const float *channels, uint32_t count)
{
    float red = channels[0];
    float green = count >= 3 ? channels[1] : red;
    float blue = count >= 3 ? channels[2] : red;
    if (count == 4) {
        red = (1 - channels[0]) * (1 - channels[3]);
        green = (1 - channels[1]) * (1 - channels[3]);
        blue = (1 - channels[2]) * (1 - channels[3]);
    }
    return (uint32_t)lroundf(red * 255) << 16 | (uint32_t)lroundf(green * 255) << 8 |
           (uint32_t)lroundf(blue * 255);
}

static uint8_t alpha_of(lj_str text)
{
    float value = 255;
    if (text.len == 0 || !ofd_number(text, &value)) {
        return 255;
    }
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

ofd_color ofd_color_of(const ofd_doc *doc, const xml_token *token)
{
    ofd_color color = {.is_set = true, .alpha = alpha_of(XML_VALUE(token, "Alpha"))};
    const ofd_resource *space =
        ofd_res_lookup(doc, OFD_RES_SPACE, ofd_id(XML_VALUE(token, "ColorSpace")));
    float most = space != NULL && space->flags == 16 ? 65535.0F : 255.0F;
    float channels[4] = {0};
    uint32_t count = channels_of(XML_VALUE(token, "Value"), most, channels);
    /* a space of another kind than the value (a palette, a broken file) leaves it unknown */
    bool fits = space == NULL || space->channels == 0 || space->channels == count;
    color.is_plain = fits && (count == 1 || count >= 3);
    color.rgb = color.is_plain ? rgb_of(channels, count) : 0;
    return color;
}

void ofd_param_apply(const ofd_doc *doc, uint32_t param, ofd_color *fill, ofd_color *stroke)
{
    for (uint32_t steps = 0; param != 0 && steps < RELATIVE_MAX; steps++) {
        const ofd_resource *row = ofd_res_lookup(doc, OFD_RES_PARAM, param);
        if (row == NULL) {
            return;
        }
        if (!fill->is_set && row->fill.is_set) {
            *fill = row->fill;
        }
        if (!stroke->is_set && row->stroke.is_set) {
            *stroke = row->stroke;
        }
        if (fill->is_set && stroke->is_set) {
            return;
        }
        param = row->link == OFD_NONE ? 0 : row->link;
    }
}

/* ---- the file ---- */

typedef struct res_file {
    ofd_doc *doc;
    lj_buf base;         /* BaseLoc */
    uint32_t param;      /* the drawing parameter that is open, or 0 */
    uint32_t media;      /* the same */
    ofd_color *shaded;   /* the color that is open */
    ofd_content content; /* of a composite unit */
} res_file;

static void take_space(ofd_xml *x, ofd_doc *doc)
{
    ofd_resource *row = ofd_res_enter(doc, OFD_RES_SPACE, ofd_id(XML_VALUE(x->token, "ID")));
    if (row == NULL) {
        return;
    }
    lj_str type = XML_VALUE(x->token, "Type");
    float bits = 8;
    (void)ofd_number(XML_VALUE(x->token, "BitsPerComponent"), &bits);
    row->flags = bits > 8 ? 16 : 8;
    row->channels = OFD_IS(type, "GRAY") || OFD_IS(type, "Gray") ? 1
                    : OFD_IS(type, "RGB")                        ? 3
                    : OFD_IS(type, "CMYK")                       ? 4
                                                                 : 0;
}

static void take_font(ofd_xml *x, ofd_doc *doc)
{
    ofd_resource *row = ofd_res_enter(doc, OFD_RES_FONT, ofd_id(XML_VALUE(x->token, "ID")));
    if (row == NULL) {
        return;
    }
    bool is_hei = look_is_hei(XML_VALUE(x->token, "FontName")) ||
                  look_is_hei(XML_VALUE(x->token, "FamilyName"));
    row->flags = (uint16_t)((is_hei ? SPAN_HEI : 0) |
                            (ofd_bool(XML_VALUE(x->token, "Bold"), false) ? SPAN_BOLD : 0) |
                            (ofd_bool(XML_VALUE(x->token, "Italic"), false) ? SPAN_ITALIC : 0));
}

static void take_param(ofd_xml *x, res_file *file)
{
    file->param = ofd_id(XML_VALUE(x->token, "ID"));
    ofd_resource *row = ofd_res_enter(file->doc, OFD_RES_PARAM, file->param);
    if (row != NULL) {
        uint32_t relative = ofd_id(XML_VALUE(x->token, "Relative"));
        row->link = relative != 0 ? relative : OFD_NONE;
    }
}

static void take_media(ofd_xml *x, res_file *file)
{
    file->media = ofd_id(XML_VALUE(x->token, "ID"));
    ofd_resource *row = ofd_res_enter(file->doc, OFD_RES_MEDIA, file->media);
    lj_slice format = lj_str_bytes(XML_VALUE(x->token, "Format"));
    if (row != NULL) {
        row->is_opaque = lj_slice_is_nocase(format, LJ_BYTES("JPEG")) ||
                         lj_slice_is_nocase(format, LJ_BYTES("JPG")) ||
                         lj_slice_is_nocase(format, LJ_BYTES("BMP"));
    }
}

static void take_color(ofd_xml *x, res_file *file)
{
    ofd_resource *row =
        file->param != 0 ? ofd_res_lookup(file->doc, OFD_RES_PARAM, file->param) : NULL;
    if (row == NULL) {
        return;
    }
    file->shaded = x->token->id == OFD_FillColor ? &row->fill : &row->stroke;
    *file->shaded = ofd_color_of(file->doc, x->token);
}

/* Records a composite unit, to its end. */
static void unit_read(ofd_xml *x, res_file *file)
{
    uint32_t depth = x->token->depth;
    uint32_t id = ofd_id(XML_VALUE(x->token, "ID"));
    ofd_content *content = &file->content;
    uint32_t scene = ofd_scene_begin(file->doc);
    ofd_resource *row = ofd_res_enter(file->doc, OFD_RES_UNIT, id);
    if (row != NULL) {
        row->link = scene;
    }
    while (ofd_next(x) && (x->token->kind != XML_END || x->token->depth != depth)) {
        ofd_content_take(content);
    }
    ofd_scene_end(file->doc, scene);
}

static bool res_start(ofd_xml *x, void *ctx)
{
    res_file *file = ctx;
    switch (x->token->id) {
    case OFD_Res: {
        lj_buf_clear(&file->base);
        lj_buf_put(&file->base, lj_str_bytes(XML_VALUE(x->token, "BaseLoc")));
        return true;
    }
    case OFD_ColorSpace:
        take_space(x, file->doc);
        return false;
    case OFD_Font:
        take_font(x, file->doc);
        return true;
    case OFD_DrawParam:
        take_param(x, file);
        return true;
    case OFD_MultiMedia:
        take_media(x, file);
        return false;
    case OFD_FillColor:
    case OFD_StrokeColor:
        take_color(x, file);
        return true;
    case OFD_Pattern:
    case OFD_AxialShd:
    case OFD_RadialShd:
    case OFD_GouraudShd:
    case OFD_LaGouraudShd:
        if (file->shaded != NULL) {
            file->shaded->is_plain = false;
        }
        return false;
    case OFD_CompositeGraphicUnit:
    case OFD_CompositeGraphUnit:
        unit_read(x, file);
        return true;
    default:
        return false;
    }
}

static bool res_leaf(ofd_xml *x, void *ctx, uint16_t id, lj_str label, lj_str text)
{
    res_file *file = ctx;
    (void)label;
    if (id == OFD_MediaFile || id == OFD_FontFile) {
        uint32_t part = ofd_lookup_below(x->pkg, x->part, lj_buf_str(&file->base), text);
        if (part != OFD_NONE) {
            ofd_reach(x, part);
        }
        return true;
    }
    return false;
}

static void res_end(ofd_xml *x, void *ctx, uint16_t id)
{
    res_file *file = ctx;
    (void)x;
    file->param = id == OFD_DrawParam ? 0 : file->param;
    file->shaded = id == OFD_FillColor || id == OFD_StrokeColor ? NULL : file->shaded;
}

void ofd_read_res(ofd_xml *x)
{
    ofd_doc *doc = x->pkg->doc;
    if (doc == NULL) {
        ofd_read_generic(x);
        return;
    }
    res_file *file = lj_arena_alloc(x->pkg->arena, sizeof(*file));
    if (file == NULL ||
        !ofd_content_init(&file->content, x, NULL, ofd_matrix_scale(OFD_PT_PER_MM))) {
        x->code = LJ_E_LIMIT;
        return;
    }
    file->doc = doc;
    lj_buf_init(&file->base, x->pkg->arena, 64 * LJ_KIB);
    ofd_walk(x, &(ofd_walker){res_start, res_leaf, res_end, file});
}
