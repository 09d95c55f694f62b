/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Is it mail? A message has no magic, only fields that programs write: RFC 5322 3.6, RFC 2045,
 * RFC 2557 (saved pages), RFC 4155 (mailboxes).
 *
 * Any note may begin with words and a colon. So each line up to the first empty one has to be a
 * field, or to continue one, and known fields count: two points for those that only programs write
 * in their form (Message-ID with "<" and "@", Content-Type with "/"), one for those that people
 * write too (Subject). Three points make a message, when it has a field that no other protocol has:
 * a listing of HTTP fields is no mail. */
#include "base/num.h"
#include "formats/mail/mail_priv.h"

enum {
    POINTS_MIN = 3,
    BITS_MAIL = 24,  /* more than any text or markup, less than a strong second format */
    BITS_SAVED = 40, /* wins over a message */
    BITS_MBOX = 40,
    FIELDS_MAX = 400, /* of a header that are looked at */
    LEADING_MAX = 8,  /* empty lines before the header */
};

typedef enum sign_need {
    NEED_NOTHING,
    NEED_ADDRESS, /* "@" */
    NEED_ID,      /* "<" and "@" */
    NEED_SLASH,
    NEED_DIGIT,
    NEED_CODING,
} sign_need;

typedef struct sign {
    const char *name;
    uint8_t points;
    bool is_ours; /* no other protocol has it */
    sign_need need;
} sign;

static const sign signs[] = {
    {"From",                      1, true,  NEED_ADDRESS},
    {"To",                        1, true,  NEED_ADDRESS},
    {"Cc",                        1, true,  NEED_ADDRESS},
    {"Sender",                    1, true,  NEED_ADDRESS},
    {"Reply-To",                  1, true,  NEED_ADDRESS},
    {"Subject",                   1, true,  NEED_NOTHING},
    {"Date",                      1, false, NEED_DIGIT  },
    {"Received",                  2, true,  NEED_DIGIT  },
    {"Return-Path",               2, true,  NEED_NOTHING},
    {"Delivered-To",              2, true,  NEED_ADDRESS},
    {"Message-ID",                2, true,  NEED_ID     },
    {"In-Reply-To",               1, true,  NEED_ID     },
    {"References",                1, true,  NEED_ID     },
    {"MIME-Version",              2, true,  NEED_DIGIT  },
    {"Content-Type",              2, false, NEED_SLASH  },
    {"Content-Transfer-Encoding", 2, true,  NEED_CODING },
    {"Content-Disposition",       1, false, NEED_NOTHING},
    {"X-Mailer",                  2, true,  NEED_NOTHING},
    {"X-Priority",                1, true,  NEED_DIGIT  },
    {"X-Unsent",                  2, true,  NEED_DIGIT  },
    {"DKIM-Signature",            2, true,  NEED_NOTHING},
    {"Thread-Topic",              1, true,  NEED_NOTHING},
    {"Newsgroups",                2, true,  NEED_NOTHING},
    {"X-Mozilla-Status",          2, true,  NEED_DIGIT  },
    {"Snapshot-Content-Location", 2, true,  NEED_NOTHING},
};
enum { SIGN_COUNT = LJ_COUNT_OF(signs) };

static bool has(lj_slice text, const char *what)
{
    return lj_slice_find(text, lj_cstr_bytes(what)) != SIZE_MAX;
}

static bool has_digit(lj_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] >= '0' && text.ptr[i] <= '9') {
            return true;
        }
    }
    return false;
}

static bool is_coding(lj_slice text)
{
    static const char *const words[] = {"7bit",      "8bit", "binary", "base64", "quoted-printable",
                                        "x-uuencode"};
    for (size_t i = 0; i < LJ_COUNT_OF(words); i++) {
        if (mail_word_is(mail_value_word(text), words[i])) {
            return true;
        }
    }
    return false;
}

static bool satisfies(sign_need need, lj_slice value)
{
    switch (need) {
    case NEED_NOTHING:
        return true;
    case NEED_ADDRESS:
        return has(value, "@") || has(value, "<");
    case NEED_ID:
        return has(value, "<") && has(value, "@");
    case NEED_SLASH:
        return has(mail_value_word(value), "/");
    case NEED_DIGIT:
        return has_digit(value);
    case NEED_CODING:
        return is_coding(value);
    }
    return false;
}

/* What was found in a header. */
typedef struct evidence {
    uint32_t seen; /* bits of signs */
    uint32_t points;
    bool is_ours;
    bool is_related;  /* Content-Type: multipart/related */
    bool is_page;     /* from a program that saves pages */
    bool is_personal; /* sent to somebody */
} evidence;

static void take_sign(evidence *all, size_t idx, lj_slice value)
{
    if ((all->seen >> idx & 1) != 0 || !satisfies(signs[idx].need, value)) {
        return;
    }
    all->seen |= (uint32_t)1 << idx;
    all->points += signs[idx].points;
    all->is_ours = all->is_ours || signs[idx].is_ours;
}

static void take_field(evidence *all, lj_slice name, lj_slice value)
{
    static const char *const personal[] = {"To",           "Cc",          "Received", "Message-ID",
                                           "Delivered-To", "Return-Path", "Bcc"};
    for (size_t i = 0; i < SIGN_COUNT; i++) {
        if (mail_word_is(name, signs[i].name)) {
            take_sign(all, i, value);
        }
    }
    for (size_t i = 0; i < LJ_COUNT_OF(personal); i++) {
        all->is_personal = all->is_personal || mail_word_is(name, personal[i]);
    }
    if (mail_word_is(name, "Content-Type")) {
        all->is_related =
            all->is_related || mail_word_is(mail_value_word(value), "multipart/related");
        bool splits = has(value, "boundary=") || has(value, "Boundary=") || has(value, "BOUNDARY=");
        all->points += splits ? 2 : has(value, "charset") ? 1 : 0;
        all->is_ours = all->is_ours || splits || has(value, "charset");
    }
    all->is_page =
        all->is_page || mail_word_is(name, "Snapshot-Content-Location") ||
        mail_word_is(name, "Content-Location") ||
        (mail_word_is(name, "From") && (has(value, "<Saved by") || has(value, "<Saved")));
}

/* The line at `at` of the head and the lines that continue it. */
static lj_slice logical_line(lj_slice head, size_t at)
{
    size_t end = at;
    do {
        size_t next = lj_slice_find(lj_slice_part(head, end, SIZE_MAX), LJ_BYTES("\n"));
        end = next != SIZE_MAX ? end + next + 1 : head.len;
    } while (end < head.len && (head.ptr[end] == ' ' || head.ptr[end] == '\t'));
    return lj_slice_part(head, at, end - at);
}

/* Where the header begins: behind a byte order mark, empty lines, the length line of Apple's emlx.
 */
size_t mail_header_at(lj_slice head, uint64_t *out_len)
{
    size_t at = lj_slice_has_prefix(head, LJ_BYTES("\xEF\xBB\xBF")) ? 3 : 0;
    *out_len = FORMAT_SIZE_UNKNOWN;
    for (int i = 0; i < LEADING_MAX && at < head.len; i++) {
        lj_slice line = mail_line_text(logical_line(head, at));
        if (line.len > 0) {
            break;
        }
        at += logical_line(head, at).len;
    }
    lj_slice first = logical_line(head, at);
    lj_slice digits = mail_trim(first);
    uint64_t number = 0;
    bool is_number = digits.len > 0 && digits.len < 12;
    for (size_t i = 0; i < digits.len && is_number; i++) {
        is_number = digits.ptr[i] >= '0' && digits.ptr[i] <= '9';
        number = number * 10 + (uint64_t)(digits.ptr[i] - '0');
    }
    if (is_number) {
        at += first.len;
        *out_len = number;
    }
    return at;
}

static evidence look_at(lj_slice head)
{
    evidence all = {.points = 0};
    size_t at = 0;
    for (int i = 0; i < FIELDS_MAX && at < head.len; i++) {
        lj_slice line = logical_line(head, at);
        size_t name_len = 0;
        size_t value_at = mail_field_name_len(line, &name_len);
        bool is_odd = i == 0 && lj_slice_has_prefix(line, LJ_BYTES(">From "));
        if (value_at == 0 && !is_odd) {
            break;
        }
        take_field(&all, lj_slice_part(line, 0, name_len), lj_slice_part(line, value_at, SIZE_MAX));
        at += line.len;
    }
    return all;
}

int mail_evidence(lj_slice head, bool *out_saved)
{
    uint64_t len = 0;
    evidence all = look_at(lj_slice_part(head, mail_header_at(head, &len), SIZE_MAX));
    *out_saved = false;
    if (all.points < POINTS_MIN || !all.is_ours) {
        return 0;
    }
    *out_saved = all.is_related && (all.is_page || !all.is_personal);
    return (int)all.points;
}

int mail_sniff(const format_probe *probe)
{
    enum { POINTS_COUNTED = 7 };
    bool saved = false;
    int points = mail_evidence(probe->head, &saved);
    return points == 0 || saved ? 0
                                : BITS_MAIL + (points < POINTS_COUNTED ? points : POINTS_COUNTED);
}

int mail_sniff_saved(const format_probe *probe)
{
    bool saved = false;
    return mail_evidence(probe->head, &saved) > 0 && saved ? BITS_SAVED : 0;
}

bool mbox_is_from_line(lj_slice line)
{
    size_t name_len = 0;
    return line.len > 5 && lj_slice_has_prefix(line, LJ_BYTES("From ")) &&
           mail_field_name_len(line, &name_len) == 0; /* "From : " is a field */
}

int mbox_sniff(const format_probe *probe)
{
    lj_slice head = probe->head;
    if (!mbox_is_from_line(head)) {
        return 0;
    }
    size_t end = lj_slice_find(lj_slice_part(head, 0, 1024), LJ_BYTES("\n"));
    if (end == SIZE_MAX) {
        return 0;
    }
    evidence all = look_at(lj_slice_part(head, end + 1, SIZE_MAX));
    return all.points + 1 >= POINTS_MIN && all.is_ours ? BITS_MBOX : 0;
}
