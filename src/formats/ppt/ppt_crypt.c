/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Encrypted presentations. */
#include "formats/ppt/ppt.h"

lj_code ppt_unlock(ppt_file *file)
{
    (void)file;
    return LJ_OK;
}
