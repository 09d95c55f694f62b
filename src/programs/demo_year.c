/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What a year of the demonstration brings: notices and their receipts, meetings and what they
 * decide, directives from above and the replies of units. */
#include <string.h>

#include "base/num.h"
#include "programs/demo.h"

/* What the unit of the logins still has to do on the last day is left to the one who tries it. */
static bool is_left_to_do(const demo *on, uint32_t unit, int32_t due_on)
{
    return unit == DEMO_UNIT_OF_LOGINS && due_on >= on->today - 12;
}

static const char *year_text(demo *on)
{
    return demo_dec(on, (uint32_t)calendar_date_of(on->on).year);
}

/* The unit enters it itself, or the bureau from its paper: then the post it stands for, else NULL.
 */
static const uint8_t *enter_as(demo *on, uint32_t unit)
{
    demo_as_unit(on, unit);
    return on->units[unit].has_account ? NULL : on->units[unit].posts[DEMO_OFFICER];
}

/* ---- notices ---- */
typedef struct notice_row {
    const char *kind, *title, *body;
    bool to_all;
} notice_row;
static const notice_row notices[] = {
    {"notice",   "年度保密自查自评工作安排",
     "请各单位制定本单位自查自评工作计划，每季度对科室、个人分别自查，年底前报送自评结果。",                 true },
    {"study",    "保密法律法规学习材料",       "请组织本单位工作人员学习，并在学习台账中登记。",                      true },
    {"training", "保密业务骨干实训班",          "请选派一名同志参加，名单于报名截止日前报送。",                         false},
    {"notice",   "涉密人员信息更新",             "请核对本单位涉密人员在岗、离岗情况，及时办理手续。",                true },
    {"reminder", "节假日期间保密工作提醒",
     "节日期间请落实值班制度，不得通过互联网即时通信工具传递内部文件。",                                               true },
    {"circular", "近期典型案例通报",             "请结合案例开展警示教育，对照检查本单位薄弱环节。",                   true },
    {"notice",   "非涉密计算机清理",             "请对本单位非涉密计算机逐台清理，建立清单。",                            true },
    {"notice",   "保密台账年度清点",             "请对各类保密台账逐册清点，账物相符，清点结果由分管领导签字。",
     true                                                                                                                                                   },
    {"training", "分管领导轮训",                   "请分管保密工作的领导按批次参加，不能参加的书面说明。",             false},
};

static void read_notice(demo *on, const demo_event *event)
{
    enum { WAITING = 1 };
    if (demo_state(on, "notice_receipt", event->id) == WAITING) {
        demo_apply(on,
                   &(demo_change){.type = "notice_receipt",
                                  .id = event->id,
                                  .event = "read",
                                  .for_post = enter_as(on, event->a)},
                   NULL);
    }
}

static uint32_t unit_of(const demo *on, const store_value *id)
{
    for (uint32_t i = 0; i < on->unit_count; i++) {
        if (id->kind == STORE_BYTES && memcmp(on->units[i].id, id->bytes.ptr, 16) == 0) {
            return i;
        }
    }
    return DEMO_NOBODY;
}

static void plan_reading(demo *on, const ledger_record *receipt, int32_t due_on)
{
    uint32_t unit = unit_of(on, &receipt->unit);
    if (unit == DEMO_NOBODY || is_left_to_do(on, unit, due_on)) {
        return;
    }
    uint32_t luck = demo_between(on, 1, 100);
    int32_t day = on->on + (int32_t)demo_between(on, 1, 11);
    if (luck > on->units[unit].care) { /* late, or never */
        day = luck % 2 == 0 ? due_on + (int32_t)demo_between(on, 1, 30) : on->today;
    }
    demo_later(on, day, read_notice, unit, 0, receipt->id);
}

static void plan_readings(demo *on, const uint8_t notice[16], int32_t due_on)
{
    if (on->code != LJ_OK) {
        return;
    }
    const ledger_type *type = ledger_type_lookup("notice_receipt", strlen("notice_receipt"));
    ledger_query query = {.type = type, .state = -1, .most = 200};
    query.filters[0] = DEMO_ID(notice); /* parent */
    ledger_page page = {0};
    demo_fail(on,
              ledger_list_page(on->dir->book, ledger_conn_of(on->txn), &on->actor, &query,
                               on->scratch, &page, &on->err),
              "receipts");
    for (uint32_t i = 0; i < page.count && on->code == LJ_OK; i++) {
        plan_reading(on, page.records[i], due_on);
    }
}

static void close_notice(demo *on, const demo_event *event)
{
    demo_apply(on, &(demo_change){.type = "notice", .id = event->id, .event = "close"}, NULL);
}

enum { READ_DAYS = 14, WITHDRAWN_NOTICE = 5 };

static void withdraw_notice(demo *on, const demo_event *event)
{
    demo_apply(
        on,
        &(demo_change){
            .type = "notice", .id = event->id, .event = "withdraw", .reason = "附件有误，另行印发"},
        NULL);
}

static void issue_notice(demo *on, const demo_event *event)
{
    demo_apply(on, &(demo_change){.type = "notice", .id = event->id, .event = "issue"}, NULL);
    int32_t due_on = (int32_t)event->b;
    if (event->a == WITHDRAWN_NOTICE) {
        demo_later(on, on->on + 1, withdraw_notice, 0, 0, event->id);
        return;
    }
    plan_readings(on, event->id, due_on);
    demo_later(on, due_on + 45, close_notice, 0, 0, event->id);
}

static void list_units(demo *on, const uint8_t notice[16], uint32_t first)
{
    for (uint32_t i = first; i < 60; i += 5) {
        if (i == 57 || on->units[i].is_gone) {
            continue;
        }
        const demo_change change = {
            .type = "notice_receipt",
            .values = {{"parent", DEMO_ID(notice)}, {"unit", DEMO_ID(on->units[i].id)}}
        };
        demo_apply(on, &change, NULL);
    }
}

static void draft_notice(demo *on, const demo_event *event)
{
    const notice_row *row = &notices[event->a % LJ_COUNT_OF(notices)];
    int32_t issue_on = demo_workday(on, on->on + 2);
    int32_t due_on = demo_workday(on, issue_on + READ_DAYS);
    uint8_t id[16] = {0};
    const char *title = DEMO_JOIN(on->scratch, "关于", year_text(on), "年", row->title, "的通知");
    const demo_change change = {
        .type = "notice",
        .values = {{"title", DEMO_TEXT(title)},
                   {"kind", DEMO_TEXT(row->kind)},
                   {"body", DEMO_TEXT(row->body)},
                   {"to_all", store_int(row->to_all)},
                   {"read_by", store_int(due_on)}}
    };
    demo_apply(on, &change, id);
    if (!row->to_all) {
        list_units(on, id, event->a % 5);
    }
    demo_later(on, issue_on, issue_notice, event->a, (uint32_t)due_on, id);
}

void demo_plan_notices(demo *on)
{
    uint32_t number = 0;
    for (int32_t day = on->first_on + 12; day < on->today - 30; day += 43) {
        demo_later(on, day, draft_notice, number++, 0, NULL);
    }
    demo_later(on, on->today - 27, draft_notice, 6, 0, NULL); /* overdue at some units */
    demo_later(on, on->today - 13, draft_notice, 4, 0, NULL); /* still to be read */
    demo_later(on, on->today - 1, draft_notice, 7, 0, NULL);  /* a draft */
}

/* ---- meetings and their tasks ---- */
typedef enum task_end { TASK_CONFIRMED, TASK_DONE, TASK_RETURNED, TASK_DROPPED } task_end;

static void finish_task(demo *on, const demo_event *event);

static void end_task(demo *on, const demo_event *event)
{
    demo_change change = {.type = "meeting_task", .id = event->id, .event = "confirm"};
    if (event->b == TASK_RETURNED) {
        change.event = "return";
        change.reason = "佐证材料不全，请补充";
    }
    demo_apply(on, &change, NULL);
    if (event->b == TASK_RETURNED) {
        demo_later(on, on->on + 6, finish_task, event->a, TASK_CONFIRMED, event->id);
    }
}

static void finish_task(demo *on, const demo_event *event)
{
    if (event->b == TASK_DROPPED) {
        demo_apply(on,
                   &(demo_change){.type = "meeting_task",
                                  .id = event->id,
                                  .event = "drop",
                                  .reason = "职责已调整，由其他单位办理"},
                   NULL);
        return;
    }
    demo_apply(on,
               &(demo_change){.type = "meeting_task",
                              .id = event->id,
                              .event = "finish",
                              .for_post = enter_as(on, event->a),
                              .values = {{"proof", DEMO_TEXT("已落实，材料存本单位办公室")}}},
               NULL);
    if (event->b != TASK_DONE) {
        demo_later(on, on->on + 4, end_task, event->a, event->b, event->id);
    }
}

static void set_task(demo *on, const uint8_t meeting[16], uint32_t unit, const char *content)
{
    uint8_t id[16] = {0};
    int32_t due_on = demo_workday(on, on->on + (int32_t)demo_between(on, 20, 50));
    if (unit == DEMO_UNIT_OF_LOGINS && due_on > on->today - 40) {
        due_on = demo_workday(on, on->today + 6);
    }
    const demo_change change = {
        .type = "meeting_task",
        .values = {{"parent", DEMO_ID(meeting)},
                   {"unit", DEMO_ID(on->units[unit].id)},
                   {"content", DEMO_TEXT(content)},
                   {"due_on", store_int(due_on)}}
    };
    demo_apply(on, &change, id);
    uint32_t luck = demo_between(on, 1, 100);
    task_end end = luck <= 8    ? TASK_DONE
                   : luck <= 12 ? TASK_RETURNED
                   : luck <= 15 ? TASK_DROPPED
                                : TASK_CONFIRMED;
    if (is_left_to_do(on, unit, due_on)) {
        return;
    }
    /* Some do it late; of these the newest are late still. */
    int32_t day = luck <= 93 ? on->on + (int32_t)demo_between(on, 6, (uint32_t)(due_on - on->on))
                             : due_on + (int32_t)demo_between(on, 5, 60);
    demo_later(on, day, finish_task, unit, end, id);
}

static void hold_district(demo *on, const demo_event *event)
{
    static const char *const contents[] = {"完善保密工作责任制并报送清单", "开展一次定密工作自查",
                                           "组织一次保密警示教育", "核对保密要害部门部位清单",
                                           "更新工作秘密事项清单"};
    demo_apply(on,
               &(demo_change){
                   .type = "meeting",
                   .id = event->id,
                   .event = "hold",
                   .values = {{"attendance", store_int(demo_between(on, 30, 60))},
                              {"decision", DEMO_TEXT("会议审议了工作安排，明确了任务"
                                                     "分工和完成时限。")}}
    },
               NULL);
    set_task(on, event->id, DEMO_UNIT_OF_LOGINS, contents[event->a % LJ_COUNT_OF(contents)]);
    for (uint32_t i = 0; i < 5; i++) {
        uint32_t unit = demo_between(on, 1, 79);
        if (unit != 57 && !on->units[unit].is_gone) {
            set_task(on, event->id, unit, contents[i]);
        }
    }
}

static void cancel_meeting(demo *on, const demo_event *event)
{
    demo_apply(
        on,
        &(demo_change){
            .type = "meeting", .id = event->id, .event = "cancel", .reason = "与全区会议合并召开"},
        NULL);
}

static void plan_district_meeting(demo *on, const demo_event *event)
{
    static const char *const ordinals[] = {"第一次", "第二次", "第三次", "第四次"};
    uint8_t id[16] = {0};
    int32_t held_on = demo_workday(on, on->on + 9);
    const char *title = DEMO_JOIN(on->scratch, "区委保密委员会", year_text(on), "年",
                                  ordinals[event->a % 4], "会议");
    const demo_change change = {
        .type = "meeting",
        .values = {{"unit", DEMO_ID(on->bureau)},
                   {"kind", DEMO_TEXT("committee")},
                   {"title", DEMO_TEXT(title)},
                   {"held_on", store_int(held_on)},
                   {"place", DEMO_TEXT("区机关第一会议室")},
                   {"agenda", DEMO_TEXT("传达上级会议精神；研究近期工作")}}
    };
    demo_apply(on, &change, id);
    demo_later(on, held_on, hold_district, event->a, 0, id);
}

static void hold_meeting(demo *on, const demo_event *event)
{
    demo_as_unit(on, event->a);
    demo_apply(on,
               &(demo_change){
                   .type = "meeting",
                   .id = event->id,
                   .event = "hold",
                   .values = {{"attendance", store_int(demo_between(on, 6, 40))},
                              {"decision", DEMO_TEXT("按分工落实。")}}
    },
               NULL);
    if (demo_chance(on, 25)) {
        set_task(on, event->id, event->a, "对照检查清单完成本单位自查");
    }
}

static void plan_unit_meeting(demo *on, const demo_event *event)
{
    const demo_unit *unit = &on->units[event->a];
    if (unit->is_gone) {
        return;
    }
    demo_as_unit(on, event->a);
    uint8_t id[16] = {0};
    bool is_study = event->b % 2 == 0;
    int32_t held_on = demo_workday(on, on->on + (int32_t)demo_between(on, 3, 10));
    const demo_change change = {
        .type = "meeting",
        .values = {{"unit", DEMO_ID(unit->id)},
                   {"kind", DEMO_TEXT(is_study ? "study" : "committee")},
                   {"title", DEMO_TEXT(is_study ? "保密专题学习" : "保密工作领导小组会议")},
                   {"held_on", store_int(held_on)},
                   {"place", DEMO_TEXT("本单位会议室")}}
    };
    demo_apply(on, &change, id);
    demo_later(on, demo_chance(on, 95) ? held_on : held_on + 1,
               demo_chance(on, 95) ? hold_meeting : cancel_meeting, event->a, 0, id);
}

void demo_plan_meetings(demo *on)
{
    uint32_t number = 0;
    for (int32_t day = on->first_on + 30; day < on->today; day += 92) {
        demo_later(on, day, plan_district_meeting, number++, 0, NULL);
    }
    demo_later(on, on->today - 4, plan_district_meeting, number, 0, NULL); /* yet to be held */
    for (uint32_t unit = 0; unit < 82; unit++) {
        int32_t day = on->first_on + (int32_t)demo_between(on, 10, 200);
        for (uint32_t i = 0; day < on->today; i++) {
            if (unit != 57) {
                demo_later(on, day, plan_unit_meeting, unit, i, NULL);
            }
            day += (int32_t)demo_between(on, 150, 240);
        }
    }
}

/* ---- directives ---- */
typedef struct directive_row {
    const char *superior, *title, *content, *question;
} directive_row;
static const directive_row directives[] = {
    {"city_bureau",        "报送季度保密检查情况",          "请报送本季度检查单位数、计算机台数和整改情况。",
     "请报送本季度自查次数、发现问题数和整改数。"},
    {"district_committee", "报送保密工作责任制落实情况", "请汇总各单位落实情况。",
     "请报送责任制文件名称和印发日期。"               },
    {"city_bureau",        "开展涉密会议活动管理自查",    "请组织自查并报送汇总表。",
     "请报送本年度涉密会议次数和审批情况。"         },
    {"province_bureau",    "调研基层保密干部队伍",          "请填报专兼职人数和任职年限。",
     "请报送保密干部人数、任职时间和兼任工作。"   },
    {"district_office",    "配合开展档案安全检查",          "请提供保密方面的检查意见。",
     "请报送档案库房保密措施。"                           },
};

static void answer_reply(demo *on, const demo_event *event);

static void judge_reply(demo *on, const demo_event *event)
{
    bool is_returned = event->b == 1;
    demo_apply(on,
               &(demo_change){.type = "directive_reply",
                              .id = event->id,
                              .event = is_returned ? "return" : "accept",
                              .reason = is_returned ? "数字与台账不一致，请核对后重报" : NULL},
               NULL);
    if (is_returned) {
        demo_later(on, on->on + 3, answer_reply, event->a, 0, event->id);
    }
}

static void answer_reply(demo *on, const demo_event *event)
{
    const char *reply =
        DEMO_JOIN(on->scratch, "经核对台账，共", demo_dec(on, demo_between(on, 1, 9)),
                  "项，均已办理，详见本单位台账。");
    demo_apply(on,
               &(demo_change){.type = "directive_reply",
                              .id = event->id,
                              .event = "answer",
                              .for_post = enter_as(on, event->a),
                              .values = {{"reply", DEMO_TEXT(reply)}}},
               NULL);
    demo_later(on, on->on + 2, judge_reply, event->a, event->b, event->id);
}

static void close_directive(demo *on, const demo_event *event)
{
    demo_apply(on, &(demo_change){.type = "directive", .id = event->id, .event = "close"}, NULL);
}

/* Refused while a reply is open, so it is asked again some days later. */
static void answer_directive(demo *on, const demo_event *event)
{
    ledger_query query = {.type = ledger_type_lookup("directive_reply", strlen("directive_reply")),
                          .state = -1,
                          .most = 200};
    query.filters[0] = DEMO_ID(event->id); /* parent */
    ledger_page page = {0};
    demo_fail(on,
              ledger_list_page(on->dir->book, ledger_conn_of(on->txn), &on->actor, &query,
                               on->scratch, &page, &on->err),
              "replies");
    enum { ACCEPTED = 2 };
    for (uint32_t i = 0; i < page.count && on->code == LJ_OK; i++) {
        if (page.records[i]->state != ACCEPTED) {
            demo_later(on, on->on + 2, answer_directive, event->a, event->b, event->id);
            return;
        }
    }
    demo_apply(on,
               &(demo_change){.type = "directive",
                              .id = event->id,
                              .event = "answer",
                              .values = {{"answer", DEMO_TEXT("已汇总各单位情况并按时报送。")}}},
               NULL);
    demo_later(on, on->on + 25, close_directive, 0, 0, event->id);
}

static void assign_directive(demo *on, const demo_event *event)
{
    const directive_row *row = &directives[event->a % LJ_COUNT_OF(directives)];
    int32_t due_on = demo_workday(on, on->on + 10);
    for (uint32_t i = 0; i < 8; i++) {
        uint32_t unit = i == 0 ? DEMO_UNIT_OF_LOGINS : 9 * i + event->a % 9;
        uint8_t id[16] = {0};
        const demo_change change = {
            .type = "directive_reply",
            .values = {{"parent", DEMO_ID(event->id)},
                       {"unit", DEMO_ID(on->units[unit].id)},
                       {"question", DEMO_TEXT(row->question)},
                       {"due_on", store_int(due_on)}}
        };
        if (unit == 57 || on->units[unit].is_gone) {
            continue;
        }
        demo_apply(on, &change, id);
        if (!is_left_to_do(on, unit, due_on)) {
            demo_later(on, on->on + (int32_t)demo_between(on, 2, 14), answer_reply, unit,
                       demo_chance(on, 12), id);
        }
    }
    demo_apply(on, &(demo_change){.type = "directive", .id = event->id, .event = "assign"}, NULL);
    demo_later(on, due_on + 4, answer_directive, 0, 0, event->id);
}

static void receive_directive(demo *on, const demo_event *event)
{
    const directive_row *row = &directives[event->a % LJ_COUNT_OF(directives)];
    uint8_t id[16] = {0};
    const char *number =
        DEMO_JOIN(on->scratch, "示范办函〔", year_text(on), "〕", demo_dec(on, event->a + 3), "号");
    const demo_change change = {
        .type = "directive",
        .values = {{"superior", DEMO_TEXT(row->superior)},
                   {"title", DEMO_TEXT(row->title)},
                   {"their_number", DEMO_TEXT(number)},
                   {"received_on", store_int(on->on)},
                   {"due_on", store_int(demo_workday(on, on->on + 21))},
                   {"content", DEMO_TEXT(row->content)}}
    };
    demo_apply(on, &change, id);
    demo_later(on, on->on + 3, assign_directive, event->a, 0, id);
}

void demo_plan_directives(demo *on)
{
    uint32_t number = 0;
    for (int32_t day = on->first_on + 40; day < on->today - 40; day += 58) {
        demo_later(on, day, receive_directive, number++, 0, NULL);
    }
    demo_later(on, on->today - 38, receive_directive, number + 3, 0, NULL); /* answered */
    demo_later(on, on->today - 17, receive_directive, number, 0, NULL);     /* replies late */
    demo_later(on, on->today - 7, receive_directive, number + 1, 0, NULL);  /* being answered */
    demo_later(on, on->today - 2, receive_directive, number + 2, 0, NULL);  /* just come */
}
