/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The grammar of Chinese marks on one folded line:
 *
 *     mark   = [ open ] [ label ] level [ sep ] [ period ] [ close ]
 *     label  = ("密级" | "保密等级" ...) [ ":" ]
 *     sep    = STAR | "·" | "-" | "/" | "、" | ""
 *     period = period.c
 *
 * Source: 定密管理暂行规定 (2014) for the form, GB/T 9704-2012 7.2 for the layout, Order 3 of 1990
 * sections 3 to 8 for marks before paragraphs. All words come from the pack.
 *
 * The model: every place where a level stands is looked at once, from the level outwards: stop
 * words that hold its letters, then what follows (star, period), then what stands before (bracket,
 * label, box), then how much of the line is left over. What cannot be a mark is a mention and sets
 * only a bit.
 *
 * Traps: after folding no blank is left between Han, so a boundary that was a blank is looked up in
 * the original (letters_gap). '*' folds to the star, but **机密** is markdown and / * 机密 * / a
 * comment: an asterisk is a star only alone. 精密★10年 and 秘密花园★10年 hold no level at all. A
 * line of several levels is for the judge to lower. */
#include "detect/grammar.h"

#include "base/num.h"
#include "detect/detect.h"

enum {
    GRAMMAR_LABEL_REACH = 48 /* bytes a label may stand before its level */,
    GRAMMAR_STOP_REACH = 36
};

#define STAR_UTF8 "\xE2\x98\x85"
enum { STAR_LEN = 3 };

/* What is being read. */
typedef struct scan {
    const rules_pack *pack;
    const dict *shared;
    const grammar_line *line;
    lj_str text;
    grammar_found *out;
} scan;

static bool scan_is_star(const scan *in, size_t at)
{
    return at + STAR_LEN <= in->text.len && memcmp(in->text.ptr + at, STAR_UTF8, STAR_LEN) == 0;
}

static size_t scan_skip_blank(const scan *in, size_t at)
{
    while (at < in->text.len && in->text.ptr[at] == ' ') {
        at++;
    }
    return at;
}

static size_t scan_skip_blank_back(const scan *in, size_t at)
{
    while (at > 0 && in->text.ptr[at - 1] == ' ') {
        at--;
    }
    return at;
}

static uint32_t scan_letter(const scan *in, size_t at)
{
    size_t len = 0;
    return at < in->text.len ? text_code_point(in->text, at, &len) : 0;
}

static uint32_t scan_letter_before(const scan *in, size_t at)
{
    return at > 0 ? scan_letter(in, letters_back(in->text, at)) : 0;
}

/* True when no word goes on to the left of `at`: line start, punctuation, or a blank in the
 * original. */
static bool scan_clear_left(const scan *in, size_t at)
{
    return at == 0 || !letters_is_word(scan_letter_before(in, at)) || letters_gap(in->line, at) > 0;
}

static bool scan_clear_right(const scan *in, size_t at)
{
    return at >= in->text.len || !letters_is_word(scan_letter(in, at)) ||
           letters_gap(in->line, at) > 0;
}

/* True when a stop word covers the level and more: 商业秘密, 机密性. */
static bool scan_is_stopped(const scan *in, size_t from, size_t to)
{
    size_t at = from > GRAMMAR_STOP_REACH ? from - GRAMMAR_STOP_REACH : 0;
    for (; at <= from; at++) {
        if (((uint8_t)in->text.ptr[at] & 0xC0) == 0x80) {
            continue;
        }
        const dict_entry *stop =
            dict_find(&in->pack->words_dict, in->text, at, DICT_LIST(LIST_STOP));
        if (stop != NULL && at + stop->word.len >= to && stop->word.len > to - from) {
            /* A blank of the original inside it parts the words again: 商业 机密★5年. */
            bool whole = true;
            for (size_t pos = at + 1; pos < at + stop->word.len; pos++) {
                bool lead = ((uint8_t)in->text.ptr[pos] & 0xC0) != 0x80;
                whole =
                    whole && (!lead || (pos > from && pos < to) || letters_gap(in->line, pos) == 0);
            }
            if (whole) {
                return true;
            }
        }
    }
    return false;
}

/* A star at `at`: exactly one (two are read where a period follows: a slip of the hand). *out_weak:
 * one of the raw signs that are stars only with a period behind. */
static bool scan_star(const scan *in, size_t at, size_t level_from, bool *out_weak)
{
    *out_weak = false;
    if (!scan_is_star(in, at) || scan_is_star(in, at + STAR_LEN)) {
        return false;
    }
    size_t raw = in->line->folded.from[at];
    const dict_entry *weak =
        dict_find(&in->pack->words_dict, in->line->raw, raw, DICT_LIST(LIST_WEAK_STAR));
    *out_weak = weak != NULL;
    if (weak == NULL) {
        return true;
    }
    bool before = level_from >= STAR_LEN && scan_is_star(in, level_from - STAR_LEN);
    return !before && scan_letter(in, at + STAR_LEN) != '/';
}

/* OCR turns the star into a letter or two, or drops it: level .{0,3} period. */
static bool scan_recognised_period(const scan *in, size_t at, uint16_t level_idx,
                                   grammar_period *out)
{
    for (uint32_t skipped = 0; skipped <= 3 && at < in->text.len; skipped++) {
        uint32_t letter = scan_letter(in, at);
        if (letter >= '0' && letter <= '9' &&
            grammar_period_read(in->pack, in->line, at, level_idx, false, out)) {
            return true;
        }
        at += letters_len(in->text, at);
    }
    return false;
}

/* A period, also in brackets of its own: 机密★（10年）. */
static bool scan_period(const scan *in, size_t at, bool with_star, grammar_match *match)
{
    lj_str close = {NULL, 0};
    size_t inside = at;
    if (at < in->text.len && letters_opens(&in->pack->words_dict, LIST_BRACKET, in->text,
                                           at + letters_len(in->text, at), &close)) {
        inside = at + letters_len(in->text, at);
    }
    if (!grammar_period_read(in->pack, in->line, inside, match->level_idx, with_star,
                             &match->period)) {
        return false;
    }
    match->to = match->period.to;
    if (inside > at) {
        if (close.len > in->text.len - match->to ||
            memcmp(in->text.ptr + match->to, close.ptr, close.len) != 0) {
            match->period = (grammar_period){0};
            match->to = match->level_to;
            return false;
        }
        match->to += close.len;
    }
    return true;
}

/* Star and period behind the level. Sets form to COMPLETE, STAR, PERIOD, or leaves BARE. */
static void scan_after(const scan *in, grammar_match *match)
{
    size_t at = scan_skip_blank(in, match->level_to);
    bool weak = false;
    const dict_entry *suffix =
        dict_find(&in->pack->words_dict, in->text, at, DICT_LIST(LIST_SUFFIX));
    if (suffix != NULL && scan_is_star(in, at + suffix->word.len)) {
        at += suffix->word.len; /* 机密级★10年 */
    }
    match->form = FORM_BARE;
    match->to = match->level_to;
    if (scan_star(in, at, match->from, &weak)) {
        size_t behind = scan_skip_blank(in, at + STAR_LEN);
        if (scan_period(in, behind, true, match)) {
            match->form = FORM_COMPLETE;
        } else if (!weak) {
            match->form = FORM_STAR;
            match->to = at + STAR_LEN;
        } else {
            match->starred = true; /* a footnote, markdown */
        }
        return;
    }
    if (scan_is_star(in, at)) {
        size_t behind = scan_skip_blank(in, at + STAR_LEN * 2);
        if (scan_is_star(in, at + STAR_LEN) && scan_period(in, behind, true, match)) {
            match->form = FORM_COMPLETE;
            return;
        }
        match->starred = true; /* 秘密★★★☆☆, **机密**: decoration */
        return;
    }
    if ((in->line->flags & GRAMMAR_RECOGNISED) != 0 &&
        scan_recognised_period(in, at, match->level_idx, &match->period)) {
        match->form = FORM_COMPLETE;
        match->to = match->period.to;
        return;
    }
    const dict_entry *sep =
        dict_find(&in->pack->words_dict, in->text, at, DICT_LIST(LIST_SEPARATOR));
    size_t behind = scan_skip_blank(in, at + (sep != NULL ? sep->word.len : 0));
    if (scan_period(in, behind, false, match)) {
        match->form = FORM_PERIOD;
    }
}

/* An open bracket before and its partner behind widen the outer range. */
static bool scan_bracket(const scan *in, grammar_match *match)
{
    size_t open_end = scan_skip_blank_back(in, match->outer_from);
    size_t close_at = scan_skip_blank(in, match->outer_to);
    lj_str close;
    if (!letters_opens(&in->pack->words_dict, LIST_BRACKET, in->text, open_end, &close) ||
        close.len > in->text.len - close_at ||
        memcmp(in->text.ptr + close_at, close.ptr, close.len) != 0) {
        return false;
    }
    match->outer_from = letters_back(in->text, open_end);
    match->outer_to = close_at + close.len;
    return true;
}

/* A word that says: formerly, ending where the label begins. */
static const dict_entry *scan_was_before(const scan *in, size_t end)
{
    size_t at = end;
    for (uint32_t back = 0; back < 4 && at > 0; back++) {
        at = letters_back(in->text, at);
        const dict_entry *was = dict_find(&in->pack->words_dict, (lj_str){in->text.ptr, end}, at,
                                          DICT_LIST(LIST_WAS_BEFORE));
        if (was != NULL && at + was->word.len == end) {
            return was;
        }
    }
    return NULL;
}

static bool scan_is_label_sign(uint32_t letter)
{
    static const uint16_t signs[] = {':', '=', '(',    '[',    ']',    '"',    '|',   ',',
                                     '-', '_', 0x3010, 0x3011, 0x201C, 0x2236, 0x2605};
    for (size_t i = 0; i < LJ_COUNT_OF(signs); i++) {
        if (signs[i] == letter) {
            return true;
        }
    }
    return false;
}

/* The line is a label and its value, both quoted, and nothing else: "密级","机密★10年" */
static bool scan_is_record(const scan *in, const grammar_match *match)
{
    return in->text.ptr[0] == '"' &&
           dict_find(&in->pack->words_dict, in->text, 1, DICT_LIST(LIST_LABEL)) != NULL &&
           scan_letter(in, match->outer_to) == '"' && match->outer_to + 1 == in->text.len;
}

/* A label before the outer range. Between them may stand a colon, a bracket (密级（机密）) and
 * other signs. */
static bool scan_label(const scan *in, grammar_match *match)
{
    size_t end = scan_skip_blank_back(in, match->outer_from);
    bool joined = end == match->outer_from && letters_gap(in->line, match->outer_from) == 0;
    /* Up to three signs: "密级": "机密" of JSON, |密级|机密| of a table. Quoted words with a comma
     * between are the arguments of a call, or the words of a list. */
    bool comma = false;
    bool quote = false;
    for (uint32_t signs = 0; signs < 3 && scan_is_label_sign(scan_letter_before(in, end));
         signs++) {
        comma = comma || scan_letter_before(in, end) == ',';
        quote = quote || scan_letter_before(in, end) == '"';
        end = scan_skip_blank_back(in, letters_back(in->text, end));
        joined = false;
    }
    if (comma && quote && !scan_is_record(in, match)) {
        return false;
    }
    size_t at = end > GRAMMAR_LABEL_REACH ? end - GRAMMAR_LABEL_REACH : 0;
    for (; at < end; at++) {
        if (((uint8_t)in->text.ptr[at] & 0xC0) == 0x80) {
            continue;
        }
        const dict_entry *label = dict_find(&in->pack->words_dict, (lj_str){in->text.ptr, end}, at,
                                            DICT_LIST(LIST_LABEL));
        if (label == NULL || at + label->word.len != end) {
            continue;
        }
        const dict_entry *was = scan_was_before(in, at);
        match->was = match->was || was != NULL;
        bool clear = scan_clear_left(in, at) || was != NULL;
        /* 密级机密 with nothing between is a label only when it is the whole line. */
        if (!clear || (joined && !(at == 0 && scan_clear_right(in, match->outer_to)))) {
            return false;
        }
        match->outer_from = was != NULL ? at - was->word.len : at;
        return true;
    }
    return false;
}

/* The mark stands between quotation marks, or behind one that is still open. */
static bool scan_quoted(const scan *in, const grammar_match *match)
{
    lj_str close;
    size_t at = scan_skip_blank_back(in, match->outer_from);
    for (uint32_t back = 0; back < 24 && at > 0; back++) {
        if (letters_opens(&in->pack->words_dict, LIST_QUOTE, in->text, at, &close)) {
            lj_slice rest = lj_slice_of(in->text.ptr + at, in->text.len - at);
            size_t found = lj_slice_find(rest, lj_str_bytes(close));
            if (found != SIZE_MAX && at + found >= match->to) {
                return true;
            }
            if (back == 0) {
                return true;
            }
        }
        at = letters_back(in->text, at);
    }
    return false;
}

/* The line before the mark is the number of a paragraph or a caption: 四、 4.2 第三条 附件2: */
static bool scan_is_lead(const scan *in, size_t to)
{
    enum { LETTERS_MAX = 10 };
    static const char *const numerals = "一二三四五六七八九十百零〇";
    uint32_t letters = 0;
    bool counts = false;
    lj_str part = {in->text.ptr, to};
    for (size_t at = 0; at < to;) {
        const dict_entry *lead = dict_find(&in->pack->words_dict, part, at, DICT_LIST(LIST_LEAD));
        size_t len = 0;
        uint32_t letter = text_code_point(in->text, at, &len);
        bool digit = letter >= '0' && letter <= '9';
        bool numeral = len == 3 && lj_slice_find(lj_cstr_bytes(numerals),
                                                 lj_slice_of(in->text.ptr + at, len)) != SIZE_MAX;
        if (lead == NULL && !digit && !numeral && letters_is_word(letter)) {
            return false;
        }
        counts = counts || lead != NULL || digit || numeral;
        letters += lead != NULL || digit || numeral ? 1 : 0;
        at += lead != NULL ? lead->word.len : len;
    }
    return counts && letters <= LETTERS_MAX;
}

/* A bracket that the sentence around it speaks of: 注明（机密★10年）, （机密★10年）字样, or that a
 * sentence ends with. */
static bool scan_is_told(const scan *in, const grammar_match *match, bool right)
{
    const dict *words = &in->pack->words_dict;
    size_t end = scan_skip_blank_back(in, match->outer_from);
    size_t at = end;
    for (uint32_t back = 0; back < 4 && at > 0; back++) {
        at = letters_back(in->text, at);
        const dict_entry *word =
            dict_find(words, (lj_str){in->text.ptr, end}, at, DICT_LIST(LIST_TOLD_BEFORE));
        if (word != NULL && at + word->word.len == end) {
            return true;
        }
    }
    uint32_t behind = scan_letter(in, match->outer_to);
    bool stop = behind == 0x3002 || behind == ';' || behind == '?' || behind == '!';
    return (right && end > 0 && stop) ||
           dict_find(words, in->text, match->outer_to, DICT_LIST(LIST_TOLD_AFTER)) != NULL;
}

/* The whole value of a quoted cell or member: "机密★10年", with separators around. */
static bool scan_is_quoted_cell(const scan *in, const grammar_match *match)
{
    size_t from = match->outer_from;
    size_t to = match->outer_to;
    if (from == 0 || in->text.ptr[from - 1] != '"' || scan_letter(in, to) != '"') {
        return false;
    }
    static const char before[] = {',', ';', '|', ':'};
    static const char behind[] = {',', ';', '|', '}'};
    size_t left = scan_skip_blank_back(in, from - 1);
    size_t right = scan_skip_blank(in, to + 1);
    return (left == 0 || memchr(before, in->text.ptr[left - 1], sizeof(before)) != NULL) &&
           (right == in->text.len || memchr(behind, in->text.ptr[right], sizeof(behind)) != NULL);
}

/* How the mark stands in its line: alone, at an edge, separated by a gap, or inside a sentence. */
static void scan_position(const scan *in, grammar_match *match, bool bracket)
{
    bool window_left = (in->line->flags & GRAMMAR_CUT_LEFT) != 0;
    bool window_right = (in->line->flags & GRAMMAR_CUT_RIGHT) != 0;
    bool left = !window_left && letters_beside_only(in->shared, in->text, 0, match->outer_from);
    bool right =
        !window_right && letters_beside_only(in->shared, in->text, match->outer_to, in->text.len);
    lj_str close;
    bool corner =
        bracket &&
        letters_opens(&in->pack->words_dict, LIST_QUOTE, in->text,
                      match->outer_from + letters_len(in->text, match->outer_from), &close);
    bool cell = scan_is_quoted_cell(in, match);
    bool quoted = !cell && (scan_quoted(in, match) || (corner && !(left && right)));
    if (quoted) {
        match->fired |= RULES_FEATURE(F_QUOTE);
    }
    if (left && right && !quoted && !cell) {
        match->fired |= RULES_FEATURE(F_OWN_LINE);
        return;
    }
    bool lead = !left && !window_left && scan_is_lead(in, match->outer_from);
    bool edge =
        bracket ? (left || right || lead) && !scan_is_told(in, match, right) : lead && right;
    bool apart_left = letters_gap(in->line, match->outer_from) > 0;
    bool apart_right = letters_gap(in->line, match->outer_to) > 0;
    if (edge && !quoted) {
        match->fired |= RULES_FEATURE(F_EDGE);
    } else if (cell || (((left && apart_right) || (right && apart_left)) && !quoted)) {
        match->fired |= RULES_FEATURE(F_GAP);
    } else {
        match->fired |= RULES_FEATURE(F_IN_SENTENCE);
    }
}

/* One blank, and only one, between the two letters of a level: 机　密 (GB/T 9704 practice when no
 * period is given). */
static bool scan_is_spaced(const scan *in, const grammar_match *match)
{
    uint32_t letters = 0;
    uint32_t blanks = 0;
    for (size_t at = match->from; at < match->level_to; at += letters_len(in->text, at)) {
        blanks += at > match->from ? letters_gap(in->line, at) : 0;
        letters++;
    }
    return letters == 2 && blanks >= 1 && blanks <= 4;
}

/* The level is a choice of a form. True when it is the only ticked one: the value of the field. */
static bool scan_choice(const scan *in, grammar_match *match, bool *out_label)
{
    choices form;
    if (!choices_read(in->pack, in->text, match->from, match->level_to, &form)) {
        return false;
    }
    if (!form.is_ticked) {
        match->fired |= form.is_open ? RULES_FEATURE(F_CHOICE) : 0;
        return false;
    }
    match->fired |= RULES_FEATURE(F_CHECKED);
    if (form.ticks != 1 || (form.options < 2 && !form.has_label)) {
        return false;
    }
    match->outer_from = form.from;
    match->outer_to = lj_max_u64(form.to, match->outer_to);
    *out_label = form.has_label;
    return true;
}

static void scan_period_facts(const scan *in, grammar_match *match)
{
    const grammar_period *period = &match->period;
    if (period->to == 0) {
        return;
    }
    match->fired |= period->over_limit ? RULES_FEATURE(F_OVER_LIMIT) : 0;
    match->fired |= period->placeholder ? RULES_FEATURE(F_PLACEHOLDER) : 0;
    if (period->has_date) {
        match->fired |=
            RULES_FEATURE(period->date_on > in->line->today_on ? F_DATE_AHEAD : F_EXPIRED);
    }
}

/* True when the form may stand as it does; else it is a mention. */
static bool scan_accept(const scan *in, grammar_match *match, bool bracket, bool label)
{
    uint64_t own = match->fired & RULES_FEATURE(F_OWN_LINE);
    bool edge = (match->fired & RULES_FEATURE(F_EDGE)) != 0;
    bool clear = scan_clear_left(in, match->outer_from) && scan_clear_right(in, match->outer_to);
    bool name = (in->line->flags & GRAMMAR_NAME) != 0;
    if (label) {
        match->fired |= match->form == FORM_COMPLETE ? RULES_FEATURE(F_COMPLETE_STAR) : 0;
        match->form = FORM_LABEL;
        match->fired |= RULES_FEATURE(F_LABEL_VALUE);
        return clear || own != 0;
    }
    switch (match->form) {
    case FORM_COMPLETE:
        match->fired |= RULES_FEATURE(F_COMPLETE_STAR);
        return true;
    case FORM_STAR:
        match->fired |= RULES_FEATURE(F_STAR_ONLY);
        return true;
    case FORM_PERIOD:
        match->fired |= RULES_FEATURE(F_PERIOD_ONLY);
        return own != 0 || edge || (name && clear);
    default:
        break;
    }
    if (bracket && (own != 0 || edge)) {
        match->form = FORM_BRACKET;
        match->fired |= RULES_FEATURE(F_BRACKET);
        return true;
    }
    match->fired |= RULES_FEATURE(F_BARE);
    match->fired |= scan_is_spaced(in, match) ? RULES_FEATURE(F_SPACED) : 0;
    return own != 0 || (name && clear);
}

/* Label and value in one literal behind a bracket. */
static bool scan_is_argument(const scan *in, const grammar_match *match)
{
    size_t from = match->outer_from;
    size_t to = match->outer_to;
    return from >= 2 && (in->text.ptr[from - 1] == '"' || in->text.ptr[from - 1] == '\'') &&
           in->text.ptr[from - 2] == '(' && to < in->text.len &&
           in->text.ptr[to] == in->text.ptr[from - 1];
}

static void scan_add(const scan *in, const grammar_match *match)
{
    grammar_found *out = in->out;
    if (in->pack->rule_of_form[match->form] >= 0 && out->count < GRAMMAR_MATCH_MAX) {
        out->matches[out->count++] = *match;
    }
}

static void scan_level(const scan *in, size_t at, const dict_entry *entry)
{
    grammar_match match = {.level_idx = entry->idx, .from = at, .level_to = at + entry->word.len};
    uint64_t mention = (uint64_t)1 << (entry->idx % 64);
    if (scan_is_stopped(in, at, match.level_to)) {
        return;
    }
    scan_after(in, &match);
    bool sound = (entry->flags & RULES_WORD_SOUND) != 0;
    if (sound && match.form != FORM_COMPLETE && match.form != FORM_PERIOD) {
        return;
    }
    match.outer_from = match.from;
    match.outer_to = match.to;
    if (match.form == FORM_BARE) {
        /* A labelled level may say 机密级. */
        const dict_entry *suffix =
            dict_find(&in->pack->words_dict, in->text, match.to, DICT_LIST(LIST_SUFFIX));
        grammar_match with = match;
        with.outer_to = suffix != NULL ? match.to + suffix->word.len : match.to;
        bool bare_label = (in->line->flags & GRAMMAR_LABELLED) != 0;
        if (suffix != NULL && (bare_label || scan_label(in, &with)) &&
            scan_clear_right(in, with.outer_to)) {
            match.outer_to = with.outer_to;
        }
    }
    bool label = false;
    bool chosen = scan_choice(in, &match, &label);
    bool bracket = !chosen && scan_bracket(in, &match);
    label = label || (!chosen && (scan_label(in, &match) || (!bracket && scan_bracket(in, &match) &&
                                                             scan_label(in, &match))));
    scan_position(in, &match, bracket);
    bool own = (match.fired & RULES_FEATURE(F_OWN_LINE)) != 0;
    if (label) {
        /* "密级": "机密" among other fields is neither a quotation nor a sentence; the argument
         * ("密级：机密") of a call is one. */
        uint64_t call = scan_is_argument(in, &match) ? RULES_FEATURE(F_QUOTE) : 0;
        match.fired &= ~(RULES_FEATURE(F_QUOTE) | RULES_FEATURE(F_IN_SENTENCE));
        match.fired |= call;
    }
    label = label || (own && (in->line->flags & GRAMMAR_LABELLED) != 0);
    scan_period_facts(in, &match);
    match.fired |= sound ? RULES_FEATURE(F_SOUND_ALIKE) : 0;
    if (sound && !own) {
        return;
    }
    bool listed = (match.fired & (RULES_FEATURE(F_CHOICE) | RULES_FEATURE(F_CHECKED))) != 0;
    /* What clears a field cannot be its mark: 密级：内部. */
    const dict_entry *clear =
        dict_find(&in->pack->words_dict, in->text, at, DICT_LIST(LIST_CLEARED));
    if (label && match.form == FORM_BARE && clear != NULL && clear->word.len >= entry->word.len) {
        return;
    }
    if (match.form == FORM_BARE &&
        (match.starred || (match.fired & RULES_FEATURE(F_CHOICE)) != 0)) {
        in->out->mentioned |= mention;
        return;
    }
    if (!scan_accept(in, &match, bracket, label) && !listed) {
        in->out->mentioned |= mention;
        return;
    }
    scan_add(in, &match);
}

/* 密级：公开. And, for the line after it: a label with nothing behind. */
static void scan_cleared(const scan *in, size_t at, const dict_entry *label)
{
    size_t end = at + label->word.len;
    size_t value = scan_skip_blank(in, end);
    if (!scan_clear_left(in, at)) {
        return;
    }
    if (scan_letter(in, value) == ':' || scan_letter(in, value) == '=') {
        value = scan_skip_blank(in, value + 1);
    }
    bool left = letters_beside_only(in->shared, in->text, 0, at);
    if (left && letters_beside_only(in->shared, in->text, value, in->text.len)) {
        in->out->is_label = true;
        return;
    }
    lj_str close;
    size_t len = value < in->text.len ? letters_len(in->text, value) : 0;
    if (len > 0 &&
        letters_opens(&in->pack->words_dict, LIST_BRACKET, in->text, value + len, &close)) {
        value += len;
    }
    const dict_entry *clear =
        dict_find(&in->pack->words_dict, in->text, value, DICT_LIST(LIST_CLEARED));
    if (clear == NULL || !scan_clear_right(in, value + clear->word.len)) {
        return;
    }
    grammar_match match = {.form = FORM_CLEARED, .level_idx = DETECT_NO_LEVEL, .from = value};
    match.to = value + clear->word.len;
    match.level_to = match.to;
    match.outer_from = at;
    match.outer_to = match.to;
    match.fired = RULES_FEATURE(F_LABEL_VALUE) | RULES_FEATURE(F_CLEARED);
    scan_add(in, &match);
}

/* The parts of a phrase, with at most two marks of punctuation between two parts. */
static void scan_phrase(const scan *in, size_t at, const dict_entry *entry)
{
    const rules_phrase *phrase = &in->pack->phrases[entry->idx];
    size_t end = at + entry->word.len;
    if (scan_is_stopped(in, at, end)) {
        return;
    }
    for (uint32_t part = 1; part < phrase->part_count; part++) {
        for (uint32_t skipped = 0; skipped < 2 && end < in->text.len; skipped++) {
            if (letters_is_word(scan_letter(in, end))) {
                break;
            }
            end += letters_len(in->text, end);
        }
        lj_str word = phrase->parts[part];
        if (end > in->text.len || word.len > in->text.len - end ||
            memcmp(in->text.ptr + end, word.ptr, word.len) != 0) {
            return;
        }
        end += word.len;
    }
    grammar_match match = {
        .form = FORM_PHRASE, .level_idx = phrase->level_idx, .from = at, .to = end};
    match.level_to = end;
    match.outer_from = at;
    match.outer_to = end;
    bool bracket = scan_bracket(in, &match);
    scan_position(in, &match, bracket);
    match.fired |= RULES_FEATURE(F_PHRASE);
    scan_add(in, &match);
}

void grammar_scan(const rules_pack *pack, const dict *shared, const grammar_line *line,
                  grammar_found *out)
{
    scan in = {pack, shared, line, line->folded.text, out};
    out->count = 0;
    out->mentioned = 0;
    out->is_label = false;
    uint64_t mask = DICT_LIST(LIST_LEVEL);
    size_t at = 0;
    while (at < in.text.len) {
        const dict_entry *phrase =
            dict_find(&pack->words_dict, in.text, at, DICT_LIST(LIST_PHRASE));
        if (phrase != NULL) {
            /* Phrases may begin alike: try each that does. */
            uint32_t before = out->count;
            for (uint32_t i = 0; i < pack->phrase_count && out->count == before; i++) {
                lj_str head = pack->phrases[i].parts[0];
                if (head.len <= in.text.len - at &&
                    memcmp(head.ptr, in.text.ptr + at, head.len) == 0) {
                    scan_phrase(&in, at, &(dict_entry){.word = head, .idx = (uint16_t)i});
                }
            }
            if (out->count > before) {
                at = out->matches[out->count - 1].to;
                continue;
            }
        }
        const dict_entry *label = dict_find(&pack->words_dict, in.text, at, DICT_LIST(LIST_LABEL));
        if (label != NULL) {
            scan_cleared(&in, at, label);
        }
        const dict_entry *level = dict_find(&pack->words_dict, in.text, at, mask);
        if (level != NULL) {
            scan_level(&in, at, level);
            at += level->word.len;
        } else {
            at += letters_len(in.text, at);
        }
    }
}
