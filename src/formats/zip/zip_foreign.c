/* SPDX-License-Identifier: AGPL-3.0-or-later
 * ZIP members that we do not decode ourselves - bzip2, LZMA, xz, Zstandard, PPMd, and everything
 * encrypted - go through libarchive, one member at a time (PKWARE APPNOTE 6.3.9: 4.4.5 methods, 6.1
 * traditional encryption, appendix E AES). The library is fed a local header made for it and the
 * member's stored bytes. So it never sees the archive's own directory, and what it believes about
 * it cannot hide anything.
 *
 * Model. A member of modest size is decoded into memory before it is handed out; a larger one is a
 * stream whose handle closes at its end, or when the core closes it. The CRC is compared here, the
 * library is told not to (see the check byte below).
 *
 * Passwords. Each of the list is tried, the last fitting one first. ZipCrypto has a check byte
 * only: one wrong password in 256 passes it. So a password is believed when the data decodes
 * without fault, and, when it is stored plainly or short, to the stated CRC. After ZIP_FAILS_MAX
 * members for which all failed, the list is not tried any more.
 *
 * Traps. With flag bit 3 the check byte is that of the time, else that of the CRC; the made header
 * has no bit 3 and holds the time's byte where the CRC's stands, because the library's search for a
 * descriptor is one thing less to trust. Flag bit 0 over data that is not encrypted: a known trick,
 * so what decodes plainly to the stated CRC is read.
 *
 * Limits. libarchive allocates on the heap; in a worker the process limit is the ceiling, and a
 * failed allocation is an error here. A dictionary that a header asks for above DICTIONARY_MAX is
 * not tried. Not done: strong encryption (bit 6), masked directories (bit 13), deflate64, and the
 * methods of the eighties: gaps with their names. */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <libdeflate.h>

#include "base/buf.h"
#include "base/cur.h"
#include "base/num.h"
#include "formats/zip/zip_priv.h"

enum {
    HEAD_MAX = 80,
    FEED_LEN = 32 * 1024,
    WHOLE_MAX = 4 * 1024 * 1024, /* decoded into memory up to here */
    TRUST_LEN = 256 * 1024,      /* decoded without fault: the password is believed */
    DICTIONARY_MAX = 128 * 1024 * 1024,
    AES_WORK = 100 * 1000, /* work units of one key derivation */
};

typedef struct foreign {
    format_run *run;
    format_src *data; /* the member's stored bytes, with a window of its own */
    const zip_member *member;
    struct archive *reader;
    lj_slice head;        /* the local header made for the library */
    const char *password; /* or NULL */
    bool head_fed;
    uint64_t fed;  /* stored bytes */
    uint64_t made; /* decoded bytes */
    uint32_t crc;
} foreign;

static la_ssize_t feed(struct archive *reader, void *ctx, const void **out)
{
    foreign *f = ctx;
    (void)reader;
    lj_slice part = f->head;
    if (f->head_fed) {
        part = format_bytes(f->run, f->data, f->fed, FEED_LEN);
        f->fed += part.len;
    }
    f->head_fed = true;
    *out = part.ptr;
    return (la_ssize_t)part.len;
}

/* The sizes, as ZIP64 where they do not fit. */
static void put_sizes(lj_buf *head, const zip_member *member, uint64_t real_len, bool wide)
{
    lj_buf_put_u32le(head, wide ? UINT32_MAX : (uint32_t)member->stored_len);
    lj_buf_put_u32le(head, wide ? UINT32_MAX : (uint32_t)real_len);
    lj_buf_put_u16le(head, 1);
    lj_buf_put_u16le(head, (uint16_t)((member->aes > 0 ? 11 : 0) + (wide ? 20 : 0)));
    lj_buf_put_u8(head, 'm');
    if (wide) {
        lj_buf_put_u16le(head, 0x0001);
        lj_buf_put_u16le(head, 16);
        lj_buf_put_u64le(head, real_len);
        lj_buf_put_u64le(head, member->stored_len);
    }
}

static bool make_head(foreign *f)
{
    const zip_member *member = f->member;
    uint64_t real_len = member->real_len == FORMAT_SIZE_UNKNOWN ? 0 : member->real_len;
    uint32_t crc = member->crc;
    if ((member->flags & ZIP_LENGTH_BEHIND) != 0) {
        crc = (crc & 0x00FFFFFF) | (uint32_t)(member->time >> 8) << 24;
    }
    lj_buf head;
    lj_buf_init(&head, format_arena(f->run), HEAD_MAX);
    lj_buf_put_cstr(&head, "PK\3\4");
    lj_buf_put_u16le(&head, 51);
    lj_buf_put_u16le(&head, (uint16_t)(member->flags & (ZIP_ENCRYPTED | 6u)));
    lj_buf_put_u16le(&head, member->aes > 0 ? ZIP_METHOD_AES : member->method);
    lj_buf_put_u16le(&head, member->time);
    lj_buf_put_u16le(&head, 0x0021);
    lj_buf_put_u32le(&head, crc);
    put_sizes(&head, member, real_len, real_len >= UINT32_MAX || member->stored_len >= UINT32_MAX);
    if (member->aes > 0) { /* appendix E; version 2 carries no CRC */
        lj_buf_put_u16le(&head, 0x9901);
        lj_buf_put_u16le(&head, 7);
        lj_buf_put_u16le(&head, 2);
        lj_buf_put_cstr(&head, "AE");
        lj_buf_put_u8(&head, member->aes);
        lj_buf_put_u16le(&head, member->method);
    }
    f->head = lj_buf_slice(&head);
    return lj_buf_ok(&head);
}

static void close_reader(foreign *f)
{
    if (f->reader != NULL) {
        (void)archive_read_free(f->reader);
        f->reader = NULL;
    }
}

/* Why the library gave up. */
static lj_code reader_code(const foreign *f)
{
    if (format_src_code(f->data) != LJ_OK) {
        return format_src_code(f->data);
    }
    const char *text = f->reader != NULL ? archive_error_string(f->reader) : NULL;
    lj_slice reason = text != NULL ? lj_cstr_bytes(text) : (lj_slice){NULL, 0};
    if (f->reader != NULL && archive_errno(f->reader) == ENOMEM) {
        return LJ_E_NOMEM;
    }
    return lj_slice_find(reason, LJ_BYTES("nsupported")) < reason.len ? LJ_E_UNSUPPORTED
                                                                      : LJ_E_FORMAT;
}

/* Opens at the first byte of the data. */
static lj_code open_reader(foreign *f)
{
    close_reader(f);
    f->head_fed = false;
    f->fed = 0;
    f->made = 0;
    f->crc = 0;
    f->reader = archive_read_new();
    if (f->reader == NULL || archive_read_support_format_zip_streamable(f->reader) != ARCHIVE_OK ||
        archive_read_set_format_option(f->reader, "zip", "ignorecrc32", "1") != ARCHIVE_OK) {
        close_reader(f);
        return LJ_E_NOMEM;
    }
    if (f->password != NULL && archive_read_add_passphrase(f->reader, f->password) != ARCHIVE_OK) {
        close_reader(f);
        return LJ_E_ENCRYPTED;
    }
    struct archive_entry *entry = NULL;
    int status = archive_read_open2(f->reader, f, NULL, feed, NULL, NULL);
    if (status == ARCHIVE_OK) {
        status = archive_read_next_header(f->reader, &entry);
    }
    if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
        lj_code code = reader_code(f);
        close_reader(f);
        return code;
    }
    return LJ_OK;
}

/* True when the CRC of all that was decoded is not the stated one. */
static bool crc_is_wrong(const foreign *f)
{
    const zip_member *member = f->member;
    bool stated = member->crc != 0 || (member->aes == 0 && member->in_directory);
    return stated && f->crc != member->crc;
}

static lj_code pull(foreign *f, uint8_t *dst, size_t cap, size_t *out_len)
{
    *out_len = 0;
    if (f->reader == NULL) {
        return LJ_OK; /* closed at the end */
    }
    la_ssize_t got = archive_read_data(f->reader, dst, cap);
    if (got > 0) {
        *out_len = (size_t)got;
        f->made += (uint64_t)got;
        f->crc = libdeflate_crc32(f->crc, dst, (size_t)got);
        return LJ_OK;
    }
    /* a warning: the sizes are not the stated ones, or the authentication code is wrong */
    bool unsure = got == ARCHIVE_WARN && f->member->real_len == FORMAT_SIZE_UNKNOWN;
    lj_code code = got < 0 && !unsure ? reader_code(f) : LJ_OK;
    close_reader(f);
    return code == LJ_OK && crc_is_wrong(f) ? LJ_E_FORMAT : code;
}

static lj_code foreign_restart(void *ctx, lj_err *err)
{
    lj_code code = open_reader(ctx);
    return code == LJ_OK ? LJ_OK : lj_fail(err, code, UINT64_MAX, "the member cannot be opened");
}

static lj_code foreign_pull(void *ctx, uint8_t *dst, size_t cap, size_t *out_len, lj_err *err)
{
    foreign *f = ctx;
    lj_code code = pull(f, dst, cap, out_len);
    return code == LJ_OK ? LJ_OK
                         : lj_fail(err, code, f->member->data_off, "the member's data is damaged");
}

static void foreign_close(void *ctx)
{
    close_reader(ctx);
}

static const format_stream_ops foreign_ops = {foreign_restart, foreign_pull, foreign_close};

/* Decodes as much as it takes to believe a password or a method. */
static lj_code try_reading(foreign *f)
{
    uint8_t bytes[16 * 1024];
    const zip_member *member = f->member;
    bool to_end = member->encrypted && member->aes == 0 && member->method == 0;
    lj_code code = f->member->aes > 0 ? format_work(f->run, AES_WORK) : LJ_OK;
    code = code == LJ_OK ? open_reader(f) : code;
    while (code == LJ_OK && (to_end || f->made < TRUST_LEN)) {
        size_t got = 0;
        code = pull(f, bytes, sizeof(bytes), &got);
        code = code == LJ_OK ? format_work(f->run, got) : code;
        if (got == 0 || (member->aes > 0 && !to_end)) {
            break;
        }
    }
    close_reader(f);
    return code;
}

/* The member as a source: out of memory where it is modest, else a stream. LJ_E_FORMAT: damaged at
 * some place; *out then holds what stands before. */
static lj_code take(foreign *f, format_src **out)
{
    const zip_member *member = f->member;
    *out = format_stream(f->run, &foreign_ops, f, member->real_len, member->stored_len);
    if (*out == NULL) {
        return LJ_E_NOMEM;
    }
    if (member->real_len > WHOLE_MAX) {
        return LJ_OK;
    }
    format_src *stream = *out;
    lj_slice bytes = format_slurp(f->run, stream, 0, WHOLE_MAX + 1);
    lj_code code = format_src_code(stream);
    close_reader(f);
    if (bytes.len > WHOLE_MAX) { /* more than stated */
        *out = format_stream(f->run, &foreign_ops, f, FORMAT_SIZE_UNKNOWN, member->stored_len);
        return *out == NULL ? LJ_E_NOMEM : LJ_OK;
    }
    *out = format_memory(f->run, bytes);
    return *out == NULL ? LJ_E_NOMEM : code;
}

/* ---- names for gaps ---- */

const char *zip_encryption_name(const zip_member *member)
{
    static const char *const aes[] = {"zipcrypto", "aes-128", "aes-192", "aes-256"};
    if (member->aes > 0) {
        return aes[member->aes];
    }
    return (member->flags & (ZIP_STRONG | ZIP_MASKED)) != 0 ? "zip-strong" : aes[0];
}

/* method, name (4.4.5) */
static const struct {
    uint16_t method;
    const char *name;
} methods[] = {
    {0,  "stored"   },
    {1,  "shrunk"   },
    {2,  "reduced"  },
    {3,  "reduced"  },
    {4,  "reduced"  },
    {5,  "reduced"  },
    {6,  "imploded" },
    {8,  "deflated" },
    {9,  "deflate64"},
    {10, "dcl"      },
    {12, "bzip2"    },
    {14, "lzma"     },
    {16, "cmpsc"    },
    {18, "terse"    },
    {19, "lz77"     },
    {93, "zstd"     },
    {94, "mp3"      },
    {95, "xz"       },
    {96, "jpeg"     },
    {97, "wavpack"  },
    {98, "ppmd"     },
    {99, "aes"      },
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

/* ---- opening ---- */

/* Methods that the library knows; others need not be asked. */
static bool is_known(uint16_t method)
{
    static const uint16_t known[] = {0, 8, 12, 14, 93, 95, 98};
    for (size_t i = 0; i < LJ_COUNT_OF(known); i++) {
        if (known[i] == method) {
            return true;
        }
    }
    return false;
}

/* LZMA (4.4.5, 5.8.8): the dictionary that the data's head asks for. */
static bool asks_too_much(foreign *f)
{
    if (f->member->encrypted || f->member->method != 14) {
        return false;
    }
    lj_cur cur = lj_cur_of(format_bytes(f->run, f->data, 0, 9));
    lj_cur_skip(&cur, 5);
    return lj_cur_u32le(&cur) > DICTIONARY_MAX;
}

/* Tries the list, the last fitting one first. */
static lj_code open_locked(foreign *f, format_src **out)
{
    const zip_index *index = format_index_of(f->run);
    zip_memory *memory = index != NULL ? index->memory : NULL;
    uint32_t count = format_password_count(f->run);
    uint32_t hint = memory != NULL ? memory->password : 0;
    bool tired = memory != NULL && memory->failed >= ZIP_FAILS_MAX;
    for (uint32_t i = 0; i < count && (i == 0 || !tired); i++) {
        uint32_t no = i == 0 ? hint : i <= hint ? i - 1 : i;
        lj_arena_mark mark = lj_arena_mark_of(format_arena(f->run));
        f->password =
            lj_arena_cstr(format_arena(f->run), lj_str_bytes(format_password(f->run, no)));
        lj_code code = f->password != NULL ? try_reading(f) : LJ_E_NOMEM;
        if (code == LJ_OK) {
            if (memory != NULL) {
                memory->password = no;
            }
            return take(f, out);
        }
        lj_arena_rewind(format_arena(f->run), mark);
        if (code == LJ_E_LIMIT || code == LJ_E_CANCELLED || code == LJ_E_UNSUPPORTED) {
            return code;
        }
    }
    if (memory != NULL) {
        memory->failed++;
    }
    return LJ_E_ENCRYPTED;
}

format_src *zip_foreign_open(format_run *run, format_src *zip, const zip_member *member,
                             lj_code *out_code)
{
    foreign *f = lj_arena_alloc(format_arena(run), sizeof(*f));
    format_src *data = format_decode(run, zip, member->data_off, member->stored_len,
                                     FORMAT_CODEC_STORE, member->stored_len);
    *out_code = LJ_E_NOMEM;
    if (f == NULL || data == NULL) {
        return NULL;
    }
    f->run = run;
    f->data = data;
    f->member = member;
    if (!make_head(f)) {
        return NULL;
    }
    if ((member->flags & (ZIP_STRONG | ZIP_MASKED)) != 0 && member->encrypted) {
        *out_code = LJ_E_ENCRYPTED;
        return NULL;
    }
    /* the window is taken here, so that it outlives the child that pulls */
    (void)format_bytes(run, data, 0, (size_t)lj_min_u64(FEED_LEN, member->stored_len));
    if (!is_known(member->method) || asks_too_much(f)) {
        *out_code = member->encrypted ? LJ_E_ENCRYPTED : LJ_E_UNSUPPORTED;
        return NULL;
    }
    format_src *out = NULL;
    *out_code = member->encrypted ? open_locked(f, &out) : take(f, &out);
    bool gives = *out_code == LJ_OK || *out_code == LJ_E_FORMAT;
    return gives ? out : NULL;
}

bool zip_is_falsely_locked(format_run *run, format_src *zip, const zip_member *member)
{
    bool plain = member->method == 0 && member->stored_len == member->real_len;
    if (member->aes > 0 || (member->flags & ZIP_STRONG) != 0 || member->stored_len == 0 ||
        member->real_len > WHOLE_MAX || (!plain && member->method != 8) || member->crc == 0) {
        return false;
    }
    lj_arena_mark mark = lj_arena_mark_of(format_arena(run));
    format_src *src =
        format_decode(run, zip, member->data_off, member->stored_len,
                      plain ? FORMAT_CODEC_STORE : FORMAT_CODEC_DEFLATE, member->real_len);
    uint32_t crc = 0;
    uint64_t at = 0;
    while (src != NULL && at < member->real_len) {
        lj_slice part = format_bytes(run, src, at, FORMAT_WINDOW_MAX);
        if (part.len == 0) {
            break;
        }
        crc = libdeflate_crc32(crc, part.ptr, part.len);
        at += part.len;
    }
    bool fits = src != NULL && at == member->real_len && crc == member->crc;
    lj_arena_rewind(format_arena(run), mark);
    return fits;
}
