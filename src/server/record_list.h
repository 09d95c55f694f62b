/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Named lists over HTTP: the query string as a query of the kernel, pages with an opaque cursor. */
#ifndef LJ_SERVER_RECORD_LIST_H
#define LJ_SERVER_RECORD_LIST_H

#include "server/server.h"

/* The handler of GET /{types}. */
lj_code record_list_get(route_call *call, lj_err *err);
/* list, state, unit, q, after, limit and the list's own filters out of the query string; a name
 * that is none of them is a fault. LJ_E_INVALID with call->problem filled. */
lj_code record_list_query(route_call *call, const ledger_type *type, ledger_query *out,
                          lj_err *err);

#endif
