/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Destinations: where the text of a group goes, and what becomes of it when the group ends; the
 * tables at the head of a document (fonts, colours, styles, authors of revisions).
 *
 * Specification: RTF 1.9.1, "Header" (font, colour, style, revision tables), "Document area"
 * (information group, user-defined properties, variables, bookmarks, pictures, objects, drawing
 * objects, footnotes, comments, fields, index entries).
 *
 * Model. A table of rows says for each destination how its text is gathered, with which role it is
 * emitted and whether a page shows it. Values that come in two groups (name and value of a
 * property, of a shape, of a variable) are one span with the name as its label.
 *
 * Traps. \upr holds the same value twice, for old readers first: both are alternatives of one
 * another. Numbers of styles and fonts go up to five digits. Style names, list texts and font names
 * are mostly the writer's own: those that are plain ASCII tell nothing. */
#include "base/num.h"
#include "formats/look.h"
#include "formats/rtf/rtf_priv.h"

enum { BASED_ON_MAX = 16, HEX_TEXT_MIN = 64 };

/* clang-format off: one destination a line */
static const rtf_dest_row rows[D_COUNT] = {
    [D_NONE] = {RTF_THROUGH, SPAN_BODY,      "",          false},
    [D_BODY] = {RTF_STORY,   SPAN_BODY,      "",          false},
    [D_THROUGH] = {RTF_THROUGH, SPAN_BODY,      "",          false},
    [D_HEADER] = {RTF_STORY,   SPAN_HEADER,    "",          false},
    [D_FOOTER] = {RTF_STORY,   SPAN_FOOTER,    "",          false},
    [D_FOOTNOTE] = {RTF_STORY,   SPAN_FOOTNOTE,  "",          false},
    [D_ANNOTATION] = {RTF_STORY,   SPAN_COMMENT,   "",          false},
    [D_SHAPE_TEXT] = {RTF_STORY,   SPAN_TEXTBOX,   "",          false},
    [D_SHAPE] = {RTF_THROUGH, SPAN_BODY,      "",          false},
    [D_SHAPE_RESULT] = {RTF_THROUGH, SPAN_BODY,      "",          false},
    [D_FIELD] = {RTF_VALUE,   SPAN_FIELD,     "",          true },
    [D_UPR] = {RTF_THROUGH, SPAN_BODY,      "",          false},
    [D_UD] = {RTF_THROUGH, SPAN_BODY,      "",          false},
    [D_TITLE] = {RTF_VALUE,   SPAN_METADATA,  "title",     true },
    [D_SUBJECT] = {RTF_VALUE,   SPAN_METADATA,  "subject",   true },
    [D_AUTHOR] = {RTF_VALUE,   SPAN_METADATA,  "author",    true },
    [D_MANAGER] = {RTF_VALUE,   SPAN_METADATA,  "manager",   true },
    [D_COMPANY] = {RTF_VALUE,   SPAN_METADATA,  "company",   true },
    [D_OPERATOR] = {RTF_VALUE,   SPAN_METADATA,  "operator",  true },
    [D_CATEGORY] = {RTF_VALUE,   SPAN_METADATA,  "category",  true },
    [D_KEYWORDS] = {RTF_VALUE,   SPAN_METADATA,  "keywords",  true },
    [D_COMMENT] = {RTF_VALUE,   SPAN_METADATA,  "comment",   true },
    [D_DOCCOMM] = {RTF_VALUE,   SPAN_METADATA,  "doccomm",   true },
    [D_LINK_BASE] = {RTF_VALUE,   SPAN_METADATA,  "hlinkbase", true },
    [D_PROP_NAME] = {RTF_VALUE,   SPAN_METADATA,  "propname",  true },
    [D_PROP_VALUE] = {RTF_VALUE,   SPAN_METADATA,  "",          true },
    [D_PROP_LINK] = {RTF_VALUE,   SPAN_METADATA,  "",          true },
    [D_DOCVAR] = {RTF_VALUE,   SPAN_FIELD,     "docvar",    true },
    [D_DOCVAR_PART] = {RTF_VALUE,   SPAN_FIELD,     "docvar",    true },
    [D_BOOKMARK] = {RTF_VALUE,   SPAN_BOOKMARK,  "",          true },
    [D_INDEX] = {RTF_VALUE,   SPAN_BOOKMARK,  "index",     true },
    [D_FORM] = {RTF_VALUE,   SPAN_FORM,      "",          true },
    [D_NOTE_AUTHOR] = {RTF_VALUE,   SPAN_METADATA,  "author",    true },
    [D_NOTE_ID] = {RTF_QUIET,   SPAN_METADATA,  "initials",  true },
    [D_SHAPE_NAME] = {RTF_VALUE,   SPAN_METADATA,  "",          true },
    [D_SHAPE_VALUE] = {RTF_VALUE,   SPAN_ALT,       "",          true },
    [D_STYLES] = {RTF_QUIET,   SPAN_STYLE,     "",          true },
    [D_STYLE_ENTRY] = {RTF_VALUE,   SPAN_STYLE,     "",          true },
    [D_LATENT] = {RTF_QUIET,   SPAN_STYLE,     "",          true },
    [D_LIST] = {RTF_QUIET,   SPAN_STYLE,     "list",      true },
    [D_LIST_NAME] = {RTF_VALUE,   SPAN_STYLE,     "list",      true },
    [D_REVISERS] = {RTF_QUIET,   SPAN_METADATA,  "author",    true },
    [D_REVISER] = {RTF_VALUE,   SPAN_METADATA,  "author",    true },
    [D_TEMPLATE] = {RTF_VALUE,   SPAN_METADATA,  "template",  true },
    [D_OBJECT_NAME] = {RTF_VALUE,   SPAN_ALT,       "objname",   true },
    [D_OBJECT_CLASS] = {RTF_QUIET,   SPAN_METADATA,  "objclass",  true },
    [D_FILE_NAME] = {RTF_VALUE,   SPAN_LINK,      "file",      true },
    [D_HTML_TAG] = {RTF_QUIET,   SPAN_ATTRIBUTE, "htmltag",   true },
    [D_QUIET] = {RTF_QUIET,   SPAN_METADATA,  "",          true },
    [D_UNKNOWN] = {RTF_VALUE,   SPAN_METADATA,  "",          true },
    [D_FONT_TABLE] = {RTF_FONTS,   SPAN_STYLE,     "fonts",     true },
    [D_FONT_OTHER] = {RTF_QUIET,   SPAN_STYLE,     "fonts",     true },
    [D_COLOUR_TABLE] = {RTF_COLOURS, SPAN_STYLE,     "",          true },
    [D_PICTURE] = {RTF_HEX,     SPAN_BODY,      "",          false},
    [D_OBJECT_DATA] = {RTF_HEX,     SPAN_BODY,      "",          false},
    [D_PACKAGE] = {RTF_HEX,     SPAN_BODY,      "",          true },
    [D_SCHEME] = {RTF_HEX,     SPAN_BODY,      "",          true },
    [D_HEX_OTHER] = {RTF_HEX,     SPAN_BODY,      "",          true },
};
/* clang-format on */

const rtf_dest_row *rtf_dest_row_of(rtf_dest dest)
{
    return &rows[dest];
}

/* ---- fonts, colours, styles ---- */

/* Text of the font table: letters of a name, names end with a semicolon. */
void rtf_font_name(rtf *r, lj_str text)
{
    size_t at = 0;
    while (at < text.len) {
        const char *end = memchr(text.ptr + at, ';', text.len - at);
        size_t len = end != NULL ? (size_t)(end - text.ptr) - at : text.len - at;
        lj_buf_put(&r->name, lj_slice_of(text.ptr + at, len));
        at += len;
        if (end != NULL) {
            if (r->font_now > 0 && r->name.len > 0) {
                rtf_font *font = &r->fonts[r->font_now - 1];
                lj_str name = lj_buf_str(&r->name);
                font->is_hei = look_is_hei(name);
                font->is_wingdings = lj_slice_has_prefix(lj_str_bytes(name), LJ_BYTES("Wingdings"));
            }
            lj_buf_clear(&r->name);
            at++;
        }
    }
}

void rtf_colour_end(rtf *r)
{
    if (r->colours == NULL) {
        r->colours = lj_arena_array(format_arena(r->run), RTF_COLOURS_MAX, sizeof(*r->colours));
    }
    if (r->colours != NULL && r->colour_count < RTF_COLOURS_MAX) {
        r->colours[r->colour_count++] = r->colour_stated ? r->colour_now : LOOK_NO_COLOUR;
    }
    r->colour_now = 0;
    r->colour_stated = false;
}

static const rtf_style *style_at(const rtf *r, uint32_t number)
{
    return r->styles != NULL && number < RTF_STYLES_MAX ? &r->styles[number] : NULL;
}

/* What the style and those it is based on say beyond what writers repeat: the nearest wins. */
void rtf_style_apply(rtf *r, rtf_look *look, uint32_t number)
{
    const rtf_style *style = style_at(r, number);
    rtf_style all = {0};
    for (int i = 0; style != NULL && i < BASED_ON_MAX; i++) {
        all.flags |= style->flags;
        all.fg = all.fg == 0 ? style->fg : all.fg;
        all.size_halves = all.size_halves == 0 ? style->size_halves : all.size_halves;
        style = style->based_on > 0 ? style_at(r, style->based_on - 1U) : NULL;
    }
    look->flags |= all.flags;
    look->fg = all.fg > 0 ? all.fg : look->fg;
    look->size_halves = all.size_halves > 0 ? all.size_halves : look->size_halves;
}

void rtf_style_keep(rtf *r, const rtf_look *look)
{
    enum { KEPT = RTF_HIDDEN | RTF_WEB_HIDDEN | RTF_BOLD, NO_SIZE = 0 };
    if (r->styles == NULL) {
        r->styles = lj_arena_array(format_arena(r->run), RTF_STYLES_MAX, sizeof(*r->styles));
    }
    if (r->styles != NULL && r->style_now < RTF_STYLES_MAX) {
        r->styles[r->style_now] = (rtf_style){.flags = (uint16_t)(look->flags & KEPT),
                                              .based_on = (uint16_t)lj_min_u64(r->based_on, 0xFFFF),
                                              .fg = look->fg,
                                              .size_halves = look->size_halves};
    }
}

/* ---- opening ---- */

static void keep_label(rtf *r, lj_slice name)
{
    rtf_story *story = &r->stories[r->story_count - 1];
    lj_buf_put(&story->label, name);
}

static void begin_shape(rtf *r)
{
    memset(r->shape, 0, sizeof(r->shape));
    r->shape_is_gone = false;
    r->shape_alt = ++r->alt_count;
    r->shape_hash_count = 0;
}

/* What a destination changes beside where text goes. */
static void prepare(rtf *r, rtf_group *top, rtf_dest dest)
{
    switch (dest) {
    case D_UPR:
        top->is_upr = true;
        r->upr_alt = ++r->alt_count;
        break;
    case D_UD:
        top->is_upr = false;
        break;
    case D_SHAPE:
        begin_shape(r);
        break;
    case D_SHAPE_RESULT:
        r->in_result = true;
        break;
    case D_STYLE_ENTRY:
        r->style_now = 0;
        r->based_on = 0;
        break;
    case D_DOCVAR:
    case D_FONT_TABLE:
        lj_buf_clear(&r->name);
        r->font_now = 0;
        break;
    case D_PICTURE:
        r->picture = RTF_PICTURE_OTHER;
        break;
    default:
        break;
    }
}

/* Values have a look of their own: that of the text around them says nothing about them. */
static void clean_look(rtf *r, rtf_group *top, rtf_dest dest)
{
    rtf_look before = top->look;
    rtf_look_reset(r, &top->look);
    top->look.flags = before.flags & RTF_DELETED;
    top->look.charset = before.charset;
    top->look.font = before.font;
    if (dest == D_STYLE_ENTRY) {
        top->look.size_halves = 0; /* not stated */
    }
}

/* A state of its own for a destination beyond the stack. */
static bool make_state(rtf *r)
{
    if (r->beyond == 0) {
        return true;
    }
    if (r->beyond_dest != 0) {
        return false;
    }
    r->beyond_saved = *rtf_top(r);
    r->beyond_dest = r->beyond;
    rtf_top(r)->owns_dest = rtf_top(r)->owns_story = false;
    return true;
}

void rtf_dest_open(rtf *r, rtf_dest dest, lj_slice name)
{
    const rtf_dest_row *row = &rows[dest];
    if (!make_state(r)) {
        return;
    }
    rtf_group *top = rtf_top(r);
    if (top->owns_dest && row->mode != RTF_THROUGH) { /* a second one in the same group */
        rtf_text_flush(r, /* is_final= */ true);
        rtf_group closed = *top;
        top->owns_dest = top->owns_story = false;
        top->story = closed.owns_story && r->depth > 0 ? r->stack[r->depth - 1].story : top->story;
        rtf_dest_close(r, &closed);
    }
    r->is_dirty = true;
    prepare(r, top, dest);
    if (row->mode == RTF_THROUGH) {
        if (!top->owns_dest && dest != D_THROUGH) {
            top->owns_dest = true;
            top->dest = (uint8_t)dest;
        }
        return;
    }
    if (row->mode != RTF_HEX && row->mode != RTF_COLOURS && !rtf_story_open(r, dest)) {
        return; /* no room: the text flows into the story around it */
    }
    top->owns_dest = true;
    top->dest = (uint8_t)dest;
    top->mode = (uint8_t)row->mode;
    if (row->mode == RTF_STORY) {
        top->look.flags &= RTF_CHARACTER_FLAGS;
    } else if (row->mode == RTF_HEX) {
        rtf_hex_begin(r);
    } else {
        clean_look(r, top, dest);
    }
    if (dest == D_UNKNOWN || dest == D_FORM) {
        keep_label(r, name);
    }
}

/* ---- closing ---- */

static lj_str without_semicolon(lj_str text)
{
    while (text.len > 0 && (text.ptr[text.len - 1] == ';' || text.ptr[text.len - 1] == ' ')) {
        text.len--;
    }
    return text;
}

static void keep_author(rtf *r, lj_str name)
{
    if (r->author_count < RTF_AUTHORS_MAX) {
        lj_slice kept = lj_arena_copy(format_arena(r->run), lj_str_bytes(name));
        r->authors[r->author_count++] = (lj_str){(const char *)kept.ptr, kept.len};
    }
}

static void set_buf(lj_buf *buf, lj_str text)
{
    lj_buf_clear(buf);
    lj_buf_put(buf, lj_slice_part(lj_str_bytes(text), 0, RTF_VALUE_MAX));
}

/* A property of a shape (RTF 1.9.1, drawing object properties): text, names, and lots of numbers.
 */
static void end_shape_value(rtf *r, lj_str text)
{
    lj_str name = lj_buf_str(&r->name);
    if (lj_str_is(name, LJ_STR("fHidden"))) {
        r->shape_is_gone = lj_str_is(text, LJ_STR("1"));
        return;
    }
    if (lj_str_is(name, LJ_STR("gtextUNICODE")) || lj_str_is(name, LJ_STR("gtextRTF"))) {
        span what = span_of(SPAN_WATERMARK, text);
        what.hidden_by = r->slack | (r->shape_is_gone ? SPAN_HIDE(SPAN_HIDDEN_INVISIBLE) : 0);
        if (r->code == LJ_OK && !look_is_blank(text)) {
            r->code = format_emit(r->run, &what);
        }
        return;
    }
    bool named = lj_slice_has_prefix(lj_str_bytes(name), LJ_BYTES("wz")) ||
                 lj_slice_has_prefix(lj_str_bytes(name), LJ_BYTES("pihl"));
    if (named ? look_is_wordy(text) : look_has_high_byte(text)) {
        rtf_emit_value(r, D_SHAPE_VALUE, name, text);
    }
}

/* Tags of the mail that this was made from: those in which a person may have written; conditional
 * comments and style sheets are the writer's own. */
static bool is_telling_tag(lj_str text)
{
    static const char *const signs[] = {"<!--", "alt=", "title="};
    bool own = lj_slice_find(lj_str_bytes(text), LJ_BYTES("<!--[")) != SIZE_MAX ||
               look_has_byte(text, '{');
    bool found = look_has_high_byte(text);
    for (size_t i = 0; i < LJ_COUNT_OF(signs) && !found && !own; i++) {
        found = lj_slice_find(lj_str_bytes(text), lj_cstr_bytes(signs[i])) != SIZE_MAX;
    }
    return found;
}

/* The value of a destination that is more than its text. True: nothing is left to be emitted. */
static bool end_value(rtf *r, const rtf_story *story, lj_str text)
{
    switch (story->dest) {
    case D_PROP_NAME:
        set_buf(&r->name, text);
        return !look_is_wordy(text);
    case D_PROP_VALUE:
    case D_PROP_LINK:
        rtf_emit_value(r, D_PROP_VALUE, lj_buf_str(&r->name), text);
        return true;
    case D_SHAPE_NAME:
        set_buf(&r->name, text);
        return true;
    case D_SHAPE_VALUE:
        end_shape_value(r, text);
        return true;
    case D_DOCVAR_PART:
        if (r->name.len > 0) {
            rtf_emit_value(r, D_DOCVAR_PART, lj_buf_str(&r->name), text);
        } else {
            set_buf(&r->name, text);
        }
        return true;
    case D_NOTE_AUTHOR:
        set_buf(&r->note_author, text);
        return false;
    case D_REVISER:
        text = without_semicolon(text);
        keep_author(r, text);
        if (!lj_str_is(text, LJ_STR("Unknown"))) {
            rtf_emit_value(r, D_REVISER, (lj_str){NULL, 0}, text);
        }
        return true;
    case D_OBJECT_CLASS:
        set_buf(&r->class_name, text);
        return false;
    case D_OBJECT_NAME:
        set_buf(&r->object_name, text);
        return false;
    case D_STYLE_ENTRY:
    case D_LIST_NAME:
        text = without_semicolon(text);
        if (look_is_wordy(text)) {
            rtf_emit_value(r, (rtf_dest)story->dest, (lj_str){NULL, 0}, text);
        }
        return true;
    case D_BOOKMARK:
        return !look_is_wordy(text);
    case D_HTML_TAG:
        return !is_telling_tag(text);
    case D_UNKNOWN:
        return !look_is_wordy(text) || (text.len >= HEX_TEXT_MIN && rtf_data_of_text(r, text));
    default:
        return false;
    }
}

/* Han letters; signs and bullets beyond ASCII do not count. */
static bool has_han(lj_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = (uint8_t)text.ptr[i];
        if (c >= 0xE4 && c <= 0xE9) {
            return true;
        }
    }
    return false;
}

static void end_story(rtf *r, const rtf_group *group)
{
    rtf_story *story = &r->stories[r->story_count - 1];
    rtf_mode mode = rows[story->dest].mode;
    lj_str text = lj_buf_str(&story->block.text);
    bool is_quiet = story->is_quiet && story->dest != D_HTML_TAG;
    if (group->dest == D_STYLE_ENTRY) {
        rtf_style_keep(r, &group->look);
    }
    if (mode == RTF_FONTS) {
        rtf_font_name(r, LJ_STR(";"));
        is_quiet = true;
    }
    if (mode != RTF_STORY && (end_value(r, story, text) || (is_quiet && !has_han(text)))) {
        span_block_clear(&story->block);
        span_block_clear(&story->gone);
    }
    rtf_story_close(r);
}

void rtf_dest_close(rtf *r, const rtf_group *group)
{
    rtf_dest dest = (rtf_dest)group->dest;
    if (group->owns_story && r->story_count > 1) {
        end_story(r, group);
    }
    switch (dest) {
    case D_UPR:
        r->upr_alt = 0;
        break;
    case D_SHAPE_RESULT:
        r->in_result = false;
        break;
    case D_PICTURE:
    case D_OBJECT_DATA:
    case D_PACKAGE:
    case D_SCHEME:
    case D_HEX_OTHER:
        rtf_data_end(r, dest);
        break;
    default:
        break;
    }
}
