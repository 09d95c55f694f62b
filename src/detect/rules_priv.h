/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Inside detect/: a rule pack after parsing. Everything that a pack may state is an enum here with
 * a row of names in rules_tables.c; the parser, the page docs/formats/rules.md and the judge speak
 * of the same rows. */
#ifndef LJ_DETECT_RULES_PRIV_H
#define LJ_DETECT_RULES_PRIV_H

#include "base/arena.h"
#include "detect/dict.h"
#include "detect/rules.h"

enum {
    RULES_TEXT_MAX = 1024 * 1024, /* bytes of a pack's text */
    RULES_LINE_MAX = 8192,        /* bytes of a line of it */
    RULES_PACK_MAX = 32,
    RULES_WORD_MAX = 96,     /* bytes of a word */
    RULES_WORDS_MAX = 20000, /* words of a pack */
    RULES_LEVEL_MAX = 64,
    RULES_SEED_MAX = 64,        /* of a pack */
    RULES_POINTS_MAX = 1000,    /* a weight lies in -1000 to 1000 */
    RULES_ARENA_MAX = 64 << 20, /* bytes of a set */
};

/* Which grammar reads a pack. */
typedef enum rules_engine {
    RULES_MARKS,  /* level, separator, period, labels: grammar.c */
    RULES_BANNER, /* LEVEL//CONTROL, portion marks, blocks: banner.c */
} rules_engine;
enum { RULES_ENGINE_COUNT = RULES_BANNER + 1 };

/* What a candidate was recognised as: the rules of a pack. */
typedef enum rules_form {
    FORM_COMPLETE, /* level, star, period */
    FORM_STAR,     /* level, star */
    FORM_PERIOD,   /* level, another separator or none, period */
    FORM_LABEL,    /* label, level */
    FORM_BRACKET,  /* level alone in brackets at the start or end of a line or name */
    FORM_BARE,     /* level alone on its line */
    FORM_PHRASE,   /* one of the pack's phrases */
    FORM_CLEARED,  /* label with a value that says: not classified */
    FORM_BANNER,   /* LEVEL//CONTROL */
    FORM_PORTION,  /* (S//NF) at the start of a paragraph */
} rules_form;
enum { RULES_FORM_COUNT = FORM_PORTION + 1 };

/* Word lists. Those from LIST_SHARED on speak about the surroundings of a mark, in any pack's
 * language: they are joined over all packs of a set. */
typedef enum rules_list {
    LIST_LEVEL,         /* filled by `level` and `alias` */
    LIST_LABEL,         /* 密级 */
    LIST_WEAK_LABEL,    /* names of properties that may hold a level: keywords, category */
    LIST_SUFFIX,        /* what a labelled level may carry: 级 */
    LIST_STOP,          /* words that hold a level's letters and are none */
    LIST_SEPARATOR,     /* between level and period where no star stands */
    LIST_WEAK_STAR,     /* raw stars that need a period after them */
    LIST_LONG_TERM,     /* 长期 */
    LIST_CONDITION,     /* 启用前 */
    LIST_CONDITION_END, /* 前 后 时 */
    LIST_DATE_END,      /* 解密 前 */
    LIST_BRACKET,       /* pairs: () 【】 */
    LIST_QUOTE,         /* pairs: “” 《》 */
    LIST_PLACEHOLDER,   /* stands where a number should: × X _ */
    LIST_CLEARED,       /* values of the label that say: not classified */
    LIST_BOX,           /* empty check boxes before a choice */
    LIST_CHECKED,       /* ticked ones */
    LIST_MEDIA,         /* extensions of films, music, novels, programs */
    LIST_PHRASE,        /* filled by `phrase` */
    LIST_WAS_BEFORE,    /* 原, before a label */
    LIST_LEAD,          /* before a paragraph's mark beside its number: 附件 表 注 */
    LIST_TOLD_BEFORE,   /* a bracket behind it quotes: 注明（机密★10年） */
    LIST_TOLD_AFTER,    /* a bracket before it is spoken of: （机密★10年）字样 */
    LIST_PERIOD_HEAD,   /* 至 2031年5月1日 */
    LIST_PERIOD_TAIL,   /* 10年 整, 10年 以内 */
    LIST_PAPER,         /* conditions that papers of an examination bear: 启用 开考 */
    LIST_CONTROL,       /* banner engine: what follows // */
    LIST_PORTION,       /* banner engine: (TS) (S) */
    LIST_SHARED,
    LIST_BESIDE =
        LIST_SHARED, /* what may stand on the line of a mark without making it a sentence */
    LIST_SPECIMEN,   /* ××××: fillers of a specimen */
    LIST_URGENT,     /* 特急 */
    LIST_HANDLING,   /* 阅后收回 */
    LIST_SAMPLE,     /* 例如 样例 */
    LIST_EXAM,
    LIST_ANSWERS,
    LIST_WEB,
    LIST_DIRECTIVE, /* formulas of a directive */
    LIST_ABOUT,     /* talks about secrecy */
    LIST_FICTION,
    LIST_WAS,       /* 已解密: was classified */
    LIST_WAS_ALONE, /* the same when it is the whole line: 解密 */
    LIST_COMPANY,
    LIST_CODE,  /* source code, configuration */
    LIST_BLOCK, /* Classified By: */
} rules_list;
enum { RULES_LIST_COUNT = LIST_BLOCK + 1, RULES_SHARED_COUNT = RULES_LIST_COUNT - LIST_SHARED };

/* Numbers of a pack, with a default each. */
typedef enum rules_number {
    NUMBER_TOP_LINES,        /* the first lines of a document, not empty */
    NUMBER_BOTTOM_LINES,     /* the last */
    NUMBER_COPY_LINES,       /* how near a copy number must stand */
    NUMBER_LEVEL_LINES,      /* how near another level must stand to make a list */
    NUMBER_SAMPLE_LINES,     /* how far above a word like 例如 reaches */
    NUMBER_PLACEHOLDER_RUNS, /* ×××× in the head that make a specimen */
    NUMBER_ABOUT_WORDS,      /* different words that make a text about secrecy */
    NUMBER_EXAM_WORDS,
    NUMBER_FICTION_WORDS,
    NUMBER_CODE_WORDS,
    NUMBER_DISGUISE,   /* invisible characters inside a mark that make a disguise */
    NUMBER_GAP_BLANKS, /* blanks that separate a mark from the rest of its line */
    NUMBER_SIZE_MIN,   /* type of a mark: hundredths of a point */
    NUMBER_SIZE_MAX,
    NUMBER_MONTHS,   /* the most months of a period */
    NUMBER_PORTIONS, /* banner engine: portion marks that make a document */
} rules_number;
enum { RULES_NUMBER_COUNT = NUMBER_PORTIONS + 1 };

/* Features: what the engines and the judge can see. A pack gives each one its weight, or leaves it
 * out. At most 64. */
typedef enum rules_feature {
    F_COMPLETE_STAR,
    F_STAR_ONLY,
    F_PERIOD_ONLY,
    F_LABEL_VALUE,
    F_BRACKET,
    F_BARE,
    F_PHRASE,
    F_BANNER_CONTROL,
    F_BANNER_BARE,
    F_PORTION_CONTROL,
    F_OWN_LINE,
    F_EDGE,
    F_GAP,
    F_SPACED,
    F_HEAD_LINES,
    F_TAIL_LINES,
    F_PAGE_REGION,
    F_COPY_NO,
    F_DOC_NO,
    F_URGENT,
    F_HANDLING,
    F_TYPE_FACE,
    F_REPEATED,
    F_HEADER_FOOTER,
    F_PORTIONS,
    F_BLOCK,
    F_CONCEALED,
    F_DISGUISED,
    F_ENCODED,
    F_METADATA,
    F_NAME,
    F_NAME_EDGE,
    F_DIRECTIVE,
    F_DATE_AHEAD,
    F_CHECKED,
    F_IN_SENTENCE,
    F_LEVELS_NEAR,
    F_LEVELS_DOC,
    F_QUOTE,
    F_SAMPLE,
    F_PLACEHOLDER,
    F_PLACEHOLDERS,
    F_EXAM,
    F_EXAM_AHEAD,
    F_EXAM_PAST,
    F_ANSWERS,
    F_WEB,
    F_COMPANY,
    F_CLEARED,
    F_WAS,
    F_EXPIRED,
    F_OVER_LIMIT,
    F_ABOUT,
    F_FICTION,
    F_CODE,
    F_CHOICE,
    F_COLUMN,
    F_SOUND_ALIKE,
    F_MEDIA_NAME,
} rules_feature;
enum { RULES_FEATURE_COUNT = F_MEDIA_NAME + 1 };
#define RULES_FEATURE(feature) ((uint64_t)1 << (feature))
_Static_assert(RULES_FEATURE_COUNT <= 64, "features are bits of a uint64_t");

/* A word of a list as stated; `text` is folded. */
typedef struct rules_word {
    lj_str text;
    uint8_t list;  /* rules_list */
    uint8_t flags; /* RULES_WORD_SOUND */
    uint16_t idx;  /* level or phrase it belongs to */
} rules_word;
enum {
    RULES_WORD_SOUND = 1, /* an alias that only sounds or looks alike */
    RULES_WORD_LEVEL = 2, /* in the triggers: a level, not a label or phrase */
};

typedef struct rules_level {
    detect_level shown;
    uint16_t years; /* the longest period, 0 = not limited */
} rules_level;

/* Words that follow each other with at most two marks of punctuation between. */
typedef struct rules_phrase {
    lj_str parts[3];
    uint8_t part_count;
    uint16_t level_idx;
} rules_phrase;

typedef struct rules_pack {
    detect_pack shown;
    rules_engine engine;
    const char *like;    /* pack whose lists and numbers fill what this one leaves out, or NULL */
    uint64_t concealing; /* SPAN_HIDE bits that count as concealment */
    bool has_concealing;

    rules_word *words;
    uint32_t word_count;
    uint32_t word_cap;
    uint32_t list_counts[RULES_LIST_COUNT]; /* own words of each list */
    lj_str seeds[RULES_SEED_MAX];
    uint32_t seed_count;
    rules_level levels[RULES_LEVEL_MAX];
    uint32_t level_count;
    rules_phrase phrases[RULES_LEVEL_MAX];
    uint32_t phrase_count;
    const char *rule_names[RULES_FORM_COUNT]; /* in the order stated */
    rules_form rule_forms[RULES_FORM_COUNT];
    uint32_t rule_count;
    int32_t rule_of_form[RULES_FORM_COUNT]; /* rule_idx, or -1: the form is off */
    int32_t numbers[RULES_NUMBER_COUNT];
    bool has_number[RULES_NUMBER_COUNT];
    detect_weight weights[RULES_FEATURE_COUNT];
    rules_feature weight_features[RULES_FEATURE_COUNT];
    uint32_t weight_count;
    int32_t weight_of_feature[RULES_FEATURE_COUNT]; /* weight_idx, or -1 */
    uint64_t yielding;                              /* features that a concealed mark leaves out */

    dict words_dict; /* after sealing: own and borrowed lists */
    uint8_t text_hash[32];
} rules_pack;

struct detect_rules {
    lj_arena *arena;
    rules_pack *packs[RULES_PACK_MAX];
    uint32_t pack_count;
    bool sealed;
    dict shared;   /* all LIST_SHARED words */
    dict triggers; /* levels, labels and phrases of all packs; list is the pack_idx */
    text_seeds *seeds;
    uint8_t *solid; /* bit for each code point of the BMP: cannot be part of a mark beside a seed;
                       see rules_seal.c */
    uint8_t hash[32];
};

enum { RULES_SOLID_BYTES = 65536 / 8 };

/* Rows of names, in the order of the enums (rules_tables.c). */
extern const char *const rules_engine_names[RULES_ENGINE_COUNT];
extern const char *const rules_form_names[RULES_FORM_COUNT];
extern const char *const rules_list_names[RULES_LIST_COUNT];
extern const char *const rules_feature_codes[RULES_FEATURE_COUNT];
typedef struct rules_number_row {
    const char *name;
    int32_t standard, min, max;
} rules_number_row;
extern const rules_number_row rules_number_rows[RULES_NUMBER_COUNT];

/* Reads the text of a pack into *out, all of it in the arena. */
LJ_MUST_USE lj_code rules_parse(lj_arena *arena, lj_slice text, rules_pack *out,
                                detect_fault *fault, lj_err *err);

/* The word after folding, in the arena; empty when nothing is left of it or the arena is full. */
lj_str rules_fold_word(lj_arena *arena, lj_str word);

#endif
