/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Shapes: where they stand, what they paint, what strings they carry.
 *
 * Specification: [MS-ODRAW] 2.2.14 OfficeArtSpContainer, 2.2.40 OfficeArtFSP, 2.2.38
 * OfficeArtFSPGR, 2.3 (properties); [MS-PPT] 2.7.1 OfficeArtClientAnchor, 2.7.3
 * OfficeArtClientData, 2.5.10 PlaceholderAtom. Anchors count in master units, 576 an inch.
 *
 * Model. A shape in a group stands in the group's coordinates; each group around it maps them
 * outwards. What lies behind a text is its own fill, else the last shape painted before it that
 * holds its box, else the background. A shape painted later that holds the box hides it (P03).
 *
 * Traps. A placeholder without a stated fill paints nothing; any other shape may have the fill of
 * the document's defaults: then the ground is not known, and nothing is said about contrast. A
 * quarter turn changes width and height around the middle. WordArt keeps its text among the
 * properties (gtextUNICODE). PowerPoint 2007 and later keep the shape once more as a small package
 * (metroBlob). */
#include "formats/ppt/ppt.h"

#include "base/cur.h"

enum {
    FSP_GROUP = 1 << 0,
    FSP_DELETED = 1 << 3,
    FSP_BACKGROUND = 1 << 10,
    OPT_ROTATION = 0x0004,
    OPT_PICTURE = 0x0104,
    OPT_FILL_KIND = 0x0180,
    OPT_FILL_COLOUR = 0x0181,
    OPT_FILL_OPACITY = 0x0182,
    OPT_FILL_FLAGS = 0x01BF,
    OPT_METRO = 0x03A9,
    OPT_TABLE = 0x039F,
    OPT_GROUP_FLAGS = 0x03BF,
    OPT_COMPLEX = 0x8000,
    OPT_ID = 0x3FFF,
    OPT_LEN = 6,
    OPTS_MAX = 4096,
    FILL_SOLID = 0,
    OPAQUE_FROM = 0xF000, /* of 65536 */
};

/* ---- what the records say ---- */

static void take_option(ppt_shape *out, uint16_t id, uint32_t value)
{
    switch (id & OPT_ID) {
    case OPT_ROTATION:
        out->rotation = (int32_t)value;
        break;
    case OPT_PICTURE:
        out->is_picture = true;
        break;
    case OPT_FILL_KIND:
        out->fill_kind = value;
        break;
    case OPT_FILL_COLOUR:
        out->fill = value;
        break;
    case OPT_FILL_OPACITY:
        out->is_clear = value < OPAQUE_FROM;
        break;
    case OPT_FILL_FLAGS:
        if ((value & 0x00100000) != 0) {
            out->says_fill = true;
            out->is_filled = (value & 0x10) != 0;
        }
        break;
    case OPT_TABLE:
        out->is_table = (value & 1) != 0;
        break;
    case OPT_GROUP_FLAGS:
        if ((value & 0x00020000) != 0) {
            out->is_hidden = (value & 2) != 0;
        }
        break;
    default:
        break;
    }
}

static void read_options(ppt_file *file, const ppt_head *head, ppt_shape *out)
{
    uint32_t count = head->instance;
    count = count < OPTS_MAX ? count : OPTS_MAX;
    lj_cur cur = lj_cur_of(ppt_body(file, head, (size_t)count * OPT_LEN));
    for (uint32_t i = 0; i < count; i++) {
        uint16_t id = lj_cur_u16le(&cur);
        uint32_t value = lj_cur_u32le(&cur);
        if (!lj_cur_ok(&cur)) {
            return;
        }
        take_option(out, id, value);
    }
}

/* Left, top, right, bottom in master units. */
static bool read_anchor(lj_slice bytes, bool is_child, int32_t out[4])
{
    lj_cur cur = lj_cur_of(bytes);
    int32_t raw[4];
    for (int i = 0; i < 4; i++) {
        raw[i] = bytes.len >= 16 ? (int32_t)lj_cur_u32le(&cur) : (int16_t)lj_cur_u16le(&cur);
    }
    if (!lj_cur_ok(&cur)) {
        return false;
    }
    /* 2.12.9: the short form begins with the top; programs write the long form, for which 2.12.8
     * says the same, with the left (poi, ppt_with_png_encrypted.ppt) */
    bool is_top_first = !is_child && bytes.len < 16;
    out[0] = is_top_first ? raw[1] : raw[0];
    out[1] = is_top_first ? raw[0] : raw[1];
    out[2] = raw[2];
    out[3] = raw[3];
    return true;
}

static void read_client_data(ppt_file *file, const ppt_head *head, ppt_shape *out)
{
    enum { HEADER_FOOTER_12 = 0x0420 };
    ppt_head at_hand;
    for (uint64_t at = head->body; ppt_head_at(file, at, head->end, &at_hand); at = at_hand.end) {
        if (at_hand.type == PPT_PLACEHOLDER) {
            lj_slice body = ppt_body(file, &at_hand, 8);
            out->placeholder = body.len >= 5 ? body.ptr[4] : 0;
        } else if (at_hand.type == HEADER_FOOTER_12) {
            lj_slice body = ppt_body(file, &at_hand, 1);
            out->placeholder = body.len > 0 ? body.ptr[0] : 0;
        }
    }
}

/* ---- places ---- */

static int32_t clamp_to_i32(int64_t value)
{
    return value > INT32_MAX ? INT32_MAX : value < INT32_MIN ? INT32_MIN : (int32_t)value;
}

/* Maps a box in the coordinates of the group at that level outwards. */
static void map_outwards(const ppt_level *group, int32_t box[4])
{
    for (int axis = 0; axis < 2; axis++) {
        int64_t in_from = group->inner[axis];
        int64_t in_len = (int64_t)group->inner[axis + 2] - in_from;
        int64_t out_from = group->outer[axis];
        int64_t out_len = (int64_t)group->outer[axis + 2] - out_from;
        if (in_len == 0) {
            continue;
        }
        for (int end = axis; end < 4; end += 2) {
            /* both factors are below 2^33 */
            int64_t off = (int64_t)box[end] - in_from;
            int64_t product = 0;
            if (__builtin_mul_overflow(off, out_len, &product)) {
                product = 0;
            }
            box[end] = clamp_to_i32(out_from + product / in_len);
        }
    }
}

static int64_t pt100_of(int64_t units)
{
    return units * 7200 / 576;
}

static void turn(int32_t rotation, int32_t box[4])
{
    uint32_t degrees = (uint32_t)rotation >> 16;
    degrees = rotation < 0 ? (uint32_t)(360 + rotation / 65536 % 360) : degrees;
    degrees %= 180;
    if (degrees < 45 || degrees >= 135) {
        return;
    }
    int64_t x = ((int64_t)box[0] + box[2]) / 2;
    int64_t y = ((int64_t)box[1] + box[3]) / 2;
    int64_t half_w = ((int64_t)box[3] - box[1]) / 2;
    int64_t half_h = ((int64_t)box[2] - box[0]) / 2;
    box[0] = clamp_to_i32(x - half_w);
    box[1] = clamp_to_i32(y - half_h);
    box[2] = clamp_to_i32(x + half_w);
    box[3] = clamp_to_i32(y + half_h);
}

/* The levels end with the container of the shape; its groups are those with a space. */
static void place_shape(ppt_shape *shape, bool is_child, const ppt_level *levels, uint32_t depth)
{
    for (uint32_t i = depth; is_child && i-- > 0;) {
        if (levels[i].head.type == ART_SPGR_CONTAINER && levels[i].has_space) {
            map_outwards(&levels[i], shape->box);
        }
    }
    turn(shape->rotation, shape->box);
    for (int i = 0; i < 4; i++) {
        shape->box[i] = clamp_to_i32(pt100_of(shape->box[i]));
    }
}

void ppt_read_shape(ppt_file *file, const ppt_head *head, const ppt_level *levels, uint32_t depth,
                    ppt_shape *out)
{
    *out = (ppt_shape){.fill = UINT32_MAX, .ground = LOOK_NO_COLOUR};
    bool is_child = false;
    ppt_head at_hand;
    for (uint64_t at = head->body; ppt_head_at(file, at, head->end, &at_hand); at = at_hand.end) {
        switch (at_hand.type) {
        case ART_SP: {
            lj_cur cur = lj_cur_of(ppt_body(file, &at_hand, 8));
            lj_cur_skip(&cur, 4);
            out->flags = lj_cur_u32le(&cur);
            break;
        }
        case ART_SPGR:
            out->is_group =
                read_anchor(ppt_body(file, &at_hand, 16), /* is_child= */ true, out->space);
            out->has_space = out->is_group;
            break;
        case ART_OPT:
        case ART_OPT_2:
        case ART_OPT_3:
            read_options(file, &at_hand, out);
            break;
        case ART_CHILD_ANCHOR:
        case ART_CLIENT_ANCHOR:
            is_child = at_hand.type == ART_CHILD_ANCHOR;
            out->has_box = read_anchor(ppt_body(file, &at_hand, 16), is_child, out->box);
            break;
        case ART_CLIENT_DATA:
            read_client_data(file, &at_hand, out);
            break;
        default:
            break;
        }
    }
    out->is_hidden = out->is_hidden || (out->flags & FSP_DELETED) != 0;
    if (out->has_box && !out->is_group) {
        place_shape(out, is_child, levels, depth);
    }
}

/* ---- judging ---- */

ppt_paint ppt_paint_of(const ppt_scope *scope, const ppt_shape *shape)
{
    ppt_paint paint = {.colour = LOOK_NO_COLOUR};
    memcpy(paint.box, shape->box, sizeof(paint.box));
    bool background = (shape->flags & FSP_BACKGROUND) != 0;
    if (shape->is_hidden || shape->is_group || (!shape->has_box && !background)) {
        return paint;
    }
    if (shape->is_picture || shape->is_clear || shape->fill_kind != FILL_SOLID) {
        bool none = shape->says_fill && !shape->is_filled && !shape->is_picture;
        paint.colour = none ? LOOK_NO_COLOUR : LOOK_PAINTED;
    } else if (shape->says_fill ? shape->is_filled : shape->placeholder == 0) {
        bool known = shape->fill != UINT32_MAX && (shape->says_fill || background);
        paint.colour = known ? ppt_art_colour(scope->scheme, shape->fill) : LOOK_PAINTED;
        paint.is_opaque = known;
    }
    if (background && paint.colour == LOOK_PAINTED && !shape->is_picture && !shape->is_clear &&
        shape->fill_kind == FILL_SOLID && shape->fill == UINT32_MAX) {
        paint.colour = scope->scheme != NULL ? scope->scheme[0] : LOOK_NO_COLOUR;
    }
    return paint;
}

static bool holds(const int32_t outer[4], const int32_t inner[4])
{
    return outer[0] <= inner[0] && outer[1] <= inner[1] && outer[2] >= inner[2] &&
           outer[3] >= inner[3];
}

static bool touches(const int32_t a[4], const int32_t b[4])
{
    return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
}

void ppt_judge_shape(const ppt_scope *scope, ppt_shape *shape)
{
    const int32_t *box = shape->box;
    shape->hidden_by |= shape->is_hidden ? SPAN_HIDE(SPAN_HIDDEN_INVISIBLE) : 0;
    shape->ground = scope->ground;
    if (!shape->has_box) {
        return;
    }
    if (scope->page_size[0] > 0 && (box[2] <= 0 || box[3] <= 0 || box[0] >= scope->page_size[0] ||
                                    box[1] >= scope->page_size[1])) {
        shape->hidden_by |= SPAN_HIDE(SPAN_HIDDEN_OFF_PAGE);
    }
    if (box[0] == box[2] && box[1] == box[3]) {
        shape->hidden_by |= SPAN_HIDE(SPAN_HIDDEN_TINY);
    }
    ppt_paint own = ppt_paint_of(scope, shape);
    if (shape->paint_idx >= PPT_PAINTS_MAX) {
        shape->ground = LOOK_PAINTED; /* what lies between is not known */
    }
    for (uint32_t i = 0; i < scope->paint_count; i++) {
        const ppt_paint *paint = &scope->paints[i];
        if (paint->colour == LOOK_NO_COLOUR || i == shape->paint_idx) {
            continue;
        }
        if (i > shape->paint_idx) {
            if (paint->is_opaque && holds(paint->box, box)) {
                shape->hidden_by |= SPAN_HIDE(SPAN_HIDDEN_COVERED);
            }
        } else if (holds(paint->box, box)) {
            shape->ground = paint->colour;
        } else if (touches(paint->box, box)) {
            shape->ground = LOOK_PAINTED;
        }
    }
    shape->ground = own.colour != LOOK_NO_COLOUR ? own.colour : shape->ground;
}

/* ---- strings ---- */

typedef struct option_row {
    uint16_t id;
    span_role role;
    const char *label;
} option_row;

static const option_row option_rows[] = {
    {0x00C0, SPAN_WATERMARK, ""       }, /* gtextUNICODE */
    {0x0105, SPAN_LINK,      "picture"}, /* pibName */
    {0x0187, SPAN_LINK,      "picture"}, /* fillBlipName */
    {0x01C7, SPAN_LINK,      "picture"}, /* lineFillBlipName */
    {0x0380, SPAN_ALT,       "name"   }, /* wzName */
    {0x0381, SPAN_ALT,       "descr"  }, /* wzDescription */
    {0x038D, SPAN_ALT,       "tip"    }, /* wzTooltip */
    {0x038E, SPAN_SCRIPT,    ""       }, /* wzScript */
    {0x0390, SPAN_METADATA,  "id"     }, /* wzId or a kin of it in web pages */
};

static const option_row *find_option(uint16_t id)
{
    for (size_t i = 0; i < LJ_COUNT_OF(option_rows); i++) {
        if (option_rows[i].id == (id & OPT_ID)) {
            return &option_rows[i];
        }
    }
    return NULL;
}

/* Arrays of points, of segments, of shade colours, of rows: no text. */
static bool is_array(uint16_t id)
{
    id &= OPT_ID;
    return (id >= 0x0140 && id <= 0x017F) || id == 0x0197 || id == 0x0383 || id == 0x03A0 ||
           id == 0x00C5 || id == 0x01CF;
}

static lj_code emit_option(ppt_file *file, const ppt_scope *scope, const ppt_shape *shape,
                           uint16_t id, uint64_t off, uint32_t len)
{
    const option_row *row = find_option(id);
    if ((id & OPT_ID) == OPT_METRO) {
        ppt_claim(file, off, off + len);
        return ppt_child(file, scope, "shape.zip", off, len);
    }
    if (row == NULL) {
        if (is_array(id)) {
            ppt_claim(file, off, off + len);
        }
        return LJ_OK; /* the sweep looks into what is not known */
    }
    ppt_claim(file, off, off + len);
    lj_slice bytes = format_bytes(file->run, file->src, off, lj_min_size(len, PPT_ATOM_MAX));
    if (row->role != SPAN_WATERMARK) {
        return ppt_emit_unseen(file, scope, row->role, row->label, bytes);
    }
    lj_str text = ppt_decode(file, TEXT_UTF16LE, bytes);
    while (text.len > 0 && text.ptr[text.len - 1] == ' ') {
        text.len--; /* the NUL at its end */
    }
    if (look_is_blank(text) || (ppt_seen_before(file, lj_str_bytes(text)) && scope->only_new)) {
        return LJ_OK;
    }
    span what = span_of(row->role, text);
    ppt_place(file, scope, &what);
    what.hidden_by |= shape != NULL ? shape->hidden_by : 0;
    if (shape != NULL && shape->has_box && scope->has_page) {
        memcpy(what.box_pt100, shape->box, sizeof(what.box_pt100));
        what.known |= SPAN_KNOWS_BOX;
    }
    return format_emit(file->run, &what);
}

lj_code ppt_emit_options(ppt_file *file, const ppt_scope *scope, const ppt_shape *shape,
                         const ppt_head *head)
{
    uint64_t row = head->body;
    uint64_t off = head->body + (uint64_t)head->instance * OPT_LEN;
    off = off < head->end ? off : head->end;
    ppt_claim(file, head->body, off);
    uint64_t rows_end = off;
    lj_code code = LJ_OK;
    for (; code == LJ_OK && rows_end - row >= OPT_LEN; row += OPT_LEN) {
        lj_cur cur = lj_cur_of(format_bytes(file->run, file->src, row, OPT_LEN));
        uint16_t id = lj_cur_u16le(&cur);
        uint32_t len = lj_cur_u32le(&cur);
        if (!lj_cur_ok(&cur) || (id & OPT_COMPLEX) == 0) {
            continue;
        }
        if (len > head->end - off) {
            break; /* wrong: the rest is swept */
        }
        if (len > 0) {
            code = emit_option(file, scope, shape, id, off, len);
        }
        off += len;
    }
    return code;
}
