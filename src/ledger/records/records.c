/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The table of record types, made of records.def. */
#include "ledger/records/records.h"

const ledger_type *const ledger_types[] = {
#define RECORD(name) &ledger_##name,
#include "ledger/records/records.def"
#undef RECORD
};
const uint32_t ledger_type_count = LJ_COUNT_OF(ledger_types);
