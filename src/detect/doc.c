/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What happens to one line: it is remembered in the ring, tells the candidates before it what it
 * says, and, where a seed stands in it, is folded and read by the packs that have anything to say
 * about it.
 *
 * A line of mixed visibility is read up to three times: as stored, as a person sees it, and its
 * hidden letters alone; so that hidden junk between visible letters, and hidden letters between
 * visible junk, need no special case.
 *
 * Traps: vertical text (one character per line, up to DOC_VERTICAL lines) is joined when the run
 * ends; lines longer than DOC_LINE_MAX are read in windows around seeds. */
#include "detect/doc.h"
#include "base/num.h"

/* Packs whose levels, labels or phrases begin somewhere in the text, as bits. */
static uint64_t doc_packs(const detect_doc *doc, lj_str folded)
{
    uint64_t packs = 0;
    for (size_t at = 0; at < folded.len; at += letters_len(folded, at)) {
        packs |= dict_lists(&doc->rules->triggers, folded, at);
    }
    return packs;
}

static void doc_scan(const detect_doc *doc, uint32_t pack_idx, const grammar_line *line,
                     grammar_found *out)
{
    const rules_pack *pack = doc->rules->packs[pack_idx];
    if (pack->engine == RULES_BANNER) {
        grammar_scan_banner(pack, &doc->rules->shared, line, out);
    } else {
        grammar_scan(pack, &doc->rules->shared, line, out);
    }
}

/* Cuts the folded text at line ends (CR, VT and U+2028 became LF) and gives each part to `each`;
 * stops when it says false. */
typedef bool doc_part_fn(detect_doc *doc, const line_view *view, grammar_line *part, void *ctx);

static void doc_each_part(detect_doc *doc, const line_view *view, const grammar_line *whole,
                          doc_part_fn *each, void *ctx)
{
    lj_str text = whole->folded.text;
    size_t from = 0;
    while (from < text.len) {
        const char *end = memchr(text.ptr + from, '\n', text.len - from);
        size_t to = end != NULL ? (size_t)(end - text.ptr) : text.len;
        if (to > from) {
            grammar_line part = *whole;
            part.folded.text = (lj_str){text.ptr + from, to - from};
            part.folded.from = whole->folded.from + from;
            part.flags &= ~(uint32_t)(from > 0 ? GRAMMAR_CUT_LEFT : 0);
            part.flags &= ~(uint32_t)(to < text.len ? GRAMMAR_CUT_RIGHT : 0);
            if (!each(doc, view, &part, ctx)) {
                return;
            }
        }
        from = to + 1;
    }
}

/* ---- the first look ---- */

static bool doc_is_solid(const detect_doc *doc, lj_str text, size_t at)
{
    size_t len = 0;
    uint32_t letter = text_code_point(text, at, &len);
    return letter < 65536 && (doc->rules->solid[letter / 8] >> letter % 8 & 1) != 0;
}

static bool doc_is_word_letter(lj_str text, size_t at)
{
    size_t len = 0;
    return letters_is_word(text_code_point(text, at, &len));
}

/* True when the seed stands in a run of at most four letters of levels between two solid letters:
 * 国家秘密的, 保密法. No form of the grammar takes a level that words enclose on both sides. What
 * levels the run holds is noted. */
static bool doc_is_word_inside(detect_doc *doc, lj_str text, size_t hit, size_t from, size_t to)
{
    enum { RUN_MAX = 3 };
    size_t left = hit;
    uint32_t letters = 0;
    do {
        if (left <= from || letters++ > RUN_MAX) {
            return false;
        }
        left = letters_back(text, left);
        if (!doc_is_word_letter(text, left) && !doc_is_solid(doc, text, left)) {
            return false;
        }
    } while (!doc_is_solid(doc, text, left));
    size_t right = hit;
    letters = 0;
    do {
        right += letters_len(text, right);
        if (right >= to || letters++ > RUN_MAX ||
            (!doc_is_word_letter(text, right) && !doc_is_solid(doc, text, right))) {
            return false;
        }
    } while (!doc_is_solid(doc, text, right));
    for (size_t at = left + letters_len(text, left); at <= hit; at += letters_len(text, at)) {
        const dict_entry *level = dict_find(&doc->rules->triggers, text, at, UINT64_MAX);
        if (level != NULL && (level->flags & RULES_WORD_LEVEL) != 0) {
            doc->levels[level->list] |= (uint64_t)1 << (level->idx % 64);
        }
    }
    return true;
}

static bool doc_probe_part(detect_doc *doc, const line_view *view, grammar_line *part, void *ctx)
{
    (void)view;
    bool *promising = ctx;
    uint64_t packs = doc_packs(doc, part->folded.text);
    for (uint32_t i = 0; i < doc->rules->pack_count; i++) {
        grammar_found found;
        if ((packs >> i & 1) != 0) {
            doc_scan(doc, i, part, &found);
            doc->levels[i] |= found.mentioned;
            *promising = *promising || found.count > 0 || found.is_label ||
                         (found.mentioned != 0 && part->folded.text.len <= 36);
        }
    }
    return !*promising;
}

/* Where a character begins at or after `at`. */
static size_t doc_align(lj_str text, size_t at, size_t to)
{
    while (at < to && ((uint8_t)text.ptr[at] & 0xC0) == 0x80) {
        at++;
    }
    return at;
}

static bool doc_is_break(char letter)
{
    return letter == '\n' || letter == '\r';
}

bool doc_probe(detect_doc *doc, lj_str text, size_t hit, size_t from, size_t to, size_t *out_next)
{
    *out_next = hit + letters_len(text, hit);
    if (doc_is_word_inside(doc, text, hit, from, to)) {
        return false;
    }
    size_t start = hit;
    size_t least = hit - from > DOC_PROBE_BACK ? hit - DOC_PROBE_BACK : from;
    while (start > least && !doc_is_break(text.ptr[start - 1])) {
        start--;
    }
    size_t end = hit;
    size_t most = lj_min_size(to, hit + DOC_PROBE_AHEAD);
    while (end < most && !doc_is_break(text.ptr[end])) {
        end++;
    }
    bool cut_right = end == most && end < to && !doc_is_break(text.ptr[end]);
    start = doc_align(text, start, hit);
    end = cut_right ? doc_align(text, end, to) : end;
    lj_arena_rewind(doc->arena, doc->scratch);
    grammar_line line = {
        .raw = {text.ptr + start, end - start},
          .today_on = doc->about.today_on
    };
    if (!text_fold(line.raw, doc->arena, &line.folded)) {
        return true;
    }
    /* One character may be part of a vertical mark; a window full of characters that fold to
     * nothing may show too little of one. */
    bool promising = line.folded.text.len <= 4 || line.folded.text.len < line.raw.len / 2;
    doc_each_part(doc, NULL, &line, doc_probe_part, &promising);
    lj_arena_rewind(doc->arena, doc->scratch);
    /* Whatever begins in the first half of what is ahead was seen whole. */
    size_t seen_to = cut_right ? doc_align(text, hit + DOC_PROBE_AHEAD / 2, to) : end;
    *out_next = seen_to > *out_next ? seen_to : *out_next;
    return promising;
}

/* ---- reading a line ---- */

typedef struct read_state {
    size_t done_raw; /* matches that begin before this raw offset were seen in an earlier window */
    ring_line *ring;
} read_state;

/* What the pack can know about the line from outside: a label in the cell before, in the line
 * before, as its name. */
static uint32_t doc_label_flags(detect_doc *doc, const line_view *view, const rules_pack *pack,
                                bool *out_column)
{
    lj_arena_mark mark = lj_arena_mark_of(doc->arena);
    uint32_t flags = 0;
    *out_column = false;
    if (view->of->label.len > 0 && view->of->label.len <= DOC_LABEL) {
        text_folded folded;
        if (text_fold(view->of->label, doc->arena, &folded)) {
            const dict_entry *word = dict_find(&pack->words_dict, folded.text, 0,
                                               DICT_LIST(LIST_LABEL) | DICT_LIST(LIST_WEAK_LABEL));
            if (word != NULL && letters_beside_only(&doc->rules->shared, folded.text,
                                                    word->word.len, folded.text.len)) {
                flags = word->list == LIST_LABEL ? GRAMMAR_LABELLED : GRAMMAR_WEAK_LABEL;
                *out_column = view->of->role == SPAN_CELL && flags == GRAMMAR_LABELLED;
            }
        }
        lj_arena_rewind(doc->arena, mark);
    }
    const span_place *here = &view->of->place;
    const ring_line *before = &doc->ring[(doc->ring_pos + DOC_RING - 1) % DOC_RING];
    if (view->of->role == SPAN_CELL) {
        const span_place *label = &doc->label_cell;
        bool sheet = label->row_no > 0 && label->sheet_no == here->sheet_no &&
                     label->part_id == here->part_id;
        if (sheet && label->row_no == here->row_no && here->col_no > label->col_no &&
            here->col_no - label->col_no <= 4) {
            flags = GRAMMAR_LABELLED;
            *out_column = false;
        } else if (sheet && label->col_no == here->col_no && here->row_no > label->row_no) {
            *out_column = *out_column || flags != GRAMMAR_LABELLED;
            flags = GRAMMAR_LABELLED;
        }
    }
    if (before->seq != 0 && before->is_label && before->role == view->of->role &&
        (before->seq + 1 == doc->seq || before->seq == doc->seq) && !*out_column) {
        flags = GRAMMAR_LABELLED;
    }
    return flags;
}

static bool doc_read_part(detect_doc *doc, const line_view *view, grammar_line *part, void *ctx)
{
    read_state *state = ctx;
    uint64_t packs = doc_packs(doc, part->folded.text);
    for (uint32_t i = 0; i < doc->rules->pack_count; i++) {
        if ((packs >> i & 1) == 0) {
            continue;
        }
        bool column = false;
        grammar_line read = *part;
        grammar_found found;
        read.flags |= doc_label_flags(doc, view, doc->rules->packs[i], &column);
        doc_scan(doc, i, &read, &found);
        doc->levels[i] |= found.mentioned;
        if (found.is_label && state->ring != NULL) {
            state->ring->is_label = true;
            doc->label_cell = view->of->role == SPAN_CELL ? view->of->place : doc->label_cell;
        }
        if (found.count == 0 && found.mentioned != 0 && part->folded.text.len <= 36) {
            notice_mentions(doc, view, (uint16_t)i, found.mentioned);
        }
        for (uint32_t j = 0; j < found.count; j++) {
            grammar_match *match = &found.matches[j];
            if (read.folded.from[match->from] < state->done_raw) {
                continue;
            }
            match->fired |= column && match->form == FORM_LABEL ? RULES_FEATURE(F_COLUMN) : 0;
            uint64_t others = found.mentioned;
            for (uint32_t k = 0; k < found.count; k++) {
                others |= found.matches[k].level_idx < 64 && !found.matches[k].was
                              ? (uint64_t)1 << found.matches[k].level_idx
                              : 0;
            }
            notice_match(doc, view, (uint16_t)i, &read, match, others);
        }
    }
    return true;
}

static void doc_read(detect_doc *doc, const line_view *view, read_state *state)
{
    lj_arena_rewind(doc->arena, doc->scratch);
    grammar_line line = {.raw = view->text, .flags = view->flags, .today_on = doc->about.today_on};
    if (view->of->origin == SPAN_RECOGNISED) {
        line.flags |= GRAMMAR_RECOGNISED;
    }
    if (text_fold(view->text, doc->arena, &line.folded)) {
        doc_each_part(doc, view, &line, doc_read_part, state);
    } else {
        doc->no_room = true;
    }
    lj_arena_rewind(doc->arena, doc->scratch);
}

/* A line too long to be read at once: windows around the seeds, each match once. */
static void doc_read_windows(detect_doc *doc, const line_view *view, read_state *state)
{
    lj_str text = view->text;
    lj_slice bytes = lj_str_bytes(text);
    size_t hit = text_seeds_find(doc->rules->seeds, TEXT_UTF8, bytes, 0);
    while (hit < text.len) {
        size_t next = text.len;
        if (doc_probe(doc, text, hit, 0, text.len, &next)) {
            size_t from = doc_align(text, hit > DOC_WINDOW_BACK ? hit - DOC_WINDOW_BACK : 0, hit);
            size_t to = doc_align(text, lj_min_size(hit + DOC_WINDOW_AHEAD, text.len), text.len);
            line_view window = *view;
            window.text = (lj_str){text.ptr + from, to - from};
            window.at = view->at + from;
            window.flags |= from > 0 ? GRAMMAR_CUT_LEFT : 0;
            window.flags |= to < text.len ? GRAMMAR_CUT_RIGHT : 0;
            size_t done = state->done_raw;
            state->done_raw = done > from ? done - from : 0;
            doc_read(doc, &window, state);
            /* What begins in the last quarter may be cut off: the next window reads it. */
            next = to < text.len ? doc_align(text, to - DOC_WINDOW_AHEAD / 4, text.len) : to;
            state->done_raw = next;
        }
        hit = text_seeds_find(doc->rules->seeds, TEXT_UTF8, bytes, next);
    }
}

/* Which letters of a line a reading takes. */
typedef enum doc_letters {
    DOC_VISIBLE,
    DOC_HIDDEN,
    DOC_FORMULA, /* without the signs of strings: ="机"&"密", "机密★"0"年" as a number format */
} doc_letters;
enum { DOC_LETTERS_COUNT = DOC_FORMULA + 1 };

/* Those letters with the way back. False when that is nothing, or the line as it is. */
static bool doc_reading(detect_doc *doc, const line_view *view, doc_letters which, line_view *out)
{
    size_t len = 0;
    char *text = lj_arena_alloc(doc->arena, view->text.len + 1);
    uint32_t *back = lj_arena_array(doc->arena, view->text.len + 1, sizeof(*back));
    if (text == NULL || back == NULL) {
        return false;
    }
    const span *of = view->of;
    uint32_t look = 0;
    size_t step = 0;
    for (size_t at = 0; at < view->text.len; at += step) {
        size_t place = view->at + at;
        step = letters_len(view->text, at);
        while (look < of->look_count &&
               of->looks[look].from + (size_t)of->looks[look].len <= place) {
            look++;
        }
        bool inside = look < of->look_count && of->looks[look].from <= place;
        bool is_hidden =
            inside && (of->looks[look].hidden_by & ~SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED)) != 0;
        bool sign = view->text.ptr[at] == '"' || view->text.ptr[at] == '&';
        if (which == DOC_FORMULA ? !sign : is_hidden == (which == DOC_HIDDEN)) {
            for (size_t i = 0; i < step; i++) {
                back[len] = (uint32_t)(place + i);
                text[len++] = view->text.ptr[at + i];
            }
        }
    }
    back[len] = (uint32_t)(view->at + view->text.len);
    *out = *view;
    out->text = (lj_str){text, len};
    out->back = back;
    return len > 0 && len < view->text.len;
}

static bool doc_is_mixed(const line_view *view)
{
    for (uint32_t i = 0; i < view->of->look_count; i++) {
        const span_look *look = &view->of->looks[i];
        if ((look->hidden_by & ~SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED)) != 0 && look->len > 0 &&
            look->from < view->at + view->text.len && look->from + (size_t)look->len > view->at) {
            return true;
        }
    }
    return false;
}

static void doc_read_all(detect_doc *doc, const line_view *view, ring_line *ring)
{
    read_state state = {.ring = ring};
    if (view->text.len > DOC_LINE_MAX) {
        doc_read_windows(doc, view, &state);
        return;
    }
    doc_read(doc, view, &state);
    bool mixed = doc_is_mixed(view);
    for (int which = 0; which < DOC_LETTERS_COUNT; which++) {
        if (which == DOC_FORMULA ? view->of->role != SPAN_FORMULA : !mixed) {
            continue;
        }
        lj_arena_mark scratch = doc->scratch;
        line_view reading;
        lj_arena_rewind(doc->arena, scratch);
        if (doc_reading(doc, view, (doc_letters)which, &reading)) {
            doc->scratch = lj_arena_mark_of(doc->arena);
            state = (read_state){.ring = NULL};
            doc_read(doc, &reading, &state);
        }
        doc->scratch = scratch;
        lj_arena_rewind(doc->arena, scratch);
    }
}

/* ---- the ring ---- */

/* One character, or two digits, without its blanks. */
static bool doc_is_single(lj_str text)
{
    size_t at = 0;
    uint32_t letters = 0;
    uint32_t digits = 0;
    if (text.len > 64) {
        return false;
    }
    while (at < text.len) {
        size_t len = 0;
        uint32_t letter = text_code_point(text, at, &len);
        if (!letters_is_blank(letter) && !letters_is_invisible(letter)) {
            letters++;
            digits += (letter >= '0' && letter <= '9') || (letter >= 0xFF10 && letter <= 0xFF19);
        }
        at += len;
    }
    return letters == 1 || (letters == 2 && digits == 2);
}

/* The run of one-character lines at the end of the ring, joined and read as one line. */
static void doc_vertical_end(detect_doc *doc)
{
    uint32_t count = doc->vertical;
    doc->vertical = 0;
    if (count < 2) {
        return;
    }
    char text[DOC_VERTICAL * 64];
    size_t len = 0;
    const ring_line *first = &doc->ring[(doc->ring_pos + DOC_RING - count) % DOC_RING];
    for (uint32_t i = 0; i < count; i++) {
        const ring_line *line = &doc->ring[(doc->ring_pos + DOC_RING - count + i) % DOC_RING];
        memcpy(text + len, line->text, line->text_len);
        len += line->text_len;
    }
    lj_str joined = {text, len};
    if (text_seeds_find(doc->rules->seeds, TEXT_UTF8, lj_str_bytes(joined), 0) >= len) {
        return;
    }
    span of = span_of(first->role, joined);
    of.place = first->place;
    of.hidden_by = first->hidden_by;
    of.src_off = first->src_off;
    line_view view = {.of = &of, .text = joined};
    doc_read_all(doc, &view, NULL);
}

void doc_skip_lines(detect_doc *doc)
{
    doc_vertical_end(doc);
    doc->seq += 1000;
}

static bool doc_is_text_role(span_role role)
{
    switch (role) {
    case SPAN_BODY:
    case SPAN_CELL:
    case SPAN_RAW:
    case SPAN_TITLE:
    case SPAN_COMMENT:
    case SPAN_FORM:
    case SPAN_ATTRIBUTE:
        return true;
    default:
        return false;
    }
}

/* Numbers the line. The cells of a row are one line. */
static void doc_number_line(detect_doc *doc, const line_view *view)
{
    const span_place *place = &view->of->place;
    bool cell = view->of->role == SPAN_CELL && place->row_no > 0;
    bool same_row = cell && place->row_no == doc->last_row && place->sheet_no == doc->last_sheet;
    doc->last_row = cell ? place->row_no : 0;
    doc->last_sheet = cell ? place->sheet_no : 0;
    if (same_row) {
        return;
    }
    doc->seq++;
    doc->line_no += doc_is_text_role(view->of->role) && doc->line_no < UINT32_MAX ? 1 : 0;
}

static void doc_head_add(detect_doc *doc, lj_str text)
{
    doc_head *head = doc->head;
    size_t len = doc_align(text, lj_min_size(text.len, DOC_HEAD_BYTES - head->len), text.len);
    if (head->line_count >= DOC_HEAD_LINES || len > DOC_HEAD_BYTES - head->len || len == 0) {
        return;
    }
    memcpy(head->text + head->len, text.ptr, len);
    head->len += (uint32_t)len;
    head->ends[head->line_count++] = (uint16_t)head->len;
}

void doc_take_line(detect_doc *doc, const line_view *view, bool may_mark)
{
    bool single = doc_is_single(view->text) && view->text.len <= 64;
    if (doc->vertical == DOC_VERTICAL || (!single && doc->vertical > 0)) {
        doc_vertical_end(doc);
    }
    doc_number_line(doc, view);
    if (doc->line_no <= DOC_HEAD_LINES) {
        doc_head_add(doc, view->text);
    }
    ring_line *line = &doc->ring[doc->ring_pos];
    line->seq = doc->seq;
    line->role = view->of->role;
    line->place = view->of->place;
    line->hidden_by = view->of->hidden_by;
    line->place.row_no += line->place.row_no > 0 && line->role != SPAN_CELL ? view->row_add : 0;
    line->src_off = notice_src_off(view->of, view->at);
    line->is_label = false;
    line->has_facts = false;
    line->single = single;
    size_t len = lj_min_size(view->text.len, DOC_RING_BYTES);
    while (len < view->text.len && len > 0 && ((uint8_t)view->text.ptr[len] & 0xC0) == 0x80) {
        len--;
    }
    line->text_len = (uint16_t)len;
    memcpy(line->text, view->text.ptr, len);
    if (doc->pending_count > 0) {
        notice_following(doc, line);
    }
    if (may_mark) {
        doc_read_all(doc, view, line);
    }
    doc->ring_pos = (doc->ring_pos + 1) % DOC_RING;
    doc->vertical = single ? doc->vertical + 1 : 0;
}

/* ---- names ---- */

/* The part before the extension; *out_ext is what follows the dot. */
static lj_str doc_stem(lj_str name, lj_str *out_ext)
{
    size_t dot = name.len;
    for (size_t at = name.len; at > 0 && name.len - at < 6; at--) {
        char letter = name.ptr[at - 1];
        if (letter == '.') {
            dot = at - 1;
            break;
        }
        if (!((letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z') ||
              (letter >= 'A' && letter <= 'Z'))) {
            break;
        }
    }
    if (dot == name.len || dot == 0) {
        *out_ext = (lj_str){NULL, 0};
        return name;
    }
    *out_ext = (lj_str){name.ptr + dot + 1, name.len - dot - 1};
    return (lj_str){name.ptr, dot};
}

static void doc_take_component(detect_doc *doc, const span *what, size_t at, size_t len)
{
    lj_str name = {what->text.ptr + at, len};
    lj_str ext;
    lj_str stem = doc_stem(name, &ext);
    line_facts facts;
    lj_arena_rewind(doc->arena, doc->scratch);
    facts_of_line(doc->rules, doc->arena, stem, &facts);
    facts_join(&doc->name_facts, &facts);
    if (text_seeds_find(doc->rules->seeds, TEXT_UTF8, lj_str_bytes(stem), 0) >= stem.len) {
        return;
    }
    line_view view = {.of = what, .text = stem, .at = at, .flags = GRAMMAR_NAME};
    read_state state = {0};
    doc_read(doc, &view, &state);
}

void doc_take_name(detect_doc *doc, const span *what)
{
    size_t from = 0;
    for (size_t at = 0; at <= what->text.len; at++) {
        if (at == what->text.len || what->text.ptr[at] == '/' || what->text.ptr[at] == '\\') {
            if (at > from && at - from <= DOC_LINE_MAX) {
                doc_take_component(doc, what, from, at - from);
            }
            from = at + 1;
        }
    }
}

void doc_finish(detect_doc *doc)
{
    doc_flush(doc);
    doc_vertical_end(doc);
    for (uint32_t i = 0; i < doc->pending_count; i++) {
        doc_keep(doc, &doc->pending[i]);
    }
    doc->pending_count = 0;
}
