/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "formats/doc/doc.h"

lj_code doc_art_read(doc *d)
{
    (void)d;
    return LJ_OK;
}
