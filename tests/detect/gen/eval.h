/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Runs detection over a generated case; shared by detect_eval and the tests. */
#ifndef LJ_TESTS_DETECT_GEN_EVAL_H
#define LJ_TESTS_DETECT_GEN_EVAL_H

#include "detect/detect.h"
#include "gen.h"

/* The sealed standard packs, or NULL after printing why not. */
detect_rules *eval_rules(void);
detect_class eval_class(const detect_rules *rules, const gen_case *made);
void eval_print_hits(const detect_rules *rules, const gen_case *made);

#endif
