/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Recognises a package by the names of its members; see opc_sniff.h. */
#include "formats/ooxml/opc_sniff.h"

enum {
    MAIN_BITS = 64,   /* the main part is there */
    FOLDER_BITS = 40, /* a folder of parts and the list of content types */
};

static bool begins_with(lj_slice name, lj_slice prefix)
{
    if (name.len < prefix.len) {
        return false;
    }
    bool equal = true;
    for (size_t i = 0; i < prefix.len && equal; i++) {
        uint8_t c = name.ptr[i];
        c = c == '\\' ? '/' : c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
        equal = c == prefix.ptr[i];
    }
    return equal;
}

int opc_sniff(const format_probe *probe, lj_slice folder, lj_slice main)
{
    bool has_types = false;
    bool has_folder = false;
    for (uint32_t i = 0; i < probe->member_count; i++) {
        lj_slice name = probe->members[i];
        while (name.len > 0 && (name.ptr[0] == '/' || name.ptr[0] == '\\')) {
            name = lj_slice_part(name, 1, SIZE_MAX);
        }
        lj_slice tail = name.len >= 4 ? lj_slice_part(name, name.len - 4, 4) : name;
        if (begins_with(name, main) && lj_slice_is_nocase(tail, LJ_BYTES(".xml"))) {
            return MAIN_BITS;
        }
        has_types = has_types || lj_slice_is_nocase(name, LJ_BYTES("[Content_Types].xml"));
        has_folder = has_folder || begins_with(name, folder);
    }
    return has_types && has_folder ? FOLDER_BITS : 0;
}
