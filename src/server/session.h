/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The session of a request: cookie to caller. */
#ifndef LJ_SERVER_SESSION_H
#define LJ_SERVER_SESSION_H

#include "ledger/session.h"
#include "server/server.h"

#define SERVER_COOKIE "lijian_session"

/* Fills call->session from the account and its rights at this moment. */
LJ_MUST_USE lj_code server_session_set(route_call *call, const account *owner,
                                       const uint8_t hash[32], lj_err *err);
/* Set-Cookie with the id, or, NULL, the one that ends it. */
void server_cookie_set(route_call *call, const uint8_t *id);

#endif
