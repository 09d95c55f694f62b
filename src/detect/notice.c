/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A match becomes a candidate with the features that its own place shows: role, looks, concealment,
 * levels nearby, words of the lines before it. The lines behind it add theirs as they come. What
 * only the whole document shows is judge.c. */
#include "base/num.h"
#include "detect/doc.h"

#define FIRE(what, feature) ((what)->fired |= RULES_FEATURE(feature))

/* ---- where it stands ---- */

uint64_t notice_src_off(const span *of, size_t at)
{
    uint64_t off = of->src_off;
    for (uint32_t i = 0; i < of->map_count; i++) {
        if (of->maps[i].text_at > at) {
            break;
        }
        off = of->maps[i].src_off;
        uint64_t into = at - of->maps[i].text_at;
        off += of->maps[i].src_len == 0 || into < of->maps[i].src_len ? into : 0;
    }
    if (of->map_count == 0 && off != UINT64_MAX) {
        off += at;
    }
    return off;
}

/* Offset in the span of a byte of the view. */
static size_t notice_span_at(const line_view *view, size_t at)
{
    return view->back != NULL ? view->back[at] : view->at + at;
}

/* Joins the looks of the view's bytes [from, to). */
static span_look notice_look(const line_view *view, size_t from, size_t to)
{
    span_look joined = {0};
    for (size_t at = from; at < to; at += letters_len(view->text, at)) {
        size_t place = notice_span_at(view, at);
        for (uint32_t i = 0; i < view->of->look_count; i++) {
            const span_look *look = &view->of->looks[i];
            if (look->from <= place && place - look->from < look->len) {
                joined.hidden_by |= look->hidden_by;
                joined.flags |= look->flags;
                joined.known |= look->known;
                joined.size_pt100 =
                    look->size_pt100 > joined.size_pt100 ? look->size_pt100 : joined.size_pt100;
            }
        }
    }
    return joined;
}

static bool notice_is_region(const span *of)
{
    switch (of->role) {
    case SPAN_HEADER:
    case SPAN_FOOTER:
    case SPAN_TEXTBOX:
    case SPAN_WATERMARK:
    case SPAN_MASTER:
        return true;
    default:
        break;
    }
    if ((of->known & SPAN_KNOWS_BOX) == 0 || (of->known & SPAN_KNOWS_PAGE) == 0 ||
        of->place.page_no > 1) {
        return false;
    }
    return of->box_pt100[0] < of->page_pt100[0] / 2 && of->box_pt100[1] < of->page_pt100[1] / 4 &&
           of->box_pt100[2] > 0 && of->box_pt100[3] > 0;
}

static bool notice_is_name(span_role role)
{
    return role == SPAN_FILE_NAME || role == SPAN_MEMBER_NAME || role == SPAN_SHEET_NAME ||
           role == SPAN_BOOKMARK;
}

static bool notice_has_place(span_role role)
{
    switch (role) {
    case SPAN_BODY:
    case SPAN_CELL:
    case SPAN_TITLE:
    case SPAN_RAW:
        return true;
    default:
        return false;
    }
}

/* Position on the page or in the document: feature 4. */
static void notice_position(const detect_doc *doc, const line_view *view, const rules_pack *pack,
                            candidate *out)
{
    if (notice_is_region(view->of)) {
        FIRE(out, F_PAGE_REGION);
        return;
    }
    if (!notice_has_place(view->of->role) || view->of->place.page_no > 1 ||
        doc->line_no > (uint32_t)pack->numbers[NUMBER_TOP_LINES]) {
        return;
    }
    /* A bare level in a later column or row is an entry of a table, not the head of a page. */
    bool bare = (out->fired & (RULES_FEATURE(F_BARE) | RULES_FEATURE(F_COLUMN))) != 0;
    const span_place *place = &view->of->place;
    if (view->of->role == SPAN_CELL && bare && (place->col_no > 1 || place->row_no > 2)) {
        return;
    }
    FIRE(out, F_HEAD_LINES);
}

static bool notice_is_behind_word(const grammar_line *read, const grammar_match *match)
{
    size_t len = 0;
    lj_str text = read->folded.text;
    return match->outer_from > 0 && letters_gap(read, match->outer_from) == 0 &&
           letters_is_word(text_code_point(text, letters_back(text, match->outer_from), &len));
}

/* Names have edges instead of lines. */
static void notice_name(const rules_pack *pack, const line_view *view, const grammar_line *read,
                        const grammar_match *match, candidate *out)
{
    uint64_t edges = RULES_FEATURE(F_OWN_LINE) | RULES_FEATURE(F_EDGE);
    bool edge = (out->fired & edges) != 0;
    bool strong = match->form == FORM_COMPLETE || match->form == FORM_STAR ||
                  match->form == FORM_PERIOD || match->form == FORM_LABEL;
    bool quoted = (out->fired & RULES_FEATURE(F_QUOTE)) != 0;
    bool sentence = (out->fired & RULES_FEATURE(F_IN_SENTENCE)) != 0;
    out->fired &=
        ~(edges | RULES_FEATURE(F_GAP) | RULES_FEATURE(F_IN_SENTENCE) | RULES_FEATURE(F_SPACED));
    FIRE(out, F_NAME);
    if (match->form == FORM_BARE) {
        return;
    }
    if (edge || (strong && !quoted && !sentence)) {
        FIRE(out, F_NAME_EDGE);
    } else if (sentence && (!strong || notice_is_behind_word(read, match))) {
        FIRE(out, F_IN_SENTENCE);
    }
    /* The extension follows the stem in the name: films, novels and programs bear such titles. */
    const lj_str whole = view->of->text;
    size_t dot = view->at + view->text.len;
    if (dot < whole.len && whole.ptr[dot] == '.') {
        char ext[8];
        size_t len = 0;
        for (size_t at = dot + 1; at < whole.len && len < sizeof(ext); at++) {
            char letter = whole.ptr[at];
            if (letter == '/' || letter == '\\') {
                break;
            }
            ext[len++] = (char)(letter >= 'A' && letter <= 'Z' ? letter + 32 : letter);
        }
        const dict_entry *media =
            dict_find(&pack->words_dict, (lj_str){ext, len}, 0, DICT_LIST(LIST_MEDIA));
        if (media != NULL && media->word.len == len) {
            FIRE(out, F_MEDIA_NAME);
        }
    }
}

static void notice_role(const detect_doc *doc, const line_view *view, const rules_pack *pack,
                        const grammar_line *read, const grammar_match *match, candidate *out)
{
    span_role role = view->of->role;
    if (notice_is_name(role)) {
        notice_name(pack, view, read, match, out);
        return;
    }
    notice_position(doc, view, pack, out);
    if (role == SPAN_METADATA) {
        FIRE(out, F_METADATA);
        if ((read->flags & GRAMMAR_WEAK_LABEL) == 0) {
            out->fired &= ~RULES_FEATURE(F_BARE);
        }
    } else if (role == SPAN_SCRIPT || role == SPAN_STYLE) {
        FIRE(out, F_CODE);
    } else if (role == SPAN_ATTRIBUTE || role == SPAN_FORM || role == SPAN_ALT ||
               role == SPAN_LINK || role == SPAN_FORMULA || role == SPAN_FIELD) {
        out->fired &= ~RULES_FEATURE(F_BARE);
    } else if (role == SPAN_CELL && (out->fired & RULES_FEATURE(F_HEAD_LINES)) == 0) {
        out->fired &= ~RULES_FEATURE(F_BARE);
    }
    if (role == SPAN_CELL || role == SPAN_ATTRIBUTE || role == SPAN_FORM) {
        out->fired &= ~RULES_FEATURE(F_SPACED);
    }
    /* A bare level is a mark only near the top, or where a page shows it on its own. */
    bool placed = (out->fired & (RULES_FEATURE(F_HEAD_LINES) | RULES_FEATURE(F_PAGE_REGION) |
                                 RULES_FEATURE(F_METADATA))) != 0;
    if (match->form == FORM_BARE && !placed) {
        out->fired &= ~RULES_FEATURE(F_BARE);
    }
}

/* ---- how it looks ---- */

static uint32_t notice_invisible(const line_view *view, size_t from, size_t to)
{
    uint32_t count = 0;
    uint32_t before = 0;
    for (size_t at = from; at < to;) {
        size_t len = 0;
        uint32_t letter = text_code_point(view->text, at, &len);
        /* A selector behind a star asks for its emoji form: what keyboards write. */
        bool selector =
            letter >= 0xFE00 && letter <= 0xFE0F && !text_is_han(before) && before >= 0x2000;
        count += letters_is_invisible(letter) && !selector ? 1 : 0;
        before = letter;
        at += len;
    }
    return count;
}

static bool notice_is_reversed(const grammar_line *read, const grammar_match *match)
{
    size_t last = letters_back(read->folded.text, match->level_to);
    return last > match->from && read->folded.from[last] < read->folded.from[match->from];
}

static void notice_looks(const detect_doc *doc, const line_view *view, const rules_pack *pack,
                         const grammar_line *read, const grammar_match *match, candidate *out)
{
    size_t from = 0;
    size_t to = 0;
    letters_raw_range(read, match->from, match->level_to, &from, &to);
    span_look look = notice_look(view, from, to);
    out->hidden_by = doc->about.hidden_by | view->of->hidden_by | look.hidden_by;
    letters_raw_range(read, match->from, match->to, &from, &to);
    if (notice_is_reversed(read, match) ||
        notice_invisible(view, from, to) >= (uint32_t)pack->numbers[NUMBER_DISGUISE]) {
        FIRE(out, F_DISGUISED);
    }
    if (view->of->origin == SPAN_DECODED) {
        FIRE(out, F_ENCODED);
    }
    if ((look.known & SPAN_KNOWS_SIZE) != 0 && (look.flags & SPAN_HEI) != 0 &&
        look.size_pt100 >= (uint32_t)pack->numbers[NUMBER_SIZE_MIN] &&
        look.size_pt100 <= (uint32_t)pack->numbers[NUMBER_SIZE_MAX]) {
        FIRE(out, F_TYPE_FACE);
    }
    if (match->was || (look.flags & SPAN_STRUCK) != 0) {
        FIRE(out, F_WAS);
        out->no_list = true;
    }
}

/* ---- levels nearby ---- */

/* A mark alone on its line is no entry of a list whose other levels stand in sentences. */
static bool notice_is_apart(const candidate *a, const seen_level *b)
{
    uint64_t whole = RULES_FEATURE(F_OWN_LINE) | RULES_FEATURE(F_COMPLETE_STAR);
    return (a->fired & whole) == whole && a->role != SPAN_CELL && !b->own;
}

static bool notice_is_near(const rules_pack *pack, const candidate *a, const seen_level *b)
{
    if (notice_is_apart(a, b)) {
        return false;
    }
    if (a->role == SPAN_CELL && a->place.row_no > 0 && b->row_no > 0) {
        if (a->place.sheet_no != b->sheet_no) {
            return false;
        }
        uint32_t rows =
            a->place.row_no > b->row_no ? a->place.row_no - b->row_no : b->row_no - a->place.row_no;
        return rows == 0 || (a->place.col_no == b->col_no &&
                             rows <= (uint32_t)pack->numbers[NUMBER_LEVEL_LINES]);
    }
    uint32_t lines = a->seq > b->seq ? a->seq - b->seq : b->seq - a->seq;
    return lines <= (uint32_t)pack->numbers[NUMBER_LEVEL_LINES];
}

/* Different levels; those of different packs only where both stand bare, as in a list 公开 内部
 * 秘密. */
static bool notice_is_other(const candidate *a, uint16_t level_idx, uint16_t pack_idx,
                            uint16_t other_idx, bool bare)
{
    return a->pack_idx == pack_idx ? level_idx != other_idx : a->bare && bare;
}

/* Remembers a level and tells the waiting candidates of other levels. Returns true when another
 * level is near. */
static bool notice_seen(detect_doc *doc, const candidate *what, uint16_t level_idx)
{
    const rules_pack *pack = doc->rules->packs[what->pack_idx];
    seen_level now = {
        .seq = what->seq,
        .pack_idx = what->pack_idx,
        .level_idx = level_idx,
        .bare = what->bare,
        .own = (what->fired & (RULES_FEATURE(F_OWN_LINE) | RULES_FEATURE(F_CHOICE))) != 0,
        .sheet_no = what->place.sheet_no,
        .row_no = what->role == SPAN_CELL ? what->place.row_no : 0,
        .col_no = what->place.col_no,
    };
    bool near = false;
    for (uint32_t i = 0; i < DOC_SEEN; i++) {
        const seen_level *other = &doc->seen[i];
        near = near ||
               (other->seq != 0 &&
                notice_is_other(what, level_idx, other->pack_idx, other->level_idx, other->bare) &&
                notice_is_near(pack, what, other));
    }
    for (uint32_t i = 0; i < doc->pending_count; i++) {
        candidate *other = &doc->pending[i];
        if (notice_is_other(other, other->level_idx, now.pack_idx, now.level_idx, now.bare) &&
            !other->no_list && notice_is_near(pack, other, &now)) {
            FIRE(other, F_LEVELS_NEAR);
        }
    }
    doc->seen[doc->seen_pos] = now;
    doc->seen_pos = (doc->seen_pos + 1) % DOC_SEEN;
    return near;
}

static void notice_column(detect_doc *doc, const candidate *what)
{
    if (what->role != SPAN_CELL || what->place.col_no == 0 || what->level_idx >= 64 ||
        what->no_list) {
        return;
    }
    for (uint32_t i = 0; i < DOC_COLUMNS; i++) {
        doc_column *column = &doc->columns[i];
        if (!column->used) {
            *column =
                (doc_column){what->place.sheet_no, what->place.col_no, what->pack_idx, 0, true};
        }
        if (column->sheet_no == what->place.sheet_no && column->col_no == what->place.col_no &&
            column->pack_idx == what->pack_idx) {
            column->levels |= (uint64_t)1 << what->level_idx;
            return;
        }
    }
}

void notice_mentions(detect_doc *doc, const line_view *view, uint16_t pack_idx, uint64_t mentioned)
{
    candidate mention = {
        .pack_idx = pack_idx, .seq = doc->seq, .role = view->of->role, .place = view->of->place};
    for (uint16_t level = 0; level < 64; level++) {
        if ((mentioned >> level & 1) != 0) {
            (void)notice_seen(doc, &mention, level);
        }
    }
}

/* ---- lines around ---- */

const line_facts *notice_facts(detect_doc *doc, ring_line *line)
{
    if (!line->has_facts) {
        facts_of_line(doc->rules, doc->arena, (lj_str){line->text, line->text_len}, &line->facts);
        line->has_facts = true;
    }
    return &line->facts;
}

/* How far a list reaches, in lines: above and below the candidate. */
static uint32_t notice_reach(const rules_pack *pack, uint32_t list, bool above)
{
    switch (list) {
    case LIST_SAMPLE:
        return above ? (uint32_t)pack->numbers[NUMBER_SAMPLE_LINES] : 1;
    case LIST_WAS:
        return 1;
    case LIST_URGENT:
    case LIST_HANDLING:
        return (uint32_t)pack->numbers[NUMBER_COPY_LINES];
    default:
        return DOC_FOLLOW;
    }
}

static void notice_join(const rules_pack *pack, candidate *what, const line_facts *facts,
                        uint32_t lines, bool above)
{
    /* What follows a mark that stands alone does not introduce it. */
    uint64_t whole = RULES_FEATURE(F_OWN_LINE) | RULES_FEATURE(F_COMPLETE_STAR);
    bool apart = (what->fired & whole) == whole && !above && lines > 0;
    for (uint32_t i = 0; i < RULES_SHARED_COUNT; i++) {
        if (apart && (LIST_SHARED + i == LIST_SAMPLE || LIST_SHARED + i == LIST_CODE)) {
            continue;
        }
        if (facts->words[i] != 0 && lines <= notice_reach(pack, LIST_SHARED + i, above)) {
            what->words[i] |= facts->words[i];
        }
    }
    if (facts->copy_no && lines <= (uint32_t)pack->numbers[NUMBER_COPY_LINES]) {
        FIRE(what, F_COPY_NO);
    }
    if (facts->doc_no) {
        FIRE(what, F_DOC_NO);
    }
    what->specimens += facts->specimens;
    what->year = facts->year > what->year ? facts->year : what->year;
    if (what->exam_year == 0 && facts->words[LIST_EXAM - LIST_SHARED] != 0) {
        what->exam_year = facts->year; /* of the title, not of the questions */
    }
    what->date_on = facts->date_on > what->date_on ? facts->date_on : what->date_on;
}

/* The rest of its own line, without the token: 2027年1月1日解密 is a period, not a word about the
 * past. */
static void notice_own_line(const detect_doc *doc, const rules_pack *pack, const grammar_line *read,
                            const grammar_match *match, candidate *out)
{
    line_facts facts;
    lj_str text = read->folded.text;
    facts_of_folded(doc->rules, (lj_str){text.ptr, match->outer_from}, &facts);
    notice_join(pack, out, &facts, 0, true);
    facts_of_folded(doc->rules, (lj_str){text.ptr + match->outer_to, text.len - match->outer_to},
                    &facts);
    notice_join(pack, out, &facts, 0, false);
}

static void notice_before(detect_doc *doc, const rules_pack *pack, candidate *out)
{
    for (uint32_t i = 1; i < DOC_RING; i++) {
        ring_line *line = &doc->ring[(doc->ring_pos + DOC_RING - i) % DOC_RING];
        if (line->seq == 0 || out->seq - line->seq > DOC_FOLLOW) {
            break;
        }
        notice_join(pack, out, notice_facts(doc, line), out->seq - line->seq, true);
    }
}

/* 机密 on one line, ★10年 on the next: the period completes it. */
static void notice_continue(detect_doc *doc, candidate *what, const ring_line *next)
{
    const rules_pack *pack = doc->rules->packs[what->pack_idx];
    char text[DOC_MARK_BYTES + 64];
    if (pack->engine != RULES_MARKS || next->text_len > 48) {
        return;
    }
    memcpy(text, what->mark, what->mark_len);
    memcpy(text + what->mark_len, next->text, next->text_len);
    grammar_line line = {
        .raw = {text, (size_t)what->mark_len + next->text_len},
          .today_on = doc->about.today_on
    };
    lj_arena_mark mark = lj_arena_mark_of(doc->arena);
    grammar_found found = {0};
    if (text_fold(line.raw, doc->arena, &line.folded)) {
        grammar_scan(pack, &doc->rules->shared, &line, &found);
    }
    const grammar_match *match = &found.matches[0];
    if (found.count == 1 && match->form == FORM_COMPLETE &&
        (match->fired & RULES_FEATURE(F_OWN_LINE)) != 0 && match->level_idx == what->level_idx) {
        what->fired &=
            ~(RULES_FEATURE(F_BARE) | RULES_FEATURE(F_STAR_ONLY) | RULES_FEATURE(F_SPACED));
        what->fired |= match->fired;
        what->rule_idx = (uint16_t)pack->rule_of_form[FORM_COMPLETE];
        what->is_mark_like = true;
        size_t len = lj_min_size(match->period.to - match->period.from, DOC_PERIOD_BYTES);
        memcpy(what->period, line.folded.text.ptr + match->period.from, len);
        what->period_len = (uint16_t)len;
    } else if (found.count == 1 && match->form == FORM_STAR && what->star_seq == 0 &&
               (match->fired & RULES_FEATURE(F_OWN_LINE)) != 0 &&
               match->level_idx == what->level_idx && line.raw.len <= DOC_MARK_BYTES) {
        memcpy(what->mark, text,
               line.raw.len); /* 机密, then ★: the period may be on a third line */
        what->mark_len = (uint16_t)line.raw.len;
        what->fired &= ~(RULES_FEATURE(F_BARE) | RULES_FEATURE(F_SPACED));
        what->fired |= match->fired;
        what->rule_idx = (uint16_t)pack->rule_of_form[FORM_STAR];
        what->is_mark_like = true;
        what->star_seq = next->seq;
        what->whole_level = true;
    }
    lj_arena_rewind(doc->arena, mark);
}

void notice_following(detect_doc *doc, ring_line *next)
{
    uint32_t left = 0;
    for (uint32_t i = 0; i < doc->pending_count; i++) {
        candidate *what = &doc->pending[i];
        uint32_t lines = next->seq - what->seq;
        if (lines > DOC_FOLLOW) {
            doc_keep(doc, what);
            continue;
        }
        notice_join(doc->rules->packs[what->pack_idx], what, notice_facts(doc, next), lines, false);
        if (what->whole_level && next->seq - lj_max_u64(what->seq, what->star_seq) <= 1) {
            what->whole_level = false;
            notice_continue(doc, what, next);
        }
        if (left != i) {
            doc->pending[left] = *what;
        }
        left++;
    }
    doc->pending_count = left;
}

/* ---- the candidate ---- */

/* Cut to whole characters and at most `most` of them. */
static size_t notice_cut(lj_str text, size_t len, uint32_t most)
{
    size_t at = 0;
    for (uint32_t count = 0; at < text.len && count < most; count++) {
        size_t step = letters_len(text, at);
        if (at + step > len) {
            break;
        }
        at += step;
    }
    return at;
}

static void notice_token(const line_view *view, const grammar_line *read,
                         const grammar_match *match, candidate *out)
{
    size_t from = 0;
    size_t to = 0;
    letters_raw_range(read, match->from, match->to, &from, &to);
    lj_str raw = {view->text.ptr + from, to - from};
    out->mark_len = (uint16_t)notice_cut(raw, DOC_MARK_BYTES, DETECT_MARK_MAX);
    memcpy(out->mark, raw.ptr, out->mark_len);
    if (match->period.to > match->period.from) {
        lj_str period = {read->folded.text.ptr + match->period.from,
                         match->period.to - match->period.from};
        out->period_len = (uint16_t)notice_cut(period, DOC_PERIOD_BYTES, DETECT_MARK_MAX);
        memcpy(out->period, period.ptr, out->period_len);
    }
    uint32_t hash = 2166136261U;
    for (size_t at = match->from; at < match->to; at++) {
        hash = (hash ^ (uint8_t)read->folded.text.ptr[at]) * 16777619U;
    }
    out->token_hash = hash ^ match->level_idx;
    out->span_at = notice_span_at(view, from);
    out->src_off = notice_src_off(view->of, out->span_at);
    /* Hidden junk between the letters that a person sees. */
    if (view->back != NULL && view->of->role != SPAN_FORMULA && out->hidden_by == 0 &&
        notice_span_at(view, to - 1) - out->span_at != to - 1 - from) {
        FIRE(out, F_DISGUISED);
    }
}

/* Another reading of the same line has found it already. The one in which it stands apart is the
 * better one: a hidden mark behind a visible sentence is inside a sentence only as stored. */
static bool notice_is_known(detect_doc *doc, const candidate *what)
{
    uint64_t sentence = RULES_FEATURE(F_IN_SENTENCE);
    for (uint32_t i = 0; i < doc->pending_count; i++) {
        candidate *other = &doc->pending[i];
        if (other->seq == what->seq && other->pack_idx == what->pack_idx &&
            other->span_at == what->span_at) {
            if ((other->fired & sentence) != 0 && (what->fired & sentence) == 0) {
                memmove(other, other + 1, (doc->pending_count - i - 1) * sizeof(*other));
                doc->pending_count--;
                return false;
            }
            return true;
        }
    }
    return false;
}

/* Counts pages and roles on which the same token stands. */
static void notice_repeat(detect_doc *doc, const candidate *what)
{
    for (uint32_t i = 0; i < DOC_REPEATS; i++) {
        doc_repeat *repeat = &doc->repeats[i];
        if (repeat->pages != 0 && repeat->token_hash != what->token_hash) {
            continue;
        }
        uint32_t page = what->place.page_no;
        repeat->token_hash = what->token_hash;
        repeat->pages += repeat->pages == 0 || (page > 0 && page != repeat->page_no) ? 1 : 0;
        repeat->page_no = page;
        repeat->roles |= (uint32_t)1 << what->role;
        return;
    }
}

/* Forms for which concealment and disguise mean something: not a mention, hidden or not, nor an
 * entry of a hidden list. */
static bool notice_is_mark_like(const grammar_match *match, const candidate *what)
{
    if ((what->fired & RULES_FEATURE(F_IN_SENTENCE)) != 0) {
        return false;
    }
    if (match->form != FORM_BARE) {
        return match->form != FORM_CLEARED;
    }
    return (what->fired & (RULES_FEATURE(F_BARE) | RULES_FEATURE(F_SPACED))) != 0 ||
           what->role != SPAN_CELL;
}

void notice_match(detect_doc *doc, const line_view *view, uint16_t pack_idx,
                  const grammar_line *read, const grammar_match *match, uint64_t mentioned)
{
    const rules_pack *pack = doc->rules->packs[pack_idx];
    candidate what = {
        .fired = match->fired,
        .place = view->of->place,
        .order = doc->order,
        .seq = doc->seq,
        .role = view->of->role,
        .pack_idx = pack_idx,
        .rule_idx = (uint16_t)pack->rule_of_form[match->form],
        .level_idx = match->level_idx,
        .date_on = INT32_MIN,
    };
    notice_looks(doc, view, pack, read, match, &what);
    notice_token(view, read, match, &what);
    if (view->back != NULL && notice_is_known(doc, &what)) {
        return;
    }
    if (what.place.row_no > 0 && what.role != SPAN_CELL) {
        what.place.row_no += view->row_add;
    }
    notice_role(doc, view, pack, read, match, &what);
    notice_own_line(doc, pack, read, match, &what);
    if (!notice_is_name(what.role)) {
        notice_before(doc, pack, &what);
    }
    what.is_mark_like = notice_is_mark_like(match, &what);
    what.bare = match->form == FORM_BARE;
    bool own = (match->fired & RULES_FEATURE(F_OWN_LINE)) != 0;
    what.whole_level = own && match->outer_to - match->outer_from == match->to - match->from &&
                       (match->form == FORM_BARE || match->form == FORM_STAR);
    if (match->level_idx != DETECT_NO_LEVEL) {
        uint64_t own_level = (uint64_t)1 << (match->level_idx % 64);
        doc->levels[pack_idx] |= own_level;
        bool ticked = (match->fired & RULES_FEATURE(F_CHECKED)) != 0;
        what.no_list = what.no_list || ticked;
        if (!what.no_list &&
            (notice_seen(doc, &what, match->level_idx) || (mentioned & ~own_level) != 0)) {
            FIRE(&what, F_LEVELS_NEAR);
        }
        notice_column(doc, &what);
        notice_repeat(doc, &what);
    }
    doc->portions[pack_idx] += match->form == FORM_PORTION ? 1 : 0;
    doc->order++;
    if (doc->pending_count == DOC_PENDING) {
        doc_keep(doc, &doc->pending[0]);
        memmove(doc->pending, doc->pending + 1, (DOC_PENDING - 1) * sizeof(*doc->pending));
        doc->pending_count--;
    }
    doc->pending[doc->pending_count++] = what;
}
