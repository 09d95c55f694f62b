/* SPDX-License-Identifier: AGPL-3.0-or-later
 * person 人员: somebody who works at a unit. Only what the law on personal information allows: the
 * identity number as a keyed hash, the telephone only where the district switched it on; both are
 * erased when the retention time after leaving has passed.
 *
 * Leaving and moving to another unit end what the person holds, on that day. The post then has no
 * holder until a handover or an assignment gives it one (domain.md section 2). */
#include "ledger/records/records.h"

enum { ACTIVE, LEFT };
static const char *const states[] = {"active", "left", NULL};

enum { FACTS, IDENTITY, CONTACT, TRANSFER };
enum { NAME, UNIT, DEPARTMENT, ID_HASH, KIND, JOINED_ON, LEFT_ON, PHONE, NOTE };
static const ledger_field fields[] = {
    /* tag, since, name, kind, of, min, max, flags, group, required */
    {1, 1, "name", LEDGER_TEXT, NULL, 2, 40, LEDGER_SEARCH, FACTS, "always"},
    {2, 1, "unit", LEDGER_REF, "unit", 0, 0, LEDGER_FIXED, FACTS, "always"},
    {3, 1, "department", LEDGER_REF, "department", 0, 0, 0, FACTS, NULL},
    {4, 1, "id_hash", LEDGER_KEYED_HASH, NULL, 0, 0, LEDGER_PERSONAL, IDENTITY, NULL},
    {5, 1, "kind", LEDGER_CODE, "person_kind", 0, 0, 0, FACTS, NULL},
    {6, 1, "joined_on", LEDGER_DATE, NULL, 0, 0, 0, FACTS, NULL},
    {7, 1, "left_on", LEDGER_DATE, NULL, 0, 0, 0, FACTS, "leave"},
    {8, 1, "phone", LEDGER_TEXT, NULL, 0, 40, LEDGER_PERSONAL | LEDGER_LOCAL, CONTACT, NULL},
    {9, 1, "note", LEDGER_TEXT, NULL, 0, 500, LEDGER_PERSONAL | LEDGER_LONG, CONTACT, NULL},
    {10, 1, "transfer_to", LEDGER_REF, "unit", 0, 0, LEDGER_FIXED, TRANSFER, "transfer"},
    {11, 1, "transfer_department", LEDGER_REF, "department", 0, 0, 0, TRANSFER, NULL},
};

#define OF_OFFICER (1u << FACTS | 1u << IDENTITY | 1u << CONTACT)
static const ledger_access access[] = {
    /* states, posts, read groups, write groups */
    {LEDGER_ANY_STATE, POSTS_BUREAU, LEDGER_ALL_GROUPS, LEDGER_ALL_GROUPS},
    {LEDGER_ANY_STATE, POST_SECRECY_OFFICER, LEDGER_ALL_GROUPS, OF_OFFICER},
    {LEDGER_ANY_STATE, POSTS_UNIT_LEADER, LEDGER_ALL_GROUPS, 1u << FACTS},
    {LEDGER_ANY_STATE, POST_DEPARTMENT_HEAD, 1u << FACTS | 1u << CONTACT, 0},
    {LEDGER_ANY_STATE, POST_PERSON, LEDGER_ALL_GROUPS, 0},
};

/* Facts of person_place: departments of this id at this unit. */
static const char *guard_valid(const ledger_record *record, const ledger_facts *facts,
                               const ledger_now *now)
{
    (void)now;
    if (record->department.kind != STORE_NULL && facts->num[0] == 0) {
        return "other_unit";
    }
    return record->state == LEFT && ledger_has(record, JOINED_ON) && ledger_has(record, LEFT_ON) &&
                   ledger_num(record, LEFT_ON) < ledger_num(record, JOINED_ON)
               ? "dates"
               : NULL;
}

static const ledger_move moves[] = {
    {.tag = 1,
     .event = "create",
     .from = LEDGER_NEW,
     .to = ACTIVE,
     .posts = POSTS_BUREAU | POSTS_UNIT},
    {.tag = 2,
     .event = "leave",
     .from = 1u << ACTIVE,
     .to = LEFT,
     .posts = POSTS_BUREAU | POSTS_UNIT,
     .flags = LEDGER_REASON,
     .effects = "left"},
    {.tag = 3,
     .event = "return",
     .from = 1u << LEFT,
     .to = ACTIVE,
     .posts = POSTS_BUREAU | POSTS_UNIT,
     .flags = LEDGER_REASON},
    {.tag = 4,
     .event = "transfer",
     .from = 1u << ACTIVE,
     .to = ACTIVE,
     .posts = POSTS_BUREAU,
     .flags = LEDGER_REASON,
     .effects = "transferred"},
};

static const ledger_effect effects[] = {
    /* set, kind, type, event, each, map */
    {"left", LEDGER_MOVE, "assignment", "end", "person_held", "until=left_on"},
    {"left", LEDGER_MOVE, "assignment", "void", "person_to_come", NULL},
    {"transferred", LEDGER_SET, NULL, NULL, NULL,
     "unit=transfer_to;department=transfer_department"},
    {"transferred", LEDGER_MOVE, "assignment", "end", "person_held_here", "until=$today"},
    {"transferred", LEDGER_MOVE, "assignment", "void", "person_to_come_here", NULL},
};

static const ledger_list lists[] = {
    /* name, columns, where, order */
    {"all", "number name unit department kind state", "state? unit? department? kind?", "number"},
    {"active", "number name unit department kind joined_on", "state:active unit? department? kind?",
     "number"},
    {"left", "number name unit left_on", "state:left unit? department? kind?", "number"},
};

static const ledger_label labels[] = {
    {"type", "人员", "Person"},
    {"plural", "人员", "People"},
    {"group.0", "基本情况", "Facts"},
    {"group.1", "身份核对", "Identity"},
    {"group.2", "联系和备注", "Contact and note"},
    {"group.3", "调动", "Transfer"},
    {"person.name", "姓名", "Name"},
    {"person.unit", "单位", "Unit"},
    {"person.department", "内设机构", "Department"},
    {"person.id_hash", "身份证号（只存校验值）", "Identity number (hash only)"},
    {"person.kind", "人员类别", "Kind"},
    {"person.joined_on", "入职日期", "Joined on"},
    {"person.left_on", "离职日期", "Left on"},
    {"person.phone", "电话", "Telephone"},
    {"person.note", "备注", "Note"},
    {"person.transfer_to", "调往单位", "To unit"},
    {"person.transfer_department", "调往内设机构", "To department"},
    {"help.id_hash", "只用来区分同名同姓的人，系统不保存号码",
     "Only to tell people of one name apart; the number itself is not kept"},
    {"help.left_on", "填在本单位工作的最后一天；其所任岗位的任职到这一天结束",
     "The last day at this unit; what the person holds ends on this day"},
    {"help.note", "不得填写国家秘密、工作秘密和病情、家庭等个人情况",
     "No secrets, nothing about health or family"},
    {"help.transfer_to", "办理后所属单位随之改变，在原单位的任职当天结束",
     "The person then belongs to that unit; what is held at the old one ends on that day"},
    {"help.unit", "调到其他单位由保密局办理“调动”",
     "The bureau makes a change to another unit, by the move `transfer`"},
    {"state.active", "在职", "Active"},
    {"state.left", "已离职", "Left"},
    {"event.create", "登记", "Register"},
    {"event.leave", "离职", "Leave"},
    {"event.return", "回到本单位", "Return"},
    {"event.transfer", "调动", "Transfer to another unit"},
    {"list.all", "全部人员", "All people"},
    {"list.active", "在职人员", "People in service"},
    {"list.left", "离职人员", "People who left"},
    {"refused.other_unit", "所选内设机构不属于该单位，请改选或清空",
     "This department belongs to another unit; choose another or none"},
    {"refused.dates", "离职日期早于入职日期", "Left before joining"},
};

const ledger_type ledger_person = {
    .name = "person",
    .plural = "persons",
    .tag = 5,
    .schema = 1,
    .scope = LEDGER_OF_PERSON,
    .self = LEDGER_SELF_PERSON,
    .retention_key = "retention_person_years",
    .number = "P",
    .title = "name",
    .check = "person_place",
    .valid = guard_valid,
    .void_posts = POSTS_BUREAU,
    .states = states,
    LEDGER_TABLES(fields, access, moves, lists, labels),
    LEDGER_EFFECTS(effects),
};
