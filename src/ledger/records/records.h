/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What every file of this folder includes, and the objects that they define: one per row of
 * records.def. */
#ifndef LJ_LEDGER_RECORDS_RECORDS_H
#define LJ_LEDGER_RECORDS_RECORDS_H

#include "base/num.h"
#include "ledger/record.h"

/* The tables that every type has, with their lengths. */
#define LEDGER_TABLES(field_rows, access_rows, move_rows, list_rows, label_rows)                   \
    .fields = (field_rows), .field_count = LJ_COUNT_OF(field_rows), .access = (access_rows),       \
    .access_count = LJ_COUNT_OF(access_rows), .moves = (move_rows),                                \
    .move_count = LJ_COUNT_OF(move_rows), .lists = (list_rows),                                    \
    .list_count = LJ_COUNT_OF(list_rows), .labels = (label_rows),                                  \
    .label_count = LJ_COUNT_OF(label_rows)
/* Those that a type may have. */
#define LEDGER_SIGNS(rows)   .signs = (rows), .sign_count = LJ_COUNT_OF(rows)
#define LEDGER_EFFECTS(rows) .effects = (rows), .effect_count = LJ_COUNT_OF(rows)
#define LEDGER_DUES(rows)    .dues = (rows), .due_count = LJ_COUNT_OF(rows)

#define RECORD(name) extern const ledger_type ledger_##name;
#include "ledger/records/records.def"
#undef RECORD

/* For guards: the value of a field by its position in the type's table. */
static inline bool ledger_has(const ledger_record *record, uint32_t field_idx)
{
    return record->values[field_idx].kind != STORE_NULL;
}
static inline int64_t ledger_num(const ledger_record *record, uint32_t field_idx)
{
    return record->values[field_idx].num;
}
static inline bool ledger_is(const ledger_record *record, uint32_t field_idx, const char *text)
{
    return ledger_has(record, field_idx) &&
           lj_slice_is(record->values[field_idx].bytes, lj_cstr_bytes(text));
}

#endif
