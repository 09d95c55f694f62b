/* SPDX-License-Identifier: AGPL-3.0-or-later
 * How the district of the demonstration changes: officers come and go with a handover, people leave
 * and join, one unit is merged into another and one is split, records are corrected. */
#include <string.h>

#include "base/num.h"
#include "programs/demo.h"

enum { MERGED_UNIT = 80, SPLIT_UNIT = 81, MERGED_INTO = 21, UNIT_OF_NOBODY = 57 };

/* ---- handovers ---- */
typedef enum handover_end {
    SIGNED,    /* by three */
    WAIVED,    /* the predecessor is gone: two sign */
    LEFT_OPEN, /* nobody sees it through */
    CALLED_OFF
} handover_end;

typedef struct parties {
    uint32_t outgoing, incoming, leader;
} parties;

/* Who watches: the leader in charge, else the unit head. */
static uint32_t watcher(const demo_unit *unit)
{
    return unit->holders[DEMO_LEADER] != DEMO_NOBODY ? unit->holders[DEMO_LEADER]
                                                     : unit->holders[DEMO_HEAD];
}

static void leave(demo *on, const demo_event *event)
{
    demo_apply(on,
               &(demo_change){.type = "person",
                              .id = on->persons[event->a].id,
                              .event = "leave",
                              .reason = "工作调动",
                              .values = {{"left_on", store_int(on->on)}}},
               NULL);
    on->persons[event->a].is_gone = true;
}

static void sign_handover(demo *on, const uint8_t id[16], const char *event, const parties *who)
{
    const uint8_t *outgoing = on->persons[who->outgoing].id;
    const uint8_t *incoming = on->persons[who->incoming].id;
    const uint8_t *leader = on->persons[who->leader].id;
    if (strcmp(event, "complete") == 0) {
        demo_sign(on, &(demo_signing){"handover", event, "outgoing", id, outgoing});
    }
    demo_sign(on, &(demo_signing){"handover", event, "incoming", id, incoming});
    demo_sign(on, &(demo_signing){"handover", event, "leader", id, leader});
}

static void complete_handover(demo *on, const demo_event *event)
{
    demo_unit *unit = &on->units[event->a];
    bool is_waived = (event->b >> 16) == WAIVED;
    const parties who = {unit->holders[DEMO_OFFICER], event->b & 0xFFFF, watcher(unit)};
    const char *move = is_waived ? "complete_without_outgoing" : "complete";
    const demo_change day = {
        .type = "handover", .id = event->id, .values = {{"handover_on", store_int(on->on)}}};
    demo_apply(on, &day, NULL);
    sign_handover(on, event->id, move, &who);
    demo_apply(on,
               &(demo_change){.type = "handover",
                              .id = event->id,
                              .event = move,
                              .reason = is_waived ? "移交人已调离本区，由分管领导监督清点" : NULL},
               NULL);
    unit->holders[DEMO_OFFICER] = who.incoming;
    demo_officer_account(on, event->a);
    if (!is_waived) {
        demo_later(on, on->on + 2, leave, who.outgoing, 0, NULL);
    }
}

static void cancel_handover(demo *on, const demo_event *event)
{
    demo_apply(
        on,
        &(demo_change){
            .type = "handover", .id = event->id, .event = "cancel", .reason = "人员暂不调整"},
        NULL);
}

static void begin_handover(demo *on, const demo_event *event)
{
    const demo_unit *unit = &on->units[event->a];
    const parties who = {unit->holders[DEMO_OFFICER], 0, watcher(unit)};
    if (unit->is_gone || who.outgoing == DEMO_NOBODY || who.leader == DEMO_NOBODY ||
        on->persons[who.outgoing].is_gone) {
        return;
    }
    bool is_waived = event->b == WAIVED;
    if (is_waived) {
        leave(on, &(demo_event){.a = who.outgoing});
    }
    uint32_t incoming = demo_person_new(on, event->a, 0, false);
    uint8_t id[16] = {0};
    const demo_change change = {
        .type = "handover",
        .values = {{"post", DEMO_ID(unit->posts[DEMO_OFFICER])},
                   {"kind", DEMO_TEXT(is_waived ? "departure" : "rotation")},
                   {"outgoing", DEMO_ID(on->persons[who.outgoing].id)},
                   {"outgoing_gone", store_int(is_waived)},
                   {"incoming", DEMO_ID(on->persons[incoming].id)},
                   {"leader", DEMO_ID(on->persons[who.leader].id)},
                   {"carriers", DEMO_TEXT("按收发登记簿清点，份数相符，清单存保密柜")},
                   {"keys_note", DEMO_TEXT("保密柜钥匙2把")}}
    };
    demo_apply(on, &change, id);
    int32_t day = on->on + (int32_t)demo_between(on, 3, 9);
    if (event->b == CALLED_OFF) {
        demo_later(on, day, cancel_handover, 0, 0, id);
    } else if (event->b != LEFT_OPEN) {
        demo_later(on, day, complete_handover, event->a, event->b << 16 | incoming, id);
    }
}

static void plan_handovers(demo *on)
{
    static const uint8_t units[] = {3,  8,  12, 16, 19, 25, 28, 32, 36,
                                    41, 46, 51, 55, 62, 66, 71, 78};
    for (uint32_t i = 0; i < LJ_COUNT_OF(units); i++) {
        int32_t day = on->first_on + 45 + (int32_t)(i * 38 + demo_between(on, 0, 12));
        demo_later(on, day, begin_handover, units[i],
                   i == 6    ? WAIVED
                   : i == 10 ? CALLED_OFF
                             : SIGNED,
                   NULL);
    }
    demo_later(on, on->today - 25, begin_handover, 10, LEFT_OPEN, NULL); /* late by now */
    demo_later(on, on->today - 6, begin_handover, 30, LEFT_OPEN, NULL);
    demo_later(on, on->today - 40, begin_handover, 44, WAIVED, NULL);
}

/* ---- people ---- */
static void join(demo *on, const demo_event *event)
{
    if (!on->units[event->a].is_gone) {
        (void)demo_person_new(on, event->a, 0, false);
    }
}

/* The leader in charge of a unit changes without a handover: the bureau enters the paper. */
static void change_leader(demo *on, const demo_event *event)
{
    demo_unit *unit = &on->units[event->a];
    uint32_t before = unit->holders[DEMO_LEADER];
    if (unit->is_gone || before == DEMO_NOBODY || on->persons[before].is_gone) {
        return;
    }
    leave(on, &(demo_event){.a = before});
    unit->holders[DEMO_LEADER] = demo_person_new(on, event->a, 0, false);
    demo_appoint(on, unit->holders[DEMO_LEADER], unit->posts[DEMO_LEADER], false, false);
}

/* ---- units ---- */
static void correct_unit(demo *on, const demo_event *event)
{
    demo_unit *unit = &on->units[event->a];
    if (unit->is_gone) {
        return;
    }
    demo_change change = {.type = "unit", .id = unit->id};
    if (event->b % 2 == 0) {
        unit->staff += demo_between(on, 1, 6);
        change.values[0] = (demo_value){"staff_count", store_int(unit->staff)};
        change.reason = "年度核对";
    } else {
        change.values[0] = (demo_value){
            "phone", DEMO_TEXT(DEMO_JOIN(on->scratch, "0000-8", demo_dec(on, 100000 + event->a)))};
    }
    demo_apply(on, &change, NULL);
}

static void move_people(demo *on, uint32_t from, uint32_t to)
{
    uint32_t count = on->person_count;
    for (uint32_t i = 0; i < count && on->code == LJ_OK; i++) {
        if (on->persons[i].unit != from || on->persons[i].is_gone) {
            continue;
        }
        demo_apply(on,
                   &(demo_change){.type = "person",
                                  .id = on->persons[i].id,
                                  .event = "transfer",
                                  .reason = "机构调整",
                                  .values = {{"transfer_to", DEMO_ID(on->units[to].id)}}},
                   NULL);
        on->persons[i].unit = to;
    }
}

static void merge(demo *on, const demo_event *event)
{
    (void)event;
    demo_unit *unit = &on->units[MERGED_UNIT];
    demo_apply(on,
               &(demo_change){.type = "unit",
                              .id = unit->id,
                              .event = "merge",
                              .reason = "机构改革，职责划入发展和改革局",
                              .values = {{"successor", DEMO_ID(on->units[MERGED_INTO].id)}}},
               NULL);
    unit->is_gone = true;
    demo_close_account(on, MERGED_UNIT);
    move_people(on, MERGED_UNIT, MERGED_INTO);
}

static uint32_t new_unit(demo *on, const char *name, const char *code)
{
    uint32_t number = on->unit_count++;
    LJ_ASSERT(number < DEMO_UNITS_MAX);
    demo_unit *unit = &on->units[number];
    *unit = (demo_unit){.is_supervised = true, .care = 90, .staff = 26, .name = name};
    for (int i = 0; i < DEMO_ROLE_COUNT; i++) {
        unit->holders[i] = DEMO_NOBODY;
    }
    const demo_change change = {
        .type = "unit",
        .values = {{"name", DEMO_TEXT(name)},
                   {"code", DEMO_TEXT(code)},
                   {"kind", DEMO_TEXT("organ")},
                   {"split_from", DEMO_ID(on->units[SPLIT_UNIT].id)},
                   {"staff_count", store_int(unit->staff)}}
    };
    demo_apply(on, &change, unit->id);
    demo_apply(on,
               &(demo_change){.type = "unit",
                              .id = unit->id,
                              .event = "supervise",
                              .values = {{"supervised_from", store_int(on->on)}}},
               NULL);
    const demo_change department = {
        .type = "department",
        .values = {{"unit", DEMO_ID(unit->id)},
                   {"name", DEMO_TEXT("办公室")},
                   {"kind", DEMO_TEXT("internal")}}
    };
    demo_apply(on, &department, unit->departments[0].id);
    unit->department_count = 1;
    demo_find_posts(on, unit);
    for (int role = 0; role < DEMO_ROLE_COUNT; role++) {
        unit->holders[role] = demo_person_new(on, number, 0, false);
        demo_appoint(on, unit->holders[role], unit->posts[role], false, false);
    }
    demo_officer_account(on, number);
    return number;
}

static void split(demo *on, const demo_event *event)
{
    (void)event;
    demo_unit *unit = &on->units[SPLIT_UNIT];
    uint32_t first = new_unit(on, "云汀示范区文化和旅游局", "99010000MB1090DEM");
    (void)new_unit(on, "云汀示范区体育局", "99010000MB1091DEM");
    demo_apply(on,
               &(demo_change){.type = "unit",
                              .id = unit->id,
                              .event = "split",
                              .reason = "机构改革，分设为文化和旅游局、体育局"},
               NULL);
    unit->is_gone = true;
    demo_close_account(on, SPLIT_UNIT);
    move_people(on, SPLIT_UNIT, first);
}

void demo_plan_changes(demo *on)
{
    plan_handovers(on);
    demo_later(on, on->first_on + 290, merge, 0, 0, NULL);
    demo_later(on, on->first_on + 470, split, 0, 0, NULL);
    for (int32_t day = on->first_on + 20; day < on->today; day += 11) {
        uint32_t unit = demo_between(on, 1, 79);
        if (unit != UNIT_OF_NOBODY) {
            demo_later(on, day, join, unit, 0, NULL);
        }
    }
    static const uint8_t leaders[] = {5, 14, 22, 29, 38, 47, 59, 64, 70, 76};
    for (uint32_t i = 0; i < LJ_COUNT_OF(leaders); i++) {
        demo_later(on, on->first_on + 60 + (int32_t)(i * 66), change_leader, leaders[i], 0, NULL);
    }
    for (uint32_t i = 0; i < 60; i++) { /* every third is the unit of the logins */
        uint32_t unit = i % 12 == 0 ? DEMO_UNIT_OF_LOGINS : demo_between(on, 1, 79);
        demo_later(on, on->first_on + 15 + (int32_t)i * 12, correct_unit, unit, i / 12 + i % 12,
                   NULL);
    }
}
