/* SPDX-License-Identifier: AGPL-3.0-or-later
 * handover 交接 of a post (domain.md section 2): who leaves, who comes, which leader watches, and
 * what is handed over, as items.
 *
 * One call makes the pack: duties open at the unit, ledgers with their row counts, what falls due
 * in 60 days, who holds which post. Devices, keys, cabinets and carriers are added by hand as
 * items; `refresh` makes the pack anew and leaves these alone. Three people sign; where the
 * predecessor is already gone two do, with a reason, and that is counted (record-kernel.md 4, 5).
 * Completing ends the one assignment and begins the other on the day of the handover. */
#include "ledger/records/records.h"

enum { OPEN, DONE, CANCELLED };
static const char *const states[] = {"open", "done", "cancelled", NULL};

enum { FACTS, PARTIES, PREDECESSOR };
enum { POST, KIND, OUTGOING, OUTGOING_GONE, INCOMING, LEADER };
static const ledger_field fields[] = {
    /* tag, since, name, kind, of, min, max, flags, group, required */
    {1, 1, "post", LEDGER_REF, "post", 0, 0, LEDGER_FIXED, FACTS, "always"},
    {2, 1, "kind", LEDGER_CODE, "handover_kind", 0, 0, 0, FACTS, NULL},
    {3, 1, "outgoing", LEDGER_REF, "person", 0, 0, 0, PREDECESSOR, NULL},
    {4, 1, "outgoing_gone", LEDGER_BOOL, NULL, 0, 0, 0, FACTS, NULL},
    {5, 1, "incoming", LEDGER_REF, "person", 0, 0, 0, PARTIES, NULL},
    {6, 1, "leader", LEDGER_REF, "person", 0, 0, 0, PARTIES, NULL},
    {7, 1, "handover_on", LEDGER_DATE, NULL, 0, 0, 0, PARTIES, NULL},
    {8, 1, "carriers", LEDGER_TEXT, NULL, 0, 1000, LEDGER_LONG, FACTS, NULL},
    {9, 1, "keys_note", LEDGER_TEXT, NULL, 0, 500, LEDGER_LONG, FACTS, NULL},
    {10, 1, "undelivered", LEDGER_TEXT, NULL, 0, 500, LEDGER_LONG, FACTS, NULL},
    {11, 1, "remark", LEDGER_TEXT, NULL, 0, 1000, LEDGER_LONG, FACTS, NULL},
};

static const ledger_access access[] = {
    /* states, posts, read groups, write groups */
    {1u << OPEN, POSTS_BUREAU | POSTS_UNIT, LEDGER_ALL_GROUPS, LEDGER_ALL_GROUPS},
    {1u << DONE | 1u << CANCELLED, POSTS_BUREAU | POSTS_UNIT, LEDGER_ALL_GROUPS, 0},
    {LEDGER_ANY_STATE, POST_DEPARTMENT_HEAD, LEDGER_ALL_GROUPS, 0},
};

/* Anybody of the unit may be the one who leaves or comes: the field names the person. */
#define PARTY_POSTS  (POSTS_BUREAU | POSTS_UNIT | POST_DEPARTMENT_HEAD | POST_PERSON)
#define LEADER_POSTS (POSTS_UNIT_LEADER | POST_BUREAU_LEADER)
#define MODES        (LEDGER_BY_SESSION | LEDGER_BY_PAPER)
enum { THREE_OUTGOING, THREE_INCOMING, THREE_LEADER, TWO_INCOMING, TWO_LEADER };
static const ledger_sign signs[] = {
    /* set, role, posts, signer, min, distinct from, modes */
    {"three", "outgoing", PARTY_POSTS, "outgoing", 1, 1u << THREE_INCOMING | 1u << THREE_LEADER,
     MODES},
    {"three", "incoming", PARTY_POSTS, "incoming", 1, 1u << THREE_OUTGOING | 1u << THREE_LEADER,
     MODES},
    {"three", "leader", LEADER_POSTS, "leader", 1, 1u << THREE_OUTGOING | 1u << THREE_INCOMING,
     MODES},
    {"two", "incoming", PARTY_POSTS, "incoming", 1, 1u << TWO_LEADER, MODES},
    {"two", "leader", LEADER_POSTS, "leader", 1, 1u << TWO_INCOMING, MODES},
};

static const char *guard_complete(const ledger_record *record, const ledger_facts *facts,
                                  const ledger_now *now)
{
    (void)facts;
    (void)now;
    return ledger_has(record, OUTGOING_GONE) && ledger_num(record, OUTGOING_GONE) != 0
               ? "outgoing_gone"
               : NULL;
}
static bool same_ref(const ledger_record *record, uint32_t a_idx, uint32_t b_idx)
{
    return ledger_has(record, a_idx) && ledger_has(record, b_idx) &&
           lj_slice_is(record->values[a_idx].bytes, record->values[b_idx].bytes);
}
/* Facts of handover_leader: posts that the leader holds today and that entitle to watch. */
static const char *guard_valid(const ledger_record *record, const ledger_facts *facts,
                               const ledger_now *now)
{
    (void)now;
    if (same_ref(record, OUTGOING, INCOMING) || same_ref(record, OUTGOING, LEADER) ||
        same_ref(record, INCOMING, LEADER)) {
        return "same_person";
    }
    /* Whoever watched a handover of the past may be gone since. */
    bool is_past =
        record->is_void || record->source == LEDGER_OPENING || record->state == CANCELLED;
    return !is_past && ledger_has(record, LEADER) && facts->num[0] == 0 ? "not_leader" : NULL;
}

static const ledger_move moves[] = {
    {.tag = 1,
     .event = "create",
     .from = LEDGER_NEW,
     .to = OPEN,
     .posts = POSTS_BUREAU | POSTS_UNIT,
     .effects = "pack",
     .due_start = "handover"},
    {.tag = 2,
     .event = "refresh",
     .from = 1u << OPEN,
     .to = OPEN,
     .posts = POSTS_BUREAU | POSTS_UNIT,
     .effects = "renew"},
    {.tag = 3,
     .event = "complete",
     .from = 1u << OPEN,
     .to = DONE,
     .posts = POSTS_BUREAU | POSTS_UNIT,
     .sign_set = "three",
     .needs_groups = 1u << PARTIES | 1u << PREDECESSOR,
     .guard = guard_complete,
     .waiver = "complete_without_outgoing",
     .effects = "done",
     .due_stop = "*"},
    {.tag = 4,
     .event = "complete_without_outgoing",
     .from = 1u << OPEN,
     .to = DONE,
     .posts = POSTS_BUREAU | POSTS_UNIT,
     .flags = LEDGER_WAIVER | LEDGER_REASON,
     .sign_set = "two",
     .needs_groups = 1u << PARTIES,
     .effects = "done",
     .due_stop = "*"},
    {.tag = 5,
     .event = "cancel",
     .from = 1u << OPEN,
     .to = CANCELLED,
     .posts = POSTS_BUREAU | POSTS_UNIT,
     .flags = LEDGER_REASON,
     .effects = "cancelled",
     .due_stop = "*"},
};

#define DUTY_MAP "unit=unit;kind='duty';subject='待办事项';record_type=$6;record=$id;due_on=$5"
#define SOON_MAP                                                                                   \
    "unit=unit;kind='due_soon';subject='到期及60日内到期';record_type=$6;record=$id;due_on=$5"
#define LEDGER_MAP  "unit=unit;kind='ledger';record_type=$5;subject=$6;amount=$7"
#define CONTACT_MAP "unit=unit;kind='contact';contact=$person;subject=$5"
/* Who comes begins before who leaves ends: the bureau is never without a leader. */
static const ledger_effect effects[] = {
    /* set, kind, type, event, each, map */
    {"pack", LEDGER_CREATE, "handover_item", NULL, "handover_duties", DUTY_MAP},
    {"pack", LEDGER_CREATE, "handover_item", NULL, "handover_due_soon", SOON_MAP},
    {"pack", LEDGER_CREATE, "handover_item", NULL, "handover_ledgers", LEDGER_MAP},
    {"pack", LEDGER_CREATE, "handover_item", NULL, "handover_contacts", CONTACT_MAP},
    {"renew", LEDGER_MOVE, "handover_item", "replace", "handover_packed", NULL},
    {"renew", LEDGER_CREATE, "handover_item", NULL, "handover_duties", DUTY_MAP},
    {"renew", LEDGER_CREATE, "handover_item", NULL, "handover_due_soon", SOON_MAP},
    {"renew", LEDGER_CREATE, "handover_item", NULL, "handover_ledgers", LEDGER_MAP},
    {"renew", LEDGER_CREATE, "handover_item", NULL, "handover_contacts", CONTACT_MAP},
    {"done", LEDGER_CREATE, "assignment", NULL, "handover_incoming",
     "person=incoming;post=post;since=handover_on;basis='岗位交接'"},
    {"done", LEDGER_MOVE, "assignment", "end", "handover_outgoing", "until=handover_on"},
    {"done", LEDGER_MOVE, "handover_item", "close", "handover_items", NULL},
    {"cancelled", LEDGER_MOVE, "handover_item", "close", "handover_items", NULL},
};

static const ledger_due dues[] = {
    {.name = "handover",
     .limit_key = "handover_days",
     .span = LEDGER_WORKDAY,
     .anchor = "happened",
     .post = POST_RESPONSIBLE_LEADER,
     .roll = true,
     .max_extend = 1,
     .minutes = 30,
     .verb = "finish_handover",
     .event = "complete",
     .remind_key = "remind_days",
     .escalate_key = "escalate_days"},
};

static const ledger_list lists[] = {
    /* name, columns, where, order */
    {"all", "number post unit outgoing incoming handover_on state", "state? post? kind?",
     "-happened_on"},
    {"open", "number post unit outgoing incoming leader", "state:open post? kind?", "happened_on"},
    {"done", "number post unit outgoing incoming handover_on", "state:done post? kind?",
     "-happened_on"},
};

static const ledger_label labels[] = {
    {"type", "交接", "Handover"},
    {"plural", "交接", "Handovers"},
    {"group.0", "交接情况", "Facts"},
    {"group.1", "接交人、监交人和日期", "Who comes, who watches, when"},
    {"group.2", "移交人", "Who leaves"},
    {"handover.post", "岗位", "Post"},
    {"handover.kind", "交接原因", "Cause"},
    {"handover.outgoing", "移交人", "Outgoing"},
    {"handover.outgoing_gone", "移交人已离开", "The outgoing is already gone"},
    {"handover.incoming", "接交人", "Incoming"},
    {"handover.leader", "监交领导", "Leader who watches"},
    {"handover.handover_on", "交接日期", "Date of handover"},
    {"handover.carriers", "涉密载体清点情况", "Carriers counted"},
    {"handover.keys_note", "钥匙、密码柜", "Keys and cabinets"},
    {"handover.undelivered", "未办结文件存放处", "Where undelivered documents lie"},
    {"handover.remark", "其他交接事项", "Other matters"},
    {"help.outgoing", "原任职人；已不在的，也应选择其姓名",
     "Who held the post; name this person even if gone"},
    {"help.outgoing_gone", "本人不能到场签字时勾选，改办“移交人缺席交接”，由领导说明原因",
     "Tick when this person cannot sign: then two sign, and the leader gives the reason"},
    {"help.leader", "一般为分管领导；交接分管领导岗位的，为主要负责人",
     "The responsible leader; for that leader's own post the unit head"},
    {"help.handover_on", "当天移交人任职结束、接交人任职开始",
     "On this day the one assignment ends and the other begins"},
    {"help.carriers", "只填各密级份数和清单存放处，不得填写涉密文件标题",
     "Only counts by level and where the list lies, never titles of classified documents"},
    {"help.undelivered", "只填存放位置，不填文件标题", "Only the place, no titles"},
    {"state.open", "交接中", "Open"},
    {"state.done", "已交接", "Done"},
    {"state.cancelled", "已取消", "Cancelled"},
    {"event.create", "发起交接", "Begin"},
    {"event.refresh", "重新生成清单", "Make the pack anew"},
    {"event.complete", "完成交接", "Complete"},
    {"event.complete_without_outgoing", "移交人缺席交接", "Complete without the outgoing"},
    {"event.cancel", "取消", "Cancel"},
    {"role.outgoing", "移交人", "Outgoing"},
    {"role.incoming", "接交人", "Incoming"},
    {"role.leader", "监交人", "Leader who watches"},
    {"verb.finish_handover", "监督完成交接", "See the handover through"},
    {"list.all", "全部交接", "All handovers"},
    {"list.open", "交接中", "Open handovers"},
    {"list.done", "已完成", "Done"},
    {"refused.outgoing_gone", "移交人已离开，不能三方签字；请办理“移交人缺席交接”",
     "The outgoing is gone and cannot sign: complete without the outgoing"},
    {"refused.same_person", "移交人、接交人、监交领导不能是同一人",
     "Outgoing, incoming and leader must be three people"},
    {"refused.not_leader", "监交领导须是该单位主要负责人、分管领导或保密局局长",
     "Only the unit head, the responsible leader or the bureau's leader may watch"},
};

const ledger_type ledger_handover = {
    .name = "handover",
    .plural = "handovers",
    .tag = 7,
    .schema = 1,
    .scope = LEDGER_OF_UNIT,
    .number = "H",
    .owner = "post",
    .check = "handover_leader",
    .valid = guard_valid,
    .void_posts = POSTS_BUREAU,
    .states = states,
    .end_states = 1u << DONE | 1u << CANCELLED,
    LEDGER_TABLES(fields, access, moves, lists, labels),
    LEDGER_SIGNS(signs),
    LEDGER_EFFECTS(effects),
    LEDGER_DUES(dues),
};
