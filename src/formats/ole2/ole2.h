/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A compound file ([MS-CFB]) as its reader and its dialects (doc, xls, ppt, msg) see it: storages
 * and streams, each a source of bytes by its chain of sectors. The ole2 row's `index` makes it;
 * dialect readers get it with ole2_of(run). A dialect reads its streams, says so with ole2_take(),
 * and ends with ole2_read_rest(): property sets, embedded objects, macros, unknown streams, stale
 * entries. What lies in no stream (slack, free sectors) is left to the sweep of the core. */
#ifndef LJ_FORMATS_OLE2_OLE2_H
#define LJ_FORMATS_OLE2_OLE2_H

#include "formats/format.h"

#define OLE2_NONE UINT32_MAX
enum { OLE2_ROOT = 0 }; /* index of the root entry */

typedef enum ole2_kind { OLE2_FREE = 0, OLE2_STORAGE = 1, OLE2_STREAM = 2 } ole2_kind;

typedef struct ole2_entry {
    lj_str name;     /* UTF-8, without the leading control character of property sets */
    uint8_t control; /* that character: 5 for property sets, 1 for Ole10Native; else 0 */
    uint8_t kind;    /* ole2_kind; the root is a storage */
    uint32_t parent; /* the storage it stands in; OLE2_NONE: the root, or no tree reaches it */
    uint64_t size;   /* bytes of the stream, cut to what its chain holds */
    bool is_reached; /* the directory's tree leads to it */
    bool is_taken;   /* a reader has read it */
    bool is_cut;     /* its chain ends, loops or crosses another before its stated size */
    bool is_mini;
    uint32_t start; /* its first sector or mini sector */
    uint8_t clsid[16];
} ole2_entry;

typedef struct ole2_file ole2_file;

/* The compound file of this document, in its arena; NULL when there is none. */
ole2_file *ole2_of(const format_run *run);
uint32_t ole2_count(const ole2_file *file);
const ole2_entry *ole2_entry_at(const ole2_file *file, uint32_t idx);
/* What stands in a storage, in the order of the directory: the first entry, the next one of the
 * same storage; OLE2_NONE behind the last. */
uint32_t ole2_first(const ole2_file *file, uint32_t storage);
uint32_t ole2_next(const ole2_file *file, uint32_t idx);
/* The stream or storage of that name in a storage (ASCII without case; without the leading control
 * character), or OLE2_NONE. In the root also an entry that no tree reaches. */
uint32_t ole2_lookup(const ole2_file *file, uint32_t storage, lj_slice name);
/* The bytes of a stream; borrowed for the life of the document's arena scope. NULL when idx is
 * OLE2_NONE or no stream, or without memory. Random access; not a decoder. */
format_src *ole2_stream(ole2_file *file, uint32_t idx);
/* Number for span_place.part_id: the path of the entry, as in "ObjectPool/_1180/WordDocument". */
uint32_t ole2_part(ole2_file *file, uint32_t idx);
/* The stream was read: its sectors are claimed, ole2_read_rest() passes it over. A storage: it is
 * no document of its own; what stands in it is still to be read. */
void ole2_take(ole2_file *file, uint32_t idx, format_claim_kind kind);
/* Claims a part of a stream instead of all of it (off, len in the stream); what is left is swept.
 * The stream counts as taken. */
void ole2_take_part(ole2_file *file, uint32_t idx, uint64_t off, uint64_t len,
                    format_claim_kind kind);
/* A storage with all that is in it, as a compound file of its own (for format_child): an embedded
 * document, a nested message. NULL when idx is no storage or without memory. Everything in it
 * counts as taken. */
format_src *ole2_storage(ole2_file *file, uint32_t idx);
/* Everything that nobody has taken: property sets, embedded objects as children, macros, names,
 * other streams by the sweep. Claims the structure. Damage (cut chains) becomes a gap. Returns what
 * a dialect should return when it was content itself. */
LJ_MUST_USE lj_code ole2_read_rest(ole2_file *file);

/* Property set of a stream or of bytes in memory ([MS-OLEPS]): emits titles, keywords, custom
 * values and all other strings as metadata. */
LJ_MUST_USE lj_code ole2_read_properties(format_run *run, format_src *src, uint32_t part_id);

#endif
