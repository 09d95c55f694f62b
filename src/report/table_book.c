/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A workbook: which sheet is read, shared strings, and what is refused.
 *
 * Specification: ISO/IEC 29500-1 18.2 (workbook), 18.4 (shared strings); 29500-2 9 (relationships).
 *
 * Model. Parts are found through relationships, never by their usual names: package -> workbook ->
 * styles, strings, sheets. The last word of a relationship's type counts, so that strict and
 * transitional packages read alike. Order: content types (refusals), workbook, styles, strings, and
 * the sheet, row by row.
 *
 * Traps. Macros hide behind another extension: they are looked for by content type and by part. A
 * chart sheet is a sheet in the list, but has no cells. Links to other workbooks are parts that
 * nobody asks for.
 *
 * Limits: shared strings, relationships, sheets; bytes are charged below, in table_zip.c. */
#include "base/num.h"
#include "report/table_in_priv.h"

enum {
    RELS_MAX = 4096,
    PART_NAME_MAX = 1024,
};

typedef enum rel_kind {
    REL_OTHER,
    REL_WORKBOOK,
    REL_WORKSHEET,
    REL_STRINGS,
    REL_STYLES,
    REL_MACROS,
} rel_kind;

typedef struct rel {
    lj_slice id, target; /* in the arena; target is a part's name */
    rel_kind kind;
} rel;

typedef struct rel_list {
    rel *rows;
    uint32_t count, cap;
} rel_list;

static rel_kind kind_of_type(lj_str type)
{
    static const struct {
        const char *tail;
        rel_kind kind;
    } rows[] = {
        {"/officeDocument", REL_WORKBOOK },
        {"/worksheet",      REL_WORKSHEET},
        {"/sharedStrings",  REL_STRINGS  },
        {"/styles",         REL_STYLES   },
        {"/vbaProject",     REL_MACROS   },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        size_t len = strlen(rows[i].tail);
        if (type.len >= len && memcmp(type.ptr + type.len - len, rows[i].tail, len) == 0) {
            return rows[i].kind;
        }
    }
    return REL_OTHER;
}

/* The folder of a part, with its slash. */
static lj_slice folder_of(lj_slice part)
{
    size_t len = part.len;
    while (len > 0 && part.ptr[len - 1] != '/') {
        len--;
    }
    return lj_slice_part(part, 0, len);
}

/* Room for the name of a part, all of it at once: later it can only be too long. */
static bool name_room(table_run *run, lj_buf *out)
{
    lj_buf_init(out, run->arena, PART_NAME_MAX);
    if (lj_buf_room(out, PART_NAME_MAX) == NULL) {
        (void)table_stop(run, TABLE_FAULT_MEMORY, 0, 0);
    }
    return lj_buf_ok(out);
}

/* A target as a part's name: relative to the folder, "." and ".." resolved. Empty when it leads out
 * of the package or is too long. */
static lj_slice resolve(table_run *run, lj_slice folder, lj_str target)
{
    lj_buf buf;
    if (!name_room(run, &buf)) {
        return (lj_slice){NULL, 0};
    }
    lj_slice rest = lj_str_bytes(target);
    if (rest.len > 0 && rest.ptr[0] == '/') {
        rest = lj_slice_part(rest, 1, SIZE_MAX);
    } else {
        lj_buf_put(&buf, folder);
    }
    while (rest.len > 0) {
        size_t len = 0;
        while (len < rest.len && rest.ptr[len] != '/' && rest.ptr[len] != '\\') {
            len++;
        }
        lj_slice step = lj_slice_part(rest, 0, len);
        bool is_last = len == rest.len;
        rest = lj_slice_part(rest, len + 1, SIZE_MAX);
        if (lj_slice_is(step, LJ_BYTES(".."))) {
            if (buf.len == 0) {
                return (lj_slice){NULL, 0};
            }
            buf.len = folder_of(lj_slice_of(buf.ptr, buf.len - 1)).len;
        } else if (step.len > 0 && !lj_slice_is(step, LJ_BYTES("."))) {
            lj_buf_put(&buf, step);
            if (!is_last) {
                lj_buf_put_u8(&buf, '/');
            }
        }
    }
    return lj_buf_ok(&buf) ? lj_buf_slice(&buf) : (lj_slice){NULL, 0};
}

static void add_rel(table_run *run, rel_list *rels, lj_slice folder, const xml_token *token)
{
    if (lj_str_is(XML_VALUE(token, "TargetMode"), LJ_STR("External"))) {
        return;
    }
    rel_kind kind = kind_of_type(XML_VALUE(token, "Type"));
    if (kind == REL_OTHER) {
        return;
    }
    if (rels->count == rels->cap) {
        uint32_t cap = rels->cap == 0 ? 16 : rels->cap * 2;
        rel *more = cap <= RELS_MAX ? lj_arena_grow(run->arena, rels->rows,
                                                    rels->cap * sizeof(*more), cap * sizeof(*more))
                                    : NULL;
        if (more == NULL) {
            (void)table_stop(run, TABLE_FAULT_MEMORY, 0, 0);
            return;
        }
        rels->rows = more;
        rels->cap = cap;
    }
    lj_slice id = lj_str_bytes(XML_VALUE(token, "Id"));
    rel *added = &rels->rows[rels->count++];
    *added = (rel){.id = lj_arena_copy(run->arena, id),
                   .target = resolve(run, folder, XML_VALUE(token, "Target")),
                   .kind = kind};
    if (added->id.len != id.len) {
        (void)table_stop(run, TABLE_FAULT_MEMORY, 0, 0);
    }
}

/* The relationships of a part; empty part: of the package. No such member: none. */
static rel_list read_rels(table_book *book, lj_slice part)
{
    table_run *run = book->run;
    rel_list rels = {0};
    lj_slice folder = folder_of(part);
    lj_buf name;
    if (!name_room(run, &name)) {
        return rels;
    }
    lj_buf_put(&name, folder);
    lj_buf_put_cstr(&name, "_rels/");
    lj_buf_put(&name, lj_slice_part(part, folder.len, SIZE_MAX));
    lj_buf_put_cstr(&name, ".rels");
    const table_member *member = table_zip_lookup(run, &book->zip, lj_buf_slice(&name));
    if (member == NULL) {
        return rels;
    }
    table_xml xml;
    bool open = table_xml_open(&xml, run, &book->zip, member, book->names);
    for (const xml_token *token = open ? table_xml_next(&xml) : NULL; token != NULL;
         token = table_xml_next(&xml)) {
        if (token->kind == XML_START && token->id == TABLE_NAME_RELATIONSHIP) {
            add_rel(run, &rels, folder, token);
        }
    }
    table_xml_close(&xml);
    return rels;
}

static const rel *rel_of_kind(const rel_list *rels, rel_kind kind)
{
    for (uint32_t i = 0; i < rels->count; i++) {
        if (rels->rows[i].kind == kind) {
            return &rels->rows[i];
        }
    }
    return NULL;
}

/* ---- refusals ---- */

/* What the content types say: macros and binary workbooks, whatever the extension is. */
static void refuse_types(table_book *book)
{
    table_run *run = book->run;
    const table_member *member = table_zip_lookup(run, &book->zip, LJ_BYTES("[Content_Types].xml"));
    if (run->code != LJ_OK) {
        return;
    }
    if (member == NULL) {
        bool is_odf =
            book->zip.count > 0 && table_zip_lookup(run, &book->zip, LJ_BYTES("mimetype")) != NULL;
        (void)table_stop(run, is_odf ? TABLE_FAULT_OTHER_OFFICE : TABLE_FAULT_NO_TABLE, 0, 0);
        return;
    }
    table_xml xml;
    bool open = table_xml_open(&xml, run, &book->zip, member, book->names);
    for (const xml_token *token = open ? table_xml_next(&xml) : NULL; token != NULL;
         token = table_xml_next(&xml)) {
        if (token->kind != XML_START ||
            (token->id != TABLE_NAME_DEFAULT && token->id != TABLE_NAME_OVERRIDE)) {
            continue;
        }
        lj_slice type = lj_str_bytes(XML_VALUE(token, "ContentType"));
        if (lj_slice_find(type, LJ_BYTES("macroEnabled")) != SIZE_MAX ||
            lj_slice_find(type, LJ_BYTES("vbaProject")) != SIZE_MAX) {
            (void)table_stop(run, TABLE_FAULT_MACROS, 0, 0);
        } else if (lj_slice_find(type, LJ_BYTES("sheet.binary")) != SIZE_MAX) {
            (void)table_stop(run, TABLE_FAULT_OTHER_OFFICE, 0, 0);
        }
    }
    table_xml_close(&xml);
    if (table_zip_has_tail(&book->zip, LJ_BYTES("vbaProject.bin"))) {
        (void)table_stop(run, TABLE_FAULT_MACROS, 0, 0);
    }
}

/* ---- the list of sheets ---- */

/* The best sheet so far. */
typedef struct sheet_choice {
    const rel *part;
    lj_slice name;
    uint32_t rank; /* index among the wanted names; behind them the first visible one */
    uint32_t seen;
} sheet_choice;

static uint32_t rank_of(const table_run *run, lj_str name, bool visible)
{
    uint32_t count = run->options->sheet_count;
    for (uint32_t i = 0; i < count; i++) {
        if (lj_str_is(run->options->sheets[i], name)) {
            return i;
        }
    }
    return visible ? count : UINT32_MAX;
}

static void offer_sheet(table_book *book, const rel_list *rels, const xml_token *token,
                        sheet_choice *best)
{
    table_run *run = book->run;
    lj_str state = XML_VALUE_PLAIN(token, "state");
    lj_str name = XML_VALUE_PLAIN(token, "name");
    lj_slice id = lj_str_bytes(XML_VALUE_PREFIXED(token, "id"));
    const rel *part = NULL;
    for (uint32_t i = 0; i < rels->count && part == NULL; i++) {
        part = lj_slice_is(rels->rows[i].id, id) ? &rels->rows[i] : NULL;
    }
    best->seen++;
    uint32_t rank = rank_of(run, name, state.len == 0 || lj_str_is(state, LJ_STR("visible")));
    if (part == NULL || part->kind != REL_WORKSHEET || rank == UINT32_MAX ||
        (best->part != NULL && best->rank <= rank)) {
        return;
    }
    best->part = part;
    best->rank = rank;
    best->name = lj_arena_copy(run->arena, lj_str_bytes(name));
    if (best->name.len != name.len) {
        (void)table_stop(run, TABLE_FAULT_MEMORY, 0, 0);
    }
}

static bool is_true(lj_str value)
{
    return lj_str_is(value, LJ_STR("1")) || lj_str_is(value, LJ_STR("true")) ||
           lj_str_is(value, LJ_STR("on"));
}

static sheet_choice read_workbook(table_book *book, const table_member *member,
                                  const rel_list *rels)
{
    table_run *run = book->run;
    sheet_choice best = {0};
    bool in_sheets = false;
    table_xml xml;
    bool open = table_xml_open(&xml, run, &book->zip, member, book->names);
    for (const xml_token *token = open ? table_xml_next(&xml) : NULL; token != NULL;
         token = table_xml_next(&xml)) {
        if (token->id == TABLE_NAME_SHEETS && token->depth == 1) {
            in_sheets = token->kind == XML_START;
        }
        if (token->kind != XML_START) {
            continue;
        }
        if (token->depth == 0 && token->id != TABLE_NAME_WORKBOOK) {
            (void)table_stop(run, TABLE_FAULT_OTHER_OFFICE, 0, 0); /* docx, pptx */
        } else if (token->id == TABLE_NAME_WORKBOOK_PR && token->depth == 1) {
            book->is_1904 = is_true(XML_VALUE(token, "date1904"));
        } else if (token->id == TABLE_NAME_SHEET && in_sheets && token->depth == 2) {
            offer_sheet(book, rels, token, &best);
        }
    }
    table_xml_close(&xml);
    if (best.part == NULL) {
        (void)table_stop(run, TABLE_FAULT_NO_SHEET, 0, 0);
    }
    return best;
}

/* ---- shared strings ---- */

static bool add_string(table_book *book, uint32_t end)
{
    if (book->string_count + 2 > book->string_cap) {
        uint32_t cap = book->string_cap == 0 ? 256 : book->string_cap * 2;
        uint32_t *more = lj_arena_grow_raw(book->run->arena, book->offs,
                                           book->string_cap * sizeof(*more), cap * sizeof(*more));
        if (more == NULL) {
            return false;
        }
        book->offs = more;
        book->string_cap = cap;
        book->offs[0] = 0;
    }
    book->offs[++book->string_count] = end;
    return true;
}

static void read_strings(table_book *book, const table_member *member)
{
    table_run *run = book->run;
    /* texts are never longer than their part, and its length was held against the limit */
    uint64_t most = lj_min_u64(member->real_len, run->limits.value[TABLE_LIMIT_UNPACKED]);
    lj_buf_init(&book->strings, run->arena, (size_t)lj_min_u64(most, UINT32_MAX));
    table_xml xml;
    bool open = table_xml_open(&xml, run, &book->zip, member, book->names);
    if (open && lj_buf_room(&book->strings, book->strings.max_len) == NULL) {
        (void)table_stop(run, TABLE_FAULT_MEMORY, 0, 0);
    }
    for (const xml_token *token = open ? table_xml_next(&xml) : NULL; token != NULL;
         token = table_xml_next(&xml)) {
        if (token->kind != XML_START || token->id != TABLE_NAME_SI) {
            continue;
        }
        if (book->string_count >= run->limits.value[TABLE_LIMIT_STRINGS]) {
            (void)table_stop_limit(run, TABLE_LIMIT_STRINGS, 0, 0);
            break;
        }
        table_xml_take_string(&xml, &book->strings);
        if (!lj_buf_ok(&book->strings) || !add_string(book, (uint32_t)book->strings.len)) {
            (void)table_stop(run, TABLE_FAULT_MEMORY, 0, 0);
        }
    }
    table_xml_close(&xml);
}

/* ---- the whole ---- */

/* The member that a relationship leads to; one that leads nowhere is a damaged package. */
static const table_member *member_of(table_book *book, const rel *part)
{
    if (part == NULL || book->run->code != LJ_OK) {
        return NULL;
    }
    const table_member *member = table_zip_lookup(book->run, &book->zip, part->target);
    if (member == NULL) {
        (void)table_stop(book->run, TABLE_FAULT_DAMAGED, 0, 0);
    }
    return member;
}

void table_book_read(table_run *run, lj_slice bytes)
{
    table_book book = {.run = run};
    if (table_zip_open(run, bytes, &book.zip) != LJ_OK) {
        return;
    }
    book.names = table_xml_names(run);
    refuse_types(&book);
    rel_list package = {0};
    if (run->code == LJ_OK) {
        package = read_rels(&book, (lj_slice){NULL, 0});
    }
    const rel *main_part = rel_of_kind(&package, REL_WORKBOOK);
    if (run->code == LJ_OK && main_part == NULL) {
        (void)table_stop(run, TABLE_FAULT_NO_TABLE, 0, 0);
    }
    const table_member *member = member_of(&book, main_part);
    if (member == NULL) {
        return;
    }
    rel_list rels = read_rels(&book, main_part->target);
    if (rel_of_kind(&rels, REL_MACROS) != NULL) {
        (void)table_stop(run, TABLE_FAULT_MACROS, 0, 0);
    }
    sheet_choice sheet = {0};
    if (run->code == LJ_OK) {
        sheet = read_workbook(&book, member, &rels);
    }
    const table_member *styles = member_of(&book, rel_of_kind(&rels, REL_STYLES));
    const table_member *strings = member_of(&book, rel_of_kind(&rels, REL_STRINGS));
    const table_member *cells = member_of(&book, sheet.part);
    run->out->sheet = (lj_str){(const char *)sheet.name.ptr, sheet.name.len};
    run->out->sheets_ignored = sheet.seen > 0 ? sheet.seen - 1 : 0;
    if (run->code == LJ_OK && styles != NULL) {
        table_styles_read(&book, styles);
    }
    if (run->code == LJ_OK && strings != NULL) {
        read_strings(&book, strings);
    }
    if (run->code == LJ_OK) {
        table_sheet_read(&book, cells);
    }
}
