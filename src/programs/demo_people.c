/* SPDX-License-Identifier: AGPL-3.0-or-later
 * People of the demonstration, and the bureau. Names are common characters put together by chance:
 * whoever bears one of them is not meant. */
#include <string.h>

#include "base/num.h"
#include "programs/demo.h"

static const char *const surnames[] = {"王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴",
                                       "徐", "孙", "马", "朱", "胡", "郭", "何", "高", "林", "罗",
                                       "郑", "梁", "谢", "宋", "唐", "许", "韩", "冯", "邓", "曹",
                                       "彭", "曾", "肖", "田", "董", "袁", "潘", "于", "蒋", "蔡",
                                       "余", "杜", "叶", "程", "苏", "魏", "吕", "丁", "任", "沈"};
static const char *const firsts[] = {"志", "海", "秀", "晓", "玉", "俊", "雅", "佳", "思", "家",
                                     "振", "庆", "婉", "书", "启", "若", "景", "嘉", "梓", "文"};
static const char *const seconds[] = {"宁", "芳", "敏", "静", "峰", "磊", "洋", "艳", "霞", "兰",
                                      "玲", "燕", "斌", "梅", "莉", "颖", "欣", "琳", "晨", "彬",
                                      "蕾", "倩", "楠", "璐", "昊", "凯", "妍", "岚", "轩", "然"};
static const char *const kinds[] = {"staff", "staff", "staff", "staff", "contract", "seconded"};

static const char *name_of(demo *on)
{
    const char *first = surnames[demo_random_below(&on->random, LJ_COUNT_OF(surnames))];
    const char *second = firsts[demo_random_below(&on->random, LJ_COUNT_OF(firsts))];
    const char *third = seconds[demo_random_below(&on->random, LJ_COUNT_OF(seconds))];
    return DEMO_JOIN(on->scratch, first, demo_chance(on, 80) ? second : "", third);
}

static uint32_t enter_person(demo *on, const demo_change *change, uint32_t unit)
{
    uint32_t number = on->person_count++;
    LJ_ASSERT(number < DEMO_PERSONS_MAX);
    on->persons[number].unit = unit;
    demo_apply(on, change, on->persons[number].id);
    return number;
}

uint32_t demo_person_new(demo *on, uint32_t unit, uint32_t department, bool is_opening)
{
    const demo_unit *at = &on->units[unit];
    int32_t joined = on->on - (is_opening ? (int32_t)demo_between(on, 200, 6000) : 0);
    const demo_change change = {
        .type = "person",
        .opening = is_opening ? "active" : NULL,
        .values = {{"name", DEMO_TEXT(name_of(on))},
                   {"unit", DEMO_ID(at->id)},
                   {"department", department < at->department_count
                                      ? DEMO_ID(at->departments[department].id)
                                      : store_null()},
                   {"kind", DEMO_TEXT(kinds[demo_random_below(&on->random, LJ_COUNT_OF(kinds))])},
                   {"joined_on", store_int(joined)}}
    };
    return enter_person(on, &change, unit);
}

void demo_appoint(demo *on, uint32_t person, const uint8_t post[16], bool is_opening,
                  bool is_stand_in)
{
    int32_t since = on->on - (is_opening ? (int32_t)demo_between(on, 30, 190) : 0);
    const demo_change change = {
        .type = "assignment",
        .opening = is_opening ? "current" : NULL,
        .values = {{"person", DEMO_ID(on->persons[person].id)},
                   {"post", DEMO_ID(post)},
                   {"since", store_int(since)},
                   {"share", store_int(10 * demo_between(on, 1, 5))},
                   {"stand_in", store_int(is_stand_in)},
                   {"basis", DEMO_TEXT("单位分工通知")}}
    };
    demo_apply(on, &change, NULL);
}

/* ---- the bureau ---- */
static uint32_t enter_bureau_person(demo *on)
{
    const demo_change change = {
        .type = "person",
        .opening = "active",
        .values = {{"name", DEMO_TEXT(name_of(on))},
                   {"unit", DEMO_ID(on->bureau)},
                   {"kind", DEMO_TEXT("staff")},
                   {"joined_on", store_int(on->on - 1500)}}
    };
    return enter_person(on, &change, DEMO_NOBODY);
}

static void make_post(demo *on, const char *role, const char *title, uint8_t out_id[16])
{
    const demo_change change = {
        .type = "post",
        .values = {
                   {"unit", DEMO_ID(on->bureau)}, {"role", DEMO_TEXT(role)}, {"title", DEMO_TEXT(title)}}
    };
    demo_apply(on, &change, out_id);
}

/* Two of the three inspectors are new this year; before, there was one. */
static void new_inspector(demo *on, const demo_event *event)
{
    on->inspectors[event->a] = enter_bureau_person(on);
    demo_appoint(on, on->inspectors[event->a], on->inspector_post, false, false);
}

static void join_squad(demo *on, const demo_event *event)
{
    uint32_t officer = on->units[event->a].holders[DEMO_OFFICER];
    if (officer != DEMO_NOBODY && !on->persons[officer].is_gone) {
        demo_appoint(on, officer, on->squad_post, false, false);
    }
}

void demo_open_bureau(demo *on)
{
    make_post(on, "inspector", "保密检查员", on->inspector_post);
    make_post(on, "squad_member", "保密检查分队成员", on->squad_post);
    on->leader = enter_bureau_person(on);
    demo_appoint(on, on->leader, on->leader_post, true, false);
    on->inspectors[0] = enter_bureau_person(on);
    demo_appoint(on, on->inspectors[0], on->inspector_post, true, false);
    for (uint32_t i = 1; i < DEMO_INSPECTORS; i++) {
        calendar_date today = calendar_date_of(on->today);
        int32_t day = calendar_on_of((calendar_date){today.year, 1, 8}) + 20 * (int32_t)i;
        day = day < on->today - 10 ? day : on->today - 12 + (int32_t)i;
        demo_later(on, day, new_inspector, i, 0, NULL);
    }
    for (uint32_t i = 0; i < 34; i++) {
        demo_later(on, on->today - 190 + (int32_t)(i / 6), join_squad, 2 * i + 1, 0, NULL);
    }
}
