/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A duty as docs/api.md shows it. */
#ifndef LJ_SERVER_DUTY_JSON_H
#define LJ_SERVER_DUTY_JSON_H

#include "ledger/duty.h"
#include "server/server.h"

void duty_json_put(route_call *call, lj_json *json, const ledger_duty *duty);

#endif
