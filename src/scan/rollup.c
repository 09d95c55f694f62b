/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Rules of the roll-up:
 *   - The best hit gives verdict, class, level and score. Order: detect_hit_compare; hits from the
 * name of a folder come last whatever they score, and count as `look` at most: a folder called like
 * a mark says something about each file in it, but a file that carries nothing itself is for the
 * inspector's eye, no alarm. The points taken off are a term of their own, so that the terms still
 * add up to the score.
 *   - Provisional hits count only when the document's SUM never came (the worker died).
 *   - `unreadable`: no hit and a gap. `clean`: no hit and no gap. A hit and a gap: the hit's
 * verdict, coverage partial.
 *   - Coverage `none`: a gap, and not one byte was examined. */
#include "scan/rollup.h"

#include "base/num.h"

void rollup_begin(rollup *roll, const detect_rules *rules, int64_t only)
{
    /* Only the counts: the arrays are large, and what lies behind a count is never read. */
    roll->rules = rules;
    roll->only = only;
    roll->hit_count = roll->more_hits = roll->early_count = 0;
    roll->gap_count = roll->more_gaps = roll->gap_bits = 0;
    roll->notes = roll->weak = roll->counted = 0;
    roll->has_doc = roll->has_sum = false;
    roll->open_count = roll->listed = 0;
    memcpy(roll->format, "unknown", sizeof("unknown"));
}

static bool is_wanted(const rollup *roll, uint32_t doc)
{
    return roll->only == ROLLUP_ALL || roll->only == (int64_t)doc;
}

static void where_set(const rollup *roll, rollup_where *where, uint32_t doc, lj_str part)
{
    where->doc = doc;
    where->part_len = (uint16_t)lj_min_size(part.len, FRAME_PART_MAX);
    if (where->part_len > 0) {
        memcpy(where->part, part.ptr, where->part_len);
    }
    where->member_len = 0;
    if (roll->only != ROLLUP_ALL) {
        return;
    }
    for (uint32_t i = roll->open_count; i > 0; i--) {
        const rollup_open *open = &roll->open[i - 1];
        if (open->doc == doc) {
            where->member_len = open->member_len;
            memcpy(where->member, open->member, open->member_len);
            return;
        }
    }
}

static bool hit_set(const rollup *roll, rollup_hit *dst, const frame_hit *src)
{
    dst->from = src->from;
    dst->hit = src->hit;
    dst->cut = 0;
    if (!detect_hit_check(roll->rules, &src->hit, &dst->verdict, &dst->class_)) {
        return false;
    }
    if (src->from == FRAME_FROM_FOLDER && dst->class_ > DETECT_LOOK) {
        const detect_pack *pack = detect_pack_of(roll->rules, src->hit.pack_idx);
        dst->cut = pack->probable - 1 - src->hit.score;
        dst->class_ = DETECT_LOOK;
    }
    size_t mark_len = lj_min_size(src->hit.mark.len, DETECT_MARK_MAX * 4);
    size_t period_len = lj_min_size(src->hit.period.len, FRAME_PERIOD_MAX);
    if (mark_len > 0) {
        memcpy(dst->text, src->hit.mark.ptr, mark_len);
    }
    if (period_len > 0) {
        memcpy(dst->text + mark_len, src->hit.period.ptr, period_len);
    }
    dst->hit.mark.len = mark_len;
    dst->hit.period.len = period_len;
    where_set(roll, &dst->where, src->doc, src->part);
    return true;
}

/* Strings are found again after the struct has moved. */
static void hit_settle(rollup_hit *hit)
{
    hit->hit.mark.ptr = hit->text;
    hit->hit.period.ptr = hit->text + hit->hit.mark.len;
}

static int hit_compare(const rollup *roll, const rollup_hit *a, const rollup_hit *b)
{
    bool a_folder = a->from == FRAME_FROM_FOLDER;
    bool b_folder = b->from == FRAME_FROM_FOLDER;
    if (a_folder != b_folder) {
        return a_folder ? 1 : -1;
    }
    return detect_hit_compare(roll->rules, &a->hit, &b->hit);
}

/* Keeps the best of them in order; the earlier one stays before its equal. */
static void hit_insert(rollup *roll, const rollup_hit *hit)
{
    uint32_t at = roll->hit_count;
    while (at > 0 && hit_compare(roll, hit, &roll->hits[at - 1]) < 0) {
        at--;
    }
    if (roll->hit_count == ROLLUP_HITS) {
        roll->more_hits++;
        if (at == ROLLUP_HITS) {
            return;
        }
    } else {
        roll->hit_count++;
    }
    for (uint32_t i = roll->hit_count - 1; i > at; i--) {
        roll->hits[i] = roll->hits[i - 1];
        hit_settle(&roll->hits[i]);
    }
    roll->hits[at] = *hit;
    hit_settle(&roll->hits[at]);
}

static bool feed_hit(rollup *roll, lj_slice payload)
{
    frame_hit hit;
    if (!frame_take_hit(payload, roll->rules, &hit)) {
        return false;
    }
    if (!is_wanted(roll, hit.doc)) {
        return true;
    }
    rollup_hit mine;
    if (!hit_set(roll, &mine, &hit)) {
        return false;
    }
    hit_settle(&mine);
    if (mine.class_ == DETECT_NONE) {
        return true;
    }
    if (hit.from != FRAME_FROM_EARLY) {
        hit_insert(roll, &mine);
    } else if (roll->early_count < ROLLUP_EARLY) {
        roll->early[roll->early_count] = mine;
        hit_settle(&roll->early[roll->early_count]);
        roll->early_count++;
    }
    return true;
}

static void gap_insert(rollup *roll, const gap *what, lj_str detail, uint32_t doc, lj_str part)
{
    roll->gap_bits |= (uint32_t)1 << what->cause;
    if (roll->gap_count == ROLLUP_GAPS) {
        roll->more_gaps++;
        return;
    }
    rollup_gap *mine = &roll->gaps[roll->gap_count++];
    mine->what = *what;
    mine->what.detail = NULL;
    mine->detail_len = (uint16_t)lj_min_size(detail.len, FRAME_DETAIL_MAX);
    if (mine->detail_len > 0) {
        memcpy(mine->detail, detail.ptr, mine->detail_len);
    }
    where_set(roll, &mine->where, doc, part);
}

void rollup_feed_gap(rollup *roll, const gap *what)
{
    lj_str detail = what->detail != NULL ? lj_cstr_str(what->detail) : (lj_str){"", 0};
    gap_insert(roll, what, detail, 0, (lj_str){"", 0});
}

static bool feed_doc(rollup *roll, lj_slice payload)
{
    frame_doc doc;
    if (!frame_take_doc(payload, &doc)) {
        return false;
    }
    if (doc.doc != 0) {
        roll->listed++;
    }
    if (roll->open_count < LJ_COUNT_OF(roll->open)) {
        rollup_open *open = &roll->open[roll->open_count++];
        open->doc = doc.doc;
        lj_slice member = doc.label.len > 0 ? lj_str_bytes(doc.label) : doc.member;
        open->member_len = (uint16_t)lj_min_size(member.len, ROLLUP_MEMBER);
        if (open->member_len > 0) {
            memcpy(open->member, member.ptr, open->member_len);
        }
    }
    if (roll->only == ROLLUP_ALL ? doc.doc == 0 : is_wanted(roll, doc.doc)) {
        roll->has_doc = true;
        roll->doc = doc;
        memcpy(roll->format, doc.format.ptr, doc.format.len);
        roll->format[doc.format.len] = '\0';
    }
    return true;
}

static bool feed_sum(rollup *roll, lj_slice payload)
{
    frame_sum sum;
    if (!frame_take_sum(payload, &sum)) {
        return false;
    }
    if (roll->open_count > 0 && roll->open[roll->open_count - 1].doc == sum.doc) {
        roll->open_count--;
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < roll->early_count; i++) {
        if (roll->early[i].where.doc != sum.doc) {
            roll->early[kept] = roll->early[i];
            hit_settle(&roll->early[kept]);
            kept++;
        }
    }
    roll->early_count = kept;
    if (is_wanted(roll, sum.doc)) {
        roll->more_hits += sum.more;
        roll->weak = (uint32_t)lj_min_u64((uint64_t)roll->weak + sum.weak, UINT32_MAX);
        roll->counted = (uint32_t)lj_min_u64((uint64_t)roll->counted + sum.counted, UINT32_MAX);
    }
    if (roll->only == ROLLUP_ALL ? sum.doc == 0 : is_wanted(roll, sum.doc)) {
        roll->has_sum = true;
        roll->sum = sum;
        roll->notes |= sum.notes;
    }
    return true;
}

bool rollup_feed(rollup *roll, const frame *what)
{
    frame_gap gap_;
    switch (what->type) {
    case FRAME_DOC:
        return feed_doc(roll, what->payload);
    case FRAME_HIT:
        return feed_hit(roll, what->payload);
    case FRAME_SUM:
        return feed_sum(roll, what->payload);
    case FRAME_GAP:
        if (!frame_take_gap(what->payload, &gap_)) {
            return false;
        }
        if (is_wanted(roll, gap_.doc)) {
            gap_insert(roll, &gap_.what, gap_.detail, gap_.doc, gap_.part);
        }
        return true;
    case FRAME_HELLO:
    case FRAME_KEYS:
    case FRAME_JOB:
    case FRAME_STOP:
    case FRAME_GO:
    case FRAME_SKIP:
    case FRAME_READY:
    case FRAME_START:
    case FRAME_BEAT:
    case FRAME_SPAN:
    case FRAME_END:
    case FRAME_SHA:
        return true;
    }
    return false;
}

bool rollup_feed_all(rollup *roll, lj_slice frames)
{
    size_t at = 0;
    while (at < frames.len) {
        frame next;
        if (!frame_next(frames, &at, &next) || !rollup_feed(roll, &next)) {
            return false;
        }
    }
    return true;
}

void rollup_finish(rollup *roll)
{
    for (uint32_t i = 0; i < roll->early_count; i++) {
        hit_insert(roll, &roll->early[i]);
    }
    roll->early_count = 0;
}

detect_verdict rollup_verdict(const rollup *roll)
{
    if (roll->hit_count > 0) {
        return roll->hits[0].verdict;
    }
    return roll->gap_bits != 0 ? DETECT_UNREADABLE : DETECT_CLEAN;
}

detect_class rollup_class(const rollup *roll)
{
    return roll->hit_count > 0 ? roll->hits[0].class_ : DETECT_NONE;
}

uint64_t rollup_examined(const rollup *roll, uint64_t size)
{
    return roll->has_sum ? lj_min_u64(roll->sum.examined, size) : 0;
}

rollup_coverage rollup_coverage_of(const rollup *roll)
{
    if (roll->gap_bits == 0) {
        return ROLLUP_FULL;
    }
    return roll->has_sum && roll->sum.examined > 0 ? ROLLUP_PARTIAL : ROLLUP_NONE;
}
