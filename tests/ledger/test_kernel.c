/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The kernel on a small district: who may, versions, bounds, references, numbers, time, effects,
 * signatures, entry by proxy, opening balances, duties. Each test makes its own ledger. */
#include <stdio.h>
#include <string.h>

#include "../check.h"
#include "book.h"
#include "ledger/ledger_priv.h"

static const char *name_of(lj_code code)
{
    return lj_code_row_of(code)->name;
}

#define CHECK_CODE(name, found, wanted)                                                            \
    do {                                                                                           \
        lj_code check_code = (found);                                                              \
        if (check_code != (wanted)) {                                                              \
            fail_msg("row '%s': %s is %s, wanted %s", (name), #found, name_of(check_code),         \
                     name_of(wanted));                                                             \
        }                                                                                          \
    } while (0)

static void check_key(const char *row, const char *found, const char *wanted)
{
    found = found != NULL ? found : "-";
    CHECK_ROW_TEXT(row, found, strlen(found), wanted != NULL ? wanted : "-");
}

static void check_problem(const char *row, const ledger_outcome *out, const char *field,
                          const char *code)
{
    if (out->problem_count == 0) {
        fail_msg("row '%s': no problem, wanted %s %s (refused %s)", row, field, code,
                 out->refused != NULL ? out->refused : "-");
    }
    check_key(row, out->problems[0].field, field);
    check_key(row, out->problems[0].code, code);
}

/* ---- who may ---- */
/* One action on something of unit `at`; what it is done to is made before. */
typedef struct action {
    const char *name, *type, *event, *fields, *reason;
    bool is_on_record;
    const char *own, *other; /* a letter per actor: o done, f forbidden, n not found, i invalid */
} action;

typedef struct targets {
    uint8_t person[2][16], meeting[2][16], post[2][16], reply[2][16], directive[16], notice[16];
} targets;

static void make_targets(book_town *town, targets *to)
{
    book *on = &town->on;
    ledger_actor *leader = &town->leader;
    book_do(on, leader,
            &(book_change){.type = "directive",
                           .fields = "superior=city_bureau;title=专项检查;received_on=2023-05-08;"
                                     "due_on=2023-06-30"},
            to->directive);
    book_do(on, leader, &(book_change){.type = "notice", .fields = "title=学习通知"}, to->notice);
    for (int i = 0; i < 2; i++) {
        const uint8_t *unit = town->unit[i];
        book_do(on, leader,
                &(book_change){.type = "person",
                               .fields = book_text(on, "name=陈某;unit=%s", unit, NULL)},
                to->person[i]);
        book_do(
            on, leader,
            &(book_change){.type = "meeting",
                           .fields = book_text(on, "unit=%s;kind=study;title=学习会", unit, NULL)},
            to->meeting[i]);
        book_do(on, leader,
                &(book_change){
                    .type = "post",
                    .fields = book_text(on, "unit=%s;role=squad_member;title=队员", unit, NULL)},
                to->post[i]);
        book_do(on, leader,
                &(book_change){
                    .type = "directive_reply",
                    .fields = book_text(on, "parent=%s;unit=%s;question=情况如何;due_on=2023-06-01",
                                        to->directive, unit)},
                to->reply[i]);
    }
}

/* Fields: %u the unit, %p a person of it, %o its officer's post. */
static const char *fill(book_town *town, const targets *to, const char *fields, int at)
{
    book *on = &town->on;
    char *text = lj_arena_alloc(on->arena, 600);
    size_t len = 0;
    for (; fields != NULL && *fields != '\0'; fields++) {
        uint8_t post[16];
        const uint8_t *id = NULL;
        if (fields[0] == '%') {
            id = fields[1] == 'u' ? town->unit[at] : fields[1] == 'p' ? to->person[at] : post;
            assert_true(book_post(on, town->unit[at], "secrecy_officer", post));
        }
        if (id != NULL) {
            len += (size_t)snprintf(text + len, 600 - len, "%s", book_id(id));
            fields++;
        } else {
            text[len++] = *fields;
        }
    }
    return text;
}

static const uint8_t *target_of(book_town *town, const targets *to, const char *type, int at)
{
    return strcmp(type, "unit") == 0        ? town->unit[at]
           : strcmp(type, "person") == 0    ? to->person[at]
           : strcmp(type, "meeting") == 0   ? to->meeting[at]
           : strcmp(type, "post") == 0      ? to->post[at]
           : strcmp(type, "directive") == 0 ? to->directive
           : strcmp(type, "notice") == 0    ? to->notice
           : strcmp(type, "district") == 0  ? town->on.ids.district
                                            : to->reply[at];
}

static char letter_of(lj_code code)
{
    return code == LJ_OK            ? 'o'
           : code == LJ_E_FORBIDDEN ? 'f'
           : code == LJ_E_NOT_FOUND ? 'n'
           : code == LJ_E_INVALID   ? 'i'
                                    : '?';
}

static void test_kernel__only_those_in_the_tables_may(void **state)
{
    (void)state;
    /* Leader, Inspector, unit Head, Responsible leader, Officer, Department head, Person,
       Committee, Kernel, Nobody: those of unit 0. */
    static const action actions[] = {
        {"make a unit",                  "unit",            NULL,         "name=新单位;kind=organ",                       NULL,     false, "ooffffffof",
         "ooffffffof"                                                                                                                                                   },
        {"telephone of a unit",          "unit",            NULL,         "phone=1234",                                      NULL,     true,  "ooooofffon", "oonnnnnfon"},
        {"name of a unit",               "unit",            NULL,         "name=改名局",                                  NULL,     true,  "ooiiifffon", "oonnnnnfon"},
        {"merge a unit into nothing",    "unit",            "merge",      NULL,                                              "合并", true,  "ifffffffin",
         "ifnnnnnfin"                                                                                                                                                   },
        {"make a person",                "person",          NULL,         "name=新人;unit=%u",                             NULL,     false, "ooooofffof",
         "ooffffffof"                                                                                                                                                   },
        {"a person leaves",              "person",          "leave",      "left_on=2023-05-09",                              "调离", true,  "ooooonnnon",
         "oonnnnnnon"                                                                                                                                                   },
        {"make a meeting",               "meeting",         NULL,         "unit=%u;kind=study;title=例会",                 NULL,     false,
         "ooooofffof",                                                                                                                                      "ooffffffof"},
        {"void a meeting",               "meeting",         "void",       NULL,                                              "误录", true,  "oooofnnfon", "oonnnnnfon"},
        {"make a directive",             "directive",       NULL,
         "superior=city_bureau;title=通报;received_on=2023-05-08;due_on=2023-06-30",                                       NULL,     false,
         "ooffffffof",                                                                                                                                      "ooffffffof"},
        {"title of a directive",         "directive",       NULL,         "title=改题",                                    NULL,     true,  "oonnnnnfon",
         "oonnnnnfon"                                                                                                                                                   },
        {"make a notice",                "notice",          NULL,         "title=通知",                                    NULL,     false, "ooffffffof", "ooffffffof"},
        {"title of a draft",             "notice",          NULL,         "title=改题",                                    NULL,     true,  "oonnnnnnon", "oonnnnnnon"},
        {"make a department",            "department",      NULL,         "unit=%u;name=财务科",                          NULL,     false, "ooooofffof",
         "ooffffffof"                                                                                                                                                   },
        {"a key department",             "department",      NULL,
         "unit=%u;name=机要科;key_department=1;key_level=secret;key_confirmed_on=2023-01-01",                             NULL,
         false,                                                                                                                               "ooiiifffof", "ooffffffof"},
        {"make a post",                  "post",            NULL,         "unit=%u;role=secrecy_officer;title=副保密员", NULL,     false,
         "ooffffffof",                                                                                                                                      "ooffffffof"},
        {"close a post",                 "post",            "close",      NULL,                                              NULL,     true,  "oofffnnfon", "oonnnnnfon"},
        {"reply to a directive",         "directive_reply", "answer",     "reply=已办",                                    NULL,     true,
         "ffooonnfon",                                                                                                                                      "ffnnnnnfon"},
        {"accept what is not there yet", "directive_reply", "accept",     NULL,                                              NULL,     true,
         "?????nn??n",                                                                                                                                      "??nnnnn??n"},
        {"a stand-in",                   "assignment",      NULL,         "person=%p;post=%o;since=2023-05-01;stand_in=1",   NULL,
         false,                                                                                                                               "ooooofffof", "ooffffffof"},
        {"name of the district",         "district",        NULL,         "name=新区",                                     NULL,     true,  "offfffffon",
         "offfffffon"                                                                                                                                                   },
        {"send a receipt by hand",       "person",          "unheard_of", NULL,                                              NULL,     true,  "iiiiinnnin",
         "iinnnnnnin"                                                                                                                                                   },
    };
    book_town town;
    book_town_open(&town, false);
    targets to;
    make_targets(&town, &to);
    const ledger_actor *actors[] = {
        &town.leader,    &town.inspector, &town.head[0],   &town.watch[0], &town.officer[0],
        &town.office[0], &town.person[0], &town.committee, &town.kernel,   &town.nobody};
    for (size_t i = 0; i < LJ_COUNT_OF(actions); i++) {
        for (int at = 0; at < 2; at++) {
            const action *row = &actions[i];
            char found[LJ_COUNT_OF(actors) + 1] = {0};
            for (size_t j = 0; j < LJ_COUNT_OF(actors); j++) {
                book_change change = {.type = row->type,
                                      .event = row->event,
                                      .fields = fill(&town, &to, row->fields, at),
                                      .reason = row->reason};
                change.id = row->is_on_record ? target_of(&town, &to, row->type, at) : NULL;
                ledger_outcome out;
                lj_code code = book_try(&town.on, actors[j], &change, &out);
                found[j] = letter_of(code);
                if (code == LJ_E_NOT_FOUND && out.record != NULL) {
                    fail_msg("row '%s', actor %zu: not found, but the record is handed out",
                             row->name, j);
                }
            }
            const char *wanted = at == 0 ? row->own : row->other;
            CHECK_ROW_TEXT(row->name, found, strlen(found), wanted);
        }
    }
    book_town_close(&town);
}

static void test_kernel__administrators_see_no_business_record(void **state)
{
    (void)state;
    book_town town;
    book_town_open(&town, false);
    ledger_actor admin = town.nobody;
    for (uint32_t bit = POST_SYS_ADMIN; bit <= POST_AUDIT_ADMIN; bit <<= 1) {
        admin.admin = bit;
        for (uint32_t i = 0; i < ledger_type_count; i++) {
            const ledger_query query = {.type = ledger_types[i], .state = -1, .most = 10};
            ledger_page page;
            lj_err err = {0};
            CHECK_CODE(ledger_types[i]->name,
                       ledger_list_page(town.on.ledger, town.on.reader, &admin, &query,
                                        town.on.arena, &page, &err),
                       LJ_OK);
            CHECK_ROW(ledger_types[i]->name, page.count, 0);
        }
    }
    book_town_close(&town);
}

/* ---- versions ---- */
static void test_kernel__a_version_that_is_not_the_newest_is_refused(void **state)
{
    (void)state;
    book_town town;
    book_town_open(&town, false);
    book *on = &town.on;
    targets to;
    make_targets(&town, &to);
    const uint8_t *meeting = to.meeting[0];
    ledger_outcome out;
    book_change edit = {.type = "meeting", .id = meeting, .fields = "title=第一次", .seen = 1};
    CHECK_CODE("edit", book_apply(on, &town.leader, &edit, &out), LJ_OK);
    CHECK_ROW("version", out.record->version, 2);
    CHECK_CODE("edit again", book_apply(on, &town.leader, &edit, &out), LJ_E_CONFLICT);
    assert_true(out.is_stale);
    CHECK_ROW("current version is handed back", out.record->version, 2);
    /* The same move twice: the second click carries the version of the first. */
    book_change hold = {.type = "meeting",
                        .id = meeting,
                        .event = "hold",
                        .fields = "held_on=2023-05-09",
                        .seen = 2};
    CHECK_CODE("hold", book_apply(on, &town.leader, &hold, &out), LJ_OK);
    CHECK_CODE("hold twice", book_apply(on, &town.leader, &hold, &out), LJ_E_CONFLICT);
    assert_true(out.is_stale);
    assert_null(out.refused);
    CHECK_ROW("state of the first click", out.record->state, 1);
    hold.seen = 3;
    CHECK_CODE("hold when held", book_apply(on, &town.leader, &hold, &out), LJ_E_CONFLICT);
    assert_false(out.is_stale);
    check_key("hold when held", out.refused, "state");
    hold.seen = 4;
    CHECK_CODE("a version to come", book_apply(on, &town.leader, &hold, &out), LJ_E_CONFLICT);
    assert_true(out.is_stale);
    book_change gone = {.type = "meeting", .id = meeting, .event = "void", .reason = "误录"};
    CHECK_CODE("void", book_apply(on, &town.leader, &gone, &out), LJ_OK);
    CHECK_CODE("void twice", book_apply(on, &town.leader, &gone, &out), LJ_E_CONFLICT);
    check_key("void twice", out.refused, "void");
    CHECK_CODE("edit what is void",
               book_apply(on, &town.leader,
                          &(book_change){.type = "meeting", .id = meeting, .fields = "place=甲"},
                          &out),
               LJ_E_FORBIDDEN);
    book_town_close(&town);
}

static void test_kernel__a_new_record_takes_an_id_once(void **state)
{
    (void)state;
    book_town town;
    book_town_open(&town, false);
    uint8_t id[16];
    ledger_id_make(town.on.ledger, town.on.at, id);
    book_change change = {.type = "notice", .id = id, .is_new = true, .fields = "title=通知甲"};
    ledger_outcome out;
    CHECK_CODE("once", book_apply(&town.on, &town.leader, &change, &out), LJ_OK);
    assert_memory_equal(out.record->id, id, 16);
    CHECK_CODE("twice", book_apply(&town.on, &town.leader, &change, &out), LJ_E_CONFLICT);
    book_town_close(&town);
}

/* ---- values ---- */
typedef struct value_row {
    const char *name, *type, *field;
    store_value value;
    const char *problem; /* NULL: good */
} value_row;

#define RAW(literal)                                                                               \
    {                                                                                              \
        STORE_TEXT, 0,                                                                             \
        {                                                                                          \
            (const uint8_t *)(literal), sizeof(literal) - 1                                        \
        }                                                                                          \
    }
#define RAW_BYTES(literal)                                                                         \
    {                                                                                              \
        STORE_BYTES, 0,                                                                            \
        {                                                                                          \
            (const uint8_t *)(literal), sizeof(literal) - 1                                        \
        }                                                                                          \
    }
#define NUM(number)                                                                                \
    {                                                                                              \
        STORE_INT, (number),                                                                       \
        {                                                                                          \
            NULL, 0                                                                                \
        }                                                                                          \
    }
#define TEN  "一二三四五六七八九十"
#define HASH "0123456789abcdef0123456789abcdef"

/* The change with one value more than the fields give. */
static lj_code apply_value(book_town *town, const ledger_actor *actor, const value_row *row,
                           ledger_outcome *out)
{
    book *on = &town->on;
    const char *base = strcmp(row->type, "unit") == 0 ? "name=试验单位;kind=organ"
                       : strcmp(row->type, "attachment") == 0
                           ? "name=扫描件;size=1;sha256=" HASH HASH
                       : strcmp(row->type, "meeting") == 0
                           ? book_text(on, "unit=%s;kind=study;title=例会", town->unit[0], NULL)
                           : book_text(on, "unit=%s;name=某某", town->unit[0], NULL);
    const ledger_type *type = ledger_type_lookup(row->type, strlen(row->type));
    int field = ledger_field_find(type, row->field, strlen(row->field));
    assert_true(field >= 0);
    const ledger_input more = {(uint32_t)field, row->value};
    return book_try(on, actor, &(book_change){.type = row->type, .fields = base, .more = &more},
                    out);
}

static void test_kernel__every_bound_of_every_kind_is_held(void **state)
{
    (void)state;
    static const value_row rows[] = {
        {"text of 80 characters",  "unit",       "name",        RAW(TEN TEN TEN TEN TEN TEN TEN TEN),       NULL               },
        {"text of 81 characters",  "unit",       "name",        RAW(TEN TEN TEN TEN TEN TEN TEN TEN "甲"),
         "too_long"                                                                                                            },
        {"text of 2 characters",   "unit",       "name",        RAW("区府"),                              NULL               },
        {"text of 1 character",    "unit",       "name",        RAW("区"),                                 "too_short"        },
        {"empty text",             "unit",       "name",        RAW(""),                                    "too_short"        },
        {"beyond the basic plane", "unit",       "short_name",  RAW("\xF0\xA0\x80\x80"),                    NULL               },
        {"control character",      "unit",       "address",
         RAW("a\x01"
             "b"),
         "control_character"                                                                                                   },
        {"line in one line",       "unit",       "address",     RAW("a\nb"),                                "control_character"},
        {"carriage return",        "meeting",    "agenda",      RAW("a\r\nb"),                              "control_character"},
        {"lines in prose",         "meeting",    "agenda",      RAW("a\nb\tc"),                             NULL               },
        {"delete",                 "unit",       "address",     RAW("a\x7F"),                               "control_character"},
        {"NUL",                    "unit",       "address",     RAW("a\0b"),                                "control_character"},
        {"no UTF-8",               "unit",       "address",     RAW("a\xFF"),                               "not_text"         },
        {"cut UTF-8",              "unit",       "address",     RAW("a\xE5\x8C"),                           "not_text"         },
        {"overlong UTF-8",         "unit",       "address",     RAW("\xC0\xAF"),                            "not_text"         },
        {"surrogate",              "unit",       "address",     RAW("\xED\xA0\x80"),                        "not_text"         },
        {"unknown code",           "unit",       "kind",        RAW("castle"),                              "unknown_code"     },
        {"code of another list",   "unit",       "kind",        RAW("internal"),                            "unknown_code"     },
        {"code with a capital",    "unit",       "kind",        RAW("Organ"),                               "unknown_code"     },
        {"empty code",             "unit",       "kind",        RAW(""),                                    "unknown_code"     },
        {"smallest",               "unit",       "staff_count", NUM(0),                                     NULL               },
        {"below",                  "unit",       "staff_count", NUM(-1),                                    "too_small"        },
        {"largest",                "unit",       "staff_count", NUM(100000),                                NULL               },
        {"above",                  "unit",       "staff_count", NUM(100001),                                "too_large"        },
        {"2^63 - 1",               "unit",       "staff_count", NUM(INT64_MAX),                             "too_large"        },
        {"-2^63",                  "unit",       "staff_count", NUM(INT64_MIN),                             "too_small"        },
        {"2^63 - 1 where it fits", "attachment", "size",        NUM(INT64_MAX),                             NULL               },
        {"text for a number",      "unit",       "staff_count", RAW("12"),                                  "wrong_kind"       },
        {"number for text",        "unit",       "name",        NUM(12),                                    "wrong_kind"       },
        {"bytes for text",         "unit",       "address",     RAW_BYTES("ab"),                            "wrong_kind"       },
        {"neither yes nor no",     "unit",       "key_unit",    NUM(2),                                     "not_yes_or_no"    },
        {"no",                     "unit",       "key_unit",    NUM(0),                                     NULL               },
        {"1900-01-01",             "unit",       "key_from",    NUM(-25567),                                NULL               },
        {"1899-12-31",             "unit",       "key_from",    NUM(-25568),                                "too_small"        },
        {"9999-12-31",             "unit",       "key_from",    NUM(2932896),                               NULL               },
        {"10000-01-01",            "unit",       "key_from",    NUM(2932897),                               "too_large"        },
        {"id of 15 bytes",         "unit",       "parent",      RAW_BYTES("0123456789abcde"),               "not_an_id"        },
        {"id of nothing",          "unit",       "parent",      RAW_BYTES("0123456789abcdef"),              "unknown_record"   },
        {"text for an id",         "unit",       "parent",      RAW("0123456789abcdef"),                    "wrong_kind"       },
        {"file hash of 31 bytes",  "attachment", "sha256",
         RAW_BYTES("0123456789abcdef0123456789abcde"),                                                      "not_a_hash"       },
        {"file hash of 33 bytes",  "attachment", "sha256",      RAW_BYTES(HASH "0"),                        "not_a_hash"       },
        {"keyed hash of 36 bytes", "person",     "id_hash",     RAW_BYTES(HASH "0123"),                     NULL               },
        {"keyed hash of 37 bytes", "person",     "id_hash",     RAW_BYTES(HASH "01234"),                    "not_a_hash"       },
        {"keyed hash of 31 bytes", "person",     "id_hash",
         RAW_BYTES("0123456789abcdef0123456789abcde"),                                                      "not_a_hash"       },
    };
    book_town town;
    book_town_open(&town, false);
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        ledger_outcome out;
        lj_code code = apply_value(&town, &town.leader, &rows[i], &out);
        if (rows[i].problem == NULL) {
            CHECK_CODE(rows[i].name, code, LJ_OK);
            continue;
        }
        CHECK_CODE(rows[i].name, code, LJ_E_INVALID);
        check_problem(rows[i].name, &out, rows[i].field, rows[i].problem);
    }
    book_town_close(&town);
}

static void test_kernel__every_problem_is_told_at_once(void **state)
{
    (void)state;
    book_town town;
    book_town_open(&town, false);
    ledger_outcome out;
    CHECK_CODE("nothing given",
               book_apply(&town.on, &town.leader,
                          &(book_change){.type = "directive", .fields = "their_number=甲1"}, &out),
               LJ_E_INVALID);
    CHECK_ROW("superior, title, received_on, due_on", out.problem_count, 4);
    CHECK_ROW("nothing was logged", book_of(&town.on, &q_book_grams, town.unit[0]) > 0, 1);
    book_town_close(&town);
}

/* ---- what must be there ---- */
static void test_kernel__what_is_required_is_asked_for(void **state)
{
    (void)state;
    book_town town;
    book_town_open(&town, false);
    book *on = &town.on;
    targets to;
    make_targets(&town, &to);
    uint8_t handover[16];
    uint8_t post[16];
    assert_true(book_post(on, town.unit[0], "secrecy_officer", post));
    book_do(on, &town.leader,
            &(book_change){.type = "handover", .fields = book_text(on, "post=%s", post, NULL)},
            handover);
    const struct {
        const char *name;
        book_change change;
        const char *field;
        uint32_t count;
    } rows[] = {
        {"always, at creation", {.type = "notice", .fields = "kind=notice"},               "title",    1},
        {"always, by an edit",
         {.type = "meeting", .id = to.meeting[0], .fields = "title="},
         "title",                                                                                      1},
        {"at an event",         {.type = "meeting", .id = to.meeting[0], .event = "hold"}, "held_on",  1},
        {"two at an event",     {.type = "notice", .id = to.notice, .event = "issue"},     "body",     2},
        {"by groups",           {.type = "handover", .id = handover, .event = "complete"}, "outgoing", 4},
        {"reason of a move",
         {.type = "meeting", .id = to.meeting[0], .event = "cancel"},
         "reason",                                                                                     1},
        {"reason of a voiding",
         {.type = "meeting", .id = to.meeting[0], .event = "void"},
         "reason",                                                                                     1},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        ledger_outcome out;
        CHECK_CODE(rows[i].name, book_try(on, &town.leader, &rows[i].change, &out), LJ_E_INVALID);
        check_problem(rows[i].name, &out, rows[i].field, "required");
        CHECK_ROW(rows[i].name, out.problem_count, rows[i].count);
    }
    book_town_close(&town);
}

static void test_kernel__fields_are_closed_by_their_flags(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t flags;
        ledger_writing writing;
        const char *why;
    } rows[] = {
        {"plain field, own group",              0,                 {.write_groups = 1},                        NULL          },
        {"plain field, other group",            0,                 {.write_groups = 2},                        "not_writable"},
        {"named at the move",                   0,                 {.is_named = true},                         NULL          },
        {"fixed, new record",                   LEDGER_FIXED,      {.is_new = true, .write_groups = 1},        NULL          },
        {"fixed, later",                        LEDGER_FIXED,      {.write_groups = 1},                        "fixed"       },
        {"fixed, named at the move",            LEDGER_FIXED,      {.is_named = true, .write_groups = 1},      NULL          },
        {"the kernel's",                        LEDGER_KERNEL,     {.is_named = true, .write_groups = 1},      "not_writable"},
        {"the kernel's, by an effect",          LEDGER_KERNEL,     {.is_trusted = true},                       NULL          },
        {"classified, elsewhere",               LEDGER_CLASSIFIED, {.write_groups = 1},                        "classified"  },
        {"classified, elsewhere, by an effect",
         LEDGER_CLASSIFIED,                                        {.is_trusted = true},
         "classified"                                                                                                        },
        {"classified, elsewhere, named",        LEDGER_CLASSIFIED, {.is_named = true},                         "classified"  },
        {"classified where it may be",
         LEDGER_CLASSIFIED,                                        {.is_classified = true, .write_groups = 1},
         NULL                                                                                                                },
        {"classified, other group",             LEDGER_CLASSIFIED, {.is_classified = true},                    "not_writable"},
        {"local, off",                          LEDGER_LOCAL,      {.write_groups = 1},                        "switched_off"},
        {"local, on",                           LEDGER_LOCAL,      {.is_local_on = true, .write_groups = 1},   NULL          },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        const ledger_field field = {.name = "x", .flags = rows[i].flags};
        check_key(rows[i].name, ledger_field_closed(&field, &rows[i].writing), rows[i].why);
    }
}

static void test_kernel__flags_hold_on_both_kinds_of_installation(void **state)
{
    (void)state;
    for (int is_classified = 0; is_classified < 2; is_classified++) {
        book_town town;
        book_town_open(&town, is_classified != 0);
        book *on = &town.on;
        targets to;
        make_targets(&town, &to);
        const struct {
            const char *name;
            book_change change;
            const char *field, *problem;
        } rows[] = {
            {"the unit of a meeting is fixed",
             {.type = "meeting",
              .id = to.meeting[0],
              .fields = book_text(on, "unit=%s", town.unit[1], NULL)},
             "unit",       "fixed"       },
            {"the day of issue is the kernel's",
             {.type = "notice", .id = to.notice, .fields = "issued_on=2023-05-01"},
             "issued_on",  "not_writable"},
            {"the kernel's in a new record",
             {.type = "notice", .fields = "title=通知乙;issued_on=2023-05-01"},
             "issued_on",  "not_writable"},
            {"classified is settled at the setting up",
             {.type = "district",
              .id = on->ids.district,
              .fields = is_classified != 0 ? "classified=0" : "classified=1"},
             "classified", "not_writable"},
            {"telephones are off",
             {.type = "person", .id = to.person[0], .fields = "phone=123"},
             "phone",      "switched_off"},
        };
        for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
            ledger_outcome out;
            CHECK_CODE(rows[i].name, book_try(on, &town.leader, &rows[i].change, &out),
                       LJ_E_INVALID);
            check_problem(rows[i].name, &out, rows[i].field, rows[i].problem);
        }
        ledger_record *district = book_read(on, "district", on->ids.district);
        CHECK_ROW("kind of installation", book_value(district, "classified")->num, is_classified);
        book_town_close(&town);
    }
}

static void test_kernel__a_district_switches_local_fields_on(void **state)
{
    (void)state;
    book_town town;
    book_town_open(&town, false);
    book *on = &town.on;
    targets to;
    make_targets(&town, &to);
    const ledger_type *type = ledger_type_lookup("person", 6);
    uint32_t phone = (uint32_t)ledger_field_find(type, "phone", 5);
    book_change edit = {.type = "person", .id = to.person[0], .fields = "phone=123"};
    for (int step = 0; step < 3; step++) {
        ledger_outcome out;
        CHECK_CODE("telephone", book_try(on, &town.officer[0], &edit, &out),
                   step == 1 ? LJ_OK : LJ_E_INVALID);
        int64_t before = book_log_size(on);
        ledger_txn *txn = NULL;
        lj_err err = {0};
        CHECK_CODE("begin", ledger_begin(on->ledger, &town.kernel, on->arena, &txn, &err), LJ_OK);
        CHECK_CODE("switch", ledger_local_set(txn, type, phone, step == 0, &err), LJ_OK);
        CHECK_CODE("commit", ledger_commit(txn, &err), LJ_OK);
        CHECK_ROW("entry of the log", book_log_size(on), before + 1);
    }
    book_town_close(&town);
}

/* ---- other records ---- */
static void test_kernel__references_are_to_records_in_sight(void **state)
{
    (void)state;
    book_town town;
    book_town_open(&town, false);
    book *on = &town.on;
    targets to;
    make_targets(&town, &to);
    uint8_t gone[16];
    book_do(on, &town.leader,
            &(book_change){.type = "department",
                           .fields = book_text(on, "unit=%s;name=旧科室", town.unit[0], NULL)},
            gone);
    book_do(on, &town.leader,
            &(book_change){.type = "department", .id = gone, .event = "void", .reason = "误录"},
            NULL);
    const struct {
        const char *name;
        const uint8_t *department;
        const char *problem;
    } rows[] = {
        {"own department",  town.department[0], NULL            },
        {"nothing",         to.person[0],       "unknown_record"},
        {"void",            gone,               "void_record"   },
        {"of another unit", town.department[1], "other_unit"    },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        ledger_outcome out;
        book_change change = {.type = "person",
                              .id = to.person[0],
                              .fields = book_text(on, "department=%s", rows[i].department, NULL)};
        lj_code code = book_try(on, &town.officer[0], &change, &out);
        CHECK_CODE(rows[i].name, code, rows[i].problem != NULL ? LJ_E_INVALID : LJ_OK);
        if (rows[i].problem != NULL) {
            check_problem(rows[i].name, &out, "department", rows[i].problem);
        }
    }
    /* The bureau sees both units, and the guard of the type says what does not fit. */
    ledger_outcome out;
    book_change cross = {.type = "person",
                         .id = to.person[0],
                         .fields = book_text(on, "department=%s", town.department[1], NULL)};
    CHECK_CODE("bureau", book_try(on, &town.leader, &cross, &out), LJ_E_CONFLICT);
    check_key("bureau", out.refused, "other_unit");
    book_town_close(&town);
}

static void test_kernel__a_reference_can_be_cleared(void **state)
{
    (void)state;
    book_town town;
    book_town_open(&town, false);
    book *on = &town.on;
    book_do(on, &town.leader,
            &(book_change){.type = "unit",
                           .id = town.unit[0],
                           .fields = book_text(on, "parent=%s", town.unit[1], NULL)},
            NULL);
    assert_int_equal(book_read(on, "unit", town.unit[0])->parent.kind, STORE_BYTES);
    book_do(on, &town.leader,
            &(book_change){.type = "unit", .id = town.unit[0], .fields = "parent="}, NULL);
    ledger_record *unit = book_read(on, "unit", town.unit[0]);
    assert_int_equal(unit->parent.kind, STORE_NULL);
    assert_int_equal(book_value(unit, "parent")->kind, STORE_NULL);
    book_town_close(&town);
}

static void test_kernel__what_is_unique_is_so_among_records_in_force(void **state)
{
    (void)state;
    book_town town;
    book_town_open(&town, false);
    book *on = &town.on;
    uint8_t first[16];
    ledger_outcome out;
    book_change change = {.type = "unit", .fields = "name=区粮食局;code=K1;kind=organ"};
    book_do(on, &town.leader, &change, first);
    CHECK_CODE("name and code again", book_try(on, &town.leader, &change, &out), LJ_E_INVALID);
    CHECK_ROW("name and code again", out.problem_count, 2);
    check_problem("name and code again", &out, "name", "not_unique");
    book_change same = {.type = "unit", .id = first, .fields = "name=区粮食局;phone=1"};
    CHECK_CODE("the record itself", book_try(on, &town.leader, &same, &out), LJ_OK);
    book_change taken = {.type = "unit", .id = first, .fields = "name=区教育局"};
    CHECK_CODE("by an edit", book_try(on, &town.leader, &taken, &out), LJ_E_INVALID);
    book_do(on, &town.leader,
            &(book_change){.type = "unit", .id = first, .event = "void", .reason = "误录"}, NULL);
    CHECK_CODE("after the voiding", book_apply(on, &town.leader, &change, &out), LJ_OK);
    book_town_close(&town);
}

static void test_kernel__numbers_are_given_once(void **state)
{
    (void)state;
    book_town town;
    book_town_open(&town, false);
    book *on = &town.on;
    ledger_outcome out;
    CHECK_CODE("rolled back",
               book_try(on, &town.leader,
                        &(book_change){.type = "unit", .fields = "name=试验一;kind=organ"}, &out),
               LJ_OK);
    static const char *const names[] = {"试验二", "试验三", "试验四", "试验五"};
    char before[32] = "";
    for (size_t i = 0; i < LJ_COUNT_OF(names); i++) {
        char fields[100];
        uint8_t id[16];
        snprintf(fields, sizeof fields, "name=%s;kind=organ", names[i]);
        book_do(on, &town.leader, &(book_change){.type = "unit", .fields = fields}, id);
        ledger_record *unit = book_read(on, "unit", id);
        char number[32];
        assert_true(unit->number.bytes.len < sizeof number);
        memset(number, 0, sizeof number);
        memcpy(number, unit->number.bytes.ptr, unit->number.bytes.len);
        assert_true(strcmp(number, before) > 0);
        memcpy(before, number, sizeof before);
        book_do(on, &town.leader,
                &(book_change){.type = "unit", .id = id, .event = "void", .reason = "误录"}, NULL);
        /* What is rolled back in between leaves no trace that somebody could have seen. */
        CHECK_CODE("in between",
                   book_try(on, &town.leader,
                            &(book_change){.type = "unit", .fields = "name=中间;kind=organ"}, &out),
                   LJ_OK);
    }
    store_value district = store_int(1);
    const store_value *columns = NULL;
    lj_err err = {0};
    CHECK_CODE("numbers",
               store_one(on->reader, &q_book_numbers, &district, 1, on->arena, &columns, &err),
               LJ_OK);
    CHECK_ROW("all different", columns[0].num, columns[1].num);
    CHECK_ROW("bureau, two units, four", columns[0].num, 7);
    book_town_close(&town);
}

/* ---- time ---- */
static void test_kernel__days_lie_in_the_past(void **state)
{
    (void)state;
    book_town town;
    book_town_open(&town, false);
    int64_t today = book_today(&town.on);
    const struct {
        const char *name;
        int64_t day;
        const char *problem;
    } rows[] = {
        {"today",                today,                 NULL       },
        {"tomorrow",             today + 1,             "in_future"},
        {"long ago",             CALENDAR_FIRST_ON,     NULL       },
        {"before all calendars", CALENDAR_FIRST_ON - 1, "too_small"},
        {"the end of time",      INT64_MAX,             "in_future"},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        ledger_outcome out;
        book_change change = {.type = "notice", .fields = "title=通知", .happened_on = rows[i].day};
        CHECK_CODE(rows[i].name, book_try(&town.on, &town.leader, &change, &out),
                   rows[i].problem != NULL ? LJ_E_INVALID : LJ_OK);
        if (rows[i].problem != NULL) {
            check_problem(rows[i].name, &out, "happened_on", rows[i].problem);
        } else {
            CHECK_ROW(rows[i].name, out.record->happened_on, rows[i].day);
        }
    }
    book_town_close(&town);
}

typedef struct log_scan {
    int64_t at, seq;
    bool is_good;
} log_scan;

static lj_code scan_leaf(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)count;
    (void)err;
    log_scan *scan = ctx;
    scan->is_good = scan->is_good && columns[0].num == scan->seq && columns[1].num >= scan->at;
    scan->seq++;
    scan->at = columns[1].num;
    return LJ_OK;
}

static bool is_log_in_order(book *on)
{
    log_scan scan = {.at = INT64_MIN, .is_good = true};
    const store_value args[] = {store_int(1), store_int(0), store_int(1000000)};
    lj_err err = {0};
    CHECK_CODE("log", store_run(on->reader, &q_audit_leaves, args, 3, scan_leaf, &scan, &err),
               LJ_OK);
    return scan.is_good && scan.seq == book_log_size(on);
}

static void test_kernel__the_log_never_goes_back(void **state)
{
    (void)state;
    book_town town;
    book_town_open(&town, false);
    book *on = &town.on;
    static const int hours[] = {1, -48, 5, -1, 0, 100};
    for (size_t i = 0; i < LJ_COUNT_OF(hours); i++) {
        on->at += (int64_t)hours[i] * 3600000;
        uint8_t id[16];
        book_do(on, &town.leader, &(book_change){.type = "notice", .fields = "title=通知"}, id);
    }
    assert_true(is_log_in_order(on));
    book_town_close(&town);
}

static void test_kernel__a_part_is_undone_alone(void **state)
{
    (void)state;
    book_town town;
    book_town_open(&town, false);
    book *on = &town.on;
    const ledger_type *type = ledger_type_lookup("notice", 6);
    int64_t before = book_log_size(on);
    ledger_txn *txn = NULL;
    lj_err err = {0};
    const ledger_input input = {0, store_cstr("分批通知")};
    const ledger_change change = {.type = type,
                                  .is_new = true,
                                  .state = -1,
                                  .inputs = &input,
                                  .input_count = 1,
                                  .happened_on = LEDGER_NO_DAY};
    ledger_outcome out;
    CHECK_CODE("begin", ledger_begin(on->ledger, &town.leader, on->arena, &txn, &err), LJ_OK);
    CHECK_CODE("one", ledger_apply(txn, &change, &out, &err), LJ_OK);
    CHECK_CODE("outer", ledger_savepoint(txn, &err), LJ_OK);
    CHECK_CODE("two", ledger_apply(txn, &change, &out, &err), LJ_OK);
    CHECK_CODE("inner", ledger_savepoint(txn, &err), LJ_OK);
    CHECK_CODE("three", ledger_apply(txn, &change, &out, &err), LJ_OK);
    CHECK_CODE("inner stays", ledger_release(txn, &err), LJ_OK);
    ledger_undo(txn);
    CHECK_CODE("four", ledger_apply(txn, &change, &out, &err), LJ_OK);
    CHECK_CODE("again", ledger_savepoint(txn, &err), LJ_OK);
    CHECK_CODE("five", ledger_apply(txn, &change, &out, &err), LJ_OK);
    ledger_undo(txn);
    CHECK_CODE("commit", ledger_commit(txn, &err), LJ_OK);
    CHECK_ROW("one and four", book_log_size(on), before + 2);
    assert_true(is_log_in_order(on));
    book_town_close(&town);
}

/* ---- effects ---- */
static void test_kernel__a_unit_gets_its_number_posts_and_entries(void **state)
{
    (void)state;
    book on;
    book_open(&on);
    ledger_actor leader = book_actor(&on, "张一", NULL, "bureau_leader");
    uint8_t unit[16];
    book_do(&on, &leader, &(book_change){.type = "unit", .fields = "name=区教育局;kind=organ"},
            unit);
    ledger_record *record = book_read(&on, "unit", unit);
    CHECK_ROW("version", record->version, 1);
    CHECK_ROW_TEXT("number", record->number.bytes.ptr, record->number.bytes.len, "U-0002");
    static const char *const roles[] = {"unit_head", "responsible_leader", "secrecy_officer"};
    for (size_t i = 0; i < LJ_COUNT_OF(roles); i++) {
        uint8_t post[16];
        CHECK_ROW(roles[i], book_post(&on, unit, roles[i], post), 1);
    }
    ledger_event *events = NULL;
    uint32_t count = 0;
    lj_err err = {0};
    CHECK_CODE("history",
               ledger_history(on.ledger, on.reader, &leader, record->type, unit, on.arena, &events,
                              &count, &err),
               LJ_OK);
    CHECK_ROW("one event", count, 1);
    CHECK_ROW("name and kind", events[0].change_count, 2);
    book_close(&on);
}

static void test_kernel__who_leaves_holds_nothing_more(void **state)
{
    (void)state;
    book_town town;
    book_town_open(&town, false);
    book *on = &town.on;
    book_appoint(on, &town.officer[0], town.unit[0], "squad_member");
    const uint8_t *person = book_person_of(&town.officer[0]);
    uint8_t posts[2][16];
    uint8_t account[16];
    assert_true(book_post(on, town.unit[0], "secrecy_officer", posts[0]));
    assert_true(book_post(on, town.unit[0], "squad_member", posts[1]));
    book_account_make(on, person, posts, 2, account);
    ledger_actor actor;
    lj_err err = {0};
    CHECK_CODE("before",
               ledger_actor_of(on->ledger, on->reader, account, on->at, on->arena, &actor, &err),
               LJ_OK);
    CHECK_ROW("posts before", actor.post_count, 2);
    book_do(on, &town.leader,
            &(book_change){.type = "person",
                           .id = person,
                           .event = "leave",
                           .fields = "left_on=2023-05-10",
                           .reason = "调离"},
            NULL);
    CHECK_CODE("after",
               ledger_actor_of(on->ledger, on->reader, account, on->at, on->arena, &actor, &err),
               LJ_OK);
    CHECK_ROW("posts after, on the same day", actor.post_count, 0);
    /* Who comes back gets nothing back by itself. */
    book_next_day(on, 1);
    book_do(on, &town.leader,
            &(book_change){.type = "person", .id = person, .event = "return", .reason = "返回"},
            NULL);
    CHECK_CODE("back",
               ledger_actor_of(on->ledger, on->reader, account, on->at, on->arena, &actor, &err),
               LJ_OK);
    CHECK_ROW("posts of one who came back", actor.post_count, 0);
    book_town_close(&town);
}

static void test_kernel__a_handover_packs_what_is_there(void **state)
{
    (void)state;
    book_town town;
    book_town_open(&town, false);
    book *on = &town.on;
    targets to;
    make_targets(&town, &to); /* a reply of each unit is due within 60 days */
    uint8_t post[16];
    uint8_t handover[16];
    assert_true(book_post(on, town.unit[0], "secrecy_officer", post));
    book_do(on, &town.officer[0],
            &(book_change){.type = "handover", .fields = book_text(on, "post=%s", post, NULL)},
            handover);
    /* Due soon: the reply. Ledgers: five. Contacts: head, responsible leader, officer, head of the
       department, person. */
    CHECK_ROW("items", book_of_state(on, &q_book_items, handover, 0), 1 + 5 + 5);
    book_do(on, &town.officer[0],
            &(book_change){.type = "handover_item",
                           .fields = book_text(on, "parent=%s;unit=%s;kind=key;subject=保密柜钥匙",
                                               handover, town.unit[0])},
            NULL);
    book_do(on, &town.officer[0],
            &(book_change){.type = "handover", .id = handover, .event = "refresh"}, NULL);
    CHECK_ROW("replaced", book_of_state(on, &q_book_items, handover, 2), 11);
    CHECK_ROW("packed anew, and the key", book_of_state(on, &q_book_items, handover, 0), 12);
    book_do(
        on, &town.officer[0],
        &(book_change){.type = "handover", .id = handover, .event = "cancel", .reason = "暂不交接"},
        NULL);
    CHECK_ROW("closed with it", book_of_state(on, &q_book_items, handover, 1), 12);
    book_town_close(&town);
}

static void test_kernel__a_notice_reaches_all_supervised_units(void **state)
{
    (void)state;
    book_town town;
    book_town_open(&town, false);
    book *on = &town.on;
    uint8_t other[16];
    uint8_t notice[16];
    book_do(on, &town.leader,
            &(book_change){.type = "unit", .fields = "name=某社区;kind=community"}, other);
    book_do(on, &town.inspector,
            &(book_change){.type = "notice",
                           .fields = "title=学习通知;body=请学习;to_all=1;read_by=2023-05-20"},
            notice);
    book_do(on, &town.inspector, &(book_change){.type = "notice", .id = notice, .event = "issue"},
            NULL);
    CHECK_ROW("waiting: two supervised units", book_of_state(on, &q_book_receipts, notice, 1), 2);
    CHECK_ROW("day of issue", book_value(book_read(on, "notice", notice), "issued_on")->num,
              book_today(on));
    book_do(on, &town.leader,
            &(book_change){.type = "unit",
                           .id = other,
                           .event = "supervise",
                           .fields = "supervised_from=2023-05-10"},
            NULL);
    book_do(on, &town.inspector,
            &(book_change){.type = "notice", .id = notice, .event = "send_more"}, NULL);
    CHECK_ROW("the new one too, once each", book_of_state(on, &q_book_receipts, notice, 1), 3);
    book_do(
        on, &town.inspector,
        &(book_change){.type = "notice", .id = notice, .event = "withdraw", .reason = "内容有误"},
        NULL);
    CHECK_ROW("withdrawn with it", book_of_state(on, &q_book_receipts, notice, 4), 3);
    book_town_close(&town);
}

static void test_kernel__what_an_effect_refuses_undoes_the_move(void **state)
{
    (void)state;
    book_town town;
    book_town_open(&town, false);
    book *on = &town.on;
    /* The bureau's leader leaves while nobody follows. */
    int64_t before = book_log_size(on);
    ledger_outcome out;
    book_change leave = {.type = "person",
                         .id = book_person_of(&town.leader),
                         .event = "leave",
                         .fields = "left_on=2023-05-10",
                         .reason = "退休"};
    CHECK_CODE("leave", book_apply(on, &town.inspector, &leave, &out), LJ_E_CONFLICT);
    check_key("leave", out.refused, "last_leader");
    CHECK_ROW("state", book_read(on, "person", book_person_of(&town.leader))->state, 0);
    CHECK_ROW("log", book_log_size(on), before);
    book_town_close(&town);
}

/* ---- guards ---- */
static void test_kernel__a_refusal_names_its_waiver(void **state)
{
    (void)state;
    book_town town;
    book_town_open(&town, false);
    book *on = &town.on;
    uint8_t post[16];
    uint8_t handover[16];
    assert_true(book_post(on, town.unit[0], "secrecy_officer", post));
    char fields[600];
    snprintf(fields, sizeof fields,
             "post=%s;outgoing=%s;incoming=%s;leader=%s;handover_on=2023-05-10;outgoing_gone=1",
             book_id(post), book_id(book_person_of(&town.officer[0])),
             book_id(book_person_of(&town.person[0])), book_id(book_person_of(&town.watch[0])));
    book_do(on, &town.leader, &(book_change){.type = "handover", .fields = fields}, handover);
    ledger_outcome out;
    CHECK_CODE("complete",
               book_apply(on, &town.watch[0],
                          &(book_change){.type = "handover", .id = handover, .event = "complete"},
                          &out),
               LJ_E_CONFLICT);
    check_key("complete", out.refused, "outgoing_gone");
    check_key("complete", out.waiver, "complete_without_outgoing");
    book_change waiver = {.type = "handover",
                          .id = handover,
                          .event = "complete_without_outgoing",
                          .reason = "已调离"};
    CHECK_CODE("without signatures", book_apply(on, &town.watch[0], &waiver, &out), LJ_E_CONFLICT);
    CHECK_ROW("incoming is missing, the mover signs as leader", out.missing_count, 1);
    check_key("missing", out.missing[0].role, "incoming");
    const ledger_signing sign = {.type = ledger_type_lookup("handover", 8),
                                 .id = handover,
                                 .event = "complete_without_outgoing",
                                 .role = "incoming",
                                 .mode = LEDGER_BY_SESSION};
    CHECK_CODE("incoming signs", book_sign(on, &town.person[0], &sign, &out), LJ_OK);
    CHECK_CODE("then it goes", book_apply(on, &town.watch[0], &waiver, &out), LJ_OK);
    CHECK_ROW("done", out.record->state, 1);
    book_town_close(&town);
}

static void test_kernel__the_bureau_is_never_without_a_leader(void **state)
{
    (void)state;
    book_town town;
    book_town_open(&town, false);
    book *on = &town.on;
    uint8_t post[16];
    uint8_t handover[16];
    assert_true(book_post(on, NULL, "bureau_leader", post));
    ledger_outcome out;
    CHECK_CODE(
        "void the post",
        book_apply(on, &town.leader,
                   &(book_change){.type = "post", .id = post, .event = "void", .reason = "撤销"},
                   &out),
        LJ_E_CONFLICT);
    check_key("void the post", out.refused, "last_leader");
    const ledger_query query = {.type = ledger_type_lookup("assignment", 10),
                                .state = -1,
                                .filters = {town.leader.person},
                                .most = 5};
    ledger_page page;
    lj_err err = {0};
    CHECK_CODE(
        "assignments",
        ledger_list_page(on->ledger, on->reader, &town.kernel, &query, on->arena, &page, &err),
        LJ_OK);
    CHECK_ROW("one assignment", page.count, 1);
    const uint8_t *held = page.records[0]->id;
    CHECK_CODE("void the assignment",
               book_apply(on, &town.leader,
                          &(book_change){
                              .type = "assignment", .id = held, .event = "void", .reason = "误录"},
                          &out),
               LJ_E_CONFLICT);
    check_key("void the assignment", out.refused, "last_leader");
    CHECK_CODE("end the assignment",
               book_apply(on, &town.leader,
                          &(book_change){.type = "assignment",
                                         .id = held,
                                         .event = "end",
                                         .fields = "until=2023-05-10"},
                          &out),
               LJ_E_CONFLICT);
    check_key("end the assignment", out.refused, "last_leader");
    /* A handover passes the post on. */
    char fields[600];
    snprintf(fields, sizeof fields,
             "post=%s;outgoing=%s;incoming=%s;leader=%s;handover_on=2023-05-10", book_id(post),
             book_id(book_person_of(&town.leader)), book_id(book_person_of(&town.inspector)),
             book_id(book_person_of(&town.head[0])));
    CHECK_CODE(
        "a leader of a unit does not watch",
        book_apply(on, &town.leader, &(book_change){.type = "handover", .fields = fields}, &out),
        LJ_E_CONFLICT);
    ledger_actor second = book_actor(on, "冯副局长", NULL, "unit_head");
    snprintf(fields, sizeof fields,
             "post=%s;outgoing=%s;incoming=%s;leader=%s;handover_on=2023-05-10", book_id(post),
             book_id(book_person_of(&town.leader)), book_id(book_person_of(&town.inspector)),
             book_id(book_person_of(&second)));
    book_do(on, &town.leader, &(book_change){.type = "handover", .fields = fields}, handover);
    book_do(on, &town.kernel,
            &(book_change){.type = "handover", .id = handover, .event = "complete"}, NULL);
    book_next_day(on, 1);
    ledger_answerer who;
    CHECK_CODE(
        "answerer",
        ledger_answerer_of(on->ledger, on->reader, post, book_today(on), on->arena, &who, &err),
        LJ_OK);
    assert_memory_equal(who.person.bytes.ptr, book_person_of(&town.inspector), 16);
    assert_false(who.is_former);
    book_town_close(&town);
}

/* ---- signatures ---- */
typedef struct signing_place {
    book_town town;
    uint8_t post[16], handover[16];
    const ledger_type *type;
} signing_place;

static void signing_open(signing_place *to)
{
    book_town_open(&to->town, false);
    book *on = &to->town.on;
    to->type = ledger_type_lookup("handover", 8);
    assert_true(book_post(on, to->town.unit[0], "secrecy_officer", to->post));
    char fields[600];
    snprintf(
        fields, sizeof fields, "post=%s;outgoing=%s;incoming=%s;leader=%s;handover_on=2023-05-10",
        book_id(to->post), book_id(book_person_of(&to->town.officer[0])),
        book_id(book_person_of(&to->town.person[0])), book_id(book_person_of(&to->town.watch[0])));
    book_do(on, &to->town.officer[0], &(book_change){.type = "handover", .fields = fields},
            to->handover);
}

static void test_kernel__signatures_are_taken_from_those_they_are_of(void **state)
{
    (void)state;
    signing_place on;
    signing_open(&on);
    book_town *town = &on.town;
    const uint8_t *outgoing = book_person_of(&town->officer[0]);
    static const uint8_t scan[32] = "scan of the signed sheet, hashed";
    const lj_slice proof = lj_slice_of(scan, 32);
    const lj_slice place = lj_cstr_bytes("三号柜");
    const struct {
        const char *name;
        const ledger_actor *actor;
        ledger_signing signing;
        lj_code code;
        const char *field, *problem;
    } rows[] = {
        {"somebody else in session",
         &town->head[0],
         {.role = "outgoing", .mode = LEDGER_BY_SESSION},
         LJ_E_INVALID,   "person",
         "not_entitled"  },
        {"for somebody else in session",
         &town->head[0],
         {.role = "outgoing", .mode = LEDGER_BY_SESSION, .person = outgoing},
         LJ_E_INVALID,   "person",
         "only_own"      },
        {"a role that is none",
         &town->officer[0],
         {.role = "witness", .mode = LEDGER_BY_SESSION},
         LJ_E_INVALID,   "role",
         "unknown_code"  },
        {"a mode that is not taken",
         &town->officer[0],
         {.role = "outgoing", .mode = LEDGER_BY_PACKAGE},
         LJ_E_INVALID,   "mode",
         "unknown_code"  },
        {"paper without a person",
         &town->head[0],
         {.role = "outgoing", .mode = LEDGER_BY_PAPER, .proof = proof, .place = place},
         LJ_E_INVALID,   "person",
         "required"      },
        {"paper without a scan",
         &town->head[0],
         {.role = "outgoing", .mode = LEDGER_BY_PAPER, .person = outgoing, .place = place},
         LJ_E_INVALID,   "scan",
         "required"      },
        {"paper without a place",
         &town->head[0],
         {.role = "outgoing", .mode = LEDGER_BY_PAPER, .person = outgoing, .proof = proof},
         LJ_E_INVALID,   "place",
         "required"      },
        {"paper of the wrong person",
         &town->head[0],
         {.role = "incoming",
          .mode = LEDGER_BY_PAPER,
          .person = outgoing,
          .proof = proof,
          .place = place},
         LJ_E_INVALID,   "person",
         "not_entitled"  },
        {"of another unit",
         &town->officer[1],
         {.role = "outgoing", .mode = LEDGER_BY_SESSION},
         LJ_E_NOT_FOUND, NULL,
         NULL            },
        {"an old version",
         &town->officer[0],
         {.role = "outgoing", .mode = LEDGER_BY_SESSION, .seen = 99},
         LJ_E_CONFLICT,  NULL,
         NULL            },
        {"good on paper",
         &town->head[0],
         {.role = "outgoing",
          .mode = LEDGER_BY_PAPER,
          .person = outgoing,
          .proof = proof,
          .place = place},
         LJ_OK,          NULL,
         NULL            },
        {"twice in one role",
         &town->officer[0],
         {.role = "outgoing", .mode = LEDGER_BY_SESSION},
         LJ_E_INVALID,   "person",
         "signed_already"},
        {"who is named, without a post there",
         &town->person[0],
         {.role = "incoming", .mode = LEDGER_BY_SESSION},
         LJ_OK,          NULL,
         NULL            },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        ledger_signing signing = rows[i].signing;
        signing.type = on.type;
        signing.id = on.handover;
        signing.event = "complete";
        ledger_outcome out;
        CHECK_CODE(rows[i].name, book_sign(&town->on, rows[i].actor, &signing, &out), rows[i].code);
        if (rows[i].field != NULL) {
            check_problem(rows[i].name, &out, rows[i].field, rows[i].problem);
        }
    }
    /* The mover is the third. */
    ledger_outcome out;
    CHECK_CODE(
        "one short",
        book_apply(&town->on, &town->officer[0],
                   &(book_change){.type = "handover", .id = on.handover, .event = "complete"},
                   &out),
        LJ_E_CONFLICT);
    assert_true(out.is_lacking_signatures);
    CHECK_ROW("one short", out.missing_count, 1);
    CHECK_ROW("how many", out.missing[0].count, 1);
    check_key("which", out.missing[0].role, "leader");
    book_do(&town->on, &town->watch[0],
            &(book_change){.type = "handover", .id = on.handover, .event = "complete"}, NULL);
    CHECK_ROW("three used", book_of_state(&town->on, &q_book_signed, on.handover, 1), 3);
    CHECK_ROW("none open", book_of_state(&town->on, &q_book_signed, on.handover, 0), 0);
    book_town_close(town);
}

static void test_kernel__a_change_leaves_signatures_behind(void **state)
{
    (void)state;
    signing_place on;
    signing_open(&on);
    book_town *town = &on.town;
    const ledger_signing signing = {.type = on.type,
                                    .id = on.handover,
                                    .event = "complete",
                                    .role = "outgoing",
                                    .mode = LEDGER_BY_SESSION};
    ledger_outcome out;
    CHECK_CODE("outgoing", book_sign(&town->on, &town->officer[0], &signing, &out), LJ_OK);
    CHECK_ROW("two are missing", out.missing_count, 2);
    book_do(&town->on, &town->watch[0],
            &(book_change){.type = "handover", .id = on.handover, .fields = "remark=另有移交"},
            NULL);
    CHECK_CODE(
        "after the change",
        book_apply(&town->on, &town->watch[0],
                   &(book_change){.type = "handover", .id = on.handover, .event = "complete"},
                   &out),
        LJ_E_CONFLICT);
    CHECK_ROW("outgoing and incoming are missing", out.missing_count, 2);
    CHECK_ROW("left behind", book_of_state(&town->on, &q_book_signed, on.handover, 0), 1);
    /* What is void is not signed. */
    book_do(
        &town->on, &town->leader,
        &(book_change){.type = "handover", .id = on.handover, .event = "void", .reason = "误录"},
        NULL);
    CHECK_CODE("void", book_sign(&town->on, &town->officer[0], &signing, &out), LJ_E_CONFLICT);
    check_key("void", out.refused, "void");
    book_town_close(town);
}

static void test_kernel__three_roles_are_three_people(void **state)
{
    (void)state;
    signing_place on;
    signing_open(&on);
    book_town *town = &on.town;
    const char *const pairs[] = {"incoming=%s", "leader=%s"};
    for (size_t i = 0; i < LJ_COUNT_OF(pairs); i++) {
        ledger_outcome out;
        book_change edit = {
            .type = "handover",
            .id = on.handover,
            .fields = book_text(&town->on, pairs[i], book_person_of(&town->officer[0]), NULL)};
        CHECK_CODE(pairs[i], book_try(&town->on, &town->leader, &edit, &out), LJ_E_CONFLICT);
        check_key(pairs[i], out.refused, "same_person");
    }
    book_town_close(town);
}

/* ---- on behalf of others ---- */
static void test_kernel__entry_for_a_post_comes_from_paper(void **state)
{
    (void)state;
    book_town town;
    book_town_open(&town, false);
    book *on = &town.on;
    targets to;
    make_targets(&town, &to);
    uint8_t head[16];
    uint8_t other[16];
    assert_true(book_post(on, town.unit[0], "unit_head", head));
    assert_true(book_post(on, town.unit[1], "unit_head", other));
    const struct {
        const char *name;
        const ledger_actor *actor;
        ledger_source source;
        const uint8_t *for_post;
        lj_code code;
        const char *field, *problem;
    } rows[] = {
        {"bureau, from paper",                 &town.inspector,  LEDGER_PAPER,  head,         LJ_OK,          NULL,     NULL            },
        {"bureau, live",                       &town.inspector,  LEDGER_LIVE,   head,         LJ_E_INVALID,   "source",
         "proxy_needs_paper"                                                                                                            },
        {"bureau, by import",                  &town.inspector,  LEDGER_IMPORT, head,         LJ_E_INVALID,   "source",
         "proxy_needs_paper"                                                                                                            },
        {"bureau, for nobody",                 &town.inspector,  LEDGER_PAPER,  NULL,         LJ_E_FORBIDDEN, NULL,     NULL            },
        {"officer of the unit",                &town.officer[0], LEDGER_PAPER,  head,         LJ_OK,          NULL,     NULL            },
        {"responsible leader of the unit",     &town.watch[0],   LEDGER_PAPER,  head,         LJ_E_INVALID,
         "for_post",                                                                                                    "not_entitled"  },
        {"head of a department",               &town.office[0],  LEDGER_PAPER,  head,         LJ_E_NOT_FOUND, NULL,     NULL            },
        {"officer of another unit",            &town.officer[1], LEDGER_PAPER,  head,         LJ_E_NOT_FOUND, NULL,
         NULL                                                                                                                           },
        {"officer for another unit's post",    &town.officer[0], LEDGER_PAPER,  other,        LJ_E_INVALID,
         "for_post",                                                                                                    "not_entitled"  },
        {"bureau, for a post of another unit", &town.inspector,  LEDGER_PAPER,  other,        LJ_E_FORBIDDEN,
         NULL,                                                                                                          NULL            },
        {"bureau, for no post",                &town.inspector,  LEDGER_PAPER,  to.person[0], LJ_E_INVALID,
         "for_post",                                                                                                    "unknown_record"},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        ledger_outcome out;
        book_change change = {.type = "directive_reply",
                              .id = to.reply[0],
                              .event = "answer",
                              .fields = "reply=已按纸质件录入",
                              .for_post = rows[i].for_post,
                              .source = rows[i].source};
        CHECK_CODE(rows[i].name, book_try(on, rows[i].actor, &change, &out), rows[i].code);
        if (rows[i].field != NULL) {
            check_problem(rows[i].name, &out, rows[i].field, rows[i].problem);
        }
    }
    /* A record says who entered it and for whom. */
    uint8_t id[16];
    book_do(
        on, &town.inspector,
        &(book_change){.type = "meeting",
                       .fields = book_text(on, "unit=%s;kind=study;title=学习", town.unit[0], NULL),
                       .for_post = head,
                       .source = LEDGER_PAPER},
        id);
    ledger_record *meeting = book_read(on, "meeting", id);
    CHECK_ROW("source", meeting->source, LEDGER_PAPER);
    assert_memory_equal(meeting->for_post.bytes.ptr, head, 16);
    assert_memory_equal(meeting->entered_by.bytes.ptr, town.inspector.account.bytes.ptr, 16);
    book_town_close(&town);
}

/* ---- the past of a first year ---- */
static void test_kernel__opening_balances_have_a_second_signature(void **state)
{
    (void)state;
    book_town town;
    book_town_open(&town, false);
    book *on = &town.on;
    const uint8_t *second = book_person_of(&town.head[0]);
    int64_t long_ago = book_today(on) - 400;
    const char *fields = book_text(on, "unit=%s;kind=study;title=去年的会", town.unit[0], NULL);
    const struct {
        const char *name;
        const ledger_actor *actor;
        const uint8_t *second;
        int state; /* + 1 */
        int64_t happened_on;
        lj_code code;
        const char *field, *problem;
    } rows[] = {
        {"any state",                           &town.officer[0], second,                          2, long_ago, LJ_OK,        NULL,             NULL          },
        {"first state",                         &town.officer[0], second,                          0, long_ago, LJ_OK,        NULL,             NULL          },
        {"no second",                           &town.officer[0], NULL,                            2, long_ago, LJ_E_INVALID, "opening_signer",
         "required"                                                                                                                                           },
        {"the same person",                     &town.head[0],    second,                          2, long_ago, LJ_E_INVALID, "opening_signer",
         "required"                                                                                                                                           },
        {"no leader",                           &town.officer[0], book_person_of(&town.person[0]), 2, long_ago, LJ_E_INVALID,
         "opening_signer",                                                                                                                      "not_entitled"},
        {"no date",                             &town.officer[0], second,                          2, 0,        LJ_E_INVALID, "happened_on",    "required"    },
        {"no such state",                       &town.officer[0], second,                          9, long_ago, LJ_E_INVALID, "state",
         "unknown_code"                                                                                                                                       },
        {"by the bureau, signed by its leader", &town.inspector,  book_person_of(&town.leader),    2,
         long_ago,                                                                                              LJ_OK,        NULL,             NULL          },
        {"of another unit",                     &town.officer[1], book_person_of(&town.head[1]),   2, long_ago,
         LJ_E_FORBIDDEN,                                                                                                      NULL,             NULL          },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        ledger_outcome out;
        book_change change = {.type = "meeting",
                              .fields = fields,
                              .source = LEDGER_OPENING,
                              .state = rows[i].state,
                              .second = rows[i].second,
                              .happened_on = rows[i].happened_on};
        CHECK_CODE(rows[i].name, book_try(on, rows[i].actor, &change, &out), rows[i].code);
        if (rows[i].field != NULL) {
            check_problem(rows[i].name, &out, rows[i].field, rows[i].problem);
        }
        if (rows[i].code == LJ_OK) {
            CHECK_ROW(rows[i].name, out.record->happened_on, long_ago);
            CHECK_ROW(rows[i].name, out.record->state, rows[i].state > 0 ? rows[i].state - 1 : 0);
        }
    }
    ledger_outcome out;
    CHECK_CODE("a state without an opening",
               book_try(on, &town.officer[0],
                        &(book_change){.type = "meeting", .fields = fields, .state = 2}, &out),
               LJ_E_INVALID);
    check_problem("a state without an opening", &out, "state", "opening_only");
    uint8_t id[16];
    book_do(on, &town.officer[0],
            &(book_change){.type = "meeting",
                           .fields = fields,
                           .source = LEDGER_OPENING,
                           .state = 2,
                           .second = second,
                           .happened_on = long_ago},
            id);
    CHECK_ROW("the second signature is kept", book_of_state(on, &q_book_signed, id, 1), 1);
    book_town_close(&town);
}

static void test_kernel__opening_balances_raise_no_storm(void **state)
{
    (void)state;
    book_town town;
    book_town_open(&town, false);
    book *on = &town.on;
    static const struct {
        const char *name, *fields;
        int64_t open;
    } rows[] = {
        {"due last year",
         "superior=city_bureau;title=旧件;received_on=2022-03-01;due_on=2022-04-01",                  0},
        {"due tomorrow",  "superior=city_bureau;title=新件;received_on=2022-03-01;due_on=2023-05-11",
         1                                                                                               },
        {"due today",     "superior=city_bureau;title=新件;received_on=2022-03-01;due_on=2023-05-10",
         1                                                                                               },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        uint8_t id[16];
        book_do(on, &town.inspector,
                &(book_change){.type = "directive",
                               .fields = rows[i].fields,
                               .source = LEDGER_OPENING,
                               .second = book_person_of(&town.leader),
                               .happened_on = book_today(on) - 400},
                id);
        CHECK_ROW(rows[i].name, book_of_state(on, &q_book_dues, id, DUTY_OPEN), rows[i].open);
    }
    book_town_close(&town);
}

/* ---- duties ---- */
static void test_kernel__dates_follow_the_working_days(void **state)
{
    (void)state;
    book_town town;
    book_town_open(&town, false);
    book *on = &town.on;
    uint8_t post[16];
    assert_true(book_post(on, town.unit[0], "secrecy_officer", post));
    /* Ten working days. 2023: free from April 29 to May 3, worked on the Saturday May 6. */
    static const struct {
        const char *name, *from, *due;
    } rows[] = {
        {"two weekends",                          "2023-05-10", "2023-05-24"},
        {"the May holiday and a worked Saturday", "2023-04-27", "2023-05-15"},
        {"from a Sunday",                         "2023-05-07", "2023-05-19"},
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        uint8_t id[16];
        book_do(on, &town.leader,
                &(book_change){.type = "handover",
                               .fields = book_text(on, "post=%s", post, NULL),
                               .happened_on = calendar_parse(lj_cstr_str(rows[i].from))},
                id);
        const char *found = book_day(book_of(on, &q_book_due_on, id));
        CHECK_ROW_TEXT(rows[i].name, found, strlen(found), rows[i].due);
    }
    book_town_close(&town);
}

static void test_kernel__duties_belong_to_posts_and_end(void **state)
{
    (void)state;
    book_town town;
    book_town_open(&town, false);
    book *on = &town.on;
    targets to;
    make_targets(&town, &to);
    uint8_t post[16];
    assert_true(book_post(on, town.unit[0], "secrecy_officer", post));
    const uint8_t *reply = to.reply[0];
    CHECK_ROW("open", book_of_state(on, &q_book_dues, reply, DUTY_OPEN), 1);
    const store_value args[] = {store_int(1), store_bytes(lj_slice_of(reply, 16))};
    const store_value *columns = NULL;
    lj_err err = {0};
    CHECK_CODE("post", store_one(on->reader, &q_book_due_post, args, 2, on->arena, &columns, &err),
               LJ_OK);
    assert_memory_equal(columns[0].bytes.ptr, post, 16);
    const duty_query query = {.view = DUTY_OF_ACTOR, .after_on = INT64_MIN, .most = 10};
    ledger_duty *duties = NULL;
    uint32_t count = 0;
    bool more = false;
    CHECK_CODE("duties",
               ledger_duties(on->ledger, on->reader, &town.officer[0], &query, on->arena, &duties,
                             &count, &more, &err),
               LJ_OK);
    CHECK_ROW("the officer's", count, 1);
    CHECK_CODE(
        "duties of the district",
        ledger_duties(on->ledger, on->reader, &town.officer[0],
                      &(duty_query){.view = DUTY_OF_DISTRICT, .after_on = INT64_MIN, .most = 10},
                      on->arena, &duties, &count, &more, &err),
        LJ_E_FORBIDDEN);
    book_do(on, &town.officer[0],
            &(book_change){
                .type = "directive_reply", .id = reply, .event = "answer", .fields = "reply=已办"},
            NULL);
    CHECK_ROW("done", book_of_state(on, &q_book_dues, reply, DUTY_DONE), 1);
    book_do(on, &town.inspector,
            &(book_change){
                .type = "directive_reply", .id = reply, .event = "return", .reason = "不完整"},
            NULL);
    CHECK_ROW("again", book_of_state(on, &q_book_dues, reply, DUTY_OPEN), 1);
    book_do(
        on, &town.inspector,
        &(book_change){.type = "directive_reply", .id = reply, .event = "void", .reason = "误发"},
        NULL);
    CHECK_ROW("none open", book_of_state(on, &q_book_dues, reply, DUTY_OPEN), 0);
    CHECK_ROW("void", book_of_state(on, &q_book_dues, reply, DUTY_VOID), 1);
    book_town_close(&town);
}

static void test_kernel__heads_of_departments_do_not_answer_for_each_other(void **state)
{
    (void)state;
    book_town town;
    book_town_open(&town, false);
    book *on = &town.on;
    uint8_t empty[16];
    book_do(on, &town.leader,
            &(book_change){.type = "department",
                           .fields = book_text(on, "unit=%s;name=信访科", town.unit[0], NULL)},
            empty);
    const ledger_query query = {.type = ledger_type_lookup("post", 4),
                                .state = -1,
                                .filters = {[1] = store_bytes(lj_slice_of(empty, 16))},
                                .most = 5};
    ledger_page page;
    lj_err err = {0};
    CHECK_CODE(
        "posts",
        ledger_list_page(on->ledger, on->reader, &town.kernel, &query, on->arena, &page, &err),
        LJ_OK);
    CHECK_ROW("post of the department", page.count, 1);
    ledger_answerer who;
    CHECK_CODE("answerer",
               ledger_answerer_of(on->ledger, on->reader, page.records[0]->id, book_today(on),
                                  on->arena, &who, &err),
               LJ_OK);
    assert_memory_equal(who.person.bytes.ptr, book_person_of(&town.officer[0]), 16);
    book_town_close(&town);
}

static void test_kernel__a_person_sees_the_own_record_only(void **state)
{
    (void)state;
    book_town town;
    book_town_open(&town, false);
    book *on = &town.on;
    uint8_t post[16];
    uint8_t colleague[16];
    char fields[300];
    snprintf(fields, sizeof fields, "unit=%s;department=%s;role=person;title=科员",
             book_id(town.unit[0]), book_id(town.department[0]));
    book_do(on, &town.leader, &(book_change){.type = "post", .fields = fields}, post);
    snprintf(fields, sizeof fields, "unit=%s;department=%s;name=同事", book_id(town.unit[0]),
             book_id(town.department[0]));
    book_do(on, &town.leader, &(book_change){.type = "person", .fields = fields}, colleague);
    ledger_actor actor = town.person[0];
    actor.posts[0].department = store_bytes(lj_slice_of(town.department[0], 16));
    memcpy(actor.posts[0].id, post, 16);
    const ledger_type *type = ledger_type_lookup("person", 6);
    ledger_record *record = NULL;
    lj_err err = {0};
    CHECK_CODE("a colleague",
               ledger_read(on->ledger, on->reader, &actor, type, colleague, on->arena, &record,
                           NULL, &err),
               LJ_E_NOT_FOUND);
    CHECK_CODE("himself",
               ledger_read(on->ledger, on->reader, &actor, type, book_person_of(&actor), on->arena,
                           &record, NULL, &err),
               LJ_OK);
    CHECK_CODE("head of the department",
               ledger_read(on->ledger, on->reader, &town.office[0], type, colleague, on->arena,
                           &record, NULL, &err),
               LJ_OK);
    book_town_close(&town);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kernel__only_those_in_the_tables_may),
        cmocka_unit_test(test_kernel__administrators_see_no_business_record),
        cmocka_unit_test(test_kernel__a_version_that_is_not_the_newest_is_refused),
        cmocka_unit_test(test_kernel__a_new_record_takes_an_id_once),
        cmocka_unit_test(test_kernel__every_bound_of_every_kind_is_held),
        cmocka_unit_test(test_kernel__every_problem_is_told_at_once),
        cmocka_unit_test(test_kernel__what_is_required_is_asked_for),
        cmocka_unit_test(test_kernel__fields_are_closed_by_their_flags),
        cmocka_unit_test(test_kernel__flags_hold_on_both_kinds_of_installation),
        cmocka_unit_test(test_kernel__a_district_switches_local_fields_on),
        cmocka_unit_test(test_kernel__references_are_to_records_in_sight),
        cmocka_unit_test(test_kernel__a_reference_can_be_cleared),
        cmocka_unit_test(test_kernel__what_is_unique_is_so_among_records_in_force),
        cmocka_unit_test(test_kernel__numbers_are_given_once),
        cmocka_unit_test(test_kernel__days_lie_in_the_past),
        cmocka_unit_test(test_kernel__the_log_never_goes_back),
        cmocka_unit_test(test_kernel__a_part_is_undone_alone),
        cmocka_unit_test(test_kernel__a_unit_gets_its_number_posts_and_entries),
        cmocka_unit_test(test_kernel__who_leaves_holds_nothing_more),
        cmocka_unit_test(test_kernel__a_handover_packs_what_is_there),
        cmocka_unit_test(test_kernel__a_notice_reaches_all_supervised_units),
        cmocka_unit_test(test_kernel__what_an_effect_refuses_undoes_the_move),
        cmocka_unit_test(test_kernel__a_refusal_names_its_waiver),
        cmocka_unit_test(test_kernel__the_bureau_is_never_without_a_leader),
        cmocka_unit_test(test_kernel__signatures_are_taken_from_those_they_are_of),
        cmocka_unit_test(test_kernel__a_change_leaves_signatures_behind),
        cmocka_unit_test(test_kernel__three_roles_are_three_people),
        cmocka_unit_test(test_kernel__entry_for_a_post_comes_from_paper),
        cmocka_unit_test(test_kernel__opening_balances_have_a_second_signature),
        cmocka_unit_test(test_kernel__opening_balances_raise_no_storm),
        cmocka_unit_test(test_kernel__dates_follow_the_working_days),
        cmocka_unit_test(test_kernel__duties_belong_to_posts_and_end),
        cmocka_unit_test(test_kernel__heads_of_departments_do_not_answer_for_each_other),
        cmocka_unit_test(test_kernel__a_person_sees_the_own_record_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
