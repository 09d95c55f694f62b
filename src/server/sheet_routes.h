/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Tables that go out: the template of a type and its export. */
#ifndef LJ_SERVER_SHEET_ROUTES_H
#define LJ_SERVER_SHEET_ROUTES_H

#include "server/server.h"

enum { EXPORT_ROWS_MAX = 20000 /* heaps of data may become secret: Law Art. 36, domain.md 11 */ };

lj_code sheet_template_get(route_call *call, lj_err *err);
lj_code sheet_export_get(route_call *call, lj_err *err);

#endif
