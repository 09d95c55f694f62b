/* SPDX-License-Identifier: AGPL-3.0-or-later
 * meeting 会议: of the district's secrecy committee, or of a unit's, or a study of the rules. A
 * meeting of the district stands under the bureau's unit. What it decides that somebody must do is
 * a child (meeting_task.c), also at another unit. */
#include "ledger/records/records.h"

enum { PLANNED, HELD, CANCELLED };
static const char *const states[] = {"planned", "held", "cancelled", NULL};

enum { FACTS, MINUTES };
enum { UNIT, KIND, TITLE, HELD_ON };
static const ledger_field fields[] = {
    /* tag, since, name, kind, of, min, max, flags, group, required */
    {1, 1, "unit", LEDGER_REF, "unit", 0, 0, LEDGER_FIXED, FACTS, "always"},
    {2, 1, "kind", LEDGER_CODE, "meeting_kind", 0, 0, 0, FACTS, "always"},
    {3, 1, "title", LEDGER_TEXT, NULL, 2, 120, LEDGER_SEARCH, FACTS, "always"},
    {4, 1, "held_on", LEDGER_DATE, NULL, 0, 0, 0, FACTS, "hold"},
    {5, 1, "place", LEDGER_TEXT, NULL, 0, 80, 0, FACTS, NULL},
    {6, 1, "chair", LEDGER_TEXT, NULL, 0, 40, 0, FACTS, NULL},
    {7, 1, "attendance", LEDGER_INT, NULL, 0, 10000, 0, MINUTES, NULL},
    {8, 1, "agenda", LEDGER_TEXT, NULL, 0, 4000, LEDGER_LONG, FACTS, NULL},
    {9, 1, "decision", LEDGER_TEXT, NULL, 0, 8000, LEDGER_LONG, MINUTES, NULL},
};

static const ledger_access access[] = {
    /* states, posts, read groups, write groups */
    {1u << PLANNED, POSTS_BUREAU | POSTS_UNIT, LEDGER_ALL_GROUPS, LEDGER_ALL_GROUPS},
    {1u << HELD, POSTS_BUREAU | POSTS_UNIT, LEDGER_ALL_GROUPS, 1u << MINUTES},
    {1u << CANCELLED, POSTS_BUREAU | POSTS_UNIT, LEDGER_ALL_GROUPS, 0},
    {LEDGER_ANY_STATE, POST_COMMITTEE | POST_CITY_BUREAU, LEDGER_ALL_GROUPS, 0},
};

static const char *guard_hold(const ledger_record *record, const ledger_facts *facts,
                              const ledger_now *now)
{
    (void)facts;
    return ledger_has(record, HELD_ON) && ledger_num(record, HELD_ON) > now->today ? "not_yet"
                                                                                   : NULL;
}

static const ledger_move moves[] = {
    {.tag = 1,
     .event = "create",
     .from = LEDGER_NEW,
     .to = PLANNED,
     .posts = POSTS_BUREAU | POSTS_UNIT},
    {.tag = 2,
     .event = "hold",
     .from = 1u << PLANNED,
     .to = HELD,
     .posts = POSTS_BUREAU | POSTS_UNIT,
     .guard = guard_hold},
    {.tag = 3,
     .event = "cancel",
     .from = 1u << PLANNED,
     .to = CANCELLED,
     .posts = POSTS_BUREAU | POSTS_UNIT,
     .flags = LEDGER_REASON},
};

static const ledger_list lists[] = {
    /* name, columns, where, order */
    {"all", "number title kind unit held_on state", "state? unit? kind?", "-happened_on"},
    {"planned", "number title kind unit held_on place", "state:planned unit? kind?", "happened_on"},
    {"held", "number title kind unit held_on chair", "state:held unit? kind?", "-happened_on"},
};

static const ledger_label labels[] = {
    {"type", "会议", "Meeting"},
    {"plural", "会议", "Meetings"},
    {"group.0", "会议安排", "Facts"},
    {"group.1", "会议结果", "Minutes"},
    {"meeting.unit", "召开单位", "Unit"},
    {"meeting.kind", "会议类别", "Kind"},
    {"meeting.title", "会议名称", "Title"},
    {"meeting.held_on", "召开日期", "Held on"},
    {"meeting.place", "地点", "Place"},
    {"meeting.chair", "主持人", "Chair"},
    {"meeting.attendance", "参加人数", "Attendance"},
    {"meeting.agenda", "议题", "Agenda"},
    {"meeting.decision", "议定事项", "Decisions"},
    {"help.unit", "全区会议登记在保密局所在单位名下",
     "A meeting of the district stands under the bureau's unit"},
    {"help.decision", "要求落实的事项逐项登记为会议任务，才能跟踪到期",
     "Enter what must be done as tasks of the meeting: only these are followed to their date"},
    {"help.agenda", "不得填写国家秘密", "No state secrets"},
    {"state.planned", "拟召开", "Planned"},
    {"state.held", "已召开", "Held"},
    {"state.cancelled", "已取消", "Cancelled"},
    {"event.create", "登记", "Register"},
    {"event.hold", "登记召开情况", "Held"},
    {"event.cancel", "取消", "Cancel"},
    {"list.all", "全部会议", "All meetings"},
    {"list.planned", "拟召开", "Planned"},
    {"list.held", "已召开", "Held"},
    {"refused.not_yet", "召开日期还没有到", "The day of the meeting has not come yet"},
};

const ledger_type ledger_meeting = {
    .name = "meeting",
    .plural = "meetings",
    .tag = 9,
    .schema = 1,
    .scope = LEDGER_OF_UNIT,
    .number = "M",
    .title = "title",
    .void_posts = POSTS_BUREAU | POSTS_UNIT_LEADER,
    .states = states,
    .end_states = 1u << HELD | 1u << CANCELLED,
    LEDGER_TABLES(fields, access, moves, lists, labels),
};
