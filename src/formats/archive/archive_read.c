/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The reader of all rows that go through libarchive.
 *
 * Model. Every member is a child that streams straight out of the open archive: the library decodes
 * once, in order, also in solid archives. When the core has to go back in a member, the archive is
 * opened again and wound to that entry, which is charged as work. A compressed stream is a
 * container with one member without a name, so x.tar.xz is xz, then tar.
 *
 * Never silence. A fault of the library is a gap with its kind; what was read before stays, and
 * bytes that nobody claimed are swept. What our own look says (archive_look.c) goes before what the
 * library says: members that are encrypted are not even tried, and get their gap and their name. */
#include "base/num.h"
#include "formats/archive/archive_priv.h"

enum { NAME_MAX_LEN = 16384, GAPS_MAX = 4096, STEPS_MAX = 16 };

/* A member as a stream: reads from the handle while it stands at this entry, else winds to it. */
typedef struct member_stream {
    archive_handle *handle;
    uint64_t entry_no;
    bool is_fresh; /* the handle stands at the first byte of the entry */
} member_stream;

static lj_code wind(archive_handle *handle, uint64_t entry_no)
{
    lj_code code = format_work(handle->run, handle->given);
    code = code == LJ_OK ? archive_handle_open(handle) : code;
    bool end = false;
    while (code == LJ_OK && !end && handle->entry_no < entry_no) {
        code = archive_handle_next(handle, &end);
    }
    return code == LJ_OK && end ? LJ_E_FORMAT : code;
}

static lj_code stream_restart(void *ctx, lj_err *err)
{
    member_stream *stream = ctx;
    archive_handle *handle = stream->handle;
    lj_code code = LJ_OK;
    if (!stream->is_fresh || handle->reader == NULL || handle->entry_no != stream->entry_no) {
        code = wind(handle, stream->entry_no);
    }
    stream->is_fresh = false;
    return code == LJ_OK ? LJ_OK : lj_fail(err, code, handle->pos, "the entry is gone");
}

static lj_code stream_pull(void *ctx, uint8_t *dst, size_t cap, size_t *out_len, lj_err *err)
{
    member_stream *stream = ctx;
    archive_handle *handle = stream->handle;
    lj_code code = archive_handle_pull(handle, dst, cap, out_len);
    if (code == LJ_E_FORMAT) {
        code = handle->fault == GAP_ENCRYPTED     ? LJ_E_ENCRYPTED
               : handle->fault == GAP_UNSUPPORTED ? LJ_E_UNSUPPORTED
                                                  : LJ_E_FORMAT;
    }
    return code == LJ_OK ? LJ_OK : lj_fail(err, code, handle->pos, "the member is damaged");
}

static const format_stream_ops stream_ops = {stream_restart, stream_pull, NULL};

static format_src *open_member(archive_handle *handle, uint64_t size)
{
    member_stream *stream = lj_arena_alloc(format_arena(handle->run), sizeof(*stream));
    if (stream == NULL) {
        return NULL;
    }
    *stream = (member_stream){handle, handle->entry_no, true};
    uint64_t stored = format_src_size(handle->src);
    return format_stream(handle->run, &stream_ops, stream, size,
                         stored != FORMAT_SIZE_UNKNOWN ? stored : 0);
}

/* ---- members ---- */

typedef struct archive_walk {
    archive_handle *handle;
    const archive_look *look;
    uint32_t gap_count;
    uint32_t step_count;
    bool had_faults;  /* some member's data was damaged: its own gap says so */
    bool told_locked; /* some member's gap named the encryption */
} archive_walk;

/* The entry's name as bytes: UTF-8 when the library can say it, else as stored. Copied: the library
 * reuses its own. */
static lj_slice copy_name(archive_handle *handle)
{
    const char *name = archive_entry_pathname_utf8(handle->entry);
    if (name == NULL) {
        name = archive_entry_pathname(handle->entry);
    }
    return name != NULL ? lj_arena_copy(format_arena(handle->run),
                                        lj_slice_part(lj_cstr_bytes(name), 0, NAME_MAX_LEN))
                        : (lj_slice){NULL, 0};
}

static lj_slice link_target(struct archive_entry *entry)
{
    const char *target = archive_entry_symlink_utf8(entry);
    target = target == NULL ? archive_entry_symlink(entry) : target;
    target = target == NULL ? archive_entry_hardlink_utf8(entry) : target;
    target = target == NULL ? archive_entry_hardlink(entry) : target;
    return target != NULL ? lj_slice_part(lj_cstr_bytes(target), 0, NAME_MAX_LEN)
                          : (lj_slice){NULL, 0};
}

/* A writer that states no type (RAR made on another system) means a file. */
static bool is_file(struct archive_entry *entry)
{
    unsigned type = archive_entry_filetype(entry);
    return (type == 0 || type == AE_IFREG) && archive_entry_hardlink(entry) == NULL;
}

static bool is_locked(const archive_walk *walk)
{
    const archive_look *look = walk->look;
    uint64_t idx = walk->handle->entry_no - 1;
    bool seen = look->locked != NULL && idx < look->locked_count &&
                (look->locked[idx / 8] >> (idx % 8) & 1) != 0;
    return seen || archive_entry_is_data_encrypted(walk->handle->entry) == 1;
}

static lj_code read_locked(archive_walk *walk, lj_slice name)
{
    format_run *run = walk->handle->run;
    span_place place = {0};
    if (walk->gap_count++ < GAPS_MAX) {
        place.part_id = format_part(run, name);
    }
    const char *kind = walk->look->encryption;
    format_gap(run, GAP_ENCRYPTED, kind != NULL ? kind : "data", place);
    walk->told_locked = true;
    return archive_emit_name(run, name, 0);
}

static lj_code read_entry(archive_walk *walk)
{
    archive_handle *handle = walk->handle;
    format_run *run = handle->run;
    lj_arena_mark mark = lj_arena_mark_of(format_arena(run));
    lj_slice name = copy_name(handle);
    lj_slice target = link_target(handle->entry);
    lj_code code = LJ_OK;
    if (target.len > 0) {
        code = archive_emit_text(run, SPAN_LINK, LJ_STR(""), target);
    }
    if (code == LJ_OK && !is_file(handle->entry)) {
        code = archive_emit_name(run, name, 0);
    } else if (code == LJ_OK && is_locked(walk)) {
        code = read_locked(walk, name);
    } else if (code == LJ_OK) {
        bool sized = archive_entry_size_is_set(handle->entry) != 0;
        int64_t size = sized ? archive_entry_size(handle->entry) : -1;
        format_child_info info = {.name = name, .kind = FORMAT_MEMBER};
        code = format_child(run, &info,
                            open_member(handle, size >= 0 ? (uint64_t)size : FORMAT_SIZE_UNKNOWN));
    }
    lj_arena_rewind(format_arena(run), mark);
    return code;
}

/* Cabinets: the library's way over data that nobody read trips over damage; ours stops at it. */
static lj_code drain(archive_handle *handle)
{
    uint8_t skipped[16 * 1024];
    size_t got = 1;
    lj_code code = LJ_OK;
    while (code == LJ_OK && got > 0 && !handle->is_dead) {
        code = archive_handle_pull(handle, skipped, sizeof(skipped), &got);
        code = code == LJ_OK ? format_work(handle->run, got) : code;
    }
    return code == LJ_E_FORMAT ? LJ_OK : code;
}

/* Opens again behind an entry whose data killed the handle: its neighbours may be sound. */
static lj_code step_over(archive_walk *walk)
{
    archive_handle *handle = walk->handle;
    bool hopeless = archive_handle_is_cab(handle) || walk->step_count++ >= STEPS_MAX;
    return hopeless ? LJ_E_FORMAT : wind(handle, handle->entry_no);
}

static lj_code read_entries(archive_walk *walk)
{
    archive_handle *handle = walk->handle;
    lj_code code = archive_handle_open(handle);
    bool end = false;
    while (code == LJ_OK) {
        uint64_t entry_no = handle->entry_no + 1;
        code = archive_handle_next(handle, &end);
        if (code == LJ_OK && end) {
            return LJ_OK;
        }
        code = code == LJ_OK ? format_entry(handle->run) : code;
        code = code == LJ_OK ? read_entry(walk) : code;
        if (code == LJ_OK && archive_handle_is_cab(handle)) {
            code = drain(handle);
        }
        if (code == LJ_OK && handle->is_dead) {
            walk->had_faults = true;
            code = step_over(walk);
        }
        if (code == LJ_OK && (handle->reader == NULL || handle->entry_no != entry_no)) {
            code = LJ_E_FORMAT; /* a child went back, and its entry was not found again */
        }
    }
    return code;
}

/* A fault of the library as a gap; codes that mean "stop" stay. */
static lj_code gap_of_fault(archive_walk *walk, lj_code code)
{
    archive_handle *handle = walk->handle;
    if (code == LJ_E_NOMEM) {
        format_gap(handle->run, GAP_MEMORY, "library", (span_place){0});
        return LJ_OK;
    }
    if (code != LJ_E_FORMAT) {
        return code;
    }
    bool locked = handle->fault == GAP_ENCRYPTED || walk->look->encryption != NULL;
    if (locked && walk->told_locked) {
        return LJ_OK;
    }
    if (locked) {
        const char *kind = walk->look->encryption;
        format_gap(handle->run, GAP_ENCRYPTED, kind != NULL ? kind : "names", (span_place){0});
        walk->told_locked = true;
    } else if (handle->fault != GAP_VOLUME || !walk->look->volumes) {
        gap_cause cause = handle->fault == GAP_NO_READER ? GAP_DAMAGED : handle->fault;
        format_gap(handle->run, cause, NULL, (span_place){0});
    }
    return LJ_OK;
}

lj_code archive_read_members(format_run *run, format_src *src, archive_setup_fn *setup,
                             const archive_look *look)
{
    if (look->code != LJ_OK) {
        return look->code;
    }
    if (look->volumes) {
        format_gap(run, GAP_VOLUME, NULL, (span_place){0});
    }
    if (look->all_locked) {
        format_gap(run, GAP_ENCRYPTED, look->encryption, (span_place){0});
        format_claim_all(run, FORMAT_LOCKED);
        return LJ_OK;
    }
    archive_handle *handle = lj_arena_alloc(format_arena(run), sizeof(*handle));
    if (handle == NULL) {
        return LJ_E_LIMIT;
    }
    *handle = (archive_handle){.run = run, .src = src, .setup = setup, .fault = GAP_DAMAGED};
    archive_walk walk = {.handle = handle, .look = look};
    lj_code code = read_entries(&walk);
    archive_handle_close(handle);
    bool whole = code == LJ_OK && !walk.had_faults;
    code = gap_of_fault(&walk, code);
    if (walk.told_locked) { /* members share their streams: which bytes were read is not known */
        format_claim_all(run, FORMAT_LOCKED);
    } else if (whole) {
        uint64_t size = format_src_size(src);
        uint64_t end = look->end_off > 0 ? look->end_off : handle->taken;
        format_claim(run, 0, lj_min_u64(end, size), FORMAT_READ);
        if (end < size && size != FORMAT_SIZE_UNKNOWN) {
            format_tell(run, NOTE_TRAILING_BYTES);
        }
    } else { /* which bytes were read is not known: swept, but not counted as examined */
        format_claim_all(run, FORMAT_BROKEN);
    }
    return code;
}

lj_code archive_read_stream(format_run *run, format_src *src, archive_setup_fn *setup)
{
    archive_handle *handle = lj_arena_alloc(format_arena(run), sizeof(*handle));
    if (handle == NULL) {
        return LJ_E_LIMIT;
    }
    *handle = (archive_handle){.run = run, .src = src, .setup = setup, .fault = GAP_DAMAGED};
    lj_code code = archive_handle_open(handle);
    bool end = false;
    code = code == LJ_OK ? archive_handle_next(handle, &end) : code;
    code = code == LJ_OK ? format_entry(run) : code;
    if (code == LJ_OK && !end) {
        format_src *member = open_member(handle, FORMAT_SIZE_UNKNOWN);
        code = format_child(run, &(format_child_info){.kind = FORMAT_MEMBER}, member);
        bool whole = member != NULL && format_src_code(member) == LJ_OK;
        archive_handle_close(handle);
        uint64_t size = format_src_size(src);
        if (whole &&
            format_src_size(member) == FORMAT_SIZE_UNKNOWN) { /* its end was of no interest */
            handle->taken = size;
        }
        if (whole) {
            format_claim(run, 0, lj_min_u64(handle->taken, size), FORMAT_READ);
        } else { /* swept: bytes behind the damage may be text */
            format_claim_all(run, FORMAT_BROKEN);
        }
        if (whole && handle->taken < size && size != FORMAT_SIZE_UNKNOWN) {
            format_tell(run, NOTE_TRAILING_BYTES);
        }
        return code;
    }
    archive_handle_close(handle);
    if (code == LJ_OK) { /* nothing in it */
        format_claim(run, 0, handle->taken, FORMAT_READ);
        return LJ_OK;
    }
    format_claim_all(run, FORMAT_BROKEN);
    archive_walk walk = {.handle = handle, .look = &(archive_look){0}};
    return gap_of_fault(&walk, code);
}
