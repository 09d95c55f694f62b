/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Drawings, slides and forms of OpenDocument.
 *
 * Specification: ODF 1.2 part 1: 10.2.4 (pages), 10.3 (shapes), 10.4 (frames), 10.6 (custom
 * shapes), 10.3.17 (title and description), 10.2.3 (layers), 13 (forms), 16.9 (master pages), 16.40
 * (presentation:notes), 20.360 (presentation:visibility).
 *
 * Model. A shape opens a story of its own; its text is a text box in texts and sheets, body of the
 * page on slides (titles, headers and footers by their class). Its place is kept; what lies outside
 * of the page, on a layer that is not shown, or on a hidden slide says so. Names of shapes, titles
 * and descriptions are alternative texts. The ground of a text is its shape's fill, else the
 * page's, else the master page's; once a page has painted something, the ground of later shapes
 * without a fill is not certain.
 *
 * Not done. draw:transform; what covers what. */
#include "formats/odf/odf_story.h"

#include "base/num.h"

enum { LAYERS_MAX = 16, FAR_PT100 = 500000 };

/* ---- pages ---- */

static uint32_t master_ground(const story *s, lj_str name)
{
    const odf_style *master = odf_style_of(&s->x->doc->styles, 'm', name);
    return master != NULL ? master->look.ground : LOOK_NO_COLOUR;
}

static void take_master(story *s)
{
    odf_xml *x = s->x;
    const xml_token *token = x->token;
    odf_styles *styles = &x->doc->styles;
    lj_str name = XML_VALUE(token, "name");
    const odf_style *page = odf_style_of(styles, 'd', XML_VALUE(token, "style-name"));
    lj_str layout = XML_VALUE(token, "page-layout-name");
    layout = layout.len > 0 ? layout : XML_VALUE(token, "page-master-name");
    const odf_style *paper = odf_style_of(styles, 'l', layout);
    uint32_t ground = page != NULL ? page->look.ground : LOOK_NO_COLOUR;
    int32_t size[2] = {0, 0};
    if (paper != NULL && paper->width_pt100 > 0) {
        size[0] = (int32_t)paper->width_pt100;
        size[1] = (int32_t)paper->height_pt100;
    }
    odf_style *row = odf_style_add(styles, x->doc->arena, odf_style_id('m', name));
    if (row != NULL) {
        row->flags |= ODF_STYLE_COMMON;
        row->look.ground = ground;
        row->width_pt100 = (uint32_t)size[0];
        row->height_pt100 = (uint32_t)size[1];
        row->is_settled = true;
    }
    lj_str shown = XML_VALUE(token, "display-name");
    shown = shown.len > 0 ? shown : name;
    if (look_has_high_byte(shown)) {
        odf_emit_unseen(x, SPAN_STYLE, LJ_STR("master-page"), shown);
    }
    if (odf_story_frame_open(s, SPAN_MASTER) != NULL) {
        s->in_master = true;
        s->page_has_art = false;
        s->shape_look.stated |= ODF_GROUND;
        s->shape_look.ground = ground;
    }
}

static void take_page(story *s)
{
    odf_xml *x = s->x;
    const xml_token *token = x->token;
    odf_styles *styles = &x->doc->styles;
    lj_str name = XML_VALUE(token, "name");
    const odf_style *style = odf_style_of(styles, 'd', XML_VALUE(token, "style-name"));
    lj_str master_name = XML_VALUE(token, "master-page-name");
    uint32_t ground = style != NULL ? style->look.ground : LOOK_NO_COLOUR;
    ground = ground == LOOK_NO_COLOUR ? master_ground(s, master_name) : ground;
    const odf_style *master = odf_style_of(styles, 'm', master_name);
    if (odf_story_frame_open(s, SPAN_BODY) == NULL) {
        return;
    }
    s->page_has_art = false;
    s->in_master = false;
    x->base.place.page_no = ++x->doc->page_count;
    if (style != NULL && (style->flags & ODF_STYLE_HIDES) != 0) {
        x->base.hidden_by |= SPAN_HIDE(SPAN_HIDDEN_SHEET);
    }
    if (master != NULL && master->width_pt100 > 0) {
        x->base.known |= SPAN_KNOWS_PAGE;
        x->base.page_pt100[0] = (int32_t)master->width_pt100;
        x->base.page_pt100[1] = (int32_t)master->height_pt100;
    }
    s->shape_look.stated |= ODF_GROUND;
    s->shape_look.ground = ground;
    if (look_has_high_byte(name)) {
        odf_emit_unseen(x, SPAN_BOOKMARK, LJ_STR("page"), name);
    }
}

static void take_layer(story *s)
{
    const xml_token *token = s->x->token;
    odf_styles *styles = &s->x->doc->styles;
    lj_str name = XML_VALUE(token, "name");
    lj_str display = XML_VALUE(token, "display");
    if (look_has_high_byte(name)) {
        odf_emit_unseen(s->x, SPAN_BOOKMARK, LJ_STR("layer"), name);
    }
    if (ODF_IS(display, "none") && styles->hidden_layer_count < LAYERS_MAX) {
        styles->hidden_layers[styles->hidden_layer_count++] = odf_style_id('y', name);
    }
    if (odf_story_scope_open(s, SCOPE_PART) != NULL) {
        s->para_floor = s->para_count;
    }
}

/* ---- shapes ---- */

static bool is_layer_hidden(const story *s, lj_str name)
{
    const odf_styles *styles = &s->x->doc->styles;
    uint64_t id = styles->hidden_layer_count > 0 ? odf_style_id('y', name) : 0;
    for (uint32_t i = 0; i < styles->hidden_layer_count; i++) {
        if (styles->hidden_layers[i] == id) {
            return true;
        }
    }
    return false;
}

/* Place and size; what lies outside of the page. Anchors in texts are relative to page, paragraph
 * or letter: there only what is out of the page from any of them counts. */
static void take_box(story *s)
{
    static const char *const names[4] = {"x", "y", "width", "height"};
    odf_xml *x = s->x;
    int32_t box[4] = {0, 0, 0, 0};
    bool has_place = true;
    for (int i = 0; i < 4; i++) {
        bool known = odf_length(xml_value_of(x->token, lj_cstr_bytes(names[i])), &box[i]);
        has_place = has_place && (known || i >= 2);
        box[i] = box[i] > INT32_MAX / 4      ? INT32_MAX / 4
                 : box[i] < -FAR_PT100 * 100 ? -FAR_PT100 * 100
                                             : box[i];
    }
    if (!has_place || xml_attr_lookup(x->token, LJ_BYTES("transform")) != NULL) {
        return;
    }
    box[2] += box[0];
    box[3] += box[1];
    memcpy(x->base.box_pt100, box, sizeof(box));
    bool on_page = (x->base.known & SPAN_KNOWS_PAGE) != 0;
    static const int32_t a4[2] = {59530, 84190};
    const int32_t *page = on_page                            ? x->base.page_pt100
                          : x->doc->styles.page_pt100[0] > 0 ? x->doc->styles.page_pt100
                          : s->kind == ODF_KIND_TEXT         ? a4
                                                             : x->doc->styles.page_pt100;
    bool fixed = on_page || ODF_IS(XML_VALUE(x->token, "anchor-type"), "page");
    if (on_page || fixed) {
        x->base.known |= SPAN_KNOWS_BOX;
    }
    if (page[0] <= 0 || s->kind == ODF_KIND_SHEETS || s->in_master) {
        return;
    }
    bool outside = fixed ? box[0] >= page[0] || box[1] >= page[1] || box[2] < 0 || box[3] < 0
                         : box[0] >= page[0] || box[2] < -page[0];
    x->base.hidden_by |= outside ? SPAN_HIDE(SPAN_HIDDEN_OFF_PAGE) : 0;
}

static span_role role_of(const story *s)
{
    const xml_token *token = s->x->token;
    span_role around = s->x->base.role;
    lj_str kind = XML_VALUE(token, "class");
    lj_str name = XML_VALUE(token, "name");
    if (lj_slice_has_prefix(lj_str_bytes(name), LJ_BYTES("PowerPlusWaterMarkObject"))) {
        return SPAN_WATERMARK;
    }
    if (around == SPAN_MASTER || around == SPAN_NOTES) {
        return around;
    }
    if (s->kind == ODF_KIND_PAGES) {
        return ODF_IS(kind, "title")    ? SPAN_TITLE
               : ODF_IS(kind, "header") ? SPAN_HEADER
               : ODF_IS(kind, "footer") ? SPAN_FOOTER
                                        : around;
    }
    return SPAN_TEXTBOX;
}

static void take_fill(story *s, const odf_style *style)
{
    bool paints = style != NULL && (style->flags & ODF_STYLE_PAINTS) != 0;
    if (paints) {
        s->shape_look.stated |= ODF_GROUND;
        s->shape_look.ground = style->look.ground;
    } else if (s->page_has_art && s->kind == ODF_KIND_PAGES) {
        s->shape_look.stated |= ODF_GROUND;
        s->shape_look.ground = LOOK_PAINTED;
    }
    s->page_has_art = s->page_has_art || paints;
}

static void take_shape(story *s)
{
    odf_xml *x = s->x;
    const xml_token *token = x->token;
    odf_styles *styles = &x->doc->styles;
    lj_str name = XML_VALUE(token, "name");
    const odf_style *style = odf_style_of(styles, 'g', XML_VALUE(token, "style-name"));
    const odf_style *text = odf_style_of(styles, 'p', XML_VALUE(token, "text-style-name"));
    odf_look around = s->shape_look;
    span_role role = role_of(s);
    scope *top = odf_story_frame_open(s, role);
    if (top == NULL) {
        return;
    }
    top->kind = SCOPE_FRAME;
    s->shape_look.stated |= around.stated & ODF_GROUND;
    s->shape_look.ground = around.ground;
    if (s->kind != ODF_KIND_TEXT) {
        odf_look own = styles->shape;
        if (style != NULL) {
            odf_look_put(&own, &style->look);
        }
        own.stated &= ~(uint32_t)ODF_GROUND;
        odf_look_put(&s->shape_look, &own);
    }
    if (text != NULL) {
        odf_look_put(&s->shape_look, &text->look);
    }
    take_fill(s, style);
    take_box(s);
    if (is_layer_hidden(s, XML_VALUE(token, "layer"))) {
        x->base.hidden_by |= SPAN_HIDE(SPAN_HIDDEN_LAYER);
    }
    if (ODF_IS(XML_VALUE(token, "display"), "none") ||
        (ODF_IS(XML_VALUE(token, "visibility"), "hidden"))) {
        x->base.hidden_by |= SPAN_HIDE(SPAN_HIDDEN_INVISIBLE);
    }
    if (look_has_high_byte(name)) {
        odf_emit_unseen(x, SPAN_ALT, LJ_STR("name"), name);
    }
}

/* svg:title and svg:desc; text:title is a field. */
static bool take_words(story *s)
{
    const xml_token *token = s->x->token;
    if (odf_is_prefixed(token, "chart")) {
        (void)odf_story_frame_open(s, SPAN_TITLE);
        return true;
    }
    if (!odf_is_prefixed(token, "svg")) {
        return false;
    }
    odf_story_value_open(s, VALUE_SPAN, SPAN_ALT,
                         token->id == ODF_TITLE ? LJ_STR("title") : LJ_STR("desc"), true);
    return true;
}

static void take_target(story *s)
{
    const xml_token *token = s->x->token;
    odf_emit_link(s->x, XML_VALUE(token, "href"));
    if (token->id == ODF_IMAGE && s->kind == ODF_KIND_PAGES) {
        s->page_has_art = true;
    }
    odf_emit_left_attrs(s->x);
}

/* ---- forms, scripts ---- */

static bool take_form(story *s)
{
    static const char *const names[] = {"label", "value", "current-value", "title", "name"};
    odf_xml *x = s->x;
    const xml_token *token = x->token;
    if (!odf_is_prefixed(token, "form")) {
        return false;
    }
    lj_str name = XML_VALUE(token, "name");
    for (size_t i = 0; i < LJ_COUNT_OF(names); i++) {
        lj_str value = xml_value_of(token, lj_cstr_bytes(names[i]));
        bool is_name = i + 1 == LJ_COUNT_OF(names);
        if (is_name ? look_has_high_byte(value) : look_is_wordy(value)) {
            bool shown = i == 0 || i == 2;
            lj_str label = is_name || name.len == 0 ? lj_cstr_str(names[i]) : name;
            if (shown) {
                odf_emit_text(x, SPAN_FORM, label, value);
            } else {
                odf_emit_unseen(x, SPAN_FORM, label, value);
            }
        }
    }
    if (odf_is_prefixed(token, "form") && token->id == ODF_PROPERTY) {
        odf_emit_unseen(x, SPAN_FORM, XML_VALUE(token, "property-name"),
                        look_has_high_byte(XML_VALUE(token, "string-value"))
                            ? XML_VALUE(token, "string-value")
                            : (lj_str){NULL, 0});
    } else if (token->id != ODF_FORM) {
        (void)odf_story_scope_open(s, SCOPE_PART);
        x->base.role = SPAN_FORM;
    }
    return true;
}

static bool take_script(story *s)
{
    const xml_token *token = s->x->token;
    if (token->id == ODF_SCRIPT) {
        format_tell(s->x->doc->run, NOTE_MACROS);
        odf_emit_link(s->x, XML_VALUE(token, "href"));
        odf_story_value_open(s, VALUE_SPAN, SPAN_SCRIPT, (lj_str){NULL, 0}, true);
        return true;
    }
    if (token->id == ODF_EVENT_LISTENER) {
        odf_emit_link(s->x, XML_VALUE(token, "href"));
        return true;
    }
    return false;
}

bool odf_story_draw_take(story *s)
{
    const xml_token *token = s->x->token;
    switch (token->id) {
    case ODF_MASTER_PAGE:
    case ODF_HANDOUT_MASTER:
        take_master(s);
        return true;
    case ODF_PAGE:
        if (odf_is_prefixed(token, "draw")) {
            take_page(s);
            return true;
        }
        return false;
    case ODF_NOTES:
        if (odf_is_prefixed(token, "presentation")) {
            span_role role = s->in_master ? SPAN_MASTER : SPAN_NOTES;
            if (odf_story_frame_open(s, role) != NULL) {
                s->x->base.known &= (uint16_t)~SPAN_KNOWS_PAGE; /* a page of its own */
            }
            return true;
        }
        return false;
    case ODF_LAYER:
        take_layer(s);
        return true;
    case ODF_TITLE:
    case ODF_DESC:
        return take_words(s);
    case ODF_IMAGE:
    case ODF_OBJECT:
    case ODF_OBJECT_OLE:
    case ODF_PLUGIN:
    case ODF_APPLET:
    case ODF_FLOATING_FRAME:
        take_target(s);
        return true;
    case ODF_DATE_TIME_DECL:
        odf_story_value_open(s, VALUE_SPAN, SPAN_FOOTER, LJ_STR("date-time"), false);
        return true;
    default:
        break;
    }
    bool is_shape = (token->id >= ODF_CUSTOM_SHAPE && token->id <= ODF_CONTROL) ||
                    token->id == ODF_FRAME || token->id == ODF_G;
    if (is_shape && odf_is_prefixed(token, "draw")) {
        take_shape(s);
        return true;
    }
    return take_form(s) || take_script(s);
}
