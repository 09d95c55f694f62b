/* SPDX-License-Identifier: AGPL-3.0-or-later
 * ZIP members that we do not decode ourselves - bzip2, LZMA, xz, Zstandard, PPMd, and everything
 * encrypted - go through libarchive, one member at a time: it is fed a local header made for it,
 * the member's stored bytes, and a descriptor. So the library never sees the archive's own
 * directory, and what it believes about it cannot hide anything.
 *
 * Passwords: each of the list is tried on the first bytes. ZipCrypto checks one byte only, so one
 * wrong password in 256 is taken; the decoder, or the CRC at the end, finds that out, and the next
 * one is tried. libarchive allocates on the heap; in a worker the process limit is the ceiling, and
 * a failed allocation is an error here. */
#include <archive.h>
#include <archive_entry.h>

#include "base/buf.h"
#include "base/num.h"
#include "formats/zip/zip_priv.h"

enum { HEAD_MAX = 64, PROBE_LEN = 16, WHOLE_MAX = 32 * 1024 * 1024 };

typedef struct foreign {
    format_run *run;
    format_src *zip;
    const zip_member *member;
    struct archive *reader;
    lj_slice head, tail; /* made for libarchive */
    uint32_t password;   /* number of the password that fits */
    bool has_password;
    enum { FEED_HEAD, FEED_DATA, FEED_TAIL, FEED_END } stage;
    uint64_t fed;
} foreign;

static la_ssize_t feed(struct archive *reader, void *ctx, const void **out)
{
    foreign *f = ctx;
    (void)reader;
    if (f->stage == FEED_HEAD) {
        f->stage = FEED_DATA;
        *out = f->head.ptr;
        return (la_ssize_t)f->head.len;
    }
    if (f->stage == FEED_DATA) {
        lj_slice part = {NULL, 0};
        if (f->fed < f->member->stored_len) {
            part = format_bytes(f->run, f->zip, f->member->data_off + f->fed,
                                (size_t)lj_min_u64(65536, f->member->stored_len - f->fed));
        }
        f->fed += part.len;
        if (part.len > 0) {
            *out = part.ptr;
            return (la_ssize_t)part.len;
        }
        f->stage = FEED_TAIL;
    }
    if (f->stage == FEED_TAIL) {
        f->stage = FEED_END;
        *out = f->tail.ptr;
        return (la_ssize_t)f->tail.len;
    }
    *out = NULL;
    return 0;
}

/* A local header with what we know, and the descriptor that flag bit 3 asks for. */
static bool make_frame(foreign *f)
{
    const zip_member *member = f->member;
    lj_arena *arena = format_arena(f->run);
    bool has_real = member->real_len <= UINT32_MAX;
    lj_buf head;
    lj_buf tail;
    lj_buf_init(&head, arena, HEAD_MAX);
    lj_buf_init(&tail, arena, HEAD_MAX);
    lj_buf_put_cstr(&head, "PK\3\4");
    lj_buf_put_u16le(&head, 51);
    lj_buf_put_u16le(&head, (uint16_t)(member->flags & ~(unsigned)ZIP_MASKED));
    lj_buf_put_u16le(&head, member->aes > 0 ? 99 : member->method);
    lj_buf_put_u16le(&head, member->time);
    lj_buf_put_u16le(&head, 0x0021);
    lj_buf_put_u32le(&head, member->crc);
    lj_buf_put_u32le(&head, (uint32_t)member->stored_len);
    lj_buf_put_u32le(&head, has_real ? (uint32_t)member->real_len : 0);
    lj_buf_put_u16le(&head, 1);
    lj_buf_put_u16le(&head, member->aes > 0 ? 11 : 0);
    lj_buf_put_u8(&head, 'm');
    if (member->aes >
        0) { /* APPNOTE appendix E: AE-2 carries no CRC, which spares us a wrong one */
        lj_buf_put_u16le(&head, 0x9901);
        lj_buf_put_u16le(&head, 7);
        lj_buf_put_u16le(&head, member->crc != 0 ? 1 : 2);
        lj_buf_put_cstr(&head, "AE");
        lj_buf_put_u8(&head, member->aes);
        lj_buf_put_u16le(&head, member->method);
    }
    if ((member->flags & ZIP_LENGTH_BEHIND) != 0) {
        lj_buf_put_cstr(&tail, "PK\7\10");
        lj_buf_put_u32le(&tail, member->crc);
        lj_buf_put_u32le(&tail, (uint32_t)member->stored_len);
        lj_buf_put_u32le(&tail, has_real ? (uint32_t)member->real_len : 0);
    }
    f->head = lj_buf_slice(&head);
    f->tail = lj_buf_slice(&tail);
    return lj_buf_ok(&head) && lj_buf_ok(&tail) && member->stored_len <= UINT32_MAX;
}

static void close_reader(foreign *f)
{
    if (f->reader != NULL) {
        archive_read_free(f->reader);
        f->reader = NULL;
    }
}

/* Opens at the first byte of the data, with a password or without. */
static lj_code open_reader(foreign *f)
{
    close_reader(f);
    f->stage = FEED_HEAD;
    f->fed = 0;
    f->reader = archive_read_new();
    if (f->reader == NULL || archive_read_support_format_zip_streamable(f->reader) != ARCHIVE_OK) {
        close_reader(f);
        return LJ_E_NOMEM;
    }
    if (f->has_password) {
        lj_str word = format_password(f->run, f->password);
        char *phrase = lj_arena_cstr(format_arena(f->run), lj_str_bytes(word));
        if (phrase == NULL || archive_read_add_passphrase(f->reader, phrase) != ARCHIVE_OK) {
            close_reader(f);
            return LJ_E_ENCRYPTED;
        }
    }
    struct archive_entry *entry = NULL;
    int status = archive_read_open2(f->reader, f, NULL, feed, NULL, NULL);
    if (status == ARCHIVE_OK) {
        status = archive_read_next_header(f->reader, &entry);
    }
    if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
        close_reader(f);
        return LJ_E_FORMAT;
    }
    return LJ_OK;
}

static lj_code foreign_restart(void *ctx, lj_err *err)
{
    lj_code code = open_reader(ctx);
    return code == LJ_OK ? LJ_OK : lj_fail(err, code, UINT64_MAX, "the member cannot be opened");
}

static lj_code foreign_pull(void *ctx, uint8_t *dst, size_t cap, size_t *out_len, lj_err *err)
{
    foreign *f = ctx;
    *out_len = 0;
    la_ssize_t got = archive_read_data(f->reader, dst, cap);
    if (got >= 0) {
        *out_len = (size_t)got;
        return LJ_OK;
    }
    return lj_fail(err, LJ_E_FORMAT, f->fed, "the member's data is damaged");
}

static void foreign_close(void *ctx)
{
    close_reader(ctx);
}

static const format_stream_ops foreign_ops = {foreign_restart, foreign_pull, foreign_close};

/* Tries to read a few bytes; LJ_OK, or why not. */
static lj_code probe(foreign *f)
{
    lj_code code = open_reader(f);
    if (code != LJ_OK) {
        return code;
    }
    uint8_t bytes[PROBE_LEN];
    la_ssize_t got = archive_read_data(f->reader, bytes, sizeof(bytes));
    if (got > 0 || (got == 0 && f->member->real_len == 0)) {
        close_reader(f);
        return LJ_OK;
    }
    const char *text = archive_error_string(f->reader);
    lj_slice reason = text != NULL ? lj_cstr_bytes(text) : (lj_slice){NULL, 0};
    bool unsupported = reason.len > 0 && lj_slice_find(reason, LJ_BYTES("nsupported")) != SIZE_MAX;
    close_reader(f);
    return unsupported ? LJ_E_UNSUPPORTED : LJ_E_FORMAT;
}

/* Decodes the member into memory where it fits, so that no handle of the library outlives this
 * call; a larger one is streamed and closed by the core. LJ_E_FORMAT: damaged at some place; *out
 * then holds what stands before. */
static lj_code take_whole(foreign *f, format_src **out)
{
    const zip_member *member = f->member;
    *out = format_stream(f->run, &foreign_ops, f, member->real_len, member->stored_len);
    if (*out == NULL) {
        return LJ_E_NOMEM;
    }
    if (member->real_len != FORMAT_SIZE_UNKNOWN && member->real_len > WHOLE_MAX) {
        return LJ_OK;
    }
    format_src *stream = *out;
    lj_slice bytes = format_slurp(f->run, stream, 0, UINT64_MAX);
    lj_code code = format_src_code(stream);
    close_reader(f);
    *out = format_memory(f->run, bytes);
    return *out == NULL ? LJ_E_NOMEM : code;
}

const char *zip_encryption_name(const zip_member *member)
{
    static const char *const aes[] = {"zipcrypto", "aes-128", "aes-192", "aes-256"};
    if (member->aes > 0) {
        return aes[member->aes];
    }
    if ((member->flags & ZIP_MASKED) != 0) {
        return "pkware-directory";
    }
    return (member->flags & ZIP_STRONG) != 0 ? "pkware-strong" : aes[0];
}

/* method, name */
static const struct {
    uint16_t method;
    const char *name;
} methods[] = {
    {0,  "stored"   },
    {1,  "shrunk"   },
    {6,  "imploded" },
    {8,  "deflated" },
    {9,  "deflate64"},
    {12, "bzip2"    },
    {14, "lzma"     },
    {93, "zstd"     },
    {95, "xz"       },
    {96, "jpeg"     },
    {97, "wavpack"  },
    {98, "ppmd"     },
};

const char *zip_method_name(uint16_t method)
{
    for (size_t i = 0; i < LJ_COUNT_OF(methods); i++) {
        if (methods[i].method == method) {
            return methods[i].name;
        }
    }
    return "method";
}

format_src *zip_foreign_open(format_run *run, format_src *zip, const zip_member *member,
                             lj_code *out_code)
{
    foreign *f = lj_arena_alloc(format_arena(run), sizeof(*f));
    *out_code = LJ_E_NOMEM;
    if (f == NULL) {
        return NULL;
    }
    f->run = run;
    f->zip = zip;
    f->member = member;
    if (!make_frame(f)) {
        *out_code = LJ_E_UNSUPPORTED;
        return NULL;
    }
    format_src *out = NULL;
    if (!member->encrypted) {
        *out_code = probe(f);
        if (*out_code != LJ_E_UNSUPPORTED && *out_code != LJ_E_NOMEM) {
            *out_code = take_whole(f, &out);
        }
        return out;
    }
    *out_code = LJ_E_ENCRYPTED;
    f->has_password = true;
    for (f->password = 0; f->password < format_password_count(run) && out == NULL; f->password++) {
        lj_arena_mark mark = lj_arena_mark_of(format_arena(run));
        lj_code code = probe(f);
        if (code == LJ_OK) {
            code = take_whole(f, &out);
        }
        if (code == LJ_OK) {
            *out_code = LJ_OK;
            return out;
        }
        out = NULL;
        lj_arena_rewind(format_arena(run), mark);
        if (code == LJ_E_LIMIT || code == LJ_E_CANCELLED) {
            *out_code = code;
            return NULL;
        }
    }
    return NULL;
}
