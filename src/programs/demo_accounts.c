/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The logins of the demonstration. Their passwords stand in docs/first-hour.md: a server that was
 * not started on a folder of the demonstration refuses them. */
#include <string.h>

#include "base/num.h"
#include "programs/demo.h"

enum { LEADER, INSPECTOR, OFFICER, UNIT_HEAD, RESP_LEADER, DEPT_HEAD, SYS, SEC, AUDIT };
const demo_login demo_logins[] = {
    [LEADER] = {"leader",     "demo-leader-1",     "局长（演示）",                "保密局局长",             "the bureau's leader"},
    [INSPECTOR] = {"inspector",  "demo-inspector-1",  "检查员（演示）",             "保密检查员",
                "an inspector of the bureau"                                                                                                },
    [OFFICER] = {"officer",    "demo-officer-1",    "保密员（演示）",             "教育局保密员",
                "secrecy officer of a unit with open duties"                                                                                },
    [UNIT_HEAD] = {"unithead",   "demo-unithead-1",   "主要负责人（演示）",       "教育局主要负责人",
                "head of the same unit"                                                                                                     },
    [RESP_LEADER] = {"respleader", "demo-respleader-1", "分管领导（演示）",          "教育局分管领导",
                "leader in charge of secrecy there"                                                                                         },
    [DEPT_HEAD] = {"depthead",   "demo-depthead-1",   "内设机构负责人（演示）", "教育局办公室负责人",
                "head of a department there"                                                                                                },
    [SYS] = {"sysadmin",   "demo-sysadmin-1",   "系统管理员（演示）",       "系统管理员",
                "system administrator"                                                                                                      },
    [SEC] = {"secadmin",   "demo-secadmin-1",   "安全保密管理员（演示）", "安全保密管理员",
                "security administrator"                                                                                                    },
    [AUDIT] = {"auditadmin", "demo-auditadmin-1", "安全审计员（演示）",       "安全审计员",
                "audit administrator"                                                                                                       },
};
const uint32_t demo_login_count = LJ_COUNT_OF(demo_logins);

static void make_login(demo *on, uint32_t number, const uint8_t *person, uint8_t out_id[16])
{
    if (on->code != LJ_OK) {
        return;
    }
    const demo_login *login = &demo_logins[number];
    uint8_t salt[PASSWORD_SALT_LEN];
    char hash[PASSWORD_HASH_MAX];
    demo_random_fill(&on->random, salt, sizeof salt);
    demo_fail(on, password_hash_salted(lj_cstr_bytes(login->password), salt, hash, &on->err),
              login->name);
    const account_new wanted = {.name = lj_cstr_bytes(login->name),
                                .display = lj_cstr_bytes(login->display),
                                .person = person,
                                .hash = hash,
                                .is_demo = true};
    const account_refusal *why = NULL;
    if (on->code == LJ_OK) {
        demo_fail(on, account_create(on->txn, &wanted, out_id, &why, &on->err), login->name);
    }
}

static void make_holder(demo *on, uint32_t number, const uint8_t person[16], const uint8_t post[16])
{
    uint8_t id[16] = {0};
    make_login(on, number, person, id);
    const account_refusal *why = NULL;
    if (on->code == LJ_OK) {
        demo_fail(on, account_grant_post(on->txn, id, post, person, &why, &on->err),
                  demo_logins[number].name);
    }
    if (number == INSPECTOR) {
        memcpy(on->inspector_account, id, 16);
    } else if (number == OFFICER) {
        memcpy(on->units[DEMO_UNIT_OF_LOGINS].account, id, 16);
        on->units[DEMO_UNIT_OF_LOGINS].has_account = true;
    }
}

static void make_admin(demo *on, uint32_t number, uint32_t admin)
{
    uint8_t id[16] = {0};
    make_login(on, number, NULL, id);
    const account_refusal *why = NULL;
    if (on->code == LJ_OK) {
        demo_fail(on, account_grant_admin(on->txn, id, admin, &why, &on->err),
                  demo_logins[number].name);
    }
}

/* ---- who enters it ---- */
static void act_as(demo *on, const uint8_t login[16], const uint8_t post[16], uint32_t role)
{
    on->actor.account = DEMO_ID(login);
    on->actor.post_count = 1;
    on->actor.posts[0] = (ledger_post){.role = role};
    memcpy(on->actor.posts[0].id, post, 16);
}

void demo_as_program(demo *on)
{
    on->actor.account = store_null();
    on->actor.post_count = 0;
}

void demo_as_bureau(demo *on)
{
    act_as(on, on->inspector_account, on->inspector_post, POST_INSPECTOR);
}

void demo_as_unit(demo *on, uint32_t unit)
{
    const demo_unit *at = &on->units[unit];
    if (at->has_account) {
        act_as(on, at->account, at->posts[DEMO_OFFICER], POST_SECRECY_OFFICER);
    } else {
        demo_as_bureau(on);
    }
}

/* ---- officers ---- */
void demo_close_account(demo *on, uint32_t unit)
{
    demo_unit *at = &on->units[unit];
    const account_refusal *why = NULL;
    const ledger_actor before = on->actor;
    demo_as_program(on);
    if (at->has_account && on->code == LJ_OK) {
        demo_fail(on, account_move(on->txn, at->account, ACCOUNT_CLOSE, NULL, &why, &on->err),
                  "close an account");
    }
    at->has_account = false;
    on->actor = before;
}

void demo_officer_account(demo *on, uint32_t unit)
{
    demo_unit *at = &on->units[unit];
    demo_close_account(on, unit);
    if (on->code != LJ_OK || at->is_on_paper || !at->is_supervised ||
        at->holders[DEMO_OFFICER] == DEMO_NOBODY) {
        return;
    }
    const uint8_t *person = on->persons[at->holders[DEMO_OFFICER]].id;
    const char *name =
        DEMO_JOIN(on->scratch, "u", demo_dec(on, 101 + unit), at->account_count > 0 ? "-" : "",
                  at->account_count > 0 ? demo_dec(on, at->account_count + 1) : "");
    const account_new wanted = {.name = lj_cstr_bytes(name),
                                .display = LJ_BYTES("保密员"),
                                .person = person,
                                .hash = on->nobody,
                                .is_demo = true};
    const account_refusal *why = NULL;
    const ledger_actor before = on->actor;
    demo_as_program(on);
    demo_fail(on, account_create(on->txn, &wanted, at->account, &why, &on->err), name);
    if (on->code == LJ_OK) {
        demo_fail(on,
                  account_grant_post(on->txn, at->account, at->posts[DEMO_OFFICER], person, &why,
                                     &on->err),
                  name);
    }
    at->has_account = true;
    at->account_count++;
    on->actor = before;
}

static void make_officers(demo *on)
{
    uint8_t salt[PASSWORD_SALT_LEN];
    uint8_t unknown[32];
    demo_random_fill(&on->random, salt, sizeof salt);
    demo_random_fill(&on->random, unknown, sizeof unknown);
    if (on->code == LJ_OK) {
        demo_fail(
            on,
            password_hash_salted(lj_slice_of(unknown, sizeof unknown), salt, on->nobody, &on->err),
            "a password");
    }
    for (uint32_t i = 0; i < on->unit_count; i++) {
        if (i != DEMO_UNIT_OF_LOGINS) {
            demo_officer_account(on, i);
        }
    }
}

void demo_make_accounts(demo *on)
{
    for (int i = 0; i < ACCOUNT_FIRST_COUNT && on->code == LJ_OK; i++) {
        demo_fail(on, password_make_by(demo_random_fill, &on->random, &on->first[i], &on->err),
                  account_first_names[i]);
    }
    if (on->code == LJ_OK) {
        demo_fail(on, account_first(on->txn, on->first, &on->err), "the first accounts");
    }
    const demo_unit *unit = &on->units[DEMO_UNIT_OF_LOGINS];
    static const uint32_t logins[DEMO_ROLE_COUNT] = {UNIT_HEAD, RESP_LEADER, OFFICER};
    make_holder(on, LEADER, on->persons[on->leader].id, on->leader_post);
    make_holder(on, INSPECTOR, on->persons[on->inspectors[0]].id, on->inspector_post);
    for (int i = 0; i < DEMO_ROLE_COUNT; i++) {
        make_holder(on, logins[i], on->persons[unit->holders[i]].id, unit->posts[i]);
    }
    make_holder(on, DEPT_HEAD, on->persons[on->department_head].id, unit->departments[0].head_post);
    make_admin(on, SYS, POST_SYS_ADMIN);
    make_admin(on, SEC, POST_SEC_ADMIN);
    make_admin(on, AUDIT, POST_AUDIT_ADMIN);
    make_officers(on);
}
