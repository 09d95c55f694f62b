/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Reads the text of a rule pack: docs/formats/rules.md. One statement per line, words separated by
 * blanks, a word with blanks in double quotes, '#' at the start of a line for a comment. The first
 * line that is no comment must be `lijian-rules 1`, so that any other file is refused at once and
 * later formats can be told apart.
 *
 * The model: a line goes to the row of its first word; a row reads its fields from the line and
 * must use them all. Total on any bytes: every fault names line and column (from 1, in characters)
 * with a sentence in both languages. Limits: rules_priv.h. Words are folded as they are read, so
 * that a pack is written as people write. */
#include "base/json.h"
#include "base/num.h"
#include "detect/rules_priv.h"
#include "formats/span.h"
#include "text/fold.h"

typedef struct parse {
    lj_arena *arena;
    rules_pack *pack;
    detect_fault *fault;
    lj_slice line;    /* without its end */
    size_t pos;       /* bytes */
    size_t token_pos; /* where the last token began */
    uint32_t line_no;
    bool has_family, has_engine;
} parse;

typedef struct token {
    lj_slice text; /* unescaped */
    bool quoted;
} token;

/* Column of a byte offset: characters before it, plus one. */
static uint32_t parse_col(const parse *in, size_t at)
{
    uint32_t col = 1;
    for (size_t i = 0; i < at && i < in->line.len; i++) {
        col += (in->line.ptr[i] & 0xC0) != 0x80;
    }
    return col;
}

static bool parse_fault_at(parse *in, size_t at, const char *en, const char *zh)
{
    if (in->fault->en == NULL) {
        *in->fault = (detect_fault){in->line_no, parse_col(in, at), en, zh};
    }
    return false;
}

/* The fault stands at the token read last. */
static bool parse_fault(parse *in, const char *en, const char *zh)
{
    return parse_fault_at(in, in->token_pos, en, zh);
}

static bool parse_no_memory(parse *in)
{
    return parse_fault(in, "the set of packs is too large", "规则包总量超过上限");
}

static void parse_blanks(parse *in)
{
    while (in->pos < in->line.len &&
           (in->line.ptr[in->pos] == ' ' || in->line.ptr[in->pos] == '\t')) {
        in->pos++;
    }
    in->token_pos = in->pos;
}

static bool parse_at_end(parse *in)
{
    parse_blanks(in);
    return in->pos >= in->line.len;
}

/* A quoted word: \" and \\ stand for themselves. The unescaped text lies in the arena. */
static bool parse_quoted(parse *in, token *out)
{
    uint8_t *text = lj_arena_alloc(in->arena, in->line.len - in->pos);
    size_t len = 0;
    if (text == NULL) {
        return parse_no_memory(in);
    }
    for (size_t at = in->pos + 1; at < in->line.len; at++) {
        uint8_t byte = in->line.ptr[at];
        if (byte == '"') {
            in->pos = at + 1;
            if (in->pos < in->line.len && in->line.ptr[in->pos] != ' ' &&
                in->line.ptr[in->pos] != '\t') {
                return parse_fault_at(in, in->pos, "a blank must follow the closing quote",
                                      "右引号后应有空格");
            }
            *out = (token){
                {text, len},
                true
            };
            return true;
        }
        if (byte == '\\') {
            at++;
            if (at >= in->line.len || (in->line.ptr[at] != '"' && in->line.ptr[at] != '\\')) {
                return parse_fault_at(in, at - 1, "only \\\" and \\\\ may be escaped",
                                      "只能转义 \\\" 和 \\\\");
            }
            byte = in->line.ptr[at];
        }
        text[len++] = byte;
    }
    return parse_fault(in, "the closing quote is missing", "缺少右引号");
}

/* The next token; a fault when the line has none left. */
static bool parse_token(parse *in, token *out)
{
    if (parse_at_end(in)) {
        return parse_fault(in, "a value is missing here", "此处缺少取值");
    }
    if (in->line.ptr[in->pos] == '"') {
        return parse_quoted(in, out);
    }
    size_t from = in->pos;
    while (in->pos < in->line.len && in->line.ptr[in->pos] != ' ' &&
           in->line.ptr[in->pos] != '\t') {
        in->pos++;
    }
    *out = (token){lj_slice_part(in->line, from, in->pos - from), false};
    return true;
}

static bool token_is(token what, const char *text)
{
    return !what.quoted && lj_slice_is(what.text, lj_cstr_bytes(text));
}

static bool parse_int(parse *in, int32_t min, int32_t max, int32_t *out)
{
    token what;
    if (!parse_token(in, &what)) {
        return false;
    }
    size_t at = what.text.len > 0 && (what.text.ptr[0] == '-' || what.text.ptr[0] == '+') ? 1 : 0;
    bool negative = at == 1 && what.text.ptr[0] == '-';
    int32_t value = 0;
    if (at == what.text.len || what.text.len - at > 7) {
        return parse_fault(in, "a whole number is expected here", "此处应为整数");
    }
    for (; at < what.text.len; at++) {
        if (what.text.ptr[at] < '0' || what.text.ptr[at] > '9') {
            return parse_fault(in, "a whole number is expected here", "此处应为整数");
        }
        value = value * 10 + (what.text.ptr[at] - '0');
    }
    value = negative ? -value : value;
    if (value < min || value > max) {
        return parse_fault(in, "the number is outside its range", "数值超出允许范围");
    }
    *out = value;
    return true;
}

/* A text for people or a name: kept as a C string. */
static bool parse_cstr(parse *in, size_t max_len, const char **out)
{
    token what;
    if (!parse_token(in, &what)) {
        return false;
    }
    if (what.text.len == 0 || what.text.len > max_len ||
        memchr(what.text.ptr, 0, what.text.len) != NULL) {
        return parse_fault(in, "the text is empty or too long", "文字为空或过长");
    }
    *out = lj_arena_cstr(in->arena, what.text);
    return *out != NULL || parse_no_memory(in);
}

/* A stable name: small letters, digits, '-', '_', '.'. */
static bool parse_name(parse *in, const char **out)
{
    if (!parse_cstr(in, 40, out)) {
        return false;
    }
    for (const char *at = *out; *at != '\0'; at++) {
        bool fine = (*at >= 'a' && *at <= 'z') || (*at >= '0' && *at <= '9') || *at == '-' ||
                    *at == '_' || *at == '.';
        if (!fine) {
            return parse_fault(in, "a name holds small letters, digits, '-', '_' and '.'",
                               "名称只能含小写字母、数字和 - _ .");
        }
    }
    return true;
}

/* The index of the next token among names, or a fault. */
static bool parse_choice(parse *in, const char *const *names, uint32_t count, uint32_t *out)
{
    token what;
    if (!parse_token(in, &what)) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (token_is(what, names[i])) {
            *out = i;
            return true;
        }
    }
    return parse_fault(in, "this word is not known here", "此处不认识这个词");
}

lj_str rules_fold_word(lj_arena *arena, lj_str word)
{
    text_folded folded;
    if (!text_fold(word, arena, &folded)) {
        return (lj_str){NULL, 0};
    }
    return folded.text;
}

static bool parse_add_word(parse *in, lj_slice text, rules_word word)
{
    rules_pack *pack = in->pack;
    if (text.len == 0 || text.len > RULES_WORD_MAX) {
        return parse_fault(in, "the word is empty or too long", "词为空或过长");
    }
    if (pack->word_count >= RULES_WORDS_MAX) {
        return parse_fault(in, "the pack holds too many words", "规则包中的词过多");
    }
    lj_slice kept = lj_arena_copy(in->arena, text);
    if (kept.len == 0) {
        return parse_no_memory(in);
    }
    /* Raw stars would all fold to the one star: the list of weak ones is compared with the original
     * text. Extensions and brackets are compared folded like everything else. */
    lj_str folded = {(const char *)kept.ptr, kept.len};
    if (word.list != LIST_WEAK_STAR) {
        folded = rules_fold_word(in->arena, folded);
    }
    if (folded.len == 0) {
        return parse_fault(in, "nothing is left of the word after folding", "归一化后词为空");
    }
    if (word.list == LIST_PORTION) {
        word.idx =
            (uint16_t)pack->list_counts[LIST_PORTION]; /* the n-th stands for the n-th level */
    }
    if (pack->word_count == pack->word_cap) {
        uint32_t cap = pack->word_cap > 0 ? pack->word_cap * 2 : 256;
        rules_word *grown = lj_arena_array(in->arena, cap, sizeof(*grown));
        if (grown == NULL) {
            return parse_no_memory(in);
        }
        if (pack->word_count > 0) {
            memcpy(grown, pack->words, pack->word_count * sizeof(*grown));
        }
        pack->words = grown;
        pack->word_cap = cap;
    }
    word.text = folded;
    pack->words[pack->word_count++] = word;
    pack->list_counts[word.list]++;
    return true;
}

/* ---- one function per statement ---- */

static bool parse_pack(parse *in)
{
    if (in->pack->shown.name != NULL) {
        return parse_fault_at(in, 0, "the pack is named twice", "规则包重复命名");
    }
    return parse_name(in, &in->pack->shown.name) && parse_name(in, &in->pack->shown.version);
}

static bool parse_en(parse *in)
{
    return parse_cstr(in, 200, &in->pack->shown.en);
}

static bool parse_zh(parse *in)
{
    return parse_cstr(in, 200, &in->pack->shown.zh);
}

static bool parse_family(parse *in)
{
    static const char *const names[] = {"mark", "sensitive", "count"};
    uint32_t choice = 0;
    if (!parse_choice(in, names, LJ_COUNT_OF(names), &choice)) {
        return false;
    }
    in->pack->shown.family = (detect_family)choice;
    in->has_family = true;
    return true;
}

static bool parse_engine(parse *in)
{
    uint32_t choice = 0;
    if (!parse_choice(in, rules_engine_names, RULES_ENGINE_COUNT, &choice)) {
        return false;
    }
    in->pack->engine = (rules_engine)choice;
    in->has_engine = true;
    return true;
}

static bool parse_like(parse *in)
{
    return parse_name(in, &in->pack->like);
}

static bool parse_threshold(parse *in)
{
    static const char *const names[] = {"confirmed", "probable", "look"};
    detect_pack *shown = &in->pack->shown;
    int32_t *const places[] = {&shown->confirmed, &shown->probable, &shown->look};
    uint32_t choice = 0;
    return parse_choice(in, names, LJ_COUNT_OF(names), &choice) &&
           parse_int(in, 1, RULES_POINTS_MAX, places[choice]);
}

static bool parse_seed(parse *in)
{
    while (!parse_at_end(in)) {
        token what;
        if (!parse_token(in, &what)) {
            return false;
        }
        if (in->pack->seed_count >= RULES_SEED_MAX) {
            return parse_fault(in, "the pack holds too many seeds", "规则包中的种子过多");
        }
        uint32_t characters = 0;
        for (size_t i = 0; i < what.text.len; i++) {
            characters += (what.text.ptr[i] & 0xC0) != 0x80;
        }
        if (characters == 0 || characters > 8) {
            return parse_fault(in, "a seed has 1 to 8 characters", "种子应为 1 至 8 个字");
        }
        lj_slice kept = lj_arena_copy(in->arena, what.text);
        if (kept.len == 0) {
            return parse_no_memory(in);
        }
        lj_str folded = rules_fold_word(in->arena, (lj_str){(const char *)kept.ptr, kept.len});
        if (folded.len == 0) {
            return parse_fault(in, "nothing is left of the word after folding", "归一化后词为空");
        }
        in->pack->seeds[in->pack->seed_count++] = folded;
    }
    return true;
}

static bool parse_level_lookup(parse *in, uint16_t *out)
{
    token what;
    if (!parse_token(in, &what)) {
        return false;
    }
    for (uint32_t i = 0; i < in->pack->level_count; i++) {
        if (lj_slice_is(what.text, lj_cstr_bytes(in->pack->levels[i].shown.name))) {
            *out = (uint16_t)i;
            return true;
        }
    }
    return parse_fault(in, "no level of this name stands above", "上文没有这个密级");
}

/* level NAME rank N [years N] */
static bool parse_level(parse *in)
{
    static const char *const fields[] = {"rank", "years"};
    rules_pack *pack = in->pack;
    if (pack->level_count >= RULES_LEVEL_MAX) {
        return parse_fault_at(in, 0, "the pack holds too many levels", "规则包中的密级过多");
    }
    rules_level *level = &pack->levels[pack->level_count];
    if (!parse_cstr(in, RULES_WORD_MAX, &level->shown.name)) {
        return false;
    }
    bool has_rank = false;
    while (!parse_at_end(in)) {
        uint32_t field = 0;
        int32_t value = 0;
        if (!parse_choice(in, fields, LJ_COUNT_OF(fields), &field) ||
            !parse_int(in, 0, 1000, &value)) {
            return false;
        }
        if (field == 0) {
            level->shown.rank = (uint32_t)value;
            has_rank = true;
        } else {
            level->years = (uint16_t)value;
        }
    }
    if (!has_rank) {
        return parse_fault(in, "the level has no rank", "密级缺少 rank");
    }
    rules_word word = {.list = LIST_LEVEL, .idx = (uint16_t)pack->level_count};
    pack->level_count++;
    return parse_add_word(in, lj_cstr_bytes(level->shown.name), word);
}

/* alias LEVEL exact|sound WORD... */
static bool parse_alias(parse *in)
{
    static const char *const kinds[] = {"exact", "sound"};
    uint16_t level_idx = 0;
    uint32_t kind = 0;
    if (!parse_level_lookup(in, &level_idx) ||
        !parse_choice(in, kinds, LJ_COUNT_OF(kinds), &kind)) {
        return false;
    }
    do {
        token what;
        rules_word word = {
            .list = LIST_LEVEL, .idx = level_idx, .flags = kind == 1 ? RULES_WORD_SOUND : 0};
        if (!parse_token(in, &what) || !parse_add_word(in, what.text, word)) {
            return false;
        }
    } while (!parse_at_end(in));
    return true;
}

/* phrase LEVEL PART [PART [PART]] */
static bool parse_phrase(parse *in)
{
    rules_pack *pack = in->pack;
    if (pack->phrase_count >= LJ_COUNT_OF(pack->phrases)) {
        return parse_fault_at(in, 0, "the pack holds too many phrases", "规则包中的短语过多");
    }
    rules_phrase *phrase = &pack->phrases[pack->phrase_count];
    if (!parse_level_lookup(in, &phrase->level_idx)) {
        return false;
    }
    do {
        token what;
        rules_word word = {.list = LIST_PHRASE, .idx = (uint16_t)pack->phrase_count};
        if (phrase->part_count >= LJ_COUNT_OF(phrase->parts)) {
            return parse_fault(in, "a phrase has at most three parts", "短语最多三段");
        }
        if (!parse_token(in, &what)) {
            return false;
        }
        if (phrase->part_count == 0) {
            if (!parse_add_word(in, what.text, word)) {
                return false;
            }
            phrase->parts[0] = pack->words[pack->word_count - 1].text;
        } else {
            lj_slice kept = lj_arena_copy(in->arena, what.text);
            lj_str folded = {NULL, 0};
            if (kept.len > 0) {
                folded = rules_fold_word(in->arena, (lj_str){(const char *)kept.ptr, kept.len});
            }
            if (folded.len == 0 || what.text.len > RULES_WORD_MAX) {
                return parse_fault(in, "the word is empty or too long", "词为空或过长");
            }
            phrase->parts[phrase->part_count] = folded;
        }
        phrase->part_count++;
    } while (!parse_at_end(in));
    pack->phrase_count++;
    return true;
}

/* rule FORM NAME */
static bool parse_rule(parse *in)
{
    rules_pack *pack = in->pack;
    uint32_t form = 0;
    if (!parse_choice(in, rules_form_names, RULES_FORM_COUNT, &form)) {
        return false;
    }
    if (pack->rule_of_form[form] >= 0) {
        return parse_fault(in, "this form has a rule already", "该形式已有规则");
    }
    const char *name = NULL;
    if (!parse_name(in, &name)) {
        return false;
    }
    pack->rule_names[pack->rule_count] = name;
    pack->rule_forms[pack->rule_count] = (rules_form)form;
    pack->rule_of_form[form] = (int32_t)pack->rule_count;
    pack->rule_count++;
    return true;
}

/* words LIST WORD... */
static bool parse_words(parse *in)
{
    uint32_t list = 0;
    if (!parse_choice(in, rules_list_names, RULES_LIST_COUNT, &list)) {
        return false;
    }
    if (list == LIST_LEVEL || list == LIST_PHRASE) {
        return parse_fault(in, "levels and phrases have statements of their own",
                           "密级和短语应使用各自的语句");
    }
    do {
        token what;
        if (!parse_token(in, &what) ||
            !parse_add_word(in, what.text, (rules_word){.list = (uint8_t)list})) {
            return false;
        }
    } while (!parse_at_end(in));
    return true;
}

/* number NAME VALUE */
static bool parse_number(parse *in)
{
    const char *names[RULES_NUMBER_COUNT];
    for (uint32_t i = 0; i < RULES_NUMBER_COUNT; i++) {
        names[i] = rules_number_rows[i].name;
    }
    uint32_t number = 0;
    if (!parse_choice(in, names, RULES_NUMBER_COUNT, &number)) {
        return false;
    }
    in->pack->has_number[number] = true;
    return parse_int(in, rules_number_rows[number].min, rules_number_rows[number].max,
                     &in->pack->numbers[number]);
}

/* weight CODE POINTS [yields] "English" "中文" */
static bool parse_weight(parse *in)
{
    rules_pack *pack = in->pack;
    uint32_t feature = 0;
    if (!parse_choice(in, rules_feature_codes, RULES_FEATURE_COUNT, &feature)) {
        return false;
    }
    if (pack->weight_of_feature[feature] >= 0) {
        return parse_fault(in, "this feature has a weight already", "该特征已有分值");
    }
    detect_weight *weight = &pack->weights[pack->weight_count];
    weight->code = rules_feature_codes[feature];
    if (!parse_int(in, -RULES_POINTS_MAX, RULES_POINTS_MAX, &weight->points)) {
        return false;
    }
    parse ahead = *in;
    token what;
    if (!parse_token(&ahead, &what)) {
        in->token_pos = in->pos;
        return parse_fault(in, "a value is missing here", "此处缺少取值");
    }
    if (token_is(what, "yields")) {
        pack->yielding |= RULES_FEATURE(feature);
        in->pos = ahead.pos;
    }
    if (!parse_cstr(in, 200, &weight->en) || !parse_cstr(in, 200, &weight->zh)) {
        return false;
    }
    pack->weight_features[pack->weight_count] = (rules_feature)feature;
    pack->weight_of_feature[feature] = (int32_t)pack->weight_count;
    pack->weight_count++;
    return true;
}

/* conceals FACT... */
static bool parse_conceals(parse *in)
{
    in->pack->has_concealing = true;
    do {
        token what;
        if (!parse_token(in, &what)) {
            return false;
        }
        uint32_t fact = 0;
        while (fact < SPAN_HIDDEN_COUNT &&
               !token_is(what, span_hidden_row((span_hidden)fact)->name)) {
            fact++;
        }
        if (fact == SPAN_HIDDEN_COUNT) {
            return parse_fault(in, "this word is not known here", "此处不认识这个词");
        }
        in->pack->concealing |= SPAN_HIDE(fact);
    } while (!parse_at_end(in));
    return true;
}

typedef struct parse_row {
    const char *word;
    bool (*read)(parse *in);
} parse_row;

static const parse_row parse_rows[] = {
    {"pack",      parse_pack     },
    {"en",        parse_en       },
    {"zh",        parse_zh       },
    {"family",    parse_family   },
    {"engine",    parse_engine   },
    {"like",      parse_like     },
    {"threshold", parse_threshold},
    {"seed",      parse_seed     },
    {"level",     parse_level    },
    {"alias",     parse_alias    },
    {"phrase",    parse_phrase   },
    {"rule",      parse_rule     },
    {"words",     parse_words    },
    {"number",    parse_number   },
    {"weight",    parse_weight   },
    {"conceals",  parse_conceals },
};

static bool parse_line(parse *in)
{
    token what;
    if (!parse_token(in, &what)) {
        return false;
    }
    for (size_t i = 0; i < LJ_COUNT_OF(parse_rows); i++) {
        if (token_is(what, parse_rows[i].word)) {
            if (in->pack->shown.name == NULL && parse_rows[i].read != parse_pack) {
                return parse_fault(in, "the pack must be named first", "应先给出规则包名称");
            }
            if (!parse_rows[i].read(in)) {
                return false;
            }
            return parse_at_end(in) ||
                   parse_fault(in, "nothing more is expected on this line", "此行多出内容");
        }
    }
    return parse_fault(in, "no statement begins with this word", "没有以此词开头的语句");
}

/* What a whole pack must have. */
static bool parse_finish(parse *in)
{
    const rules_pack *pack = in->pack;
    const detect_pack *shown = &pack->shown;
    in->line = (lj_slice){NULL, 0};
    in->token_pos = 0;
    if (shown->name == NULL) {
        return parse_fault(in, "the pack has no name", "规则包没有名称");
    }
    if (shown->en == NULL || shown->zh == NULL) {
        return parse_fault(in, "the pack has no description in both languages",
                           "规则包缺少中英文说明");
    }
    if (!in->has_family || !in->has_engine) {
        return parse_fault(in, "the pack has no family or engine", "规则包缺少 family 或 engine");
    }
    if (shown->look <= 0 || shown->probable < shown->look || shown->confirmed < shown->probable) {
        return parse_fault(in, "thresholds must be stated and rise: look, probable, confirmed",
                           "应给出阈值，且 look、probable、confirmed 依次不降");
    }
    if (pack->seed_count == 0 || pack->level_count == 0 || pack->rule_count == 0 ||
        pack->weight_count == 0) {
        return parse_fault(in, "the pack lacks seeds, levels, rules or weights",
                           "规则包缺少种子、密级、规则或分值");
    }
    return true;
}

static void parse_begin(parse *in)
{
    rules_pack *pack = in->pack;
    for (uint32_t i = 0; i < RULES_FORM_COUNT; i++) {
        pack->rule_of_form[i] = -1;
    }
    for (uint32_t i = 0; i < RULES_FEATURE_COUNT; i++) {
        pack->weight_of_feature[i] = -1;
    }
    for (uint32_t i = 0; i < RULES_NUMBER_COUNT; i++) {
        pack->numbers[i] = rules_number_rows[i].standard;
    }
}

/* True when the line says nothing: blank or a comment. */
static bool parse_is_silent(parse *in)
{
    return parse_at_end(in) || in->line.ptr[in->pos] == '#';
}

static bool parse_all(parse *in, lj_slice text)
{
    bool signed_off = false;
    size_t at = text.len >= 3 && memcmp(text.ptr, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    while (at < text.len) {
        const uint8_t *end = memchr(text.ptr + at, '\n', text.len - at);
        size_t len = end != NULL ? (size_t)(end - (text.ptr + at)) : text.len - at;
        in->line_no++;
        in->line = lj_slice_part(text, at, len);
        at += len + 1;
        if (in->line.len > 0 && in->line.ptr[in->line.len - 1] == '\r') {
            in->line.len--;
        }
        in->pos = 0;
        in->token_pos = 0;
        if (in->line.len > RULES_LINE_MAX) {
            return parse_fault(in, "the line is too long", "此行过长");
        }
        if (!lj_utf8_is_valid(in->line)) {
            return parse_fault(in, "the line is not UTF-8", "此行不是 UTF-8 编码");
        }
        if (parse_is_silent(in)) {
            continue;
        }
        if (!signed_off) {
            token name;
            int32_t version = 0;
            signed_off = true;
            if (!parse_token(in, &name)) {
                return false;
            }
            if (!token_is(name, "lijian-rules")) {
                return parse_fault(in, "a rule pack begins with: lijian-rules 1",
                                   "规则包应以 lijian-rules 1 开头");
            }
            if (!parse_int(in, 1, 1, &version)) {
                return false;
            }
            if (!parse_at_end(in)) {
                return parse_fault(in, "nothing more is expected on this line", "此行多出内容");
            }
            continue;
        }
        if (!parse_line(in)) {
            return false;
        }
    }
    in->line_no++;
    return parse_finish(in);
}

lj_code rules_parse(lj_arena *arena, lj_slice text, rules_pack *out, detect_fault *fault,
                    lj_err *err)
{
    detect_fault own = {0};
    parse in = {.arena = arena, .pack = out, .fault = fault != NULL ? fault : &own};
    *in.fault = own;
    memset(out, 0, sizeof(*out));
    parse_begin(&in);
    if (text.len > RULES_TEXT_MAX) {
        in.line_no = 1;
        (void)parse_fault(&in, "the pack is too large", "规则包过大");
        return lj_fail(err, LJ_E_INVALID, 0, "a rule pack is too large");
    }
    if (!parse_all(&in, text)) {
        return lj_fail(err, LJ_E_INVALID, in.fault->line_no, "a rule pack is wrong");
    }
    return LJ_OK;
}
