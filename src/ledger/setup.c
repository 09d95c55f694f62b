/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ledger/setup.h"

#include "ledger/ledger_priv.h"

typedef struct named_value {
    const char *field;
    store_value value;
} named_value;

/* A record out of values by name. */
static lj_code make(ledger_txn *txn, const char *type_name, const named_value *values,
                    uint32_t count, uint8_t out_id[16], ledger_outcome *outcome, lj_err *err)
{
    const ledger_type *type = ledger_type_lookup(type_name, strlen(type_name));
    LJ_ASSERT(type != NULL && count <= LEDGER_FIELD_MAX);
    ledger_input inputs[LEDGER_FIELD_MAX];
    for (uint32_t i = 0; i < count; i++) {
        int field = ledger_field_find(type, values[i].field, strlen(values[i].field));
        LJ_ASSERT(field >= 0);
        inputs[i] = (ledger_input){(uint32_t)field, values[i].value};
    }
    const ledger_change change = {.type = type,
                                  .is_new = true,
                                  .state = -1,
                                  .inputs = inputs,
                                  .input_count = count,
                                  .happened_on = LEDGER_NO_DAY};
    lj_code code = ledger_apply(txn, &change, outcome, err);
    if (code == LJ_OK) {
        memcpy(out_id, outcome->record->id, 16);
    }
    return code;
}

lj_code ledger_set_up(ledger_txn *txn, const ledger_setup *setup, ledger_setup_ids *out,
                      ledger_outcome *outcome, lj_err *err)
{
    *outcome = (ledger_outcome){0};
    if (txn->size > 0) {
        return lj_fail(err, LJ_E_CONFLICT, UINT64_MAX, "this district is set up already");
    }
    ledger_setup_ids ids;
    const named_value unit[] = {
        {"name", store_text(setup->bureau_name)},
        {"kind", store_cstr("organ")           }
    };
    lj_code code = make(txn, "unit", unit, LJ_COUNT_OF(unit), ids.bureau, outcome, err);
    const named_value post[] = {
        {"unit",  ledger_id_value(ids.bureau)},
        {"role",  store_cstr("bureau_leader")},
        {"title", store_cstr("局长")       }
    };
    code = code == LJ_OK ? make(txn, "post", post, LJ_COUNT_OF(post), ids.leader_post, outcome, err)
                         : code;
    const named_value district[] = {
        {"name",        store_text(setup->name)                           },
        {"code",        store_text(setup->code)                           },
        {"bureau_unit", ledger_id_value(ids.bureau)                       },
        {"classified",  store_int(txn->book->config.is_classified ? 1 : 0)},
    };
    code = code == LJ_OK
               ? make(txn, "district", district, LJ_COUNT_OF(district), ids.district, outcome, err)
               : code;
    if (code == LJ_OK) {
        *out = ids;
    }
    return code;
}
