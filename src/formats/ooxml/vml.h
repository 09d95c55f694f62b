/* SPDX-License-Identifier: AGPL-3.0-or-later
 * VML drawings as parts of their own: legacy comments and controls of sheets and slides. */
#ifndef LJ_FORMATS_OOXML_VML_H
#define LJ_FORMATS_OOXML_VML_H

#include "formats/ooxml/opc.h"

/* Part reader; ctx is not used. */
void vml_read(opc_xml *x, void *ctx);

#endif
