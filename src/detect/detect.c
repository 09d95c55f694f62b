/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The way in: a document is begun, its spans are taken one by one, it is judged. Two arenas:
 * `store` holds the state and the candidates, `arena` the folding of one line; both lie within the
 * ceiling that the caller gave. */
#include "detect/detect.h"

#include "base/num.h"
#include "detect/doc.h"

enum {
    DETECT_LINE_ROOM = 192 * 1024, /* folding three readings of the longest line */
    DETECT_LEAST = 320 * 1024,     /* less than this is no document's state */
};

detect_doc *detect_begin(const detect_rules *rules, const detect_about *about, size_t memory,
                         detect_hit_fn *provisional, void *ctx)
{
    if (!rules->sealed || memory < DETECT_LEAST) {
        return NULL;
    }
    lj_arena *store = lj_arena_new(memory - DETECT_LINE_ROOM);
    lj_arena *arena = lj_arena_new(DETECT_LINE_ROOM);
    detect_doc *doc = store != NULL && arena != NULL ? lj_arena_alloc(store, sizeof(*doc)) : NULL;
    if (doc != NULL) {
        doc->ring = lj_arena_array(store, DOC_RING, sizeof(*doc->ring));
        doc->open = lj_arena_alloc(store, sizeof(*doc->open));
        doc->head = lj_arena_alloc(store, sizeof(*doc->head));
        doc->pending = lj_arena_array(store, DOC_PENDING, sizeof(*doc->pending));
    }
    if (doc == NULL || doc->ring == NULL || doc->open == NULL || doc->head == NULL ||
        doc->pending == NULL) {
        lj_arena_free(store);
        lj_arena_free(arena);
        return NULL;
    }
    doc->rules = rules;
    doc->about = *about;
    doc->store = store;
    doc->arena = arena;
    doc->scratch = lj_arena_mark_of(arena);
    doc->provisional = provisional;
    doc->ctx = ctx;
    doc->seq = DOC_FOLLOW + 1;
    doc->head->facts.date_on = INT32_MIN;
    doc->name_facts.date_on = INT32_MIN;
    /* Half of what is left: the array doubles, and the old one stays in the arena. The rest is for
     * the result. */
    size_t room = lj_arena_left(store) - DETECT_HIT_MAX * sizeof(detect_hit);
    size_t each = sizeof(candidate) * 2 + (about->explain ? sizeof(detect_hit) : 0);
    doc->kept_max = (uint32_t)lj_min_size(room / each, DOC_KEPT_MAX);
    return doc;
}

void detect_span(detect_doc *doc, const span *what)
{
    if (what->text.len == 0) {
        return;
    }
    switch (what->role) {
    case SPAN_FILE_NAME:
    case SPAN_MEMBER_NAME:
    case SPAN_SHEET_NAME:
        doc_take_name(doc, what);
        return;
    default:
        doc_take_span(doc, what);
        return;
    }
}

const detect_result *detect_end(detect_doc *doc)
{
    if (!doc->ended) {
        doc->ended = true;
        doc_finish(doc);
        judge_all(doc);
    }
    return &doc->result;
}

const detect_hit *detect_candidates(const detect_doc *doc, uint32_t *out_count)
{
    *out_count = doc->all_count;
    return doc->all;
}

void detect_free(detect_doc *doc)
{
    if (doc == NULL) {
        return;
    }
    lj_arena_free(doc->arena);
    lj_arena_free(doc->store); /* holds the document itself */
}
