/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Gaps and notes: what was not examined and why, and what was odd. A gap is a result of its own,
 * never silence. */
#ifndef LJ_FORMATS_GAP_H
#define LJ_FORMATS_GAP_H

#include "base/slice.h"
#include "formats/limits.h"
#include "formats/span.h"

typedef enum gap_cause {
    GAP_NO_READER,   /* recognised, but this version has no reader; swept for text */
    GAP_PICTURE,     /* a picture that only OCR could read */
    GAP_ENCRYPTED,   /* needs a password; `detail` says which kind of encryption */
    GAP_DAMAGED,     /* structure broken: what could be read was read */
    GAP_LIMIT,       /* a limit ended the reading; `limit` says which */
    GAP_UNSUPPORTED, /* a variant or method inside a known format that we do not read */
    GAP_NO_TEXT_MAP, /* glyphs without a way to letters (a PDF font with neither ToUnicode nor a
                        known CMap) */
    GAP_VOLUME,      /* other volumes of a split archive are missing */
    GAP_OPEN,        /* the file system refused: permission, vanished, I/O error */
    GAP_SPECIAL,     /* FIFO, device, socket: not opened */
    GAP_CHANGED,     /* the file changed while it was read */
    GAP_MEMORY,      /* the worker ran into its memory ceiling */
    GAP_TIME,        /* the clock ended the job, also when it was retried alone */
    GAP_CRASH,       /* the worker died; `detail` names the signal or the forbidden system call */
} gap_cause;
enum { GAP_CAUSE_COUNT = GAP_CRASH + 1 };

/* What would help. */
typedef enum gap_next {
    GAP_NEXT_NONE,
    GAP_NEXT_PASSWORD, /* a password (--passwords FILE) */
    GAP_NEXT_LIMIT,    /* the same file with a higher limit */
    GAP_NEXT_PERSON,   /* a person has to look */
    GAP_NEXT_VERSION,  /* a later version of Lijian */
    GAP_NEXT_ACCESS,   /* more rights, or the file back */
    GAP_NEXT_OCR,
} gap_next;
enum { GAP_NEXT_COUNT = GAP_NEXT_OCR + 1 };

typedef struct gap {
    gap_cause cause;
    gap_next next;
    const char *detail; /* a literal of ours: "zipcrypto", "aes-256", "rar5", "SIGSEGV"; or NULL */
    format_limit limit; /* when cause is GAP_LIMIT */
    uint64_t allowed, reached;
    span_place place; /* where inside the document, as far as known */
} gap;

typedef struct gap_row {
    const char *name; /* "no_reader": stable; gaps[].cause in results */
    gap_next next;    /* what helps as a rule */
    const char *en;
    const char *zh;
} gap_row;
const gap_row *gap_cause_row(gap_cause cause);
const span_name_row *gap_next_row(gap_next next);

/* Oddities that are no gap: everything was examined, but somebody may want to know. */
typedef enum format_note {
    NOTE_POLYGLOT,            /* several base formats fit; all were read */
    NOTE_NAME_DISAGREES,      /* the file extension says another format than the content */
    NOTE_DIRECTORY_DISAGREES, /* the directory of a container and its members tell different stories
                               */
    NOTE_HIDDEN_MEMBERS,      /* members that the directory does not list */
    NOTE_TRAILING_BYTES,      /* bytes before or behind the structure */
    NOTE_MIXED_CHARSETS,      /* lines in several encodings */
    NOTE_PASSWORD_USED,       /* opened with a password of the list or an empty one */
    NOTE_REPAIRED,            /* the structure was broken and was rebuilt; all content was found */
    NOTE_MACROS,              /* holds macros */
} format_note;
enum { FORMAT_NOTE_COUNT = NOTE_MACROS + 1 };
const span_name_row *format_note_row(format_note note);

#endif
