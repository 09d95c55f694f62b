/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Shared by the files of this folder: a message being read.
 *
 *     source --scan--> regions (header, body, preamble ...) --read--> fields, text, children
 *
 * The scan goes through the bytes once and strictly forwards: going back on a large decoder means
 * decoding again. It keeps the places of up to MAIL_BATCH regions, then they are read in their
 * order, then the scan goes on. */
#ifndef LJ_FORMATS_MAIL_MAIL_PRIV_H
#define LJ_FORMATS_MAIL_MAIL_PRIV_H

#include "base/buf.h"
#include "formats/format.h"
#include "formats/mail/mail_field_priv.h"
#include "text/charset.h"

enum {
    MAIL_LEVELS = 64,            /* multiparts inside each other that are taken apart */
    MAIL_BOUNDARY_MAX = 1000,    /* bytes; RFC 2046 allows 70, a line 998 */
    MAIL_BATCH = 1024,           /* regions whose places are kept */
    MAIL_NAME_MAX = 4096,        /* bytes of a name */
    MAIL_INPUT = 128 * 1024,     /* bytes of the buffer of an input */
    MAIL_NO_MAX = 48,            /* bytes of the number of a part, with its NUL */
    MAIL_MESSAGES_MAX = 16,      /* messages in one another that are not recognised as such */
    MAIL_SMALL = 2 * 1024 * 1024 /* parts of a stream that are kept in memory for their reader */
};

/* ---- what a header says about its body: mail_head.c ---- */

typedef enum mail_type {
    MAIL_TEXT,      /* text of any kind that a mail program shows */
    MAIL_ENRICHED,  /* RFC 1896, and text/richtext of RFC 1341 */
    MAIL_HTML,      /* */
    MAIL_MESSAGE,   /* message/rfc822 and kin */
    MAIL_MULTIPART, /* */
    MAIL_SMIME,     /* application/pkcs7-mime */
    MAIL_OTHER,     /* everything else is a file */
} mail_type;

typedef enum mail_coding {
    MAIL_PLAIN,
    MAIL_BASE64,
    MAIL_QUOTED,
    MAIL_UU,
    MAIL_YENC,
    MAIL_BLOCK, /* base64 inside a text: ends with the first line that is none */
} mail_coding;

typedef enum mail_flag {
    MAIL_ATTACHMENT = 1 << 0, /* Content-Disposition: attachment */
    MAIL_FLOWED = 1 << 1,     /* format=flowed */
    MAIL_DELSP = 1 << 2,      /* DelSp=yes */
    MAIL_LOCKED = 1 << 3,     /* in a multipart/encrypted */
    MAIL_DIGEST = 1 << 4,     /* multipart/digest */
    MAIL_PARTIAL = 1 << 5,    /* message/partial */
    MAIL_ENVELOPED = 1 << 6,  /* smime-type=enveloped-data */
    MAIL_NAMED = 1 << 7,      /* has a file name */
    MAIL_TYPED = 1 << 8,      /* has a Content-Type */
} mail_flag;

typedef struct mail_head {
    mail_type type;
    mail_coding coding;
    uint32_t flags; /* mail_flag */
    text_charset charset;
    uint64_t stated_len; /* Content-Length of mboxcl, or FORMAT_SIZE_UNKNOWN */
    lj_buf kind;         /* "image/png", lower case */
    lj_buf boundary;
    lj_buf name;       /* file name, UTF-8 */
    lj_buf other_name; /* another one that Content-Type gives */
    lj_buf location;   /* Content-Location, UTF-8 */
    lj_buf subject;    /* UTF-8 */
} mail_head;

void mail_head_init(mail_head *head, lj_arena *arena);
/* Forgets what the last header said; is_digest: parts are messages unless they say otherwise. */
void mail_head_clear(mail_head *head, bool is_digest);
/* Takes a field into account. */
void mail_head_take(mail_head *head, mail_look *look, const mail_field *field);
/* Removes CR LF before a blank (RFC 5322 2.2.3). */
void mail_unfold(lj_slice value, lj_buf *out);

/* ---- decoders of bodies: mail_decode.c ---- */

typedef struct mail_decoder {
    format_run *run;
    format_src *src;
    uint64_t from, to; /* of the coded bytes in src */
    uint64_t ended_at; /* where the data ended: what stands behind is no part of it */
    mail_coding coding;
    /* state */
    mail_input in;
    bool is_ended;
    bool at_line;  /* base64: the next byte begins a line */
    bool padded;   /* base64: a '=' was seen since the last letter */
    bool begun;    /* uu, yEnc: the begin line was passed */
    bool has_end;  /* uu, yEnc: the end line was seen */
    uint32_t bits; /* base64: of the letters that make no byte yet */
    uint32_t letters;
    uint8_t line[64]; /* uu: decoded bytes that were not given yet */
    size_t line_at, line_len;
} mail_decoder;

/* The decoded bytes of [from, to) as a source; MAIL_PLAIN gives a range. *out (may be NULL) tells
 * where the data ended, once it was read. NULL when the arena is full. */
format_src *mail_decode(format_run *run, format_src *src, uint64_t from, uint64_t to,
                        mail_coding coding, mail_decoder **out);
/* True when the bytes are no base64 for the most part, whatever the field says; *out_reads: but
 * decoded they read like text. */
bool mail_base64_is_odd(format_run *run, format_src *src, uint64_t from, uint64_t to,
                        bool *out_reads);
/* True when the text is a begin line of uuencode, and the next line, when it is there, fits. */
bool mail_uu_begins(lj_slice text, lj_slice *out_name);
bool mail_uu_fits(lj_slice line); /* a line of its data */
/* True when the line, its end cut off, is base64 and nothing else, and long enough to say so. */
bool mail_is_base64_line(lj_slice line);

/* ---- a message: mail.c, mail_scan.c ---- */

typedef enum mail_region_kind {
    MAIL_LEAF,     /* header and body */
    MAIL_LEVEL,    /* header of a multipart */
    MAIL_PREAMBLE, /* text before the first part */
    MAIL_EPILOGUE, /* text behind the last part */
    MAIL_UNSPLIT,  /* a multipart in which no boundary was found */
} mail_region_kind;

typedef struct mail_region {
    mail_region_kind kind;
    uint8_t level; /* how many multiparts are around it */
    uint64_t head_at, body_at, body_to;
    uint32_t flags; /* of the multipart around it: MAIL_LOCKED */
    mail_type type;
    mail_coding coding;
    char no[MAIL_NO_MAX]; /* "1.2" */
} mail_region;

/* An open multipart. */
typedef struct mail_level {
    size_t len, alias_len;
    uint32_t count; /* parts so far */
    uint32_t flags; /* of its parts: MAIL_DIGEST, MAIL_LOCKED */
    bool is_known;  /* a delimiter was seen */
    uint8_t boundary[MAIL_BOUNDARY_MAX];
    uint8_t alias[MAIL_BOUNDARY_MAX]; /* a second delimiter that parts were found behind */
} mail_level;

typedef struct mail_scan {
    mail_input in;
    mail_level *levels;
    uint32_t depth;
    mail_region open; /* its body_to is not known yet */
    bool has_open;
    bool is_deep;    /* a multipart below MAIL_LEVELS was not taken apart */
    bool is_unended; /* the end of the bytes came before a closing delimiter */
    bool is_begun, is_done;
    bool is_repaired;  /* parts were found behind a delimiter that was not declared */
    bool in_line;      /* the next bytes belong to a line that has begun */
    uint32_t line_end; /* bytes of the line end before the current line */
} mail_scan;

typedef struct mail {
    format_run *run;
    format_src *src;
    uint64_t from, to; /* the message in src */
    bool is_saved_page;
    bool is_stream; /* going back in src may mean decoding again */
    bool is_damaged;
    uint64_t claimed; /* everything before is claimed or left to the sweep */
    mail_scan scan;
    mail_look look;
    mail_head head;
    mail_input in; /* of headers */
    lj_buf label;  /* name of the last field */
    mail_region *regions;
    uint32_t region_count;
    uint32_t level_max;   /* MAIL_LEVELS, or the limit of nesting */
    uint32_t named_count; /* parts that have a name in the places of their spans */
    uint32_t story;
} mail;

/* Finds the next regions. LJ_OK with region_count 0: the message has ended. mail_scan.c */
LJ_MUST_USE lj_code mail_scan_next(mail *m);
bool mail_scan_open(mail *m); /* false: no memory */

/* Reads the message at [from, to) of src, which is the document's own; to may be
 * FORMAT_SIZE_UNKNOWN. */
LJ_MUST_USE lj_code mail_read_message(format_run *run, format_src *src, uint64_t from, uint64_t to,
                                      bool is_saved_page);

/* ---- text bodies: mail_text.c ---- */

typedef struct mail_body {
    format_run *run;
    format_src *src;  /* decoded */
    uint64_t len;     /* FORMAT_SIZE_UNKNOWN for decoders */
    uint64_t doc_off; /* where byte 0 of src stands in the document, or UINT64_MAX */
    text_charset charset;
    bool is_enriched;
    uint32_t flags; /* MAIL_FLOWED, MAIL_DELSP */
    uint64_t hidden_by;
    uint32_t story;
    span_place place;
} mail_body;

LJ_MUST_USE lj_code mail_text(const mail_body *body);
/* RFC 3676 4.2-4.4 on UTF-8: lines that end with a blank go on in the next. In place. */
size_t mail_unflow(uint8_t *text, size_t len, bool del_space);
/* RFC 1896 on UTF-8: commands go, what stands between param tags is appended to aside. In place. */
size_t mail_unenrich(uint8_t *text, size_t len, lj_buf *aside);

/* ---- S/MIME: mail_smime.c ---- */

/* Reads the signed content of a CMS message as a child. LJ_E_ENCRYPTED or LJ_E_UNSUPPORTED: the
 * gap was told; LJ_E_FORMAT: it is none. */
LJ_MUST_USE lj_code mail_smime(format_run *run, format_src *cms, bool is_enveloped,
                               span_place place);

/* ---- recognition: mail_sniff.c ---- */

/* Evidence that the bytes begin with the header of a message, 0 for none; *out_saved: of a saved
 * page. */
int mail_evidence(lj_slice head, bool *out_saved);
int mail_sniff(const format_probe *probe);
int mail_sniff_saved(const format_probe *probe);
int mbox_sniff(const format_probe *probe);
bool mbox_is_from_line(lj_slice line);
/* Where the header begins in the head of a file; *out_len: bytes of the message when the file says
 * so (Apple's emlx), else FORMAT_SIZE_UNKNOWN. */
size_t mail_header_at(lj_slice head, uint64_t *out_len);

#endif
