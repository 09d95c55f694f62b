/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Rule packs: words, levels, stars, features, weights and thresholds as data (data/rules/,
 * docs/formats/rules.md). A set of packs is built once, sealed, and then immutable; workers inherit
 * it by fork. The parent and a worker hold the same set (same hash), so records between them carry
 * indexes into it, never names. */
#ifndef LJ_DETECT_RULES_H
#define LJ_DETECT_RULES_H

#include "base/err.h"
#include "base/slice.h"
#include "text/seeds.h"

typedef struct detect_rules detect_rules;

/* A fault in a pack, for `lijian rules check`: line and column from 1, columns in characters. */
typedef struct detect_fault {
    uint32_t line_no, col_no;
    const char *en; /* literals */
    const char *zh;
} detect_fault;

/* What a pack's findings are. Decides the verdict. */
typedef enum detect_family {
    DETECT_FAMILY_MARK,       /* marks of state secrets: marked, or concealed when hidden */
    DETECT_FAMILY_SENSITIVE,  /* work secrets and the like: verdict sensitive */
    DETECT_FAMILY_COUNT_ONLY, /* commercial secrets: counted, never a verdict */
} detect_family;

typedef struct detect_pack {
    const char *name;    /* "zh-marks" */
    const char *version; /* "2026.11" */
    const char *en, *zh; /* what it finds */
    detect_family family;
    int32_t confirmed, probable, look; /* thresholds in points: 80, 50, 25 */
} detect_pack;

/* A feature with its weight: one row of a pack; a term of a score. */
typedef struct detect_weight {
    const char *code; /* "complete_star", "own_line": stable; reasons[].code in results */
    int32_t points;
    const char *en, *zh;
} detect_weight;

/* A level: 绝密, 机密 ... `rank` orders them over all packs, the highest is reported. */
typedef struct detect_level {
    const char *name; /* UTF-8 as reported: "机密", "SECRET", "内部" */
    uint32_t rank;
} detect_level;

LJ_MUST_USE lj_code detect_rules_new(detect_rules **out, lj_err *err);
void detect_rules_free(detect_rules *rules); /* accepts NULL */
/* Adds a pack; one of the same name replaces the earlier one. LJ_E_INVALID with *fault set when the
 * text is wrong. */
LJ_MUST_USE lj_code detect_rules_add(detect_rules *rules, lj_slice text, detect_fault *fault,
                                     lj_err *err);
/* Adds the packs that are built into the program (data/rules/). */
LJ_MUST_USE lj_code detect_rules_add_standard(detect_rules *rules, lj_err *err);
/* Checks the whole, builds seeds and tables. Nothing can be added afterwards. */
LJ_MUST_USE lj_code detect_rules_seal(detect_rules *rules, lj_err *err);

const text_seeds *detect_rules_seeds(const detect_rules *rules);
/* SHA-256 over all packs in order and the fold version: part of the rescan key and of HELLO. */
void detect_rules_hash(const detect_rules *rules, uint8_t out[32]);

uint32_t detect_pack_count(const detect_rules *rules);
/* NULL when idx is not below the count (also for the three below): records from a worker are
 * checked with these. */
const detect_pack *detect_pack_of(const detect_rules *rules, uint32_t pack_idx);
/* Name of a rule of a pack ("mark", "work_secret_star"). */
const char *detect_rule_name(const detect_rules *rules, uint32_t pack_idx, uint32_t rule_idx);
const detect_weight *detect_weight_of(const detect_rules *rules, uint32_t pack_idx,
                                      uint32_t weight_idx);
const detect_level *detect_level_of(const detect_rules *rules, uint32_t pack_idx,
                                    uint32_t level_idx);
/* The text of a built-in pack by name, for `lijian rules show NAME`; empty when there is none. idx
 * from 0 lists them. */
lj_slice detect_standard_pack(uint32_t idx, const char **out_name);

#endif
