/* SPDX-License-Identifier: AGPL-3.0-or-later
 * unit 单位: an organ or body with state secrets (Law Art. 7), or one that only gets guidance.
 *
 * Only units in state `supervised` count in coverage (record-kernel.md 9). Merging and splitting
 * leave the old unit behind with successors; what it still owed is answered by them (answer.h), and
 * their officers may read its records by grant. */
#include "ledger/records/records.h"

enum { REGISTERED, SUPERVISED, MERGED, CLOSED };
static const char *const states[] = {"registered", "supervised", "merged", "closed", NULL};
#define LIVE_STATES (1u << REGISTERED | 1u << SUPERVISED)

enum { FACTS, CONTACT };
static const ledger_field fields[] = {
    /* tag, since, name, kind, of, min, max, flags, group, required */
    {1, 1, "name", LEDGER_TEXT, NULL, 2, 80, LEDGER_UNIQUE | LEDGER_SEARCH, FACTS, "always"},
    {2, 1, "short_name", LEDGER_TEXT, NULL, 1, 20, LEDGER_SEARCH, FACTS, NULL},
    {3, 1, "code", LEDGER_TEXT, NULL, 1, 32, LEDGER_UNIQUE, FACTS, NULL},
    {4, 1, "kind", LEDGER_CODE, "unit_kind", 0, 0, 0, FACTS, "always"},
    {5, 1, "parent", LEDGER_REF, "unit", 0, 0, 0, FACTS, NULL},
    {6, 1, "supervised_from", LEDGER_DATE, NULL, 0, 0, 0, FACTS, "supervise"},
    {7, 1, "supervised_to", LEDGER_DATE, NULL, 0, 0, 0, FACTS, "release"},
    {8, 1, "key_unit", LEDGER_BOOL, NULL, 0, 0, 0, FACTS, NULL},
    {9, 1, "key_from", LEDGER_DATE, NULL, 0, 0, 0, FACTS, NULL},
    {10, 1, "key_to", LEDGER_DATE, NULL, 0, 0, 0, FACTS, NULL},
    {11, 1, "successor", LEDGER_REF, "unit", 0, 0, 0, FACTS, "merge"},
    {12, 1, "split_from", LEDGER_REF, "unit", 0, 0, 0, FACTS, NULL},
    {13, 1, "address", LEDGER_TEXT, NULL, 0, 120, 0, CONTACT, NULL},
    {14, 1, "phone", LEDGER_TEXT, NULL, 0, 40, 0, CONTACT, NULL},
    {15, 1, "staff_count", LEDGER_INT, NULL, 0, 100000, 0, CONTACT, NULL},
    {16, 1, "on_paper", LEDGER_BOOL, NULL, 0, 0, 0, CONTACT, NULL},
};

static const ledger_access access[] = {
    /* states, posts, read groups, write groups */
    {LEDGER_ANY_STATE, POSTS_BUREAU, LEDGER_ALL_GROUPS, LEDGER_ALL_GROUPS},
    {LEDGER_ANY_STATE, POST_COMMITTEE | POST_CITY_BUREAU, LEDGER_ALL_GROUPS, 0},
    {LEDGER_ANY_STATE, POST_DEPARTMENT_HEAD | POST_PERSON | POST_SQUAD_MEMBER, 1u << FACTS, 0},
    {LIVE_STATES, POSTS_UNIT, LEDGER_ALL_GROUPS, 1u << CONTACT},
    {1u << MERGED | 1u << CLOSED, POSTS_UNIT, LEDGER_ALL_GROUPS, 0},
};

/* Facts of unit_ties: units split from this one, people still in it, duties open at it. */
static const char *guard_close(const ledger_record *record, const ledger_facts *facts,
                               const ledger_now *now)
{
    (void)record;
    (void)now;
    return facts->num[1] > 0 ? "people" : facts->num[2] > 0 ? "duties" : NULL;
}
static const char *guard_split(const ledger_record *record, const ledger_facts *facts,
                               const ledger_now *now)
{
    (void)record;
    (void)now;
    return facts->num[0] < 2 ? "successors" : NULL;
}

static const ledger_move moves[] = {
    {.tag = 1,
     .event = "create",
     .from = LEDGER_NEW,
     .to = REGISTERED,
     .posts = POSTS_BUREAU,
     .effects = "posts"},
    {.tag = 2,
     .event = "supervise",
     .from = 1u << REGISTERED,
     .to = SUPERVISED,
     .posts = POSTS_BUREAU},
    {.tag = 3,
     .event = "release",
     .from = 1u << SUPERVISED,
     .to = REGISTERED,
     .posts = POST_BUREAU_LEADER,
     .flags = LEDGER_REASON},
    {.tag = 4,
     .event = "merge",
     .from = LIVE_STATES,
     .to = MERGED,
     .posts = POST_BUREAU_LEADER,
     .flags = LEDGER_REASON,
     .effects = "merged"},
    {.tag = 5,
     .event = "split",
     .from = LIVE_STATES,
     .to = MERGED,
     .posts = POST_BUREAU_LEADER,
     .flags = LEDGER_REASON,
     .facts = "unit_ties",
     .guard = guard_split,
     .effects = "split"},
    {.tag = 6,
     .event = "close",
     .from = LIVE_STATES,
     .to = CLOSED,
     .posts = POST_BUREAU_LEADER,
     .flags = LEDGER_REASON,
     .facts = "unit_ties",
     .guard = guard_close},
};

static const ledger_effect effects[] = {
    /* set, kind, type, event, each, map */
    {"posts", LEDGER_CREATE, "post", NULL, NULL, "unit=$self;role='unit_head';title='主要负责人'"},
    {"posts", LEDGER_CREATE, "post", NULL, NULL,
     "unit=$self;role='responsible_leader';title='分管领导'"},
    {"posts", LEDGER_CREATE, "post", NULL, NULL,
     "unit=$self;role='secrecy_officer';title='保密员'"},
    {"merged", LEDGER_LINK, NULL, "successor", "unit_merged_into", NULL},
    {"merged", LEDGER_GRANT, NULL, NULL, "unit_successor_posts", NULL},
    {"split", LEDGER_LINK, NULL, "successor", "unit_split_into", NULL},
    {"split", LEDGER_GRANT, NULL, NULL, "unit_split_posts", NULL},
};

static const ledger_list lists[] = {
    /* name, columns, where, order */
    {"all", "number name kind key_unit supervised_from", "state? kind? key_unit?", "number"},
    {"supervised", "number name kind key_unit on_paper", "state:supervised kind? key_unit?",
     "number"},
};

static const ledger_label labels[] = {
    {"type", "单位", "Unit"},
    {"plural", "单位", "Units"},
    {"group.0", "基本情况", "Facts"},
    {"group.1", "联系", "Contact"},
    {"unit.name", "单位名称", "Name"},
    {"unit.short_name", "简称", "Short name"},
    {"unit.code", "统一社会信用代码", "Unit code"},
    {"unit.kind", "单位类别", "Kind"},
    {"unit.parent", "上级单位", "Superior unit"},
    {"unit.supervised_from", "纳入监管日期", "Supervised from"},
    {"unit.supervised_to", "解除监管日期", "Supervised to"},
    {"unit.key_unit", "重点单位", "Key unit"},
    {"unit.key_from", "列为重点日期", "Key unit from"},
    {"unit.key_to", "不再列为重点日期", "Key unit to"},
    {"unit.successor", "并入单位", "Merged into"},
    {"unit.split_from", "由何单位分设", "Split from"},
    {"unit.address", "地址", "Address"},
    {"unit.phone", "值班电话", "Duty telephone"},
    {"unit.staff_count", "工作人员数", "Staff"},
    {"unit.on_paper", "以纸质方式报送", "Works on paper"},
    {"help.key_unit", "涉密多、须重点检查的单位", "Handles many secrets and is inspected first"},
    {"help.on_paper", "由保密局代为录入其报送的纸质材料",
     "The bureau enters what this unit sends on paper"},
    {"state.registered", "已登记", "Registered"},
    {"state.supervised", "监管中", "Supervised"},
    {"state.merged", "已并入或分设", "Merged or split"},
    {"state.closed", "已撤销", "Closed"},
    {"event.create", "登记", "Register"},
    {"event.supervise", "纳入监管", "Put under supervision"},
    {"event.release", "解除监管", "Release from supervision"},
    {"event.merge", "并入其他单位", "Merge into another unit"},
    {"event.split", "分设", "Split"},
    {"event.close", "撤销", "Close"},
    {"list.all", "全部单位", "All units"},
    {"list.supervised", "监管单位", "Supervised units"},
    {"refused.people", "还有在岗人员，须先办理离岗或并入其他单位",
     "People still hold posts here: let them leave, or merge the unit"},
    {"refused.duties", "还有未办结的事项，须先办结或并入其他单位",
     "Duties are still open here: finish them, or merge the unit"},
    {"refused.successors", "分设须先登记至少两个新单位，并填写“由何单位分设”",
     "Register at least two new units first that name this one in `split from`"},
};

const ledger_type ledger_unit = {
    .name = "unit",
    .plural = "units",
    .tag = 2,
    .schema = 1,
    .scope = LEDGER_OF_UNIT,
    .self = LEDGER_SELF_UNIT,
    .number = "U",
    .title = "name",
    .void_posts = POST_BUREAU_LEADER,
    .states = states,
    .end_states = 1u << MERGED | 1u << CLOSED,
    LEDGER_TABLES(fields, access, moves, lists, labels),
    LEDGER_EFFECTS(effects),
};
