/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "server/files.h"

#include <stdio.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/num.h"
#include "base/os.h"

enum {
    HEX_LEN = 64,
    PATH_MAX_LEN = 80, /* the hash */
    PAGE = 200,
    TEXT_LOOK = 4096, /* bytes of a text that are looked at */
};

/* ---- names ---- */
static void name_of(const uint8_t sha256[32], char out[PATH_MAX_LEN])
{
    lj_hex(lj_slice_of(sha256, 32), out);
}

static int digit_of(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_name(const char *name, uint8_t out[32])
{
    if (strlen(name) != HEX_LEN) {
        return false;
    }
    for (size_t i = 0; i < HEX_LEN; i += 2) {
        int high = digit_of(name[i]);
        int low = digit_of(name[i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        out[i / 2] = (uint8_t)(high << 4 | low);
    }
    return true;
}

lj_code files_hash(lj_slice bytes, uint8_t out[32], lj_err *err)
{
    lj_sha256 *sha = lj_sha256_new();
    if (sha == NULL) {
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory for a digest");
    }
    lj_sha256_begin(sha);
    lj_sha256_add(sha, bytes);
    lj_sha256_end(sha, out);
    lj_sha256_free(sha);
    return LJ_OK;
}

/* ---- reading ---- */
static lj_code get_from(int files, const uint8_t sha256[32], lj_buf *dst, lj_err *err)
{
    char name[PATH_MAX_LEN];
    uint8_t digest[32];
    name_of(sha256, name);
    size_t start = dst->len;
    lj_code code = lj_os_load(files, name, FILES_BYTES_MAX, dst, err);
    if (code == LJ_E_LIMIT) {
        return lj_fail(err, LJ_E_TAMPERED, UINT64_MAX, "a stored file is larger than any upload");
    }
    code = code == LJ_OK ? files_hash(lj_slice_of(dst->ptr + start, dst->len - start), digest, err)
                         : code;
    if (code == LJ_OK && memcmp(digest, sha256, 32) != 0) {
        code = lj_fail(err, LJ_E_TAMPERED, UINT64_MAX, "a stored file is not what was uploaded");
    }
    return code;
}

lj_code files_get(int dir, const uint8_t sha256[32], lj_buf *dst, lj_err *err)
{
    int files = -1;
    lj_code code = lj_os_open_folder(dir, "files", /* follow= */ false, &files, err);
    code = code == LJ_OK ? get_from(files, sha256, dst, err) : code;
    lj_os_close(files);
    return code;
}

/* ---- writing ---- */
static lj_code write_file(int files, const char *name, lj_slice bytes, lj_err *err)
{
    int fd = -1;
    lj_code code = lj_os_create_file(files, name, LJ_OS_FRESH, &fd, err);
    code = code == LJ_OK ? lj_os_write(fd, bytes, err) : code;
    code = code == LJ_OK ? lj_os_sync(fd, err) : code;
    lj_os_close(fd);
    return code;
}

/* The folder that names the file is synced too, else a power loss forgets the name. */
static lj_code put_into(int files, const char *name, lj_slice bytes, lj_err *err)
{
    char temporary[40];
    (void)snprintf(temporary, sizeof temporary, "new-%016llx",
                   (unsigned long long)lj_os_random_u64());
    lj_code code = write_file(files, temporary, bytes, err);
    code = code == LJ_OK ? lj_os_rename(files, temporary, name, err) : code;
    if (code != LJ_OK) {
        lj_code removed = lj_os_remove(files, temporary, /* err= */ NULL);
        (void)removed; /* files_check finds what is left */
        return code;
    }
    return lj_os_sync(files, err);
}

lj_code files_put(int dir, const uint8_t sha256[32], lj_slice bytes, lj_err *err)
{
    int files = -1;
    lj_code code = lj_os_make_folder(dir, "files", err);
    code = code == LJ_OK ? lj_os_open_folder(dir, "files", /* follow= */ false, &files, err) : code;
    if (code != LJ_OK) {
        return code;
    }
    lj_buf there;
    lj_buf_init(&there, /* arena= */ NULL, FILES_BYTES_MAX + 1);
    if (get_from(files, sha256, &there, NULL) != LJ_OK) {
        char name[PATH_MAX_LEN];
        name_of(sha256, name);
        code = put_into(files, name, bytes, err);
    }
    lj_buf_done(&there);
    lj_os_close(files);
    return code;
}

/* ---- what the bytes are ---- */
typedef enum files_kind {
    KIND_NONE,
    KIND_PDF,
    KIND_PNG,
    KIND_JPEG,
    KIND_ZIP,
    KIND_OLE2,
    KIND_TEXT
} files_kind;

static bool has_head(lj_slice bytes, const char *head, size_t len)
{
    return lj_slice_has_prefix(bytes, lj_slice_of(head, len));
}

/* A byte that stands in no text: controls but tab, line ends and form feed. */
static bool is_text(lj_slice bytes)
{
    lj_slice look = lj_slice_part(bytes, 0, TEXT_LOOK);
    for (size_t i = 0; i < look.len; i++) {
        uint8_t c = look.ptr[i];
        if ((c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f') || c == 0x7F) {
            return false;
        }
    }
    return look.len > 0;
}

static files_kind kind_of(lj_slice bytes)
{
    return has_head(bytes, "%PDF-", 5)                              ? KIND_PDF
           : has_head(bytes, "\x89PNG\r\n\x1A\n", 8)                ? KIND_PNG
           : has_head(bytes, "\xFF\xD8\xFF", 3)                     ? KIND_JPEG
           : has_head(bytes, "PK\x03\x04", 4)                       ? KIND_ZIP
           : has_head(bytes, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8) ? KIND_OLE2
           : is_text(bytes)                                         ? KIND_TEXT
                                                                    : KIND_NONE;
}

#define OOXML "application/vnd.openxmlformats-officedocument."
#define ODF   "application/vnd.oasis.opendocument."
/* What may be declared, and what it must look like; the first of a kind is its name. */
static const struct {
    const char *name;
    files_kind kind;
} media_types[] = {
    {"application/pdf",                   KIND_PDF },
    {"image/png",                         KIND_PNG },
    {"image/jpeg",                        KIND_JPEG},
    {"application/zip",                   KIND_ZIP }, /* a name only: never declared, see below */
    {OOXML "wordprocessingml.document",   KIND_ZIP },
    {OOXML "spreadsheetml.sheet",         KIND_ZIP },
    {OOXML "presentationml.presentation", KIND_ZIP },
    {ODF "text",                          KIND_ZIP },
    {ODF "spreadsheet",                   KIND_ZIP },
    {ODF "presentation",                  KIND_ZIP },
    {"application/ofd",                   KIND_ZIP },
    {"application/vnd.ofd",               KIND_ZIP },
    {"application/x-ole-storage",         KIND_OLE2},
    {"application/msword",                KIND_OLE2},
    {"application/vnd.ms-excel",          KIND_OLE2},
    {"application/vnd.ms-powerpoint",     KIND_OLE2},
    {"application/kswps",                 KIND_OLE2},
    {"application/kset",                  KIND_OLE2},
    {"application/ksdps",                 KIND_OLE2},
    {"text/plain",                        KIND_TEXT},
};

/* The package of an office: its first member is one that such packages begin with. A plain archive
 * is no proof of anything. */
static bool is_office_zip(lj_slice bytes)
{
    static const char *const members[] = {"[Content_Types].xml",
                                          "_rels/",
                                          "docProps/",
                                          "word/",
                                          "xl/",
                                          "ppt/",
                                          "mimetype",
                                          "OFD.xml",
                                          "Doc_0/"};
    enum { NAME_AT = 30 }; /* of a local header */
    lj_slice name = lj_slice_part(bytes, NAME_AT, 64);
    for (size_t i = 0; i < LJ_COUNT_OF(members); i++) {
        if (lj_slice_has_prefix(name, lj_cstr_bytes(members[i]))) {
            return true;
        }
    }
    return false;
}

static lj_slice without_parameters(lj_str declared)
{
    lj_slice text = lj_str_bytes(declared);
    text = lj_slice_part(text, 0, lj_slice_find(text, LJ_BYTES(";")));
    while (text.len > 0 && text.ptr[text.len - 1] == ' ') {
        text.len--;
    }
    return text;
}

const char *files_media_type(lj_str declared, lj_slice bytes)
{
    files_kind kind = kind_of(bytes);
    lj_slice type = without_parameters(declared);
    bool is_open = type.len == 0 || lj_slice_is_nocase(type, LJ_BYTES("application/octet-stream"));
    if (kind == KIND_NONE || (kind == KIND_ZIP && !is_office_zip(bytes))) {
        return NULL;
    }
    for (size_t i = 0; i < LJ_COUNT_OF(media_types); i++) {
        bool is_it = is_open || lj_slice_is_nocase(type, lj_cstr_bytes(media_types[i].name));
        if (is_it && media_types[i].kind == kind) {
            return media_types[i].name;
        }
    }
    return NULL;
}

/* ---- checking ---- */
typedef struct checking {
    int files;
    ledger *book;
    store_conn *conn;
    files_told told;
    void *ctx;
    lj_buf bytes;
} checking;

/* Every file that an attachment names. */
static lj_code check_records(checking *on, lj_err *err)
{
    ledger_file_hash rows[PAGE];
    uint8_t after[32];
    uint32_t count = PAGE;
    bool is_first = true;
    lj_code code = LJ_OK;
    while (code == LJ_OK && count == PAGE) {
        code = ledger_file_hashes(on->book, on->conn, is_first ? NULL : after, rows, PAGE, &count,
                                  err);
        for (uint32_t i = 0; code == LJ_OK && i < count; i++) {
            memcpy(after, rows[i].sha256, sizeof after);
            is_first = false;
            if (!rows[i].is_kept) {
                continue;
            }
            char name[PATH_MAX_LEN];
            name_of(rows[i].sha256, name);
            lj_buf_clear(&on->bytes);
            lj_code found = get_from(on->files, rows[i].sha256, &on->bytes, NULL);
            if (found == LJ_E_NOT_FOUND) {
                code = on->told(on->ctx, FILES_MISSING, name, err);
            } else if (found != LJ_OK) {
                code = on->told(on->ctx, FILES_DAMAGED, name, err);
            }
        }
    }
    return code;
}

static lj_code check_file(checking *on, const char *name, lj_err *err)
{
    uint8_t sha256[32];
    if (!read_name(name, sha256)) {
        return on->told(on->ctx, FILES_STRANGE, name, err);
    }
    bool is_kept = false;
    lj_code code = ledger_file_is_kept(on->book, on->conn, sha256, &is_kept, err);
    return code == LJ_OK && !is_kept ? on->told(on->ctx, FILES_ORPHAN, name, err) : code;
}

static lj_code check_names(checking *on, lj_err *err)
{
    _Alignas(8) uint8_t room[8192];
    lj_os_dir dir;
    lj_os_entry entry;
    lj_os_dir_init(&dir, on->files, room, sizeof room);
    lj_code code = LJ_OK;
    while (code == LJ_OK && lj_os_dir_next(&dir, &entry)) {
        code = check_file(on, entry.name, err);
    }
    return code;
}

lj_code files_check(int dir, ledger *book, store_conn *conn, files_told told, void *ctx,
                    lj_err *err)
{
    checking on = {.files = -1, .book = book, .conn = conn, .told = told, .ctx = ctx};
    lj_code code = lj_os_make_folder(dir, "files", err);
    code =
        code == LJ_OK ? lj_os_open_folder(dir, "files", /* follow= */ false, &on.files, err) : code;
    if (code != LJ_OK) {
        return code;
    }
    lj_buf_init(&on.bytes, /* arena= */ NULL, FILES_BYTES_MAX + 1);
    code = check_records(&on, err);
    code = code == LJ_OK ? check_names(&on, err) : code;
    lj_buf_done(&on.bytes);
    lj_os_close(on.files);
    return code;
}
