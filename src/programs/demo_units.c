/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The units of the demonstration with their departments, posts and people, as they stand on the
 * first day: an opening balance. 82 are supervised; five others only get guidance. */
#include <string.h>

#include "base/num.h"
#include "programs/demo.h"

/* Names are those of any district; no district of this name exists. */
#define DISTRICT "云汀示范区"

typedef struct kind_row {
    const char *kind;
    const char *const *names;
    const char *const *departments;
    bool is_supervised;
} kind_row;

static const char *const organs[] = {"教育局",
                                     "财政局",
                                     "民政局",
                                     "司法局",
                                     "审计局",
                                     "水务局",
                                     "商务局",
                                     "统计局",
                                     "信访局",
                                     "数据局",
                                     "科学技术局",
                                     "工业和信息化局",
                                     "农业农村局",
                                     "交通运输局",
                                     "生态环境局",
                                     "卫生健康局",
                                     "应急管理局",
                                     "城市管理局",
                                     "行政审批局",
                                     "医疗保障局",
                                     "自然资源局",
                                     "发展和改革局",
                                     "退役军人事务局",
                                     "市场监督管理局",
                                     "住房和城乡建设局",
                                     "国有资产管理局",
                                     "区政府办公室",
                                     "区委办公室",
                                     "区委组织部",
                                     "区委宣传部",
                                     "区委统战部",
                                     "区委政法委",
                                     "区委编办",
                                     "区直机关工作委员会",
                                     "区人大机关",
                                     "区政协机关",
                                     "人力资源和社会保障局",
                                     "区政府研究室",
                                     NULL};
static const char *const subdistricts[] = {"柳岸街道", "松坡街道", "桐林街道", "荷塘街道",
                                           "竹园街道", "枫桥街道", "梅溪街道", "杏花街道",
                                           "槐荫街道", "兰圃街道", NULL};
static const char *const bodies[] = {"总工会",           "团区委",       "妇女联合会",
                                     "工商业联合会",     "科学技术协会", "残疾人联合会",
                                     "文学艺术界联合会", "红十字会",     NULL};
static const char *const institutions[] = {"区委党校",
                                           "融媒体中心",
                                           "档案馆",
                                           "图书馆",
                                           "疾病预防控制中心",
                                           "不动产登记中心",
                                           "政务服务中心",
                                           "大数据中心",
                                           "机关事务服务中心",
                                           "公共资源交易中心",
                                           NULL};
static const char *const schools[] = {"第一中学", "第二中学", "实验中学", "职业教育中心",
                                      "实验小学", "开放学院", NULL};
static const char *const hospitals[] = {"人民医院", "中医医院", "妇幼保健院", "第二医院", NULL};
static const char *const stationed[] = {"派驻第一纪检监察组", "派驻第二纪检监察组",
                                        "派驻第三纪检监察组", "派驻第四纪检监察组", NULL};
/* They do not stay: the one is merged, the other split (demo_changes.c). */
static const char *const passing[] = {"粮食和物资储备局", "文化体育局", NULL};
static const char *const communities[] = {"柳岸街道东堤社区", "桐林街道书院社区",
                                          "梅溪街道北渡社区", NULL};
static const char *const enterprises[] = {"城市投资有限公司", "公共交通有限公司", NULL};

static const char *const of_organ[] = {"办公室", "综合科", "政策法规科", "人事科", "财务科", NULL};
static const char *const of_street[] = {"党政办公室",     "党建工作办公室", "公共服务办公室",
                                        "综合治理办公室", "综合执法队",     NULL};
static const char *const of_school[] = {"办公室", "教务处", "总务处", "德育处", NULL};
static const char *const of_hospital[] = {"办公室", "医务科", "信息科", "财务科", "总务科", NULL};
static const char *const of_other[] = {"办公室", "业务部", "综合部", NULL};

static const kind_row kinds[] = {
    {"organ",       organs,       of_organ,    true },
    {"subdistrict", subdistricts, of_street,   true },
    {"people_body", bodies,       of_other,    true },
    {"institution", institutions, of_other,    true },
    {"school",      schools,      of_school,   true },
    {"hospital",    hospitals,    of_hospital, true },
    {"stationed",   stationed,    of_other,    true },
    {"organ",       passing,      of_organ,    true },
    {"community",   communities,  of_other,    false},
    {"enterprise",  enterprises,  of_other,    false},
};

/* ---- posts made with units and departments ---- */
static bool is_text(const ledger_record *record, const char *field, const char *text)
{
    int at = ledger_field_find(record->type, field, strlen(field));
    LJ_ASSERT(at >= 0);
    return lj_slice_is(record->values[at].bytes, lj_cstr_bytes(text));
}

static void keep_post(demo_unit *unit, const ledger_record *post)
{
    static const char *const roles[DEMO_ROLE_COUNT] = {"unit_head", "responsible_leader",
                                                       "secrecy_officer"};
    for (int i = 0; i < DEMO_ROLE_COUNT; i++) {
        if (is_text(post, "role", roles[i])) {
            memcpy(unit->posts[i], post->id, 16);
        }
    }
    for (uint32_t i = 0; i < unit->department_count; i++) {
        if (post->department.kind == STORE_BYTES &&
            memcmp(post->department.bytes.ptr, unit->departments[i].id, 16) == 0) {
            memcpy(unit->departments[i].head_post, post->id, 16);
        }
    }
}

void demo_find_posts(demo *on, demo_unit *unit)
{
    if (on->code != LJ_OK) {
        return;
    }
    const ledger_query query = {.type = ledger_type_lookup("post", 4),
                                .state = -1,
                                .unit = lj_slice_of(unit->id, 16),
                                .most = 200};
    ledger_page page = {0};
    demo_fail(on,
              ledger_list_page(on->dir->book, ledger_conn_of(on->txn), &on->actor, &query,
                               on->scratch, &page, &on->err),
              "posts");
    for (uint32_t i = 0; i < page.count && on->code == LJ_OK; i++) {
        keep_post(unit, page.records[i]);
    }
}

/* ---- units ---- */
static void open_departments(demo *on, demo_unit *unit, const char *const *names)
{
    uint32_t wanted = demo_between(on, 2, DEMO_DEPARTMENTS_MAX);
    for (uint32_t i = 0; i < wanted && names[i] != NULL; i++) {
        const demo_change change = {
            .type = "department",
            .opening = "active",
            .values = {{"unit", DEMO_ID(unit->id)},
                       {"name", DEMO_TEXT(names[i])},
                       {"kind", DEMO_TEXT("internal")},
                       {"staff_count", store_int(demo_between(on, 3, 15))}}
        };
        demo_apply(on, &change, unit->departments[i].id);
        unit->department_count++;
    }
}

static const char *code_of(demo *on, uint32_t number)
{
    const char *digits = demo_dec(on, 1000 + number);
    return DEMO_JOIN(on->scratch, "99010000MB", digits, "DEM");
}

static void open_unit(demo *on, const kind_row *kind, const char *name)
{
    uint32_t number = on->unit_count++;
    LJ_ASSERT(number < DEMO_UNITS_MAX);
    demo_unit *unit = &on->units[number];
    *unit = (demo_unit){.is_supervised = kind->is_supervised,
                        .is_on_paper = number % 11 == 7,
                        .care = demo_between(on, 70, 99),
                        .staff = demo_between(on, 12, 90)};
    for (int i = 0; i < DEMO_ROLE_COUNT; i++) {
        unit->holders[i] = DEMO_NOBODY;
    }
    /* Bodies of the party and of the district name it in front already. */
    bool is_named = strncmp(name, "区", strlen("区")) == 0;
    unit->name = DEMO_JOIN(on->arena, is_named ? "云汀示范" : DISTRICT, name);
    bool is_key = kind->is_supervised && number % 9 == 2;
    int32_t since = on->first_on - (int32_t)demo_between(on, 900, 2500);
    const demo_change change = {
        .type = "unit",
        .opening = kind->is_supervised ? "supervised" : "registered",
        .values = {{"name", DEMO_TEXT(unit->name)},
                   {"short_name", DEMO_TEXT(name)},
                   {"code", DEMO_TEXT(code_of(on, number))},
                   {"kind", DEMO_TEXT(kind->kind)},
                   {"supervised_from", kind->is_supervised ? store_int(since) : store_null()},
                   {"key_unit", store_int(is_key)},
                   {"key_from", is_key ? store_int(since) : store_null()},
                   {"address", DEMO_TEXT(DEMO_JOIN(on->scratch, "示范路",
                                                   demo_dec(on, 2 * number + 1), "号"))},
                   {"staff_count", store_int(unit->staff)},
                   {"on_paper", store_int(unit->is_on_paper)}}
    };
    demo_apply(on, &change, unit->id);
    open_departments(on, unit, kind->departments);
    demo_find_posts(on, unit);
}

/* ---- who holds what ---- */
/* Of every twenty units one has no leader in charge and one no officer; one unit has nobody. */
enum { UNIT_OF_NOBODY = 57, VACANT_STEP = 20, VACANT_LEADER = 13, VACANT_OFFICER = 17 };

static bool is_vacant(uint32_t number, int role)
{
    return number == UNIT_OF_NOBODY ||
           (role == DEMO_LEADER && number % VACANT_STEP == VACANT_LEADER) ||
           (role == DEMO_OFFICER && number % VACANT_STEP == VACANT_OFFICER);
}

static void open_people(demo *on, uint32_t number)
{
    demo_unit *unit = &on->units[number];
    for (int role = 0; role < DEMO_ROLE_COUNT; role++) {
        if (!is_vacant(number, role)) {
            unit->holders[role] = demo_person_new(on, number, 0, true);
            demo_appoint(on, unit->holders[role], unit->posts[role], true, false);
        }
    }
    for (uint32_t i = 0; i < unit->department_count; i++) {
        if (number != UNIT_OF_NOBODY && (i == 0 || demo_chance(on, 8))) {
            uint32_t head = demo_person_new(on, number, i, true);
            demo_appoint(on, head, unit->departments[i].head_post, true, false);
            if (number == DEMO_UNIT_OF_LOGINS && i == 0) {
                on->department_head = head;
            }
        }
    }
    if (number % 10 == 4) { /* somebody stands in for the officer */
        demo_appoint(on, demo_person_new(on, number, 0, true), unit->posts[DEMO_OFFICER], true,
                     true);
    }
}

void demo_open_units(demo *on)
{
    for (size_t i = 0; i < LJ_COUNT_OF(kinds); i++) {
        for (const char *const *name = kinds[i].names; *name != NULL; name++) {
            open_unit(on, &kinds[i], *name);
        }
    }
    for (uint32_t i = 0; i < on->unit_count; i++) {
        open_people(on, i);
    }
}
