/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Who acts: what an account may use today. The right to use a post is two facts together: the
 * person holds the post (an assignment, entered by the bureau or the unit), and the security
 * administrator granted the post to the account. When either ends, the right ends, without a
 * write. */
#ifndef LJ_LEDGER_ACTOR_H
#define LJ_LEDGER_ACTOR_H

#include "ledger/ledger.h"

/* Fills posts and administrator roles; values live in the arena. */
LJ_MUST_USE lj_code ledger_actor_of(ledger *book, store_conn *conn, const uint8_t account[16],
                                    int64_t at, lj_arena *arena, ledger_actor *out, lj_err *err);
/* The program itself: init, demo, migration. */
ledger_actor ledger_actor_kernel(int64_t at);

#endif
