/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Names and values for the tokenizer: classes of bytes, tables of local names, attributes of a
 * token.
 *
 * Specification: XML 1.0 2.3 (names and blanks); Namespaces in XML 4 (prefix and local part).
 *
 * Model. A name is compared as one 64-bit key: the name itself up to eight bytes, a mixture of both
 * ends beyond. A table is open addressing over these keys, at most half full; longer names are
 * compared in full. */
#include "formats/xml_priv.h"

#include "base/num.h"

enum {
    NAME_COUNT_MAX = 512,
};

#define N XML_NAME_START
#define B (XML_BLANK | XML_NAME_END)
#define V (XML_BLANK | XML_NAME_END | XML_VALUE_STOP)
#define R (XML_BLANK | XML_NAME_END | XML_VALUE_STOP | XML_TEXT_STOP)
#define Q (XML_NAME_END | XML_VALUE_STOP)
#define A (XML_VALUE_STOP | XML_TEXT_STOP)
#define L (XML_NAME_END | XML_VALUE_STOP | XML_TEXT_STOP)
#define E XML_NAME_END
const uint8_t xml_classes[256] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, V, V, 0, 0, R, 0, 0, /* 00: TAB LF CR */
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* 10 */
    B, 0, Q, 0, 0, 0, A, Q, 0, 0, 0, 0, 0, 0, 0, E, /* 20: blank " & ' / */
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, N, 0, L, E, E, 0, /* 30: : < = > */
    0, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, /* 40: A to O */
    N, N, N, N, N, N, N, N, N, N, N, 0, 0, 0, 0, N, /* 50: P to Z _ */
    0, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, /* 60: a to o */
    N, N, N, N, N, N, N, N, N, N, N, 0, 0, 0, 0, 0, /* 70: p to z */
    N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N,
    N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N,
    N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N,
    N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N,
};
#undef N
#undef B
#undef V
#undef R
#undef Q
#undef A
#undef L
#undef E

const xml_names *xml_names_new(lj_arena *arena, const char *const *names, uint16_t count)
{
    LJ_ASSERT(count <= NAME_COUNT_MAX);
    xml_names *table = lj_arena_alloc(arena, sizeof(*table));
    if (table == NULL) {
        return NULL;
    }
    table->names = names;
    for (uint16_t i = 0; i < count; i++) {
        const uint8_t *name = (const uint8_t *)names[i];
        size_t len = strlen(names[i]);
        uint64_t key = xml_name_key(name, len, name + len);
        uint32_t slot = xml_name_slot(key);
        while (table->slots[slot] != 0) {
            slot = (slot + 1) & ((1 << SLOT_BITS) - 1);
        }
        table->keys[slot] = key;
        table->slots[slot] = (uint16_t)(i + 1);
    }
    return table;
}

const xml_attr *xml_attr_lookup(const xml_token *token, lj_slice local)
{
    for (uint32_t i = 0; i < token->attr_count; i++) {
        if (lj_slice_is(token->attrs[i].local, local)) {
            return &token->attrs[i];
        }
    }
    return NULL;
}

lj_str xml_value_of(const xml_token *token, lj_slice local)
{
    const xml_attr *attr = xml_attr_lookup(token, local);
    return attr != NULL ? attr->value : (lj_str){NULL, 0};
}

lj_str xml_value_with(const xml_token *token, lj_slice local, bool prefixed)
{
    for (uint32_t i = 0; i < token->attr_count; i++) {
        const xml_attr *attr = &token->attrs[i];
        if (lj_slice_is(attr->local, local) && (attr->name.len > local.len) == prefixed) {
            return attr->value;
        }
    }
    return (lj_str){NULL, 0};
}

bool xml_int(lj_str value, int64_t *out)
{
    size_t at = 0;
    while (at < value.len && (xml_classes[(uint8_t)value.ptr[at]] & XML_BLANK) != 0) {
        at++;
    }
    bool minus = at < value.len && value.ptr[at] == '-';
    at += at < value.len && (value.ptr[at] == '-' || value.ptr[at] == '+') ? 1 : 0;
    size_t from = at;
    int64_t sum = 0;
    for (; at < value.len && value.ptr[at] >= '0' && value.ptr[at] <= '9'; at++) {
        if (sum > (INT64_MAX - 9) / 10) {
            return false;
        }
        sum = sum * 10 + (value.ptr[at] - '0');
    }
    if (at == from) {
        return false;
    }
    *out = minus ? -sum : sum;
    return true;
}
