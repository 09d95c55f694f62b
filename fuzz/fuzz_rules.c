/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Fuzz target of rule packs: any bytes are read as a pack; a refusal names line and column, an
 * accepted pack is sealed and asked. No state, no files. */
#include <stdlib.h>

#include "detect/rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    detect_rules *rules = NULL;
    detect_fault fault = {0};
    lj_err err = {0};
    if (detect_rules_new(&rules, &err) != LJ_OK) {
        return 0;
    }
    lj_code code = detect_rules_add(rules, lj_slice_of(bytes, len), &fault, &err);
    if (code == LJ_E_INVALID &&
        (fault.line_no == 0 || fault.col_no == 0 || fault.en == NULL || fault.zh == NULL)) {
        abort();
    }
    if (code == LJ_OK && detect_rules_seal(rules, &err) == LJ_OK) {
        uint32_t count = 0;
        while (detect_weight_of(rules, 0, count) != NULL) {
            count++;
        }
        if (detect_pack_count(rules) != 1 || count == 0 || detect_rules_seeds(rules) == NULL) {
            abort();
        }
    }
    detect_rules_free(rules);
    return 0;
}
