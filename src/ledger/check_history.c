/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The pass over all records. Rows come in the order record, version, field; at the end of a version
 * its entry must have had exactly these commitments, at the end of a record its row must be what
 * the versions add up to. A value that is gone must be named by an entry of erasure. */
#include "ledger/check_priv.h"

enum {
    COL_RECORD,
    COL_VERSION,
    COL_TYPE,
    COL_EVENT,
    COL_FROM,
    COL_TO,
    COL_HAPPENED_ON,
    COL_RECORDED_AT,
    COL_BY,
    COL_POST,
    COL_FOR_POST,
    COL_REQUEST,
    COL_SEQ,
    COL_LEAF,
    COL_TAG,
    COL_COMMITMENT,
    COL_SALT,
    COL_BYTES,
};
enum { ERASURES_BLOCK = 16 };

typedef struct lost_value {
    seal_digest digest;
    int64_t version;
    const char *field;
    struct lost_value *next;
} lost_value;

typedef struct erasure {
    uint64_t seq;
    int64_t version;
    struct erasure *next;
} erasure;

typedef struct history_walk {
    checking *on;
    lj_arena_mark bare; /* of the arena between two records */
    bool has_record;
    uint8_t id[16];
    const ledger_type *type; /* NULL: unknown */
    ledger_record *sum;      /* what the versions add up to; NULL without a type */
    int64_t first_at;
    store_value by_account, for_post; /* of the first version */
    bool is_opening;
    /* the version */
    seal_leaf leaf;
    bool has_leaf;
    uint32_t commitment_count;
    bool is_other; /* told once per version */
    lost_value *lost;
    erasure *erasures;
} history_walk;

static void tell(history_walk *walk, check_fault_kind kind, const char *field)
{
    check_tell(walk->on, kind, walk->type, walk->id, walk->sum != NULL ? walk->sum->version : 0,
               field);
}

/* ---- one version and its entry ---- */
static bool same_id(const seal_leaf *leaf, seal_tag tag, const seal_id *in_leaf,
                    const store_value *column)
{
    bool has = (leaf->has & SEAL_HAS(tag)) != 0;
    return has ? column->kind == STORE_BYTES &&
                     lj_slice_is(column->bytes, lj_slice_of(in_leaf->bytes, SEAL_ID_LEN))
               : column->kind == STORE_NULL;
}

/* An erasure's entry says less, and is the first of several perhaps. */
static bool leaf_fits(const history_walk *walk, const store_value *columns)
{
    const seal_leaf *leaf = &walk->leaf;
    bool is = leaf->seq == (uint64_t)columns[COL_SEQ].num &&
              (leaf->has & SEAL_HAS(SEAL_TAG_RECORD)) != 0 &&
              memcmp(leaf->record.bytes, walk->id, SEAL_ID_LEN) == 0 &&
              leaf->type == columns[COL_TYPE].num &&
              leaf->version == (uint64_t)columns[COL_VERSION].num &&
              leaf->event == columns[COL_EVENT].num && leaf->at == columns[COL_RECORDED_AT].num;
    if (!is || columns[COL_EVENT].num == LEDGER_ERASE_TAG) {
        return is && leaf->kind == SEAL_ERASURE;
    }
    bool has_from = (leaf->has & SEAL_HAS(SEAL_TAG_FROM)) != 0;
    bool has_request = (leaf->has & SEAL_HAS(SEAL_TAG_REQUEST)) != 0;
    return (leaf->kind == SEAL_CHANGE || leaf->kind == SEAL_OPENING) &&
           leaf->to == columns[COL_TO].num && leaf->happened_on == columns[COL_HAPPENED_ON].num &&
           (has_from ? columns[COL_FROM].kind == STORE_INT && leaf->from == columns[COL_FROM].num
                     : columns[COL_FROM].kind == STORE_NULL) &&
           (has_request ? lj_slice_is(columns[COL_REQUEST].bytes, seal_digest_bytes(&leaf->request))
                        : columns[COL_REQUEST].kind == STORE_NULL) &&
           same_id(leaf, SEAL_TAG_BY, &leaf->by, &columns[COL_BY]) &&
           same_id(leaf, SEAL_TAG_POST, &leaf->post, &columns[COL_POST]) &&
           same_id(leaf, SEAL_TAG_FOR_POST, &leaf->for_post, &columns[COL_FOR_POST]);
}

static void end_version(history_walk *walk)
{
    bool is_change = walk->has_leaf && walk->leaf.kind != SEAL_ERASURE;
    uint32_t wanted = is_change ? walk->leaf.commitment_count : 0;
    if (walk->has_leaf && walk->commitment_count != wanted && !walk->is_other) {
        tell(walk, CHECK_OTHER_COMMITMENTS, NULL);
    }
    walk->commitment_count = 0;
    walk->has_leaf = false;
    walk->is_other = false;
}

static lj_code note_erasure(history_walk *walk, const store_value *columns, lj_err *err)
{
    erasure *row = lj_arena_alloc(walk->on->arena, sizeof *row);
    if (row == NULL) {
        return ledger_nomem(err);
    }
    *row = (erasure){.seq = (uint64_t)columns[COL_SEQ].num,
                     .version = columns[COL_VERSION].num,
                     .next = walk->erasures};
    walk->erasures = row;
    return LJ_OK;
}

static lj_code begin_version(history_walk *walk, const store_value *columns, lj_err *err)
{
    checking *on = walk->on;
    on->counts->checked[CHECK_HISTORY]++;
    int64_t before = walk->sum != NULL ? walk->sum->version : columns[COL_VERSION].num - 1;
    if (walk->sum != NULL) {
        walk->sum->version = columns[COL_VERSION].num;
        walk->sum->state = (uint8_t)columns[COL_TO].num;
        walk->sum->happened_on = columns[COL_HAPPENED_ON].num;
        walk->sum->changed_at = columns[COL_RECORDED_AT].num;
        walk->sum->is_void = walk->sum->is_void || columns[COL_EVENT].num == LEDGER_VOID_TAG;
    }
    if (columns[COL_VERSION].num != before + 1) {
        tell(walk, CHECK_VERSION_GAP, NULL);
    }
    int64_t seq = columns[COL_SEQ].num;
    if (seq >= 0 && (uint64_t)seq < on->head.size) {
        on->moved[seq / 8] |= (uint8_t)(1u << (seq % 8));
    }
    if (columns[COL_LEAF].kind != STORE_BYTES) {
        tell(walk, CHECK_NO_ENTRY, NULL);
        return LJ_OK;
    }
    lj_err why = {0};
    lj_slice bytes = lj_arena_copy(on->arena, columns[COL_LEAF].bytes);
    walk->has_leaf = bytes.ptr != NULL &&
                     seal_leaf_read(bytes, on->arena, &walk->leaf, &why) == LJ_OK &&
                     leaf_fits(walk, columns);
    if (!walk->has_leaf) {
        walk->is_other = true;
        tell(walk, CHECK_OTHER_ENTRY, NULL);
        return LJ_OK;
    }
    walk->is_opening = walk->is_opening || walk->leaf.kind == SEAL_OPENING;
    return walk->leaf.kind == SEAL_ERASURE ? note_erasure(walk, columns, err) : LJ_OK;
}

/* ---- one value ---- */
static int field_tagged(const ledger_type *type, int64_t tag)
{
    for (int i = 0; type != NULL && i < type->field_count; i++) {
        if (type->fields[i].tag == tag) {
            return i;
        }
    }
    return -1;
}

static bool is_in_leaf(const history_walk *walk, int64_t tag, const seal_digest *digest)
{
    for (uint32_t i = 0; i < walk->leaf.commitment_count; i++) {
        if (walk->leaf.commitments[i].field == tag &&
            seal_digest_is(&walk->leaf.commitments[i].digest, digest)) {
            return true;
        }
    }
    return false;
}

static bool is_committed(history_walk *walk, const store_value *columns, const seal_digest *digest)
{
    seal_place place = {.type = walk->type->tag, .field = (uint16_t)columns[COL_TAG].num};
    memcpy(place.record.bytes, walk->id, SEAL_ID_LEN);
    if (columns[COL_SALT].bytes.len != SEAL_SALT_LEN) {
        return false;
    }
    seal_digest found = seal_commit(&walk->on->hasher, columns[COL_SALT].bytes.ptr, &place,
                                    columns[COL_BYTES].bytes);
    return seal_digest_is(&found, digest);
}

static lj_code lose(history_walk *walk, const seal_digest *digest, const char *field, lj_err *err)
{
    lost_value *row = lj_arena_alloc(walk->on->arena, sizeof *row);
    if (row == NULL) {
        return ledger_nomem(err);
    }
    *row = (lost_value){
        .digest = *digest, .version = walk->sum->version, .field = field, .next = walk->lost};
    walk->lost = row;
    return LJ_OK;
}

static lj_code take_value(history_walk *walk, const store_value *columns, lj_err *err)
{
    checking *on = walk->on;
    seal_digest digest;
    int at = field_tagged(walk->type, columns[COL_TAG].num);
    const char *field = at >= 0 ? walk->type->fields[at].name : NULL;
    walk->commitment_count++;
    bool has_value = columns[COL_SALT].kind == STORE_BYTES;
    on->value_count += has_value;
    if (columns[COL_COMMITMENT].bytes.len != SEAL_DIGEST_LEN || walk->type == NULL) {
        return LJ_OK; /* told at the end of the version, or as an unknown type */
    }
    memcpy(digest.bytes, columns[COL_COMMITMENT].bytes.ptr, SEAL_DIGEST_LEN);
    if (walk->has_leaf && !walk->is_other && !is_in_leaf(walk, columns[COL_TAG].num, &digest)) {
        walk->is_other = true;
        tell(walk, CHECK_OTHER_COMMITMENTS, field);
    }
    store_value value = store_null();
    lj_code code = LJ_OK;
    if (!has_value) {
        code = lose(walk, &digest, field, err);
    } else {
        on->counts->checked[CHECK_VALUES]++;
        lj_err why = {0};
        if (!is_committed(walk, columns, &digest) ||
            ledger_value_stored(on->arena, columns[COL_BYTES].bytes, &value, &why) != LJ_OK) {
            tell(walk, CHECK_OTHER_VALUE, field);
        }
    }
    if (at >= 0) {
        walk->sum->values[at] = value;
    }
    return code;
}

/* ---- what was erased ---- */
typedef struct erased_scan {
    history_walk *walk;
    const erasure *from;
    uint64_t next;
    bool is_over;
} erased_scan;

static lj_code drop_erased(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)count;
    erased_scan *scan = ctx;
    history_walk *walk = scan->walk;
    seal_leaf leaf;
    lj_err why = {0};
    lj_slice bytes = lj_arena_copy(walk->on->arena, columns[2].bytes);
    lj_code code = seal_leaf_read(bytes, walk->on->arena, &leaf, &why);
    if (code == LJ_E_NOMEM) {
        return ledger_nomem(err);
    }
    scan->next = (uint64_t)columns[0].num + 1;
    if (code != LJ_OK || leaf.kind != SEAL_ERASURE ||
        leaf.version != (uint64_t)scan->from->version ||
        memcmp(leaf.record.bytes, walk->id, SEAL_ID_LEN) != 0) {
        scan->is_over = true;
        return LJ_E_CANCELLED;
    }
    for (lost_value **at = &walk->lost; *at != NULL;) {
        bool is_named = false;
        for (uint32_t i = 0; i < leaf.commitment_count && !is_named; i++) {
            is_named = seal_digest_is(&leaf.commitments[i].digest, &(*at)->digest);
        }
        if (is_named) {
            *at = (*at)->next;
            walk->on->counts->erased++;
        } else {
            at = &(*at)->next;
        }
    }
    return LJ_OK;
}

static lj_code settle_lost(history_walk *walk, lj_err *err)
{
    checking *on = walk->on;
    lj_code code = LJ_OK;
    for (const erasure *from = walk->erasures; from != NULL && walk->lost != NULL && code == LJ_OK;
         from = from->next) {
        erased_scan scan = {.walk = walk, .from = from, .next = from->seq};
        while (!scan.is_over && scan.next < on->head.size && code == LJ_OK) {
            const store_value args[] = {store_int(on->book->config.district),
                                        store_int((int64_t)scan.next), store_int(ERASURES_BLOCK)};
            uint64_t before = scan.next;
            code = store_run(on->side, &q_audit_leaves, args, LJ_COUNT_OF(args), drop_erased, &scan,
                             err);
            scan.is_over = scan.is_over || scan.next == before;
        }
    }
    for (const lost_value *row = walk->lost; row != NULL && code == LJ_OK; row = row->next) {
        check_tell(on, CHECK_VALUE_GONE, walk->type, walk->id, row->version, row->field);
    }
    return code;
}

/* ---- the row ---- */
static void compare_row(history_walk *walk, const ledger_record *row)
{
    const ledger_record *sum = walk->sum;
    for (uint32_t i = 0; i < walk->type->field_count; i++) {
        if (!ledger_same_value(&sum->values[i], &row->values[i])) {
            tell(walk, CHECK_OTHER_ROW, walk->type->fields[i].name);
            return;
        }
    }
    store_value self = ledger_id_value(walk->id);
    bool is_self = walk->type->self == LEDGER_SELF_UNIT ? ledger_same_value(&row->unit, &self)
                   : walk->type->self == LEDGER_SELF_DEPARTMENT
                       ? ledger_same_value(&row->department, &self)
                   : walk->type->self == LEDGER_SELF_PERSON ? ledger_same_value(&row->person, &self)
                                                            : true;
    if (row->version != sum->version || row->state != sum->state || row->is_void != sum->is_void ||
        row->happened_on != sum->happened_on || row->changed_at != sum->changed_at ||
        row->created_at != walk->first_at || !is_self ||
        (row->source == LEDGER_OPENING) != walk->is_opening ||
        !ledger_same_value(&row->entered_by, &walk->by_account) ||
        !ledger_same_value(&row->for_post, &walk->for_post)) {
        tell(walk, CHECK_OTHER_ROW, NULL);
    }
}

static lj_code end_record(history_walk *walk, lj_err *err)
{
    if (!walk->has_record) {
        return LJ_OK;
    }
    end_version(walk);
    lj_code code = LJ_OK;
    if (walk->type != NULL) {
        code = settle_lost(walk, err);
        ledger_record *row = NULL;
        walk->on->counts->checked[CHECK_RECORDS]++;
        if (code == LJ_OK) {
            code = ledger_row_load(walk->on->book, walk->on->side, walk->type, walk->id, false,
                                   walk->on->arena, &row, err);
        }
        if (code == LJ_E_NOT_FOUND) {
            tell(walk, CHECK_NO_ROW, NULL);
            code = LJ_OK;
        } else if (code == LJ_OK) {
            compare_row(walk, row);
        }
    }
    lj_arena_rewind(walk->on->arena, walk->bare);
    return code;
}

static lj_code begin_record(history_walk *walk, const store_value *columns, lj_err *err)
{
    *walk = (history_walk){.on = walk->on, .bare = walk->bare, .has_record = true};
    memcpy(walk->id, columns[COL_RECORD].bytes.ptr, 16);
    walk->type = ledger_type_tagged(columns[COL_TYPE].num);
    walk->first_at = columns[COL_RECORDED_AT].num;
    if (walk->type == NULL) {
        tell(walk, CHECK_UNKNOWN_TYPE, NULL);
        return LJ_OK;
    }
    walk->sum = ledger_record_new(walk->type, walk->on->arena);
    if (walk->sum == NULL) {
        return ledger_nomem(err);
    }
    lj_code code = ledger_value_copy(walk->on->arena, &columns[COL_BY], &walk->by_account, err);
    return code == LJ_OK
               ? ledger_value_copy(walk->on->arena, &columns[COL_FOR_POST], &walk->for_post, err)
               : code;
}

static lj_code take_row(void *ctx, const store_value *columns, size_t count, lj_err *err)
{
    (void)count;
    history_walk *walk = ctx;
    if (columns[COL_RECORD].bytes.len != 16) {
        return lj_fail(err, LJ_E_FORMAT, UINT64_MAX, "an id in the database has not 16 bytes");
    }
    bool is_new = !walk->has_record || memcmp(walk->id, columns[COL_RECORD].bytes.ptr, 16) != 0;
    lj_code code = LJ_OK;
    if (is_new) {
        code = end_record(walk, err);
        code = code == LJ_OK ? begin_record(walk, columns, err) : code;
    }
    bool is_version = is_new || walk->sum == NULL || walk->sum->version != columns[COL_VERSION].num;
    if (code == LJ_OK && is_version) {
        end_version(walk);
        code = begin_version(walk, columns, err);
    }
    if (code == LJ_OK && columns[COL_TAG].kind == STORE_INT) {
        code = take_value(walk, columns, err);
    }
    return code;
}

lj_code check_history(checking *on, lj_err *err)
{
    history_walk walk = {.on = on, .bare = lj_arena_mark_of(on->arena)};
    store_value district = store_int(on->book->config.district);
    lj_code code = store_run(on->main, &q_check_history, &district, 1, take_row, &walk, err);
    code = code == LJ_OK ? end_record(&walk, err) : code;
    lj_arena_rewind(on->arena, walk.bare);
    return code;
}
