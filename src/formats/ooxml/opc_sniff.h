/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Which kind of package: by the names of its members. */
#ifndef LJ_FORMATS_OOXML_OPC_SNIFF_H
#define LJ_FORMATS_OOXML_OPC_SNIFF_H

#include "formats/format.h"

/* Bits of evidence that the members are a package with that folder ("word/") and a main part whose
 * name begins with `main` ("word/document"); 0 when they are not. */
int opc_sniff(const format_probe *probe, lj_slice folder, lj_slice main);

#endif
