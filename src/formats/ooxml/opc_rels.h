/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Inside of the package reader: names and relationships of parts, for opc.c. */
#ifndef LJ_FORMATS_OOXML_OPC_RELS_H
#define LJ_FORMATS_OOXML_OPC_RELS_H

#include "formats/ooxml/opc.h"

lj_slice opc_skip_slashes(lj_slice name);
/* What every package begins with; false when the arena is full. */
bool opc_begin(opc_package *pkg, format_run *run, format_src *src);
/* Reads all relationships and marks what they reach. */
lj_code opc_connect(opc_package *pkg);
/* Parts that no relationship names but that belong to the package format itself. */
bool opc_is_structure(lj_slice name);
/* Enters a part under its name. */
void opc_enter(opc_package *pkg, uint32_t idx);
/* Reads every relationship part. */
lj_code opc_read_relationships(opc_package *pkg);
/* Marks what relationships reach, from the package on. */
lj_code opc_mark_reached(opc_package *pkg);

#endif
