/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What a record type declares. Everything the ledger knows is a record of a type in records/: one
 * set of const tables of the shapes below, from which the kernel derives validation, permission,
 * queries, lists, import, export, history, duties, and the pages.
 *
 * Names that point elsewhere (facts, due rules, sign sets, effects) are resolved when the ledger is
 * opened, and a test resolves them all. Queries by name stand in records/<type>.sql.
 *
 * Row columns. Every record has: district id version state unit department person parent number
 * happened_on created_at changed_at source entered_by for_post void. A REF field named unit,
 * department, person or parent IS that column; every other field is a column of its own name. */
#ifndef LJ_LEDGER_RECORD_H
#define LJ_LEDGER_RECORD_H

#include "base/err.h"
#include "base/slice.h"
#include "ledger/role.h"
#include "store/store.h"

typedef enum ledger_kind {
    LEDGER_TEXT, /* UTF-8; min and max count code points */
    LEDGER_INT,
    LEDGER_PT100,      /* hundredths of a point */
    LEDGER_BOOL,       /* 0, 1 */
    LEDGER_CODE,       /* of a code list in data/codes.txt */
    LEDGER_DATE,       /* day number since 1970-01-01, a civil day in UTC+8 */
    LEDGER_INSTANT,    /* UTC milliseconds */
    LEDGER_REF,        /* id of a record of another type */
    LEDGER_KEYED_HASH, /* HMAC of what was typed, and its last four characters; never the text */
    LEDGER_FILE_HASH,  /* SHA-256 of an attachment's bytes */
} ledger_kind;
enum { LEDGER_KIND_COUNT = LEDGER_FILE_HASH + 1 };

typedef enum ledger_field_flag {
    LEDGER_UNIQUE = 1,     /* in the district, among records that are not void */
    LEDGER_PERSONAL = 2,   /* falls under the retention rule of the type */
    LEDGER_CLASSIFIED = 4, /* never on an installation that is not classified */
    LEDGER_SEARCH = 8,     /* found by the search of lists */
    LEDGER_LOCAL = 16,     /* only where the district switched it on */
    LEDGER_FIXED = 32,     /* given at creation, never changed by an edit (a move may) */
    LEDGER_KERNEL = 64,    /* written by effects and the kernel only */
    LEDGER_LONG = 128,     /* prose: several lines in the form */
} ledger_field_flag;

typedef struct ledger_field {
    uint16_t tag;   /* canonical; never used twice in a type, also not after a field is gone */
    uint16_t since; /* schema of the type that brought it */
    const char *name;
    ledger_kind kind;
    const char *of;       /* CODE: code list; REF: type; else NULL */
    int64_t min, max;     /* TEXT: code points; numbers: values; else unused */
    uint32_t flags;       /* ledger_field_flag */
    uint8_t group;        /* 0..31: what access rows speak of */
    const char *required; /* "always", NULL, or the event at which it must stand */
} ledger_field;

/* Who may see and change which groups in which states. A post without a row has no access. */
typedef struct ledger_access {
    uint32_t states; /* bits 1 << state */
    uint32_t posts;  /* POST_ bits */
    uint32_t read_groups, write_groups;
} ledger_access;
#define LEDGER_ANY_STATE  0x7FFFFFFFu
#define LEDGER_NEW        0x80000000u /* in ledger_move.from: the record does not exist yet */
#define LEDGER_ALL_GROUPS 0xFFFFFFFFu

typedef enum ledger_sign_mode {
    LEDGER_BY_SESSION = 1, /* logged in */
    LEDGER_BY_PAPER = 2,   /* entered by proxy: hash of the scan, place of the original */
    LEDGER_BY_PACKAGE = 4, /* came in a sealed package */
} ledger_sign_mode;

/* One role of a set of signatures. */
typedef struct ledger_sign {
    const char *set, *role;
    uint32_t posts;         /* who may sign in this role */
    const char *signer;     /* REF field of the record that names the only one who may; or NULL */
    uint8_t min;            /* signatures needed, by distinct persons */
    uint32_t distinct_from; /* bits 1 << row of the table: roles that other persons must fill */
    uint32_t modes;         /* ledger_sign_mode */
} ledger_sign;

/* A record as the kernel and guards see it. */
typedef struct ledger_record {
    const struct ledger_type *type;
    uint8_t id[16];
    int64_t version;
    uint8_t state;
    store_value unit, department, person, parent; /* bytes of 16, or null */
    store_value number;                           /* text, or null */
    int64_t happened_on;                          /* day number */
    int64_t created_at, changed_at;               /* UTC ms */
    uint8_t source;                               /* ledger_source */
    store_value entered_by, for_post;             /* account, post */
    bool is_void;
    store_value *values; /* one per field of the type, in its order */
} ledger_record;

typedef enum ledger_source {
    LEDGER_LIVE,
    LEDGER_PAPER,
    LEDGER_OPENING,
    LEDGER_IMPORT,
    LEDGER_PACKAGE,
} ledger_source;
enum { LEDGER_SOURCE_COUNT = LEDGER_PACKAGE + 1 };

/* The integers that the named query `facts` gave, in its order of columns. */
enum { LEDGER_FACT_MAX = 16 };
typedef struct ledger_facts {
    int64_t num[LEDGER_FACT_MAX];
    uint32_t count;
} ledger_facts;

typedef struct ledger_now {
    int64_t at;        /* UTC ms */
    int64_t today;     /* day number in UTC+8 */
    uint32_t by_posts; /* POST_ bits under which the caller acts on this record; 0: an effect */
} ledger_now;

/* Pure: the record as it would be, the facts, the time. NULL allows; else the key of the refusal,
 * which has a label in the type (`refused.<key>`). */
typedef const char *(*ledger_guard)(const ledger_record *record, const ledger_facts *facts,
                                    const ledger_now *now);

typedef enum ledger_move_flag {
    LEDGER_REASON = 1, /* a reason must be given */
    LEDGER_WAIVER = 2, /* lifts the refusal of another move: signed, reasoned, counted */
    LEDGER_INNER = 4,  /* only as an effect of another record's move */
} ledger_move_flag;

/* A change of state. Creation is a move from LEDGER_NEW. */
typedef struct ledger_move {
    uint16_t tag; /* never used twice in a type */
    const char *event;
    uint32_t from; /* bits 1 << state, or LEDGER_NEW */
    uint8_t to;
    uint32_t posts;        /* who may */
    uint32_t flags;        /* ledger_move_flag */
    const char *sign_set;  /* or NULL */
    uint32_t needs_groups; /* every field of these groups must be filled */
    const char *facts;     /* named query of one row of integers */
    ledger_guard guard;
    const char *waiver;    /* event of the move that lifts a refusal of the guard */
    const char *effects;   /* set of effect rows */
    const char *due_start; /* rule that starts */
    const char *due_stop;  /* rule that ends as done; "*" for all of the record */
} ledger_move;

typedef enum ledger_effect_kind {
    LEDGER_CREATE, /* a record of `type`, its parent this one */
    LEDGER_MOVE,   /* records of `type` found by `each`: `event` */
    LEDGER_SET,    /* a field of this record: `map` */
    LEDGER_LINK,   /* link of kind `event` from this record to each */
    LEDGER_GRANT,  /* rights on this record for the post found by `each` */
} ledger_effect_kind;

/* A consequence in the same transaction. `each` is a named query: its rows (id, unit, department,
 * person, further columns) are what the effect is done for; without it, once. `map` says how fields
 * of the other record (LEDGER_SET: of this one) are filled: "field=field;field=$unit;field='text'":
 * from a field or row column of this record, from the row ($id $unit $department $person, $5 ... a
 * further column), $today (the day it happened), $self (this record's id), or a constant ('text',
 * or digits). */
typedef struct ledger_effect {
    const char *set;
    ledger_effect_kind kind;
    const char *type, *event, *each, *map;
} ledger_effect;

typedef enum ledger_span {
    LEDGER_HOUR,
    LEDGER_DAY,
    LEDGER_WORKDAY,
    LEDGER_MONTH,
    LEDGER_YEAR
} ledger_span;

/* A time limit. The amount is data (data/limits.txt) by district and by the value of by_field. */
typedef struct ledger_due {
    const char *name, *limit_key, *by_field;
    ledger_span span;
    const char *anchor; /* DATE field of the record, or "happened" */
    uint32_t post;      /* the role that answers: one POST_ bit */
    bool roll;          /* a day off rolls to the next working day */
    bool pausable;
    uint8_t max_extend; /* how often the date may be put off */
    uint16_t minutes;   /* of work, for the list of duties */
    const char *verb;   /* label `verb.<verb>`: what is to be done */
    const char *event;  /* the move that the button leads to, or NULL: opens the record */
    const char *repeat, *remind_key, *escalate_key;
} ledger_due;

/* A named list. where: blank-separated terms `state:a,b`, `field:code`, and filters the caller may
 * set, `field?`. order: a row column or a field that is always there, "-" in front for descending.
 * SQL is made from it at build time by tools/records.c. */
typedef struct ledger_list {
    const char *name, *columns, *where, *order;
} ledger_list;

/* A text in both languages: "unit.name", "state.draft", "event.issue", "refused.key", "verb.x",
 * "role.x", "list.all", "help.name", "group.1"; "type" and "plural" are the type's own. */
typedef struct ledger_label {
    const char *key, *zh, *en;
} ledger_label;

typedef enum ledger_scope {
    LEDGER_OF_DISTRICT,
    LEDGER_OF_UNIT,
    LEDGER_OF_DEPARTMENT,
    LEDGER_OF_PERSON,
    LEDGER_OF_GRANT,
} ledger_scope;

/* Which row column is the record itself. */
typedef enum ledger_self {
    LEDGER_SELF_NONE,
    LEDGER_SELF_UNIT,
    LEDGER_SELF_DEPARTMENT,
    LEDGER_SELF_PERSON
} ledger_self;

typedef struct ledger_type {
    const char *name, *plural;
    uint16_t tag, schema;
    const char *parent; /* type of the parent, or NULL */
    ledger_scope scope;
    ledger_self self;
    const char *retention_key; /* data/limits.txt: how long personal fields are kept */
    const char *number;        /* prefix of the human number, or NULL */
    const char *title;         /* field that names the record for people; NULL: the number */
    const char *owner;   /* REF field whose record gives this one its unit and department where
                            they are no fields of its own; NULL */
    const char *check;   /* named query of facts for `valid`, or NULL */
    ledger_guard valid;  /* what must hold after every change, also a voiding; NULL: no more */
    uint32_t void_posts; /* who may void a record, with a reason */
    const char *const *states; /* names, by number; NULL ends */
    uint32_t end_states;       /* bits: no way out */
    const ledger_field *fields;
    const ledger_access *access;
    const ledger_sign *signs;
    const ledger_move *moves;
    const ledger_effect *effects;
    const ledger_due *dues;
    const ledger_list *lists;
    const ledger_label *labels;
    uint8_t field_count, access_count, sign_count, move_count, effect_count, due_count, list_count;
    uint16_t label_count;
} ledger_type;

enum {
    LEDGER_FIELD_MAX = 64,
    LEDGER_STATE_MAX = 31,
    LEDGER_LIST_MAX = 6,
    LEDGER_VOID_TAG = 0xFFFF,
    LEDGER_EDIT_TAG = 0xFFFE,
    LEDGER_ERASE_TAG = 0xFFFD, /* values of fields were erased */
    LEDGER_SECOND_ROLE = 0xFF  /* signed.role of an opening balance's second signature */
};

/* The table of record types: records/records.def has one row each. */
extern const ledger_type *const ledger_types[];
extern const uint32_t ledger_type_count;

#endif
