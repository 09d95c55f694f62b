/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A duty always has an answerer (record-kernel.md 12), held against a second model of the district:
 * plain arrays that know nothing of SQL. A seed gives a run of changes - people come, go, move and
 * come back, posts are filled, left, closed, units merge, split, close, days pass -, and after
 * every change the kernel and the model must say the same about every post.
 *
 * LIJIAN_SEED gives another run; LIJIAN_SOAK=1 makes it 100,000 changes instead of 1,000, with a
 * check after each tenth; LIJIAN_CHANGES gives another number of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../check.h"
#include "base/os.h"
#include "book.h"

enum {
    UNITS_MAX = 60,
    PERSONS_MAX = 140,
    POSTS_MAX = 320,
    HELD_MAX = 60000,
    TASKS_MAX = 20000,
    ACCOUNTS = 24, /* people with an account */
    HOPS = 16,
};

typedef struct model_unit {
    uint8_t id[16];
    int state; /* 0 registered, 1 supervised, 2 merged, 3 closed */
    int successor, split_from;
} model_unit;
typedef struct model_person {
    uint8_t id[16], account[16];
    int unit;
    bool is_active, has_account;
    bool granted[POSTS_MAX];
} model_person;
typedef struct model_post {
    uint8_t id[16];
    int unit;
    uint32_t role;
    int64_t created_at;
    bool is_open;
    int newest; /* of its assignments; each knows the one before it by + 1, 0 ends */
} model_post;
typedef struct model_held { /* an assignment */
    uint8_t id[16];
    int person, post;
    int64_t since, until; /* until INT64_MAX: without end */
    bool is_stand_in, is_void, is_ended;
    int before; /* of the same post, + 1 */
} model_held;
typedef struct model_task {
    uint8_t id[16];
    bool is_open;
} model_task;

typedef struct model {
    book on;
    book_random random;
    ledger_actor kernel;
    uint8_t meeting[16];
    model_unit units[UNITS_MAX];
    model_person persons[PERSONS_MAX];
    model_post posts[POSTS_MAX];
    model_held *held;
    model_task *tasks;
    int unit_count, person_count, post_count, held_count, task_count;
    uint32_t names;
    uint64_t seed;
    int step, done, refused, checked, compared;
} model;

static const char *describe(const model *m, char out[120])
{
    snprintf(out, 120, "seed %llu, change %d, day %s", (unsigned long long)m->seed, m->step,
             book_day(book_today(&m->on)));
    return out;
}

#define NEED(m, is_so, what)                                                                       \
    do {                                                                                           \
        if (!(is_so)) {                                                                            \
            char need_text[120];                                                                   \
            fail_msg("%s: %s", describe((m), need_text), (what));                                  \
        }                                                                                          \
    } while (0)

static int below(model *m, int count)
{
    return (int)book_random_below(&m->random, (uint32_t)count);
}

/* What was done, or refused for a reason that the tables give; anything else ends the test. */
static bool apply(model *m, const book_change *change, uint8_t out_id[16])
{
    ledger_outcome out;
    lj_code code = book_apply(&m->on, &m->kernel, change, &out);
    if (code == LJ_OK) {
        m->done++;
        if (out_id != NULL) {
            memcpy(out_id, out.record->id, 16);
        }
        return true;
    }
    m->refused++;
    if (code != LJ_E_CONFLICT && code != LJ_E_INVALID) {
        char text[120];
        fail_msg("%s: %s %s gives %s", describe(m, text), change->type,
                 change->event != NULL ? change->event : "-", lj_code_row_of(code)->name);
    }
    NEED(m, out.refused != NULL || out.problem_count > 0, "refused without a reason");
    return false;
}

/* ---- units and posts ---- */
static void learn_post(model *m, const uint8_t id[16], int unit)
{
    ledger_record *post = book_read(&m->on, "post", id);
    NEED(m, post != NULL && m->post_count < POSTS_MAX, "post");
    lj_slice role = book_value(post, "role")->bytes;
    model_post *to = &m->posts[m->post_count++];
    *to = (model_post){.unit = unit,
                       .role = ledger_role_lookup((const char *)role.ptr, (uint32_t)role.len)->bit,
                       .created_at = post->created_at,
                       .is_open = true};
    memcpy(to->id, id, 16);
}

static int add_unit(model *m, int split_from)
{
    char fields[200];
    int len = snprintf(fields, sizeof fields, "name=单位%u;kind=organ", ++m->names);
    if (split_from >= 0) {
        snprintf(fields + len, sizeof fields - (size_t)len, ";split_from=%s",
                 book_id(m->units[split_from].id));
    }
    model_unit unit = {.successor = -1, .split_from = split_from};
    if (m->unit_count == UNITS_MAX || m->post_count + 3 > POSTS_MAX ||
        !apply(m, &(book_change){.type = "unit", .fields = fields}, unit.id)) {
        return -1;
    }
    static const char *const roles[] = {"unit_head", "responsible_leader", "secrecy_officer"};
    m->units[m->unit_count] = unit;
    for (size_t i = 0; i < LJ_COUNT_OF(roles); i++) {
        uint8_t post[16];
        NEED(m, book_post(&m->on, unit.id, roles[i], post), "the unit has not its posts");
        learn_post(m, post, m->unit_count);
    }
    return m->unit_count++;
}

static int live_units(const model *m)
{
    int count = 0;
    for (int i = 0; i < m->unit_count; i++) {
        count += m->units[i].state < 2 ? 1 : 0;
    }
    return count;
}

static void merge_units(model *m)
{
    int from = 1 + below(m, m->unit_count - 1);
    int to = below(m, m->unit_count);
    char fields[100];
    snprintf(fields, sizeof fields, "successor=%s", book_id(m->units[to].id));
    if (live_units(m) > 3 && apply(m,
                                   &(book_change){.type = "unit",
                                                  .id = m->units[from].id,
                                                  .event = "merge",
                                                  .fields = fields,
                                                  .reason = "合并"},
                                   NULL)) {
        m->units[from].state = 2;
        m->units[from].successor = to;
    }
}

static void split_unit(model *m)
{
    int from = 1 + below(m, m->unit_count - 1);
    if (m->units[from].state >= 2 || m->unit_count + 2 > UNITS_MAX) {
        return;
    }
    int parts = 1 + below(m, 2); /* one is not enough */
    for (int i = 0; i < parts; i++) {
        add_unit(m, from);
    }
    if (apply(m,
              &(book_change){
                  .type = "unit", .id = m->units[from].id, .event = "split", .reason = "分设"},
              NULL)) {
        m->units[from].state = 2;
    }
}

static void close_unit(model *m)
{
    int at = 1 + below(m, m->unit_count - 1);
    if (live_units(m) > 3 &&
        apply(m,
              &(book_change){
                  .type = "unit", .id = m->units[at].id, .event = "close", .reason = "撤销"},
              NULL)) {
        m->units[at].state = 3;
    }
}

static void rename_unit(model *m)
{
    char fields[60];
    snprintf(fields, sizeof fields, "name=改名%u", ++m->names);
    apply(m,
          &(book_change){
              .type = "unit", .id = m->units[below(m, m->unit_count)].id, .fields = fields},
          NULL);
}

static void add_post(model *m)
{
    static const char *const roles[] = {"secrecy_officer", "responsible_leader", "inspector",
                                        "bureau_leader", "squad_member"};
    const char *role = roles[below(m, LJ_COUNT_OF(roles))];
    bool is_bureau = strcmp(role, "inspector") == 0 || strcmp(role, "bureau_leader") == 0;
    int unit = is_bureau ? 0 : below(m, m->unit_count);
    char fields[120];
    uint8_t id[16];
    snprintf(fields, sizeof fields, "unit=%s;role=%s;title=另一岗位", book_id(m->units[unit].id),
             role);
    if (m->post_count < POSTS_MAX &&
        apply(m, &(book_change){.type = "post", .fields = fields}, id)) {
        learn_post(m, id, unit);
    }
}

static void shut_post(model *m, bool reopen)
{
    model_post *post = &m->posts[below(m, m->post_count)];
    if (apply(m,
              &(book_change){.type = "post", .id = post->id, .event = reopen ? "reopen" : "close"},
              NULL)) {
        post->is_open = reopen;
    }
}

/* ---- people ---- */
static void add_person(model *m)
{
    int unit = below(m, m->unit_count);
    char fields[120];
    snprintf(fields, sizeof fields, "name=人员%u;unit=%s", ++m->names, book_id(m->units[unit].id));
    if (m->person_count == PERSONS_MAX) {
        return;
    }
    model_person *person = &m->persons[m->person_count];
    *person = (model_person){.unit = unit, .is_active = true};
    if (apply(m, &(book_change){.type = "person", .fields = fields}, person->id)) {
        if (m->person_count < ACCOUNTS) {
            person->has_account = true;
            book_account_make(&m->on, person->id, NULL, 0, person->account);
        }
        m->person_count++;
    }
}

/* What the move ends: held on the day and beyond; and what had not begun. */
static void drop_held(model *m, int person, int64_t last_on)
{
    for (int i = 0; i < m->held_count; i++) {
        model_held *held = &m->held[i];
        if (held->person != person || held->is_void || held->is_ended) {
            continue;
        }
        if (held->since > last_on) {
            held->is_void = true;
        } else if (held->until > last_on) {
            held->until = last_on;
            held->is_ended = true;
        }
    }
}

static void leave(model *m)
{
    int at = below(m, m->person_count);
    int64_t last_on = book_today(&m->on) + below(m, 40) - 30;
    char fields[60];
    snprintf(fields, sizeof fields, "left_on=%s", book_day(last_on));
    if (apply(m,
              &(book_change){.type = "person",
                             .id = m->persons[at].id,
                             .event = "leave",
                             .fields = fields,
                             .reason = "离开"},
              NULL)) {
        m->persons[at].is_active = false;
        drop_held(m, at, last_on);
    }
}

static void come_back(model *m)
{
    int at = below(m, m->person_count);
    if (apply(m,
              &(book_change){
                  .type = "person", .id = m->persons[at].id, .event = "return", .reason = "返回"},
              NULL)) {
        m->persons[at].is_active = true;
    }
}

static void transfer(model *m)
{
    int at = below(m, m->person_count);
    int unit = below(m, m->unit_count);
    char fields[80];
    snprintf(fields, sizeof fields, "transfer_to=%s", book_id(m->units[unit].id));
    if (apply(m,
              &(book_change){.type = "person",
                             .id = m->persons[at].id,
                             .event = "transfer",
                             .fields = fields,
                             .reason = "调动"},
              NULL)) {
        m->persons[at].unit = unit;
        drop_held(m, at, book_today(&m->on));
    }
}

static void keep_held(model *m, const model_held *held)
{
    model_held *to = &m->held[m->held_count++];
    *to = *held;
    to->before = m->posts[held->post].newest;
    m->posts[held->post].newest = m->held_count;
}

static void assign(model *m)
{
    if (m->held_count == HELD_MAX) {
        return;
    }
    model_held held = {.person = below(m, m->person_count),
                       .post = below(m, m->post_count),
                       .since = book_today(&m->on) + below(m, 50) - 35,
                       .until = INT64_MAX,
                       .is_stand_in = below(m, 4) == 0};
    if (below(m, 5) < 2) {
        held.until = held.since + below(m, 60) - 2;
    }
    char fields[200];
    int len = snprintf(fields, sizeof fields, "person=%s;post=%s;since=%s;stand_in=%d",
                       book_id(m->persons[held.person].id), book_id(m->posts[held.post].id),
                       book_day(held.since), held.is_stand_in ? 1 : 0);
    if (held.until != INT64_MAX) {
        snprintf(fields + len, sizeof fields - (size_t)len, ";until=%s", book_day(held.until));
    }
    if (!apply(m, &(book_change){.type = "assignment", .fields = fields}, held.id)) {
        return;
    }
    keep_held(m, &held);
    model_person *person = &m->persons[held.person];
    if (person->has_account && !person->granted[held.post]) {
        person->granted[held.post] = true;
        book_account_grant(&m->on, person->account, m->posts[held.post].id);
    }
}

/* One of the newer ones: old ones are past caring. */
static model_held *some_held(model *m)
{
    int newest = m->held_count < 80 ? m->held_count : 80;
    return newest > 0 ? &m->held[m->held_count - 1 - below(m, newest)] : NULL;
}

static void change_held(model *m, const char *event)
{
    model_held *held = some_held(m);
    if (held == NULL) {
        return;
    }
    int64_t until = book_today(&m->on) + below(m, 40) - 20;
    char fields[60];
    snprintf(fields, sizeof fields, "until=%s", book_day(until));
    bool is_void = event != NULL && strcmp(event, "void") == 0;
    if (event == NULL && below(m, 3) == 0) {
        until = INT64_MAX;
        snprintf(fields, sizeof fields, "until=");
    }
    if (!apply(m,
               &(book_change){.type = "assignment",
                              .id = held->id,
                              .event = event,
                              .fields = is_void ? NULL : fields,
                              .reason = is_void ? "误录" : NULL},
               NULL)) {
        return;
    }
    held->is_void = held->is_void || is_void;
    held->is_ended = held->is_ended || (event != NULL && !is_void);
    held->until = is_void ? held->until : until;
}

/* ---- duties ---- */
static void add_task(model *m)
{
    char fields[200];
    snprintf(fields, sizeof fields, "parent=%s;unit=%s;content=任务%u;due_on=%s",
             book_id(m->meeting), book_id(m->units[below(m, m->unit_count)].id), ++m->names,
             book_day(book_today(&m->on) + below(m, 30)));
    if (m->task_count < TASKS_MAX &&
        apply(m, &(book_change){.type = "meeting_task", .fields = fields},
              m->tasks[m->task_count].id)) {
        m->tasks[m->task_count++].is_open = true;
    }
}

static void finish_task(model *m)
{
    int newest = m->task_count < 40 ? m->task_count : 40;
    if (newest == 0) {
        return;
    }
    model_task *task = &m->tasks[m->task_count - 1 - below(m, newest)];
    if (apply(m,
              &(book_change){.type = "meeting_task",
                             .id = task->id,
                             .event = "finish",
                             .fields = "proof=已完成"},
              NULL)) {
        task->is_open = false;
    }
}

static void change(model *m)
{
    int kind = below(m, 100);
    m->on.at += below(m, 3600000);
    if (kind < 18) {
        assign(m);
    } else if (kind < 26) {
        change_held(m, "end");
    } else if (kind < 31) {
        change_held(m, NULL);
    } else if (kind < 35) {
        change_held(m, "void");
    } else if (kind < 42) {
        leave(m);
    } else if (kind < 47) {
        come_back(m);
    } else if (kind < 51) {
        transfer(m);
    } else if (kind < 57) {
        add_person(m);
    } else if (kind < 61) {
        if (live_units(m) < 14) {
            add_unit(m, -1);
        }
    } else if (kind < 63) {
        merge_units(m);
    } else if (kind < 65) {
        split_unit(m);
    } else if (kind < 67) {
        close_unit(m);
    } else if (kind < 69) {
        rename_unit(m);
    } else if (kind < 72) {
        shut_post(m, false);
    } else if (kind < 75) {
        shut_post(m, true);
    } else if (kind < 77) {
        add_post(m);
    } else if (kind < 84) {
        add_task(m);
    } else if (kind < 90) {
        finish_task(m);
    } else {
        book_next_day(&m->on, 1 + below(m, 12));
    }
}

/* ---- what the model says ---- */
typedef struct model_answer {
    int person, post;
    bool is_stand_in, is_former;
} model_answer;

static bool is_held(const model *m, const model_held *held, int64_t today)
{
    return !held->is_void && held->since <= today && held->until >= today &&
           m->persons[held->person].is_active;
}

/* A stand-in before the holder, then who came last, then the smaller id. */
static bool is_better(const model_held *a, const model_held *b)
{
    if (a->is_stand_in != b->is_stand_in) {
        return a->is_stand_in;
    }
    return a->since != b->since ? a->since > b->since : memcmp(a->id, b->id, 16) < 0;
}

static bool holder_of(const model *m, int post, int64_t today, model_answer *out)
{
    const model_held *best = NULL;
    for (int i = m->posts[post].newest; i > 0; i = m->held[i - 1].before) {
        const model_held *held = &m->held[i - 1];
        if (is_held(m, held, today) && (best == NULL || is_better(held, best))) {
            best = held;
        }
    }
    if (best != NULL) {
        *out = (model_answer){best->person, post, best->is_stand_in, false};
    }
    return best != NULL;
}

/* The oldest open post of the role (at the unit; -1: anywhere) that somebody holds. */
static bool role_holder(const model *m, int unit, uint32_t role, int64_t today, model_answer *out)
{
    int best = -1;
    for (int i = 0; i < m->post_count; i++) {
        const model_post *post = &m->posts[i];
        model_answer held;
        if (post->role != role || !post->is_open || (unit >= 0 && post->unit != unit) ||
            !holder_of(m, i, today, &held)) {
            continue;
        }
        const model_post *than = best >= 0 ? &m->posts[best] : NULL;
        if (than == NULL || post->created_at < than->created_at ||
            (post->created_at == than->created_at && memcmp(post->id, than->id, 16) < 0)) {
            best = i;
            *out = held;
        }
    }
    return best >= 0;
}

static int follower(const model *m, int unit)
{
    if (m->units[unit].state != 2 || m->units[unit].successor >= 0) {
        return m->units[unit].state == 2 ? m->units[unit].successor : -1;
    }
    int best = -1;
    for (int i = 0; i < m->unit_count; i++) {
        if (m->units[i].split_from == unit &&
            (best < 0 || memcmp(m->units[i].id, m->units[best].id, 16) < 0)) {
            best = i;
        }
    }
    return best;
}

/* What the roles fall to, written down a second time (domain.md section 2). */
static uint32_t falls_to(uint32_t role)
{
    switch (role) {
    case POST_SECRECY_OFFICER:
        return POST_RESPONSIBLE_LEADER;
    case POST_RESPONSIBLE_LEADER:
        return POST_UNIT_HEAD;
    case POST_INSPECTOR:
        return POST_BUREAU_LEADER;
    case POST_SQUAD_MEMBER:
        return POST_SECRECY_OFFICER;
    default:
        return 0;
    }
}

static bool last_leader(const model *m, int64_t today, model_answer *out)
{
    const model_held *best = NULL;
    for (int i = 0; i < m->held_count; i++) {
        const model_held *held = &m->held[i];
        if (m->posts[held->post].role != POST_BUREAU_LEADER) {
            continue;
        }
        bool is_past = held->since <= today;
        bool best_past = best != NULL && best->since <= today;
        bool is_first = best == NULL || (best->is_void && !held->is_void) ||
                        (best->is_void == held->is_void &&
                         ((is_past && !best_past) ||
                          (is_past == best_past &&
                           (held->since > best->since ||
                            (held->since == best->since && memcmp(held->id, best->id, 16) > 0)))));
        best = is_first ? held : best;
    }
    if (best != NULL) {
        *out = (model_answer){best->person, best->post, best->is_stand_in, true};
    }
    return best != NULL;
}

static bool answer_of(const model *m, int post, int64_t today, model_answer *out)
{
    if (holder_of(m, post, today, out)) {
        return true;
    }
    int unit = m->posts[post].unit;
    for (int hop = 0; hop < HOPS && unit >= 0; hop++) {
        for (uint32_t role = m->posts[post].role; role != 0; role = falls_to(role)) {
            if (role_holder(m, unit, role, today, out)) {
                return true;
            }
        }
        unit = follower(m, unit);
    }
    return role_holder(m, -1, POST_BUREAU_LEADER, today, out) || last_leader(m, today, out);
}

/* ---- checks ---- */
static int person_of(const model *m, const store_value *id)
{
    for (int i = 0; id->kind == STORE_BYTES && i < m->person_count; i++) {
        if (memcmp(m->persons[i].id, id->bytes.ptr, 16) == 0) {
            return i;
        }
    }
    return -1;
}

/* Somebody answers for the post, and he is there or the last who led the bureau. */
static ledger_answerer check_post(model *m, const uint8_t post[16])
{
    ledger_answerer who;
    lj_err err = {0};
    lj_code code = ledger_answerer_of(m->on.ledger, m->on.reader, post, book_today(&m->on),
                                      m->on.arena, &who, &err);
    NEED(m, code == LJ_OK, "the answerer is not total");
    int person = person_of(m, &who.person);
    NEED(m, person >= 0, "nobody answers");
    NEED(m, m->persons[person].is_active || who.is_former, "one who left answers");
    NEED(m, who.post.kind == STORE_BYTES, "he answers by no post");
    m->checked++;
    return who;
}

static void compare_post(model *m, int post)
{
    ledger_answerer who = check_post(m, m->posts[post].id);
    model_answer wanted = {.person = -1};
    NEED(m, answer_of(m, post, book_today(&m->on), &wanted), "the model knows nobody");
    int found = person_of(m, &who.person);
    if (found != wanted.person || who.is_stand_in != wanted.is_stand_in ||
        who.is_former != wanted.is_former ||
        memcmp(who.post.bytes.ptr, m->posts[wanted.post].id, 16) != 0) {
        char text[120];
        fail_msg("%s, post %d: person %d stand-in %d former %d, the model says %d %d %d (post %d)",
                 describe(m, text), post, found, who.is_stand_in, who.is_former, wanted.person,
                 wanted.is_stand_in, wanted.is_former, wanted.post);
    }
    m->compared++;
}

static lj_code keep_duty(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)count;
    (void)err;
    model *m = ctx;
    for (int i = 0; i < m->post_count; i++) {
        if (memcmp(m->posts[i].id, columns[1].bytes.ptr, 16) == 0) {
            m->tasks[TASKS_MAX + i].is_open = true;
            return LJ_OK;
        }
    }
    return LJ_E_INTERNAL;
}

/* Posts that owe something: each has an answerer. */
static void check_duties(model *m)
{
    lj_err err = {0};
    store_value district = store_int(1);
    memset(&m->tasks[TASKS_MAX], 0, POSTS_MAX * sizeof *m->tasks);
    NEED(m, store_run(m->on.reader, &q_book_dues_open, &district, 1, keep_duty, m, &err) == LJ_OK,
         "a duty of an unknown post");
    for (int i = 0; i < m->post_count; i++) {
        if (m->tasks[TASKS_MAX + i].is_open) {
            check_post(m, m->posts[i].id);
        }
    }
}

/* The posts that an account may use: exactly those that its person holds today and was granted. */
static void check_actor(model *m, int at)
{
    const model_person *person = &m->persons[at];
    ledger_actor actor;
    lj_err err = {0};
    NEED(m,
         ledger_actor_of(m->on.ledger, m->on.reader, person->account, m->on.at, m->on.arena, &actor,
                         &err) == LJ_OK,
         "the account is gone");
    NEED(m, person->is_active || actor.post_count == 0, "one who left may still act");
    int wanted = 0;
    for (int i = 0; i < m->post_count; i++) {
        bool is_mine = false;
        for (int j = m->posts[i].newest; j > 0 && !is_mine; j = m->held[j - 1].before) {
            is_mine =
                m->held[j - 1].person == at && is_held(m, &m->held[j - 1], book_today(&m->on));
        }
        bool is_found = false;
        for (uint32_t j = 0; j < actor.post_count; j++) {
            is_found = is_found || memcmp(actor.posts[j].id, m->posts[i].id, 16) == 0;
        }
        wanted += is_mine ? 1 : 0;
        NEED(m, is_mine || !is_found, "somebody acts through an ended assignment");
        NEED(m, !is_mine || is_found || wanted > LEDGER_POSTS_MAX, "a held post is not usable");
    }
}

static void open_model(model *m)
{
    book_open(&m->on);
    book *on = &m->on;
    m->seed = book_seed();
    m->random.state = m->seed * 2 + 1;
    m->kernel = ledger_actor_kernel(on->at);
    m->held = calloc(HELD_MAX, sizeof *m->held);
    m->tasks = calloc(TASKS_MAX + POSTS_MAX, sizeof *m->tasks);
    assert_true(m->held != NULL && m->tasks != NULL);
    m->units[0] = (model_unit){.successor = -1, .split_from = -1};
    m->unit_count = 1;
    memcpy(m->units[0].id, on->ids.bureau, 16);
    static const char *const roles[] = {"unit_head", "responsible_leader", "secrecy_officer",
                                        "bureau_leader"};
    for (size_t i = 0; i < LJ_COUNT_OF(roles); i++) {
        uint8_t post[16];
        NEED(m, book_post(on, NULL, roles[i], post), roles[i]);
        learn_post(m, post, 0);
    }
    add_person(m);
    char fields[200];
    model_held first = {
        .post = 3, .since = calendar_parse(LJ_STR("2023-01-01")), .until = INT64_MAX};
    snprintf(fields, sizeof fields, "person=%s;post=%s;since=2023-01-01", book_id(m->persons[0].id),
             book_id(m->posts[3].id));
    NEED(m, apply(m, &(book_change){.type = "assignment", .fields = fields}, first.id), "leader");
    keep_held(m, &first);
    m->persons[0].granted[3] = true;
    book_account_grant(on, m->persons[0].account, m->posts[3].id);
    snprintf(fields, sizeof fields, "unit=%s;kind=committee;title=全体会议",
             book_id(m->units[0].id));
    NEED(m, apply(m, &(book_change){.type = "meeting", .fields = fields}, m->meeting), "meeting");
    for (int i = 0; i < 5; i++) {
        add_unit(m, -1);
        add_person(m);
        add_person(m);
    }
}

static void close_model(model *m)
{
    free(m->held);
    free(m->tasks);
    book_close(&m->on);
}

/* The digits of an environment variable, 0 without. */
static int count_of(const char *text)
{
    int count = 0;
    for (size_t i = 0; text != NULL && text[i] >= '0' && text[i] <= '9' && i < 8; i++) {
        count = count * 10 + (text[i] - '0');
    }
    return count;
}

static void test_answerer__a_duty_always_has_one(void **state)
{
    (void)state;
    const char *soak = getenv("LIJIAN_SOAK");
    bool is_soak = soak != NULL && soak[0] == '1';
    bool is_postgres = getenv("LIJIAN_ENGINE") != NULL; /* each question is a way to a server */
    const char *count = getenv("LIJIAN_CHANGES");
    int changes = count != NULL ? count_of(count) : is_soak ? 100000 : 1000;
    model *m = calloc(1, sizeof *m);
    assert_non_null(m);
    open_model(m);
    uint64_t began = lj_os_mono_ms();
    lj_arena_mark bare = lj_arena_mark_of(m->on.arena);
    for (m->step = 1; m->step <= changes; m->step++) {
        change(m);
        if (!is_soak || m->step % 10 == 0) {
            check_duties(m);
            for (int i = 0; i < (is_postgres ? 3 : 8); i++) {
                compare_post(m, below(m, m->post_count));
            }
            int accounts = m->person_count < ACCOUNTS ? m->person_count : ACCOUNTS;
            check_actor(m, below(m, accounts));
        }
        if (m->step % (is_soak ? 1000 : is_postgres ? 250 : 50) == 0) {
            for (int i = 0; i < m->post_count; i++) {
                compare_post(m, i);
            }
        }
        lj_arena_rewind(m->on.arena, bare);
    }
    print_message("seed %llu: %d changes done, %d refused; %d units, %d posts, %d people, %d "
                  "assignments, %d duties; %d answerers checked, %d compared; %llu ms\n",
                  (unsigned long long)m->seed, m->done, m->refused, m->unit_count, m->post_count,
                  m->person_count, m->held_count, m->task_count, m->checked, m->compared,
                  (unsigned long long)(lj_os_mono_ms() - began));
    close_model(m);
    free(m);
}

/* Chains that a random run meets seldom. */
static void test_answerer__units_that_merge_in_a_circle_end_at_the_bureau(void **state)
{
    (void)state;
    model *m = calloc(1, sizeof *m);
    assert_non_null(m);
    open_model(m);
    for (int i = 1; i <= 3; i++) {
        char fields[80];
        snprintf(fields, sizeof fields, "successor=%s", book_id(m->units[i % 3 + 1].id));
        NEED(m,
             apply(m,
                   &(book_change){.type = "unit",
                                  .id = m->units[i].id,
                                  .event = "merge",
                                  .fields = fields,
                                  .reason = "合并"},
                   NULL),
             "merge");
        m->units[i].state = 2;
        m->units[i].successor = i % 3 + 1;
    }
    for (int i = 0; i < m->post_count; i++) {
        compare_post(m, i);
    }
    close_model(m);
    free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answerer__a_duty_always_has_one),
        cmocka_unit_test(test_answerer__units_that_merge_in_a_circle_end_at_the_bureau),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
