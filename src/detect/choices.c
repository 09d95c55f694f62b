/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Forms with boxes: 密级：□绝密 ☑机密 □秘密 □非密. All choices open is a blank form; exactly one
 * tick makes that level the value of the field (hidden-marks 1.5, feature 9).
 *
 * A field is a label, or the head of the line, and behind it nothing but choices: boxes, ticks,
 * levels, values that clear the field, blanks and signs. The box stands before its choice, or
 * behind it when nothing stands before the first one. */
#include "base/num.h"
#include "detect/grammar.h"

enum { CHOICES_REACH = 160 /* bytes on either side of a level */ };

/* What stands at a place of a field of choices. */
typedef enum token {
    TOKEN_NONE, /* nothing of a field of choices */
    TOKEN_SIGN, /* a blank, punctuation */
    TOKEN_BOX,
    TOKEN_TICK,
    TOKEN_CHOICE,
} token;

typedef struct counted {
    choices *form;
    token last; /* that was no sign */
} counted;

static bool choices_is_stop(uint32_t letter)
{
    return letter == 0x3002 || letter == ';' || letter == '?' || letter == '!';
}

static token choices_token(const rules_pack *pack, lj_str text, size_t at, size_t *out_len)
{
    const dict *words = &pack->words_dict;
    const dict_entry *word = dict_find(words, text, at, DICT_LIST(LIST_CHECKED));
    *out_len = 1;
    if (word != NULL) {
        *out_len = word->word.len;
        return TOKEN_TICK;
    }
    word = dict_find(words, text, at, DICT_LIST(LIST_BOX));
    if (word != NULL) {
        *out_len = word->word.len;
        return TOKEN_BOX;
    }
    word = dict_find(words, text, at, DICT_LIST(LIST_LEVEL) | DICT_LIST(LIST_CLEARED));
    if (word != NULL && letters_is_word(text_code_point(text, at, out_len))) {
        *out_len = word->word.len;
        const dict_entry *suffix =
            dict_find(words, text, at + word->word.len, DICT_LIST(LIST_SUFFIX));
        *out_len += suffix != NULL ? suffix->word.len : 0;
        return TOKEN_CHOICE;
    }
    uint32_t letter = text_code_point(text, at, out_len);
    return letters_is_word(letter) || choices_is_stop(letter) ? TOKEN_NONE : TOKEN_SIGN;
}

/* Behind the last label that ends before `to`, or SIZE_MAX. */
static size_t choices_label(const rules_pack *pack, lj_str text, size_t from, size_t to,
                            size_t *out_at)
{
    size_t end = SIZE_MAX;
    for (size_t at = from; at < to;) { /* the longest: 保密等级 holds 密等 */
        const dict_entry *label = dict_find(&pack->words_dict, text, at, DICT_LIST(LIST_LABEL));
        if (label != NULL && at + label->word.len <= to) {
            *out_at = at;
            end = at + label->word.len;
            at = end;
        } else {
            at += letters_len(text, at);
        }
    }
    return end;
}

/* Counts what [at, to) holds, and returns where something else stands. */
static size_t choices_count(const rules_pack *pack, lj_str text, size_t at, size_t to, counted *out)
{
    choices *form = out->form;
    while (at < to) {
        size_t len = 0;
        token here = choices_token(pack, text, at, &len);
        if (here == TOKEN_NONE) {
            break;
        }
        if (here == TOKEN_CHOICE && form->options == 0) {
            form->behind = out->last != TOKEN_BOX && out->last != TOKEN_TICK;
        }
        form->options += here == TOKEN_CHOICE ? 1 : 0;
        form->ticks += here == TOKEN_TICK ? 1 : 0;
        form->boxes += here == TOKEN_BOX ? 1 : 0;
        out->last = here == TOKEN_SIGN ? out->last : here;
        at += len;
    }
    return at;
}

bool choices_read(const rules_pack *pack, lj_str text, size_t from, size_t to, choices *out)
{
    *out = (choices){.from = from, .to = to};
    size_t least = from > CHOICES_REACH ? from - CHOICES_REACH : 0;
    while (least < from && ((uint8_t)text.ptr[least] & 0xC0) == 0x80) {
        least++;
    }
    size_t label_at = 0;
    size_t start = choices_label(pack, text, least, from, &label_at);
    out->has_label = start != SIZE_MAX;
    start = out->has_label ? start : 0;
    if (start < least) {
        return false;
    }
    counted count = {out, TOKEN_NONE};
    if (choices_count(pack, text, start, from, &count) < from) {
        return false;
    }
    out->from = out->has_label ? label_at : start;
    token before = count.last;
    size_t len = 0;
    (void)choices_token(pack, text, from, &len); /* the level itself, with its suffix */
    if (out->options == 0) {
        out->behind = before != TOKEN_BOX && before != TOKEN_TICK;
    }
    out->options++;
    count.last = TOKEN_CHOICE;
    size_t most = lj_min_size(text.len, to + CHOICES_REACH);
    size_t after = lj_max_u64(from + len, to);
    token next = TOKEN_NONE;
    for (size_t at = after; at < most && (next == TOKEN_NONE || next == TOKEN_SIGN); at += len) {
        next = choices_token(pack, text, at, &len);
        if (next == TOKEN_NONE) {
            break;
        }
    }
    out->to = choices_count(pack, text, after, most, &count);
    token own = out->behind ? next : before;
    out->is_ticked = own == TOKEN_TICK;
    out->is_open = own == TOKEN_BOX;
    return out->ticks + out->boxes > 0;
}
