/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What a reader is and what it may do. A reader is a row of the table in format_table.c: bytes in,
 * spans out. It sees sources, an arena, and the calls below, and nothing else: no paths,
 * descriptors, malloc, logging, marks. The core charges every limit inside these calls and is the
 * only recursion: children are handed back to it.
 *
 * Return codes: a reader returns LJ_OK when it has read its document, LJ_E_FORMAT when it is
 * damaged (emit first what could be read), LJ_E_ENCRYPTED, LJ_E_UNSUPPORTED, or passes on unchanged
 * what a call below returned - LJ_E_LIMIT and LJ_E_CANCELLED mean: stop now. The core turns the
 * code into a gap when the reader has not reported one. */
#ifndef LJ_FORMATS_FORMAT_H
#define LJ_FORMATS_FORMAT_H

#include "base/arena.h"
#include "base/err.h"
#include "formats/gap.h"
#include "formats/span.h"
#include "text/charset.h"

typedef struct format_run format_run; /* one document being read; opaque to readers */
typedef struct format_src format_src; /* a source of bytes: window and decoder, owned by the core */
struct text_seeds;

enum { FORMAT_WINDOW_MAX = 1024 * 1024 }; /* the most that format_bytes gives at once */
#define FORMAT_SIZE_UNKNOWN UINT64_MAX

/* ---- rows ---- */

/* What identification looks at. All slices are borrowed. */
typedef struct format_probe {
    lj_slice head; /* the first 64 KiB, or less */
    lj_slice tail; /* the last 64 KiB, or less; may overlap head; empty when the end is not cheap to
                      reach */
    uint64_t size; /* FORMAT_SIZE_UNKNOWN when not known yet */
    const lj_slice
        *members; /* level two: names of the members (zip), of the storages and streams (ole2) */
    uint32_t member_count;
    lj_slice root_name;  /* level two: local name of the root element (xml) */
    lj_slice root_space; /* level two: its namespace URI (xml), or mimetype member content (zip) */
} format_probe;

typedef enum format_trait {
    FORMAT_CONTAINER = 1 << 0, /* its members are documents of their own */
    FORMAT_PAGED = 1 << 1,     /* page_no is known */
    /* only OCR could read all of it: without a reader it gets the gap `picture` instead of
     * `no_reader`, a reader tells that gap itself */
    FORMAT_PICTURE = 1 << 2,
    FORMAT_LEVEL2 =
        1 << 3, /* a base row whose `index` fills members or root name for its dialect rows */
    FORMAT_LOOSE = 1 << 4, /* its name promises no document: other content is not missed */
    FORMAT_WORDS =
        1 << 5, /* text or markup: recognised by its letters, so any text may look like it */
} format_trait;

/* One row per format. Adding a format is one file (or folder) and one row. */
typedef struct format_row {
    const char *name; /* "docx": stable; stored in results */
    const char *base; /* name of the base row that this dialect shadows, or NULL for a base row */
    const char
        *extensions; /* blank-separated, for NOTE_NAME_DISAGREES only; never for recognition */
    uint8_t
        max_nest; /* how deep this format may contain itself; 0 = the depth limit alone decides */
    uint32_t traits; /* format_trait bits */
    /* Bits of evidence that the probe is this format, 0 = not mine; pure. Base rows see head and
     * tail, dialect rows also members or root name. Every base row with evidence is read
     * (polyglots), the strongest gives the name. */
    int (*sniff)(const format_probe *probe);
    /* Base rows with FORMAT_LEVEL2: fills members or root name of the probe from the source; arena
     * of the run. */
    lj_code (*index)(format_run *run, format_src *src, format_probe *probe);
    /* NULL: recognised without a reader; the core sweeps it for text and reports the gap. */
    lj_code (*read)(format_run *run, format_src *src);
    const char *en; /* for people: "Word document (Office Open XML)" */
    const char *zh;
} format_row;

/* True when the probe has a member of that name (ASCII without case). */
bool format_probe_has(const format_probe *probe, lj_slice name);

/* A dialect may take over what its base's `index` found (the zip directory): the base sets it, the
 * dialect asks. */
void format_index_keep(format_run *run, const void *index);
const void *format_index_of(const format_run *run);

/* All rows (format_table.c): idx from 0, NULL behind the last; the order breaks ties. */
const format_row *format_row_at(uint32_t idx);

/* ---- reading ---- */

lj_arena *
format_arena(format_run *run); /* lives as long as the document; rewound by the core afterwards */
lj_err *format_err(format_run *run); /* where lj_fail() writes for this document */

/* Size of the source, or FORMAT_SIZE_UNKNOWN for a decoder that has not reached its end. */
uint64_t format_src_size(const format_src *src);
/* Up to len (<= FORMAT_WINDOW_MAX) bytes at off: a window, valid until the next format_bytes on the
 * same source. Shorter only at the end of the source, or when reading failed or a limit was hit
 * (then format_src_code() != LJ_OK). Going backwards on a decoder that is too large to be kept
 * decodes again and is charged for it. */
lj_slice format_bytes(format_run *run, format_src *src, uint64_t off, size_t len);
/* The same into room of the caller, of any length: for readers that keep what they read. Returns
 * the bytes that came. */
size_t format_pull(format_run *run, format_src *src, uint64_t off, uint8_t *dst, size_t len);
lj_code format_src_code(
    const format_src *src); /* LJ_OK, LJ_E_FORMAT, LJ_E_LIMIT, LJ_E_IO, LJ_E_ENCRYPTED; sticky */
/* Stored bytes that a decoder of format_decode() has used, once it came to the end of its stream:
 * less than the range it was given when other bytes stand behind. Before that, and for all other
 * sources, the whole range. Valid also after the child that read it has ended. */
uint64_t format_src_taken(const format_src *src);
/* The whole range copied into the arena; fewer bytes than asked as format_bytes; empty with
 * LJ_E_LIMIT at a full arena. */
lj_slice format_slurp(format_run *run, format_src *src, uint64_t off, uint64_t len);

/* ---- sources made from sources; all are released with the document that made them ---- */

typedef enum format_codec {
    FORMAT_CODEC_STORE,   /* a range as it is */
    FORMAT_CODEC_DEFLATE, /* raw deflate */
    FORMAT_CODEC_ZLIB,
    FORMAT_CODEC_GZIP, /* one or several members */
} format_codec;
/* A range of src through a codec. out_len: expected size when known (lets small ones be decoded in
 * one go), else FORMAT_SIZE_UNKNOWN; a different real size is no error here. NULL when the arena is
 * full. */
format_src *format_decode(format_run *run, format_src *src, uint64_t off, uint64_t len,
                          format_codec codec, uint64_t out_len);
/* Ranges of other sources one behind the other, with random access: the sectors of a stream, the
 * volumes of an archive. src NULL: zeroes. The pieces are borrowed for the life of the source;
 * their sources must outlive it. NULL when the arena is full. */
typedef struct format_piece {
    format_src *src;
    uint64_t off, len; /* in src; bytes */
    uint64_t at;       /* where it begins in the gathered source: set by format_gather */
} format_piece;
format_src *format_gather(format_run *run, format_piece *pieces, uint32_t count);
/* Bytes that the reader decoded itself (base64, hex); borrowed for the life of the source. */
format_src *format_memory(format_run *run, lj_slice bytes);
/* A decoder of a library: the core calls restart before the first pull and whenever it must go
 * back. pull writes up to cap bytes and sets *out_len, 0 at the end. What it gives is charged as
 * decoded bytes. stored_len is for the ratio. */
typedef struct format_stream_ops {
    lj_code (*restart)(void *ctx, lj_err *err);
    lj_code (*pull)(void *ctx, uint8_t *dst, size_t cap, size_t *out_len, lj_err *err);
    void (*close)(void *ctx); /* when the child that read it has ended; may be NULL: the reader
                                 closes what it opened */
} format_stream_ops;
format_src *format_stream(format_run *run, const format_stream_ops *ops, void *ctx,
                          uint64_t out_len, uint64_t stored_len);

/* ---- telling ---- */

/* Hands a span on. LJ_E_LIMIT when a limit (spans, characters, work, time) ends the reading: stop
 * and return it. */
LJ_MUST_USE lj_code format_emit(format_run *run, const span *what);
/* A number for the name of a part ("word/header1.xml"), for span_place.part_id; the same name gives
 * the same number. */
uint32_t format_part(format_run *run, lj_slice name);
/* True when the whole text is wanted (explain, later fingerprints). Else a reader of plain text may
 * sift: search raw bytes with format_seeds() and emit only windows around hits, the first 64 and
 * the last 64 lines. */
bool format_wants_all(const format_run *run);
const struct text_seeds *format_seeds(const format_run *run);
/* While sifting: does the seed at `hit` deserve the lines around it? When not, the search goes on
 * at *out_next. */
bool format_seed_counts(format_run *run, text_charset charset, lj_slice bytes, size_t hit,
                        size_t *out_next);

typedef enum format_kind {
    FORMAT_ROOT,     /* the file itself */
    FORMAT_MEMBER,   /* member of a container */
    FORMAT_EMBEDDED, /* object inside a document: media, OLE object */
    FORMAT_ATTACHED, /* attachment of a document or mail */
    FORMAT_REVISION, /* an earlier version of the whole document */
} format_kind;
/* Reads a child at once, one level deeper. name: raw bytes as stored, plus UTF-8 for people when
 * decoded (else empty). LJ_OK also when the child is damaged or encrypted (its own gap says so);
 * LJ_E_LIMIT and LJ_E_CANCELLED: stop. The caller holds at most 8 MiB of arena at that moment.
 * hidden_by is given to the whole child (hidden members). */
typedef struct format_child_info {
    lj_slice name;    /* raw bytes */
    lj_str name_utf8; /* decoded, or empty when name is valid UTF-8 */
    format_kind kind;
    uint64_t hidden_by; /* SPAN_HIDE bits for every span of it */
} format_child_info;
LJ_MUST_USE lj_code format_child(format_run *run, const format_child_info *info, format_src *src);
/* Charges one entry of a container (also for entries that are not opened). LJ_E_LIMIT: stop. */
LJ_MUST_USE lj_code format_entry(format_run *run);

/* What a reader has done with a byte range of the document's own source; what nobody claims is
 * swept by the core. */
typedef enum format_claim_kind {
    FORMAT_READ,   /* read, its text was emitted, or decoded and handed to a child */
    FORMAT_OPAQUE, /* structure or data that holds no text */
    FORMAT_LOCKED, /* encrypted */
    FORMAT_BROKEN, /* damaged: could not be decoded; still swept */
} format_claim_kind;
void format_claim(format_run *run, uint64_t off, uint64_t len, format_claim_kind kind);
void format_claim_all(format_run *run, format_claim_kind kind);

/* Reports a gap. place may be zeroed. The core adds document, layer, examined and total. */
void format_gap(format_run *run, gap_cause cause, const char *detail, span_place place);
/* The gap of a limit that the reader itself counts (PDF pages, XML depth). Always returns
 * LJ_E_LIMIT. */
lj_code format_gap_limit(format_run *run, format_limit limit, uint64_t reached, span_place place);
void format_tell(format_run *run, format_note note);
uint64_t format_limit_value(const format_run *run, format_limit limit);
/* Charges work that no call above sees (objects of a library, table rows). LJ_E_LIMIT or
 * LJ_E_CANCELLED: stop. */
LJ_MUST_USE lj_code format_work(format_run *run, uint64_t units);

/* The inspector's passwords, UTF-8; the empty password is not in the list. */
uint32_t format_password_count(const format_run *run);
lj_str format_password(const format_run *run, uint32_t idx);
/* Digests and ciphers of the context. */
struct lj_cipher *format_cipher(const format_run *run);

/* The base row that these first bytes of something embedded clearly belong to (24 bits of evidence
 * or more; text and markup do not count), or NULL: is it worth a child, or only a sweep? */
const format_row *format_recognise(lj_slice head);

/* ---- the sweep, also for readers that find free text inside a structure ---- */

/* Finds runs of text (UTF-8, GB18030, UTF-16) in any bytes and emits them with role SPAN_RAW,
 * origin SPAN_SWEPT and the given reasons. */
LJ_MUST_USE lj_code format_sweep(format_run *run, format_src *src, uint64_t off, uint64_t len,
                                 uint64_t hidden_by);
/* The same of a whole source that is a part of the document (a stream that no reader knows). */
LJ_MUST_USE lj_code format_sweep_part(format_run *run, format_src *src, uint32_t part_id,
                                      uint64_t hidden_by);

#endif
