/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The codec of frames.h. Layout of every record: docs/formats/worker.md. Both sides are the same
 * program, but the reading side of the parent treats what it gets as written by an attacker who has
 * taken the worker over: lengths are exact (nothing may follow), enumerations are inside their
 * range, text is UTF-8, names of parts are short, a hit's indexes exist in the rules and its points
 * are those of the rules. */
#include "scan/frames.h"

#include "base/cur.h"
#include "base/json.h"
#include "base/num.h"

/* ---- writing ---- */

static size_t frame_begin(lj_buf *buf, frame_type type, uint64_t job)
{
    size_t at = buf->len;
    lj_buf_put_u32le(buf, 0);
    lj_buf_put_u16le(buf, (uint16_t)type);
    lj_buf_put_u16le(buf, FRAME_VERSION);
    lj_buf_put_u64le(buf, job);
    return at;
}

/* The length counts what follows the head. */
static void frame_close(lj_buf *buf, size_t at)
{
    if (!lj_buf_ok(buf)) {
        return;
    }
    size_t len = buf->len - at - FRAME_HEAD_LEN;
    LJ_ASSERT(len + FRAME_HEAD_LEN <= FRAME_MAX);
    for (int i = 0; i < 4; i++) {
        buf->ptr[at + (size_t)i] = (uint8_t)(len >> (8 * i));
    }
}

static void put_text16(lj_buf *buf, lj_slice text)
{
    LJ_ASSERT(text.len <= UINT16_MAX);
    lj_buf_put_u16le(buf, (uint16_t)text.len);
    lj_buf_put(buf, text);
}

static void put_place(lj_buf *buf, const span_place *place)
{
    lj_buf_put_u32le(buf, place->part_id);
    lj_buf_put_u32le(buf, place->page_no);
    lj_buf_put_u32le(buf, place->sheet_no);
    lj_buf_put_u32le(buf, place->row_no);
    lj_buf_put_u32le(buf, place->col_no);
}

void frame_put_hello(lj_buf *buf, const frame_hello *hello)
{
    size_t at = frame_begin(buf, FRAME_HELLO, 0);
    lj_buf_put(buf, lj_slice_of(hello->rules_hash, LJ_SHA256_LEN));
    lj_buf_put_u8(buf, (uint8_t)hello->mode);
    lj_buf_put_u8(buf, (uint8_t)((hello->all ? 1 : 0) | (hello->zh ? 2 : 0)));
    lj_buf_put_u32le(buf, (uint32_t)hello->today_on);
    lj_buf_put_u16le(buf, FORMAT_LIMIT_COUNT);
    for (size_t i = 0; i < FORMAT_LIMIT_COUNT; i++) {
        lj_buf_put_u64le(buf, hello->limits.value[i]);
    }
    frame_close(buf, at);
}

void frame_put_keys(lj_buf *buf, const lj_str *passwords, uint32_t count)
{
    uint32_t next = 0;
    while (next < count) {
        size_t at = frame_begin(buf, FRAME_KEYS, 0);
        size_t count_at = buf->len;
        uint16_t here = 0;
        lj_buf_put_u16le(buf, 0);
        while (next < count && lj_buf_ok(buf) &&
               buf->len - at + 2 + passwords[next].len <= FRAME_MAX && here < UINT16_MAX) {
            put_text16(buf, lj_str_bytes(passwords[next]));
            next++;
            here++;
        }
        if (!lj_buf_ok(buf)) {
            return;
        }
        if (here == 0) {
            next++; /* longer than a frame: no password of a person */
        }
        buf->ptr[count_at] = (uint8_t)here;
        buf->ptr[count_at + 1] = (uint8_t)(here >> 8);
        frame_close(buf, at);
    }
}

void frame_put_job(lj_buf *buf, uint64_t job, const frame_job *what)
{
    LJ_ASSERT(what->path.len <= FRAME_PATH_MAX);
    size_t at = frame_begin(buf, FRAME_JOB, job);
    lj_buf_put_u8(buf, (uint8_t)what->fd_count);
    for (uint32_t i = 0; i < what->fd_count; i++) {
        lj_buf_put_u8(buf, 0); /* role of the descriptor: the file itself */
    }
    lj_buf_put_u8(buf, what->ask_sha ? 1 : 0);
    lj_buf_put_u64le(buf, what->size);
    lj_buf_put_u64le(buf, (uint64_t)what->mtime_ns);
    lj_buf_put_u32le(buf, what->name_from);
    put_text16(buf, what->path);
    put_text16(
        buf, (lj_slice){NULL, 0}); /* recipe: how to reach an inner document again; not used yet */
    frame_close(buf, at);
}

void frame_put_plain(lj_buf *buf, frame_type type, uint64_t job)
{
    frame_close(buf, frame_begin(buf, type, job));
}

void frame_put_ready(lj_buf *buf, const frame_ready *ready)
{
    size_t at = frame_begin(buf, FRAME_READY, 0);
    lj_buf_put_u32le(buf, ready->posture_bits);
    lj_buf_put_u32le(buf, ready->landlock_abi);
    lj_buf_put_u8(buf, ready->sanitizer ? 1 : 0);
    lj_buf_put(buf, lj_slice_of(ready->rules_hash, LJ_SHA256_LEN));
    frame_close(buf, at);
}

void frame_put_beat(lj_buf *buf, uint64_t job, const frame_beat *beat)
{
    size_t at = frame_begin(buf, FRAME_BEAT, job);
    lj_buf_put_u64le(buf, beat->units);
    lj_buf_put_u64le(buf, beat->bytes);
    frame_close(buf, at);
}

void frame_put_doc(lj_buf *buf, uint64_t job, const frame_doc *doc)
{
    size_t at = frame_begin(buf, FRAME_DOC, job);
    lj_buf_put_u32le(buf, doc->doc);
    lj_buf_put_u32le(buf, doc->parent);
    lj_buf_put_u8(buf, (uint8_t)doc->kind);
    lj_buf_put_u8(buf, (uint8_t)lj_min_size(doc->depth, FRAME_DEPTH_MAX));
    lj_buf_put_u8(buf, doc->cut ? 1 : 0);
    lj_buf_put_u64le(buf, doc->hidden_by);
    lj_buf_put_u32le(buf, doc->parent_len);
    put_text16(buf, lj_slice_part(lj_str_bytes(doc->format), 0, FRAME_FORMAT_MAX));
    put_text16(buf, doc->member);
    put_text16(buf, lj_str_bytes(doc->label));
    frame_close(buf, at);
}

void frame_put_hit(lj_buf *buf, uint64_t job, const frame_hit *hit, const detect_rules *rules)
{
    const detect_hit *what = &hit->hit;
    size_t at = frame_begin(buf, FRAME_HIT, job);
    lj_buf_put_u32le(buf, hit->doc);
    lj_buf_put_u8(buf, (uint8_t)hit->from);
    const detect_pack *pack = detect_pack_of(rules, what->pack_idx);
    lj_buf_put_u8(buf, (uint8_t)(pack != NULL ? pack->family : 0));
    lj_buf_put_u16le(buf, what->pack_idx);
    lj_buf_put_u16le(buf, what->rule_idx);
    lj_buf_put_u16le(buf, what->level_idx);
    lj_buf_put_u16le(buf, what->term_count);
    for (uint32_t i = 0; i < what->term_count; i++) {
        const detect_weight *weight = detect_weight_of(rules, what->pack_idx, what->terms[i]);
        lj_buf_put_u16le(buf, what->terms[i]);
        lj_buf_put_u32le(buf, (uint32_t)(weight != NULL ? weight->points : 0));
    }
    lj_buf_put_u32le(buf, (uint32_t)what->score);
    lj_buf_put_u8(buf, (uint8_t)what->role);
    put_place(buf, &what->place);
    lj_buf_put_u64le(buf, what->hidden_by);
    lj_buf_put_u64le(buf, what->src_off);
    put_text16(buf, lj_str_bytes(what->mark));
    put_text16(buf, lj_str_bytes(what->period));
    put_text16(buf, lj_str_bytes(hit->part));
    frame_close(buf, at);
}

void frame_put_gap(lj_buf *buf, uint64_t job, const frame_gap *gap_)
{
    size_t at = frame_begin(buf, FRAME_GAP, job);
    lj_buf_put_u32le(buf, gap_->doc);
    lj_buf_put_u8(buf, (uint8_t)gap_->what.cause);
    lj_buf_put_u8(buf, (uint8_t)gap_->what.next);
    lj_buf_put_u8(buf, (uint8_t)gap_->what.limit);
    lj_buf_put_u64le(buf, gap_->what.allowed);
    lj_buf_put_u64le(buf, gap_->what.reached);
    put_place(buf, &gap_->what.place);
    put_text16(buf, lj_slice_part(lj_str_bytes(gap_->detail), 0, FRAME_DETAIL_MAX));
    put_text16(buf, lj_str_bytes(gap_->part));
    frame_close(buf, at);
}

void frame_put_sum(lj_buf *buf, uint64_t job, const frame_sum *sum)
{
    size_t at = frame_begin(buf, FRAME_SUM, job);
    lj_buf_put_u32le(buf, sum->doc);
    lj_buf_put_u64le(buf, sum->size);
    lj_buf_put_u64le(buf, sum->examined);
    lj_buf_put_u8(buf, sum->has_sha256 ? 1 : 0);
    lj_buf_put(buf, lj_slice_of(sum->sha256, LJ_SHA256_LEN));
    lj_buf_put_u32le(buf, sum->notes);
    lj_buf_put_u32le(buf, sum->hits);
    lj_buf_put_u32le(buf, sum->more);
    lj_buf_put_u32le(buf, sum->weak);
    lj_buf_put_u32le(buf, sum->counted);
    lj_buf_put_u8(buf, (uint8_t)sum->verdict);
    lj_buf_put_u8(buf, (uint8_t)sum->class_);
    lj_buf_put_u32le(buf, (uint32_t)sum->score);
    frame_close(buf, at);
}

void frame_put_end(lj_buf *buf, uint64_t job, const frame_end *end)
{
    size_t at = frame_begin(buf, FRAME_END, job);
    lj_buf_put_u64le(buf, end->units);
    lj_buf_put_u64le(buf, end->peak_bytes);
    lj_buf_put_u8(
        buf, (uint8_t)((end->changed ? 1 : 0) | (end->skipped ? 2 : 0) | (end->failed ? 4 : 0)));
    lj_buf_put_u32le(buf, end->documents);
    lj_buf_put_u32le(buf, end->omitted);
    lj_buf_put_u32le(buf, end->over);
    lj_buf_put_u32le(buf, end->over_gaps);
    frame_close(buf, at);
}

void frame_put_sha(lj_buf *buf, uint64_t job, const uint8_t sha256[LJ_SHA256_LEN])
{
    size_t at = frame_begin(buf, FRAME_SHA, job);
    lj_buf_put(buf, lj_slice_of(sha256, LJ_SHA256_LEN));
    frame_close(buf, at);
}

void frame_put_span(lj_buf *buf, uint64_t job, const frame_span *span_)
{
    size_t at = frame_begin(buf, FRAME_SPAN, job);
    lj_buf_put_u8(buf, span_->kind);
    lj_buf_put_u8(buf, (uint8_t)lj_min_size(span_->depth, FRAME_DEPTH_MAX));
    put_text16(buf, lj_str_bytes(span_->text));
    frame_close(buf, at);
}

/* ---- reading ---- */

static lj_slice take_text16(lj_cur *cur, size_t max_len)
{
    size_t len = lj_cur_u16le(cur);
    if (len > max_len) {
        cur->bad = true;
        return (lj_slice){NULL, 0};
    }
    return lj_cur_bytes(cur, len);
}

static lj_str take_utf8(lj_cur *cur, size_t max_len)
{
    lj_slice text = take_text16(cur, max_len);
    if (text.len == 0 || !lj_utf8_is_valid(text)) {
        cur->bad = cur->bad || text.len > 0;
        return (lj_str){"", 0};
    }
    return (lj_str){(const char *)text.ptr, text.len};
}

/* Ours are literals: letters, digits and little else. */
static lj_str take_ascii(lj_cur *cur, size_t max_len)
{
    lj_slice text = take_text16(cur, max_len);
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < 0x20 || text.ptr[i] > 0x7E) {
            cur->bad = true;
        }
    }
    return cur->bad || text.len == 0 ? (lj_str){"", 0} : (lj_str){(const char *)text.ptr, text.len};
}

static uint32_t take_enum(lj_cur *cur, uint32_t count)
{
    uint32_t value = lj_cur_u8(cur);
    if (value >= count) {
        cur->bad = true;
        return 0;
    }
    return value;
}

static bool take_bool(lj_cur *cur)
{
    return take_enum(cur, 2) == 1;
}

static span_place take_place(lj_cur *cur)
{
    span_place place = {0};
    place.part_id = lj_cur_u32le(cur);
    place.page_no = lj_cur_u32le(cur);
    place.sheet_no = lj_cur_u32le(cur);
    place.row_no = lj_cur_u32le(cur);
    place.col_no = lj_cur_u32le(cur);
    return place;
}

static bool taken(const lj_cur *cur)
{
    return lj_cur_ok(cur) && lj_cur_left(cur) == 0;
}

static size_t count_characters(lj_str text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++) {
        count += ((uint8_t)text.ptr[i] & 0xC0) != 0x80;
    }
    return count;
}

bool frame_next(lj_slice message, size_t *at, frame *out)
{
    lj_cur cur = lj_cur_of(lj_slice_part(message, *at, SIZE_MAX));
    uint32_t len = lj_cur_u32le(&cur);
    uint16_t type = lj_cur_u16le(&cur);
    uint16_t version = lj_cur_u16le(&cur);
    uint64_t job = lj_cur_u64le(&cur);
    bool known =
        (type >= FRAME_HELLO && type <= FRAME_SKIP) || (type >= FRAME_READY && type <= FRAME_SHA);
    if (!lj_cur_ok(&cur) || version != FRAME_VERSION || !known ||
        len > FRAME_MAX - FRAME_HEAD_LEN || len > lj_cur_left(&cur)) {
        return false;
    }
    *out = (frame){(frame_type)type, job, lj_cur_bytes(&cur, len)};
    *at += FRAME_HEAD_LEN + len;
    return true;
}

bool frame_take_hello(lj_slice payload, frame_hello *out)
{
    lj_cur cur = lj_cur_of(payload);
    lj_slice hash = lj_cur_bytes(&cur, LJ_SHA256_LEN);
    frame_hello hello = {.mode = (frame_mode)take_enum(&cur, FRAME_MODE_COUNT)};
    uint32_t flags = take_enum(&cur, 4);
    hello.all = (flags & 1) != 0;
    hello.zh = (flags & 2) != 0;
    hello.today_on = (int32_t)lj_cur_u32le(&cur);
    if (lj_cur_u16le(&cur) != FORMAT_LIMIT_COUNT) {
        return false;
    }
    for (size_t i = 0; i < FORMAT_LIMIT_COUNT; i++) {
        hello.limits.value[i] = lj_cur_u64le(&cur);
    }
    if (!taken(&cur)) {
        return false;
    }
    memcpy(hello.rules_hash, hash.ptr, LJ_SHA256_LEN);
    *out = hello;
    return true;
}

bool frame_take_keys(lj_slice payload, frame_key_fn *key, void *ctx)
{
    lj_cur cur = lj_cur_of(payload);
    uint32_t count = lj_cur_u16le(&cur);
    for (uint32_t i = 0; i < count && lj_cur_ok(&cur); i++) {
        lj_str password = take_utf8(&cur, FRAME_MAX);
        if (lj_cur_ok(&cur) && !key(ctx, password)) {
            return false;
        }
    }
    return taken(&cur);
}

bool frame_take_job(lj_slice payload, frame_job *out)
{
    lj_cur cur = lj_cur_of(payload);
    frame_job job = {.fd_count = take_enum(&cur, 2)};
    for (uint32_t i = 0; i < job.fd_count; i++) {
        (void)take_enum(&cur, 1);
    }
    job.ask_sha = take_bool(&cur);
    job.size = lj_cur_u64le(&cur);
    job.mtime_ns = (int64_t)lj_cur_u64le(&cur);
    job.name_from = lj_cur_u32le(&cur);
    job.path = take_text16(&cur, FRAME_PATH_MAX);
    (void)take_text16(&cur, 0);
    if (!taken(&cur) || job.name_from > job.path.len) {
        return false;
    }
    *out = job;
    return true;
}

bool frame_take_ready(lj_slice payload, frame_ready *out)
{
    lj_cur cur = lj_cur_of(payload);
    frame_ready ready = {.posture_bits = lj_cur_u32le(&cur)};
    ready.landlock_abi = lj_cur_u32le(&cur);
    ready.sanitizer = take_bool(&cur);
    lj_slice hash = lj_cur_bytes(&cur, LJ_SHA256_LEN);
    if (!taken(&cur)) {
        return false;
    }
    memcpy(ready.rules_hash, hash.ptr, LJ_SHA256_LEN);
    *out = ready;
    return true;
}

bool frame_take_beat(lj_slice payload, frame_beat *out)
{
    lj_cur cur = lj_cur_of(payload);
    frame_beat beat = {.units = lj_cur_u64le(&cur)};
    beat.bytes = lj_cur_u64le(&cur);
    if (!taken(&cur)) {
        return false;
    }
    *out = beat;
    return true;
}

bool frame_take_doc(lj_slice payload, frame_doc *out)
{
    lj_cur cur = lj_cur_of(payload);
    frame_doc doc = {.doc = lj_cur_u32le(&cur)};
    doc.parent = lj_cur_u32le(&cur);
    doc.kind = (format_kind)take_enum(&cur, FORMAT_REVISION + 1);
    doc.depth = take_enum(&cur, FRAME_DEPTH_MAX + 1);
    doc.cut = take_bool(&cur);
    doc.hidden_by = lj_cur_u64le(&cur);
    doc.parent_len = lj_cur_u32le(&cur);
    doc.format = take_ascii(&cur, FRAME_FORMAT_MAX);
    doc.member = take_text16(&cur, FRAME_MEMBER_MAX);
    doc.label = take_utf8(&cur, FRAME_MEMBER_MAX);
    bool is_file = doc.doc == 0;
    if (!taken(&cur) || doc.format.len == 0 || doc.parent_len > doc.member.len ||
        (doc.hidden_by >> SPAN_HIDDEN_COUNT) != 0 || is_file != (doc.kind == FORMAT_ROOT) ||
        (is_file && (doc.parent != 0 || doc.member.len != 0)) ||
        (!is_file && doc.parent >= doc.doc)) {
        return false;
    }
    *out = doc;
    return true;
}

bool frame_take_hit(lj_slice payload, const detect_rules *rules, frame_hit *out)
{
    lj_cur cur = lj_cur_of(payload);
    frame_hit hit = {.doc = lj_cur_u32le(&cur)};
    detect_hit *what = &hit.hit;
    hit.from = (frame_from)take_enum(&cur, FRAME_FROM_COUNT);
    uint32_t family = take_enum(&cur, DETECT_FAMILY_COUNT_ONLY + 1);
    what->pack_idx = lj_cur_u16le(&cur);
    what->rule_idx = lj_cur_u16le(&cur);
    what->level_idx = lj_cur_u16le(&cur);
    what->term_count = lj_cur_u16le(&cur);
    const detect_pack *pack = detect_pack_of(rules, what->pack_idx);
    if (!lj_cur_ok(&cur) || what->term_count > DETECT_TERM_MAX || pack == NULL ||
        family != pack->family || detect_rule_name(rules, what->pack_idx, what->rule_idx) == NULL ||
        (what->level_idx != DETECT_NO_LEVEL &&
         detect_level_of(rules, what->pack_idx, what->level_idx) == NULL)) {
        return false;
    }
    for (uint32_t i = 0; i < what->term_count; i++) {
        what->terms[i] = lj_cur_u16le(&cur);
        int32_t points = (int32_t)lj_cur_u32le(&cur);
        const detect_weight *weight = detect_weight_of(rules, what->pack_idx, what->terms[i]);
        if (weight == NULL || weight->points != points) {
            return false;
        }
    }
    what->score = (int32_t)lj_cur_u32le(&cur);
    what->role = (span_role)take_enum(&cur, SPAN_ROLE_COUNT);
    what->place = take_place(&cur);
    what->hidden_by = lj_cur_u64le(&cur);
    what->src_off = lj_cur_u64le(&cur);
    what->mark = take_utf8(&cur, DETECT_MARK_MAX * 4);
    what->period = take_utf8(&cur, FRAME_PERIOD_MAX);
    hit.part = take_utf8(&cur, FRAME_PART_MAX);
    detect_verdict verdict = DETECT_CLEAN;
    detect_class class_ = DETECT_NONE;
    if (!taken(&cur) || (what->hidden_by >> SPAN_HIDDEN_COUNT) != 0 ||
        count_characters(what->mark) > DETECT_MARK_MAX ||
        !detect_hit_check(rules, what, &verdict, &class_)) {
        return false;
    }
    *out = hit;
    return true;
}

bool frame_take_gap(lj_slice payload, frame_gap *out)
{
    lj_cur cur = lj_cur_of(payload);
    frame_gap gap_ = {.doc = lj_cur_u32le(&cur)};
    gap_.what.cause = (gap_cause)take_enum(&cur, GAP_CAUSE_COUNT);
    gap_.what.next = (gap_next)take_enum(&cur, GAP_NEXT_COUNT);
    gap_.what.limit = (format_limit)take_enum(&cur, FORMAT_LIMIT_COUNT);
    gap_.what.allowed = lj_cur_u64le(&cur);
    gap_.what.reached = lj_cur_u64le(&cur);
    gap_.what.place = take_place(&cur);
    gap_.detail = take_ascii(&cur, FRAME_DETAIL_MAX);
    gap_.part = take_utf8(&cur, FRAME_PART_MAX);
    if (!taken(&cur)) {
        return false;
    }
    *out = gap_;
    return true;
}

bool frame_take_sum(lj_slice payload, frame_sum *out)
{
    lj_cur cur = lj_cur_of(payload);
    frame_sum sum = {.doc = lj_cur_u32le(&cur)};
    sum.size = lj_cur_u64le(&cur);
    sum.examined = lj_cur_u64le(&cur);
    sum.has_sha256 = take_bool(&cur);
    lj_slice hash = lj_cur_bytes(&cur, LJ_SHA256_LEN);
    sum.notes = lj_cur_u32le(&cur);
    sum.hits = lj_cur_u32le(&cur);
    sum.more = lj_cur_u32le(&cur);
    sum.weak = lj_cur_u32le(&cur);
    sum.counted = lj_cur_u32le(&cur);
    sum.verdict = (detect_verdict)take_enum(&cur, DETECT_VERDICT_COUNT);
    sum.class_ = (detect_class)take_enum(&cur, DETECT_CLASS_COUNT);
    sum.score = (int32_t)lj_cur_u32le(&cur);
    if (!taken(&cur) || sum.examined > sum.size || (sum.notes >> FORMAT_NOTE_COUNT) != 0) {
        return false;
    }
    memcpy(sum.sha256, hash.ptr, LJ_SHA256_LEN);
    *out = sum;
    return true;
}

bool frame_take_end(lj_slice payload, frame_end *out)
{
    lj_cur cur = lj_cur_of(payload);
    frame_end end = {.units = lj_cur_u64le(&cur)};
    end.peak_bytes = lj_cur_u64le(&cur);
    uint32_t flags = take_enum(&cur, 8);
    end.changed = (flags & 1) != 0;
    end.skipped = (flags & 2) != 0;
    end.failed = (flags & 4) != 0;
    end.documents = lj_cur_u32le(&cur);
    end.omitted = lj_cur_u32le(&cur);
    end.over = lj_cur_u32le(&cur);
    end.over_gaps = lj_cur_u32le(&cur);
    if (!taken(&cur) || (end.over_gaps >> GAP_CAUSE_COUNT) != 0) {
        return false;
    }
    *out = end;
    return true;
}

bool frame_take_sha(lj_slice payload, uint8_t out[LJ_SHA256_LEN])
{
    if (payload.len != LJ_SHA256_LEN) {
        return false;
    }
    memcpy(out, payload.ptr, LJ_SHA256_LEN);
    return true;
}

bool frame_take_span(lj_slice payload, frame_span *out)
{
    lj_cur cur = lj_cur_of(payload);
    frame_span span_ = {.kind = (uint8_t)take_enum(&cur, 6)};
    span_.depth = take_enum(&cur, FRAME_DEPTH_MAX + 1);
    span_.text = take_utf8(&cur, FRAME_MAX);
    for (size_t i = 0; i < span_.text.len; i++) {
        uint8_t byte = (uint8_t)span_.text.ptr[i];
        if ((byte < 0x20 && byte != '\n') || byte == 0x7F) {
            return false;
        }
    }
    if (!taken(&cur)) {
        return false;
    }
    *out = span_;
    return true;
}
