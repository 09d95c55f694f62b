/* SPDX-License-Identifier: AGPL-3.0-or-later
 * assignment 任职: a person holds a post from a day until a day. Who answers for a post on a day is
 * read from here (answer.h), so the dates count, not the state: both days are in post, and the old
 * and the new holder share the day of the handover.
 *
 * A stand-in 代理 answers when the holder is away and does not count as a second holder. The bureau
 * is never left without a leader: all chains of answerers end there (record-kernel.md 12). */
#include "ledger/records/records.h"

enum { CURRENT, ENDED };
static const char *const states[] = {"current", "ended", NULL};

enum { FACTS };
enum { PERSON, POST, SINCE, UNTIL, SHARE, STAND_IN, BASIS };
static const ledger_field fields[] = {
    /* tag, since, name, kind, of, min, max, flags, group, required */
    {1, 1, "person", LEDGER_REF, "person", 0, 0, LEDGER_FIXED, FACTS, "always"},
    {2, 1, "post", LEDGER_REF, "post", 0, 0, LEDGER_FIXED, FACTS, "always"},
    {3, 1, "since", LEDGER_DATE, NULL, 0, 0, 0, FACTS, "always"},
    {4, 1, "until", LEDGER_DATE, NULL, 0, 0, 0, FACTS, "end"},
    {5, 1, "share", LEDGER_INT, NULL, 1, 100, 0, FACTS, NULL},
    {6, 1, "stand_in", LEDGER_BOOL, NULL, 0, 0, 0, FACTS, NULL},
    {7, 1, "basis", LEDGER_TEXT, NULL, 0, 120, 0, FACTS, NULL},
};

static const ledger_access access[] = {
    /* states, posts, read groups, write groups */
    {LEDGER_ANY_STATE, POSTS_BUREAU, LEDGER_ALL_GROUPS, LEDGER_ALL_GROUPS},
    {1u << CURRENT, POSTS_UNIT, LEDGER_ALL_GROUPS, LEDGER_ALL_GROUPS},
    {1u << ENDED, POSTS_UNIT, LEDGER_ALL_GROUPS, 0},
    {LEDGER_ANY_STATE, POST_DEPARTMENT_HEAD | POST_PERSON, LEDGER_ALL_GROUPS, 0},
    {LEDGER_ANY_STATE, POST_COMMITTEE | POST_CITY_BUREAU, LEDGER_ALL_GROUPS, 0},
};

/* Facts of assignment_facts, in its order. */
enum { PERSON_LEFT, POST_SHUT, OVERLAPS, OTHER_HOLDERS, ROLE_CLASS, FOLLOWER_SINCE };
enum { OF_UNIT, OF_BUREAU, OF_LEADER }; /* ROLE_CLASS: who may fill the post */

static bool leaves_no_leader(const ledger_record *record, const ledger_facts *facts,
                             const ledger_now *now)
{
    if (facts->num[ROLE_CLASS] != OF_LEADER || (!record->is_void && !ledger_has(record, UNTIL))) {
        return false;
    }
    int64_t from_on = now->today;
    if (!record->is_void && ledger_num(record, UNTIL) >= now->today) {
        from_on = ledger_num(record, UNTIL) + 1;
    }
    return facts->num[FOLLOWER_SINCE] > from_on;
}

static const char *guard_valid(const ledger_record *record, const ledger_facts *facts,
                               const ledger_now *now)
{
    bool by_unit = now->by_posts != 0 && (now->by_posts & POSTS_BUREAU) == 0;
    if (by_unit && facts->num[ROLE_CLASS] != OF_UNIT) {
        return "bureau_only";
    }
    if (leaves_no_leader(record, facts, now)) {
        return "last_leader";
    }
    if (record->is_void) {
        return NULL;
    }
    if (ledger_has(record, UNTIL) && ledger_num(record, UNTIL) < ledger_num(record, SINCE)) {
        return "dates";
    }
    if (record->state == CURRENT && facts->num[PERSON_LEFT] > 0) {
        return "person_left";
    }
    if (record->state == CURRENT && facts->num[POST_SHUT] > 0) {
        return "post_closed";
    }
    if (facts->num[OVERLAPS] > 0) {
        return "overlap";
    }
    /* A handover (an effect: by_posts is 0) lets the one begin before it ends the other. */
    return now->by_posts != 0 && facts->num[OTHER_HOLDERS] > 0 ? "sole" : NULL;
}

static const ledger_move moves[] = {
    {
        .tag = 1,
        .event = "create",
        .from = LEDGER_NEW,
        .to = CURRENT,
        .posts = POSTS_BUREAU | POSTS_UNIT,
    },
    {
        .tag = 2,
        .event = "end",
        .from = 1u << CURRENT,
        .to = ENDED,
        .posts = POSTS_BUREAU | POSTS_UNIT,
    },
};

static const ledger_list lists[] = {
    /* name, columns, where, order */
    {"all", "person post unit since until stand_in", "state? person? post?", "-since"},
    {"current", "person post unit since share stand_in", "state:current person? post?", "-since"},
};

static const ledger_label labels[] = {
    {"type", "任职", "Assignment"},
    {"plural", "任职", "Assignments"},
    {"group.0", "任职情况", "Facts"},
    {"assignment.person", "人员", "Person"},
    {"assignment.post", "岗位", "Post"},
    {"assignment.since", "任职起始日", "Since"},
    {"assignment.until", "任职截止日", "Until"},
    {"assignment.share", "投入精力（%）", "Share of working time (%)"},
    {"assignment.stand_in", "代理", "Stand-in"},
    {"assignment.basis", "任职依据", "Basis"},
    {"help.until", "最后一天任职；交接当天新旧两人都算在岗",
     "The last day in the post; on the day of a handover both hold it"},
    {"help.share", "兼职的填大致比例，专职填100",
     "Roughly, for a part-time officer; 100 for a full-time one"},
    {"help.stand_in", "原任职人不在时代为办理，不算正式任职",
     "Acts while the holder is away and is no second holder"},
    {"help.basis", "任职文件名称或文号，如“×党组〔2024〕3号”",
     "The paper that appoints, or its number"},
    {"state.current", "在任", "Current"},
    {"state.ended", "已结束", "Ended"},
    {"event.create", "任职", "Assign"},
    {"event.end", "结束任职", "End"},
    {"list.all", "全部任职", "All assignments"},
    {"list.current", "现任", "Current assignments"},
    {"refused.dates", "截止日早于起始日", "Ends before it begins"},
    {"refused.person_left", "该人员已离职", "This person has left"},
    {"refused.post_closed", "该岗位已撤销", "This post is closed"},
    {"refused.overlap", "同一人同一岗位的任职时间重叠",
     "The person already holds this post in that time"},
    {"refused.sole", "该岗位同一时间只能由一人正式任职，其他人请登记为代理",
     "Only one person holds this post at a time; enter others as stand-ins"},
    {"refused.bureau_only", "该岗位的任职由保密局登记", "The bureau enters who holds this post"},
    {"refused.last_leader", "保密局局长岗位不能空缺，须先登记接任人员",
     "The bureau is never without a leader: enter the successor first"},
};

const ledger_type ledger_assignment = {
    .name = "assignment",
    .plural = "assignments",
    .tag = 6,
    .schema = 1,
    .scope = LEDGER_OF_PERSON,
    .owner = "post",
    .check = "assignment_facts",
    .valid = guard_valid,
    .void_posts = POSTS_BUREAU,
    .states = states,
    .end_states = 1u << ENDED,
    LEDGER_TABLES(fields, access, moves, lists, labels),
};
