/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Inside of the tokenizer: its state, classes of bytes, and what its files share. See xml_token.c.
 */
#ifndef LJ_FORMATS_XML_PRIV_H
#define LJ_FORMATS_XML_PRIV_H

#include "formats/xml_input.h"
#include "formats/xml_token.h"

enum {
    XML_BLANK = 1,    /* 2.3 S */
    XML_NAME_END = 2, /* ends a name: blank / > = < " ' */
    XML_VALUE_STOP =
        4, /* to be looked at inside a value: quotes & < and blanks that become spaces */
    XML_TEXT_STOP = 8, /* to be looked at in text: < & CR */
    XML_NAME_START = 16,
};

/* Classes of bytes; everything from 80h on may begin a name. */
extern const uint8_t xml_classes[256];

enum {
    SLOT_BITS = 10, /* of a name table: at most half full */
};

struct xml_names {
    const char *const *names;
    uint64_t keys[1 << SLOT_BITS];
    uint16_t slots[1 << SLOT_BITS]; /* id + 1, 0 = free */
};

typedef struct open_element {
    uint64_t key;
    uint16_t id;
} open_element;

/* Constructs that may come in several tokens. */
typedef enum xml_mode { MODE_CONTENT, MODE_COMMENT, MODE_CDATA } xml_mode;

struct xml_reader {
    xml_input in;
    lj_arena *arena;
    const xml_names *names;
    span_place place;
    xml_token token;
    xml_status status;
    xml_mode mode;
    open_element *open;
    uint32_t depth, depth_max;
    uint64_t flat_open; /* elements open beyond the depth limit */
    uint32_t ends_due;  /* elements to be closed before anything else */
    bool flat_end_due;
    bool has_entities; /* a DOCTYPE declared some */
    bool told_entity;  /* the gap for a reference to one was reported */
    xml_attr *attrs;
    uint32_t attr_cap, attr_max;
    lj_buf decoded;
};

/* Equal names have equal keys; different names up to eight bytes have different ones. limit: end of
 * readable bytes. */
static inline uint64_t xml_name_key(const uint8_t *name, size_t len, const uint8_t *limit)
{
    uint64_t key = 0;
    if (len > 8) {
        uint64_t tail = 0;
        memcpy(&key, name, 8);
        memcpy(&tail, name + len - 8, 8);
        return (key * 0x9E3779B97F4A7C15U) ^ (tail + len);
    }
    if (limit - name >= 8) {
        memcpy(&key, name, 8);
        return len == 8 ? key : key & (((uint64_t)1 << (len * 8)) - 1);
    }
    for (size_t i = 0; i < len; i++) {
        key |= (uint64_t)name[i] << (i * 8);
    }
    return key;
}

static inline uint32_t xml_name_slot(uint64_t key)
{
    return (uint32_t)((key * 0x9E3779B97F4A7C15U) >> (64 - SLOT_BITS));
}

static inline uint16_t xml_name_id(const xml_names *table, lj_slice name, uint64_t key)
{
    if (table == NULL) {
        return XML_NO_ID;
    }
    for (uint32_t slot = xml_name_slot(key); table->slots[slot] != 0;
         slot = (slot + 1) & ((1 << SLOT_BITS) - 1)) {
        uint16_t id = (uint16_t)(table->slots[slot] - 1);
        if (table->keys[slot] == key &&
            (name.len <= 8 || lj_slice_is(lj_cstr_bytes(table->names[id]), name))) {
            return id;
        }
    }
    return XML_NO_ID;
}

static inline size_t xml_skip_blanks(const uint8_t *p, size_t at, size_t end)
{
    while (at < end && (xml_classes[p[at]] & XML_BLANK) != 0) {
        at++;
    }
    return at;
}

static inline size_t xml_skip_name(const uint8_t *p, size_t at, size_t end)
{
    while (at < end && (xml_classes[p[at]] & XML_NAME_END) == 0) {
        at++;
    }
    return at;
}

/* Notes that the input is not well-formed at buf[at]. */
void xml_set_bad(xml_reader *xml, size_t at);

/* ---- xml_text.c ---- */

/* Decodes references and line ends (2.11; in values also 3.3.3) behind what `decoded` holds. */
lj_str xml_decode(xml_reader *xml, lj_slice bytes, bool is_value);
/* Each gives the token that begins at pos. Text: up to the next "<"; skip bytes are text whatever
 * they are. */
const xml_token *xml_take_text(xml_reader *xml, size_t skip);
/* The next piece of a comment or CDATA section. */
const xml_token *xml_take_long(xml_reader *xml);
/* "<?" */
const xml_token *xml_take_pi(xml_reader *xml);
/* "<!" */
const xml_token *xml_take_bang(xml_reader *xml);

#endif
