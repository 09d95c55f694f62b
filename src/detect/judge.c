/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The judge: from features to terms, score, class and one verdict per document.
 *
 * A candidate brings the features of its own place (notice.c). What only the document as a whole
 * shows is added here: the words and numbers of its head and its name, repetition on pages, other
 * levels in the same column, the last lines. Features that only lower a finding because it looks
 * like a quotation or a talk about secrecy (`yields` in the pack) fall away where the mark is
 * concealed: wrapping a real paper in 样例 would otherwise be the cheapest evasion, and hiding a
 * specimen makes no sense.
 *
 * Candidates beyond the room that the caller gave go by score, the oldest of the weakest first;
 * they stay counted. */
#include "base/num.h"
#include "detect/doc.h"

#define FIRED(feature) RULES_FEATURE(feature)

/* ---- features of the whole ---- */

/* The joined facts of the head and the names; what came since the last call is added. */
static const line_facts *judge_head(detect_doc *doc)
{
    doc_head *head = doc->head;
    for (; head->fact_lines < head->line_count; head->fact_lines++) {
        uint32_t from = head->fact_lines > 0 ? head->ends[head->fact_lines - 1] : 0;
        line_facts facts;
        facts_of_line(doc->rules, doc->arena,
                      (lj_str){head->text + from, head->ends[head->fact_lines] - from}, &facts);
        facts_join(&head->facts, &facts);
    }
    return &head->facts;
}

static int32_t judge_year(int32_t today_on)
{
    int32_t year = 1970 + today_on / 366;
    int32_t next = 0;
    while (letters_day(year + 1, 1, 1, &next) && next <= today_on) {
        year++;
    }
    return year;
}

/* Feature 13: a paper whose examination is still to come is secret, one of the past is not. */
static uint64_t judge_exam(const detect_doc *doc, const candidate *what, const uint64_t *words)
{
    uint64_t fired = FIRED(F_EXAM);
    int32_t today = doc->about.today_on;
    int32_t this_year = judge_year(today);
    int32_t date_on =
        what->date_on > doc->name_facts.date_on ? what->date_on : doc->name_facts.date_on;
    int32_t year = what->year > doc->name_facts.year ? what->year : doc->name_facts.year;
    year = what->exam_year > 0 ? what->exam_year : year;
    bool answers = facts_words(words, LIST_ANSWERS) > 0;
    fired |= answers ? FIRED(F_ANSWERS) : 0;
    fired |= facts_words(words, LIST_WEB) > 0 ? FIRED(F_WEB) : 0;
    bool dated =
        date_on != INT32_MIN && (what->exam_year == 0 || judge_year(date_on) == what->exam_year);
    if (!answers && (year > this_year || (dated && date_on > today))) {
        fired |= FIRED(F_EXAM_AHEAD);
    } else if (year > 0 && (year < this_year || dated)) {
        fired |= FIRED(F_EXAM_PAST);
    }
    return fired;
}

/* 启用前, 考试结束前: the period of an examination paper. */
static bool judge_is_paper(const rules_pack *pack, lj_str period)
{
    for (size_t at = 0; at < period.len; at += letters_len(period, at)) {
        if (dict_find(&pack->words_dict, period, at, DICT_LIST(LIST_PAPER)) != NULL) {
            return true;
        }
    }
    return false;
}

static uint64_t judge_words(const detect_doc *doc, const candidate *what, const rules_pack *pack,
                            const line_facts *head)
{
    uint64_t near = 0;
    uint64_t words[RULES_SHARED_COUNT];
    for (uint32_t i = 0; i < RULES_SHARED_COUNT; i++) {
        words[i] = what->words[i] | head->words[i] | doc->name_facts.words[i];
    }
    const int32_t *numbers = pack->numbers;
    near |= facts_words(what->words, LIST_URGENT) > 0 ? FIRED(F_URGENT) : 0;
    near |= facts_words(what->words, LIST_HANDLING) > 0 ? FIRED(F_HANDLING) : 0;
    near |= facts_words(what->words, LIST_SAMPLE) > 0 ||
                    (doc->name_facts.words[LIST_SAMPLE - LIST_SHARED] != 0)
                ? FIRED(F_SAMPLE)
                : 0;
    near |= facts_words(what->words, LIST_WAS) > 0 ? FIRED(F_WAS) : 0;
    near |= facts_words(what->words, LIST_COMPANY) > 0 ? FIRED(F_COMPANY) : 0;
    near |= facts_words(what->words, LIST_BLOCK) > 0 ? FIRED(F_BLOCK) : 0;
    /* "密级": "机密" is data, however much it looks like code. */
    bool label = (what->fired & FIRED(F_LABEL_VALUE)) != 0;
    if (!label && facts_words(what->words, LIST_CODE) >= (uint32_t)numbers[NUMBER_CODE_WORDS]) {
        near |= FIRED(F_CODE);
    }
    near |= facts_words(words, LIST_DIRECTIVE) > 0 ? FIRED(F_DIRECTIVE) : 0;
    near |= facts_words(words, LIST_ABOUT) >= (uint32_t)numbers[NUMBER_ABOUT_WORDS] ? FIRED(F_ABOUT)
                                                                                    : 0;
    /* Titles of novels bear no star and period; examination papers bear a condition (启用前), never
     * a duration. */
    bool complete = (what->fired & FIRED(F_COMPLETE_STAR)) != 0;
    lj_str period = {what->period, what->period_len};
    uint32_t exam_words = facts_words(words, LIST_EXAM) + (judge_is_paper(pack, period) ? 1 : 0);
    if (!complete && facts_words(words, LIST_FICTION) >= (uint32_t)numbers[NUMBER_FICTION_WORDS]) {
        near |= FIRED(F_FICTION);
    }
    if ((period.len == 0 || judge_is_paper(pack, period)) &&
        exam_words >= (uint32_t)numbers[NUMBER_EXAM_WORDS]) {
        near |= judge_exam(doc, what, words);
    }
    return near;
}

static uint64_t judge_repeats(const detect_doc *doc, const candidate *what, const rules_pack *pack)
{
    uint64_t fired = 0;
    for (uint32_t i = 0; i < DOC_REPEATS; i++) {
        const doc_repeat *repeat = &doc->repeats[i];
        if (repeat->pages != 0 && repeat->token_hash == what->token_hash) {
            uint32_t both = (uint32_t)1 << SPAN_HEADER | (uint32_t)1 << SPAN_FOOTER;
            fired |= repeat->pages > 1 ? FIRED(F_REPEATED) : 0;
            fired |= (repeat->roles & both) == both ? FIRED(F_HEADER_FOOTER) : 0;
        }
    }
    for (uint32_t i = 0; i < DOC_COLUMNS && what->role == SPAN_CELL; i++) {
        const doc_column *column = &doc->columns[i];
        if (column->used && column->sheet_no == what->place.sheet_no &&
            column->col_no == what->place.col_no && column->pack_idx == what->pack_idx &&
            !what->no_list && __builtin_popcountll(column->levels) > 1) {
            fired |= FIRED(F_LEVELS_NEAR);
        }
    }
    /* Portion marks speak for a banner; by themselves (S) and (C) are anything. */
    uint64_t sure = FIRED(F_BANNER_BARE) | FIRED(F_BANNER_CONTROL) | FIRED(F_PORTION_CONTROL);
    if ((what->fired & sure) != 0 &&
        doc->portions[what->pack_idx] >= (uint32_t)pack->numbers[NUMBER_PORTIONS]) {
        fired |= FIRED(F_PORTIONS);
    }
    return fired;
}

/* The facts for which a person would not see the mark, as far as they count as concealment. The
 * text layer of a scanned page is invisible as a whole: what it says stands in the picture for all
 * to see. */
static uint64_t judge_concealed(const detect_doc *doc, const candidate *what,
                                const rules_pack *pack)
{
    uint64_t facts = what->hidden_by & pack->concealing;
    if (doc->invisible_bytes > doc->text_bytes / 2) {
        facts &= ~SPAN_HIDE(SPAN_HIDDEN_INVISIBLE);
    }
    return what->is_mark_like && facts != 0 ? FIRED(F_CONCEALED) : 0;
}

/* Features that exclude each other: the stronger one speaks. */
static uint64_t judge_exclude(uint64_t fired)
{
    static const rules_feature pairs[][2] = {
        {F_CONCEALED,    F_DISGUISED  },
        {F_CONCEALED,    F_ENCODED    },
        {F_DISGUISED,    F_ENCODED    },
        {F_PAGE_REGION,  F_HEAD_LINES },
        {F_HEAD_LINES,   F_TAIL_LINES },
        {F_PAGE_REGION,  F_TAIL_LINES },
        {F_OWN_LINE,     F_EDGE       },
        {F_PLACEHOLDER,  F_OVER_LIMIT },
        {F_LEVELS_NEAR,  F_LEVELS_DOC },
        {F_EXAM,         F_ABOUT      },
        {F_CLEARED,      F_WAS        },
 /* A specimen has all that a paper has: it does not speak for the mark. */
        {F_PLACEHOLDER,  F_LABEL_VALUE},
        {F_PLACEHOLDER,  F_COPY_NO    },
        {F_PLACEHOLDERS, F_COPY_NO    },
        {F_PLACEHOLDERS, F_URGENT     },
        {F_PLACEHOLDERS, F_DOC_NO     },
        {F_PLACEHOLDERS, F_HANDLING   },
        {F_PLACEHOLDERS, F_PAGE_REGION},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(pairs); i++) {
        if ((fired & FIRED(pairs[i][0])) != 0) {
            fired &= ~FIRED(pairs[i][1]);
        }
    }
    return fired;
}

static bool judge_is_name(span_role role)
{
    return role == SPAN_FILE_NAME || role == SPAN_MEMBER_NAME || role == SPAN_SHEET_NAME ||
           role == SPAN_BOOKMARK;
}

uint64_t judge_features(detect_doc *doc, const candidate *what)
{
    const rules_pack *pack = doc->rules->packs[what->pack_idx];
    const line_facts *head = judge_head(doc);
    uint64_t fired = what->fired;
    fired |= judge_words(doc, what, pack, head);
    fired |= judge_repeats(doc, what, pack);
    fired |= judge_concealed(doc, what, pack);
    uint32_t specimens = what->specimens > head->specimens ? what->specimens : head->specimens;
    fired |=
        specimens >= (uint32_t)pack->numbers[NUMBER_PLACEHOLDER_RUNS] ? FIRED(F_PLACEHOLDERS) : 0;
    bool form = (what->fired & FIRED(F_CHECKED)) != 0; /* names all levels by design */
    fired |=
        !form && __builtin_popcountll(doc->levels[what->pack_idx]) > 2 ? FIRED(F_LEVELS_DOC) : 0;
    if (!judge_is_name(what->role)) {
        fired |= head->doc_no ? FIRED(F_DOC_NO) : 0;
    } else {
        fired &= ~(FIRED(F_DIRECTIVE) | FIRED(F_LEVELS_DOC) | FIRED(F_PLACEHOLDERS));
    }
    if (!what->is_mark_like) {
        fired &= ~(FIRED(F_DISGUISED) | FIRED(F_ENCODED));
    }
    fired = judge_exclude(fired);
    uint64_t specimen = FIRED(F_SAMPLE) | FIRED(F_OWN_LINE);
    if ((fired & specimen) == specimen) { /* a head shown as a sample; inside a sentence it wraps */
        fired &= ~(FIRED(F_COPY_NO) | FIRED(F_URGENT) | FIRED(F_DOC_NO) | FIRED(F_HANDLING));
    }
    if ((fired & (FIRED(F_CONCEALED) | FIRED(F_DISGUISED) | FIRED(F_ENCODED))) != 0) {
        fired &= ~pack->yielding;
    }
    return fired;
}

/* Only the end shows which lines were the last. */
static uint64_t judge_tail(const detect_doc *doc, const candidate *what, const rules_pack *pack)
{
    bool text = what->role == SPAN_BODY || what->role == SPAN_RAW;
    bool last = doc->seq - what->seq < (uint32_t)pack->numbers[NUMBER_BOTTOM_LINES];
    return text && last ? FIRED(F_TAIL_LINES) : 0;
}

/* ---- score ---- */

void judge_score(const rules_pack *pack, uint64_t fired, detect_hit *out)
{
    out->term_count = 0;
    out->score = 0;
    for (uint32_t i = 0; i < pack->weight_count && out->term_count < DETECT_TERM_MAX; i++) {
        if ((fired & RULES_FEATURE(pack->weight_features[i])) != 0 &&
            pack->weights[i].points != 0) {
            out->terms[out->term_count++] = (uint16_t)i;
            out->score += pack->weights[i].points;
        }
    }
}

detect_class judge_class(const detect_pack *pack, int32_t score)
{
    if (pack->family == DETECT_FAMILY_COUNT_ONLY || score < pack->look) {
        return DETECT_NONE;
    }
    return score >= pack->confirmed  ? DETECT_CONFIRMED
           : score >= pack->probable ? DETECT_PROBABLE
                                     : DETECT_LOOK;
}

static void judge_hit(const detect_doc *doc, const candidate *what, uint64_t fired, detect_hit *out)
{
    *out = (detect_hit){
        .pack_idx = what->pack_idx,
        .rule_idx = what->rule_idx,
        .level_idx = what->level_idx,
        .role = what->role,
        .place = what->place,
        .hidden_by = what->hidden_by,
        .src_off = what->src_off,
        .mark = {what->mark,   what->mark_len  },
        .period = {what->period, what->period_len},
    };
    judge_score(doc->rules->packs[what->pack_idx], fired, out);
}

/* ---- room ---- */

static void judge_count_dropped(detect_doc *doc, const candidate *what)
{
    const detect_pack *pack = &doc->rules->packs[what->pack_idx]->shown;
    if (pack->family == DETECT_FAMILY_COUNT_ONLY) {
        doc->dropped_counted++;
    } else if (judge_class(pack, what->rough) == DETECT_NONE) {
        doc->dropped_weak++;
    } else {
        doc->dropped_hits++;
    }
}

/* Lets about half of the kept candidates go: the weakest, and among equals the oldest. */
static void judge_make_room(detect_doc *doc)
{
    enum { LEAST = -400, MOST = 400 };
    uint32_t counts[MOST - LEAST + 1] = {0};
    for (uint32_t i = 0; i < doc->kept_count; i++) {
        int32_t rough = doc->kept[i].rough;
        rough = rough < LEAST ? LEAST : rough > MOST ? MOST : rough;
        counts[rough - LEAST]++;
    }
    uint32_t room = doc->kept_count / 2;
    int32_t cut = MOST;
    uint32_t above = 0;
    while (cut > LEAST && above + counts[cut - LEAST] <= room) {
        above += counts[cut - LEAST];
        cut--;
    }
    /* Of those at the cut as many as there is room for stay: the newest. */
    uint32_t equal_out = counts[cut - LEAST] - (room - above);
    uint32_t left = 0;
    for (uint32_t i = 0; i < doc->kept_count; i++) {
        int32_t rough = doc->kept[i].rough;
        rough = rough < LEAST ? LEAST : rough > MOST ? MOST : rough;
        bool out = rough < cut || (rough == cut && equal_out > 0);
        equal_out -= rough == cut && equal_out > 0 ? 1 : 0;
        if (out) {
            judge_count_dropped(doc, &doc->kept[i]);
            continue;
        }
        if (left != i) {
            doc->kept[left] = doc->kept[i];
        }
        left++;
    }
    doc->kept_count = left;
}

/* Grows the array while the ceiling allows it. */
static bool judge_grow(detect_doc *doc)
{
    uint32_t cap = doc->kept_cap > 0 ? doc->kept_cap * 2 : 16;
    cap = cap > doc->kept_max ? doc->kept_max : cap;
    if (cap <= doc->kept_cap) {
        return false;
    }
    candidate *grown = lj_arena_array(doc->store, cap, sizeof(*grown));
    if (grown == NULL) {
        doc->kept_max = doc->kept_cap;
        return false;
    }
    if (doc->kept_count > 0) {
        memcpy(grown, doc->kept, doc->kept_count * sizeof(*grown));
    }
    doc->kept = grown;
    doc->kept_cap = cap;
    return true;
}

void doc_keep(detect_doc *doc, const candidate *what)
{
    candidate now = *what;
    detect_hit hit;
    judge_hit(doc, &now, judge_features(doc, &now), &hit);
    now.rough = hit.score;
    const detect_pack *pack = &doc->rules->packs[now.pack_idx]->shown;
    if (doc->provisional != NULL && doc->provisional_count < DETECT_HIT_MAX &&
        judge_class(pack, hit.score) != DETECT_NONE) {
        doc->provisional_count++;
        doc->provisional(doc->ctx, &hit);
    }
    if (doc->kept_count == doc->kept_cap && !judge_grow(doc)) {
        judge_make_room(doc);
    }
    if (doc->kept_count < doc->kept_cap) {
        doc->kept[doc->kept_count++] = now;
    } else {
        judge_count_dropped(doc, &now);
    }
}

/* ---- the end ---- */

/* Puts the hit into the ordered list of the best. */
static void judge_insert(detect_doc *doc, const detect_hit *hit)
{
    detect_result *result = &doc->result;
    uint32_t at = result->hit_count;
    while (at > 0 && detect_hit_compare(doc->rules, hit, &doc->hits[at - 1]) < 0) {
        at--;
    }
    if (at == DETECT_HIT_MAX) {
        result->more_count++;
        return;
    }
    uint32_t last = result->hit_count;
    if (last == DETECT_HIT_MAX) {
        result->more_count++;
        last--;
    } else {
        result->hit_count++;
    }
    memmove(doc->hits + at + 1, doc->hits + at, (last - at) * sizeof(*doc->hits));
    doc->hits[at] = *hit;
}

void judge_all(detect_doc *doc)
{
    detect_result *result = &doc->result;
    result->more_count = doc->dropped_hits;
    result->weak_count = doc->dropped_weak;
    result->counted = doc->dropped_counted;
    doc->hits =
        doc->kept_count > 0 ? lj_arena_array(doc->store, DETECT_HIT_MAX, sizeof(*doc->hits)) : NULL;
    doc->all = doc->about.explain && doc->kept_count > 0
                   ? lj_arena_array(doc->store, doc->kept_count, sizeof(*doc->all))
                   : NULL;
    for (uint32_t i = 0; i < doc->kept_count; i++) {
        const candidate *what = &doc->kept[i];
        const rules_pack *pack = doc->rules->packs[what->pack_idx];
        detect_hit hit;
        uint64_t fired = judge_features(doc, what) | judge_tail(doc, what, pack);
        judge_hit(doc, what, judge_exclude(fired), &hit);
        if (doc->all != NULL) {
            doc->all[doc->all_count++] = hit;
        }
        if (pack->shown.family == DETECT_FAMILY_COUNT_ONLY) {
            result->counted++;
        } else if (judge_class(&pack->shown, hit.score) == DETECT_NONE) {
            result->weak_count++;
        } else if (doc->hits != NULL) {
            judge_insert(doc, &hit);
        } else {
            result->more_count++;
        }
    }
    result->hits = doc->hits;
    if (result->hit_count > 0) {
        result->score = doc->hits[0].score;
        (void)detect_hit_check(doc->rules, &doc->hits[0], &result->verdict, &result->class_);
    }
}
