/* SPDX-License-Identifier: AGPL-3.0-or-later
 * No cage: for systems that have none, and for tests. Nothing is claimed, so --require-sandbox
 * refuses. */
#include "scan/sandbox.h"

void sandbox_enter(const sandbox_request *request, scan_posture *out)
{
    (void)request;
    *out = (scan_posture){0};
}

const char *sandbox_call_name(uint32_t number)
{
    (void)number;
    return "";
}
