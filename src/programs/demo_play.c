/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The queue of the demonstration: a binary heap by instant and order. Steps of one slot (half an
 * hour) share a transaction, since a commit waits for the disk. */
#include <string.h>

#include "programs/demo.h"

enum { MINUTE_MS = 60 * 1000, SLOT_MINUTES = 30, SLOTS = 16, OPENS_MINUTES = 9 * 60 };

bool demo_chance(demo *on, uint32_t of_hundred)
{
    return demo_random_below(&on->random, 100) < of_hundred;
}

uint32_t demo_between(demo *on, uint32_t least, uint32_t most)
{
    return least + demo_random_below(&on->random, most - least + 1);
}

int32_t demo_workday(const demo *on, int32_t day)
{
    return calendar_next_workday(ledger_calendar_of(on->dir->book), day);
}

static bool is_before(const demo_event *a, const demo_event *b)
{
    return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static void put(demo *on, const demo_event *event)
{
    if (on->event_count == on->event_cap) {
        uint32_t cap = on->event_cap == 0 ? 4096 : on->event_cap * 2;
        void *grown = lj_arena_grow(on->arena, on->events, on->event_cap * sizeof *on->events,
                                    cap * sizeof *on->events);
        if (grown == NULL) {
            demo_fail(on, lj_fail(&on->err, LJ_E_NOMEM, UINT64_MAX, "no memory"), "queue");
            return;
        }
        on->events = grown;
        on->event_cap = cap;
    }
    uint32_t at = on->event_count++;
    while (at > 0 && is_before(event, &on->events[(at - 1) / 2])) {
        on->events[at] = on->events[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    on->events[at] = *event;
}

static demo_event take(demo *on)
{
    demo_event first = on->events[0];
    demo_event last = on->events[--on->event_count];
    uint32_t at = 0;
    for (;;) {
        uint32_t next = 2 * at + 1;
        if (next + 1 < on->event_count && is_before(&on->events[next + 1], &on->events[next])) {
            next++;
        }
        if (next >= on->event_count || !is_before(&on->events[next], &last)) {
            break;
        }
        on->events[at] = on->events[next];
        at = next;
    }
    on->events[at] = last;
    return first;
}

void demo_later(demo *on, int32_t day, demo_step step, uint32_t a, uint32_t b, const uint8_t *id)
{
    day = demo_workday(on, day);
    int64_t slot = demo_random_below(&on->random, SLOTS);
    if (on->code != LJ_OK || day >= on->today) {
        return;
    }
    demo_event event = {.at = calendar_begin_at(day) +
                              (OPENS_MINUTES + slot * SLOT_MINUTES) * MINUTE_MS,
                        .order = on->event_order++,
                        .step = step,
                        .a = a,
                        .b = b};
    if (id != NULL) {
        memcpy(event.id, id, 16);
    }
    /* What follows on the same day never comes before what it follows. */
    event.at = event.at > on->actor.now.at ? event.at : on->actor.now.at;
    put(on, &event);
}

void demo_play(demo *on)
{
    while (on->code == LJ_OK && on->event_count > 0) {
        int64_t at = on->events[0].at;
        demo_begin(on, at);
        while (on->code == LJ_OK && on->event_count > 0 && on->events[0].at == at) {
            const demo_event event = take(on);
            demo_as_bureau(on);
            event.step(on, &event);
        }
        demo_end(on);
    }
}
