/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The words a pack may use for engines, forms, lists, numbers and features, in the order of the
 * enums of rules_priv.h. docs/formats/rules.md explains each; test_rules.c checks that the page
 * names them all. */
#include "detect/rules_priv.h"

const char *const rules_engine_names[RULES_ENGINE_COUNT] = {"marks", "banner"};

const char *const rules_form_names[RULES_FORM_COUNT] = {
    "complete", "star",   "period",  "label",  "bracket",
    "bare",     "phrase", "cleared", "banner", "portion",
};

const char *const rules_list_names[RULES_LIST_COUNT] = {
    "level",       "label",       "weak_label", "suffix",        "stop",       "separator",
    "weak_star",   "long_term",   "condition",  "condition_end", "date_end",   "bracket",
    "quote",       "placeholder", "cleared",    "box",           "checked",    "media",
    "phrase",      "was_before",  "lead",       "told_before",   "told_after", "period_head",
    "period_tail", "paper",       "control",    "portion",       "beside",     "specimen",
    "urgent",      "handling",    "sample",     "exam",          "answers",    "web",
    "directive",   "about",       "fiction",    "was",           "was_alone",  "company",
    "code",        "block",
};

/* name, standard, least, most */
const rules_number_row rules_number_rows[RULES_NUMBER_COUNT] = {
    {"top_lines",        6,    1, 40   },
    {"bottom_lines",     6,    0, 6    },
    {"copy_lines",       3,    1, 6    },
    {"level_lines",      3,    0, 6    },
    {"sample_lines",     2,    0, 6    },
    {"placeholder_runs", 3,    1, 100  },
    {"about_words",      2,    1, 100  },
    {"exam_words",       1,    1, 100  },
    {"fiction_words",    2,    1, 100  },
    {"code_words",       2,    1, 100  },
    {"disguise",         1,    1, 100  },
    {"gap_blanks",       3,    1, 100  },
    {"size_min",         1500, 0, 20000},
    {"size_max",         1700, 0, 20000},
    {"months",           11,   1, 99   },
    {"portions",         2,    1, 100  },
};

const char *const rules_feature_codes[RULES_FEATURE_COUNT] = {
    "complete_star", "star_only",
    "period_only",   "label_value",
    "bracket",       "bare",
    "phrase",        "banner_control",
    "banner_bare",   "portion_control",
    "own_line",      "edge",
    "gap",           "spaced",
    "head_lines",    "tail_lines",
    "page_region",   "copy_no",
    "doc_no",        "urgent",
    "handling",      "type_face",
    "repeated",      "header_footer",
    "portions",      "block",
    "concealed",     "disguised",
    "encoded",       "metadata",
    "name",          "name_edge",
    "directive",     "date_ahead",
    "checked",       "in_sentence",
    "levels_near",   "levels_doc",
    "quote",         "sample",
    "placeholder",   "placeholders",
    "exam",          "exam_ahead",
    "exam_past",     "answers",
    "web",           "company",
    "cleared",       "was",
    "expired",       "over_limit",
    "about",         "fiction",
    "code",          "choice",
    "column",        "sound_alike",
    "media_name",
};
