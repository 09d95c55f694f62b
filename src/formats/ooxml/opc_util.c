/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Small readings that all office parts share.
 *
 * Specification: ECMA-376 part 1: 17.17.4 ST_OnOff, 20.1.10.16 (English Metric Units: 914,400 to
 * the inch). */
#include "formats/ooxml/opc.h"

enum {
    EMU_PER_PT100 = 127, /* 12,700 EMU are a point */
};

bool opc_is_on(const xml_token *token)
{
    const xml_attr *attr = xml_attr_lookup(token, LJ_BYTES("val"));
    if (attr == NULL) {
        return true;
    }
    lj_str value = attr->value;
    return !OPC_IS(value, "0") && !OPC_IS(value, "false") && !OPC_IS(value, "off") &&
           !OPC_IS(value, "none");
}

int32_t opc_emu_pt100(int64_t emu)
{
    int64_t value = emu / EMU_PER_PT100;
    return (int32_t)(value > INT32_MAX ? INT32_MAX : value < INT32_MIN ? INT32_MIN : value);
}
