/* SPDX-License-Identifier: AGPL-3.0-or-later
 * XMP packets (hidden-marks I03).
 *
 * Specification: ISO 16684-1 (XMP), 7 (RDF/XML as it is used there).
 *
 * Model. Text of elements is a span labelled with the innermost element that is not one of RDF's
 * own (rdf:li, rdf:Alt and kin); attributes of rdf:Description are the short form of the same.
 *
 * Traps. Identifiers of documents and instances fill most packets, thumbnails in base64 some. */
#include "base/num.h"
#include "formats/look.h"
#include "formats/picture/picture.h"
#include "formats/xml_token.h"

enum { LEVELS_MAX = 64, LABEL_MAX = 64 };

typedef struct label {
    char text[LABEL_MAX];
    size_t len;
} label;

static bool is_rdf(lj_slice name)
{
    return lj_slice_has_prefix(name, LJ_BYTES("rdf:")) || lj_slice_has_prefix(name, LJ_BYTES("x:"));
}

static bool is_identifier(lj_str text)
{
    static const char *const heads[] = {"xmp.", "uuid:", "adobe:docid", "http://ns.", "image/"};
    for (size_t i = 0; i < LJ_COUNT_OF(heads); i++) {
        if (lj_slice_has_prefix(lj_str_bytes(text), lj_cstr_bytes(heads[i]))) {
            return true;
        }
    }
    /* base64: long and without a blank */
    return text.len > 256 && !look_has_byte(text, ' ') && !look_has_high_byte(text);
}

static void emit(picture *pic, lj_str name, lj_str text, uint64_t off)
{
    if (!is_identifier(text)) {
        picture_emit(pic, name, text, off);
    }
}

static void take_attributes(picture *pic, const xml_token *token, uint64_t off)
{
    for (uint32_t i = 0; i < token->attr_count; i++) {
        const xml_attr *attr = &token->attrs[i];
        bool own = lj_slice_has_prefix(attr->name, LJ_BYTES("xmlns")) ||
                   lj_slice_has_prefix(attr->name, LJ_BYTES("rdf:")) ||
                   lj_slice_has_prefix(attr->name, LJ_BYTES("x:")) ||
                   lj_slice_has_prefix(attr->name, LJ_BYTES("xml:"));
        if (!own || look_has_high_byte(attr->value)) {
            emit(pic, (lj_str){(const char *)attr->local.ptr, attr->local.len}, attr->value, off);
        }
    }
}

static void flush(picture *pic, lj_buf *text, const label *name, uint64_t off)
{
    lj_str whole = lj_buf_str(text);
    while (whole.len > 0 && (uint8_t)whole.ptr[0] <= ' ') {
        whole.ptr++;
        whole.len--;
    }
    while (whole.len > 0 && (uint8_t)whole.ptr[whole.len - 1] <= ' ') {
        whole.len--;
    }
    emit(pic, (lj_str){name->text, name->len}, whole, off);
    lj_buf_clear(text);
}

void picture_xmp(picture *pic, format_src *src, uint64_t off)
{
    if (pic->code != LJ_OK) {
        return;
    }
    lj_arena *arena = format_arena(pic->run);
    lj_arena_mark mark = lj_arena_mark_of(arena);
    xml_reader *xml = src != NULL ? xml_open(pic->run, src, NULL, (span_place){0}) : NULL;
    label *levels = lj_arena_array(arena, LEVELS_MAX, sizeof(*levels));
    if (xml == NULL || levels == NULL) {
        pic->code = LJ_E_LIMIT;
        return;
    }
    lj_buf text;
    lj_buf_init(&text, arena, PICTURE_TEXT_MAX);
    uint32_t depth = 0;
    uint64_t at = off;
    for (const xml_token *token = xml_next(xml);
         token->kind != XML_END_OF_INPUT && pic->code == LJ_OK; token = xml_next(xml)) {
        switch (token->kind) {
        case XML_START:
            flush(pic, &text, &levels[depth], at);
            take_attributes(pic, token, off + token->off);
            if (depth + 1 < LEVELS_MAX) {
                levels[depth + 1] = levels[depth];
                if (!is_rdf(token->name)) {
                    label *own = &levels[depth + 1];
                    own->len = lj_min_size(token->local.len, LABEL_MAX);
                    if (token->local.len <= LABEL_MAX && own->len > 0) {
                        memcpy(own->text, token->local.ptr, own->len);
                    } else {
                        own->len = 0; /* a cut name may not be whole letters */
                    }
                }
                depth++;
            }
            break;
        case XML_END:
            flush(pic, &text, &levels[depth], at);
            depth -= depth > 0 && token->depth < depth ? 1 : 0;
            break;
        case XML_TEXT:
        case XML_CDATA:
            at = text.len == 0 ? off + token->off : at;
            lj_buf_put(&text, lj_str_bytes(token->text));
            break;
        case XML_COMMENT:
            picture_emit(pic, LJ_STR("comment"), token->text, off + token->off);
            break;
        default:
            break;
        }
    }
    flush(pic, &text, &levels[depth], at);
    lj_code code = xml_code(xml);
    if (pic->code == LJ_OK && (code == LJ_E_LIMIT || code == LJ_E_CANCELLED)) {
        pic->code = code;
    }
    lj_arena_rewind(arena, mark);
}
