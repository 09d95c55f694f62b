/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Archives other than ZIP, through libarchive: 7z, RAR 4 and 5, CAB, ISO 9660, tar, cpio, ar, XAR,
 * LHA, and the compressed single streams gzip, bzip2, xz, Zstandard, LZ4, LZMA/lzip, compress. One
 * row each, one reader for all.
 *
 * Model. Every member is a child that streams straight out of the open archive: the library decodes
 * once, in order, also in solid archives. When the core has to go back in a member, the archive is
 * opened again and wound to that entry; what it gives is charged again. A compressed stream is a
 * container with one member, so x.tar.gz is gz, then tar. What the library cannot say reliably -
 * encryption of RAR and 7z, missing volumes - comes from archive_look.c.
 *
 * Never silence: a fault of the library is a gap with its kind; what was read before stays, and the
 * bytes that were not reached are left to the sweep. Traps: names come out through the locale
 * (LC_CTYPE=C.UTF-8 is set by the program), so UTF-8 first, then raw bytes; libarchive 3.6.2 calls
 * encrypted RAR 5 damaged; an lzma-alone stream has no magic, only plausible properties. */
#include "base/cur.h"
#include "base/num.h"
#include "formats/archive/archive_priv.h"
#include "formats/format_priv.h"
#include "text/charset.h"

static int magic_at(const format_probe *probe, size_t off, lj_slice magic)
{
    return lj_slice_is(lj_slice_part(probe->head, off, magic.len), magic) ? (int)magic.len * 8 : 0;
}

/* ---- recognition and set-up, by row ---- */

static int sniff_7z(const format_probe *probe)
{
    return magic_at(probe, 0, LJ_BYTES("7z\xBC\xAF\x27\x1C"));
}

static int sniff_rar(const format_probe *probe)
{
    return magic_at(probe, 0, LJ_BYTES("Rar!\x1A\7\0")) +
           magic_at(probe, 0, LJ_BYTES("Rar!\x1A\7\1\0"));
}

static int sniff_cab(const format_probe *probe)
{
    return magic_at(probe, 0, LJ_BYTES("MSCF\0\0\0\0"));
}

static int sniff_iso(const format_probe *probe)
{
    return magic_at(probe, 0x8001, LJ_BYTES("CD001"));
}

static int sniff_ar(const format_probe *probe)
{
    return magic_at(probe, 0, LJ_BYTES("!<arch>\n"));
}

static int sniff_xar(const format_probe *probe)
{
    return magic_at(probe, 0, LJ_BYTES("xar!"));
}

/* LHA: "-lh?-" or "-lz?-" behind header size and checksum. */
static int sniff_lzh(const format_probe *probe)
{
    lj_slice at = lj_slice_part(probe->head, 2, 5);
    return at.len == 5 && at.ptr[0] == '-' && at.ptr[1] == 'l' &&
                   (at.ptr[2] == 'h' || at.ptr[2] == 'z') && at.ptr[4] == '-'
               ? 36
               : 0;
}

static int sniff_cpio(const format_probe *probe)
{
    int text = magic_at(probe, 0, LJ_BYTES("070701")) + magic_at(probe, 0, LJ_BYTES("070702")) +
               magic_at(probe, 0, LJ_BYTES("070707")) + magic_at(probe, 0, LJ_BYTES("070727"));
    lj_cur cur = lj_cur_of(lj_slice_part(probe->head, 0, 26));
    uint16_t magic = lj_cur_u16le(&cur);
    lj_cur_skip(&cur, 18);
    uint16_t name_len = lj_cur_u16le(&cur);
    bool binary = lj_cur_ok(&cur) && (magic == 070707 || magic == 0xC771) && name_len != 0;
    return text > 0 ? text : binary ? 20 : 0;
}

/* POSIX.1 ustar: the checksum over the first header, its own field taken as blanks; old tars have
 * nothing else. */
static int sniff_tar(const format_probe *probe)
{
    lj_slice block = lj_slice_part(probe->head, 0, 512);
    if (block.len < 512 || block.ptr[0] == 0) {
        return 0;
    }
    uint32_t sum = 0;
    int32_t signed_sum = 0; /* some old tars sum signed bytes */
    uint32_t stated = 0;
    for (size_t i = 0; i < 512; i++) {
        uint8_t byte = i >= 148 && i < 156 ? ' ' : block.ptr[i];
        sum += byte;
        signed_sum += (int8_t)byte;
    }
    bool digits = false;
    for (size_t i = 148; i < 156; i++) {
        uint8_t byte = block.ptr[i];
        if (byte >= '0' && byte <= '7') {
            stated = stated * 8 + (uint32_t)(byte - '0');
            digits = true;
        } else if (digits || byte != ' ') {
            break;
        }
    }
    bool fits = digits && (stated == sum || (int32_t)stated == signed_sum);
    return fits ? 40 + magic_at(probe, 257, LJ_BYTES("ustar")) : 0;
}

static int sniff_gz(const format_probe *probe)
{
    return magic_at(probe, 0, LJ_BYTES("\x1F\x8B\x08")) > 0 && probe->head.len > 3 &&
                   probe->head.ptr[3] < 0x20
               ? 27
               : 0;
}

static int sniff_bz2(const format_probe *probe)
{
    bool level = probe->head.len > 3 && probe->head.ptr[3] >= '1' && probe->head.ptr[3] <= '9';
    bool block = magic_at(probe, 4, LJ_BYTES("1AY&SY")) > 0 ||
                 magic_at(probe, 4, LJ_BYTES("\x17rE8P\x90")) > 0;
    return magic_at(probe, 0, LJ_BYTES("BZh")) > 0 && level && block ? 76 : 0;
}

static int sniff_xz(const format_probe *probe)
{
    return magic_at(probe, 0,
                    LJ_BYTES("\xFD"
                             "7zXZ\0"));
}

static int sniff_zst(const format_probe *probe)
{
    bool skippable = probe->head.len > 4 && (probe->head.ptr[0] & 0xF0) == 0x50 &&
                     magic_at(probe, 1, LJ_BYTES("\x2A\x4D\x18")) > 0;
    return magic_at(probe, 0, LJ_BYTES("\x28\xB5\x2F\xFD")) + (skippable ? 28 : 0);
}

static int sniff_lz4(const format_probe *probe)
{
    return magic_at(probe, 0, LJ_BYTES("\x04\x22\x4D\x18")) +
           magic_at(probe, 0, LJ_BYTES("\x02\x21\x4C\x18"));
}

/* LZMA alone: properties below 225, a dictionary that is a power of two or one and a half, a size
 * that is unknown or sane. */
static int sniff_lzma(const format_probe *probe)
{
    if (magic_at(probe, 0, LJ_BYTES("LZIP")) > 0) {
        return 32;
    }
    lj_cur cur = lj_cur_of(lj_slice_part(probe->head, 0, 14));
    uint8_t properties = lj_cur_u8(&cur);
    uint32_t dictionary = lj_cur_u32le(&cur);
    uint64_t size = lj_cur_u64le(&cur);
    uint8_t first = lj_cur_u8(&cur);
    bool power = dictionary >= 4096 && (dictionary & (dictionary - 1)) == 0;
    return lj_cur_ok(&cur) && properties == 0x5D && power &&
                   (size == UINT64_MAX || size < (uint64_t)1 << 40) && first == 0
               ? 30
               : 0;
}

static int sniff_compress(const format_probe *probe)
{
    return magic_at(probe, 0, LJ_BYTES("\x1F\x9D")) > 0 && probe->head.len > 2 &&
                   (probe->head.ptr[2] & 0x1F) >= 9 && (probe->head.ptr[2] & 0x1F) <= 16 &&
                   (probe->head.ptr[2] & 0x60) == 0
               ? 22
               : 0;
}

#define SETUP_FORMAT(name, call)                                                                   \
    static int setup_##name(struct archive *reader)                                                \
    {                                                                                              \
        return call(reader);                                                                       \
    }
SETUP_FORMAT(7z, archive_read_support_format_7zip)
SETUP_FORMAT(cab, archive_read_support_format_cab)
SETUP_FORMAT(iso, archive_read_support_format_iso9660)
SETUP_FORMAT(ar, archive_read_support_format_ar)
SETUP_FORMAT(xar, archive_read_support_format_xar)
SETUP_FORMAT(lzh, archive_read_support_format_lha)
SETUP_FORMAT(cpio, archive_read_support_format_cpio)
SETUP_FORMAT(tar, archive_read_support_format_tar)

static int setup_rar(struct archive *reader)
{
    int old = archive_read_support_format_rar(reader);
    int new = archive_read_support_format_rar5(reader);
    return old < new ? old : new;
}

/* A filter with the raw format behind it. */
#define SETUP_FILTER(name, call)                                                                   \
    static int setup_##name(struct archive *reader)                                                \
    {                                                                                              \
        int raw = archive_read_support_format_raw(reader);                                         \
        int empty = archive_read_support_format_empty(reader);                                     \
        int filter = call(reader);                                                                 \
        raw = raw < empty ? raw : empty;                                                           \
        return raw < filter ? raw : filter;                                                        \
    }
SETUP_FILTER(gz, archive_read_support_filter_gzip)
SETUP_FILTER(bz2, archive_read_support_filter_bzip2)
SETUP_FILTER(xz, archive_read_support_filter_xz)
SETUP_FILTER(zst, archive_read_support_filter_zstd)
SETUP_FILTER(lz4, archive_read_support_filter_lz4)
SETUP_FILTER(compress, archive_read_support_filter_compress)

static int setup_lzma(struct archive *reader)
{
    int raw = archive_read_support_format_raw(reader);
    int empty = archive_read_support_format_empty(reader);
    int lzma = archive_read_support_filter_lzma(reader);
    int lzip = archive_read_support_filter_lzip(reader);
    raw = raw < empty ? raw : empty;
    lzma = lzma < lzip ? lzma : lzip;
    return raw < lzma ? raw : lzma;
}

/* ---- members ---- */

/* A member as a stream: reads from the handle while it stands at this entry, else winds to it. */
typedef struct member_stream {
    archive_handle *handle;
    uint64_t entry_no;
    bool at_start; /* the handle stands at the first byte of the entry */
} member_stream;

static lj_code stream_restart(void *ctx, lj_err *err)
{
    member_stream *stream = ctx;
    archive_handle *handle = stream->handle;
    if (stream->at_start && handle->reader != NULL && handle->entry_no == stream->entry_no) {
        stream->at_start = false;
        return LJ_OK;
    }
    lj_code code = archive_handle_open(handle);
    bool end = false;
    while (code == LJ_OK && !end && handle->entry_no < stream->entry_no) {
        code = archive_handle_next(handle, &end);
        if (code == LJ_OK) {
            code = format_entry(handle->run); /* winding costs, and is charged */
        }
    }
    stream->at_start = false;
    return code == LJ_OK && !end
               ? LJ_OK
               : lj_fail(err, code != LJ_OK ? code : LJ_E_FORMAT, 0, "the entry is gone");
}

static lj_code stream_pull(void *ctx, uint8_t *dst, size_t cap, size_t *out_len, lj_err *err)
{
    member_stream *stream = ctx;
    archive_handle *handle = stream->handle;
    *out_len = 0;
    la_ssize_t got = handle->dead ? ARCHIVE_FATAL : archive_read_data(handle->reader, dst, cap);
    /* going on after a fatal fault corrupts the heap in 3.6.2 (test_read_format_cab_skip_malformed.cab) */
    handle->dead = handle->dead || got == ARCHIVE_FATAL;
    if (got >= 0) {
        *out_len = (size_t)got;
        return LJ_OK;
    }
    gap_cause cause = archive_fault(handle);
    lj_code code = cause == GAP_ENCRYPTED     ? LJ_E_ENCRYPTED
                   : cause == GAP_UNSUPPORTED ? LJ_E_UNSUPPORTED
                   : cause == GAP_MEMORY      ? LJ_E_NOMEM
                                              : LJ_E_FORMAT;
    return lj_fail(err, code, handle->pos, "the member cannot be decoded");
}

static const format_stream_ops stream_ops = {stream_restart, stream_pull, NULL};

/* The entry's name as bytes: UTF-8 when the library can say it, else as stored. Copied: the library
 * reuses its own. */
static lj_slice entry_name(archive_handle *handle)
{
    const char *name = archive_entry_pathname_utf8(handle->entry);
    if (name == NULL) {
        name = archive_entry_pathname(handle->entry);
    }
    return name != NULL ? lj_arena_copy(format_arena(handle->run),
                                        lj_slice_part(lj_cstr_bytes(name), 0, 16384))
                        : (lj_slice){NULL, 0};
}

static lj_code emit_words(format_run *run, span_role role, lj_slice raw)
{
    lj_arena_mark mark = lj_arena_mark_of(format_arena(run));
    lj_buf text;
    lj_buf_init(&text, format_arena(run), 65536);
    (void)text_lines_to_utf8(TEXT_GB18030, raw, false, &text, NULL);
    span what = span_of(role, lj_buf_str(&text));
    what.origin = SPAN_NAME;
    lj_code code = format_emit(run, &what);
    lj_arena_rewind(format_arena(run), mark);
    return code;
}

/* Folders, links and special files: the name and, of links, the target. */
static lj_code read_nameless(archive_handle *handle, lj_slice name)
{
    lj_code code = LJ_OK;
    size_t from = 0;
    for (size_t i = 0; i <= name.len && code == LJ_OK; i++) {
        if (i == name.len || name.ptr[i] == '/') {
            if (i > from) {
                code =
                    emit_words(handle->run, SPAN_MEMBER_NAME, lj_slice_part(name, from, i - from));
            }
            from = i + 1;
        }
    }
    const char *target = archive_entry_symlink(handle->entry);
    if (target == NULL) {
        target = archive_entry_hardlink(handle->entry);
    }
    if (code == LJ_OK && target != NULL) {
        code = emit_words(handle->run, SPAN_LINK, lj_slice_part(lj_cstr_bytes(target), 0, 16384));
    }
    return code;
}

/* gap: the archive's own gap "encrypted" was reported, so that locked members need none of their
 * own. */
static lj_code read_entry(archive_handle *handle, bool is_stream, const archive_secrets *secrets)
{
    format_run *run = handle->run;
    lj_arena_mark mark = lj_arena_mark_of(format_arena(run));
    lj_slice name = is_stream ? (lj_slice){NULL, 0} : entry_name(handle);
    /* a writer that states no type (RAR made on another system) means a file */
    bool typed = !is_stream && archive_entry_filetype(handle->entry) != 0;
    bool is_file = is_stream || ((!typed || archive_entry_filetype(handle->entry) == AE_IFREG) &&
                                 archive_entry_hardlink(handle->entry) == NULL);
    bool locked = !is_stream && archive_entry_is_data_encrypted(handle->entry) == 1;
    lj_code code = LJ_OK;
    if (locked && format_password_count(run) == 0) {
        format_gap(run, GAP_ENCRYPTED, secrets->encryption,
                   (span_place){.part_id = format_part(run, name)});
        code = read_nameless(handle, name);
    } else if (!is_file) {
        code = read_nameless(handle, name);
    } else {
        member_stream *stream = lj_arena_alloc(format_arena(run), sizeof(*stream));
        bool sized = !is_stream && archive_entry_size_is_set(handle->entry) != 0;
        uint64_t size = sized ? (uint64_t)archive_entry_size(handle->entry) : FORMAT_SIZE_UNKNOWN;
        format_src *src = NULL;
        if (stream != NULL) {
            *stream = (member_stream){handle, handle->entry_no, true};
            uint64_t stored = format_src_size(handle->src);
            src = format_stream(run, &stream_ops, stream, size,
                                stored != FORMAT_SIZE_UNKNOWN ? stored : 0);
        }
        format_child_info info = {.name = name, .kind = FORMAT_MEMBER};
        code = format_child(run, &info, src);
    }
    lj_arena_rewind(format_arena(run), mark);
    return code;
}

static lj_code read_entries(archive_handle *handle, bool is_stream, const archive_secrets *secrets)
{
    lj_code code = archive_handle_open(handle);
    bool end = false;
    while (code == LJ_OK) {
        uint64_t entry_no = handle->entry_no;
        code = archive_handle_next(handle, &end);
        if (code != LJ_OK || end) {
            break;
        }
        code = format_entry(handle->run);
        if (code == LJ_OK) {
            code = read_entry(handle, is_stream, secrets);
        }
        /* a child that went back has closed and wound the handle: it stands at this entry, or is
         * lost */
        if (code == LJ_OK && (handle->reader == NULL || handle->entry_no != entry_no + 1)) {
            code = LJ_E_FORMAT;
        }
    }
    return code;
}

static lj_code read_with(format_run *run, format_src *src, archive_setup_fn *setup, bool is_stream,
                         archive_secrets secrets)
{
    if (secrets.volumes) {
        format_gap(run, GAP_VOLUME, NULL, (span_place){0});
    }
    if (secrets.all_locked) {
        format_gap(run, GAP_ENCRYPTED, secrets.encryption, (span_place){0});
        format_claim_all(run, FORMAT_LOCKED);
        return LJ_OK;
    }
    archive_handle *handle = lj_arena_alloc(format_arena(run), sizeof(*handle));
    if (handle == NULL) {
        return LJ_E_LIMIT;
    }
    *handle = (archive_handle){.run = run, .src = src, .setup = setup};
    lj_code code = read_entries(handle, is_stream, &secrets);
    if (code == LJ_OK) {
        format_claim_all(run, FORMAT_READ);
    } else if (code == LJ_E_FORMAT) {
        gap_cause cause = secrets.encryption != NULL ? GAP_ENCRYPTED : archive_fault(handle);
        format_gap(run, cause, cause == GAP_ENCRYPTED ? secrets.encryption : NULL, (span_place){0});
        code = LJ_OK; /* the gap says it; the bytes that nobody claimed are swept */
    }
    if (code == LJ_OK && secrets.encryption != NULL) {
        format_gap(run, GAP_ENCRYPTED, secrets.encryption, (span_place){0});
    }
    archive_handle_close(handle);
    return code;
}

#define READ_ROW(name, is_stream, look)                                                            \
    static lj_code read_##name(format_run *run, format_src *src)                                   \
    {                                                                                              \
        return read_with(run, src, setup_##name, is_stream, look);                                 \
    }
READ_ROW(7z, false, archive_look_7z(run, src))
READ_ROW(rar, false, archive_look_rar(run, src))
READ_ROW(cab, false, (archive_secrets){0})
READ_ROW(iso, false, (archive_secrets){0})
READ_ROW(ar, false, (archive_secrets){0})
READ_ROW(xar, false, (archive_secrets){0})
READ_ROW(lzh, false, (archive_secrets){0})
READ_ROW(cpio, false, (archive_secrets){0})
READ_ROW(tar, false, (archive_secrets){0})
READ_ROW(gz, true, (archive_secrets){0})
READ_ROW(bz2, true, (archive_secrets){0})
READ_ROW(xz, true, (archive_secrets){0})
READ_ROW(zst, true, (archive_secrets){0})
READ_ROW(lz4, true, (archive_secrets){0})
READ_ROW(lzma, true, (archive_secrets){0})
READ_ROW(compress, true, (archive_secrets){0})

#define ROW(name_, text, extensions_, en_, zh_)                                                    \
    const format_row format_##name_##_row = {.name = text,                                         \
                                             .extensions = extensions_,                            \
                                             .traits = FORMAT_CONTAINER,                           \
                                             .sniff = sniff_##name_,                               \
                                             .read = read_##name_,                                 \
                                             .en = en_,                                            \
                                             .zh = zh_}
ROW(7z, "7z", "7z", "7z archive", "7z 压缩包");
ROW(rar, "rar", "rar", "RAR archive, 4 and 5", "RAR 压缩包（4 与 5）");
ROW(cab, "cab", "cab", "Windows cabinet", "CAB 压缩包");
ROW(iso, "iso", "iso", "ISO 9660 image", "ISO 光盘映像");
ROW(ar, "ar", "ar a deb", "ar archive", "ar 归档");
ROW(xar, "xar", "xar pkg", "XAR archive", "XAR 归档");
ROW(lzh, "lzh", "lzh lha", "LHA archive", "LHA 压缩包");
ROW(cpio, "cpio", "cpio", "cpio archive", "cpio 归档");
ROW(tar, "tar", "tar", "tar archive", "tar 归档");
ROW(gz, "gz", "gz tgz", "gzip stream", "gzip 压缩流");
ROW(bz2, "bz2", "bz2 tbz", "bzip2 stream", "bzip2 压缩流");
ROW(xz, "xz", "xz txz", "xz stream", "xz 压缩流");
ROW(zst, "zst", "zst", "Zstandard stream", "Zstandard 压缩流");
ROW(lz4, "lz4", "lz4", "LZ4 stream", "LZ4 压缩流");
ROW(lzma, "lzma", "lzma tlz lz", "LZMA or lzip stream", "LZMA/lzip 压缩流");
ROW(compress, "compress", "Z z", "compress stream", "compress 压缩流");
