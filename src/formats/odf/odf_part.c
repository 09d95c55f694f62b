/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What the OpenDocument reader does inside an XML part: next token, emit, and the readings that
 * need no story - metadata, settings, formulas of MathML, script modules, unknown XML.
 *
 * Specification: ODF 1.2 part 1: 3.1 (document roots), 4.3 (metadata), 3.10 (settings), 10.4.5
 * (office:binary-data); MathML 3.
 *
 * Model. Every text-bearing node counts (hidden-marks 2, rule 1): comments, processing instructions
 * and DTDs are emitted on the way; attributes with letters beyond ASCII and text that stands where
 * none should be are emitted as attributes that are on no page.
 *
 * Traps. Names of fonts are full of Chinese and hold no mark; names of styles stand once for each
 * paragraph that uses them. Base64 inside a part may be a picture of many megabytes: only its place
 * is kept, and it is decoded as a child afterwards. */
#include "formats/odf/odf.h"

#include "base/num.h"
#include "formats/base64_source.h"

enum {
    TEXT_MAX = 1024 * 1024, /* bytes of one text node of unknown XML in one span */
    ATTR_WORDS_MIN = 8,     /* bytes of an ASCII attribute that may be a sentence */
    LINK_MAX = 64 * 1024,
    MATH_MAX = 64 * 1024,
};

static const char *const name_texts[] = {
#define ODF_NAME_TEXT(id, text) text,
    ODF_NAMES(ODF_NAME_TEXT)
#undef ODF_NAME_TEXT
};

bool odf_doc_init(odf_doc *doc, format_run *run)
{
    *doc = (odf_doc){.run = run, .arena = format_arena(run)};
    odf_styles_clear(&doc->styles);
    doc->names = xml_names_new(doc->arena, name_texts, ODF_NAME_COUNT);
    return doc->names != NULL;
}

/* ---- telling ---- */

span odf_span(const odf_xml *x, span_role role)
{
    span what = x->base;
    what.role = role;
    return what;
}

void odf_emit(odf_xml *x, span *what)
{
    if (x->code == LJ_OK && what->text.len > 0) {
        x->code = format_emit(x->doc->run, what);
    }
}

void odf_emit_text(odf_xml *x, span_role role, lj_str label, lj_str text)
{
    if (!look_is_blank(text)) {
        span what = odf_span(x, role);
        what.label = label;
        what.text = text;
        odf_emit(x, &what);
    }
}

void odf_emit_unseen(odf_xml *x, span_role role, lj_str label, lj_str text)
{
    uint64_t before = x->base.hidden_by;
    x->base.hidden_by |= SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED);
    odf_emit_text(x, role, label, text);
    x->base.hidden_by = before;
}

static lj_str str_of(lj_slice name)
{
    return (lj_str){(const char *)name.ptr, name.len}; /* the tokenizer gives valid UTF-8 */
}

lj_str odf_local(const xml_token *token)
{
    return str_of(token->local);
}

bool odf_is_prefixed(const xml_token *token, const char *prefix)
{
    lj_slice want = lj_cstr_bytes(prefix);
    return lj_slice_has_prefix(token->name, want) && token->name.len > want.len &&
           token->name.ptr[want.len] == ':';
}

bool odf_next(odf_xml *x)
{
    while (x->code == LJ_OK) {
        xml_beside beside;
        x->token = xml_next_content(x->xml, &x->cdata, &beside);
        xml_kind kind = x->token->kind;
        if (kind == XML_START || kind == XML_END || kind == XML_TEXT) {
            return true;
        }
        if (kind == XML_END_OF_INPUT) {
            return false;
        }
        odf_emit_unseen(x, beside.role, beside.label, beside.text);
    }
    return false;
}

static bool ends_with(lj_slice name, lj_slice tail)
{
    return name.len >= tail.len &&
           lj_slice_is(lj_slice_part(name, name.len - tail.len, tail.len), tail);
}

/* Attributes that name fonts, styles or namespaces; a bullet is one letter. */
static bool is_noise(const xml_attr *attr)
{
    static const char *const tails[] = {
        "style-name",        "font-name",         "font-family",         "font-name-asian",
        "font-family-asian", "font-name-complex", "font-family-complex", "bullet-char"};
    for (size_t i = 0; i < LJ_COUNT_OF(tails); i++) {
        if (ends_with(attr->local, lj_cstr_bytes(tails[i]))) {
            return true;
        }
    }
    return lj_slice_has_prefix(attr->name, LJ_BYTES("xmlns"));
}

/* Attributes that the readers of their elements take. */
static bool is_taken(const xml_attr *attr)
{
    static const char *const names[] = {
        "name",    "display-name", "string-value", "string-value-if-true", "string-value-if-false",
        "formula", "expression",   "condition",    "description",          "href",
        "title",   "label",        "value",        "current-value",        "author",
        "layer"};
    for (size_t i = 0; i < LJ_COUNT_OF(names); i++) {
        if (lj_slice_is(attr->local, lj_cstr_bytes(names[i]))) {
            return true;
        }
    }
    return false;
}

typedef enum attr_choice { ATTRS_ALL, ATTRS_TAKEN, ATTRS_OTHER } attr_choice;

static void emit_attrs(odf_xml *x, attr_choice choice, bool sentences)
{
    const xml_token *token = x->token;
    for (uint32_t i = 0; i < token->attr_count; i++) {
        const xml_attr *attr = &token->attrs[i];
        bool sentence = sentences && attr->value.len >= ATTR_WORDS_MIN &&
                        look_has_byte(attr->value, ' ') && look_is_wordy(attr->value);
        if ((look_has_high_byte(attr->value) || sentence) && !is_noise(attr) &&
            (choice == ATTRS_ALL || is_taken(attr) == (choice == ATTRS_TAKEN))) {
            odf_emit_unseen(x, SPAN_ATTRIBUTE, str_of(attr->local), attr->value);
        }
    }
}

void odf_emit_attrs(odf_xml *x)
{
    emit_attrs(x, ATTRS_ALL, false);
}

void odf_emit_other_attrs(odf_xml *x)
{
    emit_attrs(x, ATTRS_OTHER, false);
}

void odf_emit_left_attrs(odf_xml *x)
{
    emit_attrs(x, ATTRS_TAKEN, false);
}

void odf_emit_stray(odf_xml *x)
{
    if (look_is_wordy(x->token->text)) {
        odf_emit_unseen(x, SPAN_ATTRIBUTE, (lj_str){NULL, 0}, x->token->text);
    }
}

/* ---- links ---- */

static int hex_digit(uint8_t c)
{
    uint8_t lower = c | 0x20U;
    return c >= '0' && c <= '9' ? c - '0' : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* RFC 3986 2.1; true when there was something to decode. */
static bool put_unescaped(lj_buf *out, lj_slice text)
{
    bool changed = false;
    for (size_t i = 0; i < text.len; i++) {
        int high = text.ptr[i] == '%' && i + 2 < text.len ? hex_digit(text.ptr[i + 1]) : -1;
        int low = high >= 0 ? hex_digit(text.ptr[i + 2]) : -1;
        lj_buf_put_u8(out, low >= 0 ? (uint8_t)(high << 4 | low) : text.ptr[i]);
        changed = changed || low >= 0;
        i += low >= 0 ? 2 : 0;
    }
    return changed;
}

void odf_emit_link(odf_xml *x, lj_str target)
{
    bool outside =
        look_has_byte(target, ':') || look_has_byte(target, '%') || look_has_high_byte(target);
    if (!outside || target.len > LINK_MAX) {
        return;
    }
    lj_arena *arena = x->doc->arena;
    lj_arena_mark mark = lj_arena_mark_of(arena);
    lj_buf bytes;
    lj_buf text;
    lj_buf_init(&bytes, arena, LINK_MAX);
    lj_buf_init(&text, arena, 4 * (size_t)LINK_MAX);
    span what = odf_span(x, SPAN_LINK);
    what.text = target;
    what.hidden_by |= SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED);
    if (put_unescaped(&bytes, lj_str_bytes(target)) && lj_buf_ok(&bytes)) {
        (void)text_lines_to_utf8(TEXT_GB18030, lj_buf_slice(&bytes), false, &text, NULL);
        if (lj_buf_ok(&text)) {
            what.text = lj_buf_str(&text);
            what.origin = SPAN_DECODED;
        }
    }
    odf_emit(x, &what);
    lj_arena_rewind(arena, mark);
}

void odf_keep(odf_xml *x, lj_buf *buf, lj_str text)
{
    lj_buf_put(buf, lj_str_bytes(text));
    if (!lj_buf_ok(buf)) {
        x->code = LJ_E_LIMIT; /* the caller has looked at the ceiling: the arena is full */
    }
}

/* ---- leaves: an element with its text ---- */

static void leaf_label(odf_xml *x, lj_str label)
{
    lj_buf_clear(&x->leaf_label);
    lj_buf_put(&x->leaf_label, lj_str_bytes(label));
}

static void leaf_begin(odf_xml *x)
{
    lj_buf_clear(&x->leaf_text);
    lj_buf_clear(&x->leaf_label);
}

static void leaf_emit(odf_xml *x, span_role role)
{
    if (look_is_wordy(lj_buf_str(&x->leaf_text))) {
        odf_emit_unseen(x, role, lj_buf_str(&x->leaf_label), lj_buf_str(&x->leaf_text));
    }
    lj_buf_clear(&x->leaf_text);
}

void odf_read_generic(odf_xml *x, span_role role)
{
    leaf_begin(x);
    uint32_t depth = x->token->depth;
    bool open = true;
    do {
        const xml_token *token = x->token;
        if (token->kind == XML_TEXT) {
            odf_keep(x, &x->leaf_text, token->text);
            if (x->leaf_text.len > TEXT_MAX) {
                leaf_emit(x, role);
            }
            continue;
        }
        leaf_emit(x, role);
        if (token->kind == XML_START) {
            leaf_label(x, odf_local(token));
            emit_attrs(x, ATTRS_ALL, true);
        } else {
            open = token->depth != depth;
        }
    } while (open && odf_next(x));
    leaf_emit(x, role);
}

/* ---- metadata and settings ---- */

/* Counts, dates and names of programs hold no mark: left out unless all text is wanted. */
static bool is_telling(const odf_xml *x, lj_str value)
{
    bool has_letter = false;
    for (size_t i = 0; i < value.len; i++) {
        uint8_t lower = (uint8_t)value.ptr[i] | 0x20U;
        has_letter = has_letter || lower >= 0x80 || (lower >= 'a' && lower <= 'z');
    }
    return (has_letter && look_time(value) == 0) || format_wants_all(x->doc->run);
}

void odf_read_meta(odf_xml *x)
{
    leaf_begin(x);
    uint32_t depth = x->token->depth;
    while (odf_next(x)) {
        const xml_token *token = x->token;
        if (token->kind == XML_TEXT) {
            odf_keep(x, &x->leaf_text, token->text);
        } else if (token->kind == XML_START) {
            lj_buf_clear(&x->leaf_text);
            leaf_label(x, odf_local(token));
            if (token->id == ODF_USER_DEFINED) {
                lj_str name = XML_VALUE(token, "name");
                leaf_label(x, name);
                odf_emit_unseen(x, SPAN_METADATA, LJ_STR("name"), name);
            } else if (token->id == ODF_TEMPLATE) {
                odf_emit_unseen(x, SPAN_METADATA, LJ_STR("template"), XML_VALUE(token, "title"));
                odf_emit_link(x, XML_VALUE(token, "href"));
            } else {
                odf_emit_attrs(x);
            }
        } else {
            if (is_telling(x, lj_buf_str(&x->leaf_text))) {
                odf_emit_unseen(x, SPAN_METADATA, lj_buf_str(&x->leaf_label),
                                lj_buf_str(&x->leaf_text));
            }
            lj_buf_clear(&x->leaf_text);
            if (token->depth == depth) {
                break;
            }
        }
    }
}

void odf_read_settings(odf_xml *x)
{
    leaf_begin(x);
    bool is_binary = false;
    uint32_t depth = x->token->depth;
    while (odf_next(x)) {
        const xml_token *token = x->token;
        if (token->kind == XML_TEXT) {
            if (!is_binary) { /* printer data in base64 */
                odf_keep(x, &x->leaf_text, token->text);
            }
        } else if (token->kind == XML_START) {
            lj_buf_clear(&x->leaf_text);
            leaf_label(x, XML_VALUE(token, "name"));
            is_binary = ODF_IS(XML_VALUE(token, "type"), "base64Binary");
            odf_emit_attrs(x);
        } else {
            leaf_emit(x, SPAN_METADATA);
            is_binary = false;
            if (token->depth == depth) {
                break;
            }
        }
    }
}

/* ---- MathML, scripts ---- */

/* All letters of a formula in one span; its source (StarMath) in another. */
void odf_read_math(odf_xml *x)
{
    leaf_begin(x);
    lj_buf *text = &x->leaf_text;
    lj_buf *source = &x->leaf_label;
    uint32_t depth = x->token->depth;
    bool in_source = false;
    while (odf_next(x)) {
        const xml_token *token = x->token;
        if (token->kind == XML_TEXT) {
            lj_buf *out = in_source ? source : text;
            if (!look_is_blank(token->text) && out->len + token->text.len <= MATH_MAX) {
                odf_keep(x, out, token->text);
            }
        } else if (token->kind == XML_START) {
            in_source = in_source || token->id == ODF_ANNOTATION;
            emit_attrs(x, ATTRS_ALL, true);
        } else {
            in_source = in_source && token->id != ODF_ANNOTATION;
            if (token->depth == depth) {
                break;
            }
        }
    }
    odf_emit_text(x, SPAN_TEXTBOX, (lj_str){NULL, 0}, lj_buf_str(text));
    if (look_is_wordy(lj_buf_str(source))) {
        odf_emit_unseen(x, SPAN_FORMULA, LJ_STR("annotation"), lj_buf_str(source));
    }
}

void odf_read_module(odf_xml *x)
{
    format_tell(x->doc->run, NOTE_MACROS);
    odf_read_generic(x, SPAN_SCRIPT);
}

/* ---- base64 ---- */

void odf_take_binary(odf_xml *x)
{
    odf_doc *doc = x->doc;
    uint32_t depth = x->token->depth;
    uint64_t from = UINT64_MAX;
    uint64_t to = 0;
    while (odf_next(x)) {
        if (x->token->kind == XML_TEXT && from == UINT64_MAX) {
            from = x->token->off;
        } else if (x->token->kind == XML_END && x->token->depth == depth) {
            to = x->token->off;
            break;
        }
    }
    if (from >= to) {
        return;
    }
    if (doc->binaries == NULL) {
        doc->binaries = lj_arena_array(doc->arena, ODF_BINARIES_MAX, sizeof(*doc->binaries));
        doc->binary_count = 0;
    }
    if (doc->binaries == NULL || doc->binary_count == ODF_BINARIES_MAX) {
        format_gap(doc->run, GAP_UNSUPPORTED, "base64", x->base.place);
        return;
    }
    doc->binaries[doc->binary_count++] = (odf_binary){from, to - from};
}

/* The pictures and objects of the part, as children. */
static lj_code give_binaries(odf_doc *doc, format_src *src, uint64_t hidden_by)
{
    lj_code code = LJ_OK;
    for (uint32_t i = 0; i < doc->binary_count && code == LJ_OK; i++) {
        lj_arena_mark mark = lj_arena_mark_of(doc->arena);
        format_src *child =
            base64_source(doc->run, src, doc->binaries[i].off, doc->binaries[i].len);
        if (child == NULL) {
            return LJ_E_LIMIT;
        }
        format_child_info info = {
            .name = LJ_BYTES("binary-data"), .kind = FORMAT_EMBEDDED, .hidden_by = hidden_by};
        code = format_entry(doc->run);
        code = code == LJ_OK ? format_child(doc->run, &info, child) : code;
        lj_arena_rewind(doc->arena, mark);
    }
    doc->binaries = NULL;
    doc->binary_count = 0;
    return code;
}

/* ---- a part ---- */

static void read_root(odf_xml *x)
{
    switch (x->token->id) {
    case ODF_MATH:
        odf_read_math(x);
        break;
    case ODF_MODULE:
        odf_read_module(x);
        break;
    case ODF_MANIFEST: /* paths with a blank are no sentences */
        odf_emit_attrs(x);
        while (odf_next(x)) {
            if (x->token->kind == XML_START) {
                odf_emit_attrs(x);
            } else if (x->token->kind == XML_TEXT) {
                odf_emit_stray(x);
            }
        }
        break;
    default:
        if (odf_is_prefixed(x->token, "office")) {
            odf_read_story(x);
        } else {
            odf_read_generic(x, SPAN_ATTRIBUTE);
        }
        break;
    }
}

lj_code odf_read_part(odf_doc *doc, format_src *src, uint32_t part_id, uint64_t hidden_by)
{
    odf_xml x = {.doc = doc, .src = src};
    x.base = span_of(SPAN_BODY, (lj_str){NULL, 0});
    x.base.hidden_by = hidden_by;
    x.base.place.part_id = part_id;
    x.base.story_id = ++doc->story_count;
    lj_buf_init(&x.leaf_text, doc->arena, 2 * (size_t)TEXT_MAX);
    lj_buf_init(&x.leaf_label, doc->arena, MATH_MAX);
    doc->binaries = NULL;
    doc->binary_count = 0;
    x.xml = xml_open(doc->run, src, doc->names, x.base.place);
    if (x.xml == NULL) {
        return LJ_E_LIMIT;
    }
    while (odf_next(&x)) {
        if (x.token->kind == XML_START) {
            read_root(&x);
        } else if (x.token->kind == XML_TEXT) {
            odf_emit_stray(&x);
        }
    }
    const xml_status *status = xml_status_of(x.xml);
    if (doc->binary_count > 0 && status->charset != TEXT_UTF8) { /* then places are not known */
        format_gap(doc->run, GAP_UNSUPPORTED, "base64", (span_place){.part_id = part_id});
        doc->binary_count = 0;
    }
    lj_code source = xml_code(x.xml);
    if (x.code == LJ_OK && (status->is_bad || status->is_cut || source == LJ_E_FORMAT)) {
        format_gap(doc->run, GAP_DAMAGED, source != LJ_OK ? "part" : "xml",
                   (span_place){.part_id = part_id});
        if (status->is_bad) {
            lj_code swept = format_sweep(doc->run, src, 0, FORMAT_SIZE_UNKNOWN, hidden_by);
            /* a source that breaks is told already; what stops everything is told again here */
            x.code = swept == LJ_OK ? LJ_OK : format_work(doc->run, 0);
        }
    }
    return x.code == LJ_OK ? give_binaries(doc, src, hidden_by) : x.code;
}
