/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The way to a file is evidence too: every path component below the root's own name goes through
 * the same grammar as text, each by itself, so that a finding says which folder carries it. Names
 * come raw; what is not UTF-8 is decoded for judging only. Most names hold no seed letter at all
 * and cost one search. */
#include "base/json.h"
#include "base/num.h"
#include "scan/worker_priv.h"
#include "text/charset.h"
#include "text/seeds.h"

enum {
    NAME_MEMORY = 1024 * 1024,
    NAME_HITS = 4,    /* per component */
    FOLDER_HITS = 16, /* of all folders above a file */
};

/* The component as UTF-8; borrowed from self->name_text or from raw. */
static lj_str name_decode(worker *self, lj_slice raw)
{
    if (lj_utf8_is_valid(raw)) {
        return (lj_str){(const char *)raw.ptr, raw.len};
    }
    size_t bom = 0;
    lj_buf_clear(&self->name_text);
    text_charset charset = text_charset_guess(raw, TEXT_GB18030, &bom);
    (void)text_to_utf8(charset, lj_slice_part(raw, bom, SIZE_MAX), false, &self->name_text, NULL);
    return lj_buf_ok(&self->name_text) ? lj_buf_str(&self->name_text) : (lj_str){"", 0};
}

/* Appends the hits of one component as frames of job 0; how many. */
static uint32_t component_judge(worker *self, lj_slice raw, frame_from from, uint32_t max,
                                lj_buf *out)
{
    lj_str name = name_decode(self, raw);
    const text_seeds *seeds = detect_rules_seeds(self->rules);
    if (name.len == 0 ||
        (seeds != NULL && text_seeds_find(seeds, TEXT_UTF8, lj_str_bytes(name), 0) >= name.len)) {
        return 0;
    }
    detect_about about = {.today_on = self->hello.today_on, .changed_on = INT32_MIN};
    detect_doc *doc = detect_begin(self->rules, &about, NAME_MEMORY, NULL, NULL);
    if (doc == NULL) {
        return 0;
    }
    span what = span_of(SPAN_FILE_NAME, name);
    what.origin = SPAN_NAME;
    detect_span(doc, &what);
    const detect_result *found = detect_end(doc);
    uint32_t count = (uint32_t)lj_min_size(lj_min_size(found->hit_count, NAME_HITS), max);
    char room[FRAME_PART_MAX];
    for (uint32_t i = 0; i < count; i++) {
        frame_hit hit = {.from = from, .hit = found->hits[i], .part = worker_part_text(raw, room)};
        hit.hit.place = (span_place){0};
        hit.hit.src_off = UINT64_MAX;
        frame_put_hit(out, 0, &hit, self->rules);
    }
    detect_free(doc);
    return count;
}

/* Sends frames of job 0 as frames of this one. */
static void hits_send(worker *self, lj_slice hits)
{
    size_t at = 0;
    while (at < hits.len) {
        size_t from = at;
        frame next;
        LJ_ASSERT(frame_next(hits, &at, &next));
        size_t start = self->out.len;
        lj_buf_put(&self->out, lj_slice_part(hits, from, at - from));
        for (uint32_t i = 0; i < 8 && lj_buf_ok(&self->out); i++) {
            self->out.ptr[start + FRAME_JOB_AT + i] = (uint8_t)(self->job >> (8 * i));
        }
        worker_sent(self, start);
    }
}

static void folder_judge(worker *self, lj_slice folder, uint32_t name_from)
{
    worker_folder *known = &self->folder;
    if (known->known && known->name_from == name_from &&
        lj_slice_is(lj_buf_slice(&known->path), folder)) {
        return;
    }
    lj_buf_clear(&known->path);
    lj_buf_clear(&known->hits);
    lj_buf_put(&known->path, folder);
    known->name_from = name_from;
    known->known = lj_buf_ok(&known->path);
    uint32_t left = FOLDER_HITS;
    size_t from = name_from;
    for (size_t i = name_from; i < folder.len; i++) {
        if (folder.ptr[i] == '/') {
            left -= component_judge(self, lj_slice_part(folder, from, i - from), FRAME_FROM_FOLDER,
                                    left, &known->hits);
            from = i + 1;
        }
    }
}

void worker_judge_names(worker *self, const frame_job *job)
{
    size_t slash = job->path.len;
    while (slash > job->name_from && job->path.ptr[slash - 1] != '/') {
        slash--;
    }
    folder_judge(self, lj_slice_part(job->path, 0, slash), job->name_from);
    size_t start = self->folder.hits.len;
    (void)component_judge(self, lj_slice_part(job->path, slash, SIZE_MAX), FRAME_FROM_NAME,
                          NAME_HITS, &self->folder.hits);
    lj_slice all = lj_buf_slice(&self->folder.hits);
    hits_send(self, lj_slice_part(all, start, SIZE_MAX)); /* the file's own name first */
    hits_send(self, lj_slice_part(all, 0, start));
    if (all.len > start || !lj_buf_ok(&self->folder.hits)) {
        self->folder.known = self->folder.known && lj_buf_ok(&self->folder.hits);
        self->folder.hits.len = start;
    }
}
