/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The grammar of Western banner lines and portion marks on one line:
 *
 *     banner  = level *( "//" control ) ; upper case, as 32 CFR 2001.23 and the CAPCO register have
 * it portion = "(" code *( "//" control ) ")" at the start of a paragraph
 *
 * Levels, controls and portion codes come from the pack. Folding keeps the case of letters and one
 * blank between words, so `Secret` and `client_secret` never come here.
 *
 * Traps: a bare SECRET or CONFIDENTIAL is daily use; the pack gives it next to nothing and the
 * judge asks for controls, for the same banner in header and footer, for portion marks or for a
 * classification block. (C) is mostly a copyright sign: a portion without a control only counts. */
#include "detect/detect.h"
#include "detect/grammar.h"

static bool banner_has(lj_str text, size_t at, const char *word)
{
    size_t len = strlen(word);
    return at <= text.len && len <= text.len - at && memcmp(text.ptr + at, word, len) == 0;
}

static bool banner_is_upper(char letter)
{
    return (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9');
}

static size_t banner_skip_blank(lj_str text, size_t at)
{
    while (at < text.len && text.ptr[at] == ' ') {
        at++;
    }
    return at;
}

/* Controls behind a level: each "//" must be followed by a known one; what a known one lists (REL
 * TO USA, GBR) goes along. Returns the end, `at` when there are none. */
static size_t banner_controls(const rules_pack *pack, const grammar_line *line, size_t at)
{
    lj_str text = line->folded.text;
    size_t end = at;
    size_t pos = banner_skip_blank(text, at);
    while (banner_has(text, pos, "//")) {
        pos = banner_skip_blank(text, pos + 2);
        const dict_entry *control =
            dict_find(&pack->words_dict, text, pos, DICT_LIST(LIST_CONTROL));
        if (control == NULL) {
            break;
        }
        pos += control->word.len;
        /* Sub-controls and lists: capitals, digits, and - / , or a blank between them; a "//" ends
         * the run. */
        while (pos < text.len) {
            bool joint = text.ptr[pos] == '-' || text.ptr[pos] == ',' ||
                         (text.ptr[pos] == '/' && !banner_has(text, pos, "//")) ||
                         text.ptr[pos] == ' ';
            /* A gap, or a word in small letters, is no control any more: page numbers. */
            bool gap =
                text.ptr[pos] == ' ' &&
                (letters_gap(line, pos + 1) > 1 ||
                 (pos + 2 < text.len && text.ptr[pos + 2] >= 'a' && text.ptr[pos + 2] <= 'z'));
            if (gap) {
                break;
            }
            if (!banner_is_upper(text.ptr[pos]) &&
                !(joint && pos + 1 < text.len &&
                  (banner_is_upper(text.ptr[pos + 1]) || text.ptr[pos + 1] == ' '))) {
                break;
            }
            pos++;
        }
        end = pos;
        pos = banner_skip_blank(text, pos);
    }
    return end;
}

static bool banner_quoted(const rules_pack *pack, lj_str text, size_t from)
{
    lj_str close;
    return letters_opens(&pack->words_dict, LIST_QUOTE, text, from, &close);
}

static void banner_add(const rules_pack *pack, const grammar_match *match, grammar_found *out)
{
    if (pack->rule_of_form[match->form] >= 0 && out->count < GRAMMAR_MATCH_MAX) {
        out->matches[out->count++] = *match;
    }
}

static void banner_level(const rules_pack *pack, const dict *shared, const grammar_line *line,
                         size_t at, const dict_entry *level, grammar_found *out)
{
    lj_str text = line->folded.text;
    size_t len = 0;
    size_t end = at + level->word.len;
    grammar_match match = {
        .form = FORM_BANNER, .level_idx = level->idx, .from = at, .level_to = end};
    bool left = at == 0 || !letters_is_word(text_code_point(text, letters_back(text, at), &len));
    bool right = end == text.len || !letters_is_word(text_code_point(text, end, &len));
    if (!left || !right) {
        return;
    }
    match.to = banner_controls(pack, line, end);
    bool control = match.to > end;
    match.outer_from = match.from;
    match.outer_to = match.to;
    match.fired = RULES_FEATURE(control ? F_BANNER_CONTROL : F_BANNER_BARE);
    uint32_t cut = line->flags & (GRAMMAR_CUT_LEFT | GRAMMAR_CUT_RIGHT);
    bool quoted = banner_quoted(pack, text, at);
    bool own = cut == 0 && !quoted && letters_beside_only(shared, text, 0, at) &&
               letters_beside_only(shared, text, match.to, text.len);
    match.fired |= quoted ? RULES_FEATURE(F_QUOTE) : 0;
    match.fired |= own ? RULES_FEATURE(F_OWN_LINE) : RULES_FEATURE(F_IN_SENTENCE);
    if (!own && !control) {
        out->mentioned |= (uint64_t)1 << (level->idx % 64);
        return;
    }
    banner_add(pack, &match, out);
}

/* (S//NF) at the start of the line. */
static void banner_portion(const rules_pack *pack, const grammar_line *line, grammar_found *out)
{
    lj_str text = line->folded.text;
    if (text.len < 3 || text.ptr[0] != '(' || (line->flags & GRAMMAR_CUT_LEFT) != 0) {
        return;
    }
    const dict_entry *code = dict_find(&pack->words_dict, text, 1, DICT_LIST(LIST_PORTION));
    if (code == NULL || code->idx >= pack->level_count) {
        return;
    }
    size_t end = 1 + code->word.len;
    size_t to = banner_controls(pack, line, end);
    if (!banner_has(text, to, ")")) {
        return;
    }
    grammar_match match = {
        .form = FORM_PORTION, .level_idx = code->idx, .from = 0, .level_to = end, .to = to + 1};
    match.outer_to = match.to;
    match.fired = to > end ? RULES_FEATURE(F_PORTION_CONTROL) : 0;
    banner_add(pack, &match, out);
}

void grammar_scan_banner(const rules_pack *pack, const dict *shared, const grammar_line *line,
                         grammar_found *out)
{
    lj_str text = line->folded.text;
    out->count = 0;
    out->mentioned = 0;
    out->is_label = false;
    banner_portion(pack, line, out);
    size_t at = 0;
    while (at < text.len) {
        const dict_entry *level = dict_find(&pack->words_dict, text, at, DICT_LIST(LIST_LEVEL));
        if (level != NULL) {
            banner_level(pack, shared, line, at, level, out);
            at += level->word.len;
        } else {
            at += letters_len(text, at);
        }
    }
}
