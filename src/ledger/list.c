/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Reading: single records, and pages of named lists. Which of the generated queries runs follows
 * from the widest reach that the actor's posts have for the type; what the access rows then hide is
 * left out. The parameters are bound in the order in which tools/records.c wrote them. */
#include "ledger/ledger_priv.h"
#include "ledger/sort_key.h"

lj_slice ledger_title_of(const ledger_record *record)
{
    const ledger_type *type = record->type;
    if (type->title != NULL) {
        int at = ledger_field_find(type, type->title, strlen(type->title));
        if (at >= 0 && record->values[at].kind == STORE_TEXT) {
            return record->values[at].bytes;
        }
    }
    return record->number.kind == STORE_TEXT ? record->number.bytes : (lj_slice){0};
}

static bool is_id(const store_value *value)
{
    return value->kind == STORE_BYTES && value->bytes.len == 16;
}

/* Adds the title of another record behind a blank; nothing when there is none. */
static lj_code add_title(ledger *book, store_conn *conn, const ledger_type *type,
                         const store_value *id, lj_arena *arena, lj_buf *text, lj_err *err)
{
    ledger_record *record = NULL;
    if (type == NULL || !is_id(id)) {
        return LJ_OK;
    }
    lj_code code = ledger_row_load(book, conn, type, id->bytes.ptr, false, arena, &record, err);
    if (code == LJ_OK) {
        lj_slice title = ledger_title_of(record);
        lj_buf_put_cstr(text, text->len > 0 && title.len > 0 ? " " : "");
        lj_buf_put(text, title);
    }
    return code == LJ_E_NOT_FOUND ? LJ_OK : code;
}

lj_code ledger_name_of(ledger *book, store_conn *conn, const ledger_record *record, lj_arena *arena,
                       lj_slice *out, lj_err *err)
{
    enum { NAME_MAX = 1024 };
    const ledger_type *type = record->type;
    *out = ledger_title_of(record);
    if (type->title != NULL) {
        return LJ_OK;
    }
    lj_buf text;
    lj_buf_init(&text, arena, NAME_MAX);
    lj_buf_put(&text, *out);
    lj_code code = LJ_OK;
    if (type->parent != NULL) {
        code = add_title(book, conn, ledger_type_lookup(type->parent, strlen(type->parent)),
                         &record->parent, arena, &text, err);
    }
    int post = ledger_field_find(type, "post", 4);
    if (code == LJ_OK) {
        code = add_title(book, conn, ledger_type_lookup("person", 6), &record->person, arena, &text,
                         err);
    }
    if (code == LJ_OK && post >= 0) {
        code = add_title(book, conn, ledger_type_lookup("post", 4), &record->values[post], arena,
                         &text, err);
    }
    *out = lj_buf_ok(&text) ? lj_buf_slice(&text) : *out;
    return code;
}

lj_code ledger_named_lookup(ledger *book, store_conn *conn, const ledger_type *type,
                            const uint8_t id[16], lj_arena *arena, ledger_record **out, lj_err *err)
{
    return ledger_row_load(book, conn, type, id, false, arena, out, err);
}

lj_code ledger_title_lookup(ledger *book, store_conn *conn, const ledger_type *type,
                            const uint8_t id[16], lj_arena *arena, lj_slice *out, lj_err *err)
{
    ledger_record *record = NULL;
    lj_err own = {0};
    lj_code code = ledger_row_load(book, conn, type, id, false, arena, &record, &own);
    if (code == LJ_E_NOT_FOUND) {
        *out = (lj_slice){0};
        return LJ_OK;
    }
    if (code != LJ_OK) {
        if (err != NULL) {
            *err = own;
        }
        return code;
    }
    return ledger_name_of(book, conn, record, arena, out, err);
}

/* NOLINTNEXTLINE(readability-function-size): where, who and in which memory are said each time */
lj_code ledger_read(ledger *book, store_conn *conn, const ledger_actor *actor,
                    const ledger_type *type, const uint8_t id[16], lj_arena *arena,
                    ledger_record **out, ledger_rights *out_rights, lj_err *err)
{
    ledger_record *record = NULL;
    ledger_rights rights = {0};
    lj_code code = ledger_row_load(book, conn, type, id, false, arena, &record, err);
    if (code == LJ_OK) {
        code = ledger_rights_of(book, conn, actor, record, &rights, err);
    }
    if (code != LJ_OK) {
        return code;
    }
    if (rights.read_groups == 0) {
        return lj_fail(err, LJ_E_NOT_FOUND, UINT64_MAX, "there is no such record");
    }
    *out = record;
    if (out_rights != NULL) {
        *out_rights = rights;
    }
    return LJ_OK;
}

/* ---- which view ---- */
typedef struct view_of {
    ledger_view view;
    store_value units[LEDGER_VIEW_UNITS];
    store_value department, post;
} view_of;

/* Whether any post of these gives access to the type at all. */
static bool has_access(const ledger_type *type, uint32_t posts)
{
    for (uint32_t i = 0; i < type->access_count; i++) {
        if ((type->access[i].posts & posts) != 0 && type->access[i].read_groups != 0) {
            return true;
        }
    }
    return false;
}

static void add_unit(view_of *out, store_value unit, uint32_t *count)
{
    for (uint32_t i = 0; i < *count; i++) {
        if (ledger_same_value(&out->units[i], &unit)) {
            return;
        }
    }
    if (*count < LEDGER_VIEW_UNITS && unit.kind == STORE_BYTES) {
        out->units[(*count)++] = unit;
    }
}

static bool pick_view(const ledger_actor *actor, const ledger_type *type, view_of *out)
{
    bool has_department = false;
    bool has_grant = false;
    uint32_t unit_count = 0;
    *out = (view_of){0};
    if (actor->is_kernel) {
        return true;
    }
    for (uint32_t i = 0; i < actor->post_count; i++) {
        const ledger_post *post = &actor->posts[i];
        const ledger_role *role = ledger_role_of(post->role);
        if (role == NULL || !has_access(type, post->role)) {
            continue;
        }
        bool is_open = type->scope == LEDGER_OF_DISTRICT && role->reach != LEDGER_REACH_NONE &&
                       role->reach != LEDGER_REACH_GRANT;
        if (role->reach == LEDGER_REACH_DISTRICT || is_open) {
            out->view = LEDGER_VIEW_DISTRICT;
            return true;
        }
        if (role->reach == LEDGER_REACH_UNIT ||
            ((role->reach == LEDGER_REACH_DEPARTMENT || role->reach == LEDGER_REACH_PERSON) &&
             type->self == LEDGER_SELF_UNIT)) {
            add_unit(out, post->unit, &unit_count);
        } else if (role->reach == LEDGER_REACH_DEPARTMENT) {
            has_department = true;
            out->department = post->department;
        } else if (role->reach == LEDGER_REACH_GRANT) {
            has_grant = true;
            out->post = ledger_id_value(post->id);
        }
    }
    for (uint32_t i = unit_count; i < LEDGER_VIEW_UNITS && unit_count > 0; i++) {
        out->units[i] = out->units[0];
    }
    if (unit_count > 0) {
        out->view = LEDGER_VIEW_UNIT;
        return true;
    }
    if (has_department && ledger_view_fits(type, LEDGER_VIEW_DEPARTMENT)) {
        out->view = LEDGER_VIEW_DEPARTMENT;
        return true;
    }
    if (has_grant && ledger_view_fits(type, LEDGER_VIEW_GRANT)) {
        out->view = LEDGER_VIEW_GRANT;
        return true;
    }
    if (type->scope == LEDGER_OF_DISTRICT) {
        /* Everybody who holds a post is one of the district's people (ledger_rights_of). */
        out->view = LEDGER_VIEW_DISTRICT;
        return actor->person.kind == STORE_BYTES && actor->post_count > 0 &&
               has_access(type, POST_PERSON);
    }
    out->view = LEDGER_VIEW_PERSON;
    return actor->person.kind == STORE_BYTES && has_access(type, POST_PERSON) &&
           ledger_view_fits(type, LEDGER_VIEW_PERSON);
}

/* One unit only: the unit's own query serves the district's view too, with its index. */
static bool narrow_to_unit(const ledger_type *type, lj_slice unit, view_of *view)
{
    if (unit.len != 16 || type->scope == LEDGER_OF_DISTRICT) {
        return true;
    }
    store_value wanted = store_bytes(unit);
    bool may = view->view == LEDGER_VIEW_DISTRICT;
    for (uint32_t i = 0; i < LEDGER_VIEW_UNITS; i++) {
        may =
            may || (view->view == LEDGER_VIEW_UNIT && ledger_same_value(&view->units[i], &wanted));
    }
    if (may) {
        view->view = LEDGER_VIEW_UNIT;
        for (uint32_t i = 0; i < LEDGER_VIEW_UNITS; i++) {
            view->units[i] = wanted;
        }
    }
    return may || view->view == LEDGER_VIEW_DEPARTMENT || view->view == LEDGER_VIEW_PERSON ||
           view->view == LEDGER_VIEW_GRANT;
}

/* Whose rows the query asks for: false when there is nothing that this actor may see. */
static bool settle_view(const ledger_actor *actor, const ledger_query *query, view_of *out)
{
    if (!pick_view(actor, query->type, out) || !narrow_to_unit(query->type, query->unit, out)) {
        return false;
    }
    bool is_one = out->view == LEDGER_VIEW_UNIT;
    for (uint32_t i = 1; i < LEDGER_VIEW_UNITS && is_one; i++) {
        is_one = ledger_same_value(&out->units[0], &out->units[i]);
    }
    out->view = is_one ? LEDGER_VIEW_ONE_UNIT : out->view;
    return true;
}

/* Below one parent only. */
static bool is_under(const ledger_query *query, const ledger_list_terms *terms)
{
    int at = ledger_list_parent(query->type, terms);
    return at >= 0 && query->filters[at].kind == STORE_BYTES;
}

/* ---- binding ---- */
typedef struct binding {
    store_value args[40];
    size_t count;
} binding;

static void bind(binding *to, store_value value)
{
    LJ_ASSERT(to->count < LJ_COUNT_OF(to->args));
    to->args[to->count++] = value;
}

static void bind_head(binding *to, const ledger *book, const ledger_actor *actor,
                      const ledger_query *query, const ledger_list_terms *terms,
                      const view_of *view)
{
    bind(to, store_int(book->config.district));
    switch (view->view) {
    case LEDGER_VIEW_DISTRICT:
        break;
    case LEDGER_VIEW_UNIT:
        for (uint32_t i = 0; i < LEDGER_VIEW_UNITS; i++) {
            bind(to, view->units[i]);
        }
        break;
    case LEDGER_VIEW_ONE_UNIT:
        bind(to, view->units[0]);
        break;
    case LEDGER_VIEW_DEPARTMENT:
        bind(to, view->department);
        break;
    case LEDGER_VIEW_PERSON:
        bind(to, actor->person);
        break;
    case LEDGER_VIEW_GRANT:
        bind(to, view->post);
        bind(to, store_int(actor->now.today));
        break;
    }
    if (terms->state_filter) {
        bind(to, query->state >= 0 ? store_int(query->state) : store_null());
    }
    for (uint32_t i = 0; i < terms->filter_count; i++) {
        bind(to, query->filters[i]);
    }
}

typedef struct gathering {
    ledger *book;
    store_conn *conn;
    const ledger_actor *actor;
    const ledger_query *query;
    const ledger_list_terms *terms;
    lj_arena *arena;
    ledger_page *page;
    const view_of *view;
    uint32_t seen;
    ledger_record *last; /* the last row of the page, shown or not: the next one begins behind it */
} gathering;

/* What the query could not leave out by itself: neighbours that are no hits, other units. */
static bool is_wanted(const gathering *on, const ledger_record *record)
{
    const ledger_query *query = on->query;
    if (query->search.len > 0 && !ledger_search_hits(record, query->search)) {
        return false;
    }
    bool by_query = on->view->view == LEDGER_VIEW_UNIT || on->view->view == LEDGER_VIEW_ONE_UNIT ||
                    query->type->scope == LEDGER_OF_DISTRICT || query->unit.len != 16;
    return by_query ||
           (record->unit.kind == STORE_BYTES && lj_slice_is(record->unit.bytes, query->unit));
}

static lj_code gather(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)count;
    gathering *to = ctx;
    if (++to->seen > to->query->most) {
        return LJ_OK; /* one more than asked for: it comes again with the next page */
    }
    ledger_record *record = NULL;
    lj_code code = ledger_row_read(to->query->type, columns, to->arena, &record, err);
    if (code == LJ_OK) {
        to->last = record;
        if (is_wanted(to, record)) {
            to->page->records[to->page->count++] = record;
        }
    }
    return code;
}

static store_value order_key(const ledger_record *record, const ledger_list_terms *terms,
                             lj_arena *arena)
{
    if (terms->order_field >= 0) {
        return record->values[terms->order_field];
    }
    switch (terms->order_column) {
    case ROW_NUMBER:
        return record->number;
    case ROW_HAPPENED_ON:
        return store_int(record->happened_on);
    case ROW_CREATED_AT:
        return store_int(record->created_at);
    case ROW_CHANGED_AT:
        return store_int(record->changed_at);
    case ROW_STATE:
        return store_int(record->state);
    default: {
        lj_buf key;
        lj_buf_init(&key, arena, SORT_KEY_MAX);
        sort_key_put(ledger_title_of(record), &key);
        return store_bytes(lj_buf_slice(&key));
    }
    }
}

/* Records that no access row opens to the actor are dropped; the others get their rights. */
static lj_code keep_visible(gathering *on, lj_err *err)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < on->page->count; i++) {
        ledger_rights rights;
        lj_code code =
            ledger_rights_of(on->book, on->conn, on->actor, on->page->records[i], &rights, err);
        if (code != LJ_OK) {
            return code;
        }
        if (rights.read_groups != 0) {
            on->page->records[kept] = on->page->records[i];
            on->page->rights[kept++] = rights;
        }
    }
    on->page->count = kept;
    return LJ_OK;
}

static lj_code run_page(gathering *on, const view_of *view, lj_err *err)
{
    const ledger_query *query = on->query;
    int64_t grams[3];
    bool has_search = query->search.len > 0 && ledger_search_grams(query->search, grams) > 0;
    bool is_after = query->after_id.len == 16;
    const ledger_type_sql *sql = &ledger_sql[ledger_type_idx(query->type)];
    const ledger_list_sql *list = &sql->lists[query->list];
    const store_query *page =
        (is_under(query, on->terms) ? list->under
                                    : list->page)[view->view][is_after ? 1 : 0][has_search ? 1 : 0];
    LJ_ASSERT(page != NULL);
    binding args = {.count = 0};
    bind_head(&args, on->book, on->actor, query, on->terms, view);
    for (int i = 0; has_search && i < 3; i++) {
        bind(&args, store_int(grams[i]));
    }
    if (is_after) {
        bind(&args, query->after_key);
        bind(&args, store_bytes(query->after_id));
    }
    bind(&args, store_int(query->most + 1));
    return store_run(on->conn, page, args.args, args.count, gather, on, err);
}

lj_code ledger_list_page(ledger *book, store_conn *conn, const ledger_actor *actor,
                         const ledger_query *query, lj_arena *arena, ledger_page *out, lj_err *err)
{
    *out = (ledger_page){0};
    ledger_list_terms terms;
    const char *why = NULL;
    bool is_read = ledger_list_read(query->type, &query->type->lists[query->list], &terms, &why);
    LJ_ASSERT(is_read);
    view_of view;
    if (!settle_view(actor, query, &view)) {
        return LJ_OK; /* nothing that this actor may see */
    }
    out->records = lj_arena_array(arena, query->most + 1, sizeof(ledger_record *));
    out->rights = lj_arena_array(arena, query->most + 1, sizeof *out->rights);
    if (out->records == NULL || out->rights == NULL) {
        return ledger_nomem(err);
    }
    gathering on = {.book = book,
                    .conn = conn,
                    .actor = actor,
                    .query = query,
                    .terms = &terms,
                    .arena = arena,
                    .page = out,
                    .view = &view};
    lj_code code = run_page(&on, &view, err);
    if (code != LJ_OK) {
        return code;
    }
    if (on.seen > query->most) {
        out->has_more = true;
        out->next_key = order_key(on.last, &terms, arena);
        memcpy(out->next_id, on.last->id, 16);
    }
    return keep_visible(&on, err);
}

static lj_code take_count(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)count;
    (void)err;
    *(int64_t *)ctx = columns[0].num;
    return LJ_OK;
}

/* Whether the actor reads every row of the view, whatever its state: then the engine counts alone.
 */
static bool sees_all(const ledger_actor *actor, const ledger_type *type, const view_of *view)
{
    uint32_t states = 0;
    for (uint32_t i = 0; i < actor->post_count && view->view == LEDGER_VIEW_DISTRICT; i++) {
        const ledger_role *role = ledger_role_of(actor->posts[i].role);
        for (uint32_t j = 0; j < type->access_count; j++) {
            bool opens = role != NULL && role->reach == LEDGER_REACH_DISTRICT &&
                         (type->access[j].posts & role->bit) != 0 &&
                         type->access[j].read_groups != 0;
            states |= opens ? type->access[j].states : 0;
        }
    }
    uint32_t every = (1u << ledger_state_count(type)) - 1;
    return actor->is_kernel || (states & every) == every;
}

/* Page by page, as the actor would see them. */
static lj_code count_pages(ledger *book, store_conn *conn, const ledger_actor *actor,
                           const ledger_query *query, int64_t *out, lj_err *err)
{
    enum { PAGE_MOST = 200, ROOM_MAX = 64 * 1024 * 1024 };
    ledger_query each = *query;
    each.most = PAGE_MOST;
    each.after_id = (lj_slice){0};
    ledger_page page = {.has_more = true};
    uint8_t after_id[16];
    lj_code code = LJ_OK;
    lj_arena *arena = NULL;
    while (page.has_more && code == LJ_OK) {
        lj_arena *next = lj_arena_new(ROOM_MAX);
        code = next != NULL ? ledger_list_page(book, conn, actor, &each, next, &page, err)
                            : ledger_nomem(err);
        lj_arena_free(arena); /* the key was read out of it */
        arena = next;
        *out += page.count;
        memcpy(after_id, page.next_id, sizeof after_id);
        each.after_key = page.next_key;
        each.after_id = lj_slice_of(after_id, sizeof after_id);
    }
    lj_arena_free(arena);
    return code;
}

lj_code ledger_list_count(ledger *book, store_conn *conn, const ledger_actor *actor,
                          const ledger_query *query, int64_t *out, lj_err *err)
{
    ledger_list_terms terms;
    const char *why = NULL;
    bool is_read = ledger_list_read(query->type, &query->type->lists[query->list], &terms, &why);
    LJ_ASSERT(is_read);
    view_of view;
    *out = 0;
    if (!settle_view(actor, query, &view)) {
        return LJ_OK;
    }
    if (query->search.len > 0 || !sees_all(actor, query->type, &view)) {
        return count_pages(book, conn, actor, query, out, err);
    }
    binding args = {.count = 0};
    bind_head(&args, book, actor, query, &terms, &view);
    const ledger_list_sql *list = &ledger_sql[ledger_type_idx(query->type)].lists[query->list];
    const store_query *count =
        (is_under(query, &terms) ? list->under_count : list->count)[view.view];
    return store_run(conn, count, args.args, args.count, take_count, out, err);
}
