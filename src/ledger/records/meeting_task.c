/* SPDX-License-Identifier: AGPL-3.0-or-later
 * meeting_task 会议任务: what a meeting decided that a unit must do by a day. The unit says when
 * and how it was done, the bureau or a leader of the unit confirms. */
#include "ledger/records/records.h"

enum { OPEN, DONE, CONFIRMED, DROPPED };
static const char *const states[] = {"open", "done", "confirmed", "dropped", NULL};

enum { TASK, ANSWER };
static const ledger_field fields[] = {
    /* tag, since, name, kind, of, min, max, flags, group, required */
    {1, 1, "parent", LEDGER_REF, "meeting", 0, 0, LEDGER_FIXED, TASK, "always"},
    {2, 1, "unit", LEDGER_REF, "unit", 0, 0, LEDGER_FIXED, TASK, "always"},
    {3, 1, "content", LEDGER_TEXT, NULL, 2, 1000, LEDGER_SEARCH | LEDGER_LONG, TASK, "always"},
    {4, 1, "due_on", LEDGER_DATE, NULL, 0, 0, 0, TASK, "always"},
    {5, 1, "done_on", LEDGER_DATE, NULL, 0, 0, LEDGER_KERNEL, ANSWER, NULL},
    {6, 1, "proof", LEDGER_TEXT, NULL, 0, 1000, LEDGER_LONG, ANSWER, "finish"},
};

static const ledger_access access[] = {
    /* states, posts, read groups, write groups */
    {1u << OPEN, POSTS_BUREAU, LEDGER_ALL_GROUPS, LEDGER_ALL_GROUPS},
    {1u << OPEN, POSTS_UNIT, LEDGER_ALL_GROUPS, LEDGER_ALL_GROUPS},
    {1u << DONE | 1u << CONFIRMED | 1u << DROPPED, POSTS_BUREAU | POSTS_UNIT, LEDGER_ALL_GROUPS, 0},
    {LEDGER_ANY_STATE, POST_COMMITTEE | POST_CITY_BUREAU, LEDGER_ALL_GROUPS, 0},
};

/* Facts of meeting_task_parent: meetings of this id that were not cancelled. */
static const char *guard_create(const ledger_record *record, const ledger_facts *facts,
                                const ledger_now *now)
{
    (void)record;
    (void)now;
    return facts->num[0] == 0 ? "meeting" : NULL;
}

static const ledger_move moves[] = {
    {.tag = 1,
     .event = "create",
     .from = LEDGER_NEW,
     .to = OPEN,
     .posts = POSTS_BUREAU | POSTS_UNIT,
     .facts = "meeting_task_parent",
     .guard = guard_create,
     .due_start = "task"},
    {.tag = 2,
     .event = "finish",
     .from = 1u << OPEN,
     .to = DONE,
     .posts = POSTS_BUREAU | POSTS_UNIT,
     .effects = "done",
     .due_stop = "*"},
    {.tag = 3,
     .event = "confirm",
     .from = 1u << DONE,
     .to = CONFIRMED,
     .posts = POSTS_BUREAU | POSTS_UNIT_LEADER},
    {.tag = 4,
     .event = "return",
     .from = 1u << DONE,
     .to = OPEN,
     .posts = POSTS_BUREAU | POSTS_UNIT_LEADER,
     .flags = LEDGER_REASON,
     .due_start = "task"},
    {.tag = 5,
     .event = "drop",
     .from = 1u << OPEN,
     .to = DROPPED,
     .posts = POSTS_BUREAU | POSTS_UNIT_LEADER,
     .flags = LEDGER_REASON,
     .due_stop = "*"},
};

static const ledger_effect effects[] = {
    /* set, kind, type, event, each, map */
    {"done", LEDGER_SET, NULL, NULL, NULL, "done_on=$today"},
};

static const ledger_due dues[] = {
    {.name = "task",
     .limit_key = "on_the_day",
     .span = LEDGER_DAY,
     .anchor = "due_on",
     .post = POST_SECRECY_OFFICER,
     .max_extend = 2,
     .minutes = 60,
     .verb = "do_task",
     .event = "finish",
     .remind_key = "remind_days",
     .escalate_key = "escalate_days"},
};

static const ledger_list lists[] = {
    /* name, columns, where, order */
    {"all", "content parent unit due_on done_on state", "state? parent? unit?", "due_on"},
    {"open", "content parent unit due_on", "state:open parent? unit?", "due_on"},
    {"to_confirm", "content unit due_on done_on proof", "state:done parent? unit?", "due_on"},
};

static const ledger_label labels[] = {
    {"type", "会议任务", "Task of a meeting"},
    {"plural", "会议任务", "Tasks of meetings"},
    {"group.0", "任务", "Task"},
    {"group.1", "落实情况", "Answer"},
    {"meeting_task.parent", "会议", "Meeting"},
    {"meeting_task.unit", "责任单位", "Unit"},
    {"meeting_task.content", "任务内容", "What to do"},
    {"meeting_task.due_on", "完成期限", "Due on"},
    {"meeting_task.done_on", "完成日期", "Done on"},
    {"meeting_task.proof", "落实情况和佐证", "How it was done, and proof"},
    {"help.proof", "写明做了什么，佐证材料作为附件上传；不得含有国家秘密",
     "What was done; proof goes into attachments; no state secrets"},
    {"state.open", "办理中", "Open"},
    {"state.done", "待确认", "Done"},
    {"state.confirmed", "已办结", "Confirmed"},
    {"state.dropped", "不再办理", "Dropped"},
    {"event.create", "交办", "Set"},
    {"event.finish", "报完成", "Report as done"},
    {"event.confirm", "确认办结", "Confirm"},
    {"event.return", "退回补办", "Return"},
    {"event.drop", "不再办理", "Drop"},
    {"verb.do_task", "落实会议任务", "Do a task of a meeting"},
    {"list.all", "全部任务", "All tasks"},
    {"list.open", "办理中", "Open tasks"},
    {"list.to_confirm", "待确认", "To be confirmed"},
    {"refused.meeting", "会议已取消", "The meeting was cancelled"},
};

const ledger_type ledger_meeting_task = {
    .name = "meeting_task",
    .plural = "meeting_tasks",
    .tag = 13,
    .schema = 1,
    .parent = "meeting",
    .scope = LEDGER_OF_UNIT,
    .title = "content",
    .void_posts = POSTS_BUREAU,
    .states = states,
    .end_states = 1u << CONFIRMED | 1u << DROPPED,
    LEDGER_TABLES(fields, access, moves, lists, labels),
    LEDGER_EFFECTS(effects),
    LEDGER_DUES(dues),
};
